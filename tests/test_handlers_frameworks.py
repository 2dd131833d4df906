# ruff: noqa: E501, S608 - code of prototypes is written as it is found
"""How frameworks bring a request to its handler, and which of their checks it passes on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, EffectKind, Handler
from shipworthy.prototype.handlers.paths import covers, is_simple

_PACKAGE = (
    '{"name": "shop", "dependencies": {"next": "15", "express": "4", "fastify": "5", "hono": "4"}}'
)
_ROUTE = """
import { NextResponse } from "next/server";
import { prisma } from "@/lib/db";
export async function POST(req: Request) {
  const body = await req.json();
  await prisma.order.create({ data: body });
  return NextResponse.json({ done: true });
}
"""


def _handlers(tmp_path: Path, files: dict[str, str]) -> dict[str, Handler]:
    for name, text in {"package.json": _PACKAGE, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {h.name: h for h in read_prototype(tmp_path).handlers}


def _behind(tmp_path: Path, middleware: str, *paths: str) -> list[Check | None]:
    """The principal of a route at each of these paths behind a middleware."""
    files = {f"app{path}/route.ts": _ROUTE for path in paths}
    found = _handlers(tmp_path, {"middleware.ts": middleware, **files})
    return [found[f"POST {path}"].principal for path in paths]


def test_clerk_middleware_protects_what_its_matcher_does_not_leave_out(tmp_path: Path) -> None:
    middleware = """
import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";
const isPublicRoute = createRouteMatcher(["/", "/api/webhooks(.*)"]);
export default clerkMiddleware(async (auth, req) => {
  if (!isPublicRoute(req)) { await auth.protect(); }
});
export const config = { matcher: ["/((?!_next|.*\\\\..*).*)", "/(api|trpc)(.*)"] };
"""
    found = _behind(tmp_path, middleware, "/api/orders", "/api/webhooks/stripe")
    assert found == [Check.SESSION, None]


def test_clerk_middleware_without_a_handler_refuses_nobody(tmp_path: Path) -> None:
    middleware = 'import { clerkMiddleware } from "@clerk/nextjs/server";\nexport default clerkMiddleware();\n'
    assert _behind(tmp_path, middleware, "/api/orders") == [None]


def test_middleware_that_redirects_who_has_no_token_protects(tmp_path: Path) -> None:
    middleware = """
import { getToken } from "next-auth/jwt";
import { NextResponse } from "next/server";
const PUBLIC = ["/login", "/api/auth"];
export async function middleware(request) {
  const { pathname } = request.nextUrl;
  if (PUBLIC.some((path) => pathname.startsWith(path))) return NextResponse.next();
  const token = await getToken({ req: request });
  if (!token) return NextResponse.redirect(new URL("/login", request.url));
  return NextResponse.next();
}
"""
    found = _behind(tmp_path, middleware, "/api/orders", "/api/auth/register")
    assert found == [Check.SESSION, None]


@pytest.mark.parametrize(
    ("pattern", "known"), [("\\.(css|png)$", Check.SESSION), ("\\/api\\/", None)]
)
def test_middleware_protects_what_its_pattern_does_not_leave_out(
    tmp_path: Path, pattern: str, known: Check | None
) -> None:
    middleware = f"""
import {{ NextResponse }} from "next/server";
import {{ getToken }} from "next-auth/jwt";

export async function middleware(request) {{
  const isLeftOut = request.nextUrl.pathname.match(/{pattern}/);
  if (isLeftOut) return NextResponse.next();
  const token = await getToken({{ req: request }});
  if (!token) return NextResponse.redirect(new URL("/login", request.url));
  return NextResponse.next();
}}
"""
    assert _behind(tmp_path, middleware, "/api/orders") == [known]


def test_middleware_whose_matcher_leaves_the_api_out_protects_no_route(tmp_path: Path) -> None:
    middleware = """
import { auth } from "@clerk/nextjs/server";
import { NextResponse } from "next/server";
export async function middleware(request) {
  const { userId } = await auth();
  if (!userId) return NextResponse.json({ error: "no" }, { status: 401 });
  return NextResponse.next();
}
export const config = { matcher: ["/((?!api|_next/static).*)"] };
"""
    assert _behind(tmp_path, middleware, "/api/orders") == [None]


def test_middleware_that_only_refreshes_the_session_protects_nothing(tmp_path: Path) -> None:
    middleware = """
