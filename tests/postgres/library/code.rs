//! Code as services write it: generic clients, typed rows, pipelines, transactions that are tried again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use orgfold::{
    CopyInSink, Error, FromRow, GenericClient, GenericTransaction, IsolationLevel, Key, Org, Refusal, Retry, Serde,
    Transaction, from_row,
};

use super::connect;
use crate::library::*;

/// The same code on its own, in a transaction, and in a part of one.
async fn add_two<C: GenericClient>(client: &mut C, title: &str) -> Result<i64, Error> {
    let mut part = client.begin().await?;
    let insert = "INSERT INTO book (title) VALUES ($1) RETURNING id";
    let (id,): (i64,) = part.query_one_as(insert, &[&title]).await?;
    let inner = part.begin().await?;
    inner.execute("INSERT INTO book (title) VALUES ($1)", &[&format!("{title}, undone")]).await?;
    inner.rollback().await?;
    part.batch(&format!("INSERT INTO book (title) VALUES ('{title}, second')")).await?;
    let second = part.prepare("SELECT id FROM book WHERE title = $1").await?;
    assert!(part.query_opt(&second, &[&format!("{title}, second")]).await?.is_some());
    part.commit().await?;
    Ok(id)
}

#[tokio::test]
async fn the_same_code_runs_inside_and_outside_a_transaction() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let mut acme = orgfold.org("acme").unwrap();
    // Spawned: what generic code returns may travel.
    let mut own = acme.clone();
    tokio::spawn(async move { add_two(&mut own, "alone").await }).await.unwrap().unwrap();
    let mut tx = acme.begin().await.unwrap();
    add_two(&mut tx, "inside").await.unwrap();
    let mut part = tx.savepoint("own").await.unwrap();
    add_two(&mut part, "deeper").await.unwrap();
    assert_eq!(part.org_id(), acme.id());
    part.rollback().await.unwrap();
    assert_eq!(count(&acme).await, 2, "not committed yet");
    tx.commit().await.unwrap();
    assert_eq!(count(&acme).await, 4);
    // A name that is taken: the part is undone, and the transaction around it goes on.
    let mut tx = acme.transaction().await.unwrap();
    assert_eq!(add_two(&mut tx, "inside").await.unwrap_err().code(), "23505");
    tx.execute("INSERT INTO book (title) VALUES ('after it')", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&acme).await, 5);

    async fn both_ways(client: &impl GenericClient) -> Result<usize, Error> {
        let mut sink: CopyInSink<Bytes> = client.copy_in("COPY book (title) FROM STDIN").await?;
        sink.send(Bytes::from_static(b"copied\n")).await?;
        sink.finish().await?;
        let out: Vec<Bytes> = client.copy_out("COPY book (title) TO STDOUT").await?.try_collect().await?;
        let rows: Vec<orgfold::Row> =
            client.query_raw("SELECT title FROM book WHERE title <> $1", ["x"]).await?.try_collect().await?;
        assert_eq!(out.concat().split(|byte| *byte == b'\n').count(), rows.len() + 1);
        Ok(rows.len())
    }
    assert_eq!(both_ways(&acme).await.unwrap(), 6);
    let tx = acme.transaction().await.unwrap();
    tx.execute("DELETE FROM book WHERE title = 'copied'", &[]).await.unwrap();
    assert_eq!(both_ways(&tx).await.unwrap(), 6);
    drop(tx);
    all_is_quiet(&orgfold, &fleet).await;
}

#[derive(Debug, PartialEq)]
struct Book {
    id: i64,
    name: String,
    pages: Option<i32>,
}

from_row!(Book { id, name = "title", pages });

