"""What people do with the register: each act is checked by the rules of reading before it is written."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec

from shipworthy.errors import ShipworthyError
from shipworthy.register.attestation import attach
from shipworthy.register.entry import SLACK, Entry, written
from shipworthy.register.register import Register
from shipworthy.register.standing import (
    AttachedBody,
    AttestationBody,
    DecisionBody,
    OwnerBody,
    WaiverBody,
    standing_of,
)
from shipworthy.register.waiver import LONGEST, LONGEST_CRITICAL


class NotAllowed(ShipworthyError):
    """An act that would not count; nothing was written."""


def hand_over(
    register: Register, by: str, owner: str, approvers: tuple[str, ...], *, solo: bool
) -> Entry:
    """Name the owner, who else may approve, and whether one person may do both."""
    return _put_down(
        register, "owner", by, OwnerBody(owner=owner, approvers=[*approvers], solo=solo)
    )


def ask(register: Register, by: str, wanted: WaiverBody, *, critical: bool = False) -> Entry:
    """Ask to live with a gap. Raises NotAllowed where it would be for longer than 180 days, 90 for
    a critical one: risks change, and so must be looked at again."""
    longest = LONGEST_CRITICAL if critical else LONGEST
    last = register.now().date() + longest
    if wanted.until > last:
        raise NotAllowed(
            f"a waiver {'of a critical gap ' if critical else ''}ends after {longest.days} days at "
            f"most, on {last}: ask again then"
        )
    return _put_down(register, "waiver", by, wanted)


def approve(register: Register, by: str, item: int, reason: str = "") -> Entry:
    """Say yes to a waiver that another person asked for."""
    return _put_down(register, "approved", by, DecisionBody(item=item, reason=reason))


def reject(register: Register, by: str, item: int, reason: str) -> Entry:
    """Say no to a waiver."""
    return _put_down(register, "rejected", by, DecisionBody(item=item, reason=reason))


def revoke(register: Register, by: str, item: int, reason: str) -> Entry:
    """Take back an approval or an attestation: it stays written, and no longer counts."""
    return _put_down(register, "revoked", by, DecisionBody(item=item, reason=reason))


def attest(
    register: Register,
    by: str,
    row: str,
    reason: str,
    until: date,
    *,
    yes: bool = True,
    evidence: tuple[Path, ...] = (),
) -> Entry:
    """Answer a row that no machine can answer. Raises NoEvidence for a file outside the prototype."""
    attached = [attach(register.folder, file) for file in evidence]
    body = AttestationBody(
        row=row,
        yes=yes,
        reason=reason,
        until=until,
        evidence=[AttachedBody(path=a.path, sha256=a.sha256) for a in attached],
    )
    return _put_down(register, "attested", by, body)


def _put_down(register: Register, kind: str, by: str, body: msgspec.Struct) -> Entry:
    """Append it where it would count. Another may write meanwhile: reading then judges both."""
    plain = msgspec.to_builtins(body)
    entries = register.entries()
    last, now = entries[-1], register.now()
    tried = Entry(last.number + 1, last.hash, max(now, last.time), now, kind, by, plain)
    for ignored in standing_of((*entries, tried)).ignored:
        if ignored.number == tried.number:
            ahead = f". {_ahead(last, now)}" if last.time > now + SLACK else ""
            raise NotAllowed(f"{ignored.why}; nothing was written{ahead}")
    return register.append(kind, by, plain)


def _ahead(last: Entry, now: datetime) -> str:
    """What a clock that once stood far ahead means for all that follows, and the way out."""
    return (
        f"Entry {last.number} is of {written(last.time)}, this clock says {written(now)}, and no later entry "
        "has an earlier time: put the copy from before it back, then shipworthy register recover"
    )
