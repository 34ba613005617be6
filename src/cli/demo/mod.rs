//! `orgfold demo`: a directory, two shards and a proxy of their own, three orgs, and what each of them sees.
//!
//! In: nothing but PostgreSQL's server binaries. Out: text on a terminal. Invariants: whatever ends it, nothing stays
//! behind; it fails when anything goes otherwise than it says. What is absent: anything another module needs.

mod scenes;
mod screen;
mod setup;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use screen::Screen;
use setup::Running;

use super::Fault;

/// The orgs, as their slugs; the one that forgets its filter first.
const ORGS: [&str; 3] = ["initech", "acme", "globex"];

/// The role that serves all of them through the proxy.
const ROLE: &str = "app";

/// The role that may define objects for all of them.
const DESIGNER: &str = "designer";

pub(super) const AFTER: &str = "\
Needs PostgreSQL's server binaries, 15 or newer; ORGFOLD_PG_BIN names their folder when they are not found.
Stays up until Ctrl-C when standard input is a terminal. Leaves nothing behind.";

/// Many times what it takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why the demo ended early. Prints as one line.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    /// Writing to the terminal.
    #[error("cannot write to standard output")]
    Screen(#[from] std::io::Error),
    /// A throwaway cluster.
    #[error(transparent)]
    Cluster(#[from] crate::throwaway::ThrowawayError),
    /// The directory.
    #[error(transparent)]
    Directory(#[from] crate::directory::DirectoryError),
    /// The demo's own configuration file.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// Who is where.
    #[error(transparent)]
    Engine(#[from] crate::engine::EngineError),
    /// What a statement becomes.
    #[error(transparent)]
    Plan(#[from] crate::plan::PlanError),
    /// The migration.
    #[error(transparent)]
    Migrate(#[from] crate::migrate::MigrateError),
    /// The proxy.
    #[error(transparent)]
    Proxy(#[from] crate::frontend::ServeError),
    /// A statement through the proxy.
    #[error("a statement of the demo failed")]
    Client(#[from] tokio_postgres::Error),
    /// Something happened that the demo says does not.
    #[error("{0}")]
    Surprise(String),
}

impl From<DemoError> for Fault {
    fn from(error: DemoError) -> Fault {
        Fault::of(&error)
    }
}

/// Runs the demo; stays up until Ctrl-C when standard input is a terminal.
///
/// # Errors
/// [`DemoError`] when anything fails, or goes otherwise than the demo says.
pub(super) async fn run() -> Result<(), DemoError> {
    let screen = Screen::new();
    let started = Instant::now();
    let fleet = tokio::select! {
        fleet = in_time(Running::start(&screen)) => fleet?,
        _ = tokio::signal::ctrl_c() => return Ok(()),
    };
    let shown = tokio::select! {
        shown = in_time(scenes::play(&screen, &fleet)) => shown,
        _ = tokio::signal::ctrl_c() => return fleet.stop().await,
    };
    if shown.is_ok() {
        invite(&screen, &fleet, started)?;
        if std::io::stdin().is_terminal() {
            screen.note("Ctrl-C stops everything and leaves nothing behind.")?;
            tokio::signal::ctrl_c().await?;
        }
    }
    let stopped = fleet.stop().await;
    shown.and(stopped)
}

/// A demo that hangs is a demo that failed.
async fn in_time<T>(work: impl Future<Output = Result<T, DemoError>>) -> Result<T, DemoError> {
    let late = || DemoError::Surprise(format!("no answer within {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(late()))
}

fn invite(screen: &Screen, fleet: &Running, started: Instant) -> Result<(), DemoError> {
    let [_, org, other] = ORGS;
    screen.heading("Try next")?;
    screen.line(&format!("  {}", fleet.psql(org)))?;
    screen.note(&format!("then SELECT * FROM invoice_total; or be another org: SET orgfold.org = '{other}';"))?;
    screen
        .note("What operators use (org list, shard list, rewrite --org, ...) finds this fleet by its configuration:")?;
    screen.line(&format!("  orgfold --config {} org list", fleet.config_file().display()))?;
    screen.note(&format!("Everything above took {:.1} s.", started.elapsed().as_secs_f64()))?;
    Ok(())
}
