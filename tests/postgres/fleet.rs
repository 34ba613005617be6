//! The fixture of the integration tests: a directory and two shards, with orgs and roles.
//!
//! One cluster for each test binary holds the databases of every fleet; each test gets its own three, copied from
//! templates. [`FleetOptions::separate`] gives three clusters instead, for tests that stop a shard or the directory.

#![allow(dead_code)] // a fixture offers more than today's tests ask for

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use orgfold::catalog::{LeafCount, leaf_of};
use orgfold::config::Config;
use orgfold::directory::DdlMode;
use orgfold::directory::ops::{self, NewRole, NewShard, Operations};
use orgfold::engine::Engine;
use orgfold::frontend::Proxy;
use orgfold::migrate::{self, MigrateOptions, SchemaFile, ShardOutcome};
use orgfold::org::OrgId;
use orgfold::throwaway::Cluster;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres::{Client, NoTls};

/// The runtime role's and the release role's password; the proxy roles' are [`PASSWORD`] too.
pub const PASSWORD: &str = "a word of passage";
pub const RUNTIME: &str = "orgfold_runtime";
const RELEASE: &str = "orgfold_release";
const SHARDS: usize = 2;

/// A directory and two shards of one test. Dropping it drops its databases.
pub struct Fleet {
    directory: Place,
    shards: Vec<Place>,
    config: Config,
    /// What its options added to the config.
    more: String,
    owned: bool,
}

/// A database on a cluster.
#[derive(Clone)]
struct Place {
    cluster: Arc<Cluster>,
    database: String,
}

/// What a fleet is to hold.
#[derive(Clone, Default)]
pub struct FleetOptions {
    orgs: Vec<String>,
    roles: Vec<(String, Vec<String>)>,
    files: Vec<SchemaFile>,
    separate: bool,
    config: String,
}

impl FleetOptions {
    /// Orgs to create, one after the other: they alternate between the shards, beginning with the first.
    pub fn orgs(mut self, slugs: &[&str]) -> FleetOptions {
        self.orgs.extend(slugs.iter().map(|&slug| slug.to_owned()));
        self
    }

    /// A proxy role with [`PASSWORD`]; without orgs it may act for any.
    pub fn role(mut self, name: &str, orgs: &[&str]) -> FleetOptions {
        self.roles.push((name.to_owned(), orgs.iter().map(|&slug| slug.to_owned()).collect()));
        self
    }

    /// Schema files, by their paths from the repository's root, that both shards are migrated with.
    pub fn schema(mut self, paths: &[&str]) -> FleetOptions {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let paths: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        self.files.extend(SchemaFile::read(&paths).unwrap());
        self
    }

    /// One more schema file, given as text.
    pub fn ddl(mut self, text: &str) -> FleetOptions {
        self.files.push(SchemaFile::new(format!("{:04}_test.sql", self.files.len()), text));
        self
    }

    /// A cluster for the directory and one for each shard: tests may stop them.
    pub fn separate(mut self) -> FleetOptions {
        self.separate = true;
        self
    }

    /// More text for the config, e.g. `[proxy]` and its keys.
    pub fn config(mut self, toml: &str) -> FleetOptions {
        self.config.push_str(toml);
        self
    }

