//! [`Gate`]: where new transactions wait while an operator has paused everything, a shard, or an org.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::org::OrgId;
use crate::route::ShardId;

/// What is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stop {
    All,
    Shard(ShardId),
    Org(OrgId),
}

/// Pauses of one instance.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// Whether anything is paused: all that most transactions ask.
    any: AtomicBool,
    stops: Mutex<HashSet<Stop>>,
    opened: Notify,
}

impl Gate {
    fn stops(&self) -> std::sync::MutexGuard<'_, HashSet<Stop>> {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn pause(&self, stop: Stop) {
        let mut stops = self.stops();
        stops.insert(stop);
        self.any.store(true, Ordering::SeqCst);
    }

    /// Whether it was paused.
    pub(super) fn resume(&self, stop: Stop) -> bool {
        let mut stops = self.stops();
        let was = if stop == Stop::All { !std::mem::take(&mut *stops).is_empty() } else { stops.remove(&stop) };
        self.any.store(!stops.is_empty(), Ordering::SeqCst);
        self.opened.notify_waiters();
        was
    }

    /// Whether anything is paused.
    pub(super) fn is_any(&self) -> bool {
        self.any.load(Ordering::SeqCst)
    }

    pub(super) fn is_paused(&self, stop: Stop) -> bool {
        self.any.load(Ordering::SeqCst) && self.stops().contains(&stop)
    }

    /// Done when a transaction of that org's may begin on that shard.
    pub(super) async fn pass(&self, shard: ShardId, org: Option<OrgId>) {
        loop {
            if !self.any.load(Ordering::SeqCst) {
                return;
            }
            let opened = self.opened.notified();
            tokio::pin!(opened);
            // From here on nothing is missed.
            opened.as_mut().enable();
            let blocked = {
                let stops = self.stops();
                stops.contains(&Stop::All)
                    || stops.contains(&Stop::Shard(shard))
                    || org.is_some_and(|org| stops.contains(&Stop::Org(org)))
            };
            if !blocked {
                return;
            }
            opened.await;
        }
    }
}
