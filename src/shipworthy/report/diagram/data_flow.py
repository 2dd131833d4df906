"""Where data goes: who calls, which entry points they reach, and what these read, change and send on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shipworthy.assess import Assessment
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.inventory.hosts import is_third_party
from shipworthy.prototype.models.sdks import provider_of_url
from shipworthy.report.access_map import ANYBODY, AccessRow, access_map
from shipworthy.report.diagram.graph import Edge, Graph, Node, condensed
from shipworthy.report.diagram.naming import (
    company_of,
    company_of_call,
    company_of_model,
    personal_data,
)
from shipworthy.report.lines import counted

_CALLERS = {
    ANYBODY: "Anybody on the internet",
    "anybody (public key)": "Anybody on the internet",
    "anybody (token not verified)": "Anybody on the internet",
    "signed-in user": "Signed-in users",
    "API key": "Other systems",
    "shared secret": "Other systems",
    "signature": "Other systems",
    "unclear": "Callers that could not be told",
}
_APP = "App in the browser"
_BROWSER, _SERVER = "In the browser", "On the server"
_PERSONAL = 100.0  # a table with personal data is named before all others
_ENTRIES, _STORES = 16, 20  # boxes of a column
_READS = frozenset({"select", "read", "download", "sign", "get", "getUserById", "listUsers"})
_SENT = (EffectKind.EMAIL, EffectKind.MESSAGE, EffectKind.PAYMENT, EffectKind.FETCH)
DATA, FILES, THIRD, MODELS = "Tables", "Files and accounts", "Third parties", "Models"
_SECTIONS = (DATA, FILES, MODELS, THIRD)
_PLAIN = {
    EffectKind.EMAIL: "a mail server",
    EffectKind.MESSAGE: "a messaging service",
    EffectKind.PAYMENT: "a payment provider",
}
UNKNOWN_HOST = "An address set at run time"


@dataclass(frozen=True, slots=True)
class _Target:
    """Something that holds or receives data."""

    section: str
    label: str


@dataclass(slots=True)
class _Drawing:
    personal: Mapping[str, str]  # by table
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: set[Edge] = field(default_factory=set)

    def target(self, target: _Target) -> str:
        key = f"{target.section}:{target.label}"
        known = self.nodes.get(key)
        weight = known.weight + 1 if known else 1.0
        kind = "third" if target.section in (THIRD, MODELS) else "store"
        note = self.personal.get(target.label.rpartition(".")[2].lower(), "")
        if note and target.section == DATA:
            kind, weight = "personal", weight + (0 if known else _PERSONAL)
        else:
            note = ""
        node = Node(key, target.label, kind, 2, note, group=target.section, weight=weight)
        self.nodes[key] = node
        return key

    def caller(self, label: str) -> str:
        kind = "anybody" if label.startswith("Anybody") else "caller"
        self.nodes.setdefault(label, Node(label, label, kind, 0))
        return label

    @property
    def arrows(self) -> tuple[Edge, ...]:
        """The edges in order; what is changed is not drawn a second time as read."""
        changed = {(e.source, e.target) for e in self.edges if e.style == "changes"}
        kept = [e for e in self.edges if e.style != "reads" or (e.source, e.target) not in changed]
        return tuple(sorted(kept, key=lambda e: (e.source, e.target, e.style)))


def data_flow(assessment: Assessment) -> Graph | None:
    """The drawing's nodes and edges, put together where there are too many; None without any."""
    prototype = assessment.prototype
    drawing = _Drawing(personal_data(prototype))
    rows = [row for row in access_map(assessment) if row.reads or row.changes]
    handlers = {(h.name, h.location): h for h in prototype.handlers} if rows else {}
    merged = _merged(rows)
    for label, members in merged.items():
        found = [h for row in members if (h := handlers.get((row.entry, row.location)))]
        _add_entry(drawing, label, members, found)
    _add_browser(drawing, prototype)
    if not drawing.edges:
        return None
    used = {end for edge in drawing.edges for end in (edge.source, edge.target)}
    nodes = sorted((n for n in drawing.nodes.values() if n.id in used), key=_in_order)
    graph = Graph(
        title="Data flow",
        description=_described(rows, nodes),
        columns=("Who", "Where it enters", "Where data rests or goes"),
        nodes=tuple(nodes),
        edges=drawing.arrows,
    )
    return condensed(graph, {1: _ENTRIES, 2: _STORES})


def _in_order(node: Node) -> tuple[int, int, str]:
    section = _SECTIONS.index(node.group) if node.group in _SECTIONS else 0
    section += node.group == _SERVER
    return node.rank, section, node.id


def _described(rows: Sequence[AccessRow], nodes: Iterable[Node]) -> str:
    stores = sum(n.group in (DATA, FILES) for n in nodes)
    outside = sum(n.group in (THIRD, MODELS) for n in nodes)
    return (
        f"{counted(len(rows), 'server entry point')} read, change or send data; "
        f"{counted(stores, 'place')} where data rests, {counted(outside, 'receiver')} outside. "
        "A table with the same content follows."
    )


