//! The workloads: what fills the tables, what a client of an org does, and how the answers are known to be right.

pub mod accounts;
pub mod custom;
pub mod dbgen;
pub mod orders;
pub mod reports;

use crate::session::Way;

/// Tables and what is in them; several workloads may share one.
pub struct World {
    pub name: &'static str,
    /// Its DDL, with marks (see `work`).
    pub schema: fn() -> String,
    /// Statements that fill an org's tables; `:rows` is its size.
    pub fill: &'static [&'static str],
    /// Tables that are filled by COPY: name and lines of an org of that size.
    pub copied: fn(u64) -> Vec<(&'static str, String)>,
    /// What an org's designer does through orgfold: objects and their records.
    pub objects: &'static [&'static str],
    /// What every way must answer alike.
    pub questions: fn() -> Vec<&'static str>,
    /// What must hold.
    pub laws: &'static [Law],
    /// What must be as often there as it was done.
    pub counts: &'static [Count],
    /// Its largest table has so many times fewer rows than the accounts have.
    pub smaller: u64,
    /// The least rows of an org.
    pub least: u64,
}

/// A question with one answer, true, whatever was done: `$1` is the org's size.
pub struct Law {
    pub sql: &'static str,
    /// Whether it is about objects, which only orgfold has.
    pub objects: bool,
}

/// The number of rows that transactions have left (`$1` is the org's size).
pub struct Count {
    pub sql: &'static str,
    pub objects: bool,
    /// Workload, kind, and how many rows one leaves.
    pub of: &'static [(&'static str, &'static str, u64)],
}

/// A workload.
pub struct Workload {
    pub name: &'static str,
    /// What it stands for, in a sentence.
    pub about: &'static str,
    pub world: &'static World,
    /// Whether it is about objects, which only orgfold has.
    pub objects: bool,
    /// More clients than these only wait for each other.
    pub most: usize,
    /// Makes the next transaction of a client of an org with so many rows.
    pub make: fn(&mut fastrand::Rng, u64) -> crate::work::Work,
}

impl Workload {
    /// Whether it can be asked in this way.
    pub fn can(&self, way: Way) -> bool {
        !self.objects || way.folds()
    }
}

/// Every workload, those of the same world beside each other.
pub const ALL: [Workload; 8] = [
    Workload {
        name: "point",
        about: "reads of one row by its key",
        world: &accounts::WORLD,
        objects: false,
        most: usize::MAX,
        make: accounts::point,
    },
    Workload {
        name: "crud",
        about: "60 % reads by key, 15 % short lists, 15 % updates, 7 % inserts, 3 % deletes",
        world: &accounts::WORLD,
        objects: false,
        most: usize::MAX,
        make: accounts::crud,
    },
    Workload {
        name: "tpcb",
        about: "pgbench's TPC-B: four writes and a read in a transaction",
        world: &accounts::WORLD,
        objects: false,
        most: usize::MAX,
        make: accounts::tpcb,
    },
    Workload {
        name: "heavy",
        about: "an aggregate with a sort over all of an org's accounts",
        world: &accounts::WORLD,
        objects: false,
        most: 8,
        make: accounts::heavy,
    },
    Workload {
        name: "tpcc",
        about: "order entry like TPC-C's: 45 % new orders, 43 % payments, order status, delivery, stock level",
        world: &orders::WORLD,
        objects: false,
        most: usize::MAX,
        make: orders::next,
    },
    Workload {
        name: "tpch",
        about: "TPC-H's 22 reports, each org over its own rows (MT-H)",
        world: &reports::WORLD,
        objects: false,
        most: 8,
        make: reports::next,
    },
    Workload {
        name: "native",
        about: "the mix of custom objects on the same tables written by hand",
        world: &custom::WORLD,
        objects: false,
        most: usize::MAX,
        make: custom::native,
    },
    Workload {
        name: "custom",
        about: "custom objects: 50 % light reads, 15 % heavy ones, inserts and updates, single and bulk",
        world: &custom::WORLD,
        objects: true,
        most: usize::MAX,
        make: custom::objects,
    },
];

/// The one of that name.
pub fn named(name: &str) -> Option<&'static Workload> {
    ALL.iter().find(|workload| workload.name == name)
}

/// No table is filled by COPY.
const fn nothing(_: u64) -> Vec<(&'static str, String)> {
    Vec::new()
}
