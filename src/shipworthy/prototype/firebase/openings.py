"""What the rules of Firebase let others do at each path, and the rights that users may give themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from shipworthy.database.private import (
    holds_discount_codes,
    is_always_private,
    is_counted_by_visitors,
    is_private_bucket,
    is_private_record,
)
from shipworthy.database.stated.bans import is_ban
from shipworthy.database.stated.passing import NOT_TOLD, Passing, Who
from shipworthy.database.stated.settled import is_of_money
from shipworthy.finding import Location
from shipworthy.prototype.firebase.expressions import Node
from shipworthy.prototype.firebase.passing import passing
from shipworthy.prototype.firebase.rules import Allowed, Service
from shipworthy.regex import regex


class Opening(Struct, frozen=True):
    """A path with the methods that anybody and that every signed-in user passes, whosever the data is."""

    service: Service
    path: str
    anybody: frozenset[str]
    users: frozenset[str]  # beyond what anybody may
    locations: tuple[Location, ...]

    @property
    def name(self) -> str:
        """The collection, folder or branch that the path is in; "" for all there is."""
        fixed = [s for s in self.path.split("/") if s and s[0] not in "{$"]
        return fixed[-1] if fixed else ""

    @property
    def is_private(self) -> bool:
        """True for what is not shown to strangers by design, told by its name."""
        if self.service is Service.STORAGE:
            return is_private_bucket(self.path)
        return not self.path or is_private_record(snake(self.name))

    @property
    def is_nobody_elses(self) -> bool:
        """True for what is not shown to other users by design either: profiles often are."""
        if self.service is Service.STORAGE:
            return is_private_bucket(self.path)
        return not self.path or is_always_private(snake(self.name))

    @property
    def is_counted(self) -> bool:
        """True for what visitors fill by looking, or by writing to us."""
        return is_counted_by_visitors(snake(self.name))

    @property
    def holds_codes(self) -> bool:
        """True for codes that are worth money to whoever knows them."""
        return self.service is not Service.STORAGE and holds_discount_codes(snake(self.name))

    @property
    def is_of_sales(self) -> bool:
        """True for orders and what is put into them."""
        name = snake(self.name)
        return is_of_money(name) or name in ("cart", "carts")

    @property
    def is_shown_unsaid(self) -> bool:
        """True for files that everybody lists, where no name says that they are meant for everybody."""
        return (
            self.service is Service.STORAGE
            and "list" in self.anybody
            and not _SHOWN.search(self.path)
        )

    @property
    def is_behind_secret(self) -> bool:
        """True for files whose path nobody knows who was not given it."""
        return self.service is Service.STORAGE and bool(_BY_SECRET.search(self.path))


_SHOWN = regex(
    r"image|imagen|img|photo|foto|picture|avatar|logo|banner|cover|public|asset|product|menu|profile|icon|thumb"
    r"|media|galler|video|blog|post|static|\bweb|campaign|listing|template|catalog|recipe|event|theme|font|sticker",
    re.IGNORECASE,
)
_BY_SECRET = regex(r"\{\w*(?:token|secret|code)\w*", re.IGNORECASE)


def snake(name: str) -> str:
    """A name as columns and tables are written: isBlocked as is_blocked."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", name).lower()


class Promotion(Struct, frozen=True):
    """Fields of a document about oneself that decide about rights, and that its owner may write."""

    service: Service
    path: str
    fields: tuple[str, ...]
    locations: tuple[Location, ...]

    @property
    def lifts_bans(self) -> bool:
        """True where the fields only shut their owner out."""
        return all(is_ban(snake(field)) for field in self.fields)


def openings(allowed: Iterable[Allowed], today: date) -> list[Opening]:
    """One for each path; without methods where others do nothing there."""
    by_path: dict[tuple[Service, str], list[Allowed]] = {}
    for rule in allowed:
        by_path.setdefault((rule.service, rule.path), []).append(rule)
    return [_opening(service, path, rules, today) for (service, path), rules in by_path.items()]


def _opening(service: Service, path: str, rules: Sequence[Allowed], today: date) -> Opening:
    passes = [
        (method, rule, _who(rule, method, today)) for rule in rules for method in rule.methods
    ]
    anybody = frozenset(m for m, _, who in passes if who is Who.ANYBODY)
    users = frozenset(m for m, _, who in passes if who is Who.USERS) - anybody
    opened = {rule.location: None for _, rule, who in passes if who >= Who.USERS}
    places = opened or {rule.location: None for rule in rules}
    return Opening(service, path, anybody, users, tuple(places))


