"""Entry points that are meant for whoever comes: told by what they do and by their route."""

from __future__ import annotations

import re
from enum import StrEnum

from shipworthy.prototype.handlers.columns import named_columns, snake
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    Effect,
    EffectKind,
    Handler,
)
from shipworthy.prototype.handlers.knowledge.rows import AT_TIMES
from shipworthy.prototype.handlers.sent import WRITTEN
from shipworthy.prototype.handlers.weight import (
    Harm,
    hands_out_files,
    harm,
    is_catalogue,
    is_shown,
    retold,
    revealed,
)
from shipworthy.regex import regex


class Purpose(StrEnum):
    """Why an entry point may be open to whoever comes."""

    LOGIN = "logging in"
    SIGN_UP = "signing up"
    CHECKOUT = "paying"
    LOGOUT = "logging out"
    CALLBACK = "coming back from another site"
    WEBHOOK = "a webhook"
    HEALTH = "a health check"
    CONTACT = "writing to the owner"
    TRACKING = "counting visits"
    UNSUBSCRIBE = "unsubscribing"
    CATALOGUE = "showing what is public"


_WORDS: tuple[tuple[Purpose, str], ...] = (
    (
        Purpose.WEBHOOK,
        r"[\w-]*webhook[\w-]*|hooks?|ipn|[\w-]*inbound|[\w-]*status-callback|[\w-]*deauthori[sz]e|data-?deletion",
    ),
    (Purpose.LOGOUT, r"log-?out|sign-?out"),
    (
        Purpose.LOGIN,
        r"log-?in(-\w+)*|activate-(account|user|e?mail)|(\w+-)*activation|check-(user|e?mail|username|phone)(-\w+)*|(\w+-)*sign-?in(-(with|by|via|using)(-\w+)+)?|authenticate|token|refresh(-token)?|[\w-]*otp|(\w+-)*otp(-\w+)*|(\w+-)*magic-?link(-\w+)*"
        r"|(\w+-)*(password-?(reset|recovery|forgot)|(reset|recover|forgot)-?password)(-\w+)*|forgot|reset(-?request)?|request-?reset|recover(y)?(-\w+)?"
        r"|(verify|confirm|check|validate|send|resend|request)(-(email|phone|sms|mobile|whatsapp|login|verification|auth))*-(code|token|otp|verification)"
        r"|verify(-email|-phone|-sms)?|resend|confirm(-email)?|nextauth|\w+-login|login-\w+|passkeys?|webauthn",
    ),
    (
        Purpose.SIGN_UP,
        r"[\w-]*sign-?up[\w-]*|register(-\w+)?|register-(new-)?(user|account)?-?(with|by|via|using)(-\w+)+|\w+-register|(\w+-)*registration|(start-)?trial|on-?board(ing)?|create-(tenant|store|shop|workspace|organi[sz]ation|company)|(provision|on-?board|self-?service)-(new-)?(tenant|store|shop|workspace|organi[sz]ation|company|restaurant|clinic|salon|agency|business|school|gym|account|customer|client)|registration|create-?account|join|accept-?invite|invite-?accept",
    ),
    (
        Purpose.CHECKOUT,
        r"[\w-]*(checkout|payment-token|payment-intent)[\w-]*|create-(payment|pix|charge|order|preference)[\w-]*|donat\w+|pay",
    ),
    (
        Purpose.CALLBACK,
        r"callback|[\w-]+-callback|oauth\w*|authorize|saml|sso|connect-callback|redirect|auth",
    ),
    (
        Purpose.HEALTH,
        r"health\w*|ready|readyz|live|livez|ping|status|version|time|robots(\.txt)?|sitemap(\.xml)?|manifest(\.json)?|favicon(\.ico)?"
        r"|csrf(-token)?|config|og|opengraph-image|feed|rss|openapi(\.json)?|docs",
    ),
    (
        Purpose.CONTACT,
        r"contact(-us|-form)?|contact-\w+|public-(forms?|surveys?|responses?|answers?|submissions?)|(\w+-)?inquir(y|ies)|(\w+-)?enquir(y|ies)|newsletter(-(subscribe|sign-?up|opt-?in|join|confirm))?|subscribe(-(to-)?(newsletter|updates|mailing-list))?"
        r"|(newsletter|e?mail|mailing-list|waitlist|news)-(subscribe|sign-?up)|(join-)?wait-?list|lead-?capture|quote-?request"
        r"|request-?(a-)?(demo|quote)|demo-?request|feedback|apply|report(-\w+)?|support-?request|get-?in-?touch|rsvp",
    ),
    (Purpose.UNSUBSCRIBE, r"unsubscribe|opt-?out"),
    (
        Purpose.TRACKING,
        r"track(ing|-[\w-]+)?|page-?views?|analytics-?event|events?/track|pixel|beacon|log-?errors?|error-(tracking|logs?|logging|reports?)|client-errors?|telemetry|vitals",
    ),
)
_COMPILED = tuple((purpose, regex(rf"^(?:{words})$", re.IGNORECASE)) for purpose, words in _WORDS)

