//! PostgreSQL's lexical rules, as its `scan.l` has them.
//!
//! In: text. Out: [`Lexeme`]s, which borrow from it. A difference to the server's own lexer is where injections live: so the
//! rules here are PostgreSQL's, not those of some SQL. Invariants: a string token holds the *raw* body, with quotes still
//! doubled and backslashes still escaped, so that printing it back is exact; a lexeme's span counts bytes. What is absent:
//! grammar.

use std::borrow::Cow;

use super::LexError;
use super::keyword::{Class, class};
use super::unicode::{is_escape, unescaped};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// An unquoted word, folded to lower case.
    Word(Cow<'a, str>, Class),
    /// A quoted identifier, its quotes resolved.
    Quoted(Cow<'a, str>),
    Number(&'a str),
    /// `$1`.
    Param(&'a str),
    /// `'...'`: the raw body.
    Text(Cow<'a, str>),
    /// `E'...'`: the raw body.
    Escaped(Cow<'a, str>),
    /// `U&'...'`: the raw body.
    Unicode(Cow<'a, str>),
    /// `N'...'`: the raw body.
    National(Cow<'a, str>),
    /// `B'...'`.
    Bits(Cow<'a, str>),
    /// `X'...'`.
    Hex(Cow<'a, str>),
    /// `$tag$...$tag$`: the body.
    Dollar(&'a str),
    /// A run of operator characters, `*` and `=` too.
    Operator(&'a str),
    /// One of `( ) [ ] , ; . : :: := ..`.
    Sign(&'static str),
}

/// A token and where it stands: byte offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme<'a> {
    pub(crate) token: Token<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Lexeme<'_> {
    /// Whether this is that unquoted word; `text` is lower case.
    pub(crate) fn is_word(&self, text: &str) -> bool {
        matches!(&self.token, Token::Word(word, _) if *word == text)
    }

    /// Whether this is that name, quoted or not.
    pub(crate) fn is_name(&self, name: &str) -> bool {
        match &self.token {
            Token::Word(word, _) | Token::Quoted(word) => *word == name,
            _other => false,
        }
    }

    /// Whether this is that sign.
    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(found) if *found == sign)
    }

    /// Whether this is that operator.
    pub(crate) fn is_operator(&self, operator: &str) -> bool {
        matches!(&self.token, Token::Operator(found) if *found == operator)
    }
}

/// Lexes a whole text. White space and comments are dropped.
pub(crate) fn lex(text: &str) -> Result<Vec<Lexeme<'_>>, LexError> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0 };
    let mut lexemes = Vec::with_capacity(text.len() / 4);
    while let Some(lexeme) = lexer.next()? {
        lexemes.push(lexeme);
    }
    Ok(lexemes)
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

const fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c | 0x0b)
}

const fn is_ident_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b >= 0x80
}

const fn is_ident_part(b: u8) -> bool {
    is_ident_start(b) || b.is_ascii_digit() || b == b'$'
}

const fn is_operator(b: u8) -> bool {
    matches!(
        b,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'<'
            | b'>'
            | b'='
    )
}

impl<'a> Lexer<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn error(&self, at: usize, message: &'static str) -> LexError {
        LexError { at, message }
    }

    /// Skips white space and comments; says whether a newline was among the white space (string continuation).
    fn skip_blank(&mut self) -> Result<bool, LexError> {
        let mut newline = false;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b), _) if is_space(b) => {
                    newline |= b == b'\n' || b == b'\r';
                    self.at += 1;
                }
                (Some(b'-'), Some(b'-')) => {
                    while self.peek(0).is_some_and(|b| b != b'\n' && b != b'\r') {
                        self.at += 1;
                    }
                }
                (Some(b'/'), Some(b'*')) => self.skip_block_comment()?,
                _ => return Ok(newline),
            }
        }
    }

    fn skip_block_comment(&mut self) -> Result<(), LexError> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(self.error(start, "unterminated /* comment")),
            }
        }
    }

    fn next(&mut self) -> Result<Option<Lexeme<'a>>, LexError> {
        self.skip_blank()?;
        let start = self.at;
        let Some(first) = self.peek(0) else { return Ok(None) };
        let token = match first {
            b'\'' => Token::Text(self.string(b'\'', false)?),
            b'"' => Token::Quoted(self.quoted_identifier()?),
            b'e' | b'E' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::Escaped(self.string(b'\'', true)?)
            }
            b'b' | b'B' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::Bits(self.digits_string(|b| b == b'0' || b == b'1')?)
            }
            b'x' | b'X' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::Hex(self.digits_string(|b| b.is_ascii_hexdigit())?)
            }
            b'n' | b'N' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::National(self.string(b'\'', false)?)
            }
            b'u' | b'U' if self.peek(1) == Some(b'&') && self.peek(2) == Some(b'\'') => {
                self.at += 2;
                let body = self.string(b'\'', false)?;
                match self.uescape()? {
                    // Without the clause it is the server's to read.
                    None => Token::Unicode(body),
                    Some(escape) => {
                        let value = unescaped(&body, escape, Some('\''));
                        Token::Text(value.map_err(|message| self.error(start, message))?.into())
                    }
                }
            }
            b'u' | b'U' if self.peek(1) == Some(b'&') && self.peek(2) == Some(b'"') => {
                self.at += 2;
                let body = self.quoted_identifier()?;
                let value = unescaped(&body, self.uescape()?.unwrap_or('\\'), None);
                Token::Quoted(value.map_err(|message| self.error(start, message))?.into())
            }
            b'$' => self.dollar()?,
            b'0'..=b'9' => self.number()?,
            b'.' if self.peek(1).is_some_and(|b| b.is_ascii_digit()) => self.number()?,
            b if is_ident_start(b) => {
                while self.peek(0).is_some_and(is_ident_part) {
                    self.at += 1;
                }
                let written = self.slice(start, self.at);
                let word = if written.bytes().any(|b| b.is_ascii_uppercase()) {
                    Cow::Owned(written.to_ascii_lowercase())
                } else {
                    Cow::Borrowed(written)
                };
                let class = class(&word);
                Token::Word(word, class)
            }
            b if is_operator(b) => self.operator(),
            _ => self.punctuation()?,
        };
        Ok(Some(Lexeme { token, start, end: self.at }))
    }

    /// The raw body of a string, continued over newlines as the standard has it; the opening quote is next.
    fn string(&mut self, quote: u8, escapes: bool) -> Result<Cow<'a, str>, LexError> {
        let start = self.at;
        let mut body = Cow::Borrowed("");
        loop {
            self.at += 1;
            let from = self.at;
            loop {
                match (self.peek(0), self.peek(1)) {
                    (Some(b), Some(next)) if b == quote && next == quote => self.at += 2,
                    (Some(b), _) if b == quote => break,
                    (Some(b'\\'), Some(_)) if escapes => {
                        // The escaped character may be more than one byte long; its tail is no quote.
                        self.at += 2;
                    }
                    (Some(_), _) => self.at += 1,
                    (None, _) => return Err(self.error(start, "unterminated quoted string")),
                }
            }
            let piece = self.slice(from, self.at);
            if body.is_empty() {
                body = Cow::Borrowed(piece);
            } else {
                body.to_mut().push_str(piece);
            }
            self.at += 1;
            // 'a' <newline> 'b' is one string; only the quote may follow the white space.
            let end = self.at;
            let newline = self.skip_blank()?;
            if !(newline && self.peek(0) == Some(quote)) {
                self.at = end;
                return Ok(body);
            }
        }
    }

    fn digits_string(&mut self, is_digit: fn(u8) -> bool) -> Result<Cow<'a, str>, LexError> {
        let start = self.at;
        let body = self.string(b'\'', false)?;
        if body.bytes().all(is_digit) { Ok(body) } else { Err(self.error(start, "invalid digit in bit string")) }
    }

    fn quoted_identifier(&mut self) -> Result<Cow<'a, str>, LexError> {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        let mut doubled = false;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b'"'), Some(b'"')) => {
                    doubled = true;
                    self.at += 2;
                }
                (Some(b'"'), _) => break,
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(self.error(start, "unterminated quoted identifier")),
            }
        }
        let raw = self.slice(from, self.at);
        self.at += 1;
        if raw.is_empty() {
            return Err(self.error(start, "zero-length delimited identifier"));
        }
        Ok(if doubled { Cow::Owned(raw.replace("\"\"", "\"")) } else { Cow::Borrowed(raw) })
    }

    /// The character of `UESCAPE 'c'`, if that is next.
    fn uescape(&mut self) -> Result<Option<char>, LexError> {
        let end = self.at;
        self.skip_blank()?;
        let at = self.at;
        let word = self.bytes.get(at..at + 7).is_some_and(|word| word.eq_ignore_ascii_case(b"uescape"));
        if !word || self.peek(7).is_some_and(is_ident_part) {
            self.at = end;
            return Ok(None);
        }
        self.at += 7;
        self.skip_blank()?;
        let text = if self.peek(0) == Some(b'\'') { self.string(b'\'', false)? } else { Cow::Borrowed("") };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if is_escape(c) => Ok(Some(c)),
            (_, _) => Err(self.error(at, "invalid Unicode escape character")),
        }
    }

    fn dollar(&mut self) -> Result<Token<'a>, LexError> {
        let start = self.at;
        if self.peek(1).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
            while self.peek(0).is_some_and(|b| b.is_ascii_digit()) {
                self.at += 1;
            }
            if self.peek(0).is_some_and(is_ident_start) {
                return Err(self.error(start, "trailing junk after parameter"));
            }
            return Ok(Token::Param(self.slice(start, self.at)));
        }
        let mut end = self.at + 1;
        if self.bytes.get(end).copied().is_some_and(is_ident_start) {
            while self.bytes.get(end).copied().is_some_and(|b| is_ident_start(b) || b.is_ascii_digit()) {
                end += 1;
            }
        }
        if self.bytes.get(end) != Some(&b'$') {
            return Err(self.error(start, "syntax error at or near \"$\""));
        }
        let tag = self.slice(start, end + 1);
        let body_start = end + 1;
        let Some(length) = self.text.get(body_start..).and_then(|rest| rest.find(tag)) else {
            return Err(self.error(start, "unterminated dollar-quoted string"));
        };
        let value = self.slice(body_start, body_start + length);
        self.at = body_start + length + tag.len();
        Ok(Token::Dollar(value))
    }

    /// Digits, each after the first perhaps behind one underscore, as PostgreSQL 16 and later read them.
    fn digits(&mut self, is_digit: fn(u8) -> bool) {
        let digit = |lexer: &Self, ahead| lexer.peek(ahead).is_some_and(is_digit);
        let begin = self.at;
        while digit(self, 0) || (self.at > begin && self.peek(0) == Some(b'_') && digit(self, 1)) {
            self.at += 1;
        }
    }

    /// `12`, `1_000.5e-3`, `0xff`, `0o17`, `0b1`. A server that does not know a form says so itself.
    fn number(&mut self) -> Result<Token<'a>, LexError> {
        let start = self.at;
        let is_digit: Option<fn(u8) -> bool> = match (self.peek(0), self.peek(1)) {
            (Some(b'0'), Some(b'x' | b'X')) => Some(|b| b.is_ascii_hexdigit()),
            (Some(b'0'), Some(b'o' | b'O')) => Some(|b| matches!(b, b'0'..=b'7')),
            (Some(b'0'), Some(b'b' | b'B')) => Some(|b| matches!(b, b'0' | b'1')),
            (_, _) => None,
        };
        if let Some(is_digit) = is_digit {
            let first = if self.peek(2) == Some(b'_') { 3 } else { 2 };
            if !self.peek(first).is_some_and(is_digit) {
                return Err(self.error(start, "trailing junk after numeric literal"));
            }
            self.at += first;
            self.digits(is_digit);
        } else {
            let decimal: fn(u8) -> bool = |b| b.is_ascii_digit();
            self.digits(decimal);
            // `1..10` is two dots, not a fraction.
            if self.peek(0) == Some(b'.') && self.peek(1) != Some(b'.') {
                self.at += 1;
                self.digits(decimal);
            }
            if matches!(self.peek(0), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
                if self.peek(1 + sign).is_some_and(|b| b.is_ascii_digit()) {
                    self.at += 1 + sign;
                    self.digits(decimal);
                }
            }
        }
        if self.peek(0).is_some_and(|b| is_ident_start(b) || b.is_ascii_digit()) {
            return Err(self.error(start, "trailing junk after numeric literal"));
        }
        Ok(Token::Number(self.slice(start, self.at)))
    }

    /// The longest run of operator characters, cut before a comment, and of trailing `+` and `-` unless the operator
    /// has a character that no SQL-standard operator has.
    fn operator(&mut self) -> Token<'a> {
        let start = self.at;
        let mut end = start;
        while let Some(b) = self.bytes.get(end).copied().filter(|b| is_operator(*b)) {
            let next = self.bytes.get(end + 1).copied();
            if (b == b'-' && next == Some(b'-')) || (b == b'/' && next == Some(b'*')) {
                break;
            }
            end += 1;
        }
        let run = self.slice(start, end);
        let special = |text: &str| {
            text.bytes().any(|b| matches!(b, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?'))
        };
        let mut length = run.len();
        while length > 1 && run.as_bytes().get(length - 1).is_some_and(|b| matches!(b, b'+' | b'-')) {
            if special(run.get(..length - 1).unwrap_or("")) {
                break;
            }
            length -= 1;
        }
        self.at = start + length;
        Token::Operator(self.slice(start, self.at))
    }

    fn punctuation(&mut self) -> Result<Token<'a>, LexError> {
        let start = self.at;
        let first = self.peek(0);
        let second = self.peek(1);
        let sign = match (first, second) {
            (Some(b':'), Some(b':')) => "::",
            (Some(b':'), Some(b'=')) => ":=",
            (Some(b'.'), Some(b'.')) => "..",
            (Some(b','), _) => ",",
            (Some(b'('), _) => "(",
            (Some(b')'), _) => ")",
            (Some(b'['), _) => "[",
            (Some(b']'), _) => "]",
            (Some(b'.'), _) => ".",
            (Some(b';'), _) => ";",
            (Some(b':'), _) => ":",
            _ => return Err(self.error(start, "unexpected character")),
        };
        self.at += sign.len();
        Ok(Token::Sign(sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        lex(text).unwrap().into_iter().map(|lexeme| lexeme.token).collect()
    }

    #[test]
    fn strings_keep_their_raw_body() {
        assert_eq!(tokens(r"'ab\''cd'"), [Token::Text(r"ab\''cd".into())]);
        assert_eq!(tokens(r"E'a\'b'"), [Token::Escaped(r"a\'b".into())]);
        assert_eq!(tokens("'a'\n  'b'"), [Token::Text("ab".into())]);
        assert_eq!(tokens("''\n  'b'\n''\n'c'"), [Token::Text("bc".into())]);
        assert_eq!(tokens("'a' -- x\n 'b'"), [Token::Text("ab".into())]);
        assert_eq!(tokens("'a' 'b'").len(), 2);
        assert_eq!(tokens("$x$a'$y$b$x$"), [Token::Dollar("a'$y$b")]);
        assert_eq!(tokens("'é\\'"), [Token::Text("é\\".into())]);
        assert_eq!(tokens("\"a\"\"B\""), [Token::Quoted("a\"B".into())]);
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for bad in ["'a", "E'a\\'", "\"a", "$a$b$c$", "/* /* */", "1a", "$1a", "\"\"", "U&'a' uescape '+'", "X'zz'"] {
            assert!(lex(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn unicode_escapes_are_read() {
        assert_eq!(tokens(r#"U&"d!0061" UESCAPE '!'"#), [Token::Quoted("da".into())]);
        assert_eq!(tokens(r"U&'d!0061''!0027' uescape '!'"), [Token::Text("da''''".into())]);
        assert_eq!(tokens(r"U&'\0061'"), [Token::Unicode(r"\0061".into())]);
        assert_eq!(tokens(r#"U&"a" uescaped"#).len(), 2);
        assert!(lex(r#"U&"a" UESCAPE x"#).is_err());
    }

    #[test]
    fn numbers_are_whole() {
        for good in ["1", "1.", ".5", "1.5e-3", "1_000", "1_0.2_5e1_0", "0x1F", "0X_ff_0", "0o17", "0b1_0", "0"] {
            assert_eq!(tokens(good), [Token::Number(good)]);
        }
        for bad in ["1__0", "1_", "1_.5", "0x", "0xg", "0o8", "0b2", "0b12", "0x_", "1.5_", "1e5_", "01f"] {
            assert!(lex(bad).is_err(), "{bad}");
        }
        assert_eq!(tokens("1..2").len(), 3);
    }

    #[test]
    fn operators_are_cut_as_the_server_cuts_them() {
        assert_eq!(tokens("a*-1").len(), 4);
        assert_eq!(tokens("a<-1")[1], Token::Operator("<"));
        assert_eq!(tokens("a@-1")[1], Token::Operator("@-"));
        assert_eq!(tokens("A--b"), [Token::Word("a".into(), Class::Plain)]);
        assert_eq!(tokens("a->>'b'")[1], Token::Operator("->>"));
        assert_eq!(tokens("a::int").len(), 3);
        assert_eq!(tokens("/* a /* b */ c */ x").len(), 1);
    }
}
