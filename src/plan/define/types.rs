//! Types of columns: their spelling in the catalogs, and what a default of them may be.

use super::super::ast::definition::{Default, DefaultKind};
use super::super::ast::tree::TypeName;
use super::super::error::PlanError;
use crate::catalog::SlotKind;
use crate::sqlstate::SqlState;

/// A type as `format_type` spells it, if objects can have columns of it.
pub(super) fn spelled(name: &TypeName) -> Result<String, PlanError> {
    let TypeName { schema, name: base, suffix, at, custom: _ } = name;
    let unsupported = || {
        let shown = format!("type {base}{suffix} of an object's column");
        PlanError::unsupported(shown, *at)
    };
    if !matches!(schema.as_deref(), None | Some("pg_catalog")) {
        return Err(unsupported());
    }
    let plain = match &**base {
        "text" => "text",
        "varchar" | "character varying" | "char varying" => "character varying",
        "int" | "integer" | "int4" => "integer",
        "bigint" | "int8" => "bigint",
        "smallint" | "int2" => "smallint",
        "numeric" | "decimal" | "dec" => "numeric",
        "double precision" | "float8" | "float" => "double precision",
        "real" | "float4" => "real",
        "bool" | "boolean" => "boolean",
        "date" => "date",
        "time" => "time without time zone",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "interval" => "interval",
        "uuid" => "uuid",
        "jsonb" => "jsonb",
        "bytea" => "bytea",
        "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" => {
            return Err(unsupported().hint("a key that numbers itself: id text PRIMARY KEY DEFAULT new_key()"));
        }
        _other => return Err(unsupported()),
    };
    let numbers = || -> Option<Vec<i32>> {
        let inside = suffix.strip_prefix('(')?.strip_suffix(')')?;
        inside.split(',').map(|number| number.trim().parse().ok()).collect()
    };
    let spelled = match (plain, &**suffix) {
        (plain, "") => plain.to_owned(),
        ("text" | "integer", "[]") => format!("{plain}[]"),
        ("time without time zone" | "timestamp without time zone", " without time zone") => plain.to_owned(),
        ("timestamp without time zone", " with time zone") => "timestamp with time zone".to_owned(),
        ("character varying", _) => match numbers().as_deref() {
            Some([length @ 1..=10_485_760]) => format!("{plain}({length})"),
            Some(_) | None => return Err(unsupported()),
        },
        ("numeric", _) => match numbers().as_deref() {
            Some([precision @ 1..=1000]) => format!("numeric({precision},0)"),
            Some([precision @ 1..=1000, scale @ 0..=1000]) => format!("numeric({precision},{scale})"),
            Some(_) | None => return Err(unsupported()),
        },
        (_, _) => return Err(unsupported()),
    };
    if SlotKind::of_type(&spelled).is_none() { Err(unsupported()) } else { Ok(spelled) }
}

/// Whether a column of that type may have that default: what PostgreSQL would assign to it.
pub(super) fn check_default(default: &Default, data_type: &str) -> Result<(), PlanError> {
    let base = data_type.split('(').next().unwrap_or(data_type);
    let textual = matches!(base, "text" | "character varying");
    let number = matches!(base, "integer" | "bigint" | "smallint" | "numeric" | "double precision" | "real");
    let time = matches!(base, "date" | "timestamp without time zone" | "timestamp with time zone");
    let fits = match default.kind {
        DefaultKind::Null | DefaultKind::Text => true,
        DefaultKind::Number => number,
        DefaultKind::Boolean => base == "boolean",
        DefaultKind::Time => time,
        DefaultKind::Uuid => base == "uuid",
        DefaultKind::Key => textual && data_type == "text",
    };
    if fits {
        return Ok(());
    }
    let message = format!("the default {} does not fit type {data_type}", default.text);
    Err(PlanError::new(SqlState::DATATYPE_MISMATCH, "default", message).at(default.at))
}
