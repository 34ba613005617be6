//! The tree of a statement: as deep as names need, no deeper.
//!
//! Queries, FROM lists and changes have a structure, because names are looked up by it. An expression is a list of
//! [`Piece`]s in the client's order: whatever binds tighter, PostgreSQL reads the same tokens again. Positions (`at`) are
//! the client's character numbers; 0 stands for none. What is absent: meaning.

/// An identifier: folded unless quoted, cut at 63 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ident {
    pub(crate) name: Box<str>,
    pub(crate) at: u32,
}

/// A piece of an expression or a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A keyword or punctuation of the grammar.
    Word(&'static str, u32),
    /// An operator.
    Operator(Box<str>, u32),
    /// A name that stands for itself: an alias, a window, an argument, a collation.
    Name(Ident),
    /// A column, or by itself a relation's whole row. `output`: it may mean a column of the select list too.
    Column { parts: Vec<Ident>, output: bool },
    /// `*`; where a select list has it, all columns.
    Star(u32),
    /// `name.*`, as an item of a list or an argument.
    Wildcard(Vec<Ident>),
    /// A literal: PostgreSQL's text for it.
    Literal(Box<str>, u32),
    /// `$n`.
    Param(u16, u32),
    /// A type's name.
    Type(TypeName),
    /// A function's name; its brackets follow, if it has any.
    Function(FunctionName),
    /// A cast to a type whose input looks names up.
    Lookup(Box<Lookup>),
    /// The name of a field, after a dot.
    Field(Ident),
    /// A sub-query; its brackets are pieces around it.
    Query(Box<Query>),
}

/// An expression.
pub(crate) type Pieces = Vec<Piece>;

/// What may become of an expression's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Its type may become that of other expressions.
    Mixed,
    /// Nothing else takes its type: an output column, the operand of a cast.
    Alone,
    /// Whatever takes its type is only compared, never shown.
    Compared,
    /// It is an argument of this function.
    Argument(Box<FunctionName>),
}

/// A cast to a type whose input looks names up: `regclass` and its like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lookup {
    pub(crate) form: Cast,
    pub(crate) operand: Pieces,
    pub(crate) name: TypeName,
    pub(crate) place: Place,
}

/// How a cast is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cast {
    /// `CAST(x AS t)`.
    Call,
    /// `x::t`.
    Colons,
    /// `t 'x'`.
    Typed,
}

/// A type name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeName {
    /// The schema, when it was named.
    pub(crate) schema: Option<Box<str>>,
    /// The name as PostgreSQL stores it, or SQL's spelling (`double precision`).
    pub(crate) name: Box<str>,
    /// Everything after the name, in PostgreSQL's syntax: `(12,2)`, ` with time zone`, `[]`.
    pub(crate) suffix: Box<str>,
    pub(crate) at: u32,
    /// Whether it is a plain identifier, not one of the grammar's spellings: then it is quoted where needed
    /// (`"char"` and `char` are different types).
    pub(crate) custom: bool,
}

impl TypeName {
    /// Its name without what follows when it is PostgreSQL's own: without a schema, or in `pg_catalog`.
    pub(crate) fn builtin(&self) -> Option<&str> {
        matches!(self.schema.as_deref(), None | Some("pg_catalog")).then_some(&*self.name)
    }
}

/// A function's name where it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionName {
    pub(crate) schema: Option<Box<str>>,
    pub(crate) name: Box<str>,
    pub(crate) at: u32,
    /// Whether it stands in FROM.
    pub(crate) in_from: bool,
    /// What may become of its result.
    pub(crate) place: Place,
}

impl FunctionName {
    /// Its name when it is PostgreSQL's own: without a schema, or in `pg_catalog`.
    pub(crate) fn builtin(&self) -> Option<&str> {
        matches!(self.schema.as_deref(), None | Some("pg_catalog")).then_some(&*self.name)
    }

