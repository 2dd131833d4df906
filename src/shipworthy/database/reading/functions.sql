SELECT p.oid, n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
  ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, i) ORDER BY i),
  ARRAY(SELECT coalesce(p.proargnames[u.i], '') FROM unnest(coalesce(p.proargmodes,
          array_fill('i'::"char", ARRAY[p.pronargs]))) WITH ORDINALITY u(m, i)
          WHERE u.m IN ('i', 'b', 'v') ORDER BY u.i),
  p.pronargdefaults, coalesce(pg_get_function_result(p.oid), ''), l.lanname, p.prosecdef,
  (SELECT substr(s, 13) FROM unnest(p.proconfig) s WHERE starts_with(s, 'search_path=')),
  CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
  CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_get_function_sqlbody(p.oid) END,
  ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.rolname IN ('anon', 'authenticated', 'service_role')
          AND has_function_privilege(r.oid, p.oid, 'EXECUTE')),
  n.nspname <> ALL (%(platform)s)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND p.prokind IN ('f', 'p') AND n.nspname NOT LIKE 'pg\_%%'
  AND (n.nspname <> ALL (%(platform)s) OR p.oid = ANY (%(made)s))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                    AND d.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid
