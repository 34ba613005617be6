//! Whole statements: [`Bound`].

use super::super::ast::tree::{Piece, Statement};
use super::super::ast::{CopyOption, CopyOptionValue, CopySource, CopyStatement, Name};
use super::super::error::PlanError;
use super::super::{Records, Sequences};
use super::scope::{Columns, Role, Scope, ScopeRelation};
use super::tree::Node;
use super::{Binder, Nodes, Uses, comma_separated};
use crate::catalog::{Catalog, ConstraintKind, NEW_KEY, QualifiedName, Table};
use crate::sqlstate::SqlState;

/// A statement whose every name is resolved. Only [`Bound::tree`], [`Bound::truncate`] and [`Bound::copy`] make one.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(super) nodes: Nodes,
    pub(super) kind: BoundKind,
    pub(super) uses: Uses,
}

/// What a bound statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BoundKind {
    /// Reads rows.
    Query,
    /// Changes rows; whether it returns some.
    Modify {
        /// RETURNING.
        returning: bool,
    },
    /// TRUNCATE, as deletes.
    Truncate,
    /// COPY FROM STDIN.
    CopyIn,
    /// COPY TO STDOUT.
    CopyOut,
    /// EXPLAIN; whether it runs something that changes rows.
    Explain {
        /// ANALYZE of a change.
        modifies: bool,
    },
    /// DECLARE, MOVE, CLOSE: no rows come back.
    Quiet,
    /// PREPARE.
    Prepare,
    /// FETCH.
    Fetch,
    /// EXECUTE.
    Execute,
    /// NOTIFY.
    Notify,
}

impl Bound {
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn kind(&self) -> BoundKind {
        self.kind
    }

    /// Whether rows may change: DML at the top or in WITH, COPY FROM, row locks.
    pub(crate) fn modifies(&self) -> bool {
        match self.kind {
            BoundKind::Modify { returning: _ }
            | BoundKind::Truncate
            | BoundKind::CopyIn
            | BoundKind::Execute
            | BoundKind::Notify => true,
            BoundKind::Explain { modifies } => modifies,
            BoundKind::Fetch => false,
            BoundKind::Query | BoundKind::CopyOut | BoundKind::Quiet | BoundKind::Prepare => self.nodes.iter().any(|node| {
                matches!(node, Node::Target { table: _, alias: _, logical: _ })
                    || matches!(node, Node::Relation(relation) if matches!(relation.kind, super::RelationKind::Leaf { table: _ }))
            }),
        }
    }

    /// The highest `$n` of the client's.
    pub(crate) fn params(&self) -> u16 {
        self.uses.params
    }

    /// Whether org data is touched.
    pub(crate) fn touches_org(&self) -> bool {
        self.uses.org
    }

    /// What it does with sequences.
    pub(crate) fn sequences(&self) -> Sequences {
        self.uses.sequences
    }

    /// The object whose records COPY FROM makes.
    pub(crate) fn records(&self) -> Option<Records> {
        self.uses.records
    }

