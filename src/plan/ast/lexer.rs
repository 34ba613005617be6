//! PostgreSQL's lexical rules, as its `scan.l` has them, giving sqlparser's tokens.
//!
//! In: text. Out: [`Lexeme`]s. sqlparser's own tokenizer differs from PostgreSQL's in operators, string continuation,
//! Unicode escapes and trailing junk, and a difference there is where injections live: so the tokens are made here and
//! only handed to its parser. Invariants: a string token holds the *raw* body, with quotes still doubled and
//! backslashes still escaped, so that printing it back is exact; a lexeme's span counts bytes. What is absent:
//! grammar.

use sqlparser::ast::DollarQuotedString;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Word};

use super::LexError;

/// A token and where it stands: byte offsets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lexeme {
    pub(crate) token: Token,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Lexeme {
    /// As sqlparser wants it: everything on line 1, the column being the byte's number.
    pub(crate) fn spanned(&self) -> TokenWithSpan {
        TokenWithSpan { token: self.token.clone(), span: span(self.start, self.end) }
    }

    /// Whether this is that unquoted word, in any case.
    pub(crate) fn is_word(&self, text: &str) -> bool {
        matches!(&self.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text))
    }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(Location::new(1, start as u64 + 1), Location::new(1, end as u64 + 1))
}

