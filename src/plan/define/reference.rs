//! References between objects: what a column may refer to, and what depends on a table or a column that goes.
//!
//! In: REFERENCES and FOREIGN KEY as they were read. Out: constraints with the slots that keep them, and what the shard must
//! know of each (`sql/shard/0009_references.sql`). Invariants: a reference stands on a unique field of an object, named by the
//! object's number, so that renaming changes nothing. What is absent: the check itself (the shard's).

use serde_json::{Map, Value, json};

use super::super::ast::definition::Dotted;
use super::super::ast::reference::{NewReference, NewTarget};
use super::super::ast::tree::Ident;
use super::super::error::PlanError;
use super::change::{internal, mapping};
use super::{Definer, object};
use crate::catalog::{
    Catalog, Constraint, ConstraintKind, KEY_SLOT, QualifiedName, Reference, ReferentialAction, Slot, SlotKind, Table,
};
use crate::sqlstate::SqlState;

/// The columns of a table's primary key.
fn primary_key(table: &Table) -> Option<&[String]> {
    table.constraints.iter().find_map(|one| match &one.kind {
        ConstraintKind::PrimaryKey { columns } => Some(columns.as_slice()),
        ConstraintKind::Unique { .. }
        | ConstraintKind::ForeignKey { .. }
        | ConstraintKind::Check { .. }
        | ConstraintKind::Exclude { .. } => None,
    })
}

/// The column that holds the record's own key.
fn key_column(table: &Table) -> Option<&str> {
    table.fields().find(|(_, slot)| *slot == KEY_SLOT).map(|(column, _)| column.name.as_str())
}

fn unknown(name: &QualifiedName) -> PlanError {
    let message = format!("relation \"{}\" does not exist", name.name);
    PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).placeless()
}

fn depends(what: &str, detail: String) -> PlanError {
    let message = format!("cannot drop {what} because other objects depend on it");
    PlanError::new(SqlState::DEPENDENT_OBJECTS, "depended_on", message)
        .detail(detail)
        .hint("Use DROP ... CASCADE to drop the dependent objects too.")
        .placeless()
}

/// Takes constraints off a table, and what keeps them.
fn drop_references(table: &mut Table, goes: impl Fn(&Constraint) -> bool) -> Result<(), PlanError> {
    let gone: Vec<String> = table.constraints.iter().filter(|one| goes(one)).map(|one| one.name.clone()).collect();
    table.constraints.retain(|one| !gone.contains(&one.name));
    let object = mapping(table)?;
    for reference in object.references.iter().filter(|one| gone.contains(&one.name) && one.by.is_some()) {
        object.freed.push(reference.slot.clone());
    }
    object.references.retain(|one| !gone.contains(&one.name));
    Ok(())
}

impl Definer {
    /// An object that is referred to.
    fn referred(&self, name: &QualifiedName, at: u32) -> Result<&Table, PlanError> {
        match self.catalog.tables.get(name) {
            Some(table) if table.object.is_some() => Ok(table),
            Some(_) => Err(PlanError::unsupported("a reference of an object to a native table", at)),
            None if self.catalog.views.contains_key(name) => {
                let message = format!("referenced relation \"{}\" is not a table", name.name);
                Err(PlanError::new(SqlState::WRONG_OBJECT_TYPE, "wrong_object", message).placeless())
            }
            None => Err(unknown(name)),
        }
    }

    /// Whether a reference of `own`, whose key is in the column `key`, is to the keys of records.
    pub(super) fn is_by_key(
        &self,
        own: &QualifiedName,
        key: Option<&str>,
        reference: &NewReference,
    ) -> Result<bool, PlanError> {
        let NewTarget::Table { name, columns } = &reference.target else { return Ok(true) };
        let (target, at) = self.qualified(name)?;
        let named: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
        if target == *own {
            return Ok(key.is_some_and(|key| named.is_empty() || named == [key]));
        }
        let table = self.referred(&target, at)?;
        let by = if named.is_empty() {
            primary_key(table).unwrap_or(&[]).iter().map(String::as_str).collect()
        } else {
            named
        };
        Ok(key_column(table).is_some_and(|key| by == [key]))
    }

