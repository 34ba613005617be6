//! The shards' catalogs, kept fresh: one task for each shard.
//!
//! In: shards of the directory, their `orgfold.catalog`. Out: [`ShardCatalog`]s. Invariants: a catalog is replaced
//! whole; shards with equal catalogs share one, and its plans; while a shard is down its last catalog stays; every
//! reconnect and a timer compare versions, so a lost notification delays and never misleads.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client};

use super::private::{self, PrivateCatalogs};
use crate::catalog::{Catalog, Function, QualifiedName};
use crate::config::{Config, ConfigError};
use crate::directory::{Directory, ShardEntry};
use crate::org::OrgId;
use crate::plan::CatalogId;
use crate::route::ShardId;
use crate::tls::Tls;

const LISTEN: &str = "LISTEN orgfold_catalog";
const READ: &str = include_str!("../../sql/query/catalog.sql");

/// The waits between attempts to connect, the first and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LAST_WAIT: Duration = Duration::from_secs(5);

/// A catalog and its identity for the plan cache.
#[derive(Clone, Debug)]
pub struct ShardCatalog {
    /// The same for shards with equal catalogs.
    pub id: CatalogId,
    /// What exists there.
    pub catalog: Arc<Catalog>,
}

#[derive(Debug, Default)]
struct Known {
    by_shard: RwLock<HashMap<ShardId, ShardCatalog>>,
    private: PrivateCatalogs,
}

impl Known {
    fn of(&self, shard: ShardId) -> Option<ShardCatalog> {
        self.by_shard.read().unwrap_or_else(PoisonError::into_inner).get(&shard).cloned()
    }

    fn put(&self, shard: ShardId, catalog: Catalog) {
        let mut known = self.by_shard.write().unwrap_or_else(PoisonError::into_inner);
        let equal = known.values().find(|other| *other.catalog == catalog).cloned();
        let entry = equal.unwrap_or_else(|| ShardCatalog { id: CatalogId::next(), catalog: Arc::new(catalog) });
        known.insert(shard, entry);
    }
}

/// What a follower needs to reach shards.
struct Access {
    config: Config,
    password: Option<crate::config::Secret>,
    tls: Tls,
    poll: Duration,
}

/// Every shard's catalog.
#[derive(Debug)]
pub(super) struct Catalogs {
    known: Arc<Known>,
    task: tokio::task::AbortHandle,
}

impl Drop for Catalogs {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Catalogs {
    /// Reads the catalogs of all shards that answer, then follows them, and new shards as the directory names them.
    pub(super) async fn start(directory: &Directory, config: &Config) -> Result<Catalogs, ConfigError> {
        let access = Arc::new(Access {
            password: config.shards.resolve_password()?,
            tls: Tls::new(&config.shards.tls())?,
            poll: Duration::from_millis(config.directory.poll_ms.max(1)),
            config: config.clone(),
        });
        let known = Arc::new(Known::default());
        let snapshot = directory.snapshot();
        let reads = snapshot.shards().map(|shard| {
            let (known, access, shard) = (Arc::clone(&known), Arc::clone(&access), Arc::clone(shard));
            tokio::spawn(async move {
                match Link::open(&shard, &access).await {
                    Ok(link) => {
                        if let Err(error) = link.refresh(&known, &shard, &access).await {
                            tracing::warn!(shard = shard.name, %error, "cannot read the shard's catalog");
                        }
                    }
                    Err(error) => tracing::warn!(shard = shard.name, %error, "cannot reach the shard"),
                }
            })
        });
        let reads: Vec<_> = reads.collect();
        for read in reads {
            // A panic there leaves the shard without a catalog; its follower will try again.
            let _ = read.await;
        }
        let task = tokio::spawn(supervise(Arc::clone(&known), directory.clone(), access)).abort_handle();
        Ok(Catalogs { known, task })
    }

    pub(super) fn of(&self, shard: ShardId) -> Option<ShardCatalog> {
        self.known.of(shard)
    }

    /// An org's catalog, when it has been read.
    pub(super) fn of_org(&self, shard: ShardId, org: OrgId) -> Option<ShardCatalog> {
        match self.known.private.of(shard, org, self.known.of(shard)?) {
            private::Known::Here(catalog) => Some(catalog),
            private::Known::Missing => None,
        }
    }

    /// Reads an org's catalog where that is needed.
    ///
    /// Cancel safe.
    pub(super) async fn ready(&self, shard: ShardId, org: OrgId) -> Result<(), CatalogError> {
        let Some(base) = self.known.of(shard) else { return Ok(()) };
        match self.known.private.of(shard, org, base.clone()) {
            private::Known::Here(_) => Ok(()),
            private::Known::Missing => self.known.private.load(shard, org, &base).await,
        }
    }

