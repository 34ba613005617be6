-- schema: shop

-- Operators, precedence, comparison, conditionals, casts.

SELECT 1 + 2 * 3 - 4 / 2 % 3, (1 + 2) * 3, -2 ^ 2, (-2) ^ 2, 2 ^ 3 ^ 2, 2 ^ -1

SELECT 7 / 2, -7 / 2, 7 % -2, -7 % 2, 7.0 / 2, 7 / 2.0, 7 / 2::float8, 1 / 3::numeric

SELECT 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, -16 >> 2, 5 & 3 | 8 # 1

SELECT |/ 25, ||/ 27, @ -5, @ -5.5 + 1, - - 5, + 5, -(-5)

SELECT 1 = 1, 1 <> 2, 1 != 2, 1 < 2, 1 <= 2, 1 > 2, 1 >= 2

SELECT 1 < 2 AND 2 < 3, 1 < 2 OR 1 / 1 = 2, NOT 1 < 2, NOT NOT true

SELECT true AND NULL, false AND NULL, true OR NULL, false OR NULL, NOT NULL::boolean

SELECT NULL = NULL, NULL <> NULL, NULL IS NULL, NULL IS NOT NULL, 1 IS NOT NULL, NULL IS DISTINCT FROM NULL, 1 IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1

SELECT true IS TRUE, NULL::boolean IS TRUE, NULL::boolean IS NOT TRUE, false IS FALSE, NULL::boolean IS UNKNOWN, true IS NOT UNKNOWN, false IS NOT FALSE

SELECT 1 < 2 = true, (1 < 2) = (2 < 3), 1 = 1 IS TRUE, 1 IS NULL = false

SELECT 'a' || 'b' || 1, 1 || 'a', 'x' || NULL, 'a' || ARRAY['b'], ARRAY[1] || 2, ARRAY[1] || ARRAY[2, 3]

SELECT 2 BETWEEN 1 AND 3, 2 NOT BETWEEN 1 AND 3, 2 BETWEEN 3 AND 1, NULL BETWEEN 1 AND 2

SELECT 2 BETWEEN SYMMETRIC 3 AND 1

SELECT 5 NOT BETWEEN SYMMETRIC 3 AND 1

SELECT 2 BETWEEN ASYMMETRIC 1 AND 3

SELECT 1 BETWEEN 0 AND 2 AND true, 1 + 1 BETWEEN 1 + 0 AND 1 * 3 OR false

SELECT 1 IN (1, 2), 3 IN (1, NULL), 3 NOT IN (1, 2), 3 NOT IN (1, NULL), NULL IN (1), 'a' IN ('a'), (1, 2) IN ((1, 2), (3, 4))

SELECT 1 = ANY (ARRAY[1, 2])

SELECT 1 <> ALL ('{2,3}')

SELECT 1 < SOME (ARRAY[0, 5])

SELECT 'a' LIKE ANY (ARRAY['a%', 'b'])

SELECT 'a' NOT LIKE ALL (ARRAY['b'])

SELECT 'B' ILIKE ANY ('{b}')

SELECT 1 = ANY (SELECT customer_id FROM orders), 9 > ALL (SELECT no FROM orders), 3 <= SOME (SELECT id FROM product)

SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'a%c' LIKE 'a\%c', 'a%c' LIKE 'a#%c' ESCAPE '#', 'abc' NOT LIKE 'A%', 'abc' ILIKE 'A%', 'a\c' LIKE 'a\c' ESCAPE ''

SELECT 'abc' ~~ 'a%', 'abc' !~~ 'a%', 'abc' ~~* 'A%', 'abc' !~~* 'A%', 'abc' ~ 'b', 'abc' ~* 'B', 'abc' !~ 'b', 'abc' !~* 'x'

SELECT 'abc' SIMILAR TO 'a(b|c)+', 'abc' NOT SIMILAR TO '%x%', 'a_c' SIMILAR TO 'a#_c' ESCAPE '#'

