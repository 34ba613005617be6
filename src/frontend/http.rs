//! Figures over HTTP: `/metrics` in Prometheus' text format, `/healthz`, `/readyz`.
//!
//! In: GET. Out: plain text. Invariants: nothing of a client's text, no value and no secret is told; orgs are named only in
//! the figures of those with the most queries.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::Front;
use super::watch::{BOUNDS, Flow};
use crate::upstream::WAIT_BOUNDS;

/// Serves until the task is dropped.
pub(super) async fn serve(front: Arc<Front>, listener: TcpListener, top_orgs: usize) {
    let routes = Router::new()
        .route("/metrics", get(move |State(front): State<Arc<Front>>| async move { metrics(&front, top_orgs) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|State(front): State<Arc<Front>>| async move { ready(&front) }))
        .with_state(front);
    if let Err(error) = axum::serve(listener, routes).await {
        tracing::error!(%error, "the HTTP server has ended");
    }
}

/// Whether new clients are served, or why not.
fn ready(front: &Front) -> (StatusCode, String) {
    if front.watch.draining.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n".to_owned());
    }
    match front.engine.any_shard() {
        Ok(_) => (StatusCode::OK, "ok\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("no shard serves: {error}\n")),
    }
}

fn metrics(front: &Front, top_orgs: usize) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page(front, top_orgs))
}

/// What Prometheus' text format writes in a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A page of metrics under construction.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
        let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
    }

    fn bytes(&mut self, name: &str, label: &str, flows: &[Arc<Flow>]) {
        for flow in flows {
            let (received, sent) = flow.bytes();
            for (direction, bytes) in [("in", received), ("out", sent)] {
                self.line(name, &[(label, &flow.name), ("direction", direction)], bytes);
            }
        }
    }

    fn histogram(&mut self, name: &str, label: &str, flows: &[Arc<Flow>]) {
        for flow in flows {
            let own = (label, &*flow.name);
            for (bound, count) in BOUNDS.iter().zip(flow.up_to()) {
                let bound = seconds(*bound);
                self.line(&format!("{name}_bucket"), &[own, ("le", &bound)], count);
            }
            self.line(&format!("{name}_bucket"), &[own, ("le", "+Inf")], flow.queries());
            self.line(&format!("{name}_sum"), &[own], seconds(flow.micros()));
            self.line(&format!("{name}_count"), &[own], flow.queries());
        }
    }
}

fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn page(front: &Front, top_orgs: usize) -> String {
    let mut page = Page::default();
    let clients = front.watch.sessions();
    page.head("orgfold_clients", "gauge", "Connected clients by what they do.");
    for state in ["idle", "waiting", "active"] {
        let count = clients.iter().filter(|client| client.doing() == state).count();
        page.line("orgfold_clients", &[("state", state)], count);
    }
    page.one("orgfold_clients_total", "counter", "Clients that were connected since the start.", front.watch.ever());
    page.head("orgfold_refusals_total", "counter", "Statements and clients refused by orgfold itself, by SQLSTATE.");
    for (code, count) in front.watch.refusals() {
        page.line("orgfold_refusals_total", &[("sqlstate", code)], count);
    }
    page.head(
        "orgfold_query_seconds",
        "histogram",
        "From a query's first message to the last of its answer, by shard.",
    );
    page.histogram("orgfold_query_seconds", "shard", &front.watch.shards());
    page.head("orgfold_org_query_seconds", "histogram", "The same for the orgs with the most queries.");
    page.histogram("orgfold_org_query_seconds", "org", &front.watch.orgs(top_orgs));
    page.head(
        "orgfold_bytes_total",
        "counter",
        "Bytes from clients (in) and to them (out), by the shard that was asked.",
    );
    page.bytes("orgfold_bytes_total", "shard", &front.watch.shards());
    page.head("orgfold_org_bytes_total", "counter", "The same for the orgs with the most queries.");
    page.bytes("orgfold_org_bytes_total", "org", &front.watch.orgs(top_orgs));
    let pools = front.pools.stats();
    page.head("orgfold_pool_connections", "gauge", "Connections to a shard by state.");
    for pool in &pools {
        for (state, count) in [("leased", pool.leased), ("idle", pool.idle), ("connecting", pool.dialling)] {
            page.line("orgfold_pool_connections", &[("shard", &pool.shard.name), ("state", state)], count);
        }
    }
    page.head("orgfold_pool_size", "gauge", "The most connections to a shard.");
    for pool in &pools {
        page.line("orgfold_pool_size", &[("shard", &pool.shard.name)], pool.size);
    }
    page.head("orgfold_pool_waiting", "gauge", "Clients that wait for a connection.");
    for pool in &pools {
        page.line("orgfold_pool_waiting", &[("shard", &pool.shard.name)], pool.waiting);
    }
    page.head("orgfold_pool_leases_total", "counter", "Transactions that got a connection or asked for one.");
    for pool in &pools {
        page.line("orgfold_pool_leases_total", &[("shard", &pool.shard.name)], pool.leases);
    }
    page.head(
        "orgfold_pool_shared_reads_total",
        "counter",
        "Reads by key that shared a connection with others: transactions without a lease of their own.",
    );
    for pool in &pools {
        page.line("orgfold_pool_shared_reads_total", &[("shard", &pool.shard.name)], pool.shared_reads);
    }
    page.head("orgfold_pool_waits_total", "counter", "Those of them that had to wait.");
    for pool in &pools {
        page.line("orgfold_pool_waits_total", &[("shard", &pool.shard.name)], pool.waits);
    }
    page.head("orgfold_pool_wait_seconds", "histogram", "How long transactions waited for a connection.");
    for pool in &pools {
        let own = ("shard", &*pool.shard.name);
        for (bound, count) in WAIT_BOUNDS.iter().zip(pool.waits_up_to) {
            page.line("orgfold_pool_wait_seconds_bucket", &[own, ("le", &seconds(*bound))], count);
        }
        let waited = u64::try_from(pool.waited.as_micros()).unwrap_or(u64::MAX);
        page.line("orgfold_pool_wait_seconds_bucket", &[own, ("le", "+Inf")], pool.leases);
        page.line("orgfold_pool_wait_seconds_sum", &[own], seconds(waited));
        page.line("orgfold_pool_wait_seconds_count", &[own], pool.leases);
    }
    page.head("orgfold_pool_connections_made_total", "counter", "Connections made to a shard.");
    for pool in &pools {
        page.line("orgfold_pool_connections_made_total", &[("shard", &pool.shard.name)], pool.made);
    }
    let plans = front.engine.plan_cache();
    page.one("orgfold_plan_cache_hits_total", "counter", "Texts whose plan was known.", plans.hits);
    page.one("orgfold_plan_cache_misses_total", "counter", "Texts that were compiled.", plans.misses);
    page.one("orgfold_plan_cache_entries", "gauge", "Texts whose plans are kept.", plans.entries);
    page.one("orgfold_plan_cache_bytes", "gauge", "What the plans that are kept hold.", plans.bytes);
    page.one(
        "orgfold_draining",
        "gauge",
        "Whether it lets clients end and takes no new ones.",
        u8::from(front.watch.draining.load(Ordering::SeqCst)),
    );
    page.one("orgfold_up_seconds", "gauge", "How long it has been up.", front.watch.started.elapsed().as_secs());
    page.0
}
