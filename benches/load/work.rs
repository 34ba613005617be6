//! What a client does: transactions of statements with values, written once for every way to the data.

use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

/// A parameter.
#[derive(Clone, Debug)]
pub enum Value {
    Int(i32),
    Big(i64),
    Text(String),
}

impl Value {
    /// Its type, for statements that are not prepared.
    pub fn of_type(&self) -> Type {
        match self {
            Value::Int(_) => Type::INT4,
            Value::Big(_) => Type::INT8,
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
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A statement and its values. Marks in the text say where a table that orgs share by hand needs their column:
/// `/*and*/` or `/*and a*/` before a condition, `/*org_id*/` in a list of columns, `/*value*/` in a list of values.
#[derive(Clone, Debug)]
pub struct Step {
    pub sql: &'static str,
    pub values: Vec<Value>,
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
        Work { kind, steps: vec![Step { sql, values }] }
    }
}

/// The text for an org that has its tables alone (`org` is `None`), or for shared tables, where `org` is how the org's
/// number is written: a parameter, or the number.
pub fn written(sql: &str, org: Option<&str>) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once("/*") {
        let (mark, after) = after.split_once("*/").expect("the mark's end");
        out.push_str(before);
        rest = after;
        let Some(org) = org else { continue };
        let text = match mark.split_once(' ') {
            Some(("and", table)) => format!("{table}.org_id = {org} AND "),
            Some(("org_id", of_type)) => format!("org_id {of_type} NOT NULL,"),
            None if mark == "and" => format!("org_id = {org} AND "),
            None if mark == "org_id" => "org_id,".to_owned(),
            None if mark == "value" => format!("{org},"),
            _ => panic!("no such mark: {mark}"),
        };
        out.push_str(&text);
    }
    out + rest
}
