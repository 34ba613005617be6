//! The directory's tables -> [`Snapshot`].
//!
//! In: a connection. Out: a snapshot of one moment: every query sees the same version (REPEATABLE READ). What is
//! absent: orgs being dropped (nobody may act for them any more), retrying.

use std::collections::{BTreeSet, HashMap};

use tokio_postgres::Client;

use super::{AllowedOrgs, DdlMode, DirectoryError, OrgEntry, OrgState, RoleEntry, ShardEntry, ShardState, Snapshot};
use crate::org::{OrgId, Slug};
use crate::route::ShardId;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The directory's version now.
pub(super) async fn version(client: &Client) -> Result<i64, DirectoryError> {
    let row = client.query_one("SELECT version FROM orgfold.version", &[]).await.map_err(DirectoryError::of)?;
    Ok(row.get(0))
}

/// Everything, as of one moment.
///
/// Not cancel safe: dropped halfway, the connection is left in a transaction; callers drop the connection too.
pub(super) async fn snapshot(client: &Client) -> Result<Snapshot, DirectoryError> {
    client.batch_execute(BEGIN).await.map_err(DirectoryError::of)?;
    let read = read(client).await;
    client.batch_execute("COMMIT").await.map_err(DirectoryError::of)?;
    read
}

async fn read(client: &Client) -> Result<Snapshot, DirectoryError> {
    // Pipelined: one round trip for all.
    let (version, orgs, shards, roles, grants) = tokio::try_join!(
        version(client),
        orgs(client),
        shards(client),
        query(client, "SELECT name, verifier, login, ddl, any_org FROM orgfold.role"),
        query(
            client,
            "SELECT g.role, g.org_id FROM orgfold.role_org g JOIN orgfold.role r ON r.name = g.role WHERE NOT r.any_org"
        ),
    )?;
    let mut listed: HashMap<String, BTreeSet<OrgId>> = HashMap::new();
    for row in grants {
        listed.entry(row.get(0)).or_default().insert(OrgId::try_new(row.get(1))?);
    }
    let mut entries = Vec::with_capacity(roles.len());
    for row in roles {
        let name: String = row.get(0);
        let granted = listed.remove(&name).unwrap_or_default();
        entries.push(RoleEntry {
            verifier: row.get(1),
            login: row.get(2),
            ddl: ddl_mode(row.get(3))?,
            orgs: if row.get(4) { AllowedOrgs::Any } else { AllowedOrgs::Listed(granted) },
            name,
        });
    }
    Ok(Snapshot::new(version, orgs, shards, entries))
}

async fn query(client: &Client, sql: &str) -> Result<Vec<tokio_postgres::Row>, DirectoryError> {
    client.query(sql, &[]).await.map_err(DirectoryError::of)
}

async fn orgs(client: &Client) -> Result<Vec<OrgEntry>, DirectoryError> {
    let rows = query(
        client,
        "SELECT o.id, o.slug, o.state, p.shard_id, p.epoch FROM orgfold.org o \
         JOIN orgfold.placement p ON p.org_id = o.id WHERE o.state <> 'dropping'",
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OrgEntry {
                id: OrgId::try_new(row.get(0))?,
                slug: Slug::try_new(row.get(1)).map_err(|error| corrupt(&error))?,
                state: org_state(row.get(2))?,
                shard: ShardId::try_new(row.get(3))?,
                epoch: row.get(4),
            })
        })
        .collect()
}

pub(super) async fn shards(client: &Client) -> Result<Vec<ShardEntry>, DirectoryError> {
    let rows =
        query(client, "SELECT id, name, region, host, port, database, state FROM orgfold.shard ORDER BY id").await?;
    rows.iter()
        .map(|row| {
            Ok(ShardEntry {
                id: ShardId::try_new(row.get(0))?,
                name: row.get(1),
                region: row.get(2),
                host: row.get(3),
                port: u16::try_from(row.get::<_, i32>(4)).map_err(|error| corrupt(&error))?,
                database: row.get(5),
                state: shard_state(row.get(6))?,
            })
        })
        .collect()
}

fn corrupt(error: &dyn std::fmt::Display) -> DirectoryError {
    DirectoryError::Corrupt { what: error.to_string() }
}

/// A state that this version does not know is no state: the snapshot is refused and the last one goes on serving.
fn org_state(text: &str) -> Result<OrgState, DirectoryError> {
    match text {
        "active" => Ok(OrgState::Active),
        "suspended" => Ok(OrgState::Suspended),
        "moving" => Ok(OrgState::Moving),
        _ => Err(DirectoryError::Corrupt { what: format!("org state {text:?}") }),
    }
}

fn shard_state(text: &str) -> Result<ShardState, DirectoryError> {
    match text {
        "active" => Ok(ShardState::Active),
        "closed" => Ok(ShardState::Closed),
        _ => Err(DirectoryError::Corrupt { what: format!("shard state {text:?}") }),
    }
}

fn ddl_mode(text: &str) -> Result<DdlMode, DirectoryError> {
    match text {
        "refuse" => Ok(DdlMode::Refuse),
        "metadata" => Ok(DdlMode::Metadata),
        _ => Err(DirectoryError::Corrupt { what: format!("DDL mode {text:?}") }),
    }
}
