//! Statements: values, errors, batches, COPY.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _};
use orgfold::types::{ToSql, Type};
use orgfold::{CopyInSink, GenericClient as _, Key, Org, Prefix, Refusal};

use super::connect;
use crate::fleet::Fleet;
use crate::library::*;

#[tokio::test]
async fn each_org_has_its_own_rows_under_the_same_keys() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    for (org, title) in [(&acme, "Anvils"), (&globex, "Energy")] {
        let insert = "INSERT INTO book (id, title, pages) VALUES (1, $1, $2) RETURNING id, pages";
        let row = org.query_one(insert, &[&title, &300_i32]).await.unwrap();
        assert_eq!((row.get::<_, i64>("id"), row.get::<_, i32>("pages")), (1, 300));
    }
    let titles = |rows: Vec<orgfold::Row>| rows.iter().map(|row| row.get(0)).collect::<Vec<String>>();
    let all = "SELECT title FROM book";
    assert_eq!(titles(acme.query(all, &[]).await.unwrap()), ["Anvils"]);
    assert_eq!(titles(globex.query(all, &[]).await.unwrap()), ["Energy"]);
    assert_eq!(acme.execute("UPDATE book SET pages = 1", &[]).await.unwrap(), 1);
    assert_eq!(
        globex.query_one("SELECT pages FROM book WHERE id = $1", &[&1_i64]).await.unwrap().get::<_, i32>(0),
        300
    );
    assert_eq!(acme.execute("TRUNCATE page, book", &[]).await.unwrap(), 0);
    assert_eq!((count(&acme).await, count(&globex).await), (0, 1));
    let star = globex.query_one("SELECT * FROM book", &[]).await.unwrap();
    let names: Vec<&str> = star.columns().iter().map(|column| column.name()).collect();
    assert_eq!(names, ["id", "title", "pages", "mood"]);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn many_orgs_at_once_stay_apart_on_few_connections() {
    let slugs: Vec<String> = (0..12).map(|n| format!("org{n}")).collect();
    let names: Vec<&str> = slugs.iter().map(String::as_str).collect();
    let fleet = Fleet::with().ddl(NOTES).orgs(&names).config("[shards]\npool_size = 2\n").start().await;
    let orgfold = connect(&fleet).await;
    let mut work = tokio::task::JoinSet::new();
    for slug in slugs {
        let org = orgfold.org(&slug).unwrap();
        work.spawn(async move {
            for n in 0..10_i64 {
                let title = format!("{slug} {n}");
                org.execute("INSERT INTO book (id, title) VALUES ($1, $2)", &[&n, &title]).await.unwrap();
                let rows = org.query("SELECT title FROM book", &[]).await.unwrap();
                assert_eq!(rows.len() as i64, n + 1);
                assert!(rows.iter().all(|row| row.get::<_, String>(0).starts_with(&format!("{slug} "))));
            }
        });
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    assert!(orgfold.pools().iter().all(|pool| pool.connections <= 2));
    assert!(orgfold.engine().plan_cache().hits > 200);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn values_go_both_ways_in_their_types() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    let statement =
        acme.prepare("SELECT $1::int8, $2::text, $3::bool, $4::float8, $5::bytea, $6::text[]").await.unwrap();
    assert_eq!(statement.params()[..2], [Type::INT8, Type::TEXT]);
    assert_eq!(statement.params().len(), 6);
    let nothing: Option<bool> = None;
    let odd = "a'b\\c\u{1F600}\"; DROP TABLE book; --";
    let many = vec!["x".to_owned(), "y,z".to_owned()];
    let row = acme.query_one(&statement, &[&i64::MIN, &odd, &nothing, &0.5_f64, &&b"\0\xff"[..], &many]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), i64::MIN);
    assert_eq!(row.get::<_, String>(1), odd);
    assert_eq!(row.get::<_, Option<bool>>(2), None);
    assert_eq!(row.get::<_, Vec<u8>>(4), b"\0\xff");
    assert_eq!(row.get::<_, Vec<String>>(5), many);

    // A prepared statement is a text with known types: it serves any org and names no parameter of orgfold's.
    let insert = acme.prepare_typed("INSERT INTO book (title, pages) VALUES ($1, $2)", &[Type::TEXT]).await.unwrap();
    assert_eq!(insert.params(), [Type::TEXT, Type::INT4]);
    assert_eq!(acme.execute(&insert, &[&odd, &3_i32]).await.unwrap(), 1);
    let by_title = acme.prepare("SELECT id, title, mood FROM book WHERE title = $1").await.unwrap();
    let columns: Vec<&str> = by_title.columns().iter().map(orgfold::Column::name).collect();
    assert_eq!(columns, ["id", "title", "mood"]);
    assert_eq!(by_title.columns()[2].type_().name(), "mood");
    assert_eq!(acme.query(&by_title, &[&odd]).await.unwrap().len(), 1);

    let wrong = acme.execute(&insert, &[&odd, &"three"]).await.unwrap_err();
    assert_eq!(wrong.code(), "42804");
    let few: &[&(dyn ToSql + Sync)] = &[&odd];
    assert_eq!(acme.execute(&insert, few).await.unwrap_err().code(), "08P01");
    assert_eq!(acme.query_one("SELECT name FROM colour", &[]).await.unwrap_err().code(), "P0003");
    assert_eq!(acme.query_one("SELECT 1 WHERE false", &[]).await.unwrap_err().code(), "P0002");
    assert!(acme.query_opt("SELECT 1 WHERE false", &[]).await.unwrap().is_none());
    assert_eq!(acme.execute("", &[]).await.unwrap(), 0);
}

