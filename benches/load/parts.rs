//! The parts of the harness: what is measured, and the figures that come of it.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::drive::{Maker, Pace, Seen, Worker, drive};
use crate::hostile::{self, Harm, Shape};
use crate::machine::{Machine, OrgOf};
use crate::process::{cpu, cpu_of_family, rss};
use crate::random::draw;
use crate::session::{Session, Way};
use crate::workload::Workload;

/// One measurement.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What it is part of: a workload, or a harm.
    pub of: String,
    /// How it was asked for: `closed`, `open`, `alone`, `beside`.
    pub pace: &'static str,
    pub way: &'static str,
    pub orgs: usize,
    pub shards: usize,
    pub clients: usize,
    /// Transactions a second that were asked for; 0 where the next came when the last had ended.
    pub asked: f64,
    pub rate: f64,
    /// Latencies in milliseconds.
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
    pub failed: u64,
    pub failure: Option<String>,
    /// Each kind of transaction, where there are several.
    pub kinds: Vec<Kind>,
    /// Microseconds of CPU a transaction: of what stands between, and of the server.
    pub between_cpu: Option<f64>,
    pub server_cpu: f64,
    /// MiB that it held at the end.
    pub between_memory: Option<f64>,
}

/// One kind of transaction of a workload.
#[derive(Clone, Debug, Serialize)]
pub struct Kind {
    pub kind: &'static str,
    pub count: u64,
    /// Latencies in milliseconds.
    pub p50: f64,
    pub p99: f64,
}

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    pub warm: Duration,
    pub measured: Duration,
    pub rounds: usize,
}

/// CPU seconds used so far: between, server.
fn used(machine: &Machine, way: Way) -> (Option<f64>, f64) {
    let between = match way {
        Way::Library => Some(cpu(std::process::id())),
        other => machine.between(other).map(|one| cpu(one.process.pid())),
    };
    (between, cpu_of_family(machine.server.postmaster()))
}

/// The library's is not told: it shares its process with the load.
fn memory(machine: &Machine, way: Way) -> Option<f64> {
    machine.between(way).map(|one| rss(one.process.pid()))
}

fn kinds(seen: &Seen) -> Vec<Kind> {
    let kind = |(kind, found): (&&'static str, &hdrhistogram::Histogram<u64>)| Kind {
        kind,
        count: found.len(),
        p50: found.value_at_quantile(0.5) as f64 / 1e3,
        p99: found.value_at_quantile(0.99) as f64 / 1e3,
    };
    if seen.kinds.len() > 1 { seen.kinds.iter().map(kind).collect() } else { Vec::new() }
}

fn figure(
    machine: &Machine,
    of: &str,
    pace: &'static str,
    way: Way,
    clients: usize,
    asked: f64,
    seen: &Seen,
) -> Figure {
    Figure {
        of: of.to_owned(),
        pace,
        way: way.name(),
        orgs: machine.orgs.len(),
        shards: machine.shards,
        clients,
        asked,
        rate: seen.rate(),
        p50: seen.at(0.5) / 1e3,
        p95: seen.at(0.95) / 1e3,
        p99: seen.at(0.99) / 1e3,
        max: seen.all.max() as f64 / 1e3,
        failed: seen.failed,
        failure: seen.failure.clone(),
        kinds: kinds(seen),
        between_cpu: None,
        server_cpu: 0.0,
        between_memory: None,
    }
}

/// Clients spread over the orgs in proportion to their sizes.
async fn workers(machine: &Machine, way: Way, workload: &Workload, count: usize) -> Result<Vec<Worker>, String> {
    let library = if way == Way::Library {
        Some(orgfold::Orgfold::connect(machine.config.clone()).await.map_err(|error| error.to_string())?)
    } else {
        None
    };
    let weights: Vec<u64> = machine.orgs.iter().map(|org| org.rows).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let mut workers = Vec::with_capacity(count);
    for at in 0..count {
        // Each org has one client at least, where there are enough.
        let which =
            if count >= machine.orgs.len() && at < machine.orgs.len() { at } else { draw(&mut random, &weights) };
        let org: &OrgOf = &machine.orgs[which];
        let session = Session::open(machine, way, org, library.as_ref()).await?;
        let (make, rows) = (workload.make, org.rows);
        let maker: Maker = Arc::new(move |random| make(random, rows));
        workers.push(Worker::new(session, maker, org.id));
    }
    Ok(workers)
}

/// A wrong answer ends the run: its figures are worth nothing.
fn right(way: Way, of: &str, seen: &Seen) -> Result<(), String> {
    match &seen.wrong {
        None => Ok(()),
        Some(text) => Err(format!("{}, {of}: a wrong answer: {text}", way.name())),
    }
}

/// Throughput and latency of so many clients, as fast as answers come or at a fixed rate, where a latency counts from when a
/// transaction was due.
pub async fn paced(
    machine: &Machine,
    way: Way,
    workload: &Workload,
    clients: usize,
    pace: Pace,
    effort: Effort,
) -> Result<Figure, String> {
    let mut workers = workers(machine, way, workload, clients).await?;
    let mut rounds = Vec::with_capacity(effort.rounds);
    for _ in 0..effort.rounds {
        // The CPU of the warm-up counts too: so do its transactions.
        let before = used(machine, way);
        let (back, seen) = drive(workers, pace, effort.warm, effort.measured).await;
        workers = back;
        let after = used(machine, way);
        right(way, workload.name, &seen)?;
        let share = effort.measured.as_secs_f64() / (effort.warm + effort.measured).as_secs_f64();
        let each = |before: f64, after: f64| (after - before) * share * 1e6 / (seen.all.len().max(1) as f64);
        let (name, asked) = match pace {
            Pace::Closed => ("closed", 0.0),
            Pace::Open(rate) => ("open", rate),
        };
        let mut figure = figure(machine, workload.name, name, way, clients, asked, &seen);
        figure.between_cpu = before.0.zip(after.0).map(|(before, after)| each(before, after));
        figure.server_cpu = each(before.1, after.1);
        figure.between_memory = memory(machine, way);
        rounds.push(figure);
    }
    machine.note(way, workload.name, &workers);
    // The round in the middle speaks for all.
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate).then(b.p99.total_cmp(&a.p99)));
    let middle = rounds.len() / 2;
    rounds.into_iter().nth(middle).ok_or_else(|| "no round".to_owned())
}

/// A quiet org alone and beside a hostile one.
pub async fn beside(machine: &Arc<Machine>, way: Way, harm: Harm, shape: Shape) -> Result<[Figure; 3], String> {
    let out = hostile::measure(machine, way, harm, shape).await?;
    for seen in [&out.alone, &out.beside, &out.hostile] {
        right(way, harm.name(), seen)?;
    }
    let rate = shape.rate;
    Ok([
        figure(machine, harm.name(), "alone", way, hostile::QUIET, rate, &out.alone),
        figure(machine, harm.name(), "beside", way, hostile::QUIET, rate, &out.beside),
        figure(machine, harm.name(), "the hostile one", way, shape.clients, 0.0, &out.hostile),
    ])
}
