"""What callers may do without a right to it: whose rows are, what is hung on them, what goes through all."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.finding import Confidence, Outcome, Severity
from shipworthy.pipeline import run_assess
from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.breaches import Breach, Judged, breaches
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.handlers.rights import answers
from shipworthy.prototype.handlers.wording import sentence
from shipworthy.settings import Settings

IMPORT = 'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
ADMIN = (
    'const admin = createClient(Deno.env.get("SUPABASE_URL")!,'
    ' Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);\n'
)
SIGNED_IN = (
    'const token = req.headers.get("Authorization")!.replace("Bearer ", "");\n'
    "const { data: { user } } = await admin.auth.getUser(token);\n"
    'if (!user) throw new Error("no");\n'
)
SCHEMA = (
    "create table farms (id uuid primary key, keeper_id uuid, name text);\n"
    "create table fields (id uuid primary key, farm_id uuid, name text);\n"
    "create table crops (id uuid primary key, field_id uuid, name text);\n"
    "create table receipts (id uuid primary key, buyer_email text, total int);\n"
)
MINE = 'return Response.json(await admin.from("farms").select("*").eq("keeper_id", user.id));'


def judged(folder: Path, **bodies: str) -> dict[str, list[Judged]]:
    """The breaches of edge functions with these bodies, by the functions' names."""
    files = {"supabase/migrations/1_all.sql": SCHEMA}
    for name, body in {"mine": SIGNED_IN + MINE, **bodies}.items():
        text = f"{IMPORT}Deno.serve(async (req) => {{\n{ADMIN}{body}\n}});\n"
        files[f"supabase/functions/{name}/index.ts"] = text
    return found(folder, files)