/// Lexes a whole text. White space and comments are dropped.
pub(crate) fn lex(text: &str) -> Result<Vec<Lexeme>, LexError> {
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

    fn next(&mut self) -> Result<Option<Lexeme>, LexError> {
        self.skip_blank()?;
        let start = self.at;
        let Some(first) = self.peek(0) else { return Ok(None) };
        let token = match first {
            b'\'' => Token::SingleQuotedString(self.string(b'\'', false)?),
            b'"' => {
                let value = self.quoted_identifier()?;
                word(value, Some('"'))
            }
            b'e' | b'E' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::EscapedStringLiteral(self.string(b'\'', true)?)
            }
            b'b' | b'B' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::SingleQuotedByteStringLiteral(self.digits_string(|b| b == b'0' || b == b'1')?)
            }
            b'x' | b'X' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::HexStringLiteral(self.digits_string(|b| b.is_ascii_hexdigit())?)
            }
            b'n' | b'N' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                Token::NationalStringLiteral(self.string(b'\'', false)?)
            }
            b'u' | b'U' if self.peek(1) == Some(b'&') && self.peek(2) == Some(b'\'') => {
                self.at += 2;
                let body = self.string(b'\'', false)?;
                self.refuse_uescape()?;
                Token::UnicodeStringLiteral(body)
            }
            b'u' | b'U' if self.peek(1) == Some(b'&') && self.peek(2) == Some(b'"') => {
                self.at += 2;
                let value = self.quoted_identifier()?;
                self.refuse_uescape()?;
                if value.contains('\\') {
                    return Err(self.error(start, "Unicode escapes in identifiers are not supported"));
                }
                word(value, Some('"'))
            }
            b'$' => self.dollar()?,
            b'0'..=b'9' => self.number()?,
            b'.' if self.peek(1).is_some_and(|b| b.is_ascii_digit()) => self.number()?,
            b if is_ident_start(b) => {
                while self.peek(0).is_some_and(is_ident_part) {
                    self.at += 1;
                }
                Token::make_word(self.slice(start, self.at), None)
            }
            b if is_operator(b) => self.operator(),
            _ => self.punctuation()?,
        };
        Ok(Some(Lexeme { token, start, end: self.at }))
    }

    /// The raw body of a string, continued over newlines as the standard has it; the opening quote is next.
    fn string(&mut self, quote: u8, escapes: bool) -> Result<String, LexError> {
        let start = self.at;
        let mut body = String::new();
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
            body.push_str(self.slice(from, self.at));
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

    fn digits_string(&mut self, is_digit: fn(u8) -> bool) -> Result<String, LexError> {
        let start = self.at;
        let body = self.string(b'\'', false)?;
        if body.bytes().all(is_digit) { Ok(body) } else { Err(self.error(start, "invalid digit in bit string")) }
    }

    fn quoted_identifier(&mut self) -> Result<String, LexError> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        let mut from = self.at;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b'"'), Some(b'"')) => {
                    value.push_str(self.slice(from, self.at + 1));
                    self.at += 2;
                    from = self.at;
                }
                (Some(b'"'), _) => break,
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(self.error(start, "unterminated quoted identifier")),
            }
        }
        value.push_str(self.slice(from, self.at));
        self.at += 1;
        if value.is_empty() { Err(self.error(start, "zero-length delimited identifier")) } else { Ok(value) }
    }

    /// `UESCAPE 'c'` changes what the string before it means: not supported.
    fn refuse_uescape(&mut self) -> Result<(), LexError> {
        let end = self.at;
        self.skip_blank()?;
        let at = self.at;
        let follows = self.bytes.get(at..at + 7).is_some_and(|word| word.eq_ignore_ascii_case(b"uescape"));
        self.at = end;
        if follows { Err(self.error(at, "UESCAPE is not supported")) } else { Ok(()) }
    }

    fn dollar(&mut self) -> Result<Token, LexError> {
        let start = self.at;
        if self.peek(1).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
            while self.peek(0).is_some_and(|b| b.is_ascii_digit()) {
                self.at += 1;
            }
            if self.peek(0).is_some_and(is_ident_start) {
                return Err(self.error(start, "trailing junk after parameter"));
            }
            return Ok(Token::Placeholder(self.slice(start, self.at).to_owned()));
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
        let value = self.slice(body_start, body_start + length).to_owned();
        self.at = body_start + length + tag.len();
        let tag = tag.get(1..tag.len() - 1).unwrap_or("");
        Ok(Token::DollarQuotedString(DollarQuotedString { value, tag: (!tag.is_empty()).then(|| tag.to_owned()) }))
    }

    fn number(&mut self) -> Result<Token, LexError> {
        let start = self.at;
        let digits = |lexer: &mut Self| {
            while lexer.peek(0).is_some_and(|b| b.is_ascii_digit()) {
                lexer.at += 1;
            }
        };
        digits(self);
        // `1..10` is two dots, not a fraction.
        if self.peek(0) == Some(b'.') && self.peek(1) != Some(b'.') {
            self.at += 1;
            digits(self);
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
            if self.peek(1 + sign).is_some_and(|b| b.is_ascii_digit()) {
                self.at += 1 + sign;
                digits(self);
            }
        }
        if self.peek(0).is_some_and(is_ident_start) {
            return Err(self.error(start, "trailing junk after numeric literal"));
        }
        Ok(Token::Number(self.slice(start, self.at).to_owned(), false))
    }

    /// The longest run of operator characters, cut before a comment, and of trailing `+` and `-` unless the operator
    /// has a character that no SQL-standard operator has.
    fn operator(&mut self) -> Token {
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
        operator_token(self.slice(start, self.at))
    }

    fn punctuation(&mut self) -> Result<Token, LexError> {
        let start = self.at;
        let first = self.peek(0);
        let second = self.peek(1);
        self.at += 1;
        Ok(match (first, second) {
            (Some(b':'), Some(b':')) => {
                self.at += 1;
                Token::DoubleColon
            }
            (Some(b':'), Some(b'=')) => {
                self.at += 1;
                Token::Assignment
            }
            (Some(b','), _) => Token::Comma,
            (Some(b'('), _) => Token::LParen,
            (Some(b')'), _) => Token::RParen,
            (Some(b'['), _) => Token::LBracket,
            (Some(b']'), _) => Token::RBracket,
            (Some(b'.'), _) => Token::Period,
            (Some(b';'), _) => Token::SemiColon,
            (Some(b':'), _) => Token::Colon,
            _ => return Err(self.error(start, "unexpected character")),
        })
    }
}

fn word(value: String, quote_style: Option<char>) -> Token {
    Token::Word(Word { value, quote_style, keyword: Keyword::NoKeyword })
}

