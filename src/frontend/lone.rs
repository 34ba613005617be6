//! Reads of one row that are transactions by themselves: many sessions send theirs over one backend, one behind the other.
//!
//! In: a session that has nothing else going on, and a statement that reads one row by its key. Out: the shard's answer, as
//! the session's own backend would give it, or nothing was done and it is done there. Invariants: what is asked for is one
//! whole group of messages, so nothing that the client says later can be a part of it; the org is this session's, as in
//! every statement; a session that is not sure takes a backend of its own.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};

use super::session::{CopyIn, Session};
use super::statement::{ClientStatement, Way};
use super::watch::Doing;
use crate::catalog::Isolation;
use crate::upstream::LoneRead;
use crate::wire::bind::Bind;
use crate::wire::{Frame, describe};

/// Describe of the unnamed portal, Execute of all of it, Sync: what makes a Bind whole.
const DESCRIBE: &[u8] = b"D\0\0\0\x06P\0";
const EXECUTE: &[u8] = b"E\0\0\0\x09\0\0\0\0\0";
const SYNC: &[u8] = b"S\0\0\0\x04";

impl Session {
    /// A Bind that, with the messages behind it, is one read by itself: does it; whether it is done.
    pub(super) async fn lone_bind(&mut self, frame: &Frame) -> bool {
        if !self.may_share() {
            return false;
        }
        let input = &self.client.input;
        let described = input.starts_with(DESCRIBE);
        let rest = if described { DESCRIBE.len() } else { 0 };
        let whole = input.get(rest..).and_then(|input| input.strip_prefix(EXECUTE));
        if !whole.is_some_and(|input| input.starts_with(SYNC)) {
            return false;
        }
        let Ok(bind) = Bind::parse(frame.body()) else { return false };
        let Some(statement) = self.statements.get(bind.statement.as_str()).cloned() else { return false };
        let takes = statement.plan().map(|plan| plan.params) == Some(bind.count());
        let formats = bind.format_count() <= 1 || bind.format_count() == usize::from(bind.count());
        if !takes || !formats || !bind.portal.is_empty() || self.is_doubtful(&bind.statement) {
            return false;
        }
        let Some(answer) = self.read_in_lane(&statement, bind, described).await else { return false };
        self.client.input.advance(rest + EXECUTE.len() + SYNC.len());
        self.show_read(&answer, true);
        true
    }

    /// The only statement of a simple query: reads it, if it is one read; whether it is done.
    pub(super) async fn lone_query(&mut self, statement: &Arc<ClientStatement>) -> bool {
        if !self.may_share() {
            return false;
        }
        let bind = Bind::of_texts(statement.values());
        let Some(answer) = self.read_in_lane(statement, bind, true).await else { return false };
        self.show_read(&answer, false);
        true
    }

    /// Nothing is going on that a read could be a part of, or that could change what it means.
    fn may_share(&self) -> bool {
        self.lease.is_none()
            && self.parked.is_none()
            && !self.keeps_backend
            && self.status == b'I'
            && self.expect.is_empty()
            && !self.group_open
            && !self.skipping
            && !self.failed
            && !self.lost
            && self.simple.is_none()
            && self.copy == CopyIn::No
            && self.stalled.is_none()
            && !self.out_of_step
            && !self.gate.is_any()
    }

    /// The shard's answer to one read. Everything is asked anew, as for a lease: whether the role may act for the org, where
    /// the org lives, whether the statement was written for the catalog that is there.
    async fn read_in_lane(&mut self, statement: &Arc<ClientStatement>, bind: Bind, described: bool) -> Option<Bytes> {
        if statement.way() != Way::Shard || !statement.reads_one_row() || !statement.takes_org() {
            return None;
        }
        self.check_role().ok()?;
        let target = self.engine.target(self.org.as_ref()?).ok()?;
        if target.catalog.id != statement.catalog || target.catalog.catalog.isolation == Isolation::Rls {
            return None;
        }
        let place = Some((target.place.leaf(), target.place.org()));
        let key = statement.key(place)?;
        let reading = self.pools.reading(&target.shard);
        if !reading.is_crowded() {
            self.reading = Some(reading);
            return None;
        }
        let physical = statement.physical(&target.catalog, place, &self.settings, None).ok()?;
        self.watched.goes((target.shard.id, &target.shard.name), self.org.as_ref().map(|org| (org.id, &org.slug)));
        self.watched.client.does(Doing::Active);
        let org = target.place.org().get();
        let read = LoneRead { key, statement: physical, bind, org, described };
        let gate = Arc::clone(&self.gate);
        let open = || !gate.is_any();
        let answer = reading.in_lane(self.settings.current(), read, open).await;
        self.watched.client.does(Doing::Idle);
        match answer {
            Some(answer) => {
                if self.is_told_of() {
                    self.last = Some(Arc::clone(statement));
                }
                Some(answer)
            }
            None => {
                self.reading = Some(reading);
                None
            }
        }
    }

    /// What a read was answered goes to the client: BindComplete, columns, rows, the end, ReadyForQuery.
    fn show_read(&mut self, answer: &Bytes, bound: bool) {
        let head = |at: usize| answer.get(at..).and_then(|rest| rest.first_chunk::<5>());
        let end = |at: usize| {
            head(at).map_or(answer.len(), |[_, a, b, c, d]| at + 1 + u32::from_be_bytes([*a, *b, *c, *d]) as usize)
        };
        let out = &mut self.client.output;
        let mut from = end(0);
        if bound {
            out.extend_from_slice(answer.get(..from).unwrap_or(&[]));
        }
        if head(from).is_some_and(|head| head.first() == Some(&b'T')) {
            let columns = from..end(from);
            from = columns.end;
            let body = answer.slice(columns.start + 5..columns.end);
            match describe::row_description(&body) {
                Ok(columns) => out.extend_from_slice(&columns),
                // It was looked at before, and is what a shard says.
                Err(_) => out.extend_from_slice(answer.get(columns).unwrap_or(&[])),
            }
        }
        out.extend_from_slice(answer.get(from..).unwrap_or(&[]));
        self.portals.clear();
        self.answered_whole();
    }
}
