-- References between records. A field that refers has a slot `ref_<n>` with the key of the record it refers to: the field itself
-- where the target is known by its smart key, beside the field where it is known by another unique field. Each has a row in
-- `pivot_reference`, whose real foreign key keeps the target there. The pivot is written by triggers on the leaf of the records
-- alone, whatever way a row comes.
--
-- `refs` of an object: by the slot's number, `field` (the slot that the org fills), `by` (the target's unique slot, or none),
-- `targets` (numbers of objects, or none for any), `action` (a, r, c or n, as pg_constraint says), and for messages `constraint`,
-- `column`, `to`.

CREATE TABLE orgfold.pivot_reference (
    org_id bigint NOT NULL,
    target text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    slot smallint NOT NULL,
    object_id integer NOT NULL,
    PRIMARY KEY (org_id, target, source, slot)
) PARTITION BY HASH (org_id);
COMMENT ON TABLE orgfold.pivot_reference IS 'What refers to a record, over all objects. Written by triggers alone.';

-- What a constraint's error tells besides, as PostgreSQL's own do.
CREATE FUNCTION orgfold.refuse_reference(message text, detail text, relation text, violated text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = '23503', MESSAGE = message, DETAIL = detail, SCHEMA = 'public', TABLE = relation, CONSTRAINT = violated;
END
$$;

DO $do$
DECLARE
    leaves integer := current_setting('orgfold.leaves')::integer;
    suffix text;
    assigned text := '';
    news text := '';
    olds text := '';
    given text := '';
    held text := '';
    other text := '';
    n integer;
BEGIN
    FOR n IN 1..8 LOOP
        assigned := assigned || format('WHEN %s THEN now.ref_%1$s := found_key; ', n);
        news := news || format(', NEW.ref_%s', n);
        olds := olds || format(', OLD.ref_%s', n);
        given := given || format(' OR NEW.ref_%s IS NOT NULL', n);
        held := held || format(' OR OLD.ref_%s IS NOT NULL', n);
        other := other || format(' OR NEW.ref_%s IS DISTINCT FROM OLD.ref_%1$s', n);
    END LOOP;
    FOR n IN 0..leaves - 1 LOOP
        suffix := '_p' || lpad(n::text, CASE WHEN leaves > 1000 THEN 4 WHEN leaves > 100 THEN 3 ELSE 2 END, '0');
        EXECUTE format('CREATE TABLE orgfold.%I PARTITION OF orgfold.pivot_reference FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                       'pivot_reference' || suffix, leaves, n);
        EXECUTE format('ALTER TABLE orgfold.%I ADD CONSTRAINT pivot_reference_target FOREIGN KEY (org_id, target) REFERENCES orgfold.%I (org_id, id)',
                       'pivot_reference' || suffix, 'record' || suffix);

        -- Before a row is written: keys in their short form, and the keys of records that are known by another field. Which is not
        -- there yet, or never, is `?`: at the end of the statement it must be.
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I(now orgfold.%2$I, before orgfold.%2$I, refs jsonb) RETURNS orgfold.%2$I LANGUAGE plpgsql AS $body$
            DECLARE
                place integer;
                rule jsonb;
                found_key text;
                same boolean;
            BEGIN
                FOR place, rule IN SELECT r.key::integer, r.value FROM jsonb_each(refs) AS r LOOP
                    IF rule ->> 'by' IS NULL THEN
                        EXECUTE format('SELECT CASE WHEN ($1).%%1$I IS NOT NULL THEN orgfold.key15(($1).%%1$I) END', rule ->> 'field') INTO found_key USING now;
                    ELSE
                        IF before IS DISTINCT FROM NULL THEN
                            EXECUTE format('SELECT ($1).%%1$I IS NOT DISTINCT FROM ($2).%%1$I AND ($2).ref_%%2$s IS DISTINCT FROM %%3$L', rule ->> 'field', place, '?')
                                INTO same USING now, before;
                            CONTINUE WHEN same;
                        END IF;
                        EXECUTE format('SELECT CASE WHEN ($1).%%1$I IS NOT NULL THEN coalesce((SELECT r.id FROM orgfold.%2$I r
                            WHERE r.org_id = ($1).org_id AND r.object_id = %%2$s AND r.%%3$I = ($1).%%1$I FOR KEY SHARE), %%4$L) END',
                            rule ->> 'field', rule -> 'targets' ->> 0, rule ->> 'by', '?') INTO found_key USING now;
                    END IF;
                    CASE place %3$s END CASE;
                END LOOP;
                RETURN now;
            END
            $body$ $sql$, 'resolve' || suffix, 'record' || suffix, assigned);

        -- A unique field by which others refer to the record keeps its value while they do.
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I(now orgfold.%2$I, before orgfold.%2$I, referred text[]) RETURNS void LANGUAGE plpgsql AS $body$
            DECLARE
                through text;
                same boolean;
                one record;
            BEGIN
                FOREACH through IN ARRAY referred LOOP
                    EXECUTE format('SELECT ($1).%%1$I IS NOT DISTINCT FROM ($2).%%1$I', through) INTO same USING now, before;
                    CONTINUE WHEN same;
                    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
                        RAISE EXCEPTION USING ERRCODE = '0A000', HINT = 'change it in READ COMMITTED',
                            MESSAGE = 'changing a key that others may refer to is not supported by orgfold in this isolation level';
                    END IF;
                    -- Who is about to refer to it holds a lock that this waits for.
                    PERFORM FROM orgfold.%2$I r WHERE r.org_id = before.org_id AND r.id = before.id FOR UPDATE;
                    SELECT o.name, o.refs -> p.slot::text AS rule INTO one
                    FROM orgfold.%3$I p JOIN orgfold.%4$I o ON o.org_id = p.org_id AND o.object_id = p.object_id
                    WHERE p.org_id = before.org_id AND p.target = before.id AND o.live AND o.refs -> p.slot::text ->> 'by' = through LIMIT 1;
                    IF FOUND THEN
                        PERFORM orgfold.%5$I(before, one.rule, one.name);
                    END IF;
                END LOOP;
            END
            $body$ $sql$, 'keep_key' || suffix, 'record' || suffix, 'pivot_reference' || suffix, 'object' || suffix, 'still_referred' || suffix);
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I(gone orgfold.%2$I, rule jsonb, source text) RETURNS void LANGUAGE plpgsql AS $body$
            DECLARE
                target text := (SELECT o.name FROM orgfold.%3$I o WHERE o.org_id = gone.org_id AND o.object_id = gone.object_id);
                value text;
            BEGIN
                EXECUTE format('SELECT ($1).%%I::text', coalesce(rule ->> 'by', 'id')) INTO value USING gone;
                PERFORM orgfold.refuse_reference(
                    format('update or delete on table "%%s" violates foreign key constraint "%%s" on table "%%s"', target, rule ->> 'constraint', source),
                    format('Key (%%s)=(%%s) is still referenced from table "%%s".', coalesce(rule ->> 'to', 'id'), value, source), source, rule ->> 'constraint');
            END
            $body$ $sql$, 'still_referred' || suffix, 'record' || suffix, 'object' || suffix);

        -- At the end of a statement: what was written refers to what is there, and the pivot says so.
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
            DECLARE
                rules record;
                rule jsonb;
                news text[] := ARRAY[%5$s];
                olds text[] := '{}';
                value text;
                is_there boolean;
                is_late boolean := false;
            BEGIN
                SELECT o.name, o.refs INTO rules FROM orgfold.%4$I o WHERE o.org_id = NEW.org_id AND o.object_id = NEW.object_id;
                IF TG_OP = 'UPDATE' THEN
                    olds := ARRAY[%6$s];
                END IF;
                FOR place IN 1..8 LOOP
                    CONTINUE WHEN news[place] IS NOT DISTINCT FROM olds[place];
                    IF olds[place] IS NOT NULL THEN
                        DELETE FROM orgfold.%3$I p
                        WHERE p.org_id = NEW.org_id AND p.target = olds[place] AND p.source = NEW.id AND p.slot = place;
                    END IF;
                    rule := rules.refs -> place::text;
                    -- The constraint may be gone, and the keys still there.
                    CONTINUE WHEN news[place] IS NULL OR rule IS NULL;
                    is_there := false;
                    IF news[place] = '?' THEN
                        EXECUTE format('SELECT EXISTS (SELECT FROM orgfold.%2$I r WHERE r.org_id = $1 AND r.object_id = %%s AND r.%%I = ($2).%%I)',
                                       rule -> 'targets' ->> 0, rule ->> 'by', rule ->> 'field') INTO is_there USING NEW.org_id, NEW;
                        is_late := is_late OR is_there;
                    ELSE
                        -- What is looked for, locked and written in one query. Where there is one target only, the rule goes with it.
                        INSERT INTO orgfold.%3$I (org_id, target, source, slot, object_id)
                        SELECT r.org_id, r.id, NEW.id, place, NEW.object_id FROM orgfold.%2$I r
                        WHERE r.org_id = NEW.org_id AND r.id = news[place]
                          AND (rule -> 'targets' IS NULL OR rule -> 'targets' @> to_jsonb(r.object_id))
                          AND (jsonb_array_length(rule -> 'targets') = 1
                               OR EXISTS (SELECT FROM orgfold.%4$I o WHERE o.org_id = NEW.org_id AND o.object_id = r.object_id AND o.live))
                        FOR KEY SHARE OF r;
                        is_there := FOUND;
                    END IF;
                    IF NOT is_there THEN
                        EXECUTE format('SELECT ($1).%%I::text', rule ->> 'field') INTO value USING NEW;
                        PERFORM orgfold.refuse_reference(
                            format('insert or update on table "%%s" violates foreign key constraint "%%s"', rules.name, rule ->> 'constraint'),
                            format('Key (%%s)=(%%s) is not present in table "%%s".', rule ->> 'column', value, (
                                SELECT string_agg(t.name, '", "' ORDER BY t.name) FROM orgfold.%4$I t
                                WHERE t.org_id = NEW.org_id AND t.live
                                  AND (rule -> 'targets' IS NULL OR rule -> 'targets' @> to_jsonb(t.object_id)))),
                            rules.name, rule ->> 'constraint');
                    END IF;
                END LOOP;
                IF is_late THEN
                    -- Its target came after it in the same statement: now the key is found.
                    UPDATE orgfold.%2$I SET updated_at = updated_at WHERE org_id = NEW.org_id AND id = NEW.id;
                END IF;
                RETURN NULL;
            END
            $body$ $sql$, 'refer' || suffix, 'record' || suffix, 'pivot_reference' || suffix, 'object' || suffix, substr(news, 3), substr(olds, 3));
        EXECUTE format('CREATE TRIGGER refer AFTER INSERT ON orgfold.%I FOR EACH ROW WHEN (%s) EXECUTE FUNCTION orgfold.%I()',
                       'record' || suffix, substr(given, 5), 'refer' || suffix);
        EXECUTE format('CREATE TRIGGER refer_anew AFTER UPDATE ON orgfold.%I FOR EACH ROW WHEN (%s) EXECUTE FUNCTION orgfold.%I()',
                       'record' || suffix, substr(other, 5), 'refer' || suffix);

        -- Before a record goes, what it refers to is free of it: a statement may delete both, in any order.
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
            DECLARE
                olds text[] := ARRAY[%3$s];
            BEGIN
                FOR place IN 1..8 LOOP
                    IF olds[place] IS NOT NULL THEN
                        DELETE FROM orgfold.%2$I p
                        WHERE p.org_id = OLD.org_id AND p.target = olds[place] AND p.source = OLD.id AND p.slot = place;
                    END IF;
                END LOOP;
                RETURN OLD;
            END
            $body$ $sql$, 'unrefer' || suffix, 'pivot_reference' || suffix, substr(olds, 3));
        EXECUTE format('CREATE TRIGGER unrefer BEFORE DELETE ON orgfold.%I FOR EACH ROW WHEN (%s) EXECUTE FUNCTION orgfold.%I()',
                       'record' || suffix, substr(held, 5), 'unrefer' || suffix);

        -- And what refers to it goes too, forgets it, or forbids it. Named so that it comes before the foreign key's own check. What a
        -- dropped table or column referred to is nobody's concern.
        EXECUTE format($sql$
            CREATE FUNCTION orgfold.%1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
            DECLARE
                one record;
            BEGIN
                FOR one IN SELECT p.source, p.slot, o.name, o.layout, CASE WHEN o.live THEN o.refs -> p.slot::text END AS rule
                    FROM orgfold.%3$I p LEFT JOIN orgfold.%4$I o ON o.org_id = p.org_id AND o.object_id = p.object_id
                    WHERE p.org_id = OLD.org_id AND p.target = OLD.id ORDER BY p.source, p.slot
                LOOP
                    IF one.rule IS NULL THEN
                        DELETE FROM orgfold.%3$I p
                        WHERE p.org_id = OLD.org_id AND p.target = OLD.id AND p.source = one.source AND p.slot = one.slot;
                    ELSIF one.rule ->> 'action' = 'c' THEN
                        DELETE FROM orgfold.%2$I r WHERE r.org_id = OLD.org_id AND r.id = one.source;
                    ELSIF one.rule ->> 'action' = 'n' THEN
                        EXECUTE format('UPDATE orgfold.%2$I SET %%I = NULL, layout = $3 WHERE org_id = $1 AND id = $2', one.rule ->> 'field')
                            USING OLD.org_id, one.source, one.layout;
                    ELSE
                        PERFORM orgfold.%5$I(OLD, one.rule, one.name);
                    END IF;
                END LOOP;
                RETURN NULL;
            END
            $body$ $sql$, 'referred' || suffix, 'record' || suffix, 'pivot_reference' || suffix, 'object' || suffix, 'still_referred' || suffix);
        EXECUTE format('CREATE TRIGGER "A_referred" AFTER DELETE ON orgfold.%I FOR EACH ROW EXECUTE FUNCTION orgfold.%I()',
                       'record' || suffix, 'referred' || suffix);
    END LOOP;
END
$do$;
