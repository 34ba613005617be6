//! The proxy's pools: sizes, fairness between orgs, what is kept and what is closed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::fleet::{Fleet, FleetOptions};

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";

/// acme and globex are on the first shard.
fn fleet(shards: &str) -> FleetOptions {
    Fleet::with().ddl(SCHEMA).orgs(&["acme", "other", "globex"]).role("app", &[]).config(&format!("[shards]\n{shards}"))
}

/// The proxy's backends on the first shard.
async fn backends(fleet: &Fleet) -> BTreeSet<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE usename = 'orgfold_runtime' AND application_name = ''
               AND query NOT LIKE 'LISTEN%' AND query NOT LIKE '%orgfold.%' AND datname = current_database() AND backend_type = 'client backend'";
    fleet.shard_client(1).await.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// Tries again until it holds or twenty seconds are over.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < limit, "not within twenty seconds: {what}");
        tokio::task::yield_now().await;
    }
}

fn code(error: &tokio_postgres::Error) -> String {
    error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned())
}

async fn begin(client: &Client) {
    client.batch_execute("BEGIN; SELECT count(*) FROM item").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_leaves_a_connection_to_the_others() {
    let fleet = fleet("pool_size = 4\npool_wait_ms = 300\n").start().await;
    let proxy = fleet.proxy().await;
    let mut crowd = Vec::new();
    for _ in 0..4 {
        crowd.push(proxy.connect("app", "acme").await);
    }
    for client in &crowd[..3] {
        begin(client).await;
    }
    // Three of four is its share: the fourth waits, and is told in time.
    assert_eq!(code(&crowd[3].batch_execute("TABLE item").await.unwrap_err()), "53300");
    let quiet = proxy.connect("app", "globex").await;
    quiet.batch_execute("INSERT INTO item VALUES (1, 'a')").await.unwrap();
    crowd[0].batch_execute("COMMIT").await.unwrap();
    crowd[3].batch_execute("TABLE item").await.unwrap();
    assert!(backends(&fleet).await.len() <= 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_least_is_served_next() {
    let fleet = fleet("pool_size = 1\npool_wait_ms = 20000\n").start().await;
    let proxy = fleet.proxy().await;
    let holder = proxy.connect("app", "acme").await;
    begin(&holder).await;
    // Twenty of one org's wait, then one of another's comes.
    let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = tokio::task::JoinSet::new();
    let waiting = async |wanted: usize| {
        until("they wait", async || fleet_waiting(&proxy) == wanted).await;
    };
    for number in 0..20 {
        let (client, told) = (proxy.connect("app", "acme").await, told.clone());
        tasks.spawn(async move {
            client.batch_execute("SELECT count(*) FROM item").await.unwrap();
            told.send(("acme", number)).unwrap();
        });
        waiting(number + 1).await;
    }
    let (client, told) = (proxy.connect("app", "globex").await, told);
    tasks.spawn(async move {
        client.batch_execute("SELECT count(*) FROM item").await.unwrap();
        told.send(("globex", 0)).unwrap();
    });
    waiting(21).await;
    holder.batch_execute("COMMIT").await.unwrap();
    tasks.join_all().await;
    let mut served = Vec::new();
    while let Ok(one) = order.try_recv() {
        served.push(one);
    }
    assert_eq!(served.len(), 21);
    // Its turn is the second at most, not the twenty-first; the answers of two may overtake each other.
    let place = served.iter().position(|(org, _)| *org == "globex").unwrap();
    assert!(place <= 3, "{served:?}");
}

fn fleet_waiting(proxy: &crate::fleet::RunningProxy) -> usize {
    proxy.pools().stats().iter().map(|pool| pool.waiting).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_come_and_go_as_configured() {
    let config = "pool_size = 4\nmin_idle = 2\nidle_timeout_ms = 200\nmax_lifetime_ms = 600000\n";
    let fleet = fleet(config).start().await;
    let proxy = fleet.proxy().await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(proxy.connect("app", "acme").await);
    }
    for client in &clients {
        begin(client).await;
    }
    assert!(backends(&fleet).await.len() >= 3);
    for client in &clients {
        client.batch_execute("COMMIT").await.unwrap();
    }
    // Those above the minimum go when nobody uses them; a lost one is replaced.
    until("two are left", async || backends(&fleet).await.len() == 2).await;
    let before = backends(&fleet).await;
    let victim = *before.first().unwrap();
    fleet.shard_client(1).await.execute("SELECT pg_terminate_backend($1)", &[&victim]).await.unwrap();
    clients[0].batch_execute("TABLE item").await.unwrap();
    until("another has come", async || {
        let now = backends(&fleet).await;
        now.len() == 2 && !now.contains(&victim)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_connection_is_replaced_and_an_unused_one_is_asked() {
    let fleet = fleet("pool_size = 1\nmax_lifetime_ms = 150\nhealth_check_ms = 40\n").start().await;
    let proxy = fleet.proxy().await;
    let acme = proxy.connect("app", "acme").await;
    acme.batch_execute("TABLE item").await.unwrap();
    let first = backends(&fleet).await;
    // A transaction may take longer than that, and is not cut.
    acme.batch_execute("BEGIN; SELECT pg_sleep(0.3); COMMIT").await.unwrap();
    until("it is replaced", async || {
        acme.batch_execute("TABLE item").await.unwrap();
        let now = backends(&fleet).await;
        !now.is_empty() && now.is_disjoint(&first)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_waiting_takes_nothing_along() {
    let fleet = fleet("pool_size = 1\npool_wait_ms = 20000\n").start().await;
    let proxy = fleet.proxy().await;
    let holder = proxy.connect("app", "acme").await;
    begin(&holder).await;
    let (leaving, connection) = proxy.settings("app", "globex").connect(tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let query = tokio::spawn(async move { leaving.batch_execute("TABLE item").await });
    until("it waits", async || fleet_waiting(&proxy) == 1).await;
    connection.abort();
    assert!(query.await.unwrap().is_err());
    until("its place is given up", async || fleet_waiting(&proxy) == 0).await;
    let staying = proxy.connect("app", "globex").await;
    holder.batch_execute("COMMIT").await.unwrap();
    staying.batch_execute("TABLE item").await.unwrap();
    holder.batch_execute("TABLE item").await.unwrap();
    assert_eq!(backends(&fleet).await.len(), 1);
    let stats = proxy.pools().stats();
    assert_eq!((stats[0].size, stats[0].made, stats[0].waiting), (1, 1, 0), "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_is_away_is_not_stormed_and_comes_back() {
    let fleet = fleet("pool_size = 4\n").separate().start().await;
    let proxy = fleet.proxy().await;
    let acme = proxy.connect("app", "acme").await;
    acme.batch_execute("TABLE item").await.unwrap();
    fleet.shard_cluster(1).kill().await.unwrap();
    // The first may meet the broken connection; then all are told at once.
    let _ = acme.batch_execute("TABLE item").await;
    for _ in 0..20 {
        assert_eq!(code(&acme.batch_execute("TABLE item").await.unwrap_err()), "08001");
    }
    fleet.shard_cluster(1).restart().await.unwrap();
    until("it is back", async || acme.batch_execute("TABLE item").await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_with_session_pooling_keeps_its_backend() {
    let options = Fleet::with().ddl(SCHEMA).orgs(&["acme", "other", "globex"]).role("app", &[]).role("reports", &[]);
    let fleet = options.config("[shards]\npool_size = 3\n[proxy]\nsession_pooling = [\"reports\"]\n").start().await;
    let proxy = fleet.proxy().await;
    let (kept, app) = (proxy.connect("reports", "acme").await, proxy.connect("app", "acme").await);
    let zone = async || -> String { app.query_one("SHOW timezone", &[]).await.unwrap().get(0) };
    let before = zone().await;
    // What is refused before it reaches the shard does not undo what comes after.
    assert!(kept.batch_execute("CREATE TABLE t ()").await.is_err());
    kept.batch_execute("SET timezone = 'Asia/Kolkata'; TABLE item").await.unwrap();
    let leased = || proxy.pools().stats()[0].leased;
    until("it is kept", async || leased() == 1).await;
    for _ in 0..5 {
        app.batch_execute("TABLE item").await.unwrap();
        kept.batch_execute("INSERT INTO item SELECT count(*) FROM item").await.unwrap();
    }
    assert_eq!(leased(), 1);
    // It serves the session's next org on the same shard too, and is given back at the end, for anybody.
    kept.batch_execute("SET orgfold.org = 'globex'").await.unwrap();
    let count: i64 = kept.query_one("SELECT count(*) FROM item", &[]).await.unwrap().get(0);
    assert_eq!((count, leased()), (0, 1));
    drop(kept);
    until("it is given back", async || leased() == 0).await;
    assert_eq!(zone().await, before);
}
