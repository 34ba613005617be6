//! The configuration file, `orgfold.toml`.
//!
//! In: TOML text. Out: [`Config`], passed down by value. Invariants: unknown keys are errors; every key has a
//! documented default or is required; secrets are never printed. `examples/orgfold.toml` holds every key and is parsed
//! by a test. What is absent: I/O beyond reading the file and the password variables it names.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use crate::catalog::{Isolation, LeafCount};

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The control database.
    pub directory: DirectoryConfig,
    /// How instances connect to shards.
    #[serde(default)]
    pub shards: ShardsConfig,
    /// The standalone proxy.
    #[serde(default)]
    pub proxy: ProxyConfig,
    /// The operators' console and figures.
    #[serde(default)]
    pub admin: AdminConfig,
    /// What is logged.
    #[serde(default)]
    pub log: LogConfig,
    /// Release-time DDL.
    #[serde(default)]
    pub migrate: MigrateConfig,
    /// Which functions of the service statements may call besides those `migrate` found safe.
    #[serde(default)]
    pub functions: FunctionsConfig,
}

/// A password: shown as `***` everywhere.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// `[directory]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryConfig {
    /// `postgres://user@host:port/database`, or a libpq keyword string. A password may be in it, or in `password`.
    pub url: Secret,
    /// Overrides the URL's password.
    pub password: Option<Secret>,
    /// The name of an environment variable that holds the password.
    pub password_env: Option<String>,
    /// Whether the connection is encrypted, as for shards. Default: what the URL says, else `prefer`.
    pub sslmode: Option<SslMode>,
    /// As for shards.
    pub ssl_root_cert: Option<PathBuf>,
    /// As for shards.
    pub ssl_cert: Option<PathBuf>,
    /// As for shards.
    pub ssl_key: Option<PathBuf>,
    /// How often the version is compared even when no notification came, in milliseconds. Default 5,000.
    #[serde(default = "five_seconds")]
    pub poll_ms: u64,
}

/// `[shards]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShardsConfig {
    /// The role that runs the orgs' statements: owns nothing. Default `orgfold_runtime`.
    pub user: String,
    /// Its password.
    pub password: Option<Secret>,
    /// The name of an environment variable that holds it.
    pub password_env: Option<String>,
    /// Connections to each shard, for each instance. Default 16.
    pub pool_size: usize,
    /// How long a statement waits for a connection before 53300, in milliseconds. Default 5,000.
    pub pool_wait_ms: u64,
    /// How many of a shard's connections one org may hold at once, in percent of `pool_size`, rounded up. Default 75.
    pub org_share_percent: u8,
    /// How many of them many sessions may share, each for one read by key at a time; 0 is none. Never more than a quarter of
    /// `pool_size`. Default 4.
    pub lanes: usize,
    /// From how many such reads at once on they share connections: fewer are quicker by themselves. Default 4.
    pub lanes_from: usize,
    /// Connections that are kept open to each shard though nobody needs them. Default 0.
    pub min_idle: usize,
    /// How long a connection is used before another takes its place, in milliseconds. Default 3,600,000.
    pub max_lifetime_ms: u64,
    /// How long a connection above `min_idle` is kept unused, in milliseconds. Default 600,000.
    pub idle_timeout_ms: u64,
    /// How long a connection is unused before it is asked whether it still answers, in milliseconds. Default 30,000.
    pub health_check_ms: u64,
    /// How long connecting may take, in milliseconds. Default 3,000.
    pub connect_timeout_ms: u64,
    /// Whether connections are encrypted, and how much of the shard's certificate is checked. Default `prefer`.
    pub sslmode: SslMode,
    /// PEM file with the certificates of the authorities that may have signed the shards' certificates.
    pub ssl_root_cert: Option<PathBuf>,
    /// PEM file with a certificate (and its chain) to show to the shards.
    pub ssl_cert: Option<PathBuf>,
    /// PEM file with its private key.
    pub ssl_key: Option<PathBuf>,
}

