//! An org gets a table of its own while everything runs: no DDL, no release, no other org sees it.
//!
//! It uses the schema of `schema/demo/`:
//!
//! ```sh
//! cargo run --example metadata_change -- /path/to/orgfold.toml acme
//! ```
//!
//! The same goes through the proxy, as a role with the mode `metadata` (`orgfold role create designer --org acme --ddl metadata`).

#![allow(clippy::print_stdout)] // an example may speak

use orgfold::{Config, Error, GenericClient as _, Key, Object, Org, Orgfold, Retry};

/// Two changes in one transaction: both are there, or none.
const DEFINE: &str = "
    CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), name varchar(40) NOT NULL, budget numeric(12,2));
    ALTER TABLE campaign ADD COLUMN starts date";

/// Defines the object. Who defines at the same moment as somebody else is told to try again.
///
/// # Errors
/// What is wrong with the definition, or what the database says.
pub async fn define(org: &Org) -> Result<(), Error> {
    let mut attempts = org.attempts(Retry::new());
    loop {
        match org.define(DEFINE).await {
            Err(error) if attempts.again(&error).await => {}
            other => return other,
        }
    }
}

/// Uses it beside native tables: counts the invoices that a campaign could have paid for.
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

/// An object as `CREATE TABLE` might have made it.
#[must_use]
pub fn described(object: &Object) -> String {
    let field = |field: &orgfold::Field| {
        let required = if field.required { " NOT NULL" } else { "" };
        format!("{} {}{required}", field.name, field.data_type)
    };
    let fields: Vec<String> = object.fields.iter().map(field).collect();
    format!("{} ({})", object.name, fields.join(", "))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(config), Some(org)) = (arguments.next(), arguments.next()) else {
        return Err("usage: metadata_change CONFIG ORG".into());
    };
    let orgfold = Orgfold::connect(Config::from_file(config.as_ref())?).await?;
    let org = orgfold.org(&org)?;
    define(&org).await?;
    for object in org.objects().await? {
        println!("{}", described(&object));
    }
    let (key, count) = use_it(&org).await?;
    println!("campaign {key} could have paid for {count} invoices");
    Ok(())
}
