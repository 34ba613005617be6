//! FROM: tables, views, CTEs, sub-queries, functions and joins.

use sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, ObjectName, TableAlias, TableFactor, TableFunctionArgs, TableWithJoins,
};

use super::super::ast;
use super::super::error::PlanError;
use super::lookup::Place;
use super::scope::{Columns, Role, Scope, ScopeRelation};
use super::tree::{FunctionName, Node, Relation, RelationKind};
use super::{Binder, Found, MAX_VIEW_DEPTH, Nodes, absent, bracketed, comma_separated};
use crate::catalog::{QualifiedName, Scope as TableScope};
use crate::sqlstate::SqlState;

/// Set-returning functions of PostgreSQL that return several columns, and their names.
const COMPOSITE_FUNCTIONS: [(&str, &[&str]); 9] = [
    ("json_each", &["key", "value"]),
    ("json_each_text", &["key", "value"]),
    ("jsonb_each", &["key", "value"]),
    ("jsonb_each_text", &["key", "value"]),
    ("pg_get_keywords", &["word", "catcode", "barelabel", "catdesc", "baredesc"]),
    ("ts_debug", &["alias", "description", "token", "dictionaries", "dictionary", "lexemes"]),
    ("ts_parse", &["tokid", "token"]),
    ("ts_token_type", &["tokid", "alias", "description"]),
    ("aclexplode", &["grantor", "grantee", "privilege_type", "is_grantable"]),
];

