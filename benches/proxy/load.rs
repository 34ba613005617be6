//! pgbench as the load: what it did in a second, and how long one query took.

use std::path::Path;
use std::process::Command;

use crate::machine::{Machine, PASSWORD};
use crate::process::{cpu, cpu_of_family};

/// Where a load goes.
pub struct Target<'a> {
    pub port: u16,
    pub database: &'a str,
    /// Variables of the script.
    pub variables: Vec<(&'static str, String)>,
    pub script: &'a Path,
    /// The proxy's process, when there is one.
    pub proxy: Option<u32>,
}

/// What one run of pgbench showed.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    /// Transactions a second.
    pub rate: f64,
    /// The proxy's CPU for one, in microseconds.
    pub proxy: f64,
    /// The database server's CPU for one, in microseconds.
    pub server: f64,
    /// Latency of the middle one, in microseconds; 0 when not asked for.
    pub median: f64,
    /// Latency that one in a hundred exceeds.
    pub p99: f64,
}

/// How a load is made.
#[derive(Clone, Copy)]
pub struct Shape {
    /// `prepared` or `simple`.
    pub mode: &'static str,
    pub clients: usize,
    pub seconds: u32,
    /// Keep every transaction's latency.
    pub latencies: bool,
}

/// Runs pgbench once.
pub fn run(machine: &Machine, target: &Target<'_>, shape: Shape) -> Seen {
    let postmaster = machine.postmaster();
    let logs = machine.folder.join(format!("log-{}", target.database));
    let before = (target.proxy.map_or(0.0, cpu), cpu_of_family(postmaster));
    let mut command = Command::new(machine.cluster.binaries().tool("pgbench"));
    let (clients, seconds) = (shape.clients.to_string(), shape.seconds.to_string());
    let threads = shape.clients.min(2).to_string();
    command.args(["-n", "-M", shape.mode, "-c", &clients, "-j", &threads, "-T", &seconds]);
    command.args(["-h", "127.0.0.1", "-p", &target.port.to_string(), "-U", "bench", "-f"]).arg(target.script);
    for (name, value) in &target.variables {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    if shape.latencies {
        command.arg("-l").arg(format!("--log-prefix={}", logs.display()));
    }
    let said = command.arg(target.database).env("PGPASSWORD", PASSWORD).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{command:?}\n{out}\n{err}");
    let number = |label: &str| {
        let line = out.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_else(|| panic!("{label}: {out}"));
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    // The server's processes of this load end with it: their parent counts them when they have.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let count = number("number of transactions actually processed: ");
    let each = |after: f64, before: f64| (after - before) * 1e6 / count;
    let (median, p99) = latencies(&logs);
    Seen {
        rate: number("tps = "),
        proxy: each(target.proxy.map_or(0.0, cpu), before.0),
        server: each(cpu_of_family(postmaster), before.1),
        median,
        p99,
    }
}

/// Reads pgbench's logs, and removes them. The third word of a line is the latency in microseconds.
fn latencies(prefix: &Path) -> (f64, f64) {
    let name = prefix.file_name().unwrap().to_str().unwrap().to_owned();
    let mut all: Vec<f64> = Vec::new();
    for entry in std::fs::read_dir(prefix.parent().unwrap()).unwrap().flatten() {
        if entry.file_name().to_str().is_some_and(|found| found.starts_with(&format!("{name}."))) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            all.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok()));
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    all.sort_by(f64::total_cmp);
    let at = |share: f64| all.get((all.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    (at(0.5), at(0.99))
}

/// The middle of several runs, for each figure of its own.
pub fn median(seen: &[Seen]) -> Seen {
    let middle = |figure: fn(&Seen) -> f64| {
        let mut all: Vec<f64> = seen.iter().map(figure).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Seen {
        rate: middle(|s| s.rate),
        proxy: middle(|s| s.proxy),
        server: middle(|s| s.server),
        median: middle(|s| s.median),
        p99: middle(|s| s.p99),
    }
}
