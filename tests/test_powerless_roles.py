"""A role in the profile weighs little once rules go by another table and nothing reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.self_promotion.control import SelfPromotion
from shipworthy.controls.access.sign_up_decides_role.control import SignUpDecidesRole
from shipworthy.finding import Outcome, Severity

_BEFORE = """create table public.profiles (
  id uuid primary key references auth.users on delete cascade,
  full_name text,
  role text not null default 'keeper' check (role in ('keeper', 'admin'))
);
alter table public.profiles enable row level security;
create policy "own" on public.profiles for update to authenticated
  using (id = auth.uid()) with check (id = auth.uid());
create policy "seen" on public.profiles for select to authenticated using (id = auth.uid());
create table public.stalls (id uuid primary key, name text);
alter table public.stalls enable row level security;
create policy "by role" on public.stalls for all to authenticated
  using (exists (select 1 from public.profiles where id = auth.uid() and role = 'admin'));
create function public.welcome() returns trigger
language plpgsql security definer set search_path = public as $$
begin
  insert into public.profiles (id, full_name, role)
  values (new.id, new.raw_user_meta_data ->> 'full_name',
    coalesce(new.raw_user_meta_data ->> 'role', 'keeper'));
  return new;
end $$;
create trigger welcomed after insert on auth.users for each row execute function public.welcome();
"""
_AFTER = """create table public.user_roles (
  user_id uuid references auth.users on delete cascade,
  role text not null check (role in ('keeper', 'admin')),
  primary key (user_id, role)
);
alter table public.user_roles enable row level security;
create policy "own" on public.user_roles for select to authenticated using (user_id = auth.uid());
create function public.has_role(_user uuid, _role text) returns boolean
language sql stable security definer set search_path = public as $$
  select exists (select 1 from public.user_roles where user_id = _user and role = _role)
$$;
drop policy "by role" on public.stalls;
create policy "by role" on public.stalls for all to authenticated
  using (public.has_role(auth.uid(), 'admin'));
"""
_PAGE = """import { db } from "./db";
export async function mine(id: string) {
  const { data: profileData } = await db.from("profiles").select("*").eq("id", id).maybeSingle();
  const { data: roleData } = await db.from("user_roles").select("role").eq("user_id", id).maybeSingle();
  return { name: profileData?.full_name, role: roleData?.role };
}
"""
_DROPPED = 'drop policy "by role" on public.stalls;\ncreate policy "by role"'
_SYNC = """create function public.follow() returns trigger
language plpgsql security definer set search_path = public as $$
begin
  insert into public.user_roles (user_id, role) values (new.id, new.role) on conflict do nothing;
  return new;
end $$;
create trigger followed after update on public.profiles for each row execute function public.follow();
"""


def _severity(control: Control, folder: Path, after: str, page: str) -> Severity:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/db.ts": 'import { createClient } from "@supabase/supabase-js";\n'
        "export const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_KEY);\n",
        "src/mine.ts": page,
        "supabase/migrations/1_before.sql": _BEFORE,
        "supabase/migrations/2_after.sql": after,
    }
    found = control.detect(prototype_of(folder, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    return gap.severity


_BOTH = pytest.mark.parametrize("control", [SelfPromotion(), SignUpDecidesRole()])


@_BOTH
def test_a_role_that_nothing_reads_any_more_weighs_little(control: Control, tmp_path: Path) -> None:
    assert _severity(control, tmp_path, _AFTER, _PAGE) is Severity.LOW


@_BOTH
@pytest.mark.parametrize(
    ("after", "page"),
    [
        ("", _PAGE),
        (_AFTER.replace(_DROPPED, 'create policy "by roles"'), _PAGE),
        (_AFTER + _SYNC, _PAGE),
        (_AFTER.replace("public.has_role(auth.uid(), 'admin')", "public.is_boss()"), _PAGE),
        (_AFTER, _PAGE.replace("roleData?.role }", "profileData?.role }")),
        (_AFTER, _PAGE.replace("return {", "const { role } = profileData; return {")),
        (_AFTER, _PAGE.replace('"*"', '"full_name, role"')),
    ],
)
def test_a_role_that_something_reads_is_critical(
    control: Control, after: str, page: str, tmp_path: Path
) -> None:
    assert _severity(control, tmp_path, after, page) is Severity.CRITICAL


def test_a_role_that_nothing_has_ever_read_blocks_no_launch(tmp_path: Path) -> None:
    unread = _DROPPED + (" on public.stalls for select to authenticated using (true);\n")
    page = _PAGE.replace("role: roleData?.role", "stalls: 1").replace(
        'from("user_roles")', "other()"
    )
    assert _severity(SelfPromotion(), tmp_path, unread, page) is Severity.MEDIUM