import { createServerClient } from "@supabase/ssr";
import { NextResponse } from "next/server";
export async function middleware(request) {
  const response = NextResponse.next({ request });
  const supabase = createServerClient(process.env.URL!, process.env.ANON_KEY!, { cookies: {} });
  await supabase.auth.getUser();
  return response;
}
"""
    assert _behind(tmp_path, middleware, "/api/orders") == [None]


def test_middleware_that_sends_away_from_some_paths_protects_only_those(tmp_path: Path) -> None:
    middleware = """
import { createServerClient } from "@supabase/ssr";
import { NextResponse } from "next/server";
export async function middleware(request) {
  const supabase = createServerClient(process.env.URL!, process.env.ANON_KEY!, { cookies: {} });
  const { data: { user } } = await supabase.auth.getUser();
  if (!user && request.nextUrl.pathname.startsWith("/api/admin")) {
    return NextResponse.redirect(new URL("/login", request.url));
  }
  return NextResponse.next();
}
"""
    found = _behind(tmp_path, middleware, "/api/orders", "/api/admin/orders")
    assert found == [None, Check.SESSION]


def test_with_auth_of_next_auth_protects(tmp_path: Path) -> None:
    middleware = """
import { withAuth } from "next-auth/middleware";
export default withAuth(function middleware(req) {}, { callbacks: { authorized: ({ token }) => !!token } });
export const config = { matcher: ["/api/orders/:path*"] };
"""
    found = _behind(tmp_path, middleware, "/api/orders", "/api/other")
    assert found == [Check.SESSION, None]


def test_with_auth_that_lets_everybody_in_protects_nothing(tmp_path: Path) -> None:
    middleware = """
import { withAuth } from "next-auth/middleware";
export default withAuth(function middleware(req) {}, { callbacks: { authorized: () => true } });
"""
    assert _behind(tmp_path, middleware, "/api/orders") == [None]


def test_middleware_that_next_auth_exports_protects(tmp_path: Path) -> None:
    middleware = 'export { default } from "next-auth/middleware";\nexport const config = { matcher: ["/api/:path*"] };\n'
    assert _behind(tmp_path, middleware, "/api/orders") == [Check.SESSION]


def test_wrapper_auth_of_next_auth_protects_where_it_refuses(tmp_path: Path) -> None:
    middleware = """
import NextAuth from "next-auth";
const { auth } = NextAuth({});
export default auth((req) => {
  if (!req.auth) return Response.json({ error: "no" }, { status: 401 });
});
"""
    assert _behind(tmp_path, middleware, "/api/orders") == [Check.SESSION]


@pytest.mark.parametrize(
    ("matcher", "path", "covered"),
    [
        ("*", "/api/orders", True),
        ("/api/:path*", "/api", True),
        ("/api/:path*", "/api/a/b", True),
        ("/api/:path*", "/apis", False),
        ("/((?!api|_next/static).*)", "/api/orders", False),
        ("/dashboard, /api/(.*)", "/api/orders", True),
        ("/users/:id", "/users/1/edit", False),
        ("/((", "/api", False),
    ],
)
def test_matchers_are_read_as_next_reads_them(matcher: str, path: str, covered: bool) -> None:
    assert covers(matcher, path) is covered


def test_path_tested_with_a_regular_expression_is_known(tmp_path: Path) -> None:
    middleware = """
import { getToken } from "next-auth/jwt";
import { NextResponse } from "next/server";
export async function middleware(request) {
  const path = request.nextUrl.pathname;
  if (path === "/health" || /^\\/api\\/public/.test(path)) return NextResponse.next();
  if (!(await getToken({ req: request }))) return NextResponse.json({ error: "no" }, { status: 401 });
  return NextResponse.next();
}
"""
    found = _behind(tmp_path, middleware, "/api/orders", "/api/public/list")
    assert found == [Check.SESSION, None]


@pytest.mark.parametrize("pattern", ["(a+)+$", "((a*))*b", ".*.*.*.*.*x", "a" * 501])
def test_patterns_that_may_take_for_ever_are_not_tried(pattern: str) -> None:
    assert not is_simple(pattern)


_ADMIN = "await prisma.user.delete({ where: { id: req.params.id } }); res.json({});"
_HEAD = """
import express from "express";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = express();
"""


def _deleted(tmp_path: Path, text: str) -> set[Check]:
    (handler,) = [
        h
        for h in _handlers(tmp_path, {"server/index.ts": text}).values()
        if any(e.operation == "delete" for e in h.effects_of(EffectKind.QUERY))
    ]
    return {g.check for e in handler.effects if e.operation == "delete" for g in e.guards}


def test_async_handler_around_a_handler_is_followed(tmp_path: Path) -> None:
    text = f"""{_HEAD}
