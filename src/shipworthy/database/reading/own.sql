-- The relations that count: those of the prototype's own schemas, without what extensions bring, and
-- two tables of the platform that prototypes add rules to.

CREATE TEMP TABLE own_relations AS
  SELECT c.oid, n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
    AND ((n.nspname <> ALL (%(platform)s) AND n.nspname NOT LIKE 'pg\_%%')
      OR (n.nspname, c.relname) IN (('storage', 'objects'), ('auth', 'users')))
