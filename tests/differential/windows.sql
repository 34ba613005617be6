-- schema: shop

-- Window functions and frames.

SELECT id, row_number() OVER (ORDER BY id DESC), rank() OVER (ORDER BY vip), dense_rank() OVER (ORDER BY vip) FROM customer ORDER BY id

SELECT id, percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY vip), ntile(2) OVER (ORDER BY id) FROM customer ORDER BY id

SELECT id, lag(name) OVER (ORDER BY id), lead(name) OVER (ORDER BY id), lag(name, 2) OVER (ORDER BY id), lead(name, 1, 'none') OVER (ORDER BY id) FROM customer ORDER BY id

SELECT id, first_value(name) OVER (ORDER BY id), last_value(name) OVER (ORDER BY id), nth_value(name, 2) OVER (ORDER BY id) FROM customer ORDER BY id

SELECT id, count(*) OVER (), sum(id) OVER (), sum(id) OVER (ORDER BY id), avg(id) OVER (PARTITION BY vip) FROM customer ORDER BY id

SELECT name, dept, salary, rank() OVER (PARTITION BY dept ORDER BY salary DESC NULLS LAST) FROM employee ORDER BY id

SELECT dept, salary, sum(salary) OVER (PARTITION BY dept ORDER BY id) FROM employee ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS 1 PRECEDING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS CURRENT ROW) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY vip RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM customer ORDER BY id

SELECT id, count(*) OVER (ORDER BY price RANGE BETWEEN 5 PRECEDING AND 5.5 FOLLOWING) FROM product ORDER BY id

SELECT no FROM orders ORDER BY no

SELECT count(*) OVER (ORDER BY placed RANGE BETWEEN '14 days' PRECEDING AND CURRENT ROW) FROM orders ORDER BY no

SELECT no, count(*) OVER (ORDER BY placed RANGE BETWEEN interval '14 days' PRECEDING AND interval '1 month' FOLLOWING) FROM orders ORDER BY no

SELECT no FROM orders ORDER BY no

SELECT count(*) OVER (ORDER BY placed DESC RANGE '1 month' PRECEDING) FROM orders ORDER BY no

SELECT id FROM employee ORDER BY id

SELECT count(*) OVER (ORDER BY hired RANGE BETWEEN '2 years' PRECEDING AND '1 day' FOLLOWING) FROM employee ORDER BY id

SELECT id, sum(id) OVER (ORDER BY vip GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY currency GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM customer ORDER BY id

SELECT id, sum(id) OVER (ORDER BY vip GROUPS UNBOUNDED PRECEDING) FROM customer ORDER BY id

SELECT id FROM customer ORDER BY id

SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM customer ORDER BY id

SELECT id FROM customer ORDER BY id

SELECT sum(id) OVER (ORDER BY vip ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP) FROM customer ORDER BY id

SELECT id FROM customer ORDER BY id

SELECT sum(id) OVER (ORDER BY vip RANGE UNBOUNDED PRECEDING EXCLUDE TIES) FROM customer ORDER BY id

SELECT id FROM customer ORDER BY id

SELECT sum(id) OVER (ORDER BY vip GROUPS 1 PRECEDING EXCLUDE NO OTHERS) FROM customer ORDER BY id

SELECT id, sum(id) OVER w, avg(id) OVER w FROM customer WINDOW w AS (PARTITION BY vip ORDER BY id) ORDER BY id

SELECT id, sum(id) OVER (w), count(*) OVER (w ORDER BY id), max(id) OVER (w ROWS 1 PRECEDING) FROM customer WINDOW w AS (PARTITION BY vip) ORDER BY id

SELECT id, sum(id) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM customer WINDOW w AS (ORDER BY id) ORDER BY id

SELECT id, rank() OVER b FROM customer WINDOW a AS (PARTITION BY vip), b AS (a ORDER BY name) ORDER BY id

SELECT id, sum(id) OVER "W x" FROM customer WINDOW "W x" AS (ORDER BY id DESC) ORDER BY id

SELECT sum(id) OVER w FROM customer

SELECT sum(id) OVER (w PARTITION BY vip) FROM customer WINDOW w AS (ORDER BY id)

SELECT sum(id) OVER (w ORDER BY id) FROM customer WINDOW w AS (ORDER BY id)

SELECT 1 FROM customer WINDOW w AS (ORDER BY id), w AS (ORDER BY name)

SELECT id FROM customer WHERE row_number() OVER () = 1

SELECT sum(row_number() OVER ()) FROM customer

SELECT row_number() OVER (ORDER BY rank() OVER ()) FROM customer

SELECT rank() FROM customer

-- open: another error: 42809 OVER specified, but pg_catalog.upper is not a window function nor an aggregate function
SELECT upper(name) OVER () FROM customer

-- open: another error: 42601 frame start cannot be UNBOUNDED FOLLOWING
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM customer

-- open: another error: 42601 frame starting from current row cannot have preceding rows
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM customer

SELECT sum(id) OVER (ORDER BY id ROWS -1 PRECEDING) FROM customer

SELECT sum(id) OVER (RANGE 1 PRECEDING) FROM customer

SELECT sum(id) OVER (ORDER BY name RANGE 1 PRECEDING) FROM customer

SELECT sum(id) OVER (GROUPS 1 PRECEDING) FROM customer

SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN id PRECEDING AND CURRENT ROW) FROM customer

