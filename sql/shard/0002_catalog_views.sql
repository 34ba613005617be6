-- The schema whose views and functions stand in for pg_catalog: what an org sees of it is what its own private database
-- would show. Leaves, org_id and orgfold's own schemas are not there; org-scoped parents are plain tables, their columns
-- numbered without org_id; statistics say nothing. Holds no data: made anew whenever this text changes. The runtime role
-- may read all that is in it.
--
-- The column lists are taken from the server, so that the views have the columns of its version.

DROP SCHEMA IF EXISTS orgfold_catalog CASCADE;
CREATE SCHEMA orgfold_catalog;

-- Relations of the service: tables (not leaves), indexes (not leaves'), sequences, types' relations.
CREATE VIEW orgfold_catalog.visible AS
    SELECT c.oid,
           EXISTS (SELECT FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum = 1 AND a.attname = 'org_id'
                     AND c.relkind IN ('p', 'I')) AS hides_org
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT c.relispartition AND n.nspname NOT IN ('orgfold', 'orgfold_catalog', 'pg_toast');

-- The org-scoped parent of a leaf; any other relation is its own.
CREATE FUNCTION orgfold_catalog.parent(relation oid) RETURNS oid LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = relation), relation) $$;

CREATE FUNCTION orgfold_catalog.hides_org(relation oid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT v.hides_org FROM orgfold_catalog.visible v WHERE v.oid = relation), false) $$;

-- Column numbers without org_id.
CREATE FUNCTION orgfold_catalog.keys(relation oid, keys smallint[]) RETURNS smallint[] LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN orgfold_catalog.hides_org(relation)
               THEN (SELECT array_agg((k - 1)::smallint ORDER BY o) FROM unnest(keys) WITH ORDINALITY AS u(k, o) WHERE k <> 1)
               ELSE keys END $$;

-- A vector without its first element.
CREATE FUNCTION orgfold_catalog.rest(vector text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT regexp_replace(vector, '^\S+ ?', '') $$;

-- Definitions without org_id and leaves.
CREATE FUNCTION orgfold_catalog.definition(text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace($1,
       '\(org_id, ', '(', 'g'), '_p0+("?)\(', '\1(', 'g'), ' ON ONLY ', ' ON '), 'SET (NULL|DEFAULT) \([^)]*\)', 'SET \1', 'g') $$;

CREATE PROCEDURE orgfold_catalog.stand_in(catalog name, replaced jsonb, condition text) LANGUAGE plpgsql AS
$$
DECLARE
    columns text;
BEGIN
    -- A later version may lack a catalog or a column: then there is nothing to stand in for.
    SELECT string_agg(coalesce((replaced ->> a.attname) || ' AS ',
                          CASE WHEN a.atttypid = 'anyarray'::regtype THEN 'NULL::text[] AS ' ELSE 'c.' END) || quote_ident(a.attname), ', ' ORDER BY a.attnum)
        INTO columns
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = to_regclass('pg_catalog.' || quote_ident(catalog)) AND a.attnum > 0 AND NOT a.attisdropped;
    IF columns IS NOT NULL THEN
        EXECUTE format('CREATE VIEW orgfold_catalog.%I AS SELECT %s FROM pg_catalog.%I c WHERE %s',
                       catalog, columns, catalog, condition);
    END IF;
END
$$;

CALL orgfold_catalog.stand_in('pg_class', '{
    "relkind": "(CASE c.relkind WHEN ''p'' THEN ''r'' WHEN ''I'' THEN ''i'' ELSE c.relkind END)::\"char\"",
    "relnatts": "(c.relnatts - orgfold_catalog.hides_org(c.oid)::int)::smallint",
    "reltuples": "(-1)::real", "relpages": "0", "relallvisible": "0", "relhassubclass": "false",
    "relhastriggers": "(c.relhastriggers OR EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_constraint k ON i.inhrelid IN (k.conrelid, k.confrelid) WHERE i.inhparent = c.oid AND k.contype = ''f''))",
    "relacl": "NULL::aclitem[]", "relpartbound": "NULL::pg_node_tree"}',
    'c.oid IN (SELECT v.oid FROM orgfold_catalog.visible v)');

