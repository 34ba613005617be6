//! What exists: the native tables, views and functions that `orgfold migrate` made on a shard, as an immutable
//! snapshot.
//!
//! In: the JSON body of `orgfold.catalog` on a shard (written by `migrate` in the transaction of the DDL it
//! describes, so it never disagrees with the shard). Out: [`Catalog`]. Invariants: a snapshot never changes;
//! `org_id` is never among the columns; names are folded as PostgreSQL stores them. What is absent: I/O, orgs.

mod explain;
mod hash;
mod logical;
mod names;
mod object;
mod record_fault;
mod table;

pub use explain::explained;
pub use hash::{LeafNumber, leaf_of};
pub use logical::logical_fields;
pub use names::{LeafNaming, MAX_IDENTIFIER_BYTES, QualifiedName};
pub(crate) use object::new_object;
pub use object::{
    KEY_SLOT, LAYOUT_COLUMN, Mapping, NEW_KEY, OBJECT_COLUMN, Private, RECORD, Reference, Slot, SlotKind,
    is_record_column,
};
pub use record_fault::of_copied;
pub use table::{
    Column, Constraint, ConstraintKind, DefinedType, Function, Identity, Index, ReferentialAction, Scope, Table, View,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The hidden column that `migrate` adds to every org-scoped table, always as the first column.
pub const ORG_COLUMN: &str = "org_id";

/// The schema that holds orgfold's own relations on a shard and in the directory. Never visible to an org.
pub const ORGFOLD_SCHEMA: &str = "orgfold";

/// The schema on a shard whose views and functions stand in for `pg_catalog` and `information_schema`.
pub const CATALOG_SCHEMA: &str = "orgfold_catalog";

/// The schema on a shard that holds the types of tables' rows, without `org_id`.
pub const ROWS_SCHEMA: &str = "orgfold_rows";

/// The number of leaves of every org-scoped table of a shard: 1 to 1,024.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct LeafCount(u16);

/// A number of leaves outside 1 to 1,024.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} leaves: must be 1 to 1024")]
pub struct InvalidLeafCount(u16);

impl LeafCount {
    /// The default of design: 16.
    pub const STANDARD: LeafCount = LeafCount(16);

    /// Checks the range.
    ///
    /// # Errors
    /// [`InvalidLeafCount`] outside 1 to 1,024.
    pub const fn try_new(n: u16) -> Result<LeafCount, InvalidLeafCount> {
        if n >= 1 && n <= 1024 { Ok(LeafCount(n)) } else { Err(InvalidLeafCount(n)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for LeafCount {
    type Error = InvalidLeafCount;
    fn try_from(n: u16) -> Result<Self, Self::Error> {
        LeafCount::try_new(n)
    }
}

impl From<LeafCount> for u16 {
    fn from(n: LeafCount) -> u16 {
        n.0
    }
}

/// What keeps orgs apart on a shard, besides the roles' privileges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// The rewritten statements alone.
    Rewrite,
    /// The rewritten statements, and row-level security on every leaf: the org is set in each transaction.
    Rls,
}

impl Isolation {
    // Catalogs that were written before there was a choice say nothing.
    const fn unsaid() -> Isolation {
        Isolation::Rewrite
    }

    // Passed by reference, as serde calls it.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    const fn goes_unsaid(&self) -> bool {
        matches!(self, Isolation::Rewrite)
    }
}

/// The effective set of native tables of a shard.
///
/// Serialises to the JSON that `orgfold catalog export` prints and `orgfold rewrite --catalog` reads. Maps are
/// ordered, so equal catalogs have equal text and checksums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Grows by one with every migration that changed the catalog.
    pub version: i64,
    /// Leaves of every org-scoped table.
    pub leaves: LeafCount,
    /// What keeps orgs apart, besides privileges. An older orgfold cannot read a catalog that says more than `rewrite`.
    #[serde(default = "Isolation::unsaid", skip_serializing_if = "Isolation::goes_unsaid")]
    pub isolation: Isolation,
    /// Schemas of the service, `public` among them.
    pub schemas: Vec<String>,
    /// Tables by qualified name.
    pub tables: BTreeMap<QualifiedName, Table>,
    /// Views by qualified name: expanded by the binder; the views on the shard are only described.
    pub views: BTreeMap<QualifiedName, View>,
    /// The service's own functions that `migrate` found safe, by qualified name.
    pub functions: BTreeMap<QualifiedName, Function>,
    /// The service's own types (enums, domains, composites) by qualified name.
    pub types: BTreeMap<QualifiedName, DefinedType>,
    /// What is the org's own, in the catalog of an org that has objects.
    #[serde(skip)]
    pub private: Option<Private>,
}

impl Catalog {
    /// Whether the rows of a relation of that name have a type in [`ROWS_SCHEMA`]: org-scoped tables and views do.
    #[must_use]
    pub fn has_row_type(&self, name: &QualifiedName) -> bool {
        let of_org = |table: &Table| table.scope == Scope::Org && table.object.is_none();
        name.schema == "public" && (self.tables.get(name).is_some_and(of_org) || self.views.contains_key(name))
    }

    /// A catalog without tables.
    #[must_use]
    pub fn empty(leaves: LeafCount) -> Catalog {
        Catalog {
            version: 0,
            leaves,
            isolation: Isolation::Rewrite,
            schemas: vec!["public".to_owned()],
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            functions: BTreeMap::new(),
            types: BTreeMap::new(),
            private: None,
        }
    }

    /// How leaves of this catalog are named.
    #[must_use]
    pub fn naming(&self) -> LeafNaming {
        LeafNaming::of(self.leaves)
    }
}
