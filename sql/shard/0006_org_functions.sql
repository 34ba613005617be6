-- Functions whose effects other sessions meet: advisory locks and notifications. Each takes the org first, so that equal
-- keys and channels of two orgs never meet.

-- An org's advisory lock as one of the server's 64-bit keys. `space` keeps one key of 64 bits apart from two of 32.
CREATE FUNCTION orgfold_catalog.advisory_key(org bigint, space text, key text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
    'orgfold' || ':' || org::text || ':' || space || ':' || key, 'UTF8')), 'hex'), 16))::bit(64)::bigint;

CREATE FUNCTION orgfold_catalog.pg_advisory_xact_lock(org bigint, key bigint) RETURNS void LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_advisory_xact_lock(orgfold_catalog.advisory_key(org, '1', key::text));

CREATE FUNCTION orgfold_catalog.pg_advisory_xact_lock(org bigint, key1 integer, key2 integer) RETURNS void
LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_advisory_xact_lock(orgfold_catalog.advisory_key(org, '2', key1::text || ',' || key2::text));

CREATE FUNCTION orgfold_catalog.pg_advisory_xact_lock_shared(org bigint, key bigint) RETURNS void LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_advisory_xact_lock_shared(orgfold_catalog.advisory_key(org, '1', key::text));

CREATE FUNCTION orgfold_catalog.pg_advisory_xact_lock_shared(org bigint, key1 integer, key2 integer) RETURNS void
LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_advisory_xact_lock_shared(orgfold_catalog.advisory_key(org, '2', key1::text || ',' || key2::text));

CREATE FUNCTION orgfold_catalog.pg_try_advisory_xact_lock(org bigint, key bigint) RETURNS boolean LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_try_advisory_xact_lock(orgfold_catalog.advisory_key(org, '1', key::text));

CREATE FUNCTION orgfold_catalog.pg_try_advisory_xact_lock(org bigint, key1 integer, key2 integer) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_try_advisory_xact_lock(orgfold_catalog.advisory_key(org, '2', key1::text || ',' || key2::text));

CREATE FUNCTION orgfold_catalog.pg_try_advisory_xact_lock_shared(org bigint, key bigint) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_try_advisory_xact_lock_shared(orgfold_catalog.advisory_key(org, '1', key::text));

CREATE FUNCTION orgfold_catalog.pg_try_advisory_xact_lock_shared(org bigint, key1 integer, key2 integer) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN pg_catalog.pg_try_advisory_xact_lock_shared(
    orgfold_catalog.advisory_key(org, '2', key1::text || ',' || key2::text));

CREATE FUNCTION orgfold_catalog.pg_notify(org bigint, channel text, payload text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF coalesce(channel, '') = '' THEN
        RAISE EXCEPTION 'channel name cannot be empty' USING ERRCODE = '22023';
    END IF;
    -- The org's number goes before it, and all of it must fit a name.
    IF pg_catalog.octet_length(channel) > 32 THEN
        RAISE EXCEPTION 'channel name too long' USING ERRCODE = '22023';
    END IF;
    PERFORM pg_catalog.pg_notify('orgfold.' || org::text || '.' || channel, payload);
END
$$;
