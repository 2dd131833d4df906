"""One value under way through a file: where it comes from and what became of it."""

from __future__ import annotations

from ast_grep_py import SgNode
from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location

MODEL = "model"


class Trace(Struct, frozen=True):
    """One value under way. `origins` are "model", the own endpoints and the imported functions
    (`name()`) it may come from, marked with the functions that it came into as a parameter;
    `fields` are the properties taken out of it; `cleaned` what it was made safe for ("html", "sql").
    """

    origins: frozenset[str]
    steps: tuple[Location, ...]
    fields: frozenset[str] = frozenset()
    cleaned: frozenset[str] = frozenset()

    @property
    def sources(self) -> frozenset[str]:
        """The origins without the functions on the way."""
        return frozenset(origin.partition(_INTO)[0] for origin in self.origins)

    def into(self, function: int) -> Trace:
        """The same value as a parameter of the function that starts there."""
        mark = f"{_INTO}{function}{_INTO}"
        return replace(self, origins=frozenset(o if mark in o else o + mark for o in self.origins))

    def apart(self, function: int) -> tuple[Trace | None, Trace | None]:
        """A value that a function returns, in two: what it made, and what it was given."""
        mark = f"{_INTO}{function}{_INTO}"
        given = frozenset(o for o in self.origins if mark in o)
        made = self.origins - given
        return (
            replace(self, origins=made) if made else None,
            replace(self, origins=given) if given else None,
        )


_INTO = "\0"

Span = tuple[int, int]


def span(node: SgNode) -> Span:
    """What tells a node from the others of its file."""
    where = node.range()
    return where.start.index, where.end.index


def merged(one: Trace, other: Trace) -> Trace:
    """Two ways to one value: the steps of the one from a model, safe only where both are."""
    steps = other.steps if MODEL in other.sources - one.sources else one.steps
    fields = one.fields | other.fields
    return Trace(one.origins | other.origins, steps, fields, one.cleaned & other.cleaned)
