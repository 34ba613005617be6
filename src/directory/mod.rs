//! The control database: regions, shards, orgs, placements, roles. System of record for routing.
//!
//! In: the directory's tables (`sql/directory/*.sql`). Out: [`Snapshot`]s, immutable and versioned, behind a
//! [`Directory`] handle that learns of changes by LISTEN/NOTIFY and by comparing versions after every reconnect (a
//! lost notification delays, never misleads). Invariant: while the directory is down, the last snapshot goes on
//! serving known orgs. What is absent: org data, plans.

mod error;
mod follow;
mod link;
mod load;
pub mod ops;
mod snapshot;

pub use error::DirectoryError;
pub use follow::Directory;
pub use snapshot::{AllowedOrgs, DdlMode, OrgEntry, OrgState, RoleEntry, ShardEntry, ShardState, Snapshot};
