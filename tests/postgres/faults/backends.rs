//! A backend is killed, or its shard restarted, at every state of the protocol.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{BUSY, SCHEMA, count, kill, narrow, raw, say, until};
use crate::fleet::Fleet;

/// What is said up to the kill, and after it.
const STATES: [(&str, &str, &str); 14] = [
    ("after Parse", "P s () select 1 from item\nH\n? 1", "B - s\nE -\nS"),
    ("after Parse and Sync", "P s () select 1 from item\nS\n? Z", "B - s\nE -\nS"),
    ("after Describe", "P s () select 1 from item\nD S s\nH\n? T", "B - s\nE -\nS"),
    ("after Bind", "P s () select 1 from item\nB - s\nH\n? 2", "E -\nS"),
    ("after Execute, before Sync", "P - () insert into item values (10, 'x')\nB - -\nE -\nH\n? C", "S"),
    ("in a suspended portal", "P s () select id from item order by id\nB - s\nE - 2\nH\n? s", "E - 2\nS"),
    ("in rows that nobody reads", "Q select repeat('x', 1000) from generate_series(1, 30000)\n? D", "H"),
    ("in COPY in", "Q copy item from stdin\n? G\nd 10\tx", "d 11\tx\nc"),
    ("in COPY in, extended", "P - () copy item from stdin\nB - -\nE -\n? G\nd 10\tx", "d 11\tx\nc\nS"),
    ("in COPY out", "Q copy (select repeat('x', 1000) from generate_series(1, 30000)) to stdout\n? d", "H"),
    ("in a transaction", "Q begin; insert into item values (10, 'x')\n? Z", "Q commit"),
    (
        "in a transaction, extended",
        "P - () begin\nB - -\nE -\nS\n? Z\nP - () delete from item\nB - -\nE -\nS\n? Z",
        "S",
    ),
    ("in a failed transaction", "Q begin; delete from item; select 1/0\n? E", "Q rollback"),
    ("between transactions", "Q select 1\n? Z", "H"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_takes_its_transaction_with_it_and_nothing_else() {
    let (fleet, proxy) = narrow().await;
    for (state, before, after) in STATES {
        let mut client = raw(&proxy).await;
        if state == "in a failed transaction" {
            assert!(client.send(b"").await);
            say(&mut client, before).await;
            say(&mut client, "H\n? Z").await;
        } else {
            say(&mut client, before).await;
        }
        kill(&fleet).await;
        say(&mut client, after).await;
        let (errors, rows) = count(&mut client).await;
        assert_eq!(rows, 9, "{state}: {errors:?}");
        assert!(errors.iter().all(|code| ["08006", "57P01"].contains(&code.as_str())), "{state}: {errors:?}");
        if state != "between transactions" && state != "after Parse and Sync" {
            assert!(!errors.is_empty(), "{state}");
        }
    }
    until(&fleet, BUSY, 0).await;
}

/// Writers go on through the restarts of their shard. What was acknowledged is there, once; what failed is there once or
/// not at all, and the error said that it is not known.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_restarts_loses_no_write_and_doubles_none() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).separate().start().await;
    let proxy = std::sync::Arc::new(fleet.proxy().await);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    // How many each has written: the shard is killed while all are at it.
    let written: std::sync::Arc<[AtomicUsize; 4]> = std::sync::Arc::default();
    let hit = std::sync::Arc::<AtomicUsize>::default();
    let mut writers = Vec::new();
    for writer in 0..4 {
        let (proxy, stopped) = (std::sync::Arc::clone(&proxy), stopped.clone());
        let (written, hit) = (std::sync::Arc::clone(&written), std::sync::Arc::clone(&hit));
        writers.push(tokio::spawn(async move {
            let client = proxy.connect("app", "one").await;
            let (mut kept, mut id) = (Vec::new(), i32::try_from(writer).unwrap() * 1_000_000);
            while !*stopped.borrow() {
                id += 1;
                match client.execute("INSERT INTO item VALUES ($1, 'x')", &[&id]).await {
                    Ok(_) => {
                        kept.push(id);
                        written[writer].fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => {
                        let code = error.code().map_or("closed", |code| code.code()).to_owned();
                        assert!(["08006", "08001", "57P01", "57P03"].contains(&code.as_str()), "{error:?}");
                        hit.fetch_add(1, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                    }
                }
            }
            kept
        }));
    }
    let counts = || written.each_ref().map(|count| count.load(Ordering::Relaxed));
    let all_write = async || {
        let (before, limit) = (counts(), std::time::Instant::now() + super::PATIENCE);
        while counts().iter().zip(before).any(|(now, before)| *now < before + 10) {
            assert!(
                std::time::Instant::now() < limit,
                "the shard is there, and somebody does not write: {:?}",
                counts()
            );
            tokio::task::yield_now().await;
        }
    };
    // Twice, and until it hit somebody: between two writes a lost backend is only replaced.
    for round in 0..20 {
        all_write().await;
        fleet.shard_cluster(1).kill().await.unwrap();
        fleet.shard_cluster(1).restart().await.unwrap();
        if round > 0 && hit.load(Ordering::Relaxed) > 0 {
            break;
        }
    }
    all_write().await;
    stop.send(true).unwrap();
    let mut all_kept = Vec::new();
    for writer in writers {
        all_kept.extend(writer.await.unwrap());
    }
    assert!(hit.load(Ordering::Relaxed) > 0, "nobody was hit");
    let rows = fleet.shard_client(1).await.query("SELECT id FROM item", &[]).await.unwrap();
    let found: std::collections::BTreeSet<i32> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(found.len(), rows.len());
    let missing: Vec<_> = all_kept.iter().filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "lost: {missing:?}");
}
