//! A file of statements: one a paragraph, each with what its comment lines say about it.

/// A statement and how it is to be judged.
#[derive(Debug)]
pub struct Statement {
    /// The line it begins at.
    pub line: usize,
    /// Its text.
    pub sql: String,
    /// `-- params: 1|abc|NULL`: values to bind, as text.
    pub params: Option<Vec<Option<String>>>,
    /// `-- data: 1→a`, once for each line of a COPY FROM STDIN; the arrow is a tab.
    pub data: String,
    /// `-- simple only: why`: it is not compared in the extended protocol.
    pub simple_only: bool,
    /// What is wanted.
    pub wanted: Wanted,
}

/// What orgfold is to make of a statement.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What the private database makes of it.
    Same,
    /// `-- refused 0A000`: this error with a position; `-- refused 0A000 nowhere`: without.
    Refused { code: String, position: bool },
    /// `-- open: why`: the same one day, until then an error. It is run in a transaction that is rolled back, and
    /// counted.
    Open,
    /// `-- open meaning: why`: the same one day, until then accepted with another outcome.
    OpenMeaning,
}

/// Reads a file: the schema it names in `-- schema: name`, and its statements.
pub fn read(text: &str) -> (String, Vec<Statement>) {
    let mut schema = "shop".to_owned();
    let mut statements = Vec::new();
    let mut paragraph = Vec::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line)).chain([(0, "")]);
    for (number, line) in lines {
        if let Some(name) = line.strip_prefix("-- schema: ") {
            name.clone_into(&mut schema);
        } else if !line.is_empty() {
            paragraph.push((number, line));
        } else if !paragraph.is_empty() {
            statements.extend(statement(&std::mem::take(&mut paragraph)));
        }
    }
    (schema, statements)
}

fn statement(paragraph: &[(usize, &str)]) -> Option<Statement> {
    let mut params = None;
    let mut data = String::new();
    let mut simple_only = false;
    let mut wanted = Wanted::Same;
    let mut sql: Vec<&str> = Vec::new();
    for (number, line) in paragraph {
        let Some(said) = line.strip_prefix("-- ").filter(|_| sql.is_empty()) else {
            sql.push(line);
            continue;
        };
        if let Some(values) = said.strip_prefix("params: ") {
            let value = |value: &str| (value != "NULL").then(|| value.to_owned());
            params = Some(values.split('|').map(value).collect());
        } else if let Some(line) = said.strip_prefix("data: ") {
            data.push_str(&line.replace('→', "\t"));
            data.push('\n');
        } else if let Some(refused) = said.strip_prefix("refused ") {
            let (code, rest) = refused.split_once(' ').unwrap_or((refused, ""));
            assert!(code.len() == 5 && ["", "nowhere"].contains(&rest), "line {number}: {line}");
            wanted = Wanted::Refused { code: code.to_owned(), position: rest.is_empty() };
        } else if said.starts_with("open: ") {
            wanted = Wanted::Open;
        } else if said.starts_with("open meaning: ") {
            wanted = Wanted::OpenMeaning;
        } else if said.starts_with("simple only: ") {
            simple_only = true;
        } else {
            // A comment for people stands in a paragraph of its own.
            assert!(paragraph.iter().all(|(_, line)| line.starts_with("--")), "line {number}: {line}");
        }
    }
    let line = paragraph.first()?.0;
    (!sql.is_empty()).then(|| Statement { line, sql: sql.join("\n"), params, data, simple_only, wanted })
}

/// Whether a statement says in which order its rows come: ORDER BY outside of all parentheses.
pub fn is_ordered(sql: &str) -> bool {
    let mut depth = 0;
    let mut quoted = None;
    for (at, c) in sql.char_indices() {
        match (quoted, c) {
            (Some(open), c) => quoted = (c != open).then_some(open),
            (None, '\'' | '"') => quoted = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, 'O' | 'o') if depth == 0 && begins_order(&sql[at..]) => return true,
            _ => {}
        }
    }
    false
}

fn begins_order(sql: &str) -> bool {
    sql.get(..8).is_some_and(|text| text.eq_ignore_ascii_case("order by"))
}

#[test]
fn statements_say_how_they_are_judged() {
    let text = "-- schema: bank\n\n-- for people\n\n-- params: 1|NULL\nSELECT $1,\n  $2\n\n-- refused 0A000\nSELECT x";
    let (schema, statements) = read(text);
    assert_eq!((schema.as_str(), statements.len()), ("bank", 2));
    assert_eq!(statements[0].params, Some(vec![Some("1".to_owned()), None]));
    assert_eq!((statements[0].line, statements[0].sql.as_str()), (5, "SELECT $1,\n  $2"));
    assert_eq!(statements[1].wanted, Wanted::Refused { code: "0A000".to_owned(), position: true });
    assert!(is_ordered("SELECT (1) order by 1") && !is_ordered("SELECT ' order by ', (SELECT 1 ORDER BY 1)"));
}
