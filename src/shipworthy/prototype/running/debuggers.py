"""Servers of Flask that are started with its debugger: whoever makes them fail may run code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Expression, If, Literal, Member, Name
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FLASK = frozenset({"flask", "flask_socketio"})
_STARTERS = regex(
    r"(^|/)(Procfile|[\w.-]*Dockerfile[\w.-]*|(docker-)?compose[\w.-]*|render\.ya?ml|railway\.(json|toml)|fly\.toml"
    r"|nixpacks\.toml|app\.ya?ml|\.replit|vercel\.json|[\w-]+\.(sh|service))$"
)
_MANIFESTS = regex(r"(^|/)(requirements[\w.-]*\.txt|pyproject\.toml|Pipfile|setup\.py)$")
_SERVERS = regex(r"\b(gunicorn|uwsgi|waitress|hypercorn|passenger|mod_wsgi)\b", re.I)
_SENSED = regex(r"\b(env|environ|getenv|config|settings|args|argv)\b", re.IGNORECASE)


class Debugger(Struct, frozen=True):
    """A call that starts a server with the debugger."""

    location: Location
    everywhere: bool  # it listens on all addresses
    replaced: bool  # what is deployed starts another server
    may_be_replaced: bool  # another server is at hand, or nothing installs Flask for this one


def debuggers(prototype: Prototype) -> Iterator[Debugger]:
    """`app.run(host="0.0.0.0", debug=True)` of an app of Flask."""
    for file in prototype.of_role(Role.PRODUCT):
        if "debug" not in (file.text or "") or not _is_of_flask(prototype, file.path):
            continue
        for call in _started(prototype, file.path):
            where = Location(file.path, call.at, call.end)
            everywhere = _host(call) in ("0.0.0.0", "::", "")  # noqa: S104
            replaced = any(_SERVERS.search(text) for text in _texts(prototype, _STARTERS))
            at_hand = any(_SERVERS.search(text) for text in _texts(prototype, _MANIFESTS))
            beside = _is_beside_another(prototype)
            yield Debugger(where, everywhere, replaced, replaced or at_hand or beside)


def _is_of_flask(prototype: Prototype, path: str) -> bool:
    """True for code that imports Flask, or the module whose function makes the app."""
    packages, edges = prototype.modules.packages, prototype.modules.edges
    near = (path, *edges.get(path, ()))
    return any(_FLASK & packages.get(p, frozenset()) for p in near)


def _is_beside_another(prototype: Prototype) -> bool:
    """True where an app of Node.js is what is built, and nothing installs Flask or says how it is started."""
    texts = [*_texts(prototype, _MANIFESTS), *_texts(prototype, _STARTERS)]
    asked = any(re.search(r"flask|\.py\b", text, re.IGNORECASE) for text in texts)
    return not asked and any(file.name == "package.json" for file in prototype.files.values())


def _started(prototype: Prototype, path: str) -> Iterator[Call]:
    if path not in prototype.server_modules:
        return
    body = prototype.server_modules[path].body
    asked = {
        call
        for choice in nodes_in(body, If)
        if _SENSED.search(str(choice.test))
        for call in nodes_in((choice.then, choice.other), Call)
    }
    for call in nodes_in(body, Call):
        debug = _keyword(call, "debug")
        runs = isinstance(call.function, Member) and call.function.key == "run"
        if runs and call not in asked and isinstance(debug, Literal) and debug.value is True:
            yield call


def _keyword(call: Call, name: str) -> Expression | None:
    return next((value for key, value in call.keywords if key == name), None)


def _host(call: Call) -> str | None:
    """The address that it listens on; "" for one that is read from outside, None for that of this machine."""
    given = call.arguments[0] if call.arguments else None
    host = _keyword(call, "host") or (given if isinstance(given, Literal) else None)
    if isinstance(host, Literal):
        return str(host.value)
    return "" if host is not None and not isinstance(host, Name) else None


def _texts(prototype: Prototype, names: re.Pattern[str]) -> Iterator[str]:
    return (f.text or "" for f in prototype.files.values() if names.search(f.path))
