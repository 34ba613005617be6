//! Message orders as text: one message a line, so that a case can be read, and one that a generator found be kept.
//!
//! ```text
//! Q select 1                     Query
//! P s1 (23,0) select $1          Parse; `-` is the unnamed one, `()` declares no types
//! B p1 s1 0,1 'a','\x00',NULL 1  Bind: parameter formats, values (`-` for none), result formats
//! D S s1 / D P p1                Describe
//! E p1 2                         Execute with a limit of rows
//! C S s1 / C P p1                Close
//! H / S / X                      Flush, Sync, Terminate
//! d text / c / f text            CopyData (with a line's end), CopyDone, CopyFail
//! F                              FunctionCall
//! ! 51 00 00 00 04               bytes as they are
//! ~                              a moment, in which what was sent may be answered
//! ? 1                            what comes before is sent, and read is up to a message of that type
//! ```

use bytes::{BufMut, BytesMut};
use orgfold::wire::bind::{frame, put_count, put_text};
use orgfold::wire::request;

/// A named order of messages.
pub struct Script {
    pub name: String,
    pub lines: Vec<String>,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Send(Vec<u8>),
    /// Read up to a message of this type.
    Await(u8),
    /// What was sent so far may be answered, or not yet.
    Pause,
}

impl Script {
    /// Reads a file of scripts: each begins with `== name`; `#` begins a comment.
    pub fn read_all(text: &str) -> Vec<Script> {
        let mut scripts: Vec<Script> = Vec::new();
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("== ") {
                Some(name) => scripts.push(Script { name: name.to_owned(), lines: Vec::new() }),
                None => scripts.last_mut().expect("a name first").lines.push(line.to_owned()),
            }
        }
        scripts
    }

    /// Its steps.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut out = BytesMut::new();
        for line in &self.lines {
            if line == "~" {
                steps.push(Step::Send(out.split().to_vec()));
                steps.push(Step::Pause);
            } else if let Some(tag) = line.strip_prefix("? ") {
                steps.push(Step::Send(out.split().to_vec()));
                steps.push(Step::Await(tag.as_bytes()[0]));
            } else {
                message(line, &mut out);
            }
        }
        steps.push(Step::Send(out.to_vec()));
        steps
    }
}

fn named(name: &str) -> &str {
    if name == "-" { "" } else { name }
}

fn list(text: &str) -> Vec<&str> {
    if text == "-" { Vec::new() } else { text.split(',').collect() }
}

fn message(line: &str, out: &mut BytesMut) {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    match kind {
        "Q" => request::query(rest, out),
        "P" => {
            let (name, rest) = rest.split_once(" (").unwrap();
            let (types, sql) = rest.split_once(')').unwrap();
            let types: Vec<u32> = types.split(',').filter_map(|oid| oid.parse().ok()).collect();
            request::parse(named(name), sql.trim_start(), &types, out);
        }
        "B" => bind(rest, out),
        "D" | "C" => {
            let (what, name) = rest.split_once(' ').unwrap();
            let write = if kind == "D" { request::describe } else { request::close };
            write(what.as_bytes()[0], named(name), out);
        }
        "E" => {
            let (name, rows) = rest.split_once(' ').unwrap_or((rest, "0"));
            request::execute(named(name), rows.parse().unwrap(), out);
        }
        "H" => request::flush(out),
        "S" => request::sync(out),
        "X" => request::terminate(out),
        "d" => frame(b'd', out, |out| out.extend_from_slice(format!("{}\n", rest.replace("\\t", "\t")).as_bytes())),
        "c" => frame(b'c', out, |_| {}),
        "f" => frame(b'f', out, |out| put_text(rest, out)),
        "F" => frame(b'F', out, |out| {
            out.put_u32(1397); // abs(integer)
            put_count(0, out);
            put_count(1, out);
            out.put_i32(1);
            out.put_u8(b'1');
            put_count(0, out);
        }),
        "!" => out.extend(rest.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap())),
        other => panic!("no message {other:?} in {line:?}"),
    }
}

fn bind(rest: &str, out: &mut BytesMut) {
    let words: Vec<&str> = rest.split(' ').collect();
    let [portal, statement, more @ ..] = words.as_slice() else { panic!("{rest:?}") };
    let part = |at: usize| list(more.get(at).copied().unwrap_or("-"));
    let formats = |at: usize| part(at).into_iter().map(|format| format.parse::<u16>().unwrap()).collect::<Vec<_>>();
    frame(b'B', out, |out| {
        put_text(named(portal), out);
        put_text(named(statement), out);
        put_count(formats(0).len(), out);
        formats(0).into_iter().for_each(|format| out.put_u16(format));
        put_count(part(1).len(), out);
        for value in part(1) {
            match value {
                "NULL" => out.put_i32(-1),
                value => {
                    let value = bytes_of(value.trim_matches('\''));
                    out.put_i32(i32::try_from(value.len()).unwrap());
                    out.extend_from_slice(&value);
                }
            }
        }
        put_count(formats(2).len(), out);
        formats(2).into_iter().for_each(|format| out.put_u16(format));
    });
}

/// Text, or bytes as `\x0a0b`.
fn bytes_of(text: &str) -> Vec<u8> {
    match text.strip_prefix("\\x") {
        Some(hex) => (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect(),
        None => text.as_bytes().to_vec(),
    }
}
