//! Random statements, the same on a private database and through the proxy, beside another org's rows with the same keys:
//! rows, names, types, tags and SQLSTATEs must be equal.
//!
//! `ORGFOLD_SEED` and `ORGFOLD_RANDOM_SECONDS` choose another run; a failure says which seed and statement it was. What
//! PostgreSQL leaves open is not compared: the order of rows, and errors that hang on the order of evaluation (class 22).

mod expression;
mod query;
mod rng;
mod sqlsmith;
mod write;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use expression::{Maker, Type};
use rng::Rng;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type as Oid, to_sql_checked};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fleet::Fleet;

/// The run of the ordinary suite.
const SEED: u64 = 20_261;
const SECONDS: u64 = 25;

/// Statements of a transaction at most.
const ROUND: u64 = 12;

/// In each of the neighbour's rows.
const CANARY: &str = "canary";

/// What a statement gave.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Outcome {
    /// Names, types, rows in no order, tags.
    Rows {
        names: Vec<String>,
        types: Vec<String>,
        rows: Vec<Vec<Option<Vec<u8>>>>,
        tags: Vec<u64>,
    },
    Failed {
        code: String,
        message: String,
    },
}

/// A parameter in its text form.
#[derive(Debug)]
struct Text(String);

impl ToSql for Text {
    fn to_sql(&self, _: &Oid, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
    fn accepts(_: &Oid) -> bool {
        true
    }
    fn encode_format(&self, _: &Oid) -> tokio_postgres::types::Format {
        tokio_postgres::types::Format::Text
    }
    to_sql_checked!();
}

/// A value as it came.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Oid, raw: &'a [u8]) -> Result<Raw, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(raw.to_vec()))
    }
    fn accepts(_: &Oid) -> bool {
        true
    }
}

fn failed(sql: &str, error: &tokio_postgres::Error) -> Outcome {
    let fault = error.as_db_error().unwrap_or_else(|| panic!("the connection broke: {error}\n{sql}"));
    Outcome::Failed { code: fault.code().code().to_owned(), message: fault.message().to_owned() }
}

async fn simple(client: &Client, sql: &str) -> Outcome {
    let messages = match client.simple_query(sql).await {
        Ok(messages) => messages,
        Err(error) => return failed(sql, &error),
    };
    let (mut names, mut rows, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                rows.push((0..row.len()).map(|at| row.get(at).map(|text| text.as_bytes().to_vec())).collect());
            }
            SimpleQueryMessage::RowDescription(columns) => {
                names = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::CommandComplete(count) => tags.push(count),
            _ => {}
        }
    }
    rows.sort();
    Outcome::Rows { names, types: Vec::new(), rows, tags }
}

async fn extended(client: &Client, sql: &str, params: &[(Type, String)]) -> Outcome {
    let statement = match client.prepare(sql).await {
        Ok(statement) => statement,
        Err(error) => return failed(sql, &error),
    };
    let values: Vec<Text> = params.iter().map(|(_, text)| Text(text.clone())).collect();
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let found = match client.query(&statement, &values).await {
        Ok(found) => found,
        Err(error) => return failed(sql, &error),
    };
    let columns = statement.columns();
    let names = columns.iter().map(|column| column.name().to_owned()).collect();
    let types = columns.iter().map(tokio_postgres::Column::type_).chain(statement.params()).map(ToString::to_string);
    let value = |row: &tokio_postgres::Row, at| row.get::<_, Option<Raw>>(at).map(|Raw(raw)| raw);
    let mut rows: Vec<Vec<_>> = found.iter().map(|row| (0..row.len()).map(|at| value(row, at)).collect()).collect();
    rows.sort();
    Outcome::Rows { names, types: types.collect(), rows, tags: Vec::new() }
}

/// What came of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Verdict {
    Equal,
    EqualError,
    /// orgfold refuses what PostgreSQL takes: 0A000.
    Refused,
    /// PostgreSQL leaves it open.
    Open,
    Differs,
}

