//! The scenes of the demo: statements through the proxy, and what came of them.
//!
//! In: a running fleet. Out: the screen. Invariants: a scene that goes otherwise than told is an error, so that the demo
//! proves what it says. What is absent: setting up.

use tokio_postgres::error::DbError;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::screen::Screen;
use super::setup::Running;
use super::{DESIGNER, DemoError, ORGS};
use crate::plan::{Action, CompileOptions};

const OPEN: &str = "SELECT name, currency, open FROM customer_balance WHERE open > 0 ORDER BY open DESC";
const NUMBERS: &str = "SELECT no, state FROM invoice WHERE state = 'open' ORDER BY no";
const FORGOTTEN: &str = "UPDATE invoice SET state = 'void'";
const TABLE: &str = "CREATE TABLE wish (id bigint PRIMARY KEY, text text)";

/// All of them, in order.
pub(super) async fn play(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    same_query(screen, fleet).await?;
    physical(screen, fleet)?;
    forgotten_filter(screen, fleet).await?;
    refused_table(screen, fleet).await?;
    foreign_org(screen, fleet).await?;
    own_objects(screen, fleet).await
}

async fn same_query(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    screen.heading("1. The same query, three orgs")?;
    screen.note("No table has a column for the org, no query a filter. The database one connects to is the org.")?;
    for org in ORGS {
        screen.line("")?;
        screen.sql(org, OPEN)?;
        screen.rows(&fleet.connect(org).await?.simple_query(OPEN).await?)?;
    }
    Ok(())
}

fn physical(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    screen.heading("2. What it becomes")?;
    screen.sql("any org", NUMBERS)?;
    for org in ORGS {
        let entry = fleet.engine.org(org)?;
        let target = fleet.engine.target(&entry)?;
        let plans = fleet.engine.compile(&target.catalog, NUMBERS, CompileOptions { declared_params: 0 })?;
        let Some(Action::Run(run)) = plans.first().map(|plan| &plan.action) else {
            return Err(DemoError::Surprise("a SELECT was not compiled to a statement for a shard".to_owned()));
        };
        let place = target.place;
        let naming = target.catalog.catalog.naming();
        let leaf = naming.number(place.leaf().get());
        let text = run.template.render(naming, Some((place.leaf(), place.org())));
        let text = text.ok_or_else(|| DemoError::Surprise("a plan has a hole that nothing fills".to_owned()))?;
        screen.line("")?;
        screen.note(&format!(
            "{org} is org {} on {}, in leaf {leaf} of every table:",
            place.org(),
            target.shard.name
        ))?;
        screen.sql(&target.shard.name, &text)?;
    }
    screen.line("")?;
    screen.note(
        "The parameter is the org's number. One plan serves every org; before the first use a second, differently \
         written check proved that each relation in it is bound to the org.",
    )?;
    Ok(())
}

async fn forgotten_filter(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    let [careless, others @ ..] = ORGS;
    screen.heading("3. A forgotten filter")?;
    screen.note("An UPDATE that was meant for one invoice, without its WHERE:")?;
    let mut client = fleet.connect(careless).await?;
    let before = others_void(fleet, &others).await?;
    let transaction = client.transaction().await?;
    screen.sql(careless, FORGOTTEN)?;
    let changed = transaction.execute(FORGOTTEN, &[]).await?;
    screen.line(&format!("    UPDATE {changed}"))?;
    transaction.commit().await?;
    let after = others_void(fleet, &others).await?;
    if before != after {
        return Err(DemoError::Surprise(format!("an UPDATE of {careless} reached another org's rows")));
    }
    screen.note(&format!("Bad enough for {careless}; nobody else lost anything:"))?;
    for org in ORGS {
        let query = "SELECT count(*) AS invoices, count(*) FILTER (WHERE state = 'void') AS void FROM invoice";
        screen.sql(org, query)?;
        screen.rows(&fleet.connect(org).await?.simple_query(query).await?)?;
    }
    screen.note("The hidden column cannot even be named:")?;
    let query = "SELECT * FROM invoice WHERE org_id = 2";
    screen.sql(careless, query)?;
    screen.error(&refusal(&client, query, "42703").await?)?;
    Ok(())
}

