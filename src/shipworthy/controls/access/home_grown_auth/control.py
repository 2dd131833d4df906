"""Passwords that are kept or compared in a way that gives them away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Origin
from shipworthy.prototype.handlers.hashing_models import hashes_by_itself
from shipworthy.prototype.handlers.reaching import is_live
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.routes.convex import CONVEX
from shipworthy.regex import regex

_PASSWORD = regex(
    r"^(user_?)?(password|passwd|pwd|password_?hash|hashed_?password)$", re.IGNORECASE
)
_FAST = ("md5", "sha1", "sha-1", "sha256", "sha-256", "sha512", "sha-512")


class HomeGrownAuth(
    Control,
    id="home-grown-auth",
    title="Passwords kept in a way that gives them away",
    consequence="A copy of the table gives every user's password, here and wherever it is used again.",
    severity=Severity.HIGH,
    satisfies=("A27", "owasp:A04", "owasp:A07", "cwe:916"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            for effect in handler.effects:
                said = _mistake(effect) if is_live(effect) else ""
                if effect.literals.get("hash") and any(map(_is_slow, handler.effects)):
                    continue  # old hashes, let in once more beside the new ones
                if not said or handler.subject in found:
                    continue
                if said.startswith("keeps") and hashes_by_itself(prototype, effect):
                    continue
                if handler.route.framework == CONVEX and _is_sent_hashed(effect):
                    continue  # an action or a server that called it has made the hash
                found[handler.subject] = self.gap(
                    handler.subject,
                    f"{handler.name} {said}, so a copy of the table gives the passwords of all users",
                    *way(prototype, handler, effect),
                )
        yield from found.values()
        if not found:
            yield self.not_applicable("no entry point keeps or compares passwords by itself")


def _mistake(effect: Effect) -> str:
    """What is done with a password that should not be; "" where nothing is."""
    if effect.kind is EffectKind.TOKEN and effect.operation == "compare-plain":
        return f"compares passwords {_how(effect.literals.get('hash', ''))}"
    if effect.kind is not EffectKind.QUERY:
        return ""
    for kind, verb in (("value:", "keeps"), ("filter:", "looks up")):
        for name, _ in effect.of(kind):
            if not _PASSWORD.match(name.rpartition(".")[2]):
                continue
            fast = effect.literals.get(f"{kind}{name}~hash", "")
            if fast in _FAST or _is_typed(effect, f"{kind}{name}"):
                return f"{verb} passwords {_how(fast)}"
    return ""


def _is_slow(effect: Effect) -> bool:
    """True for a password that a slow hash is compared with."""
    return effect.kind is EffectKind.TOKEN and effect.operation == "compare"


def _how(algorithm: str) -> str:
    return f"as a bare {algorithm} hash" if algorithm else "as they were typed"


def _is_typed(effect: Effect, name: str) -> bool:
    typed = {
        o.key.rpartition(".")[2].lower()
        for o in effect.sent.get(name, frozenset())
        if o.is_input and _PASSWORD.match(o.key.rpartition(".")[2])
    }
    if typed and all("hash" in key for key in typed):
        # `data.passwordHash || data.password_hash`: a hash either way, where one was made of the password.
        return not any(_is_plain(o) for o in effect.inputs.get(name, frozenset()))
    return bool(typed)


def _is_sent_hashed(effect: Effect) -> bool:
    """True where all passwords that are sent are called hashes."""
    sent = [
        o.key.rpartition(".")[2].lower()
        for name, found in effect.inputs.items()
        if _PASSWORD.match(name.rpartition(":")[2])
        for o in found
        if o.is_input
    ]
    return bool(sent) and all("hash" in key for key in sent)


def _is_plain(origin: Origin) -> bool:
    key = origin.key.rpartition(".")[2].lower()
    return origin.is_input and _PASSWORD.match(key) is not None and "hash" not in key
