-- schema: shop

-- Cursors, PREPARE and EXECUTE, EXPLAIN: each string by itself, so that what is open leaves nothing.

BEGIN; DECLARE c CURSOR FOR SELECT id, name FROM customer ORDER BY id; FETCH 2 FROM c; FETCH c; CLOSE c; ROLLBACK

BEGIN; DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id; FETCH ALL FROM c; FETCH NEXT FROM c; ROLLBACK

BEGIN; DECLARE c SCROLL CURSOR FOR SELECT id FROM customer ORDER BY id; FETCH LAST FROM c; FETCH PRIOR FROM c; FETCH FIRST FROM c; FETCH ABSOLUTE 3 FROM c; FETCH RELATIVE -1 FROM c; FETCH BACKWARD 1 IN c; FETCH FORWARD ALL FROM c; FETCH BACKWARD ALL FROM c; ROLLBACK

-- open: another error: 0A000 DECLARE is not supported by orgfold
BEGIN; DECLARE c NO SCROLL CURSOR FOR SELECT id FROM customer ORDER BY id; FETCH 1 FROM c; FETCH BACKWARD 1 FROM c; ROLLBACK

ROLLBACK

BEGIN; DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id; MOVE 2 FROM c; FETCH 1 FROM c; MOVE BACKWARD 1 IN c; ROLLBACK

ROLLBACK

-- open: another error: 0A000 DECLARE is not supported by orgfold
BEGIN; DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id FOR UPDATE; FETCH 1 FROM c; UPDATE customer SET name = 'cur' WHERE CURRENT OF c; SELECT name FROM customer WHERE id = 1; DELETE FROM empty WHERE CURRENT OF c; ROLLBACK

ROLLBACK

-- open: refused: 0A000 DECLARE is not supported by orgfold
-- refused 0A000
BEGIN; DECLARE c BINARY CURSOR FOR SELECT id FROM customer ORDER BY id; FETCH 1 FROM c; ROLLBACK

BEGIN; DECLARE c INSENSITIVE CURSOR FOR SELECT count(*) FROM customer; INSERT INTO customer (id, name) VALUES (90, 'x'); FETCH c; ROLLBACK

BEGIN; DECLARE c ASENSITIVE CURSOR WITHOUT HOLD FOR VALUES (1), (2); FETCH 5 FROM c; ROLLBACK

BEGIN; DECLARE "My Cursor" CURSOR FOR SELECT 1; FETCH "My Cursor"; CLOSE "My Cursor"; ROLLBACK

BEGIN; DECLARE c CURSOR FOR SELECT 1; DECLARE c CURSOR FOR SELECT 2; ROLLBACK

ROLLBACK

BEGIN; DECLARE c CURSOR FOR SELECT 1; CLOSE ALL; FETCH c; ROLLBACK

ROLLBACK

BEGIN; FETCH nope; ROLLBACK

ROLLBACK

BEGIN; CLOSE nope; ROLLBACK

ROLLBACK

FETCH nope

CLOSE nope

MOVE nope

DECLARE c CURSOR FOR SELECT 1

BEGIN; DECLARE c CURSOR FOR SELECT nope; ROLLBACK

ROLLBACK

-- open: another error: 0A000 DECLARE is not supported by orgfold
BEGIN; DECLARE c CURSOR FOR SELECT * FROM nowhere; ROLLBACK

ROLLBACK

BEGIN; DECLARE c CURSOR FOR WITH x AS (SELECT 1 AS a) SELECT a FROM x; FETCH ALL c; ROLLBACK

BEGIN; DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id; SAVEPOINT s; FETCH 1 FROM c; ROLLBACK TO s; FETCH 1 FROM c; ROLLBACK

-- open: another error: 0A000 DECLARE is not supported by orgfold
BEGIN; DECLARE c CURSOR FOR SELECT 10 / (id - 3) FROM customer ORDER BY id; FETCH 2 FROM c; FETCH 1 FROM c; ROLLBACK

ROLLBACK

BEGIN; DECLARE c CURSOR FOR TABLE currency; FETCH 0 FROM c; ROLLBACK

-- simple only: in the extended protocol there are its own prepared statements
PREPARE p AS SELECT id, name FROM customer WHERE id = $1

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p(1)

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p (2)

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p('3')

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p(1 + 1)

-- open: another error: 42601 wrong number of parameters for prepared statement "orgfold_prepared_00000006"
-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p

