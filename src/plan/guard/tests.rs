//! Hand-made physical texts: what binds every leaf to the org passes, and each neighbour of it is refused.

use super::*;
use crate::catalog::{Column, Constraint, ConstraintKind, Function, QualifiedName, Scope, Table, View};

/// Its leaf is 2 of 16.
const ORG: i64 = 42;

fn catalog() -> Catalog {
    let column = |name: &str| Column {
        name: name.to_owned(),
        data_type: "text".to_owned(),
        not_null: false,
        default: None,
        identity: None,
        sequence: None,
        generated: None,
    };
    let key = Constraint {
        name: "t_pkey".to_owned(),
        physical: "t_pkey".to_owned(),
        kind: ConstraintKind::PrimaryKey { columns: vec!["a".to_owned()] },
        deferrable: false,
        initially_deferred: false,
    };
    let table = |scope, columns: &[&str], constraints: &[Constraint]| Table {
        scope,
        columns: columns.iter().map(|name| column(name)).collect(),
        constraints: constraints.to_vec(),
        indexes: Vec::new(),
        object: None,
    };
    let mut catalog = Catalog::empty(crate::catalog::LeafCount::STANDARD);
    catalog.tables.insert(QualifiedName::public("t"), table(Scope::Org, &["a", "b"], &[key]));
    catalog.tables.insert(QualifiedName::public("u"), table(Scope::Org, &["c"], &[]));
    catalog.tables.insert(QualifiedName::public("currency"), table(Scope::Global, &["code"], &[]));
    catalog.functions.insert(QualifiedName::public("own"), Function { signatures: vec![String::new()] });
    catalog.views.insert(QualifiedName::public("v"), View { columns: vec!["x".to_owned()], query: String::new() });
    for (id, name, slot) in [(5, "job", "text_6"), (6, "other", "text_7")] {
        let mut object = crate::catalog::new_object(id, name);
        object.columns.push(column("a"));
        object.object.as_mut().unwrap().slots.push(slot.to_owned());
        catalog.tables.insert(QualifiedName::public(name), object);
    }
    catalog
}

fn judge(sql: &str, org: OrgValue) -> Verdict {
    judge_as_it_is(&fenced(sql), org)
}

fn judge_as_it_is(sql: &str, org: OrgValue) -> Verdict {
    let catalog = catalog();
    let leaf = leaf_of(OrgId::try_new(ORG).unwrap(), catalog.leaves);
    assert_eq!(leaf.get(), 2);
    check(sql, Facts { catalog: &catalog, leaf, org, params: 1 })
}

/// The org is `$2`, the client has `$1`.
/// Both halves of the predicate for `org_id = X`, wherever the text has the first.
fn fenced(sql: &str) -> String {
    let mut out = sql.to_owned();
    for (column, value) in
        [("org_id", "$2"), ("t.org_id", "$2"), ("x.org_id", "$2"), ("u.org_id", "$2"), ("org_id", "42")]
    {
        let half = format!(" {column} = {value}");
        let fence = format!("{half} AND (CASE WHEN {column} = ANY (ARRAY[{value}]) THEN 1 END) IS NOT NULL");
        out = out.replace(&half, &fence);
    }
    out
}

#[track_caller]
fn passes(sql: &str) {
    if let Err(refusal) = judge(sql, OrgValue::Param(2)) {
        panic!("{sql}\n  {refusal}");
    }
}

#[track_caller]
fn refused(sql: &str) {
    assert!(judge(sql, OrgValue::Param(2)).is_err(), "passed: {sql}");
}

const T: &str = "(SELECT a, b FROM public.t_p02 WHERE org_id = $2) AS t";