#[tokio::test]
async fn settings_do_not_outlive_a_transaction() {
    let fleet = notes().config("[shards]\npool_size = 1\n").start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let zone = async |org: &Org| org.query_one("SHOW timezone", &[]).await.unwrap().get::<_, String>(0);
    let before = zone(&acme).await;
    let tx = acme.transaction().await.unwrap();
    tx.execute("SET LOCAL timezone = 'Asia/Tokyo'", &[]).await.unwrap();
    assert_eq!(tx.query_one("SHOW timezone", &[]).await.unwrap().get::<_, String>(0), "Asia/Tokyo");
    for refused in ["SET timezone = 'Asia/Tokyo'", "COMMIT", "SAVEPOINT a", "SET orgfold.org = 'globex'", "DISCARD ALL"]
    {
        assert!(tx.execute(refused, &[]).await.unwrap_err().is_refused(), "{refused}");
        assert!(acme.execute(refused, &[]).await.unwrap_err().is_refused(), "{refused}");
    }
    tx.commit().await.unwrap();
    assert_eq!(zone(&acme).await, before);
    assert!(acme.execute("SET LOCAL timezone = 'Asia/Tokyo'", &[]).await.unwrap_err().is_refused());
    assert!(acme.execute("BEGIN", &[]).await.unwrap_err().is_refused());
}

