"""Where a secret can be seen from, so that exactly one control speaks of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from shipworthy.finding import Evidence
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.secrets.cookie_jars import COOKIE_JAR
from shipworthy.prototype.secrets.secret import (
    COMPOSED_SECRET,
    DEFAULT_SECRET,
    TOLD_ACCOUNT,
    Place,
    Secret,
    SecretKind,
)
from shipworthy.prototype.secrets.signing import signs
from shipworthy.prototype.source import Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Exposure(StrEnum):
    """Who sees it: every visitor, or whoever sees the repository."""

    BROWSER = "browser"
    ENVIRONMENT_FILE = "environment_file"
    REPOSITORY = "repository"


def exposure(prototype: Prototype, secret: Secret) -> Exposure:
    """Where a secret can be seen from; the browser counts before the repository."""
    if secret.place is Place.ENVIRONMENT_FILE:
        return Exposure.ENVIRONMENT_FILE
    path = secret.location.path
    if path in prototype.modules.browser and not is_archived(path):
        return Exposure.BROWSER
    return Exposure.REPOSITORY


def exposed(prototype: Prototype, where: Exposure) -> dict[str, list[Secret]]:
    """The secrets that can be seen there, by subject `path#label`; guessable defaults left out.

    One value has one subject, that of its first file by name, wherever else it stands.
    """
    by_subject: dict[str, list[Secret]] = {}
    subjects: dict[tuple[str, bool], str] = {}
    for secret in prototype.secrets:
        if not _is_judged_elsewhere(prototype, secret) and exposure(prototype, secret) is where:
            named = f"{secret.location.path}#{secret.label}"
            subject = subjects.setdefault((_same(secret), secret.is_public), named)
            by_subject.setdefault(subject, []).append(secret)
    return by_subject


def _is_judged_elsewhere(prototype: Prototype, secret: Secret) -> bool:
    """True for what signs and is the default of a setting, of which the control `default-secret`
    speaks, and for a guessable secret that signs nothing here."""
    if secret.place is Place.FALLBACK and secret.kind is SecretKind.SIGNING_SECRET:
        return secret.rule.startswith("named-") or secret.rule == DEFAULT_SECRET
    if secret.rule == TOLD_ACCOUNT and secret.place is Place.DOCUMENTATION:
        return True  # the script that makes the account
    if secret.rule == COMPOSED_SECRET:
        return not _is_asked_for(prototype, secret)
    return secret.rule == DEFAULT_SECRET and not signs(prototype, secret)


def _is_asked_for(prototype: Prototype, secret: Secret) -> bool:
    """True where the app reads a setting of this name, and its code does not know the word: there it is a
    default of its own, or one that it refuses."""
    read = [
        prototype.files[r.location.path]
        for r in prototype.environment
        if r.name == secret.name and r.location.path in prototype.files
    ]
    product = [f for f in read if f.role is Role.PRODUCT]
    return bool(product) and not any(secret.value in (f.text or "") for f in product)


def _same(secret: Secret) -> str:
    """What is one secret: a value, and all cookies of the jars in one folder."""
    folder = secret.location.path.rpartition("/")[0]
    return f"{COOKIE_JAR} {folder}" if secret.rule == COOKIE_JAR else secret.value


def lines_of(prototype: Prototype, secrets: Iterable[Secret]) -> list[Evidence]:
    """The lines where these stand, masked; at most five."""
    return [prototype.evidence("code", s.location) for s in list(secrets)[:5]]


def way_into_browser(prototype: Prototype, path: str) -> list[Evidence]:
    """How a page comes to load this file, as one evidence; empty where it is itself the start."""
    graph = prototype.modules
    importers: dict[str, list[str]] = {}
    for start in sorted(graph.browser):
        for end in graph.edges.get(start, ()):
            importers.setdefault(end, []).append(start)
    chain, seen = [path], {path}
    while above := next((p for p in importers.get(chain[-1], ()) if p not in seen), None):
        chain.append(above)
        seen.add(above)
    if len(chain) == 1:
        return []
    shown = chain if len(chain) <= 5 else [*chain[:3], "…", chain[-1]]
    return [Evidence("imports", " ← ".join(shown))]
