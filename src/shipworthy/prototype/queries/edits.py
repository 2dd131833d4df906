"""End a list where the platform ends it anyway, by editing the query that reads it."""

from __future__ import annotations

from collections.abc import Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.queries.calls import queries_of
from shipworthy.prototype.source import SourceFile


def with_limits(file: SourceFile, places: Collection[Location], most: int) -> str | None:
    """The text of a file whose queries through supabase-js at these places read so many rows at most.

    None where one is built over several statements, for after a limit it takes no more filters.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if syntax.python:
        return None
    edits: list[Edit] = []
    for call in queries_of(syntax):
        if syntax.location(call.top) not in places or call.operation != "select":
            continue
        if call.library != "supabase" or not _is_whole(call.top):
            return None
        edits.append(_limit(call.top, most, file.text))
    return edited(file.text, edits) if edits else None


def _is_whole(top: SgNode) -> bool:
    """True for a query that is waited for where it stands, alone or beside others."""
    parent = top.parent()
    if parent is None:
        return False
    if parent.kind() == "array":
        return True
    return parent.kind() == "await_expression"


def _limit(top: SgNode, most: int, text: str) -> Edit:
    """On a line of its own where the call before it has one."""
    end = top.range().end.index
    function = top.field("function")
    name = function.field("property") if function is not None else None
    start = name.range().start.index - 1 if name is not None else end
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start]
    own = text[start] == "." and not before.strip() and line > 0
    return Edit(end, end, f"\n{before}.limit({most})" if own else f".limit({most})")
