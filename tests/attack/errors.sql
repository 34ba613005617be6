-- Errors on others' rows: a condition is not asked about rows that are not acme's.

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM invoice WHERE 1 / total > 0 ORDER BY 1

-- answered t [SELECT 1]
SELECT sum(1 / total) > 0 FROM invoice

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM invoice WHERE note::int > 0 ORDER BY 1

-- answered 1 [SELECT 1]
SELECT no FROM invoice WHERE (note)::int = 101

-- answered 3 [SELECT 1]
SELECT count(*) FROM invoice WHERE CASE WHEN note LIKE 'C%' THEN 1 / (no - no) ELSE 1 END = 1

-- answered 103 [SELECT 1]
SELECT max(note::int) FROM invoice

-- answered [SELECT 0]
SELECT no FROM invoice WHERE note::boolean IS NULL AND false

-- answered 1 [SELECT 1]
SELECT no FROM invoice WHERE to_number(note, '999') = 101

-- answered [SELECT 0]
SELECT no FROM invoice WHERE note::date IS NULL AND no < 0

-- answered 1 [SELECT 1]
SELECT no FROM invoice WHERE ('{' || note || '}')::int[] = ARRAY[101]

-- answered 1; 2 [SELECT 2]
SELECT no FROM invoice WHERE note::numeric BETWEEN 100 AND 102 ORDER BY no

-- answered 1 [SELECT 1]
SELECT no FROM invoice WHERE decode(note, 'escape') = '101'

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM invoice WHERE factorial(total::bigint) > 10 ORDER BY 1

-- answered 3 [SELECT 1]
SELECT no FROM invoice WHERE sqrt(total - 5) > 4 ORDER BY 1

-- answered 3 [SELECT 1]
SELECT no FROM invoice WHERE ln(total) > 3 ORDER BY 1

-- answered 1 [SELECT 1]
SELECT no FROM invoice WHERE 10 % total::int = 0 ORDER BY 1

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM invoice WHERE total ^ -1 < 1 ORDER BY 1

-- answered [SELECT 0]
SELECT no FROM invoice WHERE chr(total::int) = 'x'

-- answered [SELECT 0]
SELECT no FROM invoice WHERE repeat('x', total::int) = 'x'

-- answered [SELECT 0]
SELECT no FROM invoice WHERE substring(note, 1, no - 9) IS NULL AND no < 0

-- answered 1 [SELECT 1]
SELECT no FROM invoice WHERE '101' ~ note ORDER BY no

-- refused 2201B
SELECT no FROM invoice WHERE regexp_match(note, '(') IS NULL

-- answered [SELECT 0]
SELECT id FROM vault WHERE j::text::int = 1

-- answered [SELECT 0]
SELECT id FROM vault WHERE (jb ->> 'canary')::date IS NOT NULL

-- answered [SELECT 0]
SELECT id FROM vault WHERE t::xml IS DOCUMENT

-- answered [SELECT 0]
SELECT id FROM vault WHERE m::text::int = 1

-- refused 22P02
SELECT id FROM vault WHERE t::mood = 'good'

-- answered 1 [SELECT 1]
SELECT id FROM vault WHERE t::label = 'own'

-- answered [SELECT 0]
SELECT id FROM vault WHERE (p).a / 0 = 1

-- answered [SELECT 0]
SELECT id FROM vault WHERE lower(rg) / (upper(rg) - upper(rg)) = 1

-- answered 1; 2; 3 [SELECT 3]
SELECT c.id FROM customer AS c JOIN invoice AS i ON i.note::int = c.id + 100 ORDER BY 1

-- answered 1; 2; 3 [SELECT 3]
SELECT c.id FROM customer AS c LEFT JOIN invoice AS i ON 1 / i.total > 0 AND i.no = c.id ORDER BY 1

-- answered 1; 2; 3 [SELECT 3]
SELECT c.id FROM customer AS c WHERE EXISTS (SELECT FROM invoice AS i WHERE i.customer = c.id AND 1 / i.total > 0) ORDER BY 1

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM invoice ORDER BY note::int

-- answered 101; 102; 103 [SELECT 3]
SELECT note::int AS n FROM invoice GROUP BY 1 ORDER BY 1

-- answered 101; 203; 306 [SELECT 3]
SELECT sum(note::int) OVER (ORDER BY no) FROM invoice

-- answered [SELECT 0]
SELECT no FROM invoice WHERE no = 5 AND 1 / total > 0

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM (SELECT no, note::int AS n FROM invoice) AS x WHERE n > 0 ORDER BY 1

-- answered 1; 2; 3 [UPDATE 3]
UPDATE invoice SET total = 1 WHERE 1 / total > 0 RETURNING no

-- answered 1; 2; 3 [UPDATE 3]
UPDATE invoice SET total = note::int RETURNING no

-- answered 1; 2; 3 [UPDATE 3]
UPDATE invoice SET total = 1 / total WHERE note::int > 0 RETURNING no

