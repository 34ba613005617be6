//! Transactions, streams, and connections: what is dropped half-way, lost, or waited for.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _};
use orgfold::catalog::Isolation;
use orgfold::types::ToSql;
use orgfold::{CopyInSink, Error, GenericClient as _, IsolationLevel, Org};

use super::connect;
use crate::fleet::Fleet;
use crate::library::*;

#[tokio::test]
async fn transactions_commit_or_leave_nothing() {
    let fleet = notes().config("[shards]\npool_size = 1\n").start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let insert = "INSERT INTO book (title) VALUES ($1)";

    let tx = acme.transaction().await.unwrap();
    tx.execute(insert, &[&"kept"]).await.unwrap();
    tx.commit().await.unwrap();
    let tx = acme.transaction().await.unwrap();
    tx.execute(insert, &[&"undone"]).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = acme.transaction().await.unwrap();
    tx.execute(insert, &[&"dropped"]).await.unwrap();
    drop(tx);
    // There is one connection: this waits for the rollback.
    assert_eq!(count(&acme).await, 1);
    assert_eq!(orgfold.pools()[0].connections, 1, "a plain drop costs no connection");

    // PostgreSQL's COMMIT of a failed transaction succeeds and undoes: here it is an error.
    let tx = acme.transaction().await.unwrap();
    tx.execute(insert, &[&"lost"]).await.unwrap();
    assert_eq!(tx.execute(insert, &[&"kept"]).await.unwrap_err().code(), "23505");
    assert_eq!(tx.query("SELECT 1", &[]).await.unwrap_err().code(), "25P02");
    assert_eq!(tx.commit().await.unwrap_err().code(), "25P02");
    assert_eq!(count(&acme).await, 1);

    // A refusal is not an error of the shard: the transaction goes on.
    let tx = acme.transaction().await.unwrap();
    tx.execute(insert, &[&"after a refusal"]).await.unwrap();
    assert!(tx.execute("CREATE TABLE x ()", &[]).await.unwrap_err().is_refused());
    tx.commit().await.unwrap();
    assert_eq!(count(&acme).await, 2);

    // What a deferred constraint says at COMMIT.
    let tx = acme.transaction().await.unwrap();
    tx.execute("INSERT INTO page VALUES (99, 1, 'x')", &[]).await.unwrap();
    let error = tx.commit().await.unwrap_err();
    assert_eq!((error.code(), error.constraint()), ("23503", Some("page_book_fkey")));
    check_words(&error);

    let tx =
        acme.build_transaction().isolation_level(IsolationLevel::Serializable).read_only(true).start().await.unwrap();
    let level: String = tx.query_one("SHOW transaction_isolation", &[]).await.unwrap().get(0);
    assert_eq!(level, "serializable");
    assert_eq!(tx.execute(insert, &[&"no"]).await.unwrap_err().code(), "25006");
    drop(tx);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn savepoints_are_undone_alone() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let insert = "INSERT INTO book (title) VALUES ($1)";
    let mut tx = acme.transaction().await.unwrap();
    tx.execute(insert, &[&"one"]).await.unwrap();
    let mut outer = tx.savepoint("odd \"name\"").await.unwrap();
    outer.execute(insert, &[&"two"]).await.unwrap();
    let inner = outer.savepoint("inner").await.unwrap();
    assert_eq!(inner.execute(insert, &[&"one"]).await.unwrap_err().code(), "23505");
    // Released in a failed transaction: an error, and undone by the drop.
    assert_eq!(inner.commit().await.unwrap_err().code(), "25P02");
    outer.execute(insert, &[&"three"]).await.unwrap();
    outer.commit().await.unwrap();
    let dropped = tx.savepoint("s").await.unwrap();
    dropped.execute(insert, &[&"four"]).await.unwrap();
    drop(dropped);
    let undone = tx.savepoint("s").await.unwrap();
    undone.execute(insert, &[&"five"]).await.unwrap();
    undone.rollback().await.unwrap();
    tx.commit().await.unwrap();
    let rows = acme.query("SELECT title FROM book ORDER BY id", &[]).await.unwrap();
    let titles: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(titles, ["one", "two", "three"]);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn streams_give_rows_as_they_come() {
    let fleet = notes().config("[shards]\npool_size = 1\n").start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let numbers = "SELECT n FROM generate_series(1, $1::int8) AS n";
    let mut rows = acme.query_raw(numbers, [5000_i64]).await.unwrap();
    let mut sum = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        sum += row.get::<_, i64>(0);
    }
    assert_eq!((sum, rows.rows_affected()), (5000 * 5001 / 2, Some(5000)));
    assert!(rows.next().await.is_none(), "an ended stream stays ended");
    // Its connection is back although the stream is still held.
    assert_eq!(count(&acme).await, 0);

    // Failing half-way.
    let mut rows = acme.query_raw("SELECT 1/(3-n) FROM generate_series(1, 5) AS n", Vec::<i64>::new()).await.unwrap();
    let error = loop {
        match rows.next().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "22012");
    assert_eq!(orgfold.pools()[0].connections, 1);

    // Dropped half-way: what is left is not waited for.
    let mut rows = acme.query_raw(numbers, [100_000_000_i64]).await.unwrap();
    rows.next().await.unwrap().unwrap();
    drop(rows);
    assert_eq!(count(&acme).await, 0);
    // In a transaction too, and the transaction can go on.
    let tx = acme.transaction().await.unwrap();
    let mut rows = tx.query_raw(numbers, [20_000_i64]).await.unwrap();
    rows.next().await.unwrap().unwrap();
    drop(rows);
    tx.execute("INSERT INTO book (title) VALUES ('x')", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&acme).await, 1);
    all_is_quiet(&orgfold, &fleet).await;
}

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
async fn waiting_for_a_connection_ends() {
    let fleet = notes().config("[shards]\npool_size = 1\npool_wait_ms = 50\n").start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let tx = acme.transaction().await.unwrap();
    let error = add(&acme, "x").await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("53300", true));
    // Another shard has another pool; what is refused needs no connection.
    add(&globex, "y").await.unwrap();
    assert_eq!(acme.execute("DROP TABLE book", &[]).await.unwrap_err().code(), "42501");
    tx.rollback().await.unwrap();
    add(&acme, "x").await.unwrap();
    orgfold.close();
    assert_eq!(add(&acme, "z").await.unwrap_err().code(), "53300");
}

