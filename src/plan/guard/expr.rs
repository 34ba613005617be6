//! Expressions: columns, parameters, calls, types, and every other node.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AArrayExpr, AExpr, AIndices, AIndirection, BoolExpr, BooleanTest, CaseExpr, CaseWhen, CoalesceExpr, CollateClause,
    ColumnDef, ColumnRef, FuncCall, GroupingFunc, GroupingSet, JsonIsPredicate, List, MinMaxExpr, MultiAssignRef,
    NamedArgExpr, Node, NullTest, ParamRef, ResTarget, RowExpr, SortBy, SubLink, TypeCast, TypeName, WindowDef,
    XmlExpr, XmlSerialize,
};

use super::names::{self, SYSTEM_COLUMNS, TABLE_OID, strings};
use super::walk::{Level, Walk, refuse};
use super::{OrgValue, Verdict, record};
use crate::catalog::{ORG_COLUMN, Table, is_record_column};

impl<'a> Walk<'a> {
    pub(super) fn column(&mut self, column: &'a ColumnRef) -> Verdict {
        let ColumnRef { fields, location: _ } = column;
        let hidden = |name: &str| name == ORG_COLUMN || name == TABLE_OID;
        match fields.as_slice() {
            [Node { node: Some(NodeEnum::String(name)) }] => {
                let name = name.sval.as_str();
                if hidden(name) && self.levels.iter().any(|level| matches!(level, Level::Target { .. })) {
                    return refuse(format!("hidden column \"{name}\""));
                }
                // Where a record is changed, its slots would be found by any bare name.
                let record = |level: &Level<'_>| matches!(level, Level::Target { table, .. } if table.object.is_some());
                if is_record_column(name) && self.levels.iter().any(record) {
                    return refuse(format!("\"{name}\" without its table beside a record"));
                }
                match self.target_of(name) {
                    Some(table) if table.column(name).is_none() => refuse(format!("whole row of leaf \"{name}\"")),
                    Some(_) | None => Ok(()),
                }
            }
            [Node { node: Some(NodeEnum::String(qualifier)) }, Node { node: Some(NodeEnum::String(name)) }] => {
                let target = self.target_of(&qualifier.sval);
                let slot = |table: &Table| {
                    record::has_column(table, &name.sval) || SYSTEM_COLUMNS.contains(&name.sval.as_str())
                };
                if hidden(&name.sval) && target.is_some()
                    || target.is_some_and(|table| table.object.is_some() && !slot(table))
                {
                    return refuse(format!("hidden column \"{}\"", name.sval));
                }
                self.fields.insert(name.sval.clone());
                Ok(())
            }
            [Node { node: Some(NodeEnum::String(qualifier)) }, Node { node: Some(NodeEnum::AStar(_)) }] => {
                match self.target_of(&qualifier.sval) {
                    Some(_) => refuse(format!("all columns of leaf \"{}\"", qualifier.sval)),
                    None => Ok(()),
                }
            }
            [..] => refuse("a column in an unusual form"),
        }
    }

    pub(super) fn indirection(&mut self, steps: &'a [Node]) -> Verdict {
        for step in steps {
            match &step.node {
                Some(NodeEnum::String(name)) => {
                    self.fields.insert(name.sval.clone());
                }
                Some(NodeEnum::AStar(_)) => {}
                Some(NodeEnum::AIndices(indices)) => {
                    let AIndices { is_slice: _, lidx, uidx } = &**indices;
                    self.maybe(lidx.as_deref())?;
                    self.maybe(uidx.as_deref())?;
                }
                Some(_) | None => return refuse("a subscript or field in an unusual form"),
            }
        }
        Ok(())
    }

    pub(super) fn type_name(&mut self, name: Option<&'a TypeName>) -> Verdict {
        let Some(name) = name else { return Ok(()) };
        names::type_name(name, self.facts)?;
        if let Some(NodeEnum::String(last)) = name.names.last().and_then(|last| last.node.as_ref()) {
            self.define([last.sval.as_str()]);
        }
        self.all(&name.typmods)?;
        self.all(&name.array_bounds)
    }

    pub(super) fn call(&mut self, call: &'a FuncCall) -> Verdict {
        let FuncCall {
            funcname,
            args,
            agg_order,
            agg_filter,
            over,
            agg_within_group: _,
            agg_star: _,
            agg_distinct: _,
            func_variadic: _,
            funcformat: _,
            location: _,
        } = call;
        names::function(call, self.facts)?;
        if let Some(name) = strings(funcname)?.last() {
            self.define([*name]);
        }
        let org_first = matches!(strings(funcname)?.as_slice(), [_, name] if names::of_the_org(name));
        match names::looked_up_parameter(call)? {
            Some(number) => self.parameter(number)?,
            None if org_first => {
                if !super::shape::is_org(args.first(), self.facts) {
                    return refuse("a function of the org's without the org");
                }
                self.all(args.get(1..).unwrap_or(&[]))?;
            }
            None => self.all(args)?,
        }
        self.all(agg_order)?;
        self.maybe(agg_filter.as_deref())?;
        over.as_ref().map_or(Ok(()), |window| self.window(window))
    }

