//! Shards: add, list, close to new orgs.
//!
//! In: where a shard's database is. Out: its number, never given twice. What is absent: credentials, which each
//! instance's config holds; making the database, which is the operator's; its tables, which `orgfold migrate` makes.

use super::{Operations, checked_name, or_exists};
use crate::directory::{DirectoryError, ShardEntry, ShardState, load};

/// A shard to add.
#[derive(Clone, Debug)]
pub struct NewShard {
    /// Its name for operators: as a slug.
    pub name: String,
    /// The region it is in; made when it is new.
    pub region: String,
    /// Host name, address, or the folder of a Unix socket.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Database name.
    pub database: String,
}

/// A shard and how full it is.
#[derive(Clone, Debug)]
pub struct ShardRecord {
    /// The shard.
    pub entry: ShardEntry,
    /// How many orgs live on it.
    pub orgs: i64,
}

impl Operations {
    /// Adds a shard, open to new orgs.
    ///
    /// # Errors
    /// [`DirectoryError::ShardExists`] when name or address is taken, [`DirectoryError::InvalidName`].
    pub async fn add_shard(&mut self, new: &NewShard) -> Result<ShardRecord, DirectoryError> {
        checked_name(&new.name, "shard name")?;
        checked_name(&new.region, "region name")?;
        if new.host.is_empty() || new.host.contains('\0') {
            return Err(DirectoryError::InvalidName(new.host.clone(), "host"));
        }
        if new.database.is_empty() || new.database.contains('\0') {
            return Err(DirectoryError::InvalidName(new.database.clone(), "database name"));
        }
        let change = self.change().await?;
        change
            .execute("INSERT INTO orgfold.region (name) VALUES ($1) ON CONFLICT DO NOTHING", &[&new.region])
            .await
            .map_err(DirectoryError::of)?;
        change
            .execute(
                "INSERT INTO orgfold.shard (id, name, region, host, port, database) \
                 SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5 FROM orgfold.shard",
                &[&new.name, &new.region, &new.host, &i32::from(new.port), &new.database],
            )
            .await
            .map_err(|error| or_exists(error, DirectoryError::ShardExists(new.name.clone())))?;
        change.commit().await.map_err(DirectoryError::of)?;
        self.shard(&new.name).await
    }

    /// Opens a shard to new orgs or closes it to them.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownShard`].
    pub async fn set_shard_state(&mut self, name: &str, state: ShardState) -> Result<ShardRecord, DirectoryError> {
        let word = match state {
            ShardState::Active => "active",
            ShardState::Closed => "closed",
        };
        let changed = self
            .client
            .execute("UPDATE orgfold.shard SET state = $2 WHERE name = $1", &[&name, &word])
            .await
            .map_err(DirectoryError::of)?;
        if changed == 0 { Err(DirectoryError::UnknownShard(name.to_owned())) } else { self.shard(name).await }
    }

    /// Every shard, by number.
    ///
    /// # Errors
    /// [`DirectoryError`] when the directory fails.
    pub async fn shards(&self) -> Result<Vec<ShardRecord>, DirectoryError> {
        let counts = self
            .client
            .query("SELECT shard_id, count(*) FROM orgfold.placement GROUP BY shard_id", &[])
            .await
            .map_err(DirectoryError::of)?;
        let count = |id: i16| counts.iter().find(|row| row.get::<_, i16>(0) == id).map_or(0, |row| row.get(1));
        let shards = load::shards(&self.client).await?;
        Ok(shards.into_iter().map(|entry| ShardRecord { orgs: count(entry.id.get()), entry }).collect())
    }

    /// The shard of that name.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownShard`].
    pub async fn shard(&self, name: &str) -> Result<ShardRecord, DirectoryError> {
        let found = self.shards().await?.into_iter().find(|shard| shard.entry.name == name);
        found.ok_or_else(|| DirectoryError::UnknownShard(name.to_owned()))
    }
}
