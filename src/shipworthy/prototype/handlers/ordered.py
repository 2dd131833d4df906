"""Orders whose prices are those that the request names, in a shop that keeps prices of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.handlers.breaches.about import is_his
from shipworthy.prototype.handlers.columns import is_id, is_money, is_stock, plain, words
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.reaching import is_open
from shipworthy.prototype.handlers.sent import COMPARISONS
from shipworthy.prototype.handlers.writes import (
    bounded,
    by_trusted,
    compared,
    for_administrators,
    inputs,
    last_word,
    writes,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_ORDERS = regex(
    r"(^|_)(orders?|bookings?|reservations?|rentals?|purchases?|pedidos?|reservas?)(_?(items?|lines?|details?|products?))?$"
)
_NO_ORDERS = regex(
    r"(work|purchase|sort|service|production|job)_?order|supplier|stock|invoice|expense"
)
_DUE = frozenset("price amount total subtotal cost preco precio valor".split())
_OTHERS = frozenset(
    "discount paid tax tip deposit commission profit shipping delivery refund".split()
)
_PRICES = frozenset("price rate fare preco precio".split())
_GOODS = regex(r"product|menu|dish|meal|item|plate|package|service|produto|producto")
_GOOD_ID = regex(
    r"(^|_)(product|menu|dish|meal|item|plate|package|variant|sku|produto|producto)\w*_id$"
)
_BASKETS = regex(r"^(items|products|cart|lines|line_items|order_items|cart_items|itens|productos)$")
_BUYERS = regex(r"^(user|customer|buyer|client|guest|renter|student|member|passenger)(_?id)?$")
_TOLD = regex(
    r"^((customer|buyer|guest|client|student|billing|shipping|contact|full|first)_?\w*(name|mail|phone|address)"
    r"|e_?mail|phone(_number)?|address|whatsapp|telefone?|correo)$"
)
_CHOSEN_BUYERS = regex(r"^(customer|client|company|partner|dealer)_?id$")
_STAFF = regex(
    r"cashier|waiter|staff|employee|terminal|created_by|server_id|table_(id|number)|sold_by"
)


class Ordered(Struct, frozen=True):
    """A price of the request that an order is stored with, and where the right one stands: a table, or
    with the thing that the request names."""

    column: str
    origin: Origin
    shop: str


def ordered(prototype: Prototype, handler: Handler, effect: Effect) -> Ordered | None:
    """What a buyer decides about the price of his own order; None where the server has looked it up, or
    whoever calls may be the seller."""
    target = plain(effect.target)
    if effect.operation not in ("insert", "upsert") or not _ORDERS.search(target):
        return None
    if _NO_ORDERS.search(target) or by_trusted(effect) or for_administrators(handler, effect):
        return None
    if effect.has(Check.UNCLEAR) or not _by_buyer(handler, effect):
        return None
    due = next(_due(effect), None)
    shop = _shop(prototype, handler) if due else ""
    if due is None or not shop or _computed(prototype, effect.target):
        return None
    return Ordered(due[0], due[1], shop)


def _due(effect: Effect) -> Iterator[tuple[str, Origin]]:
    for column, origins in effect.of("value:"):
        named = words(column)
        if not is_money(column) or not _DUE & set(named) or _OTHERS & set(named):
            continue
        if any(not o.is_input for o in origins):
            continue
        for origin in inputs(origins):
            said = last_word(origin)
            if is_money(said) and not bounded(effect, origin) and not compared(effect, origin):
                yield column, origin


def _by_buyer(handler: Handler, effect: Effect) -> bool:
    """True where strangers order and say who they are, or the order is the caller's own; not for a sale that
    staff enter."""
    mine, opened = False, is_open(handler, effect)
    for write in writes(handler):
        # `if (identity.subject !== args.userId) throw …`
        proven = {a for g in write.guards if g.check is Check.OWNER for a in g.about}
        for column, origins in write.of("value:"):
            named = _CHOSEN_BUYERS.match(plain(column)) and inputs(origins)
            if named or (not opened and _STAFF.search(plain(column))):
                return False  # whoever enters it sells
            by = any(is_his(o) or (opened and o.is_input) or str(o) in proven for o in origins)
            mine |= by and _BUYERS.match(plain(column)) is not None
            mine |= opened and _TOLD.match(plain(column)) is not None
    return mine


def _shop(prototype: Prototype, handler: Handler) -> str:
    """What knows the price of what is named in the request; "" where nothing does, or it was read."""
    shops = {
        plain(table.name): table.name
        for table in prototype.tables
        if any(_PRICES & set(words(c)) for c in table.columns)
        and not _ORDERS.search(plain(table.name))
    }
    read = {
        plain(e.target)
        for e in handler.effects_of(EffectKind.QUERY)
        if e.operation == "select" and (plain(e.target) in shops or _GOODS.search(plain(e.target)))
    }
    if read and not read <= _counted(handler):
        return ""
    for write in writes(handler):
        for column, origins in write.of("value:"):
            if not inputs(origins):
                continue
            if is_id(column) and (found := _of_id(plain(column), shops)):
                return shops[found]
            if _GOOD_ID.search(plain(column)) and any(_due(write)):
                return f"its {plain(column).removesuffix('_id').replace('_', ' ')}"
            if _BASKETS.match(plain(column)) and (goods := list(filter(_GOODS.search, shops))):
                return shops[goods[0]]
    return ""


def _counted(handler: Handler) -> set[str]:
    """Goods that are read to count what is left of them, where nothing is made of their prices."""
    for effect in handler.effects:
        if any(g.how in COMPARISONS and any(map(is_money, g.about)) for g in effect.guards):
            return set()
        priced = (o for name, origins in effect.inputs.items() if is_money(name) for o in origins)
        if any(o.kind == "row" for o in priced):
            return set()
    return {
        plain(write.target)
        for write in writes(handler)
        if write.operation == "update" and any(is_stock(c) for c, _ in write.of("value:"))
    }


def _of_id(column: str, shops: Iterable[str]) -> str:
    """`menu_items` for `menu_item_id` and `item_id`."""
    thing = column.removesuffix("_id")
    several = (thing, f"{thing}s", f"{thing}es", f"{thing[:-1]}ies")
    return next(
        (s for s in shops if s in several or s.endswith(tuple(f"_{n}" for n in several))), ""
    )


def _computed(prototype: Prototype, table: str) -> bool:
    """True where the database itself looks over each new row, and may put the right price in it."""
    trigger = re.compile(
        rf"\bBEFORE\s+INSERT\b[^;]{{0,200}}\bON\s+(?:\"?public\"?\.)?\"?{re.escape(table)}\"?\b",
        re.I,
    )
    return any(
        f.path.endswith(".sql") and trigger.search(f.text or "") for f in prototype.files.values()
    )