-- open: another error: 42601 wrong number of parameters for prepared statement "orgfold_prepared_00000007"
-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p(1, 2)

-- open: another error: fewer words
-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p('x')

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE nope(1)

-- simple only: in the extended protocol there are its own prepared statements
PREPARE p AS SELECT 1

DEALLOCATE p

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE p(1)

DEALLOCATE nope

-- simple only: in the extended protocol there are its own prepared statements
PREPARE q (int, text) AS SELECT $1 + 1, $2 || '!'

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE q(1, 'a')

DEALLOCATE PREPARE q

-- simple only: in the extended protocol there are its own prepared statements
PREPARE ins (int, text) AS INSERT INTO empty VALUES ($1, $2) RETURNING *

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE ins(1, 'x')

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE ins(2, NULL)

-- simple only: in the extended protocol there are its own prepared statements
PREPARE upd AS UPDATE empty SET b = $1 WHERE a = $2

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE upd('y', 2)

-- simple only: in the extended protocol there are its own prepared statements
PREPARE del AS DELETE FROM empty

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE del

DEALLOCATE ALL

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE del

-- simple only: in the extended protocol there are its own prepared statements
PREPARE bad AS SELECT nope

-- simple only: in the extended protocol there are its own prepared statements
PREPARE "Odd Name" AS SELECT 1

-- simple only: in the extended protocol there are its own prepared statements
EXECUTE "Odd Name"

DEALLOCATE "Odd Name"

-- simple only: in the extended protocol there are its own prepared statements
PREPARE e AS EXPLAIN SELECT 1

-- simple only: in the extended protocol there are its own prepared statements
PREPARE x AS SELECT $1

EXPLAIN (COSTS OFF) SELECT 1

EXPLAIN (COSTS OFF) SELECT 1 + 1 WHERE false

EXPLAIN (COSTS OFF) VALUES (1), (2)

EXPLAIN (COSTS OFF) SELECT * FROM generate_series(1, 3) ORDER BY 1

-- open: refused: 0A000 EXPLAIN in another format than TEXT is not supported by orgfold
EXPLAIN (COSTS OFF, FORMAT json) SELECT 1

EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1

EXPLAIN (COSTS OFF, VERBOSE) SELECT 1 AS a

EXPLAIN (COSTS OFF) SELECT * FROM currency

-- open: another error: 0A000 this option of EXPLAIN is not supported by orgfold
EXPLAIN (nope) SELECT 1

EXPLAIN SELECT nope

EXPLAIN SELECT * FROM nowhere

-- open: another error: 0A000 EXPLAIN in another format than TEXT is not supported by orgfold
EXPLAIN (FORMAT nope) SELECT 1

LISTEN ch

NOTIFY ch, 'payload'

NOTIFY ch

UNLISTEN ch

UNLISTEN *

SELECT pg_notify('ch', 'x')

SELECT name FROM customer TABLESAMPLE SYSTEM (100) ORDER BY id

SELECT count(*) FROM customer TABLESAMPLE BERNOULLI (100) REPEATABLE (1)

SELECT count(*) FROM customer c TABLESAMPLE BERNOULLI (0)

-- open: another error: 0A000 this sampling method is not supported by orgfold
SELECT count(*) FROM customer TABLESAMPLE nope (1)

SELECT count(*) FROM customer TABLESAMPLE SYSTEM (200)

SELECT count(*) FROM ONLY customer

SELECT count(*) FROM ONLY (customer)

SELECT count(*) FROM customer *

SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS t(a, b)

SELECT * FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY['x'])) WITH ORDINALITY AS t(a, b, n)

SELECT * FROM ROWS FROM (jsonb_to_recordset('[{"a": 1}]') AS (a int), generate_series(1, 2)) AS t

SELECT nextval('ticket_id_seq') > 0

SELECT currval('nope_seq')

SELECT nextval('nope_seq')

BEGIN; SELECT nextval('ticket_id_seq') > 0; SELECT lastval() = currval('ticket_id_seq'); ROLLBACK

SELECT nextval(pg_get_serial_sequence('ticket', 'id')) = lastval(), lastval() = currval('public.ticket_id_seq'::regclass)

-- open: refused: 42501 permission denied for function setval
SELECT setval('ticket_id_seq', 5)

SELECT pg_get_serial_sequence('ticket', 'id')

BEGIN; INSERT INTO ticket (title) VALUES ('cv'); SELECT currval('ticket_id_seq') = max(id), lastval() = max(seq) FROM ticket; ROLLBACK
