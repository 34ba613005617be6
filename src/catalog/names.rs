//! Names: schema-qualified logical names, and how leaves are named after them.
//!
//! A leaf is `<table>_p<number>` in the schema of its table, the number zero-padded to the same width everywhere on
//! a shard (at least two digits): `invoice_p07`. An index or constraint-index of a leaf is `<logical>_p<number>`;
//! foreign keys and checks keep their logical name, because such names are unique only within a table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::LeafCount;

/// PostgreSQL's `NAMEDATALEN - 1`: the longest identifier in bytes.
pub const MAX_IDENTIFIER_BYTES: usize = 63;

/// A schema and a name, folded as PostgreSQL stores them. Serialises as `schema.name` with quotes where needed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QualifiedName {
    /// The schema.
    pub schema: String,
    /// The name in the schema.
    pub name: String,
}

/// Text that is not `schema.name`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a schema-qualified name")]
pub struct InvalidQualifiedName(String);

impl QualifiedName {
    /// A name in a schema; both as PostgreSQL stores them.
    #[must_use]
    pub fn new(schema: &str, name: &str) -> QualifiedName {
        QualifiedName { schema: schema.to_owned(), name: name.to_owned() }
    }

    /// A name in `public`.
    #[must_use]
    pub fn public(name: &str) -> QualifiedName {
        QualifiedName::new("public", name)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in [&self.schema, &self.name].into_iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            let plain = part.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if plain { f.write_str(part)? } else { write!(f, "\"{}\"", part.replace('"', "\"\""))? }
        }
        Ok(())
    }
}

impl fmt::Debug for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for QualifiedName {
    type Err = InvalidQualifiedName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidQualifiedName(text.to_owned());
        let mut parts: Vec<String> = Vec::new();
        let mut rest = text;
        loop {
            let (part, after) = if let Some(quoted) = rest.strip_prefix('"') {
                let mut part = String::new();
                let mut chars = quoted.char_indices().peekable();
                let mut end = None;
                while let Some((at, c)) = chars.next() {
                    if c != '"' {
                        part.push(c);
                    } else if chars.next_if(|(_, next)| *next == '"').is_some() {
                        part.push('"');
                    } else {
                        end = Some(at + 1);
                        break;
                    }
                }
                let end = end.ok_or_else(invalid)?;
                (part, quoted.get(end..).ok_or_else(invalid)?)
            } else {
                let end = rest.find('.').unwrap_or(rest.len());
                let (part, after) = rest.split_at(end);
                (part.to_owned(), after)
            };
            if part.is_empty() {
                return Err(invalid());
            }
            parts.push(part);
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err(invalid()),
            }
        }
        match <[String; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(QualifiedName { schema, name }),
            Err(_) => Err(invalid()),
        }
    }
}

impl TryFrom<String> for QualifiedName {
    type Error = InvalidQualifiedName;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<QualifiedName> for String {
    fn from(name: QualifiedName) -> String {
        name.to_string()
    }
}

/// How the leaves of a shard are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafNaming {
    leaves: u16,
    width: usize,
}

impl LeafNaming {
    /// The naming for a number of leaves.
    #[must_use]
    pub fn of(leaves: LeafCount) -> LeafNaming {
        let last = leaves.get() - 1;
        let digits = if last >= 1000 {
            4
        } else if last >= 100 {
            3
        } else {
            2
        };
        LeafNaming { leaves: leaves.get(), width: digits }
    }

    /// How many digits a leaf's number has in its name.
    #[must_use]
    pub const fn width(self) -> usize {
        self.width
    }

    /// The longest logical name of a table or index that still leaves room for `_p` and the number, in bytes.
    #[must_use]
    pub const fn max_base_bytes(self) -> usize {
        MAX_IDENTIFIER_BYTES - 2 - self.width
    }

    /// The zero-padded number: what fills a leaf's hole in a physical statement.
    #[must_use]
    pub fn number(self, leaf: u16) -> String {
        format!("{leaf:0width$}", width = self.width)
    }

    /// The physical name of a leaf, or of an index of a leaf.
    #[must_use]
    pub fn physical(self, base: &str, leaf: u16) -> String {
        format!("{base}_p{leaf:0width$}", width = self.width)
    }

    /// The logical name and the leaf of a physical name; `None` when it is not a leaf's name. A caller must still
    /// look the logical name up: a service may own a table called `step_p01`.
    #[must_use]
    pub fn logical(self, physical: &str) -> Option<(&str, u16)> {
        let at = physical.len().checked_sub(self.width + 2)?;
        let (base, suffix) = (physical.get(..at)?, physical.get(at..)?);
        let digits = suffix.strip_prefix("_p")?;
        if base.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let leaf: u16 = digits.parse().ok()?;
        (leaf < self.leaves).then_some((base, leaf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualified_names_go_round() {
        for name in ["public.invoice", "public.\"Odd \"\" name\"", "\"a.b\".c", "s.\"1\""] {
            assert_eq!(name.parse::<QualifiedName>().unwrap().to_string(), name);
        }
        for bad in ["", "a", "a.", ".a", "a.b.c", "\"a", "\"a\"b.c"] {
            assert!(bad.parse::<QualifiedName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn leaves_are_named_and_read_back() {
        let naming = LeafNaming::of(LeafCount::STANDARD);
        assert_eq!(naming.physical("invoice", 7), "invoice_p07");
        assert_eq!(naming.logical("invoice_p07"), Some(("invoice", 7)));
        assert_eq!(naming.logical("invoice_p16"), None);
        assert_eq!(naming.logical("_p07"), None);
        assert_eq!(naming.logical("é"), None);
        let wide = LeafNaming::of(LeafCount::try_new(1024).unwrap());
        assert_eq!(wide.physical("t", 1023), "t_p1023");
        assert_eq!(wide.max_base_bytes(), 57);
    }
}
