-- The stand-ins for the catalogs that describe relations.

CALL orgfold_catalog.keep(true, 'pg_class', 'pg_catalog.pg_class c JOIN orgfold_catalog.shown s ON s.oid = c.oid',
    jsonb_build_object(
        'relname', $$s.name$$,
        'reltype', $$coalesce((SELECT w.type FROM orgfold_catalog.row_type w WHERE w.replaced = c.reltype), c.reltype)$$,
        'relkind', $$CASE c.relkind WHEN 'p' THEN 'r' WHEN 'I' THEN 'i' ELSE c.relkind END$$,
        'relowner', 'orgfold_catalog.owner(c.oid)',
        'relam', $$CASE c.relkind WHEN 'p' THEN 2 ELSE c.relam END$$,
        'relfilenode', '0', 'reltablespace', '0', 'relpages', '0', 'reltuples', '-1', 'relallvisible', '0',
        'relallfrozen', '0', 'reltoastrelid', '0', 'relfrozenxid', $$'0'$$, 'relminmxid', $$'0'$$,
        'relnatts', 'c.relnatts - s.skip',
        'relpersistence', $$coalesce((SELECT l.relpersistence FROM pg_catalog.pg_class l WHERE l.oid = s.leaf), c.relpersistence)$$,
        'reloptions', $$CASE c.relkind WHEN 'p' THEN (SELECT l.reloptions FROM pg_catalog.pg_class l WHERE l.oid = s.leaf) ELSE c.reloptions END$$,
        -- psql asks for foreign keys only where this is true.
        'relhastriggers', $$c.relhastriggers OR EXISTS (SELECT FROM pg_catalog.pg_constraint k
            WHERE k.contype = 'f' AND s.leaf IN (k.conrelid, k.confrelid))$$,
        'relhassubclass', 'false', 'relrowsecurity', 'false', 'relforcerowsecurity', 'false',
        'relispartition', 'false', 'relpartbound', 'NULL', 'relacl', 'NULL'), 'oid', 'relnamespace, relname');

CALL orgfold_catalog.keep(true, 'pg_attribute',
    $$pg_catalog.pg_attribute c JOIN orgfold_catalog.shown s ON s.oid = c.attrelid
      LEFT JOIN orgfold_catalog.declared_identity d ON d.attrelid = c.attrelid AND d.attnum = c.attnum
      WHERE c.attnum < 0 OR c.attnum > s.skip$$,
    jsonb_build_object(
        'attnum', 'CASE WHEN c.attnum > 0 THEN c.attnum - s.skip ELSE c.attnum END',
        'atthasdef', 'c.atthasdef AND d.attidentity IS NULL',
        'attidentity', 'coalesce(d.attidentity, c.attidentity)',
        'atthasmissing', 'false', 'attmissingval', 'NULL', 'attacl', 'NULL'), 'attrelid, attnum');

CALL orgfold_catalog.keep(true, 'pg_attrdef',
    $$pg_catalog.pg_attrdef c JOIN orgfold_catalog.shown s ON s.oid = c.adrelid
      WHERE NOT EXISTS (SELECT FROM orgfold_catalog.declared_identity d WHERE d.attrelid = c.adrelid AND d.attnum = c.adnum)$$,
    jsonb_build_object('adnum', 'c.adnum - s.skip'), 'adrelid, adnum');

CALL orgfold_catalog.keep(true, 'pg_index', 'pg_catalog.pg_index c JOIN orgfold_catalog.shown s ON s.oid = c.indexrelid',
    jsonb_build_object(
        'indrelid', 's.owner',
        'indnatts', 'c.indnatts - s.skip', 'indnkeyatts', 'c.indnkeyatts - s.skip',
        'indkey', 'orgfold_catalog.index_columns(c.indkey, s.of_org, s.skip)',
        'indcollation', 'orgfold_catalog.without_first(c.indcollation::text, s.skip)',
        'indclass', 'orgfold_catalog.without_first(c.indclass::text, s.skip)',
        'indoption', 'orgfold_catalog.without_first(c.indoption::text, s.skip)'), 'indexrelid', 'indrelid');

