//! References of the columns of objects, as DDL says them: REFERENCES and FOREIGN KEY.
//!
//! In: the words behind them. Out: a [`NewReference`]. What PostgreSQL knows and objects cannot do exactly is refused. One
//! form is orgfold's own: `REFERENCES ANY`, of records of several objects. What is absent: names' meaning.

use super::PlanError;
use super::cursor::Cursor;
use super::definition::Dotted;
use super::tree::Ident;
use crate::catalog::ReferentialAction;

/// FOREIGN KEY, or REFERENCES of a column.
#[derive(Debug)]
pub(crate) struct NewReference {
    pub(crate) name: Option<Ident>,
    pub(crate) columns: Vec<Ident>,
    pub(crate) target: NewTarget,
    pub(crate) on_delete: ReferentialAction,
    pub(crate) at: u32,
}

/// What a reference may refer to.
#[derive(Debug)]
pub(crate) enum NewTarget {
    /// A table, by these of its columns; its primary key when none are named.
    Table { name: Dotted, columns: Vec<Ident> },
    /// `REFERENCES ANY`, or `ANY (a, b)`: records of several objects, by their keys.
    Any(Option<Vec<Dotted>>),
}

impl Cursor<'_> {
    /// FOREIGN KEY; `None`: something else comes.
    pub(super) fn foreign_key(&mut self) -> Result<Option<NewReference>, PlanError> {
        let at = self.here();
        let named = self.is("constraint");
        if !(self.is("foreign") || named && self.is_ahead(2, "foreign")) {
            return Ok(None);
        }
        let name = if self.eat("constraint") { Some(self.column_id()?) } else { None };
        self.expect("foreign")?;
        self.expect("key")?;
        let columns = self.column_list()?;
        self.expect("references")?;
        self.reference(name, columns, at).map(Some)
    }

    /// What comes behind REFERENCES.
    pub(super) fn reference(
        &mut self,
        name: Option<Ident>,
        columns: Vec<Ident>,
        at: u32,
    ) -> Result<NewReference, PlanError> {
        let target = if self.eat("any") {
            if self.eat_sign("(") {
                let mut targets = vec![self.dotted()?];
                while self.eat_sign(",") {
                    targets.push(self.dotted()?);
                }
                self.expect_sign(")")?;
                NewTarget::Any(Some(targets))
            } else {
                NewTarget::Any(None)
            }
        } else {
            let table = self.dotted()?;
            let columns = if self.is_sign("(") { self.column_list()? } else { Vec::new() };
            NewTarget::Table { name: table, columns }
        };
        let mut on_delete = ReferentialAction::NoAction;
        loop {
            if self.eat("match") {
                self.expect_of("simple", "MATCH of this kind")?;
            } else if self.is("on") && self.is_ahead(1, "delete") {
                self.at += 2;
                on_delete = self.action()?;
            } else if self.is("on") && self.is_ahead(1, "update") {
                let at = self.here();
                self.at += 2;
                let action = self.action()?;
                if !matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict) {
                    return Err(PlanError::unsupported("ON UPDATE with an action", at));
                }
            } else {
                break;
            }
        }
        self.no_option()?;
        Ok(NewReference { name, columns, target, on_delete, at })
    }

    fn action(&mut self) -> Result<ReferentialAction, PlanError> {
        let at = self.here();
        if self.eat("no") {
            self.expect("action")?;
            Ok(ReferentialAction::NoAction)
        } else if self.eat("restrict") {
            Ok(ReferentialAction::Restrict)
        } else if self.eat("cascade") {
            Ok(ReferentialAction::Cascade)
        } else {
            self.expect("set")?;
            self.expect_of("null", "SET DEFAULT of a reference")?;
            if self.is_sign("(") {
                return Err(PlanError::unsupported("SET NULL of some columns", at));
            }
            Ok(ReferentialAction::SetNull)
        }
    }
}
