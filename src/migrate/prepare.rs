//! What a shard must have before the first schema file: orgfold's own schema and the runtime role.
//!
//! In: a connection of the release role, in a transaction, under the shard's lock. Out: the files of `sql/shard`
//! applied, the runtime role made or checked, privileges settled. Invariants: the runtime role is no superuser, may
//! create nothing, and is a member of nothing; files marked [`When::Changed`] hold no data and follow the version of
//! orgfold. What is absent: the release role itself (an operator's to make).

use tokio_postgres::Transaction;

use super::MigrateError;
use super::files::checksum;
use super::physical::{literal, quote};
use super::shard::ShardTarget;

/// When a file of `sql/shard` is applied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Once: it makes tables that hold data.
    Once,
    /// Whenever its text differs from the one applied last: it replaces what it makes.
    Changed,
}

/// In the order they are applied.
const FILES: &[(&str, When, &str)] = &[
    ("0001_orgfold.sql", When::Once, include_str!("../../sql/shard/0001_orgfold.sql")),
    ("0002_catalog_views.sql", When::Changed, CATALOG_VIEWS),
];

/// The first makes the schema anew, so they are one.
const CATALOG_VIEWS: &str = concat!(
    include_str!("../../sql/shard/0002_catalog_views.sql"),
    include_str!("../../sql/shard/0003_catalog_relations.sql"),
    include_str!("../../sql/shard/0009_catalog_objects.sql"),
    include_str!("../../sql/shard/0004_catalog_functions.sql"),
    include_str!("../../sql/shard/0006_org_functions.sql"),
    include_str!("../../sql/shard/0005_catalog_schema.sql"),
);

const BOOTSTRAP: &str = include_str!("../../sql/shard/0000_bootstrap.sql");

/// Prepares the shard.
pub(super) async fn prepare(transaction: &Transaction<'_>, target: &ShardTarget) -> Result<(), MigrateError> {
    let failed = |source| MigrateError::Shard { shard: target.name.clone(), doing: "preparing it", source };
    transaction.batch_execute(BOOTSTRAP).await.map_err(failed)?;
    let mut changed = false;
    for (name, when, text) in FILES {
        let sum = checksum(text);
        let known = transaction
            .query_opt("SELECT checksum FROM orgfold.shard_file WHERE name = $1", &[name])
            .await
            .map_err(failed)?
            .map(|row| row.get::<_, String>(0));
        match known {
            Some(known) if known == sum => continue,
            Some(_) if *when == When::Once => {
                return Err(MigrateError::Unfit {
                    shard: target.name.clone(),
                    reason: format!("it was prepared by another version of orgfold: {name} differs"),
                });
            }
            Some(_) | None => {}
        }
        transaction.batch_execute(text).await.map_err(failed)?;
        changed = true;
        transaction
            .execute(
                "INSERT INTO orgfold.shard_file (name, checksum) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()",
                &[name, &sum],
            )
            .await
            .map_err(failed)?;
    }
    runtime_role(transaction, target).await?;
    privileges(transaction, target).await?;
    // What the stand-ins keep belongs to the runtime role, which the config may have changed.
    let owned = "SELECT EXISTS (SELECT FROM orgfold_catalog.pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE r.rolname = $1)";
    let role = &target.plan.runtime_role;
    if changed || !transaction.query_one(owned, &[role]).await.map_err(failed)?.get::<_, bool>(0) {
        refresh(transaction, target).await?;
    }
    Ok(())
}

/// Makes what the catalogs' stand-ins keep anew: after whatever changed the shard's tables, in the same transaction.
pub(super) async fn refresh(transaction: &Transaction<'_>, target: &ShardTarget) -> Result<(), MigrateError> {
    let failed =
        |source| MigrateError::Shard { shard: target.name.clone(), doing: "describing it to its orgs", source };
    let refresh = "SELECT orgfold_catalog.refresh($1)";
    transaction.execute(refresh, &[&target.plan.runtime_role]).await.map_err(failed)?;
    Ok(())
}

