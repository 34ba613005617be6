//! 3a parse: text -> trees, within limits. PostgreSQL's grammar of queries and changes, and nothing of another SQL.
//!
//! In: the client's text. Out: [`Parsed`] statements with byte spans, and [`Positions`]. Queries and changes become
//! [`tree`]s; transaction control, settings, TRUNCATE, COPY and cursors are read by the small grammar of `utility`; DDL is
//! recognised by its first word, whether or not it would parse. Invariants: only what the grammar names is taken, and
//! everything taken is in the tree in the client's order; a text of more than [`MAX_TEXT_BYTES`], nested deeper than
//! [`MAX_DEPTH`] or with more than [`MAX_CHAIN`] operators in a row is refused. What is absent: names, the catalog.

mod call;
mod change;
mod cursor;
pub(crate) mod definition;
mod expression;
mod from;
mod keyword;
mod lexer;
mod literal;
mod place;
mod query;
pub(crate) mod reference;
mod special;
pub(crate) mod tree;
mod type_name;
mod unicode;
mod utility;
mod wrapped;

pub(crate) use cursor::{Cursor, cut};
pub(crate) use expression::is_value_function;
pub(crate) use keyword::{Class, class};
pub(crate) use lexer::{Lexeme, Token, lex};
pub(crate) use literal::literal;
pub(crate) use utility::{
    CopyOption, CopyOptionValue, CopySource, CopyStatement, Name, Utility, forbidden_setting, quoted,
};

pub(crate) use wrapped::{CursorVerb, Explain, Prepare};

use std::ops::Range;

use super::error::PlanError;
use crate::sqlstate::SqlState;

/// The longest text that is compiled, in bytes. PostgreSQL itself stops at 1 GiB; a rewriter that many share does not
/// read that far.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// How deep brackets and operators may nest, by count: PostgreSQL's own `max_stack_depth` ends in the same region.
pub(crate) const MAX_DEPTH: usize = 256;

/// How many operators one statement may chain (`a AND b AND ...`): each is a level of the tree.
const MAX_CHAIN: usize = 4_000;

/// A fault of the lexer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LexError {
    pub(crate) at: usize,
    pub(crate) message: &'static str,
}

/// Byte offsets to the character numbers of the protocol (from 1).
#[derive(Debug, Clone)]
pub(crate) struct Positions<'a> {
    text: &'a str,
    ascii: bool,
    /// For other texts: the number of characters before each 256th byte.
    steps: Vec<u32>,
}

const STEP: usize = 256;

impl<'a> Positions<'a> {
    fn new(text: &'a str) -> Positions<'a> {
        let ascii = text.is_ascii();
        let mut steps = Vec::new();
        if !ascii {
            let mut chars = 0u32;
            for (at, byte) in text.bytes().enumerate() {
                if at % STEP == 0 {
                    steps.push(chars);
                }
                chars += u32::from(byte & 0xC0 != 0x80);
            }
        }
        Positions { text, ascii, steps }
    }

    /// The character number, from 1, of the byte at `offset`.
    pub(crate) fn of_byte(&self, offset: usize) -> u32 {
        let offset = offset.min(self.text.len());
        if self.ascii {
            return u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(1);
        }
        let step = (offset / STEP).min(self.steps.len().saturating_sub(1));
        let before = self.steps.get(step).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(step * STEP..offset).unwrap_or(&[]);
        let chars = rest.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        before.saturating_add(u32::try_from(chars).unwrap_or(u32::MAX)).saturating_add(1)
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// What the client wrote for a lexeme.
    pub(crate) fn text_of(&self, lexeme: &Lexeme<'_>) -> &'a str {
        self.text.get(lexeme.start..lexeme.end).unwrap_or("")
    }
}

/// One statement of a text.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) body: Body,
    pub(crate) span: Range<usize>,
    /// Its part of the text's lexemes.
    pub(crate) lexemes: Range<usize>,
}

/// What a statement is.
#[derive(Debug)]
pub(crate) enum Body {
    /// A query or a change.
    Tree(Box<tree::Statement>),
    /// What the small grammar reads.
    Utility(Box<Utility>),
}

/// The lexemes of a text, and its positions.
pub(crate) fn tokens(text: &str) -> Result<(Vec<Lexeme<'_>>, Positions<'_>), PlanError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(PlanError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            "text_too_long",
            format!("statement of {} bytes is longer than the {MAX_TEXT_BYTES} that orgfold compiles", text.len()),
        ));
    }
    let positions = Positions::new(text);
    let lexemes = lex(text).map_err(|error| lexical(&error, text).at(positions.of_byte(error.at)))?;
    Ok((lexemes, positions))
}