    /// Binds a query or a change. `system` are the system columns that its text names.
    pub(crate) fn tree(
        statement: &Statement,
        catalog: &Catalog,
        system: Vec<&'static str>,
    ) -> Result<Bound, PlanError> {
        let mut binder = Binder::new(catalog, system);
        let (nodes, kind) = match statement {
            Statement::Query(query) => (binder.query(query, None, None)?.nodes, BoundKind::Query),
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) | Statement::Merge(_) => {
                (binder.change(statement)?.0, BoundKind::Modify { returning: returns(statement) })
            }
        };
        Ok(Bound { nodes, kind, uses: binder.uses })
    }

    /// TRUNCATE is "all my rows": one DELETE for each table, in one statement, so that foreign keys between them are
    /// checked when all are done. Also the tables that CASCADE added.
    pub(crate) fn truncate(
        tables: &[Name],
        cascade: bool,
        restart: Option<u32>,
        catalog: &Catalog,
    ) -> Result<(Bound, Vec<Box<str>>), PlanError> {
        if let Some(at) = restart {
            return Err(PlanError::unsupported("RESTART IDENTITY", at)
                .hint("the sequence behind an identity column serves every org of the shard"));
        }
        let mut binder = Binder::new(catalog, Vec::new());
        let mut names: Vec<QualifiedName> = Vec::new();
        let mut cascaded = Vec::new();
        for table in tables {
            let parts: Vec<&str> = table.parts.iter().map(String::as_str).collect();
            let (name, _) = binder.target_table(&parts, table.at)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        // Tables that reference a truncated one: taken along with CASCADE, an error without, as in PostgreSQL.
        let mut next = 0;
        while let Some(target) = names.get(next).cloned() {
            next += 1;
            for (other, table) in &catalog.tables {
                let references = table.constraints.iter().any(
                    |constraint| matches!(&constraint.kind, ConstraintKind::ForeignKey { target: t, .. } if *t == target),
                );
                if !references || names.contains(other) {
                    continue;
                }
                if !cascade {
                    return Err(PlanError::new(
                        SqlState::FEATURE_NOT_SUPPORTED,
                        "truncate_referenced",
                        "cannot truncate a table referenced in a foreign key constraint",
                    )
                    .detail(format!("Table \"{}\" references \"{}\".", other.name, target.name))
                    .hint(format!("Truncate table \"{}\" at the same time, or use TRUNCATE ... CASCADE.", other.name))
                    .placeless());
                }
                cascaded.push(other.name.as_str().into());
                names.push(other.clone());
            }
        }
        let delete = |name: &QualifiedName| {
            let alias: Box<str> = name.name.as_str().into();
            let mut nodes = vec![
                Node::Word("DELETE"),
                Node::Word("FROM"),
                Node::Target { table: name.clone(), alias: alias.clone(), logical: Vec::new() },
                Node::Word("WHERE"),
                Node::OrgPredicate { alias: alias.clone() },
            ];
            if let Some(object) = catalog.tables.get(name).and_then(|table| table.object.as_ref()) {
                nodes.extend([Node::Word("AND"), Node::ObjectPredicate { alias, id: object.id }]);
            }
            nodes
        };
        let Some((last, others)) = names.split_last() else {
            return Err(PlanError::internal("TRUNCATE of nothing"));
        };
        let mut nodes = Vec::new();
        if !others.is_empty() {
            nodes.push(Node::Word("WITH"));
            let items = others.iter().enumerate().map(|(i, name)| {
                let mut item = vec![
                    Node::Name { name: format!("truncated_{i}").into(), at: 0 },
                    Node::Word("AS"),
                    Node::Word("("),
                ];
                item.extend(delete(name));
                item.push(Node::Word(")"));
                item
            });
            nodes.extend(comma_separated(items.collect()));
        }
        nodes.extend(delete(last));
        let nodes = vec![Node::Physical(nodes)];
        Ok((Bound { nodes, kind: BoundKind::Truncate, uses: Uses { org: true, ..Uses::default() } }, cascaded))
    }

    /// COPY: the leaf with an explicit column list in, a query over the leaf out.
    pub(crate) fn copy(copy: &CopyStatement, catalog: &Catalog) -> Result<Bound, PlanError> {
        let CopyStatement { source, from, options, filter } = copy;
        let mut binder = Binder::new(catalog, Vec::new());
        let mut nodes = vec![Node::Word("COPY")];
        let listed = match source {
            CopySource::Query(query) => {
                let bound = binder.query(query, None, None)?;
                nodes.push(Node::Word("("));
                nodes.extend(bound.nodes);
                nodes.push(Node::Word(")"));
                None
            }
            CopySource::Table { name, columns } => {
                let listed = binder.copy_table(name, columns.as_deref(), *from, &mut nodes);
                // PostgreSQL names no place for what COPY names and is not there.
                let placeless = |error: PlanError| match error.sqlstate {
                    SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => {
                        PlanError { position: None, placeless: true, ..error }
                    }
                    _placed => error,
                };
                Some(listed.map_err(placeless)?)
            }
        };
        nodes.extend(if *from {
            [Node::Word("FROM"), Node::Word("STDIN")]
        } else {
            [Node::Word("TO"), Node::Word("STDOUT")]
        });
        let object = match source {
            CopySource::Table { name, columns: _ } if binder.uses.records.is_some() => {
                no_copy_into_object(copy)?;
                let parts: Vec<&str> = name.parts.iter().map(String::as_str).collect();
                Some(binder.target_table(&parts, name.at)?.1)
            }
            CopySource::Table { .. } | CopySource::Query(_) => None,
        };
        nodes.extend(copy_options(options, listed.as_deref(), object)?);
        if let Some(filter) = filter {
            let CopySource::Table { name, .. } = source else {
                return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "WHERE clause not allowed with COPY TO"));
            };
            if !from {
                return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "WHERE clause not allowed with COPY TO"));
            }
            let parts: Vec<&str> = name.parts.iter().map(String::as_str).collect();
            let (table_name, table) = binder.target_table(&parts, name.at)?;
            let mut scope = Scope::new(None);
            scope.relations.push(ScopeRelation {
                alias: table_name.name.as_str().into(),
                columns: Columns::of(table.columns.iter().map(|column| column.name.as_str())),
                role: Role::Leaf,
                system: false,
                catalog: None,
                row_type: None,
                fields: None,
            });
            nodes.push(Node::Word("WHERE"));
            binder.pieces(filter, &scope, &mut nodes)?;
        }
        if binder.uses.params > 0 {
            return Err(PlanError::new(SqlState::UNDEFINED_PARAMETER, "unknown_parameter", "there is no parameter $1"));
        }
        let kind = if *from { BoundKind::CopyIn } else { BoundKind::CopyOut };
        Ok(Bound { nodes, kind, uses: binder.uses })
    }
}

