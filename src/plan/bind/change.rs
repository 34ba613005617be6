//! INSERT, UPDATE, DELETE: the target is the leaf itself.

use super::super::ast::tree::{
    Arbiter, Assignment, Condition, Conflict, Delete, Ident, Insert, Overriding, Piece, Query, Returning, SetPlace,
    Statement, Target, Term, Update,
};
use super::super::error::PlanError;
use super::from::star_of;
use super::query::Locked;
use super::scope::{Columns, Role, Scope, ScopeRelation};
use super::tree::Node;
use super::{Binder, Found, Nodes, bracketed, dotted, named};
use crate::catalog::{ConstraintKind, Identity, QualifiedName, Scope as TableScope, Table};
use crate::sqlstate::SqlState;

/// The table that a statement changes.
pub(super) struct TargetTable<'c> {
    pub(super) name: QualifiedName,
    pub(super) table: &'c Table,
    pub(super) alias: Box<str>,
    logical: Nodes,
}

impl TargetTable<'_> {
    fn columns(&self) -> Columns {
        Columns::of(self.table.columns.iter().map(|column| column.name.as_str()))
    }

    pub(super) fn node(&self) -> Node {
        Node::Target { table: self.name.clone(), alias: self.alias.clone(), logical: self.logical.clone() }
    }

    pub(super) fn in_scope(&self) -> ScopeRelation {
        ScopeRelation {
            alias: self.alias.clone(),
            columns: self.columns(),
            role: Role::Leaf,
            system: false,
            catalog: None,
            row_type: None,
            fields: super::object::fields(self.table),
        }
    }

    fn check_column(&self, column: &Ident) -> Result<(), PlanError> {
        if self.table.column(&column.name).is_some() {
            return Ok(());
        }
        let message = format!("column \"{}\" of relation \"{}\" does not exist", column.name, self.name.name);
        Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(column.at))
    }
}

impl<'c> Binder<'c> {
    /// A statement that changes rows, at the top or in WITH; its output columns are RETURNING's.
    pub(super) fn change(&mut self, statement: &Statement) -> Result<(Nodes, Columns), PlanError> {
        let visible = self.ctes.len();
        let bound = match statement {
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Merge(merge) => self.merge(merge),
            Statement::Query(_) => Err(PlanError::internal("a query as a change")),
        };
        self.ctes.truncate(visible);
        bound
    }

