//! The library's tests on bb8.

use orgfold::{Orgfold, PoolKind};

use crate::fleet::Fleet;

async fn connect(fleet: &Fleet) -> Orgfold {
    Orgfold::connect_with(fleet.config(), PoolKind::Bb8).await.unwrap()
}

#[path = "code.rs"]
mod code;
#[path = "statements.rs"]
mod statements;
#[path = "transactions.rs"]
mod transactions;
