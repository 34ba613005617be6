-- The stand-ins for functions that look into the catalogs by oid or name, and for the types whose input does.

-- ---- Types ----

-- A relation, by name or oid, that the org may know of. What is hidden does not exist, and is not named.
CREATE FUNCTION orgfold_catalog.check_relation(relation oid) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    IF relation < 16384 OR EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation)
        OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation)
    THEN
        RETURN true;
    END IF;
    RAISE undefined_table USING MESSAGE = format('relation with OID %s does not exist', relation);
END
$$;
CREATE FUNCTION orgfold_catalog.check_type(type oid) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    IF type < 16384 OR EXISTS (SELECT FROM orgfold_catalog.pg_type t WHERE t.oid = type)
        OR NOT EXISTS (SELECT FROM pg_type t WHERE t.oid = type)
    THEN
        RETURN true;
    END IF;
    RAISE undefined_object USING MESSAGE = format('type with OID %s does not exist', type);
END
$$;
CREATE FUNCTION orgfold_catalog.check_namespace(namespace oid) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM orgfold_catalog.hidden_schema h WHERE h.oid = namespace) THEN
        RETURN true;
    END IF;
    RAISE undefined_object USING MESSAGE = format('schema with OID %s does not exist', namespace);
END
$$;
CREATE FUNCTION orgfold_catalog.check_function(function oid) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    IF function < 16384 OR EXISTS (SELECT FROM orgfold_catalog.pg_proc p WHERE p.oid = function)
        OR NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = function)
    THEN
        RETURN true;
    END IF;
    RAISE undefined_function USING MESSAGE = format('function with OID %s does not exist', function);
END
$$;
CREATE FUNCTION orgfold_catalog.check_role(role oid) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    IF role = orgfold_catalog.me() OR role = 0 THEN
        RETURN true;
    END IF;
    RAISE undefined_object USING MESSAGE = 'role does not exist';
END
$$;
-- A domain prints as its base type does, and is compared like it.
CREATE DOMAIN orgfold_catalog.regclass AS pg_catalog.regclass CHECK (orgfold_catalog.check_relation(VALUE));
CREATE DOMAIN orgfold_catalog.regtype AS pg_catalog.regtype CHECK (orgfold_catalog.check_type(VALUE));
CREATE DOMAIN orgfold_catalog.regnamespace AS pg_catalog.regnamespace CHECK (orgfold_catalog.check_namespace(VALUE));
CREATE DOMAIN orgfold_catalog.regproc AS pg_catalog.regproc CHECK (orgfold_catalog.check_function(VALUE));
CREATE DOMAIN orgfold_catalog.regprocedure AS pg_catalog.regprocedure CHECK (orgfold_catalog.check_function(VALUE));
CREATE DOMAIN orgfold_catalog.regrole AS pg_catalog.regrole CHECK (orgfold_catalog.check_role(VALUE));

-- A name to what it means, or NULL.
CREATE FUNCTION orgfold_catalog.to_regclass(text) RETURNS pg_catalog.regclass LANGUAGE sql STABLE
RETURN (SELECT s.oid::pg_catalog.regclass FROM orgfold_catalog.shown s WHERE s.oid = pg_catalog.to_regclass($1));
CREATE FUNCTION orgfold_catalog.to_regtype(text) RETURNS pg_catalog.regtype LANGUAGE sql STABLE
RETURN (SELECT t.oid::pg_catalog.regtype FROM orgfold_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1));
CREATE FUNCTION orgfold_catalog.to_regnamespace(text) RETURNS pg_catalog.regnamespace LANGUAGE sql STABLE
RETURN (SELECT n.oid::pg_catalog.regnamespace FROM orgfold_catalog.pg_namespace n WHERE n.oid = pg_catalog.to_regnamespace($1));
CREATE FUNCTION orgfold_catalog.to_regproc(text) RETURNS pg_catalog.regproc LANGUAGE sql STABLE
RETURN (SELECT p.oid::pg_catalog.regproc FROM orgfold_catalog.pg_proc p WHERE p.oid = pg_catalog.to_regproc($1));
CREATE FUNCTION orgfold_catalog.to_regprocedure(text) RETURNS pg_catalog.regprocedure LANGUAGE sql STABLE
RETURN (SELECT p.oid::pg_catalog.regprocedure FROM orgfold_catalog.pg_proc p WHERE p.oid = pg_catalog.to_regprocedure($1));

