-- Casts: texts that become objects of the server.

-- refused 42P01
SELECT 'customer_p{leaf}'::regclass

-- answered customer [SELECT 1]
SELECT 'customer'::regclass

-- refused 42P01
SELECT '{oid:customer_p{leaf}}'::regclass

-- refused 42P01
SELECT {oid:customer_p{leaf}}::regclass

-- refused 42P01
SELECT CAST('{oid:customer_p{leaf}}' AS pg_catalog.regclass)

-- refused 42P01
SELECT regclass '{oid:customer_p{leaf}}'

-- refused 42P01
SELECT CAST({oid:customer_p{leaf}}::oid AS regclass)::text

-- refused 42P01
SELECT ({oid:customer_p{leaf}})::oid::regclass::text

-- refused 42P01
SELECT regclass 'customer_p{leaf}'

-- refused 42501
SELECT regclass('customer_p{leaf}')

-- answered null [SELECT 1]
SELECT to_regclass('customer_p{leaf}')

-- answered customer [SELECT 1]
SELECT 'customer'::regtype

-- refused 42704
SELECT 'customer_p{leaf}'::regtype

-- answered null [SELECT 1]
SELECT to_regtype('customer_p{leaf}')

-- refused 42725
SELECT 'lower'::regproc

-- answered lower(text) [SELECT 1]
SELECT 'lower(text)'::regprocedure

-- refused 42704
SELECT 'postgres'::regrole

-- answered public [SELECT 1]
SELECT 'public'::regnamespace

-- answered OID [SELECT 1]
SELECT {oid:customer_p{leaf}}::regtype

-- refused 42704
SELECT 10::regrole

-- refused 42704
SELECT NULL::customer_p{leaf}

-- answered null [SELECT 1]
SELECT NULL::customer

-- answered null [SELECT 1]
SELECT NULL::public.customer

-- answered null [SELECT 1]
SELECT NULL::"customer"[]

-- refused 42501
SELECT (NULL::invoice).org_id

-- answered (1,x,2) [SELECT 1]
SELECT ROW(1, 'x', 2)::customer

-- refused 42704
SELECT '(1,1,x,)'::customer_p{leaf}

-- refused 42P01
SELECT x::text::regclass FROM (SELECT 'customer_p{leaf}' AS x) AS y

-- refused 0A000
SELECT ARRAY['customer']::regclass[]

-- refused 0A000
SELECT '{customer}'::regclass[]

-- answered {"(1,x)"}|(1,x)|x [SELECT 1]
SELECT '{"(1,x)"}'::pair[], ROW(1, 'x')::pair, (ROW(1, 'x')::pair).b

-- answered x|good [SELECT 1]
SELECT 'x'::label, 'good'::mood

-- refused 22P02
SELECT 'CANARYx'::mood

-- answered 1|1|(0,1) [SELECT 1]
SELECT '1'::oid, '1'::xid, '(0,1)'::tid

-- answered 1 [SELECT 1]
SELECT '1'::cid

-- refused 42704
SELECT 'x'::pg_node_tree

-- refused 42704
SELECT 'x'::internal

-- refused 42704
SELECT 'x'::cstring

-- answered x|x [SELECT 1]
SELECT 'x'::name, 'x'::"char"

-- refused 42704
SELECT '=r/x'::aclitem

-- answered 1 2 [SELECT 1]
SELECT '1 2'::oidvector

-- answered 0/0 [SELECT 1]
SELECT '0/0'::pg_lsn

-- answered 1:1: [SELECT 1]
SELECT '1:1:'::pg_snapshot

-- refused 42704
SELECT 'x'::refcursor

-- answered t [SELECT 1]
SELECT 'now'::timestamptz IS NOT NULL

-- refused 42846
SELECT c.id::public.mood FROM customer AS c

-- answered (1,own-1,) [SELECT 1]
SELECT CAST(c AS text) FROM customer AS c ORDER BY id LIMIT 1

-- answered (1,own-1,); (2,own-2,1); (3,own-3,1) [SELECT 3]
SELECT c::customer FROM customer AS c

-- refused 22P02
SELECT name::int FROM customer

-- answered (1,own) [SELECT 1]
SELECT t.*::text FROM ticket AS t

-- answered customer [SELECT 1]
SELECT CASE WHEN true THEN 'customer'::regclass END

-- refused 42P01
INSERT INTO ticket (body) VALUES ('customer_p{leaf}'::regclass::text)

-- refused 42704
SELECT 1::orgfold.x, 1::orgfold_catalog.pg_class

-- refused 42704
SELECT NULL::pg_class

-- refused 0A000
SELECT 'a'::pg_catalog.text COLLATE "C", 'a' COLLATE pg_catalog."C", 'a' COLLATE orgfold."C"
