//! The statements that are not queries or DML: transaction control, settings, TRUNCATE, COPY; and the recognition of
//! DDL by its first words.
//!
//! In: the lexemes of one statement. Out: a [`Utility`], or `None` for queries and changes, or a refusal. Every word
//! is kept, modes and options too, or the statement is refused.

use super::cursor::Cursor;
use super::tree::{Ident, Piece, Pieces, Place, Query};
use super::wrapped::{CursorVerb, Explain, Prepare};
use super::{Lexeme, PlanError, Positions, Token};
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
    Explain(Box<Explain>),
    /// DECLARE: everything up to FOR, and the query.
    Declare {
        head: Pieces,
        query: Box<Query>,
    },
    Cursor {
        verb: CursorVerb,
        pieces: Pieces,
    },
    Prepare(Box<Prepare>),
    Execute {
        name: Ident,
        /// With their brackets, if there are any.
        arguments: Pieces,
    },
    Notify {
        channel: Ident,
        payload: Option<Piece>,
    },
    Listen(Ident),
    /// `None` is `*`.
    Unlisten(Option<Ident>),
    /// CREATE, ALTER, DROP, COMMENT: what to say where they may not be.
    Definition(PlanError),
}

fn refused_definition(verb: &str, at: u32) -> PlanError {
    let message = format!("{} is not allowed at runtime", verb.to_ascii_uppercase());
    PlanError::new(SqlState::INSUFFICIENT_PRIVILEGE, "ddl", message)
        .at(at)
        .hint("change the schema at release time with `orgfold migrate`")
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
    pub(crate) filter: Option<Pieces>,
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
    /// A string literal.
    Text(Piece),
    Columns(Vec<String>),
    Star,
}

impl CopyStatement {
    /// The table that it fills with FREEZE on.
    pub(crate) fn freezes(&self) -> Option<&str> {
        let on = |option: &CopyOption| {
            let off = |word: &str| ["off", "false", "0"].contains(&word.to_ascii_lowercase().trim_matches('\''));
            option.name == "freeze"
                && match &option.value {
                    CopyOptionValue::Word(word) => !off(word),
                    CopyOptionValue::Text(Piece::Literal(text, _)) => !off(text),
                    CopyOptionValue::None
                    | CopyOptionValue::Text(_)
                    | CopyOptionValue::Columns(_)
                    | CopyOptionValue::Star => true,
                }
        };
        match &self.source {
            CopySource::Table { name, .. } if self.from && self.options.iter().any(on) => {
                name.parts.last().map(String::as_str)
            }
            CopySource::Table { .. } | CopySource::Query(_) => None,
        }
    }
}

