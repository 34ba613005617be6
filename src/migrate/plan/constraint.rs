//! Constraints: as written, as the catalog holds them, and physically.
//!
//! In: tokens. Out: [`ConstraintSpec`], then a [`Constraint`] of the catalog and its steps. Invariants: keys begin with
//! `org_id`, so equal values of two orgs never meet; a foreign key runs from a leaf to the leaf of the same number, so
//! it cannot reach another org's row; no action ever changes `org_id`. What is absent: whether the server takes it.

use super::Planner;
use crate::catalog::{Constraint, ConstraintKind, QualifiedName, ReferentialAction, Scope, Table};
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::{self, Kind};
use crate::migrate::physical::{columns as list, org_columns, quote, relation};
use crate::migrate::{Refusal, names};

/// A constraint as written.
#[derive(Clone, Debug)]
pub(super) struct ConstraintSpec {
    pub(super) name: Option<String>,
    pub(super) kind: ConstraintKindSpec,
    pub(super) deferrable: bool,
    pub(super) initially_deferred: bool,
    pub(super) not_valid: bool,
    pub(super) line: usize,
}

/// What it says.
#[derive(Clone, Debug)]
pub(super) enum ConstraintKindSpec {
    PrimaryKey {
        columns: Vec<String>,
    },
    Unique {
        columns: Vec<String>,
        nulls_not_distinct: bool,
    },
    /// Without target columns: the target's primary key.
    ForeignKey {
        columns: Vec<String>,
        target: QualifiedName,
        target_columns: Vec<String>,
        on_delete: ReferentialAction,
        /// `SET NULL (these)`; empty: all.
        on_delete_columns: Vec<String>,
        on_update: ReferentialAction,
    },
    Check {
        expression: String,
    },
    Exclude {
        method: String,
        elements: String,
        rest: String,
        first: Option<String>,
    },
}

/// Whether the constraint is kept by an index.
pub(super) fn has_index(constraint: &Constraint) -> bool {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } => true,
        ConstraintKind::ForeignKey { .. } | ConstraintKind::Check { .. } => false,
    }
}

/// `NULLS [NOT] DISTINCT` after UNIQUE.
pub(super) fn nulls(cursor: &mut Cursor<'_>) -> Result<bool, Refusal> {
    if cursor.eat("nulls not distinct") {
        return Ok(true);
    }
    cursor.eat("nulls distinct");
    Ok(false)
}

/// After CHECK.
pub(super) fn check(cursor: &mut Cursor<'_>) -> Result<ConstraintKindSpec, Refusal> {
    let (expression, inner) = cursor.parens()?;
    if inner.done() {
        return Err(cursor.expected("an expression"));
    }
    if cursor.is("no inherit") {
        return Err(cursor.refuse("NO INHERIT: a check holds on every leaf"));
    }
    Ok(ConstraintKindSpec::Check { expression: expression.to_owned() })
}

/// After REFERENCES.
pub(super) fn references(cursor: &mut Cursor<'_>, columns: Vec<String>) -> Result<ConstraintKindSpec, Refusal> {
    let target = cursor.qualified()?;
    let target_columns = if cursor.is_sign('(') { cursor.name_list()? } else { Vec::new() };
    let (mut on_delete, mut on_update) = (ReferentialAction::NoAction, ReferentialAction::NoAction);
    let (mut on_delete_columns, mut match_full) = (Vec::new(), false);
    loop {
        if cursor.eat("on delete") {
            on_delete = action(cursor)?;
            if cursor.is_sign('(') {
                on_delete_columns = cursor.name_list()?;
            }
        } else if cursor.eat("on update") {
            on_update = action(cursor)?;
        } else if cursor.eat("match full") {
            match_full = true;
        } else if cursor.is("match partial") {
            return Err(cursor.refuse("MATCH PARTIAL: PostgreSQL does not have it"));
        } else if !cursor.eat("match simple") {
            break;
        }
    }
    if !on_delete_columns.is_empty() && !matches!(on_delete, ReferentialAction::SetNull | ReferentialAction::SetDefault)
    {
        return Err(cursor.refuse("a list of columns after an action that sets none"));
    }
    if match_full && columns.len() > 1 {
        return Err(
            cursor.refuse("MATCH FULL over several columns: physically org_id is one more, which is never null")
        );
    }
    Ok(ConstraintKindSpec::ForeignKey { columns, target, target_columns, on_delete, on_delete_columns, on_update })
}

