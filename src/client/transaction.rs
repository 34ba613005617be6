//! [`Transaction`] and [`Savepoint`].

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use bytes::Buf;
use tokio_postgres::types::{BorrowToSql, ToSql, Type};
use tokio_postgres::{IsolationLevel, Row};

use super::copy::{CopyInSink, CopyOutStream};
use super::lease::Lease;
use super::org::Org;
use super::param::params;
use super::physical::{Around, Physical};
use super::retry::{Attempts, Retry};
use super::rows::{RowStream, exactly_one};
use super::statement::{Statement, ToStatement};
use crate::engine::{Engine, Target};
use crate::error::Error;
use crate::org::OrgId;
use crate::plan::Copy;
use crate::sqlstate::SqlState;

/// COMMIT of a failed transaction rolls back and says so only in its tag. A statement before it fails instead.
const COMMIT: &str = "SELECT; COMMIT";

/// A transaction on one connection of the org's shard. Dropped without [`Transaction::commit`], it is rolled back; if
/// something was still running in it, that is cancelled and the connection closed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ddl = "CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text UNIQUE, pages int);";
/// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
/// # let org = sandbox.org("acme")?;
/// let mut tx = org.transaction().await?;
/// // Sent at once, one behind the other: the second does not wait for the answer of the first.
/// let insert = tx.prepare("INSERT INTO book (title) VALUES ($1)").await?;
/// tokio::try_join!(tx.execute(&insert, &[&"Anvils"]), tx.execute(&insert, &[&"Bells"]))?;
///
/// // A part that can fail alone.
/// let part = tx.savepoint("part").await?;
/// let taken = part.execute(&insert, &[&"Bells"]).await.unwrap_err();
/// assert_eq!(taken.constraint(), Some("book_title_key"));
/// part.rollback().await?;
///
/// tx.commit().await?;
/// assert_eq!(org.query("SELECT * FROM book", &[]).await?.len(), 2);
///
/// // Dropped, it never was.
/// drop(org.transaction().await?.execute("DELETE FROM book", &[]).await?);
/// assert_eq!(org.query("SELECT * FROM book", &[]).await?.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Transaction {
    engine: Arc<Engine>,
    target: Arc<Target>,
    lease: Option<Lease>,
}

impl Transaction {
    pub(super) fn new(engine: Arc<Engine>, target: Arc<Target>, lease: Lease) -> Transaction {
        Transaction { engine, target, lease: Some(lease) }
    }

    /// The org that it acts for.
    #[must_use]
    pub fn org_id(&self) -> OrgId {
        self.target.place.org()
    }

    /// The transaction itself; what stays has no connection.
    pub(super) fn take(&mut self) -> Transaction {
        Transaction { engine: Arc::clone(&self.engine), target: Arc::clone(&self.target), lease: self.lease.take() }
    }

    fn lease(&self) -> Result<&Lease, Error> {
        let over = || Error::here(SqlState::INTERNAL_ERROR, "the transaction is over");
        self.lease.as_ref().ok_or_else(over)
    }

    fn physical<T: ToStatement + ?Sized>(&self, statement: &T) -> Result<Physical, Error> {
        Physical::one(&self.engine, Arc::clone(&self.target), statement, Around::Transaction)
    }

    /// As [`Org::query`](super::Org::query). A refusal leaves the transaction as it was; an error of the shard fails it.
    ///
    /// # Errors
    /// [`Error`]; 25P02 in a failed transaction.
    pub async fn query<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error>
    where
        T: ToStatement + ?Sized,
    {
        self.query_raw(statement, params.iter().copied()).await?.all().await
    }

    /// As [`Org::query_one`](super::Org::query_one).
    ///
    /// # Errors
    /// As [`Transaction::query`]; P0002 when there is no row, P0003 when there are several.
    pub async fn query_one<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Error>
    where
        T: ToStatement + ?Sized,
    {
        exactly_one(self.query_opt(statement, params).await?)
    }

    /// As [`Org::query_opt`](super::Org::query_opt).
    ///
    /// # Errors
    /// As [`Transaction::query`]; P0003 when there are several rows.
    pub async fn query_opt<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Error>
    where
        T: ToStatement + ?Sized,
    {
        self.query_raw(statement, params.iter().copied()).await?.at_most_one().await
    }

