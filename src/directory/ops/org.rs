//! Orgs: create, suspend, resume, drop.
//!
//! In: slugs. Out: orgs with a placement. Invariants: an org's number is never given twice; a new org goes to the
//! active shard with the most room unless the operator names another; an org that is being dropped is served by
//! nobody, and stays so until its last row is gone. What is absent: moving (that is the fleet's).

use tokio_postgres::Row;

use super::{Operations, erase, or_exists};
use crate::config::Config;
use crate::directory::{DirectoryError, load};
use crate::org::{OrgId, Slug};
use crate::tls::Tls;

/// An org as operators see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrgRecord {
    /// Its number.
    pub id: OrgId,
    /// Its slug.
    pub slug: Slug,
    /// `active`, `suspended`, `moving` or `dropping`.
    pub state: String,
    /// The name of its shard.
    pub shard: String,
    /// Its placement's epoch.
    pub epoch: i64,
    /// When it was created, as ISO 8601.
    pub created_at: String,
    /// The roles that may act for it by name (roles for any org are not among them).
    pub roles: Vec<String>,
}

const SELECT: &str = "SELECT o.id, o.slug, o.state, s.name, p.epoch, \
     to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
     ARRAY(SELECT g.role FROM orgfold.role_org g WHERE g.org_id = o.id ORDER BY g.role) \
     FROM orgfold.org o JOIN orgfold.placement p ON p.org_id = o.id JOIN orgfold.shard s ON s.id = p.shard_id";

/// Fewest orgs first; among equals the oldest shard, so that the choice can be foretold.
const ROOMIEST: &str = "SELECT s.id FROM orgfold.shard s LEFT JOIN orgfold.placement p ON p.shard_id = s.id \
     WHERE s.state = 'active' GROUP BY s.id ORDER BY count(p.org_id), s.id LIMIT 1";

impl Operations {
    /// Creates an org on the named shard, or on the active shard with the fewest orgs.
    ///
    /// # Errors
    /// [`DirectoryError::OrgExists`], [`DirectoryError::InvalidSlug`], [`DirectoryError::UnknownShard`] or
    /// [`DirectoryError::NoShard`].
    pub async fn create_org(&mut self, slug: &str, shard: Option<&str>) -> Result<OrgRecord, DirectoryError> {
        let checked = Slug::try_new(slug)?;
        let change = self.change().await?;
        let home = match shard {
            Some(name) => change
                .query_opt("SELECT id FROM orgfold.shard WHERE name = $1", &[&name])
                .await
                .map_err(DirectoryError::of)?
                .ok_or_else(|| DirectoryError::UnknownShard(name.to_owned()))?,
            None => {
                change.query_opt(ROOMIEST, &[]).await.map_err(DirectoryError::of)?.ok_or(DirectoryError::NoShard)?
            }
        };
        let org = change
            .query_one("INSERT INTO orgfold.org (slug) VALUES ($1) RETURNING id", &[&checked.as_str()])
            .await
            .map_err(|error| or_exists(error, DirectoryError::OrgExists(slug.to_owned())))?;
        change
            .execute(
                "INSERT INTO orgfold.placement (org_id, shard_id) VALUES ($1, $2)",
                &[&org.get::<_, i64>(0), &home.get::<_, i16>(0)],
            )
            .await
            .map_err(DirectoryError::of)?;
        change.commit().await.map_err(DirectoryError::of)?;
        self.org(slug).await
    }

    /// Every org, by number.
    ///
    /// # Errors
    /// [`DirectoryError`] when the directory fails.
    pub async fn orgs(&self) -> Result<Vec<OrgRecord>, DirectoryError> {
        let rows = self.client.query(&format!("{SELECT} ORDER BY o.id"), &[]).await.map_err(DirectoryError::of)?;
        rows.iter().map(record).collect()
    }

    /// The org of that slug.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownOrg`].
    pub async fn org(&self, slug: &str) -> Result<OrgRecord, DirectoryError> {
        let row = self
            .client
            .query_opt(&format!("{SELECT} WHERE o.slug = $1"), &[&slug])
            .await
            .map_err(DirectoryError::of)?
            .ok_or_else(|| DirectoryError::UnknownOrg(slug.to_owned()))?;
        record(&row)
    }

    /// Refuses an org's statements from now on; its rows stay.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownOrg`]; [`DirectoryError::WrongState`] when it is moving or being dropped.
    pub async fn suspend_org(&mut self, slug: &str) -> Result<OrgRecord, DirectoryError> {
        self.set_state(slug, &["active", "suspended"], "suspended").await
    }

    /// Serves a suspended org again.
    ///
    /// # Errors
    /// As [`Operations::suspend_org`].
    pub async fn resume_org(&mut self, slug: &str) -> Result<OrgRecord, DirectoryError> {
        self.set_state(slug, &["active", "suspended"], "active").await
    }

    /// Drops an org and every row of it. Three steps, each of which can be done again after a failure: nobody serves
    /// it any more; its rows go from its shard in one transaction; the directory forgets it.
    ///
    /// Not cancel safe, but safe to call again.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownOrg`]; [`DirectoryError::ShardFailed`] when its rows could not be deleted: the org
    /// stays `dropping` and the call can be repeated.
    pub async fn drop_org(&mut self, slug: &str, config: &Config) -> Result<u64, DirectoryError> {
        let org = self.set_state(slug, &["active", "suspended", "dropping"], "dropping").await?;
        let shard = load::shards(&self.client).await?.into_iter().find(|shard| shard.name == org.shard);
        let shard = shard.ok_or_else(|| DirectoryError::UnknownShard(org.shard.clone()))?;
        let rows = erase::rows_of(org.id, &shard, &config.migrate, &Tls::new(&config.shards.tls())?).await?;
        let change = self.change().await?;
        for statement in ["DELETE FROM orgfold.placement WHERE org_id = $1", "DELETE FROM orgfold.org WHERE id = $1"] {
            change.execute(statement, &[&org.id.get()]).await.map_err(DirectoryError::of)?;
        }
        change.commit().await.map_err(DirectoryError::of)?;
        Ok(rows)
    }

    async fn set_state(&mut self, slug: &str, from: &[&str], to: &str) -> Result<OrgRecord, DirectoryError> {
        let changed = self
            .client
            .execute("UPDATE orgfold.org SET state = $3 WHERE slug = $1 AND state = ANY ($2)", &[&slug, &from, &to])
            .await
            .map_err(DirectoryError::of)?;
        let org = self.org(slug).await?;
        if changed == 1 {
            return Ok(org);
        }
        let state = if org.state == "moving" { "being moved" } else { "being dropped" };
        Err(DirectoryError::WrongState { slug: slug.to_owned(), state })
    }
}

fn record(row: &Row) -> Result<OrgRecord, DirectoryError> {
    Ok(OrgRecord {
        id: OrgId::try_new(row.get(0))?,
        slug: Slug::try_new(row.get(1)).map_err(|error| DirectoryError::Corrupt { what: error.to_string() })?,
        state: row.get(2),
        shard: row.get(3),
        epoch: row.get(4),
        created_at: row.get(5),
        roles: row.get(6),
    })
}
