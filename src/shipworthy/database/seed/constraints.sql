-- Constraints and unique indexes of tables, with the columns that they cover.
select n.nspname, c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid),
       coalesce((select array_agg(a.attname::text order by u.n)
                   from unnest(k.conkey) with ordinality u(attnum, n)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum), '{}')
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
 where n.nspname not in ('pg_catalog', 'information_schema') and k.contype in ('c', 'p', 'u', 'x')
union all
select n.nspname, c.relname, i.relname, 'i', pg_get_indexdef(x.indexrelid),
       coalesce((select array_agg(a.attname::text order by u.n)
                   from unnest(x.indkey::int2[]) with ordinality u(attnum, n)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum and u.attnum > 0), '{}')
  from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
  join pg_namespace n on n.oid = c.relnamespace
 where x.indisunique and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.conrelid = c.oid)
