//! Point reads by key: through orgfold, through PgBouncer, and direct; 16 clients and one.

use std::fmt::Write as _;

use crate::Effort;
use crate::load::{Seen, Shape, Target, median, run};
use crate::machine::{LEAVES, Machine, ORG, ROWS};
use crate::process::rss;

/// One row of the table.
struct Way<'a> {
    name: String,
    target: Target<'a>,
}

pub fn run_all(machine: &Machine, effort: Effort, mode: &'static str, clients: usize, out: &mut String) {
    let file = |name: &str, sql: &str| {
        let path = machine.folder.join(name);
        std::fs::write(&path, format!("\\set aid random(1, {ROWS})\n{sql}\n")).unwrap();
        path
    };
    let by_key = file("key.sql", "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;");
    let by_org = file("org.sql", "SELECT abalance FROM pgbench_accounts WHERE org_id = :org AND aid = :aid;");
    let direct = machine.cluster.port();
    let pool = if mode == "simple" { "transaction" } else { "session" };
    let bouncer = machine.pgbouncer(pool);
    let folds: Vec<_> = LEAVES.iter().map(|leaves| machine.orgfold(*leaves, "")).collect();
    let databases: Vec<String> = LEAVES.iter().map(|leaves| format!("shard{leaves}")).collect();
    let target = |port, database, script, proxy| Target { port, database, variables: Vec::new(), script, proxy };
    let mut ways = vec![Way { name: "direct, plain table".to_owned(), target: target(direct, "plain", &by_key, None) }];
    if let Some(bouncer) = &bouncer {
        let name = format!("PgBouncer ({pool}), plain table");
        ways.push(Way { name, target: target(bouncer.port, "plain", &by_key, Some(bouncer.process.pid())) });
    }
    for (at, leaves) in LEAVES.iter().enumerate() {
        let mut parent = target(direct, &databases[at], by_org.as_path(), None);
        parent.variables.push(("org", machine.orgs[at].to_string()));
        ways.push(Way { name: format!("direct, parent of {leaves} leaves"), target: parent });
        let fold = &folds[at];
        let target = target(fold.port, ORG, &by_key, Some(fold.process.pid()));
        ways.push(Way { name: format!("orgfold, {leaves} leaves"), target });
    }
    let shape = Shape { mode, clients, seconds: effort.seconds, latencies: clients == 1 };
    let mut seen: Vec<Vec<Seen>> = ways.iter().map(|_| Vec::new()).collect();
    // What comes first finds caches cold: nobody's figures.
    for way in &ways {
        run(machine, &way.target, Shape { seconds: 1, latencies: false, ..shape });
    }
    for round in 0..effort.rounds {
        for (at, way) in ways.iter().enumerate() {
            let one = run(machine, &way.target, shape);
            eprintln!(
                "{mode} {clients} round {round}: {}: {:.0}/s proxy {:.1} us server {:.1} us",
                way.name, one.rate, one.proxy, one.server
            );
            seen[at].push(one);
        }
    }
    writeln!(out, "{clients} client{}, `-M {mode}`:\n", if clients == 1 { "" } else { "s" }).unwrap();
    writeln!(out, "| way | queries/s | proxy's CPU a query | server's CPU a query | median latency | proxy's memory |")
        .unwrap();
    writeln!(out, "|---|---|---|---|---|---|").unwrap();
    for (way, seen) in ways.iter().zip(&seen) {
        let middle = median(seen);
        let cell = |shown: bool, text: String| if shown { text } else { String::new() };
        writeln!(
            out,
            "| {} | {:.0} | {} | {:.1} µs | {} | {} |",
            way.name,
            middle.rate,
            cell(way.target.proxy.is_some(), format!("{:.1} µs", middle.proxy)),
            middle.server,
            cell(clients == 1, format!("{:.0} µs", middle.median)),
            cell(
                way.target.proxy.is_some(),
                way.target.proxy.map_or(String::new(), |pid| format!("{:.0} MiB", rss(pid)))
            ),
        )
        .unwrap();
    }
    out.push('\n');
}

pub fn run_part(machine: &Machine, effort: Effort) -> String {
    let mut out = String::new();
    for clients in [16, 1] {
        for mode in ["prepared", "simple"] {
            if effort.quick && std::env::var("ONLY").is_ok_and(|only| only != format!("{mode}{clients}")) {
                continue;
            }
            run_all(machine, effort, mode, clients, &mut out);
        }
    }
    out
}
