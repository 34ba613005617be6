//! What a session drew from sequences, and on which backend.
//!
//! A server remembers by connection what was drawn last; `currval` and `lastval` tell it. So before the first statement
//! of a lease that draws or asks, the backend forgets what others drew on it (DISCARD SEQUENCES, in the same flight).
//! What this session drew on a backend that it did not get again is lost: then an answer is still right, because it can
//! only be of a later draw, but no answer is refused as what it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::Fault;
use super::session::{Expect, Session};
use super::statement::ClientStatement;
use crate::sqlstate::SqlState;
use crate::upstream::Statement;
use crate::wire::{Frame, report};

/// Numbers what a session draws on one backend without others between.
static MEMORIES: AtomicU64 = AtomicU64::new(1);

/// What a session drew.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// The memory that holds the last of it. It is still there if the backend has the same number.
    memory: Option<u64>,
    /// Something was drawn into that memory.
    any: bool,
    /// Something was drawn into memories before it.
    lost: bool,
    /// The lease's backend holds that memory.
    here: bool,
}

impl Drawn {
    /// A backend was leased, or given back.
    pub(super) fn elsewhere(&mut self) {
        self.here = false;
    }

    /// The memory was not made: an error came before.
    pub(super) fn unmade(&mut self) {
        self.memory = None;
        self.here = false;
    }
}

impl Session {
    /// Makes the backend remember no draws but this session's, if the statement draws or asks.
    pub(super) fn own_sequences(&mut self, statement: &Arc<ClientStatement>) -> Result<(), Fault> {
        let uses = statement.sequences();
        if !uses.draws && !uses.asks {
            return Ok(());
        }
        if !self.drawn.here {
            let known = self.backend().and_then(|backend| backend.sequences);
            if known.is_none() || known != self.drawn.memory {
                let memory = MEMORIES.fetch_add(1, Ordering::Relaxed);
                // On a new backend nobody has drawn.
                if known.is_some() {
                    let discard =
                        Statement { sql: "DISCARD SEQUENCES".into(), types: Arc::from([]), scope: None, version: 0 };
                    self.hidden(&discard, true, None, statement)?;
                    self.expect.push_back(Expect::Discarded);
                }
                if let Some(backend) = self.backend() {
                    backend.sequences = Some(memory);
                }
                self.drawn.lost |= std::mem::take(&mut self.drawn.any);
                self.drawn.memory = Some(memory);
            }
            self.drawn.here = true;
        }
        self.drawn.any |= uses.draws;
        Ok(())
    }

    /// What to say when the backend remembers no draw that the session has made on another.
    pub(super) fn lost_draw(&self, statement: &ClientStatement, error: &Frame) -> Option<Fault> {
        if !statement.sequences().asks || !self.drawn.lost {
            return None;
        }
        let fields = report::fields(&error.body()).ok()?;
        let undrawn = SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE.code();
        fields.iter().any(|(letter, text)| *letter == b'C' && text == undrawn).then(|| {
            Fault::error(
                SqlState::FEATURE_NOT_SUPPORTED,
                "currval and lastval after the transaction that drew are not supported by orgfold",
            )
            .hint("ask in the same transaction, or use INSERT ... RETURNING")
        })
    }
}
