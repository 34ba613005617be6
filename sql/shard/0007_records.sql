-- The universal table: records of objects that orgs define by metadata, and the metadata itself.
--
-- Applied by `orgfold migrate` once, behind the first catalog. Two settings say what cannot be read here:
-- `orgfold.leaves`, how many leaves there are, and `orgfold.lane`, the shard's number.

-- ---- What orgs define ----

CREATE TABLE orgfold.object (
    org_id bigint NOT NULL CHECK (org_id > 0),
    -- The number of its keys' prefix.
    object_id integer NOT NULL CHECK (object_id > 0),
    name text COLLATE "C" NOT NULL,
    live boolean NOT NULL DEFAULT true,
    -- Grows when writes must be planned anew: each write says for which layout it was planned.
    layout integer NOT NULL,
    -- The table as the org sees it, and the slots of its columns.
    body jsonb NOT NULL,
    -- What the trigger of the records looks at: slots that must be filled (numbers, see orgfold.slots), the longest text of
    -- each text slot, the type modifier of each numeric slot, an expression for each compound key.
    required smallint[],
    lengths integer[],
    scales integer[],
    compounds text[],
    -- What each slot of references refers to (see 0009_references.sql), and which slots others refer to this object by.
    refs jsonb,
    -- Whether a reference's target must be looked for: it is known by another field than its key.
    seeks boolean,
    referred text[],
    -- Slots that columns have left, and the slots where they are now. Until then both are written: an instance that has not heard
    -- of it yet reads the old ones.
    moved jsonb,
    moved_until timestamptz,
    -- The transaction that made it: until that commits nobody else reads the object.
    born xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (org_id, object_id)
) PARTITION BY HASH (org_id);
COMMENT ON TABLE orgfold.object IS 'The private objects of each org. Changed by orgfold.define alone.';

CREATE TABLE orgfold.metadata_log (
    org_id bigint NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text,
    operation text NOT NULL,
    objects jsonb NOT NULL,
    PRIMARY KEY (org_id, version)
) PARTITION BY HASH (org_id);
COMMENT ON TABLE orgfold.metadata_log IS 'Every change of an org''s objects: who, when, what.';

-- Numbers alone, so that instances may read it for all orgs.
CREATE TABLE orgfold.metadata (
    org_id bigint PRIMARY KEY CHECK (org_id > 0),
    version bigint NOT NULL
);
COMMENT ON TABLE orgfold.metadata IS 'The orgs that have private objects, and how often those changed.';

-- ---- Records ----

CREATE TABLE orgfold.record (
    -- Statements name these three; COPY cannot, and says them by settings of its transaction.
    org_id bigint NOT NULL DEFAULT current_setting('orgfold.org_id')::bigint,
    object_id integer NOT NULL DEFAULT split_part(current_setting('orgfold.object'), ' ', 1)::integer,
    layout integer NOT NULL DEFAULT split_part(current_setting('orgfold.object'), ' ', 2)::integer,
    version integer NOT NULL DEFAULT 1,
    -- What nobody gave is made by the trigger below; NULL is refused there, with the column's name.
    id text COLLATE "C" NOT NULL DEFAULT '*new*',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
) PARTITION BY HASH (org_id);

-- The slots of each type: how many, how many of them unique, how many more indexed. src/catalog/object.rs says the same.
DO $do$
DECLARE
    kind record;
    slot text;
    n integer;
    list text := '';
