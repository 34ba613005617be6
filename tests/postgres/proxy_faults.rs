//! The proxy when things break: shards, the directory, frames, clients. Each time the connection or the pool is in a
//! known state after.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fleet::{Fleet, RunningProxy};

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";

fn code(error: &tokio_postgres::Error) -> String {
    error.code().map_or_else(|| format!("no SQLSTATE: {error}"), |code| code.code().to_owned())
}

/// Tries again until it works or ten seconds are over.
async fn until<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(done) = attempt().await {
            return done;
        }
        assert!(Instant::now() < limit, "not within ten seconds");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_goes_away_fails_its_transactions_and_no_others() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one", "two"]).role("app", &[]).separate().start().await;
    let proxy = fleet.proxy().await;
    let one = until(async || proxy.try_connect("app", "one").await.ok()).await;
    let two = until(async || proxy.try_connect("app", "two").await.ok()).await;
    one.batch_execute("BEGIN; INSERT INTO item VALUES (1, 'lost')").await.unwrap();
    fleet.shard_cluster(1).kill().await.unwrap();
    let error = one.batch_execute("INSERT INTO item VALUES (2, 'lost')").await.unwrap_err();
    assert_eq!(code(&error), "08006", "{error}");
    let error = one.batch_execute("INSERT INTO item VALUES (3, 'refused')").await.unwrap_err();
    assert_eq!(code(&error), "08001", "{error}");
    two.batch_execute("INSERT INTO item VALUES (1, 'kept')").await.unwrap();
    fleet.shard_cluster(1).restart().await.unwrap();
    // The same client connection goes on; what was not committed is not there.
    let count = until(async || one.query_one("SELECT count(*) FROM item", &[]).await.ok()).await;
    assert_eq!(count.get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn known_orgs_go_on_without_the_directory() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).separate().start().await;
    let proxy = fleet.proxy().await;
    fleet.directory_cluster().kill().await.unwrap();
    let client = proxy.connect("app", "one").await;
    client.batch_execute("INSERT INTO item VALUES (1, 'a')").await.unwrap();
    assert_eq!(code(&proxy.try_connect("app", "nowhere").await.err().unwrap()), "3D000");
    fleet.directory_cluster().restart().await.unwrap();
    let mut operations =
        until(async || orgfold::directory::ops::Operations::connect(&fleet.config().directory).await.ok()).await;
    operations.create_org("two", None).await.unwrap();
    until(async || proxy.try_connect("app", "two").await.ok()).await;
}

/// What the proxy answers to these bytes until it closes the connection.
async fn raw(proxy: &RunningProxy, bytes: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_frames_end_their_connection_with_08p01() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    let startup = |body: &[u8]| [&(body.len() as u32 + 4).to_be_bytes()[..], body].concat();
    let unterminated = startup(b"\0\x03\0\0user\0app\0database\0one\0x");
    let valid = startup(b"\0\x03\0\0user\0app\0database\0one\0\0");
    for bytes in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        unterminated,
        [valid.clone(), b"Q\0\0\0\x04".to_vec()].concat(),
        [valid.clone(), b"p\0\0\0\x02".to_vec()].concat(),
        [valid, b"p\xff\xff\xff\xff".to_vec()].concat(),
    ] {
        let answer = raw(&proxy, &bytes).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains("FATAL") && text.contains("08P01"), "{bytes:?}: {text:?}");
    }
    let old = raw(&proxy, &startup(b"\0\x02\0\0")).await;
    assert!(String::from_utf8_lossy(&old).contains("0A000"));
    proxy.connect("app", "one").await.batch_execute("SELECT 1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanishes_leaves_no_lock_and_no_row() {
    let config = "[shards]\npool_size = 2\npool_wait_ms = 500\n";
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    let other = proxy.connect("app", "one").await;
    other.batch_execute("INSERT INTO item VALUES (1, 'a')").await.unwrap();
    let (gone, connection) = proxy.settings("app", "one").connect(tokio_postgres::NoTls).await.unwrap();
    let task = tokio::spawn(connection);
    gone.batch_execute("BEGIN; UPDATE item SET name = 'b'; INSERT INTO item VALUES (2, 'b')").await.unwrap();
    task.abort();
    drop(gone);
    // The row is locked until the proxy has noticed and the backend is closed.
    tokio::time::timeout(Duration::from_secs(10), other.batch_execute("UPDATE item SET name = 'c' WHERE id = 1"))
        .await
        .unwrap()
        .unwrap();
    let rows = other.query("SELECT id, name FROM item", &[]).await.unwrap();
    let rows: Vec<(i32, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(rows, [(1, "c".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_used_up_says_so_and_recovers() {
    let config = "[shards]\npool_size = 1\npool_wait_ms = 200\n";
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    let (first, second) = (proxy.connect("app", "one").await, proxy.connect("app", "one").await);
    first.batch_execute("BEGIN; INSERT INTO item VALUES (1, 'a')").await.unwrap();
    assert_eq!(code(&second.batch_execute("TABLE item").await.unwrap_err()), "53300");
    first.batch_execute("COMMIT").await.unwrap();
    assert_eq!(second.query("TABLE item", &[]).await.unwrap().len(), 1);
    // A backend that the server ends is replaced.
    fleet.shard_client(1).await
        .batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orgfold_runtime' AND datname = current_database()")
        .await
        .unwrap();
    until(async || second.query("TABLE item", &[]).await.ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_where_a_certificate_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let config = format!("[proxy]\ntls_cert = {cert:?}\ntls_key = {key:?}\ntls_required = true\n");
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).config(&config).start().await;
    let proxy = fleet.proxy().await;
    let psql = |mode: &str| {
        let output = std::process::Command::new(fleet.tool("psql"))
            .args(["-X", "-At", "-c", "SELECT 'in'", "-c", "\\conninfo"])
            .arg(format!("host=localhost port={} user=app dbname=one sslmode={mode}", proxy.port()))
            .env("PGPASSWORD", crate::fleet::PASSWORD)
            .output()
            .unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let encrypted = psql("require");
    assert!(encrypted.starts_with("in\n") && encrypted.contains("TLSv1.3"), "{encrypted}");
    let plain = psql("disable");
    assert!(plain.contains("connections must be encrypted"), "{plain}");
}
