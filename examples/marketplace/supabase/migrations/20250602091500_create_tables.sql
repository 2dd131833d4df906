-- Profiles

create table public.profiles (
  id uuid primary key references auth.users(id) on delete cascade,
  email text not null,
  full_name text,
  phone text,
  avatar_url text,
  bio text,
  role text not null default 'buyer',
  stripe_account_id text,
  payout_balance double precision not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.profiles enable row level security;

create policy "Public profiles are viewable by everyone"
  on public.profiles for select using (true);

create policy "Users can insert their own profile"
  on public.profiles for insert with check (auth.uid() = id);

create policy "Users can update own profile"
  on public.profiles for update using (auth.uid() = id);

-- Categories, public by design

create table public.categories (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text not null unique,
  icon text,
  position integer not null default 0
);

alter table public.categories enable row level security;

create policy "Categories are public"
  on public.categories for select using (true);

-- Listings

create table public.listings (
  id uuid primary key default gen_random_uuid(),
  seller_id uuid not null references public.profiles(id) on delete cascade,
  category_id uuid references public.categories(id),
  title text not null,
  slug text not null unique,
  description text,
  price double precision not null,
  stock integer not null default 1,
  condition text not null default 'good',
  images text[] not null default '{}',
  status text not null default 'active',
  featured boolean not null default false,
  view_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index listings_seller_id_idx on public.listings (seller_id);
create index listings_status_created_at_idx on public.listings (status, created_at desc);

alter table public.listings enable row level security;

create policy "Active listings are public"
  on public.listings for select using (status = 'active' or seller_id = (select auth.uid()));

create policy "Sellers can create listings"
  on public.listings for insert with check ((select auth.uid()) = seller_id);

create policy "Authenticated users can update listings"
  on public.listings for update to authenticated using (true);

create policy "Sellers can delete their listings"
  on public.listings for delete using ((select auth.uid()) = seller_id);

-- Orders

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  buyer_id uuid references public.profiles(id),
  seller_id uuid references public.profiles(id),
  status text not null default 'pending',
  total double precision not null,
  platform_fee double precision not null default 0,
  shipping_name text,
  shipping_address jsonb,
  stripe_session_id text,
  tracking_number text,
  pickup_code text,
  created_at timestamp not null default now(),
  paid_at timestamp
);

alter table public.orders enable row level security;

create policy "Users can view orders"
  on public.orders for select using (true);

create policy "Users can create orders"
  on public.orders for insert with check ((select auth.uid()) = buyer_id);

create table public.order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders(id) on delete cascade,
  listing_id uuid not null references public.listings(id),
  title text not null,
  quantity integer not null default 1,
  unit_price double precision not null
);

create index order_items_order_id_idx on public.order_items (order_id);

alter table public.order_items enable row level security;

create policy "Buyers and sellers can view items"
  on public.order_items for select
  using (
    exists (
      select 1 from public.orders o
      where o.id = order_items.order_id
        and (o.buyer_id = (select auth.uid()) or o.seller_id = (select auth.uid()))
    )
  );

-- Reviews

create table public.reviews (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings(id) on delete cascade,
  author_id uuid not null references public.profiles(id) on delete cascade,
  rating integer not null check (rating between 1 and 5),
  body text not null,
  created_at timestamptz not null default now(),
  unique (listing_id, author_id)
);

alter table public.reviews enable row level security;

create policy "Reviews are public"
  on public.reviews for select using (true);

create policy "Buyers can review"
  on public.reviews for insert with check ((select auth.uid()) = author_id);

-- Messages

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid references public.listings(id) on delete set null,
  sender_id uuid not null references public.profiles(id) on delete cascade,
  recipient_id uuid not null references public.profiles(id) on delete cascade,
  body text not null,
  read_at timestamptz,
  created_at timestamptz not null default now()
);

create index messages_sender_id_idx on public.messages (sender_id);
create index messages_recipient_id_idx on public.messages (recipient_id);

alter table public.messages enable row level security;

create policy "Participants can read messages"
  on public.messages for select
  using ((select auth.uid()) in (sender_id, recipient_id));

create policy "Users can send messages"
  on public.messages for insert with check ((select auth.uid()) = sender_id);

-- Favorites

create table public.favorites (
  user_id uuid not null references public.profiles(id) on delete cascade,
  listing_id uuid not null references public.listings(id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, listing_id)
);

alter table public.favorites enable row level security;

create policy "Users manage their favorites"
  on public.favorites for all
  using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);

-- Newsletter: anybody may sign up, nobody may read

create table public.newsletter_subscribers (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  created_at timestamptz not null default now()
);

alter table public.newsletter_subscribers enable row level security;

create policy "Anyone can subscribe"
  on public.newsletter_subscribers for insert with check (true);
