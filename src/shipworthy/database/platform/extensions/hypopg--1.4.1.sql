-- Stand-in for hypopg: takes hypothetical indexes and forgets them.

CREATE FUNCTION hypopg_create_index(sql_order text, OUT indexrelid oid, OUT indexname text)
RETURNS SETOF record LANGUAGE sql AS $$ select 0::oid, 'hypothetical'::text $$;
CREATE FUNCTION hypopg_reset() RETURNS void LANGUAGE sql AS $$ select $$;
CREATE FUNCTION hypopg_drop_index(indexid oid) RETURNS boolean LANGUAGE sql RETURN true;