#[tokio::test]
async fn a_batch_happens_as_a_whole_or_not_at_all() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    acme.batch("INSERT INTO book (title) VALUES ('a'); INSERT INTO book (title) VALUES ('b;c'); ").await.unwrap();
    assert_eq!(count(&acme).await, 2);
    let failing = "INSERT INTO book (title) VALUES ('d'); INSERT INTO book (title) VALUES ('a')";
    assert_eq!(acme.batch(failing).await.unwrap_err().code(), "23505");
    for refused in [
        "INSERT INTO book (title) VALUES ('e'); DROP TABLE book",
        "INSERT INTO book (title) VALUES ('e'); COMMIT",
        "INSERT INTO book (title) VALUES ('e'); INSERT INTO book (title) VALUES ($1)",
        "INSERT INTO book (title) VALUES ('e'); COPY book FROM STDIN",
    ] {
        assert!(acme.batch(refused).await.unwrap_err().is_refused(), "{refused}");
    }
    assert_eq!(acme.execute("SELECT 1; SELECT 2", &[]).await.unwrap_err().code(), "42601");
    assert_eq!(count(&acme).await, 2);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn copy_goes_both_ways_and_hides_the_org() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let copy = "COPY book (id, title, pages) FROM STDIN WITH (FORMAT csv)";
    for (org, prefix) in [(&acme, "A"), (&globex, "G")] {
        let mut sink: CopyInSink<Bytes> = org.copy_in(copy).await.unwrap();
        for n in 1..=2000 {
            sink.send(Bytes::from(format!("{n}000001,\"{prefix}, {n}\",{n}\n"))).await.unwrap();
        }
        assert_eq!(sink.finish().await.unwrap(), 2000);
    }
    let data: Vec<Bytes> = acme.copy_out("COPY book TO STDOUT").await.unwrap().try_collect().await.unwrap();
    let text = String::from_utf8(data.concat()).unwrap();
    assert_eq!(text.lines().count(), 2000);
    assert!(text.lines().all(|line| line.split('\t').count() == 4 && line.contains("A, ")), "{}", &text[..200]);

    // Data that the shard refuses: nothing of it is kept, and the error is logical.
    let mut sink: CopyInSink<Bytes> = acme.copy_in("COPY book (title, pages) FROM STDIN").await.unwrap();
    sink.send(Bytes::from_static(b"fine\t1\nbroken\tx\n")).await.unwrap();
    let error = sink.finish().await.unwrap_err();
    assert_eq!(error.code(), "22P02");
    assert_eq!(error.context(), Some("COPY book, line 2, column pages: \"x\""));
    check_words(&error);
    // Not finished: undone.
    let mut sink: CopyInSink<Bytes> = acme.copy_in("COPY book (title) FROM STDIN").await.unwrap();
    sink.send(Bytes::from_static(b"never\n")).await.unwrap();
    drop(sink);
    // Inside a transaction the service decides.
    let tx = acme.transaction().await.unwrap();
    let mut sink: CopyInSink<Bytes> = tx.copy_in("COPY book (title) FROM STDIN").await.unwrap();
    sink.send(Bytes::from_static(b"undone\n")).await.unwrap();
    assert_eq!(sink.finish().await.unwrap(), 1);
    tx.rollback().await.unwrap();
    let mut sink: CopyInSink<Bytes> = acme.copy_in("COPY book (title) FROM STDIN").await.unwrap();
    sink.send(Bytes::from_static(b"closed\n")).await.unwrap();
    sink.close().await.unwrap();
    assert_eq!((count(&acme).await, count(&globex).await), (2001, 2000));

    assert!(acme.execute(copy, &[]).await.unwrap_err().is_refused());
    assert_eq!(acme.copy_out("SELECT 1").await.unwrap_err().code(), "42809");
    let mut half = acme.copy_out("COPY book TO STDOUT").await.unwrap();
    half.next().await.unwrap().unwrap();
    drop(half);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn errors_speak_of_what_the_service_declared() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    add(&acme, "taken").await.unwrap();
    let fail = async |sql: &str| {
        let error = acme.execute(sql, &[]).await.unwrap_err();
        check_words(&error);
        error
    };
    let error = fail("INSERT INTO book (title) VALUES ('taken')").await;
    assert_eq!(error.message(), "duplicate key value violates unique constraint \"book_title_key\"");
    assert_eq!(error.detail(), Some("Key (title)=(taken) already exists."));
    assert_eq!(
        (error.schema(), error.table(), error.constraint()),
        (Some("public"), Some("book"), Some("book_title_key"))
    );
    assert!(error.is_from_server() && !error.is_retryable());

    let error = fail("INSERT INTO page VALUES (99, 1, 'x')").await;
    assert_eq!(
        error.message(),
        "insert or update on table \"page\" violates foreign key constraint \"page_book_fkey\""
    );
    assert_eq!(error.detail(), Some("Key (book_id)=(99) is not present in table \"book\"."));
    acme.execute("INSERT INTO page SELECT id, 1, 'x' FROM book", &[]).await.unwrap();
    let error = fail("DELETE FROM book").await;
    let message =
        "update or delete on table \"book\" violates foreign key constraint \"page_book_fkey\" on table \"page\"";
    assert_eq!((error.code(), error.message()), ("23503", message));
    assert!(error.detail().unwrap().ends_with("is still referenced from table \"page\"."), "{error:?}");

    let error = fail("INSERT INTO book (id, title, pages) VALUES (7, 'x', 0)").await;
    assert_eq!((error.code(), error.constraint()), ("23514", Some("book_has_pages")));
    assert_eq!(error.detail(), Some("Failing row contains (7, x, 0, calm)."));
    let error = fail("INSERT INTO book (id, title) VALUES (7, NULL)").await;
    assert_eq!((error.code(), error.column(), error.table()), ("23502", Some("title"), Some("book")));

    let error = fail("INSERT INTO book (title, pages) VALUES ('first', 77), ('second', 77)").await;
    assert_eq!((error.constraint(), error.detail()), (Some("book_one_size"), Some("Key (pages)=(77) already exists.")));
    let error = fail("INSERT INTO loan (book, days) VALUES (1, '[1,9)'), (1, '[1,8]')").await;
    assert_eq!(error.message(), "conflicting key value violates exclusion constraint \"loan_once\"");
    let detail = "Key (book, days)=(1, [1,9)) conflicts with existing key (book, days)=(1, [1,9)).";
    assert_eq!((error.code(), error.detail(), error.table()), ("23P01", Some(detail), Some("loan")));

    // Somebody else holds the row.
    let tx = acme.transaction().await.unwrap();
    tx.execute("SELECT FROM book FOR UPDATE", &[]).await.unwrap();
    let error = fail("SELECT FROM book FOR UPDATE NOWAIT").await;
    assert_eq!((error.code(), error.message()), ("55P03", "could not obtain lock on row in relation \"book\""));
    let other = acme.transaction().await.unwrap();
    other.execute("SET LOCAL lock_timeout = '20ms'", &[]).await.unwrap();
    let error = other.execute("UPDATE book SET pages = 5", &[]).await.unwrap_err();
    check_words(&error);
    assert_eq!(
        (error.code(), error.context().unwrap_or("")),
        ("55P03", "while updating tuple (0,1) in relation \"book\"")
    );
    drop((tx, other));

    let text = "SELECT title FROM book WHERE pages = 1/(id-id)";
    assert_eq!(fail(text).await.code(), "22012");
    let error = fail("SELECT title FROM book WHERE mood = 'angry'").await;
    assert_eq!((error.code(), error.position()), ("22P02", Some(37)));
    let error = fail("SELECT nothing FROM book").await;
    // The server says so: it knows what may have been meant.
    assert_eq!((error.code(), error.position(), error.is_refused()), ("42703", Some(8), false));
    let error = fail("CREATE TABLE x ()").await;
    assert_eq!((error.code(), error.is_refused()), ("42501", true));
    assert!(error.hint().unwrap().contains("orgfold migrate"));
    for (sql, code) in [
        ("SELECT * FROM book_p00", "42P01"),
        ("SELECT org_id FROM book", "42703"),
        ("SELECT pg_read_file('/etc/passwd')", "42501"),
        ("INSERT INTO colour VALUES ('green')", "42501"),
    ] {
        assert_eq!(acme.execute(sql, &[]).await.unwrap_err().code(), code, "{sql}");
    }
}

