//! Physical text, statement by statement; refusals beside what they neighbour.

use super::*;
use crate::catalog::{
    Catalog, Column, Constraint, ConstraintKind, Identity, LeafCount, QualifiedName, ReferentialAction, Scope, Table,
    View, leaf_of,
};
use crate::org::OrgId;

fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        not_null: false,
        default: None,
        identity: None,
        sequence: None,
        generated: None,
    }
}

fn constraint(name: &str, kind: ConstraintKind) -> Constraint {
    Constraint { name: name.to_owned(), physical: name.to_owned(), kind, deferrable: false, initially_deferred: false }
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// invoice(id always, no, customer_id, total), customer(id, name), currency (global), and a view.
pub(super) fn catalog() -> Catalog {
    let mut catalog = Catalog::empty(LeafCount::STANDARD);
    let org = |columns: Vec<Column>, constraints: Vec<Constraint>| Table {
        scope: Scope::Org,
        columns,
        constraints,
        indexes: Vec::new(),
        object: None,
    };
    let id = Column { identity: Some(Identity::Always), ..column("id", "bigint") };
    catalog.tables.insert(
        QualifiedName::public("invoice"),
        org(
            vec![id, column("no", "integer"), column("customer_id", "bigint"), column("total", "numeric(12,2)")],
            vec![
                constraint("invoice_pkey", ConstraintKind::PrimaryKey { columns: columns(&["id"]) }),
                constraint(
                    "invoice_no_key",
                    ConstraintKind::Unique { columns: columns(&["no"]), nulls_not_distinct: false },
                ),
                constraint(
                    "invoice_customer_id_fkey",
                    ConstraintKind::ForeignKey {
                        columns: columns(&["customer_id"]),
                        target: QualifiedName::public("customer"),
                        target_columns: columns(&["id"]),
                        on_delete: ReferentialAction::NoAction,
                        on_update: ReferentialAction::NoAction,
                    },
                ),
            ],
        ),
    );
    catalog.tables.insert(
        QualifiedName::public("customer"),
        org(vec![column("id", "bigint"), column("name", "text")], Vec::new()),
    );
    catalog.tables.insert(QualifiedName::public("Odd Table"), org(vec![column("Select", "text")], Vec::new()));
    catalog.tables.insert(
        QualifiedName::public("currency"),
        Table {
            scope: Scope::Global,
            columns: vec![column("code", "text")],
            constraints: Vec::new(),
            indexes: Vec::new(),
            object: None,
        },
    );
    catalog.views.insert(
        QualifiedName::public("open_invoice"),
        View {
            columns: columns(&["id", "due"]),
            query: "SELECT id, total FROM invoice WHERE total > 'x''y'".to_owned(),
        },
    );
    catalog
}

fn try_physical(sql: &str) -> Result<String, PlanError> {
    let catalog = catalog();
    let plans = compile(&catalog, sql, CompileOptions { declared_params: 0 })?;
    let org = OrgId::try_new(42).unwrap();
    let place = Some((leaf_of(org, catalog.leaves), org));
    let texts = plans.iter().map(|plan| match &plan.action {
        Action::Run(run) => run.template.render(catalog.naming(), place).unwrap(),
        Action::Transaction(transaction) => transaction.text.to_string(),
        Action::Session(session) => format!("{session:?}"),
        Action::Empty => "-".to_owned(),
    });
    Ok(texts.collect::<Vec<_>>().join("; "))
}

/// The predicate's second half is the same everywhere: the texts below leave it out.
fn without_fences(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, fence)) = rest.split_once(" AND (CASE WHEN ") {
        out.push_str(before);
        rest = fence.split_once(" THEN 1 END) IS NOT NULL").unwrap().1;
    }
    out + rest
}

#[track_caller]
fn physical(sql: &str, wanted: &str) {
    match try_physical(sql) {
        Ok(text) => assert_eq!(without_fences(&text), wanted, "\nfor: {sql}"),
        Err(error) => panic!("{sql}\n  {error:?}"),
    }
}

#[track_caller]
fn refused(sql: &str, sqlstate: &str, position: u32) {
    match try_physical(sql) {
        Ok(text) => panic!("{sql}\n  was let by: {text}"),
        Err(error) => {
            assert_eq!((error.sqlstate.code(), error.position), (sqlstate, Some(position)), "{sql}\n  {error:?}");
        }
    }
}

