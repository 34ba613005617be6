//! The guides in `docs/`: what they show runs, and does what they say.
//!
//! A block's language says what it is: `sql old` makes the database that is left, `sql migration` is migrated, `sql copy` is pairs of
//! COPY, `sql before` and `sql after` give the same rows, `sql org` succeeds, and each statement of `sql refused` fails.

use orgfold::Orgfold;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fleet::Fleet;

#[allow(dead_code)]
#[path = "../../examples/move_in.rs"]
mod move_in;

/// What Citus has, and does nothing here.
const CITUS: &str = "
    CREATE FUNCTION create_reference_table(relation text) RETURNS void LANGUAGE sql AS '';
    CREATE FUNCTION create_distributed_table(relation text, distribution_column text, colocate_with text DEFAULT 'default')
        RETURNS void LANGUAGE sql AS '';";

fn file(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// All blocks of a language, in order.
fn blocks(guide: &str, language: &str) -> Vec<String> {
    let parts: Vec<&str> = guide.split("\n```").collect();
    let fenced = parts.iter().skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    fenced.filter(|(found, _)| *found == language).map(|(_, text)| text.to_owned()).collect()
}

/// The statements of a block. (None of them holds a semicolon elsewhere.)
fn statements(block: &str) -> Vec<String> {
    block.split(';').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

async fn rows(client: &Client, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    for message in client.simple_query(sql).await.unwrap() {
        if let SimpleQueryMessage::Row(row) = message {
            rows.push((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect());
        }
    }
    rows
}

async fn follow(path: &str) {
    let guide = file(path);
    for language in guide.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')) {
        let known =
            ["sql old", "sql migration", "sql copy", "sql before", "sql after", "sql org", "sql refused", "rust", "sh"];
        assert!(known.contains(&language.0), "{path}: a block of {:?}", language.0);
    }
    // The code is the example's, word for word.
    let code = blocks(&guide, "rust");
    assert!(!code.is_empty());
    code.iter().for_each(|block| assert!(file("examples/move_in.rs").contains(block.trim()), "{path}: {block}"));

    let ddl = blocks(&guide, "sql migration").concat();
    let fleet = Fleet::with().ddl(&ddl).orgs(&["acme", "globex"]).role("app", &["acme"]).start().await;
    let old = fleet.private_database(&format!("{CITUS}{}", blocks(&guide, "sql old").concat())).await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());

    let copies: Vec<String> = blocks(&guide, "sql copy").iter().flat_map(|block| statements(block)).collect();
    let pairs: Vec<(&str, &str)> = copies.chunks(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
    assert!(move_in::move_in(&old, &acme, &pairs).await.unwrap() >= 5);

    let proxy = fleet.proxy().await;
    let client = proxy.connect("app", "acme").await;
    let (before, after) = (blocks(&guide, "sql before"), blocks(&guide, "sql after"));
    assert!(!before.is_empty() && before.len() == after.len());
    for (before, after) in before.iter().zip(&after) {
        let expected = rows(&old, before).await;
        assert!(expected.len() > 1, "{before}");
        assert_eq!(rows(&client, after).await, expected, "{path}: {after}");
    }
    for sql in blocks(&guide, "sql org").iter().flat_map(|block| statements(block)) {
        assert!(acme.execute(&sql, &[]).await.unwrap() > 0, "{path}: {sql}");
    }
    for sql in blocks(&guide, "sql refused").iter().flat_map(|block| statements(block)) {
        let error = acme.execute(&sql, &[]).await.unwrap_err();
        assert!(["42501", "42703", "42883", "0A000"].contains(&error.code()), "{path}: {sql}: {error}");
    }
    for (_, to) in &pairs {
        let table = to.split(' ').nth(1).unwrap();
        let count = globex.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap();
        assert_eq!(count.get::<_, i64>(0), 0, "{path}: another org's {table}");
    }
}

#[tokio::test]
async fn from_one_database_per_tenant() {
    follow("docs/from-database-per-tenant.md").await;
}

#[tokio::test]
async fn from_a_tenant_id_column() {
    follow("docs/from-tenant-id-column.md").await;
}

#[tokio::test]
async fn from_citus() {
    follow("docs/from-citus.md").await;
}
