//! PREPARE and EXECUTE of SQL, LISTEN and UNLISTEN, and the rows of EXPLAIN.
//!
//! What PREPARE made belongs to the client's session, and pooled backends must not remember it: so the session keeps
//! the statement, and each EXECUTE prepares it on the backend at hand, executes it and forgets it again, in one flight
//! of messages. Invariants: a backend on which that flight failed is closed, not given back; names on backends never
//! meet, because they are numbered.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::ear::Ear;
use super::fault::Fault;
use super::session::{Expect, Session};
use super::statement::ClientStatement;
use crate::catalog::{Catalog, explained};
use crate::plan::{PREPARED, Session as Command, Special};
use crate::sqlstate::SqlState;
use crate::upstream::Statement;
use crate::wire::{Cursor, Frame, Malformed, reply};

impl Session {
    /// The physical statement of PREPARE or EXECUTE, under the session's next name. Other statements as they are.
    pub(super) fn numbered(&mut self, statement: &ClientStatement) -> Result<Statement, Fault> {
        let physical = self.physical(statement)?;
        match statement.special() {
            Special::Prepare(_) | Special::Execute(_) => Ok(self.under_number(&physical)),
            Special::No
            | Special::Explain
            | Special::Set { .. }
            | Special::Truncate(_)
            | Special::Freeze(_)
            | Special::Define(_) => Ok(physical),
        }
    }

    /// One more name, which the backend knows until it has forgotten it.
    fn count(&mut self) {
        self.executed += 1;
        self.unforgotten += 1;
    }

    fn number(&self) -> String {
        let digits = PREPARED.len() - PREPARED.trim_end_matches('0').len();
        let stem = PREPARED.trim_end_matches('0');
        // As long as the name in the plan, so that positions stay where they are.
        format!("{stem}{:0digits$}", self.executed % 10u64.pow(u32::try_from(digits).unwrap_or(8)))
    }

    fn under_number(&self, physical: &Statement) -> Statement {
        Statement {
            sql: physical.sql.replacen(PREPARED, &self.number(), 1).into(),
            types: Arc::clone(&physical.types),
            scope: None,
            version: physical.version,
        }
    }

    /// What must be on the backend before the statement, and in the session.
    pub(super) fn before(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        match statement.special() {
            Special::No
            | Special::Explain
            | Special::Set { .. }
            | Special::Truncate(_)
            | Special::Freeze(_)
            | Special::Define(_) => Ok(()),
            Special::Prepare(name) => {
                if self.prepared.contains_key(name) || self.statements.contains_key(name) {
                    return Err(Fault::error(
                        SqlState::DUPLICATE_PREPARED_STATEMENT,
                        format!("prepared statement \"{name}\" already exists"),
                    ));
                }
                self.count();
                self.prepared.insert(name.clone(), Arc::clone(statement));
                Ok(())
            }
            Special::Execute(name) => {
                let known = self.prepared.get(name).cloned();
                let Some(prepared) = known else {
                    return Err(Fault::error(
                        SqlState::INVALID_STATEMENT_NAME,
                        format!("prepared statement \"{name}\" does not exist"),
                    ));
                };
                let prepared = self.renewed(prepared)?;
                self.own_sequences(&prepared)?;
                self.count();
                let physical = self.physical(&prepared)?;
                let physical = self.under_number(&physical);
                self.hidden(&physical, false, None, statement)
            }
        }
    }