CREATE FUNCTION orgfold_catalog.format_type(oid, integer) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN $1 < 16384 OR EXISTS (SELECT FROM orgfold_catalog.pg_type t WHERE t.oid = $1)
            THEN pg_catalog.format_type($1, $2) WHEN $1 IS NOT NULL THEN '???' END;

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
RETURN (
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
    FROM orgfold_catalog.shown s JOIN pg_catalog.pg_index x ON x.indexrelid = s.oid WHERE s.oid = index);
CREATE FUNCTION orgfold_catalog.pg_get_indexdef(index oid) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_indexdef(index, 0, false);

-- The service's own words for its views; the server's for its own.
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view oid) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN view >= 3221225472
            THEN (SELECT ' ' || rtrim(v.query, E'; \n\t') || ';' FROM orgfold_catalog.declared_view v WHERE v.oid = view)
            WHEN view < 16384 THEN pg_catalog.pg_get_viewdef(view) END;
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view oid, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_viewdef(view);
CREATE FUNCTION orgfold_catalog.pg_get_viewdef(view oid, width integer) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.pg_get_viewdef(view);

-- An expression belongs to the table it is shown with.
CREATE FUNCTION orgfold_catalog.pg_get_expr(expression pg_node_tree, relation oid) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN relation < 16384 OR EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation)
            THEN pg_catalog.pg_get_expr(expression, relation) END;
CREATE FUNCTION orgfold_catalog.pg_get_expr(expression pg_node_tree, relation oid, pretty boolean) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN relation < 16384 OR EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation)
            THEN pg_catalog.pg_get_expr(expression, relation, pretty) END;

CREATE FUNCTION orgfold_catalog.pg_get_serial_sequence("table" text, "column" text) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = "table"::pg_catalog.regclass) AND "column" <> 'org_id'
            THEN pg_catalog.pg_get_serial_sequence("table", "column") END;

CREATE FUNCTION orgfold_catalog.pg_index_column_has_property(index pg_catalog.regclass, part integer, property text)
RETURNS boolean LANGUAGE sql STABLE
RETURN (SELECT pg_catalog.pg_index_column_has_property(index, part + s.skip, property)
        FROM orgfold_catalog.shown s WHERE s.oid = index);

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

CREATE FUNCTION orgfold_catalog.pg_get_userbyid(oid) RETURNS name LANGUAGE sql STABLE RETURN current_user;
CREATE FUNCTION orgfold_catalog.pg_table_is_visible(relation oid) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN relation >= 3221225472
            THEN EXISTS (SELECT FROM orgfold_catalog.declared_view v JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
                         WHERE v.oid = relation AND n.nspname = ANY (pg_catalog.current_schemas(true)))
            ELSE pg_catalog.pg_table_is_visible(relation) END;
CREATE FUNCTION orgfold_catalog.current_setting(name text, missing_ok boolean) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Nothing is pinned: a pinned search_path would be the answer.
    IF orgfold_catalog.is_shown_setting(name) THEN
        RETURN pg_catalog.current_setting(name, missing_ok);
    END IF;
    RAISE insufficient_privilege USING MESSAGE = format('permission denied to examine "%s"', name);
END
$$;
CREATE FUNCTION orgfold_catalog.current_setting(name text) RETURNS text LANGUAGE sql STABLE
RETURN orgfold_catalog.current_setting(name, false);

-- An org may read and write its own rows of every table of its own; the tables themselves grant nobody anything.
CREATE FUNCTION orgfold_catalog.may(relation oid, privileges text, otherwise boolean) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE
    WHEN relation >= 3221225472 THEN upper(privileges) ~ '(^|,)\s*SELECT\s*(,|$)'
    WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation AND s.leaf IS NOT NULL)
        THEN upper(privileges) ~ '(^|,)\s*(SELECT|INSERT|UPDATE|DELETE|TRUNCATE|REFERENCES)\s*(,|$)'
    WHEN relation < 16384 OR EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation) THEN otherwise END;
