//! What is said before a session begins: versions, encryption, cancels.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use orgfold::wire::{Cursor, Frame, next_frame, report};
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fleet::{Fleet, PASSWORD, RunningProxy};

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";

async fn fleet() -> (Fleet, RunningProxy) {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    (fleet, proxy)
}

fn startup(version: u32, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    for (name, value) in parameters {
        body.extend([name.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
    }
    body.push(0);
    [&(u32::try_from(body.len()).unwrap() + 4).to_be_bytes()[..], &body].concat()
}

const WHO: [(&str, &str); 2] = [("user", "app"), ("database", "one")];

/// A session that begins with these bytes: what is said up to the first ReadyForQuery.
async fn greeted(proxy: &RunningProxy, startup: &[u8]) -> (TcpStream, Vec<Frame>) {
    let mut socket = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    socket.write_all(startup).await.unwrap();
    let mut scram = ScramSha256::new(PASSWORD.as_bytes(), ChannelBinding::unsupported());
    let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
    loop {
        let Some(frame) = next_frame(&mut buffer, 1 << 20).unwrap() else {
            assert!(socket.read_buf(&mut buffer).await.unwrap() > 0, "closed after {frames:?}");
            continue;
        };
        let mut out = BytesMut::new();
        if frame.tag == b'R' {
            let mut cursor = Cursor::new(frame.body());
            match cursor.int().unwrap() {
                10 => orgfold::wire::request::sasl_initial(SCRAM_SHA_256, scram.message(), &mut out),
                11 => {
                    scram.update(&cursor.rest()).unwrap();
                    orgfold::wire::request::sasl_response(scram.message(), &mut out);
                }
                _ => {}
            }
        }
        socket.write_all(&out).await.unwrap();
        let last = matches!(frame.tag, b'Z' | b'E');
        frames.push(frame);
        if last {
            return (socket, frames);
        }
    }
}

fn only(frames: &[Frame], tag: u8) -> Vec<Vec<u8>> {
    frames.iter().filter(|frame| frame.tag == tag).map(|frame| frame.body().to_vec()).collect()
}

const V3: u32 = 3 << 16;

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_negotiated_and_keys_are_as_long_as_the_version_has_them() {
    let (_fleet, proxy) = fleet().await;
    // version asked for, version answered where it differs, bytes of BackendKeyData
    for (asked, answered, key) in [(0, None, 8), (1, None, 8), (2, None, 36), (3, Some(2), 36), (9999, Some(2), 36)] {
        let (_socket, frames) = greeted(&proxy, &startup(V3 + asked, &WHO)).await;
        let negotiated = only(&frames, b'v');
        let wanted: Vec<Vec<u8>> =
            answered.into_iter().map(|minor: u32| [(V3 + minor).to_be_bytes(), [0; 4]].concat()).collect();
        assert_eq!(negotiated, wanted, "3.{asked}");
        assert_eq!(only(&frames, b'K').iter().map(Vec::len).collect::<Vec<_>>(), [key], "3.{asked}");
    }
    // Options of the protocol that are not known are listed, and do not stop anybody.
    let more = [WHO.as_slice(), &[("_pq_.one", "1"), ("_pq_.two", "2")]].concat();
    let (_socket, frames) = greeted(&proxy, &startup(V3, &more)).await;
    let wanted = [&V3.to_be_bytes()[..], &2u32.to_be_bytes(), b"_pq_.one\0_pq_.two\0"].concat();
    assert_eq!(only(&frames, b'v'), [wanted]);
    assert!(frames.iter().position(|frame| frame.tag == b'v') < frames.iter().position(|frame| frame.tag == b'R'));
}

#[tokio::test(flavor = "multi_thread")]
async fn encryption_that_is_not_there_is_denied_once() {
    let (_fleet, proxy) = fleet().await;
    let (ssl, gss) = (&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f], &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]);
    let mut socket = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    for ask in [gss, ssl] {
        socket.write_all(ask).await.unwrap();
        assert_eq!(socket.read_u8().await.unwrap(), b'N');
    }
    // As PostgreSQL: the second time it is a protocol that nobody knows.
    socket.write_all(ssl).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer);
    assert!(
        text.contains("0A000") && text.contains("unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2"),
        "{text}"
    );
    // TLS at once, where there is none, is closed.
    let mut socket = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    socket.write_all(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]).await.unwrap();
    assert_eq!(socket.read(&mut [0; 16]).await.unwrap_or(0), 0);
}

async fn cancel(proxy: &RunningProxy, key: &[u8]) {
    let mut socket = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    let length = u32::try_from(key.len()).unwrap() + 8;
    let bytes = [&length.to_be_bytes()[..], &80_877_102u32.to_be_bytes(), key].concat();
    socket.write_all(&bytes).await.unwrap();
    let mut rest = Vec::new();
    let _ = socket.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}

