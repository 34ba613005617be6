//! What a name in a physical text may stand for: relations, functions, types, fields.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{FuncCall, Node, RangeVar, TypeName, a_const};

use super::{Facts, Refusal, Verdict, record};
use crate::catalog::{CATALOG_SCHEMA, DefinedType, ORGFOLD_SCHEMA, QualifiedName, RECORD, ROWS_SCHEMA, Scope, Table};
use crate::plan::ast::quoted;
use crate::plan::policy::{
    FunctionClass, catalog_function, catalog_relation, check_setting, is_allowed, is_allowed_type, lookup_called,
    org_function, who,
};

/// The columns that every physical table has besides its own, and that an org may see.
pub(super) const SYSTEM_COLUMNS: [&str; 5] = ["ctid", "xmin", "xmax", "cmin", "cmax"];

/// The one it may not: it names the leaf.
pub(super) const TABLE_OID: &str = "tableoid";

/// What a relation is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The leaf asked for, of the universal table.
    Record,
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
        let physical = format!("{schemaname}.{relname}");
        let information = relname.strip_prefix("information_schema_");
        let known = catalog_relation(None, relname) == Some(&*physical)
            || information.is_some_and(|name| catalog_relation(Some("information_schema"), name) == Some(&*physical));
        return if known {
            Ok(Kind::Catalog)
        } else {
            Err(Refusal::new(format!("no stand-in is called \"{relname}\"")))
        };
    }
    if schemaname == ORGFOLD_SCHEMA {
        let asked = facts.catalog.naming().logical(relname) == Some((RECORD, facts.leaf.get()));
        return if asked { Ok(Kind::Record) } else { Err(Refusal::new(format!("\"{relname}\" is orgfold's own"))) };
    }
    let native = |table: &&Table| table.object.is_none();
    match facts.catalog.tables.get(&QualifiedName::new(schemaname, relname)).filter(native).map(|table| table.scope) {
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
        .filter(|table| table.scope == Scope::Org && table.object.is_none())
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
        ["pg_catalog", "nextval" | "currval"] => return sequence(call, facts),
        ["pg_catalog", "lastval"] => call.args.is_empty(),
        ["pg_catalog", "set_config"] => return set_config(call),
        // Of several arrays: grammar, not a function.
        ["unnest"] => call.args.len() > 1,
        ["pg_catalog", name] => is_allowed_function(name),
        [schema, name] if *schema == CATALOG_SCHEMA => {
            let text = format!("{schema}.{name}");
            is_stand_in(&text) || of_the_org(name) || (who(name).is_some() && call.args.is_empty())
        }
        ["current_schema"] | ["information_schema", "_pg_expandarray"] => true,
        [schema, name] => facts.catalog.functions.contains_key(&QualifiedName::new(schema, name)),
        [..] => false,
    };
    if known { Ok(()) } else { Err(Refusal::new(format!("function {} is not on the list", names.join(".")))) }
}

/// Whether a stand-in takes the org before its arguments.
pub(super) fn of_the_org(name: &str) -> bool {
    org_function(name).is_some()
}

/// `set_config` of a setting that SET may make, by literals alone.
fn set_config(call: &FuncCall) -> Verdict {
    let text = |node: &Node| match &node.node {
        Some(NodeEnum::AConst(constant)) => match &constant.val {
            Some(a_const::Val::Sval(text)) => Some(text.sval.clone()),
            _ => None,
        },
        _ => None,
    };
    if let [name, value, _local] = call.args.as_slice()
        && let (Some(name), Some(value)) = (text(name), text(value))
        && check_setting(&name.to_ascii_lowercase(), Some(&value), false, 0).is_ok()
    {
        return Ok(());
    }
    Err(Refusal::new("set_config of what SET may not set"))
}

/// `nextval` or `currval` of a sequence behind a column of the service's.
fn sequence(call: &FuncCall, facts: Facts<'_>) -> Verdict {
    let argument = match call.args.as_slice() {
        [Node { node: Some(NodeEnum::AConst(constant)) }] => match &constant.val {
            Some(a_const::Val::Sval(text)) => Some(text.sval.as_str()),
            _ => None,
        },
        _ => None,
    };
    let columns = facts.catalog.tables.values().flat_map(|table| &table.columns);
    let known = columns.filter_map(|column| column.sequence.as_ref()).any(|sequence| {
        let name = format!("{}.{}", quoted(&sequence.schema), quoted(&sequence.name));
        argument == Some(name.as_str())
    });
    if known { Ok(()) } else { Err(Refusal::new("a sequence that is not the service's")) }
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
        || catalog_function(name).is_some_and(|physical| physical.strip_prefix("pg_catalog.") == Some(name))
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
    let others = ["orgfold_catalog.tableoid", "orgfold_catalog.regclass_text", "orgfold_catalog.pg_typeof"];
    catalog_function(bare) == Some(text) || lookup_called(text).is_some() || others.contains(&text)
}

