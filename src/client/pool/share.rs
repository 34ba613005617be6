//! [`Shares`]: how many of a shard's connections one org may hold, so that it cannot keep all others waiting.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::org::OrgId;

/// A connection's worth of an org's share.
pub(super) type Part = OwnedSemaphorePermit;

/// The shares of the orgs of one shard.
#[derive(Debug)]
pub(super) struct Shares {
    most: usize,
    by_org: Mutex<HashMap<OrgId, Weak<Semaphore>>>,
    waiting: AtomicUsize,
}

impl Shares {
    /// Shares of at most so many of these connections; `None` where an org may hold all there are.
    pub(super) fn new(size: usize, most: usize) -> Option<Shares> {
        (most < size).then(|| Shares { most, by_org: Mutex::default(), waiting: AtomicUsize::new(0) })
    }

    fn of(&self, org: OrgId) -> Arc<Semaphore> {
        let mut by_org = self.by_org.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = by_org.get(&org).and_then(Weak::upgrade) {
            return share;
        }
        // Those of orgs that hold nothing and wait for nothing are gone; their entries go when there is to be room.
        if by_org.len() == by_org.capacity() {
            by_org.retain(|_, share| share.strong_count() > 0);
        }
        let share = Arc::new(Semaphore::new(self.most));
        by_org.insert(org, Arc::downgrade(&share));
        share
    }

    /// How many wait for their org's others.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits until the org holds less than it may.
    ///
    /// Cancel safe.
    pub(super) async fn part(&self, org: OrgId) -> Option<Part> {
        let _waiting = Waiting::new(&self.waiting);
        // Nobody closes them.
        self.of(org).acquire_owned().await.ok()
    }
}

/// Counts one who waits, until it is dropped.
pub(super) struct Waiting<'p>(&'p AtomicUsize);

impl Waiting<'_> {
    pub(super) fn new(counter: &AtomicUsize) -> Waiting<'_> {
        counter.fetch_add(1, Ordering::Relaxed);
        Waiting(counter)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn an_org_waits_for_its_own_connections_alone() {
        assert!(Shares::new(4, 4).is_none());
        let shares = Shares::new(4, 2).unwrap();
        let (acme, globex) = (OrgId::try_new(1).unwrap(), OrgId::try_new(2).unwrap());
        let first = shares.part(acme).now_or_never().flatten().unwrap();
        let _second = shares.part(acme).now_or_never().flatten().unwrap();
        assert!(shares.part(acme).now_or_never().is_none());
        let other = shares.part(globex).now_or_never().flatten().unwrap();
        drop(first);
        assert!(shares.part(acme).now_or_never().flatten().is_some());
        drop(other);
        for org in 3..200 {
            drop(shares.part(OrgId::try_new(org).unwrap()).now_or_never());
        }
        assert!(shares.by_org.lock().unwrap().len() < 100, "entries of orgs that are gone go");
    }
}
