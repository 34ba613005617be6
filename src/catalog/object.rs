//! Objects: tables that an org has by metadata alone, kept in the slots of the universal table.
//!
//! In: the bodies of `orgfold.object`. Out: tables like any other in an org's own catalog, each with its [`Mapping`].
//! Invariants: a slot belongs to one field for as long as its values may be there; what a slot is called tells its type.
//! What is absent: who may change what (`plan/define`), SQL.

use serde::{Deserialize, Serialize};

use super::{Catalog, Column, ConstraintKind, ORGFOLD_SCHEMA, QualifiedName, ReferentialAction, Scope, Table};

/// The universal table's name in [`ORGFOLD_SCHEMA`].
pub const RECORD: &str = "record";

/// Its column that says whose record a row is.
pub const OBJECT_COLUMN: &str = "object_id";

/// Its column that says for which layout of the object a row was written.
pub const LAYOUT_COLUMN: &str = "layout";

/// The slot of a field that holds the record's own key.
pub const KEY_SLOT: &str = "id";

/// The default that makes a field hold the record's own key.
pub const NEW_KEY: &str = "new_key()";

/// A kind of slots: those of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotKind {
    /// `int4` of `int4_3`.
    pub name: &'static str,
    /// How many there are.
    pub count: u16,
    /// How many of them, the first, are under a unique index.
    pub unique: u16,
    /// How many of the next are under an index.
    pub indexed: u16,
}

/// What can be in a compound unique constraint.
const COMPOUND: SlotKind = SlotKind { name: "compound", count: 3, unique: 3, indexed: 0 };

/// The keys of records that a record refers to.
const REFERENCE: SlotKind = SlotKind { name: "ref", count: 8, unique: 0, indexed: 8 };

const fn kind(name: &'static str, count: u16, unique: u16, indexed: u16) -> SlotKind {
    SlotKind { name, count, unique, indexed }
}

/// In the order of `sql/shard/0007_records.sql`, which says the same.
const KINDS: [SlotKind; 20] = [
    kind("text", 24, 2, 3),
    kind("int4", 12, 2, 1),
    kind("int8", 8, 1, 1),
    kind("int2", 2, 0, 0),
    kind("numeric", 8, 0, 1),
    kind("float8", 6, 0, 0),
    kind("float4", 2, 0, 0),
    kind("bool", 8, 0, 0),
    kind("date", 4, 0, 1),
    kind("time", 2, 0, 0),
    kind("timestamp", 4, 0, 0),
    kind("timestamptz", 6, 0, 1),
    kind("interval", 2, 0, 0),
    kind("uuid", 4, 1, 0),
    kind("jsonb", 6, 0, 0),
    kind("bytea", 2, 0, 0),
    kind("texts", 2, 0, 0),
    kind("int4s", 2, 0, 0),
    COMPOUND,
    REFERENCE,
];

impl SlotKind {
    /// The kind that holds values of a type, as `format_type` spells it.
    #[must_use]
    pub fn of_type(data_type: &str) -> Option<SlotKind> {
        let name = match data_type {
            "text" | "character varying" => "text",
            "integer" => "int4",
            "bigint" => "int8",
            "smallint" => "int2",
            "numeric" => "numeric",
            "double precision" => "float8",
            "real" => "float4",
            "boolean" => "bool",
            "date" => "date",
            "time without time zone" => "time",
            "timestamp without time zone" => "timestamp",
            "timestamp with time zone" => "timestamptz",
            "interval" => "interval",
            "uuid" => "uuid",
            "jsonb" => "jsonb",
            "bytea" => "bytea",
            "text[]" => "texts",
            "integer[]" => "int4s",
            longer => match longer.split_once('(') {
                Some(("character varying", _)) => "text",
                Some(("numeric", _)) => "numeric",
                Some(_) | None => return None,
            },
        };
        KINDS.into_iter().find(|kind| kind.name == name)
    }

