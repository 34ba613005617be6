-- Statements that are not queries or DML: refused, whatever they would do.

-- refused 0A000
EXPLAIN SELECT * FROM customer

-- refused 0A000
EXPLAIN ANALYZE DELETE FROM customer

-- refused 0A000
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM customer

-- refused 0A000
EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT * FROM invoice

-- refused 0A000
EXPLAIN VERBOSE UPDATE customer SET name = 'x'

-- refused 42601
DESCRIBE customer

-- refused 42501
ANALYZE customer

-- refused 42501
VACUUM customer

-- refused 42501
CLUSTER customer

-- refused 42501
REINDEX TABLE customer

-- refused 42501
DO $$ BEGIN EXECUTE 'DELETE FROM customer'; END $$

-- refused 42501
DO 'BEGIN RAISE NOTICE ''x''; END'

-- refused 42501
DO LANGUAGE plpgsql $$ BEGIN PERFORM 1; END $$

-- refused 0A000
DECLARE c CURSOR FOR SELECT * FROM customer

-- refused 0A000
BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT * FROM customer; COMMIT

-- refused 0A000
FETCH ALL FROM c

-- refused 0A000
MOVE 1 IN c

-- refused 0A000
CLOSE ALL

-- refused 0A000
PREPARE p AS SELECT * FROM customer

-- refused 0A000
EXECUTE p

-- answered [DEALLOCATE ALL]
DEALLOCATE ALL

-- refused 26000
DEALLOCATE p

-- answered [DISCARD ALL]
DISCARD ALL

-- refused 0A000
DISCARD TEMP

-- refused 0A000
DISCARD PLANS

-- refused 0A000
LISTEN orgfold_catalog

-- refused 0A000
LISTEN x

-- refused 0A000
NOTIFY orgfold_catalog, '9'

-- refused 0A000
NOTIFY x

-- refused 0A000
UNLISTEN *

-- refused 42501
SELECT pg_notify('orgfold_catalog', '9')

-- refused 42501
SELECT pg_listening_channels()

-- refused 42501
CREATE TABLE x (id int)

-- refused 42501
CREATE TEMP TABLE x (id int)

-- refused 42501
CREATE VIEW x AS SELECT * FROM customer

-- refused 42501
CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'

-- refused 42501
CREATE FUNCTION pg_temp.x() RETURNS int LANGUAGE sql AS 'SELECT 1'

-- refused 42501
CREATE RULE x AS ON SELECT TO customer DO INSTEAD SELECT 1

-- refused 42501
CREATE TRIGGER x AFTER INSERT ON customer EXECUTE FUNCTION f()

-- refused 42501
CREATE POLICY x ON customer

-- refused 42501
CREATE OPERATOR public.= (FUNCTION = int8eq, LEFTARG = bigint, RIGHTARG = bigint)

-- refused 42501
CREATE CAST (text AS int) WITH INOUT

-- refused 42501
CREATE SCHEMA x

-- refused 42501
CREATE EXTENSION dblink

-- refused 42501
CREATE STATISTICS x ON id, name FROM customer

-- refused 42501
CREATE ROLE x

-- refused 42501
CREATE SEQUENCE x

-- refused 42501
CREATE MATERIALIZED VIEW x AS SELECT 1

-- refused 42501
CREATE PUBLICATION x

-- refused 42501
CREATE SUBSCRIPTION x CONNECTION '' PUBLICATION y

-- refused 42501
CREATE SERVER x FOREIGN DATA WRAPPER y

-- refused 42501
CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION f()

-- refused 42501
IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z

-- refused 42501
ALTER TABLE customer ADD COLUMN x int

-- refused 42501
ALTER TABLE customer DETACH PARTITION customer_p{leaf}

-- refused 42501
ALTER TABLE customer_p{leaf} RENAME TO x

-- refused 42501
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC

-- refused 42501
ALTER ROLE CURRENT_USER SUPERUSER

-- refused 42501
DROP TABLE customer

-- refused 42501
DROP OWNED BY CURRENT_USER

-- refused 42501
REASSIGN OWNED BY CURRENT_USER TO postgres

-- refused 42501
GRANT ALL ON customer TO PUBLIC

-- refused 42501
REVOKE ALL ON customer FROM PUBLIC

-- refused 42501
COMMENT ON TABLE customer IS 'x'

-- refused 42501
SECURITY LABEL ON TABLE customer IS 'x'

-- refused 42501
REFRESH MATERIALIZED VIEW x

-- refused 42501
LOAD 'x'

-- refused 0A000
LOCK TABLE customer IN ACCESS EXCLUSIVE MODE

-- refused 0A000
LOCK customer

-- refused 42501
SELECT pg_advisory_lock(1)

-- refused 42501
SELECT pg_try_advisory_lock_shared(1, 2)

-- refused 42501
SELECT pg_advisory_xact_lock(1)

-- refused 42501
SELECT pg_advisory_unlock_all()

-- refused 42501
CALL x()

-- answered 1|own-1|null; 2|own-2|1; 3|own-3|1 [SELECT 3]
TABLE customer

-- answered 1; 3 [SELECT 2]
VALUES (1), ((SELECT max(id) FROM customer))

-- refused 42703
VALUES ((SELECT org_id FROM customer))

-- refused 42501
SHOW TABLES

-- refused 42601
USE globex

-- refused 42601
\d

-- refused 42601
SELECT 1 \gexec

-- refused 42601
HANDLER customer OPEN

-- refused 42601
KILL 1

-- refused 42601
PRAGMA x

-- refused 42601
ATTACH DATABASE 'x' AS y

-- refused 42601
SELECT * FROM customer WITH (NOLOCK)

-- refused 42601
SELECT * FROM customer FOR SYSTEM_TIME ALL

-- refused 42601
SELECT TOP 1 * FROM customer

-- refused 42601
SELECT * EXCLUDE (name) FROM customer

-- refused 42601
FROM customer SELECT *

-- refused 42601
SELECT * FROM customer QUALIFY true

-- refused 42601
REPLACE INTO customer VALUES (1, 'x')

-- refused 42601
INSERT OVERWRITE customer VALUES (1, 'x')

-- refused 42601
DELETE customer

-- refused 42601
DELETE FROM customer, invoice

-- refused 42601
UPDATE customer, invoice SET name = 'x'
