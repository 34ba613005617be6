//! [`Watch`]: what is going on, for the console and the metrics.
//!
//! In: events of sessions. Out: figures. Invariants: an event of a query touches atomics only; memory is bounded: figures are
//! kept for [`MOST_ORGS`] orgs; no text of a client's and no value is kept. What is absent: pools, which count themselves.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::org::{OrgId, Slug};
use crate::route::ShardId;
use crate::sqlstate::SqlState;
use crate::upstream::Moved;

/// The upper bounds of the histograms, in microseconds.
pub(super) const BOUNDS: [u64; 16] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
    30_000_000,
];

/// For how many orgs figures are kept: those that asked first, and all that have sessions.
const MOST_ORGS: usize = 10_000;

/// Queries that went one way: to a shard, or for an org.
#[derive(Debug)]
pub(super) struct Flow {
    /// The shard's name or the org's.
    pub(super) name: Box<str>,
    queries: AtomicU64,
    micros: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    /// By bound; what is above all is in `queries` alone.
    buckets: [AtomicU64; BOUNDS.len()],
}

impl Flow {
    fn new(name: &str) -> Flow {
        Flow {
            name: name.into(),
            queries: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    fn add(&self, micros: u64, moved: Moved) {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.received.fetch_add(moved.received, Ordering::Relaxed);
        self.sent.fetch_add(moved.sent, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        let at = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get(at) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Bytes that came from clients and went to them.
    pub(super) fn bytes(&self) -> (u64, u64) {
        (self.received.load(Ordering::Relaxed), self.sent.load(Ordering::Relaxed))
    }

    pub(super) fn micros(&self) -> u64 {
        self.micros.load(Ordering::Relaxed)
    }

    /// How many took no longer than each bound, in the order of [`BOUNDS`].
    pub(super) fn up_to(&self) -> [u64; BOUNDS.len()] {
        let mut sum = 0;
        std::array::from_fn(|at| {
            sum += self.buckets.get(at).map_or(0, |bucket| bucket.load(Ordering::Relaxed));
            sum
        })
    }
}

/// What a client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing.
    Idle,
    /// It waits for a backend, or for the end of a pause.
    Waiting,
    /// It has a backend.
    Active,
}

/// A client's session.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) number: u64,
    pub(super) role: Box<str>,
    pub(super) peer: SocketAddr,
    pub(super) application: Box<str>,
    pub(super) since: Instant,
    pub(super) queries: AtomicU64,
    doing: AtomicU8,
    org: Mutex<Option<(OrgId, Slug)>>,
    killed: AtomicBool,
    kill: Notify,
}

impl Client {
    pub(super) fn does(&self, doing: Doing) {
        self.doing.store(doing as u8, Ordering::Relaxed);
    }

    pub(super) fn doing(&self) -> &'static str {
        match self.doing.load(Ordering::Relaxed) {
            1 => "waiting",
            2 => "active",
            _idle => "idle",
        }
    }

    pub(super) fn org(&self) -> Option<(OrgId, Slug)> {
        self.org.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn acts_for(&self, org: Option<(OrgId, Slug)>) {
        *self.org.lock().unwrap_or_else(PoisonError::into_inner) = org;
    }

    /// Ends the session, whatever it does.
    pub(super) fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        self.kill.notify_waiters();
    }

    /// Done when somebody has ended it.
    pub(super) async fn killed(&self) {
        loop {
            let notified = self.kill.notified();
            if self.killed.load(Ordering::SeqCst) {
                return;
            }
            notified.await;
        }
    }
}

/// A client that is watched; dropped, it is gone.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) client: Arc<Client>,
    watch: Arc<Watch>,
    shard: Option<(ShardId, Arc<Flow>)>,
    org: Option<(OrgId, Arc<Flow>)>,
    began: Option<Instant>,
}

impl Watched {
    /// A query begins, unless one has begun.
    pub(super) fn begins(&mut self) {
        if self.began.is_none() {
            self.began = Some(Instant::now());
        }
    }

    /// It goes to this shard, for this org.
    pub(super) fn goes(&mut self, shard: (ShardId, &str), org: Option<(OrgId, &Slug)>) {
        if self.shard.as_ref().is_none_or(|(known, _)| *known != shard.0) {
            self.shard = Some((shard.0, self.watch.shard(shard.0, shard.1)));
        }
        if self.org.as_ref().map(|(known, _)| *known) != org.map(|(org, _)| org) {
            self.org = org.and_then(|(id, slug)| Some((id, self.watch.org(id, slug)?)));
            self.client.acts_for(org.map(|(id, slug)| (id, slug.clone())));
        }
    }