const INVOICE: &str = "(SELECT id, no, customer_id, total FROM public.invoice_p02 WHERE org_id = $1)";

#[test]
fn the_predicate_has_two_halves() {
    let fence = |column: &str| format!("(CASE WHEN {column} = ANY (ARRAY[$1]) THEN 1 END) IS NOT NULL");
    assert_eq!(
        try_physical("SELECT no FROM invoice").unwrap(),
        format!(
            "SELECT no FROM (SELECT id, no, customer_id, total FROM public.invoice_p02 WHERE org_id = $1 AND {}) AS invoice",
            fence("org_id")
        )
    );
    assert_eq!(
        try_physical("DELETE FROM customer AS c WHERE id = 1").unwrap(),
        format!("DELETE FROM public.customer_p02 AS c WHERE c.org_id = $1 AND {} AND (id = 1)", fence("c.org_id"))
    );
}

#[test]
fn names_are_looked_up_by_stand_ins() {
    for (sql, physical) in [
        ("SELECT 'invoice'::regclass", "SELECT orgfold_catalog.regclass ('invoice') AS regclass"),
        ("SELECT CAST ($1 AS regtype)", "SELECT orgfold_catalog.regtype (CAST ($1 AS pg_catalog.regtype)) AS regtype"),
        ("SELECT regclass 'invoice'::oid", "SELECT orgfold_catalog.regclass ('invoice')::oid AS oid"),
        (
            "SELECT t.tableoid FROM pg_type t",
            "SELECT orgfold_catalog.tableoid ('pg_catalog.pg_type') FROM orgfold_catalog.pg_type AS t",
        ),
        (
            "SELECT 1 = ANY ($1::regclass[])",
            "SELECT 1 = ANY (orgfold_catalog.regclass_array (CAST (CAST ($1 AS pg_catalog.regclass []) AS pg_catalog.text [])))",
        ),
    ] {
        assert_eq!(try_physical(sql).unwrap(), physical, "{sql}");
    }
}

#[test]
fn reads() {
    physical("SELECT * FROM invoice", &format!("SELECT * FROM {INVOICE} AS invoice"));
    physical("select i.id from Invoice i where i.no = 5", &format!("SELECT i.id FROM {INVOICE} AS i WHERE i.no = 5"));
    physical("TABLE invoice", &format!("SELECT * FROM {INVOICE} AS invoice"));
    physical(
        "SELECT count(*) FROM public.invoice, currency c WHERE total > $1 AND invoice.no = 1",
        "SELECT pg_catalog.count(*) FROM (SELECT id, no, customer_id, total FROM public.invoice_p02 WHERE org_id = $2) \
         AS invoice, public.currency AS c WHERE total > $1 AND invoice.no = 1",
    );
    physical(
        "SELECT \"Select\" FROM \"Odd Table\"",
        "SELECT \"Select\" FROM (SELECT \"Select\" FROM public.\"Odd Table_p02\" WHERE org_id = $1) AS \"Odd Table\"",
    );
    physical(
        "SELECT due FROM open_invoice o",
        "SELECT due FROM (SELECT * FROM (SELECT id, total FROM (SELECT id, no, customer_id, total FROM \
         public.invoice_p02 WHERE org_id = $1) AS invoice WHERE total > 'x''y') AS o (id, due)) AS o",
    );
    physical("SELECT 1", "SELECT 1");
}

#[test]
fn names_in_scope() {
    physical(
        "WITH invoice AS (SELECT id AS org_id FROM invoice) SELECT org_id FROM invoice ORDER BY org_id",
        &format!(
            "WITH invoice AS (SELECT id AS org_id FROM {INVOICE} AS invoice) SELECT org_id FROM invoice AS invoice ORDER BY org_id"
        ),
    );
    refused("SELECT org_id FROM invoice", "42703", 8);
    refused("SELECT i.org_id FROM invoice i", "42703", 8);
    refused("SELECT invoice.id FROM invoice i", "42P01", 8);
    refused("UPDATE invoice SET no = é -- ö", "42703", 25);
    refused("UPDATE invoice SET no = 'ö' || x", "42703", 32);
    refused("SELECT * FROM nowhere", "42P01", 15);
    refused("SELECT * FROM invoice_p02", "42P01", 15);
    refused("SELECT * FROM orgfold.catalog", "42P01", 15);
    refused("SELECT tableoid FROM invoice", "0A000", 8);
    physical(
        "SELECT ctid, * FROM customer",
        "SELECT ctid, customer.id, customer.name FROM (SELECT id, name, ctid FROM public.customer_p02 WHERE org_id = $1) AS customer",
    );
}

