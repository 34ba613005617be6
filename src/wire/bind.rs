//! Bind: the client's, read without copying its values; the shard's, with the org's id added.

use bytes::{BufMut, Bytes, BytesMut};

use super::{Cursor, Malformed};

/// A Bind message of the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The portal to make.
    pub portal: String,
    /// The prepared statement to bind.
    pub statement: String,
    /// Formats of the parameters: none (all text), one for all, or one for each.
    formats: Vec<u16>,
    /// How many values there are.
    count: u16,
    /// The values with their lengths, as they came.
    values: Bytes,
    /// The result formats with their count, as they came.
    results: Bytes,
}

impl Bind {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Malformed`] when counts or lengths do not fit.
    pub fn parse(body: Bytes) -> Result<Bind, Malformed> {
        let mut cursor = Cursor::new(body);
        let portal = cursor.text()?;
        let statement = cursor.text()?;
        let format_count = cursor.count()?;
        if usize::from(format_count) * 2 > cursor.left() {
            return Err(Malformed("insufficient data left in message"));
        }
        let mut formats = Vec::with_capacity(usize::from(format_count));
        for _ in 0..format_count {
            formats.push(cursor.count()?);
        }
        let count = cursor.count()?;
        let all = cursor.rest();
        let mut walker = Cursor::new(all.clone());
        for _ in 0..count {
            let length = walker.int()?;
            if length >= 0 {
                walker.bytes(usize::try_from(length).unwrap_or(usize::MAX))?;
            } else if length != -1 {
                return Err(Malformed("insufficient data left in message"));
            }
        }
        let values = all.slice(..all.len().saturating_sub(walker.left()));
        let results = walker.rest();
        let mut check = Cursor::new(results.clone());
        let result_count = check.count()?;
        check.bytes(usize::from(result_count) * 2)?;
        check.end()?;
        Ok(Bind { portal, statement, formats, count, values, results })
    }

    /// How many formats there are for them: fits when none, one, or as many as values.
    #[must_use]
    pub fn format_count(&self) -> usize {
        self.formats.len()
    }

    /// How many values there are.
    #[must_use]
    pub const fn count(&self) -> u16 {
        self.count
    }

    /// Writes the Bind for the shard: another statement name, and after the client's values the org's id, where the
    /// statement takes it.
    pub fn write(&self, statement: &str, org: Option<i64>, out: &mut BytesMut) {
        frame(b'B', out, |out| {
            put_text(&self.portal, out);
            put_text(statement, out);
            // One format for all values serves the org's id too, in that format; else it gets its own.
            let extra = usize::from(org.is_some() && self.formats.len() > 1);
            put_count(self.formats.len() + extra, out);
            for format in &self.formats {
                out.put_u16(*format);
            }
            if extra > 0 {
                out.put_u16(1);
            }
            put_count(usize::from(self.count) + usize::from(org.is_some()), out);
            out.extend_from_slice(&self.values);
            if let Some(org) = org {
                let binary = match self.formats.as_slice() {
                    [] => false,
                    [one] => *one == 1,
                    [_, ..] => true,
                };
                if binary {
                    out.put_i32(8);
                    out.put_i64(org);
                } else {
                    let text = org.to_string();
                    out.put_i32(i32::try_from(text.len()).unwrap_or(0));
                    out.extend_from_slice(text.as_bytes());
                }
            }
            out.extend_from_slice(&self.results);
        });
    }

    /// A Bind without values of a client's own: unnamed portal, results as text.
    #[must_use]
    pub fn plain() -> Bind {
        Bind {
            portal: String::new(),
            statement: String::new(),
            formats: Vec::new(),
            count: 0,
            values: Bytes::new(),
            results: Bytes::from_static(b"\0\0"),
        }
    }
}

impl Bind {
    /// A Bind of these values as text: unnamed portal, results as text.
    #[must_use]
    pub fn of_texts(values: &[Box<str>]) -> Bind {
        let mut bytes = BytesMut::new();
        for value in values {
            bytes.put_i32(i32::try_from(value.len()).unwrap_or(0));
            bytes.extend_from_slice(value.as_bytes());
        }
        let count = u16::try_from(values.len()).unwrap_or(u16::MAX);
        Bind { count, values: bytes.freeze(), ..Bind::plain() }
    }
}

/// Writes a frame: tag, length, body.
pub fn frame(tag: u8, out: &mut BytesMut, body: impl FnOnce(&mut BytesMut)) {
    out.put_u8(tag);
    let start = out.len();
    out.put_u32(0);
    body(out);
    let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

/// Writes text and its zero byte. A zero byte inside would end it early: it is cut there.
pub fn put_text(text: &str, out: &mut BytesMut) {
    let end = text.bytes().position(|byte| byte == 0).unwrap_or(text.len());
    out.extend_from_slice(text.as_bytes().get(..end).unwrap_or(&[]));
    out.put_u8(0);
}

/// Writes a 16-bit count.
pub fn put_count(count: usize, out: &mut BytesMut) {
    out.put_u16(u16::try_from(count).unwrap_or(u16::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(formats: &[u16], values: &[Option<&[u8]>]) -> Bytes {
        let mut out = BytesMut::new();
        out.extend_from_slice(b"p\0s\0");
        put_count(formats.len(), &mut out);
        formats.iter().for_each(|format| out.put_u16(*format));
        put_count(values.len(), &mut out);
        for value in values {
            match value {
                None => out.put_i32(-1),
                Some(value) => {
                    out.put_i32(value.len() as i32);
                    out.extend_from_slice(value);
                }
            }
        }
        out.extend_from_slice(b"\0\x01\0\x01");
        out.freeze()
    }

    fn rewritten(formats: &[u16], values: &[Option<&[u8]>]) -> Bind {
        let bind = Bind::parse(body(formats, values)).unwrap();
        let mut out = BytesMut::new();
        bind.write("o7", Some(42), &mut out);
        let frame = crate::wire::next_frame(&mut out, 1 << 20).unwrap().unwrap();
        assert!(out.is_empty());
        Bind::parse(frame.body()).unwrap()
    }

    #[test]
    fn the_org_is_the_last_value_in_the_format_the_others_have() {
        let text = rewritten(&[], &[Some(b"1"), None]);
        assert_eq!((text.count, text.formats.len()), (3, 0));
        assert!(text.values.ends_with(b"\0\0\0\x0242"));
        let binary = rewritten(&[1], &[]);
        assert_eq!((binary.count, binary.formats.as_slice()), (1, &[1][..]));
        assert_eq!(binary.values.as_ref(), b"\0\0\0\x08\0\0\0\0\0\0\0*");
        let mixed = rewritten(&[0, 1], &[Some(b"1"), Some(b"2")]);
        assert_eq!((mixed.count, mixed.formats.as_slice()), (3, &[0, 1, 1][..]));
        assert_eq!((mixed.portal.as_str(), mixed.statement.as_str()), ("p", "o7"));
        assert_eq!(mixed.results.as_ref(), b"\0\x01\0\x01");
    }

    #[test]
    fn counts_that_do_not_fit_are_refused() {
        for bad in
            [&b""[..], b"p\0s\0\xff\xff", b"p\0s\0\0\0\0\x01\0\0\0\x09x\0\0", b"p\0s\0\0\0\0\x01\xff\xff\xff\xfe\0\0"]
        {
            assert!(Bind::parse(Bytes::from_static(bad)).is_err(), "{bad:?}");
        }
    }
}
