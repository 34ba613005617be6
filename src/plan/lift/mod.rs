//! Literals of a simple query that may become parameters, so that one prepared statement serves all of their values.
//!
//! In: a text, its lexemes and the catalog. Out: [`Lifted`], the text with `$1`, `$2`, ... where those literals stood, and
//! their values; nothing where nothing may be lifted. Invariants: a parameter has the type that the literal would have had,
//! and its value is known to be valid input of it, so that meaning, types, names and errors stay what they were; only
//! WHERE, SET and VALUES of a statement on one table are looked at, and no sub-query, so that no other part of the
//! statement has to be equal to what was lifted (as GROUP BY has); in WHERE only columns of keys and indexes are compared
//! with parameters, because a plan for them is good for every value. What is absent: names and rights. A text that does
//! not compile when lifted is compiled as it was, so that the error is about what the client wrote.

mod value;

use super::ast::{Class, Lexeme, Token, tokens};
use crate::catalog::{Catalog, Column, ConstraintKind, QualifiedName, Table};
use value::{number_type, oid, text_type};

/// Beyond this many literals a text is left as it is: it is a load of rows, and its shape hardly comes again.
const MOST: usize = 64;

/// Beyond this many bytes too.
const LONGEST: usize = 32 * 1024;

/// A text without the literals that were lifted from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// The text with parameters.
    pub text: String,
    /// The parameters' types, by OID.
    pub types: Vec<u32>,
    /// Their values, as text.
    pub values: Vec<Box<str>>,
    /// Where in `text` each stands, and how long it is there and was in the client's: in characters.
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    at: u32,
    now: u32,
    was: u32,
}

impl Lifted {
    /// The character number, from 1, in the client's text for one in [`Lifted::text`].
    #[must_use]
    pub fn client_position(&self, position: u32) -> u32 {
        let mut shift = 0i64;
        let moved = |position: u32, shift: i64| u32::try_from(i64::from(position) + shift).unwrap_or(position);
        for place in self.places.iter().take_while(|place| place.at <= position) {
            if position < place.at + place.now {
                return moved(place.at, shift);
            }
            shift += i64::from(place.was) - i64::from(place.now);
        }
        moved(position, shift)
    }
}

