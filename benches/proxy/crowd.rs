//! Thousands of clients that say nothing beside a hundred that do: what they cost in memory, and the others in throughput.

use std::fmt::Write as _;

use tokio_postgres::NoTls;

use crate::Effort;
use crate::load::{Shape, Target, median, run};
use crate::machine::{Machine, ORG, PASSWORD, POOL, ROWS};
use crate::process::rss;

/// Clients that are connected and idle.
const IDLE: usize = 10_000;
/// Clients that are busy, on a pool of 16.
const BUSY: usize = 100;
/// Clients that are far too many for the pool.
const FAR_TOO_MANY: usize = 2_000;

pub fn run_part(machine: &Machine, effort: Effort) -> String {
    let script = machine.folder.join("crowd.sql");
    let sql = format!("\\set aid random(1, {ROWS})\nSELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n");
    std::fs::write(&script, sql).unwrap();
    let fold = machine.orgfold(16, &format!("max_clients = {}\nauth_timeout_ms = 60000\n", IDLE + FAR_TOO_MANY + BUSY));
    let pid = fold.process.pid();
    let target = Target { port: fold.port, database: ORG, variables: Vec::new(), script: &script, proxy: Some(pid) };
    let busy = |clients| {
        // pgbench counts the time in which it connects, with a password for each.
        let (seconds, rounds) = if clients > BUSY { (effort.seconds + 20, 1) } else { (effort.seconds, effort.rounds) };
        let shape = Shape { mode: "prepared", clients, seconds, latencies: true };
        let seen: Vec<_> = (0..rounds).map(|_| run(machine, &target, shape)).collect();
        median(&seen)
    };
    let few = busy(POOL);
    let (alone, before) = (busy(BUSY), rss(pid));
    let many = busy(FAR_TOO_MANY);
    let count = if effort.quick { IDLE / 5 } else { IDLE };
    let idle = machine.runtime.block_on(async {
        let mut clients = Vec::new();
        for _ in 0..count {
            let mut settings = tokio_postgres::Config::new();
            settings.host("127.0.0.1").port(fold.port).user("bench").password(PASSWORD).dbname(ORG);
            let (client, connection) = settings.connect(NoTls).await.unwrap();
            tokio::spawn(connection);
            client.simple_query("SELECT abalance FROM pgbench_accounts WHERE aid = 7").await.unwrap();
            clients.push(client);
        }
        clients
    });
    let held = rss(pid);
    let beside = busy(BUSY);
    drop(idle);
    let mut out =
        String::from("| clients | queries/s | median latency | 99 % | proxy's memory |\n|---|---|---|---|---|\n");
    let mut row = |name: String, seen: crate::load::Seen, memory: Option<f64>| {
        let memory = memory.map_or(String::new(), |memory| format!("{memory:.0} MiB"));
        writeln!(out, "| {name} | {:.0} | {:.0} µs | {:.0} µs | {memory} |", seen.rate, seen.median, seen.p99).unwrap();
    };
    row(format!("{POOL} busy, as many as there are backends"), few, None);
    row(format!("{BUSY} busy"), alone, Some(before));
    row(format!("{FAR_TOO_MANY} busy"), many, None);
    row(format!("{BUSY} busy beside {count} idle"), beside, Some(held));
    out
}