#[tokio::test]
async fn rows_are_read_as_the_services_own_types() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    acme.execute("INSERT INTO book (id, title, pages) VALUES (1, 'a', 10), (2, 'b', NULL)", &[]).await.unwrap();
    let all = "SELECT pages, id, title FROM book ORDER BY id";
    let books: Vec<Book> = acme.query_as(all, &[]).await.unwrap();
    let book = |id, name: &str, pages| Book { id, name: name.to_owned(), pages };
    assert_eq!(books, [book(1, "a", Some(10)), book(2, "b", None)]);
    let one: Option<Book> = acme.query_opt_as("SELECT * FROM book WHERE id = 3", &[]).await.unwrap();
    assert_eq!(one, None);
    let pairs: Vec<(i64, Option<i32>)> = acme.query_as("SELECT id, pages FROM book ORDER BY 1", &[]).await.unwrap();
    assert_eq!(pairs, [(1, Some(10)), (2, None)]);

    let row = acme.query_one("SELECT id, pages FROM book WHERE id = 2", &[]).await.unwrap();
    let fail = |error: Error| (error.code().to_owned(), error.message().to_owned());
    let error = fail(Book::from_row(&row).unwrap_err());
    assert_eq!(error, ("42703".to_owned(), "the row has no column title".to_owned()));
    let (code, message) = fail(<(i64, i32)>::from_row(&row).unwrap_err());
    assert_eq!(code, "42804");
    assert!(message.starts_with("column 1: ") && message.contains("NULL"), "{message}");
    let (code, message) = fail(<(String, Option<i32>)>::from_row(&row).unwrap_err());
    assert_eq!(code, "42804");
    assert!(message.contains("int8"), "{message}");
    assert_eq!(fail(<(i64,)>::from_row(&row).unwrap_err()).1, "expected 1 columns but the row has 2");
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Calm,
    Cross,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Anything {
    flag: bool,
    small: i16,
    large: u64,
    ratio: f64,
    text: String,
    nothing: Option<String>,
    mood: Mood,
    tags: Vec<Option<String>>,
    json: serde_json::Value,
    inner: Inner,
    id: String,
    raw: Vec<u8>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Inner {
    a: Vec<i32>,
}

#[tokio::test]
async fn serde_reads_rows() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    let all = "SELECT true AS flag, 7::int2 AS small, 9000000000 AS large, 0.5::float4 AS ratio, 'x'::varchar(3) AS text,
        NULL::text AS nothing, 'cross'::mood AS mood, ARRAY['a', NULL] AS tags, '[1, {\"b\": null}]'::json AS json,
        '{\"a\": [1, 2]}'::jsonb AS inner, 'c0ffee00-0000-4000-8000-00000000beef'::uuid AS id, ARRAY[1, 255]::int2[] AS raw";
    let Serde(row): Serde<Anything> = acme.query_one_as(all, &[]).await.unwrap();
    let expected = Anything {
        flag: true,
        small: 7,
        large: 9_000_000_000,
        ratio: 0.5,
        text: "x".to_owned(),
        nothing: None,
        mood: Mood::Cross,
        tags: vec![Some("a".to_owned()), None],
        json: serde_json::json!([1, { "b": null }]),
        inner: Inner { a: vec![1, 2] },
        id: "c0ffee00-0000-4000-8000-00000000beef".to_owned(),
        raw: vec![1, 255],
    };
    assert_eq!(row, expected);
    let Serde(pair): Serde<(i64, String)> = acme.query_one_as("SELECT 1::int8, 'one'", &[]).await.unwrap();
    assert_eq!(pair, (1, "one".to_owned()));

    // What has no word in JSON is PostgreSQL's own text.
    let numbers =
        "SELECT n::numeric AS value, n AS text FROM unnest(ARRAY['0', '0.0', '-0.00012000', '1', '10000', '12345678.9',
        '-99999999999999999999.0001', '1e30', '1e-30', '0.00001', '100000000.00000001', '5000.5', '-1']) AS n";
    for row in acme.query(numbers, &[]).await.unwrap() {
        let Serde(value): Serde<serde_json::Value> = Serde::from_row(&row).unwrap();
        let same = "SELECT $1::text::numeric::text = $2::text::numeric::text AND $1::text = $2::text::numeric::text";
        let (found, written) = (value["value"].as_str().unwrap(), value["text"].as_str().unwrap());
        assert!(acme.query_one(same, &[&found, &written]).await.unwrap().get::<_, bool>(0), "{written}: {found}");
    }
    let times = "SELECT t AS at, t AT TIME ZONE 'UTC' AS plain, (t AT TIME ZONE 'UTC')::date AS day, (t AT TIME ZONE 'UTC')::time AS hour,
        to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') AS text
        FROM generate_series('0001-01-01 00:00:00Z'::timestamptz, '9999-12-01', '137 days 11 hours 0.000123 seconds') AS t";
    let rows = acme.query(times, &[]).await.unwrap();
    assert!(rows.len() > 20_000);
    for row in &rows {
        let Serde(value): Serde<std::collections::BTreeMap<String, String>> = Serde::from_row(row).unwrap();
        let long = |text: &str| if text.contains('.') { text.to_owned() } else { format!("{text}.000000") };
        assert_eq!(long(&value["plain"]), value["text"]);
        assert_eq!(value["at"], format!("{}Z", value["plain"]));
        assert_eq!(format!("{}T{}", value["day"], value["hour"]), value["plain"]);
    }

    for (sql, what) in [
        ("SELECT 'infinity'::timestamptz AS a", "infinite"),
        ("SELECT 'NaN'::numeric AS a", "not finite"),
        ("SELECT '[1,2)'::int4range AS a", "int4range"),
        ("SELECT ARRAY[[1], [2]] AS a", "dimension"),
        ("SELECT NULL::int AS a", "column a"),
        ("SELECT 'x' AS a", "column a: invalid type: string"),
        ("SELECT 1 AS b", "missing field `a`"),
    ] {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct One {
            a: i32,
        }
        let error = acme.query_one_as::<Serde<One>, _>(sql, &[]).await.unwrap_err();
        assert_eq!(error.code(), "42804");
        let text = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(text.contains(what), "{sql}: {text}");
    }
}

