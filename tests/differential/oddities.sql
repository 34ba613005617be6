-- schema: shop

-- What regression tests and documentation know, and what is seldom written.

SELECT 1 WHERE 1 IN (SELECT 1) AND NOT (2 IN (SELECT 1)) OR NULL

SELECT a.x, b.y FROM (VALUES (1)) a(x), LATERAL (VALUES (a.x + 1)) b(y)

SELECT (((1)))

SELECT ((SELECT 1)), ((VALUES (2)))

SELECT -1 - -1, - (1), -(-1), +-+1

SELECT 2 * 3 + 4 = 10 AND 'a' || 'b' = 'ab'

SELECT 'a' = 'a' = true

SELECT 1 < 2 < 3

SELECT NOT 1 = 2, NOT true = false, NOT (true) AND false

SELECT 1 = 1 IS NOT NULL, 1 IS NULL IS NULL, (1 IS NULL) IS FALSE

SELECT 'x' IS NULL OR 'x' LIKE 'x' AND NOT 'x' LIKE 'y'

SELECT 5 BETWEEN 1 AND 10 AND 3 BETWEEN 1 AND 2

SELECT 1 + 2 IN (3), 1 IN (1) = true, NOT 1 IN (2)

SELECT 'abc' LIKE 'a' || '%', 'a' || 'b' LIKE 'ab'

SELECT 2 ^ 3 * 2, -2 ^ 2, 2 ^ -2, 10 - 2 - 3, 100 / 10 / 2

SELECT 1::text || 2::text, -1::text, - 1::int, (-1)::text

SELECT ARRAY[1, 2][1]::text || 'x', (ARRAY[1, 2])[1:1]::text

SELECT date '2026-01-01' + 1 * 7, date '2026-01-01' - date '2025-01-01' > 300

SELECT timestamp '2026-01-01 00:00' AT TIME ZONE 'UTC' AT TIME ZONE 'UTC', 'a' COLLATE "C" < 'b' AND true

SELECT 1 AS "?column?", 2 AS "case", 3 AS "coalesce"

SELECT CASE 1 WHEN 1 THEN 'x' END, CAST(1 AS text), EXTRACT(year FROM date '2026-01-01'), SUBSTRING('abc' FROM 2), TRIM(' a '), POSITION('a' IN 'ba'), OVERLAY('abc' PLACING 'X' FROM 2)

SELECT NULLIF(1, 2), GREATEST(1), LEAST(2), COALESCE(3), ROW(1), ARRAY[1], EXISTS (SELECT 1), CURRENT_DATE IS NULL, XMLCONCAT(NULL)

SELECT 'abc'::varchar(2), 'abc'::char(2), CAST('abc' AS varchar(2)), 'abc'::text::varchar(1), ('a' || 'bc')::char(2) || '|'

SELECT 'a '::char(3) = 'a', 'a '::varchar = 'a', length('a  '::char(3)), 'a'::char(3) || 'b', 'a'::char(3)::text || 'b'

SELECT c, length(c), c = 'ch', c || '|', octet_length(c), c LIKE 'ch', c::text LIKE 'ch' FROM every WHERE id = 1

SELECT vc || c, c || vc, nm || t, ch || 'x' FROM every WHERE id = 1

SELECT t COLLATE "C" = vc, nm = t, ch = 'x', c = t FROM every ORDER BY id

SELECT i2 + i4, i4 + i8, i2 + n, i4 + f4, i8 * f8, n / i4, i2 / i2, -i2, @ i4, i4 % 2 FROM every WHERE id = 1

SELECT i2 = i4, i4 = i8, n = i4, f4 = f8, f8 = n, i8 < f4 FROM every WHERE id = 1

SELECT d + 1, d - 1, d + ti, d + iv, ts + iv, tstz - iv, ts - ts, d - d, ti + iv, ti - ti, titz + iv, iv + iv, iv * 2, iv / 2, -iv, tstz - ts IS NULL FROM every WHERE id = 1

SELECT d = ts, ts = tstz, d < tstz, ti = titz, d::timestamp = ts, ts::date = d FROM every WHERE id = 1

SELECT d::text, ti::text, ts::text, iv::text, u::text, ip::text, by::text, am::text, r4::text, b4::text FROM every WHERE id = 1

