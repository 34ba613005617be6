//! Objects as targets: their columns are slots of the universal table, and their defaults the binder's to fill in.
//!
//! Reading an object needs nothing here: its derived table gives the slots their names. A target is the leaf itself, so each
//! of its columns is named by its slot, beside which the leaf has columns that no statement may name. So where one is
//! in reach, every name must be found in a relation whose columns are known, and gets its qualifier.

use super::super::ast;
use super::super::ast::tree::{Arbiter, Ident, Item, Piece, Query, Term};
use super::super::error::PlanError;
use super::change::{TargetTable, is_default};
use super::scope::{Role, SYSTEM_COLUMNS, Scope, ScopeRelation};
use super::tree::Node;
use super::{Binder, Nodes, bracketed, named};
use crate::catalog::{Column, KEY_SLOT, LAYOUT_COLUMN, NEW_KEY, OBJECT_COLUMN, Table};
use crate::sqlstate::SqlState;

/// A column of an object, and where its values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: Box<str>,
    pub(crate) slot: Box<str>,
    /// Its slot's type is another.
    pub(crate) varchar: bool,
}

/// All the fields of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) object: u32,
    fields: Vec<Field>,
}

/// The fields of a table that is an object.
pub(super) fn fields(table: &Table) -> Option<Fields> {
    let object = table.object.as_ref()?.id;
    let field = |(column, slot): (&Column, &str)| Field {
        name: column.name.as_str().into(),
        slot: slot.into(),
        varchar: column.is_varchar(),
    };
    Some(Fields { object, fields: table.fields().map(field).collect() })
}

/// What each row of an INSERT gets besides the client's values.
pub(super) struct Append {
    /// Behind them, the org's value last.
    pub(super) tail: Nodes,
    /// What DEFAULT means in each of the client's columns, where the leaf does not know.
    pub(super) defaults: Vec<Option<Nodes>>,
}

impl Append {
    /// The cell of VALUES at this place, when it is DEFAULT and the leaf does not know what that means.
    pub(super) fn default(&self, at: usize, cell: &[Piece]) -> Option<Nodes> {
        if !is_default(cell) {
            return None;
        }
        let physical = self.defaults.get(at)?.clone()?;
        Some(vec![Node::Logical(vec![Node::Word("DEFAULT")]), Node::Physical(physical)])
    }
}

fn number(value: u32) -> Node {
    Node::Literal { text: value.to_string().into(), at: 0 }
}

fn own_name(name: &str) -> Node {
    Node::Name { name: name.into(), at: 0 }
}

impl Field {
    pub(super) fn node(&self, qualifier: Option<&str>, shown: bool, at: u32) -> Node {
        Node::Slot {
            qualifier: qualifier.map(Into::into),
            shown,
            name: self.name.clone(),
            slot: self.slot.clone(),
            varchar: self.varchar && qualifier.is_some(),
            at,
        }
    }
}

impl TargetTable<'_> {
    /// The predicate under which the leaf is changed.
    pub(super) fn predicate(&self) -> Nodes {
        let mut nodes = vec![Node::OrgPredicate { alias: self.alias.clone() }];
        if let Some(object) = &self.table.object {
            nodes.extend([Node::Word("AND"), Node::ObjectPredicate { alias: self.alias.clone(), id: object.id }]);
        }
        nodes
    }

    /// A column where it is filled: in a column list, or in SET.
    pub(super) fn place(&self, column: &Ident) -> Node {
        match self.table.slot(&column.name) {
            Some(slot) => {
                let field = Field { name: column.name.clone(), slot: slot.into(), varchar: false };
                field.node(None, false, column.at)
            }
            None => named(column),
        }
    }

    /// What an UPDATE sets besides: for which layout it was planned.
    pub(super) fn also_set(&self, nodes: &mut Nodes) {
        if let Some(object) = &self.table.object {
            let set = vec![Node::Word(","), own_name(LAYOUT_COLUMN), Node::Word("="), number(object.layout)];
            nodes.push(Node::Physical(set));
        }
    }

    /// Refuses what there is no exact way to do with an object yet.
    pub(super) fn no_object(&self, what: &str) -> Result<(), PlanError> {
        no_object(self.table, what, 0)
    }
}

