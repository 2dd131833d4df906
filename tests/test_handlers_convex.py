# ruff: noqa: E501 - code of prototypes is written as it is found
"""Functions of Convex: who may call them, with what, and what they do for whom."""

from __future__ import annotations

from pathlib import Path

from shipworthy.finding import Severity
from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.breaches.judge import breaches
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import read_ownership

_SERVER = 'import { mutation, query, action, internalMutation } from "./_generated/server";\n'
_VALUES = 'import { v } from "convex/values";\n'
_SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  users: defineTable({ subject: v.string(), email: v.string(), role: v.string() }).index("by_subject", ["subject"]),
  orders: defineTable({ userId: v.id("users"), total: v.number() }).index("by_user", ["userId"]),
});
"""


def _handlers(folder: Path, **files: str) -> dict[str, Handler]:
    written = {"package.json": '{"name": "shop"}', "convex/schema.ts": _SCHEMA}
    written |= {f"convex/{name.replace('__', '/')}.ts": text for name, text in files.items()}
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return {h.name: h for h in read_prototype(folder).handlers}


def _queries(handler: Handler) -> list[Effect]:
    return list(handler.effects_of(EffectKind.QUERY))


def _inputs(effect: Effect, name: str) -> set[str]:
    return {str(origin) for origin in effect.inputs.get(name, frozenset())}


def test_functions_of_both_forms_are_ways_in_and_internal_ones_are_not(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const list = query(async (ctx) => await ctx.db.query("orders").collect());
export const remove = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => { await ctx.db.delete(args.id); },
});
export const sync = action({ args: {}, handler: async () => null });
export const wipe = internalMutation({ args: {}, handler: async (ctx) => null });
export const helper = (ctx: unknown) => ctx;
""",
    )
    assert set(found) == {"query orders.list", "mutation orders.remove", "action orders.sync"}
    assert [e.operation for e in _queries(found["query orders.list"])] == ["select"]
    (deletion,) = _queries(found["mutation orders.remove"])
    assert (deletion.operation, deletion.target) == ("delete", "orders")
    assert _inputs(deletion, "filter:id") == {"body.parsed.id"}
    assert found["mutation orders.remove"].subject == "convex/orders.ts#remove"


def test_conditions_of_an_index_and_of_a_filter_narrow_a_query(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const of = query({
  args: { user: v.id("users"), total: v.number() },
  handler: async (ctx, { user, total }) =>
    await ctx.db
      .query("orders")
      .withIndex("by_user", (q) => q.eq("userId", user))
      .filter((q) => q.and(q.eq(q.field("total"), total), q.gt(q.field("_creationTime"), 0)))
      .order("desc")
      .take(5),
});
""",
    )
    (asked,) = _queries(found["query orders.of"])
    assert _inputs(asked, "filter:userId") == {"body.parsed.user"}
    assert _inputs(asked, "filter:total") == {"body.parsed.total"}


def test_the_table_of_an_id_is_told_by_validators_by_the_schema_or_by_the_call(
    tmp_path: Path,
) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const buyer = query({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    const order = await ctx.db.get(args.id);
    return order && (await ctx.db.get(order.userId));
  },
});
export const rename = mutation({
  args: { which: v.string() },
  handler: async (ctx, args) => { await ctx.db.patch("orders", args.which, { total: 1 }); },
});
""",
    )
    assert [e.target for e in _queries(found["query orders.buyer"])] == ["orders", "users"]
    assert [e.target for e in _queries(found["mutation orders.rename"])] == ["orders"]


def test_who_is_signed_in_is_asked_and_rows_are_compared_with_him(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        lib__caller="""
export async function requireUser(ctx) {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity) throw new Error("Sign in first");
  const user = await ctx.db.query("users").withIndex("by_subject", (q) => q.eq("subject", identity.subject)).unique();
  if (!user) throw new Error("Unknown");
  return user;
}
""",
        orders=_SERVER
        + _VALUES
        + 'import { requireUser } from "./lib/caller";\n'
        + """
export const remove = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    const user = await requireUser(ctx);
    const order = await ctx.db.get(args.id);
    if (!order || order.userId !== user._id) throw new Error("Not yours");
    await ctx.db.delete(args.id);
  },
});
export const everything = query({
  args: {},
  handler: async (ctx) => {
    const user = await requireUser(ctx);
    if (user.role !== "admin") throw new Error("Only for administrators");
    return await ctx.db.query("orders").collect();
  },
});
export const open = query({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (identity === null) return null;
    return identity.email;
  },
});
""",
    )
    deletion = _queries(found["mutation orders.remove"])[-1]
    assert deletion.has(Check.SESSION)
    assert deletion.has(Check.OWNER)
    assert _queries(found["query orders.everything"])[-1].has(Check.ROLE)
    assert found["query orders.open"].principal is Check.SESSION


