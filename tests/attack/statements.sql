-- Statements that are not queries or DML: refused, whatever they would do.

-- answered Seq Scan on customer [EXPLAIN]
EXPLAIN SELECT * FROM customer

-- refused 23503
EXPLAIN ANALYZE DELETE FROM customer

-- answered Seq Scan on public.customer;   Output: customer.id, customer.name, customer.parent [EXPLAIN]
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM customer

-- refused 0A000
EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT * FROM invoice

-- answered Update on public.customer customer;   ->  Seq Scan on public.customer customer;         Output: 'x'::text, ctid [EXPLAIN]
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

-- refused 25P01
DECLARE c CURSOR FOR SELECT * FROM customer

-- refused 0A000
BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT * FROM customer; COMMIT

-- refused 34000
FETCH ALL FROM c

-- refused 34000
MOVE 1 IN c

-- answered [CLOSE CURSOR ALL]
CLOSE ALL

-- answered [PREPARE]
-- extended: refused 0A000
PREPARE p AS SELECT * FROM customer

-- refused 26000
-- extended: refused 0A000
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

-- answered [LISTEN]
LISTEN orgfold_catalog

-- answered [LISTEN]
LISTEN x

-- answered [NOTIFY]
NOTIFY orgfold_catalog, '9'

-- answered [NOTIFY]
NOTIFY x

-- answered [UNLISTEN]
UNLISTEN *

-- answered  [SELECT 1]
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

-- answered  [SELECT 1]
SELECT pg_advisory_xact_lock(1)

-- answered  [SELECT 1]
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

-- answered [SET] / [SET] / Seq Scan on customer (actual rows=2 loops=1);   Filter: (id > 1) [EXPLAIN]
-- extended: refused 42601
-- since 18: answered [SET] / [SET] / Seq Scan on customer (actual rows=2.00 loops=1);   Filter: (id > 1) [EXPLAIN]
SET enable_indexscan = off; SET enable_bitmapscan = off; EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM customer WHERE id > 1

-- answered Seq Scan on customer (actual rows=3 loops=1);   Filter: (id > 0) [EXPLAIN]
-- since 18: answered Seq Scan on customer (actual rows=3.00 loops=1);   Filter: (id > 0) [EXPLAIN]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT * FROM customer WHERE id > 0

-- answered Seq Scan on customer [EXPLAIN]
EXPLAIN (COSTS) SELECT * FROM customer

-- answered Seq Scan on customer [EXPLAIN]
EXPLAIN (COSTS ON) SELECT * FROM customer

-- refused 0A000
EXPLAIN (COSTS TRUE, FORMAT json) SELECT * FROM customer

-- refused 0A000
EXPLAIN (COSTS OFF, FORMAT json, VERBOSE) SELECT * FROM customer c JOIN invoice i ON i.no = c.id

-- answered Seq Scan on customer [EXPLAIN]
EXPLAIN (COSTS OFF, BUFFERS) SELECT * FROM customer

-- answered Seq Scan on customer; Settings: jit = 'off' [EXPLAIN]
EXPLAIN (COSTS OFF, SETTINGS) SELECT * FROM customer

-- refused 42P02
-- extended: refused 08P01
EXPLAIN (COSTS OFF, GENERIC_PLAN) SELECT * FROM customer WHERE id = $1

-- refused 42P01
EXPLAIN (COSTS OFF) SELECT * FROM customer_p{leaf}

-- refused 42703
EXPLAIN (COSTS OFF) SELECT org_id FROM customer

-- answered Insert on customer customer;   Conflict Resolution: NOTHING;   Conflict Arbiter Indexes: customer_pkey;   ->  Result [EXPLAIN]
EXPLAIN (COSTS OFF) INSERT INTO customer VALUES (50, 'x') ON CONFLICT (id) DO NOTHING