/// Refuses what there is no exact way to do with an object yet.
pub(super) fn no_object(table: &Table, what: &str, at: u32) -> Result<(), PlanError> {
    match &table.object {
        None => Ok(()),
        Some(object) => {
            Err(PlanError::unsupported(format!("{what} \"{}\", which is an object of metadata,", object.name), at))
        }
    }
}

impl Binder<'_> {
    /// The columns that an INSERT fills besides `given`, and their values.
    pub(super) fn append(
        &mut self,
        target: &TargetTable<'_>,
        given: &[&str],
        source: Option<&Query>,
    ) -> Result<(Nodes, Append), PlanError> {
        let Some(object) = &target.table.object else {
            return Ok((vec![Node::OrgColumn], Append { tail: vec![Node::OrgValue], defaults: Vec::new() }));
        };
        let (mut columns, mut tail) = (Vec::new(), Vec::new());
        for (column, slot) in target.table.fields() {
            if given.contains(&column.name.as_str()) {
                continue;
            }
            let Some(default) = self.default_of(column)? else { continue };
            let once = |query: &Query| matches!(query.first, Term::Values { .. }) && query.rest.is_empty();
            if column.default.as_deref().is_some_and(|text| text.contains("gen_random_uuid"))
                && !source.is_none_or(once)
            {
                return Err(PlanError::unsupported(
                    format!("the default of column \"{}\" for the rows of a query", column.name),
                    0,
                )
                .hint("name the column and give it gen_random_uuid()"));
            }
            columns.extend([own_name(slot), Node::Word(",")]);
            tail.extend(default);
            tail.push(Node::Word(","));
        }
        columns.extend([
            own_name(LAYOUT_COLUMN),
            Node::Word(","),
            own_name(OBJECT_COLUMN),
            Node::Word(","),
            Node::OrgColumn,
        ]);
        tail.extend([number(object.layout), Node::Word(","), number(object.id), Node::Word(","), Node::OrgValue]);
        let mut defaults = Vec::with_capacity(given.len());
        for name in given {
            defaults.push(match target.table.column(name) {
                Some(column) => self.default_of(column)?,
                None => None,
            });
        }
        Ok((columns, Append { tail, defaults }))
    }

    /// DEFAULT VALUES of an object: all of it is orgfold's to write.
    pub(super) fn object_defaults(&mut self, target: &TargetTable<'_>, nodes: &mut Nodes) -> Result<(), PlanError> {
        let (columns, append) = self.append(target, &[], None)?;
        nodes.push(Node::Physical(bracketed(vec![columns])));
        nodes.push(Node::Logical(vec![Node::Word("DEFAULT"), Node::Word("VALUES")]));
        let mut values = vec![Node::Word("VALUES")];
        values.extend(bracketed(vec![append.tail]));
        nodes.push(Node::Physical(values));
        Ok(())
    }

    /// What DEFAULT means for a column of an object; `None`: the leaf's own NULL, or a new key.
    pub(super) fn default_of(&mut self, column: &Column) -> Result<Option<Nodes>, PlanError> {
        let Some(text) = column.default.as_deref().filter(|text| *text != NEW_KEY) else { return Ok(None) };
        let query = ast::parse_query(&format!("SELECT CAST({text} AS {})", column.data_type))?;
        let Term::Select(select) = &query.first else { return Err(PlanError::internal("a default that is none")) };
        let [Item { expr, alias: None, name: _ }] = select.items.as_slice() else {
            return Err(PlanError::internal("a default that is several"));
        };
        self.bound(expr, &Scope::new(None)).map(Some)
    }

    /// A value that SET gives a column of an object, when it is DEFAULT.
    pub(super) fn set_default(
        &mut self,
        target: &TargetTable<'_>,
        columns: &[&Ident],
        row: bool,
        value: &[Piece],
    ) -> Result<Option<Nodes>, PlanError> {
        if target.table.object.is_none() {
            return Ok(None);
        }
        for column in columns {
            if target.table.slot(&column.name) == Some(KEY_SLOT) {
                return Err(PlanError::unsupported("changing the key of a record", column.at));
            }
        }
        if row && value.iter().any(|piece| matches!(piece, Piece::Word("DEFAULT", _))) {
            return Err(PlanError::unsupported("DEFAULT in a row", 0).hint("set the columns one by one"));
        }
        let default = match columns {
            [column] if is_default(value) => target.table.column(&column.name),
            [..] => None,
        };
        let Some(physical) = default.map(|column| self.default_of(column)).transpose()?.flatten() else {
            return Ok(None);
        };
        Ok(Some(vec![Node::Logical(vec![Node::Word("DEFAULT")]), Node::Physical(physical)]))
    }

    /// The arbiter of ON CONFLICT: the unique slot of the constraint that is meant.
    pub(super) fn object_arbiter(
        &mut self,
        table: &Table,
        arbiter: &Arbiter,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let (slot, logical) = match arbiter {
            Arbiter::Nothing => return Ok(()),
            Arbiter::Columns(items, condition) => {
                let mut names = Vec::new();
                for item in items {
                    match item.as_slice() {
                        [Piece::Column { parts, output: _ }] if parts.len() == 1 => {
                            names.extend(parts.iter().map(|part| &*part.name));
                        }
                        [..] => return Err(PlanError::unsupported("ON CONFLICT of more than columns", 0)),
                    }
                }
                if condition.is_some() {
                    return Err(PlanError::unsupported("ON CONFLICT ... WHERE", 0));
                }
                let mut logical = vec![Node::Word("(")];
                self.list(items, scope, &mut logical)?;
                logical.push(Node::Word(")"));
                let Some((_, slot)) = table.unique_over(&names) else {
                    return Err(PlanError::new(
                        SqlState::INVALID_COLUMN_REFERENCE,
                        "no_arbiter",
                        "there is no unique or exclusion constraint matching the ON CONFLICT specification",
                    )
                    .placeless());
                };
                (slot, logical)
            }
            Arbiter::Constraint(name) => {
                let Some(slot) = table.object.as_ref().and_then(|object| object.unique(&name.name)) else {
                    return Err(PlanError::unsupported("this constraint as an arbiter", name.at));
                };
                (slot, vec![Node::Word("ON"), Node::Word("CONSTRAINT"), named(name)])
            }
        };
        nodes.push(Node::Logical(logical));
        let mut columns = vec![vec![Node::OrgColumn]];
        if slot != KEY_SLOT {
            columns.push(vec![own_name(OBJECT_COLUMN)]);
        }
        columns.push(vec![own_name(slot)]);
        let mut physical = bracketed(columns);
        if slot != KEY_SLOT {
            physical.extend([Node::Word("WHERE"), own_name(slot)]);
            physical.extend([Node::Word("IS"), Node::Word("NOT"), Node::Word("NULL")]);
        }
        nodes.push(Node::Physical(physical));
        Ok(())
    }
}

