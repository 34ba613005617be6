//! The library's tests on deadpool.

use orgfold::Orgfold;

use crate::fleet::Fleet;

async fn connect(fleet: &Fleet) -> Orgfold {
    Orgfold::connect(fleet.config()).await.unwrap()
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
