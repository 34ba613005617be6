//! Objects without DDL: an org's own tables, by metadata alone, through the proxy.

use orgfold::directory::DdlMode;
use orgfold::directory::ops::NewRole;
use tokio_postgres::Client;

use crate::fleet::{Fleet, PASSWORD, RunningProxy};

/// Two orgs on one shard in one leaf, whose role may define objects.
async fn fleet(config: &str) -> (Fleet, RunningProxy) {
    let ddl = "CREATE TABLE native (id integer PRIMARY KEY, account integer, label text);";
    let config = format!("[migrate]\nleaves = 1\n{config}");
    let fleet =
        Fleet::with().ddl(ddl).orgs(&["acme", "other", "globex"]).role("app", &[]).config(&config).start().await;
    designer(&fleet).await;
    let proxy = fleet.proxy().await;
    (fleet, proxy)
}

/// A role for all orgs, which may define objects.
pub async fn designer(fleet: &Fleet) {
    let designer = NewRole {
        name: "designer".to_owned(),
        password: PASSWORD.to_owned().into(),
        login: true,
        ddl: DdlMode::Metadata,
        any_org: true,
        orgs: Vec::new(),
    };
    fleet.operations().await.create_role(&designer).await.unwrap();
}

const ACCOUNT: &str = "CREATE TABLE account (
    id integer PRIMARY KEY, name varchar(8) NOT NULL, balance numeric(8,2) DEFAULT 1, code text UNIQUE, note text,
    made timestamptz DEFAULT now(), tags text[])";

#[track_caller]
fn code(error: &tokio_postgres::Error) -> &str {
    error.code().unwrap_or_else(|| panic!("{error:?}")).code()
}

