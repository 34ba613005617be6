//! Conditions that the planner takes for free, asked of a leaf in which other orgs have what makes them fail.

use tokio_postgres::SimpleQueryMessage;

use crate::fleet::Fleet;

const SCHEMA: &str = "
    CREATE TABLE shelf (id integer PRIMARY KEY, note text, twin text, ta text[], tb text[], n integer);
    CREATE TABLE room (id integer PRIMARY KEY, shelf integer);
";

/// The neighbour's arrays are so often empty that the planner takes what is done with each element for nothing.
const THEIRS: &str = "
    INSERT INTO shelf SELECT n, 'CANARY', 'CANARY', '{}', '{}', n FROM generate_series(1, 2000) AS n;
    INSERT INTO shelf VALUES (9001, 'CANARY', 'CANARY', '{CANARY[}', '{a,b}', 1);
";

const OWN: &str = "
    INSERT INTO shelf VALUES (1, 'one', 'uno', '{1}', '{2}', 1), (2, 'two', 'due', '{3}', '{4}', 2);
    INSERT INTO room VALUES (1, 1), (2, 2);
";

/// Conditions on `v`, true of both rows of the org, and the version of PostgreSQL that has them first.
const CONDITIONS: [(i32, &str); 18] = [
    (15, "(v.ta::int[]) IS NOT NULL"),
    (15, "v.ta::text[]::int[] IS NOT NULL"),
    (15, "CAST(v.ta AS integer ARRAY) IS NOT NULL"),
    (15, "CAST((v).ta AS int[]) IS NOT NULL"),
    (15, "(CASE WHEN true THEN v.ta ELSE v.tb END)::int[] IS NOT NULL"),
    (15, "COALESCE(v.ta, v.tb)::int[] IS NOT NULL"),
    (15, "(v.ta::int[])[1] IS NOT NULL"),
    (15, "ARRAY[v.ta, v.tb] IS NOT NULL"),
    (15, "ARRAY[ARRAY[v.ta], ARRAY[v.tb]] IS NOT NULL"),
    (15, "(ARRAY[CASE WHEN false THEN v.note::text[] ELSE v.ta END, v.tb]) IS NOT NULL"),
    (15, "NOT 'x' ~ ANY (v.ta)"),
    (15, "'x' !~ ALL (v.ta)"),
    (15, "NOT 'x' ~* SOME (COALESCE(v.ta, v.tb))"),
    (15, "'x' OPERATOR(pg_catalog.!~) ALL (v.ta)"),
    (15, "'x' NOT LIKE ALL (v.ta)"),
    (16, "JSON_OBJECT(v.note: 1, v.twin: 2 WITH UNIQUE KEYS) IS NOT NULL"),
    (16, "JSON_OBJECT(v.note VALUE 1, COALESCE(v.twin, v.note) VALUE 2 WITH UNIQUE) IS NOT NULL"),
    (16, "JSON_OBJECT(NULLIF(v.note, 'CANARY'): 1) IS NOT NULL"),
];

/// Ways to ask a condition; each answers with the ids of the rows that it holds for.
const FORMS: [&str; 9] = [
    "SELECT id FROM shelf AS v WHERE {c} ORDER BY id",
    "SELECT id FROM (SELECT v.id, {c} AS found FROM shelf AS v) AS w WHERE found ORDER BY id",
    "WITH w AS NOT MATERIALIZED (SELECT v.id, {c} AS found FROM shelf AS v) SELECT id FROM w WHERE found ORDER BY id",
    "SELECT v.id FROM shelf AS v JOIN room AS r ON {c} AND r.shelf = v.id ORDER BY 1 FOR UPDATE OF v",
    "SELECT v.id FROM shelf AS v CROSS JOIN LATERAL (SELECT {c} AS found) AS w WHERE found ORDER BY 1 FOR SHARE OF v",
    "SELECT id FROM (SELECT * FROM shelf FOR UPDATE) AS v WHERE {c} ORDER BY id",
    "SELECT v.id FROM shelf AS v GROUP BY v.id, v.note, v.twin, v.ta, v.tb, v.n HAVING {c} ORDER BY 1",
    "UPDATE shelf AS v SET n = n WHERE {c} RETURNING id",
    "SELECT id FROM shelf AS v WHERE EXISTS (SELECT FROM room AS r WHERE r.shelf = v.id AND {c}) ORDER BY id",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_the_planner_takes_for_free_is_asked_of_own_rows_only() {
    let options =
        Fleet::with().ddl(SCHEMA).orgs(&["acme", "other", "globex"]).role("app", &[]).config("[migrate]\nleaves = 1\n");
    let fleet = options.start().await;
    let version = fleet.version().await;
    let proxy = fleet.proxy().await;
    proxy.connect("app", "globex").await.batch_execute(THEIRS).await.unwrap();
    let acme = proxy.connect("app", "acme").await;
    acme.batch_execute(OWN).await.unwrap();
    fleet.shard_client(1).await.batch_execute("ANALYZE").await.unwrap();
    acme.batch_execute("SET enable_indexscan = off; SET enable_bitmapscan = off").await.unwrap();
    let mut wrong = Vec::new();
    let conditions = CONDITIONS.iter().filter(|(since, _)| *since <= version);
    for sql in conditions.flat_map(|(_, condition)| FORMS.map(|form| form.replace("{c}", condition))) {
        match acme.simple_query(&sql).await {
            // A whole row has no fields here, or is refused.
            Err(error) if sql.contains("(v).") && ["0A000", "42703"].contains(&error.code().unwrap().code()) => {}
            Err(error) => wrong.push(format!("{sql}: {error:?}")),
            Ok(messages) => {
                let rows = messages.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_)));
                let count = rows.count();
                if count != 2 {
                    wrong.push(format!("{sql}: {count} rows"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
