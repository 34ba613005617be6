-- Whole rows: as values, as JSON, as text, as records; no hidden column comes along.

-- answered (1,own-1,) [SELECT 1]
SELECT c FROM customer AS c ORDER BY id LIMIT 1

-- answered (1,own-1,) [SELECT 1]
SELECT customer FROM customer ORDER BY id LIMIT 1

-- answered 1|own-1|null [SELECT 1]
SELECT c.* FROM customer AS c ORDER BY id LIMIT 1

-- answered (1,own-1,)|("(1,own-1,)") [SELECT 1]
SELECT ROW(c.*), ROW(c) FROM customer AS c ORDER BY id LIMIT 1

-- answered {"id":1,"name":"own-1","parent":null}|{"id":1,"name":"own-1","parent":null}|{"id": 1, "name": "own-1", "parent": null} [SELECT 1]
SELECT to_json(c), row_to_json(c), to_jsonb(c) FROM customer AS c ORDER BY id LIMIT 1

-- refused 42601
 {"id":2,"name":"own-2","parent":1}, 
 {"id":3,"name":"own-3","parent":1}] [SELECT 1]
SELECT json_agg(c ORDER BY id) FROM customer AS c

-- answered id; name; parent [SELECT 3]
SELECT jsonb_object_keys(to_jsonb(c)) FROM customer AS c WHERE id = 1

-- answered {"c" : {"id":1,"name":"own-1","parent":null}} [SELECT 1]
SELECT json_build_object('c', c) FROM customer AS c WHERE id = 1

-- answered (1,own-1,)|(1,own-1,)|(1,own-1,)|'(1,own-1,)' [SELECT 1]
SELECT c::text, concat(c), format('%s', c), quote_literal(c) FROM customer AS c WHERE id = 1

-- answered {"(1,own-1,)"} [SELECT 1]
SELECT array_agg(c) FROM customer AS c WHERE id = 1

-- answered (1,own-1,) [SELECT 1]
SELECT (array_agg(c))[1] FROM customer AS c WHERE id = 1

-- answered own-1 [SELECT 1]
SELECT ((array_agg(c))[1]).name FROM customer AS c WHERE id = 1

-- refused 42501
SELECT ((array_agg(c))[1]).org_id FROM customer AS c WHERE id = 1

-- answered (3,own-3,1)|(1,own-1,) [SELECT 1]
SELECT max(c::text), min(c::text) FROM customer AS c

-- refused 42601
SELECT xmlforest(c) FROM customer AS c WHERE id = 1

-- answered <x>(1,own-1,)</x> [SELECT 1]
SELECT xmlelement(name x, c) FROM customer AS c WHERE id = 1

-- answered (1,own-1,) [SELECT 1]
SELECT unnest(ARRAY[c]) FROM customer AS c WHERE id = 1

-- answered 0|1 [SELECT 1]
SELECT num_nulls(c.*), num_nonnulls(VARIADIC ARRAY[c.id]) FROM customer AS c WHERE id = 1

-- answered t|f|t [SELECT 1]
SELECT c = c, c IS NULL, c IS DISTINCT FROM NULL FROM customer AS c WHERE id = 1

-- refused 42501
SELECT count(DISTINCT c), count(c), hash_record(c) FROM customer AS c

-- answered 3|3 [SELECT 1]
SELECT count(DISTINCT c), count(c) FROM customer AS c

-- refused 42804
SELECT 1 FROM customer AS c WHERE c = ROW(1, 'own-1', NULL::int)

-- answered (1,own-1,) [SELECT 1]
SELECT c FROM customer AS c GROUP BY c ORDER BY c LIMIT 1

-- answered (own-1,10.00) [SELECT 1]
SELECT s FROM spender AS s ORDER BY 1 LIMIT 1

-- answered null|null [SELECT 1]
SELECT v.p, (v.p).a FROM vault AS v WHERE id = 1

-- refused 42501
SELECT (v.p).org_id FROM vault AS v

-- refused 0A000
INSERT INTO ticket (body) VALUES ('x') RETURNING body, ticket

-- answered 50|x|null [INSERT 0 1]
INSERT INTO customer VALUES (50, 'x') RETURNING *

-- answered 50|x|null [INSERT 0 1]
INSERT INTO customer VALUES (50, 'x') RETURNING customer.*

-- refused 0A000
INSERT INTO customer VALUES (50, 'x') RETURNING to_json(customer)

-- answered (50,x,) [INSERT 0 1]
INSERT INTO customer VALUES (50, 'x') RETURNING ROW(customer.*)

-- refused 0A000
INSERT INTO customer VALUES (50, 'x') RETURNING (customer).name

-- answered 1|y|null [UPDATE 1]
UPDATE customer SET name = 'y' WHERE id = 1 RETURNING *

-- refused 0A000
UPDATE customer SET name = 'y' WHERE id = 1 RETURNING customer

