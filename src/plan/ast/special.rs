//! The functions that have a grammar of their own: EXTRACT, SUBSTRING ... FROM, TRIM, SQL/JSON, XML.
//!
//! Source: `func_expr_common_subexpr` and the JSON and XML rules of PostgreSQL's `gram.y`. A call in the ordinary form
//! (`substring(a, 1)`) is an ordinary function's.

use super::cursor::Cursor;
use super::tree::{FunctionName, Ident, Piece, Pieces, Place};
use super::{PlanError, Token};

/// Ordinary calls whose names are keywords.
const ORDINARY: [&str; 6] = ["coalesce", "greatest", "least", "nullif", "grouping", "merge_action"];

impl Cursor<'_> {
    /// A call that begins with a word of the grammar; nothing is taken when the word is none of these. The word is next,
    /// and a bracket behind it.
    pub(super) fn grammar_function(&mut self, word: &str, out: &mut Pieces) -> Result<bool, PlanError> {
        let at = self.here();
        let name: Box<str> = word.into();
        if ORDINARY.contains(&word) {
            self.at += 1;
            out.push(Piece::Function(FunctionName::plain(&name, at)));
            self.expect_sign_to("(", out)?;
            if !self.is_sign(")") {
                self.expr_list(out)?;
            }
            self.expect_sign_to(")", out)?;
            return Ok(true);
        }
        match word {
            "extract" => {
                self.open("EXTRACT", out)?;
                if matches!(self.peek().map(|lexeme| &lexeme.token), Some(Token::Text(_) | Token::Escaped(_))) {
                    self.literal(out)?;
                } else {
                    out.push(Piece::Name(self.label()?));
                }
                self.expect_word("FROM", out)?;
                self.expr(out)?;
            }
            "position" => {
                self.open("POSITION", out)?;
                self.expr_before_in(out)?;
                self.expect_word("IN", out)?;
                self.expr(out)?;
            }
            "substring" => return self.either("SUBSTRING", &["FROM", "FOR", "SIMILAR", "ESCAPE"], out),
            "overlay" => return self.either("OVERLAY", &["PLACING", "FROM", "FOR"], out),
            "trim" => {
                self.open("TRIM", out)?;
                let _ = self.word(&["BOTH", "LEADING", "TRAILING"], out);
                if !self.is("from") {
                    self.expr_list(out)?;
                }
                if self.word(&["FROM"], out) {
                    self.expr_list(out)?;
                }
            }
            "normalize" => {
                self.open("NORMALIZE", out)?;
                self.expr(out)?;
                if self.sign(",", out) && !self.word(&["NFC", "NFD", "NFKC", "NFKD"], out) {
                    return Err(self.unexpected());
                }
            }
            "collation" if self.is_ahead(1, "for") => return Ok(false),
            "treat" => return Err(PlanError::unsupported("TREAT", at)),
            "json_object" | "json_array" | "json_objectagg" | "json_arrayagg" | "json_scalar" | "json_serialize"
            | "json_query" | "json_value" | "json_exists" => return self.json(word, out),
            "xmlelement" | "xmlforest" | "xmlconcat" | "xmlparse" | "xmlpi" | "xmlroot" | "xmlserialize"
            | "xmlexists" => {
                self.xml(word, out)?;
            }
            _other => return Ok(false),
        }
        self.expect_sign_to(")", out)?;
        Ok(true)
    }

    fn open(&mut self, word: &'static str, out: &mut Pieces) -> Result<(), PlanError> {
        self.expect_word(word, out)?;
        self.expect_sign_to("(", out)
    }

    /// A function with both forms: with words between its arguments it is the grammar's, with commas an ordinary one.
    fn either(&mut self, word: &'static str, words: &[&'static str], out: &mut Pieces) -> Result<bool, PlanError> {
        let head = out.len();
        let at = self.here();
        self.open(word, out)?;
        if !self.is_sign(")") {
            self.arguments(&Place::Mixed, out)?;
        }
        let mut worded = false;
        while self.word(words, out) {
            worded = true;
            self.expr(out)?;
        }
        self.expect_sign_to(")", out)?;
        if !worded && let Some(first) = out.get_mut(head) {
            let name = word.to_ascii_lowercase();
            *first = Piece::Function(FunctionName::plain(&name, at));
        }
        Ok(true)
    }

    /// SQL/JSON of PostgreSQL 16 and later; what has none of its words is an ordinary call.
    fn json(&mut self, word: &str, out: &mut Pieces) -> Result<bool, PlanError> {
        let head = out.len();
        let at = self.here();
        let known: &'static str = match word {
            "json_object" => "JSON_OBJECT",
            "json_array" => "JSON_ARRAY",
            "json_objectagg" => "JSON_OBJECTAGG",
            "json_arrayagg" => "JSON_ARRAYAGG",
            "json_scalar" => "JSON_SCALAR",
            "json_serialize" => "JSON_SERIALIZE",
            "json_query" => "JSON_QUERY",
            "json_value" => "JSON_VALUE",
            _other => "JSON_EXISTS",
        };
        self.open(known, out)?;
        let mut worded = word != "json_object";
        if self.query_at(self.at) {
            let query = self.placed(Place::Mixed, Cursor::query)?;
            out.push(Piece::Query(Box::new(query)));
        }
        // Between two expressions stands something.
        let mut after_operand = false;
        while !self.is_sign(")") {
            if self.json_words(out)? || self.sign(":", out) {
                worded = true;
                after_operand = false;
            } else if self.sign(",", out) {
                after_operand = false;
            } else if after_operand {
                return Err(self.unexpected());
            } else {
                self.expr(out)?;
                after_operand = true;
            }
        }
        self.expect_sign_to(")", out)?;
        if !worded && let Some(first) = out.get_mut(head) {
            *first = Piece::Function(FunctionName::plain(word, at));
        }
        self.after_call(out)?;
        Ok(true)
    }

    /// One clause of SQL/JSON, if one is next.
    pub(super) fn json_words(&mut self, out: &mut Pieces) -> Result<bool, PlanError> {
        if self.word(&["RETURNING"], out) {
            let name = self.type_name()?;
            out.push(Piece::Type(name));
            return Ok(true);
        }
        if self.word(&["PASSING"], out) {
            loop {
                self.expr(out)?;
                let _ = self.json_format(out);
                self.expect_word("AS", out)?;
                out.push(Piece::Name(self.label()?));
                if !self.sign(",", out) {
                    return Ok(true);
                }
            }
        }
        if self.is("default") {
            self.expect_word("DEFAULT", out)?;
            self.expr(out)?;
            return if self.words(&["ON", "EMPTY"], out) || self.words(&["ON", "ERROR"], out) {
                Ok(true)
            } else {
                Err(self.unexpected())
            };
        }
        if self.is("order") {
            self.order_by_words(out)?;
            return Ok(true);
        }
        const CLAUSES: &[&[&str]] = &[
            &["NULL", "ON", "NULL"],
            &["ABSENT", "ON", "NULL"],
            &["WITH", "UNIQUE", "KEYS"],
            &["WITHOUT", "UNIQUE", "KEYS"],
            &["WITH", "UNIQUE"],
            &["WITHOUT", "UNIQUE"],
            &["WITH", "CONDITIONAL", "ARRAY", "WRAPPER"],
            &["WITH", "UNCONDITIONAL", "ARRAY", "WRAPPER"],
            &["WITH", "CONDITIONAL", "WRAPPER"],
            &["WITH", "UNCONDITIONAL", "WRAPPER"],
            &["WITH", "ARRAY", "WRAPPER"],
            &["WITH", "WRAPPER"],
            &["WITHOUT", "ARRAY", "WRAPPER"],
            &["WITHOUT", "WRAPPER"],
            &["KEEP", "QUOTES", "ON", "SCALAR", "STRING"],
            &["OMIT", "QUOTES", "ON", "SCALAR", "STRING"],
            &["KEEP", "QUOTES"],
            &["OMIT", "QUOTES"],
            &["ERROR", "ON", "EMPTY"],
            &["ERROR", "ON", "ERROR"],
            &["NULL", "ON", "EMPTY"],
            &["NULL", "ON", "ERROR"],
            &["EMPTY", "ARRAY", "ON", "EMPTY"],
            &["EMPTY", "ARRAY", "ON", "ERROR"],
            &["EMPTY", "OBJECT", "ON", "EMPTY"],
            &["EMPTY", "OBJECT", "ON", "ERROR"],
            &["EMPTY", "ON", "EMPTY"],
            &["EMPTY", "ON", "ERROR"],
            &["TRUE", "ON", "ERROR"],
            &["FALSE", "ON", "ERROR"],
            &["UNKNOWN", "ON", "ERROR"],
        ];
        if CLAUSES.iter().any(|clause| self.words(clause, out)) || self.json_format(out) {
            return Ok(true);
        }
        // `key VALUE value`: VALUE behind an expression.
        let between = matches!(out.last(), Some(Piece::Word("(" | "," | ":", _)) | None);
        Ok(!between && self.word(&["VALUE"], out))
    }

    fn json_format(&mut self, out: &mut Pieces) -> bool {
        let found = self.words(&["FORMAT", "JSON"], out);
        if found && self.word(&["ENCODING"], out) {
            let _ = self.word(&["UTF8", "UTF16", "UTF32"], out);
        }
        found
    }

    fn xml(&mut self, word: &str, out: &mut Pieces) -> Result<(), PlanError> {
        match word {
            "xmlelement" => {
                self.open("XMLELEMENT", out)?;
                self.expect_word("NAME", out)?;
                out.push(Piece::Name(self.label()?));
                while self.sign(",", out) {
                    if self.is("xmlattributes") && self.is_sign_ahead(1, "(") {
                        self.open("XMLATTRIBUTES", out)?;
                        self.labelled(out)?;
                        self.expect_sign_to(")", out)?;
                    } else {
                        self.expr(out)?;
                    }
                }
                Ok(())
            }
            "xmlforest" => {
                self.open("XMLFOREST", out)?;
                self.labelled(out)
            }
            "xmlconcat" => {
                self.open("XMLCONCAT", out)?;
                self.expr_list(out)
            }
            "xmlparse" => {
                self.open("XMLPARSE", out)?;
                if !self.word(&["DOCUMENT", "CONTENT"], out) {
                    return Err(self.unexpected());
                }
                self.expr(out)?;
                let _ = self.words(&["PRESERVE", "WHITESPACE"], out) || self.words(&["STRIP", "WHITESPACE"], out);
                Ok(())
            }
            "xmlpi" => {
                self.open("XMLPI", out)?;
                self.expect_word("NAME", out)?;
                out.push(Piece::Name(self.label()?));
                if self.sign(",", out) {
                    self.expr(out)?;
                }
                Ok(())
            }
            "xmlserialize" => {
                self.open("XMLSERIALIZE", out)?;
                if !self.word(&["DOCUMENT", "CONTENT"], out) {
                    return Err(self.unexpected());
                }
                self.expr(out)?;
                self.expect_word("AS", out)?;
                let name = self.type_name()?;
                out.push(Piece::Type(name));
                let _ = self.words(&["NO", "INDENT"], out) || self.word(&["INDENT"], out);
                Ok(())
            }
            "xmlexists" => {
                self.open("XMLEXISTS", out)?;
                self.expr(out)?;
                self.xml_passing(out)
            }
            _other => {
                self.open("XMLROOT", out)?;
                self.expr(out)?;
                self.expect_sign_to(",", out)?;
                self.expect_word("VERSION", out)?;
                if !self.words(&["NO", "VALUE"], out) {
                    self.expr(out)?;
                }
                if self.sign(",", out) {
                    self.expect_word("STANDALONE", out)?;
                    if !self.words(&["NO", "VALUE"], out) && !self.word(&["YES", "NO"], out) {
                        return Err(self.unexpected());
                    }
                }
                Ok(())
            }
        }
    }

    /// `PASSING [BY REF] x [BY REF]`.
    pub(super) fn xml_passing(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        self.expect_word("PASSING", out)?;
        let _ = self.words(&["BY", "REF"], out) || self.words(&["BY", "VALUE"], out);
        self.expr(out)?;
        let _ = self.words(&["BY", "REF"], out) || self.words(&["BY", "VALUE"], out);
        Ok(())
    }

    /// `a AS x, b`.
    fn labelled(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        loop {
            self.expr(out)?;
            if self.word(&["AS"], out) {
                let label: Ident = self.label()?;
                out.push(Piece::Name(label));
            }
            if !self.sign(",", out) {
                return Ok(());
            }
        }
    }
}