const ROLE: &str = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls, \
     EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid), rolcanlogin FROM pg_roles r WHERE rolname = $1";

/// The runtime role is made when it is missing and may be made; one that could do too much is refused.
async fn runtime_role(transaction: &Transaction<'_>, target: &ShardTarget) -> Result<(), MigrateError> {
    let failed = |source| MigrateError::Shard { shard: target.name.clone(), doing: "making the runtime role", source };
    let unfit = |reason: String| MigrateError::Unfit { shard: target.name.clone(), reason };
    let role = &target.plan.runtime_role;
    let own: bool = transaction.query_one("SELECT current_user::text = $1", &[role]).await.map_err(failed)?.get(0);
    if own {
        return Err(unfit(format!(
            "[shards] user and [migrate] user are both {role}: the runtime role must own nothing"
        )));
    }
    let known = transaction.query_opt(ROLE, &[role]).await.map_err(failed)?;
    let Some(known) = known else {
        let password = match &target.runtime_password {
            // The verifier, not the password, goes over the wire and into the server's log.
            Some(password) => {
                let verifier = postgres_protocol::password::scram_sha_256(password.reveal().as_bytes());
                format!(" PASSWORD {}", literal(&verifier))
            }
            None => String::new(),
        };
        let make = format!(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS{password}",
            quote(role)
        );
        transaction.batch_execute("SAVEPOINT runtime_role").await.map_err(failed)?;
        if let Err(error) = transaction.batch_execute(&make).await {
            transaction.batch_execute("ROLLBACK TO SAVEPOINT runtime_role").await.map_err(failed)?;
            // Another database of the same server may have made it meanwhile; then it is checked like any other.
            let appeared = transaction.query_opt(ROLE, &[role]).await.map_err(failed)?;
            let Some(appeared) = appeared else {
                let why = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
                return Err(unfit(format!("role {role} does not exist and cannot be made ({why}): create it")));
            };
            return check_role(&appeared, role).map_err(unfit);
        }
        return Ok(());
    };
    check_role(&known, role).map_err(unfit)
}

fn check_role(row: &tokio_postgres::Row, role: &str) -> Result<(), String> {
    if row.get::<_, bool>(0) {
        return Err(format!("role {role} is a superuser or may create roles or databases: orgs' statements run as it"));
    }
    if row.get::<_, bool>(1) {
        return Err(format!("role {role} is a member of another role: orgs' statements run as it"));
    }
    if !row.get::<_, bool>(2) {
        return Err(format!("role {role} may not log in"));
    }
    Ok(())
}

/// What everybody may do by default is taken back as far as the release role may.
async fn privileges(transaction: &Transaction<'_>, target: &ShardTarget) -> Result<(), MigrateError> {
    let failed = |source| MigrateError::Shard { shard: target.name.clone(), doing: "granting privileges", source };
    let runtime = quote(&target.plan.runtime_role);
    let database: String = transaction.query_one("SELECT current_database()::text", &[]).await.map_err(failed)?.get(0);
    let database = quote(&database);
    let settle = format!(
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
         REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC; \
         GRANT CONNECT ON DATABASE {database} TO {runtime}; \
         GRANT USAGE ON SCHEMA public, orgfold, orgfold_catalog, orgfold_rows TO {runtime}; \
         GRANT SELECT ON ALL TABLES IN SCHEMA orgfold_catalog TO {runtime}; \
         GRANT SELECT ON orgfold.catalog TO {runtime}"
    );
    transaction.batch_execute(&settle).await.map_err(failed)?;
    let can: bool = transaction
        .query_one(
            "SELECT has_schema_privilege($1, 'public', 'CREATE') OR has_database_privilege($1, current_database(), 'CREATE, TEMP')",
            &[&target.plan.runtime_role],
        )
        .await
        .map_err(failed)?
        .get(0);
    if can {
        return Err(MigrateError::Unfit {
            shard: target.name.clone(),
            reason: format!(
                "role {} may create tables: the release role must own the database to take that back",
                target.plan.runtime_role
            ),
        });
    }
    Ok(())
}
