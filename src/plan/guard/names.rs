//! What a name in a physical text may stand for: relations, functions, types, fields.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{AConst, FuncCall, Node, RangeVar, TypeName, a_const};

use super::{Facts, Refusal, Verdict};
use crate::catalog::{CATALOG_SCHEMA, DefinedType, QualifiedName, Scope, Table};
use crate::plan::policy::{FunctionClass, catalog_function, catalog_relation, is_allowed, is_allowed_type};

/// The columns that every physical table has besides its own.
pub(super) const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

/// What a relation is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The leaf asked for, of this table.
    Leaf(&'a Table),
    /// A global table.
    Global,
    /// A stand-in of a system catalog.
    Catalog,
    /// No schema: a CTE, if one is in scope.
    Plain(&'a str),
}

/// The text of a list of identifiers.
pub(super) fn strings(nodes: &[Node]) -> Result<Vec<&str>, Refusal> {
    let mut names = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(NodeEnum::String(string)) = &node.node else {
            return Err(Refusal::new("something other than an identifier in a name"));
        };
        names.push(string.sval.as_str());
    }
    Ok(names)
}

/// Classifies a relation; its alias is the caller's to look at.
pub(super) fn relation<'a>(var: &'a RangeVar, facts: Facts<'a>) -> Result<Kind<'a>, Refusal> {
    let RangeVar { catalogname, schemaname, relname, inh, relpersistence, alias: _, location: _ } = var;
    if !catalogname.is_empty() || !inh || relpersistence != "p" {
        return Err(Refusal::new(format!("relation \"{relname}\" in an unusual form")));
    }
    if schemaname.is_empty() {
        return Ok(Kind::Plain(relname));
    }
    if schemaname == CATALOG_SCHEMA {
        let known = catalog_relation(None, relname).is_some_and(|known| known == format!("{schemaname}.{relname}"));
        return if known {
            Ok(Kind::Catalog)
        } else {
            Err(Refusal::new(format!("no stand-in is called \"{relname}\"")))
        };
    }
    match facts.catalog.tables.get(&QualifiedName::new(schemaname, relname)).map(|table| table.scope) {
        Some(Scope::Global) => return Ok(Kind::Global),
        Some(Scope::Org) => return Err(Refusal::new(format!("\"{relname}\" is the parent of all leaves"))),
        None => {}
    }
    let (base, leaf) = facts
        .catalog
        .naming()
        .logical(relname)
        .ok_or_else(|| Refusal::new(format!("relation \"{schemaname}.{relname}\" is none of ours")))?;
    let table = facts
        .catalog
        .tables
        .get(&QualifiedName::new(schemaname, base))
        .filter(|table| table.scope == Scope::Org)
        .ok_or_else(|| Refusal::new(format!("relation \"{schemaname}.{relname}\" is no leaf of a table")))?;
    if leaf != facts.leaf.get() {
        return Err(Refusal::new(format!("\"{relname}\" is another leaf than {}", facts.leaf.get())));
    }
    Ok(Kind::Leaf(table))
}

/// Whether a call's function is one of the list's, a stand-in, or the service's.
pub(super) fn function(call: &FuncCall, facts: Facts<'_>) -> Verdict {
    let names = strings(&call.funcname)?;
    let known = match names.as_slice() {
        ["pg_catalog", name] => is_allowed_function(name),
        [schema, name] if *schema == CATALOG_SCHEMA => {
            let text = format!("{schema}.{name}");
            is_stand_in(&text)
        }
        [schema, name] => facts.catalog.functions.contains_key(&QualifiedName::new(schema, name)),
        [..] => false,
    };
    if known { Ok(()) } else { Err(Refusal::new(format!("function {} is not on the list", names.join(".")))) }
}

/// What the grammar itself turns into calls, and no client can call by a name of the list.
const OF_THE_GRAMMAR: [&str; 8] = [
    "timezone",
    "like_escape",
    "similar_to_escape",
    "pg_collation_for",
    "xmlexists",
    "is_normalized",
    "overlaps",
    "system_user",
];

