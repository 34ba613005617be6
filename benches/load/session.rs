//! A client's way to its org's data: a connection on the wire, or the library.

use std::collections::HashMap;

use orgfold::Orgfold;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::machine::{Machine, OrgOf};
use crate::rivals::PASSWORD;
use crate::work::{Owner, Step, Value, Work, written};

/// Where the statements go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Way {
    /// PostgreSQL itself, a database for each org.
    Private,
    /// PostgreSQL itself, one database, `org_id` in every table and statement by hand.
    Shared,
    /// PgBouncer in transaction mode before the shared database.
    Pgbouncer,
    /// PgDog in transaction mode before the shared database.
    Pgdog,
    /// Citus on one node, the shared tables spread by `org_id`.
    Citus,
    /// The library in this process.
    Library,
    /// The proxy.
    Proxy,
}

/// Where the rows are: some ways share them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    Private,
    Shared,
    Citus,
    Folded,
}

impl Way {
    /// Every way.
    pub const ALL: [Way; 7] =
        [Way::Private, Way::Shared, Way::Pgbouncer, Way::Pgdog, Way::Citus, Way::Library, Way::Proxy];

    pub const fn name(self) -> &'static str {
        match self {
            Way::Private => "direct, a database per org",
            Way::Shared => "direct, shared tables by hand",
            Way::Pgbouncer => "PgBouncer, shared tables by hand",
            Way::Pgdog => "PgDog, shared tables by hand",
            Way::Citus => "Citus, distributed tables by hand",
            Way::Library => "orgfold, library",
            Way::Proxy => "orgfold, proxy",
        }
    }

    /// Its name under a bar.
    pub const fn short(self) -> &'static str {
        match self {
            Way::Private => "own database",
            Way::Shared => "by hand",
            Way::Pgbouncer => "PgBouncer",
            Way::Pgdog => "PgDog",
            Way::Citus => "Citus",
            Way::Library => "library",
            Way::Proxy => "proxy",
        }
    }

    pub const fn store(self) -> Store {
        match self {
            Way::Private => Store::Private,
            Way::Shared | Way::Pgbouncer | Way::Pgdog => Store::Shared,
            Way::Citus => Store::Citus,
            Way::Library | Way::Proxy => Store::Folded,
        }
    }

    /// Whether it is orgfold.
    pub const fn folds(self) -> bool {
        matches!(self, Way::Library | Way::Proxy)
    }
}

/// One client.
pub enum Session {
    Wire(Box<Wire>),
    Library(Box<Local>),
}

/// The library's org, and the texts without marks.
pub struct Local {
    org: orgfold::Org,
    texts: HashMap<&'static str, String>,
}

/// A connection.
pub struct Wire {
    client: Client,
    /// The org's number, where tables are shared by hand.
    org: Option<i64>,
    /// Whether statements may be prepared.
    prepares: bool,
    texts: HashMap<&'static str, Text>,
}

struct Text {
    sql: String,
    prepared: Option<Statement>,
}

impl Session {
    /// A client of an org.
    pub async fn open(machine: &Machine, way: Way, org: &OrgOf, library: Option<&Orgfold>) -> Result<Session, String> {
        let (port, database) = match way {
            Way::Library => {
                let library = library.ok_or("the library was not started")?;
                let org = library.org(&org.slug).map_err(|error| error.to_string())?;
                return Ok(Session::Library(Box::new(Local { org, texts: HashMap::new() })));
            }
            Way::Private => (machine.port(), format!("private_{}", org.slug)),
            Way::Shared => (machine.port(), "shared".to_owned()),
            Way::Citus => (machine.port(), "citus".to_owned()),
            Way::Proxy => (machine.proxy().port, org.slug.clone()),
            Way::Pgbouncer | Way::Pgdog => {
                (machine.between(way).ok_or("it was not started")?.port, "shared".to_owned())
            }
        };
        let client = connect(port, "bench", &database).await?;
        let org = matches!(way.store(), Store::Shared | Store::Citus).then_some(org.id);
        // PgBouncer before 1.21 has no prepared statements in transaction mode.
        Ok(Session::Wire(Box::new(Wire { client, org, prepares: way != Way::Pgbouncer, texts: HashMap::new() })))
    }

    /// Does one transaction.
    pub async fn run(&mut self, work: &Work) -> Result<(), Fault> {
        match self {
            Session::Wire(wire) => wire.run(work).await,
            Session::Library(local) => local.run(work).await,
        }
    }

