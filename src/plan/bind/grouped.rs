//! GROUP BY a primary key: PostgreSQL then knows the row's other columns too, but only of the table itself.
//!
//! A derived table has no primary key. So a table that is grouped by its key, and of which other columns are used outside
//! aggregates, stands in FROM as the leaf itself, with its predicate in WHERE, and its `org_id`, which is the same in
//! all of its rows, joins the list of GROUP BY. What is absent: sides of outer joins that may be NULL, where the predicate
//! would not belong into WHERE; PostgreSQL refuses those statements by its own words.

use super::super::ast::tree::{Clause, Item, Piece, Query, Term};
use super::super::policy::{FunctionClass, is_allowed};
use super::Binder;
use crate::catalog::{ConstraintKind, Table};

/// A column's qualifier, if it was written, and its name; `*` for all.
type Used = (Option<Box<str>>, Box<str>);

/// What a query is grouped by, and what it uses outside aggregates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grouped {
    columns: Vec<Used>,
    used: Vec<Used>,
}

impl Grouped {
    /// `None` where nothing can depend on a key: no GROUP BY, or one with grouping sets.
    pub(super) fn of(query: &Query) -> Option<Grouped> {
        let Query { with: _, first: Term::Select(select), rest, tail } = query else { return None };
        let (_, items) = select.group.as_ref().filter(|_| rest.is_empty())?;
        let mut columns = Vec::new();
        for item in items {
            match item.as_slice() {
                [Piece::Column { parts, output: _ }] => columns.extend(used(parts)),
                [Piece::Word("ROLLUP" | "CUBE" | "GROUPING", _), ..] => return None,
                _expression => {}
            }
        }
        let mut found = Vec::new();
        for Item { expr, alias: _, name: _ } in &select.items {
            outside_aggregates(expr, &mut found);
        }
        if let Some((_, having)) = &select.having {
            outside_aggregates(having, &mut found);
        }
        for clause in tail {
            match clause {
                Clause::OrderBy(_, items) => items.iter().for_each(|item| outside_aggregates(item, &mut found)),
                Clause::Limit(_) | Clause::Lock { words: _, of: _, wait: _ } => {}
            }
        }
        Some(Grouped { columns, used: found })
    }
}

impl Binder<'_> {
    /// Whether columns of a table are used that depend on its key.
    pub(super) fn is_grouped_by_key(&self, alias: &str, table: &Table) -> bool {
        self.nullable == 0 && self.depends_on_key(alias, table)
    }

    fn depends_on_key(&self, alias: &str, table: &Table) -> bool {
        let Some(Grouped { columns, used }) = &self.grouped else { return false };
        let of_alias = |(qualifier, _): &&Used| qualifier.as_deref().is_none_or(|known| known == alias);
        let grouped = |name: &str| columns.iter().filter(of_alias).any(|(_, column)| &**column == name);
        let key = table.constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } if !constraint.deferrable => Some(columns),
            ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Exclude { .. }
            | ConstraintKind::ForeignKey { .. }
            | ConstraintKind::Check { .. } => None,
        });
        key.is_some_and(|key| key.iter().all(|column| grouped(column)))
            && used
                .iter()
                .filter(of_alias)
                .any(|(_, name)| &**name == "*" || (table.column(name).is_some() && !grouped(name)))
    }
}

/// The columns of an object that join GROUP BY: its alias, and those.
pub(super) type Dependent = (Box<str>, Vec<Box<str>>);

impl Binder<'_> {
    /// An object has no key that PostgreSQL knows. What depends on it joins the list of GROUP BY, which makes no other groups.
    pub(super) fn group_object_by_key(&mut self, alias: &str, table: &Table) {
        if !self.depends_on_key(alias, table) {
            return;
        }
        let Some(Grouped { columns, used }) = &self.grouped else { return };
        let of_alias = |(qualifier, _): &&Used| qualifier.as_deref().is_none_or(|known| known == alias);
        let named = |list: &[Used], name: &str| list.iter().filter(of_alias).any(|(_, column)| &**column == name);
        let dependent = table.columns.iter().map(|column| column.name.as_str());
        let dependent = dependent.filter(|name| !named(columns, name) && (named(used, "*") || named(used, name)));
        self.dependent.push((alias.into(), dependent.map(Into::into).collect()));
    }
}

fn used(parts: &[super::super::ast::tree::Ident]) -> Option<Used> {
    let (name, before) = parts.split_last()?;
    Some((before.last().map(|qualifier| qualifier.name.clone()), name.name.clone()))
}

/// The columns of an expression that stand in no aggregate's arguments.
fn outside_aggregates(pieces: &[Piece], found: &mut Vec<Used>) {
    let mut depth = 0usize;
    let mut aggregate = None;
    let mut called = false;
    for piece in pieces {
        match piece {
            Piece::Function(name) => {
                called = aggregate.is_none() && is_allowed(&name.name) == Some(FunctionClass::Aggregate);
                continue;
            }
            Piece::Word("(", _) => {
                depth += 1;
                if called {
                    aggregate = Some(depth);
                }
            }
            Piece::Word(")", _) => {
                if aggregate == Some(depth) {
                    aggregate = None;
                }
                depth = depth.saturating_sub(1);
            }
            Piece::Column { parts, output: _ } if aggregate.is_none() => found.extend(used(parts)),
            Piece::Wildcard(parts) if aggregate.is_none() => {
                found.extend(parts.last().map(|alias| (Some(alias.name.clone()), Box::from("*"))));
            }
            Piece::Star(_) if aggregate.is_none() => found.push((None, "*".into())),
            Piece::Lookup(lookup) if aggregate.is_none() => outside_aggregates(&lookup.operand, found),
            _other => {}
        }
        called = false;
    }
}
