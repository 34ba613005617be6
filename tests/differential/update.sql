-- schema: shop

-- UPDATE and DELETE.

UPDATE customer SET vip = true WHERE id = 2

UPDATE customer SET name = name || '!' WHERE vip RETURNING id, name

UPDATE customer SET name = 'Ada', email = upper(email), born = born + 1 WHERE id = 1 RETURNING *

UPDATE customer SET email = NULL, mood = DEFAULT, vip = DEFAULT WHERE id = 4 RETURNING email, mood, vip

UPDATE customer SET id = id WHERE id = 1

UPDATE customer SET name = name WHERE false

UPDATE customer SET name = name WHERE false RETURNING name

UPDATE customer c SET name = c.name WHERE c.id = 1 RETURNING c.id

UPDATE customer AS c SET name = name WHERE c.id = 1 RETURNING c.*

-- open: another error: 42P01 missing FROM-clause entry for table "customer"
UPDATE customer c SET name = customer.name

-- open: PostgreSQL 17 and later add a hint
UPDATE customer c SET c.name = 'x'

UPDATE customer SET nope = 1

-- open: another error: 42703 column "nope" does not exist
UPDATE customer SET name = nope

-- open: another error: 42703 column "nope" does not exist
UPDATE customer SET name = 'x' WHERE nope = 1

UPDATE customer SET name = 'x', name = 'y'

UPDATE nowhere SET a = 1

UPDATE customer SET id = 'x'

UPDATE customer SET id = name

UPDATE customer SET name = 5 WHERE id = 99

UPDATE customer SET name = NULL WHERE id = 1

UPDATE customer SET id = 1 WHERE id = 3

UPDATE customer SET email = 'ada@example.com' WHERE id = 3

UPDATE customer SET email = 'BO@example.com' WHERE id = 2 RETURNING email

UPDATE customer SET currency = 'ZZZ' WHERE id = 1

UPDATE customer SET currency = 'USD' WHERE id = 1 RETURNING currency

UPDATE customer SET mood = 'angry'

UPDATE customer SET mood = 'ok'::mood, tags = tags || 'z' WHERE id = 5 RETURNING mood, tags

UPDATE customer SET tags[1] = 'first' WHERE id = 1 RETURNING tags

UPDATE customer SET tags[1:2] = ARRAY['x', 'y'] WHERE id = 1 RETURNING tags

UPDATE customer SET tags[5] = 'five' WHERE id = 5 RETURNING tags

UPDATE customer SET home.street = 'New St' WHERE id = 1 RETURNING home

UPDATE customer SET home.street = 'New St', home.floor = 9 WHERE id = 3 RETURNING home

UPDATE customer SET home = ROW('a', 'b', 1) WHERE id = 2 RETURNING home, (home).zip

UPDATE customer SET home = NULL WHERE id = 2 RETURNING home IS NULL

-- open: another error: 0A000 a qualified name as a column of SET is not supported by orgfold
UPDATE customer SET home.nope = 1

UPDATE customer SET profile['age'] = '36' WHERE id = 1 RETURNING profile

UPDATE customer SET profile = jsonb_set(profile, '{pets,dog}', '1') WHERE id = 1 RETURNING profile

UPDATE customer SET profile = profile - 'langs' || '{"new": true}' WHERE id = 2 RETURNING profile

UPDATE customer SET (name, vip) = ('Bob', false) WHERE id = 2 RETURNING name, vip

UPDATE customer SET (name, vip) = ROW('Bo', true) WHERE id = 2 RETURNING name, vip

UPDATE customer SET (name, email) = (SELECT 'sub', 'sub@x') WHERE id = 3 RETURNING name, email

UPDATE customer c SET (name, email) = (SELECT 'n' || count(*), NULL FROM orders o WHERE o.customer_id = c.id) WHERE id = 3 RETURNING name, email

UPDATE customer SET (name, email) = ('x') WHERE id = 3

UPDATE customer SET (name, vip) = (DEFAULT, DEFAULT) WHERE id = 99

UPDATE customer SET (name) = ('y') WHERE id = 3 RETURNING name

UPDATE customer SET (name) = ROW('yy') WHERE id = 3 RETURNING name

UPDATE customer SET name = (SELECT max(name) FROM product) WHERE id = 3 RETURNING name

UPDATE customer SET name = (SELECT name FROM product)

UPDATE customer SET name = CASE WHEN id = 3 THEN 'Cy' ELSE name END WHERE id IN (3, 4) RETURNING id, name

UPDATE customer SET vip = NOT vip WHERE id IN (SELECT customer_id FROM orders WHERE state = 'new') RETURNING id, vip

UPDATE orders SET note = c.name FROM customer c WHERE c.id = orders.customer_id AND c.id = 1 RETURNING no, note, c.name

