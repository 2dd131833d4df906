"""The loop: close what a machine may close, prove it as a whole, and say what is left."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.control import Control
from shipworthy.decide.order import PHASES
from shipworthy.errors import FactUnavailable
from shipworthy.harden.checks import WORKFLOWS, Baseline, Failed, Own, Seen
from shipworthy.harden.closing import Closing, Options, key_of
from shipworthy.harden.hardening import ByHand, Checked, Closable, Hardening, Refusal
from shipworthy.harden.judge import Judge, Reader
from shipworthy.harden.plan import Wanted, has_remedies, steps
from shipworthy.harden.proving import Proving
from shipworthy.harden.repository import Repository
from shipworthy.harden.scratch import Scratch
from shipworthy.prototype import Prototype

# What a pipeline runs for a check of ours.
_STEPS = {
    "types": re.compile(r"- run: .*(type-?check|check-types|types:check|tsc)\b"),
    "lint": re.compile(r"- run: .*\blint\b"),
    "build": re.compile(r"- run: .*\bbuild\b"),
    "test": re.compile(r"- run: .*\b(test|vitest|jest)\b"),
}


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
    loop = Closing(scratch, judge, options, before, own.bring_along)
    slow = tuple(check for check in own.checks if check.slow)
    proving = Proving(scratch, slow, repository.base, options.tell, own.alone_tells)
    _close_and_prove(loop, proving, own.learn)
    left = tuple(_left(loop))
    checked = (*baseline.seen, *proving.seen)
    return Hardening(
        repository=repository,
        before=before,
        after=loop.assessment,
        tip=scratch.head(),
        commits=tuple(loop.commits),
        refused=tuple(_refused(loop)),
        by_hand=tuple(one for one in left if isinstance(one, ByHand)),
        closable=tuple(one for one in left if isinstance(one, Closable)),
        checks=tuple(_checked(seen) for seen in checked),
        notes=(*repository.notes, *_unproven(before.prototype), *_red_pipelines(loop, checked)),
        seconds={
            "assess": assessed - started,
            "remedies": time.perf_counter() - assessed,
        },
    )


def _refused(loop: Closing) -> Iterator[Refusal]:
    """What was refused and is still open: another remedy may have closed it later."""
    still = {key_of(gap) for gap in loop.options.wanted.open(loop.assessment)}
    return (refusal for key, refusal in loop.refused.items() if key in still)


def _unproven(prototype: Prototype) -> Iterator[str]:
    """Why the gaps of the database could not be closed, where it has any rules at all."""
    try:
        _ = prototype.database
    except FactUnavailable as error:
        yield f"the database was not rebuilt, so that its gaps are not closed: {error}"


def _red_pipelines(loop: Closing, checked: Sequence[Seen]) -> Iterator[str]:
    """The new pipelines that find what was red before, so that nobody takes it for their fault."""
    paths = dict.fromkeys(path for commit in loop.commits for path in commit.paths)
    for path in (path for path in paths if path.startswith(WORKFLOWS)):
        text = loop.scratch.text("HEAD", path)
        for seen in checked:
            kind, _, place = seen.name.rstrip(")").partition(" (")
            folder = place.rpartition("/")[0]
            makes = kind in _STEPS and _STEPS[kind].search(text) is not None
            if makes and isinstance(seen.after, Failed) and (not folder or f'"{folder}"' in text):
                yield f"{path} is red until this is mended: {seen.name} {seen.after}"


def _close_and_prove(loop: Closing, proving: Proving, learn: Callable[[Prototype], None]) -> None:
    """Close all, then make the slow checks; a commit that breaks one is taken back, with those that
    came after it, which are tried again."""
    while True:
        _close_all(loop)
        learn(loop.assessment.prototype)
        broke = proving.broken(loop.commits)
        if broke is None:
            return
        number, reason = broke
        commit = loop.commits[number]
        loop.scratch.reset(f"{commit.sha}~")
        del loop.commits[number:]
        prototype = loop.judge.read(loop.scratch.root, loop.assessment.prototype)
        loop.assessment = assess(prototype, loop.assessment.controls)
        for one in commit.closed:
            loop.refuse(one.finding, one.remedy.summary, reason)


def _close_all(loop: Closing) -> None:
    """Close until nothing more is closed: one remedy may call for another, also of an earlier phase."""
    count = -1
    while len(loop.commits) != count:
        count = len(loop.commits)
        for _, areas in PHASES:
            _close_phase(loop, areas)


def _close_phase(loop: Closing, areas: Sequence[str]) -> None:
    count = -1
    while len(loop.commits) != count:
        count = len(loop.commits)
        for step in list(steps(loop.assessment, areas, loop.options.wanted)):
            loop.close(step)


def _left(loop: Closing) -> Iterator[ByHand | Closable]:
    """What became of each gap that is open and was not refused: a person closes it, and how, or a
    machine may, and was not asked to."""
    controls = {control.id: control for control in loop.assessment.controls}
    machine = Wanted()
    for gap in loop.assessment.gaps:
        control = controls[gap.control]
        if key_of(gap) in loop.refused:
            continue
        remedy = loop.remedy(control, gap) if has_remedies(control) else None
        if remedy is None:
            yield ByHand(gap, "")
        elif machine.makes(control, remedy):
            yield Closable(gap, remedy.summary)
        else:
            yield ByHand(gap, remedy.summary)


def _checked(seen: Seen) -> Checked:
    before = "" if seen.before is None else str(seen.before)
    return Checked(seen.name, before, str(seen.after), bool(seen.worse))
