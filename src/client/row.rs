//! [`FromRow`]: rows as the service's own types.
//!
//! In: the driver's rows. Out: tuples by position, structs by the names of their fields ([`from_row!`](crate::from_row)).
//! Values are read by `FromSql`, so that whatever the driver knows (dates, decimals, arrays, NULL) is known here too. What is
//! absent: a derive of its own, which needs a second crate to be built, published and kept in step; a macro by example says as
//! much, and [`Serde`](super::Serde) takes whatever derives `Deserialize`.

use tokio_postgres::Row;
use tokio_postgres::row::RowIndex;
use tokio_postgres::types::FromSql;

use crate::error::Error;
use crate::sqlstate::SqlState;

/// A type that a row can be read as: a tuple, or a struct of the service's ([`from_row!`](crate::from_row)).
///
/// ```
/// use orgfold::{Error, FromRow, Row, column};
///
/// struct Money { cents: i64 }
///
/// impl FromRow for Money {
///     fn from_row(row: &Row) -> Result<Money, Error> {
///         let euros: i64 = column(row, "euros")?;
///         Ok(Money { cents: euros * 100 })
///     }
/// }
/// ```
pub trait FromRow: Sized {
    /// Reads a row.
    ///
    /// # Errors
    /// 42703 when it lacks a column, 42804 when a value is of another type, or NULL where there must be one.
    fn from_row(row: &Row) -> Result<Self, Error>;
}

impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Row, Error> {
        Ok(row.clone())
    }
}

/// One column of a row, by its name or its number from 0.
///
/// # Errors
/// 42703 when there is none, 42804 when its value is of another type, or NULL where there must be one.
pub fn column<'r, I, T>(row: &'r Row, index: I) -> Result<T, Error>
where
    I: RowIndex + std::fmt::Display,
    T: FromSql<'r>,
{
    row.try_get(&index).map_err(|error| {
        let (code, message) = match std::error::Error::source(&error) {
            Some(source) => (SqlState::DATATYPE_MISMATCH, format!("column {index}: {source}")),
            None => (SqlState::UNDEFINED_COLUMN, format!("the row has no column {index}")),
        };
        Error::here(code, message).with_source(error)
    })
}

/// Makes [`FromRow`](crate::FromRow) for a struct: each field is read from the column of its name, or of the name behind `=`.
///
/// ```
/// struct Book {
///     id: i64,
///     title: String,
///     pages: Option<i32>,
/// }
///
/// orgfold::from_row!(Book { id, title = "name", pages });
/// ```
#[macro_export]
macro_rules! from_row {
    ($name:ident { $($field:ident $(= $column:literal)?),+ $(,)? }) => {
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> ::std::result::Result<Self, $crate::Error> {
                ::std::result::Result::Ok($name {
                    $($field: $crate::column(row, $crate::from_row!(@column $field $(= $column)?))?),+
                })
            }
        }
    };
    (@column $field:ident) => { ::std::stringify!($field) };
    (@column $field:ident = $column:literal) => { $column };
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $at:literal),+;)+) => {$(
        impl<$($name: for<'r> FromSql<'r>),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row) -> Result<Self, Error> {
                if row.len() != $count {
                    let message = format!("expected {} columns but the row has {}", $count, row.len());
                    return Err(Error::here(SqlState::DATATYPE_MISMATCH, message));
                }
                Ok(($(column::<usize, $name>(row, $at)?,)+))
            }
        }
    )+};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
}
