"""What the caller of an entry point can do without a right to it, and how bad that is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.columns import is_held, is_money
from shipworthy.prototype.handlers.handler import SHARED, Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.knowledge.object_stores import OBJECTS
from shipworthy.prototype.handlers.knowledge.rows import EVERY
from shipworthy.prototype.handlers.knowledge.services import ADDS, COUNTS
from shipworthy.prototype.handlers.ownership import REACHED, Ownership, exports, parents, plain
from shipworthy.prototype.handlers.paying import is_paid_for
from shipworthy.prototype.handlers.purpose import by_credential, by_knowledge, meant_for_anyone
from shipworthy.prototype.handlers.standing import (
    Caller,
    Tie,
    caller,
    in_database,
    is_bypassing,
    is_one_for_all,
    owner_columns,
    steering,
    tie,
)
from shipworthy.prototype.handlers.weight import (
    Harm,
    hands_out_files,
    harm,
    is_catalogue,
    is_personal,
    is_sensitive,
    revealed,
    says_whose,
    writes_at_host,
    writes_at_service,
)
from shipworthy.prototype.handlers.writes import is_told, only_moves_on
from shipworthy.prototype.tables.policies import Reach


class Breach(StrEnum):
    """What is missing before an effect."""

    OPEN = "open"  # nobody asks who calls
    FOREIGN = "foreign"  # rows of others, named by the caller
    ADMIN = "admin"  # what only some may do, open to every user
    HOLLOW = "hollow"  # a check is there and does not hold
    EVERYTHING = "everything"  # rows of all, read or changed with rights past row security


@dataclass(frozen=True, slots=True)
class Judged:
    """One effect that its caller has no right to."""

    breach: Breach
    effect: Effect
    harm: Harm
    caller: Caller
    severity: Severity
    confidence: Confidence
    why: str = ""  # of a check that does not hold
    gated: bool = False  # behind a guard that looks at roles and was not understood


def breaches(handler: Handler, ownership: Ownership) -> list[Judged]:
    """The effects of an entry point that its caller may have without a right to them, worst first."""
    found = [
        judged
        for effect in handler.effects
        if (judged := _judged(handler, effect, ownership)) is not None
        and not _is_transfer(handler, judged)
    ]
    return sorted(found, key=lambda j: (_RANK[j.confidence], -j.severity.value, -_WEIGHT[j.harm]))


_RANK = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}
_WEIGHT = {kind: number for number, kind in enumerate(Harm)}


def _judged(handler: Handler, effect: Effect, ownership: Ownership) -> Judged | None:
    foreign = _of_payer(handler, effect)
    if foreign is not None:
        return foreign
    kind = harm(effect) or _passed_on(effect, ownership)
    if kind is None or meant_for_anyone(handler, effect) or _is_hidden(handler, effect):
        return None
    if effect.after_failure and not any(
        o.is_input for _, found in effect.of("value:") for o in found
    ):
        return None  # it is noted that something went wrong
    if _is_refused_to_all(effect, ownership):
        return None
    who = caller(handler, effect)
    if in_database(effect):
        return _past_policies(handler, effect, kind, who, ownership)
    match who:
        case Caller.ANYBODY | Caller.ANON_KEY:
            return _open(handler, effect, kind, who, ownership)
        case Caller.KNOWN:
            return _beyond(handler, effect, kind, who, ownership)
    return None


def _is_refused_to_all(effect: Effect, ownership: Ownership) -> bool:
    """True for a write that row security keeps for those who sign in at the platform, where nobody does."""
    reach = ownership.policies.reach(effect.target, effect.operation)
    return effect.client == SHARED and reach in (Reach.USERS, Reach.OWNERS)


def _is_hidden(handler: Handler, effect: Effect) -> bool:
    """True for accounts that are looked up and of which no more than an id is told."""
    return _looks_up(effect) and not any(
        origin.name == effect.target and origin.key.rpartition(".")[2] != "id"
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        for origins in answer.inputs.values()
        for origin in origins
        if origin.kind == "row"
    )


def _looks_up(effect: Effect) -> bool:
    return effect.kind is EffectKind.ACCOUNT and effect.operation.lower().startswith(
        ("get", "list")
    )


_PAYERS = ("customer", "payment_method", "default_payment_method", "source")
_DRAWS = re.compile(r"(subscriptions|paymentIntents|charges|invoices)\.create$")


def _of_payer(handler: Handler, effect: Effect) -> Judged | None:
    """Money that is drawn from a stored customer or card, whichever the caller names."""
    if effect.kind is not EffectKind.PAYMENT or not _DRAWS.search(effect.operation):
        return None
    named = [effect.inputs[name] for name in _PAYERS if effect.inputs.get(name)]
    if not named or not all(o.is_input for origins in named for o in origins):
        return None
    if effect.has(Check.ROLE, Check.OWNER, Check.SECRET, Check.SIGNATURE, Check.UNCLEAR):
        return None
    who = caller(handler, effect)
    if who is not Caller.KNOWN or "customer" not in effect.inputs:
        return None
    return Judged(Breach.FOREIGN, effect, Harm.SPEND, who, Severity.HIGH, Confidence.HIGH)


def _passed_on(effect: Effect, ownership: Ownership) -> Harm | None:
    """Another system is told to work on the rows of everybody, one after the other."""
    if effect.kind is not EffectKind.FETCH or effect.operation != "post" or not effect.looped:
        return None
    sent = effect.inputs.get("body", frozenset())
    every = any(o.kind == "row" and not o.by and ownership.of(o.name) for o in sent)
    return Harm.FORWARD if every else None


def _is_transfer(handler: Handler, judged: Judged) -> bool:
    """True where the caller gives something of theirs to somebody: both sides change alike."""
    effect = judged.effect
    return judged.breach is Breach.FOREIGN and any(
        other.kind is effect.kind
        and other.operation == effect.operation == "update"
        and _MONEY.search(effect.target)
        and other.target == effect.target
        and tie(handler, other) is Tie.OWN
        for other in handler.effects
    )


_MONEY = re.compile(r"wallet|balance|credit|point|coin", re.IGNORECASE)


# -- row security decides ---------------------------------------------------------------------


def _past_policies(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """Writes with the rights of the caller that the policies in the repository let pass: then nothing
    stands in the way. Where they do not tell, the controls of the database try it."""
    if effect.kind is not EffectKind.QUERY or kind not in (Harm.ADD, Harm.CHANGE, Harm.DELETE):
        return None
    reach = ownership.policies.reach(effect.target, effect.operation)
    if who in (Caller.ANYBODY, Caller.ANON_KEY):
        return _open(handler, effect, kind, who, ownership) if reach is Reach.ANYBODY else None
    if who is not Caller.KNOWN or reach is Reach.UNCLEAR or effect.has(*_RIGHTS):
        return None
    if _is_admin(handler):
        return _of_admin(handler, effect, kind, who, ownership)
    if reach is Reach.OWNERS:
        return None
    if _governs(effect, ownership):
        return _of_government(effect, kind, who, ownership)
    if tie(handler, effect, by_rows=False) is Tie.NONE:
        return _of_foreign(handler, effect, kind, who, ownership)
    return None


_RIGHTS = (Check.ROLE, Check.SECRET, Check.SIGNATURE, Check.API_KEY, Check.UNCLEAR, Check.REFUSES)


def _governs(effect: Effect, ownership: Ownership) -> bool:
    """True for a table that says what everybody pays or may do, and belongs to no user."""
    return bool(_GOVERNING.search(effect.target)) and ownership.of(effect.target) is not True


_GOVERNING = re.compile(
    r"(^|_)(promo(tion)?s?(_?codes?)?|coupons?|vouchers?|gift_?cards?|discounts?(_\w+)?|pricing(_\w+)?|prices?|rate_?cards?(_\w+)?"
    r"|(subscription_|pricing_)?plans?|roles?|permissions?|role_permissions?|tax_?rates?|shipping_?rates?"
    r"|commissions?(_\w+)?|fees?|fee_settings)$",
    re.IGNORECASE,
)


def _of_government(effect: Effect, kind: Harm, who: Caller, ownership: Ownership) -> Judged | None:
    """What only some may decide, open to every user; a question where nobody has a role at all."""
    if kind not in (Harm.ADD, Harm.CHANGE, Harm.DELETE):
        return None
    severity = Severity.CRITICAL if _writes_power(effect) else Severity.HIGH
    sure = Confidence.HIGH if ownership.has_roles else Confidence.LOW
    return Judged(Breach.ADMIN, effect, kind, who, severity, sure)


# -- nobody asks who calls --------------------------------------------------------------------


def _open(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    if kind in (Harm.ADD, Harm.CHANGE) and (_is_counter(effect) or _counts_calls(effect)):
        return None
    private = _private(effect, revealed(handler, effect), ownership)
    if kind is Harm.READ and not (private or _writes_out(handler, effect, ownership)):
        return None
    if hands_out_files(effect) and handler.route.method not in ("GET", "*", ""):
        return None  # it is read to be worked on
    severity = _severity_open(handler, effect, kind, ownership)
    confidence = Confidence.HIGH
    if kind is Harm.ASK and not ownership.has_accounts:
        return None  # a public assistant: what it costs is asked by the rate limit
    if _may_be_meant(handler, effect, kind, ownership):
        confidence = Confidence.LOW
    elif kind in (Harm.ASK, Harm.FORWARD) and effect.has(Check.RATE):
        confidence = Confidence.LOW  # limited, so meant for many: a proxy, a public assistant
    elif kind is not Harm.RUN and _is_job(effect, kind):
        if kind is Harm.CHANGE and _is_of_all(effect, kind, ownership):
            return Judged(Breach.OPEN, effect, kind, who, Severity.HIGH, confidence)
        if kind is Harm.DELETE and _empties(handler, effect):
            return Judged(Breach.OPEN, effect, kind, who, Severity.HIGH, confidence)
        if kind in (Harm.CHANGE, Harm.DELETE, Harm.READ):
            return None
        if kind is Harm.ADD and not re.search(r"notif|message|mail|queue", effect.target):
            return None
        if not handler.whole or (kind is Harm.FORWARD and not effect.looped):
            confidence = Confidence.LOW
        severity = Severity.MEDIUM
    why = hollow(effect)
    breach = Breach.HOLLOW if why else Breach.OPEN
    if not ownership.has_logins and kind is not Harm.RUN and not _asks_a_cookie(effect):
        severity = min(
            severity, Severity.MEDIUM, key=lambda s: s.value
        )  # a tool that is open to all on purpose so far
    if effect.has(Check.DECODED) and effect.kind is EffectKind.QUERY and not effect.client:
        confidence = Confidence.LOW  # a client of unknown rights: row security may verify the token
    return Judged(breach, effect, kind, who, severity, confidence, why)


def _writes_out(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for an export of rows that all other entry points show only to whoever is signed in."""
    withheld = plain(effect.target) in ownership.withheld and effect.operation == "select"
    return withheld and exports(handler) and bool(revealed(handler, effect))


