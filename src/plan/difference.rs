//! An org's objects as a file of DDL, and what must be done so that they are as such a file says.
//!
//! In: the org's catalog, and the file. Out: statements, which go the way of any definition. Invariants: what a file says twice
//! is nothing to do; what no definition can do yet is said, never left out; what would lose values is marked. What is absent:
//! renaming (a file cannot tell it from dropping and adding), I/O.

use std::fmt::Write as _;
use std::sync::Arc;

use super::ast::quoted;
use super::error::PlanError;
use super::{Action, CompileOptions, Definitions, Run, Special, compile_as};
use crate::catalog::{Catalog, Column, Constraint, ConstraintKind, Mapping, ReferentialAction, Table};
use crate::sqlstate::SqlState;

/// What must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// A definition.
    Define(String),
    /// A definition that takes values away.
    Lose(String),
    /// What no definition can do yet.
    Impossible(String),
}

fn action(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "",
        ReferentialAction::Restrict => " ON DELETE RESTRICT",
        ReferentialAction::Cascade => " ON DELETE CASCADE",
        ReferentialAction::SetNull => " ON DELETE SET NULL",
        ReferentialAction::SetDefault => " ON DELETE SET DEFAULT",
    }
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

fn column(column: &Column) -> String {
    let mut text = format!("{} {}", quoted(&column.name), column.data_type);
    if let Some(default) = &column.default {
        let _ = write!(text, " DEFAULT {default}");
    }
    if column.not_null {
        text.push_str(" NOT NULL");
    }
    text
}

fn constraint(one: &Constraint) -> String {
    let name = quoted(&one.name);
    match &one.kind {
        ConstraintKind::PrimaryKey { columns } => format!("CONSTRAINT {name} PRIMARY KEY ({})", names(columns)),
        ConstraintKind::Unique { columns, nulls_not_distinct: _ } => {
            format!("CONSTRAINT {name} UNIQUE ({})", names(columns))
        }
        ConstraintKind::ForeignKey { columns, target, target_columns, on_delete, on_update: _ } => format!(
            "CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {} ({}){}",
            names(columns),
            quoted(&target.name),
            names(target_columns),
            action(*on_delete)
        ),
        ConstraintKind::Check { expression } => format!("CONSTRAINT {name} CHECK ({expression})"),
        ConstraintKind::Exclude { definition } => format!("CONSTRAINT {name} EXCLUDE {definition}"),
    }
}

