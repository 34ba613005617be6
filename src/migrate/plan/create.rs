//! CREATE TABLE, and columns that come later.
//!
//! In: tokens. Out: the parent, its leaves, sequences, constraints and grants; the table in the catalog. Invariants:
//! `org_id bigint NOT NULL` is the first column of parent and leaves; only leaves are granted; an identity is a default
//! from a sequence of the shard's own lane, so rows of two shards never share a number. What is absent: LIKE, INHERITS,
//! OF, PARTITION BY, tablespaces: refused.

use super::column::{ColumnSpec, SequenceSpec};
use super::constraint::ConstraintSpec;
use super::{Planner, Step, types};
use crate::catalog::{Column, ORG_COLUMN, QualifiedName, Scope, Table};
use crate::migrate::cursor::Cursor;
use crate::migrate::physical::{literal, quote, relation};
use crate::migrate::{Refusal, names};

/// Only COPY FROM relies on it: every other statement names the org's column.
const ORG_DEFAULT: &str = "DEFAULT (current_setting('orgfold.org_id'))::bigint";

impl Planner<'_> {
    pub(super) fn create_table(&mut self, cursor: &mut Cursor<'_>, annotated: bool) -> Result<(), Refusal> {
        let line = self.line;
        cursor.expect("create")?;
        let unlogged = if cursor.eat("unlogged") { "UNLOGGED " } else { "" };
        cursor.expect("table")?;
        let tolerant = cursor.eat("if not exists");
        let name = cursor.qualified()?;
        if tolerant && self.catalog.tables.contains_key(&name) {
            return Ok(());
        }
        self.check_new(&name)?;
        let scope = if annotated || self.options.global_tables.contains(&name) { Scope::Global } else { Scope::Org };
        if scope == Scope::Org {
            self.check_leaf_names(&name)?;
        }
        if !cursor.is_sign('(') {
            return Err(cursor.refuse("CREATE TABLE without a list of columns"));
        }
        let (_, mut inner) = cursor.parens()?;
        let (columns, mut constraints) = elements(&mut inner)?;
        let storage = storage(cursor)?;
        cursor.end()?;

        let table = Table { scope, columns: Vec::new(), constraints: Vec::new(), indexes: Vec::new(), object: None };
        self.catalog.tables.insert(name.clone(), table);
        let mut lines = Vec::new();
        if scope == Scope::Org {
            lines.push(format!("{} bigint NOT NULL", quote(ORG_COLUMN)));
        }
        let mut sequences = Vec::new();
        // PostgreSQL names the constraints of a table in this order: checks, keys, foreign keys.
        let mut all: Vec<ConstraintSpec> = columns.iter().flat_map(|column| column.constraints.clone()).collect();
        all.append(&mut constraints);
        for column in &columns {
            let (text, sequence) = self.new_column(&name, scope, column, &all)?;
            lines.push(text);
            sequences.extend(sequence);
        }
        let mut checks = Vec::new();
        let rank = |spec: &ConstraintSpec| match spec.kind {
            super::constraint::ConstraintKindSpec::Check { .. } => 0,
            super::constraint::ConstraintKindSpec::ForeignKey { .. } => 2,
            _ => 1,
        };
        // Steps of constraints come after the table's: they are made apart and put behind it.
        let before = std::mem::take(&mut self.steps);
        for wanted in 0..=2 {
            for spec in all.iter().filter(|spec| rank(spec) == wanted) {
                self.add_constraint(&name, spec, Some(&mut checks))?;
            }
        }
        let after = std::mem::replace(&mut self.steps, before);
        self.line = line;
        lines.append(&mut checks);
        let body = lines.join(",\n    ");
        let parent = relation(&name);
        match scope {
            Scope::Global => {
                self.push(format!("CREATE {unlogged}TABLE {parent} (\n    {body}\n){storage}"));
                self.push(format!("GRANT SELECT ON {parent} TO {}", quote(&self.options.runtime_role)));
            }
            Scope::Org => {
                self.push(format!("CREATE TABLE {parent} (\n    {body}\n) PARTITION BY HASH ({})", quote(ORG_COLUMN)));
                let count = self.catalog.leaves.get();
                let runtime = quote(&self.options.runtime_role);
                self.each_leaf(&name, |leaf, number| {
                    format!(
                        "CREATE {unlogged}TABLE {leaf} PARTITION OF {parent} ({} {ORG_DEFAULT}) \
                         FOR VALUES WITH (MODULUS {count}, REMAINDER {number}){storage}",
                        quote(ORG_COLUMN)
                    )
                });
                self.each_leaf(&name, |leaf, _| format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {leaf} TO {runtime}"));
            }
        }
        for (sequence, column) in sequences {
            self.push(format!("ALTER SEQUENCE {} OWNED BY {parent}.{}", relation(&sequence), quote(&column)));
        }
        self.steps.extend(after);
        Ok(())
    }

    /// The name of a table must leave room for `_p07`, and no table may be named like a leaf of another.
    pub(super) fn check_leaf_names(&self, name: &QualifiedName) -> Result<(), Refusal> {
        let room = self.naming.max_base_bytes();
        if name.name.len() > room {
            return Err(self.refuse(format!("the name {name} is longer than {room} bytes: its leaves need the rest")));
        }
        if self.base_taken(&name.schema, &name.name) {
            return Err(self.refuse(format!("{name} would give its leaves names that indexes have")));
        }
        if let Some((base, _)) = self.naming.logical(&name.name) {
            return Err(self.refuse(format!("{name} is named like a leaf of {base}")));
        }
        Ok(())
    }

    /// Adds a column to the catalog and makes its sequence; its physical text, and the sequence to be owned by it.
    pub(super) fn new_column(
        &mut self,
        name: &QualifiedName,
        scope: Scope,
        spec: &ColumnSpec,
        constraints: &[ConstraintSpec],
    ) -> Result<(String, Option<(QualifiedName, String)>), Refusal> {
        let table = self.table(name)?;
        if table.column(&spec.name).is_some() {
            return Err(self.refuse(format!("column {} stands twice in table {name}", spec.name)));
        }
        if is_system_column(&spec.name) {
            return Err(self.refuse(format!("{} is the name of a system column", spec.name)));
        }
        self.refuse_row_type(&spec.type_text)?;
        let keyed = constraints.iter().any(|one| match &one.kind {
            super::constraint::ConstraintKindSpec::PrimaryKey { columns } => columns.contains(&spec.name),
            _ => false,
        });
        let not_null = spec.not_null || keyed;
        let mut text = format!("{} {}", quote(&spec.name), spec.type_text);
        if let Some(collation) = &spec.collation {
            text.push_str(&format!(" COLLATE {collation}"));
        }
        if not_null {
            text.push_str(" NOT NULL");
        }
        let mut sequence = None;
        if let Some((_, options)) = &spec.identity {
            if scope == Scope::Global {
                return Err(self.refuse(format!(
                    "identity column {} of global table {name}: its rows must be the same on every shard, so give keys yourself",
                    spec.name
                )));
            }
            let made = self.sequence(name, &spec.name, &types::normal(&spec.type_text), *options)?;
            text.push_str(&format!(" DEFAULT nextval({}::regclass)", literal(&relation(&made))));
            sequence = Some(made);
        } else if let Some(default) = &spec.default {
            text.push_str(&format!(" DEFAULT {default}"));
        } else if let Some(expression) = &spec.generated {
            text.push_str(&format!(" GENERATED ALWAYS AS ({expression}) STORED"));
        }
        let column = Column {
            name: spec.name.clone(),
            data_type: types::normal(&spec.type_text),
            not_null,
            default: spec.default.clone(),
            identity: spec.identity.as_ref().map(|(identity, _)| *identity),
            sequence: sequence.clone(),
            generated: spec.generated.clone(),
        };
        self.table_mut(name)?.columns.push(column);
        Ok((text, sequence.map(|made| (made, spec.name.clone()))))
    }

    /// A table's row type holds the org's column: a value of it would show it.
    pub(super) fn refuse_row_type(&self, type_text: &str) -> Result<(), Refusal> {
        let normal = types::normal(type_text);
        let base = normal.trim_end_matches("[]");
        let name = base.parse().unwrap_or_else(|_| QualifiedName::public(base.trim_matches('"')));
        if base.starts_with("reg") || base == "aclitem" {
            return Err(self.refuse(format!("{base}: its values are names in the physical database")));
        }
        if self.catalog.tables.contains_key(&name) {
            return Err(self.refuse(format!("{name} is a table: its rows are no type for a column")));
        }
        Ok(())
    }

    fn sequence(
        &mut self,
        table: &QualifiedName,
        column: &str,
        data_type: &str,
        options: SequenceSpec,
    ) -> Result<QualifiedName, Refusal> {
        let taken = |name: &str| self.relation_exists(&QualifiedName::new(&table.schema, name));
        let chosen = names::choose(&table.name, Some(column), "seq", taken);
        let name = QualifiedName::new(&table.schema, &chosen);
        let stride = i64::from(self.options.stride);
        let cache = if options.cache > 1 { format!(" CACHE {}", options.cache) } else { String::new() };
        let step = Step::Sequence {
            before: format!("CREATE SEQUENCE {} AS {data_type} INCREMENT BY {stride} START WITH", relation(&name)),
            from: options.start,
            stride,
            after: cache,
        };
        self.steps.push((self.line, step));
        self.push(format!("GRANT USAGE ON SEQUENCE {} TO {}", relation(&name), quote(&self.options.runtime_role)));
        Ok(name)
    }
}

