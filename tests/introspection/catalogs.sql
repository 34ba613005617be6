-- What information_schema and the views of pg_catalog say of a service's own, and statements in the manner of Prisma,
-- Rails, Hibernate and psycopg: written for this test.

SELECT * FROM information_schema.attributes WHERE udt_schema = 'public'

SELECT * FROM information_schema.check_constraint_routine_usage WHERE constraint_schema = 'public'

SELECT * FROM information_schema.check_constraints WHERE constraint_schema = 'public'

SELECT * FROM information_schema.column_column_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.column_domain_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.column_privileges WHERE table_schema = 'public'

SELECT * FROM information_schema.column_udt_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.columns WHERE table_schema = 'public'

SELECT * FROM information_schema.constraint_column_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.constraint_table_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.domain_constraints WHERE constraint_schema = 'public'

SELECT * FROM information_schema.domain_udt_usage WHERE udt_schema = 'public'

SELECT * FROM information_schema.domains WHERE udt_schema = 'public'

SELECT * FROM information_schema.element_types WHERE udt_schema = 'public'

SELECT * FROM information_schema.information_schema_catalog_name

SELECT * FROM information_schema.key_column_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.parameters WHERE specific_schema = 'public'

SELECT * FROM information_schema.referential_constraints WHERE constraint_schema = 'public'

SELECT * FROM information_schema.role_column_grants WHERE table_schema = 'public'

SELECT * FROM information_schema.role_table_grants WHERE table_schema = 'public'

SELECT * FROM information_schema.role_udt_grants WHERE udt_schema = 'public'

SELECT * FROM information_schema.routine_privileges WHERE routine_schema = 'public'

SELECT * FROM information_schema.routines WHERE routine_schema = 'public'

SELECT * FROM information_schema.schemata

SELECT * FROM information_schema.sequences WHERE sequence_schema = 'public'

SELECT * FROM information_schema.table_constraints WHERE table_schema = 'public'

SELECT * FROM information_schema.table_privileges WHERE table_schema = 'public'

SELECT * FROM information_schema.tables WHERE table_schema = 'public'

SELECT * FROM information_schema.triggered_update_columns WHERE trigger_schema = 'public'

SELECT * FROM information_schema.triggers WHERE trigger_schema = 'public'

SELECT * FROM information_schema.udt_privileges WHERE udt_schema = 'public'

SELECT * FROM information_schema.usage_privileges WHERE object_schema = 'public'

SELECT * FROM information_schema.user_defined_types WHERE user_defined_type_schema = 'public'

SELECT * FROM information_schema.view_column_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.view_routine_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.view_table_usage WHERE table_schema = 'public'

SELECT * FROM information_schema.views WHERE table_schema = 'public'

SELECT * FROM pg_tables WHERE schemaname = 'public'

SELECT * FROM pg_views WHERE schemaname = 'public'

SELECT * FROM pg_indexes WHERE schemaname = 'public'

SELECT * FROM pg_sequences WHERE schemaname = 'public'

SELECT * FROM pg_matviews

SELECT tbl.relname AS table_name, namespace.nspname AS namespace,
       (tbl.relhassubclass AND tbl.relkind = 'p') AS is_partition, (tbl.relhassubclass AND tbl.relkind = 'r') AS has_subclass,
       tbl.relrowsecurity AS has_row_level_security, reloptions, obj_description(tbl.oid, 'pg_class') AS description
FROM pg_class AS tbl INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace
WHERE ((tbl.relkind = 'r' AND tbl.relispartition = 'f') OR tbl.relkind = 'p') AND namespace.nspname = ANY ('{public}')
ORDER BY namespace, table_name

SELECT oid.namespace, info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) AS formatted_type,
       info.numeric_precision, info.numeric_scale, info.numeric_precision_radix, info.datetime_precision, info.data_type,
       info.udt_schema AS type_schema_name, info.udt_name AS full_data_type, pg_get_expr(attdef.adbin, attdef.adrelid) AS column_default,
       info.is_nullable, info.is_identity, info.character_maximum_length, col_description(att.attrelid, ordinal_position) AS description
FROM information_schema.columns info
JOIN pg_attribute att ON att.attname = info.column_name
JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname AS namespace FROM pg_class
      JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace AND pg_namespace.nspname = ANY ('{public}')
      WHERE reltype > 0) AS oid
  ON oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema
