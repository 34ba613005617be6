//! Whose request is at hand, for lines of the log that are written where nobody knows: the client's number, as `SHOW CLIENTS`
//! has it, and which of its requests.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::watch::Client;

tokio::task_local! {
    static CLIENT: Arc<Client>;
}

/// A request: `17.42` is the client 17's forty-second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    client: u64,
    number: u64,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.client, self.number)
    }
}

impl Request {
    /// The request that a client makes, or makes next.
    pub(super) fn of(client: &Client) -> Request {
        Request { client: client.number, number: client.queries.load(Ordering::Relaxed) + 1 }
    }
}

/// Does something in a client's name.
pub(super) async fn as_client<F: Future>(client: Arc<Client>, work: F) -> F::Output {
    CLIENT.scope(client, work).await
}

/// The request at hand; none where no client's work is done.
pub(super) fn request() -> Option<tracing::field::DisplayValue<Request>> {
    CLIENT.try_with(|client| tracing::field::display(Request::of(client))).ok()
}