fn is_allowed_function(name: &str) -> bool {
    OF_THE_GRAMMAR.contains(&name)
        || match is_allowed(name) {
            Some(
                FunctionClass::Scalar | FunctionClass::Aggregate | FunctionClass::Window | FunctionClass::SetReturning,
            ) => true,
            Some(FunctionClass::Sequence) | None => false,
        }
}

/// Stand-ins that a name of PostgreSQL's leads to, and those that casts become.
fn is_stand_in(text: &str) -> bool {
    let bare = text.rsplit('.').next().unwrap_or(text);
    let shared = ["is_visible", "no_text", "no_size"];
    catalog_function(bare) == Some(text)
        || crate::plan::policy::catalog_cast(bare) == Some(text)
        || shared.contains(&bare)
}

/// Whether a type is one of PostgreSQL's own that the list has, or the service's.
pub(super) fn type_name(name: &TypeName, facts: Facts<'_>) -> Verdict {
    let TypeName { names, type_oid, setof, pct_type, typmods: _, typemod: _, array_bounds: _, location: _ } = name;
    let names = strings(names)?;
    let known = match names.as_slice() {
        [name] | ["pg_catalog", name] => is_allowed_type(name),
        [schema, name] => facts.catalog.types.contains_key(&QualifiedName::new(schema, name)),
        [..] => false,
    };
    if known && *type_oid == 0 && !setof && !pct_type {
        return Ok(());
    }
    Err(Refusal::new(format!("type {} is not on the list", names.join("."))))
}

/// `'pg_class'::regclass`: the name of a catalog that has a stand-in, and its own oid.
pub(super) fn is_catalogs_name(arg: Option<&Node>, name: Option<&TypeName>) -> bool {
    let regclass = name.is_some_and(|name| {
        name.array_bounds.is_empty() && strings(&name.names).is_ok_and(|names| names == ["pg_catalog", "regclass"])
    });
    let text = match arg {
        Some(Node { node: Some(NodeEnum::AConst(AConst { val: Some(a_const::Val::Sval(text)), .. })) }) => &text.sval,
        _ => return false,
    };
    regclass && catalog_relation(None, text.strip_prefix("pg_catalog.").unwrap_or(text)).is_some()
}

/// Whether PostgreSQL may read `x.name` as a call: harmless when the name is a column that exists or that the
/// statement makes, or a function of the list.
pub(super) fn field(name: &str, defined: &BTreeSet<String>, reads_catalogs: bool, facts: Facts<'_>) -> Verdict {
    let of_catalog = facts.catalog.tables.values().any(|table| table.column(name).is_some())
        || facts.catalog.views.values().any(|view| view.columns.iter().any(|column| column == name))
        || facts.catalog.types.values().any(|defined| match defined {
            DefinedType::Composite { fields } => fields.iter().any(|field| field == name),
            DefinedType::Enum { labels: _ } | DefinedType::Domain { base: _ } => false,
        });
    if of_catalog || is_allowed_function(name) {
        return Ok(());
    }
    // What could be asked of one argument and does more than compute.
    let internal = [
        "pg_",
        "lo_",
        "ts_",
        "txid_",
        "query_",
        "table_",
        "schema_",
        "database_",
        "cursor_",
        "dblink",
        "binary_upgrade_",
        "has_",
        "to_reg",
        "inet_",
        "current_",
        "set_config",
        "setval",
        "nextval",
        "currval",
        "lastval",
        "setseed",
        "loread",
        "lowrite",
        "satisfies_hash_partition",
        "row_security_active",
    ];
    let looks_internal = internal.iter().any(|prefix| name.starts_with(prefix));
    // Names that PostgreSQL gives to columns that have none.
    let implied = [
        "array",
        "case",
        "coalesce",
        "column1",
        "column2",
        "column3",
        "exists",
        "greatest",
        "key",
        "least",
        "nullif",
        "ordinality",
        "row",
        "value",
    ];
    if !looks_internal && (defined.contains(name) || implied.contains(&name) || reads_catalogs) {
        return Ok(());
    }
    Err(Refusal::new(format!("field \"{name}\" may be a call")))
}
