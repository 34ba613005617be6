//! Roles: who may log in to the proxy, and for which orgs.
//!
//! In: names and passwords. Out: SCRAM verifiers, computed here as libpq's `\password` does, so that the directory
//! never sees a password. What is absent: PostgreSQL roles; these are orgfold's own.

use super::{Operations, or_exists};
use crate::directory::{DdlMode, DirectoryError};

/// A role to create.
#[derive(Clone)]
pub struct NewRole {
    /// Its name: 1 to 63 bytes.
    pub name: String,
    /// Its password.
    pub password: crate::config::Secret,
    /// Whether it may log in.
    pub login: bool,
    /// What its DDL becomes.
    pub ddl: DdlMode,
    /// Whether it may act for every org.
    pub any_org: bool,
    /// The orgs it may act for otherwise, by slug.
    pub orgs: Vec<String>,
}

/// A role as operators see it: without its verifier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleRecord {
    /// Its name.
    pub name: String,
    /// Whether it may log in.
    pub login: bool,
    /// `refuse` or `metadata`.
    pub ddl: String,
    /// Whether it may act for every org.
    pub any_org: bool,
    /// The orgs it was granted, by slug.
    pub orgs: Vec<String>,
}

const SELECT: &str = "SELECT r.name, r.login, r.ddl, r.any_org, \
     ARRAY(SELECT o.slug FROM orgfold.role_org g JOIN orgfold.org o ON o.id = g.org_id \
           WHERE g.role = r.name ORDER BY o.slug) FROM orgfold.role r";

impl Operations {
    /// Creates a role and grants it its orgs.
    ///
    /// # Errors
    /// [`DirectoryError::RoleExists`], [`DirectoryError::InvalidName`], [`DirectoryError::EmptyPassword`] or
    /// [`DirectoryError::UnknownOrg`]; nothing is created then.
    pub async fn create_role(&mut self, new: &NewRole) -> Result<RoleRecord, DirectoryError> {
        if new.name.is_empty() || new.name.len() > 63 || new.name.contains('\0') {
            return Err(DirectoryError::InvalidName(new.name.clone(), "role name"));
        }
        let verifier = verifier(new.password.reveal())?;
        let ddl = match new.ddl {
            DdlMode::Refuse => "refuse",
            DdlMode::Metadata => "metadata",
        };
        let change = self.change().await?;
        change
            .execute(
                "INSERT INTO orgfold.role (name, verifier, login, ddl, any_org) VALUES ($1, $2, $3, $4, $5)",
                &[&new.name, &verifier, &new.login, &ddl, &new.any_org],
            )
            .await
            .map_err(|error| or_exists(error, DirectoryError::RoleExists(new.name.clone())))?;
        for org in &new.orgs {
            grant(&change, &new.name, org).await?;
        }
        change.commit().await.map_err(DirectoryError::of)?;
        self.role(&new.name).await
    }

    /// Lets a role act for an org. Granting twice is granting once.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownRole`], [`DirectoryError::UnknownOrg`].
    pub async fn grant(&mut self, role: &str, org: &str) -> Result<RoleRecord, DirectoryError> {
        self.role(role).await?;
        let change = self.change().await?;
        grant(&change, role, org).await?;
        change.commit().await.map_err(DirectoryError::of)?;
        self.role(role).await
    }

    /// Lets a role act for every org, or (with `false`) only for those it was granted.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownRole`].
    pub async fn set_any_org(&mut self, role: &str, any: bool) -> Result<RoleRecord, DirectoryError> {
        self.alter(role, "UPDATE orgfold.role SET any_org = $2 WHERE name = $1", &any).await?;
        self.role(role).await
    }

    /// Takes an org from a role. What was not granted is not an error.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownRole`], [`DirectoryError::UnknownOrg`].
    pub async fn revoke(&mut self, role: &str, org: &str) -> Result<RoleRecord, DirectoryError> {
        self.role(role).await?;
        let org = self.org(org).await?;
        self.client
            .execute("DELETE FROM orgfold.role_org WHERE role = $1 AND org_id = $2", &[&role, &org.id.get()])
            .await
            .map_err(DirectoryError::of)?;
        self.role(role).await
    }

    /// Gives a role another password.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownRole`], [`DirectoryError::EmptyPassword`].
    pub async fn set_password(&mut self, role: &str, password: &str) -> Result<(), DirectoryError> {
        let verifier = verifier(password)?;
        self.alter(role, "UPDATE orgfold.role SET verifier = $2 WHERE name = $1", &verifier).await
    }

    /// Forgets a role.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownRole`].
    pub async fn drop_role(&mut self, role: &str) -> Result<(), DirectoryError> {
        let dropped = self.client.execute("DELETE FROM orgfold.role WHERE name = $1", &[&role]).await;
        if dropped.map_err(DirectoryError::of)? == 0 {
            return Err(DirectoryError::UnknownRole(role.to_owned()));
        }
        Ok(())
    }

    /// Every role, by name.
    ///
    /// # Errors
    /// [`DirectoryError`] when the directory fails.
    pub async fn roles(&self) -> Result<Vec<RoleRecord>, DirectoryError> {
        let rows = self.client.query(&format!("{SELECT} ORDER BY r.name"), &[]).await.map_err(DirectoryError::of)?;
        Ok(rows.iter().map(record).collect())
    }

    /// The role of that name.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownRole`].
    pub async fn role(&self, name: &str) -> Result<RoleRecord, DirectoryError> {
        let row = self
            .client
            .query_opt(&format!("{SELECT} WHERE r.name = $1"), &[&name])
            .await
            .map_err(DirectoryError::of)?;
        row.as_ref().map(record).ok_or_else(|| DirectoryError::UnknownRole(name.to_owned()))
    }

    async fn alter(
        &mut self,
        role: &str,
        statement: &str,
        value: &(dyn tokio_postgres::types::ToSql + Sync),
    ) -> Result<(), DirectoryError> {
        let changed = self.client.execute(statement, &[&role, value]).await.map_err(DirectoryError::of)?;
        if changed == 0 { Err(DirectoryError::UnknownRole(role.to_owned())) } else { Ok(()) }
    }
}

async fn grant(change: &tokio_postgres::Transaction<'_>, role: &str, org: &str) -> Result<(), DirectoryError> {
    let found = change
        .query_opt("SELECT id FROM orgfold.org WHERE slug = $1 AND state <> 'dropping'", &[&org])
        .await
        .map_err(DirectoryError::of)?
        .ok_or_else(|| DirectoryError::UnknownOrg(org.to_owned()))?;
    change
        .execute(
            "INSERT INTO orgfold.role_org (role, org_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &[&role, &found.get::<_, i64>(0)],
        )
        .await
        .map_err(DirectoryError::of)?;
    Ok(())
}

/// `SCRAM-SHA-256$4096:...` over the password after SASLprep, with a salt of this process's drawing.
fn verifier(password: &str) -> Result<String, DirectoryError> {
    if password.is_empty() {
        return Err(DirectoryError::EmptyPassword);
    }
    Ok(postgres_protocol::password::scram_sha_256(password.as_bytes()))
}

fn record(row: &tokio_postgres::Row) -> RoleRecord {
    RoleRecord { name: row.get(0), login: row.get(1), ddl: row.get(2), any_org: row.get(3), orgs: row.get(4) }
}