/// The lexer's fault in PostgreSQL's words: it shows as much as it had read.
fn lexical(error: &LexError, text: &str) -> PlanError {
    let rest = text.get(error.at..).unwrap_or("");
    let one_more = |at: usize| at + rest.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (what, near) = match error.message {
        "unexpected character" => ("syntax error", one_more(0)),
        "zero-length delimited identifier" => (error.message, 2),
        "trailing junk after numeric literal" | "trailing junk after parameter" => {
            let junk = rest.find(|c: char| c.is_alphabetic() || c == '_').unwrap_or(rest.len());
            (error.message, one_more(junk))
        }
        message if message.starts_with("unterminated") => (message, rest.len()),
        message => (message, 0),
    };
    let message = match rest.get(..near) {
        Some(near) if !near.is_empty() => format!("{what} at or near \"{near}\""),
        Some(_) | None => what.to_owned(),
    };
    PlanError::new(SqlState::SYNTAX_ERROR, "syntax", message)
}

/// Parses a text's lexemes into its statements.
pub(crate) fn parse(lexemes: &[Lexeme<'_>], positions: &Positions<'_>) -> Result<Vec<Parsed>, PlanError> {
    let mut statements = Vec::new();
    let mut start = 0;
    while start < lexemes.len() {
        let rest = lexemes.get(start..).unwrap_or(&[]);
        let length = rest.iter().position(|lexeme| lexeme.is_sign(";")).unwrap_or(rest.len());
        let piece = rest.get(..length).unwrap_or(&[]);
        let range = start..start + length;
        start += length + 1;
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else { continue };
        check_chains(piece, positions)?;
        let span = first.start..last.end;
        let body = match utility::read(piece, positions)? {
            Some(utility) => Body::Utility(Box::new(utility)),
            None => Body::Tree(Box::new(statement(piece, positions)?)),
        };
        statements.push(Parsed { body, span, lexemes: range });
    }
    Ok(statements)
}

/// Reads one statement from all of these lexemes.
fn statement(piece: &[Lexeme<'_>], positions: &Positions<'_>) -> Result<tree::Statement, PlanError> {
    let mut cursor = Cursor::new(piece, positions, true);
    let statement = cursor.placed(tree::Place::Alone, Cursor::statement)?;
    cursor.end()?;
    Ok(statement)
}

/// Parses a whole text as one query: a view's definition.
pub(crate) fn parse_query(text: &str) -> Result<tree::Query, PlanError> {
    let (lexemes, positions) = tokens(text)?;
    check_chains(&lexemes, &positions)?;
    let mut cursor = Cursor::new(&lexemes, &positions, false);
    let query = cursor.query()?;
    cursor.end()?;
    Ok(query)
}

/// Refuses chains that PostgreSQL's own parser would have no stack for. A comma ends one: long lists are wide, not deep.
fn check_chains(piece: &[Lexeme<'_>], positions: &Positions<'_>) -> Result<(), PlanError> {
    let mut chain = 0usize;
    for lexeme in piece {
        match &lexeme.token {
            Token::Sign(",") => chain = 0,
            Token::Operator(_) | Token::Sign("::" | "[") => chain += 1,
            Token::Word(word, _)
                if matches!(
                    &**word,
                    "and" | "or" | "not" | "union" | "except" | "intersect" | "is" | "collate" | "at" | "join" | "when"
                ) =>
            {
                chain += 1;
            }
            _other => {}
        }
        if chain > MAX_CHAIN {
            return Err(too_deep(positions.of_byte(lexeme.start)));
        }
    }
    Ok(())
}

fn too_deep(at: u32) -> PlanError {
    PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_deep", "statement is nested too deeply")
        .at(at)
        .hint(format!("at most {MAX_DEPTH} brackets in each other and {MAX_CHAIN} operators in a chain"))
}
