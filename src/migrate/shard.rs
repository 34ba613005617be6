//! One shard: its lock, its files, its catalog.
//!
//! In: a connection of the release role and the schema files. Out: the files applied that were not yet. Invariants: the
//! shard's advisory lock is held from first to last; each part of a file is one transaction with the catalog that
//! describes it; column types in the catalog are the server's own spelling. What is absent: other shards.

use tokio_postgres::{Client, Transaction};

use super::plan::{self, Concurrent, Part, PlanOptions};
use super::{MigrateError, SchemaFile, isolation, prepare, records};
use crate::catalog::{Catalog, Isolation, LeafCount, QualifiedName, Scope};
use crate::config::Secret;

/// Held while a shard is migrated: a second run waits for the first. ("orgfold" in ASCII, then 1.)
const LOCK: i64 = 0x6f72_6766_6f6c_6401;

/// Names without a schema are the service's `public`; a lock that is not had soon must not queue everybody behind it.
const SESSION: &str = "SET search_path = public; SET lock_timeout = '30s'; SET standard_conforming_strings = on; \
     SET check_function_bodies = on; SET client_min_messages = warning";

/// A shard to migrate.
#[derive(Clone, Debug)]
pub struct ShardTarget {
    /// Its name in messages.
    pub name: String,
    /// Its number: its lane of the identity sequences.
    pub lane: i16,
    /// Leaves of every org-scoped table, when this is its first migration.
    pub leaves: LeafCount,
    /// What keeps orgs apart.
    pub isolation: Isolation,
    /// The runtime role's password, when the role has to be made.
    pub runtime_password: Option<Secret>,
    /// What the planner must know.
    pub plan: PlanOptions,
}

impl ShardTarget {
    pub(super) fn failed(&self, doing: &'static str) -> impl Fn(tokio_postgres::Error) -> MigrateError + '_ {
        move |source| MigrateError::Shard { shard: self.name.clone(), doing, source }
    }
}

/// Applies the files that a shard does not have yet; returns their names.
///
/// Not cancel safe in the sense that a part may be half done on the server when it is dropped; that part is rolled back
/// (or, for an index built CONCURRENTLY, taken up again by the next run). The connection must not be used afterwards.
///
/// # Errors
/// [`MigrateError`]. What was applied before stays; the part that failed is rolled back.
pub async fn apply_to_shard(
    client: &mut Client,
    target: &ShardTarget,
    files: &[SchemaFile],
) -> Result<Vec<String>, MigrateError> {
    super::files::check_names(files)?;
    if target.lane < 1 || target.lane > target.plan.stride {
        return Err(MigrateError::Unfit {
            shard: target.name.clone(),
            reason: format!(
                "its number {} is not within 1 to {} ([migrate] identity_stride)",
                target.lane, target.plan.stride
            ),
        });
    }
    client.batch_execute(SESSION).await.map_err(target.failed("beginning"))?;
    // The lock is waited for as long as it takes: the other run may be building indexes.
    let wait = format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK}); SET lock_timeout = '30s'");
    client.batch_execute(&wait).await.map_err(target.failed("waiting for another run"))?;
    let applied = locked(client, target, files).await;
    let unlock = format!("SELECT pg_advisory_unlock({LOCK})");
    // Should this fail, the connection is gone and the lock with it.
    if let Err(error) = client.batch_execute(&unlock).await {
        tracing::debug!(%error, shard = target.name, "the lock could not be given back");
    }
    applied
}

async fn locked(client: &mut Client, target: &ShardTarget, files: &[SchemaFile]) -> Result<Vec<String>, MigrateError> {
    let transaction = client.transaction().await.map_err(target.failed("beginning"))?;
    prepare::prepare(&transaction, target).await?;
    first_catalog(&transaction, target).await?;
    records::prepare(&transaction, target).await?;
    transaction.commit().await.map_err(target.failed("preparing it"))?;
    check_stride(client, target).await?;
    isolation::switch(client, target).await?;
    // First all that is known to be wrong, so that a changed file stops the run before anything new is applied.
    let mut pending = Vec::new();
    for file in files {
        let done = parts_done(client, target, file).await?;
        if done < usize::MAX {
            pending.push((file, done));
        }
    }
    let mut applied = Vec::new();
    for (file, done) in pending {
        apply(client, target, file, done).await?;
        applied.push(file.name().to_owned());
    }
    Ok(applied)
}

/// Sequences of two strides would give rows of two shards the same number.
async fn check_stride(client: &Client, target: &ShardTarget) -> Result<(), MigrateError> {
    let catalog = read_catalog(client, target).await?;
    let row = client
        .query_opt(
            "SELECT s.seqincrement FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = ANY ($1) AND s.seqincrement <> $2 LIMIT 1",
            &[&catalog.schemas, &i64::from(target.plan.stride)],
        )
        .await
        .map_err(target.failed("reading its sequences"))?;
    let Some(row) = row else { return Ok(()) };
    Err(MigrateError::Unfit {
        shard: target.name.clone(),
        reason: format!(
            "its sequences have a stride of {}, [migrate] identity_stride is {}: it cannot change",
            row.get::<_, i64>(0),
            target.plan.stride
        ),
    })
}

