//! The load harness: what services feel, through orgfold and without it.
//!
//! `cargo bench --bench load -- [part...] [--quick]`, and `--help`. Parts: `clients` (throughput by clients, each asking again
//! when it is answered), `rates` (latency at fixed rates), `hostile` (a quiet org beside a hostile one). Results go to the
//! terminal, to `target/load/report.json` and to `target/load/report.html`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod drive;
mod hostile;
mod machine;
mod parts;
mod plot;
#[path = "../proxy/process.rs"]
mod process;
mod random;
mod report;
mod server;
mod session;
#[path = "../proxy/tables.rs"]
mod tables;
mod work;
mod workload;

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use drive::Pace;
use machine::{Machine, Wanted};
use parts::{Effort, Figure};
use random::Sizes;
use report::Report;
use server::Databases;
use session::Way;
use workload::Workload;

/// Measures orgfold under load, beside PostgreSQL and PgBouncer.
#[derive(Parser, Clone, Debug)]
pub struct Options {
    /// What is measured: clients, rates, hostile.
    #[arg(default_values_t = ["clients".to_owned(), "rates".to_owned(), "hostile".to_owned()])]
    parts: Vec<String>,
    /// Short runs, for one's own eyes.
    #[arg(long)]
    quick: bool,
    /// Puts the tables into BENCHMARKS.md.
    #[arg(long)]
    write: bool,
    /// Where the databases are.
    #[arg(long, value_enum, default_value = "auto")]
    databases: Databases,
    /// Which ways; all that are there without it.
    #[arg(long, value_enum, value_delimiter = ',')]
    ways: Vec<Way>,
    /// Which workloads: point, crud, tpcb, reports.
    #[arg(long, value_delimiter = ',', default_values_t = ["point".to_owned(), "crud".to_owned(), "tpcb".to_owned()])]
    workloads: Vec<String>,
    /// How many orgs.
    #[arg(long, default_value_t = 20)]
    orgs: usize,
    /// Rows of all orgs' largest tables together.
    #[arg(long, default_value_t = 400_000)]
    rows: u64,
    /// How large the orgs are beside each other; clients are spread in proportion.
    #[arg(long, value_enum, default_value = "zipf")]
    sizes: Sizes,
    /// How many shards the orgs are spread over (all of them on one server).
    #[arg(long, default_value_t = 1)]
    shards: usize,
    /// Numbers of clients.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32])]
    clients: Vec<usize>,
    /// Transactions a second that are asked for in `rates`.
    #[arg(long, value_delimiter = ',', default_values_t = [500.0, 2000.0, 4000.0])]
    rates: Vec<f64>,
    /// Clients of the hostile org.
    #[arg(long, default_value_t = 200)]
    hostile_clients: usize,
    /// Transactions a second that the quiet org asks for.
    #[arg(long, default_value_t = 100.0)]
    quiet_rate: f64,
    /// Lines of TOML for orgfold's section [shards].
    #[arg(long, default_value = "")]
    shards_section: String,
    /// cargo gives it.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Err(error) = runtime.block_on(run(options)) {
        eprintln!("load: {error}");
        std::process::exit(1);
    }
}

/// The ways that there are, of those that are wanted.
fn ways(options: &Options, machine: &Machine) -> Vec<Way> {
    let all = [Way::Private, Way::Shared, Way::Pgbouncer, Way::Library, Way::Proxy];
    let there = |way: &Way| match way {
        Way::Private => machine.private,
        Way::Shared => machine.shared,
        Way::Pgbouncer => machine.bouncer().is_some(),
        Way::Library | Way::Proxy => true,
    };
    let wanted = |way: &Way| options.ways.is_empty() || options.ways.contains(way);
    all.into_iter().filter(there).filter(wanted).collect()
}

fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} of about {duration} {wide_msg}").unwrap();
    ProgressBar::new(steps as u64).with_style(style)
}

fn wanted(options: &Options, orgs: Vec<(String, u64)>) -> Wanted {
    Wanted {
        databases: options.databases,
        shards: options.shards,
        schema: workload::accounts::SCHEMA,
        fill: workload::accounts::FILL,
        private: orgs.len() <= machine::MOST_PRIVATE,
        orgs,
        shared: true,
        shards_section: format!("{}\n", options.shards_section),
    }
}

