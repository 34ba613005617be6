//! What a Rust service embeds: [`Orgfold`], and an [`Org`] for each organisation it serves.
//!
//! In: a [`Config`], SQL as the service writes it, `ToSql` parameters. Out: `tokio-postgres`'s rows, [`Error`]s in logical
//! terms. Invariants: a statement runs as its plan says, with the org's id as the last parameter, or not at all; a
//! connection returns to its pool only when it is known to be idle outside a transaction, else it is closed. What is
//! absent: sessions (settings outlive no transaction), cancel tokens (one kept too long would hit another's statement).

mod copy;
mod fault;
mod figures;
mod generic;
mod lease;
mod metadata;
mod objects;
mod org;
mod param;
mod physical;
mod pool;
mod retry;
mod row;
mod rows;
mod serde_row;
mod statement;
mod tail;
mod transaction;
mod watch;

pub use copy::{CopyInSink, CopyOutStream};
pub use generic::{GenericClient, GenericTransaction};
pub use objects::{Field, Object};
pub use org::Org;
pub use pool::{PoolKind, PoolStatus};
pub use retry::{Attempts, Failure, Loan, Retry};
pub use row::{FromRow, column};
pub use rows::RowStream;
pub use serde_row::Serde;
pub use statement::{Column, Statement, ToStatement};
pub use transaction::{Savepoint, Transaction, TransactionBuilder};

use std::sync::Arc;

use crate::config::Config;
use crate::directory::OrgState;
use crate::engine::Engine;
use crate::error::Error;
use crate::org::OrgId;
use pool::Pools;

/// The door: one for each service, cheap to clone. It holds the pools and no org: [`Orgfold::org`] gives a handle that does.
#[doc(alias = "OrgPool")]
#[derive(Clone, Debug)]
pub struct Orgfold {
    engine: Arc<Engine>,
    pools: Arc<Pools>,
}

impl Orgfold {
    /// Reads the directory and the shards' catalogs and follows both from then on. Connections for statements are made
    /// when they are needed.
    ///
    /// Cancel safe: dropped before it is done, nothing stays.
    ///
    /// # Errors
    /// When the config is wrong or the directory cannot be read. A shard that is down is no error here.
    pub async fn connect(config: Config) -> Result<Orgfold, Error> {
        Orgfold::connect_with(config, PoolKind::default()).await
    }

    /// The same, with a choice of the pool that keeps connections to the shards.
    ///
    /// # Errors
    /// As [`Orgfold::connect`].
    pub async fn connect_with(config: Config, pool: PoolKind) -> Result<Orgfold, Error> {
        let pools = Arc::new(Pools::new(pool, &config.shards)?);
        let engine = Engine::connect(&config).await?;
        Ok(Orgfold { engine, pools })
    }

    /// A handle for one org. It holds no connection; make one for each request, or keep it.
    ///
    /// # Errors
    /// 3D000 unknown, 28000 suspended, 57P03 being moved.
    pub fn org(&self, slug: &str) -> Result<Org, Error> {
        let entry = self.engine.org(slug)?;
        Ok(Org::new(Arc::clone(&self.engine), Arc::clone(&self.pools), entry))
    }

    /// The same by the org's number, for services that keep that.
    ///
    /// # Errors
    /// As [`Orgfold::org`].
    pub fn org_by_id(&self, id: OrgId) -> Result<Org, Error> {
        let entry = self.engine.org_by_id(id)?;
        Ok(Org::new(Arc::clone(&self.engine), Arc::clone(&self.pools), entry))
    }

    /// The names of the orgs that may be served now, in alphabetical order: for workers that serve all of them.
    #[must_use]
    pub fn orgs(&self) -> Vec<String> {
        let snapshot = self.engine.directory().snapshot();
        let active = snapshot.orgs().filter(|org| org.state == OrgState::Active);
        let mut names: Vec<String> = active.map(|org| org.slug.as_str().to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// What the instance knows of orgs, shards and plans.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// How the pools stand, by shard.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolStatus> {
        self.pools.status()
    }

    /// Closes the pools: what runs goes on to its end, what comes after fails with 53300.
    pub fn close(&self) {
        self.pools.close();
    }
}
