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
}
