-- The objects of the org at hand, as the catalogs describe tables. Whoever asks for them says which org it is, by the setting
-- `orgfold.org_id` of its transaction: the stand-ins of an org that has none are never asked so, and show the shard's own.
--
-- What an object has has numbers of its own, above any that the server gives out: 8,192 for each object.

CREATE FUNCTION orgfold_catalog.org() RETURNS bigint LANGUAGE sql STABLE
RETURN nullif(pg_catalog.current_setting('orgfold.org_id', true), '')::bigint;

-- The number of a part of an object: 0 the table, 1 and 2 its types, from 1,000 the indexes of constraints, from 2,000
-- constraints, from 3,000 other indexes, from 4,000 defaults.
CREATE FUNCTION orgfold_catalog.number(object integer, part bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN 2147483648 + object::bigint * 8192 + part;

-- The leaf of an org. The same sum as PostgreSQL's and as src/catalog's.
CREATE FUNCTION orgfold_catalog.leaf(org bigint, parent text) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT format('%s_p%s', parent, lpad(
        mod(mod(hashint8extended(org, 8816678312871386365) + 5305509591434766563::numeric + 18446744073709551616,
                18446744073709551616), l.leaves)::text,
        CASE WHEN l.leaves > 1000 THEN 4 WHEN l.leaves > 100 THEN 3 ELSE 2 END, '0'))
    FROM (SELECT (c.body ->> 'leaves')::integer AS leaves FROM orgfold.catalog c) AS l);

-- A native table that has taken an object's name since is what the name means. The runtime role may read leaves alone.
CREATE FUNCTION orgfold_catalog.objects() RETURNS TABLE (id integer, name text, body jsonb) LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
    IF orgfold_catalog.org() IS NOT NULL THEN
        RETURN QUERY EXECUTE format('SELECT o.object_id, o.name::text, o.body FROM orgfold.%I o
            WHERE o.org_id = $1 AND o.live AND NOT EXISTS (
                SELECT FROM orgfold_catalog.kept_pg_class c
                WHERE c.relname = o.name AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = %L))',
            orgfold_catalog.leaf(orgfold_catalog.org(), 'object'), 'public') USING orgfold_catalog.org();
    END IF;
END
$$;

-- The type of a column by its spelling, and its modifier.
CREATE FUNCTION orgfold_catalog.modifier(spelled text) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE WHEN spelled ~ '^character varying\(' THEN substring(spelled from '\d+')::integer + 4
            WHEN spelled ~ '^numeric\(' THEN (substring(spelled from '\((\d+)')::integer << 16) + (substring(spelled from ',(\d+)')::integer & 2047) + 4
            ELSE -1 END;

CREATE FUNCTION orgfold_catalog.object_columns() RETURNS TABLE (
    id integer, name text, body jsonb, number smallint, "column" jsonb, type oid) LANGUAGE sql STABLE ROWS 200 AS $$
    SELECT o.id, o.name, o.body, c.n::smallint, c.value, pg_catalog.to_regtype(c.value ->> 'data_type')::oid
    FROM orgfold_catalog.objects() AS o CROSS JOIN LATERAL jsonb_array_elements(o.body -> 'columns') WITH ORDINALITY AS c (value, n)
$$;

CREATE FUNCTION orgfold_catalog.column_of(body jsonb, called text) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN (SELECT c.n FROM jsonb_array_elements(body -> 'columns') WITH ORDINALITY AS c (value, n) WHERE c.value ->> 'name' = called)::integer;

