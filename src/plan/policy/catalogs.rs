//! Stand-ins for system catalogs: which physical relation or function answers for which of PostgreSQL's.
//!
//! The stand-ins are made by `sql/shard/0002_catalog_views.sql` in the schema `orgfold_catalog`; they show the service's
//! own tables and nothing of orgfold's. What has none is refused.

/// Relations of `pg_catalog` that have a stand-in, sorted.
const RELATIONS: &[(&str, &str)] = &[
    ("pg_am", "orgfold_catalog.pg_am"),
    ("pg_attrdef", "orgfold_catalog.pg_attrdef"),
    ("pg_attribute", "orgfold_catalog.pg_attribute"),
    ("pg_auth_members", "orgfold_catalog.pg_auth_members"),
    ("pg_class", "orgfold_catalog.pg_class"),
    ("pg_collation", "orgfold_catalog.pg_collation"),
    ("pg_constraint", "orgfold_catalog.pg_constraint"),
    ("pg_database", "orgfold_catalog.pg_database"),
    ("pg_description", "orgfold_catalog.pg_description"),
    ("pg_enum", "orgfold_catalog.pg_enum"),
    ("pg_extension", "orgfold_catalog.pg_extension"),
    ("pg_foreign_server", "orgfold_catalog.pg_foreign_server"),
    ("pg_foreign_table", "orgfold_catalog.pg_foreign_table"),
    ("pg_index", "orgfold_catalog.pg_index"),
    ("pg_inherits", "orgfold_catalog.pg_inherits"),
    ("pg_language", "orgfold_catalog.pg_language"),
    ("pg_namespace", "orgfold_catalog.pg_namespace"),
    ("pg_partitioned_table", "orgfold_catalog.pg_partitioned_table"),
    ("pg_policy", "orgfold_catalog.pg_policy"),
    ("pg_proc", "orgfold_catalog.pg_proc"),
    ("pg_publication", "orgfold_catalog.pg_publication"),
    ("pg_publication_namespace", "orgfold_catalog.pg_publication_namespace"),
    ("pg_publication_rel", "orgfold_catalog.pg_publication_rel"),
    ("pg_range", "orgfold_catalog.pg_range"),
    ("pg_rewrite", "orgfold_catalog.pg_rewrite"),
    ("pg_roles", "orgfold_catalog.pg_roles"),
    ("pg_sequence", "orgfold_catalog.pg_sequence"),
    ("pg_statistic_ext", "orgfold_catalog.pg_statistic_ext"),
    ("pg_tables", "orgfold_catalog.pg_tables"),
    ("pg_trigger", "orgfold_catalog.pg_trigger"),
    ("pg_type", "orgfold_catalog.pg_type"),
];

/// Functions of `pg_catalog` that have a stand-in, sorted.
const FUNCTIONS: &[(&str, &str)] = &[
    ("col_description", "orgfold_catalog.col_description"),
    ("current_database", "orgfold_catalog.current_database"),
    ("current_schemas", "orgfold_catalog.current_schemas"),
    ("obj_description", "orgfold_catalog.obj_description"),
    ("pg_encoding_to_char", "orgfold_catalog.pg_encoding_to_char"),
    ("pg_function_is_visible", "orgfold_catalog.is_visible"),
    ("pg_get_constraintdef", "orgfold_catalog.pg_get_constraintdef"),
    ("pg_get_expr", "orgfold_catalog.pg_get_expr"),
    ("pg_get_function_arguments", "orgfold_catalog.pg_get_function_arguments"),
    ("pg_get_function_result", "orgfold_catalog.pg_get_function_result"),
    ("pg_get_indexdef", "orgfold_catalog.pg_get_indexdef"),
    ("pg_get_statisticsobjdef_columns", "orgfold_catalog.no_text"),
    ("pg_get_triggerdef", "orgfold_catalog.no_text"),
    ("pg_get_userbyid", "orgfold_catalog.pg_get_userbyid"),
    ("pg_get_viewdef", "orgfold_catalog.no_text"),
    ("pg_partition_ancestors", "orgfold_catalog.pg_partition_ancestors"),
    ("pg_relation_is_publishable", "orgfold_catalog.is_visible"),
    ("pg_table_is_visible", "orgfold_catalog.pg_table_is_visible"),
    ("pg_table_size", "orgfold_catalog.no_size"),
    ("pg_total_relation_size", "orgfold_catalog.no_size"),
    ("pg_type_is_visible", "orgfold_catalog.is_visible"),
];

fn find(list: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let at = list.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    list.get(at).map(|(_, physical)| *physical)
}

/// The function that shows, as text, what a cast of an oid to this type shows.
pub(crate) fn catalog_cast(type_name: &str) -> Option<&'static str> {
    match type_name {
        "regclass" => Some("orgfold_catalog.regclass"),
        "regtype" => Some("orgfold_catalog.regtype"),
        "regnamespace" => Some("orgfold_catalog.regnamespace"),
        _other => None,
    }
}

/// The physical relation that stands in for a system catalog, named plainly or in `pg_catalog`.
pub(crate) fn catalog_relation(schema: Option<&str>, name: &str) -> Option<&'static str> {
    match schema {
        None | Some("pg_catalog") => find(RELATIONS, name),
        Some(_) => None,
    }
}

/// The physical function that stands in for one of PostgreSQL's.
pub(crate) fn catalog_function(name: &str) -> Option<&'static str> {
    find(FUNCTIONS, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CATALOG_SCHEMA;

    #[test]
    fn the_lists_are_sorted_and_lead_to_the_schema_of_stand_ins() {
        for list in [RELATIONS, FUNCTIONS] {
            assert!(list.is_sorted());
            assert!(list.iter().all(|(_, physical)| physical.starts_with(&format!("{CATALOG_SCHEMA}."))));
        }
        assert_eq!(catalog_relation(Some("public"), "pg_class"), None);
        assert_eq!(catalog_relation(Some("pg_catalog"), "pg_authid"), None);
    }
}
