"""What rules of Firebase leave open although they ask who somebody is: fields, and documents below others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product

from msgspec import Struct

from shipworthy.database.private import is_always_private, is_private_record
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.bans import is_account, is_ban
from shipworthy.database.stated.passing import Passing, Who
from shipworthy.database.stated.settled import is_money, is_of_money, is_state
from shipworthy.finding import Location
from shipworthy.prototype.firebase.expressions import Node
from shipworthy.prototype.firebase.openings import snake
from shipworthy.prototype.firebase.passing import OWNERS, passing
from shipworthy.prototype.firebase.rules import Allowed, Service
from shipworthy.regex import regex


class LeftOpen(Struct, frozen=True):
    """What is open at a path: `sure`, or a question that rules do not answer; `who` may do it, and
    `what` it is."""

    path: str
    what: str
    who: Who
    sure: bool
    location: Location

    @property
    def by(self) -> str:
        """Who may do it, as a part of a sentence."""
        return _SAID[self.who]


_SAID = {
    Who.ANYBODY: "without signing in, anybody",
    Who.USERS: "whoever signs up",
    Who.OWNERS: "whoever a document is of",
}


def left_open(allowed: Iterable[Allowed], today: date) -> Iterator[LeftOpen]:
    """All that is open in documents of Firestore, rule by rule."""
    for rule in allowed:
        if rule.service is Service.FIRESTORE and rule.path:
            yield from _fields_of_others(rule, today)
            yield from _added_below(rule, today)
            yield from _own_fields(rule, today)


_STOCK = regex(r"(?:^|_)(?:stock|inventory|estoque|existencias)(?:_(?:quantity|count|level))?$")
# What a community counts, and when.
_COUNTED = regex(
    r"like|view|count|vote|comment|share|play|download|rating|review|score|favou?rite|follow|bookmark|reaction"
    r"|^(?:is_)?(?:read|seen)(?:_by)?$|attend|participant|member|total_?(?:raters|users)|(?:_at|_on|_time|timestamp)$"
)


def _fields_of_others(rule: Allowed, today: date) -> Iterator[LeftOpen]:
    """Fields that everybody may change in everybody's documents, where those alone may change."""
    if "update" not in rule.methods:
        return
    for arm in _arms(rule.condition):
        fields = [f for part in arm for f in _limited_to(part)]
        if not fields:
            continue
        rest = [p for p in arm if not _limited_to(p) and not _bounds(p)]
        who = _all(rest, today)
        if who < Who.USERS:
            continue
        worth = [f for f in fields if _is_of_worth(snake(f))]
        other = [f for f in fields if f not in worth and not _COUNTED.search(snake(f))]
        if worth or other:
            what = f"change {', '.join(worth or other)} in all documents of {rule.path}"
            yield LeftOpen(rule.path, what, who, bool(worth), rule.location)


def _is_of_worth(field: str) -> bool:
    return bool(_STOCK.search(field)) or is_money(field) or power_of(field) is Power.AMOUNT


def _added_below(rule: Allowed, today: date) -> Iterator[LeftOpen]:
    """Documents that every user may add below those of others: orders/{orderId}/timeline/{eventId}."""
    *_, above, key, below, last = ("", "", "", "", *rule.path.split("/"))
    if "create" not in rule.methods or not (key.startswith("{") and last.startswith("{")):
        return
    above, below = snake(above), snake(below)
    if not is_private_record(above):
        return
    if passing(rule.condition, "create", today) == Passing(Who.USERS):
        what = f"add to {below} below the {above} of others"
        yield LeftOpen(rule.path, what, Who.USERS, is_always_private(above), rule.location)


def _own_fields(rule: Allowed, today: date) -> Iterator[LeftOpen]:
    """Orders and accounts whose owner writes them, where rules do not look at what others settle."""
    parts = rule.path.split("/")
    name = snake(parts[-2]) if len(parts) > 1 else ""
    methods = rule.methods & {"create", "update"}
    if is_account(name) and len(parts) == 2:
        methods &= {"update"}
    elif not is_of_money(name):
        return
    for method in sorted(methods):
        for arm in _arms(rule.condition):
            found = [passing(part, method, today) for part in arm if not _forbids(part)]
            if min((p.who for p in found), default=Who.ANYBODY) is not OWNERS.who:
                continue
            if any(p.part for p in found) or any(map(_looks_at_all, arm)):
                continue
            named = {snake(f) for part in arm for f in _named(part)}
            if is_of_money(name):
                if not any(is_money(f) or is_state(f) for f in named):
                    what = "write any sum and any state of payment that it holds"
                    yield LeftOpen(rule.path, what, Who.OWNERS, False, rule.location)
                    return
            elif _guards_rights(named) and not any(is_ban(f) or is_state(f) for f in named):
                what = "write every other field of it, also one that shuts him out"
                yield LeftOpen(rule.path, what, Who.OWNERS, False, rule.location)
                return


def _guards_rights(named: Iterable[str]) -> bool:
    return any(power_of(field) in (Power.ROLE, Power.FLAG, Power.PLAN) for field in named)


_MOST_ARMS = 32


def _arms(node: Node) -> list[tuple[Node, ...]]:
    """The alternatives of a condition, each with the conditions that have to hold in it."""
    if node.kind == "||":
        return [arm for part in node.parts for arm in _arms(part)][:_MOST_ARMS]
    if node.kind == "&&":
        one, other = (_arms(part) for part in node.parts)
        return [(*a, *b) for a, b in product(one, other)][:_MOST_ARMS]
    return [(node,)]


def _all(conditions: Iterable[Node], today: date) -> Who:
    """Who passes all of them; what the text does not tell is nobody."""
    found = Passing(Who.ANYBODY)
    for condition in conditions:
        found &= passing(condition, "update", today)
    return Who.SOME if found.part else found.who


def _limited_to(node: Node) -> list[str]:
    """The fields of `diff(resource.data).affectedKeys().hasOnly([...])`."""
    if node.kind != "call" or not node.text.endswith("affectedKeys.hasOnly"):
        return []
    if node.parts[-1].kind != "list":
        return []
    return [part.text[1:-1] for part in node.parts[-1].parts if part.text[:1] in ("'", '"')]


def _bounds(node: Node) -> bool:
    """True for a field that may only grow or only shrink: it may still be taken to the end."""
    if node.kind not in ("<", "<=", ">", ">="):
        return False
    asked = {part.text.removeprefix("request.") for part in node.parts}
    return len(asked) == 1 and next(iter(asked)).startswith("resource.data.")


_OF_ALL = regex(r"\b(?:affectedKeys|changedKeys|keys|hasOnly)\b")


def _looks_at_all(node: Node) -> bool:
    """True where a condition says which fields may be written, not where it forbids some by name."""
    if node.kind == "!":
        return False
    return any(_OF_ALL.search(word) for word in node.words) and not node.text.endswith("hasAll")


def _forbids(node: Node) -> bool:
    """True for `!('role' in request.resource.data)` and `!….hasAny(['role'])`."""
    return node.kind == "!" and any(word.startswith("request.resource") for word in node.words)


_FIELD = regex(r"\bdata\.(\w+)")


def _named(node: Node) -> Iterator[str]:
    """The fields that a condition names: data.role, 'role' in a list."""
    yield from _FIELD.findall(node.text)
    if node.kind == "literal" and node.text[:1] in ("'", '"'):
        yield node.text[1:-1]
    for part in node.parts:
        yield from _named(part)
