//! CREATE INDEX, ALTER INDEX.
//!
//! In: tokens. Out: an index on each leaf under a name of ours, then one on the parent, which adopts them; the index in
//! the catalog. Invariants: a B-tree or BRIN index begins with `org_id`, so unique means unique within an org. What is
//! absent: `org_id` in GIN, GiST, hash and SP-GiST indexes, which have no operator class for it; they cannot be unique,
//! and every statement has the org's predicate besides.

use super::{Concurrent, Planner};
use crate::catalog::{Index, ORG_COLUMN, QualifiedName, Scope};
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::{self, Kind, Statement};
use crate::migrate::physical::{quote, relation};
use crate::migrate::{Refusal, names};

/// Whether a statement is CREATE INDEX CONCURRENTLY.
pub(super) fn is_concurrent(cursor: &Cursor<'_>) -> bool {
    cursor.is("create index concurrently") || cursor.is("create unique index concurrently")
}

impl Planner<'_> {
    pub(super) fn create_index(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("create")?;
        let unique = cursor.eat("unique");
        cursor.expect("index")?;
        let concurrently = cursor.eat("concurrently");
        let tolerant = cursor.eat("if not exists");
        let given = if cursor.is("on") { None } else { Some(cursor.name()?) };
        cursor.expect("on")?;
        if cursor.is("only") {
            return Err(cursor.refuse("ON ONLY: every leaf has every index"));
        }
        let name = cursor.qualified()?;
        let scope = self.scope(&name)?;
        let method = if cursor.eat("using") { cursor.name()? } else { "btree".to_owned() };
        let (elements, inner) = cursor.parens()?;
        let labels = labels(inner)?;
        if cursor.left().iter().any(|token| token.kind == Kind::Word("tablespace".to_owned())) {
            return Err(cursor.refuse("TABLESPACE"));
        }
        let rest = cursor.rest();
        let there = |given: &String| self.relation_exists(&QualifiedName::new(&name.schema, given));
        if tolerant && given.as_ref().is_some_and(there) {
            return Ok(());
        }
        let logical = given.unwrap_or_else(|| {
            names::choose(&name.name, Some(&names::joined(&labels)), "idx", |candidate| {
                self.relation_exists(&QualifiedName::new(&name.schema, candidate))
            })
        });
        self.check_new(&QualifiedName::new(&name.schema, &logical))?;

        if unique && !leads(&method) {
            return Err(cursor.refuse(format!("a unique index by {method}")));
        }
        let tail = if rest.is_empty() { String::new() } else { format!(" {rest}") };
        let definition = format!("USING {method} ({elements}){tail}");
        let physical = match scope {
            Scope::Global => logical.clone(),
            Scope::Org => {
                let taken = |base: &str| self.base_taken(&name.schema, base);
                names::physical_base(&logical, self.naming.max_base_bytes(), taken)
            }
        };
        let index = Index { name: logical, physical, unique, definition };
        self.make_index(&name, scope, &index, concurrently)?;
        self.table_mut(&name)?.indexes.push(index);
        Ok(())
    }

    /// The steps that make an index: on each leaf under a name of ours, then on the table, which adopts them.
    pub(super) fn make_index(
        &mut self,
        name: &QualifiedName,
        scope: Scope,
        index: &Index,
        concurrently: bool,
    ) -> Result<(), Refusal> {
        let by = physical_definition(&index.definition, scope)?;
        let words = if index.unique { "UNIQUE INDEX" } else { "INDEX" };
        let how = if concurrently { " CONCURRENTLY" } else { "" };
        let own = quote(&index.name);
        let whole = format!("CREATE {words} {own} ON {} {by}", relation(name));
        if scope == Scope::Global {
            if concurrently {
                let sql = format!("CREATE {words}{how} {own} ON {} {by}", relation(name));
                self.concurrent.push(Concurrent {
                    schema: name.schema.clone(),
                    name: index.name.clone(),
                    sql,
                    line: self.line,
                });
            } else {
                self.push(whole);
            }
            return Ok(());
        }
        for number in self.leaves() {
            let part = self.naming.physical(&index.physical, number);
            let sql = format!("CREATE {words}{how} {} ON {} {by}", quote(&part), self.leaf(name, number));
            if concurrently {
                self.concurrent.push(Concurrent { schema: name.schema.clone(), name: part, sql, line: self.line });
            } else {
                self.push(sql);
            }
        }
        self.push(whole);
        Ok(())
    }

    /// ALTER INDEX a RENAME TO b.
    pub(super) fn alter_index(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("alter index")?;
        let name = cursor.qualified()?;
        if !cursor.eat("rename to") {
            return Err(cursor.refuse("of ALTER INDEX only RENAME TO is supported"));
        }
        let new = cursor.name()?;
        cursor.end()?;
        let (table, at) = self
            .find_index(&name)
            .ok_or_else(|| self.refuse(format!("there is no index {name} that is not a constraint's")))?;
        self.check_new(&QualifiedName::new(&name.schema, &new))?;
        let scope = self.scope(&table)?;
        let room = self.naming.max_base_bytes();
        let base = match scope {
            Scope::Global => new.clone(),
            Scope::Org => names::physical_base(&new, room, |base| self.base_taken(&name.schema, base)),
        };
        self.push(format!("ALTER INDEX {} RENAME TO {}", relation(&name), quote(&new)));
        let Some(index) = self.table_mut(&table)?.indexes.get_mut(at) else { return Ok(()) };
        let old = std::mem::replace(&mut index.physical, base.clone());
        index.name.clone_from(&new);
        if scope == Scope::Org {
            for number in self.leaves() {
                let (from, to) = (self.naming.physical(&old, number), self.naming.physical(&base, number));
                let from = relation(&QualifiedName::new(&name.schema, &from));
                self.push(format!("ALTER INDEX {from} RENAME TO {}", quote(&to)));
            }
        }
        Ok(())
    }

    /// The table of an index that is not a constraint's, and its place among the table's.
    pub(super) fn find_index(&self, name: &QualifiedName) -> Option<(QualifiedName, usize)> {
        self.catalog.tables.iter().filter(|(of, _)| of.schema == name.schema).find_map(|(of, table)| {
            let at = table.indexes.iter().position(|index| index.name == name.name)?;
            Some((of.clone(), at))
        })
    }
}

