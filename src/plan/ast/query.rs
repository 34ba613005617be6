//! Queries: WITH, SELECT, VALUES, TABLE, set operations and what follows them.
//!
//! Source: `SelectStmt` and `simple_select` of PostgreSQL's `gram.y`.

use super::cursor::Cursor;
use super::keyword::is_bare_label;
use super::tree::{
    Clause, Cte, Distinct, Ident, Item, Piece, Pieces, Place, Query, Returning, Select, Statement, TableName, Term,
    With,
};
use super::{PlanError, Token};

impl<'t> Cursor<'t> {
    /// A query or a change, WITH in front or not.
    pub(super) fn statement(&mut self) -> Result<Statement, PlanError> {
        self.nested(|cursor| {
            let with = cursor.with()?;
            if cursor.is("insert") {
                cursor.insert(with).map(|insert| Statement::Insert(Box::new(insert)))
            } else if cursor.is("update") {
                cursor.update(with).map(|update| Statement::Update(Box::new(update)))
            } else if cursor.is("delete") {
                cursor.delete(with).map(|delete| Statement::Delete(Box::new(delete)))
            } else if cursor.is("merge") {
                cursor.merge(with).map(|merge| Statement::Merge(Box::new(merge)))
            } else {
                cursor.query_body(with).map(|query| Statement::Query(Box::new(query)))
            }
        })
    }

    /// A query.
    pub(super) fn query(&mut self) -> Result<Query, PlanError> {
        self.nested(|cursor| {
            let with = cursor.with()?;
            cursor.query_body(with)
        })
    }

    fn query_body(&mut self, with: Option<With>) -> Result<Query, PlanError> {
        // The operands of a set operation, and the rows of VALUES, have one type in common.
        let place = if self.combines() && self.place != Place::Compared { Place::Mixed } else { self.place.clone() };
        let first = self.placed(place.clone(), Cursor::term)?;
        let mut rest = Vec::new();
        loop {
            let mut words = Vec::new();
            if !self.word(&["UNION", "INTERSECT", "EXCEPT"], &mut words) {
                break;
            }
            let _ = self.word(&["ALL", "DISTINCT"], &mut words);
            rest.push((words, self.placed(place.clone(), Cursor::term)?));
        }
        let tail = self.tail()?;
        Ok(Query { with, first, rest, tail })
    }

    /// Whether a set operation or VALUES is to come in the query that begins here.
    fn combines(&self) -> bool {
        let mut depth = 0usize;
        for lexeme in self.lexemes.iter().skip(self.at) {
            match &lexeme.token {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => match depth.checked_sub(1) {
                    Some(outer) => depth = outer,
                    None => return false,
                },
                Token::Word(word, _) if depth == 0 => match &**word {
                    "union" | "intersect" | "except" | "values" => return true,
                    _other => {}
                },
                _other => {}
            }
        }
        false
    }

    fn with(&mut self) -> Result<Option<With>, PlanError> {
        let at = self.here();
        if !self.eat("with") {
            return Ok(None);
        }
        let recursive = self.is("recursive").then(|| self.here());
        self.at += usize::from(recursive.is_some());
        let mut items = vec![self.cte()?];
        while self.eat_sign(",") {
            items.push(self.cte()?);
        }
        Ok(Some(With { at, recursive, items }))
    }

    fn cte(&mut self) -> Result<Cte, PlanError> {
        let name = self.column_id()?;
        let columns = if self.is_sign("(") { self.column_list()? } else { Vec::new() };
        let mut words = Vec::new();
        self.expect_word("AS", &mut words)?;
        let _ = self.word(&["MATERIALIZED"], &mut words) || self.words(&["NOT", "MATERIALIZED"], &mut words);
        self.expect_sign("(")?;
        let body = self.placed(Place::Mixed, Cursor::statement)?;
        self.expect_sign(")")?;
        let (mut after, mut added) = (Vec::new(), Vec::new());
        if self.word(&["SEARCH"], &mut after) {
            if !self.word(&["BREADTH", "DEPTH"], &mut after) || !self.words(&["FIRST", "BY"], &mut after) {
                return Err(self.unexpected());
            }
            self.name_list(&mut after)?;
            self.expect_word("SET", &mut after)?;
            self.added_column(&mut after, &mut added)?;
        }
        if self.word(&["CYCLE"], &mut after) {
            self.name_list(&mut after)?;
            self.expect_word("SET", &mut after)?;
            self.added_column(&mut after, &mut added)?;
            if self.word(&["TO"], &mut after) {
                self.expr(&mut after)?;
                self.expect_word("DEFAULT", &mut after)?;
                self.expr(&mut after)?;
            }
            self.expect_word("USING", &mut after)?;
            self.added_column(&mut after, &mut added)?;
        }
        Ok(Cte { name, columns, words, body, after, added })
    }

