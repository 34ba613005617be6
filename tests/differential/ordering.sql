-- schema: shop

-- ORDER BY, LIMIT, FETCH, DISTINCT.

SELECT name FROM customer ORDER BY name

SELECT name FROM customer ORDER BY name ASC

SELECT name FROM customer ORDER BY name DESC

SELECT email FROM customer ORDER BY email NULLS FIRST

SELECT email FROM customer ORDER BY email DESC NULLS LAST

SELECT email, name FROM customer ORDER BY 1 DESC, 2

SELECT name AS n FROM customer ORDER BY n

SELECT name AS id FROM customer ORDER BY id

SELECT name AS id FROM customer c ORDER BY c.id

SELECT -id AS id FROM customer ORDER BY id

SELECT -id AS id FROM customer ORDER BY id + 0

SELECT name FROM customer ORDER BY id

SELECT name FROM customer ORDER BY vip, id DESC

SELECT name FROM customer ORDER BY length(name), name

SELECT name FROM customer ORDER BY id % 2 DESC, id

SELECT name FROM customer ORDER BY mood NULLS FIRST, id

SELECT name FROM customer ORDER BY home, id

SELECT name FROM customer ORDER BY tags, id

SELECT name FROM customer ORDER BY profile NULLS FIRST, id

SELECT name FROM customer ORDER BY (home).floor, id

SELECT name FROM customer ORDER BY born IS NULL, born, id

SELECT name FROM customer ORDER BY CASE WHEN vip THEN 0 ELSE 1 END, name COLLATE "C"

SELECT name FROM customer ORDER BY customer.name

SELECT name FROM customer ORDER BY public.customer.name

SELECT c.name FROM customer c ORDER BY c.name DESC LIMIT 1

SELECT name FROM customer ORDER BY id USING <

SELECT name FROM customer ORDER BY id USING >

SELECT name FROM customer ORDER BY id USING OPERATOR(pg_catalog.>)

SELECT name FROM customer ORDER BY 3

SELECT name FROM customer ORDER BY 0

SELECT name FROM customer ORDER BY -1

SELECT name FROM customer ORDER BY 'name'

SELECT name FROM customer ORDER BY NULL

SELECT name FROM customer ORDER BY nope

SELECT name FROM customer ORDER BY name, name DESC, id

SELECT id AS a, name AS a FROM customer ORDER BY a

SELECT name, name FROM customer ORDER BY name

SELECT * FROM customer ORDER BY 2

SELECT id FROM customer ORDER BY id LIMIT 2

SELECT id FROM customer ORDER BY id LIMIT 0

SELECT id FROM customer ORDER BY id LIMIT ALL

SELECT id FROM customer ORDER BY id LIMIT NULL

SELECT id FROM customer ORDER BY id OFFSET 3

SELECT id FROM customer ORDER BY id OFFSET 1 LIMIT 2

SELECT id FROM customer ORDER BY id LIMIT 2 OFFSET 1

SELECT id FROM customer ORDER BY id OFFSET 1 ROW

SELECT id FROM customer ORDER BY id OFFSET 2 ROWS FETCH NEXT 1 ROW ONLY

SELECT id FROM customer ORDER BY id FETCH FIRST 2 ROWS ONLY

SELECT id FROM customer ORDER BY id FETCH FIRST ROW ONLY

SELECT id FROM customer ORDER BY id FETCH NEXT 1 + 1 ROWS ONLY

SELECT id FROM customer ORDER BY id FETCH FIRST (1 + 1) ROWS ONLY

SELECT vip FROM customer ORDER BY vip FETCH FIRST 1 ROWS WITH TIES

SELECT vip FROM customer ORDER BY vip DESC FETCH FIRST 1 ROW WITH TIES

-- open: another error: 42601 WITH TIES cannot be specified without ORDER BY clause
SELECT vip FROM customer FETCH FIRST 1 ROWS WITH TIES

SELECT id FROM customer ORDER BY id LIMIT 1 + 1

SELECT id FROM customer ORDER BY id LIMIT '2'

SELECT id FROM customer ORDER BY id LIMIT 2.4

SELECT id FROM customer ORDER BY id LIMIT -1

