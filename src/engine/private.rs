//! The catalogs of orgs that have objects of their own.
//!
//! In: the versions that each shard tells of, and its connection. Out: an org's [`ShardCatalog`]: the shard's, for an org
//! without objects. Invariants: a catalog is used only while its version is the last one heard of; a change of one org
//! touches no other's plans. What is absent: following (`catalogs` does), more than [`MOST_HELD`] of them at once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use tokio_postgres::{Client, SimpleQueryMessage};

use super::catalogs::{CatalogError, ShardCatalog};
use crate::catalog::{Private, Table, leaf_of};
use crate::org::OrgId;
use crate::plan::CatalogId;
use crate::route::ShardId;

/// How many are held: another is read again when it is needed.
const MOST_HELD: usize = 4_096;

const VERSIONS: &str = "SELECT org_id, version FROM orgfold.metadata";
const VERSION: &str = "SELECT version FROM orgfold.metadata WHERE org_id = $1";
const SUM: &str = "SELECT count(*), coalesce(sum(version), 0)::bigint FROM orgfold.metadata";

/// One org's, made of one of the shard's.
#[derive(Clone, Debug)]
struct Held {
    base: CatalogId,
    version: i64,
    catalog: ShardCatalog,
}

/// What a shard told of its orgs.
#[derive(Debug, Default)]
struct Versions {
    by_org: HashMap<OrgId, i64>,
    /// Those whose last known version may be an older one.
    doubtful: HashSet<OrgId>,
    client: Option<Arc<Client>>,
}

/// The orgs' own catalogs.
#[derive(Debug, Default)]
pub(super) struct PrivateCatalogs {
    versions: RwLock<HashMap<ShardId, Versions>>,
    held: RwLock<HashMap<(ShardId, OrgId), Held>>,
}

/// What is known of an org's catalog.
pub(super) enum Known {
    /// It is this.
    Here(ShardCatalog),
    /// It must be read: this is its version.
    Missing,
}

impl PrivateCatalogs {
    /// The catalog of an org on a shard that has this one.
    pub(super) fn of(&self, shard: ShardId, org: OrgId, base: ShardCatalog) -> Known {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = versions.get(&shard) else { return Known::Here(base) };
        if known.doubtful.contains(&org) {
            return Known::Missing;
        }
        let Some(version) = known.by_org.get(&org).copied() else { return Known::Here(base) };
        drop(versions);
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        match held.get(&(shard, org)) {
            Some(held) if held.base == base.id && held.version >= version => Known::Here(held.catalog.clone()),
            Some(_) | None => Known::Missing,
        }
    }

    /// A connection to the shard, and the versions of all its orgs, if those are other than what was known.
    pub(super) async fn follow(&self, shard: ShardId, client: &Arc<Client>) -> Result<(), CatalogError> {
        let Some(sum) = absent(client.query_one(SUM, &[]).await)? else { return Ok(()) };
        let (known, doubted) = {
            let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
            let versions = versions.entry(shard).or_default();
            versions.client = Some(Arc::clone(client));
            let known =
                (i64::try_from(versions.by_org.len()).unwrap_or(i64::MAX), versions.by_org.values().sum::<i64>());
            (known, !versions.doubtful.is_empty())
        };
        if known == (sum.get(0), sum.get(1)) && !doubted {
            return Ok(());
        }
        let mut by_org = HashMap::new();
        for row in client.query(VERSIONS, &[]).await? {
            if let Ok(org) = OrgId::try_new(row.get(0)) {
                by_org.insert(org, row.get(1));
            }
        }
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        let versions = versions.entry(shard).or_default();
        versions.by_org = by_org;
        versions.doubtful.clear();
        Ok(())
    }

    /// An org's objects may have changed: until its version is read again nothing is compiled for it.
    pub(super) fn doubt(&self, shard: ShardId, org: OrgId) {
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        versions.entry(shard).or_default().doubtful.insert(org);
    }

    /// An org's objects changed.
    pub(super) async fn heard(&self, shard: ShardId, org: OrgId) -> Result<(), CatalogError> {
        let client = self.client(shard).ok_or(CatalogError::Silent)?;
        let row = absent(client.query_opt(VERSION, &[&org.get()]).await)?.flatten();
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        let versions = versions.entry(shard).or_default();
        versions.doubtful.remove(&org);
        if let Some(row) = row {
            let known = versions.by_org.entry(org).or_insert(0);
            *known = row.get::<_, i64>(0).max(*known);
        }
        Ok(())
    }

    fn client(&self, shard: ShardId) -> Option<Arc<Client>> {
        self.versions.read().unwrap_or_else(PoisonError::into_inner).get(&shard)?.client.clone()
    }

    /// Reads an org's objects where they are other than those that are held, in one statement: what it sees is of one moment.
    pub(super) async fn load(&self, shard: ShardId, org: OrgId, base: &ShardCatalog) -> Result<(), CatalogError> {
        let doubtful = {
            let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
            versions.get(&shard).is_some_and(|known| known.doubtful.contains(&org))
        };
        if doubtful {
            self.heard(shard, org).await?;
            if let Known::Here(_) = self.of(shard, org, base.clone()) {
                return Ok(());
            }
        }
        let client = self.client(shard).ok_or(CatalogError::Silent)?;
        // Digits only: an `OrgId` is nothing else. Where row-level security stands, the setting lets the rows be seen.
        // The org's own leaf: the runtime role may not read the table as a whole.
        let leaf = base.catalog.naming().physical("object", leaf_of(org, base.catalog.leaves).get());
        let sql = format!(
            "SELECT pg_catalog.set_config('orgfold.org_id', '{org}', true); \
             SELECT m.version, (SELECT max(o.object_id) FROM orgfold.{leaf} o WHERE o.org_id = {org}), \
             (SELECT jsonb_agg(o.body) FROM orgfold.{leaf} o WHERE o.org_id = {org} AND o.live)::text \
             FROM orgfold.metadata m WHERE m.org_id = {org}",
            org = org.get()
        );
        let mut answer = None;
        for message in client.simple_query(&sql).await? {
            if let SimpleQueryMessage::Row(row) = message
                && row.len() == 3
            {
                answer = Some(row);
            }
        }
        let Some(row) = answer else { return Ok(()) };
        let number = |at: usize| row.get(at).and_then(|text| text.parse::<i64>().ok());
        let version = number(0).unwrap_or(0);
        let last = number(1).and_then(|last| u32::try_from(last).ok());
        let next = last.map_or(Private::NONE.next, |last| last.saturating_add(1));
        let tables: Vec<Table> = row.get(2).map_or(Ok(Vec::new()), serde_json::from_str)?;
        let catalog = Arc::new(base.catalog.with_objects(Private { version, next }, tables));
        let catalog = ShardCatalog { id: CatalogId::next(), catalog };
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_HELD {
            // Any will do: whoever needs it reads it again.
            let surplus: Vec<_> = held.keys().take(MOST_HELD / 8).copied().collect();
            surplus.iter().for_each(|key| drop(held.remove(key)));
        }
        held.insert((shard, org), Held { base: base.id, version, catalog });
        Ok(())
    }
}

/// A shard that an older orgfold migrated has no such table: nobody there has objects.
fn absent<T>(result: Result<T, tokio_postgres::Error>) -> Result<Option<T>, CatalogError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) => match error.code() {
            Some(code) if *code == tokio_postgres::error::SqlState::UNDEFINED_TABLE => Ok(None),
            Some(_) | None => Err(error.into()),
        },
    }
}
