//! 1 the door: client bytes in, client bytes out. The standalone PostgreSQL-wire proxy.
//!
//! In: an [`Engine`], TCP connections. Out: sessions, each served by one task. Invariants: a client's frames are bounded;
//! a client that does not finish its handshake in time is dropped; shutting down lets transactions end, up to a limit.
//! What is absent: what statements mean (the engine's), how shards are reached (upstream's).

mod access;
mod cancel;
mod console;
mod control;
mod definitions;
mod ear;
mod extended;
mod fault;
mod gate;
mod greeting;
mod handshake;
mod http;
mod leasing;
mod limits;
mod lone;
mod prepared;
mod replies;
mod scram;
mod sequences;
mod session;
mod settings;
mod settle;
mod simple;
mod statement;
mod tls;
mod traces;
mod watch;
mod watching;
mod who;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::config::{ClientCert, Config, ConfigError, ProxyConfig};
use crate::engine::Engine;
use crate::sqlstate::SqlState;
use crate::upstream::{Pools, set_up};
use cancel::Sessions;
use control::Control;
use fault::Fault;
use gate::Gate;
use greeting::Greetings;
use handshake::{Outcome, Refusal, shake_hands};
use limits::Limits;
use watch::Watch;

/// How long an idle client may stay when another instance takes over: time for one that has just come to ask.
const LINGER: Duration = Duration::from_secs(1);

/// How long nobody has come in when nobody is on the way any more.
const STRAGGLERS: Duration = Duration::from_millis(20);

/// Why the proxy does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The config lacks something.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which address.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate or key cannot be used.
    #[error("{0}")]
    Tls(String),
    /// Traces cannot be sent.
    #[error("{0}")]
    Traces(String),
    /// There is no randomness for secrets.
    #[error("the system gives no random bytes")]
    Randomness,
}

/// What every connection shares.
struct Front {
    engine: Arc<Engine>,
    pools: Arc<Pools>,
    greetings: Greetings,
    watch: Arc<Watch>,
    gate: Arc<Gate>,
    /// How long idle clients may stay when it drains.
    linger: Duration,
    limits: Limits,
    failures: access::Failures,
    control: Control,
    sessions: Arc<Sessions>,
    tls: tls::Doors,
    client_auth: ClientCert,
    client_roles: BTreeMap<String, String>,
    tls_required: bool,
    max_frame_bytes: usize,
    lift_literals: bool,
    /// Where queries are told of, if anywhere.
    traces: Option<Arc<traces::Traces>>,
    /// Roles whose sessions keep their backends.
    session_pooling: Vec<String>,
    /// Makes up salts for roles that do not exist.
    secret: [u8; 32],
}

/// The certificates of a proxy that serves.
#[derive(Clone)]
pub struct Certificates(Arc<Front>);

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    /// Reads certificates, key and authorities anew, for the connections that come from now on.
    ///
    /// # Errors
    /// [`ServeError::Tls`] when they do not serve: the old ones stay.
    pub fn reload(&self, config: &ProxyConfig) -> Result<(), ServeError> {
        self.0.tls.reload(config)
    }
}

/// A proxy that listens, before it serves.
pub struct Proxy {
    listener: TcpListener,
    address: SocketAddr,
    front: Arc<Front>,
    /// Figures over HTTP: the address, and for how many orgs.
    http: Option<(SocketAddr, TcpListener, usize)>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Proxy {
    /// Listens on the configured address.
    ///
    /// # Errors
    /// [`ServeError`] when the address is taken or the config is wrong.
    pub async fn bind(engine: Arc<Engine>, config: &Config) -> Result<Proxy, ServeError> {
        let unheard = |source| ServeError::Listen { address: config.proxy.listen.clone(), source };
        let listener = listen(&config.proxy.listen, config.proxy.reuse_port).await.map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| ServeError::Randomness)?;
        let front = Front {
            engine,
            pools: Arc::new(Pools::new(&config.shards)?),
            greetings: Greetings::default(),
            watch: Arc::default(),
            gate: Arc::default(),
            linger: if config.proxy.reuse_port { LINGER } else { Duration::ZERO },
            limits: Limits::new(config),
            failures: access::Failures::default(),
            control: Control::default(),
            sessions: Arc::new(Sessions::default()),
            tls: tls::Doors::new(&config.proxy)?,
            client_auth: config.proxy.tls_client_auth,
            client_roles: config.proxy.tls_client_roles.clone(),
            tls_required: config.proxy.tls_required,
            max_frame_bytes: config.proxy.max_frame_bytes,
            lift_literals: config.proxy.lift_literals,
            traces: traces::Traces::new(&config.log).map_err(ServeError::Traces)?.map(Arc::new),
            session_pooling: config.proxy.session_pooling.clone(),
            secret,
        };
        let front = Arc::new(front);
        front.control.begins(&front, config);
        let http = match &config.admin.listen {
            Some(listen) => {
                let unheard = |source| ServeError::Listen { address: listen.clone(), source };
                let http = TcpListener::bind(listen).await.map_err(unheard)?;
                Some((http.local_addr().map_err(unheard)?, http, config.admin.top_orgs))
            }
            None => None,
        };
        Ok(Proxy { listener, address, front, http })
    }

