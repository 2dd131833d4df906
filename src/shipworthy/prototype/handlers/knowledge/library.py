"""All that is known of libraries, put together: which module answers which call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Knowledge, Site
from shipworthy.prototype.handlers.knowledge import (
    accounts,
    cleaning,
    drizzle,
    hints,
    limits,
    outside,
    passwords,
    postgrest,
    prisma,
    requests,
    responses,
    routing,
    rows,
    schemas,
    sql_clients,
    values_of,
)
from shipworthy.prototype.handlers.values import Value

Answer = Callable[[Evaluation, Site], Value | None]
Property = Callable[[Evaluation, Value, str], Value | None]

_MODULES = (
    requests,
    routing,
    responses,
    accounts,
    postgrest,
    rows,
    sql_clients,
    drizzle,
    prisma,
    passwords,
    limits,
    schemas,
    outside,
    cleaning,
    values_of,
)
"""Each has CALLS (by what is called), NAMES (by the last word of it) and PROPERTIES (by what has them)."""


class Library(Knowledge):
    """Looks a call up by all of what is called, then by the ends of it, then by its last word."""

    def __init__(self) -> None:
        self._calls: Mapping[str, Answer] = _merged("CALLS")
        self._names: Mapping[str, list[Answer]] = _listed("NAMES")
        self._properties: Mapping[str, Property] = _merged("PROPERTIES")

    def call(self, walk: Evaluation, site: Site) -> Value | None:
        """The result of a known call."""
        answer = self._calls.get(site.what)
        if answer is not None:
            found = answer(walk, site)
            if found is not None:
                return found
        for answer in self._names.get(site.name or site.what.rpartition(".")[2], ()):
            found = answer(walk, site)
            if found is not None:
                return found
        return hints.foreign(walk, site)

    def own(self, walk: Evaluation, site: Site, result: Value) -> Value:
        """What the name of an own function adds."""
        return hints.own(walk, site, result)

    def property(self, walk: Evaluation, value: Value, key: str) -> Value | None:
        """A known property of a known thing."""
        found = self._properties.get(value.what)
        return found(walk, value, key) if found is not None else None


def _merged(name: str) -> dict[str, Callable[..., Value | None]]:
    found: dict[str, Callable[..., Value | None]] = {}
    for module in _MODULES:
        found.update(getattr(module, name, {}))
    return found


def _listed(name: str) -> dict[str, list[Callable[..., Value | None]]]:
    found: dict[str, list[Callable[..., Value | None]]] = {}
    for module in _MODULES:
        for key, answer in getattr(module, name, {}).items():
            found.setdefault(key, []).append(answer)
    return found
