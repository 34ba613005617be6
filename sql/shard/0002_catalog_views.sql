-- The schema whose views, functions and types stand in for pg_catalog: what an org sees of it is what its own private
-- database would show. Leaves, org_id and orgfold's own schemas are not there; org-scoped parents are plain tables, their
-- columns numbered without org_id; statistics and privileges say nothing. Holds no data: made anew whenever this text or
-- that of the next files changes. The runtime role may read all that is in it.
--
-- Column lists are taken from the server, so that the views have those of its version. What leaves rows out is a
-- materialized view, which has no hidden rows at all, or a security barrier: else the error of a cast in WHERE would show
-- one. The catalogs change only when `orgfold migrate` runs, which then calls orgfold_catalog.refresh().

DROP SCHEMA IF EXISTS orgfold_catalog CASCADE;
CREATE SCHEMA orgfold_catalog;
-- The types of tables' rows as the service knows them, without org_id. Other types stay when the stand-ins are made anew.
CREATE SCHEMA IF NOT EXISTS orgfold_rows;

-- ---- What is shown ----

CREATE VIEW orgfold_catalog.hidden_schema AS
    SELECT n.oid FROM pg_catalog.pg_namespace n
    WHERE n.nspname IN ('orgfold', 'orgfold_catalog', 'orgfold_rows') OR n.nspname ~ '^pg_(toast|temp)';

-- The relations that an org sees. All leaves of a table are alike: what exists only on leaves (foreign keys, exclusion
-- constraints and their indexes) is shown once, taken from the leaf made first, as the table's.
--   of_org: it is an org-scoped table or an index on one; skip: how many of its first columns are hidden;
--   owner: the table an index is shown on; leaf: the leaf that stands for a table's.
-- What is kept is analysed when it is made anew. An autovacuum beside that, on PostgreSQL 18, can end in a deadlock.
CREATE MATERIALIZED VIEW orgfold_catalog.shown WITH (autovacuum_enabled = false) AS
    SELECT c.oid,
           c.relkind = 'p' OR coalesce(t.relkind = 'p' OR t.relispartition, false) AS of_org,
           CASE WHEN c.relkind = 'p' OR ((t.relkind = 'p' OR t.relispartition) AND x.indkey[0] = 1) THEN 1 ELSE 0 END AS skip,
           c.relkind = 'v' AND c.oid >= 16384 AS is_view,
           coalesce(h.inhparent, x.indrelid) AS owner,
           CASE WHEN c.relkind = 'p'
                THEN (SELECT min(i.inhrelid) FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) END AS leaf,
           CASE WHEN h.inhparent IS NULL THEN c.relname
                ELSE regexp_replace(c.relname::text, '_p[0-9]+$', '')::name END AS name
    FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
    LEFT JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
    LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = t.oid AND t.relispartition
    WHERE NOT c.relispartition
      AND c.relnamespace NOT IN (SELECT n.oid FROM orgfold_catalog.hidden_schema n)
      AND (h.inhparent IS NULL
           OR (t.oid = (SELECT min(i.inhrelid) FROM pg_catalog.pg_inherits i WHERE i.inhparent = h.inhparent)
               AND EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = t.oid AND k.conindid = c.oid AND k.contype = 'x')))
    WITH NO DATA;
CREATE UNIQUE INDEX ON orgfold_catalog.shown (oid);

-- What the service declared and the server does not know: identity columns, which physically have a default.
CREATE VIEW orgfold_catalog.declared_identity AS
    SELECT a.attrelid, a.attnum, CASE WHEN d.value ->> 'identity' = 'always' THEN 'a' ELSE 'd' END::"char" AS attidentity
    FROM orgfold.catalog k
    CROSS JOIN LATERAL jsonb_each(k.body -> 'tables') t
    CROSS JOIN LATERAL jsonb_array_elements(t.value -> 'columns') d
    JOIN pg_catalog.pg_namespace n ON n.nspname = (parse_ident(t.key))[1]
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = (parse_ident(t.key))[2]
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = d.value ->> 'name'
    WHERE d.value ->> 'identity' IN ('always', 'by_default');

-- ---- Renumbering ----

-- Column numbers of a table, without org_id.
CREATE FUNCTION orgfold_catalog.columns(numbers smallint[], of_org boolean) RETURNS smallint[] LANGUAGE sql IMMUTABLE
RETURN CASE WHEN of_org AND numbers IS NOT NULL
    THEN ARRAY(SELECT (u.k - 1)::smallint FROM unnest(numbers) WITH ORDINALITY AS u(k, n) WHERE u.k <> 1 ORDER BY u.n)
    ELSE numbers END;

