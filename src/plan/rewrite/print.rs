//! Nodes to text, physical or logical.

use super::super::ast::quoted;
use super::super::bind::{FunctionName, Node, Relation, RelationKind, TypeName};
use super::super::error::PlanError;
use super::super::policy::{FunctionForm, function_form, type_schema};
use super::super::template::{Template, TemplateBuilder};
use super::OrgSource;
use super::names::identifier;
use crate::catalog::{Catalog, OBJECT_COLUMN, ORG_COLUMN, QualifiedName, ROWS_SCHEMA};

/// Prints the physical text.
pub(super) fn physical(nodes: &[Node], catalog: &Catalog, org: OrgSource) -> Result<Template, PlanError> {
    let mut printer = Printer { out: Spaced::default(), catalog, org };
    printer.nodes(nodes)?;
    Ok(printer.out.builder.finish())
}

/// Puts one space between tokens, and none where SQL is commonly written without.
#[derive(Default)]
struct Spaced {
    builder: TemplateBuilder,
    /// The next token follows without a space.
    glued: bool,
    /// The last token was a function's name.
    after_function: bool,
}

impl Spaced {
    fn before(&mut self, token: &str) {
        let glued = self.glued
            || self.builder.as_str().is_empty()
            || matches!(token, ")" | "," | "." | "]" | "[" | "::")
            || (token == "(" && self.after_function);
        if !glued {
            self.builder.text().push(' ');
        }
        self.glued = matches!(token, "(" | "." | "[" | "::");
        self.after_function = false;
    }

    fn token(&mut self, token: &str) {
        self.before(token);
        self.builder.text().push_str(token);
    }

    fn marked(&mut self, token: &str, at: u32) {
        self.before(token);
        self.builder.mark(at);
        self.builder.text().push_str(token);
    }

    fn name(&mut self, name: &str, at: u32) {
        self.before("");
        self.builder.mark(at);
        identifier(name, self.builder.text());
    }
}

struct Printer<'c> {
    out: Spaced,
    catalog: &'c Catalog,
    org: OrgSource,
}

