//! The spelling of physical DDL: quoted names, leaves, the org's column.
//!
//! In: names of the catalog. Out: text. Invariants: a name is always quoted, a string always escaped, so no name can
//! become anything else. What is absent: decisions.

use crate::catalog::{LeafNaming, ORG_COLUMN, QualifiedName};

/// `"name"`.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `'text'`, whatever is in it.
pub(super) fn literal(text: &str) -> String {
    let quoted = format!("'{}'", text.replace('\'', "''").replace('\\', "\\\\"));
    if text.contains('\\') { format!(" E{quoted}") } else { quoted }
}

/// `"schema"."name"`.
pub(super) fn relation(name: &QualifiedName) -> String {
    format!("{}.{}", quote(&name.schema), quote(&name.name))
}

/// A leaf of a table.
pub(super) fn leaf(naming: LeafNaming, table: &QualifiedName, leaf: u16) -> String {
    format!("{}.{}", quote(&table.schema), quote(&naming.physical(&table.name, leaf)))
}

/// `"a", "b"`.
pub(super) fn columns(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// `"org_id", "a", "b"`: how every key of an org-scoped table begins.
pub(super) fn org_columns(names: &[String]) -> String {
    format!("{}, {}", quote(ORG_COLUMN), columns(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_cannot_end_early() {
        assert_eq!(quote("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("a'b"), "'a''b'");
        assert_eq!(literal(r"a\'b"), r" E'a\\''b'");
    }
}
