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
//! In production the org comes from whatever proves who is calling (a token, a host name): put that into [`Caller`].

#![allow(clippy::print_stdout)] // an example may speak

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, RequestPartsExt, Router};
use orgfold::{Config, Org, Orgfold};
use serde::{Deserialize, Serialize};

/// The org that a request acts for: `/orgs/{org}/...`, or the header `x-org`.
struct Caller(Org);

impl FromRequestParts<Orgfold> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, orgfold: &Orgfold) -> Result<Caller, Fault> {
        let path: Path<HashMap<String, String>> = parts.extract().await.map_err(|_| Fault::NoOrg)?;
        let header = || parts.headers.get("x-org")?.to_str().ok();
        let slug = path.get("org").map(String::as_str).or_else(header).ok_or(Fault::NoOrg)?;
        // A look-up in memory: no connection is taken for it.
        Ok(Caller(orgfold.org(slug)?))
    }
}

/// What a request may fail with.
#[derive(Debug)]
enum Fault {
    NoOrg,
    NoSuch(&'static str),
    Database(orgfold::Error),
}

impl From<orgfold::Error> for Fault {
    fn from(error: orgfold::Error) -> Fault {
        Fault::Database(error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, message) = match &self {
            Fault::NoOrg => (StatusCode::BAD_REQUEST, "name the org in the path or in x-org".to_owned()),
            Fault::NoSuch(what) => (StatusCode::NOT_FOUND, format!("no such {what}")),
            Fault::Database(error) => match error.code() {
                "3D000" => (StatusCode::NOT_FOUND, error.message().to_owned()),
                "28000" => (StatusCode::FORBIDDEN, error.message().to_owned()),
                // Constraints speak in the words of the schema: safe to show.
                code if code.starts_with("23") => (StatusCode::CONFLICT, error.message().to_owned()),
                code if code.starts_with("22") => (StatusCode::UNPROCESSABLE_ENTITY, error.message().to_owned()),
                _other if error.is_retryable() => (StatusCode::SERVICE_UNAVAILABLE, "try again".to_owned()),
                _other => {
                    tracing::error!(%error, "a request failed");
                    (StatusCode::INTERNAL_SERVER_ERROR, "internal error".to_owned())
                }
            },
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

fn invoice(row: &orgfold::Row) -> Invoice {
    Invoice {
        no: row.get("no"),
        customer: row.get("customer"),
        state: row.get("state"),
        currency: row.get("currency"),
        total: row.get("total"),
        paid: row.get("paid"),
    }
}

async fn list(Caller(org): Caller) -> Result<Json<Vec<Invoice>>, Fault> {
    let rows = org.query(&format!("{INVOICES} ORDER BY t.no"), &[]).await?;
    Ok(Json(rows.iter().map(invoice).collect()))
}

async fn create(Caller(org): Caller, Json(new): Json<NewInvoice>) -> Result<(StatusCode, Json<Invoice>), Fault> {
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
    Ok((StatusCode::CREATED, Json(invoice(&row))))
}

#[derive(Deserialize)]
struct Number {
    no: i32,
}

async fn pay(Caller(org): Caller, Path(Number { no }): Path<Number>) -> Result<Json<Invoice>, Fault> {
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
    Ok(Json(invoice(&row)))
}

/// The service's routes.
pub fn router(orgfold: Orgfold) -> Router {
    Router::new()
        .route("/orgs/{org}/invoices", get(list).post(create))
        .route("/orgs/{org}/invoices/{no}/payment", post(pay))
        .route("/invoices", get(list).post(create))
        .route("/invoices/{no}/payment", post(pay))
        .with_state(orgfold)
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
