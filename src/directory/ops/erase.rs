//! Deletes every row of one org from its shard.
//!
//! In: the org, its shard, the release role. Out: how many rows went. Invariants: only leaves are named, each with
//! `org_id = $1`, and the leaf is the org's own; all tables go in **one** statement, because foreign keys are checked
//! when a statement ends, so that cycles and references to the same table need no order. What is absent: anything
//! when the shard was never migrated.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::catalog::{Catalog, Scope, leaf_of};
use crate::config::MigrateConfig;
use crate::directory::{DirectoryError, ShardEntry};
use crate::org::OrgId;
use crate::tls::Tls;

pub(super) async fn rows_of(
    org: OrgId,
    shard: &ShardEntry,
    release: &MigrateConfig,
    tls: &Tls,
) -> Result<u64, DirectoryError> {
    let failed = |source| DirectoryError::ShardFailed { shard: shard.name.clone(), source };
    let password = release.resolve_password()?;
    let settings = tls.applied(shard.postgres(&release.user, password.as_ref()));
    let (mut client, connection) = settings.connect(tls.clone()).await.map_err(failed)?;
    let driver = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to a shard ended");
        }
    });
    let transaction = client.transaction().await.map_err(failed)?;
    let Some(catalog) = catalog(transaction.client(), shard).await? else { return Ok(0) };
    let mut rows = 0;
    if let Some(statement) = statement(&catalog, org) {
        let counts = transaction.query_one(&statement, &[&org.get()]).await.map_err(failed)?;
        rows = u64::try_from(counts.get::<_, i64>(0)).unwrap_or(0);
    }
    // What the org defined for itself; a shard that an older orgfold migrated has no such thing.
    let objects = "SELECT to_regprocedure('orgfold.forget(bigint)') IS NOT NULL";
    if transaction.query_one(objects, &[]).await.map_err(failed)?.get(0) {
        let records = transaction.query_one("SELECT orgfold.forget($1)", &[&org.get()]).await.map_err(failed)?;
        rows += u64::try_from(records.get::<_, i64>(0)).unwrap_or(0);
    }
    transaction.commit().await.map_err(failed)?;
    drop(client);
    // The connection's end says that the server has let go of it; how it ended is logged above.
    let _ = driver.await;
    Ok(rows)
}

/// The shard's catalog; `None` when nothing was ever migrated to it.
async fn catalog(client: &Client, shard: &ShardEntry) -> Result<Option<Catalog>, DirectoryError> {
    let failed = |source| DirectoryError::ShardFailed { shard: shard.name.clone(), source };
    let row = match client.query_opt("SELECT body::text FROM orgfold.catalog ORDER BY version DESC LIMIT 1", &[]).await
    {
        Ok(row) => row,
        Err(error) => match error.code() {
            Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME) => None,
            Some(_) | None => return Err(failed(error)),
        },
    };
    let Some(row) = row else { return Ok(None) };
    let catalog = serde_json::from_str(row.get(0))
        .map_err(|error| DirectoryError::ShardCatalog { shard: shard.name.clone(), message: error.to_string() })?;
    Ok(Some(catalog))
}

/// `WITH d0 AS (DELETE FROM ONLY "public"."invoice_p07" WHERE org_id = $1 RETURNING 1), ... SELECT count(*) ...`;
/// `None` without org-scoped tables.
fn statement(catalog: &Catalog, org: OrgId) -> Option<String> {
    let leaf = leaf_of(org, catalog.leaves);
    let naming = catalog.naming();
    let mut deletes = Vec::new();
    for (name, table) in &catalog.tables {
        if table.scope == Scope::Org {
            let relation = crate::catalog::QualifiedName::new(&name.schema, &naming.physical(&name.name, leaf.get()));
            deletes.push(format!("d{} AS (DELETE FROM ONLY {relation} WHERE org_id = $1 RETURNING 1)", deletes.len()));
        }
    }
    if deletes.is_empty() {
        return None;
    }
    let counts: Vec<String> = (0..deletes.len()).map(|at| format!("(SELECT count(*) FROM d{at})")).collect();
    Some(format!("WITH {} SELECT {}", deletes.join(", "), counts.join(" + ")))
}
