-- schema: shop

-- Joins: kinds, conditions, USING and NATURAL, LATERAL, names of joined columns.

SELECT c.name, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.no

SELECT c.name, o.no FROM customer c INNER JOIN orders o ON o.customer_id = c.id AND o.state = 'new' ORDER BY o.no

SELECT c.name, o.no FROM customer c LEFT JOIN orders o ON o.customer_id = c.id ORDER BY c.id, o.no

SELECT c.name, o.no FROM customer c LEFT OUTER JOIN orders o ON o.customer_id = c.id AND o.no > 2 ORDER BY c.id, o.no

SELECT c.name, o.no FROM orders o RIGHT JOIN customer c ON o.customer_id = c.id ORDER BY c.id, o.no

SELECT c.name, o.no FROM orders o RIGHT OUTER JOIN customer c ON false ORDER BY c.id

SELECT c.id, p.id FROM customer c FULL JOIN product p ON p.id = c.id + 2 ORDER BY c.id, p.id

SELECT c.id, p.id FROM customer c FULL OUTER JOIN product p USING (id) ORDER BY id

SELECT id, c.name, p.name FROM customer c FULL JOIN product p USING (id) WHERE p.stock IS NULL OR c.vip ORDER BY id

SELECT * FROM customer c FULL JOIN orders o ON o.customer_id = c.id WHERE c.id IS NULL OR o.no IS NULL ORDER BY c.id

SELECT c.id, p.id FROM customer c CROSS JOIN product p WHERE c.id < 3 AND p.id < 3 ORDER BY 1, 2

SELECT count(*) FROM customer CROSS JOIN product CROSS JOIN currency

SELECT count(*) FROM customer, product, LATERAL (SELECT 1) x

SELECT * FROM node a JOIN node b USING (tree, id) ORDER BY tree, id

SELECT * FROM node a NATURAL JOIN (SELECT tree, id FROM node WHERE parent IS NULL) b ORDER BY 1

SELECT * FROM node NATURAL LEFT JOIN (SELECT 't' AS tree, 4 AS id, 'x' AS extra) x ORDER BY tree, id

SELECT * FROM (SELECT 1 AS a, 2 AS b) x NATURAL FULL JOIN (SELECT 1 AS a, 3 AS c) y

SELECT * FROM (SELECT 1 AS a) x NATURAL JOIN (SELECT 2 AS b) y

SELECT * FROM customer NATURAL JOIN orders

SELECT count(*) FROM currency NATURAL JOIN product

SELECT a, x.a, y.a FROM (VALUES (1), (2)) x(a) FULL JOIN (VALUES (2), (3)) y(a) USING (a) ORDER BY a

SELECT * FROM (VALUES (1, 'x')) x(a, b) JOIN (VALUES (1, 'y')) y(a, c) USING (a) JOIN (VALUES (1, 'z')) z(a, d) USING (a)

SELECT x.*, y.* FROM (VALUES (1, 'x')) x(a, b) JOIN (VALUES (1, 'y')) y(a, c) USING (a)

SELECT j.* FROM ((VALUES (1, 'x')) x(a, b) JOIN (VALUES (1, 'y')) y(a, c) USING (a)) AS j

SELECT j.a, j.b, j.c FROM (customer c JOIN orders o ON o.customer_id = c.id) AS j(a, b, c) ORDER BY 1, 2, 3

-- open: another error: 42P01 missing FROM-clause entry for table "c"
SELECT c.name FROM (customer c JOIN orders o ON o.customer_id = c.id) AS j

SELECT u.a FROM (VALUES (1, 'x')) x(a, b) JOIN (VALUES (1, 'y')) y(a, c) USING (a) AS u

SELECT x.b FROM (VALUES (1, 'x')) x(a, b) JOIN (VALUES (1, 'y')) y(a, c) USING (a) AS u

SELECT u.* FROM customer c JOIN orders o ON c.id = o.customer_id JOIN product p ON p.id = c.id, LATERAL (SELECT p.name AS n) u ORDER BY n

SELECT a.name, b.name FROM employee a JOIN employee b ON a.boss = b.id ORDER BY a.id

