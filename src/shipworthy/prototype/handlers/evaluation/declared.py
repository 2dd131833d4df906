"""What Python declares a value to be, where it could not be followed how it comes about: `repo: Bookings`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.values import NO_GUARDS, UNSET, Scope, Type, Value, of_cases
from shipworthy.prototype.program.nodes import (
    Call,
    Class,
    Compute,
    Expression,
    Function,
    Member,
    Module,
    Name,
    Throw,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_ONE = regex(
    r"""["']?(?:typing\.)?(?:Optional\[|Annotated\[)?\s*["']?(?P<kind>[A-Za-z_][\w.]*)["']?\s*"""
    r"""(\]|,.*\]|\|\s*None)?["']?$""",
    re.DOTALL,
)
_PLAIN = frozenset(
    "str int float bool bytes dict list set tuple Any object None date datetime UUID".split()
)
_BARE = ("ABC", "Protocol", "Generic", "object")
_MOST_HEIRS = 4
_MOST_FILES = 60


def declared(
    walk: Evaluation, annotation: str, scope: Scope, module: Module, value: Value
) -> Value:
    """The value, or an object of the class that it is declared to be; of an abstract one, of its heirs."""
    if not annotation or annotation in _PLAIN or not _is_blank(value):
        return value
    key = (module.path, annotation)
    kinds = walk.program.declared.get(key)
    if kinds is None:
        kinds = walk.program.declared[key] = _kinds(walk, annotation, scope)
    if not kinds:
        return value
    objects = [Value(instance=kind, origins=value.origins, tags=_THERE) for kind in kinds]
    return objects[0] if len(objects) == 1 else of_cases((made, NO_GUARDS) for made in objects)


_THERE = frozenset({"truthy"})


def _is_blank(value: Value) -> bool:
    known = value.closure or value.instance or value.type or value.native or value.client
    if known or value.fields is not None or value.elements is not None or value.cases:
        return False
    if value.literal is not UNSET or value.effect >= 0:
        return False
    return "unseen" in value.tags or not any(o.is_input for o in value.origins)


def _kinds(walk: Evaluation, annotation: str, scope: Scope) -> tuple[Type, ...]:
    found = _ONE.match(annotation)
    first, *rest = found["kind"].split(".") if found else ("",)
    if not first or first in _PLAIN:
        return ()
    value = walk.lookup(first, scope)
    for key in rest:
        value = walk.member(value, key)
    kind = value.type
    if kind is None or kind.node.decorators or not _does_something(kind.node):
        return ()
    if not _is_of_prototype(walk, kind):
        return ()
    return _heirs(walk, kind) if _is_abstract(kind.node) else (kind,)


def _does_something(node: Class) -> bool:
    return any(not method.name.startswith("__") for method in node.methods)


def _is_of_prototype(walk: Evaluation, kind: Type, depth: int = 0) -> bool:
    """True where no library says what the class is, as it does of tables and of shapes."""
    for base in kind.node.bases:
        if isinstance(base, Compute) or _word(base) in _BARE:
            continue
        inner = walk.value(base, kind.scope).type
        if inner is None or depth > 3 or not _is_of_prototype(walk, inner, depth + 1):
            return False
    return True


def _word(node: Expression) -> str:
    match node:
        case Name(id=name) | Member(key=name):
            return name
    inner = getattr(node, "object", None)  # `Generic[T]`
    return inner.id if isinstance(inner, Name) else ""


def _is_abstract(node: Class) -> bool:
    return any(map(_is_left_to_heirs, node.methods))


def _is_left_to_heirs(method: Function) -> bool:
    if any(_word(decorator) == "abstractmethod" for decorator in method.decorators):
        return True
    raised = method.body[0] if len(method.body) == 1 else None
    if not isinstance(raised, Throw) or raised.value is None:
        return False
    thrown = raised.value.function if isinstance(raised.value, Call) else raised.value
    return _word(thrown) == "NotImplementedError"


def _heirs(walk: Evaluation, kind: Type) -> tuple[Type, ...]:
    """The classes of the prototype that stand for an abstract one."""
    found: list[Type] = []
    modules = walk.program.modules.python_saying([f"({kind.node.name}", f", {kind.node.name})"])
    for number, module in enumerate(modules):
        if number >= _MOST_FILES or len(found) >= _MOST_HEIRS:
            break
        unit = walk.program.unit(module.path)
        for name, definition in unit.definitions.items():
            if not isinstance(definition, Class) or _is_abstract(definition):
                continue
            if not any(_word(base) == kind.node.name for base in definition.bases):
                continue
            heir = walk.lookup(name, unit.scope).type
            bases = [walk.value(base, heir.scope).type for base in definition.bases] if heir else []
            if heir and any(base and base.node is kind.node for base in bases):
                found.append(heir)
    return tuple(found[:_MOST_HEIRS])
