"""Functions: declarations, methods, arrows; their parameters and directives."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.literals import unescaped
from shipworthy.prototype.program.javascript.tree import (
    body,
    expression,
    inner,
    line,
    lowers,
    lowers_statement,
)
from shipworthy.prototype.program.nodes import (
    Default,
    Define,
    Do,
    Expression,
    Function,
    Lambda,
    Let,
    Literal,
    Member,
    Name,
    Parameter,
    Return,
    Spread,
    Statement,
)

_NAMES = ("identifier", "property_identifier", "private_property_identifier", "number")
_TYPED = ("required_parameter", "optional_parameter")
_KEYWORDS = frozenset({"accessibility_modifier", "override_modifier", "readonly"})


@lowers("arrow_function")
def _arrow(node: SgNode) -> Expression:
    span, parts = node.range(), inner(node)
    at, end = span.start.line + 1, span.end.line + 1
    parameters: list[Parameter] = []
    directives: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    for part in parts:
        if part.kind() == "formal_parameters":
            parameters += _parameters(part, [])
        elif part is not parts[-1]:
            parameters.append(Parameter(expression(part), None, "", False))
        elif part.kind() == "statement_block":
            directives, statements = without_directives(body(part))
        else:  # here, not in a function of its own: arrows can be many levels deep
            statements = (Return(expression(part), line(part)),)
    waits = _is_asynchronous(node)
    function = Function("", tuple(parameters), statements, (), directives, at, end, waits)
    return Lambda(function, at)


@lowers("function_expression", "generator_function", "function")
def _lambda(node: SgNode) -> Expression:
    function = function_of(node)
    return Lambda(function, function.at)


@lowers_statement("function_declaration", "generator_function_declaration")
def _define(node: SgNode, out: list[Statement]) -> None:
    function = function_of(node)
    out.append(Define(function, function.at))


def function_of(node: SgNode, decorators: tuple[Expression, ...] = ()) -> Function:
    """A function or method. A property that a constructor declares as its parameter is assigned."""
    span = node.range()
    name, parameters, statements = "", [], ()  # type: str, list[Parameter], tuple[Statement, ...]
    properties: list[Statement] = []
    for part in inner(node):
        kind = part.kind()
        if kind == "formal_parameters":
            parameters += _parameters(part, properties)
        elif kind == "decorator":
            decorators += (decorator(part),)
        elif kind == "statement_block":
            statements = body(part)
        elif not name:
            name = _name_of(part, kind)
    directives, statements = without_directives(statements)
    at, end = span.start.line + 1, span.end.line + 1
    whole = (*properties, *statements)
    waits = _is_asynchronous(node)
    return Function(name, tuple(parameters), whole, decorators, directives, at, end, waits)


def _is_asynchronous(node: SgNode) -> bool:
    return any(child.kind() == "async" for child in node.children())


def decorator(node: SgNode) -> Expression:
    """What a decorator names or calls."""
    parts = inner(node)
    return expression(parts[0]) if parts else Literal(None, line(node))


def _name_of(node: SgNode, kind: str) -> str:
    if kind == "string":
        return unescaped(node.text()[1:-1])
    return node.text() if kind in _NAMES or kind == "computed_property_name" else ""


def _parameters(node: SgNode, properties: list[Statement]) -> list[Parameter]:
    return [_parameter(given, properties) for given in inner(node)]


def _parameter(node: SgNode, properties: list[Statement]) -> Parameter:
    if node.kind() not in _TYPED:
        return _bound(expression(node), None, "", ())
    parts, annotation, declares = [], "", False
    decorators: list[Expression] = []
    for child in node.children():
        kind = child.kind()
        if kind == "type_annotation":
            annotation = child.text().removeprefix(":").strip()
        elif kind in _KEYWORDS:
            declares = True
        elif kind == "decorator":
            decorators.append(decorator(child))
        elif child.is_named() and kind != "comment":
            parts.append(child)
    target = expression(parts[0]) if parts else Name("", line(node))
    default = expression(parts[-1]) if len(parts) > 1 else None
    if declares and isinstance(target, Name):
        this = Member(Name("this", target.at), target.id, False, target.at)
        properties.append(Let(this, target, target.at))
    return _bound(target, default, annotation, tuple(decorators))


def _bound(
    target: Expression,
    default: Expression | None,
    annotation: str,
    decorators: tuple[Expression, ...],
) -> Parameter:
    if isinstance(target, Default):
        return Parameter(target.target, target.value, annotation, False, decorators)
    if isinstance(target, Spread):
        return Parameter(target.value, default, annotation, True, decorators)
    return Parameter(target, default, annotation, False, decorators)


def without_directives(
    statements: tuple[Statement, ...],
) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    """The directives at the head of a body, and what comes after them."""
    found: list[str] = []
    for each in statements:
        if not (isinstance(each, Do) and isinstance(each.value, Literal)):
            break
        if not isinstance(each.value.value, str):
            break
        found.append(each.value.value)
    return tuple(found), statements[len(found) :]
