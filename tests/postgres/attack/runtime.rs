//! The second wall: what the role could do that orgs' statements run as, had orgfold sent what it never sends.

use super::stage::Stage;

/// What must fail on the shard itself, whatever went wrong before. `{leaf}` is acme's.
const FORBIDDEN: &[&str] = &[
    "CREATE TABLE x ()",
    "CREATE TEMP TABLE x ()",
    "CREATE TABLE orgfold.x ()",
    "CREATE TABLE orgfold_catalog.x ()",
    "CREATE SCHEMA x",
    "CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW x AS SELECT 1",
    "CREATE SEQUENCE x",
    "CREATE TYPE x AS (a int)",
    "CREATE DOMAIN x AS int",
    "CREATE OPERATOR public.= (FUNCTION = int8eq, LEFTARG = bigint, RIGHTARG = bigint)",
    "CREATE CAST (text AS integer) WITH INOUT",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE ROLE x",
    "CREATE DATABASE x",
    "CREATE PUBLICATION x",
    "CREATE SUBSCRIPTION x CONNECTION '' PUBLICATION y",
    "CREATE SERVER x FOREIGN DATA WRAPPER y",
    "CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION f()",
    "CREATE INDEX x ON customer_p{leaf} (id)",
    "CREATE STATISTICS x ON id, name FROM customer_p{leaf}",
    "CREATE TRIGGER x BEFORE INSERT ON customer_p{leaf} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE x AS ON INSERT TO customer_p{leaf} DO NOTHING",
    "CREATE POLICY x ON customer_p{leaf}",
    "ALTER TABLE customer_p{leaf} ADD COLUMN x int",
    "ALTER TABLE customer DETACH PARTITION customer_p{leaf}",
    "ALTER TABLE customer_p{leaf} DISABLE TRIGGER ALL",
    "ALTER TABLE customer_p{leaf} ALTER COLUMN org_id SET DEFAULT 1",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "ALTER DATABASE postgres SET search_path = x",
    "ALTER SYSTEM SET log_statement = 'all'",
    "ALTER FUNCTION orgfold_catalog.regclass(text) OWNER TO CURRENT_USER",
    "ALTER SEQUENCE ticket_id_seq RESTART",
    "DROP TABLE customer",
    "DROP TABLE customer_p{leaf}",
    "DROP SCHEMA orgfold CASCADE",
    "TRUNCATE customer_p{leaf}",
    "LOCK TABLE customer",
    "GRANT ALL ON customer TO PUBLIC",
    "GRANT orgfold_release TO CURRENT_USER",
    "SET ROLE orgfold_release",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "SET allow_system_table_mods = on",
    "SET zero_damaged_pages = on",
    "SET lc_messages = 'C'; SET log_min_messages = debug5",
    "REASSIGN OWNED BY postgres TO CURRENT_USER",
    // Every org's rows at once, and orgfold's own tables.
    "SELECT * FROM customer",
    "TABLE invoice",
    "INSERT INTO customer (org_id, id, name) VALUES (1, 1, 'x')",
    "UPDATE customer SET name = 'x'",
    "DELETE FROM customer",
    "SELECT * FROM orgfold.migration",
    "SELECT * FROM orgfold.org_state",
    "SELECT * FROM orgfold.shard_file",
    "UPDATE orgfold.catalog SET version = 0",
    "DELETE FROM orgfold.catalog",
    "UPDATE currency SET name = 'x'",
    "SELECT orgfold.catalog_changed()",
    // Files, programs, other servers.
    "COPY customer_p{leaf} TO '/tmp/orgfold-attack'",
    "COPY customer_p{leaf} FROM '/etc/passwd'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "COPY customer_p{leaf} FROM PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_ls_waldir()",
    "SELECT pg_ls_logdir()",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')",
    "LOAD '/tmp/x'",
    "DO LANGUAGE plpython3u 'pass'",
    // What only superusers see or do.
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM pg_user_mapping",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_restore_point('x')",
    "SELECT pg_promote()",
    "SELECT pg_stat_reset()",
    "SELECT pg_log_backend_memory_contexts(pg_backend_pid())",
    "SELECT pg_logical_emit_message(true, 'a', 'b') FROM pg_create_logical_replication_slot('x', 'y')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "VACUUM customer_p{leaf}; SELECT 1 / 0",
];