SELECT a.name, b.name, c.name FROM employee a LEFT JOIN employee b ON a.boss = b.id LEFT JOIN employee c ON b.boss = c.id ORDER BY a.id

SELECT a.id FROM employee a LEFT JOIN employee b ON a.id = b.boss WHERE b.id IS NULL ORDER BY a.id

SELECT c.name, o.no, i.qty, p.name FROM customer c JOIN orders o ON o.customer_id = c.id JOIN item i ON i.order_no = o.no JOIN product p ON p.id = i.product_id ORDER BY o.no, p.id

SELECT c.name, o.no, i.qty FROM customer c LEFT JOIN (orders o JOIN item i ON i.order_no = o.no) ON o.customer_id = c.id ORDER BY c.id, o.no, i.product_id

SELECT c.name, o.no, i.qty FROM (customer c LEFT JOIN orders o ON o.customer_id = c.id) LEFT JOIN item i ON i.order_no = o.no ORDER BY c.id, o.no, i.product_id

SELECT c.name FROM customer c LEFT JOIN orders o LEFT JOIN item i ON i.order_no = o.no ON o.customer_id = c.id ORDER BY c.id, o.no, i.product_id

SELECT o.no FROM customer c LEFT JOIN orders o LEFT JOIN item i ON i.order_no = o.no ON o.customer_id = c.id ORDER BY c.id, o.no, i.product_id

SELECT i.qty FROM customer c LEFT JOIN orders o LEFT JOIN item i ON i.order_no = o.no ON o.customer_id = c.id ORDER BY c.id, o.no, i.product_id

-- open: another error: 42601 syntax error at or near ")"
SELECT count(*) FROM ((customer c JOIN (orders o) ON o.customer_id = c.id))

SELECT c.name, x.no FROM customer c, LATERAL (SELECT no FROM orders o WHERE o.customer_id = c.id ORDER BY no DESC LIMIT 1) x ORDER BY c.id

SELECT c.name, x.no FROM customer c LEFT JOIN LATERAL (SELECT no FROM orders o WHERE o.customer_id = c.id ORDER BY no LIMIT 2) AS x ON true ORDER BY c.id, x.no

SELECT c.name, x.* FROM customer c CROSS JOIN LATERAL (VALUES (c.id), (c.id * 10)) x(n) WHERE c.id < 3 ORDER BY n

SELECT c.name, t FROM customer c, unnest(c.tags) t ORDER BY c.id, t

SELECT c.name, t.tag, t.nr FROM customer c LEFT JOIN LATERAL unnest(tags) WITH ORDINALITY AS t(tag, nr) ON true ORDER BY c.id, t.nr

SELECT c.id, l.lang FROM customer c, jsonb_array_elements_text(c.profile -> 'langs') AS l(lang) WHERE jsonb_typeof(profile) = 'object' ORDER BY 1, 2

SELECT p.name, k.key, k.value FROM product p, jsonb_each(p.attrs) k ORDER BY p.id, key

SELECT c.id, g FROM customer c JOIN generate_series(1, 3) g ON g = c.id ORDER BY 1

SELECT c.id, g.n FROM customer c, generate_series(1, c.id) AS g(n) ORDER BY 1, 2

-- open: another error: 42P01 missing FROM-clause entry for table "x"
SELECT * FROM (SELECT id FROM customer) x, (SELECT x.id) y

SELECT * FROM (SELECT id FROM customer) x, LATERAL (SELECT x.id + 1 AS n) y ORDER BY 1

SELECT c.name FROM customer c JOIN customer ON true

SELECT customer.name FROM customer JOIN customer ON true

SELECT id FROM customer c JOIN product p ON true

SELECT name FROM customer c, product p

SELECT c.nope FROM customer c JOIN orders o ON true

SELECT o.no FROM customer c JOIN orders o ON o.customer_id = x.id

SELECT 1 FROM customer c JOIN orders o ON o.customer_id

-- open: another error: 42703 column "id" specified in USING clause does not exist in right table
SELECT 1 FROM customer c JOIN orders o USING (id)

-- open: another error: 42703 column "nope" specified in USING clause does not exist in left table
SELECT 1 FROM customer c JOIN orders o USING (nope)

SELECT 1 FROM customer c JOIN orders o