SELECT 'abc' ^@ 'ab', 'a' < 'b', 'a' COLLATE "C" < 'B' COLLATE "C", 'a' < 'B' COLLATE "C"

SELECT 'a' COLLATE "C" || 'b' COLLATE "POSIX"

SELECT 'a' COLLATE nosuch

SELECT OPERATOR(pg_catalog.-) 5

SELECT 5 OPERATOR(pg_catalog.+) 6, 2 OPERATOR(pg_catalog.*) 3 + 1

SELECT CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END, CASE WHEN false THEN 1 END, CASE WHEN true THEN 1 ELSE 1 / 0 END

SELECT CASE id WHEN 1 THEN 'one' WHEN 2 THEN CASE WHEN vip THEN 'v' ELSE 'n' END END AS c FROM customer ORDER BY id

SELECT CASE WHEN 1 THEN 2 END

SELECT CASE 1 WHEN 'a' THEN 2 END

SELECT CASE WHEN true THEN 1 ELSE 'x' END

SELECT COALESCE(NULL, NULL, 3), COALESCE(NULL::text, 'x'), NULLIF(1, 1), NULLIF('a', 'b'), GREATEST(1, NULL, 3), LEAST('b', 'a'), GREATEST(1, 2.5)

SELECT COALESCE(1, 'x')

SELECT COALESCE()

SELECT NULLIF(1)

SELECT GREATEST(1, 'a'), 1

SELECT 1::text, '1'::int + 1, 1.5::int, 2.5::int, -1.5::int, -(1.5::int), 'true'::boolean, 't'::bool, 1::boolean, 0::bool

SELECT CAST('1' AS integer), CAST(1 AS text), CAST(NULL AS date), CAST('2026-01-01' AS timestamp with time zone) IS NULL, CAST(1.55 AS numeric(3, 1)), CAST('abc' AS char(2)), CAST('abc' AS varchar(2)), CAST('abc' AS character varying)

SELECT CAST(ROW('s', 'z', 1) AS address), ROW('s', 'z', 1)::address, (ROW('s', 'z', 1)::address).zip, '(s,z,1)'::address, CAST('happy' AS mood), 'AB-1'::sku, 5::positive

SELECT 'bad'::sku

SELECT 0::positive

SELECT 'angry'::mood

SELECT 'x'::int

-- open: another error: 42704 type "nosuch" does not exist, or is not allowed
SELECT 'x'::nosuch

-- open: another error: 42704 type "nosuch.type" does not exist, or is not allowed
SELECT CAST('x' AS nosuch.type)

SELECT 1::date

SELECT ('{"a": 1}'::jsonb -> 'a')::int, ('{"a": "x"}'::jsonb ->> 'a')::text, ('1'::json)::text::int

SELECT int4 '5', float8 '1.5', text 'x', date '2026-01-01', numeric '1.50', bool 'yes', varchar(2) 'abc', interval '1 day', timestamp '2026-01-01 10:00', timestamptz '2026-01-01 10:00+00', time '10:00', uuid '6fa459ea-ee8a-3ca4-894e-db77e160355e'

SELECT int4('5')

SELECT text(5)

SELECT float8(1)

SELECT numeric(5)

SELECT date('2026-01-01')

SELECT varchar('abc')

SELECT bool(1)

SELECT char(65)

SELECT "char"(65)

SELECT name('x')

-- open: refused: 42501 permission denied for function regclass
SELECT regclass('customer') IS NULL

SELECT pg_catalog.int4 '5'

SELECT '5'::pg_catalog.int4

SELECT CAST('5' AS pg_catalog.int8)

SELECT ROW(1, 2), ROW(1), ROW(), (1, 2), (1, 'a', NULL)

SELECT ROW(1, 2) = (1, 2), (1, 2) < (1, 3), (1, NULL) = (1, NULL), (1, 2) <> (1, 3), (1, NULL) IS NULL, ROW(NULL, NULL) IS NULL, (NULL, NULL) IS NOT NULL, (1, 2) IS DISTINCT FROM (1, 2)

