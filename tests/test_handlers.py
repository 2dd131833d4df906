"""Entry points are followed through their checks, across files, to what they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

NEXT = {"package.json": '{"dependencies": {"next": "15.0.0"}}'}
EXPRESS = {"package.json": '{"dependencies": {"express": "4.19.0"}}'}
EDGE = "supabase/functions/orders/index.ts"


def handlers(folder: Path, files: dict[str, str]) -> dict[str, Handler]:
    """The entry points of a small prototype, by name."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {handler.name: handler for handler in read_prototype(folder).handlers}


def edge(folder: Path, body: str, **more: str) -> Handler:
    """An edge function with this body."""
    text = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        f"Deno.serve(async (req) => {{\n{body}\n}});\n"
    )
    found = handlers(folder, {EDGE: text, **{k.replace("__", "/"): v for k, v in more.items()}})
    return found["/functions/v1/orders"]


SERVICE = (
    'const admin = createClient(Deno.env.get("SUPABASE_URL")!,'
    ' Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);\n'
)
USER = "const { data: { user }, error } = await admin.auth.getUser(token);\n"
TOKEN = 'const token = req.headers.get("Authorization")!.replace("Bearer ", "");\n'
REFUSE = 'if (error || !user) return new Response("no", { status: 401 });\n'
BODY = "const { id } = await req.json();\n"
UPDATE = 'await admin.from("orders").update({ paid: true }).eq("id", id);\n'


def query(handler: Handler, table: str) -> Effect:
    """The query of a table."""
    return next(e for e in handler.effects_of(EffectKind.QUERY) if e.target == table)


def test_a_session_that_is_asked_for_and_refused_without_is_a_guard(tmp_path: Path) -> None:
    found = query(edge(tmp_path, SERVICE + TOKEN + USER + REFUSE + BODY + UPDATE), "orders")
    assert found.has(Check.SESSION)
    assert found.client == "service"
    assert {str(o) for o in found.inputs["filter:id"]} == {"body.id"}


def test_a_session_that_is_asked_for_and_never_looked_at_is_none(tmp_path: Path) -> None:
    found = query(edge(tmp_path, SERVICE + TOKEN + USER + BODY + UPDATE), "orders")
    assert not found.has(Check.SESSION)


def test_a_refusal_without_return_is_no_guard(tmp_path: Path) -> None:
    loose = 'if (error || !user) new Response("no", { status: 401 });\n'
    found = query(edge(tmp_path, SERVICE + TOKEN + USER + loose + BODY + UPDATE), "orders")
    assert not found.has(Check.SESSION)


def test_a_guard_whose_failure_is_swallowed_is_none(tmp_path: Path) -> None:
    swallowed = (
        "try { const { data: { user } } = await admin.auth.getUser(token);"
        ' if (!user) throw new Error("no"); } catch (e) { console.log(e); }\n'
    )
    found = query(edge(tmp_path, SERVICE + TOKEN + swallowed + BODY + UPDATE), "orders")
    assert not found.has(Check.SESSION)


def test_a_guard_after_the_effect_does_not_cover_it(tmp_path: Path) -> None:
    found = query(edge(tmp_path, SERVICE + TOKEN + BODY + UPDATE + USER + REFUSE), "orders")
    assert not found.has(Check.SESSION)


def test_a_row_found_by_the_caller_and_the_input_ties_them(tmp_path: Path) -> None:
    owned = (
        'const { data: order } = await admin.from("carts").select("id").eq("id", id)'
        '.eq("user_id", user.id).maybeSingle();\n'
        'if (!order) return new Response("no", { status: 404 });\n'
    )
    found = query(edge(tmp_path, SERVICE + TOKEN + USER + REFUSE + BODY + owned + UPDATE), "orders")
    assert any(g.check is Check.OWNER and "body.id" in g.about for g in found.guards)


def test_a_comparison_of_the_owner_ties_the_row(tmp_path: Path) -> None:
    compared = (
        'const { data: row } = await admin.from("carts").select("*").eq("id", id).single();\n'
        'if (row.user_id !== user.id) return new Response("no", { status: 403 });\n'
    )
    found = query(
        edge(tmp_path, SERVICE + TOKEN + USER + REFUSE + BODY + compared + UPDATE), "orders"
    )
    assert any(g.check is Check.OWNER and "body.id" in g.about for g in found.guards)


