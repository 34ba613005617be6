//! COPY into objects: records of the org's own, with keys, checks and errors as INSERT has them, in both ways in.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use orgfold::Orgfold;
use tokio_postgres::Client;

use crate::fleet::Fleet;
use crate::objects::designer;

/// What the server says of the data: how many rows, or the SQLSTATE.
async fn copied(client: &Client, sql: &str, data: &'static str) -> Result<u64, String> {
    let code = |error: tokio_postgres::Error| error.code().unwrap().code().to_owned();
    let sink = client.copy_in::<_, Bytes>(sql).await.map_err(code)?;
    futures_util::pin_mut!(sink);
    sink.send(Bytes::from_static(data.as_bytes())).await.map_err(code)?;
    sink.finish().await.map_err(code)
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn copied_records_are_the_orgs_own() {
    let options = Fleet::with().ddl("CREATE TABLE native (id integer PRIMARY KEY);").config("[migrate]\nleaves = 1\n");
    let fleet = options.orgs(&["acme", "other", "globex"]).role("app", &[]).start().await;
    designer(&fleet).await;
    let proxy = fleet.proxy().await;
    let (acme, globex) = (proxy.connect("designer", "acme").await, proxy.connect("designer", "globex").await);
    let objects = "CREATE TABLE campaign (id text PRIMARY KEY DEFAULT new_key(), name varchar(8) NOT NULL, n integer);
        CREATE TABLE lead (id text PRIMARY KEY DEFAULT new_key(), campaign text REFERENCES campaign, seen timestamptz DEFAULT now())";
    // The same slots hold other fields, and the same names are other objects.
    globex.batch_execute("CREATE TABLE campaign (n integer, name text UNIQUE)").await.unwrap();
    globex.batch_execute("INSERT INTO campaign VALUES (1, 'canary')").await.unwrap();
    for client in [&acme, &globex] {
        let _ = client.batch_execute(objects).await;
    }
    acme.batch_execute("CREATE TABLE first (a integer)").await.unwrap();

    assert_eq!(copied(&acme, "COPY campaign (name, n) FROM STDIN", "spring\t1\nautumn\t\\N\n").await, Ok(2));
    let ids = texts(&acme, "SELECT id FROM campaign ORDER BY name").await;
    let keys: Vec<orgfold::key::Key> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert!(keys[1] < keys[0], "{keys:?}");
    assert_eq!(texts(&globex, "SELECT name FROM campaign").await, ["canary"]);

    // What is wrong is said as of an INSERT, and nothing is kept.
    for (sql, data, code) in [
        ("COPY campaign (name) FROM STDIN", "fine\nmuch too long\n", "22001"),
        ("COPY campaign (n) FROM STDIN", "1\n", "23502"),
        ("COPY campaign FROM STDIN", "x\tname\t1\n", "22P02"),
        ("COPY campaign FROM STDIN", "\\N\tname\t1\n", "23502"),
        ("COPY lead (campaign, seen) FROM STDIN", "a00010000000001\t\\N\n", "23503"),
        ("COPY lead (campaign) FROM STDIN", "", "0A000"),
        ("COPY orgfold.record_p00 (text_1) FROM STDIN", "", "42P01"),
        ("COPY campaign (org_id, name) FROM STDIN", "", "42703"),
        ("COPY campaign (text_1) FROM STDIN", "", "42703"),
        ("COPY campaign (object_id, name) FROM STDIN", "", "42703"),
        ("SET orgfold.object = '1 1'", "", "42501"),
    ] {
        let got = if sql.starts_with("COPY") {
            copied(&acme, sql, data).await.unwrap_err()
        } else {
            acme.batch_execute(sql).await.unwrap_err().code().unwrap().code().to_owned()
        };
        assert_eq!(got, code, "{sql}");
    }
    assert_eq!(texts(&acme, "SELECT name::text FROM campaign ORDER BY 1").await, ["autumn", "spring"]);

    // A definition that changed meanwhile is noticed; the next COPY is written for the new one.
    acme.batch_execute("ALTER TABLE campaign ADD COLUMN budget numeric(8,2)").await.unwrap();
    assert_eq!(copied(&acme, "COPY campaign (name, budget) FROM STDIN CSV", "summer,12.345\n").await, Ok(1));
    assert_eq!(texts(&acme, "SELECT budget::text FROM campaign WHERE name = 'summer'").await, ["12.35"]);
    let transaction = "BEGIN; ALTER TABLE campaign ADD COLUMN more text";
    acme.batch_execute(transaction).await.unwrap();
    assert_eq!(copied(&acme, "COPY campaign (name, more) FROM STDIN", "inside\tx\n").await, Ok(1));
    acme.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(texts(&acme, "SELECT name::text FROM campaign WHERE name = 'inside'").await, [""; 0]);

    // Two objects in one transaction: each has its own numbers.
    acme.batch_execute("BEGIN").await.unwrap();
    assert_eq!(copied(&acme, "COPY first FROM STDIN", "1\n2\n").await, Ok(2));
    assert_eq!(copied(&acme, "COPY campaign (name) FROM STDIN", "third\n").await, Ok(1));
    assert_eq!(copied(&acme, "COPY first FROM STDIN", "3\n").await, Ok(1));
    acme.batch_execute("COMMIT").await.unwrap();
    assert_eq!(texts(&acme, "SELECT string_agg(a::text, ' ' ORDER BY a) FROM first").await, ["1 2 3"]);
    assert_eq!(texts(&globex, "SELECT name FROM campaign").await, ["canary"]);

    let library = Orgfold::connect(fleet.config()).await.unwrap();
    let org = library.org("acme").unwrap();
    let mut sink = org.copy_in("COPY campaign (name, n) FROM STDIN").await.unwrap();
    sink.send(Bytes::from_static(b"library\t9\n")).await.unwrap();
    assert_eq!(sink.finish().await.unwrap(), 1);
    let mut sink = org.copy_in("COPY campaign (name, n) FROM STDIN").await.unwrap();
    sink.send(Bytes::from_static(b"library\tnine\n")).await.unwrap();
    let error = sink.finish().await.unwrap_err();
    let shown = error.to_string();
    assert_eq!(error.sqlstate().code(), "22P02", "{shown}");
    let out = org.copy_out("COPY (SELECT n FROM campaign WHERE name = 'library') TO STDOUT").await.unwrap();
    let chunks: Vec<Bytes> = out.map(Result::unwrap).collect().await;
    assert_eq!(chunks.concat(), b"9\n");
}