_BOX = regex(
    r"tip|contact|inquir|enquir|newsletter|subscriber|waitlist|wait_list|lead|feedback|message|application|quote|demo_?request"
    r"|rsvp|survey|response|submission|report|visit|page_?view|analytics|event|track|log|error|crash|request|suggestion|vote|click|impression"
    r"|volunteer|participant|registrant|attendee|sign_?ups?$|applicant|prayer",
    re.IGNORECASE,
)
"""Tables into which strangers put something."""

_CREDENTIAL = regex(
    r"(^|[._-])(\w*_)?(token|api_?-?key|secret|hash|invite_?code|access_?code|licen[sc]e_?key|public_?key|widget_?key|(owner|edit|manage|browser|device|guest|cart|visitor)_?key|session_?id|visitor_?id|magic|nonce|share_?id|share_?code|(reference|booking|confirmation|reservation|tracking|ticket)_?code|otp)$",
    re.IGNORECASE,
)

ALLOWED: dict[Purpose, frozenset[Harm]] = {
    Purpose.LOGIN: frozenset(
        {Harm.READ, Harm.ADD, Harm.CHANGE, Harm.SEND, Harm.DELETE, Harm.ACCOUNT, Harm.FORWARD}
    ),
    Purpose.SIGN_UP: frozenset(
        {
            Harm.READ,
            Harm.ADD,
            Harm.CHANGE,
            Harm.DELETE,
            Harm.SEND,
            Harm.ACCOUNT,
            Harm.SPEND,
            Harm.FORWARD,
        }
    ),
    Purpose.CHECKOUT: frozenset({Harm.READ, Harm.ADD, Harm.SPEND, Harm.FORWARD, Harm.SEND}),
    Purpose.LOGOUT: frozenset({Harm.READ, Harm.CHANGE, Harm.DELETE}),
    Purpose.CALLBACK: frozenset(
        {Harm.READ, Harm.ADD, Harm.CHANGE, Harm.ACCOUNT, Harm.SEND, Harm.FORWARD}
    ),
    Purpose.WEBHOOK: frozenset(Harm),
    Purpose.HEALTH: frozenset(),
    Purpose.CATALOGUE: frozenset({Harm.READ}),
    Purpose.CONTACT: frozenset({Harm.ADD, Harm.SEND, Harm.READ, Harm.CHANGE, Harm.FORWARD}),
    Purpose.TRACKING: frozenset({Harm.ADD}),
    Purpose.UNSUBSCRIBE: frozenset({Harm.READ, Harm.CHANGE, Harm.DELETE, Harm.ADD}),
}


_LAST: list[tuple[Handler, Purpose | None]] = []  # asked again for each effect of one handler


def purpose(handler: Handler) -> Purpose | None:
    """What an entry point is for, where that is something for whoever comes."""
    if not _LAST or _LAST[0][0] is not handler:
        _LAST[:] = [(handler, _purpose(handler))]
    return _LAST[0][1]


def _purpose(handler: Handler) -> Purpose | None:
    if "public" in _words(handler):
        return _by_words(handler) or Purpose.CATALOGUE
    if any(e.kind is EffectKind.ACCOUNT and e.target == "auth" for e in handler.effects):
        return Purpose.LOGIN
    if any(e.has(Check.SIGNATURE) for e in handler.effects):
        return Purpose.WEBHOOK
    if any(map(_gets_what_he_claims, handler.effects)) and "admin" not in handler.name.lower():
        return Purpose.SIGN_UP
    return _by_words(handler) or (Purpose.SIGN_UP if _makes_an_account(handler) else None)


