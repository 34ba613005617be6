//! Dropping an org: its rows go, whatever refers to whatever, and nobody else's do.

use std::collections::BTreeMap;

use orgfold::catalog::{Catalog, LeafCount, QualifiedName, Scope, Table};
use orgfold::directory::{Directory, DirectoryError};

use crate::fleet::Fleet;

/// Two tables that refer to each other, and one of them to itself with RESTRICT: no order of deletes would do. Every
/// org shares the one leaf.
const LEAVES: &str = "
    CREATE SCHEMA orgfold;
    CREATE TABLE orgfold.catalog (version bigint, body jsonb);
    CREATE TABLE a_p00 (org_id bigint, id int, parent int, b int, PRIMARY KEY (org_id, id),
        FOREIGN KEY (org_id, parent) REFERENCES a_p00 ON DELETE RESTRICT);
    CREATE TABLE \"B b_p00\" (org_id bigint, id int, a int, PRIMARY KEY (org_id, id),
        FOREIGN KEY (org_id, a) REFERENCES a_p00);
    ALTER TABLE a_p00 ADD FOREIGN KEY (org_id, b) REFERENCES \"B b_p00\" DEFERRABLE INITIALLY DEFERRED;
    CREATE TABLE rate (id int);
    INSERT INTO rate VALUES (1);";

async fn shard_with_rows(fleet: &Fleet) {
    let scoped = |scope| Table { scope, columns: vec![], constraints: vec![], indexes: vec![], object: None };
    let mut catalog = Catalog::empty(LeafCount::try_new(1).unwrap());
    catalog.tables = BTreeMap::from([
        (QualifiedName::public("a"), scoped(Scope::Org)),
        (QualifiedName::public("B b"), scoped(Scope::Org)),
        (QualifiedName::public("rate"), scoped(Scope::Global)),
    ]);
    let release = fleet.release_client(1).await;
    release.batch_execute(LEAVES).await.unwrap();
    let body = serde_json::to_value(&catalog).unwrap().to_string();
    release.execute("INSERT INTO orgfold.catalog VALUES (1, $1::text::jsonb)", &[&body]).await.unwrap();
    for org in 1..=2 {
        let rows = format!(
            "BEGIN; INSERT INTO a_p00 VALUES ({org}, 1, NULL, 1), ({org}, 2, 1, 1);
             INSERT INTO \"B b_p00\" VALUES ({org}, 1, 2); COMMIT"
        );
        release.batch_execute(&rows).await.unwrap();
    }
}

#[tokio::test]
async fn every_row_of_the_org_goes_and_no_other() {
    let fleet = Fleet::shared().await;
    shard_with_rows(&fleet).await;
    let mut operations = fleet.operations().await;
    for slug in ["acme", "globex"] {
        operations.create_org(slug, Some("shard1")).await.unwrap();
    }
    let config = fleet.config();
    let directory = Directory::connect(&config.directory).await.unwrap();
    assert_eq!(operations.drop_org("acme", &config).await.unwrap(), 3);

    let shard = fleet.shard_client(1).await;
    let left = "SELECT array_agg(DISTINCT org_id), count(*) FROM \
                (SELECT org_id FROM a_p00 UNION ALL SELECT org_id FROM \"B b_p00\") x";
    let row = shard.query_one(left, &[]).await.unwrap();
    assert_eq!((row.get::<_, Vec<i64>>(0), row.get::<_, i64>(1)), (vec![2], 3));
    assert_eq!(shard.query_one("SELECT count(*) FROM rate", &[]).await.unwrap().get::<_, i64>(0), 1);

    let snapshot = directory.wait_for(operations.version().await.unwrap()).await;
    assert!(snapshot.org_by_slug("acme").is_none() && snapshot.org_by_slug("globex").is_some());
    assert!(matches!(operations.drop_org("acme", &config).await, Err(DirectoryError::UnknownOrg(_))));
    // The slug is free again, the number is not.
    assert_eq!(operations.create_org("acme", None).await.unwrap().id.get(), 3);
}

#[tokio::test]
async fn a_drop_that_failed_serves_nobody_and_goes_on_later() {
    let fleet = Fleet::with().orgs(&["acme"]).role("app", &["acme"]).separate().start().await;
    let config = fleet.config();
    let directory = Directory::connect(&config.directory).await.unwrap();
    let mut operations = fleet.operations().await;
    fleet.shard_cluster(1).stop().await.unwrap();
    let failed = operations.drop_org("acme", &config).await.unwrap_err();
    assert!(matches!(failed, DirectoryError::ShardFailed { .. }), "{failed:?}");
    let snapshot = directory.wait_for(operations.version().await.unwrap()).await;
    assert!(snapshot.org_by_slug("acme").is_none(), "an org half dropped is served");
    let resumed = operations.resume_org("acme").await;
    assert!(matches!(resumed, Err(DirectoryError::WrongState { state: "being dropped", .. })), "{resumed:?}");

    fleet.shard_cluster(1).restart().await.unwrap();
    assert_eq!(operations.drop_org("acme", &config).await.unwrap(), 0, "nothing was migrated there");
    assert!(operations.orgs().await.unwrap().is_empty());
    assert!(operations.role("app").await.unwrap().orgs.is_empty());
}

#[tokio::test]
async fn a_migrated_shard_is_cleared_of_the_org_through_its_catalog() {
    let fleet = Fleet::with()
        .ddl(
            "CREATE TABLE parent (id bigint PRIMARY KEY, up bigint REFERENCES parent ON DELETE RESTRICT);
             CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parent ON DELETE RESTRICT);
             -- orgfold: global
             CREATE TABLE rate (code text PRIMARY KEY);",
        )
        .orgs(&["acme", "other", "globex"]) // acme and globex on the first shard
        .start()
        .await;
    let shard = fleet.shard_client(1).await;
    for org in [1_i64, 3] {
        let rows = format!(
            "INSERT INTO parent (org_id, id, up) VALUES ({org}, 1, NULL), ({org}, 2, 1);
             INSERT INTO child (org_id, id, parent_id) VALUES ({org}, 1, 2)"
        );
        shard.batch_execute(&rows).await.unwrap();
    }
    assert_eq!(fleet.operations().await.drop_org("acme", &fleet.config()).await.unwrap(), 3);
    let left = "SELECT array_agg(DISTINCT org_id), count(*) FROM \
                (SELECT org_id FROM parent UNION ALL SELECT org_id FROM child) x";
    let row = shard.query_one(left, &[]).await.unwrap();
    assert_eq!((row.get::<_, Vec<i64>>(0), row.get::<_, i64>(1)), (vec![3], 3));
}
