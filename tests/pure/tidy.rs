//! The house rules that a compiler does not check: the direction of imports, module headers, what is forbidden where.
//!
//! In: the repository's own text. Out: one failure that lists every breach with file and line. What is absent: taste.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Modules by the stage they stand on: a module imports from lower stages and from itself, never from higher ones.
const STAGES: &[&[&str]] = &[
    &["sqlstate", "trace"],
    &["wire", "org", "key", "throwaway", "tls"],
    &["catalog"],
    &["plan", "config"],
    &["route"],
    &["upstream", "directory"],
    &["error"],
    &["engine"],
    &["client", "frontend", "admin", "migrate", "metadata"],
    &["tower", "sandbox"],
    &["cli", "main", "lib"],
];

/// Options, which every stage may read.
const READ_BY_ALL: &str = "config";

/// The same inside `plan`. The list of allowed functions and catalog relations is data that the binder reads too.
const PLAN_STAGES: &[&[&str]] = &[
    &["error", "template"],
    &["ast"],
    &["bind", "lift"],
    &["policy"],
    &["rewrite"],
    &["guard"],
    &["cache"],
    &["define"],
];
const PLAN_TABLES: &[&str] = &["policy::functions", "policy::catalogs"];

/// Folders whose code must name every variant.
const EXHAUSTIVE: &[&str] = &["src/plan/bind", "src/plan/policy", "src/plan/rewrite"];

/// Past this many lines one thinks again, and past that many a file is split.
const LONG_FILE: usize = 500;
const LONGEST_FILE: usize = 800;

/// `orgfold migrate` makes physical DDL, the demo shows how DDL at runtime is refused, and files of metadata are DDL of objects,
/// which no server ever reads.
const MAY_HOLD_DDL: &[&str] = &["src/migrate/", "src/cli/demo/", "src/plan/difference.rs"];

/// One source file, with the line its unit tests begin at.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Numbered lines of code: no unit tests, no comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.text.find("#[cfg(test)]\nmod ").unwrap_or(self.text.len());
        self.text[..end].lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| {
            let line = line.trim_start();
            !line.starts_with("//")
        })
    }

    /// `src/plan/bind/mod.rs` -> `["plan", "bind"]`.
    fn module(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        inner.split('/').collect()
    }

    fn is_unit_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, extension: &str, into: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            into.push(Source { path, text });
        }
    }
}

fn rust_under(folder: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    collect(&root().join(folder), "rs", &mut sources);
    assert!(!sources.is_empty(), "no Rust files under {folder}");
    sources
}

fn stage(stages: &[&[&str]], module: &str) -> Option<usize> {
    stages.iter().position(|names| names.contains(&module))
}

/// Every `crate::a::b` of a line, as paths.
fn crate_paths(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        &rest[..end]
    })
}

fn upward_edge(source: &Source, path: &str) -> Option<String> {
    let module = source.module();
    let from = *module.first()?;
    let mut to = path.split("::");
    let target = to.next()?;
    if target.chars().next().is_none_or(|c| c.is_ascii_uppercase()) {
        return None; // re-exported by lib.rs, e.g. crate::Error: seen where it is defined
    }
    if target == READ_BY_ALL {
        return None;
    }
    let Some(own) = stage(STAGES, from) else { return Some(format!("module {from} has no stage in tidy.rs")) };
    let other = stage(STAGES, target)?;
    if other > own || (other == own && target != from && own < STAGES.len() - 1 && !same_stage_allowed(from, target)) {
        return Some(format!("{from} may not import from {target}"));
    }
    if from == "plan" && target == "plan" && module.len() > 1 && !PLAN_TABLES.iter().any(|t| path[6..].starts_with(t)) {
        let (inner, target) = (module[1], to.next()?);
        let (own, other) = (stage(PLAN_STAGES, inner)?, stage(PLAN_STAGES, target)?);
        if other > own {
            return Some(format!("plan/{inner} may not import from plan/{target}"));
        }
    }
    None
}

/// Neighbours of one stage that may know each other.
fn same_stage_allowed(from: &str, to: &str) -> bool {
    matches!((from, to), ("upstream", "directory"))
}

fn report(rule: &str, breaches: &[String]) {
    let mut text = String::new();
    for breach in breaches {
        writeln!(text, "  {breach}").unwrap();
    }
    assert!(breaches.is_empty(), "{rule}:\n{text}");
}

#[test]
fn imports_go_down_the_path_never_up() {
    let mut breaches = Vec::new();
    for source in rust_under("src").iter().filter(|source| !source.is_unit_test()) {
        for (number, line) in source.code() {
            for edge in crate_paths(line).filter_map(|path| upward_edge(source, path)) {
                breaches.push(format!("{}:{number}: {edge}", source.path));
            }
        }
    }
    report("imports against the direction of the path", &breaches);
}

#[test]
fn every_module_begins_with_its_header() {
    let mut sources = rust_under("src");
    sources.extend(rust_under("tests"));
    let bare: Vec<String> =
        sources.iter().filter(|source| !source.text.starts_with("//!")).map(|source| source.path.clone()).collect();
    report("files that do not begin with a `//!` header", &bare);
}

