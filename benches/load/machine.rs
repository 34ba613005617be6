//! What is measured: shards with orgs, orgfold before them, and the same data in the ways of those who do without.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use orgfold::config::Config;
use orgfold::directory::DdlMode;
use orgfold::directory::ops::{self, NewRole, NewShard};
use orgfold::migrate::{self, MigrateOptions, SchemaFile};

use crate::drive::Worker;
use crate::fill;
use crate::process::Process;
use crate::rivals::{self, Listening, PASSWORD, POOL, free_port};
use crate::server::{Databases, Server};
use crate::session::{Store, Way};
use crate::workload::World;

/// More orgs than this get no database each: PostgreSQL copies a whole catalog for each.
pub const MOST_PRIVATE: usize = 64;

/// An org.
#[derive(Clone, Debug)]
pub struct OrgOf {
    pub slug: String,
    pub id: i64,
    /// Rows of its largest table.
    pub rows: u64,
}

/// What a machine is to hold.
pub struct Wanted {
    pub databases: Databases,
    pub shards: usize,
    pub world: &'static World,
    /// Slug and size of each org.
    pub orgs: Vec<(String, u64)>,
    /// Which ways.
    pub ways: Vec<Way>,
    /// More text for the section `[shards]`.
    pub shards_section: String,
}

/// What was done where: the org, the workload, the kind.
pub type Done = BTreeMap<(Store, i64, &'static str, &'static str), u64>;

/// Everything that was started. It all ends with it.
pub struct Machine {
    pub server: Server,
    pub world: &'static World,
    pub orgs: Vec<OrgOf>,
    pub shards: usize,
    pub config: Config,
    /// The ways that there are.
    pub ways: Vec<Way>,
    /// Why others are not there.
    pub missing: Vec<String>,
    proxy: Listening,
    bouncer: Option<Listening>,
    pgdog: Option<Listening>,
    done: Mutex<Done>,
    failed: Mutex<BTreeMap<(Store, i64), u64>>,
    _folder: tempfile::TempDir,
}

impl Machine {
    pub async fn start(wanted: Wanted) -> Result<Machine, String> {
        let mut settings = vec!["shared_buffers=256MB", "max_connections=600", "max_wal_size=4GB"];
        let citus = wanted.ways.contains(&Way::Citus) && rivals::has_citus();
        if citus {
            settings.push("shared_preload_libraries=citus");
        }
        let server = Server::start(wanted.databases, &settings).await?;
        let folder = tempfile::Builder::new().prefix("orgfold-load-").tempdir().map_err(|error| error.to_string())?;
        let roles = format!(
            "CREATE ROLE bench LOGIN SUPERUSER PASSWORD '{PASSWORD}'; \
             CREATE ROLE orgfold_release LOGIN CREATEROLE PASSWORD '{PASSWORD}'; \
             CREATE ROLE orgfold_runtime LOGIN PASSWORD '{PASSWORD}'"
        );
        server.run("postgres", &roles).await;
        let port = free_port();
        let text = format!(
            "[directory]\nurl = {:?}\n[shards]\nuser = \"orgfold_runtime\"\npassword = \"{PASSWORD}\"\npool_size = {POOL}\n\
             pool_wait_ms = 60000\n{}[migrate]\nuser = \"orgfold_release\"\npassword = \"{PASSWORD}\"\n\
             [proxy]\nlisten = \"127.0.0.1:{port}\"\n",
            server.url("directory"),
            wanted.shards_section,
        );
        let config: Config = toml::from_str(&text).map_err(|error| error.to_string())?;
        let homes = fold(&server, &config, &wanted, folder.path()).await?;
        let orgs: Vec<OrgOf> = homes.iter().map(|(_, org)| org.clone()).collect();
        let has = |way: Way| wanted.ways.contains(&way);
        let mut ways = wanted.ways.clone();
        let mut missing = Vec::new();
        if has(Way::Private) && orgs.len() > MOST_PRIVATE {
            ways.retain(|way| *way != Way::Private);
            missing.push(format!("No database per org for more than {MOST_PRIVATE} orgs"));
        }
        let mut stores = Vec::new();
        if has(Way::Shared) || has(Way::Pgbouncer) || has(Way::Pgdog) {
            stores.push("shared");
        }
        if citus {
            stores.push("citus");
        }
        let alone: &[OrgOf] = if ways.contains(&Way::Private) { &orgs } else { &[] };
        tokio::try_join!(
            fill::folded(&server, wanted.shards, wanted.world, &homes),
            fill::by_hand(&server, &stores, wanted.world, &orgs),
            fill::private(&server, wanted.world, alone),
        )?;
        let path = folder.path().join("orgfold.toml");
        std::fs::write(&path, &text).map_err(|error| error.to_string())?;
        let program = std::env::var("ORGFOLD_BENCH_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_orgfold").to_owned());
        let mut command = Command::new(program);
        command.arg("--config").arg(&path).arg("serve").env("RUST_LOG", "warn");
        let proxy = Listening { process: Process::start(command, port, &folder.path().join("orgfold.log")), port };
        fill::objects(&server, wanted.shards, port, wanted.world, &orgs).await?;
        let found = |way: Way, start: fn(&Path, u16) -> Option<Listening>| {
            if has(way) { start(folder.path(), server.port()) } else { None }
        };
        let (bouncer, pgdog) = (found(Way::Pgbouncer, rivals::bouncer), found(Way::Pgdog, rivals::pgdog));
        for (way, there, name) in [
            (Way::Pgbouncer, bouncer.is_some(), "PgBouncer"),
            (Way::Pgdog, pgdog.is_some(), "PgDog"),
            (Way::Citus, citus, "Citus"),
        ] {
            if has(way) && !there {
                ways.retain(|one| *one != way);
                missing.push(format!("{name} was not found"));
            }
        }
        Ok(Machine {
            server,
            world: wanted.world,
            orgs,
            shards: wanted.shards,
            config,
            ways,
            missing,
            proxy,
            bouncer,
            pgdog,
            done: Mutex::default(),
            failed: Mutex::default(),
            _folder: folder,
        })
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    pub fn proxy(&self) -> &Listening {
        &self.proxy
    }