-- A leaf's foreign keys and exclusion constraints are the table's. Operators come one for each column, org_id's first.
CALL orgfold_catalog.keep(true, 'pg_constraint',
    $$pg_catalog.pg_constraint c
      LEFT JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
      LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.conrelid AND t.relispartition
      CROSS JOIN LATERAL (SELECT coalesce(t.relkind = 'p' OR t.relispartition, false) AS of_org,
                                 c.conkey[1] = 1 AND (t.relkind = 'p' OR t.relispartition) AS leads,
                                 orgfold_catalog.has_org(c.confrelid) AS to_org) o
      WHERE c.connamespace NOT IN (SELECT n.oid FROM orgfold_catalog.hidden_schema n)
        AND (h.inhparent IS NULL
             OR (c.contype IN ('f', 'x')
                 AND c.conrelid = (SELECT min(i.inhrelid) FROM pg_catalog.pg_inherits i WHERE i.inhparent = h.inhparent)))
        AND NOT (c.contype = 'n' AND o.leads)$$,
    jsonb_build_object(
        'conname', $$CASE WHEN c.contype = 'x' AND h.inhparent IS NOT NULL
            THEN regexp_replace(c.conname::text, '_p[0-9]+$', '') ELSE c.conname::text END$$,
        'conrelid', 'coalesce(h.inhparent, c.conrelid)',
        'confrelid', 'orgfold_catalog.parent(c.confrelid)',
        'conindid', 'orgfold_catalog.parent(c.conindid)',
        'conparentid', '0',
        'conislocal', 'true', 'coninhcount', '0',
        'connoinherit', $$CASE WHEN c.contype IN ('p', 'u', 'x', 'f') THEN true ELSE c.connoinherit END$$,
        'conkey', 'orgfold_catalog.columns(c.conkey, o.of_org)',
        'confkey', 'orgfold_catalog.columns(c.confkey, o.to_org)',
        'conpfeqop', 'CASE WHEN o.leads THEN c.conpfeqop[2:] ELSE c.conpfeqop END',
        'conppeqop', 'CASE WHEN o.leads THEN c.conppeqop[2:] ELSE c.conppeqop END',
        'conffeqop', 'CASE WHEN o.leads THEN c.conffeqop[2:] ELSE c.conffeqop END',
        'conexclop', 'CASE WHEN o.leads THEN c.conexclop[2:] ELSE c.conexclop END',
        -- Leaves name the columns that are set, because org_id must not be; all of them is what a plain SET NULL says.
        'confdelsetcols', $$CASE WHEN cardinality(orgfold_catalog.columns(c.confdelsetcols, o.of_org))
            = cardinality(orgfold_catalog.columns(c.conkey, o.of_org)) THEN NULL
            ELSE orgfold_catalog.columns(c.confdelsetcols, o.of_org) END$$), 'oid', 'conrelid', 'conindid', 'contypid');

CALL orgfold_catalog.keep(false, 'pg_sequence', 'pg_catalog.pg_sequence c JOIN orgfold_catalog.shown s ON s.oid = c.seqrelid',
    -- That shards draw from lanes is orgfold's affair.
    jsonb_build_object(
        'seqstart', 'CASE WHEN c.seqstart <= c.seqincrement THEN 1 ELSE c.seqstart END', 'seqincrement', '1'), 'seqrelid');

CALL orgfold_catalog.keep(true, 'pg_description',
    $$pg_catalog.pg_description c
      LEFT JOIN orgfold_catalog.shown s ON s.oid = c.objoid AND c.classoid = 'pg_catalog.pg_class'::regclass
      WHERE s.oid IS NOT NULL OR c.classoid <> 'pg_catalog.pg_class'::regclass$$,
    jsonb_build_object('objsubid', 'CASE WHEN c.objsubid > 0 THEN c.objsubid - coalesce(s.skip, 0) ELSE c.objsubid END'), 'objoid');

