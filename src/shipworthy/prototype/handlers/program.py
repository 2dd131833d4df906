"""All modules of a prototype's server, and what a name of theirs means across files."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from shipworthy.prototype.handlers.values import Guards, Scope, Type, Value
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.modules import ServerModules
from shipworthy.prototype.program.nodes import (
    Class,
    Define,
    Function,
    If,
    Imported,
    Items,
    Lambda,
    Let,
    Module,
    Name,
    Record,
    Statement,
    Try,
    With,
)
from shipworthy.regex import regex

_VERSION = regex(r"(?<=[\w.-])@[\d^~v<>=*][^/]*|(?<=[\w.-])@(latest|next|beta)\b")
_CDN = regex(
    r"^(?:https?://(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com|esm\.run|cdn\.jsdelivr\.net/npm)/(?:v\d+/|stable/)?"
    r"|npm:|jsr:|node:)"
)
_DENO = regex(r"^https?://deno\.land/(?:x/)?([\w-]+)(?:@[^/]*)?/?(.*?)(?:/mod)?(?:\.[jt]s)?$")
_GENERATED = regex(r"_generated/(server|api)(\.js)?$")
CONVEX_SERVER, CONVEX_API = "convex/_generated/server", "convex/_generated/api"
"""How the modules are called that Convex writes into a folder of functions, wherever that lies."""
_ALSO_ON_NPM = frozenset({"zod", "nanoid"})

_BY_THEMSELVES = frozenset("django asyncpg peewee tortoise databases prisma duckdb".split())

K = TypeVar("K")
Definition = Function | Class | Let | Imported


@dataclass(eq=False)
class Unit:
    """A module with its names found and its scope, which fills as they are asked for."""

    module: Module
    scope: Scope
    definitions: Mapping[str, Definition]
    exports: Mapping[str, object]
    ran: bool = False  # its top-level statements were followed

    @cached_property
    def rebound(self) -> frozenset[str]:
        """The variables that functions of the module give other values."""
        return frozenset(_rebound(self.module.body))


class Remote(Struct, frozen=True, eq=False):
    """A router of procedures that an adapter serves: below which path ("" where it is not known), in the
    style of which server, what makes the context of a call, and what was passed before it is asked."""

    router: Value
    context: Value
    prefix: str
    style: str
    guards: Guards
    path: str


class Told(NamedTuple):
    """What the statements of a branch tell the caller: 401, 403 or 0, whether it called too often, and
    whether a right is missing.

    The statements are held with it: what knows them by their identity may not outlive them."""

    statements: tuple[Statement, ...]
    code: int
    too_many: bool
    misses_a_right: bool


@dataclass(slots=True, eq=False)
class Program:
    """The modules by path. `targets` tells, for each file, what its specifiers mean: the path of a
    module of the prototype; one that is not there is a package."""

    modules: ServerModules
    targets: Mapping[str, Mapping[str, str]]
    unsigned: frozenset[str] = frozenset()  # cookies that hold a plain id, set by the prototype
    bundled: frozenset[str] = frozenset()  # variables that a bundler writes into a page
    signed_in: bool = (
        True  # somebody signs in at the platform, so that its clients act for a caller
    )
    enumerations: dict[str, tuple[str, ...]] = field(default_factory=dict)  # those of Prisma
    signs_in_itself: bool = True  # the server does that, not only pages in their browsers
    removes_rows: bool = True  # `document.remove()` does what it says
    units: dict[str, Unit] = field(default_factory=dict)
    heap: dict[tuple[int, str], Value] = field(default_factory=dict)
    statics: dict[tuple[int, str], Value] = field(default_factory=dict)  # fields of classes
    changed: list[tuple[dict[Any, Value], object, Value | None]] = field(default_factory=list)
    filled: set[tuple[int, str]] = field(default_factory=set)  # fields whose methods were asked
    told: dict[int, Told] = field(default_factory=dict)  # by the identity of the statements
    beforehand: dict[Hashable, Any] = field(default_factory=dict)  # see entering/beforehand.py
    identities: int = 0
    remotes: list[Remote] = field(default_factory=list)  # what adapters serve
    lists_filled: dict[str, frozenset[str]] = field(default_factory=dict)  # by module
    user_methods: dict[str, tuple[str, Function] | None] | None = None  # see user_models.py
    relations: dict[str, Any] | None = None  # see relations.py
    accounts: tuple[Any, ...] | None = None  # see django_accounts.py
    declared: dict[tuple[str, str], tuple[Type, ...]] = field(default_factory=dict)

    commits: bool = field(
        init=False
    )  # writes of Python wait for a commit: no library does it itself

    def __post_init__(self) -> None:
        """Ask once which libraries the modules import."""
        self.commits = not any(
            imported.module.partition(".")[0] in _BY_THEMSELVES
            for module in self.modules.python_saying(_BY_THEMSELVES)
            for imported in module.imports
        )

    def unit(self, path: str) -> Unit:
        """A module, made ready to be followed."""
        found = self.units.get(path)
        if found is None:
            module = self.modules[path]
            scope = Scope({}, None, module)
            found = Unit(module, scope, _definitions(module), dict(module.exports))
            self.units[path] = found
        return found

    def target(self, path: str, specifier: str) -> str:
        """The path of the module that an import means, or "" for a package."""
        found = self.targets.get(path, {}).get(specifier, "")
        return found if found in self.modules else ""

    def change(self, kept: dict[K, Value], key: K, value: Value) -> None:
        """Give a name or a field another value, until `change_back`: each entry point finds the program
        as it was started, whichever was followed before."""
        self.changed.append((kept, key, kept.get(key)))
        kept[key] = value

    def change_back(self) -> None:
        """Give the names and fields that entry points changed the values of before."""
        while self.changed:
            kept, key, before = self.changed.pop()
            if before is None:
                kept.pop(key, None)
            else:
                kept[key] = before

    def identity(self) -> int:
        """A new place in the heap."""
        self.identities += 1
        return self.identities


def package_of(specifier: str) -> str:
    """How a package is called whatever way it is imported: without version, registry or CDN."""
    deno = _DENO.match(specifier)
    if deno and deno[1] in _ALSO_ON_NPM:
        return deno[1]
    if deno:
        return f"deno/{deno[1]}/{'' if deno[2] == 'mod' else deno[2]}".rstrip("/")
    if generated := _GENERATED.search(specifier):
        return f"convex/{generated[0].removesuffix('.js')}"
    bare = _VERSION.sub("", _CDN.sub("", specifier)).partition("?")[0]
    return bare.removesuffix("/mod.ts").removesuffix("/dist/module/index.js")


def _definitions(module: Module) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    for imported in module.imports:
        found[imported.local] = imported
    _collect(module.body, found)
    return found


def _collect(statements: tuple[Statement, ...], found: dict[str, Definition]) -> None:
    for statement in statements:
        if isinstance(statement, Define):
            found[statement.function.name] = statement.function
        elif isinstance(statement, Class):
            found[statement.name] = statement
        elif isinstance(statement, Let):
            for name in names_in(statement.target):
                found.setdefault(name, statement)
        elif isinstance(statement, If):
            _collect(statement.then, found)
            _collect(statement.other, found)
        elif isinstance(statement, Try):
            _collect(statement.body, found)
            for handler in statement.handlers:
                instead: dict[str, Definition] = {}
                _collect(handler.body, instead)
                for name, definition in instead.items():
                    if not isinstance(
                        found.get(name), Imported | Let
                    ):  # else it stands in for a package
                        found[name] = definition
        elif isinstance(statement, With):
            _collect(statement.body, found)


def _rebound(node: object) -> Iterator[str]:
    for let in nodes_in(node, Let):
        if not let.declared and isinstance(let.target, Name):
            yield let.target.id


def names_in(target: object) -> list[str]:
    """The names that a target or pattern binds."""
    if isinstance(target, Name):
        return [target.id]
    if isinstance(target, Record):
        return [name for _, inner in target.pairs for name in names_in(inner)]
    if isinstance(target, Items):
        return [name for inner in target.elements for name in names_in(inner)]
    inner = getattr(target, "target", None) or getattr(target, "value", None)
    return names_in(inner) if inner is not None and not isinstance(target, str) else []


def functions_of(module: Module) -> Iterator[tuple[str, Function]]:
    """The functions at the top of a module, with the names that they go by there."""
    for statement in module.body:
        if isinstance(statement, Define):
            yield statement.function.name, statement.function
        elif isinstance(statement, Let) and isinstance(statement.value, Lambda):
            target = statement.target
            yield target.id if isinstance(target, Name) else "", statement.value.function
    for name, expression in module.exports:
        if isinstance(expression, Lambda):
            yield name, expression.function
