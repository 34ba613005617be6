//! `orgfold org`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Fault, output};
use crate::config::Config;
use crate::directory::ops::{Operations, OrgRecord};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an org on the shard with the most room
    #[command(after_help = "Examples:\n  orgfold org create acme\n  orgfold org create acme --shard main")]
    Create {
        /// Its name in connection strings: lower-case letters, digits, - and _
        slug: String,
        /// Put it on this shard, even one that is closed to new orgs
        #[arg(long)]
        shard: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List every org
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one org
    Show {
        /// Which org
        slug: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse an org's statements from now on; its rows stay
    Suspend {
        /// Which org
        slug: String,
    },
    /// Serve a suspended org again
    Resume {
        /// Which org
        slug: String,
    },
    /// Drop an org and delete every row of it
    #[command(after_help = "Example:\n  orgfold org drop acme --yes\n\nAfter a failure run it again: it goes on.")]
    Drop {
        /// Which org
        slug: String,
        /// Do it: its rows cannot be brought back
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> Result<(), Fault> {
    if let Command::Drop { slug, yes: false } = &command {
        return Err(Fault::misuse(format!("dropping org {slug:?} deletes all its rows"))
            .hint(format!("orgfold org drop {slug} --yes does it; orgfold org suspend {slug} keeps them")));
    }
    let mut operations = Operations::connect(&config.directory).await?;
    match command {
        Command::Create { slug, shard, json } => {
            let org = operations.create_org(&slug, shard.as_deref()).await?;
            if json { output::json(&as_json(&org)) } else { told(&org, "created on") }
        }
        Command::List { json } => {
            let orgs = operations.orgs().await?;
            if json {
                return output::json(&orgs.iter().map(as_json).collect());
            }
            let row = |org: &OrgRecord| {
                vec![
                    org.id.to_string(),
                    org.slug.to_string(),
                    org.state.clone(),
                    org.shard.clone(),
                    org.created_at.clone(),
                ]
            };
            let rows: Vec<Vec<String>> = orgs.iter().map(row).collect();
            output::table(&["id", "org", "state", "shard", "created"], &rows, "no orgs: `orgfold org create` makes one")
        }
        Command::Show { slug, json } => {
            let org = operations.org(&slug).await?;
            if json {
                return output::json(&as_json(&org));
            }
            output::facts(&[
                ("org", org.slug.to_string()),
                ("id", org.id.to_string()),
                ("state", org.state),
                ("shard", org.shard),
                ("epoch", org.epoch.to_string()),
                ("created", org.created_at),
                ("roles", if org.roles.is_empty() { "none by name".to_owned() } else { org.roles.join(", ") }),
            ])
        }
        Command::Suspend { slug } => told(&operations.suspend_org(&slug).await?, "suspended on"),
        Command::Resume { slug } => told(&operations.resume_org(&slug).await?, "active on"),
        Command::Drop { slug, yes: _ } => {
            let rows = operations.drop_org(&slug, config).await?;
            output::line(&format!("org {slug} dropped, {rows} rows deleted"))
        }
    }
}

fn told(org: &OrgRecord, what: &str) -> Result<(), Fault> {
    output::line(&format!("org {} (id {}) {what} shard {}", org.slug, org.id, org.shard))
}

fn as_json(org: &OrgRecord) -> Value {
    json!({
        "id": org.id, "slug": org.slug, "state": org.state, "shard": org.shard, "epoch": org.epoch,
        "created_at": org.created_at, "roles": org.roles,
    })
}
