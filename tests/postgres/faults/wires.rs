//! The wire between orgfold and a shard breaks after any number of bytes.

use super::network::{Fault, Network, Towards};
use super::{BUSY, SCHEMA, until};
use crate::fleet::{Fleet, RunningProxy};

/// A fleet whose first shard is reached through a network that can fail.
async fn behind(pool_size: usize) -> (Fleet, RunningProxy, Network) {
    let config = format!(
        "[shards]\npool_size = {pool_size}\norg_share_percent = 100\npool_wait_ms = 15000\nconnect_timeout_ms = 2000\n"
    );
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).config(&config).start().await;
    let directory = fleet.directory_client().await;
    let port: i32 =
        directory.query_one("SELECT port FROM orgfold.shard WHERE name = 'shard1'", &[]).await.unwrap().get(0);
    let network = Network::to(u16::try_from(port).unwrap()).await;
    let update = "UPDATE orgfold.shard SET port = $1 WHERE name = 'shard1'";
    directory.execute(update, &[&i32::from(network.port())]).await.unwrap();
    let proxy = fleet.proxy().await;
    (fleet, proxy, network)
}

fn is_lost(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| ["08006", "08001", "08P01", "53300"].contains(&code.code()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_that_breaks_anywhere_loses_no_write_and_doubles_none() {
    let (fleet, proxy, network) = behind(2).await;
    let client = proxy.connect("app", "one").await;
    let (mut came, mut dice) = (0, 1u64);
    for round in 0..80i32 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let towards = if round % 2 == 0 { Towards::Server } else { Towards::Client };
        let fault = if dice >> 63 == 0 { Fault::Close } else { Fault::Reset };
        let after = usize::try_from((dice >> 33) % 700).unwrap();
        network.arm(towards, after, fault);
        let what = format!("round {round}: {fault:?} after {after} bytes towards the {towards:?}");
        let id = round * 10;
        // One by itself, then two that belong together, then a read.
        let single = client.execute("INSERT INTO item VALUES ($1, 'single')", &[&id]).await;
        let double = format!(
            "BEGIN; INSERT INTO item VALUES ({}, 'a'); INSERT INTO item VALUES ({}, 'b'); COMMIT",
            id + 1,
            id + 2
        );
        let double = client.batch_execute(&double).await;
        let _ = client.batch_execute("ROLLBACK").await;
        let read = client.query("SELECT name FROM item WHERE id = $1", &[&id]).await;
        came += i32::from(network.heal());
        for error in [single.as_ref().err(), double.as_ref().err(), read.as_ref().err()].into_iter().flatten() {
            assert!(is_lost(error), "{what}: {error:?}");
        }
        // The same connection goes on.
        let limit = std::time::Instant::now() + super::PATIENCE;
        let rows = loop {
            match client.query("SELECT id, name FROM item WHERE id BETWEEN $1 AND $1 + 9 ORDER BY id", &[&id]).await {
                Ok(rows) => break rows,
                Err(error) => assert!(is_lost(&error) && std::time::Instant::now() < limit, "{what}: {error:?}"),
            }
        };
        let rows: Vec<(i32, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let singles = rows.iter().filter(|(_, name)| name == "single").count();
        let pair = rows.len() - singles;
        assert!(singles == 1 || (singles == 0 && single.is_err()), "{what}: {single:?} and {rows:?}");
        assert!(pair == 2 || (pair == 0 && double.is_err()), "{what}: {double:?} and {rows:?}");
        if let Ok(read) = read {
            assert_eq!(read.len(), singles, "{what}");
        }
    }
    assert!(came > 20, "only {came} of the faults came");
    until(&fleet, BUSY, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_that_stalls_holds_up_its_own_client_only_and_is_given_up_with_it() {
    let (fleet, proxy, network) = behind(2).await;
    let (stalled, connection) = proxy.settings("app", "one").connect(tokio_postgres::NoTls).await.unwrap();
    let task = tokio::spawn(connection);
    let other = proxy.connect("app", "one").await;
    stalled.batch_execute("BEGIN; INSERT INTO item VALUES (1, 'x')").await.unwrap();
    network.arm(Towards::Client, 10, Fault::Stall);
    let waits = tokio::spawn(async move { stalled.query("SELECT repeat('x', 100000) FROM item", &[]).await });
    // Others have backends of their own.
    for id in 2..12 {
        other.execute("INSERT INTO item VALUES ($1, 'y')", &[&id]).await.unwrap();
    }
    // The client leaves: its transaction is over, though nothing is heard from the shard.
    task.abort();
    waits.abort();
    network.heal();
    until(&fleet, BUSY, 0).await;
    assert_eq!(other.query("TABLE item", &[]).await.unwrap().len(), 10);
}
