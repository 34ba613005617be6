//! [`Tls`]: encrypted connections to servers (shards, the directory), by rustls; for our own relay and for `tokio-postgres`.
//!
//! In: [`TlsOptions`] and the files they name. Out: streams whose server was checked as much as the mode says.
//! Invariants: with `require` and above nothing is sent in the clear but the question for TLS; a server that is not what
//! the mode asks for hears no password. What is absent: TLS towards clients (`frontend/tls`).

pub mod binding;
mod driver;
mod verify;

use std::io::{Error, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::{ConfigError, SslMode, TlsOptions};

/// The protocol's name in ALPN.
pub const ALPN: &[u8] = b"postgresql";

/// How to encrypt connections to servers.
#[derive(Clone)]
pub struct Tls {
    mode: SslMode,
    client: Arc<ClientConfig>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`ConfigError::Tls`] when one cannot be read, or the mode needs one that is not named.
    pub fn new(options: &TlsOptions) -> Result<Tls, ConfigError> {
        let refused = |error: &dyn std::fmt::Display| ConfigError::Tls(error.to_string());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = options.root_cert.as_deref().map(roots).transpose()?;
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(&error))?;
        let verifier = verify::verifier(options.sslmode, roots, provider)?;
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        let mut client = match (&options.cert, &options.key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(cert), Some(key)) => builder
                .with_client_auth_cert(chain(cert)?, private_key(key)?)
                .map_err(|error| ConfigError::Tls(format!("{} does not serve: {error}", cert.display())))?,
            (Some(_), None) | (None, Some(_)) => {
                return Err(refused(&"ssl_cert and ssl_key must be set together"));
            }
        };
        client.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Tls { mode: options.sslmode, client: Arc::new(client) })
    }

    /// How much is asked of servers.
    #[must_use]
    pub const fn mode(&self) -> SslMode {
        self.mode
    }

    /// Tells the driver; to be connected with this as its connector.
    #[must_use]
    pub fn applied(&self, mut settings: tokio_postgres::Config) -> tokio_postgres::Config {
        settings.ssl_mode(match self.mode {
            SslMode::Disable => tokio_postgres::config::SslMode::Disable,
            SslMode::Prefer => tokio_postgres::config::SslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => tokio_postgres::config::SslMode::Require,
        });
        settings
    }

    /// Asks a server for TLS and puts it over the socket. `Ok(Err(_))` gives the socket back where the server has none
    /// and need not.
    ///
    /// # Errors
    /// When the server offers none, is not what it should be, or the socket fails.
    pub async fn negotiate<S>(&self, host: &str, mut socket: S) -> std::io::Result<Result<TlsStream<S>, S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.mode == SslMode::Disable {
            return Ok(Err(socket));
        }
        socket.write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
        // One byte and no more: what follows in the clear is not the server's.
        match socket.read_u8().await? {
            b'S' => Ok(Ok(self.connect(host, socket).await?)),
            _none if self.mode == SslMode::Prefer => Ok(Err(socket)),
            _none => Err(Error::new(ErrorKind::Unsupported, NOT_OFFERED)),
        }
    }

    async fn connect<S: AsyncRead + AsyncWrite + Unpin>(&self, host: &str, socket: S) -> std::io::Result<TlsStream<S>> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
        TlsConnector::from(Arc::clone(&self.client)).connect(name, socket).await
    }
}

const NOT_OFFERED: &str = "the server does not offer TLS";

/// What is wrong with a server's TLS, in a few words that name nothing; `None` when it is not about TLS.
#[must_use]
pub fn fault(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref::<rustls::Error>() {
            return Some(of_rustls(fault));
        }
        if let Some(error) = error.downcast_ref::<Error>() {
            if error.to_string() == NOT_OFFERED {
                return Some(NOT_OFFERED);
            }
            // The cause of an I/O error is not its source, but what it wraps.
            if let Some(inner) = error.get_ref()
                && let Some(fault) = inner.downcast_ref::<rustls::Error>()
            {
                return Some(of_rustls(fault));
            }
        }
        next = error.source();
    }
    None
}

fn of_rustls(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the server's certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the server's certificate is not valid yet"
            }
            CertificateError::UnknownIssuer => "the server's certificate was signed by an unknown authority",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the server's certificate is for another host"
            }
            CertificateError::Revoked => "the server's certificate was revoked",
            _other => "the server's certificate is not valid",
        },
        rustls::Error::AlertReceived(_) => "the server refused the TLS handshake",
        _other => "the TLS handshake failed",
    }
}

/// The authorities of a PEM file.
///
/// # Errors
/// [`ConfigError::Tls`] when it cannot be read or holds none.
pub fn roots(path: &Path) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(path)? {
        roots.add(certificate).map_err(|error| ConfigError::Tls(format!("{}: {error}", path.display())))?;
    }
    if roots.is_empty() {
        return Err(ConfigError::Tls(format!("{} holds no certificate", path.display())));
    }
    Ok(roots)
}

/// The certificates of a PEM file.
///
/// # Errors
/// [`ConfigError::Tls`] when it cannot be read.
pub fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|error| unreadable(path, &error))
}

/// The private key of a PEM file.
///
/// # Errors
/// [`ConfigError::Tls`] when it cannot be read.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, ConfigError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Tls(format!("cannot read {}: {error}", path.display()))
}