    /// Makes it.
    pub async fn start(self) -> Fleet {
        let places = match (self.separate, self.files.is_empty()) {
            (true, _) => separate_places().await,
            (false, true) => shared_places([None; SHARDS]).await,
            (false, false) => {
                let template = migrated(&self.files, &self.config).await;
                shared_places([0, 1].map(|at| Some(template.shards[at].database.as_str()))).await
            }
        };
        let [directory, shards @ ..] = places.as_slice() else { panic!("no places") };
        let config = config(directory, &self.config);
        let more = self.config.clone();
        let fleet =
            Fleet { directory: directory.clone(), shards: shards.to_vec(), config, more, owned: !self.separate };
        ops::prepare(&fleet.config.directory).await.unwrap();
        let mut operations = fleet.operations().await;
        for (at, shard) in fleet.shards.iter().enumerate() {
            let new = NewShard {
                name: format!("shard{}", at + 1),
                region: "local".to_owned(),
                host: "127.0.0.1".to_owned(),
                port: shard.cluster.port(),
                database: shard.database.clone(),
            };
            operations.add_shard(&new).await.unwrap();
        }
        if !self.files.is_empty() {
            // On copies this applies nothing, but settles what belongs to a database and is not copied with it.
            fleet.apply_all(&self.files).await;
        }
        for slug in &self.orgs {
            operations.create_org(slug, None).await.unwrap();
        }
        for (name, orgs) in &self.roles {
            let new = NewRole {
                name: name.clone(),
                password: PASSWORD.to_owned().into(),
                login: true,
                ddl: DdlMode::Refuse,
                any_org: orgs.is_empty(),
                orgs: orgs.clone(),
            };
            operations.create_role(&new).await.unwrap();
        }
        fleet
    }
}

impl Fleet {
    /// What to ask for.
    pub fn with() -> FleetOptions {
        FleetOptions::default()
    }

    /// A fleet without orgs and roles.
    pub async fn shared() -> Fleet {
        Fleet::with().start().await
    }

    /// The config that every part of orgfold takes.
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    /// Applies schema files, each a name and a text, to every shard.
    pub async fn migrate(&self, files: &[(&str, &str)]) {
        for outcome in self.try_migrate(files).await {
            outcome.result.unwrap();
        }
    }

    /// The same, and how it went on each shard.
    pub async fn try_migrate(&self, files: &[(&str, &str)]) -> Vec<ShardOutcome> {
        migrate::run(&self.migrate_options(files), |_| {}).await.unwrap()
    }

    /// What `orgfold migrate` would be told.
    pub fn migrate_options(&self, files: &[(&str, &str)]) -> MigrateOptions {
        let files = files.iter().map(|&(name, text)| SchemaFile::new(name, text)).collect();
        MigrateOptions { config: self.config(), files, shard: None }
    }

    async fn apply_all(&self, files: &[SchemaFile]) {
        let options = MigrateOptions { config: self.config(), files: files.to_vec(), shard: None };
        for outcome in migrate::run(&options, |_| {}).await.unwrap() {
            outcome.result.unwrap();
        }
    }

    /// A connection for operations.
    pub async fn operations(&self) -> Operations {
        Operations::connect(&self.config.directory).await.unwrap()
    }

    /// The config as a file's text, with more in it.
    pub fn config_text(&self, more: &str) -> String {
        config_text(&self.directory, &format!("{}{more}", self.more))
    }

    /// A proxy on a free port, until the handle is dropped.
    pub async fn proxy(&self) -> RunningProxy {
        self.proxy_with(self.config()).await
    }

    /// A proxy with another config.
    pub async fn proxy_with(&self, config: Config) -> RunningProxy {
        let engine = Engine::connect(&config).await.unwrap();
        let proxy = Proxy::bind(engine, &config).await.unwrap();
        let proxy = proxy.reads_from(|| Err("there is no file".to_owned()));
        let http = proxy.http_address();
        let port = proxy.address().port();
        let certificates = proxy.certificates();
        let pools = proxy.pools();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(proxy.serve(async {
            let _ = stopped.await;
        }));
        RunningProxy { port, http, pools, stop: Some(stop), task, certificates }
    }

    /// A superuser's connection to the directory database.
    pub async fn directory_client(&self) -> Client {
        self.directory.cluster.connect(&self.directory.database).await.unwrap()
    }

    /// A superuser's connection to the database of a shard: 1 or 2.
    pub async fn shard_client(&self, shard: usize) -> Client {
        let place = &self.shards[shard - 1];
        place.cluster.connect(&place.database).await.unwrap()
    }