#[test]
fn changes() {
    physical(
        "INSERT INTO invoice (no, total) VALUES (1, DEFAULT), (2, 3) RETURNING *",
        "INSERT INTO public.invoice_p02 AS invoice (no, total, org_id) VALUES (1, DEFAULT, $1), (2, 3, $1) \
         RETURNING invoice.id, invoice.no, invoice.customer_id, invoice.total",
    );
    physical(
        "INSERT INTO customer SELECT id, 'x' FROM invoice ORDER BY 1",
        &format!(
            "INSERT INTO public.customer_p02 AS customer (id, name, org_id) SELECT id, 'x', $1 FROM {INVOICE} AS invoice ORDER BY 1"
        ),
    );
    physical(
        "INSERT INTO customer AS c (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE c.id > 0",
        "INSERT INTO public.customer_p02 AS c (id, org_id) VALUES ($1, $2) ON CONFLICT (org_id, id) DO UPDATE SET name \
         = excluded.name WHERE c.id > 0",
    );
    physical(
        "INSERT INTO invoice (no) VALUES (1) ON CONFLICT ON CONSTRAINT invoice_no_key DO NOTHING",
        "INSERT INTO public.invoice_p02 AS invoice (no, org_id) VALUES (1, $1) ON CONFLICT ON CONSTRAINT \
         invoice_no_key_p02 DO NOTHING",
    );
    physical("INSERT INTO customer DEFAULT VALUES", "INSERT INTO public.customer_p02 AS customer (org_id) VALUES ($1)");
    physical(
        "UPDATE invoice SET total = total + 1 WHERE id = 1 OR true RETURNING id",
        "UPDATE public.invoice_p02 AS invoice SET total = total + 1 WHERE invoice.org_id = $1 AND (id = 1 OR TRUE) \
         RETURNING id",
    );
    physical(
        "UPDATE invoice i SET total = 0 FROM customer c WHERE c.id = i.customer_id",
        "UPDATE public.invoice_p02 AS i SET total = 0 FROM (SELECT id, name FROM public.customer_p02 WHERE org_id = $1) \
         AS c WHERE i.org_id = $1 AND (c.id = i.customer_id)",
    );
    physical("DELETE FROM invoice", "DELETE FROM public.invoice_p02 AS invoice WHERE invoice.org_id = $1");
    physical(
        "WITH gone AS (DELETE FROM invoice WHERE id = 1 RETURNING *) SELECT * FROM gone",
        "WITH gone AS (DELETE FROM public.invoice_p02 AS invoice WHERE invoice.org_id = $1 AND (id = 1) RETURNING \
         invoice.id, invoice.no, invoice.customer_id, invoice.total) SELECT * FROM gone AS gone",
    );
    assert_eq!(try_physical("INSERT INTO invoice (id) VALUES (1)").unwrap_err().sqlstate.code(), "428C9");
    refused("INSERT INTO invoice (org_id) VALUES (1)", "42703", 22);
    refused("UPDATE invoice SET org_id = 2", "42703", 20);
    refused("UPDATE invoice SET no = org_id", "42703", 25);
    refused("UPDATE invoice SET no = invoice.org_id", "42703", 25);
    refused("DELETE FROM invoice RETURNING invoice", "0A000", 31);
    physical(
        "DELETE FROM customer WHERE ctid = '(0,1)'",
        "DELETE FROM public.customer_p02 AS customer WHERE customer.org_id = $1 AND (ctid = '(0,1)')",
    );
    refused("INSERT INTO customer (id) VALUES (1) ON CONFLICT (org_id) DO NOTHING", "42703", 51);
    refused("INSERT INTO currency VALUES ('EUR')", "42501", 13);
    refused("INSERT INTO customer VALUES (1) ON CONFLICT (id) DO UPDATE SET id = excluded.org_id", "42703", 69);
}

