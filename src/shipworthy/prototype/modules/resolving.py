"""Find the file or the package that a JavaScript or TypeScript import means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import join, normpath

from msgspec import Struct

from shipworthy.prototype.inventory.manifests import NodeManifest, Table, text
from shipworthy.prototype.modules.aliases import Alias, folders_above, read_aliases
from shipworthy.prototype.roles import OUTPUT_FOLDERS, SKIPPED_FOLDERS
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

EXTENSIONS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts", ".json")
_EXTENSIONS = (*EXTENSIONS, ".vue", ".svelte")
# TypeScript wants the name of the file that it will emit.
_EMITTED = {".js": (".ts", ".tsx", ".jsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}

# What templates mean by an alias where no configuration says so.
_CUSTOM = {
    "@/": ("src", "", "client/src"),
    "~/": ("app", "src", ""),
    "@shared/": ("shared",),
    "@server/": ("server",),
    "@assets/": ("attached_assets", "src/assets"),
    "@db/": ("db",),
    "$lib/": ("src/lib",),
}
_ALWAYS_OWN = ("@/", "~/", "$lib/")  # no package can have such a name
_BUILT_IN = frozenset(
    """assert async_hooks buffer child_process cluster console constants crypto dgram
    diagnostics_channel dns domain events fs http http2 https inspector module net os path
    perf_hooks process punycode querystring readline repl stream string_decoder timers tls
    trace_events tty url util v8 vm wasi worker_threads zlib""".split()
)
_SCHEME = regex(r"^([a-z][a-z0-9+.-]*):")
_CDN = regex(
    r"^https?://(?:esm\.sh|cdn\.esm\.sh|cdn\.skypack\.dev|unpkg\.com|esm\.run|cdn\.jsdelivr\.net/npm"
    r"|jsr\.io)/(?:v\d+/|stable/)?(?:gh/)?((?:@[\w.-]+/)?[\w.-]+)"
)


class Local(Struct, frozen=True):
    """The import means a file of the prototype."""

    path: str


class External(Struct, frozen=True):
    """The import means a package; the name is the registry's, or host and path of a plain URL."""

    package: str


class Nowhere(Struct, frozen=True):
    """The import should mean a file of the prototype, and there is none."""


Target = Local | External | Nowhere | None
"""None: part of the language's own library, or of something that is not read."""


