-- Writes: what changes rows changes acme's, and counts them.

-- answered [UPDATE 3]
UPDATE customer SET name = name || '!'

-- answered [UPDATE 3]
UPDATE invoice SET total = 99 WHERE true

-- answered [UPDATE 3]
UPDATE invoice SET total = 99 WHERE no = 1 OR true

-- answered [UPDATE 0]
UPDATE invoice SET total = 99 WHERE no = 9

-- answered [UPDATE 3]
UPDATE invoice SET total = 99 FROM customer WHERE true

-- answered [UPDATE 3]
UPDATE invoice SET total = x.total FROM invoice AS x WHERE x.no <> invoice.no

-- answered 60.00; 60.00; 60.00 [UPDATE 3]
UPDATE invoice AS i SET total = (SELECT sum(total) FROM invoice) RETURNING total

-- answered 3.00|n-1; 3.00|n-2; 3.00|n-3 [UPDATE 3]
UPDATE invoice SET (total, note) = (SELECT count(*), 'n-' || invoice.no FROM invoice AS x) RETURNING total, note

-- refused 23502
UPDATE invoice SET note = DEFAULT WHERE no = 1

-- answered {x}|(7,) [UPDATE 1]
UPDATE vault SET ta[1] = 'x', p.a = 7 WHERE id = 1 RETURNING ta, p

-- refused 0A000
UPDATE invoice SET total = 1 WHERE CURRENT OF c

-- answered [DELETE 3]
DELETE FROM invoice

-- answered [DELETE 3]
DELETE FROM invoice WHERE true OR no = 1

-- answered [DELETE 3]
DELETE FROM invoice USING customer

-- answered 1; 2; 3 [DELETE 3]
DELETE FROM invoice USING invoice AS x WHERE x.no >= invoice.no RETURNING invoice.no

-- refused 23503
DELETE FROM customer

-- answered [DELETE 1]
DELETE FROM ticket WHERE id > 0

-- answered [TRUNCATE TABLE]
TRUNCATE ticket

-- refused 0A000
TRUNCATE customer

-- answered [TRUNCATE TABLE]
TRUNCATE customer CASCADE

-- answered [TRUNCATE TABLE]
TRUNCATE customer, invoice

-- refused 0A000
TRUNCATE ticket RESTART IDENTITY

-- answered [TRUNCATE TABLE]
TRUNCATE TABLE public.ticket CONTINUE IDENTITY RESTRICT

-- answered own [INSERT 0 1]
WITH d AS (DELETE FROM ticket RETURNING body) INSERT INTO always (body) SELECT body FROM d RETURNING body

-- answered 3 [SELECT 1]
WITH d AS (DELETE FROM invoice RETURNING no), u AS (UPDATE vault SET t = 'w') SELECT count(*) FROM d

-- answered [DELETE 3]
WITH u AS (UPDATE customer SET name = name || '?' RETURNING id) DELETE FROM invoice WHERE customer IN (SELECT id FROM u)

-- answered own-1; own-2; own-3 [INSERT 0 3]
INSERT INTO ticket (body) SELECT name FROM customer ORDER BY 1 RETURNING body

-- refused 42601
INSERT INTO ticket (body) TABLE currency

-- answered [INSERT 0 2]
INSERT INTO ticket (body) (SELECT name FROM customer LIMIT 1) UNION ALL (SELECT note FROM invoice LIMIT 1)

-- answered [INSERT 0 3]
INSERT INTO customer (id, name) SELECT id + 10, name || '+' FROM customer EXCEPT SELECT 1, 'x' ORDER BY 1

-- answered null [INSERT 0 1]
INSERT INTO ticket DEFAULT VALUES RETURNING body

-- answered [INSERT 0 0]
INSERT INTO customer SELECT * FROM customer WHERE false

-- answered [INSERT 0 0]
INSERT INTO customer SELECT c.* FROM customer AS c WHERE id > 90

-- answered [INSERT 0 1]
INSERT INTO customer (id, name) OVERRIDING SYSTEM VALUE VALUES (50, 'x')

-- answered [INSERT 0 1]
INSERT INTO always (id, body) OVERRIDING SYSTEM VALUE VALUES (5, 'x')

-- answered 50; 51 [INSERT 0 2]
INSERT INTO customer VALUES (50, 'a', NULL), (51, 'b', 50) RETURNING id

-- refused 23502
INSERT INTO customer VALUES (50)

-- refused 42601
INSERT INTO customer VALUES (50, 'x', NULL, NULL)

-- refused 23503
MERGE INTO customer AS c USING invoice AS i ON c.id = i.no WHEN MATCHED THEN DELETE

-- answered [MERGE 1]
MERGE INTO customer AS c USING (VALUES (9)) AS v (id) ON c.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'x')

-- refused 42703
MERGE INTO customer AS c USING currency ON true WHEN MATCHED THEN UPDATE SET org_id = {globex}

-- refused 42601
SELECT * FROM (DELETE FROM ticket RETURNING *) AS x

-- refused 42601
SELECT (DELETE FROM ticket RETURNING id)

-- refused 42501
SELECT * INTO copied FROM customer

-- refused 42501
CREATE TABLE copied AS SELECT * FROM customer

-- refused 23505
UPDATE customer SET id = 1 WHERE id = 2

-- answered [UPDATE 1]
UPDATE public.customer SET name = 'x' WHERE public.customer.id = 1
