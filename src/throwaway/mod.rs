//! Throwaway PostgreSQL clusters for tests, the demo and benchmarks.
//!
//! In: the server binaries of this machine ([`Binaries`]). Out: [`Cluster`], a running server in a folder of its own
//! on a free port, with SCRAM passwords. Invariants: nothing is left behind, whatever ends the process (a guard
//! process watches a pipe that only this process holds, stops the server when it closes, and removes the folder); the
//! server never runs as root. What is absent: durability (fsync is off), anything about orgs.

mod account;
mod binaries;
mod cluster;
mod folder;

pub use binaries::{Binaries, OLDEST_MAJOR};
pub use cluster::Cluster;

use std::path::PathBuf;

/// Why a cluster could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ThrowawayError {
    /// No server binaries on this machine.
    #[error(
        "no PostgreSQL server binaries (initdb, postgres) found: install PostgreSQL 15 or newer \
         (apt-get install postgresql, dnf install postgresql-server, brew install postgresql@17) \
         or set ORGFOLD_PG_BIN to the folder that holds them"
    )]
    NoBinaries,
    /// Binaries, but of a version that orgfold does not support.
    #[error("PostgreSQL {found} in {folder} is too old: {OLDEST_MAJOR} or newer is needed")]
    TooOld {
        /// Which version.
        found: u32,
        /// Where.
        folder: PathBuf,
    },
    /// `ORGFOLD_PG_BIN` names a folder without working server binaries.
    #[error("ORGFOLD_PG_BIN={folder} holds no working initdb and postgres")]
    BadFolder {
        /// The folder it names.
        folder: PathBuf,
    },
    /// The process is root and there is neither a `postgres` nor a `nobody` to run the server as.
    #[error("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as")]
    NoAccount,
    /// The operating system said no.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// `initdb` failed.
    #[error("initdb failed: {output}")]
    Initdb {
        /// What it printed.
        output: String,
    },
    /// The server did not become ready.
    #[error("the server did not start: {log}")]
    NotReady {
        /// The end of its log.
        log: String,
    },
    /// A connection to the running server failed.
    #[error("cannot connect to the throwaway server: {0}")]
    Connect(#[from] tokio_postgres::Error),
}

impl ThrowawayError {
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> ThrowawayError {
        let what = what.into();
        move |source| ThrowawayError::Io { what, source }
    }
}
