//! What others put before or into PostgreSQL, where it is installed: PgBouncer, PgDog, Citus.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::Process;

/// Everybody's password.
pub const PASSWORD: &str = "bench";
/// Connections of each pool.
pub const POOL: usize = 16;

/// A process and its port.
pub struct Listening {
    pub process: Process,
    pub port: u16,
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A program: what the variable says, or the first of that name on the path and in `/usr/sbin`.
fn program(variable: &str, name: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(PathBuf::from(named)).filter(|path| path.exists());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).collect();
    folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn readable(folder: &Path) {
    assert!(Command::new("chmod").arg("-R").arg("a+rX").arg(folder).status().unwrap().success());
}

/// PgBouncer in transaction mode before the shared database.
pub fn bouncer(folder: &Path, server: u16) -> Option<Listening> {
    let program = program("PGBOUNCER", "pgbouncer")?;
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
    readable(folder);
    let mut command = Command::new(program);
    // It refuses to run as root.
    command.args(["-q", "-u", "nobody"]).arg(&ini);
    Some(Listening { process: Process::start(command, port, &folder.join("pgbouncer.log")), port })
}

/// PgDog in transaction mode before the shared database.
pub fn pgdog(folder: &Path, server: u16) -> Option<Listening> {
    let program = program("PGDOG", "pgdog")?;
    let port = free_port();
    let (users, settings) = (folder.join("pgdog-users.toml"), folder.join("pgdog.toml"));
    let text =
        format!("[[users]]\nname = \"bench\"\ndatabase = \"shared\"\npassword = \"{PASSWORD}\"\npool_size = {POOL}\n");
    std::fs::write(&users, text).unwrap();
    let text = format!(
        "[general]\nhost = \"127.0.0.1\"\nport = {port}\npooler_mode = \"transaction\"\n\n\
         [[databases]]\nname = \"shared\"\nhost = \"127.0.0.1\"\nport = {server}\n"
    );
    std::fs::write(&settings, text).unwrap();
    let mut command = Command::new(program);
    command.arg("--config").arg(&settings).arg("--users").arg(&users);
    Some(Listening { process: Process::start(command, port, &folder.join("pgdog.log")), port })
}

/// Whether this machine's PostgreSQL has Citus.
pub fn has_citus() -> bool {
    let Ok(binaries) = orgfold::throwaway::Binaries::find() else { return false };
    let home = binaries.tool("..");
    ["lib/citus.so", "lib/postgresql/citus.so"].iter().any(|path| home.join(path).exists())
}

/// The shared tables spread by org, and those of all orgs copied everywhere.
pub const CITUS: &str = "SELECT create_reference_table(c.oid::regclass) FROM pg_class c \
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace \
    AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id') ORDER BY c.oid; \
    SELECT create_distributed_table(c.oid::regclass, 'org_id') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'org_id' ORDER BY c.oid";
