//! `orgfold migrate`: schema files onto every shard.
//!
//! In: files in the order given, the config. Out: a line for each shard, and a summary; the physical SQL with
//! `--dry-run`. Ends with 1 when any shard failed, after all were tried. What is absent: the work (`crate::migrate`).

use std::path::PathBuf;

use clap::Args;

use super::{Fault, output};
use crate::config::Config;
use crate::migrate::{self, MigrateError, MigrateOptions, Progress, SchemaFile};

#[derive(Debug, Args)]
pub(super) struct Command {
    /// Schema files, applied in this order, each once
    #[arg(required_unless_present = "check", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the physical SQL instead of running it
    #[arg(long)]
    dry_run: bool,
    /// Report where shards differ from their catalog and from each other; change nothing
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Only this shard
    #[arg(long, value_name = "NAME")]
    shard: Option<String>,
}

pub(super) async fn run(command: Command, config: Config) -> Result<(), Fault> {
    let files = SchemaFile::read(&command.files)?;
    let options = MigrateOptions { config, files, shard: command.shard };
    if command.dry_run {
        for (shard, text) in migrate::dry_run(&options).await? {
            output::line(&format!("-- shard {shard}\n{text}"))?;
        }
        return Ok(());
    }
    if command.check {
        let found = migrate::check(&options).await?;
        for drift in &found {
            output::line(&format!("{}: {}", drift.shard, drift.what))?;
        }
        return match found.len() {
            0 => output::line("no drift"),
            count => Err(Fault::new(format!("{count} differences"))),
        };
    }
    let mut lines = Vec::new();
    let outcomes = migrate::run(&options, |progress| {
        let line = match progress {
            Progress::Begin { .. } => return,
            Progress::Done { shard, applied: [] } => format!("{shard}: up to date"),
            Progress::Done { shard, applied } => format!("{shard}: applied {}", applied.join(", ")),
            Progress::Failed { shard, error } => format!("{shard}: FAILED: {error}"),
        };
        lines.push(output::line(&line));
    })
    .await?;
    lines.into_iter().collect::<Result<Vec<()>, Fault>>()?;
    let failed: Vec<&str> =
        outcomes.iter().filter(|outcome| outcome.result.is_err()).map(|outcome| outcome.shard.as_str()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let fault = Fault::new(format!("{} of {} shards failed: {}", failed.len(), outcomes.len(), failed.join(", ")));
    Err(fault.hint("the other shards are complete; run the same command again once the cause is gone"))
}

impl From<MigrateError> for Fault {
    fn from(error: MigrateError) -> Fault {
        match error {
            MigrateError::Directory(error) => error.into(),
            MigrateError::Config(error) => error.into(),
            other => Fault::of(&other),
        }
    }
}
