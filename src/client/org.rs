//! [`Org`]: one organisation's database, as the service sees it.

use std::sync::Arc;

use bytes::Buf;
use tokio_postgres::Row;
use tokio_postgres::types::{BorrowToSql, ToSql, Type};

use super::copy::{CopyInSink, CopyOutStream};
use super::lease::Lease;
use super::param::params;
use super::physical::{Around, Physical, begin_within_walls};
use super::pool::Pools;
use super::retry::{Attempts, Failure, Loan, Retry};
use super::rows::{RowStream, exactly_one};
use super::statement::{Statement, ToStatement};
use super::transaction::{Transaction, TransactionBuilder};
use crate::directory::OrgEntry;
use crate::engine::{Engine, Target};
use crate::error::Error;
use crate::org::OrgId;
use crate::plan::Copy;

/// A handle for one org: cheap to clone, holds no connection. Each statement on it is a transaction of its own, on a
/// connection of the pool of the org's shard.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ddl = "CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text UNIQUE, pages int);";
/// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
/// # let org = sandbox.org("acme")?;
/// // A statement is a transaction of its own.
/// let insert = "INSERT INTO book (title, pages) VALUES ($1, $2) RETURNING id";
/// let id: i64 = org.query_one(insert, &[&"Anvils", &300]).await?.get("id");
/// assert_eq!(org.execute("UPDATE book SET pages = pages + 1 WHERE id = $1", &[&id]).await?, 1);
/// assert!(org.query_opt("SELECT * FROM book WHERE pages > $1", &[&1000]).await?.is_none());
///
/// // Read once, run often: it serves every org, and stays good when the schema changes.
/// let by_title = org.prepare("SELECT id FROM book WHERE title = $1").await?;
/// assert_eq!(org.query(&by_title, &[&"Anvils"]).await?.len(), 1);
///
/// // All of them, or none.
/// org.batch("INSERT INTO book (title) VALUES ('Bells'); INSERT INTO book (title) VALUES ('Coils')").await?;
///
/// // What would leave the org's own database is refused, and nothing is sent.
/// let refused = org.execute("DROP TABLE book", &[]).await.unwrap_err();
/// assert_eq!(refused.refusal(), Some(orgfold::Refusal::Definition));
/// # Ok(())
/// # }
/// ```
///
/// Where the org lives is asked anew for each statement and transaction. Dropping the future of a running statement
/// cancels the statement on the server and closes its connection; whether a write happened is then unknown.
#[doc(alias = "OrgClient")]
#[derive(Clone, Debug)]
pub struct Org {
    pub(super) engine: Arc<Engine>,
    pools: Arc<Pools>,
    pub(super) entry: Arc<OrgEntry>,
}

impl Org {
    pub(super) fn new(engine: Arc<Engine>, pools: Arc<Pools>, entry: Arc<OrgEntry>) -> Org {
        Org { engine, pools, entry }
    }

    /// Its name.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.entry.slug.as_str()
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> OrgId {
        self.entry.id
    }

    pub(super) async fn target(&self) -> Result<Arc<Target>, Error> {
        self.engine.ready(&self.entry).await;
        Ok(Arc::new(self.engine.target(&self.entry)?))
    }

    /// Compiles before it waits for a connection: what is refused costs none.
    async fn physical<T: ToStatement + ?Sized>(&self, statement: &T) -> Result<Physical, Error> {
        Physical::one(&self.engine, self.target().await?, statement, Around::Nothing)
    }

    async fn lease(&self, physical: &Physical) -> Result<Lease, Error> {
        self.pools.lease(physical.target()).await
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    /// [`Error`]: a refusal, what the shard says, or no connection.
    pub async fn query<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error>
    where
        T: ToStatement + ?Sized,
    {
        self.query_raw(statement, params.iter().copied()).await?.all().await
    }

    /// Runs a statement that returns exactly one row.
    ///
    /// # Errors
    /// As [`Org::query`]; P0002 when there is none, P0003 when there are several (a write has happened all the same).
    pub async fn query_one<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Error>
    where
        T: ToStatement + ?Sized,
    {
        exactly_one(self.query_opt(statement, params).await?)
    }

    /// Runs a statement that returns one row or none.
    ///
    /// # Errors
    /// As [`Org::query`]; P0003 when there are several rows (a write has happened all the same).
    pub async fn query_opt<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Error>
    where
        T: ToStatement + ?Sized,
    {
        self.query_raw(statement, params.iter().copied()).await?.at_most_one().await
    }

    /// Runs a statement and streams its rows.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ddl = "CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text UNIQUE, pages int);";
    /// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
    /// # let org = sandbox.org("acme")?;
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut rows = org.query_raw("SELECT n FROM generate_series(1, $1::int8) AS n", [1000_i64]).await?;
    /// let mut sum = 0;
    /// while let Some(row) = rows.try_next().await? {
    ///     sum += row.get::<_, i64>("n");
    /// }
    /// assert_eq!(sum, 500_500);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Org::query`]; later ones come in the stream.
    pub async fn query_raw<T, P, I>(&self, statement: &T, own: I) -> Result<RowStream, Error>
    where
        T: ToStatement + ?Sized,
        P: BorrowToSql,
        I: IntoIterator<Item = P>,
    {
        let physical = self.physical(statement).await?;
        let params = params(own, physical.org_param());
        physical.check_params(params.len() - usize::from(physical.org_param().is_some()))?;
        let lease = self.lease(&physical).await?;
        match lease.rows_alone(&physical, params).await {
            Ok((rows, commit, flight)) => Ok(RowStream::new(rows, physical, flight, commit, Some(lease))),
            Err(error) => {
                lease.settle();
                Err(error)
            }
        }
    }

    /// Runs a statement and returns how many rows it touched.
    ///
    /// # Errors
    /// As [`Org::query`].
    pub async fn execute<T>(&self, statement: &T, own: &[&(dyn ToSql + Sync)]) -> Result<u64, Error>
    where
        T: ToStatement + ?Sized,
    {
        let physical = self.physical(statement).await?;
        physical.check_params(own.len())?;
        let lease = self.lease(&physical).await?;
        let result = lease.execute_alone(&physical, params(own.iter().copied(), physical.org_param())).await;
        lease.settle();
        result
    }

    /// Has the shard read a statement, so that its types are known.
    ///
    /// # Errors
    /// As [`Org::query`].
    pub async fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        self.prepare_typed(sql, &[]).await
    }