    /// Looks a target up by the parts of its name: an org-scoped table, or refused.
    pub(super) fn target_table(&mut self, parts: &[&str], at: u32) -> Result<(QualifiedName, &'c Table), PlanError> {
        let shown = parts.join(".");
        match self.find_table(parts, at)? {
            Found::Table(name, table) => match table.scope {
                TableScope::Org => {
                    self.uses.org = true;
                    Ok((name, table))
                }
                TableScope::Global => Err(PlanError::new(
                    SqlState::INSUFFICIENT_PRIVILEGE,
                    "global_table",
                    format!("permission denied for table {}", name.name),
                )
                .at(at)
                .hint("it is a global table: the same rows for every org, changed at release time only")),
            },
            Found::View(_) => Err(PlanError::unsupported(format!("changing rows through the view \"{shown}\""), at)),
            Found::Catalog(_) => Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "catalog_relation",
                format!("permission denied for relation {shown}"),
            )
            .at(at)),
            Found::Cte(_) => Err(PlanError::new(
                SqlState::WRONG_OBJECT_TYPE,
                "wrong_object",
                format!("relation \"{shown}\" cannot be the target of a modifying statement"),
            )
            .at(at)),
        }
    }

    pub(super) fn target(&mut self, target: &Target) -> Result<TargetTable<'c>, PlanError> {
        let Target { name, alias } = target;
        let at = name.parts.first().map_or(0, |part| part.at);
        let plain: Vec<&str> = name.parts.iter().map(|part| &*part.name).collect();
        let (qualified, table) = self.target_table(&plain, at)?;
        let nothing = Scope::new(None);
        let mut logical = self.bound(&name.before, &nothing)?;
        logical.extend(dotted(&name.parts));
        logical.extend(self.bound(&name.after, &nothing)?);
        let mut known_as: Box<str> = qualified.name.as_str().into();
        if let Some(alias) = alias {
            logical.extend([Node::Word("AS"), named(alias)]);
            known_as = alias.name.clone();
        }
        Ok(TargetTable { name: qualified, table, alias: known_as, logical })
    }

    fn insert(&mut self, insert: &Insert) -> Result<(Nodes, Columns), PlanError> {
        let Insert { with, at, target, columns, overriding, source, conflict, returning } = insert;
        let mut nodes = Vec::new();
        if let Some(with) = with {
            self.with(with, None, &mut nodes)?;
        }
        let target = self.target(target)?;
        self.fills(target.table);
        nodes.extend([Node::Keyword("INSERT", *at), Node::Word("INTO"), target.node()]);
        match source {
            None => {
                if target.table.object.is_some() {
                    self.object_defaults(&target, &mut nodes)?;
                } else if let Some(columns) = columns {
                    self.insert_columns(&target, columns, &[Node::OrgColumn], &mut nodes)?;
                } else {
                    nodes.push(Node::Physical(bracketed(vec![vec![Node::OrgColumn]])));
                }
                overriding_words(*overriding, &mut nodes);
                if target.table.object.is_none() {
                    default_values(columns.as_ref().map_or(0, Vec::len), &mut nodes);
                }
            }
            Some(source) => self.insert_source(&target, columns.as_deref(), *overriding, source, &mut nodes)?,
        }
        let mut scope = Scope::new(None);
        scope.relations.push(target.in_scope());
        scope.star = star_of(&target.in_scope());
        if let Some(conflict) = conflict {
            self.on_conflict(&target, conflict, &scope, &mut nodes)?;
        }
        let columns = self.returning(returning.as_ref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    /// `(a, b[1], org_id)`.
    pub(super) fn insert_columns(
        &mut self,
        target: &TargetTable<'_>,
        columns: &[SetPlace],
        also: &[Node],
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        nodes.push(Node::Word("("));
        let scope = Scope::new(None);
        for (i, place) in columns.iter().enumerate() {
            if i > 0 {
                nodes.push(Node::Word(","));
            }
            target.check_column(&place.column)?;
            nodes.push(target.place(&place.column));
            self.pieces(&place.rest, &scope, nodes)?;
        }
        let mut added = vec![Node::Word(",")];
        added.extend(also.iter().cloned());
        nodes.extend([Node::Physical(added), Node::Word(")")]);
        Ok(())
    }

    fn insert_source(
        &mut self,
        target: &TargetTable<'_>,
        columns: Option<&[SetPlace]>,
        overriding: Option<Overriding>,
        source: &Query,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        check_width(target, columns, source)?;
        let bound;
        match columns {
            Some(columns) => {
                let named: Vec<(&str, u32)> =
                    columns.iter().map(|place| (&*place.column.name, place.column.at)).collect();
                let given: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
                let (also, append) = self.append(target, &given, Some(source))?;
                bound = self.query(source, None, Some(&append))?;
                self.insert_columns(target, columns, &also, nodes)?;
                check_identity(target, &named, source, overriding)?;
            }
            None => {
                // Without a list the values go to the first columns, as many as there are.
                let (_, native) = self.append(target, &[], Some(source))?;
                let looked_at = self.query(source, None, Some(&native))?;
                let Columns::Known(outputs) = &looked_at.columns else {
                    return Err(PlanError::unsupported("INSERT of this query without a column list", 0)
                        .hint("name the columns: INSERT INTO t (a, b) SELECT ..."));
                };
                if outputs.len() > target.table.columns.len() {
                    return Err(PlanError::new(
                        SqlState::SYNTAX_ERROR,
                        "syntax",
                        "INSERT has more expressions than target columns",
                    ));
                }
                let first: Vec<&str> =
                    target.table.columns.iter().take(outputs.len()).map(|column| column.name.as_str()).collect();
                let placed: Vec<(&str, u32)> = first.iter().map(|name| (*name, 0)).collect();
                check_identity(target, &placed, source, overriding)?;
                let (also, append) = self.append(target, &first, Some(source))?;
                // What an object's rows get besides depends on how many columns there are.
                bound =
                    if target.table.object.is_some() { self.query(source, None, Some(&append))? } else { looked_at };
                let slot = |name: &str| target.table.slot(name).unwrap_or(name).into();
                let mut items: Vec<Nodes> =
                    first.into_iter().map(|name| vec![Node::Name { name: slot(name), at: 0 }]).collect();
                items.push(also);
                nodes.push(Node::Physical(bracketed(items)));
            }
        }
        overriding_words(overriding, nodes);
        nodes.extend(bound.nodes);
        Ok(())
    }

    fn on_conflict(
        &mut self,
        target: &TargetTable<'_>,
        conflict: &Conflict,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let Conflict { at, arbiter, update } = conflict;
        nodes.extend([Node::Keyword("ON", *at), Node::Word("CONFLICT")]);
        if target.table.object.is_some() {
            self.object_arbiter(target.table, arbiter, scope, nodes)?;
        } else {
            self.arbiter(target, arbiter, scope, nodes)?;
        }
        nodes.push(Node::Word("DO"));
        let Some((assignments, condition)) = update else {
            nodes.push(Node::Word("NOTHING"));
            return Ok(());
        };
        let mut scope = scope.clone();
        scope.relations.push(ScopeRelation {
            alias: "excluded".into(),
            columns: target.columns(),
            role: Role::Leaf,
            system: false,
            catalog: None,
            row_type: None,
            fields: super::object::fields(target.table),
        });
        nodes.extend([Node::Word("UPDATE"), Node::Word("SET")]);
        self.assignments(target, assignments, &scope, nodes)?;
        self.clause("WHERE", condition.as_ref(), &scope, nodes)
    }

    /// What ON CONFLICT is about: the leaf's own index.
    fn arbiter(
        &mut self,
        target: &TargetTable<'_>,
        arbiter: &Arbiter,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        match arbiter {
            Arbiter::Nothing => {}
            Arbiter::Columns(items, condition) => {
                nodes.extend([Node::Word("("), Node::Physical(vec![Node::OrgColumn, Node::Word(",")])]);
                self.list(items, scope, nodes)?;
                nodes.push(Node::Word(")"));
                self.clause("WHERE", condition.as_ref(), scope, nodes)?;
            }
            Arbiter::Constraint(name) => {
                let constraint = target.table.constraints.iter().find(|constraint| {
                    constraint.name == *name.name
                        && match constraint.kind {
                            ConstraintKind::PrimaryKey { .. }
                            | ConstraintKind::Unique { .. }
                            | ConstraintKind::Exclude { .. } => true,
                            ConstraintKind::ForeignKey { .. } | ConstraintKind::Check { .. } => false,
                        }
                });
                let Some(constraint) = constraint else {
                    return Err(PlanError::new(
                        SqlState::UNDEFINED_OBJECT,
                        "unknown_constraint",
                        format!("constraint \"{}\" for table \"{}\" does not exist", name.name, target.name.name),
                    )
                    .at(name.at));
                };
                nodes.extend([Node::Word("ON"), Node::Word("CONSTRAINT")]);
                nodes.push(Node::LeafIndex {
                    base: constraint.physical.as_str().into(),
                    logical: name.name.clone(),
                    at: name.at,
                });
            }
        }
        Ok(())
    }

    pub(super) fn assignments(
        &mut self,
        target: &TargetTable<'_>,
        assignments: &[Assignment],
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        for (i, Assignment { places, row, at, value }) in assignments.iter().enumerate() {
            if i > 0 {
                nodes.push(Node::Word(","));
            }
            if *row {
                nodes.push(Node::Word("("));
            }
            for (j, place) in places.iter().enumerate() {
                if j > 0 {
                    nodes.push(Node::Word(","));
                }
                check_assigned(target, &place.column, value)?;
                nodes.push(target.place(&place.column));
                self.pieces(&place.rest, scope, nodes)?;
            }
            if *row {
                nodes.push(Node::Word(")"));
            }
            nodes.push(Node::Keyword("=", *at));
            let set: Vec<&Ident> = places.iter().map(|place| &place.column).collect();
            match self.set_default(target, &set, *row, value)? {
                Some(default) => nodes.extend(default),
                None => self.pieces(value, scope, nodes)?,
            }
        }
        target.also_set(nodes);
        Ok(())
    }

    fn update(&mut self, update: &Update) -> Result<(Nodes, Columns), PlanError> {
        let Update { with, at, target, assignments, from, condition, returning } = update;
        let mut nodes = Vec::new();
        if let Some(with) = with {
            self.with(with, None, &mut nodes)?;
        }
        let target = self.target(target)?;
        self.fills(target.table);
        let mut scope = Scope::new(None);
        let mut from_nodes = Vec::new();
        if !from.is_empty() {
            from_nodes.push(Node::Word("FROM"));
            self.relations(from, &mut scope, &Locked::Nothing, &mut from_nodes)?;
        }
        with_target(&target, &mut scope);
        nodes.extend([Node::Keyword("UPDATE", *at), target.node(), Node::Word("SET")]);
        self.assignments(&target, assignments, &scope, &mut nodes)?;
        nodes.extend(from_nodes);
        self.target_condition(&target, condition, &scope, &mut nodes)?;
        let columns = self.returning(returning.as_ref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    fn delete(&mut self, delete: &Delete) -> Result<(Nodes, Columns), PlanError> {
        let Delete { with, at, target, using, condition, returning } = delete;
        let mut nodes = Vec::new();
        if let Some(with) = with {
            self.with(with, None, &mut nodes)?;
        }
        let target = self.target(target)?;
        let mut scope = Scope::new(None);
        let mut using_nodes = Vec::new();
        if !using.is_empty() {
            using_nodes.push(Node::Word("USING"));
            self.relations(using, &mut scope, &Locked::Nothing, &mut using_nodes)?;
        }
        with_target(&target, &mut scope);
        nodes.extend([Node::Keyword("DELETE", *at), Node::Word("FROM"), target.node()]);
        nodes.extend(using_nodes);
        self.target_condition(&target, condition, &scope, &mut nodes)?;
        let columns = self.returning(returning.as_ref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    /// `WHERE alias.org_id = $org AND (the client's condition)`.
    fn target_condition(
        &mut self,
        target: &TargetTable<'_>,
        condition: &Condition,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let mut predicate = target.predicate();
        match condition {
            Condition::All => {
                predicate.insert(0, Node::Word("WHERE"));
                nodes.push(Node::Physical(predicate));
            }
            Condition::Where(at, condition) => {
                nodes.push(Node::Keyword("WHERE", *at));
                self.guarded(predicate, condition, scope, nodes)?;
            }
            Condition::CurrentOf(at, _) => return Err(PlanError::unsupported("WHERE CURRENT OF", *at)),
        }
        Ok(())
    }

    pub(super) fn returning(
        &mut self,
        returning: Option<&Returning>,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<Columns, PlanError> {
        let Some(Returning { at, items }) = returning else { return Ok(Columns::Known(Vec::new())) };
        nodes.push(Node::Keyword("RETURNING", *at));
        self.items(items, scope, nodes)?;
        self.output_columns(items, scope)
    }
}

/// The target comes first in `*`.
fn with_target(target: &TargetTable<'_>, scope: &mut Scope<'_>) {
    let relation = target.in_scope();
    scope.star = match (star_of(&relation), scope.star.take()) {
        (Some(mut columns), Some(others)) => {
            columns.extend(others);
            Some(columns)
        }
        (None, _) | (_, None) => None,
    };
    scope.relations.insert(0, relation);
}

/// VALUES as long as each other and as the list of columns: the org's value goes behind them.
fn check_width(target: &TargetTable<'_>, columns: Option<&[SetPlace]>, source: &Query) -> Result<(), PlanError> {
    let Term::Values { at: _, rows } = &source.first else { return Ok(()) };
    let Some(width) = rows.first().map(Vec::len) else { return Ok(()) };
    let fault = |message: &str, at: u32| Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", message).at(at));
    if let Some(odd) = rows.iter().find(|row| row.len() != width) {
        return fault("VALUES lists must all be the same length", odd.first().map_or(0, |value| place_of(value)));
    }
    if !source.rest.is_empty() {
        return Ok(());
    }
    let wanted = columns.map_or(target.table.columns.len(), <[SetPlace]>::len);
    if width > wanted {
        let surplus = rows.first().and_then(|row| row.get(wanted));
        return fault("INSERT has more expressions than target columns", surplus.map_or(0, |value| place_of(value)));
    }
    match columns.and_then(|columns| columns.get(width)) {
        Some(place) => fault("INSERT has more target columns than expressions", place.column.at),
        None => Ok(()),
    }
}

/// Where an expression begins.
fn place_of(pieces: &[Piece]) -> u32 {
    match pieces.first() {
        Some(
            Piece::Word(_, at) | Piece::Operator(_, at) | Piece::Literal(_, at) | Piece::Param(_, at) | Piece::Star(at),
        ) => *at,
        Some(Piece::Name(ident) | Piece::Field(ident)) => ident.at,
        Some(Piece::Column { parts, output: _ } | Piece::Wildcard(parts)) => parts.first().map_or(0, |part| part.at),
        Some(Piece::Type(name)) => name.at,
        Some(Piece::Function(name)) => name.at,
        Some(Piece::Lookup(lookup)) => place_of(&lookup.operand),
        Some(Piece::Query(_)) | None => 0,
    }
}

/// OVERRIDING is the binder's to judge: physically identity columns are plain defaults.
fn overriding_words(overriding: Option<Overriding>, nodes: &mut Nodes) {
    let word = match overriding {
        None => return,
        Some(Overriding::System(_)) => "SYSTEM",
        Some(Overriding::User(_)) => "USER",
    };
    nodes.push(Node::Logical(vec![Node::Word("OVERRIDING"), Node::Word(word), Node::Word("VALUE")]));
}

/// GENERATED columns take DEFAULT only, identity ones also what OVERRIDING allows.
fn check_identity(
    target: &TargetTable<'_>,
    names: &[(&str, u32)],
    source: &Query,
    overriding: Option<Overriding>,
) -> Result<(), PlanError> {
    for (i, (name, _)) in names.iter().enumerate() {
        let Some(column) = target.table.column(name) else { continue };
        let always = column.identity == Some(Identity::Always);
        let identity = column.identity.is_some();
        if !identity && column.generated.is_none() {
            continue;
        }
        let all_default = match &source.first {
            Term::Values { at: _, rows } if source.rest.is_empty() => {
                rows.iter().all(|row| row.get(i).is_none_or(|value| is_default(value)))
            }
            Term::Values { .. } | Term::Select(_) | Term::Table { .. } | Term::Query(_) => false,
        };
        if all_default {
            continue;
        }
        match overriding {
            Some(Overriding::System(_)) if identity => continue,
            Some(Overriding::User(at)) if identity => {
                return Err(PlanError::unsupported("OVERRIDING USER VALUE over an identity column", at)
                    .hint("leave the column out of the list"));
            }
            Some(Overriding::System(_) | Overriding::User(_)) | None => {}
        }
        if !always && column.generated.is_none() {
            continue;
        }
        return Err(not_insertable(name, always));
    }
    Ok(())
}

fn check_assigned(target: &TargetTable<'_>, column: &Ident, value: &[Piece]) -> Result<(), PlanError> {
    target.check_column(column)?;
    let always = target.table.column(&column.name).is_some_and(|column| column.identity == Some(Identity::Always));
    if always && !is_default(value) {
        let message = format!("column \"{}\" can only be updated to DEFAULT", column.name);
        return Err(PlanError::new(SqlState::GENERATED_ALWAYS, "generated_always", message)
            .detail(always_identity(&column.name))
            .placeless());
    }
    Ok(())
}

/// A value other than DEFAULT for an identity column that takes none, or for a generated column.
pub(super) fn not_insertable(name: &str, identity: bool) -> PlanError {
    let message = format!("cannot insert a non-DEFAULT value into column \"{name}\"");
    let error = PlanError::new(SqlState::GENERATED_ALWAYS, "generated_always", message).placeless();
    if identity {
        error.detail(always_identity(name)).hint("Use OVERRIDING SYSTEM VALUE to override.")
    } else {
        error.detail(format!("Column \"{name}\" is a generated column."))
    }
}

fn always_identity(name: &str) -> String {
    format!("Column \"{name}\" is an identity column defined as GENERATED ALWAYS.")
}

/// DEFAULT VALUES: a row of that many defaults and the org.
pub(super) fn default_values(columns: usize, nodes: &mut Nodes) {
    nodes.push(Node::Logical(vec![Node::Word("DEFAULT"), Node::Word("VALUES")]));
    let mut row = vec![vec![Node::Word("DEFAULT")]; columns];
    row.push(vec![Node::OrgValue]);
    let mut values = vec![Node::Word("VALUES")];
    values.extend(bracketed(row));
    nodes.push(Node::Physical(values));
}

pub(super) fn is_default(value: &[Piece]) -> bool {
    matches!(value, [Piece::Word("DEFAULT", _)])
}
