//! Moves an org in from a database where it lived so far: each table by COPY, all of them in one transaction.
//!
//! The guides in `docs/` say which tables, and how the statements change.
//!
//! ```sh
//! cargo run --example move_in -- /path/to/orgfold.toml acme "host=10.0.0.5 dbname=acme" customer invoice
//! ```

#![allow(clippy::print_stdout)] // an example may speak

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use orgfold::{Config, CopyInSink, Org, Orgfold};
use tokio_postgres::{Client, NoTls};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Copies tables from an old database into an org: all of them, or nothing.
pub async fn move_in(old: &Client, org: &Org, tables: &[(&str, &str)]) -> Result<u64, Failure> {
    let tx = org.transaction().await?;
    let mut rows = 0;
    for (from, to) in tables {
        let mut pieces = std::pin::pin!(old.copy_out(*from).await?);
        let mut sink: CopyInSink<Bytes> = tx.copy_in(*to).await?;
        while let Some(piece) = pieces.try_next().await? {
            sink.send(piece).await?;
        }
        rows += sink.finish().await?;
    }
    tx.commit().await?;
    Ok(rows)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(config), Some(org), Some(old)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: move_in CONFIG ORG OLD TABLE...".into());
    };
    let statements: Vec<(String, String)> =
        arguments.map(|table| (format!("COPY {table} TO STDOUT"), format!("COPY {table} FROM STDIN"))).collect();
    let tables: Vec<(&str, &str)> = statements.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let (old, connection) = old.parse::<tokio_postgres::Config>()?.connect(NoTls).await?;
    tokio::spawn(connection);
    let orgfold = Orgfold::connect(Config::from_file(config.as_ref())?).await?;
    let rows = move_in(&old, &orgfold.org(&org)?, &tables).await?;
    println!("{rows} rows moved in");
    Ok(())
}
