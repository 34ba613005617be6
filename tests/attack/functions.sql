-- Functions: what runs SQL, reads files, talks to others or looks where it should not.

-- refused 42501
SELECT query_to_xml('SELECT * FROM customer_p{leaf}', true, true, '')

-- refused 42501
SELECT query_to_xml_and_xmlschema('SELECT 1', true, true, '')

-- refused 42501
SELECT table_to_xml('customer_p{leaf}', true, true, '')

-- refused 0A000
SELECT table_to_xml('customer'::regclass, true, true, '')

-- refused 42501
SELECT schema_to_xml('public', true, true, '')

-- refused 42501
SELECT database_to_xml(true, true, '')

-- refused 42501
SELECT cursor_to_xml('c', 1, true, true, '')

-- refused 42501
SELECT pg_catalog.query_to_xml('SELECT 1', true, true, '')

-- refused 42501
SELECT "query_to_xml"('SELECT 1', true, true, '')

-- refused 42501
SELECT U&"query\005fto_xml"('SELECT 1', true, true, '')

-- refused 42501
SELECT QUERY_TO_XML('SELECT 1', true, true, '')

-- refused 42501
SELECT ts_stat('SELECT tv FROM vault_p{leaf}')

-- refused 42501
SELECT * FROM ts_stat('SELECT tv FROM vault')

-- refused 42501
SELECT ts_rewrite('a'::tsquery, 'SELECT tq, tq FROM x')

-- refused 42501
SELECT pg_read_file('/etc/passwd')

-- refused 42501
SELECT pg_read_binary_file('PG_VERSION')

-- refused 42501
SELECT pg_ls_dir('.')

-- refused 42501
SELECT pg_stat_file('PG_VERSION')

-- refused 42501
SELECT lo_import('/etc/passwd')

-- refused 42501
SELECT lo_create(0)

-- refused 42501
SELECT lo_get(1)

-- refused 42501
SELECT lo_from_bytea(0, '\x00')

-- refused 42501
SELECT loread(1, 1)

-- refused 42501
SELECT dblink('dbname=x', 'SELECT 1')

-- refused 42501
SELECT pg_terminate_backend(1)

-- refused 42501
SELECT pg_cancel_backend(1)

-- refused 42501
SELECT pg_backend_pid()

-- refused 42501
SELECT pg_stat_get_activity(NULL)

-- answered 0 [SELECT 1]
SELECT pg_relation_size('customer')

-- answered 0 [SELECT 1]
SELECT pg_database_size(current_database())

-- refused 42501
SELECT pg_relation_filepath('customer_p{leaf}')

-- refused 42501
SELECT pg_export_snapshot()

-- refused 42501
SELECT txid_current()

-- refused 42501
SELECT pg_current_xact_id()

-- refused 42501
SELECT pg_current_wal_lsn()

-- refused 42501
SELECT current_query()

-- refused 0A000
SELECT satisfies_hash_partition('customer'::regclass, 16, 1, 1::bigint)

-- refused 42P01
SELECT has_table_privilege('customer_p{leaf}', 'SELECT')

-- answered f [SELECT 1]
SELECT row_security_active('customer')

-- answered  SELECT c.name,~    sum(i.total) AS total~   FROM (customer c~     JOIN invoice i ON ((i.customer = c.id)))~  GROUP BY c.name; [SELECT 1]
SELECT pg_get_viewdef('spender')

-- answered null [SELECT 1]
SELECT pg_get_functiondef({oid:customer})

-- answered public.ticket_id_seq [SELECT 1]
SELECT pg_get_serial_sequence('ticket', 'id')

-- refused 42501
SELECT pg_logical_emit_message(true, 'a', 'b')

-- refused 42501
SELECT pg_reload_conf()

-- refused 42501
SELECT inet_server_addr(), inet_client_addr()

-- answered t [SELECT 1]
SELECT version() LIKE 'PostgreSQL %'

-- refused 42501
SELECT shout('x'), public.shout('y')

-- refused 42501
SELECT pg_catalog.shout('x')

-- refused 42501
SELECT orgfold_catalog.definition('x')

-- refused 42501
SELECT orgfold_catalog.parent({oid:customer})

-- refused 42501
SELECT orgfold.catalog_changed()

-- answered 1 [SELECT 1]
SELECT format('%s', query_to_xml) FROM (SELECT 1 AS query_to_xml) AS x

-- answered [SELECT 0]
SELECT format_type(t, NULL) AS name FROM generate_series(16384, 17384) AS t WHERE format_type(t, NULL) LIKE '%\_p__' LIMIT 3

-- answered f [SELECT 1]
SELECT format_type({oid:customer_p{leaf}} + 1, NULL) ~ 'customer'

-- answered customer [SELECT 1]
SELECT pg_typeof(c) FROM customer AS c LIMIT 1

-- answered 6 [SELECT 1]
SELECT pg_column_size(c.name) FROM customer AS c ORDER BY id LIMIT 1

-- refused 42704
SELECT json_populate_record(NULL::customer_p{leaf}, '{}')

-- answered (,,) [SELECT 1]
SELECT jsonb_populate_record(NULL::customer, '{}')

-- answered 1 [SELECT 1]
SELECT * FROM json_to_record('{"org_id": 1}') AS x (org_id int)

-- refused 42501
SELECT * FROM ROWS FROM (pg_read_file('x'), generate_series(1, 2)) AS x

-- refused 42501
SELECT * FROM pg_show_all_settings()

-- answered {good,bad}|good [SELECT 1]
SELECT enum_range(NULL::mood), enum_first(NULL::mood)

-- answered [SELECT 0]
SELECT * FROM pg_get_keywords() WHERE word = 'org_id'

-- refused 42501
SELECT * FROM pg_timezone_names() LIMIT 0

-- refused 42501
SELECT * FROM xmltable('/x' PASSING query_to_xml('SELECT 1', true, true, '') COLUMNS y int)

-- answered <!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x> [SELECT 1]
SELECT xmlparse(DOCUMENT '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>')

-- answered t [SELECT 1]
SELECT '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'::xml IS DOCUMENT

-- answered {<x>1</x>} [SELECT 1]
SELECT xpath('//x', '<x>1</x>')

-- answered O [SELECT 1]
SELECT convert_from('\x4f'::bytea, 'UTF8')

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE pg_sleep(0)::text = ''