@pytest.mark.parametrize(
    "check",
    [
        'if (profile?.role !== "admin") return new Response("no", { status: 403 });',
        'if (!["admin", "owner"].includes(profile.role)) return new Response("no", { status: 403 });',
        'const isAdmin = profile?.role === "admin"; if (!isAdmin) throw new Error("no");',
        'if (!profile || !profile.is_admin) return new Response("no", { status: 403 });',
    ],
)
def test_a_role_of_the_callers_own_row_is_a_guard(tmp_path: Path, check: str) -> None:
    profile = (
        'const { data: profile } = await admin.from("profiles").select("role, is_admin")'
        '.eq("id", user.id).single();\n'
    )
    body = SERVICE + TOKEN + USER + REFUSE + BODY + profile + check + "\n" + UPDATE
    assert query(edge(tmp_path, body), "orders").has(Check.ROLE)


def test_a_role_that_users_write_themselves_is_none(tmp_path: Path) -> None:
    check = 'if (user.user_metadata.role !== "admin") return new Response("no", { status: 403 });\n'
    found = query(edge(tmp_path, SERVICE + TOKEN + USER + REFUSE + BODY + check + UPDATE), "orders")
    assert not found.has(Check.ROLE)


def test_a_helper_in_another_file_is_followed(tmp_path: Path) -> None:
    helper = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        "export async function requireUser(req: Request) {\n"
        + SERVICE.replace("const admin", "const client")
        + '  const token = req.headers.get("Authorization")?.replace("Bearer ", "") ?? "";\n'
        "  const { data, error } = await client.auth.getUser(token);\n"
        '  if (error || !data.user) return { error: new Response("no", { status: 401 }) };\n'
        "  return { user: data.user };\n}\n"
    )
    text = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        'import { requireUser } from "../_shared/auth.ts";\n'
        "Deno.serve(async (req) => {\n"
        "const auth = await requireUser(req);\nif (auth.error) return auth.error;\n"
        f"{SERVICE}{BODY}{UPDATE}}});\n"
    )
    found = handlers(tmp_path, {EDGE: text, "supabase/functions/_shared/auth.ts": helper})
    assert query(found["/functions/v1/orders"], "orders").has(Check.SESSION)


def test_a_wrapper_around_a_route_handler_is_followed(tmp_path: Path) -> None:
    wrapper = (
        'import { getServerSession } from "next-auth";\n'
        "export function withAuth(handler: any) {\n"
        "  return async (req: Request) => {\n"
        "    const session = await getServerSession();\n"
        "    if (!session) return Response.json({}, { status: 401 });\n"
        "    return handler(req, session);\n  };\n}\n"
    )
    route = (
        'import { withAuth } from "../../../lib/with-auth";\n'
        "export const POST = withAuth(async (req: Request) => {\n"
        '  const { text } = await req.json();\n  await fetch("https://api.openai.com/v1/chat", '
        '{ method: "POST", body: JSON.stringify({ messages: text }) });\n'
        "  return Response.json({});\n});\n"
    )
    files = {**NEXT, "lib/with-auth.ts": wrapper, "app/api/chat/route.ts": route}
    (asked,) = handlers(tmp_path, files)["POST /api/chat"].effects_of(EffectKind.MODEL)
    assert asked.has(Check.SESSION)


