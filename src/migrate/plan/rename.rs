//! ALTER TABLE ... RENAME.
//!
//! In: tokens after RENAME. Out: new names on the table, its leaves and their indexes; the catalog with the new name
//! wherever the old one stood. Invariants: leaf names follow the table's, leaf index names their constraint's. What is
//! absent: renaming what a view uses (its text would no longer bind), renaming sequences (PostgreSQL does not either).

use super::Planner;
use super::constraint::has_index;
use crate::catalog::{ConstraintKind, QualifiedName, Scope};
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::{self, Kind};
use crate::migrate::physical::{quote, relation};
use crate::migrate::{Refusal, names};

impl Planner<'_> {
    pub(super) fn rename(&mut self, name: &QualifiedName, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        if cursor.eat("to") {
            let new = cursor.name()?;
            cursor.end()?;
            return self.rename_table(name, &QualifiedName::new(&name.schema, &new));
        }
        if cursor.eat("constraint") {
            let old = cursor.name()?;
            cursor.expect("to")?;
            let new = cursor.name()?;
            cursor.end()?;
            return self.rename_constraint(name, &old, &new);
        }
        cursor.eat("column");
        let old = cursor.name()?;
        cursor.expect("to")?;
        let new = cursor.name()?;
        cursor.end()?;
        self.rename_column(name, &old, &new)
    }

    fn rename_table(&mut self, name: &QualifiedName, new: &QualifiedName) -> Result<(), Refusal> {
        self.check_new(new)?;
        self.refuse_if_viewed(&name.name, "table")?;
        if self.scope(name)? == Scope::Org {
            self.check_leaf_names(new)?;
            for number in self.leaves() {
                let (from, to) = (self.leaf(name, number), self.naming.physical(&new.name, number));
                self.push(format!("ALTER TABLE {from} RENAME TO {}", quote(&to)));
            }
        }
        self.push(format!("ALTER TABLE {} RENAME TO {}", relation(name), quote(&new.name)));
        if let Some(table) = self.catalog.tables.remove(name) {
            self.catalog.tables.insert(new.clone(), table);
        }
        for table in self.catalog.tables.values_mut() {
            for constraint in &mut table.constraints {
                if let ConstraintKind::ForeignKey { target, .. } = &mut constraint.kind
                    && target == name
                {
                    target.clone_from(new);
                }
            }
        }
        Ok(())
    }

    fn rename_constraint(&mut self, name: &QualifiedName, old: &str, new: &str) -> Result<(), Refusal> {
        let table = self.table(name)?;
        let scope = table.scope;
        let Some(at) = table.constraints.iter().position(|one| one.name == old) else {
            return Err(self.refuse(format!("table {name} has no constraint {old}")));
        };
        if table.constraints.iter().any(|one| one.name == new) {
            return Err(self.refuse(format!("table {name} has a constraint {new} already")));
        }
        let Some(held) = table.constraints.get(at).cloned() else { return Ok(()) };
        let rename = |relation: &str, from: &str, to: &str| {
            format!("ALTER TABLE {relation} RENAME CONSTRAINT {} TO {}", quote(from), quote(to))
        };
        let parent = relation(name);
        let mut base = new.to_owned();
        if has_index(&held) {
            self.check_new(&QualifiedName::new(&name.schema, new))?;
            if scope == Scope::Org {
                let room = self.naming.max_base_bytes();
                base = names::physical_base(new, room, |base| self.base_taken(&name.schema, base));
                let naming = self.naming;
                self.each_leaf(name, |leaf, number| {
                    rename(leaf, &naming.physical(&held.physical, number), &naming.physical(&base, number))
                });
            }
        }
        match (&held.kind, scope) {
            (ConstraintKind::ForeignKey { .. }, Scope::Org) => self.each_leaf(name, |leaf, _| rename(leaf, old, new)),
            // On leaves only, and renamed there above.
            (ConstraintKind::Exclude { .. }, Scope::Org) => {}
            _ => self.push(rename(&parent, old, new)),
        }
        if let Some(constraint) = self.table_mut(name)?.constraints.get_mut(at) {
            new.clone_into(&mut constraint.name);
            constraint.physical = base;
        }
        Ok(())
    }

    fn rename_column(&mut self, name: &QualifiedName, old: &str, new: &str) -> Result<(), Refusal> {
        let table = self.table(name)?;
        if table.column(old).is_none() {
            return Err(self.refuse(format!("table {name} has no column {old}")));
        }
        if table.column(new).is_some() {
            return Err(self.refuse(format!("table {name} has a column {new} already")));
        }
        self.refuse_if_viewed(old, "column")?;
        self.push(format!("ALTER TABLE {} RENAME COLUMN {} TO {}", relation(name), quote(old), quote(new)));
        let change = |names: &mut Vec<String>| {
            for one in names.iter_mut().filter(|one| *one == old) {
                new.clone_into(one);
            }
        };
        for (other, table) in &mut self.catalog.tables {
            for constraint in &mut table.constraints {
                match &mut constraint.kind {
                    ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. }
                        if other == name =>
                    {
                        change(columns);
                    }
                    ConstraintKind::ForeignKey { columns, target, target_columns, .. } => {
                        if other == name {
                            change(columns);
                        }
                        if target == name {
                            change(target_columns);
                        }
                    }
                    ConstraintKind::Check { expression: text } | ConstraintKind::Exclude { definition: text }
                        if other == name =>
                    {
                        *text = reworded(text, old, new)?;
                    }
                    _ => {}
                }
            }
            if other == name {
                for index in &mut table.indexes {
                    index.definition = reworded(&index.definition, old, new)?;
                }
                for column in &mut table.columns {
                    if column.name == old {
                        new.clone_into(&mut column.name);
                    }
                    if let Some(expression) = &mut column.generated {
                        *expression = reworded(expression, old, new)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// An expression with a column under its new name. A name before `(`, after `::` or after AS is a function or a type.
fn reworded(text: &str, old: &str, new: &str) -> Result<String, Refusal> {
    let tokens = lex::tokens(text)?;
    let (mut result, mut copied) = (String::new(), 0);
    for (at, token) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at)).map(|token| &token.kind);
        let called = tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Sign('('));
        let cast = before(1) == Some(&Kind::Sign(':')) && before(2) == Some(&Kind::Sign(':'))
            || before(1) == Some(&Kind::Word("as".to_owned()));
        if super::named(token) != Some(old) || called || cast {
            continue;
        }
        result.push_str(text.get(copied..token.start).unwrap_or(""));
        result.push_str(&quote(new));
        copied = token.end;
    }
    result.push_str(text.get(copied..).unwrap_or(""));
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_column_is_renamed() {
        let text = "date > '2020-01-01'::date AND t.date < date('date') -- date\n OR \"date\" IS NULL";
        let expected = "\"day\" > '2020-01-01'::date AND t.\"day\" < date('date') -- date\n OR \"day\" IS NULL";
        assert_eq!(reworded(text, "date", "day").unwrap(), expected);
    }
}
