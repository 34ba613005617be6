//! Row-level security: the wall in the database itself, where `[migrate] isolation = "rls"` asks for it.
//!
//! In: a shard, its catalog. Out: ENABLE and FORCE ROW LEVEL SECURITY and two policies on each table and each leaf, or
//! none of it. Invariants: a leaf gets its wall in the transaction that makes it; the catalog says `rls` before the
//! first wall stands and until the last has gone, so that an instance that knows the catalog sets the org (one that
//! does not yet is answered with an error, never with rows). What is absent: setting the org, which the runtime does.

use tokio_postgres::{Client, Transaction};

use super::MigrateError;
use super::physical::{leaf, quote, relation};
use super::records;
use super::shard::{ShardTarget, read_catalog, write_catalog};
use crate::catalog::{Catalog, Isolation, ORG_COLUMN, QualifiedName, Scope};

/// The runtime role's: only rows of the org that the transaction has set. Unset, the expression fails, so that nothing
/// is read or written. Not in a sub-select: the server proves it equal to the rewritten predicate and checks it once for
/// each scan, as a one-time filter.
const ORG_POLICY: &str = "orgfold_org";

/// The release role's. FORCE holds for the owner too, and a constraint that is added is validated with the owner's eyes:
/// without this it would see no row and be found valid.
const RELEASE_POLICY: &str = "orgfold_release";

/// As the server writes it back.
const EXPRESSION: &str = "(org_id = (current_setting('orgfold.org_id'::text))::bigint)";

const STATE: &str = include_str!("../../sql/query/row_security.sql");

/// One table or leaf.
struct Place {
    name: QualifiedName,
    sql: String,
}

/// The tables of orgs, and their leaves.
fn places(catalog: &Catalog) -> Vec<Place> {
    let naming = catalog.naming();
    let mut places = Vec::new();
    for (name, table) in &catalog.tables {
        if table.scope == Scope::Org {
            places.push(Place { name: name.clone(), sql: relation(name) });
            places.extend((0..catalog.leaves.get()).map(|number| Place {
                name: QualifiedName::new(&name.schema, &naming.physical(&name.name, number)),
                sql: leaf(naming, name, number),
            }));
        }
    }
    places
}

fn on(place: &Place, target: &ShardTarget) -> String {
    let (sql, runtime) = (&place.sql, quote(&target.plan.runtime_role));
    let org = format!("{} = current_setting('orgfold.org_id')::bigint", quote(ORG_COLUMN));
    format!(
        "{}; CREATE POLICY {ORG_POLICY} ON {sql} TO {runtime} USING ({org}) WITH CHECK ({org}); \
         CREATE POLICY {RELEASE_POLICY} ON {sql} TO CURRENT_USER USING (true) WITH CHECK (true); \
         ALTER TABLE {sql} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        drop_policies(sql)
    )
}

fn off(place: &Place) -> String {
    let sql = &place.sql;
    format!("{}; ALTER TABLE {sql} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY", drop_policies(sql))
}

fn drop_policies(sql: &str) -> String {
    format!("DROP POLICY IF EXISTS {ORG_POLICY} ON {sql}; DROP POLICY IF EXISTS {RELEASE_POLICY} ON {sql}")
}

