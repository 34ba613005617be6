//! Schemas, types, domains, extensions, comments, seed rows; and why everything else is refused.
//!
//! In: tokens. Out: steps that are the same on every shard, mostly the service's own words. Invariants: seed rows go to
//! global tables only, from constants only: a query could copy an org's rows to all. What is absent: functions,
//! triggers, sequences, grants, policies, rules.

use super::Planner;
use crate::catalog::{CATALOG_SCHEMA, DefinedType, ORGFOLD_SCHEMA, QualifiedName, ROWS_SCHEMA, Scope};
use crate::migrate::Refusal;
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::Kind;
use crate::migrate::physical::{literal, quote, relation};

/// Extensions that add types and operator classes, and no function that runs SQL, reads files or other rows.
const EXTENSIONS: &[&str] = &["btree_gin", "btree_gist", "citext", "hstore", "ltree", "pg_trgm", "unaccent"];

impl Planner<'_> {
    pub(super) fn create_schema(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("create schema")?;
        let tolerant = cursor.eat("if not exists");
        let name = cursor.name()?;
        cursor.end()?;
        if self.catalog.schemas.contains(&name) {
            return if tolerant { Ok(()) } else { Err(self.refuse(format!("schema {name} exists already"))) };
        }
        let reserved = name.starts_with("pg_")
            || [ORGFOLD_SCHEMA, CATALOG_SCHEMA, ROWS_SCHEMA, "information_schema"].contains(&name.as_str());
        if reserved {
            return Err(self.refuse(format!("the name {name} is reserved")));
        }
        self.push(format!("CREATE SCHEMA {}", quote(&name)));
        self.push(format!("GRANT USAGE ON SCHEMA {} TO {}", quote(&name), quote(&self.options.runtime_role)));
        self.catalog.schemas.push(name);
        Ok(())
    }

    pub(super) fn create_extension(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("create extension")?;
        cursor.eat("if not exists");
        let name = cursor.name()?;
        cursor.end()?;
        if !EXTENSIONS.contains(&name.as_str()) {
            return Err(self.refuse(format!("extension {name} is not among {}", EXTENSIONS.join(", "))));
        }
        self.push(format!("CREATE EXTENSION IF NOT EXISTS {} SCHEMA \"public\"", quote(&name)));
        Ok(())
    }

    pub(super) fn create_type(&mut self, cursor: &mut Cursor<'_>, text: &str) -> Result<(), Refusal> {
        let whole = slice(cursor, text);
        cursor.expect("create type")?;
        let name = cursor.qualified()?;
        self.check_new(&name)?;
        cursor.expect("as")?;
        let defined = if cursor.eat("enum") {
            let (_, mut inner) = cursor.parens()?;
            let mut labels = Vec::new();
            while !inner.done() {
                labels.push(inner.string()?);
                if !inner.eat_sign(',') {
                    break;
                }
            }
            inner.end()?;
            DefinedType::Enum { labels }
        } else if cursor.is_sign('(') {
            let (_, mut inner) = cursor.parens()?;
            let mut fields = Vec::new();
            while !inner.done() {
                fields.push(inner.name()?);
                let of = inner.until(|kind| *kind == Kind::Sign(','))?;
                self.refuse_row_type(of)?;
                if !inner.eat_sign(',') {
                    break;
                }
            }
            inner.end()?;
            DefinedType::Composite { fields }
        } else {
            return Err(cursor.refuse("of CREATE TYPE only enums and composites are supported"));
        };
        cursor.end()?;
        self.push(whole.to_owned());
        self.catalog.types.insert(name, defined);
        Ok(())
    }

    pub(super) fn create_domain(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("create domain")?;
        let name = cursor.qualified()?;
        self.check_new(&name)?;
        cursor.eat("as");
        let base = cursor.until(|kind| {
            matches!(kind, Kind::Word(word) if matches!(word.as_str(),
                "collate" | "default" | "constraint" | "not" | "null" | "check"))
        })?;
        let rest = cursor.rest();
        self.refuse_row_type(base)?;
        self.push(format!("CREATE DOMAIN {} AS {base} {rest}", relation(&name)));
        self.catalog.types.insert(name, DefinedType::Domain { base: super::types::normal(base) });
        Ok(())
    }

    /// ALTER TYPE ... ADD VALUE, RENAME VALUE.
    pub(super) fn alter_type(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("alter type")?;
        let name = cursor.qualified()?;
        let unknown = self.refuse(format!("{name} is not an enum that a migration created"));
        let Some(DefinedType::Enum { labels }) = self.catalog.types.get_mut(&name) else { return Err(unknown) };
        let sql = if cursor.eat("add value") {
            let tolerant = cursor.eat("if not exists");
            let label = cursor.string()?;
            let mut place = String::new();
            let mut at = labels.len();
            for (word, after) in [("before", 0), ("after", 1)] {
                if cursor.eat(word) {
                    let neighbour = cursor.string()?;
                    let found = labels.iter().position(|one| *one == neighbour);
                    at = found.ok_or_else(|| cursor.refuse(format!("the enum has no label {neighbour}")))? + after;
                    place = format!(" {} {}", word.to_ascii_uppercase(), literal(&neighbour));
                }
            }
            cursor.end()?;
            if labels.contains(&label) {
                let exists = cursor.refuse(format!("the enum has the label {label} already"));
                return if tolerant { Ok(()) } else { Err(exists) };
            }
            let sql = format!("ADD VALUE {}{place}", literal(&label));
            labels.insert(at, label);
            sql
        } else if cursor.eat("rename value") {
            let from = cursor.string()?;
            cursor.expect("to")?;
            let to = cursor.string()?;
            cursor.end()?;
            let Some(label) = labels.iter_mut().find(|one| **one == from) else {
                return Err(cursor.refuse(format!("the enum has no label {from}")));
            };
            label.clone_from(&to);
            format!("RENAME VALUE {} TO {}", literal(&from), literal(&to))
        } else {
            return Err(cursor.refuse("of ALTER TYPE only ADD VALUE and RENAME VALUE are supported"));
        };
        self.push(format!("ALTER TYPE {} {sql}", relation(&name)));
        Ok(())
    }

    pub(super) fn comment(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("comment on")?;
        let what = cursor.word().unwrap_or("").to_owned();
        cursor.pass();
        let target = match what.as_str() {
            "table" | "index" => {
                let name = cursor.qualified()?;
                if !self.relation_exists(&name) {
                    return Err(self.refuse(format!("{name} does not exist")));
                }
                format!("{} {}", what.to_ascii_uppercase(), relation(&name))
            }
            "column" => {
                let parts = [cursor.name()?, {
                    cursor.expect_sign('.')?;
                    cursor.name()?
                }];
                let [first, second] = parts;
                let (table, column) = if cursor.eat_sign('.') {
                    (QualifiedName::new(&first, &second), cursor.name()?)
                } else {
                    (QualifiedName::public(&first), second)
                };
                if self.table(&table)?.column(&column).is_none() {
                    return Err(self.refuse(format!("table {table} has no column {column}")));
                }
                format!("COLUMN {}.{}", relation(&table), quote(&column))
            }
            "type" | "domain" => {
                let name = cursor.qualified()?;
                if !self.catalog.types.contains_key(&name) {
                    return Err(self.refuse(format!("type {name} does not exist")));
                }
                format!("{} {}", what.to_ascii_uppercase(), relation(&name))
            }
            "schema" => {
                let name = cursor.name()?;
                self.check_schema(&name)?;
                format!("SCHEMA {}", quote(&name))
            }
            "view" => {
                let name = cursor.qualified()?;
                if !self.catalog.views.contains_key(&name) {
                    return Err(self.refuse(format!("view {name} does not exist")));
                }
                format!("VIEW {}", relation(&name))
            }
            _ => {
                return Err(cursor
                    .refuse("COMMENT on something other than a table, column, index, view, type, domain or schema"));
            }
        };
        cursor.expect("is")?;
        let words = cursor.raw()?.to_owned();
        cursor.end()?;
        self.push(format!("COMMENT ON {target} IS {words}"));
        Ok(())
    }

    /// INSERT, UPDATE, DELETE on a global table.
    pub(super) fn seed(&mut self, cursor: &mut Cursor<'_>, text: &str) -> Result<(), Refusal> {
        let whole = slice(cursor, text);
        if !cursor.eat("insert into") && !cursor.eat("delete from") {
            cursor.expect("update")?;
        }
        cursor.eat("only");
        let table = cursor.qualified()?;
        if self.scope(&table)? == Scope::Org {
            return Err(self
                .refuse(format!("the rows of {table} belong to orgs: a migration writes rows of global tables only")));
        }
        for token in cursor.left() {
            let Kind::Word(word) = &token.kind else { continue };
            if matches!(word.as_str(), "select" | "from" | "using" | "table" | "with" | "returning") {
                let reason = format!("{} in a seed row: it may hold constants only", word.to_ascii_uppercase());
                return Err(Refusal::at(token.line, reason));
            }
        }
        self.push(whole.to_owned());
        Ok(())
    }
}

