"""Cookies that sign somebody in, with the flags that they are set with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    function_name,
    has_splat,
    has_spread,
    keyword,
    pattern_text,
    properties,
    string,
)
from shipworthy.prototype.cookies.plain import is_plain
from shipworthy.regex import regex


class Flag(StrEnum):
    """Whether a cookie carries a flag."""

    SET = "set"
    OFF = "off"
    UNKNOWN = "unknown"


class Cookie(Struct, frozen=True):
    """One cookie that opens an account. `script` is True where the page's own script sets it, which
    can never hide it from scripts; `plain` where it holds the id of somebody and nothing that proves it."""

    name: str
    http_only: Flag
    secure: Flag
    location: Location
    function: str
    script: bool = False
    plain: bool = False


_OPENS = regex(
    r"^(?!.*(csrf|xsrf|state|nonce|type|expir|consent|theme|locale|verifier|device|fcm|push|invite|referr|demo|download"
    r"|session[_.-]?(time|start|end|count|length|duration|warn)))"
    r".*(session|(^|[_.-])sid$|token|jwt|auth(?!or)|api_?key|refresh|credential)",
    re.IGNORECASE,
)
_SETTERS = frozenset({"cookie", "setCookie", "set", "set_cookie", "set_signed_cookie"})
_STORES = regex(r"(^|[.(])(\w*[cC]ookies?(Store|Jar)?|jar)(\(\))?$")
_ANSWERS = regex(r"(^|\.)(res|response|reply|ctx|c|resp|redirect\w*|r)$")
_SESSIONS = frozenset({"session", "expressSession", "cookieSession"})


def read(syntax: Syntax) -> list[Cookie]:
    """Every cookie of a file whose name says that it signs somebody in."""
    if "ookie" not in (syntax.source.text or ""):
        return []
    bindings = bindings_of(syntax)
    found = [*_by_call(syntax, bindings)]
    if not syntax.python:
        found += _by_script(syntax, bindings)
    return found


def _by_call(syntax: Syntax, bindings: Bindings) -> Iterator[Cookie]:
    for call in syntax.calls_named(_SETTERS | _SESSIONS):
        receiver, _, method = callee(call).rpartition(".")
        given = arguments(call)
        if not given or _in_development(call):
            continue
        if method in _SESSIONS:
            if not receiver and not syntax.python:
                yield from _of_session(call, given[0], syntax, bindings)
        elif syntax.python:
            if method.startswith("set_") and _ANSWERS.search(receiver.lower()):
                yield from _of_python(call, given, syntax, bindings)
        elif _is_setter(call, receiver, method, bindings):
            yield from _of_script(call, method, given, syntax, bindings)


def _in_development(call: SgNode) -> bool:
    """True below `if (process.env.NODE_ENV === "development")`: no visitor is ever sent it."""
    for above in call.ancestors():
        condition = above.field("condition") if above.kind() == "if_statement" else None
        then = above.field("consequence") if condition is not None else None
        if condition is None or then is None or not _DEVELOPS.match(condition.text()):
            continue
        if then.range().start.index <= call.range().start.index < then.range().end.index:
            return True
    return False


_DEVELOPS = regex(
    r"\(?\s*(process\.env\.NODE_ENV\s*(===?\s*[\"']development|!==?\s*[\"']production)[\"']|import\.meta\.env\.DEV)\s*\)?$"
)


def _is_setter(call: SgNode, receiver: str, method: str, bindings: Bindings) -> bool:
    if method == "set":
        return _STORES.search(receiver) is not None or _is_jar(call, bindings)
    if method == "cookie":
        return (
            _ANSWERS.search(receiver.replace("()", "").rpartition(".status")[0] or receiver)
            is not None
        )
    return bool(receiver) or "setCookie" in bindings.modules


def _is_jar(call: SgNode, bindings: Bindings) -> bool:
    """`const store = await cookies(); store.set(…)`, as Next.js has it."""
    function = call.field("function")
    held = function.field("object") if function is not None else None
    made = peeled(bindings.value(held)) if held is not None else None
    return made is not None and made.kind() == "call_expression" and callee(made) == "cookies"


def _of_script(
    call: SgNode, method: str, given: list[SgNode], syntax: Syntax, bindings: Bindings
) -> Iterator[Cookie]:
    if method == "setCookie" and "." not in callee(call):
        given = given[1:]  # Hono: setCookie(c, name, value, options)
    first = bindings.value(given[0]) if given else None
    if first is None:
        return
    options: SgNode | None
    if first.kind() == "object":
        written = properties(first)
        name, value, options = written.get("name"), written.get("value"), given[0]
        name = bindings.value(name)
    else:
        name, value = first, given[1] if len(given) > 1 else None
        options = given[2] if len(given) > 2 else None
    called = pattern_text(name) if name is not None else None
    if called is None or not _OPENS.search(called) or value is None or _is_empty(value):
        return
    from_package = _package(call, bindings)
    by_page = from_package in ("js-cookie", "cookies-next", "universal-cookie", "react-cookie")
    flags = _flags(options, bindings)
    if flags is None:
        return
    yield Cookie(
        name=called,
        http_only=Flag.OFF if by_page else flags["httpOnly"],
        secure=flags["secure"],
        location=syntax.location(call),
        function=function_name(call),
        script=by_page,
        plain=is_plain(value, bindings) and not _is_signed(options, bindings),
    )


def _package(call: SgNode, bindings: Bindings) -> str:
    owner = callee(call).partition(".")[0]
    return bindings.modules.get(owner, "")


def _is_empty(value: SgNode) -> bool:
    """True for what deletes a cookie or only notes that something is so."""
    written = string(value)
    return written is not None or value.kind() in ("true", "false", "null", "none", "undefined")


def _is_signed(options: SgNode | None, bindings: Bindings) -> bool:
    value = bindings.value(options) if options is not None else None
    signed = (
        properties(value).get("signed") if value is not None and value.kind() == "object" else None
    )
    return signed is not None and signed.text() != "false"


def _flags(options: SgNode | None, bindings: Bindings) -> Mapping[str, Flag] | None:
    """The flags in an object of options; None for what deletes the cookie."""
    names = ("httpOnly", "secure")
    if options is None:
        return dict.fromkeys(names, Flag.OFF)
    value = bindings.value(options)
    if value is None or value.kind() != "object":
        return dict.fromkeys(names, Flag.UNKNOWN)
    written = properties(value)
    age = written.get("maxAge")
    if age is not None and age.text() in ("0", "-1"):
        return None
    missing = Flag.UNKNOWN if has_spread(value) else Flag.OFF
    return {name: _flag(written.get(name), missing) for name in names}


def _flag(value: SgNode | None, missing: Flag) -> Flag:
    """A flag that hangs on a condition (`process.env.NODE_ENV === "production"`) is set."""
    bare = peeled(value) if value is not None else None
    if bare is None:
        return missing
    return Flag.OFF if bare.text() in ("false", "False", "None") else Flag.SET


def _of_session(
    call: SgNode, options: SgNode, syntax: Syntax, bindings: Bindings
) -> Iterator[Cookie]:
    """`session({ cookie: { … } })` of express-session, which hides its cookie by itself."""
    module = bindings.modules.get(callee(call), "")
    value = bindings.value(options)
    if module not in ("express-session", "cookie-session") or value is None:
        return
    if value.kind() != "object":
        return
    written = properties(value)
    cookie = written.get("cookie") if module == "express-session" else value
    held = bindings.value(cookie) if cookie is not None else None
    inner = properties(held) if held is not None and held.kind() == "object" else {}
    unknown = cookie is not None and (held is None or held.kind() != "object")
    unknown = unknown or has_spread(value) or (held is not None and has_spread(held))
    yield Cookie(
        name="session",
        http_only=_flag(inner.get("httpOnly"), Flag.SET),
        secure=_flag(inner.get("secure"), Flag.UNKNOWN if unknown else Flag.OFF),
        location=syntax.location(call),
        function=function_name(call),
    )


def _of_python(
    call: SgNode, given: list[SgNode], syntax: Syntax, bindings: Bindings
) -> Iterator[Cookie]:
    plain = [g for g in given if g.kind() != "keyword_argument"]
    key = keyword(call, "key") or (plain[0] if plain else None)
    value = keyword(call, "value") or (plain[1] if len(plain) > 1 else None)
    name = bindings.value(key) if key is not None else None
    called = pattern_text(name) if name is not None else None
    if called is None or not _OPENS.search(called) or value is None or _is_empty(value):
        return
    age = keyword(call, "max_age")
    if age is not None and age.text() == "0":
        return
    missing = Flag.UNKNOWN if has_splat(call) else Flag.OFF
    yield Cookie(
        name=called,
        http_only=_flag(keyword(call, "httponly"), missing),
        secure=_flag(keyword(call, "secure"), missing),
        location=syntax.location(call),
        function=function_name(call),
        plain=callee(call).endswith("set_cookie") and is_plain(value, bindings),
    )


_WRITTEN = regex(r"^[`\"']\s*([\w.-]+)=(.?)")


def _by_script(syntax: Syntax, bindings: Bindings) -> Iterator[Cookie]:
    """`document.cookie = `token=${token}; path=/`` in the page's own script."""
    for assignment in syntax.nodes("assignment_expression"):
        left, right = assignment.field("left"), assignment.field("right")
        if left is None or right is None or left.text() != "document.cookie":
            continue
        text = right.text()
        match = _WRITTEN.match(text)
        if match is None or not _OPENS.search(match[1]):
            continue
        if "max-age=0" in text.lower() or "1970" in text or match[2] in (";", ""):
            continue  # it is deleted
        if right.kind() == "string":
            continue  # a fixed value is no token
        secure = Flag.SET if re.search(r";\s*secure", text, re.IGNORECASE) else Flag.OFF
        yield Cookie(
            name=match[1],
            http_only=Flag.OFF,
            secure=secure,
            location=syntax.location(assignment),
            function=function_name(assignment),
            script=True,
            plain=is_plain(right, bindings),
        )
