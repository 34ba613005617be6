//! Attacks: an org with a connection and no scruples, against its neighbours in the same leaf.
//!
//! `tests/attack/<class>.sql` holds the statements, each under the answer it must get, in the simple and in the extended
//! protocol: `refused CODE`, or `answered rows [tag]` with acme's own rows at most. After each, whatever it was: no
//! message holds a trace of another org or of how orgs are kept apart, the connection still counts acme's rows, and the
//! others' rows are what they were, to the transaction that wrote them.
//!
//! `-- walled: answer` is what differs when only the shard's own wall stands: COPY FROM is refused there, and conditions of the
//! client, which are asked after the shard's, meet no row that
//! they could fail on (and one client's own condition on a column that it calls org_id is voided too).
//!
//! `ORGFOLD_WRITE=1 cargo test --test postgres attack::` writes the answers down anew: read the difference well.

mod breach;
mod free;
mod runtime;
mod sessions;
mod stage;
mod wire;

use std::path::PathBuf;

use stage::{Stage, Walls};
use wire::{Answer, Wire};

/// One statement and what it must be answered.
struct Attack {
    sql: String,
    simple: String,
    /// Where the extended protocol differs.
    extended: Option<String>,
    /// What it is in the simple protocol from this version of PostgreSQL on.
    since: Option<(i32, String)>,
    /// What it is when only the shard's own wall stands.
    walled: Option<String>,
}

fn path(class: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/attack").join(format!("{class}.sql"))
}

/// The head of a class's file, and its attacks: blocks of `-- answer`, `-- extended: answer`,
/// `-- since VERSION: answer`, `-- walled: answer`, statement.
fn read(class: &str) -> (String, Vec<Attack>) {
    let text = std::fs::read_to_string(path(class)).unwrap();
    let (head, rest) = text.split_once("\n\n").unwrap();
    let attacks = rest.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).map(|block| {
        let mut attack =
            Attack { sql: String::new(), simple: String::new(), extended: None, since: None, walled: None };
        for line in block.lines() {
            match (line.strip_prefix("-- "), attack.sql.is_empty()) {
                (Some(answer), true) => {
                    if let Some(answer) = answer.strip_prefix("extended: ") {
                        attack.extended = Some(answer.to_owned());
                    } else if let Some(answer) = answer.strip_prefix("since ") {
                        let (version, answer) = answer.split_once(": ").unwrap();
                        attack.since = Some((version.parse().unwrap(), answer.to_owned()));
                    } else if let Some(answer) = answer.strip_prefix("walled: ") {
                        attack.walled = Some(answer.to_owned());
                    } else {
                        answer.clone_into(&mut attack.simple);
                    }
                }
                (Some(_) | None, _) => {
                    attack.sql.push_str(line);
                    attack.sql.push('\n');
                }
            }
        }
        attack.sql.truncate(attack.sql.trim_end().len());
        attack
    });
    (head.to_owned(), attacks.collect())
}

fn write(class: &str, head: &str, attacks: &[Attack]) {
    let mut text = head.to_owned();
    for attack in attacks {
        text.push_str(&format!("\n\n-- {}", attack.simple));
        if let Some(extended) = &attack.extended {
            text.push_str(&format!("\n-- extended: {extended}"));
        }
        if let Some((version, answer)) = &attack.since {
            text.push_str(&format!("\n-- since {version}: {answer}"));
        }
        if let Some(answer) = &attack.walled {
            text.push_str(&format!("\n-- walled: {answer}"));
        }
        text.push_str(&format!("\n{}", attack.sql));
    }
    std::fs::write(path(class), text + "\n").unwrap();
}

/// What is wrong after an attack, whatever its answer was.
async fn aftermath(stage: &Stage, wire: &mut Wire, sql: &str, answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(found) = stage.leak(sql, answer) {
        wrong.push(format!("LEAK: the answer holds {found:?}: {}", answer.texts));
    }
    if answer.outcome.contains("XX000") {
        wrong.push(format!("our own defect: {}", answer.reports));
    }
    for text in ["ROLLBACK", "RESET ALL", "SET orgfold.org = 'acme'"] {
        wire.simple(text).await;
    }
    let counted = wire.simple("SELECT count(*), min(id), max(id), max(name) FROM customer").await;
    if counted.outcome != stage.own_customers().await {
        wrong.push(format!("the connection answers {} afterwards", counted.outcome));
    }
    if !stage.theirs_are_untouched().await {
        wrong.push("LEAK: another org's rows were touched".to_owned());
    }
    stage.restore().await;
    wrong
}

/// What is another answer from a version of PostgreSQL on when only the shard's own wall stands: it is left out there. Several
/// messages before a Sync are a transaction block from 18 on.
const BEYOND: [(i32, &str); 1] = [(18, "DECLARE c CURSOR FOR SELECT * FROM customer")];

