//! Definitions: the DDL of the role mode `metadata`, which makes and changes an org's own objects.
//!
//! In: the lexemes of a statement that begins with CREATE, ALTER, DROP or COMMENT. Out: a [`Definition`]. Every word is kept or
//! refused: what PostgreSQL knows and objects cannot do exactly is 0A000. What is absent: names' meaning, slots.

use super::cursor::Cursor;
use super::reference::NewReference;
use super::tree::{Ident, TypeName};
use super::{Lexeme, PlanError, Positions, Token};

/// A possibly qualified name of a table.
pub(crate) type Dotted = Vec<Ident>;

/// What a definition is.
#[derive(Debug)]
pub(crate) enum Definition {
    CreateTable {
        name: Dotted,
        if_not_exists: bool,
        columns: Vec<NewColumn>,
        keys: Vec<NewKey>,
        references: Vec<NewReference>,
    },
    AlterTable {
        name: Dotted,
        if_exists: bool,
        actions: Vec<AlterAction>,
    },
    DropTable {
        names: Vec<Dotted>,
        if_exists: bool,
        cascade: bool,
    },
    CreateIndex {
        name: Option<Ident>,
        if_not_exists: bool,
        table: Dotted,
        columns: Vec<Ident>,
    },
    DropIndex {
        names: Vec<Dotted>,
        if_exists: bool,
    },
    CommentTable {
        name: Dotted,
        text: Option<String>,
    },
    CommentColumn {
        name: Dotted,
        column: Ident,
        text: Option<String>,
    },
}

/// A column as it is declared.
#[derive(Debug)]
pub(crate) struct NewColumn {
    pub(crate) name: Ident,
    pub(crate) data_type: TypeName,
    pub(crate) not_null: bool,
    pub(crate) default: Option<Default>,
}

/// A default, in the client's words, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Default {
    pub(crate) text: String,
    pub(crate) kind: DefaultKind,
    pub(crate) at: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefaultKind {
    Null,
    Text,
    Number,
    Boolean,
    /// The time of the transaction.
    Time,
    Uuid,
    /// The record's own key.
    Key,
}

/// PRIMARY KEY or UNIQUE.
#[derive(Debug)]
pub(crate) struct NewKey {
    pub(crate) name: Option<Ident>,
    pub(crate) primary: bool,
    pub(crate) columns: Vec<Ident>,
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) enum AlterAction {
    AddColumn { if_not_exists: bool, column: NewColumn, reference: Option<NewReference> },
    DropColumn { if_exists: bool, column: Ident, cascade: bool },
    RenameColumn { from: Ident, to: Ident },
    RenameTo(Ident),
    SetNotNull(Ident),
    DropNotNull(Ident),
    SetDefault(Ident, Default),
    DropDefault(Ident),
}

