//! DROP TABLE, INDEX, VIEW, TYPE, DOMAIN.
//!
//! In: tokens. Out: steps and the catalog without what was dropped. Invariants: nothing is dropped that something else
//! in the catalog needs (CASCADE is refused: it would change what nobody named). What is absent: DROP SCHEMA.

use super::Planner;
use crate::catalog::{ConstraintKind, QualifiedName};
use crate::migrate::Refusal;
use crate::migrate::cursor::Cursor;
use crate::migrate::physical::relation;

/// `[IF EXISTS] a, b [RESTRICT]`.
fn names(cursor: &mut Cursor<'_>) -> Result<(bool, Vec<QualifiedName>), Refusal> {
    let tolerant = cursor.eat("if exists");
    let mut names = vec![cursor.qualified()?];
    while cursor.eat_sign(',') {
        names.push(cursor.qualified()?);
    }
    restrict(cursor)?;
    cursor.end()?;
    Ok((tolerant, names))
}

/// RESTRICT may stand; CASCADE may not.
pub(super) fn restrict(cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
    if cursor.is("cascade") {
        return Err(cursor.refuse("CASCADE: drop what depends on it first, by name"));
    }
    cursor.eat("restrict");
    Ok(())
}

impl Planner<'_> {
    pub(super) fn drop_tables(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("drop table")?;
        let (tolerant, mut tables) = names(cursor)?;
        if tolerant {
            tables.retain(|name| self.catalog.tables.contains_key(name));
        }
        for name in &tables {
            self.table(name)?;
            self.refuse_if_viewed(&name.name, "table")?;
            for (other, table) in self.catalog.tables.iter().filter(|(other, _)| !tables.contains(other)) {
                for constraint in &table.constraints {
                    if matches!(&constraint.kind, ConstraintKind::ForeignKey { target, .. } if target == name) {
                        return Err(self.refuse(format!(
                            "constraint {} of {other} references {name}: drop it first",
                            constraint.name
                        )));
                    }
                }
            }
        }
        if tables.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = tables.iter().map(relation).collect();
        // Leaves reference each other, and a statement drops a parent with its leaves as one.
        self.push(format!("DROP TABLE {}", list.join(", ")));
        for name in &tables {
            self.catalog.tables.remove(name);
        }
        Ok(())
    }

    pub(super) fn drop_indexes(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("drop index")?;
        // PostgreSQL itself cannot drop a partitioned index concurrently; a plain drop only waits for its lock.
        cursor.eat("concurrently");
        let (tolerant, indexes) = names(cursor)?;
        for name in indexes {
            let Some((table, at)) = self.find_index(&name) else {
                if tolerant && !self.relation_exists(&name) {
                    continue;
                }
                return Err(self.refuse(format!("there is no index {name} that is not a constraint's")));
            };
            self.push(format!("DROP INDEX {}", relation(&name)));
            self.table_mut(&table)?.indexes.remove(at);
        }
        Ok(())
    }

    pub(super) fn drop_views(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("drop view")?;
        let (tolerant, views) = names(cursor)?;
        for name in &views {
            if self.catalog.views.remove(name).is_none() && !tolerant {
                return Err(self.refuse(format!("view {name} does not exist")));
            }
        }
        for name in &views {
            self.refuse_if_viewed(&name.name, "view")?;
        }
        let list: Vec<String> = views.iter().map(relation).collect();
        self.push(format!("DROP VIEW IF EXISTS {}", list.join(", ")));
        Ok(())
    }

    pub(super) fn drop_types(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("drop")?;
        let words = if cursor.eat("domain") { "DOMAIN" } else { "TYPE" };
        if words == "TYPE" {
            cursor.expect("type")?;
        }
        let (tolerant, types) = names(cursor)?;
        for name in types {
            if self.catalog.types.remove(&name).is_none() {
                if tolerant {
                    continue;
                }
                return Err(self.refuse(format!("type {name} does not exist")));
            }
            self.refuse_if_viewed(&name.name, "type")?;
            // A column of the type makes the server refuse.
            self.push(format!("DROP {words} {}", relation(&name)));
        }
        Ok(())
    }
}
