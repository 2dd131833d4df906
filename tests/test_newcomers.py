"""The roles that everybody has: given by the trigger of a sign-up, or to whoever founds an organisation."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.tables.newcomers import roles_of_newcomers

_TRIGGER = """
create table public.profiles (id uuid primary key, email text, role text);
create function public.welcome() returns trigger language plpgsql security definer as $$
begin
  insert into public.profiles (id, email, role) values (new.id, lower(new.email), %s);
  return new;
end;
$$;
create trigger on_new_account after insert on %s for each row execute function public.welcome();
"""


def _roles(folder: Path, *texts: str) -> frozenset[str]:
    files = {f"supabase/migrations/000{n}.sql": text for n, text in enumerate(texts)}
    return roles_of_newcomers(prototype_of(folder, files))


@pytest.mark.parametrize("written", ["'Owner'", "'owner'::public.app_role"])
def test_the_role_that_a_trigger_writes_is_known(tmp_path: Path, written: str) -> None:
    assert _roles(tmp_path, _TRIGGER % (written, "auth.users")) == {"owner"}


@pytest.mark.parametrize(
    "written", ["new.raw_user_meta_data ->> 'role'", "coalesce(new.role, 'owner')"]
)
def test_a_role_that_is_worked_out_is_none(tmp_path: Path, written: str) -> None:
    assert not _roles(tmp_path, _TRIGGER % (written, "auth.users"))


def test_a_trigger_of_another_table_gives_newcomers_nothing(tmp_path: Path) -> None:
    assert not _roles(tmp_path, _TRIGGER % ("'owner'", "public.schools"))


def test_a_function_that_is_written_anew_counts_as_it_stands_last(tmp_path: Path) -> None:
    first, last = _TRIGGER % ("'owner'", "auth.users"), _TRIGGER % ("'member'", "auth.users")
    assert _roles(
        tmp_path, first, last.replace("create function", "create or replace function")
    ) == {"member"}


_FIRST = """
  if not exists (select 1 from public.profiles) then
    insert into public.profiles (id, role) values (new.id, 'admin');
    return new;
  end if;
"""


@pytest.mark.parametrize(
    "before", [_FIRST, "-- insert into public.profiles (id, role) values (new.id, 'admin');"]
)
def test_what_one_account_alone_is_made_no_newcomer_has(tmp_path: Path, before: str) -> None:
    text = (_TRIGGER % ("'member'", "auth.users")).replace("begin", f"begin\n{before}")
    assert _roles(tmp_path, text) == {"member"}


def test_a_trigger_in_capitals_is_read(tmp_path: Path) -> None:
    assert _roles(tmp_path, (_TRIGGER % ("'owner'", "auth.users")).upper()) == {"owner"}


_SCHEMA = """
model User {
  id       Int    @id
  clerkId  String
  email    String
  role     String
  clubId   Int?
}
model Club {
  id   Int @id
  name String
}
model Boat {
  id     Int @id
  clubId Int
}
model Fee {
  id     Int @id
  clubId Int
}
"""
_FOUNDS = """
import { auth } from "@clerk/nextjs/server";
import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function POST(req: Request) {
  const { userId } = await auth();
  if (!userId) return Response.json({ error: "Sign in first" }, { status: 401 });
  const { name, member } = await req.json();
  %s
  await prisma.user.update({ where: { clerkId: %s }, data: { role: "captain" } });
  return Response.json({ ok: true });
}
"""


@pytest.mark.parametrize(
    ("before", "whose", "roles"),
    [
        ("await prisma.club.create({ data: { name } });", "userId", {"captain"}),
        ("await prisma.club.create({ data: { name } });", "member", set()),  # of somebody else
        ("await prisma.boat.create({ data: { name } });", "userId", set()),  # founds nothing
    ],
)
def test_whoever_founds_a_club_has_its_role(
    tmp_path: Path, before: str, whose: str, roles: set[str]
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15", "@clerk/nextjs": "6", "@prisma/client": "6"}}',
        "prisma/schema.prisma": _SCHEMA,
        "app/api/clubs/route.ts": _FOUNDS % (before, whose),
    }
    assert read_ownership(prototype_of(tmp_path, files)).founders == roles
