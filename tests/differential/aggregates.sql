-- schema: shop

-- Aggregates and grouping.

SELECT count(*), count(email), count(DISTINCT currency), count(ALL currency) FROM customer

SELECT sum(id), avg(id), min(id), max(id), sum(price), avg(price), min(name), max(name) FROM product

SELECT sum(salary), avg(salary), stddev(salary), variance(salary), stddev_pop(salary), stddev_samp(salary), var_pop(salary), var_samp(salary) FROM employee

SELECT round(stddev(id)::numeric, 6), corr(id, salary) > 0, covar_pop(id, salary)::numeric(20, 4), regr_count(salary, id), regr_slope(salary, id) < 0, regr_avgx(salary, id) FROM employee

SELECT bool_and(vip), bool_or(vip), every(id > 0), bit_and(id), bit_or(id), bit_xor(id) FROM customer

SELECT array_agg(name ORDER BY id), array_agg(DISTINCT vip ORDER BY vip DESC), string_agg(name, ',' ORDER BY name), array_agg(tags) FILTER (WHERE id = 1) FROM customer

SELECT json_agg(name ORDER BY id), jsonb_agg(id ORDER BY id DESC), json_object_agg(id, name ORDER BY id), jsonb_object_agg(name, vip) FROM customer

SELECT jsonb_agg(c.home ORDER BY id), json_agg(x ORDER BY x.id) FROM customer c JOIN (SELECT id, code FROM customer JOIN currency ON code = currency) x USING (id)

SELECT min(born), max(born), min(mood), max(mood), min(tags), max(email) FROM customer

SELECT max(placed), min(placed), max(due), sum(due), avg(due) FROM orders

SELECT range_agg(nights), range_intersect_agg(hours) FROM stay WHERE room = 'red'

SELECT count(*) FROM customer WHERE false

SELECT sum(id), max(name), array_agg(id), bool_and(vip), count(id) FROM customer WHERE false

SELECT vip, count(*) FROM customer GROUP BY vip ORDER BY vip

SELECT vip, currency, count(*) FROM customer GROUP BY vip, currency ORDER BY 1, 2

SELECT vip, count(*) FROM customer GROUP BY 1 ORDER BY 1

SELECT vip AS v, count(*) FROM customer GROUP BY v ORDER BY v

SELECT upper(left(name, 1)) AS initial, count(*) FROM customer GROUP BY initial ORDER BY initial COLLATE "C"

SELECT currency FROM customer GROUP BY currency ORDER BY currency

SELECT id % 2, count(*) FROM customer GROUP BY id % 2 ORDER BY 1

SELECT id % 2 + 1 FROM customer GROUP BY id % 2 ORDER BY 1

SELECT id FROM customer GROUP BY id ORDER BY id

SELECT name FROM customer GROUP BY id ORDER BY id

SELECT email FROM customer GROUP BY id ORDER BY id

SELECT c.id FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id

SELECT c.name FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id

SELECT count(o.no) FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id

SELECT c.* FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id

SELECT count(o.no) FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id

SELECT o.no FROM orders o JOIN item i ON i.order_no = o.no GROUP BY o.no ORDER BY o.no

SELECT o.placed FROM orders o JOIN item i ON i.order_no = o.no GROUP BY o.no ORDER BY o.no

SELECT sum(i.total) FROM orders o JOIN item i ON i.order_no = o.no GROUP BY o.no ORDER BY o.no

SELECT tree, id, name FROM node GROUP BY tree, id ORDER BY 1, 2

SELECT tree, name FROM node GROUP BY tree

SELECT name FROM customer GROUP BY email

SELECT name, count(*) FROM customer

SELECT c.name FROM customer c GROUP BY c.vip

SELECT count(*) FROM customer GROUP BY nope

SELECT count(*) FROM customer GROUP BY 2

SELECT count(*) FROM customer GROUP BY count(*)

SELECT count(count(*)) FROM customer

SELECT name FROM customer WHERE count(*) > 1

SELECT id FROM customer GROUP BY id HAVING name = 'Ada'

SELECT id FROM customer HAVING true

SELECT currency, count(*) FROM customer GROUP BY currency HAVING count(*) > 1 ORDER BY 1