LEFT OUTER JOIN pg_attrdef attdef ON attdef.adrelid = att.attrelid AND attdef.adnum = att.attnum AND table_schema = namespace
WHERE table_schema = ANY ('{public}')
ORDER BY namespace, table_name, ordinal_position

WITH rawindex AS (
    SELECT indrelid, indexrelid, indisunique, indisprimary, unnest(indkey) AS indkeyid,
           generate_subscripts(indkey, 1) AS indkeyidx, unnest(indclass) AS indclass, unnest(indoption) AS indoption
    FROM pg_index
    WHERE indpred IS NULL AND NOT indisexclusion
)
SELECT schemainfo.nspname AS namespace, indexinfo.relname AS index_name, tableinfo.relname AS table_name,
       columninfo.attname AS column_name, rawindex.indisunique AS is_unique, rawindex.indisprimary AS is_primary_key,
       rawindex.indkeyidx AS column_index, opclass.opcname AS opclass, opclass.opcdefault AS opcdefault,
       indexaccess.amname AS index_algo,
       CASE rawindex.indoption & 1 WHEN 1 THEN 'DESC' ELSE 'ASC' END AS column_order,
       CASE rawindex.indoption & 2 WHEN 2 THEN true ELSE false END AS nulls_first,
       pc.condeferrable AS condeferrable, pc.condeferred AS condeferred
FROM rawindex
INNER JOIN pg_class AS tableinfo ON tableinfo.oid = rawindex.indrelid
INNER JOIN pg_class AS indexinfo ON indexinfo.oid = rawindex.indexrelid
INNER JOIN pg_namespace AS schemainfo ON schemainfo.oid = tableinfo.relnamespace
LEFT JOIN pg_attribute AS columninfo ON columninfo.attrelid = tableinfo.oid AND columninfo.attnum = rawindex.indkeyid
INNER JOIN pg_am AS indexaccess ON indexaccess.oid = indexinfo.relam
LEFT JOIN pg_opclass AS opclass ON opclass.oid = rawindex.indclass
LEFT JOIN pg_constraint pc ON rawindex.indexrelid = pc.conindid AND pc.contype <> 'f'
WHERE schemainfo.nspname = ANY ('{public}')
ORDER BY namespace, table_name, index_name, column_index

SELECT con.oid AS con_id, att2.attname AS child_column, cl.relname AS parent_table, att.attname AS parent_column,
       con.confdeltype, con.confupdtype, rel_ns.nspname AS referenced_schema_name, conname AS constraint_name, child, parent,
       table_name, namespace, condeferrable, condeferred
FROM (SELECT ns.nspname AS namespace, unnest(con1.conkey) AS parent, unnest(con1.confkey) AS child, cl.relname AS table_name,
             ns.nspname AS schema_name, generate_subscripts(con1.conkey, 1) AS colidx, con1.oid, con1.confrelid, con1.conrelid,
             con1.conname, con1.condeferrable, con1.condeferred, con1.confdeltype, con1.confupdtype
      FROM pg_class cl JOIN pg_constraint con1 ON con1.conrelid = cl.oid JOIN pg_namespace ns ON cl.relnamespace = ns.oid
      WHERE ns.nspname = ANY ('{public}') AND con1.contype = 'f') con
JOIN pg_attribute att ON att.attrelid = con.confrelid AND att.attnum = con.child
JOIN pg_class cl ON cl.oid = con.confrelid
JOIN pg_attribute att2 ON att2.attrelid = con.conrelid AND att2.attnum = con.parent
JOIN pg_class rel_cl ON con.confrelid = rel_cl.oid JOIN pg_namespace rel_ns ON rel_cl.relnamespace = rel_ns.oid
ORDER BY namespace, table_name, constraint_name, con_id, con.colidx

SELECT t.typname AS name, e.enumlabel AS value, n.nspname AS namespace, obj_description(t.oid, 'pg_type') AS description
FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY ('{public}') ORDER BY e.enumsortorder

SELECT views.viewname AS view_name, views.definition AS view_sql, views.schemaname AS namespace,
       obj_description(class.oid, 'pg_class') AS description
FROM pg_catalog.pg_views views
INNER JOIN pg_catalog.pg_namespace ns ON views.schemaname = ns.nspname
INNER JOIN pg_catalog.pg_class class ON class.relnamespace = ns.oid AND class.relname = views.viewname
WHERE schemaname = ANY ('{public}')

