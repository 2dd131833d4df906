"""The statements of Python, put into the small language."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import (
    Call,
    Compute,
    Define,
    Do,
    Either,
    Expression,
    Handler,
    If,
    Items,
    Leave,
    Let,
    Literal,
    Loop,
    Member,
    Name,
    Not,
    Return,
    Statement,
    Throw,
    Try,
    With,
)
from shipworthy.prototype.program.python_definitions import annotated, class_of, function
from shipworthy.prototype.program.python_expressions import (
    computed,
    expression,
    line,
    said,
    several,
)
from shipworthy.prototype.program.python_patterns import matched

_LONGEST = 50  # decisions inside one another, which would nest as deep as their number
_CLAUSES = frozenset(
    """block elif_clause else_clause except_clause except_group_clause finally_clause
    case_clause""".split()
)


def block(node: SgNode | None) -> tuple[Statement, ...]:
    """The statements below a node; one of Python can be several, or none, of the small language."""
    found: list[Statement] = []
    if node is not None:
        _nested(node, found)
    return tuple(found)


def _nested(node: SgNode, out: list[Statement]) -> None:
    for child in node.named_children():
        _STATEMENTS.get(child.kind(), _do)(child, out)


def _do(node: SgNode, out: list[Statement]) -> None:
    out.append(Do(expression(node), line(node), node.kind() == "call"))


def _nothing(node: SgNode, out: list[Statement]) -> None:
    pass


def _parts(node: SgNode, out: list[Statement]) -> tuple[list[SgNode], list[SgNode]]:
    """The expressions at the head of a compound statement and its clauses; what the parser did not
    understand stands before it."""
    heads: list[SgNode] = []
    clauses: list[SgNode] = []
    for child in said(node):
        kind = child.kind()
        if kind == "ERROR":
            _nested(child, out)
        else:
            (clauses if kind in _CLAUSES else heads).append(child)
    return heads, clauses


def _let(node: SgNode, out: list[Statement]) -> None:
    targets: list[SgNode] = []
    at, value, typed = line(node), node, None
    while value.kind() == "assignment":  # a = b = c
        left, right, typed = value.field("left"), value.field("right"), value.field("type")
        if left is None or (right is None and typed is None):
            _do(value, out)
            return
        targets.append(left)
        if right is None:
            break
        value = right
    given = annotated(typed) if typed and value.kind() == "assignment" else expression(value)
    for target in reversed(targets):
        lowered = expression(target)
        out.append(Let(lowered, given, at, annotation=typed.text() if typed else ""))
        if isinstance(lowered, (Name, Member)):
            given = lowered  # the value is made once


def _augmented(node: SgNode, out: list[Statement]) -> None:
    left, sign, right = node.field("left"), node.field("operator"), node.field("right")
    if left is None or sign is None or right is None:
        _do(node, out)
        return
    target, at = expression(left), line(node)
    value = computed(sign.text().removesuffix("="), target, expression(right), at)
    out.append(Let(target, value, at))


def _if(node: SgNode, out: list[Statement]) -> None:
    tests, clauses = _parts(node, out)
    then = next((clause for clause in clauses if clause.kind() == "block"), None)
    other: tuple[Statement, ...] = ()
    for clause in reversed(clauses):
        heads, blocks = _parts(clause, out) if clause.kind() != "block" else ([], [])
        body = block(blocks[0] if blocks else None)
        if clause.kind() == "else_clause":
            other = body + other
        elif clause.kind() == "elif_clause":
            at = line(clause)
            other = _decision(If(several(heads, at), body, (), at), other, len(clauses))
    out.append(If(several(tests, line(node)), block(then), other, line(node)))


def _decision(
    decision: If, other: tuple[Statement, ...], alternatives: int
) -> tuple[Statement, ...]:
    """A decision with its alternatives; where they are too many, they stand one after the other."""
    if alternatives > _LONGEST:
        return (decision, *other)
    return (decision._replace(other=other),)


def _match(node: SgNode, out: list[Statement]) -> None:
    heads, clauses = _parts(node, out)
    subject = several(heads, line(node))
    cases = [case for clause in clauses for case in _parts(clause, out)[1]]
    other: tuple[Statement, ...] = ()
    for case in reversed(cases):
        test, body = _case(case, subject, out)
        if test is None:  # such a case is the last in code that runs
            other = (*body, *other)
        else:
            other = _decision(If(test, body, (), line(case)), other, len(cases))
    out.extend(other)


def _case(
    node: SgNode, subject: Expression, out: list[Statement]
) -> tuple[Expression | None, tuple[Statement, ...]]:
    heads, clauses = _parts(node, out)
    at = line(node)
    guards = [guard for head in heads if head.kind() == "if_clause" for guard in said(head)]
    patterns = [head for head in heads if head.kind() != "if_clause"]
    test, names = matched(patterns[0], subject) if patterns else (None, ())
    body = names + tuple(statement for clause in clauses for statement in block(clause))
    if guards:
        guard = several(guards, at)
        test = Either("and", test, guard, at) if test else guard
    return test, body


def _for(node: SgNode, out: list[Statement]) -> None:
    heads, clauses = _parts(node, out)
    bodies = [clause for clause in clauses if clause.kind() == "block"]
    at = line(node)
    target = expression(heads[0]) if len(heads) > 1 else None
    over = several(heads[1 if target else 0 :], at)
    out.append(Loop(target, over, block(bodies[0] if bodies else None), at))
    for clause in clauses:
        if clause.kind() == "else_clause":
            _clause(clause, out)


def _clause(node: SgNode, out: list[Statement]) -> None:
    for clause in _parts(node, out)[1]:
        _nested(clause, out)


def _try(node: SgNode, out: list[Statement]) -> None:
    body: list[Statement] = []
    handlers: list[Handler] = []
    final: list[Statement] = []
    for clause in _parts(node, out)[1]:
        kind = clause.kind()
        if kind == "block":
            _nested(clause, body)
        elif kind == "else_clause":
            _clause(clause, body)
        elif kind == "finally_clause":
            _clause(clause, final)
        else:
            handlers.append(_handler(clause))
    out.append(Try(tuple(body), tuple(handlers), tuple(final), line(node)))


def _handler(node: SgNode) -> Handler:
    body: list[Statement] = []
    heads, clauses = _parts(node, body)
    if len(heads) == 1 and heads[0].kind() == "as_pattern":
        heads = said(heads[0])
    types = heads[0].text() if heads else ""
    name = heads[1].text() if len(heads) > 1 else ""
    for clause in clauses:
        _nested(clause, body)
    return Handler(name, types, tuple(body), line(node))


def _with(node: SgNode, out: list[Statement]) -> None:
    heads, clauses = _parts(node, out)
    items: list[tuple[Expression, Expression | None]] = []
    for item in (item for head in heads for item in said(head)):
        value = item.field("value") or item
        inner = said(value) if value.kind() == "as_pattern" else [value]
        items.append((expression(inner[0]), expression(inner[1]) if len(inner) > 1 else None))
    body = tuple(statement for clause in clauses for statement in block(clause))
    out.append(With(tuple(items), body, line(node)))


def _return(node: SgNode, out: list[Statement]) -> None:
    inner, at = said(node), line(node)
    out.append(Return(several(inner, at) if inner else None, at))


def _raise(node: SgNode, out: list[Statement]) -> None:
    inner, at = [expression(child) for child in said(node)], line(node)
    out.extend(Do(cause, at) for cause in inner[1:] if not isinstance(cause, (Name, Literal)))
    out.append(Throw(inner[0] if inner else None, at))


def _assert(node: SgNode, out: list[Statement]) -> None:
    test, *message = [expression(child) for child in said(node)] or [Literal(None, line(node))]
    at = line(node)
    error = Call(Name("AssertionError", at), tuple(message), (), at, at)
    out.append(If(Not(test, at), (Throw(error, at),), (), at))


def _delete(node: SgNode, out: list[Statement]) -> None:
    lowered, at = [expression(child) for child in said(node)], line(node)
    parts = lowered[0].elements if lowered and isinstance(lowered[0], Items) else lowered
    out.append(Do(Compute("delete", tuple(parts), at), at))


def _statement_of_old(node: SgNode, out: list[Statement]) -> None:
    """`print x` and `exec x` of Python 2 are calls."""
    at, name = line(node), node.kind().partition("_")[0]
    given = tuple(map(expression, said(node)))
    out.append(Do(Call(Name(name, at), given, (), at, node.range().end.line + 1), at))


def _leave(node: SgNode, out: list[Statement]) -> None:
    out.append(Leave(line(node)))


def _define(node: SgNode, out: list[Statement]) -> None:
    out.append(Define(function(node, block(node.field("body")), ()), line(node)))


def _class(node: SgNode, out: list[Statement]) -> None:
    out.append(class_of(node, block(node.field("body")), ()))


def _decorated(node: SgNode, out: list[Statement]) -> None:
    decorators: list[Expression] = []
    for child in said(node):
        body = child.field("body")
        kind = child.kind()
        if kind == "decorator":
            decorators.extend(map(expression, said(child)))
        elif kind == "function_definition":
            defined = function(child, block(body), tuple(decorators))
            out.append(Define(defined, defined.at))
        elif kind == "class_definition":
            out.append(class_of(child, block(body), tuple(decorators)))
        else:
            _STATEMENTS.get(kind, _do)(child, out)


_STATEMENTS: dict[str, Callable[[SgNode, list[Statement]], None]] = {
    "expression_statement": _nested,
    "ERROR": _nested,
    "block": _nested,
    "comment": _nothing,
    "line_continuation": _nothing,
    "pass_statement": _nothing,
    "global_statement": _nothing,
    "nonlocal_statement": _nothing,
    "import_statement": _nothing,
    "import_from_statement": _nothing,
    "future_import_statement": _nothing,
    "type_alias_statement": _nothing,
    "assignment": _let,
    "augmented_assignment": _augmented,
    "if_statement": _if,
    "match_statement": _match,
    "for_statement": _for,
    "while_statement": _for,
    "try_statement": _try,
    "with_statement": _with,
    "return_statement": _return,
    "raise_statement": _raise,
    "assert_statement": _assert,
    "delete_statement": _delete,
    "print_statement": _statement_of_old,
    "exec_statement": _statement_of_old,
    "break_statement": _leave,
    "continue_statement": _leave,
    "function_definition": _define,
    "class_definition": _class,
    "decorated_definition": _decorated,
}