-- The name that PostgreSQL makes for a constraint: parts that are too long together lose what is beyond, the longer one first.
CREATE FUNCTION orgfold_catalog.made_name(object text, part text, label text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    room integer := 63 - 2 - octet_length(label);
BEGIN
    WHILE octet_length(object) + octet_length(part) > room LOOP
        IF octet_length(object) > octet_length(part) THEN
            object := left(object, -1);
        ELSE
            part := left(part, -1);
        END IF;
    END LOOP;
    RETURN object || '_' || part || '_' || label;
END
$$;

-- Constraints, in one form: their kind, their columns by number. From PostgreSQL 18 on NOT NULL is one; their numbers come behind.
CREATE FUNCTION orgfold_catalog.object_constraints() RETURNS TABLE (
    id integer, name text, body jsonb, n bigint, constraint_name text, kind text, rule jsonb, keys jsonb) LANGUAGE sql STABLE ROWS 60 AS $$
    SELECT o.id, o.name, o.body, k.n, k.value ->> 'name', kind.key, kind.value,
           (SELECT jsonb_agg(orgfold_catalog.column_of(o.body, u.name) ORDER BY u.n)
            FROM jsonb_array_elements_text(kind.value -> 'columns') WITH ORDINALITY AS u (name, n))
    FROM orgfold_catalog.objects() AS o CROSS JOIN LATERAL jsonb_array_elements(o.body -> 'constraints') WITH ORDINALITY AS k (value, n)
    CROSS JOIN LATERAL jsonb_each(k.value -> 'kind') AS kind
    UNION ALL
    SELECT c.id, c.name, c.body, 500 + c.number, orgfold_catalog.made_name(c.name, c."column" ->> 'name', 'not_null'), 'not_null',
           '{}'::jsonb, jsonb_build_array(c.number)
    FROM orgfold_catalog.object_columns() AS c
    WHERE current_setting('server_version_num')::integer >= 180000 AND (c."column" -> 'not_null')::boolean
$$;

-- Indexes, those of constraints among them. `keys` are columns' numbers.
CREATE FUNCTION orgfold_catalog.object_indexes() RETURNS TABLE (
    id integer, name text, body jsonb, part bigint, index_name text, is_unique boolean, is_primary boolean, "constraint" bigint, keys jsonb)
LANGUAGE sql STABLE ROWS 60 AS $$
    SELECT k.id, k.name, k.body, 1000 + k.n, k.constraint_name, true, k.kind = 'primary_key', 2000 + k.n, k.keys
    FROM orgfold_catalog.object_constraints() AS k WHERE k.kind IN ('primary_key', 'unique')
    UNION ALL
    SELECT o.id, o.name, o.body, 3000 + x.n, x.value ->> 'name', (x.value ->> 'unique')::boolean, false, NULL,
           (SELECT jsonb_agg(orgfold_catalog.column_of(o.body, replace(m.found[1], '""', '"')) ORDER BY m.n)
            FROM regexp_matches(x.value ->> 'definition', '"((?:[^"]|"")*)"', 'g') WITH ORDINALITY AS m (found, n))
    FROM orgfold_catalog.objects() AS o CROSS JOIN LATERAL jsonb_array_elements(o.body -> 'indexes') WITH ORDINALITY AS x (value, n)
$$;

-- A default as the server would print it: a constant is one of the column's type.
CREATE FUNCTION orgfold_catalog.default_text(said text, spelled text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    type text := regexp_replace(spelled, '\(.*\)', '');
    value text;
BEGIN
    IF said ~ '^\+?[0-9.]' THEN
        value := ltrim(said, '+');
        RETURN CASE WHEN value ~ '^\d+$' AND value::numeric > 9223372036854775807 THEN format('%L::numeric', value)
                    WHEN value ~ '^\d+$' AND value::numeric > 2147483647 THEN format('%L::bigint', value) ELSE value::numeric::text END;
    ELSIF said ~ '^-' THEN
        value := regexp_replace(said, '^-\s*', '-');
        RETURN format('%L::%s', value::numeric::text, CASE WHEN value !~ '^-\d+$' THEN 'numeric' WHEN value::numeric < -9223372036854775808 THEN 'numeric'
                                              WHEN value::numeric < -2147483648 THEN 'bigint' ELSE 'integer' END);
    ELSIF said ~ '^[a-zA-Z_]+$' THEN
        RETURN CASE WHEN lower(said) IN ('true', 'false') THEN lower(said) ELSE upper(said) END;
    ELSIF said ~ '^[a-zA-Z_]+\s*\(' THEN
        RETURN lower(said);
    END IF;
    EXECUTE format('SELECT CAST(CAST(%s AS %s) AS text)', said, type) INTO value;
    RETURN CASE WHEN type = 'boolean' THEN value
                WHEN type = 'integer' AND value !~ '^-' THEN value
                ELSE format('%L::%s', value, type) END;
END
$$;

-- ---- Rows of the catalogs, as JSON: each version takes the columns that it has ----
-- In PL/pgSQL, which keeps its plans: SQL's would be planned with each statement that names a catalog.

CREATE FUNCTION orgfold_catalog.objects_pg_class() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
    RETURN QUERY
    WITH same AS (
        SELECT jsonb_build_object('relnamespace', n.oid::bigint, 'reloftype', 0, 'relowner', orgfold_catalog.me()::bigint, 'relfilenode', 0,
            'reltablespace', 0, 'relpages', 0, 'reltuples', -1, 'relallvisible', 0, 'relallfrozen', 0, 'reltoastrelid', 0, 'relisshared', false,
            'relpersistence', 'p', 'relhasrules', false, 'relhassubclass', false, 'relrowsecurity', false,
            'relforcerowsecurity', false, 'relispopulated', true, 'relispartition', false, 'relrewrite', 0, 'relfrozenxid', '0',
            'relminmxid', '0') AS columns
        FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public')
    SELECT same.columns || jsonb_build_object('oid', orgfold_catalog.number(o.id, 0), 'relname', o.name, 'reltype', orgfold_catalog.number(o.id, 1),
        'relam', 2, 'relhasindex', EXISTS (SELECT FROM orgfold_catalog.object_indexes() AS x WHERE x.id = o.id), 'relkind', 'r',
        'relnatts', jsonb_array_length(o.body -> 'columns'),
        'relchecks', (SELECT count(*) FROM jsonb_array_elements(o.body -> 'constraints') AS k WHERE k -> 'kind' ? 'check'),
        'relhastriggers', EXISTS (SELECT FROM orgfold_catalog.object_constraints() AS k WHERE k.kind = 'foreign_key'
                                  AND (k.id = o.id OR k.rule ->> 'target' = 'public.' || quote_ident(o.name))),
        'relreplident', 'd')
    FROM orgfold_catalog.objects() AS o, same
    UNION ALL
    SELECT same.columns || jsonb_build_object('oid', orgfold_catalog.number(x.id, x.part), 'relname', x.index_name, 'reltype', 0,
        'relam', 403, 'relhasindex', false, 'relkind', 'i', 'relnatts', jsonb_array_length(x.keys), 'relchecks', 0, 'relhastriggers', false,
        'relreplident', 'n')
    FROM orgfold_catalog.object_indexes() AS x, same;
END
$$;

CREATE FUNCTION orgfold_catalog.objects_pg_attribute() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 300 AS $$
BEGIN
    RETURN QUERY
    WITH same AS (
        SELECT jsonb_build_object('attcacheoff', -1, 'attcompression', '', 'atthasmissing', false, 'attidentity', '',
            'attgenerated', '', 'attisdropped', false, 'attislocal', true, 'attinhcount', 0,
            'attstattarget', CASE WHEN current_setting('server_version_num')::integer < 170000 THEN -1 END) AS columns),
    typed AS (
        SELECT t.oid, jsonb_build_object('atttypid', t.oid::bigint, 'attlen', t.typlen, 'attbyval', t.typbyval, 'attalign', t.typalign,
            'attstorage', t.typstorage, 'attcollation', t.typcollation::bigint,
            'attndims', CASE WHEN t.typcategory = 'A' THEN 1 ELSE 0 END) AS columns
        FROM pg_catalog.pg_type t)
    SELECT same.columns || typed.columns || jsonb_build_object('attrelid', orgfold_catalog.number(c.id, 0), 'attname', c."column" ->> 'name',
        'attnum', c.number, 'atttypmod', orgfold_catalog.modifier(c."column" ->> 'data_type'),
        'attnotnull', c."column" -> 'not_null', 'atthasdef', c."column" ->> 'default' IS NOT NULL)
    FROM orgfold_catalog.object_columns() AS c JOIN typed ON typed.oid = c.type, same
    UNION ALL
    SELECT same.columns || typed.columns || jsonb_build_object('attrelid', orgfold_catalog.number(o.id, 0), 'attname', s.attname,
        'attnum', s.attnum, 'atttypmod', -1, 'attnotnull', true, 'atthasdef', false)
    FROM orgfold_catalog.objects() AS o
    CROSS JOIN (SELECT a.attname, a.attnum, a.atttypid FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = 'pg_catalog.pg_class'::pg_catalog.regclass AND a.attnum < 0) AS s
    JOIN typed ON typed.oid = s.atttypid, same
    UNION ALL
    SELECT same.columns || typed.columns || jsonb_build_object('attrelid', orgfold_catalog.number(x.id, x.part), 'attname', c."column" ->> 'name',
        'attnum', k.n, 'atttypmod', orgfold_catalog.modifier(c."column" ->> 'data_type'), 'attnotnull', false, 'atthasdef', false)
    FROM orgfold_catalog.object_indexes() AS x CROSS JOIN LATERAL jsonb_array_elements_text(x.keys) WITH ORDINALITY AS k (number, n)
    JOIN orgfold_catalog.object_columns() AS c ON c.id = x.id AND c.number = k.number::smallint
    JOIN typed ON typed.oid = c.type, same;
END
$$;

CREATE FUNCTION orgfold_catalog.objects_pg_attrdef() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 60 AS $$
BEGIN
    RETURN QUERY
    SELECT jsonb_build_object('oid', orgfold_catalog.number(c.id, 4000 + c.number), 'adrelid', orgfold_catalog.number(c.id, 0), 'adnum', c.number,
        'adbin', orgfold_catalog.default_text(c."column" ->> 'default', c."column" ->> 'data_type'))
    FROM orgfold_catalog.object_columns() AS c WHERE c."column" ->> 'default' IS NOT NULL;
END
$$;

CREATE FUNCTION orgfold_catalog.objects_pg_index() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 60 AS $$
BEGIN
    RETURN QUERY
    SELECT jsonb_build_object('indexrelid', orgfold_catalog.number(x.id, x.part), 'indrelid', orgfold_catalog.number(x.id, 0),
        'indnatts', jsonb_array_length(x.keys), 'indnkeyatts', jsonb_array_length(x.keys), 'indisunique', x.is_unique,
        'indnullsnotdistinct', false, 'indisprimary', x.is_primary, 'indisexclusion', false, 'indimmediate', true, 'indisclustered', false,
        'indisvalid', true, 'indcheckxmin', false, 'indisready', true, 'indislive', true, 'indisreplident', false,
        'indkey', k.numbers, 'indcollation', k.collations, 'indclass', k.classes, 'indoption', k.options)
    FROM orgfold_catalog.object_indexes() AS x CROSS JOIN LATERAL (
        SELECT string_agg(u.number, ' ' ORDER BY u.n) AS numbers, string_agg(t.typcollation::text, ' ' ORDER BY u.n) AS collations,
               string_agg((SELECT p.oid::text FROM pg_catalog.pg_opclass p WHERE p.opcmethod = 403 AND p.opcdefault AND p.opcintype =
                   CASE WHEN c.type = 1043 THEN 25 WHEN t.typcategory = 'A' THEN 2277 ELSE c.type END), ' ' ORDER BY u.n) AS classes,
               string_agg('0', ' ') AS options
        FROM jsonb_array_elements_text(x.keys) WITH ORDINALITY AS u (number, n)
        JOIN orgfold_catalog.object_columns() AS c ON c.id = x.id AND c.number = u.number::smallint
        JOIN pg_catalog.pg_type t ON t.oid = c.type) AS k;
END
$$;

-- The number of a table that a foreign key names, be it an object or native.
CREATE FUNCTION orgfold_catalog.target(called text) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT orgfold_catalog.number(o.id, 0) FROM orgfold_catalog.objects() AS o WHERE (parse_ident(called))[array_upper(parse_ident(called), 1)] = o.name),
    (SELECT c.oid::bigint FROM orgfold_catalog.kept_pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE ARRAY[n.nspname::text, c.relname::text] = parse_ident(called) AND c.relkind = 'r'));

CREATE FUNCTION orgfold_catalog.target_keys(called text, over jsonb) RETURNS jsonb LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT jsonb_agg(orgfold_catalog.column_of(o.body, u.name) ORDER BY u.n)
     FROM orgfold_catalog.objects() AS o CROSS JOIN LATERAL jsonb_array_elements_text(over) WITH ORDINALITY AS u (name, n)
     WHERE orgfold_catalog.number(o.id, 0) = orgfold_catalog.target(called)),
    (SELECT jsonb_agg(a.attnum ORDER BY u.n)
     FROM jsonb_array_elements_text(over) WITH ORDINALITY AS u (name, n)
     JOIN orgfold_catalog.kept_pg_attribute a ON a.attrelid::bigint = orgfold_catalog.target(called) AND a.attname = u.name));

