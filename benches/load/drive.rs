//! Drives clients: as fast as answers come, or at a fixed rate, where a latency begins when the transaction was due.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::session::{Fault, Session};
use crate::work::Work;

/// Makes a client's next transaction.
pub type Maker = Arc<dyn Fn(&mut fastrand::Rng) -> Work + Send + Sync>;

/// A client: its session, and what it does.
pub struct Worker {
    pub session: Session,
    pub maker: Maker,
    /// The org that it is of.
    pub org: i64,
    /// How many of each kind were done, by all its runs.
    pub done: BTreeMap<&'static str, u64>,
    /// How many were not.
    pub failed: u64,
}

impl Worker {
    pub fn new(session: Session, maker: Maker, org: i64) -> Worker {
        Worker { session, maker, org, done: BTreeMap::new(), failed: 0 }
    }
}

/// How fast.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// The next begins when the last has ended.
    Closed,
    /// So many a second, from all clients together, whether or not the last has ended: who is late stays late, and the
    /// wait counts (no coordinated omission).
    Open(f64),
}

/// What was seen.
#[derive(Clone)]
pub struct Seen {
    /// Latencies in microseconds.
    pub all: Histogram<u64>,
    /// The same for each kind.
    pub kinds: BTreeMap<&'static str, Histogram<u64>>,
    pub failed: u64,
    /// What failed first.
    pub failure: Option<String>,
    /// An answer that was wrong: the run is worth nothing.
    pub wrong: Option<String>,
    pub seconds: f64,
}

impl Seen {
    pub fn empty(seconds: f64) -> Seen {
        Seen { all: histogram(), kinds: BTreeMap::new(), failed: 0, failure: None, wrong: None, seconds }
    }

    fn note(&mut self, kind: &'static str, took: Duration) {
        let micros = (took.as_micros() as u64).max(1);
        self.all.saturating_record(micros);
        self.kinds.entry(kind).or_insert_with(histogram).saturating_record(micros);
    }

    pub fn add(&mut self, other: Seen) {
        self.all.add(&other.all).expect("same bounds");
        for (kind, found) in other.kinds {
            self.kinds.entry(kind).or_insert_with(histogram).add(&found).expect("same bounds");
        }
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.wrong = self.wrong.take().or(other.wrong);
    }

    /// Adds another round.
    pub fn join(&mut self, other: Seen) {
        if !self.all.is_empty() {
            self.seconds += other.seconds;
        }
        self.add(other);
    }

    /// Transactions a second.
    pub fn rate(&self) -> f64 {
        self.all.len() as f64 / self.seconds
    }

    /// The latency below which this share lies, in microseconds.
    pub fn at(&self, share: f64) -> f64 {
        self.all.value_at_quantile(share) as f64
    }
}

/// Three digits, up to ten minutes.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds")
}

/// Runs the clients for `warm` and then for `measured`; they are given back with what was seen.
pub async fn drive(workers: Vec<Worker>, pace: Pace, warm: Duration, measured: Duration) -> (Vec<Worker>, Seen) {
    let begin = Instant::now();
    let (from, end) = (begin + warm, begin + warm + measured);
    let count = workers.len();
    let mut tasks = Vec::with_capacity(count);
    for (at, mut worker) in workers.into_iter().enumerate() {
        tasks.push(tokio::spawn(async move {
            // Another in each round: keys that are drawn are new.
            let mut random = fastrand::Rng::new();
            let mut seen = Seen::empty(measured.as_secs_f64());
            for turn in 0_u64.. {
                let due = match pace {
                    Pace::Closed => Instant::now(),
                    Pace::Open(rate) => {
                        begin + Duration::from_secs_f64((turn * count as u64 + at as u64) as f64 / rate)
                    }
                };
                if due >= end {
                    break;
                }
                // A timer is a millisecond late at times, which is not the fault of what is measured: who waited for it begins
                // when it rings, who came too late when it should have rung.
                let begins = if matches!(pace, Pace::Open(_)) && Instant::now() < due {
                    sleep_until(due).await;
                    Instant::now()
                } else {
                    due
                };
                let work = (worker.maker)(&mut random);
                // A statement that never ends shall not hold the harness for ever.
                let done = timeout_at(end + Duration::from_secs(60), worker.session.run(&work)).await;
                let now = Instant::now();
                match done {
                    Ok(Ok(())) => {
                        *worker.done.entry(work.kind).or_default() += 1;
                        // Open: whatever was due in time counts. Closed: what ended in time.
                        if due >= from && (matches!(pace, Pace::Open(_)) || now < end) {
                            seen.note(work.kind, now - begins);
                        }
                    }
                    Ok(Err(Fault::Wrong(text))) => {
                        seen.wrong = Some(text);
                        break;
                    }
                    Ok(Err(Fault::Failed(text))) => {
                        worker.failed += 1;
                        seen.failed += 1;
                        seen.failure.get_or_insert(text);
                        if matches!(pace, Pace::Closed) {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                    }
                    Err(_) => {
                        worker.failed += 1;
                        seen.failed += 1;
                        seen.failure.get_or_insert_with(|| "no answer within a minute".to_owned());
                        break;
                    }
                }
            }
            (worker, seen)
        }));
    }
    let mut all = Seen::empty(measured.as_secs_f64());
    let mut back = Vec::with_capacity(count);
    for task in tasks {
        let (worker, seen) = task.await.expect("a client's task");
        all.add(seen);
        back.push(worker);
    }
    (back, all)
}
