-- schema: shop

-- Subqueries wherever one may stand, and set operations.

SELECT (SELECT 1), (SELECT max(id) FROM customer), (SELECT name FROM customer WHERE id = 99)

SELECT name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customer c ORDER BY c.id

SELECT name, (SELECT sum(i.total) FROM orders o JOIN item i ON i.order_no = o.no WHERE o.customer_id = c.id) FROM customer c ORDER BY id

SELECT name FROM customer c WHERE (SELECT count(*) FROM orders WHERE customer_id = c.id) > 1

SELECT name FROM customer WHERE id = (SELECT customer_id FROM orders WHERE no = 3)

SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE state IN ('new', 'paid')) ORDER BY id

SELECT name FROM customer WHERE id NOT IN (SELECT customer_id FROM orders) ORDER BY id

SELECT name FROM customer WHERE id NOT IN (SELECT boss FROM employee)

SELECT name FROM customer c WHERE EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.id AND EXISTS (SELECT FROM item i WHERE i.order_no = o.no AND i.qty > 50))

SELECT name FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id) ORDER BY 1

SELECT name FROM customer WHERE id = ANY (SELECT customer_id FROM orders) AND id < ALL (SELECT no + 1 FROM orders WHERE no > 3) ORDER BY 1

SELECT name FROM customer WHERE (id, name) = (SELECT id, name FROM vips ORDER BY id LIMIT 1)

SELECT name FROM customer WHERE (id, vip) IN (SELECT customer_id, true FROM orders) ORDER BY 1

SELECT name FROM customer WHERE ROW(id, 1) NOT IN (SELECT customer_id, no FROM orders) ORDER BY 1

SELECT x.n FROM (SELECT name AS n FROM customer WHERE vip) x ORDER BY n

SELECT * FROM (SELECT * FROM (SELECT id, name FROM customer) a WHERE id > 2) b ORDER BY id

-- open: another error: 42601 subquery in FROM must have an alias
SELECT * FROM (SELECT id FROM customer)

SELECT * FROM (SELECT 1, 2) AS x(a, b)

SELECT * FROM (SELECT 1, 2) AS x(a, b, c)

SELECT * FROM (TABLE currency) c ORDER BY code

SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v ORDER BY column1 DESC

SELECT * FROM ((SELECT 1 AS a)) x

SELECT CASE WHEN EXISTS (SELECT FROM customer) THEN (SELECT 'some') ELSE (SELECT 'none') END

SELECT COALESCE((SELECT NULL::text), (SELECT 'b')), ARRAY(SELECT id FROM customer ORDER BY id DESC), ARRAY(SELECT ARRAY[id, 1] FROM customer WHERE id < 3 ORDER BY 1)

SELECT name FROM customer ORDER BY (SELECT count(*) FROM orders o WHERE o.customer_id = customer.id) DESC, name

SELECT name FROM customer LIMIT (SELECT 2)

SELECT name FROM customer ORDER BY id LIMIT (SELECT count(*) FROM vips) OFFSET (SELECT 1)

SELECT vip, count(*) FROM customer GROUP BY vip HAVING count(*) > (SELECT 1) ORDER BY vip

SELECT (SELECT count(*) FROM customer b WHERE b.vip = a.vip), vip FROM customer a GROUP BY vip ORDER BY vip

SELECT sum((SELECT i.id)) FROM customer i

SELECT count((SELECT 1 WHERE c.vip)) FROM customer c

SELECT (SELECT count(c.id)) FROM customer c

SELECT (SELECT sum(c.id + o.no) FROM orders o WHERE o.customer_id = c.id) FROM customer c ORDER BY c.id

SELECT c.id, (SELECT x.n FROM (SELECT c.id * 2 AS n) x) FROM customer c ORDER BY 1

SELECT (SELECT (SELECT (SELECT c.name))) FROM customer c ORDER BY 1

SELECT name FROM customer c WHERE id = (SELECT min(id) FROM customer WHERE vip = c.vip) ORDER BY 1

SELECT name FROM customer name WHERE (name.id) = 1

SELECT id FROM customer WHERE id IN (SELECT id)  ORDER BY id

SELECT id FROM customer WHERE id IN (SELECT customer.id FROM product) ORDER BY id

SELECT id FROM customer WHERE EXISTS (SELECT no FROM orders WHERE id = customer_id) ORDER BY id

SELECT (SELECT id FROM customer WHERE id = id LIMIT 1) IS NOT NULL

SELECT (SELECT nope FROM customer)

SELECT (SELECT 1 FROM nowhere)

SELECT (SELECT * FROM customer)

SELECT ARRAY(SELECT 1, 2)

SELECT 1 IN (SELECT 1, 2)

SELECT (1, 2) IN (SELECT 1)

SELECT 'x' IN (SELECT id FROM customer)

SELECT EXISTS (SELECT 1 / 0)

SELECT 1 WHERE (SELECT true)

SELECT 1 WHERE (SELECT 1)

SELECT name FROM customer WHERE id IN (1, (SELECT 2), 1 + (SELECT 2)) ORDER BY id

SELECT name FROM customer WHERE id BETWEEN (SELECT 2) AND (SELECT 3) ORDER BY id

SELECT name FROM customer WHERE name LIKE (SELECT 'A%')

