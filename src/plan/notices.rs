//! What is said about a text without reading what it means: PostgreSQL's notices, and the text for a log.

use super::ast::{Token, cut, tokens};
use crate::catalog::MAX_IDENTIFIER_BYTES;

/// The notices (42622) for names that are longer than PostgreSQL keeps, in the order of the text.
#[must_use]
pub fn cut_names(sql: &str) -> Vec<String> {
    if !may_be_cut(sql) {
        return Vec::new();
    }
    // What does not lex is refused by whoever compiles it.
    let Ok((lexemes, _)) = tokens(sql) else { return Vec::new() };
    let mut notices = Vec::new();
    for lexeme in &lexemes {
        let (Token::Word(name, _) | Token::Quoted(name)) = &lexeme.token else { continue };
        if name.len() > MAX_IDENTIFIER_BYTES {
            notices.push(format!("identifier \"{name}\" will be truncated to \"{}\"", cut(name)));
        }
    }
    notices
}

/// The text with `?` for each of its literals: what a log may show. A text that does not lex is not shown.
#[must_use]
pub fn without_literals(sql: &str) -> String {
    let Ok((lexemes, _)) = tokens(sql) else { return "?".to_owned() };
    let (mut shown, mut from) = (String::with_capacity(sql.len()), 0);
    for lexeme in &lexemes {
        let literal = match &lexeme.token {
            Token::Number(_)
            | Token::Text(_)
            | Token::Escaped(_)
            | Token::Unicode(_)
            | Token::National(_)
            | Token::Bits(_)
            | Token::Hex(_)
            | Token::Dollar(_) => true,
            Token::Word(..) | Token::Quoted(_) | Token::Param(_) | Token::Operator(_) | Token::Sign(_) => false,
        };
        // Comments stand between tokens, and may say anything.
        let between = sql.get(from..lexeme.start).unwrap_or_default();
        shown.push_str(if between.trim().is_empty() { between } else { " " });
        shown.push_str(if literal { "?" } else { sql.get(lexeme.start..lexeme.end).unwrap_or_default() });
        from = lexeme.end;
    }
    shown
}

/// Whether there is a run of bytes that could be a name, and too long: what nearly every text has not.
fn may_be_cut(sql: &str) -> bool {
    let mut run = 0;
    sql.bytes().any(|byte| {
        let part = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80;
        run = if part { run + 1 } else { 0 };
        run > MAX_IDENTIFIER_BYTES
    }) || sql.split('"').any(|part| part.len() > MAX_IDENTIFIER_BYTES && sql.contains('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_show_no_literal() {
        let sql = "SELECT 'a''b', $$c$$, E'd\\'e', 12.5, x'1f' /* secret */ FROM t WHERE a = $1 -- secret";
        assert_eq!(without_literals(sql), "SELECT ?, ?, ?, ?, ?  FROM t WHERE a = $1".replace("?  FROM", "? FROM"));
        assert_eq!(without_literals("SELECT 'open"), "?");
    }

    #[test]
    fn long_names_are_told_of() {
        let long = "A".repeat(64);
        let folded = "a".repeat(64);
        let cut = "a".repeat(63);
        let notice = format!("identifier \"{folded}\" will be truncated to \"{cut}\"");
        assert_eq!(cut_names(&format!("SELECT {long}, '{long}' FROM {long}")), [notice.clone(), notice]);
        assert_eq!(cut_names(&format!("SELECT \"x y {long}\"")).len(), 1);
        assert!(cut_names(&format!("SELECT '{long}'")).is_empty());
        assert!(cut_names("SELECT 1").is_empty());
    }
}
