//! The org of an HTTP request: found by the service's own function, or refused before any SQL.

use axum::body::Body;
use axum::routing::get;
use axum::{Json, Router};
use http::{Request, Response, StatusCode};
use orgfold::tower::{OrgLayer, Refused, of_header, of_host};
use orgfold::{GenericClient as _, Org, Orgfold};
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

use crate::fleet::Fleet;

const NOTES: &str = "CREATE TABLE note (body text PRIMARY KEY);";

async fn notes(org: Org) -> Result<Json<Vec<String>>, Refused> {
    let rows: Vec<(String,)> = org.query_as("SELECT body FROM note ORDER BY 1", &[]).await?;
    Ok(Json(rows.into_iter().map(|(body,)| body).collect()))
}

async fn add(org: Org, body: String) -> Result<(), Refused> {
    org.execute("INSERT INTO note VALUES ($1)", &[&body]).await?;
    Ok(())
}

async fn ask<S>(service: S, request: http::request::Builder) -> (StatusCode, String)
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Error: std::fmt::Debug,
{
    let response = service.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn routes() -> Router {
    Router::new().route("/notes", get(notes).post(add))
}

#[tokio::test]
async fn a_request_is_served_for_the_org_it_names() {
    let fleet = Fleet::with().ddl(NOTES).orgs(&["acme", "globex"]).start().await;
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let service = routes().layer(OrgLayer::new(orgfold.clone(), of_header("x-org")));
    let by = |org: &str| Request::builder().uri("/notes").header("x-org", org);
    let post =
        Request::builder().method("POST").uri("/notes").header("x-org", "acme").body(Body::from("ours")).unwrap();
    assert_eq!(service.clone().oneshot(post).await.unwrap().status(), 200);
    assert_eq!(ask(service.clone(), by("acme")).await, (StatusCode::OK, "[\"ours\"]".to_owned()));
    assert_eq!(ask(service.clone(), by("globex")).await, (StatusCode::OK, "[]".to_owned()));
    let again =
        Request::builder().method("POST").uri("/notes").header("x-org", "acme").body(Body::from("ours")).unwrap();
    assert_eq!(service.oneshot(again).await.unwrap().status(), 409);

    // By the host name.
    let service = routes().layer(OrgLayer::new(orgfold.clone(), of_host("example.com")));
    let to = |host: &str| Request::builder().uri("/notes").header("host", host);
    assert_eq!(ask(service.clone(), to("acme.example.com")).await.1, "[\"ours\"]");
    assert_eq!(ask(service, to("example.com")).await.0, StatusCode::BAD_REQUEST);

    // By a claim that another layer has verified.
    #[derive(Clone)]
    struct Claims {
        org: String,
    }
    let layer = OrgLayer::new(orgfold, |head| head.extensions.get::<Claims>().map(|claims| claims.org.clone()));
    let service = routes().layer(layer);
    let claimed = Request::builder().uri("/notes").extension(Claims { org: "acme".to_owned() });
    // A header says nothing here.
    assert_eq!(ask(service.clone(), claimed.header("x-org", "globex")).await.1, "[\"ours\"]");
    assert_eq!(ask(service, by("acme")).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_request_without_an_org_is_refused_before_any_sql() {
    let fleet = Fleet::with().ddl(NOTES).orgs(&["acme", "globex"]).start().await;
    fleet.operations().await.suspend_org("globex").await.unwrap();
    let orgfold = Orgfold::connect(fleet.config()).await.unwrap();
    let service = routes().layer(OrgLayer::new(orgfold.clone(), of_header("x-org")));
    let plain = || Request::builder().uri("/notes");
    for (request, status) in [
        (plain(), 400),
        (plain().header("x-org", ""), 404),
        (plain().header("x-org", "nobody"), 404),
        (plain().header("x-org", "globex"), 403),
        (plain().header("x-org", "acme").header("x-org", "globex"), 400),
        (plain().header("x-org", "acme'; DROP TABLE note; --"), 404),
    ] {
        let (found, text) = ask(service.clone(), request).await;
        assert_eq!(found, status, "{text}");
    }
    let page = plain().header("x-org", "<script>").body(Body::empty()).unwrap();
    let refused = service.oneshot(page).await.unwrap();
    assert_eq!(refused.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(refused.headers()["x-content-type-options"], "nosniff");
    // Not even a pool was made.
    assert_eq!(orgfold.pools(), []);

    // Any service, any body; the answer as the service wants it. What is behind is never asked.
    let layer = OrgLayer::new(orgfold.clone(), of_header("x-org"))
        .refuse_with(|refused: Refused| Response::builder().status(418).body(refused.message()).unwrap());
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let org = request.extensions().get::<Org>().unwrap();
        Ok::<_, std::convert::Infallible>(Response::new(org.slug().to_owned()))
    }));
    let refused = service.clone().oneshot(Request::new(())).await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.body().as_str()), (418, "the request names no org"));
    let served = service.oneshot(Request::builder().header("x-org", "acme").body(()).unwrap()).await.unwrap();
    assert_eq!(served.body(), "acme");

    // Without the layer a handler fails, and says nothing.
    assert_eq!(
        ask(routes(), plain().header("x-org", "acme")).await,
        (StatusCode::INTERNAL_SERVER_ERROR, "internal error".to_owned())
    );
    assert_eq!(orgfold.pools(), []);
}
