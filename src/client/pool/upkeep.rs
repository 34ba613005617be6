//! [`Upkeep`]: how long connections are kept, and when they are asked whether they still answer. The same for both pools.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;

use crate::config::ShardsConfig;

/// How long connections are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upkeep {
    /// Older ones are closed.
    pub(super) lifetime: Duration,
    /// Those unused for longer are closed.
    pub(super) idle: Duration,
    /// Those unused for longer are asked before they are handed out: a network forgets connections without a word.
    check: Duration,
    /// How long the answer may take.
    patience: Duration,
}

/// The longest pause between two looks at what is idle.
const LOOK: Duration = Duration::from_secs(30);

impl Upkeep {
    pub(super) fn of(config: &ShardsConfig) -> Upkeep {
        let millis = |millis: u64| Duration::from_millis(millis.max(1));
        Upkeep {
            lifetime: millis(config.max_lifetime_ms),
            idle: millis(config.idle_timeout_ms),
            check: millis(config.health_check_ms),
            patience: millis(config.connect_timeout_ms),
        }
    }

    /// How often to look for those that are idle for too long.
    pub(super) fn look(&self) -> Duration {
        (self.idle.min(self.lifetime) / 2).clamp(Duration::from_millis(10), LOOK)
    }

    /// Whether a connection of that age, unused for so long, is kept.
    pub(super) fn keeps(&self, age: Duration, unused: Duration) -> bool {
        age < self.lifetime && unused < self.idle
    }

    /// Whether it may be handed out.
    pub(super) async fn fits(&self, client: &ClientWrapper, age: Duration, unused: Duration) -> bool {
        if client.is_closed() || !self.keeps(age, unused) {
            return false;
        }
        unused < self.check || matches!(tokio::time::timeout(self.patience, client.batch_execute("")).await, Ok(Ok(())))
    }
}
