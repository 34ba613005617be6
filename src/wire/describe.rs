//! RowDescription and ParameterDescription as an org may see them.

use bytes::{BufMut, Bytes, BytesMut};

use super::bind::{frame, put_count};
use super::{Cursor, Malformed};

/// Copies a RowDescription's body without the tables' OIDs and column numbers: they are the leaf's.
///
/// # Errors
/// [`Malformed`] when it is not one.
pub fn row_description(body: &Bytes) -> Result<Bytes, Malformed> {
    let mut out = BytesMut::with_capacity(body.len() + 5);
    let mut cursor = Cursor::new(body.clone());
    let count = cursor.count()?;
    let mut fields = BytesMut::with_capacity(body.len());
    for _ in 0..count {
        let name = cursor.text()?;
        fields.extend_from_slice(name.as_bytes());
        fields.put_u8(0);
        let _table = cursor.int()?;
        let _column = cursor.count()?;
        fields.put_u32(0);
        fields.put_u16(0);
        // type, length, modifier, format
        fields.extend_from_slice(&cursor.bytes(12)?);
    }
    cursor.end()?;
    frame(b'T', &mut out, |out| {
        put_count(usize::from(count), out);
        out.extend_from_slice(&fields);
    });
    Ok(out.freeze())
}

/// Copies a ParameterDescription's body without the last parameter, when that is the org's.
///
/// # Errors
/// [`Malformed`] when it is not one, or has no parameter to take away.
pub fn parameter_description(body: &Bytes, hides_last: bool) -> Result<Bytes, Malformed> {
    let mut cursor = Cursor::new(body.clone());
    let count = cursor.count()?;
    let shown = if hides_last { count.checked_sub(1).ok_or(Malformed("a parameter is missing"))? } else { count };
    let types = cursor.bytes(usize::from(shown) * 4)?;
    let mut out = BytesMut::with_capacity(body.len() + 5);
    frame(b't', &mut out, |out| {
        put_count(usize::from(shown), out);
        out.extend_from_slice(&types);
    });
    Ok(out.freeze())
}
