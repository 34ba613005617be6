//! Expressions: operands and operators in the client's order.
//!
//! Precedence is not read, because nothing is reordered: what matters is which tokens are columns, functions, types,
//! sub-queries and keywords, and where an expression ends. Source: `a_expr`, `c_expr` and `func_expr` of PostgreSQL's
//! `gram.y`.

use super::cursor::Cursor;
use super::keyword::Class;
use super::literal;
use super::place::Before;
use super::tree::{Cast, FunctionName, Ident, Lookup, Piece, Pieces, Place, TypeName};
use super::{PlanError, Token};

/// What an expression stops at beyond what always ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Nothing more.
    Plain,
    /// `IN` is not an operator: POSITION(a IN b).
    In,
}

/// What comes behind an operator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Its right operand.
    Operand,
    /// More postfixes and operators: the right side was read with the operator.
    More,
    /// There was no operator: the expression is over.
    End,
}

/// Whether the input of a type looks names up. The binder knows what stands in for each, and refuses others.
fn is_lookup(name: &TypeName) -> bool {
    matches!(name.builtin(), Some("regclass" | "regnamespace" | "regproc" | "regprocedure" | "regrole" | "regtype"))
}

/// Words that the grammar reads as functions without brackets (some take a precision).
const VALUE_FUNCTIONS: [&str; 12] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "system_user",
    "user",
];

/// Whether it is one of them.
pub(crate) fn is_value_function(word: &str) -> bool {
    VALUE_FUNCTIONS.contains(&word)
}

