//! The list of allowed functions, held against a real server's `pg_proc`.

use crate::fleet::Fleet;

const LIST: &str = include_str!("../../src/plan/policy/functions.txt");

/// Volatile, and allowed after review: the clock, randomness, waiting; and what unlocks locks that no session can take.
const REVIEWED: [&str; 13] = [
    "array_sample",
    "array_shuffle",
    "clock_timestamp",
    "gen_random_uuid",
    "pg_advisory_unlock_all",
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

/// Functions that statements may not call, with reasons.
const LEFT_OUT: &str = include_str!("functions_left_out.txt");

#[tokio::test(flavor = "multi_thread")]
async fn every_function_of_this_server_was_looked_at() {
    let left_out: Vec<&str> = LEFT_OUT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let allowed: Vec<&str> =
        LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next()).collect();
    let is_left_out = |name: &str| {
        left_out.iter().any(|known| known.strip_suffix('*').map_or(*known == name, |stem| name.starts_with(stem)))
    };
    let both: Vec<&&str> = allowed.iter().filter(|name| is_left_out(name)).collect();
    assert!(both.is_empty(), "allowed and left out: {both:?}");
    let fleet = Fleet::shared().await;
    let client = fleet.shard_client(1).await;
    // Less volatile ones and what only the server itself can call: what types, operators, indexes, aggregates and
    // casts are made of.
    let sql = "WITH parts AS (
                 SELECT unnest(ARRAY[oprcode, oprrest, oprjoin]::oid[]) AS part FROM pg_operator
                 UNION SELECT amproc::oid FROM pg_amproc
                 UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze,
                                           typsubscript]::oid[]) FROM pg_type
                 UNION SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn,
                                           aggminvtransfn, aggmfinalfn]::oid[]) FROM pg_aggregate
                 UNION SELECT conproc::oid FROM pg_conversion UNION SELECT prosupport::oid FROM pg_proc
                 UNION SELECT amhandler::oid FROM pg_am UNION SELECT castfunc::oid FROM pg_cast)
               SELECT DISTINCT proname::text FROM pg_proc
               WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile <> 'v' AND oid NOT IN (SELECT part FROM parts)
                 AND NOT (proargtypes::oid[] || prorettype) && ARRAY['internal', 'cstring', 'trigger']::regtype[]::oid[]";
    let rows = client.query(sql, &[]).await.unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(names.len() > 500, "{}", names.len());
    let unknown: Vec<&String> =
        names.iter().filter(|name| !allowed.contains(&name.as_str()) && !is_left_out(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
