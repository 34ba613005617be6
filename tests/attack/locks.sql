-- Locks: taken on acme's rows, told of by nobody.

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer ORDER BY id FOR UPDATE

-- answered [SELECT 0]
SELECT name FROM customer WHERE id = 9 FOR UPDATE NOWAIT

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer ORDER BY id FOR SHARE SKIP LOCKED

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer ORDER BY id FOR NO KEY UPDATE

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer ORDER BY id FOR KEY SHARE

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT c.name FROM customer c JOIN invoice i ON i.no = c.id ORDER BY 1 FOR UPDATE OF c

-- refused 42P01
SELECT c.name FROM customer c JOIN invoice i ON i.no = c.id FOR UPDATE OF customer

-- refused 42601
SELECT name FROM customer FOR UPDATE OF public.customer

-- refused 42P01
SELECT name FROM customer FOR UPDATE OF customer_p{leaf}

-- refused 0A000
SELECT count(*) FROM customer FOR UPDATE

-- refused 0A000
SELECT name FROM spender FOR UPDATE

-- refused 42501
SELECT code FROM currency FOR UPDATE

-- answered 3 [SELECT 1]
WITH c AS (SELECT * FROM customer FOR UPDATE) SELECT count(*) FROM c

-- answered 3 [SELECT 1]
SELECT count(*) FROM (SELECT * FROM customer FOR UPDATE) AS c

-- answered [SET] / own-1 [SELECT 1]
-- extended: refused 42601
SET lock_timeout = '1ms'; SELECT name FROM customer WHERE id = 1 FOR UPDATE

-- refused 42501
-- extended: refused 42601
SET deadlock_timeout = '1ms'; SELECT name FROM customer WHERE id = 1

-- answered [SELECT 0]
SELECT * FROM pg_locks

-- refused 42501
SELECT pg_blocking_pids(1)

-- refused 42501
SELECT pg_lock_status()

-- refused 0A000
LOCK TABLE ONLY customer IN SHARE MODE NOWAIT

-- answered t [SELECT 1]
SELECT pg_try_advisory_xact_lock({globex})
