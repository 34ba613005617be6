//! What breaks, at every point where it can: backends, shards, networks, clients. After each, no write is lost or done twice,
//! no row is wrong, no backend is left over, and the connection goes on or was closed with a reason.

mod backends;
mod clients;
pub mod network;
mod wires;

use std::time::{Duration, Instant};

use orgfold::wire::{Frame, report};

use crate::fleet::{Fleet, PASSWORD, RunningProxy};
use crate::protocol::script::{Script, Step};
use crate::raw::Raw;

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";
const ROWS: &str = "INSERT INTO item SELECT i, 'name ' || i FROM generate_series(1, 9) i";
const PATIENCE: Duration = Duration::from_secs(20);

/// A fleet with one org, one role, one backend at most.
async fn narrow() -> (Fleet, RunningProxy) {
    let config = "[shards]\npool_size = 1\npool_wait_ms = 15000\n";
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    proxy.connect("app", "one").await.batch_execute(ROWS).await.unwrap();
    (fleet, proxy)
}

async fn raw(proxy: &RunningProxy) -> Raw {
    Raw::connect(proxy.port(), "app", PASSWORD, "one").await
}

/// Sends messages, as `protocol/script.rs` reads them, up to the last answer that they wait for.
async fn say(raw: &mut Raw, lines: &str) {
    let lines = lines.split('\n').map(str::to_owned).collect();
    for step in (Script { name: String::new(), lines }).steps() {
        match step {
            Step::Send(bytes) => assert!(raw.send(&bytes).await),
            Step::Pause => tokio::task::yield_now().await,
            Step::Await(tag) => loop {
                let frame = next(raw).await.expect("the connection goes on");
                assert!(frame.tag != b'E' || tag == b'E', "{:?}", report::fields(&frame.body()));
                if frame.tag == tag {
                    break;
                }
            },
        }
    }
}

async fn next(raw: &mut Raw) -> Option<Frame> {
    tokio::time::timeout(PATIENCE, raw.next()).await.expect("an answer")
}

fn code(frame: &Frame) -> String {
    let fields = report::fields(&frame.body()).unwrap();
    fields.into_iter().find(|(letter, _)| *letter == b'C').map(|(_, text)| text).unwrap_or_default()
}

/// Counts the rows on this connection; before that, the SQLSTATEs of what was still to be answered.
async fn count(raw: &mut Raw) -> (Vec<String>, i64) {
    let mut errors = Vec::new();
    // What is not answered yet may hide the first one; the second one is answered for sure.
    say(raw, "Q select 'counting', count(*) from item").await;
    let mut counted = None;
    loop {
        let frame = next(raw).await.expect("the connection goes on");
        match frame.tag {
            b'E' => errors.push(code(&frame)),
            b'D' if frame.bytes.windows(8).any(|bytes| bytes == b"counting") => {
                let text = String::from_utf8(frame.body().to_vec()).unwrap();
                counted = text.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
            }
            b'Z' => match counted {
                Some(count) => return (errors, count),
                // This one was answered with the error of what came before it: ask again.
                None if frame.body().as_ref() == b"I" && !errors.is_empty() && raw.is_quiet() => {
                    say(raw, "Q select 'counting', count(*) from item").await;
                }
                None => {}
            },
            _ => {}
        }
    }
}

/// Waits until a question to the shard has this answer.
async fn until(fleet: &Fleet, question: &str, wanted: i64) {
    let shard = fleet.shard_client(1).await;
    let limit = Instant::now() + PATIENCE;
    loop {
        let found: i64 = shard.query_one(question, &[]).await.unwrap().get(0);
        if found == wanted {
            return;
        }
        assert!(Instant::now() < limit, "{found} instead of {wanted}: {question}");
    }
}

/// Backends that hold a transaction or run something.
const BUSY: &str = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'orgfold_runtime' \
     AND datname = current_database() AND state <> 'idle'";

/// Ends every backend of the shard.
async fn kill(fleet: &Fleet) {
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE usename = 'orgfold_runtime' AND datname = current_database()";
    fleet.shard_client(1).await.query_one(kill, &[]).await.unwrap();
    until(fleet, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'orgfold_runtime' AND datname = current_database() AND (state LIKE 'idle in%' OR state = 'active')", 0).await;
}
