//! What a client does: transactions of statements with values, written once for every way to the data.

use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

/// A parameter.
#[derive(Clone, Debug)]
pub enum Value {
    Int(i32),
    Big(i64),
    Text(String),
    /// What the step of that number said first: the first column of its first row, a bigint. A step that waits for what was
    /// not said is left out.
    Said(usize),
}

impl Value {
    /// Its type, for statements that are not prepared.
    pub fn of_type(&self) -> Type {
        match self {
            Value::Int(_) => Type::INT4,
            Value::Big(_) | Value::Said(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Int(value) => value.to_sql(of, out),
            Value::Big(value) => value.to_sql(of, out),
            Value::Text(value) => value.to_sql(of, out),
            Value::Said(_) => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A statement and its values. Marks in the text say where a table that orgs share by hand needs their column:
/// `/*and*/` or `/*and a*/` before a condition, `/*org_id*/` in a list of columns, `/*value*/` in a list of values;
/// `/*from a*/` is a table in FROM, `/*orgs*/` where fills read for which orgs, in FROM.
#[derive(Clone, Debug)]
pub struct Step {
    pub sql: &'static str,
    pub values: Vec<Value>,
    /// How many rows an answer must have; another number is a wrong answer.
    pub rows: Option<usize>,
}

impl Step {
    pub fn of(sql: &'static str, values: Vec<Value>) -> Step {
        Step { sql, values, rows: None }
    }

    /// A step that must be answered with one row.
    pub fn one(sql: &'static str, values: Vec<Value>) -> Step {
        Step { sql, values, rows: Some(1) }
    }

    /// Its values, with what earlier steps said; nothing where something was not said.
    pub fn given(&self, said: &[Option<i64>]) -> Option<Vec<Value>> {
        let one = |value: &Value| match value {
            Value::Said(step) => said.get(*step).copied().flatten().map(Value::Big),
            other => Some(other.clone()),
        };
        self.values.iter().map(one).collect()
    }

    /// Whether as many rows came as must.
    pub fn judge(&self, rows: usize) -> Result<(), String> {
        match self.rows {
            Some(wanted) if wanted != rows => {
                Err(format!("{rows} rows instead of {wanted} for {:?} of {}", self.values, self.sql))
            }
            _ => Ok(()),
        }
    }
}

/// One transaction, the unit that is counted.
#[derive(Clone, Debug)]
pub struct Work {
    /// Its kind, for figures apart.
    pub kind: &'static str,
    pub steps: Vec<Step>,
}

impl Work {
    pub fn one(kind: &'static str, sql: &'static str, values: Vec<Value>) -> Work {
        Work { kind, steps: vec![Step::of(sql, values)] }
    }

    /// A read of a row that must be there.
    pub fn row(kind: &'static str, sql: &'static str, values: Vec<Value>) -> Work {
        Work { kind, steps: vec![Step::one(sql, values)] }
    }
}

/// Whose the text is to be.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'o> {
    /// An org's that has its tables alone.
    Alone,
    /// An org's in shared tables; this is how its number is written: a parameter, or the number.
    Sharing(&'o str),
    /// All orgs' of the table `bench_orgs`, whose rows are called `o`, in shared tables.
    All,
}

/// The text for that owner.
pub fn written(sql: &str, owner: Owner<'_>) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once("/*") {
        let (mark, after) = after.split_once("*/").expect("the mark's end");
        out.push_str(before);
        rest = after;
        let org = match owner {
            Owner::Alone => {
                out.push_str(mark.strip_prefix("from ").unwrap_or_default());
                continue;
            }
            Owner::Sharing(org) => org,
            Owner::All => "o.org_id",
        };
        let text = match mark.split_once(' ') {
            Some(("and", table)) => format!("{table}.org_id = {org} AND "),
            Some(("org_id", of_type)) => format!("org_id {of_type} NOT NULL,"),
            Some(("from", table)) => {
                // A name of its own follows, or the table's is its name.
                let next = rest.split_whitespace().next().unwrap_or_default();
                let named = rest.starts_with(' ')
                    && next.starts_with(|c: char| c.is_ascii_lowercase())
                    && !FOLLOWS.contains(&next);
                let name = if named { String::new() } else { format!(" AS {table}") };
                format!("(SELECT * FROM {table} WHERE org_id = {org}){name}")
            }
            None if mark == "and" => format!("org_id = {org} AND "),
            None if mark == "org_id" => "org_id,".to_owned(),
            None if mark == "value" => format!("{org},"),
            None if mark == "orgs" => {
                if matches!(owner, Owner::All) { "bench_orgs o, LATERAL " } else { "" }.to_owned()
            }
            _ => panic!("no such mark: {mark}"),
        };
        out.push_str(&text);
    }
    out + rest
}

/// Words that may follow a table and are no name of it.
const FOLLOWS: [&str; 8] = ["where", "left", "on", "group", "order", "join", "inner", "cross"];