    /// PostgreSQL's major version.
    pub async fn version(&self) -> i32 {
        let sql = "SELECT current_setting('server_version_num')::integer / 10000";
        self.shard_client(1).await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// A plain database with this schema, on the first shard's server, dropped with the fleet's server.
    pub async fn private_database(&self, schema: &str) -> Client {
        self.private_database_of("private", schema).await
    }

    /// One of several.
    pub async fn private_database_of(&self, whose: &str, schema: &str) -> Client {
        let place = &self.shards[0];
        let name = format!("{}_{whose}", place.database);
        let client = place.cluster.connect("postgres").await.unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let client = place.cluster.connect(&name).await.unwrap();
        client.batch_execute(schema).await.unwrap();
        client
    }

    /// Port, user and name of that database, for a user like a service's: no superuser, [`PASSWORD`]. It may do with
    /// the tables what an org may.
    pub async fn private_address(&self) -> (u16, String, String) {
        let place = &self.shards[0];
        let name = format!("{}_private", place.database);
        let client = place.cluster.connect(&name).await.unwrap();
        let grants = format!(
            "CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}';
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {name}"
        );
        client.batch_execute(&grants).await.unwrap();
        (place.cluster.port(), name.clone(), name)
    }

    /// A plain database with this schema that belongs to the runtime role, as its orgs' seem to; how to connect to it.
    pub async fn private_of_runtime(&self, schema: &str) -> tokio_postgres::Config {
        let place = &self.shards[0];
        let name = format!("{}_private", place.database);
        let client = place.cluster.connect("postgres").await.unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name} OWNER {RUNTIME} TEMPLATE template0")).await.unwrap();
        let mut settings = tokio_postgres::Config::new();
        settings.host("127.0.0.1").port(place.cluster.port()).user(RUNTIME).password(PASSWORD).dbname(&name);
        let (client, connection) = settings.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(schema).await.unwrap();
        settings
    }

    /// The release role's connection to a shard.
    pub async fn release_client(&self, shard: usize) -> Client {
        self.client_as(shard, RELEASE).await
    }

    /// The runtime role's connection to a shard.
    pub async fn runtime_client(&self, shard: usize) -> Client {
        self.client_as(shard, RUNTIME).await
    }

    async fn client_as(&self, shard: usize, user: &str) -> Client {
        let place = &self.shards[shard - 1];
        let mut settings = tokio_postgres::Config::new();
        settings.host("127.0.0.1").port(place.cluster.port()).user(user).password(PASSWORD).dbname(&place.database);
        let (client, connection) = settings.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// The directory's cluster, to stop and restart. Only of a separate fleet: others' tests share the other.
    pub fn directory_cluster(&self) -> &Cluster {
        assert!(!self.owned, "ask for a separate fleet");
        &self.directory.cluster
    }

    /// A shard's cluster, to stop and restart. Only of a separate fleet.
    pub fn shard_cluster(&self, shard: usize) -> &Cluster {
        assert!(!self.owned, "ask for a separate fleet");
        &self.shards[shard - 1].cluster
    }

    /// A program that came with the server: `psql`, `pgbench`.
    pub fn tool(&self, name: &str) -> std::path::PathBuf {
        self.directory.cluster.binaries().tool(name)
    }
}

/// A proxy that serves in this process.
pub struct RunningProxy {
    port: u16,
    http: Option<std::net::SocketAddr>,
    pools: Arc<orgfold::upstream::Pools>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
    certificates: orgfold::frontend::Certificates,
}

impl RunningProxy {
    /// Where its certificates are reloaded.
    pub fn certificates(&self) -> &orgfold::frontend::Certificates {
        &self.certificates
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it says over HTTP: the status and the text.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let mut socket = tokio::net::TcpStream::connect(self.http.unwrap()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Its pools, to look at.
    pub fn pools(&self) -> &orgfold::upstream::Pools {
        &self.pools
    }

    /// How to connect as a role, to an org.
    pub fn settings(&self, role: &str, org: &str) -> tokio_postgres::Config {
        let mut settings = tokio_postgres::Config::new();
        settings.host("127.0.0.1").port(self.port).user(role).password(PASSWORD).dbname(org);
        settings
    }

    /// A connection as a role, to an org.
    pub async fn connect(&self, role: &str, org: &str) -> Client {
        self.try_connect(role, org).await.unwrap()
    }

    /// The same, which may be refused.
    pub async fn try_connect(&self, role: &str, org: &str) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.settings(role, org).connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Stops it, as SIGTERM would, and waits until it has.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.task).await.unwrap();
    }
}

impl Drop for RunningProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        if !self.owned {
            return; // the clusters go with it
        }
        let places = [std::slice::from_ref(&self.directory), &self.shards].concat();
        // A test's own runtime is about to end: the databases are dropped on another.
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                for place in places {
                    let Ok(client) = place.cluster.connect("postgres").await else { return };
                    let _ = client.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", place.database)).await;
                }
            });
        });
    }
}