SELECT b::int, i4::bool, i4::text::int, f8::int, n::int, n2::text, '5'::text::int, t::varchar(2), d::timestamptz IS NOT NULL FROM every WHERE id = 1

SELECT ai || 5, 5 || ai, ai || ai, ai[1:2], ai[2], at || 'x', an[1] * 2, am[1], am @> '{sad}', 'happy' = ANY (am) FROM every WHERE id = 1

SELECT ai[1], ai[1][2], ai[2:2][1:1], array_dims(ai) FROM every WHERE id = 2

SELECT r4 @> 3, rn @> 2.0, rts @> timestamp '2026-01-15', rd && daterange('2026-01-31', NULL), mr @> 2, lower(r4), upper(rn), r4 * '[3,9)', r4::text FROM every WHERE id = 1

SELECT m + m, m * 2, m / 2, m::numeric, m > '10' FROM every WHERE id = 1

SELECT tv @@ tq, tv || 'c:9', length(tv), tq && 'z', tv::text FROM every WHERE id = 1

SELECT pos + 1, pos::int, pg_typeof(pos + 1), mo < 'happy', mo::text || 'x', nm || 'y', o + 1 FROM every WHERE id = 1

SELECT sku || 'x', length(sku), sku = 'BO-1', upper(sku), pg_typeof(sku || '') FROM product WHERE id = 1

SELECT max(sku), min(sku), count(DISTINCT sku), array_agg(sku ORDER BY sku) FROM product

SELECT sku FROM product UNION SELECT 'x'

SELECT CASE WHEN true THEN sku ELSE 'z' END, COALESCE(sku, 'none'), NULLIF(sku, 'BO-1') FROM product ORDER BY id

SELECT qty FROM item UNION SELECT 5 ORDER BY 1 LIMIT 2

SELECT id, stock / NULLIF(id - 1, 0) FROM product ORDER BY id

SELECT * FROM customer WHERE (vip, id) > (false, 4) ORDER BY id

SELECT * FROM customer WHERE (name, email) IS NOT NULL ORDER BY id

SELECT * FROM customer c WHERE c.home IS NULL ORDER BY id

SELECT * FROM customer c WHERE NOT (c.home IS NOT NULL) ORDER BY id

SELECT * FROM customer WHERE (home).street IS NULL ORDER BY id

SELECT * FROM product WHERE sizes = '{}' OR sizes IS NULL ORDER BY id

SELECT id FROM product WHERE sizes[1] IS NULL ORDER BY id

SELECT id FROM product WHERE 4 = ANY (sizes) OR attrs = '{}' ORDER BY id

SELECT id FROM orders WHERE no = 1

SELECT no FROM orders WHERE placed >= '2026-02-01' AND placed < '2026-03-01'::date + 1 ORDER BY no

SELECT no FROM orders WHERE placed::date = '2026-03-01' OR date_trunc('day', placed) = '2026-02-14'

SELECT no FROM orders WHERE extract(month FROM placed) = 1 ORDER BY no

SELECT no FROM orders WHERE due > '1 day' ORDER BY no

SELECT no FROM orders WHERE state IN ('new', 'paid') AND state <> ALL (ARRAY['void', 'done']::order_state[]) ORDER BY no

SELECT no FROM orders WHERE state BETWEEN 'paid' AND 'done' ORDER BY state, no

SELECT state, enum_range(state, NULL) FROM orders ORDER BY no

SELECT note = '', note IS NULL, note || 'x', length(note), COALESCE(NULLIF(note, ''), 'none') FROM orders ORDER BY no

SELECT count(*) FROM orders WHERE note LIKE '%''%' OR note ~ '^$'

SELECT o.no, COALESCE(sum(i.total), 0)::money FROM orders o LEFT JOIN item i ON o.no = i.order_no GROUP BY o.no ORDER BY o.no

SELECT o.*, (SELECT json_agg(i) FROM (SELECT product_id, qty FROM item WHERE order_no = o.no ORDER BY 1) i) AS items FROM orders o ORDER BY no

SELECT x.* FROM customer c CROSS JOIN LATERAL (SELECT c.id, c.name || '?' AS q) AS x ORDER BY 1

