//! The PostgreSQL server that holds every database: a throwaway cluster of this machine, or a container.

use std::process::Command;
use std::time::{Duration, Instant};

use orgfold::throwaway::Cluster;
use tokio_postgres::{Client, NoTls};

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Databases {
    /// A cluster of this machine's PostgreSQL where there is one, else a container.
    Auto,
    /// A cluster of this machine's PostgreSQL.
    Local,
    /// A container of the image `postgres`.
    Container,
}

/// Its superuser's password.
const PASSWORD: &str = "bench";

/// A running server. It ends with its handle.
pub enum Server {
    Local(Cluster),
    Container { id: String, port: u16, pid: u32 },
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Server::Container { id, .. } = self {
            let _ = Command::new("docker").args(["rm", "-f", "-v", id]).output();
        }
    }
}

impl Server {
    pub async fn start(databases: Databases, settings: &[&str]) -> Result<Server, String> {
        let local = match databases {
            Databases::Container => None,
            Databases::Local | Databases::Auto => Some(Cluster::start_with(settings).await),
        };
        match local {
            Some(Ok(cluster)) => Ok(Server::Local(cluster)),
            Some(Err(error)) if databases == Databases::Local => Err(error.to_string()),
            _ => Server::contain(settings).await,
        }
    }

    async fn contain(settings: &[&str]) -> Result<Server, String> {
        let image = std::env::var("POSTGRES_IMAGE").unwrap_or_else(|_| "postgres:17".to_owned());
        let mut words = vec!["run", "-d", "-p", "127.0.0.1::5432", "-e", "POSTGRES_PASSWORD=bench", image.as_str()];
        for setting in settings.iter().chain(&["fsync=off", "full_page_writes=off", "jit=off"]) {
            words.extend(["-c", setting]);
        }
        let id = docker(&words)?;
        let mut server = Server::Container { id: id.clone(), port: 0, pid: 0 };
        let address = docker(&["port", &id, "5432/tcp"])?;
        let found = address.lines().next().and_then(|line| line.rsplit(':').next()?.parse().ok());
        let process = docker(&["inspect", "-f", "{{.State.Pid}}", &id])?.parse();
        if let (Server::Container { port, pid, .. }, Some(found), Ok(process)) = (&mut server, found, process) {
            (*port, *pid) = (found, process);
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Err(error) = server.connect("postgres").await {
            if Instant::now() > deadline {
                return Err(format!("the container does not answer: {error}"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(server)
    }

    pub fn port(&self) -> u16 {
        match self {
            Server::Local(cluster) => cluster.port(),
            Server::Container { port, .. } => *port,
        }
    }

    /// The URL of the superuser.
    pub fn url(&self, database: &str) -> String {
        match self {
            Server::Local(cluster) => cluster.superuser_url(database),
            Server::Container { port, .. } => format!("postgres://postgres:{PASSWORD}@127.0.0.1:{port}/{database}"),
        }
    }

    /// A superuser's connection.
    pub async fn connect(&self, database: &str) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    pub async fn run(&self, database: &str, sql: &str) {
        let client = self.connect(database).await.expect("the server answers");
        client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The server's first process.
    pub fn postmaster(&self) -> u32 {
        match self {
            Server::Local(cluster) => {
                let path = cluster.socket_folder().join("data/postmaster.pid");
                let text = std::fs::read_to_string(path).unwrap_or_default();
                text.lines().next().and_then(|line| line.parse().ok()).expect("the server's process")
            }
            Server::Container { pid, .. } => *pid,
        }
    }

    /// What it is, for the report.
    pub async fn said(&self) -> String {
        let client = self.connect("postgres").await.expect("the server answers");
        let row = client.query_one("SELECT current_setting('server_version')", &[]).await.expect("its version");
        let version: &str = row.get(0);
        match self {
            Server::Local(_) => format!("PostgreSQL {version}, a throwaway cluster (fsync off)"),
            Server::Container { .. } => format!("PostgreSQL {version}, a container (fsync off)"),
        }
    }
}

fn docker(words: &[&str]) -> Result<String, String> {
    let said = Command::new("docker").args(words).output().map_err(|error| format!("docker: {error}"))?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap_or_default().trim().to_owned();
    if said.status.success() { Ok(text(&said.stdout)) } else { Err(text(&said.stderr)) }
}