def _merged(rows: Sequence[AccessRow]) -> dict[str, list[AccessRow]]:
    """One box per entry point; where there are many, one per first parts of the path."""
    if len(rows) <= _ENTRIES:
        return {f"{row.entry}|{row.location}": [row] for row in rows}
    merged: dict[str, list[AccessRow]] = {}
    for row in rows:
        merged.setdefault(_prefix(row), []).append(row)
    return merged


def _prefix(row: AccessRow) -> str:
    """`POST /api/admin/users/:id` is of `/api/admin`; what has a short path is of its file."""
    path = row.entry.partition(" ")[2] or row.entry
    parts = [p for p in path.split("/") if p]
    if not path.startswith("/") or len(parts) < 2:
        return "/".join(row.location.path.split("/")[-2:])
    depth = 3 if parts[:2] == ["functions", "v1"] else 2
    return "/" + "/".join(parts[:depth])


def _add_entry(
    drawing: _Drawing, label: str, rows: Sequence[AccessRow], handlers: Sequence[Handler]
) -> None:
    worst = max((r.severity for r in rows if r.severity), key=lambda s: s.value, default=None)
    alone = len(rows) == 1
    name = rows[0].entry.removeprefix("/functions/v1/") if alone else label
    drawing.nodes[label] = Node(
        label,
        name,
        "entry",
        1,
        note="" if alone else counted(len(rows), "entry point"),
        group=_SERVER,
        weight=sum((r.severity.value * 3 if r.severity else 1) for r in rows),
        severity=worst.label if worst else "",
    )
    for principal in {p for row in rows for p in row.principals if p in _CALLERS}:
        caller = drawing.caller(_CALLERS[principal])
        style = "open" if caller.startswith("Anybody") else "uses"
        drawing.edges.add(Edge(caller, label, style))
    for effect in (effect for handler in handlers for effect in handler.effects):
        target = _target_of(effect)
        if target is not None:
            style = "reads" if _reads(effect) else "changes"
            drawing.edges.add(Edge(label, drawing.target(target), style))


def _reads(effect: Effect) -> bool:
    return effect.operation in _READS and effect.kind not in _SENT


def _target_of(effect: Effect) -> _Target | None:
    match effect.kind:
        case EffectKind.QUERY | EffectKind.SQL:
            if effect.operation == "rpc":
                return _Target(DATA, f"function {effect.target}") if effect.target else None
            named = effect.target if "(" not in effect.target else ""
            return _Target(DATA, named or "tables named at run time")
        case EffectKind.STORAGE:
            return _Target(FILES, f"files of {effect.target or 'storage'}")
        case EffectKind.ACCOUNT:
            return _Target(FILES, "user accounts")
        case EffectKind.FILE:
            return _Target(FILES, "files on the server's disk")
        case EffectKind.MODEL:
            return _Target(MODELS, company_of_model(effect.target))
        case _ if effect.kind in _SENT:
            return _third_party(effect.target, effect.kind)
        case _:
            return None


def _third_party(host: str, kind: EffectKind) -> _Target | None:
    if not host:
        return _Target(THIRD, UNKNOWN_HOST)
    if kind is EffectKind.FETCH and not is_third_party(host.partition(":")[0]):
        return None  # its own server
    if "." in host and "(" not in host:
        return _Target(THIRD, company_of_call(host) or company_of(host))
    return _Target(THIRD, company_of_call(host) or _PLAIN.get(kind, "another system"))


def _add_browser(drawing: _Drawing, prototype: Prototype) -> None:
    """What the app asks of the database and of others without a server of its own between."""
    browser = prototype.modules.browser
    found: list[tuple[_Target, str]] = list(_browser_uses(prototype, browser))
    if not found:
        return
    pages = sum(r.kind.value == "page" for r in prototype.routes)
    note = f"{counted(pages, 'page')}; asks without a server between" if pages else ""
    drawing.nodes[_APP] = Node(_APP, _APP, "caller", 1, note, group=_BROWSER, weight=1e6)
    for target, style in found:
        drawing.edges.add(Edge(_APP, drawing.target(target), style))


def _browser_uses(prototype: Prototype, browser: frozenset[str]) -> Iterator[tuple[_Target, str]]:
    for query in prototype.queries:
        if query.location.path not in browser or query.library != "supabase":
            continue
        style = "reads" if query.operation == "select" else "changes"
        if query.operation == "storage":
            yield _Target(FILES, f"files of {query.table or 'storage'}"), style
        elif query.operation == "rpc" and query.table:
            yield _Target(DATA, f"function {query.table}"), style
        elif query.operation in ("select", "insert", "update", "upsert", "delete") and query.table:
            yield _Target(DATA, query.table), style
    for call in prototype.outbound_calls:
        host = (call.target or "").partition("/")[0]
        if call.location.path in browser and is_third_party(host.partition(":")[0]):
            provider = provider_of_url(f"https://{call.target}")
            target = _Target(MODELS, company_of_model(provider)) if provider else None
            yield target or _Target(THIRD, company_of(host)), "changes"
