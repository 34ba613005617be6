//! Stand-ins for system catalogs: which physical relation, function or type answers for which of PostgreSQL's.
//!
//! In: a name that a statement uses. Out: the physical name of its stand-in, or `None`, which refuses it. Invariants: the
//! stand-ins are made by `sql/shard/0002_catalog_views.sql` and the files after it, in the schema `orgfold_catalog`; they
//! show the service's own tables and nothing of orgfold's. What is absent: the server's catalogs themselves.

use super::super::bind::TypeName;

/// Pairs of a name and the same name with something before it.
macro_rules! named {
    ($before:literal: $($name:literal)*) => { &[$(($name, concat!($before, $name))),*] };
}

macro_rules! lookup {
    ($name:literal) => {
        Lookup {
            element: concat!("pg_catalog.", $name),
            of_one: concat!("orgfold_catalog.", $name),
            of_many: concat!("orgfold_catalog.", $name, "_array"),
        }
    };
}

type Pairs = &'static [(&'static str, &'static str)];

/// Relations of `pg_catalog`, sorted.
#[rustfmt::skip]
const RELATIONS: Pairs = named!["orgfold_catalog.":
    "pg_aggregate" "pg_am" "pg_amop" "pg_amproc" "pg_attrdef" "pg_attribute" "pg_auth_members"
    "pg_available_extension_versions" "pg_available_extensions" "pg_cast" "pg_class" "pg_collation" "pg_constraint"
    "pg_conversion" "pg_cursors" "pg_database" "pg_db_role_setting" "pg_default_acl" "pg_depend" "pg_description"
    "pg_enum" "pg_event_trigger" "pg_extension" "pg_foreign_data_wrapper" "pg_foreign_server" "pg_foreign_table"
    "pg_group" "pg_index" "pg_indexes" "pg_inherits" "pg_init_privs" "pg_language" "pg_largeobject_metadata"
    "pg_locks" "pg_matviews" "pg_namespace" "pg_opclass" "pg_operator" "pg_opfamily" "pg_partitioned_table"
    "pg_policies" "pg_policy" "pg_prepared_statements" "pg_prepared_xacts" "pg_proc" "pg_publication"
    "pg_publication_namespace" "pg_publication_rel" "pg_publication_tables" "pg_range" "pg_replication_origin"
    "pg_replication_slots" "pg_rewrite" "pg_roles" "pg_rules" "pg_seclabel" "pg_seclabels" "pg_sequence"
    "pg_sequences" "pg_settings" "pg_shdepend" "pg_shdescription" "pg_shseclabel" "pg_stat_activity"
    "pg_stat_all_indexes" "pg_stat_all_tables" "pg_stat_archiver" "pg_stat_bgwriter" "pg_stat_database"
    "pg_stat_progress_vacuum" "pg_stat_replication" "pg_stat_ssl" "pg_stat_sys_tables" "pg_stat_user_functions"
    "pg_stat_user_indexes" "pg_stat_user_tables" "pg_statio_all_indexes" "pg_statio_all_sequences"
    "pg_statio_all_tables" "pg_statio_user_indexes" "pg_statio_user_sequences" "pg_statio_user_tables" "pg_statistic"
    "pg_statistic_ext" "pg_stats" "pg_stats_ext" "pg_subscription" "pg_subscription_rel" "pg_tables" "pg_tablespace"
    "pg_timezone_abbrevs" "pg_timezone_names" "pg_transform" "pg_trigger" "pg_ts_config" "pg_ts_config_map"
    "pg_ts_dict" "pg_ts_parser" "pg_ts_template" "pg_type" "pg_user" "pg_user_mapping" "pg_user_mappings" "pg_views"
];

