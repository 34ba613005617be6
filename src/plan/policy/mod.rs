//! 3c may it run: [`Bound`] -> [`Permit`].
//!
//! In: a bound statement. Out: a [`Permit`], the only thing that rewrite takes, or a refusal. Invariants: functions and
//! types are allowed by list, never denied by list; settings likewise. What is absent: DDL, which `ast` refuses by its
//! first word, and names, which bind resolved.

mod catalogs;
mod functions;
mod settings;
mod types;

#[cfg(feature = "grammar")]
pub(crate) use catalogs::lookup_called;
pub(crate) use catalogs::{Lookup, asks_who, catalog_function, catalog_relation, lookup_type, org_function, who};
pub(crate) use functions::{FunctionClass, is_allowed};
pub(crate) use settings::{check_setting, is_fixed};
#[cfg(feature = "grammar")]
pub(crate) use types::is_allowed as is_allowed_type;

use super::ast::is_value_function;
use super::bind::{Bound, FunctionName, Node, Relation, RelationKind, TypeName};
use super::error::PlanError;
use crate::catalog::{Catalog, QualifiedName, ROWS_SCHEMA, Scope};
use crate::sqlstate::SqlState;

/// A bound statement that may run.
#[derive(Debug)]
pub(crate) struct Permit {
    bound: Bound,
}

impl Permit {
    /// Judges every function, field and type of a statement.
    pub(crate) fn try_new(bound: Bound, catalog: &Catalog) -> Result<Permit, PlanError> {
        check(bound.nodes(), catalog)?;
        Ok(Permit { bound })
    }

    pub(crate) fn bound(&self) -> &Bound {
        &self.bound
    }
}

fn check(nodes: &[Node], catalog: &Catalog) -> Result<(), PlanError> {
    for node in nodes {
        match node {
            Node::Function(name) => check_function(name, catalog)?,
            Node::Field { name, at } => check_field(name, *at, catalog)?,
            Node::Type(name) => check_type(name, catalog)?,
            Node::Physical(inner) => check(inner, catalog)?,
            Node::Relation(Relation { kind, alias: _, logical: _, alias_columns, sample }) => {
                check(alias_columns, catalog)?;
                check(sample, catalog)?;
                match kind {
                    RelationKind::View { query, columns: _ } => check(query, catalog)?,
                    RelationKind::Org { table: _, columns: _ }
                    | RelationKind::Leaf { table: _ }
                    | RelationKind::Global { table: _ }
                    | RelationKind::Catalog { physical: _ }
                    | RelationKind::Cte => {}
                }
            }
            // What is only compared with the client's words is never sent.
            Node::Logical(_)
            | Node::Word(_)
            | Node::Keyword(_, _)
            | Node::Operator(_, _)
            | Node::Name { name: _, at: _ }
            | Node::Column { qualifier: _, implied: _, name: _, at: _ }
            | Node::WholeRow { .. }
            | Node::Literal { text: _, at: _ }
            | Node::Param { number: _, at: _ }
            | Node::Target { table: _, alias: _, logical: _ }
            | Node::CopyTarget { table: _ }
            | Node::Channel { name: _, at: _ }
            | Node::OrgPredicate { alias: _ }
            | Node::ObjectPredicate { alias: _, id: _ }
            | Node::Slot { .. }
            | Node::OrgColumn
            | Node::OrgColumnOf { alias: _ }
            | Node::OrgValue
            | Node::LeafIndex { base: _, logical: _, at: _ } => {}
        }
    }
    Ok(())
}

