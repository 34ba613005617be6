//! Function calls, aggregates and windows.

use sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, NamedWindowDefinition, NamedWindowExpr, ObjectName, OrderByExpr,
    OrderBySort, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};
use sqlparser::ast::{Expr, OrderByOptions};

use super::super::error::PlanError;
use super::lookup::Place;
use super::scope::Scope;
use super::tree::{FunctionName, Node};
use super::{Binder, Nodes, absent, comma_separated};

impl Binder<'_> {
    pub(super) fn function_name(&self, name: &ObjectName, in_from: bool) -> Result<FunctionName, PlanError> {
        let mut parts = self.any_parts(name)?;
        match (parts.pop(), parts.pop(), parts.is_empty()) {
            (Some((name, at)), None, _) => Ok(FunctionName { schema: None, name, at, in_from }),
            (Some((name, _)), Some((schema, at)), true) => Ok(FunctionName { schema: Some(schema), name, at, in_from }),
            (_, Some((_, at)), _) => Err(PlanError::unsupported("this function name", at)),
            (None, None, _) => Err(PlanError::unsupported("this function name", 0)),
        }
    }

    pub(super) fn function(
        &mut self,
        function: &Function,
        place: Place,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let Function { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment, over } =
            function;
        absent(!uses_odbc_syntax, "ODBC syntax")?;
        absent(*parameters == FunctionArguments::None, "a function with parameters")?;
        absent(null_treatment.is_none(), "IGNORE NULLS")?;
        let name = self.function_name(name, false)?;
        Self::check_place(&name, place)?;
        let place_of_arguments = Self::place_of_arguments(&name);
        out.push(Node::Function(name));
        match args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => self.subquery(query, scope, out)?,
            FunctionArguments::List(list) => self.arguments(list, place_of_arguments, scope, out)?,
        }
        if !within_group.is_empty() {
            out.extend([
                Node::Word("WITHIN"),
                Node::Word("GROUP"),
                Node::Word("("),
                Node::Word("ORDER"),
                Node::Word("BY"),
            ]);
            out.extend(self.order_by_exprs(within_group, scope)?);
            out.push(Node::Word(")"));
        }
        if let Some(filter) = filter {
            out.extend([Node::Word("FILTER"), Node::Word("("), Node::Word("WHERE")]);
            self.expr(filter, scope, out)?;
            out.push(Node::Word(")"));
        }
        match over {
            None => Ok(()),
            Some(WindowType::NamedWindow(ident)) => {
                let (name, at) = self.ident(ident)?;
                out.extend([Node::Word("OVER"), Node::Name { name, at }]);
                Ok(())
            }
            Some(WindowType::WindowSpec(spec)) => {
                out.push(Node::Word("OVER"));
                self.window(spec, scope, out)
            }
        }
    }

    fn arguments(
        &mut self,
        list: &FunctionArgumentList,
        place: Place,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let FunctionArgumentList { duplicate_treatment, args, clauses } = list;
        out.push(Node::Word("("));
        match duplicate_treatment {
            None => {}
            Some(DuplicateTreatment::Distinct) => out.push(Node::Word("DISTINCT")),
            Some(DuplicateTreatment::All) => out.push(Node::Word("ALL")),
        }
        out.extend(self.function_args(args, place, scope)?);
        for clause in clauses {
            match clause {
                FunctionArgumentClause::OrderBy(exprs) => {
                    out.extend([Node::Word("ORDER"), Node::Word("BY")]);
                    out.extend(self.order_by_exprs(exprs, scope)?);
                }
                FunctionArgumentClause::IgnoreOrRespectNulls(_)
                | FunctionArgumentClause::Where(_)
                | FunctionArgumentClause::Limit(_)
                | FunctionArgumentClause::OnOverflow(_)
                | FunctionArgumentClause::Having(_)
                | FunctionArgumentClause::Separator(_)
                | FunctionArgumentClause::JsonNullClause(_)
                | FunctionArgumentClause::JsonReturningClause(_) => {
                    return Err(PlanError::unsupported("this clause of a function call", 0));
                }
            }
        }
        out.push(Node::Word(")"));
        Ok(())
    }

    /// Arguments with commas between, without the brackets.
    pub(super) fn function_args(
        &mut self,
        args: &[FunctionArg],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Nodes, PlanError> {
        let mut items = Vec::with_capacity(args.len());
        for arg in args {
            let mut item = Vec::new();
            match arg {
                FunctionArg::Unnamed(value) => self.function_arg(value, place, scope, &mut item)?,
                FunctionArg::Named { name, arg, operator } => {
                    let (name, at) = self.ident(name)?;
                    item.push(Node::Name { name, at });
                    item.push(Node::Word(match operator {
                        FunctionArgOperator::RightArrow => "=>",
                        FunctionArgOperator::Assignment => ":=",
                        FunctionArgOperator::Equals
                        | FunctionArgOperator::Colon
                        | FunctionArgOperator::Value
                        | FunctionArgOperator::Space => {
                            return Err(PlanError::unsupported("this argument notation", at));
                        }
                    }));
                    self.function_arg(arg, place, scope, &mut item)?;
                }
                FunctionArg::ExprNamed { .. } => return Err(PlanError::unsupported("this argument notation", 0)),
            }
            items.push(item);
        }
        Ok(comma_separated(items))
    }

    fn function_arg(
        &mut self,
        arg: &FunctionArgExpr,
        place: Place,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        match arg {
            FunctionArgExpr::Expr(Expr::Identifier(ident)) if ident.quote_style.is_none() && ident.value == "*" => {
                Err(PlanError::unsupported("this argument", 0))
            }
            FunctionArgExpr::Expr(expr) => self.expr_at(place, expr, scope, out),
            FunctionArgExpr::Wildcard => {
                out.push(Node::Word("*"));
                Ok(())
            }
            FunctionArgExpr::QualifiedWildcard(name) => {
                let (alias, at) = self.single(name, "the qualifier of *")?;
                self.qualified_wildcard(&alias, at, scope, out)
            }
            FunctionArgExpr::WildcardWithOptions(_) => Err(PlanError::unsupported("* with options", 0)),
        }
    }

    pub(super) fn order_by_exprs(&mut self, exprs: &[OrderByExpr], scope: &Scope<'_>) -> Result<Nodes, PlanError> {
        let mut items = Vec::with_capacity(exprs.len());
        for OrderByExpr { expr, options, with_fill } in exprs {
            absent(with_fill.is_none(), "WITH FILL")?;
            // Output names are seen by bare names only, not inside expressions.
            let bare = matches!(expr, Expr::Identifier(_)) || scope.outputs.is_empty();
            // What is sorted by is compared, not shown.
            self.place = Place::Compared;
            let mut item = if bare {
                self.boxed(expr, scope)?
            } else {
                let inner = Scope { outputs: Vec::new(), ..scope.clone() };
                self.boxed(expr, &inner)?
            };
            let OrderByOptions { sort, nulls_first } = options;
            match sort {
                None => {}
                Some(OrderBySort::Asc) => item.push(Node::Word("ASC")),
                Some(OrderBySort::Desc) => item.push(Node::Word("DESC")),
                Some(OrderBySort::Using(_)) => return Err(PlanError::unsupported("ORDER BY ... USING", 0)),
            }
            match nulls_first {
                None => {}
                Some(true) => item.extend([Node::Word("NULLS"), Node::Word("FIRST")]),
                Some(false) => item.extend([Node::Word("NULLS"), Node::Word("LAST")]),
            }
            items.push(item);
        }
        Ok(comma_separated(items))
    }

    fn window(&mut self, spec: &WindowSpec, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = spec;
        out.push(Node::Word("("));
        if let Some(ident) = window_name {
            let (name, at) = self.ident(ident)?;
            out.push(Node::Name { name, at });
        }
        if !partition_by.is_empty() {
            out.extend([Node::Word("PARTITION"), Node::Word("BY")]);
            out.extend(self.exprs(partition_by, scope)?);
        }
        if !order_by.is_empty() {
            out.extend([Node::Word("ORDER"), Node::Word("BY")]);
            out.extend(self.order_by_exprs(order_by, scope)?);
        }
        if let Some(WindowFrame { units, start_bound, end_bound }) = window_frame {
            out.push(Node::Word(match units {
                WindowFrameUnits::Rows => "ROWS",
                WindowFrameUnits::Range => "RANGE",
                WindowFrameUnits::Groups => "GROUPS",
            }));
            match end_bound {
                None => self.frame_bound(start_bound, scope, out)?,
                Some(end) => {
                    out.push(Node::Word("BETWEEN"));
                    self.frame_bound(start_bound, scope, out)?;
                    out.push(Node::Word("AND"));
                    self.frame_bound(end, scope, out)?;
                }
            }
        }
        out.push(Node::Word(")"));
        Ok(())
    }

    fn frame_bound(&mut self, bound: &WindowFrameBound, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let (distance, side) = match bound {
            WindowFrameBound::CurrentRow => {
                out.extend([Node::Word("CURRENT"), Node::Word("ROW")]);
                return Ok(());
            }
            WindowFrameBound::Preceding(distance) => (distance, "PRECEDING"),
            WindowFrameBound::Following(distance) => (distance, "FOLLOWING"),
        };
        match distance {
            None => out.push(Node::Word("UNBOUNDED")),
            Some(distance) => self.expr(distance, scope, out)?,
        }
        out.push(Node::Word(side));
        Ok(())
    }

    /// `WINDOW w AS (...)`.
    pub(super) fn named_windows(
        &mut self,
        windows: &[NamedWindowDefinition],
        scope: &Scope<'_>,
    ) -> Result<Nodes, PlanError> {
        let mut items = Vec::with_capacity(windows.len());
        for NamedWindowDefinition(ident, window) in windows {
            let (name, at) = self.ident(ident)?;
            let mut item = vec![Node::Name { name, at }, Node::Word("AS")];
            match window {
                NamedWindowExpr::WindowSpec(spec) => self.window(spec, scope, &mut item)?,
                NamedWindowExpr::NamedWindow(_) => {
                    return Err(PlanError::unsupported("a window named by a window", at));
                }
            }
            items.push(item);
        }
        Ok(comma_separated(items))
    }
}
