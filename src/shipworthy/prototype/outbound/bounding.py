"""Give the outbound calls of a file a time limit, by editing its text at the calls."""

from __future__ import annotations

from collections.abc import Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import (
    Edit,
    adding_arguments,
    adding_properties,
    edited,
    replacing,
)
from shipworthy.prototype.code.syntax import Syntax, arguments, keyword, properties
from shipworthy.prototype.outbound.calls import Found, Timeout, Waiting, calls_of
from shipworthy.prototype.source import SourceFile


def with_time_limits(file: SourceFile, seconds: int, places: Collection[Location]) -> str:
    """The text of a file in which the calls at these places give up after so many seconds.

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
        edit = _python(found, seconds) if syntax.python else _script(found, seconds)
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
