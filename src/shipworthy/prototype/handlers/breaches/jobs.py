"""Jobs that are due anyway: whoever calls chooses nothing about them."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.regex import regex


def is_job(handler: Handler, effect: Effect, kind: Harm) -> bool:
    """True where nothing that the caller sends has a part in it: a job that is due anyway. What is sent to
    the address of one thing is about that one, however the way to its row goes."""
    about_one = handler.route.method in _SENDS and _OF_ONE.search(handler.route.path) is not None
    chosen = effect.is_steered or about_one or _is_shown_beforehand(handler, effect)
    return kind is not Harm.READ and not chosen


def is_told_once(handler: Handler, effect: Effect) -> bool:
    """True for a message of a job that looks whether it was sent before, or notes that it was: however often
    it is started, nobody gets it twice."""
    at = handler.effects.index(effect)
    keyed = any(_ONCE.search(snake(name)) for name, _ in effect.of("value:"))
    sought = any(
        e.operation == "select" and e.target == effect.target and _is_about_a_row(e)
        for e in handler.effects[:at]
    )
    noted = any(
        e.operation == "update" and any(_SENT.search(snake(name)) for name, _ in e.of("value:"))
        for e in handler.effects[at + 1 :]
    )
    return keyed or sought or noted


def _is_about_a_row(effect: Effect) -> bool:
    return any(o.kind == "row" for _, found in effect.of("filter:") for o in found)


_ONCE = regex(r"dedup|idempot|unique_?key")
_SENT = regex(r"(sent|notified|reminded|alerted|processed)(_at|_on)?$")


def _is_shown_beforehand(handler: Handler, effect: Effect) -> bool:
    """True for a row that the page around an action has shown: whoever sends its form has chosen it."""
    if handler.route.kind is not RouteKind.SERVER_ACTION:
        return False
    read = {other.target for other in handler.effects if other.operation in _GIVES_ROWS}
    rows = (o for _, found in effect.of("filter:") for o in found if o.kind == "row")
    return any(o.name and o.name.partition(".")[0] not in read for o in rows)


_GIVES_ROWS = ("select", "insert", "upsert", "rpc")
_SENDS = ("POST", "PUT", "PATCH", "DELETE")
_OF_ONE = regex(r"/(\{[^}]*id\}|:\w*id\b|\[\w*id\]|<(\w+:)?\w*id>)", re.IGNORECASE)