    /// Adds a constraint; another object that must know of it is returned.
    pub(super) fn add_reference(
        &self,
        table: &mut Table,
        own: &QualifiedName,
        reference: &NewReference,
    ) -> Result<Option<QualifiedName>, PlanError> {
        let NewReference { name, columns, target, on_delete, at } = reference;
        let [column] = columns.as_slice() else {
            return Err(PlanError::unsupported("a foreign key of several columns of an object", *at));
        };
        let Some(found) = table.column(&column.name) else {
            let message = format!("column \"{}\" referenced in foreign key constraint does not exist", column.name);
            return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).placeless());
        };
        let data_type = found.data_type.clone();
        let constraint = self.reference_name(table, own, name.as_ref(), column)?;
        let mut kept = Reference {
            name: constraint.clone(),
            column: column.name.to_string(),
            slot: table.slot(&column.name).ok_or_else(internal)?.to_owned(),
            by: None,
            targets: None,
            on_delete: *on_delete,
        };
        let by_key = |kept: &Reference| Slot::named(&kept.slot).is_some_and(|slot| slot.kind == SlotKind::reference());
        let (name, columns) = match target {
            NewTarget::Any(targets) => {
                if data_type != "text" || !by_key(&kept) {
                    return Err(PlanError::unsupported(
                        "a reference to any object in a column that is no text",
                        column.at,
                    ));
                }
                kept.targets = targets.as_ref().map(|targets| self.numbers(table, own, targets)).transpose()?;
                mapping(table)?.references.push(kept);
                return Ok(None);
            }
            NewTarget::Table { name, columns } => (name, columns),
        };
        let (target, _) = self.qualified(name)?;
        let itself = target == *own;
        let referred = if itself { &*table } else { self.referred(&target, *at)? };
        let over: Vec<String> = match columns.as_slice() {
            [] => primary_key(referred).unwrap_or(&[]).to_vec(),
            named => named.iter().map(|column| column.name.to_string()).collect(),
        };
        let [to] = over.as_slice() else {
            if over.is_empty() {
                let message = format!("there is no primary key for referenced table \"{}\"", target.name);
                return Err(PlanError::new(SqlState::UNDEFINED_OBJECT, "no_key", message).placeless());
            }
            let message = "number of referencing and referenced columns for foreign key disagree";
            return Err(PlanError::new(SqlState::INVALID_FOREIGN_KEY, "foreign_key", message).placeless());
        };
        let Some(end) = referred.column(to) else {
            let message = format!("column \"{to}\" referenced in foreign key constraint does not exist");
            return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).placeless());
        };
        let Some((_, unique)) = referred.unique_over(&[to]) else {
            let message =
                format!("there is no unique constraint matching given keys for referenced table \"{}\"", target.name);
            return Err(PlanError::new(SqlState::INVALID_FOREIGN_KEY, "foreign_key", message).placeless());
        };
        if SlotKind::of_type(&end.data_type) != SlotKind::of_type(&data_type) {
            let detail = format!(
                "Key columns \"{}\" and \"{to}\" are of incompatible types: {data_type} and {}.",
                column.name, end.data_type
            );
            let message = format!("foreign key constraint \"{constraint}\" cannot be implemented");
            return Err(PlanError::new(SqlState::DATATYPE_MISMATCH, "foreign_key", message).detail(detail).placeless());
        }
        kept.targets = referred.object.as_ref().map(|object| vec![object.id]);
        let mut told = None;
        if unique != KEY_SLOT {
            if Slot::named(unique).is_none_or(|slot| slot.kind == SlotKind::compound()) {
                return Err(PlanError::unsupported("a reference to this unique constraint of an object", *at));
            }
            kept.by = Some(unique.to_owned());
            kept.slot = object::reference_slot(table, *at)?;
            told = (!itself).then(|| target.clone());
        } else if data_type != "text" || !by_key(&kept) {
            return Err(PlanError::unsupported("a reference to a key in a column of this type", column.at)
                .hint("a column of type text"));
        }
        mapping(table)?.references.push(kept);
        let kind = ConstraintKind::ForeignKey {
            columns: vec![column.name.to_string()],
            target,
            target_columns: over,
            on_delete: *on_delete,
            on_update: ReferentialAction::NoAction,
        };
        let physical = constraint.clone();
        table.constraints.push(Constraint {
            name: constraint,
            physical,
            kind,
            deferrable: false,
            initially_deferred: false,
        });
        Ok(told)
    }

    /// The numbers of the objects that a column may refer to.
    fn numbers(&self, table: &Table, own: &QualifiedName, targets: &[Dotted]) -> Result<Vec<u32>, PlanError> {
        let number = |name: &Dotted| {
            let (target, at) = self.qualified(name)?;
            let found = if target == *own { table } else { self.referred(&target, at)? };
            found.object.as_ref().map(|object| object.id).ok_or_else(internal)
        };
        targets.iter().map(number).collect()
    }

    fn reference_name(
        &self,
        table: &Table,
        own: &QualifiedName,
        given: Option<&Ident>,
        column: &Ident,
    ) -> Result<String, PlanError> {
        let object = table.object.as_deref().ok_or_else(internal)?;
        let taken = |name: &str| {
            table.constraints.iter().any(|one| one.name == name) || object.references.iter().any(|one| one.name == name)
        };
        if let Some(given) = given {
            if taken(&given.name) {
                let message = format!("constraint \"{}\" for relation \"{}\" already exists", given.name, own.name);
                return Err(PlanError::new(SqlState::DUPLICATE_OBJECT, "duplicate_constraint", message).placeless());
            }
            return Ok(given.name.to_string());
        }
        let wanted = format!("{}_{}_fkey", own.name, column.name);
        std::iter::once(wanted.clone())
            .chain((1..1000).map(|number| format!("{wanted}{number}")))
            .find(|name| !taken(name))
            .ok_or_else(|| PlanError::internal("no name for a constraint"))
    }

    /// Writes objects once more, which others have begun to refer to: who changes them now must have gone.
    pub(super) fn put_again(&mut self, names: &[QualifiedName]) {
        for name in names {
            if let Some(table) = self.catalog.tables.get(name).cloned() {
                self.put(name, table, true);
            }
        }
    }

    /// Changes all other objects that a closure says are concerned.
    fn each_other(
        &mut self,
        than: &[QualifiedName],
        mut change: impl FnMut(&QualifiedName, &mut Table) -> Result<bool, PlanError>,
    ) -> Result<(), PlanError> {
        let others: Vec<QualifiedName> = self
            .catalog
            .tables
            .iter()
            .filter(|(name, table)| table.object.is_some() && !than.contains(name))
            .map(|(name, _)| name.clone())
            .collect();
        for name in others {
            let Some(mut table) = self.catalog.tables.get(&name).cloned() else { continue };
            if change(&name, &mut table)? {
                self.put(&name, table, false);
            }
        }
        Ok(())
    }

    /// Before tables go: what refers to them goes with CASCADE, and forbids it without.
    pub(super) fn free_of_tables(&mut self, names: &[Dotted], cascade: bool) -> Result<(), PlanError> {
        let mut going = Vec::new();
        for name in names {
            going.push(self.qualified(name)?.0);
        }
        let numbers: Vec<u32> = going
            .iter()
            .filter_map(|name| self.catalog.tables.get(name)?.object.as_ref().map(|object| object.id))
            .collect();
        let to = |one: &Constraint| match &one.kind {
            ConstraintKind::ForeignKey { target, .. } => going.iter().find(|gone| *gone == target),
            ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Check { .. }
            | ConstraintKind::Exclude { .. } => None,
        };
        let mut dependents: Vec<(&QualifiedName, String)> = Vec::new();
        for (name, table) in self.catalog.tables.iter().filter(|(name, _)| !going.contains(name)) {
            dependents.extend(table.constraints.iter().filter_map(|one| {
                let target = to(one)?;
                let detail = format!("constraint {} on table {} depends on table {}", one.name, name.name, target.name);
                Some((target, detail))
            }));
        }
        if let Some((first, _)) = dependents.first()
            && !cascade
        {
            let what = if dependents.iter().all(|(target, _)| target == first) && going.len() == 1 {
                format!("table {}", first.name)
            } else {
                "desired object(s)".to_owned()
            };
            let details: Vec<&str> = dependents.iter().map(|(_, detail)| detail.as_str()).collect();
            return Err(depends(&what, details.join("\n")));
        }
        self.each_other(&going, |_, table| {
            let mut changed = table.constraints.iter().any(|one| to(one).is_some());
            drop_references(table, |one| to(one).is_some())?;
            // A record of a dropped object is no target any more.
            for reference in &mut mapping(table)?.references {
                let Some(targets) = &mut reference.targets else { continue };
                changed |= targets.iter().any(|target| numbers.contains(target));
                targets.retain(|target| !numbers.contains(target));
            }
            Ok(changed)
        })
    }

    /// Before a column goes.
    pub(super) fn free_of_column(
        &mut self,
        own: &QualifiedName,
        table: &mut Table,
        column: &str,
        cascade: bool,
    ) -> Result<(), PlanError> {
        let on = |one: &Constraint| {
            matches!(&one.kind, ConstraintKind::ForeignKey { target, target_columns, .. }
                if target == own && target_columns.iter().any(|known| known == column))
        };
        // What the column itself refers to goes with it.
        drop_references(table, |one| {
            on(one)
                && !matches!(&one.kind, ConstraintKind::ForeignKey { columns, .. } if columns.iter().any(|known| known == column))
        })?;
        self.each_other(std::slice::from_ref(own), |name, other| {
            let Some(found) = other.constraints.iter().find(|one| on(one)) else { return Ok(false) };
            if !cascade {
                let what = format!("column {column} of table {}", own.name);
                return Err(depends(
                    &what,
                    format!("constraint {} on table {} depends on {what}", found.name, name.name),
                ));
            }
            drop_references(other, on)?;
            Ok(true)
        })
    }

    /// A table has another name: those that refer to it know.
    pub(super) fn renamed_table(
        &mut self,
        from: &QualifiedName,
        to: &QualifiedName,
        table: &mut Table,
    ) -> Result<(), PlanError> {
        let rename = |table: &mut Table| {
            let mut changed = false;
            for constraint in &mut table.constraints {
                if let ConstraintKind::ForeignKey { target, .. } = &mut constraint.kind
                    && target == from
                {
                    target.clone_from(to);
                    changed = true;
                }
            }
            changed
        };
        rename(table);
        self.each_other(std::slice::from_ref(from), |_, other| Ok(rename(other)))
    }

    /// A column has another name.
    pub(super) fn renamed_column(
        &mut self,
        own: &QualifiedName,
        table: &mut Table,
        from: &str,
        to: &str,
    ) -> Result<(), PlanError> {
        let rename = |table: &mut Table| {
            let mut changed = false;
            for constraint in &mut table.constraints {
                let ConstraintKind::ForeignKey { target, target_columns, .. } = &mut constraint.kind else { continue };
                for column in target_columns.iter_mut().filter(|column| target == own && **column == from) {
                    to.clone_into(column);
                    changed = true;
                }
            }
            changed
        };
        rename(table);
        self.each_other(std::slice::from_ref(own), |_, other| Ok(rename(other)))
    }
}

