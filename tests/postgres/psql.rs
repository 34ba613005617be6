//! psql's describing commands, through the proxy and on a private database: what they print is the same.

use std::process::Command;

use crate::fleet::{Fleet, PASSWORD, RUNTIME};

const SCHEMA: &str = include_str!("../introspection/schema.sql");

/// Printed alike, byte by byte.
const EXACT: &str = r"
\d
\dt
\di
\dv
\dv+
\ds
\dm
\dE
\d invoice
\d+ invoice
\d customer
\d+ customer
\d line
\d remark
\d+ currency
\d debt
\d+ debt
\sv debt
\d invoice_lower
\d+ invoice_lower
\d invoice_pkey
\d invoice_at
\d invoice_slot_excl
\d invoice_id_seq
\d+ invoice_id_seq
\d customer_id_seq
\d invoice_no_seq
\d place
\d i*
\d nowhere
\d public.*
\dt nowhere
\dn nowhere
\dn
\dL
\df
\df twice
\da sum
\do =
\dT
\dT+
\dD
\dD+
\dp
\dp invoice
\z
\dC mood
\dc utf8*
\dd
\dx
\dO
\dF
\dRp
\dRs
\ddp
\dy
\des
\det
\drds
\dX
\dA
\dAc btree int*
\dS pg_class
\d pg_class
\d pg_tables
";

/// Printed alike but for the sizes of files, which are those of all orgs and are not told.
const SIZED: &str = r"
\d+
\dt+
\di+
\ds+
";

/// The commands that this psql can do on this server at all: one that is older than its server asks some of them for
/// columns that are gone.
fn possible(fleet: &Fleet, settings: &tokio_postgres::Config, commands: &str) -> String {
    let lines = commands.lines().filter(|line| !line.is_empty());
    let able = lines.filter(|command| {
        let (out, err) = run(fleet, settings, &[command]);
        !out.contains("ERROR") && !err.contains("ERROR")
    });
    able.collect::<Vec<_>>().join("\n")
}

/// Whether psql is as old as the server, or younger.
async fn knows_the_server(fleet: &Fleet) -> bool {
    let said = Command::new(fleet.tool("psql")).arg("--version").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let psql: i32 = said.split([' ', '.']).find_map(|word| word.parse().ok()).unwrap();
    psql >= fleet.version().await
}

/// One psql runs all the commands; before each comes its name.
pub fn psql(fleet: &Fleet, settings: &tokio_postgres::Config, commands: &str) -> Vec<(String, String)> {
    let commands: Vec<&str> = commands.lines().filter(|line| !line.is_empty()).collect();
    let (out, err) = run(fleet, settings, &commands);
    assert!(!err.contains("ERROR"), "{commands:?}\n{err}");
    let parts: Vec<(String, String)> = out
        .split("====")
        .skip(1)
        .map(|part| {
            let (command, printed) = part.split_once('\n').unwrap();
            (command.to_owned(), printed.to_owned())
        })
        .collect();
    assert_eq!(parts.len(), commands.len(), "{err}");
    parts
}

/// What psql prints, and says of errors.
fn run(fleet: &Fleet, settings: &tokio_postgres::Config, commands: &[&str]) -> (String, String) {
    let text = |value: Option<&str>| value.unwrap().to_owned();
    let mut psql = Command::new(fleet.tool("psql"));
    psql.args(["-X", "-h", "127.0.0.1", "-p", &settings.get_ports()[0].to_string()])
        .args(["-U", &text(settings.get_user()), "-d", &text(settings.get_dbname())])
        .env("PGPASSWORD", PASSWORD);
    // What psql says of an error goes where the rest does.
    psql.args(["-c", "\\o |cat"]);
    for command in commands {
        psql.args(["-c", &format!("\\qecho ===={command}"), "-c", command]);
    }
    let output = psql.output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// Sizes, and the widths that follow from them.
fn without_sizes(printed: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<&str> =
            line.split_whitespace().filter(|word| !word.trim_matches(['-', '+']).is_empty()).collect();
        if let Some(at) = words.iter().position(|word| matches!(*word, "bytes" | "kB")) {
            words.drain(at - 1..=at);
        }
        words.join(" ")
    };
    printed.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn describing_commands_print_what_they_print_alone() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["acme"]).role(RUNTIME, &[]).start().await;
    let proxy = fleet.proxy().await;
    // The owner of the private database has the same name.
    let (through, alone) = (proxy.settings(RUNTIME, "acme"), fleet.private_of_runtime(SCHEMA).await);
    let mut differences = Vec::new();
    let young = knows_the_server(&fleet).await;
    for (commands, sized) in [(EXACT, false), (SIZED, true)] {
        let commands = if young { commands.to_owned() } else { possible(&fleet, &alone, commands) };
        assert!(commands.lines().count() > 3, "{commands}");
        let commands = commands.as_str();
        let both = psql(&fleet, &alone, commands).into_iter().zip(psql(&fleet, &through, commands));
        for ((command, mut wanted), (_, mut got)) in both {
            if sized {
                (wanted, got) = (without_sizes(&wanted), without_sizes(&got));
            }
            if wanted != got {
                differences.push(format!("{command}\n{wanted}\n---- through orgfold\n{got}"));
            }
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_roles_and_owners_are_the_own() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["acme"]).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    let mut commands = "\\l\n\\l+\n\\du\n\\dg+\n\\dn\n\\dn+\n\\dL\n\\db\n\\dconfig\n".to_owned();
    if !knows_the_server(&fleet).await {
        let alone = fleet.private_of_runtime(SCHEMA).await;
        commands = possible(&fleet, &alone, &commands);
    }
    let told = psql(&fleet, &proxy.settings("app", "acme"), &commands);
    for (command, printed) in told {
        let rows = usize::from(printed.contains("(1 row)") || !printed.is_empty());
        assert_eq!(rows, 1, "{command}\n{printed}");
        for hidden in ["orgfold_runtime", "orgfold_release", "directory", "shard2", "_p0", "org_id", "orgfold_catalog"]
        {
            assert!(!printed.contains(hidden), "{command} shows {hidden}:\n{printed}");
        }
        if matches!(command.as_str(), "\\l") {
            assert!(printed.contains(" acme ") && printed.contains(" app "), "{printed}");
        }
        if matches!(command.as_str(), "\\l" | "\\du" | "\\dn" | "\\dL") {
            assert!(printed.contains("(1 row)"), "{command}\n{printed}");
        }
    }
}