/// Whether a prepared statement of this text may serve others who send the same: a query or a change that holds no
/// string. (What a string means as a time depends on settings and on the moment when it was read.)
#[must_use]
pub fn is_lasting(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let verbs = ["select", "insert", "update", "delete", "with", "values", "merge"];
    let bytes = text.as_bytes();
    let quotes =
        bytes.contains(&b'\'') || bytes.windows(2).any(|pair| matches!(pair, [b'$', after] if !after.is_ascii_digit()));
    !quotes && verbs.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// Whether there may be a string in a text.
#[must_use]
pub fn holds_strings(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.contains(&b'\'') || bytes.windows(2).any(|pair| matches!(pair, [b'$', after] if !after.is_ascii_digit()))
}

/// Lifts what may be lifted from a text of the simple protocol.
#[must_use]
pub fn lift_literals(sql: &str, catalog: &Catalog) -> Option<Lifted> {
    if sql.len() > LONGEST || !sql.bytes().any(|b| b.is_ascii_digit() || b == b'\'') {
        return None;
    }
    // What does not lex is refused by whoever compiles it.
    let (lexemes, _) = tokens(sql).ok()?;
    lift(sql, &lexemes, catalog)
}

fn lift(sql: &str, lexemes: &[Lexeme<'_>], catalog: &Catalog) -> Option<Lifted> {
    let lexemes = match lexemes.split_last() {
        Some((last, rest)) if last.is_sign(";") => rest,
        Some(_) => lexemes,
        None => return None,
    };
    let first = lexemes.first()?;
    let verb = ["select", "insert", "update", "delete"].into_iter().find(|verb| first.is_word(verb))?;
    if lexemes.iter().skip(1).any(|lexeme| forbids(lexeme, verb)) {
        return None;
    }
    let mut lifting = Lifting { lexemes, found: Vec::new() };
    match verb {
        "select" => {
            let from = lifting.top_level("from")?;
            let (source, next) = lifting.source(from + 1, catalog)?;
            if lifting.is_word(next, "where") {
                lifting.conditions(next + 1, &source);
            }
        }
        "delete" => {
            if !lifting.is_word(1, "from") {
                return None;
            }
            let (source, next) = lifting.source(2, catalog)?;
            if lifting.is_word(next, "where") {
                lifting.conditions(next + 1, &source);
            }
        }
        "update" => {
            let (source, next) = lifting.source(1, catalog)?;
            if !lifting.is_word(next, "set") || lifting.top_level("from").is_some() {
                return None;
            }
            let end = lifting.assignments(next + 1, &source)?;
            if lifting.is_word(end, "where") {
                lifting.conditions(end + 1, &source);
            }
        }
        _insert => {
            if !lifting.is_word(1, "into") {
                return None;
            }
            let (source, next) = lifting.source(2, catalog)?;
            lifting.rows(next, source.table)?;
        }
    }
    lifting.finish(sql)
}

/// Words that make a statement more than what is understood here.
fn forbids(lexeme: &Lexeme<'_>, verb: &str) -> bool {
    match &lexeme.token {
        Token::Param(_) => true,
        Token::Sign(sign) => *sign == ";",
        Token::Word(word, _) => match &**word {
            "select" | "with" | "union" | "intersect" | "except" | "between" | "join" | "using" | "overlaps" => true,
            "values" | "into" => verb != "insert",
            _plain => false,
        },
        _plain => false,
    }
}

/// The one table that a statement is about.
struct Source<'c> {
    table: &'c Table,
    /// By what its columns may be qualified.
    name: String,
}

struct Found {
    lexeme: usize,
    oid: u32,
    value: Box<str>,
}

struct Lifting<'l, 't> {
    lexemes: &'l [Lexeme<'t>],
    found: Vec<Found>,
}

/// A name, if the token can be a column's or a table's.
fn name<'a>(lexeme: &'a Lexeme<'_>) -> Option<&'a str> {
    match &lexeme.token {
        Token::Quoted(name) => Some(name),
        Token::Word(word, Class::Plain | Class::ColumnName) => Some(word),
        _other => None,
    }
}

impl<'l, 't> Lifting<'l, 't> {
    fn at(&self, index: usize) -> Option<&'l Lexeme<'t>> {
        self.lexemes.get(index)
    }

    fn is_word(&self, index: usize, word: &str) -> bool {
        self.at(index).is_some_and(|lexeme| lexeme.is_word(word))
    }

    fn is_sign(&self, index: usize, sign: &str) -> bool {
        self.at(index).is_some_and(|lexeme| lexeme.is_sign(sign))
    }

    fn is_operator(&self, index: usize, operator: &str) -> bool {
        self.at(index).is_some_and(|lexeme| lexeme.is_operator(operator))
    }

    /// Where a word first stands outside all brackets.
    fn top_level(&self, word: &str) -> Option<usize> {
        let mut depth = 0usize;
        for (index, lexeme) in self.lexemes.iter().enumerate() {
            match &lexeme.token {
                Token::Sign("(" | "[") => depth += 1,
                Token::Sign(")" | "]") => depth = depth.saturating_sub(1),
                _other if depth == 0 && lexeme.is_word(word) => return Some(index),
                _other => {}
            }
        }
        None
    }

