"""The loop: apply remedies in the copy, prove them, and commit them or leave no trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shipworthy.assess import Assessment, assess
from shipworthy.catalogue import select
from shipworthy.control import Control
from shipworthy.decide.order import PHASES
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding
from shipworthy.harden.changes import Refused, apply, paths
from shipworthy.harden.checks import Baseline, Own, Seen
from shipworthy.harden.commit import before_of, message, subject_of, undo
from shipworthy.harden.hardening import ByHand, Checked, Commit, Hardening, Refusal
from shipworthy.harden.judge import Attempt, Broke, Held, Judge, Reader
from shipworthy.harden.migrations import numbered
from shipworthy.harden.plan import Step, Wanted, has_remedies, steps
from shipworthy.harden.proving import Proving
from shipworthy.harden.repository import Repository
from shipworthy.harden.scratch import Scratch
from shipworthy.prototype import Prototype
from shipworthy.prototype.deadline import TookTooLong, deadline
from shipworthy.prototype.secrets.masking import masked_patch
from shipworthy.remedy import Remedy, Review

Tell = Callable[[str], None]
Choose = Callable[[Finding, Remedy, str], bool]  # the finding, its remedy, and the patch
_MOST = 40  # remedies that are judged together
_SECONDS = 20.0  # of processor time, for one remedy to be worked out
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Options:
    """How to harden: what was asked for, who chooses, and who is told."""

    wanted: Wanted = field(default_factory=Wanted)
    choose: Choose | None = None
    tell: Tell = lambda _: None


@dataclass
class Loop:
    """The state of one run: the assessment of the copy as it stands, and what became of each gap."""

    scratch: Scratch
    judge: Judge
    options: Options
    assessment: Assessment
    bring_along: Callable[[Iterable[str]], str]
    commits: list[Commit] = field(default_factory=list)
    refused: dict[_Key, Refusal] = field(default_factory=dict)

    def close(self, step: Step) -> None:
        """Close the gaps of one control, a batch at a time, until each is closed or refused."""
        while True:
            gaps = [g for g in self._open(step.control) if _key(g) not in self.refused]
            batch = self._batch(step.control, gaps)
            if not batch:
                return
            self._try(step.control, batch)

    def _open(self, control: Control) -> list[Finding]:
        return [gap for gap in self.assessment.gaps if gap.control == control.id]

    def _batch(self, control: Control, gaps: Sequence[Finding]) -> list[Finding]:
        """The gaps whose remedies a machine may apply, and that touch different files."""
        batch: list[Finding] = []
        touched: set[str] = set()
        for gap in gaps:
            found = self.remedy(control, gap)
            if found is None or not self.options.wanted.makes(control, found):
                continue
            if not touched & paths(found.changes):
                touched |= paths(found.changes)
                batch.append(gap)
            if len(batch) == _MOST:
                break
        return batch

    def remedy(self, control: Control, gap: Finding) -> Remedy | None:
        """The remedy on the copy as it stands; None where it cannot be worked out."""
        try:
            with deadline(_SECONDS):
                return control.remedy(self.assessment.prototype, gap)
        except (FactUnavailable, TookTooLong):
            return None

    def _try(self, control: Control, gaps: Sequence[Finding]) -> None:
        """Apply and judge; what fails together is tried in smaller parts, and alone at last."""
        self._see_baseline(control, gaps)
        self._tell_of(control, gaps)
        attempts = list(self._applied(control, gaps))
        if not attempts:
            self.scratch.reset()
            return
        changed = self.scratch.changed("HEAD", attempts[-1].tree)
        verdict = self.judge(attempts, self.assessment, changed)
        match verdict:
            case Held():
                self._commit(control, attempts, verdict)
            case Broke(reason, culprits):
                self.scratch.reset()
                self._divide(control, attempts, reason, culprits)

    def _see_baseline(self, control: Control, gaps: Sequence[Finding]) -> None:
        remedies = [self.remedy(control, gap) for gap in gaps]
        self.judge.baseline.see(path for r in remedies if r for path in paths(r.changes))
        self.scratch.reset()

    def _divide(
        self,
        control: Control,
        attempts: Sequence[Attempt],
        reason: str,
        culprits: Sequence[Attempt],
    ) -> None:
        if len(attempts) == 1:
            only = attempts[0]
            self.refuse(only.finding, only.remedy.summary, reason)
            return
        gaps = [a.finding for a in attempts]
        guilty = [a.finding for a in culprits]
        innocent = [gap for gap in gaps if gap not in guilty]
        if guilty and innocent:
            parts = [innocent, *([gap] for gap in guilty)]
        else:
            parts = [gaps[: len(gaps) // 2], gaps[len(gaps) // 2 :]]
        for part in parts:
            self._try(control, part)

    def _applied(self, control: Control, gaps: Sequence[Finding]) -> Iterator[Attempt]:
        """Apply the remedies one on top of the other, each as a tree of its own."""
        before = self.scratch.tree()
        made: list[str] = []
        current = {_key(gap): gap for gap in self._open(control)}
        for gap in (current[_key(gap)] for gap in gaps if _key(gap) in current):
            remedy = self.remedy(control, gap)
            if remedy is None:
                self.refuse(gap, control.title, "its remedy could not be worked out any more")
                continue
            remedy = numbered(remedy, made)
            tree = self._apply(gap, remedy, before)
            if tree is not None:
                made.extend(sorted(paths(remedy.changes)))
                before = tree
                yield Attempt(gap, remedy, tree)

    def _apply(self, gap: Finding, remedy: Remedy, before: str) -> str | None:
        """The tree with the remedy; None where it cannot be, changes nothing or is not wanted."""
        try:
            apply(remedy.changes, self.scratch, self.assessment.prototype.files)
            if why := self.bring_along(paths(remedy.changes)):
                raise Refused(why)
        except (Refused, OSError) as error:
            self.scratch.restore(before)
            self.refuse(gap, remedy.summary, str(error))
            return None
        tree = self.scratch.tree()
        if tree == before:
            self.refuse(gap, remedy.summary, "it changes nothing that is under version control")
            return None
        choose = self.options.choose
        if choose is not None and not choose(gap, remedy, self._shown(before, tree)):
            self.scratch.restore(before)
            self.refuse(gap, remedy.summary, "you did not want it")
            return None
        return tree

    def _shown(self, before: str, after: str) -> str:
        """The patch, with the secrets that it takes out of the code masked."""
        return masked_patch(self.assessment.prototype, self.scratch.diff(before, after))

    def _commit(self, control: Control, attempts: Sequence[Attempt], held: Held) -> None:
        for attempt, proof in zip(attempts, held.proofs, strict=True):
            finding, remedy = attempt.finding, attempt.remedy
            before = self.scratch.head()
            subject = subject_of(finding, remedy, {c.subject for c in self.commits})
            text = message(control, finding, remedy, proof, subject)
            sha = self.scratch.commit(attempt.tree, text)
            self.commits.append(
                Commit(
                    sha=sha,
                    subject=subject,
                    area=control.area,
                    finding=finding,
                    remedy=remedy,
                    before=before_of(finding),
                    after=proof,
                    paths=self.scratch.changed(before, sha),
                    undo=undo(finding, remedy),
                )
            )
        self.assessment = held.assessment

    def refuse(self, gap: Finding, summary: str, reason: str) -> None:
        """Note that a remedy left no trace."""
        self.refused[_key(gap)] = Refusal(gap, summary, reason)

    def _tell_of(self, control: Control, gaps: Sequence[Finding]) -> None:
        what = gaps[0].subject if len(gaps) == 1 else f"{len(gaps)} places"
        self.options.tell(f"closing {control.id}: {what}")


def harden(
    repository: Repository,
    scratch: Scratch,
    read: Reader,
    options: Options | None = None,
    own_of: Callable[[Prototype], Own] = lambda _: Own(),
    controls: Sequence[Control] | None = None,
) -> Hardening:
    """Close what a machine may close, in the copy. Nothing is written to the user's repository."""
    options = options or Options()
    started = time.perf_counter()
    controls = select() if controls is None else controls
    options.tell("assessing the prototype as it is")
    before = assess(read(scratch.root, None), controls, options.tell)
    assessed = time.perf_counter()
    own = own_of(before.prototype)
    baseline = Baseline(own.checks, options.tell)
    judge = Judge(scratch, read, baseline, options.wanted)
    loop = Loop(scratch, judge, options, before, own.bring_along)
    proving = Proving(
        scratch, tuple(c for c in own.checks if c.slow), repository.base, options.tell
    )
    _close_and_prove(loop, proving)
    return Hardening(
        repository=repository,
        before=before,
        after=loop.assessment,
        tip=scratch.head(),
        commits=tuple(loop.commits),
        refused=tuple(loop.refused.values()),
        by_hand=tuple(_left(loop)),
        checks=tuple(_checked(seen) for seen in (*baseline.seen, *proving.seen)),
        notes=(*repository.notes, *_unproven(before.prototype)),
        seconds={
            "assess": assessed - started,
            "remedies": time.perf_counter() - assessed,
        },
    )