    fn added_column(&mut self, out: &mut Pieces, added: &mut Vec<Box<str>>) -> Result<(), PlanError> {
        let name = self.column_id()?;
        added.push(name.name.clone());
        out.push(Piece::Name(name));
        Ok(())
    }

    fn name_list(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        loop {
            out.push(Piece::Name(self.column_id()?));
            if !self.sign(",", out) {
                return Ok(());
            }
        }
    }

    fn term(&mut self) -> Result<Term, PlanError> {
        let at = self.here();
        if self.is("select") {
            return self.nested(Cursor::select).map(|select| Term::Select(Box::new(select)));
        }
        if self.is("values") && self.is_sign_ahead(1, "(") {
            self.at += 1;
            let mut rows = Vec::new();
            loop {
                self.expect_sign("(")?;
                let place = if self.place == Place::Compared { Place::Compared } else { Place::Mixed };
                rows.push(self.expressions_at(&place)?);
                self.expect_sign(")")?;
                if !self.eat_sign(",") {
                    return Ok(Term::Values { at, rows });
                }
            }
        }
        if self.eat("table") {
            return Ok(Term::Table { at, relation: self.table_name()? });
        }
        if self.eat_sign("(") {
            let query = self.query()?;
            self.expect_sign(")")?;
            return Ok(Term::Query(Box::new(query)));
        }
        Err(self.unexpected())
    }

