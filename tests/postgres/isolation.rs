//! Row-level security as a wall of its own: `[migrate] isolation = "rls"`.
//!
//! The first wall, the rewritten statement, is taken down here on purpose: the physical texts are run with the org's
//! predicate removed, or with another org's number in it, by the runtime role on the shard itself.

use orgfold::catalog::{LeafNumber, leaf_of};
use orgfold::config::Config;
use orgfold::migrate::{self, MigrateOptions, SchemaFile, catalog_of};
use orgfold::org::OrgId;
use orgfold::plan::{Action, CompileOptions, compile};
use orgfold::{Orgfold, catalog::Isolation};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fleet::{Fleet, FleetOptions};

const SCHEMA: &str = "
    CREATE TABLE author (id integer PRIMARY KEY, name text NOT NULL UNIQUE);
    CREATE TABLE book (
        id integer PRIMARY KEY, author integer REFERENCES author DEFERRABLE INITIALLY DEFERRED, title text, price numeric
    );";

const WALLED: &str = "[migrate]\nisolation = \"rls\"\nleaves = 1\n";

fn walled() -> FleetOptions {
    // One leaf: every org of a shard is in it.
    Fleet::with().config(WALLED).orgs(&["acme", "other", "globex"]).role("app", &[])
}

/// A fleet whose `acme` and `globex` share a shard and its only leaf.
async fn start(options: FleetOptions) -> Fleet {
    let fleet = options.start().await;
    fleet.migrate(&[("0001_books.sql", SCHEMA)]).await;
    fleet
}

async fn org(fleet: &Fleet, slug: &str) -> i64 {
    let directory = fleet.directory_client().await;
    directory.query_one("SELECT id FROM orgfold.org WHERE slug = $1", &[&slug]).await.unwrap().get(0)
}

async fn fill(fleet: &Fleet) {
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    for slug in ["acme", "globex"] {
        let rows = format!(
            "INSERT INTO author VALUES (1, '{slug} one'), (2, '{slug} two');
             INSERT INTO book SELECT n, 1 + n % 2, '{slug} ' || n, n FROM generate_series(1, 9) AS n"
        );
        orgfold.org(slug).unwrap().batch(&rows).await.unwrap();
    }
}

async fn code(client: &Client, sql: &str) -> String {
    let error = client.batch_execute(sql).await.expect_err(sql);
    error.code().unwrap().code().to_owned()
}