UPDATE orders o SET note = c.name || o.no FROM customer c JOIN currency x ON x.code = c.currency WHERE c.id = o.customer_id RETURNING o.no, o.note, x.code

UPDATE orders o SET note = i.n FROM (SELECT order_no, count(*)::text AS n FROM item GROUP BY order_no) i WHERE i.order_no = o.no RETURNING o.no, o.note, i.*

UPDATE orders o SET note = 'lat' || l.q FROM customer c, LATERAL (SELECT c.id * 2 AS q) l WHERE c.id = o.customer_id AND o.no = 1 RETURNING note

UPDATE orders SET note = NULL FROM orders

UPDATE orders SET note = 'self' || b.no FROM orders b WHERE b.no = orders.no + 1 AND orders.no = 5 RETURNING orders.note

UPDATE orders o SET note = 'v' FROM vips v WHERE v.id = o.customer_id AND o.no = 4 RETURNING *

UPDATE orders o SET note = v.x FROM (VALUES (1, 'one'), (2, 'two')) v(n, x) WHERE v.n = o.no RETURNING o.no, o.note

UPDATE orders SET note = u FROM unnest(ARRAY['z']) u WHERE no = 6 RETURNING note, u

UPDATE orders SET no = no + 100 WHERE no = 5 RETURNING no

UPDATE orders SET no = no - 100 WHERE no = 105

UPDATE orders SET no = 2 WHERE no = 1

UPDATE orders SET customer_id = 99 WHERE no = 1

UPDATE customer SET id = 50 WHERE id = 1

SELECT no, customer_id FROM orders ORDER BY no

UPDATE customer SET id = 1 WHERE id = 50

UPDATE product SET id = 60 WHERE id = 1

UPDATE product SET price = -5 WHERE id = 1

UPDATE product SET sku = 'zz' WHERE id = 1

UPDATE product SET name = 'BOLT', price = price * 1.1 WHERE id = 1 RETURNING label, price

UPDATE product SET label = 'x' WHERE id = 1

UPDATE product SET label = DEFAULT WHERE id = 1 RETURNING label

UPDATE product SET price = DEFAULT, stock = DEFAULT, attrs = DEFAULT WHERE id = 4 RETURNING price, stock, attrs

UPDATE product SET stock = stock + 1, weight = weight * 2 RETURNING id, stock, weight

UPDATE product SET attrs['a']['b'] = '5' WHERE id = 5 RETURNING attrs

UPDATE product SET sizes[2] = 99, sizes[3] = 100 WHERE id = 2 RETURNING sizes

UPDATE product SET sizes[1] = 'x'

UPDATE product SET name = 'a name that is too long for thirty characters' WHERE id = 1

UPDATE item SET qty = 0 WHERE order_no = 1

UPDATE item SET qty = qty + 1 WHERE (order_no, product_id) = (1, 1) RETURNING qty, total

UPDATE item SET qty = qty * 2 WHERE (order_no, product_id) IN (SELECT no, 3 FROM orders) RETURNING order_no, qty

UPDATE item i SET price = p.price FROM product p JOIN orders o ON true WHERE p.id = i.product_id AND o.no = i.order_no AND o.state = 'new' RETURNING i.order_no, i.product_id, i.price, p.name

UPDATE node SET parent = 99 WHERE tree = 't' AND id = 4

UPDATE node SET parent = 3 WHERE tree = 't' AND id = 4 RETURNING *

UPDATE node SET id = id + 10 WHERE tree = 'u'

UPDATE employee SET salary = salary * 1.1, dept = upper(dept) WHERE boss = 2 RETURNING id, salary, dept

UPDATE employee e SET salary = b.salary FROM employee b WHERE e.boss = b.id AND e.salary IS NULL RETURNING e.id, e.salary, b.id

UPDATE stay SET nights = nights * daterange('2026-01-02', '2026-01-04') WHERE id = 1 RETURNING nights

UPDATE "Odd Table" SET "a b" = "quote""d", "ünïcode" = "ünïcode" + 1 WHERE "Select" = 1 RETURNING "a b", "ünïcode"

UPDATE "Odd Table" SET "Select" = 1 WHERE "Select" = 2

UPDATE every SET ai[2] = 5, am[1] = 'ok', t = 'é' WHERE id = 1 RETURNING ai, am, t

UPDATE every SET n2 = 1.23456, ts = '2026-01-01 00:00:00.12345', c = 'x', ivd = '3 days 1.5 sec', vb = B'11' WHERE id = 3 RETURNING n2, ts, c, ivd, vb

UPDATE every SET i2 = i4 WHERE id = 2

UPDATE every SET i4 = i8 WHERE id = 2

UPDATE every SET pos = pos - 5 WHERE id = 2

-- refused 42501
UPDATE currency SET name = 'x'

-- open: refused: 0A000 changing rows through the view "vips" is not supported by orgfold
UPDATE vips SET name = 'x'

