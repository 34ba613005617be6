//! Cancelling: which session a key names, and what that session runs right now.
//!
//! Invariants: a cancel reaches the backend that runs the named session's statement, or nothing: while a cancel is on its
//! way to a backend, the session cannot give that backend back, and one to which a cancel may still be on its way is
//! closed, never reused. (A server raises the signal before it closes the connection that asked for it; a backend whose
//! process was signalled takes the signal before it reads another message, and an idle one ignores it.) What orgfold
//! itself sends before the session's statement is not cancelled in its place: a cancel waits until it is through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq as _;
use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::upstream::{BackendKey, cancel};

/// How long passing a cancel on may take, and so how long it may hold a backend.
const PATIENCE: Duration = Duration::from_secs(3);

/// A secret's length in protocol 3.0 and from 3.2 on.
const SHORT_SECRET: usize = 4;
const LONG_SECRET: usize = 32;

/// Where a session stands.
#[derive(Debug, Default)]
enum State {
    /// It runs nothing.
    #[default]
    Idle,
    /// It waits for a backend, or the backend is being prepared. A cancel is kept.
    Waiting { cancelled: bool },
    /// It runs on this backend. `doubtful`: a cancel was sent, and it is not known that it arrived.
    On { backend: Arc<BackendKey>, doubtful: bool },
}

/// What one session runs on.
#[derive(Debug, Default)]
pub(super) struct Running {
    state: AsyncMutex<State>,
    cancelled: Notify,
}

impl Running {
    /// The session waits for a backend from now on.
    pub(super) async fn wait(&self) {
        *self.state.lock().await = State::Waiting { cancelled: false };
    }

    /// Done when a session that waits is cancelled.
    pub(super) async fn cancelled(&self) {
        loop {
            let notified = self.cancelled.notified();
            if matches!(*self.state.lock().await, State::Waiting { cancelled: true }) {
                return;
            }
            notified.await;
        }
    }

    /// What the session wants to run runs on this backend from now on. A cancel that came before is passed on.
    pub(super) async fn begin(&self, backend: Arc<BackendKey>) {
        let mut state = self.state.lock().await;
        let cancelled = matches!(*state, State::Waiting { cancelled: true });
        *state = State::On { backend, doubtful: false };
        if cancelled {
            pass_on(&mut state).await;
        }
    }

    /// The session gives its backend back: waits for a cancel that is on its way. Whether none may arrive later.
    pub(super) async fn end(&self) -> bool {
        match std::mem::take(&mut *self.state.lock().await) {
            State::On { doubtful, .. } => !doubtful,
            State::Idle | State::Waiting { .. } => true,
        }
    }

    /// Cancels what runs, or what is about to, if anything is.
    pub(super) async fn cancel(&self) {
        let mut state = self.state.lock().await;
        if let State::Waiting { cancelled } = &mut *state {
            *cancelled = true;
            self.cancelled.notify_waiters();
            return;
        }
        pass_on(&mut state).await;
    }
}

/// Dropped in the middle, the state says that there is doubt.
async fn pass_on(state: &mut State) {
    let State::On { backend, doubtful } = state else { return };
    // One that is in doubt stays so, whatever becomes of this one.
    let before = std::mem::replace(doubtful, true);
    match cancel(backend, PATIENCE).await {
        Ok(()) => *doubtful = before,
        Err(error) => tracing::warn!(request = super::who::request(), %error, "a cancel did not reach its shard"),
    }
}

/// A session's secret, and what it runs.
type Known = (Box<[u8]>, Arc<Running>);

/// Every session of this instance, by number.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_pid: Mutex<HashMap<i32, Known>>,
}

/// A session's key; dropping it forgets the session.
#[derive(Debug)]
pub(super) struct SessionKey {
    pub(super) pid: i32,
    pub(super) secret: Box<[u8]>,
    pub(super) running: Arc<Running>,
    sessions: Arc<Sessions>,
}

impl Drop for SessionKey {
    fn drop(&mut self) {
        self.sessions.by_pid.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.pid);
    }
}

impl Sessions {
    /// Registers a session of that minor protocol version, under a number and a secret that cannot be guessed. `None`
    /// when there is no randomness.
    pub(super) fn register(self: &Arc<Sessions>, minor: u16) -> Option<SessionKey> {
        let running = Arc::new(Running::default());
        let mut secret = vec![0; if minor >= 2 { LONG_SECRET } else { SHORT_SECRET }].into_boxed_slice();
        getrandom::fill(&mut secret).ok()?;
        let mut by_pid = self.by_pid.lock().unwrap_or_else(PoisonError::into_inner);
        let pid = loop {
            let pid = (getrandom::u32().ok()? >> 1).cast_signed();
            if pid > 0 && !by_pid.contains_key(&pid) {
                break pid;
            }
        };
        by_pid.insert(pid, (secret.clone(), Arc::clone(&running)));
        Some(SessionKey { pid, secret, running, sessions: Arc::clone(self) })
    }

    /// Cancels what the session of that key runs; another key cancels nothing.
    pub(super) async fn cancel(&self, pid: i32, secret: &[u8]) {
        let found = self.by_pid.lock().unwrap_or_else(PoisonError::into_inner).get(&pid).cloned();
        if let Some((known, running)) = found
            && bool::from(known.ct_eq(secret))
        {
            running.cancel().await;
        }
    }

    /// How many sessions there are.
    pub(super) fn count(&self) -> usize {
        self.by_pid.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
