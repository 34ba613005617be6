//! Bytes to messages and back: PostgreSQL's protocol 3, without any I/O.
//!
//! In: bytes of either side. Out: [`Frame`]s, the few bodies orgfold must understand, and encoders for what it says
//! itself. Invariants: no length or count of the wire is trusted before it is checked against what is there; text that
//! is not UTF-8 is an error, never repaired; rows and copied data are forwarded, never decoded. What is absent: sockets,
//! sessions, names.

#![deny(clippy::indexing_slicing)]

pub mod bind;
pub mod describe;
pub mod frame;
pub mod reply;
pub mod report;
pub mod request;
pub mod startup;

mod cursor;

pub use cursor::{Cursor, Malformed, NOT_UTF8};
pub use frame::{Frame, copy_data, next_frame, rows};