impl ShardsConfig {
    /// How many of a shard's connections sessions may share.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes.min(self.pool_size / 4)
    }

    /// How many of a shard's connections one org may hold.
    #[must_use]
    pub fn org_share(&self) -> usize {
        (self.pool_size.max(1) * usize::from(self.org_share_percent.clamp(1, 100))).div_ceil(100)
    }
}

impl Default for ShardsConfig {
    fn default() -> Self {
        ShardsConfig {
            user: "orgfold_runtime".to_owned(),
            password: None,
            password_env: None,
            pool_size: 16,
            pool_wait_ms: 5_000,
            org_share_percent: 75,
            lanes: 4,
            lanes_from: 4,
            min_idle: 0,
            max_lifetime_ms: 3_600_000,
            idle_timeout_ms: 600_000,
            health_check_ms: 30_000,
            connect_timeout_ms: 3_000,
            sslmode: SslMode::Prefer,
            ssl_root_cert: None,
            ssl_cert: None,
            ssl_key: None,
        }
    }
}

/// Whether connections to a server are encrypted, in libpq's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Never.
    Disable,
    /// Where the server offers it. Its certificate is not checked.
    #[default]
    Prefer,
    /// Always. Its certificate is checked only where there is a root certificate.
    Require,
    /// Always, with a certificate that an authority of the root certificate has signed.
    VerifyCa,
    /// The same, and the certificate is of the host that was connected to.
    VerifyFull,
}

/// How connections to a server are encrypted.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// How much is asked of the server.
    pub sslmode: SslMode,
    /// Whom to believe.
    pub root_cert: Option<PathBuf>,
    /// What to show.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

/// What a client's certificate is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCert {
    /// The password decides. A certificate need not be shown; one that is must be valid.
    #[default]
    Password,
    /// The certificate of the role, and no password.
    Cert,
    /// Both.
    CertAndPassword,
}

/// How a client that fits a rule proves its role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessMethod {
    /// By its password.
    Scram,
    /// By a certificate that `tls_client_ca` has signed, without a password.
    Cert,
    /// Not at all: it is refused.
    Reject,
}

/// `[[proxy.access]]`. What is not said fits everybody.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRule {
    /// Where clients come from: `10.0.0.0/8`, `fd00::/8`.
    pub network: Option<ipnet::IpNet>,
    /// Which role.
    pub role: Option<String>,
    /// Which org: the database as the client names it.
    pub org: Option<String>,
    /// Only with TLS.
    #[serde(default)]
    pub tls: bool,
    /// What becomes of them.
    pub method: AccessMethod,
}

/// `[proxy]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProxyConfig {
    /// Address and port to listen on. Default `127.0.0.1:6432`.
    pub listen: String,
    /// PEM file with the certificate chain; TLS is offered when this and `tls_key` are set.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its private key.
    pub tls_key: Option<PathBuf>,
    /// Refuse clients that do not ask for TLS. Default false.
    pub tls_required: bool,
    /// PEM file with the authorities that sign clients' certificates; without it clients show none.
    pub tls_client_ca: Option<PathBuf>,
    /// What a certificate is worth: `password` (default), `cert` or `cert-and-password`.
    pub tls_client_auth: ClientCert,
    /// For which role a certificate of that common name stands, where that is not the role's own name.
    pub tls_client_roles: BTreeMap<String, String>,
    /// The largest frame a client may send, in bytes. Default 64 MiB.
    pub max_frame_bytes: usize,
    /// Roles whose sessions keep one backend each from their first statement to their end; for all others a backend
    /// is held for a transaction.
    pub session_pooling: Vec<String>,
    /// Let a second instance listen on the same address, to take over without a lost connection. Default false.
    pub reuse_port: bool,
    /// How many clients may be connected. Default 10,000.
    pub max_clients: usize,
    /// How long authentication may take, in milliseconds. Default 10,000.
    pub auth_timeout_ms: u64,
    /// How long SIGTERM waits for transactions to end, in milliseconds. Default 10,000.
    pub drain_ms: u64,
    /// Who may come in, and how: the first that fits decides. Without any, everybody proves their role as
    /// `tls_client_auth` says; with some, who fits none is refused.
    pub access: Vec<AccessRule>,
    /// After how many failed logins within a minute an address is not heard until the minute is over; 0: never. Each
    /// after the fourth waits for its answer, longer each time. Default 100.
    pub login_failures: u32,
    /// Literals of simple queries become parameters where nothing but speed changes. Default true.
    pub lift_literals: bool,
}

