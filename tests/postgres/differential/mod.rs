//! The same statements on a private database and through orgfold, beside another org's rows: everything that the
//! protocol says must be equal. The statements stand in tests/differential, a file for each topic.
//!
//! `ORGFOLD_DIFF=path cargo test --test postgres differential::chosen` runs one file and prints each difference.

#![allow(clippy::print_stdout)] // counts, for those who look

mod outcome;
mod script;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use outcome::Types;
use script::{Statement, Wanted};
use tokio_postgres::Client;

use crate::fleet::{Fleet, PASSWORD};
use crate::raw::Raw;

/// One test for each file, so that they run beside each other.
macro_rules! files {
    ($($name:ident),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            run(&folder().join(concat!(stringify!($name), ".sql")), "").await;
        })*

        /// The same with every literal where the client wrote it.
        mod unlifted {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let config = "[migrate]\nleaves = 1\n[proxy]\nlift_literals = false\n";
                super::run(&super::folder().join(concat!(stringify!($name), ".sql")), config).await;
            })*
        }

        #[test]
        fn every_file_is_run() {
            let mut there: Vec<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_file())
                .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            there.sort();
            let mut run = vec![$(stringify!($name)),*];
            run.sort();
            assert_eq!(there, run);
        }
    };
}

files!(
    aggregates,
    copying,
    core,
    ctes,
    errors,
    expressions,
    identifiers,
    insert,
    joins,
    json,
    cursors,
    merge,
    literals,
    locking,
    math,
    objects,
    oddities,
    ordering,
    select,
    settings,
    strings,
    subqueries,
    transactions,
    update,
    windows,
);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential")
}

