-- System columns: where a row lies and who wrote it are the leaf's.

-- answered t [SELECT 1]
SELECT ctid IS NOT NULL FROM customer WHERE id = 1

-- answered t|t [SELECT 1]
SELECT xmin::text <> '0', xmax IS NOT NULL FROM customer WHERE id = 1

-- refused 0A000
SELECT tableoid FROM customer

-- refused 0A000
SELECT customer.tableoid::regclass FROM customer

-- answered 0|0; 0|0; 0|0 [SELECT 3]
SELECT cmin, cmax FROM customer

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE ctid >= '(0,1)'

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer ORDER BY ctid

-- answered [UPDATE 3]
UPDATE customer SET name = name || '!' WHERE ctid >= '(0,1)'

-- refused 0A000
UPDATE customer SET name = 'x' WHERE id = 1 RETURNING tableoid

-- refused 0A000
UPDATE customer SET name = tableoid::text WHERE id = 1

-- answered [DELETE 0]
DELETE FROM ticket WHERE ctid < '(0,1)'

-- answered [DELETE 1]
DELETE FROM ticket WHERE ticket.xmin IS NOT NULL

-- answered f|f [DELETE 1]
DELETE FROM ticket RETURNING ctid IS NULL, xmin IS NULL

-- answered [DELETE 0]
DELETE FROM ticket USING customer WHERE customer.ctid = ticket.ctid

-- refused 0A000
INSERT INTO ticket (body) VALUES ('x') RETURNING tableoid

-- answered f [INSERT 0 1]
INSERT INTO ticket (body) VALUES ('x') RETURNING ticket.ctid IS NULL

-- refused 42703
INSERT INTO ticket (ctid) VALUES ('(0,1)')

-- refused 42703
UPDATE ticket SET ctid = '(0,1)'

-- refused 0A000
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.tableoid::text

-- answered f; f; f [SELECT 3]
SELECT (SELECT customer.ctid) IS NULL FROM customer

-- refused 0A000
DELETE FROM invoice WHERE EXISTS (SELECT tableoid)

-- refused 42703
SELECT oid FROM customer

-- refused 0A000
SELECT max(tableoid) FROM spender

-- refused 0A000
SELECT c.tableoid FROM currency AS c

-- refused 0A000
SELECT "tableoid" FROM customer

-- refused 0A000
SELECT U&"tableo\0069d" FROM customer

-- refused 0A000
SELECT customer.* FROM customer WHERE customer.tableoid > 0
