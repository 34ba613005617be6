//! The definitions themselves, in PostgreSQL's words where it would refuse.

use super::super::ast::definition::{AlterAction, Default, DefaultKind, Dotted, NewColumn, NewKey};
use super::super::ast::reference::NewReference;
use super::super::ast::tree::Ident;
use super::super::error::PlanError;
use super::{Definer, object, types};
use crate::catalog::{
    Column, Constraint, ConstraintKind, Index, KEY_SLOT, Mapping, NEW_KEY, ORG_COLUMN, QualifiedName, Slot, Table,
    new_object,
};
use crate::sqlstate::SqlState;

/// Names that every table's system columns have.
const SYSTEM: [&str; 7] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax", "oid"];

fn exists(name: &str) -> PlanError {
    PlanError::new(SqlState::DUPLICATE_TABLE, "duplicate_table", format!("relation \"{name}\" already exists"))
        .placeless()
}

fn no_column(column: &Ident, table: &str) -> PlanError {
    let message = format!("column \"{}\" of relation \"{table}\" does not exist", column.name);
    PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).placeless()
}

pub(super) fn internal() -> PlanError {
    PlanError::internal("an object without its mapping")
}

/// The mapping of a table that is known to be an object.
pub(super) fn mapping(table: &mut Table) -> Result<&mut Mapping, PlanError> {
    table.object.as_deref_mut().ok_or_else(internal)
}

impl Definer {
    /// The name of a table: in `public`, where all objects are.
    pub(super) fn qualified(&self, name: &Dotted) -> Result<(QualifiedName, u32), PlanError> {
        match name.as_slice() {
            [name] => Ok((QualifiedName::public(&name.name), name.at)),
            [schema, name] if &*schema.name == "public" => Ok((QualifiedName::public(&name.name), schema.at)),
            [schema, _] if self.catalog.schemas.iter().any(|known| **known == *schema.name) => {
                Err(PlanError::unsupported("an object in another schema than public", schema.at))
            }
            [schema, _] => {
                let message = format!("schema \"{}\" does not exist", schema.name);
                Err(PlanError::new(SqlState::INVALID_SCHEMA_NAME, "unknown_schema", message).at(schema.at))
            }
            [] | [_, _, _, ..] => Err(PlanError::unsupported("a relation name of more than two parts", 0)),
        }
    }

