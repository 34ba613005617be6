//! `orgfold migrate --check`: where shards differ from their catalog, and from each other.
//!
//! In: each shard's catalog, its migrations, and facts read from PostgreSQL's own catalogs as lines of text. Out:
//! [`Drift`]s. Invariants: nothing is changed; a fact that is on the shard and not in the catalog is drift as much as one
//! that is missing. What is absent: repairing; comparing rows; the texts of expressions with the catalog's (they are
//! compared between shards).

use std::collections::BTreeSet;

use tokio_postgres::Client;

use super::physical::literal;
use super::run::{MigrateOptions, connect, shards, target};
use super::shard::{ShardTarget, catalog_of};
use super::{MigrateError, SchemaFile};
use crate::catalog::{
    Catalog, Column, Constraint, ConstraintKind, DefinedType, Isolation, ORG_COLUMN, QualifiedName, ReferentialAction,
    Scope, Table,
};

const FACTS: &str = include_str!("../../sql/query/shard_facts.sql");
const DEFINITIONS: &str = include_str!("../../sql/query/shard_definitions.sql");

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drift {
    /// The shard it was found on.
    pub shard: String,
    /// What differs.
    pub what: String,
}

/// What a shard holds.
struct State {
    shard: String,
    catalog: Option<Catalog>,
    /// Name, checksum, whether all of it is there.
    migrations: Vec<(String, String, bool)>,
    facts: BTreeSet<String>,
    definitions: BTreeSet<String>,
    runtime: String,
    /// Who checks: the release role.
    release: String,
    stride: i16,
    /// What the config asks for.
    isolation: Isolation,
}

/// Where shards differ from their catalog, from the files, and from the first shard.
///
/// # Errors
/// [`MigrateError`] when a shard cannot be read.
pub async fn check(options: &MigrateOptions) -> Result<Vec<Drift>, MigrateError> {
    let mut found = Vec::new();
    let mut first: Option<State> = None;
    for entry in shards(options).await? {
        let target = target(&options.config, &entry)?;
        let client = connect(&options.config, &entry).await?;
        let state = read(&client, &target).await?;
        found.extend(within(&state));
        found.extend(against_files(&state, &options.files));
        match &first {
            Some(first) => found.extend(between(first, &state)),
            None => first = Some(state),
        }
    }
    Ok(found)
}

/// Not cancel safe: dropped halfway, the connection is left in a transaction.
async fn read(client: &Client, target: &ShardTarget) -> Result<State, MigrateError> {
    let failed = |source| MigrateError::Shard { shard: target.name.clone(), doing: "checking it", source };
    // One moment for all, and types spelled as `migrate` spelled them.
    let begin = "SET search_path = public; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client.batch_execute(begin).await.map_err(failed)?;
    let catalog = catalog_of(client, &target.name).await?;
    let mut state = State {
        shard: target.name.clone(),
        catalog,
        migrations: Vec::new(),
        facts: BTreeSet::new(),
        definitions: BTreeSet::new(),
        runtime: target.plan.runtime_role.clone(),
        release: client.query_one("SELECT current_user::text", &[]).await.map_err(failed)?.get(0),
        stride: target.plan.stride,
        isolation: target.isolation,
    };
    if let Some(catalog) = &state.catalog {
        let schemas = &catalog.schemas;
        let rows = client
            .query("SELECT name, checksum, done = parts FROM orgfold.migration ORDER BY name", &[])
            .await
            .map_err(failed)?;
        state.migrations = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let rows = client.query(FACTS, &[schemas, &state.runtime]).await.map_err(failed)?;
        state.facts = rows.iter().map(|row| row.get(0)).collect();
        let rows = client.query(DEFINITIONS, &[schemas]).await.map_err(failed)?;
        state.definitions = rows.iter().map(|row| row.get(0)).collect();
    }
    client.batch_execute("COMMIT").await.map_err(failed)?;
    Ok(state)
}

