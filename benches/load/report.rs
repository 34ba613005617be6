//! The results: a table on the terminal, a file of figures, a page.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::parts::Figure;
use crate::plot::{Scale, Series, lines, pairs};
use crate::workload;

/// All that was measured in one run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub arguments: Vec<String>,
    pub machine: String,
    pub databases: String,
    pub clients: Vec<Figure>,
    pub rates: Vec<Figure>,
    pub hostile: Vec<Figure>,
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

fn cells(figure: &Figure) -> Vec<String> {
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

const HEAD: [&str; 13] = [
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
const WORDS: usize = 3;

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

impl Report {
    pub fn new(arguments: Vec<String>) -> Report {
        let (clients, rates, hostile) = (Vec::new(), Vec::new(), Vec::new());
        Report { arguments, machine: machine(), databases: String::new(), clients, rates, hostile }
    }

    /// Writes `target/load/report.json` and `report.html`.
    pub fn write(&self) -> Result<(), String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/load");
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let json = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        for (name, text) in [("report.json", json), ("report.html", self.page())] {
            std::fs::write(folder.join(name), text).map_err(|error| error.to_string())?;
        }
        println!("\n{}", folder.join("report.html").display());
        Ok(())
    }

    fn page(&self) -> String {
        let mut out = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>orgfold under load</title><style>{STYLE}</style><h1>orgfold under load</h1><p class=\"by\">{}. {}. \
             <code>cargo bench --bench load -- {}</code></p>{}",
            self.machine,
            self.databases,
            self.arguments.join(" "),
            legend(self)
        );
        if !self.clients.is_empty() {
            out += "<h2>Throughput by clients</h2><p>Each client asks again when it is answered. Higher is better.</p><div class=\"plots\">";
            for workload in &workload::ALL {
                let figures: Vec<&Figure> = self.clients.iter().filter(|one| one.of == workload.name).collect();
                if !figures.is_empty() {
                    let steps = steps(&figures, |one| one.clients as f64);
                    let series = series(&figures, &steps, |one| one.clients as f64, |one| one.rate);
                    let names: Vec<String> = steps.iter().map(|step| format!("{step:.0}")).collect();
                    let plot = lines(workload.name, &names, "clients", "transactions/s", Scale::Linear, &series);
                    let _ = write!(
                        out,
                        "<figure><figcaption><b>{}</b> {}</figcaption>{plot}</figure>",
                        workload.name, workload.about
                    );
                }
            }
            out += "</div>";
            out += &table(&self.clients);
        }
        if !self.rates.is_empty() {
            out += "<h2>Latency by load</h2><p>Transactions of the mix <b>crud</b> begin at a fixed rate, whether or not earlier ones have \
                    ended; latency counts from when one was due. Lower is better.</p><div class=\"plots\">";
            let figures: Vec<&Figure> = self.rates.iter().collect();
            let steps = steps(&figures, |one| one.asked);
            let names: Vec<String> = steps.iter().map(|step| format!("{step:.0}")).collect();
            for (name, value) in [("median", (|one| one.p50) as fn(&Figure) -> f64), ("99th percentile", |one| one.p99)]
            {
                let series = series(&figures, &steps, |one| one.asked, value);
                let plot = lines(name, &names, "transactions a second asked for", "ms", Scale::Log, &series);
                let _ = write!(out, "<figure><figcaption><b>{name}</b></figcaption>{plot}</figure>");
            }
            out += "</div>";
            out += &table(&self.rates);
        }
        if !self.hostile.is_empty() {
            out += "<h2>A quiet org beside a hostile one</h2><p>The quiet org's 99th percentile alone (faint) and while another org does \
                    its worst. Lower is better, and equal is best.</p><div class=\"plots\">";
            let mut harms: Vec<&str> = self.hostile.iter().map(|one| one.of.as_str()).collect();
            harms.dedup();
            for harm in harms {
                let of = |way: &str, pace: &str| {
                    self.hostile
                        .iter()
                        .find(|one| one.of == harm && one.way == way && one.pace == pace)
                        .map(|one| one.p99)
                };
                let ways = ways(self.hostile.iter().filter(|one| one.of == harm));
                let series: Vec<Series> = ways
                    .into_iter()
                    .map(|way| Series {
                        name: way,
                        class: class(way),
                        values: vec![of(way, "alone"), of(way, "beside")],
                    })
                    .collect();
                let plot = pairs(harm, ["alone", "beside"], "ms", &series);
                let _ = write!(out, "<figure><figcaption><b>{harm}</b></figcaption>{plot}</figure>");
            }
            out += "</div>";
            out += &table(&self.hostile);
        }
        out + "</html>\n"
    }
}