    /// As [`Org::query_raw`](super::Org::query_raw). Statements that are started while the stream is open wait for it.
    ///
    /// # Errors
    /// As [`Transaction::query`]; later ones come in the stream.
    pub async fn query_raw<T, P, I>(&self, statement: &T, own: I) -> Result<RowStream, Error>
    where
        T: ToStatement + ?Sized,
        P: BorrowToSql,
        I: IntoIterator<Item = P>,
    {
        let physical = self.physical(statement)?;
        let params = params(own, physical.org_param());
        physical.check_params(params.len() - usize::from(physical.org_param().is_some()))?;
        let lease = self.lease()?;
        lease.say_who(&physical).await?;
        let (rows, flight) = lease.rows(&physical, params).await?;
        Ok(RowStream::new(rows, physical, flight, None, None))
    }

    /// As [`Org::execute`](super::Org::execute).
    ///
    /// # Errors
    /// As [`Transaction::query`].
    pub async fn execute<T>(&self, statement: &T, own: &[&(dyn ToSql + Sync)]) -> Result<u64, Error>
    where
        T: ToStatement + ?Sized,
    {
        let physical = self.physical(statement)?;
        physical.check_params(own.len())?;
        let lease = self.lease()?;
        lease.say_who(&physical).await?;
        lease.execute(&physical, params(own.iter().copied(), physical.org_param())).await
    }

    /// As [`Org::prepare`](super::Org::prepare).
    ///
    /// # Errors
    /// As [`Transaction::query`].
    pub async fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        self.prepare_typed(sql, &[]).await
    }

    /// As [`Org::prepare_typed`](super::Org::prepare_typed).
    ///
    /// # Errors
    /// As [`Transaction::query`].
    pub async fn prepare_typed(&self, sql: &str, types: &[Type]) -> Result<Statement, Error> {
        let physical = Physical::typed(&self.engine, Arc::clone(&self.target), sql, types, Around::Transaction)?;
        let prepared = self.lease()?.prepare(&physical).await?;
        Ok(Statement::new(sql, types, &prepared, physical.params()))
    }

    /// Runs every statement of a text. When one is refused nothing is sent.
    ///
    /// # Errors
    /// As [`Org::batch`](super::Org::batch).
    pub async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.run_all(&Physical::all(&self.engine, &self.target, sql)?).await
    }

    pub(super) async fn run_all(&self, statements: &[Physical]) -> Result<(), Error> {
        for statement in statements {
            let lease = self.lease()?;
            lease.say_who(statement).await?;
            lease.execute_once(statement).await?;
        }
        Ok(())
    }

    /// Begins `COPY ... FROM STDIN`.
    ///
    /// # Errors
    /// As [`Transaction::query`].
    pub async fn copy_in<T, U>(&self, statement: &T) -> Result<CopyInSink<U>, Error>
    where
        T: ToStatement + ?Sized,
        U: Buf + Send + 'static,
    {
        let target = Arc::clone(&self.target);
        self.copy_physical(Physical::copy(&self.engine, target, statement, Around::Transaction, Copy::In)?).await
    }

    pub(super) async fn copy_physical<U>(&self, physical: Physical) -> Result<CopyInSink<U>, Error>
    where
        U: Buf + Send + 'static,
    {
        let lease = self.lease()?;
        lease.set_org(&physical).await?;
        let (sink, flight) = lease.copy_in(&physical).await?;
        Ok(CopyInSink::new(sink, physical, flight))
    }

    /// Begins `COPY ... TO STDOUT`.
    ///
    /// # Errors
    /// As [`Transaction::query`].
    pub async fn copy_out<T>(&self, statement: &T) -> Result<CopyOutStream, Error>
    where
        T: ToStatement + ?Sized,
    {
        let target = Arc::clone(&self.target);
        let physical = Physical::copy(&self.engine, target, statement, Around::Transaction, Copy::Out)?;
        let lease = self.lease()?;
        lease.say_who(&physical).await?;
        let (stream, flight) = lease.copy_out(&physical).await?;
        Ok(CopyOutStream::new(stream, physical, flight, None, None))
    }

    /// Commits.
    ///
    /// Not cancel safe: dropped before it is done, the outcome is unknown.
    ///
    /// # Errors
    /// 25P02 when a statement had failed: the transaction was rolled back. What a deferred constraint says. 08006 when
    /// the connection was lost: then the outcome is unknown.
    pub async fn commit(mut self) -> Result<(), Error> {
        let Some(lease) = self.lease.take() else { return Ok(()) };
        match lease.batch(COMMIT).await {
            Ok(()) => {
                lease.settle_all();
                Ok(())
            }
            Err(error) => {
                if lease.batch("ROLLBACK").await.is_ok() {
                    lease.settle_all();
                }
                Err(error)
            }
        }
    }

    /// Rolls back, and waits for it.
    ///
    /// Cancel safe: dropped before it is done, the connection is closed, which rolls back too.
    ///
    /// # Errors
    /// 08006 when the connection was lost: it is rolled back all the same.
    pub async fn rollback(mut self) -> Result<(), Error> {
        let Some(lease) = self.lease.take() else { return Ok(()) };
        lease.batch("ROLLBACK").await?;
        lease.settle_all();
        Ok(())
    }

    /// Sets a savepoint. What is done through it can be undone alone; dropped without [`Savepoint::commit`], it is.
    ///
    /// # Errors
    /// As [`Transaction::query`].
    pub async fn savepoint(&mut self, name: &str) -> Result<Savepoint<'_>, Error> {
        let name = format!("\"{}\"", name.replace('"', "\"\""));
        self.lease()?.batch(&format!("SAVEPOINT {name}")).await?;
        Ok(Savepoint { transaction: self, name, open: true })
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.abandon();
        }
    }
}

