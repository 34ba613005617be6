//! Queries: WITH, SELECT, VALUES, set operations.

use sqlparser::ast::Spanned;
use sqlparser::ast::{
    Cte, CteAsMaterialized, Distinct, Expr, Fetch, GroupByExpr, LimitClause, LockClause, LockType, NonBlock, Offset,
    OffsetRows, OrderBy, OrderByKind, Parens, Query, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind,
    SetExpr, SetOperator, SetQuantifier, TableAlias, Value, ValueWithSpan, Values, WildcardAdditionalOptions, With,
};

use super::super::error::PlanError;
use super::lookup::Place;
use super::scope::{Columns, Role, Scope};
use super::tree::Node;
use super::{Binder, Nodes, absent, comma_separated};
use crate::sqlstate::SqlState;

/// A bound query: its pieces, and what is known of its output columns.
pub(super) struct BoundQuery {
    pub(super) nodes: Nodes,
    pub(super) columns: Columns,
}

/// The body of a query and the scope that its ORDER BY sees.
struct Body<'p> {
    nodes: Nodes,
    columns: Columns,
    scope: Scope<'p>,
}

impl Binder<'_> {
    /// `( query )` inside an expression.
    pub(super) fn subquery(&mut self, query: &Query, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let bound = self.query(query, Some(scope), false)?;
        out.push(Node::Word("("));
        out.extend(bound.nodes);
        out.push(Node::Word(")"));
        Ok(())
    }

    /// Binds a query. With `append_org`, each row gets the org's id as one more, last column (INSERT ... SELECT: last,
    /// so that `ORDER BY 1` keeps its meaning).
    pub(super) fn query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        append_org: bool,
    ) -> Result<BoundQuery, PlanError> {
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.query_level(query, outer, append_org))
    }

    fn query_level(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        append_org: bool,
    ) -> Result<BoundQuery, PlanError> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let place = self.take_place();
        absent(for_clause.is_none(), "FOR JSON, XML or BROWSE")?;
        absent(settings.is_none(), "SETTINGS")?;
        absent(format_clause.is_none(), "FORMAT")?;
        absent(pipe_operators.is_empty(), "a pipe operator")?;
        let visible = self.ctes.len();
        let mut nodes = Vec::new();
        if let Some(with) = with {
            self.with(with, outer, &mut nodes)?;
        }
        self.place = place;
        let Body { nodes: body_nodes, columns, scope } = self.set_expr(body, outer, append_org)?;
        nodes.extend(body_nodes);
        if let Some(OrderBy { kind, interpolate }) = order_by {
            absent(interpolate.is_none(), "INTERPOLATE")?;
            let OrderByKind::Expressions(exprs) = kind else {
                return Err(PlanError::unsupported("ORDER BY ALL", 0));
            };
            nodes.extend([Node::Word("ORDER"), Node::Word("BY")]);
            nodes.extend(self.order_by_exprs(exprs, &scope)?);
        }
        // LIMIT sees no column of this level.
        let bare = Scope::new(outer);
        if let Some(limit) = limit_clause {
            self.limit(limit, &bare, &mut nodes)?;
        }
        if let Some(Fetch { with_ties, percent, quantity }) = fetch {
            absent(!percent, "FETCH ... PERCENT")?;
            nodes.extend([Node::Word("FETCH"), Node::Word("FIRST")]);
            if let Some(quantity) = quantity {
                self.expr(quantity, &bare, &mut nodes)?;
            }
            nodes.push(Node::Word("ROWS"));
            nodes.extend(if *with_ties {
                vec![Node::Word("WITH"), Node::Word("TIES")]
            } else {
                vec![Node::Word("ONLY")]
            });
        }
        for lock in locks {
            self.lock(lock, &scope, &mut nodes)?;
        }
        self.ctes.truncate(visible);
        Ok(BoundQuery { nodes, columns })
    }

    fn limit(&mut self, clause: &LimitClause, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let LimitClause::LimitOffset { limit, offset, limit_by } = clause else {
            return Err(PlanError::unsupported("LIMIT a, b", 0));
        };
        absent(limit_by.is_empty(), "LIMIT BY")?;
        let mut limit_nodes = Vec::new();
        if let Some(limit) = limit {
            limit_nodes.push(Node::Word("LIMIT"));
            self.expr(limit, scope, &mut limit_nodes)?;
        }
        let mut offset_nodes = Vec::new();
        if let Some(Offset { value, rows }) = offset {
            offset_nodes.push(Node::Word("OFFSET"));
            self.expr(value, scope, &mut offset_nodes)?;
            match rows {
                OffsetRows::None => {}
                OffsetRows::Row | OffsetRows::Rows => offset_nodes.push(Node::Word("ROWS")),
            }
        }
        // The two may come in either order; the client's is kept.
        let offset_first = limit
            .as_ref()
            .zip(offset.as_ref())
            .is_some_and(|(limit, offset)| offset.value.span().start < limit.span().start);
        if offset_first {
            out.extend(offset_nodes);
            out.extend(limit_nodes);
        } else {
            out.extend(limit_nodes);
            out.extend(offset_nodes);
        }
        Ok(())
    }

    fn lock(&mut self, lock: &LockClause, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let LockClause { lock_type, of, nonblock } = lock;
        out.push(Node::Word("FOR"));
        out.push(Node::Word(match lock_type {
            LockType::Share => "SHARE",
            LockType::Update => "UPDATE",
        }));
        if let Some(name) = of {
            let (alias, at) = self.single(name, "a locked table")?;
            if !scope.relations.iter().any(|relation| relation.alias == alias) {
                return Err(PlanError::new(
                    SqlState::UNDEFINED_TABLE,
                    "unknown_table",
                    format!("relation \"{alias}\" in FOR UPDATE clause not found in FROM clause"),
                )
                .at(at));
            }
            out.extend([Node::Word("OF"), Node::Name { name: alias, at }]);
        }
        match nonblock {
            None => {}
            Some(NonBlock::Nowait) => out.push(Node::Word("NOWAIT")),
            Some(NonBlock::SkipLocked) => out.extend([Node::Word("SKIP"), Node::Word("LOCKED")]),
        }
        Ok(())
    }

    /// Binds WITH and leaves its names in scope: the caller takes them out again.
    pub(super) fn with(&mut self, with: &With, outer: Option<&Scope<'_>>, out: &mut Nodes) -> Result<(), PlanError> {
        let With { with_token: _, recursive, cte_tables } = with;
        out.push(Node::Word("WITH"));
        if *recursive {
            out.push(Node::Word("RECURSIVE"));
            // Every name of the list is in scope in each of its queries, itself included.
            for cte in cte_tables {
                let (name, _) = self.ident(&cte.alias.name)?;
                let aliases = self.alias_columns(&cte.alias)?;
                let columns = if aliases.is_empty() { Columns::Unknown } else { Columns::Known(aliases) };
                self.ctes.push((name, columns));
            }
        }
        for (i, cte) in cte_tables.iter().enumerate() {
            let Cte { alias, query, from, materialized, closing_paren_token: _ } = cte;
            absent(from.is_none(), "WITH ... FROM")?;
            if i > 0 {
                out.push(Node::Word(","));
            }
            let (name, at) = self.ident(&alias.name)?;
            let aliases = self.alias_columns(alias)?;
            let bound = self.query(query, outer, false)?;
            out.push(Node::Name { name: name.clone(), at });
            out.extend(self.alias_column_nodes(alias)?);
            out.push(Node::Word("AS"));
            match materialized {
                None => {}
                Some(CteAsMaterialized::Materialized) => out.push(Node::Word("MATERIALIZED")),
                Some(CteAsMaterialized::NotMaterialized) => {
                    out.extend([Node::Word("NOT"), Node::Word("MATERIALIZED")]);
                }
            }
            out.push(Node::Word("("));
            out.extend(bound.nodes);
            out.push(Node::Word(")"));
            // In a plain WITH a name is in scope only after its own definition.
            self.ctes.push((name, bound.columns.renamed(&aliases)));
        }
        Ok(())
    }

    pub(super) fn alias_columns(&self, alias: &TableAlias) -> Result<Vec<Box<str>>, PlanError> {
        alias.columns.iter().map(|column| self.ident(&column.name).map(|(name, _)| name)).collect()
    }

    fn set_expr<'p>(
        &mut self,
        body: &SetExpr,
        outer: Option<&'p Scope<'p>>,
        append_org: bool,
    ) -> Result<Body<'p>, PlanError> {
        let place = self.take_place();
        // The branches of a set operation, and the rows of VALUES, have one type in common.
        let common = if place == Place::Compared { place } else { Place::Mixed };
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || match body {
            SetExpr::Select(select) => self.select(select, place, outer, append_org),
            SetExpr::Query(query) => {
                self.place = place;
                let bound = self.query(query, outer, append_org)?;
                let mut nodes = vec![Node::Word("(")];
                nodes.extend(bound.nodes);
                nodes.push(Node::Word(")"));
                Ok(Body { nodes, columns: bound.columns, scope: open(outer) })
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.place = common;
                let left = self.set_expr(left, outer, append_org)?;
                let mut nodes = left.nodes;
                nodes.push(Node::Word(match op {
                    SetOperator::Union => "UNION",
                    SetOperator::Except => "EXCEPT",
                    SetOperator::Intersect => "INTERSECT",
                    SetOperator::Minus => return Err(PlanError::unsupported("MINUS", 0)),
                }));
                match set_quantifier {
                    SetQuantifier::None => {}
                    SetQuantifier::All => nodes.push(Node::Word("ALL")),
                    SetQuantifier::Distinct => nodes.push(Node::Word("DISTINCT")),
                    SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                        return Err(PlanError::unsupported("a set operation BY NAME", 0));
                    }
                }
                self.place = common;
                nodes.extend(self.set_expr(right, outer, append_org)?.nodes);
                Ok(Body { nodes, columns: left.columns, scope: open(outer) })
            }
            SetExpr::Values(values) => self.values(values, common, outer, append_org),
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                absent(!append_org, "a data-modifying statement here")?;
                let (nodes, columns) = self.modify(statement)?;
                Ok(Body { nodes, columns, scope: open(outer) })
            }
            SetExpr::Merge(_) => Err(PlanError::unsupported("MERGE", 0)),
            SetExpr::Table(_) => Err(PlanError::unsupported("TABLE in this place", 0)),
        })
    }

    fn values<'p>(
        &mut self,
        values: &Values,
        place: Place,
        outer: Option<&'p Scope<'p>>,
        append_org: bool,
    ) -> Result<Body<'p>, PlanError> {
        let Values { explicit_row, value_keyword, rows } = values;
        absent(!explicit_row && !value_keyword, "VALUES ROW")?;
        let scope = Scope::new(outer);
        let mut nodes = vec![Node::Word("VALUES")];
        let mut width = 0;
        for (i, Parens { opening_token: _, content, closing_token: _ }) in rows.iter().enumerate() {
            width = content.len();
            if i > 0 {
                nodes.push(Node::Word(","));
            }
            nodes.push(Node::Word("("));
            nodes.extend(self.exprs_at(place, content, &scope)?);
            if append_org {
                nodes.push(Node::Physical(vec![Node::Word(","), Node::OrgValue]));
            }
            nodes.push(Node::Word(")"));
        }
        let columns = Columns::Known((1..=width).map(|i| format!("column{i}").into()).collect());
        Ok(Body { nodes, columns, scope: open(outer) })
    }

    fn select<'p>(
        &mut self,
        select: &Select,
        place: Place,
        outer: Option<&'p Scope<'p>>,
        append_org: bool,
    ) -> Result<Body<'p>, PlanError> {
        let Select {
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        absent(select_modifiers.is_none(), "this modifier of SELECT")?;
        absent(top.is_none(), "TOP")?;
        absent(exclude.is_none(), "EXCLUDE")?;
        absent(lateral_views.is_empty(), "LATERAL VIEW")?;
        absent(prewhere.is_none(), "PREWHERE")?;
        absent(connect_by.is_empty(), "CONNECT BY")?;
        absent(
            cluster_by.is_empty() && distribute_by.is_empty() && sort_by.is_empty(),
            "CLUSTER, DISTRIBUTE or SORT BY",
        )?;
        absent(qualify.is_none(), "QUALIFY")?;
        absent(value_table_mode.is_none(), "SELECT AS STRUCT or VALUE")?;
        absent(*flavor == SelectFlavor::Standard, "FROM before SELECT")?;
        if into.is_some() {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "ddl",
                "SELECT INTO is not allowed at runtime",
            )
            .hint("change the schema at release time with `orgfold migrate`"));
        }
        let mut scope = Scope::new(outer);
        let mut from_nodes = Vec::new();
        if !from.is_empty() {
            from_nodes.push(Node::Word("FROM"));
            from_nodes.extend(self.from(from, &mut scope)?);
        }
        let mut nodes = vec![Node::Word("SELECT")];
        let columns = self.output_columns(projection, &scope)?;
        let with_outputs = Scope {
            outputs: match &columns {
                Columns::Known(names) => names.clone(),
                Columns::Unknown => self.named_outputs(projection)?,
            },
            ..scope.clone()
        };
        match distinct {
            None => {}
            Some(Distinct::All) => nodes.push(Node::Word("ALL")),
            Some(Distinct::Distinct) => nodes.push(Node::Word("DISTINCT")),
            Some(Distinct::On(exprs)) => {
                nodes.extend([Node::Word("DISTINCT"), Node::Word("ON"), Node::Word("(")]);
                nodes.extend(self.exprs(exprs, &with_outputs)?);
                nodes.push(Node::Word(")"));
            }
        }
        nodes.extend(self.projection(projection, place, &scope)?);
        if append_org {
            let mut added = if projection.is_empty() { Vec::new() } else { vec![Node::Word(",")] };
            added.push(Node::OrgValue);
            nodes.push(Node::Physical(added));
        }
        nodes.extend(from_nodes);
        if let Some(condition) = selection {
            nodes.push(Node::Word("WHERE"));
            self.expr(condition, &scope, &mut nodes)?;
        }
        match group_by {
            GroupByExpr::Expressions(exprs, modifiers) => {
                absent(modifiers.is_empty(), "WITH ROLLUP, CUBE or TOTALS")?;
                if !exprs.is_empty() {
                    nodes.extend([Node::Word("GROUP"), Node::Word("BY")]);
                    let mut items = Vec::with_capacity(exprs.len());
                    for expr in exprs {
                        self.place = Place::Compared;
                        let seen = if matches!(expr, Expr::Identifier(_)) { &with_outputs } else { &scope };
                        items.push(self.boxed(expr, seen)?);
                    }
                    nodes.extend(comma_separated(items));
                }
            }
            GroupByExpr::All(_) => return Err(PlanError::unsupported("GROUP BY ALL", 0)),
        }
        if let Some(condition) = having {
            nodes.push(Node::Word("HAVING"));
            self.expr(condition, &scope, &mut nodes)?;
        }
        if !named_window.is_empty() {
            nodes.push(Node::Word("WINDOW"));
            nodes.extend(self.named_windows(named_window, &scope)?);
        }
        Ok(Body { nodes, columns, scope: with_outputs })
    }

    /// The select list, or RETURNING's.
    pub(super) fn projection(
        &mut self,
        items: &[SelectItem],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Nodes, PlanError> {
        let mut bound = Vec::with_capacity(items.len());
        for item in items {
            let mut nodes = Vec::new();
            match item {
                SelectItem::UnnamedExpr(expr) => self.expr_at(place, expr, scope, &mut nodes)?,
                SelectItem::ExprWithAlias { expr, alias } => {
                    self.expr_at(place, expr, scope, &mut nodes)?;
                    let (name, at) = self.ident(alias)?;
                    nodes.extend([Node::Word("AS"), Node::Name { name, at }]);
                }
                SelectItem::ExprWithAliases { .. } => return Err(PlanError::unsupported("several aliases", 0)),
                SelectItem::QualifiedWildcard(kind, options) => {
                    self.plain_wildcard(options)?;
                    let SelectItemQualifiedWildcardKind::ObjectName(name) = kind else {
                        return Err(PlanError::unsupported("(expression).*", 0));
                    };
                    let parts = self.parts(name)?;
                    let Some((alias, at)) = parts.last() else {
                        return Err(PlanError::unsupported("this use of *", 0));
                    };
                    if let [(schema, _), _] = parts.as_slice() {
                        nodes.push(Node::Logical(vec![Node::Name { name: schema.clone(), at: 0 }, Node::Word(".")]));
                    }
                    absent(parts.len() <= 2, "this use of *")?;
                    self.qualified_wildcard(alias, *at, scope, &mut nodes)?;
                }
                SelectItem::Wildcard(options) => {
                    self.plain_wildcard(options)?;
                    self.wildcard(scope, &mut nodes)?;
                }
            }
            bound.push(nodes);
        }
        Ok(comma_separated(bound))
    }

    fn plain_wildcard(&self, options: &WildcardAdditionalOptions) -> Result<(), PlanError> {
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        let plain = opt_ilike.is_none()
            && opt_exclude.is_none()
            && opt_except.is_none()
            && opt_replace.is_none()
            && opt_rename.is_none()
            && opt_alias.is_none();
        absent(plain, "* with options")
    }

    /// `*`: as it is over sources; spelled out where the changed table's hidden column would show.
    fn wildcard(&mut self, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        if scope.relations.iter().all(|relation| relation.role == Role::Source) {
            out.push(Node::Word("*"));
            return Ok(());
        }
        let mut physical = Vec::new();
        for relation in &scope.relations {
            if &*relation.alias == "excluded" && relation.role == Role::Target {
                continue;
            }
            if !physical.is_empty() {
                physical.push(Node::Word(","));
            }
            match (relation.role, &relation.columns) {
                (Role::Target, Columns::Known(names)) => {
                    physical.extend(spelled_out(&relation.alias, names));
                }
                (Role::Target, Columns::Unknown) => return Err(PlanError::internal("a target without columns")),
                (Role::Source, _) => {
                    physical.push(Node::Name { name: relation.alias.clone(), at: 0 });
                    physical.extend([Node::Word("."), Node::Word("*")]);
                }
            }
        }
        out.extend([Node::Logical(vec![Node::Word("*")]), Node::Physical(physical)]);
        Ok(())
    }

    /// `alias.*`.
    pub(super) fn qualified_wildcard(
        &mut self,
        alias: &str,
        at: u32,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let Some(relation) = scope.relation(alias) else {
            return Err(PlanError::new(
                SqlState::UNDEFINED_TABLE,
                "unknown_table",
                format!("missing FROM-clause entry for table \"{alias}\""),
            )
            .at(at));
        };
        let star = vec![Node::Name { name: alias.into(), at }, Node::Word("."), Node::Word("*")];
        match (relation.role, &relation.columns) {
            (Role::Source, _) => out.extend(star),
            (Role::Target, Columns::Known(names)) => {
                let names = spelled_out(alias, names);
                out.extend([Node::Logical(star), Node::Physical(names)]);
            }
            (Role::Target, Columns::Unknown) => return Err(PlanError::internal("a target without columns")),
        }
        Ok(())
    }

    /// The output columns of a select list.
    pub(super) fn output_columns(&self, items: &[SelectItem], scope: &Scope<'_>) -> Result<Columns, PlanError> {
        let mut names: Vec<Box<str>> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => match self.output_name(expr)? {
                    Some(name) => names.push(name),
                    None => return Ok(Columns::Unknown),
                },
                SelectItem::ExprWithAlias { alias, expr: _ } => names.push(self.ident(alias)?.0),
                SelectItem::Wildcard(_) => {
                    // Joins by USING merge columns: then the number is not known here.
                    for relation in &scope.relations {
                        match &relation.columns {
                            Columns::Known(columns) if !scope.open => names.extend(columns.iter().cloned()),
                            Columns::Known(_) | Columns::Unknown => return Ok(Columns::Unknown),
                        }
                    }
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let parts = self.parts(name)?;
                    let relation = parts.last().and_then(|(alias, _)| scope.relation(alias));
                    match relation.map(|relation| &relation.columns) {
                        Some(Columns::Known(columns)) => names.extend(columns.iter().cloned()),
                        Some(Columns::Unknown) | None => return Ok(Columns::Unknown),
                    }
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _)
                | SelectItem::ExprWithAliases { .. } => return Ok(Columns::Unknown),
            }
        }
        Ok(Columns::Known(names))
    }

    fn named_outputs(&self, items: &[SelectItem]) -> Result<Vec<Box<str>>, PlanError> {
        let mut names = Vec::new();
        for item in items {
            if let SelectItem::ExprWithAlias { alias, expr: _ } = item {
                names.push(self.ident(alias)?.0);
            }
        }
        Ok(names)
    }

    /// The name PostgreSQL gives an output column without an alias (`FigureColname`), where it is simple to say.
    fn output_name(&self, expr: &Expr) -> Result<Option<Box<str>>, PlanError> {
        if let Expr::Identifier(ident) = expr {
            return Ok(Some(self.ident(ident)?.0));
        }
        if let Expr::CompoundIdentifier(idents) = expr {
            return idents.last().map(|ident| self.ident(ident).map(|(name, _)| name)).transpose();
        }
        if let Expr::Function(function) = expr {
            return Ok(Some(self.function_name(&function.name, false)?.name));
        }
        if let Expr::Nested(inner) | Expr::Collate { expr: inner, collation: _ } = expr {
            return self.output_name(inner);
        }
        if let Expr::Value(ValueWithSpan { value, span: _ }) = expr {
            return Ok(Some(if matches!(value, Value::Boolean(_)) { "bool".into() } else { "?column?".into() }));
        }
        if matches!(expr, Expr::BinaryOp { .. } | Expr::IsNull(_) | Expr::IsNotNull(_)) {
            return Ok(Some("?column?".into()));
        }
        Ok(None)
    }
}

/// A scope in which any name may mean an output column.
fn open<'p>(outer: Option<&'p Scope<'p>>) -> Scope<'p> {
    Scope { open: true, ..Scope::new(outer) }
}

fn spelled_out(alias: &str, names: &[Box<str>]) -> Nodes {
    comma_separated(
        names
            .iter()
            .map(|name| vec![Node::Column { qualifier: Some(alias.into()), implied: false, name: name.clone(), at: 0 }])
            .collect(),
    )
}
