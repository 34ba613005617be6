//! What the fuzz targets ask of any text, asked of every statement of the differential tests and of what fuzzing found;
//! and that the work for a text grows with its length and no faster.

#[path = "../../fuzz/src/lib.rs"]
mod laws;

use std::path::Path;

use orgfold::catalog::{Catalog, LeafCount};
use orgfold::plan::{CompileOptions, compile};

/// A paragraph, a statement.
fn statements() -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == "sql") {
            let text = std::fs::read_to_string(&path).unwrap();
            let known = |one: &&str| !one.starts_with("-- open: ");
            all.extend(text.split("\n\n").map(str::trim).filter(known).map(str::to_owned));
        }
    }
    all
}

#[test]
fn laws_hold_for_every_statement_of_the_differential_tests() {
    let all = statements();
    assert!(all.len() > 500, "{}", all.len());
    for text in &all {
        laws::rewrite(text);
        laws::print_parse(text);
        laws::literals(text);
        laws::wire(text.as_bytes());
    }
}

#[test]
fn laws_hold_for_statements_that_were_cut_and_glued() {
    let all = statements();
    for (at, text) in all.iter().enumerate() {
        let other = &all[(at * 7 + 3) % all.len()];
        let cut =
            |text: &str, part: usize| text.char_indices().nth(text.chars().count() * part / 3).map_or(0, |(at, _)| at);
        let glued = format!("{}{}", &text[..cut(text, 2)], &other[cut(other, 1)..]);
        for text in [&text[..cut(text, 1)], &text[cut(text, 2)..], &glued] {
            laws::rewrite(text);
            laws::print_parse(text);
        }
    }
}

#[test]
fn laws_hold_for_what_breaks_readers() {
    for text in [
        "",
        ";",
        ";;;",
        "\0",
        "'",
        "\"",
        "$",
        "$$",
        "$a$",
        "$1",
        "$0",
        "$65535",
        "$99999999999999999999",
        "E'\\",
        "U&'\\",
        "/*",
        "--",
        "/*/*/**/",
        "SELECT",
        "SELECT 1e",
        "SELECT 0x",
        "SELECT .",
        "SELECT ..",
        "SELECT ::",
        "SELECT a..b",
        "SELECT '\u{feff}'",
        "\u{feff}SELECT 1",
        "SELECT \u{a0}1",
        "SELECT 'a' 'b'",
        "SELECT 'a'\n'b'",
        "SELECT E'a'\n'\\'",
        "select 1 as \"\"",
        "SELECT U&\"\\0000\"",
        "SELECT 9223372036854775808",
        "SELECT 1.e5, 1..2",
        "SELECT -- \n",
        "SELECT @-@1",
        "SELECT 1 <-- 2",
        "COPY",
        "COPY invoice FROM",
        "SET",
        "SHOW",
        "BEGIN; COMMIT;",
        "TRUNCATE",
        "WITH",
        "VALUES",
        "TABLE",
        "INSERT INTO",
        "UPDATE",
        "DELETE",
    ] {
        laws::rewrite(text);
        laws::print_parse(text);
        laws::literals(text);
        laws::wire(text.as_bytes());
    }
}

/// Instructions would be the measure; what is stored is one that no machine's speed changes.
fn size(text: &str) -> Option<usize> {
    let catalog = Catalog::empty(LeafCount::STANDARD);
    let plans = compile(&catalog, text, CompileOptions { declared_params: 0 }).ok()?;
    Some(plans.iter().map(orgfold::plan::Plan::bytes).sum())
}

/// Makes a text of so many pieces.
type Make = fn(usize) -> String;

/// So many of them, the first, nest.
const NESTING: usize = 13;

