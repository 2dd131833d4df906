"""Let requests of Python that only read be sent again after a failure: those of requests and httpx."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.style import after_line
from shipworthy.prototype.code.syntax import PY_FUNCTIONS, Syntax, enclosing, identifiers
from shipworthy.prototype.modules.module_names import python_name
from shipworthy.prototype.outbound.calls import OutboundCall, calls_of
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MODULE = "again"
_NAMES = ("again", "again_async")
# What a dropped connection and a time limit raise: the documentation of each.
_FAILED = {
    "requests": ("requests.ConnectionError", "requests.Timeout"),
    "httpx": ("httpx.TransportError", "httpx.TimeoutException"),
}
# Busy or restarting: https://www.rfc-editor.org/rfc/rfc9110#name-server-error-5xx and RFC 6585.
_HEAD = '''"""For requests that change nothing: sent again after a failure, twice at most."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import LIBRARY

BUSY = {429, 502, 503, 504}
RETRIES = 2


def pause(attempt: int) -> float:
    return 0.2 * 2**attempt * (0.5 + random.random())
'''
_SYNC = """

def again(send: Callable[[], LIBRARY.Response]) -> LIBRARY.Response:
    for attempt in range(RETRIES):
        try:
            response = send()
            if response.status_code not in BUSY:
                return response
            response.close()
        except FAILED as error:
            if isinstance(error, LATE):
                raise
        time.sleep(pause(attempt))
    return send()
"""
_ASYNC = """

async def again_async(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    for attempt in range(RETRIES):
        try:
            response = await send()
            if response.status_code not in BUSY:
                return response
            await response.aclose()
        except FAILED as error:
            if isinstance(error, LATE):
                raise
        await asyncio.sleep(pause(attempt))
    return await send()
"""
_WITHIN = frozenset({"await", "yield", "named_expression"})
_OPENED = frozenset({"with_item", "with_clause", "as_pattern"})
_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")


def with_python_retries(prototype: Prototype, calls: Sequence[OutboundCall]) -> dict[str, str]:
    """The texts of the files in which these calls are sent again, and of the new module.

    One library's calls, those of the one that most of them use. Empty where none is requests or httpx,
    or where no file shows how it would name the module.
    """
    counted = Counter(c.library for c in calls if c.library in _FAILED and _is_python(c))
    if not counted:
        return {}
    library = counted.most_common(1)[0][0]
    chosen = [call for call in calls if call.library == library and _is_python(call)]
    files = [prototype.files[path] for path in sorted({call.location.path for call in chosen})]
    folders = [file.folder for file in files]
    home = posixpath.commonpath(folders) if all(folders) else ""
    module = posixpath.join(home, _MODULE)
    if f"{module}.py" in prototype.files:
        return {}
    changed, used = dict[str, str](), set[str]()
    places = {call.location for call in chosen}
    for file in files:
        name = python_name(prototype, file, module)
        found = _asking_again(file, places, name) if name is not None else None
        if found is not None:
            changed[file.path], names = found
            used |= names
    return {f"{module}.py": python_retry(library, used), **changed} if changed else {}


def python_retry(library: str, used: Collection[str]) -> str:
    """The new module, with the functions of these names."""
    text = _HEAD + (_SYNC if "again" in used else "") + (_ASYNC if "again_async" in used else "")
    failed, late = _FAILED[library]
    text = text.replace("LIBRARY", library).replace("FAILED", failed).replace("LATE", late)
    if "again_async" not in used:
        text = text.replace("import asyncio\n", "").replace("Awaitable, ", "")
    return text if "again" in used else text.replace("import time\n", "")


def _is_python(call: OutboundCall) -> bool:
    return call.location.path.endswith(".py")


def _asking_again(
    file: SourceFile, places: Collection[Location], module: str
) -> tuple[str, set[str]] | None:
    """The file with its calls wrapped, and the functions that it needs for that; None for no change."""
    syntax = Syntax(file, Language.PYTHON)
    imports = [node for node in syntax.root.children() if node.kind() in _IMPORTS]
    if not imports or any(name in identifiers(syntax.root) for name in _NAMES):
        return None
    edits, used = list[Edit](), set[str]()
    for found in calls_of(syntax):
        if found.call.location not in places or _is_no_value(found.node):
            continue
        name = "again_async" if _is_async(syntax, found.node) else "again"
        span = found.node.range()
        edits.append(Edit(span.start.index, span.start.index, f"{name}(lambda: "))
        edits.append(Edit(span.end.index, span.end.index, ")"))
        used.add(name)
    if not edits:
        return None
    text = file.text or ""
    below = after_line(imports[-1], text)
    line = f"from {module} import {', '.join(sorted(used))}\n"
    return edited(text, [*edits, Edit(below, below, line)]), used


def _is_no_value(call: SgNode) -> bool:
    """True for what is opened (`with client.stream(…)`), and for arguments that a lambda cannot hold."""
    opened = enclosing(call, _OPENED, PY_FUNCTIONS) is not None
    return opened or any(within(call, _WITHIN))


def _is_async(syntax: Syntax, call: SgNode) -> bool:
    """True for a call of an `httpx.AsyncClient`."""
    bindings, function = bindings_of(syntax), call.field("function")
    receiver = function.field("object") if function is not None else None
    made = bindings.value(receiver) if receiver is not None else None
    client = made is not None and made.kind() == "call"
    return made is not None and client and bindings.qualified(made) == "httpx.AsyncClient"
