//! `orgfold shard`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Fault, output};
use crate::config::Config;
use crate::directory::ShardState;
use crate::directory::ops::{NewShard, Operations, ShardRecord};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a shard: a database on a PostgreSQL server, made beforehand
    #[command(after_help = "Example:\n  orgfold shard add main --host db1.internal --port 5432 --database app\n\n\
                            Then run `orgfold migrate`, which gives it its tables.")]
    Add {
        /// Its name: lower-case letters, digits, - and _
        name: String,
        /// Host name, address, or the folder of a Unix socket
        #[arg(long)]
        host: String,
        /// TCP port
        #[arg(long, default_value_t = 5432)]
        port: u16,
        /// Database name
        #[arg(long)]
        database: String,
        /// The region it is in
        #[arg(long, default_value = "default")]
        region: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List every shard
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one shard
    Show {
        /// Which shard
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put no new orgs on a shard; it goes on serving those it has
    Close {
        /// Which shard
        name: String,
    },
    /// Put new orgs on a shard again
    Open {
        /// Which shard
        name: String,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> Result<(), Fault> {
    let mut operations = Operations::connect(&config.directory).await?;
    match command {
        Command::Add { name, host, port, database, region, json } => {
            let shard = operations.add_shard(&NewShard { name, region, host, port, database }).await?;
            if json {
                return output::json(&as_json(&shard));
            }
            output::line(&format!("shard {} added as number {}", shard.entry.name, shard.entry.id))
        }
        Command::List { json } => {
            let shards = operations.shards().await?;
            if json {
                return output::json(&shards.iter().map(as_json).collect());
            }
            let row = |shard: &ShardRecord| {
                let entry = &shard.entry;
                let id = entry.id.to_string();
                vec![
                    id,
                    entry.name.clone(),
                    word(shard).to_owned(),
                    entry.region.clone(),
                    address(shard),
                    shard.orgs.to_string(),
                ]
            };
            let rows: Vec<Vec<String>> = shards.iter().map(row).collect();
            let none = "no shards: `orgfold shard add` adds one";
            output::table(&["id", "shard", "state", "region", "database", "orgs"], &rows, none)
        }
        Command::Show { name, json } => {
            let shard = operations.shard(&name).await?;
            if json {
                return output::json(&as_json(&shard));
            }
            output::facts(&[
                ("shard", shard.entry.name.clone()),
                ("id", shard.entry.id.to_string()),
                ("state", word(&shard).to_owned()),
                ("region", shard.entry.region.clone()),
                ("database", address(&shard)),
                ("orgs", shard.orgs.to_string()),
            ])
        }
        Command::Close { name } => {
            operations.set_shard_state(&name, ShardState::Closed).await?;
            output::line(&format!("shard {name} takes no new orgs"))
        }
        Command::Open { name } => {
            operations.set_shard_state(&name, ShardState::Active).await?;
            output::line(&format!("shard {name} takes new orgs"))
        }
    }
}

fn address(shard: &ShardRecord) -> String {
    format!("{}:{}/{}", shard.entry.host, shard.entry.port, shard.entry.database)
}

const fn word(shard: &ShardRecord) -> &'static str {
    match shard.entry.state {
        ShardState::Active => "active",
        ShardState::Closed => "closed",
    }
}

fn as_json(shard: &ShardRecord) -> Value {
    let entry = &shard.entry;
    json!({
        "id": entry.id.get(), "name": entry.name, "state": word(shard), "region": entry.region,
        "host": entry.host, "port": entry.port, "database": entry.database, "orgs": shard.orgs,
    })
}
