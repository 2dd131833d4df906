"""Checks of a role that turn away, of all whom they catch, only those who are not signed in."""

from __future__ import annotations

from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.values import Guards
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Do,
    Expression,
    If,
    Member,
    Name,
    Not,
    Return,
    Throw,
)

HALF = "whoever is signed in goes on without the role that is asked for"
"""How a check is put that refuses those alone of whom nothing is known."""


def is_half(statement: If, passed: Guards) -> bool:
    """`if (!user || user.role !== "admin") { if (!user) return refused; }`: somebody without the role is
    not turned away; `passed` is what the outer test proves of those whom it does not catch."""
    if statement.other or not any(guard.check is Check.ROLE for guard in passed):
        return False
    inner = [one for one in statement.then if not isinstance(one, Do)]
    if len(inner) != 1 or not isinstance(inner[0], If) or inner[0].other:
        return False
    asked = _missing(inner[0].test)
    ends = bool(inner[0].then) and isinstance(inner[0].then[-1], (Return, Throw))
    return ends and bool(asked) and any(n.id == asked for n in nodes_in((statement.test,), Name))


def _missing(test: Expression) -> str:
    """The name of whom a test asks whether he is there: `!user`, `!session?.user`; "" for any other."""
    value = test.operand if isinstance(test, Not) else None
    while isinstance(value, Member):
        value = value.object
    return value.id if isinstance(value, Name) else ""
