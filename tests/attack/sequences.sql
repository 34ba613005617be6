-- Sequences: behind identity and serial columns, shared by the orgs of a shard, and not to be asked.

-- answered t [SELECT 1]
SELECT nextval('ticket_id_seq') > 0

-- refused 55000
SELECT currval('ticket_id_seq')

-- refused 55000
SELECT lastval()

-- refused 42501
SELECT setval('ticket_id_seq', 1)

-- answered t [SELECT 1]
SELECT pg_catalog.nextval('public.ticket_id_seq'::regclass) > 0

-- refused 42P01
SELECT nextval({oid:ticket_id_seq}) > 0

-- answered null [SELECT 1]
SELECT pg_sequence_last_value('ticket_id_seq')

-- refused 42P01
SELECT last_value FROM public.ticket_id_seq

-- answered public.ticket_id_seq [SELECT 1]
SELECT pg_get_serial_sequence('public.ticket', 'id')

-- answered [SELECT 0]
SELECT sequencename FROM pg_sequences WHERE sequencename ~ 'org'

-- answered [INSERT 0 1]
INSERT INTO ticket (id, body) VALUES (nextval('ticket_id_seq'), 'x')

-- answered t [INSERT 0 1]
INSERT INTO ticket (id, body) VALUES (DEFAULT, 'x') RETURNING id > 0

-- answered [INSERT 0 1]
INSERT INTO ticket (id, body) VALUES (nextval('always_id_seq'), 'x')

-- answered t [UPDATE 1]
UPDATE ticket SET id = DEFAULT RETURNING id > 0

-- refused 42501
ALTER SEQUENCE ticket_id_seq RESTART

-- refused 42501
DROP SEQUENCE ticket_id_seq

-- refused 42P01
COPY ticket_id_seq TO STDOUT

-- refused 0A000
TRUNCATE ticket RESTART IDENTITY

-- answered [INSERT 0 1] / t [SELECT 1]
-- extended: refused 42601
INSERT INTO always DEFAULT VALUES; SELECT lastval() > 0

-- answered [SELECT 0]
SELECT seqstart FROM pg_sequence WHERE seqrelid = {oid:ticket_id_seq} AND seqincrement > 1000000

-- answered 1 [SELECT 1]
SELECT CASE WHEN false THEN nextval('ticket_id_seq') ELSE 1 END

-- refused 42703
SELECT (SELECT x.nextval FROM (SELECT 'ticket_id_seq'::text AS v) AS x)

-- answered t|t [SELECT 1]
SELECT nextval('ticket_id_seq') > 0, currval('ticket_id_seq') > 0

-- refused 42P01
SELECT nextval('customer_p{leaf}')

-- refused 42P01
SELECT nextval('orgfold.x')

-- refused 0A000
SELECT nextval('public.' || 'ticket_id_seq')

-- refused 0A000
SELECT nextval(c.name::regclass) FROM customer AS c

-- refused 42501
SELECT setval('ticket_id_seq', 1, false)

-- refused 42501
SELECT setval('always_id_seq', 9223372036854775807)
