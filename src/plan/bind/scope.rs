//! [`Scope`]: which relations a name may mean.

use super::super::error::PlanError;
use super::tree::Node;
use crate::catalog::ORG_COLUMN;
use crate::sqlstate::SqlState;

/// What is known of a relation's columns.
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

    fn may_have(&self, name: &str) -> bool {
        match self {
            Columns::Known(columns) => columns.iter().any(|column| &**column == name),
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
    /// The leaf that DML changes (or `excluded`): physically it has the hidden column.
    Target,
}

#[derive(Debug, Clone)]
pub(crate) struct ScopeRelation {
    pub(crate) alias: Box<str>,
    pub(crate) columns: Columns,
    pub(crate) role: Role,
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
}

/// The columns that every physical table has besides its own.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

impl<'p> Scope<'p> {
    pub(crate) fn new(parent: Option<&'p Scope<'p>>) -> Scope<'p> {
        Scope { parent, relations: Vec::new(), outputs: Vec::new(), open: false }
    }

    fn levels(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| scope.parent)
    }

    pub(crate) fn relation(&self, alias: &str) -> Option<&ScopeRelation> {
        self.levels().find_map(|level| level.relations.iter().find(|relation| &*relation.alias == alias))
    }

    /// Binds an unqualified name.
    pub(crate) fn name(&self, name: &str, at: u32) -> Result<Node, PlanError> {
        if self.outputs.iter().any(|output| &**output == name) {
            return Ok(Node::Name { name: name.into(), at });
        }
        // Where a changed table is in reach, PostgreSQL would find its hidden columns under these names: then only a
        // source that is known to have such a column counts, and the name is qualified.
        let hidden = (name == ORG_COLUMN || SYSTEM_COLUMNS.contains(&name))
            && self.levels().any(|level| level.relations.iter().any(|relation| relation.role == Role::Target));
        for level in self.levels() {
            let found = level.relations.iter().find(|relation| {
                relation.columns.may_have(name)
                    && !(hidden && (relation.role == Role::Target || relation.columns == Columns::Unknown))
            });
            if let Some(relation) = found {
                let qualifier = hidden.then(|| relation.alias.clone());
                return Ok(Node::Column { qualifier, implied: hidden, name: name.into(), at });
            }
            if level.open && !hidden {
                return Ok(Node::Column { qualifier: None, implied: false, name: name.into(), at });
            }
            // No column of that name: PostgreSQL takes a relation's name for its whole row.
            if let Some(relation) = level.relations.iter().find(|relation| &*relation.alias == name) {
                return match relation.role {
                    Role::Source => Ok(Node::Column { qualifier: None, implied: false, name: name.into(), at }),
                    Role::Target => {
                        Err(PlanError::unsupported(format!("the whole row of the changed table \"{name}\""), at))
                    }
                };
            }
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
        if !relation.columns.may_have(name) || (relation.role == Role::Target && relation.columns == Columns::Unknown) {
            return Err(undefined(Some(alias), name, at));
        }
        Ok(Node::Column { qualifier: Some(alias.into()), implied: false, name: name.into(), at })
    }
}

fn undefined(alias: Option<&str>, name: &str, at: u32) -> PlanError {
    if SYSTEM_COLUMNS.contains(&name) {
        return PlanError::unsupported(format!("system column \"{name}\""), at);
    }
    let message = match alias {
        Some(alias) => format!("column {alias}.{name} does not exist"),
        None => format!("column \"{name}\" does not exist"),
    };
    PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(at)
}
