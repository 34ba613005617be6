//! [`Watch`]: one statement under way: its span, and what the figures hear of its end.
//!
//! In: where it runs, its text, whether its plan was known. Out: a span `statement` of level DEBUG with the fields `org`, `shard`,
//! `leaf`, `fingerprint`, `plan_cached` and, at its end, `rows` and `code`. Invariants: no value and no literal is in it; each
//! statement ends once: done, failed, or dropped. What is absent: sampling and exporting, which subscribers do.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tracing::Span;
use tracing::field::{Empty, display};

use super::figures;
use crate::directory::ShardEntry;
use crate::engine::Target;
use crate::plan::fingerprint;

/// How a statement ended.
#[derive(Debug)]
enum End {
    /// With so many rows.
    Done(u64),
    /// With an error of this SQLSTATE.
    Failed(Box<str>),
}

/// One statement, from its compilation to its end.
#[derive(Debug)]
pub(super) struct Watch {
    span: Span,
    shard: Arc<ShardEntry>,
    begun: Instant,
    end: OnceLock<End>,
}

impl Watch {
    pub(super) fn new(target: &Target, sql: &str, plan_cached: bool) -> Watch {
        let span = tracing::debug_span!(
            "statement",
            org = target.slug.as_str(),
            shard = target.shard.name,
            leaf = target.place.leaf().get(),
            fingerprint = Empty,
            plan_cached,
            rows = Empty,
            code = Empty,
        );
        if !span.is_disabled() {
            span.record("fingerprint", display(format_args!("{:016x}", fingerprint(sql))));
        }
        Watch { span, shard: Arc::clone(&target.shard), begun: Instant::now(), end: OnceLock::new() }
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// It has ended well. Only the first end counts.
    pub(super) fn done(&self, rows: u64) {
        let _ = self.end.set(End::Done(rows));
    }

    /// It has failed.
    pub(super) fn failed(&self, code: &str) {
        let _ = self.end.set(End::Failed(code.into()));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let outcome = match self.end.get() {
            Some(End::Done(rows)) => {
                self.span.record("rows", *rows);
                figures::rows(&self.shard.name, *rows);
                "done"
            }
            Some(End::Failed(code)) => {
                self.span.record("code", &**code);
                "failed"
            }
            // Nobody waits for it any more, or it was never sent.
            None => "dropped",
        };
        figures::statement(&self.shard.name, outcome, self.begun.elapsed());
    }
}
