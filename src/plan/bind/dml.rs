//! INSERT, UPDATE, DELETE: the target is the leaf itself.

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Delete, DoUpdate, Expr, FromTable, Ident, Insert, ObjectName,
    OnConflict, OnConflictAction, OnInsert, Query, SelectItem, SetExpr, Statement, TableAlias, TableFactor,
    TableObject, TableWithJoins, Update, UpdateTableFromKind,
};

use super::super::error::PlanError;
use super::lookup::Place;
use super::scope::{Columns, Role, Scope, ScopeRelation};
use super::tree::Node;
use super::{Binder, Found, Nodes, absent, bracketed, comma_separated};
use crate::catalog::{ConstraintKind, Identity, QualifiedName, Scope as TableScope, Table};
use crate::sqlstate::SqlState;

/// The table that DML changes.
pub(super) struct TargetTable<'c> {
    pub(super) name: QualifiedName,
    pub(super) table: &'c Table,
    alias: Box<str>,
    logical: Nodes,
}

impl TargetTable<'_> {
    fn columns(&self) -> Columns {
        Columns::of(self.table.columns.iter().map(|column| column.name.as_str()))
    }

    fn node(&self) -> Node {
        Node::Target { table: self.name.clone(), alias: self.alias.clone(), logical: self.logical.clone() }
    }

    fn in_scope(&self) -> ScopeRelation {
        ScopeRelation { alias: self.alias.clone(), columns: self.columns(), role: Role::Target }
    }

    fn check_column(&self, name: &str, at: u32) -> Result<(), PlanError> {
        if self.table.column(name).is_some() {
            return Ok(());
        }
        let message = format!("column \"{name}\" of relation \"{}\" does not exist", self.name.name);
        Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(at))
    }
}

impl<'c> Binder<'c> {
    /// A data-modifying statement, at the top or in WITH; its output columns are RETURNING's.
    pub(super) fn modify(&mut self, statement: &Statement) -> Result<(Nodes, Columns), PlanError> {
        if let Statement::Insert(insert) = statement {
            return self.insert(insert);
        }
        if let Statement::Update(update) = statement {
            return self.update(update);
        }
        if let Statement::Delete(delete) = statement {
            return self.delete(delete);
        }
        Err(PlanError::unsupported("this statement in a query", 0))
    }

