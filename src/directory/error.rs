//! What can go wrong with the directory, for operators and for [`crate::sqlstate`].
//!
//! In: errors of the driver and facts of the tables. Out: [`DirectoryError`]. What is absent: retrying.

use crate::catalog::InvalidLeafCount;
use crate::config::ConfigError;
use crate::org::{InvalidOrgId, InvalidSlug};
use crate::route::InvalidShardId;
use crate::sqlstate::SqlState;

/// Why the directory did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The config does not say how to reach it.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It cannot be reached.
    #[error("cannot connect to the directory")]
    Unreachable(#[source] tokio_postgres::Error),
    /// It refused a statement or went away.
    #[error("the directory failed")]
    Failed(#[source] tokio_postgres::Error),
    /// It did not answer in time.
    #[error("the directory does not answer")]
    Silent,
    /// The database is there, the tables are not.
    #[error("the directory database has not been prepared")]
    NotPrepared,
    /// A file of `sql/directory` was applied with another text.
    #[error("the directory was prepared by another version of orgfold: {name} differs")]
    Drift {
        /// Which file.
        name: String,
    },
    /// A row breaks a rule that the tables check.
    #[error("the directory holds nonsense: {what}")]
    Corrupt {
        /// What is wrong.
        what: String,
    },
    /// No such org.
    #[error("org {0:?} does not exist")]
    UnknownOrg(String),
    /// The slug is taken.
    #[error("org {0:?} exists already")]
    OrgExists(String),
    /// Not a slug.
    #[error(transparent)]
    InvalidSlug(#[from] InvalidSlug),
    /// The org is in another state than the operation needs.
    #[error("org {slug:?} is {state}")]
    WrongState {
        /// Which org.
        slug: String,
        /// In which state.
        state: &'static str,
    },
    /// No such shard.
    #[error("shard {0:?} does not exist")]
    UnknownShard(String),
    /// The name or the address is taken.
    #[error("a shard of that name or address exists already: {0:?}")]
    ShardExists(String),
    /// Nowhere to put a new org.
    #[error("no active shard takes new orgs")]
    NoShard,
    /// No such role.
    #[error("role {0:?} does not exist")]
    UnknownRole(String),
    /// The name is taken.
    #[error("role {0:?} exists already")]
    RoleExists(String),
    /// A name that the tables would not take.
    #[error("{0:?} is not a valid {1}")]
    InvalidName(String, &'static str),
    /// An empty password would let anyone in.
    #[error("the password is empty")]
    EmptyPassword,
    /// A shard refused a statement or cannot be reached.
    #[error("shard {shard:?} failed")]
    ShardFailed {
        /// Which shard.
        shard: String,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A shard's catalog cannot be read.
    #[error("shard {shard:?} holds a catalog that this version cannot read: {message}")]
    ShardCatalog {
        /// Which shard.
        shard: String,
        /// Why.
        message: String,
    },
}

impl DirectoryError {
    /// Its SQLSTATE.
    #[must_use]
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            DirectoryError::Config(_) | DirectoryError::InvalidSlug(_) | DirectoryError::EmptyPassword => {
                SqlState::INVALID_PARAMETER_VALUE
            }
            DirectoryError::InvalidName(..) => SqlState::INVALID_NAME,
            DirectoryError::Unreachable(_) | DirectoryError::Silent => SqlState::CANNOT_CONNECT,
            DirectoryError::Failed(_) | DirectoryError::ShardFailed { .. } => SqlState::CONNECTION_FAILURE,
            DirectoryError::NotPrepared
            | DirectoryError::Drift { .. }
            | DirectoryError::NoShard
            | DirectoryError::WrongState { .. } => SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
            DirectoryError::Corrupt { .. } | DirectoryError::ShardCatalog { .. } => SqlState::INTERNAL_ERROR,
            DirectoryError::UnknownOrg(_) => SqlState::INVALID_CATALOG_NAME,
            DirectoryError::UnknownShard(_) | DirectoryError::UnknownRole(_) => SqlState::UNDEFINED_OBJECT,
            DirectoryError::OrgExists(_) | DirectoryError::ShardExists(_) | DirectoryError::RoleExists(_) => {
                SqlState::DUPLICATE_OBJECT
            }
        }
    }

    /// What to do about it, if that can be said.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            DirectoryError::NotPrepared => Some("run `orgfold directory init`"),
            DirectoryError::Drift { .. } => Some("run the `orgfold` that prepared it, or a newer one"),
            DirectoryError::Unreachable(_) | DirectoryError::Silent => {
                Some("check [directory] url in the config and that PostgreSQL runs there")
            }
            DirectoryError::NoShard => Some("add one with `orgfold shard add`"),
            DirectoryError::UnknownOrg(_) => Some("`orgfold org list` shows every org"),
            DirectoryError::UnknownShard(_) => Some("`orgfold shard list` shows every shard"),
            DirectoryError::UnknownRole(_) => Some("`orgfold role list` shows every role"),
            DirectoryError::ShardFailed { .. } => Some("nothing is lost: run the command again when the shard is back"),
            DirectoryError::Config(_)
            | DirectoryError::Failed(_)
            | DirectoryError::Corrupt { .. }
            | DirectoryError::OrgExists(_)
            | DirectoryError::InvalidSlug(_)
            | DirectoryError::WrongState { .. }
            | DirectoryError::ShardExists(_)
            | DirectoryError::RoleExists(_)
            | DirectoryError::InvalidName(..)
            | DirectoryError::EmptyPassword
            | DirectoryError::ShardCatalog { .. } => None,
        }
    }

    /// An error of the driver while speaking to the directory.
    pub(crate) fn of(error: tokio_postgres::Error) -> DirectoryError {
        match error.code() {
            Some(&tokio_postgres::error::SqlState::UNDEFINED_TABLE)
            | Some(&tokio_postgres::error::SqlState::INVALID_SCHEMA_NAME) => DirectoryError::NotPrepared,
            Some(_) | None => DirectoryError::Failed(error),
        }
    }
}

macro_rules! corrupt {
    ($($error:ty),*) => {$(
        impl From<$error> for DirectoryError {
            fn from(error: $error) -> DirectoryError {
                DirectoryError::Corrupt { what: error.to_string() }
            }
        }
    )*};
}

corrupt!(InvalidOrgId, InvalidShardId, InvalidLeafCount);