#[tokio::test]
async fn statements_of_one_transaction_are_sent_without_waiting() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let tx = acme.transaction().await.unwrap();
    let insert = tx.prepare("INSERT INTO book (title) VALUES ($1)").await.unwrap();
    let counted = tx.prepare("SELECT count(*) FROM book").await.unwrap();
    // They run in the order in which they were polled first.
    let (one, between, two, all) = tokio::try_join!(
        tx.execute(&insert, &[&"one"]),
        tx.query_one(&counted, &[]),
        tx.execute(&insert, &[&"two"]),
        tx.query_one(&counted, &[]),
    )
    .unwrap();
    assert_eq!((one, between.get::<_, i64>(0), two, all.get::<_, i64>(0)), (1, 1, 1, 2));
    // One of them fails: the others' futures are dropped, and the transaction has failed.
    let error = tokio::try_join!(tx.execute(&insert, &[&"one"]), tx.query_one(&counted, &[])).unwrap_err();
    // The macro asks its futures in changing order: it may see first what the failure did to the one behind it.
    assert!(["23505", "25P02"].contains(&error.code()), "{error:?}");
    drop(tx);
    assert_eq!(count(&acme).await, 0);
    let tx = acme.transaction().await.unwrap();
    futures_util::future::try_join_all((0..50).map(|n| {
        let (tx, insert) = (&tx, &insert);
        async move { tx.execute(insert, &[&format!("title {n}")]).await }
    }))
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&acme).await, 50);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn deferrable_and_read_only_are_what_the_shard_is_told() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    let builder =
        acme.build_transaction().isolation_level(IsolationLevel::Serializable).read_only(true).deferrable(true);
    let tx = builder.start().await.unwrap();
    for (setting, value) in
        [("transaction_deferrable", "on"), ("transaction_read_only", "on"), ("transaction_isolation", "serializable")]
    {
        let (shown,): (String,) = tx.query_one_as(&format!("SHOW {setting}"), &[]).await.unwrap();
        assert_eq!(shown, value, "{setting}");
    }
    tx.commit().await.unwrap();
    let tx = acme.build_transaction().isolation_level(IsolationLevel::RepeatableRead).start().await.unwrap();
    count_in(&tx).await;
    add(&acme, "unseen").await.unwrap();
    assert_eq!(count_in(&tx).await, 0, "the snapshot stands");
}

async fn count_in(tx: &Transaction) -> i64 {
    tx.query_one("SELECT count(*) FROM book", &[]).await.unwrap().get(0)
}

