//! Queries: WITH, SELECT, VALUES, set operations, and what follows them.

use super::super::ast::tree::{
    Clause, Distinct, Ident, Item, Piece, Place, Query, Select, Statement, TableName, Term, With,
};
use super::super::error::PlanError;
use super::from::star_of;
use super::grouped::Grouped;
use super::object::{self, Append};
use super::pieces::qualified;
use super::scope::{Columns, Role, Scope, Star};
use super::tree::Node;
use super::{Binder, Nodes, named};
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

/// Which relations of a query its FOR clauses lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Locked {
    Nothing,
    Named(Vec<Box<str>>),
    All,
}

impl Locked {
    fn of(tail: &[Clause]) -> Locked {
        let mut names = Vec::new();
        for clause in tail {
            match clause {
                Clause::Lock { words: _, of, wait: _ } if of.is_empty() => return Locked::All,
                Clause::Lock { words: _, of, wait: _ } => names.extend(of.iter().map(|name| name.name.clone())),
                Clause::OrderBy(..) | Clause::Limit(_) => {}
            }
        }
        if names.is_empty() { Locked::Nothing } else { Locked::Named(names) }
    }

    pub(super) fn has(&self, alias: &str) -> bool {
        match self {
            Locked::Nothing => false,
            Locked::Named(names) => names.iter().any(|name| &**name == alias),
            Locked::All => true,
        }
    }
}

