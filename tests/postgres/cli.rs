//! The command line, as its user runs it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::fleet::Fleet;

/// Runs `orgfold` with the fleet's directory, and a line on standard input.
fn orgfold(config: &std::path::Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_orgfold"))
        .arg("--config")
        .arg(config)
        .args(arguments)
        .env_remove("ORGFOLD_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[tokio::test]
async fn orgs_shards_and_roles_by_hand() {
    let fleet = Fleet::shared().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let url = fleet.config().directory.url.reveal().to_owned();
    std::fs::write(file.path(), format!("[directory]\nurl = {url:?}\n")).unwrap();
    let run = |arguments: &[&str], input: &str| {
        let done = orgfold(file.path(), arguments, input);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    };

    assert_eq!(run(&["directory", "init"], "").1, "the directory is up to date\n");
    assert_eq!(run(&["org", "create", "acme"], "").1, "org acme (id 1) created on shard shard1\n");
    let (code, out, _) = run(&["org", "show", "acme", "--json"], "");
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &shown["shard"], &shown["epoch"]), (0, &"shard1".into(), &1.into()));
    assert_eq!(run(&["role", "create", "app", "--org", "acme"], "secret\n").1, "role app may act for: acme\n");
    assert!(run(&["role", "list"], "").1.contains("app   yes    refuse  acme"));
    assert!(run(&["shard", "list"], "").1.lines().nth(1).unwrap().ends_with(" 1"));
    assert_eq!(run(&["org", "suspend", "acme"], "").0, 0);
    assert!(run(&["org", "list"], "").1.contains("suspended"));

    let (code, out, err) = run(&["org", "show", "nobody"], "");
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(err, "error: org \"nobody\" does not exist\n hint: `orgfold org list` shows every org\n");
    assert_eq!(run(&["org", "drop", "acme"], "").0, 2, "it wants --yes");
    assert_eq!(run(&["org", "nonsense"], "").0, 2);
    let (code, _, err) = run(&["role", "create", "open", "--any-org"], "");
    assert!(code == 2 && err.contains("the password is empty"), "{err}");
}

#[tokio::test]
async fn schema_files_by_hand() {
    let fleet = Fleet::shared().await;
    let config = fleet.config();
    let text = format!(
        "[directory]\nurl = {:?}\n[shards]\npassword = {secret:?}\n[migrate]\npassword = {secret:?}\n",
        config.directory.url.reveal(),
        secret = crate::fleet::PASSWORD,
    );
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("orgfold.toml"), text).unwrap();
    std::fs::write(path("1.sql"), "CREATE TABLE thing (id int PRIMARY KEY);").unwrap();
    std::fs::write(path("2.sql"), "CREATE TABLE more (a int);\n\nGRANT SELECT ON more TO PUBLIC;").unwrap();
    let run = |arguments: &[&str]| {
        let done = orgfold(std::path::Path::new(&path("orgfold.toml")), arguments, "");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    };
    let (one, two) = (path("1.sql"), path("2.sql"));

    let (code, out, err) = run(&["migrate", "--dry-run", &one]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("-- shard shard1") && out.contains("PARTITION BY HASH (\"org_id\")"), "{out}");
    let (code, out, _) = run(&["migrate", "--check", &one]);
    assert_eq!(code, 1);
    assert!(out.contains("shard1: 1.sql was not applied"), "{out}");

    assert_eq!(run(&["migrate", &one]).1, "shard1: applied 1.sql\nshard2: applied 1.sql\n");
    assert_eq!(run(&["migrate", &one]).1, "shard1: up to date\nshard2: up to date\n");
    assert_eq!(run(&["migrate", "--dry-run", &one]).1, "-- shard shard1\n\n-- shard shard2\n\n");
    assert_eq!(run(&["migrate", "--check"]).1, "no drift\n");

    let (code, out, err) = run(&["migrate", &one, &two]);
    assert_eq!(code, 1);
    assert!(out.starts_with("shard1: FAILED: 2.sql:3: orgfold migrate does not support roles and privileges"), "{out}");
    assert!(err.starts_with("error: 2 of 2 shards failed: shard1, shard2\n hint: "), "{err}");
    assert_eq!(run(&["migrate", "--check", &one]).1, "no drift\n", "half of 2.sql was applied");
    let (code, _, err) = run(&["migrate", &path("none.sql")]);
    assert!(code == 1 && err.contains("none.sql"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_as_files_by_hand() {
    let fleet =
        Fleet::with().ddl("CREATE TABLE native (id integer PRIMARY KEY);").orgs(&["acme", "globex"]).start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("orgfold.toml"), fleet.config_text("")).unwrap();
    let run = |arguments: &[&str]| {
        let done = orgfold(std::path::Path::new(&path("orgfold.toml")), arguments, "");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    };
    let file = path("objects.sql");
    let first = "CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), name varchar(40) NOT NULL);
        CREATE TABLE step (n integer PRIMARY KEY, campaign text REFERENCES campaign ON DELETE CASCADE, note text);";
    std::fs::write(&file, first).unwrap();
    let (code, planned, err) = run(&["metadata", "plan", "acme", &file]);
    assert_eq!((code, err.as_str(), planned.matches("CREATE TABLE").count()), (0, "", 2));
    assert_eq!(run(&["metadata", "export", "acme"]).1.trim(), "", "a plan does nothing");
    assert_eq!(run(&["metadata", "apply", "acme", &file]).1, planned);
    assert_eq!(run(&["metadata", "plan", "acme", &file]).1, "-- nothing to do\n");
    // What was exported makes the same of another org, which had none of it.
    let (_, exported, _) = run(&["metadata", "export", "acme"]);
    assert_eq!(run(&["metadata", "export", "globex"]).1.trim(), "");
    std::fs::write(path("exported.sql"), &exported).unwrap();
    assert_eq!(run(&["metadata", "apply", "globex", &path("exported.sql")]).0, 0);
    assert_eq!(run(&["metadata", "export", "globex"]).1, exported);

    std::fs::write(&file, first.replace(", note text", ", rank bigint")).unwrap();
    let (code, out, err) = run(&["metadata", "apply", "acme", &file]);
    assert!(code != 0 && out.contains("DROP COLUMN \"note\"; -- its values are lost"), "{out}");
    assert!(err.contains("nothing was done") && err.contains("--allow-drops"), "{err}");
    assert_eq!(run(&["metadata", "export", "acme"]).1, exported);
    assert_eq!(run(&["metadata", "apply", "acme", &file, "--allow-drops"]).0, 0);
    assert!(run(&["metadata", "export", "acme"]).1.contains("\"rank\" bigint"));
    assert_eq!(run(&["metadata", "export", "globex"]).1, exported, "the other org's are as they were");
    std::fs::write(&file, "CREATE TABLE step (n text)").unwrap();
    let (code, out, err) = run(&["metadata", "apply", "acme", &file, "--allow-drops"]);
    assert!(code != 0 && out.contains("-- cannot be done: column \"n\" of \"step\" is integer"), "{out}{err}");
    for (text, said) in [
        ("SELECT 1", "definitions alone"),
        ("CREATE TABLE native (a integer)", "already exists"),
        ("CREATE TABLE x (", "syntax error"),
    ] {
        std::fs::write(&file, text).unwrap();
        let (code, _, err) = run(&["metadata", "plan", "acme", &file]);
        assert!(code != 0 && err.contains(said), "{text}: {err}");
    }
    assert_ne!(run(&["metadata", "export", "nobody"]).0, 0);
}
