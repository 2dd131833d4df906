"""UI components and pages that query the database themselves instead of asking a data layer."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query
from shipworthy.prototype.source import Language
from shipworthy.regex import regex

_ROWS = ("select", "insert", "update", "upsert", "delete", "rpc")
_DATA_LAYER = regex(
    r"(^|/)(hooks?|contexts?|providers?|services?|stores?|api|queries|repositories)/"
    r"|(^|/)use[A-Z-][^/]*$|(Context|Provider)\.[jt]sx$"
)
_CLIENT = regex(r"supabase|(^|/)(db|database|prisma|drizzle)([/.]|$)")

# Fewer queries or tables than these in a component: of taste more than of risk.
_FEW = 4
_FEW_TABLES = 3
# Components of Next.js run on the server unless the browser gets them.
_SERVER_PAGE = regex(r"(^|/)app/(.*/)?(page|layout)\.[jt]sx$")


class DataAccessInComponent(
    Control,
    id="data-access-in-component",
    title="Database access in a UI component",
    consequence="Screens and data rules cannot be changed, tested or moved apart from each other.",
    severity=Severity.LOW,
    satisfies=("A06", "A42", "H01", "cwe:1061"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        direct: dict[str, list[Query]] = {}
        for query in prototype.queries:
            if query.component and query.operation in _ROWS and _is_screen(query, prototype):
                direct.setdefault(query.location.path, []).append(query)
        through = sorted(_indirect(prototype) - direct.keys())
        if not direct and not through:
            yield self.not_applicable(
                "no UI component and no data layer that it could use was found"
            )
        for path, queries in direct.items():
            shown = [prototype.evidence("code", q.location) for q in queries[:4]]
            if len(queries) < 2:
                yield self.satisfied(path, "Makes a single query only", *shown)
                continue
            tables = len({q.table for q in queries})
            few = len(queries) < _FEW or tables < 2
            # Two tables in one form are a matter of taste.
            sure = Confidence.LOW if few or tables < _FEW_TABLES else Confidence.HIGH
            chain = _chain(prototype, path)
            message = _message(queries)
            yield self.gap(path, message, *shown, *chain, confidence=sure)
        for path in through:
            yield self.satisfied(path, "Gets its data through a hook or service")


def _is_screen(query: Query, prototype: Prototype) -> bool:
    """False for providers and hooks, which are the data layer, and for components on the server."""
    path = query.location.path
    if _DATA_LAYER.search(path) or (query.component or "").endswith(("Provider", "Context")):
        return False
    file = prototype.files[path]
    if file.language is Language.PYTHON:
        return True
    if path in prototype.modules.browser:
        return True
    return not any(_SERVER_PAGE.search(other) for other in prototype.files)


def _indirect(prototype: Prototype) -> set[str]:
    """Component files that import a file of the data layer which queries the database."""
    layer = {q.location.path for q in prototype.queries if _DATA_LAYER.search(q.location.path)}
    return {
        path
        for path, imported in prototype.modules.edges.items()
        if path.endswith((".tsx", ".jsx")) and imported & layer and not _DATA_LAYER.search(path)
    }


def _message(queries: list[Query]) -> str:
    tables = list(dict.fromkeys(q.table for q in queries if q.table and q.operation != "rpc"))
    calls = list(dict.fromkeys(q.table for q in queries if q.table and q.operation == "rpc"))
    parts = []
    if tables:
        parts.append(f"queries {_count(tables, 'table')} of the database: {_listed(tables)}")
    if calls:
        parts.append(f"calls {_count(calls, 'database function')}: {_listed(calls)}")
    name = f"The component {queries[0].component}"
    return f"{name} itself " + (" and ".join(parts) or "queries the database")


def _count(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}" + ("s" if len(names) > 1 else "")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _chain(prototype: Prototype, path: str) -> list[Evidence]:
    """How the component reaches the database client: the chain of imports."""
    graph = prototype.modules
    near = graph.edges.get(path, frozenset())
    client = next((p for p in sorted(near) if _CLIENT.search(p.lower())), None)
    chain = graph.path_between(path, client) if client else ()
    return [Evidence("modules", " → ".join(chain))] if len(chain) > 1 else []