/// The file that the environment names, for work on one topic.
#[tokio::test(flavor = "multi_thread")]
async fn chosen() {
    if let Ok(path) = std::env::var("ORGFOLD_DIFF") {
        run(Path::new(&path), "").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_row_level_security() {
    let files = std::env::var("ORGFOLD_RLS_FILES")
        .unwrap_or_else(|_| "core cursors merge transactions locking update".to_owned());
    for file in files.split(' ') {
        run(&folder().join(format!("{file}.sql")), "[migrate]\nisolation = \"rls\"\nleaves = 1\n").await;
    }
}

/// A connection and the types of its database.
struct Side {
    raw: Raw,
    types: Types,
}

impl Side {
    async fn simple(&mut self, sql: &str) -> Vec<String> {
        let frames = self.raw.simple(sql, "").await;
        outcome::lines(&frames, &self.types, true)
    }
}

async fn types(client: &Client) -> Types {
    let rows = client.query("SELECT oid, format_type(oid, NULL) FROM pg_type", &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

struct Pair {
    alone: Side,
    through: Side,
    /// PostgreSQL tells no values of a table with row-level security.
    values: bool,
    differences: Vec<String>,
    open: usize,
}

async fn run(path: &Path, config: &str) {
    // One leaf: the neighbour's rows are in the same table.
    let config = if config.is_empty() { "[migrate]\nleaves = 1\n" } else { config };
    let (schema, statements) = script::read(&std::fs::read_to_string(path).unwrap());
    let read = |ending: &str| {
        let path = folder().join("schema").join(format!("{schema}{ending}"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let ddl = read(".sql");
    let data = script::read(&read(".data.sql")).1;
    let change = script::read(&read(".neighbour.sql")).1;

    // Objects are each org's own to make.
    let objects = ddl.starts_with("-- objects");
    let native = if objects { "CREATE TABLE native (a integer);" } else { &ddl };
    let fleet =
        Fleet::with().ddl(native).orgs(&["acme", "other", "globex"]).role("app", &[]).config(config).start().await;
    if objects {
        crate::objects::designer(&fleet).await;
    }
    let proxy = fleet.proxy().await;
    for org in ["acme", "globex"].into_iter().filter(|_| objects) {
        accepted(&mut Raw::connect(proxy.port(), "designer", PASSWORD, org).await, &ddl).await;
    }
    let private = fleet.private_database(&ddl).await;
    // The neighbour on the same shard has rows with the same keys.
    let mut neighbour = Raw::connect(proxy.port(), "app", PASSWORD, "globex").await;
    for statement in data.iter().chain(&change) {
        accepted(&mut neighbour, &statement.sql).await;
    }
    let questions = questions(&private).await;
    let theirs = contents(&mut neighbour, &questions).await;

    let (port, user, database) = fleet.private_address().await;
    let alone = Raw::connect(port, &user, PASSWORD, &database).await;
    let through = Raw::connect(proxy.port(), "app", PASSWORD, "acme").await;
    let mut pair = Pair {
        alone: Side { raw: alone, types: types(&private).await },
        through: Side { raw: through, types: types(&proxy.connect("app", "acme").await).await },
        values: !config.contains("rls"),
        differences: Vec::new(),
        open: 0,
    };
    for statement in &data {
        accepted(&mut pair.alone.raw, &statement.sql).await;
        accepted(&mut pair.through.raw, &statement.sql).await;
    }
    for statement in &statements {
        pair.judge(statement).await;
    }
    for side in [&mut pair.alone, &mut pair.through] {
        side.simple("ROLLBACK").await;
    }
    let wanted = contents(&mut pair.alone.raw, &questions).await;
    let got = contents(&mut pair.through.raw, &questions).await;
    for (wanted, got) in wanted.iter().zip(&got).filter(|(wanted, got)| wanted != got) {
        pair.differences.push(differ("the rows at the end", wanted, got));
    }
    assert_eq!(theirs, contents(&mut neighbour, &questions).await, "the neighbour's rows");

    let (count, differences) = (statements.len(), &pair.differences);
    let name = path.file_name().unwrap().display();
    println!("{name}: {count} statements, {} open", pair.open);
    assert!(differences.is_empty(), "{name}: {} differences\n{}", differences.len(), differences.join("\n"));
}

async fn accepted(raw: &mut Raw, sql: &str) {
    let frames = raw.simple(sql, "").await;
    let lines = outcome::lines(&frames, &Types::new(), true);
    assert!(outcome::error(&frames).is_none(), "{sql}\n{lines:?}");
}

/// Queries of the rows of all tables, without the columns whose values a shard's own sequence gives.
async fn questions(private: &Client) -> Vec<String> {
    let columns =
        "SELECT format('SELECT %s FROM %I.%I', string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position),
            table_schema, table_name)
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
            AND is_identity = 'NO' AND column_name <> 'made'
        GROUP BY table_schema, table_name";
    private.query(columns, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn contents(raw: &mut Raw, questions: &[String]) -> Vec<Vec<String>> {
    let mut contents = Vec::new();
    for sql in questions {
        let mut lines = outcome::lines(&raw.simple(sql, "").await, &Types::new(), false);
        lines.retain(|line| !line.starts_with("columns"));
        lines.insert(0, sql.clone());
        contents.push(lines);
    }
    contents
}

fn differ(what: &str, wanted: &[String], got: &[String]) -> String {
    let mut text = format!("{what}\n");
    for line in wanted.iter().filter(|line| !got.contains(line)) {
        let _ = writeln!(text, "    - {line}");
    }
    for line in got.iter().filter(|line| !wanted.contains(line)) {
        let _ = writeln!(text, "    + {line}");
    }
    if text.lines().count() == 1 {
        let _ = writeln!(text, "    - {wanted:?}\n    + {got:?}");
    }
    text
}

/// How a statement is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Described,
    Simple,
    Text,
    Binary,
}

impl Pair {
    async fn judge(&mut self, statement: &Statement) {
        let name = format!("line {}: {}", statement.line, statement.sql);
        if let Wanted::Refused { code, position } = &statement.wanted {
            let way = if statement.params.is_some() { Way::Described } else { Way::Simple };
            let frames = send(&mut self.through, statement, way).await;
            let got = outcome::lines(&frames, &self.through.types, true);
            match outcome::error(&frames) {
                Some((got, at)) if got == *code && at == *position => {}
                _ => self.differences.push(differ(&name, &[format!("refused {code}, a position: {position}")], &got)),
            }
            return;
        }
        let open = statement.wanted != Wanted::Same;
        let idle = self.alone.raw.status() == b'I';
        let several = statement.sql.trim_end_matches(';').contains(';');
        let contained = open && !several;
        if contained {
            self.both(if idle { "BEGIN" } else { "SAVEPOINT open" }).await;
        }
        let mut ways = Vec::new();
        let described = self.run(statement, Way::Described).await;
        if idle && !contained && !statement.simple_only && is_undone(&statement.sql) {
            self.both("BEGIN").await;
            ways.push((Way::Binary, self.run(statement, Way::Binary).await));
            self.both("ROLLBACK").await;
        }
        let way = if statement.params.is_some() { Way::Text } else { Way::Simple };
        let ran = self.run(statement, way).await;
        // PostgreSQL judges some statements when they run, orgfold all when they are prepared.
        let earlier = ran.0 == ran.1 && has_error(&described.1) && !has_error(&described.0) && has_error(&ran.1);
        if !earlier && !statement.simple_only {
            ways.push((Way::Described, described));
        }
        // What a person reads first.
        ways.insert(0, (way, ran));
        if contained {
            self.both(if idle { "ROLLBACK" } else { "ROLLBACK TO open" }).await;
        } else if open && idle {
            self.both("ROLLBACK").await;
        }
        match ways.into_iter().find(|(_, (wanted, got))| wanted != got) {
            None if open => println!("no longer open: {name}"),
            None => {}
            Some((_, (_, got))) if open && (has_error(&got) || statement.wanted == Wanted::OpenMeaning) => {
                self.open += 1;
            }
            Some((way, (wanted, got))) => {
                let kind = match (has_error(&wanted), has_error(&got)) {
                    (false, true) => "refused",
                    (true, true) => "another error",
                    (true, false) => "ACCEPTED",
                    (false, false) => "ANOTHER MEANING",
                };
                self.differences.push(differ(&format!("{name}\n  {way:?}: {kind}"), &wanted, &got));
            }
        }
    }

    async fn both(&mut self, sql: &str) {
        self.alone.simple(sql).await;
        self.through.simple(sql).await;
    }

    async fn run(&mut self, statement: &Statement, way: Way) -> (Vec<String>, Vec<String>) {
        let ordered = script::is_ordered(&statement.sql);
        let mut lines = Vec::new();
        for side in [&mut self.alone, &mut self.through] {
            let frames = send(side, statement, way).await;
            let mut these = outcome::lines(&frames, &side.types, ordered);
            if !self.values {
                these.iter_mut().for_each(outcome::forget_values);
            }
            lines.push(these);
        }
        let got = lines.pop().unwrap();
        (lines.pop().unwrap(), got)
    }
}

async fn send(side: &mut Side, statement: &Statement, way: Way) -> Vec<orgfold::wire::Frame> {
    let values = statement.params.as_deref().unwrap_or_default();
    match way {
        Way::Described => side.raw.describe(&statement.sql).await,
        Way::Simple => side.raw.simple(&statement.sql, &statement.data).await,
        Way::Text => side.raw.extended(&statement.sql, values, false).await,
        Way::Binary => side.raw.extended(&statement.sql, values, true).await,
    }
}

fn has_error(lines: &[String]) -> bool {
    lines.iter().any(|line| line.starts_with("error"))
}

/// Whether a transaction around a statement takes back what it does.
fn is_undone(sql: &str) -> bool {
    let word: String =
        sql.trim_start_matches(|c: char| "( \n".contains(c)).chars().take_while(|c| c.is_alphabetic()).collect();
    ["select", "with", "values", "table", "insert", "update", "delete", "merge"].contains(&word.to_lowercase().as_str())
}
