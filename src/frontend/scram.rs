//! SCRAM-SHA-256, the server's side (RFC 5802, RFC 7677), against verifiers as PostgreSQL stores them.
//!
//! Invariants: an unknown role goes the same way as a known one, with a made-up verifier that is always the same for
//! that name, and fails at the same place; comparisons take the same time wherever they differ. Over TLS the
//! exchange is bound to our certificate, and a client that was kept from seeing the offer is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The mechanism, and the same bound to the TLS connection.
pub(super) const MECHANISM: &str = "SCRAM-SHA-256";
pub(super) const MECHANISM_PLUS: &str = "SCRAM-SHA-256-PLUS";

/// Whether the exchange is bound to the connection that it runs on (RFC 5802, section 6).
#[derive(Debug, Clone, Copy)]
pub(super) enum Binding<'a> {
    /// It cannot be.
    No,
    /// It could be, and the client chose not to. If it says that it would have, somebody took the offer away.
    Declined,
    /// It is, to this `tls-server-end-point`.
    Bound(&'a [u8]),
}

impl Binding<'_> {
    /// Takes the header of the client's first message: the header, and the rest.
    fn header(self, first: &str) -> Option<(&str, &str)> {
        let headers: &[&str] = match self {
            Binding::No => &["n,,", "y,,"],
            Binding::Declined => &["n,,"],
            Binding::Bound(_) => &["p=tls-server-end-point,,"],
        };
        headers.iter().find_map(|header| first.split_at_checked(header.len()).filter(|(begin, _)| begin == header))
    }
}

/// PostgreSQL's default: what a made-up verifier shows.
const ITERATIONS: u32 = 4_096;

/// The password was wrong, or the client broke the exchange. Which of the two is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

struct Verifier {
    iterations: u32,
    salt: String,
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
}

impl Verifier {
    /// Reads `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`.
    fn parse(text: &str) -> Option<Verifier> {
        let (mechanism, rest) = text.split_once('$')?;
        let (head, keys) = rest.split_once('$')?;
        let (iterations, salt) = head.split_once(':')?;
        let (stored, server) = keys.split_once(':')?;
        let verifier = Verifier {
            iterations: iterations.parse().ok()?,
            salt: salt.to_owned(),
            stored_key: STANDARD.decode(stored).ok()?,
            server_key: STANDARD.decode(server).ok()?,
        };
        let whole = mechanism == MECHANISM && verifier.stored_key.len() == 32 && verifier.server_key.len() == 32;
        whole.then_some(verifier)
    }

    /// For a role that is not there.
    fn made_up(name: &str, secret: &[u8]) -> Verifier {
        let salt = mac(secret, name.as_bytes());
        let salt = STANDARD.encode(salt.get(..16).unwrap_or(&salt));
        Verifier { iterations: ITERATIONS, salt, stored_key: vec![0; 32], server_key: vec![0; 32] }
    }
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length; the error type says otherwise only for other algorithms.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(data);
            mac.finalize().into_bytes().to_vec()
        }
        Err(_) => vec![0; 32],
    }
}

/// One exchange, after the client's first message.
pub(super) struct Exchange {
    verifier: Verifier,
    known: bool,
    /// What the client must repeat: its header, and what the exchange is bound to.
    channel: Vec<u8>,
    nonce: String,
    /// client-first-bare "," server-first
    transcript: String,
}

impl Exchange {
    /// Takes the client's first message, gives the server's. `verifier` is `None` for an unknown role; `secret` is this
    /// process's, and makes up salts.
    pub(super) fn begin(
        name: &str,
        verifier: Option<&str>,
        secret: &[u8],
        nonce: &[u8],
        client_first: &str,
        binding: Binding<'_>,
    ) -> Result<(Exchange, String), Refused> {
        let verifier = verifier.and_then(Verifier::parse);
        let known = verifier.is_some();
        let verifier = verifier.unwrap_or_else(|| Verifier::made_up(name, secret));
        let (header, bare) = binding.header(client_first).ok_or(Refused)?;
        let mut channel = header.as_bytes().to_vec();
        if let Binding::Bound(hash) = binding {
            channel.extend_from_slice(hash);
        }
        let mut client_nonce = None;
        for (i, attribute) in bare.split(',').enumerate() {
            match (i, attribute.split_at_checked(2)) {
                // The name in here is ignored, as PostgreSQL ignores it: the startup packet's counts.
                (0, Some(("n=", _))) => {}
                (1, Some(("r=", nonce))) => client_nonce = Some(nonce),
                (0 | 1, _) => return Err(Refused),
                (_, _) => {}
            }
        }
        let client_nonce =
            client_nonce.filter(|nonce| nonce.bytes().all(|b| (0x21..0x7f).contains(&b)) && !nonce.is_empty());
        let nonce = format!("{}{}", client_nonce.ok_or(Refused)?, STANDARD.encode(nonce));
        let server_first = format!("r={nonce},s={},i={}", verifier.salt, verifier.iterations);
        let transcript = format!("{bare},{server_first}");
        Ok((Exchange { verifier, known, channel, nonce, transcript }, server_first))
    }

