//! [`Fault`]: what a client is told when something is refused or fails here.
//!
//! Invariant: each fault has its own words for the client; causes stay in the log.

use bytes::{Bytes, BytesMut};

use crate::engine::EngineError;
use crate::plan::PlanError;
use crate::sqlstate::SqlState;
use crate::upstream::UpstreamError;
use crate::wire::{Malformed, NOT_UTF8, report};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// The statement is over.
    Error,
    /// The connection is over.
    Fatal,
}

/// An ErrorResponse of orgfold's own.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) severity: Severity,
    pub(super) sqlstate: SqlState,
    pub(super) message: String,
    pub(super) detail: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) position: Option<u32>,
}

impl Fault {
    pub(super) fn error(sqlstate: SqlState, message: impl Into<String>) -> Fault {
        let message = message.into();
        Fault { severity: Severity::Error, sqlstate, message, detail: None, hint: None, position: None }
    }

    pub(super) fn fatal(sqlstate: SqlState, message: impl Into<String>) -> Fault {
        Fault { severity: Severity::Fatal, ..Fault::error(sqlstate, message) }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    /// As it goes over the wire.
    pub(super) fn bytes(&self) -> Bytes {
        let severity = match self.severity {
            Severity::Error => "ERROR",
            Severity::Fatal => "FATAL",
        };
        let mut fields = vec![
            (b'S', severity.to_owned()),
            (b'V', severity.to_owned()),
            (b'C', self.sqlstate.code().to_owned()),
            (b'M', self.message.clone()),
        ];
        let more = [(b'D', &self.detail), (b'H', &self.hint)];
        fields.extend(more.into_iter().filter_map(|(letter, text)| Some((letter, text.clone()?))));
        fields.extend(self.position.map(|position| (b'P', position.to_string())));
        let mut out = BytesMut::new();
        report::write(b'E', &fields, &mut out);
        out.freeze()
    }
}

impl From<PlanError> for Fault {
    fn from(error: PlanError) -> Fault {
        let PlanError { sqlstate, code, message, detail, hint, position, placeless: _ } = error;
        tracing::debug!(request = super::who::request(), code, %sqlstate, "refused");
        Fault { severity: Severity::Error, sqlstate, message, detail, hint, position }
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Fault {
        let message = match &error {
            EngineError::UnknownOrg(_)
            | EngineError::Suspended(_)
            | EngineError::Moving(_)
            | EngineError::NoShard
            | EngineError::Unread(_)
            | EngineError::ShardUnknown(_) => error.to_string(),
            // Its words are for operators.
            EngineError::Config(_) | EngineError::Directory(_) => "orgfold is not ready".to_owned(),
        };
        Fault::error(error.sqlstate(), message)
    }
}

impl From<UpstreamError> for Fault {
    fn from(error: UpstreamError) -> Fault {
        tracing::warn!(request = super::who::request(), error = &error as &dyn std::error::Error, "a shard failed");
        let message = match &error {
            UpstreamError::Tls(fault, _) | UpstreamError::Recently(_, Some(fault)) => {
                return Fault::error(error.sqlstate(), format!("cannot connect to the database server: {fault}"));
            }
            UpstreamError::Unreachable(_) | UpstreamError::Silent | UpstreamError::Recently(_, None) => {
                "cannot connect to the database server"
            }
            UpstreamError::Refused { .. } | UpstreamError::Authentication | UpstreamError::Settings => {
                "the database server refused the connection"
            }
            UpstreamError::Malformed(_) => "the database server broke the protocol",
            UpstreamError::Busy => "no connection to the database server became free in time",
            UpstreamError::Lost => "the connection to the database server was lost",
        };
        Fault::error(error.sqlstate(), message)
    }
}

impl From<Malformed> for Fault {
    fn from(Malformed(what): Malformed) -> Fault {
        let sqlstate =
            if what == NOT_UTF8.0 { SqlState::CHARACTER_NOT_IN_REPERTOIRE } else { SqlState::PROTOCOL_VIOLATION };
        Fault::fatal(sqlstate, what)
    }
}
