//! Futures that are dropped half-way.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use orgfold::catalog::Isolation;
use orgfold::types::ToSql;
use orgfold::{CopyInSink, Error, GenericClient as _, Org};

use super::connect;
use crate::library::*;

#[tokio::test]
async fn futures_dropped_at_any_point_leave_a_clean_pool() {
    let fleet = notes().config("[shards]\npool_size = 2\n").start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    add(&globex, "untouched").await.unwrap();
    let whole = async |org: &Org, title: String| {
        let mut tx = org.transaction().await?;
        tx.execute("INSERT INTO book (title) VALUES ($1)", &[&title]).await?;
        let save = tx.savepoint("s").await?;
        save.execute("INSERT INTO book (title) VALUES ($1)", &[&format!("{title}, second")]).await?;
        save.commit().await?;
        let mut sink: CopyInSink<Bytes> = tx.copy_in("COPY book (title) FROM STDIN").await?;
        sink.send(Bytes::from(format!("{title}, third\n"))).await?;
        sink.finish().await?;
        tx.commit().await
    };
    let mut finished = false;
    for polls in 0..40 {
        finished |= drop_after(polls, whole(&acme, format!("title {polls}"))).await;
        drop_after(polls % 6, acme.query("SELECT count(*) FROM generate_series(1, 100000)", &[])).await;
        // The next one finds connections that are in no transaction, and reads no answer of the one before.
        let row = acme.query_one("SELECT count(*), $1::text FROM book", &[&"mine"]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0) % 3, 0, "all three rows of a transaction, or none");
        assert_eq!(row.get::<_, String>(1), "mine");
    }
    assert!(finished, "the last ones are polled to their end");
    assert_eq!(count(&globex).await, 1);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_cancelled() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let heavy = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b";
    let late = tokio::time::timeout(Duration::from_millis(300), acme.query(heavy, &[])).await;
    assert!(late.is_err());
    let tx = acme.transaction().await.unwrap();
    let late = tokio::time::timeout(Duration::from_millis(300), tx.query(heavy, &[])).await;
    assert!(late.is_err());
    drop(tx);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn a_savepoint_dropped_while_it_ends_never_half_commits() {
    let fleet = notes().config("[shards]\npool_size = 2\n").start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let insert = "INSERT INTO book (title) VALUES ($1)";
    for polls in 0..12 {
        let mut tx = acme.transaction().await.unwrap();
        tx.execute(insert, &[&format!("{polls} before")]).await.unwrap();
        drop_after(polls / 2, async { tx.savepoint("s").await.map(drop) }).await;
        let part = tx.savepoint("s").await.unwrap();
        part.execute(insert, &[&format!("{polls} part")]).await.unwrap();
        drop_after(polls, part.commit()).await;
        // Whatever became of the part: the transaction commits as a whole, or says that it has failed.
        let committed = match tx.commit().await {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error.code(), "25P02");
                false
            }
        };
        let like = format!("{polls} %");
        let found: Vec<(String,)> =
            acme.query_as("SELECT title FROM book WHERE title LIKE $1 ORDER BY id", &[&like]).await.unwrap();
        assert_eq!(committed, found.first().is_some_and(|(title,)| *title == format!("{polls} before")), "{found:?}");
        assert!(committed || found.is_empty());
    }
    all_is_quiet(&orgfold, &fleet).await;
}

/// What a service may be doing when it is told to stop. Rows come in pairs, in one transaction.
async fn anything(org: &Org, what: usize, name: &str) -> Result<(), Error> {
    let insert = "INSERT INTO book (title) VALUES ($1)";
    let (left, right) = (format!("{name} left"), format!("{name} right"));
    match what {
        0 => {
            let tx = org.transaction().await?;
            let (one, two): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) = ([&left], [&right]);
            tokio::try_join!(tx.execute(insert, &one), tx.execute(insert, &two))?;
            tx.commit().await
        }
        1 => {
            let mut tx = org.transaction().await?;
            let part = tx.savepoint("s").await?;
            part.execute(insert, &[&left]).await?;
            part.execute(insert, &[&right]).await?;
            part.commit().await?;
            tx.savepoint("s").await?.rollback().await?;
            tx.commit().await
        }
        2 => {
            let mut sink: CopyInSink<Bytes> = org.copy_in("COPY book (title) FROM STDIN").await?;
            sink.send(Bytes::from(format!("{left}\n"))).await?;
            sink.send(Bytes::from(format!("{right}\n"))).await?;
            sink.finish().await.map(drop)
        }
        3 => {
            org.batch(&format!(
                "INSERT INTO book (title) VALUES ('{left}'); {}",
                insert.replace("$1", &format!("'{right}'"))
            ))
            .await
        }
        4 => {
            let mut rows = org.query_raw("SELECT n FROM generate_series(1, $1::int8) AS n", [2000_i64]).await?;
            for _ in 0..7 {
                rows.try_next().await?;
            }
            Ok(())
        }
        5 => {
            let mut data = org.copy_out("COPY (SELECT * FROM generate_series(1, 2000)) TO STDOUT").await?;
            data.try_next().await.map(drop)
        }
        _ => {
            let both = [left, right];
            org.transact(async |tx| {
                for title in &both {
                    tx.execute(insert, &[title]).await?;
                }
                Ok(())
            })
            .await
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_random_cancels_leave_no_trace() {
    cancel_at_random("").await;
}

#[tokio::test]
async fn many_random_cancels_leave_no_trace_behind_walls() {
    cancel_at_random("[migrate]\nisolation = \"rls\"\n").await;
}

async fn cancel_at_random(more: &str) {
    let walls = !more.is_empty();
    let fleet = notes().config(&format!("[shards]\npool_size = 3\n{more}")).start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    add(&globex, "untouched").await.unwrap();
    let isolation = orgfold.engine().any_shard().unwrap().1.catalog.isolation;
    assert_eq!(isolation, if walls { Isolation::Rls } else { Isolation::Rewrite });
    let mut work = tokio::task::JoinSet::new();
    for task in 0..6_u64 {
        let acme = acme.clone();
        work.spawn(async move {
            let mut random = task + 1;
            for round in 0..50 {
                // xorshift: any numbers will do.
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let (what, polls) = (usize::try_from(random % 7).unwrap(), usize::try_from(random / 7 % 24).unwrap());
                // COPY FROM is refused behind walls.
                let what = if walls && what == 2 { 0 } else { what };
                let name = format!("{task}.{round}");
                drop_after(polls, async { anything(&acme, what, &name).await.unwrap() }).await;
                // Whoever comes next reads its own answer, in no transaction that began before.
                let row = acme.query_one("SELECT $1::text, now() >= $2", &[&name, &SystemTime::now()]).await.unwrap();
                assert_eq!((row.get::<_, String>(0), row.get::<_, bool>(1)), (name, true));
            }
        });
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    let pairs = "SELECT count(*) FILTER (WHERE title LIKE '%left'), count(*) FILTER (WHERE title LIKE '%right'),
        count(DISTINCT split_part(title, ' ', 1)) FROM book";
    let (left, right, whole): (i64, i64, i64) = acme.query_one_as(pairs, &[]).await.unwrap();
    assert_eq!((left, right), (whole, whole), "whole transactions, or nothing of them");
    assert!(left > 5, "some were polled to their end");
    assert_eq!(count(&globex).await, 1);
    all_is_quiet(&orgfold, &fleet).await;
}
