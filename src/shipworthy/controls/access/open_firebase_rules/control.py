"""Rules of Firebase that let strangers, or whoever signs up, at the data of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.firebase.left_open import LeftOpen, left_open
from shipworthy.prototype.firebase.openings import Opening, openings, promotions
from shipworthy.prototype.firebase.rules import Service
from shipworthy.prototype.firebase.trusted import trusted_by_server


class _Harm(NamedTuple):
    who: str
    verbs: tuple[str, ...]
    severity: Severity
    confidence: Confidence = Confidence.HIGH


class OpenFirebaseRules(
    Control,
    id="open-firebase-rules",
    title="Firebase rules that let others at the data",
    consequence="Browsers talk to Firebase directly: what its rules let pass, anyone can read or change.",
    severity=Severity.HIGH,
    satisfies=("A08", "owasp:A01", "cwe:284", "cwe:862"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        rules = prototype.firebase_rules
        today = prototype.settings.today
        for path, reason in rules.unread.items():
            yield self.unknown(path, f"its rules could not be read: {reason}")
        opened = openings(rules.allowed, today)
        beside: dict[str, list[LeftOpen]] = {}
        for one in left_open(rules.allowed, today):
            beside.setdefault(one.path, []).append(one)
        sells = any(opening.is_of_sales for opening in opened)
        for opening in opened:
            of_path = beside.get(opening.path, []) if opening.service is Service.FIRESTORE else []
            yield self._judged(prototype, opening, of_path, sells)
        trusted = trusted_by_server(prototype.handlers) if rules.allowed else ()
        for found in promotions(rules.allowed, today, trusted):
            fields = ", ".join(found.fields)
            asked, then = "who may do more", "gives himself these rights"
            if found.lifts_bans:
                asked, then = "who is shut out", "lets himself in again"
            yield self.gap(
                f"{found.service}: {found.path} ({fields})",
                f"Every user can set {fields} in his own document of {found.path.partition('/')[0]},"
                f" by which it is told {asked}: with one request he {then}",
                *(prototype.evidence("rule", location) for location in found.locations),
                severity=Severity.HIGH if found.lifts_bans else Severity.CRITICAL,
            )
        if not rules.allowed and not rules.unread:
            if prototype.asks_firebase:
                yield self.unknown(
                    "prototype",
                    "the browser talks to Firebase, and its rules are not in the repository: they stand in"
                    " the console alone, so whether strangers read or change the data could not be seen",
                )
            else:
                yield self.not_applicable("no data of Firebase is asked for from browsers")

    def _judged(
        self, prototype: Prototype, opening: Opening, beside: list[LeftOpen], sells: bool
    ) -> Finding:
        subject = f"{opening.service}: {opening.path or 'everything'}"
        shown = [prototype.evidence("rule", location) for location in opening.locations]
        harms = list(_harms(opening, sells))
        if not harms:
            return self._of_rest(prototype, subject, opening, beside)
        worst = max(harms, key=lambda harm: harm.severity.value)
        sure = any(harm.confidence is Confidence.HIGH for harm in harms)
        confidence = Confidence.HIGH if sure else Confidence.LOW
        message = _told(opening, harms)
        return self.gap(subject, message, *shown, severity=worst.severity, confidence=confidence)

    def _of_rest(
        self, prototype: Prototype, subject: str, opening: Opening, beside: list[LeftOpen]
    ) -> Finding:
        """What is left open where others read nothing that they should not, and delete nothing."""
        told = [one for one in beside if one.sure] or beside
        at = dict.fromkeys(one.location for one in told) if told else opening.locations
        shown = [prototype.evidence("rule", location) for location in at]
        if told:
            said = "; ".join(dict.fromkeys(f"{one.by} can {one.what}" for one in told))
            if told[0].sure:
                message = said[0].upper() + said[1:]
                return self.gap(subject, message, *shown, severity=Severity.HIGH)
            return self.unknown(subject, f"{said}: rules do not tell whether that is meant", *shown)
        if opening.is_shown_unsaid:
            reason = (
                "strangers can list and read all files here: whether they are meant for everybody,"
                " rules do not tell"
            )
            return self.unknown(subject, reason, *shown)
        message = "Strangers read nothing private here and change nothing"
        return self.satisfied(subject, message, *shown)


_ANYBODY, _USERS = "without signing in, anybody", "whoever signs up"
_READ = frozenset({"get", "list"})
_DONE = {"update": "change", "delete": "delete", "create": "add"}


def _told(opening: Opening, harms: Iterable[_Harm]) -> str:
    """ "Without signing in, anybody can read and change data in rooms/{room} of Firestore"."""
    data = "files" if opening.service is Service.STORAGE else "data"
    verbs: dict[str, list[str]] = {}
    for harm in harms:
        verbs.setdefault(harm.who, []).extend(harm.verbs)
    said = "; ".join(f"{who} can {_listed(done)} it" for who, done in verbs.items())
    place = opening.path or "all there is"
    what = "all codes" if opening.holds_codes else f"the {data} of others"
    said = said.replace(" it", f" {what} in {place} of {opening.service}", 1)
    return said[0].upper() + said[1:]


def _listed(verbs: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(verbs[:-1]), verbs[-1])))


def _harms(opening: Opening, sells: bool) -> Iterator[_Harm]:
    """What others do here that they should not, the strangers first."""
    if opening.is_behind_secret:
        return
    if opening.anybody & _READ and opening.is_private:
        sure = Confidence.HIGH if "list" in opening.anybody else Confidence.LOW
        yield _Harm(_ANYBODY, ("read",), _weight(opening, sure), sure)
    changed = tuple(_DONE[m] for m in ("update", "delete", "create") if m in opening.anybody)
    if changed and changed != ("add",):
        yield _Harm(_ANYBODY, changed, Severity.MEDIUM if opening.is_counted else Severity.CRITICAL)
    elif changed and not opening.is_counted:
        # A form is meant to add documents; files cost whoever pays for the storage.
        sure = Confidence.HIGH if opening.service is Service.STORAGE else Confidence.LOW
        yield _Harm(_ANYBODY, changed, Severity.MEDIUM, sure)
    if "list" in opening.anybody | opening.users and opening.holds_codes and not opening.is_private:
        # On a page that gives codes away they are there to be read.
        who = _ANYBODY if "list" in opening.anybody else _USERS
        sure = Confidence.HIGH if sells else Confidence.LOW
        yield _Harm(who, ("read",), Severity.MEDIUM, sure)
    if "list" in opening.users and opening.is_nobody_elses:
        yield _Harm(_USERS, ("read",), Severity.HIGH)
    changed = tuple(_DONE[m] for m in ("update", "delete") if m in opening.users)
    if changed:
        yield _Harm(_USERS, changed, Severity.MEDIUM if opening.is_counted else Severity.HIGH)


def _weight(opening: Opening, sure: Confidence) -> Severity:
    """What a community shows of its members weighs less than accounts, orders and messages."""
    grave = opening.is_nobody_elses or opening.name in ("users", "usuarios")
    return Severity.HIGH if grave and sure is Confidence.HIGH else Severity.MEDIUM
