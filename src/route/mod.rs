//! Where it lives: an org's placement on a shard, and its leaf there.
//!
//! In: an org's entry of the directory and the shard's catalog. Out: [`Place`], which can only be made for an org that
//! may be served. What is absent: I/O.

use crate::catalog::{Catalog, LeafNumber, leaf_of};
use crate::org::OrgId;

/// A shard's number: 1 to 32,767, given by the directory, never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ShardId(i16);

/// A shard number that is not greater than zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("shard number {0} is not greater than zero")]
pub struct InvalidShardId(i16);

impl ShardId {
    /// Checks that `id` is greater than zero.
    ///
    /// # Errors
    /// [`InvalidShardId`] otherwise.
    pub const fn try_new(id: i16) -> Result<ShardId, InvalidShardId> {
        if id > 0 { Ok(ShardId(id)) } else { Err(InvalidShardId(id)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i16 {
        self.0
    }
}

impl std::fmt::Display for ShardId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an org's rows are: shard, leaf, and the epoch of the placement this was read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    org: OrgId,
    shard: ShardId,
    leaf: LeafNumber,
    epoch: i64,
}

impl Place {
    /// The place of an org on a shard with that catalog.
    #[must_use]
    pub fn new(org: OrgId, shard: ShardId, epoch: i64, catalog: &Catalog) -> Place {
        Place { org, shard, leaf: leaf_of(org, catalog.leaves), epoch }
    }

    /// The org.
    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.org
    }

    /// Its shard.
    #[must_use]
    pub const fn shard(&self) -> ShardId {
        self.shard
    }

    /// Its leaf, the same in every table.
    #[must_use]
    pub const fn leaf(&self) -> LeafNumber {
        self.leaf
    }

    /// The placement's epoch.
    #[must_use]
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }
}
