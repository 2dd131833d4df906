"""Entry points for developers that are open in production: debug, seed, reset, impersonate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.behind import all_rules_close
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.edge.routes import GuardedRoute
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.reaching import is_live, is_open, is_trusted, is_unclear
from shipworthy.prototype.handlers.staging_edits import closed_in_production
from shipworthy.prototype.handlers.standing import in_database
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.weight import is_on_own_machine
from shipworthy.prototype.running.debug_pages import debug_pages
from shipworthy.prototype.running.debuggers import debuggers
from shipworthy.prototype.tables.row_security import NOT_SHOWN, shows_row_security
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_DRASTIC = regex(
    r"^(seed\w*|seed-.+|.+-seed|reset-?(db|database|data|all|demo|vector-?(store|db))|wipe.*|truncate.*"
    r"|clear-?(db|database|data|all|vector-?(store|db))|impersonate.*"
    r"|dev-?login|login-?as|populate.*|init-?db|setup-?db|drop-?tables?|create-?(test|demo)-?.*|make-?admin|promote-?admin)$",
    re.IGNORECASE,
)
_CURIOUS = regex(r"^(_?debug|debug-.+|.+-debug|_?dev|env|dump|phpinfo|__debug__)$", re.IGNORECASE)
_HARMLESS = frozenset({EffectKind.RESPONSE, EffectKind.HTML, EffectKind.STATE})
_DONE = frozenset({"insert", "update", "upsert", "delete", "rpc", "raw"})


class DebugEndpoint(
    Control,
    id="debug-endpoint",
    title="Developer's endpoint open to the world",
    consequence="Whoever finds the address resets, fills or reads your data as only developers should.",
    severity=Severity.MEDIUM,
    satisfies=("A35", "A54", "owasp:A02", "cwe:489"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            word = _word(handler)
            if word and handler.subject not in found:
                found[handler.subject] = self._judge(prototype, handler, word)
        yield from found.values()
        consoles = [*self._debuggers(prototype), *self._pages(prototype)]
        yield from consoles
        if not found and not consoles:
            yield self.not_applicable("no entry point is for developers by its name")

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """Nobody, or a role: any user of the product is too many."""

        def closes(rule: GuardedRoute) -> bool:
            narrow = rule.need == "nobody" or rule.need.startswith("role:")
            kept = edge.holds_at("anonymous", rule.name) and edge.nothing_broke_at(rule.name)
            return narrow and kept and edge.holds_at("roles", rule.name)

        if not all_rules_close(prototype, finding.subject, edge, closes):
            return ""
        return "strangers and users without the role were refused at its address"

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """404 in production: what is for developers keeps working where they are."""
        handler = next((h for h in prototype.handlers if h.subject == finding.subject), None)
        file = prototype.files.get(handler.location.path) if handler is not None else None
        text = closed_in_production(file, handler) if file is not None and handler else None
        if file is None or handler is None or text is None:
            return None
        said = f"Close {handler.name} in production"
        return Remedy(said, Review.CAREFUL, (Write(file.path, text),))

    def _debuggers(self, prototype: Prototype) -> Iterator[Finding]:
        """The debugger of Flask: its pages show the code, and its console runs whatever is typed there
        once the PIN is guessed or read (https://werkzeug.palletsprojects.com/en/stable/debug/)."""
        told: set[str] = set()
        for started in debuggers(prototype):
            subject = f"{started.location.path}#debugger"
            if subject in told:
                continue
            told.add(subject)
            line = prototype.evidence("code", started.location)
            if started.replaced or not started.everywhere:
                kept = (
                    "another server is started"
                    if started.replaced
                    else "it listens to itself alone"
                )
                yield self.satisfied(
                    subject, f"The debugger stays with its developers: {kept}", line
                )
                continue
            yield self.gap(
                subject,
                "The server starts on all addresses with the debugger of Flask: errors show the code to"
                " strangers, and its console runs what they type once they work out its PIN",
                line,
                severity=Severity.MEDIUM if started.may_be_replaced else Severity.HIGH,
                confidence=Confidence.LOW if started.may_be_replaced else Confidence.HIGH,
            )

    def _pages(self, prototype: Prototype) -> Iterator[Finding]:
        """The pages that Django shows for errors: code, variables and settings."""
        for location in debug_pages(prototype):
            yield self.gap(
                f"{location.path}#DEBUG",
                "Django runs with DEBUG for every host name: each error and each wrong address shows"
                " strangers the code, its variables and the settings",
                prototype.evidence("code", location),
                severity=Severity.HIGH,
            )

    def _judge(self, prototype: Prototype, handler: Handler, word: str) -> Finding:
        line = prototype.evidence("code", handler.location)
        acting = [e for e in handler.effects if is_live(e) and _matters(e)]
        acting = [e for e in acting if not _reads_own_file(e)] or acting
        by_rules = [e for e in acting if in_database(e) and not is_trusted(e)]
        acting = [e for e in acting if not is_trusted(e) and not in_database(e)]
        open_ones = [e for e in acting if is_open(handler, e)]
        if not open_ones:
            if any(is_unclear(handler, e) for e in acting):
                return self.unknown(
                    handler.subject, "Something is checked that could not be followed", line
                )
            if any(map(_does, by_rules)) and not shows_row_security(prototype):
                return self.unknown(handler.subject, NOT_SHOWN, line)
            return self.satisfied(handler.subject, "Closed to strangers, or does nothing", line)
        doing = [e for e in open_ones if _does(e)]
        telling = [e for e in open_ones if not _only_compares(e)]
        effect = (doing or telling or open_ones)[0]
        drastic = _DRASTIC.match(word) is not None
        grave = any(map(_harms, doing)) and drastic
        lifts = any(map(_lifts, doing))
        does = _changes(effect) if doing else _shows(effect)
        return self.gap(
            handler.subject,
            f"{handler.name} is for developers but open to anybody, and {does}",
            *way(prototype, handler, effect),
            severity=Severity.CRITICAL if lifts else Severity.HIGH if grave else Severity.MEDIUM,
        )


def _lifts(effect: Effect) -> bool:
    """True where an account that the caller names is given a role: `user.role = "admin"`."""
    if effect.kind is not EffectKind.QUERY or effect.operation not in ("update", "upsert"):
        return False
    written = {name for name, _ in effect.of("value:")}
    return (
        effect.is_steered
        and _ACCOUNTS.search(effect.target) is not None
        and any(map(_ROLE.match, written))
    )


_ROLE = regex(r"(user_?)?roles?$|is_?(super_?)?(admin|user)$|is_?staff$", re.IGNORECASE)


def _changes(effect: Effect) -> str:
    if effect.kind is EffectKind.COMMAND:
        return "starts a program on your server"
    return f"changes {effect.target or 'data'}"


def _harms(effect: Effect) -> bool:
    """False for what sets or adds only what stands in the code; an account that it adds lets somebody in."""
    adds = effect.operation == "insert" and not _ACCOUNTS.search(effect.target)
    fixed = effect.kind is EffectKind.QUERY and (adds or effect.operation in ("update", "upsert"))
    return effect.is_steered or not fixed


_ACCOUNTS = regex(
    r"(^|[._])(users?|admins?|accounts?|members?|staff|employees?|profiles?|(user_)?roles?)$|(User|Admin|Account)s?$"
)


def _word(handler: Handler) -> str:
    """The part of a route that says that it is for developers; "" where none does."""
    parts = [p for p in handler.route.path.split("/") if p and p[0] not in ":[{<"]
    return next((p for p in reversed(parts) if _DRASTIC.match(p) or _CURIOUS.match(p)), "")


def _matters(effect: Effect) -> bool:
    """True for what does something, or answers with data or settings of the server."""
    if "asks" in effect.literals:
        return False  # that is the check itself
    if effect.kind not in _HARMLESS:
        return True
    return any(
        o.kind in ("row", "environment") for origins in effect.sent.values() for o in origins
    )


def _reads_own_file(effect: Effect) -> bool:
    """True for a file that the code names, as the page that a middleware sends and settings of a check."""
    named = any(o.is_input for o in effect.inputs.get("path", ()))
    return effect.kind is EffectKind.FILE and effect.operation == "read" and not named


def _shows(effect: Effect) -> str:
    if _only_compares(effect):
        return "tells whether a password or key is right"
    if effect.kind in (EffectKind.EMAIL, EffectKind.MESSAGE):
        return "sends messages in your name"
    if effect.kind is EffectKind.MODEL:
        own = is_on_own_machine(effect)
        return "uses the model on your machine" if own else "uses the model that you pay for"
    if effect.kind is EffectKind.FETCH and effect.operation != "get":
        return f"acts on {effect.target or 'another service'}"
    return "shows what is inside"


def _only_compares(effect: Effect) -> bool:
    """True for `bcrypt.compare(…)`, which changes nothing."""
    return effect.kind is EffectKind.TOKEN and effect.operation.startswith("compare")


def _does(effect: Effect) -> bool:
    if _only_compares(effect):
        return False
    if effect.kind is EffectKind.QUERY:
        named = effect.target not in ("", "?") or effect.operation in ("rpc", "raw")
        return named and effect.operation in _DONE
    return effect.kind in (EffectKind.ACCOUNT, EffectKind.SQL, EffectKind.COMMAND, EffectKind.TOKEN)
