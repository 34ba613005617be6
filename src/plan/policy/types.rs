//! PostgreSQL's own types that statements may name. Absent: those whose input looks names up in the real catalogs
//! (`regclass`, `regproc`, ...; `catalogs.rs` has their stand-ins), pseudo-types, and what only the server uses. Operators,
//! collations and text search configurations are nobody's.

/// Sorted.
const ALLOWED: &[&str] = &[
    "bigint",
    "bit",
    "bit varying",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "char",
    "char varying",
    "character",
    "character varying",
    "cid",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "dec",
    "decimal",
    "double precision",
    "float",
    "float4",
    "float8",
    "inet",
    "int",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "real",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regoper",
    "regoperator",
    "smallint",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "unknown",
    "uuid",
    "varbit",
    "varchar",
    "xid",
    "xid8",
    "xml",
];

/// Whether statements may name the type.
pub(crate) fn is_allowed(name: &str) -> bool {
    ALLOWED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_knows_no_catalog_types() {
        assert!(ALLOWED.is_sorted());
        for bad in ["regclass", "regproc", "regprocedure", "regrole", "record", "cstring", "internal", "pg_class"] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
