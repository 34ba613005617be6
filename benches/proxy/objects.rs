//! An org's objects beside the same tables written by hand, both through orgfold, by one client.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tokio_postgres::{Client, NoTls};

use crate::Effort;
use crate::load::{Seen, Shape, Target, median, run};
use crate::machine::{DESIGNER, Machine, ORG, PASSWORD};

/// Orders that are there when reading starts.
const ORDERS: usize = 10_000;
const CUSTOMERS: usize = 1_000;
const REGIONS: usize = 10;
/// Added to numbers, so that they have nine digits, as the ends of keys do.
const BASE: usize = 100_000_000;

/// The objects' tables; `benches/proxy/native.sql` has the same by hand.
const OBJECTS: &str = "CREATE TABLE o_region (id text PRIMARY KEY DEFAULT new_key(), name text);
    CREATE TABLE o_customer (id text PRIMARY KEY DEFAULT new_key(), region_id text REFERENCES o_region (id), name text);
    CREATE TABLE o_order (id text PRIMARY KEY DEFAULT new_key(), customer_id text REFERENCES o_customer (id),
        region_id text REFERENCES o_region (id), code text, total numeric(12,2), qty integer, due date, note text,
        status text, price numeric(12,2), parts integer);
    CREATE INDEX o_order_code ON o_order (code); CREATE INDEX o_order_total ON o_order (total);
    CREATE INDEX o_order_qty ON o_order (qty); CREATE INDEX o_order_due ON o_order (due)";

/// A statement in pgbench's words: `{t}` stands for the tables' prefix, `{k0}` and so on for what makes a key of a number. The last
/// is the ratio that is wanted at most.
const STATEMENTS: [(&str, &str, f64); 9] = [
    ("point read", "SELECT note, total FROM {t}_order WHERE id = {k2}:order", 1.10),
    ("indexed equality, 10 rows", "SELECT note, total FROM {t}_order WHERE qty = :few", 1.25),
    ("indexed range, 10 rows", "SELECT note, total FROM {t}_order WHERE total >= :few AND total < :few + 1", 1.25),
    (
        "join of three",
        "SELECT o.note, c.name, r.name FROM {t}_order o JOIN {t}_customer c ON c.id = o.customer_id \
         JOIN {t}_region r ON r.id = c.region_id WHERE o.qty = :few",
        1.3,
    ),
    ("GROUP BY over 10,000 records", "SELECT status, count(*), sum(total) FROM {t}_order GROUP BY status", 1.6),
    ("update of an unindexed field", "UPDATE {t}_order SET note = 'n' || :few WHERE id = {k2}:order", 1.3),
    ("update of an indexed field", "UPDATE {t}_order SET qty = :few WHERE id = {k2}:order", 1.6),
    (
        "insert, no reference",
        "INSERT INTO {t}_order (note, status, price, parts, code, total, qty, due) \
         VALUES ('a note', 'open', 12.5, 3, 'c' || :few, 3000, :few + 5000, '2024-02-03')",
        2.0,
    ),
    (
        "insert, 4 indexed fields, 2 references",
        "INSERT INTO {t}_order (customer_id, region_id, note, status, price, parts, code, total, qty, due) \
         VALUES ({k1}:customer, {k0}:region, 'a note', 'open', 12.5, 3, 'c' || :few, 3000, :few + 5000, '2024-02-03')",
        2.0,
    ),
];

/// A kind of tables: the prefix of their names, and whether keys are smart.
#[derive(Clone, Copy)]
struct Kind {
    prefix: &'static str,
    smart: bool,
}

const KINDS: [Kind; 2] = [Kind { prefix: "n", smart: false }, Kind { prefix: "o", smart: true }];

impl Kind {
    fn sql(self, text: &str) -> String {
        let text = text.replace("{t}", self.prefix);
        // Objects are numbered as they are made, from the prefix `a00` on.
        [0, 1, 2].into_iter().fold(text, |text, number| {
            let key = if self.smart { format!("'a0{number}010' || ") } else { String::new() };
            text.replace(&format!("{{k{number}}}"), &key)
        })
    }
}

/// Rows of orders numbered so, with the key that the number makes or the next.
fn orders(kind: Kind, from: usize, to: usize, keyed: bool) -> String {
    let (column, key) = if keyed { ("id, ", format!("{{k2}}({BASE} + i), ")) } else { ("", String::new()) };
    kind.sql(&format!(
        "INSERT INTO {{t}}_order ({column}customer_id, region_id, note, status, price, parts, code, total, qty, due) \
         SELECT {key}{{k1}}({BASE} + i % {CUSTOMERS}), {{k0}}({BASE} + i % {REGIONS}), 'note ' || i, 's' || i % 7, i % 100, i % 50, \
         'c' || i, i % ({ORDERS} / 10), i % ({ORDERS} / 10), '2024-01-01'::date + i % 1000 FROM generate_series({from}, {to}) AS i"
    ))
}

