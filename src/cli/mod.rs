//! The command line: arguments in, calls of the library, text or JSON out.
//!
//! In: `argv`, the config file, for passwords an environment variable or standard input (never an argument: those
//! show in process lists). Out: results on standard output, errors and logs on standard error. Invariant: a failed
//! command says what to do next where that can be known. What is absent: any work of its own.

mod demo;
mod directory;
mod export;
mod fault;
mod metadata;
mod migrate;
mod org;
mod output;
mod password;
mod rewrite;
mod role;
mod serve;
mod shard;

pub use fault::Fault;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Folds many organisations' private databases onto a small fleet of PostgreSQL servers.
#[derive(Debug, Parser)]
#[command(name = "orgfold", version, arg_required_else_help = true, after_help = AFTER)]
struct Arguments {
    /// The configuration file
    #[arg(
        long,
        short = 'C',
        global = true,
        env = "ORGFOLD_CONFIG",
        default_value = "orgfold.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Begin with:
  orgfold directory init
  orgfold shard add main --host db1.internal --database app
  orgfold migrate schema/*.sql
  orgfold org create acme
  orgfold role create app --org acme < password.txt

Logs go to standard error; ORGFOLD_LOG=debug (or orgfold::directory=debug) shows more.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Prepare the control database
    #[command(subcommand)]
    Directory(directory::Command),
    /// Create, list, suspend and drop orgs
    #[command(subcommand)]
    Org(org::Command),
    /// Add and list shards
    #[command(subcommand)]
    Shard(shard::Command),
    /// Create roles and say which orgs they may act for
    #[command(subcommand)]
    Role(role::Command),
    /// Print what exists
    #[command(subcommand)]
    Catalog(export::Command),
    /// Show and change an org's own objects as files
    #[command(subcommand)]
    Metadata(metadata::Command),
    /// Apply schema files to every shard
    Migrate(migrate::Command),
    /// Run the proxy
    Serve(serve::Command),
    /// Start a fleet of its own, show what three orgs see, stay up for more
    #[command(after_help = demo::AFTER)]
    Demo,
    /// Show what a statement becomes: shard, leaf, access, physical SQL
    Rewrite(rewrite::Command),
}

impl Command {
    /// What is logged without `ORGFOLD_LOG`.
    const fn log_level(&self) -> &'static str {
        match self {
            Command::Directory(_)
            | Command::Org(_)
            | Command::Shard(_)
            | Command::Role(_)
            | Command::Catalog(_)
            | Command::Metadata(_)
            | Command::Migrate(_)
            | Command::Demo
            | Command::Rewrite(_) => "error",
            Command::Serve(_) => "info",
        }
    }
}

/// Runs the command that the arguments name. Arguments that cannot be read end the process with 2.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log(&arguments);
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::new(format!("cannot start: {error}")))
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => fault.report(),
    }
}

/// Logs go to standard error: as ORGFOLD_LOG says, else as the proxy's config does, else as it suits the command.
fn log(arguments: &Arguments) {
    let serves = matches!(arguments.command, Command::Serve(_));
    // A config that cannot be read is reported by whoever needs it.
    let config = serves.then(|| Config::from_file(&arguments.config).ok()).flatten().map(|config| config.log);
    let config = config.unwrap_or_default();
    let level = config.level.as_deref().unwrap_or_else(|| arguments.command.log_level());
    let filter = EnvFilter::try_from_env("ORGFOLD_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let logs = logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    match config.format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}

async fn run(arguments: Arguments) -> Result<(), Fault> {
    let file = arguments.config;
    let config = || -> Result<Config, Fault> { Ok(Config::from_file(&file)?) };
    match arguments.command {
        Command::Directory(command) => directory::run(command, &config()?).await,
        Command::Org(command) => org::run(command, &config()?).await,
        Command::Shard(command) => shard::run(command, &config()?).await,
        Command::Role(command) => role::run(command, &config()?).await,
        Command::Serve(command) => serve::run(command, config()?, file.clone()).await,
        Command::Catalog(command) => export::run(command, &config()?).await,
        Command::Metadata(command) => metadata::run(command, config()?).await,
        Command::Migrate(command) => migrate::run(command, config()?).await,
        Command::Demo => Ok(demo::run().await?),
        Command::Rewrite(command) => rewrite::run(command, config).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
