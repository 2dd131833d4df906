-- The functions and procedures of all schemas but the system's, with the types of what goes in.
select n.nspname, p.proname, p.prokind::text, p.provolatile::text, p.pronargs, p.pronargdefaults,
       array_to_string(array(select format_type(u.t, null) from unnest(p.proargtypes) with ordinality u(t, n)
                              order by u.n), ', '),
       array_to_string(array(select coalesce(p.proargnames[u.n], '') from unnest(p.proargtypes) with ordinality u(t, n)
                              order by u.n), ','),
       array_to_string(p.proargtypes::oid[], ',')
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname not in ('pg_catalog', 'information_schema') and p.prokind in ('f', 'p')