SELECT extract(year FROM (SELECT date '2026-05-05')), CAST((SELECT '5') AS int), (SELECT ARRAY[1, 2])[1], (SELECT home FROM customer WHERE id = 1)

SELECT ((SELECT home FROM customer WHERE id = 1)).street

SELECT row_number() OVER (ORDER BY (SELECT c.name)), (SELECT rank() OVER ()) FROM customer c WHERE c.id < 3 ORDER BY c.name

SELECT 1 UNION SELECT 2 UNION SELECT 1

SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 1

SELECT 1 UNION SELECT 2 UNION ALL SELECT 1

SELECT 1 UNION (SELECT 2 UNION ALL SELECT 2)

SELECT id FROM customer INTERSECT SELECT customer_id FROM orders ORDER BY 1

SELECT customer_id FROM orders INTERSECT ALL SELECT unnest(ARRAY[1, 1, 2, 9]) ORDER BY 1

SELECT id FROM customer EXCEPT SELECT customer_id FROM orders

SELECT customer_id FROM orders EXCEPT ALL SELECT 1 ORDER BY 1

SELECT 1 UNION SELECT 2 INTERSECT SELECT 2

(SELECT 1 UNION SELECT 2) INTERSECT SELECT 2

SELECT 1 EXCEPT SELECT 1 UNION SELECT 3

SELECT 1 EXCEPT (SELECT 1 UNION SELECT 3)

SELECT 1 UNION DISTINCT SELECT 1

SELECT 1 EXCEPT DISTINCT SELECT 2

SELECT name, 1 AS kind FROM customer UNION SELECT name, 2 FROM product ORDER BY kind, name

SELECT name FROM customer UNION ALL SELECT name FROM employee ORDER BY name DESC LIMIT 3 OFFSET 1

(SELECT name FROM customer ORDER BY id LIMIT 1) UNION ALL (SELECT name FROM product ORDER BY id LIMIT 1)

(SELECT 1)

((SELECT 1)) UNION ((SELECT 2)) ORDER BY 1 DESC

(SELECT id FROM customer ORDER BY id LIMIT 3) ORDER BY id DESC LIMIT 1

SELECT 1 AS a UNION SELECT 2 AS b ORDER BY a

SELECT 1 AS a UNION SELECT 2 AS b ORDER BY b

SELECT 1 AS a UNION SELECT 2 ORDER BY a + 1

SELECT id FROM customer UNION SELECT no FROM orders ORDER BY customer.id

SELECT 1 UNION SELECT 'a'

SELECT 1 UNION SELECT '2'

SELECT 1 UNION SELECT 2.5

SELECT NULL UNION SELECT 1

SELECT NULL UNION SELECT NULL

SELECT 'a' UNION SELECT 'b'::varchar(3)

SELECT 'a'::char(3) UNION ALL SELECT 'b'::text

SELECT date '2026-01-01' UNION SELECT timestamp '2026-01-02'

SELECT 1, 2 UNION SELECT 1

SELECT vip::text FROM customer UNION SELECT mood::text FROM customer

SELECT vc FROM every UNION SELECT vc FROM every WHERE id = 2

SELECT n2 FROM every UNION ALL SELECT n FROM every

SELECT n2 FROM every UNION ALL SELECT n2 FROM every WHERE id = 1

SELECT currency FROM customer UNION SELECT code FROM currency

SELECT id FROM customer UNION SELECT id FROM customer FOR UPDATE

SELECT * FROM customer INTERSECT SELECT * FROM customer

SELECT id, home FROM customer EXCEPT SELECT id, home FROM customer WHERE id < 3

SELECT profile FROM customer UNION SELECT attrs FROM product

SELECT j FROM every UNION SELECT j FROM every

SELECT count(*) FROM (SELECT id FROM customer UNION ALL SELECT id FROM product UNION ALL SELECT id FROM employee) x

SELECT name FROM customer WHERE id IN (SELECT 1 UNION SELECT 3) ORDER BY id

SELECT ARRAY(SELECT 1 UNION ALL SELECT 2)

VALUES (1)

VALUES (1, 'a'), (2, 'b') ORDER BY column1 DESC

VALUES (1), (2), (3) LIMIT 2

VALUES (1), (2) ORDER BY 1 OFFSET 1

VALUES (1), ('a')

VALUES (1), (2.5)

VALUES (1, 2), (3)

VALUES (NULL), ('x')

VALUES (DEFAULT)

VALUES ((SELECT max(id) FROM customer)), (7)

VALUES (1) UNION ALL VALUES (2) UNION ALL SELECT 3

TABLE currency

TABLE currency ORDER BY code LIMIT 1

TABLE vips

TABLE public.empty

TABLE nowhere

TABLE currency UNION TABLE currency

SELECT * FROM (TABLE empty UNION ALL VALUES (1, 'x')) t

-- params: 2
SELECT name FROM customer WHERE id = (SELECT max(customer_id) FROM orders WHERE no <= $1)

-- params: 1|2
SELECT $1::int UNION SELECT $2

-- params: 1|2
SELECT id FROM customer WHERE id = $1 UNION ALL SELECT no FROM orders WHERE no = $2 ORDER BY 1

-- params: a|b
VALUES ($1), ($2)
