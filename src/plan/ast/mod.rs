//! 3a parse: text -> trees, within limits. The only place that calls sqlparser's parser.
//!
//! In: the client's text. Out: [`Parsed`] statements with byte spans, and [`Positions`]. Queries and DML become
//! sqlparser's trees; transaction control, settings, TRUNCATE and COPY, where sqlparser loses details, are read by the
//! small grammar of `utility`; DDL is recognised by its first word, whether or not it would parse. Invariants: a text
//! of more than [`MAX_TEXT_BYTES`] or nested deeper than [`MAX_DEPTH`] is refused before any tree is built. What is
//! absent: names, the catalog.

mod lexer;
mod utility;

pub(crate) use lexer::{DIALECT, Lexeme, lex};
pub(crate) use utility::{
    CopyOption, CopyOptionValue, CopySource, CopyStatement, Name, Utility, fold, forbidden_setting, quoted,
};

use std::ops::Range;

use sqlparser::ast::{Query, Statement};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::Token;

use super::error::PlanError;
use crate::sqlstate::SqlState;

/// The longest text that is compiled, in bytes. PostgreSQL itself stops at 1 GiB; a rewriter that many share does not
/// read that far.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// How deep brackets and operators may nest, by count: PostgreSQL's own `max_stack_depth` ends in the same region.
const MAX_DEPTH: usize = 256;

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

    /// The character number of a tree's span; 0 when the tree has none.
    pub(crate) fn of_span(&self, span: sqlparser::tokenizer::Span) -> u32 {
        match span.start.column {
            0 => 0,
            column => self.of_byte(usize::try_from(column - 1).unwrap_or(usize::MAX)),
        }
    }
}

/// One statement of a text.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) body: Body,
    pub(crate) span: Range<usize>,
    pub(crate) lexemes: Vec<Lexeme>,
}

/// What a statement is.
#[derive(Debug)]
pub(crate) enum Body {
    /// A query or DML.
    Tree(Box<Statement>),
    /// What the small grammar reads.
    Utility(Box<Utility>),
}

/// Parses a text into its statements.
pub(crate) fn parse(text: &str) -> Result<(Vec<Parsed>, Positions<'_>), PlanError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(PlanError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            "text_too_long",
            format!("statement of {} bytes is longer than the {MAX_TEXT_BYTES} that orgfold compiles", text.len()),
        ));
    }
    let positions = Positions::new(text);
    let lexemes = lex(text).map_err(|error| {
        PlanError::new(SqlState::SYNTAX_ERROR, "syntax", error.message).at(positions.of_byte(error.at))
    })?;
    let lexemes = table_commands(lexemes);
    let mut statements = Vec::new();
    for piece in lexemes.split(|lexeme| lexeme.token == Token::SemiColon) {
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else { continue };
        check_depth(piece, &positions)?;
        let span = first.start..last.end;
        let body = match utility::read(piece, &positions)? {
            Some(utility) => Body::Utility(Box::new(utility)),
            None => Body::Tree(Box::new(statement(piece, text, &positions)?)),
        };
        statements.push(Parsed { body, span, lexemes: piece.to_vec() });
    }
    Ok((statements, positions))
}

/// Parses a whole text as one query: a view's definition.
pub(crate) fn parse_query(text: &str) -> Result<(Box<Query>, Positions<'_>), PlanError> {
    let positions = Positions::new(text);
    let lexemes = lex(text).map_err(|error| {
        PlanError::new(SqlState::SYNTAX_ERROR, "syntax", error.message).at(positions.of_byte(error.at))
    })?;
    let lexemes = table_commands(lexemes);
    check_depth(&lexemes, &positions)?;
    let query = query(&lexemes, text.len(), &positions)?;
    Ok((query, positions))
}

fn check_depth(piece: &[Lexeme], positions: &Positions<'_>) -> Result<(), PlanError> {
    let (mut depth, mut chain) = (0usize, 0usize);
    for lexeme in piece {
        match &lexeme.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            // A comma ends a chain: long lists are wide, not deep.
            Token::Comma => chain = 0,
            Token::Word(word) => match word.keyword {
                Keyword::CASE | Keyword::NOT | Keyword::SELECT => depth += 0,
                Keyword::AND
                | Keyword::OR
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::IS
                | Keyword::COLLATE
                | Keyword::AT => chain += 1,
                _ => {}
            },
            Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::EscapedStringLiteral(_)
            | Token::Placeholder(_)
            | Token::Period => {}
            _ => chain += 1,
        }
        if depth > MAX_DEPTH || chain > MAX_CHAIN {
            return Err(PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_deep", "statement is nested too deeply")
                .at(positions.of_byte(lexeme.start))
                .hint(format!("at most {MAX_DEPTH} brackets in each other and {MAX_CHAIN} operators in a chain")));
        }
    }
    Ok(())
}

