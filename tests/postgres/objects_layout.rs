//! Where the fields of objects are kept: slots under indexes for indexed fields alone, and how fields come under one.

use tokio_postgres::Client;

use crate::fleet::{Fleet, RunningProxy};
use crate::objects::designer;

async fn fleet() -> (Fleet, RunningProxy) {
    let ddl = "CREATE TABLE native (id integer PRIMARY KEY);";
    let fleet = Fleet::with().ddl(ddl).orgs(&["acme", "globex"]).config("[migrate]\nleaves = 1").start().await;
    designer(&fleet).await;
    let proxy = fleet.proxy().await;
    (fleet, proxy)
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter().map(|row| row.get::<_, Option<String>>(0).unwrap_or_else(|| "null".to_owned())).collect()
}

/// How many of the records' slots that hold anything are under an index, in the whole leaf.
const INDEXED: &str = "SELECT string_agg(DISTINCT a.attname::text, ' ' ORDER BY a.attname::text) FROM orgfold.record r, \
    jsonb_each_text(to_jsonb(r)) AS v, pg_attribute a, pg_index i \
    WHERE a.attrelid = 'orgfold.record'::regclass AND a.attname = v.key AND v.value IS NOT NULL AND v.key ~ '_[0-9]+$' \
    AND i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey)";

