-- The stand-ins for functions that look into the catalogs by oid or name, and for the types whose input does.

-- ---- Types ----

-- What the org may know of, by oid. PostgreSQL's own are below 16384.
CREATE FUNCTION orgfold_catalog.sees_regclass(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN $1 < 16384 OR EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = $1) OR orgfold_catalog.is_object($1);
CREATE FUNCTION orgfold_catalog.sees_regtype(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN $1 < 16384 OR CASE WHEN $1 < 2147483648::oid THEN EXISTS (SELECT FROM orgfold_catalog.kept_pg_type t WHERE t.oid = $1)
                          ELSE EXISTS (SELECT FROM orgfold_catalog.pg_type t WHERE t.oid = $1) END
    OR EXISTS (SELECT FROM orgfold_catalog.row_type w WHERE w.replaced = $1);
CREATE FUNCTION orgfold_catalog.sees_regnamespace(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM orgfold_catalog.pg_namespace n WHERE n.oid = $1);
CREATE FUNCTION orgfold_catalog.sees_regproc(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN $1 < 16384 OR EXISTS (SELECT FROM orgfold_catalog.pg_proc p WHERE p.oid = $1);
CREATE FUNCTION orgfold_catalog.sees_regprocedure(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.sees_regproc($1);
CREATE FUNCTION orgfold_catalog.sees_regrole(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN $1 = orgfold_catalog.me() OR $1 = 0;

-- Casts: of an oid or of anything that becomes one, of a text, of an array. What is hidden does not exist, and is not named.
DO $do$
DECLARE
    type text;
    state text;
    what text;
    known text;
BEGIN
    FOR type, state, what, known IN VALUES
        ('regclass', '42P01', 'relation', 'pg_catalog.pg_class'),
        ('regtype', '42704', 'type', 'pg_catalog.pg_type'),
        ('regnamespace', '3F000', 'schema', 'pg_catalog.pg_namespace'),
        ('regproc', '42883', 'function', 'pg_catalog.pg_proc'),
        ('regprocedure', '42883', 'function', 'pg_catalog.pg_proc'),
        ('regrole', '42704', 'role', 'pg_catalog.pg_roles')
    LOOP
        EXECUTE format($$
            CREATE FUNCTION orgfold_catalog.%1$s(oid) RETURNS pg_catalog.%1$s LANGUAGE plpgsql STABLE STRICT AS $body$
            BEGIN
                -- The only one of its kind is on a leaf, and would be printed by the leaf's name.
                IF '%1$s' = 'regclass' AND EXISTS (
                    SELECT FROM orgfold_catalog.shown s JOIN pg_catalog.pg_class c ON c.oid = s.oid WHERE s.oid = $1 AND s.name <> c.relname)
                THEN
                    RAISE feature_not_supported USING MESSAGE = 'the index of an exclusion constraint as regclass is not supported by orgfold',
                        HINT = 'read its name in pg_class';
                END IF;
                -- A row type is printed as the table's own, which has its name.
                IF '%1$s' = 'regtype' AND EXISTS (SELECT FROM orgfold_catalog.row_type w WHERE w.type = $1) THEN
                    RETURN (SELECT w.replaced FROM orgfold_catalog.row_type w WHERE w.type = $1);
                END IF;
                IF orgfold_catalog.sees_%1$s($1) OR NOT EXISTS (SELECT FROM %4$s k WHERE k.oid = $1) THEN
                    RETURN $1;
                END IF;
                RAISE SQLSTATE '%2$s' USING MESSAGE = pg_catalog.format('%3$s with OID %%s does not exist', $1);
            END
            $body$;
            CREATE FUNCTION orgfold_catalog.%1$s(text) RETURNS pg_catalog.%1$s LANGUAGE plpgsql STABLE STRICT AS $body$
            DECLARE
                found oid;
            BEGIN
                IF $1 ~ '^[0-9]+$' THEN
                    RETURN orgfold_catalog.%1$s($1::oid);
                END IF;
                IF $1 = '-' THEN
                    RETURN 0;
                END IF;
                IF '%1$s' = 'regrole' AND $1 IN (orgfold_catalog.role_name()::text, pg_catalog.quote_ident(orgfold_catalog.role_name())) THEN
                    RETURN orgfold_catalog.me();
                END IF;
                found := CASE WHEN '%1$s' = 'regclass'
                    THEN coalesce(pg_catalog.to_regclass($1)::oid, orgfold_catalog.object_number($1)) ELSE pg_catalog.to_%1$s($1)::oid END;
                IF found IS NULL THEN
                    -- The server's own error, or what it has to say of `-`.
                    RETURN $1::pg_catalog.%1$s;
                END IF;
                -- A row type's own name is nobody's business.
                IF orgfold_catalog.sees_%1$s(found)
                    AND NOT ('%1$s' = 'regtype' AND EXISTS (SELECT FROM orgfold_catalog.row_type w WHERE w.type = found))
                THEN
                    RETURN found;
                END IF;
                RAISE SQLSTATE '%2$s' USING MESSAGE =
                    pg_catalog.format('%3$s "%%s" does not exist', pg_catalog.replace($1, '"', ''));
            END
            $body$;
            CREATE FUNCTION orgfold_catalog.%1$s_array(text[]) RETURNS pg_catalog.%1$s[] LANGUAGE sql STABLE STRICT
            RETURN ARRAY(SELECT orgfold_catalog.%1$s(u.x) FROM pg_catalog.unnest($1) WITH ORDINALITY AS u(x, n) ORDER BY u.n);
        $$, type, state, what, known);
    END LOOP;
END
$do$;

-- What a catalog's rows have as tableoid: a view's have none.
CREATE FUNCTION orgfold_catalog.tableoid(catalog text) RETURNS oid LANGUAGE sql STABLE RETURN orgfold_catalog.regclass(catalog);

CREATE FUNCTION orgfold_catalog.role(name) RETURNS oid LANGUAGE sql STABLE
RETURN CASE WHEN $1 = orgfold_catalog.role_name() THEN orgfold_catalog.me() ELSE orgfold_catalog.regrole($1::text)::oid END;
CREATE FUNCTION orgfold_catalog.database(name) RETURNS oid LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF $1 <> orgfold_catalog.current_database() THEN
        RAISE invalid_catalog_name USING MESSAGE = pg_catalog.format('database "%s" does not exist', $1);
    END IF;
    RETURN (SELECT d.oid FROM orgfold_catalog.pg_database d);
END
$$;

-- A name to what it means, or NULL.
CREATE FUNCTION orgfold_catalog.to_regclass(text) RETURNS pg_catalog.regclass LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regclass(pg_catalog.to_regclass($1)) THEN pg_catalog.to_regclass($1)
            ELSE orgfold_catalog.object_number($1)::pg_catalog.regclass END;

-- A relation's name as its type prints it, which would print no more than the number of an object.
CREATE FUNCTION orgfold_catalog.regclass_text(pg_catalog.regclass) RETURNS text LANGUAGE sql STABLE
RETURN coalesce(orgfold_catalog.object_name($1::oid), $1::text);
-- What pg_typeof says, a row's type by its table's name.
CREATE FUNCTION orgfold_catalog.pg_typeof(pg_catalog.regtype) RETURNS pg_catalog.regtype LANGUAGE sql STABLE
RETURN coalesce((SELECT w.replaced FROM orgfold_catalog.row_type w WHERE w.type = $1)::pg_catalog.regtype, $1);
CREATE FUNCTION orgfold_catalog.to_regtype(text) RETURNS pg_catalog.regtype LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regtype(pg_catalog.to_regtype($1))
                 AND NOT EXISTS (SELECT FROM orgfold_catalog.row_type w WHERE w.type = pg_catalog.to_regtype($1))
            THEN pg_catalog.to_regtype($1) END;
CREATE FUNCTION orgfold_catalog.to_regnamespace(text) RETURNS pg_catalog.regnamespace LANGUAGE sql STABLE
RETURN (SELECT n.oid::pg_catalog.regnamespace FROM orgfold_catalog.pg_namespace n WHERE n.oid = pg_catalog.to_regnamespace($1));
CREATE FUNCTION orgfold_catalog.to_regproc(text) RETURNS pg_catalog.regproc LANGUAGE sql STABLE
RETURN (SELECT p.oid::pg_catalog.regproc FROM orgfold_catalog.pg_proc p WHERE p.oid = pg_catalog.to_regproc($1));
CREATE FUNCTION orgfold_catalog.to_regprocedure(text) RETURNS pg_catalog.regprocedure LANGUAGE sql STABLE
RETURN (SELECT p.oid::pg_catalog.regprocedure FROM orgfold_catalog.pg_proc p WHERE p.oid = pg_catalog.to_regprocedure($1));

CREATE FUNCTION orgfold_catalog.format_type(oid, integer) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regtype($1)
            THEN CASE WHEN $1 < 2147483648::oid
                      THEN pg_catalog.format_type(coalesce((SELECT w.replaced FROM orgfold_catalog.row_type w WHERE w.type = $1), $1), $2)
                      -- An object's row, or an array of such.
                      ELSE (SELECT coalesce((SELECT quote_ident(e.typname) || '[]' FROM orgfold_catalog.pg_type e WHERE e.oid = t.typelem), quote_ident(t.typname))
                            FROM orgfold_catalog.pg_type t WHERE t.oid = $1) END
            WHEN $1 IS NOT NULL THEN '???' END;

-- ---- Definitions ----

-- The names of a table's columns, by the table's own numbers, without org_id.
CREATE FUNCTION orgfold_catalog.column_list(relation oid, numbers smallint[]) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n)
        FROM unnest(numbers) WITH ORDINALITY AS u(k, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = relation AND a.attnum = u.k
        WHERE NOT (u.k = 1 AND orgfold_catalog.has_org(relation)));

CREATE FUNCTION orgfold_catalog.action(word text, action "char") RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE action WHEN 'r' THEN word || 'RESTRICT' WHEN 'c' THEN word || 'CASCADE' WHEN 'n' THEN word || 'SET NULL'
                   WHEN 'd' THEN word || 'SET DEFAULT' ELSE '' END;

-- As ruleutils.c writes it, leaves replaced by their tables.
CREATE FUNCTION orgfold_catalog.foreign_key(key oid) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT 'FOREIGN KEY (' || orgfold_catalog.column_list(k.conrelid, k.conkey) || ') REFERENCES '
        || orgfold_catalog.parent(k.confrelid)::pg_catalog.regclass::text
        || '(' || orgfold_catalog.column_list(k.confrelid, k.confkey) || ')'
        || CASE k.confmatchtype WHEN 'f' THEN ' MATCH FULL' WHEN 'p' THEN ' MATCH PARTIAL' ELSE '' END
        || orgfold_catalog.action(' ON UPDATE ', k.confupdtype)
        || orgfold_catalog.action(' ON DELETE ', k.confdeltype)
        || coalesce(' (' || orgfold_catalog.column_list(k.conrelid, (
               SELECT l.confdelsetcols FROM orgfold_catalog.pg_constraint s JOIN pg_catalog.pg_constraint l ON l.oid = s.oid
               WHERE s.oid = k.oid AND s.confdelsetcols IS NOT NULL)) || ')', '')
        || CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END
        || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END
        || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END
    FROM pg_catalog.pg_constraint k WHERE k.oid = key);

CREATE FUNCTION orgfold_catalog.pg_get_constraintdef("constraint" oid, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT CASE
        WHEN s.oid >= 2147483648::oid THEN orgfold_catalog.object_constraint(s.oid)
        WHEN s.contype = 'f' THEN orgfold_catalog.foreign_key(s.oid)
        WHEN s.contype IN ('p', 'u', 'x') AND s.org THEN
            regexp_replace(regexp_replace(pg_catalog.pg_get_constraintdef(s.oid, pretty),
                '^((PRIMARY KEY|UNIQUE|UNIQUE NULLS NOT DISTINCT) \()org_id, ', '\1'),
                '^(EXCLUDE USING [a-z]+ \()org_id WITH =, ', '\1')
        ELSE pg_catalog.pg_get_constraintdef(s.oid, pretty) END
    FROM (SELECT c.oid, c.contype, orgfold_catalog.has_org(c.conrelid) AS org
          FROM orgfold_catalog.pg_constraint c WHERE c.oid = "constraint") s);
CREATE FUNCTION orgfold_catalog.pg_get_constraintdef("constraint" oid) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_constraintdef("constraint", false);

-- The words before USING are written anew: the server's say ON ONLY, or name a leaf.
CREATE FUNCTION orgfold_catalog.pg_get_indexdef(index oid, part integer, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN index >= 2147483648::oid THEN orgfold_catalog.object_index(index, part, pretty) ELSE (
    SELECT CASE
        WHEN NOT s.of_org THEN pg_catalog.pg_get_indexdef(s.oid, part, pretty)
        WHEN part > 0 THEN pg_catalog.pg_get_indexdef(s.oid, part + s.skip, pretty)
        ELSE format('CREATE %sINDEX %I ON %s%s', CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END, s.name,
            CASE WHEN pretty THEN s.owner::pg_catalog.regclass::text
                 ELSE (SELECT format('%I.%I', n.nspname, t.relname) FROM pg_catalog.pg_class t
                       JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = s.owner) END,
            regexp_replace(
                substring(pg_catalog.pg_get_indexdef(s.oid, 0, pretty)
                    from '^CREATE (?:UNIQUE )?INDEX (?:[^" ]+|"(?:[^"]|"")*") ON (?:ONLY )?(?:[^". ]+|"(?:[^"]|"")*")(?:\.(?:[^" ]+|"(?:[^"]|"")*"))?( USING .*)$'),
                CASE WHEN s.skip = 1 THEN '^( USING [a-z]+ \()org_id, ' ELSE '^()(?!)' END, '\1')) END
    FROM orgfold_catalog.shown s JOIN pg_catalog.pg_index x ON x.indexrelid = s.oid WHERE s.oid = index) END;
CREATE FUNCTION orgfold_catalog.pg_get_indexdef(index oid) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_indexdef(index, 0, false);

-- The server's words for a view, or the service's own where the server's would name org_id (NATURAL JOIN).
CREATE FUNCTION orgfold_catalog.view_text(view oid, words text) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN words !~ '\yorg_id\y' THEN words ELSE (
    SELECT ' ' || rtrim(v.value ->> 'query', E'; \n\t') || ';'
    FROM orgfold.catalog k
    CROSS JOIN LATERAL jsonb_each(k.body -> 'views') v
    JOIN pg_catalog.pg_class c ON c.oid = view
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE parse_ident(v.key) = ARRAY[n.nspname::text, c.relname::text]) END;
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view oid) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regclass(view) THEN orgfold_catalog.view_text(view, pg_catalog.pg_get_viewdef(view)) END;
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view oid, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regclass(view) THEN orgfold_catalog.view_text(view, pg_catalog.pg_get_viewdef(view, pretty)) END;
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view oid, width integer) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regclass(view) THEN orgfold_catalog.view_text(view, pg_catalog.pg_get_viewdef(view, width)) END;
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view text) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_viewdef(orgfold_catalog.regclass(view)::oid);
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view text, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_viewdef(orgfold_catalog.regclass(view)::oid, pretty);

