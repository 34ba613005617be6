//! deadpool's pool of one shard's connections.

use std::ops::Deref;
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    TimeoutType, Timeouts,
};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::task::AbortHandle;

use super::{Connection, Counts, NoConnection, ShardPool, Wanted};

#[derive(Debug)]
pub(super) struct Deadpool {
    pool: Pool,
    patience: Duration,
    /// Closes what is idle for too long.
    watch: AbortHandle,
}

impl Drop for Deadpool {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl Deadpool {
    pub(super) fn new(wanted: Wanted) -> Result<Deadpool, NoConnection> {
        // A connection that comes back is known to be clean; whether it is still there is all there is to check.
        let recycling_method = RecyclingMethod::Fast;
        let Wanted { settings, tls, size, patience, upkeep } = wanted;
        let fits = Hook::async_fn(move |client: &mut ClientWrapper, metrics| {
            Box::pin(async move {
                let fits = upkeep.fits(client, metrics.age(), metrics.last_used()).await;
                fits.then_some(()).ok_or(HookError::message("closed, unfit, or old"))
            })
        });
        let pool = Pool::builder(Manager::from_config(settings, tls, ManagerConfig { recycling_method }))
            .max_size(size)
            .pre_recycle(fits)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| NoConnection::Wrong)?;
        let watched = pool.clone();
        let watch = tokio::spawn(async move {
            loop {
                tokio::time::sleep(upkeep.look()).await;
                watched.retain(|_, metrics| upkeep.keeps(metrics.age(), metrics.last_used()));
            }
        });
        Ok(Deadpool { pool, patience, watch: watch.abort_handle() })
    }
}

struct Held(Object);

impl Deref for Held {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.0
    }
}

impl Connection for Held {
    fn discard(self: Box<Self>) {
        drop(Object::take(self.0));
    }
}

impl ShardPool for Deadpool {
    fn get(&self, wait: Duration) -> BoxFuture<'_, Result<Box<dyn Connection>, NoConnection>> {
        let timeouts = Timeouts { wait: Some(wait), create: Some(self.patience), recycle: None };
        async move {
            match self.pool.timeout_get(&timeouts).await {
                Ok(object) => Ok(Box::new(Held(object)) as Box<dyn Connection>),
                Err(PoolError::Backend(error)) => Err(NoConnection::Failed(error.into())),
                Err(PoolError::Timeout(TimeoutType::Create)) => Err(NoConnection::Silent),
                Err(PoolError::Timeout(TimeoutType::Wait | TimeoutType::Recycle) | PoolError::Closed) => {
                    Err(NoConnection::Busy)
                }
                Err(PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => Err(NoConnection::Wrong),
            }
        }
        .boxed()
    }

    fn forget_statements(&self) {
        self.pool.manager().statement_caches.clear();
    }

    fn counts(&self) -> Counts {
        let status = self.pool.status();
        Counts { connections: status.size, idle: status.available, waiting: status.waiting }
    }

    fn close(&self) {
        self.pool.close();
    }
}
