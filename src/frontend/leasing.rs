//! When a session has a backend: taking one, giving it back, losing it.
//!
//! Invariants: whether the role may act and where the org lives are asked anew for each lease, so for each transaction; a
//! backend goes back only when nothing is outstanding; when one is lost, every group of messages that the client has
//! ended is answered, and the session goes on.

use std::future::poll_fn;
use std::sync::Arc;

use super::fault::Fault;
use super::session::{CopyIn, Expect, HIGH_WATER, Session};
use super::settings::difference;
use super::watch::Doing;
use crate::directory::AllowedOrgs;
use crate::sqlstate::SqlState;
use crate::upstream::{Channel, Lease, UpstreamError};
use crate::wire::{Frame, reply};

/// Waits until the client has closed its connection.
async fn gone(client: &mut Channel) {
    while client.input.len() < HIGH_WATER {
        if poll_fn(|context| client.poll(context, true)).await.is_err() {
            return;
        }
    }
    // It has said so much that its end cannot be seen.
    std::future::pending().await
}

impl Session {
    /// The role may still act for the org: asked anew for each transaction.
    pub(super) fn check_role(&self) -> Result<(), Fault> {
        let snapshot = self.engine.directory().snapshot();
        let role = snapshot.role(&self.role).filter(|role| role.login);
        let allowed = match (role.map(|role| &role.orgs), &self.org) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(AllowedOrgs::Any), Some(_)) => true,
            (Some(AllowedOrgs::Listed(orgs)), Some(org)) => orgs.contains(&org.id),
        };
        if allowed {
            return Ok(());
        }
        Err(Fault::error(SqlState::INVALID_AUTHORIZATION, format!("role \"{}\" may no longer act here", self.role)))
    }

    /// Makes sure that there is a backend, with the session's settings.
    pub(super) async fn ensure_lease(&mut self) -> Result<(), Fault> {
        if self.lease.is_some() {
            return Ok(());
        }
        self.check_role()?;
        let (shard, catalog, place) = match &self.org {
            Some(org) => {
                let target = self.engine.target(org)?;
                (target.shard, target.catalog, Some((target.place.leaf(), target.place.org())))
            }
            None => {
                let (shard, catalog) = self.engine.any_shard()?;
                (shard, catalog, None)
            }
        };
        let running = Arc::clone(&self.key.running);
        running.wait().await;
        self.watched.goes((shard.id, &shard.name), self.org.as_ref().map(|org| (org.id, &org.slug)));
        self.watched.client.does(Doing::Waiting);
        let leasing = async {
            self.gate.pass(shard.id, place.map(|(_, org)| org)).await;
            self.pools.lease(&shard, place).await
        };
        let paused = self.gate.is_any();
        let kept = self.parked.take().filter(|lease| lease.shard() == shard.id && !paused);
        let leased = match kept.and_then(Lease::if_quiet) {
            Some(lease) => Ok(lease),
            None => tokio::select! {
                biased;
                leased = leasing => leased.map_err(Fault::from),
                () = running.cancelled() => {
                    Err(Fault::error(SqlState::QUERY_CANCELED, "canceling statement due to user request"))
                }
                () = self.watched.client.killed() => Err(super::watching::killed()),
                () = gone(&mut self.client) => {
                    Err(Fault::error(SqlState::CONNECTION_FAILURE, "the client went away"))
                }
            },
        };
        let mut lease = match leased {
            Ok(lease) => lease,
            Err(fault) => {
                self.watched.client.does(Doing::Idle);
                running.end().await;
                return Err(fault);
            }
        };
        if let Some(backend) = lease.backend() {
            // The same for transactions that follow each other.
            let same = Arc::ptr_eq(&backend.settings, self.settings.current());
            let sql = if same { String::new() } else { difference(&backend.settings, self.settings.current()) };
            if sql.is_empty() {
                running.begin(Arc::clone(&backend.key)).await;
            } else {
                backend.query(&sql);
                self.expect.push_back(Expect::HiddenQuery);
                backend.settings = Arc::clone(self.settings.current());
            }
        }
        self.watched.client.does(Doing::Active);
        self.lease = Some(lease);
        self.catalog = Some(catalog);
        self.place = place;
        self.org_set = false;
        self.in_block = false;
        self.drawn.elsewhere();
        self.status = b'I';
        Ok(())
    }

    /// The backend has the session's settings: what runs on it now is the client's.
    pub(super) async fn settings_are_there(&mut self) {
        if let Some(key) = self.backend().map(|backend| Arc::clone(&backend.key)) {
            self.key.running.begin(key).await;
        }
    }

    /// Gives the backend back when nothing is outstanding.
    pub(super) async fn give_back(&mut self) {
        let settled = self.status == b'I'
            && self.expect.is_empty()
            && !self.group_open
            && self.simple.is_none()
            && self.copy == CopyIn::No;
        if !settled || self.lease.is_none() {
            return;
        }
        if let Some(held) = self.held.take() {
            self.client.output.extend_from_slice(&held);
        }
        self.watched.client.does(Doing::Idle);
        self.reading = None;
        // One that a cancel may still reach is nobody else's.
        let clean = self.key.running.end().await;
        if let Some(backend) = self.lease.as_mut().and_then(Lease::backend)
            && !Arc::ptr_eq(&backend.settings, self.settings.current())
        {
            backend.settings = Arc::clone(self.settings.current());
        }
        if let Some(lease) = self.lease.take() {
            // Dropped, it is closed.
            match (std::mem::take(&mut self.unforgotten) == 0 && clean, self.keeps_backend) {
                (true, false) => lease.release(),
                (true, true) => self.parked = Some(lease),
                (false, _) => drop(lease),
            }
        }
        self.catalog = None;
        self.place = None;
        self.read_again().await;
    }

    /// The shard's connection broke. What was outstanding has failed; a transaction is over.
    pub(super) async fn backend_lost(&mut self) {
        self.key.running.end().await;
        drop(self.lease.take());
        self.reading = None;
        self.read_again().await;
        self.watched.client.does(Doing::Idle);
        self.unforgotten = 0;
        self.catalog = None;
        self.place = None;
        self.copy = CopyIn::No;
        self.held = None;
        self.portals.clear();
        self.unproven.clear();
        self.answered = self.groups;
        self.hurried = false;
        self.columns = None;
        self.settings.rollback();
        let was_simple = self.simple.take().is_some();
        let outstanding = !self.expect.is_empty() || self.group_open || was_simple;
        let in_transaction = self.status != b'I';
        self.status = b'I';
        if !outstanding {
            self.lost = in_transaction;
            return;
        }
        let fault = Fault::from(UpstreamError::Lost).bytes();
        // Each group that the client has ended gets its error and its answer; one without a Sync is skipped up to it.
        let syncs = self.expect.iter().filter(|expect| matches!(expect, Expect::Sync)).count();
        self.expect.clear();
        for _ in 0..syncs.max(usize::from(was_simple)) {
            self.client.output.extend_from_slice(&fault);
            reply::ready_for_query(b'I', &mut self.client.output);
        }
        if self.group_open && !was_simple {
            self.client.output.extend_from_slice(&fault);
        }
        self.skipping = self.group_open && !was_simple;
        self.group_open = false;
    }

    /// The first word of the client's after its backend was lost inside a transaction.
    pub(super) fn report_lost(&mut self, frame: &Frame) {
        self.lost = false;
        let fault = Fault::from(UpstreamError::Lost).hint("the transaction was rolled back; begin again");
        self.client.output.extend_from_slice(&fault.bytes());
        if matches!(frame.tag, b'Q' | b'S') {
            reply::ready_for_query(b'I', &mut self.client.output);
        } else {
            self.skipping = true;
        }
    }
}
