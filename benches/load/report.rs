//! The results: tables on the terminal and in BENCHMARKS.md, a file of figures.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::page::page;
use crate::parts::Figure;
use crate::workload;

/// All that was measured in one run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub arguments: Vec<String>,
    pub machine: String,
    pub versions: String,
    pub databases: String,
    /// What was not there.
    pub missing: Vec<String>,
    /// Answers that were the same in every way, and laws that held.
    pub compared: usize,
    pub held: usize,
    pub clients: Vec<Figure>,
    pub rates: Vec<Figure>,
    pub hostile: Vec<Figure>,
    pub orgs: Vec<Figure>,
}

/// Processor and memory of this machine.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = read("/proc/cpuinfo");
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let memory = read("/proc/meminfo");
    let kib =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok());
    format!("{cpus} cores ({}), {} GiB", model.unwrap_or("unknown"), kib.unwrap_or(0) >> 20)
}

fn optional(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

pub fn cells(figure: &Figure) -> Vec<String> {
    let cpu = |value: f64| if value == 0.0 { String::new() } else { format!("{value:.0}") };
    vec![
        figure.of.clone(),
        figure.way.to_owned(),
        if figure.asked > 0.0 { format!("{} {:.0}/s", figure.pace, figure.asked) } else { figure.pace.to_owned() },
        figure.clients.to_string(),
        format!("{:.0}", figure.rate),
        format!("{:.2}", figure.p50),
        format!("{:.2}", figure.p95),
        format!("{:.2}", figure.p99),
        format!("{:.1}", figure.max),
        optional(figure.between_cpu, 0),
        cpu(figure.server_cpu),
        optional(figure.between_memory, 0),
        figure.failed.to_string(),
    ]
}

pub const HEAD: [&str; 13] = [
    "what",
    "way",
    "pace",
    "clients",
    "per second",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "max ms",
    "CPU between µs",
    "CPU server µs",
    "MiB between",
    "failed",
];

/// Columns that hold words.
pub const WORDS: usize = 3;

/// A table on the terminal.
pub fn print(title: &str, figures: &[Figure]) {
    println!("\n{title}\n\n{}", markdown(figures));
    for figure in figures.iter().filter(|figure| figure.failed > 0) {
        println!("{}, {}: {}", figure.of, figure.way, figure.failure.as_deref().unwrap_or_default());
    }
}

/// A table as BENCHMARKS.md has them.
pub fn markdown(figures: &[Figure]) -> String {
    let rows: Vec<Vec<String>> = figures.iter().map(cells).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).chain([HEAD[at].chars().count()]).max();
    let line = |row: &[String]| {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let width = width(at).unwrap_or(0);
                if at < WORDS { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            })
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let head: Vec<String> = HEAD.iter().map(|word| (*word).to_owned()).collect();
    let rule: Vec<String> = (0..HEAD.len())
        .map(|at| {
            if at < WORDS {
                "-".repeat(width(at).unwrap_or(3))
            } else {
                format!("{}:", "-".repeat(width(at).unwrap_or(3) - 1))
            }
        })
        .collect();
    rows.iter().fold(line(&head) + &line(&rule), |text, row| text + &line(row))
}

/// Versions of what was measured.
fn versions() -> String {
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        Some(std::str::from_utf8(&output.stdout).ok()?.lines().next()?.trim().to_owned())
    };
    let bouncer = std::env::var("PGBOUNCER").unwrap_or_else(|_| "/usr/sbin/pgbouncer".to_owned());
    let dog = std::env::var("PGDOG").unwrap_or_else(|_| "pgdog".to_owned());
    let orgfold = format!("orgfold {}", env!("CARGO_PKG_VERSION"));
    [Some(orgfold), said(&bouncer), said(&dog)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The ways of those figures, in order.
pub fn ways<'f>(figures: impl Iterator<Item = &'f Figure>) -> Vec<&'static str> {
    let mut ways = Vec::new();
    for figure in figures {
        if !ways.contains(&figure.way) {
            ways.push(figure.way);
        }
    }
    ways
}

