//! [`Limits`]: what the configuration says and a reload changes at once.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::config::{AccessRule, Config};

/// The values.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) max_clients: usize,
    pub(super) auth_timeout: Duration,
    pub(super) drain: Duration,
    /// Queries that take longer are logged.
    pub(super) slow: Option<Duration>,
    /// Roles that may use the console.
    pub(super) admins: Vec<String>,
    /// Who may come in, and how.
    pub(super) access: Arc<[AccessRule]>,
    /// How many logins may fail for an address.
    pub(super) login_failures: u32,
}

/// The values in force.
#[derive(Debug)]
pub(super) struct Limits(ArcSwap<Values>);

fn of(config: &Config) -> Arc<Values> {
    Arc::new(Values {
        max_clients: config.proxy.max_clients,
        auth_timeout: Duration::from_millis(config.proxy.auth_timeout_ms.max(1)),
        drain: Duration::from_millis(config.proxy.drain_ms),
        slow: (config.log.slow_ms > 0).then(|| Duration::from_millis(config.log.slow_ms)),
        admins: config.admin.roles.clone(),
        access: config.proxy.access.clone().into(),
        login_failures: config.proxy.login_failures,
    })
}

impl Limits {
    pub(super) fn new(config: &Config) -> Limits {
        Limits(ArcSwap::new(of(config)))
    }

    pub(super) fn set(&self, config: &Config) {
        self.0.store(of(config));
    }

    pub(super) fn get(&self) -> Arc<Values> {
        self.0.load_full()
    }
}
