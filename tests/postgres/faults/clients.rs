//! A client goes away, or reads slowly, at every state of the protocol.

use std::time::{Duration, Instant};

use super::network::{Fault, Network, Towards};
use super::{BUSY, PATIENCE, narrow, raw, say, until};
use crate::fleet::PASSWORD;
use crate::raw::Raw;

const STATES: [(&str, &str); 12] = [
    ("after Parse", "P s () select 1 from item\nH\n? 1"),
    ("after Bind", "P s () select 1 from item\nB - s\nH\n? 2"),
    ("after Execute, before Sync", "P - () insert into item values (10, 'x')\nB - -\nE -\nH\n? C"),
    ("in a suspended portal", "P s () select id from item order by id\nB - s\nE - 2\nH\n? s"),
    ("in a statement that runs", "Q insert into item select 10, pg_sleep(30)::text"),
    ("in rows that nobody reads", "Q select repeat('x', 1000) from generate_series(1, 300000)\n? D"),
    ("in COPY in", "Q copy item from stdin\n? G\nd 10\tx"),
    ("in COPY in, extended", "P - () copy item from stdin\nB - -\nE -\n? G\nd 10\tx"),
    ("in COPY out", "Q copy (select repeat('x', 1000) from generate_series(1, 300000)) to stdout\n? d"),
    ("in a transaction", "Q begin; insert into item values (10, 'x')\n? Z"),
    ("in the middle of a message", "Q begin; insert into item values (10, 'x')\n? Z\n! 51 00 00 00 40 73"),
    ("after an error, before Sync", "Q begin; delete from item\n? Z\nP - () select 1/0\nB - -\nH\n? E"),
];

/// The pool has one backend: whoever comes next has it only if it was freed.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanishes_frees_its_backend_and_rolls_back() {
    let (fleet, proxy) = narrow().await;
    for (state, before) in STATES {
        for resets in [false, true] {
            let mut gone = raw(&proxy).await;
            say(&mut gone, before).await;
            if state == "in a statement that runs" {
                until(&fleet, BUSY, 1).await;
            }
            if resets {
                gone.reset();
            }
            drop(gone);
            let mut other = raw(&proxy).await;
            let (errors, rows) = super::count(&mut other).await;
            assert_eq!((rows, errors.len()), (9, 0), "{state}: {errors:?}");
        }
    }
    until(&fleet, BUSY, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_wire_that_breaks_anywhere_does_its_work_whole_or_not_at_all() {
    let (fleet, proxy) = narrow().await;
    let network = Network::to(proxy.port()).await;
    let watcher = proxy.connect("app", "one").await;
    let mut dice = 7u64;
    for round in 0..40i32 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (fault, after) =
            (if round % 2 == 0 { Fault::Close } else { Fault::Reset }, usize::try_from((dice >> 33) % 900).unwrap());
        network.arm(if dice >> 63 == 0 { Towards::Server } else { Towards::Client }, after, fault);
        let id = 100 + round * 2;
        let attempt = async {
            let mut settings = tokio_postgres::Config::new();
            settings.host("127.0.0.1").port(network.port()).user("app").password(PASSWORD).dbname("one");
            let (client, connection) = settings.connect(tokio_postgres::NoTls).await?;
            let task = tokio::spawn(connection);
            let done = client
                .batch_execute(&format!(
                    "BEGIN; INSERT INTO item VALUES ({id}, 'a'); INSERT INTO item VALUES ({}, 'b'); COMMIT",
                    id + 1
                ))
                .await;
            task.abort();
            done
        };
        let done = tokio::time::timeout(PATIENCE, attempt).await.expect("an end");
        network.heal();
        until(&fleet, BUSY, 0).await;
        let rows: i64 =
            watcher.query_one("SELECT count(*) FROM item WHERE id BETWEEN $1 AND $1 + 1", &[&id]).await.unwrap().get(0);
        assert!(rows == 2 || (rows == 0 && done.is_err()), "round {round}: {done:?}, {rows} rows");
    }
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A client that does not read: its backend waits, others do not, and what waits in orgfold is bounded.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_holds_back_its_own_backend_and_little_memory() {
    let config = "[shards]\npool_size = 9\norg_share_percent = 100\npool_wait_ms = 15000\n";
    let fleet =
        crate::fleet::Fleet::with().ddl(super::SCHEMA).orgs(&["one"]).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    let other = proxy.connect("app", "one").await;
    let before = resident_kib();
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut client = Raw::connect(proxy.port(), "app", PASSWORD, "one").await;
        say(&mut client, "Q select repeat('x', 1000) from generate_series(1, 200000)\n? D").await;
        slow.push(client);
    }
    let writing =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND datname = current_database()";
    until(&fleet, writing, 8).await;
    let started = Instant::now();
    for _ in 0..50 {
        other.query_one("SELECT 1", &[]).await.unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(10));
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 100 * 1024, "{grown} KiB for 1,600 MB that wait");
    // Slow is not broken: one of them reads on to the end.
    let mut rows = 1;
    let mut reader = slow.remove(0);
    loop {
        match super::next(&mut reader).await.expect("the connection goes on").tag {
            b'D' => rows += 1,
            b'Z' => break,
            _ => {}
        }
    }
    assert_eq!(rows, 200_000);
    drop(slow);
    until(&fleet, BUSY, 0).await;
}