impl Report {
    pub fn new() -> Report {
        Report {
            arguments: std::env::args().skip(1).filter(|word| word != "--bench").collect(),
            machine: machine(),
            versions: versions(),
            databases: String::new(),
            missing: Vec::new(),
            compared: 0,
            held: 0,
            clients: Vec::new(),
            rates: Vec::new(),
            hostile: Vec::new(),
            orgs: Vec::new(),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Figure> {
        self.clients.iter().chain(&self.rates).chain(&self.hostile).chain(&self.orgs)
    }

    /// Machine, versions, databases, in words.
    pub fn about(&self) -> String {
        let parts = [&self.machine, &self.versions, &self.databases].into_iter().chain(&self.missing);
        parts.map(|part| format!("{part}.")).collect::<Vec<_>>().join(" ")
    }

    pub fn command(&self) -> String {
        format!("cargo bench --bench load -- {}", self.arguments.join(" ")).trim_end_matches([' ', '-']).to_owned()
    }

    /// The tables of BENCHMARKS.md, by the names of their markers.
    pub fn tables(&self) -> Vec<(&'static str, String)> {
        let about = format!("{}\n`{}`", self.about(), self.command());
        let tables = [
            ("clients", by_clients(&self.clients)),
            ("rates", markdown(&self.rates)),
            ("hostile", markdown(&self.hostile)),
            ("orgs", markdown(&self.orgs)),
        ];
        let filled =
            [!self.clients.is_empty(), !self.rates.is_empty(), !self.hostile.is_empty(), !self.orgs.is_empty()];
        let kept = tables.into_iter().zip(filled).filter(|(_, filled)| *filled);
        kept.map(|((name, table), _)| (name, format!("{about}\n\n{table}"))).collect()
    }

    /// Writes `target/load/report.json` and `report.html`.
    pub fn write(&self) -> Result<(), String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/load");
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let json = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        for (name, text) in [("report.json", json), ("report.html", page(self))] {
            std::fs::write(folder.join(name), text).map_err(|error| error.to_string())?;
        }
        println!("\n{}", folder.join("report.html").display());
        Ok(())
    }
}

/// A table for each workload, a row for each way: throughput by clients, and the rest where clients are most.
fn by_clients(figures: &[Figure]) -> String {
    let mut out = String::new();
    for workload in &workload::ALL {
        let of: Vec<&Figure> = figures.iter().filter(|one| one.of == workload.name).collect();
        let mut counts: Vec<usize> = of.iter().map(|one| one.clients).collect();
        counts.sort_unstable();
        counts.dedup();
        let Some(most) = counts.last() else { continue };
        let head: String = counts.iter().map(|count| format!(" {count} clients |")).collect();
        let rule = "---:|".repeat(counts.len() + 6);
        let _ = write!(
            out,
            "`{}`: {}. Transactions a second by clients; the rest with {most}.\n\n\
             | way |{head} p50 ms | p99 ms | CPU between µs | CPU server µs | MiB between | failed |\n|---|{rule}\n",
            workload.name, workload.about
        );
        for way in ways(of.iter().copied()) {
            let at = |count: usize| of.iter().find(|one| one.way == way && one.clients == count);
            let rates: String = counts
                .iter()
                .map(|count| at(*count).map_or_else(|| " |".to_owned(), |one| format!(" {:.0} |", one.rate)))
                .collect();
            let Some(last) = at(*most) else { continue };
            let _ = writeln!(
                out,
                "| {way} |{rates} {:.2} | {:.2} | {} | {:.0} | {} | {} |",
                last.p50,
                last.p99,
                optional(last.between_cpu, 0),
                last.server_cpu,
                optional(last.between_memory, 0),
                last.failed
            );
        }
        out.push('\n');
    }
    out
}
