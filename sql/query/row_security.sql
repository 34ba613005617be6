-- How a shard's tables and leaves stand with row-level security. $1: their schemas, $2: their names, side by side.
-- `policies` is what `src/migrate/isolation.rs` compares with what it would make.
SELECT n.nspname::text, c.relname::text, c.relrowsecurity, c.relforcerowsecurity,
       ARRAY (SELECT format('%s %s %s to %s using %s check %s', p.polname, p.polpermissive, p.polcmd,
                            (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ', ')
                             FROM unnest(p.polroles) r),
                            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
              FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies
FROM unnest($1::text[], $2::text[]) AS wanted (nspname, relname)
JOIN pg_namespace n ON n.nspname = wanted.nspname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.relname
WHERE c.relkind IN ('r', 'p')