    /// The process that stands between clients and the server.
    pub fn between(&self, way: Way) -> Option<&Listening> {
        match way {
            Way::Private | Way::Shared | Way::Citus | Way::Library => None,
            Way::Pgbouncer => self.bouncer.as_ref(),
            Way::Pgdog => self.pgdog.as_ref(),
            Way::Proxy => Some(&self.proxy),
        }
    }

    /// Notes what clients have done in a way, for the checks.
    pub fn note(&self, way: Way, workload: &'static str, workers: &[Worker]) {
        let (mut done, mut failed) = (self.done.lock().unwrap(), self.failed.lock().unwrap());
        for worker in workers {
            for (kind, count) in &worker.done {
                *done.entry((way.store(), worker.org, workload, kind)).or_default() += count;
            }
            *failed.entry((way.store(), worker.org)).or_default() += worker.failed;
        }
    }

    /// Whether an org had clients there.
    pub fn touched(&self, store: Store, org: i64) -> bool {
        self.failed.lock().unwrap().contains_key(&(store, org))
    }

    /// How many of a kind an org's clients have done.
    pub fn done(&self, store: Store, org: i64, workload: &'static str, kind: &'static str) -> u64 {
        self.done.lock().unwrap().get(&(store, org, workload, kind)).copied().unwrap_or(0)
    }

    /// How many transactions of an org have failed: they may have been done or not.
    pub fn failed(&self, store: Store, org: i64) -> u64 {
        self.failed.lock().unwrap().get(&(store, org)).copied().unwrap_or(0)
    }
}

/// A directory, shards, orgs with the names of their shards.
async fn fold(
    server: &Server,
    config: &Config,
    wanted: &Wanted,
    folder: &Path,
) -> Result<Vec<(String, OrgOf)>, String> {
    server.run("postgres", "CREATE DATABASE directory TEMPLATE template0").await;
    ops::prepare(&config.directory).await.unwrap();
    let mut operations = ops::Operations::connect(&config.directory).await.unwrap();
    for at in 1..=wanted.shards {
        let name = format!("shard{at}");
        let create = format!("CREATE DATABASE {name} OWNER orgfold_release TEMPLATE template0");
        server.run("postgres", &create).await;
        let (host, port) = ("127.0.0.1".to_owned(), server.port());
        let new = NewShard { name: name.clone(), region: "local".to_owned(), host, port, database: name };
        operations.add_shard(&new).await.unwrap();
    }
    let path = folder.join("schema.sql");
    std::fs::write(&path, (wanted.world.schema)()).map_err(|error| error.to_string())?;
    let files = SchemaFile::read(&[path]).unwrap();
    let options = MigrateOptions { config: config.clone(), files, shard: None };
    for outcome in migrate::run(&options, |_| {}).await.unwrap() {
        outcome.result.unwrap();
    }
    for (name, ddl) in [("bench", DdlMode::Refuse), ("designer", DdlMode::Metadata)] {
        let role = NewRole {
            name: name.to_owned(),
            password: PASSWORD.to_owned().into(),
            login: true,
            ddl,
            any_org: true,
            orgs: Vec::new(),
        };
        operations.create_role(&role).await.unwrap();
    }
    fill::orgs(server, &wanted.orgs).await
}
