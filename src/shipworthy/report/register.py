"""The register as documents and as text: what holds, what was written, what verifying found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shipworthy.documents import Document, schema_of
from shipworthy.prototype.tree import printable
from shipworthy.register import Entry, Register
from shipworthy.register.attestation import Attestation, Validity
from shipworthy.register.entry import written
from shipworthy.register.in_force import day_of
from shipworthy.register.standing import standing_of
from shipworthy.register.verify import Verification
from shipworthy.register.waiver import State, Waiver

SCHEMA_ID = "urn:shipworthy:schema:register:1"


class WaiverDocument(Document):
    """A waiver with where it stands: pending, approved, rejected, revoked or expired."""

    number: int
    state: str
    control: str
    subject: str
    asked_by: str
    asked_on: str
    reason: str
    instead: str
    until: str
    decided_by: str | None
    decided_on: str | None
    decision_reason: str | None
    solo: bool


class AttestationDocument(Document):
    """A person's answer to a row: holds, expired, revoked, or its evidence changed."""

    number: int
    validity: str
    row: str
    answer: str
    by: str
    on: str
    reason: str
    until: str
    evidence: dict[str, str]  # SHA-256 by path


class RegisterDocument(Document):
    """Who decides, and what was decided, as it stands on a day."""

    schema: str  # SCHEMA_ID
    day: str
    owner: str
    approvers: list[str]
    solo: bool
    waivers: list[WaiverDocument]
    attestations: list[AttestationDocument]
    ignored: dict[str, str]  # entries that do not count, by number, and why


class EntryDocument(Document):
    """One entry as it is stored, with its hash."""

    number: int
    time: str
    clock: str
    kind: str
    by: str
    body: dict[str, Any]
    previous: str
    hash: str


class VerificationDocument(Document):
    """What verifying found. `sound`: no problem; `changed`: evidence that is not what it was."""

    sound: bool
    entries: int
    head: str
    key: str
    checkpoint: int | None  # how many entries the latest signed checkpoint covers
    problems: list[str]
    changed: list[str]
    notes: list[str]


def register_document(
    register: Register, entries: tuple[Entry, ...], today: date
) -> RegisterDocument:
    """What the entries amount to on a day; reads the attached evidence."""
    standing, day = standing_of(entries), day_of(entries, today)
    return RegisterDocument(
        schema=SCHEMA_ID,
        day=str(day),
        owner=standing.owner,
        approvers=list(standing.approvers),
        solo=standing.solo,
        waivers=[_waiver(w, day) for w in standing.waivers],
        attestations=[_attestation(a, register, day) for a in standing.attestations],
        ignored={str(i.number): i.why for i in standing.ignored},
    )


def register_schema() -> dict[str, Any]:
    """The JSON Schema that every register document meets: what holds on a day."""
    return schema_of(RegisterDocument, SCHEMA_ID, "shipworthy register")


def waiting(document: RegisterDocument) -> bool:
    """True where something waits for a person: a decision, or a new answer to what has ended."""
    due = (State.PENDING.value, State.EXPIRED.value)
    stale = (Validity.EXPIRED.value, Validity.EVIDENCE_CHANGED.value)
    return any(w.state in due for w in document.waivers) or any(
        a.validity in stale for a in document.attestations
    )


def register_text(document: RegisterDocument) -> str:
    """What holds, for a terminal."""
    others = [name for name in document.approvers if name != document.owner]
    also = f"; {', '.join(others)} may approve too" if others else ""
    solo = "; solo mode: the one who asks may approve" if document.solo else ""
    lines = [f"{document.owner} owns the prototype and decides{also}{solo}.", ""]
    for waiver in document.waivers:
        lines += _waiver_lines(waiver)
    for said in document.attestations:
        lines += _attestation_lines(said)
    if not document.waivers and not document.attestations:
        lines.append("No waiver and no attestation yet.")
    lines += [f"Entry {n} does not count: {why}" for n, why in document.ignored.items()]
    return _text([*lines, "", "Next: shipworthy gate PATH"])


