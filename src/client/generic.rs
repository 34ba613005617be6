//! [`GenericClient`]: code that is the same inside and outside a transaction, and typed rows.
//!
//! Invariants: the trait is implemented by [`Org`], [`Transaction`] and [`Savepoint`] only, so that whoever holds one acts for
//! one org. What is absent: a verb of its own; each of them is that of the type behind it.

use bytes::Buf;
use tokio_postgres::Row;
use tokio_postgres::types::{BorrowToSql, ToSql, Type};

use super::copy::{CopyInSink, CopyOutStream};
use super::org::Org;
use super::row::FromRow;
use super::rows::RowStream;
use super::statement::{Statement, ToStatement};
use super::transaction::{Savepoint, Transaction};
use crate::error::Error;
use crate::org::OrgId;

mod sealed {
    pub trait Sealed {}
}

/// What nested transactions are called on the shard. Savepoints of one name hide each other, as brackets do.
const NESTED: &str = "nested";

/// An [`Org`], a [`Transaction`] or a [`Savepoint`]: whatever runs statements for one org.
///
/// Its futures are `Send`. The verbs are those of the types themselves; those that end in `_as` return typed rows.
///
/// ```
/// use orgfold::{Error, GenericClient};
///
/// /// Runs on its own, or as a part of the caller's transaction.
/// async fn add_book(client: &impl GenericClient, title: &str) -> Result<i64, Error> {
///     let insert = "INSERT INTO book (title) VALUES ($1) RETURNING id";
///     let (id,) = client.query_one_as(insert, &[&title]).await?;
///     Ok(id)
/// }
/// ```
pub trait GenericClient: sealed::Sealed + Send + Sync {
    /// What [`GenericClient::begin`] begins: a transaction, or a savepoint in one.
    type Nested<'c>: GenericTransaction
    where
        Self: 'c;

    /// The org it acts for.
    fn org_id(&self) -> OrgId;

    /// Begins a transaction; inside one, a part of it that can be undone alone.
    ///
    /// # Errors
    /// No connection; inside a transaction, 25P02 when it has failed.
    fn begin(&mut self) -> impl Future<Output = Result<Self::Nested<'_>, Error>> + Send;

    /// As [`Org::query`].
    ///
    /// # Errors
    /// As [`Org::query`].
    fn query<T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send
    where
        T: ToStatement + ?Sized;

    /// As [`Org::query_one`].
    ///
    /// # Errors
    /// As [`Org::query_one`].
    fn query_one<T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Row, Error>> + Send
    where
        T: ToStatement + ?Sized;

    /// As [`Org::query_opt`].
    ///
    /// # Errors
    /// As [`Org::query_opt`].
    fn query_opt<T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Option<Row>, Error>> + Send
    where
        T: ToStatement + ?Sized;

    /// As [`Org::query_raw`].
    ///
    /// # Errors
    /// As [`Org::query_raw`].
    fn query_raw<T, P, I>(&self, statement: &T, params: I) -> impl Future<Output = Result<RowStream, Error>> + Send
    where
        T: ToStatement + ?Sized,
        P: BorrowToSql + Send,
        I: IntoIterator<Item = P> + Send;

    /// As [`Org::execute`].
    ///
    /// # Errors
    /// As [`Org::execute`].
    fn execute<T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<u64, Error>> + Send
    where
        T: ToStatement + ?Sized;

    /// As [`Org::prepare`].
    ///
    /// # Errors
    /// As [`Org::prepare`].
    fn prepare(&self, sql: &str) -> impl Future<Output = Result<Statement, Error>> + Send;

    /// As [`Org::prepare_typed`].
    ///
    /// # Errors
    /// As [`Org::prepare_typed`].
    fn prepare_typed(&self, sql: &str, types: &[Type]) -> impl Future<Output = Result<Statement, Error>> + Send;

