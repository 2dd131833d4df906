"""How far something has come, where that is said by those alone who have a role."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

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


def blocked_by_role(handlers: Iterable[Handler], accounts: Collection[str]) -> Mapping[Column, str]:
    """The columns of accounts by which administrators let somebody in or keep him out, as above."""
    return {
        (plain(effect.target), snake(column)): handler.name
        for handler in handlers
        for effect in writes(handler)
        if effect.operation == "update"
        and effect.has(Check.ROLE)
        and plain(effect.target) in accounts
        for column in _written(effect)
        if _LETS_IN.match(snake(column))
    }


_LETS_IN = regex(
    r"^(is_)?(active|blocked|banned|suspended|disabled|enabled)$|^(account_|user_)?(status|state)$"
)


def _written(effect: Effect) -> set[str]:
    named = (name for name in (*effect.inputs, *effect.literals) if name.startswith("value:"))
    return {name.removeprefix("value:") for name in named}


_ASKED_FOR = regex(
    r"loan|borrow|payment|deposit|withdraw|transfer|transaction|refund|payout|claim|invoice|expense|donation|subscription"
    r"|order|booking|reservation|application|request|leave|enrol|registration|submission|verification|kyc|permit|licen[cs]e",
    re.IGNORECASE,
)
"""Tables of what somebody asks for and somebody else grants."""
