//! The workloads: what fills the tables, and what a client of an org does.

pub mod accounts;

/// A workload.
pub struct Workload {
    pub name: &'static str,
    /// What it stands for, in a sentence.
    pub about: &'static str,
    /// Makes the next transaction of a client of an org with so many rows.
    pub make: fn(&mut fastrand::Rng, u64) -> crate::work::Work,
}

/// Every workload.
pub const ALL: [Workload; 4] = [
    Workload { name: "point", about: "reads of one row by its key", make: accounts::point },
    Workload {
        name: "crud",
        about: "60 % reads by key, 15 % short lists, 15 % updates, 7 % inserts, 3 % deletes",
        make: accounts::crud,
    },
    Workload { name: "tpcb", about: "pgbench's TPC-B: four writes and a read in a transaction", make: accounts::tpcb },
    Workload { name: "reports", about: "an aggregate over all of an org's accounts", make: accounts::heavy },
];

/// The one of that name.
pub fn named(name: &str) -> Option<&'static Workload> {
    ALL.iter().find(|workload| workload.name == name)
}