/// Texts of `n` pieces that nest, chain or list.
const PATHOLOGICAL: &[(&str, Make)] = &[
    ("brackets", |n| format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n))),
    ("sub-queries", |n| format!("{}SELECT 1{}", "SELECT * FROM (".repeat(n), ") AS a".repeat(n))),
    ("scalar sub-queries", |n| format!("{}SELECT 1{}", "SELECT (".repeat(n), ")".repeat(n))),
    ("CASE", |n| format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(n), " END".repeat(n))),
    ("NOT", |n| format!("SELECT {}true", "NOT ".repeat(n))),
    ("minus", |n| format!("SELECT {}1", "- ".repeat(n))),
    ("calls", |n| format!("SELECT {}1{}", "abs(".repeat(n), ")".repeat(n))),
    ("casts", |n| format!("SELECT 1{}", "::integer".repeat(n))),
    ("arrays", |n| format!("SELECT {}1{}", "ARRAY[".repeat(n), "]".repeat(n))),
    ("rows", |n| format!("SELECT {}1{}", "ROW(".repeat(n), ")".repeat(n))),
    ("subscripts", |n| format!("SELECT (ARRAY[1]){}", "[1]".repeat(n))),
    ("AND", |n| format!("SELECT true{}", " AND true".repeat(n))),
    ("plus", |n| format!("SELECT 1{}", " + 1".repeat(n))),
    ("IN", |n| format!("SELECT 1 IN (1{})", ", 1".repeat(n))),
    ("VALUES", |n| format!("VALUES (1){}", ", (1)".repeat(n))),
    ("columns", |n| format!("SELECT 1{}", ", 1".repeat(n))),
    ("UNION", |n| format!("SELECT 1{}", " UNION SELECT 1".repeat(n))),
    ("joins", |n| {
        let joins: String = (0..n).map(|at| format!(" CROSS JOIN (SELECT 1) AS a{at}")).collect();
        format!("SELECT 1 FROM (SELECT 1) AS a{joins}")
    }),
    ("CTEs", |n| {
        let ctes: Vec<String> = (0..=n).map(|at| format!("c{at} AS (SELECT 1)")).collect();
        format!("WITH {} SELECT 1", ctes.join(", "))
    }),
    ("WITH", |n| format!("{}SELECT 1{}", "WITH a AS (".repeat(n), ") SELECT 1".repeat(n))),
    ("statements", |n| "SELECT 1;".repeat(n)),
    ("literal", |n| format!("SELECT '{}'", "x''".repeat(n))),
    ("dollars", |n| format!("SELECT $q${}$q$", "$".repeat(n))),
    ("comment", |n| format!("SELECT {}{} 1", "/*".repeat(n), "*/".repeat(n))),
    ("dashes", |n| format!("SELECT 1{}", "--\n".repeat(n))),
    ("name", |n| format!("SELECT 1 AS \"{}\"", "é".repeat(n))),
    ("multi-byte", |n| format!("SELECT '{}', 1{}", "ö".repeat(n), ", 1".repeat(n))),
    ("unclosed", |n| format!("SELECT {}", "$a".repeat(n))),
    ("operators", |n| format!("SELECT 1 {} 1", "+@".repeat(n))),
];

#[test]
fn what_is_kept_grows_with_the_text_and_no_faster() {
    for (name, make) in PATHOLOGICAL {
        // Ten times the text is a refusal, or about ten times the plan.
        for n in [10, 100] {
            let (Some(one), Some(ten)) = (size(&make(n)), size(&make(10 * n))) else { continue };
            assert!(ten <= 11 * one + 1_000, "{name}: {n} pieces take {one} bytes, ten times as many {ten}");
        }
    }
}

#[test]
fn relations_are_counted_those_of_views_too() {
    let views =
        |n: usize| format!("SELECT 1 FROM named{}", (1..n).map(|at| format!(", named n{at}")).collect::<String>());
    // A view of two tables is three relations.
    assert_eq!(laws::refusal(&views(333)), None);
    assert_eq!(laws::refusal(&views(334)), Some("54001"));
    let tables =
        |n: usize| format!("SELECT 1 FROM line{}", (1..n).map(|at| format!(", line l{at}")).collect::<String>());
    assert_eq!(laws::refusal(&tables(1_000)), None);
    assert_eq!(laws::refusal(&tables(1_001)), Some("54001"));
    laws::print_parse("SELECT 1 AS \"as\", 2 AS AS");
}

#[test]
fn no_depth_and_no_length_ends_the_process() {
    // On a small stack: what nests must be refused, or need no stack for each level.
    let run = || {
        for (_, make) in &PATHOLOGICAL[..NESTING] {
            for n in [255, 257, 4_001, 20_000] {
                let _ = size(&make(n));
            }
        }
    };
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).unwrap().join().unwrap();
}