/// All that one org has, in the shard's own words, seen by a superuser.
async fn all_of(fleet: &Fleet, org: i64) -> Vec<String> {
    let shard = fleet.shard_client(1).await;
    let all = "SELECT author::text FROM author WHERE org_id = $1
               UNION ALL SELECT book::text FROM book WHERE org_id = $1 ORDER BY 1";
    shard.query(all, &[&org]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn the_shard_itself_shows_only_the_orgs_rows() {
    let fleet = start(walled()).await;
    fill(&fleet).await;
    let (acme, globex) = (org(&fleet, "acme").await, org(&fleet, "globex").await);
    let runtime = fleet.runtime_client(1).await;
    // Unset, and reset after a transaction: nothing is read, nothing is written.
    for round in 0..2 {
        for refused in [
            "SELECT * FROM book_p00",
            "SELECT count(*) FROM book_p00",
            "UPDATE book_p00 SET title = 'x'",
            "DELETE FROM book_p00",
            "TABLE author_p00",
            "COPY book_p00 TO STDOUT",
            "COPY (SELECT * FROM book_p00) TO STDOUT",
        ] {
            let code = code(&runtime, refused).await;
            assert!(code == "42704" || code == "22P02", "{round}: {refused}: {code}");
        }
        let foreign = format!("INSERT INTO author_p00 (org_id, id, name) VALUES ({globex}, 9, 'x')");
        let code = code(&runtime, &foreign).await;
        assert!(code == "42704" || code == "22P02", "{round}: {code}");
        let count = format!(
            "BEGIN; SET LOCAL orgfold.org_id = '{acme}'; SELECT count(*), min(org_id), max(org_id) FROM book_p00; COMMIT"
        );
        let messages = runtime.simple_query(&count).await.unwrap();
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let row = row.unwrap();
        let acme = acme.to_string();
        assert_eq!([row.get(0), row.get(1), row.get(2)], [Some("9"), Some(&*acme), Some(&*acme)]);
    }
    // Neither may the role lift it.
    for refused in [
        "ALTER TABLE book_p00 DISABLE ROW LEVEL SECURITY",
        "DROP POLICY orgfold_org ON book_p00",
        "CREATE POLICY mine ON book_p00 USING (true)",
    ] {
        assert_eq!(code(&runtime, refused).await, "42501", "{refused}");
    }
    let off = "SET row_security = off; SELECT * FROM book_p00";
    assert_eq!(code(&runtime, off).await, "42501");
}

/// Statements of every kind; what each would do without its first wall is to be stopped by the second.
const ATTACKS: &[&str] = &[
    "SELECT * FROM book",
    "SELECT count(*), max(title) FROM book",
    "SELECT b.title, a.name FROM book b JOIN author a ON a.id = b.author",
    "SELECT a.name, x.title FROM author a, LATERAL (SELECT title FROM book b WHERE b.author = a.id) x",
    "WITH RECURSIVE r AS (SELECT id, title FROM book UNION SELECT id, name FROM author) SELECT * FROM r",
    "SELECT name FROM author UNION ALL SELECT title FROM book",
    "SELECT title FROM book FOR UPDATE",
    "SELECT (SELECT string_agg(name, ',') FROM author), EXISTS (SELECT 1 FROM book WHERE title LIKE 'globex%')",
    "UPDATE book SET title = title || ' stolen', price = 0 RETURNING *",
    "UPDATE book SET title = a.name FROM author a RETURNING book.*, a.*",
    "UPDATE author SET name = 'taken ' || id RETURNING *",
    "DELETE FROM book RETURNING *",
    "DELETE FROM author USING book RETURNING *",
    "WITH gone AS (DELETE FROM book RETURNING *) SELECT * FROM gone",
    "INSERT INTO author SELECT id + 100, name || '!' FROM author RETURNING *",
    "INSERT INTO author VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name || author.name RETURNING *",
    "INSERT INTO author VALUES (50, 'new') RETURNING *",
    "INSERT INTO book (id, title) VALUES (60, 'new') ON CONFLICT DO NOTHING RETURNING *",
    "TRUNCATE book",
    "COPY book TO STDOUT",
    "COPY (SELECT * FROM author ORDER BY id) TO STDOUT",
];

/// How the first wall is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Breach {
    /// The predicates are gone.
    Missing,
    /// The statement was written for another org.
    Misdirected,
}

/// A statement's physical text with its org as a literal, and with the first wall broken.
fn without_first_wall(sql: &str, breach: Breach, catalog: &orgfold::catalog::Catalog, own: i64, other: i64) -> String {
    let plans = compile(catalog, sql, CompileOptions { declared_params: 0 }).unwrap();
    let Action::Run(run) = &plans[0].action else { panic!("{sql}") };
    let wrong = OrgId::try_new(other).unwrap();
    let leaf: LeafNumber = leaf_of(wrong, catalog.leaves);
    let text = run.template.render(catalog.naming(), Some((leaf, wrong))).unwrap();
    let number = plans[0].params + 1;
    let predicates = [format!("${number}"), other.to_string()]
        .map(|org| [format!("org_id = {org}"), format!("org_id = ANY (ARRAY[{org}])")])
        .concat();
    assert!(sql.starts_with("INSERT") || predicates.iter().any(|one| text.contains(one)), "{text}");
    let text = match breach {
        Breach::Misdirected => text,
        Breach::Missing => {
            let bare = predicates.iter().fold(text, |text, one| text.replace(one, "org_id IS NOT NULL"));
            assert!(!bare.contains("org_id ="), "{bare}");
            bare
        }
    };
    // What an INSERT gives the column stays another org's number; an own one is tried as well.
    let number = if breach == Breach::Missing && own % 2 == 0 { own } else { other };
    text.replace(&format!("${}", plans[0].params + 1), &format!("'{number}'::bigint"))
}

#[tokio::test]
async fn without_the_first_wall_nothing_of_another_org_is_seen_or_changed() {
    let fleet = start(walled()).await;
    fill(&fleet).await;
    let (acme, globex) = (org(&fleet, "acme").await, org(&fleet, "globex").await);
    let before = all_of(&fleet, globex).await;
    assert_eq!(before.len(), 11);
    let catalog = catalog_of(&fleet.shard_client(1).await, "shard1").await.unwrap().unwrap();
    assert_eq!(catalog.isolation, Isolation::Rls);
    let runtime = fleet.runtime_client(1).await;
    let superuser = fleet.shard_client(1).await;
    let mut leaks_without = 0;
    for breach in [Breach::Missing, Breach::Misdirected] {
        for &sql in ATTACKS {
            let text = without_first_wall(sql, breach, &catalog, acme, globex);
            // The attack is one: a role that no policy binds gets at the neighbour by the same text.
            let exposed = seen(&superuser, &text, acme).await;
            leaks_without += usize::from(exposed.is_ok_and(|seen| seen.contains("globex")));
            match seen(&runtime, &text, acme).await {
                Ok(seen) => assert!(!seen.contains("globex"), "{breach:?} {sql}\n{text}\n{seen}"),
                // A row that is not the org's may not be written.
                Err(code) => assert_eq!(code, "42501", "{breach:?} {sql}\n{text}"),
            }
            assert_eq!(all_of(&fleet, globex).await, before, "{breach:?} {sql}");
        }
    }
    assert!(leaks_without > 20, "only {leaks_without} of the attacks are attacks");
}

/// Runs a text with the org set, in a transaction that is rolled back; all that came, or the SQLSTATE.
async fn seen(client: &Client, text: &str, org: i64) -> Result<String, String> {
    client.batch_execute(&format!("BEGIN; SET LOCAL orgfold.org_id = '{org}'")).await.unwrap();
    let result = if text.starts_with("COPY") {
        use futures_util::TryStreamExt as _;
        match client.copy_out(text).await {
            Ok(stream) => {
                let chunks: Result<Vec<bytes::Bytes>, _> = stream.try_collect().await;
                chunks.map(|chunks| String::from_utf8(chunks.concat()).unwrap())
            }
            Err(error) => Err(error),
        }
    } else {
        client.simple_query(text).await.map(|messages| format!("{messages:?}"))
    };
    let result = result.map_err(|error| error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned()));
    client.batch_execute("ROLLBACK").await.unwrap();
    result
}

