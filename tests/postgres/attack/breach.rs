//! The first wall taken down: between orgfold and the shard, every condition that keeps a statement to its org's rows is made
//! true of all rows of the leaf. What still stands is what the shard itself does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Passes connections on to a shard, with statements that are no longer kept to an org.
pub struct Breach {
    port: u16,
    broken: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Breach {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Breach {
    pub async fn before(target: u16) -> Breach {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let broken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&broken);
        let task = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                    let _ = (client.set_nodelay(true), server.set_nodelay(true));
                    let (from_client, mut to_client) = client.into_split();
                    let (mut from_server, to_server) = server.into_split();
                    tokio::select! {
                        _ = statements(from_client, to_server, &count) => {}
                        _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
                    }
                });
            }
        });
        Breach { port, broken, task }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many conditions were broken so far.
    pub fn broken(&self) -> usize {
        self.broken.load(Ordering::Relaxed)
    }
}

/// Passes messages on; Parse and Query with other texts.
async fn statements(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    // The first messages have no tag: whether there is encryption, then who comes.
    loop {
        let length = from.read_u32().await?;
        let mut first = vec![0; length as usize - 4];
        from.read_exact(&mut first).await?;
        to.write_u32(length).await?;
        to.write_all(&first).await?;
        if length != 8 {
            break;
        }
    }
    loop {
        let tag = from.read_u8().await?;
        let mut body = vec![0; from.read_u32().await? as usize - 4];
        from.read_exact(&mut body).await?;
        if tag == b'P' || tag == b'Q' {
            body = broken(tag, &body, count);
        }
        let mut out = BytesMut::with_capacity(body.len() + 5);
        out.put_u8(tag);
        out.put_u32(u32::try_from(body.len()).unwrap() + 4);
        out.put_slice(&body);
        to.write_all(&out).await?;
    }
}

/// The body of a Parse or a Query, its text with true conditions.
fn broken(tag: u8, mut body: &[u8], count: &AtomicUsize) -> Vec<u8> {
    let mut text = || {
        let end = body.iter().position(|&byte| byte == 0).unwrap();
        let text = std::str::from_utf8(&body[..end]).unwrap().to_owned();
        body.advance(end + 1);
        text
    };
    let mut out = Vec::new();
    if tag == b'P' {
        out.extend_from_slice(text().as_bytes());
        out.push(0);
    }
    let (sql, times) = without_org(&text());
    count.fetch_add(times, Ordering::Relaxed);
    out.extend_from_slice(sql.as_bytes());
    out.push(0);
    out.extend_from_slice(body);
    out
}

/// `org_id = $1` becomes `org_id = $1 IS NOT NULL`, which holds of every row and leaves the parameter where it is.
fn without_org(sql: &str) -> (String, usize) {
    const EQUALS: &str = "org_id = ";
    let (mut out, mut rest, mut times) = (String::new(), sql, 0);
    while let Some(at) = rest.find(EQUALS) {
        let (before, after) = rest.split_at(at + EQUALS.len());
        out.push_str(before);
        let end = match after.strip_prefix("ANY (") {
            Some(list) => list.find(')').map(|at| at + "ANY (".len() + 1),
            None => after.find(|c: char| !(c.is_ascii_digit() || c == '$')).or(Some(after.len())),
        };
        let (value, after) = after.split_at(end.unwrap());
        out.push_str(value);
        // Between two columns it is a join of rows of one org, not a wall.
        if !value.is_empty() {
            out.push_str(" IS NOT NULL");
            times += 1;
        }
        rest = after;
    }
    out.push_str(rest);
    (out, times)
}

#[test]
fn conditions_are_broken_wherever_they_stand() {
    let sql = "SELECT a FROM t_p01 WHERE org_id = $12 AND (CASE WHEN org_id = ANY (ARRAY[$12]) THEN 1 END) IS NOT NULL";
    let wanted = "SELECT a FROM t_p01 WHERE org_id = $12 IS NOT NULL AND \
                  (CASE WHEN org_id = ANY (ARRAY[$12]) IS NOT NULL THEN 1 END) IS NOT NULL";
    assert_eq!(without_org(sql), (wanted.to_owned(), 2));
    assert_eq!(
        without_org("x.org_id = y.org_id OR org_id = 7"),
        ("x.org_id = y.org_id OR org_id = 7 IS NOT NULL".into(), 1)
    );
}
