//! A client that shows what the protocol says: every field of every message, where drivers show a selection.

use bytes::{BufMut, BytesMut};
use orgfold::wire::bind::{frame, put_count, put_text};
use orgfold::wire::reply::bare;
use orgfold::wire::{Cursor, Frame, next_frame, request};
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that sends messages and returns the answers up to ReadyForQuery.
pub struct Raw {
    stream: TcpStream,
    buffer: BytesMut,
    status: u8,
}

/// The values to bind, as text; `None` is NULL.
pub type Values = [Option<String>];

impl Raw {
    /// Connects to 127.0.0.1 with a password.
    pub async fn connect(port: u16, user: &str, password: &str, database: &str) -> Raw {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut raw = Raw { stream, buffer: BytesMut::new(), status: b'?' };
        let mut out = BytesMut::new();
        request::startup(&[("user", user), ("database", database), ("client_encoding", "UTF8")], &mut out);
        raw.write(&out).await;
        let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
        loop {
            let frame = raw.read().await;
            let mut cursor = Cursor::new(frame.body());
            let mut out = BytesMut::new();
            match frame.tag {
                b'R' => match cursor.int().unwrap() {
                    10 => request::sasl_initial(SCRAM_SHA_256, scram.message(), &mut out),
                    11 => {
                        scram.update(&cursor.rest()).unwrap();
                        request::sasl_response(scram.message(), &mut out);
                    }
                    12 => scram.finish(&cursor.rest()).unwrap(),
                    other => assert_eq!(other, 0, "authentication"),
                },
                b'E' => panic!("{:?}", orgfold::wire::report::fields(&frame.body())),
                b'Z' => break,
                _ => {}
            }
            raw.write(&out).await;
        }
        raw.status = b'I';
        raw
    }

    /// Whether a transaction is open, as ReadyForQuery says it: `I`, `T` or `E`.
    pub fn status(&self) -> u8 {
        self.status
    }

    /// A simple query; `data` answers a COPY FROM STDIN.
    pub async fn simple(&mut self, sql: &str, data: &str) -> Vec<Frame> {
        let mut out = BytesMut::new();
        request::query(sql, &mut out);
        self.exchange(&out, data).await
    }

    /// Prepares without running.
    pub async fn describe(&mut self, sql: &str) -> Vec<Frame> {
        let mut out = BytesMut::new();
        request::parse("", sql, &[], &mut out);
        request::describe(b'S', "", &mut out);
        request::sync(&mut out);
        self.exchange(&out, "").await
    }

    /// Prepares, binds and runs.
    pub async fn extended(&mut self, sql: &str, values: &Values, binary: bool) -> Vec<Frame> {
        let mut out = BytesMut::new();
        request::parse("", sql, &[], &mut out);
        frame(b'B', &mut out, |out| {
            put_text("", out);
            put_text("", out);
            put_count(0, out);
            put_count(values.len(), out);
            for value in values {
                let length = value.as_ref().map_or(-1, |value| i32::try_from(value.len()).unwrap());
                out.put_i32(length);
                out.extend_from_slice(value.as_deref().unwrap_or_default().as_bytes());
            }
            put_count(1, out);
            out.put_u16(u16::from(binary));
        });
        request::describe(b'P', "", &mut out);
        request::execute("", 0, &mut out);
        request::sync(&mut out);
        self.exchange(&out, "").await
    }

    async fn exchange(&mut self, out: &[u8], data: &str) -> Vec<Frame> {
        self.write(out).await;
        let mut frames = Vec::new();
        loop {
            let answer = self.read().await;
            let tag = answer.tag;
            if tag == b'Z' {
                self.status = answer.body()[0];
            }
            frames.push(answer);
            match tag {
                b'Z' => return frames,
                b'G' => {
                    let mut out = BytesMut::new();
                    frame(b'd', &mut out, |out| out.extend_from_slice(data.as_bytes()));
                    bare(b'c', &mut out);
                    self.write(&out).await;
                }
                _ => {}
            }
        }
    }

    /// Whether all that was read has been taken.
    pub fn is_quiet(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Dropped from now on, the connection is reset.
    pub fn reset(&self) {
        socket2::SockRef::from(&self.stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }

    /// Sends bytes as they are; whether the other side still took them.
    pub async fn send(&mut self, out: &[u8]) -> bool {
        self.stream.write_all(out).await.is_ok()
    }

    /// The next message; `None` when the other side has closed the connection.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = next_frame(&mut self.buffer, 1 << 26).unwrap() {
                return Some(frame);
            }
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn write(&mut self, out: &[u8]) {
        self.stream.write_all(out).await.unwrap();
    }

    async fn read(&mut self) -> Frame {
        self.next().await.expect("the connection was closed")
    }
}
