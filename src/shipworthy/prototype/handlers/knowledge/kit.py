"""SvelteKit: the event that its handlers get, what hooks have put into it, how requests are refused.

https://svelte.dev/docs/kit/@sveltejs-kit
"""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.knowledge.outside import CALLS as OUTSIDE
from shipworthy.prototype.handlers.knowledge.requests import BINDINGS, WEB, parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import CALLS as RESPONSES
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.sessions import parts, session
from shipworthy.prototype.handlers.sent import sent
from shipworthy.prototype.handlers.values import (
    NEVER,
    NO_GUARDS,
    NULL,
    Value,
    from_origins,
    of_cases,
)

EVENT = "request:kit"
HOOK = "kit hook"
"""The tag of a function that stands before all routes."""
_LOCALS = f"{EVENT}.locals"
_CALLERS = frozenset("user session auth currentUser userId account profile".split())
_ENDS = "@sveltejs/kit"


def _event(walk: Evaluation, value: Value, key: str) -> Value | None:
    match key:
        case "request":
            return Value(what=WEB, tags=frozenset({"truthy"}))
        case "params":
            return parameter("path")
        case "url":
            return Value(origins=frozenset({Origin("query")}), what="url")
        case "cookies":
            return Value(what="cookies")
        case "locals":
            return Value(what=_LOCALS, identity=value.identity, tags=frozenset({"truthy"}))
        case "platform":
            return Value(fields={"env": Value(what=BINDINGS)})
    return None


def _locals(walk: Evaluation, value: Value, key: str) -> Value | None:
    """What hooks put there that were not followed: its name says what it is."""
    if key in _CALLERS:
        return principal(walk, f"locals.{key}", 0)
    if key == "supabase":
        return Value(what="supabase", client="user", tags=frozenset({"truthy"}))
    return None


def _kept(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """`if (row) event.locals.user = row`: it is there on some ways alone; what was not sent as it is
    names the caller."""
    if not walk.branches:
        return
    if value.is_null:
        walk.heap.pop((owner.identity, key), None)  # it may be there on other ways
        return
    as_sent = any(origin.is_input for origin in sent(value))
    if key in _CALLERS and not as_sent:
        kept = principal(walk, f"locals.{key}", at)
    else:
        kept = of_cases(((value, walk.guards), (NULL, NO_GUARDS)))
    walk.heap[owner.identity, key] = kept


def _error(walk: Evaluation, site: Site) -> Value | None:
    """`error(404, "not found")` throws."""
    respond(walk, Value(fields={"error": site.argument(1)}), site.argument(0), site.call.at)
    return NEVER


def _fail(walk: Evaluation, site: Site) -> Value | None:
    """`return fail(400, { missing: true })`."""
    return respond(walk, site.argument(1), site.argument(0), site.call.at)


def _sequence(walk: Evaluation, site: Site) -> Value | None:
    return Value(elements=site.given)


def _address(walk: Evaluation, site: Site) -> Value | None:
    return from_origins(Origin("header", "", "x-forwarded-for"))


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    f"{_ENDS}.error": _error,
    f"{_ENDS}.fail": _fail,
    f"{_ENDS}.json": RESPONSES["Response.json"],
    f"{_ENDS}.text": RESPONSES["Response"],
    f"{_ENDS}.redirect": RESPONSES["next/navigation.redirect"],
    f"{_ENDS}/hooks.sequence": _sequence,
    f"{EVENT}.fetch": OUTSIDE["fetch"],
    f"{EVENT}.getClientAddress": _address,
    f"{_LOCALS}.auth": session,
    f"{_LOCALS}.getSession": session,
    f"{_LOCALS}.validate": session,
    f"{_LOCALS}.safeGetSession": parts,
}

ASSIGNED = {_LOCALS: _kept}

PROPERTIES = {EVENT: _event, _LOCALS: _locals}