async fn run(options: Options) -> Result<(), String> {
    let unknown = options.parts.iter().find(|part| !["clients", "rates", "hostile"].contains(&part.as_str()));
    if let Some(part) = unknown {
        return Err(format!("there is no part \"{part}\": clients, rates, hostile"));
    }
    let has = |part: &str| options.parts.iter().any(|one| one == part);
    let workloads: Vec<&Workload> = options
        .workloads
        .iter()
        .map(|name| workload::named(name).ok_or_else(|| format!("there is no workload \"{name}\"")))
        .collect::<Result<_, _>>()?;
    let mut report = Report::new(std::env::args().skip(1).filter(|word| word != "--bench").collect());
    if has("clients") || has("rates") {
        let rows = random::sizes(options.sizes, options.orgs, options.rows, 1_000);
        let orgs = rows.into_iter().enumerate().map(|(at, rows)| (format!("org{}", at + 1), rows)).collect();
        let machine = Machine::start(wanted(&options, orgs)).await?;
        report.databases = machine.server.said().await;
        if has("clients") {
            report.clients = clients(&options, &machine, &workloads).await?;
            report::print("Throughput by clients", &report.clients);
        }
        if has("rates") {
            report.rates = rates(&options, &machine).await?;
            report::print("Latency at fixed rates", &report.rates);
        }
    }
    if has("hostile") {
        let machine = Arc::new(Machine::start(wanted(&options, hostile::orgs())).await?);
        report.databases = machine.server.said().await;
        report.hostile = beside(&options, &machine).await?;
        report::print("A quiet org beside a hostile one", &report.hostile);
    }
    if options.write {
        for (part, figures) in [("clients", &report.clients), ("rates", &report.rates), ("hostile", &report.hostile)] {
            if !figures.is_empty() {
                tables::write(
                    "bench-load",
                    part,
                    &format!("{}. {}.\n\n{}", report.machine, report.databases, report::markdown(figures)),
                );
            }
        }
    }
    report.write()
}

async fn clients(options: &Options, machine: &Machine, workloads: &[&Workload]) -> Result<Vec<Figure>, String> {
    let effort = Effort {
        warm: Duration::from_millis(500),
        measured: Duration::from_secs(2),
        rounds: if options.quick { 1 } else { 3 },
    };
    let ways = ways(options, machine);
    let bar = progress(workloads.len() * options.clients.len() * ways.len());
    let mut figures = Vec::new();
    for workload in workloads {
        for &count in &options.clients {
            for &way in &ways {
                bar.set_message(format!("{}, {count} clients, {}", workload.name, way.name()));
                figures.push(parts::closed(machine, way, workload, count, effort).await?);
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    Ok(figures)
}

async fn rates(options: &Options, machine: &Machine) -> Result<Vec<Figure>, String> {
    let effort = Effort {
        warm: Duration::from_secs(1),
        measured: Duration::from_secs(if options.quick { 3 } else { 5 }),
        rounds: 1,
    };
    let ways = ways(options, machine);
    let workload = workload::named("crud").ok_or("the workload crud is gone")?;
    let bar = progress(options.rates.len() * ways.len());
    let mut figures = Vec::new();
    for &rate in &options.rates {
        for &way in &ways {
            bar.set_message(format!("{rate}/s, {}", way.name()));
            figures.push(parts::paced(machine, way, workload, 64, Pace::Open(rate), effort).await?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(figures)
}

async fn beside(options: &Options, machine: &Arc<Machine>) -> Result<Vec<Figure>, String> {
    let shape = hostile::Shape {
        clients: options.hostile_clients,
        rate: options.quiet_rate,
        measured: Duration::from_secs(if options.quick { 5 } else { 8 }),
        rounds: 1,
    };
    let ways = ways(options, machine);
    let bar = progress(hostile::Harm::ALL.len() * ways.len());
    let mut figures = Vec::new();
    for harm in hostile::Harm::ALL {
        for &way in &ways {
            bar.set_message(format!("{}, {}", harm.name(), way.name()));
            figures.extend(parts::beside(machine, way, harm, shape).await?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(figures)
}
