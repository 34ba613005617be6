//! Values of the types that look names up: `regclass`, `regtype` and their like.
//!
//! In: casts to them and calls that return them. Out: calls of stand-ins, which know what the org may see. Invariants: such
//! a value never meets another expression whose type it could impose: PostgreSQL would read the `'16501'` of
//! `COALESCE(NULL::regclass, '16501')` as a relation of its own and print its name, and no stand-in would be asked. So it
//! may stand where it is alone or only compared; anywhere else it must be cast to `text` or `oid`, or is refused.

use super::super::ast::tree::{Cast, Ident, Lookup, Piece, Place};
use super::super::error::PlanError;
use super::super::policy::{self, lookup_type};
use super::scope::Scope;
use super::tree::{FunctionName, Node, TypeName};
use super::{Binder, Nodes, named};

/// Functions that return values of these types.
const RETURNING: [&str; 6] =
    ["pg_typeof", "to_regclass", "to_regnamespace", "to_regproc", "to_regprocedure", "to_regtype"];

/// What a `regclass` prints where the org has objects: the server knows none of them.
const SHOWN: &str = "orgfold_catalog.regclass_text";

/// Whether a cast of a value follows that gives its text.
pub(super) fn is_text_next(rest: &[Piece]) -> bool {
    let text = |name: &TypeName| matches!(name.builtin(), Some("text" | "varchar" | "name"));
    matches!(rest, [Piece::Word("::", _), Piece::Type(name), ..] if text(name))
}

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
    /// Binds a cast to one of these types.
    /// `shown`: as it prints.
    pub(super) fn lookup(
        &mut self,
        lookup: &Lookup,
        shown: bool,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let Lookup { form, operand, name, place } = lookup;
        let inner = self.bound(operand, scope)?;
        let param = matches!(inner.as_slice(), [Node::Param { number: _, at: _ }]);
        let mut call = checked(name, settled(place), inner, param)?;
        if shown && self.catalog.private.is_some() && name.builtin() == Some("regclass") && name.suffix.is_empty() {
            call.insert(0, Node::Physical(vec![Node::Word(SHOWN), Node::Word("(")]));
            call.push(Node::Physical(vec![Node::Word(")")]));
        }
        let target = Node::Type(name.clone());
        match form {
            Cast::Call => {
                out.push(Node::Logical(vec![Node::Word("CAST"), Node::Word("(")]));
                out.extend(call);
                out.push(Node::Logical(vec![Node::Word("AS"), target, Node::Word(")")]));
            }
            Cast::Colons => {
                out.extend(call);
                out.push(Node::Logical(vec![Node::Word("::"), target]));
            }
            Cast::Typed => {
                out.push(Node::Logical(vec![target]));
                out.extend(call);
            }
        }
        Ok(())
    }

    /// Whether an expression that is this call shows a `regclass` of an org that has objects.
    pub(super) fn shows_lookup(&self, function: &FunctionName) -> bool {
        self.catalog.private.is_some()
            && function.builtin() == Some("to_regclass")
            && settled(&function.place) == Settled::Alone
    }

    /// Such a call, as its value prints.
    pub(super) fn shown_lookup(&mut self, call: &[Piece], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        out.push(Node::Physical(vec![Node::Word(SHOWN), Node::Word("(")]));
        self.pieces(call, scope, out)?;
        out.push(Node::Physical(vec![Node::Word(")")]));
        Ok(())
    }

    /// `alias.tableoid` of a catalog, which a stand-in does not have: the oid of the catalog itself.
    pub(super) fn tableoid(physical: &str, parts: [&Ident; 2], out: &mut Nodes) {
        let [alias, name] = parts;
        let catalog = physical.rsplit('.').next().unwrap_or(physical);
        let text = format!("'pg_catalog.{catalog}'").into();
        out.push(Node::Logical(vec![named(alias), Node::Word("."), named(name)]));
        out.push(Node::Physical(vec![
            Node::Word("orgfold_catalog.tableoid"),
            Node::Word("("),
            Node::Literal { text, at: 0 },
            Node::Word(")"),
        ]));
    }

    /// A function that returns such a value stands only where one may.
    pub(super) fn check_place(name: &FunctionName) -> Result<(), PlanError> {
        if !name.builtin().is_some_and(|name| RETURNING.contains(&name)) {
            return Ok(());
        }
        match (name.in_from, settled(&name.place)) {
            (false, Settled::Alone | Settled::Compared) => Ok(()),
            (true, _) | (false, Settled::Mixed) => Err(misplaced(&name.name, name.at)),
        }
    }
}

