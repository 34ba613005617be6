//! Definitions to changes: what an org's DDL makes of its private objects.
//!
//! In: a [`Definition`] and the org's catalog. Out: the catalog as it will be, and the one call by which a shard makes it so,
//! in the caller's transaction. Invariants: only the org's own objects change; a slot is given to one field; what cannot be
//! kept exactly is refused. What is absent: I/O; the shard checks that nobody else changed the catalog meanwhile.

mod change;
mod object;
mod reference;
mod types;

use std::sync::Arc;

use super::ast::definition::Definition;
use super::cache::CatalogId;
use super::error::PlanError;
use super::template::{Template, TemplateBuilder};
use crate::catalog::{Catalog, Private, QualifiedName, Table};

/// What a definition makes of an org's catalog.
#[derive(Debug, Clone)]
pub struct Defined {
    /// The catalog behind it.
    pub catalog: Arc<Catalog>,
    /// Its identity.
    pub id: CatalogId,
}

impl PartialEq for Defined {
    fn eq(&self, other: &Defined) -> bool {
        self.id == other.id
    }
}

impl Eq for Defined {}

/// A definition that is to be sent.
pub(super) struct Change {
    pub(super) defined: Defined,
    pub(super) template: Template,
    pub(super) tag: &'static str,
}

/// What a definition does, until it is written out.
struct Definer {
    catalog: Catalog,
    /// The objects that are to be written, as the shard takes them.
    objects: Vec<serde_json::Value>,
    /// Columns that must have no NULL.
    filled: Vec<serde_json::Value>,
    /// Objects that are to be written behind the one that is being changed: it refers to them.
    late: Vec<QualifiedName>,
}

/// Applies a definition to a catalog. `operation` is the client's text, for the log.
pub(super) fn define(catalog: &Catalog, definition: &Definition, operation: &str) -> Result<Change, PlanError> {
    let private = catalog.private.unwrap_or(Private::NONE);
    let mut definer = Definer { catalog: catalog.clone(), objects: Vec::new(), filled: Vec::new(), late: Vec::new() };
    definer.catalog.private = Some(private);
    let tag = match definition {
        Definition::CreateTable { name, if_not_exists, columns, keys, references } => {
            definer.create_table(name, *if_not_exists, columns, keys, references)?;
            "CREATE TABLE"
        }
        Definition::AlterTable { name, if_exists, actions } => {
            definer.alter_table(name, *if_exists, actions)?;
            "ALTER TABLE"
        }
        Definition::DropTable { names, if_exists, cascade } => {
            definer.drop_tables(names, *if_exists, *cascade)?;
            "DROP TABLE"
        }
        Definition::CreateIndex { name, if_not_exists, table, columns } => {
            definer.create_index(name.as_ref(), *if_not_exists, table, columns)?;
            "CREATE INDEX"
        }
        Definition::DropIndex { names, if_exists } => {
            definer.drop_indexes(names, *if_exists)?;
            "DROP INDEX"
        }
        Definition::CommentTable { name, text } => {
            definer.comment(name, None, text.as_deref())?;
            "COMMENT"
        }
        Definition::CommentColumn { name, column, text } => {
            definer.comment(name, Some(column), text.as_deref())?;
            "COMMENT"
        }
    };
    Ok(definer.finish(private, operation, tag))
}

impl Definer {
    fn finish(mut self, before: Private, operation: &str, tag: &'static str) -> Change {
        let mut builder = TemplateBuilder::default();
        if self.objects.is_empty() {
            builder.text().push_str("CALL orgfold.define_nothing()");
        } else {
            if let Some(private) = &mut self.catalog.private {
                private.version = before.version + 1;
            }
            builder.text().push_str("CALL orgfold.define(");
            builder.org();
            let literal = |text: String| format!("'{}'", text.replace('\'', "''"));
            let rest = format!(
                ", {}, {}, {}, {})",
                before.version,
                literal(operation.to_owned()),
                literal(serde_json::Value::Array(std::mem::take(&mut self.objects)).to_string()),
                literal(serde_json::Value::Array(std::mem::take(&mut self.filled)).to_string()),
            );
            builder.text().push_str(&rest);
        }
        let defined = Defined { catalog: Arc::new(self.catalog), id: CatalogId::next() };
        Change { defined, template: builder.finish(), tag }
    }

    /// Puts a changed object into the catalog and among what is written.
    fn put(&mut self, name: &QualifiedName, table: Table, waits: bool) {
        self.catalog.tables.insert(name.clone(), table);
        if let Some(table) = self.catalog.tables.get(name) {
            self.objects.push(object::written(&self.catalog, table, true, waits));
        }
    }
}