impl Printer<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<(), PlanError> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> Result<(), PlanError> {
        match node {
            Node::Word(word) => self.out.token(word),
            Node::Keyword(word, at) => self.out.marked(word, *at),
            Node::Operator(text, at) => self.out.marked(text, *at),
            Node::Logical(_) => {}
            Node::Name { name, at } | Node::Field { name, at } => self.out.name(name, *at),
            Node::Column { qualifier, implied: _, name, at } => {
                if let Some(qualifier) = qualifier {
                    self.out.name(qualifier, *at);
                    self.out.token(".");
                    self.out.name(name, 0);
                } else {
                    self.out.name(name, *at);
                }
            }
            Node::WholeRow { name, table, nullable, at } => self.whole_row(name, table, *nullable, *at),
            Node::Literal { text, at } => {
                self.out.before("");
                self.out.builder.mark(*at);
                self.out.builder.text().push_str(text);
            }
            Node::Param { number, at } => {
                self.out.before("");
                self.out.builder.mark(*at);
                self.out.builder.text().push_str(&format!("${number}"));
            }
            Node::Type(name) => self.type_name(name)?,
            Node::Function(name) => self.function(name)?,
            Node::Relation(relation) => self.relation(relation)?,
            Node::Target { table, alias, logical: _ } => {
                self.leaf(table);
                self.out.token("AS");
                self.out.name(alias, 0);
            }
            Node::CopyTarget { table } => self.leaf(table),
            Node::OrgPredicate { alias } => {
                self.org_predicate(Some(alias));
            }
            Node::ObjectPredicate { alias, id } => self.object_predicate(Some(alias), *id),
            Node::Slot { qualifier, shown: _, name: _, slot, varchar, at } => {
                self.slot(qualifier.as_deref(), slot, *varchar, *at);
            }
            Node::OrgColumn => self.out.token(ORG_COLUMN),
            Node::OrgColumnOf { alias } => self.org_column(Some(alias)),
            Node::OrgValue => self.org_value(),
            Node::LeafIndex { base, logical: _, at } => {
                self.out.before("");
                self.out.builder.mark(*at);
                self.leaf_name(base);
            }
            Node::Channel { name, at } => {
                self.out.before("");
                let builder = &mut self.out.builder;
                builder.mark(*at);
                builder.text().push_str("\"orgfold.");
                builder.org();
                builder.text().push('.');
                builder.text().push_str(&name.replace('"', "\"\""));
                builder.text().push('"');
            }
            Node::Physical(inner) => self.nodes(inner)?,
        }
        Ok(())
    }

    fn is_object(&self, table: &QualifiedName) -> bool {
        self.catalog.tables.get(table).is_some_and(|table| table.object.is_some())
    }

    /// `alias.slot`, with the type of its column.
    fn slot(&mut self, qualifier: Option<&str>, slot: &str, varchar: bool, at: u32) {
        if varchar {
            self.out.token("CAST");
            self.out.token("(");
        }
        if let Some(qualifier) = qualifier {
            self.out.name(qualifier, at);
            self.out.token(".");
        }
        self.out.name(slot, if qualifier.is_some() { 0 } else { at });
        if varchar {
            for token in ["AS", "character varying", ")"] {
                self.out.token(token);
            }
        }
    }

    /// `schema.table_p<hole>`; of an object, the leaf of the universal table.
    fn leaf(&mut self, table: &QualifiedName) {
        let record = Catalog::record();
        let table = if self.is_object(table) { &record } else { table };
        self.out.name(&table.schema, 0);
        self.out.token(".");
        self.out.before("");
        self.leaf_name(&table.name);
    }

    fn leaf_name(&mut self, base: &str) {
        let plain = base.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
            && base.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let builder = &mut self.out.builder;
        if plain {
            builder.text().push_str(base);
            builder.text().push_str("_p");
            builder.leaf();
        } else {
            let quoted = quoted(base);
            builder.text().push_str(quoted.get(..quoted.len() - 1).unwrap_or(&quoted));
            builder.text().push_str("_p");
            builder.leaf();
            builder.text().push('"');
        }
    }

    /// `org_id = $n AND (CASE WHEN org_id = ANY (ARRAY[$n]) THEN 1 END) IS NOT NULL`.
    ///
    /// The first half finds the rows by an index. The second keeps conditions of the client, which may fail and say on
    /// what, off other orgs' rows: PostgreSQL asks conditions by their cost, and among equals this equation comes last,
    /// because it is made anew from its equivalence class. ANY of one element costs half a call, CASE keeps it out of
    /// classes and indexes, and IS NOT NULL is taken to hold for nearly every row, so that no estimate changes.
    fn org_predicate(&mut self, alias: Option<&str>) {
        self.org_column(alias);
        self.out.token("=");
        self.org_value();
        for token in ["AND", "(", "CASE", "WHEN"] {
            self.out.token(token);
        }
        self.org_column(alias);
        for token in ["=", "ANY", "(", "ARRAY", "["] {
            self.out.token(token);
        }
        self.org_value();
        for token in ["]", ")", "THEN", "1", "END", ")", "IS", "NOT", "NULL"] {
            self.out.token(token);
        }
    }

    /// The same of the object, in both halves: a condition of the client's must not be asked about records of another of the
    /// org's objects, whose slots mean something else.
    fn object_predicate(&mut self, alias: Option<&str>, id: u32) {
        let id = id.to_string();
        self.object_column(alias);
        for token in ["=", &id, "AND", "(", "CASE", "WHEN"] {
            self.out.token(token);
        }
        self.object_column(alias);
        for token in ["=", "ANY", "(", "ARRAY", "[", &id, "]", ")", "THEN", "1", "END", ")", "IS", "NOT", "NULL"] {
            self.out.token(token);
        }
    }

    fn object_column(&mut self, alias: Option<&str>) {
        if let Some(alias) = alias {
            self.out.name(alias, 0);
            self.out.token(".");
        }
        self.out.token(OBJECT_COLUMN);
    }

    fn org_column(&mut self, alias: Option<&str>) {
        if let Some(alias) = alias {
            self.out.name(alias, 0);
            self.out.token(".");
        }
        self.out.token(ORG_COLUMN);
    }

    fn org_value(&mut self) {
        self.out.before("");
        match self.org {
            OrgSource::Param(number) => self.out.builder.text().push_str(&format!("${number}")),
            OrgSource::Literal => self.out.builder.org(),
        }
    }

    fn relation(&mut self, relation: &Relation) -> Result<(), PlanError> {
        let Relation { kind, alias, logical, alias_columns, sample } = relation;
        // A fault that PostgreSQL finds at the relation belongs to the client's first token of it.
        let at = logical.iter().find_map(|node| match node {
            Node::Name { at, name: _ } => Some(*at),
            _other => None,
        });
        match kind {
            RelationKind::Org { table, columns } => {
                self.out.token("(");
                self.out.token("SELECT");
                let catalog = self.catalog;
                let object = catalog.tables.get(table).and_then(|table| Some((table, table.object.as_ref()?.id)));
                for (i, column) in columns.iter().enumerate() {
                    if i > 0 {
                        self.out.token(",");
                    }
                    let field = object.and_then(|(table, _)| Some((table.slot(column)?, table.column(column)?)));
                    if let Some((slot, field)) = field {
                        self.slot(None, slot, field.is_varchar(), 0);
                        self.out.token("AS");
                    }
                    self.out.name(column, 0);
                }
                self.out.token("FROM");
                self.leaf(table);
                self.nodes(sample)?;
                self.out.token("WHERE");
                self.org_predicate(None);
                if let Some((_, id)) = object {
                    self.out.token("AND");
                    self.object_predicate(None, id);
                }
                self.out.token(")");
                self.out.token("AS");
            }
            RelationKind::Leaf { table } => {
                self.leaf(table);
                self.out.token("AS");
            }
            RelationKind::Global { table } => {
                self.out.name(&table.schema, at.unwrap_or(0));
                self.out.token(".");
                self.out.name(&table.name, 0);
                self.out.token("AS");
            }
            RelationKind::View { query, columns } => {
                self.out.token("(");
                self.out.token("SELECT");
                self.out.token("*");
                self.out.token("FROM");
                self.out.token("(");
                self.nodes(query)?;
                self.out.token(")");
                self.out.token("AS");
                self.out.name(alias, 0);
                self.column_list(columns);
                self.out.token(")");
                self.out.token("AS");
            }
            RelationKind::Catalog { physical } => {
                self.out.token(physical);
                self.out.token("AS");
            }
            RelationKind::Cte => {
                // The client's own words: the CTE's name, which may differ from the alias.
                let name = logical.iter().find_map(|node| match node {
                    Node::Name { name, at } => Some((name, *at)),
                    _other => None,
                });
                let Some((name, at)) = name else { return Err(PlanError::internal("a CTE without a name")) };
                self.out.name(name, at);
                self.out.token("AS");
            }
        }
        self.out.name(alias, 0);
        self.nodes(alias_columns)?;
        match kind {
            RelationKind::Leaf { table: _ } | RelationKind::Global { table: _ } => self.nodes(sample),
            RelationKind::Org { table: _, columns: _ }
            | RelationKind::View { query: _, columns: _ }
            | RelationKind::Catalog { physical: _ }
            | RelationKind::Cte => Ok(()),
        }
    }

    fn column_list(&mut self, columns: &[Box<str>]) {
        self.out.token("(");
        for (i, column) in columns.iter().enumerate() {
            if i > 0 {
                self.out.token(",");
            }
            self.out.name(column, 0);
        }
        self.out.token(")");
    }

    /// `c::orgfold_rows.customer`. To the server such a cast makes a row of NULLs where an outer join left none: there
    /// it is cast in a query of its own, which leaves its name as it is too.
    fn whole_row(&mut self, name: &str, table: &str, nullable: bool, at: u32) {
        if nullable {
            self.out.token("(");
            self.out.token("SELECT");
        }
        self.out.name(name, at);
        let text = self.out.builder.text();
        text.push_str("::");
        text.push_str(ROWS_SCHEMA);
        text.push('.');
        identifier(table, text);
        if nullable {
            for word in ["WHERE", "pg_catalog.num_nulls", "("] {
                self.out.token(word);
            }
            self.out.name(name, 0);
            for word in [")", "=", "0", ")"] {
                self.out.token(word);
            }
        }
    }

    fn type_name(&mut self, name: &TypeName) -> Result<(), PlanError> {
        let TypeName { schema, name: base, suffix, at, custom } = name;
        let Some(home) = type_schema(name, self.catalog) else {
            return Err(PlanError::internal(format!("type {base} was not permitted")));
        };
        self.out.before("");
        self.out.builder.mark(*at);
        let text = self.out.builder.text();
        match home {
            Some(home) => {
                identifier(home, text);
                text.push('.');
                identifier(base, text);
            }
            None => {
                if schema.is_some() {
                    text.push_str("pg_catalog.");
                }
                if *custom { identifier(base, text) } else { text.push_str(base) }
            }
        }
        text.push_str(suffix);
        Ok(())
    }

    fn function(&mut self, name: &FunctionName) -> Result<(), PlanError> {
        let Some(form) = function_form(name, self.catalog) else {
            return Err(PlanError::internal(format!("function {} was not permitted", name.name)));
        };
        self.out.before("");
        self.out.builder.mark(name.at);
        let text = self.out.builder.text();
        match form {
            FunctionForm::Grammar => text.push_str(&name.name.to_ascii_uppercase()),
            FunctionForm::Builtin => {
                text.push_str("pg_catalog.");
                identifier(&name.name, text);
            }
            FunctionForm::StandIn(physical) => text.push_str(physical),
            FunctionForm::Service(schema) => {
                identifier(schema, text);
                text.push('.');
                identifier(&name.name, text);
            }
        }
        self.out.after_function = true;
        Ok(())
    }
}