def test_middleware_of_a_mount_guards_the_routes_of_its_router(tmp_path: Path) -> None:
    index = (
        'import express from "express";\nimport orders from "./orders";\n'
        'import { requireAdmin } from "./auth";\n'
        'const app = express();\napp.use(express.json());\napp.use("/api/admin", requireAdmin);\n'
        'app.use("/api/admin/orders", orders);\napp.get("/api/open", (req, res) => res.json({}));\n'
    )
    auth = (
        "export function requireAdmin(req: any, res: any, next: any) {\n"
        '  if (!req.user || req.user.role !== "admin") return res.status(403).json({});\n'
        "  next();\n}\n"
    )
    orders = (
        'import { Router } from "express";\nimport { exec } from "child_process";\n'
        'const router = Router();\nrouter.post("/run", (req, res) => { exec(req.body.command);'
        " res.json({}); });\nexport default router;\n"
    )
    files = {
        **EXPRESS,
        "server/index.ts": index,
        "server/auth.ts": auth,
        "server/orders.ts": orders,
    }
    found = handlers(tmp_path, files)
    (run,) = found["POST /api/admin/orders/run"].effects_of(EffectKind.COMMAND)
    assert run.has(Check.ROLE)
    assert {str(o) for o in run.inputs["text"]} == {"body.command"}


def test_middleware_that_goes_on_in_any_case_guards_nothing(tmp_path: Path) -> None:
    text = (
        'import express from "express";\nimport { exec } from "child_process";\n'
        "const app = express();\n"
        "app.use((req, res, next) => { if (!req.user) console.log('nobody'); next(); });\n"
        'app.post("/run", (req, res) => { exec(req.body.command); res.json({}); });\n'
    )
    found = handlers(tmp_path, {**EXPRESS, "server/index.ts": text})
    (run,) = found["POST /run"].effects_of(EffectKind.COMMAND)
    assert not run.has(Check.SESSION)


def test_a_shared_secret_is_a_guard(tmp_path: Path) -> None:
    route = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "export async function GET(req: Request) {\n"
        "  if (req.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`)"
        ' return new Response("no", { status: 401 });\n'
        "  const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        '  await db.from("jobs").delete().eq("done", true);\n  return Response.json({});\n}\n'
    )
    found = handlers(tmp_path, {**NEXT, "app/api/cron/route.ts": route})
    assert query(found["GET /api/cron"], "jobs").has(Check.SECRET)


def test_what_a_client_fetches_is_not_the_key_it_was_made_with(tmp_path: Path) -> None:
    text = (
        'import { getStore } from "@netlify/blobs";\n'
        'const store = getStore({ name: "claims", token: process.env.BLOB_TOKEN });\n'
        'app.delete("/claims", async (req, res) => {\n'
        '  const claims = await store.get("data", { type: "json" });\n'
        "  if (!claims.find((one) => one.email === req.body.email)) return res.status(404).end();\n"
        '  await pool.query("delete from claims where email = $1", [req.body.email]);\n'
        "  res.end();\n});\n"
    )
    assert not query(express(tmp_path, text), "claims").has(Check.SECRET)


def test_a_signature_that_throws_is_a_guard(tmp_path: Path) -> None:
    body = (
        'const stripe = new Stripe(Deno.env.get("KEY")!);\n'
        "const event = stripe.webhooks.constructEvent(await req.text(),"
        ' req.headers.get("stripe-signature")!, Deno.env.get("SECRET")!);\n'
        + SERVICE
        + 'await admin.from("orders").update({ paid: true }).eq("id", event.data.object.id);\n'
    )
    text = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        'import Stripe from "https://esm.sh/stripe@14";\n'
        f"Deno.serve(async (req) => {{\n{body}\n}});\n"
    )
    found = handlers(tmp_path, {EDGE: text})
    assert query(found["/functions/v1/orders"], "orders").has(Check.SIGNATURE)


def test_a_schema_leaves_only_the_columns_that_it_names(tmp_path: Path) -> None:
    route = (
        'import { z } from "zod";\nimport { createClient } from "@supabase/supabase-js";\n'
        "const shape = z.object({ title: z.string(), price: z.number() });\n"
        "export async function POST(req: Request) {\n"
        "  const data = shape.parse(await req.json());\n"
        "  const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        '  await db.from("items").insert(data);\n  return Response.json({});\n}\n'
    )
    found = query(
        handlers(tmp_path, {**NEXT, "app/api/items/route.ts": route})["POST /api/items"], "items"
    )
    assert set(found.inputs) == {"value:title", "value:price"}
    assert found.has(Check.VALID)


