-- Shadowing: CTEs, aliases and columns named like what orgfold adds.

-- answered 1 [SELECT 1]
WITH customer AS (SELECT 1 AS id) SELECT count(*) FROM customer

-- answered 1 [SELECT 1]
WITH customer_p{leaf} AS (SELECT 1 AS org_id) SELECT * FROM customer_p{leaf}

-- answered 3 [SELECT 1]
WITH customer AS (SELECT * FROM customer) SELECT count(*) FROM customer

-- answered 1 [SELECT 1]
WITH RECURSIVE customer AS (SELECT 1 AS id) SELECT * FROM customer

-- refused 42P01
WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a

-- answered mine [SELECT 1]
WITH pg_class AS (SELECT 'mine' AS relname) SELECT * FROM pg_class

-- answered 1 [SELECT 1]
WITH "orgfold.org_state" AS (SELECT 1 AS x) SELECT * FROM "orgfold.org_state"

-- answered 1 [SELECT 1]
WITH truncated_0 AS (SELECT 1 AS x) SELECT * FROM truncated_0

-- refused 42P01
WITH x AS (SELECT * FROM customer) SELECT (SELECT count(*) FROM public.x)

-- refused 42P01
WITH x AS (SELECT 1) SELECT * FROM public.x

-- answered 7 [SELECT 1]
SELECT org_id FROM (SELECT 7 AS org_id) AS customer

-- answered 1 [SELECT 1]
SELECT org_id.id FROM customer AS org_id ORDER BY 1 LIMIT 1

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer AS invoice, invoice AS customer WHERE invoice.id = customer.no

-- answered 1; 1; 1; 2; 2; 2; 3; 3; 3 [SELECT 9]
SELECT customer.id FROM customer, customer AS c

-- answered own-1 [SELECT 1]
SELECT x.org_id FROM customer AS x (a, org_id) ORDER BY 1 LIMIT 1

-- answered 0 [SELECT 1]
-- walled: answered 3 [SELECT 1]
SELECT count(*) FROM customer AS x (org_id, b, c) WHERE org_id = {globex}

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer AS x (org_id, b, c) WHERE true OR org_id = {globex}

-- answered own-1! [UPDATE 1]
UPDATE customer AS org_id SET name = org_id.name || '!' WHERE org_id.id = 1 RETURNING org_id.name

-- answered x [UPDATE 1]
UPDATE customer AS excluded SET name = 'x' WHERE excluded.id = 1 RETURNING excluded.name

-- answered 1 [DELETE 1]
DELETE FROM invoice AS old WHERE old.no = 1 RETURNING old.no

-- answered 1; 2; 3 [DELETE 3]
DELETE FROM invoice USING (SELECT {globex} AS org_id) AS x WHERE org_id = {globex} RETURNING no

-- answered 1 [DELETE 1]
DELETE FROM invoice USING (SELECT {globex}::bigint AS org_id) AS x WHERE x.org_id = {globex} AND no = 1 RETURNING no

-- answered 1; 2; 3 [UPDATE 3]
UPDATE invoice SET total = 0 FROM customer AS invoice_p{leaf} WHERE invoice_p{leaf}.id = no RETURNING no

-- answered 1 [SELECT 1]
SELECT count(*) FROM (VALUES (1)) AS customer (id) WHERE EXISTS (SELECT FROM public.customer AS c WHERE c.id = customer.id)

-- answered 1|own-1|null [SELECT 1]
SELECT * FROM customer AS "public.customer_p{leaf}" WHERE id = 1

-- answered 1 [SELECT 1]
SELECT count(*) FROM customer JOIN (SELECT 1 AS org_id) AS x ON x.org_id = id

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer NATURAL JOIN (SELECT {globex}::bigint AS org_id) AS x

-- answered 3 [SELECT 1]
SELECT count(*) FROM invoice NATURAL JOIN vault

-- refused 42703
SELECT count(*) FROM customer JOIN (SELECT {globex}::bigint AS org_id) AS x USING (org_id)

-- answered (1,own-1,) [SELECT 1]
SELECT x FROM customer AS x WHERE id = 1