BEGIN
    FOR kind IN
        SELECT * FROM (VALUES
            ('text', 'text', 24, 2, 3), ('int4', 'integer', 12, 2, 1), ('int8', 'bigint', 8, 1, 1), ('int2', 'smallint', 2, 0, 0),
            ('numeric', 'numeric', 8, 0, 1), ('float8', 'double precision', 6, 0, 0), ('float4', 'real', 2, 0, 0),
            ('bool', 'boolean', 8, 0, 0), ('date', 'date', 4, 0, 1), ('time', 'time', 2, 0, 0), ('timestamp', 'timestamp', 4, 0, 0),
            ('timestamptz', 'timestamptz', 6, 0, 1), ('interval', 'interval', 2, 0, 0), ('uuid', 'uuid', 4, 1, 0),
            ('jsonb', 'jsonb', 6, 0, 0), ('bytea', 'bytea', 2, 0, 0), ('texts', 'text[]', 2, 0, 0), ('int4s', 'integer[]', 2, 0, 0),
            ('compound', 'text COLLATE "C"', 3, 3, 0), ('ref', 'text COLLATE "C"', 8, 0, 8)) AS k (name, type, slots, uniques, indexed)
    LOOP
        FOR n IN 1..kind.slots LOOP
            slot := kind.name || '_' || n;
            EXECUTE format('ALTER TABLE orgfold.record ADD COLUMN %I %s', slot, kind.type);
            list := list || ', NEW.' || slot || ' IS NULL';
            IF n <= kind.uniques THEN
                EXECUTE format('CREATE UNIQUE INDEX %I ON orgfold.record (org_id, object_id, %I) WHERE %2$I IS NOT NULL',
                               'record_' || slot, slot);
            ELSIF n <= kind.uniques + kind.indexed THEN
                EXECUTE format('CREATE INDEX %I ON orgfold.record (org_id, object_id, %I) WHERE %2$I IS NOT NULL',
                               'record_' || slot, slot);
            END IF;
        END LOOP;
    END LOOP;
    CREATE INDEX record_object ON orgfold.record (org_id, object_id);
    -- For the trigger below: whether each slot is empty, in order.
    PERFORM set_config('orgfold.empty_slots', substr(list, 3), true);
END
$do$;
COMMENT ON TABLE orgfold.record IS 'A row for each record of each object of each org; typed slots hold its fields.';

CREATE TABLE orgfold.record_bin (LIKE orgfold.record, deleted_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (org_id, id, deleted_at))
    PARTITION BY HASH (org_id);
COMMENT ON TABLE orgfold.record_bin IS 'Records that were deleted.';

-- ---- Keys ----

CREATE SEQUENCE orgfold.key_number MINVALUE 1 MAXVALUE 13537086546263551;

CREATE FUNCTION orgfold.base62(number bigint, digits integer) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    rest bigint := number;
    said text := '';
BEGIN
    FOR n IN 1..digits LOOP
        said := substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', (rest % 62)::integer + 1, 1) || said;
        rest := rest / 62;
    END LOOP;
    RETURN said;
END
$$;

-- The same of a fixed number of digits, as an expression: what every row needs calls no function for it.
CREATE FUNCTION orgfold.base62_of(number text, digits integer) RETURNS text LANGUAGE sql IMMUTABLE
RETURN (SELECT string_agg(format('substr(%L, (%s %s %% 62)::integer + 1, 1)', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
                                 number, CASE WHEN n > 0 THEN '/ ' || trunc(62::numeric ^ n) END), ' || ' ORDER BY n DESC)
        FROM generate_series(0, digits - 1) AS n);

