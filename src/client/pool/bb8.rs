//! bb8's pool of one shard's connections (feature `bb8`).
//!
//! What bb8 does otherwise than a service needs is done here: who waits for a connection waits in front of the pool, so that
//! waiting and connecting have times of their own; an attempt to connect that failed is told to those who wait for it at once.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bb8::{ErrorSink, ManageConnection, Pool, PooledConnection, RunError};
use deadpool_postgres::{ClientWrapper, ConfigConnectImpl, Connect as _};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

use super::share::Waiting;
use super::{Connection, Counts, NoConnection, ShardPool, Upkeep, Wanted};
use crate::tls::Tls;

type Failed = Arc<tokio_postgres::Error>;

/// Makes connections.
#[derive(Clone, Debug)]
struct Maker {
    settings: tokio_postgres::Config,
    tls: Tls,
    /// How often statements had to be forgotten.
    forgotten: Arc<AtomicU64>,
    upkeep: Upkeep,
}

/// A connection, and what is known of it.
struct Link {
    client: ClientWrapper,
    made: Instant,
    /// When it came back last.
    used: Instant,
    forgotten: u64,
    doomed: bool,
}

impl ManageConnection for Maker {
    type Connection = Link;
    type Error = Option<Failed>;

    async fn connect(&self) -> Result<Link, Option<Failed>> {
        let forgotten = self.forgotten.load(Ordering::Relaxed);
        let connect = ConfigConnectImpl { tls: self.tls.clone() };
        let (client, task) = connect.connect(&self.settings).await.map_err(|error| Some(Arc::new(error)))?;
        let now = Instant::now();
        Ok(Link { client: ClientWrapper::new(client, task), made: now, used: now, forgotten, doomed: false })
    }

    /// A connection that comes back is known to be clean; whether it is still there is all there is to check.
    async fn is_valid(&self, link: &mut Link) -> Result<(), Option<Failed>> {
        if !self.upkeep.fits(&link.client, link.made.elapsed(), link.used.elapsed()).await {
            return Err(None);
        }
        let forgotten = self.forgotten.load(Ordering::Relaxed);
        if link.forgotten != forgotten {
            link.client.statement_cache.clear();
            link.forgotten = forgotten;
        }
        Ok(())
    }

    /// Asked when it comes back.
    fn has_broken(&self, link: &mut Link) -> bool {
        link.used = Instant::now();
        link.doomed || link.client.is_closed()
    }
}

/// Tells everybody who waits for a connection that one could not be made.
#[derive(Clone, Debug)]
struct Sink(broadcast::Sender<Failed>);

impl ErrorSink<Option<Failed>> for Sink {
    fn sink(&self, error: Option<Failed>) {
        if let Some(error) = error {
            // Nobody may be waiting any more.
            let _ = self.0.send(error);
        }
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<Option<Failed>>> {
        Box::new(self.clone())
    }
}

#[derive(Debug)]
pub(super) struct Bb8 {
    pool: Pool<Maker>,
    forgotten: Arc<AtomicU64>,
    failures: broadcast::Sender<Failed>,
    /// As many places as there may be connections.
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    patience: Duration,
}

impl Bb8 {
    pub(super) fn new(wanted: Wanted) -> Result<Bb8, NoConnection> {
        let Wanted { settings, tls, size, patience, upkeep } = wanted;
        let most = u32::try_from(size).ok().filter(|size| *size > 0).ok_or(NoConnection::Wrong)?;
        let forgotten = Arc::new(AtomicU64::new(0));
        let (failures, _) = broadcast::channel(16);
        let pool = Pool::builder()
            .max_size(most)
            .max_lifetime(upkeep.lifetime)
            .idle_timeout(upkeep.idle)
            .reaper_rate(upkeep.look())
            .connection_timeout(patience)
            .retry_connection(false)
            .error_sink(Box::new(Sink(failures.clone())))
            .build_unchecked(Maker { settings, tls, forgotten: Arc::clone(&forgotten), upkeep });
        let places = Arc::new(Semaphore::new(size));
        Ok(Bb8 { pool, forgotten, failures, places, waiting: AtomicUsize::new(0), patience })
    }

    async fn place(&self, wait: Duration) -> Result<OwnedSemaphorePermit, NoConnection> {
        let waiting = Waiting::new(&self.waiting);
        let place = tokio::time::timeout(wait, Arc::clone(&self.places).acquire_owned()).await;
        drop(waiting);
        match place {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(NoConnection::Busy),
        }
    }
}

/// Its place is given back after the connection.
struct Held {
    link: PooledConnection<'static, Maker>,
    _place: OwnedSemaphorePermit,
}

impl Deref for Held {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.link.client
    }
}

impl Connection for Held {
    fn discard(mut self: Box<Self>) {
        self.link.doomed = true;
    }
}

impl ShardPool for Bb8 {
    fn get(&self, wait: Duration) -> BoxFuture<'_, Result<Box<dyn Connection>, NoConnection>> {
        async move {
            let place = self.place(wait).await?;
            let mut failures = self.failures.subscribe();
            let connect = async {
                tokio::select! {
                    biased;
                    got = self.pool.get_owned() => got,
                    Ok(failed) = failures.recv() => Err(RunError::User(Some(failed))),
                }
            };
            match tokio::time::timeout(self.patience, connect).await {
                Ok(Ok(link)) => Ok(Box::new(Held { link, _place: place }) as Box<dyn Connection>),
                Ok(Err(RunError::User(Some(failed)))) => Err(NoConnection::Failed(failed)),
                Ok(Err(RunError::User(None) | RunError::TimedOut)) | Err(_) => Err(NoConnection::Silent),
            }
        }
        .boxed()
    }

    fn forget_statements(&self) {
        self.forgotten.fetch_add(1, Ordering::Relaxed);
    }

    fn counts(&self) -> Counts {
        let state = self.pool.state();
        let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        Counts {
            connections: number(state.connections),
            idle: number(state.idle_connections),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    fn close(&self) {
        self.places.close();
    }
}