#[tokio::test]
async fn writes_without_the_first_wall_leave_the_neighbour_as_it_was() {
    let fleet = start(walled()).await;
    fill(&fleet).await;
    let (acme, globex) = (org(&fleet, "acme").await, org(&fleet, "globex").await);
    let before = all_of(&fleet, globex).await;
    let runtime = fleet.runtime_client(1).await;
    // Committed, one after the other.
    for attack in [
        "UPDATE book_p00 SET price = -1".to_owned(),
        format!("UPDATE book_p00 SET price = -2 WHERE org_id = {globex}"),
        format!("UPDATE book_p00 SET org_id = {globex} WHERE id = 3"),
        format!("UPDATE book_p00 SET org_id = {acme} WHERE org_id = {globex}"),
        format!("INSERT INTO author_p00 (org_id, id, name) VALUES ({globex}, 77, 'planted')"),
        format!("INSERT INTO author_p00 VALUES ({globex}, 1, 'x') ON CONFLICT (org_id, id) DO UPDATE SET name = 'hit'"),
        format!("INSERT INTO author_p00 VALUES ({globex}, 1, 'x') ON CONFLICT DO NOTHING"),
        format!(
            "WITH w AS (UPDATE author_p00 SET name = 'w' || id RETURNING *) INSERT INTO book_p00 SELECT {globex}, id + 500 FROM w"
        ),
        "DELETE FROM book_p00".to_owned(),
        format!("DELETE FROM author_p00 WHERE org_id = {globex}"),
        "DELETE FROM author_p00".to_owned(),
    ] {
        let _ = runtime.batch_execute(&format!("BEGIN; SET LOCAL orgfold.org_id = '{acme}'; {attack}; COMMIT")).await;
        let _ = runtime.batch_execute("ROLLBACK").await;
        assert_eq!(all_of(&fleet, globex).await, before, "{attack}");
    }
    assert_eq!(all_of(&fleet, acme).await, Vec::<String>::new(), "the org's own rows went");
    // COPY FROM is refused by the server itself under row-level security.
    let refused = runtime.copy_in::<_, bytes::Bytes>("COPY author_p00 FROM STDIN").await.err().unwrap();
    assert_eq!(refused.code().unwrap().code(), "0A000");
}

/// A function that tells the session's setting: what a backend carries.
const TELL: &str = "CREATE FUNCTION public.carried() RETURNS text LANGUAGE sql
    AS $$ SELECT current_setting('orgfold.org_id', true) $$;
    CREATE FUNCTION public.backend() RETURNS integer LANGUAGE sql AS $$ SELECT pg_backend_pid() $$";