-- The same of an index: 0 is an expression, and only what `skip` says is left out.
CREATE FUNCTION orgfold_catalog.index_columns(numbers int2vector, of_org boolean, skip integer) RETURNS int2vector LANGUAGE sql IMMUTABLE
RETURN CASE WHEN of_org
    THEN coalesce((SELECT string_agg((CASE WHEN u.k > 1 THEN u.k - 1 ELSE u.k END)::text, ' ' ORDER BY u.n)
                   FROM unnest(numbers) WITH ORDINALITY AS u(k, n) WHERE u.n > skip), '')::int2vector
    ELSE numbers END;

-- A vector, as text, without its first elements.
CREATE FUNCTION orgfold_catalog.without_first(vector text, skip integer) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN skip = 0 THEN vector ELSE regexp_replace(vector, '^\S+ ?', '') END;

-- The parent of a leaf or of a leaf's index; any other relation is its own.
CREATE FUNCTION orgfold_catalog.parent(relation oid) RETURNS oid LANGUAGE sql STABLE
RETURN coalesce((SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = relation), relation);

-- Whether a relation has org_id as its first column.
CREATE FUNCTION orgfold_catalog.has_org(relation oid) RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce((SELECT c.relkind = 'p' OR c.relispartition FROM pg_catalog.pg_class c WHERE c.oid = relation), false);

-- The role that orgs' statements run as: to them everything is theirs. refresh() says who it is while another role runs it.
CREATE FUNCTION orgfold_catalog.me() RETURNS oid LANGUAGE sql STABLE
RETURN (SELECT r.oid FROM pg_catalog.pg_roles r
        WHERE r.rolname = coalesce(nullif(pg_catalog.current_setting('orgfold.runtime_role', true), ''), current_user));

-- Who asks, and of which database, as the org knows them: the middleware says it in the transaction. Without a word, the
-- server's own.
CREATE FUNCTION orgfold_catalog.role_name() RETURNS name LANGUAGE sql STABLE
RETURN coalesce(nullif(pg_catalog.current_setting('orgfold.role', true), '')::name, current_user);
CREATE FUNCTION orgfold_catalog.current_database() RETURNS name LANGUAGE sql STABLE
RETURN coalesce(nullif(pg_catalog.current_setting('orgfold.database', true), '')::name, pg_catalog.current_database());
DO $do$
DECLARE
    word text;
BEGIN
    FOREACH word IN ARRAY ARRAY['current_user', 'session_user', 'current_role', 'user'] LOOP
        EXECUTE format('CREATE FUNCTION orgfold_catalog.%I() RETURNS name LANGUAGE sql STABLE RETURN orgfold_catalog.role_name()', word);
    END LOOP;
END
$do$;
CREATE FUNCTION orgfold_catalog."current_catalog"() RETURNS name LANGUAGE sql STABLE RETURN orgfold_catalog.current_database();

-- Whose an object is: PostgreSQL's own are its first superuser's.
CREATE FUNCTION orgfold_catalog.owner(object oid) RETURNS oid LANGUAGE sql STABLE
RETURN CASE WHEN object < 16384 THEN 10::oid ELSE orgfold_catalog.me() END;

-- ---- Making a stand-in ----

-- The type that a catalog's column has in its stand-in. What looks names up when text is turned into it becomes text: else
-- COALESCE or UNION would make a hidden name of any number. Functions of a catalog keep theirs; no org has one of its own.
CREATE FUNCTION orgfold_catalog.shown_type(type oid, modifier integer) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN type IN ('aclitem[]'::regtype, 'anyarray'::regtype, 'regtype[]'::regtype, 'regclass[]'::regtype) THEN 'text[]'
            WHEN type IN ('aclitem'::regtype, 'regtype'::regtype, 'regclass'::regtype, 'regnamespace'::regtype, 'regrole'::regtype)
            THEN 'text' ELSE pg_catalog.format_type(type, modifier) END;

