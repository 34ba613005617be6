//! The load harness: what services feel, through orgfold and without it.
//!
//! `cargo bench --bench load -- [part...] [--quick]`, and `--help`. Parts: `clients` (throughput by clients, each asking again
//! when it is answered), `rates` (latency at fixed rates), `hostile` (a quiet org beside a hostile one), `orgs` (by number of
//! orgs). Results go to the terminal, to `target/load/report.json` and to `target/load/report.html`. A wrong answer ends the run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod check;
mod drive;
mod fill;
mod hostile;
mod machine;
mod options;
mod page;
mod parts;
mod plot;
#[path = "../proxy/process.rs"]
mod process;
mod progress;
mod random;
mod report;
mod rivals;
mod server;
mod session;
#[path = "../proxy/tables.rs"]
mod tables;
mod work;
mod workload;

use std::sync::Arc;

use clap::Parser;

use drive::Pace;
use machine::{Machine, Wanted};
use options::{Options, Part};
use parts::Figure;
use progress::Progress;
use report::Report;
use workload::{Workload, World};

fn main() {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Err(error) = runtime.block_on(run(options)) {
        eprintln!("load: {error}");
        std::process::exit(1);
    }
}

async fn run(options: Options) -> Result<(), String> {
    let workloads: Vec<&'static Workload> = options
        .workloads
        .iter()
        .map(|name| workload::named(name).ok_or_else(|| format!("there is no workload \"{name}\"")))
        .collect::<Result<_, _>>()?;
    let progress = Progress::new();
    let mut run = Run { options, progress, report: Report::new(), kept: None };
    for part in run.options.parts.clone() {
        match part {
            Part::Clients => {
                let figures = run.clients(&workloads).await?;
                report::print("Throughput by clients", &figures);
                run.report.clients = figures;
            }
            Part::Rates => {
                let figures = run.rates().await?;
                report::print("Latency at fixed rates", &figures);
                run.report.rates = figures;
            }
            Part::Hostile => {
                let figures = run.beside().await?;
                report::print("A quiet org beside a hostile one", &figures);
                run.report.hostile = figures;
            }
            Part::Orgs => {
                let figures = run.by_orgs().await?;
                report::print("By number of orgs", &figures);
                run.report.orgs = figures;
            }
        }
    }
    let Run { options, report, .. } = run;
    println!("\n{} answers were the same in every way, {} laws held.", report.compared, report.held);
    if options.write {
        for (part, text) in report.tables() {
            tables::write("bench-load", part, &text);
        }
    }
    report.write()
}

/// A run: what is wanted, how far it is, what came out.
struct Run {
    options: Options,
    progress: Progress,
    report: Report,
    /// What the next part may use again.
    kept: Option<Machine>,
}

impl Run {
    /// Starts what a world needs, and asks whether all ways answer alike. What the part before has left is used again.
    async fn begin(&mut self, world: &'static World, orgs: Vec<(String, u64)>) -> Result<Machine, String> {
        if let Some(machine) = self.kept.take()
            && machine.world.name == world.name
            && machine.orgs.iter().map(|org| (&org.slug, org.rows)).eq(orgs.iter().map(|(slug, rows)| (slug, *rows)))
        {
            return Ok(machine);
        }
        self.progress.say(&format!("filling {} of {} orgs", world.name, orgs.len()));
        let machine = Machine::start(Wanted {
            databases: self.options.databases,
            shards: self.options.shards,
            world,
            orgs,
            ways: self.options.ways.clone(),
            shards_section: format!("{}\n", self.options.shards_section),
        })
        .await?;
        self.report.databases = machine.server.said().await;
        for text in &machine.missing {
            if !self.report.missing.contains(text) {
                self.report.missing.push(text.clone());
            }
        }
        self.progress.say(&format!("asking whether all ways answer alike about {}", world.name));
        self.report.compared += check::alike(&machine).await?;
        Ok(machine)
    }

    /// Asks whether all is as it must be.
    async fn end(&mut self, machine: Machine) -> Result<(), String> {
        self.progress.say(&format!("checking {}", machine.world.name));
        self.report.held += check::laws(&machine).await?;
        self.kept = Some(machine);
        Ok(())
    }

