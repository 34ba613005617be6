//! [`Node`]: what a bound statement is made of.
//!
//! A bound statement keeps the client's order of tokens; only what policy or rewrite must decide on is a node of its
//! own kind. Keeping the order is what makes printing exact: whatever binds tighter, the text that PostgreSQL reads is
//! still the client's.

pub(crate) use super::super::ast::tree::{FunctionName, TypeName};
use crate::catalog::QualifiedName;

/// A piece of a bound statement. `at` is the client's character number (0: not the client's).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A keyword or punctuation, exactly so.
    Word(&'static str),
    /// A keyword or punctuation of the client's.
    Keyword(&'static str, u32),
    /// An operator.
    Operator(Box<str>, u32),
    /// A name that stands for itself: an alias, an output column, a window.
    Name { name: Box<str>, at: u32 },
    /// A column of a relation in scope, with its qualifier; `implied` when orgfold adds the qualifier.
    Column { qualifier: Option<Box<str>>, implied: bool, name: Box<str>, at: u32 },
    /// A relation's name as its whole row, which has the type of the table of that name; `nullable` when an outer join may
    /// leave no row.
    WholeRow { name: Box<str>, table: Box<str>, nullable: bool, at: u32 },
    /// A column of an object that is a target: its slot, and the name that the client wrote, its qualifier too when `shown`.
    Slot { qualifier: Option<Box<str>>, shown: bool, name: Box<str>, slot: Box<str>, varchar: bool, at: u32 },
    /// A literal, in PostgreSQL's syntax, checked to be exactly one literal.
    Literal { text: Box<str>, at: u32 },
    /// A parameter of the client's.
    Param { number: u16, at: u32 },
    /// A type, in PostgreSQL's syntax.
    Type(TypeName),
    /// The name of a function that is called next.
    Function(FunctionName),
    /// `.name` of an expression: a field, or by PostgreSQL's functional notation a function.
    Field { name: Box<str>, at: u32 },
    /// A relation that is read.
    Relation(Relation),
    /// The relation that DML changes: the leaf itself.
    Target { table: QualifiedName, alias: Box<str>, logical: Vec<Node> },
    /// The leaf that COPY FROM fills.
    CopyTarget { table: QualifiedName },
    /// `alias.org_id = $org` of a DML target.
    OrgPredicate { alias: Box<str> },
    /// `alias.object_id = <id>` of an object that is a target.
    ObjectPredicate { alias: Box<str>, id: u32 },
    /// `org_id` in a column list.
    OrgColumn,
    /// `alias.org_id`, in GROUP BY.
    OrgColumnOf { alias: Box<str> },
    /// The org's id as a value.
    OrgValue,
    /// The leaf's name of a constraint's index (ON CONFLICT ON CONSTRAINT): the physical base, and what the client wrote.
    LeafIndex { base: Box<str>, logical: Box<str>, at: u32 },
    /// The channel of NOTIFY: the org's own.
    Channel { name: Box<str>, at: u32 },
    /// Only in the physical text: what orgfold adds.
    Physical(Vec<Node>),
    /// Only in the logical text: what orgfold replaced.
    Logical(Vec<Node>),
}

/// A relation that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) kind: RelationKind,
    /// The name by which the statement knows it, when none was given: the table's.
    pub(crate) alias: Box<str>,
    /// The tokens that the client wrote, for comparison: name, alias.
    pub(crate) logical: Vec<Node>,
    /// `(a, b)` after the alias.
    pub(crate) alias_columns: Vec<Node>,
    /// TABLESAMPLE, which belongs to the leaf inside the derived table.
    pub(crate) sample: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RelationKind {
    /// An org-scoped table: becomes a derived table over the leaf, with these columns.
    Org { table: QualifiedName, columns: Vec<Box<str>> },
    /// An org-scoped table whose rows are locked: the leaf itself, with its predicate in the query's WHERE. A derived table
    /// would be locked as a whole before LIMIT and joins.
    Leaf { table: QualifiedName },
    /// A global table.
    Global { table: QualifiedName },
    /// A view: its bound query and its column names.
    View { query: Vec<Node>, columns: Vec<Box<str>> },
    /// A stand-in for a system catalog: the physical name.
    Catalog { physical: &'static str },
    /// A CTE of the statement.
    Cte,
}

impl Relation {
    /// How many leaves it reads, counting those of a view with `count`.
    pub(crate) fn leaves(&self, count: fn(&[Node]) -> usize) -> usize {
        match &self.kind {
            RelationKind::Org { table: _, columns: _ } | RelationKind::Leaf { table: _ } => 1,
            RelationKind::View { query, columns: _ } => count(query),
            RelationKind::Global { table: _ } | RelationKind::Catalog { physical: _ } | RelationKind::Cte => 0,
        }
    }
}
