"""Private keys that every visitor of the app can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.secrets.demo_logins import account_beside
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.secrets.exposure import Exposure, exposed, lines_of, way_into_browser
from shipworthy.prototype.secrets.literals import kind_of_name
from shipworthy.prototype.secrets.logins import (
    is_made_up_login,
    is_of_administrator,
    is_trial_login,
)
from shipworthy.prototype.secrets.secret import COMPARED_WORD, Secret, SecretKind
from shipworthy.prototype.secrets.variables import Holds, what_it_holds
from shipworthy.prototype.source import Role
from shipworthy.regex import regex


class ClientSideSecret(
    Control,
    id="client-side-secret",
    title="Private key in the browser",
    consequence="Anyone who opens the page can copy the key and use the service on your account.",
    severity=Severity.CRITICAL,
    satisfies=("A10", "H27", "owasp:A02", "cwe:200", "cwe:798"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        in_code = exposed(prototype, Exposure.BROWSER)
        variables = _browser_variables(prototype)
        if not in_code and not variables:
            yield self.not_applicable("no key was found in what visitors download")
        for subject, secrets in in_code.items():
            if all(_is_remark(prototype, s) or _opens_nobodys(prototype, s) for s in secrets):
                continue
            if secrets[0].kind is not SecretKind.SERVICE_ROLE:
                yield self._in_code(prototype, subject, secrets)
        for name, reads in variables.items():
            yield self._variable(prototype, name, reads)

    def _in_code(self, prototype: Prototype, subject: str, secrets: list[Secret]) -> Finding:
        first, lines = secrets[0], lines_of(prototype, secrets)
        if all(s.is_public for s in secrets):
            return self.satisfied(subject, f"{first.described}: public by design", *lines)
        message = f"The {first.described} stands in code that every visitor downloads"
        if first.rule == COMPARED_WORD:
            message = (
                f"The page itself compares what is typed with a word in its code ({first.label}):"
                " every visitor can read it, or get past the question without it"
            )
        way = way_into_browser(prototype, first.location.path)
        return self.gap(subject, message, *lines, *way, severity=_severity(prototype, secrets))

    def _variable(self, prototype: Prototype, name: str, reads: list[EnvironmentRead]) -> Finding:
        lines = [prototype.evidence("code", read.location) for read in reads[:5]]
        seen = [r for r in reads if r.location.path in prototype.modules.browser]
        holds = what_it_holds(name)
        if holds is Holds.PUBLIC:
            return self.satisfied(name, f"{name} holds a key that is public by design", *lines)
        if holds is Holds.UNSURE:
            reason = f"{name} is built into the page: we cannot tell whether it may be seen there"
            return self.unknown(name, reason, *lines)
        if not seen:
            reason = f"{name} is named for the browser, but we found no page that loads its reader"
            return self.unknown(name, reason, *lines)
        is_password = kind_of_name(name) is SecretKind.PASSWORD or _PASSWORD.search(name)
        noun = "password" if is_password else "private key"
        seals = not is_password and _SEALS.search(name) is not None
        noun = "key with which the page encrypts" if seals else noun
        way = way_into_browser(prototype, seen[0].location.path)
        if all(_is_left_aside(prototype, read) for read in seen):
            message = (
                f"{name} is read into a constant of the page: as soon as anything uses it, every visitor"
                f" can read the {noun}"
            )
            return self.gap(name, message, *lines, *way, severity=Severity.HIGH)
        message = f"{name} is built into the page, so every visitor can read the {noun}"
        # It opens no account at a service: what was encrypted with it was hidden from nobody.
        severity = Severity.HIGH if seals else Severity.CRITICAL
        return self.gap(name, message, *lines, *way, severity=severity)


_SEALS = regex(r"(EN|DE)?CRYPT(ION|O)?_?(SECRET_?)?(KEY|SECRET)|CIPHER|AES_KEY", re.IGNORECASE)


def _is_left_aside(prototype: Prototype, read: EnvironmentRead) -> bool:
    """True for `SECRET: import.meta.env.X` of an object that is only asked for other parts: today's
    bundlers leave this one out, and no setting of theirs promises it."""
    file, line = prototype.files[read.location.path], read.location.line
    field = _FIELD.match(file.line(line))
    above = (_OBJECT.match(file.line(n)) for n in range(line - 1, max(0, line - _LONGEST), -1))
    declared = next(filter(None, above), None)
    if field is None or declared is None:
        return False
    pages = [f.text or "" for p, f in prototype.files.items() if p in prototype.modules.browser]
    part = re.compile(rf"(?<![\w$]){field[1]}(?![\w$])")
    whole = re.compile(rf"(?<!const )(?<![\w$]){declared[1]}(?![\w$]|\.\w|\?\.\w)")
    imported = re.compile(rf"\b(import|export)\b[^;()]*\b{declared[1]}\b[^;()]*\bfrom\b")
    texts = [imported.sub("", text) for text in pages if field[1] in text or declared[1] in text]
    return sum(len(part.findall(t)) for t in texts) == 1 and not any(map(whole.search, texts))


_FIELD = regex(r"\s*[\"']?(\w{4,})[\"']?\s*:\s*import\.meta\.env\.\w+")
_OBJECT = regex(r"(?:export\s+)?const (\w+)\s*(?::[^=]+)?=\s*\{\s*$")
_LONGEST = 30  # lines of such an object


def _severity(prototype: Prototype, secrets: list[Secret]) -> Severity:
    """Lower where the password is one that was made up to try the app, and for the key of a service that
    shows what everybody may see: using it up is all that a thief can do."""
    files = prototype.files
    trial = all(is_trial_login(s, files[s.location.path]) for s in secrets)
    costs_little = all(
        not s.provider and _SHOWS.search(f"{s.name or ''} {s.location.path}") for s in secrets
    )
    if trial or costs_little:
        return Severity.MEDIUM
    asks_only = all(
        s.rule == COMPARED_WORD and not is_of_administrator(s, files[s.location.path])
        for s in secrets
    )
    return Severity.HIGH if asks_only else Severity.CRITICAL


_SHOWS = regex(
    r"weather|exchange_?rates?|currency|unsplash|pexels|pixabay|giphy|tenor|tmdb|movie|omdb|news|football|sports?|nasa|geocod"
    r"|maps?(?![a-z])|iqair|air_?quality",
    re.IGNORECASE,
)


def _is_remark(prototype: Prototype, secret: Secret) -> bool:
    """True for a password in a comment: comments do not reach the page."""
    file = prototype.files[secret.location.path]
    line = file.line(secret.location.line).lstrip()
    return secret.kind is SecretKind.PASSWORD and line.startswith(("//", "*", "/*", "{/*"))


_PASSWORD = regex(r"PASSWORD|PASSWD|PASSPHRASE|_PWD(_|$)", re.IGNORECASE)


def _opens_nobodys(prototype: Prototype, secret: Secret) -> bool:
    """True for the password of an account at example.com, which guides write (RFC 2606), and for one
    that was made up for a page that describes an interface."""
    if is_made_up_login(secret) and _DESCRIBES.search(secret.location.path):
        return True
    text = prototype.files[secret.location.path].text or ""
    start = text.find(secret.value)
    account = account_beside(text, start) if start >= 0 else ""
    return secret.kind is SecretKind.PASSWORD and _EXAMPLES.search(account) is not None


_DESCRIBES = regex(
    r"(api|rest)[-_]?(docs?|documentation|reference)|swagger|openapi|postman", re.IGNORECASE
)
_EXAMPLES = regex(r"@example\.(com|org|net)$")


def _browser_variables(prototype: Prototype) -> dict[str, list[EnvironmentRead]]:
    """Reads of keys that a bundler writes into the page, by variable; service-role keys left out.

    Next.js replaces a variable only where it is read, so a read on the server exposes nothing.
    """
    by_name: dict[str, list[EnvironmentRead]] = {}
    for read in prototype.environment:
        file = prototype.files.get(read.location.path)
        if file is None or file.role is not Role.PRODUCT or not read.reaches_browser:
            continue
        if read.tested or _is_left_as_it_is(prototype, read):
            continue
        in_browser = read.location.path in prototype.modules.browser
        if not in_browser and read.accessor != "import.meta.env":
            continue
        if what_it_holds(read.name) not in (Holds.NO_KEY, Holds.SERVICE_ROLE):
            by_name.setdefault(read.name, []).append(read)
    return by_name


def _is_left_as_it_is(prototype: Prototype, read: EnvironmentRead) -> bool:
    """True for `process.env.VITE_X`: Vite writes out what stands behind `import.meta.env` alone,
    unless its configuration defines the other name (Vite's guide on env variables)."""
    if read.accessor != "process.env" or not read.name.startswith("VITE_"):
        return False
    settings = (f.text or "" for f in prototype.files.values() if _BUILDS.search(f.name))
    return not any(_DEFINES.search(text) for text in settings)


_BUILDS = regex(r"^(vite|vitest|webpack|rspack|rsbuild|craco)[\w.]*\.[cm]?[jt]s$|^next\.config\.")
_DEFINES = regex(
    r"""["'`]process\.env\b|\benv\s*:|EnvironmentPlugin|DefinePlugin|vite-plugin-environment|dotenv"""
)
