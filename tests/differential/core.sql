-- schema: core

-- Statements that must mean through orgfold what they mean on a private database. One a paragraph, in order.

INSERT INTO customer (name, region) VALUES ('Ada', 'eu'), ('Bo', 'us'), ('Cy', NULL), ('Dé''s', 'eu') RETURNING name, region

INSERT INTO product VALUES (1, 'bolt', 0.10), (2, 'nut', 0.05), (3, 'gear', 12.5)

INSERT INTO invoice (no, customer, total, at) SELECT n, 'Ada', n * 1.5, timestamp '2026-01-01' + n * interval '1 day' FROM generate_series(1, 5) AS n

INSERT INTO invoice (no, customer, total, at) VALUES (6, 'Bo', 99.99, '2026-02-01'), (7, 'Bo', DEFAULT, DEFAULT) RETURNING no, total

INSERT INTO line SELECT i.no, p.id, i.no + p.id FROM invoice i CROSS JOIN product p WHERE i.no < 4

SELECT * FROM customer ORDER BY name

SELECT c.name, count(i.no) AS invoices, sum(i.total) FROM customer c LEFT JOIN invoice i ON i.customer = c.name GROUP BY c.name ORDER BY 1

SELECT name, region FROM customer WHERE region IS NOT DISTINCT FROM NULL

SELECT customer.name, invoice.* FROM invoice JOIN customer ON customer.name = invoice.customer WHERE invoice.total BETWEEN 2 AND 5 ORDER BY no

SELECT * FROM invoice NATURAL JOIN line ORDER BY no, product

SELECT no, product FROM invoice JOIN line USING (no) ORDER BY no DESC, product LIMIT 3 OFFSET 1

SELECT no, (SELECT max(qty) FROM line l WHERE l.no = i.no) AS most FROM invoice i ORDER BY no

SELECT name FROM customer c WHERE EXISTS (SELECT 1 FROM invoice i WHERE i.customer = c.name AND i.total > 50)

SELECT name FROM customer WHERE name NOT IN (SELECT customer FROM invoice) ORDER BY name

WITH big AS (SELECT * FROM invoice WHERE total > 3), named AS (SELECT b.no, c.region FROM big b JOIN customer c ON c.name = b.customer) SELECT region, count(*) FROM named GROUP BY region ORDER BY region

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, no FROM n LEFT JOIN invoice ON no = i ORDER BY i

WITH customer AS (SELECT name || '!' AS name FROM customer) SELECT * FROM customer ORDER BY 1

SELECT region, name, rank() OVER (PARTITION BY region ORDER BY name DESC), lag(name) OVER w FROM customer WINDOW w AS (ORDER BY name) ORDER BY name