impl Default for ProxyConfig {
    fn default() -> Self {
        ProxyConfig {
            listen: "127.0.0.1:6432".to_owned(),
            tls_cert: None,
            tls_key: None,
            tls_required: false,
            tls_client_ca: None,
            tls_client_auth: ClientCert::Password,
            tls_client_roles: BTreeMap::new(),
            max_frame_bytes: 64 * 1024 * 1024,
            session_pooling: Vec::new(),
            reuse_port: false,
            access: Vec::new(),
            login_failures: 100,
            max_clients: 10_000,
            auth_timeout_ms: 10_000,
            drain_ms: 10_000,
            lift_literals: true,
        }
    }
}

/// `[admin]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdminConfig {
    /// Address and port of the HTTP server with `/metrics`, `/healthz` and `/readyz`; none by default.
    pub listen: Option<String>,
    /// Roles that may use the console: the database `orgfold` of the proxy.
    pub roles: Vec<String>,
    /// For how many orgs, those with the most queries, `/metrics` has figures. Default 20.
    pub top_orgs: usize,
}

impl Default for AdminConfig {
    fn default() -> Self {
        AdminConfig { listen: None, roles: Vec::new(), top_orgs: 20 }
    }
}

/// `[log]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `text` (default) or `json`.
    pub format: LogFormat,
    /// Which messages, as in `info` or `orgfold=debug,warn`; the variable ORGFOLD_LOG wins. Default `info`.
    pub level: Option<String>,
    /// Queries that take longer are logged, in milliseconds; 0 (default): none.
    pub slow_ms: u64,
    /// Where traces go: the URL of an OTLP receiver over HTTP, as in `http://localhost:4318`. Builds with the feature `otel`.
    pub traces: Option<String>,
    /// Of how many queries, in percent, besides those whose client says that it traces them. Default 0.
    pub traces_percent: f64,
}

/// How logs are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// `[migrate]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MigrateConfig {
    /// The release role: owns the tables. Default `orgfold_release`.
    pub user: String,
    /// Its password.
    pub password: Option<Secret>,
    /// The name of an environment variable that holds it.
    pub password_env: Option<String>,
    /// Leaves of every org-scoped table; fixed by a shard's first migration. Default 16.
    pub leaves: LeafCount,
    /// Lanes of the interleaved identity sequences: the greatest shard number there can be. Default 64.
    pub identity_stride: i16,
    /// `rewrite` (default), or `rls`: row-level security on every leaf as one more wall. The next run switches.
    pub isolation: Isolation,
    /// Tables that are global, besides those annotated `-- orgfold: global`.
    pub global_tables: Vec<String>,
}

impl Default for MigrateConfig {
    fn default() -> Self {
        MigrateConfig {
            user: "orgfold_release".to_owned(),
            password: None,
            password_env: None,
            leaves: LeafCount::STANDARD,
            identity_stride: 64,
            isolation: Isolation::Rewrite,
            global_tables: Vec::new(),
        }
    }
}

/// `[functions]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FunctionsConfig {
    /// Names (`my_function` or `schema.my_function`) that statements may call. The service vouches for them.
    pub allow: Vec<String>,
}

const fn five_seconds() -> u64 {
    5_000
}