    async fn clients(&mut self, workloads: &[&'static Workload]) -> Result<Vec<Figure>, String> {
        let (counts, effort) = (self.options.clients(), self.options.closed());
        let plan: Vec<(&Workload, usize)> = workloads
            .iter()
            .flat_map(|&workload| {
                counts.iter().filter(|count| **count <= workload.most).map(move |count| (workload, *count))
            })
            .collect();
        let can = |workload: &Workload| self.options.ways.iter().filter(|way| workload.can(**way)).count();
        self.progress.expect(plan.iter().map(|(workload, _)| can(workload)).sum());
        let mut figures = Vec::new();
        let mut worlds: Vec<&'static World> = Vec::new();
        for workload in workloads {
            if worlds.iter().all(|world| world.name != workload.world.name) {
                worlds.push(workload.world);
            }
        }
        // What `rates` goes on with comes last.
        worlds.sort_by_key(|world| world.name == workload::accounts::WORLD.name);
        for world in worlds {
            let orgs = self.options.orgs_of(world, self.options.orgs());
            let machine = self.begin(world, orgs).await?;
            for (workload, count) in plan.iter().filter(|(workload, _)| workload.world.name == world.name) {
                for &way in self.options.ways.iter().filter(|way| workload.can(**way)) {
                    self.progress.step(&format!("{}, {count} clients, {}", workload.name, way.name()));
                    if machine.ways.contains(&way) {
                        figures.push(parts::paced(&machine, way, workload, *count, Pace::Closed, effort).await?);
                    }
                }
            }
            self.end(machine).await?;
        }
        // In the order in which they were asked for, whatever the worlds' order was.
        let place = |figure: &Figure| workloads.iter().position(|workload| workload.name == figure.of);
        figures.sort_by_key(place);
        Ok(figures)
    }

    async fn rates(&mut self) -> Result<Vec<Figure>, String> {
        let (rates, effort) = (self.options.rates(), self.options.open());
        let workload = workload::named("crud").ok_or("the workload crud is gone")?;
        self.progress.expect(rates.len() * self.options.ways.len());
        let machine = self.begin(workload.world, self.options.orgs_of(workload.world, self.options.orgs())).await?;
        let mut figures = Vec::new();
        for rate in rates {
            for &way in &self.options.ways {
                self.progress.step(&format!("{rate}/s, {}", way.name()));
                if machine.ways.contains(&way) {
                    figures.push(parts::paced(&machine, way, workload, 64, Pace::Open(rate), effort).await?);
                }
            }
        }
        self.end(machine).await?;
        Ok(figures)
    }

    async fn beside(&mut self) -> Result<Vec<Figure>, String> {
        let (harms, shape) = (self.options.harms(), self.options.hostile());
        self.progress.expect(harms.len() * self.options.ways.len());
        let machine = Arc::new(self.begin(&workload::accounts::WORLD, hostile::orgs()).await?);
        let mut figures = Vec::new();
        for &harm in harms {
            for &way in &self.options.ways {
                self.progress.step(&format!("{}, {}", harm.name(), way.name()));
                if machine.ways.contains(&way) {
                    figures.extend(parts::beside(&machine, way, harm, shape).await?);
                }
            }
        }
        let machine = Arc::into_inner(machine).ok_or("somebody still uses the machine")?;
        self.end(machine).await?;
        Ok(figures)
    }

    async fn by_orgs(&mut self) -> Result<Vec<Figure>, String> {
        let (counts, effort) = (self.options.org_counts.clone(), self.options.closed());
        let workload = workload::named("crud").ok_or("the workload crud is gone")?;
        self.progress.expect(counts.len() * self.options.ways.len());
        let mut figures = Vec::new();
        for count in counts {
            let machine = self.begin(workload.world, self.options.orgs_of(workload.world, count)).await?;
            for &way in &self.options.ways {
                self.progress.step(&format!("{count} orgs, {}", way.name()));
                if machine.ways.contains(&way) {
                    figures.push(parts::paced(&machine, way, workload, 32, Pace::Closed, effort).await?);
                }
            }
            self.end(machine).await?;
        }
        Ok(figures)
    }
}