impl Binder<'_> {
    /// Binds a FROM list into `scope`.
    pub(super) fn from(&mut self, tables: &[TableWithJoins], scope: &mut Scope<'_>) -> Result<Nodes, PlanError> {
        let mut items = Vec::with_capacity(tables.len());
        for table in tables {
            items.push(self.table_with_joins(table, scope)?);
        }
        Ok(comma_separated(items))
    }

    fn table_with_joins(&mut self, table: &TableWithJoins, scope: &mut Scope<'_>) -> Result<Nodes, PlanError> {
        let TableWithJoins { relation, joins } = table;
        let mut nodes = self.table_factor(relation, scope)?;
        for Join { relation, global, join_operator } in joins {
            absent(!global, "GLOBAL JOIN")?;
            let (words, constraint): (&[&'static str], _) = match join_operator {
                JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => (&["JOIN"], constraint),
                JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (&["LEFT", "JOIN"], constraint),
                JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                    (&["RIGHT", "JOIN"], constraint)
                }
                JoinOperator::FullOuter(constraint) => (&["FULL", "JOIN"], constraint),
                JoinOperator::CrossJoin(constraint) => (&["CROSS", "JOIN"], constraint),
                JoinOperator::Semi(_)
                | JoinOperator::LeftSemi(_)
                | JoinOperator::RightSemi(_)
                | JoinOperator::Anti(_)
                | JoinOperator::LeftAnti(_)
                | JoinOperator::RightAnti(_)
                | JoinOperator::CrossApply
                | JoinOperator::OuterApply
                | JoinOperator::AsOf { .. }
                | JoinOperator::StraightJoin(_)
                | JoinOperator::ArrayJoin
                | JoinOperator::LeftArrayJoin
                | JoinOperator::InnerArrayJoin => return Err(PlanError::unsupported("this kind of join", 0)),
            };
            if *constraint == JoinConstraint::Natural {
                nodes.push(Node::Word("NATURAL"));
            }
            nodes.extend(words.iter().map(|word| Node::Word(word)));
            nodes.extend(self.table_factor(relation, scope)?);
            match constraint {
                JoinConstraint::None => {}
                // Merged columns appear once in `*`: their number is PostgreSQL's to say.
                JoinConstraint::Natural => scope.open = true,
                JoinConstraint::On(condition) => {
                    nodes.push(Node::Word("ON"));
                    self.expr(condition, scope, &mut nodes)?;
                }
                JoinConstraint::Using(columns) => {
                    scope.open = true;
                    let mut items = Vec::with_capacity(columns.len());
                    for column in columns {
                        let (name, at) = self.single(column, "a join column")?;
                        self.refuse_hidden_in_using(&name, at, scope)?;
                        items.push(vec![Node::Name { name, at }]);
                    }
                    nodes.push(Node::Word("USING"));
                    nodes.extend(bracketed(items));
                }
            }
        }
        Ok(nodes)
    }

    /// No relation in a FROM list has hidden columns, but a name that only a target has must not slip in.
    fn refuse_hidden_in_using(&self, name: &str, at: u32, scope: &Scope<'_>) -> Result<(), PlanError> {
        let known = scope.relations.iter().all(|relation| match &relation.columns {
            Columns::Known(_) => true,
            Columns::Unknown => false,
        });
        let found = scope.relations.iter().any(|relation| match &relation.columns {
            Columns::Known(columns) => relation.role == Role::Source && columns.iter().any(|column| &**column == name),
            Columns::Unknown => true,
        });
        if known && !found {
            return Err(PlanError::new(
                SqlState::UNDEFINED_COLUMN,
                "unknown_column",
                format!("column \"{name}\" specified in USING clause does not exist in left table"),
            )
            .at(at));
        }
        Ok(())
    }

    fn table_factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) -> Result<Nodes, PlanError> {
        match factor {
            TableFactor::Table {
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
            } => {
                absent(with_hints.is_empty() && index_hints.is_empty(), "a table hint")?;
                absent(version.is_none(), "a table version")?;
                absent(partitions.is_empty(), "PARTITION")?;
                absent(json_path.is_none(), "a JSON path after a table")?;
                absent(sample.is_none(), "TABLESAMPLE")?;
                match args {
                    Some(TableFunctionArgs { args, settings }) => {
                        absent(settings.is_none(), "SETTINGS")?;
                        let function = self.function_name(name, true)?;
                        let arguments = self.function_args(args, Self::place_of_arguments(&function), scope)?;
                        self.function_in_from(function, arguments, false, *with_ordinality, alias.as_ref(), scope)
                    }
                    None => {
                        absent(!with_ordinality, "WITH ORDINALITY of a table")?;
                        self.relation(name, alias.as_ref(), scope).map(|node| vec![node])
                    }
                }
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                absent(sample.is_none(), "TABLESAMPLE")?;
                let bound = if *lateral {
                    self.query(subquery, Some(scope), false)?
                } else {
                    self.query(subquery, scope.parent, false)?
                };
                let mut nodes = Vec::new();
                if *lateral {
                    nodes.push(Node::Word("LATERAL"));
                }
                nodes.push(Node::Word("("));
                nodes.extend(bound.nodes);
                nodes.push(Node::Word(")"));
                if let Some(alias) = alias {
                    nodes.extend(self.alias_nodes(alias)?);
                    let columns = bound.columns.renamed(&self.alias_columns(alias)?);
                    let alias = self.ident(&alias.name)?.0;
                    scope.relations.push(ScopeRelation { alias, columns, role: Role::Source });
                } else {
                    // PostgreSQL 16 allows it: its columns are in scope, its name is not.
                    scope.relations.push(ScopeRelation {
                        alias: "".into(),
                        columns: bound.columns,
                        role: Role::Source,
                    });
                }
                Ok(nodes)
            }
            TableFactor::Function { lateral, name, args, with_ordinality, alias } => {
                let function = self.function_name(name, true)?;
                let arguments = self.function_args(args, Self::place_of_arguments(&function), scope)?;
                self.function_in_from(function, arguments, *lateral, *with_ordinality, alias.as_ref(), scope)
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                absent(!with_offset && with_offset_alias.is_none(), "UNNEST ... WITH OFFSET")?;
                let function = FunctionName { schema: None, name: "unnest".into(), at: 0, in_from: true };
                let arguments = self.exprs(array_exprs, scope)?;
                self.function_in_from(function, arguments, false, *with_ordinality, alias.as_ref(), scope)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let mut nodes = vec![Node::Word("(")];
                match alias {
                    None => nodes.extend(self.table_with_joins(table_with_joins, scope)?),
                    Some(alias) => {
                        // The alias hides the names inside.
                        let mut inner = Scope::new(scope.parent);
                        let bound = self.table_with_joins(table_with_joins, &mut inner)?;
                        nodes.extend(bound);
                        let (alias, _) = self.ident(&alias.name)?;
                        scope.relations.push(ScopeRelation { alias, columns: Columns::Unknown, role: Role::Source });
                    }
                }
                nodes.push(Node::Word(")"));
                if let Some(alias) = alias {
                    nodes.extend(self.alias_nodes(alias)?);
                }
                Ok(nodes)
            }
            TableFactor::TableFunction { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::UnpivotExpr { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => Err(PlanError::unsupported("this item in FROM", 0)),
        }
    }

    fn function_in_from(
        &mut self,
        function: FunctionName,
        arguments: Nodes,
        lateral: bool,
        with_ordinality: bool,
        alias: Option<&TableAlias>,
        scope: &mut Scope<'_>,
    ) -> Result<Nodes, PlanError> {
        Self::check_place(&function, Place::Mixed)?;
        let mut nodes = Vec::new();
        if lateral {
            nodes.push(Node::Word("LATERAL"));
        }
        let name = function.name.clone();
        nodes.push(Node::Function(function));
        nodes.push(Node::Word("("));
        nodes.extend(arguments);
        nodes.push(Node::Word(")"));
        if with_ordinality {
            nodes.extend([Node::Word("WITH"), Node::Word("ORDINALITY")]);
        }
        let (alias_name, aliases) = match alias {
            None => (name.clone(), Vec::new()),
            Some(alias) => {
                nodes.extend(self.alias_nodes(alias)?);
                (self.ident(&alias.name)?.0, self.alias_columns(alias)?)
            }
        };
        // The columns are always said: to PostgreSQL, `g.f` on a function's scalar result may be a call of f.
        let composite = COMPOSITE_FUNCTIONS.iter().find(|(function, _)| *function == &*name);
        let mut columns: Vec<Box<str>> = match composite {
            Some((_, columns)) => columns.iter().map(|column| Box::from(*column)).collect(),
            None if aliases.is_empty() => vec![alias_name.clone()],
            None => Vec::new(),
        };
        if with_ordinality && columns.len() > aliases.len() {
            columns.push("ordinality".into());
        }
        for (i, alias) in aliases.iter().enumerate() {
            match columns.get_mut(i) {
                Some(column) => column.clone_from(alias),
                None => columns.push(alias.clone()),
            }
        }
        scope.relations.push(ScopeRelation { alias: alias_name, columns: Columns::Known(columns), role: Role::Source });
        Ok(nodes)
    }

    /// A relation that is read.
    fn relation(
        &mut self,
        name: &ObjectName,
        alias: Option<&TableAlias>,
        scope: &mut Scope<'_>,
    ) -> Result<Node, PlanError> {
        let parts = self.parts(name)?;
        let at = parts.first().map_or(0, |(_, at)| *at);
        let plain: Vec<&str> = parts.iter().map(|(name, _)| &**name).collect();
        let mut logical: Nodes = Vec::new();
        for (i, (name, at)) in parts.iter().enumerate() {
            if i > 0 {
                logical.push(Node::Word("."));
            }
            logical.push(Node::Name { name: name.clone(), at: *at });
        }
        let table_name: Box<str> = plain.last().copied().unwrap_or_default().into();
        let (alias_name, aliases, alias_columns) = match alias {
            None => (table_name, Vec::new(), Vec::new()),
            Some(alias) => {
                logical.extend(self.alias_nodes(alias)?);
                (self.ident(&alias.name)?.0, self.alias_columns(alias)?, self.alias_column_nodes(alias)?)
            }
        };
        let (kind, columns) = match self.find(&plain, at)? {
            Found::Cte(columns) => (RelationKind::Cte, columns),
            Found::Catalog(physical) => (RelationKind::Catalog { physical }, Columns::Unknown),
            Found::Table(table, definition) => {
                let names: Vec<Box<str>> =
                    definition.columns.iter().map(|column| column.name.as_str().into()).collect();
                let columns = Columns::Known(names.clone());
                match definition.scope {
                    TableScope::Org => {
                        self.touches_org = true;
                        (RelationKind::Org { table, columns: names }, columns)
                    }
                    TableScope::Global => (RelationKind::Global { table }, columns),
                }
            }
            Found::View(view) => {
                let (query, columns) = self.view(&view, at)?;
                (RelationKind::View { query, columns: columns.clone() }, Columns::Known(columns))
            }
        };
        let columns = columns.renamed(&aliases);
        scope.relations.push(ScopeRelation { alias: alias_name.clone(), columns, role: Role::Source });
        Ok(Node::Relation(Relation { kind, alias: alias_name, logical, alias_columns }))
    }

    /// Binds a view's text in place of its name: so it reads the caller's org only.
    fn view(&mut self, name: &QualifiedName, at: u32) -> Result<(Nodes, Vec<Box<str>>), PlanError> {
        if self.view_depth >= MAX_VIEW_DEPTH {
            return Err(
                PlanError::new(SqlState::STATEMENT_TOO_COMPLEX, "too_deep", "views use each other too deeply").at(at)
            );
        }
        let Some(view) = self.catalog.views.get(name) else {
            return Err(PlanError::internal(format!("view {name} vanished")));
        };
        let (query, _) = ast::parse_query(&view.query)
            .map_err(|error| PlanError::internal(format!("view {name} does not parse: {error}")))?;
        let mut inner = Binder {
            catalog: self.catalog,
            positions: None,
            ctes: Vec::new(),
            view_depth: self.view_depth + 1,
            params: 0,
            touches_org: false,
            place: Place::Mixed,
        };
        let bound = inner.query(&query, None, false)?;
        self.touches_org |= inner.touches_org;
        Ok((bound.nodes, view.columns.iter().map(|column| column.as_str().into()).collect()))
    }

    /// `AS alias (a, b)`.
    fn alias_nodes(&self, alias: &TableAlias) -> Result<Nodes, PlanError> {
        let TableAlias { explicit: _, name, columns: _, at } = alias;
        absent(at.is_none(), "AT after an alias")?;
        let (name, position) = self.plain_ident(name)?;
        let mut nodes = vec![Node::Word("AS"), Node::Name { name, at: position }];
        nodes.extend(self.alias_column_nodes(alias)?);
        Ok(nodes)
    }

    /// `(a, b)` or `(a int, b text)`; nothing when there are none.
    pub(super) fn alias_column_nodes(&self, alias: &TableAlias) -> Result<Nodes, PlanError> {
        if alias.columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut items = Vec::with_capacity(alias.columns.len());
        for column in &alias.columns {
            let (name, at) = self.ident(&column.name)?;
            let mut item = vec![Node::Name { name, at }];
            if let Some(data_type) = &column.data_type {
                item.push(Node::Type(self.data_type(data_type)?));
            }
            items.push(item);
        }
        Ok(bracketed(items))
    }
}