    pub(super) fn window(&mut self, window: &'a WindowDef) -> Verdict {
        let WindowDef {
            name: _,
            refname: _,
            partition_clause,
            order_clause,
            frame_options: _,
            start_offset,
            end_offset,
            location: _,
        } = window;
        self.all(partition_clause)?;
        self.all(order_clause)?;
        self.maybe(start_offset.as_deref())?;
        self.maybe(end_offset.as_deref())
    }

    pub(super) fn operator(&self, name: &[Node]) -> Verdict {
        match strings(name)?.as_slice() {
            [_] | ["pg_catalog", _] => Ok(()),
            names => refuse(format!("operator {}", names.join("."))),
        }
    }

    pub(super) fn all(&mut self, nodes: &'a [Node]) -> Verdict {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    pub(super) fn maybe(&mut self, node: Option<&'a Node>) -> Verdict {
        node.map_or(Ok(()), |node| self.node(node))
    }

    pub(super) fn parameter(&self, number: i32) -> Verdict {
        let own = i32::from(self.facts.params);
        let org = matches!(self.facts.org, OrgValue::Param(org) if i32::from(org) == number);
        if number >= 1 && number <= own && !org {
            Ok(())
        } else {
            refuse(format!("parameter ${number} is not the client's"))
        }
    }