fn action(cursor: &mut Cursor<'_>) -> Result<ReferentialAction, Refusal> {
    if cursor.eat("no action") {
        Ok(ReferentialAction::NoAction)
    } else if cursor.eat("restrict") {
        Ok(ReferentialAction::Restrict)
    } else if cursor.eat("cascade") {
        Ok(ReferentialAction::Cascade)
    } else if cursor.eat("set null") {
        Ok(ReferentialAction::SetNull)
    } else if cursor.eat("set default") {
        Ok(ReferentialAction::SetDefault)
    } else {
        Err(cursor.expected("an action"))
    }
}

impl ConstraintSpec {
    /// A table constraint: `[CONSTRAINT name] PRIMARY KEY (...)` and so on.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<ConstraintSpec, Refusal> {
        let name = if cursor.eat("constraint") { Some(cursor.name()?) } else { None };
        let kind = if cursor.eat("primary key") {
            ConstraintKindSpec::PrimaryKey { columns: key_columns(cursor)? }
        } else if cursor.eat("unique") {
            let nulls_not_distinct = nulls(cursor)?;
            ConstraintKindSpec::Unique { columns: key_columns(cursor)?, nulls_not_distinct }
        } else if cursor.eat("check") {
            check(cursor)?
        } else if cursor.eat("foreign key") {
            let columns = cursor.name_list()?;
            cursor.expect("references")?;
            references(cursor, columns)?
        } else if cursor.eat("exclude") {
            exclude(cursor)?
        } else {
            return Err(cursor.expected("a constraint"));
        };
        ConstraintSpec::read_options(cursor, name, kind)
    }

    /// Whether a table constraint, not a column, comes next.
    pub(super) fn is_next(cursor: &Cursor<'_>) -> bool {
        matches!(cursor.word(), Some("constraint" | "primary" | "unique" | "check" | "foreign" | "exclude"))
    }

    /// DEFERRABLE and its like.
    pub(super) fn read_options(
        cursor: &mut Cursor<'_>,
        name: Option<String>,
        kind: ConstraintKindSpec,
    ) -> Result<ConstraintSpec, Refusal> {
        let line = cursor.line();
        let mut spec =
            ConstraintSpec { name, kind, deferrable: false, initially_deferred: false, not_valid: false, line };
        loop {
            if cursor.is("with") || cursor.is("using") || cursor.is("include") {
                return Err(cursor.refuse("storage parameters, tablespaces, INCLUDE and USING INDEX of a constraint"));
            } else if cursor.eat("not deferrable") || cursor.eat("initially immediate") {
            } else if cursor.eat("deferrable") {
                spec.deferrable = true;
            } else if cursor.eat("initially deferred") {
                (spec.deferrable, spec.initially_deferred) = (true, true);
            } else if cursor.eat("not valid") {
                spec.not_valid = true;
            } else {
                return Ok(spec);
            }
        }
    }
}

