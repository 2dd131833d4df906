"""How far something has come, where that is said by those alone who have a role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shipworthy.prototype.handlers.columns import is_state, snake
from shipworthy.prototype.handlers.handler import Check, Effect, Handler
from shipworthy.prototype.handlers.ownership import plain
from shipworthy.prototype.handlers.writes import writes
from shipworthy.regex import regex

Column = tuple[str, str]
"""A table and one of its columns, as `plain` and `snake` write them."""


def settled_by_role(handlers: Iterable[Handler]) -> Mapping[Column, str]:
    """The states of what is asked for or paid that some entry point changes only behind a role, with the
    name of that entry point. How far a task has come, its people say themselves."""
    return {
        (plain(effect.target), snake(column)): handler.name
        for handler in handlers
        for effect in writes(handler)
        if effect.operation == "update"
        and effect.has(Check.ROLE)
        and _ASKED_FOR.search(effect.target)
        for column in _written(effect)
        if is_state(column)
    }


def _written(effect: Effect) -> set[str]:
    named = (name for name in (*effect.inputs, *effect.literals) if name.startswith("value:"))
    return {name.removeprefix("value:") for name in named}


_ASKED_FOR = regex(
    r"loan|borrow|payment|deposit|withdraw|transfer|transaction|refund|payout|claim|invoice|expense|donation|subscription"
    r"|order|booking|reservation|application|request|leave|enrol|registration|submission|verification|kyc|permit|licen[cs]e",
    re.IGNORECASE,
)
"""Tables of what somebody asks for and somebody else grants."""
