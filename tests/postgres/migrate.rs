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
    assert_eq!(number(&one, leaves).await, 14 * 16);
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
    assert!(error.to_string().contains("b_p05"), "{error}");
    assert_eq!(number(&release, "SELECT count(*) FROM pg_class WHERE relname = 'c'").await, 0, "half a file is there");
    assert_eq!(catalog(&release).await.version, 1);
    release.batch_execute("DROP TABLE public.b_p05").await.unwrap();
    let [one, two]: [_; 2] = fleet.try_migrate(files).await.try_into().unwrap();
    assert!(one.result.unwrap().is_empty());
    assert_eq!(two.result.unwrap(), ["b.sql"]);
}
