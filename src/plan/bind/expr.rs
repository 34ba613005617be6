//! Expressions.

use sqlparser::ast::Spanned;
use sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, CaseWhen, CeilFloorKind, DateTimeField, Expr, ExtractSyntax, Interval,
    JsonKeyUniqueness, JsonPredicateType, NormalizationForm, Subscript, TrimWhereField, TypedString, UnaryOperator,
    Value, ValueWithSpan,
};

use super::super::error::PlanError;
use super::lookup::Place;
use super::scope::Scope;
use super::tree::{FunctionName, Node};
use super::{Binder, Nodes, absent, bracketed, comma_separated, literal};
use crate::sqlstate::SqlState;

/// Stack kept free before binding goes one level deeper, and what is taken when there is less, in bytes.
const RED_ZONE: usize = 64 * 1024;
const MORE_STACK: usize = 1024 * 1024;

/// Names that PostgreSQL's grammar reads as functions without brackets.
const KEYWORD_FUNCTIONS: [&str; 12] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "system_user",
    "user",
];

/// Whether an unquoted word is such a function.
pub(super) fn is_keyword_function(name: &str) -> bool {
    KEYWORD_FUNCTIONS.contains(&name)
}

impl Binder<'_> {
    /// Binds an expression onto `out`.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.expr_level(expr, scope, out))
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr], scope: &Scope<'_>) -> Result<Nodes, PlanError> {
        self.exprs_at(Place::Mixed, exprs, scope)
    }

    pub(super) fn exprs_at(&mut self, place: Place, exprs: &[Expr], scope: &Scope<'_>) -> Result<Nodes, PlanError> {
        let mut items = Vec::with_capacity(exprs.len());
        for expr in exprs {
            self.place = place;
            items.push(self.boxed(expr, scope)?);
        }
        Ok(comma_separated(items))
    }

    pub(super) fn boxed(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Nodes, PlanError> {
        let mut nodes = Vec::new();
        self.expr(expr, scope, &mut nodes)?;
        Ok(nodes)
    }

    fn then(
        &mut self,
        expr: &Expr,
        words: &[&'static str],
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        self.expr(expr, scope, out)?;
        out.extend(words.iter().map(|word| Node::Word(word)));
        Ok(())
    }

    fn compared(
        &mut self,
        expr: &Expr,
        words: &[&'static str],
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        self.place = Place::Compared;
        self.then(expr, words, scope, out)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each of sqlparser's expressions, in its order")]
    fn expr_level(&mut self, expr: &Expr, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let place = self.take_place();
        match expr {
            Expr::Identifier(ident) => {
                let (name, at) = self.ident(ident)?;
                if ident.quote_style.is_none() {
                    if is_keyword_function(&name) {
                        out.push(Node::Function(FunctionName { schema: None, name, at, in_from: false }));
                        return Ok(());
                    }
                    if &*name == "default" {
                        out.push(Node::Word("DEFAULT"));
                        return Ok(());
                    }
                }
                self.plain_ident(ident)?;
                out.push(scope.name(&name, at)?);
                Ok(())
            }
            Expr::CompoundIdentifier(idents) => {
                let parts = idents.iter().map(|ident| self.ident(ident)).collect::<Result<Vec<_>, _>>()?;
                match parts.as_slice() {
                    [(alias, at), (name, _)] => out.push(scope.qualified(alias, name, *at)?),
                    [(schema, at), (table, _), (name, _)] => {
                        let column = scope.qualified(table, name, *at)?;
                        // The alias is what the physical statement knows; the schema was only ever part of its name.
                        out.push(Node::Logical(vec![Node::Name { name: schema.clone(), at: 0 }, Node::Word(".")]));
                        out.push(column);
                    }
                    [] | [_] | [_, _, _, _, ..] => {
                        let at = parts.first().map_or(0, |(_, at)| *at);
                        return Err(PlanError::unsupported("this column reference", at));
                    }
                }
                Ok(())
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.expr(root, scope, out)?;
                for access in access_chain {
                    self.access(access, scope, out)?;
                }
                Ok(())
            }
            Expr::IsFalse(inner) => self.then(inner, &["IS", "FALSE"], scope, out),
            Expr::IsNotFalse(inner) => self.then(inner, &["IS", "NOT", "FALSE"], scope, out),
            Expr::IsTrue(inner) => self.then(inner, &["IS", "TRUE"], scope, out),
            Expr::IsNotTrue(inner) => self.then(inner, &["IS", "NOT", "TRUE"], scope, out),
            Expr::IsNull(inner) => self.compared(inner, &["IS", "NULL"], scope, out),
            Expr::IsNotNull(inner) => self.compared(inner, &["IS", "NOT", "NULL"], scope, out),
            Expr::IsUnknown(inner) => self.then(inner, &["IS", "UNKNOWN"], scope, out),
            Expr::IsNotUnknown(inner) => self.then(inner, &["IS", "NOT", "UNKNOWN"], scope, out),
            Expr::IsDistinctFrom(left, right) => {
                self.compared(left, &["IS", "DISTINCT", "FROM"], scope, out)?;
                self.expr_at(Place::Compared, right, scope, out)
            }
            Expr::IsNotDistinctFrom(left, right) => {
                self.compared(left, &["IS", "NOT", "DISTINCT", "FROM"], scope, out)?;
                self.expr_at(Place::Compared, right, scope, out)
            }
            Expr::IsJson { expr, kind, unique_keys, negated } => {
                self.then(expr, &["IS"], scope, out)?;
                negation(*negated, out);
                out.push(Node::Word("JSON"));
                if let Some(kind) = kind {
                    out.push(Node::Word(match kind {
                        JsonPredicateType::Value => "VALUE",
                        JsonPredicateType::Scalar => "SCALAR",
                        JsonPredicateType::Array => "ARRAY",
                        JsonPredicateType::Object => "OBJECT",
                    }));
                }
                if let Some(keys) = unique_keys {
                    out.push(Node::Word(match keys {
                        JsonKeyUniqueness::WithUniqueKeys => "WITH",
                        JsonKeyUniqueness::WithoutUniqueKeys => "WITHOUT",
                    }));
                    out.extend([Node::Word("UNIQUE"), Node::Word("KEYS")]);
                }
                Ok(())
            }
            Expr::IsNormalized { expr, form, negated } => {
                self.then(expr, &["IS"], scope, out)?;
                negation(*negated, out);
                if let Some(form) = form {
                    out.push(Node::Word(match form {
                        NormalizationForm::NFC => "NFC",
                        NormalizationForm::NFD => "NFD",
                        NormalizationForm::NFKC => "NFKC",
                        NormalizationForm::NFKD => "NFKD",
                    }));
                }
                out.push(Node::Word("NORMALIZED"));
                Ok(())
            }
            Expr::InList { expr, list, negated } => {
                self.expr_at(Place::Compared, expr, scope, out)?;
                negation(*negated, out);
                out.extend([Node::Word("IN"), Node::Word("(")]);
                out.extend(self.exprs_at(Place::Compared, list, scope)?);
                out.push(Node::Word(")"));
                Ok(())
            }
            Expr::InSubquery { expr, subquery, negated } => {
                self.expr_at(Place::Compared, expr, scope, out)?;
                negation(*negated, out);
                out.push(Node::Word("IN"));
                self.place = Place::Compared;
                self.subquery(subquery, scope, out)
            }
            Expr::Between { expr, negated, low, high } => {
                self.expr(expr, scope, out)?;
                negation(*negated, out);
                out.push(Node::Word("BETWEEN"));
                self.expr(low, scope, out)?;
                out.push(Node::Word("AND"));
                self.expr(high, scope, out)
            }
            Expr::BinaryOp { left, op, right } => {
                // The left spine of a chain is walked, not recursed into: a thousand ANDs are wide, not deep.
                let mut spine = vec![(op, right)];
                let mut first = left;
                while let Expr::BinaryOp { left, op, right } = &**first {
                    spine.push((op, right));
                    first = left;
                }
                let innermost = spine.last().map_or(Place::Mixed, |(op, _)| place_of_operands(op));
                self.expr_at(innermost, first, scope, out)?;
                for (op, right) in spine.into_iter().rev() {
                    self.operator(op, out)?;
                    self.expr_at(place_of_operands(op), right, scope, out)?;
                }
                Ok(())
            }
            Expr::Like { negated, any, expr, pattern, escape_char } => {
                absent(!any, "LIKE ANY without brackets")?;
                self.pattern(expr, *negated, &["LIKE"], pattern, escape_char.as_deref(), scope, out)
            }
            Expr::ILike { negated, any, expr, pattern, escape_char } => {
                absent(!any, "ILIKE ANY without brackets")?;
                self.pattern(expr, *negated, &["ILIKE"], pattern, escape_char.as_deref(), scope, out)
            }
            Expr::SimilarTo { negated, expr, pattern, escape_char } => {
                self.pattern(expr, *negated, &["SIMILAR", "TO"], pattern, escape_char.as_deref(), scope, out)
            }
            Expr::AnyOp { left, compare_op, right, is_some } => {
                self.expr_at(place_of_operands(compare_op), left, scope, out)?;
                self.operator(compare_op, out)?;
                out.push(Node::Word(if *is_some { "SOME" } else { "ANY" }));
                self.quantified(right, place_of_operands(compare_op), scope, out)
            }
            Expr::AllOp { left, compare_op, right } => {
                self.expr_at(place_of_operands(compare_op), left, scope, out)?;
                self.operator(compare_op, out)?;
                out.push(Node::Word("ALL"));
                self.quantified(right, place_of_operands(compare_op), scope, out)
            }
            Expr::UnaryOp { op, expr } => {
                out.push(match op {
                    UnaryOperator::Not => Node::Word("NOT"),
                    UnaryOperator::Plus => operator("+"),
                    UnaryOperator::Minus => operator("-"),
                    UnaryOperator::BitwiseNot => operator("~"),
                    UnaryOperator::PGAbs => operator("@"),
                    UnaryOperator::PGCubeRoot => operator("||/"),
                    UnaryOperator::PGSquareRoot => operator("|/"),
                    UnaryOperator::AtDashAt => operator("@-@"),
                    UnaryOperator::DoubleAt => operator("@@"),
                    UnaryOperator::Hash => operator("#"),
                    UnaryOperator::QuestionDash => operator("?-"),
                    UnaryOperator::QuestionPipe => operator("?|"),
                    UnaryOperator::PGPrefixFactorial | UnaryOperator::PGPostfixFactorial | UnaryOperator::BangNot => {
                        return Err(PlanError::unsupported("this operator", self.at(expr.span())));
                    }
                });
                self.expr(expr, scope, out)
            }
            Expr::Cast { kind, expr, data_type, format } => {
                absent(format.is_none(), "CAST ... FORMAT")?;
                self.cast(kind, expr, data_type, place, scope, out)
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                self.then(timestamp, &["AT", "TIME", "ZONE"], scope, out)?;
                self.expr(time_zone, scope, out)
            }
            Expr::Extract { field, syntax, expr } => {
                absent(*syntax == ExtractSyntax::From, "EXTRACT with a comma")?;
                out.extend([Node::Word("EXTRACT"), Node::Word("(")]);
                out.push(self.time_field(field)?);
                out.push(Node::Word("FROM"));
                self.then(expr, &[")"], scope, out)
            }
            Expr::Ceil { expr, field } => self.rounding("ceil", expr, field, scope, out),
            Expr::Floor { expr, field } => self.rounding("floor", expr, field, scope, out),
            Expr::Position { expr, r#in } => {
                out.extend([Node::Word("POSITION"), Node::Word("(")]);
                self.then(expr, &["IN"], scope, out)?;
                self.then(r#in, &[")"], scope, out)
            }
            Expr::Substring { expr, substring_from, substring_for, special, shorthand } => {
                let name = if *shorthand { "substr" } else { "substring" };
                if *special {
                    out.push(builtin(name));
                    out.push(Node::Word("("));
                    self.expr(expr, scope, out)?;
                    for part in [substring_from, substring_for].into_iter().flatten() {
                        out.push(Node::Word(","));
                        self.expr(part, scope, out)?;
                    }
                } else {
                    absent(!*shorthand, "SUBSTR with FROM")?;
                    out.extend([Node::Word("SUBSTRING"), Node::Word("(")]);
                    self.expr(expr, scope, out)?;
                    for (word, part) in [("FROM", substring_from), ("FOR", substring_for)] {
                        if let Some(part) = part {
                            out.push(Node::Word(word));
                            self.expr(part, scope, out)?;
                        }
                    }
                }
                out.push(Node::Word(")"));
                Ok(())
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                out.extend([Node::Word("TRIM"), Node::Word("(")]);
                if let Some(side) = trim_where {
                    out.push(Node::Word(match side {
                        TrimWhereField::Both => "BOTH",
                        TrimWhereField::Leading => "LEADING",
                        TrimWhereField::Trailing => "TRAILING",
                    }));
                }
                if let Some(what) = trim_what {
                    self.then(what, &["FROM"], scope, out)?;
                }
                self.expr(expr, scope, out)?;
                if let Some(characters) = trim_characters {
                    out.push(Node::Word(","));
                    out.extend(self.exprs(characters, scope)?);
                }
                out.push(Node::Word(")"));
                Ok(())
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                out.extend([Node::Word("OVERLAY"), Node::Word("(")]);
                self.then(expr, &["PLACING"], scope, out)?;
                self.then(overlay_what, &["FROM"], scope, out)?;
                self.expr(overlay_from, scope, out)?;
                if let Some(length) = overlay_for {
                    out.push(Node::Word("FOR"));
                    self.expr(length, scope, out)?;
                }
                out.push(Node::Word(")"));
                Ok(())
            }
            Expr::Collate { expr, collation } => {
                self.then(expr, &["COLLATE"], scope, out)?;
                let parts = self.parts(collation)?;
                if let [(schema, at), _] = parts.as_slice()
                    && &**schema != "pg_catalog"
                {
                    return Err(PlanError::unsupported("a collation outside pg_catalog", *at));
                }
                for (i, (name, at)) in parts.into_iter().enumerate() {
                    if i > 0 {
                        out.push(Node::Word("."));
                    }
                    out.push(Node::Name { name, at });
                }
                Ok(())
            }
            Expr::Nested(inner) => {
                out.push(Node::Word("("));
                self.expr_at(place, inner, scope, out)?;
                out.push(Node::Word(")"));
                Ok(())
            }
            Expr::Value(ValueWithSpan { value, span }) => {
                let at = self.at(*span);
                let node = self.value(value, at)?;
                out.push(node);
                Ok(())
            }
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax }) => {
                absent(!uses_odbc_syntax, "ODBC syntax")?;
                let at = self.at(value.span);
                self.typed_string(data_type, &value.value, at, place, out)
            }
            Expr::Function(function) => self.function(function, place, scope, out),
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                out.push(Node::Word("CASE"));
                if let Some(operand) = operand {
                    self.expr(operand, scope, out)?;
                }
                // A CASE of one result has its type, and imposes it on nothing else.
                let one = conditions.len() == 1 && else_result.as_deref().is_none_or(is_null);
                let results = if one || place == Place::Compared { place } else { Place::Mixed };
                for CaseWhen { condition, result } in conditions {
                    out.push(Node::Word("WHEN"));
                    self.then(condition, &["THEN"], scope, out)?;
                    self.expr_at(results, result, scope, out)?;
                }
                if let Some(result) = else_result {
                    out.push(Node::Word("ELSE"));
                    self.expr_at(results, result, scope, out)?;
                }
                out.push(Node::Word("END"));
                Ok(())
            }
            Expr::Exists { subquery, negated } => {
                negation(*negated, out);
                out.push(Node::Word("EXISTS"));
                self.place = Place::Compared;
                self.subquery(subquery, scope, out)
            }
            Expr::Subquery(query) => {
                self.place = place;
                self.subquery(query, scope, out)
            }
            Expr::GroupingSets(sets) => {
                out.extend([Node::Word("GROUPING"), Node::Word("SETS")]);
                self.grouping(sets, scope, out)
            }
            Expr::Cube(sets) => {
                out.push(Node::Word("CUBE"));
                self.grouping(sets, scope, out)
            }
            Expr::Rollup(sets) => {
                out.push(Node::Word("ROLLUP"));
                self.grouping(sets, scope, out)
            }
            Expr::Tuple(items) => {
                out.push(Node::Word("("));
                out.extend(self.exprs(items, scope)?);
                out.push(Node::Word(")"));
                Ok(())
            }
            Expr::Array(Array { elem, named }) => {
                if *named {
                    out.push(Node::Word("ARRAY"));
                }
                out.push(Node::Word("["));
                let elements = if place == Place::Compared { place } else { Place::Mixed };
                out.extend(self.exprs_at(elements, elem, scope)?);
                out.push(Node::Word("]"));
                Ok(())
            }
            Expr::Interval(interval) => self.interval(interval, out),
            Expr::JsonAccess { .. }
            | Expr::InUnnest { .. }
            | Expr::RLike { .. }
            | Expr::Convert { .. }
            | Expr::Prefixed { .. }
            | Expr::Struct { .. }
            | Expr::Named { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::MatchAgainst { .. }
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..)
            | Expr::OuterJoin(_)
            | Expr::Prior(_)
            | Expr::Lambda(_)
            | Expr::MemberOf(_) => Err(PlanError::unsupported("this expression", self.at(expr.span()))),
        }
    }

    fn access(&mut self, access: &AccessExpr, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        match access {
            AccessExpr::Dot(Expr::Identifier(ident)) => {
                let (name, at) = self.ident(ident)?;
                out.extend([Node::Word("."), Node::Field { name, at }]);
                Ok(())
            }
            AccessExpr::Dot(other) => Err(PlanError::unsupported("this field access", self.at(other.span()))),
            AccessExpr::Subscript(Subscript::Index { index }) => {
                out.push(Node::Word("["));
                self.then(index, &["]"], scope, out)
            }
            AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                absent(stride.is_none(), "a slice with a stride")?;
                out.push(Node::Word("["));
                if let Some(lower) = lower_bound {
                    self.expr(lower, scope, out)?;
                }
                out.push(Node::Word(":"));
                if let Some(upper) = upper_bound {
                    self.expr(upper, scope, out)?;
                }
                out.push(Node::Word("]"));
                Ok(())
            }
        }
    }

    /// A literal or parameter; remembers the highest parameter.
    pub(super) fn value(&mut self, value: &Value, at: u32) -> Result<Node, PlanError> {
        let node = literal::value(value, at)?;
        if let Node::Param { number, .. } = &node {
            self.params = self.params.max(*number);
        }
        Ok(node)
    }

    /// The literal of a typed string: a string, nothing else.
    pub(super) fn string_value(&mut self, value: &Value, at: u32) -> Result<Node, PlanError> {
        let node = literal::value(value, at)?;
        if matches!(node, Node::Literal { text: _, at: _ }) {
            return Ok(node);
        }
        Err(PlanError::unsupported("this typed literal", at))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of LIKE")]
    fn pattern(
        &mut self,
        expr: &Expr,
        negated: bool,
        words: &[&'static str],
        pattern: &Expr,
        escape: Option<&Expr>,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        self.expr(expr, scope, out)?;
        negation(negated, out);
        out.extend(words.iter().map(|word| Node::Word(word)));
        self.expr(pattern, scope, out)?;
        if let Some(escape) = escape {
            out.push(Node::Word("ESCAPE"));
            self.expr(escape, scope, out)?;
        }
        Ok(())
    }

    fn quantified(&mut self, right: &Expr, place: Place, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        if matches!(right, Expr::Subquery(_)) {
            return self.expr_at(place, right, scope, out);
        }
        out.push(Node::Word("("));
        self.expr_at(place, right, scope, out)?;
        out.push(Node::Word(")"));
        Ok(())
    }

    fn grouping(&mut self, sets: &[Vec<Expr>], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let mut items = Vec::with_capacity(sets.len());
        for set in sets {
            match set.as_slice() {
                // `(a)` and `a` are the same set; sqlparser does not say which it was.
                [one] => {
                    let mut item = vec![Node::MaybeBracket("(")];
                    self.expr(one, scope, &mut item)?;
                    item.push(Node::MaybeBracket(")"));
                    items.push(item);
                }
                many => {
                    let mut parts = Vec::with_capacity(many.len());
                    for expr in many {
                        parts.push(self.boxed(expr, scope)?);
                    }
                    items.push(bracketed(parts));
                }
            }
        }
        out.extend(bracketed(items));
        Ok(())
    }

    fn rounding(
        &mut self,
        name: &'static str,
        expr: &Expr,
        field: &CeilFloorKind,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {}
            CeilFloorKind::DateTimeField(_) | CeilFloorKind::Scale(_) => {
                return Err(PlanError::unsupported("CEIL or FLOOR with a second argument", self.at(expr.span())));
            }
        }
        out.extend([builtin(name), Node::Word("(")]);
        self.then(expr, &[")"], scope, out)
    }

    fn time_field(&self, field: &DateTimeField) -> Result<Node, PlanError> {
        Ok(match field {
            DateTimeField::Custom(ident) => match ident.quote_style {
                Some('\'') => literal::value(&Value::SingleQuotedString(ident.value.clone()), self.at(ident.span))?,
                Some(_) | None => {
                    let (name, at) = self.ident(ident)?;
                    Node::Name { name, at }
                }
            },
            DateTimeField::Week(Some(_)) | DateTimeField::NoDateTime => {
                return Err(PlanError::unsupported("this date field", 0));
            }
            other => {
                let name = other.to_string().to_ascii_lowercase();
                if !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                    return Err(PlanError::unsupported("this date field", 0));
                }
                Node::Name { name: name.into(), at: 0 }
            }
        })
    }

    fn interval(&mut self, interval: &Interval, out: &mut Nodes) -> Result<(), PlanError> {
        let Interval { value, leading_field, leading_precision, last_field, fractional_seconds_precision } = interval;
        let Expr::Value(ValueWithSpan { value, span }) = &**value else {
            return Err(PlanError::unsupported("INTERVAL of anything but a literal", self.at(value.span())));
        };
        absent(leading_precision.is_none() && fractional_seconds_precision.is_none(), "INTERVAL with a precision")?;
        out.push(Node::Word("INTERVAL"));
        let at = self.at(*span);
        let node = self.string_value(value, at)?;
        out.push(node);
        if let Some(field) = leading_field {
            out.push(self.time_field(field)?);
        }
        if let Some(field) = last_field {
            out.push(Node::Word("TO"));
            out.push(self.time_field(field)?);
        }
        Ok(())
    }

    fn operator(&self, op: &BinaryOperator, out: &mut Nodes) -> Result<(), PlanError> {
        let text = match op {
            BinaryOperator::And => return push_word("AND", out),
            BinaryOperator::Or => return push_word("OR", out),
            BinaryOperator::Overlaps => return push_word("OVERLAPS", out),
            BinaryOperator::PGCustomBinaryOperator(parts) => return qualified_operator(parts, out),
            BinaryOperator::Custom(text) => {
                let valid = !text.is_empty()
                    && text.bytes().all(|b| b"~!@#^&|`?+-*/%<>=".contains(&b))
                    && !text.contains("--")
                    && !text.contains("/*");
                if !valid {
                    return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "malformed operator"));
                }
                text.as_str()
            }
            BinaryOperator::Plus => "+",
            BinaryOperator::Minus => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Modulo => "%",
            BinaryOperator::StringConcat => "||",
            BinaryOperator::Gt => ">",
            BinaryOperator::Lt => "<",
            BinaryOperator::GtEq => ">=",
            BinaryOperator::LtEq => "<=",
            BinaryOperator::Eq => "=",
            BinaryOperator::NotEq => "<>",
            BinaryOperator::BitwiseOr => "|",
            BinaryOperator::BitwiseAnd => "&",
            BinaryOperator::PGBitwiseXor => "#",
            BinaryOperator::PGBitwiseShiftLeft => "<<",
            BinaryOperator::PGBitwiseShiftRight => ">>",
            BinaryOperator::PGExp => "^",
            BinaryOperator::PGOverlap => "&&",
            BinaryOperator::PGRegexMatch => "~",
            BinaryOperator::PGRegexIMatch => "~*",
            BinaryOperator::PGRegexNotMatch => "!~",
            BinaryOperator::PGRegexNotIMatch => "!~*",
            BinaryOperator::PGLikeMatch => "~~",
            BinaryOperator::PGILikeMatch => "~~*",
            BinaryOperator::PGNotLikeMatch => "!~~",
            BinaryOperator::PGNotILikeMatch => "!~~*",
            BinaryOperator::PGStartsWith => "^@",
            BinaryOperator::Arrow => "->",
            BinaryOperator::LongArrow => "->>",
            BinaryOperator::HashArrow => "#>",
            BinaryOperator::HashLongArrow => "#>>",
            BinaryOperator::AtAt => "@@",
            BinaryOperator::AtArrow => "@>",
            BinaryOperator::ArrowAt => "<@",
            BinaryOperator::HashMinus => "#-",
            BinaryOperator::AtQuestion => "@?",
            BinaryOperator::Question => "?",
            BinaryOperator::QuestionAnd => "?&",
            BinaryOperator::QuestionPipe => "?|",
            BinaryOperator::DoubleHash => "##",
            BinaryOperator::LtDashGt => "<->",
            BinaryOperator::AndLt => "&<",
            BinaryOperator::AndGt => "&>",
            BinaryOperator::LtLtPipe => "<<|",
            BinaryOperator::PipeGtGt => "|>>",
            BinaryOperator::AndLtPipe => "&<|",
            BinaryOperator::PipeAndGt => "|&>",
            BinaryOperator::LtCaret => "<^",
            BinaryOperator::GtCaret => ">^",
            BinaryOperator::QuestionHash => "?#",
            BinaryOperator::QuestionDash => "?-",
            BinaryOperator::QuestionDashPipe => "?-|",
            BinaryOperator::QuestionDoublePipe => "?||",
            BinaryOperator::At => "@",
            BinaryOperator::TildeEq => "~=",
            BinaryOperator::Spaceship
            | BinaryOperator::Xor
            | BinaryOperator::BitwiseXor
            | BinaryOperator::DuckIntegerDivide
            | BinaryOperator::MyIntegerDivide
            | BinaryOperator::Match
            | BinaryOperator::Regexp
            | BinaryOperator::Glob
            | BinaryOperator::Assignment => return Err(PlanError::unsupported("this operator", 0)),
        };
        out.push(operator(text));
        Ok(())
    }
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(ValueWithSpan { value: Value::Null, span: _ }))
}

