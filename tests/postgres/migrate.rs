//! `orgfold migrate` on real servers: the physical contract, and that it is safe to run in any way.

use orgfold::catalog::{Catalog, LeafCount, QualifiedName, leaf_of};
use orgfold::migrate::{MigrateError, catalog_of};
use orgfold::org::OrgId;
use tokio_postgres::Client;

use crate::fleet::Fleet;

const DEMO: &[(&str, &str)] = &[
    ("0001_catalogue.sql", include_str!("../../schema/demo/0001_catalogue.sql")),
    ("0002_customers.sql", include_str!("../../schema/demo/0002_customers.sql")),
    ("0003_invoices.sql", include_str!("../../schema/demo/0003_invoices.sql")),
    ("0004_views.sql", include_str!("../../schema/demo/0004_views.sql")),
    ("pgbench.sql", include_str!("../../schema/pgbench.sql")),
];

async fn catalog(client: &Client) -> Catalog {
    catalog_of(client, "it").await.unwrap().unwrap()
}

async fn number(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// The SQLSTATE a statement fails with.
async fn fault(client: &Client, sql: &str) -> String {
    let error = client.batch_execute(sql).await.expect_err(sql);
    error.code().unwrap().code().to_owned()
}

#[tokio::test]
async fn the_demo_becomes_physical_on_both_shards() {
    let fleet = Fleet::shared().await;
    fleet.migrate(DEMO).await;
    let (one, two) = (fleet.shard_client(1).await, fleet.shard_client(2).await);
    let known = catalog(&one).await;
    assert_eq!(known, catalog(&two).await);
    assert_eq!(known.version, 5);
    let invoice = &known.tables[&QualifiedName::public("invoice")];
    let names: Vec<&str> = invoice.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "no", "customer_id", "currency", "state", "issued_on", "due_on"]);
    let types: Vec<&str> = invoice.columns.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(types[3..5], ["character(3)", "invoice_state"]);
    let view = &known.views[&QualifiedName::public("invoice_total")];
    assert_eq!(view.columns, ["id", "no", "customer_id", "state", "currency", "total", "paid"]);

    // Every leaf, every column first, every index by its name.
    let leaves = "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhparent WHERE c.relkind = 'p'";
    assert_eq!(number(&one, leaves).await, (14 + 5) * 16, "the service's, and those that objects are kept in");
    let first = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
        JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND attname = 'org_id' AND attnum = 1
        AND attnotnull AND relkind IN ('r', 'p')";
    assert_eq!(number(&one, first).await, 14 * 17);
    for index in ["invoice_pkey_p07", "customer_email_key_p15", "invoice_no_key_p00", "invoice_open_idx_p09"] {
        let there = format!("SELECT count(*) FROM pg_class WHERE relname = '{index}' AND relkind = 'i'");
        assert_eq!(number(&one, &there).await, 1, "{index}");
    }
    // No index on a leaf that its table's does not own, but exclusions.
    let loose = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relispartition
        AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid)";
    assert_eq!(number(&one, loose).await, 0);

    // Lanes of the identity.
    for (client, lane) in [(&one, 1), (&two, 2)] {
        for step in 0..2 {
            let next = number(client, "SELECT nextval('public.invoice_id_seq')").await;
            assert_eq!(next, lane + 64 * step);
        }
    }
    assert_eq!(number(&one, "SELECT count(*) FROM currency").await, 4);
}

#[tokio::test]
async fn rows_are_where_orgfold_says() {
    let fleet = Fleet::shared().await;
    fleet.migrate(&[("a.sql", "CREATE TABLE t (x bigint)")]).await;
    let client = fleet.shard_client(1).await;
    for seed in 1..400_i64 {
        let id = OrgId::try_new(seed.wrapping_mul(0x1234_5678_9abc_def1) & i64::MAX | 1).unwrap();
        let leaf = leaf_of(id, LeafCount::STANDARD).get();
        let sql = format!("INSERT INTO t_p{leaf:02} (org_id, x) VALUES ($1, 1)");
        assert_eq!(client.execute(&sql, &[&id.get()]).await.unwrap(), 1, "{id:?}");
        let holds = "SELECT satisfies_hash_partition('t'::regclass, 16, $1, $2::bigint)";
        let row = client.query_one(holds, &[&i32::from(leaf), &id.get()]).await.unwrap();
        assert!(row.get::<_, bool>(0));
    }
}