/// Runs a class on a stage; gives what went wrong, and how many attacks there were.
async fn run(stage: &Stage, class: &str) -> (Vec<String>, usize) {
    let (head, mut attacks) = read(class);
    let (mut simple, mut extended) = (stage.hostile().await, stage.hostile().await);
    let mut wrong = Vec::new();
    let rewrite = stage.breach.is_none() && std::env::var_os("ORGFOLD_WRITE").is_some();
    // Numbers that differ from server to server.
    let anywhere =
        |outcome: &str, oids: &[String]| oids.iter().fold(outcome.to_owned(), |text, oid| text.replace(oid, "OID"));
    let beyond = |sql: &str| BEYOND.iter().any(|(since, known)| *since <= stage.version && *known == sql);
    for attack in &mut attacks {
        if stage.breach.is_some() && beyond(&attack.sql) {
            continue;
        }
        if let Some((version, answer)) = attack.since.take_if(|(version, _)| *version <= stage.version) {
            assert!(!rewrite, "answers are written down on a version before {version}");
            attack.simple = answer;
        }
        if let Some(answer) = attack.walled.take_if(|_| stage.breach.is_some()) {
            attack.simple = answer;
        }
        let (sql, oids) = stage.filled(&attack.sql).await;
        let mut answer = simple.simple(&sql).await;
        let mut found = aftermath(stage, &mut simple, &sql, &answer).await;
        let mut other = extended.extended(&sql, &[]).await;
        found.extend(aftermath(stage, &mut extended, &sql, &other).await);
        for answer in [&mut answer, &mut other] {
            answer.outcome = anywhere(&answer.outcome, &oids);
        }
        let differs = (other.outcome != answer.outcome).then_some(other.outcome);
        if rewrite {
            attack.simple = answer.outcome;
            attack.extended = differs;
        } else if attack.simple != answer.outcome || attack.extended != differs {
            found.push(format!("{}; extended: {differs:?}\n{}", answer.outcome, answer.reports));
        }
        wrong.extend(found.into_iter().map(|what| format!("{class}: {sql}\n  {what}")));
    }
    if rewrite {
        write(class, &head, &attacks);
    }
    (wrong, attacks.len())
}

async fn all(classes: &[&str]) {
    let stage = Stage::set().await;
    let (mut wrong, mut count) = (Vec::new(), 0);
    for class in classes {
        let (more, attacks) = run(&stage, class).await;
        wrong.extend(more);
        count += attacks;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! classes {
    ($($test:ident: $($class:literal)+;)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            all(&[$($class),+]).await;
        })+

        /// Every class, for the test that no file is forgotten.
        const CLASSES: &[&str] = &[$($($class),+),+];
    };
}

classes! {
    texts_that_read_differently: "literals" "comments" "identifiers" "shadowing";
    functions_and_catalogs: "functions" "catalogs" "casts" "notation";
    hidden_columns: "org_id" "system_columns" "leaves" "whole_rows";
    rows_of_others: "errors" "keys" "writes" "conflict" "copy";
    what_outlives_a_statement: "settings" "transactions" "statements" "sequences" "locks" "utility";
}

/// The answers do not change when the first wall is down and the shard's own stands.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_wall_stands_alone() {
    let stage = Stage::behind(Walls::SecondOnly).await;
    let mut wrong = Vec::new();
    for class in CLASSES {
        wrong.extend(run(&stage, class).await.0);
    }
    let broken = stage.breach.as_ref().unwrap().broken();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(broken > 1_000, "{broken} conditions broken");
}

/// That what takes the first wall down does so: without the second one, the neighbour is there.
#[tokio::test(flavor = "multi_thread")]
async fn without_walls_the_neighbour_is_seen() {
    let stage = Stage::behind(Walls::None).await;
    let mut wire = stage.hostile().await;
    for sql in
        ["SELECT name FROM customer", "SELECT t FROM vault ORDER BY id", "UPDATE invoice SET total = 1 RETURNING note"]
    {
        for answer in [wire.simple(sql).await, wire.extended(sql, &[]).await] {
            assert!(stage.leak(sql, &answer).is_some(), "{sql}: {answer:?}");
        }
    }
}

#[test]
fn every_class_is_run() {
    let mut files: Vec<String> = std::fs::read_dir(path("x").parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut classes: Vec<String> = CLASSES.iter().map(|&class| class.to_owned()).collect();
    files.sort();
    classes.sort();
    assert_eq!(files, classes);
    let count: usize = classes.iter().map(|class| read(class).1.len()).sum();
    assert!(count >= 200, "{count} attacks");
}