/// Whether a change has RETURNING.
fn returns(statement: &Statement) -> bool {
    match statement {
        Statement::Query(_) => false,
        Statement::Insert(insert) => insert.returning.is_some(),
        Statement::Update(update) => update.returning.is_some(),
        Statement::Delete(delete) => delete.returning.is_some(),
        Statement::Merge(merge) => merge.returning.is_some(),
    }
}

impl Binder<'_> {
    fn copy_table(
        &mut self,
        name: &Name,
        columns: Option<&[(String, u32)]>,
        from: bool,
        nodes: &mut Nodes,
    ) -> Result<Vec<Box<str>>, PlanError> {
        let plain: Vec<&str> = name.parts.iter().map(String::as_str).collect();
        let (table_name, table, kind) = if from {
            let (table_name, table) = self.target_table(&plain, name.at)?;
            self.fills(table);
            if let Some(object) = &table.object {
                self.uses.records = Some(Records { object: object.id, layout: object.layout });
            }
            (table_name, table, None)
        } else {
            match self.find(&plain, name.at)? {
                super::Found::Table(table_name, table) => {
                    let kind = match table.scope {
                        crate::catalog::Scope::Org => {
                            self.uses.org = true;
                            let columns = table.columns.iter().map(|column| column.name.as_str().into()).collect();
                            super::RelationKind::Org { table: table_name.clone(), columns }
                        }
                        crate::catalog::Scope::Global => super::RelationKind::Global { table: table_name.clone() },
                    };
                    (table_name, table, Some(kind))
                }
                super::Found::View(view) => {
                    return Err(PlanError::new(
                        SqlState::WRONG_OBJECT_TYPE,
                        "wrong_object",
                        format!("cannot copy from view \"{}\"", view.name),
                    )
                    .at(name.at)
                    .hint("Try the COPY (SELECT ...) TO variant."));
                }
                super::Found::Catalog(_) | super::Found::Cte(_) => {
                    return Err(PlanError::unsupported("COPY of a system catalog", name.at));
                }
            }
        };
        let mut listed: Vec<(Box<str>, u32)> = Vec::new();
        match columns {
            Some(columns) => {
                for (column, at) in columns {
                    match table.column(column) {
                        None => {
                            let message =
                                format!("column \"{column}\" of relation \"{}\" does not exist", table_name.name);
                            return Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(*at));
                        }
                        Some(definition) if definition.generated.is_some() => {
                            let message = format!("column \"{column}\" is a generated column");
                            return Err(
                                PlanError::new(SqlState::INVALID_COLUMN_REFERENCE, "generated", message).at(*at)
                            );
                        }
                        Some(_) if listed.iter().any(|(name, _)| **name == **column) => {
                            let message = format!("column \"{column}\" specified more than once");
                            return Err(PlanError::new(SqlState::DUPLICATE_COLUMN, "duplicate_column", message).at(*at));
                        }
                        Some(_) => listed.push((column.as_str().into(), *at)),
                    }
                }
            }
            None => {
                let plain = table.columns.iter().filter(|column| column.generated.is_none());
                listed.extend(plain.map(|column| (Box::from(column.name.as_str()), 0)));
            }
        }
        if self.uses.records.is_some() {
            no_defaults(table, &listed)?;
        }
        let alias: Box<str> = table_name.name.as_str().into();
        let columns = listed.iter().map(|(name, _)| name.clone()).collect();
        match kind {
            None => {
                nodes.push(Node::CopyTarget { table: table_name });
                let physical = |(name, at): (Box<str>, u32)| vec![Node::Name { name: stored(table, &name), at }];
                let items = listed.into_iter().map(physical).collect();
                nodes.extend(super::bracketed(items));
            }
            Some(kind) => {
                nodes.extend([Node::Word("("), Node::Word("SELECT")]);
                let items = listed.into_iter().map(|(name, at)| vec![Node::Name { name, at }]).collect();
                nodes.extend(comma_separated(items));
                nodes.push(Node::Word("FROM"));
                nodes.push(Node::Relation(super::Relation {
                    kind,
                    alias,
                    logical: Vec::new(),
                    alias_columns: Vec::new(),
                    sample: Vec::new(),
                }));
                nodes.push(Node::Word(")"));
            }
        }
        Ok(columns)
    }
}

