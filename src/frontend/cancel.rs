//! Cancelling: which session a key names, and what that session runs right now.
//!
//! Invariant: a cancel reaches the backend that runs the named session's statement, or nothing: while a cancel is on its
//! way to a backend, the session cannot give that backend back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;

use crate::upstream::{BackendKey, cancel};

/// How long passing a cancel on may take, and so how long it may hold a backend.
const PATIENCE: Duration = Duration::from_secs(3);

/// What one session runs on.
#[derive(Debug, Default)]
pub(super) struct Running {
    backend: AsyncMutex<Option<BackendKey>>,
}

impl Running {
    /// The session runs on this backend from now on.
    pub(super) async fn begin(&self, key: Option<BackendKey>) {
        *self.backend.lock().await = key;
    }

    /// The session gives its backend back: waits for a cancel that is on its way.
    pub(super) async fn end(&self) {
        *self.backend.lock().await = None;
    }

    /// Cancels what runs, if anything does.
    pub(super) async fn cancel(&self) {
        let backend = self.backend.lock().await;
        if let Some(key) = backend.as_ref()
            && let Err(error) = cancel(key, PATIENCE).await
        {
            tracing::warn!(%error, "a cancel did not reach its shard");
        }
    }
}

/// Every session of this instance, by number.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_pid: Mutex<HashMap<i32, (i32, Arc<Running>)>>,
}

/// A session's key; dropping it forgets the session.
#[derive(Debug)]
pub(super) struct SessionKey {
    pub(super) pid: i32,
    pub(super) secret: i32,
    pub(super) running: Arc<Running>,
    sessions: Arc<Sessions>,
}

impl Drop for SessionKey {
    fn drop(&mut self) {
        self.sessions.by_pid.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.pid);
    }
}

impl Sessions {
    /// Registers a session under a number and secret that cannot be guessed. `None` when there is no randomness.
    pub(super) fn register(self: &Arc<Sessions>) -> Option<SessionKey> {
        let running = Arc::new(Running::default());
        let secret = getrandom::u32().ok()?.cast_signed();
        let mut by_pid = self.by_pid.lock().unwrap_or_else(PoisonError::into_inner);
        let pid = loop {
            let pid = (getrandom::u32().ok()? >> 1).cast_signed();
            if pid > 0 && !by_pid.contains_key(&pid) {
                break pid;
            }
        };
        by_pid.insert(pid, (secret, Arc::clone(&running)));
        Some(SessionKey { pid, secret, running, sessions: Arc::clone(self) })
    }

    /// Cancels what the session of that key runs; another key cancels nothing.
    pub(super) async fn cancel(&self, pid: i32, secret: i32) {
        let found = self.by_pid.lock().unwrap_or_else(PoisonError::into_inner).get(&pid).cloned();
        if let Some((known, running)) = found
            && known == secret
        {
            running.cancel().await;
        }
    }

    /// How many sessions there are.
    pub(super) fn count(&self) -> usize {
        self.by_pid.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