SELECT (1, 2) = (1, 2, 3)

SELECT ROW(1, 2) *= ROW(1, 2), ROW(1, 2) *< ROW(1, 3)

SELECT (2, 3) OVERLAPS (1, 5)

SELECT (date '2026-01-01', date '2026-02-01') OVERLAPS (date '2026-01-15', interval '1 month'), (time '10:00', time '11:00') OVERLAPS (time '11:00', time '12:00')

SELECT ARRAY[1, 2, 3][2]

SELECT ('{a,b}'::text[])[1]

SELECT ARRAY[[1, 2], [3, 4]][2][1]

SELECT ARRAY[1, 2, 3, 4][2:3]

SELECT ARRAY[1, 2, 3][:2]

SELECT ARRAY[1, 2, 3][2:]

SELECT ARRAY[1, 2][:]

SELECT ARRAY[[1, 2], [3, 4]][1:2][2:2]

SELECT (ARRAY[1, 2, 3])[1 + 1], (ARRAY(SELECT id FROM product ORDER BY id))[2], (string_to_array('a,b', ','))[2]

SELECT ARRAY[]::int[], ARRAY[NULL, 1], ARRAY[]::text[] || 'a', ARRAY[1, 2.5], ARRAY['a', NULL]::text[], ARRAY[ARRAY[1]], ARRAY[[]]::int[]

SELECT ARRAY[]

SELECT ARRAY[1, 'x']

SELECT ARRAY[1, 2] @> ARRAY[1], ARRAY[1] <@ ARRAY[1, 2], ARRAY[1, 2] && ARRAY[2, 3], ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, 2] < ARRAY[1, 3], '{1,2}'::int[] <> '{1}'

SELECT '{"a": {"b": [1, 2]}}'::jsonb #> '{a,b}', '{"a": {"b": [1, 2]}}'::jsonb #>> '{a,b,0}', '[1, 2]'::jsonb - 0, '{"a": 1}'::jsonb - 'a', '{"a": 1, "b": 2}'::jsonb - '{a,b}'::text[], '{"a": {"b": 1}}'::jsonb #- '{a,b}'

SELECT '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb ?| ARRAY['x', 'a'], '["a", "b"]'::jsonb ?& ARRAY['a', 'b'], '{"a": 1}'::jsonb @> '{}', '1'::jsonb <@ '[1]', '{"a": 2}'::jsonb @? '$.a', '{"a": 2}'::jsonb @@ '$.a > 1'

SELECT int4range(1, 5) @> 3, int4range(1, 5) @> int4range(2, 3), int4range(1, 5) && int4range(5, 6), int4range(1, 5) -|- int4range(5, 6), int4range(1, 5) + int4range(5, 7), int4range(1, 5) * int4range(3, 7), int4range(1, 5) - int4range(3, 7), int4range(1, 2) << int4range(3, 4), int4range(1, 5) &< int4range(3, 7)

SELECT date '2026-03-01' - 1, date '2026-03-01' - date '2026-02-01', date '2026-01-31' + interval '1 month', timestamp '2026-01-01' - timestamp '2025-12-31 12:00', interval '1 day' * 2.5, interval '1 day' / 2, -interval '1 day 2 hours', time '10:00' + interval '15 hours', date '2026-01-01' + time '10:00'

SELECT timestamp '2026-01-01 10:00' AT TIME ZONE 'Europe/Berlin', timestamptz '2026-01-01 10:00+00' AT TIME ZONE 'Asia/Tokyo', timestamptz '2026-01-01 10:00+00' AT TIME ZONE INTERVAL '-02:00', time with time zone '10:00+02' AT TIME ZONE 'UTC'

SELECT inet '192.168.1.5' << inet '192.168.1.0/24'

SELECT inet '10.0.0.1' + 5

SELECT inet '10.0.0.10' - inet '10.0.0.1'

