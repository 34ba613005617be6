//! Type names, in all their spellings.

use super::cursor::Cursor;
use super::keyword::Class;
use super::tree::{Ident, Piece, Pieces, TypeName};
use super::{PlanError, Token};

const FIELDS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

impl Cursor<'_> {
    /// A type where one must stand.
    pub(super) fn type_name(&mut self) -> Result<TypeName, PlanError> {
        let at = self.here();
        if self.is("setof") {
            return Err(PlanError::unsupported("SETOF in a statement", at));
        }
        let mut name = match self.grammar_type()? {
            Some(name) => name,
            None => {
                let mut parts = vec![self.function_id()?];
                while self.eat_sign(".") {
                    parts.push(self.label()?);
                }
                let suffix = if self.is_sign("(") { self.type_modifiers()? } else { String::new() };
                self.plain_type(parts, &suffix)?
            }
        };
        let mut suffix = String::from(name.suffix);
        if self.eat("array") {
            suffix.push_str(" array");
            if self.is_sign("[") {
                self.bounds(&mut suffix)?;
            }
        } else {
            while self.is_sign("[") {
                self.bounds(&mut suffix)?;
            }
        }
        name.suffix = suffix.into();
        Ok(name)
    }

    /// `[]` or `[3]`.
    fn bounds(&mut self, suffix: &mut String) -> Result<(), PlanError> {
        self.expect_sign("[")?;
        suffix.push('[');
        if let Some(Token::Number(number)) = self.peek().map(|lexeme| &lexeme.token) {
            suffix.push_str(number);
            self.at += 1;
        }
        self.expect_sign("]")?;
        suffix.push(']');
        Ok(())
    }

    /// `(10, 2)`: numbers only, which is all that PostgreSQL's own types take.
    pub(super) fn type_modifiers(&mut self) -> Result<String, PlanError> {
        self.expect_sign("(")?;
        let mut suffix = String::from("(");
        loop {
            if self.is_operator("-") {
                self.at += 1;
                suffix.push('-');
            }
            let Some(Token::Number(number)) = self.peek().map(|lexeme| &lexeme.token) else {
                return Err(self.unexpected());
            };
            suffix.push_str(number);
            self.at += 1;
            if !self.eat_sign(",") {
                break;
            }
            suffix.push(',');
        }
        self.expect_sign(")")?;
        suffix.push(')');
        Ok(suffix)
    }

    /// A type named like a function.
    pub(super) fn plain_type(&self, mut parts: Vec<Ident>, suffix: &str) -> Result<TypeName, PlanError> {
        let at = parts.first().map_or(0, |first| first.at);
        match (parts.pop(), parts.pop(), parts.is_empty()) {
            (Some(name), schema, true) => Ok(TypeName {
                schema: schema.map(|schema| schema.name),
                name: name.name,
                suffix: suffix.into(),
                at,
                custom: true,
            }),
            _other => Err(PlanError::unsupported("this type name", at)),
        }
    }

    /// A type that the grammar spells, or nothing.
    pub(super) fn grammar_type(&mut self) -> Result<Option<TypeName>, PlanError> {
        let Some(Token::Word(word, class)) = self.peek().map(|lexeme| &lexeme.token) else { return Ok(None) };
        let double = &**word == "double" && self.is_ahead(1, "precision");
        if *class != Class::ColumnName && !double {
            return Ok(None);
        }
        let at = self.here();
        let name = match &**word {
            "double" => {
                self.at += 1;
                "double precision"
            }
            "bigint" => "bigint",
            "boolean" => "boolean",
            "int" => "int",
            "integer" => "integer",
            "real" => "real",
            "smallint" => "smallint",
            "numeric" | "decimal" | "dec" | "float" | "varchar" | "bit" | "char" | "character" | "time"
            | "timestamp" | "interval" => return self.longer_type(word, at).map(Some),
            "national" | "nchar" => return Err(PlanError::unsupported("a national character type", at)),
            _other => return Ok(None),
        };
        self.at += 1;
        Ok(Some(TypeName { schema: None, name: name.into(), suffix: "".into(), at, custom: false }))
    }

    /// Types with a length, a precision, VARYING or a time zone.
    fn longer_type(&mut self, word: &str, at: u32) -> Result<TypeName, PlanError> {
        self.at += 1;
        let mut name = word.to_owned();
        if matches!(word, "bit" | "char" | "character") && self.eat("varying") {
            name.push_str(" varying");
        }
        let mut suffix = String::new();
        // `time (` may be a column in front of a bracket only where no type could be: there is none.
        if self.is_sign("(") {
            suffix = self.type_modifiers()?;
        }
        if matches!(word, "time" | "timestamp") {
            for (first, text) in [("with", " with time zone"), ("without", " without time zone")] {
                if self.is(first) && self.is_ahead(1, "time") && self.is_ahead(2, "zone") {
                    self.at += 3;
                    suffix.push_str(text);
                    break;
                }
            }
        }
        if word == "interval" && suffix.is_empty() {
            let mut fields = Vec::new();
            self.interval_fields(&mut fields)?;
            for field in fields {
                match field {
                    Piece::Word(sign @ ("(" | ")"), _) => suffix.push_str(sign),
                    Piece::Word(word, _) => {
                        suffix.push(' ');
                        suffix.push_str(&word.to_ascii_lowercase());
                    }
                    Piece::Literal(text, _) => suffix.push_str(&text),
                    _other => {}
                }
            }
        }
        Ok(TypeName { schema: None, name: name.into(), suffix: suffix.into(), at, custom: false })
    }

    /// `YEAR TO MONTH`, `SECOND (3)`.
    pub(super) fn interval_fields(&mut self, out: &mut Pieces) -> Result<(), PlanError> {
        if !self.word(&FIELDS, out) {
            return Ok(());
        }
        if self.is("to") {
            self.expect_word("TO", out)?;
            if !self.word(&FIELDS, out) {
                return Err(self.unexpected());
            }
        }
        let second = matches!(out.last(), Some(Piece::Word("SECOND", _)));
        if second && self.sign("(", out) {
            self.literal(out)?;
            self.expect_sign_to(")", out)?;
        }
        Ok(())
    }
}