CALL orgfold_catalog.stand_in('pg_attribute', '{
    "attnum": "(CASE WHEN c.attnum > 0 THEN c.attnum - orgfold_catalog.hides_org(c.attrelid)::int ELSE c.attnum END)::smallint",
    "attacl": "NULL::aclitem[]"}',
    'c.attrelid IN (SELECT v.oid FROM orgfold_catalog.visible v)
     AND NOT (c.attnum = 1 AND orgfold_catalog.hides_org(c.attrelid))');

CALL orgfold_catalog.stand_in('pg_attrdef', '{
    "adnum": "(c.adnum - orgfold_catalog.hides_org(c.adrelid)::int)::smallint"}',
    'c.adrelid IN (SELECT v.oid FROM orgfold_catalog.visible v)');

CALL orgfold_catalog.stand_in('pg_index', '{
    "indnatts": "(c.indnatts - orgfold_catalog.hides_org(c.indexrelid)::int)::smallint",
    "indnkeyatts": "(c.indnkeyatts - orgfold_catalog.hides_org(c.indexrelid)::int)::smallint",
    "indkey": "(SELECT coalesce(string_agg((CASE WHEN k > 0 AND orgfold_catalog.hides_org(c.indrelid) THEN k - 1 ELSE k END)::text, '' '' ORDER BY o), '''')::int2vector FROM unnest(c.indkey) WITH ORDINALITY AS u(k, o) WHERE NOT (o = 1 AND orgfold_catalog.hides_org(c.indexrelid)))",
    "indcollation": "(CASE WHEN orgfold_catalog.hides_org(c.indexrelid) THEN orgfold_catalog.rest(c.indcollation::text)::oidvector ELSE c.indcollation END)",
    "indclass": "(CASE WHEN orgfold_catalog.hides_org(c.indexrelid) THEN orgfold_catalog.rest(c.indclass::text)::oidvector ELSE c.indclass END)",
    "indoption": "(CASE WHEN orgfold_catalog.hides_org(c.indexrelid) THEN orgfold_catalog.rest(c.indoption::text)::int2vector ELSE c.indoption END)"}',
    'c.indexrelid IN (SELECT v.oid FROM orgfold_catalog.visible v)');

-- Foreign keys are declared leaf to leaf: those of the first leaf stand for the table's.
CALL orgfold_catalog.stand_in('pg_constraint', '{
    "conrelid": "orgfold_catalog.parent(c.conrelid)",
    "confrelid": "orgfold_catalog.parent(c.confrelid)",
    "conindid": "orgfold_catalog.parent(c.conindid)",
    "conparentid": "0::oid",
    "conislocal": "true", "coninhcount": "0",
    "conkey": "orgfold_catalog.keys(orgfold_catalog.parent(c.conrelid), c.conkey)",
    "confkey": "orgfold_catalog.keys(orgfold_catalog.parent(c.confrelid), c.confkey)"}',
    '(c.conrelid = 0 OR c.conrelid IN (SELECT v.oid FROM orgfold_catalog.visible v)
      OR (c.contype = ''f'' AND c.conrelid IN (
          SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class l ON l.oid = i.inhrelid
          WHERE l.relkind = ''r'' AND l.relname ~ ''_p0+$'')))
     AND NOT (c.contype = ''n'' AND c.conkey = ''{1}'' AND orgfold_catalog.hides_org(c.conrelid))
     AND c.connamespace NOT IN (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname IN (''orgfold'', ''orgfold_catalog''))');

CALL orgfold_catalog.stand_in('pg_namespace', '{"nspacl": "NULL::aclitem[]"}', 'c.nspname NOT IN (''orgfold'', ''orgfold_catalog'')');
CALL orgfold_catalog.stand_in('pg_type', '{"typacl": "NULL::aclitem[]"}',
    '(c.typrelid = 0 OR c.typrelid IN (SELECT v.oid FROM orgfold_catalog.visible v))
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = c.typelem AND e.typrelid <> 0
                     AND e.typrelid NOT IN (SELECT v.oid FROM orgfold_catalog.visible v))');