/// How many parts of a file the shard has; `usize::MAX` when it has them all.
pub(super) async fn parts_done(
    client: &Client,
    target: &ShardTarget,
    file: &SchemaFile,
) -> Result<usize, MigrateError> {
    let row = client
        .query_opt("SELECT checksum, parts, done FROM orgfold.migration WHERE name = $1", &[&file.name()])
        .await
        .map_err(target.failed("reading its migrations"))?;
    match row {
        Some(row) if row.get::<_, String>(0) != file.checksum() => {
            Err(MigrateError::Changed { file: file.name().to_owned(), shard: target.name.clone() })
        }
        Some(row) if row.get::<_, i32>(1) == row.get::<_, i32>(2) => Ok(usize::MAX),
        Some(row) => Ok(usize::try_from(row.get::<_, i32>(2)).unwrap_or(0)),
        None => Ok(0),
    }
}

async fn apply(client: &mut Client, target: &ShardTarget, file: &SchemaFile, done: usize) -> Result<(), MigrateError> {
    let refused = |refusal| MigrateError::refused(file.name(), refusal);
    let parts = plan::parts(file.text()).map_err(refused)?;
    let catalog = read_catalog(client, target).await?;
    // All of the file is planned before any of it runs: a refusal at its end leaves nothing half done.
    let mut planned: Vec<Part> = Vec::new();
    for part in parts.iter().skip(done) {
        let base = planned.last().map_or(&catalog, |before| &before.catalog);
        planned.push(plan::plan(base, file.text(), part, &target.plan).map_err(refused)?);
    }
    let total = i32::try_from(parts.len().max(1)).unwrap_or(i32::MAX);
    if planned.is_empty() {
        planned.push(Part { concurrent: Vec::new(), steps: Vec::new(), catalog });
    }
    for (number, part) in (1_i32..).zip(&planned) {
        for index in &part.concurrent {
            build(client, target, file, index).await?;
        }
        let now = i32::try_from(done).unwrap_or(0).saturating_add(number);
        let transaction = client.transaction().await.map_err(target.failed("beginning"))?;
        let of_types = |sql: &str| {
            ["DROP TYPE", "ALTER TYPE", "DROP DOMAIN", "ALTER DOMAIN"].iter().any(|verb| sql.starts_with(verb))
        };
        if part.steps.iter().any(|(_, step)| of_types(&step.sql(target.lane))) {
            transaction
                .batch_execute("SELECT orgfold_catalog.unsettle_rows()")
                .await
                .map_err(target.failed("taking row types away"))?;
        }
        for (line, step) in &part.steps {
            let sql = step.sql(target.lane);
            transaction.batch_execute(&sql).await.map_err(|source| statement(target, file, *line, sql, source))?;
        }
        isolation::settle(&transaction, target, &part.catalog).await?;
        let mut after = part.catalog.clone();
        respell_types(&transaction, target, &mut after).await?;
        write_catalog(&transaction, target, &after).await?;
        prepare::refresh(&transaction, target).await?;
        transaction
            .execute(
                "INSERT INTO orgfold.migration (name, checksum, parts, done) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (name) DO UPDATE SET done = excluded.done, applied_at = now()",
                &[&file.name(), &file.checksum(), &total, &now],
            )
            .await
            .map_err(target.failed("recording the migration"))?;
        transaction.commit().await.map_err(target.failed("committing"))?;
    }
    Ok(())
}

fn statement(
    target: &ShardTarget,
    file: &SchemaFile,
    line: usize,
    sql: String,
    source: tokio_postgres::Error,
) -> MigrateError {
    MigrateError::Statement { file: file.name().to_owned(), line, shard: target.name.clone(), sql, source }
}

const INDEX_STATE: &str = "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2";

/// Builds an index CONCURRENTLY unless an earlier run did; what an earlier run left half built is built anew.
async fn build(
    client: &Client,
    target: &ShardTarget,
    file: &SchemaFile,
    index: &Concurrent,
) -> Result<(), MigrateError> {
    let failed = target.failed("looking at an index");
    let known = client.query_opt(INDEX_STATE, &[&index.schema, &index.name]).await.map_err(failed)?;
    if let Some(row) = known {
        if row.get::<_, bool>(0) {
            return Ok(());
        }
        let name = super::physical::relation(&QualifiedName::new(&index.schema, &index.name));
        let drop = format!("DROP INDEX CONCURRENTLY {name}");
        client.batch_execute(&drop).await.map_err(|source| statement(target, file, index.line, drop, source))?;
    }
    // It waits for every transaction older than itself, which blocks nobody and may take long.
    client.batch_execute("SET lock_timeout = 0").await.map_err(target.failed("building an index"))?;
    let built = client.batch_execute(&index.sql).await;
    built.map_err(|source| statement(target, file, index.line, index.sql.clone(), source))?;
    client.batch_execute("SET lock_timeout = '30s'").await.map_err(target.failed("building an index"))
}