-- An expression belongs to the table it is shown with: with another's it would name another's first column, org_id. That of an
-- object is its text already.
CREATE FUNCTION orgfold_catalog.pg_get_expr(expression text, relation oid, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN relation < 2147483648::oid THEN pg_catalog.pg_get_expr(orgfold_catalog.expression(expression, relation), relation, pretty)
            ELSE (SELECT d.adbin FROM orgfold_catalog.pg_attrdef d WHERE d.adrelid = relation AND d.adbin = expression
                  UNION ALL
                  SELECT k.conbin FROM orgfold_catalog.pg_constraint k WHERE k.conrelid = relation AND k.conbin = expression LIMIT 1) END;
CREATE FUNCTION orgfold_catalog.pg_get_expr(expression text, relation oid) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_expr(expression, relation, false);

CREATE FUNCTION orgfold_catalog.pg_get_serial_sequence("table" text, "column" text) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.regclass("table") IS NOT NULL AND "column" <> 'org_id' AND NOT orgfold_catalog.is_object(orgfold_catalog.regclass("table"))
            THEN pg_catalog.pg_get_serial_sequence("table", "column") END;

CREATE FUNCTION orgfold_catalog.pg_index_column_has_property(index oid, part integer, property text)
RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.is_object(index)
    -- What every column of a plain B-tree has.
    THEN CASE WHEN property IN ('asc', 'nulls_last', 'orderable', 'returnable', 'search_array', 'search_nulls') THEN true
              WHEN property IN ('desc', 'nulls_first', 'distance_orderable') THEN false END
    ELSE (SELECT pg_catalog.pg_index_column_has_property(index, part + s.skip, property) FROM orgfold_catalog.shown s WHERE s.oid = index) END;

-- ---- Comments ----

CREATE FUNCTION orgfold_catalog.obj_description(object oid, catalog name) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT d.description FROM orgfold_catalog.pg_description d
        WHERE d.objoid = object AND d.objsubid = 0 AND d.classoid = pg_catalog.to_regclass('pg_catalog.' || quote_ident(catalog)));
