-- What orgfold keeps on a shard: the catalog of its native tables, the migrations that made them, and the fence.
--
-- Applied by `orgfold migrate` in one transaction, under the shard's lock, once.

CREATE TABLE orgfold.catalog (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL,
    body jsonb NOT NULL
);
COMMENT ON TABLE orgfold.catalog IS 'One row: the native tables as the service declared them. Written in the transaction of the DDL it describes.';

CREATE TABLE orgfold.migration (
    name text COLLATE "C" PRIMARY KEY,
    checksum text NOT NULL,
    -- A file is cut into parts at each CREATE INDEX CONCURRENTLY; usually it is one.
    parts integer NOT NULL CHECK (parts > 0),
    done integer NOT NULL CHECK (done BETWEEN 1 AND parts),
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE orgfold.migration IS 'The schema files that were applied. done < parts: the next run goes on there.';

CREATE TABLE orgfold.org_state (
    org_id bigint PRIMARY KEY CHECK (org_id > 0),
    epoch bigint NOT NULL CHECK (epoch > 0),
    catalog_version bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed'))
);
COMMENT ON TABLE orgfold.org_state IS 'The fence: what an org''s placement and catalog must be for its writes to be taken here.';

CREATE FUNCTION orgfold.catalog_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('orgfold_catalog', NEW.version::text);
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION orgfold.catalog_changed() FROM PUBLIC;

CREATE TRIGGER catalog_changed AFTER INSERT OR UPDATE ON orgfold.catalog
    FOR EACH ROW EXECUTE FUNCTION orgfold.catalog_changed();
