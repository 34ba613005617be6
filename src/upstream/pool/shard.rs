//! [`ShardPool`]: the connections to one shard, those who hold them and those who wait.
//!
//! Invariants: a connection is counted from the moment it is dialled until it is closed; none is idle while somebody waits
//! who may have it; whoever stops waiting costs at most a connection that was on its way. Dialling is done apart from those who
//! wait, so that cancelling a wait cancels nothing else.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::lanes::Lanes;
use super::lease::{Kept, Lease};
use super::queue::{FairQueue, Party};
use crate::catalog::LeafNumber;
use crate::config::{Secret, ShardsConfig};
use crate::directory::ShardEntry;
use crate::org::OrgId;
use crate::tls::Tls;
use crate::upstream::backend::Backend;
use crate::upstream::connect::{UpstreamError, connect};
use crate::wire::request;

/// After a first failure, how long until the next attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Upper bounds of how long leases waited, in microseconds.
pub const WAIT_BOUNDS: [u64; 12] =
    [100, 500, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// Among how many of the last used idle connections one is looked for that knows the leaf.
const LOOKED_AT: usize = 32;

/// What a pool keeps to.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) size: usize,
    /// How many of them one org may hold.
    pub(super) share: usize,
    /// How many of them many sessions may share, each for one read at a time.
    pub(super) lanes: usize,
    /// From how many reads at once on.
    pub(super) lanes_from: usize,
    pub(super) min_idle: usize,
    pub(super) wait: Duration,
    pub(super) connect: Duration,
    pub(super) lifetime: Duration,
    pub(super) idle: Duration,
    pub(super) check: Duration,
}

impl Limits {
    pub(super) fn of(config: &ShardsConfig) -> Limits {
        let size = config.pool_size.max(1);
        let millis = |millis: u64| Duration::from_millis(millis.max(1));
        Limits {
            size,
            share: config.org_share(),
            lanes: config.lanes(),
            lanes_from: config.lanes_from,
            min_idle: config.min_idle.min(size),
            wait: millis(config.pool_wait_ms),
            connect: millis(config.connect_timeout_ms),
            lifetime: millis(config.max_lifetime_ms),
            idle: millis(config.idle_timeout_ms),
            check: millis(config.health_check_ms),
        }
    }
}

/// What waits for a connection.
#[derive(Debug)]
struct Waiter {
    leaf: Option<LeafNumber>,
    sender: oneshot::Sender<Result<Lease, UpstreamError>>,
}

/// What is known of one that is leased.
#[derive(Debug)]
struct Leased {
    party: Party,
    leaf: Option<LeafNumber>,
    born: Instant,
    since: Instant,
}

/// One connection's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerStats {
    /// The shard.
    pub shard: Arc<ShardEntry>,
    /// The backend's number.
    pub pid: i32,
    /// Whether a session holds it.
    pub leased: bool,
    /// For which org.
    pub org: Option<OrgId>,
    /// The leaf that it last worked on.
    pub leaf: Option<LeafNumber>,
    /// How long it has been open.
    pub age: Duration,
    /// How long it has been leased, or idle.
    pub since: Duration,
}

#[derive(Debug)]
struct State {
    limits: Limits,
    /// Last used last.
    idle: Vec<Kept>,
    /// Idle, leased, being checked and being dialled.
    open: usize,
    dialling: usize,
    queue: FairQueue<Waiter>,
    /// Those that are leased, by the backend's number.
    leased: HashMap<i32, Leased>,
    next_number: u64,
    failures: u32,
    retry_at: Option<Instant>,
    fault: (String, Option<&'static str>),
    closed: bool,
    /// How many were ever made, and how long leases were waited for.
    made: u64,
    leases: u64,
    waits: u64,
    waited: Duration,
    /// Ended waits by bound; what is above all is in none.
    wait_buckets: [u64; WAIT_BOUNDS.len()],
}

/// The connections to one shard.
#[derive(Debug)]
pub(super) struct ShardPool {
    pub(super) shard: Arc<ShardEntry>,
    user: String,
    password: Option<Secret>,
    tls: Tls,
    state: Mutex<State>,
    pub(super) lanes: Lanes,
}

/// A pool's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStats {
    /// The shard.
    pub shard: Arc<ShardEntry>,
    /// The most connections there may be.
    pub size: usize,
    /// Those that nobody uses.
    pub idle: usize,
    /// Those that sessions use.
    pub leased: usize,
    /// Those that are being made.
    pub dialling: usize,
    /// Sessions that wait for one.
    pub waiting: usize,
    /// Connections made since the start.
    pub made: u64,
    /// Leases since the start.
    pub leases: u64,
    /// Those of them that had to wait.
    pub waits: u64,
    /// How long they waited, together.
    pub waited: Duration,
    /// Reads that shared a backend with others since the start: no leases.
    pub shared_reads: u64,
    /// Those of them that are going on.
    pub sharing: usize,
    /// How many leases waited no longer than each bound, in the order of [`WAIT_BOUNDS`]; those that did not wait are in all.
    pub waits_up_to: [u64; WAIT_BOUNDS.len()],
}