-- Which sequence belongs to which column, and what an extension brought.
CALL orgfold_catalog.keep(true, 'pg_depend',
    $$pg_catalog.pg_depend c
      LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.refobjid AND c.refclassid = 'pg_catalog.pg_class'::regclass
      LEFT JOIN orgfold_catalog.shown s
        ON s.oid = coalesce(h.inhparent, c.refobjid) AND c.refclassid = 'pg_catalog.pg_class'::regclass
      LEFT JOIN orgfold_catalog.declared_identity d ON d.attrelid = s.oid AND d.attnum = c.refobjsubid
      WHERE (s.oid IS NOT NULL AND NOT (s.skip = 1 AND c.refobjsubid = 1)
             AND ((c.classid = 'pg_catalog.pg_class'::regclass AND c.deptype IN ('a', 'i')
                   AND c.objid IN (SELECT q.seqrelid FROM pg_catalog.pg_sequence q))
                  -- What a view, a constraint and a default use.
                  OR (c.classid = 'pg_catalog.pg_rewrite'::regclass
                      AND c.objid IN (SELECT w.oid FROM pg_catalog.pg_rewrite w JOIN orgfold_catalog.shown v ON v.oid = w.ev_class AND v.is_view))
                  OR (c.classid = 'pg_catalog.pg_constraint'::regclass AND c.objid IN (SELECT k.oid FROM orgfold_catalog.kept_pg_constraint k))
                  OR (c.classid = 'pg_catalog.pg_attrdef'::regclass AND c.objid IN (SELECT f.oid FROM orgfold_catalog.kept_pg_attrdef f))))
         -- An index and its constraint.
         OR (c.refclassid = 'pg_catalog.pg_constraint'::regclass AND c.classid = 'pg_catalog.pg_class'::regclass
             AND c.refobjid IN (SELECT k.oid FROM orgfold_catalog.kept_pg_constraint k))
         OR (c.deptype = 'e' AND c.refclassid = 'pg_catalog.pg_extension'::regclass)$$,
    jsonb_build_object(
        'refobjid', 'coalesce(h.inhparent, c.refobjid)',
        'refobjsubid', 'CASE WHEN c.refobjsubid > 0 THEN c.refobjsubid - coalesce(s.skip, 0) ELSE c.refobjsubid END',
        'deptype', $$CASE WHEN d.attidentity IS NOT NULL THEN 'i' ELSE c.deptype END$$), 'objid', 'refobjid');

CALL orgfold_catalog.keep(true, 'pg_type',
    $$pg_catalog.pg_type c
      LEFT JOIN orgfold_catalog.row_type w ON w.type = c.oid
      WHERE (w.type IS NOT NULL OR c.typnamespace NOT IN (SELECT n.oid FROM orgfold_catalog.hidden_schema n))
        AND c.oid NOT IN (SELECT x.replaced FROM orgfold_catalog.row_type x)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.oid = c.typrelid AND r.relispartition)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e JOIN pg_catalog.pg_class r ON r.oid = e.typrelid
                        WHERE e.oid = c.typelem AND r.relispartition)$$,
    jsonb_build_object('typowner', 'orgfold_catalog.owner(c.oid)', 'typacl', 'NULL',
        'typname', 'coalesce(w.name, c.typname)', 'typnamespace', 'coalesce(w.namespace, c.typnamespace)',
        'typrelid', 'coalesce(w.relation, c.typrelid)'), 'oid', 'typrelid', 'typelem', 'typname');

CALL orgfold_catalog.keep(false, 'pg_namespace',
    $$pg_catalog.pg_namespace c WHERE c.nspname NOT IN ('orgfold', 'orgfold_catalog', 'orgfold_rows') AND c.nspname !~ '^pg_(toast_)?temp'$$,
    jsonb_build_object('nspowner', $$CASE c.nspname WHEN 'public' THEN 6171 ELSE orgfold_catalog.owner(c.oid) END$$, 'nspacl', 'NULL'), 'oid');

CALL orgfold_catalog.keep(false, 'pg_proc',
    'pg_catalog.pg_proc c WHERE c.pronamespace NOT IN (SELECT n.oid FROM orgfold_catalog.hidden_schema n)',
    jsonb_build_object('proowner', 'orgfold_catalog.owner(c.oid)', 'proacl', 'NULL'), 'oid', 'proname');

CALL orgfold_catalog.keep(false, 'pg_rewrite',
    'pg_catalog.pg_rewrite c WHERE c.ev_class IN (SELECT s.oid FROM orgfold_catalog.shown s)',
    -- A rule's text names the columns of the tables it reads, org_id too.
    jsonb_build_object('ev_qual', 'NULL', 'ev_action', 'NULL'), 'oid', 'ev_class');
CALL orgfold_catalog.keep(false, 'pg_trigger',
    'pg_catalog.pg_trigger c WHERE NOT c.tgisinternal AND c.tgrelid IN (SELECT s.oid FROM orgfold_catalog.shown s)', '{}', 'tgrelid');

-- One database, one role.
CALL orgfold_catalog.stand_in('pg_database', 'pg_catalog.pg_database c WHERE c.datname = pg_catalog.current_database()',
    jsonb_build_object('datname', 'orgfold_catalog.current_database()', 'datdba', 'orgfold_catalog.me()', 'datacl', 'NULL', 'datfrozenxid', $$'0'$$, 'datminmxid', $$'0'$$));
