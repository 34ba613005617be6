//! What a client says first: a frame without a tag.

use bytes::{Buf, Bytes, BytesMut};

use super::{Cursor, Malformed};

/// PostgreSQL's `MAX_STARTUP_PACKET_LENGTH`.
pub const MAX_STARTUP_BYTES: usize = 10_000;

/// The longest secret of a session.
pub const MAX_SECRET_BYTES: usize = 256;

const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSSENC: u32 = 80_877_104;

/// The first message of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Startup {
    /// Asks for TLS.
    Ssl,
    /// Asks for GSSAPI encryption.
    GssEnc,
    /// Asks to cancel what a session runs.
    Cancel {
        /// The session's number.
        pid: i32,
        /// Its secret: four bytes, or up to 256 since protocol 3.2.
        secret: Bytes,
    },
    /// Asks for a session.
    Session {
        /// The protocol's minor version (the major is 3).
        minor: u16,
        /// Parameters in the client's order.
        parameters: Vec<(String, String)>,
    },
    /// Another protocol.
    Unknown {
        /// Its major version.
        major: u16,
        /// Its minor version.
        minor: u16,
    },
}

/// Takes a startup message off a buffer; `None` while it is not all there.
///
/// # Errors
/// [`Malformed`] when its length is impossible or its parameters are not pairs of strings.
pub fn next_startup(buffer: &mut BytesMut) -> Result<Option<Startup>, Malformed> {
    let Some(length) = buffer.first_chunk::<4>().map(|length| u32::from_be_bytes(*length) as usize) else {
        return Ok(None);
    };
    if !(8..=MAX_STARTUP_BYTES).contains(&length) {
        return Err(Malformed("invalid length of startup packet"));
    }
    if buffer.len() < length {
        return Ok(None);
    }
    let mut body: Bytes = buffer.split_to(length).freeze();
    body.advance(4);
    let mut cursor = Cursor::new(body);
    let code = cursor.int()?.cast_unsigned();
    Ok(Some(match code {
        SSL => Startup::Ssl,
        GSSENC => Startup::GssEnc,
        CANCEL => {
            let pid = cursor.int()?;
            let secret = cursor.rest();
            if !(4..=MAX_SECRET_BYTES).contains(&secret.len()) {
                return Err(Malformed("invalid length of cancel request packet"));
            }
            Startup::Cancel { pid, secret }
        }
        version => {
            let [major, minor] = [(version >> 16) as u16, (version & 0xffff) as u16];
            if major == 3 {
                Startup::Session { minor, parameters: parameters(&mut cursor)? }
            } else {
                Startup::Unknown { major, minor }
            }
        }
    }))
}

fn parameters(cursor: &mut Cursor) -> Result<Vec<(String, String)>, Malformed> {
    let mut parameters = Vec::new();
    loop {
        let name = cursor.text()?;
        if name.is_empty() {
            cursor.end()?;
            return Ok(parameters);
        }
        parameters.push((name, cursor.text()?));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancels_secret_has_a_length_that_there_is() {
        let cancel = |secret: &[u8]| {
            let mut buffer = BytesMut::new();
            buffer.extend_from_slice(&(secret.len() as u32 + 12).to_be_bytes());
            buffer.extend_from_slice(&CANCEL.to_be_bytes());
            buffer.extend_from_slice(&7i32.to_be_bytes());
            buffer.extend_from_slice(secret);
            next_startup(&mut buffer)
        };
        for fits in [4, 32, 256] {
            let secret = vec![1; fits];
            assert_eq!(cancel(&secret), Ok(Some(Startup::Cancel { pid: 7, secret: secret.clone().into() })));
        }
        for unfit in [0, 3, 257] {
            assert!(cancel(&vec![1; unfit]).is_err(), "{unfit}");
        }
    }

    #[test]
    fn a_session_names_its_parameters() {
        let body = b"\0\x03\0\0user\0u\0database\0d\0\0";
        let mut buffer = BytesMut::new();
        buffer.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
        buffer.extend_from_slice(body);
        let wanted = vec![("user".to_owned(), "u".to_owned()), ("database".to_owned(), "d".to_owned())];
        assert_eq!(next_startup(&mut buffer), Ok(Some(Startup::Session { minor: 0, parameters: wanted })));
        assert!(next_startup(&mut BytesMut::from(&b"\0\0\xff\xff\0\0\0\0"[..])).is_err());
        assert!(next_startup(&mut BytesMut::from(&b"GET / HTTP/1.1"[..])).is_err());
        assert_eq!(next_startup(&mut BytesMut::from(&b"\0\0"[..])), Ok(None));
    }
}
