//! From an accepted socket to a session: TLS, startup, SCRAM, the org.
//!
//! Invariants: nothing is read from the directory for a client that has not proven its role; a role that may act for
//! listed orgs only hears the same answer for another's org as for one that does not exist.

use std::collections::BTreeMap;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::net::TcpStream;

use super::Front;
use super::access::Caller;
use super::console::{Console, DATABASE};
use super::fault::Fault;
use super::scram::{Binding, Exchange, MECHANISM, MECHANISM_PLUS};
use super::sequences::Drawn;
use super::session::{CopyIn, Session};
use super::settings::Settings;
use super::tls::Encryption;
use crate::config::{AccessMethod, ClientCert};
use crate::directory::{AllowedOrgs, OrgEntry, RoleEntry};
use crate::engine::{Engine, EngineError};
use crate::plan::check_session_setting;
use crate::sqlstate::SqlState;
use crate::upstream::{Channel, Stream};
use crate::wire::startup::{Startup, next_startup};
use crate::wire::{Cursor, Frame, next_frame, reply};

/// The longest message of an authentication.
const MAX_AUTH_BYTES: usize = 16 * 1024;

/// The newest minor version of protocol 3 that is spoken. (There is no 3.1.)
const NEWEST_MINOR: u16 = 2;

/// How a TLS handshake begins: a record of that type. No startup packet does, it would be too long.
const TLS_HANDSHAKE: u8 = 0x16;

/// Parameters that every PostgreSQL server reports at the start of a session, and whose value is the same on all.
const NO_ORG: &str = "-";

/// What became of a connection.
pub(super) enum Outcome {
    /// A session begins.
    Session(Box<Session>),
    /// An operator's.
    Console(Box<Console>),
    /// It was a cancel, or the client left: nothing more to do.
    Done,
}

/// Why there is no session.
pub(super) enum Refusal {
    /// The socket is gone.
    Gone,
    /// The client is told.
    Fault(Box<Channel>, Fault),
}

/// Leads a client from its first byte to its session.
pub(super) async fn shake_hands(front: &Arc<Front>, socket: TcpStream, peer: SocketAddr) -> Result<Outcome, Refusal> {
    let mut encryption = Encryption::default();
    let (mut asked_tls, mut asked_gss) = (false, false);
    let mut first = [0];
    let directly = socket.peek(&mut first).await.map_err(|_| Refusal::Gone)? == 1 && first == [TLS_HANDSHAKE];
    let stream = if directly {
        let door = front.tls.open().ok_or(Refusal::Gone)?;
        let stream = door.acceptor.accept(socket).await.map_err(|_| Refusal::Gone)?;
        // Without the protocol's name somebody could have led a browser here.
        if stream.get_ref().1.alpn_protocol() != Some(crate::tls::ALPN) {
            return Err(Refusal::Gone);
        }
        encryption = Encryption::of(&door, &stream);
        asked_tls = true;
        Box::new(stream) as Stream
    } else {
        Box::new(socket) as Stream
    };
    let mut channel = Channel::new(stream, BytesMut::with_capacity(1024));
    loop {
        let startup = match read_startup(&mut channel).await {
            Ok(Some(startup)) => startup,
            Ok(None) => return Err(Refusal::Gone),
            Err(fault) => return Err(Refusal::Fault(Box::new(channel), fault)),
        };
        match startup {
            Startup::Ssl if !asked_tls => {
                asked_tls = true;
                let Some(door) = front.tls.open() else {
                    channel.output.extend_from_slice(b"N");
                    channel.flush().await.map_err(|_| Refusal::Gone)?;
                    continue;
                };
                channel.output.extend_from_slice(b"S");
                channel.flush().await.map_err(|_| Refusal::Gone)?;
                let (stream, early) = channel.into_stream();
                if !early.is_empty() {
                    // Plain text behind the request: somebody in the middle would have it taken for encrypted.
                    return Err(Refusal::Gone);
                }
                let stream = door.acceptor.accept(stream).await.map_err(|_| Refusal::Gone)?;
                encryption = Encryption::of(&door, &stream);
                channel = Channel::new(Box::new(stream) as Stream, BytesMut::with_capacity(1024));
            }
            Startup::GssEnc if !asked_gss => {
                asked_gss = true;
                channel.output.extend_from_slice(b"N");
                channel.flush().await.map_err(|_| Refusal::Gone)?;
            }
            Startup::Cancel { pid, secret } => {
                front.sessions.cancel(pid, &secret).await;
                return Ok(Outcome::Done);
            }
            // To be asked twice is no protocol that is known.
            Startup::Ssl => return Err(Refusal::Fault(Box::new(channel), unsupported(1234, 5679))),
            Startup::GssEnc => return Err(Refusal::Fault(Box::new(channel), unsupported(1234, 5680))),
            Startup::Unknown { major, minor } => {
                return Err(Refusal::Fault(Box::new(channel), unsupported(major, minor)));
            }
            Startup::Session { minor, parameters } => {
                if front.tls_required && !encryption.on {
                    let fault = Fault::fatal(SqlState::INVALID_AUTHORIZATION, "connections must be encrypted")
                        .hint("connect with sslmode=require");
                    return Err(Refusal::Fault(Box::new(channel), fault));
                }
                return match begin(front, channel, &encryption, minor, parameters, peer).await {
                    Ok(begun) => Ok(begun),
                    Err(refusal) => Err(refusal),
                };
            }
        }
    }
}