/// sqlparser's token for an operator. Operators that it knows with another meaning than PostgreSQL's (`<=>`, `|>`,
/// `==`, `//`) become custom ones.
fn operator_token(text: &str) -> Token {
    match text {
        "=" => Token::Eq,
        "<>" | "!=" => Token::Neq,
        "<" => Token::Lt,
        ">" => Token::Gt,
        "<=" => Token::LtEq,
        ">=" => Token::GtEq,
        "=>" => Token::RArrow,
        "+" => Token::Plus,
        "-" => Token::Minus,
        "*" => Token::Mul,
        "/" => Token::Div,
        "%" => Token::Mod,
        "||" => Token::StringConcat,
        "^" => Token::Caret,
        "|" => Token::Pipe,
        "&" => Token::Ampersand,
        "#" => Token::Sharp,
        "##" => Token::DoubleSharp,
        "~" => Token::Tilde,
        "~*" => Token::TildeAsterisk,
        "!~" => Token::ExclamationMarkTilde,
        "!~*" => Token::ExclamationMarkTildeAsterisk,
        "~~" => Token::DoubleTilde,
        "~~*" => Token::DoubleTildeAsterisk,
        "!~~" => Token::ExclamationMarkDoubleTilde,
        "!~~*" => Token::ExclamationMarkDoubleTildeAsterisk,
        "<<" => Token::ShiftLeft,
        ">>" => Token::ShiftRight,
        "&&" => Token::Overlap,
        "@" => Token::AtSign,
        "^@" => Token::CaretAt,
        "|/" => Token::PGSquareRoot,
        "||/" => Token::PGCubeRoot,
        "->" => Token::Arrow,
        "->>" => Token::LongArrow,
        "#>" => Token::HashArrow,
        "#>>" => Token::HashLongArrow,
        "@-@" => Token::AtDashAt,
        "?-" => Token::QuestionMarkDash,
        "&<" => Token::AmpersandLeftAngleBracket,
        "&>" => Token::AmpersandRightAngleBracket,
        "&<|" => Token::AmpersandLeftAngleBracketVerticalBar,
        "|&>" => Token::VerticalBarAmpersandRightAngleBracket,
        "<->" => Token::TwoWayArrow,
        "<^" => Token::LeftAngleBracketCaret,
        ">^" => Token::RightAngleBracketCaret,
        "?#" => Token::QuestionMarkSharp,
        "?-|" => Token::QuestionMarkDashVerticalBar,
        "?||" => Token::QuestionMarkDoubleVerticalBar,
        "~=" => Token::TildeEqual,
        "<<|" => Token::ShiftLeftVerticalBar,
        "|>>" => Token::VerticalBarShiftRight,
        "@>" => Token::AtArrow,
        "<@" => Token::ArrowAt,
        "#-" => Token::HashMinus,
        "@?" => Token::AtQuestion,
        "@@" => Token::AtAt,
        "?" => Token::Question,
        "?&" => Token::QuestionAnd,
        "?|" => Token::QuestionPipe,
        other => Token::CustomBinaryOperator(other.to_owned()),
    }
}

/// The dialect of every parse.
pub(crate) static DIALECT: PostgreSqlDialect = PostgreSqlDialect {};

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        lex(text).unwrap().into_iter().map(|lexeme| lexeme.token).collect()
    }

    #[test]
    fn strings_keep_their_raw_body() {
        assert_eq!(tokens(r"'ab\''cd'"), [Token::SingleQuotedString(r"ab\''cd".into())]);
        assert_eq!(tokens(r"E'a\'b'"), [Token::EscapedStringLiteral(r"a\'b".into())]);
        assert_eq!(tokens("'a'\n  'b'"), [Token::SingleQuotedString("ab".into())]);
        assert_eq!(tokens("'a' -- x\n 'b'"), [Token::SingleQuotedString("ab".into())]);
        assert_eq!(tokens("'a' 'b'").len(), 2);
        assert_eq!(
            tokens("$x$a'$y$b$x$"),
            [Token::DollarQuotedString(DollarQuotedString { value: "a'$y$b".into(), tag: Some("x".into()) })]
        );
        assert_eq!(tokens("'é\\'"), [Token::SingleQuotedString("é\\".into())]);
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for bad in
            ["'a", "E'a\\'", "\"a", "$a$b$c$", "/* /* */", "1a", "0x1f", "$1a", "\"\"", "U&'a' uescape '!'", "X'zz'"]
        {
            assert!(lex(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn operators_are_cut_as_the_server_cuts_them() {
        assert_eq!(tokens("a*-1").len(), 4);
        assert_eq!(tokens("a<-1")[1], Token::Lt);
        assert_eq!(tokens("a@-1")[1], Token::CustomBinaryOperator("@-".into()));
        assert_eq!(tokens("a--b"), [Token::make_word("a", None)]);
        assert_eq!(tokens("a->>'b'")[1], Token::LongArrow);
        assert_eq!(tokens("a::int").len(), 3);
        assert_eq!(tokens("/* a /* b */ c */ x").len(), 1);
    }
}
