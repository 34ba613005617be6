//! The library's tests on bb8.

use orgfold::{Orgfold, PoolKind};

use crate::fleet::Fleet;

async fn connect(fleet: &Fleet) -> Orgfold {
    Orgfold::connect_with(fleet.config(), PoolKind::Bb8).await.unwrap()
}

#[path = "cancels.rs"]
mod cancels;
#[path = "code.rs"]
mod code;
#[path = "connections.rs"]
mod connections;
#[path = "statements.rs"]
mod statements;
#[path = "transactions.rs"]
mod transactions;
