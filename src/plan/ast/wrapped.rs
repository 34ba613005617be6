//! Statements around others: EXPLAIN, cursors, PREPARE and EXECUTE; and NOTIFY and its like.

use super::cursor::Cursor;
use super::tree::{Ident, Piece, Pieces, Query, Statement, TypeName};
use super::utility::Utility;
use super::{PlanError, Token};
use crate::sqlstate::SqlState;

/// EXPLAIN.
#[derive(Debug)]
pub(crate) struct Explain {
    /// The options as written, for comparison.
    pub(crate) head: Pieces,
    /// Those that were given and are on, and their values; ANALYZE, VERBOSE and so on.
    pub(crate) options: Vec<(&'static str, &'static str)>,
    pub(crate) analyze: bool,
    pub(crate) statement: Statement,
}

/// PREPARE.
#[derive(Debug)]
pub(crate) struct Prepare {
    pub(crate) at: u32,
    pub(crate) name: Ident,
    pub(crate) types: Vec<TypeName>,
    pub(crate) statement: Statement,
}

/// Which statement about a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CursorVerb {
    Fetch,
    Move,
    Close,
}

/// Options of EXPLAIN that are yes or no.
const SWITCHES: [&str; 10] =
    ["ANALYZE", "VERBOSE", "COSTS", "SETTINGS", "GENERIC_PLAN", "BUFFERS", "WAL", "TIMING", "SUMMARY", "MEMORY"];