async fn first_catalog(transaction: &Transaction<'_>, target: &ShardTarget) -> Result<(), MigrateError> {
    let known = transaction
        .query_opt("SELECT FROM orgfold.catalog", &[])
        .await
        .map_err(target.failed("reading its catalog"))?;
    match known {
        Some(_) => Ok(()),
        None => {
            let first = Catalog { isolation: target.isolation, ..Catalog::empty(target.leaves) };
            write_catalog(transaction, target, &first).await
        }
    }
}

pub(super) async fn write_catalog(
    transaction: &Transaction<'_>,
    target: &ShardTarget,
    catalog: &Catalog,
) -> Result<(), MigrateError> {
    let body = serde_json::to_string(catalog).map_err(|error| MigrateError::Unfit {
        shard: target.name.clone(),
        reason: format!("the catalog cannot be written: {error}"),
    })?;
    transaction
        .execute(
            "INSERT INTO orgfold.catalog (version, body) VALUES ($1, $2::text::jsonb) ON CONFLICT (only_row) \
             DO UPDATE SET version = excluded.version, body = excluded.body \
             WHERE catalog.version <> excluded.version OR catalog.body <> excluded.body",
            &[&catalog.version, &body],
        )
        .await
        .map_err(target.failed("writing its catalog"))?;
    Ok(())
}

pub(super) async fn read_catalog(client: &Client, target: &ShardTarget) -> Result<Catalog, MigrateError> {
    catalog_of(client, &target.name).await?.ok_or_else(|| MigrateError::Unfit {
        shard: target.name.clone(),
        reason: "its catalog has disappeared".to_owned(),
    })
}

/// The catalog of a shard; `None` when nothing was ever migrated to it.
///
/// Cancel safe.
///
/// # Errors
/// [`MigrateError`] when the shard fails, or holds a catalog that this version cannot read.
pub async fn catalog_of(client: &Client, shard: &str) -> Result<Option<Catalog>, MigrateError> {
    let failed = |source| MigrateError::Shard { shard: shard.to_owned(), doing: "reading its catalog", source };
    let there: bool =
        client.query_one("SELECT to_regclass('orgfold.catalog') IS NOT NULL", &[]).await.map_err(failed)?.get(0);
    if !there {
        return Ok(None);
    }
    let row = client.query_opt("SELECT body::text FROM orgfold.catalog", &[]).await.map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    serde_json::from_str(row.get(0)).map(Some).map_err(|error| MigrateError::Unfit {
        shard: shard.to_owned(),
        reason: format!("its catalog cannot be read by this version of orgfold: {error}"),
    })
}

const TYPES: &str = "SELECT n.nspname::text, c.relname::text, a.attname::text, \
     format_type(a.atttypid, a.atttypmod), a.attnotnull \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped \
     AND n.nspname = ANY ($1)";

/// The server's own words for types and NOT NULL. A table or a column that is missing there is an error of ours: the
/// transaction must not be committed.
async fn respell_types(
    transaction: &Transaction<'_>,
    target: &ShardTarget,
    catalog: &mut Catalog,
) -> Result<(), MigrateError> {
    let rows = transaction
        .query(TYPES, &[&catalog.schemas])
        .await
        .map_err(target.failed("comparing its tables with the catalog"))?;
    let mut seen = 0_usize;
    for row in rows {
        let name = QualifiedName::new(row.get(0), row.get(1));
        let Some(table) = catalog.tables.get_mut(&name) else { continue };
        let attribute: String = row.get(2);
        match table.columns.iter_mut().find(|column| column.name == attribute) {
            Some(column) => {
                column.data_type = row.get(3);
                column.not_null = row.get(4);
                seen += 1;
            }
            None if attribute == crate::catalog::ORG_COLUMN && table.scope == Scope::Org => {}
            None => return Err(disagree(target, &name, &attribute)),
        }
    }
    let wanted: usize = catalog.tables.values().map(|table| table.columns.len()).sum();
    if seen == wanted {
        return Ok(());
    }
    Err(MigrateError::Unfit {
        shard: target.name.clone(),
        reason: format!("after the migration {seen} of {wanted} columns would be there; it was rolled back"),
    })
}

fn disagree(target: &ShardTarget, table: &QualifiedName, column: &str) -> MigrateError {
    MigrateError::Unfit {
        shard: target.name.clone(),
        reason: format!("column {column} of {table} is not in the catalog; the migration was rolled back"),
    }
}