#[tokio::test]
async fn the_runtime_role_has_leaves_and_nothing_else() {
    let fleet = Fleet::shared().await;
    fleet.migrate(DEMO).await;
    let client = fleet.runtime_client(1).await;
    let leaf = leaf_of(OrgId::try_new(7).unwrap(), LeafCount::STANDARD).get();
    client
        .batch_execute(&format!(
            "INSERT INTO product_p{leaf:02} (org_id, sku, name) VALUES (7, 'a', 'A');
             UPDATE product_p{leaf:02} SET name = 'B' WHERE org_id = 7; SELECT * FROM currency;
             SELECT body FROM orgfold.catalog; DELETE FROM product_p{leaf:02} WHERE org_id = 7"
        ))
        .await
        .unwrap();
    for forbidden in [
        "SELECT * FROM product",
        "INSERT INTO product (org_id, sku, name) VALUES (7, 'a', 'A')",
        "TRUNCATE product_p00",
        "DROP TABLE product_p00",
        "CREATE TABLE mine (x int)",
        "CREATE TEMP TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "INSERT INTO currency VALUES ('GBP', 'Pound', 2)",
        "UPDATE orgfold.catalog SET version = 9",
        "SELECT * FROM orgfold.migration",
        "SELECT * FROM orgfold.org_state",
        "SELECT setval('product_id_seq', 1)",
        "CREATE INDEX mine ON product_p00 (name)",
        "ALTER TABLE product_p00 ADD COLUMN x int",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ] {
        assert_eq!(fault(&client, forbidden).await, "42501", "{forbidden}");
    }
    let owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'orgfold_runtime'::regrole AND deptype = 'o'
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(number(&client, owned).await, 0);
}

#[tokio::test]
async fn keys_hold_within_an_org_only() {
    let fleet = Fleet::shared().await;
    fleet
        .migrate(&[(
            "a.sql",
            "CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE, up int REFERENCES a ON DELETE SET NULL);
         CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id) ON DELETE CASCADE);",
        )])
        .await;
    let client = fleet.shard_client(1).await;
    // Two orgs of the same leaf: only the key tells them apart.
    let same: Vec<i64> =
        (1..2000).filter(|id| leaf_of(OrgId::try_new(*id).unwrap(), LeafCount::STANDARD).get() == 3).take(2).collect();
    let [x, y] = same[..] else { panic!("no two orgs") };
    let insert = |org: i64, table: &str, values: &str| format!("INSERT INTO {table}_p03 VALUES ({org}, {values})");
    for sql in [insert(x, "a", "1, 'c', NULL"), insert(x, "a", "2, 'd', 1"), insert(y, "a", "1, 'c', NULL")] {
        client.batch_execute(&sql).await.unwrap();
    }
    assert_eq!(fault(&client, &insert(y, "a", "2, 'c', NULL")).await, "23505");
    assert_eq!(fault(&client, &insert(y, "b", "1, 2")).await, "23503", "it referenced another org's row");
    client.batch_execute(&insert(x, "b", "1, 2")).await.unwrap();
    client.batch_execute(&format!("DELETE FROM a_p03 WHERE org_id = {x} AND id = 1")).await.unwrap();
    let kept = format!("SELECT count(*) FROM a WHERE org_id = {x} AND id = 2 AND up IS NULL");
    assert_eq!(number(&client, &kept).await, 1, "SET NULL touched org_id");
    client.batch_execute(&format!("DELETE FROM a_p03 WHERE org_id = {x}")).await.unwrap();
    assert_eq!(number(&client, "SELECT count(*) FROM b").await, 0);
    assert_eq!(number(&client, "SELECT count(*) FROM a").await, 1);
}

#[tokio::test]
async fn twice_and_at_once_is_once() {
    let fleet = Fleet::shared().await;
    let (a, b) = tokio::join!(fleet.try_migrate(&DEMO[..2]), fleet.try_migrate(&DEMO[..2]));
    let applied: usize = a.into_iter().chain(b).map(|outcome| outcome.result.unwrap().len()).sum();
    assert_eq!(applied, 4, "two files on two shards");
    for outcome in fleet.try_migrate(&DEMO[..2]).await {
        assert!(outcome.result.unwrap().is_empty());
    }
    let changed = fleet.try_migrate(&[("0001_catalogue.sql", "CREATE TABLE other (x int)")]).await;
    for outcome in changed {
        assert!(matches!(outcome.result, Err(MigrateError::Changed { .. })));
    }
}

