//! Looks after a pool's idle connections: closes those that are old or too many, checks the rest, keeps some ready.

use std::sync::Weak;
use std::time::Duration;

use super::shard::ShardPool;

/// How often, unless a limit is shorter.
const EVERY: Duration = Duration::from_secs(1);

/// Works until the pool is gone.
pub(super) async fn keep(pool: Weak<ShardPool>) {
    loop {
        let Some(strong) = pool.upgrade() else { return };
        let (closing, checking) = strong.overdue();
        drop(closing);
        for mut kept in checking {
            let answers = strong.answers(&mut kept).await;
            strong.checked(answers.then_some(kept));
        }
        let limits = strong.limits();
        drop(strong);
        let shortest = limits.lifetime.min(limits.idle).min(limits.check) / 2;
        tokio::time::sleep(EVERY.min(shortest).max(Duration::from_millis(5))).await;
    }
}
