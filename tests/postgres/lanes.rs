//! Reads by key of many clients on shared backends: each its own org's rows, as by itself, whatever the others do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fleet::{Fleet, RunningProxy};

const SCHEMA: &str =
    "CREATE TABLE item (id integer PRIMARY KEY, name text, at timestamptz DEFAULT '2026-01-02 03:04:05+00');
    CREATE TABLE big (id integer PRIMARY KEY, body text);";

const ORGS: [&str; 4] = ["one", "two", "three", "four"];

/// A fleet in which every read by key shares its backend, on one leaf, and its rows: the same keys for every org.
async fn fleet(shards: &str) -> (Fleet, RunningProxy) {
    let config = format!("[migrate]\nleaves = 1\n[shards]\npool_size = 8\n{shards}");
    let fleet = Fleet::with().config(&config).orgs(&ORGS).role("app", &[]).start().await;
    fleet.migrate(&[("0001_item.sql", SCHEMA)]).await;
    let proxy = fleet.proxy().await;
    for org in ORGS {
        let rows = format!("INSERT INTO item SELECT i, '{org} ' || i FROM generate_series(1, 200) AS i");
        proxy.connect("app", org).await.batch_execute(&rows).await.unwrap();
    }
    (fleet, proxy)
}

fn shared(proxy: &RunningProxy) -> u64 {
    proxy.pools().stats().iter().map(|pool| pool.shared_reads).sum()
}

/// Reads until one was read in a lane: the first ones open it.
async fn warm(proxy: &RunningProxy, client: &Client) {
    let (before, limit) = (shared(proxy), Instant::now() + Duration::from_secs(60));
    while shared(proxy) == before {
        client.simple_query("SELECT name FROM item WHERE id = 1").await.unwrap();
        assert!(Instant::now() < limit, "no lane was opened");
    }
}

