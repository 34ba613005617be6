-- schema: shop

-- Errors with all their fields; text before the position has more bytes than characters.

INSERT INTO customer (id, name) VALUES (1, 'dup')

INSERT INTO customer (id, name, email) VALUES (60, 'ünï', 'bo@example.com')

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 1, 1, 1)

INSERT INTO node VALUES ('t', 1, NULL, 'x')

INSERT INTO "Odd Table" VALUES (1)

INSERT INTO "Odd Table" ("Select", "quote""d") VALUES (90, 'q1')

INSERT INTO stay (id, room, nights) VALUES (1, 'x', NULL)

INSERT INTO stay (id, room, nights) VALUES (50, 'red', '[2026-01-01,2026-01-05)')

INSERT INTO customer (id, name) VALUES (60, NULL)

INSERT INTO customer (name) VALUES ('no id')

INSERT INTO item (order_no, product_id, price) VALUES (1, 5, 1)

INSERT INTO orders (no) VALUES (70)

INSERT INTO orders (no, customer_id) VALUES (70, 1234)

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 1234, 1, 1)

INSERT INTO node VALUES ('zz', 1, 2, 'x')

INSERT INTO customer (id, name, currency) VALUES (60, 'x', 'QQQ')

INSERT INTO product (id, name, price) VALUES (60, 'x', -0.01)

INSERT INTO employee (id, name, salary) VALUES (60, 'x', -1)

INSERT INTO product (id, name, sku) VALUES (60, 'x', 'lower-1')

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 5, -5, 1)

INSERT INTO every (id, pos) VALUES (60, 0)

INSERT INTO every (id, mo) VALUES (60, 'glad')

UPDATE customer SET id = 2 WHERE id = 1

UPDATE customer SET name = NULL

UPDATE product SET price = price - 100

UPDATE orders SET customer_id = 77 WHERE no = 1

UPDATE item SET product_id = 2 WHERE order_no = 1

UPDATE product SET sku = 'nope' WHERE id = 2

UPDATE orders SET no = 3 WHERE no = 2

-- refused 42501
UPDATE currency SET code = 'EUR'

DELETE FROM customer WHERE id = 2

DELETE FROM product

DELETE FROM node WHERE tree = 't' AND id = 2

DELETE FROM employee WHERE boss IS NULL

INSERT INTO every (id, i2) VALUES (60, 32768)

INSERT INTO every (id, i4) VALUES (60, 2147483648)

INSERT INTO every (id, n2) VALUES (60, 12345678.9)

INSERT INTO every (id, vc) VALUES (60, 'more than twelve characters')

INSERT INTO every (id, c) VALUES (60, 'sixsix')

INSERT INTO every (id, b4) VALUES (60, B'1')

INSERT INTO every (id, vb) VALUES (60, B'111111111')

INSERT INTO every (id, d) VALUES (60, 'not a date')

INSERT INTO every (id, u) VALUES (60, 'not a uuid')

INSERT INTO every (id, j) VALUES (60, '{"a": }')

INSERT INTO every (id, ip) VALUES (60, '300.1.1.1')

INSERT INTO every (id, ai) VALUES (60, '{1,2')

INSERT INTO every (id, r4) VALUES (60, '[5,1]')

INSERT INTO every (id, iv) VALUES (60, '5 parsecs')

INSERT INTO every (id, b) VALUES (60, 'maybe')

INSERT INTO every (id, pt) VALUES (60, '(1')

INSERT INTO every (id, tq) VALUES (60, 'a &')

INSERT INTO every (id, by) VALUES (60, '\x1')

INSERT INTO every (id, m) VALUES (60, 'dear')

SELECT 'ünïcödé 😀', nope FROM customer

SELECT 'ünïcödé 😀' AS x, * FROM nowhere

SELECT 'ünïcödé 😀' || 1 + 2

SELECT 'ünïcödé 😀'::int

SELECT '日本語', upper(5)

SELECT '日本語' FROM customer WHERE id = 'x'

SELECT '日本語' FROM customer WHERE 'é' AND true

SELECT /* ünï */ nope

SELECT 1, -- ünï
  nope

SELECT 1
FROM customer
WHERE ünï = 1

INSERT INTO empty (a, b) VALUES (1, 'ünï'), ('x', 'y')

UPDATE empty SET b = 'ünï', nope = 1

DELETE FROM empty WHERE b = 'ünï' AND nope

SELEC 1

SELECT 1 FRM customer

SELECT 1 FROM customer WHER id = 1

SELECT 1 FROM WHERE

SELECT 1,

SELECT (1

SELECT 1)

SELECT * FROM customer c WHERE

SELECT * FROM customer ORDER

-- open: another error: 42601 syntax error at or near "GROUP"
SELECT * FROM customer GROUP id

SELECT 'é' 5

SELECT 1 2

SELECT a b c

SELECT @

SELECT #

SELECT $

SELECT $0

SELECT $1

SELECT :x

SELECT ?

SELECT 1 \g

SELECT {1}

SELECT [1]

SELECT 1..2

