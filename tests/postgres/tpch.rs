//! TPC-H's 22 queries: three orgs of different sizes in the same leaf, and each of them alone in a database. All rows
//! must be equal.

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fleet::Fleet;

#[path = "../../benches/load/workload/dbgen.rs"]
mod dbgen;

/// Each org and its share of TPC-H's gigabyte.
const ORGS: [(&str, f64); 3] = [("small", 0.001), ("middle", 0.002), ("large", 0.004)];

async fn load(client: &Client, scale: f64) {
    for (table, text) in dbgen::tables(scale) {
        let sink = client.copy_in(&format!("COPY {table} FROM STDIN {}", dbgen::COPY)).await.unwrap();
        let mut sink = std::pin::pin!(sink);
        let wanted = text.lines().count();
        sink.send(Bytes::from(text)).await.unwrap();
        assert_eq!(sink.finish().await.unwrap(), wanted as u64, "{table}");
    }
}

/// Column names and rows; where the order leaves ties, rows come as they like.
async fn answer(client: &Client, sql: &str) -> Vec<String> {
    let messages = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
    let mut rows: Vec<String> = messages
        .iter()
        .map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                let values: Vec<&str> = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect();
                values.join("|")
            }
            SimpleQueryMessage::RowDescription(columns) => {
                format!("{:?}", columns.iter().map(tokio_postgres::SimpleColumn::name).collect::<Vec<_>>())
            }
            SimpleQueryMessage::CommandComplete(count) => format!("{count} rows"),
            other => format!("{other:?}"),
        })
        .collect();
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn all_queries_answer_as_in_a_database_alone() {
    let ddl = dbgen::schema();
    // Orgs alternate between two shards.
    let slugs = ["small", "x", "middle", "y", "large"];
    let one_leaf = "[migrate]\nleaves = 1\n";
    let fleet = Fleet::with().ddl(&ddl).orgs(&slugs).role("app", &[]).config(one_leaf).start().await;
    let proxy = fleet.proxy().await;
    let mut orgs = Vec::new();
    for (slug, scale) in ORGS {
        let through = proxy.connect("app", slug).await;
        let alone = fleet.private_database_of(slug, &ddl).await;
        for client in [&through, &alone] {
            load(client, scale).await;
        }
        orgs.push((slug, through, alone));
    }
    // As autovacuum would do in its time.
    fleet.shard_client(1).await.batch_execute("ANALYZE").await.unwrap();
    let mut answered = 0;
    for number in 1..=22 {
        let sql = dbgen::query(number);
        for (slug, through, alone) in &orgs {
            let (wanted, got) = (answer(alone, &sql).await, answer(through, &sql).await);
            answered += usize::from(wanted.len() > 2);
            assert_eq!(wanted, got, "Q{number} of {slug}: {sql}");
        }
    }
    assert!(answered > 45, "{answered} answers have rows");
}