/// What PostgreSQL calls an output column that is a lookup, maybe cast further: the call of a stand-in would be called after
/// the stand-in. `None`: it is none.
pub(super) fn output_name(expr: &[Piece]) -> Option<Box<str>> {
    match expr {
        [Piece::Lookup(lookup)] => Some(name_of(lookup).unwrap_or_else(|| short_name(&lookup.name))),
        [Piece::Lookup(lookup), .., Piece::Type(last)]
            if expr.iter().skip(1).all(|piece| matches!(piece, Piece::Word("::", _) | Piece::Type(_))) =>
        {
            Some(name_of(lookup).unwrap_or_else(|| short_name(last)))
        }
        [
            Piece::Word("CAST", _),
            Piece::Word("(", _),
            inner @ ..,
            Piece::Word("AS", _),
            Piece::Type(last),
            Piece::Word(")", _),
        ] => {
            let [.., Piece::Lookup(lookup)] = inner else { return None };
            output_name(inner).map(|_| name_of(lookup).unwrap_or_else(|| short_name(last)))
        }
        [Piece::Word("(", _), inner @ .., Piece::Word(")", _)] => output_name(inner),
        [..] => None,
    }
}

/// The name of what is looked up, when it has one that outlives casts.
fn name_of(lookup: &Lookup) -> Option<Box<str>> {
    match lookup.operand.as_slice() {
        [Piece::Column { parts, output: _ }] => parts.last().map(|part| part.name.clone()),
        [Piece::Function(function), ..] => Some(function.name.clone()),
        [Piece::Lookup(inner)] => name_of(inner),
        [..] => None,
    }
}

fn short_name(name: &TypeName) -> Box<str> {
    match &*name.name {
        "bigint" => "int8".into(),
        "int" | "integer" => "int4".into(),
        "character varying" | "char varying" => "varchar".into(),
        own => own.into(),
    }
}

/// A [`Place`] that needs no more asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    Mixed,
    Alone,
    Compared,
}

fn settled(place: &Place) -> Settled {
    match place {
        Place::Mixed => Settled::Mixed,
        Place::Alone => Settled::Alone,
        Place::Compared => Settled::Compared,
        Place::Argument(function) => {
            let lends =
                |name| LENDING.contains(&name) || name == "pg_typeof" || policy::catalog_function(name).is_some();
            if function.builtin().is_some_and(lends) { Settled::Alone } else { Settled::Mixed }
        }
    }
}

/// The call of a stand-in. A parameter keeps the type that it has in PostgreSQL.
fn checked(name: &TypeName, place: Settled, inner: Nodes, param: bool) -> Result<Nodes, PlanError> {
    let Some(policy::Lookup { element, of_one, of_many }) = lookup_type(name) else {
        return Err(PlanError::internal(format!("type {} has no stand-in", name.name)));
    };
    let (function, array) = match (&*name.suffix, place) {
        ("", Settled::Alone | Settled::Compared) => (of_one, false),
        // What `unnest` or `||` would make of an array is no longer alone.
        ("[]", Settled::Compared) => (of_many, true),
        (_, Settled::Mixed | Settled::Alone | Settled::Compared) => return Err(misplaced(&name.name, name.at)),
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
