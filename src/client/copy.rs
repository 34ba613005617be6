//! [`CopyInSink`] and [`CopyOutStream`]: COPY both ways.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream};

use super::fault;
use super::lease::{Answer, Flight, Lease};
use super::physical::Physical;
use super::tail::Tail;
use super::transaction::Transaction;
use crate::error::Error;

type Commit = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// How far a [`CopyInSink`] is.
enum Stage {
    /// Rows are taken.
    Copying { flight: Option<Flight>, transaction: Option<Box<Transaction>> },
    /// The shard has them all; the transaction that was begun for them is being committed.
    Committing { rows: u64, commit: Commit },
    /// Over.
    Done,
}

/// Takes the data of `COPY ... FROM STDIN`. Nothing is kept unless [`CopyInSink::finish`] (or `close`) succeeds; dropped
/// before, the copy fails, and outside a transaction of the service's the connection is closed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ddl = "CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text UNIQUE, pages int);";
/// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
/// # let org = sandbox.org("acme")?;
/// use bytes::Bytes;
/// use futures_util::{SinkExt as _, TryStreamExt as _};
///
/// let mut sink = org.copy_in("COPY book (title, pages) FROM STDIN WITH (FORMAT csv)").await?;
/// sink.send(Bytes::from_static(b"Anvils,300\nBells,\n")).await?;
/// assert_eq!(sink.finish().await?, 2);
///
/// let chunks: Vec<Bytes> = org.copy_out("COPY book (title, pages) TO STDOUT").await?.try_collect().await?;
/// assert_eq!(chunks.concat(), b"Anvils\t300\nBells\t\\N\n");
/// # Ok(())
/// # }
/// ```
#[must_use = "a copy that is not finished is undone"]
pub struct CopyInSink<T> {
    sink: Pin<Box<tokio_postgres::CopyInSink<T>>>,
    physical: Physical,
    stage: Stage,
}

impl<T> std::fmt::Debug for CopyInSink<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyInSink").finish_non_exhaustive()
    }
}

impl<T: Buf + Send + 'static> CopyInSink<T> {
    pub(super) fn new(sink: tokio_postgres::CopyInSink<T>, physical: Physical, flight: Flight) -> CopyInSink<T> {
        let stage = Stage::Copying { flight: Some(flight), transaction: None };
        CopyInSink { sink: Box::pin(sink), physical, stage }
    }

    /// Commits this transaction when the copy is finished.
    pub(super) fn within(mut self, own: Transaction) -> CopyInSink<T> {
        if let Stage::Copying { flight: _, transaction } = &mut self.stage {
            *transaction = Some(Box::new(own));
        }
        self
    }

    fn fault(&self, error: tokio_postgres::Error) -> Error {
        fault::of(error, &self.physical.target().catalog.catalog, Some(&self.physical))
    }

    /// Ends the copy and returns how many rows it brought.
    ///
    /// Dropped before it is done, the copy is undone, or its outcome is unknown when it was committing.
    ///
    /// # Errors
    /// What the shard says about the data; then no row of it is kept.
    pub async fn finish(mut self) -> Result<u64, Error> {
        std::future::poll_fn(|context| self.poll_finish(context)).await
    }

    fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<Result<u64, Error>> {
        loop {
            match &mut self.stage {
                Stage::Copying { flight, transaction } => match ready!(self.sink.as_mut().poll_finish(context)) {
                    Ok(rows) => {
                        if let Some(flight) = flight.take() {
                            flight.land();
                        }
                        self.physical.watch().done(rows);
                        let Some(transaction) = transaction.take() else {
                            self.stage = Stage::Done;
                            return Poll::Ready(Ok(rows));
                        };
                        self.stage = Stage::Committing { rows, commit: Box::pin(transaction.commit()) };
                    }
                    Err(error) => {
                        if let Some(flight) = flight.take() {
                            flight.land_after(&error);
                        }
                        let fault = self.fault(error);
                        self.physical.watch().failed(fault.code());
                        // A transaction in it is rolled back by dropping it.
                        self.stage = Stage::Done;
                        return Poll::Ready(Err(fault));
                    }
                },
                Stage::Committing { rows, commit } => {
                    let rows = *rows;
                    let result = ready!(commit.as_mut().poll(context));
                    self.stage = Stage::Done;
                    return Poll::Ready(result.map(|()| rows));
                }
                Stage::Done => return Poll::Ready(Ok(0)),
            }
        }
    }
}

impl<T: Buf + Send + 'static> Sink<T> for CopyInSink<T> {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let ready = ready!(self.sink.as_mut().poll_ready(context));
        Poll::Ready(ready.map_err(|error| self.fault(error)))
    }

    fn start_send(mut self: Pin<&mut Self>, item: T) -> Result<(), Error> {
        let sent = self.sink.as_mut().start_send(item);
        sent.map_err(|error| self.fault(error))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let flushed = ready!(self.sink.as_mut().poll_flush(context));
        Poll::Ready(flushed.map_err(|error| self.fault(error)))
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_finish(context).map_ok(|_| ())
    }
}

/// The data of `COPY ... TO STDOUT` as it comes. Like [`RowStream`](super::RowStream) when it is dropped before its end.
#[must_use = "a stream does nothing unless it is polled"]
pub struct CopyOutStream {
    stream: Pin<Box<tokio_postgres::CopyOutStream>>,
    physical: Physical,
    tail: Tail,
}

impl std::fmt::Debug for CopyOutStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyOutStream").field("ended", &self.tail.is_over()).finish_non_exhaustive()
    }
}

impl CopyOutStream {
    pub(super) fn new(
        stream: tokio_postgres::CopyOutStream,
        physical: Physical,
        flight: Flight,
        commit: Option<Answer>,
        lease: Option<Lease>,
    ) -> CopyOutStream {
        CopyOutStream { stream: Box::pin(stream), physical, tail: Tail::new(flight, commit, lease) }
    }
}

impl Stream for CopyOutStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.tail.is_over() {
            return Poll::Ready(None);
        }
        if !this.tail.has_begun() {
            match ready!(this.stream.as_mut().poll_next(context)) {
                Some(Ok(data)) => return Poll::Ready(Some(Ok(data))),
                Some(Err(error)) => this.tail.begin(Err(error)),
                None => this.tail.begin(Ok(())),
            }
        }
        let end = ready!(this.tail.poll(context, &this.physical));
        if end.is_none() {
            this.physical.watch().done(0);
        }
        Poll::Ready(end.map(Err))
    }
}
