//! [`Lease`]: a connection checked out, and what is known of its state.
//!
//! Invariants: whatever is sent is counted until its end was seen; a lease dropped before that asks the server to cancel
//! and closes the connection; only [`Lease::settle`] gives one back.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use futures_util::{FutureExt as _, Stream as _};
use tokio_postgres::types::{BorrowToSql, ToSql, Type};
use tokio_postgres::{RowStream, SimpleQueryStream, Statement};
use tracing::Instrument as _;

use super::fault;
use super::param::Param;
use super::physical::Physical;
use super::pool::{Pooled, discard};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::sqlstate::SqlState;
use crate::tls::Tls;

/// How many statements stay prepared on one connection: each costs the server a plan for its leaf.
const MAX_PREPARED: usize = 500;

/// How long what nobody waits for any more may take: a cancel, a rollback.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something that was sent and whose end was not seen yet. Dropped without [`Flight::land`], it counts for ever.
#[derive(Debug)]
pub(super) struct Flight(Arc<AtomicUsize>);

impl Flight {
    /// The end was seen.
    pub(super) fn land(self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// An end was seen, if the connection is in order after that error.
    pub(super) fn land_after(self, error: &tokio_postgres::Error) {
        if fault::is_settled(error) {
            self.land();
        }
    }
}

/// A command of orgfold's own that was sent and is being answered.
pub(super) struct Answer(Pin<Box<SimpleQueryStream>>);

impl Answer {
    /// Reads its answer to the end. A deferred constraint speaks here.
    pub(super) fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<Result<(), tokio_postgres::Error>> {
        loop {
            match ready!(self.0.as_mut().poll_next(context)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Ok(())),
            }
        }
    }

    async fn ended(mut self) -> Result<(), tokio_postgres::Error> {
        poll_fn(|context| self.poll_ended(context)).await
    }
}

/// A connection checked out.
pub(super) struct Lease {
    pooled: Option<Pooled>,
    flying: Arc<AtomicUsize>,
    catalog: Arc<Catalog>,
    /// To cancel by.
    tls: Tls,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease").field("flying", &self.flying).finish_non_exhaustive()
    }
}

impl Lease {
    pub(super) fn new(pooled: Pooled, catalog: Arc<Catalog>, tls: Tls) -> Lease {
        Lease { pooled: Some(pooled), flying: Arc::default(), catalog, tls }
    }

    fn client(&self) -> Result<&ClientWrapper, Error> {
        let lost = || Error::here(SqlState::CONNECTION_FAILURE, "the connection was given back already");
        Ok(self.pooled.as_ref().ok_or_else(lost)?)
    }

    fn depart(&self) -> Flight {
        self.flying.fetch_add(1, Ordering::Relaxed);
        Flight(Arc::clone(&self.flying))
    }

