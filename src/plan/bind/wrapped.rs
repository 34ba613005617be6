//! Statements around others: EXPLAIN, DECLARE, PREPARE; and those that name no table: FETCH, EXECUTE, NOTIFY.

use super::super::ast::tree::{Distinct, Ident, Item, Piece, Query, Select, Statement, Term, TypeName};
use super::super::ast::{CursorVerb, Explain, Prepare};
use super::super::error::PlanError;
use super::scope::Scope;
use super::statement::{Bound, BoundKind};
use super::tree::Node;
use super::{Binder, Nodes, Uses, named};
use crate::catalog::Catalog;

/// The name of the statement that PREPARE makes on a backend, for as long as one EXECUTE lasts.
pub(crate) const PREPARED: &str = "orgfold_prepared_00000000";

/// How long a channel's name may be, in bytes: the org's number goes before it.
pub(crate) const MAX_CHANNEL_BYTES: usize = 32;

/// A setting that a statement makes by a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) name: Box<str>,
    pub(crate) value: Box<str>,
    pub(crate) local: bool,
    pub(crate) at: u32,
}

/// The value of a plain string literal.
fn plain(literal: &str) -> Option<String> {
    Some(literal.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

impl Bound {
    /// EXPLAIN. Costs are never shown: they tell of all the rows of a leaf.
    pub(crate) fn explain(explain: &Explain, catalog: &Catalog, system: Vec<&'static str>) -> Result<Bound, PlanError> {
        let Explain { head, options, analyze, statement } = explain;
        let inner = Bound::tree(statement, catalog, system)?;
        let mut binder = Binder::new(catalog, Vec::new());
        let written = binder.bound(head, &Scope::new(None))?;
        let mut shown = vec![vec![Node::Word("COSTS"), Node::Word("OFF")]];
        for (name, value) in options {
            // What they count are the rows and blocks of all orgs.
            if !matches!(*name, "COSTS" | "BUFFERS" | "WAL" | "MEMORY") {
                shown.push(vec![Node::Word(name), Node::Word(value)]);
            }
        }
        let mut nodes = vec![Node::Word("EXPLAIN"), Node::Logical(written), Node::Physical(super::bracketed(shown))];
        let modifies = *analyze && inner.modifies();
        nodes.extend(inner.nodes);
        Ok(Bound { nodes, kind: BoundKind::Explain { modifies }, uses: inner.uses })
    }

    /// DECLARE ... CURSOR FOR query.
    pub(crate) fn declare(
        head: &[Piece],
        query: &Query,
        catalog: &Catalog,
        system: Vec<&'static str>,
    ) -> Result<Bound, PlanError> {
        let mut binder = Binder::new(catalog, system);
        let mut nodes = binder.bound(head, &Scope::new(None))?;
        nodes.extend(binder.query(query, None, None)?.nodes);
        Ok(Bound { nodes, kind: BoundKind::Quiet, uses: binder.uses })
    }

    /// FETCH, MOVE, CLOSE.
    pub(crate) fn about_cursor(verb: CursorVerb, pieces: &[Piece], catalog: &Catalog) -> Result<Bound, PlanError> {
        let mut binder = Binder::new(catalog, Vec::new());
        let nodes = binder.bound(pieces, &Scope::new(None))?;
        let kind = match verb {
            CursorVerb::Fetch => BoundKind::Fetch,
            CursorVerb::Move | CursorVerb::Close => BoundKind::Quiet,
        };
        Ok(Bound { nodes, kind, uses: Uses::default() })
    }

    /// PREPARE: under a name of orgfold's, the org's type behind the client's.
    pub(crate) fn prepare(prepare: &Prepare, catalog: &Catalog, system: Vec<&'static str>) -> Result<Bound, PlanError> {
        let Prepare { at, name, types, statement } = prepare;
        let inner = Bound::tree(statement, catalog, system)?;
        let list = |types: &[TypeName]| types.iter().map(|name| vec![Node::Type(name.clone())]).collect::<Vec<_>>();
        let params = usize::from(inner.params()).max(types.len());
        let mut physical = list(types);
        physical.resize(params, vec![Node::Word("unknown")]);
        // Always there, so that EXECUTE need not know what it executes.
        physical.push(vec![Node::Word("bigint")]);
        let mut nodes = vec![Node::Keyword("PREPARE", *at), Node::Logical(vec![named(name)])];
        nodes.push(Node::Physical(vec![Node::Word(PREPARED)]));
        if !types.is_empty() {
            nodes.push(Node::Logical(super::bracketed(list(types))));
        }
        nodes.push(Node::Physical(super::bracketed(physical)));
        nodes.push(Node::Word("AS"));
        nodes.extend(inner.nodes);
        Ok(Bound {
            nodes,
            kind: BoundKind::Prepare,
            uses: Uses {
                params: u16::try_from(params).unwrap_or(u16::MAX),
                org: true,
                sequences: inner.uses.sequences,
                records: None,
            },
        })
    }

    /// EXECUTE: the org's value behind the client's arguments.
    pub(crate) fn execute(name: &Ident, arguments: &[Piece], catalog: &Catalog) -> Result<Bound, PlanError> {
        let mut binder = Binder::new(catalog, Vec::new());
        let bound = binder.bound(arguments, &Scope::new(None))?;
        let mut nodes: Nodes =
            vec![Node::Word("EXECUTE"), Node::Logical(vec![named(name)]), Node::Physical(vec![Node::Word(PREPARED)])];
        match bound.split_last() {
            Some((close, rest)) => {
                nodes.extend(rest.iter().cloned());
                let mut added = if rest.len() > 1 { vec![Node::Word(",")] } else { Vec::new() };
                added.push(Node::OrgValue);
                nodes.extend([Node::Physical(added), close.clone()]);
            }
            None => nodes.push(Node::Physical(super::bracketed(vec![vec![Node::OrgValue]]))),
        }
        Ok(Bound { nodes, kind: BoundKind::Execute, uses: Uses { org: true, ..binder.uses } })
    }

    /// Whether asyncpg asks for `jit` to be off while it reads types: `SELECT current_setting('jit'), set_config('jit', ...)`.
    /// What it would later set it back to is a parameter, which cannot follow a session from backend to backend. Told that
    /// there is no such setting, as where PostgreSQL was built without, it goes on.
    pub(crate) fn turns_jit_off(statement: &Statement) -> bool {
        let Statement::Query(query) = statement else { return false };
        let Query { with: None, first: Term::Select(select), .. } = &**query else { return false };
        let [_current, Item { expr, .. }] = select.items.as_slice() else { return false };
        match expr.as_slice() {
            [Piece::Function(function), Piece::Word("(", _), Piece::Literal(name, _), ..] => {
                function.builtin() == Some("set_config") && plain(name).as_deref() == Some("jit")
            }
            _other => false,
        }
    }

    /// `SELECT set_config('name', 'value', local)` by itself, as drivers say it; `None` for anything else. It is SET in
    /// other words, and judged as that.
    pub(crate) fn set_config(statement: &Statement) -> Option<(Bound, Setting)> {
        let Statement::Query(query) = statement else { return None };
        let Query { with: None, first: Term::Select(select), rest, tail } = &**query else { return None };
        let Select { at, distinct, items, into, from, from_at: _, condition, group, having, windows } = &**select;
        let bare = rest.is_empty()
            && tail.is_empty()
            && *distinct == Distinct::No
            && into.is_none()
            && from.is_empty()
            && condition.is_none()
            && group.is_none()
            && having.is_none()
            && windows.is_empty();
        let [Item { expr, alias: None, name: _ }] = items.as_slice() else { return None };
        let [
            Piece::Function(function),
            Piece::Word("(", _),
            Piece::Literal(name, name_at),
            Piece::Word(",", _),
            Piece::Literal(value, value_at),
            Piece::Word(",", _),
            Piece::Word(local @ ("TRUE" | "FALSE"), local_at),
            Piece::Word(")", _),
        ] = expr.as_slice()
        else {
            return None;
        };
        if !bare || function.builtin() != Some("set_config") {
            return None;
        }
        let setting = Setting {
            name: plain(name)?.to_ascii_lowercase().into(),
            value: plain(value)?.into(),
            local: *local == "TRUE",
            at: function.at,
        };
        let arguments = [
            Node::Word("("),
            Node::Literal { text: name.clone(), at: *name_at },
            Node::Word(","),
            Node::Literal { text: value.clone(), at: *value_at },
            Node::Word(","),
            Node::Keyword(local, *local_at),
            Node::Word(")"),
        ];
        let mut nodes = vec![
            Node::Keyword("SELECT", *at),
            Node::Logical(vec![Node::Function(function.clone())]),
            Node::Physical(vec![Node::Word("pg_catalog.set_config")]),
        ];
        nodes.extend(arguments);
        Some((Bound { nodes, kind: BoundKind::Query, uses: Uses::default() }, setting))
    }

    /// NOTIFY on a channel of the org's.
    pub(crate) fn notify(channel: &Ident, payload: Option<&Piece>) -> Result<Bound, PlanError> {
        if channel.name.len() > MAX_CHANNEL_BYTES {
            return Err(PlanError::unsupported(
                format!("a channel name of more than {MAX_CHANNEL_BYTES} bytes"),
                channel.at,
            ));
        }
        let mut nodes = vec![Node::Word("NOTIFY"), Node::Channel { name: channel.name.clone(), at: channel.at }];
        if let Some(Piece::Literal(text, at)) = payload {
            nodes.extend([Node::Word(","), Node::Literal { text: text.clone(), at: *at }]);
        }
        Ok(Bound { nodes, kind: BoundKind::Notify, uses: Uses { org: true, ..Uses::default() } })
    }
}