    fn is_taken(&self, name: &QualifiedName) -> bool {
        let index = |table: &Table| {
            table.indexes.iter().any(|index| index.name == name.name)
                || table.constraints.iter().any(|one| {
                    matches!(one.kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. })
                        && one.name == name.name
                })
        };
        self.catalog.tables.contains_key(name)
            || self.catalog.views.contains_key(name)
            || self.catalog.tables.iter().any(|(known, table)| known.schema == name.schema && index(table))
    }

    /// An object that is to be changed; native tables are the release's.
    fn object(&self, name: &Dotted, verb: &str) -> Result<Option<(QualifiedName, Table)>, PlanError> {
        let (qualified, at) = self.qualified(name)?;
        match self.catalog.tables.get(&qualified) {
            Some(table) if table.object.is_some() => Ok(Some((qualified, table.clone()))),
            Some(_) => Err(native(&qualified.name, verb, at)),
            None if self.catalog.views.contains_key(&qualified) => Err(native(&qualified.name, verb, at)),
            None => Ok(None),
        }
    }

    pub(super) fn create_table(
        &mut self,
        name: &Dotted,
        if_not_exists: bool,
        columns: &[NewColumn],
        keys: &[NewKey],
        references: &[NewReference],
    ) -> Result<(), PlanError> {
        let (qualified, _) = self.qualified(name)?;
        if self.is_taken(&qualified) {
            return if if_not_exists { Ok(()) } else { Err(exists(&qualified.name)) };
        }
        let private = self.catalog.private.as_mut().ok_or_else(internal)?;
        let mut table = new_object(private.next, &qualified.name);
        private.next += 1;
        let primaries: Vec<&NewKey> = keys.iter().filter(|key| key.primary).collect();
        if let [_, second, ..] = primaries.as_slice() {
            let message = format!("multiple primary keys for table \"{}\" are not allowed", qualified.name);
            return Err(PlanError::new(SqlState::INVALID_TABLE_DEFINITION, "two_keys", message).at(second.at));
        }
        let is_key = |column: &&NewColumn| column.default.as_ref().is_some_and(|one| one.kind == DefaultKind::Key);
        let key_column = columns.iter().find(is_key).map(|column| &*column.name.name);
        for new in columns {
            // What is unique by itself goes where a unique index is.
            let alone = keys.iter().any(|key| matches!(key.columns.as_slice(), [one] if one.name == new.name.name));
            let primary = primaries.iter().any(|key| key.columns.iter().any(|one| one.name == new.name.name));
            let own_key =
                primaries.iter().any(|key| matches!(key.columns.as_slice(), [one] if one.name == new.name.name));
            let mut refers = false;
            for reference in
                references.iter().filter(|one| matches!(one.columns.as_slice(), [one] if one.name == new.name.name))
            {
                refers |= self.is_by_key(&qualified, key_column, reference)?;
            }
            add_column(
                &mut table,
                &qualified.name,
                new,
                Placing { alone: alone && !refers, primary, own_key, refers },
            )?;
        }
        for key in keys {
            self.add_key(&mut table, &qualified.name, key)?;
        }
        let mut referred = Vec::new();
        for reference in references {
            referred.extend(self.add_reference(&mut table, &qualified, reference)?);
        }
        self.put(&qualified, table, false);
        self.put_again(&referred);
        Ok(())
    }

    fn add_key(&self, table: &mut Table, name: &str, key: &NewKey) -> Result<(), PlanError> {
        let names: Vec<String> = key.columns.iter().map(|column| column.name.to_string()).collect();
        let mut over = Vec::new();
        for (i, column) in key.columns.iter().enumerate() {
            let Some(found) = table.column(&column.name) else {
                let message = format!("column \"{}\" named in key does not exist", column.name);
                return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(key.at));
            };
            if key.columns.iter().take(i).any(|before| before.name == column.name) {
                let what = if key.primary { "primary key" } else { "unique" };
                let message = format!("column \"{}\" appears twice in {what} constraint", column.name);
                return Err(PlanError::new(SqlState::DUPLICATE_COLUMN, "duplicate_column", message).at(key.at));
            }
            over.push(found);
        }
        let in_its_slot = match over.as_slice() {
            [one] => table.slot(&one.name).filter(|slot| {
                let unique = Slot::named(slot).is_some_and(Slot::is_unique);
                let shared = table.object.iter().any(|object| object.uniques.iter().any(|(_, known)| known == slot));
                (unique || *slot == KEY_SLOT) && !shared
            }),
            [..] => None,
        };
        let slot = match in_its_slot {
            Some(slot) => slot.to_owned(),
            None => object::compound_slot(table, &over, key.at)?,
        };
        let wanted = match (&key.name, key.primary) {
            (Some(given), _) => given.name.to_string(),
            (None, true) => format!("{name}_pkey"),
            (None, false) => format!("{name}_{}_key", names.join("_")),
        };
        let free = |candidate: &str| {
            !self.is_taken(&QualifiedName::public(candidate))
                && !table.constraints.iter().any(|constraint| constraint.name == candidate)
        };
        let chosen = match &key.name {
            Some(given) if !free(&wanted) => return Err(exists(&given.name)),
            Some(_) => wanted,
            None if free(&wanted) => wanted,
            None => (1..1000)
                .map(|number| format!("{wanted}{number}"))
                .find(|candidate| free(candidate))
                .ok_or_else(|| PlanError::internal("no name for a constraint"))?,
        };
        let kind = if key.primary {
            ConstraintKind::PrimaryKey { columns: names }
        } else {
            ConstraintKind::Unique { columns: names, nulls_not_distinct: false }
        };
        mapping(table)?.uniques.push((chosen.clone(), slot));
        let physical = chosen.clone();
        let constraint = Constraint { name: chosen, physical, kind, deferrable: false, initially_deferred: false };
        table.constraints.push(constraint);
        Ok(())
    }

    pub(super) fn alter_table(
        &mut self,
        name: &Dotted,
        if_exists: bool,
        actions: &[AlterAction],
    ) -> Result<(), PlanError> {
        let Some((mut qualified, mut table)) = self.object(name, "ALTER")? else {
            let (qualified, _) = self.qualified(name)?;
            if if_exists {
                return Ok(());
            }
            let message = format!("relation \"{}\" does not exist", qualified.name);
            return Err(PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).placeless());
        };
        let before = qualified.clone();
        let mut waits = false;
        for action in actions {
            waits |= self.alter(&mut qualified, &mut table, action)?;
        }
        if qualified != before {
            self.catalog.tables.remove(&before);
        }
        self.put(&qualified, table, waits);
        let late = std::mem::take(&mut self.late);
        self.put_again(&late);
        Ok(())
    }

    /// One action; whether writers must be waited for.
    fn alter(
        &mut self,
        qualified: &mut QualifiedName,
        table: &mut Table,
        action: &AlterAction,
    ) -> Result<bool, PlanError> {
        let name = qualified.name.clone();
        let place = |table: &Table, column: &Ident| {
            table.columns.iter().position(|known| known.name == *column.name).ok_or_else(|| no_column(column, &name))
        };
        match action {
            AlterAction::AddColumn { if_not_exists, column, reference } => {
                if *if_not_exists && table.column(&column.name.name).is_some() {
                    return Ok(false);
                }
                if column.default.as_ref().is_some_and(|default| default.kind != DefaultKind::Null) {
                    return Err(PlanError::unsupported("ADD COLUMN with a default", column.name.at).hint(
                        "add it without, then ALTER COLUMN ... SET DEFAULT for new rows and UPDATE those that are there",
                    ));
                }
                check_column_name(table, &name, &column.name)?;
                let refers = match reference {
                    Some(reference) => {
                        let key = table.fields().find(|(_, slot)| *slot == KEY_SLOT).map(|(column, _)| &*column.name);
                        self.is_by_key(qualified, key, reference)?
                    }
                    None => false,
                };
                add_column(table, &name, column, Placing { alone: false, primary: false, own_key: false, refers })?;
                if let Some(reference) = reference {
                    let referred = self.add_reference(table, qualified, reference)?;
                    self.late.extend(referred);
                }
                if column.not_null {
                    self.fill(table, &column.name.name)?;
                    mapping(table)?.layout += 1;
                }
                Ok(column.not_null)
            }
            AlterAction::DropColumn { if_exists, column, cascade } => {
                let at = match place(table, column) {
                    Ok(at) => at,
                    Err(_) if *if_exists => return Ok(false),
                    Err(error) => return Err(error),
                };
                self.free_of_column(qualified, table, &column.name, *cascade)?;
                drop_column(table, at)?;
                Ok(true)
            }
            AlterAction::RenameColumn { from, to } => {
                let at = place(table, from)?;
                check_column_name(table, &name, to)?;
                rename_column(table, at, &to.name)?;
                self.renamed_column(qualified, table, &from.name, &to.name)?;
                Ok(false)
            }
            AlterAction::RenameTo(to) => {
                let renamed = QualifiedName::public(&to.name);
                if self.is_taken(&renamed) {
                    return Err(exists(&to.name));
                }
                mapping(table)?.name = to.name.to_string();
                self.renamed_table(qualified, &renamed, table)?;
                *qualified = renamed;
                Ok(false)
            }
            AlterAction::SetNotNull(column) => {
                let at = place(table, column)?;
                if let Some(known) = table.columns.get_mut(at).filter(|known| !known.not_null) {
                    known.not_null = true;
                    mapping(table)?.layout += 1;
                    self.fill(table, &column.name)?;
                }
                Ok(true)
            }
            AlterAction::DropNotNull(column) => {
                let at = place(table, column)?;
                let primary = table.constraints.iter().any(|constraint| {
                    matches!(&constraint.kind, ConstraintKind::PrimaryKey { columns } if columns.iter().any(|one| **one == *column.name))
                });
                if primary {
                    let message = format!("column \"{}\" is in a primary key", column.name);
                    return Err(PlanError::new(SqlState::INVALID_TABLE_DEFINITION, "in_key", message).placeless());
                }
                if let Some(known) = table.columns.get_mut(at) {
                    known.not_null = false;
                }
                Ok(false)
            }
            AlterAction::SetDefault(column, default) => {
                let at = place(table, column)?;
                set_default(table, at, Some(default))?;
                Ok(false)
            }
            AlterAction::DropDefault(column) => {
                let at = place(table, column)?;
                set_default(table, at, None)?;
                Ok(false)
            }
        }
    }

    /// No NULL may be in a column that is there.
    fn fill(&mut self, table: &Table, column: &str) -> Result<(), PlanError> {
        let object = table.object.as_deref().ok_or_else(internal)?;
        let slot = table.slot(column).ok_or_else(internal)?;
        self.filled.push(serde_json::json!({ "id": object.id, "slot": slot, "column": column, "table": object.name }));
        Ok(())
    }

    pub(super) fn drop_tables(&mut self, names: &[Dotted], if_exists: bool, cascade: bool) -> Result<(), PlanError> {
        self.free_of_tables(names, cascade)?;
        for name in names {
            match self.object(name, "DROP")? {
                Some((qualified, mut table)) => {
                    mapping(&mut table)?.layout += 1;
                    self.catalog.tables.remove(&qualified);
                    self.objects.push(object::written(&self.catalog, &table, false, true));
                }
                None if if_exists => {}
                None => {
                    let message = format!("table \"{}\" does not exist", self.qualified(name)?.0.name);
                    return Err(PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).placeless());
                }
            }
        }
        Ok(())
    }

    pub(super) fn create_index(
        &mut self,
        name: Option<&Ident>,
        if_not_exists: bool,
        table: &Dotted,
        columns: &[Ident],
    ) -> Result<(), PlanError> {
        let Some((qualified, mut found)) = self.object(table, "an index on")? else {
            let message = format!("relation \"{}\" does not exist", self.qualified(table)?.0.name);
            return Err(PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).placeless());
        };
        for column in columns {
            if found.column(&column.name).is_none() {
                let message = format!("column \"{}\" does not exist", column.name);
                return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).placeless());
            }
        }
        let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
        let chosen = match name {
            Some(name) if self.is_taken(&QualifiedName::public(&name.name)) => {
                return if if_not_exists { Ok(()) } else { Err(exists(&name.name)) };
            }
            Some(name) => name.name.to_string(),
            None => {
                let wanted = format!("{}_{}_idx", qualified.name, names.join("_"));
                let free = |candidate: &String| !self.is_taken(&QualifiedName::public(candidate));
                let numbered = (1..1000).map(|number| format!("{wanted}{number}"));
                let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
                candidates.find(free).ok_or_else(|| PlanError::internal("no name for an index"))?
            }
        };
        let moved = move_under_index(&mut found, columns.first())?;
        let mut definition = String::from("USING btree (");
        for (i, name) in names.iter().enumerate() {
            definition.push_str(if i > 0 { ", " } else { "" });
            definition.push_str(&super::super::ast::quoted(name));
        }
        definition.push(')');
        found.indexes.push(Index { name: chosen.clone(), physical: chosen, unique: false, definition });
        self.put(&qualified, found, moved.is_some());
        if let (Some((from, to)), Some(written)) = (moved, self.objects.last_mut().and_then(|one| one.as_object_mut()))
        {
            written.insert("moves".to_owned(), serde_json::json!({ from: to }));
        }
        Ok(())
    }

    pub(super) fn drop_indexes(&mut self, names: &[Dotted], if_exists: bool) -> Result<(), PlanError> {
        for name in names {
            let (qualified, at) = self.qualified(name)?;
            let has = |table: &Table| table.indexes.iter().any(|index| index.name == qualified.name);
            let found = self
                .catalog
                .tables
                .iter()
                .find(|(_, table)| has(table))
                .map(|(name, table)| (name.clone(), table.clone()));
            match found {
                Some((owner, mut table)) if table.object.is_some() => {
                    table.indexes.retain(|index| index.name != qualified.name);
                    self.put(&owner, table, false);
                }
                Some(_) => return Err(native(&qualified.name, "DROP", at)),
                None if if_exists => {}
                None => {
                    let message = format!("index \"{}\" does not exist", qualified.name);
                    return Err(PlanError::new(SqlState::UNDEFINED_OBJECT, "unknown_index", message).placeless());
                }
            }
        }
        Ok(())
    }

    pub(super) fn comment(
        &mut self,
        name: &Dotted,
        column: Option<&Ident>,
        text: Option<&str>,
    ) -> Result<(), PlanError> {
        let Some((qualified, mut table)) = self.object(name, "COMMENT on")? else {
            let message = format!("relation \"{}\" does not exist", self.qualified(name)?.0.name);
            return Err(PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).placeless());
        };
        let text = text.filter(|text| !text.is_empty()).map(|text| text.replace("''", "'"));
        match column {
            None => mapping(&mut table)?.comment = text,
            Some(column) => {
                if table.column(&column.name).is_none() {
                    return Err(no_column(column, &qualified.name));
                }
                let comments = &mut mapping(&mut table)?.comments;
                comments.retain(|(known, _)| **known != *column.name);
                comments.extend(text.map(|text| (column.name.to_string(), text)));
            }
        }
        self.put(&qualified, table, false);
        Ok(())
    }
}

