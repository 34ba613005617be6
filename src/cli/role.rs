//! `orgfold role`.

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Fault, output, password};
use crate::config::Config;
use crate::directory::DdlMode;
use crate::directory::ops::{NewRole, Operations, RoleRecord};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a role of the proxy
    #[command(after_help = "Examples:\n  orgfold role create app --org acme --org globex < password.txt\n  \
                            APP_PASSWORD=... orgfold role create service --any-org --password-env APP_PASSWORD")]
    Create {
        /// Its name
        name: String,
        /// An org it may act for; may be given several times
        #[arg(long = "org", value_name = "SLUG", conflicts_with = "any_org")]
        orgs: Vec<String>,
        /// It may act for every org
        #[arg(long)]
        any_org: bool,
        /// What its DDL becomes
        #[arg(long, value_enum, default_value_t = Ddl::Refuse)]
        ddl: Ddl,
        /// It may not log in
        #[arg(long)]
        no_login: bool,
        /// The environment variable that holds its password; else the first line of standard input is taken
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
    },
    /// List every role
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one role
    Show {
        /// Which role
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let a role act for an org
    #[command(after_help = "Example:\n  orgfold role grant app acme")]
    Grant {
        /// Which role
        name: String,
        /// Which org
        #[arg(required_unless_present = "any_org", conflicts_with = "any_org")]
        org: Option<String>,
        /// Every org
        #[arg(long)]
        any_org: bool,
    },
    /// Take an org from a role
    Revoke {
        /// Which role
        name: String,
        /// Which org
        #[arg(required_unless_present = "any_org", conflicts_with = "any_org")]
        org: Option<String>,
        /// The right to act for every org; what was granted by name stays
        #[arg(long)]
        any_org: bool,
    },
    /// Give a role another password
    #[command(after_help = "Example:\n  orgfold role password app < password.txt")]
    Password {
        /// Which role
        name: String,
        /// The environment variable that holds it; else the first line of standard input is taken
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
    },
    /// Forget a role
    Drop {
        /// Which role
        name: String,
    },
}

/// What a role's DDL becomes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Ddl {
    /// It is refused
    Refuse,
    /// Changes of the org's private layer
    Metadata,
}

pub(super) async fn run(command: Command, config: &Config) -> Result<(), Fault> {
    let mut operations = Operations::connect(&config.directory).await?;
    match command {
        Command::Create { name, orgs, any_org, ddl, no_login, password_env } => {
            let password = password::read(password_env.as_deref())?;
            let ddl = match ddl {
                Ddl::Refuse => DdlMode::Refuse,
                Ddl::Metadata => DdlMode::Metadata,
            };
            let role =
                operations.create_role(&NewRole { name, password, login: !no_login, ddl, any_org, orgs }).await?;
            told(&role)
        }
        Command::List { json } => {
            let roles = operations.roles().await?;
            if json {
                return output::json(&roles.iter().map(as_json).collect());
            }
            let row = |role: &RoleRecord| vec![role.name.clone(), yes(role.login), role.ddl.clone(), orgs_of(role)];
            let rows: Vec<Vec<String>> = roles.iter().map(row).collect();
            output::table(&["role", "login", "ddl", "orgs"], &rows, "no roles: `orgfold role create` makes one")
        }
        Command::Show { name, json } => {
            let role = operations.role(&name).await?;
            if json {
                return output::json(&as_json(&role));
            }
            output::facts(&[
                ("role", role.name.clone()),
                ("login", yes(role.login)),
                ("ddl", role.ddl.clone()),
                ("orgs", orgs_of(&role)),
            ])
        }
        Command::Grant { name, org: Some(org), any_org: _ } => told(&operations.grant(&name, &org).await?),
        Command::Grant { name, org: None, any_org } => told(&operations.set_any_org(&name, any_org).await?),
        Command::Revoke { name, org: Some(org), any_org: _ } => told(&operations.revoke(&name, &org).await?),
        Command::Revoke { name, org: None, any_org } => told(&operations.set_any_org(&name, !any_org).await?),
        Command::Password { name, password_env } => {
            operations.role(&name).await?;
            let password = password::read(password_env.as_deref())?;
            operations.set_password(&name, password.reveal()).await?;
            output::line(&format!("role {name} has another password"))
        }
        Command::Drop { name } => {
            operations.drop_role(&name).await?;
            output::line(&format!("role {name} dropped"))
        }
    }
}

fn told(role: &RoleRecord) -> Result<(), Fault> {
    output::line(&format!("role {} may act for: {}", role.name, orgs_of(role)))
}

fn orgs_of(role: &RoleRecord) -> String {
    match (role.any_org, role.orgs.is_empty()) {
        (true, _) => "any org".to_owned(),
        (false, true) => "no org".to_owned(),
        (false, false) => role.orgs.join(", "),
    }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn as_json(role: &RoleRecord) -> Value {
    json!({ "name": role.name, "login": role.login, "ddl": role.ddl, "any_org": role.any_org, "orgs": role.orgs })
}
