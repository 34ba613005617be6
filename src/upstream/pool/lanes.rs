//! [`Lanes`]: the lanes of one shard, and who may read in them.
//!
//! A lane has a few places, as many as keep its backend busy; whoever finds none waits, and the next place goes to the org that
//! was served longest ago. So a flood of one org's waits here, and costs the others one read's time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::lane::{Lane, LoneRead, Settings, run};
use super::queue::FairQueue;
use super::shard::ShardPool;
use crate::org::OrgId;
use crate::upstream::backend::StatementKey;

/// How many reads a lane takes at once.
const PLACES: usize = 8;

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
    /// Those that wait for a place, as `State::queue` has them: so that nobody else looks there.
    waiting: AtomicUsize,
}

/// What waits for a place in a lane with these settings, and where its answer goes. Dropped, it is read by itself.
type Waiter = (Settings, LoneRead, oneshot::Sender<Bytes>);

#[derive(Debug, Default)]
struct State {
    lanes: Vec<Arc<Lane>>,
    queue: FairQueue<Waiter>,
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

/// A place in a lane: dropped, it is the next one's.
#[derive(Debug)]
pub(super) struct Place {
    lane: Arc<Lane>,
    pool: Arc<ShardPool>,
}

impl Place {
    /// Reads there.
    fn take(self, read: LoneRead, answer: oneshot::Sender<Bytes>) {
        let lane = Arc::clone(&self.lane);
        lane.push(read, self, answer);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lane.leave();
        if self.pool.lanes.waiting.load(Ordering::SeqCst) > 0 {
            self.pool.admit();
        }
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

    /// A lane has ended. Who waited for one reads by itself.
    pub(super) fn forget(&self, lane: &Arc<Lane>) {
        let mut state = self.state();
        state.lanes.retain(|known| !Arc::ptr_eq(known, lane));
        let waiters: Vec<Waiter> = std::iter::from_fn(|| state.queue.pop_any()).collect();
        self.waiting.store(0, Ordering::SeqCst);
        drop(state);
        drop(waiters);
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
    /// The lane with these settings in which most places are free, if any is.
    fn free_lane(&self, settings: &Settings) -> Option<&Arc<Lane>> {
        // The first that is not full: few lanes with many reads each are better than many with few.
        self.lanes.iter().find(|lane| lane.fits(settings) && lane.depth() < PLACES)
    }

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

    fn place(self: &Arc<Self>, lane: &Arc<Lane>) -> Place {
        lane.enter();
        Place { lane: Arc::clone(lane), pool: Arc::clone(self) }
    }

    /// Gives free places to those that wait, one org after the other.
    pub(super) fn admit(self: &Arc<Self>) {
        loop {
            let mut state = self.lanes.state();
            if !state.lanes.iter().any(|lane| lane.depth() < PLACES) {
                return;
            }
            let Some((_, (settings, read, answer))) = state.queue.pop(usize::MAX) else { return };
            self.lanes.waiting.store(state.queue.waiting(), Ordering::SeqCst);
            // What finds no lane of its settings is let go; what nobody waits for takes no place.
            let place = state.free_lane(&settings).filter(|_| !answer.is_closed()).map(|lane| self.place(lane));
            drop(state);
            if let Some(place) = place {
                place.take(read, answer);
            }
        }
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
        let (answer, answered) = oneshot::channel();
        {
            let mut state = lanes.state();
            if state.is_left_out(&read.key) {
                return None;
            }
            let free = if state.queue.waiting() == 0 { state.free_lane(settings) } else { None };
            if let Some(place) = free.map(|lane| self.pool.place(lane)) {
                drop(state);
                place.take(read, answer);
            } else {
                if state.lanes.len() + state.opening < most {
                    state.opening += 1;
                    tokio::spawn(run(Lane::new(Arc::clone(settings)), Arc::clone(&self.pool)));
                }
                if !state.lanes.iter().any(|lane| lane.fits(settings)) {
                    return None;
                }
                state.queue.push(OrgId::try_new(read.org).ok(), 0, (Arc::clone(settings), read, answer));
                lanes.waiting.store(state.queue.waiting(), Ordering::SeqCst);
                drop(state);
                // A place that came free before it was known that somebody waits was given to nobody.
                self.pool.admit();
            }
        }
        let bytes = answered.await.ok()?;
        lanes.served.fetch_add(1, Ordering::Relaxed);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{ShardsConfig, TlsOptions};
    use crate::directory::{ShardEntry, ShardState};
    use crate::route::ShardId;
    use crate::tls::Tls;
    use crate::upstream::backend::Statement;
    use crate::upstream::pool::shard::Limits;
    use crate::wire::bind::Bind;

    fn pool() -> Arc<ShardPool> {
        let shard = ShardEntry {
            id: ShardId::try_new(1).unwrap(),
            name: "s1".to_owned(),
            region: String::new(),
            host: "127.0.0.1".to_owned(),
            port: 1,
            database: "d".to_owned(),
            state: ShardState::Active,
        };
        let tls = Tls::new(&TlsOptions::default()).unwrap();
        let limits = Limits::of(&ShardsConfig { lanes: 1, lanes_from: 1, ..ShardsConfig::default() });
        ShardPool::new(Arc::new(shard), "u".to_owned(), None, tls, limits)
    }

    fn read(org: i64) -> LoneRead {
        let key = StatementKey { plans: Arc::new([]), index: 0, leaf: None, types: Arc::new([]) };
        let statement = Statement { sql: "SELECT 1".into(), types: Arc::new([]), scope: None, version: 1 };
        LoneRead { key, statement, bind: Bind::of_texts(&[]), org, described: false }
    }

    #[tokio::test]
    async fn a_flood_waits_and_the_next_place_is_the_others() {
        let pool = pool();
        let settings: Settings = Arc::new(BTreeMap::new());
        let lane = Arc::new(Lane::new(Arc::clone(&settings)));
        pool.lanes.state().lanes.push(Arc::clone(&lane));
        let reading = |org: i64| {
            let (pool, settings) = (Arc::clone(&pool), Arc::clone(&settings));
            tokio::spawn(async move { pool.reading().in_lane(&settings, read(org), || true).await })
        };
        let mut flood: Vec<_> = (0..20).map(|_| reading(1)).collect();
        while pool.lanes.waiting.load(Ordering::SeqCst) < 20 - PLACES {
            tokio::task::yield_now().await;
        }
        // A client of the flood's goes away while it waits.
        flood.remove(PLACES).abort();
        let (second, third) = (reading(2), reading(3));
        while pool.lanes.waiting.load(Ordering::SeqCst) < 22 - PLACES {
            tokio::task::yield_now().await;
        }
        assert_eq!(lane.orgs(), [1; PLACES]);
        let answer = || lane.answer_oldest(&Bytes::from_static(b"x"));
        // The first of the flood was the one that is gone: it takes no place, and it is the others' turn.
        let mut taken = Vec::new();
        for _ in 0..6 {
            answer();
            assert_eq!(lane.depth(), PLACES);
            taken.push(*lane.orgs().last().unwrap());
        }
        assert_eq!(taken, [2, 3, 1, 1, 1, 1]);
        for _ in 0..PLACES {
            answer();
        }
        assert_eq!(second.await.unwrap().as_deref(), Some(&b"x"[..]));
        assert_eq!(third.await.unwrap().as_deref(), Some(&b"x"[..]));
        // The lane ends: who waits or reads there reads by itself.
        pool.lanes.forget(&lane);
        lane.close();
        let answered = futures_util::future::join_all(flood).await;
        assert_eq!(answered.iter().filter(|read| read.as_ref().unwrap().is_none()).count(), 19 - 12);
        assert_eq!((lane.depth(), pool.lanes.inside()), (0, 0));
    }
}
