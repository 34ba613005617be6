-- The schema whose views, functions and types stand in for pg_catalog: what an org sees of it is what its own private
-- database would show. Leaves, org_id and orgfold's own schemas are not there; org-scoped parents are plain tables, their
-- columns numbered without org_id; statistics and privileges say nothing. Holds no data: made anew whenever this text or
-- that of the next files changes. The runtime role may read all that is in it.
--
-- Column lists are taken from the server, so that the views have those of its version. Every view is a security barrier:
-- else the error of a cast in WHERE would show a hidden row.

DROP SCHEMA IF EXISTS orgfold_catalog CASCADE;
CREATE SCHEMA orgfold_catalog;

-- ---- What is shown ----

CREATE VIEW orgfold_catalog.hidden_schema AS
    SELECT n.oid FROM pg_catalog.pg_namespace n
    WHERE n.nspname IN ('orgfold', 'orgfold_catalog') OR n.nspname ~ '^pg_(toast|temp)';

-- The relations that an org sees. All leaves of a table are alike: what exists only on leaves (foreign keys, exclusion
-- constraints and their indexes) is shown once, taken from the leaf made first, as the table's.
--   of_org: it is an org-scoped table or an index on one; skip: how many of its first columns are hidden;
--   owner: the table an index is shown on; leaf: the leaf that stands for a table's.
CREATE VIEW orgfold_catalog.shown AS
    SELECT c.oid,
           c.relkind = 'p' OR coalesce(t.relkind = 'p' OR t.relispartition, false) AS of_org,
           CASE WHEN c.relkind = 'p' OR ((t.relkind = 'p' OR t.relispartition) AND x.indkey[0] = 1) THEN 1 ELSE 0 END AS skip,
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
               AND EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = t.oid AND k.conindid = c.oid AND k.contype = 'x')));

-- What the service declared and the server does not know: views, and identity columns.
CREATE VIEW orgfold_catalog.declared_view AS
    SELECT (3221225472 + (hashtextextended(v.key, 0) & 1073741823))::oid AS oid,
           n.oid AS relnamespace,
           (parse_ident(v.key))[2]::name AS relname,
           v.value -> 'columns' AS columns,
           v.value -> 'types' AS types,
           v.value ->> 'query' AS query
    FROM orgfold.catalog k
    CROSS JOIN LATERAL jsonb_each(k.body -> 'views') v
    JOIN pg_catalog.pg_namespace n ON n.nspname = (parse_ident(v.key))[1];

CREATE VIEW orgfold_catalog.declared_view_column AS
    SELECT v.oid AS attrelid, name.value::name AS attname, name.ordinality::smallint AS attnum,
           coalesce(to_regtype(v.types ->> (name.ordinality - 1)::integer)::oid, 'pg_catalog.text'::regtype::oid) AS atttypid,
           coalesce(CASE
               WHEN v.types ->> (name.ordinality - 1)::integer ~ '^(character|character varying)\(\d+\)'
                   THEN substring(v.types ->> (name.ordinality - 1)::integer from '\((\d+)\)')::integer + 4
               WHEN v.types ->> (name.ordinality - 1)::integer ~ '^numeric\(\d+,\d+\)'
                   THEN ((substring(v.types ->> (name.ordinality - 1)::integer from '\((\d+),')::integer << 16)
                        | substring(v.types ->> (name.ordinality - 1)::integer from ',(\d+)\)')::integer) + 4
               WHEN v.types ->> (name.ordinality - 1)::integer ~ '^(timestamp|time|bit|bit varying)\(\d+\)'
                   THEN substring(v.types ->> (name.ordinality - 1)::integer from '\((\d+)\)')::integer
           END, -1) AS atttypmod
    FROM orgfold_catalog.declared_view v
    CROSS JOIN LATERAL jsonb_array_elements_text(v.columns) WITH ORDINALITY AS name(value, ordinality);

CREATE VIEW orgfold_catalog.declared_identity AS
    SELECT a.attrelid, a.attnum, CASE WHEN d.value ->> 'identity' = 'always' THEN 'a' ELSE 'd' END::"char" AS attidentity
    FROM orgfold.catalog k
    CROSS JOIN LATERAL jsonb_each(k.body -> 'tables') t
    CROSS JOIN LATERAL jsonb_array_elements(t.value -> 'columns') d
    JOIN pg_catalog.pg_namespace n ON n.nspname = (parse_ident(t.key))[1]
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = (parse_ident(t.key))[2]
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = d.value ->> 'name'
    WHERE d.value ->> 'identity' IS NOT NULL AND (d.value ->> 'serial') IS DISTINCT FROM 'true';

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

-- The role that orgs' statements run as: to them everything is theirs.
CREATE FUNCTION orgfold_catalog.me() RETURNS oid LANGUAGE sql STABLE
RETURN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user);

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
CREATE PROCEDURE orgfold_catalog.stand_in(
    catalog text, source text, replaced jsonb DEFAULT '{}', also_source text DEFAULT NULL, also_replaced jsonb DEFAULT '{}'
) LANGUAGE plpgsql AS $$
DECLARE
    list text := orgfold_catalog.select_list(catalog, replaced);
    text text;
BEGIN
    IF list IS NULL THEN
        RETURN;
    END IF;
    -- psql compares the catalogs themselves with classoid.
    IF catalog IN ('pg_language', 'pg_opclass', 'pg_opfamily', 'pg_rewrite', 'pg_trigger', 'pg_constraint') THEN
        list := list || format(', %s::oid AS tableoid', to_regclass('pg_catalog.' || quote_ident(catalog))::oid);
    END IF;
    text := format('SELECT %s FROM %s', list, source);
    IF also_source IS NOT NULL THEN
        text := text || format(' UNION ALL SELECT %s FROM %s', orgfold_catalog.select_list(catalog, also_replaced), also_source);
    END IF;
    EXECUTE format('CREATE VIEW orgfold_catalog.%I WITH (security_barrier) AS %s', catalog, text);
END
$$;

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
    'default_transaction_isolation', 'default_transaction_read_only', 'extra_float_digits',
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
