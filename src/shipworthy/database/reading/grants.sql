-- `number` is 0 for the whole table, else the position of the column.
SELECT g.oid, CASE g.grantee WHEN 0 THEN 'public' ELSE r.rolname::text END AS role, g.grantee,
  g.privilege_type, g.number, g.column_name
FROM (
  SELECT o.oid, e.grantee, e.privilege_type, 0 AS number, '' AS column_name
  FROM own_relations o JOIN pg_class c USING (oid),
    LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) e
  UNION ALL
  SELECT o.oid, e.grantee, e.privilege_type, a.attnum, a.attname::text
  FROM own_relations o JOIN pg_attribute a ON a.attrelid = o.oid, LATERAL aclexplode(a.attacl) e
  WHERE NOT a.attisdropped
) g LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE g.grantee = 0 OR r.rolname IN ('anon', 'authenticated', 'service_role')
