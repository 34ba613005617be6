//! [`Engine`]: what library and proxy share: who is this org, where does it live, what does this text mean for it.
//!
//! In: a [`Config`]. Out: orgs' [`Target`]s and compiled plans. Invariants: an org that may not be served has no target;
//! a plan is compiled for the catalog of the org's own shard, and never used with another's. What is absent: backends
//! and rows (library and proxy have their own ways to a shard).

mod catalogs;
mod private;

pub use catalogs::ShardCatalog;

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::config::{Config, ConfigError};
use crate::directory::{Directory, DirectoryError, OrgEntry, OrgState, ShardEntry};
use crate::org::{OrgId, Slug};
use crate::plan::{
    CacheStats, CompileOptions, Definitions, Lifted, Plan, PlanCache, PlanError, compile, compile_as, lift_literals,
};
use crate::route::{Place, ShardId};
use crate::sqlstate::SqlState;
use catalogs::Catalogs;

/// How many bytes of compiled plans one instance keeps.
const PLAN_CACHE_BYTES: usize = 64 * 1024 * 1024;

/// One instance of orgfold: stateless, all it knows can be read again.
#[derive(Debug)]
pub struct Engine {
    directory: Directory,
    catalogs: Catalogs,
    plans: PlanCache,
}

/// Where an org's statements run, and what they may name there.
#[derive(Clone, Debug)]
pub struct Target {
    /// The org's name, for people.
    pub slug: Slug,
    /// Org, shard, leaf, epoch.
    pub place: Place,
    /// How to reach the shard.
    pub shard: Arc<ShardEntry>,
    /// The shard's catalog.
    pub catalog: ShardCatalog,
}

/// Why there is no target.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The config lacks something.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The directory could not be read at start.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// No org has that name (3D000).
    #[error("org \"{0}\" does not exist")]
    UnknownOrg(String),
    /// The org may not be served (28000).
    #[error("org \"{0}\" is suspended")]
    Suspended(String),
    /// The org is being moved (57P03): try again shortly.
    #[error("org \"{0}\" is being moved")]
    Moving(String),
    /// There is no shard at all, or none whose catalog is known (08001).
    #[error("no shard can be reached")]
    NoShard,
    /// The org's own objects have not been read yet (40001): try again.
    #[error("the objects of org \"{0}\" are being read")]
    Unread(String),
    /// The org's shard has not been reached yet, so its catalog is not known (08001).
    #[error("the shard of org \"{0}\" cannot be reached")]
    ShardUnknown(String),
}

impl EngineError {
    /// Its SQLSTATE.
    #[must_use]
    pub fn sqlstate(&self) -> SqlState {
        match self {
            EngineError::Config(_) => SqlState::INVALID_PARAMETER_VALUE,
            EngineError::Directory(error) => error.sqlstate(),
            EngineError::UnknownOrg(_) => SqlState::INVALID_CATALOG_NAME,
            EngineError::Unread(_) => SqlState::SERIALIZATION_FAILURE,
            EngineError::Suspended(_) => SqlState::INVALID_AUTHORIZATION,
            EngineError::Moving(_) => SqlState::CANNOT_CONNECT_NOW,
            EngineError::NoShard | EngineError::ShardUnknown(_) => SqlState::CANNOT_CONNECT,
        }
    }
}

fn servable(org: &Arc<OrgEntry>) -> Result<&Arc<OrgEntry>, EngineError> {
    let slug = || org.slug.as_str().to_owned();
    match org.state {
        OrgState::Active => Ok(org),
        OrgState::Suspended => Err(EngineError::Suspended(slug())),
        OrgState::Moving => Err(EngineError::Moving(slug())),
    }
}

impl Engine {
    /// Reads the directory and the catalog of every shard that answers, and follows both from then on. A shard that is
    /// down is tried again in the background.
    ///
    /// Cancel safe: dropped before it is done, nothing stays.
    ///
    /// # Errors
    /// [`EngineError`] when the directory cannot be read or the config is wrong.
    pub async fn connect(config: &Config) -> Result<Arc<Engine>, EngineError> {
        let directory = Directory::connect(&config.directory).await?;
        let catalogs = Catalogs::start(&directory, config).await?;
        Ok(Arc::new(Engine { directory, catalogs, plans: PlanCache::new(PLAN_CACHE_BYTES) }))
    }

    /// The directory as this instance knows it.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The org of that name, if it may be served.
    ///
    /// # Errors
    /// 3D000 unknown, 28000 suspended, 57P03 being moved.
    pub fn org(&self, slug: &str) -> Result<Arc<OrgEntry>, EngineError> {
        let snapshot = self.directory.snapshot();
        let org = snapshot.org_by_slug(slug).ok_or_else(|| EngineError::UnknownOrg(slug.to_owned()))?;
        servable(org).map(Arc::clone)
    }

    /// The org of that number, if it may be served.
    ///
    /// # Errors
    /// As [`Engine::org`].
    pub fn org_by_id(&self, id: OrgId) -> Result<Arc<OrgEntry>, EngineError> {
        let snapshot = self.directory.snapshot();
        let org = snapshot.org(id).ok_or_else(|| EngineError::UnknownOrg(id.to_string()))?;
        servable(org).map(Arc::clone)
    }