def _makes_an_account(handler: Handler) -> bool:
    """True for `POST /users` that keeps an address and a password as sent: there one signs up."""
    whole = f"{handler.name} {handler.route.handler}"
    if not _USERS.search(handler.name) or _OF_STAFF.search(whole):
        return False
    for effect in handler.effects_of(EffectKind.QUERY):
        sent = [n for n, origins in effect.of("value:") if any(o.is_input for o in origins)]
        if effect.operation == "insert" and all(
            any(map(found.search, sent)) for found in (_PASSWORD, _ADDRESS)
        ):
            return True
    return False


_USERS = regex(r"^POST \S*/(users?|accounts?|members?|customers?)/?$", re.IGNORECASE)
_OF_STAFF = regex(r"admin|staff|employee|super|manage|internal|invit", re.IGNORECASE)
_ADDRESS = regex(r"e_?mail|user_?name|phone", re.IGNORECASE)


def _gets_what_he_claims(effect: Effect) -> bool:
    """True for a new account with a password of which nothing is asked but the role that it then has:
    whoever comes may sign up as a pupil, say, and a session is asked for where it is more than that."""
    claimed = [g.about for g in effect.guards if g.check is Check.CLAIMED]
    if effect.operation != "insert" or not claimed:
        return False
    values = dict(effect.of("value:"))
    roles = {str(o) for name, found in values.items() if _ROLE.search(name) for o in found}
    return any(map(_PASSWORD.search, values)) and all(a and a <= roles for a in claimed)


_PASSWORD = regex(r"password|passwd|pwd", re.IGNORECASE)
_ROLE = regex(r"(^|_)role$|^(user|account)_?type$", re.IGNORECASE)


def _by_words(handler: Handler) -> Purpose | None:
    for word in reversed(_words(handler)):
        for found, pattern in _COMPILED:
            if pattern.match(word):
                return found
    return None


def meant_for_anyone(handler: Handler, effect: Effect) -> str:
    """Why whoever comes may have this effect; "" where nothing says so."""
    if hands_out_files(effect):
        return ""  # whatever the address is called: "public/resumes"
    kind = harm(effect)
    why = purpose(handler)
    if why is not None and kind in ALLOWED.get(why, ()) and _in_keeping(handler, effect, why):
        return str(why)
    if is_catalogue(effect):
        return str(Purpose.CATALOGUE)
    if (
        kind is Harm.READ
        and effect.operation == "select"
        and not is_shown(handler, effect)
        and not (effect.has(*AUTHENTICATES) and retold(handler, effect))
    ):
        return "only looked at by the server"
    if kind is not Harm.READ and is_of_sign_in(handler, effect):
        return str(Purpose.LOGIN)
    if _is_box(effect) and handler.route.method in ("POST", "*", ""):
        return str(Purpose.CONTACT)
    return ""


_CODES = regex(
    r"(otp|verif\w*|magic_?link|login|sign_?in|reset|sms|two_?factor|mfa|confirmation)_?(verification_?)?(codes?|tokens?|links?|requests?|otps?)(_?collection)?$"
    r"|^(otps?|verifications?)(_?collection)?$",
    re.IGNORECASE,
)
"""Tables of codes that are sent to somebody who signs in."""


def is_of_sign_in(handler: Handler, effect: Effect) -> bool:
    """True for a code that is kept and sent to somebody who is about to sign in: nobody is known before."""
    if effect.kind is EffectKind.QUERY:
        return bool(_CODES.search(effect.target))
    return effect.kind in (EffectKind.EMAIL, EffectKind.MESSAGE) and any(
        e.operation in ("insert", "upsert") and _CODES.search(e.target)
        for e in handler.effects_of(EffectKind.QUERY)
    )


def by_credential(handler: Handler, effect: Effect) -> str:
    """The credential that an effect is found by: a token of a link, a key of a widget; "" for none."""
    for name, origins in effect.inputs.items():
        if name.startswith("filter:") and _CREDENTIAL.search(name[7:]):
            return name[7:]
        for origin in origins:
            for by in (origin, *origin.by):
                if by.is_input and _CREDENTIAL.search(by.key):
                    return by.key
    before = handler.effects[: handler.effects.index(effect)]
    for earlier in before:
        if any(g.check is Check.HOLLOW and g not in effect.guards for g in earlier.guards):
            continue  # looked up only where a credential was sent, and this happens without one
        if earlier.kind is EffectKind.QUERY and earlier.operation == "select":
            for name in earlier.inputs:
                if name.startswith("filter:") and _CREDENTIAL.search(name[7:]):
                    return name[7:]
    return ""


