//! Order entry as TPC-C has it, scaled down so that each org has its own warehouses: a warehouse for each 1,000 rows of
//! stock, ten districts each, ten customers a district. Clients do not wait between transactions, and all warehouses are
//! equally busy.

use super::{Count, Law, World};
use crate::work::{Step, Value, Work};

pub const WORLD: World = World {
    name: "orders",
    schema: || include_str!("../../../schema/load/orders.sql").to_owned(),
    fill: FILL,
    copied: super::nothing,
    objects: &[],
    questions: || {
        vec![
            "SELECT count(*), sum(amount), sum(quantity) FROM line WHERE /*and*/ true",
            "SELECT c.c_last, count(*), sum(l.amount) FROM customer c \
             JOIN placed p ON p.w_id = c.w_id AND p.d_id = c.d_id AND p.c_id = c.c_id \
             JOIN line l ON l.w_id = p.w_id AND l.d_id = p.d_id AND l.o_id = p.o_id \
             WHERE /*and c*/ /*and p*/ /*and l*/ true GROUP BY c.c_last",
        ]
    },
    laws: LAWS,
    counts: COUNTS,
    smaller: 4,
    least: 10,
};

/// Customers of a district, and orders of each at the beginning: one, of five lines; the last three are not delivered.
const CUSTOMERS: u64 = 10;

const FILL: &[&str] = &[
    "INSERT INTO item (/*org_id*/ i_id, i_name, i_price) SELECT /*value*/ i, 'item ' || i, 100 + i * 37 % 9900 \
     FROM /*orgs*/ generate_series(1, least(1000, :rows)) i",
    "INSERT INTO warehouse (/*org_id*/ w_id, w_name) SELECT /*value*/ w, 'warehouse ' || w \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w",
    "INSERT INTO district (/*org_id*/ w_id, d_id, d_next_o_id) SELECT /*value*/ w, d, 11 \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w, generate_series(1, 10) d",
    "INSERT INTO customer (/*org_id*/ w_id, d_id, c_id, c_first, c_last, c_discount, c_data) \
     SELECT /*value*/ w, d, c, 'first ' || c, 'last ' || c % 5, c % 6, repeat('x', 100) \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w, generate_series(1, 10) d, generate_series(1, 10) c",
    "INSERT INTO stock (/*org_id*/ w_id, i_id, quantity, data) SELECT /*value*/ w, i, 10 + i % 91, repeat('x', 40) \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w, generate_series(1, least(1000, :rows)) i",
    "INSERT INTO placed (/*org_id*/ w_id, d_id, o_id, c_id, carrier, lines) \
     SELECT /*value*/ w, d, c, c, CASE WHEN c <= 7 THEN 1 END, 5 \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w, generate_series(1, 10) d, generate_series(1, 10) c",
    "INSERT INTO undelivered (/*org_id*/ w_id, d_id, o_id) SELECT /*value*/ w, d, c \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w, generate_series(1, 10) d, generate_series(8, 10) c",
    "INSERT INTO line (/*org_id*/ w_id, d_id, o_id, number, i_id, quantity, amount, delivered) \
     SELECT /*value*/ w, d, c, n, 1 + (c * 7 + d * 13 + n) % least(1000, :rows), 5, 0, CASE WHEN c <= 7 THEN now() END \
     FROM /*orgs*/ generate_series(1, :rows / 1000 + 1) w, generate_series(1, 10) d, generate_series(1, 10) c, generate_series(1, 5) n",
];

/// TPC-C's consistency conditions (clause 3.3.2), as far as these tables have them.
const LAWS: &[Law] = &[
    Law { sql: "SELECT count(*) = $1::bigint / 1000 + 1 FROM warehouse WHERE /*and*/ true", objects: false },
    Law {
        sql: "SELECT NOT EXISTS (SELECT 1 FROM warehouse w WHERE /*and w*/ w.w_ytd <> \
              (SELECT sum(d.d_ytd) FROM district d WHERE /*and d*/ d.w_id = w.w_id))",
        objects: false,
    },
    Law {
        sql: "SELECT NOT EXISTS (SELECT 1 FROM district d WHERE /*and d*/ d.d_next_o_id - 1 <> \
              (SELECT max(p.o_id) FROM placed p WHERE /*and p*/ p.w_id = d.w_id AND p.d_id = d.d_id))",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT sum(lines) FROM placed WHERE /*and*/ true) = (SELECT count(*) FROM line WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT count(*) FROM placed WHERE /*and*/ carrier IS NULL) = (SELECT count(*) FROM undelivered WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT NOT EXISTS (SELECT 1 FROM line l JOIN placed p ON p.w_id = l.w_id AND p.d_id = l.d_id AND p.o_id = l.o_id \
              WHERE /*and l*/ /*and p*/ (p.carrier IS NULL) <> (l.delivered IS NULL))",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT coalesce(sum(amount), 0) FROM payment WHERE /*and*/ true) = (SELECT sum(w_ytd) FROM warehouse WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT coalesce(sum(amount), 0) FROM payment WHERE /*and*/ true) = \
              (SELECT sum(c_ytd_payment) FROM customer WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT coalesce(sum(amount), 0) FROM line WHERE /*and*/ delivered IS NOT NULL) = \
              (SELECT sum(c_balance + c_ytd_payment) FROM customer WHERE /*and*/ true)",
        objects: false,
    },
    Law {
        sql: "SELECT (SELECT sum(quantity) FROM line WHERE /*and*/ true) - 25 * 100 * ($1::bigint / 1000 + 1) = \
              (SELECT sum(ytd) FROM stock WHERE /*and*/ true)",
        objects: false,
    },
];

