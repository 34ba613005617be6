//! A connection to the directory that hears of changes.
//!
//! In: connection settings. Out: a [`Link`]: statements go in, notifications come out. Invariant: LISTEN comes before
//! the first read, so a change is either in that read or announced after it. What is absent: reconnecting.

use std::future::poll_fn;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client};

use super::{DirectoryError, Snapshot, load};
use crate::tls::Tls;

/// The channel that the tables' triggers notify.
const LISTEN: &str = "LISTEN orgfold_directory";

/// How long connecting, and each exchange, may take. A directory that hangs is a directory that is down.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that listens.
pub(super) struct Link {
    client: Client,
    /// One item for each notification; closed when the connection is lost.
    changes: mpsc::UnboundedReceiver<()>,
}

impl Link {
    /// Connects and listens.
    ///
    /// Cancel safe: dropped, the connection ends.
    pub(super) async fn open(settings: &tokio_postgres::Config, tls: &Tls) -> Result<Link, DirectoryError> {
        let (client, changes) = within(PATIENCE, connect(settings, tls)).await?;
        let link = Link { client, changes };
        within(PATIENCE, async { link.client.batch_execute(LISTEN).await.map_err(DirectoryError::of) }).await?;
        Ok(link)
    }

    /// Waits for the next change; several that came together are one. `false` when the connection is lost.
    ///
    /// Cancel safe.
    pub(super) async fn changed(&mut self) -> bool {
        let heard = self.changes.recv().await.is_some();
        while self.changes.try_recv().is_ok() {}
        heard
    }

    /// The directory's version.
    pub(super) async fn version(&self) -> Result<i64, DirectoryError> {
        within(PATIENCE, load::version(&self.client)).await
    }

    /// Everything. After an error the link must be dropped.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        // A hundred thousand orgs take well under a second; a slow network may take longer than one exchange.
        within(PATIENCE * 6, load::snapshot(&self.client)).await
    }
}

async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, DirectoryError>>,
) -> Result<T, DirectoryError> {
    tokio::time::timeout(limit, step).await.unwrap_or(Err(DirectoryError::Silent))
}

async fn connect(
    settings: &tokio_postgres::Config,
    tls: &Tls,
) -> Result<(Client, mpsc::UnboundedReceiver<()>), DirectoryError> {
    let (client, mut connection) = settings.connect(tls.clone()).await.map_err(DirectoryError::Unreachable)?;
    let (heard, changes) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => {
                    if heard.send(()).is_err() {
                        break;
                    }
                }
                Some(Ok(_)) => {} // notices
                Some(Err(error)) => {
                    tracing::warn!(%error, "the connection to the directory was lost");
                    break;
                }
                None => break,
            }
        }
    });
    Ok((client, changes))
}
