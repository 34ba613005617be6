//! Calls: arguments, aggregates, windows, and what is ordered by. Source: `func_expr` of PostgreSQL's `gram.y`.

use super::PlanError;
use super::cursor::Cursor;
use super::tree::{FunctionName, Ident, Piece, Pieces, Place};

impl Cursor<'_> {
    /// A call: the name is read, the bracket is next.
    pub(super) fn call(
        &mut self,
        mut parts: Vec<Ident>,
        in_from: bool,
        place: Place,
        out: &mut Pieces,
    ) -> Result<(), PlanError> {
        let at = parts.first().map_or(0, |first| first.at);
        let (Some(name), schema) = (parts.pop(), parts.pop()) else { return Err(self.unexpected()) };
        if !parts.is_empty() {
            return Err(PlanError::unsupported("this function name", at));
        }
        let schema = schema.map(|schema| schema.name);
        let function = FunctionName { schema, name: name.name, at, in_from, place };
        let argument = Place::Argument(Box::new(FunctionName { place: Place::Mixed, ..function.clone() }));
        out.push(Piece::Function(function));
        self.expect_sign_to("(", out)?;
        if self.is_operator("*") && self.is_sign_ahead(1, ")") {
            out.push(Piece::Star(self.here()));
            self.at += 1;
        } else if !self.is_sign(")") {
            let _ = self.word(&["ALL", "DISTINCT"], out);
            self.arguments(&argument, out)?;
            if self.is("order") {
                self.order_by_words(out)?;
            }
        }
        self.expect_sign_to(")", out)?;
        self.after_call(out)
    }

    /// WITHIN GROUP, FILTER and OVER.
    pub(super) fn after_call(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        if self.is("within") && self.is_ahead(1, "group") {
            let _ = self.words(&["WITHIN", "GROUP"], out);
            self.expect_sign_to("(", out)?;
            self.order_by_words(out)?;
            self.expect_sign_to(")", out)?;
        }
        if self.is("filter") && self.is_sign_ahead(1, "(") {
            self.expect_word("FILTER", out)?;
            self.expect_sign_to("(", out)?;
            self.expect_word("WHERE", out)?;
            self.expr(out)?;
            self.expect_sign_to(")", out)?;
        }
        if self.is("over") {
            self.expect_word("OVER", out)?;
            if self.is_sign("(") {
                self.window(out)?;
            } else {
                out.push(Piece::Name(self.column_id()?));
            }
        }
        Ok(())
    }

    /// Arguments: VARIADIC, by name, or plain.
    pub(super) fn arguments(&mut self, place: &Place, out: &mut Pieces) -> Result<(), PlanError> {
        loop {
            let _ = self.word(&["VARIADIC"], out);
            let arrow = match self.ahead(1) {
                Some(next) if next.is_operator("=>") => Some("=>"),
                Some(next) if next.is_sign(":=") => Some(":="),
                Some(_) | None => None,
            };
            if let Some(arrow) = arrow {
                out.push(Piece::Name(self.label()?));
                out.push(Piece::Word(arrow, self.here()));
                self.at += 1;
            }
            self.expr_at(place.clone(), out)?;
            if !self.sign(",", out) {
                return Ok(());
            }
        }
    }

    /// `ORDER BY a DESC, b`, onto `out`.
    pub(super) fn order_by_words(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        if !self.words(&["ORDER", "BY"], out) {
            return Err(self.unexpected());
        }
        loop {
            self.expr_at(Place::Compared, out)?;
            self.sort_words(out)?;
            if !self.sign(",", out) {
                return Ok(());
            }
        }
    }

    /// ASC, DESC, USING and NULLS.
    pub(super) fn sort_words(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        if self.word(&["USING"], out) {
            if !self.operator(out)? {
                return Err(self.unexpected());
            }
        } else {
            let _ = self.word(&["ASC", "DESC"], out);
        }
        if self.is("nulls") && (self.is_ahead(1, "first") || self.is_ahead(1, "last")) {
            let _ = self.words(&["NULLS", "FIRST"], out) || self.words(&["NULLS", "LAST"], out);
        }
        Ok(())
    }

    /// `(w PARTITION BY a ORDER BY b ROWS ...)`.
    pub(super) fn window(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        self.expect_sign_to("(", out)?;
        let clause = ["partition", "order", "range", "rows", "groups"].iter().any(|word| self.is(word));
        if !clause && !self.is_sign(")") {
            out.push(Piece::Name(self.column_id()?));
        }
        if self.words(&["PARTITION", "BY"], out) {
            self.expr_list_at(&Place::Compared, out)?;
        }
        if self.is("order") {
            self.order_by_words(out)?;
        }
        if self.word(&["RANGE", "ROWS", "GROUPS"], out) {
            if self.word(&["BETWEEN"], out) {
                self.frame_bound(out)?;
                self.expect_word("AND", out)?;
            }
            self.frame_bound(out)?;
            if self.word(&["EXCLUDE"], out) {
                let whole = self.words(&["CURRENT", "ROW"], out)
                    || self.words(&["NO", "OTHERS"], out)
                    || self.word(&["GROUP", "TIES"], out);
                if !whole {
                    return Err(self.unexpected());
                }
            }
        }
        self.expect_sign_to(")", out)
    }

    fn frame_bound(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        if self.words(&["CURRENT", "ROW"], out) {
            return Ok(());
        }
        if !self.word(&["UNBOUNDED"], out) {
            self.expr(out)?;
        }
        if self.word(&["PRECEDING", "FOLLOWING"], out) { Ok(()) } else { Err(self.unexpected()) }
    }
}