fn config(directory: &Place, more: &str) -> Config {
    toml::from_str(&config_text(directory, more)).unwrap()
}

fn config_text(directory: &Place, more: &str) -> String {
    let url = directory.cluster.superuser_url(&directory.database);
    // Reads by key share backends wherever they may, so that every test is one of that too.
    let lanes = if is_given(more, "[shards]", "lanes") { "" } else { "lanes_from = 1\n" };
    let sections = HashMap::from([
        ("[directory]", format!("url = {url:?}\npoll_ms = 200\n")),
        ("[shards]", format!("user = {RUNTIME:?}\npassword = {PASSWORD:?}\n{lanes}")),
        ("[migrate]", format!("user = {RELEASE:?}\npassword = {PASSWORD:?}\n")),
        (
            "[proxy]",
            if is_given(more, "[proxy]", "listen") { String::new() } else { "listen = \"127.0.0.1:0\"\n".to_owned() },
        ),
    ]);
    let mut text = String::new();
    let mut rest = more.to_owned();
    for (header, body) in sections {
        // What a test adds to a section comes under the same header.
        match rest.find(header) {
            Some(at) => rest.insert_str(at + header.len(), &format!("\n{body}")),
            None => text.push_str(&format!("{header}\n{body}")),
        }
    }
    text + &rest
}

/// Whether a section of a config's text has that key.
fn is_given(text: &str, section: &str, key: &str) -> bool {
    let Some((_, behind)) = text.split_once(section) else { return false };
    let own = behind.split("\n[").next().unwrap();
    own.lines().any(|line| line.starts_with(key))
}

/// The cluster of this test binary. It is never dropped; its guard removes it when the process ends.
async fn shared_cluster() -> Arc<Cluster> {
    static CLUSTER: OnceCell<Arc<Cluster>> = OnceCell::const_new();
    let start = || async {
        let cluster = Arc::new(Cluster::start().await.unwrap());
        make_roles(&cluster).await;
        cluster
    };
    Arc::clone(CLUSTER.get_or_init(start).await)
}

async fn make_roles(cluster: &Cluster) {
    let client = cluster.connect("postgres").await.unwrap();
    let roles = format!(
        "CREATE ROLE {RELEASE} LOGIN CREATEROLE PASSWORD '{PASSWORD}'; CREATE ROLE {RUNTIME} LOGIN PASSWORD '{PASSWORD}'"
    );
    client.batch_execute(&roles).await.unwrap();
}

