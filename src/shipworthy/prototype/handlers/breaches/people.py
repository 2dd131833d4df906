"""People who are shown to strangers beside rows that are there for all."""

from __future__ import annotations

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.knowledge.rows import PEOPLE
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.standing import Caller, caller, in_database
from shipworthy.prototype.handlers.weight import Harm, revealed
from shipworthy.regex import regex


def of_people(handler: Handler, effect: Effect, ownership: Ownership) -> Judged | None:
    """How to reach the people who are shown to strangers beside rows that are there for all:
    `borrower.email`. Whoever offers something may want to be reached; not so who has booked or bought it."""
    taken = [name for name in effect.literals.get(PEOPLE, "").split(",") if name]
    if not taken or not ownership.has_logins or in_database(effect):
        return None
    who = caller(handler, effect)
    keys = {origin.key for origin in revealed(handler, effect)} if who is Caller.ANYBODY else set()
    shown = [name for name in taken if keys & {"", name, name.partition(".")[0]}]
    if not shown:
        return None
    others = [name for name in shown if not _OFFERS.search(snake(name.rpartition(".")[0]))]
    sure = Confidence.MEDIUM if others else Confidence.LOW
    severity = Severity.HIGH if others else Severity.MEDIUM
    named = ", ".join((others or shown)[:2])
    return Judged(Breach.OPEN, effect, Harm.READ, who, severity, sure, named)


_OFFERS = regex(
    r"^(users?|profiles?|accounts?|members?)$|_by$|(^|_|\.)(owner|seller|vendor|host|agent|broker|author|creator"
    r"|organi[sz]er|instructor|teacher|trainer|coach|doctor|landlord|contact"
    r"|compan|shop|store|provider|supplier|employer|recruiter|business|poster|restaurant|venue|location|branch|agency|school)s?(_\w+)?$"
)
"""By what relation whoever put a row there is called, or the house that it belongs to."""