/// How many void invoices each of the other orgs has.
async fn others_void(fleet: &Running, orgs: &[&str]) -> Result<Vec<i64>, DemoError> {
    let mut counts = Vec::new();
    for org in orgs {
        let row = fleet.connect(org).await?.query_one("SELECT count(*) FROM invoice WHERE state = 'void'", &[]).await?;
        counts.push(row.try_get(0)?);
    }
    Ok(counts)
}

async fn refused_table(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    let [org, ..] = ORGS;
    screen.heading("4. No DDL at runtime")?;
    screen.sql(org, TABLE)?;
    screen.error(&refusal(&fleet.connect(org).await?, TABLE, "42501").await?)?;
    Ok(())
}

async fn foreign_org(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    screen.heading("5. A key of another org")?;
    let (own, other) = fleet.two_on_one_shard()?;
    let customer: i64 = {
        let client = fleet.connect(other).await?;
        client.query_one("SELECT max(id) FROM customer", &[]).await?.try_get(0)?
    };
    screen.note(&format!(
        "Customer {customer} is {other}'s. {own} is on the same shard; the foreign key still does not find it, because \
         both of its sides hold the org:"
    ))?;
    let insert = format!("INSERT INTO invoice (no, customer_id) VALUES (2001, {customer})");
    screen.sql(own, &insert)?;
    screen.error(&refusal(&fleet.connect(own).await?, &insert, "23503").await?)?;
    Ok(())
}

const OBJECT: &str = "CREATE TABLE visit (id text PRIMARY KEY DEFAULT new_key(), customer_name text NOT NULL, minutes integer, follows text REFERENCES visit)";
const VISITS: &str = "INSERT INTO visit (customer_name, minutes) SELECT name, 30 FROM customer ORDER BY name LIMIT 2";
const JOINED: &str =
    "SELECT v.id, c.name, v.minutes FROM visit v JOIN customer c ON c.name = v.customer_name ORDER BY c.name";

async fn own_objects(screen: &Screen, fleet: &Running) -> Result<(), DemoError> {
    screen.heading("6. A table of one's own, without DDL")?;
    let (own, other) = fleet.two_on_one_shard()?;
    screen.note(&format!(
        "A role with the mode \"metadata\" gives {own} a table: rows of metadata, in milliseconds, and no relation more on the shard."
    ))?;
    let designer = fleet.connect_as(DESIGNER, own).await?;
    let began = std::time::Instant::now();
    screen.sql(own, OBJECT)?;
    designer.batch_execute(OBJECT).await?;
    screen.line(&format!("    CREATE TABLE ({:.1} ms)", began.elapsed().as_secs_f64() * 1000.0))?;
    // The role of the service uses it at once, beside native tables.
    designer.batch_execute(VISITS).await?;
    screen.sql(own, VISITS)?;
    screen.sql(own, JOINED)?;
    let rows = designer.simple_query(JOINED).await?;
    if rows.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_))).count() != 2 {
        return Err(DemoError::Surprise("an object and a native table did not join".to_owned()));
    }
    screen.rows(&rows)?;
    screen.note(&format!("{other} is on the same shard, and has no such table; neither do its catalogs:"))?;
    let client = fleet.connect(other).await?;
    screen.sql(other, JOINED)?;
    screen.error(&refusal(&client, JOINED, "42P01").await?)?;
    let told = "SELECT count(*) FROM pg_class WHERE relname = 'visit'";
    for (org, wanted, client) in [(own, 1_i64, &designer), (other, 0, &client)] {
        let count: i64 = client.query_one(told, &[]).await?.try_get(0)?;
        if count != wanted {
            return Err(DemoError::Surprise(format!("the catalogs of {org} tell of {count} tables called visit")));
        }
        screen.sql(org, told)?;
        screen.line(&format!("    {count}"))?;
    }
    Ok(())
}

/// Runs a statement that must fail with that SQLSTATE, and in no other way.
async fn refusal(client: &Client, sql: &str, code: &str) -> Result<DbError, DemoError> {
    match client.simple_query(sql).await {
        Ok(messages) => {
            let rows = messages.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_))).count();
            Err(DemoError::Surprise(format!("{sql:?} was not refused ({rows} rows)")))
        }
        Err(error) => match error.as_db_error() {
            Some(refused) if refused.code().code() == code => Ok(refused.clone()),
            Some(other) => {
                let got = other.code().code();
                Err(DemoError::Surprise(format!("{sql:?} failed with {got} instead of {code}: {}", other.message())))
            }
            None => Err(DemoError::Client(error)),
        },
    }
}
