"""What a seed puts into a database: rows of two owners in every table, whatever its rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from shipworthy.database.attempts import Seeding
from shipworthy.database.engine import Database, Server
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import Era
from shipworthy.database.replay import replay
from shipworthy.database.seed import seed
from shipworthy.database.seed.ownership import ownerships
from shipworthy.database.seed.people import KEEPER, OTHER, OWNER
from shipworthy.database.seed.power import highest, lowest, power_of, rank

Seed = Callable[[str], Mapping[str, Seeding]]


@pytest.fixture(scope="module")
def platform(server: Server) -> Iterator[Database]:
    database = server.database(Era.LEGACY)
    yield database
    database.drop()


@pytest.fixture
def copy(server: Server, platform: Database) -> Iterator[Database]:
    database = server.clone(platform)
    yield database
    database.drop()


@pytest.fixture
def seeded(copy: Database) -> Seed:
    def run(sql: str) -> Mapping[str, Seeding]:
        history = History((SqlFile("supabase/migrations/1.sql", sql),))
        replayed, schema = replay(copy, history)
        assert not replayed.failures
        return seed(copy, schema)

    return run


def test_every_kind_of_column_gets_a_value(seeded: Seed) -> None:
    made = seeded(
        """
create extension if not exists vector;
create type public.mood as enum ('calm', 'wild');
create type public.place as (street text, number int);
create domain public.code as text check (value ~ '^[A-Z]{2}-[0-9]{4}$');
create table public.everything (
  id bigint generated always as identity primary key, a uuid not null, b text not null,
  c varchar(3) not null, d numeric(5, 2) not null, e smallint not null, f boolean not null,
  g timestamptz not null, h date not null, i time not null, j interval not null, k json not null,
  l jsonb not null, m text[] not null, n int4range not null, o tstzrange not null, p public.mood not null,
  q public.mood[] not null, r public.place not null, s public.code not null, t bytea not null,
  u inet not null, v vector(3) not null, w text generated always as (b || 'x') stored,
  x int4multirange not null, y point not null, z tsvector not null);
"""
    )
    row = made["public.everything"]
    assert (row.rows, row.error, row.dropped) == (2, "", ())
    assert row.row_of["a"]["id"] != row.row_of["b"]["id"]


def test_checks_are_met_rather_than_dropped(seeded: Seed) -> None:
    made = seeded(
        """
create table public.checked (
  id uuid primary key, email text unique not null check (email like '%@%'),
  state text not null check (state in ('open', 'shut')), stars int not null check (stars between 1 and 5),
  price numeric not null check (price > 100), list jsonb not null check (jsonb_typeof(list) = 'array'),
  zip text not null check (zip ~ '^[0-9]{5}$'), one text, two text,
  starts date not null, ends date not null, check (ends > starts), check (num_nonnulls(one, two) = 1));
"""
    )
    assert made["public.checked"].rows == 2
    assert made["public.checked"].dropped == ()


def test_a_check_that_cannot_be_met_gives_way_and_is_named(seeded: Seed) -> None:
    made = seeded(
        "create table public.odd (id int not null, constraint never check (id > 10 and id < 5));"
    )
    assert made["public.odd"].rows == 2
    assert made["public.odd"].dropped == ("never",)


def test_rows_of_one_owner_refer_to_each_other(seeded: Seed, copy: Database) -> None:
    seeded(
        """
create table public.companies (id uuid primary key default gen_random_uuid(), name text);
create table public.profiles (id uuid primary key references auth.users,
                              company_id uuid references public.companies);
create table public.deals (id serial primary key, owner uuid references public.profiles,
  company_id uuid references public.companies, parent_id int references public.deals);
"""
    )
    with copy.connect("postgres") as connection:
        found = connection.execute(
            "select p.id::text from public.deals d join public.profiles p on p.id = d.owner"
            " join public.companies c on c.id = d.company_id and c.id = p.company_id"
            " join auth.users u on u.id = p.id order by 1"
        ).fetchall()
    assert found == sorted([(OWNER.id,), (OTHER.id,)])


def test_nobody_becomes_an_administrator_by_the_seed(seeded: Seed) -> None:
    made = seeded(
        """
create table public.admin_users (id uuid primary key, user_id uuid references auth.users);
create table public.user_roles (id uuid primary key, user_id uuid references auth.users,
                                role text not null check (role in ('admin', 'member')));
create table public.role_permissions (id uuid primary key,
  permission text not null check (permission = 'all'),
  role text not null check (role in ('member', 'admin', 'owner')),
  unique (role, permission));
