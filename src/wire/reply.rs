//! What orgfold itself says to a client.

use bytes::{BufMut, BytesMut};

use super::bind::{frame, put_count, put_text};

/// AuthenticationOk.
pub fn authentication_ok(out: &mut BytesMut) {
    frame(b'R', out, |out| out.put_i32(0));
}

/// AuthenticationSASL with its mechanisms, the best first.
pub fn authentication_sasl(mechanisms: &[&str], out: &mut BytesMut) {
    frame(b'R', out, |out| {
        out.put_i32(10);
        mechanisms.iter().for_each(|mechanism| put_text(mechanism, out));
        out.put_u8(0);
    });
}

/// AuthenticationSASLContinue.
pub fn authentication_sasl_continue(data: &str, out: &mut BytesMut) {
    frame(b'R', out, |out| {
        out.put_i32(11);
        out.extend_from_slice(data.as_bytes());
    });
}

/// AuthenticationSASLFinal.
pub fn authentication_sasl_final(data: &str, out: &mut BytesMut) {
    frame(b'R', out, |out| {
        out.put_i32(12);
        out.extend_from_slice(data.as_bytes());
    });
}

/// NegotiateProtocolVersion: the newest version that serves, and the options that are not known. (The documentation
/// says that the minor version is sent; servers send, and libpq reads, the whole.)
pub fn negotiate_protocol_version(minor: u16, unknown: &[String], out: &mut BytesMut) {
    frame(b'v', out, |out| {
        out.put_i32(196_608 + i32::from(minor));
        out.put_i32(i32::try_from(unknown.len()).unwrap_or(0));
        for name in unknown {
            put_text(name, out);
        }
    });
}

/// ParameterStatus.
pub fn parameter_status(name: &str, value: &str, out: &mut BytesMut) {
    frame(b'S', out, |out| {
        put_text(name, out);
        put_text(value, out);
    });
}

/// BackendKeyData.
pub fn backend_key_data(pid: i32, secret: &[u8], out: &mut BytesMut) {
    frame(b'K', out, |out| {
        out.put_i32(pid);
        out.extend_from_slice(secret);
    });
}

/// ReadyForQuery with the transaction's status: `I`, `T` or `E`.
pub fn ready_for_query(status: u8, out: &mut BytesMut) {
    frame(b'Z', out, |out| out.put_u8(status));
}

/// A message without a body: ParseComplete `1`, BindComplete `2`, CloseComplete `3`, NoData `n`, EmptyQueryResponse `I`.
pub fn bare(tag: u8, out: &mut BytesMut) {
    frame(tag, out, |_| {});
}

/// CommandComplete.
pub fn command_complete(tag: &str, out: &mut BytesMut) {
    frame(b'C', out, |out| put_text(tag, out));
}

/// ParameterDescription without parameters.
pub fn no_parameters(out: &mut BytesMut) {
    frame(b't', out, |out| out.put_u16(0));
}

/// RowDescription of one text column.
pub fn one_text_column(name: &str, out: &mut BytesMut) {
    frame(b'T', out, |out| {
        put_count(1, out);
        put_text(name, out);
        out.put_i32(0);
        out.put_i16(0);
        out.put_i32(25);
        out.put_i16(-1);
        out.put_i32(-1);
        out.put_i16(0);
    });
}

/// DataRow of one text value.
pub fn one_text_row(value: &str, out: &mut BytesMut) {
    frame(b'D', out, |out| {
        put_count(1, out);
        out.put_i32(i32::try_from(value.len()).unwrap_or(0));
        out.extend_from_slice(value.as_bytes());
    });
}

/// What stands in a column of [`columns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `text`.
    Text,
    /// `bigint`.
    Number,
}

/// RowDescription of columns, in the formats that were asked for: none (all text), one for all, or one for each.
pub fn columns(columns: &[(&str, Kind)], formats: &[i16], out: &mut BytesMut) {
    frame(b'T', out, |out| {
        put_count(columns.len(), out);
        for (at, (name, kind)) in columns.iter().enumerate() {
            put_text(name, out);
            out.put_i32(0);
            out.put_i16(0);
            let (oid, size) = match kind {
                Kind::Text => (25, -1),
                Kind::Number => (20, 8),
            };
            out.put_i32(oid);
            out.put_i16(size);
            out.put_i32(-1);
            out.put_i16(format_of(formats, at));
        }
    });
}

fn format_of(formats: &[i16], at: usize) -> i16 {
    match formats {
        [] => 0,
        [all] => *all,
        each => each.get(at).copied().unwrap_or(0),
    }
}

/// DataRow of values under columns, in the formats that were asked for.
pub fn row(values: &[Option<String>], columns: &[(&str, Kind)], formats: &[i16], out: &mut BytesMut) {
    frame(b'D', out, |out| {
        put_count(values.len(), out);
        for (at, value) in values.iter().enumerate() {
            let number = match columns.get(at) {
                Some((_, Kind::Number)) if format_of(formats, at) == 1 => {
                    value.as_ref().and_then(|value| value.parse::<i64>().ok())
                }
                Some(_) | None => None,
            };
            match value {
                Some(_) if number.is_some() => {
                    out.put_i32(8);
                    out.put_i64(number.unwrap_or_default());
                }
                Some(value) => {
                    out.put_i32(i32::try_from(value.len()).unwrap_or(0));
                    out.extend_from_slice(value.as_bytes());
                }
                None => out.put_i32(-1),
            }
        }
    });
}

/// NotificationResponse.
pub fn notification(pid: i32, channel: &str, payload: &str, out: &mut BytesMut) {
    frame(b'A', out, |out| {
        out.put_i32(pid);
        for text in [channel, payload] {
            out.extend_from_slice(text.as_bytes());
            out.put_u8(0);
        }
    });
}
