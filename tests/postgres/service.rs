//! The examples: the service, asked over HTTP; the worker; the import; the change of metadata.

use orgfold::Orgfold;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::fleet::Fleet;

#[allow(dead_code)] // its `main` is for people
#[path = "../../examples/axum_service.rs"]
mod axum_service;

#[allow(dead_code)]
#[path = "../../examples/copy_import.rs"]
mod copy_import;
#[allow(dead_code)]
#[path = "../../examples/metadata_change.rs"]
mod metadata_change;
#[allow(dead_code)]
#[path = "../../examples/worker.rs"]
mod worker;

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

/// The demo's rows.
async fn load(orgfold: &Orgfold, orgs: &[&str]) {
    for slug in orgs {
        let data = std::fs::read_to_string(format!("{}/schema/demo-data/{slug}.sql", env!("CARGO_MANIFEST_DIR")));
        let data = data.unwrap().replace("BEGIN;", "").replace("COMMIT;", "");
        orgfold.org(slug).unwrap().batch(&data).await.unwrap();
    }
}

#[tokio::test]
async fn the_example_service_serves_each_org_its_own() {
    let fleet = Fleet::with().schema(SCHEMA).orgs(&["acme", "globex", "initech"]).start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    load(&orgfold, &["acme", "globex"]).await;
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

#[tokio::test]
async fn the_example_worker_reminds_each_customer_once() {
    let fleet = Fleet::with().schema(SCHEMA).orgs(&["acme", "globex", "initech"]).start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    load(&orgfold, &["acme", "globex"]).await;
    let acme = orgfold.org("acme").unwrap();
    acme.execute("UPDATE invoice SET due_on = current_date - 1, issued_on = current_date - 30", &[]).await.unwrap();
    orgfold.org("globex").unwrap().execute("UPDATE invoice SET due_on = NULL", &[]).await.unwrap();
    // Two workers at once.
    let (one, two) = tokio::join!(worker::round(&orgfold), worker::round(&orgfold));
    let written = |round: &[(String, Result<usize, orgfold::Error>)]| {
        round.iter().map(|(name, result)| (name.clone(), *result.as_ref().unwrap())).collect::<Vec<_>>()
    };
    let (one, two) = (written(&one), written(&two));
    assert_eq!(one.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["acme", "globex", "initech"]);
    assert_eq!(one[0].1 + two[0].1, 3, "{one:?} {two:?}");
    assert_eq!((one[1].1, one[2].1, two[1].1, two[2].1), (0, 0, 0, 0));
    let notes = "SELECT count(*), count(DISTINCT body) FROM note WHERE tags = ARRAY['reminder']";
    let row = acme.query_one(notes, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (3, 3));
}

#[tokio::test]
async fn the_example_import_takes_all_or_nothing() {
    let fleet = Fleet::with().schema(SCHEMA).orgs(&["acme", "globex"]).start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    let lines: String = (0..20_000).map(|n| format!("SKU-{n:05},\"Product, {n}\"\n")).collect();
    assert_eq!(copy_import::import(&acme, copy_import::pieces(lines.as_bytes())).await.unwrap(), 20_000);
    let mut out = Vec::new();
    copy_import::export(&acme, &mut out).await.unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), lines);
    // The last line is wrong: nothing is kept, and the error names the line.
    let wrong = format!("{lines}SKU-00001,again\n");
    let error = copy_import::import(&globex, copy_import::pieces(wrong.as_bytes())).await.unwrap_err();
    let error = error.downcast_ref::<orgfold::Error>().unwrap();
    assert_eq!((error.code(), error.constraint()), ("23505", Some("product_sku_key")));
    assert_eq!(error.context(), Some("COPY product, line 20001"));
    let mut out = Vec::new();
    copy_import::export(&globex, &mut out).await.unwrap();
    assert_eq!(out, b"");
}

#[tokio::test]
async fn the_example_metadata_change_is_one_orgs_own() {
    let fleet = Fleet::with().schema(SCHEMA).orgs(&["acme", "globex"]).start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    load(&orgfold, &["acme"]).await;
    let (acme, globex) = (orgfold.org("acme").unwrap(), orgfold.org("globex").unwrap());
    metadata_change::define(&acme).await.unwrap();
    let described = metadata_change::described(&acme.objects().await.unwrap()[0]);
    let expected =
        "campaign (id text NOT NULL, name character varying(40) NOT NULL, budget numeric(12,2), starts date)";
    assert_eq!(described, expected);
    let (key, count) = metadata_change::use_it(&acme).await.unwrap();
    assert_eq!((key.as_str().len(), count), (15, 2));
    let refused = metadata_change::use_it(&globex).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(orgfold::Refusal::UnknownTable));
}