    /// A function without a schema whose result is nobody's business.
    pub(crate) fn plain(name: &str, at: u32) -> FunctionName {
        FunctionName { schema: None, name: name.into(), at, in_from: false, place: Place::Mixed }
    }
}

/// A query or a change of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Statement {
    Query(Box<Query>),
    Insert(Box<Insert>),
    Update(Box<Update>),
    Delete(Box<Delete>),
    Merge(Box<Merge>),
}

/// `WITH ... SELECT ... ORDER BY ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) with: Option<With>,
    pub(crate) first: Term,
    /// What the set operations add: their words, and the next term.
    pub(crate) rest: Vec<(Pieces, Term)>,
    /// ORDER BY and what follows it, in the client's order.
    pub(crate) tail: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct With {
    pub(crate) at: u32,
    pub(crate) recursive: Option<u32>,
    pub(crate) items: Vec<Cte>,
}

/// One query of WITH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cte {
    pub(crate) name: Ident,
    pub(crate) columns: Vec<Ident>,
    /// `AS MATERIALIZED` and the like.
    pub(crate) words: Pieces,
    pub(crate) body: Statement,
    /// SEARCH and CYCLE.
    pub(crate) after: Pieces,
    /// The columns that SEARCH and CYCLE add.
    pub(crate) added: Vec<Box<str>>,
}

/// An operand of a set operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    Select(Box<Select>),
    Values {
        at: u32,
        rows: Vec<Vec<Pieces>>,
    },
    /// `TABLE name`.
    Table {
        at: u32,
        relation: TableName,
    },
    /// A query in brackets.
    Query(Box<Query>),
}

/// A clause behind the terms of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clause {
    /// ORDER BY: each expression with ASC, NULLS and so on behind it.
    OrderBy(u32, Vec<Pieces>),
    /// LIMIT, OFFSET, FETCH: words and expressions.
    Limit(Pieces),
    /// FOR UPDATE and its like.
    Lock { words: Pieces, of: Vec<Ident>, wait: Pieces },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Select {
    pub(crate) at: u32,
    pub(crate) distinct: Distinct,
    pub(crate) items: Vec<Item>,
    pub(crate) into: Option<u32>,
    pub(crate) from: Vec<FromItem>,
    pub(crate) from_at: u32,
    pub(crate) condition: Option<(u32, Pieces)>,
    /// GROUP BY with ALL or DISTINCT, and its items.
    pub(crate) group: Option<(Pieces, Vec<Pieces>)>,
    pub(crate) having: Option<(u32, Pieces)>,
    /// WINDOW, all of it.
    pub(crate) windows: Pieces,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Distinct {
    No,
    /// ALL or DISTINCT.
    Word(&'static str, u32),
    On(u32, Vec<Pieces>),
}

/// An item of a select list or of RETURNING.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) expr: Pieces,
    pub(crate) alias: Option<Ident>,
    /// The name PostgreSQL gives the column when there is no alias; `None` where that takes more than a look.
    pub(crate) name: Option<Box<str>>,
}

/// The name of a table where it is read or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableName {
    /// ONLY, with or without brackets, or a star behind: an org's tables have no children, so they mean nothing.
    pub(crate) before: Pieces,
    pub(crate) parts: Vec<Ident>,
    pub(crate) after: Pieces,
}

/// `AS name (columns)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alias {
    /// `None` for `AS (a int)` of a function alone.
    pub(crate) name: Option<Ident>,
    pub(crate) columns: Vec<(Ident, Pieces)>,
    pub(crate) bracketed: bool,
}

