//! orgfold folds the private databases of many organisations onto a small fleet of PostgreSQL servers.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let ddl = "CREATE TABLE invoice (no bigint PRIMARY KEY, customer_id bigint NOT NULL, state text NOT NULL DEFAULT 'open');";
//! # let sandbox = orgfold::sandbox::Sandbox::start(ddl, &["acme", "globex"]).await?;
//! # let config = sandbox.config().clone();
//! use orgfold::{GenericClient as _, Orgfold};
//!
//! let orgfold = Orgfold::connect(config).await?;
//! // Cheap, and it holds no connection: make one for each request.
//! let acme = orgfold.org("acme")?;
//! acme.execute("INSERT INTO invoice (no, customer_id) VALUES ($1, $2)", &[&1001_i64, &7_i64]).await?;
//!
//! let open: Vec<(i64, String)> =
//!     acme.query_as("SELECT no, state FROM invoice WHERE customer_id = $1", &[&7_i64]).await?;
//! assert_eq!(open, [(1001, "open".to_owned())]);
//!
//! // Another org's database: the same tables, other rows.
//! assert!(orgfold.org("globex")?.query("SELECT * FROM invoice", &[]).await?.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Features: `default = ["cli"]`, which implies `proxy`, `migrate` and `throwaway`. A service takes `default-features = false` and
//! what it needs of `bb8` (its pool), `tower` (the org of a request) and `metrics` (figures).
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
    Attempts, Column, CopyInSink, CopyOutStream, Failure, Field, FromRow, GenericClient, GenericTransaction, Loan,
    Object, Org, Orgfold, PoolKind, PoolStatus, Retry, RowStream, Savepoint, Serde, Statement, ToStatement,
    Transaction, TransactionBuilder, column,
};
pub use config::Config;
pub use error::{Error, Refusal};
pub use key::{Key, Prefix};
/// What [`Org::plan_objects`] finds.
pub use plan::Step;
/// The driver's rows and isolation levels are part of the surface, so that services feel at home.
pub use tokio_postgres::{IsolationLevel, Row};

/// The driver's types: `ToSql`, `FromSql`, `Type`.
pub use tokio_postgres::types;