/// The statement's own text.
fn slice<'t>(cursor: &Cursor<'_>, text: &'t str) -> &'t str {
    match (cursor.left().first(), cursor.left().last()) {
        (Some(first), Some(last)) => text.get(first.start..last.end).unwrap_or(""),
        _ => "",
    }
}

/// Why a statement that no rule covers is refused.
pub(super) fn reason(cursor: &Cursor<'_>) -> String {
    let words = (cursor.word().unwrap_or(""), cursor.second_word().unwrap_or(""));
    let why = match words {
        ("create", "function" | "procedure" | "or" | "aggregate") => {
            "functions and procedures: their bodies would run with tables of all orgs in reach"
        }
        ("create", "trigger" | "event" | "constraint") => {
            "triggers: their functions would run with tables of all orgs in reach"
        }
        ("create", "sequence") => "sequences of their own: use an identity column",
        ("create", "temp" | "temporary" | "local" | "global") => "temporary tables",
        ("create", "materialized") => "materialized views: they would mix the rows of all orgs",
        ("create", "policy" | "rule") => "policies and rules: orgfold itself decides who sees a row",
        ("create" | "alter" | "drop", "role" | "user" | "database") | ("grant" | "revoke" | "reassign", _) => {
            "roles and privileges: orgfold grants what its runtime role needs"
        }
        ("truncate", _) => "TRUNCATE: it would empty the table for all orgs",
        ("copy", _) => "COPY: a migration writes rows by INSERT, and of global tables only",
        ("select" | "with" | "values" | "do" | "call", _) => "statements that run code: a migration defines",
        ("set" | "reset", _) => "settings",
        _ => "this statement",
    };
    format!("orgfold migrate does not support {why}")
}
