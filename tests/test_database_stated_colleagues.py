"""Roles within an organisation that its members hand out, told from the text of the rules."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

MEMBERS = """
create table organizations (id uuid primary key, name text);
create table organization_members (id uuid primary key, organization_id uuid references organizations (id),
  user_id uuid references auth.users (id), role text default 'member' check (role in ('member', 'admin')));
alter table organization_members enable row level security;
create function my_organization_id() returns uuid language sql security definer as $$
  select organization_id from organization_members where user_id = auth.uid() limit 1 $$;
create function my_managed_organization_id() returns uuid language sql security definer as $$
  select organization_id from organization_members where user_id = auth.uid() and role = 'admin' $$;
create function is_member(of_it uuid) returns boolean language sql security definer as $$
  select exists (select 1 from organization_members
    where organization_id = of_it and user_id = auth.uid()) $$;
create function is_admin() returns boolean language sql security definer as $$
  select exists (select 1 from organization_members where user_id = auth.uid() and role = 'admin') $$;
"""
OWN = (
    "organization_id = my_organization_id()",
    "organization_id in (select my_organization_id())",
    "is_member(organization_id)",
)
TRIGGER = """
create function keep() returns trigger language plpgsql as $$
  begin if new.role <> old.role then raise exception 'no'; end if; return new; end $$;
create trigger keep before insert or update on organization_members for each row execute function keep();
"""


def promoted(command: str, rule: str, more: str = "") -> set[str]:
    clauses = {
        "insert": f"with check ({rule})",
        "update": f"using ({rule})",
        "all": f"using ({rule})",
    }
    policy = f"create policy p on organization_members for {command} {clauses[command]};"
    proof = read(MEMBERS + policy + more)
    found = (a for a in proof.attempts if a.verb is Verb.PROMOTE)
    return {
        column
        for a in found
        if a.target == "public.organization_members"
        for column in a.columns
        if "each member" in a.reason
    }


@pytest.mark.parametrize("rule", OWN)
@pytest.mark.parametrize("command", ["insert", "update", "all"])
def test_each_member_hands_out_roles(command: str, rule: str) -> None:
    assert promoted(command, rule) == {"role"}


def test_a_lookup_beside_the_table_is_the_same() -> None:
    rule = "organization_id in (select company_id from profiles where id = auth.uid())"
    assert promoted("update", rule) == {"role"}


@pytest.mark.parametrize(
    "rule",
    [
        "organization_id = my_managed_organization_id()",
        "organization_id = my_organization_id() and is_admin()",
        "organization_id = my_organization_id() and role = 'member'",
        "organization_id in (select company_id from profiles where id = auth.uid() and role = 'admin')",
        "is_admin_of(organization_id)",
        "is_admin()",
    ],
)
def test_who_is_chosen_hands_them_out(rule: str) -> None:
    assert not promoted("update", rule)


def test_a_trigger_sees_to_it() -> None:
    assert not promoted("all", OWN[0], TRIGGER)
