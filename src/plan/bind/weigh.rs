//! Expressions that cost the server nothing and may still fail are given a cost.
//!
//! PostgreSQL asks the conditions of one scan in the order of their cost, and the org's predicate costs half a call. What the
//! planner counts as less would be asked about other orgs' rows of the leaf, and its error would tell of their values: an
//! `ARRAY` of arrays (their lengths must agree), SQL/JSON's constructors (a key twice), and, because the planner knows from
//! statistics that a column's arrays are nearly all empty, casts of arrays and `op ANY (array)`. A condition need not look
//! like one: what a derived table computes is pulled up into the conditions on it. So each column within such an expression
//! is read in a sub-select of its own, wherever it stands. The server does not pull that up, and it costs four calls.
//!
//! Source: `cost_qual_eval_walker` of PostgreSQL's `costsize.c`, which lists what has a cost.

use super::super::ast::tree::{Piece, TypeName};

/// How a column is read that must not be free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// `(SELECT x)`, which keeps the name that an output column takes from it.
    Select,
    /// `(COALESCE((SELECT x)))`: by itself behind ANY a sub-select would be its query.
    Coalesce,
}

/// The columns of these pieces that may be read for nothing by what may fail: their places, and how to read them.
pub(super) fn columns(pieces: &[Piece]) -> Vec<(usize, Weight)> {
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let range = match piece {
            Piece::Word("ARRAY", _) => list(pieces, at + 1),
            Piece::Word("CAST", _) => array_cast(pieces, at + 1),
            Piece::Word("::", _) => match pieces.get(at + 1) {
                Some(Piece::Type(name)) if is_array(name) => Some((operand(pieces, at), at)),
                _other => None,
            },
            Piece::Word("ANY" | "ALL" | "SOME", _) if quantifies(pieces, at) => closed(pieces, at + 1),
            Piece::Word(word, _) if word.starts_with("JSON_") => closed(pieces, at + 1),
            _other => None,
        };
        let weight = match piece {
            Piece::Word("ANY" | "ALL" | "SOME", _) => Weight::Coalesce,
            _other => Weight::Select,
        };
        let Some((from, until)) = range else { continue };
        for column in (from..until).filter(|at| matches!(pieces.get(*at), Some(Piece::Column { .. }))) {
            match found.iter_mut().find(|(known, _)| *known == column) {
                Some(known) if weight == Weight::Coalesce => known.1 = weight,
                Some(_) => {}
                None => found.push((column, weight)),
            }
        }
    }
    found
}

/// The elements of `ARRAY [...]`; one by itself agrees with itself.
fn list(pieces: &[Piece], open: usize) -> Option<(usize, usize)> {
    let Some(Piece::Word("[", _)) = pieces.get(open) else { return None };
    let range = closed(pieces, open)?;
    let inner = pieces.get(range.0..range.1)?;
    inner.iter().any(|piece| matches!(piece, Piece::Word(",", _))).then_some(range)
}

/// What `CAST (x AS t[])` casts.
fn array_cast(pieces: &[Piece], open: usize) -> Option<(usize, usize)> {
    let (from, until) = closed(pieces, open)?;
    match pieces.get(until.checked_sub(1)?) {
        Some(Piece::Type(name)) if is_array(name) => Some((from, until)),
        _other => None,
    }
}

/// Whether ANY or ALL at `at` is behind an operator that may fail on what it compares.
fn quantifies(pieces: &[Piece], at: usize) -> bool {
    const SURE: [&str; 7] = ["=", "<>", "!=", "<", "<=", ">", ">="];
    match at.checked_sub(1).and_then(|before| pieces.get(before)) {
        Some(Piece::Operator(text, _)) => !SURE.contains(&&**text),
        Some(Piece::Word("LIKE" | "ILIKE" | ")", _)) => true,
        _other => false,
    }
}

fn is_array(name: &TypeName) -> bool {
    let suffix = name.suffix.to_ascii_uppercase();
    suffix.contains('[') || suffix.contains("ARRAY") || name.name.starts_with('_')
}

/// What is within the bracket at `open`: behind it, and up to its end.
fn closed(pieces: &[Piece], open: usize) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        match piece {
            Piece::Word("(" | "[", _) => depth += 1,
            Piece::Word(")" | "]", _) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some((open + 1, at));
                }
            }
            _inner if depth == 0 => return None,
            _inner => {}
        }
    }
    None
}

/// Where the operand of `::` at `end` begins, or before that: one column more than need be does no harm.
fn operand(pieces: &[Piece], end: usize) -> usize {
    let mut depth = 0_usize;
    for at in (0..end).rev() {
        match pieces.get(at) {
            Some(Piece::Word(")" | "]" | "END", _)) => depth += 1,
            Some(Piece::Word("(" | "[" | "CASE", _)) => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return at + 1,
            },
            Some(Piece::Operator(..) | Piece::Word("," | "AND" | "OR" | "NOT", _)) if depth == 0 => return at + 1,
            _part => {}
        }
    }
    0
}
