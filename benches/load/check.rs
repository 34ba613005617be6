//! Whether the answers are right: every way answers alike, what must hold holds, and as much is there as was done.

use std::collections::BTreeSet;

use tokio_postgres::types::{FromSql, Type};

use crate::machine::{Machine, OrgOf};
use crate::session::{Session, Store, Way};
use crate::work::{Step, Value};
use crate::workload::Law;

/// Orgs that are asked before the load: the largest ones.
const ASKED: usize = 4;

/// A value as the server sent it.
struct Sent(Vec<u8>);

impl<'a> FromSql<'a> for Sent {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Sent, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Sent(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The rows of an answer, in no order.
async fn answer(session: &mut Session, sql: &'static str) -> Result<Vec<Vec<Option<Vec<u8>>>>, String> {
    let rows = session.ask(&Step::of(sql, Vec::new())).await.map_err(|fault| format!("{sql}: {}", fault.text()))?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let values: Result<Vec<Option<Sent>>, _> = (0..row.len()).map(|at| row.try_get(at)).collect();
        out.push(
            values.map_err(|error| error.to_string())?.into_iter().map(|value| value.map(|sent| sent.0)).collect(),
        );
    }
    out.sort();
    Ok(out)
}

async fn library(machine: &Machine) -> Result<orgfold::Orgfold, String> {
    orgfold::Orgfold::connect(machine.config.clone()).await.map_err(|error| error.to_string())
}

/// Asks the world's questions in every way. How many answers were compared.
pub async fn alike(machine: &Machine) -> Result<usize, String> {
    let library = library(machine).await?;
    let mut compared = 0;
    for org in machine.orgs.iter().take(ASKED) {
        let mut first: Vec<Vec<Vec<Option<Vec<u8>>>>> = Vec::new();
        for &way in &machine.ways {
            let mut session = Session::open(machine, way, org, Some(&library)).await?;
            for (at, question) in (machine.world.questions)().into_iter().enumerate() {
                let rows = answer(&mut session, question).await?;
                match first.get(at) {
                    None => first.push(rows),
                    Some(wanted) if *wanted == rows => compared += 1,
                    Some(wanted) => {
                        return Err(format!(
                            "{} answers {question} for {} with {} rows, unlike the {} rows before",
                            way.name(),
                            org.slug,
                            rows.len(),
                            wanted.len()
                        ));
                    }
                }
            }
        }
    }
    Ok(compared)
}

/// Holds what is there against the world's laws and against what was done, for each org that had clients and for some that
/// had none. How many of them held.
pub async fn laws(machine: &Machine) -> Result<usize, String> {
    let mut stores: Vec<(Store, Way)> = Vec::new();
    for &way in &machine.ways {
        if stores.iter().all(|(store, _)| *store != way.store()) {
            stores.push((way.store(), way));
        }
    }
    let library = library(machine).await?;
    let mut held = 0;
    for (store, way) in stores {
        let mut orgs: BTreeSet<usize> = (0..machine.orgs.len().min(ASKED)).collect();
        orgs.extend((0..machine.orgs.len()).filter(|at| machine.touched(store, machine.orgs[*at].id)));
        for at in orgs {
            let org = &machine.orgs[at];
            let mut session = Session::open(machine, way, org, Some(&library)).await?;
            for Law { sql, .. } in machine.world.laws.iter().filter(|law| !law.objects || way.folds()) {
                let rows = session.ask(&sized(sql, org)).await.map_err(|fault| format!("{sql}: {}", fault.text()))?;
                let holds = rows.first().and_then(|row| row.try_get::<_, Option<bool>>(0).ok().flatten());
                if holds != Some(true) {
                    return Err(format!("for {} in {} this does not hold: {sql}", org.slug, way.name()));
                }
                held += 1;
            }
            held += counts(machine, &mut session, way, org).await?;
        }
    }
    Ok(held)
}

async fn counts(machine: &Machine, session: &mut Session, way: Way, org: &OrgOf) -> Result<usize, String> {
    let mut held = 0;
    for count in machine.world.counts.iter().filter(|count| !count.objects || way.folds()) {
        let sql = count.sql;
        let rows = session.ask(&sized(sql, org)).await.map_err(|fault| format!("{sql}: {}", fault.text()))?;
        let there: i64 = rows.first().and_then(|row| row.try_get(0).ok()).ok_or_else(|| format!("{sql}: no number"))?;
        let of = |(workload, kind, rows): &(&'static str, &'static str, u64)| {
            machine.done(way.store(), org.id, workload, kind) * rows
        };
        let done: u64 = count.of.iter().map(of).sum();
        // What failed may have been done all the same, where the connection was lost.
        let most = done + machine.failed(way.store(), org.id) * count.of.iter().map(|one| one.2).max().unwrap_or(1);
        if there < done as i64 || there > most as i64 {
            return Err(format!("{} in {} has {there} by {sql}, and {done} were done", org.slug, way.name()));
        }
        held += 1;
    }
    Ok(held)
}

/// A question about an org of that size.
fn sized(sql: &'static str, org: &OrgOf) -> Step {
    let values = if sql.contains("$1") { vec![Value::Big(org.rows as i64)] } else { Vec::new() };
    Step::of(sql, values)
}
