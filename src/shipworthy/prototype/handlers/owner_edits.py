"""Hold a query to the rows of the signed-in user, by a filter on the column that names their owner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, callee, chain, enclosing
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.entry_functions import entry_function
from shipworthy.prototype.handlers.handler import Effect, EffectKind
from shipworthy.prototype.handlers.ownership import Ownership, plain, read_ownership
from shipworthy.prototype.handlers.rights import Answer
from shipworthy.prototype.queries.calls import queries_of
from shipworthy.prototype.source import Language
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_OWNED_BY_USER = regex(r"^(user|owner|author|creator)_?id$|^(created|owned|uploaded)_by$", re.I)
_SURE = regex(r"^(user|owner)_?id$", re.IGNORECASE)
_OPERATIONS = frozenset({"select", "update", "delete"})
_FILTERS = frozenset({"eq", "match", "in"})
_SESSIONS = regex(r"(^|\.)auth\.getUser$")


def with_owner_filters(prototype: Prototype, answer: Answer) -> tuple[str, str] | None:
    """The text of the entry point's file in which each query for foreign rows asks for the caller's own,
    and the columns it asks for.

    Only for queries through supabase-js that stand in the entry point itself, of tables with one
    column that names a user, where the code has asked the platform who is signed in. None as soon as
    one query is of another kind: half a fence is none.
    """
    handler = answer.handler
    file = prototype.files.get(handler.location.path)
    alarms = [a for a in (answer.alarm, *answer.others) if a is not None]
    if file is None or file.language in (None, Language.PYTHON) or file.text is None:
        return None
    if any(a.breach is not Breach.FOREIGN for a in alarms):
        return None
    syntax = Syntax(file, file.language or Language.TYPESCRIPT)
    function = entry_function(syntax, handler)
    if function is None:
        return None
    ownership, edits, columns = read_ownership(prototype), list[Edit](), set[str]()
    for alarm in alarms:
        column = _owner_column(prototype, ownership, alarm.effect)
        edit = _filter(syntax, function, alarm.effect, column, file.text) if column else None
        if column is None or edit is None:
            return None
        edits.append(edit)
        columns.add(f"{alarm.effect.target}.{column}")
    return edited(file.text, edits), " and ".join(sorted(columns))


def _owner_column(prototype: Prototype, ownership: Ownership, effect: Effect) -> str | None:
    """The one column of the table that names a user; None where none does, or several."""
    if effect.kind is not EffectKind.QUERY or effect.operation not in _OPERATIONS:
        return None
    found = {
        column
        for table in prototype.tables
        if plain(table.name) == plain(effect.target)
        for column in table.columns
        if _OWNED_BY_USER.match(column)
    }
    column = next(iter(found)) if len(found) == 1 else None
    if column is None or not (_SURE.match(column) or ownership.fences(effect.target)):
        return None  # who wrote a row down is nobody's fence in the tool of one team
    return column


def _filter(
    syntax: Syntax, function: SgNode, effect: Effect, column: str, text: str
) -> Edit | None:
    """`.eq("owner_id", user.id)` behind the last filter of the query."""
    path = syntax.source.path
    if effect.path != path:
        return None
    found = [
        call.top
        for call in queries_of(syntax)
        if call.library == "supabase"
        and call.operation == effect.operation
        and call.table is not None
        and plain(call.table) == plain(effect.target)
        and _covers(syntax, call.top, effect.line)
        and enclosing(call.top, FUNCTIONS) == function
    ]
    if len(found) != 1:
        return None
    caller = _caller(bindings_of(syntax), found[0], function)
    last = next(_filters(found[0]), None)
    if caller is None or last is None:
        return None
    quote = "'" if "'" in arguments(last)[0].text()[:1] else '"'
    return _behind(last, f".eq({quote}{column}{quote}, {caller})", text)


def _covers(syntax: Syntax, node: SgNode, line: int) -> bool:
    place = syntax.location(node)
    return place.line <= line <= max(place.line, place.end_line)


def _filters(top: SgNode) -> Iterator[SgNode]:
    """The filters of a chain by an input, the last one first."""
    for link in reversed(chain(top)):
        if link.name in _FILTERS and link.arguments:
            yield link.node


def _caller(bindings: Bindings, query: SgNode, function: SgNode) -> str | None:
    """The expression of the signed-in user's id: of `const { data: { user } } = await ….auth.getUser()`
    in the same function, before the query."""
    start, at = function.range().start.index, query.range().start.index
    found = set()
    for binding in bindings.all:
        value = peeled(binding.value)
        if value is None or value.kind() != "call_expression" or binding.scope != start:
            continue
        if not _SESSIONS.search(callee(value)) or binding.node.range().start.index > at:
            continue
        if binding.keys[-2:] == ("data", "user"):
            found.add(f"{binding.name}.id")
        elif binding.keys == ("data",):
            found.add(f"{binding.name}.user.id")
    return next(iter(found)) if len(found) == 1 else None


def _behind(call: SgNode, code: str, text: str) -> Edit:
    """Behind a call of a chain, on a line of its own where the call has one."""
    end = call.range().end.index
    function = call.field("function")
    name = function.field("property") if function is not None else None
    start = name.range().start.index - 1 if name is not None else end
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start]
    own = text[start] == "." and not before.strip() and line > 0
    return Edit(end, end, f"\n{before}{code}" if own else code)
