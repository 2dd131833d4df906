"""What a column or an input holds, as far as its name tells: money, stock, rights, a state."""

from __future__ import annotations

import re
from functools import lru_cache

from shipworthy.regex import regex

_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

_MONEY = frozenset(
    """amount price balance credit credits fee cost payout cents coins points earnings
    budget deposit fare wage salary funds cash wallet revenue commission""".split()
)
_MONEY_AT_THE_END = frozenset("total subtotal value sum charge payment".split())
_BODILY = frozenset(
    """injury recovery stamina health hit skill experience damage story bullet talking data check key
    touch""".split()
)
"""Of what points are no money."""
_HELD = frozenset(
    "balance credits credit coins points wallet funds cash shares gems tokens earnings".split()
)
_ASKED = frozenset("required needed price cost threshold minimum maximum".split())
"""Of points or credits, what something costs: nobody holds them."""
_STOCK = frozenset(
    """stock inventory quantity qty seats spots shares units capacity available remaining
    tickets slots""".split()
)
_NOT_AMOUNTS = frozenset(
    """id ids at date type status currency by name label method ref reference key code url note notes
    description history limit token address hash model provider intent session email format percentage
    percent ratio settings fcm push device apns refresh csrf""".split()
)
_YES_OR_NO = frozenset({"is", "has", "can", "allow", "show", "enable", "enabled"})
_QUOTED = frozenset("price rate fee cost wage salary budget fare value".split())
_RIGHTS = regex(
    r"(^|_)(roles?|is_?(super_?)?(admin|staff|moderator|superuser|verified|approved|premium)|permissions?|privileges?"
    r"|access_?level|user_?type|account_?type|admin|superuser|approved|email_?verified|kyc_?status)$|^verified$"
)
_PLAN = regex(r"(^|_)(plan|tier|subscription_(plan|tier|status)|is_(premium|pro|paid)|premium)$")
_OWNER = regex(
    r"^(user|owner|author|creator|account|tenant|org|organi[sz]ation|company|workspace|team|household|created_by)(_?id)?$"
)
_STATE = regex(r"(^|_)(status|paid|approved|verified|featured|published)(_at|_by)?$")


@lru_cache(maxsize=10_000)  # the same columns are asked about for each effect
def snake(column: str) -> str:
    """A column's name as SQL writes it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower()


def named_columns(asked: str) -> frozenset[str]:
    """The columns that a query asks for by their names alone; none where it asks for more than that."""
    return frozenset(_NAME.findall(asked)) if _NAMES.fullmatch(asked) else frozenset()


_NAME = regex(r"\w+")
_NAMES = regex(r"[\w\s,.]+")


def words(name: str) -> list[str]:
    """The words of a name in snake or camel case, in lower case."""
    return [word.lower() for word in _WORD.findall(name.rpartition(".")[2])]


def plain(name: str) -> str:
    """A name in snake case."""
    return "_".join(words(name))


def is_money(name: str) -> bool:
    """A price, a sum, a balance."""
    found = words(name)
    if _YES_OR_NO.intersection(found[:1]):
        return False
    known = bool(_MONEY.intersection(found)) or bool(_MONEY_AT_THE_END.intersection(found[-1:]))
    return known and not _NOT_AMOUNTS.intersection(found)


def is_held(name: str) -> bool:
    """What somebody has and can spend: a balance, credits, points."""
    found = words(name)
    if _YES_OR_NO.intersection(found[:1]):
        return False
    if (_BODILY | _ASKED).intersection(found):
        return False
    return bool(_HELD.intersection(found)) and not _NOT_AMOUNTS.intersection(found)


def is_stock(name: str) -> bool:
    """What there is a limited number of: stock, seats, tickets."""
    found = words(name)
    if _YES_OR_NO.intersection(found[:1]):
        return False
    return bool(_STOCK.intersection(found)) and not (_NOT_AMOUNTS - {"limit"}).intersection(found)


def is_sum(name: str) -> bool:
    """Money that adds up, unlike a price, which somebody sets."""
    return is_money(name) and not (_QUOTED | _ASKED).intersection(words(name))


def is_right(name: str) -> bool:
    """What somebody may do: a role, a flag of administrators, an approval."""
    return bool(_RIGHTS.search(plain(name))) and not _MONEY.intersection(words(name))


def is_plan(name: str) -> bool:
    """What somebody pays for: a plan, a tier."""
    return bool(_PLAN.search(plain(name)))


def is_owner(name: str) -> bool:
    """Whose a row is."""
    return bool(_OWNER.search(plain(name)))


def is_id(name: str) -> bool:
    """What something is found by."""
    return words(name)[-1:] in (["id"], ["uuid"], ["ids"])


def is_state(name: str) -> bool:
    """How far something has come, which others decide."""
    return bool(_STATE.search(plain(name)))


PEOPLE = regex(
    r"(^|_)(users?|accounts?|customers?|clients?|patients?|members?|employees?|staff|leads?|contacts?|applicants?|applications?"
    r"|candidates?|students?|guests?|tenants?|donors?|volunteers?|subscribers?|attendees?|registrations?|orders?|bookings?"
    r"|reservations?|appointments?|invoices?|payments?|transactions?|messages?|conversations?|tickets?|enquir(y|ies)"
    r"|inquir(y|ies)|medical_records?|prescriptions?|payrolls?|loans?)$"
)
"""Tables that are about persons, as their names tell."""
