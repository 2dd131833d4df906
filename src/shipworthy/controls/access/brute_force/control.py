"""Own logins and codes that can be tried without end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.behind import all_rules_close
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.edge.routes import GuardedRoute
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.limits import is_lax_rate
from shipworthy.prototype.handlers.reaching import is_live
from shipworthy.prototype.handlers.sent import free
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_CODE = regex(
    r"^filter:(otp(_?for_?[a-z]+)?|pin|code"
    r"|((otp|pin|verification|verify|reset|sms|mfa|login|email|phone|mobile|forgot|password|confirm(ation)?)_?)+(otp|pin|code))$",
    re.IGNORECASE,
)
_CODES = regex(r"otp|verif|mfa|2fa|two_?factor|reset|pin|login|sms", re.IGNORECASE)
_LOGIN = regex(r"(^|/)(log-?in|sign-?in)$", re.IGNORECASE)
_COUNTER = regex(r"attempt|tries|retry|retries|failed|lock|throttle|rate", re.IGNORECASE)


class BruteForce(
    Control,
    id="brute-force",
    title="Passwords or codes can be tried without end",
    consequence="A script tries passwords or short codes until it is in somebody's account.",
    severity=Severity.HIGH,
    satisfies=("H10", "A27", "owasp:A07", "cwe:307"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        # A page and its form may share a function: it is the form that passwords are tried with.
        for handler in sorted(prototype.handlers, key=lambda h: h.route.method == "GET"):
            checks = [e for e in handler.effects if is_live(e) and _is_guess(e)]
            if handler.subject in found:
                continue
            if checks:
                found[handler.subject] = self._judge(prototype, handler, checks)
            elif _is_passport(handler):
                found[handler.subject] = self._judge_passport(prototype, handler)
        yield from found.values()
        if not found:
            yield self.not_applicable("no entry point checks passwords or codes of its own")

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """It counts the calls of each address, where its limit for the path is a tight one."""

        def closes(rule: GuardedRoute) -> bool:
            tight = rule.per_minute is not None and not is_lax_rate(rule.per_minute)
            return tight and edge.holds_at("rates", rule.name)

        if not all_rules_close(prototype, finding.subject, edge, closes):
            return ""
        return "one address got 429 at its address after a few calls"

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What a person does: no machine knows the right way here."""
        del prototype
        said = (
            f"Slow down guesses at {finding.subject}: count failures per account and per address, "
            "wait longer after each, and lock after ten until the owner confirms by mail"
        )
        return Remedy(said, Review.BY_HAND)

    def _judge(self, prototype: Prototype, handler: Handler, checks: list[Effect]) -> Finding:
        open_ones = [e for e in checks if not _is_counted(handler, e)]
        line = prototype.evidence("code", checks[0].location)
        if not open_ones:
            return self.satisfied(
                handler.subject, "Tries are counted, or the caller is known", line
            )
        effect = open_ones[0]
        if effect.has(Check.UNCLEAR):
            return self.unknown(
                handler.subject, "Something is checked before that could not be followed", line
            )
        return self._open(prototype, handler, effect)

    def _judge_passport(self, prototype: Prototype, handler: Handler) -> Finding:
        if any(guard.check is Check.RATE for guard in handler.guards):
            line = prototype.evidence("code", handler.location)
            return self.satisfied(handler.subject, "Tries are counted", line)
        return self._open(prototype, handler, None)

    def _open(self, prototype: Prototype, handler: Handler, effect: Effect | None) -> Finding:
        lines = (
            way(prototype, handler, effect)
            if effect is not None
            else (prototype.evidence("code", handler.location),)
        )
        what = "codes" if effect is not None and _is_of_code(effect) else "passwords"
        if effect is not None and effect.path.endswith(".py") and _throttles(prototype):
            reason = "Only the limit that all calls share applies: it may be too high for passwords"
            return self.unknown(handler.subject, reason, *lines)
        gains = "finds a short one" if what == "codes" else "gets into accounts with weak ones"
        return self.gap(
            handler.subject,
            f"{handler.name} lets anybody try {what} as often as he likes, so a script {gains}",
            *lines,
        )


