"""One value under way through a file: where it comes from and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from shipworthy.finding import Location

MODEL = "model"


@dataclass(frozen=True, slots=True)
class Trace:
    """One value under way. `origins` are "model", the own endpoints and the imported functions
    (`name()`) it may come from; `fields` are the properties taken out of it; `cleaned` what it was
    made safe for ("html", "sql")."""

    origins: frozenset[str]
    steps: tuple[Location, ...]
    fields: frozenset[str] = frozenset()
    cleaned: frozenset[str] = frozenset()


Span = tuple[int, int]


def span(node: SgNode) -> Span:
    """What tells a node from the others of its file."""
    where = node.range()
    return where.start.index, where.end.index


def merged(one: Trace, other: Trace) -> Trace:
    """Two ways to one value: the steps of the one from a model, safe only where both are."""
    steps = other.steps if MODEL in other.origins - one.origins else one.steps
    fields = one.fields | other.fields
    return Trace(one.origins | other.origins, steps, fields, one.cleaned & other.cleaned)