#[test]
fn what_is_bound_passes() {
    for sql in [
        &format!("SELECT t.a, count(*) OVER w, t.* FROM {T} WHERE t.a = $1 WINDOW w AS (ORDER BY t.b)")
            .replace("count(", "pg_catalog.count("),
        &format!("SELECT * FROM {T} LEFT JOIN (SELECT c FROM public.u_p02 WHERE org_id = $2) AS u ON u.c = t.a"),
        &format!("SELECT t.a FROM {T} WHERE EXISTS (SELECT FROM (SELECT c FROM public.u_p02 WHERE org_id = $2) AS u)"),
        &format!("WITH x AS (SELECT * FROM {T}) SELECT x.b, x FROM x AS x ORDER BY 1 LIMIT 1 FOR UPDATE OF x"),
        &format!("WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT x.n + 1 FROM x AS x, {T} WHERE x.n < 3) TABLE x"),
        "SELECT * FROM public.currency AS c",
        "SELECT c.relname FROM orgfold_catalog.pg_class AS c WHERE orgfold_catalog.pg_table_is_visible(c.oid)",
        "SELECT public.own(), pg_catalog.lower($1::text), '2026-01-01'::timestamptz AT TIME ZONE 'utc', a.n FROM \
         pg_catalog.generate_series(1, 2) AS a (n)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES ($1, $2), (DEFAULT, $2) ON CONFLICT (org_id, a) DO UPDATE SET \
         b = excluded.b WHERE t.a > excluded.a RETURNING t.a, t.b",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT t_pkey_p02 DO NOTHING",
        &format!("INSERT INTO public.t_p02 AS t (a, b, org_id) SELECT t.*, $2 FROM {T} UNION ALL (VALUES (1, 2, $2))"),
        "INSERT INTO public.t_p02 AS t (org_id) VALUES ($2)",
        "UPDATE public.t_p02 AS x SET a = x.b WHERE x.org_id = $2",
        &format!(
            "UPDATE public.t_p02 AS x SET (a, b) = (SELECT 1, 2) FROM {T} WHERE x.org_id = $2 AND (t.a = x.a OR true)"
        ),
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 AND (t.a = $1 OR t.b = $1) RETURNING t.a",
        "WITH truncated_0 AS (DELETE FROM public.u_p02 AS u WHERE u.org_id = $2) DELETE FROM public.t_p02 AS t WHERE \
         t.org_id = $2",
        &format!(
            "DELETE FROM public.t_p02 AS x WHERE x.org_id = $2 AND (EXISTS (SELECT t.* FROM {T} WHERE t.a = x.a))"
        ),
        "SELECT x.org_id FROM (SELECT 1 AS org_id) AS x",
        "SELECT orgfold_catalog.regclass('pg_catalog.pg_class')",
        "SELECT orgfold_catalog.regtype(CAST($1 AS pg_catalog.regtype))",
        "SELECT 1 = ANY (orgfold_catalog.regclass_array(CAST(CAST($1 AS pg_catalog.regclass[]) AS pg_catalog.text[])))",
        "SELECT x.* FROM orgfold_catalog.information_schema_tables AS x",
        "SELECT orgfold_catalog.current_database()",
        "SELECT orgfold_catalog.\"current_user\"()",
    ] {
        passes(sql);
    }
    let literal = OrgValue::Literal(ORG);
    let out =
        "COPY (SELECT a FROM (SELECT a, b FROM public.t_p02 WHERE org_id = 42) AS t) TO STDOUT WITH (FORMAT 'csv')";
    assert_eq!(judge(out, literal), Ok(()));
    assert_eq!(judge("COPY public.t_p02 (a, b) FROM STDIN WITH (FORMAT 'csv', FORCE_NULL (a))", literal), Ok(()));
    assert_eq!(judge("SELECT 1", OrgValue::Absent), Ok(()));
}