/// How a permitted function is written in the physical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionForm<'a> {
    /// A word of the grammar (`COALESCE`, `CURRENT_DATE`): never quoted, never qualified.
    Grammar,
    /// PostgreSQL's own, in `pg_catalog`.
    Builtin,
    /// Orgfold's stand-in for one of PostgreSQL's.
    StandIn(&'static str),
    /// The service's own, in its schema.
    Service(&'a str),
}

/// Words that the grammar reads as functions.
const GRAMMAR: [&str; 8] = ["array", "coalesce", "exists", "greatest", "grouping", "least", "nullif", "row"];

/// How a function is written, or `None` when it is not permitted.
pub(crate) fn function_form<'a>(name_of: &FunctionName, catalog: &'a Catalog) -> Option<FunctionForm<'a>> {
    let FunctionName { schema, name, at: _, in_from: _, place: _ } = name_of;
    let value = is_value_function(name) && &**name != "system_user";
    if schema.is_none()
        && let Some(call) = who(name)
    {
        return Some(FunctionForm::StandIn(call));
    }
    if schema.is_none() && (value || GRAMMAR.contains(&&**name)) {
        return Some(FunctionForm::Grammar);
    }
    if let Some(name) = name_of.builtin() {
        if let Some(physical) = catalog_function(name).or_else(|| org_function(name)) {
            return Some(FunctionForm::StandIn(physical));
        }
        match is_allowed(name) {
            Some(FunctionClass::Sequence) | None => {}
            Some(
                FunctionClass::Scalar | FunctionClass::Aggregate | FunctionClass::Window | FunctionClass::SetReturning,
            ) => return Some(FunctionForm::Builtin),
        }
    }
    // What JDBC asks for: it computes, and looks nothing up.
    if schema.as_deref() == Some("information_schema") && &**name == "_pg_expandarray" {
        return Some(FunctionForm::StandIn("information_schema._pg_expandarray"));
    }
    let key = QualifiedName::new(schema.as_deref().unwrap_or("public"), name);
    catalog.functions.get_key_value(&key).map(|(key, _)| FunctionForm::Service(&key.schema))
}

fn check_function(name: &FunctionName, catalog: &Catalog) -> Result<(), PlanError> {
    if function_form(name, catalog).is_some() {
        return Ok(());
    }
    Err(PlanError::new(
        SqlState::INSUFFICIENT_PRIVILEGE,
        "forbidden_function",
        format!("permission denied for function {}", name.name),
    )
    .at(name.at)
    .hint("functions are allowed by list: add the service's own to [functions] allow, or create it with `orgfold migrate`"))
}

/// `(expression).name` may be a field or, to PostgreSQL, a call of a function of that name: it must be harmless as both.
fn check_field(name: &str, at: u32, catalog: &Catalog) -> Result<(), PlanError> {
    let looks_internal =
        ["pg_", "lo_", "ts_", "txid_", "query_", "table_", "schema_", "database_", "cursor_", "dblink"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
    let sequence = matches!(is_allowed(name), Some(FunctionClass::Sequence));
    let is_function = matches!(
        is_allowed(name),
        Some(FunctionClass::Scalar | FunctionClass::Aggregate | FunctionClass::Window | FunctionClass::SetReturning)
    );
    let is_column = catalog.tables.values().any(|table| table.column(name).is_some())
        || catalog.types.values().any(|defined| match defined {
            crate::catalog::DefinedType::Composite { fields } => fields.iter().any(|field| field == name),
            crate::catalog::DefinedType::Enum { labels: _ } | crate::catalog::DefinedType::Domain { base: _ } => false,
        });
    // Fields of records that functions return.
    let well_known = ["key", "value", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "n", "x", "ordinality"];
    if is_function || (!looks_internal && !sequence && (is_column || well_known.contains(&name))) {
        return Ok(());
    }
    Err(PlanError::new(
        SqlState::INSUFFICIENT_PRIVILEGE,
        "forbidden_field",
        format!("permission denied for field \"{name}\""),
    )
    .at(at)
    .hint("PostgreSQL reads (x).name as a call of the function name too: only fields of known types and allowed functions may be named"))
}

fn check_type(name: &TypeName, catalog: &Catalog) -> Result<(), PlanError> {
    let TypeName { schema, name: base, suffix: _, at, custom: _ } = name;
    if type_schema(name, catalog).is_some() {
        return Ok(());
    }
    let shown = schema.as_deref().map_or_else(|| base.to_string(), |schema| format!("{schema}.{base}"));
    Err(PlanError::new(
        SqlState::UNDEFINED_OBJECT,
        "forbidden_type",
        format!("type \"{shown}\" does not exist, or is not allowed"),
    )
    .at(*at))
}

/// The schema of a permitted type: `Some(None)` for PostgreSQL's own, `None` when it is not permitted.
pub(crate) fn type_schema<'a>(name: &TypeName, catalog: &'a Catalog) -> Option<Option<&'a str>> {
    let TypeName { schema, name: base, suffix: _, at: _, custom: _ } = name;
    if name.builtin().is_some_and(types::is_allowed) {
        return Some(None);
    }
    let key = QualifiedName::new(schema.as_deref().unwrap_or("public"), base);
    if let Some((key, _)) = catalog.types.get_key_value(&key) {
        return Some(Some(key.schema.as_str()));
    }
    if catalog.has_row_type(&key) {
        return Some(Some(ROWS_SCHEMA));
    }
    let (key, table) = catalog.tables.get_key_value(&key)?;
    (table.scope == Scope::Global).then_some(Some(key.schema.as_str()))
}