def test_a_server_action_takes_whatever_it_is_given(tmp_path: Path) -> None:
    action = (
        '"use server";\nimport { createClient } from "@supabase/supabase-js";\n'
        "export async function rename(id: string, form: FormData) {\n"
        "  const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        '  await db.from("teams").update({ name: form.get("name") }).eq("id", id);\n}\n'
    )
    found = handlers(tmp_path, {**NEXT, "app/actions.ts": action})["action rename"]
    changed = query(found, "teams")
    assert {str(o) for o in changed.inputs["filter:id"]} == {"argument.id"}
    assert {str(o) for o in changed.inputs["value:name"]} == {"form.name"}


def test_code_without_end_is_given_up_with_a_word(tmp_path: Path) -> None:
    calls = "\n".join(f"f{n}(req);" for n in range(3_000))
    text = f"export async function GET(req: Request) {{\n{calls * 3}\n}}\n"
    found = handlers(tmp_path, {**NEXT, "app/api/x/route.ts": text})["GET /api/x"]
    assert not found.whole


def test_functions_that_call_each_other_come_to_an_end(tmp_path: Path) -> None:
    text = (
        "function a(x: any): any { return b(x); }\nfunction b(x: any): any { return a(x); }\n"
        "export async function GET(req: Request) { return Response.json(a(req)); }\n"
    )
    assert handlers(tmp_path, {**NEXT, "app/api/x/route.ts": text})["GET /api/x"].whole


AUTH_JS = (
    'import NextAuth from "next-auth";\nimport GitHub from "next-auth/providers/github";\n'
    "export const { handlers, signIn, signOut, auth } = NextAuth({ providers: [GitHub] });\n"
)
IRON = (
    'import { getIronSession } from "iron-session";\nimport { cookies } from "next/headers";\n'
    "export async function auth() { const s = await getIronSession(await cookies(), options);"
    " return s.user ?? null; }\n"
)
STACK = (
    'import { StackServerApp } from "@stackframe/stack";\n'
    "const stack = new StackServerApp({});\nexport const auth = () => stack.getUser();\n"
)
BETTER = (
    'import { betterAuth } from "better-auth";\nimport { headers } from "next/headers";\n'
    "const own = betterAuth({});\n"
    "export async function auth() { return own.api.getSession({ headers: await headers() }); }\n"
)


@pytest.mark.parametrize("library", [AUTH_JS, IRON, STACK, BETTER])
def test_sessions_of_libraries_are_known(tmp_path: Path, library: str) -> None:
    route = (
        'import { auth } from "../../../auth";\n'
        "export async function POST(req: Request) {\n  const session = await auth();\n"
        "  if (!session) return Response.json({}, { status: 401 });\n"
        '  await fetch("https://api.openai.com/v1/chat", { method: "POST", body: "x" });\n'
        "  return Response.json({});\n}\n"
    )
    files = {**NEXT, "auth.ts": library, "app/api/chat/route.ts": route}
    (asked,) = handlers(tmp_path, files)["POST /api/chat"].effects_of(EffectKind.MODEL)
    assert asked.has(Check.SESSION)


def test_a_service_that_tells_whose_the_token_is_makes_a_session(tmp_path: Path) -> None:
    asked = (
        'const who = await fetch("https://auth.example.com/v1/user",'
        ' { headers: { Authorization: req.headers.get("authorization")! } });\n'
        'if (who.status !== 200) return new Response("no", { status: 401 });\n'
        "const caller = await who.json();\n"
    )
    update = 'await admin.from("orders").update({ paid: true }).eq("user_id", caller.id);\n'
    found = query(edge(tmp_path, SERVICE + asked + update), "orders")
    assert found.has(Check.SESSION)
    assert {str(o) for o in found.inputs["filter:user_id"]} == {"principal.id"}