/// A part of a transaction that can be undone alone. It has the verbs of [`Transaction`].
#[derive(Debug)]
pub struct Savepoint<'t> {
    transaction: &'t mut Transaction,
    name: String,
    open: bool,
}

impl Savepoint<'_> {
    /// Keeps what was done, as a part of the transaction around it.
    ///
    /// # Errors
    /// 25P02 when a statement had failed: what was done since the savepoint is undone, and the transaction goes on.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.transaction.lease()?.batch(&format!("RELEASE SAVEPOINT {}", self.name)).await?;
        self.open = false;
        Ok(())
    }

    /// Undoes what was done since the savepoint. The transaction goes on, even if it had failed.
    ///
    /// # Errors
    /// 08006 when the connection was lost.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.transaction.lease()?.batch(&self.undo()).await?;
        self.open = false;
        Ok(())
    }

    fn undo(&self) -> String {
        format!("ROLLBACK TO SAVEPOINT {0}; RELEASE SAVEPOINT {0}", self.name)
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.open
            && let Ok(lease) = self.transaction.lease()
        {
            lease.send(&self.undo());
        }
    }
}

impl Deref for Savepoint<'_> {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        self.transaction
    }
}

impl DerefMut for Savepoint<'_> {
    fn deref_mut(&mut self) -> &mut Transaction {
        self.transaction
    }
}

/// How a transaction begins.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ddl = "CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text UNIQUE, pages int);";
/// # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
/// # let org = sandbox.org("acme")?;
/// use orgfold::IsolationLevel;
///
/// let report = org.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?;
/// report.query("SELECT count(*) FROM book", &[]).await?;
/// assert_eq!(report.execute("DELETE FROM book", &[]).await.unwrap_err().code(), "25006");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct TransactionBuilder<'o> {
    org: &'o Org,
    isolation: Option<IsolationLevel>,
    read_only: Option<bool>,
    deferrable: Option<bool>,
}

impl<'o> TransactionBuilder<'o> {
    pub(super) fn new(org: &'o Org) -> TransactionBuilder<'o> {
        TransactionBuilder { org, isolation: None, read_only: None, deferrable: None }
    }

    /// The isolation level.
    pub fn isolation_level(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Whether writes are refused by the shard.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = Some(read_only);
        self
    }

    /// Whether a serializable, read-only transaction waits for a snapshot that cannot fail.
    pub fn deferrable(mut self, deferrable: bool) -> Self {
        self.deferrable = Some(deferrable);
        self
    }

    fn begin(&self) -> String {
        let isolation = self.isolation.and_then(|level| match level {
            IsolationLevel::ReadUncommitted => Some("ISOLATION LEVEL READ UNCOMMITTED"),
            IsolationLevel::ReadCommitted => Some("ISOLATION LEVEL READ COMMITTED"),
            IsolationLevel::RepeatableRead => Some("ISOLATION LEVEL REPEATABLE READ"),
            IsolationLevel::Serializable => Some("ISOLATION LEVEL SERIALIZABLE"),
            // The driver may learn of others; the server's default is none of them.
            _later => None,
        });
        let access = self.read_only.map(|only| if only { "READ ONLY" } else { "READ WRITE" });
        let deferrable = self.deferrable.map(|wait| if wait { "DEFERRABLE" } else { "NOT DEFERRABLE" });
        let modes: Vec<&str> = [isolation, access, deferrable].into_iter().flatten().collect();
        format!("BEGIN {}", modes.join(", "))
    }

    pub(super) fn attempts(&self, retry: Retry) -> Attempts {
        self.org.attempts(retry)
    }

    /// Begins it.
    ///
    /// # Errors
    /// As [`Org::transaction`](super::Org::transaction).
    pub async fn start(self) -> Result<Transaction, Error> {
        self.org.start(&self.begin()).await
    }
}
