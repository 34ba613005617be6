//! [`PlanError`]: why a text was refused, in the client's terms.

use crate::sqlstate::SqlState;

/// Why a text did not become plans: everything an ErrorResponse needs, in logical terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlanError {
    /// The SQLSTATE.
    pub sqlstate: SqlState,
    /// A stable code of the refusal (`ddl`, `unknown_table`, ...), for metrics and tests.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Where: the character's number in the client's text, from 1, as in field P of ErrorResponse.
    pub position: Option<u32>,
    /// Whether PostgreSQL says the same without a place: then none is made up.
    pub(crate) placeless: bool,
}

impl PlanError {
    pub(crate) fn new(sqlstate: SqlState, code: &'static str, message: impl Into<String>) -> PlanError {
        PlanError {
            sqlstate,
            code,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            placeless: false,
        }
    }

    /// Something that PostgreSQL may know and orgfold does not support (0A000).
    pub(crate) fn unsupported(what: impl AsRef<str>, position: u32) -> PlanError {
        PlanError::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "unsupported",
            format!("{} is not supported by orgfold", what.as_ref()),
        )
        .at(position)
    }

    /// A breach of orgfold's own invariants (XX000): nothing is sent.
    pub(crate) fn internal(message: impl Into<String>) -> PlanError {
        PlanError::new(SqlState::INTERNAL_ERROR, "internal", message)
    }

    /// Sets the position, unless it is 0 (unknown).
    pub(crate) fn at(mut self, position: u32) -> PlanError {
        if position > 0 {
            self.position = Some(position);
        }
        self
    }

    /// PostgreSQL says the same without a place: none is made up.
    pub(crate) fn placeless(mut self) -> PlanError {
        self.placeless = true;
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> PlanError {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> PlanError {
        self.hint = Some(hint.into());
        self
    }
}
