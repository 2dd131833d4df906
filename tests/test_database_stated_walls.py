"""Walls that stop nobody, rows that are only not deleted, and tables that no migration makes."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Verb
from stated_rules import passed, read

FIRMS = """
create table public.firms (id uuid primary key, owner_id uuid references auth.users (id), name text,
  deleted_at timestamptz, is_deleted boolean, archived_at timestamptz);
alter table public.firms enable row level security;
create policy own on public.firms for select using (owner_id = auth.uid());
"""
WALL = "create policy wall on public.firms as restrictive for all using ({});"
PROJECTS = """
create table public.projects (id uuid primary key, owner_id uuid references auth.users (id), name text);
create table public.profiles (id uuid primary key references auth.users (id), email text);
alter table public.projects enable row level security;
create table public.project_invitations (id uuid primary key, project_id uuid references public.projects (id),
  invited_email text, invited_user_id uuid references auth.users (id), status text);
alter table public.project_invitations enable row level security;
create policy seen on public.project_invitations for select using (invited_user_id = auth.uid());
create function public.has_access(_user uuid, _project uuid) returns boolean
  language sql security definer as $$
  select exists (select 1 from public.project_invitations i where i.project_id = _project
    and i.invited_user_id = _user and i.status = 'accepted') $$;
create policy p on public.projects for select using (owner_id = auth.uid() or has_access(auth.uid(), id));
"""


def verbs(target: str, *scripts: str) -> set[tuple[Actor, Verb]]:
    return passed(read(*scripts), target)


@pytest.mark.parametrize(
    ("rule", "opened"),
    [
        ("deleted_at is null", True),
        ("deleted_at is null or is_super_admin(auth.uid())", True),
        ("is_deleted = false", True),
        ("not is_deleted", True),
        ("deleted_at is null and owner_id = auth.uid()", False),
        ("deleted_at is null and is_in(id)", False),
        ("deleted_at is not null", False),
        ("archived_at is not null", False),
    ],
)
def test_rows_that_are_not_deleted_are_all_rows(rule: str, opened: bool) -> None:
    policy = f"create policy live on public.firms for select using ({rule});"
    assert ((Actor.STRANGER, Verb.READ) in verbs("public.firms", FIRMS, policy)) is opened


@pytest.mark.parametrize(
    ("wall", "users"),
    [
        ("auth.uid() is not null", True),
        ("auth.role() = 'authenticated'", True),
        ("true", True),
        ("owner_id = auth.uid()", False),
        ("is_deleted = false and name = 'open'", False),
        ("is_approved(auth.uid())", False),
    ],
)
def test_a_restrictive_rule_that_asks_for_a_login_stops_no_user(wall: str, users: bool) -> None:
    opened = "create policy o on public.firms for select using (true);"
    found = verbs("public.firms", FIRMS, opened, WALL.format(wall))
    assert ((Actor.STRANGER, Verb.READ) in found) is users
    assert ((Actor.ANYBODY, Verb.READ) in found) is (wall == "true")
    alone = verbs("public.firms", FIRMS, WALL.format(wall))
    assert (Actor.STRANGER, Verb.READ) not in alone


@pytest.mark.parametrize(
    ("rule", "moved"),
    [
        ("invited_user_id = auth.uid()", True),
        ("is_admin() or invited_user_id = auth.uid()", True),
        ("invited_email = (select email from public.profiles where id = auth.uid())"
         " or invited_user_id = auth.uid()", True),
        ("invited_user_id = auth.uid()) with check (invited_user_id = auth.uid()"
         " and project_id = kept_project(id)", False),
        ("invited_user_id = auth.uid() and is_open(project_id)", False),
        ("is_admin()", False),
    ],
)  # fmt: skip
def test_an_invitation_that_the_invited_may_move_to_another_project(rule: str, moved: bool) -> None:
    policy = f"create policy u on public.project_invitations for update using ({rule});"
    found = [a for a in read(PROJECTS, policy).attempts if a.target == "public.project_invitations"]
    promoted = [a.columns for a in found if a.verb is Verb.PROMOTE]
    assert promoted == ([("project_id",)] if moved else [])


def test_an_invitation_by_which_no_rule_goes_may_be_moved() -> None:
    rules = PROJECTS.replace(" or has_access(auth.uid(), id)", "")
    policy = "create policy u on public.project_invitations for update using (invited_user_id = auth.uid());"
    found = passed(read(rules, policy), "public.project_invitations")
    assert (Actor.STRANGER, Verb.PROMOTE) not in found


TICKETS = """
create table public.companies (id uuid primary key, name text);
create table public.company_members (id uuid primary key, user_id uuid references auth.users (id),
  company_id uuid references public.companies (id));
create function public.my_companies(_user uuid) returns setof uuid language sql security definer as $$
  select company_id from public.company_members where user_id = _user $$;
create table public.support_tickets (id uuid primary key, company_id uuid references public.companies (id),
  user_id uuid not null references auth.users (id), subject text);
create table public.replies (id uuid primary key, body text,
  ticket_id uuid references public.support_tickets (id));
alter table public.support_tickets enable row level security;
alter table public.replies enable row level security;
create policy own on public.support_tickets for all using (user_id = auth.uid());
create policy r on public.replies for select using (ticket_id in (
  select id from support_tickets where {}));
"""


@pytest.mark.parametrize(
    ("asked", "joined"),
    [
        ("company_id in (select my_companies(auth.uid()))", False),
        ("company_id in (select company_id from company_members where user_id = auth.uid())", False),
        ("company_id in (select company_id from support_tickets where user_id = auth.uid())", True),
        ("company_id = replies.company_id and user_id = auth.uid()", True),
    ],
)  # fmt: skip
def test_a_ticket_of_a_company_lets_nobody_into_it(asked: str, joined: bool) -> None:
    found = passed(read(TICKETS.format(asked)), "public.support_tickets")
    assert ((Actor.STRANGER, Verb.JOIN) in found) is joined


BOOKINGS = """
alter table public.bookings add column if not exists updated_at timestamptz;
create policy u on public.bookings for update using ({});
create function public.confirm(booking_id uuid) returns void language plpgsql security definer as $$
begin {} update public.bookings set status = 'confirmed' where id = booking_id; end $$;
grant execute on function public.confirm(uuid) to authenticated;
"""
OF_SHOP = "shop_id in (select id from public.shops where owner_id = (select auth.uid()))"


@pytest.mark.parametrize(
    ("rule", "first", "changed"),
    [
        (OF_SHOP, "", True),
        ("customer_id = auth.uid()", "", True),
        (OF_SHOP, "if not owns_shop(auth.uid()) then raise exception 'no'; end if;", False),
        ("true", "", False),
        ("is_open(id)", "", False),
    ],
)
def test_a_function_on_rows_of_a_table_that_an_older_migration_made(
    rule: str, first: str, changed: bool
) -> None:
    found = passed(read(BOOKINGS.format(rule, first)), "public.confirm(uuid)")
    assert (Verb.CALL in {verb for _, verb in found}) is changed
