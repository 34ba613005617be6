-- The texts of a shard's expressions, which must be the same on every shard: `orgfold migrate --check` compares them.
-- $1: the service's schemas.
SELECT format('constraint %s on %s.%s: %s', k.conname, n.nspname, c.relname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND k.contype IN ('p', 'u', 'f', 'c', 'x')
UNION ALL
SELECT format('index: %s', pg_get_indexdef(x.indexrelid))
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1)
UNION ALL
SELECT format('default of %s.%s.%s: %s', n.nspname, c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid))
FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE n.nspname = ANY ($1)
UNION ALL
SELECT format('domain %s.%s: %s %s %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod), t.typdefault,
              (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY ($1) AND t.typtype = 'd'
UNION ALL
SELECT format('view %s.%s: %s', n.nspname, c.relname, pg_get_viewdef(c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind = 'v'