def test_other_functions_are_followed_where_they_are_called(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        jobs=_SERVER
        + _VALUES
        + 'import { internal } from "./_generated/api";\n'
        + """
export const pay = action({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    await ctx.runMutation(internal.admin.orders.check, { id: args.id });
    await ctx.runMutation(internal.admin.orders.mark, { id: args.id });
  },
});
export const later = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    await ctx.scheduler.runAfter(0, internal.admin.orders.check, { id: args.id });
    await ctx.db.delete(args.id);
  },
});
""",
        admin__orders="""
import { internalMutation } from "../_generated/server";
export const check = internalMutation({
  handler: async (ctx, args) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) throw new Error("Sign in first");
  },
});
export const mark = internalMutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => { await ctx.db.patch(args.id, { total: 0 }); },
});
""",
    )
    (change,) = _queries(found["action jobs.pay"])
    assert (change.operation, change.target) == ("update", "orders")
    assert change.has(Check.SESSION)
    (deletion,) = _queries(found["mutation jobs.later"])
    assert not deletion.has(Check.SESSION)  # what is scheduled runs for nobody


def test_builders_of_ones_own_run_before_their_functions(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        builders="""
import { getAuthUserId } from "@convex-dev/auth/server";
import { customQuery, customCtx } from "convex-helpers/server/customFunctions";
import { query, mutation, internalQuery } from "./_generated/server";
export const userQuery = customQuery(query, {
  args: {},
  input: async (ctx, args) => {
    const userId = await getAuthUserId(ctx);
    if (!userId) throw new Error("Sign in first");
    return { ctx: { ...ctx, userId }, args };
  },
});
export const userMutation = (options) =>
  mutation({
    args: options.args,
    handler: async (ctx, args) => {
      const identity = await ctx.auth.getUserIdentity();
      if (!identity) throw new Error("Sign in first");
      return await options.handler({ ...ctx, identity }, args);
    },
  });
""",
        orders=_VALUES
        + 'import { userMutation, userQuery } from "./builders";\n'
        + """
export const mine = userQuery({
  args: {},
  handler: async (ctx) =>
    await ctx.db.query("orders").withIndex("by_user", (q) => q.eq("userId", ctx.userId)).collect(),
});
export const remove = userMutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => { await ctx.db.delete(args.id); },
});
""",
    )
    (asked,) = _queries(found["query orders.mine"])
    assert asked.has(Check.SESSION)
    assert _inputs(asked, "filter:userId") == {"principal.id"}
    (deletion,) = _queries(found["mutation orders.remove"])
    assert deletion.has(Check.SESSION)
    assert deletion.target == "orders"


def test_http_routes_get_the_request(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        http="""
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { internal } from "./_generated/api";
const http = httpRouter();
const remove = httpAction(async (ctx, request) => {
  const { id } = await request.json();
  await ctx.runMutation(internal.orders.remove, { id });
  return new Response(null, { status: 200 });
});
http.route({ path: "/remove", method: "POST", handler: remove });
export default http;
""",
        orders=_VALUES
        + """
import { internalMutation } from "./_generated/server";
export const remove = internalMutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => { await ctx.db.delete(args.id); },
});
""",
    )
    (deletion,) = _queries(found["POST /remove"])
    assert deletion.target == "orders"
    assert _inputs(deletion, "filter:id") == {"body.id"}


