//! The walk over a whole tree. Every field of every node is written out: a new one is a compile error until someone decides.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{
    CmdType, ColumnRef, CommonTableExpr, CopyStmt, CteCycleClause, CteSearchClause, DefElem, DeleteStmt, IndexElem,
    InferClause, InsertStmt, List, LockingClause, MergeMatchKind, MergeStmt, MergeWhenClause, Node, OnConflictClause,
    OverridingKind, ParseResult, RawStmt, ResTarget, ReturningClause, SelectStmt, UpdateStmt, WithClause,
};

use super::from::aliases;
use super::names::{self, Kind, strings};
use super::shape::Rows;
use super::{Facts, Refusal, Verdict, record, shape};
use crate::catalog::{LAYOUT_COLUMN, ORG_COLUMN, Table};

/// One level of names.
pub(super) enum Level<'a> {
    /// What is read: it has no hidden columns.
    Sources(Vec<&'a str>),
    /// A leaf that is changed: it has `org_id` and the system columns.
    Target { alias: &'a str, table: &'a Table },
}

/// What the walk carries along.
pub(super) struct Walk<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) ctes: Vec<&'a str>,
    pub(super) levels: Vec<Level<'a>>,
    /// The leaves that the query at hand locks, by their aliases.
    pub(super) locked: Vec<(&'a str, &'a Table)>,
    /// Names that the statement itself gives to columns and relations.
    pub(super) defined: BTreeSet<String>,
    /// Names behind a dot.
    pub(super) fields: BTreeSet<String>,
    pub(super) reads_catalogs: bool,
}

/// Judges a parsed text.
pub(super) fn statement(parsed: &ParseResult, facts: Facts<'_>) -> Verdict {
    let ParseResult { version: _, stmts } = parsed;
    let [RawStmt { stmt: Some(statement), stmt_location: _, stmt_len: _ }] = stmts.as_slice() else {
        return Err(Refusal::new(format!("{} statements", stmts.len())));
    };
    let mut walk = Walk {
        facts,
        ctes: Vec::new(),
        levels: Vec::new(),
        locked: Vec::new(),
        defined: BTreeSet::new(),
        fields: BTreeSet::new(),
        reads_catalogs: false,
    };
    match &statement.node {
        Some(NodeEnum::CopyStmt(copy)) => walk.copy(copy)?,
        _ => match walk.wrapped(statement) {
            Some(verdict) => verdict?,
            None => walk.query(Some(statement))?,
        },
    }
    walk.fields.iter().try_for_each(|name| names::field(name, &walk.defined, walk.reads_catalogs, facts))
}

pub(super) fn refuse(what: impl Into<String>) -> Verdict {
    Err(Refusal::new(what))
}

impl<'a> Walk<'a> {
    pub(super) fn copy(&mut self, copy: &'a CopyStmt) -> Verdict {
        let CopyStmt { relation, query, attlist, is_from, is_program, filename, options, where_clause } = copy;
        if *is_program || !filename.is_empty() {
            return refuse("COPY to or from elsewhere than the client");
        }
        for option in options {
            let Some(NodeEnum::DefElem(option)) = &option.node else { return refuse("an option of COPY that is none") };
            let DefElem { defnamespace: _, defname: _, arg, defaction: _, location: _, arg_location: _ } = &**option;
            self.option(arg.as_deref(), *is_from)?;
        }
        match (is_from, relation, query) {
            (false, None, Some(query)) if attlist.is_empty() && where_clause.is_none() => self.query(Some(query)),
            (true, Some(var), None) if matches!(names::relation(var, self.facts)?, Kind::Record) => {
                let columns = strings(attlist)?;
                let filled = self.facts.catalog.tables.values().any(|table| record::fills(table, &columns));
                if var.alias.is_some() || columns.is_empty() || where_clause.is_some() || !filled {
                    return refuse("COPY FROM without the slots of an object that it fills");
                }
                Ok(())
            }
            (true, Some(var), None) => {
                let Kind::Leaf(table) = names::relation(var, self.facts)? else {
                    return refuse("COPY FROM into no leaf");
                };
                let columns = strings(attlist)?;
                if var.alias.is_some() || columns.is_empty() || columns.iter().any(|name| table.column(name).is_none())
                {
                    return refuse("COPY FROM without the logical columns it fills");
                }
                self.levels.push(Level::Target { alias: &var.relname, table });
                self.maybe(where_clause.as_deref())
            }
            _ => refuse("this form of COPY"),
        }
    }

