//! A billing service of many organisations, on axum. No table of it, and no statement, names an organisation.
//!
//! It uses the schema of `schema/demo/`. To try it, leave `cargo run -- demo` running in one terminal; it prints where its
//! configuration lies. In another:
//!
//! ```sh
//! cargo run --example axum_service -- /path/to/orgfold.toml      # 127.0.0.1:8080, or a second argument
//!
//! curl localhost:8080/orgs/acme/invoices
//! curl localhost:8080/orgs/globex/invoices                       # other rows, the same statement
//! curl localhost:8080/invoices -H 'x-org: acme'                  # or the org in a header
//! curl localhost:8080/orgs/acme/invoices -H 'content-type: application/json' \
//!     -d '{"no": 2001, "customer": "Coyote Supplies", "lines": [{"text": "Anvil", "quantity": 2, "unit_price": "249.00"}]}'
//! curl -X POST localhost:8080/orgs/acme/invoices/2001/payment
//! curl localhost:8080/orgs/nobody/invoices                       # 404
//! ```
//!
//! In production the org comes from whatever proves who is calling (a verified token, a host name): put that into [`org_of`].

#![allow(clippy::print_stdout)] // an example may speak

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use orgfold::tower::{OrgLayer, Refused, of_header};
use orgfold::{Config, FromRow as _, GenericClient as _, Org, Orgfold, from_row};
use serde::{Deserialize, Serialize};

/// The name of the org that a request acts for: `/orgs/{org}/...`, or the header `x-org`.
fn org_of(head: &Parts) -> Option<String> {
    let mut path = head.uri.path().split('/').skip(1);
    match (path.next(), path.next()) {
        (Some("orgs"), Some(org)) => Some(org.to_owned()),
        _other => of_header("x-org")(head),
    }
}

/// What a request may fail with.
#[derive(Debug)]
enum Fault {
    NoSuch(&'static str),
    Refused(Refused),
}

impl From<orgfold::Error> for Fault {
    fn from(error: orgfold::Error) -> Fault {
        Fault::Refused(error.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, message) = match &self {
            Fault::NoSuch(what) => (StatusCode::NOT_FOUND, format!("no such {what}")),
            // Constraints speak in the words of the schema: safe to show. What went wrong inside is for the log.
            Fault::Refused(refused) => {
                tracing::warn!(%refused, "a request failed");
                (refused.status(), refused.message())
            }
        };
        (status, Json(serde_json::json!({ "error": message }))).into_response()
    }
}

#[derive(Serialize)]
struct Invoice {
    no: i32,
    customer: String,
    state: String,
    currency: String,
    total: String,
    paid: String,
}

#[derive(Deserialize)]
struct NewInvoice {
    no: i32,
    customer: String,
    lines: Vec<NewLine>,
}

#[derive(Deserialize)]
struct NewLine {
    text: String,
    quantity: i32,
    /// Money travels as text: no float rounds it.
    unit_price: String,
}

/// `invoice_total` is a view: it runs for the org that asks.
const INVOICES: &str = "SELECT t.no, c.name AS customer, t.state::text, t.currency::text, t.total::text, t.paid::text
    FROM invoice_total t JOIN customer c ON c.id = t.customer_id";

from_row!(Invoice { no, customer, state, currency, total, paid });

/// The org comes from the layer: no handler can forget it, and none runs without it.
async fn list(org: Org) -> Result<Json<Vec<Invoice>>, Fault> {
    Ok(Json(org.query_as(&format!("{INVOICES} ORDER BY t.no"), &[]).await?))
}

async fn create(org: Org, Json(new): Json<NewInvoice>) -> Result<(StatusCode, Json<Invoice>), Fault> {
    // Dropped by an early return, the transaction is rolled back.
    let tx = org.transaction().await?;
    let insert = "INSERT INTO invoice (no, customer_id, currency, state, issued_on, due_on)
        SELECT $1, id, currency, 'open', current_date, current_date + 30 FROM customer WHERE name = $2 RETURNING id";
    let Some(row) = tx.query_opt(insert, &[&new.no, &new.customer]).await? else {
        return Err(Fault::NoSuch("customer"));
    };
    let id: i64 = row.get("id");
    let insert = "INSERT INTO invoice_line (invoice_id, line, text, quantity, unit_price)
        VALUES ($1, $2, $3, $4::integer, $5::text::numeric)";
    for (number, line) in (1_i32..).zip(&new.lines) {
        tx.execute(insert, &[&id, &number, &line.text, &line.quantity, &line.unit_price]).await?;
    }
    let row = tx.query_one(&format!("{INVOICES} WHERE t.id = $1"), &[&id]).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Invoice::from_row(&row)?)))
}

#[derive(Deserialize)]
struct Number {
    no: i32,
}

async fn pay(org: Org, Path(Number { no }): Path<Number>) -> Result<Json<Invoice>, Fault> {
    let tx = org.transaction().await?;
    let open = "SELECT id FROM invoice WHERE no = $1 AND state = 'open' FOR UPDATE";
    let Some(row) = tx.query_opt(open, &[&no]).await? else { return Err(Fault::NoSuch("open invoice")) };
    let id: i64 = row.get("id");
    let rest = "INSERT INTO payment (invoice_id, amount)
        SELECT id, total - paid FROM invoice_total WHERE id = $1 AND total <> paid";
    tx.execute(rest, &[&id]).await?;
    tx.execute("UPDATE invoice SET state = 'paid' WHERE id = $1", &[&id]).await?;
    let row = tx.query_one(&format!("{INVOICES} WHERE t.id = $1"), &[&id]).await?;
    tx.commit().await?;
    Ok(Json(Invoice::from_row(&row)?))
}

/// The service's routes, behind the layer that finds the org.
pub fn router(orgfold: Orgfold) -> Router {
    let orgs = OrgLayer::new(orgfold, org_of).refuse_with(|refused| Fault::Refused(refused).into_response());
    Router::new()
        .route("/orgs/{org}/invoices", get(list).post(create))
        .route("/orgs/{org}/invoices/{no}/payment", post(pay))
        .route("/invoices", get(list).post(create))
        .route("/invoices/{no}/payment", post(pay))
        .layer(orgs)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let config = arguments.next().ok_or("usage: axum_service CONFIG [ADDRESS]")?;
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let orgfold = Orgfold::connect(Config::from_file(config.as_ref())?).await?;
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(orgfold)).await?;
    Ok(())
}
