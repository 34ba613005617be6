//! The proxy, asked by real clients.

use std::process::Command;

use tokio_postgres::SimpleQueryMessage;

use crate::fleet::{Fleet, PASSWORD, RunningProxy};

const SCHEMA: &str = "
    CREATE TABLE customer (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
    CREATE TABLE invoice (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        no integer NOT NULL UNIQUE,
        customer_id bigint REFERENCES customer,
        total numeric(12,2) CHECK (total >= 0)
    );
";

async fn fleet() -> (Fleet, RunningProxy) {
    let fleet =
        Fleet::with().ddl(SCHEMA).orgs(&["acme", "globex"]).role("app", &[]).role("one", &["acme"]).start().await;
    let proxy = fleet.proxy().await;
    (fleet, proxy)
}

fn psql(fleet: &Fleet, proxy: &RunningProxy, org: &str, args: &[&str]) -> (String, String) {
    let output = Command::new(fleet.tool("psql"))
        .args(["-X", "-h", "127.0.0.1", "-p", &proxy.port().to_string(), "-U", "app", "-d", org, "-At"])
        .args(args)
        .env("PGPASSWORD", PASSWORD)
        .env("PGCONNECT_TIMEOUT", "10")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_sees_its_own_org_only() {
    let (fleet, proxy) = fleet().await;
    let run = |org: &str, sql: &str| psql(&fleet, &proxy, org, &["-c", sql]);
    assert_eq!(run("acme", "INSERT INTO customer VALUES (1, 'a'), (2, 'b')"), ("INSERT 0 2".into(), String::new()));
    assert_eq!(run("globex", "INSERT INTO customer VALUES (1, 'g')"), ("INSERT 0 1".into(), String::new()));
    assert_eq!(run("acme", "SELECT * FROM customer ORDER BY id").0, "1|a\n2|b");
    assert_eq!(run("globex", "TABLE customer").0, "1|g");
    assert_eq!(run("globex", "DELETE FROM customer").0, "DELETE 1");
    assert_eq!(run("acme", "SELECT count(*) FROM customer").0, "2");
    assert_eq!(
        run("acme", "INSERT INTO invoice (no, customer_id, total) VALUES (7, 1, 1.5) RETURNING no, total").0,
        "7|1.50\nINSERT 0 1"
    );
    assert_eq!(run("acme", "TRUNCATE customer, invoice").0, "TRUNCATE TABLE");
    assert_eq!(run("acme", "SELECT count(*) FROM customer").0, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_logical_and_point_into_the_clients_text() {
    let (fleet, proxy) = fleet().await;
    let fails = |sql: &str| psql(&fleet, &proxy, "acme", &["-v", "VERBOSITY=verbose", "-c", sql]).1;
    psql(&fleet, &proxy, "acme", &["-c", "INSERT INTO customer VALUES (1, 'a')"]);
    let unique = fails("INSERT INTO customer VALUES (1, 'x')");
    assert!(
        unique.contains("23505") && unique.contains("\"customer_pkey\"") && unique.contains("Key (id)=(1)"),
        "{unique}"
    );
    let foreign = fails("INSERT INTO invoice (no, customer_id) VALUES (1, 99)");
    assert!(foreign.contains("23503") && foreign.contains("not present in table \"customer\""), "{foreign}");
    let null = fails("INSERT INTO invoice (no) VALUES (NULL)");
    assert!(null.contains("23502") && null.contains("relation \"invoice\""), "{null}");
    let check = fails("INSERT INTO invoice (no, total) VALUES (1, -1)");
    assert!(check.contains("23514") && check.contains("\"invoice_total_check\""), "{check}");
    let column = fails("SELECT 'ö', nope FROM invoice");
    assert!(column.contains("42703") && column.contains("LINE 1: SELECT 'ö', nope FROM"), "{column}");
    let kind = fails("SELECT no + name FROM invoice, customer");
    assert!(kind.contains("LINE 1: SELECT no + name"), "{kind}");
    let ddl = fails("CREATE TABLE x (a int)");
    assert!(ddl.contains("42501") && ddl.contains("orgfold migrate"), "{ddl}");
    for text in [unique, foreign, null, check, column, kind, ddl] {
        assert!(!text.contains("org_id") && !text.contains("_p0") && !text.contains("_p1"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_second_statement_is_refused_does_nothing() {
    let (_fleet, proxy) = fleet().await;
    let client = proxy.connect("app", "acme").await;
    let error = client.simple_query("INSERT INTO customer VALUES (1, 'a'); DROP TABLE customer").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501");
    let error = client.simple_query("INSERT INTO customer VALUES (1, 'a'); SELECT 1/0").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "22012");
    assert_eq!(client.query_one("SELECT count(*) FROM customer", &[]).await.unwrap().get::<_, i64>(0), 0);
    // Inside a transaction the refusal fails it, as PostgreSQL's own errors do.
    client.simple_query("BEGIN; INSERT INTO customer VALUES (1, 'a')").await.unwrap();
    client.simple_query("DROP TABLE customer").await.unwrap_err();
    let error = client.simple_query("SELECT 1").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "25P02");
    client.simple_query("COMMIT").await.unwrap();
    assert_eq!(client.query_one("SELECT count(*) FROM customer", &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn prepared_statements_outlive_transactions_and_take_every_format() {
    let (_fleet, proxy) = fleet().await;
    let mut client = proxy.connect("app", "acme").await;
    let insert = client.prepare("INSERT INTO customer VALUES ($1, $2)").await.unwrap();
    assert_eq!(insert.params().len(), 2);
    let select = client.prepare("SELECT name FROM customer WHERE id = $1").await.unwrap();
    for id in 0..5i64 {
        assert_eq!(client.execute(&insert, &[&id, &format!("n{id}")]).await.unwrap(), 1);
    }
    let transaction = client.transaction().await.unwrap();
    let name: String = transaction.query_one(&select, &[&3i64]).await.unwrap().get(0);
    assert_eq!(name, "n3");
    let portal = transaction.bind("SELECT id FROM customer ORDER BY id", &[]).await.unwrap();
    let first = transaction.query_portal(&portal, 2).await.unwrap();
    let rest = transaction.query_portal(&portal, 0).await.unwrap();
    assert_eq!((first.len(), rest.len()), (2, 3));
    transaction.rollback().await.unwrap();
    // Pipelined: three at once on one connection.
    let (a, b, c) = tokio::join!(
        client.query_one(&select, &[&1i64]),
        client.query_one("SELECT nope", &[]),
        client.query_one(&select, &[&2i64])
    );
    assert_eq!((a.unwrap().get::<_, String>(0), c.unwrap().get::<_, String>(0)), ("n1".into(), "n2".into()));
    assert_eq!(b.unwrap_err().code().unwrap().code(), "42703");
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_goes_both_ways() {
    use futures_util::{SinkExt, StreamExt};
    let (fleet, proxy) = fleet().await;
    let client = proxy.connect("app", "acme").await;
    let sink = client.copy_in("COPY customer (id, name) FROM STDIN").await.unwrap();
    futures_util::pin_mut!(sink);
    sink.send(bytes::Bytes::from_static(b"1\tone\n2\ttwo\n")).await.unwrap();
    assert_eq!(sink.finish().await.unwrap(), 2);
    let rows: Vec<_> = client.copy_out("COPY customer TO STDOUT").await.unwrap().collect().await;
    let bytes: Vec<u8> = rows.into_iter().flat_map(|row| row.unwrap()).collect();
    assert_eq!(bytes, b"1\tone\n2\ttwo\n");
    // A failed COPY leaves the session usable.
    let sink = client.copy_in("COPY customer FROM STDIN").await.unwrap();
    futures_util::pin_mut!(sink);
    sink.send(bytes::Bytes::from_static(b"x\ty\n")).await.unwrap();
    let error = sink.finish().await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "22P02");
    assert_eq!(error.as_db_error().unwrap().where_(), Some("COPY customer, line 1, column id: \"x\""));
    assert_eq!(client.query_one("SELECT count(*) FROM customer", &[]).await.unwrap().get::<_, i64>(0), 2);
    // psql's \copy, in the old grammar.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, "id,name\n5,\"a,b\"\n").unwrap();
    let copy = format!("\\copy customer from '{}' csv header", file.display());
    assert_eq!(psql(&fleet, &proxy, "globex", &["-c", &copy]), ("COPY 1".into(), String::new()));
    assert_eq!(psql(&fleet, &proxy, "globex", &["-c", "TABLE customer"]).0, "5|a,b");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_come_in() {
    let (fleet, proxy) = fleet().await;
    let code = |error: tokio_postgres::Error| error.code().unwrap().code().to_owned();
    let refused = async |role: &str, org: &str| code(proxy.try_connect(role, org).await.err().unwrap());
    assert_eq!(refused("nobody", "acme").await, "28P01");
    let wrong = proxy.settings("app", "acme").password("wrong").connect(tokio_postgres::NoTls).await.err().unwrap();
    assert_eq!(code(wrong), "28P01");
    assert_eq!(refused("app", "nowhere").await, "3D000");
    // To a role with a list, another's org and no org at all are the same.
    assert_eq!((refused("one", "globex").await, refused("one", "nowhere").await), ("28000".into(), "28000".into()));
    fleet.operations().await.suspend_org("acme").await.unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while proxy.try_connect("app", "acme").await.is_ok() {
        assert!(std::time::Instant::now() < until, "the suspension was not heard of");
    }
    assert_eq!(refused("app", "acme").await, "28000");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_org_there_is_no_org_data() {
    let (_fleet, proxy) = fleet().await;
    let client = proxy.connect("app", "-").await;
    assert_eq!(client.query_one("SELECT 1", &[]).await.unwrap().get::<_, i32>(0), 1);
    let error = client.simple_query("SELECT * FROM customer").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "28000");
    assert!(error.as_db_error().unwrap().hint().unwrap().contains("orgfold.org"));
    client.batch_execute("SET orgfold.org = 'globex'").await.unwrap();
    client.simple_query("INSERT INTO customer VALUES (1, 'g')").await.unwrap();
    let shown = client.simple_query("SHOW orgfold.org").await.unwrap();
    assert!(
        shown.iter().any(|message| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("globex")))
    );
    client.batch_execute("BEGIN").await.unwrap();
    assert_eq!(client.batch_execute("SET orgfold.org = 'acme'").await.unwrap_err().code().unwrap().code(), "25001");
    client.batch_execute("ROLLBACK; ").await.unwrap();
    client.batch_execute("SET orgfold.org = 'acme'").await.unwrap();
    assert_eq!(client.query_one("SELECT count(*) FROM customer", &[]).await.unwrap().get::<_, i64>(0), 0);
    let one = proxy.connect("one", "acme").await;
    assert_eq!(one.batch_execute("SET orgfold.org = 'globex'").await.unwrap_err().code().unwrap().code(), "28000");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_follow_the_client_and_roll_back() {
    let (_fleet, proxy) = fleet().await;
    let client = proxy.connect("app", "acme").await;
    let other = proxy.connect("app", "acme").await;
    let zone = async |client: &tokio_postgres::Client| {
        let rows = client.simple_query("SHOW timezone").await.unwrap();
        rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    };
    client.batch_execute("SET timezone = 'Asia/Tokyo'").await.unwrap();
    let default = zone(&other).await;
    assert_ne!(default.as_deref(), Some("Asia/Tokyo"));
    assert_eq!(zone(&client).await.as_deref(), Some("Asia/Tokyo"));
    client.batch_execute("BEGIN").await.unwrap();
    client.batch_execute("SET timezone = 'UTC'").await.unwrap();
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(zone(&client).await.as_deref(), Some("Asia/Tokyo"));
    client.batch_execute("RESET timezone").await.unwrap();
    assert_eq!(zone(&client).await, default);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_stops_what_runs() {
    let (_fleet, proxy) = fleet().await;
    let client = proxy.connect("app", "acme").await;
    let token = client.cancel_token();
    let sleeping = client.simple_query("SELECT pg_sleep(60)");
    let cancel = async {
        // Until the statement runs there is nothing to cancel: ask until it is.
        loop {
            token.cancel_query(tokio_postgres::NoTls).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let error = tokio::select! { done = sleeping => done.unwrap_err(), () = cancel => unreachable!() };
    assert_eq!(error.code().unwrap().code(), "57014");
    assert_eq!(client.query_one("SELECT 1", &[]).await.unwrap().get::<_, i32>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_psql_stops_the_statement() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let (fleet, proxy) = fleet().await;
    let mut child = Command::new(fleet.tool("psql"))
        .args(["-X", "-h", "127.0.0.1", "-p", &proxy.port().to_string(), "-U", "app", "-d", "acme", "-At"])
        .env("PGPASSWORD", PASSWORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    input.write_all(b"\\timing on\nSELECT 'ready';\n").unwrap();
    let mut line = String::new();
    while !line.contains("ready") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "psql ended early");
    }
    input.write_all(b"SELECT pg_sleep(60);\n").unwrap();
    drop(input);
    // Until the statement runs there is nothing to stop: ask until it is over.
    let id = child.id().to_string();
    let done = std::thread::spawn(move || child.wait_with_output().unwrap());
    let shards = [fleet.shard_client(1).await, fleet.shard_client(2).await];
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' \
                    AND state = 'active' AND pid <> pg_backend_pid()";
    let mut running = false;
    while !running {
        for shard in &shards {
            running |= shard.query_one(sleeping, &[]).await.unwrap().get::<_, i64>(0) > 0;
        }
        assert!(!done.is_finished(), "psql ended early");
    }
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut rest = String::new();
    while output.read_line(&mut rest).unwrap() > 0 {}
    let ended = done.join().unwrap();
    let errors = String::from_utf8(ended.stderr).unwrap();
    assert!(errors.contains("canceling statement due to user request"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_changes_what_rows_and_results_are() {
    let fleet = Fleet::with()
        .ddl(
            "CREATE TYPE mood AS ENUM ('ok');
             CREATE TABLE part (id bigint PRIMARY KEY, n integer, how mood);
             CREATE VIEW cheap AS SELECT id FROM part;",
        )
        .orgs(&["acme"])
        .role("app", &[])
        .start()
        .await;
    let mut config = fleet.config();
    config.shards.pool_size = 1;
    config.directory.poll_ms = 50;
    let proxy = fleet.proxy_with(config).await;
    let client = proxy.connect("app", "acme").await;
    client.batch_execute("INSERT INTO part VALUES (1, 2, 'ok')").await.unwrap();
    let asked = [
        "SELECT n FROM part WHERE id = $1",
        "SELECT p FROM part p WHERE id = $1",
        "SELECT c FROM cheap c WHERE id = $1",
    ];
    // What the server calls the type, and how many columns it says that a row has.
    let answers = async |client: &tokio_postgres::Client| {
        let mut all = Vec::new();
        for sql in asked {
            let row = client.query_one(sql, &[&1_i64]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            let kind = match row.columns()[0].type_().kind() {
                tokio_postgres::types::Kind::Composite(fields) => fields.len(),
                _simple => 0,
            };
            all.push(format!("{} {kind}", row.columns()[0].type_().name()));
        }
        all
    };
    assert_eq!(answers(&client).await, ["int4 0", "part 3", "cheap 1"]);
    fleet
        .migrate(&[(
            "9.sql",
            "ALTER TABLE part ALTER COLUMN n TYPE bigint, ADD COLUMN extra text; ALTER TYPE mood ADD VALUE 'fine';
             CREATE OR REPLACE VIEW cheap AS SELECT id, n FROM part;",
        )])
        .await;
    // Another session knows no types yet; it gets the same backend.
    let changed = async {
        loop {
            let other = proxy.connect("app", "acme").await;
            if answers(&other).await == ["int8 0", "part 4", "cheap 2"] {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), changed).await.expect("the new catalog is read");
    assert!(client.batch_execute("SELECT p, c FROM part p, cheap c").await.is_ok());

    fleet
        .migrate(&[(
            "9a.sql",
            "DROP VIEW cheap; ALTER TABLE part DROP COLUMN how; DROP TYPE mood; ALTER TABLE part RENAME TO piece",
        )])
        .await;
    let shard = fleet.shard_client(1).await;
    let names = shard
        .query(
            "SELECT typname::text FROM pg_type WHERE typnamespace = 'orgfold_rows'::regnamespace AND typtype = 'c'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(names.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["piece"]);
}
