//! The statements that are not queries or DML: transaction control, settings, TRUNCATE, COPY; and the recognition of
//! DDL by its first words.
//!
//! In: the lexemes of one statement. Out: a [`Utility`], or `None` for what sqlparser reads, or a refusal. sqlparser
//! reads some of these loosely (it drops modes and options); this grammar keeps every word or refuses.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query};
use sqlparser::tokenizer::Token;

use super::{Lexeme, PlanError, Positions};
use crate::sqlstate::SqlState;

/// A statement that is not a query or DML.
#[derive(Debug)]
pub(crate) enum Utility {
    /// BEGIN, START TRANSACTION, with rebuilt modes.
    Begin(String),
    Commit {
        chain: bool,
    },
    Rollback {
        chain: bool,
    },
    Savepoint(String),
    Release(String),
    RollbackTo(String),
    /// SET TRANSACTION, with rebuilt modes.
    SetTransaction(String),
    /// SET SESSION CHARACTERISTICS AS TRANSACTION: the settings it stands for.
    SetCharacteristics(Vec<(&'static str, &'static str)>),
    Set {
        name: String,
        value: Option<String>,
        local: bool,
        at: u32,
    },
    Show {
        name: String,
        at: u32,
    },
    Reset {
        name: String,
        at: u32,
    },
    ResetAll,
    DiscardAll,
    Deallocate(Option<String>),
    Truncate {
        tables: Vec<Name>,
        cascade: bool,
        restart: Option<u32>,
    },
    Copy(Box<CopyStatement>),
}

/// A possibly qualified name: identifiers with quotes resolved and case folded, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) parts: Vec<String>,
    pub(crate) at: u32,
}

/// COPY.
#[derive(Debug)]
pub(crate) struct CopyStatement {
    pub(crate) source: CopySource,
    pub(crate) from: bool,
    pub(crate) options: Vec<CopyOption>,
    pub(crate) filter: Option<Expr>,
}

#[derive(Debug)]
pub(crate) enum CopySource {
    Table { name: Name, columns: Option<Vec<(String, u32)>> },
    Query(Box<Query>),
}

/// An option of COPY, its name lower case.
#[derive(Debug)]
pub(crate) struct CopyOption {
    pub(crate) name: String,
    pub(crate) value: CopyOptionValue,
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) enum CopyOptionValue {
    None,
    /// A word or number, lower case.
    Word(String),
    /// A string literal: its token.
    Text(Token),
    Columns(Vec<String>),
    Star,
}

/// Reads a utility statement; `None` when the first word is one of sqlparser's.
pub(crate) fn read(lexemes: &[Lexeme], positions: &Positions<'_>) -> Result<Option<Utility>, PlanError> {
    let Some(first) = lexemes.first() else { return Ok(None) };
    let Token::Word(word) = &first.token else { return Ok(None) };
    if word.quote_style.is_some() {
        return Ok(None);
    }
    let verb = word.value.to_ascii_lowercase();
    let mut reader = Reader { lexemes, at: 1, positions };
    let utility = match verb.as_str() {
        "select" | "with" | "values" | "table" | "insert" | "update" | "delete" | "merge" | "explain" => {
            return Ok(None);
        }
        "begin" => {
            let _ = reader.word("work") || reader.word("transaction");
            Utility::Begin(format!("BEGIN{}", reader.modes()?))
        }
        "start" => {
            reader.expect("transaction")?;
            Utility::Begin(format!("BEGIN{}", reader.modes()?))
        }
        "commit" | "end" => {
            reader.refuse_prepared("prepared")?;
            let _ = reader.word("work") || reader.word("transaction");
            Utility::Commit { chain: reader.chain()? }
        }
        "rollback" | "abort" => {
            reader.refuse_prepared("prepared")?;
            let _ = reader.word("work") || reader.word("transaction");
            if verb == "rollback" && reader.word("to") {
                let _ = reader.word("savepoint");
                Utility::RollbackTo(reader.identifier()?.0)
            } else {
                Utility::Rollback { chain: reader.chain()? }
            }
        }
        "savepoint" => Utility::Savepoint(reader.identifier()?.0),
        "release" => {
            let _ = reader.word("savepoint");
            Utility::Release(reader.identifier()?.0)
        }
        "set" => reader.set()?,
        "show" => {
            let at = reader.position();
            if reader.word("time") {
                reader.expect("zone")?;
                Utility::Show { name: "timezone".to_owned(), at }
            } else if reader.word("transaction") {
                reader.expect("isolation")?;
                reader.expect("level")?;
                Utility::Show { name: "transaction_isolation".to_owned(), at }
            } else {
                Utility::Show { name: reader.setting()?, at }
            }
        }
        "reset" => {
            let at = reader.position();
            if reader.word("all") {
                Utility::ResetAll
            } else if reader.word("time") {
                reader.expect("zone")?;
                Utility::Reset { name: "timezone".to_owned(), at }
            } else {
                Utility::Reset { name: reader.setting()?, at }
            }
        }
        "discard" => {
            if !reader.word("all") {
                return Err(PlanError::unsupported("DISCARD of less than ALL", reader.position()));
            }
            Utility::DiscardAll
        }
        "deallocate" => {
            let _ = reader.word("prepare");
            if reader.word("all") {
                Utility::Deallocate(None)
            } else {
                Utility::Deallocate(Some(reader.identifier()?.0))
            }
        }
        "truncate" => reader.truncate()?,
        "copy" => Utility::Copy(Box::new(reader.copy()?)),
        "create" | "alter" | "drop" | "comment" | "grant" | "revoke" | "security" | "reindex" | "cluster"
        | "vacuum" | "analyze" | "analyse" | "refresh" | "import" | "reassign" => {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "ddl",
                format!("{} is not allowed at runtime", verb.to_ascii_uppercase()),
            )
            .at(positions.of_byte(first.start))
            .hint("change the schema at release time with `orgfold migrate`"));
        }
        "do" | "call" | "load" | "checkpoint" => {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "forbidden_statement",
                format!("{} is not allowed", verb.to_ascii_uppercase()),
            )
            .at(positions.of_byte(first.start)));
        }
        "declare" | "fetch" | "move" | "close" | "prepare" | "execute" | "lock" | "listen" | "unlisten" | "notify" => {
            return Err(PlanError::unsupported(verb.to_ascii_uppercase(), positions.of_byte(first.start)));
        }
        _ => {
            return Err(PlanError::new(
                SqlState::SYNTAX_ERROR,
                "syntax",
                format!("syntax error at or near \"{}\"", word.value),
            )
            .at(positions.of_byte(first.start)));
        }
    };
    reader.end()?;
    Ok(Some(utility))
}

