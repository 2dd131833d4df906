-- Payouts to sellers

create table public.payouts (
  id uuid primary key default gen_random_uuid(),
  seller_id uuid not null references public.profiles(id),
  order_id uuid references public.orders(id),
  amount double precision not null,
  iban text,
  status text not null default 'pending',
  created_at timestamptz not null default now()
);

-- Adds money to the balance of a seller
create or replace function public.credit_seller(p_seller uuid, p_amount double precision)
returns void
language plpgsql
security definer
as $$
begin
  update public.profiles
  set payout_balance = payout_balance + p_amount
  where id = p_seller;
end;
$$;

-- Numbers for the dashboard
create view public.seller_stats as
  select
    p.id as seller_id,
    p.full_name,
    p.email,
    count(o.id) as orders,
    coalesce(sum(o.total), 0) as revenue
  from public.profiles p
  left join public.orders o on o.seller_id = p.id and o.status = 'paid'
  group by p.id;

-- Is the caller an admin?
create or replace function public.is_admin()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1 from public.profiles where id = auth.uid() and role = 'admin'
  );
$$;

create policy "Admins can moderate listings"
  on public.listings for delete using (public.is_admin());

-- Ids of the events of Stripe that were handled. Only the service role comes here, so no policy.
create table public.stripe_events (
  id text primary key,
  type text not null,
  received_at timestamptz not null default now()
);

alter table public.stripe_events enable row level security;
