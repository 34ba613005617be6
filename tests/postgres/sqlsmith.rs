//! sqlsmith, where it is installed: its random statements through the proxy, over everything that the catalogs show it.
//! `ORGFOLD_SQLSMITH_QUERIES` says how many.

#![allow(clippy::print_stdout)] // says that it was left out

use std::process::Command;

use crate::fleet::{Fleet, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn sqlsmith_finds_no_fault_of_ours() {
    if Command::new("sqlsmith").arg("--version").output().is_err() {
        println!("sqlsmith is not installed: left out (apt-get install sqlsmith)");
        return;
    }
    let files = ["schema/demo/0001_catalogue.sql", "schema/demo/0002_customers.sql"];
    let fleet = Fleet::with().schema(&files).orgs(&["acme", "other", "globex"]).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    let neighbour = proxy.connect("app", "globex").await;
    neighbour
        .batch_execute("INSERT INTO product (sku, name) SELECT 'C-' || n, 'canary' FROM generate_series(1, 20) n")
        .await
        .unwrap();
    let target = format!("host=127.0.0.1 port={} user=app dbname=acme password='{PASSWORD}'", proxy.port());
    let queries = std::env::var("ORGFOLD_SQLSMITH_QUERIES").unwrap_or_else(|_| "500".to_owned());
    let most = format!("--max-queries={queries}");
    let run = tokio::task::spawn_blocking(move || {
        Command::new("sqlsmith")
            .args([format!("--target={target}").as_str(), most.as_str(), "--seed=7", "--verbose"])
            .output()
            .unwrap()
    });
    let output = run.await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("queries: {queries}")), "{said}");
    for hidden in ["canary", "org_id", "_p0", "_p1", "second opinion", "internal error", "broke the protocol"] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
    let left = neighbour.query_one("SELECT count(*) FROM product WHERE name = 'canary'", &[]).await.unwrap();
    assert_eq!(left.get::<_, i64>(0), 20);
}
