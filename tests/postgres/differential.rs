//! The same statements on a private database and through orgfold, beside another org's rows: rows, column names, command
//! tags and errors must be equal.

use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fleet::Fleet;

const SCHEMA: &str = "
    CREATE TABLE customer (name varchar(40) PRIMARY KEY, region text);
    CREATE TABLE product (
        id integer PRIMARY KEY, name varchar(20) NOT NULL, price numeric(8,2) DEFAULT 1 CHECK (price >= 0)
    );
    CREATE TABLE invoice (
        no integer PRIMARY KEY, customer varchar(40) NOT NULL REFERENCES customer ON UPDATE CASCADE,
        total numeric(12,2) DEFAULT 0, at timestamp DEFAULT '2026-03-01'
    );
    CREATE TABLE line (
        no integer REFERENCES invoice ON DELETE CASCADE, product integer REFERENCES product, qty integer,
        PRIMARY KEY (no, product)
    );
";

const STATEMENTS: &str = include_str!("../differential/core.sql");

/// What a statement gave, as text.
async fn outcome(client: &Client, sql: &str) -> Vec<String> {
    match client.simple_query(sql).await {
        Ok(messages) => messages
            .into_iter()
            .map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    let values: Vec<String> = (0..row.len()).map(|at| format!("{:?}", row.get(at))).collect();
                    values.join("|")
                }
                SimpleQueryMessage::RowDescription(columns) => {
                    let names: Vec<&str> = columns.iter().map(tokio_postgres::SimpleColumn::name).collect();
                    format!("columns {}", names.join("|"))
                }
                SimpleQueryMessage::CommandComplete(rows) => format!("{rows} rows"),
                _ => "?".to_owned(),
            })
            .collect(),
        Err(error) => {
            let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
            vec![
                format!("{} {}", error.code().code(), error.message()),
                format!("{:?}", error.detail()),
                format!("{:?} {:?}", error.table(), error.constraint()),
                format!("{:?}", error.position()),
            ]
        }
    }
}

/// The types of a statement's columns and parameters, as the extended protocol describes them.
async fn described(client: &Client, sql: &str) -> Option<String> {
    let statement = client.prepare(sql).await.ok()?;
    let columns: Vec<String> =
        statement.columns().iter().map(|column| format!("{} {}", column.name(), column.type_())).collect();
    Some(format!("{columns:?} {:?}", statement.params()))
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_mean_what_they_mean_alone() {
    compare("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_do_under_row_level_security() {
    compare("[migrate]\nisolation = \"rls\"\n").await;
}

async fn compare(config: &str) {
    let orgs = ["acme", "other", "globex"];
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&orgs).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    // The neighbour on the same shard has rows with the same keys.
    let neighbour = proxy.connect("app", "globex").await;
    neighbour
        .batch_execute(
            "INSERT INTO customer VALUES ('Ada', 'canary'), ('Bo', 'canary');
             INSERT INTO product SELECT n, 'canary', 77 FROM generate_series(1, 9) AS n;
             INSERT INTO invoice SELECT n, 'Ada', 77 FROM generate_series(1, 9) AS n;
             INSERT INTO line SELECT n, n, 77 FROM generate_series(1, 9) AS n",
        )
        .await
        .unwrap();
    let through = proxy.connect("app", "acme").await;
    let alone = fleet.private_database(SCHEMA).await;
    let mut differences = Vec::new();
    let mut count = 0;
    for sql in STATEMENTS.split("\n\n").map(str::trim).filter(|sql| !sql.is_empty() && !sql.starts_with("--")) {
        count += 1;
        let (wanted, got) = (described(&alone, sql).await, described(&through, sql).await);
        // PostgreSQL judges a TRUNCATE when it runs, orgfold when it is prepared.
        if wanted != got && !sql.starts_with("TRUNCATE") {
            differences.push(format!("{sql}\n  alone:   {wanted:?}\n  through: {got:?}"));
        }
        let (mut wanted, mut got) = (outcome(&alone, sql).await, outcome(&through, sql).await);
        if !config.is_empty() && got.len() == 4 {
            // PostgreSQL tells no values of a table with row-level security.
            for lines in [&mut wanted, &mut got] {
                lines.retain(|line| {
                    !line.starts_with("None")
                        && !line.starts_with("Some(\"Key")
                        && !line.starts_with("Some(\"Failing row")
                });
            }
        }
        if wanted != got {
            differences.push(format!("{sql}\n  alone:   {wanted:?}\n  through: {got:?}"));
        }
    }
    assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(count > 60);
    let left = neighbour.query_one("SELECT count(*) FROM line WHERE qty = 77", &[]).await.unwrap();
    assert_eq!(left.get::<_, i64>(0), 9, "the neighbour's rows");
}
