//! [`RowStream`]: rows as they come.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, TryStreamExt as _};
use tokio_postgres::Row;

use super::fault;
use super::lease::{Flight, Lease};
use super::physical::Physical;
use crate::error::Error;
use crate::sqlstate::SqlState;

/// Rows as they come. Outside a transaction it holds the connection until its end; dropped before, the statement is
/// cancelled and the connection closed. Inside one, what is left is read and thrown away.
#[must_use = "a stream does nothing unless it is polled"]
pub struct RowStream {
    rows: Pin<Box<tokio_postgres::RowStream>>,
    physical: Physical,
    flight: Option<Flight>,
    lease: Option<Lease>,
}

impl std::fmt::Debug for RowStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowStream").field("ended", &self.flight.is_none()).finish_non_exhaustive()
    }
}

impl RowStream {
    pub(super) fn new(
        rows: tokio_postgres::RowStream,
        physical: Physical,
        flight: Flight,
        lease: Option<Lease>,
    ) -> RowStream {
        RowStream { rows: Box::pin(rows), physical, flight: Some(flight), lease }
    }

    /// How many rows the statement touched; `None` until the stream has ended.
    #[must_use]
    pub fn rows_affected(&self) -> Option<u64> {
        self.rows.rows_affected().map(|count| if self.physical.hides_count() { 0 } else { count })
    }

    /// All of them.
    pub(super) async fn all(self) -> Result<Vec<Row>, Error> {
        self.try_collect().await
    }

    /// The only one, if there is one. A second is an error (P0003); all are read in any case.
    pub(super) async fn at_most_one(mut self) -> Result<Option<Row>, Error> {
        let Some(row) = self.try_next().await? else { return Ok(None) };
        let mut several = false;
        while self.try_next().await?.is_some() {
            several = true;
        }
        if several {
            return Err(Error::here(SqlState::TOO_MANY_ROWS, "query returned more than one row"));
        }
        Ok(Some(row))
    }
}

/// The row that `query_one` asks for.
pub(super) fn exactly_one(row: Option<Row>) -> Result<Row, Error> {
    row.ok_or_else(|| Error::here(SqlState::NO_DATA_FOUND, "query returned no rows"))
}

impl Stream for RowStream {
    type Item = Result<Row, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.flight.is_none() {
            return Poll::Ready(None);
        }
        let next = ready!(this.rows.as_mut().poll_next(context));
        if let Some(Ok(row)) = next {
            return Poll::Ready(Some(Ok(row)));
        }
        let flight = this.flight.take();
        let item = match next {
            Some(Err(error)) => {
                if let Some(flight) = flight {
                    flight.land_after(&error);
                }
                let catalog = &this.physical.target().catalog.catalog;
                Some(Err(fault::of(error, catalog, Some(&this.physical))))
            }
            Some(Ok(_)) | None => {
                if let Some(flight) = flight {
                    flight.land();
                }
                None
            }
        };
        if let Some(lease) = this.lease.take() {
            lease.settle();
        }
        Poll::Ready(item)
    }
}