CALL orgfold_catalog.stand_in('pg_proc', '{"proacl": "NULL::aclitem[]"}',
    'c.pronamespace NOT IN (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname IN (''orgfold'', ''orgfold_catalog''))');
CALL orgfold_catalog.stand_in('pg_description', '{
    "objsubid": "(CASE WHEN c.classoid = ''pg_catalog.pg_class''::regclass AND c.objsubid > 0 THEN c.objsubid - orgfold_catalog.hides_org(c.objoid)::int ELSE c.objsubid END)"}',
    'c.classoid <> ''pg_catalog.pg_class''::regclass OR c.objoid IN (SELECT v.oid FROM orgfold_catalog.visible v)');
CALL orgfold_catalog.stand_in('pg_sequence', '{}', 'c.seqrelid IN (SELECT v.oid FROM orgfold_catalog.visible v)');
CALL orgfold_catalog.stand_in('pg_trigger', '{}', 'NOT c.tgisinternal AND c.tgrelid IN (SELECT v.oid FROM orgfold_catalog.visible v)');
CALL orgfold_catalog.stand_in('pg_tables', '{}',
    'c.schemaname NOT IN (''orgfold'', ''orgfold_catalog'') AND EXISTS (
        SELECT FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
        WHERE n.nspname = c.schemaname AND r.relname = c.tablename AND NOT r.relispartition)');
CALL orgfold_catalog.stand_in('pg_database', '{"datacl": "NULL::aclitem[]"}', 'c.datname = pg_catalog.current_database()');
CALL orgfold_catalog.stand_in('pg_roles', '{}', 'c.rolname = current_user');

-- The same for everyone.
CALL orgfold_catalog.stand_in('pg_am', '{}', 'true');
CALL orgfold_catalog.stand_in('pg_collation', '{}', 'true');
CALL orgfold_catalog.stand_in('pg_enum', '{}', 'true');
CALL orgfold_catalog.stand_in('pg_extension', '{}', 'true');
CALL orgfold_catalog.stand_in('pg_language', '{"lanacl": "NULL::aclitem[]"}', 'true');
CALL orgfold_catalog.stand_in('pg_range', '{}', 'true');

