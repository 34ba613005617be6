-- COPY: in and out, files and programs, columns that are not there.

-- answered 1|own-1|\N; 2|own-2|1; 3|own-3|1 [COPY 3]
COPY customer TO STDOUT

-- answered own-1|1; own-2|2; own-3|3 [COPY 3]
COPY customer (name, id) TO STDOUT

-- refused 42703
COPY customer (org_id) TO STDOUT

-- refused 42703
COPY customer (id, "org_id") TO STDOUT

-- refused 42703
COPY customer (ctid) TO STDOUT

-- answered 1|own-1|\N; 2|own-2|1; 3|own-3|1 [COPY 3]
COPY (SELECT * FROM customer ORDER BY id) TO STDOUT

-- refused 42703
COPY (SELECT org_id FROM customer) TO STDOUT

-- answered id,name,parent; 1,own-1,; 2,own-2,1; 3,own-3,1 [COPY 3]
COPY (TABLE customer) TO STDOUT WITH (FORMAT csv, HEADER)

-- answered count; 3 [COPY 1]
COPY (SELECT count(*) FROM invoice) TO STDOUT WITH CSV HEADER

-- refused 42P01
COPY (SELECT * FROM public.customer_p{elsewhere}) TO STDOUT

-- refused 42601
COPY (DELETE FROM ticket RETURNING body) TO STDOUT

-- refused 42601
COPY (UPDATE customer SET name = 'x' RETURNING org_id) TO STDOUT

-- refused 42809
COPY spender TO STDOUT

-- answered EUR|Euro [COPY 1]
COPY currency TO STDOUT

-- refused 42501
COPY customer TO '/tmp/orgfold-attack'

-- refused 42501
COPY customer FROM '/etc/passwd'

-- refused 42501
COPY customer TO PROGRAM 'cat'

-- refused 42501
COPY customer FROM PROGRAM 'id'

-- answered [COPY 1]
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN

-- answered [COPY 1]
-- walled: refused 0A000
COPY public.customer (id, name) FROM STDIN (FORMAT text, NULL 'x')

-- refused 42703
COPY customer (id, org_id) FROM STDIN

-- refused 42703
COPY customer (org_id, id) FROM STDIN

-- refused 42703
COPY customer (id, name) FROM STDIN WHERE org_id = {globex}

-- refused 42703
COPY customer (id, name) FROM STDIN WHERE customer.org_id > 0 OR true

-- answered [COPY 1]
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN WHERE id = 77

-- refused 0A000
COPY customer (id, name) FROM STDIN WHERE tableoid > 0

-- refused 42601
-- since 16: refused 22P04
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN WITH (DEFAULT 'sent')

-- refused 42P10
COPY customer (id, name) FROM STDIN WITH (FORCE_NULL (org_id), FORMAT csv)

-- answered [COPY 1]
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN WITH (FORCE_NOT_NULL (name), FORMAT csv, DELIMITER E'\t')

-- refused 22P04
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN WITH (FORMAT binary)

-- answered [COPY 1]
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN WITH (ENCODING 'SQL_ASCII')

-- refused 42601
COPY customer (id, name) FROM STDIN WITH (ON_ERROR ignore, LOG_VERBOSITY verbose)

-- refused 55000
-- walled: refused 0A000
COPY customer (id, name) FROM STDIN WITH (FREEZE)

-- refused 22P04
-- walled: refused 0A000
COPY customer FROM STDIN (HEADER match)

-- refused 22P02
-- walled: refused 0A000
COPY invoice FROM STDIN

-- answered [COPY 1]
-- walled: refused 0A000
COPY ticket (id, body) FROM STDIN

-- answered [COPY 1]
-- walled: refused 0A000
COPY always FROM STDIN

-- refused 0A000
COPY spender FROM STDIN

-- refused 42501
COPY currency FROM STDIN

-- refused 42P01
COPY orgfold.org_state FROM STDIN

-- refused 42P01
COPY orgfold.org_state TO STDOUT

-- refused 0A000
COPY pg_class TO STDOUT

-- refused 42P01
COPY pg_authid TO STDOUT

-- refused 42P01
COPY customer_p{leaf} (org_id, id, name) FROM STDIN

-- answered PGCOPY~�~~~~~~~~~~~~~~~~~~~~~~~~~own-1����; ~~~~~~~~~~~~~~own-2~~~~~~~~; ~~~~~~~~~~~~~~own-3~~~~~~~~; �� [COPY 3]
COPY BINARY customer TO STDOUT

-- answered 1|own-1|\N; 2|own-2|1; 3|own-3|1 [COPY 3] / 1 [SELECT 1]
-- extended: refused 42601
COPY customer TO STDOUT; SELECT 1