    pub(super) fn node(&mut self, node: &'a Node) -> Verdict {
        let Some(node) = &node.node else { return Ok(()) };
        match node {
            NodeEnum::SelectStmt(select) => self.select(select, false),
            NodeEnum::RangeVar(var) => self.relation(var),
            NodeEnum::RangeSubselect(range) => self.subselect(range),
            NodeEnum::RangeFunction(range) => self.range_function(range),
            NodeEnum::JoinExpr(join) => self.join(join),
            NodeEnum::ColumnRef(column) => self.column(column),
            NodeEnum::ParamRef(ParamRef { number, location: _ }) => self.parameter(*number),
            NodeEnum::FuncCall(call) => self.call(call),
            NodeEnum::WindowDef(window) => self.window(window),
            NodeEnum::AConst(_)
            | NodeEnum::String(_)
            | NodeEnum::Integer(_)
            | NodeEnum::Float(_)
            | NodeEnum::Boolean(_)
            | NodeEnum::BitString(_) => Ok(()),
            NodeEnum::SetToDefault(_) | NodeEnum::SqlvalueFunction(_) => Ok(()),
            NodeEnum::List(List { items }) => self.all(items),
            NodeEnum::AExpr(expr) => {
                let AExpr { kind: _, name, lexpr, rexpr, rexpr_list_start: _, rexpr_list_end: _, location: _ } =
                    &**expr;
                self.operator(name)?;
                self.maybe(lexpr.as_deref())?;
                self.maybe(rexpr.as_deref())
            }
            NodeEnum::BoolExpr(expr) => {
                let BoolExpr { xpr: _, boolop: _, args, location: _ } = &**expr;
                self.all(args)
            }
            NodeEnum::NullTest(test) => {
                let NullTest { xpr: _, arg, nulltesttype: _, argisrow: _, location: _ } = &**test;
                self.maybe(arg.as_deref())
            }
            NodeEnum::BooleanTest(test) => {
                let BooleanTest { xpr: _, arg, booltesttype: _, location: _ } = &**test;
                self.maybe(arg.as_deref())
            }
            NodeEnum::SubLink(link) => {
                let SubLink { xpr: _, sub_link_type: _, sub_link_id: _, testexpr, oper_name, subselect, location: _ } =
                    &**link;
                self.maybe(testexpr.as_deref())?;
                if !oper_name.is_empty() {
                    self.operator(oper_name)?;
                }
                match subselect.as_deref() {
                    Some(Node { node: Some(NodeEnum::SelectStmt(select)) }) => self.select(select, false),
                    _ => refuse("a sub-query that is none"),
                }
            }
            NodeEnum::NamedArgExpr(named) => {
                let NamedArgExpr { xpr: _, arg, name: _, argnumber: _, location: _ } = &**named;
                self.maybe(arg.as_deref())
            }
            NodeEnum::AIndirection(indirection) => {
                let AIndirection { arg, indirection } = &**indirection;
                self.maybe(arg.as_deref())?;
                self.indirection(indirection)
            }
            NodeEnum::AArrayExpr(array) => {
                let AArrayExpr { elements, list_start: _, list_end: _, location: _ } = array;
                self.all(elements)
            }
            NodeEnum::RowExpr(row) => {
                let RowExpr { xpr: _, args, row_typeid: _, row_format: _, colnames, location: _ } = &**row;
                self.all(args)?;
                self.all(colnames)
            }
            NodeEnum::TypeCast(cast) => {
                let TypeCast { arg, type_name, location: _ } = &**cast;
                self.type_name(type_name.as_ref())?;
                self.maybe(arg.as_deref())
            }
            NodeEnum::CollateClause(collate) => {
                let CollateClause { arg, collname, location: _ } = &**collate;
                strings(collname)?;
                self.maybe(arg.as_deref())
            }
            NodeEnum::CoalesceExpr(coalesce) => {
                let CoalesceExpr { xpr: _, coalescetype: _, coalescecollid: _, args, location: _ } = &**coalesce;
                self.all(args)
            }
            NodeEnum::MinMaxExpr(expr) => {
                let MinMaxExpr { xpr: _, minmaxtype: _, minmaxcollid: _, inputcollid: _, op: _, args, location: _ } =
                    &**expr;
                self.all(args)
            }
            NodeEnum::CaseExpr(case) => {
                let CaseExpr { xpr: _, casetype: _, casecollid: _, arg, args, defresult, location: _ } = &**case;
                self.maybe(arg.as_deref())?;
                self.all(args)?;
                self.maybe(defresult.as_deref())
            }
            NodeEnum::CaseWhen(when) => {
                let CaseWhen { xpr: _, expr, result, location: _ } = &**when;
                self.maybe(expr.as_deref())?;
                self.maybe(result.as_deref())
            }
            NodeEnum::SortBy(sort) => {
                let SortBy { node, sortby_dir: _, sortby_nulls: _, use_op, location: _ } = &**sort;
                if !use_op.is_empty() {
                    self.operator(use_op)?;
                }
                self.maybe(node.as_deref())
            }
            NodeEnum::GroupingSet(set) => {
                let GroupingSet { kind: _, content, location: _ } = set;
                self.all(content)
            }
            NodeEnum::GroupingFunc(function) => {
                let GroupingFunc { xpr: _, args, refs, agglevelsup: _, location: _ } = &**function;
                self.all(args)?;
                self.all(refs)
            }
            NodeEnum::MultiAssignRef(assign) => {
                let MultiAssignRef { source, colno: _, ncolumns: _ } = &**assign;
                self.maybe(source.as_deref())
            }
            NodeEnum::ColumnDef(definition) => self.column_definition(definition),
            NodeEnum::RangeTableSample(sample) => self.sample(sample),
            NodeEnum::RangeTableFunc(table) => self.xml_table(table),
            NodeEnum::XmlExpr(expr) => self.xml(expr),
            NodeEnum::XmlSerialize(expr) => {
                let XmlSerialize { xmloption: _, expr, type_name, indent: _, location: _ } = &**expr;
                self.type_name(type_name.as_ref())?;
                self.maybe(expr.as_deref())
            }
            NodeEnum::JsonIsPredicate(predicate) => {
                let JsonIsPredicate { expr, format: _, item_type: _, unique_keys: _, location: _ } = &**predicate;
                self.maybe(expr.as_deref())
            }
            other => match self.json(other) {
                Some(verdict) => verdict,
                None => refuse(format!("an unknown node: {}", variant(other))),
            },
        }
    }

    pub(super) fn xml(&mut self, expr: &'a XmlExpr) -> Verdict {
        let XmlExpr {
            xpr: _,
            op: _,
            name: _,
            named_args,
            arg_names,
            args,
            xmloption: _,
            indent: _,
            r#type: _,
            typmod: _,
            location: _,
        } = expr;
        for named in named_args {
            let Some(NodeEnum::ResTarget(target)) = &named.node else {
                return refuse("an argument of XML that is none");
            };
            let ResTarget { name: _, indirection, val, location: _ } = &**target;
            self.indirection(indirection)?;
            self.maybe(val.as_deref())?;
        }
        self.all(arg_names)?;
        self.all(args)
    }

    /// `AS f(a int)` of a function in FROM.
    pub(super) fn column_definition(&mut self, definition: &'a ColumnDef) -> Verdict {
        self.define([definition.colname.as_str()]);
        let plain = definition.raw_default.is_none()
            && definition.cooked_default.is_none()
            && definition.constraints.is_empty()
            && definition.fdwoptions.is_empty()
            && definition.identity_sequence.is_none();
        if !plain {
            return refuse("a column definition with more than a type");
        }
        if let Some(collate) = &definition.coll_clause {
            strings(&collate.collname)?;
        }
        self.type_name(definition.type_name.as_ref())
    }
}

/// A node's kind, for a refusal's text.
fn variant(node: &NodeEnum) -> String {
    let text = format!("{node:?}");
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}