    /// As [`Org::batch`].
    ///
    /// # Errors
    /// As [`Org::batch`].
    fn batch(&self, sql: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// As [`Org::copy_in`].
    ///
    /// # Errors
    /// As [`Org::copy_in`].
    fn copy_in<T, U>(&self, statement: &T) -> impl Future<Output = Result<CopyInSink<U>, Error>> + Send
    where
        T: ToStatement + ?Sized,
        U: Buf + Send + 'static;

    /// As [`Org::copy_out`].
    ///
    /// # Errors
    /// As [`Org::copy_out`].
    fn copy_out<T>(&self, statement: &T) -> impl Future<Output = Result<CopyOutStream, Error>> + Send
    where
        T: ToStatement + ?Sized;

    /// [`GenericClient::query`], with rows of that type.
    ///
    /// # Errors
    /// As [`Org::query`]; 42703 or 42804 when a row is not of the type (a write has happened all the same).
    fn query_as<R, T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Vec<R>, Error>> + Send
    where
        R: FromRow + Send,
        T: ToStatement + ?Sized,
    {
        async move { self.query(statement, params).await?.iter().map(R::from_row).collect() }
    }

    /// [`GenericClient::query_one`], with a row of that type.
    ///
    /// # Errors
    /// As [`Org::query_one`] and [`GenericClient::query_as`].
    fn query_one_as<R, T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<R, Error>> + Send
    where
        R: FromRow + Send,
        T: ToStatement + ?Sized,
    {
        async move { R::from_row(&self.query_one(statement, params).await?) }
    }

    /// [`GenericClient::query_opt`], with a row of that type.
    ///
    /// # Errors
    /// As [`Org::query_opt`] and [`GenericClient::query_as`].
    fn query_opt_as<R, T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Option<R>, Error>> + Send
    where
        R: FromRow + Send,
        T: ToStatement + ?Sized,
    {
        async move { self.query_opt(statement, params).await?.as_ref().map(R::from_row).transpose() }
    }
}

/// A [`Transaction`], or a [`Savepoint`] in one: what [`GenericClient::begin`] gives. Dropped, it is undone.
pub trait GenericTransaction: GenericClient {
    /// As [`Transaction::commit`] or [`Savepoint::commit`].
    ///
    /// # Errors
    /// As [`Transaction::commit`].
    fn commit(self) -> impl Future<Output = Result<(), Error>> + Send;

    /// As [`Transaction::rollback`] or [`Savepoint::rollback`].
    ///
    /// # Errors
    /// As [`Transaction::rollback`].
    fn rollback(self) -> impl Future<Output = Result<(), Error>> + Send;
}

macro_rules! verbs_of {
    ($own:ident) => {
        async fn query<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error>
        where
            T: ToStatement + ?Sized,
        {
            $own::query(self, statement, params).await
        }

        async fn query_one<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Error>
        where
            T: ToStatement + ?Sized,
        {
            $own::query_one(self, statement, params).await
        }

        async fn query_opt<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Error>
        where
            T: ToStatement + ?Sized,
        {
            $own::query_opt(self, statement, params).await
        }

        async fn query_raw<T, P, I>(&self, statement: &T, params: I) -> Result<RowStream, Error>
        where
            T: ToStatement + ?Sized,
            P: BorrowToSql + Send,
            I: IntoIterator<Item = P> + Send,
        {
            $own::query_raw(self, statement, params.into_iter().collect::<Vec<P>>()).await
        }

        async fn execute<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> Result<u64, Error>
        where
            T: ToStatement + ?Sized,
        {
            $own::execute(self, statement, params).await
        }

        async fn prepare(&self, sql: &str) -> Result<Statement, Error> {
            $own::prepare(self, sql).await
        }

        async fn prepare_typed(&self, sql: &str, types: &[Type]) -> Result<Statement, Error> {
            $own::prepare_typed(self, sql, types).await
        }

        async fn batch(&self, sql: &str) -> Result<(), Error> {
            $own::batch(self, sql).await
        }

        async fn copy_in<T, U>(&self, statement: &T) -> Result<CopyInSink<U>, Error>
        where
            T: ToStatement + ?Sized,
            U: Buf + Send + 'static,
        {
            $own::copy_in(self, statement).await
        }

        async fn copy_out<T>(&self, statement: &T) -> Result<CopyOutStream, Error>
        where
            T: ToStatement + ?Sized,
        {
            $own::copy_out(self, statement).await
        }
    };
}

impl sealed::Sealed for Org {}

impl GenericClient for Org {
    type Nested<'c> = Transaction;

    fn org_id(&self) -> OrgId {
        self.id()
    }

    async fn begin(&mut self) -> Result<Transaction, Error> {
        self.transaction().await
    }

    verbs_of!(Org);
}

impl sealed::Sealed for Transaction {}

impl GenericClient for Transaction {
    type Nested<'c> = Savepoint<'c>;

    fn org_id(&self) -> OrgId {
        Transaction::org_id(self)
    }

    async fn begin(&mut self) -> Result<Savepoint<'_>, Error> {
        self.savepoint(NESTED).await
    }

    verbs_of!(Transaction);
}

impl GenericTransaction for Transaction {
    async fn commit(self) -> Result<(), Error> {
        Transaction::commit(self).await
    }

    async fn rollback(self) -> Result<(), Error> {
        Transaction::rollback(self).await
    }
}

impl sealed::Sealed for Savepoint<'_> {}

impl<'t> GenericClient for Savepoint<'t> {
    type Nested<'c>
        = Savepoint<'c>
    where
        't: 'c;

    fn org_id(&self) -> OrgId {
        Transaction::org_id(self)
    }

    async fn begin(&mut self) -> Result<Savepoint<'_>, Error> {
        self.savepoint(NESTED).await
    }

    verbs_of!(Transaction);
}

impl GenericTransaction for Savepoint<'_> {
    async fn commit(self) -> Result<(), Error> {
        Savepoint::commit(self).await
    }

    async fn rollback(self) -> Result<(), Error> {
        Savepoint::rollback(self).await
    }
}
