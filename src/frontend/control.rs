//! [`Control`]: what operators change while the proxy serves: the configuration, and whether it goes on.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use tokio::sync::Notify;

use super::Front;
use crate::config::Config;

/// Where the configuration comes from: a file, read anew each time.
type Source = Box<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// The hands on a proxy that serves.
#[derive(Default)]
pub(super) struct Control {
    front: OnceLock<Weak<Front>>,
    source: OnceLock<Source>,
    config: Mutex<Option<Arc<Config>>>,
    drained: Notify,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    pub(super) fn begins(&self, front: &Arc<Front>, config: &Config) {
        let _ = self.front.set(Arc::downgrade(front));
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(config.clone()));
    }

    pub(super) fn reads_from(&self, source: Source) {
        let _ = self.source.set(source);
    }

    fn config(&self) -> Option<Arc<Config>> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the configuration anew and puts in force what can change now; the keys that differ and cannot.
    ///
    /// # Errors
    /// Why the file is refused: nothing has changed then.
    pub(super) fn reload(&self) -> Result<Vec<&'static str>, String> {
        let (Some(source), Some(former)) = (self.source.get(), self.config()) else {
            return Err("this proxy has no configuration file".to_owned());
        };
        let Some(front) = self.front.get().and_then(Weak::upgrade) else {
            return Err("the proxy is ending".to_owned());
        };
        let config = source()?;
        // What can be refused comes first.
        front.tls.reload(&config.proxy).map_err(|error| error.to_string())?;
        front.pools.limit(&config.shards);
        front.limits.set(&config);
        let left = fixed(&former).into_iter().zip(fixed(&config)).filter(|((_, was), (_, is))| was != is);
        let left = left.map(|((key, _), _)| key).collect();
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(config));
        Ok(left)
    }

    /// Stops listening, and ends when the transactions have.
    pub(super) fn drain(&self) {
        self.drained.notify_one();
    }

    /// Done when somebody has said so.
    pub(super) async fn drained(&self) {
        self.drained.notified().await;
    }

    /// Keys and values in force, without secrets.
    pub(super) fn shown(&self) -> Vec<(String, String)> {
        let Some(config) = self.config() else { return Vec::new() };
        let mut shown: Vec<(String, String)> = live(&config).into_iter().chain(fixed(&config)).map(own).collect();
        shown.sort();
        shown
    }
}

fn own((key, value): (&str, String)) -> (String, String) {
    (key.to_owned(), value)
}

/// What changes at once.
fn live(config: &Config) -> Vec<(&'static str, String)> {
    let (shards, proxy, log, admin) = (&config.shards, &config.proxy, &config.log, &config.admin);
    vec![
        ("shards.pool_size", shards.pool_size.to_string()),
        ("shards.pool_wait_ms", shards.pool_wait_ms.to_string()),
        ("shards.org_share_percent", shards.org_share_percent.to_string()),
        ("shards.lanes", shards.lanes.to_string()),
        ("shards.lanes_from", shards.lanes_from.to_string()),
        ("shards.min_idle", shards.min_idle.to_string()),
        ("shards.max_lifetime_ms", shards.max_lifetime_ms.to_string()),
        ("shards.idle_timeout_ms", shards.idle_timeout_ms.to_string()),
        ("shards.health_check_ms", shards.health_check_ms.to_string()),
        ("shards.connect_timeout_ms", shards.connect_timeout_ms.to_string()),
        ("proxy.tls_cert", format!("{:?}", proxy.tls_cert)),
        ("proxy.tls_key", format!("{:?}", proxy.tls_key)),
        ("proxy.max_clients", proxy.max_clients.to_string()),
        ("proxy.auth_timeout_ms", proxy.auth_timeout_ms.to_string()),
        ("proxy.drain_ms", proxy.drain_ms.to_string()),
        ("proxy.access", format!("{} rules", proxy.access.len())),
        ("proxy.login_failures", proxy.login_failures.to_string()),
        ("log.slow_ms", log.slow_ms.to_string()),
        ("admin.roles", admin.roles.join(", ")),
    ]
}

/// What takes a new start.
fn fixed(config: &Config) -> Vec<(&'static str, String)> {
    let (shards, proxy, log, admin) = (&config.shards, &config.proxy, &config.log, &config.admin);
    vec![
        ("shards.user", shards.user.clone()),
        ("shards.sslmode", format!("{:?}", shards.sslmode).to_lowercase()),
        ("proxy.listen", proxy.listen.clone()),
        ("proxy.reuse_port", proxy.reuse_port.to_string()),
        ("proxy.tls_required", proxy.tls_required.to_string()),
        ("proxy.max_frame_bytes", proxy.max_frame_bytes.to_string()),
        ("proxy.lift_literals", proxy.lift_literals.to_string()),
        ("proxy.session_pooling", proxy.session_pooling.join(", ")),
        ("admin.listen", admin.listen.clone().unwrap_or_default()),
        ("admin.top_orgs", admin.top_orgs.to_string()),
        ("log.traces", log.traces.clone().unwrap_or_default()),
        ("log.traces_percent", log.traces_percent.to_string()),
        ("log.format", format!("{:?}", log.format).to_lowercase()),
        ("log.level", log.level.clone().unwrap_or_default()),
    ]
}
