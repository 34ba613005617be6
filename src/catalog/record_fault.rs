//! What a server says of the universal table, in terms of the org's objects.
//!
//! In: a report's fields and the org's catalog. Out: the same about the object, its columns and its constraints. Rules: an index
//! on a slot becomes the constraint that stands on it; the object is the one whose number the key has; a slot's name becomes
//! its column's where all of the org's objects agree; what cannot be said of an object is not said.

use super::{Catalog, ConstraintKind, KEY_SLOT, RECORD, Slot, Table};
use crate::key::Prefix;

/// A report about records, made one about an object; anything else as it is.
pub(super) fn of_objects(mut fields: Vec<(u8, String)>, catalog: &Catalog) -> Vec<(u8, String)> {
    if catalog.private.is_none() {
        return fields;
    }
    let value = |fields: &[(u8, String)], letter: u8| {
        fields.iter().find(|(known, _)| *known == letter).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let slot = violated(&value(&fields, b'n'), catalog);
    if let Some(slot) = slot {
        let detail = value(&fields, b'D');
        fields.retain(|(letter, _)| !matches!(letter, b'M' | b'D' | b's' | b't' | b'n' | b'c'));
        let said = "duplicate key value violates unique constraint";
        match key(&slot, &detail, catalog) {
            Some(Key { table, constraint, shown }) => {
                fields.push((b'M', format!("{said} \"{constraint}\"")));
                fields.extend(shown.map(|shown| (b'D', shown)));
                fields.extend([(b's', "public".to_owned()), (b't', table), (b'n', constraint)]);
            }
            None => fields.push((b'M', said.to_owned())),
        }
        return fields;
    }
    for (letter, text) in &mut fields {
        if matches!(letter, b'M' | b'D' | b'H') {
            *text = columns(text, catalog);
        }
    }
    fields
}

/// What COPY says, in terms of the object whose records it makes: the line it was at, and columns by their names. Goes before
/// what makes a report logical.
pub fn of_copied(fields: &mut Vec<(u8, String)>, catalog: &Catalog, object: u32) {
    let Some(table) = catalog.object(object) else { return };
    // A table of the org's own would gather rows before it looks for their likes; then the row is not there any more.
    let gathered = fields.iter().any(|(letter, text)| *letter == b'C' && text == "23505");
    for (letter, text) in fields.iter_mut() {
        match letter {
            b'M' => *text = own_columns(text, table),
            b'W' => *text = copied(text, table, gathered).unwrap_or_default(),
            _other => {}
        }
    }
    fields.retain(|(letter, text)| *letter != b'W' || !text.is_empty());
}

/// Slots in quotes become the object's columns.
fn own_columns(text: &str, table: &Table) -> String {
    let column = |slot: &str| table.fields().find(|(_, known)| *known == slot).map(|(column, _)| column.name.as_str());
    let pieces = text.split('"').enumerate();
    pieces
        .map(|(i, piece)| if i % 2 == 1 { column(piece).unwrap_or(piece) } else { piece })
        .collect::<Vec<_>>()
        .join("\"")
}

/// `COPY record_p03, line 2, column text_1: "x"`, with the table's name and the column's. What the trigger did is left out.
fn copied(text: &str, table: &Table, gathered: bool) -> Option<String> {
    let name = &table.object.as_ref()?.name;
    let begin = if text.starts_with("COPY ") { 0 } else { text.find("\nCOPY ")? + 1 };
    let rest = text.get(begin..)?.strip_prefix("COPY ")?.strip_prefix(RECORD)?;
    let (leaf, rest) = rest.split_once(", line ")?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !leaf.strip_prefix("_p").is_some_and(digits) {
        return None;
    }
    let end = rest.find([',', ':']).unwrap_or(rest.len());
    let (line, rest) = (rest.get(..end)?, rest.get(end..)?);
    if !digits(line) {
        return None;
    }
    if gathered {
        return Some(format!("COPY {name}, line {line}"));
    }
    let Some(column) = rest.strip_prefix(", column ") else { return Some(format!("COPY {name}, line {line}{rest}")) };
    let end = column.find([':', ' ']).unwrap_or(column.len());
    let (slot, value) = (column.get(..end)?, column.get(end..)?);
    let (field, _) = table.fields().find(|(_, known)| *known == slot)?;
    Some(format!("COPY {name}, line {line}, column {}{value}", field.name))
}

/// The slot of a leaf's unique index.
fn violated(index: &str, catalog: &Catalog) -> Option<String> {
    let rest = index.strip_prefix(RECORD)?.strip_prefix("_p")?;
    let rest = rest.get(catalog.naming().width()..)?;
    match rest {
        "_pkey" => Some(KEY_SLOT.to_owned()),
        _index => {
            let slot = rest.strip_prefix("_org_id_object_id_")?.strip_suffix("_idx")?;
            Slot::named(slot).map(Slot::name)
        }
    }
}

struct Key {
    table: String,
    constraint: String,
    /// The detail, where it can be told.
    shown: Option<String>,
}

fn key(slot: &str, detail: &str, catalog: &Catalog) -> Option<Key> {
    // `Key (org_id, object_id, int4_1)=(42, 138384, 5) already exists.`
    let values = detail.split_once(")=(").and_then(|(_, rest)| rest.strip_suffix(") already exists."));
    let own = values.and_then(|values| values.split_once(", ")).map(|(_, own)| own);
    let (id, shown) = if slot == KEY_SLOT {
        (own.and_then(|key| key.get(..3)?.parse::<Prefix>().ok()).map(Prefix::number), own)
    } else {
        match own.and_then(|own| own.split_once(", ")) {
            Some((id, value)) => (id.parse().ok(), Some(value)),
            None => (None, None),
        }
    };
    let table = match id {
        Some(id) => catalog.object(id)?,
        // Row-level security tells no values: then only one object may be meant.
        None => lone(slot, catalog)?,
    };
    let object = table.object.as_ref()?;
    let (constraint, _) = object.uniques.iter().find(|(_, known)| known == slot)?;
    let columns = table.constraints.iter().find(|known| known.name == *constraint).map(|known| match &known.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, nulls_not_distinct: _ } => {
            columns.join(", ")
        }
        ConstraintKind::ForeignKey { .. } | ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => {
            String::new()
        }
    })?;
    let shown = if slot.starts_with("compound") { shown.and_then(parts) } else { shown.map(str::to_owned) };
    let shown = shown.map(|values| format!("Key ({columns})=({values}) already exists."));
    Some(Key { table: object.name.clone(), constraint: constraint.clone(), shown })
}

