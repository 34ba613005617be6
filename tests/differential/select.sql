-- schema: shop

-- The SELECT list, FROM, WHERE and names of columns.

SELECT 1

SELECT

SELECT FROM customer

SELECT WHERE true

SELECT WHERE false

SELECT *

SELECT * FROM customer

SELECT customer.* FROM customer

SELECT c.* FROM customer c

SELECT c.*, c.id FROM customer AS c

SELECT *, id FROM customer

SELECT id, *, id FROM customer WHERE vip

-- open: another error: 42P01 missing FROM-clause entry for table "customer"
SELECT customer.id, c.name FROM customer c

SELECT public.customer.id FROM customer

SELECT public.customer.* FROM public.customer

SELECT id AS "id", name AS "Name", email AS e FROM customer ORDER BY "Name"

SELECT id i, name n FROM customer

SELECT ALL id FROM customer

SELECT DISTINCT vip FROM customer

SELECT DISTINCT vip, currency FROM customer ORDER BY vip, currency

SELECT DISTINCT ON (vip) vip, name FROM customer ORDER BY vip, name DESC

SELECT DISTINCT ON (vip, currency) name FROM customer ORDER BY vip, currency, id

SELECT DISTINCT ON (vip) name FROM customer ORDER BY name

SELECT DISTINCT name FROM customer ORDER BY id

SELECT count(*), 'a', 1.5, NULL, true, current_date = current_date FROM customer

SELECT id + 1, id || 'x', -id, NOT vip, id IS NULL, id::text, CAST(id AS bigint), upper(name), tags[1] FROM customer

SELECT CASE WHEN vip THEN 'v' END, COALESCE(email, '-'), NULLIF(id, 1), GREATEST(id, 3), LEAST(id, 3), ARRAY[id], ROW(id, name), (SELECT 1), EXISTS (SELECT 1), (home).street FROM customer

SELECT CASE WHEN vip THEN name ELSE email END, CASE id WHEN 1 THEN 'one' ELSE currency END FROM customer

SELECT ARRAY(SELECT no FROM orders ORDER BY no), (SELECT count(*) FROM orders), (SELECT no AS nn FROM orders ORDER BY no LIMIT 1)

SELECT extract(year FROM born), date_part('year', born), born::timestamp, born AT TIME ZONE 'UTC' FROM customer

SELECT CURRENT_DATE IS NULL, current_timestamp IS NULL, LOCALTIME IS NULL, localtimestamp(0) IS NULL, current_time(1) IS NULL

SELECT current_user = session_user

SELECT current_role IS NOT NULL

SELECT current_schema

SELECT current_schema()

SELECT user IS NULL

SELECT "name" FROM "customer" WHERE "customer"."id" = 1

SELECT NAME, Id FROM CUSTOMER WHERE ID = 2

SELECT name AS select FROM customer WHERE id = 1

SELECT name AS from FROM customer WHERE id = 1

SELECT name from, id FROM customer

SELECT id AS "a.b", id AS "", 1 FROM customer

SELECT id AS "a.b", id AS " " FROM customer

SELECT id AS année, name AS "名前" FROM customer WHERE id = 1

SELECT count(*) FROM customer, orders

SELECT count(*) FROM customer c, orders o WHERE c.id = o.customer_id

SELECT o.no, c.name FROM customer c, orders o, item i WHERE c.id = o.customer_id AND i.order_no = o.no AND i.qty > 5 ORDER BY o.no, i.product_id

SELECT c1.name, c2.name FROM customer c1, customer c2 WHERE c1.born = c2.born AND c1.id < c2.id

SELECT name FROM customer WHERE id = 1 OR id = 2 AND vip

SELECT name FROM customer WHERE (id = 1 OR id = 2) AND vip

SELECT name FROM customer WHERE NOT id = 1 AND NOT (vip OR id > 3)

SELECT name FROM customer WHERE vip

SELECT name FROM customer WHERE NOT vip

SELECT name FROM customer WHERE vip IS TRUE AND (email IS NULL) IS NOT UNKNOWN

SELECT name FROM customer WHERE vip = 't'

SELECT name FROM customer WHERE vip = 'yes' OR id IN (1, 2, 3)

SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders)

SELECT name FROM customer WHERE email IS NULL

SELECT name FROM customer WHERE email ISNULL

SELECT name FROM customer WHERE email NOTNULL AND mood = 'happy'