    pub(super) fn option(&mut self, arg: Option<&'a Node>, from: bool) -> Verdict {
        match arg.and_then(|arg| arg.node.as_ref()) {
            None
            | Some(
                NodeEnum::String(_)
                | NodeEnum::Integer(_)
                | NodeEnum::Float(_)
                | NodeEnum::Boolean(_)
                | NodeEnum::AStar(_),
            ) => Ok(()),
            Some(NodeEnum::List(List { items })) => {
                if from && strings(items)?.contains(&ORG_COLUMN) {
                    refuse("org_id in an option of COPY")
                } else {
                    Ok(())
                }
            }
            Some(_) => refuse("an option of COPY with an unusual value"),
        }
    }

    /// A statement that may stand at the top, in WITH and in brackets.
    pub(super) fn query(&mut self, node: Option<&'a Node>) -> Verdict {
        match node.and_then(|node| node.node.as_ref()) {
            Some(NodeEnum::SelectStmt(select)) => self.select(select, false),
            Some(NodeEnum::InsertStmt(insert)) => self.insert(insert),
            Some(NodeEnum::UpdateStmt(update)) => self.update(update),
            Some(NodeEnum::DeleteStmt(delete)) => self.delete(delete),
            Some(NodeEnum::MergeStmt(merge)) => self.merge(merge),
            Some(_) => refuse("this kind of statement"),
            None => refuse("a statement that is none"),
        }
    }

    /// `org_rows`: each row ends with the org's value, which `shape` has looked at.
    pub(super) fn select(&mut self, select: &'a SelectStmt, org_rows: bool) -> Verdict {
        if shape::wall(select, self.facts)?.is_some() {
            return refuse("a leaf is read outside a derived table of its own");
        }
        let SelectStmt {
            distinct_clause,
            into_clause,
            target_list,
            from_clause,
            where_clause,
            group_clause,
            group_distinct: _,
            having_clause,
            window_clause,
            values_lists,
            sort_clause,
            limit_offset,
            limit_count,
            limit_option: _,
            locking_clause,
            with_clause,
            op: _,
            all: _,
            larg,
            rarg,
        } = select;
        if into_clause.is_some() {
            return refuse("SELECT INTO");
        }
        let ctes = self.ctes.len();
        self.with(with_clause.as_ref())?;
        for side in [larg, rarg].into_iter().flatten() {
            self.select(side, org_rows)?;
        }
        let levels = self.levels.len();
        let leaves = shape::locked(select, self.facts)?;
        for (alias, table) in &leaves {
            self.levels.push(Level::Target { alias, table });
        }
        let outer = std::mem::replace(&mut self.locked, leaves);
        self.all(from_clause)?;
        let mut names = aliases(from_clause)?;
        names.retain(|name| !self.is_locked(name));
        let locked = std::mem::replace(&mut self.locked, outer);
        self.levels.push(Level::Sources(names));
        let rest = |list: &'a [Node]| if org_rows { list.split_last().map_or(list, |(_, rest)| rest) } else { list };
        for row in values_lists {
            let Some(NodeEnum::List(List { items })) = &row.node else { return refuse("VALUES without rows") };
            self.all(rest(items))?;
        }
        for target in rest(target_list) {
            self.output(target, locked.is_empty())?;
        }
        for head in shape::heads(where_clause.as_deref()) {
            if !shape::is_predicate_of(head, &locked, self.facts) {
                self.node(head)?;
            }
        }
        self.maybe(having_clause.as_deref())?;
        for node in group_clause {
            if !shape::is_org_of(node, &locked) {
                self.node(node)?;
            }
        }
        for list in [distinct_clause, window_clause, sort_clause] {
            self.all(list)?;
        }
        self.maybe(limit_offset.as_deref())?;
        self.maybe(limit_count.as_deref())?;
        for lock in locking_clause {
            self.locking(lock, &locked)?;
        }
        self.levels.truncate(levels);
        self.ctes.truncate(ctes);
        Ok(())
    }

