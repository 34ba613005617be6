//! Values of the types that look names up: `regclass`, `regtype` and their like.
//!
//! In: casts to them and calls that return them. Out: calls of stand-ins, which know what the org may see. Invariants: such
//! a value never meets another expression whose type it could impose: PostgreSQL would read the `'16501'` of
//! `COALESCE(NULL::regclass, '16501')` as a relation of its own and print its name, and no stand-in would be asked. So it
//! may stand where it is alone or only compared; anywhere else it must be cast to `text` or `oid`, or is refused.

use sqlparser::ast::{CastKind, DataType, Expr, Value};

use super::super::error::PlanError;
use super::super::policy::{Lookup, lookup_type};
use super::scope::Scope;
use super::tree::{FunctionName, Node, TypeName};
use super::{Binder, Nodes};

/// What may become of an expression's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Its type may become that of other expressions.
    Mixed,
    /// Nothing else takes its type: an output column, the operand of a cast, an argument of a function that does not
    /// return its type.
    Alone,
    /// Whatever takes its type is only compared, never shown.
    Compared,
}

/// Functions that return values of these types.
const RETURNING: [&str; 6] =
    ["pg_typeof", "to_regclass", "to_regnamespace", "to_regproc", "to_regprocedure", "to_regtype"];

/// Functions of any arguments whose result is of none of their types, sorted.
const LENDING: [&str; 10] = [
    "concat",
    "concat_ws",
    "count",
    "format",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "to_json",
    "to_jsonb",
];

impl Binder<'_> {
    /// The place of the expression or query that is bound now. Whoever binds the next must say so again.
    pub(super) fn take_place(&mut self) -> Place {
        std::mem::replace(&mut self.place, Place::Mixed)
    }

    /// Binds an expression in a place.
    pub(super) fn expr_at(
        &mut self,
        place: Place,
        expr: &Expr,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        self.place = place;
        self.expr(expr, scope, out)
    }

    /// The place of a function's arguments.
    pub(super) fn place_of_arguments(name: &FunctionName) -> Place {
        let builtin = matches!(name.schema.as_deref(), None | Some("pg_catalog"));
        let lends = builtin
            && (LENDING.contains(&&*name.name)
                || &*name.name == "pg_typeof"
                || super::super::policy::catalog_function(&name.name).is_some());
        if lends { Place::Alone } else { Place::Mixed }
    }

    /// A function that returns such a value stands only where one may.
    pub(super) fn check_place(name: &FunctionName, place: Place) -> Result<(), PlanError> {
        let builtin = matches!(name.schema.as_deref(), None | Some("pg_catalog"));
        let misplaces = builtin && RETURNING.contains(&&*name.name) && (place == Place::Mixed || name.in_from);
        if misplaces { Err(misplaced(&name.name, name.at)) } else { Ok(()) }
    }

    /// `expr::type` and `CAST(expr AS type)`.
    pub(super) fn cast(
        &mut self,
        kind: &CastKind,
        expr: &Expr,
        data_type: &DataType,
        place: Place,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let name = self.data_type(data_type)?;
        let target = Node::Type(name.clone());
        let (inner, checked) = match lookup_type(&name) {
            None => {
                let mut inner = Vec::new();
                self.expr_at(Place::Alone, expr, scope, &mut inner)?;
                (inner, false)
            }
            Some(lookup) => (self.looked_up(expr, &name, lookup, place, scope)?, true),
        };
        match (kind, checked) {
            (CastKind::Cast, false) => {
                out.extend([Node::Word("CAST"), Node::Word("(")]);
                out.extend(inner);
                out.extend([Node::Word("AS"), target, Node::Word(")")]);
            }
            (CastKind::DoubleColon, false) => {
                out.extend(inner);
                out.extend([Node::Word("::"), target]);
            }
            (CastKind::Cast, true) => {
                out.push(Node::Logical(vec![Node::Word("CAST"), Node::Word("(")]));
                out.extend(inner);
                out.push(Node::Logical(vec![Node::Word("AS"), target, Node::Word(")")]));
            }
            (CastKind::DoubleColon, true) => {
                out.extend(inner);
                out.push(Node::Logical(vec![Node::Word("::"), target]));
            }
            (CastKind::TryCast | CastKind::SafeCast, _) => return Err(PlanError::unsupported("this cast", 0)),
        }
        Ok(())
    }

    /// `regclass 'invoice'`.
    pub(super) fn typed_string(
        &mut self,
        data_type: &DataType,
        value: &Value,
        at: u32,
        place: Place,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let name = self.data_type(data_type)?;
        let literal = self.string_value(value, at)?;
        match lookup_type(&name) {
            None => out.extend([Node::Type(name), literal]),
            Some(lookup) => {
                let call = checked(&name, lookup, place, vec![literal], false)?;
                out.push(Node::Logical(vec![Node::Type(name)]));
                out.extend(call);
            }
        }
        Ok(())
    }

    fn looked_up(
        &mut self,
        expr: &Expr,
        name: &TypeName,
        lookup: Lookup,
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Nodes, PlanError> {
        let mut inner = Vec::new();
        // The elements of an array are looked up as text: what they were is not asked.
        self.expr_at(Place::Alone, expr, scope, &mut inner)?;
        let param = matches!(inner.as_slice(), [Node::Param { number: _, at: _ }]);
        checked(name, lookup, place, inner, param)
    }
}

/// The call of a stand-in. A parameter keeps the type that it has in PostgreSQL.
fn checked(name: &TypeName, lookup: Lookup, place: Place, inner: Nodes, param: bool) -> Result<Nodes, PlanError> {
    let Lookup { element, of_one, of_many } = lookup;
    let (function, array) = match (&*name.suffix, place) {
        ("", Place::Alone | Place::Compared) => (of_one, false),
        // What `unnest` or `||` would make of an array is no longer alone.
        ("[]", Place::Compared) => (of_many, true),
        (_, Place::Mixed | Place::Alone | Place::Compared) => return Err(misplaced(&name.name, name.at)),
    };
    let mut before = vec![Node::Word(function), Node::Word("(")];
    let mut after = Vec::new();
    if array {
        before.extend([Node::Word("CAST"), Node::Word("(")]);
        after.extend([Node::Word("AS"), Node::Word("pg_catalog.text"), Node::Word("[]"), Node::Word(")")]);
    }
    if param {
        before.extend([Node::Word("CAST"), Node::Word("(")]);
        let mut typed = vec![Node::Word("AS"), Node::Word(element)];
        if array {
            typed.push(Node::Word("[]"));
        }
        typed.push(Node::Word(")"));
        typed.extend(after);
        after = typed;
    }
    after.push(Node::Word(")"));
    let mut nodes = vec![Node::Physical(before)];
    nodes.extend(inner);
    nodes.push(Node::Physical(after));
    Ok(nodes)
}

fn misplaced(name: &str, at: u32) -> PlanError {
    PlanError::unsupported(format!("{name} in this place"), at)
        .hint("cast the value to text or to oid where it is made")
}