-- The form of 15 characters of a key that was given, in either form: the mask of the longer one says which letters are
-- upper case. src/key says the same.
CREATE FUNCTION orgfold.key15(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    repaired text := '';
    letter text;
    mask integer;
BEGIN
    IF given ~ '^[0-9A-Za-z]{5}0[0-9A-Za-z]{9}$' THEN
        RETURN given;
    END IF;
    IF given ~ '^[0-9A-Za-z]{5}0[0-9A-Za-z]{9}[A-Za-z0-5]{3}$' THEN
        FOR at IN 0..14 LOOP
            letter := substr(given, at + 1, 1);
            mask := strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', upper(substr(given, 16 + at / 5, 1))) - 1;
            repaired := repaired || CASE WHEN (mask >> (at % 5)) & 1 = 0 THEN lower(letter)
                                         WHEN letter ~ '[0-9]' THEN '!' ELSE upper(letter) END;
        END LOOP;
        IF strpos(repaired, '!') = 0 THEN
            RETURN repaired;
        END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '22P02', MESSAGE = format('invalid input syntax for a key: "%s"', left(given, 64));
END
$$;

-- ---- What holds for a record ----

-- The row as PostgreSQL shows it in an error: the org's columns in their order, the org's number before them, which whoever
-- passes it on takes away as from any row.
CREATE FUNCTION orgfold.row_text(one anyelement, body jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    slot text;
    value text;
    texts text[];
BEGIN
    EXECUTE 'SELECT ARRAY[($1).org_id::text]' INTO texts USING one;
    FOR slot IN SELECT s.slot FROM jsonb_array_elements_text(body -> 'object' -> 'slots') WITH ORDINALITY AS s (slot, n) ORDER BY s.n LOOP
        -- As the type prints it: a cast to text says `true`.
        EXECUTE format('SELECT CASE WHEN ($1).%1$I IS NOT NULL THEN format(%2$L, ($1).%1$I) END', slot, '%s') INTO value USING one;
        IF octet_length(value) > 64 THEN
            value := left(value, 64) || '...';
        END IF;
        texts := texts || coalesce(value, 'null');
    END LOOP;
    RETURN 'Failing row contains (' || array_to_string(texts, ', ') || ').';
END
$$;

CREATE FUNCTION orgfold.refuse_null(one anyelement, body jsonb, slot text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    field text := (SELECT c.value ->> 'name' FROM jsonb_array_elements(body -> 'columns') WITH ORDINALITY AS c (value, n)
                   WHERE body -> 'object' -> 'slots' ->> (c.n - 1)::integer = slot);
    name text := body -> 'object' ->> 'name';
BEGIN
    RAISE EXCEPTION USING ERRCODE = '23502', MESSAGE = format('null value in column "%s" of relation "%s" violates not-null constraint', field, name),
        DETAIL = orgfold.row_text(one, body), SCHEMA = 'public', TABLE = name, COLUMN = field;
END
$$;

-- A function for each leaf, so that it names its own leaf of the metadata: nothing is pruned for a row.
DO $do$
DECLARE
    leaves integer := current_setting('orgfold.leaves')::integer;
    empty_slots text := current_setting('orgfold.empty_slots');
    suffix text;
    lengths text := '';
    scales text := '';
    short_keys text := '';
    -- Prefix, shard of birth, 0, sequence.
    key_of text := format('%s || %L || %s', orgfold.base62_of('NEW.object_id', 3),
                          orgfold.base62(current_setting('orgfold.lane')::bigint, 2) || '0', orgfold.base62_of('number', 9));
    parent text;
    n integer;
BEGIN
    FOR n IN 1..24 LOOP
        lengths := lengths || format('IF rules.lengths[%s] IS NOT NULL THEN
            NEW.text_%1$s := pg_catalog."varchar"(NEW.text_%1$s::varchar, rules.lengths[%1$s] + 4, false); END IF;', n);
    END LOOP;
    FOR n IN 1..8 LOOP
        scales := scales || format('IF rules.scales[%s] IS NOT NULL THEN
            NEW.numeric_%1$s := pg_catalog."numeric"(NEW.numeric_%1$s, rules.scales[%1$s]); END IF;', n);
    END LOOP;
    FOR n IN 1..8 LOOP
        short_keys := short_keys || format('IF NEW.ref_%s !~ ''^[0-9A-Za-z]{5}0[0-9A-Za-z]{9}$'' THEN NEW.ref_%1$s := orgfold.key15(NEW.ref_%1$s); END IF;
                    ', n);
    END LOOP;
    FOR n IN 0..leaves - 1 LOOP
        suffix := '_p' || lpad(n::text, CASE WHEN leaves > 1000 THEN 4 WHEN leaves > 100 THEN 3 ELSE 2 END, '0');
        FOREACH parent IN ARRAY ARRAY['object', 'metadata_log', 'record', 'record_bin'] LOOP
            EXECUTE format('CREATE TABLE orgfold.%I PARTITION OF orgfold.%I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                           parent || suffix, parent, leaves, n);
        END LOOP;
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
            DECLARE
                rules record;
                empty boolean[];
                slot smallint;
                body jsonb;
                number bigint;
                is_locked boolean;
            BEGIN
                -- A definition that asks more of records waits for those who write, and they for it. (An assignment, because it
                -- runs no query.)
                is_locked := pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashint8(NEW.org_id), NEW.object_id) IS NULL;
                SELECT o.layout, o.required, o.lengths, o.scales, o.compounds, o.refs, o.seeks, o.referred,
                       o.moved, o.moved_until INTO rules
                FROM orgfold.%2$I o WHERE o.org_id = NEW.org_id AND o.object_id = NEW.object_id AND o.live;
                IF rules.layout IS DISTINCT FROM NEW.layout THEN
                    RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the definition of the table changed while the statement was prepared',
                        HINT = 'Run it again.';
                END IF;
                IF rules.lengths IS NOT NULL THEN
                    %3$s
                END IF;
                IF rules.scales IS NOT NULL THEN
                    %4$s
                END IF;
                IF TG_OP = 'INSERT' THEN
                    IF NEW.id = '*new*' THEN
                        number := pg_catalog.nextval('orgfold.key_number');
                        NEW.id := %8$s;
                    ELSIF NEW.id IS NULL THEN
                        SELECT o.body INTO body FROM orgfold.%2$I o WHERE o.org_id = NEW.org_id AND o.object_id = NEW.object_id;
                        PERFORM orgfold.refuse_null(NEW, body, 'id');
                    ELSE
                        IF NEW.id !~ '^[0-9A-Za-z]{5}0[0-9A-Za-z]{9}$' THEN
                            NEW.id := orgfold.key15(NEW.id);
                        END IF;
                        IF left(NEW.id, 3) <> %9$s THEN
                            RAISE EXCEPTION USING ERRCODE = '22P02', MESSAGE = format('"%%s" is the key of another object', NEW.id);
                        END IF;
                    END IF;
                ELSE
                    IF (NEW.org_id, NEW.object_id, NEW.id) IS DISTINCT FROM (OLD.org_id, OLD.object_id, OLD.id) THEN
                        RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = 'a record changed its identity';
                    END IF;
                    NEW.version := OLD.version + 1;
                    NEW.updated_at := now();
                END IF;
                IF rules.refs IS NULL THEN
                    NULL;
                ELSIF NOT rules.seeks THEN
                    %10$s
                ELSE
                    NEW := orgfold.%6$I(NEW, CASE TG_OP WHEN 'UPDATE' THEN OLD END, rules.refs);
                END IF;
                IF TG_OP = 'UPDATE' AND rules.referred IS NOT NULL THEN
                    PERFORM orgfold.%7$I(NEW, OLD, rules.referred);
                END IF;
                IF rules.required IS NOT NULL THEN
                    empty := ARRAY[%5$s];
                    FOREACH slot IN ARRAY rules.required LOOP
                        IF empty[slot] THEN
                            SELECT o.body INTO body FROM orgfold.%2$I o WHERE o.org_id = NEW.org_id AND o.object_id = NEW.object_id;
                            PERFORM orgfold.refuse_null(NEW, body, orgfold.slot_name(slot));
                        END IF;
                    END LOOP;
                END IF;
                IF rules.compounds IS NOT NULL THEN
                    IF rules.compounds[1] IS NOT NULL THEN
                        EXECUTE 'SELECT ' || rules.compounds[1] INTO NEW.compound_1 USING NEW;
                    END IF;
                    IF rules.compounds[2] IS NOT NULL THEN
                        EXECUTE 'SELECT ' || rules.compounds[2] INTO NEW.compound_2 USING NEW;
                    END IF;
                    IF rules.compounds[3] IS NOT NULL THEN
                        EXECUTE 'SELECT ' || rules.compounds[3] INTO NEW.compound_3 USING NEW;
                    END IF;
                END IF;
                IF rules.moved_until > pg_catalog.clock_timestamp() THEN
                    NEW := pg_catalog.jsonb_populate_record(NEW, (
                        SELECT jsonb_object_agg(m.key, to_jsonb(NEW) -> m.value) FROM jsonb_each_text(rules.moved) AS m));
                END IF;
                RETURN NEW;
            END
            $body$ $sql$, 'keep_record' || suffix, 'object' || suffix, lengths, scales, empty_slots, 'resolve' || suffix, 'keep_key' || suffix,
               key_of, orgfold.base62_of('NEW.object_id', 3), short_keys);
        EXECUTE format('CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON orgfold.%I FOR EACH ROW EXECUTE FUNCTION orgfold.%I()',
                       'record' || suffix, 'keep_record' || suffix);
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                INSERT INTO orgfold.%2$I SELECT (OLD).*, clock_timestamp();
                RETURN NULL;
            END
            $body$ $sql$, 'bin_record' || suffix, 'record_bin' || suffix);
        EXECUTE format('CREATE TRIGGER bin AFTER DELETE ON orgfold.%I FOR EACH ROW EXECUTE FUNCTION orgfold.%I()',
                       'record' || suffix, 'bin_record' || suffix);
    END LOOP;
END
$do$;

-- The name of a slot by its number, as `required` counts them.
DO $do$
BEGIN
    EXECUTE format('CREATE FUNCTION orgfold.slot_name(number smallint) RETURNS text LANGUAGE sql IMMUTABLE RETURN (%L::text[])[number]',
        (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = 'orgfold.record'::regclass AND a.attname ~ '_[0-9]+$'));
END
$do$;

-- ---- Changes ----

-- A definition that changes nothing: IF NOT EXISTS of what does.
CREATE PROCEDURE orgfold.define_nothing() LANGUAGE sql AS 'SELECT';

-- Every change of an org's objects. `expected` is the version that it was made for; `objects` are the objects as they are to
-- be; `filled` are the columns that must have no NULL before a change may ask for it.
CREATE PROCEDURE orgfold.define(org bigint, expected bigint, operation text, objects jsonb, filled jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one jsonb;
    has_null boolean;
    slot text;
    target text;
BEGIN
    -- It runs as the release role, whom row-level security lets pass: where that stands, the org must be the caller's.
    IF (SELECT c.body ->> 'isolation' FROM orgfold.catalog c) = 'rls' THEN
        -- Unset, it fails; and is asked for only here.
        IF current_setting('orgfold.org_id')::bigint <> org THEN
            RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'the objects of another org';
        END IF;
    END IF;
    INSERT INTO orgfold.metadata (org_id, version) VALUES (org, 0) ON CONFLICT DO NOTHING;
    UPDATE orgfold.metadata SET version = version + 1 WHERE org_id = org AND version = expected;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the schema was changed by another session', HINT = 'Run it again.';
    END IF;
    FOR one IN SELECT value FROM jsonb_array_elements(objects) LOOP
        IF (one ->> 'waits')::boolean THEN
            PERFORM pg_advisory_xact_lock(hashint8(org), (one ->> 'id')::integer);
        END IF;
        INSERT INTO orgfold.object AS o (org_id, object_id, name, live, layout, body, required, lengths, scales, compounds, refs, seeks, referred)
        VALUES (org, (one ->> 'id')::integer, one ->> 'name', (one ->> 'live')::boolean, (one ->> 'layout')::integer, one -> 'body',
                (SELECT array_agg(v::smallint) FROM jsonb_array_elements_text(one -> 'required') AS v),
                (SELECT array_agg(v.value::integer ORDER BY v.n) FROM jsonb_array_elements_text(one -> 'lengths') WITH ORDINALITY AS v (value, n)),
                (SELECT array_agg(v.value::integer ORDER BY v.n) FROM jsonb_array_elements_text(one -> 'scales') WITH ORDINALITY AS v (value, n)),
                (SELECT array_agg(v.value ORDER BY v.n) FROM jsonb_array_elements_text(one -> 'compounds') WITH ORDINALITY AS v (value, n)),
                one -> 'refs', (SELECT bool_or(r.value ->> 'field' <> 'ref_' || r.key) FROM jsonb_each(one -> 'refs') AS r),
                (SELECT array_agg(v) FROM jsonb_array_elements_text(one -> 'referred') AS v))
        ON CONFLICT (org_id, object_id) DO UPDATE SET name = excluded.name, live = excluded.live, layout = excluded.layout,
            body = excluded.body, required = excluded.required, lengths = excluded.lengths, scales = excluded.scales,
            compounds = excluded.compounds, refs = excluded.refs, seeks = excluded.seeks, referred = excluded.referred;
    END LOOP;
    -- Columns move to other slots, with the records of before. Nobody writes meanwhile, and nobody who planned before it will.
    FOR one IN SELECT value FROM jsonb_array_elements(objects) WHERE value ? 'moves' LOOP
        FOR slot, target IN SELECT m.key, m.value FROM jsonb_each_text(one -> 'moves') AS m LOOP
            IF slot !~ '^[a-z0-9]+_[0-9]+$' OR target !~ '^[a-z0-9]+_[0-9]+$' THEN
                RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = 'a column moves to what is no slot';
            END IF;
            EXECUTE format('UPDATE orgfold.record SET %I = %I, layout = $3 WHERE org_id = $1 AND object_id = $2 AND %2$I IS NOT NULL', target, slot)
                USING org, (one ->> 'id')::integer, (one ->> 'layout')::integer;
            EXECUTE format('UPDATE orgfold.record_bin SET %I = %I WHERE org_id = $1 AND object_id = $2 AND %2$I IS NOT NULL', target, slot)
                USING org, (one ->> 'id')::integer;
        END LOOP;
        UPDATE orgfold.object o SET moved = coalesce(o.moved, '{}') || (one -> 'moves'), moved_until = clock_timestamp() + interval '1 minute'
        WHERE o.org_id = org AND o.object_id = (one ->> 'id')::integer AND o.born <> pg_current_xact_id();
    END LOOP;
    FOR one IN SELECT value FROM jsonb_array_elements(filled) LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM orgfold.record WHERE org_id = $1 AND object_id = $2 AND %I IS NULL)', one ->> 'slot')
            INTO has_null USING org, (one ->> 'id')::integer;
        IF has_null THEN
            RAISE EXCEPTION USING ERRCODE = '23502', MESSAGE = format('column "%s" of relation "%s" contains null values', one ->> 'column', one ->> 'table'),
                SCHEMA = 'public', TABLE = one ->> 'table', COLUMN = one ->> 'column';
        END IF;
    END LOOP;
    INSERT INTO orgfold.metadata_log (org_id, version, by, operation, objects)
    VALUES (org, expected + 1, nullif(current_setting('orgfold.role', true), ''), operation, objects);
    PERFORM pg_notify('orgfold_catalog', 'org ' || org::text);
END
$$;
REVOKE EXECUTE ON PROCEDURE orgfold.define(bigint, bigint, text, jsonb, jsonb) FROM PUBLIC;

-- All that an org has here by definition goes; how many records there were.
CREATE FUNCTION orgfold.forget(org bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    records bigint;
BEGIN
    DELETE FROM orgfold.pivot_reference WHERE org_id = org;
    DELETE FROM orgfold.record WHERE org_id = org;
    GET DIAGNOSTICS records = ROW_COUNT;
    DELETE FROM orgfold.record_bin WHERE org_id = org;
    DELETE FROM orgfold.object WHERE org_id = org;
    DELETE FROM orgfold.metadata_log WHERE org_id = org;
    DELETE FROM orgfold.metadata WHERE org_id = org;
    RETURN records;
END
$$;
REVOKE EXECUTE ON FUNCTION orgfold.forget(bigint) FROM PUBLIC;