def test_the_token_of_a_session_is_sent_as_an_argument(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const mine = query({
  args: { token: v.string() },
  handler: async (ctx, args) => {
    const session = await ctx.db.query("sessions").withIndex("by_token", (q) => q.eq("token", args.token)).unique();
    if (!session) throw new Error("Sign in first");
    return await ctx.db.query("orders").withIndex("by_user", (q) => q.eq("userId", session.userId)).collect();
  },
});
""",
    )
    assert _queries(found["query orders.mine"])[-1].has(Check.SESSION)


def test_an_assertion_goes_on_only_for_whoever_is_signed_in(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
import assert from "node:assert";
import { nullThrows } from "convex-helpers";
import invariant from "tiny-invariant";
export const one = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    const identity = await ctx.auth.getUserIdentity();
    invariant(identity, "Sign in first");
    await ctx.db.delete(args.id);
  },
});
export const two = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    const order = nullThrows(await ctx.db.get(args.id));
    const identity = nullThrows(await ctx.auth.getUserIdentity());
    assert(order.userId === identity.subject);
    await ctx.db.delete(args.id);
  },
});
""",
    )
    assert _queries(found["mutation orders.one"])[-1].has(Check.SESSION)
    deletion = _queries(found["mutation orders.two"])[-1]
    assert deletion.has(Check.SESSION)
    assert deletion.has(Check.OWNER)


def test_the_accounts_of_convex_auth_hold_what_people_sign_in_with(tmp_path: Path) -> None:
    (tmp_path / "convex").mkdir()
    (tmp_path / "package.json").write_text('{"name": "club"}')
    (tmp_path / "convex/schema.ts").write_text("""
import { authTables } from "@convex-dev/auth/server";
import { defineSchema } from "convex/server";
export default defineSchema({ ...authTables });
""")
    (tmp_path / "convex/seed.ts").write_text("""
import { getAuthUserId } from "@convex-dev/auth/server";
import { query } from "./_generated/server";
export const dump = query({ args: {}, handler: async (ctx) => await ctx.db.query("authAccounts").collect() });
export const me = query({
  args: {},
  handler: async (ctx) => {
    const id = await getAuthUserId(ctx);
    return id === null ? null : await ctx.db.get(id);
  },
});
""")
    prototype = read_prototype(tmp_path)
    assert {"users", "authAccounts", "authSessions"} <= {table.name for table in prototype.tables}
    dump = next(h for h in prototype.handlers if h.name == "query seed.dump")
    (judged,) = breaches(dump, read_ownership(prototype))
    assert judged.severity is Severity.HIGH


def test_the_number_of_a_chat_says_nothing_of_who_sends_it(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        chats=_SERVER
        + _VALUES
        + """
export const said = query({
  args: { sessionId: v.string() },
  handler: async (ctx, args) => {
    const chat = await ctx.db.query("chatSessions").withIndex("by_session", (q) => q.eq("sessionId", args.sessionId)).unique();
    if (!chat) return [];
    return await ctx.db.query("orders").withIndex("by_user", (q) => q.eq("userId", chat.userId)).collect();
  },
});
""",
    )
    assert not _queries(found["query chats.said"])[-1].has(Check.SESSION)


def test_rows_are_shown_behind_the_question_that_follows_their_reading(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const one = query({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    const order = await ctx.db.get(args.id);
    if (!order) return null;
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) throw new Error("Sign in first");
    return order;
  },
});
export const all = query({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    const orders = await ctx.db.query("orders").collect();
    return identity ? orders : [];
  },
});
export const early = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    await ctx.db.delete(args.id);
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) throw new Error("Sign in first");
    return args.id;
  },
});
""",
    )
    assert _queries(found["query orders.one"])[0].has(Check.SESSION)
    assert _queries(found["query orders.all"])[0].has(Check.SESSION)
    assert not _queries(found["mutation orders.early"])[0].has(Check.SESSION)


def test_the_answer_of_a_limit_has_to_be_asked(tmp_path: Path) -> None:
    before = '{ args: { id: v.id("orders") }, handler: async (ctx, args) => {'
    after = "await ctx.db.delete(args.id); } });"
    ways = {
        "ignored": 'await rateLimiter.limit(ctx, "remove", { key: "a" });',
        "thrown": 'await rateLimiter.limit(ctx, "remove", { key: "a", throws: true });',
        "asked": 'const { ok } = await rateLimiter.limit(ctx, "remove"); if (!ok) throw new Error("Wait");',
        "status": 'const status = await rateLimiter.limit(ctx, "remove"); if (!status.ok) return null;',
    }
    written = (
        f"export const {name} = mutation({before} {asked} {after}\n" for name, asked in ways.items()
    )
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + 'import { RateLimiter } from "@convex-dev/rate-limiter";\n'
        + 'import { components } from "./_generated/api";\n'
        + "const rateLimiter = new RateLimiter(components.rateLimiter, {});\n"
        + "".join(written),
    )
    limited = {n for n in ways if _queries(found[f"mutation orders.{n}"])[0].has(Check.RATE)}
    assert limited == {"thrown", "asked", "status"}


def test_a_key_in_the_path_is_known_by_the_column_in_which_it_is_looked_up(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        http="""
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { internal } from "./_generated/api";
const http = httpRouter();
http.route({
  pathPrefix: "/opened/",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const token = new URL(request.url).pathname.split("/").pop();
    await ctx.runMutation(internal.mails.opened, { token });
    return new Response(null, { status: 200 });
  }),
});
export default http;
""",
        mails=_VALUES
        + """