def test_a_signature_compared_letter_by_letter_is_a_guard(tmp_path: Path) -> None:
    helper = (
        "async function sign(data) {\n"
        '  const key = await crypto.subtle.importKey("raw", secret(), { name: "HMAC" }, false, ["sign"]);\n'
        '  const made = await crypto.subtle.sign("HMAC", key, data);\n'
        '  let text = "";\n'
        "  new Uint8Array(made).forEach((b) => { text += String.fromCharCode(b); });\n"
        "  return btoa(text);\n}\n"
        "async function isSigned(data, signature) {\n"
        "  const expected = await sign(data);\n"
        "  let diff = 0;\n"
        "  for (let i = 0; i < expected.length; i++) {"
        " diff |= expected.charCodeAt(i) ^ signature.charCodeAt(i); }\n"
        "  return diff === 0;\n}\n"
    )
    check = (
        'if (!(await isSigned(await req.text(), req.headers.get("x-signature"))))'
        ' return new Response("no", { status: 401 });\n'
    )
    text = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        f"{helper}Deno.serve(async (req) => {{\n{SERVICE}{check}"
        'await admin.from("orders").delete().eq("old", true);\n});\n'
    )
    found = handlers(tmp_path, {EDGE: text})["/functions/v1/orders"]
    assert query(found, "orders").has(Check.SIGNATURE)


MATCHER = r"/((?!_next/static|_next/image|favicon.ico|.*\\.(?:svg|png|jpg|jpeg|gif|webp)$).*)"


def test_the_usual_middleware_of_the_platform_guards_every_route(tmp_path: Path) -> None:
    middleware = (
        'import { createServerClient } from "@supabase/ssr";\n'
        'import { NextResponse } from "next/server";\n'
        "export async function middleware(request: any) {\n"
        "  const supabase = createServerClient(process.env.URL!, process.env.ANON_KEY!, {});\n"
        "  const { data: { user } } = await supabase.auth.getUser();\n"
        '  if (request.nextUrl.pathname !== "/" && !user &&'
        ' !request.nextUrl.pathname.startsWith("/auth")) {\n'
        '    return NextResponse.redirect(new URL("/auth/login", request.url));\n  }\n'
        "  return NextResponse.next({ request });\n}\n"
        f'export const config = {{ matcher: ["{MATCHER}"] }};\n'
    )
    route = (
        "export async function GET() {\n"
        '  await fetch("https://api.openai.com/v1/chat", { method: "POST" });\n'
        "  return Response.json({});\n}\n"
    )
    files = {**NEXT, "middleware.ts": middleware, "app/api/chat/route.ts": route}
    (asked,) = handlers(tmp_path, files)["GET /api/chat"].effects_of(EffectKind.MODEL)
    assert asked.has(Check.SESSION)


def test_what_a_module_holds_is_the_same_for_every_route(tmp_path: Path) -> None:
    guard = (
        "class Settings { key = process.env.ADMIN_KEY; }\nexport const settings = new Settings();\n"
        "export function check(req: Request) {\n"
        '  if (req.headers.get("x-admin") !== settings.key) throw new Error("no");\n}\n'
    )
    route = (
        'import { check } from "../../../lib/check";\n'
        "export async function GET(req: Request) {\n  check(req);\n"
        '  await fetch("https://api.openai.com/v1/chat", { method: "POST" });\n'
        "  return Response.json({});\n}\n"
    )
    files = {**NEXT, "lib/check.ts": guard}
    files |= {f"app/api/{name}/route.ts": route for name in ("first", "second", "third")}
    found = handlers(tmp_path, files)
    asked = [e for h in found.values() for e in h.effects_of(EffectKind.MODEL)]
    assert len(asked) == 3
    assert all(effect.has(Check.SECRET) for effect in asked)


COMMENT = (
    'const { data: team } = await admin.from("teams").select("id").eq("id", teamId)'
    '.eq("user_id", user.id).single();\n'
    "if (!team) throw new Error('no');\n"
    'const { data: note } = await admin.from("notes").select("id").eq("id", id)'
    '.eq("team_id", teamId).single();\n'
    "if (!note) throw new Error('no');\n"
    'await admin.from("notes").delete().eq("id", id);\n'
)


