//! A worker that serves every org in turn: it reminds customers of invoices that are overdue.
//!
//! Many of them may run at once: each takes an invoice that no other is at (`FOR UPDATE SKIP LOCKED`), in a transaction that is
//! tried again when it fails for a reason that may pass. It uses the schema of `schema/demo/`:
//!
//! ```sh
//! cargo run --example worker -- /path/to/orgfold.toml
//! ```

#![allow(clippy::print_stdout)] // an example may speak

use orgfold::{Config, Error, GenericClient, Org, Orgfold, from_row};

struct Overdue {
    id: i64,
    no: i32,
    customer_id: i64,
}

from_row!(Overdue { id, no, customer_id });

/// The next overdue invoice of an org that has no reminder yet and that no other worker is at.
const NEXT: &str = "SELECT id, no, customer_id FROM invoice i
    WHERE state = 'open' AND due_on < current_date
      AND NOT EXISTS (SELECT FROM note n WHERE n.customer_id = i.customer_id AND n.extra ->> 'invoice' = i.no::text)
    ORDER BY due_on LIMIT 1 FOR UPDATE SKIP LOCKED";

const REMIND: &str = "INSERT INTO note (customer_id, body, tags, extra)
    VALUES ($1, $2, ARRAY['reminder'], jsonb_build_object('invoice', $3::integer))";

/// Works for any client: here it is a transaction.
async fn remind(client: &impl GenericClient) -> Result<Option<i32>, Error> {
    let Some(overdue) = client.query_opt_as::<Overdue, _>(NEXT, &[]).await? else { return Ok(None) };
    let Overdue { id, no, customer_id } = overdue;
    let body = format!("Invoice {no} is overdue.");
    client.execute(REMIND, &[&customer_id, &body, &no]).await?;
    tracing::debug!(invoice = id, "reminded");
    Ok(Some(no))
}

/// Reminds of everything that is overdue; returns how many reminders were written.
///
/// # Errors
/// What the database says, where trying again did not help.
pub async fn serve(org: &Org) -> Result<usize, Error> {
    let mut written = 0;
    while org.transact(async |tx| remind(&*tx).await).await?.is_some() {
        written += 1;
    }
    Ok(written)
}

/// One round over all orgs. An org that cannot be served now does not keep the others waiting.
pub async fn round(orgfold: &Orgfold) -> Vec<(String, Result<usize, Error>)> {
    let mut results = Vec::new();
    for name in orgfold.orgs() {
        let result = match orgfold.org(&name) {
            Ok(org) => serve(&org).await,
            // Suspended or moving since it was listed.
            Err(error) => Err(error),
        };
        results.push((name, result));
    }
    results
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = std::env::args().nth(1).ok_or("usage: worker CONFIG")?;
    let orgfold = Orgfold::connect(Config::from_file(config.as_ref())?).await?;
    for (name, result) in round(&orgfold).await {
        match result {
            Ok(written) => println!("{name}: {written} reminders"),
            Err(error) => println!("{name}: {error}"),
        }
    }
    Ok(())
}
