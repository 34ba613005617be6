//! FROM lists. Source: `table_ref` of PostgreSQL's `gram.y`.

use super::cursor::Cursor;
use super::tree::{Alias, Call, FromItem, Ident, JoinOn, Piece, Pieces, Place};
use super::{PlanError, Token};

impl Cursor<'_> {
    pub(super) fn relations(&mut self) -> Result<Vec<FromItem>, PlanError> {
        let mut items = vec![self.joined()?];
        while self.eat_sign(",") {
            items.push(self.joined()?);
        }
        Ok(items)
    }

    /// A relation with the joins behind it.
    pub(super) fn joined(&mut self) -> Result<FromItem, PlanError> {
        self.nested(|cursor| {
            let first = cursor.factor()?;
            cursor.joins(first)
        })
    }

    /// The joins behind a relation.
    fn joins(&mut self, first: FromItem) -> Result<FromItem, PlanError> {
        let mut item = first;
        loop {
            let mut words = Vec::new();
            let natural = self.word(&["NATURAL"], &mut words);
            let cross = !natural && self.words(&["CROSS", "JOIN"], &mut words);
            if !cross {
                let sided = self.word(&["LEFT", "RIGHT", "FULL"], &mut words);
                if sided {
                    let _ = self.word(&["OUTER"], &mut words);
                }
                let inner = !sided && self.word(&["INNER"], &mut words);
                if !self.word(&["JOIN"], &mut words) {
                    if natural || sided || inner {
                        return Err(self.unexpected());
                    }
                    return Ok(item);
                }
            }
            let mut right = self.factor()?;
            let mut on = JoinOn::Nothing;
            if !natural && !cross {
                // `a JOIN b JOIN c ON x ON y`: the right side takes joins as long as its own condition is to come.
                if !self.is("on") && !self.is("using") {
                    right = self.nested(|cursor| cursor.joins(right))?;
                }
                on = self.join_on()?;
            }
            item = FromItem::Join { left: Box::new(item), words, natural, right: Box::new(right), on };
        }
    }

    fn join_on(&mut self) -> Result<JoinOn, PlanError> {
        let at = self.here();
        if self.eat("on") {
            return Ok(JoinOn::On(at, self.expression()?));
        }
        if self.eat("using") {
            let columns = self.column_list()?;
            let alias = if self.eat("as") { Some(self.column_id()?) } else { None };
            return Ok(JoinOn::Using { at, columns, alias });
        }
        Err(self.unexpected())
    }

    fn factor(&mut self) -> Result<FromItem, PlanError> {
        let lateral = self.is("lateral").then(|| self.here());
        self.at += usize::from(lateral.is_some());
        if self.is_sign("(") {
            if self.query_at(self.at + 1) {
                self.expect_sign("(")?;
                let query = Box::new(self.placed(Place::Mixed, Cursor::query)?);
                self.expect_sign(")")?;
                let alias = self.alias()?;
                return Ok(FromItem::Query { lateral, query, alias });
            }
            if lateral.is_some() {
                return Err(self.unexpected());
            }
            self.expect_sign("(")?;
            let item = Box::new(self.joined()?);
            self.expect_sign(")")?;
            let alias = self.alias()?;
            return Ok(FromItem::Nested { item, alias });
        }
        if self.is("rows") && self.is_ahead(1, "from") && self.is_sign_ahead(2, "(") {
            return self.rows_from(lateral);
        }
        if (self.is("xmltable") || self.is("json_table")) && self.is_sign_ahead(1, "(") {
            return self.columns_of(lateral);
        }
        if self.is_call() {
            let call = self.table_call()?;
            let ordinality = self.ordinality()?;
            let alias = self.function_alias()?;
            return Ok(FromItem::Function { lateral, rows: None, calls: vec![call], ordinality, alias });
        }
        if lateral.is_some() {
            return Err(self.unexpected());
        }
        let name = self.table_name()?;
        let alias = self.alias()?;
        let mut sample = Vec::new();
        if self.word(&["TABLESAMPLE"], &mut sample) {
            self.sample(&mut sample)?;
        }
        Ok(FromItem::Table { name, alias, sample })
    }

    fn sample(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        let method = self.function_id()?;
        if !matches!(&*method.name, "bernoulli" | "system") {
            return Err(PlanError::unsupported("this sampling method", method.at));
        }
        out.push(Piece::Name(method));
        self.expect_sign_to("(", out)?;
        self.expr_list(out)?;
        self.expect_sign_to(")", out)?;
        if self.word(&["REPEATABLE"], out) {
            self.expect_sign_to("(", out)?;
            self.expr(out)?;
            self.expect_sign_to(")", out)?;
        }
        Ok(())
    }

    /// Whether a function call is next: a name and a bracket, or a function without brackets.
    fn is_call(&self) -> bool {
        let mut by = 0;
        loop {
            let Some(lexeme) = self.ahead(by) else { return false };
            if !matches!(lexeme.token, Token::Word(..) | Token::Quoted(_)) {
                return false;
            }
            if self.is_sign_ahead(by + 1, "(") {
                return !(by == 0 && self.is("only"));
            }
            if !self.is_sign_ahead(by + 1, ".") {
                return by == 0 && lexeme.is_word("current_date");
            }
            by += 2;
        }
    }

    /// A function of FROM: any call, or a word of the grammar that is one.
    fn table_call(&mut self) -> Result<Call, PlanError> {
        let mut pieces = Vec::new();
        if !self.is_sign_ahead(1, ".")
            && let Some(Token::Word(word, class)) = self.peek().map(|lexeme| &lexeme.token)
            && *class != super::keyword::Class::Plain
        {
            if self.is_sign_ahead(1, "(") && self.grammar_function(word, &mut pieces)? {
                return Ok(Call { name: word.as_ref().into(), pieces, columns: Vec::new() });
            }
            if *class != super::keyword::Class::TypeOrFunction {
                let name = Box::from(word.as_ref());
                self.expr(&mut pieces)?;
                return Ok(Call { name, pieces, columns: Vec::new() });
            }
        }
        let mut parts = vec![self.label()?];
        while self.eat_sign(".") {
            parts.push(self.label()?);
        }
        let name = parts.last().map(|part| part.name.clone()).unwrap_or_default();
        self.call(parts, true, Place::Mixed, &mut pieces)?;
        Ok(Call { name, pieces, columns: Vec::new() })
    }

    fn rows_from(&mut self, lateral: Option<u32>) -> Result<FromItem, PlanError> {
        let rows = Some(self.here());
        self.at += 2;
        self.expect_sign("(")?;
        let mut calls = Vec::new();
        loop {
            let mut call = self.table_call()?;
            if self.eat("as") {
                call.columns = self.typed_columns()?;
            }
            calls.push(call);
            if !self.eat_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        let ordinality = self.ordinality()?;
        let alias = self.function_alias()?;
        Ok(FromItem::Function { lateral, rows, calls, ordinality, alias })
    }

    fn ordinality(&mut self) -> Result<Option<u32>, PlanError> {
        let at = self.here();
        if self.is("with") && self.is_ahead(1, "ordinality") {
            self.at += 2;
            return Ok(Some(at));
        }
        Ok(None)
    }

    /// `[AS] name [(columns)]`.
    fn alias(&mut self) -> Result<Option<Alias>, PlanError> {
        let explicit = self.eat("as");
        if !explicit && !self.at_column_id() {
            return Ok(None);
        }
        let name = Some(self.column_id()?);
        let mut columns = Vec::new();
        let bracketed = self.is_sign("(");
        if bracketed {
            columns = self.column_list()?.into_iter().map(|column| (column, Vec::new())).collect();
        }
        Ok(Some(Alias { name, columns, bracketed }))
    }

    /// The alias of a function, whose columns may have types.
    fn function_alias(&mut self) -> Result<Option<Alias>, PlanError> {
        let explicit = self.eat("as");
        if explicit && self.is_sign("(") {
            return Ok(Some(Alias { name: None, columns: self.typed_columns()?, bracketed: true }));
        }
        if !explicit && !self.at_column_id() {
            return Ok(None);
        }
        let name = Some(self.column_id()?);
        if !self.is_sign("(") {
            return Ok(Some(Alias { name, columns: Vec::new(), bracketed: false }));
        }
        let typed = !matches!(self.ahead(2).map(|lexeme| &lexeme.token), Some(Token::Sign("," | ")")));
        let columns = if typed {
            self.typed_columns()?
        } else {
            self.column_list()?.into_iter().map(|column| (column, Vec::new())).collect()
        };
        Ok(Some(Alias { name, columns, bracketed: true }))
    }

    /// `(a int, b text COLLATE "C")`.
    fn typed_columns(&mut self) -> Result<Vec<(Ident, Pieces)>, PlanError> {
        self.expect_sign("(")?;
        let mut columns = Vec::new();
        loop {
            let name = self.column_id()?;
            let mut rest = vec![Piece::Type(self.type_name()?)];
            if self.word(&["COLLATE"], &mut rest) {
                self.collation(&mut rest)?;
            }
            columns.push((name, rest));
            if !self.eat_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        Ok(columns)
    }

    /// XMLTABLE and JSON_TABLE.
    fn columns_of(&mut self, lateral: Option<u32>) -> Result<FromItem, PlanError> {
        let (mut call, mut columns) = (Vec::new(), Vec::new());
        if self.word(&["XMLTABLE"], &mut call) {
            self.expect_sign_to("(", &mut call)?;
            self.xml_table(&mut call, &mut columns)?;
        } else {
            self.expect_word("JSON_TABLE", &mut call)?;
            self.expect_sign_to("(", &mut call)?;
            self.json_table(&mut call, &mut columns)?;
        }
        self.expect_sign_to(")", &mut call)?;
        let alias = self.alias()?;
        Ok(FromItem::Columns { lateral, call, columns, alias })
    }

    fn xml_table(&mut self, out: &mut Pieces, columns: &mut Vec<Box<str>>) -> Result<(), PlanError> {
        if self.word(&["XMLNAMESPACES"], out) {
            self.expect_sign_to("(", out)?;
            loop {
                let _ = self.word(&["DEFAULT"], out);
                self.expr(out)?;
                if self.word(&["AS"], out) {
                    out.push(Piece::Name(self.label()?));
                }
                if !self.sign(",", out) {
                    break;
                }
            }
            self.expect_sign_to(")", out)?;
            self.expect_sign_to(",", out)?;
        }
        self.expr(out)?;
        self.xml_passing(out)?;
        self.expect_word("COLUMNS", out)?;
        loop {
            let name = self.column_id()?;
            columns.push(name.name.clone());
            out.push(Piece::Name(name));
            if !self.words(&["FOR", "ORDINALITY"], out) {
                let name = self.type_name()?;
                out.push(Piece::Type(name));
                loop {
                    if self.word(&["PATH", "DEFAULT"], out) {
                        self.expr(out)?;
                    } else if !self.words(&["NOT", "NULL"], out) && !self.word(&["NULL"], out) {
                        break;
                    }
                }
            }
            if !self.sign(",", out) {
                return Ok(());
            }
        }
    }

    fn json_table(&mut self, out: &mut Pieces, columns: &mut Vec<Box<str>>) -> Result<(), PlanError> {
        self.expr(out)?;
        self.expect_sign_to(",", out)?;
        self.expr(out)?;
        if self.word(&["AS"], out) {
            out.push(Piece::Name(self.label()?));
        }
        if self.is("passing") {
            let _ = self.json_words(out)?;
        }
        self.json_columns(out, columns)?;
        while !self.is_sign(")") {
            if !self.json_words(out)? {
                return Err(self.unexpected());
            }
        }
        Ok(())
    }

    fn json_columns(&mut self, out: &mut Pieces, columns: &mut Vec<Box<str>>) -> Result<(), PlanError> {
        self.nested(|cursor| {
            cursor.expect_word("COLUMNS", out)?;
            cursor.expect_sign_to("(", out)?;
            loop {
                if cursor.is("nested") {
                    cursor.expect_word("NESTED", out)?;
                    let _ = cursor.word(&["PATH"], out);
                    cursor.literal(out)?;
                    if cursor.word(&["AS"], out) {
                        out.push(Piece::Name(cursor.label()?));
                    }
                    cursor.json_columns(out, columns)?;
                } else {
                    let name = cursor.column_id()?;
                    columns.push(name.name.clone());
                    out.push(Piece::Name(name));
                    if !cursor.words(&["FOR", "ORDINALITY"], out) {
                        let name = cursor.type_name()?;
                        out.push(Piece::Type(name));
                        loop {
                            if cursor.word(&["EXISTS"], out) {
                            } else if cursor.word(&["PATH"], out) {
                                cursor.literal(out)?;
                            } else if cursor.is_sign(",") || cursor.is_sign(")") || !cursor.json_words(out)? {
                                break;
                            }
                        }
                    }
                }
                if !cursor.sign(",", out) {
                    break;
                }
            }
            cursor.expect_sign_to(")", out)
        })
    }
}