#[test]
fn a_leaf_that_is_read_needs_its_wall() {
    for wall in [
        "public.t_p02",
        "public.t_p02 AS t",
        "(SELECT a, b FROM public.t_p02) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE true) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = 42) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = $1) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id <> $2) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id >= $2) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = $2 OR true) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE NOT org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = $2 + 0) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = ANY (ARRAY[$2])) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id OPERATOR(public.=) $2) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE a = $2) AS t",
        "(SELECT a, b, org_id FROM public.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, ctid FROM public.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, tableoid AS b FROM public.t_p02 WHERE org_id = $2) AS t",
        "(SELECT * FROM public.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p03 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p2 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t WHERE org_id = $2) AS t",
        "(SELECT a, b FROM t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM t WHERE org_id = $2) AS t",
        "(SELECT a, b FROM other.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM orgfold.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM pg_temp.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM db.public.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM ONLY public.t_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p02 AS z WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p02 TABLESAMPLE other (1) WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p02, public.u_p02 WHERE org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p02 LEFT JOIN public.currency AS c ON org_id = $2) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = $2 UNION ALL SELECT a, b FROM public.t_p02) AS t",
        "(SELECT a, b FROM public.t_p02 WHERE org_id = $2 FOR UPDATE) AS t",
        "(VALUES (1)) AS v LEFT JOIN public.t_p02 AS t ON t.org_id = $2",
        "public.currency AS c LEFT JOIN (SELECT a, b FROM public.t_p02) AS t ON t.org_id = $2",
        "(TABLE public.t_p02) AS t",
        "orgfold_catalog.visible AS v",
        "orgfold.org_state AS s",
        "pg_catalog.pg_class AS c",
        "information_schema.tables AS c",
        "public.v AS v",
        "x AS x",
        "pg_catalog.pg_read_file('x') AS f",
        "ROWS FROM (pg_catalog.query_to_xml('x', true, true, '')) AS f",
    ] {
        refused(&format!("SELECT 1 FROM {wall}"));
    }
    passes(&format!("SELECT 1 FROM {T}"));
    // The wall itself is no statement: its columns come out by themselves, and nothing names them.
    refused("SELECT a, b FROM public.t_p02 WHERE org_id = $2");
    // A name is in scope from its own definition on, and in its own statement only.
    refused("WITH x AS (SELECT * FROM x AS x) SELECT 1 FROM x AS x");
    refused("WITH x AS (SELECT 1 FROM y AS y), y AS (SELECT 1) SELECT 1 FROM x AS x");
    refused("SELECT 1 FROM (WITH x AS (SELECT 1) SELECT 1 FROM x AS x) AS q, x AS x");
    assert!(judge(&format!("SELECT 1 FROM {T}"), OrgValue::Absent).is_err());
    assert!(judge(&format!("SELECT 1 FROM {T}"), OrgValue::Param(3)).is_err());
    assert!(judge(&format!("SELECT 1 FROM {}", T.replace("$2", "43")), OrgValue::Literal(ORG)).is_err());
}

#[test]
fn the_predicate_needs_both_halves() {
    let fence = "(CASE WHEN org_id = ANY (ARRAY[$2]) THEN 1 END) IS NOT NULL";
    for condition in [
        "org_id = $2",
        fence,
        &format!("{fence} AND org_id = $2"),
        &format!("org_id = $2 AND {fence} AND true"),
        &format!("org_id = $2 OR {fence}"),
        &format!("org_id = $2 AND NOT {fence}"),
        &format!("org_id = $2 AND {}", fence.replace("NOT NULL", "NULL")),
        &format!("org_id = $2 AND {}", fence.replace("org_id", "a")),
        &format!("org_id = $2 AND {}", fence.replace("$2", "$1")),
        &format!("org_id = $2 AND {}", fence.replace("$2", "$2, $1")),
        &format!("org_id = $2 AND {}", fence.replace("ANY", "ALL")),
        &format!("org_id = $2 AND {}", fence.replace("1 END", "NULL END")),
        &format!("org_id = $2 AND {}", fence.replace("1 END", "a END")),
        &format!("org_id = $2 AND {}", fence.replace("1 END", "1 ELSE 1 END")),
        &format!("org_id = $2 AND {}", fence.replace("THEN", "THEN 1 WHEN true THEN")),
    ] {
        for sql in [
            format!("SELECT 1 FROM (SELECT a, b FROM public.t_p02 WHERE {condition}) AS t"),
            format!("DELETE FROM public.t_p02 AS t WHERE {}", condition.replace("org_id", "t.org_id")),
        ] {
            let deleted_more = sql.starts_with("DELETE") && condition.ends_with("AND true");
            let verdict = judge_as_it_is(&sql, OrgValue::Param(2));
            assert_eq!(verdict.is_ok(), deleted_more, "{sql}\n  {verdict:?}");
        }
    }
}

