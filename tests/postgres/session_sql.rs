//! Cursors, PREPARE, EXPLAIN, LISTEN, advisory locks and sequences through the proxy: each org's own.

use futures_util::future::poll_fn;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, SimpleQueryMessage};

use crate::fleet::{Fleet, PASSWORD};

const SCHEMA: &str = "CREATE TABLE job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, done boolean DEFAULT false);";

/// Three orgs, the first and the last on one shard, with the same rows but for the name.
async fn fleet() -> Fleet {
    Fleet::with().ddl(SCHEMA).orgs(&["acme", "other", "globex"]).role("app", &[]).start().await
}

/// Rows of a simple query, values with `|` between; errors as `CODE message`.
async fn rows(client: &Client, sql: &str) -> Vec<String> {
    match client.simple_query(sql).await {
        Ok(messages) => messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    let values: Vec<&str> = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect();
                    Some(values.join("|"))
                }
                _ => None,
            })
            .collect(),
        Err(error) => {
            let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
            vec![format!("{} {}", error.code().code(), error.message())]
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_walk_over_the_orgs_own_rows() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    globex.batch_execute("INSERT INTO job (name) SELECT 'canary' FROM generate_series(1, 9)").await.unwrap();
    acme.batch_execute("INSERT INTO job (name) VALUES ('a'), ('b'), ('c')").await.unwrap();
    acme.batch_execute("BEGIN; DECLARE c SCROLL CURSOR FOR SELECT name FROM job ORDER BY name").await.unwrap();
    assert_eq!(rows(&acme, "FETCH 2 FROM c").await, ["a", "b"]);
    assert_eq!(rows(&acme, "FETCH ALL c").await, ["c"]);
    assert_eq!(rows(&acme, "FETCH BACKWARD 2 IN c").await, ["c", "b"]);
    assert_eq!(rows(&acme, "MOVE ABSOLUTE 0 IN c; FETCH NEXT FROM c").await, ["a"]);
    acme.batch_execute("CLOSE c").await.unwrap();
    assert_eq!(rows(&acme, "FETCH c").await, ["34000 cursor \"c\" does not exist"]);
    acme.batch_execute("ROLLBACK").await.unwrap();
    // A cursor ends with its transaction, and nobody else finds it.
    acme.batch_execute("BEGIN; DECLARE c CURSOR FOR SELECT name FROM job; COMMIT").await.unwrap();
    assert_eq!(rows(&globex, "BEGIN; FETCH ALL FROM c").await, ["34000 cursor \"c\" does not exist"]);
    globex.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(
        rows(&acme, "DECLARE c CURSOR FOR SELECT 1").await,
        ["25P01 DECLARE CURSOR can only be used in transaction blocks"]
    );
    assert_eq!(
        rows(&acme, "DECLARE c CURSOR WITH HOLD FOR SELECT 1").await,
        ["0A000 a cursor WITH HOLD is not supported by orgfold"]
    );
    assert_eq!(rows(&acme, "FETCH orgfold_hidden").await, ["42501 cursor name \"orgfold_hidden\" is reserved"]);
    // Through the extended protocol, with a parameter.
    let mut acme = acme;
    let transaction = acme.transaction().await.unwrap();
    transaction.execute("DECLARE d CURSOR FOR SELECT name FROM job WHERE name > $1 ORDER BY 1", &[&"a"]).await.unwrap();
    let fetched = transaction.query("FETCH ALL FROM d", &[]).await.unwrap();
    assert_eq!(fetched.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn prepared_statements_are_the_sessions_own() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    globex.batch_execute("INSERT INTO job (name) VALUES ('canary'), ('x')").await.unwrap();
    acme.batch_execute("PREPARE add (text) AS INSERT INTO job (name) VALUES ($1) RETURNING name").await.unwrap();
    acme.batch_execute("PREPARE find AS SELECT name FROM job WHERE name >= $1 ORDER BY name").await.unwrap();
    assert_eq!(rows(&acme, "EXECUTE add ('x')").await, ["x"]);
    assert_eq!(rows(&acme, "EXECUTE add (upper('y') || 'z'); EXECUTE find ('a')").await, ["Yz", "x"]);
    assert_eq!(rows(&acme, "PREPARE find AS SELECT 1").await, ["42P05 prepared statement \"find\" already exists"]);
    assert_eq!(rows(&globex, "EXECUTE find ('a')").await, ["26000 prepared statement \"find\" does not exist"]);
    // A fault says where in the client's own text it is, and the transaction can go on behind a savepoint.
    let error = acme.simple_query("PREPARE é AS SELECT nothing FROM job").await.unwrap_err();
    assert_eq!(
        error.as_db_error().and_then(|error| error.position()),
        Some(&tokio_postgres::error::ErrorPosition::Original(21))
    );
    acme.batch_execute("BEGIN; SAVEPOINT s").await.unwrap();
    assert_eq!(
        rows(&acme, "EXECUTE add (NULL)").await,
        ["23502 null value in column \"name\" of relation \"job\" violates not-null constraint"]
    );
    acme.batch_execute("ROLLBACK TO s").await.unwrap();
    assert_eq!(rows(&acme, "EXECUTE add ('z')").await, ["z"]);
    acme.batch_execute("COMMIT; DEALLOCATE find").await.unwrap();
    assert_eq!(rows(&acme, "EXECUTE find ('a')").await, ["26000 prepared statement \"find\" does not exist"]);
    assert_eq!(rows(&acme, "SELECT count(*) FROM job").await, ["3"]);
    acme.batch_execute("DISCARD ALL").await.unwrap();
    assert_eq!(rows(&acme, "EXECUTE add ('q')").await, ["26000 prepared statement \"add\" does not exist"]);
    assert_eq!(rows(&globex, "SELECT count(*) FROM job").await, ["2"]);
}

/// The runtime role's backends on a shard.
async fn backends(shard: &Client) -> Vec<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE usename = 'orgfold_runtime' AND datname = current_database() ORDER BY pid";
    shard.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_forgot_a_prepared_statement_is_kept() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let shard = fleet.shard_client(1).await;
    let acme = proxy.connect("app", "acme").await;
    acme.batch_execute("PREPARE half AS SELECT name, 10 / $1::int FROM job; PREPARE two AS SELECT 2").await.unwrap();
    let before = backends(&shard).await;
    for _ in 0..3 {
        assert_eq!(rows(&acme, "EXECUTE half (1); EXECUTE two").await, ["2"]);
        acme.batch_execute("BEGIN; EXECUTE two; COMMIT").await.unwrap();
    }
    assert_eq!(backends(&shard).await, before);
    // Where the end of it was skipped, the backend would remember: nobody gets that one.
    acme.batch_execute("INSERT INTO job (name) VALUES ('a')").await.unwrap();
    assert_eq!(rows(&acme, "EXECUTE half (0)").await, ["22012 division by zero"]);
    acme.batch_execute("SELECT 1").await.unwrap();
    assert_ne!(backends(&shard).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_shown_in_logical_terms() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    globex.batch_execute("INSERT INTO job (name) SELECT 'canary' FROM generate_series(1, 500)").await.unwrap();
    acme.batch_execute("INSERT INTO job (name) VALUES ('a')").await.unwrap();
    let plan = rows(&acme, "SET enable_seqscan = on; EXPLAIN SELECT * FROM job WHERE name = 'a'").await;
    assert!(plan[0].contains(" on job"), "{plan:?}");
    assert!(plan.iter().any(|line| line.contains("(name = 'a'::text)")), "{plan:?}");
    for sql in [
        "EXPLAIN (ANALYZE, VERBOSE, BUFFERS, TIMING OFF) SELECT * FROM job j WHERE name <> 'x'",
        "EXPLAIN ANALYZE UPDATE job SET done = true RETURNING *",
        "EXPLAIN VERBOSE WITH x AS (SELECT id FROM job) SELECT * FROM x JOIN job USING (id)",
    ] {
        let plan = rows(&acme, sql).await.join("\n");
        for hidden in ["org_id", "_p0", "_p1", "cost=", "Removed", "Buffers", "canary", "500"] {
            assert!(!plan.contains(hidden), "{sql} shows {hidden}:\n{plan}");
        }
        assert!(plan.contains("job"), "{plan}");
    }
    assert_eq!(rows(&acme, "SELECT done FROM job").await, ["t"]);
    assert_eq!(rows(&globex, "SELECT count(*) FROM job WHERE done").await, ["0"]);
    assert_eq!(
        rows(&acme, "EXPLAIN (FORMAT JSON) SELECT 1").await,
        ["0A000 EXPLAIN in another format than TEXT is not supported by orgfold"]
    );
}

/// A client and what it is notified of.
async fn listener(port: u16, org: &str) -> (Client, tokio::sync::mpsc::UnboundedReceiver<(String, String)>) {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("app").password(PASSWORD).dbname(org);
    let (client, mut connection) = config.connect(NoTls).await.unwrap();
    let (say, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                let _ = say.send((notification.channel().to_owned(), notification.payload().to_owned()));
            }
        }
    });
    (client, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_belong_to_the_org() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let (acme, mut at_acme) = listener(proxy.port(), "acme").await;
    let (globex, mut at_globex) = listener(proxy.port(), "globex").await;
    acme.batch_execute("LISTEN jobs").await.unwrap();
    globex.batch_execute("LISTEN jobs").await.unwrap();
    acme.batch_execute("NOTIFY jobs, 'for acme'").await.unwrap();
    globex.batch_execute("SELECT pg_notify('jobs', 'for globex')").await.unwrap();
    assert_eq!(at_acme.recv().await, Some(("jobs".to_owned(), "for acme".to_owned())));
    assert_eq!(at_globex.recv().await, Some(("jobs".to_owned(), "for globex".to_owned())));
    // What was rolled back was never said; in a transaction nothing is heard.
    acme.batch_execute("BEGIN; NOTIFY jobs, 'never'; ROLLBACK; NOTIFY jobs, 'then'").await.unwrap();
    assert_eq!(at_acme.recv().await, Some(("jobs".to_owned(), "then".to_owned())));
    acme.batch_execute("BEGIN").await.unwrap();
    assert_eq!(rows(&acme, "LISTEN more").await, ["0A000 LISTEN inside a transaction is not supported by orgfold"]);
    acme.batch_execute("ROLLBACK").await.unwrap();
    acme.batch_execute("UNLISTEN jobs").await.unwrap();
    acme.batch_execute("NOTIFY jobs, 'unheard'").await.unwrap();
    acme.batch_execute("LISTEN jobs").await.unwrap();
    acme.batch_execute("NOTIFY jobs, 'heard'").await.unwrap();
    assert_eq!(at_acme.recv().await, Some(("jobs".to_owned(), "heard".to_owned())));
    assert_eq!(rows(&acme, "NOTIFY \"orgfold.3.jobs\", 'x'; SELECT 1").await, ["1"]);
    globex.batch_execute("NOTIFY jobs, 'last'").await.unwrap();
    assert_eq!(at_globex.recv().await, Some(("jobs".to_owned(), "last".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn advisory_locks_belong_to_the_org() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let (acme, second) = (proxy.connect("app", "acme").await, proxy.connect("app", "acme").await);
    let globex = proxy.connect("app", "globex").await;
    acme.batch_execute("BEGIN").await.unwrap();
    assert_eq!(rows(&acme, "SELECT pg_try_advisory_xact_lock(7), pg_try_advisory_xact_lock(1, 2)").await, ["t|t"]);
    assert_eq!(
        rows(&second, "SELECT pg_try_advisory_xact_lock(7), pg_try_advisory_xact_lock_shared(1, 2)").await,
        ["f|f"]
    );
    assert_eq!(rows(&globex, "SELECT pg_try_advisory_xact_lock(7), pg_try_advisory_xact_lock(1, 2)").await, ["t|t"]);
    acme.batch_execute("COMMIT").await.unwrap();
    assert_eq!(rows(&second, "SELECT pg_try_advisory_xact_lock(7)").await, ["t"]);
    assert!(rows(&acme, "SELECT pg_advisory_lock(7)").await[0].starts_with("42501"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sequences_are_drawn_from_by_name() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let acme = proxy.connect("app", "acme").await;
    let drawn = rows(&acme, "SELECT nextval('job_id_seq') < nextval('public.job_id_seq'::regclass)").await;
    assert_eq!(drawn, ["t"]);
    let id = rows(&acme, "SELECT nextval('job_id_seq')").await.remove(0);
    let taken = format!("INSERT INTO job (id, name) OVERRIDING SYSTEM VALUE VALUES ({id}, 'x') RETURNING id");
    assert_eq!(rows(&acme, &taken).await, [id]);
    for refused in ["SELECT nextval('nobody')", "SELECT nextval(name) FROM job", "SELECT setval('job_id_seq', 1)"] {
        let answer = rows(&acme, refused).await;
        assert!(
            answer[0].starts_with("42P01") || answer[0].starts_with("0A000") || answer[0].starts_with("42501"),
            "{refused}: {answer:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_told_of_its_own_draws_alone() {
    // One backend for each shard: whatever it remembers, everybody meets.
    let fleet = Fleet::with()
        .ddl(SCHEMA)
        .ddl("CREATE TABLE note (id serial PRIMARY KEY, job bigint, body text);")
        .orgs(&["acme", "other", "globex"])
        .role("app", &[])
        .config("[shards]\npool_size = 1\n")
        .start()
        .await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    let undrawn = "55000 currval of sequence \"job_id_seq\" is not yet defined in this session";
    assert_eq!(rows(&acme, "SELECT currval('job_id_seq')").await, [undrawn]);
    assert_eq!(rows(&acme, "SELECT lastval()").await, ["55000 lastval is not yet defined in this session"]);
    let id = rows(&acme, "INSERT INTO job (name) VALUES ('a') RETURNING id").await;
    // The backend came back to the same session.
    assert_eq!(rows(&acme, "SELECT currval('job_id_seq')").await, id);
    // Another org's session, on the same backend, learns nothing of it, in either protocol.
    assert_eq!(rows(&globex, "SELECT currval('job_id_seq')").await, [undrawn]);
    let error = globex.query("SELECT lastval()", &[]).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.code()), Some("55000"));
    assert_eq!(rows(&globex, "SELECT lastval()").await, ["55000 lastval is not yet defined in this session"]);
    let theirs = rows(&globex, "INSERT INTO job (name) VALUES ('b') RETURNING id").await;
    assert_ne!(theirs, id);
    // Now the first session's draw is forgotten: that is said, and no other number.
    let lost = "0A000 currval and lastval after the transaction that drew are not supported by orgfold";
    for sql in [
        "SELECT currval('job_id_seq')",
        "SELECT lastval()",
        "SELECT currval(pg_get_serial_sequence('job', 'id'))",
        "SELECT pg_catalog.currval('public.job_id_seq'::regclass)",
        "BEGIN; SELECT lastval()",
    ] {
        assert_eq!(rows(&acme, sql).await, [lost], "{sql}");
        acme.batch_execute("ROLLBACK").await.unwrap();
    }
    // Asking took the backend over, too.
    assert_eq!(rows(&globex, "SELECT currval('job_id_seq')").await, [lost]);
    // In one transaction it is as in any database, and across statements of one text.
    let answers = rows(
        &acme,
        "BEGIN; INSERT INTO job (name) VALUES ('p');
         INSERT INTO note (job, body) VALUES (currval('job_id_seq'), 'x') RETURNING job = currval('job_id_seq');
         SELECT lastval() = currval('note_id_seq'), currval('Public.\"job_id_seq\"') < currval('note_id_seq')::bigint + 1000000;
         COMMIT",
    )
    .await;
    assert_eq!(answers, ["t", "t|t"]);
    assert_eq!(rows(&globex, "SELECT currval('note_id_seq')").await, [lost]);
    assert_eq!(rows(&acme, "SELECT currval('job_id_seq') = 1 FROM job WHERE false").await, Vec::<String>::new());
    // A prepared insert draws too, and an error before the backend forgot keeps it from being believed.
    acme.batch_execute("PREPARE add AS INSERT INTO job (name) VALUES ($1)").await.unwrap();
    assert_eq!(rows(&globex, "INSERT INTO note (body) VALUES ('g'); SELECT 1").await, ["1"]);
    assert_eq!(rows(&acme, "EXECUTE add ('q'); SELECT currval('job_id_seq') = max(id) FROM job").await, ["t"]);
    let error = acme.query("SELECT currval('nobody')", &[]).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.code()), Some("42P01"));
    acme.batch_execute("DISCARD ALL").await.unwrap();
    assert_eq!(rows(&acme, "SELECT lastval()").await, ["55000 lastval is not yet defined in this session"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn set_config_by_itself_is_set() {
    let fleet = fleet().await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    assert_eq!(rows(&acme, "SELECT set_config('TimeZone', 'Asia/Tokyo', false)").await, ["Asia/Tokyo"]);
    // It follows the session, and no other finds it on the backend.
    for _ in 0..3 {
        assert_eq!(rows(&globex, "SHOW timezone; SELECT 1").await.len(), 2);
        assert_ne!(rows(&globex, "SHOW timezone").await, ["Asia/Tokyo"]);
        assert_eq!(rows(&acme, "SHOW timezone").await, ["Asia/Tokyo"]);
    }
    assert_eq!(rows(&acme, "BEGIN; SELECT set_config('timezone', 'UTC', true)").await, ["UTC"]);
    acme.batch_execute("COMMIT").await.unwrap();
    assert_eq!(rows(&acme, "SHOW timezone").await, ["Asia/Tokyo"]);
    acme.batch_execute("BEGIN; SELECT set_config('timezone', 'UTC', false); ROLLBACK").await.unwrap();
    assert_eq!(rows(&acme, "SHOW timezone").await, ["Asia/Tokyo"]);
    for refused in [
        "SELECT set_config('role', 'postgres', false)",
        "SELECT set_config('orgfold.org_id', '3', true)",
        "SELECT set_config('orgfold.org', 'globex', false)",
        "SELECT set_config('search_path', 'public', false)",
        "SELECT set_config('cpu_operator_cost', '0', false)",
        "SELECT set_config('time' || 'zone', 'UTC', false)",
        "SELECT set_config('timezone', 'UTC', false), 1",
        "SELECT set_config('timezone', 'UTC', false) FROM job",
    ] {
        assert!(rows(&acme, refused).await[0].starts_with("42501"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_its_own_names() {
    let ddl = format!("{SCHEMA} CREATE VIEW mine AS SELECT current_user AS me, job.id FROM job;");
    let fleet =
        Fleet::with().ddl(&ddl).orgs(&["acme", "other", "globex"]).role("app", &[]).role("O'Hara", &[]).start().await;
    let mut config = fleet.config();
    config.shards.pool_size = 1;
    let proxy = fleet.proxy_with(config).await;
    let (app, hara) = (proxy.connect("app", "acme").await, proxy.connect("O'Hara", "globex").await);
    let sql = "SELECT current_user, session_user, user, current_role, current_catalog, current_database()";
    for _ in 0..2 {
        assert_eq!(rows(&app, sql).await, ["app|app|app|app|acme|acme"]);
        assert_eq!(rows(&hara, sql).await, ["O'Hara|O'Hara|O'Hara|O'Hara|globex|globex"]);
    }
    let row = app.query_one(sql, &[]).await.unwrap();
    let names: Vec<_> = row.columns().iter().map(|column| (column.name(), column.type_().name())).collect();
    let words = ["current_user", "session_user", "user", "current_role", "current_catalog", "current_database"];
    assert_eq!(names, words.map(|word| (word, "name")));
    assert_eq!(row.get::<_, &str>(0), "app");

    app.batch_execute("INSERT INTO job (name) VALUES ('a')").await.unwrap();
    assert_eq!(rows(&app, "SELECT me FROM mine").await, ["app"]);
    assert_eq!(
        rows(&app, "SELECT rolname FROM pg_roles UNION ALL SELECT datname FROM pg_database").await,
        ["app", "acme"]
    );
    assert_eq!(rows(&app, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").await, ["app"]);
    assert_eq!(rows(&app, "SELECT DISTINCT table_catalog FROM information_schema.tables").await, ["acme"]);
    let asked = "SELECT has_table_privilege('app', 'job', 'SELECT'), has_database_privilege('acme', 'CONNECT'), \
                 pg_get_userbyid('app'::regrole::oid), pg_has_role('app', 'MEMBER')";
    assert_eq!(rows(&app, asked).await, ["t|t|app|t"]);
    for other in ["has_table_privilege('O''Hara', 'job', 'SELECT')", "has_database_privilege('globex', 'CONNECT')"] {
        let answer = rows(&app, &format!("SELECT {other}")).await;
        assert!(answer[0].contains("does not exist"), "{answer:?}");
    }

    // What a transaction or a prepared statement asks, and after an error.
    app.batch_execute("BEGIN; SAVEPOINT a").await.unwrap();
    assert_eq!(rows(&app, "SELECT current_user").await, ["app"]);
    app.batch_execute("ROLLBACK TO a").await.unwrap();
    assert_eq!(rows(&app, "SELECT current_user").await, ["app"]);
    app.batch_execute("DECLARE c CURSOR FOR SELECT current_user, name FROM job").await.unwrap();
    assert_eq!(rows(&app, "FETCH ALL FROM c").await, ["app|a"]);
    assert!(app.batch_execute("SELECT 1 / 0").await.is_err());
    app.batch_execute("ROLLBACK; PREPARE p AS SELECT current_user, count(*) FROM job").await.unwrap();
    assert_eq!(rows(&hara, "SELECT current_user").await, ["O'Hara"]);
    assert_eq!(rows(&app, "EXECUTE p").await, ["app|1"]);
    assert_eq!(
        rows(&app, "SELECT current_setting('orgfold.role')").await,
        ["42501 permission denied to examine \"orgfold.role\""]
    );
}
