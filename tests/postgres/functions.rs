//! The list of allowed functions, held against a real server's `pg_proc`.

use crate::fleet::Fleet;

const LIST: &str = include_str!("../../src/plan/policy/functions.txt");

/// Volatile, and allowed after review: the clock, randomness, waiting.
const REVIEWED: [&str; 12] = [
    "array_sample",
    "array_shuffle",
    "clock_timestamp",
    "gen_random_uuid",
    "pg_sleep",
    "pg_sleep_for",
    "pg_sleep_until",
    "random",
    "random_normal",
    "timeofday",
    "uuidv4",
    "uuidv7",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_allowed_function_is_volatile_internal_or_a_definers() {
    let fleet = Fleet::shared().await;
    let client = fleet.shard_client(1).await;
    let names: Vec<&str> = LIST
        .lines()
        .filter(|line| !line.starts_with('#') && !line.ends_with(" sequence"))
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !REVIEWED.contains(name))
        .collect();
    let sql = "SELECT DISTINCT proname::text FROM pg_proc
               WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1)
                 AND (provolatile = 'v' OR prosecdef OR prorettype = 'internal'::regtype
                      OR 'internal'::regtype = ANY (proargtypes) OR 'cstring'::regtype = ANY (proargtypes))";
    let bad: Vec<String> = client.query(sql, &[&names]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let known = "SELECT count(DISTINCT proname) FROM pg_proc WHERE proname = ANY ($1)";
    let known: i64 = client.query_one(known, &[&names]).await.unwrap().get(0);
    assert!(known > 600, "only {known} of {} are known to this server", names.len());
}