#[test]
fn a_leaf_that_is_changed_needs_the_org() {
    for sql in [
        "DELETE FROM public.t_p02 AS t",
        "DELETE FROM public.t_p02 WHERE org_id = $2",
        "DELETE FROM public.t AS t WHERE t.org_id = $2",
        "DELETE FROM public.t_p03 AS t WHERE t.org_id = $2",
        "DELETE FROM public.currency AS t WHERE t.org_id = $2",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $1",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = 42",
        "DELETE FROM public.t_p02 AS t WHERE org_id = $2",
        "DELETE FROM public.t_p02 AS t WHERE x.org_id = $2",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 OR (true)",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 AND (true) OR true",
        "DELETE FROM public.t_p02 AS t WHERE NOT (t.org_id = $2 AND (true))",
        "DELETE FROM public.t_p02 AS t WHERE (true) OR t.org_id = $2",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 AND (t.org_id = 1)",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 AND (t.a = $2)",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING *",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING t",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING t.*",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING (t).a",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING ROW(t.*)",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING pg_catalog.row_to_json(t)",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING org_id",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING t.org_id",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING public.t_p02.org_id",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING old.org_id",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING new",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING WITH (OLD AS o) o.org_id",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING tableoid",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING t.tableoid",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 AND (EXISTS (SELECT t.org_id))",
        "DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 AND (EXISTS (SELECT 1 FROM (VALUES (1)) AS t (a), \
         (SELECT t.org_id) AS x))",
        "DELETE FROM public.t_p02 AS t USING public.u_p02 AS u WHERE t.org_id = $2 AND (u.c = t.a)",
        "DELETE FROM public.t_p02 AS t WHERE CURRENT OF c",
        "UPDATE public.t_p02 AS t SET a = 1",
        "UPDATE public.t_p02 AS t SET org_id = 1 WHERE t.org_id = $2",
        "UPDATE public.t_p02 AS t SET a = t.org_id WHERE t.org_id = $2",
        "UPDATE public.t_p02 AS t SET a = $2 WHERE t.org_id = $2",
        "UPDATE public.t_p02 AS t SET (a, org_id) = (SELECT 1, 2) WHERE t.org_id = $2",
        "UPDATE public.t_p02 AS t SET a = 1 FROM public.t_p02 AS o WHERE t.org_id = $2",
        "INSERT INTO public.t_p02 (a, org_id) VALUES (1, $2)",
        "INSERT INTO public.t_p02 AS t (a) VALUES (1)",
        "INSERT INTO public.t_p02 AS t VALUES ($2, 1)",
        "INSERT INTO public.t_p02 AS t DEFAULT VALUES",
        "INSERT INTO public.t_p02 AS t (org_id, a) VALUES ($2, 1)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $1)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, 43)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, DEFAULT)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2), (1, 43)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES ($2)",
        "INSERT INTO public.t_p02 AS t (a, org_id, org_id) VALUES (1, 43, $2)",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES ($2, $2)",
        "INSERT INTO public.t_p02 AS t (a, org_id) OVERRIDING USER VALUE VALUES (1, $2)",
        "INSERT INTO public.t_p02 AS t (a, org_id) SELECT 1, 43",
        "INSERT INTO public.t_p02 AS t (a, org_id) SELECT 1, 2, $2",
        "INSERT INTO public.t_p02 AS t (a, org_id) SELECT 1, $2 UNION ALL SELECT 1, 43",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2) ON CONFLICT (a) DO NOTHING",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2) ON CONFLICT ON CONSTRAINT t_pkey_p03 DO NOTHING",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2) ON CONFLICT (org_id, a) DO UPDATE SET org_id = 1",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2) ON CONFLICT (org_id, a) DO UPDATE SET a = excluded.org_id",
        "INSERT INTO public.t_p02 AS t (a, org_id) VALUES (1, $2) RETURNING *",
        "INSERT INTO public.t AS t (a, org_id) VALUES (1, $2)",
        "INSERT INTO public.currency AS t (code, org_id) VALUES (1, $2)",
        "MERGE INTO public.t_p02 AS t USING public.currency AS c ON t.a = 1 WHEN MATCHED THEN DELETE",
        "WITH x AS (DELETE FROM public.u_p02 AS u RETURNING u.c) SELECT 1 FROM x AS x",
    ] {
        refused(sql);
    }
}

