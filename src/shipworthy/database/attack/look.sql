-- What the proof needs to see in the middle of an attempt, with the rights of the tables' owner.
create schema shipworthy;

create function shipworthy.rows(target text, condition text) returns setof jsonb
language plpgsql security definer set search_path = public, extensions as $$
begin
  return query execute format('select to_jsonb(t) from %s t where %s limit 200', target, condition);
end $$;

revoke all on all functions in schema shipworthy from public, anon, authenticated, service_role;
grant usage on schema shipworthy to authenticator, supabase_auth_admin;
grant execute on all functions in schema shipworthy to authenticator, supabase_auth_admin;