/// The shard against its own catalog.
fn within(state: &State) -> Vec<Drift> {
    let Some(catalog) = &state.catalog else {
        return vec![Drift { shard: state.shard.clone(), what: "nothing was ever migrated to it".to_owned() }];
    };
    let mut expected = implied(catalog, &state.runtime, state.stride);
    expected.extend(super::isolation::facts(catalog, &state.runtime, &state.release));
    let drift = |what: String| Drift { shard: state.shard.clone(), what };
    let asked = (catalog.isolation != state.isolation)
        .then(|| drift("[migrate] isolation asks for another: run `orgfold migrate`".to_owned()));
    let missing = expected.difference(&state.facts).map(|fact| drift(format!("missing: {fact}")));
    let more = state.facts.difference(&expected).map(|fact| drift(format!("not in the catalog: {fact}")));
    asked.into_iter().chain(missing).chain(more).collect()
}

fn against_files(state: &State, files: &[SchemaFile]) -> Vec<Drift> {
    let mut found = Vec::new();
    for file in files {
        let what = match state.migrations.iter().find(|(name, ..)| name == file.name()) {
            None => "was not applied",
            Some((_, sum, _)) if *sum != file.checksum() => "was applied with another text",
            Some((_, _, false)) => "was applied in part: run `orgfold migrate` again",
            Some((_, _, true)) => continue,
        };
        found.push(Drift { shard: state.shard.clone(), what: format!("{} {what}", file.name()) });
    }
    found
}

/// A shard against the first.
fn between(first: &State, other: &State) -> Vec<Drift> {
    let mut found = Vec::new();
    let mut differ = |what: String| found.push(Drift { shard: other.shard.clone(), what });
    if first.catalog != other.catalog {
        differ(format!("its catalog is not that of {}", first.shard));
    }
    if first.migrations != other.migrations {
        differ(format!("its migrations are not those of {}", first.shard));
    }
    for text in first.definitions.difference(&other.definitions) {
        differ(format!("only {} has {text}", first.shard));
    }
    for text in other.definitions.difference(&first.definitions) {
        differ(format!("{} has not {text}", first.shard));
    }
    found
}

/// The lines that `shard_facts.sql` would give for a shard that is exactly as its catalog says.
fn implied(catalog: &Catalog, runtime: &str, stride: i16) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for (name, defined) in &catalog.types {
        let name = plain(name);
        facts.insert(match defined {
            DefinedType::Enum { labels } => {
                let labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
                format!("enum {name} ({})", labels.join(", "))
            }
            DefinedType::Domain { .. } => format!("domain {name}"),
            DefinedType::Composite { fields } => format!("composite {name} ({})", fields.join(", ")),
        });
    }
    // Nobody is granted anything on a view.
    facts.extend(catalog.views.keys().map(|name| format!("relation {} of kind v", plain(name))));
    for (name, table) in &catalog.tables {
        for column in &table.columns {
            let Some(sequence) = &column.sequence else { continue };
            let sequence = plain(sequence);
            facts.insert(format!("sequence {sequence} {} increment {stride}", column.data_type));
            facts.insert(format!("grant USAGE on {sequence} to {runtime}"));
        }
        let own = plain(name);
        match table.scope {
            Scope::Global => {
                facts.insert(format!("table {own}"));
                facts.insert(format!("grant SELECT on {own} to {runtime}"));
                describe(&mut facts, catalog, name, table, None);
            }
            Scope::Org => {
                facts.insert(format!("partitioned table {own} HASH ({ORG_COLUMN})"));
                describe(&mut facts, catalog, name, table, None);
                for number in 0..catalog.leaves.get() {
                    let leaf = of_leaf(catalog, name, number);
                    let (count, verbs) = (catalog.leaves.get(), ["SELECT", "INSERT", "UPDATE", "DELETE"]);
                    facts.insert(format!("leaf {leaf} of {own} FOR VALUES WITH (modulus {count}, remainder {number})"));
                    facts.extend(verbs.map(|verb| format!("grant {verb} on {leaf} to {runtime}")));
                    describe(&mut facts, catalog, name, table, Some(number));
                }
            }
        }
    }
    facts
}