/// The first column of the rows of a text.
async fn simple(client: &Client, sql: &str) -> Vec<String> {
    let messages = client.simple_query(sql).await.unwrap();
    messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
            _other => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_their_own() {
    let (fleet, proxy) = fleet("").await;
    let proxy = Arc::new(proxy);
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..24_usize {
        let proxy = Arc::clone(&proxy);
        readers.spawn(async move {
            let org = ORGS[reader % ORGS.len()];
            let mut client = proxy.connect("app", org).await;
            let by_id = client.prepare("SELECT name, id FROM item WHERE id = $1").await.unwrap();
            let mut dice = reader as u64 + 1;
            for round in 0..150 {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let id = i32::try_from((dice >> 33) % 230 + 1).unwrap();
                let expected: Vec<String> = if id <= 200 { vec![format!("{org} {id}")] } else { Vec::new() };
                match dice % 7 {
                    0 | 1 => {
                        assert_eq!(simple(&client, &format!("SELECT name FROM item WHERE id = {id}")).await, expected)
                    }
                    2 => {
                        // Several at once on one connection, each a transaction of its own.
                        let read = async |id: i32| client.query_opt(&by_id, &[&id]).await;
                        let (a, b, c) = tokio::try_join!(read(id), read(1), read(201)).unwrap();
                        assert_eq!(a.map(|row| row.get::<_, String>(0)), expected.first().cloned());
                        assert_eq!(b.unwrap().get::<_, String>(0), format!("{org} 1"));
                        assert!(c.is_none());
                    }
                    3 => {
                        // What was written is read, and what was not committed by others is not.
                        let own = 1_000 + i32::try_from(reader * 1_000 + round).unwrap();
                        let name = format!("{org} wrote {own}");
                        client.execute("INSERT INTO item VALUES ($1, $2)", &[&own, &name]).await.unwrap();
                        assert_eq!(client.query_one(&by_id, &[&own]).await.unwrap().get::<_, String>(0), name);
                    }
                    4 => {
                        let transaction = client.transaction().await.unwrap();
                        transaction.execute("UPDATE item SET name = 'changed' WHERE id = 5", &[]).await.unwrap();
                        let row = transaction.query_one(&by_id, &[&5]).await.unwrap();
                        assert_eq!(row.get::<_, String>(0), "changed");
                        transaction.rollback().await.unwrap();
                        assert_eq!(
                            client.query_one(&by_id, &[&5]).await.unwrap().get::<_, String>(0),
                            format!("{org} 5")
                        );
                    }
                    5 => {
                        let error = client.simple_query("SELECT name FROM item WHERE id = 'x'").await.unwrap_err();
                        assert_eq!(error.code().unwrap().code(), "22P02");
                    }
                    _rest => {
                        let rows = client.query(&by_id, &[&id]).await.unwrap();
                        assert_eq!(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), expected);
                    }
                }
            }
        });
    }
    readers.join_all().await;
    assert!(shared(&proxy) > 100, "{} reads shared a backend", shared(&proxy));
    // Nobody reads any more: every backend goes back.
    let limit = Instant::now() + Duration::from_secs(60);
    while proxy.pools().stats().iter().any(|pool| pool.leased > 0) {
        assert!(Instant::now() < limit, "{:?}", proxy.pools().stats());
        tokio::task::yield_now().await;
    }
    drop(fleet);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_the_sessions_own() {
    let (_fleet, proxy) = fleet("").await;
    let (plain, tokyo) = (proxy.connect("app", "one").await, proxy.connect("app", "one").await);
    tokyo.batch_execute("SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'").await.unwrap();
    let (mut asked, before) = (0, shared(&proxy));
    let limit = Instant::now() + Duration::from_secs(60);
    while asked < 20 || shared(&proxy) < before + 10 {
        asked += 1;
        assert_eq!(simple(&plain, "SELECT at FROM item WHERE id = 7").await, ["2026-01-02 03:04:05+00"]);
        assert_eq!(simple(&tokyo, "SELECT at FROM item WHERE id = 7").await, ["02.01.2026 12:04:05 JST"]);
        assert!(Instant::now() < limit, "no lane was opened");
    }
    plain.batch_execute("SET timezone = 'UTC+5'").await.unwrap();
    assert_eq!(simple(&plain, "SELECT at FROM item WHERE id = 7").await, ["2026-01-01 22:04:05-05"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_holds_up_nobody_for_long() {
    let (fleet, proxy) = fleet("").await;
    let proxy = Arc::new(proxy);
    let quick = proxy.connect("app", "two").await;
    warm(&proxy, &quick).await;
    // Everything that reads `big` waits.
    let mut blocker = fleet.shard_client(1).await;
    let lock = blocker.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE big_p00 IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let client = proxy.connect("app", "one").await;
        tokens.push(client.cancel_token());
        waiting.spawn(
            async move { client.simple_query("SELECT body FROM big WHERE id = 1").await.map(|rows| rows.len()) },
        );
    }
    let shard = fleet.shard_client(1).await;
    let blocked =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let limit = Instant::now() + Duration::from_secs(60);
    // Each of them ends up on a backend of its own.
    while shard.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) < 3 {
        assert!(Instant::now() < limit, "they do not wait where they can be cancelled");
    }
    for id in 1..200 {
        assert_eq!(simple(&quick, &format!("SELECT name FROM item WHERE id = {id}")).await, [format!("two {id}")]);
    }
    tokens[0].cancel_query(tokio_postgres::NoTls).await.unwrap();
    let first = waiting.join_next().await.unwrap().unwrap();
    assert_eq!(first.unwrap_err().code().unwrap().code(), "57014");
    lock.rollback().await.unwrap();
    while let Some(done) = waiting.join_next().await {
        done.unwrap().unwrap();
    }
    warm(&proxy, &quick).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_any_size_are_read() {
    let (_fleet, proxy) = fleet("").await;
    let client = proxy.connect("app", "three").await;
    client
        .batch_execute("INSERT INTO big SELECT i, repeat('x', i * 30000) FROM generate_series(0, 9) AS i")
        .await
        .unwrap();
    warm(&proxy, &client).await;
    for round in 0..3 {
        for id in (0..10_usize).rev() {
            let rows = simple(&client, &format!("SELECT body FROM big WHERE id = {id}")).await;
            assert_eq!(rows[0].len(), id * 30_000, "round {round}");
        }
    }
    warm(&proxy, &client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_dies_costs_nobody_an_answer() {
    let (fleet, proxy) = fleet("").await;
    let proxy = Arc::new(proxy);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..8_usize {
        let (proxy, stopped) = (Arc::clone(&proxy), stopped.clone());
        readers.spawn(async move {
            let org = ORGS[reader % ORGS.len()];
            let client = proxy.connect("app", org).await;
            let mut id = 0;
            while !*stopped.borrow() {
                id = id % 200 + 1;
                let read = client.query_one("SELECT name FROM item WHERE id = $1", &[&id]).await;
                match read {
                    Ok(row) => assert_eq!(row.get::<_, String>(0), format!("{org} {id}")),
                    // On a backend of its own it was hit by itself.
                    Err(error) => {
                        let code = error.code().map_or("closed", |code| code.code());
                        assert!(["08006", "57P01", "08001"].contains(&code), "{error:?}");
                    }
                }
            }
        });
    }
    let shard = fleet.shard_client(1).await;
    for _ in 0..12 {
        let before = shared(&proxy);
        let limit = Instant::now() + Duration::from_secs(60);
        while shared(&proxy) < before + 200 {
            assert!(Instant::now() < limit, "reads share no more");
            tokio::task::yield_now().await;
        }
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE usename = 'orgfold_runtime' AND datname = current_database()";
        shard.query_one(kill, &[]).await.unwrap();
    }
    stop.send(true).unwrap();
    readers.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn none_are_shared_where_it_is_switched_off() {
    let (_fleet, proxy) = fleet("lanes = 0\n").await;
    let client = proxy.connect("app", "one").await;
    for id in 1..50 {
        assert_eq!(simple(&client, &format!("SELECT name FROM item WHERE id = {id}")).await, [format!("one {id}")]);
    }
    assert_eq!(shared(&proxy), 0);
}