"""
    )
    assert made["public.admin_users"].row_of["k"]["user_id"] == KEEPER.id
    assert "b" not in made["public.admin_users"].row_of
    assert made["public.user_roles"].row_of["b"]["role"] == "member"
    rights = made["public.role_permissions"]
    assert {row["role"] for row in rights.row_of.values()} == {"admin", "owner"}
    assert rights.dropped == ()


def test_users_get_the_role_of_an_ordinary_sign_up(seeded: Seed) -> None:
    made = seeded(
        """
create type public.kind as enum ('tecnico', 'cliente', 'parceiro');
create table public.profiles (id uuid primary key references auth.users, role public.kind not null);
create function public.welcome() returns trigger language plpgsql security definer as
$$ begin insert into public.profiles values (new.id, 'parceiro'); return new; end $$;
create trigger welcome after insert on auth.users for each row execute function public.welcome();
"""
    )
    assert made["public.profiles"].row_of["b"]["role"] == "parceiro"


def test_owners_are_told_by_rules_keys_and_names(copy: Database) -> None:
    sql = """
create table public.teams (id uuid primary key);
create table public.team_members (team_id uuid references public.teams, user_id uuid references auth.users);
create table public.by_rule (id uuid primary key, whose uuid);
alter table public.by_rule enable row level security;
create policy mine on public.by_rule using ((select auth.uid()) = whose);
create table public.by_key (id uuid primary key, made_by uuid references auth.users);
create table public.by_name (id uuid primary key, user_id uuid, team_id uuid);
create table public.by_text (id uuid primary key, whose text);
alter table public.by_text enable row level security;
create policy mine on public.by_text using (whose = auth.uid()::text);
create table public.countries (id uuid primary key, name text);
"""
    _, schema = replay(copy, History((SqlFile("supabase/migrations/1.sql", sql),)))
    found = ownerships(schema)
    assert found["public.by_rule"].user_columns == ("whose",)
    assert found["public.by_key"].user_columns == ("made_by",)
    assert found["public.by_text"].user_columns == ("whose",)
    assert found["public.by_name"].user_columns == ("user_id",)
    assert found["public.by_name"].tenant_columns == ("team_id",)
    assert found["public.team_members"].tenant_columns == ("team_id",)
    assert found["public.teams"].tenant_columns == ("id",)
    assert found["public.countries"].user_columns == found["public.countries"].tenant_columns == ()


def test_a_seed_never_runs_code_as_a_superuser(seeded: Seed, copy: Database) -> None:
    seeded(
        """
create table public.seen (who text, is_super text);
create function public.spy() returns boolean language plpgsql as $$ begin
  insert into public.seen values (current_user, current_setting('is_superuser')); return true; end $$;
create table public.trap (id uuid primary key, ok boolean default public.spy(), check (public.spy()));
create function public.spy_on() returns trigger language plpgsql as
$$ begin perform public.spy(); return new; end $$;
create trigger always before insert on public.trap for each row execute function public.spy_on();
alter table public.trap enable always trigger always;
"""
    )
    with copy.connect("postgres") as connection:
        found = connection.execute("select distinct is_super from public.seen").fetchall()
    assert ("off",) in found
    assert ("on",) not in found


def test_partitions_and_unique_pairs_are_no_obstacle(seeded: Seed) -> None:
    made = seeded(
        """
create table public.events (id uuid, at timestamptz not null, primary key (id, at)) partition by range (at);
create table public.events_2020 partition of public.events for values from ('2020-01-01') to ('2021-01-01');
create table public.flags (name text primary key check (name in ('one', 'two')), value boolean);
"""
    )
    assert made["public.events"].rows == 2
    assert made["public.flags"].rows == 2
    assert made["public.flags"].dropped == ()


@pytest.mark.parametrize(
    ("word", "least"),
    [("admin", 90), ("super_admin", 100), ("admin_provedor", 90), ("pro", 50), ("approved", 50)],
)
def test_words_of_power_rank_high(word: str, least: int) -> None:
    assert rank(word) >= least


def test_words_without_power_rank_low() -> None:
    assert all(rank(w) < 50 for w in ("user", "member", "free", "pending", "corretor", "non_admin"))
    assert lowest(("admin", "viewer", "editor")) == "viewer"
    assert highest(("viewer", "owner", "editor")) == "owner"


def test_columns_of_power_are_known_by_name() -> None:
    powerful = (
        "role",
        "is_admin",
        "es_admin",
        "plan",
        "subscription_tier",
        "credits",
        "user_type",
        "status",
    )
    assert all(power_of(name) for name in powerful)
    assert not any(
        power_of(name) for name in ("name", "title", "is_read", "enrolled_at", "explanation")
    )
