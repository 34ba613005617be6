//! Literals come out exactly as they went in: arbitrary text in every way PostgreSQL has to write it, run as it is and
//! as orgfold writes it, on the same server.

use orgfold::catalog::{Catalog, LeafCount};
use orgfold::plan::{Action, CompileOptions, compile};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio_postgres::SimpleQueryMessage;

use crate::fleet::Fleet;

const STATEMENTS: usize = 400;
const LITERALS: usize = 5;

/// Text of what breaks literals: quotes, backslashes, dollars, comments, line ends, multi-byte characters.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'".to_owned()),
        Just("''".to_owned()),
        Just("\\".to_owned()),
        Just("\\'".to_owned()),
        Just("\"".to_owned()),
        Just("$".to_owned()),
        Just("$$".to_owned()),
        Just("$a$".to_owned()),
        Just("--".to_owned()),
        Just("/*".to_owned()),
        Just("*/".to_owned()),
        Just(";".to_owned()),
        Just("\n".to_owned()),
        Just("; DROP TABLE x".to_owned()),
        "[a-z0-9 ]{0,4}",
        "\\PC{0,3}".prop_map(|text| text.replace('\0', "")),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// That text, written as a literal in one of the ways there are.
fn literal() -> impl Strategy<Value = String> {
    let plain = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let escaped = |text: &str| {
        let body: String = text
            .chars()
            .map(|c| match c {
                '\'' => "\\'".to_owned(),
                '\\' => "\\\\".to_owned(),
                '\n' => "\\n".to_owned(),
                c if !c.is_ascii() => format!("\\U{:08X}", u32::from(c)),
                c => c.to_string(),
            })
            .collect();
        format!("E'{body}'")
    };
    prop_oneof![
        text().prop_map(move |text| plain(&text)),
        text().prop_map(move |text| escaped(&text)),
        text().prop_map(|text| format!("e'{}'", text.replace('\\', "\\\\").replace('\'', "''"))),
        text().prop_map(|text| format!("N'{}'", text.replace('\'', "''"))),
        text().prop_map(|text| format!("U&'{}'", text.replace('\\', "\\\\").replace('\'', "''"))),
        (text(), "[a-zA-Z_][a-zA-Z0-9_]{0,3}").prop_map(|(text, tag)| {
            let tag = if text.contains(&format!("${tag}")) { "q_z_9".to_owned() } else { tag };
            format!("${tag}${}${tag}$", text.trim_end_matches('$'))
        }),
        (text(), text()).prop_map(move |(a, b)| format!("{}\n  {}", plain(&a), plain(&b))),
        (text(), text()).prop_map(move |(a, b)| format!("{} -- it's\n {}", plain(&a), plain(&b))),
        "[01]{0,9}".prop_map(|bits| format!("B'{bits}'")),
        "[0-9a-fA-F]{0,9}".prop_map(|digits| format!("x'{digits}'")),
        "(0|[1-9][0-9]{0,12})(\\.[0-9]{0,6})?(e[+-]?[0-9]{1,2})?",
    ]
}

fn physical(sql: &str) -> Result<String, String> {
    let catalog = Catalog::empty(LeafCount::STANDARD);
    let plans = compile(&catalog, sql, CompileOptions { declared_params: 0 }).map_err(|error| format!("{error:?}"))?;
    match plans.as_slice() {
        [plan] => match &plan.action {
            Action::Run(run) => run.template.render(catalog.naming(), None).ok_or_else(|| "no text".to_owned()),
            other => Err(format!("{other:?}")),
        },
        several => Err(format!("{} statements", several.len())),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn literals_mean_what_the_client_wrote() {
    let fleet = Fleet::shared().await;
    // What orgfold puts in the place of pg_typeof, which says the same here.
    let stand_in = "CREATE SCHEMA orgfold_catalog; CREATE FUNCTION orgfold_catalog.pg_typeof(regtype) RETURNS regtype
        LANGUAGE sql STABLE AS 'SELECT $1'";
    let server = fleet.private_database(stand_in).await;
    let run = async |sql: &str| -> Result<Vec<String>, String> {
        let messages = server.simple_query(sql).await.map_err(|error| error.to_string())?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(rows.flat_map(|row| (0..row.len()).map(|at| format!("{:?}", row.get(at)))).collect())
    };
    // The same cases each time: a failure can be looked at again.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut compared, mut refused) = (0, Vec::new());
    for _ in 0..STATEMENTS {
        let literals: Vec<String> = (0..LITERALS).map(|_| literal().new_tree(&mut runner).unwrap().current()).collect();
        let items: Vec<String> = literals.iter().map(|literal| format!("{literal}, pg_typeof({literal})")).collect();
        let sql = format!("SELECT {}", items.join(", "));
        let Ok(wanted) = run(&sql).await else {
            // Not a statement of PostgreSQL's: whatever orgfold makes of it, it may not be one either.
            if let Ok(text) = physical(&sql) {
                assert!(run(&text).await.is_err(), "{sql:?}\n became {text:?}");
            }
            continue;
        };
        match physical(&sql) {
            Ok(text) => {
                assert_eq!(run(&text).await.as_ref(), Ok(&wanted), "{sql:?}\n became {text:?}");
                compared += LITERALS;
            }
            Err(error) => refused.push(format!("{sql:?}\n  {error}")),
        }
    }
    assert!(compared > STATEMENTS * LITERALS / 2, "only {compared} were compared");
    assert!(refused.len() < STATEMENTS / 50, "{} refused:\n{}", refused.len(), refused.join("\n"));
}
