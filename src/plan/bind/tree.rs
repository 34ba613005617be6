//! [`Node`]: what a bound statement is made of.
//!
//! A bound statement keeps the client's order of tokens; only what policy or rewrite must decide on is a node of its
//! own kind. Keeping the order is what makes printing exact: where sqlparser's idea of precedence differs from
//! PostgreSQL's, the text that PostgreSQL reads is still the client's.

use crate::catalog::QualifiedName;

/// A piece of a bound statement. `at` is the client's character number (0: not the client's).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A keyword or punctuation, exactly so.
    Word(&'static str),
    /// An operator.
    Operator(Box<str>),
    /// A name that stands for itself: an alias, an output column, a window.
    Name { name: Box<str>, at: u32 },
    /// A column of a relation in scope, with its qualifier; `implied` when orgfold adds the qualifier.
    Column { qualifier: Option<Box<str>>, implied: bool, name: Box<str>, at: u32 },
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
    /// `org_id` in a column list.
    OrgColumn,
    /// The org's id as a value.
    OrgValue,
    /// The leaf's name of a constraint's index (ON CONFLICT ON CONSTRAINT): the physical base, and what the client wrote.
    LeafIndex { base: Box<str>, logical: Box<str>, at: u32 },
    /// A bracket that the client may or may not have written, around a grouping set of one.
    MaybeBracket(&'static str),
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
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RelationKind {
    /// An org-scoped table: becomes a derived table over the leaf, with these columns.
    Org { table: QualifiedName, columns: Vec<Box<str>> },
    /// A global table.
    Global { table: QualifiedName },
    /// A view: its bound query and its column names.
    View { query: Vec<Node>, columns: Vec<Box<str>> },
    /// A stand-in for a system catalog: the physical name.
    Catalog { physical: &'static str },
    /// A CTE of the statement.
    Cte,
}

/// A type name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeName {
    /// The schema, for the service's own types.
    pub(crate) schema: Option<Box<str>>,
    /// The name as PostgreSQL stores it (`int4` is `integer` here), or SQL's spelling.
    pub(crate) name: Box<str>,
    /// Everything after the name, in PostgreSQL's syntax: `(12,2)`, ` with time zone`, `[]`.
    pub(crate) suffix: Box<str>,
    pub(crate) at: u32,
    /// Whether it is a plain identifier, not one of the grammar's spellings: then it is quoted where needed
    /// (`"char"` and `char` are different types).
    pub(crate) custom: bool,
}

/// A function's name where it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionName {
    pub(crate) schema: Option<Box<str>>,
    pub(crate) name: Box<str>,
    pub(crate) at: u32,
    /// Whether it stands in FROM.
    pub(crate) in_from: bool,
}

impl Relation {
    /// How many leaves it reads, counting those of a view with `count`.
    pub(crate) fn leaves(&self, count: fn(&[Node]) -> usize) -> usize {
        match &self.kind {
            RelationKind::Org { table: _, columns: _ } => 1,
            RelationKind::View { query, columns: _ } => count(query),
            RelationKind::Global { table: _ } | RelationKind::Catalog { physical: _ } | RelationKind::Cte => 0,
        }
    }
}