fn native(name: &str, verb: &str, at: u32) -> PlanError {
    PlanError::new(SqlState::INSUFFICIENT_PRIVILEGE, "ddl", format!("{verb} \"{name}\" is not allowed at runtime"))
        .at(at)
        .hint("it is no object of the org's: change the schema at release time with `orgfold migrate`")
}

/// Where a new column belongs.
#[derive(Clone, Copy)]
struct Placing {
    /// A unique constraint is over it alone.
    alone: bool,
    /// It is in the primary key ...
    primary: bool,
    /// ... and nothing else is.
    own_key: bool,
    /// It holds keys of other records.
    refers: bool,
}

fn check_column_name(table: &Table, name: &str, column: &Ident) -> Result<(), PlanError> {
    let fault = |state: SqlState, message: String| Err(PlanError::new(state, "column_name", message).placeless());
    if table.column(&column.name).is_some() {
        let shown = format!("column \"{}\" of relation \"{name}\" already exists", column.name);
        return fault(SqlState::DUPLICATE_COLUMN, shown);
    }
    if SYSTEM.contains(&&*column.name) {
        let shown = format!("column name \"{}\" conflicts with a system column name", column.name);
        return fault(SqlState::DUPLICATE_COLUMN, shown);
    }
    if &*column.name == ORG_COLUMN {
        return Err(PlanError::unsupported(format!("a column named \"{ORG_COLUMN}\""), column.at));
    }
    Ok(())
}

