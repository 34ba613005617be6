//! [`Cursor`]: reads a message's body, never past its end.

use bytes::{Buf, Bytes};

/// A message that breaks the protocol's rules (08P01), in PostgreSQL's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// Text in another encoding than the session's (22021).
pub const NOT_UTF8: Malformed = Malformed("invalid byte sequence for encoding \"UTF8\"");

/// A body being read.
#[derive(Debug)]
pub struct Cursor {
    rest: Bytes,
}

impl Cursor {
    /// Begins at the first byte.
    #[must_use]
    pub fn new(body: Bytes) -> Cursor {
        Cursor { rest: body }
    }

    /// One byte.
    ///
    /// # Errors
    /// [`Malformed`] past the end, as for every reader here.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        self.rest.try_get_u8().map_err(|_| Malformed("no data left in message"))
    }

    /// A 16-bit count, which the protocol means unsigned.
    ///
    /// # Errors
    /// [`Malformed`] past the end.
    pub fn count(&mut self) -> Result<u16, Malformed> {
        self.rest.try_get_u16().map_err(|_| Malformed("insufficient data left in message"))
    }

    /// A 32-bit number.
    ///
    /// # Errors
    /// [`Malformed`] past the end.
    pub fn int(&mut self) -> Result<i32, Malformed> {
        self.rest.try_get_i32().map_err(|_| Malformed("insufficient data left in message"))
    }

    /// Text up to a zero byte.
    ///
    /// # Errors
    /// [`Malformed`] without the zero byte or when it is not UTF-8.
    pub fn text(&mut self) -> Result<String, Malformed> {
        let end = self.rest.iter().position(|byte| *byte == 0).ok_or(Malformed("invalid string in message"))?;
        let raw = self.rest.split_to(end);
        self.rest.advance(1);
        String::from_utf8(raw.to_vec()).map_err(|_| NOT_UTF8)
    }

    /// So many bytes.
    ///
    /// # Errors
    /// [`Malformed`] past the end.
    pub fn bytes(&mut self, length: usize) -> Result<Bytes, Malformed> {
        if length > self.rest.len() {
            return Err(Malformed("insufficient data left in message"));
        }
        Ok(self.rest.split_to(length))
    }

    /// All that is left.
    #[must_use]
    pub fn rest(self) -> Bytes {
        self.rest
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// [`Malformed`] when something is.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed("invalid message format")) }
    }
}
