//! Imports a CSV file into an org's table by COPY, as it is read: no row of it is kept in memory, and all of it is kept or nothing.
//!
//! It uses the schema of `schema/demo/`. The file has the columns of [`COPY`], without a header:
//!
//! ```sh
//! cargo run --example copy_import -- /path/to/orgfold.toml acme products.csv
//! ```

#![allow(clippy::print_stdout)] // an example may speak

use std::io::{self, Read};

use bytes::Bytes;
use futures_util::{SinkExt as _, Stream, TryStreamExt as _, stream};
use orgfold::{Config, CopyInSink, GenericClient, Org, Orgfold};

/// No column says whose rows these are: the org does.
const COPY: &str = "COPY product (sku, name) FROM STDIN WITH (FORMAT csv)";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Sends pieces as they come; they need not end where lines end. Works for an org, and in a transaction.
async fn send(client: &impl GenericClient, pieces: impl Stream<Item = io::Result<Bytes>>) -> Result<u64, Failure> {
    let mut sink: CopyInSink<Bytes> = client.copy_in(COPY).await?;
    let mut pieces = std::pin::pin!(pieces);
    while let Some(piece) = pieces.try_next().await? {
        sink.send(piece).await?;
    }
    // Dropped before this, by an error above, the COPY is undone.
    Ok(sink.finish().await?)
}

/// Imports products, and leaves alone those that are there.
///
/// # Errors
/// What the database says about the data, with the line; what the file says. Nothing is imported then.
pub async fn import(org: &Org, pieces: impl Stream<Item = io::Result<Bytes>>) -> Result<u64, Failure> {
    let tx = org.transaction().await?;
    let rows = send(&tx, pieces).await?;
    tx.execute("UPDATE product SET active = true", &[]).await?;
    tx.commit().await?;
    Ok(rows)
}

/// The other way: writes all products as CSV.
///
/// # Errors
/// What the database or the writer says.
pub async fn export(org: &Org, mut to: impl io::Write) -> Result<(), Failure> {
    let mut data =
        org.copy_out("COPY (SELECT sku, name FROM product ORDER BY sku) TO STDOUT WITH (FORMAT csv)").await?;
    while let Some(piece) = data.try_next().await? {
        to.write_all(&piece)?;
    }
    Ok(to.flush()?)
}

/// A reader's pieces. (A service would read with `tokio::fs` or from a request's body.)
pub fn pieces(mut from: impl Read) -> impl Stream<Item = io::Result<Bytes>> {
    let read = move || {
        let mut piece = vec![0; 64 * 1024];
        match from.read(&mut piece) {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some(Ok(Bytes::from(piece)))
            }
            Err(error) => Some(Err(error)),
        }
    };
    stream::iter(std::iter::from_fn(read))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(config), Some(org), Some(file)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: copy_import CONFIG ORG FILE".into());
    };
    let orgfold = Orgfold::connect(Config::from_file(config.as_ref())?).await?;
    let org = orgfold.org(&org)?;
    let rows = import(&org, pieces(std::fs::File::open(file)?)).await?;
    println!("{rows} products imported");
    export(&org, io::stdout()).await
}
