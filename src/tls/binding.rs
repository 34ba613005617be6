//! What is read of certificates: the hash that binds SCRAM to a TLS connection, and the common name.
//!
//! Invariant: a certificate whose hash is not known binds nothing: SCRAM goes without, it is never bound to a guess.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::Certificate;
use x509_cert::der::asn1::{PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::{Decode, oid::ObjectIdentifier};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// `tls-server-end-point` of RFC 5929: the certificate's hash, by the hash of its signature, where MD5 and SHA-1 count as
/// SHA-256. `None` for signatures without one hash (Ed25519) or with a hidden one (RSA-PSS).
#[must_use]
pub fn server_end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let parsed = Certificate::from_der(certificate).ok()?;
    match parsed.signature_algorithm.oid.to_string().as_str() {
        // RSA with MD5, SHA-1, SHA-256; ECDSA with SHA-1, SHA-256
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => Some(Sha256::digest(certificate).to_vec()),
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some(Sha384::digest(certificate).to_vec()),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some(Sha512::digest(certificate).to_vec()),
        _other => None,
    }
}

/// The subject's common name. `None` when there is none, or more than one: which of them counts would be a guess.
#[must_use]
pub fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let parsed = Certificate::from_der(certificate).ok()?;
    let mut found = None;
    for name in parsed.tbs_certificate.subject.0.iter().flat_map(|names| names.0.iter()) {
        if name.oid != COMMON_NAME {
            continue;
        }
        let text = name
            .value
            .decode_as::<Utf8StringRef<'_>>()
            .map(|text| text.as_str().to_owned())
            .or_else(|_| name.value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()))
            .or_else(|_| name.value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned()))
            .ok()?;
        // A zero byte would make two readers see two names.
        if found.is_some() || text.is_empty() || text.contains('\0') {
            return None;
        }
        found = Some(text);
    }
    found
}
