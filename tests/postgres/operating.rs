//! What operators have: the console, figures over HTTP, pauses, reloads, and a second instance that takes over.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::fleet::{Fleet, FleetOptions, PASSWORD};

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";

fn fleet() -> FleetOptions {
    Fleet::with()
        .ddl(SCHEMA)
        .orgs(&["acme", "other", "globex"])
        .role("app", &[])
        .role("ops", &[])
        .config("[admin]\nlisten = \"127.0.0.1:0\"\nroles = [\"ops\"]\n[log]\nslow_ms = 1\n")
}

/// The rows of a simple query, by column.
async fn table(client: &Client, sql: &str) -> Vec<HashMap<String, String>> {
    let messages = client.simple_query(sql).await.unwrap();
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(
            row.columns()
                .iter()
                .enumerate()
                .map(|(at, column)| (column.name().to_owned(), row.get(at).unwrap_or("").to_owned()))
                .collect(),
        ),
        _other => None,
    });
    rows.collect()
}

fn code(error: &tokio_postgres::Error) -> &str {
    error.code().map_or("none", tokio_postgres::error::SqlState::code)
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < limit, "not within twenty seconds: {what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_shows_what_is_going_on() {
    let fleet = fleet().start().await;
    let proxy = fleet.proxy().await;
    let (ops, acme) = (proxy.connect("ops", "orgfold").await, proxy.connect("app", "acme").await);
    acme.batch_execute("BEGIN; INSERT INTO item VALUES (1, 'canary')").await.unwrap();
    let clients = table(&ops, "SHOW CLIENTS").await;
    assert_eq!(clients.len(), 1, "{clients:?}");
    assert_eq!((&*clients[0]["role"], &*clients[0]["org"], &*clients[0]["state"]), ("app", "acme", "active"));
    let servers = table(&ops, "show servers;").await;
    assert_eq!((&*servers[0]["org"], &*servers[0]["state"]), ("acme", "leased"), "{servers:?}");
    acme.batch_execute("COMMIT").await.unwrap();
    let pools = table(&ops, "SHOW POOLS").await;
    let first = pools.iter().find(|pool| pool["shard"] == "shard1").unwrap();
    assert_eq!((&*first["leased"], &*first["waiting"], &*first["paused"]), ("0", "0", "no"));
    let orgs = table(&ops, "SHOW ORGS").await;
    assert_eq!((&*orgs[0]["org"], &*orgs[0]["queries"]), ("acme", "2"));
    assert_eq!(table(&ops, "SHOW STATS").await[0]["queries"], "2");
    assert_eq!(table(&ops, "SHOW SHARDS").await.len(), 2);
    assert_eq!(table(&ops, "SHOW VERSION").await.len(), 1);
    assert!(table(&ops, "SHOW PLANS").await[0]["misses"].parse::<u64>().unwrap() > 0);
    assert!(table(&ops, "SHOW HELP").await.len() > 12);
    let config = table(&ops, "SHOW CONFIG").await;
    assert!(config.iter().any(|row| row["key"] == "shards.pool_size"), "{config:?}");
    assert!(!format!("{config:?}").contains(PASSWORD));
    // Several at once, and the extended protocol, as drivers use it.
    assert_eq!(table(&ops, "SHOW VERSION; SHOW SHARDS").await.len(), 3);
    let rows = ops.query("SHOW POOLS", &[]).await.unwrap();
    assert_eq!((rows[0].len(), rows[0].get::<_, i64>("leased")), (12, 0));
    ops.batch_execute("BEGIN; SHOW VERSION; COMMIT").await.unwrap();
    for (sql, wanted) in [
        ("SELECT 1", "42601"),
        ("KILL 999999", "42704"),
        ("PAUSE ORG nobody", "42704"),
        ("RESUME", "55000"),
        ("RELOAD", "F0000"),
    ] {
        assert_eq!(code(&ops.simple_query(sql).await.unwrap_err()), wanted, "{sql}");
        assert_eq!(code(&ops.query(sql, &[]).await.unwrap_err()), wanted, "{sql}");
    }
    // To another role it is a database like one that is not there.
    let (one, other) = (proxy.try_connect("app", "orgfold").await, proxy.try_connect("app", "orgfolx").await);
    let (one, other) = (one.err().unwrap().to_string(), other.err().unwrap().to_string());
    assert_eq!(one.replace("orgfold", "X"), other.replace("orgfolx", "X"));
    assert!(fleet.operations().await.create_org("orgfold", None).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_reads_the_console() {
    let fleet = fleet().start().await;
    let proxy = fleet.proxy().await;
    let psql = Command::new(fleet.tool("psql"))
        .args(["-X", "-h", "127.0.0.1", "-p", &proxy.port().to_string(), "-U", "ops", "-d", "orgfold"])
        .args(["-c", "SHOW SHARDS", "-c", "SHOW POOLS", "-c", "SHOW CLIENTS", "-c", "SHOW HELP"])
        .env("PGPASSWORD", PASSWORD)
        .output()
        .unwrap();
    let said = String::from_utf8(psql.stdout).unwrap();
    assert!(said.contains("shard1 | local  | 127.0.0.1 |"), "{said}{}", String::from_utf8_lossy(&psql.stderr));
    assert!(said.contains("PAUSE ORG acme"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lets_end_what_runs_and_holds_what_comes() {
    let fleet = fleet().start().await;
    let proxy = fleet.proxy().await;
    let ops = proxy.connect("ops", "orgfold").await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    acme.batch_execute("BEGIN; INSERT INTO item VALUES (1, 'a')").await.unwrap();
    let pausing = tokio::spawn(async move {
        ops.batch_execute("PAUSE ORG acme").await.unwrap();
        ops
    });
    // The transaction that runs goes on; the others are not held.
    globex.batch_execute("TABLE item").await.unwrap();
    acme.batch_execute("INSERT INTO item VALUES (2, 'b')").await.unwrap();
    assert!(!pausing.is_finished());
    acme.batch_execute("COMMIT").await.unwrap();
    let ops = pausing.await.unwrap();
    let waiting =
        tokio::spawn(async move { acme.query_one("SELECT count(*) FROM item", &[]).await.unwrap().get::<_, i64>(0) });
    until("it waits", async || {
        table(&ops, "SHOW CLIENTS").await.iter().any(|client| client["org"] == "acme" && client["state"] == "waiting")
    })
    .await;
    globex.batch_execute("TABLE item").await.unwrap();
    assert!(!waiting.is_finished());
    ops.batch_execute("RESUME ORG acme").await.unwrap();
    assert_eq!(waiting.await.unwrap(), 2);
    // A shard, and everything.
    ops.batch_execute("PAUSE SHARD shard1").await.unwrap();
    assert_eq!(table(&ops, "SHOW POOLS").await.iter().filter(|pool| pool["paused"] == "yes").count(), 1);
    ops.batch_execute("RESUME SHARD shard1; PAUSE; RESUME").await.unwrap();
    globex.batch_execute("TABLE item").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_client_is_gone_and_its_transaction_with_it() {
    let fleet = fleet().start().await;
    let proxy = fleet.proxy().await;
    let ops = proxy.connect("ops", "orgfold").await;
    let (acme, globex) = (proxy.connect("app", "acme").await, proxy.connect("app", "globex").await);
    acme.batch_execute("BEGIN; INSERT INTO item VALUES (1, 'a')").await.unwrap();
    globex.batch_execute("TABLE item").await.unwrap();
    let sleeping = tokio::spawn(async move { acme.batch_execute("SELECT pg_sleep(60)").await.unwrap_err() });
    let clients = table(&ops, "SHOW CLIENTS").await;
    let number = &clients.iter().find(|client| client["org"] == "acme").unwrap()["client"];
    ops.batch_execute(&format!("KILL {number}")).await.unwrap();
    assert_eq!(code(&sleeping.await.unwrap()), "57P01");
    let again = proxy.connect("app", "acme").await;
    assert_eq!(again.query_one("SELECT count(*) FROM item", &[]).await.unwrap().get::<_, i64>(0), 0);
    ops.batch_execute("KILL ORG globex").await.unwrap();
    until("it is gone", async || globex.batch_execute("TABLE item").await.is_err()).await;
    again.batch_execute("TABLE item").await.unwrap();
    until("its backend is free", async || proxy.pools().stats().iter().all(|pool| pool.leased == 0)).await;
}

/// A page of figures, read strictly: every sample has a type that was said before, no name and labels come twice.
fn figures(page: &str) -> HashMap<String, f64> {
    let (mut types, mut figures) = (HashMap::new(), HashMap::new());
    for line in page.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (kind, name, text) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            match kind {
                "HELP" => assert!(text.ends_with('.'), "{line}"),
                "TYPE" => assert!(types.insert(name.to_owned(), text.to_owned()).is_none(), "{line}"),
                other => panic!("{other}"),
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let base = name.split('{').next().unwrap();
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| base.strip_suffix(end))
            .filter(|family| types.get(*family).is_some_and(|kind| kind == "histogram"));
        assert!(types.contains_key(family.unwrap_or(base)), "{line}");
        assert!(figures.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{line}");
    }
    figures
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_over_http_are_what_was_done() {
    let fleet = fleet().start().await;
    let proxy = fleet.proxy().await;
    let acme = proxy.connect("app", "acme").await;
    for _ in 0..7 {
        acme.batch_execute("SELECT count(*) FROM item").await.unwrap();
    }
    assert!(acme.batch_execute("DROP TABLE item").await.is_err());
    assert_eq!(proxy.get("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(proxy.get("/readyz").await, (200, "ok\n".to_owned()));
    assert_eq!(proxy.get("/nothing").await.0, 404);
    let (status, page) = proxy.get("/metrics").await;
    assert_eq!(status, 200);
    let figures = figures(&page);
    let figure = |name: &str| *figures.get(name).unwrap_or_else(|| panic!("{name}\n{page}"));
    // The refused one was answered too.
    assert_eq!(figure("orgfold_org_query_seconds_count{org=\"acme\"}"), 8.0);
    assert_eq!(figure("orgfold_query_seconds_bucket{shard=\"shard1\",le=\"+Inf\"}"), 8.0);
    assert!(figure("orgfold_query_seconds_sum{shard=\"shard1\"}") > 0.0);
    // The query's text with its head, and a row, as often as it was asked.
    assert!(figure("orgfold_bytes_total{shard=\"shard1\",direction=\"in\"}") >= 7.0 * 30.0);
    assert!(figure("orgfold_org_bytes_total{org=\"acme\",direction=\"out\"}") >= 6.0 * 60.0);
    assert_eq!(figure("orgfold_refusals_total{sqlstate=\"42501\"}"), 1.0);
    assert_eq!(figure("orgfold_clients{state=\"idle\"}"), 1.0);
    assert_eq!(figure("orgfold_pool_connections{shard=\"shard1\",state=\"leased\"}"), 0.0);
    assert!(figure("orgfold_plan_cache_hits_total") >= 6.0);
    for hidden in ["item", PASSWORD, "canary", "_p0"] {
        assert!(!page.contains(hidden), "{hidden}\n{page}");
    }
}

/// `orgfold serve` as a process, with its config.
struct Served {
    child: Child,
    port: u16,
    config: tempfile::NamedTempFile,
}

impl Served {
    fn start(fleet: &Fleet, more: &str) -> Served {
        let mut config = tempfile::NamedTempFile::new().unwrap();
        config.write_all(fleet.config_text(more).as_bytes()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_orgfold"))
            .args(["-C", config.path().to_str().unwrap(), "serve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut first).unwrap();
        let port = first.trim().rsplit(':').next().unwrap().parse().unwrap_or_else(|_| panic!("{first}"));
        Served { child, port, config }
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    async fn connect(&self, role: &str, org: &str) -> Result<Client, tokio_postgres::Error> {
        let mut settings = tokio_postgres::Config::new();
        settings.host("127.0.0.1").port(self.port).user(role).password(PASSWORD).dbname(org);
        let (client, connection) = settings.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_read_anew_and_a_broken_one_is_not() {
    let fleet = fleet().start().await;
    let mut served = Served::start(&fleet, "[proxy]\nlisten = \"127.0.0.1:0\"\n");
    let ops = served.connect("ops", "orgfold").await.unwrap();
    let acme = served.connect("app", "acme").await.unwrap();
    acme.batch_execute("SELECT pg_sleep(0.02) AS slow_before").await.unwrap();
    let size = async || {
        table(&ops, "SHOW CONFIG").await.iter().find(|row| row["key"] == "shards.pool_size").unwrap()["value"].clone()
    };
    let before = size().await;
    let text = std::fs::read_to_string(served.config.path()).unwrap();
    std::fs::write(served.config.path(), "[proxy]\nnonsense = 1\n").unwrap();
    let error = ops.batch_execute("RELOAD").await.unwrap_err();
    assert_eq!(code(&error), "F0000");
    assert_eq!(size().await, before);
    std::fs::write(served.config.path(), text.replace("[shards]\n", "[shards]\npool_size = 5\n")).unwrap();
    served.signal("HUP");
    until("the hangup is heard", async || size().await == "5").await;
    std::fs::write(served.config.path(), text.replace("[shards]\n", "[shards]\npool_size = 6\n")).unwrap();
    ops.batch_execute("RELOAD").await.unwrap();
    assert_eq!(size().await, "6");
    // What is slow, to sessions that were there before too.
    let text = text.replace("slow_ms = 1\n", "slow_ms = 600000\n");
    std::fs::write(served.config.path(), text).unwrap();
    ops.batch_execute("RELOAD").await.unwrap();
    acme.batch_execute("SELECT pg_sleep(0.02) AS slow_after").await.unwrap();
    drop((acme, ops));
    served.signal("TERM");
    until("it has ended", async || served.child.try_wait().unwrap().is_some()).await;
    let mut logs = String::new();
    std::io::Read::read_to_string(served.child.stderr.as_mut().unwrap(), &mut logs).unwrap();
    assert!(logs.contains("slow_before") && !logs.contains("slow_after"), "{logs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_takes_over_without_a_lost_query() {
    let fleet = fleet().start().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = format!("[proxy]\nreuse_port = true\nlisten = \"127.0.0.1:{port}\"\n");
    let mut first = Served::start(&fleet, &config);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let stopped = stopped.clone();
        streams.spawn(async move {
            let mut served = 0;
            while !*stopped.borrow() {
                let mut settings = tokio_postgres::Config::new();
                settings.host("127.0.0.1").port(port).user("app").password(PASSWORD).dbname("acme");
                let (client, connection) = settings.connect(NoTls).await.unwrap();
                tokio::spawn(connection);
                client.batch_execute("BEGIN; SELECT count(*) FROM item; COMMIT").await.unwrap();
                served += 1;
            }
            served
        });
    }
    let second = Served::start(&fleet, &config);
    assert_eq!(second.port, port);
    first.signal("TERM");
    until("the first has ended", async || first.child.try_wait().unwrap().is_some()).await;
    let client = second.connect("app", "acme").await.unwrap();
    client.batch_execute("TABLE item").await.unwrap();
    stop.send(true).unwrap();
    let served: usize = streams.join_all().await.into_iter().sum();
    assert!(served > 3, "{served}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_proxy_says_so_and_ends_when_its_transactions_have() {
    let fleet = fleet().start().await;
    let proxy = fleet.proxy().await;
    let (app, ops) = (proxy.connect("app", "acme").await, proxy.connect("ops", "orgfold").await);
    app.batch_execute("BEGIN; INSERT INTO item VALUES (77, 'kept')").await.unwrap();
    assert_eq!(proxy.get("/readyz").await.0, 200);
    ops.batch_execute("DRAIN").await.unwrap();
    until("it says so", async || proxy.get("/readyz").await.0 == 503).await;
    assert_eq!(proxy.get("/readyz").await, (503, "draining\n".to_owned()));
    assert_eq!(proxy.get("/healthz").await.0, 200);
    app.batch_execute("COMMIT").await.unwrap();
    until("the session has ended", async || app.is_closed() || app.batch_execute("SELECT 1").await.is_err()).await;
    let shard = fleet.shard_client(1).await;
    let kept = shard.query_one("SELECT count(*) FROM item WHERE id = 77", &[]).await.unwrap();
    assert_eq!(kept.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_tell_what_was_slow_and_no_secret() {
    let fleet = fleet().start().await;
    let mut served = Served::start(&fleet, "[proxy]\nlisten = \"127.0.0.1:0\"\n");
    let acme = served.connect("app", "acme").await.unwrap();
    acme.execute("INSERT INTO item SELECT $1, $2 FROM (SELECT pg_sleep(0.02)) AS s", &[&1i32, &"canary"])
        .await
        .unwrap();
    acme.batch_execute("SELECT pg_sleep(0.02), 'canary' -- canary").await.unwrap();
    let mut wrong = tokio_postgres::Config::new();
    wrong.host("127.0.0.1").port(served.port).user("app").password("a wrong word").dbname("acme");
    assert!(wrong.connect(NoTls).await.is_err());
    drop(acme);
    served.signal("TERM");
    until("it has ended", async || served.child.try_wait().unwrap().is_some()).await;
    let mut logs = String::new();
    std::io::Read::read_to_string(served.child.stderr.as_mut().unwrap(), &mut logs).unwrap();
    assert!(logs.contains("slow query") && logs.contains("INSERT INTO item SELECT $1, $2"), "{logs}");
    assert!(logs.contains("item_p") && logs.contains("org=\"acme\""), "{logs}");
    assert!(logs.contains("28P01"), "{logs}");
    // Whose request, and which: two of the first client's.
    let requests: Vec<&str> =
        logs.split("request=").skip(1).map(|rest| rest.split_whitespace().next().unwrap()).collect();
    assert!(requests.len() == 2 && requests[0] != requests[1], "{requests:?}: {logs}");
    assert!(requests.iter().all(|request| request.starts_with("1.")), "{requests:?}: {logs}");
    for secret in [PASSWORD, "a wrong word", "canary"] {
        assert!(!logs.contains(secret), "{secret}: {logs}");
    }
}