SELECT cidr '10.0.0.0/8' >>= inet '10.1.1.1'

SELECT ~ inet '0.0.0.0'

SELECT inet '10.0.0.1' && inet '10.0.0.0/30'

SELECT point '(1,2)' + point '(1,1)', point '(0,0)' <-> point '(3,4)', box '((0,0),(2,2))' @> point '(1,1)', circle '((0,0),2)' @> point '(1,1)', # path '((0,0),(1,1))', @-@ lseg '[(0,0),(3,4)]', @@ circle '((1,2),3)', lseg '[(0,0),(1,1)]' ?# lseg '[(0,1),(1,0)]', ?- lseg '[(0,0),(1,0)]', point '(1,2)' ~= point '(1,2)'

SELECT B'1010' & B'0110', B'1010' | B'0110', B'1010' # B'0110', ~ B'1010', B'1010' << 1, B'10' || B'01'

SELECT 'fat cat'::tsvector @@ 'cat'::tsquery

SELECT 'a & b'::tsquery && 'c'::tsquery

SELECT 'a'::tsquery || 'b'

SELECT !! 'a'::tsquery

SELECT 'a'::tsquery <-> 'b'

SELECT 'a:1'::tsvector || 'b:1'::tsvector

SELECT 'a & b'::tsquery @> 'a'

SELECT '\x01ff'::bytea || '\x00'

SELECT '\x01' < '\x02'::bytea

SELECT money '1.50' * 2

SELECT money '10' / money '4'

SELECT -money '5'

SELECT 1 + , 2

SELECT 1 +

SELECT (1 + 2

SELECT 1 + 2)

SELECT 1 == 1

SELECT 1 => 2

SELECT 1 ==> 2

SELECT a, 'ü' || nope FROM empty

SELECT 1 + 'a'

SELECT 1 + true

SELECT 'a' + 'b'

SELECT 'a'::text + 1

SELECT -'a'::text

SELECT name + 1 FROM customer

SELECT id || name || vip FROM customer ORDER BY id

SELECT mood = 'nope' FROM customer

SELECT mood || '' FROM customer ORDER BY id

SELECT mood::text || '!' FROM customer WHERE mood = 'happy'::mood

SELECT id = name FROM customer

SELECT 1 / 0

SELECT 1 % 0

SELECT 2147483647 + 1

SELECT 2147483648 + 1, 9223372036854775807 + 0, 9223372036854775808

SELECT 9223372036854775807 + 1

SELECT 1e400::float8

SELECT 1e10, 1.e1, .5e-1, 0.1 + 0.2, 1e-10, 123456789012345678901234567890

SELECT 10_000

SELECT 0x1F

SELECT 1a

SELECT 'NaN'::float8 = 'NaN', 'inf'::float8 - 'inf', 'NaN'::numeric > 1e100, 'Infinity'::numeric, '-0'::float8

SELECT x.a + x.b FROM (SELECT 1 AS a, 2 AS b) x

SELECT (x).a, x FROM (SELECT 1 AS a, 2 AS b) x

SELECT (SELECT 1) + (SELECT 2)

SELECT (SELECT (SELECT 3))

SELECT -(SELECT 5)

SELECT NOT (SELECT true)

SELECT (VALUES (4))

SELECT (SELECT 1, 2)

SELECT (SELECT id FROM customer)

SELECT EXISTS (SELECT FROM customer WHERE id > 100), NOT EXISTS (SELECT 1), ARRAY(VALUES (1), (2))

SELECT (1, 2) = (SELECT 1, 2), (1, 'a') IN (SELECT id, name FROM customer), ROW(1, 'Ada') = ANY (SELECT id, name FROM customer)

SELECT 1 ISNULL

SELECT 1 NOTNULL

SELECT NULL ISNULL

SELECT 1 IS OF (integer)

SELECT 'é' IS NORMALIZED, 'é' IS NFD NORMALIZED, 'x' IS NOT NFC NORMALIZED

