"""Whether remedies hold: their gaps are closed, no other is opened, and nothing else got worse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.assess import Assessment, assess
from shipworthy.errors import FactUnavailable, ShipworthyError
from shipworthy.finding import Finding, Outcome
from shipworthy.harden.changes import paths
from shipworthy.harden.checks import Baseline
from shipworthy.harden.hardening import IN_HISTORY
from shipworthy.harden.plan import Wanted
from shipworthy.harden.scratch import Scratch
from shipworthy.harden.served import shut_out
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy

Reader = Callable[[Path, Prototype | None], Prototype]  # the second is an earlier reading


@dataclass(frozen=True, slots=True)
class Attempt:
    """A remedy that was applied to the copy, and the tree that it left.

    `with_last` is true where it went into the migration of the attempt before, so that one commit
    holds both.
    """

    finding: Finding
    remedy: Remedy
    tree: str
    with_last: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """All remedies hold. `proofs` says for each how its gap was seen closed."""

    assessment: Assessment
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broke:
    """Something speaks against them. `culprits` are the remedies at fault, where that is known."""

    reason: str
    culprits: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads the copy anew and asks."""

    scratch: Scratch
    read: Reader
    baseline: Baseline
    wanted: Wanted = field(default_factory=Wanted)

    def __call__(
        self, attempts: Sequence[Attempt], before: Assessment, changed: Sequence[str]
    ) -> Held | Broke:
        """Judge the copy as it is, after these attempts, against the assessment before them."""
        try:
            prototype = self.read(self.scratch.root, before.prototype)
            return self._judged(attempts, before, prototype, changed)
        except ShipworthyError as error:
            return Broke(f"the prototype could not be read any more: {error}")

    def _judged(
        self,
        attempts: Sequence[Attempt],
        before: Assessment,
        prototype: Prototype,
        changed: Sequence[str],
    ) -> Held | Broke:
        controls = {control.id: control for control in before.controls}
        asked = [controls[a.finding.control].verify(prototype, a.finding) for a in attempts]
        still = [(a, v) for a, v in zip(attempts, asked, strict=True) if not v.closed]
        if still:
            reason = f"the gap is still there: {still[0][1].how}"
            return Broke(reason, tuple(a for a, _ in still))
        if found := self.baseline.worse(changed):
            guilty = (a for a in attempts if any(map(found.within, paths(a.remedy.changes))))
            return Broke(found.words, tuple(guilty))
        after = assess(prototype, before.controls)
        if worse := self._worse(attempts, before, after):
            return Broke(worse)
        return Held(after, tuple(v.how for v in asked))

    def _worse(self, attempts: Sequence[Attempt], before: Assessment, after: Assessment) -> str:
        """What is worse in the second assessment, in words; '' for nothing."""
        for gap in opened(before, after):
            left = any(
                _remains(a.finding, gap) or progress(a.finding, gap, before) for a in attempts
            )
            if not left and not self._follows(after, gap):
                return f"it opens another gap: {gap.control} on {gap.subject}: {gap.message}"
        unread = {u.path for u in before.unread}
        hidden = next((u for u in after.unread if u.path not in unread), None)
        if hidden is not None:
            return f"{hidden.path} can no longer be read in full: {hidden.reason}"
        return _unreplayed(before.prototype, after.prototype) or shut_out(
            before.prototype, after.prototype
        )

    def _follows(self, after: Assessment, gap: Finding) -> bool:
        """True for a mild gap that this run closes next: a new policy wants an index, for example."""
        if gap.severity.blocks_launch:
            return False
        control = next(c for c in after.controls if c.id == gap.control)
        try:
            remedy = control.remedy(after.prototype, gap)
        except FactUnavailable:
            return False
        return remedy is not None and self.wanted.makes(control, remedy)


def opened(before: Assessment, after: Assessment) -> Iterator[Finding]:
    """The gaps that were not there before, and those that block a launch and did not."""
    known = {(f.control, f.subject): f.severity for f in before.gaps}
    for gap in after.gaps:
        severity = known.get((gap.control, gap.subject))
        if severity is None or (gap.severity.blocks_launch and not severity.blocks_launch):
            yield gap


def progress(closed: Finding, gap: Finding, before: Assessment) -> bool:
    """True for a gap that could not be asked about before: once callers must sign in, it is asked what
    each of them may touch. It is about the same place and area, no worse, and nothing that was in order
    before."""
    areas = {control.id: control.area for control in before.controls}
    in_order = {(f.control, f.subject) for f in before.findings if f.outcome is Outcome.SATISFIED}
    return (
        gap.subject == closed.subject
        and areas[gap.control] == areas[closed.control]
        and gap.severity.value <= closed.severity.value
        and (gap.control, gap.subject) not in in_order
    )


def _remains(closed: Finding, gap: Finding) -> bool:
    """True for what is left of a gap: a secret that no file shows any more stays in the history, where
    a gap about the files hid it."""
    places = {e.location.path for e in gap.evidence if e.location} | {gap.subject.partition("#")[0]}
    return (
        gap.control == IN_HISTORY
        and closed.subject.partition("#")[0] in places
        and gap.severity.value <= closed.severity.value
    )


def _unreplayed(before: Prototype, after: Prototype) -> str:
    """The statement that can no longer be replayed; '' where all can, or nothing is replayed."""
    failed = []
    for prototype in (before, after):
        try:
            proof = prototype.database
        except ShipworthyError:
            return ""
        failed.append(proof.replay.failures if proof is not None else ())
    known = {(f.location.path, f.statement) for f in failed[0]}
    new = next((f for f in failed[1] if (f.location.path, f.statement) not in known), None)
    return f"a migration fails: {new.location}: {new.error}" if new is not None else ""
