//! FROM: relations, derived tables, functions, joins.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    Alias, JoinExpr, List, Node, RangeFunction, RangeSubselect, RangeTableFunc, RangeTableFuncCol, RangeTableSample,
    RangeVar, ResTarget,
};

use super::names::{self, Kind, TABLE_OID, strings};
use super::walk::{Level, Walk, refuse};
use super::{Refusal, Verdict, shape};
use crate::catalog::ORG_COLUMN;

impl<'a> Walk<'a> {
    pub(super) fn alias(&mut self, alias: Option<&'a Alias>) -> Verdict {
        let Some(Alias { aliasname, colnames }) = alias else { return Ok(()) };
        self.define([aliasname.as_str()]);
        self.define(strings(colnames)?);
        Ok(())
    }

    pub(super) fn relation(&mut self, var: &'a RangeVar) -> Verdict {
        self.alias(var.alias.as_ref())?;
        match names::relation(var, self.facts)? {
            Kind::Record | Kind::Leaf(_)
                if var.alias.as_ref().is_some_and(|alias| self.is_locked(&alias.aliasname)) =>
            {
                Ok(())
            }
            Kind::Record | Kind::Leaf(_) => {
                refuse(format!("leaf \"{}\" stands without its derived table", var.relname))
            }
            Kind::Global => Ok(()),
            Kind::Catalog => {
                self.reads_catalogs = true;
                Ok(())
            }
            Kind::Plain(name) if self.ctes.contains(&name) => Ok(()),
            Kind::Plain(name) => refuse(format!("\"{name}\" is no CTE in scope")),
        }
    }

    pub(super) fn subselect(&mut self, range: &'a RangeSubselect) -> Verdict {
        let RangeSubselect { lateral: _, subquery, alias } = range;
        self.alias(alias.as_ref())?;
        if let Some(Node { node: Some(NodeEnum::SelectStmt(select)) }) = subquery.as_deref()
            && shape::wall(select, self.facts)?.is_some()
        {
            return if alias.is_some() { Ok(()) } else { refuse("a leaf's derived table without an alias") };
        }
        self.query(subquery.as_deref())
    }

    pub(super) fn range_function(&mut self, range: &'a RangeFunction) -> Verdict {
        let RangeFunction { lateral: _, ordinality: _, is_rowsfrom: _, functions, alias, coldeflist } = range;
        self.alias(alias.as_ref())?;
        for function in functions {
            let Some(NodeEnum::List(List { items })) = &function.node else { return refuse("no function in FROM") };
            self.all(items)?;
        }
        self.all(coldeflist)
    }

    pub(super) fn is_locked(&self, alias: &str) -> bool {
        self.locked.iter().any(|(known, _)| *known == alias)
    }

    /// TABLESAMPLE of a global table, or of a leaf that is locked.
    pub(super) fn sample(&mut self, sample: &'a RangeTableSample) -> Verdict {
        let RangeTableSample { relation, method, args, repeatable, location: _ } = sample;
        if !matches!(strings(method)?.as_slice(), ["bernoulli" | "system"]) {
            return refuse("a sampling method that is not PostgreSQL's");
        }
        self.maybe(relation.as_deref())?;
        self.all(args)?;
        self.maybe(repeatable.as_deref())
    }

    pub(super) fn xml_table(&mut self, table: &'a RangeTableFunc) -> Verdict {
        let RangeTableFunc { lateral: _, docexpr, rowexpr, namespaces, columns, alias, location: _ } = table;
        self.alias(alias.as_ref())?;
        self.maybe(docexpr.as_deref())?;
        self.maybe(rowexpr.as_deref())?;
        for namespace in namespaces {
            let Some(NodeEnum::ResTarget(target)) = &namespace.node else { return refuse("no namespace") };
            let ResTarget { name: _, indirection, val, location: _ } = &**target;
            self.indirection(indirection)?;
            self.maybe(val.as_deref())?;
        }
        for column in columns {
            let Some(NodeEnum::RangeTableFuncCol(column)) = &column.node else {
                return refuse("no column of XMLTABLE");
            };
            let RangeTableFuncCol {
                colname,
                type_name,
                for_ordinality: _,
                is_not_null: _,
                colexpr,
                coldefexpr,
                location: _,
            } = &**column;
            self.define([colname.as_str()]);
            self.type_name(type_name.as_ref())?;
            self.maybe(colexpr.as_deref())?;
            self.maybe(coldefexpr.as_deref())?;
        }
        Ok(())
    }

    pub(super) fn join(&mut self, join: &'a JoinExpr) -> Verdict {
        let JoinExpr {
            jointype: _,
            is_natural: _,
            larg,
            rarg,
            using_clause,
            join_using_alias,
            quals,
            alias,
            rtindex: _,
        } = join;
        self.alias(alias.as_ref())?;
        self.alias(join_using_alias.as_ref())?;
        let mut names = Vec::new();
        for side in [larg, rarg].into_iter().flatten() {
            self.node(side)?;
            names.extend(aliases(std::slice::from_ref(side))?);
        }
        if strings(using_clause)?.iter().any(|name| *name == ORG_COLUMN || *name == TABLE_OID) {
            return refuse("USING over a hidden column");
        }
        names.retain(|name| !self.is_locked(name));
        self.levels.push(Level::Sources(names));
        self.maybe(quals.as_deref())?;
        self.levels.pop();
        Ok(())
    }
}

/// The names by which the rest of a level knows the items of its FROM.
pub(super) fn aliases(from: &[Node]) -> Result<Vec<&str>, Refusal> {
    let mut names = Vec::new();
    for item in from {
        let alias = match &item.node {
            Some(NodeEnum::RangeVar(var)) => {
                if var.alias.is_none() {
                    names.push(var.relname.as_str());
                }
                &var.alias
            }
            Some(NodeEnum::RangeSubselect(range)) => &range.alias,
            Some(NodeEnum::RangeFunction(range)) => &range.alias,
            Some(NodeEnum::RangeTableFunc(table)) => &table.alias,
            Some(NodeEnum::JsonTable(table)) => &table.alias,
            Some(NodeEnum::RangeTableSample(sample)) => {
                names.extend(aliases(sample.relation.as_deref().map_or(&[], std::slice::from_ref))?);
                &None
            }
            Some(NodeEnum::JoinExpr(join)) => {
                // An alias hides what is joined.
                if join.alias.is_none() {
                    for side in [&join.larg, &join.rarg].into_iter().flatten() {
                        names.extend(aliases(std::slice::from_ref(side))?);
                    }
                }
                names.extend(join.join_using_alias.iter().map(|alias| alias.aliasname.as_str()));
                &join.alias
            }
            Some(_) | None => return Err(Refusal::new("an unknown item in FROM")),
        };
        names.extend(alias.iter().map(|alias| alias.aliasname.as_str()));
    }
    Ok(names)
}