-- The select list of a catalog's columns, some of them replaced.
CREATE FUNCTION orgfold_catalog.select_list(catalog text, replaced jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('CAST(%s AS %s) AS %I',
               -- Samples of values and privileges are not told.
               CASE WHEN a.atttypid IN ('anyarray'::regtype, 'aclitem[]'::regtype) THEN 'NULL'
                    ELSE coalesce(replaced ->> a.attname, format('c.%I', a.attname)) END,
               orgfold_catalog.shown_type(a.atttypid, a.atttypmod), a.attname), ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = to_regclass('pg_catalog.' || quote_ident(catalog)) AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- A view with the columns of a catalog. A version that lacks the catalog gets no stand-in.
CREATE PROCEDURE orgfold_catalog.stand_in(catalog text, source text, replaced jsonb DEFAULT '{}', kind text DEFAULT 'VIEW')
LANGUAGE plpgsql AS $$
DECLARE
    list text := orgfold_catalog.select_list(catalog, replaced);
BEGIN
    IF list IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE %s orgfold_catalog.%I %s AS SELECT %s FROM %s %s', kind, catalog,
        CASE kind WHEN 'VIEW' THEN 'WITH (security_barrier)' ELSE 'WITH (autovacuum_enabled = false)' END, list, source,
        CASE kind WHEN 'MATERIALIZED VIEW' THEN 'WITH NO DATA' END);
END
$$;

-- The same, kept. Each of the keys gets an index.
CREATE PROCEDURE orgfold_catalog.keep(with_objects boolean, catalog text, source text, replaced jsonb, VARIADIC keys text[]) LANGUAGE plpgsql AS $$
DECLARE
    key text;
BEGIN
    CALL orgfold_catalog.stand_in(catalog, source, replaced, 'MATERIALIZED VIEW');
    FOREACH key IN ARRAY keys LOOP
        EXECUTE format('CREATE INDEX ON orgfold_catalog.%I (%s)', catalog, key);
    END LOOP;
    -- What objects have too is one of two sources of its stand-in.
    IF with_objects THEN
        EXECUTE format('ALTER MATERIALIZED VIEW orgfold_catalog.%I RENAME TO kept_%1$s', catalog);
    END IF;
END
$$;

-- Makes the row types what the tables and views are. The schema is `public`: names of types need no more.
CREATE FUNCTION orgfold_catalog.settle_rows() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        WITH described AS (
            SELECT r.relname AS name, n.nspname = 'public' AS is_wanted,
                   coalesce(string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                       CASE WHEN a.attcollation <> t.typcollation
                            THEN (SELECT format(' COLLATE %I.%I', o.nspname, c.collname) FROM pg_collation c
                                  JOIN pg_namespace o ON o.oid = c.collnamespace WHERE c.oid = a.attcollation) END),
                       ', ' ORDER BY a.attnum), '') AS columns
            FROM pg_class r
            JOIN pg_namespace n ON n.oid = r.relnamespace
            LEFT JOIN (pg_attribute a JOIN pg_type t ON t.oid = a.atttypid)
                ON a.attrelid = r.oid AND a.attnum > CASE WHEN r.relkind = 'p' THEN 1 ELSE 0 END AND NOT a.attisdropped
            WHERE (n.nspname = 'public' AND r.relkind IN ('p', 'v')) OR (n.nspname = 'orgfold_rows' AND r.relkind = 'c')
            GROUP BY r.oid, n.nspname)
        SELECT coalesce(w.name, t.name) AS name, w.columns AS wanted, t.columns AS there
        FROM (SELECT * FROM described WHERE is_wanted) w
        FULL JOIN (SELECT * FROM described WHERE NOT is_wanted) t ON t.name = w.name
        WHERE w.columns IS DISTINCT FROM t.columns
    LOOP
        IF one.there IS NOT NULL THEN
            EXECUTE format('DROP TYPE orgfold_rows.%I', one.name);
        END IF;
        IF one.wanted IS NOT NULL THEN
            EXECUTE format('CREATE TYPE orgfold_rows.%I AS (%s)', one.name, one.wanted);
        END IF;
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION orgfold_catalog.settle_rows() FROM PUBLIC;

-- Takes away the row types that hold types of the service's: they are about to change. settle_rows() makes them again.
CREATE FUNCTION orgfold_catalog.unsettle_rows() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    one text;
BEGIN
    FOR one IN
        SELECT r.relname FROM pg_class r
        WHERE r.relnamespace = 'orgfold_rows'::regnamespace AND r.relkind = 'c'
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = r.oid AND a.atttypid >= 16384)
    LOOP
        EXECUTE format('DROP TYPE orgfold_rows.%I', one);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION orgfold_catalog.unsettle_rows() FROM PUBLIC;

