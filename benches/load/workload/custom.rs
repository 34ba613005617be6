//! Custom objects, and the same tables by hand: the mix of Aulbach and others, "Multi-Tenant Databases for Software as a
//! Service" (SIGMOD 2008), figure 6. Its administrative tasks (0.01 %) are left out.

use super::{Count, Law, World};
use crate::work::{Value, Work};

pub const WORLD: World = World {
    name: "custom",
    schema: || include_str!("../../../schema/load/custom.sql").to_owned(),
    fill: &[
        "INSERT INTO n_customer (/*org_id*/ id, name, city) SELECT /*value*/ 100000000 + i, 'customer ' || i, 'city ' || i % 20 \
         FROM /*orgs*/ generate_series(0, 99) i",
        "INSERT INTO n_deal (/*org_id*/ id, customer_id, code, total, quantity, due, stage, note, owner, probability, revision) \
         SELECT /*value*/ 100000000 + i, 100000000 + i % 100, 'c' || i, i % 1000, i % 40, '2024-01-01'::date + (i % 1000)::integer, \
         's' || i % 7, 'note ' || i, 'owner ' || i % 10, i % 100, 0 FROM /*orgs*/ generate_series(0, :rows - 1) i",
    ],
    copied: super::nothing,
    objects: &[
        // Objects are numbered as they are made, from the prefix `a00` on.
        "CREATE TABLE o_customer (id text PRIMARY KEY DEFAULT new_key(), name text NOT NULL, city text);
         CREATE TABLE o_deal (id text PRIMARY KEY DEFAULT new_key(), customer_id text NOT NULL REFERENCES o_customer (id), code text,
            total numeric(12,2), quantity integer, due date, stage text, note text, owner text, probability integer, revision integer);
         CREATE INDEX o_deal_code ON o_deal (code); CREATE INDEX o_deal_quantity ON o_deal (quantity);
         CREATE INDEX o_deal_due ON o_deal (due)",
        "INSERT INTO o_customer (id, name, city) SELECT 'a00010' || (100000000 + i), 'customer ' || i, 'city ' || i % 20 \
         FROM generate_series(0, 99) i",
        "INSERT INTO o_deal (id, customer_id, code, total, quantity, due, stage, note, owner, probability, revision) \
         SELECT 'a01010' || (100000000 + i), 'a00010' || (100000000 + i % 100), 'c' || i, i % 1000, i % 40, \
         '2024-01-01'::date + (i % 1000)::integer, 's' || i % 7, 'note ' || i, 'owner ' || i % 10, i % 100, 0 \
         FROM generate_series(0, :rows - 1) i",
    ],
    questions: || {
        vec![
            "SELECT stage, count(*), sum(total), min(due), max(code) FROM n_deal WHERE /*and*/ true GROUP BY stage",
            "SELECT c.name, sum(d.total) FROM n_deal d JOIN n_customer c ON c.id = d.customer_id \
             WHERE /*and d*/ /*and c*/ d.quantity < 5 GROUP BY c.name",
        ]
    },
    laws: &[
        Law { sql: LAWS[0], objects: false },
        Law { sql: LAWS[1], objects: true },
        Law {
            sql: "SELECT NOT EXISTS (SELECT stage, owner, probability, due, total FROM n_deal WHERE code LIKE 'c%' \
                  EXCEPT SELECT stage, owner, probability, due, total FROM o_deal) AND \
                  NOT EXISTS (SELECT stage, owner, probability, due, total FROM o_deal WHERE code LIKE 'c%' \
                  EXCEPT SELECT stage, owner, probability, due, total FROM n_deal)",
            objects: true,
        },
    ],
    counts: &[
        Count {
            sql: "SELECT count(*) - $1::bigint FROM n_deal WHERE /*and*/ true",
            objects: false,
            of: &[("native", "insert", 1), ("native", "insert, bulk", BULK)],
        },
        Count {
            sql: "SELECT count(*) - $1::bigint FROM o_deal",
            objects: true,
            of: &[("custom", "insert", 1), ("custom", "insert, bulk", BULK)],
        },
        Count {
            sql: "SELECT sum(revision)::bigint FROM n_deal WHERE /*and*/ true",
            objects: false,
            of: &[("native", "update", 1)],
        },
        Count { sql: "SELECT sum(revision)::bigint FROM o_deal", objects: true, of: &[("custom", "update", 1)] },
    ],
    smaller: 10,
    least: 40,
};

