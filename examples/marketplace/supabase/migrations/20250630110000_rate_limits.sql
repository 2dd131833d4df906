-- Counts calls of a user within a window, for lib/rate-limit.ts

create table public.api_calls (
  id bigint generated always as identity primary key,
  user_id uuid not null references auth.users(id) on delete cascade,
  action text not null,
  called_at timestamptz not null default now()
);

create index api_calls_user_action_idx on public.api_calls (user_id, action, called_at);

alter table public.api_calls enable row level security;

create or replace function public.count_call(p_user uuid, p_action text, p_seconds integer)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  calls integer;
begin
  insert into public.api_calls (user_id, action) values (p_user, p_action);
  select count(*) into calls
  from public.api_calls
  where user_id = p_user
    and action = p_action
    and called_at > now() - make_interval(secs => p_seconds);
  return calls;
end;
$$;

-- Only the server counts
revoke execute on function public.count_call(uuid, text, integer) from public, anon, authenticated;
grant execute on function public.count_call(uuid, text, integer) to service_role;