const asyncHandler = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);
app.delete("/users/:id", asyncHandler(async (req, res) => {{ {_ADMIN} }}));
"""
    assert _deleted(tmp_path, text) == set()


def test_async_handler_of_a_package_is_followed(tmp_path: Path) -> None:
    text = f"""import asyncHandler from "express-async-handler";{_HEAD}
app.delete("/users/:id", asyncHandler(async (req, res) => {{ {_ADMIN} }}));
"""
    assert _deleted(tmp_path, text) == set()


@pytest.mark.parametrize(
    ("imported", "used", "check"),
    [
        ('import passport from "passport";', 'passport.authenticate("jwt")', Check.SESSION),
        ('import { requireAuth } from "@clerk/express";', "requireAuth()", Check.SESSION),
        ('import { expressjwt } from "express-jwt";', "expressjwt({ secret: 's' })", Check.SESSION),
        ('import rateLimit from "express-rate-limit";', "rateLimit({ max: 5 })", Check.RATE),
    ],
)
def test_middleware_of_a_package_is_the_check_it_is_known_for(
    tmp_path: Path, imported: str, used: str, check: Check
) -> None:
    text = f'{imported}{_HEAD}app.delete("/users/:id", {used}, async (req, res) => {{ {_ADMIN} }});'
    assert _deleted(tmp_path, text) == {check}


@pytest.mark.parametrize(
    ("imported", "used"),
    [
        ('import passport from "passport";', "passport.initialize()"),
        ('import passport from "passport";', "passport.session()"),
        ('import session from "express-session";', "session({ secret: 's' })"),
        ('import { clerkMiddleware } from "@clerk/express";', "clerkMiddleware()"),
        ('import cors from "cors";', "cors()"),
        ('import helmet from "helmet";', "helmet()"),
    ],
)
def test_middleware_that_refuses_nobody_is_no_guard(
    tmp_path: Path, imported: str, used: str
) -> None:
    text = f'{imported}{_HEAD}app.use({used});app.delete("/users/:id", async (req, res) => {{ {_ADMIN} }});'
    assert _deleted(tmp_path, text) == set()


def test_branch_for_development_is_not_followed(tmp_path: Path) -> None:
    text = f"""{_HEAD}
function requireUser(req, res, next) {{
  if (process.env.NODE_ENV === "development") return next();
  if (!req.isAuthenticated()) return res.status(401).json({{ error: "no" }});
  next();
}}
app.delete("/users/:id", requireUser, async (req, res) => {{ {_ADMIN} }});
"""
    assert Check.SESSION in _deleted(tmp_path, text)


def test_class_controller_that_is_bound_is_followed(tmp_path: Path) -> None:
    text = f"""{_HEAD}
class UserController {{
  async remove(req, res) {{ {_ADMIN} }}
}}
const users = new UserController();
app.delete("/users/:id", users.remove.bind(users));
"""
    assert _deleted(tmp_path, text) == set()


def test_refusals_do_not_hide_who_may_come(tmp_path: Path) -> None:
    text = f"""{_HEAD}
app.get("/users/:id", async (req, res) => {{
  if (!req.isAuthenticated()) return res.status(401).json({{ error: "no" }});
  try {{ res.json(await prisma.user.findUnique({{ where: {{ id: req.params.id }} }})); }}
  catch (error) {{ res.status(500).json({{ error: "failed" }}); }}
}});
"""
    (handler,) = _handlers(tmp_path, {"server/index.ts": text}).values()
    assert handler.principal is Check.SESSION


@pytest.mark.parametrize(
    "answer",
    [
        'res.cookie("seen", "1").json(rows)',
        'res.clearCookie("seen").status(200).json(rows)',
        'res.attachment("rows.csv").send(rows)',
        'res.append("Link", "x").vary("Origin").send(rows)',
        "res.jsonp(rows)",
        'res.render("patients", { rows })',
    ],
)
def test_answers_with_a_cookie_a_name_or_a_page_show_their_rows(
    answer: str, tmp_path: Path
) -> None:
    code = (
        'import express from "express";\nimport { Pool } from "pg";\n'
        "const app = express();\nconst pool = new Pool();\n"
        'app.get("/patients", async (req, res) => {\n'
        f'  const {{ rows }} = await pool.query("select * from patients");\n  {answer};\n}});\n'
    )
    handler = _handlers(tmp_path, {"index.ts": code})["GET /patients"]
    shown = {o.name for e in handler.effects_of(EffectKind.RESPONSE) for o in e.inputs["body"]}
    assert shown == {"patients"}


def test_the_answer_of_a_call_that_is_not_known_may_be_an_error_or_none(tmp_path: Path) -> None:
    text = """