impl ShardPool {
    pub(super) fn new(
        shard: Arc<ShardEntry>,
        user: String,
        password: Option<Secret>,
        tls: Tls,
        limits: Limits,
    ) -> Arc<ShardPool> {
        let lanes = Lanes::new(limits.lanes, limits.lanes_from);
        let state = State {
            limits,
            idle: Vec::new(),
            open: 0,
            dialling: 0,
            queue: FairQueue::default(),
            leased: HashMap::new(),
            next_number: 0,
            failures: 0,
            retry_at: None,
            fault: (String::new(), None),
            closed: false,
            made: 0,
            leases: 0,
            waits: 0,
            waited: Duration::ZERO,
            wait_buckets: [0; WAIT_BOUNDS.len()],
        };
        let pool = Arc::new(ShardPool { shard, user, password, tls, state: Mutex::new(state), lanes });
        tokio::spawn(super::keeper::keep(Arc::downgrade(&pool)));
        pool
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn limits(&self) -> Limits {
        self.state().limits.clone()
    }

    /// New limits, from now on. What is above them goes as it is given back.
    pub(super) fn limit(&self, limits: Limits) {
        self.lanes.limit(limits.lanes, limits.lanes_from);
        self.state().limits = limits;
    }

    /// A connection for a party, one that knows the leaf if there is one.
    ///
    /// Cancel safe.
    pub(super) async fn lease(
        self: &Arc<Self>,
        party: Party,
        leaf: Option<LeafNumber>,
    ) -> Result<Lease, UpstreamError> {
        let (receiver, number, wait) = {
            let mut state = self.state();
            if state.closed {
                return Err(UpstreamError::Lost);
            }
            state.leases += 1;
            let may = state.queue.held(party) < state.limits.share;
            if may && let Some(kept) = state.take_idle(leaf) {
                state.takes(&kept, party);
                drop(state);
                return Ok(Lease::new(Arc::clone(self), kept, party));
            }
            if state.open == 0 && state.retry_at.is_some_and(|at| Instant::now() < at) {
                let (fault, tls) = state.fault.clone();
                return Err(UpstreamError::Recently(fault, tls));
            }
            state.next_number += 1;
            let number = state.next_number;
            let (sender, receiver) = oneshot::channel();
            state.queue.push(party, number, Waiter { leaf, sender });
            state.waits += 1;
            self.dial_if_needed(&mut state);
            (receiver, number, state.limits.wait)
        };
        let began = Instant::now();
        let mut place = Place { pool: self, party, number, receiver };
        let got = tokio::time::timeout(wait, &mut place.receiver).await;
        self.state().has_waited(began.elapsed());
        match got {
            Ok(Ok(lease)) => lease,
            Ok(Err(_)) => Err(UpstreamError::Lost),
            Err(_) => {
                // It may have come in this very moment.
                self.state().queue.forget(party, number);
                place.receiver.try_recv().unwrap_or(Err(UpstreamError::Busy))
            }
        }
    }

    /// A lease ended well: the connection is idle, outside a transaction, and nothing is outstanding.
    pub(super) fn give_back(self: &Arc<Self>, mut kept: Kept, party: Party) {
        let mut state = self.state();
        state.queue.gave(party);
        state.leased.remove(&kept.backend.key.pid);
        kept.since = Instant::now();
        let old = kept.since.duration_since(kept.born) > state.limits.lifetime;
        if old || state.closed || state.open > state.limits.size || !kept.backend.is_quiet() {
            state.open = state.open.saturating_sub(1);
            self.dial_if_needed(&mut state);
        } else {
            state.idle.push(kept);
        }
        self.dispatch(state);
    }

    /// A lease ended badly: its connection is closed.
    pub(super) fn lost(self: &Arc<Self>, pid: i32, party: Party) {
        let mut state = self.state();
        state.queue.gave(party);
        state.leased.remove(&pid);
        state.open = state.open.saturating_sub(1);
        self.dial_if_needed(&mut state);
        self.dispatch(state);
    }

    /// Gives idle connections to those who wait and may have them.
    fn dispatch(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        while !state.idle.is_empty() {
            let share = state.limits.share;
            let Some((party, waiter)) = state.queue.pop(share) else { return };
            let Some(kept) = state.take_idle(waiter.leaf) else {
                // All that were idle had gone away.
                let number = state.next_number + 1;
                state.next_number = number;
                state.queue.push(party, number, waiter);
                self.dial_if_needed(&mut state);
                return;
            };
            state.takes(&kept, party);
            let lease = Lease::new(Arc::clone(self), kept, party);
            if let Err(Ok(lease)) = waiter.sender.send(Ok(lease)) {
                // It had stopped waiting.
                let (kept, party) = lease.take_apart();
                state.queue.gave(party);
                if let Some(kept) = &kept {
                    state.leased.remove(&kept.backend.key.pid);
                }
                state.idle.extend(kept);
            }
        }
    }

    /// As many connections are dialled as are missed, and may be made.
    fn dial_if_needed(self: &Arc<Self>, state: &mut State) {
        if state.closed || !state.queue.is_any_eligible(state.limits.share) {
            return;
        }
        let missed = state.queue.waiting().saturating_sub(state.dialling);
        let room = state.limits.size.saturating_sub(state.open);
        for _ in 0..missed.min(room) {
            self.dial(state);
        }
    }

    fn dial(self: &Arc<Self>, state: &mut State) {
        state.open += 1;
        state.dialling += 1;
        let (pool, patience) = (Arc::clone(self), state.limits.connect);
        let pause = state.retry_at.map(|at| at.saturating_duration_since(Instant::now()));
        tokio::spawn(async move {
            if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
                tokio::time::sleep(pause).await;
            }
            let dialled = connect(&pool.shard, &pool.user, pool.password.as_ref(), &pool.tls, patience).await;
            pool.dialled(dialled);
        });
    }

