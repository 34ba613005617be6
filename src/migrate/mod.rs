//! Release-time DDL: a service's ordinary schema files onto every shard.
//!
//! ```text
//! text -> lex -> cursor -> plan (logical DDL -> physical steps + next catalog) -> shard (one transaction) -> run (all)
//! ```
//! In: schema files, the config, the directory's shards. Out: physical tables, `orgfold.catalog` and
//! `orgfold.migration` on each shard. Invariants: each file is applied once to a shard, in one transaction with the
//! catalog that describes it (an index built CONCURRENTLY is a step of its own, taken up again where it stopped); a file
//! that was applied never changes; two runs at once take turns; a shard that fails leaves the others correct. What is
//! absent: undoing; rows of orgs; anything at runtime.

mod check;
mod cursor;
mod error;
mod files;
mod isolation;
mod lex;
mod names;
mod physical;
mod plan;
mod prepare;
mod records;
mod run;
mod shard;

pub use check::{Drift, check};
pub use error::{MigrateError, Refusal};
pub use files::SchemaFile;
pub use plan::{Concurrent, Part, PlanOptions, Step, plan_file};
pub use run::{MigrateOptions, Progress, ShardOutcome, dry_run, run};
pub use shard::{ShardTarget, apply_to_shard, catalog_of};
