-- schema: shop

-- Names: quoted, folded, Unicode, keywords, limits, whole rows, system columns, and search paths.

SELECT "id", "name" FROM "customer" WHERE "id" = 1

SELECT ID, NAME FROM CUSTOMER WHERE Id = 1

SELECT "ID" FROM customer

SELECT "Name" FROM customer

SELECT * FROM "Customer"

SELECT * FROM "odd table"

SELECT * FROM odd table

SELECT "Odd Table"."Select", "Odd Table".* FROM "Odd Table" WHERE "Odd Table"."Select" = 1

SELECT o."a b", o."quote""d", o."ünïcode" FROM "Odd Table" o ORDER BY o."Select"

SELECT Ünïcode FROM "Odd Table"

SELECT ünïcode FROM "Odd Table" ORDER BY 1

SELECT "quote'd" FROM "Odd Table"

SELECT "Select" AS "quote""d", "a b" AS "x y" FROM "Odd Table" ORDER BY "quote""d"

SELECT "a b" || "user" FROM "Odd Table" ORDER BY "Select"

SELECT "user", user = current_user FROM "Odd Table" ORDER BY "Select"

SELECT public."Odd Table"."Select" FROM public."Odd Table" ORDER BY 1

SELECT "public"."customer"."id" FROM "public"."customer" ORDER BY 1

-- open: PostgreSQL 16 and later say it in a detail
SELECT other.customer.id FROM customer

SELECT * FROM other.customer

-- open: another error: 0A000 a relation name of more than two parts is not supported by orgfold
SELECT * FROM acme.public.customer

SELECT * FROM pg_temp.customer

SELECT customer.public.id FROM customer

SELECT c.public.id FROM customer c

SELECT id AS select, name AS from FROM customer WHERE id = 1

SELECT id AS "select", name AS "from" FROM customer WHERE id = 1

SELECT id AS user FROM customer WHERE id = 1

SELECT id value, name type, email text, vip year, born date, mood day FROM customer WHERE id = 1

SELECT id AS value, name AS zone, email AS "order" FROM customer value WHERE value.id = 1

SELECT id int FROM customer WHERE id = 1

SELECT id over, name filter FROM customer WHERE id = 1

SELECT 1 AS limit, 2 AS offset, 3 AS union, 4 AS where

SELECT 1 year, 2 month, 3 second, 4 char

SELECT 1 AS char, 2 AS character, 3 AS precision, 4 AS within

SELECT 1 isnull

SELECT 2 notnull

-- open: refused: 42601 syntax error at end of input
SELECT 3 ilike

SELECT t.key, t.value, t.name, t.type FROM (SELECT 1 AS key, 2 AS value, 3 AS name, 4 AS type) t

SELECT t.select FROM (SELECT 1 AS "select") t

SELECT t.order, t.user FROM (SELECT 1 AS "order", 2 AS "user") t

SELECT order FROM (SELECT 1 AS "order") t

SELECT key, value FROM (VALUES (1, 2)) t(key, value)

SELECT text, date, time, timestamp FROM (VALUES (1, 2, 3, 4)) v(text, date, time, timestamp)

SELECT interval FROM (SELECT 1 AS interval) t

SELECT int, float FROM (SELECT 1 AS int, 2 AS float) t

SELECT "time" FROM (SELECT 1 AS "time") t

SELECT row, array FROM (SELECT 1 AS "row", 2 AS "array") t

-- open: another error: 42601 syntax error at or near "left"
SELECT left FROM (SELECT 1 AS "left", 2 AS "right") t

-- open: another error: 42601 syntax error at or near "right"
SELECT right FROM (SELECT 1 AS "left", 2 AS "right") t

SELECT t.left, t.right FROM (SELECT 1 AS "left", 2 AS "right") t

SELECT values, exists FROM (SELECT 1 AS values, 2 AS exists) t

SELECT "a_very_long_column_name_that_has_exactly_sixty_three_characters" FROM "Odd Table" ORDER BY 1

SELECT 1 AS a_very_long_alias_that_has_more_than_sixty_three_characters_in_all_of_it

SELECT 1 AS "ünïcödé_names_are_cut_at_bytes_not_at_characters_and_this_is_longer_than_that"

SELECT x.a_very_long_alias_that_has_more_than_sixty_three_characters_in_all_of_it FROM (SELECT 1 AS a_very_long_alias_that_has_more_than_sixty_three_characters_in_all_of_it) x

SELECT 1 AS "a""b", 2 AS "a.b", 3 AS "ä", 4 AS "	tab", 5 AS "$1"

SELECT 1 AS $x

SELECT 1 AS a$b, 2 AS _a, 3 AS é

SELECT "" FROM customer

SELECT U&"n\0061me" FROM customer WHERE id = 1