/// Relations of `information_schema`, sorted.
#[rustfmt::skip]
const INFORMATION: Pairs = named!["orgfold_catalog.information_schema_":
    "administrable_role_authorizations" "applicable_roles" "attributes" "character_sets"
    "check_constraint_routine_usage" "check_constraints" "collation_character_set_applicability" "collations"
    "column_column_usage" "column_domain_usage" "column_options" "column_privileges" "column_udt_usage" "columns"
    "constraint_column_usage" "constraint_table_usage" "data_type_privileges" "domain_constraints" "domain_udt_usage"
    "domains" "element_types" "enabled_roles" "foreign_data_wrapper_options" "foreign_data_wrappers"
    "foreign_server_options" "foreign_servers" "foreign_table_options" "foreign_tables"
    "information_schema_catalog_name" "key_column_usage" "parameters" "referential_constraints" "role_column_grants"
    "role_routine_grants" "role_table_grants" "role_udt_grants" "role_usage_grants" "routine_column_usage"
    "routine_privileges" "routine_routine_usage" "routine_sequence_usage" "routine_table_usage" "routines" "schemata"
    "sequences" "sql_features" "sql_implementation_info" "sql_parts" "sql_sizing" "table_constraints"
    "table_privileges" "tables" "transforms" "triggered_update_columns" "triggers" "udt_privileges"
    "usage_privileges" "user_defined_types" "user_mapping_options" "user_mappings" "view_column_usage"
    "view_routine_usage" "view_table_usage" "views"
];

/// Functions of `pg_catalog` whose stand-in has their name, sorted.
#[rustfmt::skip]
const FUNCTIONS: Pairs = named!["orgfold_catalog.":
    "acldefault" "aclexplode" "col_description" "current_database" "current_setting" "format_type" "has_any_column_privilege"
    "has_column_privilege" "has_database_privilege" "has_function_privilege" "has_language_privilege"
    "has_schema_privilege" "has_sequence_privilege" "has_table_privilege" "has_type_privilege" "obj_description"
    "pg_column_is_updatable" "pg_database_size" "pg_function_is_visible" "pg_get_constraintdef" "pg_get_expr"
    "pg_get_function_arg_default" "pg_get_function_arguments" "pg_get_function_identity_arguments"
    "pg_get_function_result" "pg_get_function_sqlbody" "pg_get_functiondef" "pg_get_indexdef"
    "pg_get_partition_constraintdef" "pg_get_partkeydef" "pg_get_ruledef" "pg_get_serial_sequence"
    "pg_get_statisticsobjdef" "pg_get_statisticsobjdef_columns" "pg_get_triggerdef" "pg_get_userbyid" "pg_get_viewdef"
    "pg_has_role" "pg_index_column_has_property" "pg_index_has_property" "pg_indexes_size" "pg_is_in_recovery"
    "pg_is_other_temp_schema" "pg_my_temp_schema" "pg_partition_ancestors" "pg_relation_is_publishable"
    "pg_relation_is_updatable" "pg_relation_size" "pg_sequence_last_value" "pg_table_is_visible" "pg_table_size"
    "pg_tablespace_location" "pg_tablespace_size" "pg_total_relation_size" "pg_type_is_visible" "row_security_active"
    "shobj_description" "to_regclass" "to_regnamespace" "to_regproc" "to_regprocedure" "to_regtype"
];

/// Functions that tell of nothing but what their arguments name, and nothing that belongs to orgs: themselves, sorted.
#[rustfmt::skip]
const HARMLESS: Pairs = named!["pg_catalog.":
    "current_schemas" "getdatabaseencoding" "pg_char_to_encoding" "pg_collation_is_visible"
    "pg_conversion_is_visible" "pg_encoding_max_length" "pg_encoding_to_char" "pg_indexam_has_property"
    "pg_opclass_is_visible" "pg_operator_is_visible" "pg_opfamily_is_visible" "pg_options_to_table"
    "pg_statistics_obj_is_visible" "pg_ts_config_is_visible" "pg_ts_dict_is_visible" "pg_ts_parser_is_visible"
    "pg_ts_template_is_visible"
];

/// Functions whose stand-in takes the org before their own arguments: locks, channels and records are the org's own. Sorted.
#[rustfmt::skip]
const OF_THE_ORG: Pairs = named!["orgfold_catalog.":
    "pg_advisory_xact_lock" "pg_advisory_xact_lock_shared" "pg_notify" "pg_try_advisory_xact_lock"
    "pg_try_advisory_xact_lock_shared" "related"
];

/// Words that ask for the role or the database, and the calls that answer. Sorted.
const WHO: Pairs = &[
    ("current_catalog", "orgfold_catalog.\"current_catalog\"()"),
    ("current_role", "orgfold_catalog.\"current_role\"()"),
    ("current_user", "orgfold_catalog.\"current_user\"()"),
    ("session_user", "orgfold_catalog.\"session_user\"()"),
    ("user", "orgfold_catalog.\"user\"()"),
];

/// A type whose input looks names up in the catalogs, and the stand-ins for casts to it and to arrays of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lookup {
    pub(crate) element: &'static str,
    pub(crate) of_one: &'static str,
    pub(crate) of_many: &'static str,
}