fn parser(lexemes: &[Lexeme]) -> Parser<'static> {
    Parser::new(&DIALECT)
        .with_options(ParserOptions::new().with_trailing_commas(false).with_unescape(false))
        .with_recursion_limit(MAX_DEPTH * 2)
        .with_tokens_with_locations(lexemes.iter().map(Lexeme::spanned).collect())
}

/// `TABLE t` is `SELECT * FROM t`: sqlparser reads it into two plain strings and loses the quotes.
fn table_commands(lexemes: Vec<Lexeme>) -> Vec<Lexeme> {
    if !lexemes.iter().any(|lexeme| lexeme.is_word("table")) {
        return lexemes;
    }
    let mut tokens: Vec<Lexeme> = Vec::with_capacity(lexemes.len() + 3);
    for lexeme in lexemes {
        let starts_query = tokens.last().is_none_or(|before| {
            matches!(before.token, Token::LParen | Token::RParen | Token::SemiColon)
                || ["union", "except", "intersect", "all", "distinct"].iter().any(|word| before.is_word(word))
        });
        if starts_query && lexeme.is_word("table") {
            for token in [Token::make_word("SELECT", None), Token::Mul, Token::make_word("FROM", None)] {
                tokens.push(Lexeme { token, ..lexeme.clone() });
            }
        } else {
            tokens.push(lexeme);
        }
    }
    tokens
}

fn statement(piece: &[Lexeme], text: &str, positions: &Positions<'_>) -> Result<Statement, PlanError> {
    let mut parser = parser(piece);
    let statement = parser.parse_statement().map_err(|error| syntax_error(&error, piece, text.len(), positions))?;
    at_end(&parser, positions)?;
    Ok(statement)
}

fn query(piece: &[Lexeme], end: usize, positions: &Positions<'_>) -> Result<Box<Query>, PlanError> {
    let mut parser = parser(piece);
    let query = parser.parse_query().map_err(|error| syntax_error(&error, piece, end, positions))?;
    at_end(&parser, positions)?;
    Ok(query)
}

/// Parses one expression (COPY ... WHERE).
fn expression(piece: &[Lexeme], positions: &Positions<'_>) -> Result<sqlparser::ast::Expr, PlanError> {
    let mut parser = parser(piece);
    let end = piece.last().map_or(0, |last| last.end);
    let expr = parser.parse_expr().map_err(|error| syntax_error(&error, piece, end, positions))?;
    at_end(&parser, positions)?;
    Ok(expr)
}

fn at_end(parser: &Parser<'_>, positions: &Positions<'_>) -> Result<(), PlanError> {
    let next = parser.peek_token();
    if next.token == Token::EOF {
        return Ok(());
    }
    Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", format!("syntax error at or near \"{}\"", next.token))
        .at(positions.of_span(next.span)))
}

fn syntax_error(error: &ParserError, piece: &[Lexeme], end: usize, positions: &Positions<'_>) -> PlanError {
    match error {
        ParserError::RecursionLimitExceeded => {
            PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_deep", "statement is nested too deeply")
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            // The column that the parser prints is our byte number, because every lexeme lies on line 1.
            let column = message
                .rsplit_once(" at Line: 1, Column: ")
                .and_then(|(_, column)| column.parse::<usize>().ok())
                .and_then(|column| column.checked_sub(1));
            let token = column.and_then(|at| piece.iter().find(|lexeme| lexeme.start == at));
            let (text, at) = match token {
                Some(lexeme) => (format!("syntax error at or near \"{}\"", lexeme.token), lexeme.start),
                None if message.contains("found: EOF") => {
                    ("syntax error at end of input".to_owned(), piece.last().map_or(end, |last| last.end))
                }
                None => ("syntax error, or syntax that orgfold does not support".to_owned(), column.unwrap_or(0)),
            };
            PlanError::new(SqlState::SYNTAX_ERROR, "syntax", text).at(positions.of_byte(at))
        }
    }
}
