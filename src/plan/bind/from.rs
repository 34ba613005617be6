//! FROM: tables, views, CTEs, sub-queries, functions and joins.

use super::super::ast;
use super::super::ast::tree::{Alias, Call, FromItem, Ident, JoinOn, Piece, TableName};
use super::super::error::PlanError;
use super::query::Locked;
use super::scope::{Columns, Role, Scope, ScopeRelation, Star};
use super::tree::{Node, Relation, RelationKind};
use super::{Binder, Found, MAX_RELATIONS, MAX_VIEW_DEPTH, Nodes, bracketed, dotted, named};
use crate::catalog::{QualifiedName, Scope as TableScope};
use crate::sqlstate::SqlState;

/// Set-returning functions of PostgreSQL and of orgfold that return several columns, and their names.
const COMPOSITE_FUNCTIONS: [(&str, &[&str]); 10] = [
    ("json_each", &["key", "value"]),
    ("json_each_text", &["key", "value"]),
    ("jsonb_each", &["key", "value"]),
    ("jsonb_each_text", &["key", "value"]),
    ("pg_get_keywords", &["word", "catcode", "barelabel", "catdesc", "baredesc"]),
    ("ts_debug", &["alias", "description", "token", "dictionaries", "dictionary", "lexemes"]),
    ("ts_parse", &["tokid", "token"]),
    ("ts_token_type", &["tokid", "alias", "description"]),
    ("related", &["id", "object", "field"]),
    ("aclexplode", &["grantor", "grantee", "privilege_type", "is_grantable"]),
];