def test_what_was_found_by_an_id_and_the_callers_own_team_is_the_callers(tmp_path: Path) -> None:
    body = "const { id, teamId } = await req.json();\n"
    found = edge(tmp_path, SERVICE + TOKEN + USER + REFUSE + body + COMMENT)
    last = [*found.effects_of(EffectKind.QUERY)][-1]
    assert any(g.check is Check.OWNER and "body.id" in g.about for g in last.guards)


def test_no_row_of_somebody_else_among_those_asked_for_is_a_check_of_the_owner(
    tmp_path: Path,
) -> None:
    body = (
        "const { ids } = await req.json();\n"
        'const { data: rows } = await admin.from("photos").select("id, user_id").in("id", ids);\n'
        "if ((rows ?? []).some((row) => row.user_id !== user.id)) return new Response('no');\n"
        'await admin.from("photos").update({ hidden: true }).in("id", ids);\n'
    )
    found = edge(tmp_path, SERVICE + TOKEN + USER + REFUSE + body)
    last = [*found.effects_of(EffectKind.QUERY)][-1]
    assert any(g.check is Check.OWNER and "body.ids" in g.about for g in last.guards)


def express(folder: Path, text: str, **more: str) -> Handler:
    """The one route of an Express server."""
    start = (
        'import express from "express";\nimport pg from "pg";\nconst app = express();\n'
        "const pool = new pg.Pool();\n"
    )
    (found,) = handlers(folder, {**EXPRESS, "server.js": start + text, **more}).values()
    return found


def test_an_object_of_a_class_that_a_file_gives_away_handles_routes(tmp_path: Path) -> None:
    controller = (
        'const { Pool } = require("pg");\nconst pool = new Pool();\nclass Farms {\n'
        "  async remove(req, res) {\n"
        '    await pool.query("delete from farms where id = $1", [req.params.id]);\n'
        "    res.end();\n  }\n}\nmodule.exports = new Farms();\n"
    )
    text = (
        'const farms = require("./controllers/farms");\n'
        'app.delete("/farms/:id", farms.remove.bind(farms));\n'
    )
    handler = express(tmp_path, text, **{"controllers/farms.js": controller})
    assert query(handler, "farms").operation == "delete"


def test_a_browsers_origin_is_no_secret(tmp_path: Path) -> None:
    text = (
        "app.use((req, res, next) => { const allowed = [process.env.CORS_ORIGIN];\n"
        "  if (req.headers.origin && allowed.some((one) => req.headers.origin.includes(one)))\n"
        "    res.setHeader('Access-Control-Allow-Origin', req.headers.origin);\n  next(); });\n"
        "app.post('/orders', async (req, res) => {\n"
        "  await pool.query('delete from orders where id = $1', [req.body.id]); res.json({}); });\n"
    )
    found = query(express(tmp_path, text), "orders")
    assert not found.has(Check.SECRET, Check.HOLLOW)


def test_a_role_in_a_list_of_the_code_is_checked(tmp_path: Path) -> None:
    text = (
        "function only(roles) { return (req, res, next) => {\n"
        "  if (!req.session.userId) return res.status(401).end();\n"
        "  if (roles && roles.length > 0) {\n"
        "    if (!roles.includes(req.session.userType)) return res.status(403).end(); }\n"
        "  next(); }; }\n"
        "app.post('/orders', only(['admin']), async (req, res) => {\n"
        "  await pool.query('delete from orders where id = $1', [req.body.id]); res.json({}); });\n"
    )
    assert query(express(tmp_path, text), "orders").has(Check.ROLE)


@pytest.mark.parametrize(("begin", "atomic"), [("client", True), ("pool", False)])
def test_begin_holds_together_what_one_connection_does(
    tmp_path: Path, begin: str, atomic: bool
) -> None:
    text = (
        "app.post('/orders', async (req, res) => { const client = await pool.connect();\n"
        "  await CLIENT.query('BEGIN');\n"
        "  await client.query('insert into orders (id) values ($1)', [req.body.id]);\n"
        "  await client.query('COMMIT'); res.json({}); });\n"
    ).replace("CLIENT", begin)
    assert query(express(tmp_path, text), "orders").atomic is atomic