SELECT constr.conname AS constraint_name, cls.relname AS table_name, nsp.nspname AS namespace, constr.contype::text AS constraint_type,
       pg_get_constraintdef(constr.oid) AS constraint_definition, condeferrable AS is_deferrable, condeferred AS is_deferred
FROM pg_constraint constr JOIN pg_class cls ON cls.oid = constr.conrelid JOIN pg_namespace nsp ON nsp.oid = cls.relnamespace
WHERE nsp.nspname = ANY ('{public}') AND contype NOT IN ('p', 'u', 'f') ORDER BY namespace, table_name, constraint_type, constraint_name

SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod,
       c.collname, col_description(a.attrelid, a.attnum) AS comment, a.attidentity AS identity, attgenerated
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
LEFT JOIN pg_type t ON a.atttypid = t.oid
LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation
WHERE a.attrelid = '"invoice"'::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = '"line"'::regclass AND indisprimary) i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx

SELECT attr.attname, nsp.nspname, seq.relname
FROM pg_class seq, pg_attribute attr, pg_depend dep, pg_constraint cons, pg_namespace nsp
WHERE seq.oid = dep.objid AND seq.relkind = 'S' AND attr.attrelid = dep.refobjid AND attr.attnum = dep.refobjsubid
  AND attr.attrelid = cons.conrelid AND attr.attnum = cons.conkey[1] AND seq.relnamespace = nsp.oid AND cons.contype = 'p'
  AND dep.classid = 'pg_class'::regclass AND dep.refobjid = '"invoice"'::regclass

SELECT pg_get_serial_sequence('public.invoice', 'id'), pg_get_serial_sequence('invoice', 'no'), pg_get_serial_sequence('customer', 'id')

SELECT 'invoice'::regclass, 'invoice'::regclass::text, to_regclass('public.invoice'), to_regclass('nope') IS NULL, 'mood'::regtype,
       format('%s', 'debt'::regclass), 'public'::regnamespace, 'now'::regproc, regclass 'invoice_pkey', 0::regclass, '-'::regclass

SELECT c.oid::regclass FROM pg_class c WHERE c.oid = ANY ('{invoice,customer}'::regclass[]) AND c.oid IN ('invoice'::regclass, 'debt'::regclass)

SELECT typname AS name, oid, typarray AS array_oid, oid::regtype::text AS regtype, typdelim AS delimiter FROM pg_type t
WHERE t.oid = to_regtype('mood') ORDER BY t.oid

SELECT relname, relkind, relnatts, relpersistence, relchecks, relhasindex, relhasrules, relreplident, relispartition, reloptions
FROM pg_class WHERE relnamespace = 'public'::regnamespace

SELECT a.attrelid::regclass::text, a.attname, a.attnum, a.atttypid::regtype::text, a.attlen, a.attndims, a.attbyval, a.attalign, a.attstorage,
       a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, a.attisdropped, a.attislocal, a.attinhcount, a.attcollation
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'i'

SELECT c.relname, x.indrelid::regclass::text, x.indnatts, x.indnkeyatts, x.indisunique, x.indisprimary, x.indisexclusion,
       x.indimmediate, x.indisvalid, x.indkey, x.indcollation, x.indclass, x.indoption, pg_get_expr(x.indexprs, x.indrelid),
       pg_get_expr(x.indpred, x.indrelid), pg_get_indexdef(x.indexrelid), pg_get_indexdef(x.indexrelid, 1, true)
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE c.relnamespace = 'public'::regnamespace

SELECT conname, contype, condeferrable, condeferred, convalidated, conrelid::regclass::text, contypid, conindid,
       confrelid::regclass::text, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount, connoinherit, conkey, confkey,
       conpfeqop, conppeqop, conffeqop, confdelsetcols, conexclop, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace

SELECT s.seqrelid::regclass::text, s.seqtypid::regtype::text, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle FROM pg_sequence s

SELECT d.objoid::regclass::text, d.objsubid, d.description FROM pg_description d WHERE d.classoid = 'pg_class'::regclass AND d.objoid >= 16384

SELECT has_table_privilege('invoice', 'SELECT'), has_table_privilege('invoice', 'INSERT'), has_column_privilege('invoice', 'paid', 'UPDATE'),
       has_schema_privilege('public', 'USAGE'), has_any_column_privilege('debt', 'SELECT'), pg_table_is_visible('invoice'::regclass)

SELECT current_schema(), current_schemas(false), pg_is_in_recovery()