/// One connection to each shard, so that each statement meets what the one before has left.
const ONE_BACKEND: &str = "[migrate]\nisolation = \"rls\"\nleaves = 1\n[shards]\npool_size = 1\n[functions]\nallow = [\"carried\", \"backend\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_carries_no_org_to_the_next_through_the_proxy() {
    let options = Fleet::with().config(ONE_BACKEND).orgs(&["acme", "other", "globex"]).role("app", &[]);
    let fleet = start(options).await;
    for shard in [1, 2] {
        fleet.shard_client(shard).await.batch_execute(TELL).await.unwrap();
    }
    fill(&fleet).await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    let pid: i32 = acme.query_one("SELECT backend()", &[]).await.unwrap().get(0);
    let number = org(&fleet, "acme").await.to_string();
    for sql in [
        "SELECT count(*) FROM book",
        "BEGIN; SELECT count(*) FROM book; COMMIT",
        "BEGIN; SELECT count(*) FROM book; ROLLBACK",
        "BEGIN; SAVEPOINT a; SELECT count(*) FROM book; ROLLBACK TO a; SELECT count(*) FROM book; COMMIT",
        "BEGIN; SELECT count(*) FROM book; COMMIT AND CHAIN; SELECT count(*) FROM book; ROLLBACK AND CHAIN; \
         SELECT count(*) FROM book; COMMIT",
        "BEGIN; SELECT count(*) FROM book; RESET ALL; SELECT count(*) FROM book; COMMIT",
        "SELECT count(*) FROM book; BEGIN; SELECT count(*) FROM book; COMMIT; SELECT count(*) FROM book",
        "SELECT 1; SELECT count(*) FROM book; SELECT carried()",
        "BEGIN; SELECT carried(); SELECT count(*) FROM book; SELECT carried(); END",
    ] {
        for message in acme.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}")) {
            if let SimpleQueryMessage::Row(row) = message {
                let told = row.get(0);
                let own =
                    row.columns()[0].name() == "carried" && (told == Some(&number) || told.is_none_or(str::is_empty));
                assert!(matches!(told, Some("9" | "1")) || own, "{sql}: {row:?}");
            }
        }
        for client in [&globex, &acme] {
            let row = client.query_one("SELECT carried(), backend()", &[]).await.unwrap();
            assert!(row.get::<_, Option<&str>>(0).is_none_or(str::is_empty), "{sql}: carried {row:?}");
            assert_eq!(row.get::<_, i32>(1), pid);
        }
        let titles = globex.query("SELECT title FROM book", &[]).await.unwrap();
        assert_eq!(titles.len(), 9);
        assert!(titles.iter().all(|row| row.get::<_, &str>(0).starts_with("globex")), "{sql}");
    }
    // Errors keep their place, and a failed statement leaves nothing either.
    let error = acme.query("SELECT id FROM book WHERE 1 / (id - id) = 1 AND nope = 1", &[]).await.unwrap_err();
    let fault = error.as_db_error().unwrap();
    assert_eq!(fault.position(), Some(&tokio_postgres::error::ErrorPosition::Original(49)));
    assert_eq!(acme.query("SELECT 1 / (id - id) FROM book", &[]).await.unwrap_err().code().unwrap().code(), "22012");
    let row = globex.query_one("SELECT carried(), backend()", &[]).await.unwrap();
    assert!(row.get::<_, Option<&str>>(0).is_none_or(str::is_empty));
    assert_eq!(row.get::<_, i32>(1), pid);
    // Portals that outlive a Sync, and parameters.
    let mut acme = acme;
    let transaction = acme.transaction().await.unwrap();
    let portal = transaction.bind("SELECT id FROM book WHERE id > $1 ORDER BY id", &[&2]).await.unwrap();
    for expected in [3, 5, 7] {
        assert_eq!(transaction.query_portal(&portal, 2).await.unwrap()[0].get::<_, i32>(0), expected);
    }
    transaction.execute("UPDATE book SET price = price + 1", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    // COPY FROM is refused before anything is sent.
    let refused = acme.copy_in::<_, bytes::Bytes>("COPY author FROM STDIN").await.err().unwrap();
    assert_eq!(refused.code().unwrap().code(), "0A000");
    let copied = acme.simple_query("COPY author TO STDOUT").await;
    assert!(copied.is_ok() || copied.is_err_and(|error| error.code().is_none()), "the driver may not know it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_carries_no_org_to_the_next_in_the_library() {
    let options = Fleet::with().config(ONE_BACKEND).orgs(&["acme", "other", "globex"]);
    let fleet = start(options).await;
    for shard in [1, 2] {
        fleet.shard_client(shard).await.batch_execute(TELL).await.unwrap();
    }
    fill(&fleet).await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let pid: i32 = acme.query_one("SELECT backend()", &[]).await.unwrap().get(0);
    for round in 0..8 {
        match round {
            0 => assert_eq!(acme.query("SELECT * FROM book", &[]).await.unwrap().len(), 9),
            1 => assert_eq!(acme.execute("UPDATE book SET price = price + $1::int4", &[&1]).await.unwrap(), 9),
            2 => {
                let transaction = acme.transaction().await.unwrap();
                assert_eq!(transaction.query("SELECT * FROM book", &[]).await.unwrap().len(), 9);
                transaction.commit().await.unwrap();
            }
            3 => {
                let mut transaction = acme.build_transaction().read_only(true).start().await.unwrap();
                let savepoint = transaction.savepoint("a").await.unwrap();
                assert_eq!(savepoint.query("SELECT * FROM book", &[]).await.unwrap().len(), 9);
                savepoint.rollback().await.unwrap();
                assert_eq!(transaction.query("SELECT * FROM book", &[]).await.unwrap().len(), 9);
                transaction.rollback().await.unwrap();
            }
            4 => {
                // The deferred constraint speaks at the commit, which is the statement's own.
                let error = acme.execute("UPDATE book SET author = 99 WHERE id = 1", &[]).await.unwrap_err();
                assert_eq!(error.code(), "23503", "{error}");
                let error = acme.query("UPDATE book SET author = 99 WHERE id = 1 RETURNING id", &[]).await.unwrap_err();
                assert_eq!(error.code(), "23503", "{error}");
                assert_eq!(acme.query("SELECT * FROM book WHERE author = 99", &[]).await.unwrap().len(), 0);
            }
            5 => {
                use futures_util::TryStreamExt as _;
                let stream = acme.copy_out("COPY book (title) TO STDOUT").await.unwrap();
                let chunks: Vec<bytes::Bytes> = stream.try_collect().await.unwrap();
                assert_eq!(chunks.len(), 9);
            }
            6 => {
                let error = acme.query("SELECT 1 / (id - id) FROM book", &[]).await.unwrap_err();
                assert_eq!(error.code(), "22012", "{error}");
                let error = acme.query("SELECT $1::integer FROM book", &[&"not one"]).await.unwrap_err();
                assert!(!error.to_string().contains("org"), "{error}");
            }
            _ => acme.batch("DELETE FROM book WHERE id = 9; INSERT INTO book VALUES (9, 1, 'acme 9')").await.unwrap(),
        }
        let row = globex.query_one("SELECT carried(), backend()", &[]).await.unwrap();
        assert!(row.get::<_, Option<&str>>(0).is_none_or(str::is_empty), "round {round}: carried {row:?}");
        assert_eq!(row.get::<_, i32>(1), pid, "round {round}: the connection was kept");
        let titles = globex.query("SELECT title FROM book", &[]).await.unwrap();
        assert_eq!(titles.len(), 9);
        assert!(titles.iter().all(|row| row.get::<_, &str>(0).starts_with("globex")), "round {round}");
    }
}

fn with_isolation(fleet: &Fleet, isolation: Isolation) -> Config {
    let mut config = fleet.config();
    config.migrate.isolation = isolation;
    config
}

async fn migrate_as(fleet: &Fleet, isolation: Isolation, files: &[(&str, &str)]) -> Vec<Result<(), String>> {
    let files = files.iter().map(|&(name, text)| SchemaFile::new(name, text)).collect();
    let options = MigrateOptions { config: with_isolation(fleet, isolation), files, shard: None };
    let outcomes = migrate::run(&options, |_| {}).await.unwrap();
    outcomes.into_iter().map(|outcome| outcome.result.map(|_| ()).map_err(|error| error.to_string())).collect()
}

async fn drift(fleet: &Fleet, isolation: Isolation, files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|&(name, text)| SchemaFile::new(name, text)).collect();
    let options = MigrateOptions { config: with_isolation(fleet, isolation), files, shard: None };
    migrate::check(&options).await.unwrap().into_iter().map(|drift| drift.what).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_is_switched_there_and_back_by_the_next_migration() {
    let options = Fleet::with().config("[migrate]\nisolation = \"rewrite\"\n").role("app", &[]);
    let fleet = start(options.orgs(&["acme", "other", "globex"])).await;
    fill(&fleet).await;
    let files = [("0001_books.sql", SCHEMA)];
    let walls = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity";
    let policies = "SELECT count(*) FROM pg_policy";
    let shard = fleet.shard_client(1).await;
    let number = async |sql: &str| shard.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let acme = orgfold.org("acme").unwrap();
    let proxy = fleet.proxy().await;
    let through = proxy.connect("app", "acme").await;
    for isolation in [Isolation::Rls, Isolation::Rewrite, Isolation::Rls] {
        let asked: Vec<String> = drift(&fleet, isolation, &files).await;
        assert!(asked.iter().any(|what| what.contains("isolation")), "{asked:?}");
        for round in 0..2 {
            for outcome in migrate_as(&fleet, isolation, &files).await {
                outcome.unwrap();
            }
            // The service's two tables, and the five that objects are kept in.
            let wanted = if isolation == Isolation::Rls { (2 + 5) * 17 } else { 0 };
            assert_eq!((number(walls).await, number(policies).await), (wanted, 2 * wanted), "{isolation:?} {round}");
            assert_eq!(drift(&fleet, isolation, &files).await, Vec::<String>::new(), "{isolation:?} {round}");
        }
        // Instances that run hear of it; until then they are answered with an error, never with fewer rows.
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let library = acme.query("SELECT * FROM book", &[]).await;
            let proxied = through.query("SELECT * FROM book", &[]).await;
            for rows in [library.as_ref().ok(), proxied.as_ref().ok()].into_iter().flatten() {
                assert_eq!(rows.len(), 9);
            }
            if library.is_ok() && proxied.is_ok() {
                break;
            }
            assert!(tokio::time::Instant::now() < deadline, "{library:?} {proxied:?}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    // A wall that was taken down by hand is drift, and the next run mends it.
    shard.batch_execute("ALTER TABLE book_p03 NO FORCE ROW LEVEL SECURITY").await.unwrap();
    shard
        .batch_execute("DROP POLICY orgfold_org ON author_p01; CREATE POLICY orgfold_org ON author_p01 USING (true)")
        .await
        .unwrap();
    assert_eq!(drift(&fleet, Isolation::Rls, &files).await.len(), 4);
    for outcome in migrate_as(&fleet, Isolation::Rls, &files).await {
        outcome.unwrap();
    }
    assert_eq!(drift(&fleet, Isolation::Rls, &files).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_added_under_the_walls_is_checked_against_every_row() {
    let fleet = start(walled()).await;
    fill(&fleet).await;
    for broken in [
        "ALTER TABLE book ADD CONSTRAINT id_author FOREIGN KEY (id) REFERENCES author (id);",
        "ALTER TABLE book ADD CONSTRAINT cheap CHECK (price < 3);",
        "ALTER TABLE book ADD CONSTRAINT one_each UNIQUE (author);",
        "ALTER TABLE book ADD COLUMN empty text NOT NULL;",
    ] {
        let outcomes = fleet.try_migrate(&[("0001_books.sql", SCHEMA), ("0002_more.sql", broken)]).await;
        assert!(outcomes[0].result.is_err(), "rows were not looked at: {broken}");
    }
    let more = "ALTER TABLE book ADD CONSTRAINT other_author FOREIGN KEY (author) REFERENCES author (id);
        CREATE TABLE shelf (id integer PRIMARY KEY, book integer REFERENCES book ON DELETE CASCADE);";
    // The second shard has no rows and took the first of the broken ones; here the first shard matters.
    let files = [("0001_books.sql", SCHEMA), ("0003_shelf.sql", more)];
    assert!(fleet.try_migrate(&files).await[0].result.is_ok());
    let globex = org(&fleet, "globex").await;
    let runtime = fleet.runtime_client(1).await;
    let planted = format!("INSERT INTO shelf_p00 (org_id, id) VALUES ({globex}, 1)");
    assert_eq!(code(&runtime, &planted).await, "42704", "a new table has its wall from the start");
    // An org that goes is gone, the other stays.
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    orgfold.org("acme").unwrap().execute("INSERT INTO shelf VALUES (1, 1), (2, 2)", &[]).await.unwrap();
    orgfold.org("acme").unwrap().execute("DELETE FROM book WHERE id = 1", &[]).await.unwrap();
    let left: i64 = orgfold.org("acme").unwrap().query_one("SELECT count(*) FROM shelf", &[]).await.unwrap().get(0);
    assert_eq!(left, 1, "the cascade went through the wall");
    assert_eq!(all_of(&fleet, globex).await.len(), 11);
}
