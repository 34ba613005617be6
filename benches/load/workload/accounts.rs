//! Accounts as pgbench has them: point reads, a mix of small reads and writes, TPC-B, and reports that read everything.

use super::{Count, Law, World};
use crate::work::{Step, Value, Work};

pub const WORLD: World = World {
    name: "accounts",
    schema: || include_str!("../../../schema/load/accounts.sql").to_owned(),
    fill: FILL,
    copied: super::nothing,
    objects: &[],
    questions: || {
        vec![
            "SELECT count(*), sum(abalance), min(aid), max(aid), count(DISTINCT bid) FROM accounts WHERE /*and*/ true",
            "SELECT a.aid, a.abalance, n.body FROM accounts a JOIN notes n ON n.aid = a.aid WHERE /*and a*/ /*and n*/ a.aid < 20",
        ]
    },
    laws: LAWS,
    counts: &[Count {
        sql: "SELECT count(*) FROM history WHERE /*and*/ true",
        objects: false,
        of: &[("tpcb", "transfer", 1)],
    }],
    smaller: 1,
    least: 10,
};

/// Ten tellers for each branch, a branch for each 10,000 accounts.
const FILL: &[&str] = &[
    "INSERT INTO branches (/*org_id*/ bid, bbalance) \
     SELECT /*value*/ i, 0 FROM /*orgs*/ generate_series(1, :rows / 10000 + 1) i",
    "INSERT INTO tellers (/*org_id*/ tid, bid, tbalance) SELECT /*value*/ i, (i - 1) / 10 + 1, 0 \
     FROM /*orgs*/ generate_series(1, 10 * (:rows / 10000 + 1)) i",
    "INSERT INTO accounts (/*org_id*/ aid, bid, abalance, filler) SELECT /*value*/ i, (i - 1) / 10000 + 1, i % 1000, \
     repeat('x', 60) FROM /*orgs*/ generate_series(1, :rows) i",
    "INSERT INTO notes (/*org_id*/ id, aid, body) SELECT /*value*/ i, i, 'note ' || i \
     FROM /*orgs*/ generate_series(1, :rows / 2) i",
];

/// Money is neither made nor lost: what was moved is what accounts, tellers and branches have.
const LAWS: &[Law] = &[
    Law { sql: "SELECT count(*) = $1::bigint FROM accounts WHERE /*and*/ true", objects: false },
    Law {
        sql: "SELECT (SELECT sum(abalance) FROM accounts WHERE /*and*/ true) - (SELECT sum(i % 1000) FROM generate_series(1, $1::bigint) i) \
              = (SELECT coalesce(sum(delta), 0) FROM history WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT sum(tbalance) FROM tellers WHERE /*and*/ true) = (SELECT sum(bbalance) FROM branches WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT sum(tbalance) FROM tellers WHERE /*and*/ true) = \
              (SELECT coalesce(sum(delta), 0) FROM history WHERE /*and*/ true)",
        objects: false,
    },
];

fn account(random: &mut fastrand::Rng, rows: u64) -> Value {
    Value::Int(random.u64(1..=rows) as i32)
}

/// One account by its key.
pub fn point(random: &mut fastrand::Rng, rows: u64) -> Work {
    let sql = "SELECT abalance FROM accounts WHERE /*and*/ aid = $1";
    Work::row("read", sql, vec![account(random, rows)])
}

/// 60 % reads by key, 15 % short lists, 15 % updates, 7 % inserts, 3 % deletes.
pub fn crud(random: &mut fastrand::Rng, rows: u64) -> Work {
    let aid = account(random, rows);
    match random.u32(0..100) {
        0..60 => Work::row("read", "SELECT aid, bid, abalance, filler FROM accounts WHERE /*and*/ aid = $1", vec![aid]),
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
    let steps = vec![
        Step::of(
            "UPDATE accounts SET abalance = abalance + $2 WHERE /*and*/ aid = $1",
            vec![aid.clone(), delta.clone()],
        ),
        Step::one("SELECT abalance FROM accounts WHERE /*and*/ aid = $1", vec![aid.clone()]),
        Step::of(
            "UPDATE tellers SET tbalance = tbalance + $2 WHERE /*and*/ tid = $1",
            vec![tid.clone(), delta.clone()],
        ),
        Step::of(
            "UPDATE branches SET bbalance = bbalance + $2 WHERE /*and*/ bid = $1",
            vec![bid.clone(), delta.clone()],
        ),
        Step::of(
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