fn add_column(table: &mut Table, name: &str, new: &NewColumn, placing: Placing) -> Result<(), PlanError> {
    let NewColumn { name: column, data_type, not_null, default } = new;
    if table.column(&column.name).is_some() {
        let message = format!("column \"{}\" specified more than once", column.name);
        return Err(PlanError::new(SqlState::DUPLICATE_COLUMN, "duplicate_column", message).placeless());
    }
    check_column_name(table, name, column)?;
    let data_type = types::spelled(data_type)?;
    if let Some(default) = default {
        types::check_default(default, &data_type)?;
    }
    let is_key = default.as_ref().is_some_and(|default| default.kind == DefaultKind::Key);
    if is_key && !placing.own_key {
        return Err(PlanError::unsupported("new_key() elsewhere than as the default of a primary key", column.at)
            .hint("id text PRIMARY KEY DEFAULT new_key()"));
    }
    let unique = if placing.alone { object::unique_slot_for(table, &data_type) } else { None };
    let slot = match (is_key, unique) {
        (true, _) => KEY_SLOT.to_owned(),
        (false, _) if placing.refers => object::reference_slot(table, column.at)?,
        (false, Some(slot)) => slot,
        (false, None) => object::slot_for(table, &data_type, column.at)?,
    };
    mapping(table)?.slots.push(slot);
    table.columns.push(Column {
        name: column.name.to_string(),
        data_type,
        not_null: *not_null || placing.primary,
        default: default
            .as_ref()
            .filter(|default| default.kind != DefaultKind::Null)
            .map(|default| default.text.clone()),
        identity: None,
        sequence: None,
        generated: None,
    });
    Ok(())
}

