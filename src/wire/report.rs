//! ErrorResponse and NoticeResponse: fields in and out.

use bytes::{BufMut, Bytes, BytesMut};

use super::bind::{frame, put_text};
use super::{Cursor, Malformed};

/// The fields of an ErrorResponse or NoticeResponse, by their letters.
///
/// # Errors
/// [`Malformed`] when the body is not one.
pub fn fields(body: &Bytes) -> Result<Vec<(u8, String)>, Malformed> {
    let mut cursor = Cursor::new(body.clone());
    let mut fields = Vec::new();
    loop {
        match cursor.byte()? {
            0 => return Ok(fields),
            letter => fields.push((letter, cursor.text()?)),
        }
    }
}

/// Writes an ErrorResponse (`E`) or NoticeResponse (`N`).
pub fn write(tag: u8, fields: &[(u8, String)], out: &mut BytesMut) {
    frame(tag, out, |out| {
        for (letter, text) in fields {
            out.put_u8(*letter);
            put_text(text, out);
        }
        out.put_u8(0);
    });
}
