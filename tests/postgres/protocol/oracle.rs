//! Two connections that must answer alike.

use std::time::Duration;

use bytes::Bytes;
use orgfold::wire::{Cursor, Frame, report, request};
use tokio_postgres::Client;

use super::script::{Script, Step};
use crate::fleet::{Fleet, PASSWORD, RunningProxy};
use crate::raw::Raw;

pub const SCHEMA: &str = "
    CREATE TABLE item (id integer PRIMARY KEY, name text, n bigint CHECK (n >= 0));
    CREATE TABLE part (id integer PRIMARY KEY, item_id integer REFERENCES item DEFERRABLE INITIALLY DEFERRED);
";

/// What both hold before each script.
const ROWS: &str = "INSERT INTO item SELECT i, 'name ' || i, i * 10 FROM generate_series(1, 9) i";

/// A text that is refused wherever it comes: what is answered to it ends an answer.
const THE_END: &str = "orgfold_the_end";

const PATIENCE: Duration = Duration::from_secs(5);

/// A private database and an org.
pub struct Oracle {
    fleet: Fleet,
    proxy: RunningProxy,
    control: Client,
    org: Client,
    private: (u16, String, String),
    connections: Option<(Raw, Raw)>,
    /// What both hold is what they held at first.
    restored: bool,
    rows: String,
}

impl Oracle {
    pub async fn start() -> Oracle {
        let fleet = Fleet::with().ddl(SCHEMA).orgs(&["acme", "globex"]).role("app", &[]).start().await;
        let proxy = fleet.proxy().await;
        let control = fleet.private_database(SCHEMA).await;
        let org = proxy.connect("app", "acme").await;
        let private = fleet.private_address().await;
        Oracle { fleet, proxy, control, org, private, connections: None, restored: false, rows: String::new() }
    }

    /// Both connections are new for the next script.
    pub fn reconnect(&mut self) {
        self.connections = None;
    }

    /// Runs a script on both; what differs, if anything does.
    pub async fn compare(&mut self, script: &Script) -> Result<(), String> {
        if !self.restored {
            let restore = "TRUNCATE item, part; ".to_owned() + ROWS;
            let (one, two) = tokio::join!(self.control.batch_execute(&restore), self.org.batch_execute(&restore));
            one.unwrap();
            two.unwrap();
            self.rows = rows(&self.control).await;
        }
        self.restored = false;
        let (mut alone, mut through) = match self.connections.take() {
            Some(known) => known,
            None => {
                let (port, user, database) = &self.private;
                tokio::join!(
                    Raw::connect(*port, user, PASSWORD, database),
                    Raw::connect(self.proxy.port(), "app", PASSWORD, "acme")
                )
            }
        };
        let steps = script.steps();
        let (wanted, found) = tokio::join!(run(&mut alone, &steps), run(&mut through, &steps));
        if wanted != found {
            return Err(difference(script, &wanted, &found));
        }
        let left = tokio::join!(rows(&self.control), rows(&self.org));
        if left.0 != left.1 {
            let lines = script.lines.join("\n");
            return Err(format!("== {}\n{lines}\nwanted left: {}\nfound left: {}", script.name, left.0, left.1));
        }
        // What a connection that goes on has not committed would be in the way.
        self.restored = left.0 == self.rows && wanted.last().is_some_and(|last| last == "Z I");
        if wanted.last().is_none_or(|last| last != "closed") {
            self.connections = Some((alone, through));
        }
        Ok(())
    }

    /// Runs scripts, each on connections of its own.
    pub async fn compare_all(&mut self, text: &str) {
        let mut failures = Vec::new();
        let scripts = Script::read_all(text);
        assert!(!scripts.is_empty());
        for script in &scripts {
            self.reconnect();
            if let Err(failure) = self.compare(script).await {
                failures.push(failure);
            }
        }
        assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), scripts.len(), failures.join("\n\n"));
    }

    /// Nothing is left over on the shards: no backend in a transaction.
    pub async fn is_clean(&self) {
        let shard = self.fleet.shard_client(1).await;
        let open = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'orgfold_runtime' \
             AND datname = current_database() AND state LIKE 'idle in%'";
        let limit = std::time::Instant::now() + PATIENCE;
        while shard.query_one(open, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            assert!(std::time::Instant::now() < limit, "a transaction was left open");
        }
    }
}