/// Types that have a [`Lookup`], sorted.
const TYPES: &[(&str, Lookup)] = &[
    ("regclass", lookup!("regclass")),
    ("regnamespace", lookup!("regnamespace")),
    ("regproc", lookup!("regproc")),
    ("regprocedure", lookup!("regprocedure")),
    ("regrole", lookup!("regrole")),
    ("regtype", lookup!("regtype")),
];

fn find(list: Pairs, name: &str) -> Option<&'static str> {
    let at = list.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    list.get(at).map(|(_, physical)| *physical)
}

/// The physical relation that stands in for a system catalog, named plainly or in its schema.
pub(crate) fn catalog_relation(schema: Option<&str>, name: &str) -> Option<&'static str> {
    match schema {
        None | Some("pg_catalog") => find(RELATIONS, name),
        Some("information_schema") => find(INFORMATION, name),
        Some(_) => None,
    }
}

/// The physical function that stands in for one of PostgreSQL's.
pub(crate) fn catalog_function(name: &str) -> Option<&'static str> {
    [FUNCTIONS, HARMLESS].into_iter().find_map(|list| find(list, name))
}

/// The physical function that takes the org first, and then what one of PostgreSQL's takes.
pub(crate) fn org_function(name: &str) -> Option<&'static str> {
    find(OF_THE_ORG, name)
}

/// The physical call for a word that asks for the role or the database.
pub(crate) fn who(word: &str) -> Option<&'static str> {
    find(WHO, word)
}

/// Beginnings of stand-ins that neither show nor take the name of a role or a database.
const SILENT: [&str; 9] = [
    "pg_advisory_",
    "pg_notify",
    "pg_try_advisory_",
    "pg_typeof",
    "regclass",
    "regnamespace",
    "regproc",
    "regtype",
    "tableoid",
];

/// Whether a physical text may show who asks: most stand-ins do.
pub(crate) fn asks_who(physical: &str) -> bool {
    const STAND_IN: &str = "orgfold_catalog.";
    physical.match_indices(STAND_IN).any(|(at, _)| {
        let name = physical.get(at + STAND_IN.len()..).unwrap_or("");
        !SILENT.iter().any(|other| name.starts_with(other))
    })
}

/// How a cast to a type of PostgreSQL's is looked up, when its input looks names up.
pub(crate) fn lookup_type(name: &TypeName) -> Option<Lookup> {
    let name = name.builtin()?;
    let at = TYPES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    TYPES.get(at).map(|(_, lookup)| *lookup)
}

/// The lookup whose stand-in is called so.
#[cfg(feature = "grammar")]
pub(crate) fn lookup_called(physical: &str) -> Option<Lookup> {
    TYPES.iter().map(|(_, lookup)| *lookup).find(|lookup| [lookup.of_one, lookup.of_many].contains(&physical))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        for list in [RELATIONS, INFORMATION, FUNCTIONS, HARMLESS, WHO] {
            assert!(list.is_sorted());
        }
        assert!(TYPES.is_sorted_by(|(a, _), (b, _)| a < b));
        let mut all: Vec<&str> = [FUNCTIONS, HARMLESS].concat().iter().map(|(name, _)| *name).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] != two[1]), "a function is in two lists");
        assert!(all.iter().all(|name| super::super::is_allowed(name).is_none()));
    }

    #[test]
    fn what_has_no_stand_in_is_not_known() {
        assert_eq!(catalog_relation(None, "pg_class"), Some("orgfold_catalog.pg_class"));
        assert_eq!(
            catalog_relation(Some("information_schema"), "tables"),
            Some("orgfold_catalog.information_schema_tables")
        );
        assert_eq!(catalog_relation(None, "tables"), None);
        assert_eq!(catalog_relation(Some("public"), "pg_class"), None);
        for hidden in [
            "pg_authid",
            "pg_shadow",
            "pg_largeobject",
            "pg_file_settings",
            "pg_hba_file_rules",
            "shown",
            "declared_view",
        ] {
            assert_eq!(catalog_relation(Some("pg_catalog"), hidden), None, "{hidden}");
        }
        for refused in [
            "pg_read_file",
            "set_config",
            "pg_describe_object",
            "pg_identify_object",
            "pg_stat_get_activity",
            "query_to_xml",
        ] {
            assert_eq!(catalog_function(refused), None, "{refused}");
        }
    }
}