fn key_columns(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Refusal> {
    if cursor.is("using") {
        return Err(cursor.refuse("USING INDEX: name the columns, orgfold makes the index"));
    }
    cursor.name_list()
}

fn exclude(cursor: &mut Cursor<'_>) -> Result<ConstraintKindSpec, Refusal> {
    let method = if cursor.eat("using") { cursor.name()? } else { "btree".to_owned() };
    let (elements, mut inner) = cursor.parens()?;
    let first = inner.name().ok();
    let mut rest = String::new();
    if cursor.eat("where") {
        let (predicate, _) = cursor.parens()?;
        rest = format!(" WHERE ({predicate})");
    }
    Ok(ConstraintKindSpec::Exclude { method, elements: elements.to_owned(), rest, first })
}

impl Planner<'_> {
    /// Adds a constraint to a table of the catalog, and its steps. `inline` holds back what CREATE TABLE itself
    /// declares (checks), and takes their text instead.
    pub(super) fn add_constraint(
        &mut self,
        name: &QualifiedName,
        spec: &ConstraintSpec,
        inline: Option<&mut Vec<String>>,
    ) -> Result<(), Refusal> {
        self.line = spec.line;
        let scope = self.scope(name)?;
        let constraint = self.resolve(name, spec)?;
        let parent = relation(name);
        let deferral = deferral(&constraint);
        let valid = if spec.not_valid { " NOT VALID" } else { "" };
        let named = quote(&constraint.name);
        match &constraint.kind {
            ConstraintKind::Check { expression } => {
                let text = format!("CONSTRAINT {named} CHECK ({expression})");
                match inline {
                    Some(texts) => texts.push(text),
                    None => self.push(format!("ALTER TABLE {parent} ADD {text}{valid}")),
                }
            }
            ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. } => {
                self.keep_key(name, scope, &constraint);
            }
            ConstraintKind::ForeignKey { .. } => {
                let set = match &spec.kind {
                    ConstraintKindSpec::ForeignKey { on_delete_columns, .. } => on_delete_columns.as_slice(),
                    _ => &[],
                };
                self.foreign_key(name, scope, &constraint, set, valid)?;
            }
            ConstraintKind::Exclude { .. } => self.exclude(name, scope, &constraint, spec, deferral)?,
        }
        self.table_mut(name)?.constraints.push(constraint);
        Ok(())
    }

    /// On the leaves first, under names of ours: the parent's then finds and adopts them.
    pub(super) fn keep_key(&mut self, name: &QualifiedName, scope: Scope, constraint: &Constraint) {
        let (words, columns) = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => ("PRIMARY KEY", columns),
            ConstraintKind::Unique { columns, nulls_not_distinct: false } => ("UNIQUE", columns),
            ConstraintKind::Unique { columns, nulls_not_distinct: true } => ("UNIQUE NULLS NOT DISTINCT", columns),
            ConstraintKind::ForeignKey { .. } | ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => return,
        };
        let deferral = deferral(constraint);
        let parent = relation(name);
        let named = quote(&constraint.name);
        match scope {
            Scope::Global => {
                self.push(format!("ALTER TABLE {parent} ADD CONSTRAINT {named} {words} ({}){deferral}", list(columns)));
            }
            Scope::Org => {
                let key = org_columns(columns);
                let naming = self.naming;
                self.each_leaf(name, |leaf, number| {
                    let own = quote(&naming.physical(&constraint.physical, number));
                    format!("ALTER TABLE {leaf} ADD CONSTRAINT {own} {words} ({key}){deferral}")
                });
                self.push(format!("ALTER TABLE {parent} ADD CONSTRAINT {named} {words} ({key}){deferral}"));
            }
        }
    }

    /// `set`: the columns that ON DELETE SET NULL or SET DEFAULT sets; empty: all of the key's.
    pub(super) fn foreign_key(
        &mut self,
        name: &QualifiedName,
        scope: Scope,
        constraint: &Constraint,
        set: &[String],
        valid: &str,
    ) -> Result<(), Refusal> {
        let ConstraintKind::ForeignKey { columns, target, target_columns, on_delete, on_update } = &constraint.kind
        else {
            return Ok(());
        };
        let set = if set.is_empty() { columns.as_slice() } else { set };
        let deferral = deferral(constraint);
        let actions =
            format!("{}{}", action_text("DELETE", *on_delete, Some(set)), action_text("UPDATE", *on_update, None));
        let named = quote(&constraint.name);
        let add = format!("ADD CONSTRAINT {named} FOREIGN KEY");
        match (scope, self.scope(target)?) {
            (Scope::Global, Scope::Org) => {
                return Err(
                    self.refuse(format!("global table {name} cannot reference {target}, whose rows belong to orgs"))
                );
            }
            (Scope::Global, Scope::Global) => self.push(format!(
                "ALTER TABLE {} {add} ({}) REFERENCES {} ({}){actions}{deferral}{valid}",
                relation(name),
                list(columns),
                relation(target),
                list(target_columns),
            )),
            (Scope::Org, Scope::Global) => {
                let to = relation(target);
                self.each_leaf(name, |leaf, _| {
                    format!(
                        "ALTER TABLE {leaf} {add} ({}) REFERENCES {to} ({}){actions}{deferral}{valid}",
                        list(columns),
                        list(target_columns),
                    )
                });
            }
            (Scope::Org, Scope::Org) => {
                if matches!(on_update, ReferentialAction::SetNull | ReferentialAction::SetDefault) {
                    return Err(self.refuse(
                        "ON UPDATE SET NULL or SET DEFAULT would set org_id too: PostgreSQL takes a list of columns for ON DELETE only",
                    ));
                }
                let naming = self.naming;
                self.each_leaf(name, |leaf, number| {
                    let to = crate::migrate::physical::leaf(naming, target, number);
                    format!(
                        "ALTER TABLE {leaf} {add} ({}) REFERENCES {to} ({}){actions}{deferral}{valid}",
                        org_columns(columns),
                        org_columns(target_columns),
                    )
                });
            }
        }
        Ok(())
    }

    /// PostgreSQL 15 has no exclusion constraints on partitioned tables: each leaf has its own, which is enough, since
    /// an org's rows are all in one leaf.
    fn exclude(
        &mut self,
        name: &QualifiedName,
        scope: Scope,
        constraint: &Constraint,
        spec: &ConstraintSpec,
        deferral: &str,
    ) -> Result<(), Refusal> {
        let ConstraintKindSpec::Exclude { method, elements, rest, .. } = &spec.kind else { return Ok(()) };
        let method = quote(method);
        let named = quote(&constraint.name);
        match scope {
            Scope::Global => self.push(format!(
                "ALTER TABLE {} ADD CONSTRAINT {named} EXCLUDE USING {method} ({elements}){rest}{deferral}",
                relation(name)
            )),
            Scope::Org => {
                let naming = self.naming;
                let org = quote(crate::catalog::ORG_COLUMN);
                self.each_leaf(name, |leaf, number| {
                    let own = quote(&naming.physical(&constraint.physical, number));
                    format!(
                        "ALTER TABLE {leaf} ADD CONSTRAINT {own} EXCLUDE USING {method} ({org} WITH =, {elements}){rest}{deferral}"
                    )
                });
            }
        }
        Ok(())
    }

    /// Names it and fills in what was left out.
    fn resolve(&self, name: &QualifiedName, spec: &ConstraintSpec) -> Result<Constraint, Refusal> {
        let table = self.table(name)?;
        let kind = match &spec.kind {
            ConstraintKindSpec::PrimaryKey { columns } => {
                self.check_columns(name, table, columns)?;
                if table.constraints.iter().any(|one| matches!(one.kind, ConstraintKind::PrimaryKey { .. })) {
                    return Err(self.refuse(format!("table {name} has a primary key already")));
                }
                ConstraintKind::PrimaryKey { columns: columns.clone() }
            }
            ConstraintKindSpec::Unique { columns, nulls_not_distinct } => {
                self.check_columns(name, table, columns)?;
                ConstraintKind::Unique { columns: columns.clone(), nulls_not_distinct: *nulls_not_distinct }
            }
            ConstraintKindSpec::Check { expression } => ConstraintKind::Check { expression: expression.clone() },
            ConstraintKindSpec::Exclude { method, elements, rest, .. } => {
                ConstraintKind::Exclude { definition: format!("EXCLUDE USING {method} ({elements}){rest}") }
            }
            ConstraintKindSpec::ForeignKey {
                columns,
                target,
                target_columns,
                on_delete,
                on_delete_columns,
                on_update,
            } => {
                self.check_columns(name, table, columns)?;
                let to = self.table(target)?;
                let target_columns =
                    if target_columns.is_empty() { self.primary_key(target, to)? } else { target_columns.clone() };
                self.check_columns(target, to, &target_columns)?;
                if columns.len() != target_columns.len() {
                    return Err(self.refuse("a foreign key and its target differ in the number of columns"));
                }
                if let Some(stray) = on_delete_columns.iter().find(|one| !columns.contains(one)) {
                    return Err(self.refuse(format!("column {stray} is not one of the foreign key's")));
                }
                ConstraintKind::ForeignKey {
                    columns: columns.clone(),
                    target: target.clone(),
                    target_columns,
                    on_delete: *on_delete,
                    on_update: *on_update,
                }
            }
        };
        let logical = match &spec.name {
            Some(given) => given.clone(),
            None => self.default_name(name, table, &spec.kind)?,
        };
        if table.constraints.iter().any(|one| one.name == logical) {
            return Err(self.refuse(format!("table {name} has a constraint {logical} already")));
        }
        let keyed = !matches!(spec.kind, ConstraintKindSpec::Check { .. } | ConstraintKindSpec::ForeignKey { .. });
        if keyed {
            self.check_new(&QualifiedName::new(&name.schema, &logical))?;
        }
        let physical = if keyed && table.scope == Scope::Org {
            names::physical_base(&logical, self.naming.max_base_bytes(), |base| self.base_taken(&name.schema, base))
        } else {
            logical.clone()
        };
        Ok(Constraint {
            name: logical,
            physical,
            kind,
            deferrable: spec.deferrable,
            initially_deferred: spec.initially_deferred,
        })
    }

    fn check_columns(&self, name: &QualifiedName, table: &Table, columns: &[String]) -> Result<(), Refusal> {
        for (at, column) in columns.iter().enumerate() {
            if table.column(column).is_none() {
                return Err(self.refuse(format!("table {name} has no column {column}")));
            }
            if columns.iter().take(at).any(|earlier| earlier == column) {
                return Err(self.refuse(format!("column {column} stands twice in a key")));
            }
        }
        Ok(())
    }

    fn primary_key(&self, name: &QualifiedName, table: &Table) -> Result<Vec<String>, Refusal> {
        let key = table.constraints.iter().find_map(|one| match &one.kind {
            ConstraintKind::PrimaryKey { columns } => Some(columns.clone()),
            _ => None,
        });
        key.ok_or_else(|| self.refuse(format!("table {name} has no primary key to reference")))
    }

    fn default_name(&self, name: &QualifiedName, table: &Table, kind: &ConstraintKindSpec) -> Result<String, Refusal> {
        let (columns, label) = match kind {
            ConstraintKindSpec::PrimaryKey { .. } => (None, "pkey"),
            ConstraintKindSpec::Unique { columns, .. } => (Some(names::joined(columns)), "key"),
            ConstraintKindSpec::ForeignKey { columns, .. } => (Some(names::joined(columns)), "fkey"),
            ConstraintKindSpec::Check { expression } => (only_column(table, expression)?, "check"),
            ConstraintKindSpec::Exclude { first, .. } => (first.clone(), "excl"),
        };
        Ok(names::choose(&name.name, columns.as_deref(), label, |candidate| {
            self.relation_exists(&QualifiedName::new(&name.schema, candidate))
                || self.catalog.tables.iter().any(|(of, table)| {
                    of.schema == name.schema && table.constraints.iter().any(|one| one.name == candidate)
                })
        }))
    }
}

