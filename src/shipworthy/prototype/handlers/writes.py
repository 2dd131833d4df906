"""Writes of an entry point: what they depend on, which happen together, what bounds their inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipworthy.finding import Severity
from shipworthy.prototype.handlers.columns import is_held, is_money, is_right, is_state
from shipworthy.prototype.handlers.handler import (
    RAISED,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.sent import COMPARISONS, LEFT_FREE, SAME
from shipworthy.regex import regex

KEPT_LIST = "list"
"""What the literal `store` of a query says of one to a list of a module."""
WRITES = frozenset({"insert", "update", "upsert", "delete"})
_TRUSTED = (Check.ROLE, Check.SECRET, Check.SIGNATURE, Check.API_KEY)


def writes(handler: Handler) -> Iterator[Effect]:
    """What an entry point changes in a database, in order, without what only tidies up after failures."""
    return (
        e
        for e in handler.effects_of(EffectKind.QUERY)
        if e.operation in WRITES and not e.after_failure
    )


def stored(handler: Handler) -> Iterator[Effect]:
    """What it changes in a database, without lists in memory: nothing comes between two changes of these."""
    return (e for e in writes(handler) if e.literals.get("store") != KEPT_LIST)


def by_trusted(effect: Effect) -> bool:
    """True where only an administrator or another system comes."""
    return effect.has(*_TRUSTED)


def for_administrators(handler: Handler, effect: Effect) -> bool:
    """True where the address says that administrators come, and a session is needed."""
    return "admin" in handler.name.lower() and effect.has(Check.SESSION, Check.UNCLEAR)


def by_whom(handler: Handler, effect: Effect, severity: Severity) -> Severity:
    """One step less where only administrators come: few, who see what went wrong and can put it right."""
    if not effect.has(Check.ROLE) and not for_administrators(handler, effect):
        return severity
    return Severity(max(severity.value - 1, Severity.LOW.value))


def inputs(origins: Iterable[Origin]) -> list[Origin]:
    """Of these origins those that the caller sends."""
    return sorted(o for o in origins if o.is_input)


def last_word(origin: Origin) -> str:
    """The name of an input itself: "price" of body.items.price."""
    return origin.key.rpartition(".")[2]


def bounded(effect: Effect, origin: Origin) -> bool:
    """True where an input was compared with a number, or is one of known values."""
    return any(
        str(origin) in guard.about
        and (guard.check is Check.ALLOWED or guard.how.startswith("within limits"))
        for guard in effect.guards
    )


def compared(effect: Effect, origin: Origin) -> bool:
    """True where an input was compared with something that the server knows."""
    return any(
        str(origin) in guard.about and guard.check is Check.VALID and guard.how in COMPARISONS
        for guard in effect.guards
    )


def is_same(effect: Effect, origin: Origin) -> bool:
    """True where an input has to be what a row or an answer says."""
    return any(
        str(origin) in guard.about and (guard.how == SAME or guard.check is Check.OWNER)
        for guard in effect.guards
    )


def left_free(effect: Effect, origin: Origin) -> bool:
    """True for what no schema was asked about, and for a field of a class of which it was read that it lets
    every number pass."""
    return origin.name != "parsed" or any(
        guard.how == LEFT_FREE and str(origin) in guard.about and guard.path.endswith(".py")
        for guard in effect.guards
    )


_BASKET = regex(r"cart|basket|wish", re.IGNORECASE)


def reread(effect: Effect, handler: Handler) -> list[str]:
    """The columns of an update that are computed from what was read of them before."""
    if effect.operation not in ("update", "upsert") or _BASKET.search(effect.target):
        return []  # what lies in a basket is counted again at the till
    if not any(
        e.kind is EffectKind.QUERY and e.operation == "select" and e.target == effect.target
        for e in handler.effects
    ):
        return []
    found = [
        (column, origins)
        for column, origins in effect.of("value:")
        # What arrives as it was (`row.area = sent or row.area`) has only been kept.
        if _holds(effect, column, origins)
        and not _holds(effect, column, effect.sent.get(f"value:{column}", frozenset()))
    ]
    merged = [c for c, os in found if any(o.is_input and o.key.rpartition(".")[2] == c for o in os)]
    # `{ ...kept, ...sent }` computes nothing: each column is what was sent, or what it was.
    return [c for c, _ in found if len(merged) < _FEWEST or c not in merged]


def _holds(effect: Effect, column: str, origins: Origins) -> bool:
    """True where the column itself is among what a value comes from."""
    return any(
        o.kind == "row" and o.name == effect.target and o.key.rpartition(".")[2] == column
        for o in origins
    )


_FEWEST = 3
"""The columns that are taken from the row or from the request, before this is a merge of both."""


def raised(effect: Effect) -> frozenset[str]:
    """The columns of a query to which the database itself adds something: `credits = credits + $1`."""
    return frozenset(k.removeprefix(RAISED) for k in effect.literals if k.startswith(RAISED))


_COUNTER = regex(
    r"view|like|click|(?<!ac)(?<!dis)count|download|share|play|vote|impression|last_?seen"
    r"|(^|_)(quer(y|ies)|visits?|requests?|searches)$",
    re.IGNORECASE,
)


def is_counter(effect: Effect) -> bool:
    """True where no more than a number of visits or likes goes up."""
    values = dict(effect.of("value:"))
    names = {*values, *(name[6:] for name in effect.literals if name.startswith("value:"))}
    names |= raised(effect)
    if effect.operation == "upsert":  # the first time, by what it counts for
        names -= {name for name in values if _KEY.search(name)}
    sent = any(o.is_input for name in names for o in values.get(name, ()))
    return bool(names) and not sent and all(map(_COUNTER.search, names))


_KEY = regex(r"(^|_)(id|key|slug|path|page|url)$|Id$")


MANY = 6
"""The entry points that may share a helper before a gap of the helper is told once, at the helper."""


def helper_of(effect: Effect) -> str:
    """The function that an effect stands in, as a subject; "" where that is the entry point itself."""
    return f"{effect.path}#{effect.steps[-1].function}" if effect.steps else ""


_ADDS = regex(
    r"(^|_)(increment|increase|add|credit|grant|award|top_?up|decrement|decrease|deduct|debit|upsert|update|adjust)_",
    re.I,
)


def books(effect: Effect) -> bool:
    """True for a function of the database that changes what somebody holds by an amount."""
    if effect.operation != "rpc" or effect.after_failure or not _ADDS.search(effect.target):
        return False
    return is_held(effect.target) and any(is_money(name) for name, _ in effect.of("argument:"))


def sets_state(effect: Effect) -> bool:
    """True for an update that closes or moves on a row, whatever its state was."""
    if effect.operation != "update" or effect.after_failure:
        return False
    names = [*effect.inputs, *effect.literals]
    written = any(n.startswith("value:") and is_state(n[6:]) for n in names)
    return written and not any(n.startswith("filter:") and is_state(n[7:]) for n in names)


_DEAR = regex(
    r"order|invoice|payment|subscription|transaction|wallet|balance|credit|user|profile|account|role|permission"
    r"|member|booking|appointment|reservation|customer|patient",
    re.IGNORECASE,
)


def is_told(effect: Effect) -> bool:
    """True where something that the caller sends is written."""
    return any(o.is_input for _, found in effect.of("value:") for o in found)


def only_moves_on(effect: Effect) -> bool:
    """True for an update in which the caller names a row and no more: what is written comes from the code,
    a model or the database, and is about no person, no money and no key. It is done again, or too early."""
    if effect.operation != "update" or _DEAR.search(effect.target):
        return False
    columns = [name for name, _ in effect.of("value:")]
    if not columns or is_told(effect):
        return False
    return not any(is_money(c) or is_right(c) or _OPENS.search(c) for c in columns)


_OPENS = regex(r"(access|refresh|auth|oauth|api|bot|id)_?(token|key)$|secret|passw", re.IGNORECASE)
"""Columns with what opens something elsewhere: whose account is used from then on is another's word."""

