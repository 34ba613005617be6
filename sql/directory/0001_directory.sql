-- The directory: regions, shards, orgs, placements and roles. System of record for routing.
--
-- Applied by `orgfold directory init` in one transaction, under an advisory lock, once.

CREATE TABLE orgfold.version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL
);
COMMENT ON TABLE orgfold.version IS 'One row. Grows with every change; its lock puts changes in an order, so that whoever reads version n sees every change up to n.';
INSERT INTO orgfold.version (version) VALUES (1);

CREATE TABLE orgfold.region (
    name text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$')
);

CREATE TABLE orgfold.shard (
    -- The lane of a shard's identity sequences and part of the keys born there, so never used again; and counted
    -- without gaps, since lanes are few.
    id smallint PRIMARY KEY CHECK (id > 0),
    name text COLLATE "C" NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    region text COLLATE "C" NOT NULL REFERENCES orgfold.region,
    host text NOT NULL CHECK (host <> ''),
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    database text NOT NULL CHECK (database <> ''),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed')),
    UNIQUE (host, port, database)
);

CREATE TABLE orgfold.org (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (id > 0),
    slug text COLLATE "C" NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9_-]{0,62}$'),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'moving', 'dropping')),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orgfold.placement (
    org_id bigint PRIMARY KEY REFERENCES orgfold.org,
    shard_id smallint NOT NULL REFERENCES orgfold.shard,
    epoch bigint NOT NULL DEFAULT 1 CHECK (epoch > 0)
);
CREATE INDEX placement_shard ON orgfold.placement (shard_id);

CREATE TABLE orgfold.role (
    name text COLLATE "C" PRIMARY KEY CHECK (name <> '' AND octet_length(name) <= 63),
    verifier text NOT NULL CHECK (verifier ~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$'),
    login boolean NOT NULL DEFAULT true,
    ddl text NOT NULL DEFAULT 'refuse' CHECK (ddl IN ('refuse', 'metadata')),
    any_org boolean NOT NULL DEFAULT false
);

CREATE TABLE orgfold.role_org (
    role text COLLATE "C" REFERENCES orgfold.role ON DELETE CASCADE,
    org_id bigint REFERENCES orgfold.org ON DELETE CASCADE,
    PRIMARY KEY (role, org_id)
);
CREATE INDEX role_org_org ON orgfold.role_org (org_id);

-- Every statement that changes something, whoever sends it, is a new version that instances hear of.
CREATE FUNCTION orgfold.directory_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    now_at bigint;
BEGIN
    UPDATE orgfold.version SET version = version + 1 RETURNING version INTO STRICT now_at;
    PERFORM pg_notify('orgfold_directory', now_at::text);
    RETURN NULL;
END
$$;

CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orgfold.region
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orgfold.shard
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orgfold.org
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orgfold.placement
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orgfold.role
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orgfold.role_org
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.directory_changed();

CREATE FUNCTION orgfold.shard_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a shard is never deleted: the next one would get its number'
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Close it: orgfold shard close.';
END
$$;
CREATE TRIGGER shard_stays BEFORE DELETE OR TRUNCATE ON orgfold.shard
    FOR EACH STATEMENT EXECUTE FUNCTION orgfold.shard_stays();
