//! `orgfold catalog export`, and the file it makes: everything `orgfold rewrite` needs when there is no server.
//!
//! In: the directory and each shard's `orgfold.catalog`. Out: one JSON document with the orgs' placements and each
//! different catalog once. What is absent: roles, passwords, addresses.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::{Fault, output};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::directory::{Directory, ShardEntry};
use crate::org::{OrgId, Slug};
use crate::route::{Place, ShardId};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the catalogs and placements as JSON, for `orgfold rewrite --catalog`
    Export {
        /// Only this shard's orgs and catalog
        #[arg(long, value_name = "NAME")]
        shard: Option<String>,
    },
}

/// The document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    /// The format's version: 1.
    format: u32,
    /// Orgs by slug.
    orgs: BTreeMap<Slug, Placement>,
    /// Shards by name: number, and which of `catalogs` is theirs.
    shards: BTreeMap<String, ShardCatalog>,
    /// Catalogs; shards with equal ones share one.
    catalogs: Vec<Arc<Catalog>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Placement {
    id: OrgId,
    shard: String,
    epoch: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShardCatalog {
    id: i16,
    catalog: usize,
}

/// Where an org's statements go, and what they may name.
pub(super) struct Target {
    pub(super) place: Place,
    pub(super) shard: String,
    pub(super) catalog: Arc<Catalog>,
}

pub(super) async fn run(command: Command, config: &Config) -> Result<(), Fault> {
    let Command::Export { shard } = command;
    let export = Export::read(config, shard.as_deref()).await?;
    let text = serde_json::to_string_pretty(&export).map_err(|error| Fault::of(&error))?;
    output::line(&text)
}

impl Export {
    /// Reads a document that `orgfold catalog export` printed.
    pub(super) fn from_json(text: &str) -> Result<Export, Fault> {
        let export: Export = serde_json::from_str(text).map_err(|error| {
            Fault::new(format!("not a catalog export: {error}")).hint("make one with `orgfold catalog export`")
        })?;
        if export.format != 1 {
            return Err(Fault::new(format!("catalog export of format {}: this orgfold reads 1", export.format)));
        }
        Ok(export)
    }

    /// Reads the directory and every shard.
    pub(super) async fn read(config: &Config, only: Option<&str>) -> Result<Export, Fault> {
        let directory = Directory::connect(&config.directory).await?;
        let snapshot = directory.snapshot();
        let mut export = Export { format: 1, orgs: BTreeMap::new(), shards: BTreeMap::new(), catalogs: Vec::new() };
        let mut shards: Vec<&Arc<ShardEntry>> =
            snapshot.shards().filter(|shard| only.is_none_or(|only| shard.name == only)).collect();
        shards.sort_by_key(|shard| shard.id);
        if let (Some(only), true) = (only, shards.is_empty()) {
            return Err(Fault::new(format!("no shard is called {only}")).hint("`orgfold shard list` shows them"));
        }
        for shard in shards {
            let catalog = read_catalog(shard, config).await?;
            let known = export.catalogs.iter().position(|known| **known == catalog);
            let at = known.unwrap_or_else(|| {
                export.catalogs.push(Arc::new(catalog));
                export.catalogs.len() - 1
            });
            export.shards.insert(shard.name.clone(), ShardCatalog { id: shard.id.get(), catalog: at });
            for org in snapshot.orgs().filter(|org| org.shard == shard.id) {
                let placement = Placement { id: org.id, shard: shard.name.clone(), epoch: org.epoch };
                export.orgs.insert(org.slug.clone(), placement);
            }
        }
        Ok(export)
    }

    /// The target of an org.
    pub(super) fn target(&self, slug: &str) -> Result<Target, Fault> {
        let Some(placement) = self.orgs.get(slug) else {
            return Err(Fault::new(format!("no org is called {slug}")).hint("`orgfold org list` shows them"));
        };
        let shard = self.shards.get(&placement.shard);
        let found = shard.and_then(|shard| {
            let id = ShardId::try_new(shard.id).ok()?;
            Some((id, self.catalogs.get(shard.catalog)?))
        });
        let Some((id, catalog)) = found else {
            return Err(Fault::new(format!("the export lacks the catalog of shard {}", placement.shard)));
        };
        Ok(Target {
            place: Place::new(placement.id, id, placement.epoch, catalog),
            shard: placement.shard.clone(),
            catalog: Arc::clone(catalog),
        })
    }
}

async fn read_catalog(shard: &ShardEntry, config: &Config) -> Result<Catalog, Fault> {
    let at = |error: &dyn std::error::Error| {
        let fault = Fault::of(error);
        fault.within(&format!("shard {}", shard.name))
    };
    let password = config.shards.resolve_password()?;
    let tls = crate::tls::Tls::new(&config.shards.tls())?;
    let mut settings = tls.applied(shard.postgres(&config.shards.user, password.as_ref()));
    settings.connect_timeout(std::time::Duration::from_millis(config.shards.connect_timeout_ms));
    let (client, connection) = settings.connect(tls).await.map_err(|error| at(&error))?;
    let link = tokio::spawn(connection);
    let row = client
        .query_opt(include_str!("../../sql/query/catalog.sql"), &[])
        .await
        .map_err(|error| at(&error).hint("has the shard been migrated? `orgfold migrate` makes its catalog"))?;
    let Some(row) = row else {
        return Err(Fault::new(format!("shard {} has no catalog", shard.name)).hint("`orgfold migrate` makes it"));
    };
    let body: String = row.try_get(1).map_err(|error| at(&error))?;
    drop(client);
    link.abort();
    serde_json::from_str(&body).map_err(|error| at(&error))
}
