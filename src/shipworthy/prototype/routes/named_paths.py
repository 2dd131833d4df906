"""Routes whose path stands elsewhere under a name: `app.get(api.orders.list.path, …)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.prototype.program.nodes import (
    Call,
    Expression,
    Let,
    Literal,
    Member,
    Module,
    Name,
    Record,
    Text,
)
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex

_NAMED = regex(r"\{=([A-Za-z_$][\w$.]*)\}")
_DEEPEST = 6  # names that stand for names


def is_named(path: str) -> bool:
    """True for a path that holds a name: "{=api.orders.list.path}", "/v1{=PREFIX}/orders"."""
    return _NAMED.search(path) is not None


def with_paths(
    routes: Iterable[Route],
    modules: Mapping[str, Module],
    targets: Mapping[str, Mapping[str, str]],
) -> Iterator[Route]:
    """The routes with what their names stand for; without those whose path nobody can read."""
    for route in routes:
        named = _NAMED.search(route.path)
        if named is None:
            yield route
            continue
        found = _text(route.location.path, named[1].split("."), modules, targets)
        if found is not None and found.startswith(("/", "*")):
            path = route.path.replace(named[0], found)
            yield replace(route, path=path, handler=route.handler.replace(named[0], found))


def _text(
    file: str,
    keys: list[str],
    modules: Mapping[str, Module],
    targets: Mapping[str, Mapping[str, str]],
    depth: int = 0,
) -> str | None:
    """What a dotted name stands for in a file, where that is a text."""
    module = modules.get(file)
    if module is None or depth > _DEEPEST:
        return None
    for imported in module.imports:
        if imported.local != keys[0]:
            continue
        inner = keys[1:] if imported.name == "*" else [imported.name, *keys[1:]]
        target = targets.get(file, {}).get(imported.module, "")
        return _text(target, inner, modules, targets, depth + 1) if inner else None
    value = _declared(module, keys[0])
    for key in keys[1:]:
        value = dict(value.pairs).get(key) if isinstance(value, Record) else None
        value = _opened(value)
    return _written(value, file, modules, targets, depth)


def _declared(module: Module, name: str) -> Expression | None:
    for statement in module.body:
        target = statement.target if isinstance(statement, Let) else None
        if isinstance(statement, Let) and isinstance(target, Name) and target.id == name:
            return _opened(statement.value)
    exported = _opened(dict(module.exports).get(name))
    return None if isinstance(exported, Name) and exported.id == name else exported


def _opened(value: Expression | None) -> Expression | None:
    """The object in `Object.freeze({ … })`."""
    if isinstance(value, Call) and len(value.arguments) == 1:
        inner = value.arguments[0]
        return inner if isinstance(inner, Record) else value
    return value


def _written(
    value: Expression | None,
    file: str,
    modules: Mapping[str, Module],
    targets: Mapping[str, Mapping[str, str]],
    depth: int,
) -> str | None:
    if isinstance(value, Literal):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Text):
        parts = [_written(part, file, modules, targets, depth) for part in value.parts]
        return None if None in parts else "".join(part or "" for part in parts)
    if isinstance(value, (Name, Member)):
        return _text(file, _dotted(value), modules, targets, depth + 1)
    return None


def _dotted(node: Expression) -> list[str]:
    if isinstance(node, Name):
        return [node.id]
    return [*_dotted(node.object), node.key] if isinstance(node, Member) else [""]
