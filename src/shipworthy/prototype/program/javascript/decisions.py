"""Decisions: if and switch."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.tree import (
    body,
    expression,
    inner,
    line,
    lowers_statement,
    statement,
)
from shipworthy.prototype.program.nodes import (
    Compare,
    Do,
    Either,
    Expression,
    If,
    Leave,
    Literal,
    Statement,
)


@lowers_statement("if_statement")
def _if(node: SgNode, out: list[Statement]) -> None:
    parts, at = inner(node), line(node)
    other: tuple[Statement, ...] = ()
    if parts and parts[-1].kind() == "else_clause":
        otherwise: list[Statement] = []
        for part in inner(parts.pop()):
            if part.kind() == "statement_block":
                otherwise += body(part)
            else:
                statement(part, otherwise)
        other = tuple(otherwise)
    test = expression(parts[0]) if parts else Literal(None, at)
    then: list[Statement] = []
    for part in parts[1:]:
        then += body(part)
    out.append(If(test, tuple(then), other, at))


@lowers_statement("switch_statement")
def _switch(node: SgNode, out: list[Statement]) -> None:
    """A body that falls through to the next case is read as if it ended there."""
    value, cases = node.field("value"), node.field("body")
    subject = expression(value) if value is not None else Literal(None, line(node))
    decided: tuple[Statement, ...] = ()  # what is done where no case matches
    tested: list[If] = []
    test: Expression | None = None
    is_default = False
    for case in inner(cases) if cases is not None else ():
        at, parts = line(case), inner(case)
        if case.kind() == "switch_case" and parts:
            matched = _matches(subject, expression(parts.pop(0)), at)
            test = Either("or", test, matched, at) if test else matched
        elif case.kind() != "switch_case":
            is_default = True
        if not parts:
            continue
        done = _case(parts)
        if is_default:
            decided = done
        elif test is not None:
            tested.append(If(test, done, (), at))
        test, is_default = None, False
    if test is not None:
        tested.append(If(test, (), (), line(node)))
    if not tested:
        out.append(Do(subject, line(node)))
        out += decided
    for each in reversed(tested):
        decided = (each._replace(other=decided),)
    out += decided if tested else ()


def _matches(subject: Expression, case: Expression, at: int) -> Expression:
    if isinstance(subject, Literal) and subject.value is True:  # `switch (true)` asks each case
        return case
    return Compare("==", subject, case, at)


def _case(parts: list[SgNode]) -> tuple[Statement, ...]:
    done: list[Statement] = []
    for part in parts:
        statement(part, done)
    ends = parts[-1].kind() in ("break_statement", "statement_block")
    if ends and done and isinstance(done[-1], Leave):
        done.pop()
    return tuple(done)