    /// FOR UPDATE OF names aliases of this level, not relations.
    pub(super) fn locking(&mut self, lock: &'a Node, locked: &[(&'a str, &'a Table)]) -> Verdict {
        let Some(NodeEnum::LockingClause(lock)) = &lock.node else { return refuse("a lock that is none") };
        let LockingClause { locked_rels, strength: _, wait_policy: _ } = lock;
        for relation in locked_rels {
            let Some(NodeEnum::RangeVar(var)) = &relation.node else { return refuse("a locked relation that is none") };
            let known = match self.levels.last() {
                Some(Level::Sources(names)) => names.contains(&var.relname.as_str()),
                Some(Level::Target { .. }) | None => false,
            } || locked.iter().any(|(alias, _)| *alias == var.relname);
            if !known || !var.schemaname.is_empty() || !var.catalogname.is_empty() || var.alias.is_some() {
                return refuse(format!("\"{}\" is locked and is no alias", var.relname));
            }
        }
        Ok(())
    }

    pub(super) fn with(&mut self, with: Option<&'a WithClause>) -> Verdict {
        let Some(WithClause { ctes, recursive, location: _ }) = with else { return Ok(()) };
        let mut bodies = Vec::with_capacity(ctes.len());
        for cte in ctes {
            let Some(NodeEnum::CommonTableExpr(cte)) = &cte.node else { return refuse("WITH of something else") };
            bodies.push(&**cte);
        }
        if *recursive {
            self.ctes.extend(bodies.iter().map(|cte| cte.ctename.as_str()));
        }
        for cte in bodies {
            let CommonTableExpr {
                ctename,
                aliascolnames,
                ctematerialized: _,
                ctequery,
                search_clause,
                cycle_clause,
                location: _,
                cterecursive: _,
                cterefcount: _,
                ctecolnames: _,
                ctecoltypes: _,
                ctecoltypmods: _,
                ctecolcollations: _,
            } = cte;
            self.define(strings(aliascolnames)?);
            if let Some(search) = search_clause {
                let CteSearchClause { search_col_list, search_breadth_first: _, search_seq_column, location: _ } =
                    search;
                strings(search_col_list)?;
                self.define([search_seq_column.as_str()]);
            }
            if let Some(cycle) = cycle_clause {
                let CteCycleClause {
                    cycle_col_list,
                    cycle_mark_column,
                    cycle_mark_value,
                    cycle_mark_default,
                    cycle_path_column,
                    location: _,
                    cycle_mark_type: _,
                    cycle_mark_typmod: _,
                    cycle_mark_collation: _,
                    cycle_mark_neop: _,
                } = &**cycle;
                strings(cycle_col_list)?;
                self.define([cycle_mark_column.as_str(), cycle_path_column.as_str()]);
                self.maybe(cycle_mark_value.as_deref())?;
                self.maybe(cycle_mark_default.as_deref())?;
            }
            self.query(ctequery.as_deref())?;
            // In a plain WITH a name is in scope only after its own definition.
            self.ctes.push(ctename);
        }
        Ok(())
    }

    pub(super) fn insert(&mut self, insert: &'a InsertStmt) -> Verdict {
        let InsertStmt { relation, cols, select_stmt, on_conflict_clause, returning_clause, with_clause, r#override } =
            insert;
        if *r#override != OverridingKind::OverridingNotSet as i32 {
            return refuse("OVERRIDING");
        }
        let Some(Node { node: Some(NodeEnum::SelectStmt(source)) }) = select_stmt.as_deref() else {
            return refuse("INSERT of nothing");
        };
        let (table, alias) = shape::target(relation.as_ref(), Rows::Inserted(source), self.facts)?;
        let columns = shape::insert_columns(cols, table)?;
        self.places(cols)?;
        let ctes = self.ctes.len();
        self.with(with_clause.as_ref())?;
        shape::insert_rows(source, columns.len(), self.facts)?;
        self.select(source, true)?;
        self.levels.push(Level::Target { alias, table });
        if let Some(clause) = on_conflict_clause {
            self.levels.push(Level::Target { alias: "excluded", table });
            self.on_conflict(clause, table)?;
            self.levels.pop();
        }
        self.returning(returning_clause.as_ref())?;
        self.levels.pop();
        self.ctes.truncate(ctes);
        Ok(())
    }

