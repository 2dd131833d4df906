"""What the migrations say about who may read and write a table, and what entry points make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.database.history import SqlFile
from shipworthy.database.stated.stating import followed
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.tables.policies import Policies, Reach
from test_handlers_rights import IMPORT, NEXT, found, sure

TABLE = "create table notes (id uuid primary key, owner_id uuid, text text);\n"
SECURED = TABLE + "alter table notes enable row level security;\n"


def rules(*scripts: str) -> Policies:
    files = [SqlFile(f"{number}.sql", text) for number, text in enumerate(scripts)]
    return Policies(followed(files).schema)


@pytest.mark.parametrize(
    ("using", "reach"), [("true", Reach.ANYBODY), ("auth.uid() = owner_id", Reach.UNCLEAR)]
)
def test_what_a_script_adds_to_the_rules_only_lets_more_through(using: str, reach: Reach) -> None:
    """A policy that is put together while the script runs may let others at rows of their owners."""
    more = """do $$ declare t text; begin for t in select tablename from pg_tables loop
    execute format('create policy more on %I for select using (is_shared(%L))', t, t); end loop; end $$;"""
    assert (
        rules(SECURED, f"create policy p on notes using ({using}); {more}").reach("notes", "select")
        is reach
    )


@pytest.mark.parametrize(
    ("policy", "reach"),
    [
        ("for insert with check (true)", Reach.ANYBODY),
        ("for all using (true)", Reach.ANYBODY),
        ("for insert to authenticated with check (true)", Reach.USERS),
        ("for insert with check (auth.role() = 'authenticated')", Reach.USERS),
        ("for insert with check ((select auth.uid()) is not null)", Reach.USERS),
        ("for all using (auth.uid() = owner_id)", Reach.OWNERS),
        ("for insert with check (public.is_admin(auth.uid()))", Reach.UNCLEAR),
        ("for insert to service_role with check (true)", Reach.UNCLEAR),
        ("for select using (true)", Reach.UNCLEAR),
        ("for all using (true) with check (owner_id = auth.uid())", Reach.OWNERS),
    ],
)
def test_a_policy_tells_who_may_add_rows(policy: str, reach: Reach) -> None:
    known = rules(SECURED, f'create policy "p;1" on public.notes {policy};')
    assert known.reach("notes", "insert") is reach


def test_a_table_without_row_security_is_open_and_a_later_script_closes_it() -> None:
    assert rules(TABLE).reach("notes", "delete") is Reach.ANYBODY
    closed = rules(TABLE, "ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;")
    assert closed.reach("notes", "delete") is Reach.UNCLEAR


def test_a_policy_that_is_dropped_again_lets_nobody_in() -> None:
    wide = 'create policy "all" on notes for all using (true);'
    assert rules(SECURED, wide).reach("notes", "update") is Reach.ANYBODY
    gone = 'drop policy if exists "all" on notes;'
    assert rules(SECURED, wide, gone).reach("notes", "update") is Reach.UNCLEAR


def test_a_restrictive_policy_leaves_it_open_what_passes() -> None:
    wide = "create policy a on notes for all using (true);"
    narrow = "create policy b on notes as restrictive for all using (owner_id = auth.uid());"
    assert rules(SECURED, wide, narrow).reach("notes", "update") is Reach.UNCLEAR


def test_rules_that_a_script_builds_out_of_text_are_not_guessed() -> None:
    built = """do $$ declare t text; begin
  foreach t in array array['notes'] loop
    execute format('alter table %I enable row level security', t);
  end loop;