#[tokio::test]
async fn a_shard_that_fails_leaves_the_others_and_the_next_run_finishes() {
    let fleet = Fleet::shared().await;
    fleet.migrate(&[("a.sql", "CREATE TABLE a (x int)")]).await;
    // Something in the way on the second shard only.
    let release = fleet.release_client(2).await;
    release.batch_execute("CREATE TABLE public.b_p05 (x int)").await.unwrap();
    let files = &[("a.sql", "CREATE TABLE a (x int)"), ("b.sql", "CREATE TABLE c (x int); CREATE TABLE b (x int)")];
    let [one, two]: [_; 2] = fleet.try_migrate(files).await.try_into().unwrap();
    assert_eq!(one.result.unwrap(), ["b.sql"]);
    let error = two.result.unwrap_err();
    assert!(error.to_string().starts_with("b.sql:1: shard shard2 refused: relation \"b_p05\""), "{error}");
    assert_eq!(number(&release, "SELECT count(*) FROM pg_class WHERE relname = 'c'").await, 0, "half a file is there");
    assert_eq!(catalog(&release).await.version, 1);
    release.batch_execute("DROP TABLE public.b_p05").await.unwrap();
    let [one, two]: [_; 2] = fleet.try_migrate(files).await.try_into().unwrap();
    assert!(one.result.unwrap().is_empty());
    assert_eq!(two.result.unwrap(), ["b.sql"]);
}

async fn drift(fleet: &Fleet, files: &[(&str, &str)]) -> Vec<String> {
    let found = orgfold::migrate::check(&fleet.migrate_options(files)).await.unwrap();
    found.into_iter().map(|one| format!("{}: {}", one.shard, one.what)).collect()
}

#[tokio::test]
async fn drift_is_found_on_the_shard_it_is_on() {
    let fleet = Fleet::shared().await;
    fleet.migrate(DEMO).await;
    assert_eq!(drift(&fleet, DEMO).await, Vec::<String>::new());
    let client = fleet.release_client(2).await;
    client
        .batch_execute(
            "ALTER TABLE invoice_p03 DROP CONSTRAINT invoice_customer_id_fkey; DROP INDEX customer_name_idx;
             GRANT SELECT ON invoice TO orgfold_runtime; GRANT SELECT ON payment_p00 TO PUBLIC;
             CREATE TABLE stray (x int); ALTER TABLE contact ADD COLUMN more int;
             ALTER TABLE note ALTER body SET DEFAULT 'x'; ALTER TYPE invoice_state ADD VALUE 'lost'",
        )
        .await
        .unwrap();
    let found = drift(&fleet, DEMO).await;
    for expected in [
        "shard2: missing: foreign key invoice_customer_id_fkey on public.invoice_p03 to public.customer_p03 \
         (org_id, customer_id) on delete r on update a",
        "shard2: missing: index public.customer_name_idx_p04 on public.customer_p04",
        "shard2: not in the catalog: grant SELECT on public.invoice to orgfold_runtime",
        "shard2: not in the catalog: grant SELECT on public.payment_p00 to PUBLIC",
        "shard2: not in the catalog: table public.stray",
        "shard2: not in the catalog: column public.contact #7 more integer",
        "shard2: shard1 has not default of public.note_p01.body: 'x'::text",
        "shard2: missing: enum public.invoice_state ('draft', 'open', 'paid', 'void')",
    ] {
        assert!(found.iter().any(|one| one == expected), "{expected}\n{found:#?}");
    }
    assert!(found.iter().all(|one| one.starts_with("shard2: ")), "{found:#?}");
}