/// Whether an index by that method has the org's column first.
fn leads(method: &str) -> bool {
    matches!(method, "btree" | "brin")
}

/// The definition of the catalog with the org's column in it.
fn physical_definition(definition: &str, scope: Scope) -> Result<String, Refusal> {
    let statement = Statement { tokens: lex::tokens(definition)?, line: 1, global: None };
    let mut cursor = Cursor::new(definition, &statement);
    cursor.expect("using")?;
    let method = cursor.name()?;
    let (elements, _) = cursor.parens()?;
    let rest = cursor.rest();
    let leading =
        if scope == Scope::Org && leads(&method) { format!("{}, ", quote(ORG_COLUMN)) } else { String::new() };
    let tail = if rest.is_empty() { String::new() } else { format!(" {rest}") };
    Ok(format!("USING {} ({leading}{elements}){tail}", quote(&method)))
}

/// What PostgreSQL would call the elements in a name it chooses: the column, the function, or `expr`.
fn labels(mut inner: Cursor<'_>) -> Result<Vec<String>, Refusal> {
    let mut labels: Vec<String> = Vec::new();
    loop {
        let label = if inner.is_sign('(') { "expr".to_owned() } else { inner.name()? };
        let mut number = 0;
        let mut unique = label.clone();
        while labels.contains(&unique) {
            number += 1;
            unique = format!("{label}{number}");
        }
        labels.push(unique);
        if !inner.done() && !inner.is_sign(',') {
            inner.until(|kind| *kind == Kind::Sign(','))?;
        }
        if !inner.eat_sign(',') {
            break;
        }
    }
    inner.end()?;
    Ok(labels)
}
