//! Throwaway clusters: they start, crash, come back with their data, and leave nothing behind.

use orgfold::throwaway::{Cluster, ThrowawayError};

#[tokio::test]
async fn a_cluster_survives_a_crash_and_leaves_nothing() {
    let cluster = Cluster::start().await.unwrap();
    let folder = cluster.socket_folder().to_owned();
    let client = cluster.connect("postgres").await.unwrap();
    client.batch_execute("CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)").await.unwrap();

    cluster.stop().await.unwrap();
    assert!(matches!(cluster.connect("postgres").await, Err(ThrowawayError::Connect(_))));
    cluster.restart().await.unwrap();
    cluster.kill().await.unwrap();
    assert!(cluster.connect("postgres").await.is_err());
    cluster.restart().await.unwrap();

    let client = cluster.connect("postgres").await.unwrap();
    let row = client.query_one("SELECT x, current_setting('is_superuser') FROM kept", &[]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, &str>(1)), (7, "on"));
    assert!(folder.exists());
    drop(client);
    drop(cluster);
    assert!(!folder.exists(), "{} was left behind", folder.display());
}

#[tokio::test]
async fn passwords_are_asked_for() {
    let cluster = Cluster::start().await.unwrap();
    let url = format!("postgres://postgres:wrong@127.0.0.1:{}/postgres", cluster.port());
    let Err(refused) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await else { panic!("it let us in") };
    assert_eq!(refused.code().unwrap().code(), "28P01");
}
