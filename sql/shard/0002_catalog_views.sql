-- The schema whose views stand in for pg_catalog and information_schema. Holds no data: made anew whenever this text
-- changes. The runtime role may read all that is in it.

DROP SCHEMA IF EXISTS orgfold_catalog CASCADE;
CREATE SCHEMA orgfold_catalog;
