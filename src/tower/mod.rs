//! The org of an HTTP request (feature `tower`): a layer that finds it, and an axum extractor that hands it on.
//!
//! In: the service's own function from a request's head to the org's name. Out: an [`Org`] among the request's extensions.
//! Invariants: a request without an org, or with one that may not be served, ends here: no connection was asked for. What is
//! absent: proving who calls. A header alone proves nothing: take the name from what your service has verified.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use orgfold::{GenericClient as _, Org, Orgfold};
//! use orgfold::tower::{OrgLayer, of_header};
//!
//! async fn count(org: Org) -> Result<String, orgfold::tower::Refused> {
//!     let (count,): (i64,) = org.query_one_as("SELECT count(*) FROM invoice", &[]).await?;
//!     Ok(count.to_string())
//! }
//!
//! fn router(orgfold: Orgfold) -> Router {
//!     Router::new().route("/count", get(count)).layer(OrgLayer::new(orgfold, of_header("x-org")))
//! }
//! ```
//!
//! With a token that a layer in front has verified and put among the extensions:
//!
//! ```
//! # use orgfold::tower::OrgLayer;
//! #[derive(Clone)]
//! struct Claims {
//!     org: String,
//! }
//!
//! # fn layer(orgfold: orgfold::Orgfold) -> OrgLayer<impl Fn(&http::request::Parts) -> Option<String> + Clone> {
//! OrgLayer::new(orgfold, |head| head.extensions.get::<Claims>().map(|claims| claims.org.clone()))
//! # }
//! ```

mod layer;
mod name;

pub use layer::{AsText, OrgLayer, OrgService, Refuse};
pub use name::{of_header, of_host};

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::client::Org;
use crate::error::Error;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The function found no org in the request (400).
    #[error("the request names no org")]
    NoOrg,
    /// A handler asks for an org, and no [`OrgLayer`] stands before it (500).
    #[error("the service has no layer that finds the org")]
    NoLayer,
    /// The org may not be served; or, from a handler, whatever the database says.
    #[error(transparent)]
    Database(#[from] Error),
}

impl Refused {
    /// The HTTP status that fits.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Refused::NoOrg => StatusCode::BAD_REQUEST,
            Refused::NoLayer => StatusCode::INTERNAL_SERVER_ERROR,
            Refused::Database(error) => status_of(error),
        }
    }

    /// What the caller may read: nothing of what went wrong inside.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Refused::Database(error) if self.status() != StatusCode::INTERNAL_SERVER_ERROR => {
                error.message().to_owned()
            }
            Refused::Database(_) | Refused::NoLayer => "internal error".to_owned(),
            Refused::NoOrg => self.to_string(),
        }
    }
}

/// The HTTP status that fits an error: 404 for an unknown org, 403 for a suspended one, 409 and 422 for constraints and values
/// that the schema refuses, 503 for what may go better later, else 500.
#[must_use]
pub fn status_of(error: &Error) -> StatusCode {
    match error.code() {
        "3D000" => StatusCode::NOT_FOUND,
        "28000" => StatusCode::FORBIDDEN,
        code if code.starts_with("23") => StatusCode::CONFLICT,
        code if code.starts_with("22") => StatusCode::UNPROCESSABLE_ENTITY,
        _other if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
        _other => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        if self.status() == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self, "a request failed");
        }
        (self.status(), self.message()).into_response()
    }
}

/// The org that an [`OrgLayer`] found.
impl<S: Send + Sync> FromRequestParts<S> for Org {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Org, Refused> {
        parts.extensions.get::<Org>().cloned().ok_or(Refused::NoLayer)
    }
}
