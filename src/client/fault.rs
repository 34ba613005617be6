//! From the driver's and the engine's errors to [`Error`].

use std::error::Error as _;

use tokio_postgres::error::{ErrorPosition, Severity};
use tokio_postgres::types::WrongType;

use super::physical::Physical;
use crate::catalog::{Catalog, logical_fields, of_copied};
use crate::engine::EngineError;
use crate::error::Error;
use crate::sqlstate::SqlState;
use crate::tls;

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Error {
        match error {
            EngineError::Config(error) => error.into(),
            EngineError::Directory(error) => error.into(),
            EngineError::UnknownOrg(_) | EngineError::Suspended(_) | EngineError::Moving(_) => {
                Error::refused(error.sqlstate(), error.to_string())
            }
            EngineError::Unread(_) => Error::refused(error.sqlstate(), error.to_string()),
            EngineError::NoShard | EngineError::ShardUnknown(_) => Error::here(error.sqlstate(), error.to_string()),
        }
    }
}

/// How the driver's error begins when a parameter could not be written; nothing was sent then.
const UNSENT: &str = "error serializing parameter";

/// Whether the connection is in order after an error: the server has answered and goes on, or nothing was sent.
pub(super) fn is_settled(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(report) => !matches!(report.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        None => error.to_string().starts_with(UNSENT),
    }
}

/// Whether a server refuses to run what it has prepared, because the schema changed under it.
pub(super) fn is_stale(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|report| {
        report.code() == &tokio_postgres::error::SqlState::INVALID_SQL_STATEMENT_NAME
            || report.code() == &tokio_postgres::error::SqlState::FEATURE_NOT_SUPPORTED
                && report.message() == "cached plan must not change result type"
    })
}

/// What went wrong while a statement ran, in the service's words. `None` for orgfold's own statements.
pub(super) fn of(error: tokio_postgres::Error, catalog: &Catalog, statement: Option<&Physical>) -> Error {
    if let Some(report) = error.as_db_error() {
        let position = match report.position() {
            Some(ErrorPosition::Original(at)) => statement.and_then(|statement| statement.position(*at)),
            Some(ErrorPosition::Internal { position: _, query: _ }) | None => None,
        };
        let texts = [
            (b'C', Some(report.code().code())),
            (b'M', Some(report.message())),
            (b'D', report.detail()),
            (b'H', report.hint()),
            (b'W', report.where_()),
            (b's', report.schema()),
            (b't', report.table()),
            (b'c', report.column()),
            (b'n', report.constraint()),
        ];
        let mut fields: Vec<(u8, String)> =
            texts.into_iter().filter_map(|(letter, text)| Some((letter, text?.to_owned()))).collect();
        if let Some(records) = statement.and_then(Physical::records) {
            of_copied(&mut fields, catalog, records.object);
        }
        return Error::server(logical_fields(fields, catalog), position);
    }
    if error.to_string().starts_with(UNSENT) {
        // The driver names the parameter by its index, the type and the reason by its source.
        let wrong = error.source().is_some_and(|source| source.downcast_ref::<WrongType>().is_some());
        let code = if wrong { SqlState::DATATYPE_MISMATCH } else { SqlState::INVALID_TEXT_REPRESENTATION };
        let message = match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        return Error::here(code, message).with_source(error);
    }
    let message = "the connection to the database server was lost";
    Error::here(SqlState::CONNECTION_FAILURE, message).with_source(error)
}

/// Why no connection could be made. What the server said is for the log, not for the service.
pub(super) fn connecting(error: &tokio_postgres::Error) -> Error {
    tracing::warn!(error = error as &dyn std::error::Error, "cannot connect to a shard");
    let message = match (error.as_db_error(), tls::fault(error)) {
        (Some(_), _) => "the database server refused the connection".to_owned(),
        (None, Some(fault)) => format!("cannot connect to the database server: {fault}"),
        (None, None) => "cannot connect to the database server".to_owned(),
    };
    Error::here(SqlState::CANNOT_CONNECT, message)
}