impl Binder<'_> {
    /// Binds a query. With `append`, each row gets the org's id as one more, last column (INSERT ... SELECT: last,
    /// so that `ORDER BY 1` keeps its meaning).
    pub(super) fn query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        append: Option<&Append>,
    ) -> Result<BoundQuery, PlanError> {
        self.locked_query(query, outer, append, &Locked::Nothing)
    }

    /// The same, with all its tables locked by a query around it.
    pub(super) fn locked_query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        append: Option<&Append>,
        locked: &Locked,
    ) -> Result<BoundQuery, PlanError> {
        // A query of its own is no side of the join that it stands in.
        let nullable = std::mem::take(&mut self.nullable);
        let grouped = self.grouped.take();
        let bound = stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.query_level(query, outer, append, locked));
        self.nullable = nullable;
        self.grouped = grouped;
        bound
    }

    fn query_level(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        append: Option<&Append>,
        locked: &Locked,
    ) -> Result<BoundQuery, PlanError> {
        let Query { with, first, rest, tail } = query;
        let visible = self.ctes.len();
        let mut nodes = Vec::new();
        if let Some(with) = with {
            self.with(with, outer, &mut nodes)?;
        }
        let own = Locked::of(tail);
        let locked = if own == Locked::Nothing { locked } else { &own };
        if *locked != Locked::Nothing && !rest.is_empty() {
            let own = tail.iter().find_map(|clause| match clause {
                Clause::Lock { words, of: _, wait: _ } => Some(shown(words)),
                Clause::OrderBy(..) | Clause::Limit(_) => None,
            });
            let words = own.unwrap_or_else(|| "FOR UPDATE".to_owned());
            let message = format!("{words} is not allowed with UNION/INTERSECT/EXCEPT");
            return Err(PlanError::new(SqlState::FEATURE_NOT_SUPPORTED, "locked_set_operation", message).placeless());
        }
        // Only of this query's own FROM: what stands in WITH has another.
        self.grouped = Grouped::of(query);
        let first = self.term(first, outer, append, locked);
        self.grouped = None;
        let Body { nodes: first, columns, mut scope } = first?;
        nodes.extend(first);
        if !rest.is_empty() {
            scope = open(outer);
        }
        for (words, term) in rest {
            self.pieces(words, &scope, &mut nodes)?;
            nodes.extend(self.term(term, outer, append, locked)?.nodes);
        }
        self.tail(tail, outer, &scope, &mut nodes)?;
        self.ctes.truncate(visible);
        Ok(BoundQuery { nodes, columns })
    }

    fn tail(
        &mut self,
        tail: &[Clause],
        outer: Option<&Scope<'_>>,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        for clause in tail {
            match clause {
                Clause::OrderBy(at, items) => {
                    out.extend([Node::Keyword("ORDER", *at), Node::Word("BY")]);
                    self.list(items, scope, out)?;
                }
                // LIMIT sees no column of this level.
                Clause::Limit(pieces) => self.pieces(pieces, &Scope::new(outer), out)?,
                Clause::Lock { words, of, wait } => {
                    self.pieces(words, scope, out)?;
                    for (i, name) in of.iter().enumerate() {
                        if !scope.open && !scope.relations.iter().any(|relation| relation.alias == name.name) {
                            return Err(PlanError::new(
                                SqlState::UNDEFINED_TABLE,
                                "unknown_table",
                                format!(
                                    "relation \"{}\" in {} clause not found in FROM clause",
                                    name.name,
                                    shown(words)
                                ),
                            )
                            .at(name.at));
                        }
                        out.push(Node::Word(if i == 0 { "OF" } else { "," }));
                        out.push(named(name));
                    }
                    self.pieces(wait, scope, out)?;
                }
            }
        }
        Ok(())
    }

    /// Expressions with commas between.
    pub(super) fn list(&mut self, items: &[Vec<Piece>], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(Node::Word(","));
            }
            self.pieces(item, scope, out)?;
        }
        Ok(())
    }

    /// Binds WITH and leaves its names in scope: the caller takes them out again.
    pub(super) fn with(&mut self, with: &With, outer: Option<&Scope<'_>>, out: &mut Nodes) -> Result<(), PlanError> {
        let With { at, recursive, items } = with;
        out.push(Node::Keyword("WITH", *at));
        if let Some(at) = recursive {
            out.push(Node::Keyword("RECURSIVE", *at));
            // Every name of the list is in scope in each of its queries, itself included.
            for cte in items {
                let mut columns: Vec<Box<str>> = cte.columns.iter().map(|column| column.name.clone()).collect();
                let known = !columns.is_empty();
                columns.extend(cte.added.iter().cloned());
                self.ctes.push((cte.name.name.clone(), if known { Columns::Known(columns) } else { Columns::Unknown }));
            }
        }
        for (i, cte) in items.iter().enumerate() {
            if i > 0 {
                out.push(Node::Word(","));
            }
            let aliases: Vec<Box<str>> = cte.columns.iter().map(|column| column.name.clone()).collect();
            let (nodes, columns) = self.statement(&cte.body, outer)?;
            out.push(named(&cte.name));
            column_list(&cte.columns, out);
            let nothing = Scope::new(None);
            self.pieces(&cte.words, &nothing, out)?;
            out.push(Node::Word("("));
            out.extend(nodes);
            out.push(Node::Word(")"));
            self.pieces(&cte.after, &nothing, out)?;
            let columns = match columns.renamed(&aliases) {
                Columns::Known(mut names) => {
                    names.extend(cte.added.iter().cloned());
                    Columns::Known(names)
                }
                Columns::Unknown => Columns::Unknown,
            };
            // In a plain WITH a name is in scope only after its own definition.
            self.ctes.push((cte.name.name.clone(), columns));
        }
        Ok(())
    }

    /// A query or a change: the body of a CTE.
    fn statement(&mut self, statement: &Statement, outer: Option<&Scope<'_>>) -> Result<(Nodes, Columns), PlanError> {
        match statement {
            Statement::Query(query) => {
                let bound = self.query(query, outer, None)?;
                Ok((bound.nodes, bound.columns))
            }
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) | Statement::Merge(_) => {
                self.change(statement)
            }
        }
    }

    fn term<'p>(
        &mut self,
        term: &Term,
        outer: Option<&'p Scope<'p>>,
        append: Option<&Append>,
        locked: &Locked,
    ) -> Result<Body<'p>, PlanError> {
        match term {
            Term::Select(select) => self.select(select, outer, append, locked),
            Term::Query(query) => {
                let bound = self.locked_query(query, outer, append, locked)?;
                let mut nodes = vec![Node::Word("(")];
                nodes.extend(bound.nodes);
                nodes.push(Node::Word(")"));
                Ok(Body { nodes, columns: bound.columns, scope: open(outer) })
            }
            Term::Values { at, rows } => self.values(*at, rows, outer, append),
            Term::Table { at, relation } => self.table(*at, relation, outer, append, locked),
        }
    }

    fn values<'p>(
        &mut self,
        at: u32,
        rows: &[Vec<Vec<Piece>>],
        outer: Option<&'p Scope<'p>>,
        append: Option<&Append>,
    ) -> Result<Body<'p>, PlanError> {
        let scope = Scope::new(outer);
        let mut nodes = vec![Node::Keyword("VALUES", at)];
        let mut width = 0;
        for (i, row) in rows.iter().enumerate() {
            width = row.len();
            if i > 0 {
                nodes.push(Node::Word(","));
            }
            nodes.push(Node::Word("("));
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    nodes.push(Node::Word(","));
                }
                match append.and_then(|append| append.default(at, cell)) {
                    Some(default) => nodes.extend(default),
                    None => self.pieces(cell, &scope, &mut nodes)?,
                }
            }
            if let Some(append) = append {
                let mut added = vec![Node::Word(",")];
                added.extend(append.tail.iter().cloned());
                nodes.push(Node::Physical(added));
            }
            nodes.push(Node::Word(")"));
        }
        let columns = Columns::Known((1..=width).map(|i| format!("column{i}").into()).collect());
        Ok(Body { nodes, columns, scope: open(outer) })
    }

    /// `TABLE t` is `SELECT * FROM t`.
    fn table<'p>(
        &mut self,
        at: u32,
        name: &TableName,
        outer: Option<&'p Scope<'p>>,
        append: Option<&Append>,
        locked: &Locked,
    ) -> Result<Body<'p>, PlanError> {
        let mut scope = Scope::new(outer);
        let relation = self.relation(name, None, &[], &mut scope, locked)?;
        scope.star = scope.relations.last().and_then(star_of);
        let mut list = Vec::new();
        self.star(&scope, 0, &mut list)?;
        let list = list.into_iter().filter(|node| !matches!(node, Node::Logical(_))).collect::<Vec<_>>();
        let mut select = vec![Node::Word("SELECT")];
        select.extend(list);
        if let Some(append) = append {
            select.push(Node::Word(","));
            select.extend(append.tail.iter().cloned());
        }
        select.push(Node::Word("FROM"));
        let mut nodes = vec![Node::Logical(vec![Node::Keyword("TABLE", at)]), Node::Physical(select)];
        nodes.extend(relation);
        self.condition(None, &scope, &mut nodes)?;
        let columns = star_columns(&scope.star);
        Ok(Body { nodes, columns, scope: open(outer) })
    }

    fn select<'p>(
        &mut self,
        select: &Select,
        outer: Option<&'p Scope<'p>>,
        append: Option<&Append>,
        locked: &Locked,
    ) -> Result<Body<'p>, PlanError> {
        let Select { at, distinct, items, into, from, from_at, condition, group, having, windows } = select;
        if let Some(at) = into {
            return Err(PlanError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                "ddl",
                "SELECT INTO is not allowed at runtime",
            )
            .at(*at)
            .hint("change the schema at release time with `orgfold migrate`"));
        }
        let mut scope = Scope::new(outer);
        let mut from_nodes = Vec::new();
        let mut dependent = Vec::new();
        if !from.is_empty() {
            from_nodes.push(Node::Keyword("FROM", *from_at));
            let before = std::mem::take(&mut self.dependent);
            let bound = self.relations(from, &mut scope, locked, &mut from_nodes);
            dependent = std::mem::replace(&mut self.dependent, before);
            bound?;
        }
        let columns = self.output_columns(items, &scope)?;
        // Seen only by names that may mean them: in ORDER BY, GROUP BY and DISTINCT ON.
        scope.outputs = output_names(items, &columns);
        object::forget_plain_outputs(&mut scope, items);
        let mut nodes = vec![Node::Keyword("SELECT", *at)];
        match distinct {
            Distinct::No => {}
            Distinct::Word(word, at) => nodes.push(Node::Keyword(word, *at)),
            Distinct::On(at, exprs) => {
                nodes.extend([Node::Keyword("DISTINCT", *at), Node::Word("ON"), Node::Word("(")]);
                self.list(exprs, &scope, &mut nodes)?;
                nodes.push(Node::Word(")"));
            }
        }
        self.items(items, &scope, &mut nodes)?;
        if let Some(append) = append {
            let mut added = if items.is_empty() { Vec::new() } else { vec![Node::Word(",")] };
            added.extend(append.tail.iter().cloned());
            nodes.push(Node::Physical(added));
        }
        nodes.extend(from_nodes);
        self.condition(condition.as_ref(), &scope, &mut nodes)?;
        if let Some((words, items)) = group {
            self.pieces(words, &scope, &mut nodes)?;
            self.list(items, &scope, &mut nodes)?;
            for relation in scope.relations.iter().filter(|relation| relation.role == Role::Leaf) {
                let column = Node::OrgColumnOf { alias: relation.alias.clone() };
                nodes.push(Node::Physical(vec![Node::Word(","), column]));
            }
            for (alias, names) in &dependent {
                let columns = names.iter().flat_map(|name| [Node::Word(","), qualified(alias, name)]);
                nodes.push(Node::Physical(columns.collect()));
            }
        }
        self.clause("HAVING", having.as_ref(), &scope, &mut nodes)?;
        self.pieces(windows, &scope, &mut nodes)?;
        Ok(Body { nodes, columns, scope })
    }

    /// WHERE, with the predicates of leaves that stand in FROM themselves.
    fn condition(
        &mut self,
        condition: Option<&(u32, Vec<Piece>)>,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let mut predicates = Vec::new();
        for relation in scope.relations.iter().filter(|relation| relation.role == Role::Leaf) {
            if !predicates.is_empty() {
                predicates.push(Node::Word("AND"));
            }
            predicates.push(Node::OrgPredicate { alias: relation.alias.clone() });
            if let Some(fields) = &relation.fields {
                let of_object = Node::ObjectPredicate { alias: relation.alias.clone(), id: fields.object };
                predicates.extend([Node::Word("AND"), of_object]);
            }
        }
        if predicates.is_empty() {
            return self.clause("WHERE", condition, scope, out);
        }
        match condition {
            None => {
                predicates.insert(0, Node::Word("WHERE"));
                out.push(Node::Physical(predicates));
            }
            Some((at, condition)) => {
                out.push(Node::Keyword("WHERE", *at));
                self.guarded(predicates, condition, scope, out)?;
            }
        }
        Ok(())
    }

    /// `predicates AND (condition)`.
    pub(super) fn guarded(
        &mut self,
        mut predicates: Nodes,
        condition: &[Piece],
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        predicates.extend([Node::Word("AND"), Node::Word("(")]);
        out.push(Node::Physical(predicates));
        self.pieces(condition, scope, out)?;
        out.push(Node::Physical(vec![Node::Word(")")]));
        Ok(())
    }

    /// The select list, or RETURNING's.
    pub(super) fn items(&mut self, items: &[Item], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(Node::Word(","));
            }
            let Item { expr, alias, name: _ } = item;
            if let [Piece::Star(at)] = expr.as_slice() {
                self.star(scope, *at, out)?;
                continue;
            }
            let before = out.len();
            if let [Piece::Wildcard(parts)] = expr.as_slice() {
                self.columns_of(parts, scope, out)?;
                continue;
            }
            match expr.as_slice() {
                [Piece::Lookup(lookup)] if lookup.place == Place::Alone => self.lookup(lookup, true, scope, out)?,
                [Piece::Function(function), .., Piece::Word(")", _)] if self.shows_lookup(function) => {
                    self.shown_lookup(expr, scope, out)?;
                    if alias.is_none() {
                        let name = function.name.clone();
                        out.push(Node::Physical(vec![Node::Word("AS"), Node::Name { name, at: 0 }]));
                    }
                }
                [..] => self.pieces(expr, scope, out)?,
            }
            if let Some(alias) = alias {
                out.extend([Node::Word("AS"), named(alias)]);
            } else if let Some(name) = object::output_name(expr, out.get(before..).unwrap_or(&[]))? {
                out.push(Node::Physical(vec![Node::Word("AS"), Node::Name { name, at: 0 }]));
            } else if let Some(name) = super::lookup::output_name(expr) {
                out.push(Node::Physical(vec![Node::Word("AS"), Node::Name { name, at: 0 }]));
            }
        }
        Ok(())
    }

    /// `*`: as it is over sources; spelled out where hidden columns would show.
    fn star(&mut self, scope: &Scope<'_>, at: u32, out: &mut Nodes) -> Result<(), PlanError> {
        if scope.relations.iter().all(|relation| relation.role == Role::Source && !relation.system) {
            out.push(Node::Keyword("*", at));
            return Ok(());
        }
        let Some(columns) = &scope.star else {
            return Err(PlanError::unsupported("* over these relations here", at).hint("name the columns"));
        };
        let mut physical = Vec::new();
        for (qualifier, name) in columns {
            if name.is_empty() {
                return Err(PlanError::unsupported("* over these relations here", at).hint("name the columns"));
            }
            if !physical.is_empty() {
                physical.push(Node::Word(","));
            }
            match qualifier {
                Some(alias) => match scope.relation(alias).filter(|relation| relation.fields.is_some()) {
                    Some(relation) => {
                        physical.push(relation.qualified(name, 0));
                        physical.extend([Node::Word("AS"), Node::Name { name: name.clone(), at: 0 }]);
                    }
                    None => physical.push(qualified(alias, name)),
                },
                None => physical.push(Node::Name { name: name.clone(), at: 0 }),
            }
        }
        out.extend([Node::Logical(vec![Node::Keyword("*", at)]), Node::Physical(physical)]);
        Ok(())
    }

    /// The output columns of a select list.
    pub(super) fn output_columns(&self, items: &[Item], scope: &Scope<'_>) -> Result<Columns, PlanError> {
        let mut names: Vec<Box<str>> = Vec::with_capacity(items.len());
        for Item { expr, alias, name } in items {
            match (alias, expr.as_slice()) {
                (Some(alias), _) => names.push(alias.name.clone()),
                (None, [Piece::Star(_)]) => match star_columns(&scope.star) {
                    Columns::Known(columns) => names.extend(columns),
                    Columns::Unknown => return Ok(Columns::Unknown),
                },
                (None, [Piece::Wildcard(parts)]) => {
                    let relation = parts.last().and_then(|alias| scope.relation(&alias.name));
                    match relation.map(|relation| &relation.columns) {
                        Some(Columns::Known(columns)) => names.extend(columns.iter().cloned()),
                        Some(Columns::Unknown) | None => return Ok(Columns::Unknown),
                    }
                }
                // `(row).*`: as many as the row has.
                (None, [.., Piece::Word(".", _), Piece::Star(_)]) => return Ok(Columns::Unknown),
                (None, _) => names.push(name.clone().unwrap_or_default()),
            }
        }
        Ok(Columns::Known(names))
    }
}

