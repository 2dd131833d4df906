"""What is grave also in an app in which nobody signs in, which may be meant to be open so far."""

from __future__ import annotations

from shipworthy.prototype.handlers.breaches.power import governs, writes_power
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import VECTORS, Effect, EffectKind
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex


def is_grave_anyway(effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True for a row that a stranger names and deletes, for books and rights that he changes and for the
    files of patients: no tool is left open like that on purpose."""
    if effect.kind is not EffectKind.QUERY or effect.literals.get("store") in _PASSING:
        return False
    match kind:
        case Harm.DELETE:
            return _names_the_row(effect) and not _SMALL.search(snake(effect.target))
        case Harm.CHANGE if _names_the_row(effect) and _is_about_money(effect):
            return True
        case Harm.ADD | Harm.CHANGE:
            return governs(effect, ownership) and writes_power(effect, ownership)
        case Harm.READ:
            return _PATIENTS.search(snake(effect.target)) is not None
    return False


def _names_the_row(effect: Effect) -> bool:
    """True where the caller says which row: by its id, or by another row that he has named."""
    return any(
        o.is_input or any(by.is_input for by in o.by)
        for _, found in effect.of("filter:")
        for o in found
    )


def _is_about_money(effect: Effect) -> bool:
    sent = (name for name, found in effect.of("value:") if any(o.is_input for o in found))
    return _BOOKS.search(snake(effect.target)) is not None or any("balance" in n for n in sent)


_PASSING = ("list", VECTORS)
_SMALL = regex(
    r"items?$|photos?(_|$)|images?(_|$)|pictures?(_|$)|tags?$|comments?$|chat|conversation|messages?$|players?$|session|histor|log(s|_entries)?$|cache|draft|te?mp|like|favou?rite|bookmark"
    r"|subscription|device|token|cart|basket|wish_?list|vote|todo|to_do"
)
"""What passes, a part of something, and what whoever has it makes again."""
_BOOKS = regex(
    r"(^|_)(payments?|invoices?|expenses?|ledgers?|transactions?|cash\w*|payrolls?|salar(y|ies)|refunds?|depenses?|ecritures?\w*"
    r"|paiements?|factures?|caisses?|despesas?|pagamentos?|faturas?|gastos?|pagos?|facturas?)(_|$)"
)
_PATIENTS = regex(r"(^|_)(patients?|medical_\w+|prescriptions?|diagnos\w+|health_records?)$")
