//! What SQLAlchemy, Django, JDBC and Prisma ask of the catalogs, through the proxy and on a private database: the rows are
//! the same.
//!
//! The statements are in `tests/introspection`, as the clients sent them. Numbers of relations, types and constraints differ
//! between any two databases: they are compared by what they stand for.

use std::collections::HashMap;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage, SimpleQueryRow};

use crate::fleet::{Fleet, RUNTIME};

pub const SCHEMA: &str = include_str!("../introspection/schema.sql");

/// The oids that a service's objects have, and what they stand for.
const NAMES: &str = "
    SELECT oid::int8::text, 'class ' || relname FROM pg_catalog.pg_class WHERE oid >= 16384
    UNION ALL SELECT oid::int8::text, 'type ' || typname FROM pg_catalog.pg_type WHERE oid >= 16384
    UNION ALL SELECT oid::int8::text, 'constraint ' || conname FROM pg_catalog.pg_constraint WHERE oid >= 16384
    UNION ALL SELECT d.oid::int8::text, 'default ' || c.relname || '.' || d.adnum FROM pg_catalog.pg_attrdef d
        JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
    UNION ALL SELECT oid::int8::text, 'database' FROM pg_catalog.pg_database WHERE datname = current_database()
    UNION ALL SELECT oid::int8::text, 'role' FROM pg_catalog.pg_roles WHERE rolname = current_user
    UNION ALL SELECT current_database()::text, 'database'";

struct Asked {
    client: Client,
    names: HashMap<String, String>,
}

impl Asked {
    async fn new(settings: &tokio_postgres::Config) -> Asked {
        let (client, connection) = settings.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut names = HashMap::new();
        for row in client.query(NAMES, &[]).await.unwrap() {
            names.insert(row.get(0), row.get(1));
        }
        Asked { client, names }
    }

    /// A statement with this database's oids in their places.
    fn statement(&self, sql: &str) -> String {
        let mut sql = sql.to_owned();
        for (oid, name) in &self.names {
            sql = sql.replace(&format!("{{{name}}}"), oid);
        }
        assert!(!sql.contains("{class") && !sql.contains("{type"), "{sql}");
        sql
    }

    /// A value with names for the numbers, wherever they stand in it.
    fn cell(&self, value: Option<&str>) -> String {
        let Some(value) = value else { return "(null)".to_owned() };
        let mut out = String::new();
        let mut word = String::new();
        for c in value.chars().chain(['\0']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            match self.names.get(&word) {
                Some(name) => out.push_str(&format!("<{name}>")),
                // information_schema makes names of numbers.
                None if word.ends_with("_not_null") => {
                    let parts: Vec<&str> =
                        word.split('_').map(|part| self.names.get(part).map_or(part, |name| name)).collect();
                    out.push_str(&parts.join("_"));
                }
                None => out.push_str(&word),
            }
            word.clear();
            out.push(c);
        }
        out.trim_end_matches('\0').to_owned()
    }

    async fn rows(&self, sql: &str) -> Result<Vec<String>, String> {
        let sql = self.statement(sql);
        let messages = self.client.simple_query(&sql).await.map_err(|error| {
            error
                .as_db_error()
                .map_or_else(|| error.to_string(), |error| format!("{} {}", error.code().code(), error.message()))
        })?;
        let mut rows = Vec::new();
        // How many rows and pages a relation has is the sum of all orgs', and not told.
        let untold = |row: &SimpleQueryRow, at: usize| matches!(row.columns()[at].name(), "cardinality" | "pages");
        let cell = |row: &SimpleQueryRow, at: usize| match untold(row, at) {
            true => "(untold)".to_owned(),
            false => self.cell(row.get(at)),
        };
        for message in messages {
            match message {
                SimpleQueryMessage::Row(row) => {
                    rows.push((0..row.len()).map(|at| cell(&row, at)).collect::<Vec<_>>().join(" | "));
                }
                SimpleQueryMessage::RowDescription(columns) => {
                    rows.push(columns.iter().map(|column| column.name().to_owned()).collect::<Vec<_>>().join(" | "));
                }
                _ => {}
            }
        }
        // What is stored out of line is stored as orgfold stores it.
        rows.retain(|row| !row.contains("pg_toast"));
        // Many clients do not say in which order.
        if let Some((_, rows)) = rows.split_first_mut() {
            rows.sort();
        }
        Ok(rows)
    }
}

/// The rows that only one side has, the header always.
fn differing<'a>(these: &'a [String], those: &[String]) -> Vec<&'a str> {
    these
        .iter()
        .enumerate()
        .filter(|(at, row)| *at == 0 || !those.contains(row))
        .map(|(_, row)| &**row)
        .take(6)
        .collect()
}

async fn compare(statements: &str, least: usize) {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["acme"]).role(RUNTIME, &[]).start().await;
    let proxy = fleet.proxy().await;
    // The owner of the private database has the same name.
    both(&fleet.private_of_runtime(SCHEMA).await, &proxy.settings(RUNTIME, "acme"), statements, least).await;
}

/// Asks a private database and an org.
pub async fn both(alone: &tokio_postgres::Config, through: &tokio_postgres::Config, statements: &str, least: usize) {
    let (alone, through) = (Asked::new(alone).await, Asked::new(through).await);
    let (mut count, mut rows, mut differences) = (0, 0, Vec::new());
    for sql in statements.split("\n\n").map(str::trim).filter(|sql| !sql.is_empty() && !sql.starts_with("-- ")) {
        count += 1;
        let (wanted, got) = (alone.rows(sql).await, through.rows(sql).await);
        assert!(wanted.is_ok(), "{sql}\n{wanted:?}");
        rows += wanted.as_ref().map_or(0, Vec::len);
        if wanted != got {
            let shown = match (&wanted, &got) {
                (Ok(wanted), Ok(got)) => format!(
                    "{} and {} rows\nalone:   {}\nthrough: {}",
                    wanted.len(),
                    got.len(),
                    differing(wanted, got).join("\n         "),
                    differing(got, wanted).join("\n         ")
                ),
                _ => format!("{got:?}"),
            };
            differences.push(format!("{sql}\n{shown}"));
        }
    }
    assert!(differences.is_empty(), "{} of {count} differ:\n\n{}", differences.len(), differences.join("\n\n"));
    assert!(count >= least && rows > 100, "only {count} statements, {rows} rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlalchemy_reflects_what_is_there() {
    compare(include_str!("../introspection/sqlalchemy.sql"), 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn django_inspects_what_is_there() {
    compare(include_str!("../introspection/django.sql"), 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jdbc_describes_what_is_there() {
    compare(include_str!("../introspection/pgjdbc.sql"), 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn information_schema_and_catalogs_say_what_is_there() {
    compare(include_str!("../introspection/catalogs.sql"), 30).await;
}
