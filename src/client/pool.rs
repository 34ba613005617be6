//! [`Pools`]: one pool for each shard. The only file that knows which pool it is.
//!
//! Invariants: connections of a shard whose address changed are not handed out; when a shard's catalog changes, what
//! its connections have prepared is forgotten; a lease that was not settled never comes back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType};

use super::fault;
use super::lease::Lease;
use crate::config::{ConfigError, Secret, ShardsConfig};
use crate::directory::ShardEntry;
use crate::engine::Target;
use crate::error::Error;
use crate::plan::CatalogId;
use crate::route::ShardId;
use crate::sqlstate::SqlState;
use crate::tls::Tls;

/// What every connection is told: literals are written for standard strings, whatever the server's default.
const OPTIONS: &str = "-c standard_conforming_strings=on";

/// A connection checked out of whatever pool there is.
pub(super) type Pooled = Object;

/// Takes a connection out of its pool for good, which closes it.
pub(super) fn discard(pooled: Pooled) {
    drop(Object::take(pooled));
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

#[derive(Debug)]
struct ShardPool {
    shard: Arc<ShardEntry>,
    catalog: CatalogId,
    pool: Pool,
}

/// The pools of one instance.
#[derive(Debug)]
pub(super) struct Pools {
    config: ShardsConfig,
    password: Option<Secret>,
    tls: Tls,
    by_shard: Mutex<HashMap<ShardId, ShardPool>>,
}

impl Pools {
    /// Pools as the config says; connections are made when they are needed.
    pub(super) fn new(config: &ShardsConfig) -> Result<Pools, ConfigError> {
        let (password, tls) = (config.resolve_password()?, Tls::new(&config.tls())?);
        Ok(Pools { password, tls, config: config.clone(), by_shard: Mutex::default() })
    }

    fn pool(&self, target: &Target) -> Result<Pool, Error> {
        let mut pools = self.by_shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pools.get_mut(&target.shard.id)
            && known.shard == target.shard
        {
            if known.catalog != target.catalog.id {
                // A prepared statement may have been planned for tables that have other columns now.
                known.pool.manager().statement_caches.clear();
                known.catalog = target.catalog.id;
            }
            return Ok(known.pool.clone());
        }
        let pool = self.build(&target.shard)?;
        let entry = ShardPool { shard: Arc::clone(&target.shard), catalog: target.catalog.id, pool: pool.clone() };
        if let Some(old) = pools.insert(target.shard.id, entry) {
            old.pool.close();
        }
        Ok(pool)
    }

    fn build(&self, shard: &ShardEntry) -> Result<Pool, Error> {
        let patience = Duration::from_millis(self.config.connect_timeout_ms.max(1));
        let mut settings = self.tls.applied(shard.postgres(&self.config.user, self.password.as_ref()));
        settings.connect_timeout(patience).options(OPTIONS);
        // A connection that comes back is known to be clean; that it is still open is all there is to check.
        let recycling_method = RecyclingMethod::Fast;
        Pool::builder(Manager::from_config(settings, self.tls.clone(), ManagerConfig { recycling_method }))
            .max_size(self.config.pool_size.max(1))
            .wait_timeout(Some(Duration::from_millis(self.config.pool_wait_ms.max(1))))
            .create_timeout(Some(patience))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| Error::here(SqlState::INTERNAL_ERROR, "a pool cannot be made"))
    }

    /// A connection to the target's shard.
    ///
    /// Cancel safe.
    pub(super) async fn lease(&self, target: &Target) -> Result<Lease, Error> {
        let busy = || {
            let message = "no connection to the database server became free in time";
            Error::here(SqlState::TOO_MANY_CONNECTIONS, message)
        };
        match self.pool(target)?.get().await {
            Ok(pooled) => Ok(Lease::new(pooled, Arc::clone(&target.catalog.catalog), self.tls.clone())),
            Err(PoolError::Backend(error)) => Err(fault::connecting(&error)),
            Err(PoolError::Timeout(TimeoutType::Create)) => {
                Err(Error::here(SqlState::CANNOT_CONNECT, "the database server does not answer"))
            }
            Err(PoolError::Timeout(TimeoutType::Wait | TimeoutType::Recycle) | PoolError::Closed) => Err(busy()),
            Err(PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => {
                Err(Error::here(SqlState::INTERNAL_ERROR, "a pool was made wrongly"))
            }
        }
    }

    pub(super) fn status(&self) -> Vec<PoolStatus> {
        let pools = self.by_shard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<PoolStatus> = pools
            .iter()
            .map(|(shard, entry)| {
                let status = entry.pool.status();
                PoolStatus { shard: *shard, connections: status.size, idle: status.available, waiting: status.waiting }
            })
            .collect();
        all.sort_by_key(|status| status.shard);
        all
    }

    pub(super) fn close(&self) {
        for entry in self.by_shard.lock().unwrap_or_else(PoisonError::into_inner).values() {
            entry.pool.close();
        }
    }
}
