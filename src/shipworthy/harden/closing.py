"""Close the gaps of one control: apply remedies in the copy, prove them, and commit or leave no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shipworthy.assess import Assessment
from shipworthy.control import Control
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding
from shipworthy.harden.changes import Refused, apply, paths
from shipworthy.harden.commit import before_of, message, subject_of, undo
from shipworthy.harden.hardening import Closed, Commit, Refusal
from shipworthy.harden.judge import Attempt, Broke, Held, Judge
from shipworthy.harden.migrations import joined, numbered
from shipworthy.harden.plan import Step, Wanted
from shipworthy.harden.scratch import Scratch
from shipworthy.prototype.deadline import TookTooLong, deadline
from shipworthy.prototype.secrets.masking import masked_patch
from shipworthy.remedy import Change, Remedy

Tell = Callable[[str], None]
Choose = Callable[[Finding, Remedy, str], bool]  # the finding, its remedy, and the patch
_MOST = 40  # remedies that are judged together
_SECONDS = 20.0  # of processor time, for one remedy to be worked out
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Options:
    """How to harden: what was asked for, who chooses, and who is told."""

    wanted: Wanted = field(default_factory=Wanted)
    choose: Choose | None = None
    tell: Tell = lambda _: None


@dataclass
class Closing:
    """The state of one run: the assessment of the copy as it stands, and what became of each gap."""

    scratch: Scratch
    judge: Judge
    options: Options
    assessment: Assessment
    bring_along: Callable[[Iterable[str]], str]
    commits: list[Commit] = field(default_factory=list)
    refused: dict[Key, Refusal] = field(default_factory=dict)
    _worked_out: dict[Key, Remedy | None] = field(default_factory=dict)
    _for: Assessment | None = None  # what they were worked out for

    def close(self, step: Step) -> None:
        """Close the gaps of one control, a batch at a time, until each is closed or refused."""
        while True:
            gaps = [g for g in self._open(step.control) if key_of(g) not in self.refused]
            batch = self._batch(step.control, gaps)
            if not batch:
                return
            self._try(step.control, batch)

    def _open(self, control: Control) -> list[Finding]:
        wanted = self.options.wanted.open(self.assessment)
        return [gap for gap in wanted if gap.control == control.id]

    def _batch(self, control: Control, gaps: Sequence[Finding]) -> list[Finding]:
        """The gaps whose remedies a machine may apply, and that touch different files; those that the
        very same changes close stand one behind the other."""
        batch: dict[tuple[Change, ...], list[Finding]] = {}
        touched: set[str] = set()
        for gap in gaps:
            found = self.remedy(control, gap)
            if found is None or not self.options.wanted.makes(control, found):
                continue
            if found.changes in batch or not touched & paths(found.changes):
                touched |= paths(found.changes)
                batch.setdefault(found.changes, []).append(gap)
            if len(batch) == _MOST:
                break
        return [gap for alike in batch.values() for gap in alike]

    def remedy(self, control: Control, gap: Finding) -> Remedy | None:
        """The remedy on the copy as it stands; None where it cannot be worked out."""
        if self._for is not self.assessment:
            self._for, self._worked_out = self.assessment, {}
        key = key_of(gap)
        if key not in self._worked_out:
            self._worked_out[key] = self._work_out(control, gap)
        return self._worked_out[key]

    def _work_out(self, control: Control, gap: Finding) -> Remedy | None:
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
        last: Remedy | None = None  # the one before, whose migration may take up the next
        planned: Remedy | None = None  # the same as its control gave it
        reason = ""  # why it left no trace
        current = {key_of(gap): gap for gap in self._open(control)}
        for gap in (current[key_of(gap)] for gap in gaps if key_of(gap) in current):
            remedy = self.remedy(control, gap)
            if remedy is None:
                self.refuse(gap, control.title, "its remedy could not be worked out any more")
                continue
            if remedy == planned and last is not None:
                yield Attempt(gap, last, before, with_last=True)
                continue
            if remedy == planned:
                self.refuse(gap, remedy.summary, reason)
                continue
            planned = remedy
            together = joined(last, remedy) if last is not None else None
            remedy = together or numbered(remedy, made)
            tree = self._apply(gap, remedy, before)
            if tree is None:
                last, reason = None, self.refused[key_of(gap)].reason
            else:
                made.extend(sorted(paths(remedy.changes)))
                before, last = tree, remedy
                yield Attempt(gap, remedy, tree, with_last=together is not None)

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
        closed = [
            Closed(a.finding, a.remedy, before_of(a.finding), proof)
            for a, proof in zip(attempts, held.proofs, strict=True)
        ]
        ends = [n for n, a in enumerate(attempts) if n and not a.with_last] + [len(attempts)]
        start = 0
        for end in ends:
            self._commit_one(control, closed[start:end], attempts[end - 1].tree)
            start = end
        self.assessment = held.assessment

    def _commit_one(self, control: Control, closed: Sequence[Closed], tree: str) -> None:
        before = self.scratch.head()
        subject = subject_of(closed, {commit.subject for commit in self.commits})
        sha = self.scratch.commit(tree, message(control, closed, subject))
        self.commits.append(
            Commit(
                sha=sha,
                subject=subject,
                area=control.area,
                closed=tuple(closed),
                paths=self.scratch.changed(before, sha),
                undo=undo(closed[0].finding, closed[0].remedy),
            )
        )

    def refuse(self, gap: Finding, summary: str, reason: str) -> None:
        """Note that a remedy left no trace."""
        self.refused[key_of(gap)] = Refusal(gap, summary, reason)

    def _tell_of(self, control: Control, gaps: Sequence[Finding]) -> None:
        what = gaps[0].subject if len(gaps) == 1 else f"{len(gaps)} places"
        self.options.tell(f"closing {control.id}: {what}")


def key_of(gap: Finding) -> Key:
    """What tells a gap from all others."""
    return gap.control, gap.subject
