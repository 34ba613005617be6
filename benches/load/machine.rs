//! What is measured: shards with orgs, orgfold before them, and the same data in the ways of those who do without.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use orgfold::config::Config;
use orgfold::directory::DdlMode;
use orgfold::directory::ops::{self, NewRole, NewShard};
use orgfold::migrate::{self, MigrateOptions, SchemaFile};

use crate::process::Process;
use crate::server::{Databases, Server};
use crate::work::written;

/// Everybody's password.
pub const PASSWORD: &str = "bench";
/// Connections of each pool.
pub const POOL: usize = 16;
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
    /// Schema file, by its path from the repository's root.
    pub schema: &'static str,
    /// Statements that fill an org's tables; `:rows` is its size.
    pub fill: &'static [&'static str],
    /// Slug and size of each org.
    pub orgs: Vec<(String, u64)>,
    /// A role that may define objects.
    pub private: bool,
    pub shared: bool,
    /// More text for the section `[shards]`.
    pub shards_section: String,
}

/// A process and its port.
pub struct Listening {
    pub process: Process,
    pub port: u16,
}

/// Everything that was started. It all ends with it.
pub struct Machine {
    pub server: Server,
    pub orgs: Vec<OrgOf>,
    pub config: Config,
    pub private: bool,
    pub shared: bool,
    proxy: Listening,
    bouncer: Option<Listening>,
    _folder: tempfile::TempDir,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Machine {
    pub async fn start(wanted: Wanted) -> Result<Machine, String> {
        let settings = ["shared_buffers=256MB", "max_connections=600", "max_wal_size=4GB"];
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
        let orgs = fold(&server, &config, &wanted).await;
        let schema = std::fs::read_to_string(root().join(wanted.schema)).map_err(|error| error.to_string())?;
        if wanted.shared {
            server.run("postgres", "CREATE DATABASE shared TEMPLATE template0").await;
            server.run("shared", &written(&schema, Some(""))).await;
            for org in &orgs {
                fill(&server, "shared", &wanted, org, true).await;
            }
            server.run("shared", "VACUUM ANALYZE").await;
        }
        if wanted.private {
            for org in &orgs {
                let name = format!("private_{}", org.slug);
                server.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
                server.run(&name, &written(&schema, None)).await;
                fill(&server, &name, &wanted, org, false).await;
                server.run(&name, "VACUUM ANALYZE").await;
            }
        }
        let path = folder.path().join("orgfold.toml");
        std::fs::write(&path, &text).map_err(|error| error.to_string())?;
        let program = std::env::var("ORGFOLD_BENCH_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_orgfold").to_owned());
        let mut command = Command::new(program);
        command.arg("--config").arg(&path).arg("serve").env("RUST_LOG", "warn");
        let proxy = Listening { process: Process::start(command, port, &folder.path().join("orgfold.log")), port };
        let bouncer = if wanted.shared { bouncer(folder.path(), server.port()) } else { None };
        Ok(Machine {
            server,
            orgs,
            config,
            private: wanted.private,
            shared: wanted.shared,
            proxy,
            bouncer,
            _folder: folder,
        })
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    pub fn proxy(&self) -> &Listening {
        &self.proxy
    }

    pub fn bouncer(&self) -> Option<&Listening> {
        self.bouncer.as_ref()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

async fn fill(server: &Server, database: &str, wanted: &Wanted, org: &OrgOf, with_org: bool) {
    let number = org.id.to_string();
    let place = with_org.then_some(number.as_str());
    let client = server.connect(database).await.unwrap();
    for sql in wanted.fill {
        let sql = written(sql, place).replace(":rows", &org.rows.to_string());
        client.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
}

/// A directory, shards, orgs.
async fn fold(server: &Server, config: &Config, wanted: &Wanted) -> Vec<OrgOf> {
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
    let files = SchemaFile::read(&[root().join(wanted.schema)]).unwrap();
    let options = MigrateOptions { config: config.clone(), files, shard: None };
    for outcome in migrate::run(&options, |_| {}).await.unwrap() {
        outcome.result.unwrap();
    }
    let mut orgs = Vec::with_capacity(wanted.orgs.len());
    for (slug, rows) in &wanted.orgs {
        let made = operations.create_org(slug, None).await.unwrap();
        let org = OrgOf { slug: slug.clone(), id: made.id.get(), rows: *rows };
        fill(server, &made.shard, wanted, &org, true).await;
        orgs.push(org);
    }
    for at in 1..=wanted.shards {
        server.run(&format!("shard{at}"), "VACUUM ANALYZE").await;
    }
    let mut roles: BTreeMap<&str, DdlMode> = BTreeMap::new();
    roles.insert("bench", DdlMode::Refuse);
    roles.insert("designer", DdlMode::Metadata);
    for (name, ddl) in roles {
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
    orgs
}

/// PgBouncer in transaction mode before the shared database, where it is installed.
fn bouncer(folder: &Path, server: u16) -> Option<Listening> {
    let program = std::env::var("PGBOUNCER").unwrap_or_else(|_| "/usr/sbin/pgbouncer".to_owned());
    if !Path::new(&program).exists() {
        return None;
    }
    let port = free_port();
    let (users, ini) = (folder.join("users.txt"), folder.join("pgbouncer.ini"));
    std::fs::write(&users, format!("\"bench\" \"{PASSWORD}\"\n")).unwrap();
    let text = format!(
        "[databases]\nshared = host=127.0.0.1 port={server} dbname=shared\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = transaction\n\
         default_pool_size = {POOL}\nmax_client_conn = 5000\nquery_wait_timeout = 0\nignore_startup_parameters = extra_float_digits\n",
        users.display()
    );
    std::fs::write(&ini, text).unwrap();
    assert!(Command::new("chmod").arg("-R").arg("a+rX").arg(folder).status().unwrap().success());
    let mut command = Command::new(program);
    // It refuses to run as root.
    command.args(["-q", "-u", "nobody"]).arg(&ini);
    Some(Listening { process: Process::start(command, port, &folder.join("pgbouncer.log")), port })
}