/// The name of an output column that has slots in it, where the slot would give it another.
pub(super) fn output_name(expr: &[Piece], nodes: &[Node]) -> Result<Option<Box<str>>, PlanError> {
    if !nodes.iter().any(|node| matches!(node, Node::Slot { .. })) {
        return Ok(None);
    }
    match expr {
        [Piece::Column { parts, output: _ }] => Ok(parts.last().map(|part| part.name.clone())),
        [Piece::Column { parts, output: _ }, rest @ ..] => {
            // Elements and casts keep the column's name, whatever else there is does not.
            let mut rest = rest;
            while matches!(rest.first(), Some(Piece::Word("[", _))) {
                let mut depth = 0usize;
                let close = rest.iter().position(|piece| {
                    match piece {
                        Piece::Word("[", _) => depth += 1,
                        Piece::Word("]", _) => depth = depth.saturating_sub(1),
                        _other => {}
                    }
                    depth == 0
                });
                rest = close.and_then(|close| rest.get(close + 1..)).unwrap_or(&[]);
            }
            let is_cast = |piece: &Piece| matches!(piece, Piece::Word("::", _) | Piece::Type(_));
            let is_named = rest.iter().all(is_cast) || matches!(rest, [Piece::Word("COLLATE", _), Piece::Name(_)]);
            Ok(parts.last().filter(|_| is_named).map(|part| part.name.clone()))
        }
        [Piece::Word("CAST" | "(" | "CASE", _), ..] => Err(unnamed()),
        [..] => Ok(None),
    }
}