/// What PostgreSQL opens to everybody, that no role but a superuser can close. It needs statements that orgfold never
/// sends; this list is so that a change of it is seen. ARCHITECTURE.md says what each would give.
const OPEN: &[&str] = &[
    "SELECT lo_unlink(lo_create(0))",
    "SELECT pg_advisory_lock(1), pg_advisory_unlock(1)",
    "SELECT pg_notify('orgfold_attack', 'x')",
    "SELECT count(*) FROM pg_class",
    "SELECT count(*) FROM pg_stat_activity",
    "SELECT count(*) FROM pg_settings",
    "SELECT pg_relation_size('customer_p{leaf}')",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "SELECT set_config('orgfold.org_id', '1', true)",
    "SELECT pg_get_functiondef('orgfold.catalog_changed'::regproc)",
    "DO 'BEGIN END'",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_role_can_do_little_more_than_change_leaves() {
    let stage = Stage::set().await;
    let runtime = stage.fleet.runtime_client(1).await;
    let mut wrong = Vec::new();
    for sql in FORBIDDEN {
        let (sql, _) = stage.filled(sql).await;
        match runtime.batch_execute(&format!("BEGIN; {sql}")).await {
            Ok(()) => wrong.push(format!("worked: {sql}")),
            Err(error) => {
                let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
                // A fault of the statement's own would prove nothing.
                let expected = ["42501", "25001", "0A000", "42704", "58P01", "22012", "3F000", "42710"];
                if !expected.contains(&error.code().code()) {
                    wrong.push(format!("{} {}: {sql}", error.code().code(), error.message()));
                }
            }
        }
        runtime.batch_execute("ROLLBACK").await.unwrap();
    }
    for sql in OPEN {
        let (sql, _) = stage.filled(sql).await;
        if let Err(error) = runtime.batch_execute(&format!("BEGIN; {sql}")).await {
            wrong.push(format!("no longer open: {sql}: {error:?}"));
        }
        runtime.batch_execute("ROLLBACK").await.unwrap();
    }
    // A leaf takes rows of its own orgs only: another org's number of another leaf is refused.
    let (sql, _) = stage.filled("INSERT INTO customer_p{elsewhere} (org_id, id, name) VALUES ({acme}, 99, 'x')").await;
    let refused = runtime.batch_execute(&sql).await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "23514");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(stage.theirs_are_untouched().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_role_owns_nothing_and_belongs_to_nobody() {
    let stage = Stage::set().await;
    let shard = stage.fleet.shard_client(1).await;
    let facts = "
        SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
               EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid OR roleid = r.oid),
               EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid)
                   OR EXISTS (SELECT FROM pg_namespace WHERE nspowner = r.oid) OR EXISTS (SELECT FROM pg_type WHERE typowner = r.oid),
               (SELECT count(*) FROM pg_namespace n WHERE has_schema_privilege(r.oid, n.oid, 'CREATE')),
               (SELECT count(*) FROM pg_class c WHERE c.relkind = 'p' AND has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE')),
               (SELECT count(*) FROM pg_proc p WHERE p.prosecdef AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
                   -- The only way to the metadata, which the role itself may not write.
                   AND p.oid <> 'orgfold.define(bigint,bigint,text,jsonb,jsonb)'::regprocedure),
               (SELECT count(*) FROM pg_language l WHERE NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c')
                   AND has_language_privilege(r.oid, l.oid, 'USAGE'))
        FROM pg_roles r WHERE rolname = 'orgfold_runtime'";
    let row = shard.query_one(facts, &[]).await.unwrap();
    let what = ["is more than a role", "is or has a member", "owns something"];
    for (at, what) in what.iter().enumerate() {
        assert!(!row.get::<_, bool>(at), "the runtime role {what}");
    }
    let what =
        ["schemas to create in", "parents of leaves to touch", "functions that run as others", "untrusted languages"];
    for (at, what) in what.iter().enumerate() {
        assert_eq!(row.get::<_, i64>(at + 3), 0, "{what}");
    }
}