-- refused 0A000
UPDATE customer AS c SET name = c::text WHERE id = 1

-- refused 0A000
UPDATE customer AS c SET name = 'y' WHERE c::text LIKE '%{globex}%'

-- refused 0A000
UPDATE customer AS c SET name = row_to_json(c)::text WHERE id = 1

-- answered 1|y|null|1|1|10.00|101 [UPDATE 1]
UPDATE customer AS c SET name = 'y' FROM invoice AS i WHERE i.no = c.id AND c.id = 1 RETURNING *

-- refused 0A000
UPDATE customer AS c SET name = 'y' FROM invoice AS i WHERE i.no = c.id AND c.id = 1 RETURNING c, i

-- answered 1|1|10.00|101 [DELETE 1]
DELETE FROM invoice WHERE no = 1 RETURNING *

-- refused 0A000
DELETE FROM invoice AS i WHERE no = 1 RETURNING i.*, i

-- refused 0A000
DELETE FROM invoice AS i WHERE EXISTS (SELECT i)

-- answered [DELETE 3]
DELETE FROM invoice AS i WHERE EXISTS (SELECT i.*)

-- answered [DELETE 0]
DELETE FROM invoice AS i WHERE EXISTS (SELECT i.* FROM invoice AS i WHERE no = 99)

-- refused 0A000
DELETE FROM invoice AS i WHERE (SELECT to_json(i))::text LIKE '%{globex}%'

-- refused 0A000
INSERT INTO customer AS c VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded::text

-- refused 0A000
INSERT INTO customer AS c VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = to_json(c)::text

-- answered [INSERT 0 1]
INSERT INTO customer AS c VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET (id, name, parent) = (SELECT excluded.*)

-- answered 1|y|null [INSERT 0 1]
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y' RETURNING *

-- answered 1|2 [SELECT 1]
SELECT old.*, new.* FROM (SELECT 1) AS old, (SELECT 2) AS new

-- refused 42P01
UPDATE customer SET name = 'y' WHERE id = 1 RETURNING old.name, new.name

-- refused 42P01
DELETE FROM invoice WHERE no = 1 RETURNING old.org_id

-- refused 42702
SELECT l FROM customer AS c, LATERAL (SELECT c.*) AS l WHERE id = 1

-- refused 42P01
SELECT j FROM (customer AS c JOIN invoice AS i ON i.no = c.id) AS j WHERE c.id = 1

-- answered 1|own-1|null|1|1|10.00|101 [SELECT 1]
SELECT j.* FROM (customer AS c JOIN invoice AS i ON i.no = c.id) AS j ORDER BY 1 LIMIT 1

-- answered 1|own-1|null|1|1|10.00|101 [SELECT 1]
SELECT c.*, i.* FROM customer AS c JOIN invoice AS i ON i.no = c.id ORDER BY 1 LIMIT 1

-- refused 42704
SELECT NULL::orgfold_rows.customer

-- refused 42704
SELECT 'orgfold_rows.customer'::regtype

-- answered null|null [SELECT 1]
SELECT to_regtype('orgfold_rows.customer'), to_regnamespace('orgfold_rows')

-- answered [SELECT 0]
SELECT nspname FROM pg_namespace WHERE nspname ~ 'orgfold'

-- answered public|_customer|1; public|customer|1 [SELECT 2]
SELECT n.nspname, t.typname, count(*) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typname IN ('customer', '_customer') GROUP BY 1, 2 ORDER BY 1, 2

-- answered id; name; parent [SELECT 3]
SELECT a.attname FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid WHERE t.typname = 'customer' AND a.attnum > 0 ORDER BY a.attnum

-- answered 1|x|2 [SELECT 1]
SELECT ('(1,x,2)'::customer).*

-- refused 22P02
SELECT ('(42,1,x,2)'::customer).*

-- refused 42501
SELECT (jsonb_populate_record(NULL::customer, '{"org_id": 1, "id": 2}')).org_id

-- answered {"id": 2, "name": null, "parent": null} [SELECT 1]
SELECT to_jsonb(jsonb_populate_record(NULL::customer, '{"org_id": 1, "id": 2}'))

-- answered (9,own-1,); (9,own-2,1); (9,own-3,1) [SELECT 3]
SELECT jsonb_populate_recordset(c, '[{"id": 9}]') FROM customer c

-- refused 42703
SELECT x.org_id FROM jsonb_populate_recordset(NULL::customer, '[{"id": 9}]') x

-- answered customer|customer[] [SELECT 1]
SELECT pg_typeof(c), pg_typeof(ARRAY[c]) FROM customer AS c LIMIT 1

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer c WHERE c::text LIKE '%canary%' OR to_jsonb(c)::text LIKE '%canary%'

-- refused 42703
SELECT c FROM customer p LEFT JOIN customer c ON c.id = p.id AND c.org_id IS NULL
