//! Message orders that nobody thought of. A failure prints its script: keep it in `tests/protocol/found.txt`.

use super::oracle::Oracle;
use super::script::Script;

/// How many orders a run of the suite tries, unless `ORGFOLD_ORDERS` says more.
const ORDERS: u64 = 120;

/// xorshift: the same orders in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const NAMES: [&str; 3] = ["-", "a", "b"];

const SQL: [&str; 25] = [
    "select id, name from item order by id",
    "select id from item where id = $1",
    "select name from item where id = $1 and name <> $2",
    "insert into item values ($1, $2) returning id",
    "insert into item values (1, 'twice')",
    "insert into item values (20, 'new')",
    "update item set n = n + 1 where id < 4",
    "delete from item where id = 9",
    "select 1/(id - 3) from item order by id",
    "begin",
    "commit",
    "rollback",
    "savepoint s",
    "rollback to s",
    "release s",
    "",
    "select nothing from nowhere",
    "select $1::int + 1",
    "set local work_mem = '1MB'",
    "show work_mem",
    "copy item (id, name) from stdin",
    "copy (select 1) to stdout",
    "declare c cursor for select id from item order by id",
    "fetch 2 from c",
    "deallocate a",
];

const SIMPLE: [&str; 18] = [
    "select 1",
    "select id from item where id < 3 order by id",
    "begin; insert into item values (30, 'x')",
    "commit; select 2",
    "rollback",
    "insert into item values (31, 'y'); select 1/0; select 3",
    "insert into item values (32, 'z'); begin; select 4",
    "",
    ";;",
    "select",
    "update item set n = -1 where id = 1",
    "begin",
    "end",
    "insert into part values (1, 99)",
    "copy item (id, name) from stdin",
    "insert into item values (33, 'c'); copy item (id) from stdin; select count(*) from item",
    "savepoint s; select 1",
    "begin; declare c cursor for select id from item order by id; fetch 1 from c",
];

const VALUES: [&str; 7] = ["-", "1", "5,x", "NULL,NULL", "abc", "8,9", "1,2,3"];

fn message(dice: &mut Dice) -> String {
    let (name, other) = (dice.pick(&NAMES), dice.pick(&NAMES));
    match dice.roll(30) {
        0..=4 => {
            let sql = dice.pick(&SQL);
            let types = if sql.contains('$') { dice.pick(&["", "", "23"]) } else { "" };
            format!("P {name} ({types}) {sql}")
        }
        5..=9 => format!("B {name} {other} - {} {}", dice.pick(&VALUES), dice.pick(&["-", "0", "1"])),
        10 | 11 => format!("D S {name}"),
        12 | 13 => format!("D P {name}"),
        14..=18 => format!("E {name} {}", dice.pick(&["0", "0", "0", "1", "2"])),
        19 => format!("C {} {name}", dice.pick(&["S", "P"])),
        20..=23 => "S".to_owned(),
        24 => "H".to_owned(),
        25 | 26 => format!("Q {}", dice.pick(&SIMPLE)),
        _ => dice.pick(&["d 50\\tx", "d 50", "c", "c", "f no", "S"]).to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_is_answered_as_postgresql_answers_it() {
    let mut oracle = Oracle::start().await;
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let orders = number("ORGFOLD_ORDERS").unwrap_or(ORDERS);
    let seed = number("ORGFOLD_SEED").unwrap_or(1);
    let mut failures = Vec::new();
    for order in 0..orders {
        let mut dice = Dice((seed * 1_000_003 + order + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let length = 2 + dice.roll(14);
        let mut lines = vec!["Q rollback".to_owned(), "Q discard all".to_owned()];
        // All at once, or with moments between.
        let pauses = dice.roll(2) == 0;
        for _ in 0..length {
            if pauses && dice.roll(3) == 0 {
                lines.push("~".to_owned());
            }
            lines.push(message(&mut dice));
        }
        let script = Script { name: format!("seed {seed}, order {order}"), lines };
        if order % 20 == 0 {
            oracle.reconnect();
        }
        if let Err(failure) = oracle.compare(&script).await {
            failures.push(failure);
            oracle.reconnect();
        }
    }
    let shown = failures.iter().take(12).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(failures.is_empty(), "{} of {orders} orders:\n{shown}", failures.len());
    oracle.is_clean().await;
}
