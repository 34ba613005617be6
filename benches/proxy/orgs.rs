//! A directory of many orgs: how long the proxy takes to start with it, and what it holds.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

use crate::Effort;
use crate::machine::{Machine, ORG, PASSWORD};
use crate::process::rss;

/// Orgs in the directory besides the few that are there.
const ORGS: [u32; 2] = [10_000, 100_000];

pub fn run_part(machine: &Machine, effort: Effort) -> String {
    let mut out = String::from("| orgs | start to first answer | proxy's memory |\n|---|---|---|\n");
    let mut row = |orgs: u32, took: Duration, memory: f64| {
        writeln!(out, "| {orgs} | {:.2} s | {memory:.0} MiB |", took.as_secs_f64()).unwrap();
    };
    let few = starts(machine, effort);
    row(8, few.0, few.1);
    let mut there = 0;
    for orgs in ORGS {
        let add = format!(
            "WITH made AS (INSERT INTO orgfold.org (slug) SELECT 'tenant-' || n FROM generate_series({there} + 1, {orgs}) n \
             RETURNING id) INSERT INTO orgfold.placement (org_id, shard_id) SELECT id, (SELECT min(id) FROM orgfold.shard) FROM made"
        );
        machine.runtime.block_on(async {
            machine.cluster.connect("directory16").await.unwrap().batch_execute(&add).await.unwrap();
        });
        there = orgs;
        let (took, memory) = starts(machine, effort);
        row(orgs, took, memory);
    }
    out
}

/// From the process's start to the first answer, the median of some; and what it holds then.
fn starts(machine: &Machine, effort: Effort) -> (Duration, f64) {
    let mut seen: Vec<(Duration, f64)> = (0..effort.rounds)
        .map(|_| {
            let began = Instant::now();
            let fold = machine.orgfold(16, "");
            machine.runtime.block_on(async {
                let mut settings = tokio_postgres::Config::new();
                settings.host("127.0.0.1").port(fold.port).user("bench").password(PASSWORD).dbname(ORG);
                let (client, connection) = settings.connect(NoTls).await.unwrap();
                tokio::spawn(connection);
                client.simple_query("SELECT abalance FROM pgbench_accounts WHERE aid = 7").await.unwrap();
            });
            (began.elapsed(), rss(fold.process.pid()))
        })
        .collect();
    seen.sort_by_key(|(took, _)| *took);
    seen[seen.len() / 2]
}
