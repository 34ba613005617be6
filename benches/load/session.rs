//! A client's way to its org's data: a connection on the wire, or the library.

use std::collections::HashMap;

use orgfold::Orgfold;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Statement};

use crate::machine::{Machine, OrgOf, PASSWORD};
use crate::work::{Step, Value, Work, written};

/// Where the statements go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Way {
    /// PostgreSQL itself, a database for each org.
    Private,
    /// PostgreSQL itself, one database, `org_id` in every table and statement by hand.
    Shared,
    /// PgBouncer in transaction mode before the shared database.
    Pgbouncer,
    /// The library in this process.
    Library,
    /// The proxy.
    Proxy,
}

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Way::Private => "direct, a database per org",
            Way::Shared => "direct, shared tables by hand",
            Way::Pgbouncer => "PgBouncer, shared tables by hand",
            Way::Library => "orgfold, library",
            Way::Proxy => "orgfold, proxy",
        }
    }
}

/// One client.
pub enum Session {
    Wire(Box<Wire>),
    Library(orgfold::Org),
}

/// A connection.
pub struct Wire {
    client: Client,
    /// The org's number, where tables are shared by hand.
    org: Option<i64>,
    /// Whether statements may be prepared.
    prepares: bool,
    texts: HashMap<(&'static str, usize), Text>,
}

struct Text {
    sql: String,
    prepared: Option<Statement>,
}

impl Session {
    /// A client of an org.
    pub async fn open(machine: &Machine, way: Way, org: &OrgOf, library: Option<&Orgfold>) -> Result<Session, String> {
        if way == Way::Library {
            let library = library.ok_or("the library was not started")?;
            return Ok(Session::Library(library.org(&org.slug).map_err(|error| error.to_string())?));
        }
        let (port, database) = match way {
            Way::Private => (machine.port(), format!("private_{}", org.slug)),
            Way::Shared => (machine.port(), "shared".to_owned()),
            Way::Pgbouncer => (machine.bouncer().ok_or("there is no PgBouncer")?.port, "shared".to_owned()),
            Way::Proxy | Way::Library => (machine.proxy().port, org.slug.clone()),
        };
        let mut settings = tokio_postgres::Config::new();
        settings.host("127.0.0.1").port(port).user("bench").password(PASSWORD).dbname(&database);
        let (client, connection) = settings.connect(NoTls).await.map_err(|error| format!("{error:?}"))?;
        tokio::spawn(connection);
        let org = matches!(way, Way::Shared | Way::Pgbouncer).then_some(org.id);
        // PgBouncer before 1.21 has no prepared statements in transaction mode.
        Ok(Session::Wire(Box::new(Wire { client, org, prepares: way != Way::Pgbouncer, texts: HashMap::new() })))
    }

    /// Does one transaction; the number of rows that came.
    pub async fn run(&mut self, work: &Work) -> Result<usize, String> {
        match self {
            Session::Wire(wire) => wire.run(work).await.map_err(|error| {
                error
                    .as_db_error()
                    .map_or_else(|| error.to_string(), |db| format!("{} {}", db.code().code(), db.message()))
            }),
            Session::Library(org) => in_library(org, work).await.map_err(|error| error.to_string()),
        }
    }
}

impl Wire {
    async fn run(&mut self, work: &Work) -> Result<usize, tokio_postgres::Error> {
        if let [step] = work.steps.as_slice() {
            return self.step(step).await;
        }
        self.client.batch_execute("BEGIN").await?;
        let mut rows = 0;
        for step in &work.steps {
            match self.step(step).await {
                Ok(more) => rows += more,
                Err(error) => {
                    self.client.batch_execute("ROLLBACK").await?;
                    return Err(error);
                }
            }
        }
        self.client.batch_execute("COMMIT").await?;
        Ok(rows)
    }

    async fn step(&mut self, step: &Step) -> Result<usize, tokio_postgres::Error> {
        let org = self.org.map(Value::Big);
        let values: Vec<&Value> = step.values.iter().chain(&org).collect();
        let text = self.texts.entry((step.sql, step.values.len())).or_insert_with(|| Text {
            sql: written(step.sql, self.org.map(|_| format!("${}", values.len())).as_deref()),
            prepared: None,
        });
        if !self.prepares {
            let typed: Vec<(&(dyn ToSql + Sync), Type)> =
                values.iter().map(|value| (*value as &(dyn ToSql + Sync), value.of_type())).collect();
            return self.client.query_typed(&text.sql, &typed).await.map(|rows| rows.len());
        }
        if text.prepared.is_none() {
            let types: Vec<Type> = values.iter().map(|value| value.of_type()).collect();
            text.prepared = Some(self.client.prepare_typed(&text.sql, &types).await?);
        }
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| *value as &(dyn ToSql + Sync)).collect();
        let Some(statement) = &text.prepared else { return Ok(0) };
        self.client.query(statement, &parameters).await.map(|rows| rows.len())
    }
}

async fn in_library(org: &orgfold::Org, work: &Work) -> Result<usize, orgfold::Error> {
    if let [step] = work.steps.as_slice() {
        return Ok(org.query(step.sql, &parameters(step)).await?.len());
    }
    let transaction = org.transaction().await?;
    let mut rows = 0;
    for step in &work.steps {
        rows += transaction.query(step.sql, &parameters(step)).await?.len();
    }
    transaction.commit().await?;
    Ok(rows)
}

fn parameters(step: &Step) -> Vec<&(dyn ToSql + Sync)> {
    step.values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
