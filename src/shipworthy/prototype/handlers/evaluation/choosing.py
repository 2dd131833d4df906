"""A role that has to be one of a few harmless ones, or else another is taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.comparing.callers import ROLE_KEY
from shipworthy.prototype.handlers.values import Scope, Value, all_origins
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Compare,
    Either,
    Expression,
    Member,
    Name,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_HIGHER = regex(
    r"admin|super|root|owner|staff|manag|moderat|support|employee|operator|system|god|editor|chef|lead|head"
    r"|boss|director|principal|president|librarian|receptionist|doctor|dentist|nurse|teacher|instructor",
    re.IGNORECASE,
)


def is_harmless_role(
    walk: Evaluation, node: Choice, scope: Scope, then: Value, other: Value
) -> bool:
    """True for `["buyer", "seller"].includes(role) ? role : "buyer"`, where all words are spelled out and
    none of them is a role of those who run the place."""
    asked = [o for o in then.origins if o.is_input and ROLE_KEY.search(o.key)]
    if len(then.origins) != 1 or not asked or then.fields is not None or other.text is None:
        return False
    for tested, listed in _listings(node.test):
        words = [v.text or "" for v in walk.value(listed, scope).elements or ()]
        if words and all(words) and not any(map(_HIGHER.search, (*words, other.text))):
            return all_origins(walk.value(tested, scope)) == then.origins
    return False


def _listings(test: Expression) -> list[tuple[Expression, Expression]]:
    """What a test asks for, and the list that it has to be in."""
    match test:
        case Either("and", left, right):
            return [*_listings(left), *_listings(right)]
        case Compare("in", Name() | Member() as tested, listed):
            return [(tested, listed)]
        case Call(Member(listed, "includes" | "has"), (Name() | Member() as tested,)):
            return [(tested, listed)]
    return []
