//! `nextval`, `currval` and `lastval`: only of sequences behind the service's own columns.
//!
//! In: a call. Out: the call with the sequence's whole name, and what it means for whoever runs the statement: a pooled
//! backend remembers what others drew on it. What is absent: `setval`, which would change every org's numbers.

use super::super::ast::quoted;
use super::super::ast::tree::{Cast, FunctionName, Piece};
use super::super::error::PlanError;
use super::tree::Node;
use super::{Binder, Nodes};
use crate::catalog::{QualifiedName, Table};
use crate::sqlstate::SqlState;

impl Binder<'_> {
    /// The number of pieces behind the name that belong to the call; `None` when the function is another.
    pub(super) fn sequence(
        &mut self,
        function: &FunctionName,
        rest: &[Piece],
        out: &mut Nodes,
    ) -> Result<Option<usize>, PlanError> {
        let (physical, asks) = match function.builtin() {
            Some("nextval") => ("pg_catalog.nextval", false),
            Some("currval") => ("pg_catalog.currval", true),
            Some("lastval") => ("pg_catalog.lastval", true),
            Some(_other) => return Ok(None),
            None => {
                // The service vouches for its own; what they draw, nobody knows.
                self.uses.sequences.draws = true;
                return Ok(None);
            }
        };
        self.uses.sequences.asks |= asks;
        self.uses.sequences.draws |= !asks;
        let mut logical = vec![Node::Function(function.clone()), Node::Word("(")];
        let mut called = vec![Node::Word(physical), Node::Word("(")];
        let (argument, length) =
            if physical == "pg_catalog.lastval" { none(function, rest)? } else { self.argument(function, rest)? };
        if let Some(Argument { written, name, at }) = argument {
            logical.extend(written);
            let text = format!("'{}'", format!("{}.{}", quoted(&name.schema), quoted(&name.name)).replace('\'', "''"));
            called.push(Node::Literal { text: text.into(), at });
        }
        logical.push(Node::Word(")"));
        called.push(Node::Word(")"));
        out.extend([Node::Logical(logical), Node::Physical(called)]);
        Ok(Some(length))
    }

    /// A statement may fill the table's columns by their defaults.
    pub(super) fn fills(&mut self, table: &Table) {
        self.uses.sequences.draws |= table.columns.iter().any(|column| column.sequence.is_some());
    }

    /// The sequence that is named, as a literal, a `regclass` of one, or by `pg_get_serial_sequence`.
    fn argument(&self, function: &FunctionName, rest: &[Piece]) -> Result<(Option<Argument>, usize), PlanError> {
        let anything_else = || PlanError::unsupported(format!("{} of anything but a name", function.name), function.at);
        match rest {
            [Piece::Word("(", _), Piece::Literal(text, at), Piece::Word(")", _), ..] => {
                let written = vec![Node::Literal { text: text.clone(), at: *at }];
                Ok((Some(Argument { written, name: self.named_sequence(text, *at)?, at: *at }), 3))
            }
            [Piece::Word("(", _), Piece::Lookup(lookup), Piece::Word(")", _), ..]
                if &*lookup.name.name == "regclass" && lookup.name.suffix.is_empty() =>
            {
                let [Piece::Literal(text, at)] = lookup.operand.as_slice() else { return Err(anything_else()) };
                let literal = Node::Literal { text: text.clone(), at: *at };
                let target = Node::Type(lookup.name.clone());
                let written = match lookup.form {
                    Cast::Call => {
                        vec![Node::Word("CAST"), Node::Word("("), literal, Node::Word("AS"), target, Node::Word(")")]
                    }
                    Cast::Colons => vec![literal, Node::Word("::"), target],
                    Cast::Typed => vec![target, literal],
                };
                Ok((Some(Argument { written, name: self.named_sequence(text, *at)?, at: *at }), 3))
            }
            [
                Piece::Word("(", _),
                Piece::Function(inner),
                Piece::Word("(", _),
                Piece::Literal(table, at),
                Piece::Word(",", _),
                Piece::Literal(column, column_at),
                Piece::Word(")", _),
                Piece::Word(")", _),
                ..,
            ] if inner.builtin() == Some("pg_get_serial_sequence") => {
                let written = vec![
                    Node::Function(inner.clone()),
                    Node::Word("("),
                    Node::Literal { text: table.clone(), at: *at },
                    Node::Word(","),
                    Node::Literal { text: column.clone(), at: *column_at },
                    Node::Word(")"),
                ];
                let name = plain(table).and_then(|name| relation(&name)).ok_or_else(anything_else)?;
                let column = plain(column).ok_or_else(anything_else)?;
                let known = self.catalog.tables.get(&name);
                let column = known.and_then(|table| table.columns.iter().find(|known| known.name == column));
                let sequence = column.and_then(|column| column.sequence.clone()).ok_or_else(anything_else)?;
                Ok((Some(Argument { written, name: sequence, at: *at }), 8))
            }
            [..] => Err(anything_else()),
        }
    }

    fn named_sequence(&self, literal: &str, at: u32) -> Result<QualifiedName, PlanError> {
        let shown = plain(literal);
        let name = shown.as_deref().and_then(relation);
        let mut columns = self.catalog.tables.values().flat_map(|table| &table.columns);
        columns
            .find_map(|column| column.sequence.clone().filter(|sequence| Some(sequence) == name.as_ref()))
            .ok_or_else(|| {
                let shown = shown.unwrap_or_else(|| literal.to_owned()).replace('"', "");
                let message = format!("relation \"{shown}\" does not exist");
                PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).at(at)
            })
    }
}

/// What a call names.
struct Argument {
    /// In the client's words.
    written: Nodes,
    name: QualifiedName,
    at: u32,
}

/// No argument.
fn none(function: &FunctionName, rest: &[Piece]) -> Result<(Option<Argument>, usize), PlanError> {
    match rest {
        [Piece::Word("(", _), Piece::Word(")", _), ..] => Ok((None, 2)),
        [..] => Err(PlanError::unsupported("lastval of something", function.at)),
    }
}

/// What a plain literal stands for.
fn plain(literal: &str) -> Option<String> {
    Some(literal.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

/// A relation's name as text: parts between dots, folded unless quoted.
fn relation(text: &str) -> Option<QualifiedName> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, behind) = match rest.strip_prefix('"') {
            Some(inner) => {
                let (part, behind) = inner.split_once('"')?;
                // A doubled quote inside a name: nobody has such a sequence.
                if behind.starts_with('"') {
                    return None;
                }
                (part.to_owned(), behind)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (part, behind) = rest.split_at_checked(end)?;
                (part.to_ascii_lowercase(), behind)
            }
        };
        parts.push(part);
        match behind.strip_prefix('.') {
            Some(next) => rest = next,
            None if behind.is_empty() => break,
            None => return None,
        }
    }
    match parts.as_slice() {
        [name] => Some(QualifiedName::new("public", name)),
        [schema, name] => Some(QualifiedName::new(schema, name)),
        [] | [_, _, _, ..] => None,
    }
}