def _asks_a_cookie(effect: Effect) -> bool:
    """True behind a check that was meant to close: it asks for a cookie, which anybody can write."""
    return any(
        g.check is Check.CLAIMED and any(name.startswith("cookie.") for name in g.about)
        for g in effect.guards
    )


def _may_be_meant(handler: Handler, effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True where whoever comes may be meant to, or can do no more than ask for what is due anyway."""
    if by_knowledge(effect) or is_paid_for(handler, effect):
        return True
    match kind:
        case Harm.READ if _is_asked_file(effect):
            return True
        case Harm.READ if _is_receipt(effect, ownership):
            return True
        case Harm.READ if _is_admin(handler) and is_bypassing(effect) and not _is_setting(effect):
            return False  # what administrators see of everybody is no page for visitors
        case Harm.READ if _writes_out(handler, effect, ownership):
            return False
        case Harm.READ if not _shows_persons(handler, effect, ownership):
            return True
        case Harm.READ if _IS_SHOWN.search(handler.name):
            return _shows_no_way_to_reach(handler, effect)
        case Harm.ADD if _LOG.search(effect.target) or _GUESTS.search(effect.target):
            return True
        case Harm.ADD | Harm.CHANGE if _CACHE.search(effect.target):
            return True  # an answer is kept for the next who asks the same
        case Harm.CHANGE if _is_by_the_way(handler, effect):
            return True
        case Harm.ADD if handler.route.method == "GET" and not is_told(effect):
            return True  # a page is looked at: a view is kept, its owner is told
        case Harm.FORWARD if lends_its_key(effect):
            return False
        case Harm.FORWARD if writes_at_service(effect):
            return _leaves_a_record(effect)
        case Harm.FORWARD if _LOOKS.search(handler.name) or effect.has(Check.PLATFORM):
            return True  # it asks another service for something: the limits of that answer for it
        case Harm.SEND if _confirms(handler):
            return True
        case Harm.FORWARD if _HOOK.search(f"{effect.target} {_names(effect)}"):
            return True  # the team is told of something
        case Harm.CHANGE | Harm.ADD if _SYNC.search(handler.name):
            return _only_repeats(effect) or _asks_provider(handler, effect)
        case Harm.SEND if _signs_up(handler):
            return True
    return bool(by_credential(handler, effect))


_CACHE = re.compile(r"(^|_)cached?(_|$)|Cache$", re.IGNORECASE)


def _is_asked_file(effect: Effect) -> bool:
    """True for a file of a store of objects that the caller names: pages show pictures in this way, and
    whether any file of the bucket is more than that does not stand in the code."""
    path = effect.inputs.get("path", frozenset())
    return effect.literals.get("store") == OBJECTS and all(o.kind != "row" for o in path)


def lends_its_key(effect: Effect) -> bool:
    """True where what the caller has sent goes to another function together with the key that passes row
    security: that function takes the request for one of the server's own."""
    key = any(
        o.kind == "environment" and _MASTER_KEY.search(o.name)
        for o in effect.inputs.get("headers", ())
    )
    return key and any(o.is_input for o in effect.inputs.get("body", ()))


def _leaves_a_record(effect: Effect) -> bool:
    """True for a record of one kind that is added, as a form does, and for a count that goes up."""
    deed = effect.literals.get("deed")
    return deed == COUNTS or (deed == ADDS and "kind" in effect.literals)


def _goes_to_staff(effect: Effect) -> bool:
    """True for a message whose reader the code or the database names, whatever the caller writes into it."""
    named = [
        effect.inputs[name] for name in ("to", "recipient", "recipients") if name in effect.inputs
    ]
    return bool(named) and not any(o.is_input for found in named for o in found)


_MASTER_KEY = re.compile(r"SERVICE_ROLE|SERVICE_KEY|SECRET_KEY$", re.IGNORECASE)


def _is_setting(effect: Effect) -> bool:
    """True for what a page has to know before anybody signs in: settings, texts, flags."""
    return bool(_SETTINGS.search(effect.target))


_SETTINGS = re.compile(
    r"setting|config|flag|content|theme|banner|translation|menu|stat|metric|health", re.IGNORECASE
)


_SYNC = re.compile(r"sync|notif|callback|refresh|poll|reconcile", re.IGNORECASE)
"""Entry points that bring up to date what another server knows."""


_GUESTS = re.compile(
    r"(^|_)(guest_?)?(orders?|bookings?|reservations?|appointments?|carts?|cart_?items?|order_?items?|checkouts?|registrations?|rsvps?)$",
    re.IGNORECASE,
)
"""What guests leave without an account."""
_LOOKS = re.compile(
    r"search|suggest|look-?up|location|geo|rates?(/|$)|availab|quote|autocomplete|coverage|check|translate|weather|test",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"cache|track|(^|_)log|increment|usage|count|metric|visit", re.IGNORECASE)


def _is_by_the_way(handler: Handler, effect: Effect) -> bool:
    """True for what follows from a guest's order or from a page that is looked at: stock, a count."""
    if _ASIDE.search(effect.target):
        return True
    sent = any(o.is_input for _, found in effect.of("value:") for o in found)
    if handler.route.method == "GET" and not sent:
        return True
    return not _is_admin(handler) and any(
        e.operation == "insert" and _GUESTS.search(e.target) for e in handler.effects
    )


def _confirms(handler: Handler) -> bool:
    """True where somebody leaves an order, a booking or a request, of which mails are sent."""
    return any(
        effect.operation == "insert"
        and any(o.is_input for _, found in effect.of("value:") for o in found)
        for effect in handler.effects_of(EffectKind.QUERY)
    )


_IS_SHOWN = re.compile(
    r"leaderboard|ranking|trending|featured|popular|explore|discover|search|review|testimonial|seo|/shared?(/|$)|embed|widget",
    re.IGNORECASE,
)
"""Entry points that show visitors what there is."""
_HOOK = re.compile(r"slack|discord|n8n|zapier|make\.com|hook|notif|telegram", re.IGNORECASE)
_COUNTER = re.compile(
    r"view|like|click|count|download|share|play|vote|impression|last_?seen", re.IGNORECASE
)


def _names(effect: Effect) -> str:
    """The variables of the environment that an effect uses."""
    return " ".join(
        o.name for found in effect.inputs.values() for o in found if o.kind == "environment"
    )


def _counts_calls(effect: Effect) -> bool:
    """True for what a limiter of the prototype's own notes of a call: whose it was, how many there were."""
    sent = (o for _, origins in effect.of("value:") for o in origins if o.is_input)
    return bool(_LIMITER.search(plain(effect.target))) and all(o.kind == "header" for o in sent)


_LIMITER = re.compile(r"ratelimit|throttl|attempt$|requestcount|requestlog$|iplog$")


def _is_counter(effect: Effect) -> bool:
    """True where no more than a number of visits or likes goes up."""
    values = dict(effect.of("value:"))
    names = {*values, *(name[6:] for name in effect.literals if name.startswith("value:"))}
    sent = any(o.is_input for origins in values.values() for o in origins)
    return bool(names) and not sent and all(map(_COUNTER.search, names))


def _shows_no_way_to_reach(handler: Handler, effect: Effect) -> bool:
    """True where a ranking or a search shows what rows of people hold for everybody: names, counts."""
    if _INTIMATE.search(effect.target):
        return False
    if effect.target not in ("users", "profiles"):
        return True
    keys = {origin.key.rpartition(".")[2] for origin in revealed(handler, effect)}
    return bool(keys) and "" not in keys and not any(map(_REACHES.search, keys))


_REACHES = re.compile(
    r"e?mail|phone|mobile|address|street|birth|(^|_)dob|passport|iban|(^|_)ssn|salary|password|secret|token"
    r"|hash|card|notes?$|message",
    re.IGNORECASE,
)
_ITS_NAME = re.compile(r"^(first|last|full|user|display|nick)?_?name$", re.IGNORECASE)


def _shows_persons(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True where what is shown says who somebody is, how to reach him, or what he has written or paid."""
    if effect.kind is not EffectKind.QUERY:
        return True
    asked = effect.literals.get("columns", "")
    keys = {origin.key.rpartition(".")[2] for origin in revealed(handler, effect)}
    if re.fullmatch(r"[\w\s,.]+", asked):
        keys = set(re.split(r"[\s,.]+", asked))
    if keys and "" not in keys:
        named = (
            _ACCOUNTS.search(effect.target) is not None
        )  # what users are called, they tell others
        return any(_OF_PERSONS.search(key) and not (named and _ITS_NAME.match(key)) for key in keys)
    name = plain(effect.target)
    if name in ownership.known and not _INTIMATE.search(effect.target):
        return name in ownership.personal
    return _PII.search(effect.target) is not None


_ACCOUNTS = re.compile(r"^(users?|(user_?)?profiles?|authors?|players?|creators?)$", re.IGNORECASE)
_INTIMATE = re.compile(
    r"message|conversation|ticket|notification|audit|medical|health|payment|transaction|salary|bank|invoice|credential|secret",
    re.IGNORECASE,
)
_OF_PERSONS = re.compile(
    r"^e?mail|_email|phone|mobile|address|street|birth|(^|_)dob|passport|iban|(^|_)ssn|salary|balance|password|secret|token"
    r"|(first|last|full|user|customer|client|patient|contact)_?name|diagnos|medical|message|content|amount|total|notes?$",
    re.IGNORECASE,
)


def _only_repeats(effect: Effect) -> bool:
    """True for a row that is brought up to date with what another server has answered: whoever comes
    decides nothing about what is written."""
    if effect.kind is not EffectKind.QUERY:
        return False
    written: frozenset[Origin] = frozenset().union(*(origins for _, origins in effect.of("value:")))
    return any(o.kind == "answer" for o in written) and not any(o.is_input for o in written)


def _asks_provider(handler: Handler, effect: Effect) -> bool:
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
    guests = plain(effect.target) in ownership.of_guests
    return by_id and (guests or not is_personal(effect))


def hollow(effect: Effect) -> str:
    """Why the check before an effect does not hold; "" where there is none."""
    if effect.has(Check.DECODED):
        return "the token is read and never verified"
    return min((g.how for g in effect.guards if g.check is Check.HOLLOW), default="")


def _is_job(effect: Effect, kind: Harm) -> bool:
    """True where nothing that the caller sends has a part in it: a job that is due anyway."""
    return kind is not Harm.READ and not effect.is_steered


def _empties(handler: Handler, effect: Effect) -> bool:
    """True for a statement that deletes every row of a table which nothing fills anew."""
    return (
        effect.literals.get("rows") == EVERY
        and not _PASSING.search(effect.target)
        and not any(
            other.target == effect.target and other.operation in ("insert", "upsert")
            for other in handler.effects
        )
    )


_PASSING = re.compile(r"log|cache|session|token|queue|event|view|visit|te?mp|staging", re.I)


_POWER = re.compile(
    r"^(user_?)?(roles?|permissions?|is_?(super_?)?admin|is_?superuser|access_?level)$",
    re.IGNORECASE,
)
_PII = re.compile(
    r"user|profile|customer|client|member|patient|employee|contact|lead|applicant|candidate|order|invoice|payment"
    r"|transaction|message|conversation|chat|ticket|email|(?<!ip_)(?<!ip)address|medical|health|salary|bank|card|session|token|secret"
    r"|credential|api_?key|password|audit|document|booking|appointment|wallet|notification|famil",
    re.IGNORECASE,
)


def _severity_open(handler: Handler, effect: Effect, kind: Harm, ownership: Ownership) -> Severity:
    match kind:
        case Harm.ACCOUNT if _looks_up(effect):
            return Severity.HIGH
        case Harm.ACCOUNT | Harm.RUN:
            return Severity.CRITICAL
        case Harm.SPEND:
            return Severity.HIGH
        case Harm.FORWARD:
            lends = lends_its_key(effect) and not _goes_to_staff(effect)
            rules = writes_at_service(effect) and not _leaves_a_record(effect)
            return Severity.HIGH if lends or rules or writes_at_host(effect) else Severity.MEDIUM
        case Harm.SEND:
            return _severity_of_mail(effect)
        case Harm.ASK:
            return Severity.MEDIUM
        case Harm.READ if hands_out_files(effect):
            return Severity.HIGH
        case Harm.READ:
            named = _PII.search(effect.target) or _says_who_is_born_when(effect)
            grave = named and _shows_persons(handler, effect, ownership)
            return Severity.HIGH if grave else Severity.MEDIUM
        case Harm.ADD if _governs(effect, ownership):
            return max(Severity.HIGH, _severity_of_addition(effect), key=lambda s: s.value)
        case Harm.ADD:
            return _severity_of_addition(effect)
    if _writes_power(effect):
        return Severity.CRITICAL
    if kind is Harm.CHANGE and not (
        _is_admin(handler) or _PII.search(effect.target) or ownership.of(effect.target)
    ):
        return Severity.MEDIUM
    if kind is Harm.CHANGE and only_moves_on(effect):
        return Severity.MEDIUM
    return Severity.MEDIUM if _SOON_MADE_AGAIN.search(effect.target) else Severity.HIGH


_SOON_MADE_AGAIN = re.compile(
    r"(carts?|cart_?items?|baskets?|basket_?items?|wish_?lists?|favou?rites?|bookmarks?|likes?|push_?subscriptions?"
    r"|(push|device)_?tokens?|drafts?)$|(^|_)te?mp(orary)?_",
    re.IGNORECASE,
)
"""What its owner has again with a few clicks."""


def _severity_of_mail(effect: Effect) -> Severity:
    to = any(
        o.is_input
        for name in ("to", "personalizations", "chat_id", "phone")
        for o in effect.inputs.get(name, ())
    )
    said = any(
        o.is_input
        for name in ("subject", "html", "text", "body", "message", "content")
        for o in effect.inputs.get(name, ())
    )
    to_all = effect.operation == "push" and effect.looped  # whoever has subscribed
    return Severity.HIGH if (to or to_all) and said else Severity.MEDIUM


def _severity_of_addition(effect: Effect) -> Severity:
    if _writes_power(effect):
        return Severity.CRITICAL
    if effect.kind is EffectKind.STORAGE:
        return Severity.MEDIUM
    named = any(
        owner_columns((name,)) and any(o.is_input for o in origins)
        for name, origins in effect.of("value:")
    )
    return Severity.HIGH if named else Severity.MEDIUM


def _writes_power(effect: Effect) -> bool:
    if harm(effect) is Harm.READ:
        return False
    if re.search(r"(^|_)(user_?)?(roles?|permissions?|admins?)$", effect.target, re.IGNORECASE):
        return not _names_posts(effect)
    return any(
        _POWER.search(name) and any(o.is_input for o in origins)
        for name, origins in effect.of("value:")
        if "role" not in name.lower() or not effect.target or _HOLDERS.search(effect.target)
    )


def _names_posts(effect: Effect) -> bool:
    """True for a list of roles that ties none to a person or a right: the names of posts in a company."""
    columns = [name for name, _ in effect.of("value:")]
    if not columns or not re.fullmatch(r"roles?", effect.target, re.IGNORECASE):
        return False
    return not any(_TIES.search(name) or name == "value:*" for name in columns)


_TIES = re.compile(
    r"user|account|profile|member|employee|permission|right|scope|level|admin|access|role", re.I
)
_HOLDERS = re.compile(
    r"user|profile|account|member|role|staff|team|employee|admin|invit|access|person|people",
    re.IGNORECASE,
)
"""Tables in which a role is what somebody may do, not his part in a play or in a talk with a model."""


# -- a known caller goes beyond what is theirs ------------------------------------------------


_ADMIN = re.compile(
    r"(^|[/_-])(super-?)?(admin|backoffice|back-office|moderation|internal|superuser)([/_-]|$)",
    re.I,
)
_OWN_ADMIN = re.compile(
    r"(admin-?check|is-?admin|check-?admin|admin/(me|session|login|verify))", re.I
)


def _beyond(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    written = _written_by_users(effect)
    if written:
        why = f"{written} is what users write themselves"
        return Judged(Breach.HOLLOW, effect, kind, who, Severity.CRITICAL, Confidence.HIGH, why)
    bond = tie(handler, effect)
    if bond in (Tie.ROLE, Tie.MACHINE, Tie.UNCLEAR, Tie.OWN):
        return None
    if _is_admin(handler) and not _asks_for_right(handler, effect):
        return _of_admin(handler, effect, kind, who, ownership)
    if _governs(effect, ownership) and not effect.has(Check.OWNER, Check.REFUSES, Check.API_KEY):
        return _of_government(effect, kind, who, ownership)
    if bond is Tie.NONE:
        return _of_foreign(handler, effect, kind, who, ownership)
    if bond is Tie.UNSTEERED and is_bypassing(effect):
        if kind is Harm.ADD:
            return _of_child(effect, kind, who, ownership)
        return _of_everything(handler, effect, kind, who, ownership)
    return None


def _of_child(effect: Effect, kind: Harm, who: Caller, ownership: Ownership) -> Judged | None:
    """A row that is hung on somebody's row, which the caller names and nobody compares with him."""
    values = dict(effect.of("value:"))
    if effect.kind is not EffectKind.QUERY or effect.has(Check.OWNER):
        return None
    if any(_is_his(origin) for origins in values.values() for origin in origins):
        return None  # it says who wrote it: a comment, an order, a message
    hung = any(
        parents((column,)) & ownership.owned and any(o.is_input for o in origins)
        for column, origins in values.items()
    )
    if not hung or not ownership.of(effect.target):
        return None
    severity = Severity.HIGH if _is_grave(effect, kind) else Severity.MEDIUM
    sure = Confidence.LOW if is_one_for_all(effect) else Confidence.HIGH
    return Judged(Breach.FOREIGN, effect, kind, who, severity, sure)


def _is_his(origin: Origin) -> bool:
    return origin.kind == "principal" or any(by.kind == "principal" for by in origin.by)


def _written_by_users(effect: Effect) -> str:
    """A role or tenant taken from the part of an account that its user edits; "" for none."""
    if in_database(effect) or harm(effect) is Harm.READ:
        return ""
    for name, origins in effect.of("value:"):
        if _POWER.search(name) or _TENANT.search(name):
            for origin in origins:
                if origin.kind == "principal" and re.search(
                    "user_?metadata|unsafe_?metadata", origin.key, re.I
                ):
                    return origin.key
    return ""


_TENANT = re.compile(
    r"(tenant|org|organi[sz]ation|company|workspace|church|school|clinic)_?id$", re.I
)


def _is_admin(handler: Handler) -> bool:
    where = handler.route.path if handler.route.path else handler.name
    return bool(_ADMIN.search(where)) and not _OWN_ADMIN.search(where)


def _asks_for_right(handler: Handler, effect: Effect) -> bool:
    """True where some row of the caller, or an unclear check, may say more than we can follow."""
    del handler
    return effect.has(Check.ROLE, Check.UNCLEAR, Check.OWNER)


def _of_admin(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    if kind is Harm.READ and not _private(effect, revealed(handler, effect), ownership):
        return None
    if kind in (Harm.ACCOUNT, Harm.RUN) or _writes_power(effect):
        severity = Severity.CRITICAL
    elif kind in (Harm.ADD, Harm.CHANGE) and not effect.is_steered:
        severity = Severity.MEDIUM  # whoever calls can do no more than have it done once more
    else:
        severity = Severity.HIGH
    # Where nothing anywhere asks for a role, whoever is signed in may be the one administrator.
    known = ownership.has_roles or severity is Severity.CRITICAL
    sure = Confidence.HIGH if known and not _of_staff(effect) else Confidence.LOW
    return Judged(Breach.ADMIN, effect, kind, who, severity, sure)


def _of_staff(effect: Effect) -> bool:
    """True where the session is one of staff: `getAdminUser()`, a row of admin_sessions."""
    return any(
        g.check in (Check.SESSION, Check.OWNER)
        and (_STAFF.search(g.how) or _STAFF_FILE.search(g.path))
        for g in effect.guards
    )


_STAFF = re.compile(r"admin|staff|back_?office|operator", re.IGNORECASE)
_STAFF_FILE = re.compile(
    r"(admin|staff)[-_.]?(auth|session|guard|user)|auth[-_./](admin|staff)", re.I
)


def _of_foreign(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    if kind in (Harm.SEND, Harm.ASK, Harm.FORWARD, Harm.RUN, Harm.SPEND):
        return None  # what is sent and asked is no row of anybody; other controls look at it
    if kind is Harm.ACCOUNT:
        looked = _looks_up(effect) or (
            effect.operation == "generateLink" and not _shows_account(handler)
        )
        severity = Severity.MEDIUM if looked else Severity.CRITICAL
        sure = Confidence.LOW if _refuses_before(handler, effect) else Confidence.HIGH
        return Judged(Breach.ADMIN, effect, kind, who, severity, sure)
    confidence = Confidence.HIGH
    if effect.kind is EffectKind.QUERY:
        belongs = _belongs(effect, ownership)
        shared = is_one_for_all(effect) and not _is_fenced(effect, ownership)
        if (belongs is not True or shared) and not _names_account(effect, kind, ownership):
            confidence = (
                Confidence.LOW
            )  # what whoever is signed in may do is for the business to say
        if not _by_identity(handler, effect) or (kind is Harm.READ and _is_repeat(effect)):
            return None
        if kind is Harm.READ and not any(
            is_sensitive(o, effect) for o in revealed(handler, effect)
        ):
            return None
    if kind is Harm.ADD and effect.kind is EffectKind.STORAGE:
        return None
    if hands_out_files(effect):
        confidence = Confidence.LOW  # whose a file is may be in its name
    if effect.operation in ("insert", "upsert") and not _moves_into(effect, ownership):
        confidence = Confidence.LOW
    if _acts_himself(handler, effect):
        return None
    if any(g.check is Check.REFUSES and g.about & steering(effect, handler) for g in effect.guards):
        confidence = Confidence.LOW  # who acts on what is not his is asked for more
    if _of_staff(effect) or (kind is Harm.READ and _is_asked_file(effect)):
        confidence = Confidence.LOW
    told = plain(effect.target) in ownership.accounts and kind is not Harm.ADD
    grave = (told or _is_grave(effect, kind)) and not _is_by_address(handler, effect)
    severity = Severity.HIGH if grave else Severity.MEDIUM
    if _writes_power(effect) and not _of_staff(effect):
        severity = Severity.CRITICAL
        # Who may do what is nobody's to say who merely has an account, unless some are turned away.
        confidence = Confidence.LOW if effect.has(Check.REFUSES) else Confidence.HIGH
    return Judged(Breach.FOREIGN, effect, kind, who, severity, confidence)


def _names_account(effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True where whoever comes gets an account, and the caller says whose account, or what of whom, is read
    or changed: those who signed up by themselves are no team."""
    if not ownership.joined or effect.operation in ("insert", "upsert"):
        return False
    name = plain(effect.target)
    for column, origins in effect.of("filter:"):
        if not any(o.is_input for o in origins):
            continue
        if name in ownership.accounts and _IS_WHO.match(_snake(column).lower()):
            return kind in (Harm.CHANGE, Harm.DELETE)
        if _whose(column) & ownership.accounts:
            return kind is not Harm.READ or _is_grave(effect, kind)
    return False


_IS_WHO = re.compile(r"id$|uuid$|e_?mail$|user_?name$|phone$")


def _whose(column: str) -> set[str]:
    """The table whose row a column names, by id or by address: `participant_email` names a participant."""
    return parents((re.sub(r"_e?mail$", "_id", _snake(column).lower()),))


def _shows_account(handler: Handler) -> bool:
    """True where something of an account, as the link that was made for it, is answered."""
    return any(
        origin.kind == "row" and origin.name == "auth.users"
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        for origins in answer.inputs.values()
        for origin in origins
    )


def _is_by_address(handler: Handler, effect: Effect) -> bool:
    """True for a stored file that the caller names by its whole address (`del(body.blobUrl)`), which
    holds a part that nobody guesses: it takes somebody who was shown it. So does a key of S3."""
    asked = steering(effect, handler)
    if effect.literals.get("store") == OBJECTS:
        return True
    return effect.kind is EffectKind.STORAGE and bool(asked) and all(map(_ADDRESS.search, asked))


_ADDRESS = re.compile(r"ur[li]s?$", re.IGNORECASE)


def _moves_into(effect: Effect, ownership: Ownership) -> bool:
    """True for a row that is put into somebody's organisation, or among his people, as the caller says."""
    if _LOG.search(effect.target) or "notification" in effect.target.lower():
        return False
    return _is_grave(effect, Harm.ADD) or (
        _is_fenced(effect, ownership)
        and any(
            _TENANT.search(_snake(name)) and any(o.is_input for o in origins)
            for name, origins in effect.of("value:")
        )
    )


_LOG = re.compile(
    r"(^|_)(logs?|events?|errors?|history|activit(y|ies)|views?|visits?)$|(Log|Activity|View|Visit)$"
    r"|notification_?logs?$",
    re.I,
)


def _acts_himself(handler: Handler, effect: Effect) -> bool:
    """True where the caller's own act on a thing that all share is kept beside: a vote, a like, a report."""
    asked = {o for _, origins in effect.of("filter:") for o in origins if o.is_input}
    return effect.operation == "update" and any(
        other.operation in ("insert", "upsert")
        and other.target != effect.target
        and any(_is_his(o) for _, origins in other.of("value:") for o in origins)
        and any(o in asked for _, origins in other.of("value:") for o in origins)
        for other in handler.effects_of(EffectKind.QUERY)
    )


def _is_fenced(effect: Effect, ownership: Ownership) -> bool:
    return effect.operation == "rpc" or ownership.fences(effect.target)


def _belongs(effect: Effect, ownership: Ownership) -> bool | None:
    """Whether rows are somebody's; what a function of the database reads, by what it is asked for."""
    if effect.operation == "rpc":
        asked = parents(name for name, origins in effect.of("argument:") if origins)
        return True if asked & ownership.owned else None
    return ownership.of(effect.target)


def _refuses_before(handler: Handler, effect: Effect) -> bool:
    """True where some who are known get a 403 first: a right was asked for, in a way of its own."""
    before = handler.effects[: handler.effects.index(effect)]
    return any(e.literals.get("status") == "403" for e in before)


_IDENTITY = re.compile(
    r"(^|_)(id|ids|uuid|slug|email|key|phone|user|tenant|org|owner|number|ref|path|code|username)$",
    re.I,
)


def _is_repeat(effect: Effect) -> bool:
    """True for what is found by the key of an earlier request, which nobody else knows."""
    return any("idempot" in name.lower() and origins for name, origins in effect.of("filter:"))


def _by_identity(handler: Handler, effect: Effect) -> bool:
    """True where the caller names a row or its owner, rather than a category or a state."""
    if effect.operation in ("insert", "upsert"):
        return True
    return any(
        bool(steering(effect, handler))
        and any(o.is_input or o.by for o in origins)
        and (_IDENTITY.search(_snake(name)) is not None or owner_columns((name,)))
        for prefix in ("filter:", "argument:")
        for name, origins in effect.of(prefix)
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _is_grave(effect: Effect, kind: Harm) -> bool:
    if kind is Harm.ADD:
        return bool(re.search(r"famil|member|user|role|invit", effect.target, re.I))
    if effect.kind is EffectKind.STORAGE:
        return True
    return bool(_PII.search(effect.target))


def _of_everything(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    if kind in (Harm.CHANGE, Harm.DELETE) and _is_of_all(effect, kind, ownership):
        severity = Severity.HIGH
        due = is_one_for_all(effect) or _DUE.search(handler.name)
        sure = Confidence.LOW if due else Confidence.HIGH
        return Judged(Breach.EVERYTHING, effect, kind, who, severity, sure)
    if kind is not Harm.READ or effect.kind is not EffectKind.QUERY:
        return None
    shown = revealed(handler, effect)
    if not _private(effect, shown, ownership) or ownership.of(effect.target) is False:
        return None
    grave = Severity.HIGH if _PII.search(effect.target) else Severity.MEDIUM
    # One team that shares its rows is as common as a leak, where no row security was ever meant.
    if is_one_for_all(effect):
        apart = ownership.fences(effect.target) and grave is Severity.HIGH
        shared = not apart or _asks_somewhere(handler, effect)
    else:
        shared = not ownership.of(effect.target)
    sure = Confidence.LOW if shared or _DUE.search(handler.name) else Confidence.HIGH
    return Judged(Breach.EVERYTHING, effect, kind, who, grave, sure)


_DUE = re.compile(r"(^|[/_-])(cron|jobs?|tick|worker|scheduled?)([/_-]|$)", re.IGNORECASE)
"""Routes of jobs that are due anyway, which staff may start by hand."""


def _is_of_all(effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True for what goes through the rows of everybody: deletes them, or moves what they hold."""
    if not effect.looped or effect.kind is not EffectKind.QUERY:
        return False
    rows = [
        o for prefix in ("filter:", "argument:") for _, found in effect.of(prefix) for o in found
    ]
    of_all = any(
        o.kind == "row" and not o.by and ownership.of(o.name.partition(".")[0]) for o in rows
    )
    if not of_all:
        return False
    if kind is Harm.DELETE:
        return bool(ownership.of(effect.target))
    return any(
        is_money(name) or is_held(name)
        for prefix in ("argument:", "value:")
        for name, _ in effect.of(prefix)
    )


def _asks_somewhere(handler: Handler, effect: Effect) -> bool:
    """True where another way through asks for a right, or for the caller's own rows."""
    return any(
        other.has(Check.ROLE, Check.OWNER)
        or (other.target == effect.target and tie(handler, other) is Tie.OWN)
        for other in handler.effects
    )


def _private(effect: Effect, shown: Iterable[Origin], ownership: Ownership) -> bool:
    """True where the caller is shown rows that are not for everybody."""
    if effect.kind is EffectKind.STORAGE:
        return effect.operation in ("download", "sign")
    if not any(is_sensitive(origin, effect) for origin in shown) or is_catalogue(effect):
        return False
    if is_personal(effect) or bool(ownership.of(effect.target)) or says_whose(effect):
        return True
    return _says_who_is_born_when(effect) or _is_left_by_guests(effect, ownership)


def _says_who_is_born_when(effect: Effect) -> bool:
    """True where the columns that are read are those of a person, whatever their table is called."""
    columns = re.split(r"[\s,]+", effect.literals.get("columns", ""))
    return any(map(_BORN.search, columns)) and any(map(REACHED.search, columns))


_BORN = re.compile(
    r"birth|(^|_)dob$|nascimento|geburt|nacimiento|(^|_)(cpf|ssn|passport(_?number)?)$",
    re.IGNORECASE,
)


def _is_left_by_guests(effect: Effect, ownership: Ownership) -> bool:
    """True for rows in which strangers have left how to reach them, and all of whose columns are read."""
    name = plain(effect.target)
    whole = effect.operation == "select" and effect.literals.get("columns", "*") in ("", "*")
    return (
        whole
        and bool(_GUESTS.search(effect.target))
        and name in ownership.of_guests
        and name in ownership.reached
    )


def named(target: str) -> str:
    """A table's name as a person would say it."""
    return _snake(target.rpartition(".")[2]).replace("_", " ").lower() or "rows"
