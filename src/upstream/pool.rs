//! [`Pools`]: one pool for each shard, over `deadpool`; [`Lease`]: a connection checked out.

use std::collections::HashMap;
use std::future::poll_fn;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};

use super::backend::Backend;
use super::connect::{UpstreamError, connect};
use crate::config::{ConfigError, Secret, ShardsConfig};
use crate::directory::ShardEntry;
use crate::route::ShardId;
use crate::tls::Tls;

#[derive(Debug)]
struct Connector {
    shard: Arc<ShardEntry>,
    user: String,
    password: Option<Secret>,
    tls: Tls,
    patience: Duration,
}

impl Manager for Connector {
    type Type = Backend;
    type Error = UpstreamError;

    async fn create(&self) -> Result<Backend, UpstreamError> {
        connect(&self.shard, &self.user, self.password.as_ref(), &self.tls, self.patience).await
    }

    async fn recycle(&self, backend: &mut Backend, _: &Metrics) -> RecycleResult<UpstreamError> {
        // An idle backend says nothing; one that did was told to go, or is not what we think.
        let spoke = poll_fn(|context| Poll::Ready(backend.channel().poll(context, true).is_ready())).await;
        if spoke || !backend.is_quiet() { Err(RecycleError::message("the backend went away")) } else { Ok(()) }
    }
}

/// A shard as its pool was made for, and the pool.
type ShardPool = (Arc<ShardEntry>, Pool<Connector>);

/// The pools of one instance.
#[derive(Debug)]
pub struct Pools {
    config: ShardsConfig,
    password: Option<Secret>,
    tls: Tls,
    by_shard: Mutex<HashMap<ShardId, ShardPool>>,
}

impl Pools {
    /// Pools as the config says; connections are made when they are needed.
    ///
    /// # Errors
    /// [`ConfigError`] when the password's variable is not set.
    pub fn new(config: &ShardsConfig) -> Result<Pools, ConfigError> {
        let (password, tls) = (config.resolve_password()?, Tls::new(&config.tls())?);
        Ok(Pools { password, tls, config: config.clone(), by_shard: Mutex::default() })
    }

    fn pool(&self, shard: &Arc<ShardEntry>) -> Result<Pool<Connector>, UpstreamError> {
        let mut pools = self.by_shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, pool)) = pools.get(&shard.id)
            && known == shard
        {
            return Ok(pool.clone());
        }
        let connector = Connector {
            shard: Arc::clone(shard),
            user: self.config.user.clone(),
            password: self.password.clone(),
            tls: self.tls.clone(),
            patience: Duration::from_millis(self.config.connect_timeout_ms.max(1)),
        };
        let pool = Pool::builder(connector)
            .max_size(self.config.pool_size.max(1))
            .wait_timeout(Some(Duration::from_millis(self.config.pool_wait_ms.max(1))))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| UpstreamError::Busy)?;
        pools.insert(shard.id, (Arc::clone(shard), pool.clone()));
        Ok(pool)
    }

    /// A connection to a shard that no pool knows and nobody shares.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// [`UpstreamError`]: 08001 when none can be made.
    pub async fn connect_apart(&self, shard: &Arc<ShardEntry>) -> Result<Backend, UpstreamError> {
        let patience = Duration::from_millis(self.config.connect_timeout_ms.max(1));
        connect(shard, &self.config.user, self.password.as_ref(), &self.tls, patience).await
    }

    /// A connection to a shard.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// [`UpstreamError`]: 53300 when none became free in time, 08001 when none can be made.
    pub async fn lease(&self, shard: &Arc<ShardEntry>) -> Result<Lease, UpstreamError> {
        match self.pool(shard)?.get().await {
            Ok(object) => Ok(Lease { object: Some(object), shard: shard.id }),
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Timeout(_) | PoolError::Closed | PoolError::NoRuntimeSpecified) => Err(UpstreamError::Busy),
            Err(PoolError::PostCreateHook(_)) => Err(UpstreamError::Lost),
        }
    }
}

/// A connection checked out. Dropped without [`Lease::release`], it is closed, never reused.
#[derive(Debug)]
pub struct Lease {
    object: Option<Object<Connector>>,
    shard: ShardId,
}

impl Lease {
    /// Which shard it is connected to.
    #[must_use]
    pub const fn shard(&self) -> ShardId {
        self.shard
    }

    /// Gives it back: it is idle, outside a transaction, with nothing outstanding. If bytes wait, it is closed instead.
    pub fn release(mut self) {
        if let Some(object) = self.object.take() {
            if object.is_quiet() {
                drop(object);
            } else {
                drop(Object::take(object));
            }
        }
    }

    /// The backend.
    #[must_use]
    pub fn backend(&mut self) -> Option<&mut Backend> {
        self.object.as_deref_mut()
    }

    /// How to cancel what it runs.
    #[must_use]
    pub fn key(&self) -> Option<super::BackendKey> {
        self.object.as_ref().map(|object| object.deref().key.clone())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            drop(Object::take(object));
        }
    }
}