/// Adds one to the number of pages, as a transaction that can fail to serialize.
async fn read_and_add(org: &Org, tries: &AtomicU32) -> Result<(), Error> {
    let retry = Retry::new().attempts(100).pauses(Duration::from_millis(1), Duration::from_millis(20));
    org.build_transaction()
        .isolation_level(IsolationLevel::Serializable)
        .transact(retry, async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            let (pages,): (i32,) = tx.query_one_as("SELECT pages FROM book WHERE id = 1", &[]).await?;
            tx.execute("UPDATE book SET pages = $1 WHERE id = 1", &[&(pages + 1)]).await?;
            Ok::<(), Error>(())
        })
        .await
}

#[tokio::test]
async fn what_fails_to_serialize_is_done_again() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    acme.execute("INSERT INTO book (id, title, pages) VALUES (1, 'a', 1)", &[]).await.unwrap();
    let tries = std::sync::Arc::new(AtomicU32::new(0));
    let mut work = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (acme, tries) = (acme.clone(), std::sync::Arc::clone(&tries));
        // What it returns may travel between threads.
        work.spawn(async move {
            for _ in 0..5 {
                read_and_add(&acme, &tries).await.unwrap();
            }
        });
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    let (pages,): (i32,) = acme.query_one_as("SELECT pages FROM book", &[]).await.unwrap();
    assert_eq!(pages, 41, "none was lost and none was done twice");
    assert!(tries.load(Ordering::Relaxed) > 40, "there was nothing to try again");
    all_is_quiet(&orgfold, &fleet).await;
}

#[derive(Debug)]
enum Fault {
    Own,
    Database(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Database(error)
    }
}

impl orgfold::Failure for Fault {
    fn database(&self) -> Option<&Error> {
        match self {
            Fault::Own => None,
            Fault::Database(error) => Some(error),
        }
    }
}

#[tokio::test]
async fn what_cannot_go_better_is_tried_once() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    add(&acme, "taken").await.unwrap();
    let tries = AtomicU32::new(0);
    let result: Result<(), Fault> = acme
        .transact(async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            tx.execute("INSERT INTO book (title) VALUES ('undone')", &[]).await?;
            Err(Fault::Own)
        })
        .await;
    assert!(matches!(result, Err(Fault::Own)));
    let result: Result<u64, Fault> = acme
        .transact(async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            Ok(tx.execute("INSERT INTO book (title) VALUES ('taken')", &[]).await?)
        })
        .await;
    assert!(matches!(result, Err(Fault::Database(error)) if error.code() == "23505"));
    // Swallowing the error of a statement does not make a failed transaction succeed.
    let result: Result<(), Error> = acme
        .transact(async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            let _ = tx.execute("INSERT INTO book (title) VALUES ('taken')", &[]).await;
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().code(), "25P02");
    assert_eq!((tries.load(Ordering::Relaxed), count(&acme).await), (3, 1));
    // A savepoint in it, and a transaction that is kept: it can be of no use any more.
    let kept = std::sync::Mutex::new(None);
    let result: Result<(), Error> = acme
        .transact(async |mut tx| {
            let part = tx.savepoint("part").await?;
            part.execute("INSERT INTO book (title) VALUES ('kept')", &[]).await?;
            part.commit().await?;
            *kept.lock().unwrap() = Some(tx);
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().code(), "25000");
    drop(kept);
    assert_eq!(count(&acme).await, 1);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn an_org_that_moves_is_waited_for() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let directory = fleet.directory_client().await;
    let say = async |state: &str| {
        let sql = format!("UPDATE orgfold.org SET state = '{state}' WHERE slug = 'acme'");
        directory.batch_execute(&sql).await.unwrap();
    };
    say("moving").await;
    eventually("the move", async || orgfold.org("acme").is_err()).await;
    assert_eq!(add(&acme, "x").await.unwrap_err().code(), "57P03");
    let patient = acme.clone();
    let (asked, mut asks) = tokio::sync::mpsc::unbounded_channel();
    let work = tokio::spawn(async move {
        // With these pauses the clock alone would not be in time.
        let retry = Retry::new().pauses(Duration::from_secs(60), Duration::from_secs(60));
        let mut attempts = patient.attempts(retry);
        loop {
            let result = add(&patient, "moved").await;
            asked.send(()).unwrap();
            match result {
                Err(error) if attempts.again(&error).await => {}
                other => break other,
            }
        }
    });
    asks.recv().await.unwrap();
    say("active").await;
    let done = tokio::time::timeout(Duration::from_secs(20), work).await.unwrap().unwrap();
    assert_eq!(done.unwrap(), 1);
    assert_eq!(count(&acme).await, 1);
}

