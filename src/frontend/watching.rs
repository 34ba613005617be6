//! What a session tells its watch when a query is answered, and the log when it took long.

use super::fault::Fault;
use super::session::Session;
use super::traces::Query;
use super::who::Request;
use crate::plan::without_literals;
use crate::sqlstate::SqlState;

/// An operator has ended the session.
pub(super) fn killed() -> Fault {
    Fault::fatal(SqlState::ADMIN_SHUTDOWN, "terminating connection due to administrator command")
}

impl Session {
    /// Whether somebody may want to know what ran.
    pub(super) fn is_told_of(&self) -> bool {
        self.slow.limit().is_some() || self.traces.is_some()
    }

    /// Everything that the client asked is answered.
    pub(super) fn answered_whole(&mut self) {
        let moved = self.client.moved();
        let request = Request::of(&self.watched.client);
        let Some(took) = self.watched.ends(moved) else { return };
        let Some(last) = self.last.take() else { return };
        if let Some(traces) = &self.traces {
            traces.query(&Query {
                took,
                text: &last.text,
                shown: &without_literals(&last.text),
                role: &self.role,
                org: self.org.as_ref().map(|org| org.slug.as_str()),
                shard: self.watched.shard_name(),
                leaf: self.place.map(|(leaf, _)| leaf.get()),
                fingerprint: last.fingerprint(),
                request,
            });
        }
        if self.slow.limit().is_none_or(|limit| took < limit) {
            return;
        }
        // A text may hold what should have been a parameter.
        let (sql, physical) = (without_literals(&last.text), last.rendered_sql().map(|sql| without_literals(&sql)));
        tracing::warn!(
            %request,
            role = &*self.role,
            org = self.org.as_ref().map(|org| org.slug.as_str()),
            shard = self.lease.as_ref().map(|lease| lease.shard().get()),
            leaf = self.place.map(|(leaf, _)| leaf.get()),
            fingerprint = %format_args!("{:016x}", last.fingerprint()),
            millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            sql,
            physical = physical.as_deref(),
            "slow query"
        );
    }
}