const COUNTS: &[Count] = &[
    Count {
        sql: "SELECT count(*) - 100 * ($1::bigint / 1000 + 1) FROM placed WHERE /*and*/ true",
        objects: false,
        of: &[("tpcc", "new order", 1)],
    },
    Count { sql: "SELECT count(*) FROM payment WHERE /*and*/ true", objects: false, of: &[("tpcc", "payment", 1)] },
];

/// A district's number, and what else is drawn for it.
struct Place {
    warehouse: Value,
    district: Value,
    customer: Value,
}

fn place(random: &mut fastrand::Rng, rows: u64) -> Place {
    Place {
        warehouse: Value::Int(random.u64(1..=rows / 1000 + 1) as i32),
        district: Value::Int(random.i32(1..=10)),
        customer: Value::Int(random.u64(1..=CUSTOMERS) as i32),
    }
}

/// TPC-C's mix.
pub fn next(random: &mut fastrand::Rng, rows: u64) -> Work {
    match random.u32(0..100) {
        0..45 => new_order(random, rows),
        45..88 => payment(random, rows),
        88..92 => status(random, rows),
        92..96 => delivery(random, rows),
        _ => stock_level(random, rows),
    }
}

fn new_order(random: &mut fastrand::Rng, rows: u64) -> Work {
    let Place { warehouse: w, district: d, customer: c } = place(random, rows);
    let count = random.usize(5..=15);
    // In order, so that two of them never wait for each other.
    let mut items: Vec<i32> = (0..count).map(|_| random.i32(1..=rows.min(1000) as i32)).collect();
    items.sort_unstable();
    let id = Value::Said(0);
    let mut steps = vec![
        Step::one(
            "UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE /*and*/ w_id = $1 AND d_id = $2 RETURNING d_next_o_id - 1",
            vec![w.clone(), d.clone()],
        ),
        Step::one(
            "SELECT c_discount, c_last FROM customer WHERE /*and*/ w_id = $1 AND d_id = $2 AND c_id = $3",
            vec![w.clone(), d.clone(), c.clone()],
        ),
        Step::of(
            "INSERT INTO placed (/*org_id*/ w_id, d_id, o_id, c_id, lines) VALUES (/*value*/ $1, $2, $3, $4, $5)",
            vec![w.clone(), d.clone(), id.clone(), c, Value::Int(count as i32)],
        ),
        Step::of(
            "INSERT INTO undelivered (/*org_id*/ w_id, d_id, o_id) VALUES (/*value*/ $1, $2, $3)",
            vec![w.clone(), d.clone(), id.clone()],
        ),
    ];
    for (at, item) in items.into_iter().enumerate() {
        let (item, quantity) = (Value::Int(item), random.i32(1..=10));
        let price = Value::Said(steps.len());
        steps.push(Step::one("SELECT i_price FROM item WHERE /*and*/ i_id = $1", vec![item.clone()]));
        steps.push(Step::one(
            "UPDATE stock SET quantity = CASE WHEN quantity >= $3 + 10 THEN quantity - $3 ELSE quantity - $3 + 91 END, \
             ytd = ytd + $3, orders = orders + 1 WHERE /*and*/ w_id = $1 AND i_id = $2 RETURNING quantity",
            vec![w.clone(), item.clone(), Value::Int(quantity)],
        ));
        steps.push(Step::of(
            "INSERT INTO line (/*org_id*/ w_id, d_id, o_id, number, i_id, quantity, amount) \
             VALUES (/*value*/ $1, $2, $3, $4, $5, $6::integer, $6::integer * $7::bigint)",
            vec![w.clone(), d.clone(), id.clone(), Value::Int(at as i32 + 1), item, Value::Int(quantity), price],
        ));
    }
    Work { kind: "new order", steps }
}