fn set_default(table: &mut Table, at: usize, default: Option<&Default>) -> Result<(), PlanError> {
    let slot = mapping(table)?.slots.get(at).cloned();
    let column = table.columns.get_mut(at).ok_or_else(internal)?;
    let touches_key = column.default.as_deref() == Some(NEW_KEY) || slot.as_deref() == Some(KEY_SLOT);
    if touches_key || default.is_some_and(|default| default.kind == DefaultKind::Key) {
        return Err(PlanError::unsupported("changing new_key()", default.map_or(0, |default| default.at)));
    }
    if let Some(default) = default {
        types::check_default(default, &column.data_type)?;
    }
    column.default = default.filter(|default| default.kind != DefaultKind::Null).map(|default| default.text.clone());
    mapping(table)?.layout += 1;
    Ok(())
}

/// Gives a column a slot under an index, where it has none: whence and where to its values move, if they do. The slot that it
/// leaves keeps them, for whoever reads by a plan from before.
fn move_under_index(table: &mut Table, column: Option<&Ident>) -> Result<Option<(String, String)>, PlanError> {
    let Some(column) = column else { return Ok(None) };
    let at = table.columns.iter().position(|known| known.name == *column.name).ok_or_else(internal)?;
    let from = table.slot(&column.name).ok_or_else(internal)?.to_owned();
    if from == KEY_SLOT || Slot::named(&from).is_some_and(Slot::is_indexed) {
        return Ok(None);
    }
    let data_type = table.columns.get(at).ok_or_else(internal)?.data_type.clone();
    let Some(to) = object::indexed_slot_for(table, &data_type) else {
        return Err(PlanError::unsupported(format!("an index on so many columns of type {data_type}"), column.at)
            .hint("all indexed slots of the type are taken"));
    };
    let object = mapping(table)?;
    to.clone_into(object.slots.get_mut(at).ok_or_else(internal)?);
    object.freed.push(from.clone());
    object.layout += 1;
    Ok(Some((from, to)))
}

