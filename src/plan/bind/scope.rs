//! [`Scope`]: which relations a name may mean.

use super::super::error::PlanError;
use super::object::{Fields, is_system};
use super::tree::Node;
use crate::catalog::{ORG_COLUMN, is_record_column};
use crate::sqlstate::SqlState;

/// What is known of a relation's columns. An empty name is a column whose name is PostgreSQL's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Columns {
    /// These, in order.
    Known(Vec<Box<str>>),
    /// Not known here: PostgreSQL decides.
    Unknown,
}

impl Columns {
    pub(crate) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Columns {
        Columns::Known(names.into_iter().map(Into::into).collect())
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Columns::Known(columns) => columns.iter().any(|column| &**column == name),
            Columns::Unknown => false,
        }
    }

    fn may_have(&self, name: &str) -> bool {
        match self {
            Columns::Known(columns) => columns.iter().any(|column| column.is_empty() || &**column == name),
            Columns::Unknown => true,
        }
    }

    /// Renamed from the left, as an alias's column list does.
    pub(crate) fn renamed(self, aliases: &[Box<str>]) -> Columns {
        match self {
            Columns::Known(mut columns) => {
                for (column, alias) in columns.iter_mut().zip(aliases) {
                    column.clone_from(alias);
                }
                Columns::Known(columns)
            }
            Columns::Unknown => Columns::Unknown,
        }
    }
}

/// What a relation in scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is read: `org_id` is not among its physical columns either.
    Source,
    /// The leaf itself, changed or locked (or `excluded`): physically it has the hidden column.
    Leaf,
}

#[derive(Debug, Clone)]
pub(crate) struct ScopeRelation {
    pub(crate) alias: Box<str>,
    pub(crate) columns: Columns,
    pub(crate) role: Role,
    /// System columns that a derived table passes on, because the statement names them.
    pub(crate) system: bool,
    /// The stand-in, when it is a catalog.
    pub(crate) catalog: Option<&'static str>,
    /// The table or view whose row type its rows have, and whether an outer join may leave no row.
    pub(crate) row_type: Option<(Box<str>, bool)>,
    /// The slots of its columns, when it is the leaf of an object.
    pub(crate) fields: Option<Fields>,
}

/// The relations of one query level, and those around it.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'p> {
    pub(crate) parent: Option<&'p Scope<'p>>,
    pub(crate) relations: Vec<ScopeRelation>,
    /// Output names that a bare name may mean (ORDER BY, GROUP BY, DISTINCT ON).
    pub(crate) outputs: Vec<Box<str>>,
    /// Whether anything may be in scope here that is not listed (set operations' ORDER BY).
    pub(crate) open: bool,
    /// What `*` means: qualifier and name of each column, or `None` where PostgreSQL must say.
    pub(crate) star: Star,
}

/// The columns of `*`, in order; a merged join column has no qualifier.
pub(crate) type Star = Option<Vec<(Option<Box<str>>, Box<str>)>>;

/// The columns that every physical table has besides its own, and an org may see.
pub(crate) const SYSTEM_COLUMNS: [&str; 5] = ["ctid", "xmin", "xmax", "cmin", "cmax"];

/// Not shown: it would name the leaf.
const TABLE_OID: &str = "tableoid";

