-- System catalogs: they show what a private database would, and nothing of leaves or of others.

-- answered [SELECT 0]
SELECT relname FROM pg_class WHERE relname LIKE '%\_p__' ORDER BY 1

-- answered always; currency; customer; invoice; ticket; vault [SELECT 6]
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1

-- answered always; currency; customer; invoice; ticket; vault [SELECT 6]
SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r' ORDER BY 1

-- answered id; name; parent [SELECT 3]
SELECT attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = 'customer' AND attnum > 0 ORDER BY attnum

-- answered [SELECT 0]
SELECT attname FROM pg_attribute WHERE attname = 'org_id'

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_attribute WHERE attrelid = {oid:customer_p{leaf}}

-- answered -1|0 [SELECT 1]
SELECT reltuples, relpages FROM pg_class WHERE relname = 'customer'

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_class WHERE relpages > 0 OR reltuples > 0

-- answered [SELECT 0]
SELECT nspname FROM pg_namespace WHERE nspname LIKE 'org%'

-- answered [SELECT 0]
SELECT * FROM pg_stats

-- answered [SELECT 0]
SELECT * FROM pg_statistic

-- answered [SELECT 0]
SELECT * FROM pg_stat_activity

-- answered [SELECT 0]
SELECT * FROM pg_stat_user_tables

-- answered [SELECT 0]
SELECT * FROM pg_statio_all_tables

-- answered [SELECT 0]
SELECT * FROM pg_locks

-- answered search_path [SELECT 1]
SELECT name FROM pg_settings AS s WHERE s::text LIKE '%org%' OR name IN ('data_directory', 'search_path', 'log_statement')

-- refused 42P01
SELECT * FROM pg_file_settings

-- answered [SELECT 0]
SELECT * FROM pg_prepared_statements

-- answered [SELECT 0]
SELECT * FROM pg_prepared_xacts

-- answered [SELECT 0]
SELECT * FROM pg_cursors

-- refused 42P01
SELECT * FROM pg_largeobject

-- answered [SELECT 0]
SELECT * FROM pg_largeobject_metadata

-- refused 42P01
SELECT * FROM pg_authid

-- refused 42P01
SELECT * FROM pg_shadow

-- answered hostile|f [SELECT 1]
SELECT usename, usesuper FROM pg_user

-- refused 42P01
SELECT * FROM pg_hba_file_rules

-- answered always_id_seq|9223372036854775807; ticket_id_seq|9223372036854775807 [SELECT 2]
SELECT sequencename, max_value FROM pg_sequences ORDER BY 1

-- answered customer_pkey|CREATE UNIQUE INDEX customer_pkey ON public.customer USING btree (id) [SELECT 1]
SELECT indexname, indexdef FROM pg_indexes AS i WHERE i::text LIKE '%org%' OR indexname ~ '_p[0-9]+$' OR indexname = 'customer_pkey'

-- answered spender [SELECT 1]
SELECT viewname FROM pg_views AS v WHERE v::text LIKE '%org\_id%' OR schemaname NOT IN ('pg_catalog', 'information_schema')

-- answered [SELECT 0]
SELECT * FROM pg_matviews

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_depend WHERE objid IN ({oid:customer_p{leaf}}, {oid:orgfold.catalog}) OR refobjid = {oid:orgfold.catalog}

-- answered [SELECT 0]
SELECT * FROM pg_publication_tables

-- answered [SELECT 0]
SELECT * FROM pg_replication_slots

-- answered [SELECT 0]
SELECT * FROM pg_stat_replication

-- answered [SELECT 0]
SELECT * FROM pg_foreign_data_wrapper

-- answered [SELECT 0]
SELECT * FROM pg_user_mappings

-- answered [SELECT 0]
SELECT * FROM pg_db_role_setting

-- answered [SELECT 0]
SELECT * FROM pg_catalog.pg_event_trigger

-- refused 42P01
SELECT * FROM pg_toast.pg_toast_{oid:customer_p{leaf}}

-- answered id; name; parent [SELECT 3]
SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE 'customer%' ORDER BY 1