async fn rows(client: &Client) -> String {
    let all = "SELECT 'item', i.* FROM item i ORDER BY id; SELECT 'part', p.* FROM part p ORDER BY id";
    format!("{:?}", client.simple_query(all).await.unwrap())
}

async fn run(raw: &mut Raw, steps: &[Step]) -> Vec<String> {
    let mut answers = Vec::new();
    if tokio::time::timeout(PATIENCE, run_steps(raw, steps, &mut answers)).await.is_err() {
        answers.push("... and no more".to_owned());
    }
    answers
}

async fn run_steps(raw: &mut Raw, steps: &[Step], answers: &mut Vec<String>) {
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if !raw.send(bytes).await {
                    break;
                }
            }
            Step::Pause => tokio::time::sleep(Duration::from_millis(2)).await,
            Step::Await(tag) => loop {
                let Some(frame) = raw.next().await else {
                    answers.push("closed".to_owned());
                    return;
                };
                answers.push(shown(&frame));
                if frame.tag == *tag {
                    break;
                }
            },
        }
    }
    let mut end = bytes::BytesMut::new();
    request::sync(&mut end);
    request::query(THE_END, &mut end);
    raw.send(&end).await;
    let mut ending = false;
    loop {
        let Some(frame) = raw.next().await else {
            answers.push("closed".to_owned());
            return;
        };
        let answer = shown(&frame);
        ending |= answer.contains(THE_END);
        answers.push(answer);
        if ending && frame.tag == b'Z' {
            return;
        }
    }
}

/// A message without what differs between two databases that hold the same: the numbers of tables, and where in the
/// server's source an error was raised.
fn shown(frame: &Frame) -> String {
    let body = frame.body();
    let tag = char::from(frame.tag);
    match frame.tag {
        b'E' | b'N' => {
            let mut fields = report::fields(&body).unwrap();
            let malformed = fields.iter().any(|(_, text)| text == "insufficient data left in message");
            fields.retain(|(letter, _)| !(matches!(letter, b'F' | b'L' | b'R') || malformed && *letter == b'W'));
            for (_, text) in &mut fields {
                // Which bytes they are is not repeated.
                let length = text.find("for encoding \"UTF8\": ").map(|at| at + "for encoding \"UTF8\"".len());
                text.truncate(length.unwrap_or(text.len()));
            }
            fields.sort();
            let fields: Vec<String> =
                fields.iter().map(|(letter, text)| format!("{}={text}", char::from(*letter))).collect();
            format!("{tag} {}", fields.join(" "))
        }
        b'T' => format!("{tag} {}", columns(body)),
        b't' => format!("{tag} {:?}", body.chunks(4).map(|oid| oid.to_vec()).collect::<Vec<_>>()),
        _ => format!("{tag} {}", body.escape_ascii()),
    }
}

fn columns(body: Bytes) -> String {
    let mut cursor = Cursor::new(body);
    let count = cursor.count().unwrap();
    let mut columns = Vec::new();
    for _ in 0..count {
        let name = cursor.text().unwrap();
        let (_table, _column) = (cursor.int().unwrap(), cursor.count().unwrap());
        let (oid, size, modifier) = (cursor.int().unwrap(), cursor.count().unwrap(), cursor.int().unwrap());
        columns.push(format!("{name}:{oid}/{size}/{modifier}/{}", cursor.count().unwrap()));
    }
    columns.join(" ")
}

fn difference(script: &Script, wanted: &[String], found: &[String]) -> String {
    let first = wanted.iter().zip(found).position(|(a, b)| a != b).unwrap_or(wanted.len().min(found.len()));
    let list = |answers: &[String]| {
        let marked =
            answers.iter().enumerate().map(|(at, answer)| format!("  {}{answer}", if at == first { "> " } else { "" }));
        marked.collect::<Vec<_>>().join("\n")
    };
    format!("== {}\n{}\nwanted:\n{}\nfound:\n{}", script.name, script.lines.join("\n"), list(wanted), list(found))
}

macro_rules! orders {
    ($($test:ident: $file:literal,)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let mut oracle = Oracle::start().await;
            oracle.compare_all(include_str!(concat!("../../protocol/", $file, ".txt"))).await;
            oracle.is_clean().await;
        }
    )*};
}

orders! {
    simple_queries: "simple",
    extended_queries: "extended",
    errors_and_syncs: "errors",
    portals: "portals",
    parameters: "parameters",
    copies: "copy",
    what_nobody_should_send: "broken",
    sql_statements_mixed_in: "mixed",
}
