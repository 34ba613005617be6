//! The dashboard and the alerts ask for figures that a proxy has, with the labels that those have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fleet::Fleet;

const DASHBOARD: &str = include_str!("../../deploy/grafana/dashboards/orgfold.json");
const RULES: &str = include_str!("../../deploy/prometheus/orgfold.rules.yml");

/// What Prometheus adds to each figure.
const ADDED: [&str; 2] = ["instance", "job"];

/// Each figure of a page, and its labels.
fn figures(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once(['{', ' ']).unwrap();
        let labels = found.entry(name.to_owned()).or_default();
        if let Some((inner, _)) = rest.split_once('}') {
            labels.extend(inner.split("\",").map(|pair| pair.split_once('=').unwrap().0.to_owned()));
        }
    }
    found
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// What is wrong with a query: figures that are not there, and labels that a figure in it does not have.
fn faults(query: &str, figures: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut asked = Vec::new();
    for (at, _) in query.match_indices("orgfold_") {
        let name = word(&query[at..]);
        let Some(known) = figures.get(name) else {
            faults.push(format!("there is no {name}"));
            continue;
        };
        asked.push(known);
        if let Some((matchers, _)) = query[at + name.len()..].strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            for matcher in matchers.split("\",").filter(|matcher| !matcher.is_empty()) {
                let label = word(matcher.trim());
                if !known.contains(label) && !ADDED.contains(&label) {
                    faults.push(format!("{name} has no label {label}"));
                }
            }
        }
    }
    for (at, by) in query.match_indices("by (") {
        for label in query[at + by.len()..].split(')').next().unwrap().split(',').map(str::trim) {
            if !ADDED.contains(&label) && !asked.iter().all(|known| known.contains(label)) {
                faults.push(format!("nothing to group by {label}"));
            }
        }
    }
    if asked.is_empty() && !query.starts_with("up{") {
        faults.push("it asks for nothing of orgfold's".to_owned());
    }
    faults
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == "expr" => found.push(text.clone()),
                    _other => expressions(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _leaf => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_dashboard_and_the_alerts_ask_for_is_there() {
    let ddl = "CREATE TABLE item (id integer PRIMARY KEY, name text);";
    let config = "[admin]\nlisten = \"127.0.0.1:0\"\n";
    let fleet = Fleet::with().ddl(ddl).orgs(&["acme"]).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    let acme = proxy.connect("app", "acme").await;
    acme.batch_execute("INSERT INTO item VALUES (1, 'x')").await.unwrap();
    assert!(acme.batch_execute("DROP TABLE item").await.is_err());
    let (status, page) = proxy.get("/metrics").await;
    assert_eq!(status, 200);
    let figures = figures(&page);

    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let mut queries = Vec::new();
    expressions(&dashboard, &mut queries);
    assert!(queries.len() > 25, "{}", queries.len());
    let rules = RULES.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned);
    queries.extend(rules);
    let wrong: Vec<String> = queries
        .iter()
        .flat_map(|query| faults(query, &figures).into_iter().map(move |fault| format!("{query}: {fault}")))
        .collect();
    assert!(wrong.is_empty(), "{}\n{page}", wrong.join("\n"));

    // And what a proxy has is shown somewhere.
    let everything = queries.join("\n");
    let is_shown = |name: &&String| {
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        everything.contains(base)
    };
    let unseen: Vec<_> = figures.keys().filter(|name| !is_shown(name)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");

    // It can tell: a figure, a label and a grouping that are not there.
    for query in [
        "rate(orgfold_querys_total[1m])",
        "sum by (shard) (orgfold_clients)",
        "orgfold_pool_size{org=~\"$org\"}",
        "rate(pg_up[1m])",
    ] {
        assert!(!faults(query, &figures).is_empty(), "{query}");
    }
}
