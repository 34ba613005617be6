-- The hidden column, guessed by its name: it does not exist.

-- refused 42703
SELECT org_id FROM customer

-- refused 42703
SELECT customer.org_id FROM customer

-- refused 42703
SELECT public.customer.org_id FROM public.customer

-- refused 42703
SELECT c.org_id FROM customer AS c

-- refused 42703
SELECT count(org_id) FROM customer

-- refused 42703
SELECT count(*) FROM customer WHERE org_id = {globex}

-- refused 42703
SELECT count(*) FROM customer WHERE customer.org_id <> 0 OR true

-- refused 42703
SELECT name FROM customer ORDER BY org_id

-- refused 42703
SELECT name FROM customer GROUP BY name, org_id

-- refused 42703
SELECT count(*) FROM customer HAVING max(org_id) > 0

-- refused 42703
SELECT DISTINCT ON (org_id) name FROM customer

-- refused 42703
SELECT sum(id) OVER (PARTITION BY org_id) FROM customer

-- refused 42703
SELECT sum(id) OVER w FROM customer WINDOW w AS (ORDER BY org_id)

-- refused 42703
SELECT name FROM customer LIMIT org_id

-- refused 42703
SELECT count(*) FROM customer JOIN invoice USING (org_id)

-- refused 42703
SELECT count(*) FROM customer JOIN invoice ON customer.org_id = invoice.org_id

-- refused 42703
SELECT count(*) FROM customer JOIN invoice ON invoice.org_id <> 1

-- refused 42703
SELECT (SELECT org_id FROM invoice LIMIT 1) FROM customer

-- refused 42703
SELECT (SELECT customer.org_id) FROM customer

-- refused 42703
SELECT l.org_id FROM customer, LATERAL (SELECT customer.org_id) AS l

-- refused 42703
WITH c AS (SELECT * FROM customer) SELECT org_id FROM c

-- refused 42703
SELECT org_id FROM (SELECT * FROM customer) AS c

-- refused 42703
SELECT org_id FROM (TABLE customer) AS c

-- refused 42703
SELECT org_id FROM spender

-- refused 42703
SELECT spender.org_id FROM spender

-- refused 42703
SELECT org_id FROM currency

-- refused 42703
INSERT INTO customer (org_id, id, name) VALUES ({globex}, 50, 'x')

-- refused 42703
INSERT INTO customer (id, name, org_id) VALUES (50, 'x', {globex})

-- refused 42703
INSERT INTO customer (id, name, "org_id") VALUES (50, 'x', {globex})

-- refused 42703
INSERT INTO customer (id, name, U&"org\005fid") VALUES (50, 'x', {globex})

-- refused 42601
INSERT INTO customer VALUES (50, 'x', NULL, {globex})

-- refused 42601
INSERT INTO customer SELECT 50, 'x', NULL::int, {globex}

-- refused 42703
INSERT INTO customer (id, name) SELECT id + 50, name || org_id FROM customer

-- refused 42703
INSERT INTO customer (id, name) VALUES (50, 'x') RETURNING org_id

-- refused 42703
INSERT INTO customer (id, name) VALUES (50, 'x') RETURNING customer.org_id

-- refused 42703
INSERT INTO customer (id, name) VALUES (50, org_id)

-- refused 42703
UPDATE customer SET org_id = {globex}

-- refused 42703
UPDATE customer SET "org_id" = {globex} WHERE id = 1

-- refused 42703
UPDATE customer SET (id, org_id) = (50, {globex}) WHERE id = 1

-- refused 42703
UPDATE customer SET (org_id) = ROW({globex}) WHERE id = 1

-- refused 42703
UPDATE customer SET (name, org_id) = (SELECT 'x', {globex}) WHERE id = 1

-- refused 42703
UPDATE customer SET name = org_id WHERE id = 1

-- refused 42703
UPDATE customer SET name = customer.org_id::text WHERE id = 1

-- refused 42703
UPDATE customer SET name = 'x' WHERE org_id = {globex}

-- refused 42703
UPDATE customer SET name = 'x' WHERE id = 1 OR org_id = {globex}

-- refused 42703
UPDATE customer SET name = 'x' WHERE id = 1 RETURNING org_id

-- refused 42703
UPDATE customer SET name = i.org_id FROM invoice AS i WHERE i.no = id

-- refused 42703
UPDATE customer SET customer.org_id = 1

-- refused 42703
DELETE FROM customer WHERE org_id = {globex}

-- refused 42703
DELETE FROM customer WHERE customer.org_id = {globex} OR true

-- refused 42703
DELETE FROM invoice WHERE EXISTS (SELECT org_id)

-- refused 42703
DELETE FROM invoice WHERE EXISTS (SELECT 1 WHERE org_id > 0)

-- refused 42703
DELETE FROM invoice WHERE EXISTS (SELECT invoice.org_id FROM customer)

-- refused 42703
DELETE FROM invoice WHERE no IN (SELECT org_id FROM customer)

-- refused 42703
DELETE FROM invoice USING customer WHERE customer.org_id = invoice.org_id

-- refused 42703
DELETE FROM invoice RETURNING (SELECT org_id)

-- refused 42703
WITH d AS (DELETE FROM ticket RETURNING org_id) SELECT * FROM d

-- refused 42703
SELECT c.org_id::text::int, pg_typeof(c.org_id) FROM customer AS c

-- answered t|f [SELECT 1]
SELECT to_jsonb(c)->'org_id' IS NULL, to_jsonb(c) ? 'org_id' FROM customer AS c ORDER BY id LIMIT 1

-- refused 42703
SELECT count(*) FROM customer WHERE (id, org_id) IN (VALUES (1, {globex}))

-- refused 42703
SELECT count(*) FROM customer WHERE ROW(org_id) = ROW({globex})

-- refused 42703
SELECT count(*) FROM customer WHERE org_id IS NOT NULL

-- refused 42703
SELECT CASE org_id WHEN 1 THEN 1 END FROM customer

-- refused 42703
SELECT CAST(org_id AS text) FROM customer

-- refused 42P01
SELECT org_id.* FROM customer

-- refused 42703
SELECT org_id[1] FROM customer

-- refused 42P01
SELECT name FROM customer FOR UPDATE OF org_id

-- refused 42P01
TRUNCATE org_id

-- refused 42P01
SELECT 1 FROM org_id

-- refused 42501
SELECT org_id()
