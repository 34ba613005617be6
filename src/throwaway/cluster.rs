//! [`Cluster`]: a running throwaway server.
//!
//! In: [`Binaries`], server settings. Out: a server with SCRAM passwords on 127.0.0.1 and on a Unix socket in its own
//! folder. `initdb` runs once for each process; every cluster starts from a copy of its result.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::folder::{Folder, sweep};
use super::{Binaries, ThrowawayError};

/// The superuser of every throwaway cluster.
const SUPERUSER: &str = "postgres";
const STARTING: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);
/// A port may be taken between the look and the start.
const PORT_ATTEMPTS: usize = 5;

/// Surviving the machine is what a throwaway server can do without; surviving its own crash it must (so no
/// `synchronous_commit=off`).
const SETTINGS: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "max_connections=300",
    "shared_buffers=64MB",
    "listen_addresses=127.0.0.1",
    "password_encryption=scram-sha-256",
    "jit=off",
];

/// A running server. Dropping it stops the server and removes its folder.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    password: String,
    path: PathBuf,
    port: u16,
    folder: Arc<Mutex<Folder>>,
}

/// The result of `initdb`, kept while the process lives.
struct Template {
    binaries: Binaries,
    password: String,
    folder: Folder,
}

impl Cluster {
    /// Starts a server on a free port and waits until it takes connections.
    ///
    /// Cancel safety: dropped before it is ready, the server is stopped and removed.
    ///
    /// # Errors
    /// [`ThrowawayError`] when there are no binaries or the server does not start.
    pub async fn start() -> Result<Cluster, ThrowawayError> {
        Cluster::start_with(&[]).await
    }

    /// The same with further settings (`wal_level=logical`).
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn start_with(settings: &[&str]) -> Result<Cluster, ThrowawayError> {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        blocking(move || Cluster::start_now(&settings)).await
    }

    fn start_now(settings: &[String]) -> Result<Cluster, ThrowawayError> {
        let mut attempt = 1;
        loop {
            match Cluster::try_start(settings) {
                Err(ThrowawayError::NotReady { log }) if attempt < PORT_ATTEMPTS && log.contains("could not bind") => {
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    fn try_start(settings: &[String]) -> Result<Cluster, ThrowawayError> {
        let (binaries, password, template) = template()?;
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(ThrowawayError::io("find a free port"))?
            .port();
        // The server changes into its data folder; the socket belongs beside that.
        let mut options = vec!["-p".to_owned(), port.to_string(), "-k".to_owned(), "..".to_owned()];
        for setting in SETTINGS.iter().map(|&setting| setting.to_owned()).chain(settings.iter().cloned()) {
            options.extend(["-c".to_owned(), setting]);
        }
        let folder = Folder::make(&binaries.tool("postgres"), &options)?;
        let copied = folder
            .account()
            .command(Path::new("cp"))
            .arg("-R")
            .arg(&template)
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .status()
            .map_err(ThrowawayError::io("copy the template cluster"))?;
        if !copied.success() {
            return Err(ThrowawayError::Initdb { output: "copying its result failed".to_owned() });
        }
        let path = folder.path().to_owned();
        let cluster = Cluster { binaries, password, path, port, folder: Arc::new(Mutex::new(folder)) };
        start_server(&cluster.folder)?;
        Ok(cluster)
    }

    /// The connection URL of a role; without a password unless it is the superuser.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        if user == SUPERUSER {
            format!("postgres://{user}:{}@127.0.0.1:{}/{database}", self.password, self.port)
        } else {
            format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
        }
    }

    /// The connection URL of the superuser `postgres`.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> String {
        self.url(SUPERUSER, database)
    }

    /// The superuser's password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The TCP port on 127.0.0.1; stays the same over [`Cluster::restart`].
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the Unix socket.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        &self.path
    }

