-- What the REST interface serves, as one JSON document. $1: the exposed schemas.
WITH exposed AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY ($1::text[])
),
relations AS (
  SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.oid IN (SELECT oid FROM exposed)
)
SELECT json_build_object(
  'relations', (SELECT coalesce(json_agg(json_build_object(
      'oid', r.oid::bigint, 'schema', r.schema, 'name', r.name, 'kind', r.kind,
      'columns', (
        SELECT coalesce(json_agg(json_build_object(
          'name', a.attname, 'number', a.attnum,
          'type', format_type(a.atttypid, NULL),
          'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
          'identity', a.attidentity <> '', 'required', a.attnotnull
        ) ORDER BY a.attnum), '[]')
        FROM pg_attribute a
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'key', (
        SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]')
        FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY k(number, place), pg_attribute a
        WHERE p.conrelid = r.oid AND p.contype = 'p' AND a.attrelid = r.oid AND a.attnum = k.number),
      'view', (SELECT w.ev_action::text FROM pg_rewrite w
               WHERE w.ev_class = r.oid AND r.kind IN ('v', 'm') AND w.rulename = '_RETURN')
    )), '[]') FROM relations r),
  'foreign', (SELECT coalesce(json_agg(json_build_object(
      'name', k.conname, 'table', k.conrelid::bigint, 'columns', k.conkey,
      'target', k.confrelid::bigint, 'referenced', k.confkey,
      'unique', EXISTS (
        SELECT FROM pg_constraint u WHERE u.conrelid = k.conrelid AND u.contype IN ('p', 'u')
          AND u.conkey @> k.conkey AND u.conkey <@ k.conkey)
    ) ORDER BY k.conname), '[]')
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0),
  'routines', (SELECT coalesce(json_agg(json_build_object(
      'schema', n.nspname, 'name', p.proname, 'set', p.proretset,
      'returns', CASE
        WHEN p.prorettype = 'void'::regtype THEN 'nothing'
        WHEN t.typtype = 'c' OR p.proargmodes && '{t,b,o}' OR t.typname = 'record' THEN 'rows'
        ELSE 'value' END,
      'relation', t.typrelid::bigint, 'volatile', p.provolatile = 'v',
      'parameters', (
        SELECT coalesce(json_agg(json_build_object(
          'name', coalesce(p.proargnames[i.place], ''), 'type', format_type(i.type, NULL),
          'required', i.number <= p.pronargs - p.pronargdefaults,
          'variadic', p.provariadic <> 0 AND i.number = p.pronargs
        ) ORDER BY i.number), '[]')
        FROM (
          SELECT a.place, a.type, row_number() OVER (ORDER BY a.place) AS number
          FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY a(type, place)
          WHERE p.proargmodes IS NULL OR p.proargmodes[a.place] IN ('i', 'b', 'v')
        ) i)
    )), '[]')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type t ON t.oid = p.prorettype
    WHERE p.prokind = 'f' AND p.pronamespace IN (SELECT oid FROM exposed)
      AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype))
)