fn judge(alone: &Outcome, through: &Outcome, sql: &str, damaged: bool) -> Verdict {
    let open = |code: &str| code.starts_with("22") || code == "57014" || code == "54001";
    match (alone, through) {
        (Outcome::Rows { .. }, Outcome::Rows { .. }) if alone == through => Verdict::Equal,
        (Outcome::Failed { .. }, Outcome::Failed { .. }) if alone == through => Verdict::EqualError,
        // Whether a type exists is said in orgfold's own words.
        (Outcome::Failed { code: one, .. }, Outcome::Failed { code: other, .. }) if one == other && one == "42704" => {
            Verdict::EqualError
        }
        (_, Outcome::Failed { code, .. }) if code == "0A000" => Verdict::Refused,
        // Of two mistakes either may be found first.
        (Outcome::Failed { code: one, .. }, Outcome::Failed { code: other, .. })
            if damaged && one.starts_with("42") && other.starts_with("42") =>
        {
            Verdict::Open
        }
        // Which row is met first decides which of its faults is told.
        (Outcome::Failed { code: one, .. }, Outcome::Failed { code: other, .. })
            if one.starts_with("23") && other.starts_with("23") =>
        {
            Verdict::Open
        }
        // A key that another row is about to leave is taken or free by the order of the rows.
        (Outcome::Failed { code, .. }, Outcome::Rows { .. }) | (Outcome::Rows { .. }, Outcome::Failed { code, .. })
            if code == "23505" && sql.contains("UPDATE") =>
        {
            Verdict::Open
        }
        (Outcome::Failed { code, .. }, _) | (_, Outcome::Failed { code, .. }) if open(code) => Verdict::Open,
        // 0 and 0.00 are equal: which of them min, LIMIT or a join's order meets first is not said.
        (Outcome::Rows { .. }, Outcome::Rows { .. }) if without_scale(alone) == without_scale(through) => Verdict::Open,
        _ => Verdict::Differs,
    }
}

/// The same without the zeros at the end of numerics.
fn without_scale(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    if let Outcome::Rows { types, rows, .. } = &mut outcome {
        for row in rows.iter_mut() {
            for (at, value) in row.iter_mut().enumerate() {
                let Some(value) = value else { continue };
                match types.get(at) {
                    // In binary the scale stands behind the count, the weight and the sign.
                    Some(name) if name == "numeric" && value.len() >= 8 => value[6..8].fill(0),
                    Some(_) => {}
                    None => {
                        let number = value.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
                        if number && value.contains(&b'.') {
                            while value.last() == Some(&b'0') {
                                value.pop();
                            }
                            if value.last() == Some(&b'.') {
                                value.pop();
                            }
                        }
                    }
                }
            }
        }
        rows.sort();
    }
    outcome
}

fn is_canary(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Rows { rows, .. } => rows
            .iter()
            .flatten()
            .flatten()
            .any(|value| value.windows(CANARY.len()).any(|part| part.eq_ignore_ascii_case(CANARY.as_bytes()))),
        Outcome::Failed { message, .. } => message.contains(CANARY),
    }
}

/// Rows for an org; `mark` is in each.
fn rows(mark: &str) -> String {
    format!(
        "INSERT INTO item SELECT n, 'n' || n || '{mark}', n % 5, n * 1.25, n % 3 > 0, date '2026-01-01' + n FROM generate_series(1, 14) AS n;
         INSERT INTO tag SELECT n, 1 + n % 12, chr(96 + n % 7) || '{mark}', timestamp '2026-02-01' + n * interval '7 hours', n * 11 FROM generate_series(1, 18) AS n;
         INSERT INTO event SELECT n, n % 16, jsonb_build_object('a', n % 3, 'm', '{mark}'), ARRAY[n, n % 4], 'k{mark}' || n % 2 FROM generate_series(1, 10) AS n;
         INSERT INTO \"Odd One\" SELECT n, 'M' || n % 3 || '{mark}', n / 3.0, date '2026-06-01' - n FROM generate_series(1, 8) AS n;"
    )
}

async fn tables(client: &Client) -> Vec<Outcome> {
    let mut all = Vec::new();
    for table in ["item", "tag", "event", "\"Odd One\""] {
        all.push(simple(client, &format!("SELECT * FROM {table}")).await);
    }
    all
}