fn payment(random: &mut fastrand::Rng, rows: u64) -> Work {
    let Place { warehouse: w, district: d, customer: c } = place(random, rows);
    let amount = Value::Big(random.i64(100..=500_000));
    let mut steps = vec![
        Step::one(
            "UPDATE warehouse SET w_ytd = w_ytd + $2 WHERE /*and*/ w_id = $1 RETURNING w_name",
            vec![w.clone(), amount.clone()],
        ),
        Step::one(
            "UPDATE district SET d_ytd = d_ytd + $3 WHERE /*and*/ w_id = $1 AND d_id = $2 RETURNING d_id",
            vec![w.clone(), d.clone(), amount.clone()],
        ),
    ];
    let mut who = c;
    if random.u32(0..100) < 60 {
        // By name: the one in the middle of those who have it.
        steps.push(Step::one(
            "SELECT c_id::bigint FROM customer WHERE /*and*/ w_id = $1 AND d_id = $2 AND c_last = $3 ORDER BY c_first OFFSET 1 LIMIT 1",
            vec![w.clone(), d.clone(), Value::Text(format!("last {}", random.u32(0..5)))],
        ));
        who = Value::Said(steps.len() - 1);
    }
    // A bigint in any case, so that the statement is one.
    let who = match who {
        Value::Int(id) => Value::Big(id.into()),
        other => other,
    };
    steps.push(Step::one(
        "UPDATE customer SET c_balance = c_balance - $4, c_ytd_payment = c_ytd_payment + $4, c_payments = c_payments + 1 \
         WHERE /*and*/ w_id = $1 AND d_id = $2 AND c_id = $3::bigint RETURNING c_balance",
        vec![w.clone(), d.clone(), who.clone(), amount.clone()],
    ));
    steps.push(Step::of(
        "INSERT INTO payment (/*org_id*/ w_id, d_id, c_id, amount) VALUES (/*value*/ $1, $2, $3::bigint, $4)",
        vec![w, d, who, amount],
    ));
    Work { kind: "payment", steps }
}

fn status(random: &mut fastrand::Rng, rows: u64) -> Work {
    let Place { warehouse: w, district: d, customer: c } = place(random, rows);
    let steps = vec![
        Step::one(
            "SELECT c_balance, c_first, c_last FROM customer WHERE /*and*/ w_id = $1 AND d_id = $2 AND c_id = $3",
            vec![w.clone(), d.clone(), c.clone()],
        ),
        Step::one(
            "SELECT o_id, entered, carrier FROM placed WHERE /*and*/ w_id = $1 AND d_id = $2 AND c_id = $3 ORDER BY o_id DESC LIMIT 1",
            vec![w.clone(), d.clone(), c],
        ),
        Step::of(
            "SELECT i_id, quantity, amount, delivered FROM line WHERE /*and*/ w_id = $1 AND d_id = $2 AND o_id = $3",
            vec![w, d, Value::Said(1)],
        ),
    ];
    Work { kind: "order status", steps }
}

/// The oldest order of each district of a warehouse, where there is one.
fn delivery(random: &mut fastrand::Rng, rows: u64) -> Work {
    let Place { warehouse: w, .. } = place(random, rows);
    let carrier = Value::Int(random.i32(1..=10));
    let mut steps = Vec::with_capacity(50);
    for d in 1..=10 {
        let (d, order) = (Value::Int(d), Value::Said(steps.len()));
        let customer = Value::Said(steps.len() + 1);
        let amount = Value::Said(steps.len() + 3);
        steps.push(Step::of(
            "DELETE FROM undelivered WHERE /*and*/ w_id = $1 AND d_id = $2 AND o_id = \
             (SELECT min(u.o_id) FROM undelivered u WHERE /*and u*/ u.w_id = $1 AND u.d_id = $2) RETURNING o_id",
            vec![w.clone(), d.clone()],
        ));
        steps.push(Step::one(
            "UPDATE placed SET carrier = $4 WHERE /*and*/ w_id = $1 AND d_id = $2 AND o_id = $3 RETURNING c_id::bigint",
            vec![w.clone(), d.clone(), order.clone(), carrier.clone()],
        ));
        steps.push(Step::of(
            "UPDATE line SET delivered = now() WHERE /*and*/ w_id = $1 AND d_id = $2 AND o_id = $3",
            vec![w.clone(), d.clone(), order.clone()],
        ));
        steps.push(Step::one(
            "SELECT sum(amount)::bigint FROM line WHERE /*and*/ w_id = $1 AND d_id = $2 AND o_id = $3",
            vec![w.clone(), d.clone(), order],
        ));
        steps.push(Step::one(
            "UPDATE customer SET c_balance = c_balance + $4, c_deliveries = c_deliveries + 1 \
             WHERE /*and*/ w_id = $1 AND d_id = $2 AND c_id = $3::bigint RETURNING c_id",
            vec![w.clone(), d, customer, amount],
        ));
    }
    Work { kind: "delivery", steps }
}

fn stock_level(random: &mut fastrand::Rng, rows: u64) -> Work {
    let Place { warehouse: w, district: d, .. } = place(random, rows);
    let steps = vec![
        Step::one("SELECT d_next_o_id FROM district WHERE /*and*/ w_id = $1 AND d_id = $2", vec![w.clone(), d.clone()]),
        Step::one(
            "SELECT count(DISTINCT s.i_id) FROM line l JOIN stock s ON s.w_id = l.w_id AND s.i_id = l.i_id \
             WHERE /*and l*/ /*and s*/ l.w_id = $1 AND l.d_id = $2 AND l.o_id >= $3::bigint - 20 AND s.quantity < $4",
            vec![w, d, Value::Said(0), Value::Int(random.i32(10..=20))],
        ),
    ];
    Work { kind: "stock level", steps }
}