#[tokio::test]
async fn statements_follow_the_schema() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    add(&acme, "x").await.unwrap();
    let star = acme.prepare("SELECT * FROM book").await.unwrap();
    assert_eq!(acme.query_one(&star, &[]).await.unwrap().len(), 4);
    let change = "ALTER TABLE book ADD COLUMN isbn text NOT NULL DEFAULT 'none'; ALTER TABLE book DROP COLUMN pages;";
    fleet.migrate(&[("0000_test.sql", NOTES), ("0001_more.sql", change)]).await;
    eventually("the new catalog", async || acme.query_one("SELECT isbn FROM book", &[]).await.is_ok()).await;
    let row = acme.query_one(&star, &[]).await.unwrap();
    let names: Vec<&str> = row.columns().iter().map(|column| column.name()).collect();
    assert_eq!(names, ["id", "title", "mood", "isbn"]);
}

#[tokio::test]
async fn the_database_is_the_org() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    let ask = "SELECT current_database()::text, current_catalog::text";
    let name = || ("acme".to_owned(), "acme".to_owned());
    assert_eq!(acme.query_one_as::<(String, String), _>(ask, &[]).await.unwrap(), name());
    let tx = acme.transaction().await.unwrap();
    assert_eq!(tx.query_one_as::<(String, String), _>(ask, &[]).await.unwrap(), name());
    let copy = tx.copy_out("COPY (SELECT current_database()) TO STDOUT").await.unwrap();
    assert_eq!(copy.try_collect::<Vec<Bytes>>().await.unwrap().concat(), b"acme\n");
    tx.batch("INSERT INTO book (title) VALUES (current_database())").await.unwrap();
    tx.execute("INSERT INTO book (title) VALUES (current_database() || $1)", &[&" too"]).await.unwrap();
    tx.commit().await.unwrap();
    let titles: Vec<(String,)> = acme.query_as("SELECT title FROM book ORDER BY id", &[]).await.unwrap();
    assert_eq!(titles, [("acme".to_owned(),), ("acme too".to_owned(),)]);
}

