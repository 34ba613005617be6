//! The protocol's rules, with PostgreSQL as the oracle: the same messages go to a private database and through orgfold,
//! and every message of the answers must be equal, but for what belongs to one connection.

mod oracle;
mod random;
pub mod script;