fn deferral(constraint: &Constraint) -> &'static str {
    match (constraint.deferrable, constraint.initially_deferred) {
        (false, _) => "",
        (true, false) => " DEFERRABLE",
        (true, true) => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// The one column that an expression uses; `None` when it uses several or none.
fn only_column(table: &Table, expression: &str) -> Result<Option<String>, Refusal> {
    let tokens = lex::tokens(expression)?;
    let mut found: Option<String> = None;
    for (at, token) in tokens.iter().enumerate() {
        let Some(name) = super::named(token) else { continue };
        let called = tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Sign('('));
        if called || table.column(name).is_none() || found.as_deref() == Some(name) {
            continue;
        }
        if found.is_some() {
            return Ok(None);
        }
        found = Some(name.to_owned());
    }
    Ok(found)
}

fn action_text(on: &str, action: ReferentialAction, set: Option<&[String]>) -> String {
    let columns = set.map(|set| format!(" ({})", list(set))).unwrap_or_default();
    match action {
        ReferentialAction::NoAction => String::new(),
        ReferentialAction::Restrict => format!(" ON {on} RESTRICT"),
        ReferentialAction::Cascade => format!(" ON {on} CASCADE"),
        ReferentialAction::SetNull => format!(" ON {on} SET NULL{columns}"),
        ReferentialAction::SetDefault => format!(" ON {on} SET DEFAULT{columns}"),
    }
}