async fn connect(port: u16, user: &str) -> Client {
    let mut settings = tokio_postgres::Config::new();
    settings.host("127.0.0.1").port(port).user(user).password(PASSWORD).dbname(ORG);
    let (client, connection) = settings.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn fill(client: &Client) {
    client.batch_execute(OBJECTS).await.unwrap();
    for kind in KINDS {
        let load = format!(
            "INSERT INTO {{t}}_region SELECT {{k0}}({BASE} + i), 'region ' || i FROM generate_series(0, {REGIONS} - 1) AS i;
             INSERT INTO {{t}}_customer SELECT {{k1}}({BASE} + i), {{k0}}({BASE} + i % {REGIONS}), 'customer ' || i
                FROM generate_series(0, {CUSTOMERS} - 1) AS i"
        );
        client.batch_execute(&kind.sql(&load)).await.unwrap();
        client.batch_execute(&orders(kind, 0, ORDERS - 1, true)).await.unwrap();
    }
}

/// Bytes on the disk of what holds the rows of each kind.
fn sizes(machine: &Machine) -> [i64; 2] {
    let all = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c WHERE c.relkind = 'r' AND c.relname ~ $1";
    ["^n_", "^(record|pivot)_"].map(|pattern| {
        machine.runtime.block_on(async {
            let client = machine.cluster.connect("shard16").await.unwrap();
            client.query_one(all, &[&pattern]).await.unwrap().get(0)
        })
    })
}

fn line(out: &mut String, what: &str, shown: [String; 2], ratio: f64, wanted: f64) {
    writeln!(out, "| {what} | {} | {} | {ratio:.2} | {wanted:.2} |", shown[0], shown[1]).unwrap();
}

fn script(folder: &Path, kind: Kind, sql: &str) -> PathBuf {
    let path = folder.join(format!("objects-{}.sql", kind.prefix));
    let text = format!(
        "\\set order random({BASE}, {BASE} + {ORDERS} - 1)\n\\set customer random({BASE}, {BASE} + {CUSTOMERS} - 1)\n\
         \\set region random({BASE}, {BASE} + {REGIONS} - 1)\n\\set few random(0, {ORDERS} / 10 - 1)\n{};\n",
        kind.sql(sql)
    );
    std::fs::write(&path, text).unwrap();
    path
}

pub fn run_part(machine: &Machine, effort: Effort) -> String {
    let fold = machine.orgfold(16, "");
    let client = machine.runtime.block_on(connect(fold.port, DESIGNER));
    machine.runtime.block_on(fill(&client));
    machine.vacuum();
    let mut out = String::from(
        "One client, `-M prepared`: latency, and the server's CPU in brackets. The ratio is of latencies.\n\n\
         | what | by hand | object | ratio | wanted |\n|---|---|---|---|---|\n",
    );
    let (seconds, rounds) = if effort.quick { (1, 2) } else { (3, effort.rounds) };
    for (name, sql, wanted) in STATEMENTS {
        let mut seen: [Vec<Seen>; 2] = Default::default();
        for _ in 0..rounds {
            for (kind, seen) in KINDS.iter().zip(&mut seen) {
                let script = script(&machine.folder, *kind, sql);
                let target = Target {
                    port: fold.port,
                    database: ORG,
                    variables: Vec::new(),
                    script: &script,
                    proxy: Some(fold.process.pid()),
                };
                seen.push(run(machine, &target, Shape { mode: "prepared", clients: 1, seconds, latencies: false }));
            }
        }
        let middle = [median(&seen[0]), median(&seen[1])];
        let shown = middle.map(|one| format!("{:.0} µs ({:.0})", 1e6 / one.rate, one.server));
        line(&mut out, name, shown, middle[0].rate / middle[1].rate, wanted);
    }
    machine.vacuum();
    let rows = if effort.quick { 20_000 } else { 100_000 };
    let before = sizes(machine);
    let mut times = [0.0, 0.0];
    for (kind, time) in KINDS.iter().zip(&mut times) {
        let sql = orders(*kind, ORDERS, ORDERS + rows - 1, false);
        let started = Instant::now();
        machine.runtime.block_on(client.batch_execute(&sql)).unwrap();
        *time = started.elapsed().as_secs_f64();
    }
    let each = times.map(|time| format!("{:.1} µs a row", time * 1e6 / rows as f64));
    line(&mut out, &format!("INSERT ... SELECT of {rows} records"), each, times[1] / times[0], 2.5);
    let after = sizes(machine);
    let grown = [after[0] - before[0], after[1] - before[1]].map(|bytes| bytes as f64 / rows as f64);
    line(&mut out, "storage of them", grown.map(|bytes| format!("{bytes:.0} bytes a row")), grown[1] / grown[0], 1.5);
    out
}
