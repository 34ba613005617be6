//! [`Error`]: the one error of the library's surface: opaque, with predicates and PostgreSQL's fields.
//!
//! In: the errors of the stages and what a shard reported, already in logical terms. Out: an SQLSTATE, a message for the
//! service, fields to tell causes apart. Invariants: nothing physical is reachable from it, not even by `source` or
//! `Debug`; each stage's error becomes one by an exhaustive match. What is absent: retrying.

mod refusal;

pub use refusal::Refusal;

use std::fmt;

use crate::config::ConfigError;
use crate::directory::DirectoryError;
use crate::plan::PlanError;
use crate::sqlstate::SqlState;

/// Where an error arose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Origin {
    /// orgfold refused the statement before any of it was sent.
    Refused,
    /// The database server answered with it.
    Server,
    /// No server has an answer: configuration, connecting, connections lost, values that do not convert.
    Here,
}

/// Why something did not happen.
///
/// ```
/// use orgfold::Error;
///
/// fn status(error: &Error) -> u16 {
///     match error.code() {
///         "3D000" => 404,                              // no such org
///         "23505" => 409,                              // which one: error.constraint()
///         _other if error.is_retryable() => 503,       // it has not happened, and may go better next time
///         _other if error.is_outcome_unknown() => 500, // it may or may not have happened
///         _other => 500,
///     }
/// }
/// ```
pub struct Error(Box<Fields>);

struct Fields {
    origin: Origin,
    /// The stage's own stable code; empty where it has none.
    reason: &'static str,
    code: tokio_postgres::error::SqlState,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<u32>,
    context: Option<String>,
    schema: Option<String>,
    table: Option<String>,
    column: Option<String>,
    constraint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    fn new(origin: Origin, code: &str, message: impl Into<String>) -> Error {
        Error(Box::new(Fields {
            origin,
            reason: "",
            code: tokio_postgres::error::SqlState::from_code(code),
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            context: None,
            schema: None,
            table: None,
            column: None,
            constraint: None,
            source: None,
        }))
    }

    /// A refusal: nothing was sent.
    pub(crate) fn refused(sqlstate: SqlState, message: impl Into<String>) -> Error {
        Error::new(Origin::Refused, sqlstate.code(), message)
    }

    /// A fault that no server reported.
    pub(crate) fn here(sqlstate: SqlState, message: impl Into<String>) -> Error {
        Error::new(Origin::Here, sqlstate.code(), message)
    }

    /// What a server reported, by the protocol's letters. The fields must be logical already.
    pub(crate) fn server(fields: Vec<(u8, String)>, position: Option<u32>) -> Error {
        let mut error = Error::new(Origin::Server, SqlState::INTERNAL_ERROR.code(), "the database server failed");
        let own = &mut *error.0;
        own.position = position;
        for (letter, text) in fields {
            match letter {
                b'C' => own.code = tokio_postgres::error::SqlState::from_code(&text),
                b'M' => own.message = text,
                b'D' => own.detail = Some(text),
                b'H' => own.hint = Some(text),
                b'W' => own.context = Some(text),
                b's' => own.schema = Some(text),
                b't' => own.table = Some(text),
                b'c' => own.column = Some(text),
                b'n' => own.constraint = Some(text),
                _other => {}
            }
        }
        error
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        self.0.source = Some(Box::new(source));
        self
    }

    /// The five characters of the SQLSTATE.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.code.code()
    }

    /// The SQLSTATE as `tokio-postgres` names it: `error.sqlstate() == &SqlState::UNIQUE_VIOLATION`.
    #[must_use]
    pub fn sqlstate(&self) -> &tokio_postgres::error::SqlState {
        &self.0.code
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// More about it.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Where in the statement's text, as the service wrote it: the character's number from 1.
    #[must_use]
    pub fn position(&self) -> Option<u32> {
        self.0.position
    }

    /// In the middle of what it happened.
    #[must_use]
    pub fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }

    /// The schema that it is about.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.0.schema.as_deref()
    }

    /// The table that it is about.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// The column that it is about.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// The constraint that was violated.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// Whether orgfold refused the statement: no part of it was sent.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.0.origin == Origin::Refused
    }

    /// Whether the database server reported it.
    #[must_use]
    pub fn is_from_server(&self) -> bool {
        self.0.origin == Origin::Server
    }

    /// Whether the same transaction may succeed when tried again as a whole, and certainly has not happened: a
    /// serialization failure, a deadlock, an org that is being moved, no connection. A connection lost half-way (08006)
    /// is not among them: see [`Error::is_outcome_unknown`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.code(), "40001" | "40P01" | "53300" | "57P03" | "08001")
    }

    /// Whether the connection was lost on the way: the statement, or the COMMIT, may or may not have happened.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.code() == SqlState::CONNECTION_FAILURE.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.message, self.code())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = &*self.0;
        let mut out = f.debug_struct("Error");
        out.field("code", &fields.code.code()).field("message", &fields.message);
        let texts = [
            ("detail", &fields.detail),
            ("hint", &fields.hint),
            ("context", &fields.context),
            ("schema", &fields.schema),
            ("table", &fields.table),
            ("column", &fields.column),
            ("constraint", &fields.constraint),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                out.field(name, text);
            }
        }
        if let Some(position) = fields.position {
            out.field("position", &position);
        }
        if let Some(source) = &fields.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Error {
        let PlanError { sqlstate, code, message, detail, hint, position, placeless: _ } = error;
        let mut refused = Error::refused(sqlstate, message);
        refused.0.reason = code;
        (refused.0.detail, refused.0.hint, refused.0.position) = (detail, hint, position);
        refused
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Error {
        Error::here(SqlState::INVALID_PARAMETER_VALUE, error.to_string()).with_source(error)
    }
}

impl From<DirectoryError> for Error {
    fn from(error: DirectoryError) -> Error {
        let new = Error::here(error.sqlstate(), error.to_string());
        let new = match error.hint() {
            Some(hint) => new.with_hint(hint),
            None => new,
        };
        new.with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_keeps_its_fields_and_its_code() {
        let fields = [(b'C', "23505"), (b'M', "taken"), (b'n', "invoice_no_key"), (b't', "invoice"), (b'S', "ERROR")];
        let error = Error::server(fields.map(|(letter, text)| (letter, text.to_owned())).into(), Some(7));
        assert_eq!(error.sqlstate(), &tokio_postgres::error::SqlState::UNIQUE_VIOLATION);
        assert_eq!(
            (error.constraint(), error.table(), error.position()),
            (Some("invoice_no_key"), Some("invoice"), Some(7))
        );
        assert_eq!(error.to_string(), "taken (23505)");
        assert!(error.is_from_server() && !error.is_refused() && !error.is_retryable());
    }

    #[test]
    fn predicates_tell_refusals_retries_and_doubt_apart() {
        let refused = Error::refused(SqlState::INSUFFICIENT_PRIVILEGE, "no");
        assert!(refused.is_refused() && !refused.is_retryable() && !refused.is_outcome_unknown());
        assert!(Error::here(SqlState::TOO_MANY_CONNECTIONS, "wait").is_retryable());
        let lost = Error::here(SqlState::CONNECTION_FAILURE, "lost");
        assert!(lost.is_outcome_unknown() && !lost.is_retryable());
    }
}