/// What the shard must know: what each slot of references refers to, and by which unique slots others refer to this object.
pub(super) fn written(catalog: &Catalog, table: &Table) -> (Map<String, Value>, Vec<String>) {
    let Some(object) = &table.object else { return (Map::new(), Vec::new()) };
    let mut refs = Map::new();
    for reference in &object.references {
        let Some(slot) = Slot::named(&reference.slot) else { continue };
        let to = table.constraints.iter().find_map(|one| match &one.kind {
            ConstraintKind::ForeignKey { target_columns, .. } if one.name == reference.name => target_columns.first(),
            ConstraintKind::ForeignKey { .. }
            | ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Check { .. }
            | ConstraintKind::Exclude { .. } => None,
        });
        let action = match reference.on_delete {
            ReferentialAction::NoAction | ReferentialAction::SetDefault => "a",
            ReferentialAction::Restrict => "r",
            ReferentialAction::Cascade => "c",
            ReferentialAction::SetNull => "n",
        };
        let mut rule = json!({
            "field": table.slot(&reference.column).unwrap_or(&reference.slot),
            "action": action,
            "constraint": reference.name,
            "column": reference.column,
        });
        if let Some(rule) = rule.as_object_mut() {
            rule.extend(reference.targets.as_ref().map(|targets| ("targets".to_owned(), json!(targets))));
            rule.extend(reference.by.as_ref().map(|by| ("by".to_owned(), json!(by))));
            rule.extend(to.map(|to| ("to".to_owned(), json!(to))));
        }
        refs.insert(slot.number.to_string(), rule);
    }
    let mut referred: Vec<String> = Vec::new();
    for other in catalog.tables.values().chain(std::iter::once(table)).filter_map(|table| table.object.as_ref()) {
        for reference in &other.references {
            let here = reference.targets.as_ref().is_some_and(|targets| targets.contains(&object.id));
            referred.extend(reference.by.clone().filter(|by| here && !referred.contains(by)));
        }
    }
    (refs, referred)
}
