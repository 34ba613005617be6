//! A column as it is declared, in CREATE TABLE and in ADD COLUMN.
//!
//! In: tokens after the table's parenthesis or ADD COLUMN. Out: [`ColumnSpec`] with the constraints that were written
//! on it. What is absent: physical text; whether types exist.

use super::constraint::{self, ConstraintKindSpec, ConstraintSpec};
use super::types;
use crate::catalog::Identity;
use crate::migrate::Refusal;
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::Kind;

/// A column as written.
#[derive(Clone, Debug)]
pub(super) struct ColumnSpec {
    pub(super) name: String,
    /// The type as the server takes it.
    pub(super) type_text: String,
    /// `COLLATE ...`, the collation's name as written.
    pub(super) collation: Option<String>,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    pub(super) identity: Option<(Identity, SequenceSpec)>,
    pub(super) generated: Option<String>,
    pub(super) constraints: Vec<ConstraintSpec>,
}

/// What was asked of an identity column's sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct SequenceSpec {
    pub(super) start: i64,
    pub(super) cache: i64,
}

const PLAIN: SequenceSpec = SequenceSpec { start: 1, cache: 1 };

/// Words that end a type or a default.
fn ends_expression(kind: &Kind) -> bool {
    match kind {
        Kind::Sign(',' | ')') => true,
        Kind::Word(word) => matches!(
            word.as_str(),
            "constraint"
                | "not"
                | "null"
                | "default"
                | "check"
                | "primary"
                | "unique"
                | "references"
                | "generated"
                | "collate"
                | "storage"
                | "compression"
                | "deferrable"
                | "initially"
        ),
        Kind::Quoted(_) | Kind::Text | Kind::Number | Kind::Sign(_) => false,
    }
}

impl ColumnSpec {
    /// Reads one.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<ColumnSpec, Refusal> {
        let name = cursor.name()?;
        let written = cursor.until(|kind| ends_expression(kind) || matches!(kind, Kind::Sign('=')))?;
        if !types::is_type(written) {
            return Err(cursor.refuse(format!("`{written}` is not a type")));
        }
        let serial = types::serial(&written.to_ascii_lowercase());
        let mut column = ColumnSpec {
            name,
            type_text: serial.map_or_else(|| written.to_owned(), str::to_owned),
            collation: None,
            not_null: serial.is_some(),
            default: None,
            identity: serial.map(|_| (Identity::Serial, PLAIN)),
            generated: None,
            constraints: Vec::new(),
        };
        while !cursor.done() && !cursor.is_sign(',') {
            column.option(cursor)?;
        }
        if column.identity.is_some() {
            if column.default.is_some() || column.generated.is_some() {
                return Err(cursor.refuse(format!("column {} has both an identity and a default", column.name)));
            }
            if types::integer_limit(&types::normal(&column.type_text)).is_none() {
                return Err(cursor.refuse(format!("identity column {} is not of an integer type", column.name)));
            }
            column.not_null = true;
        }
        Ok(column)
    }

    fn option(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let name = if cursor.eat("constraint") { Some(cursor.name()?) } else { None };
        let columns = vec![self.name.clone()];
        let kind = if cursor.eat("not null") {
            self.not_null = true;
            None
        } else if cursor.eat("null") {
            None
        } else if cursor.eat("default") {
            if self.default.is_some() {
                return Err(cursor.refuse(format!("column {} has two defaults", self.name)));
            }
            self.default = Some(default(cursor)?);
            None
        } else if cursor.eat("collate") {
            let first = cursor.raw()?.to_owned();
            self.collation = Some(if cursor.eat_sign('.') { format!("{first}.{}", cursor.raw()?) } else { first });
            None
        } else if cursor.eat("generated") {
            self.generated(cursor)?;
            None
        } else if cursor.eat("primary key") {
            self.not_null = true;
            Some(ConstraintKindSpec::PrimaryKey { columns })
        } else if cursor.eat("unique") {
            Some(ConstraintKindSpec::Unique { columns, nulls_not_distinct: constraint::nulls(cursor)? })
        } else if cursor.eat("check") {
            Some(constraint::check(cursor)?)
        } else if cursor.eat("references") {
            Some(constraint::references(cursor, columns)?)
        } else {
            return Err(cursor.expected("a column option that orgfold knows"));
        };
        if let Some(kind) = kind {
            self.constraints.push(ConstraintSpec::read_options(cursor, name, kind)?);
        }
        Ok(())
    }

    fn generated(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let identity = if cursor.eat("always as identity") {
            Identity::Always
        } else if cursor.eat("by default as identity") {
            Identity::ByDefault
        } else {
            cursor.expect("always as")?;
            let (expression, _) = cursor.parens()?;
            cursor.expect("stored")?;
            if self.generated.is_some() || self.default.is_some() {
                return Err(cursor.refuse(format!("column {} has two defaults", self.name)));
            }
            self.generated = Some(expression.to_owned());
            return Ok(());
        };
        if self.identity.is_some() {
            return Err(cursor.refuse(format!("column {} has two identities", self.name)));
        }
        let options = if cursor.is_sign('(') { sequence_options(cursor)? } else { PLAIN };
        self.identity = Some((identity, options));
        Ok(())
    }
}

/// The expression after DEFAULT.
pub(super) fn default(cursor: &mut Cursor<'_>) -> Result<String, Refusal> {
    let tokens = cursor.left();
    let text = cursor.until(ends_expression)?;
    let used = tokens.len() - cursor.left().len();
    let sequence = tokens.iter().take(used).any(|token| {
        matches!(&token.kind, Kind::Word(word) if matches!(word.as_str(), "nextval" | "currval" | "lastval" | "setval"))
    });
    if sequence {
        return Err(
            cursor.refuse("a default that draws from a sequence would collide between shards: use an identity column")
        );
    }
    Ok(text.to_owned())
}

/// `(START WITH 1000 CACHE 10)`.
fn sequence_options(cursor: &mut Cursor<'_>) -> Result<SequenceSpec, Refusal> {
    let (_, mut inner) = cursor.parens()?;
    let mut options = PLAIN;
    while !inner.done() {
        if inner.eat("start") {
            inner.eat("with");
            options.start = inner.integer()?;
            if options.start < 1 {
                return Err(inner.refuse("an identity that starts below 1"));
            }
        } else if inner.eat("cache") {
            options.cache = inner.integer()?;
            if options.cache < 1 {
                return Err(inner.refuse("a cache below 1"));
            }
        } else if inner.eat("increment") {
            inner.eat("by");
            if inner.integer()? != 1 {
                return Err(inner.refuse("INCREMENT: shards draw from interleaved lanes, so orgfold chooses it"));
            }
        } else if !inner.eat("no cycle") && !inner.eat("no maxvalue") && !inner.eat("no minvalue") {
            return Err(inner.refuse("a sequence option other than START WITH and CACHE"));
        }
    }
    Ok(options)
}