#[tokio::test]
async fn no_org_takes_all_connections_of_a_shard() {
    let config = "[shards]\npool_size = 4\norg_share_percent = 50\npool_wait_ms = 100\n";
    let fleet = Fleet::with().ddl(NOTES).orgs(&["acme", "globex", "initech"]).config(config).start().await;
    let orgfold = connect(&fleet).await;
    let (acme, initech) = (orgfold.org("acme").unwrap(), orgfold.org("initech").unwrap());
    let held = [acme.transaction().await.unwrap(), acme.transaction().await.unwrap()];
    assert_eq!(add(&acme, "x").await.unwrap_err().code(), "53300");
    // The same shard has connections for others.
    add(&initech, "y").await.unwrap();
    let waiting = tokio::spawn({
        let acme = acme.clone();
        async move { add(&acme, "x").await }
    });
    drop(held);
    waiting.await.unwrap().unwrap();
    assert_eq!(orgfold.pools()[0].connections, 3);
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

#[tokio::test]
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

#[tokio::test]
async fn orgs_that_may_not_be_served_are_not() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    assert_eq!(orgfold.org("nobody").unwrap_err().code(), "3D000");
    let acme = orgfold.org("acme").unwrap();
    add(&acme, "x").await.unwrap();
    let mut operations = fleet.operations().await;
    operations.suspend_org("acme").await.unwrap();
    eventually("the suspension", async || orgfold.org("acme").is_err()).await;
    assert_eq!(orgfold.org("acme").unwrap_err().code(), "28000");
    // A handle that was made before is no way around it.
    assert_eq!(add(&acme, "y").await.unwrap_err().code(), "28000");
    operations.resume_org("acme").await.unwrap();
    eventually("the resumption", async || orgfold.org("acme").is_ok()).await;
    assert_eq!(count(&acme).await, 1);
}

#[tokio::test]
async fn a_shard_that_goes_away_hurts_its_own_orgs_only() {
    let fleet = notes().separate().start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let tx = acme.transaction().await.unwrap();
    tx.execute("INSERT INTO book (title) VALUES ('lost')", &[]).await.unwrap();
    fleet.shard_cluster(1).stop().await.unwrap();
    let error = tx.execute("INSERT INTO book (title) VALUES ('too')", &[]).await.unwrap_err();
    assert!(["08006", "57P01"].contains(&error.code()), "{error:?}");
    let error = tx.commit().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    eventually("a refused connection", async || match add(&acme, "x").await {
        Err(error) => error.code() == "08001" && error.is_retryable(),
        Ok(_) => false,
    })
    .await;
    add(&globex, "y").await.unwrap();
    // A new instance starts all the same.
    let other = connect(&fleet).await;
    assert_eq!(count(&other.org("globex").unwrap()).await, 1);
    assert_eq!(count_error(&other.org("acme").unwrap()).await, "08001");
    fleet.shard_cluster(1).restart().await.unwrap();
    for instance in [&orgfold, &other] {
        let acme = instance.org("acme").unwrap();
        eventually("the shard", async || acme.query("SELECT 1", &[]).await.is_ok()).await;
        assert_eq!(count(&acme).await, 0);
    }
    // The directory may be down: known orgs go on.
    fleet.directory_cluster().stop().await.unwrap();
    add(&acme, "without a directory").await.unwrap();
}