def test_the_rest_of_a_row_holds_no_password(tmp_path: Path) -> None:
    text = (
        "app.get('/me', async (req, res) => {\n"
        "  const { rows } = await pool.query('select * from users where id = $1', [req.query.id]);\n"
        "  const { password, ...user } = rows[0]; res.json({ user }); });\n"
    )
    said = [*express(tmp_path, text).effects_of(EffectKind.RESPONSE)][-1]
    assert "row.users" not in {str(o) for o in said.sent.get("body", ())}


def test_the_url_in_a_body_is_not_the_one_that_is_fetched(tmp_path: Path) -> None:
    body = (
        "const { url } = await req.json();\n"
        'await fetch(`${Deno.env.get("SUPABASE_URL")}/functions/v1/resolve`,'
        ' { method: "POST", body: JSON.stringify({ url }) });\n'
    )
    (fetched,) = edge(tmp_path, body).effects_of(EffectKind.FETCH)
    assert not any(o.is_input for o in fetched.inputs["url"] | fetched.sent["url"])


def test_an_action_that_only_the_server_asks_for_is_no_entry_point(tmp_path: Path) -> None:
    action = (
        '"use server";\nimport OpenAI from "openai";\nconst ai = new OpenAI();\n'
        "export async function judge(text: string) {\n"
        '  return ai.chat.completions.create({ model: "m", messages: [{ content: text }] });\n}\n'
    )
    route = (
        'import { judge } from "../../../lib/judge";\n'
        "export async function POST(req: Request) { return Response.json(await judge('a')); }\n"
    )
    files = {**NEXT, "lib/judge.ts": action, "app/api/judge/route.ts": route}
    assert "action judge" not in handlers(tmp_path, files)
    page = 'import { judge } from "../lib/judge";\nexport default () => <form action={judge} />;\n'
    assert "action judge" in handlers(tmp_path, {**files, "app/page.tsx": page})


def test_a_limiter_that_answers_429_is_one_whatever_it_is_called(tmp_path: Path) -> None:
    route = (
        "const seen = new Map();\n"
        "function left(key) { const n = (seen.get(key) || 0) + 1; seen.set(key, n);"
        " return { fine: n < 5 }; }\n"
        "export async function POST(req: Request) {\n"
        "  const state = left(req.headers.get('x-forwarded-for'));\n"
        "  if (!state.fine) return Response.json({ error: 'slow' }, { status: 429 });\n"
        '  await fetch("https://api.openai.com/v1/chat", { method: "POST" });\n'
        "  return Response.json({});\n}\n"
    )
    found = handlers(tmp_path, {**NEXT, "app/api/ask/route.ts": route})["POST /api/ask"]
    (asked,) = found.effects_of(EffectKind.MODEL)
    assert asked.has(Check.RATE)


def test_a_limit_of_somebody_else_that_is_passed_on_is_no_limiter(tmp_path: Path) -> None:
    ask = 'await fetch("https://api.openai.com/v1/chat", { method: "POST" })'
    body = (
        f"const first = {ask};\n"
        'if (first.status === 429) return new Response("busy", { status: 429 });\n'
        f"const second = {ask};\n"
    )
    asked = [*edge(tmp_path, body).effects_of(EffectKind.MODEL)]
    assert len(asked) == 2
    assert not asked[-1].has(Check.RATE)


def test_a_secret_of_headers_made_a_record_is_checked(tmp_path: Path) -> None:
    route = (
        "export async function GET(request: Request) {\n"
        "  const { authorization } = Object.fromEntries(request.headers.entries());\n"
        "  if (authorization !== `Bearer ${process.env.CRON_SECRET}`)\n"
        "    return Response.json({ error: 'no' }, { status: 401 });\n"
        '  await fetch("https://api.openai.com/v1/chat", { method: "POST" });\n'
        "  return Response.json({});\n}\n"
    )
    found = handlers(tmp_path, {**NEXT, "app/api/cron/route.ts": route})["GET /api/cron"]
    (asked,) = found.effects_of(EffectKind.MODEL)
    assert asked.has(Check.SECRET)


