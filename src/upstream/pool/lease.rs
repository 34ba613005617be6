//! [`Lease`]: a connection checked out, and [`Kept`]: what the pool knows of one.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Instant;

use super::queue::Party;
use super::shard::ShardPool;
use crate::catalog::LeafNumber;
use crate::route::ShardId;
use crate::upstream::backend::{Backend, BackendKey};

/// A connection of a pool's.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) backend: Box<Backend>,
    pub(super) born: Instant,
    /// When it was last given back.
    pub(super) since: Instant,
    /// When it last answered a check.
    pub(super) checked: Instant,
    /// The leaf that it last worked on: its plans and relation caches are warm.
    pub(super) leaf: Option<LeafNumber>,
}

impl Kept {
    pub(super) fn new(backend: Backend) -> Kept {
        let now = Instant::now();
        Kept { backend: Box::new(backend), born: now, since: now, checked: now, leaf: None }
    }

    /// An idle backend says nothing: one that did was told to go, or is not what we think.
    pub(super) fn is_quiet(&mut self) -> bool {
        let spoke = self.backend.channel().poll(&mut Context::from_waker(Waker::noop()), true).is_ready();
        !spoke && self.backend.is_quiet()
    }
}

/// A connection checked out. Dropped without [`Lease::release`], it is closed, never reused.
#[derive(Debug)]
pub struct Lease {
    pool: Arc<ShardPool>,
    kept: Option<Kept>,
    party: Party,
}

impl Lease {
    pub(super) fn new(pool: Arc<ShardPool>, kept: Kept, party: Party) -> Lease {
        Lease { pool, kept: Some(kept), party }
    }

    /// Ends it without closing or giving anything back: the caller has done the pool's books.
    pub(super) fn take_apart(mut self) -> (Option<Kept>, Party) {
        (self.kept.take(), self.party)
    }

    /// The lease, unless something waits in either direction or the shard has closed the connection.
    #[must_use]
    pub fn if_quiet(mut self) -> Option<Lease> {
        let quiet = self.kept.as_mut().is_some_and(Kept::is_quiet);
        quiet.then_some(self)
    }

    /// Which shard it is connected to.
    #[must_use]
    pub fn shard(&self) -> ShardId {
        self.pool.shard.id
    }

    /// Gives it back: it is idle, outside a transaction, with nothing outstanding. If bytes wait, it is closed instead.
    pub fn release(mut self) {
        if let Some(kept) = self.kept.take() {
            self.pool.give_back(kept, self.party);
        }
    }

    /// The backend.
    #[must_use]
    pub fn backend(&mut self) -> Option<&mut Backend> {
        self.kept.as_mut().map(|kept| &mut *kept.backend)
    }

    /// How to cancel what it runs.
    #[must_use]
    pub fn key(&self) -> Option<Arc<BackendKey>> {
        self.kept.as_ref().map(|kept| Arc::clone(&kept.backend.key))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(kept) = self.kept.take() {
            let pid = kept.backend.key.pid;
            drop(kept);
            self.pool.lost(pid, self.party);
        }
    }
}
