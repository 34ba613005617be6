//! Stand-ins for system catalogs: which physical relation or function answers for which of PostgreSQL's.

/// The physical relation that stands in for a system catalog.
pub(crate) fn catalog_relation(schema: Option<&str>, name: &str) -> Option<&'static str> {
    let _ = (schema, name);
    None
}

/// The physical function that stands in for one of PostgreSQL's.
pub(crate) fn catalog_function(name: &str) -> Option<&'static str> {
    let _ = name;
    None
}