@pytest.mark.parametrize(("word", "is_guard"), [("xR5EePD7wJ9wpQUQvJHZ", True), ("live", False)])
def test_a_long_word_of_the_code_is_a_secret_badly_kept(
    tmp_path: Path, word: str, is_guard: bool
) -> None:
    check = (
        f'if (req.headers.get("x-digest-secret") !== "{word}")'
        ' return new Response("no", { status: 403 });\n'
    )
    found = query(edge(tmp_path, SERVICE + check + BODY + UPDATE), "orders")
    assert found.has(Check.SECRET) is is_guard


def test_a_function_that_takes_up_everything_is_left_out_and_the_rest_is_followed(
    tmp_path: Path,
) -> None:
    lines = "".join(f"  rest = rest + part{n} * {n} + other({n});\n" for n in range(1500))
    client = (
        f"export async function ask(table: string) {{\n  let rest = 0;\n{lines}  return rest;\n}}\n"
    )
    session = (
        'import { ask } from "./client";\nexport async function known() {\n'
        '  const user = await ask("users");\n  return user;\n}\n'
    )
    route = (
        'import { known } from "@/lib/session";\nimport { NextResponse } from "next/server";\n'
        "export async function POST() {\n  const user = await known();\n"
        "  if (!user) return NextResponse.json({}, { status: 401 });\n"
        "  return NextResponse.json({ done: true });\n}\n"
    )
    files = {**NEXT, "lib/client.ts": client, "lib/session.ts": session}
    files["tsconfig.json"] = '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'
    found = handlers(tmp_path, {**files, "app/api/things/route.ts": route})["POST /api/things"]
    assert found.hindrance == "too much code to follow"
    last = list(found.effects_of(EffectKind.RESPONSE))[-1]
    assert last.has(Check.UNCLEAR)


def test_letters_compared_in_constant_time_are_a_secret_compared(tmp_path: Path) -> None:
    compared = (
        'const given = req.headers.get("x-hook-secret") ?? "";\n'
        'const secret = Deno.env.get("HOOK_SECRET")!;\nlet differs = 0;\n'
        "for (let i = 0; i < secret.length; i++) differs |= given.charCodeAt(i) ^ secret.charCodeAt(i);\n"
        'if (differs !== 0) return new Response("no", { status: 401 });\n'
    )
    found = query(edge(tmp_path, SERVICE + compared + BODY + UPDATE), "orders")
    assert found.has(Check.SECRET)


def test_a_cookie_read_as_it_is_proves_nothing(tmp_path: Path) -> None:
    route = (
        'import { cookies } from "next/headers";\nimport { createClient } from "@supabase/supabase-js";\n'
        "const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        "export async function POST() {\n"
        '  const session = JSON.parse((await cookies()).get("session")!.value);\n'
        "  if (!session.userId) return Response.json({}, { status: 401 });\n"
        '  await admin.from("orders").delete().eq("user_id", session.userId);\n'
        "  return Response.json({ done: true });\n}\n"
    )
    found = query(
        handlers(tmp_path, {**NEXT, "app/api/orders/route.ts": route})["POST /api/orders"], "orders"
    )
    assert not found.has(Check.SESSION)
    assert found.has(Check.DECODED)


def test_what_one_route_changes_in_a_module_the_next_finds_as_it_was(tmp_path: Path) -> None:
    text = """
        let ready = false, seen = [];
        async function prepare(db) {
          if (ready) return;
          ready = true;
          seen.push("x");
          await db.from("settings").insert({ id: 1 });
        }
        const app = express();
        app.get("/a", async (req, res) => { await prepare(supabase); res.json(seen); });
        app.get("/b", async (req, res) => { await prepare(supabase); res.json(seen); });
        """
    head = (
        'import express from "express";\nimport { createClient } from "@supabase/supabase-js";\n'
        "const supabase = createClient(url, key);\n"
    )
    found = handlers(tmp_path, {"server.ts": head + text})
    first, second = found["GET /a"].effects, found["GET /b"].effects
    assert [(e.kind, e.line) for e in first[:-1]] == [(e.kind, e.line) for e in second[:-1]]
    assert {e.kind for e in second} >= {EffectKind.STATE, EffectKind.QUERY}