#[test]
fn what_is_no_query_or_calls_what_is_not_listed_is_refused() {
    for sql in [
        "SELECT 1; SELECT 1",
        "",
        "TABLE public.t",
        "TRUNCATE public.t_p02",
        "DROP TABLE public.t",
        "CREATE TABLE x ()",
        "SET search_path = x",
        "SET ROLE postgres",
        "DO 'begin end'",
        "CALL x()",
        "LOCK TABLE public.t_p02",
        "EXPLAIN SELECT 1",
        "DECLARE orgfold_c CURSOR FOR SELECT 1",
        "PREPARE p AS SELECT 1",
        "SELECT 1 INTO x",
        "SELECT lower('x')",
        "SELECT pg_catalog.set_config('orgfold.org_id', '1', true)",
        "SELECT pg_catalog.nextval('x')",
        "SELECT public.unknown()",
        "SELECT orgfold_catalog.definition('x')",
        "SELECT orgfold.f()",
        "SELECT 'x'::regclass",
        "SELECT '16400'::pg_catalog.regclass",
        "SELECT 'pg_catalog.pg_class'::pg_catalog.regclass",
        "SELECT CAST($1 AS pg_catalog.regclass)",
        "SELECT orgfold_catalog.regclass(CAST(1 AS pg_catalog.regclass))",
        "SELECT orgfold_catalog.regclass(CAST($1 AS pg_catalog.regtype))",
        "SELECT orgfold_catalog.regclass(CAST($2 AS pg_catalog.regclass))",
        "SELECT orgfold_catalog.sees_regclass(1)",
        "SELECT x.* FROM orgfold_catalog.pg_authid AS x",
        "SELECT x.* FROM orgfold_catalog.shown AS x",
        "SELECT 't_p02'::pg_catalog.regclass",
        "SELECT a::pg_catalog.regclass FROM pg_catalog.generate_series(1, 2) AS a",
        "SELECT 'x'::pg_catalog.regprocedure",
        "SELECT NULL::public.t_p02",
        "SELECT 1 OPERATOR(public.+) 2",
        "SELECT $2",
        "SELECT $3",
        "SELECT $0",
        "SELECT g.pg_read_file FROM pg_catalog.unnest(ARRAY['x']) AS g",
        "SELECT g.pg_read_file, 1 AS pg_read_file FROM pg_catalog.unnest(ARRAY['x']) AS g",
        "SELECT (g).lo_import FROM pg_catalog.unnest(ARRAY['x']) AS g",
        "SELECT g.unheard FROM pg_catalog.unnest(ARRAY['x']) AS g",
        "COPY public.t_p02 (a) TO STDOUT",
        "COPY public.t_p02 FROM STDIN",
        "COPY public.t_p02 (a, org_id) FROM STDIN",
        "COPY public.t_p03 (a) FROM STDIN",
        "COPY public.t (a) FROM STDIN",
        "COPY public.t_p02 (a) FROM '/etc/passwd'",
        "COPY public.t_p02 (a) FROM PROGRAM 'x'",
        "COPY (SELECT 1) TO PROGRAM 'x'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "COPY public.t_p02 (a) FROM STDIN WHERE org_id = 1",
        "COPY (DELETE FROM public.t_p02 AS t RETURNING t.a) TO STDOUT",
    ] {
        refused(sql);
    }
}

#[test]
fn json_is_walked_too() {
    for (sql, hole) in [
        ("SELECT JSON_OBJECT('k' VALUE (SELECT {}) ABSENT ON NULL RETURNING text)", "t.a"),
        ("SELECT JSON_ARRAY((SELECT {}), 1)", "t.a"),
        ("SELECT JSON_ARRAY(SELECT t.a FROM {})", T),
        ("SELECT JSON_OBJECTAGG('k' VALUE {}) FILTER (WHERE true)", "t.a"),
        ("SELECT JSON_ARRAYAGG({} ORDER BY 1)", "t.a"),
        ("SELECT JSON_SCALAR({}), JSON_SERIALIZE({} RETURNING text), JSON({})", "t.a"),
        ("SELECT JSON_VALUE({}, '$.a' PASSING 1 AS x RETURNING int DEFAULT 1 ON EMPTY ERROR ON ERROR)", "t.a"),
        ("SELECT JSON_QUERY({}, '$.a' WITH WRAPPER), JSON_EXISTS({}, '$')", "t.a"),
        (
            "SELECT j.x FROM JSON_TABLE({}, '$[*]' COLUMNS (x int PATH '$', NESTED PATH '$' COLUMNS (y text))) AS j",
            "$1",
        ),
    ] {
        passes(&sql.replace("{}", hole));
        refused(&sql.replace("{}", "(SELECT 1 FROM public.t_p02 AS t LIMIT 1)"));
    }
    refused("SELECT JSON_VALUE($1, '$' RETURNING regclass)");
    refused("SELECT JSON_OBJECT('k' VALUE pg_catalog.pg_read_file('x'))");
    refused("SELECT j.x FROM JSON_TABLE($1, '$' COLUMNS (x regclass)) AS j");
    refused("DELETE FROM public.t_p02 AS t WHERE t.org_id = $2 RETURNING JSON_OBJECT('k' VALUE t.org_id)");
}

#[test]
fn a_syntax_error_is_placed() {
    let position = |sql| match judge(sql, OrgValue::Absent) {
        Err(Refusal::Syntax { message, position }) => (message, position),
        other => panic!("{sql}: {other:?}"),
    };
    let near = |token: &str| format!("syntax error at or near \"{token}\"");
    assert_eq!(position("SELECT 'é', 1 < 2 = true"), (near("="), Some(19)));
    assert_eq!(position("SELECT 1 FROM WHERE true"), (near("WHERE"), Some(15)));
    assert_eq!(position("SELECT (1"), ("syntax error at end of input".to_owned(), None));
}

