//! References between objects: what PostgreSQL's foreign keys do, they do, with the same words; under concurrency too.

use tokio_postgres::Client;
use tokio_postgres::error::DbError;

use crate::fleet::{Fleet, RunningProxy};
use crate::objects::designer;

async fn fleet(config: &str) -> (Fleet, RunningProxy) {
    let config = format!("[migrate]\nleaves = 1\n{config}");
    let ddl = "CREATE TABLE native (id integer PRIMARY KEY);";
    let fleet =
        Fleet::with().ddl(ddl).orgs(&["acme", "other", "globex"]).role("app", &[]).config(&config).start().await;
    designer(&fleet).await;
    let proxy = fleet.proxy().await;
    (fleet, proxy)
}

/// The same on both sides; what differs is told.
const DDL: &str = "
CREATE TABLE account (id integer PRIMARY KEY, name text UNIQUE, boss integer REFERENCES account);
CREATE TABLE contact (id text PRIMARY KEY, account_id integer NOT NULL REFERENCES account ON DELETE CASCADE, n integer);
CREATE TABLE note (id bigint PRIMARY KEY, contact text CONSTRAINT of_contact REFERENCES contact(id) ON DELETE SET NULL, body text,
    who text, FOREIGN KEY (who) REFERENCES account (name) ON DELETE RESTRICT);
CREATE TABLE strict (note_id bigint REFERENCES note ON UPDATE NO ACTION ON DELETE NO ACTION);
";

const STATEMENTS: &str = "
INSERT INTO account VALUES (1, 'a', NULL), (2, 'b', 1), (3, 'c', 3)
INSERT INTO account VALUES (5, 'e', 6), (6, 'f', 5)
INSERT INTO account VALUES (4, 'd', 9)
INSERT INTO contact VALUES ('x', 1, 0), ('y', 2, 0), ('z', 2, 1)
INSERT INTO contact VALUES ('w', 7)
INSERT INTO contact VALUES ('w', NULL)
INSERT INTO note VALUES (1, 'x', 'one', 'a'), (2, 'y', 'two', NULL), (3, NULL, 'three', 'b'), (4, 'x', 'four', NULL)
INSERT INTO note VALUES (5, 'none', 'five', NULL)
INSERT INTO note VALUES (5, NULL, 'five', 'nobody')
INSERT INTO strict VALUES (1), (NULL), (2)
UPDATE contact SET account_id = 8 WHERE id = 'x'
UPDATE contact SET account_id = 3 WHERE id = 'x'
UPDATE contact SET account_id = account_id, n = 5
DELETE FROM account WHERE id = 1
DELETE FROM account WHERE id = 2
UPDATE account SET id = 9 WHERE id = 3
UPDATE account SET id = id, name = 'cc' WHERE id = 3
UPDATE account SET name = 'aa' WHERE id = 1
DELETE FROM note WHERE id = 1
DELETE FROM contact WHERE id = 'x'
SELECT * FROM note ORDER BY id
DELETE FROM strict WHERE note_id = 1
DELETE FROM note WHERE id = 1 RETURNING *
DELETE FROM account WHERE id IN (1, 2)
DELETE FROM account WHERE id = 5
DELETE FROM account WHERE id IN (5, 6)
SELECT * FROM account ORDER BY id
DELETE FROM account WHERE id = 3 RETURNING id
SELECT * FROM contact ORDER BY id
UPDATE account SET boss = NULL WHERE id = 2
DELETE FROM account WHERE id = 1
DELETE FROM note WHERE id = 3
DELETE FROM account WHERE id = 2
SELECT * FROM contact ORDER BY id
SELECT * FROM note ORDER BY id
INSERT INTO account VALUES (1, 'a', NULL), (2, 'b', 1)
DELETE FROM account WHERE id = 2
INSERT INTO contact VALUES ('q', 1, 1) ON CONFLICT (id) DO UPDATE SET account_id = 2 RETURNING account_id
INSERT INTO account VALUES (2, 'b', 1)
INSERT INTO contact VALUES ('q', 2, 1) ON CONFLICT (id) DO UPDATE SET account_id = 99 RETURNING account_id
SELECT c.id, a.name FROM contact c JOIN account a ON a.id = c.account_id ORDER BY 1
TRUNCATE account
DROP TABLE account
DROP TABLE note
ALTER TABLE account DROP COLUMN name
ALTER TABLE account RENAME TO client
ALTER TABLE client RENAME COLUMN id TO no
INSERT INTO contact VALUES ('r', 77)
DELETE FROM client WHERE no = 1
ALTER TABLE note ADD COLUMN more integer REFERENCES client ON DELETE CASCADE
INSERT INTO note (id, more) VALUES (10, 55)
INSERT INTO note (id, more) VALUES (10, 1)
ALTER TABLE note DROP COLUMN more
CREATE TABLE bad (a integer REFERENCES nothing)
CREATE TABLE bad (a integer REFERENCES client (boss))
CREATE TABLE bad (a text REFERENCES client)
CREATE TABLE bad (a integer REFERENCES strict)
CREATE TABLE bad (a integer REFERENCES client (nothing))
CREATE TABLE bad (a integer, FOREIGN KEY (b) REFERENCES client)
DROP TABLE client CASCADE
INSERT INTO contact VALUES ('r', 77)
UPDATE contact SET account_id = 78 WHERE id = 'r'
SELECT * FROM contact ORDER BY id
DROP TABLE strict, note, contact
";

