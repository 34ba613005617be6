//! Much data at once: COPY in, COPY out and a large result, through orgfold and direct.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use futures_util::TryStreamExt as _;
use tokio_postgres::NoTls;

use crate::Effort;
use crate::machine::{Machine, ORG, PASSWORD, ROWS};
use crate::process::rss;

/// Bytes of one row as COPY writes it.
const ROW_BYTES: usize = 100;

/// One way to the same rows.
struct Way {
    name: &'static str,
    port: u16,
    database: String,
    /// What stands before each row's columns.
    columns: &'static str,
    data: std::path::PathBuf,
    /// Which rows are the org's.
    filter: String,
}

fn write_data(path: &Path, rows: usize, org: &str) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let filler = "f".repeat(84);
    for row in 0..rows {
        writeln!(file, "{org}{}\t1\t0\t{filler}", ROWS as usize + 1 + row).unwrap();
    }
    file.flush().unwrap();
}

fn psql(way: &Way, sql: &str, from: Option<&Path>) -> f64 {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "bench", "-p", &way.port.to_string()]);
    command.args(["-d", &way.database, "-c", sql]).env("PGPASSWORD", PASSWORD).stdout(Stdio::null());
    if let Some(from) = from {
        command.stdin(std::fs::File::open(from).unwrap());
    }
    let started = Instant::now();
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
    started.elapsed().as_secs_f64()
}

/// Reads all rows of a result as they come.
async fn read(way: &Way, sql: &str) -> f64 {
    let mut settings = tokio_postgres::Config::new();
    settings.host("127.0.0.1").port(way.port).user("bench").password(PASSWORD).dbname(&way.database);
    let (client, connection) = settings.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let started = Instant::now();
    let rows = client.query_raw(sql, Vec::<i32>::new()).await.unwrap();
    let bytes = rows.try_fold(0_usize, async |sum, row| Ok(sum + row.get::<_, &str>(0).len())).await.unwrap();
    assert!(bytes > 0);
    started.elapsed().as_secs_f64()
}

pub fn run_part(machine: &Machine, effort: Effort) -> String {
    let bytes = if effort.quick { 100 << 20 } else { 1 << 30 };
    let rows = bytes / ROW_BYTES;
    let (plain, with_org) = (machine.folder.join("rows"), machine.folder.join("org-rows"));
    write_data(&plain, rows, "");
    write_data(&with_org, rows, &format!("{}\t", machine.orgs[0]));
    let fold = machine.orgfold(16, "");
    let direct = machine.cluster.port();
    let columns = "aid, bid, abalance, filler";
    let ways = [
        Way {
            name: "direct, plain table",
            port: direct,
            database: "plain".into(),
            columns,
            data: plain.clone(),
            filter: String::new(),
        },
        Way {
            name: "direct, parent of 16 leaves",
            port: direct,
            database: "shard16".into(),
            columns: "org_id, aid, bid, abalance, filler",
            data: with_org,
            filter: format!("WHERE org_id = {}", machine.orgs[0]),
        },
        Way {
            name: "orgfold, 16 leaves",
            port: fold.port,
            database: ORG.into(),
            columns,
            data: plain,
            filter: String::new(),
        },
    ];
    let mut seen = vec![[const { Vec::new() }; 3]; ways.len()];
    let before = rss(fold.process.pid());
    let mut most: f64 = 0.0;
    for round in 0..3 {
        for (way, seen) in ways.iter().zip(&mut seen) {
            let copy_in = format!("COPY pgbench_accounts ({}) FROM STDIN", way.columns);
            seen[0].push(psql(way, &copy_in, Some(&way.data)));
            let all = format!("SELECT {columns} FROM pgbench_accounts {}", way.filter);
            seen[1].push(psql(way, &format!("COPY ({all}) TO STDOUT"), None));
            let wide = format!("SELECT filler::text || repeat('w', 916) FROM pgbench_accounts {}", way.filter);
            let limited = format!("{wide} LIMIT {}", bytes / 1000);
            seen[2].push(machine.runtime.block_on(read(way, &limited)));
            most = most.max(rss(fold.process.pid()));
            let last = |of: &Vec<f64>| of.last().copied().unwrap_or(0.0);
            eprintln!(
                "round {round}: {}: in {:.1} s, out {:.1} s, result {:.1} s",
                way.name,
                last(&seen[0]),
                last(&seen[1]),
                last(&seen[2])
            );
            let more = if way.filter.is_empty() { "WHERE" } else { "AND" };
            psql(way, &format!("DELETE FROM pgbench_accounts {} {more} aid > {ROWS}", way.filter), None);
        }
        machine.vacuum();
    }
    let megabytes = bytes as f64 / (1 << 20) as f64;
    let mut out = format!(
        "{megabytes:.0} MiB, three rounds; the proxy held {before:.0} MiB before and at most {most:.0} MiB.\n\n\
         | way | COPY in, MiB/s | COPY out, MiB/s | result, MiB/s |\n|---|---|---|---|\n"
    );
    for (way, seen) in ways.iter().zip(&mut seen) {
        let rates = seen.each_mut().map(|times| {
            times.sort_by(f64::total_cmp);
            megabytes / times[times.len() / 2]
        });
        writeln!(out, "| {} | {:.0} | {:.0} | {:.0} |", way.name, rates[0], rates[1], rates[2]).unwrap();
    }
    out
}
