//! Objects against plain PostgreSQL as their model: random definitions, changes and transactions by two connections of each of two
//! orgs; after each step both sides have the same rows and gave the same SQLSTATE, the neighbour's are untouched, and nothing drifts.
//!
//! `ORGFOLD_SEED` and `ORGFOLD_RANDOM_SECONDS` choose another run; a failure tells seed, step and what went before.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::fleet::Fleet;
use crate::objects::designer;
use crate::references::drift;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    fn table(&mut self) -> &'static str {
        self.pick(&["t1", "t2", "t3"])
    }

    fn column(&mut self) -> &'static str {
        self.pick(&["c1 integer", "c2 text", "c3 numeric(6,2)", "c4 varchar(3)"])
    }

    fn name(&mut self) -> &'static str {
        self.pick(&["c1", "c2", "c3", "c4", "r"])
    }

    fn action(&mut self) -> &'static str {
        self.pick(&["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON DELETE RESTRICT"])
    }

    fn step(&mut self) -> String {
        let (table, other) = (self.table(), self.table());
        let number = self.roll(6);
        match self.roll(26) {
            0..=2 => {
                let columns =
                    [self.column(), self.pick(&["c4 varchar(3) NOT NULL", "c2 text UNIQUE", "c1 integer DEFAULT 7"])];
                let reference = self.pick(&["", "", ", r integer REFERENCES "]);
                let target = if reference.is_empty() { String::new() } else { format!("{other}{}", self.action()) };
                format!(
                    "CREATE TABLE {table} (id integer PRIMARY KEY, {}, {}{reference}{target})",
                    columns[0], columns[1]
                )
            }
            3 => format!("DROP TABLE {table}{}", self.pick(&["", " CASCADE"])),
            4 => format!("ALTER TABLE {table} ADD COLUMN {}", self.column()),
            5 => format!("ALTER TABLE {table} ADD COLUMN r integer REFERENCES {other}{}", self.action()),
            6 => format!("ALTER TABLE {table} DROP COLUMN {}", self.name()),
            7 => format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", self.name(), self.name()),
            8 => format!("ALTER TABLE {table} ALTER COLUMN {} {} NOT NULL", self.name(), self.pick(&["SET", "DROP"])),
            9 => format!("ALTER TABLE {table} RENAME TO {other}"),
            10 | 11 => format!("INSERT INTO {table} (id) VALUES ({number})"),
            12 | 13 => format!(
                "INSERT INTO {table} (id, {}) VALUES ({number}, {}), ({}, NULL)",
                self.name(),
                self.roll(9),
                number + 3
            ),
            14 => format!("INSERT INTO {table} (id, c4) SELECT id + 6, 'x' || id FROM {other} WHERE id < 3"),
            15 | 16 => format!(
                "UPDATE {table} SET {} = {} WHERE id >= {number}",
                self.name(),
                self.pick(&["NULL", "1", "id", "2"])
            ),
            17 => format!("UPDATE {table} SET id = id + 1 WHERE id = {number}"),
            18 => format!("UPDATE {table} SET c2 = c2 || 'y', c4 = 'four'::varchar(3)"),
            19 | 20 => format!("DELETE FROM {table} WHERE id = {number}"),
            21 => format!("DELETE FROM {table}"),
            22 => format!(
                "INSERT INTO {table} (id, c1) VALUES ({number}, 1) ON CONFLICT (id) DO UPDATE SET c1 = excluded.c1 + 1"
            ),
            23 => "BEGIN".to_owned(),
            _ => self.pick(&["COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO s"]).to_owned(),
        }
    }
}

/// Rows, or the SQLSTATE.
async fn outcome(client: &Client, sql: &str) -> Result<Vec<String>, String> {
    let messages = client.simple_query(sql).await.map_err(|error| error.code().unwrap().code().to_owned())?;
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|at| row.get(at).unwrap_or("null")).collect::<Vec<_>>().join("|"))
        }
        _ => None,
    };
    Ok(messages.iter().filter_map(row).collect())
}

/// An org: its connections through orgfold, and those of its model.
struct Side {
    through: [Client; 2],
    alone: [Client; 2],
    /// The connection whose transaction is open.
    open: Option<usize>,
    log: Vec<String>,
}

