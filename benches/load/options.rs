//! What the command line says, and what `--quick` makes of what it leaves open.

use std::time::Duration;

use clap::Parser;

use crate::hostile::{Harm, Shape};
use crate::parts::Effort;
use crate::random::{Sizes, sizes};
use crate::server::Databases;
use crate::session::Way;
use crate::workload::World;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Throughput by clients, each asking again when it is answered.
    Clients,
    /// Latency at fixed rates.
    Rates,
    /// A quiet org beside a hostile one.
    Hostile,
    /// Throughput by number of orgs.
    Orgs,
}

/// Measures orgfold under load, beside PostgreSQL, PgBouncer and what else is there.
#[derive(Parser, Clone, Debug)]
pub struct Options {
    /// What is measured.
    #[arg(value_enum, default_values_t = [Part::Clients, Part::Rates, Part::Hostile])]
    pub parts: Vec<Part>,
    /// Two or three minutes, for one's own eyes.
    #[arg(long)]
    pub quick: bool,
    /// Puts the tables into BENCHMARKS.md.
    #[arg(long)]
    pub write: bool,
    /// Where the databases are.
    #[arg(long, value_enum, default_value = "auto")]
    pub databases: Databases,
    /// Which ways; those that are not there are left out.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Way::ALL)]
    pub ways: Vec<Way>,
    /// Which workloads: point, crud, tpcb, heavy, tpcc, tpch, native, custom.
    #[arg(long, value_delimiter = ',', default_values_t = ["point", "crud", "tpcb", "tpcc", "tpch", "native", "custom"].map(str::to_owned))]
    pub workloads: Vec<String>,
    /// How many orgs: 20, and 8 with --quick.
    #[arg(long)]
    orgs: Option<usize>,
    /// Numbers of orgs for the part `orgs`: 10 to 100000.
    #[arg(long, value_delimiter = ',', default_values_t = [10, 1_000, 10_000])]
    pub org_counts: Vec<usize>,
    /// Accounts of all orgs together; other tables in proportion. 400000, and 100000 with --quick.
    #[arg(long)]
    rows: Option<u64>,
    /// How large the orgs are beside each other; clients are spread in proportion.
    #[arg(long, value_enum, default_value = "zipf")]
    sizes: Sizes,
    /// How many shards the orgs are spread over (all of them on one server).
    #[arg(long, default_value_t = 1)]
    pub shards: usize,
    /// Numbers of clients: 1,8,32, and 1,8 with --quick.
    #[arg(long, value_delimiter = ',')]
    clients: Vec<usize>,
    /// Transactions a second that are asked for in `rates`: 500,2000,4000, and 500,2000 with --quick.
    #[arg(long, value_delimiter = ',')]
    rates: Vec<f64>,
    /// Clients of the hostile org: 200, and 50 with --quick.
    #[arg(long)]
    hostile_clients: Option<usize>,
    /// Transactions a second that the quiet org asks for.
    #[arg(long, default_value_t = 100.0)]
    quiet_rate: f64,
    /// Lines of TOML for orgfold's section [shards].
    #[arg(long, default_value = "")]
    pub shards_section: String,
    /// How often each measurement of `clients` is done; the one in the middle counts. 3, and 1 with --quick.
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds of each of them: 0.8, and 0.6 with --quick.
    #[arg(long)]
    seconds: Option<f64>,
    /// cargo gives it.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn by_pace<T>(&self, quick: T, standard: T) -> T {
        if self.quick { quick } else { standard }
    }

    pub fn clients(&self) -> Vec<usize> {
        if self.clients.is_empty() { self.by_pace(vec![1, 8], vec![1, 8, 32]) } else { self.clients.clone() }
    }

    pub fn orgs(&self) -> usize {
        self.orgs.unwrap_or(self.by_pace(8, 20))
    }

    pub fn rates(&self) -> Vec<f64> {
        if self.rates.is_empty() {
            self.by_pace(vec![500.0, 2000.0], vec![500.0, 2000.0, 4000.0])
        } else {
            self.rates.clone()
        }
    }

    pub fn harms(&self) -> &'static [Harm] {
        self.by_pace(&Harm::ALL[..1], &Harm::ALL)
    }

    /// The orgs of a world: names and sizes.
    pub fn orgs_of(&self, world: &World, count: usize) -> Vec<(String, u64)> {
        let rows = self.rows.unwrap_or(self.by_pace(100_000, 400_000)) / world.smaller;
        let rows = sizes(self.sizes, count, rows, world.least);
        rows.into_iter().enumerate().map(|(at, rows)| (format!("org{}", at + 1), rows)).collect()
    }

    pub fn closed(&self) -> Effort {
        Effort {
            warm: Duration::from_millis(200),
            measured: Duration::from_secs_f64(self.seconds.unwrap_or(self.by_pace(0.6, 0.8))),
            rounds: self.rounds.unwrap_or(self.by_pace(1, 3)).max(1),
        }
    }

    pub fn open(&self) -> Effort {
        let measured = Duration::from_secs_f64(self.by_pace(2.0, 3.5));
        Effort { warm: Duration::from_millis(500), measured, rounds: 1 }
    }

    pub fn hostile(&self) -> Shape {
        Shape {
            clients: self.hostile_clients.unwrap_or(self.by_pace(50, 200)),
            rate: self.quiet_rate,
            measured: Duration::from_secs(self.by_pace(2, 4)),
            rounds: 1,
        }
    }
}
