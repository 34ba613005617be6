-- schema: shop

-- COPY in both directions.

COPY currency TO STDOUT

COPY customer TO STDOUT

COPY customer (id, name) TO STDOUT

COPY customer (name, id) TO STDOUT

-- open: another error: 42P10 column "label" is a generated column
COPY product (id, label) TO STDOUT

COPY public.employee TO STDOUT WITH CSV

COPY customer (id, name, tags, profile) TO STDOUT (FORMAT csv)

COPY customer (id, name) TO STDOUT (FORMAT csv, HEADER)

COPY customer (id, name, email) TO STDOUT WITH (FORMAT csv, HEADER true, DELIMITER ';', NULL '-', QUOTE '''')

COPY customer (id, email) TO STDOUT (NULL 'none', DELIMITER '|')

COPY customer (id, name) TO STDOUT (FORMAT csv, FORCE_QUOTE (name))

COPY customer (id, name) TO STDOUT (FORMAT csv, FORCE_QUOTE *)

COPY customer (id, name) TO STDOUT WITH CSV HEADER

COPY customer (id, email) TO STDOUT WITH DELIMITER ',' NULL AS 'NULL'

COPY customer (id, name) TO STDOUT WITH (HEADER)

COPY every TO STDOUT

COPY every TO STDOUT CSV

COPY "Odd Table" TO STDOUT CSV HEADER

COPY "Odd Table" ("a b", "quote""d") TO STDOUT

COPY empty TO STDOUT

COPY empty TO STDOUT (FORMAT csv, HEADER)

COPY (SELECT 1, 'x') TO STDOUT

COPY (SELECT id, name FROM customer ORDER BY id DESC) TO STDOUT

COPY (SELECT o.no, c.name FROM orders o JOIN customer c ON c.id = o.customer_id ORDER BY o.no) TO STDOUT WITH CSV HEADER

COPY (SELECT vip, count(*) FROM customer GROUP BY vip ORDER BY vip) TO STDOUT

COPY (WITH x AS (SELECT 1 AS a) SELECT * FROM x) TO STDOUT

COPY (VALUES (1, 'a'), (2, NULL)) TO STDOUT

COPY (TABLE currency ORDER BY code) TO STDOUT CSV

COPY (SELECT * FROM vips ORDER BY id) TO STDOUT

COPY (SELECT E'a\tb\\c\nd', '') TO STDOUT

COPY (SELECT E'a"b,c\nd', '', NULL) TO STDOUT CSV

COPY (SELECT 1 UNION SELECT 2 ORDER BY 1) TO STDOUT

-- open: refused: 42601 syntax error at or near "INSERT"
COPY (INSERT INTO empty VALUES (1, 'c') RETURNING *) TO STDOUT

-- open: refused: 42601 syntax error at or near "DELETE"
COPY (DELETE FROM empty WHERE a = 1 RETURNING a) TO STDOUT

-- open: another error: 42601 syntax error at or near "DELETE"
COPY (DELETE FROM empty) TO STDOUT

-- open: another error: 42809 cannot copy from view "vips"
COPY vips TO STDOUT

-- open: another error: 42P01 relation "nowhere" does not exist
COPY nowhere TO STDOUT

-- open: another error: 42703 column "nope" of relation "customer" does not exist
COPY customer (nope) TO STDOUT

-- open: another error: a position more
COPY customer (id, id) TO STDOUT

-- open: another error: 22023 COPY format "nope" not recognized
COPY customer TO STDOUT (FORMAT nope)

COPY customer TO STDOUT (DELIMITER 'xx')

COPY customer TO STDOUT (nope true)

-- open: another error: 42601 conflicting or redundant options
COPY customer TO STDOUT (FORMAT csv, FORMAT text)

COPY customer TO STDOUT (HEADER, QUOTE '"')

-- open: another error: 42601 WHERE clause not allowed with COPY TO
COPY customer TO STDOUT WHERE id = 1

COPY (SELECT nope) TO STDOUT

-- open: another error: 42601 syntax error at end of input
COPY (SELECT 1; SELECT 2) TO STDOUT

-- open: another error: 42501 COPY to or from a file or a program on the server is not allowed
COPY customer TO

COPY customer (id) TO STDOUT (ENCODING 'LATIN1')

-- refused 42501
COPY customer TO '/tmp/x'

-- refused 42501
COPY customer FROM '/tmp/x'

-- refused 42501
COPY customer TO PROGRAM 'cat'

-- refused 42501
COPY customer FROM PROGRAM 'cat'

-- data: 10→ten
-- data: 11→\N
-- data: \N→
COPY empty FROM STDIN

SELECT * FROM empty ORDER BY a NULLS LAST

-- data: 12,"quoted, text"
-- data: 13,
-- data: 14,""
COPY empty FROM STDIN CSV

SELECT a, b, b IS NULL FROM empty WHERE a > 11 ORDER BY a

-- data: a,b
-- data: 15,fifteen
COPY empty FROM STDIN (FORMAT csv, HEADER)

-- data: a;b
-- data: 16;'it''s'
COPY empty FROM STDIN WITH (FORMAT csv, HEADER match, DELIMITER ';', QUOTE '''')

-- data: b;a
-- data: x;17
COPY empty FROM STDIN WITH (FORMAT csv, HEADER match, DELIMITER ';')

-- data: swapped→18
COPY empty (b, a) FROM STDIN

-- data: 19
COPY empty (a) FROM STDIN

-- data: 20|none
COPY empty FROM STDIN (DELIMITER '|', NULL 'none')

-- data: 21→tab\tnew\nline\\back\x41
COPY empty FROM STDIN

SELECT a, b FROM empty WHERE a >= 15 ORDER BY a

-- data: x→y
COPY empty FROM STDIN

-- data: 22
COPY empty FROM STDIN

-- data: 22→a→b
COPY empty FROM STDIN

-- data: 23→ok
-- data: bad→ok
COPY empty FROM STDIN

SELECT a FROM empty WHERE a >= 22

-- data: 24→x
-- data: \.
COPY empty FROM STDIN

-- data: 25→keep
-- data: 26→drop
COPY empty FROM STDIN WHERE a < 26

SELECT a FROM empty WHERE a > 24

-- data: 100→New→new@x
COPY customer (id, name, email) FROM STDIN

-- data: 1→Dup
COPY customer (id, name) FROM STDIN

-- data: 101→\N
COPY customer (id, name) FROM STDIN

-- data: 102→x→ZZZ
COPY customer (id, name, currency) FROM STDIN

-- data: 103→x→{a,b}→{"x": 1}→happy→(s,z,1)→1999-01-01
COPY customer (id, name, tags, profile, mood, home, born) FROM STDIN

SELECT * FROM customer WHERE id > 99 ORDER BY id

-- data: 104→x→angry
COPY customer (id, name, mood) FROM STDIN

-- data: 50→-1
COPY product (id, price) FROM STDIN

-- data: 50→n→-1
COPY product (id, name, price) FROM STDIN

-- data: 51→n→ZZ-1
COPY product (id, name, sku) FROM STDIN

-- open: another error: 42P10 column "label" is a generated column
-- data: 52→n→X
COPY product (id, name, label) FROM STDIN

-- data: 1→4→2→3.50
COPY item (order_no, product_id, qty, price) FROM STDIN

-- data: 99→4→2→3.50
COPY item (order_no, product_id, qty, price) FROM STDIN

SELECT * FROM item WHERE order_no = 1 ORDER BY product_id

-- data: by copy
COPY ticket (title) FROM STDIN

-- data: 700→with id
COPY ticket (seq, title) FROM STDIN

-- data: 5→a b→7→q5
COPY "Odd Table" ("Select", "a b", "ünïcode", "quote""d") FROM STDIN

COPY empty FROM STDIN

-- data: XYZ→x→2→1
-- refused 42501
COPY currency FROM STDIN

-- open: another error: 0A000 changing rows through the view "vips" is not supported by orgfold
COPY vips FROM STDIN

-- open: another error: 42P01 relation "nowhere" does not exist
COPY nowhere FROM STDIN

-- open: another error: 42703 column "nope" of relation "empty" does not exist
COPY empty (nope) FROM STDIN

COPY empty FROM STDIN (FORMAT csv, NULL '"')

-- open: the same error, before the data is asked for
COPY empty FROM STDIN (FREEZE)

COPY empty FROM STDIN (FREEZE off)

COPY empty FROM STDIN (FREEZE 'false', FORMAT csv)

-- open: the same error, before the data is asked for
COPY empty FROM STDIN WITH (FREEZE on)

-- open: the same error, before the data is asked for
COPY empty FROM STDIN FREEZE

BEGIN

TRUNCATE empty

-- data: 40→frozen
COPY empty FROM STDIN (FREEZE)

COMMIT

-- open: the same error, before the data is asked for
-- data: 41→thawed
COPY empty FROM STDIN (FREEZE)

-- data: 30,x
COPY empty FROM STDIN (FORMAT csv, FORCE_NOT_NULL (b))

-- data: 31,
COPY empty FROM STDIN (FORMAT csv, FORCE_NOT_NULL (b))

-- data: 32,""
COPY empty FROM STDIN (FORMAT csv, FORCE_NULL (b))

SELECT a, b IS NULL FROM empty WHERE a >= 30 ORDER BY a

BEGIN

-- data: 40→in a transaction
COPY empty FROM STDIN

SELECT count(*) FROM empty WHERE a = 40

COPY (SELECT a FROM empty WHERE a = 40) TO STDOUT

ROLLBACK

SELECT count(*) FROM empty WHERE a = 40

COPY (SELECT 1) TO STDOUT; SELECT 2

SELECT 1; COPY currency (code) TO STDOUT
