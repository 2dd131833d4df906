SELECT p.polrelid, p.oid, p.polname,
  CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
    WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
  ARRAY(SELECT coalesce(r.rolname::text, 'public') FROM unnest(p.polroles) u(n)
          LEFT JOIN pg_roles r ON r.oid = u.n ORDER BY 1),
  p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM own_relations o JOIN pg_policy p ON p.polrelid = o.oid
ORDER BY p.polrelid, p.polname