/// An identifier as PostgreSQL stores it: folded unless quoted, cut at 63 bytes.
pub(crate) fn fold(value: &str, quote_style: Option<char>) -> String {
    let mut name = if quote_style.is_none() { value.to_ascii_lowercase() } else { value.to_owned() };
    if name.len() > crate::catalog::MAX_IDENTIFIER_BYTES {
        let mut end = crate::catalog::MAX_IDENTIFIER_BYTES;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    name
}

/// A double-quoted identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct Reader<'a, 'p> {
    lexemes: &'a [Lexeme],
    at: usize,
    positions: &'a Positions<'p>,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<&Lexeme> {
        self.lexemes.get(self.at)
    }

    fn position(&self) -> u32 {
        let byte = self.peek().map_or_else(|| self.lexemes.last().map_or(0, |last| last.end), |next| next.start);
        self.positions.of_byte(byte)
    }

    fn unexpected(&self) -> PlanError {
        let message = match self.peek() {
            Some(lexeme) => format!("syntax error at or near \"{}\"", lexeme.token),
            None => "syntax error at end of input".to_owned(),
        };
        PlanError::new(SqlState::SYNTAX_ERROR, "syntax", message).at(self.position())
    }

    fn word(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|lexeme| lexeme.is_word(text));
        self.at += usize::from(found);
        found
    }

    fn token(&mut self, token: &Token) -> bool {
        let found = self.peek().is_some_and(|lexeme| lexeme.token == *token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> Result<(), PlanError> {
        if self.word(text) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_token(&mut self, token: &Token) -> Result<(), PlanError> {
        if self.token(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn end(&self) -> Result<(), PlanError> {
        if self.at >= self.lexemes.len() { Ok(()) } else { Err(self.unexpected()) }
    }

    fn identifier(&mut self) -> Result<(String, u32), PlanError> {
        let at = self.position();
        match self.peek().map(|lexeme| &lexeme.token) {
            Some(Token::Word(word)) => {
                let name = fold(&word.value, word.quote_style);
                self.at += 1;
                Ok((name, at))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn name(&mut self) -> Result<Name, PlanError> {
        let (first, at) = self.identifier()?;
        let mut parts = vec![first];
        while self.token(&Token::Period) {
            parts.push(self.identifier()?.0);
        }
        Ok(Name { parts, at })
    }

    fn setting(&mut self) -> Result<String, PlanError> {
        Ok(self.name()?.parts.join(".").to_ascii_lowercase())
    }

    fn refuse_prepared(&mut self, word: &str) -> Result<(), PlanError> {
        if self.peek().is_some_and(|lexeme| lexeme.is_word(word)) {
            return Err(PlanError::unsupported("two-phase commit", self.position()));
        }
        Ok(())
    }

    fn chain(&mut self) -> Result<bool, PlanError> {
        if !self.word("and") {
            return Ok(false);
        }
        let no = self.word("no");
        self.expect("chain")?;
        Ok(!no)
    }

    /// Transaction modes, rebuilt.
    fn modes(&mut self) -> Result<String, PlanError> {
        let mut text = String::new();
        for (setting, value) in self.mode_list()? {
            text.push_str(if text.is_empty() { " " } else { ", " });
            text.push_str(match (setting, value) {
                ("transaction_isolation", "serializable") => "ISOLATION LEVEL SERIALIZABLE",
                ("transaction_isolation", "repeatable read") => "ISOLATION LEVEL REPEATABLE READ",
                ("transaction_isolation", "read committed") => "ISOLATION LEVEL READ COMMITTED",
                ("transaction_isolation", _) => "ISOLATION LEVEL READ UNCOMMITTED",
                ("transaction_read_only", "on") => "READ ONLY",
                ("transaction_read_only", _) => "READ WRITE",
                (_, "on") => "DEFERRABLE",
                (_, _) => "NOT DEFERRABLE",
            });
        }
        Ok(text)
    }

    fn mode_list(&mut self) -> Result<Vec<(&'static str, &'static str)>, PlanError> {
        let mut modes = Vec::new();
        while self.peek().is_some() {
            if !modes.is_empty() {
                let _ = self.token(&Token::Comma);
            }
            modes.push(if self.word("isolation") {
                self.expect("level")?;
                let level = if self.word("serializable") {
                    "serializable"
                } else if self.word("repeatable") {
                    self.expect("read")?;
                    "repeatable read"
                } else {
                    self.expect("read")?;
                    if self.word("committed") {
                        "read committed"
                    } else {
                        self.expect("uncommitted")?;
                        "read uncommitted"
                    }
                };
                ("transaction_isolation", level)
            } else if self.word("read") {
                let only = self.word("only");
                if !only {
                    self.expect("write")?;
                }
                ("transaction_read_only", if only { "on" } else { "off" })
            } else {
                let not = self.word("not");
                self.expect("deferrable")?;
                ("transaction_deferrable", if not { "off" } else { "on" })
            });
        }
        Ok(modes)
    }

    fn set(&mut self) -> Result<Utility, PlanError> {
        let local = self.word("local");
        let session = !local && self.word("session");
        let at = self.position();
        if session && self.word("characteristics") {
            self.expect("as")?;
            self.expect("transaction")?;
            return Ok(Utility::SetCharacteristics(
                self.mode_list()?
                    .into_iter()
                    .map(|(setting, value)| match setting {
                        "transaction_isolation" => ("default_transaction_isolation", value),
                        "transaction_read_only" => ("default_transaction_read_only", value),
                        _ => ("default_transaction_deferrable", value),
                    })
                    .collect(),
            ));
        }
        if !session && self.word("transaction") {
            return Ok(Utility::SetTransaction(format!("SET TRANSACTION{}", self.modes()?)));
        }
        if self.word("authorization") || self.word("role") {
            return Err(forbidden_setting("role", at));
        }
        if self.word("constraints") {
            return Err(PlanError::unsupported("SET CONSTRAINTS", at));
        }
        if self.word("names") {
            let value = if self.peek().is_none() { None } else { self.values()? };
            return Ok(Utility::Set { name: "client_encoding".to_owned(), value, local, at });
        }
        if self.word("time") {
            self.expect("zone")?;
            let value = if self.word("local") { None } else { self.values()? };
            return Ok(Utility::Set { name: "timezone".to_owned(), value, local, at });
        }
        let name = self.setting()?;
        if !self.token(&Token::Eq) {
            self.expect("to")?;
        }
        let value = self.values()?;
        Ok(Utility::Set { name, value, local, at })
    }

    /// The value of SET, unquoted; lists joined as PostgreSQL joins them. `None` is DEFAULT.
    fn values(&mut self) -> Result<Option<String>, PlanError> {
        if self.word("default") {
            return Ok(None);
        }
        let mut values = Vec::new();
        loop {
            let sign = if self.token(&Token::Minus) { "-" } else { "" };
            let _ = sign.is_empty() && self.token(&Token::Plus);
            let value = match self.peek().map(|lexeme| &lexeme.token) {
                Some(Token::SingleQuotedString(raw)) if sign.is_empty() => raw.replace("''", "'"),
                Some(Token::Number(number, _)) => format!("{sign}{number}"),
                Some(Token::Word(word)) if sign.is_empty() => fold(&word.value, word.quote_style),
                _ => return Err(self.unexpected()),
            };
            self.at += 1;
            values.push(value);
            if !self.token(&Token::Comma) {
                break;
            }
        }
        Ok(Some(values.join(", ")))
    }

    fn truncate(&mut self) -> Result<Utility, PlanError> {
        let _ = self.word("table");
        let mut tables = Vec::new();
        loop {
            let _ = self.word("only");
            tables.push(self.name()?);
            let _ = self.token(&Token::Mul);
            if !self.token(&Token::Comma) {
                break;
            }
        }
        let mut restart = None;
        let at = self.position();
        if self.word("restart") {
            self.expect("identity")?;
            restart = Some(at);
        } else if self.word("continue") {
            self.expect("identity")?;
        }
        let cascade = self.word("cascade");
        if !cascade {
            let _ = self.word("restrict");
        }
        Ok(Utility::Truncate { tables, cascade, restart })
    }

    /// The lexemes inside a pair of brackets, the opening one being next; goes past the closing one.
    fn bracketed(&mut self) -> Result<&[Lexeme], PlanError> {
        let start = self.at + 1;
        self.expect_token(&Token::LParen)?;
        let depth = self.lexemes.get(start..).unwrap_or(&[]).iter().try_fold((1usize, start), |(depth, at), lexeme| {
            let depth = match lexeme.token {
                Token::LParen => depth + 1,
                Token::RParen => depth - 1,
                _ => depth,
            };
            if depth == 0 { ControlFlow::Break(at) } else { ControlFlow::Continue((depth, at + 1)) }
        });
        match depth {
            ControlFlow::Break(end) => {
                self.at = end + 1;
                Ok(self.lexemes.get(start..end).unwrap_or(&[]))
            }
            ControlFlow::Continue(_) => {
                self.at = self.lexemes.len();
                Err(self.unexpected())
            }
        }
    }

    fn column_list(&mut self) -> Result<Vec<(String, u32)>, PlanError> {
        self.expect_token(&Token::LParen)?;
        let mut columns = Vec::new();
        loop {
            columns.push(self.identifier()?);
            if !self.token(&Token::Comma) {
                break;
            }
        }
        self.expect_token(&Token::RParen)?;
        Ok(columns)
    }

    fn copy(&mut self) -> Result<CopyStatement, PlanError> {
        let positions = self.positions;
        let binary_at = self.position();
        let mut options = Vec::new();
        if self.peek().is_some_and(|lexeme| lexeme.is_word("binary"))
            && self.lexemes.get(self.at + 1).is_some_and(|next| {
                matches!(next.token, Token::Word(_)) && !next.is_word("from") && !next.is_word("to")
            })
        {
            self.at += 1;
            options.push(CopyOption {
                name: "format".to_owned(),
                value: CopyOptionValue::Word("binary".to_owned()),
                at: binary_at,
            });
        }
        let source = if self.peek().is_some_and(|lexeme| lexeme.token == Token::LParen) {
            let inner = self.bracketed()?;
            let end = inner.last().map_or(0, |last| last.end);
            CopySource::Query(super::query(inner, end, positions)?)
        } else {
            let name = self.name()?;
            let columns = match self.peek() {
                Some(lexeme) if lexeme.token == Token::LParen => Some(self.column_list()?),
                _ => None,
            };
            CopySource::Table { name, columns }
        };
        let at = self.position();
        let from = self.word("from");
        if !from {
            self.expect("to")?;
        }
        if matches!((&source, from), (CopySource::Query(_), true)) {
            return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "syntax error at or near \"FROM\"").at(at));
        }
        let file_at = self.position();
        let stdio = if from { self.word("stdin") } else { self.word("stdout") };
        if !stdio {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "copy_file",
                "COPY to or from a file or a program on the server is not allowed",
            )
            .at(file_at)
            .hint("use COPY ... FROM STDIN or TO STDOUT; psql's \\copy does"));
        }
        let _ = self.word("with");
        if self.peek().is_some_and(|lexeme| lexeme.token == Token::LParen) {
            self.copy_options(&mut options)?;
        } else {
            self.legacy_copy_options(&mut options)?;
        }
        let mut filter = None;
        if self.word("where") {
            let rest = self.lexemes.get(self.at..).unwrap_or(&[]);
            filter = Some(super::expression(rest, positions)?);
            self.at = self.lexemes.len();
        }
        Ok(CopyStatement { source, from, options, filter })
    }

    fn copy_options(&mut self, options: &mut Vec<CopyOption>) -> Result<(), PlanError> {
        self.expect_token(&Token::LParen)?;
        loop {
            let (name, at) = self.identifier()?;
            let value = match self.peek().map(|lexeme| lexeme.token.clone()) {
                Some(Token::Comma | Token::RParen) => CopyOptionValue::None,
                Some(Token::LParen) => {
                    CopyOptionValue::Columns(self.column_list()?.into_iter().map(|(column, _)| column).collect())
                }
                Some(Token::Mul) => {
                    self.at += 1;
                    CopyOptionValue::Star
                }
                Some(Token::Number(number, _)) => {
                    self.at += 1;
                    CopyOptionValue::Word(number)
                }
                Some(Token::Word(word)) => {
                    self.at += 1;
                    CopyOptionValue::Word(fold(&word.value, None))
                }
                Some(text) => self.text(text)?,
                None => return Err(self.unexpected()),
            };
            options.push(CopyOption { name, value, at });
            if !self.token(&Token::Comma) {
                break;
            }
        }
        self.expect_token(&Token::RParen)
    }

    fn text(&mut self, token: Token) -> Result<CopyOptionValue, PlanError> {
        match token {
            Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) | Token::DollarQuotedString(_) => {
                self.at += 1;
                Ok(CopyOptionValue::Text(token))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The grammar of before PostgreSQL 9.0, which psql's \copy still sends.
    fn legacy_copy_options(&mut self, options: &mut Vec<CopyOption>) -> Result<(), PlanError> {
        while self.peek().is_some_and(|lexeme| !lexeme.is_word("where")) {
            let at = self.position();
            let (name, value) = if self.word("binary") {
                ("format", CopyOptionValue::Word("binary".to_owned()))
            } else if self.word("csv") {
                ("format", CopyOptionValue::Word("csv".to_owned()))
            } else if self.word("header") {
                ("header", CopyOptionValue::None)
            } else if self.word("freeze") {
                ("freeze", CopyOptionValue::None)
            } else if self.word("force") {
                let name = if self.word("quote") {
                    "force_quote"
                } else if self.word("not") {
                    self.expect("null")?;
                    "force_not_null"
                } else {
                    self.expect("null")?;
                    "force_null"
                };
                if self.token(&Token::Mul) {
                    (name, CopyOptionValue::Star)
                } else {
                    let mut columns = vec![self.identifier()?.0];
                    while self.token(&Token::Comma) {
                        columns.push(self.identifier()?.0);
                    }
                    (name, CopyOptionValue::Columns(columns))
                }
            } else {
                let name =
                    ["delimiter", "null", "quote", "escape", "encoding"].into_iter().find(|name| self.word(name));
                let Some(name) = name else { return Err(self.unexpected()) };
                let _ = self.word("as");
                let Some(token) = self.peek().map(|lexeme| lexeme.token.clone()) else { return Err(self.unexpected()) };
                (name, self.text(token)?)
            };
            options.push(CopyOption { name: name.to_owned(), value, at });
        }
        Ok(())
    }
}

/// SET of what only orgfold may set.
pub(crate) fn forbidden_setting(name: &str, at: u32) -> PlanError {
    PlanError::new(
        SqlState::INSUFFICIENT_PRIVILEGE,
        "forbidden_setting",
        format!("permission denied to set parameter \"{name}\""),
    )
    .at(at)
}