#[test]
fn depth_alone_is_no_reason() {
    let brackets = |n: usize| format!("SELECT {}1{}", "(1 + ".repeat(n), ")".repeat(n));
    passes(&brackets(256));
    passes(&format!("SELECT 1 WHERE {}true", "true AND ".repeat(4_000)));
    // Past what libpg_query reads, a refusal and no crash.
    assert_eq!(judge(&format!("SELECT {}1", "1 + ".repeat(4_000)), OrgValue::Absent), Ok(()));
    for n in [4_000, 5_000, 100_000] {
        assert_eq!(judge(&brackets(n), OrgValue::Absent), Err(Refusal::TooDeep));
        assert_eq!(judge(&format!("SELECT {}1", "1 + ".repeat(n + 4_000)), OrgValue::Absent), Err(Refusal::TooDeep));
    }
}

#[test]
fn statements_around_others_are_judged_with_them() {
    for sql in [
        "EXPLAIN (COSTS OFF) SELECT 1 FROM (SELECT a, b FROM public.t_p02 WHERE org_id = $2) AS t",
        "DECLARE c CURSOR FOR SELECT 1 FROM (SELECT a, b FROM public.t_p02 WHERE org_id = $2) AS t",
        "FETCH ALL FROM c",
        "CLOSE c",
    ] {
        passes(sql);
    }
    for sql in [
        "EXPLAIN SELECT 1",
        "EXPLAIN (COSTS ON) SELECT 1",
        "EXPLAIN (COSTS OFF, BUFFERS) SELECT 1",
        "EXPLAIN (COSTS OFF) SELECT 1 FROM public.t_p02 AS t",
        "DECLARE c CURSOR FOR SELECT 1 FROM public.t_p02 AS t",
        "FETCH ALL FROM orgfold_hidden",
        "CLOSE orgfold_hidden",
        "PREPARE mine (bigint) AS SELECT 1",
        "PREPARE orgfold_prepared_00000000 AS SELECT 1",
        "EXECUTE orgfold_prepared_00000000 (1)",
        "NOTIFY \"orgfold.7.x\"",
        "NOTIFY x",
        "SELECT orgfold_catalog.pg_advisory_xact_lock(3, 1)",
        "SELECT orgfold_catalog.pg_notify('x', 'y')",
        "SELECT pg_catalog.nextval('\"public\".\"t_id_seq\"')",
    ] {
        refused(sql);
    }
}

#[test]
fn records_are_locked_under_the_predicates_of_org_and_object() {
    let org = "j.org_id = $2 AND (CASE WHEN j.org_id = ANY (ARRAY[$2]) THEN 1 END) IS NOT NULL";
    let half = |id| format!("j.object_id = {id}");
    let fence = |id| format!("(CASE WHEN j.object_id = ANY (ARRAY[{id}]) THEN 1 END) IS NOT NULL");
    let lock = |slot: &str, condition: String| {
        let sql = format!("SELECT j.{slot} AS a FROM orgfold.record_p02 AS j WHERE {condition} FOR UPDATE");
        judge_as_it_is(&sql, OrgValue::Param(2))
    };
    let whole = |id| format!("{org} AND {} AND {}", half(id), fence(id));
    lock("text_6", whole(5)).unwrap();
    lock("text_6", format!("{} AND (j.text_6 = 'x' OR true)", whole(5))).unwrap();
    lock("text_7", whole(6)).unwrap();
    for (slot, condition) in [
        ("text_6", org.to_owned()),
        ("text_6", whole(6)),
        ("text_6", whole(7)),
        ("text_6", format!("{org} AND {} AND {}", half(5), fence(6))),
        ("text_6", format!("{org} AND {}", half(5))),
        ("text_6", format!("{} AND {}", half(5), fence(5))),
        ("text_6", format!("{} OR true", whole(5))),
        ("text_6", format!("{} AND j.text_7 = 'x'", whole(5))),
        ("object_id", whole(5)),
        ("id", whole(5)),
    ] {
        assert!(lock(slot, condition.clone()).is_err(), "{slot}: {condition}");
    }
    let other_leaf = format!("SELECT j.text_6 AS a FROM orgfold.record_p03 AS j WHERE {} FOR UPDATE", whole(5));
    assert!(judge_as_it_is(&other_leaf, OrgValue::Param(2)).is_err());
}