/// A fleet whose shards have these files, made once for each set of files and kept as a template.
async fn migrated(files: &[SchemaFile], config: &str) -> Arc<Fleet> {
    /// By the files' names and checksums.
    type Templates = BTreeMap<Vec<(String, String)>, Arc<Fleet>>;
    static TEMPLATES: Mutex<Templates> = Mutex::const_new(BTreeMap::new());
    let mut key: Vec<(String, String)> = files.iter().map(|file| (file.name().to_owned(), file.checksum())).collect();
    // How many leaves there are is settled by the first migration.
    let config = if config.contains("leaves") { config } else { "" };
    key.push(("config".to_owned(), config.to_owned()));
    let mut templates = TEMPLATES.lock().await;
    if let Some(template) = templates.get(&key) {
        return Arc::clone(template);
    }
    let template = Box::pin(Fleet::with().config(config).start()).await;
    template.apply_all(files).await;
    let template = Arc::new(template);
    templates.insert(key, Arc::clone(&template));
    template
}

async fn shared_places(templates: [Option<&str>; SHARDS]) -> Vec<Place> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    // CREATE DATABASE locks its template: one at a time is faster than failing.
    static CREATING: Mutex<()> = Mutex::const_new(());
    let cluster = shared_cluster().await;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let client = cluster.connect("postgres").await.unwrap();
    let mut places = Vec::new();
    for at in 0..=SHARDS {
        let database = if at == 0 { format!("fleet{number}_directory") } else { format!("fleet{number}_shard{at}") };
        let _one = CREATING.lock().await;
        let template = at.checked_sub(1).and_then(|shard| templates[shard]);
        client.batch_execute(&create_database(&database, at > 0, template)).await.unwrap();
        places.push(Place { cluster: Arc::clone(&cluster), database });
    }
    places
}

async fn separate_places() -> Vec<Place> {
    let mut places = Vec::new();
    for at in 0..=SHARDS {
        let cluster = Arc::new(Cluster::start().await.unwrap());
        make_roles(&cluster).await;
        let database = if at == 0 { "directory".to_owned() } else { format!("shard{at}") };
        let client = cluster.connect("postgres").await.unwrap();
        client.batch_execute(&create_database(&database, at > 0, None)).await.unwrap();
        places.push(Place { cluster, database });
    }
    places
}

/// A shard belongs to the release role, as an operator would make it.
fn create_database(name: &str, shard: bool, template: Option<&str>) -> String {
    let owner = if shard { RELEASE } else { "postgres" };
    format!("CREATE DATABASE {name} OWNER {owner} TEMPLATE {}", template.unwrap_or("template0"))
}

#[tokio::test]
async fn fleets_of_one_schema_are_copies_with_the_same_walls() {
    let ddl = "CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL);";
    let in_first_leaf = |&n: &i64| leaf_of(OrgId::try_new(n).unwrap(), LeafCount::STANDARD).get() == 0;
    let org: i64 = (1..).find(in_first_leaf).unwrap();
    let begun = std::time::Instant::now();
    let first = Fleet::with().ddl(ddl).orgs(&["acme", "globex"]).start().await;
    let made = begun.elapsed();
    let begun = std::time::Instant::now();
    let second = Fleet::with().ddl(ddl).orgs(&["acme"]).start().await;
    println!("a migrated fleet: the first {made:?}, the next {:?}", begun.elapsed());
    for fleet in [&first, &second] {
        for shard in 1..=SHARDS {
            let runtime = fleet.runtime_client(shard).await;
            let insert = "INSERT INTO note_p00 (org_id, body) VALUES ($1, 'x') RETURNING id";
            let row = runtime.query_one(insert, &[&org]).await.unwrap();
            assert_eq!(row.get::<_, i64>(0), i64::try_from(shard).unwrap(), "the shard's own lane");
            for refused in ["CREATE TABLE x ()", "CREATE TEMP TABLE x ()", "SELECT FROM note", "CREATE SCHEMA x"] {
                let error = runtime.batch_execute(refused).await.unwrap_err();
                assert_eq!(error.code().unwrap().code(), "42501", "{refused}");
            }
        }
    }
}