def _unproven(prototype: Prototype) -> Iterator[str]:
    """Why the gaps of the database could not be closed, where it has any rules at all."""
    try:
        _ = prototype.database
    except FactUnavailable as error:
        yield f"the database was not rebuilt, so that its gaps are not closed: {error}"


def _close_and_prove(loop: Loop, proving: Proving) -> None:
    """Close all, then make the slow checks; a commit that breaks one is taken back, with those that
    came after it, which are tried again."""
    while True:
        for _, areas in PHASES:
            _close_all(loop, areas)
        broke = proving.broken(loop.commits)
        if broke is None:
            return
        number, reason = broke
        commit = loop.commits[number]
        loop.scratch.reset(f"{commit.sha}~")
        del loop.commits[number:]
        prototype = loop.judge.read(loop.scratch.root, loop.assessment.prototype)
        loop.assessment = assess(prototype, loop.assessment.controls)
        loop.refuse(commit.finding, commit.remedy.summary, reason)


def _close_all(loop: Loop, areas: Sequence[str]) -> None:
    """Close until nothing more is closed: one remedy may call for another."""
    count = -1
    while len(loop.commits) != count:
        count = len(loop.commits)
        for step in list(steps(loop.assessment, areas, loop.options.wanted)):
            loop.close(step)


def _left(loop: Loop) -> Iterator[ByHand]:
    """The open gaps without a remedy that a machine applies, and how a person closes each."""
    controls = {control.id: control for control in loop.assessment.controls}
    for gap in loop.assessment.gaps:
        control = controls[gap.control]
        if _key(gap) in loop.refused:
            continue
        remedy = loop.remedy(control, gap) if has_remedies(control) else None
        if remedy is None:
            yield ByHand(gap, "")
        elif remedy.review is Review.BY_HAND or not remedy.changes:
            yield ByHand(gap, remedy.summary)
        else:
            yield ByHand(gap, f"{remedy.summary}: not asked for in this run")


def _checked(seen: Seen) -> Checked:
    before = "" if seen.before is None else str(seen.before)
    return Checked(seen.name, before, str(seen.after), bool(seen.worse))


def _key(gap: Finding) -> _Key:
    return gap.control, gap.subject