    /// An org's objects may have changed.
    pub(super) async fn changed(&self, shard: ShardId, org: OrgId) -> Result<(), CatalogError> {
        self.known.private.doubt(shard, org);
        self.ready(shard, org).await
    }
}

/// Keeps one follower for each shard of the directory.
async fn supervise(known: Arc<Known>, directory: Directory, access: Arc<Access>) {
    let mut followers: tokio::task::JoinSet<()> = tokio::task::JoinSet::new();
    let mut running: HashMap<ShardId, (Arc<ShardEntry>, tokio::task::AbortHandle)> = HashMap::new();
    let mut changes = directory.subscribe();
    loop {
        let snapshot = directory.snapshot();
        for shard in snapshot.shards() {
            if running.get(&shard.id).is_some_and(|(entry, _)| entry == shard) {
                continue;
            }
            let task = follow(Arc::clone(&known), Arc::clone(shard), Arc::clone(&access));
            let handle = followers.spawn(task);
            if let Some((_, old)) = running.insert(shard.id, (Arc::clone(shard), handle)) {
                old.abort();
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            // Reaps followers that were replaced.
            Some(_) = followers.join_next() => {}
        }
    }
}

async fn follow(known: Arc<Known>, shard: Arc<ShardEntry>, access: Arc<Access>) {
    let mut wait = FIRST_WAIT;
    loop {
        match Link::open(&shard, &access).await {
            Ok(mut link) => {
                wait = FIRST_WAIT;
                if let Err(error) = link.keep_fresh(&known, &shard, &access).await {
                    tracing::warn!(shard = shard.name, %error, "going on with the shard's last known catalog");
                }
            }
            Err(error) => tracing::debug!(shard = shard.name, %error, ?wait, "cannot reach the shard"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LAST_WAIT);
    }
}

/// What a notification says: of which org, when it is of one alone.
type Heard = Option<OrgId>;

/// A connection to a shard that hears of catalog changes.
struct Link {
    client: Arc<Client>,
    changes: mpsc::UnboundedReceiver<Heard>,
}

/// Why a catalog was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum CatalogError {
    #[error("{0}")]
    Postgres(#[from] tokio_postgres::Error),
    #[error("the shard does not answer")]
    Silent,
    #[error("the shard has not been migrated")]
    Absent,
    #[error("the catalog cannot be read by this version of orgfold: {0}")]
    Body(#[from] serde_json::Error),
}

impl Link {
    async fn open(shard: &ShardEntry, access: &Access) -> Result<Link, CatalogError> {
        let settings = shard.postgres(&access.config.shards.user, access.password.as_ref());
        let mut settings = access.tls.applied(settings);
        let patience = Duration::from_millis(access.config.shards.connect_timeout_ms.max(1));
        settings.connect_timeout(patience);
        let connect = async {
            let (client, mut connection) = settings.connect(access.tls.clone()).await?;
            let (heard, changes) = mpsc::unbounded_channel();
            tokio::spawn(async move {
                while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                    if let AsyncMessage::Notification(notification) = message {
                        let org = notification.payload().strip_prefix("org ").and_then(|org| org.parse().ok());
                        // When nobody listens any more, the connection still serves who reads by it.
                        let _ = heard.send(org.and_then(|org| OrgId::try_new(org).ok()));
                    }
                }
            });
            client.batch_execute(LISTEN).await?;
            Ok(Link { client: Arc::new(client), changes })
        };
        tokio::time::timeout(patience * 2, connect).await.unwrap_or(Err(CatalogError::Silent))
    }

    async fn refresh(&self, known: &Known, shard: &ShardEntry, access: &Access) -> Result<(), CatalogError> {
        let read = async { Ok(self.client.query_opt(READ, &[]).await?) };
        let patience = Duration::from_millis(access.config.shards.connect_timeout_ms.max(1)) * 4;
        let row = tokio::time::timeout(patience, read).await.unwrap_or(Err(CatalogError::Silent))?;
        let Some(row) = row else { return Err(CatalogError::Absent) };
        let body: String = row.try_get(1)?;
        let mut catalog: Catalog = serde_json::from_str(&body)?;
        for name in &access.config.functions.allow {
            let key = name.parse().unwrap_or_else(|_| QualifiedName::public(name));
            catalog.functions.entry(key).or_insert_with(|| Function { signatures: Vec::new() });
        }
        if known.of(shard.id).is_none_or(|old| *old.catalog != catalog) {
            known.put(shard.id, catalog);
        }
        tokio::time::timeout(patience, known.private.follow(shard.id, &self.client))
            .await
            .unwrap_or(Err(CatalogError::Silent))
    }

    async fn keep_fresh(&mut self, known: &Known, shard: &ShardEntry, access: &Access) -> Result<(), CatalogError> {
        loop {
            self.refresh(known, shard, access).await?;
            // One org's change concerns that org alone.
            loop {
                let heard = tokio::select! {
                    heard = self.changes.recv() => heard,
                    () = tokio::time::sleep(access.poll) => Some(None),
                };
                match heard {
                    None => return Ok(()),
                    Some(None) => break,
                    Some(Some(org)) => known.private.heard(shard.id, org).await?,
                }
            }
        }
    }
}
