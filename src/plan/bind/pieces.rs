//! Expressions: pieces to nodes, one to one but for names.

use super::super::ast::tree::{FunctionName, Ident, Piece};
use super::super::error::PlanError;
use super::super::policy::org_function;
use super::lookup::is_text_next;
use super::scope::{Columns, Role, Scope};
use super::tree::Node;
use super::weigh::{self, Weight};
use super::{Binder, Nodes, named};
use crate::sqlstate::SqlState;

impl Binder<'_> {
    /// Binds an expression, or any run of pieces, onto `out`.
    pub(super) fn pieces(&mut self, pieces: &[Piece], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let weighed = weigh::columns(pieces);
        let mut skip = 0;
        for (i, piece) in pieces.iter().enumerate() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            match piece {
                Piece::Word(word, at) => out.push(Node::Keyword(word, *at)),
                Piece::Star(at) => out.push(Node::Keyword("*", *at)),
                Piece::Operator(text, at) => out.push(Node::Operator(text.clone(), *at)),
                Piece::Name(ident) => out.push(named(ident)),
                Piece::Column { parts, output } if !weighed.is_empty() => {
                    // What PostgreSQL has to say about it, it says of the sub-select: at the column.
                    let at = parts.first().map_or(0, |part| part.at);
                    let (before, behind) = match weighed.iter().find(|(at, _)| *at == i).map(|(_, weight)| *weight) {
                        Some(Weight::Select) => {
                            (vec![Node::Keyword("(", at), Node::Word("SELECT")], vec![Node::Word(")")])
                        }
                        Some(Weight::Coalesce) => (
                            vec![
                                Node::Keyword("(", at),
                                Node::Function(FunctionName::plain("coalesce", 0)),
                                Node::Word("("),
                                Node::Word("("),
                                Node::Word("SELECT"),
                            ],
                            vec![Node::Word(")"), Node::Word(")"), Node::Word(")")],
                        ),
                        None => (Vec::new(), Vec::new()),
                    };
                    out.push(Node::Physical(before));
                    self.column(parts, *output, scope, out)?;
                    out.push(Node::Physical(behind));
                }
                Piece::Column { parts, output } => self.column(parts, *output, scope, out)?,
                Piece::Wildcard(parts) => self.row_of(parts, scope, out)?,
                Piece::Literal(text, at) => out.push(Node::Literal { text: text.clone(), at: *at }),
                Piece::Param(number, at) => {
                    self.uses.params = self.uses.params.max(*number);
                    out.push(Node::Param { number: *number, at: *at });
                }
                Piece::Type(name) => out.push(Node::Type(name.clone())),
                Piece::Function(name) => {
                    Self::check_place(name)?;
                    if let Some(behind) = self.sequence(name, pieces.get(i + 1..).unwrap_or(&[]), out)? {
                        skip = behind;
                        continue;
                    }
                    if name.builtin() == Some("pg_typeof")
                        && let Some(call) = bracketed(pieces.get(i + 1..).unwrap_or(&[]))
                    {
                        // The name of a row's type is the table's.
                        out.push(Node::Physical(vec![Node::Word("orgfold_catalog.pg_typeof"), Node::Word("(")]));
                        out.push(Node::Function(name.clone()));
                        self.pieces(call, scope, out)?;
                        out.push(Node::Physical(vec![Node::Word(")")]));
                        skip = call.len();
                        continue;
                    }
                    out.push(Node::Function(name.clone()));
                    if is_of_the_org(name) {
                        let Some(Piece::Word("(", at)) = pieces.get(i + 1) else {
                            return Err(PlanError::internal("a call without its bracket"));
                        };
                        self.uses.org = true;
                        out.push(Node::Keyword("(", *at));
                        out.push(Node::Physical(vec![Node::OrgValue, Node::Word(",")]));
                        skip = 1;
                    }
                }
                Piece::Lookup(lookup) => {
                    let shown = is_text_next(pieces.get(i + 1..).unwrap_or(&[]));
                    self.lookup(lookup, shown, scope, out)?;
                }
                Piece::Field(ident) => out.push(Node::Field { name: ident.name.clone(), at: ident.at }),
                Piece::Query(query) => out.extend(self.query(query, Some(scope), None)?.nodes),
            }
        }
        Ok(())
    }

    /// The same into nodes of their own.
    pub(super) fn bound(&mut self, pieces: &[Piece], scope: &Scope<'_>) -> Result<Nodes, PlanError> {
        let mut nodes = Vec::with_capacity(pieces.len());
        self.pieces(pieces, scope, &mut nodes)?;
        Ok(nodes)
    }

    /// `word expression`, if there is one.
    pub(super) fn clause(
        &mut self,
        word: &'static str,
        clause: Option<&(u32, Vec<Piece>)>,
        scope: &Scope<'_>,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        if let Some((at, pieces)) = clause {
            out.push(Node::Keyword(word, *at));
            self.pieces(pieces, scope, out)?;
        }
        Ok(())
    }

    fn column(&mut self, parts: &[Ident], output: bool, scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        match parts {
            [name] => out.push(scope.name(&name.name, output, self.view_depth > 0, name.at)?),
            [alias, name] => {
                let column = scope.qualified(&alias.name, &name.name, alias.at)?;
                let catalog = scope.relation(&alias.name).and_then(|relation| relation.catalog);
                match catalog {
                    Some(physical) if &*name.name == "tableoid" => Self::tableoid(physical, [alias, name], out),
                    Some(_) | None => out.push(column),
                }
            }
            [schema, table, name] => {
                let column = scope.qualified(&table.name, &name.name, schema.at)?;
                self.check_schema_of(schema, table)?;
                // The alias is what the physical statement knows; the schema was only ever part of its name.
                out.push(Node::Logical(vec![named(schema), Node::Word(".")]));
                out.push(column);
            }
            [] | [_, _, _, _, ..] => {
                return Err(PlanError::unsupported("this column reference", parts.first().map_or(0, |part| part.at)));
            }
        }
        Ok(())
    }

    /// The schema in front of a column's table is one that tables are in.
    fn check_schema_of(&self, schema: &Ident, table: &Ident) -> Result<(), PlanError> {
        let system = ["pg_catalog", "information_schema"].contains(&&*schema.name);
        if system || self.catalog.schemas.iter().any(|known| **known == *schema.name) {
            return Ok(());
        }
        let message = format!("invalid reference to FROM-clause entry for table \"{}\"", table.name);
        let hint = format!(
            "There is an entry for table \"{}\", but it cannot be referenced from this part of the query.",
            table.name
        );
        Err(PlanError::new(SqlState::UNDEFINED_TABLE, "unknown_table", message).at(schema.at).hint(hint))
    }

    /// `alias.*` as an argument or in ROW: the whole row of a source.
    fn row_of(&mut self, parts: &[Ident], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let alias = self.wildcard_alias(parts, out)?;
        self.qualified_wildcard(alias, scope, false, out)
    }

    /// `alias.*` in a select list, or RETURNING's.
    pub(super) fn columns_of(&mut self, parts: &[Ident], scope: &Scope<'_>, out: &mut Nodes) -> Result<(), PlanError> {
        let alias = self.wildcard_alias(parts, out)?;
        self.qualified_wildcard(alias, scope, true, out)
    }

    /// The alias before `.*`; a schema in front of it is the client's only.
    pub(super) fn wildcard_alias<'i>(&self, parts: &'i [Ident], out: &mut Nodes) -> Result<&'i Ident, PlanError> {
        match parts {
            [alias] => Ok(alias),
            [schema, alias] => {
                out.push(Node::Logical(vec![named(schema), Node::Word(".")]));
                Ok(alias)
            }
            [] | [_, _, _, ..] => Err(PlanError::unsupported("this use of *", parts.first().map_or(0, |part| part.at))),
        }
    }

    /// `alias.*`: as it is over a source, spelled out where hidden columns would show.
    pub(super) fn qualified_wildcard(
        &mut self,
        alias: &Ident,
        scope: &Scope<'_>,
        listed: bool,
        out: &mut Nodes,
    ) -> Result<(), PlanError> {
        let Some(relation) = scope.relation(&alias.name) else {
            return Err(PlanError::new(
                SqlState::UNDEFINED_TABLE,
                "unknown_table",
                format!("missing FROM-clause entry for table \"{}\"", alias.name),
            )
            .at(alias.at));
        };
        let star = vec![named(alias), Node::Word("."), Node::Word("*")];
        match (relation.role, relation.system, &relation.columns) {
            (Role::Source, false, Columns::Known(_) | Columns::Unknown) => out.extend(star),
            (Role::Leaf, _, Columns::Known(names)) | (Role::Source, true, Columns::Known(names)) => {
                let mut physical = Vec::new();
                for name in names {
                    if !physical.is_empty() {
                        physical.push(Node::Word(","));
                    }
                    match relation.field(name) {
                        Some(field) => {
                            physical.push(field.node(Some(&alias.name), false, 0));
                            // Elsewhere than in a list the names are lost anyway.
                            if listed {
                                physical.extend([Node::Word("AS"), Node::Name { name: name.clone(), at: 0 }]);
                            }
                        }
                        None => physical.push(qualified(&alias.name, name)),
                    }
                }
                out.extend([Node::Logical(star), Node::Physical(physical)]);
            }
            (Role::Leaf, _, Columns::Unknown) | (Role::Source, true, Columns::Unknown) => {
                return Err(PlanError::internal("a leaf without columns"));
            }
        }
        Ok(())
    }
}

/// What is within the first bracket and its end, with both.
fn bracketed(pieces: &[Piece]) -> Option<&[Piece]> {
    let mut depth = 0_usize;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Word("(", _) => depth += 1,
            Piece::Word(")", _) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return pieces.get(..=at);
                }
            }
            _inner if depth == 0 => return None,
            _inner => {}
        }
    }
    None
}

/// Whether the function's stand-in takes the org before its arguments.
fn is_of_the_org(function: &FunctionName) -> bool {
    function.builtin().is_some_and(|name| org_function(name).is_some())
}

/// `alias.column`, which orgfold adds.
pub(super) fn qualified(alias: &str, name: &str) -> Node {
    Node::Column { qualifier: Some(alias.into()), implied: false, name: name.into(), at: 0 }
}
