//! [`Directory`]: the newest snapshot, kept fresh by a task of its own.
//!
//! In: [`DirectoryConfig`]. Out: snapshots. Invariants: a snapshot is replaced whole, never changed; while the
//! directory is down or holds something this version cannot read, the last good one goes on serving; every reconnect
//! compares versions, and so does a timer, so a lost notification delays and never misleads. What is absent: writes.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::link::Link;
use super::{DirectoryError, Snapshot};
use crate::config::DirectoryConfig;
use crate::tls::Tls;

/// The first wait before connecting again; doubled each time up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(5);

/// The directory as this instance knows it. Cheap to clone; the task that follows changes ends with the last clone.
#[derive(Clone)]
pub struct Directory {
    known: Arc<Known>,
    /// Only held: dropping the last one ends the task.
    _task: Arc<Following>,
}

struct Known {
    snapshot: ArcSwap<Snapshot>,
    version: watch::Sender<i64>,
}

struct Following(tokio::task::AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Directory {
    /// Connects, reads everything, and follows changes from then on.
    ///
    /// Cancel safe: dropped before it is done, nothing stays.
    ///
    /// # Errors
    /// [`DirectoryError`] when the first read fails: without one there is nothing to serve.
    pub async fn connect(config: &DirectoryConfig) -> Result<Directory, DirectoryError> {
        let tls = Tls::new(&config.tls()?)?;
        let settings = tls.applied(config.postgres()?);
        let link = Link::open(&settings, &tls).await?;
        let snapshot = link.snapshot().await?;
        let known = Arc::new(Known {
            version: watch::Sender::new(snapshot.version()),
            snapshot: ArcSwap::from_pointee(snapshot),
        });
        let poll = Duration::from_millis(config.poll_ms.max(1));
        let task = tokio::spawn(follow(Arc::clone(&known), (settings, tls), link, poll));
        Ok(Directory { known, _task: Arc::new(Following(task.abort_handle())) })
    }

    /// The newest snapshot this instance knows. Never waits.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.known.snapshot.load_full()
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> i64 {
        *self.known.version.borrow()
    }

    /// Waits until this instance knows at least that version.
    ///
    /// Cancel safe.
    pub async fn wait_for(&self, version: i64) -> Arc<Snapshot> {
        // The sender is in `self.known`, so waiting ends only with the version.
        let _ = self.known.version.subscribe().wait_for(|known| *known >= version).await;
        self.snapshot()
    }

    /// A receiver that wakes at each new version.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.known.version.subscribe()
    }
}

impl Known {
    fn publish(&self, snapshot: Snapshot) {
        let version = snapshot.version();
        self.snapshot.store(Arc::new(snapshot));
        self.version.send_replace(version);
        tracing::debug!(version, "directory read");
    }
}

/// Follows one connection after another, for ever.
async fn follow(known: Arc<Known>, how: (tokio_postgres::Config, Tls), mut link: Link, poll: Duration) {
    loop {
        if let Err(error) = keep_fresh(&known, &mut link, poll).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "going on with the last known directory");
        }
        // The old connection ends before a new one is tried: it may be in the middle of a transaction.
        drop(link);
        let mut wait = FIRST_WAIT;
        link = loop {
            tokio::time::sleep(wait).await;
            match Link::open(&how.0, &how.1).await {
                Ok(link) => break link,
                Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, ?wait, "no directory yet"),
            }
            wait = (wait * 2).min(LAST_WAIT);
        };
        tracing::info!("connected to the directory again");
    }
}

/// Reads whenever the version differs, until the connection is lost. A version may also go down: the directory is the
/// system of record, even when it was restored from a backup.
async fn keep_fresh(known: &Known, link: &mut Link, poll: Duration) -> Result<(), DirectoryError> {
    loop {
        if link.version().await? != known.snapshot.load().version() {
            match link.snapshot().await {
                Ok(snapshot) => known.publish(snapshot),
                Err(error @ DirectoryError::Corrupt { .. }) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "going on with the last known directory");
                }
                Err(error) => return Err(error),
            }
        }
        tokio::select! {
            heard = link.changed() => if !heard { return Ok(()); },
            () = tokio::time::sleep(poll) => {}
        }
    }
}