/// Reads a utility statement; `None` when the first word begins a query or a change.
pub(crate) fn read(lexemes: &[Lexeme<'_>], positions: &Positions<'_>) -> Result<Option<Utility>, PlanError> {
    let Some(first) = lexemes.first() else { return Ok(None) };
    let Token::Word(verb, _) = &first.token else { return Ok(None) };
    let mut reader = Cursor::new(lexemes, positions, true);
    reader.at = 1;
    let utility = match &**verb {
        "select" | "with" | "values" | "table" | "insert" | "update" | "delete" | "merge" => {
            return Ok(None);
        }
        "begin" => {
            let _ = reader.eat("work") || reader.eat("transaction");
            Utility::Begin(format!("BEGIN{}", reader.modes()?))
        }
        "start" => {
            reader.expect("transaction")?;
            // Its command tag says so too.
            Utility::Begin(format!("START TRANSACTION{}", reader.modes()?))
        }
        "commit" | "end" => {
            reader.refuse_prepared("prepared")?;
            let _ = reader.eat("work") || reader.eat("transaction");
            Utility::Commit { chain: reader.and_chain()? }
        }
        "rollback" | "abort" => {
            reader.refuse_prepared("prepared")?;
            let _ = reader.eat("work") || reader.eat("transaction");
            if verb == "rollback" && reader.eat("to") {
                let _ = reader.eat("savepoint");
                Utility::RollbackTo(reader.identifier()?.0)
            } else {
                Utility::Rollback { chain: reader.and_chain()? }
            }
        }
        "savepoint" => Utility::Savepoint(reader.identifier()?.0),
        "release" => {
            let _ = reader.eat("savepoint");
            Utility::Release(reader.identifier()?.0)
        }
        "set" => reader.set()?,
        "show" => {
            let at = reader.here();
            if reader.eat("time") {
                reader.expect("zone")?;
                Utility::Show { name: "timezone".to_owned(), at }
            } else if reader.eat("transaction") {
                reader.expect("isolation")?;
                reader.expect("level")?;
                Utility::Show { name: "transaction_isolation".to_owned(), at }
            } else {
                Utility::Show { name: reader.setting()?, at }
            }
        }
        "reset" => {
            let at = reader.here();
            if reader.eat("all") {
                Utility::ResetAll
            } else if reader.eat("time") {
                reader.expect("zone")?;
                Utility::Reset { name: "timezone".to_owned(), at }
            } else {
                Utility::Reset { name: reader.setting()?, at }
            }
        }
        "discard" => {
            if !reader.eat("all") {
                return Err(PlanError::unsupported("DISCARD of less than ALL", reader.here()));
            }
            Utility::DiscardAll
        }
        "deallocate" => {
            let _ = reader.eat("prepare");
            if reader.eat("all") {
                Utility::Deallocate(None)
            } else {
                Utility::Deallocate(Some(reader.identifier()?.0))
            }
        }
        "truncate" => reader.truncate()?,
        "copy" => Utility::Copy(Box::new(reader.copy()?)),
        // Whether it may be, and what it says, is asked where the role is known.
        "create" | "alter" | "drop" | "comment" => {
            return Ok(Some(Utility::Definition(refused_definition(verb, positions.of_byte(first.start)))));
        }
        "grant" | "revoke" | "security" | "reindex" | "cluster" | "vacuum" | "analyze" | "analyse" | "refresh"
        | "import" | "reassign" => {
            return Err(refused_definition(verb, positions.of_byte(first.start)));
        }
        "do" | "call" | "load" | "checkpoint" => {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "forbidden_statement",
                format!("{} is not allowed", verb.to_ascii_uppercase()),
            )
            .at(positions.of_byte(first.start)));
        }
        "explain" => Utility::Explain(Box::new(reader.placed(Place::Alone, Cursor::explain)?)),
        "declare" => {
            let (head, query) = reader.placed(Place::Alone, Cursor::declare)?;
            Utility::Declare { head, query: Box::new(query) }
        }
        "fetch" => reader.about_cursor(CursorVerb::Fetch)?,
        "move" => reader.about_cursor(CursorVerb::Move)?,
        "close" => reader.about_cursor(CursorVerb::Close)?,
        "prepare" => {
            reader.refuse_prepared("transaction")?;
            Utility::Prepare(Box::new(reader.placed(Place::Alone, Cursor::prepare)?))
        }
        "execute" => reader.execute()?,
        "notify" => reader.notify()?,
        "listen" => Utility::Listen(reader.column_id()?),
        "unlisten" => {
            if reader.eat_operator("*") {
                Utility::Unlisten(None)
            } else {
                Utility::Unlisten(Some(reader.column_id()?))
            }
        }
        "lock" => {
            return Err(PlanError::unsupported("LOCK TABLE", positions.of_byte(first.start))
                .hint("the leaf holds other orgs' rows too: lock rows with FOR UPDATE, or use advisory locks"));
        }
        _ => {
            return Err(PlanError::new(
                SqlState::SYNTAX_ERROR,
                "syntax",
                format!("syntax error at or near \"{}\"", positions.text_of(first)),
            )
            .at(positions.of_byte(first.start)));
        }
    };
    reader.end()?;
    Ok(Some(utility))
}