    /// The answer to one statement.
    pub async fn ask(&mut self, step: &Step) -> Result<Vec<Row>, Fault> {
        match self {
            Session::Wire(wire) => Ok(wire.ask(step.sql, &step.values).await?),
            Session::Library(local) => {
                let text = written(step.sql, Owner::Alone);
                Ok(local.org.query(&text, &parameters(&step.values)).await?)
            }
        }
    }
}

/// Why a transaction was not done.
#[derive(Debug)]
pub enum Fault {
    /// It was refused, or failed.
    Failed(String),
    /// It was answered, and wrongly.
    Wrong(String),
}

impl Fault {
    pub fn text(self) -> String {
        match self {
            Fault::Failed(text) => text,
            Fault::Wrong(text) => format!("a wrong answer: {text}"),
        }
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Fault {
        let said = error.as_db_error().map(|db| format!("{} {}", db.code().code(), db.message()));
        Fault::Failed(said.unwrap_or_else(|| error.to_string()))
    }
}

impl From<orgfold::Error> for Fault {
    fn from(error: orgfold::Error) -> Fault {
        Fault::Failed(error.to_string())
    }
}

/// What an answer says first, and whether it has the rows that it must have.
fn heard(step: &Step, rows: &[Row]) -> Result<Option<i64>, Fault> {
    step.judge(rows.len()).map_err(Fault::Wrong)?;
    Ok(rows.first().and_then(|row| row.try_get::<_, Option<i64>>(0).ok().flatten()))
}

impl Wire {
    async fn run(&mut self, work: &Work) -> Result<(), Fault> {
        if let [step] = work.steps.as_slice() {
            let rows = self.ask(step.sql, &step.values).await?;
            return heard(step, &rows).map(|_| ());
        }
        self.client.batch_execute("BEGIN").await?;
        if let Err(fault) = self.steps(&work.steps).await {
            self.client.batch_execute("ROLLBACK").await?;
            return Err(fault);
        }
        Ok(self.client.batch_execute("COMMIT").await?)
    }

    async fn steps(&mut self, steps: &[Step]) -> Result<(), Fault> {
        let mut said = Vec::with_capacity(steps.len());
        for step in steps {
            let Some(values) = step.given(&said) else {
                said.push(None);
                continue;
            };
            let rows = self.ask(step.sql, &values).await?;
            said.push(heard(step, &rows)?);
        }
        Ok(())
    }

    async fn ask(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, tokio_postgres::Error> {
        let org = self.org.map(Value::Big);
        let values: Vec<&Value> = values.iter().chain(&org).collect();
        let place = format!("${}", values.len());
        let owner = if org.is_some() { Owner::Sharing(&place) } else { Owner::Alone };
        let text = self.texts.entry(sql).or_insert_with(|| Text { sql: written(sql, owner), prepared: None });
        if !self.prepares {
            let typed: Vec<(&(dyn ToSql + Sync), Type)> =
                values.iter().map(|value| (*value as &(dyn ToSql + Sync), value.of_type())).collect();
            return self.client.query_typed(&text.sql, &typed).await;
        }
        if text.prepared.is_none() {
            let types: Vec<Type> = values.iter().map(|value| value.of_type()).collect();
            text.prepared = Some(self.client.prepare_typed(&text.sql, &types).await?);
        }
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| *value as &(dyn ToSql + Sync)).collect();
        let Some(statement) = &text.prepared else { return Ok(Vec::new()) };
        self.client.query(statement, &parameters).await
    }
}

impl Local {
    async fn run(&mut self, work: &Work) -> Result<(), Fault> {
        for step in &work.steps {
            self.texts.entry(step.sql).or_insert_with(|| written(step.sql, Owner::Alone));
        }
        let text = |step: &Step| self.texts.get(step.sql).map_or(step.sql, String::as_str);
        if let [step] = work.steps.as_slice() {
            let rows = self.org.query(text(step), &parameters(&step.values)).await?;
            return heard(step, &rows).map(|_| ());
        }
        let transaction = self.org.transaction().await?;
        let mut said = Vec::with_capacity(work.steps.len());
        for step in &work.steps {
            let Some(values) = step.given(&said) else {
                said.push(None);
                continue;
            };
            let rows = transaction.query(text(step), &parameters(&values)).await?;
            said.push(heard(step, &rows)?);
        }
        Ok(transaction.commit().await?)
    }
}

/// A connection on the wire.
pub async fn connect(port: u16, user: &str, database: &str) -> Result<Client, String> {
    let mut settings = tokio_postgres::Config::new();
    settings.host("127.0.0.1").port(port).user(user).password(PASSWORD).dbname(database);
    let (client, connection) = settings.connect(NoTls).await.map_err(|error| format!("{error:?}"))?;
    tokio::spawn(connection);
    Ok(client)
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
