//! What operators do to the directory: prepare it, and create, change and drop orgs, shards and roles.
//!
//! In: names and words. Out: rows of the directory, each change in one transaction, announced to every instance by
//! the tables' triggers. Invariants: a name is checked before it is written; a password never leaves this process,
//! only its SCRAM verifier does. What is absent: caching; printing (`cli` does).

mod erase;
mod org;
mod prepare;
mod role;
mod shard;

pub use org::OrgRecord;
pub use prepare::prepare;
pub use role::{NewRole, RoleRecord};
pub use shard::{NewShard, ShardRecord};

use tokio_postgres::{Client, Transaction};

use super::{DirectoryError, load};
use crate::config::DirectoryConfig;
use crate::tls::Tls;

/// A connection to the directory for operators.
pub struct Operations {
    client: Client,
}

impl std::fmt::Debug for Operations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Operations")
    }
}

impl Operations {
    /// Connects.
    ///
    /// # Errors
    /// [`DirectoryError::Unreachable`], or [`DirectoryError::NotPrepared`] before `orgfold directory init`.
    pub async fn connect(config: &DirectoryConfig) -> Result<Operations, DirectoryError> {
        let operations = Operations { client: connect(config).await? };
        operations.version().await?;
        Ok(operations)
    }

    /// The directory's version: what [`super::Directory::wait_for`] waits for after a change.
    ///
    /// # Errors
    /// [`DirectoryError`] when the directory fails.
    pub async fn version(&self) -> Result<i64, DirectoryError> {
        load::version(&self.client).await
    }

    /// A transaction that is alone in changing the directory: what it reads stays true until it commits.
    async fn change(&mut self) -> Result<Transaction<'_>, DirectoryError> {
        let transaction = self.client.transaction().await.map_err(DirectoryError::of)?;
        transaction.execute("SELECT version FROM orgfold.version FOR UPDATE", &[]).await.map_err(DirectoryError::of)?;
        Ok(transaction)
    }
}

async fn connect(config: &DirectoryConfig) -> Result<Client, DirectoryError> {
    let tls = Tls::new(&config.tls()?)?;
    let settings = tls.applied(config.postgres()?);
    let (client, connection) = settings.connect(tls).await.map_err(DirectoryError::Unreachable)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to the directory ended");
        }
    });
    Ok(client)
}

/// Maps a duplicate key to the error that says what exists already.
fn or_exists(error: tokio_postgres::Error, exists: DirectoryError) -> DirectoryError {
    if error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION) {
        exists
    } else {
        DirectoryError::of(error)
    }
}

/// Names of shards and regions follow the rule of slugs, so that they can stand in any file name or label.
fn checked_name(name: &str, what: &'static str) -> Result<(), DirectoryError> {
    match crate::org::Slug::try_new(name) {
        Ok(_) => Ok(()),
        Err(_) => Err(DirectoryError::InvalidName(name.to_owned(), what)),
    }
}
