//! What a server answered, as lines that can be compared: everything that the protocol says except what names a
//! relation's OID or a place in the server's own sources.

use std::collections::HashMap;

use orgfold::wire::{Cursor, Frame, report};

/// Types by OID, in one database: those of the service have other OIDs elsewhere.
pub type Types = HashMap<u32, String>;

/// OIDs from here on are given by a database.
const FIRST_OWN_OID: u32 = 16_384;

/// The answers as lines; rows that come in no order are sorted.
pub fn lines(frames: &[Frame], types: &Types, ordered: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut columns: Vec<(u32, bool)> = Vec::new();
    let mut rows_from = None;
    let mut statuses = Vec::new();
    for frame in frames {
        let line = match frame.tag {
            b'T' => {
                let (line, these) = row_description(frame, types);
                columns = these;
                line
            }
            b'D' => {
                rows_from.get_or_insert(lines.len());
                lines.push(row(frame, &columns));
                continue;
            }
            b't' => parameters(frame, types),
            b'C' => format!("tag {}", text(frame)),
            b'E' => format!("error {}", fields(frame)),
            b'N' => format!("notice {}", fields(frame)),
            // It may come at any place before ReadyForQuery.
            b'S' => {
                statuses.push(format!("status {}", text(frame).replace('\0', "=")));
                continue;
            }
            b'Z' => {
                statuses.sort();
                lines.append(&mut statuses);
                format!("ready {}", char::from(frame.body()[0]))
            }
            b'G' | b'H' => format!("copy {:?}", frame.body()),
            b'd' => format!("data {}", text(frame)),
            // It comes when it comes.
            b'A' => continue,
            other => char::from(other).to_string(),
        };
        if let Some(from) = rows_from.take().filter(|_| !ordered) {
            lines[from..].sort();
        }
        lines.push(line);
    }
    lines
}

/// The SQLSTATE and whether there is a position, if the answer is an error.
pub fn error(frames: &[Frame]) -> Option<(String, bool)> {
    let fields = report::fields(&frames.iter().find(|frame| frame.tag == b'E')?.body()).unwrap();
    let field = |wanted| fields.iter().find(|(letter, _)| *letter == wanted).map(|(_, text)| text.clone());
    Some((field(b'C').unwrap(), field(b'P').is_some()))
}

/// Takes the details out of an error that name a row's values.
pub fn forget_values(line: &mut String) {
    let begin = ["D=Key ", "D=Failing row "].iter().find_map(|detail| line.find(detail));
    if let Some(begin) = begin.filter(|_| line.starts_with("error ")) {
        let end = line[begin..].find(" M=").map_or(line.len(), |at| begin + at + 1);
        line.replace_range(begin..end, "");
    }
}

fn text(frame: &Frame) -> String {
    String::from_utf8(frame.body().to_vec()).unwrap().trim_end_matches('\0').to_owned()
}

/// Without file, line and routine, and the internal query.
fn fields(frame: &Frame) -> String {
    let mut fields = report::fields(&frame.body()).unwrap();
    fields.retain(|(letter, _)| b"SCMDHPstcdnW".contains(letter));
    fields.sort();
    let fields: Vec<String> = fields.iter().map(|(letter, text)| format!("{}={text}", char::from(*letter))).collect();
    fields.join(" ")
}

fn type_name(oid: u32, types: &Types) -> String {
    types.get(&oid).cloned().unwrap_or_else(|| oid.to_string())
}

fn parameters(frame: &Frame, types: &Types) -> String {
    let mut cursor = Cursor::new(frame.body());
    let count = cursor.count().unwrap();
    let names: Vec<String> = (0..count).map(|_| type_name(cursor.int().unwrap().cast_unsigned(), types)).collect();
    format!("parameters {}", names.join(", "))
}

/// The line, and each column's type and whether it comes in binary.
fn row_description(frame: &Frame, types: &Types) -> (String, Vec<(u32, bool)>) {
    let mut cursor = Cursor::new(frame.body());
    let mut shown = Vec::new();
    let mut columns = Vec::new();
    for _ in 0..cursor.count().unwrap() {
        let name = cursor.text().unwrap();
        let (_table, _number) = (cursor.int().unwrap(), cursor.count().unwrap());
        let oid = cursor.int().unwrap().cast_unsigned();
        let (length, modifier) = (cursor.count().unwrap().cast_signed(), cursor.int().unwrap());
        let binary = cursor.count().unwrap() == 1;
        shown.push(format!("{name} {}[{length}]({modifier})", type_name(oid, types)));
        columns.push((oid, binary));
    }
    (format!("columns {}", shown.join(", ")), columns)
}

fn row(frame: &Frame, columns: &[(u32, bool)]) -> String {
    let mut cursor = Cursor::new(frame.body());
    let count = usize::from(cursor.count().unwrap());
    let mut values = Vec::new();
    for at in 0..count {
        let Ok(length) = usize::try_from(cursor.int().unwrap()) else {
            values.push("NULL".to_owned());
            continue;
        };
        let bytes = cursor.bytes(length).unwrap();
        values.push(match columns.get(at) {
            // Arrays, rows and ranges of the service's types hold OIDs.
            Some((FIRST_OWN_OID.., true)) => format!("{length} bytes"),
            Some((_, true)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            _ => format!("{:?}", String::from_utf8(bytes.to_vec()).unwrap()),
        });
    }
    format!("row {}", values.join(" | "))
}
