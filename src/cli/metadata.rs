//! `orgfold metadata`: an org's own objects as files, like a migration tool: first what would be done, then it.
//!
//! In: files of definitions. Out: the same definitions through the library. Invariants: what takes values away is done when
//! it was asked for in so many words; a file that says what cannot be done changes nothing.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Fault, output};
use crate::client::{Org, Orgfold};
use crate::config::Config;
use crate::plan::Step;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print an org's own objects as definitions
    #[command(after_help = "Example:\n  orgfold metadata export acme > objects.sql")]
    Export {
        /// Which org
        org: String,
    },
    /// Show what must be done so that an org has the objects of the files, and no others
    #[command(after_help = "Example:\n  orgfold metadata plan acme objects.sql")]
    Plan(Wanted),
    /// Do it, in one transaction
    #[command(after_help = "Example:\n  orgfold metadata apply acme objects.sql")]
    Apply {
        #[command(flatten)]
        wanted: Wanted,
        /// Drop tables and columns that the files do not have, with their values
        #[arg(long)]
        allow_drops: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Wanted {
    /// Which org
    org: String,
    /// Files of CREATE TABLE, CREATE INDEX and COMMENT, read as one
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Wanted {
    fn text(&self) -> Result<String, Fault> {
        let mut text = String::new();
        for file in &self.files {
            let read = std::fs::read_to_string(file);
            text.push_str(&read.map_err(|error| Fault::new(format!("cannot read {}: {error}", file.display())))?);
            text.push('\n');
        }
        Ok(text)
    }

    async fn steps(&self, org: &Org) -> Result<Vec<Step>, Fault> {
        org.plan_objects(&self.text()?).await.map_err(|error| Fault::of(&error))
    }
}

pub(super) async fn run(command: Command, config: Config) -> Result<(), Fault> {
    let orgfold = Orgfold::connect(config).await.map_err(|error| Fault::of(&error))?;
    let named =
        |slug: &str| orgfold.org(slug).map_err(|error| Fault::of(&error).hint("`orgfold org list` shows every org"));
    match command {
        Command::Export { org } => {
            let text = named(&org)?.export_objects().await.map_err(|error| Fault::of(&error))?;
            output::line(text.trim_end())
        }
        Command::Plan(wanted) => {
            let steps = wanted.steps(&named(&wanted.org)?).await?;
            show(&steps)
        }
        Command::Apply { wanted, allow_drops } => {
            let org = named(&wanted.org)?;
            let steps = wanted.steps(&org).await?;
            show(&steps)?;
            let mut text = String::new();
            for step in &steps {
                match step {
                    Step::Define(sql) => text.push_str(sql),
                    Step::Lose(sql) if allow_drops => text.push_str(sql),
                    Step::Lose(_) => {
                        return Err(Fault::new("nothing was done: values would be lost".to_owned())
                            .hint("--allow-drops does it all the same"));
                    }
                    Step::Impossible(what) => return Err(Fault::new(format!("nothing was done: {what}"))),
                }
                text.push_str(";\n");
            }
            if !text.is_empty() {
                org.define(&text).await.map_err(|error| Fault::of(&error))?;
            }
            Ok(())
        }
    }
}

fn show(steps: &[Step]) -> Result<(), Fault> {
    for step in steps {
        match step {
            Step::Define(sql) => output::line(&format!("{sql};"))?,
            Step::Lose(sql) => output::line(&format!("{sql}; -- its values are lost"))?,
            Step::Impossible(what) => output::line(&format!("-- cannot be done: {what}"))?,
        }
    }
    if steps.is_empty() { output::line("-- nothing to do") } else { Ok(()) }
}
