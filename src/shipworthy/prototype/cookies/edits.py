"""Hide cookies that sign somebody in from scripts and eavesdroppers, by editing where they are set."""

from __future__ import annotations

from collections.abc import Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.edits import (
    Edit,
    adding_arguments,
    adding_properties,
    edited,
    replacing,
)
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    has_splat,
    has_spread,
    keyword,
    properties,
)
from shipworthy.prototype.source import SourceFile

_SESSIONS = ("session", "expressSession", "cookieSession")
_IN_PRODUCTION = 'process.env.NODE_ENV === "production"'
_OFF = ("false", "False", "None")


def with_flags(file: SourceFile, places: Collection[Location]) -> str | None:
    """The text of a file whose cookies at these places are httpOnly and secure; None where the
    options of one come from elsewhere, or the page's own script sets it."""
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    bindings = bindings_of(syntax)
    edits: list[Edit] = []
    for call in syntax.calls:
        if syntax.location(call) in places:
            made = _python(call) if syntax.python else _script(call, syntax, bindings)
            if not made:
                return None
            edits += made
    return edited(file.text, edits) if edits else None


def _python(call: SgNode) -> list[Edit]:
    if has_splat(call):
        return []
    edits, missing = [], []
    for name, value in (("httponly", "True"), ("secure", "True"), ("samesite", '"lax"')):
        given = keyword(call, name)
        if given is None:
            missing.append(f"{name}={value}")
        elif given.text() in _OFF and name != "samesite":
            edits.append(replacing(given, value))
    added = adding_arguments(call, *missing) if missing else None
    return [*edits, *([added] if added is not None else [])]


def _script(call: SgNode, syntax: Syntax, bindings: Bindings) -> list[Edit]:
    given, quote = arguments(call), style_of(syntax).quote
    secure = "true" if "Deno." in (syntax.source.text or "") else _IN_PRODUCTION
    flags = {"httpOnly": "true", "secure": secure, "sameSite": '"lax"'}
    flags = {name: value.replace('"', quote) for name, value in flags.items()}
    name = callee(call)
    if name in _SESSIONS:
        return _session(given[0], flags["secure"], bindings)
    first = bindings.value(given[0]) if given else None
    if first is not None and first.kind() == "object":
        return _flagged(first, flags)
    at = 3 if name == "setCookie" else 2
    if len(given) == at:
        written = ", ".join(f"{key}: {value}" for key, value in flags.items())
        added = adding_arguments(call, f"{{ {written} }}")
        return [added] if added is not None else []
    options = bindings.value(given[at]) if len(given) > at else None
    return _flagged(options, flags) if options is not None else []


def _session(options: SgNode, secure: str, bindings: Bindings) -> list[Edit]:
    """express-session sends no secure cookie at all behind a proxy that it is not told to trust."""
    value = bindings.value(options)
    if value is None or value.kind() != "object" or has_spread(value):
        return []
    written = properties(value)
    cookie = bindings.value(written.get("cookie"))
    extra = [] if "proxy" in written else ["proxy: true"]
    if cookie is None:
        added = adding_properties(value, *extra, f"cookie: {{ secure: {secure} }}")
        return [added] if added is not None else []
    trusting = adding_properties(value, *extra) if extra else None
    made = _flagged(cookie, {"secure": secure})
    return [*made, *([trusting] if trusting is not None and made else [])]


def _flagged(options: SgNode, flags: dict[str, str]) -> list[Edit]:
    if options.kind() != "object" or has_spread(options):
        return []
    known = properties(options)
    edits = [
        replacing(known[name], value)
        for name, value in flags.items()
        if name in known and known[name].text() in _OFF and name != "sameSite"
    ]
    missing = [f"{name}: {value}" for name, value in flags.items() if name not in known]
    added = adding_properties(options, *missing) if missing else None
    return [*edits, *([added] if added is not None else [])]
