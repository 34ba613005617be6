//! All of it at once, for as long as `ORGFOLD_SOAK` says in seconds (ten minutes are meant); without it nothing is done.
//!
//! Writers whose every acknowledged row must be there, readers, COPY, cancels, clients that vanish, killed backends, broken
//! wires: after it no descriptor, backend or memory is left over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::faults::network::{Fault, Network, Towards};
use crate::fleet::{Fleet, PASSWORD};

const SCHEMA: &str = "CREATE TABLE item (id bigint PRIMARY KEY, name text);";

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn soak() {
    let Some(seconds) = std::env::var("ORGFOLD_SOAK").ok().and_then(|text| text.parse::<u64>().ok()) else { return };
    let config = "[shards]\npool_size = 5\npool_wait_ms = 30000\nconnect_timeout_ms = 2000\n";
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one", "two", "three"]).role("app", &[]).config(config).start().await;
    let directory = fleet.directory_client().await;
    let port: i32 =
        directory.query_one("SELECT port FROM orgfold.shard WHERE name = 'shard1'", &[]).await.unwrap().get(0);
    let behind = Arc::new(Network::to(u16::try_from(port).unwrap()).await);
    let update = "UPDATE orgfold.shard SET port = $1 WHERE name = 'shard1'";
    directory.execute(update, &[&i32::from(behind.port())]).await.unwrap();
    let proxy = Arc::new(fleet.proxy().await);
    let front = Arc::new(Network::to(proxy.port()).await);
    let until = Instant::now() + Duration::from_secs(seconds);
    let ids = Arc::new(AtomicU64::new(1));
    let (first_descriptors, first_kib) = (descriptors(), resident_kib());
    let mut tasks = Vec::new();
    for worker in 0..16u64 {
        let (front, ids) = (Arc::clone(&front), Arc::clone(&ids));
        tasks.push(tokio::spawn(async move {
            let mut dice = Dice(worker + 1);
            let org = ["one", "two", "three"][usize::try_from(worker % 3).unwrap()];
            let (mut kept, mut failed) = (Vec::new(), 0u64);
            while Instant::now() < until {
                let mut settings = tokio_postgres::Config::new();
                settings.host("127.0.0.1").port(front.port()).user("app").password(PASSWORD).dbname(org);
                let Ok((client, connection)) = settings.connect(tokio_postgres::NoTls).await else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let task = tokio::spawn(connection);
                for _ in 0..dice.roll(60) {
                    let id = i64::try_from(ids.fetch_add(1, Ordering::Relaxed)).unwrap();
                    let name = format!("{org} {id}");
                    let done = match dice.roll(6) {
                        0 => client.execute("INSERT INTO item VALUES ($1, $2)", &[&id, &name]).await.map(|_| true),
                        1 => client
                            .batch_execute(&format!("BEGIN; INSERT INTO item VALUES ({id}, '{name}'); COMMIT"))
                            .await
                            .map(|()| true),
                        2 => {
                            let token = client.cancel_token();
                            let (done, ()) = tokio::join!(client.batch_execute("SELECT pg_sleep(0.01)"), async {
                                let _ = token.cancel_query(tokio_postgres::NoTls).await;
                            });
                            done.map(|()| false)
                        }
                        3 => client
                            .query("SELECT repeat('x', 1000) FROM generate_series(1, 2000)", &[])
                            .await
                            .map(|_| false),
                        _ => match client.query("SELECT name FROM item ORDER BY id DESC LIMIT 20", &[]).await {
                            Ok(rows) => {
                                for row in rows {
                                    let name: String = row.get(0);
                                    assert!(name.starts_with(org), "{org} sees {name}");
                                }
                                Ok(false)
                            }
                            Err(error) => Err(error),
                        },
                    };
                    match done {
                        Ok(true) => kept.push(id),
                        Ok(false) => {}
                        Err(error) => {
                            failed += 1;
                            if let Some(code) = error.code() {
                                let known = ["57014", "08006", "08001", "08P01", "53300", "57P01", "25P02"];
                                assert!(known.contains(&code.code()), "{error:?}");
                            }
                            let _ = client.batch_execute("ROLLBACK").await;
                        }
                    }
                    if client.is_closed() || dice.roll(40) == 0 {
                        break;
                    }
                }
                // Half of them leave without a word.
                if dice.roll(2) == 0 {
                    task.abort();
                }
            }
            (org, kept, failed)
        }));
    }
    let mut dice = Dice(99);
    let shard = fleet.shard_client(1).await;
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let network = if dice.roll(2) == 0 { &front } else { &behind };
        let towards = if dice.roll(2) == 0 { Towards::Server } else { Towards::Client };
        let fault = [Fault::Close, Fault::Reset, Fault::Stall][usize::try_from(dice.roll(3)).unwrap()];
        network.arm(towards, usize::try_from(dice.roll(20_000)).unwrap(), fault);
        tokio::time::sleep(Duration::from_millis(300)).await;
        network.heal();
        if dice.roll(10) == 0 {
            let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'orgfold_runtime' AND datname = current_database()";
            shard.query_one(kill, &[]).await.unwrap();
        }
    }
    front.heal();
    behind.heal();
    let mut kept = 0;
    for task in tasks {
        let (org, ids, failed) = task.await.unwrap();
        assert!(failed > 0 && !ids.is_empty());
        let client = proxy.connect("app", org).await;
        let rows = client.query("SELECT id FROM item WHERE id = ANY($1)", &[&ids]).await.unwrap();
        assert_eq!(rows.len(), ids.len(), "{org} lost rows");
        kept += ids.len();
    }
    let limit = Instant::now() + Duration::from_secs(20);
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'orgfold_runtime' AND datname = current_database() AND state <> 'idle'";
    while shard.query_one(busy, &[]).await.unwrap().get::<_, i64>(0) > 0 || descriptors() > first_descriptors + 60 {
        assert!(Instant::now() < limit, "left over: {} descriptors of {first_descriptors}", descriptors());
        tokio::task::yield_now().await;
    }
    let grown = resident_kib().saturating_sub(first_kib);
    assert!(grown < 200 * 1024, "{grown} KiB more than at first");
    println!("{kept} rows kept; {grown} KiB more, {} descriptors ({first_descriptors} at first)", descriptors());
}
