//! Transactions, savepoints, settings of transactions, streams.

use futures_util::{StreamExt as _, TryStreamExt as _};
use orgfold::IsolationLevel;

use super::connect;
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