    pub(super) fn on_conflict(&mut self, clause: &'a OnConflictClause, table: &'a Table) -> Verdict {
        let OnConflictClause { action: _, infer, target_list, where_clause, location: _ } = clause;
        if let Some(infer) = infer.as_deref().filter(|_| table.object.is_some()) {
            record::infers(infer, table)?;
        } else if let Some(infer) = infer {
            let InferClause { index_elems, where_clause, conname, location: _ } = &**infer;
            if !conname.is_empty() {
                let naming = self.facts.catalog.naming();
                let known = naming.logical(conname).is_some_and(|(base, leaf)| {
                    leaf == self.facts.leaf.get()
                        && table.constraints.iter().any(|constraint| constraint.physical == base)
                });
                if !known || !index_elems.is_empty() || where_clause.is_some() {
                    return refuse(format!("constraint \"{conname}\" is not one of the leaf's"));
                }
            } else {
                for (at, element) in index_elems.iter().enumerate() {
                    let Some(NodeEnum::IndexElem(element)) = &element.node else { return refuse("no index element") };
                    let IndexElem {
                        name,
                        expr,
                        indexcolname: _,
                        collation,
                        opclass,
                        opclassopts,
                        ordering: _,
                        nulls_ordering: _,
                    } = &**element;
                    let column = if at == 0 { name == ORG_COLUMN } else { table.column(name).is_some() };
                    // An expression has no name; the first element is the org's column in any case.
                    if !(column || at > 0 && name.is_empty() && expr.is_some()) {
                        return refuse("ON CONFLICT that does not begin with org_id");
                    }
                    self.maybe(expr.as_deref())?;
                    self.all(opclassopts)?;
                    strings(collation)?;
                    strings(opclass)?;
                }
                self.maybe(where_clause.as_deref())?;
            }
        }
        self.assignments(target_list, table)?;
        self.maybe(where_clause.as_deref())
    }

    /// `SET column = value`: logical columns only.
    pub(super) fn assignments(&mut self, targets: &'a [Node], table: &'a Table) -> Verdict {
        for target in targets {
            let Some(NodeEnum::ResTarget(target)) = &target.node else { return refuse("SET of something else") };
            let ResTarget { name, indirection, val, location: _ } = &**target;
            let layout = table.object.is_some() && name == LAYOUT_COLUMN;
            if !record::has_column(table, name) && !layout {
                return refuse(format!("\"{name}\" is set and is no logical column"));
            }
            self.indirection(indirection)?;
            self.maybe(val.as_deref())?;
        }
        Ok(())
    }

    pub(super) fn update(&mut self, update: &'a UpdateStmt) -> Verdict {
        let UpdateStmt { relation, target_list, where_clause, from_clause, returning_clause, with_clause } = update;
        let rows = Rows::Changed(where_clause.as_deref());
        let (table, alias) = shape::target(relation.as_ref(), rows, self.facts)?;
        shape::condition(where_clause.as_deref(), alias, self.facts)?;
        let ctes = self.ctes.len();
        self.with(with_clause.as_ref())?;
        self.changed(alias, table, from_clause)?;
        self.assignments(target_list, table)?;
        self.condition(where_clause.as_deref(), table)?;
        self.returning(returning_clause.as_ref())?;
        self.levels.truncate(self.levels.len().saturating_sub(2));
        self.ctes.truncate(ctes);
        Ok(())
    }

    pub(super) fn delete(&mut self, delete: &'a DeleteStmt) -> Verdict {
        let DeleteStmt { relation, using_clause, where_clause, returning_clause, with_clause } = delete;
        let rows = Rows::Changed(where_clause.as_deref());
        let (table, alias) = shape::target(relation.as_ref(), rows, self.facts)?;
        shape::condition(where_clause.as_deref(), alias, self.facts)?;
        let ctes = self.ctes.len();
        self.with(with_clause.as_ref())?;
        self.changed(alias, table, using_clause)?;
        self.condition(where_clause.as_deref(), table)?;
        self.returning(returning_clause.as_ref())?;
        self.levels.truncate(self.levels.len().saturating_sub(2));
        self.ctes.truncate(ctes);
        Ok(())
    }