    /// The name of the shard that it goes to.
    pub(super) fn shard_name(&self) -> Option<&str> {
        self.shard.as_ref().map(|(_, flow)| &*flow.name)
    }

    /// Everything that was asked is answered, with so many bytes; how long it took.
    pub(super) fn ends(&mut self, moved: Moved) -> Option<Duration> {
        let took = self.began.take()?.elapsed();
        self.client.queries.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let (shard, org) = (self.shard.as_ref(), self.org.as_ref());
        for flow in shard.map(|(_, flow)| flow).into_iter().chain(org.map(|(_, flow)| flow)) {
            flow.add(micros, moved);
        }
        Some(took)
    }

    /// Something was refused.
    pub(super) fn refused(&self, sqlstate: SqlState) {
        self.watch.refused(sqlstate);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.clients().remove(&self.client.number);
    }
}

/// Figures of one instance.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) started: Instant,
    clients: Mutex<BTreeMap<u64, Arc<Client>>>,
    next: AtomicU64,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    shards: Mutex<HashMap<ShardId, Arc<Flow>>>,
    orgs: Mutex<HashMap<OrgId, Arc<Flow>>>,
    pub(super) draining: AtomicBool,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            started: Instant::now(),
            clients: Mutex::default(),
            next: AtomicU64::new(1),
            refused: Mutex::default(),
            shards: Mutex::default(),
            orgs: Mutex::default(),
            draining: AtomicBool::new(false),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    fn clients(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Client>>> {
        lock(&self.clients)
    }

    /// A session begins.
    pub(super) fn enters(self: &Arc<Watch>, role: &str, peer: SocketAddr, application: &str) -> Watched {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let client = Arc::new(Client {
            number,
            role: role.into(),
            peer,
            application: application.into(),
            since: Instant::now(),
            queries: AtomicU64::new(0),
            doing: AtomicU8::new(Doing::Idle as u8),
            org: Mutex::default(),
            killed: AtomicBool::new(false),
            kill: Notify::new(),
        });
        self.clients().insert(number, Arc::clone(&client));
        Watched { client, watch: Arc::clone(self), shard: None, org: None, began: None }
    }

    /// The sessions that there are, oldest first.
    pub(super) fn sessions(&self) -> Vec<Arc<Client>> {
        self.clients().values().cloned().collect()
    }

    /// How many sessions there were since the start.
    pub(super) fn ever(&self) -> u64 {
        self.next.load(Ordering::Relaxed) - 1
    }

    pub(super) fn refused(&self, sqlstate: SqlState) {
        *lock(&self.refused).entry(sqlstate.code()).or_default() += 1;
    }

    /// Refusals by SQLSTATE.
    pub(super) fn refusals(&self) -> Vec<(&'static str, u64)> {
        lock(&self.refused).iter().map(|(code, count)| (*code, *count)).collect()
    }

    fn shard(&self, id: ShardId, name: &str) -> Arc<Flow> {
        Arc::clone(lock(&self.shards).entry(id).or_insert_with(|| Arc::new(Flow::new(name))))
    }

    fn org(&self, id: OrgId, slug: &Slug) -> Option<Arc<Flow>> {
        let mut orgs = lock(&self.orgs);
        if orgs.len() >= MOST_ORGS && !orgs.contains_key(&id) {
            // Those without a session go.
            orgs.retain(|_, flow| Arc::strong_count(flow) > 1);
            if orgs.len() >= MOST_ORGS {
                return None;
            }
        }
        Some(Arc::clone(orgs.entry(id).or_insert_with(|| Arc::new(Flow::new(slug.as_str())))))
    }

    /// Queries by shard, in the order of their names.
    pub(super) fn shards(&self) -> Vec<Arc<Flow>> {
        let mut flows: Vec<_> = lock(&self.shards).values().cloned().collect();
        flows.sort_by(|a, b| a.name.cmp(&b.name));
        flows
    }

    /// Queries of the orgs that asked the most.
    pub(super) fn orgs(&self, most: usize) -> Vec<Arc<Flow>> {
        let mut flows: Vec<_> = lock(&self.orgs).values().cloned().collect();
        flows.sort_by(|a, b| b.queries().cmp(&a.queries()).then_with(|| a.name.cmp(&b.name)));
        flows.truncate(most);
        flows
    }
}