    /// Sees an operation to its end.
    async fn fly<T>(
        &self,
        statement: Option<&Physical>,
        operation: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Error> {
        let (result, flight) = self.take_off(statement, operation).await?;
        flight.land();
        Ok(result)
    }

    /// Begins an operation whose end is seen later: by what it returned.
    async fn take_off<T>(
        &self,
        statement: Option<&Physical>,
        operation: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<(T, Flight), Error> {
        let flight = self.depart();
        let result = match statement {
            Some(statement) => operation.instrument(statement.watch().span().clone()).await,
            None => operation.await,
        };
        match result {
            Ok(result) => Ok((result, flight)),
            Err(error) => {
                flight.land_after(&error);
                if fault::is_stale(&error)
                    && let Some(pooled) = &self.pooled
                {
                    pooled.statement_cache.clear();
                }
                let fault = fault::of(error, &self.catalog, statement);
                if let Some(statement) = statement {
                    statement.watch().failed(fault.code());
                }
                Err(fault)
            }
        }
    }

    /// Runs an operation in a transaction of its own where the walls on the shard ask for one, in one round trip: BEGIN
    /// with the org, the operation, COMMIT. The operation must send what it sends when it is polled first.
    async fn alone<T>(
        client: &ClientWrapper,
        physical: &Physical,
        operation: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<(T, Option<Answer>), tokio_postgres::Error> {
        let Some(begin) = physical.begin() else { return Ok((operation.await?, None)) };
        // These are sent at once; their answers come through the streams.
        let begun = Box::pin(client.simple_query_raw(&begin).await?);
        let mut operation = pin!(operation);
        let early = poll_fn(|context| Poll::Ready(operation.as_mut().poll(context))).await;
        let commit = Answer(Box::pin(client.simple_query_raw("COMMIT").await?));
        let begun = Answer(begun).ended().await;
        let result = match early {
            Poll::Ready(result) => result,
            Poll::Pending => operation.await,
        };
        match begun.and(result) {
            Ok(result) => Ok((result, Some(commit))),
            Err(error) => {
                commit.ended().await?;
                Err(error)
            }
        }
    }

    async fn prepared(client: &ClientWrapper, physical: &Physical) -> Result<Statement, tokio_postgres::Error> {
        if client.statement_cache.size() >= MAX_PREPARED {
            client.statement_cache.clear();
        }
        client.prepare_typed_cached(physical.sql(), physical.types()).await
    }

    /// Prepares a statement, or finds it prepared.
    pub(super) async fn prepare(&self, physical: &Physical) -> Result<Statement, Error> {
        let client = self.client()?;
        let statement = self.fly(Some(physical), Lease::prepared(client, physical)).await?;
        physical.watch().done(0);
        Ok(statement)
    }

    /// Begins a statement that returns rows. The flight lands when the stream has ended.
    pub(super) async fn rows<P>(&self, physical: &Physical, params: Vec<Param<P>>) -> Result<(RowStream, Flight), Error>
    where
        P: BorrowToSql,
    {
        let client = self.client()?;
        let operation = async {
            let statement = Lease::prepared(client, physical).await?;
            client.query_raw(&statement, params).await
        };
        self.take_off(Some(physical), operation).await
    }

    /// The same outside a transaction. The flight lands when the commit has ended too.
    pub(super) async fn rows_alone<P>(
        &self,
        physical: &Physical,
        params: Vec<Param<P>>,
    ) -> Result<(RowStream, Option<Answer>, Flight), Error>
    where
        P: BorrowToSql,
    {
        let client = self.client()?;
        let operation = async {
            let statement = Lease::prepared(client, physical).await?;
            Lease::alone(client, physical, client.query_raw(&statement, params)).await
        };
        let ((rows, commit), flight) = self.take_off(Some(physical), operation).await?;
        Ok((rows, commit, flight))
    }

    /// Runs a statement outside a transaction to its end; returns how many rows it touched.
    pub(super) async fn execute_alone<P>(&self, physical: &Physical, params: Vec<Param<P>>) -> Result<u64, Error>
    where
        P: BorrowToSql,
    {
        let client = self.client()?;
        let operation = async {
            let statement = Lease::prepared(client, physical).await?;
            let (count, commit) = Lease::alone(client, physical, client.execute_raw(&statement, params)).await?;
            match commit {
                Some(commit) => commit.ended().await.map(|()| count),
                None => Ok(count),
            }
        };
        let count = self.fly(Some(physical), operation).await?;
        physical.watch().done(count);
        Ok(if physical.hides_count() { 0 } else { count })
    }

    /// Runs a statement to its end; returns how many rows it touched.
    pub(super) async fn execute<P>(&self, physical: &Physical, params: Vec<Param<P>>) -> Result<u64, Error>
    where
        P: BorrowToSql,
    {
        let client = self.client()?;
        let operation = async {
            let statement = Lease::prepared(client, physical).await?;
            client.execute_raw(&statement, params).await
        };
        let count = self.fly(Some(physical), operation).await?;
        physical.watch().done(count);
        Ok(if physical.hides_count() { 0 } else { count })
    }

    /// Runs a statement without parameters of the service's once, without keeping it prepared.
    pub(super) async fn execute_once(&self, physical: &Physical) -> Result<(), Error> {
        let client = self.client()?;
        let org = physical.org_param().map(|org| org.get());
        let params: Vec<(&(dyn ToSql + Sync), Type)> = match &org {
            Some(org) => vec![(org, Type::INT8)],
            None => Vec::new(),
        };
        let count = self.fly(Some(physical), client.execute_typed(physical.sql(), &params)).await?;
        physical.watch().done(count);
        Ok(())
    }

    /// Begins COPY ... FROM STDIN.
    pub(super) async fn copy_in<T>(&self, physical: &Physical) -> Result<(tokio_postgres::CopyInSink<T>, Flight), Error>
    where
        T: bytes::Buf + Send + 'static,
    {
        let client = self.client()?;
        let operation = async {
            let statement = client.prepare(physical.sql()).await?;
            client.copy_in(&statement).await
        };
        self.take_off(Some(physical), operation).await
    }

    /// Begins COPY ... TO STDOUT.
    pub(super) async fn copy_out(&self, physical: &Physical) -> Result<(tokio_postgres::CopyOutStream, Flight), Error> {
        let client = self.client()?;
        let operation = async {
            let statement = client.prepare(physical.sql()).await?;
            client.copy_out(&statement).await
        };
        self.take_off(Some(physical), operation).await
    }

    /// The same outside a transaction. The flight lands when the commit has ended too.
    pub(super) async fn copy_out_alone(
        &self,
        physical: &Physical,
    ) -> Result<(tokio_postgres::CopyOutStream, Option<Answer>, Flight), Error> {
        let client = self.client()?;
        let operation = async {
            let statement = client.prepare(physical.sql()).await?;
            Lease::alone(client, physical, client.copy_out(&statement)).await
        };
        let ((stream, commit), flight) = self.take_off(Some(physical), operation).await?;
        Ok((stream, commit, flight))
    }

    /// Sets the org that a leaf's default takes, for this transaction: before COPY FROM.
    pub(super) async fn set_org(&self, physical: &Physical) -> Result<(), Error> {
        let client = self.client()?;
        let org = physical.target().place.org().to_string();
        let params: [(&(dyn ToSql + Sync), Type); 1] = [(&org, Type::TEXT)];
        let mut sql = "SELECT pg_catalog.set_config('orgfold.org_id', $1, true)".to_owned();
        if let Some(records) = physical.records() {
            // Two numbers: there is nothing to quote.
            sql.push_str(&format!(", pg_catalog.set_config('orgfold.object', '{}', true)", records.setting()));
        }
        self.fly(None, client.execute_typed(&sql, &params)).await.map(|_| ())
    }

    /// Goes before a statement in a transaction that may show the database's name.
    pub(super) async fn say_who(&self, physical: &Physical) -> Result<(), Error> {
        match physical.who() {
            Some(who) => self.batch(&who).await,
            None => Ok(()),
        }
    }

    /// Runs orgfold's own text.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Error> {
        let client = self.client()?;
        self.fly(None, client.batch_execute(sql)).await
    }

    /// Sends orgfold's own text and does not wait: what is sent later comes later. If it fails, so does the transaction.
    pub(super) fn send(&self, sql: &str) {
        if let Some(pooled) = &self.pooled {
            // The first poll sends, and the driver reads the answers of futures that are gone.
            let _ = pooled.batch_execute(sql).now_or_never();
        }
    }

    /// Whether everything that was sent has come to its end.
    fn is_quiet(&self) -> bool {
        self.flying.load(Ordering::Relaxed) == 0
    }

    /// Gives the connection back if it is known to be idle outside a transaction: the caller knows about the
    /// transaction. Else it is closed.
    pub(super) fn settle(mut self) {
        if self.is_quiet() {
            drop(self.pooled.take());
        }
    }

    /// Gives the connection back after a COMMIT or ROLLBACK was answered: every earlier answer was read by then.
    pub(super) fn settle_all(mut self) {
        drop(self.pooled.take());
    }

    /// Rolls back without anybody waiting for it, then gives the connection back; closes it in any doubt.
    pub(super) fn abandon(mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.is_quiet() {
            return;
        }
        let Some(pooled) = self.pooled.take() else { return };
        runtime.spawn(async move {
            match tokio::time::timeout(PATIENCE, pooled.batch_execute("ROLLBACK")).await {
                Ok(Ok(())) => drop(pooled),
                Ok(Err(_)) | Err(_) => discard(pooled),
            }
        });
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(pooled) = self.pooled.take() else { return };
        if !self.is_quiet()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            // The connection is nobody else's until it is closed, so the cancel hits this statement or nothing.
            let (token, tls) = (pooled.cancel_token(), self.tls.clone());
            runtime.spawn(async move {
                let _ = tokio::time::timeout(PATIENCE, token.cancel_query(tls)).await;
                discard(pooled);
            });
            return;
        }
        discard(pooled);
    }
}