CREATE FUNCTION orgfold_catalog.obj_description(object oid) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT d.description FROM orgfold_catalog.pg_description d WHERE d.objoid = object AND d.objsubid = 0 LIMIT 1);
CREATE FUNCTION orgfold_catalog.col_description("table" oid, "column" integer) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT d.description FROM orgfold_catalog.pg_description d
        WHERE d.objoid = "table" AND d.objsubid = "column" AND d.objsubid > 0 AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass);
CREATE FUNCTION orgfold_catalog.shobj_description(oid, name) RETURNS text LANGUAGE sql IMMUTABLE RETURN NULL::text;

-- ---- Who and where ----

-- What is PostgreSQL's own belongs to its first superuser, whose name here is nobody's business, or to the database's owner.
CREATE FUNCTION orgfold_catalog.pg_get_userbyid(oid) RETURNS name LANGUAGE sql STABLE
RETURN CASE $1 WHEN orgfold_catalog.me() THEN orgfold_catalog.role_name() WHEN 10 THEN 'postgres'::name WHEN 6171 THEN 'pg_database_owner'::name
               ELSE ('unknown (OID=' || $1 || ')')::name END;
CREATE FUNCTION orgfold_catalog.pg_table_is_visible(relation oid) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.is_object(relation) THEN true
            WHEN orgfold_catalog.sees_regclass(relation) THEN pg_catalog.pg_table_is_visible(relation) END;