end $$;"""
    assert rules(TABLE, built).reach("notes", "insert") is Reach.UNCLEAR


def test_policies_in_comments_and_strings_are_none() -> None:
    told = "-- create policy a on notes for all using (true);\nselect 'create policy b on notes';"
    assert rules(SECURED, told).reach("notes", "update") is Reach.UNCLEAR


CLIENT = (
    "const db = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_ANON_KEY')!,"
    " { global: { headers: { Authorization: req.headers.get('Authorization')! } } });\n"
    "const { data: { user } } = await db.auth.getUser();\n"
    "if (!user) return new Response('no', { status: 401 });\n"
)
PEOPLE = "create table profiles (id uuid primary key, role text);\n"


def edge(folder: Path, name: str, body: str, sql: str) -> set[Breach]:
    """The breaches of an edge function that acts with the rights of its caller."""
    text = (
        f"{IMPORT}Deno.serve(async (req) => {{\n{CLIENT}{body}\nreturn new Response('ok');\n}});\n"
    )
    files = {
        f"supabase/functions/{name}/index.ts": text,
        "supabase/migrations/1_all.sql": PEOPLE + sql,
    }
    return sure(found(folder, files)[name])


MOVE = "const { id } = await req.json();\nawait db.from('notes').delete().eq('id', id);"


def test_rows_that_a_policy_gives_to_every_user_are_nobody_s_to_keep(tmp_path: Path) -> None:
    wide = SECURED + "create policy a on notes for delete to authenticated using (true);"
    assert edge(tmp_path, "wipe", MOVE, wide) == {Breach.FOREIGN}


def test_rows_that_a_policy_keeps_to_their_owners_are_safe(tmp_path: Path) -> None:
    own = SECURED + "create policy a on notes for delete using (owner_id = auth.uid());"
    assert edge(tmp_path, "wipe", MOVE, own) == set()


def test_owners_who_may_change_a_row_may_not_approve_it(tmp_path: Path) -> None:
    approve = (
        "const { id } = await req.json();\n"
        "await db.from('notes').update({ status: 'approved' }).eq('id', id);"
    )
    own = SECURED + "create policy a on notes for update using (owner_id = auth.uid());"
    assert edge(tmp_path, "admin-approve", approve, own) == {Breach.ADMIN}


def test_administrators_whom_a_policy_asks_for_their_role_are_let_be(tmp_path: Path) -> None:
    approve = "await db.from('notes').update({ status: 'approved' }).eq('id', 1);"
    staff = SECURED + "create policy a on notes for update using (has_role(auth.uid(), 'admin'));"
    assert edge(tmp_path, "admin-approve", approve, staff) == set()


COUPON = "const body = await req.json();\nawait db.from('promo_codes').insert({ code: body.code });"
CODES = "create table promo_codes (id uuid primary key, code text);\n"


def test_scripts_that_only_describe_a_schema_open_nothing(tmp_path: Path) -> None:
    text = (
        f"{IMPORT}Deno.serve(async (req) => {{\n{CLIENT}{MOVE}\nreturn new Response('ok');\n}});\n"
    )
    files = {
        "supabase/functions/wipe/index.ts": text,
        "supabase/migrations/1_all.sql": PEOPLE,
        "lib/Documentation/schema.sql": TABLE,
    }
    assert sure(found(tmp_path, files)["wipe"]) == set()


def test_what_everybody_pays_is_not_for_every_user_to_say(tmp_path: Path) -> None:
    assert edge(tmp_path, "codes", COUPON, CODES) == {Breach.ADMIN}


def test_codes_that_a_policy_leaves_to_staff_are_let_be(tmp_path: Path) -> None:
    closed = CODES + (
        "alter table promo_codes enable row level security;\n"
        "create policy a on promo_codes for all using (is_admin(auth.uid()));"
    )
    assert edge(tmp_path, "codes", COUPON, closed) == set()


LOGIN = {
    "lib/login.ts": "export async function login(db: any) { return db.auth.signInWithPassword({}); }\n"
}
SERVER = (
    'import { createServerClient } from "@supabase/ssr";\nimport { cookies } from "next/headers";\n'
    "export async function POST(req: Request) {\n"
    "  const db = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!,"
    " process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: await cookies() });\n"
    "  const { to, text } = await req.json();\n"
    '  await db.from("alerts").insert({ recipient_id: to, text });\n'
    "  return Response.json({ ok: true });\n}\n"
)
ALERTS = (
    "create table alerts (id uuid primary key, recipient_id uuid, text text);\n"
    "alter table alerts enable row level security;\n"
)


@pytest.mark.parametrize(
    ("policy", "breaches"),
    [
        ("create policy a on alerts for insert with check (true);", {Breach.OPEN}),
        ("create policy a on alerts for insert to authenticated with check (true);", set()),
        ("create policy a on alerts for insert with check (recipient_id = auth.uid());", set()),
    ],
)
def test_a_route_that_asks_nobody_is_open_where_the_policy_is(
    tmp_path: Path, policy: str, breaches: set[Breach]
) -> None:
    files = {
        **NEXT,
        "app/api/alert/route.ts": SERVER,
        **LOGIN,
        "supabase/migrations/1_all.sql": ALERTS + policy,
    }
    assert sure(found(tmp_path, files)["alert"]) == breaches


BUYERS = (
    "create table purchases (id uuid primary key, guest_email text, status text);\n"
    "alter table purchases enable row level security;\n"
)
CANCEL = (
    "export async function POST(req: Request) {\n"
    "  const db = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!,"
    " process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: await cookies() });\n"
    "  const { id } = await req.json();\n"
    '  const { data: row } = await db.from("purchases").select("status").eq("id", id).single();\n'
    '  if (!row) return Response.json({ error: "none" }, { status: 404 });\n'
    '  await db.from("purchases").delete().eq("id", id);\n'
    "  return Response.json({ ok: true });\n}\n"
)
LIST = (
    "export async function GET() {\n"
    "  const db = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!,"
    " process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: await cookies() });\n"
    '  const { data } = await db.from("purchases").select("*");\n'
    "  return Response.json(data);\n}\n"
)
BUY = (
    "export async function POST(req: Request) {\n"
    "  const db = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!,"
    " process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: await cookies() });\n"
    "  const { email } = await req.json();\n"
    '  await db.from("purchases").insert({ guest_email: email });\n'
    "  return Response.json({ ok: true });\n}\n"
)
ANYBODY_SEES = "create policy a on purchases for select using (true);\n"
ANYBODY_DELETES = "create policy b on purchases for delete using (true);\n"
OWNERS_SEE = (
    "create policy a on purchases for select using (guest_email = auth.jwt() ->> 'email');\n"
)


@pytest.mark.parametrize(
    ("policies", "body", "breaches"),
    [
        (ANYBODY_SEES + ANYBODY_DELETES, CANCEL, {Breach.OPEN}),
        (OWNERS_SEE + ANYBODY_DELETES, CANCEL, set()),
        (ANYBODY_SEES, CANCEL, set()),
        (ANYBODY_SEES, LIST, {Breach.OPEN}),
        (OWNERS_SEE, LIST, set()),
    ],
)
def test_a_row_that_everybody_is_shown_is_nobody_s_own(
    tmp_path: Path, policies: str, body: str, breaches: set[Breach]
) -> None:
    files = {
        **NEXT,
        "app/api/buy/route.ts": SERVER.partition("export")[0] + BUY,
        "app/api/bought/route.ts": SERVER.partition("export")[0] + body,
        **LOGIN,
        "supabase/migrations/1_all.sql": BUYERS + policies,
    }
    assert sure(found(tmp_path, files)["bought"]) == breaches


def test_a_cookie_that_says_whose_mail_it_is_names_nobody(tmp_path: Path) -> None:
    mine = LIST.replace("GET() {\n", 'GET() {\n  const kept = (await cookies()).get("session");\n')
    mine = mine.replace('.select("*")', '.select("*").eq("guest_email", kept?.value)')
    head = SERVER.partition("export")[0]
    files = {
        **NEXT,
        "app/api/buy/route.ts": head + BUY,
        "app/api/bought/route.ts": head + mine,
        **LOGIN,
    }
    sql = {"supabase/migrations/1_all.sql": BUYERS + ANYBODY_SEES}
    assert sure(found(tmp_path, {**files, **sql})["bought"]) == {Breach.OPEN}


def test_rows_that_staff_shows_to_all_are_let_be(tmp_path: Path) -> None:
    head = SERVER.partition("export")[0]
    files = {**NEXT, **LOGIN, "app/api/bought/route.ts": head + LIST}
    sql = {"supabase/migrations/1_all.sql": BUYERS + ANYBODY_SEES}
    assert not found(tmp_path, {**files, **sql})["bought"]