def _who(rule: Allowed, method: str, today: date) -> Who:
    found = passing(rule.condition, method, today)
    return (NOT_TOLD if found.part else found).who


def promotions(
    allowed: Sequence[Allowed], today: date, trusted: Iterable[tuple[str, str]] = ()
) -> Iterator[Promotion]:
    """Documents by which rules tell rights, or the server (`trusted`: collections with their fields),
    where each user writes his own as he likes."""
    for service, collection, fields in _asked(allowed, trusted):
        of_it = [a for a in allowed if a.service is service and _own(a.path) == collection]
        found: dict[str, dict[Location, None]] = {}
        for rule in of_it:
            for field in fields:
                if any(
                    _writes(rule, method, field, today) for method in rule.methods & _writing(field)
                ):
                    found.setdefault(field, {})[rule.location] = None
        if found:
            places = tuple(dict.fromkeys(p for ps in found.values() for p in ps))
            yield Promotion(service, of_it[0].path, tuple(sorted(found)), places)


def _writes(rule: Allowed, method: str, field: str, today: date) -> bool:
    """True where the owner of a document writes this field of it, and nothing looks at what he writes."""
    found: Passing = passing(rule.condition, method, today)
    if found.who < Who.OWNERS or found.part:
        return False
    return not any(_looks_at(part, field) for part in _conditions(rule.condition))


def _writing(field: str) -> frozenset[str]:
    """How a field is set: whoever signs up makes his document without a ban."""
    return frozenset({"update"} if is_ban(snake(field)) else {"create", "update"})


def _conditions(node: Node) -> Iterator[Node]:
    """The conditions of which each has to hold; of alternatives, those of the ones without a `get`."""
    if node.kind == "&&":
        for part in node.parts:
            yield from _conditions(part)
    elif node.kind == "||":
        for part in node.parts:
            if not any(word in ("get", "getAfter", "exists", "root.child") for word in part.words):
                yield from _conditions(part)
    else:
        yield node


def _looks_at(node: Node, field: str) -> bool:
    """True where a condition speaks of the field, or of all fields that are written."""
    if node.mentions(field):
        return True
    return any(_FIELDS.search(word) for word in node.words) and not _only_asks_for(node)


_FIELDS = regex(r"\b(?:affectedKeys|changedKeys|diff|keys|hasOnly|size|hasChildren)\b")


def _only_asks_for(node: Node) -> bool:
    """True for `keys().hasAll(['name'])`: others may be there too."""
    return node.text.endswith(".keys.hasAll") or node.text.endswith("hasAll")


_DATA = regex(r"\bdata\.(\w+)")
_DOCUMENT = regex(r"/documents/([\w-]+)/\$\((?:request\.)?auth\.uid\)")
_POWER = regex(
    r"^(?:\w*_)?(?:is)?_?(?:role|roles|admin|super_?admin|moderator|staff|plan|premium|pro|tier|permissions?"
    r"|user_?type|account_?type|level|papel|rol|cargo|tipo|rolle)(?:_?\w+)?$",
    re.IGNORECASE,
)


def _asked(
    allowed: Sequence[Allowed], trusted: Iterable[tuple[str, str]]
) -> Iterator[tuple[Service, str, tuple[str, ...]]]:
    """Collections whose document of the caller is fetched, with the fields of it that give power."""
    found: dict[tuple[Service, str], dict[str, None]] = {}
    for collection, field in sorted(trusted):
        if _POWER.match(field):
            found.setdefault((Service.FIRESTORE, collection), {})[field] = None
    for rule in allowed:
        for node in _nodes(rule.condition):
            paths = [m[1] for part in _nodes(node) for m in _DOCUMENT.finditer(part.text)]
            fields = [f for f in _DATA.findall(node.text) if _POWER.match(f) or is_ban(snake(f))]
            if node.text.startswith(("get", "getAfter")) and len(set(paths)) == 1:
                for field in fields:
                    found.setdefault((Service.FIRESTORE, paths[0]), {})[field] = None
    for (service, collection), names in found.items():
        yield service, collection, tuple(names)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _nodes(part)


def _own(path: str) -> str:
    """The collection of a document that is about one person: users/{userId}."""
    parts = path.split("/")
    return parts[0] if len(parts) == 2 and parts[1].startswith("{") else ""