-- An org may read and write its own rows of every table of its own, as an owner may; the tables and views themselves
-- grant nobody anything.
CREATE FUNCTION orgfold_catalog.may(relation oid, privileges text, otherwise boolean) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE
    WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation AND (s.leaf IS NOT NULL OR s.is_view))
        OR orgfold_catalog.is_object(relation)
        THEN upper(privileges) ~ '^\s*(SELECT|INSERT|UPDATE|DELETE|TRUNCATE|REFERENCES|TRIGGER)\s*(,|$)'
    WHEN relation < 16384 OR EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation) THEN otherwise END;
CREATE FUNCTION orgfold_catalog.has_table_privilege(relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.may(relation, privileges, pg_catalog.has_table_privilege(relation, privileges));
CREATE FUNCTION orgfold_catalog.has_table_privilege(relation text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(orgfold_catalog.regclass(relation)::oid, privileges);
CREATE FUNCTION orgfold_catalog.has_table_privilege(role name, relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.role(role) IS NOT NULL THEN orgfold_catalog.has_table_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_table_privilege(role name, relation text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.role(role) IS NOT NULL THEN orgfold_catalog.has_table_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_any_column_privilege(relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation, privileges);
CREATE FUNCTION orgfold_catalog.has_any_column_privilege(relation text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation, privileges);
-- org_id is not there.
CREATE FUNCTION orgfold_catalog.column_number(relation oid, "column" text) RETURNS smallint LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM orgfold_catalog.pg_attribute a WHERE a.attrelid = relation AND a.attname = "column") THEN
        RAISE undefined_column USING MESSAGE = pg_catalog.format('column "%s" of relation "%s" does not exist', "column",
            (SELECT c.relname FROM orgfold_catalog.pg_class c WHERE c.oid = relation));
    END IF;
    RETURN (SELECT a.attnum FROM orgfold_catalog.pg_attribute a WHERE a.attrelid = relation AND a.attname = "column");
END
$$;
CREATE FUNCTION orgfold_catalog.has_column_privilege(relation oid, "column" smallint, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.pg_attribute a WHERE a.attrelid = relation AND a.attnum = "column")
            THEN orgfold_catalog.has_table_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_column_privilege(relation oid, "column" text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_column_privilege(relation, orgfold_catalog.column_number(relation, "column"), privileges);
CREATE FUNCTION orgfold_catalog.has_column_privilege(relation text, "column" text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_column_privilege(orgfold_catalog.regclass(relation)::oid, "column", privileges);
CREATE FUNCTION orgfold_catalog.has_sequence_privilege(relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation) THEN pg_catalog.has_sequence_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_schema_privilege(schema oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.pg_namespace n WHERE n.oid = schema) THEN pg_catalog.has_schema_privilege(schema, privileges) END;
CREATE FUNCTION orgfold_catalog.has_schema_privilege(schema text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_schema_privilege((SELECT n.oid FROM orgfold_catalog.pg_namespace n WHERE n.nspname = schema), privileges);

-- ---- Functions, types, roles ----

DO $do$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['pg_get_function_arguments', 'pg_get_function_identity_arguments', 'pg_get_function_result',
                               'pg_get_function_sqlbody', 'pg_get_functiondef'] LOOP
        EXECUTE format('CREATE FUNCTION orgfold_catalog.%1$I(function oid) RETURNS text LANGUAGE sql STABLE '
            'RETURN CASE WHEN orgfold_catalog.sees_regproc(function) THEN pg_catalog.%1$I(function) END', one);
    END LOOP;
END
$do$;
CREATE FUNCTION orgfold_catalog.pg_get_function_arg_default(function oid, argument integer) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regproc(function) THEN pg_catalog.pg_get_function_arg_default(function, argument) END;
CREATE FUNCTION orgfold_catalog.pg_function_is_visible(function oid) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regproc(function) THEN pg_catalog.pg_function_is_visible(function) END;
CREATE FUNCTION orgfold_catalog.pg_type_is_visible(type oid) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN type >= 2147483648::oid THEN orgfold_catalog.sees_regtype(type)
            WHEN orgfold_catalog.sees_regtype(type) THEN pg_catalog.pg_type_is_visible(type) END;
CREATE FUNCTION orgfold_catalog.pg_index_has_property(index oid, property text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regclass(index) THEN pg_catalog.pg_index_has_property(index, property) END;

CREATE FUNCTION orgfold_catalog.has_database_privilege(database oid, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN database = (SELECT d.oid FROM orgfold_catalog.pg_database d)
            THEN pg_catalog.has_database_privilege(database, privilege) END;
CREATE FUNCTION orgfold_catalog.has_database_privilege(database text, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_database_privilege(orgfold_catalog.database(database::name), privilege);
CREATE FUNCTION orgfold_catalog.has_database_privilege(role name, database text, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.role(role) IS NOT NULL THEN orgfold_catalog.has_database_privilege(database, privilege) END;
CREATE FUNCTION orgfold_catalog.has_function_privilege(function oid, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.sees_regproc(function) THEN pg_catalog.has_function_privilege(function, privilege) END;
CREATE FUNCTION orgfold_catalog.has_function_privilege(function text, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_function_privilege(orgfold_catalog.regprocedure(function)::oid, privilege);
CREATE FUNCTION orgfold_catalog.has_language_privilege(language oid, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN pg_catalog.has_language_privilege(language, privilege);
CREATE FUNCTION orgfold_catalog.has_language_privilege(language text, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN pg_catalog.has_language_privilege(language, privilege);
CREATE FUNCTION orgfold_catalog.has_type_privilege(type oid, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN type >= 2147483648::oid THEN orgfold_catalog.sees_regtype(type) WHEN orgfold_catalog.sees_regtype(type) THEN pg_catalog.has_type_privilege(type, privilege) END;
CREATE FUNCTION orgfold_catalog.has_type_privilege(type text, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_type_privilege(orgfold_catalog.regtype(type)::oid, privilege);
CREATE FUNCTION orgfold_catalog.pg_has_role(role oid, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN role IN (orgfold_catalog.me(), 6171) THEN true WHEN role = 10 THEN false END;
CREATE FUNCTION orgfold_catalog.pg_has_role(role name, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.role(role) IS NOT NULL;
CREATE FUNCTION orgfold_catalog.pg_has_role("user" name, role name, privilege text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.role("user") IS NOT NULL AND orgfold_catalog.role(role) IS NOT NULL;

-- Privileges are what an owner has by default, as text: to read aclitem's text is to look roles up.
CREATE FUNCTION orgfold_catalog.acl_name() RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.role_name()::text ~ '^[A-Za-z0-9_]+$' THEN orgfold_catalog.role_name()::text
            ELSE '"' || pg_catalog.replace(orgfold_catalog.role_name()::text, '"', '""') || '"' END;
CREATE FUNCTION orgfold_catalog.acldefault(kind "char", owner oid) RETURNS text[] LANGUAGE sql STABLE
RETURN CASE WHEN owner = orgfold_catalog.me() THEN ARRAY(
    SELECT pg_catalog.replace(u.item, split_part(u.item, '/', 2), orgfold_catalog.acl_name())
    FROM pg_catalog.unnest(pg_catalog.acldefault(kind, owner)::text[]) WITH ORDINALITY AS u(item, n) ORDER BY u.n) END;
-- No role but the own is looked up.
CREATE FUNCTION orgfold_catalog.aclexplode(acl text[]) RETURNS TABLE (grantor oid, grantee oid, privilege_type text, is_grantable boolean)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    own text := split_part((pg_catalog.acldefault('r', orgfold_catalog.me())::text[])[1], '/', 2);
    shown text := orgfold_catalog.acl_name();
    item text;
    items text[] := '{}';
BEGIN
    FOREACH item IN ARRAY coalesce(acl, '{}') LOOP
        IF split_part(item, '=', 1) NOT IN ('', shown) OR split_part(item, '/', 2) <> shown THEN
            RAISE undefined_object USING MESSAGE = 'role does not exist';
        END IF;
        items := items || pg_catalog.replace(item, shown, own);
    END LOOP;
    IF acl IS NULL OR cardinality(acl) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT e.grantor, e.grantee, e.privilege_type, e.is_grantable FROM pg_catalog.aclexplode(items::aclitem[]) AS e;
END
$$;

-- ---- What says nothing ----

DO $do$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['pg_get_partition_constraintdef', 'pg_get_partkeydef', 'pg_get_ruledef', 'pg_get_statisticsobjdef',
                               'pg_get_statisticsobjdef_columns', 'pg_get_triggerdef'] LOOP
        EXECUTE format('CREATE FUNCTION orgfold_catalog.%1$I(oid) RETURNS text LANGUAGE sql IMMUTABLE RETURN NULL::text;
            CREATE FUNCTION orgfold_catalog.%1$I(oid, boolean) RETURNS text LANGUAGE sql IMMUTABLE RETURN NULL::text', one);
    END LOOP;
    -- How large the files are is the sum of all orgs'.
    FOREACH one IN ARRAY ARRAY['pg_indexes_size', 'pg_relation_size', 'pg_table_size', 'pg_total_relation_size'] LOOP
        EXECUTE format('CREATE FUNCTION orgfold_catalog.%1$I(oid) RETURNS bigint LANGUAGE sql STABLE
                RETURN CASE WHEN orgfold_catalog.sees_regclass($1) THEN 0::bigint END;
            CREATE FUNCTION orgfold_catalog.%1$I(text) RETURNS bigint LANGUAGE sql STABLE
                RETURN orgfold_catalog.%1$I(orgfold_catalog.regclass($1)::oid)', one);
    END LOOP;
    FOREACH one IN ARRAY ARRAY['pg_database_size', 'pg_tablespace_size'] LOOP
        EXECUTE format('CREATE FUNCTION orgfold_catalog.%1$I(oid) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0::bigint;
            CREATE FUNCTION orgfold_catalog.%1$I(name) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0::bigint', one);
    END LOOP;
END
$do$;
CREATE FUNCTION orgfold_catalog.pg_relation_size(oid, text) RETURNS bigint LANGUAGE sql STABLE RETURN orgfold_catalog.pg_relation_size($1);
CREATE FUNCTION orgfold_catalog.pg_relation_size(text, text) RETURNS bigint LANGUAGE sql STABLE RETURN orgfold_catalog.pg_relation_size($1);
CREATE FUNCTION orgfold_catalog.pg_tablespace_location(oid) RETURNS text LANGUAGE sql IMMUTABLE RETURN ''::text;
CREATE FUNCTION orgfold_catalog.pg_is_in_recovery() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.pg_my_temp_schema() RETURNS oid LANGUAGE sql IMMUTABLE RETURN 0::oid;
CREATE FUNCTION orgfold_catalog.pg_is_other_temp_schema(oid) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.pg_relation_is_publishable(oid) RETURNS boolean LANGUAGE sql STABLE
RETURN $1 >= 16384 AND EXISTS (SELECT FROM orgfold_catalog.pg_class c WHERE c.oid = $1 AND c.relkind = 'r');
CREATE FUNCTION orgfold_catalog.pg_relation_is_publishable(text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_relation_is_publishable(orgfold_catalog.regclass($1)::oid);
CREATE FUNCTION orgfold_catalog.pg_relation_is_updatable(relation oid, include_triggers boolean) RETURNS integer LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation AND s.leaf IS NOT NULL)
                OR orgfold_catalog.is_object(relation) THEN 28 ELSE 0 END;
CREATE FUNCTION orgfold_catalog.pg_relation_is_updatable(relation text, include_triggers boolean) RETURNS integer LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_relation_is_updatable(orgfold_catalog.regclass(relation)::oid, include_triggers);
CREATE FUNCTION orgfold_catalog.pg_column_is_updatable(relation oid, "column" smallint, include_triggers boolean)
RETURNS boolean LANGUAGE sql STABLE RETURN orgfold_catalog.pg_relation_is_updatable(relation, include_triggers) = 28;
CREATE FUNCTION orgfold_catalog.row_security_active(oid) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.row_security_active(text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.regclass($1) IS NULL;
-- What was drawn from a sequence is the sum of all orgs'.
CREATE FUNCTION orgfold_catalog.pg_sequence_last_value(oid) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN NULL::bigint;
CREATE FUNCTION orgfold_catalog.pg_sequence_last_value(text) RETURNS bigint LANGUAGE sql STABLE
RETURN CASE WHEN orgfold_catalog.regclass($1) IS NULL THEN 0 END;
CREATE FUNCTION orgfold_catalog.pg_partition_ancestors(oid) RETURNS SETOF oid LANGUAGE sql IMMUTABLE AS $$ SELECT $1 WHERE false $$;
CREATE FUNCTION orgfold_catalog.pg_partition_ancestors(text) RETURNS SETOF oid LANGUAGE sql STABLE AS
$$ SELECT r FROM orgfold_catalog.regclass($1) AS r WHERE false $$;

-- PostgreSQL's own take a regclass: without one of ours that does, the server's views would find the server's.
DO $do$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT p.proname, pg_catalog.format_type(p.prorettype, NULL) AS result,
               (SELECT string_agg(pg_catalog.format_type(u.t, NULL), ', ' ORDER BY u.n)
                FROM unnest(p.proargtypes) WITH ORDINALITY AS u(t, n) WHERE u.n > 1) AS others,
               (SELECT string_agg('$' || u.n, ', ' ORDER BY u.n)
                FROM unnest(p.proargtypes) WITH ORDINALITY AS u(t, n) WHERE u.n > 1) AS passed
        FROM pg_catalog.pg_proc p
        JOIN pg_catalog.pg_proc o ON o.proname = p.proname AND o.pronargs = p.pronargs
        WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND o.pronamespace = 'orgfold_catalog'::pg_catalog.regnamespace
          AND p.proargtypes[0] = 'pg_catalog.regclass'::pg_catalog.regtype AND o.proargtypes[0] = 'oid'::pg_catalog.regtype
          AND NOT p.proretset
    LOOP
        EXECUTE format('CREATE FUNCTION orgfold_catalog.%1$I(%2$s) RETURNS %3$s LANGUAGE sql STABLE
            RETURN orgfold_catalog.%1$I(%4$s)', one.proname, concat_ws(', ', 'pg_catalog.regclass', one.others), one.result,
            concat_ws(', ', '$1::oid', one.passed));
    END LOOP;
END
$do$;
