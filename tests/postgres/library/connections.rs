//! Connections: waited for, shared, old, lost.

use orgfold::org::OrgId;

use super::connect;
use crate::fleet::Fleet;
use crate::library::*;

#[tokio::test]
async fn waiting_for_a_connection_ends() {
    let fleet = notes().config("[shards]\npool_size = 1\npool_wait_ms = 50\n").start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let tx = acme.transaction().await.unwrap();
    let error = add(&acme, "x").await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("53300", true));
    // Another shard has another pool; what is refused needs no connection.
    add(&globex, "y").await.unwrap();
    assert_eq!(acme.execute("DROP TABLE book", &[]).await.unwrap_err().code(), "42501");
    tx.rollback().await.unwrap();
    add(&acme, "x").await.unwrap();
    orgfold.close();
    assert_eq!(add(&acme, "z").await.unwrap_err().code(), "53300");
}

#[tokio::test]
async fn connections_that_are_old_idle_or_dead_are_not_handed_out() {
    let config = "[shards]\npool_size = 2\nhealth_check_ms = 1\nidle_timeout_ms = 400\nmax_lifetime_ms = 60000\n";
    let fleet = notes().config(config).start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    add(&acme, "x").await.unwrap();
    // Killed while nobody used it: the next statement gets another and does not fail.
    let shard = fleet.shard_client(1).await;
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE usename = 'orgfold_runtime' AND datname = current_database() AND query !~ 'LISTEN|metadata|catalog'";
    assert!(shard.query_one(kill, &[]).await.unwrap().get::<_, i64>(0) >= 1);
    assert_eq!(count(&acme).await, 1);
    assert_eq!(orgfold.pools()[0].connections, 1);
    eventually("an empty pool", async || orgfold.pools()[0].connections == 0).await;
    assert_eq!(count(&acme).await, 1);
}

#[tokio::test]
async fn a_connection_lives_its_time() {
    let fleet = notes().config("[shards]\npool_size = 1\nmax_lifetime_ms = 200\n").start().await;
    let orgfold = connect(&fleet).await;
    let acme = orgfold.org("acme").unwrap();
    let shard = fleet.shard_client(1).await;
    let begun = async || -> Vec<std::time::SystemTime> {
        let sql = "SELECT backend_start FROM pg_stat_activity WHERE usename = 'orgfold_runtime'
            AND datname = current_database() AND query ~ 'book_p'";
        shard.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    assert_eq!(count(&acme).await, 0);
    let first = begun().await;
    assert_eq!(first.len(), 1);
    eventually("another connection", async || {
        assert_eq!(count(&acme).await, 0);
        begun().await.iter().all(|begun| *begun > first[0])
    })
    .await;
    assert!(orgfold.pools()[0].connections <= 1);
}

#[tokio::test]
async fn no_org_takes_all_connections_of_a_shard() {
    let config = "[shards]\npool_size = 4\norg_share_percent = 50\npool_wait_ms = 2000\n";
    let fleet = Fleet::with().ddl(NOTES).orgs(&["acme", "globex", "initech"]).config(config).start().await;
    let orgfold = connect(&fleet).await;
    let (acme, initech) = (orgfold.org("acme").unwrap(), orgfold.org("initech").unwrap());
    let held = [acme.transaction().await.unwrap(), acme.transaction().await.unwrap()];
    assert_eq!(add(&acme, "x").await.unwrap_err().code(), "53300");
    // The same shard has connections for others.
    add(&initech, "y").await.unwrap();
    let waiting = tokio::spawn({
        let acme = acme.clone();
        async move { add(&acme, "x").await }
    });
    eventually("one who waits", async || orgfold.pools()[0].waiting == 1).await;
    drop(held);
    waiting.await.unwrap().unwrap();
    assert_eq!(orgfold.pools()[0].connections, 3);
    all_is_quiet(&orgfold, &fleet).await;
}

#[tokio::test]
async fn orgs_that_may_not_be_served_are_not() {
    let fleet = notes().start().await;
    let orgfold = connect(&fleet).await;
    assert_eq!(orgfold.org("nobody").unwrap_err().code(), "3D000");
    assert_eq!(orgfold.org_by_id(OrgId::try_new(4711).unwrap()).unwrap_err().code(), "3D000");
    assert_eq!(orgfold.orgs(), ["acme", "globex"]);
    let acme = orgfold.org("acme").unwrap();
    add(&acme, "x").await.unwrap();
    let mut operations = fleet.operations().await;
    operations.suspend_org("acme").await.unwrap();
    eventually("the suspension", async || orgfold.org("acme").is_err()).await;
    assert_eq!(orgfold.org("acme").unwrap_err().code(), "28000");
    assert_eq!(orgfold.org_by_id(acme.id()).unwrap_err().code(), "28000");
    assert_eq!(orgfold.orgs(), ["globex"]);
    // A handle that was made before is no way around it.
    assert_eq!(add(&acme, "y").await.unwrap_err().code(), "28000");
    operations.resume_org("acme").await.unwrap();
    eventually("the resumption", async || orgfold.org("acme").is_ok()).await;
    assert_eq!(orgfold.org_by_id(acme.id()).unwrap().slug(), "acme");
    assert_eq!(count(&acme).await, 1);
}

#[tokio::test]
async fn a_shard_that_goes_away_hurts_its_own_orgs_only() {
    let fleet = notes().separate().start().await;
    let orgfold = connect(&fleet).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let tx = acme.transaction().await.unwrap();
    tx.execute("INSERT INTO book (title) VALUES ('lost')", &[]).await.unwrap();
    fleet.shard_cluster(1).stop().await.unwrap();
    let error = tx.execute("INSERT INTO book (title) VALUES ('too')", &[]).await.unwrap_err();
    assert!(["08006", "57P01"].contains(&error.code()), "{error:?}");
    let error = tx.commit().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    eventually("a refused connection", async || match add(&acme, "x").await {
        Err(error) => error.code() == "08001" && error.is_retryable(),
        Ok(_) => false,
    })
    .await;
    add(&globex, "y").await.unwrap();
    // A new instance starts all the same.
    let other = connect(&fleet).await;
    assert_eq!(count(&other.org("globex").unwrap()).await, 1);
    assert_eq!(count_error(&other.org("acme").unwrap()).await, "08001");
    fleet.shard_cluster(1).restart().await.unwrap();
    for instance in [&orgfold, &other] {
        let acme = instance.org("acme").unwrap();
        eventually("the shard", async || acme.query("SELECT 1", &[]).await.is_ok()).await;
        assert_eq!(count(&acme).await, 0);
    }
    // The directory may be down: known orgs go on.
    fleet.directory_cluster().stop().await.unwrap();
    add(&acme, "without a directory").await.unwrap();
}