impl Cursor<'_> {
    /// An expression whose type may become that of others.
    pub(super) fn expr(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        self.expr_at(Place::Mixed, out)
    }

    /// An expression in a place.
    pub(super) fn expr_at(&mut self, place: Place, out: &mut Pieces) -> Result<(), PlanError> {
        self.nested(|cursor| cursor.placed(place, |cursor| cursor.chain(Until::Plain, out)))
    }

    /// An expression by itself.
    pub(super) fn expression(&mut self) -> Result<Pieces, PlanError> {
        self.expression_at(Place::Mixed)
    }

    pub(super) fn expression_at(&mut self, place: Place) -> Result<Pieces, PlanError> {
        let mut out = Vec::new();
        self.expr_at(place, &mut out)?;
        Ok(out)
    }

    /// Expressions with commas between, each by itself.
    pub(super) fn expressions_at(&mut self, place: &Place) -> Result<Vec<Pieces>, PlanError> {
        let mut items = vec![self.expression_at(place.clone())?];
        while self.eat_sign(",") {
            items.push(self.expression_at(place.clone())?);
        }
        Ok(items)
    }

    /// Expressions with commas between, onto `out`.
    pub(super) fn expr_list(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        self.expr_list_at(&Place::Mixed, out)
    }

    pub(super) fn expr_list_at(&mut self, place: &Place, out: &mut Pieces) -> Result<(), PlanError> {
        self.expr_at(place.clone(), out)?;
        while self.sign(",", out) {
            self.expr_at(place.clone(), out)?;
        }
        Ok(())
    }

    /// An expression in which `IN` ends it.
    pub(super) fn expr_before_in(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        self.nested(|cursor| cursor.placed(Place::Mixed, |cursor| cursor.chain(Until::In, out)))
    }

    fn chain(&mut self, until: Until, out: &mut Pieces) -> Result<(), PlanError> {
        // ESCAPE is an operator only behind a pattern.
        let mut pattern = false;
        let mut next = Next::Operand;
        let first = out.len();
        let mut start = first;
        let mut before = Before::Start;
        loop {
            match next {
                Next::Operand => {
                    if out.len() > first {
                        before = Before::of(out.last());
                    }
                    let prefixed = out.len();
                    self.prefix(out)?;
                    if out.len() > prefixed {
                        before = if matches!(out.last(), Some(Piece::Word("NOT", _))) {
                            Before::Logic
                        } else {
                            Before::Other
                        };
                    }
                    start = out.len();
                    self.operand(before, out)?;
                }
                Next::More => {}
                Next::End => return Ok(()),
            }
            while self.postfix(start, before, out)? {}
            next = self.infix(until, &mut pattern, out)?;
        }
    }

    fn prefix(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        loop {
            if self.is("not") {
                self.expect_word("NOT", out)?;
            } else if !self.operator(out)? {
                return Ok(());
            }
        }
    }

    /// An operator, also as `OPERATOR(schema.+)`.
    pub(super) fn operator(&mut self, out: &mut Pieces) -> Result<bool, PlanError> {
        let at = self.here();
        if let Some(Token::Operator(text)) = self.peek().map(|lexeme| &lexeme.token) {
            if *text == "=>" {
                return Ok(false);
            }
            out.push(Piece::Operator((*text).into(), at));
            self.at += 1;
            return Ok(true);
        }
        if !(self.is("operator") && self.is_sign_ahead(1, "(")) {
            return Ok(false);
        }
        self.expect_word("OPERATOR", out)?;
        self.expect_sign_to("(", out)?;
        if !matches!(self.peek().map(|lexeme| &lexeme.token), Some(Token::Operator(_))) {
            let schema = self.column_id()?;
            if &*schema.name != "pg_catalog" {
                return Err(PlanError::unsupported("an operator outside pg_catalog", schema.at));
            }
            out.push(Piece::Name(schema));
            self.expect_sign_to(".", out)?;
        }
        let at = self.here();
        let Some(Token::Operator(text)) = self.peek().map(|lexeme| &lexeme.token) else {
            return Err(self.unexpected());
        };
        out.push(Piece::Operator((*text).into(), at));
        self.at += 1;
        self.expect_sign_to(")", out)?;
        Ok(true)
    }

    /// What may follow an operand and takes none of its own on the right.
    fn postfix(&mut self, start: usize, before: Before, out: &mut Pieces) -> Result<bool, PlanError> {
        let Some(lexeme) = self.peek() else { return Ok(false) };
        match &lexeme.token {
            Token::Sign("::") => {
                let at = self.here();
                self.at += 1;
                let name = self.type_name()?;
                if is_lookup(&name) {
                    let operand = out.split_off(start.min(out.len()));
                    let place = self.place_of(before, self.at);
                    out.push(Piece::Lookup(Box::new(Lookup { form: Cast::Colons, operand, name, place })));
                } else {
                    out.extend([Piece::Word("::", at), Piece::Type(name)]);
                }
                Ok(true)
            }
            Token::Word(word, _) => match &**word {
                "collate" => {
                    self.expect_word("COLLATE", out)?;
                    self.collation(out)?;
                    Ok(true)
                }
                "isnull" => self.take(&["ISNULL"], out),
                "notnull" => self.take(&["NOTNULL"], out),
                "at" if self.is_ahead(1, "local") => self.take(&["AT", "LOCAL"], out),
                "is" => self.is_test(out),
                _other => Ok(false),
            },
            _other => Ok(false),
        }
    }

    fn take(&mut self, words: &[&'static str], out: &mut Pieces) -> Result<bool, PlanError> {
        if self.words(words, out) { Ok(true) } else { Err(self.unexpected()) }
    }

    pub(super) fn collation(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        let parts = self.dotted()?;
        match parts.as_slice() {
            [_] => {}
            [schema, _] if &*schema.name == "pg_catalog" => {}
            [first, ..] => return Err(PlanError::unsupported("a collation outside pg_catalog", first.at)),
            [] => return Err(self.unexpected()),
        }
        dotted(parts, out);
        Ok(())
    }

    /// `IS [NOT] NULL` and the other tests; `IS DISTINCT FROM` is an operator with a right side.
    fn is_test(&mut self, out: &mut Pieces) -> Result<bool, PlanError> {
        let negated = usize::from(self.is_ahead(1, "not"));
        if self.is_ahead(1 + negated, "distinct") {
            return Ok(false);
        }
        self.expect_word("IS", out)?;
        let _ = self.word(&["NOT"], out);
        if self.word(&["NULL", "TRUE", "FALSE", "UNKNOWN", "DOCUMENT", "NORMALIZED"], out)
            || self.words(&["NFC", "NORMALIZED"], out)
            || self.words(&["NFD", "NORMALIZED"], out)
            || self.words(&["NFKC", "NORMALIZED"], out)
            || self.words(&["NFKD", "NORMALIZED"], out)
        {
            return Ok(true);
        }
        self.expect_word("JSON", out)?;
        let _ = self.word(&["VALUE", "ARRAY", "OBJECT", "SCALAR"], out);
        if (self.is("with") || self.is("without")) && self.is_ahead(1, "unique") {
            let _ = self.word(&["WITH", "WITHOUT"], out);
            self.expect_word("UNIQUE", out)?;
            let _ = self.word(&["KEYS"], out);
        }
        Ok(true)
    }

    /// An operator between two operands.
    fn infix(&mut self, until: Until, pattern: &mut bool, out: &mut Pieces) -> Result<Next, PlanError> {
        if self.operator(out)? {
            return self.quantified(out);
        }
        let Some(Token::Word(word, _)) = self.peek().map(|lexeme| &lexeme.token) else { return Ok(Next::End) };
        let words: &[&'static str] = match &**word {
            "and" => &["AND"],
            "or" => &["OR"],
            "overlaps" => &["OVERLAPS"],
            "at" if self.is_ahead(1, "time") => &["AT", "TIME", "ZONE"],
            "escape" if *pattern => {
                *pattern = false;
                &["ESCAPE"]
            }
            "is" if self.is_ahead(1, "not") => &["IS", "NOT", "DISTINCT", "FROM"],
            "is" => &["IS", "DISTINCT", "FROM"],
            "in" if until == Until::In => return Ok(Next::End),
            "like" | "ilike" | "similar" | "in" | "between" => return self.worded(pattern, out),
            "not" if ["like", "ilike", "similar", "in", "between"].iter().any(|word| self.is_ahead(1, word)) => {
                if until == Until::In && self.is_ahead(1, "in") {
                    return Ok(Next::End);
                }
                self.expect_word("NOT", out)?;
                return self.worded(pattern, out);
            }
            _other => return Ok(Next::End),
        };
        self.take(words, out)?;
        Ok(Next::Operand)
    }

    fn worded(&mut self, pattern: &mut bool, out: &mut Pieces) -> Result<Next, PlanError> {
        if self.word(&["LIKE", "ILIKE"], out) {
            *pattern = true;
            return self.quantified(out);
        }
        if self.word(&["SIMILAR"], out) {
            *pattern = true;
            self.expect_word("TO", out)?;
            return Ok(Next::Operand);
        }
        if self.word(&["BETWEEN"], out) {
            let _ = self.word(&["SYMMETRIC", "ASYMMETRIC"], out);
            return Ok(Next::Operand);
        }
        self.expect_word("IN", out)?;
        self.bracketed_list(Place::Compared, out)?;
        Ok(Next::More)
    }

    /// `ANY (...)` behind an operator is its right side; otherwise an operand follows.
    fn quantified(&mut self, out: &mut Pieces) -> Result<Next, PlanError> {
        let place = match Before::of(out.last()) {
            Before::Comparison => Place::Compared,
            Before::Start | Before::Logic | Before::Other => Place::Mixed,
        };
        if !(self.is_sign_ahead(1, "(") && self.word(&["ANY", "ALL", "SOME"], out)) {
            return Ok(Next::Operand);
        }
        self.bracketed_list(place, out)?;
        Ok(Next::More)
    }

    /// `(query)` or `(a, b)`.
    pub(super) fn bracketed_list(&mut self, place: Place, out: &mut Pieces) -> Result<(), PlanError> {
        self.expect_sign_to("(", out)?;
        if self.query_at(self.at) {
            let query = self.placed(place, Cursor::query)?;
            out.push(Piece::Query(Box::new(query)));
        } else {
            self.expr_list_at(&place, out)?;
        }
        self.expect_sign_to(")", out)
    }

    /// An operand, with its subscripts and fields.
    fn operand(&mut self, before: Before, out: &mut Pieces) -> Result<(), PlanError> {
        let at = self.here();
        let Some(lexeme) = self.peek() else { return Err(self.unexpected()) };
        match &lexeme.token {
            Token::Number(_)
            | Token::Text(_)
            | Token::Escaped(_)
            | Token::Unicode(_)
            | Token::National(_)
            | Token::Bits(_)
            | Token::Hex(_)
            | Token::Dollar(_) => {
                out.push(literal::literal(&lexeme.token, at)?);
                self.at += 1;
                Ok(())
            }
            Token::Param(text) => {
                out.push(literal::param(text, at)?);
                self.at += 1;
                self.indirection(out)
            }
            Token::Sign("(") => {
                let place = self.place_in_bracket(before, self.at);
                self.expect_sign_to("(", out)?;
                if self.query_at(self.at) {
                    let query = self.placed(place, Cursor::query)?;
                    out.push(Piece::Query(Box::new(query)));
                } else {
                    // A row of several is compared or alone as each of it is.
                    self.expr_list_at(&place, out)?;
                }
                self.expect_sign_to(")", out)?;
                self.indirection(out)
            }
            Token::Quoted(_) => self.named(before, out),
            Token::Word(word, class) => {
                if self.special(word, *class, before, out)? {
                    return Ok(());
                }
                self.named(before, out)
            }
            Token::Operator(_) | Token::Sign(_) => Err(self.unexpected()),
        }
    }

    /// Operands that begin with a word of the grammar's.
    fn special(&mut self, word: &str, class: Class, before: Before, out: &mut Pieces) -> Result<bool, PlanError> {
        match class {
            Class::Plain => {
                // `double precision '1'` and `operator`, `collation for` are the only plain words with a meaning here.
                return if word == "double" && self.is_ahead(1, "precision") {
                    self.typed_literal(out)
                } else {
                    Ok(false)
                };
            }
            Class::Reserved | Class::ColumnName | Class::TypeOrFunction => {}
        }
        let at = self.here();
        match word {
            "null" => self.take(&["NULL"], out),
            "true" => self.take(&["TRUE"], out),
            "false" => self.take(&["FALSE"], out),
            "default" => self.take(&["DEFAULT"], out),
            "case" => self.case(before, out),
            "cast" => self.cast(before, out),
            "array" => self.array(before, out),
            "exists" if self.is_sign_ahead(1, "(") => {
                self.expect_word("EXISTS", out)?;
                self.bracketed_list(Place::Compared, out)?;
                Ok(true)
            }
            "row" if self.is_sign_ahead(1, "(") => {
                out.push(Piece::Function(FunctionName::plain("row", at)));
                self.at += 1;
                self.expect_sign_to("(", out)?;
                if !self.is_sign(")") {
                    self.arguments(&Place::Mixed, out)?;
                }
                self.expect_sign_to(")", out)?;
                Ok(true)
            }
            _other if is_value_function(word) && !(word == "current_schema" && self.is_sign_ahead(1, "(")) => {
                out.push(Piece::Function(FunctionName::plain(word, at)));
                self.at += 1;
                self.precision(out)?;
                Ok(true)
            }
            _other => {
                if self.is_sign_ahead(1, "(") && self.grammar_function(word, out)? {
                    return Ok(true);
                }
                self.typed_literal(out)
            }
        }
    }

    /// `(3)` behind CURRENT_TIMESTAMP.
    fn precision(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        let number = self.ahead(1).map(|lexeme| &lexeme.token);
        if let (true, Some(Token::Number(number)), true) = (self.is_sign("("), number, self.is_sign_ahead(2, ")")) {
            let literal = Piece::Literal((*number).into(), 0);
            self.expect_sign_to("(", out)?;
            out.push(literal);
            self.at += 1;
            self.expect_sign_to(")", out)?;
        }
        Ok(())
    }

    fn case(&mut self, before: Before, out: &mut Pieces) -> Result<bool, PlanError> {
        let place = self.place_of_results(before);
        self.expect_word("CASE", out)?;
        // `CASE a WHEN b` compares; `CASE WHEN c` judges.
        let mut tested = Place::Mixed;
        if !self.is("when") {
            tested = Place::Compared;
            self.expr_at(Place::Compared, out)?;
        }
        while self.word(&["WHEN"], out) {
            self.expr_at(tested.clone(), out)?;
            self.expect_word("THEN", out)?;
            self.expr_at(place.clone(), out)?;
        }
        if self.word(&["ELSE"], out) {
            self.expr_at(place, out)?;
        }
        self.take(&["END"], out)
    }

    fn cast(&mut self, before: Before, out: &mut Pieces) -> Result<bool, PlanError> {
        let place = self.place_in_bracket(before, self.at + 1);
        let at = self.here();
        self.expect("cast")?;
        self.expect_sign("(")?;
        let operand = self.expression_at(Place::Alone)?;
        self.expect("as")?;
        let name = self.type_name()?;
        self.expect_sign(")")?;
        if is_lookup(&name) {
            out.push(Piece::Lookup(Box::new(Lookup { form: Cast::Call, operand, name, place })));
            return Ok(true);
        }
        out.extend([Piece::Word("CAST", at), Piece::Word("(", 0)]);
        out.extend(operand);
        out.extend([Piece::Word("AS", 0), Piece::Type(name), Piece::Word(")", 0)]);
        Ok(true)
    }

    fn array(&mut self, before: Before, out: &mut Pieces) -> Result<bool, PlanError> {
        self.expect_word("ARRAY", out)?;
        if self.is_sign("(") {
            self.bracketed_list(Place::Mixed, out)?;
            return Ok(true);
        }
        // Only where the whole array is compared are its elements no more than that.
        let mut depth = 0usize;
        let close = self.lexemes.iter().skip(self.at).position(|lexeme| {
            depth += usize::from(lexeme.is_sign("["));
            depth -= usize::from(depth > 0 && lexeme.is_sign("]"));
            depth == 0
        });
        let place = match close.map(|by| self.place_of(before, self.at + by + 1)) {
            Some(Place::Compared) => Place::Compared,
            Some(Place::Mixed | Place::Alone | Place::Argument(_)) | None => Place::Mixed,
        };
        self.array_items(&place, out)?;
        self.indirection(out)?;
        Ok(true)
    }

    /// `[a, b]`, or arrays in it without the word.
    fn array_items(&mut self, place: &Place, out: &mut Pieces) -> Result<(), PlanError> {
        self.nested(|cursor| {
            cursor.expect_sign_to("[", out)?;
            while !cursor.is_sign("]") {
                if cursor.is_sign("[") {
                    cursor.array_items(place, out)?
                } else {
                    cursor.expr_at(place.clone(), out)?
                }
                if !cursor.sign(",", out) {
                    break;
                }
            }
            cursor.expect_sign_to("]", out)
        })
    }

    /// A type the grammar knows, with a literal behind it; otherwise nothing is taken.
    fn typed_literal(&mut self, out: &mut Pieces) -> Result<bool, PlanError> {
        let start = self.at;
        let Some(name) = self.grammar_type()? else { return Ok(false) };
        if let Some(Token::Text(_) | Token::Escaped(_) | Token::Unicode(_) | Token::Dollar(_)) =
            self.peek().map(|lexeme| &lexeme.token)
        {
            let interval = &*name.name == "interval" && name.suffix.is_empty();
            out.push(Piece::Type(name));
            self.literal(out)?;
            if interval {
                self.interval_fields(out)?;
            }
            return Ok(true);
        }
        // These words are never names of functions: `numeric(5)` goes on with a string, or is nothing.
        if self.lexemes.get(start + 1).is_some_and(|lexeme| lexeme.is_sign("(")) {
            return Err(self.unexpected());
        }
        self.at = start;
        Ok(false)
    }

    /// The string that is next.
    pub(super) fn literal(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        let at = self.here();
        let Some(lexeme) = self.peek() else { return Err(self.unexpected()) };
        out.push(literal::literal(&lexeme.token, at)?);
        self.at += 1;
        Ok(())
    }

    /// A column, a function call, or a type with a literal.
    fn named(&mut self, before: Before, out: &mut Pieces) -> Result<(), PlanError> {
        let start = self.at;
        let mut parts = vec![self.label()?];
        let mut star = false;
        while self.is_sign(".") {
            self.at += 1;
            if self.is_operator("*") {
                self.at += 1;
                star = true;
                break;
            }
            parts.push(self.label()?);
        }
        let first = self.lexemes.get(start).and_then(|lexeme| match &lexeme.token {
            Token::Word(_, class) => Some(*class),
            _quoted => None,
        });
        if star {
            self.check_column(start, first)?;
            out.push(Piece::Wildcard(parts));
            return Ok(());
        }
        let next = self.peek().map(|lexeme| &lexeme.token);
        if let Some(Token::Text(_) | Token::Escaped(_) | Token::Unicode(_) | Token::Dollar(_)) = next {
            self.check_function(start, first)?;
            let name = self.plain_type(parts, "")?;
            if !is_lookup(&name) {
                out.push(Piece::Type(name));
                return self.literal(out);
            }
            let mut operand = Vec::new();
            self.literal(&mut operand)?;
            let place = self.place_of(before, self.at);
            out.push(Piece::Lookup(Box::new(Lookup { form: Cast::Typed, operand, name, place })));
            return Ok(());
        }
        if self.is_sign("(") {
            if parts.len() == 1 {
                self.check_function(start, first)?;
            } else {
                self.check_column(start, first)?;
            }
            // `timestamptz(3) '...'`: a literal behind the bracket makes it a type.
            let literal = self.closing(self.at).and_then(|close| self.lexemes.get(close + 1));
            if let Some(Token::Text(_) | Token::Escaped(_) | Token::Dollar(_)) = literal.map(|lexeme| &lexeme.token) {
                let suffix = self.type_modifiers()?;
                out.push(Piece::Type(self.plain_type(parts, &suffix)?));
                return self.literal(out);
            }
            let place = self.place_in_bracket(before, self.at);
            return self.call(parts, false, place, out);
        }
        self.check_column(start, first)?;
        out.push(Piece::Column { parts, output: false });
        self.indirection(out)
    }

    fn check_column(&mut self, start: usize, class: Option<Class>) -> Result<(), PlanError> {
        if matches!(class, None | Some(Class::Plain | Class::ColumnName)) {
            return Ok(());
        }
        self.at = start;
        Err(self.unexpected())
    }

    fn check_function(&mut self, start: usize, class: Option<Class>) -> Result<(), PlanError> {
        if matches!(class, None | Some(Class::Plain | Class::TypeOrFunction)) {
            return Ok(());
        }
        // A keyword of another kind with brackets behind it: what PostgreSQL does not like is the keyword or the bracket.
        self.at = if class == Some(Class::Reserved) { start } else { self.at };
        Err(self.unexpected())
    }

    /// `[1]`, `[1:2]`, `.field`, behind an operand that takes them.
    pub(super) fn indirection(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        loop {
            if self.sign("[", out) {
                if !self.is_sign(":") {
                    self.expr(out)?;
                }
                if self.sign(":", out) && !self.is_sign("]") {
                    self.expr(out)?;
                }
                self.expect_sign_to("]", out)?;
            } else if self.sign(".", out) {
                if self.is_operator("*") {
                    out.push(Piece::Star(self.here()));
                    self.at += 1;
                    return Ok(());
                }
                out.push(Piece::Field(self.label()?));
            } else {
                return Ok(());
            }
        }
    }
}

/// A dotted name, onto `out`.
pub(super) fn dotted(parts: Vec<Ident>, out: &mut Pieces) {
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            out.push(Piece::Word(".", 0));
        }
        out.push(Piece::Name(part));
    }
}
