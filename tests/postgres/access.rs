//! Who may come in: access rules, and what failed logins cost.

use tokio_postgres::NoTls;

use crate::fleet::{Fleet, RunningProxy};

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";

async fn fleet(config: &str) -> Fleet {
    Fleet::with().ddl(SCHEMA).orgs(&["one", "two"]).role("app", &[]).role("other", &[]).config(config).start().await
}

/// SQLSTATE and words.
fn told(error: &tokio_postgres::Error) -> (String, String) {
    let error = error.as_db_error().unwrap_or_else(|| panic!("{error}"));
    (error.code().code().to_owned(), error.message().to_owned())
}

async fn refused(proxy: &RunningProxy, role: &str, org: &str) -> (String, String) {
    let Err(error) = proxy.try_connect(role, org).await else { panic!("it was let in") };
    told(&error)
}

async fn with_password(proxy: &RunningProxy, role: &str, password: &str) -> Result<(), (String, String)> {
    proxy.settings(role, "one").password(password).connect(NoTls).await.map(drop).map_err(|error| told(&error))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_rule_that_fits_decides() {
    let rules = "[proxy]
        [[proxy.access]]
        network = \"10.0.0.0/8\"
        method = \"scram\"
        [[proxy.access]]
        network = \"127.0.0.0/8\"
        role = \"app\"
        org = \"two\"
        method = \"reject\"
        [[proxy.access]]
        network = \"127.0.0.0/8\"
        role = \"app\"
        method = \"scram\"
        [[proxy.access]]
        role = \"other\"
        tls = true
        method = \"scram\"
        [[proxy.access]]
        role = \"other\"
        org = \"two\"
        method = \"cert\"
        ";
    let fleet = fleet(rules).await;
    let proxy = fleet.proxy().await;
    let client = proxy.connect("app", "one").await;
    let (sqlstate, message) = refused(&proxy, "app", "two").await;
    assert_eq!(sqlstate, "28000");
    let words =
        "an access rule rejects connection for host \"127.0.0.1\", user \"app\", database \"two\", no encryption";
    assert_eq!(message, words);
    // Nor by another way.
    assert_eq!(told(&client.batch_execute("SET orgfold.org = 'two'").await.unwrap_err()).0, "28000");
    client.batch_execute("SET orgfold.org = 'one'; ").await.unwrap();
    let anywhere = proxy.connect("app", "-").await;
    assert_eq!(told(&anywhere.batch_execute("SET orgfold.org = 'two'").await.unwrap_err()).0, "28000");
    anywhere.batch_execute("SET orgfold.org = 'one'").await.unwrap();
    anywhere.batch_execute("SELECT FROM item").await.unwrap();
    // No rule is a refusal, and says the same of a role that does not exist.
    let (sqlstate, message) = refused(&proxy, "other", "one").await;
    assert_eq!(sqlstate, "28000");
    assert!(message.starts_with("no access rule for host \"127.0.0.1\", user \"other\""), "{message}");
    let (sqlstate, nobody) = refused(&proxy, "nobody", "one").await;
    assert_eq!((sqlstate.as_str(), nobody), ("28000", message.replace("\"other\"", "\"nobody\"")));
    // A certificate where none was shown.
    let (sqlstate, message) = refused(&proxy, "other", "two").await;
    assert_eq!(
        (sqlstate.as_str(), message.as_str()),
        ("28000", "certificate authentication failed for user \"other\"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_logins_are_limited_and_tell_nothing() {
    let fleet = fleet("[proxy]\nlogin_failures = 4\n").await;
    let proxy = fleet.proxy().await;
    with_password(&proxy, "app", crate::fleet::PASSWORD).await.unwrap();
    let mut answers = Vec::new();
    for role in ["app", "nobody", "app", "nobody"] {
        let (sqlstate, message) = with_password(&proxy, role, "wrong").await.unwrap_err();
        answers.push((sqlstate, message.replace(role, "ROLE")));
    }
    answers.dedup();
    assert_eq!(answers, [("28P01".to_owned(), "password authentication failed for user \"ROLE\"".to_owned())]);
    // The right password is not heard either: guessing on is of no use.
    let refused = with_password(&proxy, "app", crate::fleet::PASSWORD).await.unwrap_err();
    assert_eq!(refused, ("28000".to_owned(), "too many failed logins from this address".to_owned()));
}

// On one thread, so that a failure is counted before the next proof is looked at.
#[tokio::test]
async fn many_connections_at_once_are_no_way_to_many_guesses() {
    let fleet = fleet("[proxy]\nlogin_failures = 4\n").await;
    let proxy = fleet.proxy().await;
    let guesses = (0..12).map(|_| with_password(&proxy, "app", "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let heard = answers.iter().filter(|answer| answer.as_ref().is_err_and(|(sqlstate, _)| sqlstate == "28P01")).count();
    assert_eq!(heard, 4, "{answers:?}");
    assert!(answers.iter().all(Result::is_err));
}