/// The name of a column where its values are.
fn stored(table: &Table, column: &str) -> Box<str> {
    table.slot(column).unwrap_or(column).into()
}

/// COPY into an object names every column that has a default: the leaf knows none but a new key.
fn no_defaults(table: &Table, listed: &[(Box<str>, u32)]) -> Result<(), PlanError> {
    let left_out = table.columns.iter().find(|column| {
        column.default.as_deref().is_some_and(|default| default != NEW_KEY)
            && listed.iter().all(|(name, _)| **name != *column.name)
    });
    match left_out {
        None => Ok(()),
        Some(column) => Err(PlanError::unsupported(
            format!("COPY into an object without column \"{}\", which has a default,", column.name),
            0,
        )
        .hint("name all columns with defaults, and send their values")),
    }
}

/// What COPY into an object cannot do exactly yet.
fn no_copy_into_object(copy: &CopyStatement) -> Result<(), PlanError> {
    let CopyStatement { source: _, from: _, options, filter } = copy;
    if filter.is_some() {
        return Err(PlanError::unsupported("COPY into an object with WHERE", 0));
    }
    let matches =
        |value: &CopyOptionValue| matches!(value, CopyOptionValue::Word(word) if word.eq_ignore_ascii_case("match"));
    match options.iter().find(|option| option.name == "default" || (option.name == "header" && matches(&option.value)))
    {
        Some(option) => Err(PlanError::unsupported(
            format!("COPY into an object with the option {}", option.name.to_ascii_uppercase()),
            option.at,
        )),
        None => Ok(()),
    }
}

/// The options of COPY, each known by name. FREEZE is dropped: TRUNCATE is a DELETE here, and the rows are the same
/// without it (`Special::Freeze` says when it is an error). `listed` are the columns that COPY of a table names.
fn copy_options(
    options: &[CopyOption],
    listed: Option<&[Box<str>]>,
    object: Option<&Table>,
) -> Result<Nodes, PlanError> {
    let mut items: Vec<Nodes> = Vec::new();
    for CopyOption { name, value, at } in options {
        let known: &'static str = match name.as_str() {
            "format" => "FORMAT",
            "delimiter" => "DELIMITER",
            "null" => "NULL",
            "default" => "DEFAULT",
            "header" => "HEADER",
            "quote" => "QUOTE",
            "escape" => "ESCAPE",
            "force_quote" => "FORCE_QUOTE",
            "force_not_null" => "FORCE_NOT_NULL",
            "force_null" => "FORCE_NULL",
            "encoding" => "ENCODING",
            "on_error" => "ON_ERROR",
            "freeze" => continue,
            other => {
                return Err(PlanError::new(
                    SqlState::SYNTAX_ERROR,
                    "syntax",
                    format!("option \"{other}\" not recognized"),
                )
                .at(*at));
            }
        };
        let mut item = vec![Node::Word(known)];
        match value {
            CopyOptionValue::None => {}
            CopyOptionValue::Word(word) => {
                // Words and numbers alike may stand as string literals in COPY's options.
                item.push(Node::Literal { text: format!("'{}'", word.replace('\'', "''")).into(), at: *at });
            }
            CopyOptionValue::Text(Piece::Literal(text, at)) => {
                item.push(Node::Literal { text: text.clone(), at: *at });
            }
            CopyOptionValue::Text(_) => return Err(PlanError::internal("an option of COPY that is no literal")),
            CopyOptionValue::Columns(columns) => {
                let unlisted =
                    |column: &&String| listed.is_some_and(|listed| listed.iter().all(|name| **name != ***column));
                if let Some(column) = columns.iter().find(unlisted) {
                    return Err(PlanError::new(
                        SqlState::INVALID_COLUMN_REFERENCE,
                        "unlisted_column",
                        format!("{known} column \"{column}\" not referenced by COPY"),
                    )
                    .at(*at));
                }
                let name = |column: &str| object.map_or_else(|| column.into(), |table| stored(table, column));
                let names = columns.iter().map(|column| vec![Node::Name { name: name(column), at: *at }]);
                item.extend(super::bracketed(names.collect()));
            }
            CopyOptionValue::Star => item.push(Node::Word("*")),
        }
        items.push(item);
    }
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let mut nodes = vec![Node::Word("WITH")];
    nodes.extend(super::bracketed(items));
    Ok(nodes)
}
