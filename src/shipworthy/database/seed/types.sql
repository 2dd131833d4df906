-- Every type: how it is built, the labels of enums, the rules of domains.
select t.oid::oid, t.typname, t.typtype::text, t.typcategory::text, t.typelem::oid,
       t.typbasetype::oid, t.typtypmod, t.typrelid::oid, format_type(t.oid, null),
       (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
       (select array_agg(pg_get_constraintdef(k.oid)) from pg_constraint k where k.contypid = t.oid)
  from pg_type t
