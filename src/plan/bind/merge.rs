//! MERGE: the leaf under the org's predicate in ON, and the org's column in every INSERT.

use super::super::ast::tree::{Action, Arm, Merge, SetPlace};
use super::super::error::PlanError;
use super::change::{TargetTable, default_values, is_default, not_insertable};
use super::from::star_of;
use super::query::Locked;
use super::scope::{Columns, Scope};
use super::tree::Node;
use super::{Binder, Nodes, bracketed};
use crate::catalog::Identity;
use crate::sqlstate::SqlState;

impl Binder<'_> {
    pub(super) fn merge(&mut self, merge: &Merge) -> Result<(Nodes, Columns), PlanError> {
        let Merge { with, at, target, source, on: (on_at, condition), arms, returning } = merge;
        let mut nodes = Vec::new();
        if let Some(with) = with {
            self.with(with, None, &mut nodes)?;
        }
        let target = self.target(target)?;
        target.no_object("MERGE into")?;
        nodes.extend([Node::Keyword("MERGE", *at), Node::Word("INTO"), target.node(), Node::Word("USING")]);
        // An INSERT sees the source alone, everything else both.
        let mut sources = Scope::new(None);
        let star = self.joined(source, &mut sources, &Locked::Nothing, &mut nodes)?;
        sources.star = star;
        let mut scope = sources.clone();
        scope.relations.insert(0, target.in_scope());
        scope.star = match (sources.star.clone(), star_of(&target.in_scope())) {
            (Some(mut columns), Some(targets)) => {
                columns.extend(targets);
                Some(columns)
            }
            (None, _) | (_, None) => None,
        };
        let org = Node::OrgPredicate { alias: target.alias.clone() };
        nodes.push(Node::Keyword("ON", *on_at));
        self.guarded(vec![org], condition, &scope, &mut nodes)?;
        for arm in arms {
            self.arm(&target, arm, &sources, &scope, &mut nodes)?;
        }
        let columns = self.returning(returning.as_ref(), &scope, &mut nodes)?;
        Ok((nodes, columns))
    }

    fn arm(
        &mut self,
        target: &TargetTable<'_>,
        arm: &Arm,
        sources: &Scope<'_>,
        scope: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        let Arm { words, matched, by_source, condition, action } = arm;
        if let Some(at) = by_source {
            // Every row of the leaf that the source does not match would be taken, other orgs' among them.
            return Err(PlanError::unsupported("WHEN NOT MATCHED BY SOURCE", *at));
        }
        self.pieces(words, scope, nodes)?;
        let seen = if *matched { scope } else { sources };
        self.clause("AND", condition.as_ref(), seen, nodes)?;
        nodes.push(Node::Word("THEN"));
        match action {
            Action::Nothing => nodes.extend([Node::Word("DO"), Node::Word("NOTHING")]),
            Action::Delete => nodes.push(Node::Word("DELETE")),
            Action::Update(assignments) => {
                nodes.extend([Node::Word("UPDATE"), Node::Word("SET")]);
                self.assignments(target, assignments, scope, nodes)?;
            }
            Action::Insert { columns, overriding, values } => {
                if overriding.is_some() {
                    return Err(PlanError::unsupported("OVERRIDING in MERGE", 0));
                }
                nodes.push(Node::Word("INSERT"));
                self.merge_insert(target, columns.as_deref(), values.as_deref(), sources, nodes)?;
            }
        }
        Ok(())
    }

    fn merge_insert(
        &mut self,
        target: &TargetTable<'_>,
        columns: Option<&[SetPlace]>,
        values: Option<&[Vec<super::super::ast::tree::Piece>]>,
        sources: &Scope<'_>,
        nodes: &mut Nodes,
    ) -> Result<(), PlanError> {
        self.fills(target.table);
        match columns {
            Some(columns) => self.insert_columns(target, columns, &[Node::OrgColumn], nodes)?,
            None => {
                let given = values.map_or(0, <[_]>::len);
                if given > target.table.columns.len() {
                    return Err(PlanError::new(
                        SqlState::SYNTAX_ERROR,
                        "syntax",
                        "INSERT has more expressions than target columns",
                    ));
                }
                let mut items: Vec<Nodes> = target
                    .table
                    .columns
                    .iter()
                    .take(given)
                    .map(|column| vec![Node::Name { name: column.name.as_str().into(), at: 0 }])
                    .collect();
                items.push(vec![Node::OrgColumn]);
                nodes.push(Node::Physical(bracketed(items)));
            }
        }
        let Some(values) = values else {
            default_values(columns.map_or(0, <[_]>::len), nodes);
            return Ok(());
        };
        let names: Vec<&str> = match columns {
            Some(columns) => columns.iter().map(|place| &*place.column.name).collect(),
            None => target.table.columns.iter().map(|column| column.name.as_str()).collect(),
        };
        for (name, value) in names.iter().zip(values) {
            let always = target.table.column(name).is_some_and(|column| column.identity == Some(Identity::Always));
            if always && !is_default(value) {
                return Err(not_insertable(name, always));
            }
        }
        nodes.extend([Node::Word("VALUES"), Node::Word("(")]);
        self.list(values, sources, nodes)?;
        nodes.extend([Node::Physical(vec![Node::Word(","), Node::OrgValue]), Node::Word(")")]);
        Ok(())
    }
}
