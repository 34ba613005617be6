//! [`Running`]: the demo's fleet: three throwaway clusters, a migrated schema, three orgs with rows, a proxy.
//!
//! In: the schema and the rows of `schema/`, which are part of the binary. Out: a fleet that answers on a port.
//! Invariants: dropping it leaves nothing behind; it is set up by what operators use, and loaded through the proxy.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use std::io::Write;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use super::screen::Screen;
use super::{DESIGNER, DemoError, ORGS, ROLE};
use crate::config::Config;
use crate::directory::DdlMode;
use crate::directory::ops::{self, NewRole, NewShard, Operations};
use crate::engine::Engine;
use crate::frontend::Proxy;
use crate::migrate::{self, MigrateOptions, SchemaFile};
use crate::throwaway::Cluster;

/// `schema/demo`, as `orgfold migrate schema/demo/*.sql` would read it.
const SCHEMA: [(&str, &str); 4] = [
    ("0001_catalogue.sql", include_str!("../../../schema/demo/0001_catalogue.sql")),
    ("0002_customers.sql", include_str!("../../../schema/demo/0002_customers.sql")),
    ("0003_invoices.sql", include_str!("../../../schema/demo/0003_invoices.sql")),
    ("0004_views.sql", include_str!("../../../schema/demo/0004_views.sql")),
];

/// Each org's rows and its shard: the first two share one, so that only orgfold stands between them.
const HOMES: [(&str, &str, &str); 3] = [
    ("acme", "shard1", include_str!("../../../schema/demo-data/acme.sql")),
    ("initech", "shard1", include_str!("../../../schema/demo-data/initech.sql")),
    ("globex", "shard2", include_str!("../../../schema/demo-data/globex.sql")),
];

/// The port that the README names; another one when it is taken.
const PORT: u16 = 6432;

/// A fleet that works.
pub(super) struct Running {
    pub(super) engine: Arc<Engine>,
    config_file: PathBuf,
    port: u16,
    password: String,
    stop: oneshot::Sender<()>,
    proxy: JoinHandle<()>,
    /// Only held: dropping them stops and removes the servers, and the config file with them.
    _clusters: [Cluster; 3],
}

impl Running {
    /// Sets everything up, telling each step.
    pub(super) async fn start(screen: &Screen) -> Result<Running, DemoError> {
        let began = Instant::now();
        let (directory, shard1, shard2) = tokio::try_join!(Cluster::start(), Cluster::start(), Cluster::start())?;
        let major = directory.binaries().major();
        screen.done(began, &format!("PostgreSQL {major}: a directory and two shards, each a server of its own"))?;

        let began = Instant::now();
        let passwords = Passwords::new()?;
        let port = free_port().await?;
        let config_file = directory.socket_folder().join("orgfold.toml");
        write_config(&config_file, &directory, &passwords, port)?;
        let config = Config::from_file(&config_file)?;
        for shard in [&shard1, &shard2] {
            prepare_shard(shard, &passwords).await?;
        }
        ops::prepare(&config.directory).await?;
        let mut operations = Operations::connect(&config.directory).await?;
        for (name, shard) in [("shard1", &shard1), ("shard2", &shard2)] {
            operations.add_shard(&shard_at(name, shard)).await?;
        }
        apply_schema(&config).await?;
        screen.done(began, "schema/demo migrated: 11 tables of ordinary DDL, in 16 leaves on each shard")?;

        let began = Instant::now();
        for (org, shard, _) in HOMES {
            operations.create_org(org, Some(shard)).await?;
        }
        operations.create_role(&role(ROLE, DdlMode::Refuse, &passwords.app)).await?;
        operations.create_role(&role(DESIGNER, DdlMode::Metadata, &passwords.app)).await?;
        let engine = Engine::connect(&config).await?;
        let proxy = Proxy::bind(Arc::clone(&engine), &config).await?;
        let (stop, stopped) = oneshot::channel();
        let proxy = tokio::spawn(proxy.serve(async {
            // An error means that the sender is gone, which ends the demo as well.
            let _ = stopped.await;
        }));
        let clusters = [directory, shard1, shard2];
        let password = passwords.app;
        let fleet = Running { engine, config_file, port, password, stop, proxy, _clusters: clusters };
        let rows = fleet.load().await?;
        screen.done(began, &format!("orgs acme, globex and initech, and {rows} invoices through the proxy"))?;
        Ok(fleet)
    }

    /// Loads every org's rows through the proxy, as any client would.
    async fn load(&self) -> Result<i64, DemoError> {
        let mut invoices = 0;
        for (org, _, rows) in HOMES {
            let client = self.connect(org).await?;
            client.batch_execute(rows).await?;
            invoices += client.query_one("SELECT count(*) FROM invoice", &[]).await?.try_get::<_, i64>(0)?;
        }
        Ok(invoices)
    }

