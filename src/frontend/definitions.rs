//! Definitions of an org's own objects within a session: who may make them, and who sees them when.
//!
//! A definition is a call that the shard carries out in the client's transaction. Its session compiles what follows for the
//! catalog behind it, until the transaction ends: then the org's catalog is read again, as everybody else reads it.
//! Invariants: what follows a definition waits until that is answered; a savepoint that is gone back to takes the
//! catalog with it.

use std::sync::Arc;

use super::fault::Fault;
use super::session::{Expect, Session};
use super::statement::ClientStatement;
use crate::directory::DdlMode;
use crate::engine::ShardCatalog;
use crate::plan::{Plan, PlanError, Special, TransactionVerb};
use crate::upstream::Statement;

/// What a session's transaction has defined.
#[derive(Debug, Default)]
pub(super) struct Redefined {
    /// A definition was sent, and something is outstanding since.
    sent: bool,
    /// Something was defined: the org's catalog must be read again.
    stale: bool,
    /// The catalog before the first definition.
    before: Option<ShardCatalog>,
    /// What the catalog was at each savepoint.
    savepoints: Vec<(Box<str>, ShardCatalog)>,
}

impl Session {
    /// The plans of a text that was refused as DDL, where the role may define objects.
    pub(super) fn definitions(
        &self,
        catalog: &ShardCatalog,
        text: &str,
        refusal: PlanError,
    ) -> Result<Arc<[Plan]>, PlanError> {
        let snapshot = self.engine.directory().snapshot();
        let may = snapshot.role(&self.role).is_some_and(|role| role.ddl == DdlMode::Metadata);
        if refusal.code != "ddl" || !may || self.org.is_none() {
            return Err(refusal);
        }
        self.engine.compile_definitions(catalog, text)
    }

    /// The org's own catalog is read before anything is compiled for it.
    pub(super) async fn read_objects(&mut self, tag: u8) {
        if self.lease.is_none()
            && matches!(tag, b'Q' | b'P' | b'B' | b'D')
            && let Some(org) = &self.org
        {
            self.engine.ready(org).await;
        }
    }

    /// Goes before a definition: who makes it, for the log.
    pub(super) fn before_definition(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        if !matches!(statement.special(), Special::Define(_)) {
            return Ok(());
        }
        let sql =
            format!("SELECT pg_catalog.set_config('orgfold.role', {}, true)", super::settings::literal(&self.role));
        self.hidden(
            &Statement { sql: sql.into(), types: Arc::from([]), scope: None, version: 0 },
            true,
            None,
            statement,
        )?;
        self.redefined.sent = true;
        // What was asked for before this does not hurry its answer.
        self.hurried = false;
        Ok(())
    }

    /// Whether what comes next waits for the answer to a definition.
    pub(super) fn is_defining(&mut self) -> bool {
        self.redefined.sent &= !self.expect.is_empty();
        self.redefined.sent
            && self.expect.iter().any(|expect| {
                matches!(expect, Expect::Execute { statement, .. } if matches!(statement.special(), Special::Define(_)))
            })
    }

    /// The shard has carried a statement out.
    pub(super) fn redefine(&mut self, statement: &ClientStatement, server_tag: &str) {
        if let Special::Define(defined) = statement.special() {
            if self.redefined.before.is_none() {
                self.redefined.before.clone_from(&self.catalog);
            }
            self.redefined.stale = true;
            self.catalog = Some(ShardCatalog { id: defined.id, catalog: Arc::clone(&defined.catalog) });
        }
        let Some(transaction) = statement.transaction() else { return };
        match &transaction.verb {
            TransactionVerb::Savepoint(name) => {
                let catalog = self.catalog.clone();
                self.redefined.savepoints.extend(catalog.map(|catalog| (name.clone(), catalog)));
            }
            TransactionVerb::RollbackTo(name) => {
                if let Some(at) = self.redefined.savepoints.iter().rposition(|(known, _)| known == name) {
                    self.redefined.savepoints.truncate(at + 1);
                    self.catalog = self.redefined.savepoints.last().map(|(_, catalog)| catalog.clone());
                }
            }
            TransactionVerb::Release(name) => {
                if let Some(at) = self.redefined.savepoints.iter().rposition(|(known, _)| known == name) {
                    self.redefined.savepoints.truncate(at);
                }
            }
            TransactionVerb::Commit { chain: _ } | TransactionVerb::Rollback { chain: _ } => {
                self.transaction_ended(server_tag == "ROLLBACK");
            }
            TransactionVerb::Begin | TransactionVerb::SetTransaction => {}
        }
    }

    /// What was defined is there for good, or never was.
    pub(super) fn transaction_ended(&mut self, rolled_back: bool) {
        self.redefined.savepoints.clear();
        if let Some(before) = self.redefined.before.take()
            && rolled_back
        {
            self.catalog = Some(before);
        }
    }

    /// The backend is given back: what everybody else sees counts again.
    pub(super) async fn read_again(&mut self) {
        self.redefined.before = None;
        self.redefined.savepoints.clear();
        if std::mem::take(&mut self.redefined.stale)
            && let Some(org) = &self.org
        {
            self.engine.redefined(org).await;
        }
    }
}
