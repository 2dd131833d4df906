"""Where the time of harden goes, beside one installation and one cold run of the type-checker.

python benchmarks/harden.py PROTOTYPE [safe|careful]

Hardens the last commit of a repository and writes no branch. Seconds depend on the machine and on what
else runs; the ratios in the last lines and the seconds of processor time hardly do.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.harden.hardening import Hardening
from shipworthy.harden.plan import Wanted
from shipworthy.pipeline import HardenOptions, run_harden
from shipworthy.remedy import Review
from shipworthy.settings import Settings

# What progress says first, and the step that it begins.
_STEPS = (
    ("copying", "copy"),
    ("installing", "installation"),
    ("before any change: types", "types, cold"),
    ("proving: types", "types, warm"),
    ("proving: lint", "lint"),
    ("proving: build", "build"),
    ("proving:", "other checks"),
    ("as it was before", "checks as they were before"),
    ("before any change", "checks as they were before"),
    ("looking for what broke", "looking for what broke a check"),
    ("replaying", "database"),
    ("seeding", "database"),
    ("attacking", "database"),
    ("closing", "remedies, reading and asking"),
    ("asking", "reading and asking"),
    ("writing", "delivery"),
)


@dataclass
class Clock:
    """Adds the seconds up between one word of progress and the next."""

    started: float = field(default_factory=time.perf_counter)
    step: str = "start"
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def tell(self, said: str) -> None:
        """The step before ends, and that of these words begins; words of no step change nothing."""
        self.stop()
        if said.startswith("the packages of"):
            self.step = "types, cold"  # what was waiting for them
        self.step = next((step for start, step in _STEPS if said.startswith(start)), self.step)
        self.counts[self.step] = self.counts.get(self.step, 0) + 1

    def stop(self) -> None:
        """The present step ends."""
        now = time.perf_counter()
        self.seconds[self.step] = self.seconds.get(self.step, 0.0) + now - self.started
        self.started = now


def main() -> None:
    """Harden once, and print the table and the ratios."""
    most = Review(sys.argv[2]) if len(sys.argv) > 2 else Review.SAFE
    options = HardenOptions(wanted=Wanted(most=most), deliver=False)
    clock = Clock()
    done = run_harden(Path(sys.argv[1]), Settings(), options, clock.tell)
    clock.stop()
    for step, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1]):
        print(f"{step:34} {seconds:8.1f} s  {clock.counts.get(step, 0):5} times")
    print("\n".join(ratios(done, clock.seconds)))
    own, others = (
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{own:.0f} s of processor time here, {others:.0f} s in the programs that were started")


def ratios(done: Hardening, seconds: dict[str, float]) -> Iterator[str]:
    """What a remedy costs beside what nobody can save."""
    closed = sum(len(commit.closed) for commit in done.commits)
    whole = sum(seconds.values())
    files = len(done.before.prototype.files)
    yield f"{closed} gaps closed in {len(done.commits)} commits, {files} files, {whole:.0f} s in all"
    apart = ("installation", "build", "types, cold", "copy", "start")
    own = whole - sum(seconds.get(step, 0.0) for step in apart)
    each = own / closed if closed else 0.0
    yield f"{each:.1f} s per gap beside installation, build and the first look at types"
    for step in ("installation", "types, cold"):
        if seconds.get(step):
            yield f"one gap costs {each / seconds[step]:.2f} of: {step} ({seconds[step]:.0f} s)"


if __name__ == "__main__":
    main()
