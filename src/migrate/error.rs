//! What can go wrong with a migration.
//!
//! In: the planner's refusals, the driver's errors. Out: [`MigrateError`], whose text names file and line wherever a
//! file is at fault. What is absent: retrying.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::directory::DirectoryError;

/// A statement that is not applied, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Refusal {
    /// The line in the file, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

impl Refusal {
    pub(super) fn at(line: usize, reason: impl Into<String>) -> Refusal {
        Refusal { line, reason: reason.into() }
    }
}

/// Why a migration did not happen.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A schema file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Two files of one name: migrations are told apart by their names.
    #[error("two schema files are called {0}")]
    SameName(String),
    /// A statement that cannot be made safe. Nothing of its file was applied.
    #[error("{file}:{line}: {reason}")]
    Refused {
        /// Which file.
        file: String,
        /// Which line.
        line: usize,
        /// Why.
        reason: String,
    },
    /// A file was applied and then changed.
    #[error(
        "{file} was applied to shard {shard} with another text: write a new file instead of changing an applied one"
    )]
    Changed {
        /// Which file.
        file: String,
        /// Where.
        shard: String,
    },
    /// A shard cannot be reached.
    #[error("cannot connect to shard {shard}")]
    Unreachable {
        /// Which.
        shard: String,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A shard refused a statement of a file; the file's transaction was rolled back.
    #[error("{file}:{line}: shard {shard} refused: {}\n{sql}", .source.as_db_error().map_or_else(|| .source.to_string(), |error| error.message().to_owned()))]
    Statement {
        /// Which file.
        file: String,
        /// The line of the statement it comes from.
        line: usize,
        /// Where.
        shard: String,
        /// The physical statement.
        sql: String,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A shard failed at something that is no statement of a file.
    #[error("shard {shard} failed while {doing}: {}", .source.as_db_error().map_or_else(|| .source.to_string(), |error| error.message().to_owned()))]
    Shard {
        /// Which.
        shard: String,
        /// At what.
        doing: &'static str,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A shard is not as it must be.
    #[error("shard {shard}: {reason}")]
    Unfit {
        /// Which.
        shard: String,
        /// Why.
        reason: String,
    },
    /// The directory lists no shards.
    #[error("the directory has no shards: add one with `orgfold shard add`")]
    NoShards,
    /// No shard of that name or number.
    #[error("there is no shard {0}")]
    UnknownShard(String),
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The config is at fault.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl MigrateError {
    pub(super) fn refused(file: &str, refusal: Refusal) -> MigrateError {
        MigrateError::Refused { file: file.to_owned(), line: refusal.line, reason: refusal.reason }
    }
}