_REACHED_BY = regex(
    r"(^|_|\.)(e_?mail|phone|mobile|last_?name|surname|postal_?code|zip|birth_?(date|day)|date_of_birth|dob)",
    re.I,
)


def by_knowledge(effect: Effect) -> tuple[str, ...]:
    """What a guest has to know of a row to find it, as the number of an order and the address that it
    went to; nothing where one thing is enough, or none of them is about a person."""
    asked = {
        name.rpartition(".")[2]: origins
        for name, origins in effect.of("filter:")
        if origins and all(o.is_input for o in origins)
    }
    searched = len(frozenset().union(*asked.values())) < 2  # one word in several columns
    if len(asked) < 2 or searched or effect.literals.get("conditions") == AT_TIMES:
        return ()
    return tuple(sorted(asked)) if any(map(_REACHED_BY.search, asked)) else ()


def _words(handler: Handler) -> list[str]:
    """The parts of a route, or the words of an action's or procedure's name, without parameters."""
    if handler.route.kind.value == "server_action":
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", handler.route.handler)
        return [re.sub(r"^submit-|-?(action|user)$", "", spaced.lower())]
    if handler.route.kind.value == "procedure":
        names = (re.sub(r"(?i)_?router$", "", n) for n in handler.route.path.split("."))
        parts = [n for n in names if n and n not in ("app", "auth")]
    else:
        parts = [p for p in handler.route.path.split("/") if p and p[0] not in ":[{<*"]
    return [snake(p).replace("_", "-") for p in parts if p not in ("api", "functions", "v1")][-3:]


_SIGNING_IN = (Purpose.LOGIN, Purpose.CALLBACK)
_WHO_SIGNED_UP = regex(
    r"registration|registered|attendee|participant|customer|client|user|member|student|patient|employee|applica(nt|tion)|volunteer"
    r"|subscriber|guest|lead|contact|donor",
    re.IGNORECASE,
)
_NO_GOODS = regex(r"^(patient|customer|lead|applicant|subscriber|borrower)s?$", re.IGNORECASE)
"""People of whom nobody makes a list for everybody."""
_MADE = frozenset({"insert", "upsert", "createUser", "create_user"})


def _in_keeping(handler: Handler, effect: Effect, why: Purpose) -> bool:
    kind = harm(effect)
    if why is Purpose.SIGN_UP and kind is Harm.DELETE:  # taken back where a later step failed
        return any(
            e.kind is effect.kind and e.target == effect.target and e.operation in _MADE
            for e in handler.effects
        )
    if why is Purpose.LOGIN and kind is Harm.ACCOUNT and _had_a_code(handler, effect):
        return True
    if why is Purpose.LOGIN and kind is Harm.ACCOUNT:
        return effect.operation != "deleteUser" and not effect.operation.startswith(
            ("create", "invite")
        )
    listed = why is Purpose.SIGN_UP and handler.route.method == "GET"
    if (
        (why in _SIGNING_IN or (listed and _WHO_SIGNED_UP.search(effect.target)))
        and kind is Harm.READ
        and _hands_out_all(handler, effect)
    ):
        return False
    if why is Purpose.CATALOGUE and _NO_GOODS.search(effect.target):
        return not (_tells_of_them(handler, effect) and _hands_out_all(handler, effect))
    if why is Purpose.CONTACT and kind is Harm.CHANGE:  # the same person writes again
        again = (e for e in handler.effects if e.operation in ("insert", "upsert"))
        return _subscribes(effect) or any(e.target == effect.target for e in again)
    if why is Purpose.CONTACT and kind is Harm.READ:
        return not revealed(handler, effect)
    if kind in (Harm.ADD, Harm.CHANGE) and connects_whom_it_names(handler, effect):
        return False
    if why is Purpose.CALLBACK and handler.route.method not in ("GET", "*"):
        return _last(handler).find("callback") >= 0
    return True


def _had_a_code(handler: Handler, effect: Effect) -> bool:
    """True for the account of whoever has sent the code that went to its address, and that waited for it."""
    rows = {o.name for found in effect.inputs.values() for o in found if o.kind == "row"}
    return any(
        e.operation == "select"
        and e.target in rows
        and _CODES.search(e.target)
        and any(
            _A_CODE.search(n) and found and all(o.is_input for o in found)
            for n, found in e.of("filter:")
        )
        for e in handler.effects[: handler.effects.index(effect)]
    )


