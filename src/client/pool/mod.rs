//! [`Pools`]: one pool for each shard, deadpool's or bb8's behind [`ShardPool`].
//!
//! Invariants: connections of a shard whose address changed are not handed out; when a shard's catalog changes, what
//! its connections have prepared is forgotten; a lease that was not settled never comes back; no org holds more than its
//! share of a shard's connections. What is absent: anything that only one of the pools can do.

#[cfg(feature = "bb8")]
mod bb8;
mod deadpool;
mod share;
mod upkeep;

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use futures_util::future::BoxFuture;

use super::lease::Lease;
use super::{fault, figures};
use crate::config::{ConfigError, Secret, ShardsConfig};
use crate::directory::ShardEntry;
use crate::engine::Target;
use crate::error::Error;
use crate::plan::CatalogId;
use crate::route::ShardId;
use crate::sqlstate::SqlState;
use crate::tls::Tls;
use share::{Part, Shares};
use upkeep::Upkeep;

/// What every connection is told: literals are written for standard strings, whatever the server's default.
const OPTIONS: &str = "-c standard_conforming_strings=on";

/// Which pool keeps the connections to shards. Both take the limits of `[shards]`: `pool_size` for each shard, `org_share_percent`
/// of it for each org, `pool_wait_ms`, and how long connections are kept.
///
/// ```no_run
/// # async fn example(config: orgfold::Config) -> Result<(), orgfold::Error> {
/// use orgfold::{Orgfold, PoolKind};
///
/// let orgfold = Orgfold::connect_with(config, PoolKind::Bb8).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum PoolKind {
    /// `deadpool-postgres`.
    #[default]
    Deadpool,
    /// `bb8` (feature `bb8`).
    #[cfg(feature = "bb8")]
    Bb8,
}

/// What a pool is made of.
struct Wanted {
    settings: tokio_postgres::Config,
    tls: Tls,
    /// The most connections there may be.
    size: usize,
    /// How long connecting may take.
    patience: Duration,
    upkeep: Upkeep,
}

/// Why there is no connection.
#[derive(Debug)]
enum NoConnection {
    /// None became free in time, or the pool is closed.
    Busy,
    /// Connecting took too long.
    Silent,
    /// Connecting failed.
    Failed(Arc<tokio_postgres::Error>),
    /// A bug of ours.
    Wrong,
}

impl From<NoConnection> for Error {
    fn from(reason: NoConnection) -> Error {
        match reason {
            NoConnection::Busy => {
                let message = "no connection to the database server became free in time";
                Error::here(SqlState::TOO_MANY_CONNECTIONS, message)
            }
            NoConnection::Silent => Error::here(SqlState::CANNOT_CONNECT, "the database server does not answer"),
            NoConnection::Failed(error) => fault::connecting(&error),
            NoConnection::Wrong => Error::here(SqlState::INTERNAL_ERROR, "a pool cannot be made"),
        }
    }
}

/// How many connections there are.
#[derive(Clone, Copy, Debug)]
struct Counts {
    connections: usize,
    idle: usize,
    waiting: usize,
}

/// One shard's connections. What each kind of pool must do.
trait ShardPool: fmt::Debug + Send + Sync {
    /// A connection that is open; waits for a free one no longer than that. Cancel safe.
    fn get(&self, wait: Duration) -> BoxFuture<'_, Result<Box<dyn Connection>, NoConnection>>;
    /// Has each connection forget its prepared statements before it is handed out again.
    fn forget_statements(&self);
    fn counts(&self) -> Counts;
    /// Nobody gets a connection any more.
    fn close(&self);
}

/// A connection checked out; dropped, it is back in its pool.
trait Connection: Deref<Target = ClientWrapper> + Send + Sync {
    /// Takes it out of its pool for good, which closes it.
    fn discard(self: Box<Self>);
}

/// A connection checked out of whatever pool there is, and the part of its org's share that it takes.
pub(super) struct Pooled {
    connection: Box<dyn Connection>,
    _part: Option<Part>,
}

impl Deref for Pooled {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.connection
    }
}

/// Takes a connection out of its pool for good, which closes it.
pub(super) fn discard(pooled: Pooled) {
    pooled.connection.discard();
}

/// How a shard's pool stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// The shard's number.
    pub shard: ShardId,
    /// Connections that exist.
    pub connections: usize,
    /// Those that are idle.
    pub idle: usize,
    /// Statements that wait for one.
    pub waiting: usize,
}

/// A shard's pool, and what it was made for.
#[derive(Debug)]
struct Known {
    shard: Arc<ShardEntry>,
    catalog: CatalogId,
    way: Way,
}

