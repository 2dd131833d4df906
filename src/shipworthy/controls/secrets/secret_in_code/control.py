"""Secrets written into the repository, out of the browser's reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.comparing import WORD_OF_CODE
from shipworthy.prototype.handlers.handler import EffectKind, Handler
from shipworthy.prototype.modules.classes import is_idle
from shipworthy.prototype.secrets.cookie_jars import COOKIE_JAR
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.secrets.exposure import Exposure, exposed, lines_of
from shipworthy.prototype.secrets.guessable_edits import guessable_from_environment
from shipworthy.prototype.secrets.jwt import claims
from shipworthy.prototype.secrets.kept_sessions import is_of_kept_sessions
from shipworthy.prototype.secrets.literal_edits import from_environment, variable_of
from shipworthy.prototype.secrets.literals import split_name
from shipworthy.prototype.secrets.logins import (
    is_made_up_login,
    is_of_administrator,
    is_trial_login,
)
from shipworthy.prototype.secrets.required_settings import is_built_ahead, without_fallbacks
from shipworthy.prototype.secrets.secret import (
    ACCOUNT_PASSWORD,
    COMPARED_WORD,
    COMPOSED_SECRET,
    DEFAULT_SECRET,
    MIGRATED_ACCOUNT,
    SEEDED_ACCOUNT,
    TOLD_ACCOUNT,
    Place,
    Secret,
    SecretKind,
)
from shipworthy.prototype.secrets.seeds import fills_production
from shipworthy.prototype.secrets.told_logins import is_of_what_users_meet
from shipworthy.prototype.secrets.uris import leads_home
from shipworthy.prototype.secrets.variables import Holds, what_it_holds
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_OPEN_EVERYTHING = (SecretKind.SERVICE_ROLE, SecretKind.CONNECTION_URI)
_OPENS_BY_HASH = (
    "What opens this address is compared with the hash of a word, which is written into the code: whoever"
    " reads it tries words until one fits"
)
_OPENS = "What opens this address is compared with a word that is written into the code"
_OF_KEPT_SESSIONS = (
    "The secret of the sessions is written into the code; the sessions themselves stay with the server,"
    " under numbers that nobody guesses"
)
_WHERE = {
    Place.CODE: "is written into the code",
    Place.FALLBACK: "is written into the code as the default of a setting",
    Place.CONFIG: "stands in a configuration file",
    Place.SQL: "stands in SQL",
    Place.DOCUMENTATION: "stands in the documentation",
}


class SecretInCode(
    Control,
    id="secret-in-code",
    title="Secret written into the repository",
    consequence="Everyone who sees the code, a backup or a fork can use the account behind it.",
    severity=Severity.HIGH,
    satisfies=("A10", "H26", "H27", "G24", "owasp:A07", "cwe:798"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found = {
            subject: secrets
            for subject, secrets in exposed(prototype, Exposure.REPOSITORY).items()
            if not all(_stands_in(prototype, s) for s in secrets)
        }
        for subject, secrets in found.items():
            private = [s for s in secrets if not s.is_public]
            guides = [prototype.evidence("guide", p) for p in _guides(prototype, private)[:1]]
            lines = [*lines_of(prototype, private or secrets), *guides]
            if not private:
                message = f"{secrets[0].described}: public by design"
                yield self.satisfied(subject, message, *lines)
                continue
            if all(_never_runs(prototype, s) for s in private):
                yield self.satisfied(
                    subject, "A made-up login in a class that nothing makes", *lines
                )
                continue
            severities = [_severity(prototype, s) for s in private]
            first = private[severities.index(max(severities, key=_rank))]
            doubtful = all(leads_home(s.value) or _expired_soon(s) for s in private)
            sure = Confidence.LOW if doubtful else Confidence.HIGH
            worst = max(severities, key=_rank)
            kept = _signs_kept_sessions(prototype, first)
            message = (
                _OF_KEPT_SESSIONS
                if kept
                else _message(first, private, stands_in=_is_default_of_shell(prototype, first))
            )
            if all(s.location.path in prototype.abandoned for s in private):
                message = f"{message}, in a file that nothing uses"
            yield self.gap(subject, message, *lines, severity=worst, confidence=sure)
        words = dict(_words_that_open(prototype, found))
        for subject, place in words.items():
            yield self._opened(prototype, subject, place)
        right = {s: r for s, r in _read_from_outside(prototype).items() if s not in found}
        for subject, read in right.items():
            message = f"{read.name} comes from the environment"
            yield self.satisfied(subject, message, prototype.evidence("code", read.location))
        if not found and not right and not words:
            yield self.not_applicable("the prototype holds and reads no secret")

    def _opened(self, prototype: Prototype, subject: str, place: Location) -> Finding:
        line = prototype.evidence("code", place)
        if _is_hash_near(prototype, place):
            return self.gap(subject, _OPENS_BY_HASH, line, severity=Severity.MEDIUM)
        return self.gap(subject, _OPENS, line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        label = finding.subject.partition("#")[2]
        secrets = exposed(prototype, Exposure.REPOSITORY).get(finding.subject, [])
        writes = []
        for path in dict.fromkeys(s.location.path for s in secrets):
            here = [s for s in secrets if s.location.path == path]
            changed = _from_outside(prototype, path, here)
            if changed is None or changed == prototype.files[path].text:
                return None
            writes.append(Write(path, changed))
        label = next((name for s in secrets if (name := variable_of(s))), label)
        summary = f"Read {label} from the environment alone; replace the leaked value at its issuer"
        return Remedy(summary, Review.CAREFUL, tuple(writes)) if writes else None


def _stands_in(prototype: Prototype, secret: Secret) -> bool:
    """True for the default of a password that the prototype itself asks for: `default-secret` says it."""
    if secret.kind is not SecretKind.PASSWORD or secret.place is not Place.FALLBACK:
        return False
    here = prototype.default_secrets.get(secret.location.path, ())
    return any(f.name == secret.name for f in here)


def _words_that_open(
    prototype: Prototype, found: dict[str, list[Secret]]
) -> Iterator[tuple[str, Location]]:
    """Entry points, by subject, that a literal opens which no name gives away as a secret."""
    told = {s.location.path for secrets in found.values() for s in secrets if not s.is_public}
    for handler in prototype.handlers:
        for effect in handler.effects:
            if effect.kind is EffectKind.RESPONSE:
                continue  # the handshake of a webhook opens nothing
            places = [g.location for g in effect.guards if g.how == WORD_OF_CODE]
            if effect.operation == "compare-word" and not _sets_password(handler):
                places.append(effect.location)
            for place in places:
                near = {place.path, *prototype.modules.edges.get(place.path, ())}
                if not near & told:
                    yield handler.subject, place


def _is_hash_near(prototype: Prototype, place: Location) -> bool:
    """True where the word of a comparison, in its line or the ones before it, is a digest in hexadecimal."""
    file = prototype.files.get(place.path)
    lines = file.lines[max(0, place.line - 1 - _BEFORE) : place.line] if file is not None else []
    return any(map(_DIGEST.search, lines)) and _HASHES.search("\n".join(lines)) is not None


_BEFORE = 4  # lines
_DIGEST = regex(
    r"[\"'](?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{96}|[0-9a-f]{128})[\"']", re.IGNORECASE
)
_HASHES = regex(r"hash|digest|sha_?\d", re.IGNORECASE)


def _sets_password(handler: Handler) -> bool:
    """True where somebody chooses a password: a word that it is compared with is one that is refused."""
    return _CHOOSES.search(handler.name) is not None or any(
        "password" in name.lower() and origins
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation in ("insert", "update", "upsert")
        for name, origins in effect.of("value:")
    )


_CHOOSES = regex(r"register|sign-?up|(change|reset|set|update)[-_]?password|strength", re.I)


def _message(first: Secret, private: list[Secret], *, stands_in: bool) -> str:
    if first.rule == COOKIE_JAR:
        what = f"The session cookie {first.name} of somebody who was signed in"
        return f"{what} stands in a file that curl wrote{_elsewhere(private)}"
    if first.rule == DEFAULT_SECRET:
        named = "The secret of the sessions" if first.name == "secret" else first.name
        return f"{named} is a word that can be guessed: whoever does forges what it signs"
    if first.rule == COMPOSED_SECRET:
        unset = ", where no other is set" if stands_in else ""
        said = (
            f"The server is started with {first.name} set to a word that stands in the repository"
        )
        return f"{said}{unset}: whoever reads or guesses it forges what it signs"
    if first.rule == ACCOUNT_PASSWORD:
        said = "An account of the app gets a password that is written into the code"
        return f"{said}: whoever reads it signs in{_elsewhere(private)}"
    if first.rule == SEEDED_ACCOUNT:
        said = "When the server starts, it makes an administrator's account with a password that is written"
        return f"{said} into the code: whoever reads or guesses it signs in"
    if first.rule == TOLD_ACCOUNT:
        said = "The code makes an administrator's account with a password that stands in it and in a guide"
        return f"{said}: whoever reads it signs in wherever nobody has changed it"
    if first.rule == MIGRATED_ACCOUNT:
        said = (
            "A migration makes an administrator's account with a password that is written into it"
        )
        return f"{said}: whoever reads it signs in{_elsewhere(private)}"
    if first.rule == COMPARED_WORD:
        said = "What is typed is compared with a word that is written into the code"
        return f"{said}: whoever reads it is let in{_elsewhere(private)}"
    if _is_handshake(first):
        return f"The word {first.name}, which a webhook is set up with, is written into the code"
    where = _WHERE.get(first.place, "stands in the repository")
    return f"The {first.described} {where}{_elsewhere(private)}"


def _guides(prototype: Prototype, secrets: list[Secret]) -> list[Location]:
    """The lines of guides that tell the passwords of administrators whom a script makes."""
    told = {s.value for s in secrets if s.rule == TOLD_ACCOUNT}
    documents = (s for s in prototype.secrets if s.place is Place.DOCUMENTATION) if told else ()
    return [s.location for s in documents if s.rule == TOLD_ACCOUNT and s.value in told]


def _is_handshake(secret: Secret) -> bool:
    """True for the word that a service sends back once, when its webhook is entered: it opens
    nothing (Meta's documentation of webhooks)."""
    return {"verify", "token"} <= set(split_name(secret.name or "")) and not secret.provider


def _never_runs(prototype: Prototype, secret: Secret) -> bool:
    """True for the login of a made-up account in a class that no code constructs."""
    file = prototype.files[secret.location.path]
    made_up = is_trial_login(secret, file) or is_made_up_login(secret)
    return made_up and is_idle(prototype, secret.location)


def _elsewhere(secrets: list[Secret]) -> str:
    files = len({s.location.path for s in secrets})
    return f", in {files} files" if files > 1 else ""


def _from_outside(prototype: Prototype, path: str, secrets: list[Secret]) -> str | None:
    """The text of a file that reads these secrets from outside; None where no machine can tell how."""
    file = prototype.files[path]
    if all(s.place is Place.FALLBACK for s in secrets):
        return _without_fallbacks(file, [s.label for s in secrets], is_built_ahead(prototype))
    runs = file.role in (Role.PRODUCT, Role.SCRIPT)
    if all(s.place is Place.CODE and s.rule == DEFAULT_SECRET for s in secrets):
        return guessable_from_environment(file, secrets)
    plain = all(s.place is Place.CODE and s.rule != DEFAULT_SECRET for s in secrets)
    in_pages = path in prototype.modules.browser
    return from_environment(file, secrets) if runs and plain and not in_pages else None


def _without_fallbacks(file: SourceFile, names: list[str], built: bool) -> str | None:
    """The file with none of these variables falling back; None where one cannot be changed."""
    for name in dict.fromkeys(names):
        changed = without_fallbacks(file, name, built=built)
        if changed is None:
            return None
        file = replace(file, text=changed)
    return file.text


def _is_of_database(secret: Secret, file: SourceFile) -> bool:
    """True for a password beside the address of a database that is not on the machine itself."""
    if secret.kind is not SecretKind.PASSWORD or secret.place is not Place.CONFIG:
        return False
    number = secret.location.line
    near = "\n".join(file.line(n) for n in range(number - 4, number + 4))
    return "jdbc:" in near and not any(host in near for host in _OWN_HOSTS)


_OWN_HOSTS = ("localhost", "127.0.0.1", ":h2:", "//db:", "//postgres:", "//mysql:")
# What lets somebody into a call, which its guests pass on anyway.
_OF_A_MEETING = regex(r"zoom|meeting|webinar", re.IGNORECASE)


def _severity(prototype: Prototype, secret: Secret) -> Severity:
    """Live payment, cloud and database credentials do the most harm at once; a password that was
    made up for an account of the app does less, unless the app itself lets an administrator in."""
    file = prototype.files[secret.location.path]
    if _is_handshake(secret) or _OF_A_MEETING.search(secret.name or ""):
        return Severity.LOW
    if _expired_soon(secret) or _of_nobody(secret):
        return Severity.LOW
    if file.path in prototype.abandoned and not _opens_elsewhere(secret):
        return Severity.LOW
    if _signs_kept_sessions(prototype, secret):
        return Severity.LOW
    if secret.rule == COOKIE_JAR:
        return Severity.MEDIUM
    if secret.rule in (SEEDED_ACCOUNT, MIGRATED_ACCOUNT) or _is_of_database(secret, file):
        return Severity.HIGH
    if secret.rule == TOLD_ACCOUNT:
        told = any(is_of_what_users_meet(prototype, p) for p in _guides(prototype, [secret]))
        live = told or fills_production(prototype, file.path)
        return Severity.HIGH if live else Severity.MEDIUM
    if is_trial_login(secret, file):
        return Severity.LOW
    if is_made_up_login(secret):
        meets = file.role is Role.PRODUCT or fills_production(prototype, file.path)
        opens = meets and is_of_administrator(secret, file)
        return Severity.HIGH if opens else Severity.MEDIUM
    if leads_home(secret.value) or _is_default_of_shell(prototype, secret):
        return Severity.MEDIUM
    if secret.kind in _OPEN_EVERYTHING or secret.provider in ("Stripe", "AWS", "Google Cloud"):
        return Severity.CRITICAL
    return Severity.MEDIUM if secret.provider == "Stripe (test mode)" else Severity.HIGH


def _is_default_of_shell(prototype: Prototype, secret: Secret) -> bool:
    """True for `${NAME:-value}`, which counts where nobody sets another."""
    file = prototype.files[secret.location.path]
    return f"-{secret.value}}}" in file.line(secret.location.line)


_SOON = 31 * 24 * 3600  # seconds


def _expired_soon(secret: Secret) -> bool:
    """True for a token that was made to last a month at most: chances are that it opens nothing."""
    known = claims(secret.value) or {}
    start, end = known.get("iat"), known.get("exp")
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        return False
    return end - start <= _SOON


def _signs_kept_sessions(prototype: Prototype, secret: Secret) -> bool:
    """True for `session({ secret: "words" })` of express-session."""
    place, unnamed = secret.location, secret.name == "secret" and not secret.provider
    return unnamed and is_of_kept_sessions(prototype, place.path, place.line)


def _of_nobody(secret: Secret) -> bool:
    """True for the token of an account that was made up for an example."""
    email = (claims(secret.value) or {}).get("email")
    return isinstance(email, str) and _MADE_UP.search(email.lower()) is not None


_MADE_UP = regex(r"^(test|demo|user|john\.?doe|jane\.?doe)\d*@|@example\.(com|org|net)$")


def _opens_elsewhere(secret: Secret) -> bool:
    """True for what a provider or a database accepts whether the code around it runs or not."""
    return bool(secret.provider) or secret.kind in _OPEN_EVERYTHING


def _rank(severity: Severity) -> int:
    return severity.value


def _read_from_outside(prototype: Prototype) -> dict[str, EnvironmentRead]:
    """Reads of private variables in product code that have no literal to fall back on."""
    right: dict[str, EnvironmentRead] = {}
    for read in prototype.environment:
        file = prototype.files.get(read.location.path)
        if file is None or file.role is not Role.PRODUCT or read.fallback or read.reaches_browser:
            continue
        if what_it_holds(read.name) in (Holds.PRIVATE, Holds.SERVICE_ROLE, Holds.UNSURE):
            right.setdefault(f"{file.path}#{read.name}", read)
    return right
