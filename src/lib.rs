//! orgfold folds the private databases of many organisations onto a small fleet of PostgreSQL servers.
//!
//! ```no_run
//! # async fn serve(config: orgfold::Config) -> Result<(), orgfold::Error> {
//! let orgfold = orgfold::Orgfold::connect(config).await?;
//! let acme = orgfold.org("acme")?;
//! for row in acme.query("SELECT no FROM invoice WHERE customer_id = $1", &[&7_i64]).await? {
//!     let no: i64 = row.get("no");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The modules, in the order a statement passes them:

pub mod sqlstate;

pub mod wire;

pub mod org;

pub mod key;

pub mod catalog;

pub mod plan;

pub mod route;

pub mod directory;

pub mod config;

pub mod tls;

pub mod error;

pub mod engine;

pub mod client;

#[cfg(feature = "tower")]
pub mod tower;

#[cfg(feature = "proxy")]
pub mod upstream;

#[cfg(feature = "proxy")]
pub mod frontend;

#[cfg(feature = "throwaway")]
pub mod throwaway;

#[cfg(all(feature = "throwaway", feature = "migrate"))]
pub mod sandbox;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "migrate")]
pub mod migrate;

pub use client::{
    Attempts, Column, CopyInSink, CopyOutStream, Failure, FromRow, GenericClient, GenericTransaction, Loan, Org,
    Orgfold, PoolKind, PoolStatus, Retry, RowStream, Savepoint, Statement, ToStatement, Transaction,
    TransactionBuilder, column,
};
pub use config::Config;
pub use error::{Error, Refusal};
pub use key::{Key, Prefix};
/// The driver's rows and isolation levels are part of the surface, so that services feel at home.
pub use tokio_postgres::{IsolationLevel, Row};

/// The driver's types: `ToSql`, `FromSql`, `Type`.
pub use tokio_postgres::types;
