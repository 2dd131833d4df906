-- Stand-in for index_advisor: it never advises anything.

CREATE FUNCTION index_advisor(query text) RETURNS TABLE (
  startup_cost_before jsonb, startup_cost_after jsonb, total_cost_before jsonb, total_cost_after jsonb,
  index_statements text[], errors text[]
) LANGUAGE sql AS $$ select null::jsonb, null::jsonb, null::jsonb, null::jsonb, '{}'::text[], '{}'::text[] $$;
