# ruff: noqa: E501 - code of prototypes is written as it is found
"""SvelteKit: handlers, loaders and form actions get one event, which hooks have seen before."""

from __future__ import annotations

from pathlib import Path

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_HOOKS = """
import { redirect } from '@sveltejs/kit';
import { db } from '$lib/db';
export const handle = async ({ event, resolve }) => {
  const token = event.cookies.get('session');
  event.locals.user = token ? await db.session.findUnique({ where: { token } }) : null;
  if (event.url.pathname.startsWith('/admin') && !event.locals.user) redirect(303, '/login');
  return resolve(event);
};
"""
_FILES = {
    "package.json": '{"name": "shop", "devDependencies": {"@sveltejs/kit": "2", "svelte": "5"}}',
    "src/lib/db.ts": "import { PrismaClient } from '@prisma/client';\nexport const db = new PrismaClient();\n",
    "src/routes/admin/users/[id]/+page.server.ts": """
import { db } from '$lib/db';
export const load = async ({ params }) => ({ user: await db.user.findUnique({ where: { id: params.id } }) });
export const actions = {
  remove: async ({ params }) => { await db.user.delete({ where: { id: params.id } }); return { ok: true }; },
};
""",
    "src/routes/(shop)/orders/+page.server.ts": """
import { db } from '$lib/db';
import { fail, redirect } from '@sveltejs/kit';
export const actions = {
  default: async ({ request, locals }) => {
    if (!locals.user) return fail(401);
    const form = await request.formData();
    await db.order.create({ data: { name: form.get('name'), userId: locals.user.id } });
    redirect(303, '/orders');
  },
  open: async ({ request }) => {
    const form = await request.formData();
    await db.$executeRawUnsafe(`UPDATE orders SET name = '${form.get('name')}'`);
  },
} satisfies Actions;
""",
    "src/routes/api/orders/+server.ts": """
import { json, error } from '@sveltejs/kit';
import { db } from '$lib/db';
export async function POST({ request }) {
  await db.order.create({ data: await request.json() });
  return json({ ok: true });
}
export const DELETE = async (event) => {
  if (!event.locals.user) throw error(401, 'no');
  await db.order.deleteMany({ where: { userId: event.locals.user.id } });
  return new Response(null);
};
""",
}


def _handlers(folder: Path, **more: str) -> dict[str, Handler]:
    for name, text in {**_FILES, **more}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {h.name: h for h in read_prototype(folder).handlers}


def _last(handler: Handler, kind: EffectKind = EffectKind.QUERY) -> Effect:
    return list(handler.effects_of(kind))[-1]


def _inputs(effect: Effect, name: str) -> set[str]:
    return {str(origin) for origin in effect.inputs.get(name, frozenset())}


def test_events_bring_bodies_forms_parameters_and_locals(tmp_path: Path) -> None:
    found = _handlers(tmp_path)
    assert set(found) == {
        "GET /admin/users/[id]",
        "POST /admin/users/[id]?/remove",
        "POST /orders",
        "POST /orders?/open",
        "POST /api/orders",
        "DELETE /api/orders",
    }
    assert _inputs(_last(found["POST /api/orders"]), "value:*") == {"body"}
    assert _inputs(_last(found["POST /orders?/open"], EffectKind.SQL), "text") == {"form.name"}
    made = _last(found["POST /orders"])
    assert _inputs(made, "value:userId") == {"principal.id"}
    assert made.has(Check.SESSION)
    assert found["DELETE /api/orders"].principal is Check.SESSION
    assert found["POST /admin/users/[id]?/remove"].principal is None


def test_hooks_protect_the_paths_that_they_ask_for(tmp_path: Path) -> None:
    found = _handlers(tmp_path, **{"src/hooks.server.ts": _HOOKS})
    assert found["GET /admin/users/[id]"].principal is Check.SESSION
    assert found["POST /admin/users/[id]?/remove"].principal is Check.SESSION
    assert found["POST /api/orders"].principal is None
    assert found["DELETE /api/orders"].principal is Check.SESSION


def test_a_layout_may_keep_callers_from_what_a_page_loads_not_from_its_actions(
    tmp_path: Path,
) -> None:
    layout = "import { redirect } from '@sveltejs/kit';\nexport const load = async ({ locals }) => { if (!locals.user) redirect(303, '/login'); };\n"
    found = _handlers(tmp_path, **{"src/routes/admin/+layout.server.ts": layout})
    assert _last(found["GET /admin/users/[id]"]).has(Check.UNCLEAR)
    assert not _last(found["POST /admin/users/[id]?/remove"]).has(Check.UNCLEAR)


def test_a_hook_that_turns_away_whom_it_does_not_know_is_unclear_where_it_cannot_be_followed(
    tmp_path: Path,
) -> None:
    hooks = """
import { redirect } from '@sveltejs/kit';
const known = new Map();
export const handle = async ({ event, resolve }) => {
  const session = event.cookies.get('session');
  let valid = false;
  if (session) { const kept = known.get(session); if (kept) { event.locals.user = kept.user; valid = true; } }
  if (event.url.pathname.startsWith('/admin') && !valid) throw redirect(303, '/login');
  return resolve(event);
};
"""
    found = _handlers(tmp_path, **{"src/hooks.server.ts": hooks})
    assert _last(found["POST /admin/users/[id]?/remove"]).has(Check.UNCLEAR)
    assert not _last(found["POST /api/orders"]).has(Check.UNCLEAR)
    assert _last(found["POST /orders"]).has(Check.SESSION)


def test_a_user_that_hooks_believe_of_a_cookie_proves_nothing(tmp_path: Path) -> None:
    hooks = """
export const handle = async ({ event, resolve }) => {
  const sent = event.cookies.get('user');
  if (sent) event.locals.user = JSON.parse(sent);
  return resolve(event);
};
"""
    found = _handlers(tmp_path, **{"src/hooks.server.ts": hooks})
    assert not _last(found["POST /orders"]).has(Check.SESSION)


_LUCIA = """
import { auth } from '$lib/server/lucia';
export const handle = async ({ event, resolve }) => {
  event.locals.auth = auth.handleRequest(event);
  return resolve(event);
};
"""
_LUCIA_ORDERS = """
import { db } from '$lib/db';
import { redirect } from '@sveltejs/kit';
export const actions = {
  default: async ({ request, locals }) => {
    const session = await locals.auth.validate();
    CHECK
    const form = await request.formData();
    await db.order.update({ where: { id: form.get('id') }, data: { name: form.get('name') } });
  },
};
"""


def test_what_lucia_says_of_a_request_is_a_session(tmp_path: Path) -> None:
    made = "import { lucia } from 'lucia';\nexport const auth = lucia({ env: 'PROD' });\n"
    for check, asked in (("if (!session) throw redirect(302, '/login');", True), ("", False)):
        found = _handlers(
            tmp_path / str(asked),
            **{
                "src/hooks.server.ts": _LUCIA,
                "src/lib/server/lucia.ts": made,
                "src/routes/(shop)/orders/+page.server.ts": _LUCIA_ORDERS.replace("CHECK", check),
            },
        )
        assert _last(found["POST /orders"]).has(Check.SESSION) is asked