SELECT U&"n!0061me" UESCAPE '!' FROM customer WHERE id = 1

SELECT c FROM customer c ORDER BY id

SELECT customer FROM customer ORDER BY id

SELECT (c).name, (c).id FROM customer c ORDER BY id

SELECT (c).* FROM customer c ORDER BY id

SELECT (customer).name FROM customer ORDER BY 1

SELECT c.*::text FROM customer c

SELECT c::text FROM customer c ORDER BY id

SELECT c IS NULL, c IS NOT NULL, c.home IS NULL FROM customer c ORDER BY id

SELECT c = c FROM currency c ORDER BY code

SELECT e = e, e < e FROM empty e

SELECT count(c), count(c.*), count(DISTINCT c.vip) FROM customer c

SELECT count(DISTINCT e) FROM employee e

SELECT ROW(c.*) FROM currency c ORDER BY code

SELECT ROW(c.*, 1) FROM currency c ORDER BY code

SELECT ROW(c.id, c.name)::text, (c.id, c.name) FROM customer c ORDER BY id

-- simple only: in binary it is an oid
SELECT pg_typeof(c) FROM customer c LIMIT 1

SELECT coalesce(c, c) FROM currency c ORDER BY code

SELECT CASE WHEN true THEN c END FROM currency c ORDER BY code

SELECT ARRAY(SELECT c FROM currency c ORDER BY code)

SELECT array_agg(c ORDER BY code) FROM currency c

SELECT (array_agg(c ORDER BY id))[1] FROM customer c

SELECT ((array_agg(c ORDER BY id))[1]).name FROM customer c

SELECT (SELECT c FROM currency c ORDER BY code LIMIT 1)

SELECT x.c, (x.c).name FROM (SELECT c FROM customer c WHERE id = 1) x

SELECT o, c FROM orders o JOIN customer c ON c.id = o.customer_id ORDER BY o.no

SELECT o.*, c.name FROM orders o LEFT JOIN customer c ON c.id = o.no ORDER BY o.no

SELECT c FROM orders o LEFT JOIN customer c ON c.id = o.no + 3 ORDER BY o.no

SELECT to_jsonb(v) FROM vips v ORDER BY id

SELECT v FROM vips v ORDER BY id

SELECT s FROM "Staff List" s ORDER BY who

-- open: refused: 42883 function pg_catalog.name(record) does not exist
SELECT name(c) FROM customer c

SELECT upper(c.name), c.upper FROM customer c

SELECT c.text FROM customer c

-- open: another error: 42703 column "text" not found in data type customer
SELECT (c).text FROM customer c

SELECT (home).street, home.street FROM customer

SELECT (customer.home).zip FROM customer ORDER BY 1

SELECT customer.home.zip FROM customer

SELECT (public.customer.home).zip FROM customer

SELECT ((c).home).floor FROM customer c ORDER BY 1

-- open: another error: 42501 permission denied for field "nope"
SELECT (home).nope FROM customer

SELECT (id).x FROM customer

SELECT (ROW(1, 2)).f1

SELECT (ROW(1, 2)::address).street

SELECT (ROW('a', 'b', 3)::address).*

-- open: another error: 42501 permission denied for function address
SELECT address(ROW('a', 'b', 3))

SELECT NULL::customer

SELECT NULL::currency

SELECT ROW('EUR', 'x', 2, 1)::currency

SELECT (NULL::customer).name

SELECT '(1,x)'::empty

SELECT ('(1,x)'::empty).b

-- open: refused: 0A000 system column "tableoid" is not supported by orgfold
SELECT tableoid IS NOT NULL FROM customer WHERE id = 3

SELECT ctid IS NOT NULL FROM customer WHERE id = 3

SELECT xmin IS NOT NULL FROM customer WHERE id = 3

SELECT xmax = 0 FROM customer WHERE id = 3

SELECT cmin IS NOT NULL FROM customer WHERE id = 3

SELECT c.ctid = c.ctid FROM customer c WHERE id = 3

-- open: refused: 0A000 system column "tableoid" is not supported by orgfold
SELECT c.tableoid = c.tableoid FROM customer c WHERE id = 3

-- open: refused: 0A000 system column "tableoid" is not supported by orgfold
SELECT tableoid::regclass FROM customer LIMIT 1

-- open: refused: 0A000 system column "tableoid" is not supported by orgfold
SELECT tableoid::regclass::text FROM customer GROUP BY tableoid

-- open: refused: 0A000 system column "tableoid" is not supported by orgfold
SELECT count(*) FROM customer GROUP BY tableoid

SELECT ctid FROM currency ORDER BY code LIMIT 1

SELECT oid FROM customer

SELECT org_id FROM customer

SELECT c.org_id FROM customer c