SELECT 1 FROM customer c NATURAL JOIN orders o ON true

SELECT 1 FROM node a JOIN node b USING (tree) JOIN node c USING (id)

SELECT 1 FROM a, a

SELECT count(*) FROM customer a JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = a.id) b ON b.no > 2 JOIN item i ON i.order_no = b.no

SELECT a.id FROM customer a RIGHT JOIN LATERAL (SELECT a.id) b ON true

SELECT tree, count(*) FROM node a JOIN node b USING (tree) GROUP BY tree ORDER BY tree

SELECT a.tree, b.id FROM node a LEFT JOIN node b ON (b.tree, b.parent) = (a.tree, a.id) WHERE a.parent IS NULL ORDER BY 1, 2

SELECT DISTINCT c.name FROM customer c JOIN orders o ON o.customer_id = c.id JOIN item i ON i.order_no = o.no WHERE i.total > 1 ORDER BY c.name

SELECT v.name, o.total FROM vips v LEFT JOIN order_total o ON o.customer_id = v.id ORDER BY v.id, o.no

SELECT * FROM "Staff List" s JOIN "Staff List" t ON s."Boss Name" = t.who ORDER BY s.who

SELECT cu.code, count(c.id) FROM currency cu LEFT JOIN customer c ON c.currency = cu.code GROUP BY cu.code ORDER BY cu.code

SELECT * FROM currency a JOIN currency b USING (digits) WHERE a.code < b.code ORDER BY a.code, b.code

SELECT c.*, o.* FROM customer c JOIN orders o ON c.id = o.customer_id WHERE o.no = 3

SELECT c, o FROM (SELECT 1 AS x) c JOIN (SELECT 2 AS y) o ON true

SELECT (c).x FROM (SELECT 1 AS x) c JOIN (SELECT 2 AS y) o ON true

-- open: refused: 42501 permission denied for field "y"
SELECT (o).y FROM (SELECT 1 AS x) c JOIN (SELECT 2 AS y) o ON true

SELECT * FROM empty LEFT JOIN customer ON id = a

SELECT count(*) FROM customer LEFT JOIN empty ON true

SELECT * FROM (VALUES (1)) AS t(x) LEFT JOIN (VALUES (NULL::int), (1)) AS u(x) ON t.x IS NOT DISTINCT FROM u.x

SELECT * FROM customer AS c (a, b) WHERE a = 1

SELECT a, email FROM customer c (a, b) ORDER BY b

SELECT c.id FROM customer c (a, b)

SELECT a FROM customer c (a, b, c, d, e, f, g, h, i, j, k)

SELECT x FROM generate_series(1, 2) AS x JOIN generate_series(2, 3) AS y ON x = y

SELECT * FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY['a', 'b', 'c'])) AS t(n, s)

SELECT * FROM json_to_recordset('[{"a": 1, "b": "x"}]') AS t(a int, b text)

SELECT * FROM jsonb_to_record('{"a": 1, "b": [2]}') AS t(a int, b int[])

SELECT * FROM json_populate_record(NULL::address, '{"street": "x", "floor": 2}')

SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a']) AS t(n, s)

SELECT * FROM unnest(ARRAY[1, 2]) n, unnest(ARRAY[n]) m

SELECT * FROM generate_series(timestamp '2026-01-01', '2026-01-02', '12 hours')

SELECT * FROM generate_series(1, 10, 3) WITH ORDINALITY

SELECT * FROM upper('x')

SELECT * FROM upper('x') AS u, lower('Y') l

SELECT upper FROM upper('x')

SELECT * FROM current_date

-- open: another error: 42501 permission denied for function nosuch
SELECT * FROM nosuch(1)

SELECT * FROM jsonb_each_text('{"a": 1, "b": null}') ORDER BY key

SELECT * FROM regexp_matches('a1b2', '(\w)(\d)', 'g') AS m(parts)

SELECT * FROM string_to_table('a b', ' ') WITH ORDINALITY t(w, n) ORDER BY n DESC

-- params: 1
SELECT c.name, o.no FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id = $1 ORDER BY o.no

-- params: new
SELECT c.name FROM customer c JOIN orders o ON o.customer_id = c.id AND o.state = $1 ORDER BY 1
