//! Schema files without a server: what they become, and what is refused, with line and reason.

use std::collections::BTreeSet;

use orgfold::catalog::{Catalog, LeafCount, QualifiedName};
use orgfold::migrate::{Part, PlanOptions, Refusal, plan_file};

fn plan(text: &str) -> Result<Vec<Part>, Refusal> {
    let options = PlanOptions {
        stride: 64,
        runtime_role: "app".to_owned(),
        global_tables: BTreeSet::from([QualifiedName::public("country")]),
    };
    plan_file(&Catalog::empty(LeafCount::try_new(2).unwrap()), text, &options)
}

/// The physical text for the third shard.
fn physical(text: &str) -> String {
    let parts = plan(text).unwrap();
    let mut lines = Vec::new();
    for part in parts {
        lines.extend(part.concurrent.into_iter().map(|index| index.sql));
        lines.extend(part.steps.iter().map(|(_, step)| step.sql(3)));
    }
    lines.join(";\n")
}

#[test]
fn a_table_becomes_a_parent_and_leaves() {
    let text = "CREATE TABLE a (
        id int GENERATED ALWAYS AS IDENTITY (START WITH 100),
        name text COLLATE \"C\" NOT NULL DEFAULT $$it's -- $$ CHECK (name <> E'\\'' /* ' */),
        CONSTRAINT mine UNIQUE (name, id) DEFERRABLE, PRIMARY KEY (id), up int REFERENCES a ON DELETE SET NULL
    ) WITH (fillfactor = 90)";
    let expected = r#"CREATE SEQUENCE "public"."a_id_seq" AS integer INCREMENT BY 64 START WITH 131;
GRANT USAGE ON SEQUENCE "public"."a_id_seq" TO "app";
CREATE TABLE "public"."a" (
    "org_id" bigint NOT NULL,
    "id" int NOT NULL DEFAULT nextval('"public"."a_id_seq"'::regclass),
    "name" text COLLATE "C" NOT NULL DEFAULT $$it's -- $$,
    "up" int,
    CONSTRAINT "a_name_check" CHECK (name <> E'\'')
) PARTITION BY HASH ("org_id");
CREATE TABLE "public"."a_p00" PARTITION OF "public"."a" ("org_id" DEFAULT (current_setting('orgfold.org_id'))::bigint) FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (fillfactor = 90);
CREATE TABLE "public"."a_p01" PARTITION OF "public"."a" ("org_id" DEFAULT (current_setting('orgfold.org_id'))::bigint) FOR VALUES WITH (MODULUS 2, REMAINDER 1) WITH (fillfactor = 90);
GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."a_p00" TO "app";
GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."a_p01" TO "app";
ALTER SEQUENCE "public"."a_id_seq" OWNED BY "public"."a"."id";
ALTER TABLE "public"."a_p00" ADD CONSTRAINT "mine_p00" UNIQUE ("org_id", "name", "id") DEFERRABLE;
ALTER TABLE "public"."a_p01" ADD CONSTRAINT "mine_p01" UNIQUE ("org_id", "name", "id") DEFERRABLE;
ALTER TABLE "public"."a" ADD CONSTRAINT "mine" UNIQUE ("org_id", "name", "id") DEFERRABLE;
ALTER TABLE "public"."a_p00" ADD CONSTRAINT "a_pkey_p00" PRIMARY KEY ("org_id", "id");
ALTER TABLE "public"."a_p01" ADD CONSTRAINT "a_pkey_p01" PRIMARY KEY ("org_id", "id");
ALTER TABLE "public"."a" ADD CONSTRAINT "a_pkey" PRIMARY KEY ("org_id", "id");
ALTER TABLE "public"."a_p00" ADD CONSTRAINT "a_up_fkey" FOREIGN KEY ("org_id", "up") REFERENCES "public"."a_p00" ("org_id", "id") ON DELETE SET NULL ("up");
ALTER TABLE "public"."a_p01" ADD CONSTRAINT "a_up_fkey" FOREIGN KEY ("org_id", "up") REFERENCES "public"."a_p01" ("org_id", "id") ON DELETE SET NULL ("up")"#;
    assert_eq!(physical(text), expected);
}

