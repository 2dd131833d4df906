"""Secrets that were taken out of the files and still stand in the git history."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.roles import role_of
from shipworthy.prototype.secrets.history import COMMITS, PastSecret
from shipworthy.prototype.secrets.secret import SecretKind
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

_OPENS_NOTHING = regex(r"firebase|test mode", re.IGNORECASE)
"""Web keys of Firebase are made to be seen; keys of a test mode move no money."""


class SecretInHistory(
    Control,
    id="secret-in-history",
    title="Secret in the git history",
    consequence="Everyone who gets the code gets the key as well, although no file shows it any more.",
    severity=Severity.HIGH,
    satisfies=("A10", "H26", "H27", "owasp:A04", "cwe:540", "cwe:798"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if prototype.git is not None and prototype.git.commit is None:
            yield self.not_applicable("nothing was committed yet")
            return
        subjects: dict[str, list[PastSecret]] = {}
        for past in prototype.past_secrets:
            if _counts(past):
                subjects.setdefault(f"{past.path}#{past.label}", []).append(past)
        if not subjects:
            reached = f"its latest {COMMITS:,} commits were searched"
            yield self.satisfied("git", f"The history shows no secret of the past: {reached}")
        for subject, found in subjects.items():
            yield self._judge(prototype, subject, found)

    def _judge(self, prototype: Prototype, subject: str, found: list[PastSecret]) -> Finding:
        first = found[0]
        shown = [_evidence(past) for past in found[:5]]
        if first.kind is SecretKind.PASSWORD and not _is_of_environment(first):
            message = (
                f"{first.path} once held a password ({first.label}): does it still open something?"
            )
            low = Confidence.LOW
            return self.gap(subject, message, *shown, severity=Severity.MEDIUM, confidence=low)
        if _was_replaced(prototype, first):
            message = (
                f"an older value of {first.label} stands in the history of {first.path}:"
                " was it revoked when it was replaced?"
            )
            return self.gap(subject, message, *shown, confidence=Confidence.LOW)
        return self.gap(
            subject,
            f"{first.described} was taken out of {first.path}, but stays in the git history since commit"
            f" {first.commit[:8]}: replace it at its issuer",
            *shown,
        )


def _counts(past: PastSecret) -> bool:
    if _OPENS_NOTHING.search(f"{past.provider} {past.name} {past.path}"):
        return False
    # Of a description of an interface, the passwords are examples.
    return past.kind is not SecretKind.PASSWORD or not past.path.endswith(
        (".json", ".yaml", ".yml")
    )


def _is_of_environment(past: PastSecret) -> bool:
    return role_of(past.path) is Role.ENVIRONMENT


def _was_replaced(prototype: Prototype, past: PastSecret) -> bool:
    """True where the same name holds another secret in the same file now, or the file is still there
    and only kept out of version control."""
    return any(
        s.location.path == past.path and s.name == past.name and not s.is_public
        for s in prototype.secrets
    )


def _evidence(past: PastSecret) -> Evidence:
    return Evidence("git", f"commit {past.commit[:12]}: {past.path}: {past.label} = {past.masked}")
