-- What `orgfold migrate` needs before it can tell what has been applied. Run every time.
CREATE SCHEMA IF NOT EXISTS orgfold;
CREATE TABLE IF NOT EXISTS orgfold.shard_file (
    name text COLLATE "C" PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