    /// Where an org's statements run now. Asked anew for each transaction: the placement and the catalog may change.
    ///
    /// # Errors
    /// As [`Engine::org`], and 08001 while the shard's catalog has never been read.
    pub fn target(&self, org: &OrgEntry) -> Result<Target, EngineError> {
        let snapshot = self.directory.snapshot();
        let slug = || org.slug.as_str().to_owned();
        let org = servable(snapshot.org(org.id).ok_or_else(|| EngineError::UnknownOrg(slug()))?)?;
        let shard = snapshot.shard(org.shard).ok_or_else(|| EngineError::ShardUnknown(slug()))?;
        if self.catalogs.of(org.shard).is_none() {
            return Err(EngineError::ShardUnknown(slug()));
        }
        let catalog = self.catalogs.of_org(org.shard, org.id).ok_or_else(|| EngineError::Unread(slug()))?;
        let place = Place::new(org.id, org.shard, org.epoch, &catalog.catalog);
        Ok(Target { slug: org.slug.clone(), place, shard: Arc::clone(shard), catalog })
    }

    /// Makes sure that the catalog of an org that has objects of its own is read. To be asked for before [`Engine::target`],
    /// outside a transaction; for other orgs it costs a look.
    ///
    /// Cancel safe.
    pub async fn ready(&self, org: &OrgEntry) {
        let shard = self.directory.snapshot().org(org.id).map(|org| org.shard);
        if let Some(shard) = shard
            && let Err(error) = self.catalogs.ready(shard, org.id).await
        {
            tracing::warn!(org = org.slug.as_str(), %error, "cannot read the org's objects");
        }
    }

    /// The same when the org's objects may have been changed just now, by whoever asks.
    ///
    /// Cancel safe.
    pub async fn redefined(&self, org: &OrgEntry) {
        let shard = self.directory.snapshot().org(org.id).map(|org| org.shard);
        if let Some(shard) = shard
            && let Err(error) = self.catalogs.changed(shard, org.id).await
        {
            tracing::warn!(org = org.slug.as_str(), %error, "cannot read the org's objects");
        }
    }

    /// Some shard, for statements that touch no org's data: the lowest whose catalog is known.
    ///
    /// # Errors
    /// 08001 when there is none.
    pub fn any_shard(&self) -> Result<(Arc<ShardEntry>, ShardCatalog), EngineError> {
        let snapshot = self.directory.snapshot();
        let mut shards: Vec<&Arc<ShardEntry>> = snapshot.shards().collect();
        shards.sort_by_key(|shard| shard.id);
        let known = |shard: &&Arc<ShardEntry>| Some((Arc::clone(shard), self.catalogs.of(shard.id)?));
        shards.iter().find_map(known).ok_or(EngineError::NoShard)
    }

    /// The catalog of a shard, if it was ever read.
    #[must_use]
    pub fn catalog(&self, shard: ShardId) -> Option<Arc<Catalog>> {
        self.catalogs.of(shard).map(|known| known.catalog)
    }

    /// Compiles a text for a catalog, or finds it compiled.
    ///
    /// # Errors
    /// [`PlanError`]: the text is refused whole. Refusals are not cached.
    pub fn compile(
        &self,
        catalog: &ShardCatalog,
        sql: &str,
        options: CompileOptions,
    ) -> Result<Arc<[Plan]>, PlanError> {
        self.compile_or_find(catalog, sql, options).map(|(plans, _)| plans)
    }

    /// The same, and whether it was found.
    ///
    /// # Errors
    /// As [`Engine::compile`].
    pub fn compile_or_find(
        &self,
        catalog: &ShardCatalog,
        sql: &str,
        options: CompileOptions,
    ) -> Result<(Arc<[Plan]>, bool), PlanError> {
        if let Some(plans) = self.plans.get(catalog.id, options.declared_params, sql) {
            return Ok((plans, true));
        }
        let plans: Arc<[Plan]> = compile(&catalog.catalog, sql, options)?.into();
        self.plans.put(catalog.id, options.declared_params, sql, Arc::clone(&plans));
        Ok((plans, false))
    }

    /// The same for a role that may define objects. What defines is compiled for one use.
    ///
    /// # Errors
    /// As [`Engine::compile`].
    pub fn compile_definitions(&self, catalog: &ShardCatalog, sql: &str) -> Result<Arc<[Plan]>, PlanError> {
        let options = CompileOptions { declared_params: 0 };
        Ok(compile_as(&catalog.catalog, sql, options, Definitions::Allowed)?.into())
    }

    /// Compiles a text of the simple protocol: with its literals lifted, where some may be.
    ///
    /// # Errors
    /// [`PlanError`]: the text is refused whole, in words about the text as it is.
    pub fn compile_query(&self, catalog: &ShardCatalog, sql: &str) -> Result<(Arc<[Plan]>, Option<Lifted>), PlanError> {
        if let Some(lifted) = lift_literals(sql, &catalog.catalog) {
            let declared_params = u16::try_from(lifted.types.len()).unwrap_or(u16::MAX);
            if let Ok(plans) = self.compile(catalog, &lifted.text, CompileOptions { declared_params }) {
                return Ok((plans, Some(lifted)));
            }
        }
        Ok((self.compile(catalog, sql, CompileOptions { declared_params: 0 })?, None))
    }

    /// What the plan cache did so far.
    #[must_use]
    pub fn plan_cache(&self) -> CacheStats {
        self.plans.stats()
    }
}
