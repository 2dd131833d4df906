"""What holds now: the register's entries read from first to last, by the rules of who may say what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from unicodedata import category, normalize

import msgspec

from shipworthy.register.attestation import Attachment, Attestation
from shipworthy.register.entry import Entry
from shipworthy.register.waiver import LONGEST, Decision, State, Waiver

B = TypeVar("B")


class _Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Base of what entries hold: a body in another form does not count, and is said to."""


class OpenedBody(_Body, frozen=True):
    """The first entry: the register's own name and the owner."""

    register: str
    owner: str
    solo: bool


class OwnerBody(_Body, frozen=True):
    """Who owns the prototype, who else may approve, and whether one person does both."""

    owner: str
    approvers: list[str] = []
    solo: bool = False


class WaiverBody(_Body, frozen=True):
    """A gap that somebody asks to live with."""

    control: str
    subject: str
    reason: str
    until: date
    compensating: str = ""


class DecisionBody(_Body, frozen=True):
    """A yes or no to the entry with that number, or its revocation."""

    item: int
    reason: str = ""


class AttachedBody(_Body, frozen=True):
    """A file and its SHA-256."""

    path: str
    sha256: str


class AttestationBody(_Body, frozen=True):
    """An answer to a row."""

    row: str
    yes: bool
    reason: str
    until: date
    evidence: list[AttachedBody] = []


@dataclass(frozen=True, slots=True)
class Ignored:
    """An entry that was written and does not count, with the rule that it breaks."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who decides, and what was decided."""

    owner: str
    approvers: tuple[str, ...]  # with the owner
    solo: bool
    waivers: tuple[Waiver, ...]
    attestations: tuple[Attestation, ...]
    ignored: tuple[Ignored, ...]


def standing_of(entries: Iterable[Entry]) -> Standing:
    """Read the entries. What breaks a rule is listed as ignored: it stays written, and counts nothing."""
    reading = _Reading()
    for entry in entries:
        reading.read(entry)
    return Standing(
        reading.owner,
        tuple(reading.approvers),
        reading.solo,
        tuple(reading.waivers.values()),
        tuple(reading.attestations.values()),
        tuple(reading.ignored),
    )


class _BreaksARule(Exception):
    """Why an entry does not count."""