    /// Takes the client's last message, gives the server's.
    pub(super) fn finish(self, client_final: &str) -> Result<String, Refused> {
        let (without_proof, proof) = client_final.rsplit_once(",p=").ok_or(Refused)?;
        let proof = STANDARD.decode(proof).map_err(|_| Refused)?;
        let wanted = format!("c={},r={}", STANDARD.encode(&self.channel), self.nonce);
        let transcript = format!("{},{without_proof}", self.transcript);
        let signature = mac(&self.verifier.stored_key, transcript.as_bytes());
        if proof.len() != signature.len() || without_proof != wanted {
            return Err(Refused);
        }
        let client_key: Vec<u8> = proof.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        let hashed = Sha256::digest(&client_key);
        let equal: bool = hashed.as_slice().ct_eq(&self.verifier.stored_key).into();
        if !(equal & self.known) {
            return Err(Refused);
        }
        Ok(format!("v={}", STANDARD.encode(mac(&self.verifier.server_key, transcript.as_bytes()))))
    }
}

#[cfg(test)]
mod tests {
    use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

    use super::*;

    const VERIFIER: &str = "SCRAM-SHA-256$4096:MTIzNDU2Nzg5MDEyMzQ1Ng==$";

    /// A verifier of `password`, by the RFC's formulas.
    fn verifier(password: &str) -> String {
        let salt = STANDARD.decode("MTIzNDU2Nzg5MDEyMzQ1Ng==").unwrap();
        let mut block = mac(password.as_bytes(), &[salt.as_slice(), &[0, 0, 0, 1]].concat());
        let mut salted = block.clone();
        for _ in 1..4096 {
            block = mac(password.as_bytes(), &block);
            salted.iter_mut().zip(&block).for_each(|(a, b)| *a ^= b);
        }
        let stored = Sha256::digest(mac(&salted, b"Client Key"));
        let server = mac(&salted, b"Server Key");
        format!("{VERIFIER}{}:{}", STANDARD.encode(stored), STANDARD.encode(server))
    }

    fn exchange(verifier: Option<&str>, password: &str) -> Result<(), Refused> {
        bound(verifier, password, ChannelBinding::unsupported(), Binding::No)
    }

    fn bound(
        verifier: Option<&str>,
        password: &str,
        client: ChannelBinding,
        server: Binding<'_>,
    ) -> Result<(), Refused> {
        let mut client = ScramSha256::new(password.as_bytes(), client);
        let first = String::from_utf8(client.message().to_vec()).unwrap();
        let (exchange, reply) = Exchange::begin("u", verifier, b"secret", b"nonce", &first, server)?;
        client.update(reply.as_bytes()).unwrap();
        let last = exchange.finish(std::str::from_utf8(client.message()).unwrap())?;
        client.finish(last.as_bytes()).unwrap();
        Ok(())
    }

    #[test]
    fn only_the_right_password_of_a_known_role_is_let_in() {
        let verifier = verifier("right");
        assert_eq!(exchange(Some(&verifier), "right"), Ok(()));
        assert_eq!(exchange(Some(&verifier), "wrong"), Err(Refused));
        assert_eq!(exchange(None, "right"), Err(Refused));
        assert_eq!(exchange(Some("nonsense"), "right"), Err(Refused));
    }

    #[test]
    fn an_exchange_is_bound_to_its_connection_or_refused() {
        let verifier = verifier("right");
        let to = |hash: &[u8]| ChannelBinding::tls_server_end_point(hash.to_vec());
        let run = |client, server| bound(Some(&verifier), "right", client, server);
        assert_eq!(run(to(b"ours"), Binding::Bound(b"ours")), Ok(()));
        // Somebody in the middle with another certificate.
        assert_eq!(run(to(b"theirs"), Binding::Bound(b"ours")), Err(Refused));
        // The client could have, and was not offered it: it was, so somebody took the offer away.
        assert_eq!(run(ChannelBinding::unrequested(), Binding::Declined), Err(Refused));
        assert_eq!(run(ChannelBinding::unrequested(), Binding::No), Ok(()));
        assert_eq!(run(ChannelBinding::unsupported(), Binding::Declined), Ok(()));
        // The mechanism and the header must agree.
        assert_eq!(run(ChannelBinding::unsupported(), Binding::Bound(b"ours")), Err(Refused));
        assert_eq!(run(to(b"ours"), Binding::Declined), Err(Refused));
        assert_eq!(run(to(b"ours"), Binding::No), Err(Refused));
    }

    #[test]
    fn broken_exchanges_are_refused() {
        for first in ["", "p=tls-unique,,n=,r=x", "n,,r=x", "n,,n=", "n,a=b,n=,r=x", "n,,n=,r="] {
            assert!(Exchange::begin("u", None, b"s", b"n", first, Binding::No).is_err(), "{first}");
        }
        let (exchange, _) = Exchange::begin("u", None, b"s", b"n", "n,,n=,r=abc", Binding::No).unwrap();
        assert_eq!(exchange.finish("c=biws,r=other,p=AAAA"), Err(Refused));
    }
}
