//! What orgfold says to a shard.

use bytes::{BufMut, BytesMut};

use super::bind::{frame, put_count, put_text};

/// StartupMessage of protocol 3.0.
pub fn startup(parameters: &[(&str, &str)], out: &mut BytesMut) {
    let mut body = BytesMut::new();
    body.put_i32(196_608);
    for (name, value) in parameters {
        put_text(name, &mut body);
        put_text(value, &mut body);
    }
    body.put_u8(0);
    out.put_u32(u32::try_from(body.len() + 4).unwrap_or(u32::MAX));
    out.extend_from_slice(&body);
}

/// CancelRequest.
pub fn cancel(pid: i32, secret: i32, out: &mut BytesMut) {
    out.put_i32(16);
    out.put_i32(80_877_102);
    out.put_i32(pid);
    out.put_i32(secret);
}

/// SASLInitialResponse.
pub fn sasl_initial(mechanism: &str, data: &[u8], out: &mut BytesMut) {
    frame(b'p', out, |out| {
        put_text(mechanism, out);
        out.put_i32(i32::try_from(data.len()).unwrap_or(0));
        out.extend_from_slice(data);
    });
}

/// SASLResponse, or a PasswordMessage's body.
pub fn sasl_response(data: &[u8], out: &mut BytesMut) {
    frame(b'p', out, |out| out.extend_from_slice(data));
}

/// Query.
pub fn query(sql: &str, out: &mut BytesMut) {
    frame(b'Q', out, |out| put_text(sql, out));
}

/// Parse.
pub fn parse(name: &str, sql: &str, types: &[u32], out: &mut BytesMut) {
    frame(b'P', out, |out| {
        put_text(name, out);
        put_text(sql, out);
        put_count(types.len(), out);
        for oid in types {
            out.put_u32(*oid);
        }
    });
}

/// Describe of a statement (`S`) or portal (`P`).
pub fn describe(kind: u8, name: &str, out: &mut BytesMut) {
    frame(b'D', out, |out| {
        out.put_u8(kind);
        put_text(name, out);
    });
}

/// Close of a statement (`S`) or portal (`P`).
pub fn close(kind: u8, name: &str, out: &mut BytesMut) {
    frame(b'C', out, |out| {
        out.put_u8(kind);
        put_text(name, out);
    });
}

/// Execute.
pub fn execute(portal: &str, max_rows: i32, out: &mut BytesMut) {
    frame(b'E', out, |out| {
        put_text(portal, out);
        out.put_i32(max_rows);
    });
}

/// Sync.
pub fn sync(out: &mut BytesMut) {
    frame(b'S', out, |_| {});
}

/// Flush.
pub fn flush(out: &mut BytesMut) {
    frame(b'H', out, |_| {});
}

/// Terminate.
pub fn terminate(out: &mut BytesMut) {
    frame(b'X', out, |_| {});
}

/// A Bind of a statement that does not exist: fails whatever transaction it reaches, at no cost.
pub fn poison(out: &mut BytesMut) {
    super::bind::Bind::plain().write("orgfold_refused", None, out);
}
