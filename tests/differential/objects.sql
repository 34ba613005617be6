-- schema: objects

-- The third way: what the other files ask of native tables, of objects. One a paragraph, in order.

INSERT INTO customer (name, region) VALUES ('Ada', 'eu'), ('Bo', 'us'), ('Cy', NULL), ('Dé''s', 'eu') RETURNING name, region

INSERT INTO product VALUES (1, 'bolt', 0.10), (2, 'nut', 0.05, DEFAULT), (3, 'gear', 12.5, false)

INSERT INTO product VALUES (1, 'bolt', 0.10), (2, 'nut', 0.05, DEFAULT)

INSERT INTO invoice (no, customer, total, at) SELECT n, 'Ada', n * 1.5, timestamp '2026-01-01' + n * interval '1 day' FROM generate_series(1, 5) AS n

INSERT INTO invoice (no, customer, total, at) VALUES (6, 'Bo', 99.99, '2026-02-01'), (7, 'Bo', DEFAULT, DEFAULT) RETURNING no, total, at, code

INSERT INTO line SELECT i.no, p.id, i.no + p.id FROM invoice i CROSS JOIN product p WHERE i.no < 4

SELECT * FROM customer ORDER BY name

SELECT c.name, count(i.no) AS invoices, sum(i.total) FROM customer c LEFT JOIN invoice i ON i.customer = c.name GROUP BY c.name ORDER BY 1

SELECT name, region FROM customer WHERE region IS NOT DISTINCT FROM NULL

SELECT i.no, p.name, l.qty FROM invoice i JOIN line l USING (no) JOIN product p ON p.id = l.product ORDER BY 1, 2

SELECT no, customer FROM invoice NATURAL JOIN line ORDER BY 1, 2

SELECT * FROM invoice WHERE total > (SELECT avg(total) FROM invoice) ORDER BY no

SELECT c.* FROM customer c WHERE EXISTS (SELECT 1 FROM invoice WHERE customer = c.name) ORDER BY 1

SELECT rank() OVER (PARTITION BY customer ORDER BY total DESC), no FROM invoice ORDER BY 2

WITH big AS (SELECT * FROM invoice WHERE total > 3), moved AS (UPDATE line SET note = 'big' WHERE no IN (SELECT no FROM big) RETURNING no, product, note) SELECT * FROM moved ORDER BY 1, 2

SELECT customer FROM invoice UNION SELECT name FROM customer ORDER BY 1

SELECT product::text, (product).name FROM product WHERE id = 1

-- params: 2
SELECT name, price FROM product WHERE id = $1

-- params: nut|0.07
UPDATE product SET price = $2 WHERE name = $1 RETURNING *

UPDATE product AS p SET price = price * 2, name = upper(p.name) WHERE p.id < 3 RETURNING id, p.name, price

UPDATE product SET (price, active) = (price + 1, NOT active) RETURNING product.id, price AS new, active

UPDATE product SET price = DEFAULT, active = DEFAULT WHERE id = 3 RETURNING *

UPDATE invoice SET total = total + l.qty FROM line l WHERE l.no = invoice.no AND l.product = 1 RETURNING invoice.no, total, l.qty

UPDATE invoice i SET total = (SELECT sum(qty) FROM line WHERE no = i.no) WHERE no < 3 RETURNING no, i.total

UPDATE customer SET region = 5 WHERE name = 'Ada' RETURNING region, length(region)

INSERT INTO product (id, name) VALUES (1, 'again') ON CONFLICT (id) DO UPDATE SET name = excluded.name || '/' || product.name WHERE product.id = excluded.id RETURNING *

INSERT INTO product (id, name) VALUES (1, 'again'), (8, 'new') ON CONFLICT DO NOTHING RETURNING id

INSERT INTO line (no, product, qty) VALUES (1, 1, 5), (9, 9, 9) ON CONFLICT (product, no) DO UPDATE SET qty = line.qty + excluded.qty RETURNING *

INSERT INTO line VALUES (1, 1, 5) ON CONFLICT ON CONSTRAINT line_pkey DO NOTHING

INSERT INTO invoice (no, customer, code) VALUES (20, 'Cy', 'x') ON CONFLICT (code) DO UPDATE SET total = -1

INSERT INTO invoice (no, customer, code) VALUES (21, 'Cy', 'x') ON CONFLICT (code) DO UPDATE SET total = -1 RETURNING no, total

INSERT INTO invoice (no, customer, code) VALUES (22, 'Cy', 'x')

INSERT INTO invoice (no, customer) VALUES (1, 'Cy')

INSERT INTO line VALUES (1, 1, 5)

INSERT INTO line (no, qty) VALUES (1, 5)

INSERT INTO product (id) VALUES (30)

INSERT INTO product (id, name) VALUES ('x', 'y')

INSERT INTO product (id, nothing) VALUES (1, 2)

INSERT INTO product VALUES (1, 'a', 2, true, 5)

INSERT INTO product (id, name) VALUES (1)

UPDATE product SET nothing = 1

UPDATE product SET name = nothing

UPDATE product SET name = NULL WHERE id = 1

SELECT nothing FROM product

SELECT product.nothing FROM product

SELECT id FROM product, line WHERE qty > 1000

SELECT no FROM invoice, line