SELECT 1.a

SELECT a.

SELECT .a

SELECT *.*

SELECT c.* FROM customer

SELECT nope.* FROM customer

SELECT id.* FROM customer

SELECT * FROM

FROM customer SELECT *

INSERT INTO

UPDATE

DELETE

WITH

nonsense

nonsense 1 2 3

'text'

1

()

(SELECT)

-- open: another error: 42601 syntax error at end of input
SELECT DISTINCT

SELECT FROM FROM customer

SELECT id id id FROM customer

SELECT ALL DISTINCT id FROM customer

SELECT count(*) FROM customer HAVING id = 1

SELECT id, count(*) FROM customer

SELECT name FROM customer GROUP BY vip ORDER BY 1

SELECT c.id FROM customer c, customer c

SELECT 1 FROM customer, customer

SELECT x.id FROM customer

SELECT id FROM customer, employee

SELECT customer.id FROM customer JOIN employee ON id = 1

SELECT max(id) FROM customer WHERE max(id) = 1

SELECT id FROM customer WHERE id = (SELECT id FROM employee)

SELECT id FROM customer WHERE (id, name) = (1, 2, 3)

SELECT id FROM customer WHERE id IN ()

SELECT id FROM customer WHERE id IN (1, 'x')

SELECT id FROM customer WHERE name IN (1)

SELECT id FROM customer WHERE id LIKE 1

SELECT id FROM customer WHERE name LIKE 1

SELECT id FROM customer WHERE NOT id

SELECT id FROM customer WHERE name

SELECT id FROM customer WHERE 'maybe'

SELECT id FROM customer WHERE NULL

SELECT id FROM customer LIMIT 'x'

SELECT id FROM customer OFFSET name

SELECT CASE WHEN 1 THEN 2 END

SELECT CASE id WHEN 'x' THEN 1 END FROM customer

SELECT COALESCE(id, name) FROM customer

SELECT ARRAY[id, name] FROM customer

SELECT id UNION SELECT 1

SELECT id FROM customer UNION SELECT name FROM customer

SELECT id, name FROM customer UNION SELECT id FROM customer

SELECT tags[name] FROM customer

SELECT id[1] FROM customer

SELECT name[1] FROM customer

SELECT tags.x FROM customer

SELECT (tags).x FROM customer

SELECT mood + 1 FROM customer

SELECT home = 1 FROM customer

SELECT born - name FROM customer

SELECT -name FROM customer

SELECT NOT name FROM customer

SELECT name || id || ARRAY[1] FROM customer

SELECT sum(name) OVER () FROM customer

SELECT lower(id) FROM customer

SELECT substring(id FROM 1) FROM customer

SELECT extract(year FROM name) FROM customer

SELECT id::boolean::date FROM customer

SELECT name::integer FROM customer

SELECT CAST(name AS mood) FROM customer

SELECT born::integer FROM customer

SELECT 10 / (id - 1) FROM customer ORDER BY id

SELECT sqrt(-id) FROM customer

SELECT ('x' || id)::integer FROM customer ORDER BY id

SELECT repeat('x', -id)::integer FROM customer

SELECT id FROM customer WHERE 1 / (id - id) = 1

SELECT generate_series(1, 2) FROM customer WHERE generate_series(1, 2) = 1

SELECT id FROM customer ORDER BY generate_series(1, 2), id

SELECT CASE WHEN true THEN generate_series(1, 2) END

SELECT sum(generate_series(1, 2))

SELECT CREATE TABLE x (a int)

-- refused 42501
CREATE TABLE x (a int)

-- refused 42501
ALTER TABLE customer ADD COLUMN x int

-- refused 42501
DROP TABLE customer

-- refused 42501
CREATE INDEX x ON customer (name)

-- refused 42501
CREATE VIEW x AS SELECT 1

-- refused 42501
CREATE TEMP TABLE x (a int)

-- refused 42501
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'

-- refused 42501
GRANT ALL ON customer TO public

-- refused 42501
DO $$ BEGIN END $$

-- refused 42501
CALL f()

-- refused 42501
SELECT 1 INTO x

-- refused 42501
CREATE TABLE x AS SELECT 1

-- refused 42501
VACUUM customer

-- refused 42501
ANALYZE customer

-- refused 42501
REINDEX TABLE customer

-- refused 42501
CLUSTER customer

-- refused 42501
COMMENT ON TABLE customer IS 'x'

-- refused 42501
REFRESH MATERIALIZED VIEW x

-- refused 42501
CHECKPOINT

-- refused 42501
LOAD 'x'

-- refused 42501
SECURITY LABEL ON TABLE customer IS 'x'

-- params: x
SELECT id FROM customer WHERE id = $1

-- params: 1
SELECT $1 + nope

-- params: 1
SELECT $1, $3

-- params: 1
SELECT 1

-- params: NULL
INSERT INTO customer (id, name) VALUES (61, $1)

-- params: 1|dup
INSERT INTO customer (id, name) VALUES ($1, $2)

-- params: 99999999999
SELECT name FROM customer WHERE id = $1
