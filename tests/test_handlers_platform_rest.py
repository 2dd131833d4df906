"""Rows and accounts of Supabase that are asked for by plain requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Effect, EffectKind

HEAD = """const URL_ = Deno.env.get("SUPABASE_URL")!;
const KEY = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;
const headers = { apikey: KEY, Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
async function rest(path: string, init: any = {}) {
  return fetch(`${URL_}/rest/v1/${path}`, { ...init, headers: { ...headers, ...init.headers } });
}
Deno.serve(async (req) => {
  const body = await req.json();
"""
TAIL = '\n  return new Response("ok");\n});\n'


def effect(root: Path, kind: EffectKind, body: str) -> Effect:
    """The one effect of a kind of an edge function with this body."""
    files = {"supabase/functions/orders/index.ts": HEAD + body + TAIL}
    (handler,) = prototype_of(root, files).handlers
    (found,) = handler.effects_of(kind)
    return found


def inputs(found: Effect) -> dict[str, set[str]]:
    return {k: {str(o) for o in v if o.is_input} for k, v in found.inputs.items() if v}


@pytest.mark.parametrize(
    ("body", "operation", "expected"),
    [
        (
            "await fetch(`${URL_}/rest/v1/orders?id=eq.${body.id}&select=*`, { headers });",
            "select",
            {"filter:id": {"body.id"}},
        ),
        (
            "await fetch(`${URL_}/rest/v1/orders?id=eq.${body.id}`,"
            " { method: 'PATCH', headers, body: JSON.stringify({ total: body.total }) });",
            "update",
            {"filter:id": {"body.id"}, "value:total": {"body.total"}},
        ),
        (
            "await fetch(URL_ + '/rest/v1/orders?id=eq.' + body.id, { method: 'DELETE', headers });",
            "delete",
            {"filter:id": {"body.id"}},
        ),
        (
            "await fetch(`${URL_}/rest/v1/orders`, { method: 'POST', headers, body: JSON.stringify(body) });",
            "insert",
            {"value:*": {"body"}},
        ),
        (
            "await rest(`orders?id=eq.${body.id}`, { method: 'DELETE' });",
            "delete",
            {"filter:id": {"body.id"}},
        ),
        (
            "await rest('orders', { method: 'POST', headers: { Prefer: 'resolution=merge-duplicates' },"
            " body: JSON.stringify({ id: body.id }) });",
            "upsert",
            {"value:id": {"body.id"}},
        ),
    ],
)
def test_rows_are_asked_for_by_plain_requests(
    body: str, operation: str, expected: dict[str, set[str]], tmp_path: Path
) -> None:
    found = effect(tmp_path, EffectKind.QUERY, body)
    assert (found.operation, found.target, found.client) == (operation, "orders", "service")
    assert inputs(found) == expected


def test_a_function_of_the_database_is_asked_by_name(tmp_path: Path) -> None:
    body = (
        "await fetch(`${URL_}/rest/v1/rpc/give_credit`, { method: 'POST', headers,"
        " body: JSON.stringify({ user_id: body.user }) });"
    )
    found = effect(tmp_path, EffectKind.QUERY, body)
    assert (found.operation, found.target) == ("rpc", "give_credit")
    assert inputs(found) == {"argument:user_id": {"body.user"}}


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    [
        ("", "POST", "createUser"),
        ("/${body.id}", "DELETE", "deleteUser"),
        ("/${body.id}", "PUT", "updateUserById"),
    ],
)
def test_accounts_are_changed_by_plain_requests(
    path: str, method: str, operation: str, tmp_path: Path
) -> None:
    body = (
        f"await fetch(`${{URL_}}/auth/v1/admin/users{path}`,"
        f" {{ method: '{method}', headers, body: JSON.stringify({{ email: body.email }}) }});"
    )
    found = effect(tmp_path, EffectKind.ACCOUNT, body)
    assert (found.operation, found.client) == (operation, "service")
    assert inputs(found)["value:*"] == {"body.email"}
    assert ("filter:id" in found.inputs) is bool(path)


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ("{ apikey: Deno.env.get('SUPABASE_ANON_KEY')! }", "shared"),
        (
            "{ apikey: Deno.env.get('SUPABASE_ANON_KEY')!,"
            " Authorization: req.headers.get('Authorization')! }",
            "user",
        ),
    ],
)
def test_the_headers_say_whose_rights_a_request_has(
    headers: str, client: str, tmp_path: Path
) -> None:
    body = f"await fetch(`${{URL_}}/rest/v1/orders?select=*`, {{ headers: {headers} }});"
    assert effect(tmp_path, EffectKind.QUERY, body).client == client


def test_the_rest_of_the_world_stays_a_fetch(tmp_path: Path) -> None:
    body = "await fetch(`https://api.shop.example/v1/orders?id=eq.${body.id}`);"
    assert effect(tmp_path, EffectKind.FETCH, body).target == "api.shop.example"
