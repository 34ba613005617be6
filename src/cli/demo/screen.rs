//! [`Screen`]: the demo's words on a terminal, at most [`WIDTH`] columns wide.
//!
//! In: headings, SQL, rows, errors. Out: plain text, with bold and dim where stdout is a terminal. Invariants: nothing
//! is printed by another way. What is absent: what to say.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::DbError;

/// A terminal that nobody has made wider.
const WIDTH: usize = 100;

/// Where the demo is seen.
pub(super) struct Screen {
    out: io::Stdout,
    styled: bool,
}

impl Screen {
    /// Standard output; styled when it is a terminal and `NO_COLOR` is not set.
    pub(super) fn new() -> Screen {
        let out = io::stdout();
        let styled = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Screen { out, styled }
    }

    fn style(&self, code: &str, text: &str) -> String {
        if self.styled { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// One line, as it is.
    pub(super) fn line(&self, text: &str) -> io::Result<()> {
        writeln!(&self.out, "{text}")
    }

    /// A step of the setting up that is done.
    pub(super) fn done(&self, started: Instant, what: &str) -> io::Result<()> {
        let took = seconds(started.elapsed());
        let pad = WIDTH.saturating_sub(what.chars().count() + took.len() + 4);
        self.line(&format!("  {} {what}{:pad$}{}", self.style("32", "✓"), "", self.style("2", &took)))
    }

    /// The beginning of a scene.
    pub(super) fn heading(&self, text: &str) -> io::Result<()> {
        self.line(&format!("\n{}", self.style("1", text)))
    }

    /// A sentence between.
    pub(super) fn note(&self, text: &str) -> io::Result<()> {
        for line in wrap(text, WIDTH - 2) {
            self.line(&format!("  {line}"))?;
        }
        Ok(())
    }

    /// SQL after the prompt of whoever runs it.
    pub(super) fn sql(&self, who: &str, text: &str) -> io::Result<()> {
        let prompt = format!("{who}=> ");
        let indent = prompt.len() + 2;
        for (at, line) in wrap(text, WIDTH - indent).iter().enumerate() {
            let start = if at == 0 { self.style("2", &prompt) } else { " ".repeat(prompt.len()) };
            self.line(&format!("  {start}{}", self.style("36", line)))?;
        }
        Ok(())
    }

    /// Rows under their column names, numbers to the right.
    pub(super) fn rows(&self, messages: &[SimpleQueryMessage]) -> io::Result<()> {
        for line in table(messages) {
            self.line(&format!("    {line}"))?;
        }
        Ok(())
    }

    /// An error as `psql` shows it.
    pub(super) fn error(&self, error: &DbError) -> io::Result<()> {
        let head = format!("{}:  {}: {}", error.severity(), error.code().code(), error.message());
        let parts = [
            Some(head),
            error.detail().map(|text| format!("DETAIL:  {text}")),
            error.hint().map(|text| format!("HINT:  {text}")),
        ];
        for part in parts.into_iter().flatten() {
            for line in wrap(&part, WIDTH - 4) {
                self.line(&format!("    {}", self.style("31", &line)))?;
            }
        }
        Ok(())
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Breaks between words, never inside one; a line break in the text stays.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for part in text.lines() {
        let mut line = String::new();
        for word in part.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn table(messages: &[SimpleQueryMessage]) -> Vec<String> {
    let rows: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None, // open: the enum is not exhaustive
        })
        .collect();
    let Some(first) = rows.first() else { return vec!["(no rows)".to_owned()] };
    let names: Vec<String> = first.columns().iter().map(|column| column.name().to_owned()).collect();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| (0..names.len()).map(|at| row.get(at).unwrap_or("").to_owned()).collect()).collect();
    lay_out(&names, &cells)
}

/// Pads every column to its longest cell; a column of numbers stands to the right.
fn lay_out(names: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let column = |at: usize| rows.iter().filter_map(move |row| row.get(at));
    let shape: Vec<(usize, bool)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let width = column(at).map(|cell| cell.chars().count()).max().unwrap_or(0).max(name.chars().count());
            (width, column(at).all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok()))
        })
        .collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&shape)
            .map(|(cell, (width, number))| if *number { format!("{cell:>width$}") } else { format!("{cell:<width$}") })
            .collect();
        padded.join(" │ ").trim_end().to_owned()
    };
    let rule: Vec<String> = shape.iter().map(|(width, _)| "─".repeat(*width)).collect();
    let mut lines = vec![line(names), rule.join("─┼─")];
    lines.extend(rows.iter().map(|row| line(row)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("immeasurable a", 3), ["immeasurable", "a"]);
        assert_eq!(wrap("a\nb", 9), ["a", "b"]);
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let lines = lay_out(&text(&["name", "open"]), &[text(&["a", "12.50"]), text(&["bcdef", "3"])]);
        assert_eq!(lines, ["name  │  open", "──────┼──────", "a     │ 12.50", "bcdef │     3"]);
    }
}
