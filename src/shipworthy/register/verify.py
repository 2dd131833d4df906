"""Verify a register: against itself, its signatures, the git tags, and what this computer remembers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from shipworthy.register.checkpoint import KEY, Checkpoint, register_name
from shipworthy.register.entry import SLACK, Entry, written
from shipworthy.register.key import fingerprint
from shipworthy.register.register import Register
from shipworthy.register.signatures import Signatures, signatures_of
from shipworthy.register.standing import Standing, standing_of
from shipworthy.register.witnesses import (
    RECOVERED,
    Expected,
    contradiction,
    contradictions,
    is_tag,
    remembered,
    tagged,
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. Sound where there are no problems; notes are what a careful reader asks next."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    changed: tuple[str, ...]  # evidence that is no longer what was attached
    notes: tuple[str, ...]
    checkpoint: Checkpoint | None  # the latest with a good signature
    key: str  # fingerprint of the first key; empty without one

    @property
    def sound(self) -> bool:
        """True where nothing contradicts the register."""
        return not self.problems

    @property
    def head(self) -> str:
        """The hash of the last entry that is sound; empty without one."""
        return self.entries[-1].hash if self.entries else ""


def verify(register: Register, expected: Sequence[Expected] = ()) -> Verification:
    """Look for entries that were changed, left out, moved, cut off or replaced by an older copy.

    Raises NoRegister, and BrokenRegister where the file is no register at all. What is sound is
    remembered on this computer, so that an older copy is noticed next time.
    """
    chain = register.chain()
    entries = chain.entries
    signatures = signatures_of(entries)
    problems = list(chain.breaks)
    witnesses = [*remembered(register, entries), *tagged(register, signatures), *expected]
    if not chain.breaks:
        known = [w for w in witnesses if not isinstance(w, str)]
        problems += contradictions(entries, known, signatures)
    problems += [w for w in witnesses if isinstance(w, str)]
    problems += signatures.problems
    standing = standing_of(entries)
    found = Verification(
        entries,
        tuple(dict.fromkeys(problems)),
        tuple(_changed_evidence(register, standing)),
        tuple(
            _notes(
                entries,
                signatures,
                standing,
                register.now(),
                anchored=any(map(is_tag, witnesses)),
            )
        ),
        signatures.latest,
        signatures.first,
    )
    if found.sound:
        register.remember(entries[-1], register_name(entries), found.key)
    return found


def recover(register: Register, by: str, reason: str) -> Entry:
    """Go on with a register that lost its end, and write down for ever that it did, and what is known.

    For a copy that is older than what was seen here, where the newer one is gone for good. A chain
    that is broken in itself cannot be recovered: raises BrokenRegister.
    """
    entries = register.entries()
    signatures = signatures_of(entries)
    witnesses = [*remembered(register, entries), *tagged(register, signatures)]
    lost = [
        {"count": w.count, "head": w.head, "source": w.source}
        for w in witnesses
        if isinstance(w, Expected) and contradiction(entries, w)
    ]
    register.remember(entries[-1], register_name(entries), signatures.first)
    return register.append(RECOVERED, by, {"reason": reason, "lost": lost})


def _changed_evidence(register: Register, standing: Standing) -> Iterator[str]:
    for said in standing.attestations:
        if said.revoked:
            continue
        for attached in said.evidence:
            if not attached.unchanged(register.folder):
                yield (
                    f"entry {said.number}: its evidence {attached.path} is gone or was changed since "
                    "it was attached"
                )


def _notes(
    entries: Sequence[Entry],
    signatures: Signatures,
    standing: Standing,
    now: datetime,
    *,
    anchored: bool,
) -> Iterator[str]:
    for before, entry in pairwise(entries):
        if entry.clock < before.time:
            yield (
                f"entry {entry.number}: the clock said {written(entry.clock)}, before entry "
                f"{before.number} of {written(before.time)}; the order stands"
            )
    yield from _ahead(entries, now)
    for entry in entries:
        if entry.kind == RECOVERED:
            yield (
                f"entry {entry.number}: {entry.by} went on after entries were lost, on "
                f"{entry.time.date()}: {entry.body.get('reason', '')}"
            )
    yield from _other_keys(entries, signatures)
    for ignored in standing.ignored:
        yield f"entry {ignored.number} does not count: {ignored.why}"
    if standing.solo:
        yield "solo mode: the one who asks may approve"
    covered = signatures.latest.count + 1 if signatures.latest else 0
    if signatures.latest is None:
        yield "no checkpoint is signed yet: shipworthy register checkpoint"
    elif len(entries) > covered:
        more = len(entries) - covered
        yield (
            f"{more} {'entry is' if more == 1 else 'entries are'} not covered by a signed checkpoint "
            "yet: shipworthy register checkpoint"
        )
    if not anchored:
        yield (
            "no checkpoint lies outside this file but on this computer: shipworthy register "
            "checkpoint --anchor"
        )


def _ahead(entries: Sequence[Entry], now: datetime) -> Iterator[str]:
    """The first entry of a time that has not come: all after it have no earlier one."""
    for entry in entries:
        if entry.time > now + SLACK:
            yield f"entry {entry.number} is of {written(entry.time)}, and this clock says {written(now)}"
            return


def _other_keys(entries: Sequence[Entry], signatures: Signatures) -> Iterator[str]:
    """Each key beside the first, which a reader should know the owner of."""
    for entry in entries:
        mark = fingerprint(str(entry.body.get("public", ""))) if entry.kind == KEY else ""
        if mark and mark != signatures.first:
            counts = "counts" if mark in signatures.trusted else "does not count yet"
            yield f"entry {entry.number}: {entry.by} brought another signing key, {mark}; it {counts}"
