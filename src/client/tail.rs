//! [`Tail`]: what comes after the last row: the answer of the COMMIT behind it, and the connection's way back.
//!
//! Invariants: the connection is given back only after the end of everything that was sent was seen.

use std::task::{Context, Poll, ready};

use super::fault;
use super::lease::{Answer, Flight, Lease};
use super::physical::Physical;
use crate::error::Error;

/// The end of a stream that a statement returned.
pub(super) struct Tail {
    flight: Option<Flight>,
    /// The end of the transaction, where the statement has one of its own.
    commit: Option<Answer>,
    /// How the stream itself ended.
    outcome: Option<Result<(), tokio_postgres::Error>>,
    /// The connection, unless it is a transaction's of the service's.
    lease: Option<Lease>,
}

impl Tail {
    pub(super) fn new(flight: Flight, commit: Option<Answer>, lease: Option<Lease>) -> Tail {
        Tail { flight: Some(flight), commit, outcome: None, lease }
    }

    /// Everything has been seen.
    pub(super) fn is_over(&self) -> bool {
        self.flight.is_none()
    }

    /// Whether the stream's own end was seen.
    pub(super) fn has_begun(&self) -> bool {
        self.outcome.is_some()
    }

    /// The stream ended so.
    pub(super) fn begin(&mut self, outcome: Result<(), tokio_postgres::Error>) {
        self.outcome = Some(outcome);
    }

    /// Sees the rest to its end, then gives the connection back; the error, if there was one.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, physical: &Physical) -> Poll<Option<Error>> {
        let committed = match &mut self.commit {
            Some(commit) => ready!(commit.poll_ended(context)),
            None => Ok(()),
        };
        self.commit = None;
        let outcome = self.outcome.take().unwrap_or(Ok(())).and(committed);
        let flight = self.flight.take();
        let error = match outcome {
            Ok(()) => {
                if let Some(flight) = flight {
                    flight.land();
                }
                None
            }
            Err(error) => {
                if let Some(flight) = flight {
                    flight.land_after(&error);
                }
                let fault = fault::of(error, &physical.target().catalog.catalog, Some(physical));
                physical.watch().failed(fault.code());
                Some(fault)
            }
        };
        if let Some(lease) = self.lease.take() {
            lease.settle();
        }
        Poll::Ready(error)
    }
}
