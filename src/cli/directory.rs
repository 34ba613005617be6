//! `orgfold directory`.

use clap::Subcommand;

use super::{Fault, output};
use crate::config::Config;
use crate::directory::ops;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make or update the directory's tables; safe to run again
    #[command(after_help = "Example:\n  createdb orgfold\n  orgfold directory init --config orgfold.toml")]
    Init,
}

pub(super) async fn run(command: Command, config: &Config) -> Result<(), Fault> {
    match command {
        Command::Init => {
            let applied = ops::prepare(&config.directory).await?;
            if applied.is_empty() {
                output::line("the directory is up to date")
            } else {
                output::line(&format!("the directory is ready (applied {})", applied.join(", ")))
            }
        }
    }
}