SELECT id, count(*) FILTER (WHERE vip) OVER (ORDER BY id), string_agg(name, ',') FILTER (WHERE id > 2) OVER (ORDER BY id) FROM customer ORDER BY id

SELECT count(DISTINCT vip) OVER () FROM customer

SELECT string_agg(name, ',' ORDER BY name) OVER () FROM customer

SELECT id, array_agg(id) OVER (ORDER BY id ROWS 2 PRECEDING), json_agg(name) OVER (PARTITION BY vip ORDER BY id) FROM customer ORDER BY id

SELECT vip, count(*), sum(count(*)) OVER (ORDER BY vip), rank() OVER (ORDER BY max(id)) FROM customer GROUP BY vip ORDER BY vip

SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY vip ORDER BY id DESC) AS rn FROM customer) x WHERE rn = 1 ORDER BY id

SELECT DISTINCT vip, first_value(id) OVER (PARTITION BY vip ORDER BY id) FROM customer ORDER BY vip

SELECT id FROM customer ORDER BY row_number() OVER (ORDER BY name DESC)

SELECT id, id - lag(id, 1, 0) OVER (ORDER BY id) AS d, CASE WHEN row_number() OVER (ORDER BY id) = 1 THEN 'first' ELSE lag(name) OVER (ORDER BY id) END FROM customer ORDER BY id

SELECT o.no, sum(i.total) AS t, sum(sum(i.total)) OVER (ORDER BY o.no) FROM orders o JOIN item i ON i.order_no = o.no GROUP BY o.no ORDER BY o.no

SELECT c.name, o.no, row_number() OVER (PARTITION BY c.id ORDER BY o.placed DESC) FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY 1, 2

SELECT id, max(born) OVER (ORDER BY born NULLS FIRST, id), min(name) OVER (ORDER BY name COLLATE "C") FROM customer ORDER BY id

SELECT id, sum(id) OVER (PARTITION BY vip, currency ORDER BY id), count(*) OVER (PARTITION BY id % 2 ORDER BY name DESC, id) FROM customer ORDER BY id

SELECT id, ntile(0) OVER (ORDER BY id) FROM customer

SELECT id, nth_value(name, 0) OVER (ORDER BY id) FROM customer

SELECT id, lag(id, -1) OVER (ORDER BY id), lag(NULL::int, 1, 5) OVER (ORDER BY id) FROM customer ORDER BY id

SELECT code, row_number() OVER (ORDER BY rate DESC NULLS LAST, code) FROM currency ORDER BY code

SELECT no, total, sum(total) OVER (ORDER BY no) FROM order_total ORDER BY no

SELECT lead(x) OVER (ORDER BY x) FROM generate_series(1, 3) AS x

SELECT sum(x) OVER (ORDER BY x RANGE BETWEEN 1.5 PRECEDING AND CURRENT ROW) FROM (VALUES (1.0), (2.0), (4.0)) t(x) ORDER BY 1

SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 'inf' PRECEDING AND CURRENT ROW) FROM (VALUES (1.0::float8), (2)) t(x) ORDER BY 1

SELECT row_number() OVER () FROM (VALUES (1), (1)) t

SELECT id, row_number() OVER (ORDER BY 1) = 1 FROM customer WHERE id = 1

SELECT first_value(c) OVER (ORDER BY id) FROM (SELECT 1 AS id) c

SELECT lag(id) RESPECT NULLS OVER (ORDER BY id) FROM customer

SELECT first_value(id) IGNORE NULLS OVER (ORDER BY id) FROM customer

-- params: 1
SELECT id, sum(id) OVER (ORDER BY id ROWS $1 PRECEDING) FROM customer ORDER BY id

-- params: 2
SELECT id, lag(name, $1) OVER (ORDER BY id), ntile($1) OVER (ORDER BY id) FROM customer ORDER BY id
