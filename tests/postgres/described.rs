//! Objects in the catalogs: psql and what asks as SQLAlchemy, Django and JDBC do are told of them what a private database
//! with the same tables tells; another org is told nothing.

use crate::fleet::{Fleet, RUNTIME, RunningProxy};
use crate::introspection::{SCHEMA, both};
use crate::objects::designer;
use crate::psql::psql;

/// As ordinary DDL and as definitions, beside native tables.
const OBJECTS: &str = "
CREATE TABLE account (
    id integer PRIMARY KEY, name varchar(8) NOT NULL DEFAULT 'it''s', balance numeric(8,2) DEFAULT 1, code text UNIQUE, note text,
    made timestamptz DEFAULT now(), tags text[], day date DEFAULT CURRENT_DATE, low integer DEFAULT -1,
    flag boolean DEFAULT true, data jsonb DEFAULT '{}', large bigint DEFAULT '5', half double precision DEFAULT 0.50, UNIQUE (name, low));
CREATE TABLE \"Odd Thing\" (\"Key\" text CONSTRAINT odd PRIMARY KEY, account_id integer, many integer[], at timestamp, rest interval);
CREATE TABLE payment (no integer PRIMARY KEY, account_id integer REFERENCES account ON DELETE CASCADE, code text REFERENCES account (code) ON DELETE SET NULL,
    before integer CONSTRAINT earlier REFERENCES payment ON DELETE RESTRICT);
CREATE INDEX ON account (note);
CREATE INDEX by_account ON \"Odd Thing\" (account_id);
COMMENT ON TABLE account IS 'who pays';
COMMENT ON COLUMN account.code IS 'as they say it';
COMMENT ON COLUMN \"Odd Thing\".\"Key\" IS 'odd';
";

const COMMANDS: &str = r#"
\d
\dt
\di
\d account
\d+ account
\d "Odd Thing"
\d+ "Odd Thing"
\d account_pkey
\d account_code_key
\d+ by_account
\d a*
\d public.*
\dt a*
\d payment
\dd
\dp account
\dT
\d nowhere
SELECT 'account'::regclass, to_regclass('public."Odd Thing"'), 'by_account'::regclass::text, to_regclass('nothing')
SELECT 'account'::regclass::oid = oid, relname FROM pg_class WHERE oid = 'account'::regclass
SELECT attname, attrelid::regclass, atttypid::regtype, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '"Odd Thing"'::regclass AND attnum > 0 ORDER BY attnum
SELECT has_table_privilege('account', 'SELECT'), has_column_privilege('account', 'code', 'INSERT'), obj_description('account'::regclass), col_description('account'::regclass, 4)
SELECT indexdef FROM pg_indexes WHERE tablename IN ('account', 'Odd Thing') ORDER BY 1
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'account'::regclass AND contype <> 'n' ORDER BY 1
SELECT column_name, data_type, column_default, is_nullable, character_maximum_length, numeric_precision, numeric_scale FROM information_schema.columns WHERE table_name = 'account' ORDER BY ordinal_position
"#;

