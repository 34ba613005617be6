//! [`OrgId`] and [`Slug`]: checked, without a default.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An org's number: `org_id bigint` in every org-scoped table. Always greater than zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct OrgId(i64);

/// An org id that is not greater than zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("org id {0} is not greater than zero")]
pub struct InvalidOrgId(i64);

impl OrgId {
    /// Checks that `id` is greater than zero.
    ///
    /// # Errors
    /// [`InvalidOrgId`] otherwise.
    pub const fn try_new(id: i64) -> Result<OrgId, InvalidOrgId> {
        if id > 0 { Ok(OrgId(id)) } else { Err(InvalidOrgId(id)) }
    }

    /// The number, as it stands in `org_id`.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for OrgId {
    type Error = InvalidOrgId;
    fn try_from(id: i64) -> Result<OrgId, InvalidOrgId> {
        OrgId::try_new(id)
    }
}

impl From<OrgId> for i64 {
    fn from(id: OrgId) -> i64 {
        id.0
    }
}

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgId({})", self.0)
    }
}

/// An org's name in connection strings: 1 to 63 characters, lower-case letters, digits, `-` and `_`, beginning
/// with a letter. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(Arc<str>);

/// A slug that breaks the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a slug: 1 to 63 lower-case letters, digits, '-' and '_', beginning with a letter, and not orgfold"
)]
pub struct InvalidSlug(String);

impl Slug {
    /// Checks the rule.
    ///
    /// # Errors
    /// [`InvalidSlug`] when `text` breaks it.
    pub fn try_new(text: &str) -> Result<Slug, InvalidSlug> {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        // That database is the operators' console.
        if first && rest && text.len() <= 63 && text != "orgfold" {
            Ok(Slug(text.into()))
        } else {
            Err(InvalidSlug(text.to_owned()))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = InvalidSlug;
    fn try_from(text: String) -> Result<Slug, InvalidSlug> {
        Slug::try_new(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0.as_ref().to_owned()
    }
}

impl std::borrow::Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slug({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_slugs_refuse_nonsense() {
        assert!(OrgId::try_new(0).is_err());
        assert!(OrgId::try_new(-1).is_err());
        assert!(OrgId::try_new(1).is_ok());
        for bad in ["", "Acme", "1acme", "a b", "a'b", "ä", &"a".repeat(64)] {
            assert!(Slug::try_new(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "acme", "acme-2_x", &"a".repeat(63)] {
            assert!(Slug::try_new(good).is_ok(), "{good:?}");
        }
    }
}