    /// Where certificates are reloaded while it serves.
    #[must_use]
    pub fn certificates(&self) -> Certificates {
        Certificates(Arc::clone(&self.front))
    }

    /// The address it listens on: the port, when the config said 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of its figures over HTTP.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(|(address, _, _)| *address)
    }

    /// Where the configuration is read anew when an operator says RELOAD.
    #[must_use]
    pub fn reads_from(self, source: impl Fn() -> Result<Config, String> + Send + Sync + 'static) -> Proxy {
        self.front.control.reads_from(Box::new(source));
        self
    }

    /// What reloads the configuration while the proxy serves, as SIGHUP does: the keys that take a new start, or why
    /// the file is refused.
    pub fn reloads(&self) -> impl Fn() -> Result<Vec<&'static str>, String> + Send + Sync + use<> {
        let front = Arc::clone(&self.front);
        move || front.control.reload()
    }

    /// Its pools, to look at.
    #[must_use]
    pub fn pools(&self) -> Arc<Pools> {
        Arc::clone(&self.front.pools)
    }

    /// Serves until `shutdown` is done, then lets sessions end: idle ones at once, others when their transaction is
    /// over, all when the drain time is.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let http = self
            .http
            .map(|(_, listener, top_orgs)| tokio::spawn(http::serve(Arc::clone(&self.front), listener, top_orgs)));
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut sessions = tokio::task::JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                () = self.front.control.drained() => break,
                Some(_) = sessions.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((socket, peer)) => {
                        let limits = self.front.limits.get();
                        let full = self.front.sessions.count() >= limits.max_clients;
                        let front = Arc::clone(&self.front);
                        sessions.spawn(client(front, socket, peer, full, limits.auth_timeout, stopped.clone()));
                    }
                    Err(error) => {
                        // Out of descriptors, most likely: some will come free.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
        self.front.watch.draining.store(true, std::sync::atomic::Ordering::SeqCst);
        let _ = stop.send(true);
        // No more come in; those that are on their way are served. (A client whose first packet is dropped now sends it
        // again, to the instance that has taken over.)
        let _ = SockRef::from(&self.listener).listen(0);
        while let Ok(Ok((socket, peer))) = tokio::time::timeout(STRAGGLERS, self.listener.accept()).await {
            let front = Arc::clone(&self.front);
            let patience = front.limits.get().auth_timeout;
            sessions.spawn(client(front, socket, peer, false, patience, stopped.clone()));
        }
        drop(self.listener);
        let ended = async { while sessions.join_next().await.is_some() {} };
        if tokio::time::timeout(self.front.limits.get().drain, ended).await.is_err() {
            tracing::warn!(left = sessions.len(), "closing sessions that did not end in time");
            sessions.shutdown().await;
        }
        // Until here it has said that it drains.
        if let Some(http) = http {
            http.abort();
        }
    }
}

/// Listens on an address; with `share` beside others that do, for a second instance that takes over.
async fn listen(address: &str, share: bool) -> std::io::Result<TcpListener> {
    if !share {
        return TcpListener::bind(address).await;
    }
    let mut last = None;
    for address in tokio::net::lookup_host(address).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.set_reuseport(true)?;
        match socket.bind(address).and_then(|()| socket.listen(1_024)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| std::io::Error::other("the address names no host")))
}

async fn client(
    front: Arc<Front>,
    socket: TcpStream,
    peer: SocketAddr,
    full: bool,
    patience: Duration,
    stopped: tokio::sync::watch::Receiver<bool>,
) {
    set_up(&socket);
    let shaken = match tokio::time::timeout(patience, Box::pin(shake_hands(&front, socket, peer))).await {
        Ok(shaken) => shaken,
        Err(_) => {
            tracing::info!(%peer, "a client did not finish its handshake in time");
            return;
        }
    };
    match shaken {
        Ok(Outcome::Session(session)) if full => {
            let mut session = session;
            let fault = Fault::fatal(SqlState::TOO_MANY_CONNECTIONS, "sorry, too many clients already");
            session.client.output.clear();
            session.client.output.extend_from_slice(&fault.bytes());
            let _ = tokio::time::timeout(patience, session.client.flush()).await;
        }
        Ok(Outcome::Session(session)) => {
            let client = Arc::clone(&session.watched.client);
            // On the heap, once: what thousands of silent clients cost is mostly this.
            who::as_client(client, Box::pin(session.run(stopped))).await;
        }
        Ok(Outcome::Console(console)) => Box::pin(console.run(stopped)).await,
        Ok(Outcome::Done) | Err(Refusal::Gone) => {}
        Err(Refusal::Fault(mut channel, fault)) => {
            front.watch.refused(fault.sqlstate);
            tracing::info!(%peer, sqlstate = %fault.sqlstate, message = fault.message, "refused a client");
            channel.output.extend_from_slice(&fault.bytes());
            let _ = tokio::time::timeout(patience, channel.flush()).await;
        }
    }
}
