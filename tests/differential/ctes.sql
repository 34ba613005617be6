-- schema: shop

-- WITH: plain, recursive, materialized, data-modifying.

WITH x AS (SELECT 1 AS a) SELECT * FROM x

WITH x (b) AS (SELECT 1 AS a) SELECT b FROM x

WITH x (b, c) AS (SELECT 1 AS a) SELECT b FROM x

WITH x AS (SELECT 1 AS a), y AS (SELECT a + 1 AS a FROM x) SELECT * FROM x UNION ALL SELECT * FROM y ORDER BY 1

-- open: another error: 42P01 relation "y" does not exist
WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x

WITH RECURSIVE x AS (SELECT * FROM y), y AS (SELECT 1 AS n) SELECT * FROM x

WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x

WITH customer AS (SELECT 'fake' AS name) SELECT * FROM customer

WITH customer AS (SELECT 'fake' AS name) SELECT * FROM public.customer ORDER BY id LIMIT 1

WITH customer AS (SELECT * FROM customer WHERE vip) SELECT count(*) FROM customer

WITH orders AS (SELECT 1 AS no), x AS (SELECT * FROM orders) SELECT * FROM x

SELECT * FROM customer WHERE id IN (WITH customer AS (SELECT 2 AS id) SELECT id FROM customer)

SELECT (WITH x AS (SELECT count(*) AS n FROM orders) SELECT n FROM x)

SELECT * FROM (WITH x AS (SELECT 1 AS a) SELECT * FROM x) y

WITH x AS (SELECT 1 AS a) SELECT * FROM (WITH x AS (SELECT 2 AS a) SELECT * FROM x) y, x

WITH x AS (WITH y AS (SELECT 5 AS a) SELECT a FROM y) SELECT * FROM x

WITH x AS (SELECT 1 AS a) SELECT (SELECT a FROM x), EXISTS (SELECT FROM x WHERE a > 1)

WITH x AS MATERIALIZED (SELECT id FROM customer) SELECT count(*) FROM x

WITH x AS NOT MATERIALIZED (SELECT id FROM customer) SELECT count(*) FROM x WHERE id > 2

WITH x AS (VALUES (1, 'a'), (2, 'b')) SELECT * FROM x ORDER BY column1

WITH x AS (TABLE currency) SELECT count(*) FROM x

WITH x AS (SELECT id, name FROM customer) SELECT x.*, o.no FROM x JOIN orders o ON o.customer_id = x.id ORDER BY o.no

WITH x AS (SELECT 1 AS a) (SELECT a FROM x)

(WITH x AS (SELECT 1 AS a) SELECT a FROM x) UNION ALL SELECT 2

WITH x AS (SELECT 1 AS a) SELECT a FROM x UNION SELECT a + 1 FROM x ORDER BY 1

WITH x AS (SELECT 1) VALUES (1), ((SELECT * FROM x) + 1)

WITH x AS (SELECT 1 AS a) TABLE x

WITH x AS (SELECT 1 AS a) SELECT x FROM x

WITH x AS (SELECT id, name FROM customer WHERE id = 1) SELECT x, (x).name, row_to_json(x) FROM x

WITH x AS (SELECT 1 AS a, 2 AS a) SELECT a FROM x

WITH x AS (SELECT) SELECT * FROM x

WITH x AS (SELECT 1 AS a) SELECT b FROM x

WITH x AS (SELECT 1 AS a) SELECT * FROM public.x

WITH "X y" AS (SELECT 1 AS "Ä") SELECT "Ä" FROM "X y"

WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i), count(*) FROM n

WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT (i * 2) % 5 FROM n) SELECT i FROM n ORDER BY i

WITH RECURSIVE t AS (SELECT id, name, boss, 0 AS depth, name::text AS path FROM employee WHERE boss IS NULL UNION ALL SELECT e.id, e.name, e.boss, t.depth + 1, t.path || '/' || e.name FROM employee e JOIN t ON e.boss = t.id) SELECT * FROM t ORDER BY path

WITH RECURSIVE up AS (SELECT id, boss FROM employee WHERE id = 7 UNION ALL SELECT e.id, e.boss FROM employee e, up WHERE e.id = up.boss) SELECT id FROM up ORDER BY id

WITH RECURSIVE t(tree, id, path) AS (SELECT tree, id, ARRAY[id] FROM node WHERE parent IS NULL UNION ALL SELECT n.tree, n.id, path || n.id FROM node n JOIN t ON (n.tree, n.parent) = (t.tree, t.id)) SELECT * FROM t ORDER BY tree, path

WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib WHERE b < 50) SELECT array_agg(a) FROM fib

WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 4

WITH RECURSIVE a AS (SELECT 1 AS x), b AS (SELECT x FROM a UNION ALL SELECT x + 1 FROM b WHERE x < 3) SELECT * FROM b ORDER BY x

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1.5 FROM n WHERE i < 5) SELECT * FROM n

WITH RECURSIVE n(i) AS (SELECT i FROM n) SELECT * FROM n

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT count(*) FROM n) SELECT * FROM n

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n LEFT JOIN n m ON true) SELECT * FROM n

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM customer LEFT JOIN n ON true) SELECT * FROM n

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n ORDER BY 1) SELECT * FROM n

WITH RECURSIVE n(i) AS (SELECT 1 EXCEPT SELECT i FROM n) SELECT * FROM n

