"""Code that nothing reaches any more: put aside by its name, or imported by no live file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.modules.idle_apps import idle_apps
from shipworthy.prototype.modules.idle_servers import idle_servers
from shipworthy.prototype.modules.named import all_named
from shipworthy.prototype.modules.put_aside import put_aside
from shipworthy.prototype.modules.unimported import unimported
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_ENTRY_STEM = regex(
    r"^(main|server|app|worker|sw|service-worker|middleware|proxy|instrumentation(-client)?|handler"
    r"|lambda|cron|cli|bootstrap|entry[-.].*|root|electron|preload|background|content|popup|extension)$",
    re.IGNORECASE,
)
# Folders whose files a platform calls by their place, whatever the framework.
_CALLED_BY_PLACE = regex(
    r"(^|/)(api|functions|netlify|supabase|workers?|cron|jobs|edge|electron|public|static|plugins"
    r"|commands|lambda|trigger|inngest|migrations?|emails?)/"
    r"|(^|/)hooks\.(server|client)\.[jt]s$"  # of SvelteKit
)
_ROUTED = regex(r"(^|/)(app|pages|routes)/")
_MATERIAL = regex(r"[._]?(context|refe?rences?|inspiration)/", re.IGNORECASE)
_FILE_ROUTERS = frozenset(
    "next remix react-router tanstack-start tanstack-router astro nuxt sveltekit expo solid-start"
    " gatsby vike redwood umi nest electron capacitor expo-router react-native".split()
)
_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)


def abandoned_files(prototype: Prototype) -> frozenset[str]:
    """Product files that no live code imports.

    Files in folders such as `archive/`, in those that their owner put aside, and in those of material
    for the assistant such as `context/`, copies that a download or an editor left beside a file, and
    servers that nothing starts with what only they import, are abandoned unless live code imports
    them. Other
    TypeScript and JavaScript files are when no chain of imports leads to them from an entry: a
    file that a bundler, a platform, a script, a configuration file or its own name makes one.
    Where that cannot be told (unresolved imports, a folder in which no live file imports another and
    into which none does), a file counts as live. Modules of Python: see `unimported`.
    """
    graph = prototype.modules
    product = [f.path for f in prototype.of_role(Role.PRODUCT, Role.MIGRATION)]
    material = _material(prototype)
    copies = _copies(prototype)
    idle = idle_servers(prototype) | idle_apps(prototype)
    aside = material | copies | put_aside(prototype)
    set_aside = {p for p in product if is_archived(p) or p in aside}
    entries = {f.path for f in _entries(prototype) if not is_archived(f.path)}
    alive = graph.reachable(entries - aside - idle)
    set_aside |= graph.reachable(idle)
    understood = {_top(p) for p in alive if "/" in p and graph.edges.get(p)}
    understood |= {_top(q) for p in alive for q in graph.edges.get(p, ()) if "/" in q}
    left = {p for p in product if p not in alive and (p in set_aside or _top(p) in understood)}
    return frozenset(left | unimported(prototype))


def reached_by_hand(prototype: Prototype) -> frozenset[str]:
    """Product files that only scripts import or name: what developers run, and no user meets.

    What a `vite.config.ts` imports runs as the app does: some prototypes have their server there.
    """
    scripts = {f.path for f in prototype.of_role(Role.SCRIPT) if ".config." not in f.name}
    named = all_named(prototype, by_scripts=False)
    others = {f.path for f in _entries(prototype, named) if f.path not in scripts}
    every = {f.path for f in _entries(prototype)}
    graph = prototype.modules
    return graph.reachable(every) - graph.reachable(others) - scripts


def _copies(prototype: Prototype) -> frozenset[str]:
    """`name (1).py`, `name copy.ts` beside its `name.py`, which may have gone on since; `name_copy.py` where
    most of its lines stand in a `name.py` as well."""
    found = set()
    imported = {path for targets in prototype.modules.edges.values() for path in targets}
    for file in prototype.of_role(Role.PRODUCT, Role.MIGRATION):
        match = _COPY.fullmatch(file.name)
        if match is None:
            continue
        name = f"{match[1]}{match[2]}"
        firsts = [f for f in prototype.files.values() if f.name == name and f.path != file.path]
        beside = " " in file.name and file.path not in imported
        beside = beside and any(f.folder == file.folder for f in firsts)
        if beside or any(_is_alike(first.text or "", file.text or "") for first in firsts):
            found.add(file.path)
    return frozenset(found)


_COPY = regex(
    r"(.+?)(?: ?\(\d+\)| ?\(copy\)| - Copy(?: \(\d+\))?|[ _-]copy(?: ?\d+)?)(\.\w+)", re.I
)
_ALIKE = 0.5  # of the lines of the copy


def _is_alike(first: str, second: str) -> bool:
    lines = {line.strip() for line in second.splitlines() if line.strip()}
    known = {line.strip() for line in first.splitlines()}
    return bool(lines) and len(lines & known) >= len(lines) * _ALIKE


def _material(prototype: Prototype) -> frozenset[str]:
    """Files in folders of the root that hold what the assistant was given to read: no package, no
    part with a manifest of its own, and nothing that the rest names."""
    found = [f for f in prototype.files.values() if _MATERIAL.match(f.path)]
    if not found:
        return frozenset()
    own = ("__init__.py", "package.json", "requirements.txt", "pyproject.toml", "Dockerfile")
    named, lost = all_named(prototype), _unresolved_stems(prototype)
    return frozenset(
        f.path
        for f in found
        if not _is_named(f, named)
        and _stem(f) not in lost
        and not any(f"{_top(f.path)}/{name}" in prototype.files for name in own)
    )


def _entries(prototype: Prototype, named: frozenset[str] | None = None) -> Iterator[SourceFile]:
    names = all_named(prototype) if named is None else named
    started = names & all_named(prototype, by_scripts=False)
    lost = _unresolved_stems(prototype)
    taken = frozenset(path for targets in prototype.modules.edges.values() for path in targets)
    for file in prototype.files.values():
        if file.role in (Role.TEST, Role.DOCUMENTATION):
            continue  # a test keeps nothing alive
        stem = _stem(file)
        if (
            file.role is not Role.PRODUCT
            or file.language not in _SCRIPTS
            or (stem == "index" and file.path.count("/") <= 2)
            or (_is_called(file, stem) and not (file.path in taken and _only_offers(file)))
            or _is_routed(file, prototype)
            or "_generated/server" in (file.text or "")  # Convex serves all that it exports
            or stem in lost
            or _is_named(file, started if _is_element(file) else names)
        ):
            yield file


def _is_routed(file: SourceFile, prototype: Prototype) -> bool:
    """True for a file in whose place a framework of its own part finds a page or a route."""
    if not _ROUTED.search(file.path):
        return False
    parts = {part.folder: part.frameworks for part in prototype.stack.parts}
    own = next((parts[above] for above in folders_above(file.folder) if parts.get(above)), None)
    return bool(_FILE_ROUTERS & set(own or prototype.stack.frameworks))


def _is_called(file: SourceFile, stem: str) -> bool:
    """True for a name or a place by which a platform finds what it calls."""
    named = _ENTRY_STEM.match(stem) and not _is_component(file)
    return bool(named or _CALLED_BY_PLACE.search(file.path))


def _only_offers(file: SourceFile) -> bool:
    """True for a module that exports functions under names of its own and does nothing by itself: no
    platform calls `handleToolCall` of a `server/functions/handler.ts`."""
    text = file.text or ""
    return _OFFERS.search(text) is not None and _CALLED.search(text) is None


_OFFERS = regex(r"^export\s+(async\s+)?(function|class|const)\b", re.MULTILINE)
_CALLED = regex(
    r"^export\s+(default|\*|\{)|\bmodule\.exports\b|^exports\.|^import\s+[\"']"
    r"|^export\s+(async\s+)?(function|const)\s+(\w*[hH]andler|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|config|main|loader"
    r"|action|middleware|proxy|register|up|down|run|on[A-Z]\w*|fetch)\b"
    r"|^(?!(import|export|const|let|var|type|interface|function|async|class|declare|enum|abstract|return|else"
    r"|try)\b)[\w$(;!]"
    r"|^export\s+const\s+\w+[^=\n]*=\s*(await\s+)?[\w.]+\(|^const\s+\w+[^=\n]*=\s*setInterval\("
    r"|[\"']use server[\"']",
    re.MULTILINE,
)


def _is_element(file: SourceFile) -> bool:
    """True for what a page or bundler starts and no script does, though one may read or rewrite it."""
    return file.name.endswith((".tsx", ".jsx"))


def _is_component(file: SourceFile) -> bool:
    """`components/App.tsx` is a component like any other; `src/App.tsx` is an entry."""
    return "/components/" in f"/{file.path}"


def _is_named(file: SourceFile, names: frozenset[str]) -> bool:
    """True where a file's stem is said alone, or after the folder that it stands in."""
    stem = _stem(file)
    return stem in names or f"{file.folder.rpartition('/')[2]}/{stem}" in names


def _unresolved_stems(prototype: Prototype) -> frozenset[str]:
    """The last parts of imports that lead nowhere: a file of that name may be what they mean."""
    specifiers = (s for found in prototype.modules.unresolved.values() for s in found)
    return frozenset(s.rstrip("/").rpartition("/")[2].partition(".")[0] for s in specifiers)


def _top(path: str) -> str:
    return path.partition("/")[0]


def _stem(file: SourceFile) -> str:
    return file.name.partition(".")[0]