DELETE FROM line WHERE no = 9 RETURNING *

DELETE FROM line l USING invoice i WHERE i.no = l.no AND i.customer = 'Ada' AND l.product = 3 RETURNING l.no, i.total, l.*

DELETE FROM customer WHERE name IN (SELECT customer FROM invoice) RETURNING name

INSERT INTO wide VALUES (1, 1.5, '2026-01-01 00:00+00', '00000000-0000-0000-0000-000000000001', '{"a": 1}', '\x00ff', '{a,b}', '{1,2}', '1 day', '12:00', 2.5, 3) RETURNING *

-- params: 9|0.1|{"b": [1]}
INSERT INTO wide (a, b, e) VALUES ($1, $2, $3) RETURNING a, b, e, e -> 'b'

UPDATE wide SET g[2] = 'x', h = h || 3, e = e || '{"c": 2}', l = l + 1 WHERE a = 1 RETURNING g, h, e, l, h[1], e ->> 'c'

SELECT a, sum(b) OVER (ORDER BY a), c AT TIME ZONE 'UTC', i * 2, f, d FROM wide ORDER BY a

SELECT DISTINCT ON (customer) customer, no FROM invoice ORDER BY customer, no DESC

SELECT count(*), min(name), max(region) FROM customer

VALUES (1), ((SELECT count(*) FROM product))

TABLE product ORDER BY id

BEGIN

INSERT INTO customer VALUES ('tx', 'x')

SAVEPOINT s

DELETE FROM customer

ROLLBACK TO s

SELECT count(*) FROM customer

ROLLBACK

SELECT count(*) FROM customer

SELECT * FROM product ORDER BY id FOR UPDATE

SELECT p.name, l.qty FROM product p JOIN line l ON l.product = p.id ORDER BY p.name, l.qty DESC FOR UPDATE OF p

-- refused 0A000
MERGE INTO product p USING line l ON p.id = l.product WHEN MATCHED THEN DELETE

-- refused 0A000
-- data: 90→n
COPY product (id, name) FROM STDIN

-- data: 90→ninety→9.5→f
-- data: 91→n\\w→\N→\N
COPY product FROM STDIN

SELECT * FROM product WHERE id >= 90 ORDER BY id

-- data: name;since;region
-- data: "New; one";2026-01-02;
-- data: Two;;""
COPY customer (name, since, region) FROM STDIN (FORMAT csv, HEADER, DELIMITER ';', FORCE_NOT_NULL (region))

SELECT name, region, region IS NULL, since FROM customer WHERE name IN ('New; one', 'Two') ORDER BY name

-- data: 9223372036854775807→1e10→2026-01-02 03:04:05+00→6fa459ea-ee8a-3ca4-894e-db77e160355e→{"a": [1]}→\\x00ff→{a,"b c",NULL}→{1,2}→1 day→12:30→1.5→-5
-- data: \N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N
COPY wide FROM STDIN

SELECT * FROM wide WHERE l = -5 OR l IS NULL ORDER BY l

-- data: 90→again→1→t
COPY product FROM STDIN

-- data: 92→fine→1→t
-- data: x→wrong→1→t
COPY product FROM STDIN

-- data: 92→\N→1→t
COPY product FROM STDIN

-- data: 92→short
COPY product FROM STDIN

-- data: 70000→x
COPY wide (l, g) FROM STDIN

-- data: 1→1→5→a
-- data: 1→1→6→b
COPY line FROM STDIN

COPY product (id, nope) FROM STDIN

-- refused 0A000
-- data: id,name,price,active
COPY product FROM STDIN (FORMAT csv, HEADER MATCH)

-- refused 0A000
COPY product FROM STDIN WHERE id > 5

SELECT count(*), max(id) FROM product

-- refused 0A000
EXPLAIN SELECT * FROM product

SELECT p.id, p.name, p.price, count(l.no), sum(l.qty) FROM product p LEFT JOIN line l ON l.product = p.id GROUP BY p.id ORDER BY p.name

SELECT p.*, count(*) FROM product p GROUP BY id HAVING p.price > 1 ORDER BY active, id

SELECT upper(name), price + 1, max(l.qty) FROM line l LEFT JOIN product p ON p.id = l.product GROUP BY p.id ORDER BY p.name, 3

SELECT c.name, c.region, i.no, i.total, count(*) FROM customer c JOIN invoice i ON i.customer = c.name GROUP BY c.name, i.no ORDER BY c.region, i.total, i.no

SELECT (SELECT string_agg(x.name, ',') FROM (SELECT p.name FROM product p WHERE p.id <= q.id GROUP BY p.id ORDER BY p.price) x) FROM product q GROUP BY q.id ORDER BY q.name

SELECT l.no, l.product, l.note, count(*) FROM line l GROUP BY l.no, l.product ORDER BY 1, 2

SELECT l.no, l.note FROM line l GROUP BY l.no ORDER BY 1

SELECT p.name, p.price FROM product p GROUP BY p.name

WITH x AS (SELECT * FROM product GROUP BY id) SELECT name, count(*) FROM x GROUP BY name ORDER BY name

COPY (SELECT * FROM product ORDER BY id) TO STDOUT

TRUNCATE line, wide

SELECT count(*) FROM line
