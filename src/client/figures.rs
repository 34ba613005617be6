//! What the library counts, through the facade `metrics` (feature `metrics`): whatever recorder the service has installed
//! exports it. Without the feature nothing is counted and nothing is paid.
//!
//! | figure | kind | labels |
//! |---|---|---|
//! | `orgfold_statements_total` | counter | `shard`, `outcome`: `done`, `failed`, `dropped` |
//! | `orgfold_statement_seconds` | histogram | `shard` |
//! | `orgfold_rows_total` | counter | `shard` |
//! | `orgfold_plans_total` | counter | `cached`: `true`, `false` |
//! | `orgfold_refusals_total` | counter | `reason`, `sqlstate` |
//! | `orgfold_retries_total` | counter | `sqlstate` |
//! | `orgfold_connection_wait_seconds` | histogram | `shard` |
//! | `orgfold_pool_connections` | gauge | `shard`, `state`: `idle`, `busy` |
//!
//! Orgs are no label: there may be a hundred thousand of them.

#[cfg(feature = "metrics")]
mod counted {
    use std::time::Duration;

    use metrics::{counter, gauge, histogram};

    use crate::error::Error;

    pub(in crate::client) fn statement(shard: &str, outcome: &'static str, took: Duration) {
        counter!("orgfold_statements_total", "shard" => shard.to_owned(), "outcome" => outcome).increment(1);
        histogram!("orgfold_statement_seconds", "shard" => shard.to_owned()).record(took);
    }

    pub(in crate::client) fn rows(shard: &str, rows: u64) {
        counter!("orgfold_rows_total", "shard" => shard.to_owned()).increment(rows);
    }

    pub(in crate::client) fn plan(cached: bool) {
        counter!("orgfold_plans_total", "cached" => if cached { "true" } else { "false" }).increment(1);
    }

    pub(in crate::client) fn refused(error: &Error) {
        let code = error.code().to_owned();
        counter!("orgfold_refusals_total", "reason" => error.reason(), "sqlstate" => code).increment(1);
    }

    pub(in crate::client) fn retried(error: &Error) {
        counter!("orgfold_retries_total", "sqlstate" => error.code().to_owned()).increment(1);
    }

    pub(in crate::client) fn waited(shard: &str, waited: Duration) {
        histogram!("orgfold_connection_wait_seconds", "shard" => shard.to_owned()).record(waited);
    }

    pub(in crate::client) fn pool(shard: &str, counts: impl FnOnce() -> (usize, usize)) {
        let (connections, idle) = counts();
        // Lossless far beyond any number of connections.
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        gauge!("orgfold_pool_connections", "shard" => shard.to_owned(), "state" => "idle").set(number(idle));
        let busy = number(connections.saturating_sub(idle));
        gauge!("orgfold_pool_connections", "shard" => shard.to_owned(), "state" => "busy").set(busy);
    }
}

#[cfg(feature = "metrics")]
pub(super) use counted::{plan, pool, refused, retried, rows, statement, waited};

#[cfg(not(feature = "metrics"))]
mod uncounted {
    use std::time::Duration;

    use crate::error::Error;

    pub(in crate::client) fn statement(_shard: &str, _outcome: &'static str, _took: Duration) {}
    pub(in crate::client) fn rows(_shard: &str, _rows: u64) {}
    pub(in crate::client) fn plan(_cached: bool) {}
    pub(in crate::client) fn refused(_error: &Error) {}
    pub(in crate::client) fn retried(_error: &Error) {}
    pub(in crate::client) fn waited(_shard: &str, _waited: Duration) {}
    pub(in crate::client) fn pool(_shard: &str, _counts: impl FnOnce() -> (usize, usize)) {}
}

#[cfg(not(feature = "metrics"))]
pub(super) use uncounted::{plan, pool, refused, retried, rows, statement, waited};
