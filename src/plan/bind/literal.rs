//! Literals: exactly what the client wrote, or refused.
//!
//! The lexer keeps the raw body of a literal. Before it is printed again it is checked once more, by rules written
//! apart from the lexer's, to be one literal and nothing else: a body that could end early never reaches a server.

use sqlparser::ast::Value;
use sqlparser::tokenizer::Token;

use super::super::error::PlanError;
use super::tree::Node;
use crate::sqlstate::SqlState;

/// A plain string: every quote doubled.
fn is_plain(body: &str) -> bool {
    !body.contains('\0') && body.replace("''", "").bytes().all(|b| b != b'\'')
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

fn malformed(at: u32) -> PlanError {
    PlanError::new(SqlState::SYNTAX_ERROR, "literal", "malformed literal").at(at)
}

fn checked(valid: bool, prefix: &str, body: &str, at: u32) -> Result<Node, PlanError> {
    if valid { Ok(Node::Literal { text: format!("{prefix}'{body}'").into(), at }) } else { Err(malformed(at)) }
}

/// A string token as PostgreSQL reads it.
pub(crate) fn string_token(token: &Token, at: u32) -> Result<Node, PlanError> {
    if let Token::SingleQuotedString(body) = token {
        return checked(is_plain(body), "", body, at);
    }
    if let Token::EscapedStringLiteral(body) = token {
        return checked(is_escaped(body), "E", body, at);
    }
    if let Token::DollarQuotedString(string) = token {
        return dollar(&string.value, at);
    }
    Err(malformed(at))
}

/// A dollar-quoted string means its body, byte for byte: the same as a plain string with its quotes doubled.
fn dollar(body: &str, at: u32) -> Result<Node, PlanError> {
    let doubled = body.replace('\'', "''");
    checked(is_plain(&doubled), "", &doubled, at)
}

/// A value of the tree.
pub(crate) fn value(value: &Value, at: u32) -> Result<Node, PlanError> {
    match value {
        Value::Number(text, false) => {
            let valid = text.bytes().any(|b| b.is_ascii_digit())
                && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
            if valid { Ok(Node::Literal { text: text.as_str().into(), at }) } else { Err(malformed(at)) }
        }
        Value::SingleQuotedString(body) => checked(is_plain(body), "", body, at),
        Value::EscapedStringLiteral(body) => checked(is_escaped(body), "E", body, at),
        Value::UnicodeStringLiteral(body) => checked(is_plain(body), "U&", body, at),
        Value::NationalStringLiteral(body) => checked(is_plain(body), "N", body, at),
        Value::DollarQuotedString(string) => dollar(&string.value, at),
        Value::SingleQuotedByteStringLiteral(body) => {
            checked(body.bytes().all(|b| matches!(b, b'0' | b'1')), "B", body, at)
        }
        Value::HexStringLiteral(body) => checked(body.bytes().all(|b| b.is_ascii_hexdigit()), "X", body, at),
        Value::Boolean(true) => Ok(Node::Word("TRUE")),
        Value::Boolean(false) => Ok(Node::Word("FALSE")),
        Value::Null => Ok(Node::Word("NULL")),
        Value::Placeholder(text) => param(text, at),
        Value::Number(_, true)
        | Value::TripleSingleQuotedString(_)
        | Value::TripleDoubleQuotedString(_)
        | Value::DoubleQuotedByteStringLiteral(_)
        | Value::TripleSingleQuotedByteStringLiteral(_)
        | Value::TripleDoubleQuotedByteStringLiteral(_)
        | Value::SingleQuotedRawStringLiteral(_)
        | Value::DoubleQuotedRawStringLiteral(_)
        | Value::TripleSingleQuotedRawStringLiteral(_)
        | Value::TripleDoubleQuotedRawStringLiteral(_)
        | Value::QuoteDelimitedStringLiteral(_)
        | Value::NationalQuoteDelimitedStringLiteral(_)
        | Value::DoubleQuotedString(_) => Err(PlanError::unsupported("this kind of literal", at)),
    }
}

fn param(text: &str, at: u32) -> Result<Node, PlanError> {
    let number =
        text.strip_prefix('$').and_then(|digits| digits.parse::<u16>().ok()).filter(|n| *n > 0 && *n < u16::MAX);
    match number {
        Some(number) => Ok(Node::Param { number, at }),
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
        assert_eq!(param("$7", 3), Ok(Node::Param { number: 7, at: 3 }));
    }
}