#[test]
fn indexes_begin_with_the_org_where_they_can() {
    let text = "CREATE TABLE t (a int, b text);
        CREATE INDEX ON t (lower(b), a DESC) WHERE b <> ')'; CREATE INDEX by_b ON t USING gin (b gin_trgm_ops);
        CREATE INDEX CONCURRENTLY later ON t (a)";
    let sql = physical(text);
    for expected in [
        r#"CREATE INDEX "t_lower_a_idx_p01" ON "public"."t_p01" USING "btree" ("org_id", lower(b), a DESC) WHERE b <> ')'"#,
        r#"CREATE INDEX "t_lower_a_idx" ON "public"."t" USING "btree" ("org_id", lower(b), a DESC) WHERE b <> ')'"#,
        r#"CREATE INDEX "by_b_p00" ON "public"."t_p00" USING "gin" (b gin_trgm_ops)"#,
        r#"CREATE INDEX CONCURRENTLY "later_p00" ON "public"."t_p00" USING "btree" ("org_id", a)"#,
    ] {
        assert!(sql.lines().any(|line| line.trim_end_matches(';') == expected), "{expected}\n{sql}");
    }
    assert_eq!(plan(text).unwrap().len(), 2, "an index built concurrently is a part of its own");
}

#[test]
fn global_tables_stay_plain() {
    let sql = physical(
        "CREATE TABLE country (code text PRIMARY KEY);\n-- orgfold: global\nCREATE TABLE tax (country text REFERENCES country);
         INSERT INTO country VALUES ('CH'); CREATE TABLE x (c text REFERENCES country ON UPDATE CASCADE)",
    );
    assert!(!sql.contains("country_p0") && !sql.contains("tax_p0"), "{sql}");
    assert!(sql.contains(r#"GRANT SELECT ON "public"."country" TO "app""#));
    assert!(sql.contains("INSERT INTO country VALUES ('CH')"));
    assert!(sql.contains(r#""public"."x_p00" ADD CONSTRAINT "x_c_fkey" FOREIGN KEY ("c") REFERENCES "public"."country" ("code") ON UPDATE CASCADE"#));
}

#[test]
fn views_are_kept_and_granted_to_nobody() {
    let parts =
        plan("CREATE TABLE t (a int, b int); CREATE VIEW v (x) AS SELECT a, b AS y FROM t WHERE a > 0").unwrap();
    let part = parts.last().unwrap();
    let view = &part.catalog.views[&QualifiedName::public("v")];
    assert_eq!(
        (view.columns.join(" "), view.query.as_str()),
        ("x y".to_owned(), "SELECT a, b AS y FROM t WHERE a > 0")
    );
    let about: Vec<String> =
        part.steps.iter().map(|(_, step)| step.sql(1)).filter(|sql| sql.contains("\"v\"")).collect();
    assert_eq!(about, [r#"CREATE OR REPLACE VIEW "public"."v" ("x", "y") AS SELECT a, b AS y FROM t WHERE a > 0"#]);
}

/// Refused at this line, for a reason that says this.
fn refuse(text: &str, line: usize, reason: &str) {
    match plan(text) {
        Ok(parts) => panic!("accepted: {text}\n{parts:#?}"),
        Err(refusal) => {
            assert!(refusal.reason.contains(reason), "{text}\n{refusal}");
            assert_eq!(refusal.line, line, "{text}\n{refusal}");
        }
    }
}

#[test]
fn what_could_cross_orgs_is_refused() {
    let t = "CREATE TABLE t (a int PRIMARY KEY, b int);\n";
    for (text, reason) in [
        ("CREATE TABLE u (org_id int)", "org_id"),
        ("CREATE TABLE u (\"org_id\" int)", "org_id"),
        ("CREATE TABLE u (a int CHECK (a < org_id))", "org_id"),
        ("CREATE INDEX ON t (\"org_id\")", "org_id"),
        ("CREATE VIEW v AS SELECT org_id FROM t", "org_id"),
        ("ALTER TABLE t RENAME a TO org_id", "org_id"),
        ("ALTER TABLE t DROP COLUMN org_id", "org_id"),
        ("CREATE TABLE orgfold.u (a int)", "orgfold's own"),
        ("CREATE TABLE pg_catalog.u (a int)", "schema pg_catalog"),
        ("CREATE TABLE u (a int) INHERITS (t)", "INHERITS"),
        ("CREATE TABLE u (a int) PARTITION BY RANGE (a)", "PARTITION BY"),
        ("CREATE TABLE u PARTITION OF t DEFAULT", "without a list"),
        ("CREATE TABLE u (LIKE t INCLUDING ALL)", "LIKE"),
        ("CREATE TABLE u AS SELECT 1", "without a list"),
        ("CREATE TEMP TABLE u (a int)", "temporary"),
        ("CREATE TABLE u (x t)", "is a table"),
        ("CREATE TABLE u (x public.t[])", "is a table"),
        ("CREATE DOMAIN d AS t", "is a table"),
        ("CREATE TYPE c AS (a int, b t)", "is a table"),
        ("CREATE TABLE u (x int DEFAULT nextval('s'))", "identity column"),
        ("CREATE TABLE t_p01 (a int)", "leaf of t"),
        ("CREATE TABLE u (a int); ALTER TABLE u RENAME TO t_p00", "leaf of t"),
        ("CREATE TABLE uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu (a int)", "longer than 59"),
        ("CREATE TABLE u (a int, a int)", "twice"),
        ("CREATE TABLE t (a int)", "exists already"),
        ("CREATE TABLE u (a int REFERENCES nowhere)", "does not exist"),
        ("CREATE TABLE u (a int REFERENCES t ON UPDATE SET NULL)", "org_id too"),
        ("CREATE TABLE u (a int, b int, FOREIGN KEY (a, b) REFERENCES t (a, b) MATCH FULL)", "MATCH FULL"),
        ("CREATE TABLE country (a int REFERENCES t)", "global table"),
        ("CREATE TABLE country (id serial)", "same on every shard"),
        ("INSERT INTO t VALUES (1)", "belong to orgs"),
        ("DELETE FROM t", "belong to orgs"),
        ("CREATE TABLE country (a int); INSERT INTO country SELECT a FROM t", "SELECT in a seed row"),
        ("CREATE TABLE country (a int); INSERT INTO country VALUES ((SELECT max(a) FROM t))", "SELECT in a seed row"),
        ("CREATE TABLE country (a int); DELETE FROM country USING t WHERE t.a = country.a", "USING in a seed row"),
        ("CREATE TABLE country (a int); INSERT INTO country TABLE t", "TABLE in a seed row"),
        ("SELECT set_config('search_path', '', false)", "run code"),
        ("DO $$ BEGIN END $$", "run code"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "functions"),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "functions"),
        ("CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f()", "triggers"),
        ("CREATE RULE r AS ON SELECT TO t DO INSTEAD SELECT 1", "rules"),
        ("CREATE POLICY p ON t", "policies"),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "not supported"),
        ("ALTER TABLE t OWNER TO me", "not supported"),
        ("ALTER TABLE ONLY t ADD x int", "ONLY"),
        ("ALTER TABLE t ATTACH PARTITION u DEFAULT", "not supported"),
        ("GRANT SELECT ON t TO PUBLIC", "privileges"),
        ("CREATE MATERIALIZED VIEW v AS SELECT a FROM t", "materialized"),
        ("CREATE VIEW v AS SELECT * FROM t", "name the columns"),
        ("CREATE VIEW v AS SELECT a FROM nowhere", "view public.v"),
        ("CREATE VIEW v AS SELECT a FROM t_p00", "view public.v"),
        ("CREATE VIEW v AS SELECT a + 1 FROM t", "AS"),
        ("CREATE VIEW v AS SELECT a FROM t; ALTER TABLE t RENAME a TO c", "view public.v"),
        ("CREATE VIEW v AS SELECT a FROM t; DROP TABLE t", "view public.v"),
        ("CREATE TABLE u (a int REFERENCES t); DROP TABLE t", "references public.t"),
        ("CREATE TABLE u (a int REFERENCES t); ALTER TABLE t DROP a", "references column a"),
        ("DROP TABLE t CASCADE", "CASCADE"),
        ("CREATE EXTENSION dblink", "extension dblink"),
        ("CREATE SEQUENCE s", "identity column"),
        ("COPY t FROM stdin", "COPY"),
        ("TRUNCATE t", "all orgs"),
        ("SET search_path = x", "settings"),
        ("CREATE UNIQUE INDEX ON t USING hash (a)", "unique index by hash"),
        ("-- orgfold: global \nCREATE INDEX ON t (a)", "before no CREATE TABLE"),
        ("-- orgfold: glbal", "unknown annotation"),
    ] {
        refuse(&format!("{t}{text}"), 2, reason);
    }
    refuse("\n\nCREATE TABLE u (\n  a int,\n  b int WITH (x)\n)", 5, "not a type");
}