SELECT "org_id" FROM customer

SELECT * FROM customer WHERE org_id = 1

SELECT 1 AS org_id

SELECT org_id FROM (SELECT 5 AS org_id) x

INSERT INTO customer (org_id, id, name) VALUES (1, 98, 'x')

UPDATE customer SET org_id = 2

DELETE FROM customer WHERE org_id = 1

SELECT customer_p00.id FROM customer_p00

SELECT * FROM customer_p00

SELECT * FROM orgfold.catalog

SELECT nope FROM customer

SELECT 'ö' FROM customer

SELECT x.y FROM customer

SELECT 'öäü' FROM customer

SELECT nope FROM customer

SELECT 'öäü😀' || name FROM customer

SELECT (SELECT nöpe) FROM customer

SELECT "nö pe" FROM customer

-- open: another error: 42703 column c.nope does not exist
SELECT c.nope FROM customer c

SELECT c.also FROM customer c

SELECT d.name FROM customer c

SELECT nam FROM customer

-- open: another error: 42703 column c.nme does not exist
SELECT c.nme FROM customer c

SELECT employees.name FROM employee

SELECT * FROM custmer

SELECT name FROM customer, employee

SELECT customer.name, name FROM customer, employee

SELECT id FROM customer JOIN employee USING (id) ORDER BY id

SELECT customer.id, employee.id FROM customer JOIN employee USING (id) ORDER BY 1

SELECT NULL::customer, '(7,Ada,,,,)'::currency IS NULL

SELECT count(c), count(*) FROM orders o LEFT JOIN customer c ON c.id = o.no + 3

-- simple only: in binary it is an oid
SELECT c IS NULL, pg_typeof(c), c FROM orders o LEFT JOIN customer c ON c.id = o.no + 3 ORDER BY o.no

-- simple only: in binary it is an oid
SELECT pg_typeof(x.c), pg_typeof(ROW(1, 2)), pg_typeof(max((x.c).id)) FROM (SELECT c FROM customer c) x GROUP BY x.c LIMIT 1

SELECT c::text, (c).name, c = c, c <> ROW(c.*)::customer FROM customer c ORDER BY c

SELECT (jsonb_populate_record(NULL::customer, '{"id": 5, "name": "Eve"}')).name

SELECT name FROM jsonb_populate_recordset(NULL::customer, '[{"name": "x"}, {"name": "y"}]') ORDER BY 1

SELECT (jsonb_populate_record(c, '{"name": "changed"}')).* FROM customer c ORDER BY id

SELECT array_agg(c ORDER BY c.id) FROM customer c

SELECT ARRAY(SELECT c FROM customer c ORDER BY id)::customer[] IS NOT NULL

SELECT DISTINCT c FROM customer c ORDER BY c

SELECT c, count(*) FROM customer c GROUP BY c ORDER BY c

SELECT o.no, c FROM orders o FULL JOIN customer c ON c.id = o.customer_id ORDER BY o.no, c

-- simple only: in binary it is an oid
SELECT v, pg_typeof(v) FROM vips v ORDER BY v

-- simple only: in binary it is an oid
SELECT 'customer'::regtype, 'customer[]'::regtype, to_regtype('vips')

SELECT format_type(t.oid, NULL), t.typtype, t.typname, n.nspname, c.relname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid AND c.reltype = t.oid WHERE c.relname IN ('customer', 'vips', 'currency') ORDER BY 1

SELECT format_type(a.oid, NULL), a.typname, a.typtype, a.typcategory FROM pg_type a JOIN pg_type t ON t.oid = a.typelem WHERE t.typname = 'customer'

-- open: another error: 42501 permission denied for field "nope"
SELECT x.nope FROM (SELECT (c).nope FROM customer c) x

SELECT c + 1 FROM customer c

SELECT (SELECT count(*) FROM customer WHERE customer = 1) FROM (VALUES (1)) AS v (customer)

SELECT v.customer, (SELECT string_agg(customer::text, ',') FROM customer WHERE id < 3) FROM (VALUES (7)) AS v (customer)

SELECT (SELECT count(*) FROM customer c WHERE c IS NOT NULL AND customer = 7) FROM (VALUES (7), (8)) AS v (customer)

SELECT (SELECT min(customer::text) FROM customer WHERE EXISTS (SELECT 1 FROM product WHERE product.id = customer.id)) FROM (VALUES (1)) AS v (x)

UPDATE invoice SET note = (SELECT min(name) FROM customer WHERE customer = customer.id) WHERE id = 1

SELECT x.customer FROM (VALUES (1)) AS x (customer), LATERAL (SELECT count(customer) FROM customer) AS y

SELECT x.customer FROM (VALUES (1)) AS x (y), LATERAL (SELECT count(customer) FROM customer) AS z
