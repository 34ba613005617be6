//! INSERT, UPDATE, DELETE and MERGE. Source: PostgreSQL's `gram.y`.

use super::PlanError;
use super::cursor::Cursor;
use super::tree::{
    Action, Arbiter, Arm, Assignment, Condition, Conflict, Delete, Insert, Merge, Overriding, Piece, Pieces, Place,
    SetPlace, Target, Update, With,
};

impl Cursor<'_> {
    pub(super) fn insert(&mut self, with: Option<With>) -> Result<Insert, PlanError> {
        let at = self.here();
        self.expect("insert")?;
        self.expect("into")?;
        let name = self.table_name()?;
        let alias = if self.eat("as") { Some(self.column_id()?) } else { None };
        let target = Target { name, alias };
        let columns = if self.is_sign("(") && !self.query_at(self.at + 1) { Some(self.places()?) } else { None };
        let overriding = self.overriding()?;
        let source = if self.is("default") && self.is_ahead(1, "values") {
            self.at += 2;
            None
        } else {
            Some(Box::new(self.placed(Place::Mixed, Cursor::query)?))
        };
        let conflict = self.conflict()?;
        let returning = self.returning()?;
        Ok(Insert { with, at, target, columns, overriding, source, conflict, returning })
    }

    fn overriding(&mut self) -> Result<Option<Overriding>, PlanError> {
        let at = self.here();
        if !self.eat("overriding") {
            return Ok(None);
        }
        let overriding = if self.eat("system") {
            Overriding::System(at)
        } else {
            self.expect("user")?;
            Overriding::User(at)
        };
        self.expect("value")?;
        Ok(Some(overriding))
    }

    fn places(&mut self) -> Result<Vec<SetPlace>, PlanError> {
        self.expect_sign("(")?;
        let mut places = vec![self.place()?];
        while self.eat_sign(",") {
            places.push(self.place()?);
        }
        self.expect_sign(")")?;
        Ok(places)
    }

    fn place(&mut self) -> Result<SetPlace, PlanError> {
        let column = self.column_id()?;
        let mut rest = Vec::new();
        self.indirection(&mut rest)?;
        if rest.iter().any(|piece| matches!(piece, Piece::Star(_))) {
            return Err(self.unexpected());
        }
        Ok(SetPlace { column, rest })
    }

    fn conflict(&mut self) -> Result<Option<Conflict>, PlanError> {
        let at = self.here();
        if !self.eat("on") {
            return Ok(None);
        }
        self.expect("conflict")?;
        let arbiter = if self.eat_sign("(") {
            let mut items = Vec::new();
            loop {
                let mut item = self.expression()?;
                // An operator class behind the column is a name.
                if self.at_column_id() {
                    for (i, part) in self.dotted()?.into_iter().enumerate() {
                        if i > 0 {
                            item.push(Piece::Word(".", 0));
                        }
                        item.push(Piece::Name(part));
                    }
                }
                items.push(item);
                if !self.eat_sign(",") {
                    break;
                }
            }
            self.expect_sign(")")?;
            let condition = self.clause("where")?;
            Arbiter::Columns(items, condition)
        } else if self.eat("on") {
            self.expect("constraint")?;
            Arbiter::Constraint(self.column_id()?)
        } else {
            Arbiter::Nothing
        };
        self.expect("do")?;
        let update = if self.eat("nothing") {
            None
        } else {
            self.expect("update")?;
            self.expect("set")?;
            let assignments = self.assignments()?;
            Some((assignments, self.clause("where")?))
        };
        Ok(Some(Conflict { at, arbiter, update }))
    }

    fn assignments(&mut self) -> Result<Vec<Assignment>, PlanError> {
        let mut assignments = Vec::new();
        loop {
            let row = self.is_sign("(");
            let places = if row { self.places()? } else { vec![self.place()?] };
            let at = self.here();
            if !self.is_operator("=") {
                return Err(self.unexpected());
            }
            self.at += 1;
            assignments.push(Assignment { places, row, at, value: self.expression()? });
            if !self.eat_sign(",") {
                return Ok(assignments);
            }
        }
    }

    fn target(&mut self) -> Result<Target, PlanError> {
        let name = self.table_name()?;
        let explicit = self.eat("as");
        // SET cannot be an alias without AS.
        let alias = if explicit || (self.at_column_id() && !self.is("set")) { Some(self.column_id()?) } else { None };
        Ok(Target { name, alias })
    }

    fn condition(&mut self) -> Result<Condition, PlanError> {
        let at = self.here();
        if self.is("where") && self.is_ahead(1, "current") && self.is_ahead(2, "of") {
            self.at += 3;
            return Ok(Condition::CurrentOf(at, self.column_id()?));
        }
        Ok(match self.clause("where")? {
            Some((at, condition)) => Condition::Where(at, condition),
            None => Condition::All,
        })
    }

    pub(super) fn update(&mut self, with: Option<With>) -> Result<Update, PlanError> {
        let at = self.here();
        self.expect("update")?;
        let target = self.target()?;
        self.expect("set")?;
        let assignments = self.assignments()?;
        let from = if self.eat("from") { self.relations()? } else { Vec::new() };
        let condition = self.condition()?;
        let returning = self.returning()?;
        Ok(Update { with, at, target, assignments, from, condition, returning })
    }

    pub(super) fn delete(&mut self, with: Option<With>) -> Result<Delete, PlanError> {
        let at = self.here();
        self.expect("delete")?;
        self.expect("from")?;
        let target = self.target()?;
        let using = if self.eat("using") { self.relations()? } else { Vec::new() };
        let condition = self.condition()?;
        let returning = self.returning()?;
        Ok(Delete { with, at, target, using, condition, returning })
    }

    pub(super) fn merge(&mut self, with: Option<With>) -> Result<Merge, PlanError> {
        let at = self.here();
        self.expect("merge")?;
        self.expect("into")?;
        let target = self.target()?;
        self.expect("using")?;
        let source = self.joined()?;
        let Some(on) = self.clause("on")? else { return Err(self.unexpected()) };
        let mut arms = Vec::new();
        while self.is("when") {
            arms.push(self.arm()?);
        }
        if arms.is_empty() {
            return Err(self.unexpected());
        }
        let returning = self.returning()?;
        Ok(Merge { with, at, target, source, on, arms, returning })
    }

    fn arm(&mut self) -> Result<Arm, PlanError> {
        let mut words: Pieces = Vec::new();
        self.expect_word("WHEN", &mut words)?;
        let matched = !self.word(&["NOT"], &mut words);
        self.expect_word("MATCHED", &mut words)?;
        let mut by_source = None;
        if !matched {
            let at = self.here();
            if self.words(&["BY", "SOURCE"], &mut words) {
                by_source = Some(at);
            } else {
                let _ = self.words(&["BY", "TARGET"], &mut words);
            }
        }
        let condition = self.clause("and")?;
        self.expect("then")?;
        let action = if self.eat("do") {
            self.expect("nothing")?;
            Action::Nothing
        } else if self.eat("delete") {
            Action::Delete
        } else if self.eat("update") {
            self.expect("set")?;
            Action::Update(self.assignments()?)
        } else {
            self.expect("insert")?;
            let columns = if self.is_sign("(") { Some(self.places()?) } else { None };
            let overriding = self.overriding()?;
            if self.eat("default") {
                self.expect("values")?;
                Action::Insert { columns, overriding, values: None }
            } else {
                self.expect("values")?;
                self.expect_sign("(")?;
                let values = self.expressions_at(&Place::Mixed)?;
                self.expect_sign(")")?;
                Action::Insert { columns, overriding, values: Some(values) }
            }
        };
        Ok(Arm { words, matched, by_source, condition, action })
    }
}
