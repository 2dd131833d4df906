"""Effects that are open because they are meant for everybody, as far as code can say."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.breaches.about import (
    GUESTS,
    INTIMATE,
    LOG,
    is_asked_file,
    leaves_a_record,
    shows_persons,
    writes_out,
)
from shipworthy.prototype.handlers.breaches.invited import says_it_is_open
from shipworthy.prototype.handlers.breaches.power import is_admin
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.ownership import Ownership, plain
from shipworthy.prototype.handlers.paying import is_paid_for
from shipworthy.prototype.handlers.purpose import (
    by_credential,
    by_knowledge,
    connects_whom_it_names,
    what_is_added,
)
from shipworthy.prototype.handlers.standing import is_bypassing, is_of_caller
from shipworthy.prototype.handlers.weight import (
    Harm,
    is_personal,
    revealed,
    writes_at_service,
)
from shipworthy.prototype.handlers.writes import is_told
from shipworthy.regex import regex


def may_be_meant(handler: Handler, effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True where whoever comes may be meant to, or can do no more than ask for what is due anyway."""
    if by_knowledge(effect) or is_paid_for(handler, effect):
        return True
    if says_it_is_open(handler, effect, kind):
        return True
    match kind:
        case Harm.READ if is_asked_file(effect):
            return True
        case Harm.READ if _is_receipt(effect, ownership):
            return True
        case Harm.READ if is_admin(handler) and is_bypassing(effect) and not is_setting(effect):
            return False  # what administrators see of everybody is no page for visitors
        case Harm.READ if writes_out(handler, effect, ownership):
            return False
        case Harm.READ if not shows_persons(handler, effect, ownership):
            return not _is_left_open(handler, effect, ownership)
        case Harm.READ if _IS_SHOWN.search(handler.name):
            return _shows_no_way_to_reach(handler, effect)
        case Harm.ADD if LOG.search(effect.target) or GUESTS.search(effect.target):
            return True
        case Harm.ADD if _LEFT.search(effect.target):
            return True
        case Harm.DELETE if _CART.search(effect.target) and _is_by_the_way(handler, effect):
            return True
        case Harm.CHANGE if GUESTS.search(what_is_added(effect)):
            return True
        case Harm.ADD if _notes_who_may_be_known(effect) and not is_admin(handler):
            return True
        case Harm.CHANGE if _only_repeats(effect) and any(handler.effects_of(EffectKind.PAYMENT)):
            return True  # what the payment provider calls the buyer, or his payment
        case Harm.ADD | Harm.CHANGE | Harm.DELETE if _CACHE.search(effect.target):
            return True  # an answer is kept for the next who asks the same, or is too old
        case Harm.CHANGE if _is_by_the_way(handler, effect):
            return True
        case Harm.ADD if handler.route.method == "GET" and not is_told(effect):
            return True  # a page is looked at: a view is kept, its owner is told
        case Harm.FORWARD if lends_its_key(effect):
            return False
        case Harm.FORWARD if writes_at_service(effect):
            return leaves_a_record(effect)
        case Harm.FORWARD if _LOOKS.search(handler.name) or effect.has(Check.PLATFORM):
            return True  # it asks another service for something: the limits of that answer for it
        case Harm.SEND if _confirms(handler):
            return True
        case Harm.FORWARD if _HOOK.search(f"{effect.target} {_names(effect)}"):
            return True  # the team is told of something
        case Harm.FORWARD if _COUNTS_VISITS.search(effect.target):
            return True  # pages of whoever comes tell it who came
        case Harm.CHANGE | Harm.ADD if connects_whom_it_names(handler, effect):
            return False
        case Harm.CHANGE | Harm.ADD if _SYNC.search(handler.name):
            return _only_repeats(effect) or asks_provider(handler, effect)
        case Harm.SEND if _signs_up(handler):
            return True
    credential = by_credential(handler, effect)
    return bool(credential) and not _is_no_secret(credential, effect, ownership)


def _is_no_secret(credential: str, effect: Effect, ownership: Ownership) -> bool:
    """True for the id of a chat, where the same rows are kept apart by account elsewhere: what belongs to an
    account is not to be had for an id that logs and links tell."""
    kept = ownership.fences(effect.target) and plain(effect.target) not in ownership.of_guests
    return kept and bool(_SESSION.search(credential))


_SESSION = regex(r"(session|visitor)_?id$", re.IGNORECASE)


_CART = regex(r"(^|_)(shopping_?)?(carts?|baskets?)(_?items?)?$", re.IGNORECASE)
_LEFT = regex(
    r"(^|_)(consult(ation)?s?|consultation_?requests?|(support_?)?tickets?|downloads?|demos?|call_?backs?|estimates?|quotes?)$",
    re.IGNORECASE,
)
"""What visitors leave with a company that they ask for something."""


def _notes_who_may_be_known(effect: Effect) -> bool:
    """True for a row that says who has left it where he is signed in, and is taken from guests as well.

    Frameworks of Python always have a caller at hand, so there it says nothing of what was meant.
    """
    return not effect.path.endswith(".py") and any(
        o.kind == "principal" or (o.kind == "row" and any(map(is_of_caller, o.by)))
        for _, origins in effect.of("value:")
        for o in origins
    )


_CACHE = regex(r"(^|_)cached?(_|$)|Cache$", re.IGNORECASE)