/// What is sold costs what it did; what was added costs 100.
const LAWS: [&str; 2] = [
    "SELECT sum(total) = (SELECT sum(i % 1000) FROM generate_series(0, $1::bigint - 1) i) + 100 * (count(*) - $1::bigint) \
     FROM n_deal WHERE /*and*/ true",
    "SELECT sum(total) = (SELECT sum(i % 1000) FROM generate_series(0, $1::bigint - 1) i) + 100 * (count(*) - $1::bigint) \
     FROM o_deal",
];

/// Rows of a bulk insert.
const BULK: u64 = 50;

/// The statements, on tables that are called so.
macro_rules! mix {
    ($name:ident, $prefix:literal) => {
        const $name: Mix = Mix {
            read: concat!(
                "SELECT id, customer_id, code, total, quantity, due, stage, note, owner, probability, revision FROM ",
                $prefix,
                "_deal WHERE /*and*/ id = $1"
            ),
            report: concat!(
                "SELECT c.city, d.stage, count(*), sum(d.total), avg(d.probability) FROM ",
                $prefix,
                "_deal d JOIN ",
                $prefix,
                "_customer c ON c.id = d.customer_id WHERE /*and d*/ /*and c*/ d.due >= '2024-06-01' GROUP BY c.city, d.stage \
                 ORDER BY 4 DESC LIMIT 20"
            ),
            insert: concat!(
                "INSERT INTO ",
                $prefix,
                "_deal (/*org_id*/ customer_id, code, total, quantity, due, stage, note, owner, probability, revision) \
                 VALUES (/*value*/ $1, $2, 100, 5000, '2024-02-03', 'new', 'a note', 'somebody', 10, 0)"
            ),
            bulk: concat!(
                "INSERT INTO ",
                $prefix,
                "_deal (/*org_id*/ customer_id, code, total, quantity, due, stage, note, owner, probability, revision) \
                 SELECT /*value*/ $1, $2, 100, 5000 + i, '2024-02-03', 'new', 'a note', 'somebody', 10, 0 FROM generate_series(1, 50) i"
            ),
            update: concat!(
                "UPDATE ",
                $prefix,
                "_deal SET note = $2, revision = revision + 1 WHERE /*and*/ id = $1"
            ),
            updates: concat!("UPDATE ", $prefix, "_deal SET note = $2 WHERE /*and*/ quantity = $1"),
        };
    };
}

struct Mix {
    read: &'static str,
    report: &'static str,
    insert: &'static str,
    bulk: &'static str,
    update: &'static str,
    updates: &'static str,
}

mix!(NATIVE, "n");
mix!(OBJECTS, "o");

pub fn native(random: &mut fastrand::Rng, rows: u64) -> Work {
    next(random, rows, &NATIVE, |_, number| Value::Big(number))
}

pub fn objects(random: &mut fastrand::Rng, rows: u64) -> Work {
    next(random, rows, &OBJECTS, |prefix, number| Value::Text(format!("{prefix}010{number}")))
}

fn next(random: &mut fastrand::Rng, rows: u64, mix: &Mix, key: fn(&str, i64) -> Value) -> Work {
    let deal = key("a01", 100_000_000 + random.u64(0..rows) as i64);
    let customer = key("a00", 100_000_000 + random.i64(0..100));
    let text = |random: &mut fastrand::Rng| Value::Text(format!("n{}", random.u32(..)));
    match random.u32(0..10_000) {
        0..5_000 => Work::row("read", mix.read, vec![deal]),
        5_000..6_500 => Work::one("report", mix.report, Vec::new()),
        6_500..7_460 => Work::one("insert", mix.insert, vec![customer, text(random)]),
        7_460..7_490 => Work::one("insert, bulk", mix.bulk, vec![customer, text(random)]),
        7_490..9_250 => Work::one("update", mix.update, vec![deal, text(random)]),
        // One in forty of all.
        _ => Work::one("update, bulk", mix.updates, vec![Value::Int(random.i32(0..40)), text(random)]),
    }
}
