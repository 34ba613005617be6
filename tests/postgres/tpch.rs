//! TPC-H's 22 queries: three orgs of different sizes in the same leaf, and each of them alone in a database. All rows
//! must be equal.

use std::fmt::{Display, Write as _};

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::{Client, SimpleQueryMessage};
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator, PartSuppGenerator,
    RegionGenerator, SupplierGenerator,
};
use tpchgen::q_and_a::queries;

use crate::fleet::Fleet;

const TABLES: &str = include_str!("../differential/schema/tpch.sql");

/// Each org and its share of TPC-H's gigabyte.
const ORGS: [(&str, f64); 3] = [("small", 0.001), ("middle", 0.002), ("large", 0.004)];

/// What the specification sets for validation, except that Q18's quantity suits small data.
const PARAMETERS: [&[&str]; 22] = [
    &["90"],
    &["15", "BRASS", "EUROPE"],
    &["BUILDING", "1995-03-15"],
    &["1993-07-01"],
    &["ASIA", "1994-01-01"],
    &["1994-01-01", ".06", "24"],
    &["FRANCE", "GERMANY"],
    &["BRAZIL", "AMERICA", "ECONOMY ANODIZED STEEL"],
    &["green"],
    &["1993-10-01"],
    &["GERMANY", "0.0001"],
    &["MAIL", "SHIP", "1994-01-01"],
    &["special", "requests"],
    &["1995-09-01"],
    &["1996-01-01"],
    &["Brand#45", "MEDIUM POLISHED", "49", "14", "23", "45", "19", "3", "36", "9"],
    &["Brand#23", "MED BOX"],
    &["200"],
    &["Brand#12", "Brand#23", "Brand#34", "1", "10", "20"],
    &["forest", "1994-01-01", "CANADA"],
    &["SAUDI ARABIA"],
    &["13", "31", "23", "29", "30", "18", "17"],
];

/// A query with its parameters in place, in PostgreSQL's words.
fn query(number: usize) -> String {
    let mut sql = queries::query(i32::try_from(number).unwrap()).unwrap().replace(" day (3)", " day");
    if number == 15 {
        // A view for one query is a WITH.
        let (view, rest) = sql.split_once("select\n\ts_suppkey").unwrap();
        let view = view.replace(
            "create view revenue:s (supplier_no, total_revenue) as",
            "with revenue (supplier_no, total_revenue) as (",
        );
        let rest = rest.split("drop view").next().unwrap().replace("revenue:s", "revenue");
        sql = format!("{})\nselect\n\ts_suppkey{rest}", view.trim().trim_end_matches(';'));
    }
    // From the last: `:1` is the beginning of `:10`.
    for (at, value) in PARAMETERS[number - 1].iter().enumerate().rev() {
        sql = sql.replace(&format!(":{}", at + 1), value);
    }
    sql.trim().trim_end_matches(';').to_owned()
}

/// Rows as dbgen writes them, without the bar at their ends.
fn lines(rows: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    for row in rows {
        let line = row.to_string();
        let _ = writeln!(text, "{}", line.strip_suffix('|').unwrap_or(&line));
    }
    text
}

/// A migration's INSERT of generated rows.
fn insert(table: &str, rows: impl Iterator<Item = impl Display>) -> String {
    let rows: Vec<String> = lines(rows).lines().map(|line| format!("('{}')", line.replace('|', "', '"))).collect();
    format!("INSERT INTO {table} VALUES {};\n", rows.join(", "))
}

async fn load(client: &Client, scale: f64) {
    // So little data pairs a few parts with the same supplier twice.
    let mut pairs = std::collections::HashSet::new();
    let partsupp = PartSuppGenerator::new(scale, 1, 1);
    let tables = [
        ("part", lines(PartGenerator::new(scale, 1, 1).iter())),
        ("supplier", lines(SupplierGenerator::new(scale, 1, 1).iter())),
        ("partsupp", lines(partsupp.iter().filter(|row| pairs.insert((row.ps_partkey, row.ps_suppkey))))),
        ("customer", lines(CustomerGenerator::new(scale, 1, 1).iter())),
        ("orders", lines(OrderGenerator::new(scale, 1, 1).iter())),
        ("lineitem", lines(LineItemGenerator::new(scale, 1, 1).iter())),
    ];
    for (table, text) in tables {
        let sink = client.copy_in(&format!("COPY {table} FROM STDIN (DELIMITER '|')")).await.unwrap();
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
    let rows = insert("region", RegionGenerator::new(1.0, 1, 1).iter());
    let ddl = format!("{TABLES}{rows}{}", insert("nation", NationGenerator::new(1.0, 1, 1).iter()));
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
        let sql = query(number);
        for (slug, through, alone) in &orgs {
            let (wanted, got) = (answer(alone, &sql).await, answer(through, &sql).await);
            answered += usize::from(wanted.len() > 2);
            assert_eq!(wanted, got, "Q{number} of {slug}: {sql}");
        }
    }
    assert!(answered > 45, "{answered} answers have rows");
}