#[tokio::test]
async fn refusals_can_be_told_apart() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    assert_eq!(orgfold.org("nobody").unwrap_err().refusal(), Some(Refusal::UnknownOrg));
    let deep = format!("SELECT {}1{}", "(".repeat(1000), ")".repeat(1000));
    for (sql, refusal, code) in [
        ("CREATE TABLE x ()", Refusal::Definition, "42501"),
        ("SELECT pg_read_file('/etc/passwd')", Refusal::Forbidden, "42501"),
        ("INSERT INTO colour VALUES ('green')", Refusal::Forbidden, "42501"),
        ("SELECT * FROM nothing", Refusal::UnknownTable, "42P01"),
        ("SELECT org_id FROM book", Refusal::UnknownColumn, "42703"),
        ("SELEC 1", Refusal::Syntax, "42601"),
        ("LOCK TABLE book", Refusal::Unsupported, "0A000"),
        ("SET timezone = 'UTC'", Refusal::Unsupported, "0A000"),
        ("SELECT $1::int", Refusal::Parameters, "08P01"),
        (&deep, Refusal::TooComplex, "54001"),
    ] {
        let error = acme.execute(sql, &[]).await.unwrap_err();
        assert_eq!((error.refusal(), error.code()), (Some(refusal), code), "{}", &sql[..sql.len().min(60)]);
    }
    let error = acme.execute("CREATE TABLE x ()", &[]).await.unwrap_err();
    assert_eq!(error.reason(), "ddl");
    let error = acme.execute("INSERT INTO book (title) VALUES (NULL)", &[]).await.unwrap_err();
    assert_eq!((error.refusal(), error.reason()), (None, ""));
    // What is refused costs no connection.
    assert_eq!(orgfold.pools()[0].connections, 1);
}

#[tokio::test]
async fn keys_are_parameters_and_columns() {
    let fleet = notes().start().await;
    let acme = connect(&fleet).await.org("acme").unwrap();
    let keys: Vec<Key> = ["01Q36000000RXX5", "005360000016xkG"].iter().map(|key| key.parse().unwrap()).collect();
    for key in &keys {
        acme.execute("INSERT INTO book (title) VALUES ($1)", &[key]).await.unwrap();
    }
    let found: Vec<(Key,)> =
        acme.query_as("SELECT title FROM book WHERE title = ANY ($1) ORDER BY id", &[&keys]).await.unwrap();
    assert_eq!(found, [(keys[0],), (keys[1],)]);
    // The form with the mask, in whatever case, is the same key; what is no key is an error.
    let (key, none): (Key, Option<Key>) =
        acme.query_one_as("SELECT $1::varchar, NULL::text", &[&"01q36000000rxx5eao"]).await.unwrap();
    assert_eq!((key, none), (keys[0], None));
    let error = acme.query_one_as::<(Key,), _>("SELECT 'damaged'::text", &[]).await.unwrap_err();
    assert_eq!(error.code(), "42804");
    let prefix: Prefix = "a00".parse().unwrap();
    assert_eq!(acme.query_one_as::<(Prefix,), _>("SELECT $1::text", &[&prefix]).await.unwrap(), (prefix,));
    let error = acme.execute("SELECT $1::int8", &[&keys[0]]).await.unwrap_err();
    assert_eq!(error.code(), "42804");
}