/// The SQLSTATE that the next answer has; nothing when it has none.
async fn answer(socket: &mut TcpStream) -> Option<String> {
    let mut buffer = BytesMut::new();
    let mut code = None;
    loop {
        while let Some(frame) = next_frame(&mut buffer, 1 << 20).unwrap() {
            if frame.tag == b'E' {
                let fields = report::fields(&frame.body()).unwrap();
                code = fields.into_iter().find(|(letter, _)| *letter == b'C').map(|(_, text)| text);
            }
            if frame.tag == b'Z' {
                return code;
            }
        }
        assert!(socket.read_buf(&mut buffer).await.unwrap() > 0, "closed");
    }
}

async fn ask(socket: &mut TcpStream, sql: &str) {
    let mut out = BytesMut::new();
    orgfold::wire::request::query(sql, &mut out);
    socket.write_all(&out).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_needs_the_whole_key_and_stops_a_statement_that_waits() {
    let config = "[shards]\npool_size = 1\npool_wait_ms = 20000\n";
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).config(config).start().await;
    let proxy = fleet.proxy().await;
    let (mut socket, frames) = greeted(&proxy, &startup(V3 + 2, &WHO)).await;
    let key = only(&frames, b'K').remove(0);
    let mut wrong = key.clone();
    wrong[20] ^= 1;
    let holder = proxy.connect("app", "one").await;
    holder.batch_execute("BEGIN; SELECT 1 FROM item").await.unwrap();
    // The pool's only backend is held: the statement waits for it.
    ask(&mut socket, "SELECT count(*) FROM item").await;
    cancel(&proxy, &wrong).await;
    cancel(&proxy, &key[..8]).await;
    let waits = tokio::time::timeout(Duration::from_millis(100), answer(&mut socket)).await;
    assert!(waits.is_err(), "another key cancelled it: {waits:?}");
    let started = Instant::now();
    cancel(&proxy, &key).await;
    assert_eq!(answer(&mut socket).await.as_deref(), Some("57014"));
    assert!(started.elapsed() < Duration::from_secs(5));
    holder.batch_execute("COMMIT").await.unwrap();
    // A cancel of nothing cancels nothing that comes later.
    cancel(&proxy, &key).await;
    for _ in 0..5 {
        ask(&mut socket, "SELECT count(*) FROM item").await;
        assert_eq!(answer(&mut socket).await, None);
    }
}

/// Sessions that are never cancelled run beside sessions that always are, on the same few backends: only the latter hear
/// of it, and what they hear is of the statement that ran when they cancelled.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancels_under_load_reach_their_own_statement_or_nothing() {
    let config = "[shards]\npool_size = 3\npool_wait_ms = 30000\n";
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one", "two", "three"]).role("app", &[]).config(config).start().await;
    let proxy = std::sync::Arc::new(fleet.proxy().await);
    let until = Instant::now() + Duration::from_secs(4);
    let mut tasks = Vec::new();
    for at in 0..6u64 {
        let proxy = std::sync::Arc::clone(&proxy);
        let org = if at % 2 == 0 { "one" } else { "three" };
        // Different settings make the backends change theirs between sessions.
        let zone = if at % 3 == 0 { "UTC" } else { "Asia/Tokyo" };
        tasks.push(tokio::spawn(async move {
            let client = proxy.connect("app", org).await;
            client.batch_execute(&format!("SET timezone = '{zone}'")).await.unwrap();
            let mut done = 0u64;
            while Instant::now() < until {
                let row = client.query_one("SELECT current_setting('timezone'), pg_sleep(0.0005)::text", &[]).await;
                let row = row.expect("a session that nobody cancels");
                assert_eq!(row.get::<_, String>(0), zone);
                done += 1;
            }
            (done, 0u64)
        }));
    }
    for at in 0..6u64 {
        let proxy = std::sync::Arc::clone(&proxy);
        tasks.push(tokio::spawn(async move {
            let (mut socket, frames) = greeted(&proxy, &startup(V3, &WHO)).await;
            let key = only(&frames, b'K').remove(0);
            let (mut done, mut cancelled, mut dice) = (0u64, 0u64, at * 7919 + 1);
            while Instant::now() < until {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let delay = Duration::from_micros(dice >> 51);
                ask(&mut socket, "SELECT count(*) FROM item, pg_sleep(0.001)").await;
                let cancelling = async {
                    tokio::time::sleep(delay).await;
                    cancel(&proxy, &key).await;
                };
                match tokio::join!(answer(&mut socket), cancelling).0.as_deref() {
                    None => done += 1,
                    Some(code) => {
                        assert_eq!(code, "57014");
                        cancelled += 1;
                    }
                }
                // The cancel was over before this began: it is not for this.
                ask(&mut socket, "SELECT 1").await;
                assert_eq!(answer(&mut socket).await, None, "a cancel that came late");
            }
            (done, cancelled)
        }));
    }
    let (mut done, mut cancelled) = (0, 0);
    for task in tasks {
        let (finished, stopped) = task.await.unwrap();
        done += finished;
        cancelled += stopped;
    }
    assert!(done > 20 && cancelled > 20, "{done} done, {cancelled} cancelled");
}
