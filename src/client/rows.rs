//! [`RowStream`]: rows as they come.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, TryStreamExt as _};
use tokio_postgres::Row;

use super::lease::{Answer, Flight, Lease};
use super::physical::Physical;
use super::tail::Tail;
use crate::error::Error;
use crate::sqlstate::SqlState;

/// Rows as they come. Outside a transaction it holds the connection until its end; dropped before, the statement is
/// cancelled and the connection closed. Inside one, what is left is read and thrown away.
#[must_use = "a stream does nothing unless it is polled"]
pub struct RowStream {
    rows: Pin<Box<tokio_postgres::RowStream>>,
    physical: Physical,
    tail: Tail,
    seen: u64,
}

impl std::fmt::Debug for RowStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowStream").field("ended", &self.tail.is_over()).finish_non_exhaustive()
    }
}

impl RowStream {
    pub(super) fn new(
        rows: tokio_postgres::RowStream,
        physical: Physical,
        flight: Flight,
        commit: Option<Answer>,
        lease: Option<Lease>,
    ) -> RowStream {
        RowStream { rows: Box::pin(rows), physical, tail: Tail::new(flight, commit, lease), seen: 0 }
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
        if this.tail.is_over() {
            return Poll::Ready(None);
        }
        if !this.tail.has_begun() {
            match ready!(this.rows.as_mut().poll_next(context)) {
                Some(Ok(row)) => {
                    this.seen += 1;
                    return Poll::Ready(Some(Ok(row)));
                }
                Some(Err(error)) => this.tail.begin(Err(error)),
                None => this.tail.begin(Ok(())),
            }
        }
        let end = ready!(this.tail.poll(context, &this.physical));
        if end.is_none() {
            this.physical.watch().done(this.rows_affected().unwrap_or(this.seen));
        }
        Poll::Ready(end.map(Err))
    }
}