#[tokio::test]
async fn tables_change_with_their_leaves() {
    let fleet = Fleet::shared().await;
    let first = "CREATE EXTENSION btree_gist;
        CREATE TABLE a (id serial PRIMARY KEY, code text UNIQUE, n int CHECK (n > 0), gone int, span int4range,
            EXCLUDE USING gist (span WITH &&));
        CREATE INDEX ON a (gone); CREATE INDEX a_n ON a (n, lower(code));
        CREATE TABLE b (id int PRIMARY KEY, a_id int CONSTRAINT to_a REFERENCES a ON DELETE SET NULL (a_id));
        CREATE TYPE mood AS ENUM ('sad', 'o''k');";
    let second = r"ALTER TABLE a ADD COLUMN extra text NOT NULL DEFAULT 'it''s; \', ADD made bigserial,
            ADD CONSTRAINT a_extra UNIQUE (extra), DROP COLUMN gone, ALTER n SET NOT NULL,
            ALTER code TYPE varchar(50), ALTER id TYPE bigint, ADD m mood DEFAULT 'o''k', ALTER code DROP DEFAULT;
        ALTER TABLE a RENAME COLUMN n TO number; ALTER TABLE a RENAME COLUMN id TO key;
        ALTER TABLE a RENAME CONSTRAINT a_n_check TO positive; ALTER TABLE a RENAME CONSTRAINT a_pkey TO a_key;
        ALTER TABLE b RENAME CONSTRAINT to_a TO at_a; ALTER TABLE b ALTER CONSTRAINT at_a DEFERRABLE;
        ALTER TABLE a RENAME CONSTRAINT a_span_excl TO apart; ALTER TABLE a RENAME TO z;
        ALTER INDEX a_n RENAME TO z_n; ALTER TYPE mood ADD VALUE 'glad' BEFORE 'sad';
        ALTER TABLE b ADD CHECK (id <> 0) NOT VALID; ALTER TABLE b VALIDATE CONSTRAINT b_id_check;
        ALTER TABLE b ADD CONSTRAINT again FOREIGN KEY (a_id) REFERENCES z (key) NOT VALID;
        ALTER TABLE b VALIDATE CONSTRAINT again; ALTER TABLE b DROP CONSTRAINT again;
        ALTER TABLE b DROP CONSTRAINT IF EXISTS again; DROP INDEX z_n;
        COMMENT ON COLUMN z.number IS 'how ''many'''; COMMENT ON TABLE z IS NULL;";
    let files = &[("1.sql", first), ("2.sql", second)];
    fleet.migrate(files).await;
    assert_eq!(drift(&fleet, files).await, Vec::<String>::new());
    let client = fleet.release_client(1).await;
    let z = &catalog(&client).await.tables[&QualifiedName::public("z")];
    let columns: Vec<String> = z.columns.iter().map(|one| format!("{} {}", one.name, one.data_type)).collect();
    let expected = [
        "key bigint",
        "code character varying(50)",
        "number integer",
        "span int4range",
        "extra text",
        "made bigint",
        "m mood",
    ];
    assert_eq!(columns, expected);
    let org = (1..9999).find(|id| leaf_of(OrgId::try_new(*id).unwrap(), LeafCount::STANDARD).get() == 0).unwrap();
    client.batch_execute(&format!("INSERT INTO z_p00 (org_id, number) VALUES ({org}, 1)")).await.unwrap();
    let text: String = client.query_one("SELECT extra FROM z", &[]).await.unwrap().get(0);
    assert_eq!(text, r"it's; \");
    // Then everything goes.
    let files = &[("1.sql", first), ("2.sql", second), ("3.sql", "DROP TABLE b; DROP TABLE z; DROP TYPE mood")];
    fleet.migrate(files).await;
    assert_eq!(drift(&fleet, files).await, Vec::<String>::new());
    assert!(catalog(&client).await.tables.is_empty());
}

#[tokio::test]
async fn indexes_built_concurrently_are_taken_up_again() {
    let fleet = Fleet::shared().await;
    fleet.migrate(&[("1.sql", "CREATE TABLE t (x int, y int)")]).await;
    let text = "COMMENT ON TABLE t IS 'one'; CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x) WHERE y > 0;
        COMMENT ON TABLE t IS 'two'; CREATE INDEX CONCURRENTLY ON t (y)";
    let client = fleet.shard_client(1).await;
    // Two rows of one org stand in the way of the unique index.
    let org = (1..9999).find(|id| leaf_of(OrgId::try_new(*id).unwrap(), LeafCount::STANDARD).get() == 5).unwrap();
    client.batch_execute(&format!("INSERT INTO t_p05 VALUES ({org}, 1, 1), ({org}, 1, 1)")).await.unwrap();
    let files = &[("1.sql", "CREATE TABLE t (x int, y int)"), ("2.sql", text)];
    let [one, two]: [_; 2] = fleet.try_migrate(files).await.try_into().unwrap();
    assert!(matches!(one.result, Err(MigrateError::Statement { .. })), "{one:?}");
    assert_eq!(two.result.unwrap(), ["2.sql"]);
    assert!(drift(&fleet, files).await.iter().any(|one| one.contains("2.sql was applied in part")));
    client.batch_execute("UPDATE t_p05 SET y = 0").await.unwrap();
    fleet.migrate(files).await;
    assert_eq!(drift(&fleet, files).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_new_catalog_is_announced() {
    use futures_util::{StreamExt, stream};
    let fleet = Fleet::shared().await;
    let config = fleet.config();
    let directory = orgfold::directory::Directory::connect(&config.directory).await.unwrap();
    let snapshot = directory.snapshot();
    let shard = snapshot.shards().find(|shard| shard.name == "shard1").unwrap();
    let settings = shard.postgres(&config.shards.user, config.shards.resolve_password().unwrap().as_ref());
    let (client, mut connection) = settings.connect(tokio_postgres::NoTls).await.unwrap();
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context)).boxed();
    let listening = async {
        client.batch_execute("LISTEN orgfold_catalog").await.unwrap();
        fleet.migrate(&[("1.sql", "CREATE TABLE t (x int)")]).await;
        std::future::pending::<()>().await
    };
    let heard = async {
        while let Some(message) = messages.next().await {
            if let tokio_postgres::AsyncMessage::Notification(news) = message.unwrap()
                && (news.channel(), news.payload()) == ("orgfold_catalog", "1")
            {
                return;
            }
        }
        panic!("the connection ended");
    };
    let both = async {
        tokio::select! { () = listening => {}, () = heard => {} }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), both).await.unwrap();
}
