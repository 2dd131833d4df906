"""Effects that anybody may have, signed in or not."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import (
    is_private,
    names_a_user,
    reports_finances,
    writes_out,
)
from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.breaches.everything import empties, is_of_all
from shipworthy.prototype.handlers.breaches.jobs import is_job, is_told_once
from shipworthy.prototype.handlers.breaches.meant import may_be_meant
from shipworthy.prototype.handlers.breaches.people import of_people
from shipworthy.prototype.handlers.breaches.power import adds_administrator, is_admin
from shipworthy.prototype.handlers.breaches.severity import severity_open
from shipworthy.prototype.handlers.breaches.shown import (
    is_for_administrators,
    is_kept_of_one,
    is_of_somebody,
)
from shipworthy.prototype.handlers.breaches.unlocked import is_grave_anyway
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.comparing import AS_OWNER
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origins,
)
from shipworthy.prototype.handlers.ownership import Ownership, plain
from shipworthy.prototype.handlers.sent import OF_KIND
from shipworthy.prototype.handlers.standing import Caller, is_bypassing
from shipworthy.prototype.handlers.weight import Harm, hands_out_files, revealed
from shipworthy.prototype.handlers.writes import KEPT_LIST, is_counter
from shipworthy.prototype.routes.socketio import SOCKETIO
from shipworthy.regex import regex


def of_opened(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What anybody may do; None where that is not wrong."""
    if kind in (Harm.ADD, Harm.CHANGE) and is_counter(effect):
        return None
    if kind in (Harm.ADD, Harm.CHANGE, Harm.DELETE) and _counts_calls(effect):
        return None
    if _is_his_session(effect):
        return None
    if kind is Harm.ADD and effect.literals.get("store") == KEPT_LIST:
        return None  # whoever adds to a list in memory takes nothing, and the next start empties it
    if _of_any_table(effect):
        return Judged(Breach.OPEN, effect, kind, who, Severity.CRITICAL, Confidence.HIGH)
    if kind is Harm.ADD and _forges_a_session(effect):
        return Judged(Breach.OPEN, effect, kind, who, Severity.CRITICAL, Confidence.HIGH)
    if kind is Harm.READ and _is_told_after_login(handler, effect):
        return None
    private = is_private(effect, revealed(handler, effect), ownership)
    if kind is Harm.READ and ownership.has_logins and is_of_somebody(handler, effect):
        return Judged(Breach.OPEN, effect, kind, who, Severity.MEDIUM, Confidence.HIGH)
    if kind is Harm.READ and not private and (told := of_people(handler, effect, ownership)):
        return told
    of_one = kind is Harm.READ and is_kept_of_one(handler, effect, ownership)
    if kind is Harm.READ and not (
        private
        or of_one
        or is_for_administrators(handler, effect, ownership)
        or writes_out(handler, effect, ownership)
        or reports_finances(handler, effect, ownership)
    ):
        return None
    if hands_out_files(effect) and handler.route.method not in ("GET", "*", ""):
        return None  # it is read to be worked on
    severity = severity_open(handler, effect, kind, ownership)
    confidence = Confidence.HIGH
    if kind is Harm.ASK and not ownership.has_accounts:
        return None  # a public assistant: what it costs is asked by the rate limit
    if may_be_meant(handler, effect, kind, ownership):
        confidence = Confidence.MEDIUM if of_one else Confidence.LOW
    elif kind is Harm.READ and handler.route.framework == SOCKETIO and not ownership.has_accounts:
        confidence = Confidence.LOW  # a chat that everybody may read
    elif kind in (Harm.ASK, Harm.FORWARD) and effect.has(Check.RATE):
        confidence = Confidence.LOW  # limited, so meant for many: a proxy, a public assistant
    elif kind is not Harm.RUN and is_job(handler, effect, kind):
        if kind is Harm.CHANGE and is_of_all(effect, kind, ownership):
            return Judged(Breach.OPEN, effect, kind, who, Severity.HIGH, confidence)
        if kind is Harm.DELETE and empties(handler, effect, replaced=True) and not hollow(effect):
            return Judged(Breach.OPEN, effect, kind, who, Severity.HIGH, confidence)
        if kind in (Harm.CHANGE, Harm.DELETE, Harm.READ):
            return None
        if kind is Harm.ADD and not re.search(r"notif|message|mail|queue", effect.target):
            return None
        if kind is Harm.ADD and is_told_once(handler, effect):
            return None
        if not handler.whole or (kind is Harm.FORWARD and not effect.looped):
            confidence = Confidence.LOW
        worst = Severity.LOW if _is_always_the_same(effect, kind) else Severity.MEDIUM
        severity = min(severity, worst, key=lambda s: s.value)
    why = hollow(effect)
    breach = Breach.HOLLOW if why else Breach.OPEN
    told_apart = _asks_a_cookie(effect) or names_a_user(effect, kind)
    on_purpose = not (told_apart or why or adds_administrator(effect))
    on_purpose = on_purpose and not (kind is Harm.READ and is_admin(handler))
    on_purpose = on_purpose and not is_grave_anyway(effect, kind, ownership)
    if not ownership.has_logins and kind is not Harm.RUN and on_purpose:
        severity = min(
            severity, Severity.MEDIUM, key=lambda s: s.value
        )  # a tool that is open to all on purpose so far
    if effect.has(Check.DECODED) and effect.kind is EffectKind.QUERY and not effect.client:
        confidence = Confidence.LOW  # a client of unknown rights: row security may verify the token
    return Judged(breach, effect, kind, who, severity, confidence, why)