    /// `[ONLY] name [*]`.
    pub(super) fn table_name(&mut self) -> Result<TableName, PlanError> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let only = self.word(&["ONLY"], &mut before);
        let bracketed = only && self.sign("(", &mut before);
        let parts = self.dotted()?;
        if bracketed {
            self.expect_sign_to(")", &mut after)?;
        } else if !only && self.is_operator("*") {
            after.push(Piece::Operator("*".into(), self.here()));
            self.at += 1;
        }
        Ok(TableName { before, parts, after })
    }

    fn select(&mut self) -> Result<Select, PlanError> {
        let at = self.here();
        self.expect("select")?;
        let here = self.here();
        let distinct = if self.eat("all") {
            Distinct::Word("ALL", here)
        } else if self.eat("distinct") {
            if self.eat("on") {
                self.expect_sign("(")?;
                let mut exprs = self.expressions_at(&Place::Compared)?;
                exprs.iter_mut().for_each(mark_output);
                self.expect_sign(")")?;
                Distinct::On(here, exprs)
            } else {
                Distinct::Word("DISTINCT", here)
            }
        } else {
            Distinct::No
        };
        let items = if self.ends_select_list() { Vec::new() } else { self.items()? };
        let into = self.is("into").then(|| self.here());
        if into.is_some() {
            // It is refused whatever follows; what follows need not be read.
            self.at = self.lexemes.len();
        }
        let from_at = self.here();
        let mut from = Vec::new();
        if self.eat("from") {
            from = self.relations()?;
        }
        let condition = self.clause("where")?;
        let mut group = None;
        if self.is("group") {
            let mut words = Vec::new();
            if !self.words(&["GROUP", "BY"], &mut words) {
                return Err(self.unexpected());
            }
            let _ = self.word(&["ALL", "DISTINCT"], &mut words);
            let mut items = vec![self.group_item()?];
            while self.eat_sign(",") {
                items.push(self.group_item()?);
            }
            group = Some((words, items));
        }
        let having = self.clause("having")?;
        let mut windows = Vec::new();
        if self.word(&["WINDOW"], &mut windows) {
            loop {
                windows.push(Piece::Name(self.column_id()?));
                self.expect_word("AS", &mut windows)?;
                self.window(&mut windows)?;
                if !self.sign(",", &mut windows) {
                    break;
                }
            }
        }
        Ok(Select { at, distinct, items, into, from, from_at, condition, group, having, windows })
    }

    fn ends_select_list(&self) -> bool {
        const ENDS: [&str; 13] = [
            "from",
            "where",
            "group",
            "having",
            "window",
            "union",
            "intersect",
            "except",
            "order",
            "limit",
            "offset",
            "fetch",
            "into",
        ];
        self.peek().is_none() || self.is_sign(")") || ENDS.iter().any(|word| self.is(word)) || self.is("for")
    }

    /// `WHERE expression` and its like.
    pub(super) fn clause(&mut self, word: &str) -> Result<Option<(u32, Pieces)>, PlanError> {
        let at = self.here();
        if self.eat(word) { Ok(Some((at, self.expression()?))) } else { Ok(None) }
    }

    /// A select list, or RETURNING's.
    pub(super) fn items(&mut self) -> Result<Vec<Item>, PlanError> {
        let mut items = vec![self.item()?];
        while self.eat_sign(",") {
            items.push(self.item()?);
        }
        Ok(items)
    }

    fn item(&mut self) -> Result<Item, PlanError> {
        let here = self.here();
        if self.is_operator("*") {
            self.at += 1;
            return Ok(Item { expr: vec![Piece::Star(here)], alias: None, name: None });
        }
        let expr = self.expression_at(self.place.clone())?;
        let mut alias: Option<Ident> = None;
        if self.eat("as") {
            alias = Some(self.label()?);
        } else if let Some(lexeme) = self.peek() {
            let bare = match &lexeme.token {
                Token::Quoted(_) => true,
                Token::Word(word, _) => is_bare_label(word),
                _other => false,
            };
            if bare {
                alias = Some(self.label()?);
            }
        }
        let name = output_name(&expr);
        Ok(Item { expr, alias, name })
    }

    fn group_item(&mut self) -> Result<Pieces, PlanError> {
        self.nested(|cursor| {
            let mut out = Vec::new();
            let sets = cursor.words(&["GROUPING", "SETS"], &mut out);
            let grouped = sets
                || (cursor.is_sign_ahead(1, "(") && (cursor.is("rollup") || cursor.is("cube")))
                    && cursor.word(&["ROLLUP", "CUBE"], &mut out);
            if grouped {
                cursor.expect_sign_to("(", &mut out)?;
                loop {
                    let item = cursor.group_item()?;
                    out.extend(item);
                    if !cursor.sign(",", &mut out) {
                        break;
                    }
                }
                cursor.expect_sign_to(")", &mut out)?;
                return Ok(out);
            }
            if cursor.is_sign("(") && cursor.is_sign_ahead(1, ")") {
                cursor.expect_sign_to("(", &mut out)?;
                cursor.expect_sign_to(")", &mut out)?;
                return Ok(out);
            }
            cursor.expr_at(Place::Compared, &mut out)?;
            mark_output(&mut out);
            Ok(out)
        })
    }

    /// ORDER BY, LIMIT, OFFSET, FETCH and FOR, in the order they come.
    fn tail(&mut self) -> Result<Vec<Clause>, PlanError> {
        let mut clauses = Vec::new();
        loop {
            let at = self.here();
            if self.is("order") {
                self.at += 1;
                self.expect("by")?;
                let mut items = Vec::new();
                loop {
                    let mut item = self.expression_at(Place::Compared)?;
                    mark_output(&mut item);
                    self.sort_words(&mut item)?;
                    items.push(item);
                    if !self.eat_sign(",") {
                        break;
                    }
                }
                clauses.push(Clause::OrderBy(at, items));
            } else if self.is("limit") || self.is("offset") || self.is("fetch") {
                clauses.push(Clause::Limit(self.limit()?));
            } else if self.is("for") {
                clauses.push(self.lock()?);
            } else {
                return Ok(clauses);
            }
        }
    }

    fn limit(&mut self) -> Result<Pieces, PlanError> {
        let mut out = Vec::new();
        if self.word(&["LIMIT"], &mut out) {
            if !self.word(&["ALL"], &mut out) {
                self.expr(&mut out)?;
                if self.is_sign(",") {
                    return Err(PlanError::new(
                        crate::sqlstate::SqlState::SYNTAX_ERROR,
                        "syntax",
                        "LIMIT #,# syntax is not supported",
                    )
                    .at(self.here())
                    .hint("Use separate LIMIT and OFFSET clauses."));
                }
            }
        } else if self.word(&["OFFSET"], &mut out) {
            self.expr(&mut out)?;
            let _ = self.word(&["ROW", "ROWS"], &mut out);
        } else {
            self.expect_word("FETCH", &mut out)?;
            if !self.word(&["FIRST", "NEXT"], &mut out) {
                return Err(self.unexpected());
            }
            if !self.is("row") && !self.is("rows") {
                self.expr(&mut out)?;
            }
            if !self.word(&["ROW", "ROWS"], &mut out) {
                return Err(self.unexpected());
            }
            if !self.word(&["ONLY"], &mut out) && !self.words(&["WITH", "TIES"], &mut out) {
                return Err(self.unexpected());
            }
        }
        Ok(out)
    }

    fn lock(&mut self) -> Result<Clause, PlanError> {
        let mut words = Vec::new();
        self.expect_word("FOR", &mut words)?;
        if self.words(&["READ", "ONLY"], &mut words) {
            return Ok(Clause::Limit(words));
        }
        let known = self.words(&["NO", "KEY", "UPDATE"], &mut words)
            || self.words(&["KEY", "SHARE"], &mut words)
            || self.word(&["UPDATE", "SHARE"], &mut words);
        if !known {
            return Err(self.unexpected());
        }
        let mut of = Vec::new();
        if self.eat("of") {
            loop {
                of.push(self.column_id()?);
                if self.is_sign(".") {
                    return Err(self.unexpected());
                }
                if !self.eat_sign(",") {
                    break;
                }
            }
        }
        let mut wait = Vec::new();
        let _ = self.word(&["NOWAIT"], &mut wait) || self.words(&["SKIP", "LOCKED"], &mut wait);
        Ok(Clause::Lock { words, of, wait })
    }

    /// `RETURNING ...`.
    pub(super) fn returning(&mut self) -> Result<Option<Returning>, PlanError> {
        let at = self.here();
        if !self.eat("returning") {
            return Ok(None);
        }
        if self.is("with") && self.is_sign_ahead(1, "(") {
            return Err(PlanError::unsupported("RETURNING WITH", self.here()));
        }
        let items = self.placed(Place::Mixed, Cursor::items)?;
        Ok(Some(Returning { at, items }))
    }
}