    /// The statement of a PREPARE, compiled anew when the catalog has changed since.
    fn renewed(&mut self, prepared: Arc<ClientStatement>) -> Result<Arc<ClientStatement>, Fault> {
        if self.catalog.as_ref().is_some_and(|catalog| catalog.id == prepared.catalog) {
            return Ok(prepared);
        }
        let Special::Prepare(name) = prepared.special().clone() else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "a prepared statement that is none"));
        };
        let statements = self.compile_simple(Arc::clone(&prepared.text))?;
        let found = statements.into_iter().find(|other| *other.special() == Special::Prepare(name.clone()));
        let Some(renewed) = found else {
            return Err(Fault::error(SqlState::INTERNAL_ERROR, "a prepared statement is gone from its text"));
        };
        self.prepared.insert(name, Arc::clone(&renewed));
        Ok(renewed)
    }

    /// What must leave the backend after the statement.
    pub(super) fn after(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        match statement.special() {
            Special::No
            | Special::Explain
            | Special::Set { .. }
            | Special::Truncate(_)
            | Special::Freeze(_)
            | Special::Define(_) => Ok(()),
            Special::Prepare(_) | Special::Execute(_) => {
                let sql = format!("DEALLOCATE {}", self.number());
                self.hidden(
                    &Statement { sql: sql.into(), types: Arc::from([]), scope: None, version: 0 },
                    false,
                    None,
                    statement,
                )?;
                self.expect.push_back(Expect::Forgotten);
                Ok(())
            }
        }
    }

    /// A PREPARE that failed has made nothing.
    pub(super) fn forget_prepared(&mut self, statement: &ClientStatement) {
        if let Special::Prepare(name) = statement.special() {
            self.prepared.remove(name);
        }
    }

    /// Carries LISTEN and UNLISTEN out; whether it was one of them.
    pub(super) async fn listens(&mut self, command: &Command) -> Result<bool, Fault> {
        let tag = match command {
            Command::Listen(channel) => {
                self.outside_transaction("LISTEN")?;
                let Some(org) = self.org.clone() else {
                    return Err(Fault::error(SqlState::INVALID_AUTHORIZATION, "no org is set"));
                };
                if self.ear.as_ref().is_none_or(|ear| ear.org() != org.id) {
                    let target = self.engine.target(&org)?;
                    self.ear = Some(Ear::open(&self.pools, &target.shard, org.id).await?);
                }
                if let Some(ear) = &mut self.ear {
                    ear.listen(channel).await?;
                }
                "LISTEN"
            }
            Command::Unlisten(Some(channel)) => {
                self.outside_transaction("UNLISTEN")?;
                if let Some(ear) = &mut self.ear {
                    ear.unlisten(channel).await?;
                }
                if self.ear.as_ref().is_some_and(Ear::is_idle) {
                    self.ear = None;
                }
                "UNLISTEN"
            }
            Command::Unlisten(None) => {
                // Pools end each use of a connection with it, among other statements: without an ear it is nothing.
                if self.ear.is_some() && (self.status != b'I' || !self.expect.is_empty()) {
                    self.outside_transaction("UNLISTEN")?;
                }
                self.ear = None;
                "UNLISTEN"
            }
            _other => return Ok(false),
        };
        self.say(|out| reply::command_complete(tag, out));
        Ok(true)
    }

    /// PostgreSQL lets these wait for the commit; here they take effect at once, or not at all.
    fn outside_transaction(&self, what: &str) -> Result<(), Fault> {
        if self.status == b'I' && !self.group_open && self.expect.is_empty() {
            return Ok(());
        }
        Err(Fault::error(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("{what} inside a transaction is not supported by orgfold"),
        )
        .hint(format!("say {what} before BEGIN, as a query of its own")))
    }
}

/// A row of EXPLAIN in logical terms; nothing when it would tell of others.
pub(super) fn explained_row(frame: &Frame, catalog: &Catalog) -> Result<Bytes, Malformed> {
    let mut cursor = Cursor::new(frame.body());
    let mut out = BytesMut::new();
    if cursor.count()? != 1 {
        return Err(Malformed("EXPLAIN with several columns"));
    }
    let length = cursor.int()?;
    let bytes = cursor.bytes(usize::try_from(length).map_err(|_| Malformed("EXPLAIN of nothing"))?)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Malformed("EXPLAIN that is no text"))?;
    if let Some(line) = explained(text, catalog) {
        reply::one_text_row(&line, &mut out);
    }
    Ok(out.freeze())
}

/// What the shard says of a prepared statement: its name is the client's, and the org no parameter of it.
pub(super) fn under_own_name(fields: &mut [(u8, String)], name: &str) {
    let stem = PREPARED.trim_end_matches('0');
    for (letter, text) in fields {
        match letter {
            b'M' => {
                if let Some(at) = text.find(stem)
                    && let Some(end) = text.get(at..at + PREPARED.len())
                {
                    *text = text.replacen(end, name, 1);
                }
            }
            b'D' => {
                if let Some((wanted, got)) = counts(text) {
                    *text = format!("Expected {wanted} parameters but got {got}.");
                }
            }
            _other => {}
        }
    }
}

/// The client's counts of `Expected 2 parameters but got 1.`
fn counts(detail: &str) -> Option<(u32, u32)> {
    let (wanted, got) = detail.strip_prefix("Expected ")?.strip_suffix('.')?.split_once(" parameters but got ")?;
    Some((wanted.parse::<u32>().ok()?.checked_sub(1)?, got.parse::<u32>().ok()?.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_statement_has_the_clients_name_and_parameters() {
        let mut fields = vec![
            (b'M', "wrong number of parameters for prepared statement \"orgfold_prepared_00000012\"".to_owned()),
            (b'D', "Expected 2 parameters but got 1.".to_owned()),
        ];
        under_own_name(&mut fields, "p");
        assert_eq!(fields[0].1, "wrong number of parameters for prepared statement \"p\"");
        assert_eq!(fields[1].1, "Expected 1 parameters but got 0.");
    }
}
