//! Ordinary DDL -> physical DDL and the next catalog. Pure.
//!
//! In: a schema file's statements and the catalog they change. Out: for each [`Part`] of the file the [`Step`]s to run
//! and the catalog afterwards, or a [`Refusal`](super::Refusal) with line and reason. Invariants: every org-scoped table
//! becomes a parent partitioned by hash of `org_id`, which is its first column and the first of each of its keys; what
//! is not known to be safe is refused; expressions come out as they went in, byte for byte. What is absent: I/O; the
//! shard (a plan serves every shard; only sequences differ, see [`Step::sql`]).

mod alter;
mod column;
mod constraint;
mod create;
mod drop;
mod index;
mod misc;
mod rename;
mod types;
mod view;

use std::collections::BTreeSet;

use super::Refusal;
use super::cursor::Cursor;
use super::lex::{self, Kind, Statement, Token};
use super::physical;
use crate::catalog::{Catalog, LeafNaming, ORG_COLUMN, ORGFOLD_SCHEMA, QualifiedName, Scope, Table};

/// What the planner must know besides the catalog and the text.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// Lanes of the interleaved sequences.
    pub stride: i16,
    /// The role that gets DML on leaves, SELECT on global tables, USAGE on sequences.
    pub runtime_role: String,
    /// Tables that are global besides the annotated ones.
    pub global_tables: BTreeSet<QualifiedName>,
}

/// One physical statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The same on every shard.
    Sql(String),
    /// A sequence: it begins at the first number of the shard's lane that is not less than `from`.
    Sequence {
        /// `CREATE SEQUENCE ... START WITH`.
        before: String,
        /// The lowest number wanted.
        from: i64,
        /// How many lanes there are.
        stride: i64,
        /// What follows the number.
        after: String,
    },
}

impl Step {
    /// The statement for the shard of that lane.
    #[must_use]
    pub fn sql(&self, lane: i16) -> String {
        match self {
            Step::Sql(sql) => sql.clone(),
            Step::Sequence { before, from, stride, after } => {
                let start = from.saturating_add((i64::from(lane).saturating_sub(*from)).rem_euclid(*stride));
                format!("{before} {start}{after}")
            }
        }
    }
}

/// An index to be built without blocking writers, outside any transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Concurrent {
    /// The schema the index lands in.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// `CREATE INDEX CONCURRENTLY ...`.
    pub sql: String,
    /// The line of the file it comes from.
    pub line: usize,
}

/// Statements that are applied together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Indexes to build first, outside the transaction.
    pub concurrent: Vec<Concurrent>,
    /// What to run in one transaction, each with the line of the file it comes from.
    pub steps: Vec<(usize, Step)>,
    /// The catalog afterwards; its version is one more than before when anything in it changed.
    pub catalog: Catalog,
}

/// The statements of a file, cut into parts: an index built CONCURRENTLY is a part of its own, what stands between two
/// of them is one part.
///
/// # Errors
/// [`Refusal`] when the text cannot be cut into statements.
pub(super) fn parts(text: &str) -> Result<Vec<Vec<Statement>>, Refusal> {
    let mut parts: Vec<Vec<Statement>> = Vec::new();
    let mut open = false;
    for statement in lex::statements(text)? {
        let alone = index::is_concurrent(&Cursor::new(text, &statement));
        match parts.last_mut() {
            Some(last) if open && !alone => last.push(statement),
            Some(_) | None => parts.push(vec![statement]),
        }
        open = !alone;
    }
    Ok(parts)
}

/// What a schema file becomes on top of a catalog: its parts, each with the catalog after it. Pure: nothing is run.
///
/// # Errors
/// [`Refusal`]: the first statement that cannot be made safe.
pub fn plan_file(catalog: &Catalog, text: &str, options: &PlanOptions) -> Result<Vec<Part>, Refusal> {
    let mut planned: Vec<Part> = Vec::new();
    for part in parts(text)? {
        let base = planned.last().map_or(catalog, |before| &before.catalog);
        planned.push(plan(base, text, &part, options)?);
    }
    Ok(planned)
}

