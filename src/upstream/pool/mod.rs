//! [`Pools`]: one pool for each shard; [`Lease`]: a connection checked out.
//!
//! Those who wait are served fairly by org, no org may hold all of a shard's connections, and an org's leaf meets the
//! same connections again where it can: each backend keeps plans and relation caches for the leaves it has touched.

mod keeper;
mod lane;
mod lanes;
mod lease;
mod queue;
mod shard;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use lane::LoneRead;
pub use lanes::Reading;
pub use lease::Lease;
pub use shard::{PoolStats, ServerStats, WAIT_BOUNDS};

use super::backend::Backend;
use super::connect::{UpstreamError, connect};
use crate::catalog::LeafNumber;
use crate::config::{ConfigError, Secret, ShardsConfig};
use crate::directory::ShardEntry;
use crate::org::OrgId;
use crate::route::ShardId;
use crate::tls::Tls;
use shard::{Limits, ShardPool};

/// The pools of one instance.
#[derive(Debug)]
pub struct Pools {
    user: String,
    password: Option<Secret>,
    tls: Tls,
    limits: Mutex<Limits>,
    by_shard: Mutex<HashMap<ShardId, Arc<ShardPool>>>,
}

impl Pools {
    /// Pools as the config says; connections are made when they are needed.
    ///
    /// # Errors
    /// [`ConfigError`] when the password's variable is not set.
    pub fn new(config: &ShardsConfig) -> Result<Pools, ConfigError> {
        Ok(Pools {
            user: config.user.clone(),
            password: config.resolve_password()?,
            tls: Tls::new(&config.tls())?,
            limits: Mutex::new(Limits::of(config)),
            by_shard: Mutex::default(),
        })
    }

    fn by_shard(&self) -> MutexGuard<'_, HashMap<ShardId, Arc<ShardPool>>> {
        self.by_shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> Limits {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn pool(&self, shard: &Arc<ShardEntry>) -> Arc<ShardPool> {
        let mut pools = self.by_shard();
        if let Some(pool) = pools.get(&shard.id)
            && pool.shard == *shard
        {
            return Arc::clone(pool);
        }
        let pool = ShardPool::new(
            Arc::clone(shard),
            self.user.clone(),
            self.password.clone(),
            self.tls.clone(),
            self.limits(),
        );
        if let Some(former) = pools.insert(shard.id, Arc::clone(&pool)) {
            former.close();
        }
        pool
    }

    /// Sizes and times as a config says, from now on; who connects, and with which password, stays.
    pub fn limit(&self, config: &ShardsConfig) {
        let limits = Limits::of(config);
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits.clone();
        for pool in self.by_shard().values() {
            pool.limit(limits.clone());
        }
    }

    /// The figures of every pool.
    #[must_use]
    pub fn stats(&self) -> Vec<PoolStats> {
        self.by_shard().values().map(|pool| pool.stats()).collect()
    }

    /// Every connection of every pool, those that are being made aside.
    #[must_use]
    pub fn servers(&self) -> Vec<ServerStats> {
        self.by_shard().values().flat_map(|pool| pool.servers()).collect()
    }

    /// How many connections an org holds.
    #[must_use]
    pub fn held(&self, org: OrgId) -> usize {
        self.by_shard().values().map(|pool| pool.held(org)).sum()
    }

    /// A connection to a shard that no pool knows and nobody shares.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// [`UpstreamError`]: 08001 when none can be made.
    pub async fn connect_apart(&self, shard: &Arc<ShardEntry>) -> Result<Backend, UpstreamError> {
        let patience: Duration = self.limits().connect;
        connect(shard, &self.user, self.password.as_ref(), &self.tls, patience).await
    }

    /// A read of one statement begins: it may share a backend with others ([`Reading::in_lane`]).
    #[must_use]
    pub fn reading(&self, shard: &Arc<ShardEntry>) -> Reading {
        self.pool(shard).reading()
    }

    /// A connection to a shard, for an org in its leaf; `None` for statements that touch no org's data.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// [`UpstreamError`]: 53300 when none became free in time, 08001 when none can be made.
    pub async fn lease(
        &self,
        shard: &Arc<ShardEntry>,
        place: Option<(LeafNumber, OrgId)>,
    ) -> Result<Lease, UpstreamError> {
        self.pool(shard).lease(place.map(|(_, org)| org), place.map(|(leaf, _)| leaf)).await
    }
}
