//! Every shard of the directory.
//!
//! In: the config and the schema files. Out: an outcome for each shard. Invariants: a shard that fails stops no other;
//! the shards are done one after the other, in the order of their numbers, so that what is wrong with a file shows on
//! one shard first. What is absent: printing ([`Progress`] is told, the command line prints).

use std::collections::BTreeSet;

use tokio_postgres::Client;

use super::isolation;
use super::plan;
use super::shard::{ShardTarget, apply_to_shard, catalog_of, parts_done};
use super::{MigrateError, PlanOptions, SchemaFile};
use crate::catalog::{Catalog, QualifiedName};
use crate::config::Config;
use crate::directory::{Directory, ShardEntry};
use crate::tls::Tls;

/// What to migrate, and where.
#[derive(Clone, Debug)]
pub struct MigrateOptions {
    /// The whole config: directory, release role, runtime role, leaves.
    pub config: Config,
    /// The schema files, in the order they are to be applied.
    pub files: Vec<SchemaFile>,
    /// Only the shard of this name; `None`: all.
    pub shard: Option<String>,
}

/// What happens, as it happens.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A shard is begun.
    Begin {
        /// Its name.
        shard: &'a str,
    },
    /// A shard is done.
    Done {
        /// Its name.
        shard: &'a str,
        /// The files that were applied now; empty: it had them all.
        applied: &'a [String],
    },
    /// A shard failed.
    Failed {
        /// Its name.
        shard: &'a str,
        /// Why.
        error: &'a MigrateError,
    },
}

/// How it went on a shard.
#[derive(Debug)]
pub struct ShardOutcome {
    /// Its name.
    pub shard: String,
    /// The files that were applied now, or why it failed.
    pub result: Result<Vec<String>, MigrateError>,
}

/// Applies the files to every shard that does not have them.
///
/// Not cancel safe: see [`apply_to_shard`]; a later run finishes.
///
/// # Errors
/// [`MigrateError`] when there is nothing to begin with: no directory, no shards, a bad config. A shard's own failure is
/// in its outcome.
pub async fn run(
    options: &MigrateOptions,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Vec<ShardOutcome>, MigrateError> {
    let mut outcomes = Vec::new();
    for entry in shards(options).await? {
        progress(Progress::Begin { shard: &entry.name });
        let result = migrate(options, &entry).await;
        match &result {
            Ok(applied) => progress(Progress::Done { shard: &entry.name, applied }),
            Err(error) => progress(Progress::Failed { shard: &entry.name, error }),
        }
        outcomes.push(ShardOutcome { shard: entry.name, result });
    }
    Ok(outcomes)
}

async fn migrate(options: &MigrateOptions, entry: &ShardEntry) -> Result<Vec<String>, MigrateError> {
    let target = target(&options.config, entry)?;
    let mut client = connect(&options.config, entry).await?;
    apply_to_shard(&mut client, &target, &options.files).await
}

/// The physical SQL that [`run`] would send to a shard, for every shard; nothing is changed.
///
/// # Errors
/// [`MigrateError`], also when a file is refused.
pub async fn dry_run(options: &MigrateOptions) -> Result<Vec<(String, String)>, MigrateError> {
    super::files::check_names(&options.files)?;
    let mut texts = Vec::new();
    for entry in shards(options).await? {
        let target = target(&options.config, &entry)?;
        let client = connect(&options.config, &entry).await?;
        let known = catalog_of(&client, &entry.name).await?;
        let mut catalog = known.clone().unwrap_or_else(|| Catalog::empty(target.leaves));
        let mut text = isolation::switch_text(&mut catalog, &target);
        for file in &options.files {
            let done = match &known {
                Some(_) => parts_done(&client, &target, file).await?,
                None => 0,
            };
            let refused = |refusal| MigrateError::refused(file.name(), refusal);
            let parts = plan::parts(file.text()).map_err(refused)?;
            if done >= parts.len() {
                continue;
            }
            text.push_str(&format!("-- {}\n", file.name()));
            for part in parts.iter().skip(done) {
                let planned = plan::plan(&catalog, file.text(), part, &target.plan).map_err(refused)?;
                for index in &planned.concurrent {
                    text.push_str(&format!("{};\n", index.sql));
                }
                text.push_str("BEGIN;\n");
                for (_, step) in &planned.steps {
                    text.push_str(&format!("{};\n", step.sql(target.lane)));
                }
                text.push_str(&isolation::new_text(&catalog, &planned.catalog, &target));
                text.push_str("COMMIT;\n");
                catalog = planned.catalog;
            }
        }
        texts.push((entry.name, text));
    }
    Ok(texts)
}

/// The shards to do, by number.
pub(super) async fn shards(options: &MigrateOptions) -> Result<Vec<ShardEntry>, MigrateError> {
    let directory = Directory::connect(&options.config.directory).await?;
    let snapshot = directory.snapshot();
    let mut shards: Vec<ShardEntry> = snapshot.shards().map(|shard| ShardEntry::clone(shard)).collect();
    shards.sort_by_key(|shard| shard.id);
    if let Some(name) = &options.shard {
        shards.retain(|shard| shard.name == *name);
        if shards.is_empty() {
            return Err(MigrateError::UnknownShard(name.clone()));
        }
    }
    if shards.is_empty() { Err(MigrateError::NoShards) } else { Ok(shards) }
}

/// What [`apply_to_shard`] needs to know about a shard.
pub(super) fn target(config: &Config, entry: &ShardEntry) -> Result<ShardTarget, MigrateError> {
    Ok(ShardTarget {
        name: entry.name.clone(),
        lane: entry.id.get(),
        leaves: config.migrate.leaves,
        isolation: config.migrate.isolation,
        runtime_password: config.shards.resolve_password()?,
        plan: PlanOptions {
            stride: config.migrate.identity_stride,
            runtime_role: config.shards.user.clone(),
            global_tables: global_tables(config)?,
        },
    })
}

fn global_tables(config: &Config) -> Result<BTreeSet<QualifiedName>, MigrateError> {
    let parse = |text: &String| {
        let parsed = if text.contains('.') { text.parse().ok() } else { Some(QualifiedName::public(text)) };
        parsed.ok_or_else(|| MigrateError::Unfit {
            shard: "config".to_owned(),
            reason: format!("[migrate] global_tables: {text:?} is not a table's name"),
        })
    };
    config.migrate.global_tables.iter().map(parse).collect()
}

/// Connects as the release role.
pub(super) async fn connect(config: &Config, entry: &ShardEntry) -> Result<Client, MigrateError> {
    let password = config.migrate.resolve_password()?;
    let tls = Tls::new(&config.shards.tls())?;
    let mut settings = tls.applied(entry.postgres(&config.migrate.user, password.as_ref()));
    settings.connect_timeout(std::time::Duration::from_millis(config.shards.connect_timeout_ms));
    let unreachable = |source| MigrateError::Unreachable { shard: entry.name.clone(), source };
    let (client, connection) = settings.connect(tls).await.map_err(unreachable)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to a shard ended");
        }
    });
    Ok(client)
}