/// Something wrong that PostgreSQL must say the same of.
fn damaged(sql: String, rng: &mut Rng) -> String {
    match rng.below(6) {
        0 => sql.replacen("name", "nome", 1),
        1 => sql.replacen("item", "itemz", 1),
        2 => sql.replacen('(', "((", 1),
        3 => sql.replacen("::integer", "::interger", 1),
        4 => sql.replacen("qty", "label", 1),
        _ => sql.replacen(" = ", " || ", 1),
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

struct Statement {
    sql: String,
    /// Without, it goes as a simple query.
    params: Option<Vec<(Type, String)>>,
    damaged: bool,
}

/// One statement of a seed, alike on every machine.
fn statement(seed: u64, at: u64) -> Statement {
    let mut rng = Rng::new(seed.wrapping_mul(1_000_003).wrapping_add(at));
    let (params, write) = (rng.chance(35).then(Vec::new), rng.chance(35));
    let mut maker = Maker { rng: &mut rng, levels: 2, unnamed_at: 2, aliases: 0, params };
    let sql = if write { maker.write() } else { maker.statement() };
    let mut params = maker.params.take();
    if let Some(params) = &mut params {
        // Some were thrown away with the expression they stood in.
        while !params.is_empty() && !sql.contains(&format!("${}::", params.len())) {
            params.pop();
        }
    }
    let spoil = rng.chance(4);
    Statement { sql: if spoil { damaged(sql, &mut rng) } else { sql }, params, damaged: spoil }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_statements_mean_what_they_mean_alone() {
    let (seed, seconds) = (number("ORGFOLD_SEED", SEED), number("ORGFOLD_RANDOM_SECONDS", SECONDS));
    let orgs = ["acme", "other", "globex"];
    let fleet = Fleet::with().ddl(query::SCHEMA).orgs(&orgs).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    let neighbour = proxy.connect("app", "globex").await;
    neighbour.batch_execute(&rows(CANARY)).await.unwrap();
    let untouched = tables(&neighbour).await;
    let (through, alone) = (proxy.connect("app", "acme").await, fleet.private_database(query::SCHEMA).await);
    for client in [&through, &alone] {
        client.batch_execute(&rows("")).await.unwrap();
        client.batch_execute("SET statement_timeout = '5s'").await.unwrap();
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut counts: BTreeMap<Verdict, u64> = BTreeMap::new();
    let (mut codes, mut refusals): (BTreeMap<String, u64>, BTreeMap<String, u64>) = Default::default();
    let (mut faults, mut at) = (Vec::new(), 0);
    while Instant::now() < end && faults.len() < 8 {
        for client in [&through, &alone] {
            client.batch_execute("BEGIN").await.unwrap();
        }
        let stop = at + ROUND;
        while at < stop {
            at += 1;
            let Statement { sql, params, damaged } = statement(seed, at);
            let (wanted, got) = match &params {
                Some(params) => tokio::join!(extended(&alone, &sql, params), extended(&through, &sql, params)),
                None => tokio::join!(simple(&alone, &sql), simple(&through, &sql)),
            };
            let verdict = judge(&wanted, &got, &sql, damaged);
            *counts.entry(verdict).or_default() += 1;
            assert!(!is_canary(&got), "A LEAK: seed {seed}, statement {at}: {sql}\n{params:?}\n{got:?}");
            match (&wanted, &got, verdict) {
                (_, Outcome::Failed { message, .. }, Verdict::Refused) => {
                    *refusals.entry(message.clone()).or_default() += 1
                }
                (Outcome::Failed { code, .. }, _, _) => *codes.entry(code.clone()).or_default() += 1,
                _ => {}
            }
            if verdict == Verdict::Differs {
                faults.push(format!(
                    "seed {seed}, statement {at}: {sql}\n  {params:?}\n  alone:   {wanted:?}\n  through: {got:?}"
                ));
            }
            if !matches!((&wanted, &got), (Outcome::Rows { .. }, Outcome::Rows { .. })) {
                break;
            }
        }
        at = stop;
        let (wanted, got) = tokio::join!(tables(&alone), tables(&through));
        let whole = !wanted.iter().chain(&got).any(|table| matches!(table, Outcome::Failed { .. }));
        if whole && wanted != got {
            faults.push(format!("seed {seed}: the tables differ after the round that ends with statement {at}"));
        }
        // Some rounds stay, so that the next begin elsewhere.
        let few = |table: &Outcome| matches!(table, Outcome::Rows { rows, .. } if (4..40).contains(&rows.len()));
        let keep = whole && wanted.iter().all(few) && Rng::new(seed ^ at).chance(20);
        for client in [&through, &alone] {
            client.batch_execute(if keep { "COMMIT" } else { "ROLLBACK" }).await.unwrap();
        }
    }
    let total: u64 = counts.values().sum();
    println!("seed {seed}: {total} statements: {counts:?}\nerrors: {codes:?}\nrefusals: {refusals:?}");
    assert_eq!(tables(&neighbour).await, untouched, "the neighbour's rows");
    assert!(faults.is_empty(), "{} differ:\n{}", faults.len(), faults.join("\n"));
    let count = |verdict| counts.get(&verdict).copied().unwrap_or(0);
    assert!(count(Verdict::Refused) * 20 < total, "refusals are too many: {refusals:?}");
    assert!(count(Verdict::Equal) * 2 > total, "the statements are worth too little: {counts:?}, {codes:?}");
}
