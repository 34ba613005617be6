//! What the shard answers, matched against what was asked.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::fault::Fault;
use super::prepared::{explained_row, under_own_name};
use super::session::{CopyIn, End, Expect, Session};
use super::statement::ClientStatement;
use super::who;
use crate::catalog::{logical_fields, of_copied};
use crate::plan::{Session as Command, Special, TransactionVerb};
use crate::sqlstate::SqlState;
use crate::upstream::Lease;
use crate::wire::{Cursor, Frame, describe, reply, report};

/// The shard said what nobody asked for: its state is unknown.
struct Unexpected(&'static str);

impl From<crate::wire::Malformed> for Unexpected {
    fn from(malformed: crate::wire::Malformed) -> Unexpected {
        Unexpected(malformed.0)
    }
}

/// Whether the shard says that this connection is over: the client's is not.
fn is_fatal(frame: &Frame) -> bool {
    frame.tag == b'E'
        && report::fields(&frame.body()).is_ok_and(|fields| {
            fields.iter().any(|(letter, text)| *letter == b'V' && matches!(text.as_str(), "FATAL" | "PANIC"))
        })
}

impl Session {
    /// Handles every whole frame that the shard has sent.
    pub(super) async fn take_backend_frames(&mut self) -> Result<(), End> {
        loop {
            self.take_rows();
            let frame = match self.backend().map(crate::upstream::Backend::buffered) {
                None | Some(Ok(None)) => return Ok(()),
                Some(Ok(Some(frame))) => frame,
                Some(Err(error)) => {
                    return Err(End::Fault(Fault { severity: super::fault::Severity::Fatal, ..error.into() }));
                }
            };
            if is_fatal(&frame) {
                if self.out_of_step {
                    return Err(End::Fault(Fault::fatal(
                        SqlState::PROTOCOL_VIOLATION,
                        "terminating connection because protocol synchronization was lost",
                    )));
                }
                tracing::warn!(request = who::request(), "a shard ended a backend");
                self.backend_lost().await;
                return Ok(());
            }
            self.say_pending();
            let hidden = matches!(self.expect.front(), Some(Expect::HiddenQuery));
            if let Err(Unexpected(what)) = self.backend_frame(&frame) {
                tracing::error!(request = who::request(), what, tag = frame.tag, expected = ?self.expect.front(), "a shard broke the protocol");
                return Err(End::Fault(Fault::fatal(
                    SqlState::INTERNAL_ERROR,
                    "the database server broke the protocol",
                )));
            }
            self.say_pending();
            if hidden && !matches!(self.expect.front(), Some(Expect::HiddenQuery)) {
                self.settings_are_there().await;
            }
            // A simple query goes on after what it waited for.
            if self.simple.is_some() && self.copy == CopyIn::No && self.expect.is_empty() {
                self.pump_simple().await?;
            }
        }
    }

    fn backend_frame(&mut self, frame: &Frame) -> Result<(), Unexpected> {
        match frame.tag {
            b'D' | b'd' => return self.data(frame),
            b'E' => return self.failed(frame),
            b'Z' => return self.ready(frame),
            b'N' => return self.notice(frame),
            b'S' => return self.parameter(frame),
            // Nobody can LISTEN.
            b'A' => return Ok(()),
            _more => {}
        }
        if matches!(self.expect.front(), Some(Expect::HiddenQuery)) {
            return if matches!(frame.tag, b'C' | b'I') { Ok(()) } else { Err(Unexpected("in a hidden query")) };
        }
        let Some(front) = self.expect.pop_front() else { return Err(Unexpected("a message without a question")) };
        match (front, frame.tag) {
            (Expect::Parse { shown, name, .. }, b'1') => {
                if let Some(backend) = self.backend() {
                    backend.confirm();
                }
                self.proven(name.as_deref());
                self.forward_if(shown, frame);
            }
            (Expect::Bind { shown, .. }, b'2') | (Expect::Close { shown }, b'3') => self.forward_if(shown, frame),
            (Expect::DescribeStatement { hides_last, statement }, b't') => {
                let bytes = describe::parameter_description(&frame.body(), hides_last)?;
                self.client.output.extend_from_slice(&bytes);
                self.expect.push_front(Expect::DescribeStatement { hides_last, statement });
            }
            (Expect::DescribePortal { late: true, .. }, b'T') => {
                self.columns = Some(describe::row_description(&frame.body())?);
            }
            (Expect::DescribeStatement { .. } | Expect::DescribePortal { .. }, b'T') => {
                self.client.output.extend_from_slice(&describe::row_description(&frame.body())?);
            }
            (Expect::DescribeStatement { .. }, b'n') => self.forward_if(true, frame),
            (Expect::DescribePortal { simple, .. }, b'n') => self.forward_if(!simple, frame),
            (Expect::Execute { statement, simple }, b'C') => self.completed(&statement, simple, frame)?,
            (Expect::Execute { .. }, b'I' | b's') => self.forward_if(true, frame),
            (front @ Expect::Execute { .. }, b'G') => {
                self.copy = CopyIn::Open;
                self.forward_if(true, frame);
                self.expect.push_front(front);
            }
            (front @ Expect::Execute { .. }, b'H' | b'c') => {
                self.forward_if(true, frame);
                self.expect.push_front(front);
            }
            (Expect::ExecuteHidden, b'C') => {}
            _other => return Err(Unexpected("another answer than asked for")),
        }
        Ok(())
    }

    fn forward_if(&mut self, shown: bool, frame: &Frame) {
        if shown {
            self.client.output.extend_from_slice(&frame.bytes);
        }
    }

    /// Columns that waited for the first row.
    fn show_columns(&mut self) {
        if let Some(columns) = self.columns.take() {
            self.client.output.extend_from_slice(&columns);
        }
    }

    /// Rows that go to the client as they are, all that have come at once.
    fn take_rows(&mut self) {
        let plain = match self.expect.front() {
            Some(Expect::Execute { statement, .. }) => *statement.special() != Special::Explain,
            Some(_) | None => false,
        };
        if plain && self.columns.is_none() {
            let Session { lease, client, .. } = self;
            if let Some(backend) = lease.as_mut().and_then(Lease::backend) {
                let _any = backend.take_rows(&mut client.output);
            }
        }
    }

    /// Rows and copied data: forwarded as they are.
    fn data(&mut self, frame: &Frame) -> Result<(), Unexpected> {
        self.show_columns();
        match self.expect.front() {
            Some(Expect::Execute { statement, .. }) if *statement.special() == Special::Explain => {
                let Some(catalog) = &self.catalog else { return Err(Unexpected("a plan without a shard")) };
                let row = explained_row(frame, &catalog.catalog)?;
                self.client.output.extend_from_slice(&row);
                Ok(())
            }
            Some(Expect::Execute { .. }) => {
                self.client.output.extend_from_slice(&frame.bytes);
                Ok(())
            }
            Some(Expect::ExecuteHidden | Expect::HiddenQuery) => Ok(()),
            Some(_) | None => Err(Unexpected("a row without a query")),
        }
    }

    fn completed(&mut self, statement: &Arc<ClientStatement>, simple: bool, frame: &Frame) -> Result<(), Unexpected> {
        let server_tag = Cursor::new(frame.body()).text()?;
        let bytes = match statement.tag() {
            None => frame.bytes.clone(),
            Some(tag) => {
                let mut out = BytesMut::new();
                reply::command_complete(tag, &mut out);
                out.freeze()
            }
        };
        self.redefine(statement, &server_tag);
        self.show_columns();
        if statement.copies_in() {
            self.copy = CopyIn::No;
        }
        if let Some(transaction) = statement.transaction() {
            match &transaction.verb {
                TransactionVerb::Savepoint(name) => self.settings.savepoint(name),
                TransactionVerb::Release(name) => self.settings.release(name),
                TransactionVerb::RollbackTo(name) => self.settings.rollback_to(name),
                // COMMIT of a failed transaction answers ROLLBACK.
                TransactionVerb::Commit { chain: _ } | TransactionVerb::Rollback { chain: _ } => {
                    if server_tag == "ROLLBACK" {
                        self.settings.rollback();
                    } else {
                        self.settings.commit();
                    }
                    self.failed = false;
                }
                TransactionVerb::Begin | TransactionVerb::SetTransaction => {}
            }
        }
        if let Special::Set { name, value, local: false } = statement.special() {
            self.settings.set(name, Some(value));
        }
        if let Some(command) = statement.session() {
            match command {
                Command::Set { name, value, local: false } => self.settings.set(name, value.as_deref()),
                Command::Reset(name) => self.settings.set(name, None),
                Command::ResetAll => {
                    self.settings.reset_all();
                    // The server went back to its own defaults, not to the client's.
                    if let Some(backend) = self.backend() {
                        backend.settings = std::sync::Arc::default();
                    }
                }
                Command::Set { local: true, .. }
                | Command::Show { .. }
                | Command::SetOrg(_)
                | Command::SetAlready
                | Command::DiscardAll
                | Command::Listen(_)
                | Command::Unlisten(_)
                | Command::Deallocate(_) => {}
            }
        }
        // The commit of an implicit transaction comes after: until it has, a simple query is not complete.
        if simple && matches!(self.expect.front(), Some(Expect::Sync)) {
            self.held = Some(bytes);
        } else {
            self.client.output.extend_from_slice(&bytes);
        }
        Ok(())
    }

    fn ready(&mut self, frame: &Frame) -> Result<(), Unexpected> {
        let status = Cursor::new(frame.body()).byte()?;
        let front = self.expect.pop_front();
        match front {
            Some(Expect::HiddenQuery) => return Ok(()),
            Some(Expect::Sync) => self.answered += 1,
            Some(_) | None => return Err(Unexpected("ready without a Sync")),
        }
        if let Some(backend) = self.backend() {
            backend.ready();
        }
        if let Some(held) = self.held.take() {
            self.client.output.extend_from_slice(&held);
        }
        self.client.output.extend_from_slice(&frame.bytes);
        self.status = status;
        if !self.expect.iter().any(|expect| matches!(expect, Expect::Sync)) {
            self.answered_whole();
        }
        self.in_block = status == b'T' && self.expect.is_empty();
        if status == b'I' {
            self.truncated.clear();
            self.transaction_ended(self.failed);
            // Those of later groups are in transactions to come.
            let answered = self.answered;
            self.portals.retain(|_, (group, _)| *group >= answered);
            if self.failed {
                self.settings.rollback();
            } else {
                self.settings.commit();
            }
            self.failed = false;
        }
        Ok(())
    }

    /// An error of the shard's: the group it happened in is over.
    fn failed(&mut self, frame: &Frame) -> Result<(), Unexpected> {
        self.failed = true;
        self.held = None;
        self.columns = None;
        if let Some(backend) = self.backend() {
            backend.forget_unconfirmed();
        }
        if matches!(self.expect.front(), Some(Expect::HiddenQuery)) {
            return Err(Unexpected("a session's settings were refused"));
        }
        let bytes = match self.expect.front() {
            Some(Expect::Poison(bytes)) => bytes.clone(),
            front => {
                let statement = match front {
                    Some(Expect::Parse { statement, .. } | Expect::DescribeStatement { statement, .. }) => {
                        Some(statement)
                    }
                    Some(Expect::Execute { statement, .. }) => Some(statement),
                    Some(Expect::Bind { statement, .. }) => statement.as_ref(),
                    Some(_) | None => None,
                };
                let statement = statement.cloned();
                match statement.as_deref().and_then(|statement| self.lost_draw(statement, frame)) {
                    Some(fault) => fault.bytes(),
                    None => self.logical(b'E', frame, statement.as_deref())?,
                }
            }
        };
        if let Some(Expect::Execute { statement, .. } | Expect::Parse { statement, .. }) = self.expect.front() {
            let statement = Arc::clone(statement);
            self.forget_prepared(&statement);
        }
        self.client.output.extend_from_slice(&bytes);
        // The shard skips everything up to the next Sync.
        let was_copying = self.copy != CopyIn::No;
        let sync = self.expect.iter().position(|expect| matches!(expect, Expect::Sync));
        let skipped = self.expect.drain(..sync.unwrap_or(self.expect.len())).collect();
        self.undo(skipped);
        if sync.is_none() {
            self.copy = CopyIn::No;
            if self.simple.take().is_some() {
                // The rest of a simple query is over too.
                if let Some(backend) = self.backend() {
                    backend.sync();
                }
                self.expect.push_back(Expect::Sync);
                self.groups += 1;
                self.group_open = false;
                self.hurried = false;
                self.org_set = false;
            } else if self.group_open || was_copying {
                self.skipping = true;
            }
        }
        Ok(())
    }

    fn notice(&mut self, frame: &Frame) -> Result<(), Unexpected> {
        if matches!(self.expect.front(), Some(Expect::HiddenQuery | Expect::ExecuteHidden)) {
            return Ok(());
        }
        let bytes = self.logical(b'N', frame, None)?;
        self.client.output.extend_from_slice(&bytes);
        Ok(())
    }

    fn parameter(&mut self, frame: &Frame) -> Result<(), Unexpected> {
        let mut cursor = Cursor::new(frame.body());
        let (name, value) = (cursor.text()?, cursor.text()?);
        let hidden = matches!(self.expect.front(), Some(Expect::HiddenQuery));
        if let Some(backend) = self.backend() {
            match backend.parameters.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = value,
                None => backend.parameters.push((name, value)),
            }
        }
        // PostgreSQL says it last, and so when the commit is through.
        if let Some(held) = self.held.take() {
            self.client.output.extend_from_slice(&held);
        }
        // The client knows its own settings: it hears only of what it changed.
        self.forward_if(!hidden, frame);
        Ok(())
    }

    /// A report in logical terms, with its position in the client's text.
    fn logical(&self, tag: u8, frame: &Frame, statement: Option<&ClientStatement>) -> Result<Bytes, Unexpected> {
        let mut fields = report::fields(&frame.body())?;
        let Some(catalog) = &self.catalog else { return Err(Unexpected("a report without a shard")) };
        let position = fields
            .iter()
            .find(|(letter, _)| *letter == b'P')
            .and_then(|(_, text)| text.parse().ok())
            .zip(statement)
            .and_then(|(at, statement)| statement.position(&catalog.catalog, self.place, at));
        if let Some(records) = statement.and_then(ClientStatement::records) {
            of_copied(&mut fields, &catalog.catalog, records.object);
        }
        let mut fields = logical_fields(fields, &catalog.catalog);
        if let Some(Special::Execute(name)) = statement.map(ClientStatement::special) {
            under_own_name(&mut fields, name);
        }
        fields.extend(position.map(|position| (b'P', position.to_string())));
        let mut out = BytesMut::new();
        report::write(tag, &fields, &mut out);
        Ok(out.freeze())
    }
}