_A_CODE = regex(r"(^|_)(code|otp|token|pin)(_hash)?$")


def _tells_of_them(handler: Handler, effect: Effect) -> bool:
    """True where more than names is shown: whole rows, or how to reach somebody."""
    keys = {origin.key.rpartition(".")[2] for origin in revealed(handler, effect)}
    keys = set(named_columns(effect.literals.get("columns", ""))) or keys
    return "" in keys or any(map(_TELLS.search, keys))


_TELLS = regex(
    r"e?mail|phone|mobile|address|birth|(^|_)dob|diagnos|medical|histor|notes?$|balance|score|passport",
    re.IGNORECASE,
)


def _subscribes(effect: Effect) -> bool:
    """True where no more is written than that somebody gets a newsletter, and since when."""
    written = [n[6:] for n in (*effect.inputs, *effect.literals) if n.startswith("value:")]
    return any(map(_SUBSCRIPTION.search, written)) and all(map(_OF_NEWSLETTER.search, written))


_SUBSCRIPTION = regex(r"subscribed|newsletter|opt_?in|mailing|marketing", re.IGNORECASE)
_OF_NEWSLETTER = regex(
    r"subscribed|newsletter|opt_?in|mailing|marketing|updated|_at$|At$", re.IGNORECASE
)


def connects_whom_it_names(handler: Handler, effect: Effect) -> bool:
    """True where what comes back from another site is kept for the account or organisation that the caller
    names himself: neither who is signed in nor a `state` that was given out says whose it is."""
    held_back = effect.client in ("user", "anon")
    if held_back or purpose(handler) is not Purpose.CALLBACK or by_credential(handler, effect):
        return False
    return any(
        _OWNER.match(name.rpartition(".")[2])
        and origins
        and all(o.is_input and not _GIVEN_OUT.search(o.key) for o in origins)
        for name, origins in (*effect.of("filter:"), *effect.of("value:"))
    )


_OWNER = regex(
    r"(user|owner|account|profile|member|tenant|org|organi[sz]ation|company|workspace|team|business|shop|store|clinic|agency"
    r"|client|customer|project)_?id$",
    re.IGNORECASE,
)
_GIVEN_OUT = regex(r"state|nonce|code|token|email|^headers?\.", re.IGNORECASE)


def _hands_out_all(handler: Handler, effect: Effect) -> bool:
    """True where rows that nothing sent has picked are answered before anything is proved: the first
    account there is, to whoever asks who he is."""
    if effect.operation != "select" or any(True for _ in effect.of("filter:")):
        return False
    return any(
        origin.kind == "row" and origin.name == effect.target
        for answer in handler.effects_of(EffectKind.RESPONSE)
        if not any(g.check not in (Check.VALID, Check.METHOD, Check.FIRST) for g in answer.guards)
        for origins in answer.inputs.values()
        for origin in origins
    )


def _last(handler: Handler) -> str:
    words = _words(handler)
    return words[-1] if words else ""


def what_is_added(effect: Effect) -> str:
    """The table to which a row is added, or what a function of the database adds by its name: "lead" of
    `create_lead_safe`; "" for all else."""
    if effect.operation == "rpc" and (named := _ADDS.match(effect.target)):
        return named[1]
    return effect.target if effect.operation == "insert" else ""


_ADDS = regex(r"(?:create|insert|add|submit|save|place)_(\w+?)(?:_(?:safe|public|secure|v\d+))?$")


def _is_box(effect: Effect) -> bool:
    return (
        bool(_BOX.search(what_is_added(effect)))
        and not any(name.startswith(WRITTEN) for name in effect.literals)  # who has an account
        and not _OWNED.search(" ".join(name for name in effect.inputs if name.startswith("value:")))
        and not any(
            _FOR_WHOM.match(name) and any(o.is_input for o in origins)
            for name, origins in effect.of("argument:")
        )
    )


_OWNED = regex(
    r"value:(user|owner|author|created_by|customer|recipient|sender|account)(_?id)?\b", re.I
)
_FOR_WHOM = regex(
    r"(p|in)?_?(user|owner|author|customer|recipient|account|tenant|org)(_?id)?$", re.I
)
