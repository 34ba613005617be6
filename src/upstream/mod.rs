//! The other side: raw connections to shards, their pools and leases.
//!
//! In: shards of the directory, the runtime role's credentials. Out: [`Lease`]s on [`Backend`]s. Invariants: a lease
//! that is dropped without [`Lease::release`] closes its connection; only a backend that is idle outside a transaction,
//! with nothing outstanding, is released; what is prepared on a backend is known and bounded. What is absent: orgs,
//! plans, the meaning of what is sent.

mod backend;
mod channel;
mod connect;
mod pool;
mod settings;

pub use backend::{Backend, BackendKey, Prepared, Statement, StatementKey};
pub use channel::{Channel, Duplex, Moved, Stream, set_up};
pub use connect::{UpstreamError, cancel};
pub use pool::{Lease, LoneRead, PoolStats, Pools, Reading, ServerStats, WAIT_BOUNDS};
pub use settings::{difference, literal, quoted, set};
