"""What roles give where rules ask for them through a function, and checks that nobody signed in passes."""

# ruff: noqa: S608 - the values are our own

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Verb
from stated_rules import passed, read

PROFILES = """
create table public.profiles (id uuid primary key references auth.users (id), full_name text,
  role text not null default 'trainer');
alter table public.profiles enable row level security;
create policy see on public.profiles for select to authenticated using (id = auth.uid());
create policy edit on public.profiles for update to authenticated using (id = auth.uid());
create table public.visits (id uuid primary key, client_id uuid references auth.users (id), state text);
alter table public.visits enable row level security;
"""
SIGN_UP = """
create function public.handle_new_user() returns trigger language plpgsql security definer as $$
begin {insert} return new; end $$;
create trigger made after insert on auth.users for each row execute function public.handle_new_user();
"""
PLAIN = SIGN_UP.format(insert="insert into public.profiles (id) values (new.id);")
ROLE_OF = """
create function public.role_of(_id uuid) returns text language sql stable security definer as $$
  select role from public.profiles where id = _id $$;
"""
HAS_ROLE = """
create table public.user_roles (id uuid primary key, user_id uuid references auth.users (id), role text);
create function public.has_role(_user_id uuid, _role text) returns boolean language sql security definer as $$
  select exists (select 1 from public.user_roles where user_id = _user_id and role = _role) $$;
"""


@pytest.mark.parametrize(
    ("rule", "raised"),
    [
        ("role_of(auth.uid()) = 'admin'", True),
        ("(select public.role_of(auth.uid())) in ('trainer', 'admin')", True),
        ("role_of((select auth.uid()))::text = any (array['trainer', 'manager'])", True),
        ("role_of(auth.uid()) = 'trainer'", False),
        ("shift_of(auth.uid()) = 'admin'", False),
    ],
)
def test_a_role_that_a_function_looks_up_gives_power(rule: str, raised: bool) -> None:
    shift_of = ROLE_OF.replace("role_of", "shift_of").replace("select role", "select full_name")
    policy = f"create policy p on public.visits for select to authenticated using ({rule});"
    proof = read(PROFILES, ROLE_OF, shift_of, policy)
    assert ((Actor.STRANGER, Verb.PROMOTE) in passed(proof, "public.profiles")) is raised


@pytest.mark.parametrize(
    "rule",
    [
        "client_id = auth.uid() or role_of(auth.uid()) in ('trainer', 'admin')",
        "(select role_of((select auth.uid()))) = 'trainer'",
        "exists (select 1 from profiles p where p.id = auth.uid() and p.role in ('admin', 'trainer'))",
        "exists (select 1 from public.profiles where ((profiles.role = 'trainer'::text)"
        " and (auth.uid() = profiles.id)))",
        "(select role from profiles where id = auth.uid()) = any (array['trainer', 'admin'])",
        "is_staff()",
        "is_staff_member(auth.uid())",
    ],
)
def test_the_role_of_every_new_account_keeps_nobody_out(rule: str) -> None:
    staff = """
    create function is_staff() returns boolean language sql security definer as $$ select exists
      (select 1 from profiles where id = auth.uid() and role in ('trainer', 'admin')) $$;
    create function is_staff_member(_user uuid) returns boolean language plpgsql security definer as $$ begin
      return role_of(_user) in ('trainer', 'admin'); end $$;
    """
    policy = f"create policy p on public.visits for select to authenticated using ({rule});"
    proof = read(PROFILES, PLAIN, ROLE_OF, staff, policy)
    assert (Actor.STRANGER, Verb.READ) in passed(proof, "public.visits")
    shown = [rule.text for a in proof.attempts for rule in a.rules if a.target == "public.visits"]
    assert shown
    assert all("role of every new account" in text and "is not null" not in text for text in shown)


@pytest.mark.parametrize(
    ("insert", "rule"),
    [
        # another role than that of new accounts
        ("insert into public.profiles (id) values (new.id);", "role_of(auth.uid()) = 'admin'"),
        ("insert into public.profiles (id, role) values (new.id, 'guest');",
         "role_of(auth.uid()) = 'trainer'"),
        # more than the role
        ("insert into public.profiles (id) values (new.id);",
         "exists (select 1 from profiles where id = auth.uid() and role = 'trainer' and full_name <> '')"),
        ("insert into public.profiles (id) values (new.id);",
         "client_id = auth.uid() and role_of(auth.uid()) = 'trainer'"),
        # nobody knows which
        ("insert into public.profiles (id, role) values (new.id, picked(new.email));",
         "role_of(auth.uid()) = 'trainer'"),
        ("if new.email = 'head@example.com' then insert into public.profiles (id, role)"
         " values (new.id, 'admin'); end if;", "role_of(auth.uid()) = 'admin'"),
        ("", "role_of(auth.uid()) = 'trainer'"),
    ],
)  # fmt: skip
def test_other_roles_and_further_conditions_keep_users_out(insert: str, rule: str) -> None:
    policy = f"create policy p on public.visits for select to authenticated using ({rule});"
    proof = read(PROFILES, SIGN_UP.format(insert=insert), ROLE_OF, policy)
    assert passed(proof, "public.visits") == set()


