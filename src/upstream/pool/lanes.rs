//! [`Lanes`]: the lanes of one shard, and who may read in them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::lane::{Lane, LoneRead, Settings, run};
use super::shard::ShardPool;
use crate::upstream::backend::StatementKey;

/// A lane that has so many reads is full as long as another can be opened.
const FULL: usize = 8;

/// A lane that has so many takes no more.
const MOST: usize = 32;

/// How long a statement that was no good in a lane is left out.
const LEFT_OUT: Duration = Duration::from_secs(10);

/// How many such statements are remembered.
const MOST_LEFT_OUT: usize = 1_000;

/// The lanes of one shard.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    state: Mutex<State>,
    /// How many there may be, and from how many reads at once on.
    most: AtomicUsize,
    from: AtomicUsize,
    /// Reads that are going on, in lanes and out of them.
    going_on: AtomicUsize,
    /// Those of them that are in lanes.
    inside: AtomicUsize,
    /// Reads that were answered in lanes.
    served: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    lanes: Vec<Arc<Lane>>,
    /// Those that wait for a backend.
    opening: usize,
    left_out: HashSet<StatementKey>,
    since: Option<Instant>,
}

/// A read that goes on: dropped, it is over.
#[derive(Debug)]
pub struct Reading {
    pool: Arc<ShardPool>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.pool.lanes.going_on.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A read that is in a lane: dropped, it is out.
struct Inside<'l>(&'l Lanes);

impl<'l> Inside<'l> {
    fn enter(lanes: &'l Lanes) -> Inside<'l> {
        lanes.inside.fetch_add(1, Ordering::SeqCst);
        Inside(lanes)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Lanes {
    pub(super) fn new(most: usize, from: usize) -> Lanes {
        let lanes = Lanes::default();
        lanes.limit(most, from);
        lanes
    }

    /// New limits, from now on.
    pub(super) fn limit(&self, most: usize, from: usize) {
        self.most.store(most, Ordering::Relaxed);
        self.from.store(from, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads in lanes, whose sessions wait for them.
    pub(super) fn inside(&self) -> usize {
        self.inside.load(Ordering::SeqCst)
    }

    pub(super) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// A lane has got its backend, or none.
    pub(super) fn opened(&self, lane: Option<Arc<Lane>>) {
        let mut state = self.state();
        state.opening = state.opening.saturating_sub(1);
        state.lanes.extend(lane);
    }

    /// A lane has ended.
    pub(super) fn forget(&self, lane: &Arc<Lane>) {
        self.state().lanes.retain(|known| !Arc::ptr_eq(known, lane));
    }

    /// A statement does not read in lanes for a while.
    pub(super) fn leave_out(&self, key: StatementKey) {
        let mut state = self.state();
        if state.left_out.len() < MOST_LEFT_OUT {
            state.left_out.insert(key);
        }
        state.since.get_or_insert_with(Instant::now);
    }
}

impl State {
    fn is_left_out(&mut self, key: &StatementKey) -> bool {
        if self.since.is_some_and(|since| since.elapsed() > LEFT_OUT) {
            self.left_out.clear();
            self.since = None;
        }
        self.left_out.contains(key)
    }
}

impl ShardPool {
    /// A read begins, wherever it goes.
    pub(super) fn reading(self: &Arc<Self>) -> Reading {
        self.lanes.going_on.fetch_add(1, Ordering::Relaxed);
        Reading { pool: Arc::clone(self) }
    }
}

impl Reading {
    /// Whether so many read at once that they had better share backends.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        let lanes = &self.pool.lanes;
        lanes.most.load(Ordering::Relaxed) > 0
            && lanes.going_on.load(Ordering::Relaxed) >= lanes.from.load(Ordering::Relaxed)
    }

    /// Reads in a lane, when there is room; `None` otherwise: then it is done by itself.
    ///
    /// `may` is asked when the read counts as being there: if it says no, nothing is done.
    ///
    /// Cancel safe: an answer for which nobody waits is dropped.
    pub async fn in_lane(&self, settings: &Settings, read: LoneRead, may: impl FnOnce() -> bool) -> Option<Bytes> {
        let lanes = &self.pool.lanes;
        // Whoever forbids it now sees that it is inside.
        let _inside = Inside::enter(lanes);
        if !may() {
            return None;
        }
        let most = lanes.most.load(Ordering::Relaxed);
        let lane = {
            let mut state = lanes.state();
            if state.is_left_out(&read.key) {
                return None;
            }
            let fits = |lane: &&Arc<Lane>| Arc::ptr_eq(&lane.settings, settings) || lane.settings == *settings;
            let lane = state.lanes.iter().filter(fits).find(|lane| lane.depth() < FULL).cloned();
            if lane.is_none() && state.lanes.len() + state.opening < most {
                state.opening += 1;
                tokio::spawn(run(Lane::new(Arc::clone(settings)), Arc::clone(&self.pool)));
            }
            let least = || state.lanes.iter().filter(fits).min_by_key(|lane| lane.depth());
            lane.or_else(|| least().filter(|lane| lane.depth() < MOST).cloned())?
        };
        let bytes = lane.push(read)?.await.ok()?;
        lanes.served.fetch_add(1, Ordering::Relaxed);
        Some(bytes)
    }
}
