"""What a file gives to others: export statements, `module.exports` and `exports.x`."""

from __future__ import annotations

from ast_grep_py import SgNode
from msgspec import Struct, field

from shipworthy.prototype.program.javascript.classes import class_of
from shipworthy.prototype.program.javascript.functions import decorator
from shipworthy.prototype.program.javascript.imports import is_of_types, module_named, renamed
from shipworthy.prototype.program.javascript.tree import expression, inner, line, statement
from shipworthy.prototype.program.nodes import (
    Class,
    Default,
    Define,
    Expression,
    Items,
    Let,
    Member,
    Name,
    Record,
    Spread,
    Statement,
)

_CLASSES = ("class", "class_declaration", "abstract_class_declaration")


class Exports(Struct):
    """What has been exported so far; each expression stands here or in the body, never in both."""

    named: list[tuple[str, Expression]] = field(default_factory=list)
    forwarded: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, node: SgNode, out: list[Statement]) -> None:
        """An export statement: its declaration belongs to the body, too."""
        if is_of_types(node):
            return
        kinds = [child.kind() for child in node.children()]
        module = module_named(node) if "from" in kinds else ""
        is_default = "default" in kinds or "=" in kinds
        if module and "*" in kinds:
            self.forwarded.append(("*", module, "*"))
        decorators = tuple(decorator(c) for c in inner(node) if c.kind() == "decorator")
        for part in inner(node):
            kind = part.kind()
            if kind == "export_clause":
                self._clause(part, module)
            elif kind == "namespace_export":
                self.forwarded += [(c.text(), module, "*") for c in inner(part)]
            elif kind in _CLASSES:
                self._declared([class_of(part, decorators)], is_default, out)
            elif is_default and not kind.endswith("_declaration"):
                self._value(expression(part), assigned="=" in kinds)
            elif kind != "decorator" and not (kind == "string" and module):
                declared: list[Statement] = []
                statement(part, declared)
                self._declared(declared, is_default, out)

    def _clause(self, node: SgNode, module: str) -> None:
        for part in inner(node):
            if is_of_types(part):
                continue
            name, outside = renamed(part)
            if module:
                self.forwarded.append((outside, module, name))
            else:
                self.named.append((outside, Name(name, line(part))))

    def _declared(self, found: list[Statement], is_default: bool, out: list[Statement]) -> None:
        for each in found:
            if isinstance(each, Class) and not each.name and is_default:
                each = each._replace(name="default")
            out.append(each)
            for name, at in _declared_names(each):
                self.named.append(("default" if is_default else name, Name(name, at)))

    def assigned(self, let: Let) -> bool:
        """Takes over `module.exports = …`, `module.exports.x = …` and `exports.x = …`."""
        target = let.target
        if not isinstance(target, Member):
            return False
        if _is_exports(target):
            self._value(let.value, assigned=True)
            return True
        if _is_exports(target.object):
            self.named.append((target.key, let.value))
            return True
        return False

    def given_class(self, node: SgNode, out: list[Statement]) -> bool:
        """Takes over `module.exports = class Orders { … }`, which is a class like a declared one."""
        given = next(iter(inner(node)), None) if node.kind() == "expression_statement" else None
        if given is None or given.kind() != "assignment_expression":
            return False
        target, value = given.field("left"), given.field("right")
        if target is None or value is None or value.kind() != "class":
            return False
        if target.text() != "module.exports":
            return False
        self._declared([class_of(value)], True, out)
        return True

    def _value(self, value: Expression, assigned: bool) -> None:
        if assigned and isinstance(value, Record):
            self.named += value.pairs
        else:
            self.named.append(("default", value))


def _is_exports(value: Expression) -> bool:
    if isinstance(value, Member):
        return (
            value.key == "exports"
            and isinstance(value.object, Name)
            and value.object.id == "module"
        )
    return isinstance(value, Name) and value.id == "exports"


def _declared_names(each: Statement) -> list[tuple[str, int]]:
    if isinstance(each, Define):
        return [(each.function.name, each.at)]
    if isinstance(each, Class):
        return [(each.name, each.at)]
    return list(_bound(each.target)) if isinstance(each, Let) else []


def _bound(pattern: Expression) -> list[tuple[str, int]]:
    if isinstance(pattern, Name):
        return [(pattern.id, pattern.at)]
    if isinstance(pattern, Default):
        return _bound(pattern.target)
    if isinstance(pattern, Spread):
        return _bound(pattern.value)
    if isinstance(pattern, Record):
        return [name for _, value in pattern.pairs for name in _bound(value)]
    if isinstance(pattern, Items):
        return [name for value in pattern.elements for name in _bound(value)]
    return []