CREATE FUNCTION orgfold_catalog.has_table_privilege(relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.may(relation, privileges, CASE WHEN relation < 3221225472 THEN pg_catalog.has_table_privilege(relation, privileges) END);
CREATE FUNCTION orgfold_catalog.has_table_privilege(relation text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation::pg_catalog.regclass::oid, privileges);
CREATE FUNCTION orgfold_catalog.has_table_privilege(role name, relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN role = current_user THEN orgfold_catalog.has_table_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_table_privilege(role name, relation text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN role = current_user THEN orgfold_catalog.has_table_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_any_column_privilege(relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation, privileges);
CREATE FUNCTION orgfold_catalog.has_any_column_privilege(relation text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation, privileges);
CREATE FUNCTION orgfold_catalog.has_column_privilege(relation oid, "column" smallint, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation, privileges);
CREATE FUNCTION orgfold_catalog.has_column_privilege(relation text, "column" text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_table_privilege(relation, privileges);
CREATE FUNCTION orgfold_catalog.has_sequence_privilege(relation oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation) THEN pg_catalog.has_sequence_privilege(relation, privileges) END;
CREATE FUNCTION orgfold_catalog.has_schema_privilege(schema oid, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.pg_namespace n WHERE n.oid = schema) THEN pg_catalog.has_schema_privilege(schema, privileges) END;
CREATE FUNCTION orgfold_catalog.has_schema_privilege(schema text, privileges text) RETURNS boolean LANGUAGE sql STABLE
RETURN orgfold_catalog.has_schema_privilege((SELECT n.oid FROM orgfold_catalog.pg_namespace n WHERE n.nspname = schema), privileges);

-- ---- What says nothing ----

CREATE FUNCTION orgfold_catalog.no_text(oid) RETURNS text LANGUAGE sql IMMUTABLE RETURN NULL::text;
CREATE FUNCTION orgfold_catalog.no_text(oid, boolean) RETURNS text LANGUAGE sql IMMUTABLE RETURN NULL::text;
CREATE FUNCTION orgfold_catalog.no_size(pg_catalog.regclass) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0::bigint;
CREATE FUNCTION orgfold_catalog.no_size(pg_catalog.regclass, text) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0::bigint;
CREATE FUNCTION orgfold_catalog.no_database_size(oid) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0::bigint;
CREATE FUNCTION orgfold_catalog.no_database_size(name) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0::bigint;
CREATE FUNCTION orgfold_catalog.pg_tablespace_location(oid) RETURNS text LANGUAGE sql IMMUTABLE RETURN ''::text;
CREATE FUNCTION orgfold_catalog.pg_is_in_recovery() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.pg_my_temp_schema() RETURNS oid LANGUAGE sql IMMUTABLE RETURN 0::oid;
CREATE FUNCTION orgfold_catalog.pg_is_other_temp_schema(oid) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.pg_relation_is_publishable(pg_catalog.regclass) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.pg_relation_is_updatable(relation pg_catalog.regclass, include_triggers boolean) RETURNS integer
LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM orgfold_catalog.shown s WHERE s.oid = relation AND s.leaf IS NOT NULL) THEN 28 ELSE 0 END;
CREATE FUNCTION orgfold_catalog.pg_column_is_updatable(relation pg_catalog.regclass, "column" smallint, include_triggers boolean)
RETURNS boolean LANGUAGE sql STABLE RETURN orgfold_catalog.pg_relation_is_updatable(relation, include_triggers) = 28;
CREATE FUNCTION orgfold_catalog.row_security_active(pg_catalog.regclass) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION orgfold_catalog.pg_sequence_last_value(pg_catalog.regclass) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN NULL::bigint;
CREATE FUNCTION orgfold_catalog.pg_partition_ancestors(pg_catalog.regclass) RETURNS SETOF pg_catalog.regclass LANGUAGE sql IMMUTABLE AS
$$ SELECT $1 WHERE false $$;