fn ways<'f>(figures: impl Iterator<Item = &'f Figure>) -> Vec<&'static str> {
    let mut ways = Vec::new();
    for figure in figures {
        if !ways.contains(&figure.way) {
            ways.push(figure.way);
        }
    }
    ways
}

fn steps(figures: &[&Figure], of: impl Fn(&Figure) -> f64) -> Vec<f64> {
    let mut steps: Vec<f64> = figures.iter().map(|one| of(one)).collect();
    steps.sort_by(f64::total_cmp);
    steps.dedup();
    steps
}

fn series(
    figures: &[&Figure],
    steps: &[f64],
    of: impl Fn(&Figure) -> f64,
    value: impl Fn(&Figure) -> f64,
) -> Vec<Series> {
    let at = |way: &str, step: f64| figures.iter().find(|one| one.way == way && of(one) == step).map(|one| value(one));
    ways(figures.iter().copied())
        .into_iter()
        .map(|way| Series { name: way, class: class(way), values: steps.iter().map(|step| at(way, *step)).collect() })
        .collect()
}

/// A way's colour, the same in every plot.
fn class(way: &str) -> String {
    let kinds = ["direct, a database", "direct, shared", "PgBouncer", "orgfold, library", "orgfold, proxy"];
    format!("way{}", kinds.iter().position(|kind| way.starts_with(kind)).unwrap_or(0))
}

fn legend(report: &Report) -> String {
    let all = report.clients.iter().chain(&report.rates).chain(&report.hostile);
    let items: Vec<String> =
        ways(all).into_iter().map(|way| format!("<span><i class=\"{}\"></i>{way}</span>", class(way))).collect();
    format!("<p class=\"legend\">{}</p>", items.join(""))
}

fn table(figures: &[Figure]) -> String {
    let row = |cells: Vec<String>, tag: &str| {
        let cells: Vec<String> = cells
            .into_iter()
            .enumerate()
            .map(|(at, cell)| format!("<{tag}{}>{cell}</{tag}>", if at < WORDS { " class=\"word\"" } else { "" }))
            .collect();
        format!("<tr>{}</tr>", cells.concat())
    };
    let head = row(HEAD.iter().map(|word| (*word).to_owned()).collect(), "th");
    let rows: Vec<String> = figures.iter().map(|figure| row(cells(figure), "td")).collect();
    format!(
        "<details><summary>All figures</summary><div class=\"wide\"><table><thead>{head}</thead><tbody>{}</tbody></table></div></details>",
        rows.concat()
    )
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2129; --soft: #667085; --rule: #e4e7ec; --paper: #fff;
  --way0: #98a2b3; --way1: #475467; --way2: #d97706; --way3: #0e9384; --way4: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --soft: #98a2b3; --rule: #2b3240; --paper: #12161d;
  --way0: #667085; --way1: #b4bccb; --way2: #f5a524; --way3: #2ed3b7; --way4: #6ea0ff; } }
body { margin: 2rem auto; max-width: 1240px; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin-bottom: .2rem; } h2 { margin: 2.2rem 0 .2rem; } p { margin: .3rem 0 1rem; max-width: 70ch; } .by { color: var(--soft); max-width: none; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 1.2rem; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--rule); border-radius: 10px; } figcaption { margin-bottom: .5rem; }
svg { width: 100%; height: auto; } .grid { stroke: var(--rule); } .tick { fill: var(--soft); font-size: 12px; }
.line { fill: none; stroke-width: 2.5; } .faint { opacity: .4; }
.way0 { stroke: var(--way0); } .way1 { stroke: var(--way1); } .way2 { stroke: var(--way2); } .way3 { stroke: var(--way3); } .way4 { stroke: var(--way4); }
.dot, .bar { stroke: none; } .dot.way0, .bar.way0 { fill: var(--way0); } .dot.way1, .bar.way1 { fill: var(--way1); }
.dot.way2, .bar.way2 { fill: var(--way2); } .dot.way3, .bar.way3 { fill: var(--way3); } .dot.way4, .bar.way4 { fill: var(--way4); }
.legend { position: sticky; top: 0; padding: .6rem 0; background: var(--paper); max-width: none; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: .5em; border-radius: 3px; }
i.way0 { background: var(--way0); } i.way1 { background: var(--way1); } i.way2 { background: var(--way2); } i.way3 { background: var(--way3); } i.way4 { background: var(--way4); }
details { margin-top: 1rem; } summary { cursor: pointer; color: var(--soft); } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; margin-top: .6rem; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; } .word { text-align: left; }
";
