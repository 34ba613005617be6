//! Waiting for what is outstanding: where the next message's meaning depends on how earlier ones end.
//!
//! Messages are sent on as they come, in the belief that what is not answered yet goes well. Where that belief is not
//! enough (a refusal that PostgreSQL might not give, because what it rests on may yet fail; a name whose Parse of an
//! earlier group is not answered; a command of the session's own) the message waits until all is answered. Invariants:
//! a message that waits holds back all that follow; what is waited for was flushed.

use std::sync::Arc;

use super::extended::in_failed_transaction;
use super::fault::{Fault, Severity};
use super::session::{CopyIn, End, Expect, Session};
use super::statement::ClientStatement;
use crate::sqlstate::SqlState;
use crate::wire::{Frame, Malformed, request};

/// Why a message was not carried out.
#[derive(Debug)]
pub(super) enum Hindrance {
    /// It must wait until all before it is answered.
    Early,
    /// It is refused.
    Refused(Fault),
}

impl<T: Into<Fault>> From<T> for Hindrance {
    fn from(fault: T) -> Hindrance {
        Hindrance::Refused(fault.into())
    }
}

impl Session {
    /// One message of the extended protocol.
    pub(super) async fn extended(&mut self, frame: Frame) -> Result<(), End> {
        let settled = self.expect.is_empty();
        let done = match frame.tag {
            b'P' => self.parse(&frame).await,
            b'B' if self.lone_bind(&frame).await => Ok(()),
            b'B' => self.bind(&frame).await,
            b'D' => self.describe(&frame).await,
            b'E' => self.execute(&frame).await,
            b'C' => self.close(&frame),
            b'H' => self.flush(&frame),
            _other => Err(Malformed("invalid message format").into()),
        };
        match done {
            Ok(()) => {}
            // Its grounds may be gone once what is outstanding is answered.
            Err(_) if !settled => self.stalled = Some(frame),
            Err(Hindrance::Refused(fault)) => self.refuse(Fault { severity: Severity::Error, ..fault }),
            Err(Hindrance::Early) => {
                self.refuse(Fault::error(SqlState::INTERNAL_ERROR, "a message waits for nothing"));
            }
        }
        Ok(())
    }

    /// In a failed transaction that is what is said of all that can be read.
    pub(super) fn if_failed(&self, fault: Fault) -> Fault {
        if self.status == b'E' && fault.sqlstate != SqlState::SYNTAX_ERROR { in_failed_transaction() } else { fault }
    }

    /// The client's Flush.
    fn flush(&mut self, frame: &Frame) -> Result<(), Hindrance> {
        crate::wire::Cursor::new(frame.body()).end()?;
        if let Some(backend) = self.backend() {
            request::flush(&mut backend.channel().output);
        }
        Ok(())
    }

    /// Whether the next message waits until everything before it is answered: one that stalled; and whatever PostgreSQL
    /// answers by itself, or not at all, when it comes to it.
    pub(super) fn must_settle_first(&mut self) -> bool {
        if self.is_defining() {
            return true;
        }
        if self.copy != CopyIn::No || self.expect.is_empty() {
            return false;
        }
        let at_once = |tag: &u8| matches!(tag, b'P' | b'B' | b'D' | b'E' | b'C' | b'H' | b'S' | b'd' | b'c' | b'f');
        self.stalled.is_some() || self.client.input.first().is_some_and(|tag| !at_once(tag))
    }

    /// Whether what the client said last is that it goes: all before it is still carried out.
    pub(super) fn is_leaving(&self) -> bool {
        self.stalled.is_none() && self.client.input.first() == Some(&b'X')
    }

    /// Asks the shard for all answers that it owes.
    pub(super) fn hurry(&mut self) {
        if self.group_open
            && !self.hurried
            && let Some(backend) = self.backend()
        {
            request::flush(&mut backend.channel().output);
            self.hurried = true;
        }
    }

    /// The client's name means another statement now, or none. If an earlier message fails, it never did.
    pub(super) fn rename(&mut self, name: &str, statement: Option<Arc<ClientStatement>>) {
        let previous = match statement {
            Some(statement) => self.statements.insert(name.into(), statement),
            None => self.statements.remove(name),
        };
        if !self.expect.is_empty() {
            self.expect.push_back(Expect::Renamed { name: name.into(), previous });
        }
    }

    /// A name means what it meant; or, where a later group gave it another meaning, will if that group fails.
    fn restore(&mut self, name: Box<str>, meant: Option<Arc<ClientStatement>>) {
        let mut later = None;
        for expect in &mut self.expect {
            if let Expect::Renamed { name: renamed, previous } = expect
                && *renamed == name
            {
                later = Some(previous);
                break;
            }
        }
        match (later, meant) {
            (Some(previous), meant) => *previous = meant,
            (None, Some(meant)) => {
                self.statements.insert(name, meant);
            }
            (None, None) => {
                self.statements.remove(&name);
            }
        }
    }

    /// A Parse of the group that is being answered is, for better or worse.
    pub(super) fn proven(&mut self, name: Option<&str>) {
        if let Some(name) = name
            && self.unproven.get(name) == Some(&self.answered)
        {
            self.unproven.remove(name);
        }
    }

    /// Whether the shard may yet refuse the statement of that name, in a group whose end was already asked for: what is
    /// sent now would not be skipped with it.
    pub(super) fn is_doubtful(&self, name: &str) -> bool {
        self.unproven.get(name).is_some_and(|group| *group < self.groups)
    }

    /// What was expected is skipped, because something before it failed: names mean what they meant.
    pub(super) fn undo(&mut self, skipped: Vec<Expect>) {
        for expect in skipped.into_iter().rev() {
            match expect {
                Expect::Parse { name: Some(name), .. } => {
                    self.proven(Some(&name));
                    self.restore(name, None);
                }
                Expect::Renamed { name, previous } => self.restore(name, previous),
                Expect::Bind { portal: Some(portal), .. } => {
                    self.portals.remove(&portal);
                }
                Expect::Execute { statement, .. } => {
                    if statement.copies_in() {
                        self.copy = CopyIn::No;
                    }
                    self.forget_prepared(&statement);
                }
                Expect::Discarded => self.drawn.unmade(),
                _nothing => {}
            }
        }
    }
}