SELECT 1 -- a comment
+ 2 /* another /* nested */ */ AS three

SELECT/**/1/**/+/**/1

SELECT 1+-1, 1- -1, 2*-3, 1!=-1

SELECT 1 @#@ 2

-- open: another error: 42601 syntax error at end of input
SELECT 3 ! 

SELECT 'a' 'b'

SELECT 'a'
'b' AS joined

SELECT true::int, 5::bit(8), 5::int8::int2, 40000::int2

SELECT ARRAY[id, boss] FROM employee ORDER BY ARRAY[id, boss]

SELECT ARRAY[boss, length(dept)], count(*) FROM employee GROUP BY ARRAY[boss, length(dept)] ORDER BY 1

SELECT ARRAY[boss, length(dept)] AS pair, count(*) FROM employee GROUP BY pair HAVING ARRAY[boss, length(dept)] <> '{1,3}' ORDER BY 1

SELECT ARRAY[min(id), max(id), count(*)], dept FROM employee GROUP BY dept ORDER BY dept

SELECT DISTINCT ARRAY[boss, 1] FROM employee ORDER BY ARRAY[boss, 1]

SELECT DISTINCT ON (ARRAY[boss, 0]) id, boss FROM employee ORDER BY ARRAY[boss, 0], id

SELECT id, rank() OVER (PARTITION BY ARRAY[dept, dept] ORDER BY ARRAY[salary, id]) FROM employee ORDER BY id

SELECT array_agg(ARRAY[id, boss] ORDER BY id) FILTER (WHERE id = ANY (ARRAY[boss + 1, id, 3])) FROM employee

SELECT ARRAY[first_value(id) OVER w, id] FROM employee WINDOW w AS (PARTITION BY dept ORDER BY id) ORDER BY 1

SELECT e.id, ARRAY[e, e] IS NULL, tags::varchar[], CAST(tags AS varchar(3)[]), (tags::text[])[1] FROM employee e JOIN customer c USING (id) ORDER BY 1

SELECT tags::text[], c.tags::varchar[], (tags)::text[] AS named, tags::text[] || '{z}', array_length(tags::text[], 1) FROM customer c ORDER BY id

SELECT id FROM customer WHERE 'a' ~ ANY (tags) OR 'b' LIKE ANY (ARRAY[name, tags[1]]) OR name ILIKE ALL (ARRAY['%a%', '%d%']) ORDER BY id

SELECT id, 'x' ~ ANY (tags), name ~ ANY ('{A,B}'), NOT name LIKE ALL (tags) FROM customer ORDER BY id

SELECT ARRAY[tags, tags], ARRAY[ARRAY[name], ARRAY[email]], ARRAY[[id, 1], [2, id]] FROM customer ORDER BY id

SELECT (SELECT max(x) FROM unnest(ARRAY[c.id, e.id, 3]) AS x) FROM customer c JOIN employee e USING (id) ORDER BY 1

WITH RECURSIVE up AS (SELECT id, boss, ARRAY[id, 0] AS path FROM employee WHERE id = 7 UNION ALL
  SELECT e.id, e.boss, path || ARRAY[e.id, e.boss] FROM up JOIN employee e ON e.id = up.boss) SELECT * FROM up ORDER BY path

UPDATE customer SET tags = ARRAY[name, email]::varchar[] WHERE ARRAY[id, id] = '{1,1}' RETURNING id, tags, ARRAY[tags, tags]

INSERT INTO customer AS c (id, name, tags) VALUES (1, 'new', '{n}') ON CONFLICT (id) DO UPDATE SET tags = ARRAY[c.name, excluded.name] WHERE ARRAY[c.id, excluded.id]::text[] <> '{}' RETURNING tags

SELECT ARRAY[id, nosuch] FROM customer

SELECT ARRAY[id, customer.name, 5] FROM customer

-- open: another error: 42803 subquery uses ungrouped column "employee.id" from outer query
SELECT dept, ARRAY[id, 1] FROM employee GROUP BY dept
