"""Give the outbound calls of a file a time limit, by editing its text at the calls."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import (
    Edit,
    adding_arguments,
    adding_properties,
    edited,
    replacing,
)
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    enclosing,
    keyword,
    properties,
    string,
)
from shipworthy.prototype.outbound.calls import Found, Timeout, Waiting, calls_of
from shipworthy.prototype.source import SourceFile

_LONG = 120  # seconds: an answer that is passed on while it arrives
_WRITING, _READING = 30, 10
_VERBS = frozenset({"post", "put", "patch", "delete", "request"})


def seconds_for(found: Found) -> int:
    """How long a call may take: the longer, the less is lost by waiting and the more by giving up."""
    if passes_on(found.node):
        return _LONG
    last = found.call.callee.rpartition(".")[2].lower()
    method = last if last in _VERBS else _method(found.node)
    known = found.call.target and not found.call.target.startswith("{}")
    return (
        _READING if known and method in ("get", "head", last) and last not in _VERBS else _WRITING
    )


def passes_on(call: SgNode) -> bool:
    """True where the body of the answer is read while it arrives: `upstream.body`."""
    declared = enclosing(call, frozenset({"variable_declarator", "assignment"}), FUNCTIONS)
    name = (declared.field("name") or declared.field("left")) if declared is not None else None
    around = enclosing(call, FUNCTIONS)
    if name is None or name.kind() != "identifier" or around is None:
        return False
    signs = (".body", ".iter_content", ".iter_lines", ".aiter_")
    return any(f"{name.text()}{sign}" in around.text() for sign in signs)


def _method(call: SgNode) -> str:
    """The method in the options of `fetch`; "get" where none is written."""
    for argument in arguments(call):
        written = properties(argument).get("method") if argument.kind() == "object" else None
        if written is not None:
            return (string(written) or "").lower()
    return "get"


def with_time_limits(
    file: SourceFile, places: Collection[Location], seconds: Callable[[Found], int] = seconds_for
) -> str:
    """The text of a file in which the calls at these places give up after some seconds.

    Calls that have a limit, that nobody waits for, or whose options are not written out in the call
    stay as they are.
    """
    if file.language is None or file.text is None:
        return file.text or ""
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for found in calls_of(syntax):
        call = found.call
        if call.timeout is not Timeout.NONE or call.waiting is not Waiting.CALLER:
            continue
        if call.location not in places:
            continue
        limit = seconds(found)
        edit = _python(found, limit) if syntax.python else _script(found, limit)
        if edit is not None:
            edits.append(edit)
    return edited(file.text, edits)


def _python(found: Found, seconds: int) -> Edit | None:
    if found.call.client is not None:
        made = _client_at(found)
        off = keyword(made, "timeout") if made else None
        return replacing(off, str(seconds)) if off else None
    off = keyword(found.node, "timeout")
    if off is not None:
        return replacing(off, str(seconds))
    if any(a.kind() == "dictionary_splat" for a in arguments(found.node)):
        return None
    return adding_arguments(found.node, f"timeout={seconds}")


def _client_at(found: Found) -> SgNode | None:
    """The constructor call at the place where the client is made."""
    wanted = found.call.client
    for node in found.node.get_root().root().find_all(kind="call"):
        if wanted and node.range().start.line + 1 == wanted.line and keyword(node, "timeout"):
            return node
    return None


def _script(found: Found, seconds: int) -> Edit | None:
    """Only for `fetch` and axios, whose options are known."""
    timeout = f"timeout: {seconds}_000"
    given = arguments(found.node)
    if found.call.library == "fetch":
        return _option(found.node, given, 1, f"signal: AbortSignal.timeout({seconds}_000)")
    if found.call.library != "axios" or not given:
        return None
    verb = found.call.callee.rpartition(".")[2]
    if verb in ("get", "delete", "head", "options"):
        return _option(found.node, given, 1, timeout)
    if verb in ("post", "put", "patch"):
        return _option(found.node, given, 2, timeout)
    if len(given) == 1 and given[0].kind() == "object":
        return adding_properties(given[0], timeout)
    return None


def _option(call: SgNode, given: list[SgNode], index: int, text: str) -> Edit | None:
    """Put an option into the literal that stands at an argument, or add such an argument."""
    if len(given) == index:
        return adding_arguments(call, f"{{ {text} }}")
    if len(given) > index and given[index].kind() == "object":
        name = text.partition(":")[0]
        return None if name in properties(given[index]) else adding_properties(given[index], text)
    return None
