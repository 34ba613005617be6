//! [`Snapshot`]: everything routing and authentication need, in memory, immutable.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::config::Secret;
use crate::org::{OrgId, Slug};
use crate::route::ShardId;

/// Whether an org may be served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrgState {
    /// Yes.
    Active,
    /// No, by an operator's word: its statements are refused (28000), its rows stay.
    Suspended,
    /// Being moved: writes wait or are refused (40001).
    Moving,
}

/// An org and its placement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrgEntry {
    /// Its number.
    pub id: OrgId,
    /// Its name in connection strings.
    pub slug: Slug,
    /// Whether it may be served.
    pub state: OrgState,
    /// Its home shard.
    pub shard: ShardId,
    /// Grows at every move.
    pub epoch: i64,
}

/// Whether new orgs may be put on a shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShardState {
    /// Serves and takes new orgs.
    Active,
    /// Serves, takes no new orgs.
    Closed,
}

/// A shard: one PostgreSQL primary. Credentials are not here but in each instance's config.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShardEntry {
    /// Its number; also its lane of the interleaved identity sequences.
    pub id: ShardId,
    /// Its name for operators.
    pub name: String,
    /// The region it is in.
    pub region: String,
    /// Host name, address or (beginning with `/`) the folder of a Unix socket.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Database name.
    pub database: String,
    /// Whether it takes new orgs.
    pub state: ShardState,
}

impl ShardEntry {
    /// How to connect to it as a role.
    #[must_use]
    pub fn postgres(&self, user: &str, password: Option<&Secret>) -> tokio_postgres::Config {
        let mut settings = tokio_postgres::Config::new();
        settings.host(&self.host).port(self.port).dbname(&self.database).user(user).application_name("orgfold");
        if let Some(password) = password {
            settings.password(password.reveal());
        }
        settings
    }
}

/// For which orgs a role may act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AllowedOrgs {
    /// Every org (an operator's or a service's role that switches with `SET orgfold.org`).
    Any,
    /// These.
    Listed(BTreeSet<OrgId>),
}

impl AllowedOrgs {
    /// Whether the org is among them.
    #[must_use]
    pub fn contains(&self, org: OrgId) -> bool {
        match self {
            AllowedOrgs::Any => true,
            AllowedOrgs::Listed(orgs) => orgs.contains(&org),
        }
    }
}

/// What a role's DDL becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DdlMode {
    /// Refused (42501).
    Refuse,
    /// Changes of the org's private layer.
    Metadata,
}

/// A role of the proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct RoleEntry {
    /// Its name.
    pub name: String,
    /// `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`, as PostgreSQL stores it.
    pub verifier: String,
    /// For which orgs it may act.
    pub orgs: AllowedOrgs,
    /// What its DDL becomes.
    pub ddl: DdlMode,
    /// Whether it may log in.
    pub login: bool,
}

impl std::fmt::Debug for RoleEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The verifier stays out of logs: it is enough to impersonate the server.
        f.debug_struct("RoleEntry").field("name", &self.name).field("orgs", &self.orgs).finish_non_exhaustive()
    }
}

/// The directory at one version.
#[derive(Clone, Debug)]
pub struct Snapshot {
    version: i64,
    orgs: HashMap<OrgId, Arc<OrgEntry>>,
    slugs: HashMap<Slug, OrgId>,
    shards: HashMap<ShardId, Arc<ShardEntry>>,
    roles: HashMap<String, Arc<RoleEntry>>,
}

impl Snapshot {
    /// A snapshot of these rows.
    #[must_use]
    pub fn new(version: i64, orgs: Vec<OrgEntry>, shards: Vec<ShardEntry>, roles: Vec<RoleEntry>) -> Snapshot {
        Snapshot {
            version,
            slugs: orgs.iter().map(|org| (org.slug.clone(), org.id)).collect(),
            orgs: orgs.into_iter().map(|org| (org.id, Arc::new(org))).collect(),
            shards: shards.into_iter().map(|shard| (shard.id, Arc::new(shard))).collect(),
            roles: roles.into_iter().map(|role| (role.name.clone(), Arc::new(role))).collect(),
        }
    }

    /// The directory's version this was read at; grows with every change.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// The org of that slug.
    #[must_use]
    pub fn org_by_slug(&self, slug: &str) -> Option<&Arc<OrgEntry>> {
        self.slugs.get(slug).and_then(|id| self.orgs.get(id))
    }

    /// The org of that number.
    #[must_use]
    pub fn org(&self, id: OrgId) -> Option<&Arc<OrgEntry>> {
        self.orgs.get(&id)
    }

    /// The shard of that number.
    #[must_use]
    pub fn shard(&self, id: ShardId) -> Option<&Arc<ShardEntry>> {
        self.shards.get(&id)
    }

    /// The role of that name.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Arc<RoleEntry>> {
        self.roles.get(name)
    }

    /// Every role, in no order.
    pub fn roles(&self) -> impl Iterator<Item = &Arc<RoleEntry>> {
        self.roles.values()
    }

    /// Every org, in no order.
    pub fn orgs(&self) -> impl Iterator<Item = &Arc<OrgEntry>> {
        self.orgs.values()
    }

    /// Every shard, in no order.
    pub fn shards(&self) -> impl Iterator<Item = &Arc<ShardEntry>> {
        self.shards.values()
    }
}
