-- Identifiers: names that fold, quote or spell differently.

-- refused 42703
SELECT "ORG_ID" FROM customer

-- refused 42703
SELECT U&"\006frg_id" FROM customer

-- refused 42703
SELECT U&"org!005fid" UESCAPE '!' FROM customer

-- refused 42703
SELECT "org_id" FROM customer

-- refused 42703
SELECT ORG_ID FROM customer

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT "customer"."name" FROM "public"."customer" ORDER BY 1

-- refused 42P01
SELECT * FROM "Customer"

-- answered 1|own-1|null [SELECT 1]
SELECT * FROM CUSTOMER ORDER BY id LIMIT 1

-- refused 42P01
SELECT * FROM "customer_p{leaf}"

-- refused 42P01
SELECT * FROM U&"customer\005fp{leaf}"

-- refused 42P01
SELECT * FROM "public.customer_p{leaf}"

-- refused 42601
SELECT * FROM `customer`

-- refused 42601
SELECT * FROM [customer]

-- refused 42P01
SELECT * FROM "orgfold"."org_state"

-- refused 42P01
SELECT * FROM orgfold.catalog

-- refused 42P01
SELECT * FROM orgfold_catalog.pg_class

-- refused 42P01
SELECT * FROM orgfold_catalog.visible

-- refused 42501
SELECT * FROM "pg_catalog"."pg_authid"

-- refused 0A000
SELECT * FROM postgres.public.customer

-- refused 0A000
SELECT * FROM current_database.public.customer

-- answered own-1 [SELECT 1]
SELECT name AS "org_id" FROM customer ORDER BY "org_id" LIMIT 1

-- answered 1 [SELECT 1]
SELECT 1 AS "a"" FROM customer_p{leaf} --" FROM customer LIMIT 1

-- refused 42703
SELECT "name"" FROM customer" FROM customer

-- refused 42P01
SELECT customer.customer_p{leaf}.name FROM customer

-- answered own-1 [SELECT 1]
SELECT aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.name FROM customer AS aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ORDER BY 1 LIMIT 1

-- refused 42601
SELECT "" FROM customer

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer AS "$2"

-- refused 42P01
SELECT "t".name FROM customer AS "T"
