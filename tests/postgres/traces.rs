//! Queries as OpenTelemetry spans, at a receiver of their own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;

use crate::fleet::Fleet;

type Received = Arc<Mutex<Vec<u8>>>;

/// A receiver, and where it is.
async fn receiver() -> (Received, String) {
    let received = Received::default();
    let keep = async |State(received): State<Received>, body: Bytes| received.lock().unwrap().extend_from_slice(&body);
    let router = Router::new().route("/v1/traces", post(keep)).with_state(Arc::clone(&received));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (received, url)
}

fn holds(received: &Received, bytes: &[u8]) -> bool {
    received.lock().unwrap().windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_tell_what_was_asked_and_no_value() {
    let (received, url) = receiver().await;
    let fleet =
        Fleet::with().ddl("CREATE TABLE item (id integer PRIMARY KEY, name text);").orgs(&["acme"]).role("app", &[]);
    let fleet = fleet.config(&format!("[log]\ntraces = {url:?}\ntraces_percent = 100.0\n")).start().await;
    let proxy = fleet.proxy().await;
    let client = proxy.connect("app", "acme").await;
    client.execute("INSERT INTO item VALUES ($1, $2)", &[&77, &"canary"]).await.unwrap();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let commented =
        format!("SELECT name FROM item WHERE name = 'canary' /*traceparent='00-{trace}-b7ad6b7169203331-01'*/");
    client.simple_query(&commented).await.unwrap();
    // What is not sampled by its client is not sent.
    let unsampled = "SELECT id, 'unsampled' AS unsampled FROM item /*traceparent='00-11111111111111111111111111111111-b7ad6b7169203331-00'*/";
    client.simple_query(unsampled).await.unwrap();
    let limit = Instant::now() + Duration::from_secs(60);
    let wanted = |text: &str| holds(&received, text.as_bytes());
    while !(wanted("SELECT name FROM item WHERE name = ?") && wanted("INSERT INTO item VALUES ($1, $2)")) {
        assert!(Instant::now() < limit, "{}", String::from_utf8_lossy(&received.lock().unwrap()));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for text in ["acme", "shard1", "app", "orgfold.fingerprint", "orgfold.request"] {
        assert!(wanted(text), "{text}");
    }
    let id: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&trace[at * 2..at * 2 + 2], 16).unwrap()).collect();
    assert!(holds(&received, &id), "the client's trace goes on");
    assert!(!wanted("canary") && !wanted("unsampled"));
}