#[test]
fn truncate_and_copy() {
    physical(
        "TRUNCATE invoice, customer",
        "WITH truncated_0 AS (DELETE FROM public.invoice_p02 AS invoice WHERE invoice.org_id = $1) DELETE FROM \
         public.customer_p02 AS customer WHERE customer.org_id = $1",
    );
    assert_eq!(try_physical("TRUNCATE customer").unwrap_err().code, "truncate_referenced");
    refused("TRUNCATE invoice RESTART IDENTITY", "0A000", 18);
    physical(
        "COPY invoice FROM STDIN WITH (FREEZE on)",
        "COPY public.invoice_p02 (id, no, customer_id, total) FROM STDIN",
    );
    physical(
        "copy invoice (no) to stdout csv header",
        "COPY (SELECT no FROM (SELECT id, no, customer_id, total FROM public.invoice_p02 WHERE org_id = 42) AS invoice) \
         TO STDOUT WITH (FORMAT 'csv', HEADER)",
    );
    refused("COPY invoice FROM '/etc/passwd'", "42501", 19);
    refused("COPY invoice TO PROGRAM 'sh'", "42501", 17);
    let error = try_physical("COPY invoice (org_id) FROM STDIN").unwrap_err();
    assert_eq!((error.sqlstate.code(), error.position), ("42703", None));
}

#[test]
fn literals_come_out_as_they_went_in() {
    physical(
        r"SELECT 'ab\''cd', E'a\'b', $$it's$$, U&'\0041', B'01', X'1f', 1.50",
        r"SELECT 'ab\''cd', E'a\'b', 'it''s', U&'\0041', B'01', X'1f', 1.50",
    );
    physical("SELECT 'a'\n'b'", "SELECT 'ab'");
    refused("SELECT 'a' 'b'", "42601", 12);
    refused("SELECT json_object('{a}' '{b}')", "42601", 26);
    refused("SELECT 1; SELECT 'x", "42601", 18);
}

#[test]
fn what_may_not_run() {
    refused("CREATE TABLE x (a int)", "42501", 1);
    refused("SELECT 1; drop table invoice", "42501", 11);
    refused("SELECT * INTO x FROM invoice", "42501", 10);
    refused("DO $$ begin end $$", "42501", 1);
    refused("SELECT pg_read_file('x')", "42501", 8);
    refused("SELECT ('x'::text).pg_read_file", "42501", 20);
    refused("SELECT g.pg_read_file FROM unnest(array['x']) g", "42703", 8);
    for mixed in [
        "SELECT COALESCE(NULL::regclass, '16501')",
        "SELECT 'invoice'::regclass UNION ALL SELECT '16501'",
        "SELECT x FROM (SELECT 'invoice'::regclass AS x) s",
        "SELECT 'invoice'::regclass || ARRAY[1]",
        "SELECT ARRAY['invoice'::regclass]",
        "SELECT '{1}'::regclass[]",
        "SELECT CASE WHEN true THEN 'invoice'::regclass ELSE '1' END",
        "SELECT COALESCE(to_regclass('invoice'), '1')",
        "SELECT * FROM to_regclass('invoice')",
        "SELECT COALESCE(pg_typeof(1), '1')",
        "INSERT INTO invoice (no) VALUES ('invoice'::regclass)",
        "SELECT NULLIF(regclass 'invoice', '1')",
    ] {
        assert_eq!(try_physical(mixed).unwrap_err().sqlstate.code(), "0A000", "{mixed}");
    }
    refused("SELECT * FROM json_to_record('{}') AS r(x regclass)", "42704", 43);
    refused("SET ROLE postgres", "42501", 5);
    refused("SET search_path = orgfold", "42501", 5);
    refused("SET orgfold.org_id = 7", "42501", 5);
    refused("LOCK TABLE invoice", "0A000", 1);
}

#[test]
fn sessions() {
    physical("begin isolation level serializable, read only", "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY");
    physical("COMMIT; rollback to savepoint \"A b\"", "COMMIT; ROLLBACK TO SAVEPOINT \"A b\"");
    physical("SET orgfold.org = 'acme'", "SetOrg(Some(\"acme\"))");
    physical("-- nothing", "-");
    physical("SET TIME ZONE 'UTC'", "Set { name: \"timezone\", value: Some(\"UTC\"), local: false }");
}

