//! `orgfold directory init`: the tables of `sql/directory`, each file once.
//!
//! In: an empty database, or one prepared before. Out: the current tables. Safe to run twice and from two places at
//! once: one transaction under an advisory lock. A file whose text changed after it was applied is an error.

use sha2::{Digest, Sha256};

use super::connect;
use crate::config::DirectoryConfig;
use crate::directory::DirectoryError;

const BOOTSTRAP: &str = include_str!("../../../sql/directory/0000_bootstrap.sql");

/// In the order they are applied.
const FILES: &[(&str, &str)] = &[("0001_directory.sql", include_str!("../../../sql/directory/0001_directory.sql"))];

/// Held while preparing: two at once would both find nothing applied. ("orgfold" in ASCII.)
const LOCK: i64 = 0x006f_7267_666f_6c64;

/// Prepares the directory database; returns the names of the files it applied (none when all were there).
///
/// # Errors
/// [`DirectoryError`] when the database cannot be reached, refuses, or was prepared with other files. Nothing has
/// changed then.
pub async fn prepare(config: &DirectoryConfig) -> Result<Vec<&'static str>, DirectoryError> {
    let mut client = connect(config).await?;
    let transaction = client.transaction().await.map_err(DirectoryError::Failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(DirectoryError::Failed)?;
    transaction.batch_execute(BOOTSTRAP).await.map_err(DirectoryError::Failed)?;
    let mut applied = Vec::new();
    for (name, text) in FILES {
        let checksum = checksum(text);
        let known = transaction
            .query_opt("SELECT checksum FROM orgfold.directory_migration WHERE name = $1", &[name])
            .await
            .map_err(DirectoryError::Failed)?
            .map(|row| row.get::<_, String>(0));
        match known {
            Some(known) if known == checksum => continue,
            Some(_) => return Err(DirectoryError::Drift { name: (*name).to_owned() }),
            None => {}
        }
        transaction.batch_execute(text).await.map_err(DirectoryError::Failed)?;
        transaction
            .execute("INSERT INTO orgfold.directory_migration (name, checksum) VALUES ($1, $2)", &[name, &checksum])
            .await
            .map_err(DirectoryError::Failed)?;
        applied.push(*name);
    }
    transaction.commit().await.map_err(DirectoryError::Failed)?;
    Ok(applied)
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