    /// A table of the catalog with or without an alias; what comes behind.
    fn source<'c>(&self, index: usize, catalog: &'c Catalog) -> Option<(Source<'c>, usize)> {
        let first = name(self.at(index)?)?;
        let (qualified, mut next) = if self.is_sign(index + 1, ".") {
            (QualifiedName::new(first, name(self.at(index + 2)?)?), index + 3)
        } else if first.starts_with("pg_") {
            // PostgreSQL looks into its own catalogs first.
            return None;
        } else {
            (QualifiedName::public(first), index + 1)
        };
        let table = catalog.tables.get(&qualified)?;
        let mut known = qualified.name.clone();
        let explicit = self.is_word(next, "as");
        next += usize::from(explicit);
        let ends = ["where", "set", "values"].iter().any(|word| self.is_word(next, word));
        match self.at(next).filter(|_| !ends || explicit).and_then(name) {
            Some(alias) => {
                known = alias.to_owned();
                next += 1;
            }
            None if explicit => return None,
            None => {}
        }
        Some((Source { table, name: known }, next))
    }

    /// The column that ends at `index`, and where its name begins.
    fn column<'c>(&self, index: usize, source: &Source<'c>) -> Option<(&'c Column, usize)> {
        let column = source.table.column(name(self.at(index)?)?)?;
        match index.checked_sub(2).filter(|_| self.is_sign(index - 1, ".")) {
            // Qualified by a table and no more: a third name would be a schema.
            Some(table) => {
                let qualifier = name(self.at(table)?)?;
                let third = table > 0 && self.is_sign(table - 1, ".");
                (qualifier == source.name && !third).then_some((column, table))
            }
            None => Some((column, index)),
        }
    }

    /// `column = literal` in WHERE, each a whole operand of AND, OR, NOT or brackets.
    fn conditions(&mut self, from: usize, source: &Source<'_>) {
        let mut depth = 0usize;
        for index in from..self.lexemes.len() {
            let Some(lexeme) = self.at(index) else { return };
            match &lexeme.token {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => depth = depth.saturating_sub(1),
                Token::Word(word, _) if depth == 0 && ends_conditions(word) => return,
                Token::Operator("=") if index > from => {
                    let Some((column, begins)) = self.column(index - 1, source) else { continue };
                    let Some(before) = begins.checked_sub(1).and_then(|before| self.at(before)) else { continue };
                    let whole =
                        ["where", "and", "or", "not"].iter().any(|word| before.is_word(word)) || before.is_sign("(");
                    let after = match self.at(index + 2) {
                        None => true,
                        Some(after) => match &after.token {
                            Token::Sign(sign) => *sign == ")",
                            Token::Word(word, _) => matches!(&**word, "and" | "or") || ends_conditions(word),
                            _other => false,
                        },
                    };
                    if whole && after && is_key(source.table, &column.name) {
                        self.literal(index + 1, column);
                    }
                }
                _other => {}
            }
        }
    }

    /// `column = literal` and `column = column + number` of SET; where the list ends.
    fn assignments(&mut self, from: usize, source: &Source<'_>) -> Option<usize> {
        let mut index = from;
        loop {
            let column = source.table.column(name(self.at(index)?)?)?;
            if !self.is_operator(index + 1, "=") {
                return None;
            }
            let begin = index + 2;
            let end = self.expression_end(begin);
            if end == begin + 1 {
                self.literal(begin, column);
            } else {
                self.sum(begin, end);
            }
            if !self.is_sign(end, ",") {
                return Some(end);
            }
            index = end + 1;
        }
    }

    /// Behind an expression: at the comma, or at the word that ends the list.
    fn expression_end(&self, from: usize) -> usize {
        let mut depth = 0usize;
        for index in from..self.lexemes.len() {
            match self.at(index).map(|lexeme| &lexeme.token) {
                Some(Token::Sign("(" | "[")) => depth += 1,
                Some(Token::Sign(")" | "]")) if depth == 0 => return index,
                Some(Token::Sign(")" | "]")) => depth -= 1,
                Some(Token::Sign(",")) if depth == 0 => return index,
                Some(Token::Word(word, _)) if depth == 0 && matches!(&**word, "where" | "returning") => return index,
                _other => {}
            }
        }
        self.lexemes.len()
    }

    /// Whole numbers in a sum of names and numbers: there a parameter has the literal's own type.
    fn sum(&mut self, from: usize, end: usize) {
        let simple = (from..end).all(|index| {
            self.at(index).is_some_and(|lexeme| match &lexeme.token {
                Token::Number(_) | Token::Operator("+" | "-") | Token::Sign(".") => true,
                _other => name(lexeme).is_some(),
            })
        });
        if !simple {
            return;
        }
        for index in from..end {
            let operand = index > from && (self.is_operator(index - 1, "+") || self.is_operator(index - 1, "-"));
            if let Some(Token::Number(text)) = self.at(index).map(|lexeme| &lexeme.token)
                && operand
                && let Some(oid::INT4) = number_type(text)
            {
                self.found.push(Found { lexeme: index, oid: oid::INT4, value: (*text).into() });
            }
        }
    }

    /// The rows of INSERT ... VALUES.
    fn rows(&mut self, from: usize, table: &Table) -> Option<()> {
        let mut columns: Vec<&Column> = Vec::new();
        let mut index = from;
        if self.is_sign(index, "(") {
            loop {
                columns.push(table.column(name(self.at(index + 1)?)?)?);
                index += 2;
                if self.is_sign(index, ")") {
                    break;
                }
                if !self.is_sign(index, ",") {
                    return None;
                }
            }
            index += 1;
        } else {
            columns.extend(&table.columns);
        }
        if !self.is_word(index, "values") {
            return None;
        }
        loop {
            if !self.is_sign(index + 1, "(") {
                return None;
            }
            let mut begin = index + 2;
            for position in 0.. {
                let end = self.expression_end(begin);
                match (end.checked_sub(begin), columns.get(position)) {
                    (Some(1), Some(column)) => self.literal(begin, column),
                    // A negative number: its sign stays.
                    (Some(2), Some(_)) if self.is_operator(begin, "-") => self.sum(begin, end),
                    _other => {}
                }
                if self.is_sign(end, ")") {
                    index = end + 1;
                    break;
                }
                if !self.is_sign(end, ",") {
                    return None;
                }
                begin = end + 1;
            }
            if !self.is_sign(index, ",") {
                return Some(());
            }
        }
    }

    /// Lifts one literal that meets a column, if its type and its validity are certain.
    fn literal(&mut self, index: usize, column: &Column) {
        let lifted = match self.at(index).map(|lexeme| &lexeme.token) {
            Some(Token::Number(text)) => number_type(text).map(|oid| (oid, (*text).to_owned())),
            Some(Token::Text(body)) => {
                let value = body.replace("''", "'");
                text_type(&column.data_type, &value).map(|oid| (oid, value))
            }
            _other => None,
        };
        if let Some((oid, value)) = lifted {
            self.found.push(Found { lexeme: index, oid, value: value.into() });
        }
    }

    /// Writes the text without what was found.
    fn finish(mut self, sql: &str) -> Option<Lifted> {
        if self.found.is_empty() || self.found.len() > MOST {
            return None;
        }
        self.found.sort_by_key(|found| found.lexeme);
        let mut lifted = Lifted {
            text: String::with_capacity(sql.len()),
            types: Vec::with_capacity(self.found.len()),
            values: Vec::with_capacity(self.found.len()),
            places: Vec::with_capacity(self.found.len()),
        };
        let (mut from, mut chars) = (0usize, 1u32);
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        for (number, found) in self.found.into_iter().enumerate() {
            let lexeme = self.lexemes.get(found.lexeme)?;
            let before = sql.get(from..lexeme.start)?;
            // No token may run into the one before it: `id=5` is fine, `a+5` too, but nothing else is certain.
            let parameter = format!("${}", number + 1);
            chars += count(before);
            lifted.text.push_str(before);
            lifted.text.push_str(&parameter);
            let was = count(sql.get(lexeme.start..lexeme.end)?);
            let now = count(&parameter);
            lifted.places.push(Place { at: chars, now, was });
            chars += now;
            lifted.types.push(found.oid);
            lifted.values.push(found.value);
            from = lexeme.end;
        }
        lifted.text.push_str(sql.get(from..)?);
        Some(lifted)
    }
}