/// Makes every table and leaf as the catalog says, where it is not.
pub(super) async fn settle(
    transaction: &Transaction<'_>,
    target: &ShardTarget,
    catalog: &Catalog,
) -> Result<(), MigrateError> {
    let failed = target.failed("settling row-level security");
    let mut places = places(catalog);
    places.extend(records::places(catalog.leaves).into_iter().map(|name| Place { sql: relation(&name), name }));
    let schemas: Vec<&str> = places.iter().map(|place| place.name.schema.as_str()).collect();
    let names: Vec<&str> = places.iter().map(|place| place.name.name.as_str()).collect();
    let rows = transaction.query(STATE, &[&schemas, &names]).await.map_err(&failed)?;
    let owner: String = transaction.query_one("SELECT current_user::text", &[]).await.map_err(&failed)?.get(0);
    let policies = [policy(ORG_POLICY, &target.plan.runtime_role, EXPRESSION), policy(RELEASE_POLICY, &owner, "true")];
    let state = |place: &Place| {
        rows.iter().find(|row| {
            row.get::<_, &str>(0) == place.name.schema.as_str() && row.get::<_, &str>(1) == place.name.name.as_str()
        })
    };
    for place in &places {
        let Some(row) = state(place) else {
            return Err(MigrateError::Unfit {
                shard: target.name.clone(),
                reason: format!("{} is in the catalog and not there", place.name),
            });
        };
        let walls = (row.get::<_, bool>(2), row.get::<_, bool>(3));
        let sql = match catalog.isolation {
            Isolation::Rls if walls == (true, true) && row.get::<_, Vec<String>>(4) == policies => continue,
            Isolation::Rls => on(place, target),
            Isolation::Rewrite if walls == (false, false) => continue,
            Isolation::Rewrite => off(place),
        };
        transaction.batch_execute(&sql).await.map_err(&failed)?;
    }
    Ok(())
}

fn policy(name: &str, role: &str, expression: &str) -> String {
    format!("{name} t * to {role} using {expression} check {expression}")
}

/// Switches a shard to the isolation that the config asks for; mends walls that are missing.
///
/// Not cancel safe: dropped between its transactions, the next run goes on.
pub(super) async fn switch(client: &mut Client, target: &ShardTarget) -> Result<(), MigrateError> {
    let mut catalog = read_catalog(client, target).await?;
    let changes = catalog.isolation != target.isolation;
    if changes {
        catalog.isolation = target.isolation;
        catalog.version += 1;
    }
    let says_first = changes && target.isolation == Isolation::Rls;
    if says_first {
        write(client, target, &catalog).await?;
    }
    let transaction = client.transaction().await.map_err(target.failed("beginning"))?;
    settle(&transaction, target, &catalog).await?;
    transaction.commit().await.map_err(target.failed("settling row-level security"))?;
    if changes && !says_first {
        write(client, target, &catalog).await?;
    }
    Ok(())
}

async fn write(client: &mut Client, target: &ShardTarget, catalog: &Catalog) -> Result<(), MigrateError> {
    let transaction = client.transaction().await.map_err(target.failed("beginning"))?;
    write_catalog(&transaction, target, catalog).await?;
    transaction.commit().await.map_err(target.failed("writing its catalog"))
}

/// The lines that `shard_facts.sql` gives for what [`settle`] makes.
pub(super) fn facts(catalog: &Catalog, runtime: &str, release: &str) -> Vec<String> {
    if catalog.isolation == Isolation::Rewrite {
        return Vec::new();
    }
    let of = |place: Place| {
        let QualifiedName { schema, name } = &place.name;
        [
            format!("row security on {schema}.{name} forced"),
            format!("policy {ORG_POLICY} on {schema}.{name} for * to {runtime} using {EXPRESSION} check {EXPRESSION}"),
            format!("policy {RELEASE_POLICY} on {schema}.{name} for * to {release} using true check true"),
        ]
    };
    places(catalog).into_iter().flat_map(of).collect()
}

/// What [`switch`] would send, for a dry run.
pub(super) fn switch_text(catalog: &mut Catalog, target: &ShardTarget) -> String {
    if catalog.isolation == target.isolation {
        return String::new();
    }
    catalog.isolation = target.isolation;
    text(places(catalog).iter(), catalog, target)
}

/// What [`settle`] would send for the tables that a part of a file makes.
pub(super) fn new_text(before: &Catalog, after: &Catalog, target: &ShardTarget) -> String {
    if after.isolation == Isolation::Rewrite {
        return String::new();
    }
    let known: Vec<QualifiedName> = places(before).into_iter().map(|place| place.name).collect();
    text(places(after).iter().filter(|place| !known.contains(&place.name)), after, target)
}

fn text<'p>(places: impl Iterator<Item = &'p Place>, catalog: &Catalog, target: &ShardTarget) -> String {
    let sql = |place: &Place| match catalog.isolation {
        Isolation::Rls => on(place, target),
        Isolation::Rewrite => off(place),
    };
    places.map(|place| format!("{};\n", sql(place))).collect()
}