/// Constraints as they are said, each with the columns of it: those of references to several objects too.
fn constraints(catalog: &Catalog, table: &Table, object: &Mapping) -> Vec<(Vec<String>, String)> {
    let mut said: Vec<(Vec<String>, String)> = table
        .constraints
        .iter()
        .map(|one| {
            let columns = match &one.kind {
                ConstraintKind::PrimaryKey { columns }
                | ConstraintKind::Unique { columns, nulls_not_distinct: _ }
                | ConstraintKind::ForeignKey { columns, .. } => columns.clone(),
                ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => Vec::new(),
            };
            (columns, constraint(one))
        })
        .collect();
    for reference in
        object.references.iter().filter(|one| !table.constraints.iter().any(|known| known.name == one.name))
    {
        let targets = reference.targets.as_ref().map_or(String::new(), |targets| {
            let target = |id: &u32| catalog.object(*id)?.object.as_ref().map(|object| quoted(&object.name));
            let mut targets: Vec<String> = targets.iter().filter_map(target).collect();
            targets.sort_unstable();
            format!(" ({})", targets.join(", "))
        });
        let text = format!(
            "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES ANY{targets}{}",
            quoted(&reference.name),
            quoted(&reference.column),
            action(reference.on_delete)
        );
        said.push((vec![reference.column.clone()], text));
    }
    said
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn create(catalog: &Catalog, table: &Table, object: &Mapping) -> String {
    let columns = table.columns.iter().map(column);
    let lines: Vec<String> =
        columns.chain(constraints(catalog, table, object).into_iter().map(|(_, text)| text)).collect();
    format!("CREATE TABLE {} (\n    {}\n)", quoted(&object.name), lines.join(",\n    "))
}

/// Indexes and descriptions.
fn besides(table: &Table, object: &Mapping) -> Vec<String> {
    let name = quoted(&object.name);
    let indexes = table
        .indexes
        .iter()
        .map(|index| format!("CREATE INDEX {} ON {name} {}", quoted(&index.name), index.definition));
    let own = object.comment.iter().map(|text| format!("COMMENT ON TABLE {name} IS {}", literal(text)));
    let columns = object
        .comments
        .iter()
        .map(|(column, text)| format!("COMMENT ON COLUMN {name}.{} IS {}", quoted(column), literal(text)));
    indexes.chain(own).chain(columns).collect()
}

/// The objects of a catalog: what is referred to before what refers to it.
fn objects(catalog: &Catalog) -> Vec<(&Table, &Mapping)> {
    let mut left: Vec<(&Table, &Mapping)> =
        catalog.tables.values().filter_map(|table| Some((table, table.object.as_deref()?))).collect();
    left.sort_unstable_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let mut sorted: Vec<(&Table, &Mapping)> = Vec::new();
    while !left.is_empty() {
        let ready = |object: &Mapping| {
            let mut targets = object.references.iter().flat_map(|one| one.targets.iter().flatten());
            targets.all(|id| *id == object.id || !left.iter().any(|(_, other)| other.id == *id))
        };
        // In a ring nothing is ready: then the first by name, which will be refused where it is made.
        let at = left.iter().position(|(_, object)| ready(object)).unwrap_or(0);
        sorted.push(left.remove(at));
    }
    sorted
}

/// All of an org's objects, as a file that makes them.
#[must_use]
pub fn script(catalog: &Catalog) -> String {
    let mut text = String::new();
    for (table, object) in objects(catalog) {
        for statement in std::iter::once(create(catalog, table, object)).chain(besides(table, object)) {
            let _ = writeln!(text, "{statement};");
        }
    }
    text
}

/// What must be done so that an org that has `current` has what a file says, and no more.
///
/// # Errors
/// The file is wrong, or says more than definitions.
pub fn differences(current: &Catalog, wanted: &str) -> Result<Vec<Step>, PlanError> {
    let mut bare = Catalog { private: None, ..current.clone() };
    bare.tables.retain(|_, table| table.object.is_none());
    let mut file = Arc::new(bare);
    for plan in compile_as(&file.clone(), wanted, CompileOptions { declared_params: 0 }, Definitions::Allowed)? {
        match plan.action {
            Action::Run(Run { special: Special::Define(defined), .. }) => file = defined.catalog,
            Action::Empty => {}
            Action::Run(_) | Action::Transaction(_) | Action::Session(_) => {
                let message = "a file of metadata holds definitions alone";
                return Err(PlanError::new(SqlState::FEATURE_NOT_SUPPORTED, "metadata_file", message));
            }
        }
    }
    let named = |catalog: &Catalog, name: &str| {
        objects(catalog).into_iter().find(|(_, object)| object.name == name).map(|(table, _)| table.clone())
    };
    let mut steps = Vec::new();
    let gone: Vec<String> = objects(current)
        .into_iter()
        .filter(|(_, object)| named(&file, &object.name).is_none())
        .map(|(_, object)| quoted(&object.name))
        .collect();
    for (table, object) in objects(&file) {
        match named(current, &object.name) {
            None => {
                steps.push(Step::Define(create(&file, table, object)));
                steps.extend(besides(table, object).into_iter().map(Step::Define));
            }
            Some(known) => change(current, &known, &file, table, object, &mut steps),
        }
    }
    // Last: what stays may refer to them until it is changed.
    if !gone.is_empty() {
        steps.push(Step::Lose(format!("DROP TABLE {}", gone.join(", "))));
    }
    Ok(steps)
}

fn change(current: &Catalog, known: &Table, file: &Catalog, table: &Table, object: &Mapping, steps: &mut Vec<Step>) {
    let Some(before) = known.object.as_deref() else { return };
    let name = quoted(&object.name);
    let alter = |what: String| format!("ALTER TABLE {name} {what}");
    let wanted = constraints(file, table, object);
    let mut there = constraints(current, known, before);
    for gone in known.columns.iter().filter(|column| table.column(&column.name).is_none()) {
        steps.push(Step::Lose(alter(format!("DROP COLUMN {}", quoted(&gone.name)))));
        there.retain(|(columns, _)| !columns.contains(&gone.name));
    }
    let mut made = Vec::new();
    for field in &table.columns {
        let quoted = quoted(&field.name);
        match known.column(&field.name) {
            None => {
                let own = wanted
                    .iter()
                    .find(|(columns, text)| *columns == [field.name.clone()] && text.contains(" FOREIGN KEY ("));
                // `CONSTRAINT c FOREIGN KEY (a) REFERENCES ...` is `CONSTRAINT c REFERENCES ...` behind its column.
                let reference = own.map(|(_, text)| text.replacen(&format!("FOREIGN KEY ({quoted}) "), "", 1));
                made.extend(own.cloned());
                let plain = column(&Column { default: None, ..field.clone() });
                let reference = reference.map_or(String::new(), |text| format!(" {text}"));
                steps.push(Step::Define(alter(format!("ADD COLUMN {plain}{reference}"))));
                if let Some(default) = &field.default {
                    steps.push(Step::Define(alter(format!("ALTER COLUMN {quoted} SET DEFAULT {default}"))));
                }
            }
            Some(old) if old.data_type != field.data_type => steps.push(Step::Impossible(format!(
                "column {quoted} of {name} is {} and should be {}",
                old.data_type, field.data_type
            ))),
            Some(old) => {
                if old.default != field.default {
                    let set =
                        field.default.as_ref().map_or("DROP DEFAULT".to_owned(), |text| format!("SET DEFAULT {text}"));
                    steps.push(Step::Define(alter(format!("ALTER COLUMN {quoted} {set}"))));
                }
                if old.not_null != field.not_null {
                    let verb = if field.not_null { "SET" } else { "DROP" };
                    steps.push(Step::Define(alter(format!("ALTER COLUMN {quoted} {verb} NOT NULL"))));
                }
            }
        }
    }
    for (_, text) in wanted.iter().filter(|one| !there.contains(one) && !made.contains(one)) {
        steps.push(Step::Impossible(format!("{name} has no {text}")));
    }
    for (_, text) in there.iter().filter(|one| !wanted.contains(one)) {
        steps.push(Step::Impossible(format!("{name} has {text} besides")));
    }
    let old = besides(known, before);
    let new = besides(table, object);
    for index in known.indexes.iter().filter(|index| !table.indexes.contains(index)) {
        // Those of a dropped column went with it.
        if known
            .columns
            .iter()
            .all(|column| table.column(&column.name).is_some() || !index.definition.contains(&quoted(&column.name)))
        {
            steps.push(Step::Define(format!("DROP INDEX {}", quoted(&index.name))));
        }
    }
    steps.extend(new.iter().filter(|text| !old.contains(text)).cloned().map(Step::Define));
    if before.comment.is_some() && object.comment.is_none() {
        steps.push(Step::Define(format!("COMMENT ON TABLE {name} IS NULL")));
    }
    for (column, _) in before.comments.iter().filter(|(column, _)| table.column(column).is_some()) {
        if !object.comments.iter().any(|(known, _)| known == column) {
            steps.push(Step::Define(format!("COMMENT ON COLUMN {name}.{} IS NULL", quoted(column))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::LeafCount;

    fn after(catalog: &Catalog, text: &str) -> Catalog {
        let plans = compile_as(catalog, text, CompileOptions { declared_params: 0 }, Definitions::Allowed).unwrap();
        let last = plans.into_iter().rev().find_map(|plan| match plan.action {
            Action::Run(Run { special: Special::Define(defined), .. }) => Some(defined.catalog),
            _ => None,
        });
        (*last.unwrap()).clone()
    }

    const OBJECTS: &str = "
        CREATE TABLE z (id text PRIMARY KEY DEFAULT new_key(), n numeric(8,2) DEFAULT -1, \"odd \"\"name\" varchar(4) NOT NULL UNIQUE);
        CREATE TABLE a (id integer PRIMARY KEY, z text REFERENCES z ON DELETE CASCADE, at timestamptz DEFAULT now(), UNIQUE (id, at_no), at_no bigint,
            boss integer REFERENCES a ON DELETE SET NULL, any1 text REFERENCES ANY, any2 text CONSTRAINT two REFERENCES ANY (a, z) ON DELETE RESTRICT);
        CREATE INDEX ON a (at_no); COMMENT ON TABLE a IS 'it''s'; COMMENT ON COLUMN a.z IS 'z';";

    #[test]
    fn a_script_makes_what_it_was_made_of() {
        let bare = Catalog::empty(LeafCount::STANDARD);
        let catalog = after(&bare, OBJECTS);
        let text = script(&catalog);
        assert_eq!(script(&after(&bare, &text)), text);
        assert_eq!(differences(&catalog, &text).unwrap(), []);
        assert_eq!(differences(&catalog, OBJECTS).unwrap(), []);
        let all = differences(&bare, &text).unwrap();
        assert!(all.iter().all(|step| matches!(step, Step::Define(_))), "{all:?}");
        assert_eq!(differences(&catalog, "").unwrap(), [Step::Lose("DROP TABLE \"z\", \"a\"".to_owned())]);
    }

    #[test]
    fn what_differs_is_done_and_then_nothing_is() {
        let catalog = after(&Catalog::empty(LeafCount::STANDARD), OBJECTS);
        let wanted = "
            CREATE TABLE z (id text PRIMARY KEY DEFAULT new_key(), n numeric(8,2) NOT NULL, \"odd \"\"name\" varchar(4) NOT NULL UNIQUE, more text REFERENCES z, d date DEFAULT CURRENT_DATE);
            CREATE TABLE a (id integer PRIMARY KEY, z text REFERENCES z ON DELETE CASCADE, at timestamptz, at_no bigint, UNIQUE (id, at_no));
            CREATE TABLE new (id integer);
            CREATE INDEX by_at ON a (at_no); COMMENT ON COLUMN a.z IS 'zz'";
        let steps = differences(&catalog, wanted).unwrap();
        let mut text = String::new();
        for step in &steps {
            match step {
                Step::Define(sql) | Step::Lose(sql) => text.push_str(&format!("{sql};\n")),
                Step::Impossible(what) => panic!("{what}"),
            }
        }
        let losses = steps.iter().filter(|step| matches!(step, Step::Lose(_))).count();
        assert_eq!((losses, differences(&after(&catalog, &text), wanted).unwrap()), (3, vec![]), "{text}");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let catalog = after(&Catalog::empty(LeafCount::STANDARD), "CREATE TABLE t (a integer, b text)");
        for wanted in [
            "CREATE TABLE t (a bigint, b text)",
            "CREATE TABLE t (a integer UNIQUE, b text)",
            "CREATE TABLE t (a integer, b text REFERENCES ANY)",
        ] {
            assert!(matches!(differences(&catalog, wanted).unwrap().as_slice(), [Step::Impossible(_)]), "{wanted}");
        }
        for wrong in [
            "SELECT 1",
            "CREATE TABLE t (a integer); DELETE FROM t",
            "BEGIN",
            "CREATE TABLE t (a money)",
            "DROP TABLE t",
        ] {
            assert!(differences(&catalog, wrong).is_err(), "{wrong}");
        }
    }
}