SELECT name FROM customer WHERE mood > 'sad' ORDER BY mood, name

SELECT name FROM customer WHERE mood IS DISTINCT FROM 'happy'

SELECT name, home FROM customer WHERE (home).floor > 0

SELECT (home).street, (home).zip, (c.home).floor FROM customer c WHERE home IS NOT NULL

SELECT (c.home).* FROM customer c

SELECT name FROM customer WHERE tags @> '{a}'

SELECT name FROM customer WHERE 'a' = ANY (tags) AND tags[1] = 'a'

SELECT name FROM customer WHERE profile ? 'pets' AND profile -> 'langs' @> '"en"'

SELECT name, profile ->> 'age', profile #>> '{pets,cat}', profile['langs'][0] FROM customer

SELECT name FROM customer WHERE born = '1990-12-10'

SELECT name FROM customer WHERE born BETWEEN '1980-01-01' AND '1990-12-31'

SELECT name FROM customer WHERE born NOT BETWEEN SYMMETRIC '1990-12-31' AND '1980-01-01'

SELECT name FROM customer WHERE name LIKE '%e%' OR name ILIKE 'A%'

SELECT name FROM customer WHERE name LIKE 'D_''s'

SELECT name FROM customer WHERE name NOT LIKE '%\_%' ESCAPE '\'

SELECT name FROM customer WHERE name = 'Dé''s'

SELECT name FROM customer WHERE name COLLATE "C" > 'a'

SELECT name FROM customer WHERE lower(name) = 'ada'

SELECT * FROM currency

SELECT c.name, x.name, x.rate FROM customer c JOIN currency x ON x.code = c.currency ORDER BY c.id

SELECT * FROM vips ORDER BY id

SELECT * FROM order_total ORDER BY no

SELECT * FROM "Staff List" ORDER BY who

SELECT "Boss Name", count(*) FROM "Staff List" GROUP BY "Boss Name" ORDER BY 1

SELECT v.name, t.no FROM vips v JOIN order_total t ON t.customer_id = v.id WHERE t.total > 1 ORDER BY t.no

SELECT * FROM "Odd Table" ORDER BY "Select"

SELECT "Select", "a b", "ünïcode", "quote""d", "user", user IS NULL FROM "Odd Table" WHERE "Select" = 1

SELECT a_very_long_column_name_that_has_exactly_sixty_three_characters FROM "Odd Table"

SELECT a_very_long_column_name_that_has_exactly_sixty_three_characters_and_more FROM "Odd Table"

SELECT * FROM empty

SELECT count(*), sum(a), max(b) FROM empty

SELECT id, b, i2, i4, i8, n, n2, f4, f8 FROM every

SELECT id, t, vc, c, ch, nm, by FROM every

SELECT id, d, ti, titz, ts, tstz, iv, ivd FROM every

SELECT id, u, j, jb, ip, net, mac, b4, vb FROM every

SELECT id, pt, bx, tv, tq, r4, rn, rts, rd, mr, m, o FROM every

SELECT id, ai, at, am, an, mo, pos FROM every

SELECT * FROM every ORDER BY id

-- params: 1
SELECT name FROM customer WHERE id = $1

-- params: 1|Ada
SELECT name, $2 FROM customer WHERE id = $1 AND name = $2

-- params: NULL
SELECT $1::int, $1 IS NULL

-- params: 2|3
SELECT name FROM customer WHERE id BETWEEN $1 AND $2 ORDER BY id

-- params: {1,2}
SELECT name FROM customer WHERE id = ANY ($1) ORDER BY id

-- params: ada%
SELECT name FROM customer WHERE name ILIKE $1

-- params: 2|1
SELECT id FROM customer ORDER BY id LIMIT $1 OFFSET $2

-- params: happy
SELECT name FROM customer WHERE mood = $1

-- params: x
SELECT $1

-- params: 1|x
SELECT $2::text, $1::int + 1

-- params: 5
SELECT $1 + 1, $1 * 2.5

-- params: 1
SELECT name FROM customer WHERE id = $2

-- params: x
SELECT name FROM customer WHERE id = $1

-- params: 1|2
SELECT name FROM customer WHERE id = $1

-- params: 2026-01-01
SELECT no FROM orders WHERE placed > $1 AND due IS NOT NULL ORDER BY no

-- params: {"a": 1}
SELECT $1::jsonb -> 'a', $1::jsonb ? 'a'