    /// A client of the proxy.
    pub(super) async fn connect(&self, org: &str) -> Result<Client, DemoError> {
        self.connect_as(ROLE, org).await
    }

    /// The same as another role.
    pub(super) async fn connect_as(&self, role: &str, org: &str) -> Result<Client, DemoError> {
        let (client, connection) = tokio_postgres::Config::new()
            .host("127.0.0.1")
            .port(self.port)
            .user(role)
            .password(&self.password)
            .dbname(org)
            .connect(NoTls)
            .await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection of the demo ended");
            }
        });
        Ok(client)
    }

    /// Two orgs on the same shard.
    pub(super) fn two_on_one_shard(&self) -> Result<(&'static str, &'static str), DemoError> {
        let snapshot = self.engine.directory().snapshot();
        let home = |org: &str| snapshot.org_by_slug(org).map(|entry| entry.shard);
        for (at, own) in ORGS.into_iter().enumerate() {
            if let Some(other) = ORGS.into_iter().skip(at + 1).find(|other| home(own) == home(other)) {
                return Ok((own, other));
            }
        }
        Err(DemoError::Surprise("no two orgs of the demo share a shard".to_owned()))
    }

    /// The command line that connects to an org.
    pub(super) fn psql(&self, org: &str) -> String {
        format!("PGPASSWORD={} psql -h 127.0.0.1 -p {} -U {ROLE} -d {org}", self.password, self.port)
    }

    /// Where the configuration lies while the demo runs.
    pub(super) fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// Ends the proxy, then the servers.
    pub(super) async fn stop(self) -> Result<(), DemoError> {
        // The receiver is gone when the proxy has ended by itself; then waiting for it says why.
        let _ = self.stop.send(());
        self.proxy.await.map_err(|panicked| DemoError::Surprise(format!("the proxy ended badly: {panicked}")))
    }
}

/// Of this run only.
struct Passwords {
    release: String,
    runtime: String,
    app: String,
}

impl Passwords {
    fn new() -> Result<Passwords, DemoError> {
        Ok(Passwords { release: random()?, runtime: random()?, app: random()? })
    }
}

/// 64 bits, in letters that no shell or URL minds.
fn random() -> Result<String, DemoError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| DemoError::Surprise(format!("no random numbers: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// [`PORT`], or one that the system gives. Another process may take it before the proxy does; then the demo says so.
async fn free_port() -> Result<u16, DemoError> {
    let listener = match TcpListener::bind(("127.0.0.1", PORT)).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind(("127.0.0.1", 0)).await?,
    };
    Ok(listener.local_addr()?.port())
}

fn write_config(path: &Path, directory: &Cluster, passwords: &Passwords, port: u16) -> Result<(), DemoError> {
    let text = format!(
        "[directory]\nurl = \"{}\"\n\n[shards]\npassword = \"{}\"\n\n[proxy]\nlisten = \"127.0.0.1:{port}\"\n\n\
         [migrate]\npassword = \"{}\"\n",
        directory.superuser_url("postgres"),
        passwords.runtime,
        passwords.release,
    );
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

/// The release role and the database it owns. The runtime role is made by the migration.
async fn prepare_shard(shard: &Cluster, passwords: &Passwords) -> Result<(), DemoError> {
    let client = shard.connect("postgres").await?;
    let role = format!("CREATE ROLE orgfold_release LOGIN CREATEROLE PASSWORD '{}'", passwords.release);
    client.batch_execute(&role).await?;
    client.batch_execute("CREATE DATABASE app OWNER orgfold_release").await?;
    Ok(())
}

fn shard_at(name: &str, shard: &Cluster) -> NewShard {
    NewShard {
        name: name.to_owned(),
        region: "demo".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: shard.port(),
        database: "app".to_owned(),
    }
}

fn role(name: &str, ddl: DdlMode, password: &str) -> NewRole {
    NewRole {
        name: name.to_owned(),
        password: password.to_owned().into(),
        login: true,
        ddl,
        any_org: false,
        orgs: ORGS.iter().map(|org| (*org).to_owned()).collect(),
    }
}
/// What `orgfold migrate schema/demo/*.sql` does.
async fn apply_schema(config: &Config) -> Result<(), DemoError> {
    let files = SCHEMA.iter().map(|(name, text)| SchemaFile::new(*name, *text)).collect();
    let options = MigrateOptions { config: config.clone(), files, shard: None };
    for outcome in migrate::run(&options, |_| ()).await? {
        outcome.result?;
    }
    Ok(())
}