    /// That of compound keys.
    #[must_use]
    pub const fn compound() -> SlotKind {
        COMPOUND
    }

    /// That of references.
    #[must_use]
    pub const fn reference() -> SlotKind {
        REFERENCE
    }

    /// Its slots.
    pub fn slots(self) -> impl Iterator<Item = Slot> {
        (1..=self.count).map(move |number| Slot { kind: self, number })
    }
}

/// A slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Of which kind.
    pub kind: SlotKind,
    /// From 1.
    pub number: u16,
}

impl Slot {
    /// The slot of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Slot> {
        let (kind, number) = name.split_once('_')?;
        let kind = KINDS.into_iter().find(|known| known.name == kind)?;
        let number = number.parse().ok().filter(|number| (1..=kind.count).contains(number))?;
        Some(Slot { kind, number })
    }

    /// Its column in the universal table.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}_{}", self.kind.name, self.number)
    }

    /// Whether a unique index is on it.
    #[must_use]
    pub const fn is_unique(self) -> bool {
        self.number <= self.kind.unique
    }

    /// Whether an index is on it.
    #[must_use]
    pub const fn is_indexed(self) -> bool {
        self.number <= self.kind.unique + self.kind.indexed
    }

    /// Its place among all slots, from 1.
    #[must_use]
    pub fn place(self) -> u16 {
        let before: u16 = KINDS.into_iter().take_while(|kind| kind.name != self.kind.name).map(|kind| kind.count).sum();
        before + self.number
    }
}

/// What an org's catalog has besides the shard's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Private {
    /// Grows by one with each change of the org's objects.
    pub version: i64,
    /// The number of its next object.
    pub next: u32,
}

impl Private {
    /// Of an org that has never had an object. Its first will have the prefix `a00`.
    pub const NONE: Private = Private { version: 0, next: 36 * 62 * 62 };
}

/// How an object's table is kept in the universal table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The object's number: that of its keys' prefix.
    pub id: u32,
    /// Its name, which the shard needs for what it says.
    pub name: String,
    /// Its description, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Grows when the slots or what must hold for them change.
    pub layout: u32,
    /// The slot of each column, in the columns' order.
    pub slots: Vec<String>,
    /// Slots of dropped columns, whose values are still there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freed: Vec<String>,
    /// The slot under whose unique index a constraint or index stands, by its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uniques: Vec<(String, String)>,
    /// What each foreign key is kept by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Descriptions of columns, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<(String, String)>,
}

/// A column that refers to records of other objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The constraint.
    pub name: String,
    /// The column.
    pub column: String,
    /// The slot of the target's key: the column's own, or one beside it where the target is known by another field.
    pub slot: String,
    /// The unique slot of the target that the column's values are in; `None`: its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Numbers of the objects that it may refer to; `None`: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<u32>>,
    /// What happens when the target goes.
    pub on_delete: ReferentialAction,
}

impl Mapping {
    /// The slot of a unique constraint.
    #[must_use]
    pub fn unique(&self, constraint: &str) -> Option<&str> {
        self.uniques.iter().find(|(name, _)| name == constraint).map(|(_, slot)| slot.as_str())
    }
}

impl Column {
    /// Whether its type is `varchar`, which its slot's is not.
    #[must_use]
    pub fn is_varchar(&self) -> bool {
        self.data_type.starts_with("character varying") && !self.data_type.ends_with("[]")
    }
}

impl Table {
    /// The columns with their slots, of an object.
    pub fn fields(&self) -> impl Iterator<Item = (&Column, &str)> {
        let slots = self.object.iter().flat_map(|object| object.slots.iter());
        self.columns.iter().zip(slots.map(String::as_str))
    }

    /// The slot of a column, of an object.
    #[must_use]
    pub fn slot(&self, column: &str) -> Option<&str> {
        self.fields().find(|(known, _)| known.name == column).map(|(_, slot)| slot)
    }

