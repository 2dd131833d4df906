"""Rows that are there are not the caller's: what row security shows to all, and what people who signed up
by themselves may do to each other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome

_SERVER = """import { createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";
export async function createClient() {
  const store = await cookies();
  return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!,
    { cookies: { getAll: () => store.getAll() } });
}
"""
_DELETES = """import { createClient } from "../../../lib/server";
export async function DELETE(request: Request) {
  const supabase = await createClient();
  const { id } = await request.json();
  const { data: row } = await supabase.from("purchases").select("*").eq("id", id).single();
  if (!row) return Response.json({ error: "gone" }, { status: 404 });
  await supabase.from("purchases").delete().eq("id", id);
  return Response.json({ ok: true });
}
"""
_PAGE = """"use client";
import { createClient } from "@supabase/supabase-js";
const url = process.env.NEXT_PUBLIC_SUPABASE_URL!;
const supabase = createClient(url, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!);
export default function Login() {
  const go = () => supabase.auth.signInWithPassword({ email: "", password: "" });
  return <button onClick={go}>Sign in</button>;
}
"""
_TABLE = """create table purchases (id uuid primary key, email text, user_id uuid references auth.users);
alter table purchases enable row level security;
create policy shown on purchases for select using (READ);
create policy gone on purchases for delete using (true);
"""


def _alarms(control: type, folder: Path, files: dict[str, str]) -> list[Finding]:
    found = control().detect(prototype_of(folder, files))
    return [f for f in found if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW]


@pytest.mark.parametrize(("read", "open_"), [("true", True), ("auth.uid() = user_id", False)])
def test_a_row_that_everybody_sees_is_nobody_s(read: str, open_: bool, tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@supabase/ssr": "0.5.0"}}',
        "lib/server.ts": _SERVER,
        "app/login/page.tsx": _PAGE,
        "app/api/purchases/route.ts": _DELETES,
        "supabase/migrations/1_all.sql": _TABLE.replace("READ", read),
    }
    assert bool(_alarms(UnauthenticatedEndpoint, tmp_path, files)) is open_


_DELETES_WITH_ALL_RIGHTS = """import { createClient } from "../../../lib/server";
import { createClient as make } from "@supabase/supabase-js";
const all = make(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function DELETE(request: Request) {
  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return Response.json({}, { status: 401 });
  const { id } = await request.json();
  const { data: row } = await supabase.from("purchases").select("*").eq("id", id)MORE.single();
  if (!row) return Response.json({ error: "gone" }, { status: 404 });
  await all.from("purchases").delete().eq("id", id);
  return Response.json({ ok: true });
}
"""


@pytest.mark.parametrize(
    ("read", "more", "alarms"),
    [
        ("true", "", True),
        ("true", '.eq("user_id", user.id)', False),
        ("auth.uid() = user_id", "", False),
    ],
)
def test_a_row_that_everybody_sees_is_not_the_caller_s(
    read: str, more: str, alarms: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@supabase/ssr": "0.5.0"}}',
        "lib/server.ts": _SERVER,
        "app/login/page.tsx": _PAGE.replace("signInWithPassword", "signUp"),
        "app/api/purchases/route.ts": _DELETES_WITH_ALL_RIGHTS.replace("MORE", more),
        "supabase/migrations/1_all.sql": _TABLE.replace("READ", read),
    }
    assert bool(_alarms(MissingAuthorisation, tmp_path, files)) is alarms


_SCHEMA = """model User {
  id String @id
  email String @unique
  passwordHash String
}
model Invoice {
  id String @id
  userId String
  clientEmail String
  notes String
}
model Topic {
  id String @id
  title String
}
"""
_SIGN_UP = """import bcrypt from "bcryptjs";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function POST(request: Request) {
  const { email, password } = await request.json();
  await db.user.create({ data: { email, passwordHash: await bcrypt.hash(password, 10) } });
  return Response.json({ ok: true });
}
"""
_AUTH = """import NextAuth from "next-auth";
import Credentials from "next-auth/providers/credentials";
export const { handlers, auth } = NextAuth({ providers: [Credentials({})] });
"""
_ROUTE = """import { PrismaClient } from "@prisma/client";
import { auth } from "../../../auth";
const db = new PrismaClient();
export async function PATCH(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "sign in" }, { status: 401 });
  const { id, notes } = await request.json();
  const found = await db.invoice.findUnique({ where: { id } });
  if (!found) return Response.json({ error: "gone" }, { status: 404 });
  DOES
  return Response.json({ ok: true });
}
"""
CHANGES = "await db.invoice.update({ where: { id }, data: { notes } });"


@pytest.mark.parametrize(
    ("does", "sign_up", "alarms"),
    [
        (CHANGES, True, 1),
        ("await db.invoice.delete({ where: { id: found.id } });", True, 1),
        ("return Response.json(found);", True, 1),
        (CHANGES, False, 0),  # staff adds staff: a question
        (f"if (found.userId === session.user.id) {CHANGES}", True, 0),
        ("await db.topic.update({ where: { id }, data: { title: notes } });", True, 0),
        ("await db.invoice.update({ where: { id }, data: { views: { increment: 1 } } });", True, 0),
        ("await db.invoice.update({ where: { id }, data: { views: found.views + 1 } });", True, 0),
        ("await db.invoice.update({ where: { id }, data: { discount: 5 } });", True, 1),
    ],
)
def test_people_who_signed_up_by_themselves_are_no_team(
    does: str, sign_up: bool, alarms: int, tmp_path: Path
) -> None:
    package = (
        '{"dependencies": {"next": "15.0.0", "next-auth": "5.0.0", "@prisma/client": "5.0.0"}}'
    )
    files = {
        "package.json": package,
        "prisma/schema.prisma": _SCHEMA,
        "auth.ts": _AUTH,
        "app/api/invoices/route.ts": _ROUTE.replace("DOES", does),
    }
    files |= {"app/api/register/route.ts": _SIGN_UP} if sign_up else {}
    assert len(_alarms(MissingAuthorisation, tmp_path, files)) == alarms