-- answered 1 [DELETE 1]
DELETE FROM invoice WHERE note::int = 101 RETURNING no

-- answered 1; 2; 3 [DELETE 3]
DELETE FROM invoice USING customer WHERE note::int - 100 = id AND 1 / total > 0 RETURNING no

-- answered [INSERT 0 3]
INSERT INTO ticket (body) SELECT note::int::text FROM invoice WHERE 1 / total > 0

-- refused 42501
SET cpu_operator_cost = 0; SELECT no FROM invoice WHERE note::int > 0 AND 1 / total > 0 ORDER BY 1

-- answered [SET] / [SET] / 1; 2; 3 [SELECT 3]
-- extended: refused 42601
SET enable_seqscan = off; SET enable_indexscan = off; SELECT no FROM invoice WHERE note::int > 0 ORDER BY 1

-- answered [SET] / [SET] / 1; 2; 3 [SELECT 3]
-- extended: refused 42601
SET enable_indexscan = off; SET enable_bitmapscan = off; SELECT no FROM invoice WHERE no > 0 AND note::int > 0 ORDER BY 1

-- answered [SET] / 1; 2; 3 [SELECT 3]
-- extended: refused 42601
SET plan_cache_mode = force_generic_plan; SELECT no FROM invoice WHERE 1 / total > 0 ORDER BY 1

-- refused 22P02
SELECT 'CANARYx'::int

-- refused 22012
SELECT total / 0 FROM invoice

-- answered [SELECT 0]
SELECT note::int FROM invoice WHERE no = 9

-- refused 42703
SELECT nope FROM customer

-- refused 42703
SELECT customer.nope FROM customer

-- refused 42P01
SELECT nope.name FROM customer

-- refused 42P01
SELECT name FROM customer AS c WHERE customer.id = 1

-- refused 42883
SELECT name + 1 FROM customer

-- refused 42803
SELECT id FROM customer GROUP BY name

-- refused 42703
SELECT nme FROM customer

-- refused 42703
SELECT org_idd FROM customer

-- refused 42703
UPDATE customer SET nme = 'x'

-- refused 42703
DELETE FROM customer WHERE org_ids = 1

-- refused 42703
INSERT INTO customer (id, nme) VALUES (50, 'x')

-- refused 23502
INSERT INTO customer (id) VALUES (50)

-- refused 23514
INSERT INTO invoice VALUES (50, 1, 1, repeat('x', 60))

-- refused 23502
INSERT INTO invoice VALUES (50, 1, NULL, 'x')

-- refused 23514
UPDATE invoice SET note = repeat('x', 60) WHERE no = 1

-- refused 22003
UPDATE invoice SET total = 1e20 WHERE no = 1

-- refused 22001
INSERT INTO vault (id, v) VALUES (50, repeat('x', 41))

-- refused 23514
INSERT INTO vault (id, l) VALUES (50, repeat('x', 90))

-- refused 428C9
INSERT INTO always (id, body) VALUES (5, 'x')

-- refused 428C9
UPDATE always SET id = 5

-- refused 21000
SELECT (SELECT id FROM customer)

-- refused 22P02
SELECT * FROM customer WHERE id = 'x'

-- answered [SELECT 0]
SELECT * FROM customer WHERE id = 99999999999999999999

-- refused 22012
SELECT 1 / 0

-- refused 42501
SELECT shout(1, 2)

-- refused 42501
SELECT unheard_of(1)

-- refused 42P02
-- extended: refused 08P01
SELECT $1

-- refused 42P02
-- extended: refused 42P18
SELECT count(*) FROM customer WHERE id = $2

-- answered [SELECT 0]
SELECT no FROM invoice WHERE to_date(note, 'YYYY') IS NULL

-- answered 1; 2; 3 [SELECT 3]
SELECT no FROM invoice WHERE to_timestamp(note, 'YYYY') IS NOT NULL ORDER BY no

-- answered [SELECT 0]
SELECT no FROM invoice WHERE ('2026-01-01'::timestamptz AT TIME ZONE note) IS NULL AND no > 90

-- answered [SELECT 0]
SELECT no FROM invoice WHERE no > 90 AND date_trunc(note, timestamp '2026-01-01') IS NULL

-- refused 22023
-- walled: answered [SELECT 0]
SELECT no FROM invoice WHERE date_part(note, timestamp '2026-01-01') IS NULL AND no > 90

-- refused 22023
-- walled: answered [SELECT 0]
SELECT no FROM invoice WHERE decode(note, 'hex') IS NULL AND no > 90

-- answered [SELECT 0]
SELECT no FROM invoice WHERE note::label IS NULL

-- refused 22023
-- walled: answered [SELECT 0]
SELECT no FROM invoice WHERE encode('x', note) IS NULL AND no > 90

