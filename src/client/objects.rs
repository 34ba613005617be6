//! An org's own objects: [`Org::define`] and [`Org::objects`].
//!
//! Invariants: a definition concerns the org alone, in one transaction, and is seen by whoever asks this instance when `define` has
//! returned. What is absent: who may define (the service decides whom it lets), files of metadata, packages.

use std::sync::Arc;

use super::org::Org;
use super::physical::Physical;
use crate::catalog::{Mapping, Table};
use crate::error::Error;
use crate::key::Prefix;

/// An object: a table that one org has by metadata alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// Its name in SQL.
    pub name: String,
    /// How the keys of its records begin.
    pub prefix: Option<Prefix>,
    /// Its comment.
    pub comment: Option<String>,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// A field of an [`Object`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name in SQL.
    pub name: String,
    /// Its type as PostgreSQL writes it: `character varying(40)`.
    pub data_type: String,
    /// Whether it is NOT NULL.
    pub required: bool,
    /// Its default, as SQL.
    pub default: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
}

impl Object {
    fn of(table: &Table, mapping: &Mapping) -> Object {
        let comment =
            |name: &str| mapping.comments.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
        let fields = table.columns.iter().map(|column| Field {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            required: column.not_null,
            default: column.default.clone(),
            comment: comment(&column.name),
        });
        Object {
            name: mapping.name.clone(),
            prefix: Prefix::of_number(mapping.id),
            comment: mapping.comment.clone(),
            fields: fields.collect(),
        }
    }
}

impl Org {
    /// Changes the org's own objects: `CREATE TABLE`, `ALTER TABLE`, `DROP TABLE`, `CREATE INDEX`, `DROP INDEX`, `COMMENT`, all
    /// statements of the text in one transaction. No DDL runs and nobody waits; other orgs see nothing of it. Statements behind
    /// a definition see what it makes.
    ///
    /// Whoever calls this may define: let nobody through that you would not give a role with the mode `metadata`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = orgfold::sandbox::Sandbox::start("", &["acme", "globex"]).await?;
    /// # let org = sandbox.org("acme")?;
    /// org.define(
    ///     "CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), name varchar(40) NOT NULL);
    ///      ALTER TABLE campaign ADD COLUMN starts date",
    /// )
    /// .await?;
    /// let key: orgfold::Key =
    ///     org.query_one("INSERT INTO campaign (name) VALUES ('spring') RETURNING id", &[]).await?.get(0);
    ///
    /// let objects = org.objects().await?;
    /// assert_eq!(objects[0].name, "campaign");
    /// assert_eq!(objects[0].prefix, Some(key.prefix()));
    /// assert_eq!(objects[0].fields[1].data_type, "character varying(40)");
    /// assert!(sandbox.org("globex")?.objects().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What is not supported (0A000), or wrong; 40001 when somebody else defined something meanwhile: try again.
    pub async fn define(&self, sql: &str) -> Result<(), Error> {
        let target = self.target().await?;
        let statements = Physical::definitions(&self.engine, &target, sql)?;
        let transaction = self.begin(target, "BEGIN").await?;
        let result = match transaction.run_all(&statements).await {
            Ok(()) => transaction.commit().await,
            Err(error) => Err(error),
        };
        // After an error too: it may have been made for a catalog that is not the last.
        self.engine.redefined(&self.entry).await;
        result
    }

    /// The org's own objects, by name.
    ///
    /// # Errors
    /// 40001 when they cannot be read now; as [`Org::query`] for an org that may not be served.
    pub async fn objects(&self) -> Result<Vec<Object>, Error> {
        let target = self.target().await?;
        let catalog = Arc::clone(&target.catalog.catalog);
        let objects = catalog.tables.values().filter_map(|table| Some(Object::of(table, table.object.as_ref()?)));
        let mut objects: Vec<Object> = objects.collect();
        objects.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(objects)
    }
}