SELECT x FROM customer c, LATERAL (SELECT c.name) AS x ORDER BY 1

SELECT x FROM LATERAL (SELECT 1) x

SELECT i, j FROM generate_series(1, 2) i, generate_series(i, 2) j ORDER BY 1, 2

SELECT i.*, i FROM generate_series(1, 2) i

SELECT f.x, f FROM generate_series(1, 2) AS f(x)

SELECT e.key, e FROM jsonb_each('{"a": 1}') e

SELECT (e).value FROM jsonb_each('{"a": 1}') e

SELECT (jsonb_each('{"a": 1}')).value

SELECT (regexp_match('ab', '(a)(b)'))[2], (string_to_array('a b', ' '))[1], (SELECT array_agg(id ORDER BY id) FROM customer)[2]

SELECT (current_timestamp)::text IS NOT NULL, (now() AT TIME ZONE 'UTC')::date IS NOT NULL

SELECT t.a FROM (SELECT 1 a, 2 b UNION ALL SELECT 3, 4) t ORDER BY t.b DESC

SELECT * FROM (SELECT * FROM customer ORDER BY id LIMIT 2) a NATURAL JOIN (SELECT id, name AS n2 FROM customer) b ORDER BY id

SELECT DISTINCT ON (c.vip) c.vip, o.no FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY c.vip, o.no DESC

SELECT sum(n) FROM (SELECT count(*) AS n FROM customer GROUP BY vip) s

SELECT * FROM (SELECT id, rank() OVER (ORDER BY price DESC) r FROM product) p WHERE r <= 2 ORDER BY r

SELECT id FROM customer WHERE id = ANY (ARRAY(SELECT customer_id FROM orders WHERE state = 'new')) ORDER BY id

SELECT id FROM customer c WHERE (SELECT bool_and(state <> 'void') FROM orders o WHERE o.customer_id = c.id) ORDER BY id

SELECT id FROM customer WHERE ctid IS NULL

SELECT true AND (SELECT vip FROM customer WHERE id = 1), (SELECT vip FROM customer WHERE id = 2) OR false

SELECT (SELECT name FROM customer c WHERE c.id = o.customer_id), (SELECT count(*) FROM item i WHERE i.order_no = o.no AND i.qty > (SELECT avg(qty) FROM item)) FROM orders o ORDER BY no

SELECT string_agg(x, '') FROM (SELECT chr(64 + g) AS x FROM generate_series(1, 26) g) y

SELECT g, CASE WHEN g % 15 = 0 THEN 'FizzBuzz' WHEN g % 3 = 0 THEN 'Fizz' WHEN g % 5 = 0 THEN 'Buzz' ELSE g::text END FROM generate_series(1, 15) g ORDER BY g

WITH RECURSIVE sierpinski(n, s) AS (SELECT 1, '*'::text UNION ALL SELECT n + 1, s || ' ' || s FROM sierpinski WHERE n < 3) SELECT * FROM sierpinski ORDER BY n

WITH RECURSIVE d(n) AS (SELECT date '2026-01-30' UNION ALL SELECT (n + interval '1 day')::date FROM d WHERE n < '2026-02-02') SELECT n, extract(dow FROM n) FROM d ORDER BY n

SELECT width_bucket(price, 0, 20, 4) AS b, count(*) FROM product GROUP BY b ORDER BY b

SELECT vip, jsonb_object_agg(id, name) FILTER (WHERE id < 4), count(*) FILTER (WHERE born IS NULL) * 100 / count(*) FROM customer GROUP BY vip ORDER BY vip

SELECT dept, array_agg(name ORDER BY salary DESC NULLS LAST, id) FROM employee GROUP BY dept ORDER BY dept NULLS FIRST

SELECT e.name, count(s.id) FROM employee e LEFT JOIN employee s ON s.boss = e.id GROUP BY e.id, e.name HAVING count(s.id) > 0 ORDER BY 2 DESC, 1

SELECT coalesce(b.name, 'nobody') boss, string_agg(e.name, ', ' ORDER BY e.name) FROM employee e LEFT JOIN employee b ON e.boss = b.id GROUP BY 1 ORDER BY 1

SELECT 1 FROM customer WHERE false UNION ALL SELECT 2 WHERE true

