//! 3b names: tree -> [`Bound`], every relation and column resolved against the catalog.
//!
//! In: trees and a [`Catalog`]. Out: [`Bound`] statements, which only this module can make. Invariants: every variant
//! and every field of the tree is named here as supported or refused; a relation that the catalog does not know is
//! refused; nothing in a bound statement names `org_id`. What is absent: the org, leaves, functions' and types'
//! permission (policy's).

mod change;
mod from;
mod grouped;
mod lookup;
mod merge;
mod object;
mod pieces;
mod query;
mod scope;
mod sequence;
mod statement;
mod tree;
mod weigh;
mod wrapped;

pub(crate) use scope::SYSTEM_COLUMNS;
pub(crate) use statement::{Bound, BoundKind};
pub(crate) use tree::{FunctionName, Node, Relation, RelationKind, TypeName};
pub(crate) use wrapped::{MAX_CHANNEL_BYTES, PREPARED, Setting};

use super::ast::tree::Ident;
use super::error::PlanError;
use super::{Records, Sequences};
use crate::catalog::{Catalog, QualifiedName, Table};
use crate::sqlstate::SqlState;
use scope::Columns;

/// How deep views may use views.
const MAX_VIEW_DEPTH: usize = 16;

/// How many relations a statement may name, those of its views counted too: names are looked up among all of a level's.
const MAX_RELATIONS: usize = 1_000;

/// Binds one statement.
pub(crate) struct Binder<'c> {
    catalog: &'c Catalog,
    /// CTEs in scope, innermost last.
    ctes: Vec<(Box<str>, Columns)>,
    view_depth: usize,
    /// Relations that were named so far.
    relations: usize,
    /// What it was seen to use.
    uses: Uses,
    /// How many outer joins may fill the relation at hand with NULLs.
    nullable: usize,
    /// What the query at hand is grouped by.
    grouped: Option<grouped::Grouped>,
    /// What joins GROUP BY, found while FROM is bound.
    dependent: Vec<grouped::Dependent>,
    /// The system columns that the statement names: derived tables pass them on.
    system: Vec<&'static str>,
}

/// What a statement uses besides relations.
#[derive(Debug, Default, Clone, Copy)]
struct Uses {
    /// The highest `$n` of the client's.
    params: u16,
    /// Data of the org.
    org: bool,
    sequences: Sequences,
    /// COPY FROM makes records of an object.
    records: Option<Records>,
}

/// What a name in FROM or as a target means.
enum Found<'c> {
    Table(QualifiedName, &'c Table),
    View(QualifiedName),
    Catalog(&'static str),
    Cte(Columns),
}

/// The part of a bound tree under construction.
type Nodes = Vec<Node>;

impl<'c> Binder<'c> {
    pub(crate) fn new(catalog: &'c Catalog, system: Vec<&'static str>) -> Binder<'c> {
        Binder {
            catalog,
            ctes: Vec::new(),
            view_depth: 0,
            relations: 0,
            uses: Uses::default(),
            nullable: 0,
            grouped: None,
            dependent: Vec::new(),
            system,
        }
    }

    /// Looks a relation up as PostgreSQL would with `search_path = pg_catalog, public`: CTEs first, for plain names.
    fn find(&self, parts: &[&str], at: u32) -> Result<Found<'c>, PlanError> {
        if let [name] = parts
            && let Some((_, columns)) = self.ctes.iter().rev().find(|(cte, _)| &**cte == *name)
        {
            return Ok(Found::Cte(columns.clone()));
        }
        self.find_table(parts, at)
    }

    /// The same without CTEs: they are never what a statement changes.
    fn find_table(&self, parts: &[&str], at: u32) -> Result<Found<'c>, PlanError> {
        let (schema, name) = match parts {
            [name] => (None, *name),
            [schema, name] => (Some(*schema), *name),
            [] | [_, _, _, ..] => return Err(PlanError::unsupported("a relation name of more than two parts", at)),
        };
        if let Some(physical) = super::policy::catalog_relation(schema, name) {
            return Ok(Found::Catalog(physical));
        }
        let key = QualifiedName::new(schema.unwrap_or("public"), name);
        if let Some((key, table)) = self.catalog.tables.get_key_value(&key) {
            return Ok(Found::Table(key.clone(), table));
        }
        if self.catalog.views.contains_key(&key) {
            return Ok(Found::View(key));
        }
        let shown = parts.join(".");
        Err(match schema {
            Some("pg_catalog" | "information_schema") => PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "catalog_relation",
                format!("permission denied for relation {name}"),
            ),
            None | Some(_) => PlanError::new(
                SqlState::UNDEFINED_TABLE,
                "unknown_table",
                format!("relation \"{shown}\" does not exist"),
            ),
        }
        .at(at))
    }
}

/// `(`, the items with commas between, `)`.
fn bracketed(items: Vec<Nodes>) -> Nodes {
    let mut nodes = vec![Node::Word("(")];
    nodes.extend(comma_separated(items));
    nodes.push(Node::Word(")"));
    nodes
}

fn comma_separated(items: Vec<Nodes>) -> Nodes {
    let mut nodes = Vec::new();
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            nodes.push(Node::Word(","));
        }
        nodes.extend(item);
    }
    nodes
}

/// A name that stands for itself.
fn named(ident: &Ident) -> Node {
    Node::Name { name: ident.name.clone(), at: ident.at }
}

/// `a.b.c`.
fn dotted(parts: &[Ident]) -> Nodes {
    let mut nodes = Vec::with_capacity(parts.len() * 2);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            nodes.push(Node::Word("."));
        }
        nodes.push(named(part));
    }
    nodes
}
