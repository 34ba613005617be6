//! Who asks: the identity of an org, and the session's state as data.
//!
//! In: numbers and slugs from the directory. Out: [`OrgId`] and [`Slug`], which cannot be made from nonsense and
//! have no default: no org is never some org. What is absent: I/O, the directory itself.

mod id;

pub use id::{InvalidOrgId, InvalidSlug, OrgId, Slug};
