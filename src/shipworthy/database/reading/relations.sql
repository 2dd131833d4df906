SELECT o.oid, o.schema, o.name,
  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view' ELSE 'foreign' END AS kind,
  c.relrowsecurity, c.relforcerowsecurity,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(o.oid) ELSE '' END AS definition,
  coalesce((SELECT option_value::boolean FROM pg_options_to_table(c.reloptions)
              WHERE option_name = 'security_invoker'), false) AS invoker,
  ARRAY(SELECT DISTINCT rn.nspname || '.' || rc.relname
          FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> o.oid
          JOIN pg_class rc ON rc.oid = d.refobjid JOIN pg_namespace rn ON rn.oid = rc.relnamespace
          WHERE w.ev_class = o.oid AND c.relkind IN ('v', 'm') ORDER BY 1) AS depends_on
FROM own_relations o JOIN pg_class c USING (oid)
ORDER BY o.schema, o.name
