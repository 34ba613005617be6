//! TPC-H's reports for each org over its own rows, as MT-H has it.

use std::sync::OnceLock;

use super::{Law, World, dbgen};
use crate::work::Work;

pub const WORLD: World = World {
    name: "reports",
    schema: dbgen::schema,
    fill: &[],
    copied: |rows| dbgen::tables(rows as f64 / LINES),
    objects: &[],
    questions: || queries().to_vec(),
    laws: &[Law {
        sql: "SELECT (SELECT count(*) FROM lineitem WHERE /*and*/ true) > $1::bigint / 2 AND \
              (SELECT sum(o_totalprice) FROM orders WHERE /*and*/ true) > 0",
        objects: false,
    }],
    counts: &[],
    smaller: 8,
    least: 1_000,
};

/// Rows of `lineitem` in a gigabyte.
const LINES: f64 = 6_000_000.0;

/// An org's own tables.
const TABLES: [&str; 6] = ["part", "supplier", "partsupp", "customer", "orders", "lineitem"];

/// The 22 queries, with a mark at each of an org's tables.
fn queries() -> &'static [&'static str] {
    static QUERIES: OnceLock<Vec<&'static str>> = OnceLock::new();
    // They live as long as the harness does.
    QUERIES.get_or_init(|| (1..=22).map(|number| &*marked(&dbgen::query(number)).leak()).collect())
}

/// Names of tables are no names of columns in TPC-H, and stand in no literal.
fn marked(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() * 2);
    let mut rest = sql;
    while let Some(from) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let (before, word) = rest.split_at(from);
        let length = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
        let (word, after) = word.split_at(length);
        out.push_str(before);
        if TABLES.contains(&word) {
            out.push_str("/*from ");
            out.push_str(word);
            out.push_str("*/");
        } else {
            out.push_str(word);
        }
        rest = after;
    }
    out + rest
}

/// Any of them.
pub fn next(random: &mut fastrand::Rng, _rows: u64) -> Work {
    const KINDS: [&str; 22] = [
        "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9", "Q10", "Q11", "Q12", "Q13", "Q14", "Q15", "Q16", "Q17",
        "Q18", "Q19", "Q20", "Q21", "Q22",
    ];
    let at = random.usize(0..22);
    Work::one(KINDS[at], queries()[at], Vec::new())
}