-- answered [SELECT 0]
SELECT no FROM invoice WHERE '101' ~ ANY (ARRAY[note || '(']) AND no > 90

-- answered [SELECT 0]
SELECT no FROM invoice WHERE '101' ~ note AND no > 90

-- answered 1 [SELECT 1]
SELECT id FROM vault WHERE (ta::int[]) IS NULL ORDER BY id

-- refused 2200M
SELECT id FROM vault WHERE xmlparse(DOCUMENT t) IS NULL

-- answered 1 [SELECT 1]
SELECT id FROM vault WHERE jsonb_path_match(jb, '$.canary') IS NULL ORDER BY id

-- answered 1 [SELECT 1]
SELECT id FROM vault WHERE (p).b::int IS NULL ORDER BY id

-- refused 22007
-- walled: answered [SELECT 0]
SELECT id FROM vault WHERE to_date(t, 'YYYY') IS NULL AND id > 90 FOR UPDATE

-- answered [UPDATE 0]
UPDATE invoice SET total = 1 WHERE to_date(note, 'YYYY') IS NULL

-- refused 22007
-- walled: answered [UPDATE 0]
UPDATE invoice SET total = 1 FROM customer WHERE customer.id = no AND to_date(name, 'YYYY') IS NULL AND id > 90

-- answered [DELETE 0]
DELETE FROM invoice WHERE to_date(note, 'YYYY') IS NULL

-- answered [DELETE 0]
DELETE FROM invoice AS i WHERE ('2026-01-01'::timestamptz AT TIME ZONE i.note) IS NULL AND no > 90

-- answered 1; 2; 3 [SELECT 3]
SELECT c.id FROM customer AS c LEFT JOIN invoice AS i ON i.no = c.id AND to_date(i.note, 'YYYY') IS NULL ORDER BY 1

-- answered 1; 2; 3 [SELECT 3]
SELECT c.id FROM customer AS c WHERE NOT EXISTS (SELECT FROM invoice AS i WHERE to_date(i.note, 'YYYY') IS NULL) ORDER BY 1

-- answered [SELECT 0]
WITH x AS (SELECT * FROM invoice) SELECT no FROM x WHERE to_date(note, 'YYYY') IS NULL

-- refused 22007
SELECT name FROM spender WHERE to_date(name, 'YYYY') IS NULL AND total < 0

-- answered [COPY 0]
COPY (SELECT no FROM invoice WHERE to_date(note, 'YYYY') IS NULL) TO STDOUT

-- answered 0 [SELECT 1]
SELECT count(*) FILTER (WHERE to_date(note, 'YYYY') IS NULL) FROM invoice

-- refused 42501
SET cpu_operator_cost = 0

-- refused 42501
SET LOCAL cpu_operator_cost = 0

-- answered [SET] / [SET] / [SELECT 0]
-- extended: refused 42601
SET enable_indexscan = off; SET enable_bitmapscan = off; SELECT no FROM invoice WHERE to_date(note, 'YYYY') IS NULL

-- answered [SET] / [SET] / [UPDATE 0]
-- extended: refused 42601
SET enable_indexscan = off; SET enable_bitmapscan = off; UPDATE invoice SET total = 1 WHERE to_date(note, 'YYYY') IS NULL

-- answered [SET] / [SET] / [SET] / [SELECT 0]
-- extended: refused 42601
SET enable_indexscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; SELECT no FROM invoice WHERE note::label IS NULL OR to_date(note, 'YYYY') IS NULL

-- answered [SELECT 0]
SELECT id FROM vault WHERE ARRAY[COALESCE(ta, '{a,b}'), '{a,b}'] IS NULL

-- answered [SELECT 0]
SELECT id FROM (SELECT id, ARRAY[COALESCE((w).ta, '{a,b}'), '{a,b}'] AS two FROM vault AS w) AS v WHERE two IS NULL

-- answered [SELECT 0]
SELECT v.id FROM vault AS v JOIN customer AS c ON ARRAY[COALESCE(v.ta, '{a,b}'), '{a,b}'] IS NULL FOR UPDATE OF v

-- answered [SELECT 0]
SELECT count(*) FROM vault GROUP BY ta HAVING ARRAY[COALESCE(ta, '{a,b}'), '{a,b}'] IS NULL

-- answered [UPDATE 0]
UPDATE vault SET i = 1 WHERE ARRAY[COALESCE(ta, '{a,b}'), '{a,b}'] IS NULL

-- answered [DELETE 0]
DELETE FROM vault AS v WHERE ARRAY[CASE WHEN false THEN v.ta END, COALESCE(v.ta, '{a,b}'), '{a,b}'] IS NULL AND id > 90

-- answered [SELECT 0]
SELECT id FROM vault WHERE '101' ~ ANY (ta) AND id > 90

-- answered [SELECT 0]
SELECT id FROM vault AS v WHERE CAST(v.ta AS integer[]) IS NULL AND id > 90
