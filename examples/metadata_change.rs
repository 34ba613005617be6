//! An org gets a table of its own while everything runs: no DDL, no release, no other org sees it.
//!
//! What defines objects goes through the proxy, as a role with the mode `metadata`; the service that embeds the library uses the
//! object a moment later. It uses the schema of `schema/demo/`:
//!
//! ```sh
//! orgfold role create designer --org acme --ddl metadata
//! PGPASSWORD=... cargo run --example metadata_change -- /path/to/orgfold.toml \
//!     "host=127.0.0.1 port=6432 user=designer dbname=acme" acme
//! ```

#![allow(clippy::print_stdout)] // an example may speak

use orgfold::{Config, Error, GenericClient as _, Key, Org, Orgfold, Refusal};
use tokio_postgres::{Client, NoTls};

/// Two changes in one transaction: both are there, or none.
const DEFINE: &str = "BEGIN;
    CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), name varchar(40) NOT NULL, budget numeric(12,2));
    ALTER TABLE campaign ADD COLUMN starts date;
    COMMIT;";

/// Defines the object.
///
/// # Errors
/// What the proxy says.
pub async fn define(designer: &Client) -> Result<(), tokio_postgres::Error> {
    designer.batch_execute(DEFINE).await
}

/// Uses it beside native tables: all invoices that a campaign could have paid for.
///
/// # Errors
/// What the database says.
pub async fn use_it(org: &Org) -> Result<(Key, i64), Error> {
    let insert = "INSERT INTO campaign (name, budget) VALUES ($1, $2::text::numeric) RETURNING id";
    let (key,): (Key,) = org.query_one_as(insert, &[&"spring", &"1000"]).await?;
    let join = "SELECT count(*) FROM campaign c JOIN invoice_total t ON t.total <= c.budget WHERE c.id = $1";
    let (count,): (i64,) = org.query_one_as(join, &[&key]).await?;
    Ok((key, count))
}

/// Waits until this instance has heard of the object: within a second.
///
/// # Errors
/// Anything but that there is no such table.
pub async fn heard(org: &Org) -> Result<(), Error> {
    loop {
        match org.query("SELECT FROM campaign LIMIT 0", &[]).await {
            Ok(_) => return Ok(()),
            Err(error) if matches!(error.refusal(), Some(Refusal::UnknownTable | Refusal::NotReady)) => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(config), Some(proxy), Some(org)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: metadata_change CONFIG PROXY ORG".into());
    };
    let mut settings: tokio_postgres::Config = proxy.parse()?;
    if let Ok(password) = std::env::var("PGPASSWORD") {
        settings.password(password);
    }
    let (designer, connection) = settings.connect(NoTls).await?;
    tokio::spawn(connection);
    define(&designer).await?;
    let orgfold = Orgfold::connect(Config::from_file(config.as_ref())?).await?;
    let org = orgfold.org(&org)?;
    heard(&org).await?;
    let (key, count) = use_it(&org).await?;
    println!("campaign {key} could have paid for {count} invoices");
    Ok(())
}
