"""The facts of a prototype as a document and as text: what was read, before any judgement."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from shipworthy.documents import Document, schema_of, to_json
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role
from shipworthy.prototype.tree import printable
from shipworthy.report.json_report import inert

SCHEMA_ID = "urn:shipworthy:schema:facts:1"


class PlaceDocument(Document):
    """A file of the prototype and a line in it."""

    path: str
    line: int


class OriginDocument(Document):
    """Which tool made the prototype."""

    tool: str
    confidence: str
    also: list[str]
    evidence: list[str]


class PartDocument(Document):
    """One deployable part."""

    folder: str
    frameworks: list[str]
    managers: list[str]


class StackDocument(Document):
    """What it is built with; lines of product code per language."""

    languages: dict[str, int]
    frameworks: list[str]
    data: list[str]
    services: list[str]
    dialect: str
    parts: list[PartDocument]


class ItemDocument(Document):
    """One fact: what kind, what it is called, details in words, and where it stands."""

    kind: str
    name: str
    details: dict[str, str | bool | list[str] | None]
    place: PlaceDocument | None


class UnavailableDocument(Document):
    """A kind of fact that could not be read, and why."""

    fact: str
    reason: str


class FactsDocument(Document):
    """All facts of a prototype. `facts` maps each kind ("routes", "tables", …) to its items."""

    schema: str
    name: str
    commit: str | None
    files: dict[str, int]
    origin: OriginDocument
    stack: StackDocument
    facts: dict[str, list[ItemDocument]]
    unread: dict[str, str]
    unavailable: list[UnavailableDocument]


def facts_document(prototype: Prototype) -> FactsDocument:
    """Read every fact; secrets are masked, and a fact that is not to be had is named."""
    facts: dict[str, list[ItemDocument]] = {}
    unavailable: list[UnavailableDocument] = []
    for name, read in _KINDS.items():
        try:
            facts[name] = list(read(prototype))
        except FactUnavailable as error:
            unavailable.append(UnavailableDocument(fact=name, reason=str(error)))
    return FactsDocument(
        schema=SCHEMA_ID,
        name=printable(prototype.root.name),
        commit=prototype.git.commit if prototype.git else None,
        files=_files(prototype),
        origin=_origin(prototype),
        stack=_stack(prototype),
        facts=facts,
        unread={u.path: u.reason for u in prototype.unread},
        unavailable=unavailable,
    )


def facts_json(document: FactsDocument) -> str:
    """The facts as JSON text."""
    return inert(to_json(document))


def facts_schema() -> dict[str, Any]:
    """The JSON Schema of the facts document."""
    return schema_of(FactsDocument, SCHEMA_ID, "shipworthy facts")


def facts_text(document: FactsDocument, path: str) -> RenderableType:
    """The facts in brief: origin, stack, and how many there are of each kind with the first few."""
    origin, stack = document.origin, document.stack
    head = Table.grid(padding=(0, 2))
    head.add_row("origin", f"{origin.tool} ({origin.confidence} confidence)", style="bold")
    for line in origin.evidence[:3]:
        head.add_row("", Text(printable(line), "dim"))
    head.add_row("languages", ", ".join(f"{k} {v:,}" for k, v in stack.languages.items()))
    for label, words in (
        ("frameworks", stack.frameworks),
        ("data", stack.data),
        ("services", stack.services),
        ("parts", [p.folder or "." for p in stack.parts]),
    ):
        head.add_row(label, ", ".join(words) or "none seen")
    counts = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    counts.add_column("fact")
    counts.add_column("count", justify="right")
    counts.add_column("for example", style="dim")
    for name, items in document.facts.items():
        first = ", ".join(dict.fromkeys(i.name for i in items if i.name))
        counts.add_row(name.replace("_", " "), str(len(items)), Text(printable(first[:80])))
    for missing in document.unavailable:
        counts.add_row(missing.fact.replace("_", " "), "?", Text(printable(missing.reason)))
    unread = Text(
        f"\nfiles and folders not read, or only in part: {len(document.unread)} (--json lists them)\n",
        "dim",
    )
    step = Text.assemble(
        ("Next: ", "bold"), (f"shipworthy assess {printable(shlex.quote(path))}", "cyan")
    )
    return Group(head, Text(), counts, unread if document.unread else Text(), step)


def _files(prototype: Prototype) -> dict[str, int]:
    return {role.value: sum(1 for _ in prototype.of_role(role)) for role in Role}


def _origin(prototype: Prototype) -> OriginDocument:
    origin = prototype.origin
    return OriginDocument(
        tool=origin.tool.value,
        confidence=origin.confidence.value,
        also=[t.value for t in origin.also],
        evidence=[
            f"{e.location}: {e.excerpt}" if e.location else e.excerpt for e in origin.evidence
        ],
    )


def _stack(prototype: Prototype) -> StackDocument:
    stack = prototype.stack
    return StackDocument(
        languages=dict(stack.languages),
        frameworks=list(stack.frameworks),
        data=list(stack.data),
        services=list(stack.services),
        dialect=stack.dialect.value,
        parts=[
            PartDocument(folder=p.folder, frameworks=list(p.frameworks), managers=list(p.managers))
            for p in stack.parts
        ],
    )


def _item(
    kind: str, name: str, place: Location | None, **details: str | bool | list[str] | None
) -> ItemDocument:
    where = PlaceDocument(path=place.path, line=place.line) if place else None
    return ItemDocument(kind=kind, name=name, details=details, place=where)


def _routes(prototype: Prototype) -> Iterable[ItemDocument]:
    for r in prototype.routes:
        yield _item(
            r.kind.value,
            f"{r.method} {r.path}",
            r.location,
            framework=r.framework,
            handler=r.handler,
        )


def _handlers(prototype: Prototype) -> Iterable[ItemDocument]:
    for h in prototype.handlers:
        yield _item(
            h.route.kind.value,
            h.name,
            h.location,
            framework=h.route.framework,
            principal=h.principal.value if h.principal else None,
            effects=[f"{e.kind.value} {e.operation} {e.target}".rstrip() for e in h.effects],
            privileged=h.privileged,
            followed=h.whole,
        )


def _tables(prototype: Prototype) -> Iterable[ItemDocument]:
    for t in prototype.tables:
        yield _item(t.source, t.name, t.location, dialect=t.dialect.value, columns=list(t.columns))


def _queries(prototype: Prototype) -> Iterable[ItemDocument]:
    for q in prototype.queries:
        yield _item(
            q.operation,
            q.table or "",
            q.location,
            library=q.library,
            function=q.function,
            component=q.component,
            in_loop=q.loop is not None,
            error=q.error.value,
            columns=q.columns,
            filters=list(q.filters),
            limited=q.limited,
        )


def _secrets(prototype: Prototype) -> Iterable[ItemDocument]:
    for s in prototype.secrets:
        yield _item(
            s.kind.value,
            s.name or s.provider,
            s.location,
            provider=s.provider,
            value=s.masked,
            stands_in=s.place.value,
            public=s.is_public,
            rule=s.rule,
        )


def _deleted_environment_files(prototype: Prototype) -> Iterable[ItemDocument]:
    return (_item("deleted", path, None) for path in prototype.deleted_environment_files)


def _past_secrets(prototype: Prototype) -> Iterable[ItemDocument]:
    for s in prototype.past_secrets:
        yield _item(
            s.kind.value,
            s.name or s.provider,
            Location(s.path),
            provider=s.provider,
            value=s.masked,
            commit=s.commit,
        )


def _dependencies(prototype: Prototype) -> Iterable[ItemDocument]:
    for d in prototype.dependencies.packages:
        yield _item(
            d.ecosystem.value,
            d.name,
            d.location,
            specifier=d.specifier,
            version=d.version,
            direct=d.direct,
            development=d.development,
            licence=d.licence,
        )


def _manifests(prototype: Prototype) -> Iterable[ItemDocument]:
    for m in prototype.dependencies.manifests:
        yield _item(m.ecosystem.value, m.path, None, manager=m.manager, locks=list(m.locks))


def _environment(prototype: Prototype) -> Iterable[ItemDocument]:
    for e in prototype.environment:
        yield _item(
            e.accessor,
            e.name,
            e.location,
            reaches_browser=e.reaches_browser,
            has_fallback=e.fallback is not None,
        )


def _models(prototype: Prototype) -> Iterable[ItemDocument]:
    for m in prototype.model_calls:
        yield _item(
            m.provider,
            m.callee,
            m.location,
            library=m.library,
            model=m.model,
            prompt=m.prompt,
            timeout=m.timeout.value,
            fallback=m.fallback.value,
        )


def _outbound(prototype: Prototype) -> Iterable[ItemDocument]:
    for o in prototype.outbound_calls:
        yield _item(
            o.library, o.target or o.callee, o.location, callee=o.callee, timeout=o.timeout.value
        )


def _hosts(prototype: Prototype) -> Iterable[ItemDocument]:
    for h in prototype.hosts:
        yield _item("host", h.host, h.location)


def _tests(prototype: Prototype) -> Iterable[ItemDocument]:
    for t in prototype.tests:
        yield _item("test", t.name, t.location, asserts=t.asserts)


def _personal_data(prototype: Prototype) -> Iterable[ItemDocument]:
    for d in prototype.personal_data:
        yield _item(
            d.category.value,
            f"{d.holder}.{d.field}",
            d.location,
            stands_in=d.kind,
            special=d.special,
        )


def _processors(prototype: Prototype) -> Iterable[ItemDocument]:
    for p in prototype.processors:
        yield _item(
            p.company.purpose,
            p.company.name,
            p.locations[0] if p.locations else None,
            country=p.company.country,
            region=p.region or None,
            regions=p.company.regions,
            seen=list(p.seen),
            receives=[c.value for c in p.receives],
            source=p.company.source,
        )


def _trackers(prototype: Prototype) -> Iterable[ItemDocument]:
    for t in prototype.trackers:
        yield _item(t.kind, t.name, t.location, in_page=t.in_page, asks_first=t.asks)


def _delivery(prototype: Prototype) -> Iterable[ItemDocument]:
    delivery = prototype.delivery
    for kind in ("ci", "containers", "deployments"):
        for path in getattr(delivery, kind):
            yield _item(kind, path, None)
    for command in delivery.test_commands:
        yield _item("test_command", command, None)


_KINDS: dict[str, Callable[[Prototype], Iterable[ItemDocument]]] = {
    "routes": _routes,
    "handlers": _handlers,
    "tables": _tables,
    "queries": _queries,
    "secrets": _secrets,
    "past_secrets": _past_secrets,
    "deleted_environment_files": _deleted_environment_files,
    "environment": _environment,
    "model_calls": _models,
    "outbound_calls": _outbound,
    "hosts": _hosts,
    "personal_data": _personal_data,
    "processors": _processors,
    "trackers": _trackers,
    "manifests": _manifests,
    "dependencies": _dependencies,
    "tests": _tests,
    "delivery": _delivery,
}
