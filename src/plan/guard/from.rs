//! FROM: relations, derived tables, functions, joins.

use pg_query::NodeEnum;
use pg_query::protobuf::{Alias, JoinExpr, List, Node, RangeFunction, RangeSubselect, RangeVar};

use super::names::{self, Kind, strings};
use super::walk::{Level, Walk, refuse};
use super::{Refusal, Verdict, shape};

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
            Kind::Leaf(_) => refuse(format!("leaf \"{}\" stands without its derived table", var.relname)),
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
        strings(using_clause)?;
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