/// Plans one part of a file on top of a catalog.
///
/// # Errors
/// [`Refusal`]: the first statement that cannot be made safe.
pub(super) fn plan(catalog: &Catalog, text: &str, part: &[Statement], options: &PlanOptions) -> Result<Part, Refusal> {
    let naming = catalog.naming();
    let mut planner =
        Planner { catalog: catalog.clone(), options, naming, steps: Vec::new(), concurrent: Vec::new(), line: 0 };
    for statement in part {
        planner.statement(text, statement)?;
    }
    if planner.catalog != *catalog {
        planner.catalog.version += 1;
    }
    Ok(Part { concurrent: planner.concurrent, steps: planner.steps, catalog: planner.catalog })
}

/// The state while a part is planned.
struct Planner<'o> {
    catalog: Catalog,
    options: &'o PlanOptions,
    naming: LeafNaming,
    steps: Vec<(usize, Step)>,
    concurrent: Vec<Concurrent>,
    line: usize,
}

impl Planner<'_> {
    fn statement(&mut self, text: &str, statement: &Statement) -> Result<(), Refusal> {
        self.line = statement.line;
        refuse_org_column(&statement.tokens)?;
        let mut cursor = Cursor::new(text, statement);
        let creates_table = cursor.is("create table") || cursor.is("create unlogged table");
        if let (Some(line), false) = (statement.global, creates_table) {
            return Err(Refusal::at(line, "the annotation `orgfold: global` stands before no CREATE TABLE"));
        }
        match (cursor.word().unwrap_or(""), cursor.second_word().unwrap_or("")) {
            ("create", "table" | "unlogged") => self.create_table(&mut cursor, statement.global.is_some()),
            ("create", "index" | "unique") => self.create_index(&mut cursor),
            ("create", "type") => self.create_type(&mut cursor, text),
            ("create", "domain") => self.create_domain(&mut cursor),
            ("create", "schema") => self.create_schema(&mut cursor),
            ("create", "extension") => self.create_extension(&mut cursor),
            ("create", "view" | "or") if cursor.is("create view") || cursor.is("create or replace view") => {
                self.create_view(&mut cursor)
            }
            ("alter", "table") => self.alter_table(&mut cursor),
            ("alter", "type") => self.alter_type(&mut cursor),
            ("alter", "index") => self.alter_index(&mut cursor),
            ("drop", "table") => self.drop_tables(&mut cursor),
            ("drop", "index") => self.drop_indexes(&mut cursor),
            ("drop", "view") => self.drop_views(&mut cursor),
            ("drop", "type" | "domain") => self.drop_types(&mut cursor),
            ("comment", "on") => self.comment(&mut cursor),
            ("insert" | "update" | "delete", _) => self.seed(&mut cursor, text),
            // One transaction a file is what there is anyway.
            ("begin" | "commit", "") => Ok(()),
            _ => Err(cursor.refuse(misc::reason(&cursor))),
        }
    }

    fn push(&mut self, sql: String) {
        self.steps.push((self.line, Step::Sql(sql)));
    }

    /// The numbers of the leaves.
    fn leaves(&self) -> std::ops::Range<u16> {
        0..self.catalog.leaves.get()
    }

    fn leaf(&self, table: &QualifiedName, leaf: u16) -> String {
        physical::leaf(self.naming, table, leaf)
    }

    /// A statement for each leaf of a table.
    fn each_leaf(&mut self, table: &QualifiedName, sql: impl Fn(&str, u16) -> String) {
        for number in self.leaves() {
            let leaf = self.leaf(table, number);
            self.push(sql(&leaf, number));
        }
    }

    fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal::at(self.line, reason)
    }

    fn table(&self, name: &QualifiedName) -> Result<&Table, Refusal> {
        if let Some(table) = self.catalog.tables.get(name) {
            return Ok(table);
        }
        let reason = if self.catalog.views.contains_key(name) { "is a view" } else { "does not exist" };
        Err(self.refuse(format!("table {name} {reason}")))
    }

    fn table_mut(&mut self, name: &QualifiedName) -> Result<&mut Table, Refusal> {
        let missing = self.refuse(format!("table {name} does not exist"));
        self.catalog.tables.get_mut(name).ok_or(missing)
    }

    fn scope(&self, name: &QualifiedName) -> Result<Scope, Refusal> {
        Ok(self.table(name)?.scope)
    }

    /// A new name of a relation or type: its schema must be the service's, the name free.
    fn check_new(&self, name: &QualifiedName) -> Result<(), Refusal> {
        self.check_schema(&name.schema)?;
        if self.relation_exists(name) || self.catalog.types.contains_key(name) {
            return Err(self.refuse(format!("{name} exists already")));
        }
        Ok(())
    }

    fn check_schema(&self, schema: &str) -> Result<(), Refusal> {
        if self.catalog.schemas.iter().any(|known| known == schema) {
            return Ok(());
        }
        Err(self.refuse(format!("schema {schema} is not one that a migration created")))
    }

    /// Whether a table, view, index or sequence of that name is in the catalog.
    fn relation_exists(&self, name: &QualifiedName) -> bool {
        self.catalog.tables.contains_key(name)
            || self.catalog.views.contains_key(name)
            || self.catalog.tables.iter().any(|(of, table)| {
                of.schema == name.schema
                    && (table.indexes.iter().any(|index| index.name == name.name)
                        || table.constraints.iter().any(|one| constraint::has_index(one) && one.name == name.name))
                    || table.columns.iter().any(|column| column.sequence.as_ref() == Some(name))
            })
    }

    /// Whether the start of leaf indexes' names is taken in a schema, by indexes or by tables (whose leaves are named
    /// alike).
    fn base_taken(&self, schema: &str, base: &str) -> bool {
        self.catalog.tables.iter().any(|(of, table)| {
            of.schema == schema
                && (of.name == base
                    || table.indexes.iter().any(|index| index.physical == base)
                    || table.constraints.iter().any(|one| constraint::has_index(one) && one.physical == base))
        })
    }

    /// Refuses while a view's text uses the name: the view would mean something else, or nothing.
    fn refuse_if_viewed(&self, name: &str, what: &str) -> Result<(), Refusal> {
        for (view, definition) in &self.catalog.views {
            if mentions(&definition.query, name)? {
                return Err(self.refuse(format!("view {view} may use {what} {name}: drop the view first")));
            }
        }
        Ok(())
    }
}

/// The name a token is, if it may be one.
fn named(token: &Token) -> Option<&str> {
    match &token.kind {
        Kind::Word(name) | Kind::Quoted(name) => Some(name),
        Kind::Text | Kind::Number | Kind::Sign(_) => None,
    }
}

/// Whether an expression names something.
fn mentions(text: &str, name: &str) -> Result<bool, Refusal> {
    Ok(lex::tokens(text)?.iter().any(|token| named(token) == Some(name)))
}

/// The service has no such column; a statement that says so anyway would mean ours. Our schema is not its own either.
fn refuse_org_column(tokens: &[Token]) -> Result<(), Refusal> {
    for token in tokens {
        let Some(name) = named(token) else { continue };
        if name == ORG_COLUMN {
            let reason = "org_id is the column that orgfold adds and hides: no statement may name it";
            return Err(Refusal::at(token.line, reason));
        }
        if [ORGFOLD_SCHEMA, crate::catalog::CATALOG_SCHEMA, crate::catalog::ROWS_SCHEMA].contains(&name) {
            return Err(Refusal::at(token.line, format!("{name} is orgfold's own schema")));
        }
    }
    Ok(())
}