    /// Looks a target up by the parts of its name: an org-scoped table, or refused.
    pub(super) fn target_table(&mut self, parts: &[(Box<str>, u32)]) -> Result<(QualifiedName, &'c Table), PlanError> {
        let at = parts.first().map_or(0, |(_, at)| *at);
        let plain: Vec<&str> = parts.iter().map(|(name, _)| &**name).collect();
        let shown = plain.join(".");
        match self.find(&plain, at)? {
            Found::Table(name, table) => match table.scope {
                TableScope::Org => {
                    self.touches_org = true;
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

    fn target(&mut self, name: &ObjectName, alias: Option<(&Ident, bool)>) -> Result<TargetTable<'c>, PlanError> {
        let parts = self.parts(name)?;
        let (name, table) = self.target_table(&parts)?;
        let mut logical = Vec::new();
        for (i, (name, at)) in parts.iter().enumerate() {
            if i > 0 {
                logical.push(Node::Word("."));
            }
            logical.push(Node::Name { name: name.clone(), at: *at });
        }
        let mut known_as: Box<str> = name.name.as_str().into();
        if let Some((alias, _)) = alias {
            let (alias, at) = self.ident(alias)?;
            logical.extend([Node::Word("AS"), Node::Name { name: alias.clone(), at }]);
            known_as = alias;
        }
        Ok(TargetTable { name, table, alias: known_as, logical })
    }

    /// The one plain table of UPDATE and DELETE.
    fn target_factor(&mut self, table: &TableWithJoins) -> Result<TargetTable<'c>, PlanError> {
        let TableWithJoins { relation, joins } = table;
        absent(joins.is_empty(), "a join as the target")?;
        let TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } = relation
        else {
            return Err(PlanError::unsupported("this target", 0));
        };
        absent(
            args.is_none()
                && with_hints.is_empty()
                && version.is_none()
                && !with_ordinality
                && partitions.is_empty()
                && json_path.is_none()
                && sample.is_none()
                && index_hints.is_empty(),
            "this target",
        )?;
        match alias {
            None => self.target(name, None),
            Some(TableAlias { explicit, name: alias, columns, at }) => {
                absent(columns.is_empty() && at.is_none(), "columns in a target's alias")?;
                self.target(name, Some((alias, *explicit)))
            }
        }
    }

    fn insert(&mut self, insert: &Insert) -> Result<(Nodes, Columns), PlanError> {
        let Insert {
            insert_token: _,
            optimizer_hints: _,
            or,
            ignore,
            into,
            table,
            table_alias,
            columns,
            overwrite,
            source,
            assignments,
            partitioned,
            after_columns,
            has_table_keyword,
            on,
            returning,
            output,
            replace_into,
            priority,
            insert_alias,
            settings,
            format_clause,
            multi_table_insert_type,
            multi_table_into_clauses,
            multi_table_when_clauses,
            multi_table_else_clause,
        } = insert;
        let standard = or.is_none()
            && !ignore
            && *into
            && !overwrite
            && assignments.is_empty()
            && partitioned.is_none()
            && after_columns.is_empty()
            && !has_table_keyword
            && output.is_none()
            && !replace_into
            && priority.is_none()
            && insert_alias.is_none()
            && settings.is_none()
            && format_clause.is_none()
            && multi_table_insert_type.is_none()
            && multi_table_into_clauses.is_empty()
            && multi_table_when_clauses.is_empty()
            && multi_table_else_clause.is_none();
        absent(standard, "this form of INSERT")?;
        let TableObject::TableName(name) = table else {
            return Err(PlanError::unsupported("this target of INSERT", 0));
        };
        let alias = table_alias.as_ref().map(|alias| (&alias.alias, true));
        let target = self.target(name, alias)?;
        let mut nodes = vec![Node::Word("INSERT"), Node::Word("INTO"), target.node()];

        let mut named = Vec::with_capacity(columns.len());
        for column in columns {
            let (column, at) = self.single(column, "a column of INSERT")?;
            target.check_column(&column, at)?;
            named.push((column, at));
        }
        match source {
            None => {
                absent(named.is_empty(), "DEFAULT VALUES with a column list")?;
                nodes.push(Node::Physical(bracketed(vec![vec![Node::OrgColumn]])));
                nodes.push(Node::Logical(vec![Node::Word("DEFAULT"), Node::Word("VALUES")]));
                let mut values = vec![Node::Word("VALUES")];
                values.extend(bracketed(vec![vec![Node::OrgValue]]));
                nodes.push(Node::Physical(values));
            }
            Some(source) => self.insert_source(&target, named, source, &mut nodes)?,
        }
        let mut scope = Scope::new(None);
        scope.relations.push(target.in_scope());
        if let Some(on) = on {
            self.on_conflict(&target, on, &scope, &mut nodes)?;
        }
        let columns = self.returning(returning.as_deref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    fn insert_source(
        &mut self,
        target: &TargetTable<'_>,
        named: Vec<(Box<str>, u32)>,
        source: &Query,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let bound = self.query(source, None, true)?;
        let listed = !named.is_empty();
        let names: Vec<(Box<str>, u32)> = if listed {
            named
        } else {
            // Without a list the values go to the first columns, as many as there are.
            let Columns::Known(outputs) = &bound.columns else {
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
            let first = target.table.columns.iter().take(outputs.len());
            first.map(|column| (column.name.as_str().into(), 0)).collect()
        };
        self.check_identity(target, &names, source)?;
        let mut items: Vec<Nodes> = names.into_iter().map(|(name, at)| vec![Node::Name { name, at }]).collect();
        if listed {
            nodes.push(Node::Word("("));
            nodes.extend(comma_separated(items));
            nodes.push(Node::Physical(vec![Node::Word(","), Node::OrgColumn]));
            nodes.push(Node::Word(")"));
        } else {
            items.push(vec![Node::OrgColumn]);
            nodes.push(Node::Physical(bracketed(items)));
        }
        nodes.extend(bound.nodes);
        Ok(())
    }

    /// GENERATED ALWAYS columns take DEFAULT only: physically they are plain defaults, so it is said here.
    fn check_identity(
        &self,
        target: &TargetTable<'_>,
        names: &[(Box<str>, u32)],
        source: &Query,
    ) -> Result<(), PlanError> {
        for (i, (name, at)) in names.iter().enumerate() {
            let Some(column) = target.table.column(name) else { continue };
            let always = column.identity == Some(Identity::Always);
            if !always && column.generated.is_none() {
                continue;
            }
            let all_default = if let SetExpr::Values(values) = &*source.body {
                values.rows.iter().all(|row| row.content.get(i).is_some_and(is_default))
            } else {
                false
            };
            if !all_default {
                let (what, detail) = if always {
                    ("an identity", "GENERATED ALWAYS")
                } else {
                    ("a generated", "GENERATED ALWAYS AS ... STORED")
                };
                let mut error = PlanError::new(
                    SqlState::GENERATED_ALWAYS,
                    "generated_always",
                    format!("cannot insert a non-DEFAULT value into column \"{name}\""),
                )
                .at(*at);
                error.detail = Some(if always {
                    format!("Column \"{name}\" is {what} column defined as {detail}.")
                } else {
                    format!("Column \"{name}\" is a generated column.")
                });
                return Err(error);
            }
        }
        Ok(())
    }

    fn on_conflict(
        &mut self,
        target: &TargetTable<'_>,
        on: &OnInsert,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let OnInsert::OnConflict(OnConflict { conflict_target, action }) = on else {
            return Err(PlanError::unsupported("ON DUPLICATE KEY", 0));
        };
        nodes.extend([Node::Word("ON"), Node::Word("CONFLICT")]);
        match conflict_target {
            None => {}
            Some(ConflictTarget::Columns(columns)) => {
                nodes.extend([Node::Word("("), Node::Physical(vec![Node::OrgColumn, Node::Word(",")])]);
                let mut items = Vec::with_capacity(columns.len());
                for column in columns {
                    let (name, at) = self.ident(column)?;
                    if target.table.column(&name).is_none() {
                        let message = format!("column \"{name}\" does not exist");
                        return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(at));
                    }
                    items.push(vec![Node::Name { name, at }]);
                }
                nodes.extend(comma_separated(items));
                nodes.push(Node::Word(")"));
            }
            Some(ConflictTarget::OnConstraint(name)) => {
                let (name, at) = self.single(name, "a constraint")?;
                let constraint = target.table.constraints.iter().find(|constraint| {
                    constraint.name == *name
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
                        format!("constraint \"{name}\" for table \"{}\" does not exist", target.name.name),
                    )
                    .at(at));
                };
                nodes.extend([Node::Word("ON"), Node::Word("CONSTRAINT")]);
                nodes.push(Node::LeafIndex { base: constraint.physical.as_str().into(), logical: name, at });
            }
        }
        match action {
            OnConflictAction::DoNothing => nodes.extend([Node::Word("DO"), Node::Word("NOTHING")]),
            OnConflictAction::DoUpdate(DoUpdate { assignments, selection }) => {
                let mut scope = scope.clone();
                scope.relations.push(ScopeRelation {
                    alias: "excluded".into(),
                    columns: target.columns(),
                    role: Role::Target,
                });
                nodes.extend([Node::Word("DO"), Node::Word("UPDATE"), Node::Word("SET")]);
                nodes.extend(self.assignments(target, assignments, &scope)?);
                if let Some(condition) = selection {
                    nodes.push(Node::Word("WHERE"));
                    self.expr(condition, &scope, nodes)?;
                }
            }
        }
        Ok(())
    }

    fn assignments(
        &mut self,
        target: &TargetTable<'_>,
        assignments: &[Assignment],
        scope: &Scope<'_>,
    ) -> Result<Nodes, PlanError> {
        let mut items = Vec::with_capacity(assignments.len());
        for Assignment { target: left, value } in assignments {
            let mut item = Vec::new();
            match left {
                AssignmentTarget::ColumnName(name) => {
                    let (name, at) = self.single(name, "a column of SET")?;
                    self.check_assigned(target, &name, at, value)?;
                    item.push(Node::Name { name, at });
                }
                AssignmentTarget::Tuple(names) => {
                    let mut columns = Vec::with_capacity(names.len());
                    for name in names {
                        let (name, at) = self.single(name, "a column of SET")?;
                        self.check_assigned(target, &name, at, value)?;
                        columns.push(vec![Node::Name { name, at }]);
                    }
                    item.extend(bracketed(columns));
                }
            }
            item.push(Node::Word("="));
            self.expr(value, scope, &mut item)?;
            items.push(item);
        }
        Ok(comma_separated(items))
    }

    fn check_assigned(&self, target: &TargetTable<'_>, name: &str, at: u32, value: &Expr) -> Result<(), PlanError> {
        target.check_column(name, at)?;
        let always = target.table.column(name).is_some_and(|column| column.identity == Some(Identity::Always));
        if always && !is_default(value) {
            let mut error = PlanError::new(
                SqlState::GENERATED_ALWAYS,
                "generated_always",
                format!("column \"{name}\" can only be updated to DEFAULT"),
            )
            .at(at);
            error.detail = Some(format!("Column \"{name}\" is an identity column defined as GENERATED ALWAYS."));
            return Err(error);
        }
        Ok(())
    }

    fn update(&mut self, update: &Update) -> Result<(Nodes, Columns), PlanError> {
        let Update {
            update_token: _,
            optimizer_hints: _,
            table,
            assignments,
            from,
            selection,
            returning,
            output,
            or,
            order_by,
            limit,
        } = update;
        absent(output.is_none() && or.is_none() && order_by.is_empty() && limit.is_none(), "this form of UPDATE")?;
        let target = self.target_factor(table)?;
        let mut scope = Scope::new(None);
        let mut from_nodes = Vec::new();
        match from {
            None => {}
            Some(UpdateTableFromKind::AfterSet(tables)) => {
                from_nodes.push(Node::Word("FROM"));
                from_nodes.extend(self.from(tables, &mut scope)?);
            }
            Some(UpdateTableFromKind::BeforeSet(_)) => return Err(PlanError::unsupported("FROM before SET", 0)),
        }
        scope.relations.insert(0, target.in_scope());
        let mut nodes = vec![Node::Word("UPDATE"), target.node(), Node::Word("SET")];
        nodes.extend(self.assignments(&target, assignments, &scope)?);
        nodes.extend(from_nodes);
        self.target_condition(&target, selection.as_ref(), &scope, &mut nodes)?;
        let columns = self.returning(returning.as_deref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    fn delete(&mut self, delete: &Delete) -> Result<(Nodes, Columns), PlanError> {
        let Delete {
            delete_token: _,
            optimizer_hints: _,
            tables,
            from,
            using,
            selection,
            returning,
            output,
            order_by,
            limit,
        } = delete;
        absent(tables.is_empty() && output.is_none() && order_by.is_empty() && limit.is_none(), "this form of DELETE")?;
        let FromTable::WithFromKeyword(from) = from else {
            return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "DELETE without FROM"));
        };
        let [table] = from.as_slice() else {
            return Err(PlanError::unsupported("DELETE from several tables", 0));
        };
        let target = self.target_factor(table)?;
        let mut scope = Scope::new(None);
        let mut using_nodes = Vec::new();
        if let Some(using) = using {
            using_nodes.push(Node::Word("USING"));
            using_nodes.extend(self.from(using, &mut scope)?);
        }
        scope.relations.insert(0, target.in_scope());
        let mut nodes = vec![Node::Word("DELETE"), Node::Word("FROM"), target.node()];
        nodes.extend(using_nodes);
        self.target_condition(&target, selection.as_ref(), &scope, &mut nodes)?;
        let columns = self.returning(returning.as_deref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    /// `WHERE alias.org_id = $org AND (the client's condition)`.
    fn target_condition(
        &mut self,
        target: &TargetTable<'_>,
        condition: Option<&Expr>,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let org = Node::OrgPredicate { alias: target.alias.clone() };
        match condition {
            None => nodes.push(Node::Physical(vec![Node::Word("WHERE"), org])),
            Some(condition) => {
                nodes.extend([Node::Word("WHERE"), Node::Physical(vec![org, Node::Word("AND"), Node::Word("(")])]);
                self.expr(condition, scope, nodes)?;
                nodes.push(Node::Physical(vec![Node::Word(")")]));
            }
        }
        Ok(())
    }

    fn returning(
        &mut self,
        items: Option<&[SelectItem]>,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<Columns, PlanError> {
        let Some(items) = items else { return Ok(Columns::Known(Vec::new())) };
        if scope.open && items.iter().any(|item| matches!(item, SelectItem::Wildcard(_))) {
            return Err(PlanError::unsupported("RETURNING * over a join with USING or NATURAL", 0));
        }
        nodes.push(Node::Word("RETURNING"));
        nodes.extend(self.projection(items, Place::Mixed, scope)?);
        self.output_columns(items, scope)
    }
}

fn is_default(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}
