//! [`Ear`]: what a session that said LISTEN hears.
//!
//! A pooled backend must not remember what one client listens to, so a session that listens has one connection of its
//! own to its org's shard, until it listens to nothing. Channels are the org's: `LISTEN x` is physically
//! `"orgfold.<org>.x"`, and what is heard loses that again. Invariants: LISTEN is answered when the shard has it; what
//! waits for the client is bounded; when the connection is lost the session ends, because what was said meanwhile
//! is lost too. What is absent: NOTIFY, which is a statement like any other.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::fault::Fault;
use crate::directory::ShardEntry;
use crate::org::OrgId;
use crate::sqlstate::SqlState;
use crate::upstream::{Backend, Pools, UpstreamError};
use crate::wire::{Cursor, Frame};

/// How many notifications may wait for a client.
const WAITING: usize = 1024;

/// What to run, and whom to tell.
type Order = (String, oneshot::Sender<Result<(), UpstreamError>>);

/// A notification, in the service's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) pid: i32,
    pub(super) channel: String,
    pub(super) payload: String,
}

/// The connection on which a session listens.
#[derive(Debug)]
pub(super) struct Ear {
    orders: mpsc::Sender<Order>,
    heard: mpsc::Receiver<Heard>,
    org: OrgId,
    channels: BTreeSet<Box<str>>,
}

impl Ear {
    /// Connects.
    pub(super) async fn open(pools: &Pools, shard: &Arc<ShardEntry>, org: OrgId) -> Result<Ear, Fault> {
        let backend = pools.connect_apart(shard).await?;
        let (orders, order_queue) = mpsc::channel(1);
        let (say, heard) = mpsc::channel(WAITING);
        tokio::spawn(listen(backend, order_queue, say, prefix(org)));
        Ok(Ear { orders, heard, org, channels: BTreeSet::new() })
    }

    /// Whose channels it hears.
    pub(super) const fn org(&self) -> OrgId {
        self.org
    }

    /// Whether it hears any.
    pub(super) fn is_idle(&self) -> bool {
        self.channels.is_empty()
    }

    pub(super) async fn listen(&mut self, channel: &str) -> Result<(), Fault> {
        self.order(format!("LISTEN {}", self.physical(channel))).await?;
        self.channels.insert(channel.into());
        Ok(())
    }

    pub(super) async fn unlisten(&mut self, channel: &str) -> Result<(), Fault> {
        self.order(format!("UNLISTEN {}", self.physical(channel))).await?;
        self.channels.remove(channel);
        Ok(())
    }

    fn physical(&self, channel: &str) -> String {
        format!("\"{}{}\"", prefix(self.org), channel.replace('"', "\"\""))
    }

    async fn order(&self, sql: String) -> Result<(), Fault> {
        let (done, answer) = oneshot::channel();
        if self.orders.send((sql, done)).await.is_err() {
            return Err(lost());
        }
        answer.await.map_err(|_| lost())?.map_err(Fault::from)
    }

    /// The next notification; `None` when the connection is lost.
    ///
    /// Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }
}

/// Why a session that listened ends.
pub(super) fn lost() -> Fault {
    Fault::fatal(SqlState::CONNECTION_FAILURE, "the connection that listened was lost, and notifications with it")
}

fn prefix(org: OrgId) -> String {
    format!("orgfold.{org}.")
}

/// Carries out orders and passes on what is heard, until the session or the shard goes away.
async fn listen(mut backend: Backend, mut orders: mpsc::Receiver<Order>, say: mpsc::Sender<Heard>, prefix: String) {
    let mut waiting: Option<oneshot::Sender<Result<(), UpstreamError>>> = None;
    let mut failed = false;
    loop {
        while let Ok(Some(frame)) = backend.buffered() {
            match frame.tag {
                b'A' => {
                    let Some(heard) = notification(&frame, &prefix) else { continue };
                    if say.send(heard).await.is_err() {
                        return;
                    }
                }
                b'E' => failed = true,
                b'Z' => {
                    let result = if std::mem::take(&mut failed) { Err(UpstreamError::Lost) } else { Ok(()) };
                    if let Some(done) = waiting.take() {
                        let _ = done.send(result);
                    }
                }
                _status => {}
            }
        }
        tokio::select! {
            order = orders.recv(), if waiting.is_none() => match order {
                Some((sql, done)) => {
                    backend.query(&sql);
                    waiting = Some(done);
                }
                None => return,
            },
            moved = poll_fn(|context| backend.channel().poll(context, true)) => {
                if let Err(error) = moved {
                    tracing::warn!(%error, "a listening connection was lost");
                    return;
                }
            }
        }
    }
}

/// A NotificationResponse for this org, its channel as the service named it.
fn notification(frame: &Frame, prefix: &str) -> Option<Heard> {
    let mut cursor = Cursor::new(frame.body());
    let pid = cursor.int().ok()?;
    let channel = cursor.text().ok()?;
    let payload = cursor.text().ok()?;
    let channel = channel.strip_prefix(prefix)?.to_owned();
    Some(Heard { pid, channel, payload })
}
