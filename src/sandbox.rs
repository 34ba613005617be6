//! [`Sandbox`]: a directory and two shards for a service's own tests (features `throwaway` and `migrate`).
//!
//! In: the service's DDL, names of orgs. Out: an [`Orgfold`] that works, on a PostgreSQL server of this process. Invariants: nothing
//! is left behind; what runs in it runs as in earnest, with the roles and the walls of a real fleet. What is absent: data that
//! lasts.

use std::fmt::Write as _;

use crate::client::{Org, Orgfold};
use crate::config::{Config, ConfigError, Secret};
use crate::directory::DirectoryError;
use crate::directory::ops::{self, NewShard, Operations};
use crate::error::Error;
use crate::migrate::{self, MigrateError, MigrateOptions, SchemaFile};
use crate::throwaway::{Cluster, ThrowawayError};

/// Few leaves: tests begin sooner.
const LEAVES: u16 = 4;

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The server could not be started.
    #[error(transparent)]
    Server(#[from] ThrowawayError),
    /// The server refused.
    #[error("the server refused: {0}")]
    Refused(#[from] tokio_postgres::Error),
    /// The directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The DDL: with file and line.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The library.
    #[error(transparent)]
    Library(#[from] Error),
    /// No random numbers for passwords.
    #[error("no random numbers: {0}")]
    Random(getrandom::Error),
}

/// A directory, two shards and some orgs. Dropping it stops the server and removes its folder.
///
/// It needs PostgreSQL's server programs on the machine (`ORGFOLD_PG_BIN` says where, if they are not found).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use orgfold::sandbox::Sandbox;
///
/// let ddl = "CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL);";
/// let sandbox = Sandbox::start(ddl, &["acme", "globex"]).await?;
/// let (acme, globex) = (sandbox.org("acme")?, sandbox.org("globex")?);
/// acme.execute("INSERT INTO book (title) VALUES ($1)", &[&"Anvils"]).await?;
/// assert_eq!(acme.query("SELECT title FROM book", &[]).await?.len(), 1);
/// assert_eq!(globex.query("SELECT title FROM book", &[]).await?.len(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    orgfold: Orgfold,
    config: Config,
    files: Vec<SchemaFile>,
    cluster: Cluster,
}

impl Sandbox {
    /// Starts a server, migrates it with this DDL, and creates these orgs.
    ///
    /// # Errors
    /// [`SandboxError`]; what the DDL may not hold is told as `orgfold migrate` tells it.
    pub async fn start(ddl: &str, orgs: &[&str]) -> Result<Sandbox, SandboxError> {
        let cluster = Cluster::start().await?;
        let (release, runtime) = (random()?, random()?);
        let client = cluster.connect("postgres").await?;
        let role = format!("CREATE ROLE orgfold_release LOGIN CREATEROLE PASSWORD '{}'", release.reveal());
        client.batch_execute(&role).await?;
        let url = cluster.superuser_url("directory");
        let mut config: Config = format!("[directory]\nurl = \"{url}\"\npoll_ms = 200\n").parse()?;
        config.shards.password = Some(runtime);
        config.migrate.password = Some(release);
        config.migrate.leaves = LEAVES.try_into().unwrap_or(config.migrate.leaves);
        client.batch_execute("CREATE DATABASE directory").await?;
        ops::prepare(&config.directory).await?;
        let mut operations = Operations::connect(&config.directory).await?;
        for database in ["shard1", "shard2"] {
            client.batch_execute(&format!("CREATE DATABASE {database} OWNER orgfold_release")).await?;
            let shard = NewShard {
                name: database.to_owned(),
                region: "sandbox".to_owned(),
                host: "127.0.0.1".to_owned(),
                port: cluster.port(),
                database: database.to_owned(),
            };
            operations.add_shard(&shard).await?;
        }
        let files = vec![SchemaFile::new("0001_sandbox.sql", ddl)];
        migrated(&config, &files).await?;
        for org in orgs {
            operations.create_org(org, None).await?;
        }
        let orgfold = Orgfold::connect(config.clone()).await?;
        Ok(Sandbox { orgfold, config, files, cluster })
    }

    /// The library on it.
    #[must_use]
    pub fn orgfold(&self) -> &Orgfold {
        &self.orgfold
    }

    /// One of its orgs.
    ///
    /// # Errors
    /// As [`Orgfold::org`].
    pub fn org(&self, slug: &str) -> Result<Org, Error> {
        self.orgfold.org(slug)
    }

    /// Its configuration, for a proxy or another instance.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its server, for databases of the test's own.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Applies more DDL. The orgs' catalogs follow within moments.
    ///
    /// # Errors
    /// As [`Sandbox::start`].
    pub async fn migrate(&mut self, ddl: &str) -> Result<(), SandboxError> {
        let name = format!("{:04}_sandbox.sql", self.files.len() + 1);
        self.files.push(SchemaFile::new(name, ddl));
        migrated(&self.config, &self.files).await
    }
}

async fn migrated(config: &Config, files: &[SchemaFile]) -> Result<(), SandboxError> {
    let options = MigrateOptions { config: config.clone(), files: files.to_vec(), shard: None };
    for outcome in migrate::run(&options, |_| ()).await? {
        outcome.result?;
    }
    Ok(())
}

/// A password of this run.
fn random() -> Result<Secret, SandboxError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(SandboxError::Random)?;
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Secret::from(text))
}