-- The unique index of its target that a foreign key stands on.
CREATE FUNCTION orgfold_catalog.target_index(rule jsonb) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT orgfold_catalog.number(x.id, x.part) FROM orgfold_catalog.object_indexes() AS x
     WHERE orgfold_catalog.number(x.id, 0) = orgfold_catalog.target(rule ->> 'target') AND x.is_unique
       AND x.keys = orgfold_catalog.target_keys(rule ->> 'target', rule -> 'target_columns') ORDER BY x.part LIMIT 1),
    (SELECT x.indexrelid::bigint FROM orgfold_catalog.kept_pg_index x
     WHERE x.indrelid::bigint = orgfold_catalog.target(rule ->> 'target') AND x.indisprimary));

-- The columns that a check names, by number.
CREATE FUNCTION orgfold_catalog.checked_keys(body jsonb, rule jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN (SELECT jsonb_agg(c.n ORDER BY c.n) FROM jsonb_array_elements(body -> 'columns') WITH ORDINALITY AS c (value, n)
        WHERE (rule -> 'uses') ? (c.value ->> 'name'));

CREATE FUNCTION orgfold_catalog.objects_pg_constraint() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 60 AS $$
BEGIN
    RETURN QUERY
    SELECT jsonb_build_object('oid', orgfold_catalog.number(k.id, 2000 + k.n), 'conname', k.constraint_name,
        'connamespace', (SELECT n.oid::bigint FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public'),
        'contype', CASE k.kind WHEN 'primary_key' THEN 'p' WHEN 'unique' THEN 'u' WHEN 'check' THEN 'c' WHEN 'not_null' THEN 'n' ELSE 'f' END,
        'condeferrable', false, 'condeferred', false, 'convalidated', true, 'conenforced', true, 'conperiod', false,
        'conrelid', orgfold_catalog.number(k.id, 0), 'contypid', 0, 'conparentid', 0,
        'conindid', CASE WHEN k.kind IN ('primary_key', 'unique') THEN orgfold_catalog.number(k.id, 1000 + k.n)
                         WHEN k.kind = 'foreign_key' THEN coalesce(orgfold_catalog.target_index(k.rule), 0) ELSE 0 END,
        'confrelid', CASE WHEN k.kind = 'foreign_key' THEN orgfold_catalog.target(k.rule ->> 'target') ELSE 0 END,
        'confupdtype', CASE WHEN k.kind = 'foreign_key' THEN 'a' ELSE ' ' END,
        'confdeltype', CASE WHEN k.kind <> 'foreign_key' THEN ' ' ELSE CASE k.rule ->> 'on_delete' WHEN 'restrict' THEN 'r'
            WHEN 'cascade' THEN 'c' WHEN 'set_null' THEN 'n' WHEN 'set_default' THEN 'd' ELSE 'a' END END,
        'confmatchtype', CASE WHEN k.kind = 'foreign_key' THEN 's' ELSE ' ' END,
        'conislocal', true, 'coninhcount', 0, 'connoinherit', k.kind NOT IN ('check', 'not_null'), 'conkey', coalesce(k.keys, orgfold_catalog.checked_keys(k.body, k.rule)),
        'confkey', CASE WHEN k.kind = 'foreign_key' THEN orgfold_catalog.target_keys(k.rule ->> 'target', k.rule -> 'target_columns') END,
        'conpfeqop', o.equal, 'conppeqop', o.equal, 'conffeqop', o.equal, 'conbin', k.rule ->> 'expression')
    FROM orgfold_catalog.object_constraints() AS k
    LEFT JOIN LATERAL (
        SELECT jsonb_agg((SELECT e.oid::bigint FROM pg_catalog.pg_operator e WHERE e.oprname = '=' AND e.oprleft = t.type AND e.oprright = t.type
                            AND e.oprnamespace = 'pg_catalog'::pg_catalog.regnamespace)) AS equal
        FROM jsonb_array_elements_text(k.keys) AS u
        JOIN orgfold_catalog.object_columns() AS c ON c.id = k.id AND c.number = u::smallint
        CROSS JOIN LATERAL (SELECT CASE c.type WHEN 1043 THEN 25 ELSE c.type END AS type) AS t) AS o ON k.kind = 'foreign_key';
END
$$;

CREATE FUNCTION orgfold_catalog.objects_pg_description() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
    RETURN QUERY
    SELECT jsonb_build_object('objoid', orgfold_catalog.number(o.id, 0), 'classoid', 'pg_catalog.pg_class'::pg_catalog.regclass::oid::bigint,
        'objsubid', d.number, 'description', d.said)
    FROM orgfold_catalog.objects() AS o CROSS JOIN LATERAL (
        SELECT 0 AS number, o.body -> 'object' ->> 'comment' AS said
        UNION ALL
        SELECT orgfold_catalog.column_of(o.body, c ->> 0), c ->> 1 FROM jsonb_array_elements(o.body -> 'object' -> 'comments') AS c) AS d
    WHERE d.said IS NOT NULL;
END
$$;

CREATE FUNCTION orgfold_catalog.objects_pg_depend() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
    RETURN QUERY
    SELECT jsonb_build_object('classid', k.class, 'objid', k.number, 'objsubid', 0, 'refclassid', k.of_class, 'refobjid', k.of, 'refobjsubid', k.part,
                              'deptype', k.type)
    FROM (SELECT 1259 AS class, orgfold_catalog.number(x.id, x.part) AS number, 2606 AS of_class,
                 orgfold_catalog.number(x.id, x."constraint") AS of, 0 AS part, 'i' AS type
          FROM orgfold_catalog.object_indexes() AS x WHERE x."constraint" IS NOT NULL
          UNION ALL
          SELECT 2606, orgfold_catalog.number(c.id, 2000 + c.n), 1259, orgfold_catalog.number(c.id, 0), u.number::integer, 'a'
          FROM orgfold_catalog.object_constraints() AS c CROSS JOIN LATERAL jsonb_array_elements_text(c.keys) AS u (number)
          UNION ALL
          -- A foreign key and the index it stands on.
          SELECT 2606, orgfold_catalog.number(c.id, 2000 + c.n), 1259, orgfold_catalog.target_index(c.rule), 0, 'n'
          FROM orgfold_catalog.object_constraints() AS c WHERE c.kind = 'foreign_key'
          UNION ALL
          SELECT 2604, orgfold_catalog.number(c.id, 4000 + c.number), 1259, orgfold_catalog.number(c.id, 0), c.number, 'a'
          FROM orgfold_catalog.object_columns() AS c WHERE c."column" ->> 'default' IS NOT NULL) AS k;
END
$$;

-- Its row type, and that of arrays of it.
CREATE FUNCTION orgfold_catalog.objects_pg_type() RETURNS SETOF jsonb LANGUAGE plpgsql STABLE ROWS 40 AS $$
BEGIN
    RETURN QUERY
    SELECT jsonb_build_object('typnamespace', (SELECT n.oid::bigint FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public'),
        'typowner', orgfold_catalog.me()::bigint, 'typlen', -1, 'typbyval', false, 'typispreferred', false, 'typisdefined', true,
        'typdelim', ',', 'typmodin', '-', 'typmodout', '-', 'typalign', 'd', 'typstorage', 'x', 'typnotnull', false, 'typbasetype', 0,
        'typtypmod', -1, 'typndims', 0, 'typcollation', 0) || t.columns
    FROM orgfold_catalog.objects() AS o CROSS JOIN LATERAL (VALUES
        (jsonb_build_object('oid', orgfold_catalog.number(o.id, 1), 'typname', o.name, 'typtype', 'c', 'typcategory', 'C',
            'typrelid', orgfold_catalog.number(o.id, 0), 'typsubscript', '-', 'typelem', 0, 'typarray', orgfold_catalog.number(o.id, 2),
            'typinput', 'record_in', 'typoutput', 'record_out', 'typreceive', 'record_recv', 'typsend', 'record_send', 'typanalyze', '-')),
        (jsonb_build_object('oid', orgfold_catalog.number(o.id, 2), 'typname', '_' || o.name, 'typtype', 'b', 'typcategory', 'A',
            'typrelid', 0, 'typsubscript', 'array_subscript_handler', 'typelem', orgfold_catalog.number(o.id, 1), 'typarray', 0,
            'typinput', 'array_in', 'typoutput', 'array_out', 'typreceive', 'array_recv', 'typsend', 'array_send',
            'typanalyze', 'array_typanalyze'))) AS t (columns);
END
$$;

-- Whether a relation is an object of the org's, or an index on one.
CREATE FUNCTION orgfold_catalog.is_object(relation oid) RETURNS boolean LANGUAGE sql STABLE
RETURN relation >= 2147483648::oid
    AND EXISTS (SELECT FROM orgfold_catalog.objects_pg_class() AS c WHERE (c ->> 'oid')::bigint = relation::bigint);

-- The stand-in itself: what is kept, and the org's objects. No row of either is hidden, so it needs no barrier.
DO $do$
DECLARE
    catalog text;
    columns text;
    shown text;
BEGIN
    FOREACH catalog IN ARRAY ARRAY['pg_class', 'pg_attribute', 'pg_attrdef', 'pg_index', 'pg_constraint', 'pg_description', 'pg_depend', 'pg_type'] LOOP
        -- An expression that the server has read is told by its text.
        SELECT string_agg(format('%I %s', a.attname, t.type), ', ' ORDER BY a.attnum), string_agg(format('c.%I::%s', a.attname, t.type), ', ' ORDER BY a.attnum)
            INTO columns, shown FROM pg_catalog.pg_attribute a
            CROSS JOIN LATERAL (SELECT CASE WHEN a.atttypid = 'pg_node_tree'::pg_catalog.regtype THEN 'text'
                                            ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END AS type) t
            WHERE a.attrelid = ('orgfold_catalog.kept_' || catalog)::pg_catalog.regclass AND a.attnum > 0;
        EXECUTE format('CREATE VIEW orgfold_catalog.%1$I AS SELECT %2$s FROM orgfold_catalog.kept_%1$s c UNION ALL '
            '(SELECT c.* FROM orgfold_catalog.objects_%1$s() AS j CROSS JOIN LATERAL jsonb_to_record(j) AS c (%3$s) '
            'WHERE orgfold_catalog.org() IS NOT NULL OFFSET 0)', catalog, shown, columns);
    END LOOP;
END
$do$;

-- What the server has read, by its text.
CREATE FUNCTION orgfold_catalog.expression(expression text, relation oid) RETURNS pg_node_tree LANGUAGE sql STABLE
RETURN (SELECT e.tree FROM (
    SELECT d.adbin FROM orgfold_catalog.kept_pg_attrdef d WHERE (d.adrelid = relation OR relation = 0) AND d.adbin::text = expression
    UNION ALL
    SELECT k.conbin FROM orgfold_catalog.kept_pg_constraint k WHERE (k.conrelid = relation OR relation = 0) AND k.conbin::text = expression
    UNION ALL
    SELECT CASE WHEN expression = x.indexprs::text THEN x.indexprs ELSE x.indpred END FROM orgfold_catalog.kept_pg_index x
    WHERE (x.indrelid = relation OR relation = 0) AND expression IN (x.indexprs::text, x.indpred::text)
    UNION ALL
    SELECT t.typdefaultbin FROM orgfold_catalog.kept_pg_type t WHERE relation = 0 AND t.typdefaultbin::text = expression
    UNION ALL
    SELECT p.proargdefaults FROM orgfold_catalog.pg_proc p WHERE relation = 0 AND p.proargdefaults::text = expression) AS e (tree) LIMIT 1);

-- The definition of an object's constraint or index, as ruleutils.c writes it.
CREATE FUNCTION orgfold_catalog.object_column_list(body jsonb, keys jsonb) RETURNS text LANGUAGE sql IMMUTABLE
RETURN (SELECT string_agg(quote_ident(body -> 'columns' -> (u.number::integer - 1) ->> 'name'), ', ' ORDER BY u.n)
        FROM jsonb_array_elements_text(keys) WITH ORDINALITY AS u (number, n));
CREATE FUNCTION orgfold_catalog.object_constraint(number oid) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT CASE k.kind
        WHEN 'primary_key' THEN 'PRIMARY KEY (' || orgfold_catalog.object_column_list(k.body, k.keys) || ')'
        WHEN 'unique' THEN 'UNIQUE (' || orgfold_catalog.object_column_list(k.body, k.keys) || ')'
        WHEN 'not_null' THEN 'NOT NULL ' || orgfold_catalog.object_column_list(k.body, k.keys)
        WHEN 'check' THEN 'CHECK (' || (k.rule ->> 'expression') || ')'
        WHEN 'foreign_key' THEN 'FOREIGN KEY (' || orgfold_catalog.object_column_list(k.body, k.keys) || ') REFERENCES '
            || regexp_replace(k.rule ->> 'target', '^public\.', '') || '(' || (
                SELECT string_agg(quote_ident(u.name), ', ' ORDER BY u.n)
                FROM jsonb_array_elements_text(k.rule -> 'target_columns') WITH ORDINALITY AS u (name, n)) || ')'
            || CASE k.rule ->> 'on_delete' WHEN 'restrict' THEN ' ON DELETE RESTRICT' WHEN 'cascade' THEN ' ON DELETE CASCADE'
                    WHEN 'set_null' THEN ' ON DELETE SET NULL' ELSE '' END
        END
    FROM orgfold_catalog.object_constraints() AS k WHERE orgfold_catalog.number(k.id, 2000 + k.n) = number::bigint);
CREATE FUNCTION orgfold_catalog.object_index(number oid, part integer, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT CASE WHEN $2 > 0 THEN quote_ident(x.body -> 'columns' -> ((x.keys ->> ($2 - 1))::integer - 1) ->> 'name')
                ELSE format('CREATE %sINDEX %I ON %s%I USING btree (%s)', CASE WHEN x.is_unique THEN 'UNIQUE ' ELSE '' END, x.index_name,
                    CASE WHEN pretty THEN '' ELSE 'public.' END, x.name, orgfold_catalog.object_column_list(x.body, x.keys)) END
    FROM orgfold_catalog.object_indexes() AS x WHERE orgfold_catalog.number(x.id, x.part) = number::bigint);

-- The number of an object or of an index on one, by its name.
CREATE FUNCTION orgfold_catalog.object_number(called text) RETURNS oid LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts text[];
BEGIN
    IF orgfold_catalog.org() IS NULL THEN
        RETURN NULL;
    END IF;
    parts := parse_ident(called);
    RETURN (SELECT (c ->> 'oid')::oid FROM orgfold_catalog.objects_pg_class() AS c
            WHERE c ->> 'relname' = parts[cardinality(parts)] AND (cardinality(parts) = 1 OR parts[1:cardinality(parts) - 1] = '{public}') LIMIT 1);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN NULL;
END
$$;
CREATE FUNCTION orgfold_catalog.object_name(relation oid) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT quote_ident(c ->> 'relname') FROM orgfold_catalog.objects_pg_class() AS c WHERE (c ->> 'oid')::bigint = relation::bigint);

-- ---- What refers to a record ----

CREATE FUNCTION orgfold_catalog.related(org bigint, target text) RETURNS TABLE (id text, object text, field text)
LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT p.source::text, o.name::text, o.refs -> p.slot::text ->> ''column'' FROM orgfold.%I p
        JOIN orgfold.%I o ON o.org_id = p.org_id AND o.object_id = p.object_id
        WHERE p.org_id = $1 AND p.target = $2 AND o.live AND o.refs ? p.slot::text ORDER BY 2, 3, 1',
        orgfold_catalog.leaf(org, 'pivot_reference'), orgfold_catalog.leaf(org, 'object')) USING org, orgfold.key15(target);
END
$$;