/// Comparisons show no more than whether they hold.
fn place_of_operands(op: &BinaryOperator) -> Place {
    let compares = [
        BinaryOperator::Eq,
        BinaryOperator::NotEq,
        BinaryOperator::Lt,
        BinaryOperator::LtEq,
        BinaryOperator::Gt,
        BinaryOperator::GtEq,
    ];
    if compares.contains(op) { Place::Compared } else { Place::Mixed }
}

fn push_word(word: &'static str, out: &mut Nodes) -> Result<(), PlanError> {
    out.push(Node::Word(word));
    Ok(())
}

/// `OPERATOR(pg_catalog.~)`: only PostgreSQL's own operators can be named by schema.
fn qualified_operator(parts: &[String], out: &mut Nodes) -> Result<(), PlanError> {
    let (schema, name) = match parts {
        [name] => (None, name),
        [schema, name] if schema.eq_ignore_ascii_case("pg_catalog") => (Some("pg_catalog"), name),
        _ => return Err(PlanError::unsupported("an operator outside pg_catalog", 0)),
    };
    let valid = !name.is_empty()
        && name.bytes().all(|b| b"~!@#^&|`?+-*/%<>=".contains(&b))
        && !name.contains("--")
        && !name.contains("/*");
    if !valid {
        return Err(PlanError::new(SqlState::SYNTAX_ERROR, "syntax", "malformed operator"));
    }
    out.extend([Node::Word("OPERATOR"), Node::Word("(")]);
    if schema.is_some() {
        out.extend([Node::Name { name: "pg_catalog".into(), at: 0 }, Node::Word(".")]);
    }
    out.extend([operator(name), Node::Word(")")]);
    Ok(())
}

fn negation(negated: bool, out: &mut Nodes) {
    if negated {
        out.push(Node::Word("NOT"));
    }
}

fn operator(text: &str) -> Node {
    Node::Operator(text.into())
}

fn builtin(name: &str) -> Node {
    Node::Function(FunctionName { schema: None, name: name.into(), at: 0, in_from: false })
}