def found(folder: Path, files: dict[str, str]) -> dict[str, list[Judged]]:
    """The breaches of a small prototype, by the last word of an entry point."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    prototype = read_prototype(folder)
    owned = read_ownership(prototype)
    return {h.name.rpartition("/")[2]: breaches(h, owned) for h in prototype.handlers}


def sure(all_: list[Judged]) -> set[Breach]:
    """The breaches that are no mere questions."""
    return {j.breach for j in all_ if j.confidence is not Confidence.LOW}


def test_rows_hang_on_rows_whose_owner_the_code_names(tmp_path: Path) -> None:
    body = 'const { id } = await req.json();\nawait admin.from("crops").delete().eq("id", id);\n'
    result = judged(tmp_path, uproot=SIGNED_IN + body + 'return new Response("ok");')
    assert sure(result["uproot"]) == {Breach.FOREIGN}
    assert not sure(result["mine"])


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ('role !== "admin"', True),
        ('!(role === "admin")', True),
        ('!role === "admin"', False),
        ('!role == "admin"', False),
    ],
)
def test_a_negation_that_is_compared_with_a_text_turns_nobody_away(
    test: str, holds: bool, tmp_path: Path
) -> None:
    asked = (
        'const { data: me } = await admin.from("profiles").select("role").eq("id", user.id).single();\n'
        f"const role = me.role;\nif ({test}) return new Response('no', {{ status: 403 }});\n"
    )
    body = 'const { id } = await req.json();\nawait admin.from("crops").delete().eq("id", id);\n'
    result = judged(tmp_path, uproot=SIGNED_IN + asked + body + 'return new Response("ok");')
    assert sure(result["uproot"]) == (set() if holds else {Breach.FOREIGN})


def test_a_row_that_is_hung_on_the_row_of_somebody_is_compared_with_him(tmp_path: Path) -> None:
    add = (
        "const { farmId, name } = await req.json();\n"
        'await admin.from("fields").insert({ farm_id: farmId, name });\nreturn new Response("ok");'
    )
    asked = (
        "const body = await req.json();\n"
        'const { data: farm } = await admin.from("farms").select("id").eq("id", body.farmId)'
        '.eq("keeper_id", user.id).single();\n'
        'if (!farm) return new Response("no", { status: 403 });\n'
        'await admin.from("fields").insert({ farm_id: body.farmId });\nreturn new Response("ok");'
    )
    result = judged(tmp_path, plough=SIGNED_IN + add, sow=SIGNED_IN + asked)
    assert sure(result["plough"]) == {Breach.FOREIGN}
    assert not sure(result["sow"])


def test_a_row_that_says_who_wrote_it_may_hang_anywhere(tmp_path: Path) -> None:
    add = (
        "const { farmId } = await req.json();\n"
        'await admin.from("fields").insert({ farm_id: farmId, author_id: user.id });\n'
        'return new Response("ok");'
    )
    assert not sure(judged(tmp_path, comment=SIGNED_IN + add)["comment"])


def test_whoever_is_signed_in_must_not_delete_the_rows_of_everybody(tmp_path: Path) -> None:
    body = (
        'const { data: farms } = await admin.from("farms").select("id, name");\n'
        "for (const farm of farms) {\n"
        '  await admin.from("fields").delete().eq("farm_id", farm.id);\n}\n'
        'return new Response("ok");'
    )
    assert sure(judged(tmp_path, tidy=SIGNED_IN + body)["tidy"]) == {Breach.EVERYTHING}


def test_a_receipt_of_a_guest_is_found_by_its_id_alone(tmp_path: Path) -> None:
    buy = (
        "const { email } = await req.json();\n"
        'await admin.from("receipts").insert({ buyer_email: email });\nreturn new Response("ok");'
    )
    show = (
        "const { id } = await req.json();\n"
        'const { data } = await admin.from("receipts").select("*").eq("id", id).single();\n'
        "return Response.json(data);"
    )
    assert sure(judged(tmp_path / "a", buy=buy, show=show)["show"]) == set()


NEXT = {"package.json": '{"dependencies": {"next": "15.0.0", "@vercel/kv": "3.0.0"}}'}
KV = 'import { kv } from "@vercel/kv";\nexport async function GET(req: Request) {\n'


def test_whoever_names_the_whole_key_reads_all_of_a_store(tmp_path: Path) -> None:
    key = 'const key = new URL(req.url).searchParams.get("key");\n'
    whole = KV + key + "return Response.json(await kv.get(key));\n}\n"
    part = KV + key + "return Response.json(await kv.get(`views:${key}`));\n}\n"
    files = {"app/api/whole/route.ts": whole, "app/api/part/route.ts": part}
    result = found(tmp_path, {**NEXT, **files})
    assert sure(result["whole"]) == {Breach.OPEN}
    assert not result["part"]


def test_a_function_of_a_table_that_the_caller_names_is_followed(tmp_path: Path) -> None:
    body = (
        "const { name } = await req.json();\n"
        'const jobs = { wipe: async () => { await admin.from("fields").delete().eq("name", name); } };\n'
        'const job = jobs[name];\nif (!job) return new Response("no", { status: 404 });\n'
        'await job();\nreturn new Response("ok");'
    )
    result = judged(tmp_path, run=body)
    assert sure(result["run"]) == {Breach.OPEN}


def test_who_is_compared_with_one_address_of_the_code_has_a_right(tmp_path: Path) -> None:
    body = (
        'if (user.email !== "owner@farm.example") return new Response("no", { status: 403 });\n'
        'await admin.from("farms").delete().eq("name", "old");\nreturn new Response("ok");'
    )
    judged(tmp_path, close=SIGNED_IN + body)
    handlers = {h.name.rpartition("/")[2]: h for h in read_prototype(tmp_path).handlers}
    assert any(e.has(Check.ROLE) for e in handlers["close"].effects)


def test_one_of_the_settings_is_no_secret(tmp_path: Path) -> None:
    body = (
        "const { size } = await req.json();\n"
        'const prices = { a: Deno.env.get("PRICE_A"), b: Deno.env.get("PRICE_B") };\n'
        'if (!Object.values(prices).includes(size)) return new Response("no", { status: 400 });\n'
        'await admin.from("farms").delete().eq("name", size);\nreturn new Response("ok");'
    )
    judged(tmp_path, sell=SIGNED_IN + body)
    handlers = {h.name.rpartition("/")[2]: h for h in read_prototype(tmp_path).handlers}
    assert not any(e.has(Check.SECRET) for e in handlers["sell"].effects)


def gaps(folder: Path, control: str, body: str, *, schema: str = "", path: str = "pay") -> bool:
    """Whether a control raises an alarm about an edge function with this body."""
    config = f"[functions.{path}]\nverify_jwt = false\n"
    text = f"{IMPORT}{STRIPE}Deno.serve(async (req) => {{\n{ADMIN}{body}\n}});\n"
    files = {f"supabase/functions/{path}/index.ts": text, "supabase/config.toml": config}
    files["supabase/migrations/1_all.sql"] = SCHEMA + schema
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    findings = run_assess(folder, Settings(), [control]).findings
    return any(
        f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW and f.location is not None
        for f in findings
    )


STRIPE = (
    'import Stripe from "https://esm.sh/stripe@14";\n'
    'const stripe = new Stripe(Deno.env.get("STRIPE_SECRET_KEY")!);\n'
)
SESSION = (
    'const s = await stripe.checkout.sessions.create({ mode: "payment",'
    " line_items: [{ price: %s, quantity: 1 }], metadata: { credits: %s } });\n"
    "return Response.json({ url: s.url });"
)
ASK = "const { priceId, credits } = await req.json();\n"


def test_the_price_and_what_is_given_for_it_go_together(tmp_path: Path) -> None:
    control = "client-decided-money"
    assert gaps(tmp_path / "a", control, SIGNED_IN + ASK + SESSION % ("priceId", "credits"))
    assert not gaps(tmp_path / "b", control, SIGNED_IN + ASK + SESSION % ('"price_1"', "100"))
    assert not gaps(tmp_path / "c", control, SIGNED_IN + ASK + SESSION % ("priceId", "100"))


def test_a_card_is_charged_for_its_owner_alone(tmp_path: Path) -> None:
    charge = (
        "const { customerId } = await req.json();\n"
        'const p = await stripe.subscriptions.create({ customer: %s, items: [{ price: "price_1" }] });\n'
        "return Response.json({ id: p.id });"
    )
    mine = (
        'const { data: me } = await admin.from("profiles").select("stripe_customer").eq("id", user.id)'
        ".single();\n"
    )
    control = "missing-authorisation"
    assert gaps(tmp_path / "a", control, SIGNED_IN + charge % "customerId")
    assert not gaps(tmp_path / "b", control, SIGNED_IN + mine + charge % "me.stripe_customer")


CLOSE = (
    "const { id } = await req.json();\n"
    'const { data: row } = await admin.from("payouts").select("*").eq("id", id).single();\n'
    'if (row.status !== "pending") return new Response("no", { status: 400 });\n'
    'const { data: mine } = await admin.from("payouts").update({ status: "done" }).eq("id", id)%s;\n'
    'await admin.rpc("add_wallet_balance", { p_user: row.farm_id, p_amount: row.total });\n'
    'return new Response("ok");'
)


def test_a_request_is_closed_under_a_condition_before_money_is_booked(tmp_path: Path) -> None:
    claimed = '.eq("status", "pending").select()'
    for control in ("not-idempotent", "non-atomic-writes"):
        assert gaps(tmp_path / control / "a", control, SIGNED_IN + CLOSE % "")
        assert not gaps(tmp_path / control / "b", control, SIGNED_IN + CLOSE % claimed)


def test_who_asks_for_the_state_first_pays_twice_only_at_once(tmp_path: Path) -> None:
    asked = CLOSE % ""
    unasked = asked.replace("row.status !==", "user.status !==")
    found = []
    for name, body in (("a", asked), ("b", unasked)):
        assert gaps(tmp_path / name, "not-idempotent", SIGNED_IN + body)
        found += run_assess(tmp_path / name, Settings(), ["not-idempotent"]).findings
    first, second = (f for f in found if f.outcome is Outcome.GAP)
    assert first.severity is Severity.MEDIUM
    assert "at the same time" in first.message
    assert second.severity is Severity.HIGH


def test_who_moves_rows_to_another_parent_decides_whose_they_are(tmp_path: Path) -> None:
    text = f"{IMPORT}Deno.serve(async (req) => {{\n{ADMIN}{SIGNED_IN}{MINE}\n}});\n"
    found(tmp_path, {"supabase/functions/mine/index.ts": text})
    write = (
        "const { id, ...rest } = await req.json();\n"
        'await admin.from("fields").update(rest).eq("id", id);\nreturn new Response("ok");'
    )
    assert gaps(tmp_path, "mass-assignment", SIGNED_IN + write)


def test_a_guest_may_order_and_stock_follows(tmp_path: Path) -> None:
    order = (
        "const { product, email } = await req.json();\n"
        'await admin.from("orders").insert({ product, buyer_email: email });\n'
        'await admin.from("products").update({ reserved: product }).eq("id", product);\n'
        'return new Response("ok");'
    )
    assert sure(judged(tmp_path, order=order)["order"]) == set()


def test_what_tells_nothing_of_persons_may_be_shown(tmp_path: Path) -> None:
    board = (
        "const { auction } = await req.json();\n"
        'const { data } = await admin.from("bids").select("place, points").eq("auction_id", auction);\n'
        "return Response.json(data);"
    )
    assert sure(judged(tmp_path, board=board)["board"]) == set()


_BLOB = (
    'import { del } from "@vercel/blob";\n'
    'import { createClient } from "@/lib/server";\n'
    "export async function POST(request: Request) {\n"
    "  const supabase = await createClient();\n"
    "  const { data: { user } } = await supabase.auth.getUser();\n"
    '  if (!user) return Response.json({ error: "no" }, { status: 401 });\n'
    '  const { data: row } = await supabase.from("users").select("plan").eq("id", user.id).single();\n'
    '  if (row?.plan !== "pro") return Response.json({ error: "upgrade" }, { status: 403 });\n'
    "  const { blobUrl } = await request.json();\n"
    "  await del(blobUrl);\n"
    "  return Response.json({ done: true });\n"
    "}\n"
)
_SERVER = (
    'import { createServerClient } from "@supabase/ssr";\n'
    'import { cookies } from "next/headers";\n'
    "export const createClient = async () =>\n"
    "  createServerClient(process.env.URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!,\n"
    "    { cookies: await cookies() });\n"
)


def test_a_file_named_by_its_whole_address_takes_more_than_guessing(tmp_path: Path) -> None:
    package = (
        '{"dependencies": {"next": "15.0.0", "@vercel/blob": "1.0.0", "@supabase/ssr": "0.5.0"}}'
    )
    files = {
        "package.json": package,
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/server.ts": _SERVER,
        "app/api/convert/route.ts": _BLOB,
    }
    ((worst, *_),) = found(tmp_path, files).values()
    assert worst.severity is Severity.MEDIUM
    handler = next(iter(read_prototype(tmp_path).handlers))
    assert sentence(handler, worst).startswith("Any signed-in user whom the checks before let pass")


def test_a_login_link_that_nobody_is_shown_weighs_less_than_one_that_is_answered(
    tmp_path: Path,
) -> None:
    made = (
        "const { id } = await req.json();\n"
        "const { data: who } = await admin.auth.admin.getUserById(id);\n"
        'const { data: link } = await admin.auth.admin.generateLink({ type: "magiclink",'
        " email: who.user.email });\n"
    )
    kept = SIGNED_IN + made + 'return new Response("ok");'
    told = SIGNED_IN + made + "return Response.json(link.properties);"
    result = judged(tmp_path, again=kept, hand=told)
    worst = {name: result[name][0].severity for name in ("again", "hand")}
    assert worst == {"again": Severity.MEDIUM, "hand": Severity.CRITICAL}


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ('if (user.user_metadata?.role !== "admin")', False),
        ('const role = user.user_metadata.role as string;\nif (role !== "admin")', False),
        ('if (user.app_metadata?.role !== "admin")', True),
        (
            'if (user.user_metadata?.role !== "admin") return new Response("no", { status: 403 });\n'
            'const { data: me } = await admin.from("staff").select("role").eq("id", user.id).single();\n'
            'if (me.role !== "admin")',
            True,
        ),
    ],
)
def test_a_right_that_users_write_themselves_keeps_nobody_out(
    asked: str, holds: bool, tmp_path: Path
) -> None:
    body = (
        f'{asked} return new Response("no", {{ status: 403 }});\n'
        'const { id } = await req.json();\nawait admin.from("crops").delete().eq("id", id);\n'
    )
    found = judged(tmp_path, uproot=SIGNED_IN + body + 'return new Response("ok");')["uproot"]
    assert sure(found) == (set() if holds else {Breach.HOLLOW})


@pytest.mark.parametrize(
    ("given", "harms"),
    [
        ("{ sql: body.sql }", True),
        ("{ query: `drop table ${body.name}` }", True),
        ('{ sql: "create table if not exists cars (id int)" }', False),
    ],
)
def test_sql_that_the_code_writes_out_is_nobodys_to_run(
    given: str, harms: bool, tmp_path: Path
) -> None:
    body = f'const body = await req.json();\nawait admin.rpc("exec_sql", {given});\n'
    found = judged(tmp_path, setup=body + 'return new Response("ok");')["setup"]
    assert sure(found) == ({Breach.OPEN} if harms else set())


def test_whoever_holds_an_invitation_gets_his_account(tmp_path: Path) -> None:
    asked = (
        "const { token, password } = await req.json();\n"
        'const { data: invited } = await admin.from("invitations").select("*").eq("token", token).single();\n'
        'if (!invited) return new Response("no", { status: 404 });\n'
    )
    make = "await admin.auth.admin.createUser({ email: invited.email, password });\n"
    end = 'return new Response("ok");'
    result = judged(tmp_path, accept=asked + make + end, anybody=make.join(("", end)))
    assert not sure(result["accept"])
    assert sure(result["anybody"]) == {Breach.OPEN}


def test_a_function_that_compares_a_password_changes_nothing(tmp_path: Path) -> None:
    body = (
        "const { email, password } = await req.json();\n"
        'const { data } = await admin.rpc("verify_password", { email, password });\n'
        "return Response.json({ ok: Boolean(data) });"
    )
    assert not sure(judged(tmp_path, login=body)["login"])


FIRST = """import express from "express";
import bcrypt from "bcryptjs";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = express();
app.get("/api/auth/me", async (req, res) => {
  const users = await prisma.user.findMany();
  res.json(users[0]);
});
app.post("/api/auth/login", async (req, res) => {
  const users = await prisma.user.findMany();
  const user = users.find((u) => u.email === req.body.email);
  if (!user || !(await bcrypt.compare(req.body.password, user.password))) {
    return res.status(401).json({});
  }
  res.json({ user });
});
app.listen(3000);
"""


def test_an_endpoint_of_the_login_that_hands_out_an_account_to_whoever_asks_is_open(
    tmp_path: Path,
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4.19.2", "@prisma/client": "5.0.0"}}',
        "prisma/schema.prisma": "model User {\n id Int @id\n email String\n password String\n}\n",
        "server/index.ts": FIRST,
    }
    result = found(tmp_path, files)
    assert sure(result["me"]) == {Breach.OPEN}
    assert not sure(result["login"])


SCORES = (
    'import express from "express";\nimport jwt from "jsonwebtoken";\nimport { Pool } from "pg";\n'
    "const pool = new Pool();\nconst app = express();\napp.use(express.json());\n"
    'app.post("/login", async (req, res) => {\n'
    '  const { rows } = await pool.query("select * from users where email = $1", [req.body.email]);\n'
    "  res.json({ token: jwt.sign({ id: rows[0].id }, process.env.KEY) });\n});\n"
    'app.get("/GETS", async (req, res) => {\n'
    '  res.json((await pool.query("select * from scores where KEY = $1", [req.params.id])).rows);\n});\n'
    'app.put("/put/:score", CHECK async (req, res) => {\n'
    "  const given = [req.body.points, req.params.score];\n"
    '  await pool.query("update scores set CHANGES where id = $2", given);\n'
    "  res.end();\n});\n"
    "app.listen(3000);\n"
)
CHECK = (
    "(req, res, next) => { try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); next(); }"
    " catch { res.status(401).end(); } },"
)


@pytest.mark.parametrize(
    ("path", "key", "check", "changes", "open_"),
    [
        ("scores/:id", "id", "", "points = $1", True),
        ("scores/:id", "id", CHECK, "points = $1", False),
        ("scores/:id", "share_token", "", "points = $1", False),
        ("leaderboard", "id", "", "points = $1", False),
        ("scores/:id", "id", "", "views = views + 1", False),
    ],
)
def test_rows_of_users_that_anybody_may_change_are_not_meant_to_be_read_by_all(
    tmp_path: Path, path: str, key: str, check: str, changes: str, *, open_: bool
) -> None:
    server = SCORES.replace("GETS", path).replace("KEY = $1", f"{key} = $1")
    server = server.replace("CHANGES", changes)
    files = {
        "package.json": '{"dependencies": {"express": "4", "jsonwebtoken": "9", "pg": "8"}}',
        "schema.sql": "create table users (id int primary key, email text);\n"
        "create table scores (id int primary key, user_id int, points int, share_token text);\n",
        "server.js": server.replace("CHECK", check),
    }
    result = found(tmp_path, files)
    assert (Breach.OPEN in sure(result[path.rpartition("/")[2]])) is open_


@pytest.mark.parametrize(
    ("row", "named", "breached"),
    [("farm_id", "id", set()), ("region_id", "region_id", {Breach.FOREIGN})],
)
def test_a_kind_that_rows_share_makes_none_the_callers(
    tmp_path: Path, row: str, named: str, breached: set[Breach]
) -> None:
    body = (
        "const { id, other } = await req.json();\n"
        'const { data: farm } = await admin.from("farms").select("*").eq("id", id).single();\n'
        'if (farm.keeper_id !== user.id) throw new Error("no");\n'
        'const { data: field } = await admin.from("fields").select("*").eq("id", other).single();\n'
        f'if (field.{row} !== farm.{named}) throw new Error("no");\n'
        'await admin.from("fields").delete().eq("id", other);\n'
        "return Response.json({ ok: true });"
    )
    assert sure(judged(tmp_path, drop=SIGNED_IN + body)["drop"]) == breached


@pytest.mark.parametrize(("first", "second"), [("mine", "any"), ("any", "mine")])
def test_of_a_function_behind_several_addresses_the_worst_is_told(
    tmp_path: Path, first: str, second: str
) -> None:
    ways = {
        "mine": 'app.delete("/mine/:id", signedIn, isFarmer, remove);\n',
        "any": 'app.delete("/any/:id", signedIn, remove);\n',
    }
    files = {
        "package.json": '{"dependencies": {"express": "4", "jsonwebtoken": "9", "pg": "8"}}',
        "schema.sql": SCHEMA,
        "server.js": (
            'import express from "express";\nimport jwt from "jsonwebtoken";\nimport pg from "pg";\n'
            "const pool = new pg.Pool();\nconst app = express();\n"
            "const signedIn = (req, res, next) => { req.user = jwt.verify(req.headers.authorization,"
            " process.env.SECRET); next(); };\n"
            'const isFarmer = (req, res, next) => { if (req.user.role !== "admin")'
            " return res.status(403).end(); next(); };\n"
            "async function remove(req, res) {\n"
            '  await pool.query("delete from farms where id = $1", [req.params.id]);\n'
            "  res.json({});\n}\n"
            'app.get("/farms", signedIn, async (req, res) => { const { rows } = await pool.query('
            '"select * from farms where keeper_id = $1", [req.user.id]); res.json(rows); });\n'
            "WAYS"
        ).replace("WAYS", ways[first] + ways[second]),
    }
    found(tmp_path, files)
    alarms = [a.alarm for a in answers(read_prototype(tmp_path)) if a.alarm is not None]
    assert [a.breach for a in alarms] == [Breach.FOREIGN]


@pytest.mark.parametrize(("table", "breached"), [("diaries", True), ("availabilities", False)])
def test_when_somebody_can_be_booked_is_there_to_be_seen(
    tmp_path: Path, table: str, *, breached: bool
) -> None:
    asks = f'const {{ data }} = await admin.from("{table}").select("*").eq("keeper_id", '
    shows = f"{SIGNED_IN}const {{ keeper }} = await req.json();\n"
    files = {
        "supabase/migrations/1_all.sql": SCHEMA
        + f"create table {table} (id uuid primary key, keeper_id uuid, content text);\n",
        **{
            f"supabase/functions/{name}/index.ts": f"{IMPORT}Deno.serve(async (req) => {{"
            f"\n{ADMIN}{body}\n}});\n"
            for name, body in {
                "own": f"{SIGNED_IN}{asks}user.id); return Response.json(data);",
                "show": f"{shows}{asks}keeper); return Response.json(data);",
            }.items()
        },
    }
    assert (sure(found(tmp_path, files)["show"]) == {Breach.FOREIGN}) is breached