#[test]
fn handles_and_futures_travel() {
    fn kept<T: Clone + Send + Sync + 'static>() {}
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    kept::<orgfold::Orgfold>();
    kept::<Org>();
    kept::<orgfold::Statement>();
    kept::<Retry>();
    shared::<Error>();
    shared::<Transaction>();
    shared::<orgfold::Savepoint<'_>>();
    sent::<orgfold::RowStream>();
    sent::<CopyInSink<Bytes>>();
    sent::<orgfold::CopyOutStream>();
    sent::<orgfold::Attempts>();
}

#[tokio::test]
async fn an_org_has_objects_of_its_own() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let campaign = "CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), name varchar(40) NOT NULL)";
    // Only by `define`.
    assert_eq!(acme.execute(campaign, &[]).await.unwrap_err().refusal(), Some(Refusal::Definition));
    assert_eq!(acme.batch(campaign).await.unwrap_err().refusal(), Some(Refusal::Definition));
    assert_eq!(acme.objects().await.unwrap(), []);
    let both =
        format!("{campaign}; COMMENT ON TABLE campaign IS 'what we do'; INSERT INTO campaign (name) VALUES ('one')");
    acme.define(&both).await.unwrap();
    let (key, name): (Key, String) = acme.query_one_as("SELECT * FROM campaign", &[]).await.unwrap();
    assert_eq!(name, "one");
    let objects = acme.objects().await.unwrap();
    assert_eq!((objects[0].name.as_str(), objects[0].prefix), ("campaign", Some(key.prefix())));
    assert_eq!(objects[0].comment.as_deref(), Some("what we do"));
    let field = &objects[0].fields[1];
    assert_eq!(
        (field.name.as_str(), field.data_type.as_str(), field.required),
        ("name", "character varying(40)", true)
    );

    // As a whole, or not at all; the catalog is the old one after it.
    let failing = "ALTER TABLE campaign ADD COLUMN budget integer; INSERT INTO campaign (name) VALUES (NULL)";
    assert_eq!(acme.define(failing).await.unwrap_err().code(), "23502");
    assert_eq!(acme.objects().await.unwrap(), objects);
    assert_eq!(acme.define("DROP TABLE loan").await.unwrap_err().code(), "42501");
    assert!(acme.define("CREATE TABLE x (a int REFERENCES nothing (id))").await.is_err());
    acme.query("SELECT name FROM campaign", &[]).await.unwrap();

    // Another instance hears of it; another org never does, and may have one of the same name.
    let other = connect(&fleet).await;
    let elsewhere = other.org("acme").unwrap();
    eventually("the object", async || elsewhere.objects().await.is_ok_and(|found| found == objects)).await;
    assert_eq!(globex.objects().await.unwrap(), []);
    assert_eq!(globex.query("SELECT * FROM campaign", &[]).await.unwrap_err().code(), "42P01");
    globex.define("CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), budget integer)").await.unwrap();
    assert_eq!(globex.query("SELECT * FROM campaign", &[]).await.unwrap().len(), 0);
    // Two at once: the later one is told to try again, and may.
    let results = tokio::join!(
        acme.define("ALTER TABLE campaign ADD COLUMN a integer"),
        elsewhere.define("ALTER TABLE campaign ADD COLUMN b integer"),
    );
    for result in [results.0, results.1] {
        assert!(result.is_ok() || result.unwrap_err().is_retryable());
    }
    let mut attempts = elsewhere.attempts(Retry::new());
    while let Err(error) = elsewhere.define("ALTER TABLE campaign ADD COLUMN c integer").await {
        assert!(attempts.again(&error).await, "{error}");
    }
    acme.define("DROP TABLE campaign").await.ok();
    all_is_quiet(&orgfold, &fleet).await;
}
