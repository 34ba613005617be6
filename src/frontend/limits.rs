//! [`Limits`]: what the configuration says and a reload changes at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::config::{AccessRule, Config};

/// The values.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) max_clients: usize,
    pub(super) auth_timeout: Duration,
    pub(super) drain: Duration,
    /// Roles that may use the console.
    pub(super) admins: Vec<String>,
    /// Who may come in, and how.
    pub(super) access: Arc<[AccessRule]>,
    /// How many logins may fail for an address.
    pub(super) login_failures: u32,
}

/// The values in force.
#[derive(Debug)]
pub(super) struct Limits {
    values: ArcSwap<Values>,
    slow: Arc<Slow>,
}

/// From when on a query is slow: asked for each, by sessions that are older than the last reload too.
#[derive(Debug)]
pub(super) struct Slow(AtomicU64);

impl Slow {
    /// Queries that take as long are logged; `None` where none are.
    pub(super) fn limit(&self) -> Option<Duration> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            millis => Some(Duration::from_millis(millis)),
        }
    }
}

fn of(config: &Config) -> Arc<Values> {
    Arc::new(Values {
        max_clients: config.proxy.max_clients,
        auth_timeout: Duration::from_millis(config.proxy.auth_timeout_ms.max(1)),
        drain: Duration::from_millis(config.proxy.drain_ms),
        admins: config.admin.roles.clone(),
        access: config.proxy.access.clone().into(),
        login_failures: config.proxy.login_failures,
    })
}

impl Limits {
    pub(super) fn new(config: &Config) -> Limits {
        Limits { values: ArcSwap::new(of(config)), slow: Arc::new(Slow(AtomicU64::new(config.log.slow_ms))) }
    }

    pub(super) fn set(&self, config: &Config) {
        self.values.store(of(config));
        self.slow.0.store(config.log.slow_ms, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Arc<Values> {
        self.values.load_full()
    }

    pub(super) fn slow(&self) -> Arc<Slow> {
        Arc::clone(&self.slow)
    }
}
