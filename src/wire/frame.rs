//! [`Frame`]: one message with its tag and length, as it came.

use bytes::{Bytes, BytesMut};

use super::Malformed;

/// Tag and length.
pub const HEADER_BYTES: usize = 5;

/// One message, header included, so that forwarding it is a copy and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The message's type.
    pub tag: u8,
    /// Tag, length and body.
    pub bytes: Bytes,
}

impl Frame {
    /// The body.
    #[must_use]
    pub fn body(&self) -> Bytes {
        self.bytes.slice(HEADER_BYTES.min(self.bytes.len())..)
    }
}

/// Takes the next whole frame off a buffer; `None` while it is not all there.
///
/// # Errors
/// [`Malformed`] when its length is less than its own four bytes or more than `max_bytes`.
pub fn next_frame(buffer: &mut BytesMut, max_bytes: usize) -> Result<Option<Frame>, Malformed> {
    let Some((tag, [a, b, c, d])) = header(buffer) else { return Ok(None) };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if length < 4 {
        return Err(Malformed("invalid message length"));
    }
    if length > max_bytes {
        return Err(Malformed("message is longer than the limit"));
    }
    let total = length + 1;
    if buffer.len() < total {
        // Room for the rest at once: a large frame does not grow the buffer piece by piece.
        buffer.reserve(total - buffer.len());
        return Ok(None);
    }
    Ok(Some(Frame { tag, bytes: buffer.split_to(total).freeze() }))
}

/// How many bytes at the beginning are whole DataRow and CopyData messages.
#[must_use]
pub fn rows(buffer: &[u8]) -> usize {
    run(buffer, usize::MAX, |tag| matches!(tag, b'D' | b'd'))
}

/// How many bytes at the beginning are whole CopyData messages of a client, none with more than `most` bytes.
#[must_use]
pub fn copy_data(buffer: &[u8], most: usize) -> usize {
    run(buffer, most, |tag| tag == b'd')
}

fn run(buffer: &[u8], most: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let mut at = 0;
    while let Some((tag, length)) = buffer.get(at..).and_then(header) {
        let length = u32::from_be_bytes(length) as usize;
        let end = at.saturating_add(1).saturating_add(length);
        if !wanted(tag) || length < 4 || length > most || end > buffer.len() {
            break;
        }
        at = end;
    }
    at
}

fn header(buffer: &[u8]) -> Option<(u8, [u8; 4])> {
    let (tag, rest) = buffer.split_first()?;
    let length = rest.first_chunk::<4>()?;
    Some((*tag, *length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn runs_end_where_something_else_begins() {
        let data = b"d\0\0\0\x06abd\0\0\0\x04";
        for (more, most, wanted) in [
            (&b""[..], 100, 12),
            (b"c\0\0\0\x04", 100, 12),
            (b"D\0\0\0\x04", 100, 12),
            (b"d\0\0\0\x05", 100, 12),
            (b"d\0\0\0\x03", 100, 12),
            (b"d\0\0\0\x05xd", 100, 18),
            (b"", 5, 0),
        ] {
            assert_eq!(copy_data(&[&data[..], more].concat(), most), wanted, "{more:?} {most}");
        }
        assert_eq!(rows(&[&data[..], b"D\0\0\0\x04C"].concat()), 17);
    }

    #[test]
    fn frames_come_whole_or_not_at_all() {
        let mut buffer = BytesMut::from(&b"Q\0\0\0\x05\0S\0\0"[..]);
        let frame = next_frame(&mut buffer, 100).unwrap().unwrap();
        assert_eq!((frame.tag, frame.body().as_ref()), (b'Q', &b"\0"[..]));
        assert_eq!(next_frame(&mut buffer, 100), Ok(None));
        buffer.extend_from_slice(b"\0\x04");
        assert_eq!(next_frame(&mut buffer, 100).unwrap().unwrap().tag, b'S');
        assert!(next_frame(&mut BytesMut::from(&b"Q\0\0\0\x03"[..]), 100).is_err());
        assert!(next_frame(&mut BytesMut::from(&b"Q\xff\0\0\0"[..]), 100).is_err());
    }

    #[test]
    fn rows_are_counted_up_to_the_first_that_is_not_there() {
        assert_eq!(rows(b""), 0);
        assert_eq!(rows(b"D\0\0\0\x05xd\0\0\0\x04C\0\0\0\x04"), 11);
        assert_eq!(rows(b"D\0\0\0\x05xD\0\0\0\x05"), 6);
        assert_eq!(rows(b"D\0\0\0\x03"), 0);
        assert_eq!(rows(b"D\xff\xff\xff\xff"), 0);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(rows(&bytes) <= bytes.len());
            let mut buffer = BytesMut::from(&bytes[..]);
            while let Ok(Some(frame)) = next_frame(&mut buffer, 1 << 16) {
                let _ = crate::wire::bind::Bind::parse(frame.body());
                let _ = crate::wire::report::fields(&frame.body());
                let _ = crate::wire::describe::row_description(&frame.body());
            }
        }
    }
}
