"""What the code is made of: folders, which of them import which, and what they reach outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.hosts import is_third_party
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.source import Role
from shipworthy.report.diagram.graph import Edge, Graph, Node, condensed
from shipworthy.report.diagram.naming import company_of, company_of_model
from shipworthy.report.lines import counted

_MOST = 15  # folders
_OUTSIDE = 9  # boxes of the last column
_LARGE = 0.22  # of all files: a folder above that is split
_RANKS = 3
_COLUMNS = ("Where it starts", "What that uses", "What most use")
_JUDGED = (Role.PRODUCT, Role.UI_KIT)


def architecture(prototype: Prototype) -> Graph | None:
    """The drawing's nodes and edges; None where no code was parsed."""
    files = [
        path
        for path, file in prototype.files.items()
        if path in prototype.facts and file.role in _JUDGED and path not in prototype.abandoned
    ]
    if not files:
        return None
    folders = _folders(files)
    imports = _imports(prototype, folders)
    ranks = _ranks(sorted(set(folders.values())), imports)
    outside = _outside(prototype, folders)
    nodes = [*_parts(prototype, folders, ranks), *_receivers(outside)]
    edges = [Edge(a, b, "cycle" if a in _reached(b, imports) else "uses") for a, b in imports] + [
        Edge(a, b, "uses") for a, b in outside
    ]
    used = sorted({n.rank for n in nodes})
    columns = (*_COLUMNS[: len(used) - bool(outside)], *(("Outside",) if outside else ()))
    graph = Graph(
        title="Architecture",
        description=(
            f"{counted(len(set(folders.values())), 'part')} of the code with "
            f"{counted(len(imports), 'way')} in which one imports another, and "
            f"{counted(len({b for _, b in outside}), 'thing')} outside that they reach. "
            "A table with the same content follows."
        ),
        columns=columns,
        nodes=tuple(nodes),
        edges=tuple(sorted(set(edges), key=lambda e: (e.source, e.target))),
    )
    return condensed(graph, {_RANKS: _OUTSIDE})


def _folders(files: Iterable[str]) -> dict[str, str]:
    """The part that each file belongs to: a folder; large ones are split into their folders."""
    parts = {path: path.split("/")[0] if "/" in path else "." for path in files}
    for _ in range(40):
        sizes = Counter(parts.values())
        splittable = [
            (size, part)
            for part, size in sizes.items()
            if size > max(2, _LARGE * len(parts)) and _finer(part, parts)
        ]
        if not splittable:
            break
        _, largest = max(splittable)
        finer = _finer(largest, parts)
        room = _MOST - len(sizes)
        if room < 1:
            break
        # The largest folders inside become parts; what there is no room for stays what it was.
        named = {part for part, _ in Counter(finer.values()).most_common(room)}
        parts |= {path: part for path, part in finer.items() if part in named}
        if all(finer[path] not in named for path in finer):
            break
    return parts


def _finer(part: str, parts: Mapping[str, str]) -> dict[str, str]:
    """The files of a part by their next folder; empty where that tells them no further apart."""
    members = [path for path, known in parts.items() if known == part]
    depth = 0 if part == "." else part.count("/") + 1
    found = {
        path: "/".join(path.split("/")[: depth + 1]) if path.count("/") > depth else part
        for path in members
    }
    return found if part != "." and set(found.values()) != {part} else {}


def _imports(prototype: Prototype, folders: Mapping[str, str]) -> set[tuple[str, str]]:
    return {
        (folders[path], folders[target])
        for path in folders
        for target in prototype.modules.edges.get(path, ())
        if target in folders and folders[path] != folders[target]
    }


def _ranks(parts: Iterable[str], imports: set[tuple[str, str]]) -> dict[str, int]:
    """How deep a part lies below those that nobody imports; a way back counts for nothing."""
    uses: dict[str, list[str]] = {}
    for source, target in sorted(imports):
        uses.setdefault(source, []).append(target)
    incoming = Counter(target for _, target in imports)
    ranks: dict[str, int] = {}
    path: list[str] = []

    def visit(part: str, depth: int) -> None:
        if part in path or ranks.get(part, -1) >= depth:
            return
        ranks[part] = depth
        path.append(part)
        for target in uses.get(part, ()):
            visit(target, min(depth + 1, _RANKS - 1))
        path.pop()

    ordered = sorted(parts, key=lambda p: (incoming[p] > 0, incoming[p] - len(uses.get(p, ())), p))
    for part in ordered:
        if part not in ranks:
            visit(part, 0)
    return ranks


def _reached(start: str, imports: set[tuple[str, str]]) -> set[str]:
    """The parts that one imports, directly or not."""
    found, pending = {start}, [start]
    while pending:
        part = pending.pop()
        new = {target for source, target in imports if source == part} - found
        found |= new
        pending += new
    return found


def _parts(
    prototype: Prototype, folders: Mapping[str, str], ranks: Mapping[str, int]
) -> Iterable[Node]:
    where = sides(prototype)
    for part in sorted(set(folders.values())):
        members = [path for path, known in folders.items() if known == part]
        lines = sum(len(prototype.files[path].lines) for path in members)
        side = Counter(where.get(path, Side.UNKNOWN) for path in members).most_common(1)[0][0]
        name = "files in the root" if part == "." else f"{part}/" if part not in members else part
        note = f"{counted(len(members), 'file')}, {lines:,} lines"
        if side is not Side.UNKNOWN:
            note += f", {side.value}"
        yield Node(part, name, side.value, ranks[part], note, weight=lines)


def _outside(prototype: Prototype, folders: Mapping[str, str]) -> set[tuple[str, str]]:
    """Which part reaches which database, service or host."""
    found: set[tuple[str, str]] = set()
    data = ", ".join(prototype.stack.data) or "database"
    for query in prototype.queries:
        if query.location.path in folders and query.operation not in ("function", "auth"):
            found.add((folders[query.location.path], f"data:{data}"))
    for call in prototype.outbound_calls:
        host = (call.target or "").partition("/")[0].partition(":")[0]
        if call.location.path in folders and is_third_party(host):
            found.add((folders[call.location.path], f"host:{company_of(host)}"))
    for model in prototype.model_calls:
        if model.library != "fetch" and model.location.path in folders:
            found.add((folders[model.location.path], f"host:{company_of_model(model.provider)}"))
    return found


def _receivers(outside: set[tuple[str, str]]) -> Iterable[Node]:
    used = Counter(target for _, target in outside)
    for target in sorted(used):
        kind, _, label = target.partition(":")
        section = "Data" if kind == "data" else "Services"
        style = "store" if kind == "data" else "third"
        yield Node(target, label, style, _RANKS, group=section, weight=used[target])
