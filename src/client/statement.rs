//! [`Statement`] and [`ToStatement`]: what the verbs take.

use std::sync::Arc;

use tokio_postgres::types::Type;

/// A statement that a shard has read: its parameters' and columns' types are known. It belongs to no connection and stays
/// good when the schema changes; each connection prepares it once for each leaf.
#[derive(Clone, Debug)]
pub struct Statement {
    sql: Arc<str>,
    declared: Arc<[Type]>,
    params: Arc<[Type]>,
    columns: Arc<[Column]>,
}

impl Statement {
    pub(super) fn new(sql: &str, declared: &[Type], prepared: &tokio_postgres::Statement, params: u16) -> Statement {
        let column =
            |column: &tokio_postgres::Column| Column { name: column.name().into(), data_type: column.type_().clone() };
        Statement {
            sql: sql.into(),
            declared: declared.into(),
            // The org's parameter comes after the service's.
            params: prepared.params().iter().take(usize::from(params)).cloned().collect(),
            columns: prepared.columns().iter().map(column).collect(),
        }
    }

    /// The types of the parameters.
    #[must_use]
    pub fn params(&self) -> &[Type] {
        &self.params
    }

    /// The columns of its rows.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }
}

/// A column of a [`Statement`]'s rows.
#[derive(Clone, Debug)]
pub struct Column {
    name: Box<str>,
    data_type: Type,
}

impl Column {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    #[must_use]
    pub fn type_(&self) -> &Type {
        &self.data_type
    }
}

pub(super) mod sealed {
    use tokio_postgres::types::Type;

    /// A text and the parameter types declared for it.
    pub trait Text {
        fn text(&self) -> &str;
        fn declared(&self) -> &[Type];
    }
}

/// SQL text, or a [`Statement`].
pub trait ToStatement: sealed::Text + Sync {}

impl sealed::Text for str {
    fn text(&self) -> &str {
        self
    }
    fn declared(&self) -> &[Type] {
        &[]
    }
}

impl ToStatement for str {}

impl sealed::Text for String {
    fn text(&self) -> &str {
        self
    }
    fn declared(&self) -> &[Type] {
        &[]
    }
}

impl ToStatement for String {}

impl sealed::Text for Statement {
    fn text(&self) -> &str {
        &self.sql
    }
    fn declared(&self) -> &[Type] {
        &self.declared
    }
}

impl ToStatement for Statement {}