impl Cursor<'_> {
    /// EXPLAIN; the word is read.
    pub(super) fn explain(&mut self) -> Result<Explain, PlanError> {
        let (mut head, mut options) = (Vec::new(), Vec::new());
        if self.is_sign("(") && !self.query_at(self.at) {
            self.expect_sign_to("(", &mut head)?;
            loop {
                options.push(self.explain_option(&mut head)?);
                if !self.sign(",", &mut head) {
                    break;
                }
            }
            self.expect_sign_to(")", &mut head)?;
        } else {
            for (word, spelling) in [("ANALYZE", "ANALYZE"), ("ANALYZE", "ANALYSE"), ("VERBOSE", "VERBOSE")] {
                if self.word(&[spelling], &mut head) {
                    options.push((word, "ON"));
                }
            }
        }
        let analyze = options.iter().rfind(|(name, _)| *name == "ANALYZE").is_some_and(|(_, value)| *value == "ON");
        let statement = self.statement()?;
        Ok(Explain { head, options, analyze, statement })
    }

    fn explain_option(&mut self, head: &mut Pieces) -> Result<(&'static str, &'static str), PlanError> {
        let at = self.here();
        if self.word(&["FORMAT"], head) {
            let at = self.here();
            return match self.peek().map(|lexeme| &lexeme.token) {
                Some(Token::Word(word, _)) if &**word == "text" => {
                    let _ = self.word(&["TEXT"], head);
                    Ok(("FORMAT", "TEXT"))
                }
                Some(_) | None => Err(PlanError::unsupported("EXPLAIN in another format than TEXT", at)),
            };
        }
        let known = matches!(self.peek().map(|lexeme| &lexeme.token), Some(Token::Word(..)));
        let name = if self.word(&["ANALYSE"], head) {
            "ANALYZE"
        } else {
            let Some(name) = SWITCHES.into_iter().find(|name| self.word(&[name], head)) else {
                return Err(if known {
                    PlanError::unsupported("this option of EXPLAIN", at)
                } else {
                    self.unexpected()
                });
            };
            name
        };
        let value = match self.peek().map(|lexeme| &lexeme.token) {
            Some(Token::Word(word, _)) => match &**word {
                "on" | "true" => "ON",
                "off" | "false" => "OFF",
                _other => return Err(self.unexpected()),
            },
            Some(Token::Number("1")) => "ON",
            Some(Token::Number("0")) => "OFF",
            _other => return Ok((name, "ON")),
        };
        if !self.word(&["ON", "TRUE", "OFF", "FALSE"], head) {
            self.literal(head)?;
        }
        Ok((name, value))
    }

    /// DECLARE; the word is read.
    pub(super) fn declare(&mut self) -> Result<(Pieces, Query), PlanError> {
        let mut head = vec![Piece::Word("DECLARE", 0)];
        head.push(Piece::Name(self.cursor_name()?));
        loop {
            if self.is("binary") {
                // Rows come in the format that the protocol asks for, which is text in a simple query.
                return Err(PlanError::unsupported("a BINARY cursor", self.here())
                    .hint("ask for binary results in the protocol"));
            }
            let taken = self.word(&["SCROLL", "ASENSITIVE", "INSENSITIVE"], &mut head)
                || self.words(&["NO", "SCROLL"], &mut head);
            if !taken {
                break;
            }
        }
        self.expect_word("CURSOR", &mut head)?;
        let at = self.here();
        if self.words(&["WITH", "HOLD"], &mut head) {
            return Err(PlanError::unsupported("a cursor WITH HOLD", at)
                .hint("it would live on a connection that others use after the transaction"));
        }
        let _ = self.words(&["WITHOUT", "HOLD"], &mut head);
        self.expect_word("FOR", &mut head)?;
        Ok((head, self.query()?))
    }

    fn cursor_name(&mut self) -> Result<Ident, PlanError> {
        let name = self.column_id()?;
        if name.name.starts_with("orgfold_") {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "reserved_name",
                format!("cursor name \"{}\" is reserved", name.name),
            )
            .at(name.at));
        }
        Ok(name)
    }

    /// FETCH, MOVE and CLOSE; the word is read.
    pub(super) fn about_cursor(&mut self, verb: CursorVerb) -> Result<Utility, PlanError> {
        let mut out = vec![Piece::Word(
            match verb {
                CursorVerb::Fetch => "FETCH",
                CursorVerb::Move => "MOVE",
                CursorVerb::Close => "CLOSE",
            },
            0,
        )];
        if verb == CursorVerb::Close {
            if !self.word(&["ALL"], &mut out) {
                out.push(Piece::Name(self.cursor_name()?));
            }
            return Ok(Utility::Cursor { verb, pieces: out });
        }
        // Directions are no reserved words: `FETCH next` may be of a cursor called so.
        let last = self.ahead(1).is_none();
        if !last {
            let moved = self.word(&["NEXT", "PRIOR", "FIRST", "LAST"], &mut out);
            if !moved {
                if self.word(&["ABSOLUTE", "RELATIVE"], &mut out) {
                    self.signed(&mut out)?;
                } else if self.word(&["FORWARD", "BACKWARD"], &mut out) {
                    if !self.word(&["ALL"], &mut out) && self.at_number() {
                        self.signed(&mut out)?;
                    }
                } else if !self.word(&["ALL"], &mut out) && self.at_number() {
                    self.signed(&mut out)?;
                }
            }
            let _ = self.word(&["FROM", "IN"], &mut out);
        }
        out.push(Piece::Name(self.cursor_name()?));
        Ok(Utility::Cursor { verb, pieces: out })
    }

    fn at_number(&self) -> bool {
        self.is_operator("-")
            || self.is_operator("+")
            || matches!(self.peek().map(|lexeme| &lexeme.token), Some(Token::Number(_)))
    }

    fn signed(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        for sign in ["-", "+"] {
            if self.is_operator(sign) {
                out.push(Piece::Operator(sign.into(), self.here()));
                self.at += 1;
            }
        }
        match self.peek().map(|lexeme| &lexeme.token) {
            Some(Token::Number(_)) => self.literal(out),
            _other => Err(self.unexpected()),
        }
    }

    /// PREPARE; the word is read.
    pub(super) fn prepare(&mut self) -> Result<Prepare, PlanError> {
        let at = self.here();
        let name = self.column_id()?;
        let mut types = Vec::new();
        if self.eat_sign("(") {
            loop {
                types.push(self.type_name()?);
                if !self.eat_sign(",") {
                    break;
                }
            }
            self.expect_sign(")")?;
        }
        self.expect("as")?;
        let statement = self.statement()?;
        Ok(Prepare { at, name, types, statement })
    }

    /// EXECUTE; the word is read.
    pub(super) fn execute(&mut self) -> Result<Utility, PlanError> {
        let name = self.column_id()?;
        let mut arguments = Vec::new();
        if self.sign("(", &mut arguments) {
            if !self.is_sign(")") {
                self.expr_list(&mut arguments)?;
            }
            self.expect_sign_to(")", &mut arguments)?;
        }
        Ok(Utility::Execute { name, arguments })
    }

    /// NOTIFY; the word is read.
    pub(super) fn notify(&mut self) -> Result<Utility, PlanError> {
        let channel = self.column_id()?;
        let mut payload = Vec::new();
        if self.eat_sign(",") {
            match self.peek().map(|lexeme| &lexeme.token) {
                Some(Token::Text(_) | Token::Escaped(_) | Token::Unicode(_) | Token::Dollar(_)) => {
                    self.literal(&mut payload)?;
                }
                Some(_) | None => return Err(self.unexpected()),
            }
        }
        Ok(Utility::Notify { channel, payload: payload.pop() })
    }
}