-- answered Update on customer customer;   ->  Seq Scan on customer customer;         Filter: (to_date(name, 'YYYY'::text) IS NULL) [EXPLAIN]
EXPLAIN (COSTS OFF) UPDATE customer SET name = 'x' WHERE to_date(name, 'YYYY') IS NULL

-- answered Delete on ticket ticket;   ->  Seq Scan on ticket ticket [EXPLAIN]
EXPLAIN (COSTS OFF) DELETE FROM ticket

-- refused 42601
EXPLAIN (COSTS OFF) DROP TABLE customer

-- refused 42601
EXPLAIN (COSTS OFF) CREATE TABLE x AS SELECT 1

-- refused 42601
EXPLAIN (COSTS OFF) EXECUTE p

-- answered [BEGIN] / [DECLARE CURSOR] / own-1; own-2; own-3 [FETCH 3] / [COMMIT]
-- extended: refused 42601
BEGIN; DECLARE c CURSOR FOR SELECT name FROM customer ORDER BY id; FETCH ALL FROM c; COMMIT

-- refused 42P01
BEGIN; DECLARE c CURSOR FOR SELECT * FROM customer_p{leaf}; COMMIT

-- answered [BEGIN] / [DECLARE CURSOR] / 1 [FETCH 1] / [COMMIT]
-- extended: refused 42601
BEGIN; DECLARE "c; DROP TABLE customer" CURSOR FOR SELECT 1; FETCH 1 FROM "c; DROP TABLE customer"; COMMIT

-- refused 0A000
BEGIN; DECLARE c CURSOR FOR SELECT name FROM customer FOR UPDATE; FETCH 1 FROM c; UPDATE customer SET name = 'x' WHERE CURRENT OF c; COMMIT

-- answered [BEGIN] / [DECLARE CURSOR] / 3 [FETCH 1] / [FETCH 0] / [MOVE 0] / [CLOSE CURSOR] / [COMMIT]
-- extended: refused 42601
BEGIN; DECLARE c SCROLL CURSOR FOR SELECT id FROM customer ORDER BY id; FETCH LAST FROM c; FETCH ABSOLUTE 9 FROM c; MOVE FORWARD ALL IN c; CLOSE c; COMMIT

-- answered [PREPARE] / own-1 [SELECT 1] / [SELECT 0] / [DEALLOCATE]
-- extended: refused 42601
PREPARE p AS SELECT name FROM customer WHERE id = $1; EXECUTE p(1); EXECUTE p(9); DEALLOCATE p

-- refused 42703
PREPARE p (int) AS SELECT org_id FROM customer

-- answered [PREPARE] / 1 [SELECT 1] / [DEALLOCATE]
-- extended: refused 42601
PREPARE p (int, bigint) AS SELECT count(*) FROM customer WHERE id = $1; EXECUTE p(1, {globex}); DEALLOCATE p

-- answered [PREPARE] / refused 42601
-- extended: refused 42601
PREPARE p (int) AS SELECT count(*) FROM customer WHERE id >= $1; EXECUTE p(1, {globex})

-- answered [PREPARE] / [DELETE 3] / [DEALLOCATE]
-- extended: refused 42601
PREPARE p AS DELETE FROM invoice; EXECUTE p; DEALLOCATE p

-- refused 26000
-- extended: refused 0A000
EXECUTE p({globex})

-- answered [LISTEN] / [NOTIFY] / refused 0A000
-- extended: refused 42601
LISTEN x; NOTIFY x, 'hello'; UNLISTEN x

-- answered [LISTEN]
LISTEN "orgfold_catalog"

-- answered [NOTIFY]
NOTIFY "orgfold_catalog", '99999'

-- answered  [SELECT 1]
SELECT pg_notify('x', 'y')

-- refused 42501
SELECT pg_advisory_lock(1); SELECT pg_advisory_unlock(1)

-- answered |t [SELECT 1]
SELECT pg_advisory_xact_lock({globex}), pg_try_advisory_xact_lock(1, 2)

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE pg_try_advisory_xact_lock(id)
