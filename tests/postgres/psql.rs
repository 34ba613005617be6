//! psql's describing commands, through the proxy: they answer, and tell of nothing but the service's own tables.

use std::process::Command;

use crate::fleet::{Fleet, PASSWORD, RunningProxy};

fn psql(fleet: &Fleet, proxy: &RunningProxy, command: &str) -> (String, String) {
    let output = Command::new(fleet.tool("psql"))
        .args(["-X", "-h", "127.0.0.1", "-p", &proxy.port().to_string(), "-U", "app", "-d", "acme", "-c", command])
        .env("PGPASSWORD", PASSWORD)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn describing_commands_answer_in_logical_terms() {
    let ddl = "
        CREATE TABLE customer (id bigint PRIMARY KEY, name text UNIQUE);
        CREATE TABLE invoice (
            id bigint PRIMARY KEY,
            customer_id bigint REFERENCES customer ON DELETE SET NULL,
            total numeric(12,2) CHECK (total >= 0)
        );
        CREATE INDEX invoice_total ON invoice (total);
        -- orgfold: global
        CREATE TABLE currency (code text PRIMARY KEY);
        COMMENT ON TABLE invoice IS 'what is owed';
        CREATE TYPE mood AS ENUM ('good', 'bad');
    ";
    let fleet = Fleet::with().ddl(ddl).orgs(&["acme"]).role("app", &[]).start().await;
    let proxy = fleet.proxy().await;
    let commands = [
        "\\d",
        "\\dt",
        "\\dt+",
        "\\di",
        "\\di+",
        "\\dv",
        "\\ds",
        "\\dm",
        "\\dE",
        "\\d invoice",
        "\\d+ invoice",
        "\\d customer",
        "\\d+ currency",
        "\\d invoice_total",
        "\\dn",
        "\\dn+",
        "\\df",
        "\\du",
        "\\l",
        "\\dT",
        "\\dT+",
        "\\dD",
        "\\dp",
        "\\dx",
        "\\d nowhere",
    ];
    for command in commands {
        let (out, err) = psql(&fleet, &proxy, command);
        assert!(!err.contains("ERROR"), "{command}: {err}");
        for hidden in ["org_id", "_p0", "_p1", "orgfold_catalog"] {
            assert!(!out.contains(hidden), "{command} shows {hidden}:\n{out}");
        }
    }
    let tables = psql(&fleet, &proxy, "\\dt").0;
    assert!(tables.contains("invoice") && tables.contains("customer") && tables.contains("(3 rows)"), "{tables}");
    let described = psql(&fleet, &proxy, "\\d invoice").0;
    for part in [
        "Table \"public.invoice\"",
        "id          | bigint        |           | not null |",
        "\"invoice_pkey\" PRIMARY KEY, btree (id)",
        "\"invoice_total\" btree (total)",
        "\"invoice_total_check\" CHECK (total >= 0::numeric)",
        "\"invoice_customer_id_fkey\" FOREIGN KEY (customer_id) REFERENCES customer(id) ON DELETE SET NULL",
    ] {
        assert!(described.contains(part), "no {part} in\n{described}");
    }
    let referenced = psql(&fleet, &proxy, "\\d customer").0;
    assert!(referenced.contains("TABLE \"invoice\" CONSTRAINT \"invoice_customer_id_fkey\""), "{referenced}");
    assert!(psql(&fleet, &proxy, "\\d nowhere").1.contains("Did not find any relation named \"nowhere\""));
}