fn unsupported(major: u16, minor: u16) -> Fault {
    let message = format!("unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.{NEWEST_MINOR}");
    Fault::fatal(SqlState::FEATURE_NOT_SUPPORTED, message)
}

async fn read_startup(channel: &mut Channel) -> Result<Option<Startup>, Fault> {
    loop {
        if let Some(startup) = next_startup(&mut channel.input)? {
            return Ok(Some(startup));
        }
        if channel.fill().await.is_err() {
            return Ok(None);
        }
    }
}

async fn begin(
    front: &Arc<Front>,
    mut channel: Channel,
    encryption: &Encryption,
    minor: u16,
    parameters: Vec<(String, String)>,
    peer: SocketAddr,
) -> Result<Outcome, Refusal> {
    let asked = match Asked::read(&parameters) {
        Ok(asked) => asked,
        Err(fault) => return Err(Refusal::Fault(Box::new(channel), fault)),
    };
    let spoken = minor.min(NEWEST_MINOR);
    if minor > spoken || !asked.unknown.is_empty() {
        reply::negotiate_protocol_version(spoken, &asked.unknown, &mut channel.output);
    }
    let limits = front.limits.get();
    let caller = Caller {
        address: peer.ip(),
        role: asked.user.as_str().into(),
        tls: encryption.on,
        rules: Arc::clone(&limits.access),
    };
    let method = front.failures.check(peer, limits.login_failures).and_then(|()| caller.method(&asked.database));
    let method = match method {
        Ok(method) => method,
        Err(fault) => return Err(Refusal::Fault(Box::new(channel), fault)),
    };
    let role = match authenticate(front, &mut channel, encryption, (peer, &asked.user), method).await {
        Ok(role) => role,
        Err(Some(fault)) => {
            if matches!(fault.sqlstate, SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION) {
                tokio::time::sleep(front.failures.failed(peer)).await;
            }
            return Err(Refusal::Fault(Box::new(channel), fault));
        }
        Err(None) => return Err(Refusal::Gone),
    };
    if asked.database == DATABASE && front.limits.get().admins.contains(&role.name) {
        return Ok(Outcome::Console(Box::new(Console::new(Arc::clone(front), &role.name, channel))));
    }
    let application = asked.settings.get("application_name").map_or_else(String::new, ToString::to_string);
    match open(front, &mut channel, &role, spoken, asked).await {
        Ok((org, settings, key)) => Ok(Outcome::Session(Box::new(Session {
            watched: front.watch.enters(&role.name, peer, &application),
            gate: Arc::clone(&front.gate),
            slow: front.limits.slow(),
            traces: front.traces.clone(),
            linger: front.linger,
            ends_at: None,
            last: None,
            engine: Arc::clone(&front.engine),
            pools: Arc::clone(&front.pools),
            key,
            role: role.name.as_str().into(),
            org,
            max_frame_bytes: front.max_frame_bytes,
            lift_literals: front.lift_literals,
            client: channel,
            settings,
            statements: std::collections::HashMap::new(),
            portals: std::collections::HashMap::new(),
            lease: None,
            keeps_backend: front.session_pooling.iter().any(|name| *name == role.name),
            parked: None,
            catalog: None,
            place: None,
            expect: std::collections::VecDeque::new(),
            status: b'I',
            group_open: false,
            org_set: false,
            in_block: false,
            skipping: false,
            failed: false,
            simple: None,
            copy: CopyIn::No,
            stalled: None,
            hurried: false,
            groups: 0,
            answered: 0,
            unproven: HashMap::new(),
            out_of_step: false,
            columns: None,
            held: None,
            prepared: HashMap::new(),
            truncated: Vec::new(),
            executed: 0,
            reading: None,
            unforgotten: 0,
            drawn: Drawn::default(),
            redefined: super::definitions::Redefined::default(),
            ear: None,
            heard: VecDeque::new(),
            lost: false,
            caller,
            proven: method,
        }))),
        Err(fault) => Err(Refusal::Fault(Box::new(channel), fault)),
    }
}

