"""Passwords, tokens and codes made of numbers that can be foretold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.own_functions import called_near
from shipworthy.prototype.handlers.random_edits import unguessable
from shipworthy.prototype.handlers.reaching import is_live
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import by_trusted, for_administrators
from shipworthy.prototype.routes.dispatchers import DISPATCHERS
from shipworthy.prototype.secrets.literals import split_name
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_GUARDS = regex(
    r"(^|_|[a-z])(token|secret|password|passwd|temp_?password|otp|otp_?code|api_?key|session_?id|session_?token|totp_?secret"
    r"|backup_?codes?|recovery_?codes?|(verification|verify|reset|access|invite|invitation|login|auth|security|mfa|confirmation)_?code"
    r"|password_?hash|hashed_?password)$|(^|_|(?-i:[a-z](?=P)))pin(_?code)?$",
    re.IGNORECASE,
)
"""Columns whose values let somebody in."""
_GOODS = regex(
    r"(^|[._a-z])(pick_?up|collection|handover|delivery|gift_?(card)?|redeem|redemption)_?code$",
    re.IGNORECASE,
)
"""Columns whose values are taken for goods or money by whoever shows them."""
_NO_GUARD = regex(r"push_?token|device_?token|tokens_used|max_tokens", re.IGNORECASE)
_ID = regex(r"session_?id$", re.IGNORECASE)
_SESSIONS = regex(r"(^|_)(session|auth|login|token|user)s?($|_)", re.IGNORECASE)
"""Tables in which the id of a session lets somebody in; elsewhere it only tells visits apart."""
_VISITS = regex(
    r"analytic|track|visit|view|event|log|stat|metric|game|quiz|study|train|practice", re.IGNORECASE
)
_LOGS_IN = regex(r"create_?user|update_?user|invite", re.IGNORECASE)


class WeakRandom(
    Control,
    id="weak-random",
    title="Password or token that can be guessed",
    consequence="The values that let users in can be foretold by whoever has seen a few of them.",
    severity=Severity.HIGH,
    satisfies=("A27", "owasp:A04", "cwe:338"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        named: set[tuple[str, int]] = (
            set()
        )  # one place that all paths of a server pass is one defect
        for handler in prototype.handlers:
            for effect in handler.effects:
                kept, place = _kept(effect), (effect.path, effect.line)
                if not kept or not is_live(effect) or handler.subject in found or place in named:
                    continue
                if handler.route.framework in DISPATCHERS:
                    named.add(place)
                gains = "take what it stands for" if _GOODS.search(kept) else "get in"
                gains = "confirm what is not his" if _is_own_code(effect, kept) else gains
                found[handler.subject] = self.gap(
                    handler.subject,
                    f"{handler.name} makes {kept} with a random number that can be foretold,"
                    f" so an attacker can guess it and {gains}",
                    *way(prototype, handler, effect),
                    severity=_severity(handler, effect),
                )
        yield from found.values()
        if not found:
            yield self.not_applicable("nothing that lets users in is made of foretellable numbers")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The generator for keys, in the function that keeps the value or in one that it calls."""
        for handler in prototype.handlers:
            for effect in handler.effects:
                if handler.subject != finding.subject or not _kept(effect):
                    continue
                for path, text in _mended(prototype, effect):
                    said = f"Make {_kept(effect)} of numbers that nobody can foretell"
                    return Remedy(said, Review.CAREFUL, (Write(path, text),))
        return None


def _severity(handler: Handler, effect: Effect) -> Severity:
    """One step less where only administrators have such a value made: no attacker can have a few of
    them made to foretell the next; and for a code of few digits or of an invitation: too little of the
    number is seen in each to foretell the next with ease, and an invitation opens no account of others."""
    few = by_trusted(effect) or for_administrators(handler, effect)
    return Severity.MEDIUM if few or _SHORT.search(_kept(effect)) else Severity.HIGH


_SHORT = regex(
    r"(^|[._a-z])(otp|pin|(otp|pin|sms|verification|verify|confirmation|confirm|reset|login|invite|invitation|access)_?code)$"
    r"|^(\w+[._])?(otp|sms|phone|whatsapp)_\w+\.(token|code)$",
    re.IGNORECASE,
)


def _is_own_code(effect: Effect, kept: str) -> bool:
    """True for a code that goes into the row of whoever is signed in, found by nothing that was sent."""
    sought = [o for _, origins in effect.of("filter:") for o in origins]
    ids = [o for o in sought if o.kind == "principal" or any(b.kind == "principal" for b in o.by)]
    told = any(o.is_input or any(b.is_input for b in o.by) for o in sought)
    return bool(_CONFIRMS.search(kept)) and bool(ids) and not told


_CONFIRMS = regex(r"(verification|verify|confirmation|confirm|sms)_?code$", re.IGNORECASE)


def _mended(prototype: Prototype, effect: Effect) -> Iterator[tuple[str, str]]:
    """The texts of the files that may make the value: where it is kept, what leads there, and the
    functions that are called there."""
    for path in dict.fromkeys((effect.path, *(step.path for step in effect.steps))):
        file = prototype.files.get(path)
        text = unguessable(file, effect.line, path != effect.path) if file else None
        if text is not None:
            yield path, text
    words = set(split_name(_kept(effect).rpartition(".")[2]))
    places = dict.fromkeys(((effect.path, effect.line), *((s.path, s.line) for s in effect.steps)))
    makers = [m for path, line in places for m in called_near(prototype, path, line)]
    # Other numbers that are made there, of orders for example, may be foretold.
    for path, line, _ in sorted(makers, key=lambda m: -len(words & set(split_name(m[2])))):
        text = unguessable(prototype.files[path], line, False)
        if text is not None:
            yield path, text


def _kept(effect: Effect) -> str:
    """What is made of a weak random number and lets somebody in; "" for anything else."""
    if effect.kind is EffectKind.ACCOUNT and _LOGS_IN.search(effect.operation):
        return "a password" if _is_weak(effect, "value:*") else ""
    if effect.kind is EffectKind.TOKEN:
        # Nobody makes a token that is signed by guessing what it says.
        names = ["key"] if effect.operation == "sign" else effect.inputs
        return "a token" if any(_is_weak(effect, name) for name in names) else ""
    if effect.kind is EffectKind.QUERY:
        for name, _ in effect.of("value:"):
            if (
                (_GUARDS.search(name) or _GOODS.search(name))
                and not _NO_GUARD.search(name)
                and not (_ID.search(name) and not _opens(effect.target))
                and _is_weak(effect, f"value:{name}")
            ):
                return f"{effect.target}.{name}" if effect.target else name
    return ""


def _opens(table: str) -> bool:
    return _SESSIONS.search(table) is not None and not _VISITS.search(table)


def _is_weak(effect: Effect, name: str) -> bool:
    return any(o.kind == "random" for o in effect.inputs.get(name, frozenset()))
