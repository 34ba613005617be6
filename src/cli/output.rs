//! Results on standard output: aligned tables for people, JSON for programs.
//!
//! In: rows of text, or JSON values. Out: whole lines. A reader that has gone (`orgfold org list | head`) is no
//! failure.

use std::io::{ErrorKind, Write};

use serde_json::Value;

use super::Fault;

/// Writes one line.
pub(super) fn line(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Fault::new(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes JSON, indented.
pub(super) fn json(value: &Value) -> Result<(), Fault> {
    line(&format!("{value:#}"))
}

/// Writes a table with a header; `none` when it has no rows.
pub(super) fn table(header: &[&str], rows: &[Vec<String>], none: &str) -> Result<(), Fault> {
    if rows.is_empty() { line(none) } else { line(&laid_out(header, rows)) }
}

/// Writes what is known of one thing, a line each.
pub(super) fn facts(facts: &[(&str, String)]) -> Result<(), Fault> {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> = facts.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect();
    line(&lines.join("\n"))
}

fn laid_out(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
    let lines = || std::iter::once(&header).chain(rows);
    let width = |column: usize| lines().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..header.len()).map(|column| width(column).unwrap_or(0)).collect();
    // A column of numbers is read from the right.
    let number = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let right: Vec<bool> = (0..header.len()).map(number).collect();
    let mut text: Vec<String> = Vec::new();
    for row in lines() {
        let cells =
            row.iter().zip(&widths).zip(&right).map(|((cell, &width), &right)| {
                if right { format!("{cell:>width$}") } else { format!("{cell:width$}") }
            });
        text.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_owned());
    }
    text.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["1".to_owned(), "acme".to_owned()], vec!["12".to_owned(), "ü".to_owned()]];
        assert_eq!(laid_out(&["id", "slug"], &rows), "ID  SLUG\n 1  acme\n12  ü");
    }
}