@pytest.mark.parametrize(
    ("insert", "given"),
    [
        ("insert into public.user_roles (user_id, role) values (new.id, 'user');", True),
        ("insert into public.user_roles (user_id, role) values"
         " (new.id, coalesce(new.raw_user_meta_data ->> 'kind', 'user')::text);", True),
        ("if not exists (select 1 from user_roles) then insert into user_roles (user_id, role)"
         " values (new.id, 'admin'); else insert into user_roles (user_id, role) values (new.id, 'user');"
         " end if;", True),
        ("insert into public.user_roles (user_id, role) values (new.id, 'guest');", False),
    ],
)  # fmt: skip
def test_a_row_of_roles_that_the_sign_up_makes_is_everybodys(insert: str, given: bool) -> None:
    policy = "create policy p on public.visits for select using (has_role(auth.uid(), 'user'));"
    proof = read(PROFILES, HAS_ROLE, SIGN_UP.format(insert=insert), policy)
    assert ((Actor.STRANGER, Verb.READ) in passed(proof, "public.visits")) is given


@pytest.mark.parametrize(
    ("check", "open_to_all"),
    [
        ("v.client_id <> auth.uid()", True),
        ("not found or auth.uid() != v.client_id", True),
        ("v.state = 'done' or v.client_id <> me", True),
        ("auth.uid() is not null and v.client_id <> auth.uid()", True),
        ("v.client_id <> auth.uid() and not is_admin(auth.uid())", True),
        ("not (v.client_id = auth.uid() or is_admin(auth.uid()))", True),
        ("auth.uid() is null or v.client_id <> auth.uid()", False),
        ("v.client_id is distinct from auth.uid()", False),
        ("v.client_id <> auth.uid() or not is_admin(auth.uid())", False),
        ("not (v.state = 'open' and v.client_id = auth.uid())", False),
        ("me is null or v.client_id <> me", False),
    ],
)
def test_a_check_that_compares_with_nobody_raises_nothing(check: str, open_to_all: bool) -> None:
    function = f"""
    create function public.cancel(_id uuid) returns void language plpgsql security definer as $$
    declare v public.visits; me uuid := auth.uid();
    begin
      select * into v from public.visits where id = _id;
      if {check} then raise exception 'no'; end if;
      update public.visits set state = 'cancelled' where id = _id;
    end $$;
    create function public.is_admin(_id uuid) returns boolean language sql as $$
      select exists (select 1 from public.profiles where id = auth.uid() and role = 'admin') $$;
    """
    found = passed(read(PROFILES, function), "public.cancel(uuid)")
    assert ((Actor.ANYBODY, Verb.CALL) in found) is open_to_all


@pytest.mark.parametrize(
    ("rule", "open_to_all"),
    [
        ("person_id in (select id from public.profiles where user_id = auth.uid())", True),
        (
            "person_id = (select p.id from profiles p where p.user_id = (select auth.uid()) limit 1)",
            True,
        ),
        (
            "person_id in (select id from profiles where user_id = auth.uid()) and status = 'pending'",
            False,
        ),
        (
            "person_id in (select id from profiles where user_id = auth.uid() and role = 'admin')",
            False,
        ),
        ("person_id in (select id from profiles where manager_id = auth.uid())", False),
    ],
)
def test_rows_that_name_the_profile_of_a_user_are_his_own(rule: str, open_to_all: bool) -> None:
    sql = f"""
    create table public.profiles (id uuid primary key, user_id uuid references auth.users (id), role text);
    create table public.claims (id uuid primary key, person_id uuid references public.profiles (id),
      reviewed_at timestamptz, status text default 'pending');
    alter table public.claims enable row level security;
    create policy add on public.claims for insert to authenticated with check ({rule});
    """
    found = passed(read(sql), "public.claims")
    assert ((Actor.STRANGER, Verb.PROMOTE) in found) is open_to_all


@pytest.mark.parametrize(
    ("condition", "given"),
    [
        ("new.email like '%admin%'", True),
        ("lower(new.email) ilike 'boss@%'", True),
        ("new.email like '%@example.com'", False),
        ("new.email = 'admin@example.com'", False),
        ("new.email like '%admin%' and invited(new.id)", False),
    ],
)
def test_an_address_that_whoever_signs_up_picks_gives_no_power(condition: str, given: bool) -> None:
    insert = f"""insert into public.profiles (id, role)
    values (new.id, case when {condition} then 'admin'::text else 'trainer'::text end);"""
    proof = read(PROFILES, SIGN_UP.format(insert=insert))
    assert any(a.verb is Verb.SIGN_UP for a in proof.attempts) is given
    branch = (
        f"if {condition} then insert into profiles (id, role) values (new.id, 'admin'); end if;"
    )
    proof = read(PROFILES, SIGN_UP.format(insert=branch))
    assert any(a.verb is Verb.SIGN_UP for a in proof.attempts) is given