import { internalMutation } from "./_generated/server";
export const opened = internalMutation({
  args: { token: v.string() },
  handler: async (ctx, args) => {
    const mail = await ctx.db.query("mails").withIndex("by_token", (q) => q.eq("token", args.token)).unique();
    if (mail) await ctx.db.patch(mail._id, { openedAt: Date.now() });
  },
});
""",
    )
    assert _queries(found["GET /opened/"])[-1].has(Check.API_KEY)


def test_servers_that_call_functions_are_followed_into_them(tmp_path: Path) -> None:
    for name, text in {
        "rename": """
import { fetchMutation } from "convex/nextjs";
import { api } from "@/convex/_generated/api";
export async function POST(request: Request) {
  const { id } = await request.json();
  await fetchMutation(api.orders.remove, { id, secret: process.env.SERVER_SECRET });
  return Response.json({});
}
""",
        "mine": """
import { ConvexHttpClient } from "convex/browser";
import { api } from "../../../convex/_generated/api";
const convex = new ConvexHttpClient(process.env.NEXT_PUBLIC_CONVEX_URL!);
export async function POST(request: Request) {
  await convex.mutation(api.orders.sign, await request.json());
  return Response.json({});
}
""",
    }.items():
        (tmp_path / "app/api" / name).mkdir(parents=True)
        (tmp_path / "app/api" / name / "route.ts").write_text(text)
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const remove = mutation({
  args: { id: v.id("orders"), secret: v.string() },
  handler: async (ctx, args) => {
    if (args.secret !== process.env.SERVER_SECRET) throw new Error("No");
    await ctx.db.delete(args.id);
  },
});
export const sign = mutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    if (!(await ctx.auth.getUserIdentity())) throw new Error("Sign in first");
    await ctx.db.patch(args.id, { total: 1 });
  },
});
""",
    )
    assert _queries(found["mutation orders.remove"])[0].has(Check.SECRET)
    (deletion,) = _queries(found["POST /api/rename"])
    assert (deletion.operation, deletion.target) == ("delete", "orders")
    assert not deletion.has(Check.SECRET)  # the route sends it along, whoever calls
    (change,) = _queries(found["POST /api/mine"])
    assert change.has(Check.SESSION)


def test_a_function_that_is_scheduled_passes_no_check_for_the_one_that_schedules_it(
    tmp_path: Path,
) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + 'import { internal } from "./_generated/api";\n'
        + """
export const later = mutation({
  args: { id: v.id("orders"), secret: v.string() },
  handler: async (ctx, args) => {
    await ctx.scheduler.runAfter(0, internal.orders.known, { id: args.id, secret: args.secret });
    await ctx.scheduler.runAfter(0, internal.orders.mine, { id: args.id });
    await ctx.db.delete(args.id);
  },
});
export const known = internalMutation({
  handler: async (ctx, args) => {
    if (args.secret !== process.env.SERVER_SECRET) throw new Error("No");
  },
});
export const mine = internalMutation({
  args: { id: v.id("orders") },
  handler: async (ctx, args) => {
    if (!(await ctx.auth.getUserIdentity())) throw new Error("Sign in first");
    await ctx.db.patch(args.id, { total: 1 });
  },
});
""",
    )
    (deletion,) = _queries(found["mutation orders.later"])  # nobody is signed in where it patches
    assert deletion.operation == "delete"
    assert not deletion.has(Check.SECRET, Check.SESSION)


def test_a_session_among_those_of_administrators_proves_the_role(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        orders=_SERVER
        + _VALUES
        + """
export const all = query({
  args: { token: v.string() },
  handler: async (ctx, args) => {
    const session = await ctx.db.query("adminSessions").withIndex("by_token", (q) => q.eq("token", args.token)).unique();
    if (!session) throw new Error("Sign in first");
    return await ctx.db.query("orders").collect();
  },
});
""",
    )
    assert _queries(found["query orders.all"])[-1].has(Check.ROLE)
