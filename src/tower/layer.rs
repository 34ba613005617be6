//! [`OrgLayer`] and [`OrgService`].

use std::fmt;
use std::task::{Context, Poll};

use futures_util::future::{Either, Ready, ready};
use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::Refused;
use crate::client::{Org, Orgfold};

/// How a refusal is answered: any function from [`Refused`] to a response.
pub trait Refuse<B> {
    /// The response.
    fn refuse(&self, refused: Refused) -> Response<B>;
}

impl<B, F: Fn(Refused) -> Response<B>> Refuse<B> for F {
    fn refuse(&self, refused: Refused) -> Response<B> {
        self(refused)
    }
}

/// The status, and the message as text.
#[derive(Clone, Copy, Debug)]
pub struct AsText;

impl<B: From<String>> Refuse<B> for AsText {
    fn refuse(&self, refused: Refused) -> Response<B> {
        let mut response = Response::new(B::from(refused.message()));
        *response.status_mut() = refused.status();
        // The message may hold what the caller sent: no browser is to take it for a page.
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

/// Finds the org of each request, by the service's own function, before the service behind it sees the request.
#[derive(Clone)]
pub struct OrgLayer<F, R = AsText> {
    orgfold: Orgfold,
    name: F,
    refuse: R,
}

impl<F> OrgLayer<F>
where
    F: Fn(&Parts) -> Option<String> + Clone,
{
    /// A layer with a function from a request's head to the name of its org.
    pub fn new(orgfold: Orgfold, name: F) -> OrgLayer<F> {
        OrgLayer { orgfold, name, refuse: AsText }
    }
}

impl<F, R> OrgLayer<F, R> {
    /// Answers refusals in another way: as JSON, or with the same status for all of them.
    pub fn refuse_with<N>(self, refuse: N) -> OrgLayer<F, N> {
        OrgLayer { orgfold: self.orgfold, name: self.name, refuse }
    }
}

impl<F, R> fmt::Debug for OrgLayer<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrgLayer").finish_non_exhaustive()
    }
}

impl<S, F: Clone, R: Clone> Layer<S> for OrgLayer<F, R> {
    type Service = OrgService<S, F, R>;

    fn layer(&self, inner: S) -> OrgService<S, F, R> {
        OrgService { inner, layer: self.clone() }
    }
}

/// A service behind an [`OrgLayer`].
#[derive(Clone, Debug)]
pub struct OrgService<S, F, R = AsText> {
    inner: S,
    layer: OrgLayer<F, R>,
}

impl<S, F, R> OrgService<S, F, R>
where
    F: Fn(&Parts) -> Option<String>,
{
    /// A look-up in memory: no connection is taken for it.
    fn org(&self, head: &Parts) -> Result<Org, Refused> {
        let name = (self.layer.name)(head).ok_or(Refused::NoOrg)?;
        Ok(self.layer.orgfold.org(&name)?)
    }
}

impl<S, F, R, A, B> Service<Request<A>> for OrgService<S, F, R>
where
    S: Service<Request<A>, Response = Response<B>>,
    F: Fn(&Parts) -> Option<String>,
    R: Refuse<B>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<B>, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        match self.org(&head) {
            Ok(org) => {
                head.extensions.insert(org);
                Either::Left(self.inner.call(Request::from_parts(head, body)))
            }
            Err(refused) => {
                tracing::debug!(%refused, "a request without an org");
                Either::Right(ready(Ok(self.layer.refuse.refuse(refused))))
            }
        }
    }
}
