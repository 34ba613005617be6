//! Settings that a session may change: those that change how values look or how long statements may take, and nothing
//! that changes what names mean, who runs, or what the server does for others.

use super::super::ast::forbidden_setting;
use super::super::error::PlanError;
use crate::sqlstate::SqlState;

/// Sorted. Not `cpu_operator_cost`: by it PostgreSQL asks the org's predicate before conditions of the client
/// (`rewrite/print.rs`), and at 0 in no certain order.
const ALLOWED: &[&str] = &[
    "application_name",
    "bytea_output",
    "client_encoding",
    "client_min_messages",
    "constraint_exclusion",
    "cpu_index_tuple_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "datestyle",
    "deadlock_timeout",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "enable_bitmapscan",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_memoize",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_seqscan",
    "enable_sort",
    "extra_float_digits",
    "from_collapse_limit",
    "geqo",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "intervalstyle",
    "jit",
    "join_collapse_limit",
    "lock_timeout",
    "max_parallel_workers_per_gather",
    "plan_cache_mode",
    "random_page_cost",
    "seq_page_cost",
    "statement_timeout",
    "synchronous_commit",
    "timezone",
    "timezone_abbreviations",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
    "transaction_timeout",
    "work_mem",
    "xmlbinary",
    "xmloption",
];

/// What only SHOW may name besides.
const SHOWN: &[&str] = &[
    "in_hot_standby",
    "integer_datetimes",
    "is_superuser",
    "lc_collate",
    "lc_ctype",
    "max_identifier_length",
    "max_index_keys",
    "search_path",
    "server_encoding",
    "server_version",
    "server_version_num",
    "session_authorization",
    "standard_conforming_strings",
];

/// Whether an encoding's name means UTF8: PostgreSQL reads letters and digits only (asyncpg says `'utf-8'`, with quotes).
fn is_utf8(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    name.eq_ignore_ascii_case("utf8") || name.eq_ignore_ascii_case("unicode")
}

/// Checks a setting of SET, RESET (`read` false) or SHOW (`read` true).
///
/// `standard_conforming_strings` may be "set" to `on`, which it always is: drivers do.
pub(crate) fn check_setting(name: &str, value: Option<&str>, read: bool, at: u32) -> Result<(), PlanError> {
    if ALLOWED.binary_search(&name).is_ok() {
        if name == "client_encoding"
            && let Some(value) = value
            && !is_utf8(value)
        {
            return Err(
                PlanError::new(SqlState::FEATURE_NOT_SUPPORTED, "client_encoding", "orgfold speaks UTF8 only").at(at)
            );
        }
        return Ok(());
    }
    if read && SHOWN.binary_search(&name).is_ok() {
        return Ok(());
    }
    let harmless = match (name, value) {
        ("standard_conforming_strings", Some(value)) => matches!(value, "on" | "true" | "1" | "yes"),
        ("search_path", Some(value)) => {
            // Names are found in public whatever is set: without it they would mean something else.
            value.split(',').all(|schema| matches!(schema.trim(), "public" | "$user" | "pg_catalog"))
                && value.split(',').any(|schema| schema.trim() == "public")
        }
        _ => false,
    };
    if harmless { Ok(()) } else { Err(forbidden_setting(name, at)) }
}

/// Whether a SET that [`check_setting`] let by is not to be sent: the server's value is already the one.
pub(crate) fn is_fixed(name: &str) -> bool {
    matches!(name, "standard_conforming_strings" | "search_path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_what_changes_meaning_is_refused() {
        assert!(ALLOWED.is_sorted());
        assert!(SHOWN.is_sorted());
        for bad in [
            "role",
            "session_authorization",
            "search_path",
            "row_security",
            "session_replication_role",
            "orgfold.org_id",
            "cpu_operator_cost",
        ] {
            assert!(check_setting(bad, Some("x"), false, 1).is_err(), "{bad}");
        }
        assert!(check_setting("search_path", Some("\"$user\", public"), false, 1).is_err());
        assert!(check_setting("search_path", Some("$user, public"), false, 1).is_ok());
        assert!(check_setting("search_path", Some("pg_catalog"), false, 1).is_err());
        assert!(check_setting("standard_conforming_strings", Some("off"), false, 1).is_err());
        assert!(check_setting("client_encoding", Some("SQL_ASCII"), false, 1).is_err());
        for name in ["UTF8", "'utf-8'", "Unicode"] {
            assert!(check_setting("client_encoding", Some(name), false, 1).is_ok(), "{name}");
        }
        assert!(check_setting("timezone", Some("UTC"), false, 1).is_ok());
    }
}