def log_documents(entries: Sequence[Entry]) -> list[EntryDocument]:
    """Every entry."""
    return [
        EntryDocument(
            number=e.number,
            time=written(e.time),
            clock=written(e.clock),
            kind=e.kind,
            by=e.by,
            body=dict(e.body),
            previous=e.previous,
            hash=e.hash,
        )
        for e in entries
    ]


def log_text(entries: Sequence[EntryDocument]) -> str:
    """Every entry in one line, for a terminal."""
    return _text(
        f"{e.number:>5}  {e.time}  {e.hash[:12]}  {e.kind:<10}  {e.by}: "
        + ", ".join(f"{key} {value}" for key, value in e.body.items() if value not in ("", []))
        for e in entries
    )


def verification_document(found: Verification) -> VerificationDocument:
    """What verifying found."""
    return VerificationDocument(
        sound=found.sound,
        entries=len(found.entries),
        head=found.head,
        key=found.key,
        checkpoint=found.checkpoint.count if found.checkpoint else None,
        problems=list(found.problems),
        changed=list(found.changed),
        notes=list(found.notes),
    )


def verification_text(document: VerificationDocument, path: str) -> str:
    """What verifying found, for a terminal."""
    lines: list[str] = []
    if document.sound:
        lines.append(f"Sound: {document.entries} entries, head {document.head}")
    else:
        kept = f"the first {document.entries} entries hold together" if document.entries else ""
        lines.append(f"NOT SOUND: {len(document.problems)} found{f'; {kept}' if kept else ''}")
    if document.key:
        lines.append(f"Key: {document.key}")
    lines += [f"Problem: {p}" for p in document.problems]
    lines += [f"Evidence: {c}" for c in document.changed]
    lines += [f"Note: {n}" for n in document.notes]
    if not document.sound:
        lines += [
            "",
            "Keep this file as it is. Next: put the latest good copy back (backup, git, a colleague)",
            f"and verify again; where it is lost: shipworthy register recover {path} --reason TEXT",
        ]
    return _text(lines)


def _waiver(waiver: Waiver, day: date) -> WaiverDocument:
    decision = waiver.decision
    return WaiverDocument(
        number=waiver.number,
        state=waiver.state(day).value,
        control=waiver.control,
        subject=waiver.subject,
        asked_by=waiver.asked_by,
        asked_on=str(waiver.asked_on),
        reason=waiver.reason,
        instead=waiver.compensating,
        until=str(waiver.until),
        decided_by=decision.by if decision else None,
        decided_on=str(decision.on) if decision else None,
        decision_reason=decision.reason if decision else None,
        solo=bool(decision and decision.solo),
    )


def _attestation(said: Attestation, register: Register, day: date) -> AttestationDocument:
    return AttestationDocument(
        number=said.number,
        validity=said.validity(day, register.folder).value,
        row=said.row,
        answer="yes" if said.yes else "no",
        by=said.by,
        on=str(said.on),
        reason=said.reason,
        until=str(said.until),
        evidence={a.path: a.sha256 for a in said.evidence},
    )


def _waiver_lines(waiver: WaiverDocument) -> list[str]:
    lines = [f"{waiver.number:>4}  {waiver.state:<9} {waiver.control} on {waiver.subject}"]
    lines.append(f"      until {waiver.until}, asked by {waiver.asked_by}: {waiver.reason}")
    if waiver.instead:
        lines.append(f"      instead: {waiver.instead}")
    if waiver.decided_by:
        solo = ", who asked (solo mode)" if waiver.solo else ""
        why = f": {waiver.decision_reason}" if waiver.decision_reason else ""
        lines.append(f"      decided by {waiver.decided_by}{solo} on {waiver.decided_on}{why}")
    return lines


def _attestation_lines(said: AttestationDocument) -> list[str]:
    lines = [f"{said.number:>4}  {said.validity:<9} {said.row}: {said.answer}"]
    lines.append(f"      until {said.until}, said by {said.by} on {said.on}: {said.reason}")
    lines += [f"      {path}  {sha256[:16]}…" for path, sha256 in said.evidence.items()]
    return lines


def _text(lines: Any) -> str:
    return "".join(f"{printable(line)}\n" for line in lines)