SELECT currency FROM customer GROUP BY currency HAVING bool_or(vip) AND currency IS NOT NULL ORDER BY 1

SELECT 1 FROM customer HAVING count(*) > 100

SELECT count(*) HAVING true

SELECT dept, sum(salary) FROM employee GROUP BY dept HAVING sum(salary) > 4000 ORDER BY sum(salary) DESC

SELECT dept, boss, sum(salary) FROM employee GROUP BY ROLLUP (dept, boss) ORDER BY dept, boss, 3

SELECT dept, boss, sum(salary) FROM employee GROUP BY CUBE (dept, boss) ORDER BY dept, boss, 3

SELECT dept, boss, count(*), grouping(dept), grouping(boss), grouping(dept, boss) FROM employee GROUP BY GROUPING SETS ((dept, boss), (dept), ()) ORDER BY 6, 1, 2

SELECT dept, count(*) FROM employee GROUP BY GROUPING SETS ((dept), (dept), ()) ORDER BY 1, 2

SELECT dept, boss, count(*) FROM employee GROUP BY dept, ROLLUP (boss) ORDER BY 1, 2, 3

SELECT dept, boss, count(*) FROM employee GROUP BY DISTINCT ROLLUP (dept), ROLLUP (dept, boss) ORDER BY 1, 2, 3

SELECT dept, boss, count(*) FROM employee GROUP BY ALL ROLLUP (dept), ROLLUP (boss) ORDER BY 1, 2, 3

SELECT dept, boss, id, count(*) FROM employee GROUP BY ROLLUP ((dept, boss), id) ORDER BY 1, 2, 3, 4

SELECT dept, boss, count(*) FROM employee GROUP BY GROUPING SETS (ROLLUP (dept), CUBE (boss)) ORDER BY 1, 2, 3

SELECT dept, boss, count(*) FROM employee GROUP BY GROUPING SETS (GROUPING SETS (dept, boss), ()) ORDER BY 1, 2, 3

SELECT count(*) FROM employee GROUP BY ()

SELECT count(*) FROM employee WHERE false GROUP BY ()

SELECT count(*) FROM empty GROUP BY a

SELECT dept, grouping(boss) FROM employee GROUP BY dept

SELECT grouping(dept) FROM employee

SELECT count(*) FILTER (WHERE vip), count(*) FILTER (WHERE NOT vip AND email IS NOT NULL), sum(id) FILTER (WHERE id > 100) FROM customer

SELECT string_agg(name, '' ORDER BY id) FILTER (WHERE vip), array_agg(DISTINCT currency ORDER BY currency) FILTER (WHERE currency <> 'EUR') FROM customer

SELECT dept, count(*) FILTER (WHERE salary >= 4000) AS rich FROM employee GROUP BY dept ORDER BY dept

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY salary), percentile_disc(0.5) WITHIN GROUP (ORDER BY salary), mode() WITHIN GROUP (ORDER BY dept), percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY salary DESC) FROM employee

SELECT rank(4000) WITHIN GROUP (ORDER BY salary), dense_rank(4000) WITHIN GROUP (ORDER BY salary DESC), percent_rank(4000) WITHIN GROUP (ORDER BY salary), cume_dist(4000) WITHIN GROUP (ORDER BY salary NULLS FIRST) FROM employee

SELECT dept, percentile_disc(0.5) WITHIN GROUP (ORDER BY name) FILTER (WHERE salary IS NOT NULL) FROM employee GROUP BY dept ORDER BY 1

SELECT percentile_cont(0.5) FROM employee

-- open: another error: 42809 FILTER specified, but pg_catalog.upper is not an aggregate function
SELECT upper('x') FILTER (WHERE true)

-- open: another error: 42809 DISTINCT specified, but pg_catalog.upper is not an aggregate function
SELECT upper(DISTINCT 'x')

SELECT count(DISTINCT a, b) FROM empty

SELECT count(DISTINCT (vip, currency)), count(DISTINCT home) FROM customer

SELECT array_agg(id ORDER BY name DESC NULLS LAST, id) FROM customer

SELECT array_agg(DISTINCT id ORDER BY name) FROM customer

