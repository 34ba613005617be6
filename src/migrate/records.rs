//! The universal table: what a shard must have so that orgs can have objects of their own.
//!
//! In: a connection of the release role, in a transaction, behind the shard's first catalog. Out: the tables of
//! `sql/shard/0007_records.sql`, with as many leaves as all others, and the runtime role's privileges on them. Invariants: the
//! runtime role may read and change records in leaves; it may change metadata by `orgfold.define` alone.

use tokio_postgres::Transaction;

use super::MigrateError;
use super::files::checksum;
use super::physical::quote;
use super::shard::ShardTarget;
use crate::catalog::{LeafCount, LeafNaming, ORGFOLD_SCHEMA, QualifiedName};

const NAME: &str = "0007_records.sql";
/// The second puts references on the first.
const TEXT: &str =
    concat!(include_str!("../../sql/shard/0007_records.sql"), include_str!("../../sql/shard/0009_references.sql"));

/// The tables that are partitioned by org.
pub(super) const TABLES: [&str; 5] = ["metadata_log", "object", "pivot_reference", "record", "record_bin"];

/// Applies the file once, and settles privileges, which follow the runtime role.
pub(super) async fn prepare(transaction: &Transaction<'_>, target: &ShardTarget) -> Result<(), MigrateError> {
    let failed = target.failed("making the universal table");
    let sum = checksum(TEXT);
    let known = transaction
        .query_opt("SELECT checksum FROM orgfold.shard_file WHERE name = $1", &[&NAME])
        .await
        .map_err(&failed)?
        .map(|row| row.get::<_, String>(0));
    match known {
        Some(known) if known == sum => {}
        Some(_) => {
            return Err(MigrateError::Unfit {
                shard: target.name.clone(),
                reason: format!("it was prepared by another version of orgfold: {NAME} differs"),
            });
        }
        None => {
            // The first migration of the shard said how many leaves there are.
            let row = transaction.query_one("SELECT (body ->> 'leaves')::integer FROM orgfold.catalog", &[]);
            let leaves: i32 = row.await.map_err(&failed)?.get(0);
            let settings = format!("SET LOCAL orgfold.leaves = '{leaves}'; SET LOCAL orgfold.lane = '{}'", target.lane);
            transaction.batch_execute(&settings).await.map_err(&failed)?;
            transaction.batch_execute(TEXT).await.map_err(&failed)?;
            transaction
                .execute("INSERT INTO orgfold.shard_file (name, checksum) VALUES ($1, $2)", &[&NAME, &sum])
                .await
                .map_err(&failed)?;
        }
    }
    let runtime = quote(&target.plan.runtime_role);
    let grants = transaction
        .query_one(
            "SELECT coalesce(string_agg(format('GRANT %s ON orgfold.%I TO %s', CASE \
                 WHEN NOT c.relispartition THEN 'SELECT' \
                 WHEN p.relname = 'record' THEN 'SELECT, INSERT, UPDATE, DELETE' \
                 WHEN p.relname = 'pivot_reference' THEN 'SELECT, INSERT, DELETE' \
                 WHEN p.relname = 'record_bin' THEN 'INSERT' ELSE 'SELECT' END, c.relname, $1::text), '; '), '') \
             FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent \
             WHERE c.relnamespace = 'orgfold'::regnamespace AND c.relkind IN ('r', 'p') \
             AND (p.relname IN ('record', 'record_bin', 'object', 'pivot_reference') OR c.relname = 'metadata')",
            &[&runtime],
        )
        .await
        .map_err(&failed)?;
    transaction.batch_execute(grants.get(0)).await.map_err(&failed)?;
    let more = format!(
        "GRANT USAGE ON SEQUENCE orgfold.key_number TO {runtime}; \
         GRANT EXECUTE ON PROCEDURE orgfold.define(bigint, bigint, text, jsonb, jsonb) TO {runtime}"
    );
    transaction.batch_execute(&more).await.map_err(&failed)
}

/// All of these tables and their leaves: walls stand on them too.
pub(super) fn places(leaves: LeafCount) -> Vec<QualifiedName> {
    let naming = LeafNaming::of(leaves);
    let of = |table: &'static str| {
        let leaf = move |number| QualifiedName::new(ORGFOLD_SCHEMA, &naming.physical(table, number));
        std::iter::once(QualifiedName::new(ORGFOLD_SCHEMA, table)).chain((0..leaves.get()).map(leaf))
    };
    TABLES.into_iter().flat_map(of).collect()
}