def _is_left_open(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for rows of users that anybody may change as well, where people sign in: nobody means that."""
    name = plain(effect.target)
    if not (ownership.has_logins and ownership.of(name) and name in ownership.left_open):
        return False
    return not (_IS_SHOWN.search(handler.name) or by_credential(handler, effect))


def lends_its_key(effect: Effect) -> bool:
    """True where what the caller has sent goes to another function together with the key that passes row
    security: that function takes the request for one of the server's own."""
    key = any(
        o.kind == "environment" and _MASTER_KEY.search(o.name)
        for o in effect.inputs.get("headers", ())
    )
    return key and any(o.is_input for o in effect.inputs.get("body", ()))


_MASTER_KEY = regex(r"SERVICE_ROLE|SERVICE_KEY|SECRET_KEY$", re.IGNORECASE)


def is_setting(effect: Effect) -> bool:
    """True for what a page has to know before anybody signs in: settings, texts, flags."""
    return bool(_SETTINGS.search(effect.target))


_SETTINGS = regex(
    r"setting|config|flag|content|theme|banner|translation|menu|stat|metric|health", re.IGNORECASE
)


_SYNC = regex(r"sync|notif|callback|refresh|poll|reconcile|check-?_?status", re.IGNORECASE)
"""Entry points that bring up to date what another server knows."""


_LOOKS = regex(
    r"search|suggest|look-?up|location|geo|rates?(/|$)|availab|quote|autocomplete|coverage|check|translate|weather|test",
    re.IGNORECASE,
)


_ASIDE = regex(r"cache|track|(^|_)log|increment|usage|count|metric|visit", re.IGNORECASE)


def _is_by_the_way(handler: Handler, effect: Effect) -> bool:
    """True for what follows from a guest's order or from a page that is looked at: stock, a count."""
    if _ASIDE.search(effect.target):
        return True
    sent = any(o.is_input for _, found in effect.of("value:") for o in found)
    if handler.route.method == "GET" and not sent:
        return True
    return not is_admin(handler) and any(
        e.operation in ("insert", "upsert") and GUESTS.search(e.target) for e in handler.effects
    )


def _confirms(handler: Handler) -> bool:
    """True where somebody leaves an order, a booking or a request, of which mails are sent; a log of
    what was sent is none."""
    return any(
        effect.operation == "insert"
        and not _SENT.search(effect.target)
        and any(o.is_input for _, found in effect.of("value:") for o in found)
        for effect in handler.effects_of(EffectKind.QUERY)
    )


_SENT = regex(r"(^|_)(logs?|history)$|Logs?$", re.IGNORECASE)


_IS_SHOWN = regex(
    r"leaderboard|ranking|trending|featured|popular|explore|discover|search|review|testimonial|seo|/shared?(/|$)|embed|widget",
    re.IGNORECASE,
)
"""Entry points that show visitors what there is."""


_COUNTS_VISITS = regex(
    r"graph\.facebook\.com|google-analytics\.com|mixpanel\.com|segment\.(io|com)|posthog\.com|plausible\.io"
    r"|analytics\.tiktok\.com|amplitude\.com"
)
_HOOK = regex(r"slack|discord|n8n|zapier|make\.com|hook|notif|telegram", re.IGNORECASE)


def _names(effect: Effect) -> str:
    """The variables of the environment that an effect uses."""
    return " ".join(
        o.name for found in effect.inputs.values() for o in found if o.kind == "environment"
    )


def _shows_no_way_to_reach(handler: Handler, effect: Effect) -> bool:
    """True where a ranking or a search shows what rows of people hold for everybody: names, counts."""
    if INTIMATE.search(effect.target):
        return False
    if effect.target not in ("users", "profiles"):
        return True
    keys = {origin.key.rpartition(".")[2] for origin in revealed(handler, effect)}
    return bool(keys) and "" not in keys and not any(map(_REACHES.search, keys))


_REACHES = regex(
    r"e?mail|phone|mobile|address|street|birth|(^|_)dob|passport|iban|(^|_)ssn|salary|password|secret|token"
    r"|hash|card|notes?$|message",
    re.IGNORECASE,
)


def _only_repeats(effect: Effect) -> bool:
    """True for a row that is brought up to date with what another server has answered: whoever comes
    decides nothing about what is written."""
    if effect.kind is not EffectKind.QUERY:
        return False
    written: frozenset[Origin] = frozenset().union(*(origins for _, origins in effect.of("value:")))
    return any(o.kind == "answer" for o in written) and not any(o.is_input for o in written)


def asks_provider(handler: Handler, effect: Effect) -> bool:
    """True where another server was asked first, with a key, for the state of what is written."""
    return any(
        e.kind is EffectKind.PAYMENT
        or (e.kind is EffectKind.FETCH and e.operation == "get" and "headers" in e.inputs)
        for e in handler.effects[: handler.effects.index(effect)]
    )


def _signs_up(handler: Handler) -> bool:
    """True where somebody gets an account of the prototype's own: a row with an address and a password."""
    return any(
        effect.operation == "insert"
        and any(re.search("e_?mail", name, re.I) for name, _ in effect.of("value:"))
        and any(re.search("password|passwd", name, re.I) for name, _ in effect.of("value:"))
        for effect in handler.effects_of(EffectKind.QUERY)
    )


def _is_receipt(effect: Effect, ownership: Ownership) -> bool:
    """True for one row that is found by its id: what a guest left, or a page that links lead to."""
    filters = [name for name, _ in effect.of("filter:")]
    by_id = filters in (["id"], ["uuid"]) and effect.client == "service"
    guests = plain(effect.target) in ownership.of_guests and not _is_of_users(effect, ownership)
    return by_id and (guests or not is_personal(effect))


def _is_of_users(effect: Effect, ownership: Ownership) -> bool:
    """True for rows that users are asked for as their own, though another server adds them, as it does with
    the messages that reach a user: no order and no request that its sender comes back to."""
    if GUESTS.search(effect.target) or _LEFT.search(effect.target):
        return False
    return ownership.fences(effect.target)