SELECT no, sum(total) OVER (ORDER BY no ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM invoice ORDER BY no

SELECT region, count(*) FILTER (WHERE name > 'B'), string_agg(name, ',' ORDER BY name DESC) FROM customer GROUP BY region ORDER BY region NULLS FIRST

SELECT customer, no, sum(total) FROM invoice GROUP BY ROLLUP (customer, no) ORDER BY 1 NULLS LAST, 2 NULLS LAST

SELECT customer, no, count(*) FROM invoice GROUP BY GROUPING SETS ((customer), (no), ()) ORDER BY 1, 2

SELECT DISTINCT ON (customer) customer, no, total FROM invoice ORDER BY customer, total DESC

SELECT name FROM customer UNION SELECT name FROM product EXCEPT SELECT 'bolt' ORDER BY 1

(SELECT no FROM invoice ORDER BY no LIMIT 2) UNION ALL (SELECT id FROM product ORDER BY id DESC LIMIT 1)

VALUES (1, 'a'), (2, NULL)

TABLE product

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM invoice

SELECT i.no, x.qty FROM invoice i, LATERAL (SELECT qty FROM line l WHERE l.no = i.no ORDER BY qty DESC LIMIT 1) x ORDER BY 1

SELECT * FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY AS u(v, n)

SELECT 1 + 2 AS three, 'x' || 'y', 7 / 2, 7.0 / 2, -2 ^ 2, NOT true OR true, (1 < 2) = true

SELECT 'it''s', E'tab\there', $$dollar$$, $q$a $$ b$q$, U&'d\0061ta', B'101', X'1F', 1e3, .5

SELECT CASE WHEN no % 2 = 0 THEN 'even' ELSE 'odd' END, COALESCE(NULL, no), NULLIF(no, 3), GREATEST(no, 3) FROM invoice ORDER BY no

SELECT no::text, CAST(total AS integer), at::date, total::numeric(6,1) FROM invoice ORDER BY no

SELECT EXTRACT(month FROM at), date_trunc('month', at), at AT TIME ZONE 'UTC' FROM invoice WHERE no = 1

SELECT name LIKE 'A%', name ILIKE '%b%', name SIMILAR TO '(A|B)%', name ~ '^[AB]', substring(name FROM 1 FOR 1), trim(both 'A' from name), position('a' in name) FROM customer ORDER BY name

SELECT jsonb_build_object('a', ARRAY[1,2]) -> 'a' ->> 1, '{"x": 1}'::jsonb @> '{"x": 1}', '[1,2]'::jsonb || '3'

SELECT CURRENT_TIMESTAMP IS NOT NULL, current_date > '2020-01-01', ARRAY(SELECT id FROM product ORDER BY id), (SELECT user) IS NULL

SELECT count(*), count(region), min(name), max(name), bool_and(name > 'A') FROM customer

SELECT row_to_json(p) FROM product p ORDER BY id LIMIT 1

SELECT (p).name, p.price FROM product p ORDER BY id LIMIT 1

SELECT ROW(1, 'a') = ROW(1, 'a'), (1, 2) < (1, 3), 3 = ANY (ARRAY[1, 2, 3]), 4 <> ALL (ARRAY[1, 2])

SELECT * FROM invoice WHERE (no, customer) IN ((1, 'Ada'), (6, 'Bo')) ORDER BY no FOR UPDATE

UPDATE invoice SET total = total * 2, at = DEFAULT WHERE no = 1 RETURNING no, total

WITH u AS (UPDATE invoice AS i SET total = i.total + l.qty FROM line AS l WHERE l.no = i.no AND l.product = 3 RETURNING i.no, i.total, l.qty) SELECT * FROM u ORDER BY no

UPDATE customer SET (region, name) = ('ap', name || '2') WHERE name = 'Cy' RETURNING *

UPDATE invoice SET total = (SELECT max(price) FROM product) WHERE no = 7 OR false

INSERT INTO product VALUES (3, 'gear', 1), (4, 'cog', 2) ON CONFLICT (id) DO UPDATE SET price = product.price + excluded.price WHERE product.name = excluded.name RETURNING *

INSERT INTO product VALUES (1, 'x', 0) ON CONFLICT DO NOTHING

INSERT INTO product VALUES (1, 'x', 0) ON CONFLICT ON CONSTRAINT product_pkey DO UPDATE SET name = excluded.name || '!' RETURNING name

WITH moved AS (DELETE FROM line WHERE no = 1 RETURNING product, qty) INSERT INTO line SELECT 5, product, qty FROM moved RETURNING *

WITH d AS (DELETE FROM line USING invoice i WHERE i.no = line.no AND i.customer = 'Ada' AND line.product = 2 RETURNING line.no) SELECT no FROM d ORDER BY no

SELECT no, product, qty FROM line ORDER BY 1, 2

INSERT INTO product (id, name) VALUES (1, 'again')

INSERT INTO line VALUES (99, 1, 1)

DELETE FROM product WHERE id = 3

INSERT INTO product (id, name, price) VALUES (9, 'neg', -1)

INSERT INTO product (id) VALUES (10)

INSERT INTO product VALUES (11, 'much too long a name for twenty characters', 1)

SELECT nope FROM product

SELECT * FROM nowhere

-- open: another error: 42703 column p.nope does not exist
SELECT p.nope FROM product p

SELECT id, name FROM product GROUP BY id, price HAVING max(name) > 1

SELECT id FROM product, line WHERE no = id AND id + name = 1

SELECT no FROM invoice, line

SELECT 1/0 FROM product

SELECT 1 AS order, 2 AS "select", 1 < 2 = true

SELECT 'ö' || name + 1 FROM customer

SELECT 'x'::integer

SELECT FROM WHERE

TRUNCATE line, invoice

SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM invoice), (SELECT count(*) FROM product)

TRUNCATE product

TRUNCATE product CASCADE


INSERT INTO customer SELECT CASE WHEN true THEN 'Ex' ELSE 'No' END, (ARRAY['eu', 'us'])[1]


INSERT INTO product (id, name) VALUES (70, 'seven') RETURNING (SELECT max(product) FROM (VALUES (7)) AS v (product)), product.id

SELECT round('a', 'b', 'c')

SELECT 1 AS "as", 2 AS as, 3 "as"

SELECT "as"."as" FROM (SELECT 1 AS "as") AS "as"