    /// The binaries it runs on: where `psql` and `pgbench` are.
    #[must_use]
    pub const fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// A connection of the superuser. The task that drives it ends with the client.
    ///
    /// # Errors
    /// [`ThrowawayError::Connect`] while the server is stopped or when the database does not exist.
    pub async fn connect(&self, database: &str) -> Result<tokio_postgres::Client, ThrowawayError> {
        let (client, connection) =
            tokio_postgres::connect(&self.superuser_url(database), tokio_postgres::NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a throwaway server ended");
            }
        });
        Ok(client)
    }

    /// Stops the server in good order (connections are ended); its data stays.
    ///
    /// # Errors
    /// [`ThrowawayError::Io`] when the guard is gone.
    pub async fn stop(&self) -> Result<(), ThrowawayError> {
        self.order("stop").await
    }

    /// Kills the server and its backends as a crash would; its data stays.
    ///
    /// # Errors
    /// [`ThrowawayError::Io`] when the guard is gone.
    pub async fn kill(&self) -> Result<(), ThrowawayError> {
        self.order("kill").await
    }

    /// Starts the server again on the same port, stopping it first if it runs.
    ///
    /// # Errors
    /// [`ThrowawayError::NotReady`] when it does not come up.
    pub async fn restart(&self) -> Result<(), ThrowawayError> {
        let folder = Arc::clone(&self.folder);
        blocking(move || {
            locked(&folder).order("stop")?;
            start_server(&folder)
        })
        .await
    }

    async fn order(&self, word: &'static str) -> Result<(), ThrowawayError> {
        let folder = Arc::clone(&self.folder);
        blocking(move || locked(&folder).order(word)).await
    }
}

/// Runs a blocking step on a thread made for it.
async fn blocking<T: Send + 'static>(
    step: impl FnOnce() -> Result<T, ThrowawayError> + Send + 'static,
) -> Result<T, ThrowawayError> {
    match tokio::task::spawn_blocking(step).await {
        Ok(done) => done,
        Err(error) => Err(ThrowawayError::NotReady { log: error.to_string() }),
    }
}

/// A guard's state is sound after any panic: it is two pipes.
fn locked(folder: &Mutex<Folder>) -> std::sync::MutexGuard<'_, Folder> {
    folder.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start_server(folder: &Mutex<Folder>) -> Result<(), ThrowawayError> {
    let mut folder = locked(folder);
    folder.order("start")?;
    let deadline = Instant::now() + STARTING;
    loop {
        // The last line that the server writes into this file is its state; pg_ctl looks at the same.
        let state = std::fs::read_to_string(folder.path().join("data/postmaster.pid")).unwrap_or_default();
        if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        if folder.path().join("exited").exists() || Instant::now() > deadline {
            let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(8).collect();
            return Err(ThrowawayError::NotReady { log: tail.into_iter().rev().collect::<Vec<_>>().join("\n") });
        }
        std::thread::sleep(POLL);
    }
}

/// The template's binaries, password and data folder; made at the first call.
fn template() -> Result<(Binaries, String, PathBuf), ThrowawayError> {
    static TEMPLATE: OnceLock<Mutex<Option<Template>>> = OnceLock::new();
    let cell = TEMPLATE.get_or_init(|| Mutex::new(None));
    let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
    let template = match cell.take() {
        Some(template) => template,
        None => Template::make()?,
    };
    let found = (template.binaries.clone(), template.password.clone(), template.folder.path().join("data"));
    *cell = Some(template);
    Ok(found)
}

impl Template {
    fn make() -> Result<Template, ThrowawayError> {
        sweep();
        let binaries = Binaries::find()?;
        let folder = Folder::make(&binaries.tool("postgres"), &[])?;
        let mut bytes = [0_u8; 12];
        getrandom::fill(&mut bytes)
            .map_err(|error| ThrowawayError::io("draw a password")(std::io::Error::other(error.to_string())))?;
        let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let file = folder.path().join("password");
        std::fs::write(&file, &password).map_err(ThrowawayError::io("write the password file"))?;
        folder.account().own(&file)?;
        let said = folder
            .account()
            .command(&binaries.tool("initdb"))
            .args(["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--username", SUPERUSER])
            .arg("--pwfile")
            .arg(&file)
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .output()
            .map_err(ThrowawayError::io("run initdb"))?;
        if !said.status.success() {
            let output = [said.stdout, said.stderr].concat();
            let output = output.utf8_chunks().map(|chunk| chunk.valid()).collect::<String>();
            return Err(ThrowawayError::Initdb { output });
        }
        Ok(Template { binaries, password, folder })
    }
}
