//! The functions that statements may call: by list, `functions.txt`, never by what is forbidden.

use std::sync::LazyLock;

const LIST: &str = include_str!("functions.txt");

/// What kind of function it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionClass {
    /// One value from its arguments.
    Scalar,
    /// One value from many rows.
    Aggregate,
    /// Needs OVER.
    Window,
    /// Returns rows.
    SetReturning,
    /// Works on a sequence: known, but only the binder could say whose it is.
    Sequence,
}

static FUNCTIONS: LazyLock<Vec<(&'static str, FunctionClass)>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (name, class) = line.split_once(' ')?;
        let class = match class {
            "scalar" => FunctionClass::Scalar,
            "aggregate" => FunctionClass::Aggregate,
            "window" => FunctionClass::Window,
            "set" => FunctionClass::SetReturning,
            "sequence" => FunctionClass::Sequence,
            // A line that says something else allows nothing; the test below finds it.
            _unknown => return None,
        };
        Some((name, class))
    };
    LIST.lines().filter(|text| !text.starts_with('#')).filter_map(line).collect()
});

/// What the list says of a name; `None` when it is not on it.
pub(crate) fn is_allowed(name: &str) -> Option<FunctionClass> {
    let functions = &*FUNCTIONS;
    let at = functions.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    functions.get(at).map(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_whole() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(FUNCTIONS.len(), lines, "a line is malformed");
        assert!(FUNCTIONS.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn what_reaches_outside_the_statement_is_not_on_it() {
        for name in [
            "query_to_xml",
            "table_to_xml",
            "cursor_to_xml",
            "database_to_xml",
            "ts_stat",
            "ts_rewrite",
            "set_config",
            "current_setting",
            "pg_read_file",
            "pg_ls_dir",
            "lo_import",
            "lo_get",
            "dblink",
            "pg_terminate_backend",
            "pg_advisory_lock",
            "pg_stat_get_activity",
            "pg_relation_size",
            "to_regclass",
            "has_table_privilege",
            "pg_get_viewdef",
            "current_query",
            "setseed",
            "txid_current",
            "pg_export_snapshot",
            "pg_notify",
            "satisfies_hash_partition",
            "inet_server_addr",
            "pg_sequence_last_value",
        ] {
            assert_eq!(is_allowed(name), None, "{name}");
        }
        assert_eq!(is_allowed("count"), Some(FunctionClass::Aggregate));
        assert_eq!(is_allowed("lag"), Some(FunctionClass::Window));
        assert_eq!(is_allowed("unnest"), Some(FunctionClass::SetReturning));
        assert_eq!(is_allowed("nextval"), Some(FunctionClass::Sequence));
    }
}
