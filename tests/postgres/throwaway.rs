//! Throwaway clusters: they start, crash, come back with their data, and leave nothing behind.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// Set for the child process of [`a_killed_process_leaves_nothing`].
const HOLD: &str = "ORGFOLD_TEST_HOLD_A_CLUSTER";

/// By itself it holds nothing; as the child process it holds a cluster until it is killed.
#[tokio::test]
async fn holds_a_cluster_when_asked() {
    if std::env::var_os(HOLD).is_none() {
        return;
    }
    let cluster = Cluster::start().await.unwrap();
    println!("\nfolder={} port={}", cluster.socket_folder().display(), cluster.port());
    std::future::pending::<()>().await;
}

#[test]
fn a_killed_process_leaves_nothing() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "throwaway::holds_a_cluster_when_asked", "--nocapture"])
        .env(HOLD, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.find_map(|line| Some(line.unwrap().strip_prefix("folder=")?.to_owned())).unwrap();
    let (folder, port) = line.split_once(" port=").unwrap();
    let port: u16 = port.parse().unwrap();
    assert!(std::path::Path::new(folder).exists() && std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    child.kill().unwrap(); // SIGKILL: nothing of the process's own can run any more
    child.wait().unwrap();
    let begun = Instant::now();
    while std::path::Path::new(folder).exists() || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{folder} was left behind");
        std::thread::sleep(Duration::from_millis(10));
    }
}