def _forges_a_session(effect: Effect) -> bool:
    """True for a session that is kept with the token and for the account that whoever calls sends: he is
    signed in as whom he names."""
    if effect.kind is not EffectKind.QUERY or not _KEPT_SESSIONS.search(snake(effect.target)):
        return False
    sent = [snake(name) for name, found in effect.of("value:") if _is_chosen(found)]
    return any(map(_OF_TOKEN.match, sent)) and any(map(_OF_ACCOUNT.match, sent))


def _is_chosen(found: Origins) -> bool:
    return bool(found) and all(o.kind in ("body", "query", "form", "argument") for o in found)


_KEPT_SESSIONS = regex(
    r"^((user|auth|login|app|web|admin|account|staff|member|owner|customer|employee|vendor)_)*sessions?$"
)
"""Not those of a game, of a chat or of what visitors look at."""
_OF_TOKEN = regex(r"^((session|access|auth)_?)?token(_?hash)?$")
_OF_ACCOUNT = regex(r"^(user|admin|account|staff|member|owner|customer|employee|vendor)(_?id)?$")


def _is_told_after_login(handler: Handler, effect: Effect) -> bool:
    """True for a row that is looked up before it is asked who calls, and shown to nobody else."""
    told = [
        answer
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        if any(
            o.kind == "row" and o.name == effect.target
            for found in answer.inputs.values()
            for o in found
        )
    ]
    return bool(told) and all(answer.has(*AUTHENTICATES) for answer in told)


def _is_always_the_same(effect: Effect, kind: Harm) -> bool:
    """True for a message whose words and reader stand in the code or in settings: a test of the way."""
    parts = (
        found for name, found in effect.inputs.items() if name not in ("url", "path", "headers")
    )
    told = (o.kind == "environment" for found in parts for o in found)
    return kind is Harm.SEND and not effect.looped and all(told)


def _of_any_table(effect: Effect) -> bool:
    """True where the caller names the table, no list says which it may be, and no rule of it holds."""
    named = {str(o) for o in effect.inputs.get("table", ()) if o.is_input}
    listed = any(
        g.about & named and g.how not in OF_KIND
        for g in effect.guards
        if g.check in (Check.ALLOWED, Check.VALID)
    )
    return bool(named) and not listed and is_bypassing(effect)


def _asks_a_cookie(effect: Effect) -> bool:
    """True behind a check that was meant to close: it asks for a cookie, which anybody can write, or whose
    the row is, which the request says itself."""
    return any(
        g.check is Check.CLAIMED
        and (g.how == AS_OWNER or any(name.startswith("cookie.") for name in g.about))
        for g in effect.guards
    )


def _counts_calls(effect: Effect) -> bool:
    """True for what a limiter of the prototype's own notes of a call: whose it was, how many there were; who
    is banned stays so, whatever a caller names."""
    name = plain(effect.target)
    banned = _BANNED.search(name) is not None
    parts = ("value:", "filter:") if banned else ("value:",)
    sent = (o for part in parts for _, found in effect.of(part) for o in found if o.is_input)
    counts = banned or _LIMITER.search(name) is not None
    return (counts and all(o.kind == "header" for o in sent)) or name.endswith("ratelimit")


def _is_his_session(effect: Effect) -> bool:
    """True for the session, or the token of one, that is found by the cookie or header which carries it: who
    sends it has it, and may lose it."""
    found = [o for _, origins in effect.of("filter:") for o in origins]
    return (
        effect.kind is EffectKind.QUERY
        and _SESSIONS.search(plain(effect.target)) is not None
        and any(_CARRIED.search(snake(name)) for name, _ in effect.of("filter:"))
        and bool(found)
        and all(o.kind in ("cookie", "header") for o in found)
    )


_SESSIONS = regex(r"(session|token|login|device)$")
_CARRIED = regex(r"^(id|sid|key|hash|(\w+_)?(session|token)(_(id|key|hash))?)$")
_LIMITER = regex(r"ratelimit|throttl|attempt$|requestcount|requestlog$|iplog$")
_BANNED = regex(r"(blocked|banned)ip|ip(block|ban)$")


def hollow(effect: Effect) -> str:
    """Why the check before an effect does not hold; "" where there is none."""
    if effect.has(Check.DECODED):
        return "the token is read and never verified"
    return min((g.how for g in effect.guards if g.check is Check.HOLLOW), default="")
