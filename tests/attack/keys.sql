-- Keys of others: equal keys neither collide nor are found.

-- answered 5 [INSERT 0 1]
INSERT INTO customer VALUES (5, 'CANARY-5') RETURNING id

-- answered 9 [INSERT 0 1]
INSERT INTO customer VALUES (9, 'x') RETURNING id

-- answered 50 [INSERT 0 1]
INSERT INTO customer VALUES (50, 'CANARY-1') RETURNING id

-- refused 23505
INSERT INTO customer VALUES (1, 'x')

-- refused 23505
INSERT INTO customer VALUES (50, 'own-1')

-- refused 23503
INSERT INTO invoice VALUES (50, 5, 1, 'x')

-- refused 23503
INSERT INTO invoice VALUES (50, 9, 1, 'x')

-- answered 50 [INSERT 0 1]
INSERT INTO invoice VALUES (50, 1, 1, 'CANARY-5') RETURNING no

-- answered 7 [INSERT 0 1]
INSERT INTO invoice VALUES (7, 1, 1, 'x') RETURNING no

-- refused 23503
INSERT INTO customer VALUES (50, 'x', 9)

-- refused 23503
UPDATE invoice SET customer = 9 WHERE no = 1

-- answered 9 [UPDATE 1]
UPDATE invoice SET no = 9 WHERE no = 1 RETURNING no

-- answered CANARY-9 [UPDATE 1]
UPDATE invoice SET note = 'CANARY-9' WHERE no = 1 RETURNING note

-- refused 23503
UPDATE customer SET parent = 9 WHERE id = 1

-- refused 23503
UPDATE customer SET id = 9 WHERE id = 1

-- answered 13 [UPDATE 1]
UPDATE customer SET id = id + 10 WHERE id = 3 RETURNING id

-- answered [DELETE 0]
DELETE FROM customer WHERE id = 9

-- refused 23503
DELETE FROM customer WHERE id = 1

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE id = 9

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = 'CANARY-9'

-- answered [SELECT 0]
SELECT * FROM customer WHERE id IN (4, 5, 6, 7, 8, 9)

-- answered 3|3|own-1|own-3 [SELECT 1]
SELECT max(id), count(*), min(name), max(name) FROM customer

-- answered 3|60.00 [SELECT 1]
SELECT max(no), sum(total) FROM invoice

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer c JOIN invoice i ON i.customer = c.id

-- answered 9 [SELECT 1]
SELECT count(*) FROM customer CROSS JOIN invoice

-- answered own-1|103; own-2|null; own-3|null; null|101; null|102 [SELECT 5]
SELECT c.name, i.note FROM customer c FULL JOIN invoice i ON i.no = c.id + 2 ORDER BY 1, 2

-- answered null|101; null|102; null|103 [SELECT 3]
SELECT c.name, i.note FROM customer c RIGHT JOIN invoice i ON false ORDER BY 1, 2

-- answered [SELECT 0]
SELECT c.name FROM customer c LEFT JOIN invoice i ON i.no = c.id WHERE i.no IS NULL

-- answered [SELECT 0]
SELECT id FROM customer EXCEPT SELECT no FROM invoice

-- answered 1; 2; 3 [SELECT 3]
SELECT id FROM customer UNION SELECT no FROM invoice ORDER BY 1

-- answered 1; 2; 3 [SELECT 3]
SELECT id FROM customer INTERSECT SELECT no FROM invoice ORDER BY 1

-- answered [SELECT 0]
SELECT name FROM customer WHERE id NOT IN (SELECT no FROM invoice)

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer WHERE id = ANY (SELECT no FROM invoice) ORDER BY 1

-- answered [SELECT 0]
SELECT name FROM customer WHERE id > ALL (SELECT no FROM invoice)

-- answered own-1|10.00; own-2|20.00; own-3|30.00 [SELECT 3]
SELECT * FROM spender ORDER BY 1

-- answered 9 [SELECT 1]
SELECT count(*) FROM spender, customer

-- answered 1|own|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null [SELECT 1]
SELECT * FROM vault

-- answered own|null|null|null|null|null|null|null|null|null|null|null|null|null [SELECT 1]
SELECT t, v, c, l, n, i, b, r, f, dt, ts, tz, iv, u FROM vault

-- answered [SELECT 0]
SELECT * FROM ticket ORDER BY id OFFSET 1

-- answered own|1; null|1 [SELECT 2]
SELECT body, count(*) FROM ticket GROUP BY ROLLUP (body) ORDER BY 1

-- answered 3 [SELECT 1]
WITH RECURSIVE r AS (SELECT id, parent FROM customer WHERE parent IS NULL UNION ALL SELECT c.id, c.parent FROM customer c JOIN r ON c.parent = r.id) SELECT count(*) FROM r

-- answered own-2; own-1 [SELECT 2]
SELECT DISTINCT ON (parent) name FROM customer ORDER BY parent, id

-- answered own-1|null|3; own-2|own-1|3; own-3|own-2|3 [SELECT 3]
SELECT name, lag(name) OVER (ORDER BY id), count(*) OVER () FROM customer ORDER BY id

-- answered 3; 2; 1 [SELECT 3]
SELECT (SELECT count(*) FROM invoice i WHERE i.customer >= c.id) FROM customer c ORDER BY c.id

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE true OR EXISTS (SELECT FROM invoice)

-- answered 7 [SELECT 1]
SELECT count(*) FROM (SELECT 1 FROM customer UNION ALL SELECT 1 FROM invoice UNION ALL SELECT 1 FROM vault) AS x

-- answered a|3 [SELECT 1]
SELECT * FROM (VALUES ('a')) AS x, LATERAL (SELECT count(*) FROM customer) AS y

-- answered {own-1,own-2,own-3} [SELECT 1]
SELECT array(SELECT name FROM customer ORDER BY 1)
