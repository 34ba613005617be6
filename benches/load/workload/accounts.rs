//! Accounts as pgbench has them: point reads, a mix of small reads and writes, TPC-B, and reports that read everything.

use crate::work::{Step, Value, Work};

pub const SCHEMA: &str = "schema/load/accounts.sql";

/// Ten tellers for each branch, a branch for each 10,000 accounts.
pub const FILL: &[&str] = &[
    "INSERT INTO branches (/*org_id*/ bid, bbalance) SELECT /*value*/ i, 0 FROM generate_series(1, :rows / 10000 + 1) i",
    "INSERT INTO tellers (/*org_id*/ tid, bid, tbalance) SELECT /*value*/ i, (i - 1) / 10 + 1, 0 \
     FROM generate_series(1, 10 * (:rows / 10000 + 1)) i",
    "INSERT INTO accounts (/*org_id*/ aid, bid, abalance, filler) SELECT /*value*/ i, (i - 1) / 10000 + 1, i % 1000, \
     repeat('x', 60) FROM generate_series(1, :rows) i",
    "INSERT INTO notes (/*org_id*/ id, aid, body) SELECT /*value*/ i, i, 'note ' || i \
     FROM generate_series(1, :rows / 2) i",
];

fn account(random: &mut fastrand::Rng, rows: u64) -> Value {
    Value::Int(random.u64(1..=rows) as i32)
}

/// One account by its key.
pub fn point(random: &mut fastrand::Rng, rows: u64) -> Work {
    let sql = "SELECT abalance FROM accounts WHERE /*and*/ aid = $1";
    Work::one("read", sql, vec![account(random, rows)])
}

/// 60 % reads by key, 15 % short lists, 15 % updates, 7 % inserts, 3 % deletes.
pub fn crud(random: &mut fastrand::Rng, rows: u64) -> Work {
    let aid = account(random, rows);
    match random.u32(0..100) {
        0..60 => Work::one("read", "SELECT aid, bid, abalance, filler FROM accounts WHERE /*and*/ aid = $1", vec![aid]),
        60..75 => {
            let sql = "SELECT id, body, changed FROM notes WHERE /*and*/ aid = $1 ORDER BY id DESC LIMIT 10";
            Work::one("list", sql, vec![aid])
        }
        75..90 => {
            let sql = "UPDATE notes SET body = $2, changed = now() WHERE /*and*/ id = $1 RETURNING id";
            let id = Value::Big(random.u64(1..=(rows / 2).max(1)) as i64);
            Work::one("update", sql, vec![id, Value::Text("changed".to_owned())])
        }
        90..97 => {
            let sql = "INSERT INTO notes (/*org_id*/ id, aid, body) VALUES (/*value*/ $1, $2, $3) RETURNING id";
            let id = Value::Big((random.u64(..) >> 2) as i64 | 1 << 61);
            Work::one("insert", sql, vec![id, aid, Value::Text("a new note".to_owned())])
        }
        _ => {
            let sql = "DELETE FROM notes WHERE /*and*/ id = $1 RETURNING id";
            Work::one("delete", sql, vec![Value::Big(random.u64(1..=(rows / 2).max(1)) as i64)])
        }
    }
}

/// TPC-B as pgbench does it.
pub fn tpcb(random: &mut fastrand::Rng, rows: u64) -> Work {
    let branches = rows / 10_000 + 1;
    let (aid, tid) = (account(random, rows), Value::Int(random.u64(1..=branches * 10) as i32));
    let (bid, delta) = (Value::Int(random.u64(1..=branches) as i32), Value::Big(random.i64(-5000..=5000)));
    let step = |sql, values| Step { sql, values };
    let steps = vec![
        step("UPDATE accounts SET abalance = abalance + $2 WHERE /*and*/ aid = $1", vec![aid.clone(), delta.clone()]),
        step("SELECT abalance FROM accounts WHERE /*and*/ aid = $1", vec![aid.clone()]),
        step("UPDATE tellers SET tbalance = tbalance + $2 WHERE /*and*/ tid = $1", vec![tid.clone(), delta.clone()]),
        step("UPDATE branches SET bbalance = bbalance + $2 WHERE /*and*/ bid = $1", vec![bid.clone(), delta.clone()]),
        step(
            "INSERT INTO history (/*org_id*/ tid, bid, aid, delta, mtime) VALUES (/*value*/ $1, $2, $3, $4, now())",
            vec![tid, bid, aid, delta],
        ),
    ];
    Work { kind: "transfer", steps }
}

/// A report over all accounts, with a sort that does not fit into work_mem.
pub fn heavy(random: &mut fastrand::Rng, _rows: u64) -> Work {
    let sql = "SELECT bid, count(*), avg(abalance), min(filler), percentile_cont(0.5) WITHIN GROUP (ORDER BY abalance * aid) \
               FROM accounts WHERE /*and*/ abalance >= $1 GROUP BY bid ORDER BY 3 DESC";
    Work::one("report", sql, vec![Value::Big(random.i64(0..10))])
}