/// What the startup packet asks for.
struct Asked {
    user: String,
    database: String,
    settings: BTreeMap<Box<str>, Box<str>>,
    unknown: Vec<String>,
}

impl Asked {
    fn read(parameters: &[(String, String)]) -> Result<Asked, Fault> {
        let find = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let Some(user) = find("user").filter(|user| !user.is_empty()) else {
            return Err(Fault::fatal(
                SqlState::INVALID_AUTHORIZATION,
                "no PostgreSQL user name specified in startup packet",
            ));
        };
        let database = find("database").filter(|database| !database.is_empty()).unwrap_or_else(|| user.clone());
        let mut settings = BTreeMap::new();
        let mut unknown = Vec::new();
        for (name, value) in parameters {
            match name.as_str() {
                "user" | "database" => {}
                "replication" if matches!(value.as_str(), "off" | "false" | "no" | "0") => {}
                "options" => {
                    for (name, value) in options(value)? {
                        setting(&name, &value, &mut settings)?;
                    }
                }
                // Protocol extensions: none is known.
                extension if extension.starts_with("_pq_.") => unknown.push(extension.to_owned()),
                name => setting(name, value, &mut settings)?,
            }
        }
        Ok(Asked { user, database, settings, unknown })
    }
}

fn setting(name: &str, value: &str, settings: &mut BTreeMap<Box<str>, Box<str>>) -> Result<(), Fault> {
    let name = name.to_ascii_lowercase();
    let fixed = check_session_setting(&name, value).map_err(|error| {
        let fault: Fault = error.into();
        Fault { severity: super::fault::Severity::Fatal, position: None, ..fault }
    })?;
    // Backends always speak UTF8.
    if !fixed && name != "client_encoding" {
        settings.insert(name.into(), value.into());
    }
    Ok(())
}

/// `-c name=value` and `--name=value`, with backslash before a blank that is part of a value.
fn options(text: &str) -> Result<Vec<(String, String)>, Fault> {
    let mut words = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, words.last_mut()) {
            ('\\', Some(word)) => word.extend(chars.next()),
            (c, Some(word)) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(String::new());
                }
            }
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    words.retain(|word| !word.is_empty());
    let invalid = |word: &str| {
        Fault::fatal(SqlState::SYNTAX_ERROR, format!("invalid command-line argument for server process: {word}"))
    };
    let mut settings = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let pair = match word.strip_prefix("--") {
            Some(pair) => pair.to_owned(),
            None if word == "-c" => words.next().ok_or_else(|| invalid("-c"))?,
            None => word.strip_prefix("-c").ok_or_else(|| invalid(&word))?.to_owned(),
        };
        let (name, value) = pair.split_once('=').ok_or_else(|| invalid(&pair))?;
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