/// Of a query on one object's leaf alone, outputs that are its columns under their own names are meant as columns: those get
/// the leaf's qualifier.
pub(super) fn forget_plain_outputs(scope: &mut Scope<'_>, items: &[Item]) {
    let [relation] = scope.relations.as_slice() else { return };
    if relation.fields.is_none() {
        return;
    }
    let leaf = &relation.alias;
    let own = |parts: &[Ident]| match parts {
        [_] => true,
        [alias, _] => alias.name == *leaf,
        [..] => false,
    };
    let is_plain = |item: &Item| {
        let Item { expr, alias, name: _ } = item;
        alias.is_none()
            && match expr.as_slice() {
                [Piece::Column { parts, output: _ }] => own(parts),
                [Piece::Wildcard(parts)] => matches!(parts.as_slice(), [alias] if alias.name == *leaf),
                [Piece::Star(_)] => true,
                [..] => false,
            }
    };
    let made: Vec<&Item> = items.iter().filter(|item| !is_plain(item)).collect();
    let is_made = |name: &str| {
        made.iter().any(|item| match (&item.alias, &item.name) {
            (Some(alias), _) => &*alias.name == name,
            (None, Some(known)) => &**known == name,
            (None, None) => true,
        })
    };
    scope.outputs.retain(|name| is_made(name));
}

fn unnamed() -> PlanError {
    PlanError::unsupported("this expression over an object's columns without a name", 0).hint("name it with AS")
}

impl ScopeRelation {
    /// The column of an object that a name means.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.as_ref()?.fields.iter().find(|field| &*field.name == name)
    }

    /// A column of it with its qualifier, which orgfold adds.
    pub(super) fn qualified(&self, name: &str, at: u32) -> Node {
        match self.field(name) {
            Some(field) => field.node(Some(&self.alias), false, at),
            None => Node::Column { qualifier: Some(self.alias.clone()), implied: true, name: name.into(), at },
        }
    }
}

impl Scope<'_> {
    /// Whether an object's leaf is in reach: then any name may be one of its hidden columns.
    pub(super) fn reaches_object(&self) -> bool {
        self.levels().any(|level| level.relations.iter().any(|relation| relation.fields.is_some()))
    }

    /// Binds an unqualified name where an object's leaf is in reach.
    pub(super) fn beside_object(&self, name: &str, at: u32) -> Result<Node, PlanError> {
        let unclear = || {
            PlanError::unsupported(format!("column \"{name}\" without its table's name here"), at)
                .hint("put the table's name or alias before it")
        };
        for level in self.levels() {
            // The columns of `excluded` are never meant without it.
            let visible = |one: &&ScopeRelation| !(one.fields.is_some() && &*one.alias == "excluded");
            let having: Vec<&ScopeRelation> =
                level.relations.iter().filter(visible).filter(|one| one.has(name)).collect();
            if level.relations.iter().any(|one| !one.has(name) && one.may_have(name)) {
                return Err(unclear());
            }
            match having.as_slice() {
                [] if level.open => return Err(unclear()),
                [] => {}
                [one] => {
                    // Another relation of that name, further in, would take the qualifier.
                    let meant = self.relation(&one.alias).is_some_and(|found| std::ptr::eq(found, *one));
                    return if meant { Ok(one.qualified(name, at)) } else { Err(unclear()) };
                }
                [..] if level.open => return Err(unclear()),
                [..] => {
                    let message = format!("column reference \"{name}\" is ambiguous");
                    return Err(PlanError::new(SqlState::AMBIGUOUS_COLUMN, "ambiguous_column", message).at(at));
                }
            }
        }
        // No column of that name, here or around.
        if self.relation(name).is_some() {
            return Err(
                PlanError::unsupported(format!("the whole row of \"{name}\" here"), at).hint("name its columns")
            );
        }
        let message = format!("column \"{name}\" does not exist");
        Err(PlanError::new(SqlState::UNDEFINED_COLUMN, "unknown_column", message).at(at))
    }
}

/// Whether a name is a system column's.
pub(super) fn is_system(relation: &ScopeRelation, name: &str) -> bool {
    (relation.system || relation.role == Role::Leaf) && SYSTEM_COLUMNS.contains(&name)
}