/// The parameter of `orgfold_catalog.regclass(CAST($1 AS pg_catalog.regclass))`: it keeps the type that it has in
/// PostgreSQL, and nothing but the stand-in gets to see it. Of an array, it is cast to text once more.
pub(super) fn looked_up_parameter(call: &FuncCall) -> Result<Option<i32>, Refusal> {
    let names = strings(&call.funcname)?;
    let Some(lookup) = lookup_called(&names.join(".")) else { return Ok(None) };
    let [argument] = call.args.as_slice() else { return Ok(None) };
    let array = names.last().is_some_and(|name| name.ends_with("_array"));
    let mut cast = argument;
    if array {
        let Some((inner, "pg_catalog.text")) = cast_of(cast)?.as_ref().map(|(inner, name)| (*inner, name.as_str()))
        else {
            return Ok(None);
        };
        cast = inner;
    }
    Ok(match cast_of(cast)? {
        Some((Node { node: Some(NodeEnum::ParamRef(parameter)) }, name)) if name == lookup.element => {
            Some(parameter.number)
        }
        Some(_) | None => None,
    })
}

fn cast_of(node: &Node) -> Result<Option<(&Node, String)>, Refusal> {
    let Some(NodeEnum::TypeCast(cast)) = &node.node else { return Ok(None) };
    Ok(match (cast.arg.as_deref(), &cast.type_name) {
        (Some(arg), Some(name)) if name.typmods.is_empty() && !name.setof && !name.pct_type => {
            Some((arg, strings(&name.names)?.join(".")))
        }
        (Some(_) | None, Some(_) | None) => None,
    })
}

/// Whether a type is one of PostgreSQL's own that the list has, or the service's.
pub(super) fn type_name(name: &TypeName, facts: Facts<'_>) -> Verdict {
    let TypeName { names, type_oid, setof, pct_type, typmods: _, typemod: _, array_bounds: _, location: _ } = name;
    let names = strings(names)?;
    let known = match names.as_slice() {
        [name] | ["pg_catalog", name] => is_allowed_type(name),
        [schema, name] if *schema == ROWS_SCHEMA => facts.catalog.has_row_type(&QualifiedName::new("public", name)),
        [schema, name] => {
            let name = QualifiedName::new(schema, name);
            let global = |table: &Table| table.scope == Scope::Global;
            facts.catalog.types.contains_key(&name) || facts.catalog.tables.get(&name).is_some_and(global)
        }
        [..] => false,
    };
    if known && *type_oid == 0 && !setof && !pct_type {
        return Ok(());
    }
    Err(Refusal::new(format!("type {} is not on the list", names.join("."))))
}

/// Whether PostgreSQL may read `x.name` as a call: harmless when the name is a column that exists or that the
/// statement makes, or a function of the list.
pub(super) fn field(name: &str, defined: &BTreeSet<String>, reads_catalogs: bool, facts: Facts<'_>) -> Verdict {
    let of_catalog =
        facts.catalog.tables.values().any(|table| table.column(name).is_some() || record::has_column(table, name))
            || facts.catalog.views.values().any(|view| view.columns.iter().any(|column| column == name))
            || facts.catalog.types.values().any(|defined| match defined {
                DefinedType::Composite { fields } => fields.iter().any(|field| field == name),
                DefinedType::Enum { labels: _ } | DefinedType::Domain { base: _ } => false,
            });
    // Fields of records that functions and ROW make: no function has such a name.
    let of_records = ["key", "value", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "n", "x", "ordinality"];
    let harmless = of_records.contains(&name) || SYSTEM_COLUMNS.contains(&name);
    if of_catalog || is_allowed_function(name) || harmless {
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
    // Columns of the catalogs that are named like functions.
    let described = [
        "query_id",
        "query_start",
        "table_cat",
        "table_catalog",
        "table_name",
        "table_schem",
        "table_schema",
        "table_type",
        "schema_name",
        "schema_owner",
    ];
    if reads_catalogs && described.contains(&name) {
        return Ok(());
    }
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
        "field",
        "greatest",
        "key",
        "least",
        "nullif",
        "object",
        "ordinality",
        "row",
        "value",
    ];
    if !looks_internal && (defined.contains(name) || implied.contains(&name) || reads_catalogs) {
        return Ok(());
    }
    Err(Refusal::new(format!("field \"{name}\" may be a call")))
}
