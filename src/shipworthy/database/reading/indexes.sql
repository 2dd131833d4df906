SELECT i.indrelid, i.indexrelid, c.relname,
  ARRAY(SELECT coalesce(a.attname::text, '') FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, p)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n > 0
          WHERE u.p <= i.indnkeyatts ORDER BY u.p),
  i.indisunique, i.indisprimary, coalesce(k.oid, 0), m.amname, pg_get_expr(i.indpred, i.indrelid),
  pg_get_indexdef(i.indexrelid)
FROM own_relations o JOIN pg_index i ON i.indrelid = o.oid
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
  AND k.conrelid = i.indrelid
ORDER BY i.indrelid, c.relname