#[test]
fn expressions_keep_their_tokens() {
    for sql in [
        "SELECT a + b * c ^ 2 FROM (VALUES (1, 2, 3)) AS t (a, b, c)",
        "SELECT CASE WHEN x IS NULL THEN 'a' ELSE x::text END FROM (SELECT 1 AS x) AS t",
        "SELECT x[1], x[1 : 2] FROM (SELECT ARRAY[1, 2] AS x) AS t",
        "SELECT DISTINCT ON (a) a FROM (SELECT 1 AS a) AS t ORDER BY a DESC NULLS LAST LIMIT 1 OFFSET 2",
        "SELECT 1 WHERE 1 IN (1, 2) AND NOT EXISTS (SELECT 1) AND 1 = ANY (ARRAY[1])",
        "SELECT INTERVAL '1 day', DATE '2020-01-01', EXTRACT(year FROM DATE '2020-01-01')",
        "SELECT a FROM (SELECT 1 AS a) AS t GROUP BY GROUPING SETS ((a, a), ())",
        "SELECT 1 UNION ALL SELECT 2 EXCEPT (SELECT 3 INTERSECT SELECT 4) ORDER BY 1",
        "SELECT '{}'::jsonb -> 'a' ->> 'b', 1 <> 2, NOT TRUE, - 5",
        "SELECT 'a' LIKE 'b' ESCAPE 'c', 'a' ~* 'b', 'a' OPERATOR(pg_catalog.~) 'b' COLLATE \"C\"",
        "SELECT CAST(NULL AS numeric(10,2)), '1'::varchar(3), NULL::timestamp(3) with time zone, '{}'::int[][]",
        "SELECT TRIM(BOTH 'x' FROM 'y'), POSITION('a' IN 'b'), SUBSTRING('abc' FROM 1 FOR 2)",
        "SELECT 1 FROM (SELECT 1 AS a) AS x LEFT JOIN LATERAL (SELECT x.a AS b) AS y ON TRUE",
    ] {
        let text = try_physical(sql).unwrap_or_else(|error| panic!("{sql}\n  {error:?}"));
        let squash = |text: &str| text.replace("pg_catalog.", "").replace(' ', "").to_ascii_lowercase();
        assert_eq!(squash(&text), squash(sql));
    }
}

#[test]
fn windows() {
    physical(
        "SELECT sum(a) FILTER (WHERE a > 1) OVER (PARTITION BY a ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (SELECT 1 AS a) t",
        "SELECT pg_catalog.sum(a) FILTER (WHERE a > 1) OVER (PARTITION BY a ORDER BY a ROWS BETWEEN 1 PRECEDING AND \
         CURRENT ROW) FROM (SELECT 1 AS a) AS t",
    );
    physical(
        "SELECT sum(a) OVER (ORDER BY a RANGE 'inf' PRECEDING EXCLUDE TIES) FROM (SELECT 1 AS a) t",
        "SELECT pg_catalog.sum(a) OVER (ORDER BY a RANGE 'inf' PRECEDING EXCLUDE TIES) FROM (SELECT 1 AS a) AS t",
    );
}

#[test]
fn long_chains_are_wide_not_deep() {
    let chain = format!("SELECT 1 WHERE {}", vec!["1 = 1"; 1500].join(" AND "));
    assert!(try_physical(&chain).is_ok());
    let deep = format!("SELECT {}1{}", "(".repeat(300), ")".repeat(300));
    assert_eq!(try_physical(&deep).unwrap_err().sqlstate.code(), "54001");
    let long = format!("SELECT 1{}", "+1".repeat(100_000));
    assert_eq!(try_physical(&long).unwrap_err().sqlstate.code(), "54001");
}

#[test]
fn locks_are_taken_on_the_leaf_itself() {
    physical(
        "SELECT * FROM customer c WHERE id = 1 OR true ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
        "SELECT c.id, c.name FROM public.customer_p02 AS c WHERE c.org_id = $1 AND (id = 1 OR TRUE) ORDER BY id LIMIT 1 \
         FOR UPDATE SKIP LOCKED",
    );
    physical(
        "SELECT c.id FROM customer c, invoice i FOR NO KEY UPDATE OF c",
        &format!(
            "SELECT c.id FROM public.customer_p02 AS c, {INVOICE} AS i WHERE c.org_id = $1 FOR NO KEY UPDATE OF c"
        ),
    );
    physical(
        "SELECT a.id FROM (customer a JOIN customer b ON a.id = b.id) FOR SHARE",
        "SELECT a.id FROM (public.customer_p02 AS a JOIN public.customer_p02 AS b ON a.id = b.id) WHERE a.org_id = $1 AND \
         b.org_id = $1 FOR SHARE",
    );
    physical(
        "TABLE customer FOR UPDATE",
        "SELECT customer.id, customer.name FROM public.customer_p02 AS customer WHERE customer.org_id = $1 FOR UPDATE",
    );
    refused("SELECT org_id FROM customer FOR UPDATE", "42703", 8);
    refused("SELECT customer.org_id FROM customer FOR UPDATE", "42703", 8);
    refused("SELECT customer FROM customer FOR UPDATE", "0A000", 8);
    refused("SELECT * FROM customer JOIN invoice USING (org_id) FOR UPDATE", "42703", 44);
    refused("SELECT 1 FROM customer FOR UPDATE OF nobody", "42P01", 38);
}