/// The names that ORDER BY may mean.
fn output_names(items: &[Item], columns: &Columns) -> Vec<Box<str>> {
    match columns {
        Columns::Known(names) => names.clone(),
        Columns::Unknown => {
            let mut names: Vec<Box<str>> =
                items.iter().filter_map(|item| item.alias.as_ref()).map(|alias| alias.name.clone()).collect();
            names.push("".into());
            names
        }
    }
}

fn star_columns(star: &Star) -> Columns {
    match star {
        Some(columns) => Columns::Known(columns.iter().map(|(_, name)| name.clone()).collect()),
        None => Columns::Unknown,
    }
}

/// `(a, b)`, if there are any.
fn column_list(columns: &[Ident], out: &mut Nodes) {
    if !columns.is_empty() {
        out.extend(super::bracketed(columns.iter().map(|column| vec![named(column)]).collect()));
    }
}

/// A scope in which any name may mean an output column.
fn open<'p>(outer: Option<&'p Scope<'p>>) -> Scope<'p> {
    Scope { open: true, ..Scope::new(outer) }
}

/// `FOR NO KEY UPDATE`, as an error shows it.
fn shown(words: &[Piece]) -> String {
    let words: Vec<&str> =
        words.iter().filter_map(|piece| if let Piece::Word(word, _) = piece { Some(*word) } else { None }).collect();
    words.join(" ")
}
