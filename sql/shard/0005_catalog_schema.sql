-- The server's own views over the catalogs, and those of information_schema, made again over the stand-ins: so they are
-- the server's word for word, and whatever its version has. Those of information_schema become
-- orgfold_catalog.information_schema_<name>.

-- What information_schema asks of rows and relations that are others here.
CREATE FUNCTION orgfold_catalog._pg_truetypid(orgfold_catalog.pg_attribute, orgfold_catalog.pg_type) RETURNS oid LANGUAGE sql IMMUTABLE
RETURN CASE WHEN ($2).typtype = 'd' THEN ($2).typbasetype ELSE ($1).atttypid END;
CREATE FUNCTION orgfold_catalog._pg_truetypmod(orgfold_catalog.pg_attribute, orgfold_catalog.pg_type) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE WHEN ($2).typtype = 'd' THEN ($2).typtypmod ELSE ($1).atttypmod END;
CREATE FUNCTION orgfold_catalog._pg_index_position(oid, smallint) RETURNS integer LANGUAGE sql STABLE
RETURN (SELECT u.n FROM orgfold_catalog.pg_index x CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS u(k, n)
        WHERE x.indexrelid = $1 AND u.k = $2);

DO $do$
DECLARE
    path text := current_setting('search_path');
    todo text[];
    made text[] := '{}';
    one text;
    definition text;
    before integer;
BEGIN
    SELECT array_agg(format('information_schema.%I', c.relname)) INTO todo FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'information_schema'::regnamespace AND c.relkind IN ('r', 'v');
    todo := todo || ARRAY['pg_catalog.pg_tables', 'pg_catalog.pg_indexes', 'pg_catalog.pg_views', 'pg_catalog.pg_sequences'];
    -- Views stand on views: each pass makes those whose own are made.
    LOOP
        before := cardinality(todo);
        FOREACH one IN ARRAY todo LOOP
            PERFORM set_config('search_path', 'pg_catalog', true);
            IF (SELECT c.relkind FROM pg_class c WHERE c.oid = one::regclass) = 'r' THEN
                definition := 'SELECT * FROM ' || one;
            ELSE
                definition := pg_get_viewdef(one::regclass);
                -- These words would mean the stand-in types, and these relations the stand-ins themselves.
                definition := regexp_replace(definition, '''(pg_[a-z_]+)''::regclass', '''pg_catalog.\1''::regclass', 'g');
                definition := regexp_replace(definition, '::reg(class|type|namespace|proc|procedure|role)\y', '::pg_catalog.reg\1', 'g');
                definition := regexp_replace(definition, 'information_schema\.(_pg_truetypid|_pg_truetypmod|_pg_index_position)\(',
                                             'orgfold_catalog.\1(', 'g');
                CONTINUE WHEN EXISTS (
                    SELECT FROM regexp_matches(definition, 'information_schema\.([a-z_]+)\y(?!\()', 'g') AS used
                    WHERE 'information_schema.' || used[1] = ANY (todo));
                -- The old name becomes the alias where there is none: the columns are qualified with it.
                SELECT string_agg(CASE
                           WHEN part.n = 1 THEN part.text
                           WHEN substring(part.text from '^[a-z_]+') = ANY (made)
                               THEN 'orgfold_catalog.information_schema_' || regexp_replace(part.text, '^([a-z_]+)\y(?! )', '\1 \1')
                           ELSE 'information_schema.' || part.text END, '' ORDER BY part.n)
                    INTO definition
                    FROM regexp_split_to_table(definition, 'information_schema\.') WITH ORDINALITY AS part(text, n);
            END IF;
            SELECT format('SELECT %s FROM (%s) AS v', string_agg(
                       CASE orgfold_catalog.shown_type(a.atttypid, a.atttypmod) WHEN format_type(a.atttypid, a.atttypmod)
                       THEN quote_ident(a.attname) ELSE format('CAST(%1$I AS text) AS %1$I', a.attname) END, ', ' ORDER BY a.attnum),
                       rtrim(definition, ';'))
                INTO definition FROM pg_attribute a WHERE a.attrelid = one::regclass AND a.attnum > 0;
            PERFORM set_config('search_path', 'orgfold_catalog, pg_catalog', true);
            BEGIN
                EXECUTE format('CREATE VIEW orgfold_catalog.%I AS %s', replace(replace(one, 'pg_catalog.', ''), '.', '_'), definition);
                made := made || split_part(one, '.', 2);
            EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
                -- Another version's view may ask for what has no stand-in: then there is none of it either.
                RAISE WARNING 'there is no stand-in for %: %', one, SQLERRM;
            END;
            todo := array_remove(todo, one);
        END LOOP;
        EXIT WHEN cardinality(todo) IN (0, before);
    END LOOP;
    PERFORM set_config('search_path', path, true);
    IF cardinality(todo) > 0 THEN
        RAISE WARNING 'there are no stand-ins for %', todo;
    END IF;
END
$do$;

DROP PROCEDURE orgfold_catalog.empty(text[]);
DROP PROCEDURE orgfold_catalog.keep(boolean, text, text, jsonb, text[]);
DROP PROCEDURE orgfold_catalog.stand_in(text, text, jsonb, text);
DROP FUNCTION orgfold_catalog.select_list(text, jsonb);
DROP FUNCTION orgfold_catalog.shown_type(oid, integer);