#[tokio::test(flavor = "multi_thread")]
async fn fields_without_an_index_cost_no_entry_of_one() {
    let (fleet, proxy) = fleet().await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute(
        "CREATE TABLE thing (id text PRIMARY KEY DEFAULT new_key(), a text, b text, n integer, d date, q numeric(8,2));
         INSERT INTO thing (a, b, n, d, q) VALUES ('a', 'b', 1, '2024-01-01', 2.5)",
    )
    .await
    .unwrap();
    let shard = fleet.shard_client(1).await;
    assert_eq!(texts(&shard, INDEXED).await, ["null"]);
    acme.batch_execute("CREATE INDEX ON thing (b)").await.unwrap();
    assert_eq!(texts(&shard, INDEXED).await, ["text_3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_gets_an_index_moves_with_its_values() {
    let (fleet, proxy) = fleet().await;
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    let reader = proxy.connect("designer", "acme").await;
    for org in [&acme, &globex] {
        org.batch_execute(
            "CREATE TABLE thing (id integer PRIMARY KEY, a text, b varchar(8) NOT NULL, at timestamptz);
             CREATE TABLE other (id integer PRIMARY KEY, a text);
             INSERT INTO other VALUES (1, 'other');
             INSERT INTO thing SELECT i, 'a' || i, 'b' || i, 'infinity' FROM generate_series(1, 20) AS i; DELETE FROM thing WHERE id = 20",
        )
        .await
        .unwrap();
    }
    let by_b = reader.prepare("SELECT id FROM thing WHERE b = $1").await.unwrap();
    assert_eq!(reader.query_one(&by_b, &[&"b7"]).await.unwrap().get::<_, i32>(0), 7);
    let shard = fleet.shard_client(1).await;
    let records = "SELECT md5(string_agg(r::text, ' ' ORDER BY r.id)) FROM orgfold.record r WHERE r.org_id = 2";
    let before = texts(&shard, records).await;
    acme.batch_execute("BEGIN; CREATE INDEX ON thing (b); ROLLBACK").await.unwrap();
    acme.batch_execute("CREATE INDEX ON thing (b, a); CREATE INDEX ON thing (at)").await.unwrap();
    assert_eq!(texts(&shard, records).await, before, "another org's records changed");
    // What was there is found, whether it was prepared before or not, and what comes is.
    assert_eq!(reader.query_one(&by_b, &[&"b7"]).await.unwrap().get::<_, i32>(0), 7);
    acme.batch_execute(
        "INSERT INTO thing VALUES (30, 'x', 'new', '-infinity'); UPDATE thing SET b = 'late' WHERE id = 3",
    )
    .await
    .unwrap();
    assert_eq!(reader.query_one(&by_b, &[&"late"]).await.unwrap().get::<_, i32>(0), 3);
    assert_eq!(texts(&acme, "SELECT count(*) || ' ' || count(b) || ' ' || count(at) FROM thing").await, ["20 20 20"]);
    assert_eq!(texts(&globex, "SELECT count(*) || ' ' || count(b) || ' ' || count(at) FROM thing").await, ["19 19 19"]);
    assert_eq!(texts(&acme, "SELECT a FROM other").await, ["other"]);
    assert!(acme.batch_execute("INSERT INTO thing VALUES (31, 'x', NULL)").await.is_err());
    // Who has not heard of it yet still reads where the values were.
    let old = "SELECT string_agg(concat_ws(' ', r.text_6, r.text_7, r.timestamptz_2), ', ' ORDER BY r.int4_1) \
               FROM orgfold.record r WHERE r.org_id = 1 AND r.int4_1 IN (3, 7, 30) AND r.text_6 IS NOT NULL";
    assert_eq!(texts(&shard, old).await, ["a3 late infinity, a7 b7 infinity, x new -infinity"]);
    let binned = "SELECT count(*)::text FROM orgfold.record_bin r WHERE r.text_7 = r.text_3";
    assert_eq!(texts(&shard, binned).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_where_none_is_given_and_null_is_refused() {
    let (_fleet, proxy) = fleet().await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute("CREATE TABLE thing (label text, key text PRIMARY KEY DEFAULT new_key())").await.unwrap();
    for sql in [
        "INSERT INTO thing VALUES ('a'), ('b')",
        "INSERT INTO thing (label, key) VALUES ('c', DEFAULT), ('d', 'a00010000zzzzz1')",
        "INSERT INTO thing DEFAULT VALUES",
        "INSERT INTO thing (label) SELECT DISTINCT label FROM thing WHERE label < 'c'",
    ] {
        acme.batch_execute(sql).await.unwrap();
    }
    assert_eq!(
        texts(&acme, "SELECT count(DISTINCT key) || ' ' || min(length(key)) || ' ' || max(length(key)) FROM thing")
            .await,
        ["7 15 15"]
    );
    for sql in ["INSERT INTO thing VALUES ('e', NULL)", "INSERT INTO thing (key) SELECT NULL::text"] {
        let error = acme.batch_execute(sql).await.unwrap_err();
        let db = error.as_db_error().unwrap();
        assert_eq!(db.code().code(), "23502", "{sql}");
        assert_eq!(db.message(), "null value in column \"key\" of relation \"thing\" violates not-null constraint");
        assert_eq!((db.table(), db.column()), (Some("thing"), Some("key")));
    }
    assert_eq!(
        acme.batch_execute("INSERT INTO thing VALUES ('e', '')").await.unwrap_err().code().unwrap().code(),
        "22P02"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_locked_as_rows_are() {
    let (_fleet, proxy) = fleet().await;
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    let other = proxy.connect("designer", "acme").await;
    for org in [&acme, &globex] {
        org.batch_execute(
            "CREATE TABLE job (id integer PRIMARY KEY, name varchar(9), done boolean DEFAULT false, native_id integer);
             CREATE TABLE other (id integer PRIMARY KEY, name text);
             INSERT INTO native VALUES (7); INSERT INTO other VALUES (1, 'no job'), (2, 'none');
             INSERT INTO job SELECT i, 'job ' || i, false, 7 FROM generate_series(1, 3) AS i",
        )
        .await
        .unwrap();
    }
    let next = "SELECT * FROM job WHERE NOT done ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
    for (client, wanted) in [(&acme, 1), (&other, 2), (&globex, 1)] {
        client.batch_execute("BEGIN").await.unwrap();
        let row = client.query_one(next, &[]).await.unwrap();
        let names: Vec<&str> = row.columns().iter().map(tokio_postgres::Column::name).collect();
        assert_eq!(names, ["id", "name", "done", "native_id"]);
        assert_eq!((row.get::<_, i32>("id"), row.get::<_, String>("name")), (wanted, format!("job {wanted}")));
    }
    // The org's own rows are locked, those of another that are called the same are not.
    let refused = other.batch_execute("SELECT id FROM job WHERE id = 1 FOR SHARE NOWAIT").await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "55P03");
    for client in [&acme, &other, &globex] {
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    // Records of the org's other objects are in the same leaf.
    for (sql, wanted) in [
        ("SELECT name FROM job FOR UPDATE", "job 1, job 2, job 3"),
        ("SELECT j.name FROM job j JOIN other o ON o.id = j.id FOR UPDATE OF j", "job 1, job 2"),
        (
            "SELECT j.name || o.name FROM job j, other o WHERE o.id = j.id OR false FOR NO KEY UPDATE",
            "job 1no job, job 2none",
        ),
        ("SELECT j.name FROM native n JOIN job j ON n.id = j.native_id FOR KEY SHARE", "job 1, job 2, job 3"),
        ("SELECT q.name FROM (SELECT * FROM job WHERE id > 1 OR id IS NULL FOR UPDATE) q", "job 2, job 3"),
        (
            "UPDATE job SET done = true WHERE id IN (SELECT id FROM job ORDER BY id DESC LIMIT 1 FOR UPDATE) RETURNING name",
            "job 3",
        ),
    ] {
        let mut got = texts(&acme, sql).await;
        got.sort();
        assert_eq!(got.join(", "), wanted, "{sql}");
    }
    for (sql, state) in [
        ("SELECT text_1 FROM job FOR UPDATE", "42703"),
        ("SELECT object_id FROM job FOR UPDATE", "42703"),
        ("SELECT job.org_id FROM job FOR UPDATE", "42703"),
        ("SELECT layout FROM job j JOIN native n ON true FOR UPDATE OF j", "42703"),
        ("SELECT 1 FROM job FOR UPDATE OF nobody", "42P01"),
        ("SELECT native_id AS id FROM job ORDER BY id FOR UPDATE", "0A000"),
    ] {
        assert_eq!(acme.batch_execute(sql).await.unwrap_err().code().unwrap().code(), state, "{sql}");
    }
    assert_eq!(texts(&globex, "SELECT count(*)::text FROM job WHERE done").await, ["0"]);
}
