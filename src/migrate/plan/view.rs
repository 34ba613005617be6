//! CREATE VIEW.
//!
//! In: tokens. Out: a view of the catalog: its column names and its query in the service's words, which statements run in
//! its place. The view that is made on the shard would read the rows of all orgs: nobody is granted anything on it, and no
//! statement names it; it is there to be described, by the catalogs' stand-ins. Invariants: the query's columns
//! have names that do not change when a table gets a column, so `*` is refused. A view that statements
//! could not use is refused. What is absent: recursive, temporary and materialized views, WITH CHECK OPTION.

use super::Planner;
use crate::catalog::{QualifiedName, View};
use crate::migrate::Refusal;
use crate::migrate::cursor::Cursor;
use crate::migrate::lex::{Kind, Token};
use crate::migrate::physical::{self, relation};
use crate::plan::{CompileOptions, compile};

impl Planner<'_> {
    pub(super) fn create_view(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        cursor.expect("create")?;
        let replace = cursor.eat("or replace");
        cursor.expect("view")?;
        let name = cursor.qualified()?;
        let old = if replace { self.catalog.views.get(&name).cloned() } else { None };
        if old.is_none() {
            self.check_new(&name)?;
        }
        let given = if cursor.is_sign('(') { Some(cursor.name_list()?) } else { None };
        if cursor.is("with") {
            return Err(cursor.refuse("options of a view"));
        }
        cursor.expect("as")?;
        let query = cursor.left();
        if query.windows(3).any(|three| is(three, &["with", "check", "option"]))
            || query.windows(4).any(|four| is(four, &["with", "local", "check", "option"]))
            || query.windows(4).any(|four| is(four, &["with", "cascaded", "check", "option"]))
        {
            return Err(cursor.refuse("WITH CHECK OPTION"));
        }
        if query.windows(2).any(|two| is(two, &["select", "into"])) {
            return Err(cursor.refuse("SELECT INTO"));
        }
        let mut columns = output_names(query).map_err(|(line, reason)| Refusal::at(line, reason))?;
        if let Some(given) = given {
            if given.len() > columns.len() {
                return Err(self.refuse("a view with more names than columns"));
            }
            for (column, name) in columns.iter_mut().zip(given) {
                *column = name;
            }
        }
        for (at, column) in columns.iter().enumerate() {
            if columns.iter().take(at).any(|earlier| earlier == column) {
                return Err(self.refuse(format!("column {column} stands twice in view {name}")));
            }
        }
        if let Some(old) = old {
            // As PostgreSQL has it: the columns that there were stay, others may follow.
            if !columns.starts_with(&old.columns) {
                return Err(self.refuse("CREATE OR REPLACE VIEW may only add columns at the end"));
            }
        }
        let query = cursor.rest().to_owned();
        let list = physical::columns(&columns);
        self.catalog.views.insert(name.clone(), View { columns, query: query.clone() });
        self.check_view(&name)?;
        self.push(format!("CREATE OR REPLACE VIEW {} ({list}) AS {query}", relation(&name)));
        Ok(())
    }

    /// A view that statements could not use is refused now, not when a service runs.
    fn check_view(&self, name: &QualifiedName) -> Result<(), Refusal> {
        let probe = format!("SELECT * FROM {}", relation(name));
        match compile(&self.catalog, &probe, CompileOptions { declared_params: 0 }) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.refuse(format!("view {name}: {error}"))),
        }
    }
}

fn is(tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().zip(words).all(|(token, word)| matches!(&token.kind, Kind::Word(found) if found == word))
}

type Slip = (usize, String);

/// The names of a query's columns: those of its first SELECT.
fn output_names(query: &[Token]) -> Result<Vec<String>, Slip> {
    let line = query.first().map_or(1, |token| token.line);
    let mut depth = 0_usize;
    let mut start = None;
    let parenthesised = matches!(query.first(), Some(Token { kind: Kind::Sign('('), .. }));
    let at_depth = usize::from(parenthesised);
    for (at, token) in query.iter().enumerate() {
        match &token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.saturating_sub(1),
            Kind::Word(word) if word == "select" && depth == at_depth => {
                start = Some(at + 1);
                break;
            }
            _ => {}
        }
    }
    let start = start.ok_or_else(|| (line, "a view that is no SELECT".to_owned()))?;
    let list = query.get(start..).unwrap_or(&[]);
    let list = skip_distinct(list);
    let mut names = Vec::new();
    let mut item: Vec<&Token> = Vec::new();
    let mut depth = 0_usize;
    for token in list {
        let ends = depth == 0 && {
            match &token.kind {
                Kind::Sign(')') => true,
                Kind::Word(word) => matches!(
                    word.as_str(),
                    "from"
                        | "where"
                        | "group"
                        | "having"
                        | "window"
                        | "union"
                        | "intersect"
                        | "except"
                        | "order"
                        | "limit"
                        | "offset"
                        | "fetch"
                        | "for"
                ),
                _ => false,
            }
        };
        if ends {
            break;
        }
        match &token.kind {
            Kind::Sign(',') if depth == 0 => {
                names.push(item_name(&item, line)?);
                item.clear();
                continue;
            }
            Kind::Sign('(' | '[') => depth += 1,
            Kind::Sign(')' | ']') => depth = depth.saturating_sub(1),
            Kind::Word(word) if word == "case" => depth += 1,
            Kind::Word(word) if word == "end" && depth > 0 => depth -= 1,
            _ => {}
        }
        item.push(token);
    }
    names.push(item_name(&item, line)?);
    Ok(names)
}

/// After `DISTINCT [ON (...)]` or `ALL`.
fn skip_distinct(list: &[Token]) -> &[Token] {
    let word = |at: usize| match list.get(at) {
        Some(Token { kind: Kind::Word(word), .. }) => word.as_str(),
        Some(_) | None => "",
    };
    if word(0) == "all" {
        return list.get(1..).unwrap_or(&[]);
    }
    if word(0) != "distinct" {
        return list;
    }
    if word(1) != "on" {
        return list.get(1..).unwrap_or(&[]);
    }
    let mut depth = 0_usize;
    for (at, token) in list.iter().enumerate().skip(2) {
        match &token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return list.get(at + 1..).unwrap_or(&[]);
        }
    }
    list
}

/// `x AS name`, `a.b.name` or `name(...)`: what is plain to see. Anything else needs an AS.
fn item_name(item: &[&Token], line: usize) -> Result<String, Slip> {
    let line = item.first().map_or(line, |token| token.line);
    let name_of = |token: &Token| super::named(token).map(str::to_owned);
    if let [.., keyword, last] = item
        && matches!(&keyword.kind, Kind::Word(word) if word == "as")
    {
        return name_of(last).ok_or_else(|| (line, "AS without a name".to_owned()));
    }
    match item.last() {
        Some(Token { kind: Kind::Sign('*'), .. }) => {
            return Err((
                line,
                "`*` in a view: name the columns, so that they stay the same when a table changes".to_owned(),
            ));
        }
        None => return Err((line, "an empty column of a view".to_owned())),
        Some(_) => {}
    }
    // `a`, `t.a`, `s.t.a`: names at the even places, dots between.
    let path = item.len() % 2 == 1
        && item
            .iter()
            .enumerate()
            .all(|(at, token)| if at % 2 == 0 { super::named(token).is_some() } else { token.kind == Kind::Sign('.') });
    if path {
        return item.last().and_then(|last| name_of(last)).ok_or_else(|| (line, "a column without a name".to_owned()));
    }
    Err((line, "a column of a view that is an expression: give it a name with AS".to_owned()))
}
