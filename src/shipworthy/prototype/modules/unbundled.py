"""Scripts that Vite leaves out of what it builds: the page starts one, and no import leads to these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import read_json, table
from shipworthy.prototype.modules.named import all_named
from shipworthy.prototype.modules.resolving import package_name
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_STARTED = regex(r"<script\b[^>]*\bsrc\s*=\s*[\"'](?:\./|/)?(src/[\w./-]+)[\"']")
_BUNDLED = frozenset("vite react preact solid".split())
# What takes files in by their place, or starts them apart.
_BY_PLACE = regex(r"import\.meta\.glob|require\.context|import\.meta\.url|\bimport\(\s*[^\s\"']")


def unbundled(prototype: Prototype) -> frozenset[str]:
    """Files of the `src` beside an `index.html` that its script reaches by no import.

    Only where Vite alone builds it: a framework finds files by their place, and a compiler that the
    build calls (`tsc -b && vite build`) reads them all. None where code takes files in by their place, and
    no file that an import which leads nowhere may mean.
    """
    return frozenset(path for part in prototype.stack.parts for path in _of(prototype, part.folder))


def _of(prototype: Prototype, folder: str) -> Iterator[str]:
    prefix = f"{folder}/" if folder else ""
    page, manifest = (
        prototype.files.get(f"{prefix}{name}") for name in ("index.html", "package.json")
    )
    if page is None or manifest is None or not _builds_by_vite_alone(manifest.text or ""):
        return
    frameworks = {f for p in prototype.stack.parts if p.folder == folder for f in p.frameworks}
    if not frameworks <= _BUNDLED:
        return
    source = f"{prefix}src/"
    product = [f for f in prototype.of_role(Role.PRODUCT, Role.UI_KIT) if f.path.startswith(source)]
    if any(_BY_PLACE.search(f.text or "") for f in product):
        return
    entries = {f"{prefix}{path}" for path in _STARTED.findall(page.text or "")}
    entries &= {f.path for f in product}
    # Servers beside the page and scripts may import from it.
    others = {path for path in prototype.facts if not path.startswith(source)}
    reached = prototype.modules.reachable(entries | others)
    if not entries:
        return
    left = {f.path for f in product if f.path not in reached}
    said = all_named(prototype) | {_stem(lost) for lost in _lost(prototype, reached)}
    kept = {path for path in left if _stem(path) in said}
    yield from left - prototype.modules.reachable(kept)


def _lost(prototype: Prototype, reached: frozenset[str]) -> Iterator[str]:
    """What imports of these lead nowhere: by a path, or by what may be a package or a path's short name."""
    known = {one.name for one in prototype.dependencies.packages}
    for path in reached:
        yield from prototype.modules.unresolved.get(path, ())
        strange = prototype.modules.packages.get(path, frozenset()) - known
        for item in prototype.facts[path].imports if path in prototype.facts and strange else ():
            if package_name(item.specifier)[0] in strange:
                yield item.specifier


def _stem(path: str) -> str:
    """`price` of `src/price.ts` and of `src/price/index.ts`."""
    *folders, name = path.removesuffix("/").split("/")
    stem = name.partition(".")[0]
    return folders[-1] if stem == "index" and folders else stem


def _builds_by_vite_alone(manifest: str) -> bool:
    build = table(read_json(manifest), "scripts").get("build")
    return isinstance(build, str) and "vite build" in build and "tsc" not in build