fn ends_conditions(word: &str) -> bool {
    matches!(word, "group" | "having" | "window" | "order" | "limit" | "offset" | "fetch" | "for" | "returning")
}

/// Whether rows are found by this column: it is part of a key or of an index over all rows.
fn is_key(table: &Table, column: &str) -> bool {
    let of_constraint = table.constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns }
        | ConstraintKind::Unique { columns, .. }
        | ConstraintKind::ForeignKey { columns, .. } => columns.iter().any(|name| name == column),
        ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => false,
    });
    of_constraint
        || table.indexes.iter().any(|index| {
            let words = index.definition.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
            let (mut named, mut partial) = (false, false);
            for word in words {
                named |= word == column;
                partial |= word.eq_ignore_ascii_case("where");
            }
            named && !partial
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Constraint, LeafCount, Scope};

    fn catalog() -> Catalog {
        let column = |(name, data_type): (&str, &str)| Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            not_null: false,
            default: None,
            identity: None,
            sequence: None,
            generated: None,
        };
        let columns = [
            ("id", "bigint"),
            ("code", "character varying(20)"),
            ("state", "text"),
            ("at", "timestamp with time zone"),
            ("n", "integer"),
            ("user", "text"),
        ];
        let key = |name: &str, columns: &[&str]| Constraint {
            name: name.to_owned(),
            physical: name.to_owned(),
            kind: ConstraintKind::Unique {
                columns: columns.iter().map(|&column| column.to_owned()).collect(),
                nulls_not_distinct: false,
            },
            deferrable: false,
            initially_deferred: false,
        };
        let table = Table {
            scope: Scope::Org,
            columns: columns.map(column).into(),
            constraints: vec![key("a", &["id"]), key("b", &["code"]), key("c", &["at", "user"])],
            indexes: Vec::new(),
            object: None,
        };
        let mut catalog = Catalog::empty(LeafCount::STANDARD);
        catalog.tables.insert(QualifiedName::public("t"), table);
        catalog
    }

    /// The text that is left, with the values behind it.
    fn check(sql: &str, wanted: &str) {
        let lifted = lift_literals(sql, &catalog());
        let got = lifted.map_or_else(
            || "-".to_owned(),
            |lifted| {
                let values: Vec<String> =
                    lifted.types.iter().zip(&lifted.values).map(|(oid, value)| format!("{oid}:{value}")).collect();
                format!("{} [{}]", lifted.text, values.join(" "))
            },
        );
        assert_eq!(got, wanted, "{sql}");
    }

    #[test]
    fn keys_are_lifted_with_the_type_that_the_literal_has() {
        check("SELECT * FROM t WHERE id = 5", "SELECT * FROM t WHERE id = $1 [23:5]");
        check(
            "select n from public.t x where x.id=5 and code = 'a''b';",
            "select n from public.t x where x.id=$1 and code = $2; [23:5 1043:a'b]",
        );
        check("SELECT n FROM t WHERE id = 5000000000 LIMIT 1", "SELECT n FROM t WHERE id = $1 LIMIT 1 [20:5000000000]");
        check(
            "SELECT n FROM t WHERE (id = '5' OR NOT code = '')",
            "SELECT n FROM t WHERE (id = $1 OR NOT code = $2) [20:5 1043:]",
        );
        check(
            "SELECT n FROM t WHERE at = '2024-02-28 10:00:00'",
            "SELECT n FROM t WHERE at = $1 [1184:2024-02-28 10:00:00]",
        );
        check("DELETE FROM t WHERE \"user\" = 'x' RETURNING 1", "DELETE FROM t WHERE \"user\" = $1 RETURNING 1 [25:x]");
    }

    #[test]
    fn what_is_uncertain_stays() {
        for sql in [
            "SELECT n FROM t WHERE state = 'open'",
            "SELECT n FROM t WHERE user = 'x'",
            "SELECT n FROM t WHERE id = 'x'",
            "SELECT n FROM t WHERE at = 'now'",
            "SELECT n FROM t WHERE at = '2024-02-30 10:00:00'",
            "SELECT n FROM t WHERE id = 5 + 1",
            "SELECT n FROM t WHERE id = '5'::int",
            "SELECT n FROM t WHERE n + id = 5",
            "SELECT n FROM t WHERE code = 'a' || 'b'",
            "SELECT n FROM t WHERE code = E'a'",
            "SELECT n FROM t WHERE id > 5",
            "SELECT n FROM t WHERE n BETWEEN 1 AND id = 5",
            "SELECT n FROM t WHERE id = (SELECT 5)",
            "SELECT n FROM t WHERE id = $1 AND code = 'a'",
            "SELECT id = 5 FROM t GROUP BY id = 5",
            "SELECT count(*) FILTER (WHERE id = 5) FROM t",
            "SELECT n FROM t ORDER BY 1 LIMIT 5",
            "SELECT n FROM t, t u WHERE id = 5",
            "SELECT n FROM t JOIN t u ON true WHERE t.id = 5",
            "SELECT n FROM u WHERE id = 5",
            "SELECT n FROM t AS a(id) WHERE id = 5",
            "SELECT n FROM t WHERE u.id = 5",
            "SELECT n FROM t WHERE id = 5; SELECT 1",
            "EXPLAIN SELECT n FROM t WHERE id = 5",
            "UPDATE t SET n = 5 FROM u",
            "UPDATE t SET at = 'now'",
            "INSERT INTO t SELECT 5",
            "SELECT 1",
        ] {
            check(sql, "-");
        }
    }

    #[test]
    fn changes_are_lifted_too() {
        check(
            "UPDATE t SET n = n + -5, state = 'x', at = now() WHERE id = 7",
            "UPDATE t SET n = n + -$1, state = $2, at = now() WHERE id = $3 [23:5 25:x 23:7]",
        );
        check(
            "UPDATE t AS a SET n = 2147483648 WHERE a.n = 7",
            "UPDATE t AS a SET n = $1 WHERE a.n = 7 [20:2147483648]",
        );
        check("UPDATE t SET n = n - 2147483648", "-");
        check(
            "INSERT INTO t (id, code, n) VALUES (1, 'a', -2), (DEFAULT, NULL, 1.5) ON CONFLICT DO NOTHING",
            "INSERT INTO t (id, code, n) VALUES ($1, $2, -$3), (DEFAULT, NULL, $4) ON CONFLICT DO NOTHING \
             [23:1 1043:a 23:2 1700:1.5]",
        );
        check("INSERT INTO t VALUES (f(5), 'a', upper('b'))", "INSERT INTO t VALUES (f(5), $1, upper('b')) [1043:a]");
    }

    #[test]
    fn positions_go_back_to_the_clients_text() {
        let sql = "UPDATE t SET state = 'ä long one', n = 1 WHERE id = 123 AND nowhere";
        let lifted = lift_literals(sql, &catalog()).unwrap();
        let of = |text: &str, word: &str| u32::try_from(text[..text.find(word).unwrap()].chars().count()).unwrap() + 1;
        assert_eq!(lifted.client_position(of(&lifted.text, "state")), of(sql, "state"));
        assert_eq!(lifted.client_position(of(&lifted.text, "$1")), of(sql, "'ä"));
        assert_eq!(lifted.client_position(of(&lifted.text, "$3")), of(sql, "123"));
        assert_eq!(lifted.client_position(of(&lifted.text, "nowhere")), of(sql, "nowhere"));
    }

    #[test]
    fn what_holds_strings_is_read_anew() {
        assert!(is_lasting("SELECT $1 FROM a"));
        assert!(!is_lasting("SELECT 'now'"));
        assert!(!is_lasting("SELECT $a$now$a$"));
        assert!(!is_lasting("FETCH ALL FROM c"));
    }
}