_CARD = regex(r"card|payment_?method|source|token", re.IGNORECASE)
_AMOUNT = regex(r"^(amount|value|price|total)(_?(cents|in_cents))?$|^transaction_?amount$", re.I)


def charges_card(effect: Effect) -> bool:
    """True for a request to a payment provider that charges an amount to a card at once."""
    if effect.kind is not EffectKind.PAYMENT or effect.operation != "post":
        return False
    names = effect.inputs
    return any(map(_AMOUNT.match, names)) and any(map(_CARD.search, names))


def awaits_payment(effect: Effect) -> bool:
    """True for a subscription that begins once its first invoice is paid, begins with a trial, or is billed
    by invoice: the provider has drawn nothing yet (`payment_behavior: "default_incomplete"`)."""
    return (
        any(name in effect.inputs for name in ("trial_period_days", "trial_end"))
        or effect.literals.get("payment_behavior") == "default_incomplete"
        or effect.literals.get("collection_method") == "send_invoice"
    )


def later(handler: Handler, effect: Effect) -> tuple[Effect, ...]:
    """The effects after this one."""
    return handler.effects[handler.effects.index(effect) + 1 :]


def undone(handler: Handler, effect: Effect) -> bool:
    """True where a later step takes this write back when something fails."""
    for other in later(handler, effect):
        if other.target != effect.target or other.kind is not effect.kind:
            continue
        restores = effect.operation == "delete" and other.operation in ("insert", "upsert")
        if effect.kind is EffectKind.ACCOUNT and "delete" in other.operation.lower():
            return True
        if effect.operation in ("insert", "upsert") and other.operation == "delete":
            return True
        if other.after_failure and (restores or other.operation == effect.operation):
            return True
    return False


def together(one: Effect, other: Effect) -> bool:
    """True for two writes that one call of the entry point makes, outside of a transaction."""
    if one.excludes(other) or (one.atomic and other.atomic):
        return False
    unit = one.literals.get("unit")
    return unit is None or unit != other.literals.get("unit")  # one commit for both
