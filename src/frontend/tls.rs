//! TLS towards clients, by rustls: the certificate that is shown, what binds SCRAM to it, and clients' certificates.
//!
//! Invariant: what a handshake was begun with it ends with: a reload is for those that come after.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::ServeError;
use crate::config::{ClientCert, ConfigError, ProxyConfig};
use crate::tls::{ALPN, binding, chain, private_key, roots};

/// What is spoken to clients that ask for TLS.
pub(super) struct Door {
    pub(super) acceptor: TlsAcceptor,
    /// `tls-server-end-point` of our certificate.
    pub(super) binding: Option<Vec<u8>>,
}

/// The door that stands open now; replaced when certificates are.
#[derive(Default)]
pub(super) struct Doors(ArcSwapOption<Door>);

impl Doors {
    /// The configured door, if there is one.
    pub(super) fn new(config: &ProxyConfig) -> Result<Doors, ServeError> {
        let doors = Doors::default();
        doors.reload(config)?;
        Ok(doors)
    }

    /// Reads the files anew. After an error the old door stays.
    pub(super) fn reload(&self, config: &ProxyConfig) -> Result<(), ServeError> {
        self.0.store(door(config).map_err(|error| ServeError::Tls(error.to_string()))?.map(Arc::new));
        Ok(())
    }

    pub(super) fn open(&self) -> Option<Arc<Door>> {
        self.0.load_full()
    }
}

fn door(config: &ProxyConfig) -> Result<Option<Door>, ConfigError> {
    let refused = |what: &str| Err(ConfigError::Tls(what.to_owned()));
    let (cert, key) = match (&config.tls_cert, &config.tls_key) {
        (None, None) if config.tls_client_ca.is_some() => return refused("tls_client_ca needs tls_cert and tls_key"),
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => (cert, key),
        (Some(_), None) | (None, Some(_)) => return refused("tls_cert and tls_key must be set together"),
    };
    if config.tls_client_ca.is_none() && config.tls_client_auth != ClientCert::Password {
        return refused("tls_client_auth needs tls_client_ca");
    }
    let unfit = |error: &dyn std::fmt::Display| ConfigError::Tls(format!("the certificate does not serve: {error}"));
    let certificates = chain(cert)?;
    let binding = certificates.first().and_then(binding::server_end_point);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unfit(&error))?;
    let builder = match &config.tls_client_ca {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            // Whether there must be one is asked when the role is known.
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(ca)?), provider)
                .allow_unauthenticated()
                .build()
                .map_err(|error| ConfigError::Tls(format!("{}: {error}", ca.display())))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut server = builder.with_single_cert(certificates, private_key(key)?).map_err(|error| unfit(&error))?;
    server.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Some(Door { acceptor: TlsAcceptor::from(Arc::new(server)), binding }))
}

/// What is known of a client's connection once TLS is spoken on it.
#[derive(Default)]
pub(super) struct Encryption {
    /// TLS is spoken.
    pub(super) on: bool,
    /// What SCRAM can be bound to.
    pub(super) binding: Option<Vec<u8>>,
    /// The common name of the client's certificate, which an authority of ours has signed.
    pub(super) common_name: Option<String>,
}

impl Encryption {
    /// Of a handshake that went well.
    pub(super) fn of<S>(door: &Door, stream: &TlsStream<S>) -> Encryption {
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[CertificateDer<'_>]>::first);
        let common_name = certificate.and_then(binding::common_name);
        Encryption { on: true, binding: door.binding.clone(), common_name }
    }
}
