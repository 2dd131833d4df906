# ruff: noqa: E501 - code of prototypes is written as it is found
"""Procedures of tRPC: where they are served, what their middleware checks, what reaches what."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.finding import Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check, EffectKind, Handler

_PACKAGE = '{"name": "shop", "dependencies": {"@trpc/server": "11", "express": "4", "zod": "3", "next": "15"}}'
_TRPC = """
import { initTRPC, TRPCError } from "@trpc/server";
const t = initTRPC.context<Context>().create({ transformer: superjson });
export const router = t.router;
export const mergeRouters = t.mergeRouters;
export const middleware = t.middleware;
export const publicProcedure = t.procedure;
const signedIn = t.middleware(async (opts) => {
  const { ctx, next } = opts;
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Please sign in" });
  return next({ ctx: { ...ctx, user: ctx.user } });
});
export const protectedProcedure = t.procedure.use(signedIn);
export const adminProcedure = protectedProcedure.use(({ ctx, next }) => {
  if (ctx.user.role !== "admin") throw new TRPCError({ code: "FORBIDDEN" });
  return next({ ctx });
});
"""
_CONTEXT = """
import jwt from "jsonwebtoken";
import { prisma } from "./db";
export async function createContext({ req, res }) {
  let user = null;
  try {
    const claims = jwt.verify(req.headers.authorization, process.env.JWT_SECRET!);
    user = await prisma.user.findUnique({ where: { id: claims.sub } });
  } catch (error) { user = null; }
  return { req, res, user };
}
"""
_DB = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
_SERVER = """
import express from "express";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { appRouter } from "./routers";
import { createContext } from "./context";
async function start() {
  const app = express();
  app.use("/api/trpc", createExpressMiddleware({ router: appRouter, createContext }));
  app.listen(3000);
}
start().catch(console.error);
"""
_HEAD = """import { z } from "zod"; import { prisma } from "./db";
import { router, publicProcedure, protectedProcedure, adminProcedure, mergeRouters, middleware } from "./trpc";
"""
_BASE = {"package.json": _PACKAGE, "server/trpc.ts": _TRPC, "server/db.ts": _DB}
_EXPRESS = {**_BASE, "server/context.ts": _CONTEXT, "server/index.ts": _SERVER}


def _procedure(tmp_path: Path, declared: str) -> Handler:
    """The handler of `orders.one`, declared like this, on Express."""
    routers = (
        f"{_HEAD}export const appRouter = router({{ orders: router({{ one: {declared} }}) }});"
    )
    return _only(prototype_of(tmp_path, {**_EXPRESS, "server/routers.ts": routers}))


def _only(prototype: Prototype) -> Handler:
    (handler,) = (h for h in prototype.handlers if h.route.framework == "trpc")
    assert prototype.unfollowed == ()
    return handler


def _checks(handler: Handler, kind: EffectKind = EffectKind.QUERY) -> set[Check]:
    last = [*handler.effects_of(kind)][-1]
    return {guard.check for guard in last.guards} & {Check.SESSION, Check.ROLE, Check.OWNER}


_ONE = "async ({ input }) => prisma.order.findUnique({ where: { id: input.id } })"
_BY_ID = ".input(z.object({ id: z.string() }))"


@pytest.mark.parametrize(
    ("declared", "checks"),
    [
        (f"publicProcedure{_BY_ID}.query({_ONE})", set()),
        (f"protectedProcedure{_BY_ID}.query({_ONE})", {Check.SESSION}),
        (f"adminProcedure{_BY_ID}.query({_ONE})", {Check.SESSION, Check.ROLE}),
        (
            f"protectedProcedure{_BY_ID}.mutation(async ({{ ctx, input }}) => {{ const order = await ({_ONE})({{ input }}); if (order?.userId !== ctx.user.id) throw new TRPCError({{ code: 'FORBIDDEN' }}); return prisma.order.delete({{ where: {{ id: input.id }} }}); }})",
            {Check.SESSION, Check.OWNER},
        ),
        (
            f"publicProcedure{_BY_ID}.query(async (opts) => {{ if (!opts.ctx.user) throw new Error('Unauthorized'); return ({_ONE})(opts); }})",
            {Check.SESSION},
        ),
        (
            f"publicProcedure.use(middleware(({{ next }}) => next())){_BY_ID}.query({_ONE})",
            set(),
        ),
        (
            f"publicProcedure.use(async ({{ ctx, next }}) => {{ if (ctx.user) return next(); return next(); }}){_BY_ID}.query({_ONE})",
            set(),
        ),
    ],
)
def test_a_procedure_has_the_checks_of_its_middleware(
    tmp_path: Path, declared: str, checks: set[Check]
) -> None:
    handler = _procedure(tmp_path, declared)
    assert handler.name.endswith(" /api/trpc/orders.one")
    assert handler.subject == "server/routers.ts#appRouter.orders.one"
    assert _checks(handler) == checks


@pytest.mark.parametrize(
    ("schema", "origin"),
    [
        ("z.object({ id: z.string() })", "body.parsed.id"),
        ("z.any()", "body.id"),
        ("z.object({ name: z.string() }).passthrough()", "body.id"),
        ("z.object({ id: z.unknown() })", "body.id"),
        ("(value: unknown) => value as Order", "body.id"),
    ],
)
def test_what_a_schema_leaves_of_the_input_reaches_the_query(
    tmp_path: Path, schema: str, origin: str
) -> None:
    handler = _procedure(tmp_path, f"publicProcedure.input({schema}).query({_ONE})")
    assert {str(o) for o in handler.effects[-2].inputs["filter:id"]} == {origin}


def test_inputs_of_several_schemas_are_put_together(tmp_path: Path) -> None:
    declared = f"publicProcedure.input(z.object({{ shop: z.string() }})){_BY_ID}.mutation(async ({{ input }}) => prisma.order.update({{ where: {{ id: input.id }}, data: {{ shop: input.shop }} }}))"
    handler = _procedure(tmp_path, declared)
    written = [*handler.effects_of(EffectKind.QUERY)][-1]
    assert {str(o) for o in written.inputs["value:shop"]} == {"body.parsed.shop"}
    assert handler.route.method == "POST"


def test_what_a_procedure_returns_is_its_answer(tmp_path: Path) -> None:
    handler = _procedure(tmp_path, "publicProcedure.query(async () => prisma.user.findMany())")
    (answer,) = handler.effects_of(EffectKind.RESPONSE)
    assert {o.kind for o in answer.inputs["body"]} == {"row"}


_ROUTERS = f"{_HEAD}export const appRouter = router({{ all: publicProcedure.query(async () => prisma.order.findMany()) }});"
_FETCH = """
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { appRouter } from "@/server/routers";
import { createContext } from "@/server/context";
const handler = async (req: Request) => {
  return fetchRequestHandler({ endpoint: "/api/trpc", req, router: appRouter, createContext: () => createContext({ req }) });
};
export { handler as GET, handler as POST };
"""
_NEXT = """
import { createNextApiHandler } from "@trpc/server/adapters/next";
import { appRouter } from "../../../server/routers";
import { createContext } from "../../../server/context";
export default createNextApiHandler({ router: appRouter, createContext });
"""
_HONO = """
import { Hono } from "hono"; import { trpcServer } from "@hono/trpc-server";
import { appRouter } from "./routers";
const app = new Hono();
app.use("/api/trpc/*", trpcServer({ router: appRouter, createContext: () => ({}) }));
export default app;
"""
_FASTIFY = """
import fastify from "fastify"; import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import { appRouter } from "./routers"; import { createContext } from "./context";
const server = fastify();
server.register(fastifyTRPCPlugin, { prefix: "/api/trpc", trpcOptions: { router: appRouter, createContext } });
"""
_NESTED = """
import express from "express"; import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { appRouter } from "./routers"; import { createContext } from "./context";
const app = express(); const below = express.Router();
below.use("/trpc", createExpressMiddleware({ router: appRouter, createContext }));
app.use("/api", below);
"""


@pytest.mark.parametrize(
    "server",
    [
        {"app/api/trpc/[trpc]/route.ts": _FETCH},
        {"pages/api/trpc/[trpc].ts": _NEXT},
        {"server/index.ts": _HONO},
        {"server/index.ts": _FASTIFY},
        {"server/index.ts": _NESTED},
    ],
)
def test_each_adapter_serves_a_procedure_below_its_path(
    tmp_path: Path, server: dict[str, str]
) -> None:
    aliases = {"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'}
    routers = {"server/routers.ts": _ROUTERS, "server/context.ts": _CONTEXT}
    handler = _only(prototype_of(tmp_path, {**_BASE, **aliases, **routers, **server}))
    assert handler.addresses == ("/api/trpc/all",)
    assert _checks(handler) == set()


@pytest.mark.parametrize(
    ("before", "checks"),
    [
        ('app.use("/api", requireAuth());', {Check.SESSION}),
        ('app.use("/api/trpc/orders.one", requireAuth());', {Check.SESSION}),
        ('app.use("/api/trpc/orders.two", requireAuth());', set()),
        ("", set()),
    ],
)
def test_what_stands_before_an_adapter_is_passed_first(
    tmp_path: Path, before: str, checks: set[Check]
) -> None:
    server = _SERVER.replace('  app.use("/api/trpc"', f'  {before}\n  app.use("/api/trpc"')
    server = f'import {{ requireAuth }} from "@clerk/express";{server}'
    one = f"publicProcedure{_BY_ID}.query({_ONE})"
    routers = f"{_HEAD}export const appRouter = router({{ orders: router({{ one: {one} }}) }});"
    files = {**_EXPRESS, "server/index.ts": server, "server/routers.ts": routers}
    assert _checks(_only(prototype_of(tmp_path, files))) == checks


def test_middleware_of_next_stands_before_procedures_too(tmp_path: Path) -> None:
    gate = """import { NextResponse } from "next/server"; import { getToken } from "next-auth/jwt";