CALL orgfold_catalog.stand_in('pg_roles', 'pg_catalog.pg_roles c WHERE c.rolname = current_user',
    '{"rolname": "orgfold_catalog.role_name()", "rolconfig": "NULL"}');
CALL orgfold_catalog.stand_in('pg_user', 'pg_catalog.pg_user c WHERE c.usename = current_user',
    '{"usename": "orgfold_catalog.role_name()", "useconfig": "NULL"}');
-- information_schema asks for it; orgs may not.
CALL orgfold_catalog.stand_in('pg_authid', $$pg_catalog.pg_roles c WHERE c.oid IN (10, 6171) OR c.rolname = current_user$$,
    jsonb_build_object('rolname', $$CASE c.oid WHEN 10 THEN 'postgres' WHEN 6171 THEN c.rolname ELSE orgfold_catalog.role_name() END$$, 'rolpassword', 'NULL'));

CALL orgfold_catalog.stand_in('pg_settings', $$pg_catalog.pg_settings c WHERE orgfold_catalog.is_shown_setting(c.name)$$,
    -- What orgfold says to servers of itself is not what the service says.
    jsonb_build_object(
        'setting', $$CASE WHEN c.name = 'application_name' THEN orgfold_catalog.current_setting(c.name) ELSE c.setting END$$,
        'reset_val', $$CASE WHEN c.name = 'application_name' THEN '' ELSE c.reset_val END$$,
        'sourcefile', 'NULL', 'sourceline', 'NULL'));

-- The same for everyone, and nobody's.
DO $$
DECLARE
    same text;
    unsaid jsonb;
BEGIN
    FOREACH same IN ARRAY ARRAY[
        'pg_aggregate', 'pg_am', 'pg_amop', 'pg_amproc', 'pg_cast', 'pg_collation', 'pg_conversion', 'pg_enum',
        'pg_extension', 'pg_language', 'pg_opclass', 'pg_operator', 'pg_opfamily', 'pg_range', 'pg_tablespace',
        'pg_timezone_abbrevs', 'pg_timezone_names', 'pg_transform', 'pg_ts_config', 'pg_ts_config_map', 'pg_ts_dict',
        'pg_ts_parser', 'pg_ts_template']
    LOOP
        -- Owners are this role, privileges are not told.
        SELECT coalesce(jsonb_object_agg(a.attname, CASE WHEN a.attname ~ 'owner$' THEN 'orgfold_catalog.owner(c.oid)' ELSE 'NULL' END), '{}')
            INTO unsaid FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = to_regclass('pg_catalog.' || quote_ident(same)) AND a.attnum > 0
              AND (a.attname ~ 'owner$' OR a.atttypid = 'aclitem[]'::regtype);
        CALL orgfold_catalog.stand_in(same, format('pg_catalog.%I c', same), unsaid);
    END LOOP;
END
$$;

-- Statistics, other sessions, replication, and what a service cannot declare.
CALL orgfold_catalog.empty(
    'pg_auth_members', 'pg_available_extensions', 'pg_available_extension_versions', 'pg_cursors', 'pg_db_role_setting',
    'pg_default_acl', 'pg_event_trigger', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_foreign_table', 'pg_group',
    'pg_inherits', 'pg_init_privs', 'pg_largeobject_metadata', 'pg_locks', 'pg_matviews', 'pg_partitioned_table',
    'pg_policies', 'pg_policy', 'pg_prepared_statements', 'pg_prepared_xacts', 'pg_publication', 'pg_publication_namespace',
    'pg_publication_rel', 'pg_publication_tables', 'pg_replication_origin', 'pg_replication_slots', 'pg_rules',
    'pg_seclabel', 'pg_seclabels', 'pg_shdepend', 'pg_shdescription', 'pg_shseclabel', 'pg_stat_activity',
    'pg_stat_all_indexes', 'pg_stat_all_tables', 'pg_stat_archiver', 'pg_stat_bgwriter', 'pg_stat_database',
    'pg_stat_progress_vacuum', 'pg_stat_replication', 'pg_stat_ssl', 'pg_stat_sys_tables', 'pg_stat_user_functions',
    'pg_stat_user_indexes', 'pg_stat_user_tables', 'pg_statio_all_indexes', 'pg_statio_all_sequences',
    'pg_statio_all_tables', 'pg_statio_user_indexes', 'pg_statio_user_sequences', 'pg_statio_user_tables', 'pg_statistic',
    'pg_statistic_ext', 'pg_stats', 'pg_stats_ext', 'pg_subscription', 'pg_subscription_rel',
    'pg_user_mapping', 'pg_user_mappings');
