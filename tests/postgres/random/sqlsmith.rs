//! sqlsmith's statements, where it is installed: made for a private database, and compared as the others are.
//!
//! What they return is compared where PostgreSQL does not leave it open (LIMIT without an order, samples, the clock), the
//! names and types of columns always. `ORGFOLD_SQLSMITH_QUERIES` says how many, `ORGFOLD_SEED` which.

use std::process::Command;

use super::{CANARY, Outcome, extended, is_canary, number, query, rows, tables};
use crate::fleet::{Fleet, PASSWORD};

/// What is not of the table whose name sqlsmith would have to quote.
fn known(text: &str) -> String {
    text.lines().filter(|line| !line.contains("Odd One")).collect::<Vec<_>>().join("\n")
}

/// Whether the rows are PostgreSQL's to choose, or not the same from one moment to the next.
fn is_open(sql: &str) -> bool {
    let words = ["limit", "tablesample", "random", "clock_", "now(", "_timestamp", "uuid", "row_number", "first_value"];
    let more =
        ["string_agg", "array_agg", "_agg(", "lag(", "lead(", "ntile", "last_value", "nth_value", "over (", "xmin"];
    words.iter().chain(&more).any(|word| sql.contains(word))
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlsmiths_statements_mean_what_they_mean_alone() {
    if Command::new("sqlsmith").arg("--version").output().is_err() {
        println!("sqlsmith is not installed: left out (apt-get install sqlsmith)");
        return;
    }
    let schema = known(query::SCHEMA);
    let (data, theirs) = (known(&rows("")), known(&rows(CANARY)));
    let fleet = Fleet::with().ddl(&schema).orgs(&["acme", "other", "globex"]).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    let neighbour = proxy.connect("app", "globex").await;
    neighbour.batch_execute(&theirs).await.unwrap();
    let untouched = tables_of(&neighbour).await;
    let alone = fleet.private_database(&schema).await;
    let through = proxy.connect("app", "acme").await;
    for client in [&through, &alone] {
        client.batch_execute(&data).await.unwrap();
        client.batch_execute("SET statement_timeout = '3s'").await.unwrap();
    }
    let (port, user, database) = fleet.private_address().await;
    let target = format!("host=127.0.0.1 port={port} user={user} dbname={database} password='{PASSWORD}'");
    let (queries, seed) = (number("ORGFOLD_SQLSMITH_QUERIES", 600), number("ORGFOLD_SEED", 11));
    let run = tokio::task::spawn_blocking(move || {
        Command::new("sqlsmith")
            .args([format!("--target={target}"), format!("--max-queries={queries}"), format!("--seed={seed}")])
            .args(["--exclude-catalog", "--dry-run"])
            .output()
            .unwrap()
    });
    let made = String::from_utf8(run.await.unwrap().stdout).unwrap();
    let (mut equal, mut described, mut refused, mut failed) = (0, 0, 0, 0);
    let mut differ = Vec::new();
    for sql in made.split(";\n").map(str::trim).filter(|sql| !sql.is_empty()) {
        for client in [&through, &alone] {
            client.batch_execute("BEGIN").await.unwrap();
        }
        let (wanted, got) = tokio::join!(extended(&alone, sql, &[]), extended(&through, sql, &[]));
        // What a change left behind; a failed transaction shows nothing, on either side.
        let (after, now) = tokio::join!(tables_of(&alone), tables_of(&through));
        for client in [&through, &alone] {
            client.batch_execute("ROLLBACK").await.unwrap();
        }
        assert!(!is_canary(&got), "A LEAK: {sql}\n{got:?}");
        let same = match (&wanted, &got) {
            (Outcome::Rows { names, types, .. }, Outcome::Rows { names: others, types: their_types, .. })
                if is_open(sql) =>
            {
                described += 1;
                names == others && types == their_types
            }
            (Outcome::Rows { .. }, Outcome::Rows { .. }) => {
                equal += 1;
                wanted == got && after == now
            }
            // By list, or not exact.
            (_, Outcome::Failed { code, .. }) if matches!(code.as_str(), "0A000" | "42501" | "42704") => {
                refused += 1;
                true
            }
            // Whether a fault of one row is met hangs on the plan.
            (Outcome::Failed { code, .. }, Outcome::Rows { .. })
            | (Outcome::Rows { .. }, Outcome::Failed { code, .. }) => {
                failed += 1;
                code.starts_with("22") || code == "57014"
            }
            (Outcome::Failed { code, .. }, Outcome::Failed { code: other, .. }) => {
                failed += 1;
                code == other || (code.starts_with("22") && other.starts_with("22"))
            }
        };
        if !same {
            differ.push(format!("{sql}\n  alone:   {wanted:?}\n  through: {got:?}"));
        }
    }
    println!("{equal} equal, {described} described alike, {refused} refused, {failed} failed alike");
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
    assert!(
        equal + described > usize::try_from(queries).unwrap() / 20,
        "{equal} + {described}: the statements are worth too little"
    );
    assert_eq!(tables_of(&neighbour).await, untouched, "the neighbour's rows");
}

/// The tables' contents.
async fn tables_of(client: &tokio_postgres::Client) -> Vec<Outcome> {
    let mut all = tables(client).await;
    // Without the table that sqlsmith cannot name.
    all.truncate(3);
    all
}
