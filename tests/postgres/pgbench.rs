//! pgbench, unchanged, through the proxy: ten orgs at once on two shards, and afterwards the books of each balance.
//!
//! The sums are read from the shards themselves, past orgfold, by the org's number.

use std::process::Output;

use std::collections::BTreeMap;

use tokio::process::Command;
use tokio::task::JoinSet;

use crate::fleet::{Fleet, PASSWORD};

/// `pgbench -s`: 100,000 accounts, 10 tellers and a branch each.
const SCALE: i64 = 2;
const ORGS: usize = 10;
/// Loaded like the others, and then left alone.
const CONTROL: &str = "bench_control";
/// One run of each protocol; every org is busy in all of them.
const MODES: [&str; 3] = ["simple", "extended", "prepared"];

/// What one org holds, as its shard sees it: rows of each table, and their sums.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Books {
    rows: [i64; 4],
    sums: [i64; 4],
}

/// The program and where it connects to.
#[derive(Clone)]
struct Bench {
    program: std::path::PathBuf,
    port: u16,
}

impl Bench {
    /// Runs pgbench for an org; its stdout, or the test fails with what it said.
    async fn run(self, org: String, args: &[&str]) -> String {
        let port = self.port.to_string();
        let Output { status, stdout, stderr } = Command::new(&self.program)
            .args(args)
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "app", &org])
            .env("PGPASSWORD", PASSWORD)
            .kill_on_drop(true)
            .output()
            .await
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", self.program.display()));
        let (stdout, stderr) = (text(stdout), text(stderr));
        assert!(status.success(), "pgbench {args:?} for {org}: {status}\n{stderr}\n{stdout}");
        assert!(!stderr.contains("ERROR"), "pgbench {args:?} for {org}:\n{stderr}");
        stdout
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn slug(number: usize) -> String {
    format!("bench_{number}")
}

/// `number of transactions actually processed: 1234`, with none failed.
fn processed(report: &str) -> i64 {
    let number = |label: &str| {
        let line = report.lines().find(|line| line.starts_with(label));
        let line = line.unwrap_or_else(|| panic!("no {label:?} in:\n{report}"));
        let digits: String =
            line[label.len()..].chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        digits.parse::<i64>().unwrap()
    };
    assert_eq!(number("number of failed transactions"), 0, "{report}");
    number("number of transactions actually processed")
}

/// Runs pgbench for every org at once; what each printed.
async fn all(bench: &Bench, orgs: &[(String, Vec<&'static str>)]) -> BTreeMap<String, String> {
    let mut running = JoinSet::new();
    for (org, args) in orgs.iter().cloned() {
        let bench = bench.clone();
        running.spawn(async move { (org.clone(), bench.run(org, &args).await) });
    }
    running.join_all().await.into_iter().collect()
}

/// Reads an org's books from its shard.
async fn books(fleet: &Fleet, org: &str) -> Books {
    let record = fleet.operations().await.org(org).await.unwrap();
    let shard = record.shard.trim_start_matches("shard").parse().unwrap();
    let query = "SELECT \
        (SELECT count(*) FROM pgbench_accounts WHERE org_id = $1), (SELECT count(*) FROM pgbench_tellers WHERE org_id = $1), \
        (SELECT count(*) FROM pgbench_branches WHERE org_id = $1), (SELECT count(*) FROM pgbench_history WHERE org_id = $1), \
        (SELECT coalesce(sum(abalance), 0) FROM pgbench_accounts WHERE org_id = $1), \
        (SELECT coalesce(sum(tbalance), 0) FROM pgbench_tellers WHERE org_id = $1), \
        (SELECT coalesce(sum(bbalance), 0) FROM pgbench_branches WHERE org_id = $1), \
        (SELECT coalesce(sum(delta), 0) FROM pgbench_history WHERE org_id = $1)";
    let row = fleet.shard_client(shard).await.query_one(query, &[&record.id.get()]).await.unwrap();
    let four = |from: usize| [row.get(from), row.get(from + 1), row.get(from + 2), row.get(from + 3)];
    Books { rows: four(0), sums: four(4) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_orgs_keep_their_books() {
    let slugs: Vec<String> = (0..ORGS).map(slug).collect();
    let mut orgs: Vec<&str> = slugs.iter().map(String::as_str).collect();
    orgs.push(CONTROL);
    let fleet = Fleet::with().schema(&["schema/pgbench.sql"]).orgs(&orgs).role("app", &[]).start().await;
    let program = fleet.tool("pgbench");
    assert!(
        program.exists(),
        "{} is missing: install pgbench (Debian: postgresql, Fedora: postgresql-contrib)",
        program.display()
    );
    let proxy = fleet.proxy().await;
    let bench = Bench { program, port: proxy.port() };

    // Every second org loads from the client (COPY), the others on the server (INSERT ... SELECT generate_series).
    let load: Vec<(String, Vec<&str>)> = orgs
        .iter()
        .enumerate()
        .map(|(at, org)| ((*org).to_owned(), vec!["-q", "-i", "-I", if at % 2 == 0 { "g" } else { "G" }, "-s", "2"]))
        .collect();
    all(&bench, &load).await;
    let loaded = Books { rows: [100_000 * SCALE, 10 * SCALE, SCALE, 0], sums: [0; 4] };
    for org in &orgs {
        assert_eq!(books(&fleet, org).await, loaded, "{org} after loading");
    }

    let mut done: BTreeMap<String, i64> = BTreeMap::new();
    for mode in MODES {
        let args = vec!["-n", "-M", mode, "-c", "8", "-j", "2", "-T", "5"];
        let runs: Vec<_> = slugs.iter().map(|org| (org.clone(), args.clone())).collect();
        for (org, report) in all(&bench, &runs).await {
            let count = processed(&report);
            assert!(count > 0, "{org} did nothing in mode {mode}:\n{report}");
            *done.entry(org).or_default() += count;
        }
    }

    for org in &slugs {
        let Books { rows, sums } = books(&fleet, org).await;
        assert_eq!(rows, [loaded.rows[0], loaded.rows[1], loaded.rows[2], done[org]], "{org}: rows");
        assert!(sums.iter().all(|sum| *sum == sums[3]), "{org}: accounts, tellers, branches, history: {sums:?}");
    }
    assert_eq!(books(&fleet, CONTROL).await, loaded, "the org that nobody used");
    proxy.stop().await;
}