def _throttles(prototype: Prototype) -> bool:
    """True where Django REST framework counts all calls: DEFAULT_THROTTLE_CLASSES of the settings."""
    return any(
        "DEFAULT_THROTTLE_CLASSES" in (source.text or "")
        for path, source in prototype.files.items()
        if path.endswith(".py") and "settings" in path
    )


def _is_passport(handler: Handler) -> bool:
    """True for `passport.authenticate("local")` of a login."""
    return (
        bool(_LOGIN.search(handler.route.path))
        and handler.route.method == "POST"
        and any(guard.how.startswith("passport.") for guard in handler.guards)
    )


def _is_made_up(effect: Effect) -> bool:
    """True for `user.check_password(user.born.strftime(…))`: the server asks about a word of its own."""
    given = effect.inputs.get("text", frozenset())
    asked = effect.target.endswith(".check_password") and bool(given)
    return asked and all(o.kind == "row" for o in given)


def _is_guess(effect: Effect) -> bool:
    """True for a password that is compared, and for a short code that is looked for."""
    if effect.kind is EffectKind.TOKEN:
        made_up = effect.literals.get("of") in ("token", "own")
        tried = effect.operation.startswith("compare") and not made_up
        return tried and not _is_made_up(effect)
    if effect.kind is not EffectKind.QUERY or effect.operation != "select":
        return False
    return _finds_by_password(effect) or any(
        _CODE.match(name)
        and free(effect, name)
        and (_CODES.search(effect.target) or name != "filter:code")
        for name in effect.sent
    )


def _finds_by_password(effect: Effect) -> bool:
    """True for `select … where username = ? and password = ?`: the statement itself is the login."""
    return any(
        _PASSWORD.match(name) and any(o.is_input for o in origins)
        for name, origins in effect.of("filter:")
    )


_PASSWORD = regex(r"(\w+\.)?(password|passwd|pwd|pass)(_?(hash|digest))?$", re.IGNORECASE)


def _is_of_code(effect: Effect) -> bool:
    if effect.kind is EffectKind.TOKEN:
        return effect.literals.get("of") == "code"
    return effect.kind is EffectKind.QUERY and not _finds_by_password(effect)


def _is_second_factor(effect: Effect) -> bool:
    """True for a code that is asked for after the password: the login it completes is the session."""
    return effect.kind is EffectKind.QUERY and bool(_SECOND.search(effect.target))


_SECOND = regex(r"mfa|2fa|two_?factor|second_?factor|totp|sms_?code|otp", re.IGNORECASE)


_SENT = frozenset({"body", "query", "path", "form", "argument", "claims"})


def _is_his_own(effect: Effect) -> bool:
    """True for a password that is compared with the one of whom the session names, found by nothing else."""
    rows = [o for found in effect.inputs.values() for o in found if o.kind == "row" and o.by]
    return bool(rows) and not any(by.kind in _SENT for o in rows for by in o.by)


def _is_burnt(handler: Handler, effect: Effect) -> bool:
    """True for a code that is taken away where a wrong one was sent: there is one try."""
    if not _is_of_code(effect):
        return False
    after = handler.effects[handler.effects.index(effect) + 1 :]
    tables = {o.name for found in effect.inputs.values() for o in found if o.kind == "row"}
    refusing = {
        e.branches
        for e in after
        if e.kind is EffectKind.RESPONSE and e.literals.get("status", "").startswith("4")
    }
    return any(
        e.kind is EffectKind.QUERY
        and e.operation in ("update", "delete")
        and e.target in (tables or {effect.target})
        and e.branches in refusing - {effect.branches}
        and not e.has(Check.API_KEY)  # the right one, which had run out
        for e in after
    )


def _is_counted(handler: Handler, effect: Effect) -> bool:
    if effect.has(Check.ROLE, Check.OWNER) or _is_his_own(effect):
        return True
    known = AUTHENTICATES - {Check.API_KEY}
    if _is_second_factor(effect):
        known -= {Check.SESSION}  # whoever has the password has a session, and tries the codes
    if effect.has(Check.RATE, *known) or _is_burnt(handler, effect):
        return True
    return any(
        e.kind is EffectKind.QUERY
        and (
            _COUNTER.search(e.target)
            or any(_COUNTER.search(name) for name in e.inputs)
            or any(_COUNTER.search(name) for name in e.literals)
        )
        for e in handler.effects
    )
