"""Answers that give away secrets, password hashes or the inside of the code."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.answer_edits import without_stacks
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.knowledge.rows import JOINED
from shipworthy.prototype.handlers.ownership import plain
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.reaching import (
    Subject,
    is_live,
    is_open,
    is_trusted,
    reached,
    who,
)
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.weight import is_personal
from shipworthy.prototype.source import Role
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_SECRET = regex(
    r"(SECRET|SERVICE_ROLE|PRIVATE_KEY|PASSWORD|API_KEY|AUTH_TOKEN|ACCESS_TOKEN|BOT_TOKEN|DATABASE_URL|CONNECTION_STRING)"
)
_PUBLIC = regex(
    r"PUBLIC|PUBLISHABLE|ANON|CLIENT_ID|SITE_KEY|MAPBOX|MAPS|GOOGLE_API_KEY|FIREBASE_API_KEY|POSTHOG|VITE_|EXPO_|TINYMCE|GIPHY|VAPID|WEATHER|DEEPGRAM_TEMP"
    r"|CLOUDINARY_(API_)?KEY|(^|_)STREAM_(API_)?KEY|LIVEKIT_API_KEY"
)
"""Keys that browsers are meant to have, or that say only whose account a signature is of."""
_RULE = regex(
    r"_(MIN|MAX|LENGTH|ROUNDS|TTL|POLICY|ENABLED|REQUIRED|ATTEMPTS|(EXPIR|LIFE|VALID)\w*|AGE|DAYS|HOURS|MINUTES"
    r"|SECONDS)(_\w+)?$"
)
"""What is demanded of a password or how long a token lives: no secret itself."""
_HASH = regex(
    r"(^|\.)(?!(must|has|is|needs?|force|require)\w*_)(\w+_)?(password|passwd|password_?hash|hashed_?password|password_?digest|two_?factor_?secret|totp_?secret|mfa_?secret"
    r"|otp_?secret|reset_?token|refresh_?token)$",
    re.IGNORECASE,
)


_OPENS_ALL = regex(
    r"DATABASE_URL|SERVICE_ROLE|POSTGRES\w*URL|MONGO\w*UR[IL]|JWT_SECRET|PRIVATE_KEY", re.IGNORECASE
)
"""Secrets that open everybody's data or every account."""


