//! TLS towards clients, by rustls.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::ServeError;
use crate::config::ProxyConfig;

/// The acceptor of the configured certificate; `None` when there is none.
pub(super) fn acceptor(config: &ProxyConfig) -> Result<Option<TlsAcceptor>, ServeError> {
    let (cert, key) = match (&config.tls_cert, &config.tls_key) {
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => (cert, key),
        (Some(_), None) | (None, Some(_)) => {
            return Err(ServeError::Tls("tls_cert and tls_key must be set together".to_owned()));
        }
    };
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| {
        ServeError::Tls(format!("cannot read {}: {error}", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(cert, &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| ServeError::Tls(format!("the certificate does not serve: {error}")))?;
    Ok(Some(TlsAcceptor::from(Arc::new(server))))
}