fn told(error: &DbError) -> String {
    let of = |text: Option<&str>| text.unwrap_or("-").to_owned();
    format!(
        "{} {} / {} / {} / {} {}",
        error.code().code(),
        error.message(),
        of(error.detail()),
        of(error.hint()),
        of(error.table()),
        of(error.constraint())
    )
}

async fn outcome(client: &Client, sql: &str) -> String {
    match client.simple_query(sql).await {
        Err(error) => told(error.as_db_error().unwrap()),
        Ok(messages) => {
            let shown = messages.iter().map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => {
                    (0..row.len()).map(|at| row.get(at).unwrap_or("null")).collect::<Vec<_>>().join("|")
                }
                tokio_postgres::SimpleQueryMessage::CommandComplete(count) => format!("{count} rows"),
                _ => String::new(),
            });
            shown.collect::<Vec<_>>().join("\n")
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn references_are_foreign_keys() {
    let (fleet, proxy) = fleet("").await;
    let (alone, connection) = fleet.private_of_runtime("").await.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    for client in [&alone, &acme, &globex] {
        client.batch_execute(DDL).await.unwrap();
    }
    // The neighbour has what acme lacks.
    globex
        .batch_execute("INSERT INTO account SELECT n, n::text, n FROM generate_series(1, 99) n; INSERT INTO contact VALUES ('none', 1); \
            INSERT INTO note VALUES (77, 'none', 'x', '7'); INSERT INTO strict VALUES (77)")
        .await
        .unwrap();
    let theirs = "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM contact), (SELECT count(*) FROM note), (SELECT count(*) FROM strict)";
    let before = outcome(&globex, theirs).await;
    let mut differences = Vec::new();
    for sql in STATEMENTS.lines().filter(|line| !line.is_empty()) {
        let (wanted, got) = (outcome(&alone, sql).await, outcome(&acme, sql).await);
        if wanted != got {
            differences.push(format!("{sql}\n  alone:   {wanted}\n  through: {got}"));
        }
        if let Some(drift) = drift(&fleet).await {
            differences.push(format!("{sql}\n  drift: {drift}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(outcome(&globex, theirs).await, before);
}

/// References and the pivot, compared: what only one of them has.
const DRIFT: &str = "
    WITH refs AS (
        SELECT r.org_id, s.value AS target, r.id AS source, s.n::smallint AS slot FROM orgfold.record r
        JOIN orgfold.object o USING (org_id, object_id)
        CROSS JOIN LATERAL unnest(ARRAY[r.ref_1, r.ref_2, r.ref_3, r.ref_4, r.ref_5, r.ref_6, r.ref_7, r.ref_8]) WITH ORDINALITY AS s (value, n)
        WHERE s.value IS NOT NULL AND o.live AND o.refs ? s.n::text),
    pivot AS (
        SELECT p.org_id, p.target, p.source, p.slot FROM orgfold.pivot_reference p JOIN orgfold.object o USING (org_id, object_id)
        WHERE o.live AND o.refs ? p.slot::text)
    SELECT string_agg(d::text, ', ') FROM (
        (SELECT 'no pivot', * FROM refs EXCEPT SELECT 'no pivot', * FROM pivot) UNION ALL
        (SELECT 'no record', * FROM pivot EXCEPT SELECT 'no record', * FROM refs)) AS d";

pub async fn drift(fleet: &Fleet) -> Option<String> {
    fleet.shard_client(1).await.query_one(DRIFT, &[]).await.unwrap().get(0)
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    client
        .query(sql, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get::<_, Option<String>>(0).unwrap_or_default())
        .collect()
}

async fn code(client: &Client, sql: &str) -> String {
    let error = client.batch_execute(sql).await.expect_err(sql);
    error.code().unwrap().code().to_owned()
}

const SMART: &str = "
    CREATE TABLE person (id text PRIMARY KEY DEFAULT new_key(), name text);
    CREATE TABLE firm (id text PRIMARY KEY DEFAULT new_key(), name text, head text REFERENCES person ON DELETE SET NULL);
    CREATE TABLE event (id text PRIMARY KEY DEFAULT new_key(), about text REFERENCES ANY (person, firm) ON DELETE CASCADE, tie text REFERENCES ANY);
    INSERT INTO person (name) VALUES ('Ada'), ('Bo');";

#[tokio::test(flavor = "multi_thread")]
async fn keys_refer_to_records_of_one_object_or_of_several() {
    for config in ["", "isolation = \"rls\"\n"] {
        let (fleet, proxy) = fleet(config).await;
        let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
        for client in [&acme, &globex] {
            client.batch_execute(SMART).await.unwrap();
        }
        let persons = texts(&acme, "SELECT id FROM person ORDER BY name").await;
        let theirs = texts(&globex, "SELECT id FROM person ORDER BY name").await;
        let long = persons[0].parse::<orgfold::key::Key>().unwrap().long();
        // The longer form of a key is the same key.
        let firm = texts(
            &acme,
            &format!("INSERT INTO firm (name, head) VALUES ('x', '{}') RETURNING id", long.to_lowercase()),
        )
        .await
        .remove(0);
        assert_eq!(texts(&acme, "SELECT p.name FROM firm f JOIN person p ON p.id = f.head").await, ["Ada"]);
        for (value, state) in [
            (theirs[0].as_str(), "23503"),
            (firm.as_str(), "23503"),
            ("damaged", "22P02"),
            ("a00110000000001", "23503"),
        ] {
            assert_eq!(code(&acme, &format!("INSERT INTO firm (head) VALUES ('{value}')")).await, state, "{value}");
            assert_eq!(code(&acme, &format!("UPDATE firm SET head = '{value}'")).await, state, "{value}");
        }
        // Several targets, or any; never another org's.
        for about in [&persons[0], &persons[1], &firm] {
            acme.batch_execute(&format!("INSERT INTO event (about, tie) VALUES ('{about}', '{firm}')")).await.unwrap();
        }
        let event = texts(&acme, "SELECT id FROM event ORDER BY id").await.remove(0);
        acme.batch_execute(&format!("UPDATE event SET tie = '{event}' WHERE id = '{event}'")).await.unwrap();
        assert_eq!(code(&acme, &format!("INSERT INTO event (about) VALUES ('{event}')")).await, "23503");
        for column in ["about", "tie"] {
            assert_eq!(code(&acme, &format!("INSERT INTO event ({column}) VALUES ('{}')", theirs[0])).await, "23503");
        }
        // What refers to a record, over all objects, in one probe.
        let related =
            |id: &str| format!("SELECT concat_ws(' ', r.object, r.field, r.id = '{event}') FROM related('{id}') AS r");
        assert_eq!(texts(&acme, &related(&persons[0])).await, ["event about t", "firm head f"]);
        assert_eq!(texts(&acme, &related(&long)).await.len(), 2);
        assert_eq!(texts(&acme, &related(&firm)).await, ["event about f", "event tie f", "event tie f"]);
        assert_eq!(texts(&acme, &related(&event)).await, ["event tie t"]);
        assert_eq!(texts(&acme, &related(&theirs[0])).await, Vec::<String>::new());
        assert_eq!(texts(&globex, &related(&persons[0])).await, Vec::<String>::new());
        let joined = "SELECT f.name FROM person p CROSS JOIN LATERAL related(p.id) r JOIN firm f ON f.id = r.id";
        assert_eq!(texts(&acme, joined).await, ["x"]);
        assert_eq!(code(&acme, "SELECT * FROM related(1, 'x')").await, "42883");
        // Set null and cascade.
        acme.batch_execute(&format!("DELETE FROM person WHERE id = '{}'", persons[0])).await.unwrap();
        assert_eq!(texts(&acme, "SELECT head FROM firm").await, [""]);
        assert_eq!(texts(&acme, "SELECT about FROM event ORDER BY id").await, [persons[1].clone(), firm.clone()]);
        assert_eq!(code(&acme, &format!("DELETE FROM firm WHERE id = '{firm}'")).await, "23503", "tie holds it");
        assert_eq!(texts(&globex, "SELECT name FROM person ORDER BY 1").await, ["Ada", "Bo"]);
        // A column that is gone holds nothing.
        acme.batch_execute("ALTER TABLE event DROP COLUMN tie").await.unwrap();
        acme.batch_execute(&format!("DELETE FROM firm WHERE id = '{firm}'")).await.unwrap();
        assert_eq!(code(&acme, "DROP TABLE person").await, "2BP01");
        acme.batch_execute("DROP TABLE person CASCADE; DROP TABLE firm").await.unwrap();
        assert_eq!(texts(&acme, "SELECT about FROM event").await.len(), 1);
        assert_eq!(drift(&fleet).await, None);
        // Nobody reads or writes the pivot by name.
        for sql in [
            "SELECT * FROM pivot_reference",
            "SELECT * FROM orgfold.pivot_reference_p00",
            "DELETE FROM orgfold.pivot_reference_p00",
            "SELECT ref_1 FROM event",
        ] {
            assert!(["42P01", "42703", "42501"].contains(&code(&acme, sql).await.as_str()), "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn native_tables_and_other_forms_are_refused() {
    let (_fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute("CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b)); CREATE TABLE k (id text PRIMARY KEY DEFAULT new_key())").await.unwrap();
    for sql in [
        "CREATE TABLE x (a integer REFERENCES native)",
        "CREATE TABLE x (a integer, b integer, FOREIGN KEY (a, b) REFERENCES t)",
        "CREATE TABLE x (a varchar(15) REFERENCES k)",
        "CREATE TABLE x (a integer REFERENCES ANY)",
        "CREATE TABLE x (a text REFERENCES k ON UPDATE CASCADE)",
        "CREATE TABLE x (a text REFERENCES k ON DELETE SET DEFAULT)",
        "CREATE TABLE x (a text REFERENCES k DEFERRABLE)",
        "CREATE TABLE x (a text REFERENCES k MATCH FULL)",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES k",
    ] {
        assert_eq!(code(&acme, sql).await, "0A000", "{sql}");
    }
    assert_eq!(code(&acme, "CREATE TABLE x (a integer REFERENCES t)").await, "42830");
    acme.batch_execute(
        "CREATE TABLE x (a text UNIQUE NOT NULL REFERENCES k ON DELETE CASCADE); INSERT INTO x SELECT id FROM k",
    )
    .await
    .unwrap();
    let key = texts(&acme, "INSERT INTO k DEFAULT VALUES RETURNING id").await.remove(0);
    acme.batch_execute(&format!("INSERT INTO x VALUES ('{key}')")).await.unwrap();
    assert_eq!(code(&acme, &format!("INSERT INTO x VALUES ('{key}')")).await, "23505");
    assert_eq!(code(&acme, "INSERT INTO x VALUES (NULL)").await, "23502");
}

/// Two sessions at once, at both levels of isolation: whoever comes second waits, and nothing dangles.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_dangles_when_two_write_at_once() {
    let (fleet, proxy) = fleet("").await;
    let acme = proxy.connect("designer", "acme").await;
    acme.batch_execute(&format!("{SMART} CREATE TABLE account (id integer PRIMARY KEY, n integer); CREATE TABLE line (a integer REFERENCES account, p text REFERENCES person)"))
        .await
        .unwrap();
    let shard = fleet.shard_client(1).await;
    let person = "(SELECT id FROM person WHERE name = 'Ada')";
    let cases = [
        (format!("INSERT INTO line (p) VALUES ({person})"), "DELETE FROM person WHERE name = 'Ada'".to_owned()),
        ("INSERT INTO line (a) VALUES (1)".to_owned(), "DELETE FROM account WHERE id = 1".to_owned()),
        ("INSERT INTO line (a) VALUES (1)".to_owned(), "UPDATE account SET id = 7 WHERE id = 1".to_owned()),
    ];
    for level in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
        for (refer, remove) in &cases {
            for refer_first in [true, false] {
                acme.batch_execute(
                    "DELETE FROM line; DELETE FROM account; INSERT INTO account VALUES (1, 0); \
                    INSERT INTO person (name) SELECT 'Ada' WHERE NOT EXISTS (SELECT FROM person WHERE name = 'Ada')",
                )
                .await
                .unwrap();
                let (one, two) = (proxy.connect("app", "acme").await, proxy.connect("app", "acme").await);
                let (first, second) = if refer_first { (refer, remove.clone()) } else { (remove, refer.clone()) };
                let begin = format!("BEGIN ISOLATION LEVEL {level}; SELECT count(*) FROM line, account, person");
                one.batch_execute(&begin).await.unwrap();
                two.batch_execute(&begin).await.unwrap();
                let began = one.batch_execute(first).await;
                let late = tokio::spawn(async move {
                    let done = two.batch_execute(&second).await;
                    let ended = two.batch_execute("COMMIT").await;
                    done.and(ended)
                });
                let blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
                while began.is_ok()
                    && !late.is_finished()
                    && shard.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) == 0
                {
                    tokio::task::yield_now().await;
                }
                let ended = one.batch_execute("COMMIT").await;
                let outcomes = [began.and(ended), late.await.unwrap()];
                let what = format!("{level} {refer} / {remove} / refer first: {refer_first}: {outcomes:?}");
                let failed: Vec<&str> = outcomes
                    .iter()
                    .filter_map(|one| one.as_ref().err())
                    .map(|error| error.code().unwrap().code())
                    .collect();
                assert_eq!(failed.len(), 1, "{what}");
                assert!(["23503", "40001", "0A000"].contains(&failed[0]), "{what}");
                let dangling = "SELECT count(*)::text FROM line l WHERE (l.a IS NOT NULL AND NOT EXISTS (SELECT FROM account a WHERE a.id = l.a)) \
                    OR (l.p IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.id = l.p))";
                assert_eq!(texts(&acme, dangling).await, ["0"], "{what}");
                assert_eq!(drift(&fleet).await, None, "{what}");
            }
        }
    }
    // A write that keeps the key waits for nobody who refers to it.
    acme.batch_execute("DELETE FROM line; DELETE FROM account; INSERT INTO account VALUES (1, 0)").await.unwrap();
    let (one, two) = (proxy.connect("app", "acme").await, proxy.connect("app", "acme").await);
    one.batch_execute("BEGIN; INSERT INTO line (a) VALUES (1)").await.unwrap();
    two.batch_execute(
        "SET statement_timeout = 5000; UPDATE account SET n = n + 1 WHERE id = 1; INSERT INTO line (a) VALUES (1)",
    )
    .await
    .unwrap();
    one.batch_execute("COMMIT").await.unwrap();
}