/// By certificate, by password, or by both; `Err(None)` when the client went away.
async fn authenticate(
    front: &Front,
    channel: &mut Channel,
    encryption: &Encryption,
    (peer, user): (SocketAddr, &str),
    method: Option<AccessMethod>,
) -> Result<Arc<RoleEntry>, Option<Fault>> {
    // A rule says which proof; where both are asked of everybody, it takes none away.
    let asked = match (method, front.client_auth) {
        (None, asked) | (Some(_), asked @ ClientCert::CertAndPassword) => asked,
        (Some(AccessMethod::Cert), _) => ClientCert::Cert,
        (Some(AccessMethod::Scram | AccessMethod::Reject), _) => ClientCert::Password,
    };
    if asked == ClientCert::Password {
        return by_password(front, channel, encryption, (peer, user)).await;
    }
    // A certificate speaks for one role: the one it is mapped to, or else the one it names.
    let named = encryption.common_name.as_deref();
    let named = named.map(|name| front.client_roles.get(name).map_or(name, String::as_str));
    // Nothing is said of whether there is such a role.
    let wrong = || {
        Fault::fatal(SqlState::INVALID_AUTHORIZATION, format!("certificate authentication failed for user \"{user}\""))
    };
    if named != Some(user) {
        return Err(Some(wrong()));
    }
    if asked == ClientCert::CertAndPassword {
        return by_password(front, channel, encryption, (peer, user)).await;
    }
    let role = front.engine.directory().snapshot().role(user).filter(|role| role.login).cloned();
    let role = role.ok_or_else(|| Some(wrong()))?;
    reply::authentication_ok(&mut channel.output);
    Ok(role)
}

/// SCRAM, bound to the connection where both sides can.
async fn by_password(
    front: &Front,
    channel: &mut Channel,
    encryption: &Encryption,
    (peer, user): (SocketAddr, &str),
) -> Result<Arc<RoleEntry>, Option<Fault>> {
    let wrong =
        || Fault::fatal(SqlState::INVALID_PASSWORD, format!("password authentication failed for user \"{user}\""));
    let role = front.engine.directory().snapshot().role(user).filter(|role| role.login).cloned();
    let offered: &[&str] = if encryption.binding.is_some() { &[MECHANISM_PLUS, MECHANISM] } else { &[MECHANISM] };
    reply::authentication_sasl(offered, &mut channel.output);
    let first = sasl_frame(channel).await?;
    let mut cursor = Cursor::new(first.body());
    let broken = |_| Some(Fault::fatal(SqlState::PROTOCOL_VIOLATION, "malformed SCRAM message"));
    let mechanism = cursor.text().map_err(broken)?;
    let length = cursor.int().map_err(broken)?;
    if !offered.contains(&mechanism.as_str()) || usize::try_from(length).ok() != Some(cursor.left()) {
        return Err(Some(Fault::fatal(SqlState::PROTOCOL_VIOLATION, "client selected an invalid SASL mechanism")));
    }
    let first = String::from_utf8(cursor.rest().to_vec()).map_err(|_| Some(wrong()))?;
    let binding = match &encryption.binding {
        Some(hash) if mechanism == MECHANISM_PLUS => Binding::Bound(hash),
        Some(_) => Binding::Declined,
        None => Binding::No,
    };
    if matches!(binding, Binding::Declined) && first.starts_with('y') {
        let mut fault = Fault::fatal(SqlState::PROTOCOL_VIOLATION, "SCRAM channel binding negotiation error");
        fault.detail = Some("The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.".to_owned());
        return Err(Some(fault));
    }
    let mut nonce = [0u8; 18];
    getrandom::fill(&mut nonce)
        .map_err(|_| Some(Fault::fatal(SqlState::INTERNAL_ERROR, "no randomness for an authentication")))?;
    let verifier = role.as_ref().map(|role| role.verifier.as_str());
    let (exchange, reply_first) =
        Exchange::begin(user, verifier, &front.secret, &nonce, &first, binding).map_err(|_| Some(wrong()))?;
    reply::authentication_sasl_continue(&reply_first, &mut channel.output);
    let last = sasl_frame(channel).await?;
    let last = String::from_utf8(last.body().to_vec()).map_err(|_| Some(wrong()))?;
    // Others from there may have failed meanwhile: many connections at once are no way to many guesses.
    front.failures.check(peer, front.limits.get().login_failures).map_err(Some)?;
    let proof = exchange.finish(&last).map_err(|_| Some(wrong()))?;
    let role = role.ok_or_else(|| Some(wrong()))?;
    reply::authentication_sasl_final(&proof, &mut channel.output);
    reply::authentication_ok(&mut channel.output);
    Ok(role)
}

