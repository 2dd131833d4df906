"""Look at the errors of writes and in handlers that drop them, by editing the code around them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import edited
from shipworthy.prototype.code.syntax import Syntax, arguments
from shipworthy.prototype.failures.handler_edits import tell_handler
from shipworthy.prototype.failures.telling import Telling, Weight
from shipworthy.prototype.failures.write_edits import tell_write
from shipworthy.prototype.queries.calls import queries_of
from shipworthy.prototype.source import SourceFile

__all__ = ["Weight", "with_errors_told"]


def with_errors_told(
    file: SourceFile,
    writes: Collection[Location],
    catches: Collection[Location],
    browser: bool,
    weight: Weight = Weight.USUAL,
) -> str | None:
    """The text of a file in which the errors of these writes and in these handlers are told.

    Thrown where the function throws already, shown to the visitor where the file has a way to, else
    logged; what is grave fails the request as well, and what only keeps books on a server fails none.
    None where one of them leaves no such way.
    """
    if file.language is None or file.text is None:
        return None
    telling = Telling(Syntax(file, file.language), file.text, browser, weight)
    for call in queries_of(telling.syntax):
        if telling.syntax.location(call.top) in writes and not tell_write(telling, call):
            return None
    for clause, place in _handlers(telling.syntax):
        if telling.syntax.location(place) in catches and not tell_handler(telling, clause):
            return None
    return edited(file.text, telling.found) if telling.found else None


def _handlers(syntax: Syntax) -> Iterator[tuple[SgNode, SgNode]]:
    """Each clause, or `() => {}` of `.catch(…)`, and what gives it its place."""
    for statement in syntax.nodes("try_statement"):
        for clause in statement.children():
            if clause.kind() in ("catch_clause", "except_clause"):
                yield clause, clause
    for call in () if syntax.python else syntax.calls_named(("catch",)):
        given = arguments(call)
        if len(given) == 1 and given[0].kind() == "arrow_function":
            yield given[0], given[0]
