"""Entry points that change, send or show something to whoever calls."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.behind import all_rules_close
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.edge.routes import GuardedRoute
from shipworthy.prototype.handlers.believed_logins import believed, believed_reset
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.deployed_open import deployed_open
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.open_deletions import open_deletions
from shipworthy.prototype.handlers.open_files import open_files
from shipworthy.prototype.handlers.open_pages import open_pages
from shipworthy.prototype.handlers.open_rooms import open_rooms
from shipworthy.prototype.handlers.optional_logins import asked_where_set
from shipworthy.prototype.handlers.own_guards import guarded
from shipworthy.prototype.handlers.page_callers import asked_by_signed_in_pages
from shipworthy.prototype.handlers.rights import Answer, answers, unasked
from shipworthy.prototype.handlers.standing import Caller, caller, in_database
from shipworthy.prototype.handlers.ways import way, way_past
from shipworthy.prototype.handlers.wording import sentence
from shipworthy.prototype.tables.row_security import NOT_SHOWN, shows_row_security
from shipworthy.remedy import Remedy, Review, Write


class UnauthenticatedEndpoint(
    Control,
    id="unauthenticated-endpoint",
    title="Endpoint open to everybody",
    consequence="A stranger who finds the address can read, change or spend what is yours.",
    severity=Severity.HIGH,
    satisfies=("A07", "A54", "I40", "owasp:A01", "owasp:A07", "cwe:306"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found, rules = False, shows_row_security(prototype)
        logins = {h.subject: (h, *b) for h in prototype.handlers if (b := believed(prototype, h))}
        for handler, effect, sent in logins.values():
            found = True
            told = (
                f"the {sent.key} of a token that nobody verifies"
                if sent.kind == "claims"
                else str(sent)
            )
            yield self.gap(
                handler.subject,
                f"Anybody on the internet is signed in as whom he names through {handler.name}:"
                f" it takes {told} at its word, and nothing proves that the account is his",
                *way(prototype, handler, effect),
                severity=Severity.CRITICAL,
            )
        resets = {
            h.subject: (h, e) for h in prototype.handlers if (e := believed_reset(prototype, h))
        }
        for handler, effect in resets.values():
            found = True
            yield self.gap(
                handler.subject,
                f"Anybody on the internet gives whichever account he names a new password through"
                f" {handler.name}: nothing proves that the account is his",
                *way(prototype, handler, effect),
                severity=Severity.CRITICAL,
            )
        for answer in answers(prototype):
            found = True
            if answer.handler.subject in logins or answer.handler.subject in resets:
                continue
            yield self._judge(prototype, answer, rules)
        for handler, judged in unasked(prototype):
            found = True
            yield self.gap(
                handler.subject,
                f"{sentence(handler, judged)}. No page asks for it yet, so it may have no address",
                *way_past(prototype, handler, judged.effect),
                severity=judged.severity,
                confidence=judged.confidence,
            )
        known = {answer.handler.subject for answer in answers(prototype)} | {*logins, *resets}
        rest = (open_pages(prototype), open_files(prototype, known))
        deletions = open_deletions(prototype, known)
        for handler, judged in chain(*rest, deletions):
            found = True
            yield self.gap(
                handler.subject,
                sentence(handler, judged),
                *way_past(prototype, handler, judged.effect),
                severity=judged.severity,
                confidence=judged.confidence,
            )
        for one in open_rooms(prototype, known):
            found = True
            yield self.gap(
                one.handler.subject,
                f"Anybody who connects can join {one.room} through {one.handler.name}, and is sent"
                " what is said there: nothing asks who is calling",
                *way_past(prototype, one.handler, one.effect),
                confidence=one.confidence,
            )
        if not found:
            yield self.not_applicable("no server code here does anything that a stranger must not")

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """Strangers are refused before they reach it. Which user may do what, the proxy cannot know."""

        def closes(rule: GuardedRoute) -> bool:
            kept = edge.holds_at("anonymous", rule.name) and edge.nothing_broke_at(rule.name)
            return not rule.is_open and kept

        if not all_rules_close(prototype, finding.subject, edge, closes):
            return ""
        return "strangers were refused at its address, however it was written"

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The check that the entry points beside it share, or the platform's own where only pages behind
        the sign-in ask for a function; in other cases a person decides."""
        for answer in answers(prototype):
            handler = answer.handler
            if believed(prototype, handler) or believed_reset(prototype, handler):
                continue
            if handler.subject == finding.subject and answer.of(Breach.OPEN) is not None:
                changed = guarded(prototype, handler)
                if changed is not None:
                    said = f"Ask who calls {handler.name}, as the entry points beside it do"
                    if asked_by_signed_in_pages(prototype, handler):
                        said = f"Ask who calls {handler.name}: only pages behind the sign-in do"
                    writes = tuple(Write(path, text) for path, text in sorted(changed.items()))
                    return Remedy(said, Review.CAREFUL, writes)
        return None

    def _judge(self, prototype: Prototype, answer: Answer, rules: bool) -> Finding:
        handler, alarm = answer.handler, answer.of(Breach.OPEN)
        if alarm is not None:
            place = asked_where_set(prototype, handler)
            if place is not None and alarm.severity is not Severity.CRITICAL:
                shown = way_past(prototype, handler, alarm.effect)
                said = sentence(handler, alarm).removesuffix(": nothing asks who is calling")
                message = f"{said} where a setting is left out: {place.path} asks who is calling only with it"
                return self.gap(
                    handler.subject,
                    message,
                    *shown[:4],
                    prototype.evidence("code", place),
                    severity=alarm.severity,
                    confidence=Confidence.LOW,
                )
            return self.gap(
                handler.subject,
                sentence(handler, alarm),
                *way_past(prototype, handler, alarm.effect),
                severity=alarm.severity,
                confidence=alarm.confidence,
            )
        evidence = way(prototype, handler, answer.weighty[0])
        if answer.declared:
            said = "Meant to be open to anybody, as shipworthy.toml says"
            return self.satisfied(handler.subject, said, *evidence, proof=Proof.ATTESTED)
        if answer.of(Breach.HOLLOW) is not None:
            reason = "what is asked does not hold: see `fail-open-guard`"
            return self.not_applicable(reason, handler.subject)
        if Caller.UNCLEAR in answer.callers():
            return self.unknown(handler.subject, "a check could not be followed", *evidence)
        if not handler.whole:
            return self.unknown(handler.subject, handler.hindrance, *evidence)
        if in_database(answer.weighty[0]) and not rules:
            return self.unknown(handler.subject, NOT_SHOWN, *evidence)
        opened = deployed_open(prototype, handler.route)
        if opened is not None:
            said = (
                "It asks who is calling by itself: it is deployed without the platform's own check"
            )
            line = prototype.evidence("deployment", opened)
            return self.satisfied(handler.subject, said, *evidence, line)
        open_ = [e for e in answer.weighty if caller(handler, e) in _STRANGERS]
        if open_ and all(effect.has(Check.FIRST) for effect in open_):
            reason = "open only until somebody has an account: see `first-user-becomes-admin`"
            return self.not_applicable(reason, handler.subject)
        if any(not in_database(effect) for effect in open_):
            return self.unknown(handler.subject, _FOR_ALL, *evidence)
        if open_:
            said = "It asks the database with no more rights than whoever calls: its rules decide"
            return self.satisfied(handler.subject, said, *evidence)
        return self.satisfied(handler.subject, "It asks who is calling before it acts", *evidence)


_STRANGERS = (Caller.ANYBODY, Caller.ANON_KEY)
_FOR_ALL = (
    "nothing asks who is calling, and nothing that it does or shows is known to be anybody's own:"
    " whether it may be open to all, a person has to say"
)
