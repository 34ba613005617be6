-- schema: shop

-- Row locks, table locks, advisory locks.

SELECT id FROM customer WHERE id = 1 FOR UPDATE

SELECT id FROM customer ORDER BY id FOR SHARE

SELECT id FROM customer ORDER BY id FOR NO KEY UPDATE

SELECT id FROM customer ORDER BY id FOR KEY SHARE

SELECT id FROM customer ORDER BY id FOR UPDATE NOWAIT

SELECT id FROM customer ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id FROM customer ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED

SELECT c.id, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.no FOR UPDATE

SELECT c.id, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.no FOR UPDATE OF o

SELECT c.id, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.no FOR UPDATE OF o FOR SHARE OF c

SELECT c.id, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.no FOR UPDATE OF o, c NOWAIT

SELECT c.id, o.no FROM customer c LEFT JOIN orders o ON o.customer_id = c.id ORDER BY c.id, o.no FOR UPDATE OF c

-- open: said at Parse, where PostgreSQL says it at Execute
SELECT c.id, o.no FROM customer c LEFT JOIN orders o ON o.customer_id = c.id FOR UPDATE

-- open: said at Parse, where PostgreSQL says it at Execute
SELECT c.id, o.no FROM customer c LEFT JOIN orders o ON o.customer_id = c.id FOR UPDATE OF o

SELECT id FROM customer FOR UPDATE OF nope

SELECT id FROM customer c FOR UPDATE OF customer

-- open: another error: 42601 syntax error at or near "."
SELECT id FROM customer FOR UPDATE OF public.customer

SELECT id FROM (SELECT id FROM customer) x ORDER BY id FOR UPDATE

SELECT id FROM (SELECT id FROM customer FOR UPDATE) x ORDER BY id

SELECT x.id FROM (SELECT id FROM customer) x, orders o WHERE o.no = x.id ORDER BY 1 FOR UPDATE OF x

SELECT count(*) FROM customer FOR UPDATE

SELECT DISTINCT vip FROM customer FOR UPDATE

SELECT vip FROM customer GROUP BY vip FOR UPDATE

SELECT vip FROM customer GROUP BY vip HAVING count(*) > 0 FOR SHARE

SELECT row_number() OVER () FROM customer FOR UPDATE

SELECT id FROM customer UNION SELECT no FROM orders FOR UPDATE

SELECT id FROM customer WHERE id IN (SELECT customer_id FROM orders FOR UPDATE) ORDER BY id

SELECT generate_series(1, 2) FROM customer WHERE id = 1 FOR UPDATE

VALUES (1) FOR UPDATE

SELECT 1 FOR UPDATE

SELECT * FROM generate_series(1, 2) FOR UPDATE

SELECT g FROM generate_series(1, 2) g FOR UPDATE OF g

-- open: refused: 42501 permission denied for table currency
SELECT code FROM currency WHERE code = 'EUR' FOR SHARE

-- open: refused: 42501 permission denied for table currency
SELECT code FROM currency WHERE code = 'EUR' FOR UPDATE

SELECT id FROM vips ORDER BY id FOR UPDATE

SELECT v.id, o.no FROM vips v JOIN orders o ON o.customer_id = v.id ORDER BY o.no FOR UPDATE OF v

-- open: another error: fewer words
SELECT no FROM order_total FOR UPDATE

ROLLBACK

WITH x AS (SELECT id FROM customer ORDER BY id FOR UPDATE) SELECT * FROM x

WITH x AS (SELECT id FROM customer) SELECT * FROM x ORDER BY id FOR UPDATE

WITH x AS (SELECT id FROM customer) SELECT c.id FROM x JOIN customer c USING (id) ORDER BY c.id FOR UPDATE OF x

UPDATE empty SET b = 'x' WHERE a IN (SELECT id FROM customer FOR UPDATE SKIP LOCKED)

SELECT id FROM customer FOR READ ONLY

SELECT id FROM customer FOR UPDATE FOR SHARE

SELECT id FROM customer LOCK IN SHARE MODE

SELECT id FROM customer FOR UPDATE WAIT 5

-- open: refused: 0A000 the whole row of "c" here is not supported by orgfold
SELECT c FROM customer c WHERE id = 1 FOR UPDATE

SELECT * FROM "Odd Table" WHERE "Select" = 1 FOR UPDATE OF "Odd Table"

SELECT * FROM "Odd Table" o WHERE "Select" = 1 FOR UPDATE OF o

BEGIN; SELECT id FROM customer WHERE id = 2 FOR UPDATE; UPDATE customer SET name = name WHERE id = 2; COMMIT

BEGIN READ ONLY; SELECT id FROM customer WHERE id = 1 FOR UPDATE; ROLLBACK

-- open: another error: 0A000 LOCK is not supported by orgfold
BEGIN; LOCK TABLE customer; ROLLBACK

ROLLBACK

-- open: refused: 0A000 LOCK is not supported by orgfold
BEGIN; LOCK customer IN ACCESS SHARE MODE; ROLLBACK

ROLLBACK

-- open: refused: 0A000 LOCK is not supported by orgfold
BEGIN; LOCK TABLE customer, orders IN ROW EXCLUSIVE MODE NOWAIT; ROLLBACK

ROLLBACK

-- open: refused: 0A000 LOCK is not supported by orgfold
BEGIN; LOCK TABLE ONLY customer IN SHARE MODE; ROLLBACK

ROLLBACK

-- open: another error: 0A000 LOCK is not supported by orgfold
LOCK TABLE customer

-- open: another error: 0A000 LOCK is not supported by orgfold
LOCK TABLE nowhere

-- open: another error: 0A000 LOCK is not supported by orgfold
LOCK TABLE customer IN NO MODE

-- open: refused: 0A000 LOCK is not supported by orgfold
BEGIN; LOCK TABLE vips; ROLLBACK

ROLLBACK

SELECT pg_try_advisory_xact_lock(5)

SELECT pg_advisory_xact_lock(1, 2)

BEGIN; SELECT pg_advisory_xact_lock(7); SELECT pg_try_advisory_xact_lock(7); COMMIT

SELECT pg_advisory_xact_lock_shared(3)

-- params: 1
SELECT name FROM customer WHERE id = $1 FOR UPDATE

-- params: 2
SELECT c.id FROM customer c JOIN orders o ON o.customer_id = c.id WHERE o.no = $1 FOR UPDATE OF c SKIP LOCKED

SELECT id FROM customer EXCEPT SELECT id FROM customer c FOR UPDATE OF customer

SELECT id FROM customer UNION ALL SELECT id FROM customer FOR NO KEY UPDATE

-- open: another error: it says FOR UPDATE
(SELECT id FROM customer UNION SELECT 1) FOR SHARE

SELECT * FROM (SELECT id FROM customer UNION SELECT 1) x FOR UPDATE

SELECT id FROM customer UNION (SELECT id FROM customer ORDER BY id LIMIT 1 FOR UPDATE)