/// What stands before a shard: its pool, and the orgs' shares of it.
#[derive(Clone, Debug)]
struct Way {
    pool: Arc<dyn ShardPool>,
    shares: Option<Arc<Shares>>,
}

/// The pools of one instance.
#[derive(Debug)]
pub(super) struct Pools {
    kind: PoolKind,
    config: ShardsConfig,
    password: Option<Secret>,
    tls: Tls,
    by_shard: Mutex<HashMap<ShardId, Known>>,
}

impl Pools {
    /// Pools as the config says; connections are made when they are needed.
    pub(super) fn new(kind: PoolKind, config: &ShardsConfig) -> Result<Pools, ConfigError> {
        let (password, tls) = (config.resolve_password()?, Tls::new(&config.tls())?);
        Ok(Pools { kind, password, tls, config: config.clone(), by_shard: Mutex::default() })
    }

    fn way(&self, target: &Target) -> Result<Way, Error> {
        let mut pools = self.by_shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pools.get_mut(&target.shard.id)
            && known.shard == target.shard
        {
            if known.catalog != target.catalog.id {
                // A prepared statement may have been planned for tables that have other columns now.
                known.way.pool.forget_statements();
                known.catalog = target.catalog.id;
            }
            return Ok(known.way.clone());
        }
        let shares = Shares::new(self.size(), self.config.org_share()).map(Arc::new);
        let way = Way { pool: self.build(&target.shard)?, shares };
        let known = Known { shard: Arc::clone(&target.shard), catalog: target.catalog.id, way: way.clone() };
        if let Some(old) = pools.insert(target.shard.id, known) {
            old.way.pool.close();
        }
        Ok(way)
    }

    fn size(&self) -> usize {
        self.config.pool_size.max(1)
    }

    fn build(&self, shard: &ShardEntry) -> Result<Arc<dyn ShardPool>, NoConnection> {
        let patience = Duration::from_millis(self.config.connect_timeout_ms.max(1));
        let mut settings = self.tls.applied(shard.postgres(&self.config.user, self.password.as_ref()));
        settings.connect_timeout(patience).options(OPTIONS);
        let wanted =
            Wanted { settings, tls: self.tls.clone(), size: self.size(), patience, upkeep: Upkeep::of(&self.config) };
        Ok(match self.kind {
            PoolKind::Deadpool => Arc::new(deadpool::Deadpool::new(wanted)?),
            #[cfg(feature = "bb8")]
            PoolKind::Bb8 => Arc::new(bb8::Bb8::new(wanted)?),
        })
    }

    /// A connection to the target's shard.
    ///
    /// Cancel safe.
    pub(super) async fn lease(&self, target: &Target) -> Result<Lease, Error> {
        let Way { pool, shares } = self.way(target)?;
        let wait = Duration::from_millis(self.config.pool_wait_ms.max(1));
        let begun = tokio::time::Instant::now();
        let deadline = begun + wait;
        // The org's own share first: who waits for it keeps nobody else from a connection.
        let part = match &shares {
            Some(shares) => {
                let part = tokio::time::timeout_at(deadline, shares.part(target.place.org())).await;
                Some(part.ok().flatten().ok_or(NoConnection::Busy)?)
            }
            None => None,
        };
        let connection = pool.get(deadline.saturating_duration_since(tokio::time::Instant::now())).await?;
        figures::waited(&target.shard.name, begun.elapsed());
        figures::pool(&target.shard.name, || {
            let Counts { connections, idle, waiting: _ } = pool.counts();
            (connections, idle)
        });
        let pooled = Pooled { connection, _part: part };
        Ok(Lease::new(pooled, Arc::clone(&target.catalog.catalog), self.tls.clone()))
    }

    pub(super) fn status(&self) -> Vec<PoolStatus> {
        let pools = self.by_shard.lock().unwrap_or_else(PoisonError::into_inner);
        let status = |(shard, known): (&ShardId, &Known)| {
            let Counts { connections, idle, waiting } = known.way.pool.counts();
            let waiting = waiting + known.way.shares.as_ref().map_or(0, |shares| shares.waiting());
            PoolStatus { shard: *shard, connections, idle, waiting }
        };
        let mut all: Vec<PoolStatus> = pools.iter().map(status).collect();
        all.sort_by_key(|status| status.shard);
        all
    }

    pub(super) fn close(&self) {
        for known in self.by_shard.lock().unwrap_or_else(PoisonError::into_inner).values() {
            known.way.pool.close();
        }
    }
}
