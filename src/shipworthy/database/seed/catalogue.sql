-- The columns of every table and composite type outside of the system's own schemas.
select n.nspname, c.relname, a.attname, a.atttypid::oid, a.atttypmod,
       format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attgenerated <> '' as computed, a.attidentity <> '' as identity,
       pg_get_expr(d.adbin, d.adrelid) as preset, c.oid::oid, c.relkind::text
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'c', 'v', 'm')
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
 order by c.oid, a.attnum