export async function middleware(request) {
  const token = await getToken({ req: request });
  if (!token) return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  return NextResponse.next();
}
export const config = { matcher: "/api/:path*" };"""
    aliases = {"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'}
    routers = {"server/routers.ts": _ROUTERS, "server/context.ts": _CONTEXT}
    route = {"app/api/trpc/[trpc]/route.ts": _FETCH, "middleware.ts": gate}
    handler = _only(prototype_of(tmp_path, {**_BASE, **aliases, **routers, **route}))
    assert Check.SESSION in _checks(handler)


@pytest.mark.parametrize(
    "routers",
    [
        "const one = router({ all: ALL }); export const appRouter = mergeRouters(one, router({}));",
        "export const all = ALL; export const appRouter = router({ all });",
        "const shared = { all: ALL }; export const appRouter = router({ ...shared });",
        "export const appRouter = router({ all: ALL as any });",
    ],
)
def test_routers_are_put_together_in_each_way(tmp_path: Path, routers: str) -> None:
    declared = "publicProcedure.query(async () => prisma.order.findMany())"
    text = _HEAD + routers.replace("ALL", declared)
    handler = _only(prototype_of(tmp_path, {**_EXPRESS, "server/routers.ts": text}))
    assert handler.addresses == ("/api/trpc/all",)
    assert [e.target for e in handler.effects_of(EffectKind.QUERY)][-1] == "order"


def test_a_router_that_no_adapter_serves_is_judged_by_what_contexts_usually_hold(
    tmp_path: Path,
) -> None:
    files = {**_BASE, "server/routers.ts": _ROUTERS}
    handler = _only(prototype_of(tmp_path, files))
    assert (handler.name, handler.addresses) == ("procedure appRouter.all", ())
    assert _checks(handler) == set()


def test_a_procedure_that_cannot_be_followed_is_named(tmp_path: Path) -> None:
    text = f"{_HEAD}export const make = (prisma) => ({{ all: publicProcedure.query(() => prisma.order.findMany()) }});"
    prototype = prototype_of(tmp_path, {**_EXPRESS, "server/routers.ts": text})
    assert [u.path for u in prototype.unfollowed] == ["server/routers.ts"]
    assert "procedure" in prototype.unfollowed[0].reason


@pytest.mark.parametrize(
    "code",
    [
        'import { trpc } from "./client"; export const load = () => trpc.orders.one.query({ id: "1" });',
        "export const rows = pool.query(text);",
        "export const router = createRouter({ path: db.query(sql) });",
        "const found = { rows: connection.query(statement) };",
    ],
)
def test_other_queries_are_no_procedures(tmp_path: Path, code: str) -> None:
    prototype = prototype_of(tmp_path, {"package.json": _PACKAGE, "src/load.ts": code})
    assert not [r for r in prototype.routes if r.framework == "trpc"]


def test_what_is_answered_on_each_way_has_the_checks_of_that_way(tmp_path: Path) -> None:
    service = """
