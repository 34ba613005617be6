//! 3b names: tree -> [`Bound`], every relation and column resolved against the catalog.
//!
//! In: sqlparser's trees and a [`Catalog`]. Out: [`Bound`] statements, which only this module can make. Invariants:
//! every variant and every field of the tree is named here as supported or refused, so that a new sqlparser is a
//! compile error until someone decides; a relation that the catalog does not know is refused; nothing in a bound
//! statement names `org_id`. What is absent: the org, leaves, functions' and types' permission (policy's).

mod dml;
mod expr;
mod from;
mod function;
mod literal;
mod lookup;
mod query;
mod scope;
mod statement;
mod tree;
mod types;

pub(crate) use statement::{Bound, BoundKind};
pub(crate) use tree::{FunctionName, Node, Relation, RelationKind, TypeName};

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::ast::{Positions, fold};
use super::error::PlanError;
use crate::catalog::{Catalog, QualifiedName, Table};
use crate::sqlstate::SqlState;
use scope::Columns;

/// How deep views may use views.
const MAX_VIEW_DEPTH: usize = 16;

/// PostgreSQL's reserved words, sorted. Source: its documentation, appendix C.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

/// Binds one statement.
pub(crate) struct Binder<'c> {
    catalog: &'c Catalog,
    /// `None` inside a view: its positions are not the client's.
    positions: Option<&'c Positions<'c>>,
    /// CTEs in scope, innermost last.
    ctes: Vec<(Box<str>, Columns)>,
    view_depth: usize,
    /// The highest `$n` seen.
    params: u16,
    /// Whether org data was touched.
    touches_org: bool,
    /// The place of the expression or query that is bound next.
    place: lookup::Place,
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
    pub(crate) fn new(catalog: &'c Catalog, positions: &'c Positions<'c>) -> Binder<'c> {
        Binder {
            catalog,
            positions: Some(positions),
            ctes: Vec::new(),
            view_depth: 0,
            params: 0,
            touches_org: false,
            place: lookup::Place::Mixed,
        }
    }

    fn at(&self, span: sqlparser::tokenizer::Span) -> u32 {
        self.positions.map_or(0, |positions| positions.of_span(span))
    }

    /// An identifier, folded; only PostgreSQL's quotes make one.
    fn ident(&self, ident: &Ident) -> Result<(Box<str>, u32), PlanError> {
        let Ident { value, quote_style, span } = ident;
        let at = self.at(*span);
        match quote_style {
            None | Some('"') if !value.is_empty() => Ok((fold(value, *quote_style).into(), at)),
            None | Some(_) => {
                Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", format!("syntax error at or near \"{value}\""))
                    .at(at))
            }
        }
    }

    /// An identifier where PostgreSQL takes no reserved word unless it is quoted: a column by itself, a table, an alias
    /// of a table.
    fn plain_ident(&self, ident: &Ident) -> Result<(Box<str>, u32), PlanError> {
        let (name, at) = self.ident(ident)?;
        if ident.quote_style.is_none() && RESERVED.binary_search(&&*name).is_ok() {
            let message = format!("syntax error at or near \"{}\"", ident.value);
            return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", message).at(at));
        }
        Ok((name, at))
    }

    /// The identifiers of a dotted name.
    fn parts(&self, name: &ObjectName) -> Result<Vec<(Box<str>, u32)>, PlanError> {
        let ObjectName(parts) = name;
        if let Some(ObjectNamePart::Identifier(first)) = parts.first() {
            self.plain_ident(first)?;
        }
        self.any_parts(name)
    }

    /// The same where the grammar has reserved words of its own: functions (`CURRENT_TIMESTAMP`, `ARRAY(...)`).
    fn any_parts(&self, name: &ObjectName) -> Result<Vec<(Box<str>, u32)>, PlanError> {
        let ObjectName(parts) = name;
        parts
            .iter()
            .map(|part| match part {
                ObjectNamePart::Identifier(ident) => self.ident(ident),
                ObjectNamePart::Function(_) => Err(PlanError::unsupported("a function in a name", 0)),
            })
            .collect()
    }

    /// A name of one identifier.
    fn single(&self, name: &ObjectName, what: &str) -> Result<(Box<str>, u32), PlanError> {
        let mut parts = self.parts(name)?;
        match (parts.pop(), parts.is_empty()) {
            (Some(part), true) => Ok(part),
            (Some((_, at)), false) => Err(PlanError::unsupported(format!("a qualified name as {what}"), at)),
            (None, _) => Err(PlanError::unsupported(format!("an empty name as {what}"), 0)),
        }
    }

    /// Looks a relation up as PostgreSQL would with `search_path = pg_catalog, public`: CTEs first, for plain names.
    fn find(&self, parts: &[&str], at: u32) -> Result<Found<'c>, PlanError> {
        let (schema, name) = match parts {
            [name] => (None, *name),
            [schema, name] => (Some(*schema), *name),
            [] | [_, _, _, ..] => return Err(PlanError::unsupported("a relation name of more than two parts", at)),
        };
        if schema.is_none()
            && let Some((_, columns)) = self.ctes.iter().rev().find(|(cte, _)| &**cte == name)
        {
            return Ok(Found::Cte(columns.clone()));
        }
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

/// Refuses a part of the tree that PostgreSQL's grammar does not have.
fn absent(is_absent: bool, what: &str) -> Result<(), PlanError> {
    if is_absent { Ok(()) } else { Err(PlanError::unsupported(what, 0)) }
}