UPDATE ticket SET id = 5

UPDATE ticket SET id = DEFAULT

UPDATE customer SET name = 'x' WHERE count(*) > 1

UPDATE customer SET name = max(name)

UPDATE customer SET name = 'x' RETURNING count(*)

UPDATE customer SET name = 'x' ORDER BY id

UPDATE customer SET

UPDATE customer name = 'x'

UPDATE customer SET name == 'x'

-- open: another error: 42703 column "nope" does not exist
UPDATE customer SET name = 'x' WHERE id = 99 RETURNING nope

UPDATE customer SET name = c.name FROM customer c WHERE c.id = customer.id AND c.id < 3

UPDATE customer SET name = 'x' FROM nowhere

UPDATE ONLY customer SET vip = vip WHERE id = 1 RETURNING id

UPDATE customer * SET vip = vip WHERE id = 1

-- params: 1|Ada Param
UPDATE customer SET name = $2 WHERE id = $1 RETURNING name

-- params: NULL|3
UPDATE customer SET email = $1 WHERE id = $2

-- params: x|3
UPDATE customer SET vip = $1 WHERE id = $2

-- params: t|3
UPDATE customer SET vip = $1, tags[1] = 'p' WHERE id = $2 RETURNING vip, tags

-- params: 3|p
UPDATE customer SET (name, mood) = ($2, DEFAULT) WHERE id = $1 RETURNING name, mood

DELETE FROM empty

INSERT INTO empty SELECT n, 'row ' || n FROM generate_series(1, 20) n

DELETE FROM empty WHERE a = 1

DELETE FROM empty WHERE a = 2 RETURNING *

DELETE FROM empty WHERE a = 3 RETURNING a + 1 AS next, b

DELETE FROM empty e WHERE e.a = 4 RETURNING e.b

DELETE FROM empty AS e WHERE a = 5 RETURNING e.*

DELETE FROM empty USING customer c WHERE c.id + 5 = a AND c.vip RETURNING a, c.name

DELETE FROM empty USING customer c JOIN orders o ON o.customer_id = c.id WHERE a = o.no + 10 RETURNING a, c.id

DELETE FROM empty USING empty f WHERE f.a = empty.a + 1 AND empty.a = 17 RETURNING empty.a, f.a

DELETE FROM empty USING (VALUES (18)) v(x) WHERE a = x RETURNING x

DELETE FROM empty WHERE a IN (SELECT a FROM empty ORDER BY a DESC LIMIT 1) RETURNING a

DELETE FROM empty WHERE EXISTS (SELECT FROM customer WHERE id = a)

-- open: another error: 42P01 missing FROM-clause entry for table "empty"
DELETE FROM empty e WHERE empty.a = 1

DELETE FROM empty WHERE nope

-- open: another error: 42804 argument of AND must be type boolean, not type integer
DELETE FROM empty WHERE a

DELETE FROM nowhere

DELETE empty

DELETE FROM empty USING nowhere

DELETE FROM ONLY empty WHERE a = 10 RETURNING a

DELETE FROM empty WHERE false RETURNING *

DELETE FROM empty WHERE a < 0 OR b LIKE 'row 1_' RETURNING a

DELETE FROM customer WHERE id = 1

DELETE FROM product WHERE id = 1

DELETE FROM orders WHERE no = 6 RETURNING no, state

SELECT count(*) FROM item WHERE order_no = 6

DELETE FROM node WHERE tree = 't' AND id = 1

DELETE FROM node WHERE tree = 't' AND parent IS NULL OR name = 'x'

DELETE FROM employee WHERE id = 7 RETURNING *

DELETE FROM employee WHERE id = 2

-- refused 42501
DELETE FROM currency

-- open: another error: 0A000 changing rows through the view "vips" is not supported by orgfold
DELETE FROM vips

DELETE FROM "Odd Table" WHERE "Select" = 3 RETURNING "a b", "user"

DELETE FROM empty WHERE a = (SELECT min(a) FROM empty) RETURNING (SELECT count(*) FROM empty)

-- params: 1000
DELETE FROM empty WHERE a > $1

-- params: {1,2,3}
DELETE FROM empty WHERE a = ANY ($1) RETURNING a

TRUNCATE empty

TRUNCATE TABLE empty, ticket

TRUNCATE ONLY empty

-- open: refused: 0A000 RESTART IDENTITY is not supported by orgfold
TRUNCATE empty RESTART IDENTITY

TRUNCATE empty CONTINUE IDENTITY RESTRICT

TRUNCATE customer

-- open: another error: 42P01 relation "nowhere" does not exist
TRUNCATE nowhere

-- open: another error: 0A000 changing rows through the view "vips" is not supported by orgfold
TRUNCATE vips

-- refused 42501
TRUNCATE currency

TRUNCATE orders CASCADE

SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM item)