-- open: another error: 42P01 relation "n" does not exist
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n

WITH RECURSIVE t AS (SELECT id, boss FROM employee WHERE boss IS NULL UNION ALL SELECT e.id, e.boss FROM employee e JOIN t ON e.boss = t.id) SEARCH DEPTH FIRST BY id SET ord SELECT id, ord FROM t ORDER BY ord

WITH RECURSIVE t AS (SELECT id, boss FROM employee WHERE boss IS NULL UNION ALL SELECT e.id, e.boss FROM employee e JOIN t ON e.boss = t.id) SEARCH BREADTH FIRST BY id SET ord SELECT id FROM t ORDER BY ord

WITH RECURSIVE t(a, b) AS (SELECT 1, 2 UNION ALL SELECT b, a FROM t) CYCLE a SET is_cycle USING path SELECT * FROM t

WITH RECURSIVE t(a, b) AS (SELECT 1, 2 UNION ALL SELECT b, a FROM t) CYCLE a, b SET c TO 'Y' DEFAULT 'N' USING p SELECT a, c FROM t

WITH n AS (INSERT INTO empty VALUES (1, 'x') RETURNING *) SELECT * FROM n

WITH n AS (INSERT INTO empty VALUES (2, 'y') RETURNING a AS q, b || '!' AS r) SELECT q, r FROM n

WITH n AS (INSERT INTO empty VALUES (3, 'z')) SELECT 1

WITH n AS (INSERT INTO empty VALUES (3, 'z')) SELECT * FROM n

WITH n AS (INSERT INTO empty VALUES (4, 'q') RETURNING a) SELECT count(*) FROM empty

WITH u AS (UPDATE empty SET b = b || '+' WHERE a < 3 RETURNING a, b) SELECT * FROM u ORDER BY a

WITH d AS (DELETE FROM empty WHERE a = 3 RETURNING *) SELECT count(*), max(b) FROM d

WITH d AS (DELETE FROM empty RETURNING a, b) INSERT INTO empty SELECT a * 10, b FROM d RETURNING *

WITH a AS (UPDATE empty SET a = 1 WHERE a = 10 RETURNING *), b AS (UPDATE empty SET a = 2 WHERE a = 20 RETURNING *) SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM b)

WITH src AS (SELECT id, name FROM customer WHERE vip) INSERT INTO empty (a, b) SELECT id, name FROM src

WITH src AS (SELECT 1 AS id) UPDATE empty SET b = 'upd' FROM src WHERE a = src.id RETURNING a, b

WITH src AS (SELECT 4 AS id) DELETE FROM empty USING src WHERE a = src.id RETURNING *

WITH o AS (INSERT INTO orders (no, customer_id) VALUES (50, 1) RETURNING no), i AS (INSERT INTO item (order_no, product_id, qty, price) SELECT no, 1, 2, 3 FROM o RETURNING total) SELECT no, total FROM o, i

SELECT * FROM item WHERE order_no = 50

WITH gone AS (DELETE FROM item WHERE order_no = 50 RETURNING order_no) DELETE FROM orders USING gone WHERE no = gone.order_no

SELECT * FROM (WITH x AS (INSERT INTO empty VALUES (1) RETURNING 1) SELECT * FROM x) y

SELECT (WITH x AS (DELETE FROM empty RETURNING 1) SELECT count(*) FROM x)

WITH empty AS (SELECT 1 AS a) INSERT INTO empty SELECT a FROM empty

WITH empty AS (SELECT 1 AS a) DELETE FROM empty WHERE a > 1000

WITH customer AS (SELECT 7 AS id) INSERT INTO empty (a) SELECT id FROM customer RETURNING *

WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) INSERT INTO empty SELECT n + 500, 'r' FROM r

SELECT * FROM empty ORDER BY a, b

WITH RECURSIVE r AS (SELECT 501 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 503) DELETE FROM empty USING r WHERE a = n RETURNING a

WITH x AS (SELECT 1 AS a) SELECT a FROM x FOR UPDATE

WITH x AS (SELECT id FROM customer WHERE id = 1 FOR UPDATE) SELECT * FROM x

WITH x AS (SELECT max(a) AS m FROM empty) SELECT x.m, c.name FROM x LEFT JOIN customer c ON c.id = x.m

WITH t AS (SELECT o.state, sum(i.total) AS s FROM orders o JOIN item i ON i.order_no = o.no GROUP BY o.state), r AS (SELECT state, s, rank() OVER (ORDER BY s DESC) AS rk FROM t) SELECT * FROM r WHERE rk <= 2 ORDER BY rk

WITH x AS (SELECT 1 AS a), y AS (SELECT * FROM x) SELECT * FROM y, x, y AS z

WITH unused AS (SELECT 1 / 0) SELECT 1

WITH unused AS (SELECT nope) SELECT 1

WITH x AS () SELECT 1

WITH x (SELECT 1) SELECT 1

-- open: another error: 42601 syntax error at end of input
WITH x AS (SELECT 1) 

-- params: 2
WITH x AS (SELECT $1::int AS n) SELECT c.name FROM customer c, x WHERE c.id = x.n

-- params: 3
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT * FROM n ORDER BY i

-- params: 900|p
WITH n AS (INSERT INTO empty VALUES ($1, $2) RETURNING *) SELECT * FROM n

-- params: 900
WITH d AS (DELETE FROM empty WHERE a = $1 RETURNING b) SELECT b FROM d
