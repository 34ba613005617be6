//! Literals: exactly what the client wrote, or refused.
//!
//! The lexer keeps the raw body of a literal. Before it is printed again it is checked once more, by rules written
//! apart from the lexer's, to be one literal and nothing else: a body that could end early never reaches a server.

use super::tree::Piece;
use super::{PlanError, Token};
use crate::sqlstate::SqlState;

/// A plain string: every quote doubled.
fn is_plain(body: &str) -> bool {
    if body.contains('\0') {
        return false;
    }
    let mut bytes = body.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\'' && bytes.next() != Some(b'\'') {
            return false;
        }
    }
    true
}

/// An E'' string: every quote doubled or behind a backslash, no backslash at the end.
fn is_escaped(body: &str) -> bool {
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        let whole = match c {
            '\\' => chars.next().is_some(),
            '\'' => chars.next_if_eq(&'\'').is_some(),
            other => other != '\0',
        };
        if !whole {
            return false;
        }
    }
    true
}

/// A number: digits and what may stand between them, or digits of another base.
fn is_number(text: &str) -> bool {
    let of = |digits: &str, is_digit: fn(u8) -> bool| {
        digits.bytes().any(is_digit) && digits.bytes().all(|b| b == b'_' || is_digit(b))
    };
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => of(text.get(2..).unwrap_or(""), |b| b.is_ascii_hexdigit()),
        [b'0', b'o' | b'O', ..] => of(text.get(2..).unwrap_or(""), |b| matches!(b, b'0'..=b'7')),
        [b'0', b'b' | b'B', ..] => of(text.get(2..).unwrap_or(""), |b| matches!(b, b'0' | b'1')),
        [b'0'..=b'9' | b'.', ..] => {
            text.bytes().any(|b| b.is_ascii_digit())
                && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'e' | b'E' | b'+' | b'-'))
        }
        _other => false,
    }
}

fn malformed(at: u32) -> PlanError {
    PlanError::new(SqlState::SYNTAX_ERROR, "literal", "malformed literal").at(at)
}

fn checked(valid: bool, prefix: &str, body: &str, at: u32) -> Result<Piece, PlanError> {
    if valid { Ok(Piece::Literal(format!("{prefix}'{body}'").into(), at)) } else { Err(malformed(at)) }
}

/// A literal token as PostgreSQL reads it.
pub(crate) fn literal(token: &Token<'_>, at: u32) -> Result<Piece, PlanError> {
    match token {
        Token::Number(text) => {
            if is_number(text) {
                Ok(Piece::Literal((*text).into(), at))
            } else {
                Err(malformed(at))
            }
        }
        Token::Text(body) => checked(is_plain(body), "", body, at),
        Token::Escaped(body) => checked(is_escaped(body), "E", body, at),
        Token::Unicode(body) => checked(is_plain(body), "U&", body, at),
        Token::National(body) => checked(is_plain(body), "N", body, at),
        Token::Bits(body) => checked(body.bytes().all(|b| matches!(b, b'0' | b'1')), "B", body, at),
        Token::Hex(body) => checked(body.bytes().all(|b| b.is_ascii_hexdigit()), "X", body, at),
        // It means its body, byte for byte: the same as a plain string with its quotes doubled.
        Token::Dollar(body) => {
            let doubled = body.replace('\'', "''");
            checked(is_plain(&doubled), "", &doubled, at)
        }
        Token::Word(..) | Token::Quoted(_) | Token::Param(_) | Token::Operator(_) | Token::Sign(_) => {
            Err(malformed(at))
        }
    }
}

/// A parameter.
pub(crate) fn param(text: &str, at: u32) -> Result<Piece, PlanError> {
    let number =
        text.strip_prefix('$').and_then(|digits| digits.parse::<u16>().ok()).filter(|n| *n > 0 && *n < u16::MAX);
    match number {
        Some(number) => Ok(Piece::Param(number, at)),
        None => Err(PlanError::new(
            SqlState::UNDEFINED_PARAMETER,
            "unknown_parameter",
            format!("there is no parameter {text}"),
        )
        .at(at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_would_end_early_are_refused() {
        for (good, body) in [(true, "a"), (true, "a''b"), (true, r"\"), (false, "a'b"), (false, "'''"), (true, "''''")]
        {
            assert_eq!(is_plain(body), good, "{body}");
        }
        for (good, body) in [(true, r"a\'b"), (true, "''"), (false, "'"), (false, r"\"), (true, r"\\"), (false, r"\\'")]
        {
            assert_eq!(is_escaped(body), good, "{body}");
        }
    }

    #[test]
    fn parameters_are_numbered_from_one() {
        assert!(param("$0", 1).is_err());
        assert!(param("$65535", 1).is_err());
        assert_eq!(param("$7", 3), Ok(Piece::Param(7, 3)));
    }
}