/// A bare name here may mean a column of the select list.
fn mark_output(expr: &mut Pieces) {
    if let [Piece::Column { parts, output }] = expr.as_mut_slice() {
        *output = parts.len() == 1;
    }
}

/// The name PostgreSQL gives an output column without an alias (`FigureColname`), where a look tells.
fn output_name(expr: &[Piece]) -> Option<Box<str>> {
    match expr {
        [Piece::Column { parts, output: _ }] => parts.last().map(|part| part.name.clone()),
        [Piece::Literal(..)] => Some("?column?".into()),
        [Piece::Word("TRUE" | "FALSE", _)] => Some("bool".into()),
        [Piece::Function(function), rest @ ..] => {
            // A call and nothing behind it; FILTER and OVER do not change the name.
            let mut depth = 0usize;
            for (i, piece) in rest.iter().enumerate() {
                match piece {
                    Piece::Word("(", _) => depth += 1,
                    Piece::Word(")", _) => depth = depth.saturating_sub(1),
                    _other => {}
                }
                if depth == 0 {
                    let after = rest.get(i + 1..).unwrap_or(&[]);
                    let plain = after.is_empty()
                        || matches!(after.first(), Some(Piece::Word("OVER" | "FILTER" | "WITHIN", _)))
                            && !after.iter().any(|piece| matches!(piece, Piece::Operator(..)));
                    return plain.then(|| function.name.clone());
                }
            }
            Some(function.name.clone())
        }
        // An operator at the top level: nothing but names, numbers and operators around it.
        [first, Piece::Operator(..), ..] if is_simple(first) => {
            expr.iter().all(|piece| is_simple(piece) || matches!(piece, Piece::Operator(..))).then(|| "?column?".into())
        }
        _other => None,
    }
}

fn is_simple(piece: &Piece) -> bool {
    matches!(piece, Piece::Column { .. } | Piece::Literal(..) | Piece::Param(..))
}