/// Why a config file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The text is not a valid configuration; the message names line and key.
    #[error("{path}: {message}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// What TOML or the key check says.
        message: String,
    },
    /// A password variable is not set.
    #[error("environment variable {0}, named in the config, is not set")]
    NoVariable(String),
    /// Certificates, keys or modes that do not serve.
    #[error("{0}")]
    Tls(String),
    /// `[directory] url` is neither a URL nor a libpq keyword string. (Its text is not shown: it may hold a password.)
    #[error("[directory] url is not a connection string")]
    Url(#[source] tokio_postgres::Error),
}

/// The one rule for every password: the key itself, else the variable it names. An empty one counts as none.
fn password(direct: Option<&Secret>, variable: Option<&str>) -> Result<Option<Secret>, ConfigError> {
    let secret = match (direct, variable) {
        (Some(secret), _) => Some(secret.clone()),
        (None, Some(name)) => Some(Secret(std::env::var(name).map_err(|_| ConfigError::NoVariable(name.to_owned()))?)),
        (None, None) => None,
    };
    Ok(secret.filter(|secret| !secret.0.is_empty()))
}

impl DirectoryConfig {
    /// How to connect: the URL, with `password` or the variable of `password_env` instead of the URL's password.
    ///
    /// # Errors
    /// [`ConfigError`] when the URL cannot be read or the variable is not set.
    pub fn postgres(&self) -> Result<tokio_postgres::Config, ConfigError> {
        let mut settings: tokio_postgres::Config = self.url.reveal().parse().map_err(ConfigError::Url)?;
        if let Some(password) = password(self.password.as_ref(), self.password_env.as_deref())? {
            settings.password(password.reveal());
        }
        settings.application_name("orgfold");
        Ok(settings)
    }

    /// How the connection is encrypted.
    ///
    /// # Errors
    /// [`ConfigError`] when the URL cannot be read.
    pub fn tls(&self) -> Result<TlsOptions, ConfigError> {
        let sslmode = match self.sslmode {
            Some(sslmode) => sslmode,
            None => match self.postgres()?.get_ssl_mode() {
                tokio_postgres::config::SslMode::Disable => SslMode::Disable,
                tokio_postgres::config::SslMode::Require => SslMode::Require,
                _prefer => SslMode::Prefer,
            },
        };
        let (root_cert, cert, key) = (self.ssl_root_cert.clone(), self.ssl_cert.clone(), self.ssl_key.clone());
        Ok(TlsOptions { sslmode, root_cert, cert, key })
    }
}

impl ShardsConfig {
    /// How connections are encrypted.
    #[must_use]
    pub fn tls(&self) -> TlsOptions {
        let (root_cert, cert, key) = (self.ssl_root_cert.clone(), self.ssl_cert.clone(), self.ssl_key.clone());
        TlsOptions { sslmode: self.sslmode, root_cert, cert, key }
    }

    /// The runtime role's password, if it has one.
    ///
    /// # Errors
    /// [`ConfigError::NoVariable`] when the variable it names is not set.
    pub fn resolve_password(&self) -> Result<Option<Secret>, ConfigError> {
        password(self.password.as_ref(), self.password_env.as_deref())
    }
}

impl MigrateConfig {
    /// The release role's password, if it has one.
    ///
    /// # Errors
    /// [`ConfigError::NoVariable`] when the variable it names is not set.
    pub fn resolve_password(&self) -> Result<Option<Secret>, ConfigError> {
        password(self.password.as_ref(), self.password_env.as_deref())
    }
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read or holds an unknown key or a bad value.
    pub fn from_file(path: &std::path::Path) -> Result<Config, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Config::parse(&text, path)
    }

    fn parse(text: &str, path: &std::path::Path) -> Result<Config, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Parse { path: path.to_owned(), message: error.to_string() })
    }
}

/// The text of a configuration file.
///
/// ```
/// let config: orgfold::Config = "[directory]\nurl = 'postgres://orgfold@10.0.0.1/orgfold_directory'".parse()?;
/// assert_eq!(config.shards.pool_size, 16);
/// # Ok::<(), orgfold::config::ConfigError>(())
/// ```
impl std::str::FromStr for Config {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, "the configuration".as_ref())
    }
}