#[test]
fn merges() {
    physical(
        "MERGE INTO customer c USING (VALUES (1, 'x')) v (i, n) ON c.id = v.i OR true \
         WHEN MATCHED AND n = 'y' THEN DELETE WHEN MATCHED THEN UPDATE SET name = n WHEN NOT MATCHED THEN INSERT (id) VALUES (i)",
        "MERGE INTO public.customer_p02 AS c USING (VALUES (1, 'x')) AS v (i, n) ON c.org_id = $1 AND (c.id = v.i OR TRUE) \
         WHEN MATCHED AND n = 'y' THEN DELETE WHEN MATCHED THEN UPDATE SET name = n WHEN NOT MATCHED THEN INSERT (id, \
         org_id) VALUES (i, $1)",
    );
    physical(
        "MERGE INTO customer USING invoice i ON i.id = customer.id WHEN NOT MATCHED THEN INSERT VALUES (i.id, 'x') WHEN MATCHED THEN DO NOTHING",
        &format!(
            "MERGE INTO public.customer_p02 AS customer USING {INVOICE} AS i ON customer.org_id = $1 AND (i.id = \
             customer.id) WHEN NOT MATCHED THEN INSERT (id, name, org_id) VALUES (i.id, 'x', $1) WHEN MATCHED THEN DO NOTHING"
        ),
    );
    refused("MERGE INTO customer USING invoice i ON true WHEN NOT MATCHED BY SOURCE THEN DELETE", "0A000", 62);
    refused(
        "MERGE INTO customer USING invoice i ON true WHEN NOT MATCHED THEN INSERT (org_id) VALUES (1)",
        "42703",
        75,
    );
    refused("MERGE INTO customer USING invoice i ON customer.org_id = 1 WHEN MATCHED THEN DELETE", "42703", 40);
}

#[test]
fn a_table_grouped_by_its_key_stands_in_from_itself() {
    physical(
        "SELECT i.no, count(*) FROM invoice i JOIN customer c ON c.id = i.customer_id GROUP BY i.id HAVING i.total > 1",
        "SELECT i.no, pg_catalog.count(*) FROM public.invoice_p02 AS i JOIN (SELECT id, name FROM public.customer_p02 WHERE \
         org_id = $1) AS c ON c.id = i.customer_id WHERE i.org_id = $1 GROUP BY i.id, i.org_id HAVING i.total > 1",
    );
    // Nothing depends on the key, or the row may be NULL.
    for sql in [
        "SELECT i.id, sum(i.total) FROM invoice i GROUP BY i.id",
        "SELECT i.no FROM customer c LEFT JOIN invoice i ON true GROUP BY i.id",
        "SELECT no FROM invoice GROUP BY ROLLUP (id)",
    ] {
        let text = try_physical(sql).unwrap();
        assert!(!text.contains("public.invoice_p02 AS"), "{text}");
    }
    // Nor does what GROUP BY says hold for another FROM: of a join with an alias, of WITH.
    for sql in [
        "SELECT no FROM (invoice JOIN currency ON true) AS j GROUP BY id",
        "WITH gone AS (DELETE FROM customer USING invoice i WHERE i.no = 1) SELECT no FROM invoice GROUP BY id",
        "WITH x AS (SELECT no, i.id FROM invoice i) SELECT x.no FROM x GROUP BY id",
    ] {
        try_physical(sql).unwrap_or_else(|error| panic!("{sql}\n  {error:?}"));
    }
    refused("SELECT i.org_id FROM invoice i GROUP BY i.id, i.no", "42703", 8);
    refused("SELECT no, org_id FROM invoice GROUP BY id", "42703", 12);
}
