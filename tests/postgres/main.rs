//! Tests on real PostgreSQL servers that the suite starts and stops itself.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that fails says where

mod access;
mod attack;
mod catalogs;
mod cli;
mod clients;
mod dashboard;
mod described;
mod differential;
mod directory;
mod faults;
mod fleet;
mod functions;
mod greeting;
mod guides;
mod introspection;
mod isolation;
mod lanes;
mod library;
mod literals;
mod migrate;
mod objects;
mod objects_copy;
mod objects_layout;
mod objects_model;
mod operating;
mod org_drop;
mod pgbench;
mod pools;
mod protocol;
mod proxy;
mod proxy_faults;
mod psql;
mod random;
mod raw;
mod references;
mod service;
mod session_sql;
mod soak;
mod sqlsmith;
mod strings_read;
mod throwaway;
mod tls;
mod tower;
mod tpch;
#[cfg(feature = "otel")]
mod traces;