    fn dialled(self: &Arc<Self>, dialled: Result<Backend, UpstreamError>) {
        let mut state = self.state();
        state.dialling = state.dialling.saturating_sub(1);
        match dialled {
            Ok(backend) if !state.closed => {
                state.failures = 0;
                state.retry_at = None;
                state.made += 1;
                state.idle.push(Kept::new(backend));
            }
            Ok(_) => state.open = state.open.saturating_sub(1),
            Err(error) => {
                tracing::warn!(shard = %self.shard.name, %error, "cannot connect to a shard");
                state.open = state.open.saturating_sub(1);
                state.failures = state.failures.saturating_add(1);
                let pause =
                    FIRST_PAUSE.saturating_mul(1 << state.failures.min(10).saturating_sub(1)).min(LONGEST_PAUSE);
                state.retry_at = Some(Instant::now() + pause);
                let tls = match &error {
                    UpstreamError::Tls(fault, _) => Some(*fault),
                    _other => None,
                };
                state.fault = (error.to_string(), tls);
                let mut first = Some(error);
                // With no connection left there is nothing to wait for: everybody is told.
                while state.open == 0
                    && let Some(waiter) = state.queue.pop_any()
                {
                    let told = first.take().unwrap_or_else(|| UpstreamError::Recently(state.fault.0.clone(), tls));
                    let _ = waiter.sender.send(Err(told));
                }
                // Those that go on waiting shall not hang on the ones that are open.
                self.dial_if_needed(&mut state);
            }
        }
        self.dispatch(state);
    }

    /// Takes the idle connections out that are to be looked after: those to close, and those to check.
    pub(super) fn overdue(self: &Arc<Self>) -> (Vec<Kept>, Vec<Kept>) {
        let mut state = self.state();
        let (now, limits) = (Instant::now(), state.limits.clone());
        let (mut closing, mut checking) = (Vec::new(), Vec::new());
        let mut open = state.open;
        for mut kept in std::mem::take(&mut state.idle) {
            let unused = now.duration_since(kept.since);
            let surplus = open > limits.size || (unused > limits.idle && open > limits.min_idle);
            if now.duration_since(kept.born) > limits.lifetime || surplus || state.closed || !kept.is_quiet() {
                open = open.saturating_sub(1);
                closing.push(kept);
            } else if checking.is_empty() && now.duration_since(kept.checked.max(kept.since)) > limits.check {
                // One at a time: meanwhile the others can be had.
                checking.push(kept);
            } else {
                state.idle.push(kept);
            }
        }
        state.open = open;
        for _ in 0..limits.min_idle.saturating_sub(state.open) {
            let resting = state.retry_at.is_some_and(|at| now < at);
            if state.closed || resting {
                break;
            }
            self.dial(&mut state);
        }
        (closing, checking)
    }

    /// Whether a connection still answers.
    pub(super) async fn answers(&self, kept: &mut Kept) -> bool {
        let backend = &mut kept.backend;
        request::sync(&mut backend.channel().output);
        let answered = async {
            loop {
                match backend.buffered() {
                    Ok(Some(frame)) => match frame.tag {
                        b'Z' => return true,
                        // What any server may say at any time.
                        b'N' | b'S' => {}
                        _other => return false,
                    },
                    Ok(None) => {
                        if poll_fn(|context| backend.channel().poll(context, true)).await.is_err() {
                            return false;
                        }
                    }
                    Err(_) => return false,
                }
            }
        };
        let patience = self.limits().connect;
        tokio::time::timeout(patience, answered).await.unwrap_or(false) && kept.backend.is_quiet()
    }