-- Nothing of these is the service's.
CALL orgfold_catalog.stand_in('pg_auth_members', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_foreign_server', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_foreign_table', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_inherits', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_partitioned_table', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_policy', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_publication', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_publication_namespace', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_publication_rel', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_rewrite', '{}', 'false');
CALL orgfold_catalog.stand_in('pg_statistic_ext', '{}', 'false');

DROP PROCEDURE orgfold_catalog.stand_in(name, jsonb, text);

-- Functions. Each has the signatures that clients call.
CREATE FUNCTION orgfold_catalog.is_visible(oid) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
CREATE FUNCTION orgfold_catalog.pg_table_is_visible(oid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT pg_catalog.pg_table_is_visible($1) AND EXISTS (SELECT FROM orgfold_catalog.visible v WHERE v.oid = $1) $$;
CREATE FUNCTION orgfold_catalog.no_text(oid) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::text $$;
CREATE FUNCTION orgfold_catalog.no_text(oid, boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::text $$;
CREATE FUNCTION orgfold_catalog.no_size(oid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 0::bigint $$;
CREATE FUNCTION orgfold_catalog.current_database() RETURNS name LANGUAGE sql STABLE AS $$ SELECT pg_catalog.current_database() $$;
CREATE FUNCTION orgfold_catalog.current_schemas(boolean) RETURNS name[] LANGUAGE sql STABLE AS $$ SELECT pg_catalog.current_schemas($1) $$;
CREATE FUNCTION orgfold_catalog.pg_encoding_to_char(integer) RETURNS name LANGUAGE sql STABLE AS $$ SELECT pg_catalog.pg_encoding_to_char($1) $$;
CREATE FUNCTION orgfold_catalog.pg_get_userbyid(oid) RETURNS name LANGUAGE sql STABLE AS $$ SELECT current_user $$;
CREATE FUNCTION orgfold_catalog.pg_partition_ancestors(oid) RETURNS SETOF oid LANGUAGE sql STABLE AS $$ SELECT $1 WHERE false $$;
CREATE FUNCTION orgfold_catalog.pg_get_expr(pg_node_tree, oid) RETURNS text LANGUAGE sql STABLE AS $$ SELECT pg_catalog.pg_get_expr($1, $2) $$;
CREATE FUNCTION orgfold_catalog.pg_get_expr(pg_node_tree, oid, boolean) RETURNS text LANGUAGE sql STABLE AS $$ SELECT pg_catalog.pg_get_expr($1, $2, $3) $$;
CREATE FUNCTION orgfold_catalog.pg_get_constraintdef(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT orgfold_catalog.definition(pg_catalog.pg_get_constraintdef($1)) WHERE EXISTS (SELECT FROM orgfold_catalog.pg_constraint c WHERE c.oid = $1) $$;
CREATE FUNCTION orgfold_catalog.pg_get_constraintdef(oid, boolean) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT orgfold_catalog.definition(pg_catalog.pg_get_constraintdef($1, $2)) WHERE EXISTS (SELECT FROM orgfold_catalog.pg_constraint c WHERE c.oid = $1) $$;
CREATE FUNCTION orgfold_catalog.pg_get_indexdef(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT orgfold_catalog.definition(pg_catalog.pg_get_indexdef($1)) WHERE EXISTS (SELECT FROM orgfold_catalog.visible v WHERE v.oid = $1) $$;
CREATE FUNCTION orgfold_catalog.pg_get_indexdef(oid, integer, boolean) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT orgfold_catalog.definition(pg_catalog.pg_get_indexdef($1, CASE WHEN $2 > 0 THEN $2 + orgfold_catalog.hides_org($1)::int ELSE 0 END, $3))
   WHERE EXISTS (SELECT FROM orgfold_catalog.visible v WHERE v.oid = $1) $$;
CREATE FUNCTION orgfold_catalog.pg_get_function_arguments(oid) RETURNS text LANGUAGE sql STABLE AS $$ SELECT pg_catalog.pg_get_function_arguments($1) $$;
CREATE FUNCTION orgfold_catalog.pg_get_function_result(oid) RETURNS text LANGUAGE sql STABLE AS $$ SELECT pg_catalog.pg_get_function_result($1) $$;
CREATE FUNCTION orgfold_catalog.obj_description(oid, name) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT pg_catalog.obj_description($1, $2) WHERE $2 <> 'pg_class' OR EXISTS (SELECT FROM orgfold_catalog.visible v WHERE v.oid = $1) $$;
CREATE FUNCTION orgfold_catalog.col_description(oid, integer) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT pg_catalog.col_description($1, $2 + orgfold_catalog.hides_org($1)::int) WHERE EXISTS (SELECT FROM orgfold_catalog.visible v WHERE v.oid = $1) $$;

-- What a cast of an oid to regclass and its like shows.
CREATE FUNCTION orgfold_catalog.regclass(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN $1 = 0 THEN '-' ELSE coalesce((SELECT quote_ident(c.relname) FROM orgfold_catalog.pg_class c WHERE c.oid = $1), $1::text) END $$;
CREATE FUNCTION orgfold_catalog.regtype(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN $1 = 0 THEN '-' ELSE coalesce((SELECT pg_catalog.format_type(t.oid, NULL) FROM orgfold_catalog.pg_type t WHERE t.oid = $1), $1::text) END $$;
CREATE FUNCTION orgfold_catalog.regnamespace(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN $1 = 0 THEN '-' ELSE coalesce((SELECT quote_ident(n.nspname) FROM orgfold_catalog.pg_namespace n WHERE n.oid = $1), $1::text) END $$;
