"""Streamlit: a page is a script that runs from top to bottom for each visitor."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NO_GUARDS, Scope
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import Compare, If, Literal, Module, Name, Statement
from shipworthy.prototype.routes.route import Route


class StreamlitEntry(Struct):
    """A page of Streamlit."""

    module: Module
    location: Location
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Follow the script."""
        scope = Scope({}, None, self.module)
        walk.block(_unfolded(self.module.body), scope)
        return walk.guards


def _unfolded(body: tuple[Statement, ...]) -> list[Statement]:
    """The statements with what stands below `if __name__ == "__main__"`, which always runs."""
    found: list[Statement] = []
    for statement in body:
        if isinstance(statement, If) and _is_main(statement):
            found += statement.then
        else:
            found.append(statement)
    return found


def _is_main(statement: If) -> bool:
    test = statement.test
    if not isinstance(test, Compare):
        return False
    sides = (test.left, test.right)
    return any(isinstance(s, Name) and s.id == "__name__" for s in sides) and any(
        isinstance(s, Literal) and s.value == "__main__" for s in sides
    )


def streamlit_entry(route: Route, program: Program) -> StreamlitEntry | None:
    """The entry of a page."""
    path = route.location.path
    module = program.modules.get(path)
    if module is None or not module.python:
        return None
    return StreamlitEntry(module, Location(path, 1))
