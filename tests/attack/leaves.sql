-- Leaves, parents and orgfold's own relations, named outright: they do not exist.

-- refused 42P01
SELECT * FROM customer_p{leaf}

-- refused 42P01
SELECT * FROM public.customer_p{leaf}

-- refused 42P01
SELECT * FROM customer_p{elsewhere}

-- refused 42P01
SELECT * FROM public."customer_p{elsewhere}"

-- refused 42P01
TABLE customer_p{leaf}

-- refused 42P01
TABLE public.customer_p{elsewhere}

-- answered 1|own-1|null; 2|own-2|1; 3|own-3|1 [SELECT 3]
SELECT * FROM ONLY customer

-- answered 1|own-1|null; 2|own-2|1; 3|own-3|1 [SELECT 3]
SELECT * FROM customer *

-- answered 1|own-1|null; 2|own-2|1; 3|own-3|1 [SELECT 3]
SELECT * FROM ONLY (customer)

-- answered 1|own-1|null; 2|own-2|1; 3|own-3|1 [SELECT 3]
SELECT * FROM customer TABLESAMPLE BERNOULLI (100)

-- refused 42P01
SELECT (SELECT count(*) FROM customer_p{leaf})

-- refused 42P01
SELECT count(*) FROM customer, customer_p{leaf}

-- refused 42P01
SELECT count(*) FROM customer JOIN customer_p{leaf} USING (id)

-- refused 42P01
WITH x AS (SELECT * FROM customer_p{leaf}) SELECT * FROM x

-- refused 42P01
WITH x AS (INSERT INTO customer_p{leaf} VALUES (1) RETURNING *) SELECT * FROM x

-- refused 42P01
INSERT INTO customer_p{leaf} (org_id, id, name) VALUES ({globex}, 50, 'x')

-- refused 42P01
INSERT INTO ticket (body) SELECT name FROM customer_p{leaf}

-- refused 42P01
UPDATE customer_p{leaf} SET name = 'x'

-- refused 23505
UPDATE ONLY customer SET name = 'x'

-- refused 42P01
UPDATE invoice SET note = c.name FROM customer_p{leaf} AS c

-- refused 42P01
UPDATE invoice SET note = (SELECT max(name) FROM customer_p{leaf})

-- refused 42P01
DELETE FROM customer_p{leaf}

-- answered [DELETE 1]
DELETE FROM ONLY ticket

-- refused 42P01
DELETE FROM ticket USING ticket_p{leaf} AS t

-- refused 42P01
DELETE FROM ticket WHERE id IN (SELECT id FROM ticket_p{leaf})

-- refused 42P01
TRUNCATE customer_p{leaf}

-- answered [TRUNCATE TABLE]
TRUNCATE ONLY ticket

-- refused 0A000
LOCK TABLE customer_p{leaf}

-- refused 42P01
COPY customer_p{leaf} TO STDOUT

-- refused 42P01
COPY (SELECT * FROM customer_p{leaf}) TO STDOUT

-- refused 42P01
COPY customer_p{leaf} FROM STDIN

-- refused 42P01
MERGE INTO customer AS c USING customer_p{leaf} AS x ON c.id = x.id WHEN MATCHED THEN DELETE

-- refused 42P01
MERGE INTO customer_p{leaf} AS c USING currency AS x ON true WHEN MATCHED THEN DELETE

-- refused 42P01
SELECT * FROM customer FOR UPDATE OF customer_p{leaf}

-- refused 42P01
SELECT customer_p{leaf}.name FROM customer

-- refused 42P01
SELECT count(*) FROM customer WHERE EXISTS (TABLE customer_p{leaf})

-- refused 42P01
SELECT * FROM orgfold.org_state

-- refused 42P01
SELECT * FROM orgfold.migration

-- refused 42P01
SELECT * FROM orgfold.shard_file

-- refused 42P01
SELECT * FROM orgfold.catalog

-- refused 42P01
SELECT * FROM orgfold_catalog.pg_class

-- refused 42P01
SELECT * FROM orgfold_catalog.visible

-- refused 42P01
SELECT * FROM pg_temp.customer

-- refused 42501
CREATE TEMP TABLE customer_p{leaf} (id int)

-- refused 42P01
SELECT * FROM pg_temp_1.x

-- refused 42P01
SELECT * FROM pg_toast.pg_toast_1

-- refused 42P01
SELECT last_value FROM ticket_id_seq

-- refused 42P01
SELECT * FROM public.ticket_id_seq

-- refused 42P01
SELECT * FROM customer_pkey

-- refused 42P01
SELECT * FROM customer_pkey_p{leaf}

-- refused 42P01
SELECT * FROM spender_p{leaf}

-- refused 0A000
INSERT INTO spender VALUES ('x', 1)

-- refused 0A000
DELETE FROM spender

-- refused 0A000
UPDATE spender SET total = 0

-- refused 42501
INSERT INTO currency VALUES ('XXX', 'x')

-- refused 42501
UPDATE currency SET name = 'x'

-- refused 42501
DELETE FROM currency

-- refused 42501
TRUNCATE currency

-- refused 42P01
SELECT * FROM record_p{leaf}

-- refused 42P01
SELECT * FROM orgfold.record_p{leaf}

-- refused 42P01
SELECT * FROM orgfold.record

-- refused 42P01
SELECT * FROM orgfold.record_bin_p{elsewhere}

-- refused 42P01
SELECT * FROM orgfold.object_p{leaf}

-- refused 42P01
SELECT * FROM orgfold.metadata

-- refused 42P01
INSERT INTO orgfold.record_p{leaf} (text_1) VALUES ('x')

-- refused 42P01
UPDATE orgfold.record_p{leaf} SET text_1 = 'x'

-- refused 42P01
DELETE FROM orgfold.record_p{elsewhere}

-- refused 42P01
COPY orgfold.record_p{leaf} TO STDOUT

-- refused 42501
CALL orgfold.define(1, 0, 'x', '[]', '[]')

-- refused 42501
SELECT orgfold.forget(1)

-- refused 42501
SELECT orgfold.new_key(1)