impl Binder<'_> {
    /// Binds a FROM list into `scope`.
    pub(super) fn relations(
        &mut self,
        items: &[FromItem],
        scope: &mut Scope<'_>,
        locked: &Locked,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(Node::Word(","));
            }
            let star = self.joined(item, scope, locked, out)?;
            add_star(&mut scope.star, star);
        }
        Ok(())
    }

    /// Binds an item; its columns are what `*` means by it.
    pub(super) fn joined(
        &mut self,
        item: &FromItem,
        scope: &mut Scope<'_>,
        locked: &Locked,
        out: &mut Nodes,
    ) -> Result<Star, PlanError> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match item {
            FromItem::Table { name, alias, sample } => {
                let nodes = self.relation(name, alias.as_ref(), sample, scope, locked)?;
                out.extend(nodes);
                Ok(scope.relations.last().and_then(star_of))
            }
            FromItem::Query { lateral, query, alias } => {
                let alias_name: Box<str> = alias
                    .as_ref()
                    .and_then(|alias| alias.name.as_ref())
                    .map(|name| name.name.clone())
                    .unwrap_or_default();
                let inner = if locked.has(&alias_name) {
                    self.check_lockable()?;
                    Locked::All
                } else {
                    Locked::Nothing
                };
                let outer = if lateral.is_some() { Some(&*scope) } else { scope.parent };
                let bound = self.locked_query(query, outer, None, &inner)?;
                push_lateral(*lateral, out);
                out.push(Node::Word("("));
                out.extend(bound.nodes);
                out.push(Node::Word(")"));
                self.alias_nodes(alias.as_ref(), scope, out)?;
                // Without a name (PostgreSQL 16 on) its columns are in scope, its name is not.
                let columns = bound.columns.renamed(&alias_columns(alias.as_ref()));
                Ok(add(scope, alias_name, columns))
            }
            FromItem::Function { lateral, rows, calls, ordinality, alias } => {
                self.functions(*lateral, *rows, calls, *ordinality, alias.as_ref(), scope, out)
            }
            FromItem::Columns { lateral, call, columns, alias } => {
                push_lateral(*lateral, out);
                self.pieces(call, &*scope, out)?;
                self.alias_nodes(alias.as_ref(), scope, out)?;
                let name = alias
                    .as_ref()
                    .and_then(|alias| alias.name.as_ref())
                    .map_or_else(|| Box::from("xmltable"), |name| name.name.clone());
                let columns = Columns::Known(columns.clone()).renamed(&alias_columns(alias.as_ref()));
                Ok(add(scope, name, columns))
            }
            FromItem::Nested { item, alias } => {
                let Some(alias) = alias else {
                    out.push(Node::Word("("));
                    let star = self.joined(item, scope, locked, out)?;
                    out.push(Node::Word(")"));
                    return Ok(star);
                };
                // The alias hides the names inside: no predicate outside could name a leaf that stands there itself.
                if alias.name.as_ref().is_some_and(|name| locked.has(&name.name)) {
                    return Err(PlanError::unsupported("locking a join by its alias", 0));
                }
                if *locked == Locked::All {
                    return Err(PlanError::unsupported("locking a join that has an alias", 0));
                }
                let mut inner = Scope::new(scope.parent);
                out.push(Node::Word("("));
                let grouped = self.grouped.take();
                let star = self.joined(item, &mut inner, &Locked::Nothing, out);
                self.grouped = grouped;
                let star = star?;
                out.push(Node::Word(")"));
                self.alias_nodes(Some(alias), scope, out)?;
                let columns = match star {
                    Some(columns) => Columns::Known(columns.into_iter().map(|(_, name)| name).collect()),
                    None => Columns::Unknown,
                };
                let columns = columns.renamed(&alias_columns(Some(alias)));
                let name = alias.name.as_ref().map(|name| name.name.clone()).unwrap_or_default();
                Ok(add(scope, name, columns))
            }
            FromItem::Join { left, words, natural, right, on } => {
                let outer = |sides: [&str; 2]| {
                    words.iter().any(|piece| matches!(piece, Piece::Word(word, _) if sides.contains(word)))
                };
                let (left_null, right_null) = (outer(["RIGHT", "FULL"]), outer(["LEFT", "FULL"]));
                self.nullable += usize::from(left_null);
                let left = self.joined(left, scope, locked, out);
                self.nullable -= usize::from(left_null);
                let left = left?;
                self.pieces(words, &*scope, out)?;
                self.nullable += usize::from(right_null);
                let right = self.joined(right, scope, locked, out);
                self.nullable -= usize::from(right_null);
                let right = right?;
                if *natural && !self.system.is_empty() {
                    return Err(PlanError::unsupported("NATURAL JOIN beside system columns", 0));
                }
                match on {
                    JoinOn::Nothing if *natural => {
                        scope.open = true;
                        Ok(merged(left, right, None))
                    }
                    JoinOn::Nothing => Ok(both(left, right)),
                    JoinOn::On(at, condition) => {
                        out.push(Node::Keyword("ON", *at));
                        self.pieces(condition, &*scope, out)?;
                        Ok(both(left, right))
                    }
                    JoinOn::Using { at, columns, alias } => {
                        scope.open = true;
                        out.push(Node::Keyword("USING", *at));
                        for column in columns {
                            self.check_using(column, scope, &left, &right)?;
                        }
                        out.extend(bracketed(columns.iter().map(|column| vec![named(column)]).collect()));
                        let names: Vec<Box<str>> = columns.iter().map(|column| column.name.clone()).collect();
                        if let Some(alias) = alias {
                            out.extend([Node::Word("AS"), named(alias)]);
                            scope.relations.push(ScopeRelation {
                                alias: alias.name.clone(),
                                columns: Columns::Known(names.clone()),
                                role: Role::Source,
                                system: false,
                                catalog: None,
                                row_type: None,
                                fields: None,
                            });
                        }
                        Ok(merged(left, right, Some(&names)))
                    }
                }
            }
        })
    }

    /// PostgreSQL locks nothing that an outer join may make up; with the predicate in WHERE it would not even say so.
    fn check_lockable(&self) -> Result<(), PlanError> {
        if self.nullable == 0 {
            return Ok(());
        }
        let message = "FOR UPDATE cannot be applied to the nullable side of an outer join";
        Err(PlanError::new(SqlState::FEATURE_NOT_SUPPORTED, "locked_outer_join", message).placeless())
    }

    /// A column of USING must be one of each side's own: a leaf in FROM has the hidden column too.
    fn check_using(&self, column: &Ident, scope: &Scope<'_>, left: &Star, right: &Star) -> Result<(), PlanError> {
        let hidden = scope.relations.iter().any(|relation| relation.role == Role::Leaf || relation.system);
        for (side, what) in [(left, "left"), (right, "right")] {
            let missing = match side {
                Some(columns) => !columns.iter().any(|(_, name)| *name == column.name || (name.is_empty() && !hidden)),
                None => hidden,
            };
            if missing {
                let message =
                    format!("column \"{}\" specified in USING clause does not exist in {what} table", column.name);
                return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(column.at));
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a function in FROM")]
    fn functions(
        &mut self,
        lateral: Option<u32>,
        rows: Option<u32>,
        calls: &[Call],
        ordinality: Option<u32>,
        alias: Option<&Alias>,
        scope: &mut Scope<'_>,
        out: &mut Nodes,
    ) -> Result<Star, PlanError> {
        push_lateral(lateral, out);
        if let Some(at) = rows {
            out.extend([Node::Keyword("ROWS", at), Node::Word("FROM"), Node::Word("(")]);
        }
        let aliases = alias_columns(alias);
        let first = calls.first().map(|call| call.name.clone()).unwrap_or_default();
        let alias_name = alias.and_then(|alias| alias.name.as_ref()).map_or(first, |name| name.name.clone());
        // The columns are always said: to PostgreSQL, `g.f` on a function's scalar result may be a call of f.
        let mut columns: Vec<Box<str>> = Vec::new();
        for (i, call) in calls.iter().enumerate() {
            if i > 0 {
                out.push(Node::Word(","));
            }
            let arrays = 1 + top_level_commas(&call.pieces);
            match call.pieces.as_slice() {
                // Of several arrays it is grammar: with its schema PostgreSQL finds no such function.
                [Piece::Function(name), rest @ ..]
                    if name.schema.is_none() && &*name.name == "unnest" && arrays > 1 =>
                {
                    out.push(Node::Keyword("UNNEST", name.at));
                    self.pieces(rest, &*scope, out)?;
                }
                pieces => self.pieces(pieces, &*scope, out)?,
            }
            if !call.columns.is_empty() {
                out.push(Node::Word("AS"));
                self.typed_columns(&call.columns, scope, out)?;
                columns.extend(call.columns.iter().map(|(name, _)| name.name.clone()));
                continue;
            }
            let composite = COMPOSITE_FUNCTIONS.iter().find(|(function, _)| *function == &*call.name);
            match composite {
                Some((_, names)) => columns.extend(names.iter().map(|name| Box::from(*name))),
                None if &*call.name == "unnest" => {
                    // As many columns as arrays: each has the function's or the alias's name.
                    let name = if arrays == 1 && rows.is_none() { alias_name.clone() } else { call.name.clone() };
                    columns.extend(std::iter::repeat_n(name, arrays));
                }
                None if rows.is_some() => columns.push(call.name.clone()),
                None => columns.push(alias_name.clone()),
            }
        }
        if rows.is_some() {
            out.push(Node::Word(")"));
        }
        if let Some(at) = ordinality {
            out.extend([Node::Keyword("WITH", at), Node::Word("ORDINALITY")]);
            columns.push("ordinality".into());
        }
        self.alias_nodes(alias, scope, out)?;
        let typed = alias.is_some_and(|alias| alias.columns.iter().any(|(_, rest)| !rest.is_empty()));
        if typed {
            columns.clone_from(&aliases);
        } else {
            for (i, alias) in aliases.iter().enumerate() {
                match columns.get_mut(i) {
                    Some(column) => column.clone_from(alias),
                    None => columns.push(alias.clone()),
                }
            }
        }
        Ok(add(scope, alias_name, Columns::Known(columns)))
    }

    /// A relation that is read.
    pub(super) fn relation(
        &mut self,
        name: &TableName,
        alias: Option<&Alias>,
        sample: &[Piece],
        scope: &mut Scope<'_>,
        locked: &Locked,
    ) -> Result<Nodes, PlanError> {
        let TableName { before, parts, after } = name;
        let at = parts.first().map_or(0, |part| part.at);
        let plain: Vec<&str> = parts.iter().map(|part| &*part.name).collect();
        let nothing = Scope::new(None);
        let mut logical = self.bound(before, &nothing)?;
        logical.extend(dotted(parts));
        logical.extend(self.bound(after, &nothing)?);
        let marked = !before.is_empty() || !after.is_empty();
        let mut alias_name: Box<str> = plain.last().copied().unwrap_or_default().into();
        let mut alias_column_nodes = Vec::new();
        if let Some(alias) = alias {
            if let Some(name) = &alias.name {
                logical.extend([Node::Word("AS"), named(name)]);
                alias_name = name.name.clone();
            }
            if alias.bracketed {
                self.typed_columns(&alias.columns, scope, &mut alias_column_nodes)?;
                logical.extend(alias_column_nodes.iter().cloned());
            }
        }
        let mut role = Role::Source;
        let mut fields = None;
        let mut system = false;
        let mut view_name = None;
        let (kind, columns) = match self.find(&plain, at)? {
            Found::Cte(columns) => (RelationKind::Cte, columns),
            Found::Catalog(physical) => (RelationKind::Catalog { physical }, Columns::Unknown),
            Found::Table(table, definition) => {
                let names: Vec<Box<str>> =
                    definition.columns.iter().map(|column| column.name.as_str().into()).collect();
                let columns = Columns::Known(names.clone());
                match definition.scope {
                    TableScope::Org if locked.has(&alias_name) => {
                        self.check_lockable()?;
                        self.uses.org = true;
                        role = Role::Leaf;
                        if alias.is_some_and(|alias| alias.bracketed) {
                            return Err(PlanError::unsupported("locking a table whose columns are renamed", at));
                        }
                        fields = super::object::fields(definition);
                        (RelationKind::Leaf { table }, columns)
                    }
                    TableScope::Org
                        if definition.object.is_none()
                            && sample.is_empty()
                            && alias.is_none_or(|alias| !alias.bracketed)
                            && self.is_grouped_by_key(&alias_name, definition) =>
                    {
                        self.uses.org = true;
                        role = Role::Leaf;
                        (RelationKind::Leaf { table }, columns)
                    }
                    TableScope::Org => {
                        if definition.object.is_some() && alias.is_none_or(|alias| !alias.bracketed) {
                            self.group_object_by_key(&alias_name, definition);
                        }
                        self.uses.org = true;
                        let mut passed = names;
                        system = !self.system.is_empty();
                        passed.extend(self.system.iter().map(|name| Box::from(*name)));
                        (RelationKind::Org { table, columns: passed }, columns)
                    }
                    TableScope::Global => {
                        system = !self.system.is_empty();
                        (RelationKind::Global { table }, columns)
                    }
                }
            }
            Found::View(view) => {
                let inner = if locked.has(&alias_name) { Locked::All } else { Locked::Nothing };
                let (query, columns) = self.view(&view, at, &inner)?;
                view_name = Some(view);
                (RelationKind::View { query, columns: columns.clone() }, Columns::Known(columns))
            }
        };
        let sample = self.bound(sample, &nothing)?;
        match &kind {
            RelationKind::Cte if marked => {
                return Err(PlanError::unsupported("ONLY before the name of a WITH query", at));
            }
            RelationKind::Org { .. } | RelationKind::Leaf { .. } | RelationKind::Global { .. } => {}
            RelationKind::Cte | RelationKind::Catalog { .. } | RelationKind::View { .. } => {
                if !sample.is_empty() {
                    let mut error = PlanError::new(
                        SqlState::WRONG_OBJECT_TYPE,
                        "wrong_object",
                        "TABLESAMPLE clause can only be applied to tables and materialized views",
                    );
                    error.position = (at > 0).then_some(at);
                    return Err(error);
                }
            }
        }
        self.relations += 1;
        if self.relations > MAX_RELATIONS {
            let message = format!("statement names more than {MAX_RELATIONS} relations");
            return Err(PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_many_relations", message).at(at));
        }
        let aliases = alias_columns(alias);
        let columns = columns.renamed(&aliases);
        let catalog = if let RelationKind::Catalog { physical } = &kind { Some(*physical) } else { None };
        let row_type = match &kind {
            RelationKind::Org { table, columns: _ } if self.catalog.has_row_type(table) => Some(&table.name),
            RelationKind::View { .. } => {
                view_name.as_ref().filter(|view| self.catalog.has_row_type(view)).map(|view| &view.name)
            }
            RelationKind::Org { .. }
            | RelationKind::Leaf { .. }
            | RelationKind::Global { .. }
            | RelationKind::Catalog { .. }
            | RelationKind::Cte => None,
        };
        let row_type = row_type.map(|name| (name.as_str().into(), self.nullable > 0));
        let alias = alias_name.clone();
        scope.relations.push(ScopeRelation { alias, columns, role, system, catalog, row_type, fields });
        Ok(vec![Node::Relation(Relation {
            kind,
            alias: alias_name,
            logical,
            alias_columns: alias_column_nodes,
            sample,
        })])
    }

    /// Binds a view's text in place of its name: so it reads the caller's org only.
    fn view(&mut self, name: &QualifiedName, at: u32, locked: &Locked) -> Result<(Nodes, Vec<Box<str>>), PlanError> {
        if self.view_depth >= MAX_VIEW_DEPTH {
            return Err(
                PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_deep", "views use each other too deeply").at(at)
            );
        }
        let Some(view) = self.catalog.views.get(name) else {
            return Err(PlanError::internal(format!("view {name} vanished")));
        };
        let query = ast::parse_query(&view.query)
            .map_err(|error| PlanError::internal(format!("view {name} does not parse: {error}")))?;
        let mut inner = Binder {
            catalog: self.catalog,
            ctes: Vec::new(),
            view_depth: self.view_depth + 1,
            relations: self.relations,
            uses: super::Uses::default(),
            nullable: 0,
            grouped: None,
            dependent: Vec::new(),
            system: Vec::new(),
        };
        let bound = inner.locked_query(&query, None, None, locked)?;
        self.uses.org |= inner.uses.org;
        self.uses.sequences.add(inner.uses.sequences);
        self.relations = inner.relations;
        Ok((bound.nodes, view.columns.iter().map(|column| column.as_str().into()).collect()))
    }

    /// `AS alias (a, b)`.
    fn alias_nodes(&mut self, alias: Option<&Alias>, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let Some(Alias { name, columns, bracketed }) = alias else { return Ok(()) };
        out.push(Node::Word("AS"));
        if let Some(name) = name {
            out.push(named(name));
        }
        if *bracketed {
            self.typed_columns(columns, scope, out)?;
        }
        Ok(())
    }

    /// `(a, b)` or `(a int, b text)`.
    fn typed_columns(
        &mut self,
        columns: &[(Ident, Vec<Piece>)],
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let mut items = Vec::with_capacity(columns.len());
        for (name, rest) in columns {
            let mut item = vec![named(name)];
            self.pieces(rest, scope, &mut item)?;
            items.push(item);
        }
        out.extend(bracketed(items));
        Ok(())
    }
}

fn push_lateral(lateral: Option<u32>, out: &mut Nodes) {
    if let Some(at) = lateral {
        out.push(Node::Keyword("LATERAL", at));
    }
}

fn alias_columns(alias: Option<&Alias>) -> Vec<Box<str>> {
    alias.map(|alias| alias.columns.iter().map(|(name, _)| name.name.clone()).collect()).unwrap_or_default()
}

/// Puts a source in scope; what `*` means by it.
fn add(scope: &mut Scope<'_>, alias: Box<str>, columns: Columns) -> Star {
    let relation = ScopeRelation {
        alias,
        columns,
        role: Role::Source,
        system: false,
        catalog: None,
        row_type: None,
        fields: None,
    };
    let star = star_of(&relation);
    scope.relations.push(relation);
    star
}

pub(super) fn star_of(relation: &ScopeRelation) -> Star {
    match &relation.columns {
        Columns::Known(names) => {
            // Without a name the columns stand alone.
            let qualifier = (!relation.alias.is_empty()).then(|| relation.alias.clone());
            Some(names.iter().map(|name| (qualifier.clone(), name.clone())).collect())
        }
        Columns::Unknown => None,
    }
}

fn add_star(star: &mut Star, more: Star) {
    match (star.as_mut(), more) {
        (Some(columns), Some(more)) => columns.extend(more),
        (None, _) | (_, None) => *star = None,
    }
}

fn both(left: Star, right: Star) -> Star {
    let mut columns = left?;
    columns.extend(right?);
    Some(columns)
}

/// Merged columns come first, then the rest of the left side, then the rest of the right. `None` merges all that both
/// sides have.
fn merged(left: Star, right: Star, names: Option<&[Box<str>]>) -> Star {
    let (left, right) = (left?, right?);
    if left.iter().chain(&right).any(|(_, name)| name.is_empty()) {
        return None;
    }
    let shared: Vec<Box<str>> = match names {
        Some(names) => names.to_vec(),
        None => {
            let is_right = |name: &str| right.iter().any(|(_, other)| &**other == name);
            left.iter().map(|(_, name)| name.clone()).filter(|name| is_right(name)).collect()
        }
    };
    let mut columns: Vec<(Option<Box<str>>, Box<str>)> = shared.iter().map(|name| (None, name.clone())).collect();
    let is_rest = |column: &(Option<Box<str>>, Box<str>)| !shared.contains(&column.1);
    columns.extend(left.into_iter().filter(is_rest));
    columns.extend(right.into_iter().filter(is_rest));
    Some(columns)
}

/// Commas between the arguments of a call.
fn top_level_commas(pieces: &[Piece]) -> usize {
    let mut depth = 0usize;
    let mut commas = 0;
    for piece in pieces {
        match piece {
            Piece::Word("(" | "[", _) => depth += 1,
            Piece::Word(")" | "]", _) => depth = depth.saturating_sub(1),
            Piece::Word(",", _) if depth == 1 => commas += 1,
            _other => {}
        }
    }
    commas
}
