-- The shard's current catalog.
SELECT version, body::text FROM orgfold.catalog ORDER BY version DESC LIMIT 1