/// A double-quoted identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Cursor<'_> {
    fn identifier(&mut self) -> Result<(String, u32), PlanError> {
        let ident = self.label()?;
        Ok((ident.name.into(), ident.at))
    }

    fn name(&mut self) -> Result<Name, PlanError> {
        let (first, at) = self.identifier()?;
        let mut parts = vec![first];
        while self.eat_sign(".") {
            parts.push(self.identifier()?.0);
        }
        Ok(Name { parts, at })
    }

    fn setting(&mut self) -> Result<String, PlanError> {
        Ok(self.name()?.parts.join(".").to_ascii_lowercase())
    }

    fn refuse_prepared(&mut self, word: &str) -> Result<(), PlanError> {
        if self.is(word) {
            return Err(PlanError::unsupported("two-phase commit", self.here()));
        }
        Ok(())
    }

    fn and_chain(&mut self) -> Result<bool, PlanError> {
        if !self.eat("and") {
            return Ok(false);
        }
        let no = self.eat("no");
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
                let _ = self.eat_sign(",");
            }
            modes.push(if self.eat("isolation") {
                self.expect("level")?;
                let level = if self.eat("serializable") {
                    "serializable"
                } else if self.eat("repeatable") {
                    self.expect("read")?;
                    "repeatable read"
                } else {
                    self.expect("read")?;
                    if self.eat("committed") {
                        "read committed"
                    } else {
                        self.expect("uncommitted")?;
                        "read uncommitted"
                    }
                };
                ("transaction_isolation", level)
            } else if self.eat("read") {
                let only = self.eat("only");
                if !only {
                    self.expect("write")?;
                }
                ("transaction_read_only", if only { "on" } else { "off" })
            } else {
                let not = self.eat("not");
                self.expect("deferrable")?;
                ("transaction_deferrable", if not { "off" } else { "on" })
            });
        }
        Ok(modes)
    }

    fn set(&mut self) -> Result<Utility, PlanError> {
        let local = self.eat("local");
        let session = !local && self.eat("session");
        let at = self.here();
        if session && self.eat("characteristics") {
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
        if !session && self.eat("transaction") {
            return Ok(Utility::SetTransaction(format!("SET TRANSACTION{}", self.modes()?)));
        }
        if self.eat("authorization") || self.eat("role") {
            return Err(forbidden_setting("role", at));
        }
        if self.eat("constraints") {
            if !self.eat("all") {
                return Err(PlanError::unsupported("SET CONSTRAINTS of less than ALL", at));
            }
            let when = if self.eat("deferred") {
                "DEFERRED"
            } else {
                self.expect("immediate")?;
                "IMMEDIATE"
            };
            return Ok(Utility::SetTransaction(format!("SET CONSTRAINTS ALL {when}")));
        }
        if self.eat("names") {
            let value = if self.peek().is_none() { None } else { self.values()? };
            return Ok(Utility::Set { name: "client_encoding".to_owned(), value, local, at });
        }
        if self.eat("time") {
            self.expect("zone")?;
            let value = if self.eat("local") { None } else { self.values()? };
            return Ok(Utility::Set { name: "timezone".to_owned(), value, local, at });
        }
        let name = self.setting()?;
        if !self.eat_operator("=") {
            self.expect("to")?;
        }
        let value = self.values()?;
        Ok(Utility::Set { name, value, local, at })
    }

    /// The value of SET, unquoted; lists joined as PostgreSQL joins them. `None` is DEFAULT.
    fn values(&mut self) -> Result<Option<String>, PlanError> {
        if self.eat("default") {
            return Ok(None);
        }
        let mut values = Vec::new();
        loop {
            let sign = if self.eat_operator("-") { "-" } else { "" };
            let _ = sign.is_empty() && self.eat_operator("+");
            let value = match self.peek().map(|lexeme| &lexeme.token) {
                Some(Token::Text(raw)) if sign.is_empty() => raw.replace("''", "'"),
                Some(Token::Number(number)) => format!("{sign}{number}"),
                Some(Token::Word(word, _)) if sign.is_empty() => word.clone().into_owned(),
                Some(Token::Quoted(name)) if sign.is_empty() => name.clone().into_owned(),
                _ => return Err(self.unexpected()),
            };
            self.at += 1;
            values.push(value);
            if !self.eat_sign(",") {
                break;
            }
        }
        Ok(Some(values.join(", ")))
    }

    fn truncate(&mut self) -> Result<Utility, PlanError> {
        let _ = self.eat("table");
        let mut tables = Vec::new();
        loop {
            let _ = self.eat("only");
            tables.push(self.name()?);
            let _ = self.eat_operator("*");
            if !self.eat_sign(",") {
                break;
            }
        }
        let mut restart = None;
        let at = self.here();
        if self.eat("restart") {
            self.expect("identity")?;
            restart = Some(at);
        } else if self.eat("continue") {
            self.expect("identity")?;
        }
        let cascade = self.eat("cascade");
        if !cascade {
            let _ = self.eat("restrict");
        }
        Ok(Utility::Truncate { tables, cascade, restart })
    }

    fn copied_columns(&mut self) -> Result<Vec<(String, u32)>, PlanError> {
        self.expect_sign("(")?;
        let mut columns = Vec::new();
        loop {
            columns.push(self.identifier()?);
            if !self.eat_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        Ok(columns)
    }

    fn copy(&mut self) -> Result<CopyStatement, PlanError> {
        let binary_at = self.here();
        let mut options = Vec::new();
        let named = |next: &Lexeme<'_>| {
            matches!(next.token, Token::Word(..) | Token::Quoted(_)) && !next.is_word("from") && !next.is_word("to")
        };
        if self.is("binary") && self.ahead(1).is_some_and(named) {
            self.at += 1;
            options.push(CopyOption {
                name: "format".to_owned(),
                value: CopyOptionValue::Word("binary".to_owned()),
                at: binary_at,
            });
        }
        let source = if self.is_sign("(") {
            self.expect_sign("(")?;
            let query = self.query()?;
            self.expect_sign(")")?;
            CopySource::Query(Box::new(query))
        } else {
            let name = self.name()?;
            let columns = if self.is_sign("(") { Some(self.copied_columns()?) } else { None };
            CopySource::Table { name, columns }
        };
        let at = self.here();
        let from = self.eat("from");
        if !from {
            self.expect("to")?;
        }
        if matches!((&source, from), (CopySource::Query(_), true)) {
            return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "syntax error at or near \"FROM\"").at(at));
        }
        let file_at = self.here();
        // Either word serves either way, as PostgreSQL reads them.
        let stdio = self.eat("stdin") || self.eat("stdout");
        if !stdio {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "copy_file",
                "COPY to or from a file or a program on the server is not allowed",
            )
            .at(file_at)
            .hint("use COPY ... FROM STDIN or TO STDOUT; psql's \\copy does"));
        }
        let _ = self.eat("with");
        if self.is_sign("(") {
            self.copy_options(&mut options)?;
        } else {
            self.legacy_copy_options(&mut options)?;
        }
        let mut filter = None;
        if self.eat("where") {
            filter = Some(self.expression()?);
        }
        Ok(CopyStatement { source, from, options, filter })
    }

    fn copy_options(&mut self, options: &mut Vec<CopyOption>) -> Result<(), PlanError> {
        self.expect_sign("(")?;
        loop {
            let (name, at) = self.identifier()?;
            let value = match self.peek().map(|lexeme| &lexeme.token) {
                Some(Token::Sign("," | ")")) => CopyOptionValue::None,
                Some(Token::Sign("(")) => {
                    CopyOptionValue::Columns(self.copied_columns()?.into_iter().map(|(column, _)| column).collect())
                }
                Some(Token::Operator("*")) => {
                    self.at += 1;
                    CopyOptionValue::Star
                }
                Some(Token::Number(number)) => {
                    self.at += 1;
                    CopyOptionValue::Word((*number).to_owned())
                }
                Some(Token::Word(word, _)) => {
                    self.at += 1;
                    CopyOptionValue::Word(word.clone().into_owned())
                }
                Some(_) => self.copy_text()?,
                None => return Err(self.unexpected()),
            };
            options.push(CopyOption { name, value, at });
            if !self.eat_sign(",") {
                break;
            }
        }
        self.expect_sign(")")
    }

    fn copy_text(&mut self) -> Result<CopyOptionValue, PlanError> {
        match self.peek().map(|lexeme| &lexeme.token) {
            Some(Token::Text(_) | Token::Escaped(_) | Token::Dollar(_)) => {
                let mut text = Vec::new();
                self.literal(&mut text)?;
                text.pop().map(CopyOptionValue::Text).ok_or_else(|| self.unexpected())
            }
            _other => Err(self.unexpected()),
        }
    }

    /// The grammar of before PostgreSQL 9.0, which psql's \copy still sends.
    fn legacy_copy_options(&mut self, options: &mut Vec<CopyOption>) -> Result<(), PlanError> {
        while self.peek().is_some_and(|lexeme| !lexeme.is_word("where")) {
            let at = self.here();
            let (name, value) = if self.eat("binary") {
                ("format", CopyOptionValue::Word("binary".to_owned()))
            } else if self.eat("csv") {
                ("format", CopyOptionValue::Word("csv".to_owned()))
            } else if self.eat("header") {
                ("header", CopyOptionValue::None)
            } else if self.eat("freeze") {
                ("freeze", CopyOptionValue::None)
            } else if self.eat("force") {
                let name = if self.eat("quote") {
                    "force_quote"
                } else if self.eat("not") {
                    self.expect("null")?;
                    "force_not_null"
                } else {
                    self.expect("null")?;
                    "force_null"
                };
                if self.eat_operator("*") {
                    (name, CopyOptionValue::Star)
                } else {
                    let mut columns = vec![self.identifier()?.0];
                    while self.eat_sign(",") {
                        columns.push(self.identifier()?.0);
                    }
                    (name, CopyOptionValue::Columns(columns))
                }
            } else {
                let name = ["delimiter", "null", "quote", "escape", "encoding"].into_iter().find(|name| self.eat(name));
                let Some(name) = name else { return Err(self.unexpected()) };
                let _ = self.eat("as");
                (name, self.copy_text()?)
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
