//! [`Cursor`]: the reader that every part of the grammar shares.
//!
//! In: lexemes. Out: words, signs and names, one after the other, or a syntax error at the token that does not fit.
//! Invariants: nothing is skipped; brackets and sub-queries nest no deeper than the limit, whatever the text.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::keyword::Class;
use super::tree::{Ident, Piece, Pieces, Place};
use super::{Lexeme, MAX_DEPTH, PlanError, Positions, Token};
use crate::sqlstate::SqlState;

/// Stack kept free before the grammar goes one level deeper, and what is taken when there is less, in bytes.
const RED_ZONE: usize = 128 * 1024;
const MORE_STACK: usize = 1024 * 1024;

/// Reads lexemes from left to right.
pub(crate) struct Cursor<'t> {
    pub(super) lexemes: &'t [Lexeme<'t>],
    pub(super) at: usize,
    pub(super) positions: &'t Positions<'t>,
    /// Whether positions are the client's; a view's are not.
    shown: bool,
    depth: usize,
    /// What may become of the expression or query that is read now.
    pub(super) place: Place,
    /// Where each opening bracket closes: made when first asked for.
    closings: OnceCell<Vec<usize>>,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(lexemes: &'t [Lexeme<'t>], positions: &'t Positions<'t>, shown: bool) -> Cursor<'t> {
        Cursor { lexemes, at: 0, positions, shown, depth: 0, place: Place::Mixed, closings: OnceCell::new() }
    }

    /// Goes one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Cursor<'t>) -> Result<T, PlanError>,
    ) -> Result<T, PlanError> {
        if self.depth >= MAX_DEPTH {
            return Err(super::too_deep(self.here()));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, MORE_STACK, || read(self));
        self.depth -= 1;
        result
    }

    /// Reads something in a place.
    pub(super) fn placed<T>(
        &mut self,
        place: Place,
        read: impl FnOnce(&mut Cursor<'t>) -> Result<T, PlanError>,
    ) -> Result<T, PlanError> {
        let outer = std::mem::replace(&mut self.place, place);
        let result = read(self);
        self.place = outer;
        result
    }

    pub(super) fn peek(&self) -> Option<&'t Lexeme<'t>> {
        self.lexemes.get(self.at)
    }

    pub(super) fn ahead(&self, by: usize) -> Option<&'t Lexeme<'t>> {
        self.lexemes.get(self.at + by)
    }

    /// The character number of the next token.
    pub(super) fn here(&self) -> u32 {
        if !self.shown {
            return 0;
        }
        let byte = self.peek().map_or_else(|| self.lexemes.last().map_or(0, |last| last.end), |next| next.start);
        self.positions.of_byte(byte)
    }

    pub(super) fn unexpected(&self) -> PlanError {
        let message = match self.peek() {
            Some(lexeme) => format!("syntax error at or near \"{}\"", self.positions.text_of(lexeme)),
            None => "syntax error at end of input".to_owned(),
        };
        PlanError::new(SqlState::SYNTAX_ERROR, "syntax", message).at(self.here())
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|lexeme| lexeme.is_word(word))
    }

    pub(super) fn is_ahead(&self, by: usize, word: &str) -> bool {
        self.ahead(by).is_some_and(|lexeme| lexeme.is_word(word))
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.peek().is_some_and(|lexeme| lexeme.is_sign(sign))
    }

    pub(super) fn is_sign_ahead(&self, by: usize, sign: &str) -> bool {
        self.ahead(by).is_some_and(|lexeme| lexeme.is_sign(sign))
    }

    pub(super) fn is_operator(&self, operator: &str) -> bool {
        self.peek().is_some_and(|lexeme| lexeme.is_operator(operator))
    }

    /// Takes a word, if it is next; `word` is lower case.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), PlanError> {
        if self.eat(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn expect_sign(&mut self, sign: &str) -> Result<(), PlanError> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn end(&self) -> Result<(), PlanError> {
        if self.at >= self.lexemes.len() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes one of these words (upper case, as they are printed) onto `out`, if it is next.
    pub(super) fn word(&mut self, words: &[&'static str], out: &mut Pieces) -> bool {
        let Some(Token::Word(next, _)) = self.peek().map(|lexeme| &lexeme.token) else { return false };
        let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(next)) else { return false };
        out.push(Piece::Word(word, self.here()));
        self.at += 1;
        true
    }

    /// Takes these words one after the other, if all of them are next.
    pub(super) fn words(&mut self, words: &[&'static str], out: &mut Pieces) -> bool {
        let all = words.iter().enumerate().all(|(by, word)| {
            matches!(self.ahead(by).map(|lexeme| &lexeme.token), Some(Token::Word(next, _)) if word.eq_ignore_ascii_case(next))
        });
        if all {
            for word in words {
                out.push(Piece::Word(word, self.here()));
                self.at += 1;
            }
        }
        all
    }

    pub(super) fn expect_word(&mut self, word: &'static str, out: &mut Pieces) -> Result<(), PlanError> {
        if self.word(&[word], out) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn sign(&mut self, sign: &'static str, out: &mut Pieces) -> bool {
        let at = self.here();
        let found = self.eat_sign(sign);
        if found {
            out.push(Piece::Word(sign, at));
        }
        found
    }

    pub(super) fn expect_sign_to(&mut self, sign: &'static str, out: &mut Pieces) -> Result<(), PlanError> {
        if self.sign(sign, out) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// The text and class of the next token as a name.
    fn name_token(&self) -> Option<(&'t Cow<'t, str>, Option<Class>)> {
        match &self.peek()?.token {
            Token::Word(word, class) => Some((word, Some(*class))),
            Token::Quoted(name) => Some((name, None)),
            _other => None,
        }
    }

    fn ident_if(&mut self, takes: impl FnOnce(Option<Class>) -> bool) -> Result<Ident, PlanError> {
        match self.name_token() {
            Some((name, class)) if takes(class) => {
                let ident = Ident { name: cut(name).into(), at: self.here() };
                self.at += 1;
                Ok(ident)
            }
            Some(_) | None => Err(self.unexpected()),
        }
    }

    /// A name of a column, table or alias.
    pub(super) fn column_id(&mut self) -> Result<Ident, PlanError> {
        self.ident_if(|class| matches!(class, None | Some(Class::Plain | Class::ColumnName)))
    }

    /// A name where any word will do: behind AS or a dot.
    pub(super) fn label(&mut self) -> Result<Ident, PlanError> {
        self.ident_if(|_| true)
    }

    /// A name of a function or type.
    pub(super) fn function_id(&mut self) -> Result<Ident, PlanError> {
        self.ident_if(|class| matches!(class, None | Some(Class::Plain | Class::TypeOrFunction)))
    }

    /// Whether a column's name is next.
    pub(super) fn at_column_id(&self) -> bool {
        matches!(self.name_token(), Some((_, None | Some(Class::Plain | Class::ColumnName))))
    }

    /// `a.b.c`: the first a column's or table's name.
    pub(super) fn dotted(&mut self) -> Result<Vec<Ident>, PlanError> {
        let mut parts = vec![self.column_id()?];
        while self.eat_sign(".") {
            parts.push(self.label()?);
        }
        Ok(parts)
    }

    /// `(a, b)`.
    pub(super) fn column_list(&mut self) -> Result<Vec<Ident>, PlanError> {
        self.expect_sign("(")?;
        let mut columns = vec![self.column_id()?];
        while self.eat_sign(",") {
            columns.push(self.column_id()?);
        }
        self.expect_sign(")")?;
        Ok(columns)
    }

    /// The place of the bracket that closes the one at `open`.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let closings = self.closings.get_or_init(|| {
            let mut closings = vec![usize::MAX; self.lexemes.len()];
            let mut opened = Vec::new();
            for (at, lexeme) in self.lexemes.iter().enumerate() {
                match lexeme.token {
                    Token::Sign("(") => opened.push(at),
                    Token::Sign(")") => {
                        if let Some(place) = opened.pop().and_then(|open: usize| closings.get_mut(open)) {
                            *place = at;
                        }
                    }
                    _ => {}
                }
            }
            closings
        });
        closings.get(open).copied().filter(|close| *close != usize::MAX)
    }

    /// Whether a query starts at this place: behind any number of brackets.
    pub(super) fn query_at(&self, at: usize) -> bool {
        let Some(lexeme) = self.lexemes.get(at) else { return false };
        if lexeme.is_word("select") || lexeme.is_word("with") || lexeme.is_word("table") {
            return true;
        }
        if lexeme.is_word("values") {
            return self.lexemes.get(at + 1).is_some_and(|next| next.is_sign("("));
        }
        if !lexeme.is_sign("(") {
            return false;
        }
        // `((SELECT 1) + 2)` is an expression, `((SELECT 1) UNION SELECT 2)` a query.
        let mut inner = at;
        while self.lexemes.get(inner).is_some_and(|next| next.is_sign("(")) {
            inner += 1;
        }
        if inner - at > MAX_DEPTH || !self.query_at(inner) {
            return false;
        }
        let mut open = inner - 1;
        loop {
            let Some(close) = self.closing(open) else { return false };
            let continues = self.lexemes.get(close + 1).is_none_or(|next| {
                next.is_sign(")")
                    || ["union", "except", "intersect", "order", "limit", "offset", "fetch", "for"]
                        .iter()
                        .any(|word| next.is_word(word))
            });
            if !continues {
                return false;
            }
            if open == at {
                return true;
            }
            open -= 1;
        }
    }
}

/// Cuts a name where PostgreSQL does.
pub(crate) fn cut(name: &str) -> &str {
    let mut end = crate::catalog::MAX_IDENTIFIER_BYTES;
    if name.len() <= end {
        return name;
    }
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or(name)
}
