-- Which columns each role may read, change and fill, and what a view lets through to its tables.
select n.nspname, c.relname, r.role, a.attname, a.attgenerated <> '' or a.attidentity = 'a',
       has_column_privilege(r.role, c.oid, a.attnum, 'SELECT'),
       has_column_privilege(r.role, c.oid, a.attnum, 'UPDATE'),
       has_column_privilege(r.role, c.oid, a.attnum, 'INSERT'),
       pg_relation_is_updatable(c.oid, true)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 cross join (values ('anon'), ('authenticated')) r(role)
 where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
 order by c.oid, a.attnum