/// Reads a definition from all of these lexemes.
pub(crate) fn definition(lexemes: &[Lexeme<'_>], positions: &Positions<'_>) -> Result<Definition, PlanError> {
    let mut cursor = Cursor::new(lexemes, positions, true);
    let read = if cursor.eat("create") {
        cursor.create()
    } else if cursor.eat("alter") {
        cursor.expect_of("table", "ALTER of anything but a table")?;
        cursor.alter_table()
    } else if cursor.eat("drop") {
        cursor.drop_of()
    } else {
        cursor.expect("comment")?;
        cursor.comment()
    }?;
    cursor.end()?;
    Ok(read)
}

impl Cursor<'_> {
    pub(super) fn expect_of(&mut self, word: &str, what: &str) -> Result<(), PlanError> {
        if self.eat(word) { Ok(()) } else { Err(PlanError::unsupported(what, self.here())) }
    }

    fn if_not_exists(&mut self) -> Result<bool, PlanError> {
        if !self.eat("if") {
            return Ok(false);
        }
        self.expect("not")?;
        self.expect("exists").map(|()| true)
    }

    fn if_exists(&mut self) -> Result<bool, PlanError> {
        if !self.eat("if") {
            return Ok(false);
        }
        self.expect("exists").map(|()| true)
    }

    fn create(&mut self) -> Result<Definition, PlanError> {
        if self.eat("index") {
            return self.create_index();
        }
        self.expect_of("table", "CREATE of this kind")?;
        let if_not_exists = self.if_not_exists()?;
        let name = self.dotted()?;
        if !self.is_sign("(") {
            return Err(PlanError::unsupported("this form of CREATE TABLE", self.here()));
        }
        self.expect_sign("(")?;
        let (mut columns, mut keys, mut references) = (Vec::new(), Vec::new(), Vec::new());
        while !self.is_sign(")") {
            if let Some(reference) = self.foreign_key()? {
                references.push(reference);
            } else if let Some(key) = self.table_key()? {
                keys.push(key);
            } else {
                columns.push(self.column_definition(&mut keys, &mut references)?);
            }
            if !self.eat_sign(",") {
                break;
            }
            if self.is_sign(")") {
                return Err(self.unexpected());
            }
        }
        self.expect_sign(")")?;
        self.nothing_more("an option of CREATE TABLE")?;
        Ok(Definition::CreateTable { name, if_not_exists, columns, keys, references })
    }

    fn nothing_more(&self, what: &str) -> Result<(), PlanError> {
        if self.peek().is_some() { Err(PlanError::unsupported(what, self.here())) } else { Ok(()) }
    }

    /// A constraint of the table's; `None`: a column comes.
    fn table_key(&mut self) -> Result<Option<NewKey>, PlanError> {
        let at = self.here();
        let named = self.is("constraint");
        let starts = ["primary", "unique", "check", "foreign", "exclude", "like"];
        if !named && !starts.iter().any(|word| self.is(word)) {
            return Ok(None);
        }
        let name = if self.eat("constraint") { Some(self.column_id()?) } else { None };
        let primary = self.is("primary");
        if !self.eat("unique") {
            self.expect_of("primary", "this constraint of an object")?;
            self.expect("key")?;
        }
        if !self.is_sign("(") {
            return Err(PlanError::unsupported("this form of a unique constraint", self.here()));
        }
        let columns = self.column_list()?;
        self.no_option()?;
        Ok(Some(NewKey { name, primary, columns, at }))
    }

    /// Options of a constraint.
    pub(super) fn no_option(&self) -> Result<(), PlanError> {
        let options = ["deferrable", "initially", "include", "using", "with", "nulls"];
        if options.iter().any(|word| self.is(word)) || (self.is("not") && self.is_ahead(1, "deferrable")) {
            return Err(PlanError::unsupported("this option of a constraint", self.here()));
        }
        Ok(())
    }

    /// A column and its constraints; keys go to the table's.
    fn column_definition(
        &mut self,
        keys: &mut Vec<NewKey>,
        references: &mut Vec<NewReference>,
    ) -> Result<NewColumn, PlanError> {
        let name = self.column_id()?;
        let data_type = self.type_name()?;
        let (mut not_null, mut nullable, mut default) = (false, false, None);
        loop {
            let at = self.here();
            let constraint = if self.eat("constraint") { Some(self.column_id()?) } else { None };
            if self.is("not") && self.is_ahead(1, "null") {
                self.at += 2;
                not_null = true;
            } else if self.eat("null") {
                nullable = true;
            } else if self.eat("default") {
                if default.replace(self.default()?).is_some() {
                    return Err(PlanError::unsupported("several defaults of a column", at));
                }
            } else if self.is("primary") || self.is("unique") {
                let primary = self.eat("primary");
                if primary {
                    self.expect("key")?
                } else {
                    self.expect("unique")?
                }
                self.no_option()?;
                keys.push(NewKey { name: constraint, primary, columns: vec![name.clone()], at });
            } else if self.eat("references") {
                references.push(self.reference(constraint, vec![name.clone()], at)?);
            } else if constraint.is_none() && (self.is_sign(",") || self.is_sign(")") || self.peek().is_none()) {
                break;
            } else {
                return Err(PlanError::unsupported("this constraint of a column", at));
            }
        }
        if not_null && nullable {
            return Err(PlanError::unsupported("NULL beside NOT NULL", name.at));
        }
        Ok(NewColumn { name, data_type, not_null, default })
    }

    /// The defaults that a new row can be given exactly.
    fn default(&mut self) -> Result<Default, PlanError> {
        let at = self.here();
        let first = self.at;
        let signed = self.eat_operator("-") || self.eat_operator("+");
        let Some(lexeme) = self.peek() else { return Err(self.unexpected()) };
        let call = |name: &str| lexeme.is_word(name) && self.is_sign_ahead(1, "(") && self.is_sign_ahead(2, ")");
        let (kind, length) = match &lexeme.token {
            Token::Number(_) => (DefaultKind::Number, 1),
            Token::Text(_) if !signed => (DefaultKind::Text, 1),
            Token::Word(word, _) if !signed => match &**word {
                "null" => (DefaultKind::Null, 1),
                "true" | "false" => (DefaultKind::Boolean, 1),
                "current_timestamp" | "current_date" | "localtimestamp" => (DefaultKind::Time, 1),
                "now" if call("now") => (DefaultKind::Time, 3),
                "gen_random_uuid" if call("gen_random_uuid") => (DefaultKind::Uuid, 3),
                "new_key" if call("new_key") => (DefaultKind::Key, 3),
                _other => return Err(unsupported_default(at)),
            },
            _other => return Err(unsupported_default(at)),
        };
        self.at += length;
        // `'x'::text` says no more than `'x'`.
        if kind == DefaultKind::Text && self.eat_sign("::") {
            self.type_name()?;
        }
        let text: Vec<&str> = self
            .lexemes
            .get(first..first + length + usize::from(signed))
            .unwrap_or(&[])
            .iter()
            .map(|lexeme| self.positions.text_of(lexeme))
            .collect();
        let ends = [
            "not",
            "null",
            "primary",
            "unique",
            "check",
            "references",
            "constraint",
            "default",
            "generated",
            "collate",
        ];
        let ended =
            self.peek().is_none() || self.is_sign(",") || self.is_sign(")") || ends.iter().any(|word| self.is(word));
        if !ended {
            return Err(unsupported_default(at));
        }
        let text = if kind == DefaultKind::Key { crate::catalog::NEW_KEY.to_owned() } else { text.concat() };
        Ok(Default { text, kind, at })
    }

    fn alter_table(&mut self) -> Result<Definition, PlanError> {
        let if_exists = self.if_exists()?;
        let _ = self.eat("only");
        let name = self.dotted()?;
        let mut actions = Vec::new();
        if self.eat("rename") {
            if self.eat("to") {
                actions.push(AlterAction::RenameTo(self.column_id()?));
            } else {
                if self.is("constraint") {
                    return Err(PlanError::unsupported("RENAME CONSTRAINT", self.here()));
                }
                let _ = self.eat("column");
                let from = self.column_id()?;
                self.expect("to")?;
                actions.push(AlterAction::RenameColumn { from, to: self.column_id()? });
            }
            return Ok(Definition::AlterTable { name, if_exists, actions });
        }
        loop {
            actions.push(self.alter_action()?);
            if !self.eat_sign(",") {
                break;
            }
        }
        Ok(Definition::AlterTable { name, if_exists, actions })
    }

    fn alter_action(&mut self) -> Result<AlterAction, PlanError> {
        let at = self.here();
        if self.eat("add") {
            if self.foreign_key()?.is_some() || self.table_key()?.is_some() {
                return Err(PlanError::unsupported("a new constraint of an object that is there", at));
            }
            let _ = self.eat("column");
            let if_not_exists = self.if_not_exists()?;
            let (mut keys, mut references) = (Vec::new(), Vec::new());
            let column = self.column_definition(&mut keys, &mut references)?;
            if let Some(key) = keys.first() {
                return Err(PlanError::unsupported("a new constraint of an object that is there", key.at));
            }
            let reference = references.pop();
            if let Some(another) = references.first() {
                return Err(PlanError::unsupported("several references of a column", another.at));
            }
            return Ok(AlterAction::AddColumn { if_not_exists, column, reference });
        }
        if self.eat("drop") {
            if self.is("constraint") {
                return Err(PlanError::unsupported("DROP CONSTRAINT", at));
            }
            let _ = self.eat("column");
            let if_exists = self.if_exists()?;
            let column = self.column_id()?;
            let cascade = self.drops_dependents();
            return Ok(AlterAction::DropColumn { if_exists, column, cascade });
        }
        if !self.eat("alter") {
            return Err(PlanError::unsupported("this form of ALTER TABLE", at));
        }
        let _ = self.eat("column");
        let column = self.column_id()?;
        let set = self.eat("set");
        if !set {
            self.expect_of("drop", "this change of a column")?;
        }
        if self.is("not") {
            self.at += 1;
            self.expect("null")?;
            return Ok(if set { AlterAction::SetNotNull(column) } else { AlterAction::DropNotNull(column) });
        }
        self.expect_of("default", "this change of a column")?;
        Ok(if set { AlterAction::SetDefault(column, self.default()?) } else { AlterAction::DropDefault(column) })
    }

    fn drop_of(&mut self) -> Result<Definition, PlanError> {
        let index = self.eat("index");
        if !index {
            self.expect_of("table", "DROP of this kind")?;
        }
        let if_exists = self.if_exists()?;
        let mut names = vec![self.dotted()?];
        while self.eat_sign(",") {
            names.push(self.dotted()?);
        }
        let cascade = self.drops_dependents();
        Ok(if index {
            Definition::DropIndex { names, if_exists }
        } else {
            Definition::DropTable { names, if_exists, cascade }
        })
    }

    /// CASCADE, or RESTRICT, which is the default.
    fn drops_dependents(&mut self) -> bool {
        !self.eat("restrict") && self.eat("cascade")
    }

    fn create_index(&mut self) -> Result<Definition, PlanError> {
        if self.is("concurrently") {
            return Err(PlanError::unsupported("CONCURRENTLY", self.here()).hint("it takes milliseconds without it"));
        }
        let if_not_exists = self.if_not_exists()?;
        let name = if self.is("on") { None } else { Some(self.column_id()?) };
        self.expect("on")?;
        let _ = self.eat("only");
        let table = self.dotted()?;
        if self.eat("using") {
            self.expect_of("btree", "an index of another kind than btree")?;
        }
        self.expect_sign("(")?;
        let mut columns = Vec::new();
        loop {
            if !self.at_column_id() {
                return Err(PlanError::unsupported("an index over expressions", self.here()));
            }
            columns.push(self.column_id()?);
            let _ = self.eat("asc");
            if !self.is_sign(",") && !self.is_sign(")") {
                return Err(PlanError::unsupported("this form of an index", self.here()));
            }
            if !self.eat_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        self.nothing_more("this form of an index")?;
        Ok(Definition::CreateIndex { name, if_not_exists, table, columns })
    }

    fn comment(&mut self) -> Result<Definition, PlanError> {
        self.expect("on")?;
        let column = self.eat("column");
        if !column {
            self.expect_of("table", "COMMENT on anything but tables and columns")?;
        }
        let mut name = self.dotted()?;
        self.expect("is")?;
        let text = match self.peek().map(|lexeme| &lexeme.token) {
            Some(Token::Text(text)) => Some(text.clone().into_owned()),
            Some(Token::Word(word, _)) if &**word == "null" => None,
            Some(_) | None => return Err(PlanError::unsupported("this form of a comment", self.here())),
        };
        self.at += 1;
        if !column {
            return Ok(Definition::CommentTable { name, text });
        }
        match name.pop() {
            Some(column) if !name.is_empty() => Ok(Definition::CommentColumn { name, column, text }),
            Some(_) | None => Err(self.unexpected()),
        }
    }
}

fn unsupported_default(at: u32) -> PlanError {
    PlanError::unsupported("this default", at).hint(
        "literals, now(), CURRENT_DATE, CURRENT_TIMESTAMP, LOCALTIMESTAMP, gen_random_uuid() and new_key() may be",
    )
}
