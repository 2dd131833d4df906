"""The REST interface of Supabase, asked by plain requests: `${url}/rest/v1/orders?id=eq.${id}` with the key
of somebody in its headers (PostgREST, "Tables and Views"; GoTrue's `/admin/users`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import SHARED, EffectKind
from shipworthy.prototype.handlers.knowledge.rows import query, rows, told
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins, replace
from shipworthy.regex import regex

_PATH = regex(r"/rest/v1/(?P<rpc>rpc/)?(?P<table>[\w\x00]+)/?(?:\?(?P<asked>.*))?$", re.S)
_ACCOUNTS = regex(r"/auth/v1/admin/users(?:/(?P<id>[^/?]+))?/?(?:\?.*)?$", re.S)
_CONDITION = regex(r"(?P<column>\w+)=(?:not\.)?(?P<operator>\w+)\.(?P<value>.*)$", re.S)
_SLOT = regex(r"\x00(\d+)\x00")
_ROWS = {"get": "select", "head": "select", "post": "insert", "patch": "update", "delete": "delete"}
_DEEDS = {"get": "listUsers", "post": "createUser", "delete": "deleteUser"}
_DEEPEST = 4


def asked(
    walk: Evaluation, site: Site, url: Value, method: str, headers: Value, body: Value
) -> Value | None:
    """What a request asks of the platform's database or accounts; None for any other request."""
    parts = list(_parts(url))
    written = "".join(
        part.text if part.text is not None else f"\x00{number}\x00"
        for number, part in enumerate(parts)
    )
    accounts = _ACCOUNTS.search(written)
    if accounts is not None:
        return _of_accounts(walk, site, method, _value(accounts["id"] or "", parts), headers, body)
    found = _PATH.search(written)
    operation = _ROWS.get(method)
    if found is None or operation is None:
        return None
    table = "" if "\x00" in found["table"] else found["table"]
    if operation == "insert" and "merge-duplicates" in str(_header(walk, headers, "Prefer").text):
        operation = "upsert"
    client = _client(walk, headers)
    if found["rpc"]:
        effect = query(walk, site, "rpc", table, client=client)
        given = (body.fields or {}).items()
        told(walk, effect, inputs={f"argument:{key}": all_origins(v) for key, v in given})
        return _answer(walk, effect)
    effect = query(walk, site, operation, table, client=client)
    columns = "*"
    for condition in (found["asked"] or "").split("&"):
        name, _, text = condition.partition("=")
        if name == "select":
            columns = text if "\x00" not in text else "*"
        elif (asks := _CONDITION.match(condition)) and asks["operator"] in ("eq", "in", "is"):
            told(walk, effect, filters={asks["column"]: _value(asks["value"], parts)})
    literals = {"columns": columns} if operation == "select" else {}
    values = body if operation in ("insert", "upsert", "update") and body is not UNKNOWN else None
    told(walk, effect, values=values, literals=literals)
    return _answer(walk, effect)


def _answer(walk: Evaluation, effect: int) -> Value:
    """A response, of which `.json()` gives the rows."""
    return replace(rows(walk, effect), what="fetched")


def _of_accounts(
    walk: Evaluation, site: Site, method: str, whose: Value, headers: Value, body: Value
) -> Value:
    operation = _DEEDS.get(method, "updateUserById")
    inputs = {"value:*": all_origins(body, 6)}
    if whose is not UNKNOWN:
        inputs["filter:id"] = all_origins(whose)
    effect = walk.effect(
        EffectKind.ACCOUNT,
        operation,
        "auth.users",
        site.call.at,
        client=_client(walk, headers),
        inputs=inputs,
        values={"value:*": body},
    )
    return Value(what="fetched", effect=effect, tags=frozenset({"truthy"}))


def _parts(url: Value, depth: int = _DEEPEST) -> Iterator[Value]:
    """The parts of a text one after the other, those of texts within it taken apart."""
    if url.elements is not None and url.what in ("text", "url") and depth:
        for part in url.elements:
            yield from _parts(part, depth - 1)
    else:
        yield url


def _value(text: str, parts: list[Value]) -> Value:
    """What stands in a place of an address: a part, several parts, or what the code writes."""
    slots = [parts[int(number)] for number in _SLOT.findall(text)]
    if not slots:
        return Value(literal=text) if text else UNKNOWN
    return slots[0] if len(slots) == 1 else Value(elements=tuple(slots), what="text")


def _header(walk: Evaluation, headers: Value, name: str) -> Value:
    fields = headers.fields or {}
    return next((v for k, v in fields.items() if k.lower() == name.lower()), UNKNOWN)


def _client(walk: Evaluation, headers: Value) -> str:
    """Whose rights a request has: those of the token, or else of the key."""
    origins = all_origins(_header(walk, headers, "authorization"), 6)
    origins = origins or all_origins(_header(walk, headers, "apikey"), 6)
    names = {o.name.upper() for o in origins if o.kind == "environment"}
    if any("SERVICE" in name or "SECRET_KEY" in name for name in names):
        return "service"
    if any(o.kind in ("header", "cookie", "principal") for o in origins):
        return "user"
    if not names:
        return ""
    return "anon" if walk.program.signed_in else SHARED
