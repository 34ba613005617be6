//! What PostgreSQL says of a text before it reads what it means.

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