    /// The unique constraint over these columns, in any order, and the slot that it stands on.
    #[must_use]
    pub fn unique_over(&self, columns: &[&str]) -> Option<(&str, &str)> {
        let object = self.object.as_ref()?;
        self.constraints.iter().find_map(|constraint| {
            let over = match &constraint.kind {
                ConstraintKind::PrimaryKey { columns }
                | ConstraintKind::Unique { columns, nulls_not_distinct: false } => columns,
                ConstraintKind::Unique { columns: _, nulls_not_distinct: true }
                | ConstraintKind::ForeignKey { .. }
                | ConstraintKind::Check { .. }
                | ConstraintKind::Exclude { .. } => return None,
            };
            let same = over.len() == columns.len() && over.iter().all(|column| columns.contains(&column.as_str()));
            same.then(|| object.unique(&constraint.name)).flatten().map(|slot| (constraint.name.as_str(), slot))
        })
    }
}

impl Catalog {
    /// The catalog of an org that has these objects besides the shard's tables. One whose name a native table or view has
    /// taken since is left out: the shard's own come first.
    #[must_use]
    pub fn with_objects(&self, private: Private, objects: impl IntoIterator<Item = Table>) -> Catalog {
        let mut catalog = Catalog { private: Some(private), ..self.clone() };
        for table in objects {
            let Some(object) = &table.object else { continue };
            let name = QualifiedName::public(&object.name);
            if self.views.contains_key(&name) || self.tables.contains_key(&name) {
                continue;
            }
            catalog.tables.insert(name, table);
        }
        catalog
    }

    /// The object of that number.
    #[must_use]
    pub fn object(&self, id: u32) -> Option<&Table> {
        self.tables.values().find(|table| table.object.as_ref().is_some_and(|object| object.id == id))
    }

    /// What the universal table is called.
    #[must_use]
    pub fn record() -> QualifiedName {
        QualifiedName::new(ORGFOLD_SCHEMA, RECORD)
    }
}

/// Whether the universal table has a column of that name.
#[must_use]
pub fn is_record_column(name: &str) -> bool {
    let own = [super::ORG_COLUMN, OBJECT_COLUMN, LAYOUT_COLUMN, "version", KEY_SLOT, "created_at", "updated_at"];
    own.contains(&name) || Slot::named(name).is_some()
}

/// A table of an object without columns yet.
#[must_use]
pub(crate) fn new_object(id: u32, name: &str) -> Table {
    let object = Mapping {
        id,
        name: name.to_owned(),
        comment: None,
        layout: 1,
        slots: Vec::new(),
        freed: Vec::new(),
        uniques: Vec::new(),
        references: Vec::new(),
        comments: Vec::new(),
    };
    Table {
        scope: Scope::Org,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        object: Some(Box::new(object)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_shard() {
        let sql = include_str!("../../sql/shard/0007_records.sql");
        for SlotKind { name, count, unique, indexed } in KINDS {
            let row = sql.split_once(&format!("('{name}', ")).unwrap().1;
            let (_, numbers) = row.split_once("', ").unwrap();
            assert!(numbers.starts_with(&format!("{count}, {unique}, {indexed})")), "{name}: {numbers:.30}");
        }
        assert_eq!(Slot::named("int4_1").unwrap().place(), 25);
        for none in ["int4_0", "int4_13", "int4", "org_id", "created_at", "text_"] {
            assert_eq!(Slot::named(none), None, "{none}");
        }
        for kind in KINDS {
            assert!(kind.slots().all(|slot| Slot::named(&slot.name()) == Some(slot)));
        }
    }

    #[test]
    fn types_have_kinds_or_none() {
        for (data_type, name) in [("character varying(20)", "text"), ("numeric(8,2)", "numeric"), ("bigint", "int8")] {
            assert_eq!(SlotKind::of_type(data_type).unwrap().name, name);
        }
        for none in ["character(3)", "bit(4)", "compound", "mood", "timestamp(3) without time zone"] {
            assert_eq!(SlotKind::of_type(none), None, "{none}");
        }
    }
}