async fn stage(leaves: u16) -> (Fleet, RunningProxy) {
    let config = format!("[migrate]\nleaves = {leaves}\n");
    let fleet = Fleet::with()
        .ddl(SCHEMA)
        .orgs(&["acme", "other", "globex"])
        .role("app", &[])
        .role(RUNTIME, &[])
        .config(&config)
        .start()
        .await;
    designer(&fleet).await;
    let proxy = fleet.proxy().await;
    proxy.connect("designer", "acme").await.batch_execute(OBJECTS).await.unwrap();
    (fleet, proxy)
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_describes_objects_as_tables() {
    let (fleet, proxy) = stage(16).await;
    let alone = fleet.private_of_runtime(&format!("{SCHEMA}{OBJECTS}")).await;
    let mut differences = Vec::new();
    let asked =
        psql(&fleet, &alone, COMMANDS).into_iter().zip(psql(&fleet, &proxy.settings(RUNTIME, "acme"), COMMANDS));
    for ((command, wanted), (_, got)) in asked {
        if wanted != got {
            differences.push(format!("{command}\n{wanted}\n---- through orgfold\n{got}"));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_find_objects_as_tables() {
    let (fleet, proxy) = stage(5).await;
    let alone = fleet.private_of_runtime(&format!("{SCHEMA}{OBJECTS}")).await;
    let through = proxy.settings(RUNTIME, "acme");
    for statements in [
        include_str!("../introspection/sqlalchemy.sql"),
        include_str!("../introspection/django.sql"),
        include_str!("../introspection/pgjdbc.sql"),
        include_str!("../introspection/catalogs.sql"),
    ] {
        both(&alone, &through, statements, 30).await;
    }
}

/// What each catalog tells of objects, with nothing that could name one.
const EVERYTHING: &str = "
    SELECT relname::text FROM pg_class UNION ALL SELECT attname::text FROM pg_attribute UNION ALL SELECT conname::text FROM pg_constraint
    UNION ALL SELECT typname::text FROM pg_type UNION ALL SELECT description FROM pg_description UNION ALL SELECT adbin::text FROM pg_attrdef
    UNION ALL SELECT indexdef::text FROM pg_indexes UNION ALL SELECT column_name::text FROM information_schema.columns
    UNION ALL SELECT refobjid::text FROM pg_depend UNION ALL SELECT indexrelid::text FROM pg_index";

#[tokio::test(flavor = "multi_thread")]
async fn another_org_is_told_nothing() {
    let (_fleet, proxy) = stage(1).await;
    let secret = "CREATE TABLE hidden_one (secret_key text PRIMARY KEY DEFAULT 'secret default', b text); CREATE INDEX secret_index ON hidden_one (b); \
        COMMENT ON TABLE hidden_one IS 'secret comment'";
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    acme.batch_execute(secret).await.unwrap();
    let oid: u32 = acme.query_one("SELECT oid FROM pg_class WHERE relname = 'hidden_one'", &[]).await.unwrap().get(0);
    // One org without objects, one with an object of the same number: on the backend that acme had a moment ago.
    globex.batch_execute("CREATE TABLE account (mine integer)").await.unwrap();
    for org in ["other", "globex"] {
        let client = proxy.connect("app", org).await;
        for round in 0..3 {
            assert_eq!(acme.query("SELECT FROM pg_class WHERE relname = 'hidden_one'", &[]).await.unwrap().len(), 1);
            let told: Vec<String> = client
                .query(EVERYTHING, &[])
                .await
                .unwrap()
                .iter()
                .filter_map(|row| row.get::<_, Option<String>>(0))
                .collect();
            assert!(told.len() > 100);
            for name in ["hidden_one", "secret", "Odd Thing", &oid.to_string()] {
                assert!(!told.iter().any(|told| told.contains(name)), "{org} is told of {name} in round {round}");
            }
            let columns: Vec<String> = client
                .query("SELECT column_name::text FROM information_schema.columns WHERE table_name = 'account'", &[])
                .await
                .unwrap()
                .iter()
                .map(|row| row.get(0))
                .collect();
            assert_eq!(columns, if org == "globex" { vec!["mine"] } else { vec![] });
        }
        let nothing = client
            .query_one("SELECT to_regclass('hidden_one')::text, to_regclass('secret_index')::oid, obj_description($1), pg_get_indexdef($1), \
                pg_get_constraintdef($1), format_type($1, NULL) = '???', pg_table_is_visible($1)", &[&oid])
            .await
            .unwrap();
        for at in 0..7 {
            let value: bool = match at {
                1 => nothing.get::<_, Option<u32>>(at).is_none(),
                5 => nothing.get(at),
                6 => nothing.get::<_, Option<bool>>(at).is_none(),
                _ => nothing.get::<_, Option<String>>(at).is_none(),
            };
            assert!(value, "{org}: {at}");
        }
        let error = client.query("SELECT 'hidden_one'::regclass", &[]).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "42P01", "{error:?}");
        // Within a transaction and behind a savepoint that is gone.
        client.batch_execute("BEGIN; SAVEPOINT s; SELECT 1 FROM pg_class; ROLLBACK TO s").await.unwrap();
        let count = "SELECT count(*) FROM pg_class WHERE relname IN ('account', 'hidden_one')";
        assert_eq!(client.query_one(count, &[]).await.unwrap().get::<_, i64>(0), i64::from(org == "globex"));
        client.batch_execute("COMMIT").await.unwrap();
        for sql in [
            "SELECT orgfold_catalog.org()",
            "SELECT * FROM orgfold_catalog.objects()",
            "SELECT objects()",
            "SET orgfold.org_id = 1",
            "SELECT set_config('orgfold.org_id', '1', true)",
            "SELECT regclass_text(1)",
            "SELECT * FROM kept_pg_class",
            "SELECT current_setting('orgfold.org_id')",
        ] {
            assert!(client.batch_execute(sql).await.is_err(), "{sql}");
        }
    }
    // The definitions of one's own transaction are there at once.
    acme.batch_execute("BEGIN; CREATE TABLE young (a integer)").await.unwrap();
    let young = "SELECT count(*) FROM pg_class WHERE relname = 'young'";
    assert_eq!(acme.query_one(young, &[]).await.unwrap().get::<_, i64>(0), 1);
    acme.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(acme.query_one(young, &[]).await.unwrap().get::<_, i64>(0), 0);
}
