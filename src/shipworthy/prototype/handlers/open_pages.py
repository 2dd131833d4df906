"""Pages that show whoever comes what is known of persons: the server has not asked who it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipworthy.finding import Confidence
from shipworthy.prototype.handlers.breaches import Breach, Judged, breaches
from shipworthy.prototype.handlers.breaches.about import GUESTS
from shipworthy.prototype.handlers.columns import PEOPLE, named_columns, snake
from shipworthy.prototype.handlers.entering.page import layouts_around
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.handlers.weight import Harm, revealed
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def open_pages(prototype: Prototype) -> Iterator[tuple[Handler, Judged]]:
    """Each page that shows persons to strangers, once for each query of several pages; a question where
    something in it or around it says that somebody may be asked after all."""
    pages, public = prototype.page_handlers, prototype.settings.intent.public_endpoints
    if not pages:
        return
    ownership, seen = read_ownership(prototype), set[tuple[str, int]]()
    if any(effect.has(*AUTHENTICATES) for page in pages for effect in page.effects):
        ownership = replace(ownership, has_accounts=True, has_logins=True)
    for handler in pages:
        if {handler.name, handler.subject} & public:
            continue
        judged = next((j for j in breaches(handler, ownership) if _is_told(handler, j)), None)
        if judged is None or _place(judged) in seen:
            continue
        texts = _texts_around(prototype, handler)
        if any(map(_sends_away, texts)):
            continue
        seen.add(_place(judged))
        doubtful = any(map(_ASKS.search, texts)) or _is_sent_to_guest(handler, judged.effect)
        yield handler, replace(judged, confidence=Confidence.LOW) if doubtful else judged


def _place(judged: Judged) -> tuple[str, int]:
    return judged.effect.path, judged.effect.line


def _is_told(handler: Handler, judged: Judged) -> bool:
    shown = judged.breach is Breach.OPEN and judged.harm is Harm.READ
    return shown and shows_persons(handler, judged.effect)


def shows_persons(handler: Handler, effect: Effect) -> bool:
    """True for how to reach somebody, what he has paid or is treated for; of whole rows the table tells."""
    if effect.kind is not EffectKind.QUERY:
        return False
    shown = {snake(origin.key.rpartition(".")[2]) for origin in revealed(handler, effect)}
    named = named_columns(effect.literals.get("columns", ""))
    if any(key and _PRIVATE.search(key) for key in shown):
        return True
    if named:
        return "" in shown and any(_PRIVATE.search(snake(c)) for c in named)
    return "" in shown and PEOPLE.search(snake(effect.target)) is not None


_PRIVATE = regex(
    r"^e?mail|_email|phone|mobile|(?<!ip_)(?<!mac_)(?<!web_)address$|street|birth|^dob$|passport|^iban|^ssn|national_id|salary|diagnos"
    r"|medical|allerg|password|emergency_contact"
)


def _texts_around(prototype: Prototype, handler: Handler) -> list[str]:
    """What stands in a page and in the layouts around it."""
    page = handler.location.path
    files = (prototype.files.get(path) for path in (page, *layouts_around(page)))
    return [file.text or "" for file in files if file is not None]


def _sends_away(text: str) -> bool:
    """True for `if (!user) redirect("/login")`."""
    return any(_WHO.search(found[1]) for found in _SENT_AWAY.finditer(text))


_SENT_AWAY = regex(
    r"\bif\s*\(([^;{]{0,400}?)\)\s*(?:\{\s*)?(return\s+)?(await\s+)?(redirect|notFound|unauthorized|forbidden)\(",
    re.IGNORECASE,
)
_WHO = regex(
    r"session|user|auth|admin|role|token|logged|caller|viewer|profile|permission|allowed",
    re.IGNORECASE,
)
_ASKS = regex(
    r"\b(use(Auth|Session|User|CurrentUser)|auth|get_?(Server)?_?(\w*Session|\w*User)|currentUser|verify\w+|require\w+|check\w*"
    r"|ensure\w+|assert\w+|cookies|headers|validateRequest|with\w*Auth\w*)\(|\bredirect\("
    r"|<\w*(Guard|Gate|Protect|Require|SignedIn|Private|RoleBased)\w*"
)


def _is_sent_to_guest(handler: Handler, effect: Effect) -> bool:
    """True for one order or booking by the id in its address, which who has ordered was sent; for one user of
    a public profile; and for an address that only who was sent it knows."""
    if _SECRET_ADDRESS.search(handler.route.path):
        return True
    target = snake(effect.target)
    named = any(o.kind in ("path", "query") for _, found in effect.of("filter:") for o in found)
    return named and (GUESTS.search(target) or _PROFILE.search(target)) is not None


_SECRET_ADDRESS = regex(
    r"\[\w*(code|token|secret|key|hash|share|invite|magic|pin)\w*\]", re.IGNORECASE
)
_PROFILE = regex(r"^(users?|profiles?|user_profiles?|authors?|accounts?|members?)$")
