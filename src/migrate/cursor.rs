//! A cursor over the tokens of one statement.
//!
//! In: tokens and the text they are of. Out: names, and slices of the text. Invariants: what is not there is a
//! [`Refusal`] with its line, never a guess; a slice never ends inside a comment or a string. What is absent: any
//! knowledge of statements.

use super::Refusal;
use super::lex::{Kind, Statement, Token};
use crate::catalog::{MAX_IDENTIFIER_BYTES, QualifiedName};

/// Where names without a schema live.
const DEFAULT_SCHEMA: &str = "public";

/// A place in a statement.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    last_line: usize,
}

impl<'a> Cursor<'a> {
    /// At the beginning of a statement of `text`.
    pub(super) fn new(text: &'a str, statement: &'a Statement) -> Cursor<'a> {
        Cursor { text, tokens: &statement.tokens, at: 0, last_line: statement.line }
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// The line the cursor is at.
    pub(super) fn line(&self) -> usize {
        self.peek().map_or(self.last_line, |token| token.line)
    }

    /// Whether nothing is left.
    pub(super) fn done(&self) -> bool {
        self.peek().is_none()
    }

    /// A refusal at this line.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal::at(self.line(), reason)
    }

    /// Says what was expected here.
    pub(super) fn expected(&self, what: &str) -> Refusal {
        match self.peek() {
            Some(token) => self.refuse(format!("expected {what}, found `{}`", self.slice(token.start, token.end))),
            None => self.refuse(format!("expected {what}, but the statement ends")),
        }
    }

    fn word_at(&self, at: usize) -> Option<&'a str> {
        match self.tokens.get(at) {
            Some(Token { kind: Kind::Word(word), .. }) => Some(word),
            Some(_) | None => None,
        }
    }

    /// The keyword here, lower case; `None` when it is no unquoted word.
    pub(super) fn word(&self) -> Option<&'a str> {
        self.word_at(self.at)
    }

    /// The keyword after this one.
    pub(super) fn second_word(&self) -> Option<&'a str> {
        self.word_at(self.at + 1)
    }

    /// Whether these keywords come next.
    pub(super) fn is(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| self.word_at(self.at + ahead) == Some(word))
    }

    /// Passes these keywords if they come next.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let found = self.is(words);
        if found {
            (0..words.split(' ').count()).for_each(|_| self.pass());
        }
        found
    }

    /// Passes these keywords, which must come next.
    pub(super) fn expect(&mut self, words: &str) -> Result<(), Refusal> {
        if self.eat(words) { Ok(()) } else { Err(self.expected(&words.to_ascii_uppercase())) }
    }

    /// Whether this sign comes next.
    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    /// Passes this sign if it comes next.
    pub(super) fn eat_sign(&mut self, sign: char) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.pass();
        }
        found
    }

    /// Passes this sign, which must come next.
    pub(super) fn expect_sign(&mut self, sign: char) -> Result<(), Refusal> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    /// Passes one token.
    pub(super) fn pass(&mut self) {
        if let Some(token) = self.peek() {
            self.last_line = token.line;
            self.at += 1;
        }
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<(), Refusal> {
        if self.done() { Ok(()) } else { Err(self.expected("the end of the statement")) }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// A name as PostgreSQL stores it.
    pub(super) fn name(&mut self) -> Result<String, Refusal> {
        let name = match self.peek().map(|token| &token.kind) {
            Some(Kind::Word(name) | Kind::Quoted(name)) => name.clone(),
            Some(Kind::Text | Kind::Number | Kind::Sign(_)) | None => return Err(self.expected("a name")),
        };
        if name.is_empty() || name.contains('\0') {
            return Err(self.refuse("an empty name"));
        }
        if name.len() > MAX_IDENTIFIER_BYTES {
            return Err(self.refuse(format!("the name {name} is longer than {MAX_IDENTIFIER_BYTES} bytes")));
        }
        self.pass();
        Ok(name)
    }

    /// `name` or `schema.name`.
    pub(super) fn qualified(&mut self) -> Result<QualifiedName, Refusal> {
        let first = self.name()?;
        if !self.eat_sign('.') {
            return Ok(QualifiedName::new(DEFAULT_SCHEMA, &first));
        }
        let second = self.name()?;
        if self.is_sign('.') {
            return Err(self.refuse("a name with a database in it"));
        }
        Ok(QualifiedName::new(&first, &second))
    }

    /// A string constant in the plain form `'...'`: its value.
    pub(super) fn string(&mut self) -> Result<String, Refusal> {
        let Some(Token { kind: Kind::Text, start, end, .. }) = self.peek() else {
            return Err(self.expected("a string"));
        };
        let slice = self.slice(*start, *end);
        let Some(inner) = slice.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) else {
            return Err(self.refuse("a string in another form than '...'"));
        };
        self.pass();
        Ok(inner.replace("''", "'"))
    }

    /// The text of the token here, whatever it is, which is passed.
    pub(super) fn raw(&mut self) -> Result<&'a str, Refusal> {
        let Some(token) = self.peek() else { return Err(self.expected("more")) };
        let slice = self.slice(token.start, token.end);
        self.pass();
        Ok(slice)
    }

    /// A whole number, maybe negative.
    pub(super) fn integer(&mut self) -> Result<i64, Refusal> {
        let negative = self.eat_sign('-');
        let Some(Token { kind: Kind::Number, start, end, .. }) = self.peek() else {
            return Err(self.expected("a number"));
        };
        let digits = self.slice(*start, *end);
        let text = if negative { format!("-{digits}") } else { digits.to_owned() };
        let number = text.parse().map_err(|_| self.expected("a whole number"))?;
        self.pass();
        Ok(number)
    }

    /// What stands between the parentheses that open here: its text and a cursor over it.
    pub(super) fn parens(&mut self) -> Result<(&'a str, Cursor<'a>), Refusal> {
        if !self.is_sign('(') {
            return Err(self.expected("`(`"));
        }
        let first = self.at + 1;
        let mut depth = 0_usize;
        loop {
            match self.peek().map(|token| &token.kind) {
                Some(Kind::Sign('(')) => depth += 1,
                Some(Kind::Sign(')')) => depth -= 1,
                Some(_) => {}
                None => return Err(self.refuse("a parenthesis is not closed")),
            }
            self.pass();
            if depth == 0 {
                let inner = self.tokens.get(first..self.at - 1).unwrap_or(&[]);
                let text = self.text_of(inner);
                return Ok((text, Cursor { text: self.text, tokens: inner, at: 0, last_line: self.last_line }));
            }
        }
    }

    /// From here until, outside parentheses and CASE, a token that `stop` names or the end. The first token is never
    /// a stop. The text of it, which is passed.
    pub(super) fn until(&mut self, stop: impl Fn(&Kind) -> bool) -> Result<&'a str, Refusal> {
        let first = self.at;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match &token.kind {
                kind if depth == 0 && self.at > first && stop(kind) => break,
                Kind::Sign('(' | '[') => depth += 1,
                Kind::Sign(')' | ']') => {
                    let Some(less) = depth.checked_sub(1) else { break };
                    depth = less;
                }
                Kind::Word(word) if word == "case" => depth += 1,
                Kind::Word(word) if word == "end" => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.pass();
        }
        if self.at == first {
            return Err(self.expected("an expression"));
        }
        Ok(self.text_of(self.tokens.get(first..self.at).unwrap_or(&[])))
    }

    /// Everything that is left, as text, which is passed; empty at the end.
    pub(super) fn rest(&mut self) -> &'a str {
        let left = self.left();
        while !self.done() {
            self.pass();
        }
        self.text_of(left)
    }

    /// The tokens that are left.
    pub(super) fn left(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or(&[])
    }

    fn text_of(&self, tokens: &[Token]) -> &'a str {
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => self.slice(first.start, last.end),
            _ => "",
        }
    }

    /// `(a, b)`: names.
    pub(super) fn name_list(&mut self) -> Result<Vec<String>, Refusal> {
        let (_, mut inner) = self.parens()?;
        let mut names = vec![inner.name()?];
        while inner.eat_sign(',') {
            names.push(inner.name()?);
        }
        inner.end()?;
        Ok(names)
    }
}
