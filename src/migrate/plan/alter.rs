//! ALTER TABLE.
//!
//! In: tokens. Out: the same change on the parent, which carries it to its leaves, or on each leaf where PostgreSQL
//! keeps the object there (foreign keys, exclusions); the changed table in the catalog. Invariants: every action of a
//! list sees what the ones before it did; nothing is dropped that something else needs. What is absent: OWNER, SET
//! SCHEMA, INHERIT, ATTACH, row security, triggers, storage: refused.

use super::column::{self, ColumnSpec};
use super::constraint::{ConstraintSpec, has_index};
use super::drop::restrict;
use super::{Planner, types};
use crate::catalog::{Column, Constraint, ConstraintKind, QualifiedName, ReferentialAction, Scope};
use crate::migrate::Refusal;
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::Kind;
use crate::migrate::physical::{quote, relation};

impl Planner<'_> {
    pub(super) fn alter_table(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("alter table")?;
        let tolerant = cursor.eat("if exists");
        if cursor.is("only") {
            return Err(cursor.refuse("ONLY: a table and its leaves change together"));
        }
        let name = cursor.qualified()?;
        if tolerant && !self.catalog.tables.contains_key(&name) {
            return Ok(());
        }
        self.table(&name)?;
        if cursor.eat("rename") {
            return self.rename(&name, cursor);
        }
        loop {
            self.line = cursor.line();
            self.action(&name, cursor)?;
            if !cursor.eat_sign(',') {
                break;
            }
        }
        cursor.end()
    }

    fn action(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        if cursor.eat("add") {
            let in_words = cursor.eat("column");
            if !in_words && ConstraintSpec::is_next(cursor) {
                let spec = ConstraintSpec::read(cursor)?;
                return self.add_constraint(name, &spec, None);
            }
            return self.add_column(name, cursor);
        }
        if cursor.eat("drop constraint") {
            return self.drop_constraint(name, cursor);
        }
        if cursor.eat("drop") {
            cursor.eat("column");
            return self.drop_column(name, cursor);
        }
        if cursor.eat("validate constraint") {
            let constraint = cursor.name()?;
            let held = self.constraint(name, &constraint)?;
            let words = format!("VALIDATE CONSTRAINT {}", quote(&constraint));
            return self.on_holders(name, &held, |_| words.clone());
        }
        if cursor.eat("alter constraint") {
            return self.alter_constraint(name, cursor);
        }
        if cursor.eat("alter") {
            cursor.eat("column");
            return self.alter_column(name, cursor);
        }
        Err(cursor.refuse("this action of ALTER TABLE is not supported"))
    }

    fn add_column(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let tolerant = cursor.eat("if not exists");
        let spec = ColumnSpec::read(cursor)?;
        if tolerant && self.table(name)?.column(&spec.name).is_some() {
            return Ok(());
        }
        let scope = self.scope(name)?;
        let (text, sequence) = self.new_column(name, scope, &spec, &spec.constraints)?;
        let parent = relation(name);
        self.push(format!("ALTER TABLE {parent} ADD COLUMN {text}"));
        if let Some((sequence, column)) = sequence {
            self.push(format!("ALTER SEQUENCE {} OWNED BY {parent}.{}", relation(&sequence), quote(&column)));
        }
        for constraint in &spec.constraints {
            self.add_constraint(name, constraint, None)?;
        }
        Ok(())
    }

    fn drop_column(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let tolerant = cursor.eat("if exists");
        let column = cursor.name()?;
        restrict(cursor)?;
        let table = self.table(name)?;
        if table.column(&column).is_none() {
            let missing = self.refuse(format!("table {name} has no column {column}"));
            return if tolerant { Ok(()) } else { Err(missing) };
        }
        if table.columns.len() == 1 {
            return Err(self.refuse(format!("{column} is the last column of {name}")));
        }
        self.refuse_if_viewed(&column, "column")?;
        self.refuse_if_referenced(name, &column)?;
        // PostgreSQL drops the table's own constraints and indexes of the column with it.
        let mut kept = Vec::new();
        for constraint in table.constraints.clone() {
            if !uses(&constraint, &column)? {
                kept.push(constraint);
            }
        }
        let mut indexes = Vec::new();
        for index in table.indexes.clone() {
            if !super::mentions(&index.definition, &column)? {
                indexes.push(index);
            }
        }
        self.push(format!("ALTER TABLE {} DROP COLUMN {}", relation(name), quote(&column)));
        let table = self.table_mut(name)?;
        table.columns.retain(|one| one.name != column);
        table.constraints = kept;
        table.indexes = indexes;
        Ok(())
    }

    fn drop_constraint(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let tolerant = cursor.eat("if exists");
        let constraint = cursor.name()?;
        restrict(cursor)?;
        if tolerant && !self.table(name)?.constraints.iter().any(|one| one.name == constraint) {
            return Ok(());
        }
        let held = self.constraint(name, &constraint)?;
        let naming = self.naming;
        self.on_holders(name, &held, |leaf| match (leaf, has_index(&held)) {
            (Some(number), true) => format!("DROP CONSTRAINT {}", quote(&naming.physical(&held.physical, number))),
            (Some(_), false) | (None, _) => format!("DROP CONSTRAINT {}", quote(&constraint)),
        })?;
        self.table_mut(name)?.constraints.retain(|one| one.name != constraint);
        Ok(())
    }

    /// DEFERRABLE and its like of a foreign key.
    fn alter_constraint(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let constraint = cursor.name()?;
        let held = self.constraint(name, &constraint)?;
        if !matches!(held.kind, ConstraintKind::ForeignKey { .. }) {
            return Err(self.refuse(format!("{constraint} is no foreign key: only those can be altered")));
        }
        let (mut deferrable, mut deferred) = (held.deferrable, held.initially_deferred);
        while !cursor.done() && !cursor.is_sign(',') {
            if cursor.eat("not deferrable") {
                (deferrable, deferred) = (false, false);
            } else if cursor.eat("deferrable") {
                deferrable = true;
            } else if cursor.eat("initially deferred") {
                (deferrable, deferred) = (true, true);
            } else if cursor.eat("initially immediate") {
                deferred = false;
            } else {
                return Err(cursor.expected("DEFERRABLE, NOT DEFERRABLE or INITIALLY"));
            }
        }
        let words = match (deferrable, deferred) {
            (false, _) => "NOT DEFERRABLE",
            (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
            (true, true) => "DEFERRABLE INITIALLY DEFERRED",
        };
        self.on_holders(name, &held, |_| format!("ALTER CONSTRAINT {} {words}", quote(&constraint)))?;
        if let Some(one) = self.table_mut(name)?.constraints.iter_mut().find(|one| one.name == constraint) {
            (one.deferrable, one.initially_deferred) = (deferrable, deferred);
        }
        Ok(())
    }

    fn alter_column(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let column = cursor.name()?;
        let known = self.table(name)?.column(&column).cloned();
        let known = known.ok_or_else(|| self.refuse(format!("table {name} has no column {column}")))?;
        let mut after = known.clone();
        let words = if cursor.eat("set default") {
            without_sequence(&known, cursor)?;
            let default = column::default(cursor)?;
            let words = format!("SET DEFAULT {default}");
            after.default = Some(default);
            words
        } else if cursor.eat("drop default") {
            without_sequence(&known, cursor)?;
            after.default = None;
            "DROP DEFAULT".to_owned()
        } else if cursor.eat("set not null") {
            after.not_null = true;
            "SET NOT NULL".to_owned()
        } else if cursor.eat("drop not null") {
            without_sequence(&known, cursor)?;
            after.not_null = false;
            "DROP NOT NULL".to_owned()
        } else if cursor.eat("type") || cursor.eat("set data type") {
            self.retype(&known, &mut after, cursor)?
        } else {
            return Err(cursor.refuse("this change of a column is not supported"));
        };
        let change = format!("ALTER TABLE {} ALTER COLUMN {} {words}", relation(name), quote(&column));
        if after.data_type == known.data_type {
            self.push(change);
        } else {
            self.around_keys(name, &column, change)?;
        }
        if let Some(one) = self.table_mut(name)?.columns.iter_mut().find(|one| one.name == column) {
            *one = after;
        }
        Ok(())
    }

    /// `type [COLLATE c] [USING expression]`.
    fn retype(&mut self, known: &Column, after: &mut Column, cursor: &mut Cursor<'_>) -> Result<String, Refusal> {
        let ends = |kind: &Kind| {
            matches!(kind, Kind::Sign(',')) || matches!(kind, Kind::Word(word) if word == "using" || word == "collate")
        };
        let written = cursor.until(ends)?.to_owned();
        if types::serial(&written.to_ascii_lowercase()).is_some() {
            return Err(cursor.refuse("serial is not a type to change to"));
        }
        if !types::is_type(&written) {
            return Err(cursor.refuse(format!("`{written}` is not a type")));
        }
        self.refuse_row_type(&written)?;
        after.data_type = types::normal(&written);
        let mut words = format!("TYPE {written}");
        if cursor.eat("collate") {
            let collation = cursor.until(ends)?;
            words.push_str(&format!(" COLLATE {collation}"));
        }
        if cursor.eat("using") {
            let expression = cursor.until(|kind| *kind == Kind::Sign(','))?;
            words.push_str(&format!(" USING {expression}"));
        }
        self.refuse_if_viewed(&known.name, "column")?;
        if let Some(sequence) = &known.sequence {
            if types::integer_limit(&after.data_type).is_none() {
                return Err(cursor.refuse("an identity column must stay of an integer type"));
            }
            self.push(format!("ALTER SEQUENCE {} AS {}", relation(sequence), after.data_type));
        }
        Ok(words)
    }

    fn constraint(&self, name: &QualifiedName, constraint: &str) -> Result<Constraint, Refusal> {
        let found = self.table(name)?.constraints.iter().find(|one| one.name == constraint);
        found.cloned().ok_or_else(|| self.refuse(format!("table {name} has no constraint {constraint}")))
    }

    /// ALTER TABLE on whatever holds a constraint: the table (whose leaves follow), or each leaf for those that
    /// PostgreSQL keeps on leaves only.
    fn on_holders(
        &mut self,
        name: &QualifiedName,
        held: &Constraint,
        words: impl Fn(Option<u16>) -> String,
    ) -> Result<(), Refusal> {
        let on_leaves = match &held.kind {
            ConstraintKind::ForeignKey { .. } | ConstraintKind::Exclude { .. } => self.scope(name)? == Scope::Org,
            ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. } | ConstraintKind::Check { .. } => false,
        };
        if on_leaves {
            self.each_leaf(name, |leaf, number| format!("ALTER TABLE {leaf} {}", words(Some(number))));
        } else {
            self.push(format!("ALTER TABLE {} {}", relation(name), words(None)));
        }
        Ok(())
    }

    /// Changes a column's type while the keys and indexes over it are away. PostgreSQL would rebuild them from the
    /// parent's, giving those of the leaves names of its own, and cannot at all while foreign keys of leaves stand on
    /// leaves' keys.
    fn around_keys(&mut self, name: &QualifiedName, column: &str, change: String) -> Result<(), Refusal> {
        let table = self.table(name)?;
        if table.scope == Scope::Global {
            self.push(change);
            return Ok(());
        }
        let (keys, indexes) = (table.constraints.clone(), table.indexes.clone());
        let keys: Vec<Constraint> = keys
            .into_iter()
            .filter(|one| match &one.kind {
                ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                    columns.iter().any(|one| one == column)
                }
                _ => false,
            })
            .collect();
        let references = self.foreign_keys_to(name, column)?;
        for (other, constraint) in &references {
            self.on_holders(other, constraint, |_| format!("DROP CONSTRAINT {}", quote(&constraint.name)))?;
        }
        for key in &keys {
            self.push(format!("ALTER TABLE {} DROP CONSTRAINT {}", relation(name), quote(&key.name)));
        }
        let mut away = Vec::new();
        for index in indexes {
            if super::mentions(&index.definition, column)? {
                self.push(format!("DROP INDEX {}", relation(&QualifiedName::new(&name.schema, &index.name))));
                away.push(index);
            }
        }
        self.push(change);
        for key in &keys {
            self.keep_key(name, Scope::Org, key);
        }
        for index in &away {
            self.make_index(name, Scope::Org, index, false)?;
        }
        for (other, constraint) in &references {
            self.foreign_key(other, Scope::Org, constraint, &[], "")?;
        }
        Ok(())
    }

    /// The foreign keys that stand on a column.
    fn foreign_keys_to(&self, name: &QualifiedName, column: &str) -> Result<Vec<(QualifiedName, Constraint)>, Refusal> {
        let mut held = Vec::new();
        for (other, table) in &self.catalog.tables {
            for constraint in &table.constraints {
                let ConstraintKind::ForeignKey { columns, target, target_columns, on_delete, .. } = &constraint.kind
                else {
                    continue;
                };
                if target != name || !target_columns.iter().any(|one| one == column) {
                    continue;
                }
                let sets = matches!(on_delete, ReferentialAction::SetNull | ReferentialAction::SetDefault);
                if sets && columns.len() > 1 {
                    let which = &constraint.name;
                    let reason =
                        format!("constraint {which} of {other} references {column}: drop it, add it again after");
                    return Err(self.refuse(reason));
                }
                held.push((other.clone(), constraint.clone()));
            }
        }
        Ok(held)
    }

    /// Refuses when another foreign key needs the column.
    fn refuse_if_referenced(&self, name: &QualifiedName, column: &str) -> Result<(), Refusal> {
        let holds = |columns: &[String]| columns.iter().any(|one| one == column);
        for (other, table) in &self.catalog.tables {
            for constraint in &table.constraints {
                let ConstraintKind::ForeignKey { target, target_columns, columns, .. } = &constraint.kind else {
                    continue;
                };
                let goes_too = other == name && holds(columns);
                if target == name && !goes_too && holds(target_columns) {
                    let which = &constraint.name;
                    let reason = format!("constraint {which} of {other} references column {column}: drop it first");
                    return Err(self.refuse(reason));
                }
            }
        }
        Ok(())
    }
}

/// Whether a constraint goes when the column goes.
fn uses(constraint: &Constraint, column: &str) -> Result<bool, Refusal> {
    Ok(match &constraint.kind {
        ConstraintKind::PrimaryKey { columns }
        | ConstraintKind::Unique { columns, .. }
        | ConstraintKind::ForeignKey { columns, .. } => columns.iter().any(|one| one == column),
        ConstraintKind::Check { expression } => super::mentions(expression, column)?,
        ConstraintKind::Exclude { definition } => super::mentions(definition, column)?,
    })
}

fn without_sequence(column: &Column, cursor: &Cursor<'_>) -> Result<(), Refusal> {
    if column.sequence.is_some() {
        return Err(cursor.refuse(format!("{} is an identity or serial column", column.name)));
    }
    if column.generated.is_some() {
        return Err(cursor.refuse(format!("{} is a generated column", column.name)));
    }
    Ok(())
}