/// The constraints and indexes over it go too; its slot is not given to another.
fn drop_column(table: &mut Table, at: usize) -> Result<(), PlanError> {
    let name = table.columns.get(at).ok_or_else(internal)?.name.clone();
    let over = |kind: &ConstraintKind| match kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, nulls_not_distinct: _ } => {
            columns.contains(&name)
        }
        ConstraintKind::ForeignKey { columns, .. } => columns.contains(&name),
        ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => false,
    };
    let gone: Vec<String> =
        table.constraints.iter().filter(|constraint| over(&constraint.kind)).map(|one| one.name.clone()).collect();
    let object = mapping(table)?;
    if object.slots.get(at).map(String::as_str) == Some(KEY_SLOT) {
        return Err(PlanError::unsupported("dropping the key of an object", 0));
    }
    let slot = object.slots.remove(at);
    object.freed.push(slot);
    for (constraint, slot) in std::mem::take(&mut object.uniques) {
        if !gone.contains(&constraint) {
            object.uniques.push((constraint, slot));
        } else if !object.freed.contains(&slot) {
            object.freed.push(slot);
        }
    }
    let beside = object.references.iter().filter(|one| one.column == name && one.by.is_some());
    object.freed.extend(beside.map(|one| one.slot.clone()));
    object.references.retain(|one| one.column != name);
    object.comments.retain(|(column, _)| *column != name);
    object.layout += 1;
    table.columns.remove(at);
    table.constraints.retain(|constraint| !gone.contains(&constraint.name));
    let quoted = super::super::ast::quoted(&name);
    table.indexes.retain(|index| !index.definition.contains(&quoted));
    Ok(())
}

fn rename_column(table: &mut Table, at: usize, to: &str) -> Result<(), PlanError> {
    let column = table.columns.get_mut(at).ok_or_else(internal)?;
    let from = std::mem::replace(&mut column.name, to.to_owned());
    for constraint in &mut table.constraints {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, nulls_not_distinct: _ } => {
                columns.iter_mut().filter(|one| **one == from).for_each(|one| to.clone_into(one));
            }
            ConstraintKind::ForeignKey { columns, .. } => {
                columns.iter_mut().filter(|one| **one == from).for_each(|one| to.clone_into(one));
            }
            ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => {}
        }
    }
    let (quoted, renamed) = (super::super::ast::quoted(&from), super::super::ast::quoted(to));
    for index in &mut table.indexes {
        index.definition = index.definition.replace(&quoted, &renamed);
    }
    let references = &mut mapping(table)?.references;
    references.iter_mut().filter(|one| one.column == from).for_each(|one| to.clone_into(&mut one.column));
    let comments = &mut mapping(table)?.comments;
    comments.iter_mut().filter(|(known, _)| *known == from).for_each(|(known, _)| to.clone_into(known));
    Ok(())
}