-- answered always; currency; customer; invoice; spender; ticket; vault [SELECT 7]
SELECT table_name FROM information_schema.tables AS t WHERE t::text LIKE '%org%' OR table_name ~ '_p[0-9]+$' OR table_schema = 'public' ORDER BY 1

-- answered t [SELECT 1]
SELECT datname = current_database() FROM pg_database

-- answered [SELECT 0]
SELECT rolname FROM pg_roles WHERE rolsuper

-- answered 1 [SELECT 1]
SELECT count(*) FROM pg_roles

-- answered [SELECT 0]
SELECT proname FROM pg_proc WHERE prosrc LIKE '%org_id%'

-- answered [SELECT 0]
SELECT prosrc FROM pg_proc WHERE proname = 'hides_org'

-- answered [SELECT 0]
SELECT typname FROM pg_type WHERE typname LIKE '%\_p__'

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_type WHERE typname LIKE '\_customer\_p%'

-- answered [SELECT 0]
SELECT conname FROM pg_constraint WHERE conname LIKE '%\_p__'

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_constraint WHERE pg_get_constraintdef(oid) LIKE '%org_id%'

-- answered FOREIGN KEY (customer) REFERENCES customer(id) ON UPDATE CASCADE [SELECT 1]
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'invoice_customer_fkey'

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_index WHERE pg_get_indexdef(indexrelid) LIKE '%org_id%'

-- answered CREATE UNIQUE INDEX invoice_note_key ON public.invoice USING btree (note) [SELECT 1]
SELECT pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'invoice_note_key'

-- answered [SELECT 0]
SELECT indexprs FROM pg_index WHERE indexprs IS NOT NULL

-- answered [SELECT 0]
SELECT adbin FROM pg_attrdef WHERE adbin::text LIKE '%org%'

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) LIKE '%org_id%'

-- answered nextval('ticket_id_seq'::regclass) [SELECT 1]
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY 1

-- answered [SELECT 0]
SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relpartbound IS NOT NULL

-- answered null|null [SELECT 1]
SELECT obj_description({oid:customer_p{leaf}}, 'pg_class'), col_description({oid:customer_p{leaf}}, 1)

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_inherits

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_partitioned_table

-- answered [SELECT 0]
SELECT description FROM pg_description WHERE description LIKE '%orgfold%'

-- answered [SELECT 0]
SELECT seqrelid FROM pg_sequence WHERE seqstart > 1000000

-- answered [SELECT 0]
SELECT tgname FROM pg_trigger

-- answered null [SELECT 1]
SELECT pg_get_indexdef({oid:customer_pkey_p{leaf}})

-- answered [SELECT 0]
SELECT pg_get_constraintdef(k) FROM generate_series({oid:customer_p{leaf}}, {oid:customer_p{leaf}} + 50) AS k WHERE pg_get_constraintdef(k::oid) IS NOT NULL

-- answered f|public|{pg_catalog,public} [SELECT 1]
SELECT current_database() ~ 'shard', current_schema, current_schemas(true)

-- answered public|customer|hostile|null|t|f|t|f [SELECT 1]
SELECT * FROM pg_tables WHERE schemaname = 'public' AND tablename = 'customer'

-- refused 42501
TABLE pg_catalog.pg_class_p{leaf}

-- refused 42501
UPDATE pg_class SET relname = 'x'

-- refused 42501
SELECT oid FROM pg_class WHERE relname = 'customer' FOR UPDATE

-- answered 1259 [SELECT 1]
SELECT c.tableoid FROM pg_class AS c LIMIT 1

-- answered [SELECT 0]
SELECT c FROM pg_namespace AS c WHERE nspname = 'orgfold_catalog'

-- answered [SELECT 0]
SELECT relname FROM pg_stat_user_tables AS t WHERE t::text ~ '_p[0-9]+' OR n_live_tup > 0

-- answered [SELECT 0]
SELECT relname FROM pg_statio_user_tables AS t WHERE heap_blks_hit > 0

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_stat_activity

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_locks

-- answered [SELECT 0]
SELECT table_name FROM information_schema.table_privileges AS t WHERE t::text ~ 'org_id|_p[0-9]'

-- answered [SELECT 0]
SELECT constraint_name FROM information_schema.key_column_usage AS t WHERE t::text ~ 'org|_p[0-9]'