#[test]
fn nothing_is_left_for_later() {
    let mut sources = rust_under("src");
    sources.extend(rust_under("tests"));
    let mut breaches = Vec::new();
    for source in sources.iter().filter(|source| !source.path.ends_with("tests/pure/tidy.rs")) {
        for (at, line) in source.text.lines().enumerate() {
            let shouted = ["TODO", "FIXME", "XXX:", "HACK"].iter().any(|word| line.contains(word));
            if shouted || ["todo!", "dbg!", "unimplemented!", "#[ignore"].iter().any(|word| line.contains(word)) {
                breaches.push(format!("{}:{}: {}", source.path, at + 1, line.trim()));
            }
        }
    }
    report("left for later", &breaches);
}

#[test]
fn the_planner_names_every_variant() {
    let mut breaches = Vec::new();
    for folder in EXHAUSTIVE {
        let mut sources = Vec::new();
        collect(&root().join(folder), "rs", &mut sources);
        for source in sources.iter().filter(|source| !source.is_unit_test()) {
            let code: Vec<(usize, &str)> = source.code().collect();
            for (at, (number, line)) in code.iter().enumerate() {
                if is_wildcard_arm(line) && !over_literals(&code[..at], line) {
                    breaches.push(format!("{}:{number}: {}", source.path, line.trim()));
                }
            }
        }
    }
    report("wildcard arms (a new variant of the grammar must be a compile error, not a default)", &breaches);
}

/// `_ => ...` as a whole arm, unless it says why the set it matches has no end: `// open: why`.
fn is_wildcard_arm(line: &str) -> bool {
    let line = line.trim_start();
    (line.starts_with("_ =>") || line.starts_with("_ if ") || line.contains("| _ =>")) && !line.contains("// open:")
}

/// Whether an arm before this one in the same `match` is a text, a character or a number: such a set has no end, and
/// Rust itself asks for the wildcard.
fn over_literals(before: &[(usize, &str)], arm: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    before
        .iter()
        .rev()
        .take_while(|(_, line)| line.trim().is_empty() || indent(line) >= indent(arm))
        .filter(|(_, line)| indent(line) == indent(arm) && line.contains("=>"))
        .filter_map(|(_, line)| line.split("=>").next())
        .any(|pattern| pattern.contains(['"', '\'']) || pattern.trim_start().starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn ddl_stands_in_sql_files() {
    let verbs = ["create", "alter", "drop"];
    let kinds = ["table", "index", "schema", "view", "type", "function", "sequence", "trigger", "unique index"];
    let mut breaches = Vec::new();
    for source in rust_under("src").iter().filter(|source| !source.is_unit_test()) {
        if MAY_HOLD_DDL.iter().any(|folder| source.path.starts_with(folder)) {
            continue;
        }
        for (number, line) in source.code() {
            let lower = line.to_ascii_lowercase();
            for verb in verbs {
                for kind in kinds {
                    // `"CREATE TABLE"` alone is a command tag, with something behind it a statement.
                    if lower.contains(&format!("\"{verb} {kind} ")) {
                        breaches.push(format!("{}:{number}: {}", source.path, line.trim()));
                    }
                }
            }
        }
    }
    report("DDL outside sql/", &breaches);
}

#[test]
fn files_stay_short() {
    let mut sources = rust_under("src");
    sources.extend(rust_under("tests"));
    let mut breaches = Vec::new();
    for source in &sources {
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            breaches.push(format!("{}: {lines} lines", source.path));
        } else if lines > LONG_FILE {
            println!("long: {} ({lines} lines)", source.path);
        }
    }
    report("files over 800 lines", &breaches);
}

#[test]
fn names_are_the_agreed_ones() {
    let vague = ["Manager", "Helper", "Util", "Utils"];
    let mut breaches = Vec::new();
    for source in rust_under("src") {
        for (number, line) in source.code() {
            let named = ["struct ", "enum ", "trait ", "type "].iter().find_map(|keyword| {
                let rest = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
                rest.strip_prefix(keyword)
            });
            let Some(rest) = named else { continue };
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
            if vague.iter().any(|word| name.ends_with(word)) || name.contains("Tenant") {
                breaches.push(format!("{}:{number}: {name}", source.path));
            }
        }
    }
    report("names that say nothing, or say `org` in another word", &breaches);
}

#[test]
fn the_rules_catch_what_they_are_for() {
    let at = |path: &str| Source { path: path.to_owned(), text: String::new() };
    assert!(upward_edge(&at("src/catalog/mod.rs"), "plan::Plan").is_some());
    assert!(upward_edge(&at("src/plan/mod.rs"), "catalog::Catalog").is_none());
    assert!(upward_edge(&at("src/plan/bind/mod.rs"), "plan::rewrite::Physical").is_some());
    assert!(upward_edge(&at("src/plan/bind/mod.rs"), "plan::policy::functions::is_allowed").is_none());
    assert!(upward_edge(&at("src/nowhere.rs"), "plan::Plan").is_some());
    assert!(upward_edge(&at("src/wire/mod.rs"), "org::OrgId").is_some());
    assert!(is_wildcard_arm("        _ => Ok(()),"));
    assert!(!is_wildcard_arm("        _ => Ok(()), // open: text"));
    let arms = |first| [(1, "    match word {"), (2, first)];
    assert!(over_literals(&arms("        \"lower\" => 1,"), "        _ => 2,"));
    assert!(!over_literals(&arms("        Expr::Value(v) => 1,"), "        _ => 2,"));
    assert_eq!(crate_paths("use crate::plan::bind::{A, B};").collect::<Vec<_>>(), ["plan::bind::"]);
}
