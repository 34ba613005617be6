//! The proxy measured from outside: throughput, CPU per query, latency, memory, beside a direct connection and PgBouncer.
//!
//! `cargo bench --bench proxy -- [--quick] [--write] [part...]`; parts: `points`, `crowd`, `bulk`, `objects`, `orgs`. `--write` puts the
//! tables into BENCHMARKS.md. Machines are shared and noisy, so the ways take turns, round by round, and medians are shown. What is
//! measured is the `orgfold` binary as a process of its own (`ORGFOLD_BENCH_BIN` names another build of it).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod bulk;
mod crowd;
mod load;
mod machine;
mod objects;
mod orgs;
mod points;
mod process;
mod tables;

/// How thorough a run is.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Seconds for one measurement.
    pub seconds: u32,
    /// How many times each is repeated.
    pub rounds: usize,
    /// Whether it is for one's own eyes only.
    pub quick: bool,
}

/// A part: its name, and what makes its table.
type Part = (&'static str, fn(&machine::Machine, Effort) -> String);

const PARTS: &[Part] = &[
    ("points", points::run_part),
    ("crowd", crowd::run_part),
    ("bulk", bulk::run_part),
    ("objects", objects::run_part),
    ("orgs", orgs::run_part),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let quick = has("--quick");
    let effort = if quick { Effort { seconds: 3, rounds: 3, quick } } else { Effort { seconds: 8, rounds: 5, quick } };
    let named: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let unknown = named.iter().find(|name| !PARTS.iter().any(|(part, _)| part == *name));
    assert!(unknown.is_none(), "there is no part {unknown:?}");
    let machine = machine::Machine::start(named.iter().any(|name| *name != "objects") || named.is_empty());
    for (name, part) in PARTS {
        if !named.is_empty() && !named.iter().any(|wanted| *wanted == name) {
            continue;
        }
        let table = part(&machine, effort);
        println!("\n{table}");
        if has("--write") {
            tables::write("bench-proxy", name, &table);
        }
    }
}