async fn sasl_frame(channel: &mut Channel) -> Result<Frame, Option<Fault>> {
    channel.flush().await.map_err(|_| None)?;
    loop {
        match next_frame(&mut channel.input, MAX_AUTH_BYTES) {
            Ok(Some(frame)) if frame.tag == b'p' => return Ok(frame),
            Ok(Some(_)) => {
                return Err(Some(Fault::fatal(SqlState::PROTOCOL_VIOLATION, "expected SASL response")));
            }
            Ok(None) => channel.fill().await.map_err(|_| None)?,
            Err(malformed) => return Err(Some(malformed.into())),
        }
    }
}

/// The org of that name, if the role may act for it.
pub(super) fn allowed_org(engine: &Engine, role: &str, slug: &str) -> Result<Arc<OrgEntry>, Fault> {
    let snapshot = engine.directory().snapshot();
    let not_allowed =
        || Fault::error(SqlState::INVALID_AUTHORIZATION, format!("role \"{role}\" may not act for org \"{slug}\""));
    let entry = snapshot.role(role).ok_or_else(not_allowed)?;
    match &entry.orgs {
        AllowedOrgs::Any => {}
        // To a role with a list, what is not on it does not differ from what is not there.
        AllowedOrgs::Listed(orgs) => {
            snapshot.org_by_slug(slug).filter(|org| orgs.contains(&org.id)).ok_or_else(not_allowed)?;
        }
    }
    Ok(engine.org(slug)?)
}

type Opened = (Option<Arc<OrgEntry>>, Settings, super::cancel::SessionKey);

async fn open(
    front: &Arc<Front>,
    channel: &mut Channel,
    role: &RoleEntry,
    minor: u16,
    asked: Asked,
) -> Result<Opened, Fault> {
    let fatal = |fault: Fault| Fault { severity: super::fault::Severity::Fatal, ..fault };
    // `-`, or a database that is only the role's own name: no org yet.
    let several = match &role.orgs {
        AllowedOrgs::Any => true,
        AllowedOrgs::Listed(orgs) => orgs.len() > 1,
    };
    let named_after_role =
        asked.database == asked.user && front.engine.directory().snapshot().org_by_slug(&asked.database).is_none();
    let org = if several && (asked.database == NO_ORG || named_after_role) {
        None
    } else {
        Some(allowed_org(&front.engine, &role.name, &asked.database).map_err(fatal)?)
    };
    // The shard tells what its settings are, and whether it takes the client's.
    let shard = match &org {
        Some(org) => {
            front.engine.ready(org).await;
            front.engine.target(org).map(|target| target.shard)
        }
        None => front.engine.any_shard().map(|(shard, _)| shard),
    };
    let shard = shard.map_err(|error: EngineError| fatal(error.into()))?;
    let parameters = front.greetings.parameters(&front.pools, &shard, &asked.settings).await.map_err(fatal)?;
    for (name, value) in parameters.iter() {
        reply::parameter_status(name, value, &mut channel.output);
    }
    let Some(key) = front.sessions.register(minor) else {
        return Err(Fault::fatal(SqlState::INTERNAL_ERROR, "no randomness for a session's key"));
    };
    reply::backend_key_data(key.pid, &key.secret, &mut channel.output);
    reply::ready_for_query(b'I', &mut channel.output);
    Ok((org, Settings::new(asked.settings), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_settings() {
        let read = options(r"-c geqo=off --statement-timeout=5\ s  -cwork_mem=1MB").unwrap();
        let wanted = [("geqo", "off"), ("statement_timeout", "5 s"), ("work_mem", "1MB")];
        assert_eq!(read, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(options("-x").is_err());
        assert!(options("-c").is_err());
        assert!(options("-c role").is_err());
    }
}
