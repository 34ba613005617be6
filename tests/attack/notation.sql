-- Notation: fields that are calls, operators with schemas, calls in other spellings.

-- refused 42703
SELECT g.pg_read_file FROM unnest(ARRAY['/etc/passwd']) AS g

-- refused 42501
SELECT (g).pg_read_file FROM unnest(ARRAY['/etc/passwd']) AS g

-- refused 42501
SELECT (g.g).pg_read_file FROM unnest(ARRAY['/etc/passwd']) AS g

-- refused 42501
SELECT ('/etc/passwd').pg_read_file

-- refused 42501
SELECT ('x'::text).lo_import

-- refused 42703
SELECT x.pg_ls_dir FROM (SELECT '.'::text AS v) AS x

-- refused 42703
SELECT x.set_config FROM customer AS x

-- refused 42703
SELECT c.nextval FROM (SELECT 'ticket_id_seq'::text AS v) AS c

-- refused 42501
SELECT (v).currval FROM (SELECT 'ticket_id_seq'::text AS v) AS c

-- refused 42501
SELECT (c).org_id FROM customer AS c

-- answered own-1 [SELECT 1]
SELECT (c).name FROM customer AS c WHERE id = 1

-- answered own-1 [SELECT 1]
SELECT (c.*).name FROM customer AS c WHERE id = 1

-- answered 1|own-1|null [SELECT 1]
SELECT (c).* FROM customer AS c WHERE id = 1

-- refused 42703
SELECT c.row_to_json FROM customer AS c WHERE id = 1

-- refused 42703
SELECT c.to_jsonb FROM customer AS c WHERE id = 1

-- refused 42883
SELECT name(c) FROM customer AS c WHERE id = 1

-- refused 42501
SELECT customer.name(c) FROM customer AS c

-- refused 42501
SELECT org_id(c) FROM customer AS c

-- answered 3 [SELECT 1]
SELECT c.count FROM (SELECT count(*) FROM customer) AS c

-- answered 3 [SELECT 1]
SELECT 1 OPERATOR(pg_catalog.+) 2

-- refused 0A000
SELECT 1 OPERATOR(public.+) 2

-- refused 0A000
SELECT 1 OPERATOR(orgfold.=) 2

-- answered -2 [SELECT 1]
SELECT OPERATOR(pg_catalog.-) 2

-- answered 1 [SELECT 1]
SELECT id FROM customer WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY[1])

-- answered 3; 2; 1 [SELECT 3]
SELECT id FROM customer ORDER BY id USING >

-- refused 0A000
SELECT id FROM customer ORDER BY id USING OPERATOR(public.>)

-- answered x|x [SELECT 1]
SELECT pg_catalog.lower('X'), "pg_catalog"."lower"('X')

-- refused 42703
SELECT x.lower FROM (SELECT 'X'::text AS v) AS x

-- answered 3|3|5 [SELECT 1]
SELECT COUNT(ALL id), count(DISTINCT name), sum(id) FILTER (WHERE id > 1) FROM customer

-- refused 42703
SELECT string_agg(name, ',' ORDER BY org_id) FROM customer

-- answered {"(1,own-1,)","(2,own-2,1)","(3,own-3,1)"} [SELECT 1]
SELECT array_agg(c ORDER BY id) FROM customer AS c

-- refused 42703
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY org_id) FROM customer

-- refused 42703
SELECT rank() OVER (PARTITION BY org_id) FROM customer

-- refused 0A000
SELECT sum(id) OVER (ORDER BY tableoid) FROM customer

-- answered 1 day|ab [SELECT 1]
SELECT make_interval(days => 1), concat(VARIADIC ARRAY['a', 'b'])

-- refused 42501
SELECT set_config(setting_name => 'orgfold.org_id', new_value => '{globex}', is_local => false)

-- answered 2026|2|axc [SELECT 1]
SELECT EXTRACT(year FROM date '2026-01-01'), POSITION('a' IN 'ba'), OVERLAY('abc' PLACING 'x' FROM 2)

-- refused 42501
SELECT COALESCE(NULL, current_setting('orgfold.org_id'))

-- answered t [SELECT 1]
SELECT CASE WHEN true THEN nextval('ticket_id_seq') > 0 END

-- refused 42703
SELECT ARRAY(SELECT org_id FROM customer)

-- answered ("(1,own-1,)") [SELECT 1]
SELECT (SELECT c FROM (SELECT customer FROM customer) AS c LIMIT 1)

-- refused 42703
SELECT (ARRAY[1, 2])[org_id] FROM customer