    /// A connection was checked.
    pub(super) fn checked(self: &Arc<Self>, kept: Option<Kept>) {
        let mut state = self.state();
        match kept {
            Some(mut kept) => {
                kept.checked = Instant::now();
                // Used less than those that went on meanwhile.
                state.idle.insert(0, kept);
            }
            None => {
                state.open = state.open.saturating_sub(1);
                self.dial_if_needed(&mut state);
            }
        }
        self.dispatch(state);
    }

    /// The shard is reached another way now: nothing is kept of this pool.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.open = state.open.saturating_sub(state.idle.len());
        state.idle.clear();
        while let Some(waiter) = state.queue.pop_any() {
            let _ = waiter.sender.send(Err(UpstreamError::Lost));
        }
    }

    pub(super) fn held(&self, org: OrgId) -> usize {
        self.state().queue.held(Some(org))
    }

    pub(super) fn servers(&self) -> Vec<ServerStats> {
        let (state, now) = (self.state(), Instant::now());
        let shard = || Arc::clone(&self.shard);
        let leased = state.leased.iter().map(|(pid, leased)| ServerStats {
            shard: shard(),
            pid: *pid,
            leased: true,
            org: leased.party,
            leaf: leased.leaf,
            age: now.duration_since(leased.born),
            since: now.duration_since(leased.since),
        });
        let idle = state.idle.iter().map(|kept| ServerStats {
            shard: shard(),
            pid: kept.backend.key.pid,
            leased: false,
            org: None,
            leaf: kept.leaf,
            age: now.duration_since(kept.born),
            since: now.duration_since(kept.since),
        });
        let mut servers: Vec<ServerStats> = leased.chain(idle).collect();
        servers.sort_by_key(|server| server.pid);
        servers
    }

    pub(super) fn stats(&self) -> PoolStats {
        let state = self.state();
        PoolStats {
            shard: Arc::clone(&self.shard),
            size: state.limits.size,
            idle: state.idle.len(),
            leased: state.open.saturating_sub(state.idle.len() + state.dialling),
            dialling: state.dialling,
            waiting: state.queue.waiting(),
            made: state.made,
            leases: state.leases,
            waits: state.waits,
            waited: state.waited,
            shared_reads: self.lanes.served(),
            sharing: self.lanes.inside(),
            waits_up_to: state.waits_up_to(),
        }
    }
}

impl State {
    fn has_waited(&mut self, waited: Duration) {
        self.waited += waited;
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = self.wait_buckets.get_mut(WAIT_BOUNDS.partition_point(|bound| *bound < micros)) {
            *bucket += 1;
        }
    }

    fn waits_up_to(&self) -> [u64; WAIT_BOUNDS.len()] {
        let mut sum = self.leases.saturating_sub(self.waits);
        self.wait_buckets.map(|count| {
            sum += count;
            sum
        })
    }

    /// A connection is leased to a party.
    fn takes(&mut self, kept: &Kept, party: Party) {
        self.queue.took(party);
        let leased = Leased { party, leaf: kept.leaf, born: kept.born, since: Instant::now() };
        self.leased.insert(kept.backend.key.pid, leased);
    }

    /// An idle connection that has said nothing meanwhile: one that knows the leaf, else the last used.
    fn take_idle(&mut self, leaf: Option<LeafNumber>) -> Option<Kept> {
        loop {
            let from = self.idle.len().saturating_sub(LOOKED_AT);
            let known = leaf.and_then(|leaf| self.idle.iter().skip(from).rposition(|kept| kept.leaf == Some(leaf)));
            let mut kept = match known {
                Some(at) => self.idle.remove(from + at),
                None => self.idle.pop()?,
            };
            if kept.is_quiet() {
                if leaf.is_some() {
                    kept.leaf = leaf;
                }
                return Some(kept);
            }
            self.open = self.open.saturating_sub(1);
        }
    }
}

/// A place in the queue; dropped, it is given up.
struct Place<'p> {
    pool: &'p Arc<ShardPool>,
    party: Party,
    number: u64,
    receiver: oneshot::Receiver<Result<Lease, UpstreamError>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.receiver.close();
        // What was sent is given back by its own drop, outside the lock.
        let sent = self.receiver.try_recv();
        self.pool.state().queue.forget(self.party, self.number);
        if let Ok(Ok(lease)) = sent {
            lease.release();
        }
    }
}
