//! A quiet org beside a hostile one: what the tail of the few sees of the flood of the other.
//!
//! The quiet org's clients ask at a fixed rate (open loop: waiting counts from the moment a request was due); the hostile
//! org's hundreds ask as fast as they are answered. The quiet org is measured alone and beside, in turns.

use std::sync::Arc;
use std::time::Duration;

use crate::drive::{Maker, Pace, Seen, Worker, drive};
use crate::machine::{Machine, OrgOf};
use crate::session::{Session, Way};
use crate::work::Work;
use crate::workload::accounts;

/// The hostile org's kind of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Reports that read and sort all of its rows.
    Heavy,
    /// Point reads, as many as it can get.
    Flood,
    /// Transactions that are left open.
    Held,
}

impl Harm {
    pub const ALL: [Harm; 3] = [Harm::Heavy, Harm::Flood, Harm::Held];

    pub const fn name(self) -> &'static str {
        match self {
            Harm::Heavy => "heavy reports",
            Harm::Flood => "a flood of point reads",
            Harm::Held => "transactions that write and linger",
        }
    }
}

/// How it is measured.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The hostile org's clients.
    pub clients: usize,
    /// The quiet org's requests a second.
    pub rate: f64,
    pub measured: Duration,
    pub rounds: usize,
}

/// One row of the table.
pub struct Outcome {
    pub alone: Seen,
    pub beside: Seen,
    pub hostile: Seen,
}

/// The quiet org's clients.
pub const QUIET: usize = 4;

/// The schema's name of the quiet and of the hostile org: the first and second of the machine.
pub fn orgs() -> Vec<(String, u64)> {
    vec![("quiet".to_owned(), 10_000), ("hostile".to_owned(), 100_000)]
}

async fn workers(machine: &Machine, way: Way, org: &OrgOf, count: usize, maker: &Maker) -> Result<Vec<Worker>, String> {
    let library = match way {
        Way::Library => {
            Some(orgfold::Orgfold::connect(machine.config.clone()).await.map_err(|error| error.to_string())?)
        }
        _ => None,
    };
    let mut workers = Vec::with_capacity(count);
    for _ in 0..count {
        let session = Session::open(machine, way, org, library.as_ref()).await?;
        workers.push(Worker::new(session, Arc::clone(maker), org.id));
    }
    Ok(workers)
}

/// Measures one way under one harm.
pub async fn measure(machine: &Arc<Machine>, way: Way, harm: Harm, shape: Shape) -> Result<Outcome, String> {
    let [quiet, hostile] = machine.orgs.as_slice() else { return Err("two orgs are wanted".to_owned()) };
    let rows = quiet.rows;
    let ask: Maker = Arc::new(move |random| accounts::crud(random, rows));
    let rows = hostile.rows;
    let make: fn(&mut fastrand::Rng, u64) -> Work = match harm {
        Harm::Heavy => accounts::heavy,
        Harm::Flood => accounts::point,
        Harm::Held => accounts::tpcb,
    };
    let harm_done: Maker = Arc::new(move |random| make(random, rows));
    // The quiet org's clients have a thread of their own: what they wait for is not the harness.
    let apart = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let apart = apart.map_err(|error| error.to_string())?;
    let driven = |workers, warm| apart.spawn(drive(workers, Pace::Open(shape.rate), warm, shape.measured));
    let (quiet, held) = (quiet.clone(), Arc::clone(machine));
    let few = apart.spawn(async move { workers(&held, way, &quiet, QUIET, &ask).await });
    let mut few = few.await.map_err(|error| error.to_string())??;
    let seconds = shape.measured.as_secs_f64();
    let (mut alone, mut beside, mut flood) = (Seen::empty(seconds), Seen::empty(seconds), Seen::empty(seconds));
    for _ in 0..shape.rounds {
        let (back, seen) = driven(few, Duration::from_secs(1)).await.map_err(|error| error.to_string())?;
        alone.join(seen);
        let many = workers(machine, way, hostile, shape.clients, &harm_done).await?;
        // The flood begins first and ends last.
        let warm = Duration::from_secs(2);
        let harmed = tokio::spawn(drive(many, Pace::Closed, warm, shape.measured + warm));
        let later = warm + Duration::from_millis(500);
        let (back, seen) = driven(back, later).await.map_err(|error| error.to_string())?;
        few = back;
        beside.join(seen);
        let (many, seen) = harmed.await.map_err(|error| error.to_string())?;
        if harm == Harm::Held {
            machine.note(way, "tpcb", &many);
        }
        flood.join(seen);
    }
    drop(few);
    apart.shutdown_background();
    Ok(Outcome { alone, beside, hostile: flood })
}