class Orders {
  isOwner = async (userId: string, id: string) => {
    const order = await prisma.order.findUnique({ where: { id } });
    return order?.userId === userId;
  };
  async save(userId: string, input: any) {
    if (input.id) return this.change(userId, input);
    return prisma.order.create({ data: { userId, name: input.name } });
  }
  async change(userId: string, input: any) {
    if (!(await this.isOwner(userId, input.id))) throw new Error("FORBIDDEN");
    return prisma.order.update({ where: { id: input.id }, data: { name: input.name } });
  }
}
const service = new Orders();
"""
    schema = "z.object({ id: z.string().optional(), name: z.string() })"
    declared = f"protectedProcedure.input({schema}).mutation(({{ ctx, input }}) => service.save(ctx.user.id, input))"
    routers = f"{_HEAD}{service}export const appRouter = router({{ one: {declared} }});"
    prototype = prototype_of(tmp_path, {**_EXPRESS, "server/routers.ts": routers})
    answers = _only(prototype).effects_of(EffectKind.RESPONSE)
    assert [any(g.check is Check.OWNER for g in a.guards) for a in answers] == [True, False]
    found = MissingAuthorisation().detect(prototype)
    assert [f for f in found if f.outcome is Outcome.GAP] == []


@pytest.mark.parametrize("caught", ["await session(req).catch(() => null)", "await session(req)"])
def test_a_session_that_may_be_missing_is_asked_for_by_nobody_yet(
    tmp_path: Path, caught: str
) -> None:
    context = f"""import * as jose from "jose";
async function session(req: any) {{
  const token = req.cookies?.session;
  if (!token) return null;
  try {{
    const {{ payload }} = await jose.jwtVerify(token, secret);
    return payload;
  }} catch {{
    return null;
  }}
}}
export async function createContext({{ req, res }}: any) {{
  const user = {caught};
  return {{ req, res, user }};
}}"""
    one = f"{{ one: PROCEDURE{_BY_ID}.query({_ONE}) }}"
    for procedure, checks in (("publicProcedure", set()), ("protectedProcedure", {Check.SESSION})):
        routers = f"{_HEAD}export const appRouter = router({one.replace('PROCEDURE', procedure)});"
        files = {**_EXPRESS, "server/context.ts": context, "server/routers.ts": routers}
        assert _checks(_only(prototype_of(tmp_path / procedure, files))) == checks