class InternalsInResponse(
    Control,
    id="internals-in-response",
    title="Secrets or internals in an answer",
    consequence="Whoever asks gets password hashes, keys or a map of your code to attack with.",
    severity=Severity.MEDIUM,
    satisfies=("A26", "H08", "owasp:A10", "cwe:209", "cwe:200"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        tables = _tables_with_hashes(prototype)
        links = _tables_with_links(prototype)
        for subject in reached(prototype.handlers, EffectKind.RESPONSE, EffectKind.HTML):
            nothing = False
            yield self._judge(prototype, subject, tables, links)
        if nothing:
            yield self.not_applicable("no entry point answers with data")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Log the stack trace in place of sending it; what else is given away is for a person."""
        for subject in reached(prototype.handlers, EffectKind.RESPONSE, EffectKind.HTML):
            for _, effect in subject.effects if subject.name == finding.subject else ():
                file = prototype.files.get(effect.path)
                text = without_stacks(file, effect.line) if file is not None else None
                if text is not None:
                    said = f"Log stack traces in place of sending them, in {effect.path}"
                    return Remedy(said, Review.CAREFUL, (Write(effect.path, text),))
        return None

    def _judge(
        self,
        prototype: Prototype,
        subject: Subject,
        tables: Mapping[str, str],
        links: frozenset[str],
    ) -> Finding:
        for handler, effect in subject.effects:
            found = _given_away(handler, effect, tables, links) if is_live(effect) else None
            if found is not None and not (
                found[1].endswith(" included") and _masks(prototype, effect)
            ):
                severity, what, then = found
                staff = is_trusted(effect)
                own = _is_own(effect) or purpose(handler) in (Purpose.LOGIN, Purpose.SIGN_UP)
                if own and "hashes" in what and not _is_of_team(handler, effect):
                    severity, then = Severity.LOW, "sees the hash of the own password"
                elif "hashes" in what and _is_just_made(handler, effect):
                    severity, then = Severity.LOW, "sees the hash of the password just set"
                # The hashes of all are in the browsers and logs of the staff, whom nobody needs to attack.
                for_staff = Severity.MEDIUM if "hashes" in what else Severity.LOW
                doubted = staff and "hashes" not in what
                return self.gap(
                    subject.name,
                    f"{handler.name} answers with {what}, so {who(handler, effect)} {then}",
                    *way(prototype, handler, effect),
                    severity=for_staff if staff else severity,
                    confidence=Confidence.LOW if doubted else Confidence.HIGH,
                )
        line = prototype.evidence("code", subject.effects[0][1].location)
        return self.satisfied(subject.name, "No secret, hash or stack trace is in the answer", line)


def _given_away(
    handler: Handler, effect: Effect, tables: Mapping[str, str], links: frozenset[str]
) -> tuple[Severity, str, str] | None:
    proof = effect.literals.get("proof", "")
    if proof and _is_asked_by_a_stranger(handler, effect):
        what = f"{proof}, which is meant for the mail or phone of the account alone"
        return Severity.CRITICAL, what, "takes over any account whose address or number is known"
    whole = effect.sent.get("body", frozenset()) | effect.sent.get("text", frozenset())
    people = effect.literals.get("people", "")
    if people and _tells_strangers(handler, effect):
        severity = Severity.HIGH if "balance" in people or "iban" in people else Severity.MEDIUM
        return severity, f"{people} beside each row", "collects how to reach your users"
    typed = None
    for origin in sorted(whole, key=lambda o: o[:3]):
        if _is_typed(handler, origin):
            typed = Severity.LOW, f"{origin.name}.{origin.key}", "gets back the password just typed"
            continue
        if _is_secret(origin):
            grave = _OPENS_ALL.search(origin.name) and is_open(handler, effect)
            severity = Severity.CRITICAL if grave else Severity.HIGH
            return severity, f"the secret {origin.name}", "can use it as your server does"
        if origin.kind == "row" and (effect.operation == "page" or effect.literals.get("model")):
            continue  # a template or response model shows what it names, not all that it is given
        if origin.kind == "row" and _OF_SERVICE.search(origin.key):
            what = f"{origin.name}.{origin.key}"
            return Severity.HIGH, what, "can use it as your server does"
        hashed = origin.kind == "row" and _HASH.search(origin.key)
        if hashed and not _is_given(handler, origin) and not _is_left_out(handler, origin):
            return Severity.HIGH, f"{origin.name}.{origin.key}", "can take over the accounts"
        if _opens_elsewhere(handler, origin, links) and not _is_own(effect):
            shown = f"{origin.name}.{origin.key}" if origin.key else f"whole rows of {origin.name}"
            what = f"{shown} with the token that opens the account at another service"
            return (
                Severity.HIGH,
                what,
                "can do there what your server may, past every rule of yours",
            )
        if origin.kind == "row" and not origin.key and _is_whole(handler, origin.name, tables):
            kept = tables[plain(origin.name)]
            if _KEY_OF_OTHERS.search(kept) and not _is_shown_to_others(handler, effect):
                continue
            return Severity.HIGH, f"whole rows of {origin.name}, {kept} included", _then(kept)
        joined = _joined(handler, origin, tables) if origin.kind == "row" else ""
        if joined and not _KEY_OF_OTHERS.search(tables[plain(joined)]):
            kept = tables[plain(joined)]
            what = f"whole rows of {joined} beside those of {origin.name}, {kept} included"
            return Severity.HIGH, what, _then(kept)
        if origin.kind == "error" and origin.key.rpartition(".")[2] in ("stack", "stackTrace"):
            return Severity.MEDIUM, "the stack trace of an error", "learns how the code is built"
    return typed


def _tells_strangers(handler: Handler, effect: Effect) -> bool:
    """True for a list of whole rows that whoever comes is shown, not found by what only its people know."""
    asked = [e for e in handler.effects_of(EffectKind.QUERY) if e.operation == "select"]
    return (
        handler.route.method == "GET"
        and is_open(handler, effect)
        and any(o.kind == "row" and not o.key for o in effect.sent.get("body", ()))
        and bool(asked)
        and not any(map(is_personal, asked))  # whoever comes is asked for first there
        and not any(_KNOWN_TO_ONE.search(name) for e in asked for name, _ in e.of("filter:"))
    )


_KNOWN_TO_ONE = regex(r"mail|phone|token|code|reference|secret|session|uuid", re.IGNORECASE)


def _then(kept: str) -> str:
    return (
        "can try the passwords at leisure" if kept == _HASHES else "can use it as your server does"
    )


def _is_typed(handler: Handler, origin: Origin) -> bool:
    """True for the password of an account that the same request adds, with the password that it sends."""
    if origin.kind != "row" or not _HASH.search(origin.key):
        return False
    added = (
        e.sent.get(f"value:{origin.key}", frozenset())
        for e in handler.effects_of(EffectKind.QUERY)
        if e.operation == "insert" and e.target == origin.name
    )
    return any(g and g <= origin.by and all(o.is_input for o in g) for g in added)


def _is_asked_by_a_stranger(handler: Handler, effect: Effect) -> bool:
    """True where whoever has lost a password or asks for a code names the account, and nothing was
    proved before."""
    if not _LOST.search(handler.route.path) or not is_open(handler, effect):
        return False
    before = handler.effects[: handler.effects.index(effect)]
    named = any(
        e.kind is EffectKind.QUERY and any(o.is_input for _, os in e.of("filter:") for o in os)
        for e in before
    )
    proved = any(
        e.kind is EffectKind.TOKEN and e.operation.startswith(("compare", "verify")) for e in before
    )
    return named and not proved


_LOST = regex(
    r"forgot|lost[-_]?password|recover|(request|send|resend|generate)[-_]?(password[-_]?)?(reset|otp|code)"
    r"|reset[-_](password[-_])?(request|link)|password[-_]?reset[-_]?request",
    re.IGNORECASE,
)


def _is_whole(handler: Handler, table: str, tables: Container[str]) -> bool:
    """True where all columns of a table with hashes are read, or come back of what is written."""
    asked = _answering(handler, table)
    return (
        plain(table) in tables
        and bool(asked)
        and all(_gives_all(e.literals.get("columns", "*").strip()) for e in asked)
    )


def _is_left_out(handler: Handler, origin: Origin) -> bool:
    """True for a column that no query of its table gives: `find(filter, {"password": 0})`."""
    asked = [e.literals.get("columns", "*").strip() for e in _answering(handler, origin.name)]
    return bool(asked) and all(
        c != "*"
        and (f"-{origin.key}" in c.split() if c.startswith("-") else not _names(c, origin.key))
        for c in asked
    )


def _names(columns: str, key: str) -> bool:
    return (
        "*" in columns or "(" in columns or re.search(rf"\b{re.escape(key)}\b", columns) is not None
    )


def _is_shown_to_others(handler: Handler, effect: Effect) -> bool:
    """True where rows are shown that were not asked for by who the caller is, to no member of the staff."""
    asked = [e for e in handler.effects_of(EffectKind.QUERY) if e.operation != "select"]
    return not asked and not _is_own(effect) and not is_trusted(effect)


def _gives_all(columns: str) -> bool:
    """True for all columns, and for all but some among which no hash is: `.select("-__v")`."""
    left_out = columns.split()
    return columns == "*" or (
        columns.startswith("-") and not any(_HASH.search(name.lstrip("-")) for name in left_out)
    )


def _answering(handler: Handler, table: str) -> list[Effect]:
    """The queries of a table that give rows: those that write where they say which columns come back."""
    queries = (e for e in handler.effects_of(EffectKind.QUERY) if e.target == table)
    return [e for e in queries if e.operation == "select" or "columns" in e.literals]


def _is_just_made(handler: Handler, effect: Effect) -> bool:
    """True where all rows that are shown were added by the same request, with its password."""
    shown = {o.name for name in ("body", "text") for o in effect.sent.get(name, ())}
    asked = [e for table in shown for e in _answering(handler, table)]
    return bool(asked) and all(e.operation == "insert" for e in asked)


def _joined(handler: Handler, origin: Origin, tables: Container[str]) -> str:
    """The relation with hashes that a query takes along with its rows, whole; "" for none."""
    for effect in handler.effects_of(EffectKind.QUERY):
        if effect.target != origin.name:
            continue
        for joined in effect.literals.get(JOINED, "").split(","):
            name, _, table = joined.partition(":")
            shown = not origin.key or (table and origin.key == name)
            if shown and plain(table or name) in tables:
                return table or name
    return ""


def _is_of_team(handler: Handler, effect: Effect) -> bool:
    """True for rows that were found by the organisation of whoever is signed in: those of all its members."""
    shown = {o.name for name in ("body", "text") for o in effect.sent.get(name, ())}
    return any(
        query.operation == "select" and query.target in shown and _TEAM.search(name)
        for query in handler.effects_of(EffectKind.QUERY)
        for name, _ in query.of("filter:")
    )


_TEAM = regex(
    r"(tenant|org|organi[sz]ation|company|workspace|team|school|clinic|church)_?id$", re.IGNORECASE
)


_MASK = regex(
    r"\b(\w*(password|passwd|hash|secret))[\"']?\s*:\s*(undefined|null|None|[\"'`]|[\w.]+\s*\?\s*[\"'`]|!!)",
    re.IGNORECASE,
)
_REACH = 6  # lines of an answer in which the fields of a row are written over


def _masks(prototype: Prototype, effect: Effect) -> bool:
    """True for `{ ...row, password: row.password ? "••••" : null }`."""
    file = prototype.files.get(effect.path)
    lines = range(max(effect.line - 2, 1), effect.line + _REACH)
    return file is not None and any(_MASK.search(file.line(n)) for n in lines)


def _is_own(effect: Effect) -> bool:
    """True where the rows that are shown were found by the caller alone, here or at an identity provider."""
    rows = [o for name in ("body", "text") for o in effect.sent.get(name, ()) if o.kind == "row"]
    found = {by.kind for o in rows for by in o.by}
    return "principal" in found and all(o.by and not any(by.is_input for by in o.by) for o in rows)


def _is_given(handler: Handler, origin: Origin) -> bool:
    """True for the token of a session that whoever signs in is given."""
    return "token" in origin.key and purpose(handler) in (
        Purpose.LOGIN,
        Purpose.SIGN_UP,
        Purpose.CALLBACK,
    )


def _opens_elsewhere(handler: Handler, origin: Origin, links: frozenset[str]) -> bool:
    """True for the token with which the server asks another service for an account that is linked."""
    if origin.kind != "row" or plain(origin.name) not in links or _is_given(handler, origin):
        return False
    if not origin.key:
        return _is_whole(handler, origin.name, links)
    return bool(_ACCESS.match(origin.key.rpartition(".")[2]))


_ACCESS = regex(r"(\w+_)?access_?token$|client_?secret$|bot_?token$", re.IGNORECASE)
_RENEWS = regex(r"(\w+_)?refresh_?token$", re.IGNORECASE)
_OF_VISITORS = regex(r"session|user$|login|device|auth_?token", re.IGNORECASE)
"""Tables with the tokens of the prototype's own sign-in."""


def _tables_with_links(prototype: Prototype) -> frozenset[str]:
    """Tables that keep a token of another service beside the one that renews it."""
    columns: dict[str, set[str]] = {}
    for table in prototype.tables:
        columns.setdefault(table.name, set()).update(table.columns)
    for handler in prototype.handlers:
        for effect in handler.effects_of(EffectKind.QUERY):
            columns.setdefault(effect.target, set()).update(name for name, _ in effect.of("value:"))
    return frozenset(
        plain(table)
        for table, found in columns.items()
        if any(map(_ACCESS.match, found)) and any(map(_RENEWS.match, found))
        if not _OF_VISITORS.search(table)
    )


def _is_secret(origin: Origin) -> bool:
    return (
        origin.kind == "environment"
        and bool(_SECRET.search(origin.name))
        and not _PUBLIC.search(origin.name)
        and not _RULE.search(origin.name)
    )


_HASHES = "password hashes"


def _tables_with_hashes(prototype: Prototype) -> dict[str, str]:
    """Tables with a column for hashes that some code speaks of: one that stands in SQL alone is empty,
    as where the platform keeps the passwords and an old set-up script is left over. With the column where
    it holds what the server itself signs in with elsewhere: `smtp_password`."""
    columns = {
        (table.name, column)
        for table in prototype.tables
        for column in table.columns
        if (_HASH.search(column) or _KEY_OF_OTHERS.search(column))
        and column not in table.unselected
    }
    known = {plain(table.name) for table in prototype.tables}
    columns |= {
        (effect.target, column)
        for handler in prototype.handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if plain(effect.target) not in known
        for column, _ in effect.of("value:")
        if _HASH.search(column)
    }
    spoken = {column for column in {c for _, c in columns} if _is_spoken_of(prototype, column)}
    found: dict[str, str] = {}
    for table, column in sorted(columns):
        name = plain(table)
        if column in spoken and found.get(name) != _HASHES:
            other = _OF_SERVICE.search(column) or _KEY_OF_OTHERS.search(column)
            found[name] = column if other else _HASHES
    return found


_KEY_OF_OTHERS = regex(
    r"(^|_)((api|client|webhook|signing|app|consumer|shared|oauth)_?secret|secret_?key|private_?key|encryption_?key"
    r"|bot_?token)(_?encrypted)?$|[a-z](ApiSecret|SecretKey|PrivateKey|BotToken)$",
    re.IGNORECASE,
)
"""Columns with what an account signs in with elsewhere, or others are recognised by."""


_OF_SERVICE = regex(
    r"(^|[._])(smtp|imap|pop3?|mail_?server|ftp|sftp|db|database|redis|proxy|router|wi_?fi)_?(password|passwd|pass)$",
    re.IGNORECASE,
)


def _is_spoken_of(prototype: Prototype, column: str) -> bool:
    return any(
        file.language is not None and column in (file.text or "")
        for file in prototype.of_role(Role.PRODUCT, Role.SCRIPT)
    )