@dataclass(slots=True)
class _Reading:
    owner: str = ""
    approvers: list[str] = field(default_factory=list)
    solo: bool = False
    waivers: dict[int, Waiver] = field(default_factory=dict)
    attestations: dict[int, Attestation] = field(default_factory=dict)
    ignored: list[Ignored] = field(default_factory=list)

    def read(self, entry: Entry) -> None:
        rules: Mapping[str, Callable[[Entry], None]] = {
            "opened": self._opened,
            "owner": self._owned,
            "waiver": self._asked,
            "approved": self._approved,
            "rejected": self._rejected,
            "revoked": self._revoked,
            "attested": self._attested,
        }
        rule = rules.get(entry.kind)
        if rule is None:
            return  # of others, such as the switches of the gateway
        try:
            rule(entry)
        except _BreaksARule as error:
            self.ignored.append(Ignored(entry.number, str(error)))

    def _opened(self, entry: Entry) -> None:
        body = _body(entry, OpenedBody)
        self.owner, self.solo, self.approvers = body.owner, body.solo, [body.owner]

    def _owned(self, entry: Entry) -> None:
        body = _body(entry, OwnerBody)
        self._must_approve(entry, "hand over")
        self.owner, self.solo = body.owner, body.solo
        self.approvers = list(dict.fromkeys((body.owner, *body.approvers)))

    def _asked(self, entry: Entry) -> None:
        body = _body(entry, WaiverBody)
        if not body.reason.strip():
            raise _BreaksARule("a waiver needs a reason")
        if body.until < entry.time.date():
            raise _BreaksARule(f"it ends on {body.until}, before it begins")
        if body.until > entry.time.date() + LONGEST:
            raise _BreaksARule(f"it ends on {body.until}, after more than {LONGEST.days} days")
        self.waivers[entry.number] = Waiver(
            entry.number,
            body.control,
            body.subject,
            entry.by,
            entry.time.date(),
            body.reason,
            body.compensating,
            body.until,
        )

    def _approved(self, entry: Entry) -> None:
        body, waiver = self._pending(entry)
        self._must_approve(entry, "approve")
        same = _same(entry.by, waiver.asked_by)
        if same and not self.solo:
            raise _BreaksARule(
                f"{entry.by} asked for it: another person must approve, unless the register is in "
                "solo mode"
            )
        self._decide(waiver, State.APPROVED, entry, body.reason, solo=same)

    def _rejected(self, entry: Entry) -> None:
        body, waiver = self._pending(entry)
        self._must_approve(entry, "reject")
        self._needs_reason(body)
        self._decide(waiver, State.REJECTED, entry, body.reason)

    def _revoked(self, entry: Entry) -> None:
        body = _body(entry, DecisionBody)
        self._needs_reason(body)
        if body.item in self.attestations:
            said = self.attestations[body.item]
            if not _same(entry.by, said.by):
                self._must_approve(entry, "revoke what another attested")
            words = f"{entry.by} on {entry.time.date()}: {body.reason}"
            self.attestations[body.item] = replace(said, revoked=words)
            return
        waiver = self._waiver(body.item)
        if waiver.decision is None or waiver.decision.state is not State.APPROVED:
            raise _BreaksARule(f"{body.item} is not approved: there is nothing to revoke")
        if not _same(entry.by, waiver.asked_by):
            self._must_approve(entry, "revoke")
        self._decide(waiver, State.REVOKED, entry, body.reason)

    def _attested(self, entry: Entry) -> None:
        body = _body(entry, AttestationBody)
        if not body.reason.strip():
            raise _BreaksARule("an attestation says what it rests on")
        if body.until < entry.time.date():
            raise _BreaksARule(f"it ends on {body.until}, before it begins")
        self.attestations[entry.number] = Attestation(
            entry.number,
            body.row,
            body.yes,
            entry.by,
            entry.time.date(),
            body.reason,
            body.until,
            tuple(Attachment(a.path, a.sha256) for a in body.evidence),
        )

    def _pending(self, entry: Entry) -> tuple[DecisionBody, Waiver]:
        body = _body(entry, DecisionBody)
        waiver = self._waiver(body.item)
        if waiver.decision is not None:
            raise _BreaksARule(f"{body.item} was {waiver.decision.state.value} already")
        if entry.time.date() > waiver.until:
            raise _BreaksARule(f"{body.item} ended on {waiver.until}: ask for a new one")
        return body, waiver

    def _waiver(self, item: int) -> Waiver:
        if item not in self.waivers:
            raise _BreaksARule(f"entry {item} is no waiver")
        return self.waivers[item]

    def _must_approve(self, entry: Entry, what: str) -> None:
        if not any(_same(entry.by, name) for name in self.approvers):
            raise _BreaksARule(
                f"{entry.by} may not {what}: {' or '.join(self.approvers) or 'nobody'} may"
            )

    def _needs_reason(self, body: DecisionBody) -> None:
        if not body.reason.strip():
            raise _BreaksARule("a reason must be given")

    def _decide(
        self, waiver: Waiver, state: State, entry: Entry, reason: str, *, solo: bool = False
    ) -> None:
        decision = Decision(state, entry.by, entry.time.date(), reason, solo)
        self.waivers[waiver.number] = replace(waiver, decision=decision)


def _body(entry: Entry, kind: type[B]) -> B:
    try:
        return msgspec.convert(dict(entry.body), kind)
    except msgspec.ValidationError as error:
        raise _BreaksARule(f"it has not the form of its kind: {error}") from error


def _same(one: str, other: str) -> bool:
    """True for one name in two spellings: people are told apart by what they type."""
    return _spelling(one) == _spelling(other)


def _spelling(name: str) -> str:
    """A name without what nobody sees: case, form of accents, width, spaces, invisible characters."""
    seen = (c for c in normalize("NFKC", name) if category(c) != "Cf")
    return " ".join(normalize("NFKC", "".join(seen).casefold()).split())
