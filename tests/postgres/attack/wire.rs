//! A client that keeps every byte it was sent: what a driver would drop could be a leak too.

#![allow(dead_code)] // what a driver offers, some classes do not ask for

use std::time::Duration;

use bytes::{Buf, BufMut, BytesMut};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::{backend, frontend};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fleet::{PASSWORD, RunningProxy};

/// Longer than any answer takes; an attack must not hang the connection either.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection of a hostile client.
pub struct Wire {
    stream: TcpStream,
    buffer: BytesMut,
    /// What was read in answer to the last text, as it came.
    heard: Vec<u8>,
    /// The last text went by the extended protocol: COPY FROM STDIN has swallowed its Sync.
    synced: bool,
    /// The process number and the key to cancel with.
    pub key: (i32, i32),
}

/// How a conversation up to ReadyForQuery went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `refused CODE`, or `answered rows [TAG]`; several statements divided by ` / `.
    pub outcome: String,
    /// Every text of every message, one to a line: column names, values, tags, fields of errors and notices.
    pub texts: String,
    /// Texts of errors and notices alone.
    pub reports: String,
    /// Everything else as it came, for what is in no text.
    pub bytes: Vec<u8>,
    /// I, T or E.
    pub status: char,
    /// The types of the parameters that Describe told, if it was asked.
    pub parameters: Option<Vec<u32>>,
}

impl Wire {
    /// Connects as `role` to `org`, with more startup parameters.
    pub async fn connect(proxy: &RunningProxy, role: &str, org: &str, more: &[(&str, &str)]) -> Result<Wire, Answer> {
        let stream = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        let mut wire = Wire { stream, buffer: BytesMut::new(), heard: Vec::new(), synced: false, key: (0, 0) };
        let mut parameters = vec![("user", role), ("database", org)];
        parameters.extend(more);
        let mut out = BytesMut::new();
        frontend::startup_message(parameters, &mut out).unwrap();
        wire.send(&out).await;
        wire.authenticate().await
    }

    async fn authenticate(mut self) -> Result<Wire, Answer> {
        let mut scram = ScramSha256::new(PASSWORD.as_bytes(), ChannelBinding::unsupported());
        loop {
            let mut out = BytesMut::new();
            match self.receive().await {
                backend::Message::AuthenticationSasl(_) => {
                    frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut out).unwrap();
                }
                backend::Message::AuthenticationSaslContinue(body) => {
                    scram.update(body.data()).unwrap();
                    frontend::sasl_response(scram.message(), &mut out).unwrap();
                }
                backend::Message::AuthenticationSaslFinal(body) => scram.finish(body.data()).unwrap(),
                backend::Message::BackendKeyData(body) => self.key = (body.process_id(), body.secret_key()),
                backend::Message::ReadyForQuery(_) => return Ok(self),
                backend::Message::ErrorResponse(body) => {
                    let mut answer = Answer::new();
                    answer.report(body.fields());
                    return Err(answer);
                }
                _ => {}
            }
            self.send(&out).await;
        }
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    async fn receive(&mut self) -> backend::Message {
        loop {
            let before = self.buffer.clone();
            // A version of the protocol that postgres_protocol does not know would be our own mistake.
            if let Some(message) = backend::Message::parse(&mut self.buffer).unwrap() {
                self.heard.extend_from_slice(&before[..before.len() - self.buffer.len()]);
                return message;
            }
            let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
            assert!(read.expect("the proxy hangs").unwrap() > 0, "the proxy closed the connection");
        }
    }

    /// A text in the simple protocol.
    pub async fn simple(&mut self, sql: &str) -> Answer {
        let mut out = BytesMut::new();
        frontend::query(sql, &mut out).unwrap();
        self.synced = false;
        self.send(&out).await;
        self.answer().await
    }

    /// A text in the extended protocol: unnamed, parameters as text, described, run to the end.
    pub async fn extended(&mut self, sql: &str, parameters: &[Option<&str>]) -> Answer {
        let mut out = BytesMut::new();
        frontend::parse("", sql, [], &mut out).unwrap();
        frontend::describe(b'S', "", &mut out).unwrap();
        bind("", "", parameters, &mut out);
        frontend::describe(b'P', "", &mut out).unwrap();
        frontend::execute("", 0, &mut out).unwrap();
        frontend::sync(&mut out);
        self.synced = true;
        self.send(&out).await;
        self.answer().await
    }