-- Row types and arrays of them, what they are called, and PostgreSQL's own types that they stand for.
CREATE VIEW orgfold_catalog.row_type AS
    SELECT t.oid AS type, r.oid AS relation, r.relnamespace AS namespace, r.relname AS name, r.reltype AS replaced, false AS is_array
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_class r ON r.relname = t.typname AND r.relnamespace = 'public'::regnamespace AND r.relkind IN ('p', 'v')
    WHERE t.typnamespace = 'orgfold_rows'::regnamespace AND t.typtype = 'c'
    UNION ALL
    SELECT t.typarray, 0, r.relnamespace, a.typname, a.oid, true
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_class r ON r.relname = t.typname AND r.relnamespace = 'public'::regnamespace AND r.relkind IN ('p', 'v')
    JOIN pg_catalog.pg_type k ON k.oid = r.reltype
    JOIN pg_catalog.pg_type a ON a.oid = k.typarray
    WHERE t.typnamespace = 'orgfold_rows'::regnamespace AND t.typtype = 'c';

-- Makes what is kept anew, for a runtime role. Until the transaction ends, who reads it waits.
CREATE FUNCTION orgfold_catalog.refresh(runtime_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one text;
BEGIN
    PERFORM pg_catalog.set_config('orgfold.runtime_role', runtime_role, true);
    PERFORM orgfold_catalog.settle_rows();
    FOR one IN
        SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'orgfold_catalog' AND c.relkind = 'm' ORDER BY c.relname <> 'shown', c.relname
    LOOP
        EXECUTE format('REFRESH MATERIALIZED VIEW orgfold_catalog.%I', one);
        EXECUTE format('ANALYZE orgfold_catalog.%I', one);
    END LOOP;
    PERFORM pg_catalog.set_config('orgfold.runtime_role', '', true);
END
$$;
REVOKE EXECUTE ON FUNCTION orgfold_catalog.refresh(text) FROM PUBLIC;

-- Stand-ins without rows.
CREATE PROCEDURE orgfold_catalog.empty(VARIADIC catalogs text[]) LANGUAGE plpgsql AS $$
DECLARE
    catalog text;
    nothing jsonb;
BEGIN
    FOREACH catalog IN ARRAY catalogs LOOP
        SELECT jsonb_object_agg(a.attname, 'NULL') INTO nothing FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = to_regclass('pg_catalog.' || quote_ident(catalog)) AND a.attnum > 0;
        CALL orgfold_catalog.stand_in(catalog, '(SELECT WHERE false) AS c', coalesce(nothing, '{}'));
    END LOOP;
END
$$;

-- The settings that statements may read.
CREATE FUNCTION orgfold_catalog.is_shown_setting(name text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN lower(name) IN (
    'application_name', 'bytea_output', 'client_encoding', 'client_min_messages', 'datestyle', 'default_transaction_deferrable',
    'default_table_access_method', 'default_transaction_isolation', 'default_transaction_read_only', 'extra_float_digits',
    'idle_in_transaction_session_timeout', 'in_hot_standby', 'integer_datetimes', 'intervalstyle', 'is_superuser', 'lc_collate',
    'lc_ctype', 'lc_messages', 'lc_monetary', 'lc_numeric', 'lc_time', 'lock_timeout', 'max_identifier_length',
    'max_index_keys', 'search_path', 'server_encoding', 'server_version', 'server_version_num', 'standard_conforming_strings',
    'statement_timeout', 'timezone', 'timezone_abbreviations', 'transaction_deferrable', 'transaction_isolation',
    'transaction_read_only', 'work_mem', 'xmlbinary', 'xmloption', 'default_text_search_config', 'block_size');
CREATE FUNCTION orgfold_catalog.current_setting(name text, missing_ok boolean) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Nothing is pinned: a pinned search_path would be the answer.
    IF orgfold_catalog.is_shown_setting(name) THEN
        RETURN CASE WHEN lower(name) = 'application_name' AND pg_catalog.current_setting(name) = 'orgfold' THEN ''
                    ELSE pg_catalog.current_setting(name, missing_ok) END;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = format('permission denied to examine "%s"', name);
END
$$;
CREATE FUNCTION orgfold_catalog.current_setting(name text) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.current_setting(name, false);
