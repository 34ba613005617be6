//! Identifiers in physical SQL: quoted unless PostgreSQL reads them back unchanged.

use super::super::ast::{Class, class, quoted};

/// Whether a name must be quoted.
pub(crate) fn is_quoted(name: &str) -> bool {
    let plain = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    !plain || class(name) != Class::Plain
}

/// Appends a name.
pub(crate) fn identifier(name: &str, out: &mut String) {
    if is_quoted(name) {
        out.push_str(&quoted(name));
    } else {
        out.push_str(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_fold_or_be_a_keyword_is_quoted() {
        for (name, printed) in [
            ("invoice", "invoice"),
            ("Order", "\"Order\""),
            ("order", "\"order\""),
            ("a\"b", "\"a\"\"b\""),
            ("é", "\"é\""),
            ("1a", "\"1a\""),
            ("a b", "\"a b\""),
        ] {
            let mut out = String::new();
            identifier(name, &mut out);
            assert_eq!(out, printed);
        }
    }
}
