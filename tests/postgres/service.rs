//! The example service, asked over HTTP.

use orgfold::Orgfold;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::fleet::Fleet;

#[allow(dead_code)] // its `main` is for people
#[path = "../../examples/axum_service.rs"]
mod axum_service;

const SCHEMA: &[&str] = &[
    "schema/demo/0001_catalogue.sql",
    "schema/demo/0002_customers.sql",
    "schema/demo/0003_invoices.sql",
    "schema/demo/0004_views.sql",
];

/// One request on a connection of its own: status and body.
async fn ask(port: u16, request: &str, header: &str, body: &str) -> (u16, serde_json::Value) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{header}\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}")))
}

#[tokio::test]
async fn the_example_service_serves_each_org_its_own() {
    let fleet = Fleet::with().schema(SCHEMA).orgs(&["acme", "globex", "initech"]).start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    for slug in ["acme", "globex"] {
        let data = std::fs::read_to_string(format!("{}/schema/demo-data/{slug}.sql", env!("CARGO_MANIFEST_DIR")));
        let data = data.unwrap().replace("BEGIN;", "").replace("COMMIT;", "");
        orgfold.org(slug).unwrap().batch(&data).await.unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(axum::serve(listener, axum_service::router(orgfold.clone())).into_future());

    let (status, acme) = ask(port, "GET /orgs/acme/invoices", "", "").await;
    assert_eq!((status, acme.as_array().unwrap().len()), (200, 5));
    assert_eq!(acme[0]["customer"], "Coyote Supplies");
    assert_eq!(ask(port, "GET /invoices", "x-org: acme\r\n", "").await, (200, acme));
    let (_, globex) = ask(port, "GET /orgs/globex/invoices", "", "").await;
    assert!(globex.as_array().unwrap().iter().all(|invoice| invoice["customer"] != "Coyote Supplies"));
    assert_eq!(ask(port, "GET /orgs/initech/invoices", "", "").await.1, serde_json::json!([]));

    let line = r#"{"text": "Anvil", "quantity": 2, "unit_price": "249.05"}"#;
    let new = format!(r#"{{"no": 2001, "customer": "Coyote Supplies", "lines": [{line}]}}"#);
    let (status, made) = ask(port, "POST /orgs/acme/invoices", "", &new).await;
    assert_eq!((status, &made["total"], &made["state"]), (201, &"498.10".into(), &"open".into()));
    let (status, taken) = ask(port, "POST /orgs/acme/invoices", "", &new).await;
    assert_eq!(status, 409);
    assert_eq!(taken["error"], "duplicate key value violates unique constraint \"invoice_no_key\"");
    // The customer is another org's: there is no such customer.
    assert_eq!(ask(port, "POST /orgs/globex/invoices", "", &new).await.0, 404);
    let broken = new.replace("249.05", "much").replace("2001", "2002");
    assert_eq!(ask(port, "POST /orgs/acme/invoices", "", &broken).await.0, 422);

    let (status, paid) = ask(port, "POST /orgs/acme/invoices/2001/payment", "", "").await;
    assert_eq!((status, &paid["paid"], &paid["state"]), (200, &"498.10".into(), &"paid".into()));
    assert_eq!(ask(port, "POST /orgs/acme/invoices/2001/payment", "", "").await.0, 404);
    assert_eq!(ask(port, "POST /orgs/globex/invoices/2001/payment", "", "").await.0, 404);
    assert_eq!(ask(port, "GET /orgs/nobody/invoices", "", "").await.0, 404);
    assert_eq!(ask(port, "GET /invoices", "", "").await.0, 400);
    server.abort();
}