SELECT count(*) FROM (SELECT DISTINCT vip, currency FROM customer) x

SELECT * FROM currency WHERE code = 'EUR' AND code = 'EUR ' AND code LIKE 'EUR'

SELECT code || '|', code::text || '|', length(code) FROM currency ORDER BY code

SELECT * FROM currency c WHERE EXISTS (SELECT FROM customer WHERE currency = c.code) ORDER BY code

SELECT * FROM currency WHERE code IN (SELECT currency FROM customer) AND rate < ALL (SELECT 2 FROM customer) ORDER BY code

SELECT * FROM vips v, LATERAL (SELECT count(*) FROM orders WHERE customer_id = v.id) n ORDER BY id

SELECT * FROM order_total WHERE no IN (SELECT order_no FROM item WHERE qty > 5) ORDER BY total DESC

SELECT s.who FROM "Staff List" s WHERE s."Boss Name" IS NULL

SELECT * FROM (SELECT * FROM vips) v JOIN vips w USING (id, name) ORDER BY id

WITH vips AS (SELECT 1 AS id) SELECT * FROM vips

SELECT vips FROM vips ORDER BY id LIMIT 1

SELECT count(*) FROM vips, vips v2, order_total

SELECT order_total.total FROM order_total ORDER BY no

SELECT * FROM "Odd Table" WHERE "user" = 'nobody' OR "a b" IN ('one') ORDER BY "Select"

SELECT "Odd Table" FROM "Odd Table" ORDER BY "Select"

UPDATE "Odd Table" SET ("a b", "quote""d") = ("quote""d", "a b") WHERE "Select" = 2 RETURNING "a b", "quote""d"

INSERT INTO "Odd Table" AS "O T" ("Select") VALUES (1) ON CONFLICT ("Select") DO UPDATE SET "a b" = "O T"."a b" || EXCLUDED."Select" RETURNING "O T"."a b"

INSERT INTO empty SELECT g, CASE WHEN g > 1 THEN 'b' END FROM generate_series(1, 3) g RETURNING a, b IS NULL AS n

UPDATE empty SET a = a + (SELECT count(*) FROM empty) RETURNING a

UPDATE empty e SET b = (SELECT string_agg(f.a::text, ',' ORDER BY f.a) FROM empty f WHERE f.a <= e.a) RETURNING a, b

DELETE FROM empty e WHERE a > (SELECT min(a) FROM empty f WHERE f.a <> e.a) RETURNING a

INSERT INTO empty (a) SELECT a + 1 FROM empty ON CONFLICT DO NOTHING RETURNING *

DELETE FROM empty RETURNING a, (SELECT count(*) FROM empty e2 WHERE e2.a < empty.a)

INSERT INTO empty (a, b) VALUES (1, DEFAULT), (DEFAULT, 'x'), (DEFAULT, DEFAULT) RETURNING *

INSERT INTO empty (b) VALUES (E'\t'), ($$a'b$$), (U&'\00e9'), ('multi
line') RETURNING b, length(b)

DELETE FROM empty

SELECT '

' AS blank_lines

SELECT 1 -- one
, 2 -- two
/* three */ , 3

SELECT/*c*/1/*c*/AS/*c*/a

select 1 As A, 2 aS "B" , 3 as c

	SELECT	1

SELECT 1   ;

-- params: 1|2|3|4|5|6|7|8|9|10|11
SELECT $1::int + $11::int, $10, $2 || $3

-- params: x
SELECT $1 || $1, $1 = $1, length($1)

-- params: 5|5
SELECT $1::int = $2::bigint, $1 + $2

-- params: {a,NULL,"c d"}
SELECT unnest($1::text[]) AS u ORDER BY u NULLS FIRST

-- params: (s,z,4)
SELECT ($1::address).floor, $1::address

-- params: \x00ff|t|1.50|[1,5)
SELECT $1::bytea, $2::bool, $3::numeric, $4::int4range

-- params: 1
SELECT CASE $1 WHEN 1 THEN 'one' ELSE 'other' END

-- params: 2026-01-01 00:00:00+00
SELECT $1::timestamptz AT TIME ZONE 'UTC', $1::text

-- params: NULL|NULL
SELECT COALESCE($1, $2, 'none'), $1 IS NULL