impl Side {
    async fn contents(&self, clients: &[Client; 2], at: usize) -> Vec<Result<Vec<String>, String>> {
        let mut all = Vec::new();
        for table in ["t1", "t2", "t3"] {
            all.push(outcome(&clients[at], &format!("SELECT * FROM {table} ORDER BY id, {table}::text")).await);
        }
        all
    }

    async fn step(&mut self, dice: &mut Dice) -> Result<(), String> {
        let sql = dice.step();
        let at = self.open.unwrap_or(usize::try_from(dice.roll(2)).unwrap());
        self.log.push(format!("{at}: {sql}"));
        let got = outcome(&self.through[at], &sql).await;
        if got.as_ref().is_err_and(|state| state == "0A000") {
            // Not supported: it never was said. A transaction that it broke ends on both sides.
            self.log.push("refused".to_owned());
            if self.open.take().is_some() {
                for client in [&self.through[at], &self.alone[at]] {
                    client.batch_execute("ROLLBACK").await.unwrap();
                }
            }
            return Ok(());
        }
        let wanted = outcome(&self.alone[at], &sql).await;
        match (sql.as_str(), &wanted) {
            ("BEGIN", Ok(_)) => self.open = Some(at),
            ("COMMIT" | "ROLLBACK", _) => self.open = None,
            _ => {}
        }
        // Of several faults of one statement's words PostgreSQL may tell another first.
        let of_words =
            |outcome: &Result<Vec<String>, String>| outcome.as_ref().is_err_and(|state| state.starts_with("42"));
        let defines = ["CREATE", "ALTER", "DROP"].iter().any(|verb| sql.starts_with(verb));
        let both_refuse = (of_words(&got) && of_words(&wanted)) || (defines && got.is_err() && wanted.is_err());
        if got != wanted && !both_refuse {
            return Err(format!("alone {wanted:?}, through orgfold {got:?}"));
        }
        // A transaction that failed answers nothing, on both sides.
        let (alone, through) = (self.contents(&self.alone, at).await, self.contents(&self.through, at).await);
        if alone != through {
            return Err(format!("alone {alone:?}\nthrough {through:?}"));
        }
        if self.open.is_some() && alone.iter().any(Result::is_err) {
            // Looking at a table that is not there has broken the transaction: it ends.
            self.open = None;
            for client in [&self.through[at], &self.alone[at]] {
                client.batch_execute("ROLLBACK").await.unwrap();
            }
            self.log.push(format!("{at}: ROLLBACK"));
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_definitions_and_changes_are_as_in_a_private_database() {
    let number = |name: &str, usual: u64| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (seed, seconds) = (number("ORGFOLD_SEED", 5), number("ORGFOLD_RANDOM_SECONDS", 8));
    let config = "[migrate]\nleaves = 1\n";
    let fleet = Fleet::with()
        .ddl("CREATE TABLE n (a integer);")
        .orgs(&["acme", "other", "globex"])
        .config(config)
        .start()
        .await;
    designer(&fleet).await;
    let proxy = fleet.proxy().await;
    let private = fleet.private_of_runtime("CREATE SCHEMA acme; CREATE SCHEMA globex").await;
    let alone = async |org: &str| {
        let (client, connection) = private.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("SET search_path = {org}")).await.unwrap();
        client
    };
    let mut sides = Vec::new();
    for org in ["acme", "globex"] {
        let through = [proxy.connect("designer", org).await, proxy.connect("designer", org).await];
        sides.push(Side { through, alone: [alone(org).await, alone(org).await], open: None, log: Vec::new() });
    }
    let mut dice = Dice(seed);
    let began = Instant::now();
    let mut steps = 0;
    while began.elapsed() < Duration::from_secs(seconds) {
        steps += 1;
        let side = usize::try_from(dice.roll(2)).unwrap();
        let failed = sides[side].step(&mut dice).await.err();
        let drifted = if steps % 20 == 0 { drift(&fleet).await } else { None };
        if failed.is_some() || drifted.is_some() {
            let log = &sides[side].log;
            let before = log[log.len().saturating_sub(60)..].join("\n");
            panic!("seed {seed}, step {steps}: {failed:?}, drift {drifted:?}\n{before}");
        }
    }
    assert!(steps > 30, "only {steps} steps");
}