impl<'p> Scope<'p> {
    pub(crate) fn new(parent: Option<&'p Scope<'p>>) -> Scope<'p> {
        Scope { parent, relations: Vec::new(), outputs: Vec::new(), open: false, star: Some(Vec::new()) }
    }

    pub(super) fn levels(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| scope.parent)
    }

    pub(crate) fn relation(&self, alias: &str) -> Option<&ScopeRelation> {
        self.levels().find_map(|level| level.relations.iter().find(|relation| &*relation.alias == alias))
    }

    /// Binds an unqualified name. `output`: it may mean an output column. `strict`: what is not known is refused here, not
    /// left to the server.
    pub(crate) fn name(&self, name: &str, output: bool, strict: bool, at: u32) -> Result<Node, PlanError> {
        if output && self.outputs.iter().any(|known| &**known == name) {
            if self.reaches_object() && is_record_column(name) {
                return Err(PlanError::unsupported(format!("the output column \"{name}\" by its name here"), at));
            }
            return Ok(Node::Name { name: name.into(), at });
        }
        if self.reaches_object() {
            return self.beside_object(name, at);
        }
        let plain = || Node::Column { qualifier: None, implied: false, name: name.into(), at };
        // Where a leaf is in reach, PostgreSQL would find its hidden columns under these names: then only a source that is
        // known to have such a column counts, and the name is qualified.
        let hidden = (name == ORG_COLUMN || name == TABLE_OID)
            && self.levels().any(|level| level.relations.iter().any(|relation| relation.role == Role::Leaf));
        // A bare name that a leaf goes by too would look like the leaf's whole row.
        let leaf =
            self.levels().any(|level| level.relations.iter().any(|one| one.role == Role::Leaf && &*one.alias == name));
        for level in self.levels() {
            let found = level.relations.iter().find(|relation| {
                if hidden {
                    relation.columns.has(name) && relation.role == Role::Source
                } else {
                    relation.columns.may_have(name) || relation.has_system(name)
                }
            });
            if let Some(relation) = found {
                // Of several, which may be joined by USING or be one too many, PostgreSQL alone says what the name means.
                let lone = || level.relations.iter().filter(|one| one.columns.may_have(name)).count() == 1;
                let implied = hidden || (leaf && relation.columns.has(name) && lone());
                let qualifier = implied.then(|| relation.alias.clone());
                return Ok(Node::Column { qualifier, implied, name: name.into(), at });
            }
            if level.open && !hidden {
                return Ok(plain());
            }
            if output && level.outputs.iter().any(|known| known.is_empty()) && !hidden {
                return Ok(plain());
            }
        }
        // No column of that name, here or around: PostgreSQL takes a relation's name for its whole row.
        if let Some(relation) = self.relation(name) {
            relation.whole_row(at)?;
            return Ok(match &relation.row_type {
                Some((table, nullable)) => {
                    Node::WholeRow { name: name.into(), table: table.clone(), nullable: *nullable, at }
                }
                None => plain(),
            });
        }
        // Where no leaf is in reach, every physical column has a logical name: the server says what is wrong, and what
        // may have been meant.
        let physical = |relation: &ScopeRelation| relation.role == Role::Leaf || relation.system;
        let reached = self.levels().any(|level| level.relations.iter().any(physical));
        if !strict && !reached && name != ORG_COLUMN && name != TABLE_OID && !SYSTEM_COLUMNS.contains(&name) {
            return Ok(plain());
        }
        Err(undefined(None, name, at))
    }

    /// Binds `alias.name`.
    pub(crate) fn qualified(&self, alias: &str, name: &str, at: u32) -> Result<Node, PlanError> {
        let Some(relation) = self.relation(alias) else {
            return Err(PlanError::new(
                SqlState::UNDEFINED_TABLE,
                "unknown_table",
                format!("missing FROM-clause entry for table \"{alias}\""),
            )
            .at(at));
        };
        let found = match relation.role {
            Role::Source => relation.columns.may_have(name),
            Role::Leaf => relation.columns.has(name),
        };
        if !found && !relation.has_system(name) {
            let twice = |level: &Scope<'_>| level.relations.iter().filter(|other| &*other.alias == alias).count() > 1;
            if self.levels().any(twice) {
                let message = format!("table name \"{alias}\" specified more than once");
                return Err(PlanError::new(SqlState::DUPLICATE_ALIAS, "duplicate_alias", message).placeless());
            }
            return Err(undefined(Some(alias), name, at));
        }
        if let Some(field) = relation.field(name) {
            return Ok(field.node(Some(alias), true, at));
        }
        Ok(Node::Column { qualifier: Some(alias.into()), implied: false, name: name.into(), at })
    }
}

impl ScopeRelation {
    fn has_system(&self, name: &str) -> bool {
        is_system(self, name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.has(name) || self.has_system(name)
    }

    pub(super) fn may_have(&self, name: &str) -> bool {
        self.columns.may_have(name) || self.has_system(name)
    }

    /// Refuses a whole row that would show more than the logical columns.
    pub(crate) fn whole_row(&self, at: u32) -> Result<(), PlanError> {
        match self.role {
            Role::Source if !self.system => Ok(()),
            Role::Source | Role::Leaf => {
                Err(PlanError::unsupported(format!("the whole row of \"{}\" here", self.alias), at)
                    .hint("name its columns"))
            }
        }
    }
}

fn undefined(alias: Option<&str>, name: &str, at: u32) -> PlanError {
    if name == TABLE_OID {
        return PlanError::unsupported(format!("system column \"{name}\""), at);
    }
    let message = match alias {
        Some(alias) => format!("column {alias}.{name} does not exist"),
        None => format!("column \"{name}\" does not exist"),
    };
    PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(at)
}