fn is_system_column(name: &str) -> bool {
    matches!(name, "tableoid" | "xmin" | "cmin" | "xmax" | "cmax" | "ctid")
}

fn elements(inner: &mut Cursor<'_>) -> Result<(Vec<ColumnSpec>, Vec<ConstraintSpec>), Refusal> {
    let (mut columns, mut constraints) = (Vec::new(), Vec::new());
    if inner.done() {
        return Err(inner.refuse("a table without columns"));
    }
    loop {
        if inner.is("like") {
            return Err(inner.refuse("LIKE: write the columns out"));
        }
        if ConstraintSpec::is_next(inner) {
            constraints.push(ConstraintSpec::read(inner)?);
        } else {
            columns.push(ColumnSpec::read(inner)?);
        }
        if !inner.eat_sign(',') {
            break;
        }
    }
    inner.end()?;
    if columns.is_empty() {
        return Err(inner.refuse("a table without columns"));
    }
    Ok((columns, constraints))
}

/// What follows the parenthesis: only `WITH (fillfactor = 100, ...)`, which belongs to the leaves.
fn storage(cursor: &mut Cursor<'_>) -> Result<String, Refusal> {
    if cursor.is("inherits") {
        return Err(cursor.refuse("INHERITS: a table's rows must all be in its own leaves"));
    }
    if cursor.is("partition") {
        return Err(cursor.refuse("PARTITION BY: orgfold partitions every table by org"));
    }
    if cursor.eat("without oids") || !cursor.eat("with") {
        return Ok(String::new());
    }
    let (parameters, _) = cursor.parens()?;
    Ok(format!(" WITH ({parameters})"))
}