SELECT id FROM customer ORDER BY id OFFSET -1

SELECT id FROM customer ORDER BY id LIMIT id

SELECT id FROM customer ORDER BY id LIMIT 'x'

-- open: another error: 42601 syntax error at or near ","
SELECT id FROM customer ORDER BY id LIMIT 1, 2

SELECT id FROM customer ORDER BY id LIMIT 1 LIMIT 2

SELECT id FROM customer LIMIT 1 ORDER BY id

SELECT DISTINCT vip FROM customer ORDER BY vip DESC

SELECT DISTINCT vip, currency FROM customer ORDER BY currency DESC NULLS LAST, vip

SELECT DISTINCT currency FROM customer ORDER BY currency LIMIT 2

SELECT DISTINCT upper(name) FROM customer ORDER BY upper(name)

SELECT DISTINCT name FROM customer ORDER BY lower(name)

SELECT DISTINCT home FROM customer ORDER BY home

SELECT DISTINCT tags, vip FROM customer ORDER BY 1, 2

SELECT DISTINCT profile FROM customer

SELECT DISTINCT j FROM every

SELECT DISTINCT pt FROM every

SELECT DISTINCT * FROM empty

SELECT DISTINCT ON (currency) currency, id FROM customer ORDER BY currency, id DESC

SELECT DISTINCT ON (customer_id) no, customer_id FROM orders ORDER BY customer_id, placed DESC

SELECT DISTINCT ON (id % 2) id FROM customer ORDER BY id % 2, id DESC

SELECT DISTINCT ON (1) vip, id FROM customer ORDER BY 1, 2

SELECT DISTINCT ON (vip) * FROM customer ORDER BY vip, id

SELECT DISTINCT ON (v) vip AS v, name FROM customer ORDER BY v, id

SELECT DISTINCT ON () id FROM customer

SELECT DISTINCT ON (vip) id FROM customer ORDER BY id

SELECT DISTINCT ON (nope) id FROM customer

SELECT id FROM customer ORDER BY id FOR UPDATE

SELECT id FROM customer ORDER BY id LIMIT 1 FOR UPDATE

SELECT id FROM customer ORDER BY id FOR UPDATE LIMIT 1

SELECT sum(x) FROM (SELECT id AS x FROM customer ORDER BY id LIMIT 2) y

SELECT array_agg(x) FROM (SELECT id AS x FROM customer ORDER BY id DESC) y

SELECT c.name, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.placed DESC, c.name LIMIT 3

SELECT c.id, o.id FROM customer c JOIN product o USING (id) ORDER BY id DESC

SELECT vip FROM customer GROUP BY vip ORDER BY count(*), vip

SELECT vip FROM customer GROUP BY vip ORDER BY id

SELECT generate_series(1, 3) AS g ORDER BY g DESC

SELECT generate_series(1, 3), generate_series(1, 2) ORDER BY 1, 2

SELECT unnest(ARRAY[3, 1, 2]) ORDER BY 1 LIMIT 2

SELECT id, generate_series(1, id) FROM customer WHERE id < 3 ORDER BY 1, 2

SELECT d FROM every ORDER BY d NULLS FIRST

SELECT f8 FROM every ORDER BY f8

SELECT iv, u, ip, by FROM every ORDER BY iv, u, ip, by

SELECT r4 FROM every ORDER BY r4 DESC

SELECT pt FROM every ORDER BY pt

SELECT j FROM every ORDER BY j

SELECT j FROM every ORDER BY j::text

SELECT * FROM "Odd Table" ORDER BY "ünïcode" DESC NULLS LAST, "user"

-- params: 2
SELECT id FROM customer ORDER BY id LIMIT $1

-- params: NULL
SELECT id FROM customer ORDER BY id LIMIT $1

-- params: 1|2
SELECT id FROM customer ORDER BY id OFFSET $1 ROWS FETCH NEXT $2 ROWS ONLY

-- params: -1
SELECT id FROM customer ORDER BY id LIMIT $1

-- params: 2
SELECT name FROM customer ORDER BY $1

-- params: 2
SELECT id FROM customer ORDER BY (id % $1), id