    /// Everything up to ReadyForQuery. A COPY FROM STDIN gets one line, then its end.
    pub async fn answer(&mut self) -> Answer {
        self.heard.clear();
        let mut answer = Answer::new();
        let mut rows: Vec<String> = Vec::new();
        let mut parts: Vec<String> = Vec::new();
        loop {
            match self.receive().await {
                backend::Message::RowDescription(body) => {
                    let mut fields = body.fields();
                    while let Some(field) = fields.next().unwrap() {
                        answer.text(field.name());
                        assert_eq!((field.table_oid(), field.column_id()), (0, 0), "the leaf's number is shown");
                    }
                }
                backend::Message::DataRow(body) => {
                    let mut values = Vec::new();
                    let mut ranges = body.ranges();
                    while let Some(range) = ranges.next().unwrap() {
                        let value = range.map(|range| String::from_utf8_lossy(&body.buffer()[range]).into_owned());
                        values.extend([value.unwrap_or_else(|| "null".to_owned())]);
                    }
                    answer.text(&values.join("\n"));
                    rows.push(values.join("|"));
                }
                backend::Message::CommandComplete(body) => {
                    let tag = body.tag().unwrap().to_owned();
                    answer.text(&tag);
                    let rows = std::mem::take(&mut rows);
                    parts.push(if rows.is_empty() {
                        format!("[{tag}]")
                    } else {
                        format!("{} [{tag}]", rows.join("; "))
                    });
                }
                backend::Message::EmptyQueryResponse => parts.push("[]".to_owned()),
                backend::Message::ErrorResponse(body) => {
                    rows.clear();
                    let code = answer.report(body.fields());
                    parts.push(format!("refused {code}"));
                }
                backend::Message::NoticeResponse(body) => {
                    answer.report(body.fields());
                }
                backend::Message::NotificationResponse(body) => {
                    parts.push(format!("notified {}", body.channel().unwrap()));
                    answer.text(body.message().unwrap());
                }
                backend::Message::ParameterDescription(body) => {
                    answer.parameters = Some(body.parameters().collect().unwrap());
                }
                backend::Message::ParameterStatus(body) => {
                    answer.text(body.name().unwrap());
                    answer.text(body.value().unwrap());
                }
                backend::Message::CopyInResponse(_) => {
                    let mut out = BytesMut::new();
                    frontend::CopyData::new(&b"77\tsent\n"[..]).unwrap().write(&mut out);
                    frontend::copy_done(&mut out);
                    if self.synced {
                        frontend::sync(&mut out);
                    }
                    self.send(&out).await;
                }
                backend::Message::CopyData(body) => {
                    let line = String::from_utf8_lossy(body.data()).trim_end().to_owned();
                    answer.text(&line);
                    rows.push(line.replace('\t', "|"));
                }
                backend::Message::ReadyForQuery(body) => {
                    answer.status = char::from(body.status());
                    break;
                }
                _ => {}
            }
        }
        if !rows.is_empty() {
            parts.push(rows.join("; "));
        }
        answer.outcome = match parts.as_slice() {
            [one] if one.starts_with("refused") => one.clone(),
            [..] => format!("answered {}", parts.join(" / ")),
        };
        // One line, whatever the values hold.
        answer.outcome = answer.outcome.replace(|c: char| c.is_control(), "~");
        answer.bytes = std::mem::take(&mut self.heard);
        answer
    }
}

/// Bind with parameters as text, results as text.
pub fn bind(portal: &str, statement: &str, parameters: &[Option<&str>], out: &mut BytesMut) {
    let serialize = |value: &Option<&str>, out: &mut BytesMut| {
        Ok(match value {
            None => postgres_protocol::IsNull::Yes,
            Some(text) => {
                out.put_slice(text.as_bytes());
                postgres_protocol::IsNull::No
            }
        })
    };
    let bound = frontend::bind(portal, statement, [], parameters, serialize, [], out);
    assert!(bound.is_ok());
}

impl Answer {
    fn new() -> Answer {
        Answer {
            outcome: String::new(),
            texts: String::new(),
            reports: String::new(),
            bytes: Vec::new(),
            status: ' ',
            parameters: None,
        }
    }

    fn text(&mut self, text: &str) {
        self.texts.push_str(text);
        self.texts.push('\n');
    }

    /// An error or notice: gives its SQLSTATE.
    fn report(&mut self, fields: backend::ErrorFields<'_>) -> String {
        let mut code = String::new();
        let fields: Vec<(u8, String)> = fields
            .map(|field| Ok((field.type_(), String::from_utf8_lossy(field.value_bytes()).into_owned())))
            .collect()
            .unwrap();
        for (letter, text) in fields {
            if letter == b'C' {
                code.clone_from(&text);
            }
            self.text(&text);
            self.reports.push_str(&text);
            self.reports.push('\n');
        }
        if self.outcome.is_empty() {
            self.outcome = format!("refused {code}");
        }
        code
    }

    /// Whether the bytes hold this text anywhere.
    pub fn holds(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|window| window == text.as_bytes()) || self.texts.contains(text)
    }
}

/// A message that no library makes: a type, then a body.
pub fn frame(letter: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![letter];
    out.put_i32(i32::try_from(body.len()).unwrap() + 4);
    out.extend_from_slice(body);
    out
}

/// Asks the proxy to cancel, as libpq does: on a connection of its own, which is closed without an answer.
pub async fn cancel(proxy: &RunningProxy, key: (i32, i32)) {
    let mut out = BytesMut::new();
    frontend::cancel_request(key.0, key.1, &mut out);
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    stream.write_all(&out).await.unwrap();
    let mut rest = BytesMut::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_buf(&mut rest)).await.expect("the proxy hangs").unwrap_or(0);
    assert_eq!((read, rest.remaining()), (0, 0), "a cancel is answered");
}
