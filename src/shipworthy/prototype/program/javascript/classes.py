"""Classes, enumerations and namespaces."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.functions import decorator, function_of
from shipworthy.prototype.program.javascript.tree import (
    body,
    expression,
    inner,
    line,
    lowers,
    lowers_statement,
)
from shipworthy.prototype.program.nodes import (
    Class,
    Compute,
    Expression,
    Function,
    Lambda,
    Let,
    Literal,
    Name,
    Record,
    Statement,
)

_FIELDS = ("public_field_definition", "field_definition")
_NAMES = ("type_identifier", "identifier")


@lowers_statement("class_declaration", "abstract_class_declaration")
def _class(node: SgNode, out: list[Statement]) -> None:
    out.append(class_of(node))


@lowers("class")
def _class_as_value(node: SgNode) -> Expression:
    made = class_of(node)
    pairs = [(let.target.id, let.value) for let in made.fields if isinstance(let.target, Name)]
    pairs += [(method.name, Lambda(method, method.at)) for method in made.methods]
    return Compute("class", (*made.bases, *made.decorators, Record(tuple(pairs), made.at)), made.at)


def class_of(node: SgNode, decorators: tuple[Expression, ...] = ()) -> Class:
    """A class; that of `export default class { … }` has no name."""
    span = node.range()
    name, bases, fields = "", [], []  # type: str, list[Expression], list[Let]
    methods: list[Function] = []
    for part in inner(node):
        kind = part.kind()
        if kind in _NAMES:
            name = part.text()
        elif kind == "decorator":
            decorators += (decorator(part),)
        elif kind == "class_heritage":
            bases += _bases(part)
        elif kind == "class_body":
            _members(part, fields, methods)
    at, end = span.start.line + 1, span.end.line + 1
    return Class(name, tuple(bases), tuple(fields), tuple(methods), decorators, at, end)


def _bases(heritage: SgNode) -> list[Expression]:
    found: list[Expression] = []
    for part in inner(heritage):
        clause = inner(part) if part.kind() == "extends_clause" else [part]
        found += [expression(base) for base in clause]
    return found


def _members(node: SgNode, fields: list[Let], methods: list[Function]) -> None:
    decorators: tuple[Expression, ...] = ()  # of TypeScript, they stand before their method
    for member in inner(node):
        kind = member.kind()
        if kind == "decorator":
            decorators += (decorator(member),)
            continue
        if kind == "method_definition":
            methods.append(function_of(member, decorators))
        elif kind in _FIELDS:
            fields += _field(member, decorators)
        elif kind == "class_static_block":
            at = line(member)
            statements = tuple(s for block in inner(member) for s in body(block))
            methods.append(Function("static", (), statements, decorators, (), at, at))
        else:
            fields.append(Let(Name("", line(member)), expression(member), line(member)))
        decorators = ()


def _field(node: SgNode, decorators: tuple[Expression, ...]) -> list[Let]:
    """One without value or decorator is but a type."""
    at, parts = line(node), []
    for part in inner(node):
        if part.kind() == "decorator":
            decorators += (decorator(part),)
        else:
            parts.append(part)
    if not parts or (len(parts) < 2 and not decorators):
        return []
    value = expression(parts[-1]) if len(parts) > 1 else Literal(None, at)
    if decorators:
        value = Compute("@", (*decorators, value), at)
    return [Let(Name(parts[0].text(), at), value, at)]


@lowers_statement("enum_declaration")
def _enum(node: SgNode, out: list[Statement]) -> None:
    name, pairs = "", []  # type: str, list[tuple[str, Expression]]
    for part in inner(node):
        if part.kind() == "identifier":
            name = part.text()
        for member in inner(part) if part.kind() == "enum_body" else ():
            pairs.append(_enumerated(member, len(pairs)))
    at = line(node)
    out.append(Let(Name(name, at), Record(tuple(pairs), at), at))


def _enumerated(member: SgNode, index: int) -> tuple[str, Expression]:
    parts = inner(member) if member.kind() == "enum_assignment" else [member]
    value = expression(parts[-1]) if len(parts) > 1 else Literal(index, line(member))
    return (parts[0].text().strip("\"'") if parts else ""), value


@lowers_statement("internal_module", "module")
def _namespace(node: SgNode, out: list[Statement]) -> None:
    for part in inner(node):
        if part.kind() == "statement_block":
            out += body(part)