class Resolver:
    """Resolves specifiers; remembers what it has looked up."""

    def __init__(
        self,
        files: Mapping[str, SourceFile],
        manifests: Iterable[NodeManifest],
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        self._files = files
        self._left_out = left_out
        self._aliases = read_aliases(files)
        self._workspaces = {m.name: m for m in manifests if m.name and m.folder}
        self._leading = {base for path in files for base in _bases(path)}
        self._found: dict[str, str | None] = {}
        self._scopes: dict[str, tuple[Alias, ...]] = {}

    def resolve(self, folder: str, specifier: str) -> Target:
        """What a specifier means in a file of this folder."""
        specifier = specifier.partition("?")[0]
        if specifier.startswith("."):
            return self._relative(folder, specifier)
        if specifier.startswith("/"):
            return self._absolute(folder, specifier)
        if _SCHEME.match(specifier):
            return _external(specifier)
        return self._aliased(folder, specifier)

    def matching(self, folder: str, pattern: str) -> Iterator[str]:
        """The files that a pattern of `import.meta.glob` means."""
        base = normpath(join(folder, pattern)) if pattern.startswith(".") else pattern.lstrip("/")
        parts = re.split(r"(\*\*/|\*|\{[^}]*\})", base)
        wanted = re.compile("".join(_glob_part(part) for part in parts))
        return (path for path in self._files if wanted.fullmatch(path))

    def file(self, base: str) -> str | None:
        """The file at a path without its extension, or the index of a folder."""
        if base not in self._leading and not base.endswith("/"):
            return None  # as with most: a package could stand in dozens of places
        if base not in self._found:
            self._found[base] = next((c for c in _candidates(base) if c in self._files), None)
        return self._found[base]

    def _relative(self, folder: str, specifier: str) -> Target:
        base = normpath(join(folder, specifier))
        if base.startswith(".."):
            return Nowhere()
        found = self.file("" if base == "." else base)
        return Local(found) if found else self._missing(base)

    def _absolute(self, folder: str, specifier: str) -> Target:
        """Vite serves `/src/x` from its root and `/x` from public/."""
        rest = specifier.lstrip("/")
        for above in folders_above(folder):
            found = self.file(join(above, rest)) or self.file(join(above, "public", rest))
            if found:
                return Local(found)
        return None

    def _aliased(self, folder: str, specifier: str) -> Target:
        meant = False
        for alias in self._scope(folder):
            for path in alias.paths(specifier):
                found = self.file(path)
                if found:
                    return Local(found)
                meant = meant or alias.prefix.rstrip("/") not in ("", "*")
        found = self._workspace(specifier) or self._customary(folder, specifier)
        if found:
            return Local(found)
        if meant or specifier.startswith(_ALWAYS_OWN):
            return self._missing(specifier)
        return _external(specifier)

    def _scope(self, folder: str) -> tuple[Alias, ...]:
        if folder not in self._scopes:
            around = frozenset(folders_above(folder))
            self._scopes[folder] = tuple(a for a in self._aliases if a.folder in around)
        return self._scopes[folder]

    def _customary(self, folder: str, specifier: str) -> str | None:
        for prefix, places in _CUSTOM.items():
            whole = specifier == prefix[:-1] and prefix not in _ALWAYS_OWN
            if not specifier.startswith(prefix) and not whole:
                continue
            rest = specifier[len(prefix) :]
            for above in folders_above(folder):
                for place in places:
                    found = self.file(normpath(join(above, place, rest)))
                    if found:
                        return found
        return None

    def _workspace(self, specifier: str) -> str | None:
        name, rest = package_name(specifier)
        manifest = self._workspaces.get(name)
        if manifest is None:
            return None
        places = [join("src", rest), rest] if rest else [*_entries(manifest.content), "src", ""]
        for place in places:
            found = self.file(normpath(join(manifest.folder, place)))
            if found:
                return found
        return None

    def _missing(self, base: str) -> Target:
        """Nowhere, unless the file may stand in a folder that was not read."""
        parts = set(base.split("/"))
        if parts & (SKIPPED_FOLDERS | OUTPUT_FOLDERS) or base.endswith(("$types", ".css")):
            return None
        if "+types" in parts or any(base.startswith(f"{out}/") for out in self._left_out):
            return None
        return Nowhere()


def _candidates(base: str) -> Iterator[str]:
    if base:
        yield base
        yield from (base + extension for extension in _EXTENSIONS)
        stem, dot, extension = base.rpartition(".")
        yield from (stem + other for other in _EMITTED.get(dot + extension, ()))
    yield from (join(base, f"index{extension}") for extension in _EXTENSIONS)


def _bases(path: str) -> Iterator[str]:
    """What has the path among its candidates."""
    yield path
    for extension in _EXTENSIONS:
        if path.endswith(extension):
            base = path.removesuffix(extension)
            yield base
            if base == "index" or base.endswith("/index"):
                yield base[:-6]
    for emitted, written in _EMITTED.items():
        yield from (path.removesuffix(other) + emitted for other in written if path.endswith(other))


def _entries(content: Table) -> Iterator[str]:
    """Where a package says it starts, and the source of a build output."""
    exports = content.get("exports")
    root: object = exports.get(".", exports) if isinstance(exports, dict) else exports
    inner = root.values() if isinstance(root, dict) else (root,)
    named = (text(content, key) for key in ("source", "module", "main", "types"))
    for place in (*(v for v in inner if isinstance(v, str)), *filter(None, named)):
        yield place
        yield re.sub(r"^(\./)?(dist|build|lib)/", "src/", place).removesuffix(".d.ts")


def _glob_part(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part == "*":
        return "[^/]*"
    if part.startswith("{"):
        return "(?:" + "|".join(map(re.escape, part[1:-1].split(","))) + ")"
    return re.escape(part)


def _external(specifier: str) -> Target:
    scheme = _SCHEME.match(specifier)
    if scheme is None:
        name, _ = package_name(specifier)
        return None if name in _BUILT_IN or not name or name.startswith("#") else External(name)
    if scheme[1] in ("npm", "jsr"):
        name, _ = package_name(specifier.partition(":")[2].lstrip("/"))
        return External(name)
    if scheme[1] in ("http", "https"):
        return External(package_of_url(specifier))
    return None


def package_of_url(url: str) -> str:
    """The package that a URL import loads; host and path where no registry is behind it."""
    known = _CDN.match(url)
    return known[1] if known else re.sub(r"^https?://|@[^/]*", "", url)


def package_name(specifier: str) -> tuple[str, str]:
    """The name of a package and the path inside it; a version behind the name is left out."""
    parts = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    names = [part.partition("@")[0] if part[:1] != "@" else part for part in parts[:count]]
    return "/".join(names), "/".join(parts[count:])