    /// The elements and fields of columns that are inserted.
    fn places(&mut self, columns: &'a [Node]) -> Verdict {
        for column in columns {
            if let Some(NodeEnum::ResTarget(target)) = &column.node {
                self.indirection(&target.indirection)?;
            }
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, merge: &'a MergeStmt) -> Verdict {
        let MergeStmt { relation, source_relation, join_condition, merge_when_clauses, returning_clause, with_clause } =
            merge;
        let (table, alias) = shape::target(relation.as_ref(), Rows::Merged, self.facts)?;
        shape::condition(join_condition.as_deref(), alias, self.facts)?;
        let ctes = self.ctes.len();
        self.with(with_clause.as_ref())?;
        let sources = source_relation.as_deref().map_or(&[][..], std::slice::from_ref);
        self.changed(alias, table, sources)?;
        self.condition(join_condition.as_deref(), table)?;
        for clause in merge_when_clauses {
            let Some(NodeEnum::MergeWhenClause(clause)) = &clause.node else {
                return refuse("MERGE of something else");
            };
            let MergeWhenClause { match_kind, command_type, r#override, condition, target_list, values } = &**clause;
            if *match_kind == MergeMatchKind::MergeWhenNotMatchedBySource as i32 {
                return refuse("WHEN NOT MATCHED BY SOURCE reaches rows that the predicate does not");
            }
            if *r#override != OverridingKind::OverridingNotSet as i32 {
                return refuse("OVERRIDING");
            }
            self.maybe(condition.as_deref())?;
            if *command_type == CmdType::CmdInsert as i32 {
                shape::merge_insert(target_list, values, table, self.facts)?;
                self.places(target_list)?;
                self.all(values.split_last().map_or(&[][..], |(_, rest)| rest))?;
            } else {
                self.assignments(target_list, table)?;
            }
        }
        self.returning(returning_clause.as_ref())?;
        self.levels.truncate(self.levels.len().saturating_sub(2));
        self.ctes.truncate(ctes);
        Ok(())
    }

    /// Two levels: the target, and what is read beside it.
    pub(super) fn changed(&mut self, alias: &'a str, table: &'a Table, sources: &'a [Node]) -> Verdict {
        self.levels.push(Level::Target { alias, table });
        self.all(sources)?;
        let names = aliases(sources)?;
        self.levels.push(Level::Sources(names));
        Ok(())
    }

    /// The client's part of a condition that `shape` found to begin with the org's predicate.
    pub(super) fn condition(&mut self, clause: Option<&'a Node>, table: &Table) -> Verdict {
        // `shape` has looked at the object's halves too.
        let own = if table.object.is_some() { 4 } else { 2 };
        match clause.and_then(|clause| clause.node.as_ref()) {
            Some(NodeEnum::BoolExpr(expr)) => self.all(expr.args.get(own..).unwrap_or(&[])),
            _ => Ok(()),
        }
    }

    pub(super) fn returning(&mut self, clause: Option<&'a ReturningClause>) -> Verdict {
        let Some(ReturningClause { options, exprs }) = clause else { return Ok(()) };
        if !options.is_empty() {
            return refuse("RETURNING WITH");
        }
        exprs.iter().try_for_each(|target| self.output(target, false))
    }

    /// One item of a select list or of RETURNING. A bare `*` means the relations of this level: there must be no target.
    pub(super) fn output(&mut self, target: &'a Node, star: bool) -> Verdict {
        let Some(NodeEnum::ResTarget(target)) = &target.node else { return refuse("an output that is none") };
        let ResTarget { name, indirection, val, location: _ } = &**target;
        self.define([name.as_str()]);
        self.indirection(indirection)?;
        if let Some(Node { node: Some(NodeEnum::ColumnRef(ColumnRef { fields, location: _ })) }) = val.as_deref()
            && let [Node { node: Some(NodeEnum::AStar(_)) }] = fields.as_slice()
        {
            return if star { Ok(()) } else { refuse("RETURNING * shows hidden columns") };
        }
        self.maybe(val.as_deref())
    }

    pub(super) fn define<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        self.defined.extend(names.into_iter().map(str::to_owned));
    }

    /// The changed table that a qualifier means, if it means one.
    pub(super) fn target_of(&self, qualifier: &str) -> Option<&'a Table> {
        for level in self.levels.iter().rev() {
            match level {
                Level::Sources(names) if names.contains(&qualifier) => return None,
                Level::Sources(_) => {}
                Level::Target { alias, table } => {
                    if *alias == qualifier || ["old", "new"].contains(&qualifier) {
                        return Some(table);
                    }
                }
            }
        }
        None
    }
}