/// Columns, constraints and indexes of a global table or a parent (`leaf` is none), or of a leaf.
fn describe(facts: &mut BTreeSet<String>, catalog: &Catalog, name: &QualifiedName, table: &Table, leaf: Option<u16>) {
    let naming = catalog.naming();
    let relation = leaf.map_or_else(|| plain(name), |number| of_leaf(catalog, name, number));
    let org = table.scope == Scope::Org;
    let hidden = usize::from(org);
    if org {
        facts.insert(format!("column {relation} #1 {ORG_COLUMN} bigint not null"));
    }
    for (at, column) in table.columns.iter().enumerate() {
        facts.insert(format!("column {relation} #{} {}", at + 1 + hidden, described(column)));
    }
    let key = |columns: &[String]| {
        let all = if org { vec![ORG_COLUMN.to_owned()] } else { Vec::new() };
        [all.as_slice(), columns].concat().join(", ")
    };
    for constraint in &table.constraints {
        let kept = leaf.map_or_else(|| constraint.name.clone(), |number| naming.physical(&constraint.physical, number));
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => {
                facts.insert(format!("primary key {kept} on {relation} ({})", key(columns)));
            }
            ConstraintKind::Unique { columns, .. } => {
                facts.insert(format!("unique {kept} on {relation} ({})", key(columns)));
            }
            ConstraintKind::Check { .. } => {
                facts.insert(format!("check {} on {relation}", constraint.name));
            }
            ConstraintKind::Exclude { .. } if org && leaf.is_none() => {}
            ConstraintKind::Exclude { .. } => {
                facts.insert(format!("exclusion {kept} on {relation}"));
            }
            ConstraintKind::ForeignKey { .. } if org && leaf.is_none() => {}
            ConstraintKind::ForeignKey { .. } => {
                facts.extend(foreign_key(catalog, constraint, &relation, org, leaf));
            }
        }
    }
    for index in &table.indexes {
        let kept = leaf.map_or_else(|| index.name.clone(), |number| naming.physical(&index.physical, number));
        let unique = if index.unique { "unique " } else { "" };
        facts.insert(format!("{unique}index {}.{kept} on {relation}", name.schema));
    }
}

fn foreign_key(
    catalog: &Catalog,
    constraint: &Constraint,
    relation: &str,
    org: bool,
    leaf: Option<u16>,
) -> Option<String> {
    let ConstraintKind::ForeignKey { columns, target, on_delete, on_update, .. } = &constraint.kind else {
        return None;
    };
    let between_orgs = org && catalog.tables.get(target).is_some_and(|table| table.scope == Scope::Org);
    let (to, first) = match leaf {
        Some(number) if between_orgs => (of_leaf(catalog, target, number), vec![ORG_COLUMN.to_owned()]),
        Some(_) | None => (plain(target), Vec::new()),
    };
    let columns = [first.as_slice(), columns.as_slice()].concat().join(", ");
    let (name, delete, update) = (&constraint.name, letter(*on_delete), letter(*on_update));
    Some(format!("foreign key {name} on {relation} to {to} ({columns}) on delete {delete} on update {update}"))
}

fn described(column: &Column) -> String {
    let not_null = if column.not_null { " not null" } else { "" };
    let generated = if column.generated.is_some() { " generated" } else { "" };
    format!("{} {}{not_null}{generated}", column.name, column.data_type)
}

/// As `pg_constraint` says it.
const fn letter(action: ReferentialAction) -> char {
    match action {
        ReferentialAction::NoAction => 'a',
        ReferentialAction::Restrict => 'r',
        ReferentialAction::Cascade => 'c',
        ReferentialAction::SetNull => 'n',
        ReferentialAction::SetDefault => 'd',
    }
}

/// Unquoted, as the query writes them.
fn plain(name: &QualifiedName) -> String {
    format!("{}.{}", name.schema, name.name)
}

fn of_leaf(catalog: &Catalog, name: &QualifiedName, number: u16) -> String {
    format!("{}.{}", name.schema, catalog.naming().physical(&name.name, number))
}
