-- What is in the service's schemas of a shard, as lines of text: `orgfold migrate --check` compares them with the lines
-- that the catalog implies. $1: the schemas. $2: the runtime role. What an extension made is left out.
WITH own AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, c.relispartition, c.relowner, c.relacl, c.relhasrules,
           c.relrowsecurity, c.relforcerowsecurity, c.relpartbound
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
)
SELECT CASE
           WHEN relkind = 'p' THEN format('partitioned table %s %s', name, pg_get_partkeydef(oid))
           WHEN relkind = 'r' AND relispartition THEN format('leaf %s of %s %s', name,
               (SELECT p.name FROM pg_inherits i JOIN own p ON p.oid = i.inhparent WHERE i.inhrelid = own.oid),
               pg_get_expr(relpartbound, oid))
           WHEN relkind = 'r' THEN format('table %s', name)
           ELSE format('relation %s of kind %s', name, relkind)
       END
FROM own WHERE relkind NOT IN ('i', 'I', 'c', 'S')
UNION ALL
SELECT format('sequence %s %s increment %s', name, format_type(s.seqtypid, NULL), s.seqincrement)
FROM own JOIN pg_sequence s ON s.seqrelid = own.oid
UNION ALL
SELECT format('column %s #%s %s %s%s%s', name, row_number() OVER (PARTITION BY own.oid ORDER BY a.attnum), a.attname,
              format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attnotnull THEN ' not null' END, CASE WHEN a.attgenerated <> '' THEN ' generated' END)
FROM own JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE relkind IN ('r', 'p')
UNION ALL
SELECT CASE k.contype
           WHEN 'f' THEN format('foreign key %s on %s to %s (%s) on delete %s on update %s', k.conname, own.name,
               (SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid = k.confrelid),
               (SELECT string_agg(a.attname, ', ' ORDER BY o.at) FROM unnest(k.conkey) WITH ORDINALITY o (num, at)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num),
               k.confdeltype, k.confupdtype)
           WHEN 'c' THEN format('check %s on %s', k.conname, own.name)
           WHEN 'x' THEN format('exclusion %s on %s', k.conname, own.name)
           ELSE format('%s %s on %s (%s)', CASE k.contype WHEN 'p' THEN 'primary key' ELSE 'unique' END, k.conname, own.name,
               (SELECT string_agg(a.attname, ', ' ORDER BY o.at) FROM unnest(k.conkey) WITH ORDINALITY o (num, at)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num))
       END
FROM own JOIN pg_constraint k ON k.conrelid = own.oid WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')
UNION ALL
SELECT format('%s%sindex %s on %s', CASE WHEN NOT x.indisvalid THEN 'invalid ' END, CASE WHEN x.indisunique THEN 'unique ' END,
              own.name, t.name)
FROM own JOIN pg_index x ON x.indexrelid = own.oid JOIN own t ON t.oid = x.indrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = own.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT format('leaf index %s without an index of its table', own.name)
FROM own JOIN pg_index x ON x.indexrelid = own.oid JOIN own t ON t.oid = x.indrelid AND t.relispartition
WHERE NOT own.relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = own.oid AND k.contype = 'x')
UNION ALL
SELECT format('grant %s on %s to %s', g.privilege_type, name, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE $2 END)
FROM own CROSS JOIN LATERAL aclexplode(own.relacl) g
WHERE g.grantee = 0 OR g.grantee = (SELECT oid FROM pg_roles WHERE rolname = $2)
UNION ALL
SELECT format('owner %s of %s', pg_get_userbyid(relowner), name) FROM own
WHERE relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
UNION ALL
SELECT format('trigger %s on %s', t.tgname, own.name) FROM own JOIN pg_trigger t ON t.tgrelid = own.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT format('row security on %s%s', name, CASE WHEN relforcerowsecurity THEN ' forced' END) FROM own WHERE relrowsecurity
UNION ALL
SELECT format('policy %s on %s for %s to %s using %s check %s', p.polname, name, p.polcmd,
              (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ', ') FROM unnest(p.polroles) r),
              pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
           || CASE WHEN p.polpermissive THEN '' ELSE ' restrictive' END
FROM own JOIN pg_policy p ON p.polrelid = own.oid
UNION ALL
SELECT format('rule on %s', name) FROM own WHERE relhasrules AND relkind IN ('r', 'p')
UNION ALL
SELECT format('function %s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY ($1)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT CASE t.typtype
           WHEN 'e' THEN format('enum %s.%s (%s)', n.nspname, t.typname,
               (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
           WHEN 'd' THEN format('domain %s.%s', n.nspname, t.typname)
           ELSE format('composite %s.%s (%s)', n.nspname, t.typname,
               (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a
                WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
       END
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE n.nspname = ANY ($1) AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
