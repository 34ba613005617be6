//! One object: its slots, and how it is written to a shard.

use serde_json::{Value, json};

use super::super::error::PlanError;
use crate::catalog::{Catalog, Column, ConstraintKind, KEY_SLOT, Slot, SlotKind, Table};
use crate::sqlstate::SqlState;

/// Values of these types are equal where their texts are.
const IN_COMPOUNDS: [&str; 6] = ["text", "int4", "int8", "int2", "uuid", "bool"];

/// Every slot that an object has ever given to a column or a constraint.
fn taken(table: &Table) -> Vec<&str> {
    let object = table.object.iter();
    object
        .flat_map(|object| {
            let unique = object.uniques.iter().map(|(_, slot)| slot);
            let beside = object.references.iter().map(|reference| &reference.slot);
            object.slots.iter().chain(&object.freed).chain(unique).chain(beside)
        })
        .map(String::as_str)
        .collect()
}

fn free(table: &Table, kind: SlotKind, fits: impl Fn(Slot) -> bool) -> Option<String> {
    let taken = taken(table);
    kind.slots().filter(|slot| fits(*slot)).map(Slot::name).find(|name| !taken.contains(&name.as_str()))
}

fn kind_of(data_type: &str) -> Result<SlotKind, PlanError> {
    SlotKind::of_type(data_type).ok_or_else(|| PlanError::internal(format!("no slot holds {data_type}")))
}

/// A slot for a column: one under no index while there are any, because each entry of an index costs every write.
pub(super) fn slot_for(table: &Table, data_type: &str, at: u32) -> Result<String, PlanError> {
    let kind = kind_of(data_type)?;
    let plain = free(table, kind, |slot| !slot.is_indexed());
    plain.or_else(|| indexed_slot_for(table, data_type)).ok_or_else(|| {
        let message = format!("an object can have at most {} columns of type {data_type}", kind.count);
        PlanError::new(SqlState::TOO_MANY_COLUMNS, "too_many_fields", message)
            .at(at)
            .hint("columns that were dropped count until they are purged")
    })
}

/// A slot under a unique index, for a column that is unique by itself; `None`: a compound must do.
pub(super) fn unique_slot_for(table: &Table, data_type: &str) -> Option<String> {
    free(table, SlotKind::of_type(data_type)?, Slot::is_unique)
}

/// A slot under an index, for a column that gets one.
pub(super) fn indexed_slot_for(table: &Table, data_type: &str) -> Option<String> {
    let kind = SlotKind::of_type(data_type)?;
    free(table, kind, |slot| slot.is_indexed() && !slot.is_unique()).or_else(|| free(table, kind, Slot::is_indexed))
}

/// A slot for the key of a record that is referred to.
pub(super) fn reference_slot(table: &Table, at: u32) -> Result<String, PlanError> {
    free(table, SlotKind::reference(), |_| true).ok_or_else(|| {
        let message = format!("an object can have at most {} references", SlotKind::reference().count);
        PlanError::new(SqlState::TOO_MANY_COLUMNS, "too_many_fields", message)
            .at(at)
            .hint("columns that were dropped count until they are purged")
    })
}

/// A slot for a unique constraint over several columns.
pub(super) fn compound_slot(table: &Table, columns: &[&Column], at: u32) -> Result<String, PlanError> {
    for column in columns {
        let kind = kind_of(&column.data_type)?;
        if !IN_COMPOUNDS.contains(&kind.name) && kind.name != "numeric" {
            let what = format!("a unique constraint over column \"{}\" of type {}", column.name, column.data_type);
            return Err(PlanError::unsupported(what, at));
        }
    }
    free(table, SlotKind::compound(), |_| true)
        .ok_or_else(|| PlanError::unsupported("so many unique constraints of an object", at))
}

/// What the shard computes for a compound: each value with its length before it, so that no two lists are alike.
fn compound(table: &Table, columns: &[String]) -> String {
    let part = |column: &String| {
        let slot = table.slot(column).unwrap_or(KEY_SLOT);
        let text = if slot.starts_with("numeric") {
            format!("pg_catalog.trim_scale(($1).{slot})::text")
        } else {
            format!("($1).{slot}::text")
        };
        format!("pg_catalog.length({text}) || ':' || {text}")
    };
    columns.iter().map(part).collect::<Vec<_>>().join(" || ', ' || ")
}

/// An object as `orgfold.define` takes it.
pub(super) fn written(catalog: &Catalog, table: &Table, live: bool, waits: bool) -> Value {
    let Some(object) = &table.object else { return Value::Null };
    let slots = || table.fields().filter_map(|(column, name)| Some((column, Slot::named(name)?)));
    let required: Vec<u16> = slots().filter(|(column, _)| column.not_null).map(|(_, slot)| slot.place()).collect();
    let numbers = |kind: &str, of: fn(&str) -> Option<i64>| {
        let mut values: Vec<Option<i64>> = Vec::new();
        for (column, slot) in slots().filter(|(_, slot)| slot.kind.name == kind) {
            let place = usize::from(slot.number);
            if values.len() < place {
                values.resize(place, None);
            }
            if let Some(value) = values.get_mut(place - 1) {
                *value = of(&column.data_type);
            }
        }
        values.iter().any(Option::is_some).then_some(values)
    };
    let mut compounds: Vec<Option<String>> = vec![None; usize::from(SlotKind::compound().count)];
    for constraint in &table.constraints {
        let columns = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, nulls_not_distinct: _ } => {
                columns
            }
            ConstraintKind::ForeignKey { .. } | ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => {
                continue;
            }
        };
        let slot =
            object.unique(&constraint.name).and_then(Slot::named).filter(|slot| slot.kind == SlotKind::compound());
        if let Some(place) = slot.and_then(|slot| compounds.get_mut(usize::from(slot.number - 1))) {
            *place = Some(compound(table, columns));
        }
    }
    let mut value = json!({
        "id": object.id,
        "name": object.name,
        "live": live,
        "layout": object.layout,
        "waits": waits,
        "body": table,
    });
    if let Some(fields) = value.as_object_mut() {
        if !required.is_empty() {
            fields.insert("required".to_owned(), json!(required));
        }
        if let Some(lengths) = numbers("text", length) {
            fields.insert("lengths".to_owned(), json!(lengths));
        }
        if let Some(scales) = numbers("numeric", modifier) {
            fields.insert("scales".to_owned(), json!(scales));
        }
        let (refs, referred) = super::reference::written(catalog, table);
        if !refs.is_empty() {
            fields.insert("refs".to_owned(), Value::Object(refs));
        }
        if !referred.is_empty() {
            fields.insert("referred".to_owned(), json!(referred));
        }
        if compounds.iter().any(Option::is_some) {
            fields.insert("compounds".to_owned(), json!(compounds));
        }
    }
    value
}

fn inside(data_type: &str) -> Option<Vec<i64>> {
    let (_, numbers) = data_type.split_once('(')?;
    numbers.strip_suffix(')')?.split(',').map(|number| number.parse().ok()).collect()
}

/// `character varying(20)` -> 20.
fn length(data_type: &str) -> Option<i64> {
    inside(data_type)?.first().copied()
}

/// `numeric(8,2)` -> PostgreSQL's type modifier.
fn modifier(data_type: &str) -> Option<i64> {
    match inside(data_type)?.as_slice() {
        [precision, scale] => Some(((precision << 16) | (scale & 0x7ff)) + 4),
        [..] => None,
    }
}
