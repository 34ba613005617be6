//! SQL/JSON: constructors, queries, JSON_TABLE.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    JsonAggConstructor, JsonArgument, JsonArrayAgg, JsonArrayConstructor, JsonArrayQueryConstructor, JsonBehavior,
    JsonFuncExpr, JsonKeyValue, JsonObjectAgg, JsonObjectConstructor, JsonOutput, JsonParseExpr, JsonScalarExpr,
    JsonSerializeExpr, JsonTable, JsonTableColumn, JsonTablePathSpec, JsonValueExpr, Node,
};

use super::Verdict;
use super::walk::{Walk, refuse};

impl<'a> Walk<'a> {
    /// Walks a node of SQL/JSON; `None` when it is none.
    pub(super) fn json(&mut self, node: &'a NodeEnum) -> Option<Verdict> {
        Some(match node {
            NodeEnum::JsonTable(table) => self.json_table(table),
            NodeEnum::JsonFuncExpr(function) => self.json_function(function),
            NodeEnum::JsonValueExpr(value) => self.json_value(Some(value)),
            NodeEnum::JsonKeyValue(pair) => self.json_pair(pair),
            NodeEnum::JsonArgument(argument) => {
                let JsonArgument { val, name: _ } = &**argument;
                self.json_value(val.as_deref())
            }
            NodeEnum::JsonObjectConstructor(object) => {
                let JsonObjectConstructor { exprs, output, absent_on_null: _, unique: _, location: _ } = object;
                self.json_output(output.as_ref()).and_then(|()| self.all(exprs))
            }
            NodeEnum::JsonArrayConstructor(array) => {
                let JsonArrayConstructor { exprs, output, absent_on_null: _, location: _ } = array;
                self.json_output(output.as_ref()).and_then(|()| self.all(exprs))
            }
            NodeEnum::JsonArrayQueryConstructor(array) => {
                let JsonArrayQueryConstructor { query, output, format: _, absent_on_null: _, location: _ } = &**array;
                self.json_output(output.as_ref()).and_then(|()| self.json_query(query.as_deref()))
            }
            NodeEnum::JsonScalarExpr(scalar) => {
                let JsonScalarExpr { expr, output, location: _ } = &**scalar;
                self.json_output(output.as_ref()).and_then(|()| self.maybe(expr.as_deref()))
            }
            NodeEnum::JsonSerializeExpr(serialize) => {
                let JsonSerializeExpr { expr, output, location: _ } = &**serialize;
                self.json_output(output.as_ref()).and_then(|()| self.json_value(expr.as_deref()))
            }
            NodeEnum::JsonParseExpr(parse) => {
                let JsonParseExpr { expr, output, unique_keys: _, location: _ } = &**parse;
                self.json_output(output.as_ref()).and_then(|()| self.json_value(expr.as_deref()))
            }
            NodeEnum::JsonObjectAgg(object) => {
                let JsonObjectAgg { constructor, arg, absent_on_null: _, unique: _ } = &**object;
                let pair = arg.as_deref().map_or(Ok(()), |pair| self.json_pair(pair));
                pair.and_then(|()| self.json_aggregate(constructor.as_deref()))
            }
            NodeEnum::JsonArrayAgg(array) => {
                let JsonArrayAgg { constructor, arg, absent_on_null: _ } = &**array;
                self.json_value(arg.as_deref()).and_then(|()| self.json_aggregate(constructor.as_deref()))
            }
            _ => return None,
        })
    }

    /// Only a query may stand here.
    fn json_query(&mut self, query: Option<&'a Node>) -> Verdict {
        match query.and_then(|query| query.node.as_ref()) {
            Some(NodeEnum::SelectStmt(select)) => self.select(select, false),
            Some(_) | None => refuse("JSON_ARRAY of no query"),
        }
    }

    fn json_table(&mut self, table: &'a JsonTable) -> Verdict {
        let JsonTable { context_item, pathspec, passing, columns, on_error, alias, lateral: _, location: _ } = table;
        self.alias(alias.as_ref())?;
        self.json_value(context_item.as_deref())?;
        self.json_path(pathspec.as_deref())?;
        self.all(passing)?;
        self.json_columns(columns)?;
        self.json_behavior(on_error.as_deref())
    }

    fn json_columns(&mut self, columns: &'a [Node]) -> Verdict {
        for column in columns {
            let Some(NodeEnum::JsonTableColumn(column)) = &column.node else {
                return refuse("no column of JSON_TABLE");
            };
            let JsonTableColumn {
                coltype: _,
                name,
                type_name,
                pathspec,
                format: _,
                wrapper: _,
                quotes: _,
                columns,
                on_empty,
                on_error,
                location: _,
            } = &**column;
            self.define([name.as_str()]);
            self.type_name(type_name.as_ref())?;
            self.json_path(pathspec.as_deref())?;
            self.json_behavior(on_empty.as_deref())?;
            self.json_behavior(on_error.as_deref())?;
            self.json_columns(columns)?;
        }
        Ok(())
    }

    fn json_path(&mut self, path: Option<&'a JsonTablePathSpec>) -> Verdict {
        let Some(JsonTablePathSpec { string, name: _, name_location: _, location: _ }) = path else { return Ok(()) };
        self.maybe(string.as_deref())
    }

    fn json_behavior(&mut self, behavior: Option<&'a JsonBehavior>) -> Verdict {
        let Some(JsonBehavior { btype: _, expr, coerce: _, location: _ }) = behavior else { return Ok(()) };
        self.maybe(expr.as_deref())
    }

    fn json_output(&mut self, output: Option<&'a JsonOutput>) -> Verdict {
        let Some(JsonOutput { type_name, returning: _ }) = output else { return Ok(()) };
        self.type_name(type_name.as_ref())
    }

    fn json_value(&mut self, value: Option<&'a JsonValueExpr>) -> Verdict {
        let Some(JsonValueExpr { raw_expr, formatted_expr, format: _ }) = value else { return Ok(()) };
        self.maybe(raw_expr.as_deref())?;
        self.maybe(formatted_expr.as_deref())
    }

    fn json_pair(&mut self, pair: &'a JsonKeyValue) -> Verdict {
        let JsonKeyValue { key, value } = pair;
        self.maybe(key.as_deref())?;
        self.json_value(value.as_deref())
    }

    fn json_function(&mut self, function: &'a JsonFuncExpr) -> Verdict {
        let JsonFuncExpr {
            op: _,
            column_name: _,
            context_item,
            pathspec,
            passing,
            output,
            on_empty,
            on_error,
            wrapper: _,
            quotes: _,
            location: _,
        } = function;
        self.json_value(context_item.as_deref())?;
        self.maybe(pathspec.as_deref())?;
        self.all(passing)?;
        self.json_output(output.as_ref())?;
        self.json_behavior(on_empty.as_deref())?;
        self.json_behavior(on_error.as_deref())
    }

    fn json_aggregate(&mut self, aggregate: Option<&'a JsonAggConstructor>) -> Verdict {
        let Some(JsonAggConstructor { output, agg_filter, agg_order, over, location: _ }) = aggregate else {
            return Ok(());
        };
        self.json_output(output.as_ref())?;
        self.maybe(agg_filter.as_deref())?;
        self.all(agg_order)?;
        over.as_ref().map_or(Ok(()), |window| self.window(window))
    }
}