    /// The same, with the types of the first parameters given.
    ///
    /// # Errors
    /// As [`Org::query`].
    pub async fn prepare_typed(&self, sql: &str, types: &[Type]) -> Result<Statement, Error> {
        let physical = Physical::typed(&self.engine, self.target().await?, sql, types, Around::Nothing)?;
        let lease = self.lease(&physical).await?;
        let result = lease.prepare(&physical).await;
        lease.settle();
        Ok(Statement::new(sql, types, &result?, physical.params()))
    }

    /// Runs every statement of a text in one transaction: all of them, or none. When one is refused nothing is sent.
    ///
    /// # Errors
    /// As [`Org::query`]; COPY, parameters and transaction control are refused.
    #[doc(alias = "batch_execute")]
    pub async fn batch(&self, sql: &str) -> Result<(), Error> {
        let target = self.target().await?;
        let statements = Physical::all(&self.engine, &target, sql)?;
        let transaction = self.begin(target, "BEGIN").await?;
        transaction.run_all(&statements).await?;
        transaction.commit().await
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// No connection.
    pub async fn transaction(&self) -> Result<Transaction, Error> {
        self.build_transaction().start().await
    }

    /// A transaction with an isolation level, or read-only.
    pub fn build_transaction(&self) -> TransactionBuilder<'_> {
        TransactionBuilder::new(self)
    }

    /// Runs work in a transaction and commits it, again where it fails in a way that may go better next time. See
    /// [`TransactionBuilder::transact`], which takes an isolation level and another [`Retry`] too.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ddl = "CREATE TABLE stock (id int PRIMARY KEY, amount int CHECK (amount >= 0));";
    /// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
    /// # let org = sandbox.org("acme")?;
    /// # org.execute("INSERT INTO stock VALUES (7, 3)", &[]).await?;
    /// let left: i32 = org
    ///     .transact(async |tx| {
    ///         let row = tx.query_one("UPDATE stock SET amount = amount - 1 WHERE id = 7 RETURNING amount", &[]).await?;
    ///         Ok::<i32, orgfold::Error>(row.get(0))
    ///     })
    ///     .await?;
    /// assert_eq!(left, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What the work says, or [`Transaction::commit`]; that of the last attempt.
    pub async fn transact<T, E, F, W>(&self, work: F) -> Result<T, E>
    where
        E: Failure,
        F: FnMut(Loan) -> W,
        W: Future<Output = Result<T, E>>,
    {
        self.build_transaction().transact(Retry::new(), work).await
    }

    /// Counts attempts at a piece of work on this org, for loops of the service's own.
    #[must_use]
    pub fn attempts(&self, retry: Retry) -> Attempts {
        Attempts::new(retry, Arc::clone(&self.engine))
    }

    pub(super) async fn start(&self, begin: &str) -> Result<Transaction, Error> {
        self.begin(self.target().await?, begin).await
    }

    pub(super) async fn begin(&self, target: Arc<Target>, begin: &str) -> Result<Transaction, Error> {
        let lease = self.pools.lease(&target).await?;
        let within = begin_within_walls(&target, begin);
        match lease.batch(within.as_deref().unwrap_or(begin)).await {
            Ok(()) => Ok(Transaction::new(Arc::clone(&self.engine), target, lease)),
            // BEGIN does not fail on a connection that is in order.
            Err(error) => Err(error),
        }
    }

    /// Begins `COPY ... FROM STDIN`, in a transaction of its own that [`CopyInSink::finish`] commits.
    ///
    /// # Errors
    /// As [`Org::query`].
    pub async fn copy_in<T, U>(&self, statement: &T) -> Result<CopyInSink<U>, Error>
    where
        T: ToStatement + ?Sized,
        U: Buf + Send + 'static,
    {
        let target = self.target().await?;
        // Refused before a connection is asked for.
        let physical = Physical::copy(&self.engine, Arc::clone(&target), statement, Around::Nothing, Copy::In)?;
        let transaction = self.begin(target, "BEGIN").await?;
        let sink = transaction.copy_physical(physical).await?;
        Ok(sink.within(transaction))
    }

    /// Begins `COPY ... TO STDOUT`.
    ///
    /// # Errors
    /// As [`Org::query`].
    pub async fn copy_out<T>(&self, statement: &T) -> Result<CopyOutStream, Error>
    where
        T: ToStatement + ?Sized,
    {
        let physical = Physical::copy(&self.engine, self.target().await?, statement, Around::Nothing, Copy::Out)?;
        let lease = self.lease(&physical).await?;
        match lease.copy_out_alone(&physical).await {
            Ok((stream, commit, flight)) => Ok(CopyOutStream::new(stream, physical, flight, commit, Some(lease))),
            Err(error) => {
                lease.settle();
                Err(error)
            }
        }
    }
}