SELECT string_agg(name, ',' ORDER BY name COLLATE "C" DESC), string_agg(id::text, '' ORDER BY 1) FROM customer

SELECT array_agg(id ORDER BY id USING >) FROM customer

SELECT sum(DISTINCT digits), avg(rate), min(code), string_agg(code, '' ORDER BY code) FROM currency

SELECT max(total), sum(items) FROM order_total

SELECT state, count(*) FROM order_total GROUP BY state ORDER BY state

SELECT c.name, array_agg(p.name ORDER BY p.id) FROM customer c JOIN orders o ON o.customer_id = c.id JOIN item i ON i.order_no = o.no JOIN product p ON p.id = i.product_id GROUP BY c.name ORDER BY 1

SELECT date_trunc('month', placed) AS m, count(*) FROM orders GROUP BY m ORDER BY m

SELECT extract(month FROM placed), state, count(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2

SELECT CASE WHEN price > 5 THEN 'dear' ELSE 'cheap' END AS class, count(*), sum(price * stock) FROM product GROUP BY class ORDER BY class

SELECT tags, count(*) FROM customer GROUP BY tags ORDER BY tags

SELECT profile -> 'age', count(*) FROM customer GROUP BY profile -> 'age' ORDER BY 1

SELECT profile ->> 'age' FROM customer GROUP BY profile -> 'age'

SELECT home, count(*) FROM customer GROUP BY home ORDER BY home

SELECT (home).floor, count(*) FROM customer GROUP BY (home).floor ORDER BY 1

SELECT row_to_json(ROW(vip, count(*))) FROM customer GROUP BY vip ORDER BY vip

SELECT vip, (SELECT count(*) FROM orders o WHERE o.customer_id = min(c.id)) FROM customer c GROUP BY vip ORDER BY 1

SELECT sum(count(*)) OVER (), vip, count(*) FROM customer GROUP BY vip ORDER BY vip

SELECT currency, rank() OVER (ORDER BY count(*) DESC, currency) FROM customer GROUP BY currency ORDER BY 2

SELECT count(*) + sum(id) * 2 - max(id), -count(*), count(*)::text || 'x', NOT bool_and(vip), CASE WHEN count(*) > 1 THEN 'many' END FROM customer

SELECT COALESCE(sum(a), 0), COALESCE(max(b), '-') FROM empty

SELECT any_value(id) FROM customer

-- open: another error: 42501 permission denied for function nosuch
SELECT nosuch(id) FROM customer GROUP BY id

SELECT sum(name) FROM customer

SELECT avg(vip) FROM customer

SELECT max(home) FROM customer

SELECT sum(*) FROM customer

-- open: another error: 42809 pg_catalog.count(*) must be used to call a parameterless aggregate function
SELECT count() FROM customer

SELECT DISTINCT count(*) FROM customer GROUP BY vip, currency ORDER BY 1

SELECT DISTINCT vip, count(*) OVER () FROM customer ORDER BY vip

SELECT pg_typeof(sum(i2)), pg_typeof(sum(i4)), pg_typeof(sum(i8)), pg_typeof(avg(i4)), pg_typeof(sum(f4)), pg_typeof(avg(f8)), pg_typeof(count(*)) FROM every

SELECT sum(n), sum(n2), max(f4), min(f8), max(vc), min(c), max(d), min(tstz), max(iv), sum(m), max(ip), min(u::text), max(o), max(ai) FROM every WHERE id = 1

SELECT xmlagg(x) FROM (SELECT 1) x

SELECT json_object_agg(NULL, 1)

SELECT jsonb_object_agg(k, v) FROM (VALUES ('a', 1), ('a', 2)) t(k, v)

SELECT sum(x) FROM (VALUES (1), (NULL), (3)) t(x)

SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)

SELECT sum(x) FROM (VALUES (2147483647), (1)) t(x)

-- params: 2
SELECT count(*) FILTER (WHERE id > $1), sum(id) + $1 FROM customer

-- params: 1
SELECT id % $1, count(*) FROM customer GROUP BY id % $1

-- params: 0.5
SELECT percentile_cont($1) WITHIN GROUP (ORDER BY salary) FROM employee

-- params: ,
SELECT string_agg(name, $1 ORDER BY id) FROM customer