import { createClient } from "@supabase/supabase-js";
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function POST(request: Request) {
  const form = await request.formData();
  const { data: buckets, error } = await supabase.storage.listBuckets();
  if (error) return Response.json({ error: error.message }, { status: 500 });
  await supabase.storage.from("gifts").upload(`gifts/${form.get("name")}`, form.get("file"));
  return Response.json({ buckets });
}
"""
    handler = _handlers(tmp_path, {"app/api/upload/route.ts": text})["POST /api/upload"]
    assert [e.operation for e in handler.effects_of(EffectKind.STORAGE)] == ["upload"]


def test_templates_of_mails_may_stand_beside_components(tmp_path: Path) -> None:
    route = """
import nodemailer from "nodemailer";
import { templates } from "../../../lib/email/templates";
export async function POST(request: Request) {
  const { email, message } = await request.json();
  const mail = templates.hello(message);
  await nodemailer.createTransport({}).sendMail({ to: email, subject: mail.subject, html: mail.html });
  return Response.json({ ok: true });
}
"""
    lib = "export const templates = { hello: (m: string) => ({ subject: 'Hi', html: `<p>${m}</p>` }) };\n"
    files = {"app/api/hello/route.ts": route, "lib/email/templates.tsx": lib}
    (mail,) = _handlers(tmp_path, files)["POST /api/hello"].effects_of(EffectKind.EMAIL)
    assert [str(o) for o in mail.sent["html"]] == ["body.message"]
    assert not mail.inputs["subject"]


@pytest.mark.parametrize(
    "hook",
    [
        "await request.jwtVerify();",
        "try { await request.jwtVerify(); } catch (error) { reply.send(error); }",
        "if (!request.session.userId) { reply.code(401).send({}); }",
        'const token = request.headers.authorization; if (!token) return reply.code(401).send("no");\n'
        "request.user = app.jwt.verify(token);",
    ],
)
def test_a_hook_of_fastify_ends_with_its_answer(tmp_path: Path, hook: str) -> None:
    text = f"""
import Fastify from "fastify";
import {{ PrismaClient }} from "@prisma/client";
const prisma = new PrismaClient();
const app = Fastify();
app.addHook("onRequest", async (request, reply) => {{ {hook} }});
app.get("/notes", async (request, reply) => {{ return prisma.note.findMany(); }});
app.listen({{ port: 3000 }});
"""
    assert _handlers(tmp_path, {"server.ts": text})["GET /notes"].principal is Check.SESSION


def test_a_hook_of_fastify_that_lets_some_pass_proves_nothing(tmp_path: Path) -> None:
    text = """
import Fastify from "fastify";
const app = Fastify();
app.addHook("onRequest", async (request, reply) => {
  if (request.headers.accept === "text/html") return;
  await request.jwtVerify();
});
app.get("/notes", async () => ({ notes: [] }));
app.listen({ port: 3000 });
"""
    assert _handlers(tmp_path, {"server.ts": text})["GET /notes"].principal is None


def test_a_middleware_that_hono_makes_is_the_function_in_it(tmp_path: Path) -> None:
    text = """
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { verify } from "hono/jwt";
const auth = createMiddleware(async (c, next) => {
  const token = c.req.header("Authorization");
  if (!token) return c.json({}, 401);
  c.set("user", await verify(token, process.env.SECRET!));
  await next();
});
const app = new Hono();
app.get("/notes", auth, async (c) => c.json({ notes: [] }));
export default app;
"""
    assert _handlers(tmp_path, {"server.ts": text})["GET /notes"].principal is Check.SESSION