-- answered [SELECT 0]
SELECT constraint_name FROM information_schema.check_constraints AS t WHERE t::text ~ 'org_id|_p[0-9]'

-- answered [SELECT 0]
SELECT table_name FROM information_schema.views AS t WHERE t::text ~ 'org_id|_p[0-9]'

-- answered [SELECT 0]
SELECT sequence_name FROM information_schema.sequences AS t WHERE t::text ~ 'org|_p[0-9]'

-- answered [SELECT 0]
SELECT routine_name FROM information_schema.routines AS t WHERE t::text ~ 'orgfold|org_id'

-- answered [SELECT 0]
SELECT schema_name FROM information_schema.schemata WHERE schema_name ~ 'org'

-- answered [SELECT 0]
SELECT grantee FROM information_schema.role_table_grants AS t WHERE t::text ~ 'org_id|_p[0-9]'

-- answered [SELECT 0]
SELECT c.relname FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid WHERE c.relname ~ '_p[0-9]+$'

-- answered [SELECT 0]
SELECT classid, objid FROM pg_depend AS d WHERE objid = {oid:customer_p{leaf}} OR refobjid = {oid:customer_p{leaf}}

-- answered 0 [SELECT 1]
SELECT count(*) FROM pg_type WHERE typrelid = {oid:customer_p{leaf}}

-- answered [SELECT 0]
SELECT format_type(t.oid, NULL) FROM pg_type AS t WHERE format_type(t.oid, NULL) ~ '_p[0-9]+'

-- refused 42P01
SELECT g::regclass, g::oid::regtype FROM generate_series({oid:customer_p{leaf}}, {oid:customer_p{leaf}}) AS g

-- answered t|null [SELECT 1]
SELECT has_table_privilege('customer', 'SELECT'), has_table_privilege({oid:customer_p{leaf}}, 'SELECT')

-- refused 42703
SELECT has_column_privilege('customer', 'org_id', 'SELECT')

-- answered null|null [SELECT 1]
SELECT has_schema_privilege('orgfold', 'USAGE'), has_schema_privilege('orgfold_catalog', 'USAGE')

-- answered null|null|null|null [SELECT 1]
SELECT to_regclass('customer_p{leaf}'), to_regclass('orgfold.org_state'), to_regnamespace('orgfold'), to_regtype('customer_p{leaf}')

-- answered 0|null|null [SELECT 1]
SELECT pg_relation_size('customer'), pg_total_relation_size({oid:customer_p{leaf}}), pg_table_size({oid:customer_p{leaf}})

-- refused 42501
SELECT pg_describe_object(1259, {oid:customer_p{leaf}}, 0)

-- refused 42501
SELECT pg_identify_object(1259, {oid:customer_p{leaf}}, 0)

-- refused 42501
SELECT pg_filenode_relation(0, {oid:customer_p{leaf}})

-- answered null|null [SELECT 1]
SELECT pg_get_partkeydef({oid:customer}), pg_get_partition_constraintdef({oid:customer_p{leaf}})

-- refused 42501
SELECT pg_partition_root({oid:customer_p{leaf}}), pg_partition_tree({oid:customer})

-- answered null [SELECT 1]
SELECT pg_get_expr(NULL, {oid:customer_p{leaf}})

-- answered null [SELECT 1]
SELECT pg_get_viewdef({oid:orgfold_catalog.pg_class})

-- answered  SELECT c.name,~    sum(i.total) AS total~   FROM (customer c~     JOIN invoice i ON ((i.customer = c.id)))~  GROUP BY c.name;|null [SELECT 1]
SELECT pg_get_viewdef('spender'), pg_get_viewdef({oid:orgfold_catalog.pg_class}, true)

-- answered [SELECT 0]
SELECT most_common_vals FROM pg_stats WHERE tablename ~ 'customer'

-- answered [SELECT 0]
SELECT stavalues1 FROM pg_statistic LIMIT 1

-- answered [SELECT 0]
SELECT rolname, rolpassword FROM pg_roles WHERE rolname ~ 'orgfold|postgres'

-- answered hostile|hostile|hostile [SELECT 1]
SELECT current_user, session_user, user