/// An item of FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FromItem {
    Table {
        name: TableName,
        alias: Option<Alias>,
        sample: Pieces,
    },
    Query {
        lateral: Option<u32>,
        query: Box<Query>,
        alias: Option<Alias>,
    },
    /// Functions: one, or those of ROWS FROM with their own column lists.
    Function {
        lateral: Option<u32>,
        rows: Option<u32>,
        calls: Vec<Call>,
        ordinality: Option<u32>,
        alias: Option<Alias>,
    },
    /// XMLTABLE and JSON_TABLE: all of it, and its columns.
    Columns {
        lateral: Option<u32>,
        call: Pieces,
        columns: Vec<Box<str>>,
        alias: Option<Alias>,
    },
    Join {
        left: Box<FromItem>,
        words: Pieces,
        natural: bool,
        right: Box<FromItem>,
        on: JoinOn,
    },
    /// In brackets.
    Nested {
        item: Box<FromItem>,
        alias: Option<Alias>,
    },
}

/// A function in FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The last part of its name.
    pub(crate) name: Box<str>,
    pub(crate) pieces: Pieces,
    /// `AS (a int, b text)` in ROWS FROM.
    pub(crate) columns: Vec<(Ident, Pieces)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JoinOn {
    Nothing,
    On(u32, Pieces),
    Using { at: u32, columns: Vec<Ident>, alias: Option<Ident> },
}

/// The table that a statement changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) name: TableName,
    pub(crate) alias: Option<Ident>,
}

/// A column that is set, with the element or field of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetPlace {
    pub(crate) column: Ident,
    pub(crate) rest: Pieces,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Insert {
    pub(crate) with: Option<With>,
    pub(crate) at: u32,
    pub(crate) target: Target,
    pub(crate) columns: Option<Vec<SetPlace>>,
    /// OVERRIDING SYSTEM VALUE or USER VALUE.
    pub(crate) overriding: Option<Overriding>,
    /// `None` is DEFAULT VALUES.
    pub(crate) source: Option<Box<Query>>,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) returning: Option<Returning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overriding {
    System(u32),
    User(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) at: u32,
    pub(crate) arbiter: Arbiter,
    /// `None` is DO NOTHING.
    pub(crate) update: Option<ConflictUpdate>,
}

/// `DO UPDATE SET ... WHERE ...`.
pub(crate) type ConflictUpdate = (Vec<Assignment>, Option<(u32, Pieces)>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arbiter {
    Nothing,
    /// Index columns or expressions, and the predicate of a partial index.
    Columns(Vec<Pieces>, Option<(u32, Pieces)>),
    Constraint(Ident),
}

/// `a = 1`, `(a, b) = (1, 2)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) places: Vec<SetPlace>,
    /// Whether the left side is in brackets.
    pub(crate) row: bool,
    pub(crate) at: u32,
    pub(crate) value: Pieces,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) with: Option<With>,
    pub(crate) at: u32,
    pub(crate) target: Target,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) from: Vec<FromItem>,
    pub(crate) condition: Condition,
    pub(crate) returning: Option<Returning>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delete {
    pub(crate) with: Option<With>,
    pub(crate) at: u32,
    pub(crate) target: Target,
    pub(crate) using: Vec<FromItem>,
    pub(crate) condition: Condition,
    pub(crate) returning: Option<Returning>,
}

/// WHERE of UPDATE and DELETE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    All,
    Where(u32, Pieces),
    /// WHERE CURRENT OF a cursor.
    CurrentOf(u32, Ident),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Returning {
    pub(crate) at: u32,
    pub(crate) items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) with: Option<With>,
    pub(crate) at: u32,
    pub(crate) target: Target,
    pub(crate) source: FromItem,
    pub(crate) on: (u32, Pieces),
    pub(crate) arms: Vec<Arm>,
    pub(crate) returning: Option<Returning>,
}

/// WHEN of MERGE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arm {
    /// `WHEN NOT MATCHED ...`.
    pub(crate) words: Pieces,
    pub(crate) matched: bool,
    /// BY SOURCE.
    pub(crate) by_source: Option<u32>,
    pub(crate) condition: Option<(u32, Pieces)>,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    Delete,
    Update(Vec<Assignment>),
    Insert { columns: Option<Vec<SetPlace>>, overriding: Option<Overriding>, values: Option<Vec<Pieces>> },
}
