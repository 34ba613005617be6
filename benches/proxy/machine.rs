//! What is measured: a cluster with a plain database and a shard for each number of leaves, orgfold and PgBouncer.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use orgfold::config::Config;
use orgfold::directory::DdlMode;
use orgfold::directory::ops::{self, NewRole, NewShard};
use orgfold::migrate::{self, MigrateOptions, SchemaFile};
use orgfold::throwaway::Cluster;

use crate::process::Process;

/// Rows that are read: pgbench's scale 1.
pub const ROWS: u32 = 100_000;
/// The numbers of leaves that are measured.
pub const LEAVES: [u32; 2] = [16, 64];
/// Everybody's password.
pub const PASSWORD: &str = "bench";
/// Connections of each pool.
pub const POOL: usize = 16;
/// The org that is read; there are others beside it.
pub const ORG: &str = "acme";
/// Who may define objects.
pub const DESIGNER: &str = "designer";
/// How many orgs a shard has.
const ORGS: usize = 8;

/// Everything that was started. It all ends with it.
pub struct Machine {
    pub runtime: tokio::runtime::Runtime,
    pub cluster: Cluster,
    pub folder: PathBuf,
    /// Directory and org's number, for each of [`LEAVES`].
    pub orgs: Vec<i64>,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A proxy and where it listens.
pub struct Proxy {
    pub process: Process,
    pub port: u16,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Machine {
    /// With the rows that are read where `filled`; without, all is there but they.
    pub fn start(filled: bool) -> Machine {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let cluster = runtime.block_on(Cluster::start_with(&["shared_buffers=256MB", "max_connections=400"])).unwrap();
        let folder = std::env::temp_dir().join(format!("orgfold-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut machine = Machine { runtime, cluster, folder, orgs: Vec::new() };
        machine.runtime.block_on(plain(&machine.cluster));
        for leaves in LEAVES {
            let org =
                machine.runtime.block_on(sharded(&machine.cluster, leaves, &machine.config(leaves, "", 0), filled));
            machine.orgs.push(org);
        }
        machine
    }

    fn config(&self, leaves: u32, proxy: &str, port: u16) -> String {
        let url = self.cluster.superuser_url(&format!("directory{leaves}"));
        format!(
            "[directory]\nurl = {url:?}\n[shards]\nuser = \"orgfold_runtime\"\npassword = \"{PASSWORD}\"\npool_size = {POOL}\n\
             [migrate]\nuser = \"orgfold_release\"\npassword = \"{PASSWORD}\"\nleaves = {leaves}\n\
             [proxy]\nlisten = \"127.0.0.1:{port}\"\n{proxy}"
        )
    }

    /// orgfold in front of the shard with so many leaves; `more` is text for its `[proxy]`.
    pub fn orgfold(&self, leaves: u32, more: &str) -> Proxy {
        let port = free_port();
        let path = self.folder.join(format!("orgfold{port}.toml"));
        std::fs::write(&path, self.config(leaves, more, port)).unwrap();
        let program = std::env::var("ORGFOLD_BENCH_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_orgfold").to_owned());
        let mut command = Command::new(program);
        command.arg("--config").arg(&path).arg("serve").env("RUST_LOG", "warn");
        Proxy { process: Process::start(command, port, &self.log(port)), port }
    }

    fn log(&self, port: u16) -> PathBuf {
        self.folder.join(format!("{port}.log"))
    }

    /// PgBouncer in front of the plain database, where it is installed.
    pub fn pgbouncer(&self, mode: &str) -> Option<Proxy> {
        let program = std::env::var("PGBOUNCER").unwrap_or_else(|_| "/usr/sbin/pgbouncer".to_owned());
        if !Path::new(&program).exists() {
            return None;
        }
        let port = free_port();
        let users = self.folder.join("users.txt");
        std::fs::write(&users, format!("\"bench\" \"{PASSWORD}\"\n")).unwrap();
        let ini = self.folder.join(format!("pgbouncer{port}.ini"));
        let text = format!(
            "[databases]\nplain = host=127.0.0.1 port={} dbname=plain\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = {mode}\n\
             default_pool_size = {POOL}\nmax_client_conn = 5000\nignore_startup_parameters = extra_float_digits\n",
            self.cluster.port(),
            users.display()
        );
        std::fs::write(&ini, text).unwrap();
        let open = Command::new("chmod").arg("-R").arg("a+rX").arg(&self.folder).status().unwrap();
        assert!(open.success());
        let mut command = Command::new(program);
        // It refuses to run as root.
        command.args(["-q", "-u", "nobody"]).arg(&ini);
        Some(Proxy { process: Process::start(command, port, &self.log(port)), port })
    }

    /// Takes away what was deleted.
    pub fn vacuum(&self) {
        for database in ["plain", "shard16"] {
            self.runtime.block_on(run(&self.cluster, database, "VACUUM ANALYZE"));
        }
    }

    /// The server's first process.
    pub fn postmaster(&self) -> u32 {
        let path = self.cluster.socket_folder().join("data/postmaster.pid");
        std::fs::read_to_string(path).unwrap().lines().next().unwrap().parse().unwrap()
    }
}

async fn run(cluster: &Cluster, database: &str, sql: &str) {
    let client = cluster.connect(database).await.unwrap();
    client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

const COLUMNS: &str = "aid, bid, abalance, filler";

fn rows() -> String {
    format!("SELECT i, 1, 0, '' FROM generate_series(1, {ROWS}) i")
}

/// A database as it is without orgfold: pgbench's accounts.
async fn plain(cluster: &Cluster) {
    let roles = format!(
        "CREATE ROLE bench LOGIN SUPERUSER PASSWORD '{PASSWORD}'; \
         CREATE ROLE orgfold_release LOGIN CREATEROLE PASSWORD '{PASSWORD}'; \
         CREATE ROLE orgfold_runtime LOGIN PASSWORD '{PASSWORD}'"
    );
    run(cluster, "postgres", &roles).await;
    run(cluster, "postgres", "CREATE DATABASE plain TEMPLATE template0").await;
    let table = format!(
        "CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84)); \
         INSERT INTO pgbench_accounts ({COLUMNS}) {}; ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid); \
         VACUUM ANALYZE pgbench_accounts",
        rows()
    );
    for statement in table.split(';') {
        run(cluster, "plain", statement).await;
    }
}

/// A directory and a shard; the number of the org that is read.
async fn sharded(cluster: &Cluster, leaves: u32, config: &str, filled: bool) -> i64 {
    let config: Config = toml::from_str(config).unwrap();
    let (directory, shard) = (format!("directory{leaves}"), format!("shard{leaves}"));
    run(cluster, "postgres", &format!("CREATE DATABASE {directory} TEMPLATE template0")).await;
    let create = format!("CREATE DATABASE {shard} OWNER orgfold_release TEMPLATE template0");
    run(cluster, "postgres", &create).await;
    ops::prepare(&config.directory).await.unwrap();
    let mut operations = ops::Operations::connect(&config.directory).await.unwrap();
    let new = NewShard {
        name: "shard1".to_owned(),
        region: "local".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: cluster.port(),
        database: shard.clone(),
    };
    operations.add_shard(&new).await.unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = [root.join("schema/pgbench.sql"), root.join("benches/proxy/native.sql")];
    let options = MigrateOptions { config, files: SchemaFile::read(&schema).unwrap(), shard: None };
    for outcome in migrate::run(&options, |_| {}).await.unwrap() {
        outcome.result.unwrap();
    }
    let mut load = String::new();
    for number in 0..ORGS {
        let slug = if number == 0 { ORG.to_owned() } else { format!("org{number}") };
        operations.create_org(&slug, None).await.unwrap();
        let id = operations.org(&slug).await.unwrap().id;
        write!(load, "INSERT INTO pgbench_accounts (org_id, {COLUMNS}) SELECT {id}, * FROM ({}) r;", rows()).unwrap();
    }
    if filled {
        run(cluster, &shard, &load).await;
        run(cluster, &shard, "VACUUM ANALYZE").await;
    }
    for (name, ddl) in [("bench", DdlMode::Refuse), (DESIGNER, DdlMode::Metadata)] {
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
    operations.org(ORG).await.unwrap().id.get()
}
