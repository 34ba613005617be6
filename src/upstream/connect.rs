//! Connecting to a shard: startup, SCRAM, the session's first facts; and cancelling.

use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::backend::{Backend, BackendKey};
use super::channel::{Channel, Stream};
use crate::config::Secret;
use crate::directory::ShardEntry;
use crate::sqlstate::SqlState;
use crate::tls::{self, Tls, binding};
use crate::wire::{Cursor, Frame, Malformed, next_frame, report, request};

/// The longest message that is read while connecting.
const MAX_HANDSHAKE_BYTES: usize = 64 * 1024;

/// Why there is no backend.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The shard cannot be reached (08001).
    #[error("cannot connect to the shard")]
    Unreachable(#[source] std::io::Error),
    /// Its TLS is not what the config asks for (08001).
    #[error("cannot connect to the shard: {0}")]
    Tls(&'static str, #[source] std::io::Error),
    /// It did not answer in time (08001).
    #[error("the shard does not answer")]
    Silent,
    /// It refused the connection (08001).
    #[error("the shard refused the connection: {message}")]
    Refused {
        /// The shard's SQLSTATE.
        code: String,
        /// Its message.
        message: String,
    },
    /// It could not be reached a moment ago; the next attempt is not due yet (08001).
    #[error("{0}")]
    Recently(String, Option<&'static str>),
    /// It broke the protocol (08P01).
    #[error("the shard broke the protocol")]
    Malformed(#[from] Malformed),
    /// It asks for an authentication that orgfold does not do (08001).
    #[error("the shard asks for an authentication other than SCRAM-SHA-256")]
    Authentication,
    /// Its text settings would change what literals mean (08001).
    #[error("the shard has standard_conforming_strings off, or another encoding than UTF8")]
    Settings,
    /// No connection became free in time (53300).
    #[error("no connection to the shard became free in time")]
    Busy,
    /// The connection was lost (08006).
    #[error("the connection to the shard was lost")]
    Lost,
}

impl UpstreamError {
    /// Its SQLSTATE.
    #[must_use]
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            UpstreamError::Unreachable(_)
            | UpstreamError::Tls(..)
            | UpstreamError::Silent
            | UpstreamError::Refused { .. }
            | UpstreamError::Recently(..)
            | UpstreamError::Authentication
            | UpstreamError::Settings => SqlState::CANNOT_CONNECT,
            UpstreamError::Malformed(_) => SqlState::PROTOCOL_VIOLATION,
            UpstreamError::Busy => SqlState::TOO_MANY_CONNECTIONS,
            UpstreamError::Lost => SqlState::CONNECTION_FAILURE,
        }
    }
}

/// A socket, encrypted as asked for, and what binds SCRAM to it.
async fn socket(host: &str, port: u16, tls: &Tls) -> std::io::Result<(Stream, Option<Vec<u8>>)> {
    if host.starts_with('/') {
        let path = format!("{host}/.s.PGSQL.{port}");
        return Ok((Box::new(UnixStream::connect(path).await?), None));
    }
    let stream = TcpStream::connect((host, port)).await?;
    super::channel::set_up(&stream);
    match tls.negotiate(host, stream).await? {
        Ok(encrypted) => {
            let certificate = encrypted.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let binding = certificate.and_then(binding::server_end_point);
            Ok((Box::new(encrypted), binding))
        }
        Err(plain) => Ok((Box::new(plain), None)),
    }
}

fn unreachable(error: std::io::Error) -> UpstreamError {
    match tls::fault(&error) {
        Some(fault) => UpstreamError::Tls(fault, error),
        None => UpstreamError::Unreachable(error),
    }
}

/// Connects to a shard as the runtime role.
///
/// Cancel safe: dropped, the connection ends.
pub(super) async fn connect(
    shard: &ShardEntry,
    user: &str,
    password: Option<&Secret>,
    tls: &Tls,
    patience: Duration,
) -> Result<Backend, UpstreamError> {
    let connecting = async {
        let (mut stream, binding) = socket(&shard.host, shard.port, tls).await.map_err(unreachable)?;
        let mut buffer = BytesMut::with_capacity(8 * 1024);
        let mut out = BytesMut::new();
        let parameters = [("user", user), ("database", shard.database.as_str()), ("client_encoding", "UTF8")];
        request::startup(&parameters, &mut out);
        write(&mut stream, &mut out).await?;
        authenticate(&mut stream, &mut buffer, password, binding).await?;
        let mut parameters = Vec::new();
        let mut key = BackendKey { host: shard.host.clone(), port: shard.port, pid: 0, secret: 0, tls: tls.clone() };
        loop {
            let frame = read(&mut stream, &mut buffer).await?;
            match frame.tag {
                b'S' => {
                    let mut cursor = Cursor::new(frame.body());
                    parameters.push((cursor.text()?, cursor.text()?));
                }
                b'K' => {
                    let mut cursor = Cursor::new(frame.body());
                    key.pid = cursor.int()?;
                    key.secret = cursor.int()?;
                }
                b'N' => {}
                b'Z' => break,
                b'E' => return Err(refused(&frame)),
                _other => return Err(Malformed("unexpected message while connecting").into()),
            }
        }
        let has = |name: &str, value: &str| parameters.iter().any(|(n, v): &(String, String)| n == name && v == value);
        if !has("standard_conforming_strings", "on") || !has("client_encoding", "UTF8") {
            return Err(UpstreamError::Settings);
        }
        Ok(Backend::new(Channel::new(stream, buffer), key, parameters))
    };
    tokio::time::timeout(patience, connecting).await.unwrap_or(Err(UpstreamError::Silent))
}

async fn authenticate(
    stream: &mut Stream,
    buffer: &mut BytesMut,
    password: Option<&Secret>,
    binding: Option<Vec<u8>>,
) -> Result<(), UpstreamError> {
    let mut scram: Option<ScramSha256> = None;
    let mut proven = false;
    loop {
        let frame = read(stream, buffer).await?;
        match frame.tag {
            b'E' => return Err(refused(&frame)),
            b'N' | b'v' => continue,
            b'R' => {}
            _other => return Err(Malformed("unexpected message while authenticating").into()),
        }
        let mut cursor = Cursor::new(frame.body());
        let mut out = BytesMut::new();
        match cursor.int()? {
            // AuthenticationOk: after SCRAM the shard must have proven that it knows the password too.
            0 if scram.is_some() && !proven => return Err(UpstreamError::Authentication),
            0 => return Ok(()),
            10 => {
                let (mut plain, mut plus) = (false, false);
                loop {
                    let mechanism = cursor.text()?;
                    if mechanism.is_empty() {
                        break;
                    }
                    plain |= mechanism == SCRAM_SHA_256;
                    plus |= mechanism == SCRAM_SHA_256_PLUS;
                }
                let (mechanism, channel) = match &binding {
                    Some(hash) if plus => (SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(hash.clone())),
                    // Says that it could have been bound: a server that offered it knows then that the offer was taken away.
                    Some(_) => (SCRAM_SHA_256, ChannelBinding::unrequested()),
                    None => (SCRAM_SHA_256, ChannelBinding::unsupported()),
                };
                let Some(password) = password.filter(|_| plain || plus) else {
                    return Err(UpstreamError::Authentication);
                };
                let begun = ScramSha256::new(password.reveal().as_bytes(), channel);
                request::sasl_initial(mechanism, begun.message(), &mut out);
                scram = Some(begun);
            }
            11 => {
                let Some(scram) = scram.as_mut() else { return Err(UpstreamError::Authentication) };
                scram.update(&cursor.rest()).map_err(|_| UpstreamError::Authentication)?;
                request::sasl_response(scram.message(), &mut out);
            }
            12 => {
                let Some(scram) = scram.as_mut() else { return Err(UpstreamError::Authentication) };
                scram.finish(&cursor.rest()).map_err(|_| UpstreamError::Authentication)?;
                proven = true;
            }
            _other => return Err(UpstreamError::Authentication),
        }
        write(stream, &mut out).await?;
    }
}

fn refused(frame: &Frame) -> UpstreamError {
    let fields = report::fields(&frame.body()).unwrap_or_default();
    let field =
        |letter: u8| fields.iter().find(|(l, _)| *l == letter).map(|(_, text)| text.clone()).unwrap_or_default();
    UpstreamError::Refused { code: field(b'C'), message: field(b'M') }
}

async fn read(stream: &mut Stream, buffer: &mut BytesMut) -> Result<Frame, UpstreamError> {
    loop {
        if let Some(frame) = next_frame(buffer, MAX_HANDSHAKE_BYTES)? {
            return Ok(frame);
        }
        if stream.read_buf(buffer).await.map_err(unreachable)? == 0 {
            return Err(UpstreamError::Lost);
        }
    }
}

async fn write(stream: &mut Stream, out: &mut BytesMut) -> Result<(), UpstreamError> {
    stream.write_all(out).await.map_err(unreachable)?;
    // What is encrypted may wait in its own buffer.
    stream.flush().await.map_err(unreachable)?;
    out.clear();
    Ok(())
}

/// Asks a server to cancel what one of its backends runs, and waits until it has passed that on.
///
/// # Errors
/// When the server cannot be reached within `patience`.
pub async fn cancel(key: &BackendKey, patience: Duration) -> std::io::Result<()> {
    let asking = async {
        let (mut stream, _) = socket(&key.host, key.port, &key.tls).await?;
        let mut out = BytesMut::new();
        request::cancel(key.pid, key.secret, &mut out);
        stream.write_all(&out).await?;
        stream.flush().await?;
        // The server closes the connection once the signal is sent.
        let mut rest = [0u8; 16];
        loop {
            match stream.read(&mut rest).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // It does not say goodbye in TLS.
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    };
    tokio::time::timeout(patience, asking).await.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
}