fn lone<'c>(slot: &str, catalog: &'c Catalog) -> Option<&'c Table> {
    let on_slot = |table: &&Table| {
        table.object.as_ref().is_some_and(|object| object.uniques.iter().any(|(_, known)| known == slot))
    };
    let mut found = catalog.tables.values().filter(on_slot);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// `1:a, 2:bc` -> `a, bc`: each value stands behind its length.
fn parts(text: &str) -> Option<String> {
    let mut values = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (length, after) = rest.split_once(':')?;
        let length: usize = length.parse().ok()?;
        let end = after.char_indices().nth(length).map_or(after.len(), |(at, _)| at);
        values.push(after.get(..end)?);
        rest = after.get(end..)?;
        rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    Some(values.join(", "))
}

/// Slots in quotes become their columns, where there is no doubt which.
fn columns(text: &str, catalog: &Catalog) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, piece) in text.split('"').enumerate() {
        if i > 0 {
            out.push('"');
        }
        // Every second piece stands between quotes.
        let slot = if i % 2 == 1 { Slot::named(piece) } else { None };
        match slot {
            None => out.push_str(piece),
            Some(_) => {
                let fields = catalog.tables.values().flat_map(Table::fields);
                let mut names: Vec<&str> =
                    fields.filter(|(_, slot)| *slot == piece).map(|(column, _)| column.name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                match names.as_slice() {
                    [one] => out.push_str(one),
                    // A column may be called like a slot; then it is another's name that would be said.
                    [..] => out.push_str("(hidden)"),
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_are_read_back() {
        assert_eq!(parts("1:1, 3:a, , 2:é:").as_deref(), Some("1, a, , é:"));
        assert_eq!(parts("0:, 1:x").as_deref(), Some(", x"));
        assert_eq!(parts("x"), None);
    }
}