async fn refused(client: &Client, sql: &str) -> (String, String) {
    let error = match client.batch_execute(sql).await {
        Ok(()) => panic!("{sql} went well"),
        Err(error) => error,
    };
    (code(&error).to_owned(), error.as_db_error().unwrap().message().to_owned())
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter().map(|row| row.get::<_, Option<String>>(0).unwrap_or_else(|| "null".to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_a_table_like_any_other() {
    let (_fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute(ACCOUNT).await.unwrap();
    let inserted = acme
        .query_one(
            "INSERT INTO account (id, name, code, tags) VALUES ($1, $2, 'a-1', ARRAY['x']) RETURNING id, name, balance::text, made <= now()",
            &[&1_i32, &"first"],
        )
        .await
        .unwrap();
    assert_eq!(inserted.get::<_, i32>("id"), 1);
    assert_eq!(inserted.get::<_, String>("name"), "first");
    assert_eq!(inserted.get::<_, String>("balance"), "1.00");
    acme.batch_execute(
        "INSERT INTO account VALUES (2, 'second', 10.555, 'a-2', NULL), (3, 'third', DEFAULT, NULL, NULL)",
    )
    .await
    .unwrap();
    let wanted = ["1 first 1.00 a-1", "2 second 10.56 a-2", "3 third 1.00 null"];
    let all = "SELECT concat_ws(' ', id, name, balance, coalesce(code, 'null')) FROM account ORDER BY id";
    assert_eq!(texts(&acme, all).await, wanted);
    assert_eq!(texts(&acme, "SELECT sum(balance)::text FROM account a WHERE a.id > 1").await, ["11.56"]);
    assert_eq!(
        texts(
            &acme,
            "UPDATE account AS a SET balance = balance + 1, note = name || '!' WHERE id = 2 RETURNING a.balance || note"
        )
        .await,
        ["11.56second!"]
    );
    acme.batch_execute("INSERT INTO native VALUES (7, 2, 'n')").await.unwrap();
    assert_eq!(
        texts(&acme, "SELECT label || name FROM native JOIN account ON account.id = native.account").await,
        ["nsecond"]
    );
    let upsert = "INSERT INTO account (id, name) VALUES (1, 'again') ON CONFLICT (id) DO UPDATE SET name = excluded.name, note = account.name RETURNING note";
    assert_eq!(texts(&acme, upsert).await, ["first"]);
    assert_eq!(
        texts(
            &acme,
            "INSERT INTO account (id, name, code) VALUES (9, 'x', 'a-1') ON CONFLICT DO NOTHING RETURNING name"
        )
        .await,
        [""; 0]
    );
    let moved =
        "UPDATE account SET note = native.label FROM native WHERE native.account = account.id RETURNING account.*";
    let row = acme.query_one(moved, &[]).await.unwrap();
    let names: Vec<&str> = row.columns().iter().map(tokio_postgres::Column::name).collect();
    assert_eq!(names, ["id", "name", "balance", "code", "note", "made", "tags"]);
    assert_eq!(row.columns()[1].type_().name(), "varchar");
    assert_eq!(
        texts(&acme, "DELETE FROM account USING native WHERE native.account = account.id RETURNING account.name").await,
        ["second"]
    );
    acme.batch_execute("INSERT INTO account (id, name) SELECT id + 100, name FROM account").await.unwrap();
    assert_eq!(texts(&acme, "SELECT count(*)::text FROM account").await, ["4"]);
    acme.batch_execute("TRUNCATE account").await.unwrap();
    assert_eq!(texts(&acme, "SELECT count(*)::text FROM account").await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn constraints_are_reported_as_postgresql_does() {
    let (_fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute(ACCOUNT).await.unwrap();
    acme.batch_execute("CREATE TABLE line (no integer, item text, qty integer, PRIMARY KEY (no, item))").await.unwrap();
    acme.batch_execute(
        "INSERT INTO account (id, name, code) VALUES (1, 'one', 'c'); INSERT INTO line VALUES (1, 'a', 1)",
    )
    .await
    .unwrap();
    for (sql, state, message) in [
        (
            "INSERT INTO account (id) VALUES (5)",
            "23502",
            "null value in column \"name\" of relation \"account\" violates not-null constraint",
        ),
        (
            "UPDATE account SET name = NULL",
            "23502",
            "null value in column \"name\" of relation \"account\" violates not-null constraint",
        ),
        ("INSERT INTO account VALUES (5, 'much too long')", "22001", "value too long for type character varying(8)"),
        ("UPDATE account SET balance = 1000000", "22003", "numeric field overflow"),
        (
            "INSERT INTO account (id, name) VALUES (1, 'x')",
            "23505",
            "duplicate key value violates unique constraint \"account_pkey\"",
        ),
        (
            "INSERT INTO account (id, name, code) VALUES (2, 'x', 'c')",
            "23505",
            "duplicate key value violates unique constraint \"account_code_key\"",
        ),
        (
            "INSERT INTO line VALUES (1, 'a', 2)",
            "23505",
            "duplicate key value violates unique constraint \"line_pkey\"",
        ),
        ("INSERT INTO account (id, name) VALUES ('x', 'y')", "22P02", "invalid input syntax for type integer: \"x\""),
        ("INSERT INTO account (nope) VALUES (1)", "42703", "column \"nope\" of relation \"account\" does not exist"),
        ("UPDATE account SET id = nope", "42703", "column \"nope\" does not exist"),
        ("SELECT nope FROM account", "42703", "column \"nope\" does not exist"),
    ] {
        assert_eq!(refused(&acme, sql).await, (state.to_owned(), message.to_owned()), "{sql}");
    }
    let error = acme.batch_execute("INSERT INTO line VALUES (1, 'a', 2)").await.unwrap_err();
    let db = error.as_db_error().unwrap();
    assert_eq!(
        (db.detail(), db.table(), db.constraint()),
        (Some("Key (no, item)=(1, a) already exists."), Some("line"), Some("line_pkey"))
    );
    let error = acme.batch_execute("INSERT INTO account VALUES (1, NULL, 3)").await.unwrap_err();
    let db = error.as_db_error().unwrap();
    assert!(db.detail().unwrap().starts_with("Failing row contains (1, null, 3.00, null, null, "), "{db:?}");
    assert_eq!((db.table(), db.column(), db.schema()), (Some("account"), Some("name"), Some("public")));
}

#[tokio::test(flavor = "multi_thread")]
async fn orgs_have_the_same_names_and_other_fields() {
    let (fleet, proxy) = fleet("").await;
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    acme.batch_execute("CREATE TABLE thing (a text, b integer)").await.unwrap();
    globex.batch_execute("CREATE TABLE thing (z integer, secret text)").await.unwrap();
    acme.batch_execute("INSERT INTO thing VALUES ('acme', 1)").await.unwrap();
    globex.batch_execute("INSERT INTO thing VALUES (2, 'globex')").await.unwrap();
    assert_eq!(texts(&acme, "SELECT thing::text FROM thing").await, ["(acme,1)"]);
    assert_eq!(texts(&globex, "SELECT thing::text FROM thing").await, ["(2,globex)"]);
    for sql in ["UPDATE thing SET a = 'mine'", "DELETE FROM thing WHERE b > 0", "TRUNCATE thing"] {
        acme.batch_execute(sql).await.unwrap();
        assert_eq!(texts(&globex, "SELECT secret FROM thing").await, ["globex"], "{sql}");
    }
    // Nobody else has it, and what is behind it has no name.
    let other = proxy.connect("designer", "other").await;
    assert_eq!(refused(&other, "SELECT * FROM thing").await.0, "42P01");
    for physical in [
        "orgfold.record_p00",
        "orgfold.record",
        "record_p00",
        "orgfold.object",
        "orgfold.record_bin_p00",
        "orgfold.metadata",
    ] {
        for sql in [
            format!("SELECT * FROM {physical}"),
            format!("DELETE FROM {physical}"),
            format!("INSERT INTO {physical} DEFAULT VALUES"),
        ] {
            let (state, _) = refused(&globex, &sql).await;
            assert!(["42P01", "42501"].contains(&state.as_str()), "{sql}: {state}");
        }
    }
    for hidden in ["text_1", "object_id", "org_id", "layout", "created_at", "version", "id", "t.text_2", "t.object_id"]
    {
        for sql in [
            format!("SELECT {hidden} FROM thing t"),
            format!("UPDATE thing t SET z = 1 WHERE {hidden} IS NOT NULL"),
            format!("DELETE FROM thing t RETURNING {hidden}"),
            format!("UPDATE thing t SET {} = NULL", hidden.trim_start_matches("t.")),
        ] {
            assert_eq!(refused(&globex, &sql).await.0, "42703", "{sql}");
        }
    }
    // The metadata is the procedure's alone.
    let runtime = fleet.runtime_client(1).await;
    for sql in [
        "UPDATE orgfold.object_p00 SET name = 'x'",
        "DELETE FROM orgfold.metadata",
        "INSERT INTO orgfold.metadata_log_p00 DEFAULT VALUES",
        "DELETE FROM orgfold.record_bin_p00",
        "SELECT orgfold.forget(1)",
    ] {
        assert_eq!(refused(&runtime, sql).await.0, "42501", "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_transactional() {
    let (fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute("BEGIN; CREATE TABLE t (a integer); INSERT INTO t VALUES (1); ROLLBACK").await.unwrap();
    assert_eq!(refused(&acme, "SELECT * FROM t").await.0, "42P01");
    acme.batch_execute("BEGIN").await.unwrap();
    acme.batch_execute("CREATE TABLE t (a integer)").await.unwrap();
    acme.batch_execute("SAVEPOINT s").await.unwrap();
    acme.batch_execute("ALTER TABLE t ADD COLUMN b text").await.unwrap();
    acme.batch_execute("INSERT INTO t VALUES (1, 'x')").await.unwrap();
    acme.batch_execute("ROLLBACK TO s").await.unwrap();
    assert_eq!(refused(&acme, "INSERT INTO t (a, b) VALUES (1, 'x')").await.0, "42703");
    acme.batch_execute("ROLLBACK TO s").await.unwrap();
    acme.execute("INSERT INTO t (a) VALUES ($1)", &[&5_i32]).await.unwrap();
    let other = proxy.connect("designer", "acme").await;
    assert_eq!(refused(&other, "SELECT * FROM t").await.0, "42P01");
    acme.batch_execute("COMMIT").await.unwrap();
    assert_eq!(texts(&acme, "SELECT a::text FROM t").await, ["5"]);
    assert_eq!(texts(&other, "SELECT a::text FROM t").await, ["5"]);
    // Two at once: the second is told to try again.
    acme.batch_execute("BEGIN; ALTER TABLE t ADD COLUMN c text").await.unwrap();
    let late = tokio::spawn(async move { refused(&other, "ALTER TABLE t ADD COLUMN d text").await });
    let shard = fleet.shard_client(1).await;
    let blocked =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while shard.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(!late.is_finished(), "it did not wait");
        tokio::task::yield_now().await;
    }
    acme.batch_execute("COMMIT").await.unwrap();
    let (state, _) = late.await.unwrap();
    assert_eq!(state, "40001");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_come_and_go_while_others_read() {
    let (_fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    let reader = proxy.connect("app", "acme").await;
    acme.batch_execute("CREATE TABLE t (a integer NOT NULL, b text DEFAULT 'x'); INSERT INTO t VALUES (1), (2)")
        .await
        .unwrap();
    let statement = reader.prepare("SELECT * FROM t ORDER BY a").await.unwrap();
    assert_eq!(reader.query(&statement, &[]).await.unwrap().len(), 2);
    acme.batch_execute(
        "ALTER TABLE t RENAME COLUMN b TO c; ALTER TABLE t ADD COLUMN d numeric(5,1), ALTER COLUMN c SET NOT NULL",
    )
    .await
    .unwrap();
    acme.batch_execute("INSERT INTO t VALUES (3, DEFAULT, 2.25)").await.unwrap();
    assert_eq!(texts(&reader, "SELECT concat(a, c, d) FROM t ORDER BY a").await, ["1x", "2x", "3x2.3"]);
    assert_eq!(refused(&acme, "INSERT INTO t (a, c) VALUES (4, NULL)").await.0, "23502");
    assert_eq!(
        refused(&acme, "ALTER TABLE t ALTER COLUMN d SET NOT NULL").await,
        ("23502".into(), "column \"d\" of relation \"t\" contains null values".into())
    );
    acme.batch_execute("ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD c text; ALTER TABLE t RENAME TO u")
        .await
        .unwrap();
    assert_eq!(texts(&acme, "SELECT u::text FROM u ORDER BY a").await, ["(1,,)", "(2,,)", "(3,2.3,)"]);
    assert_eq!(refused(&acme, "SELECT * FROM t").await.0, "42P01");
    acme.batch_execute("CREATE INDEX ON u (a); CREATE INDEX by_c ON u (c); COMMENT ON TABLE u IS 'it''s'; COMMENT ON COLUMN u.a IS 'one'").await.unwrap();
    acme.batch_execute("DROP INDEX by_c; DROP TABLE u").await.unwrap();
    assert_eq!(refused(&reader, "SELECT * FROM u").await.0, "42P01");
    for (sql, state) in [
        ("DROP TABLE native", "42501"),
        ("ALTER TABLE native ADD COLUMN x text", "42501"),
        ("CREATE TABLE native (a int)", "42P07"),
        ("CREATE TABLE x (a int, a int)", "42701"),
        ("CREATE TABLE x (ctid int)", "42701"),
        ("CREATE TABLE x (a money)", "0A000"),
        ("CREATE TABLE x (a serial)", "0A000"),
        ("CREATE TABLE x (a int CHECK (a > 0))", "0A000"),
        ("CREATE TABLE x (a int REFERENCES native)", "0A000"),
        ("CREATE TABLE x (a int DEFAULT (SELECT 1))", "0A000"),
        ("CREATE TABLE x (a int DEFAULT 'x'", "42601"),
        ("CREATE TABLE x (a bool DEFAULT 1)", "42804"),
        ("CREATE TABLE x AS SELECT 1", "0A000"),
        ("CREATE TEMP TABLE x (a int)", "0A000"),
        ("CREATE TABLE pg_catalog.x (a int)", "3F000"),
        ("CREATE VIEW v AS SELECT 1", "0A000"),
        ("CREATE EXTENSION dblink", "0A000"),
        ("DROP TABLE nothing", "42P01"),
        ("ALTER TABLE nothing ADD a int", "42P01"),
        ("ALTER SYSTEM SET work_mem = 1", "0A000"),
        ("GRANT ALL ON native TO app", "42501"),
    ] {
        assert_eq!(refused(&acme, sql).await.0, state, "{sql}");
    }
    assert_eq!(refused(&reader, "CREATE TABLE x (a int)").await.0, "42501");
    acme.batch_execute("CREATE TABLE IF NOT EXISTS native (a int); DROP TABLE IF EXISTS nothing").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_smart() {
    let (_fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute("CREATE TABLE a (id text PRIMARY KEY DEFAULT new_key(), n int); CREATE TABLE b (id text PRIMARY KEY DEFAULT new_key())").await.unwrap();
    let ids = texts(&acme, "INSERT INTO a (n) SELECT g FROM generate_series(1, 20) g RETURNING id").await;
    let keys: Vec<orgfold::key::Key> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
    assert!(keys.iter().all(|key| key.prefix().as_str() == "a00" && key.shard() == 1));
    let other: orgfold::key::Key = texts(&acme, "INSERT INTO b DEFAULT VALUES RETURNING id").await[0].parse().unwrap();
    assert_eq!(other.prefix().as_str(), "a01");
    let own = orgfold::key::Key::of_parts(keys[0].prefix(), 9, 12345).unwrap();
    let given =
        texts(&acme, &format!("INSERT INTO a (id, n) VALUES ('{}', 1) RETURNING id", own.long().to_lowercase())).await;
    assert_eq!(given, [own.as_str()]);
    for (id, state) in [(other.as_str(), "22P02"), ("x", "22P02"), (own.as_str(), "23505"), (keys[0].as_str(), "23505")]
    {
        assert_eq!(refused(&acme, &format!("INSERT INTO a (id) VALUES ('{id}')")).await.0, state, "{id}");
    }
    let upsert = format!(
        "INSERT INTO a (id, n) VALUES ('{}', 7) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING n::text",
        own.as_str()
    );
    assert_eq!(texts(&acme, &upsert).await, ["7"]);
    assert_eq!(refused(&acme, "UPDATE a SET id = 'x'").await.0, "0A000");
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_at_once_lose_nothing() {
    let (_fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute(
        "CREATE TABLE counter (k text PRIMARY KEY, n integer NOT NULL DEFAULT 0); INSERT INTO counter VALUES ('a', 0)",
    )
    .await
    .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let client = proxy.connect("app", "acme").await;
        tasks.spawn(async move {
            for _ in 0..100 {
                client.execute("UPDATE counter SET n = n + 1 WHERE k = $1", &[&"a"]).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(texts(&acme, "SELECT n::text FROM counter").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn walls_stand_on_records_too() {
    let (fleet, proxy) = fleet("isolation = \"rls\"\n").await;
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    for (client, name) in [(&acme, "acme"), (&globex, "globex")] {
        client.batch_execute("CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL)").await.unwrap();
        client.execute("INSERT INTO t VALUES (1, $1)", &[&name]).await.unwrap();
        assert_eq!(texts(client, "SELECT name FROM t").await, [name]);
        assert_eq!(
            refused(client, "INSERT INTO t VALUES (1, 'x')").await,
            ("23505".into(), "duplicate key value violates unique constraint \"t_pkey\"".into())
        );
        assert_eq!(refused(client, "INSERT INTO t VALUES (2, NULL)").await.0, "23502");
    }
    // A statement that lost its predicate.
    let runtime = fleet.runtime_client(1).await;
    runtime.batch_execute("SELECT set_config('orgfold.org_id', '1', false)").await.unwrap();
    for relation in ["orgfold.record_p00", "orgfold.object_p00"] {
        let orgs = texts(&runtime, &format!("SELECT DISTINCT org_id::text FROM {relation}")).await;
        assert_eq!(orgs, ["1"], "{relation}");
    }
    let stolen = refused(&runtime, "CALL orgfold.define(3, 1, 'x', '[{\"id\": 1}]', '[]')").await;
    assert_eq!(stolen, ("42501".into(), "the objects of another org".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_hears_within_a_second_and_a_dropped_org_leaves_nothing() {
    let (fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    let second = fleet.proxy().await;
    let elsewhere = second.connect("app", "acme").await;
    acme.batch_execute("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)").await.unwrap();
    let begun = std::time::Instant::now();
    while elsewhere.batch_execute("SELECT a FROM t").await.is_err() {
        assert!(begun.elapsed().as_secs() < 1, "a second has passed");
        tokio::task::yield_now().await;
    }
    acme.batch_execute("DELETE FROM t; INSERT INTO t VALUES (2)").await.unwrap();
    drop((acme, elsewhere));
    let shard = fleet.shard_client(1).await;
    let log = "SELECT string_agg(by || ': ' || operation, ', ') FROM orgfold.metadata_log";
    assert_eq!(texts(&shard, log).await, ["designer: CREATE TABLE t (a integer)"]);
    let counts = "SELECT concat_ws(' ', (SELECT count(*) FROM orgfold.record), (SELECT count(*) FROM orgfold.record_bin), \
        (SELECT count(*) FROM orgfold.object), (SELECT count(*) FROM orgfold.metadata), (SELECT count(*) FROM orgfold.metadata_log))";
    assert_eq!(texts(&shard, counts).await, ["1 1 1 1 1"]);
    fleet.operations().await.drop_org("acme", &fleet.config()).await.unwrap();
    assert_eq!(texts(&shard, counts).await, ["0 0 0 0 0"]);
}
