"""Arms of rules that let a user in, subscriptions that their payer sets, bans that tell since when."""

# ruff: noqa: S608 - the values are our own

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.self_promotion.control import SelfPromotion
from shipworthy.database.attempts import Verb
from stated_rules import passed, read

CLUBS = """
create table public.clubs (id uuid primary key, name text, invite_code text);
create table public.club_members (id uuid primary key, user_id uuid not null references auth.users (id),
  club_id uuid not null references public.clubs (id), role text not null default 'member', status text);
create table public.savings (id uuid primary key, club_id uuid references public.clubs (id), amount int);
alter table public.clubs enable row level security;
alter table public.club_members enable row level security;
alter table public.savings enable row level security;
create function public.is_in(_club uuid) returns boolean language sql security definer as $$
  select exists (select 1 from public.club_members where club_id = _club and user_id = auth.uid()) $$;
create policy s on public.savings for select using (is_in(club_id));
"""
HIDDEN = "create policy c on public.clubs for select using (is_in(id));"
MINE = "auth.uid() = user_id"


def found(verb: Verb, target: str, *scripts: str) -> bool:
    return verb in {passing for _, passing in passed(read(*scripts), target)}


def joins(check: str, *more: str, clubs: str = HIDDEN) -> bool:
    policy = f"create policy j on public.club_members for insert with check ({check});"
    return found(Verb.JOIN, "public.club_members", CLUBS, clubs, policy, *more)


@pytest.mark.parametrize(
    ("check", "joined"),
    [
        (f"is_chair(club_id) or ({MINE} and role = 'member'::text)", True),
        (f"{MINE} or is_chair(club_id)", True),
        (f"{MINE} and role in ('member', 'guest')", True),
        (MINE, True),
        (f"{MINE} and status = 'pending'", False),
        (f"{MINE} and is_invited(club_id)", False),
        (f"{MINE} and exists (select 1 from invites i where i.club_id = club_members.club_id)", False),
        ("is_chair(club_id) and role = 'member'", False),
    ],
)  # fmt: skip
def test_an_arm_of_a_rule_that_lets_whoever_wants_into_a_hidden_group(
    check: str, joined: bool
) -> None:
    assert joins(check) is joined


def test_groups_that_are_shown_to_all_may_be_joined() -> None:
    assert not joins(MINE, clubs="create policy c on public.clubs for select using (true);")
    open_ones = "create policy c on public.clubs for select using (name is not null);"
    assert not joins(MINE, clubs=open_ones)


@pytest.mark.parametrize(
    ("body", "joined"),
    [
        ("if new.role = 'chair' then raise exception 'no'; end if;", True),
        ("if not exists (select 1 from invitations where club_id = new.club_id) then"
         " raise exception 'no'; end if;", False),
    ],
)  # fmt: skip
def test_a_trigger_that_asks_for_the_role_alone_keeps_nobody_out(body: str, joined: bool) -> None:
    trigger = f"""create function public.look() returns trigger language plpgsql as $$
      begin {body} return new; end $$;
    create trigger t before insert on public.club_members for each row execute function public.look();"""
    assert joins(f"is_chair(club_id) or {MINE}", trigger) is joined


@pytest.mark.parametrize(
    ("rule", "own"),
    [
        ("clinic_id = get_user_clinic_id() and get_user_role() in ('admin', 'manager')", True),
        ("clinic_id in (select clinic_id from public.staff where user_id = auth.uid())", True),
        ("is_super_admin() and clinic_id = get_user_clinic_id()", False),
        ("get_user_role() = 'admin'", False),
        ("clinic_id = get_user_clinic_id() and status = 'trialing' and plan = 'free'", False),
    ],
)
def test_who_sets_what_his_own_organisation_has_paid(rule: str, own: bool) -> None:
    sql = f"""create table public.subscriptions (id uuid primary key, clinic_id uuid not null, status text
      not null default 'trialing', plan text not null default 'free', stripe_customer_id text);
    alter table public.subscriptions enable row level security;
    create policy p on public.subscriptions for all using ({rule});"""
    assert found(Verb.PROMOTE, "public.subscriptions", sql) is own


def test_the_message_says_whose_row_a_plan_stands_in(tmp_path: Path) -> None:
    sql = """create table public.clinics (id uuid primary key, name text);
    create table public.staff (user_id uuid primary key references auth.users (id), clinic_id uuid);
    create table public.subscriptions (id uuid primary key, clinic_id uuid not null references
      public.clinics (id), plan text default 'free', stripe_customer_id text);
    alter table public.subscriptions enable row level security;
    create policy p on public.subscriptions for all using
      (clinic_id in (select clinic_id from public.staff where user_id = auth.uid()));"""
    files = {"supabase/migrations/20250101000000_a.sql": sql}
    messages = [f.message for f in gaps(SelfPromotion(), tmp_path, files)]
    assert messages
    assert all("the row of his own organisation" in message for message in messages)


@pytest.mark.parametrize(("column", "lifted"), [("banned_at", True), ("moved_at", False)])
def test_a_ban_that_tells_since_when_is_lifted_by_whom_it_shuts_out(
    column: str, lifted: bool
) -> None:
    sql = f"""create table public.profiles (id uuid primary key references auth.users (id),
      {column} timestamptz);
    alter table public.profiles enable row level security;
    create policy s on public.profiles for select using (auth.uid() = id);
    create policy u on public.profiles for update using (auth.uid() = id);"""
    assert found(Verb.PROMOTE, "public.profiles", sql) is lifted


@pytest.mark.parametrize(("courses", "own"), [("true", True), ("owner_id = auth.uid()", False)])
def test_a_purchase_of_what_others_offer_is_not_called_paid_by_its_buyer(
    courses: str, own: bool
) -> None:
    sql = f"""create table public.courses (id uuid primary key, title text,
      owner_id uuid references auth.users (id));
    create table public.user_purchases (id uuid primary key, user_id uuid not null references auth.users (id),
      course_id uuid references public.courses (id), payment_status text default 'pending');
    alter table public.courses enable row level security;
    alter table public.user_purchases enable row level security;
    create policy c on public.courses for select using ({courses});
    create policy s on public.user_purchases for select using (auth.uid() = user_id);
    create policy i on public.user_purchases for insert with check (auth.uid() = user_id);"""
    assert found(Verb.PROMOTE, "public.user_purchases", sql) is own


@pytest.mark.parametrize(("asked", "rewritten"), [("is_participant", True), ("is_sender", False)])
def test_whoever_takes_part_by_a_function_may_rewrite_messages(asked: str, rewritten: bool) -> None:
    rule = f"public.{asked}(conversation_id, auth.uid())"
    sql = f"""create table public.messages (id uuid primary key, conversation_id uuid, content text,
      sender_id uuid references auth.users (id));
    alter table public.messages enable row level security;
    create policy s on public.messages for select using ({rule});
    create policy u on public.messages for update using ({rule}) with check ({rule});"""
    assert found(Verb.UPDATE, "public.messages", sql) is rewritten
