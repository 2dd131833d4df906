"""What a run of harden did: commits, refusals, what is left for a person, and readiness before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.finding import Finding
from shipworthy.harden.repository import Repository
from shipworthy.remedy import Remedy, Review

IN_HISTORY = "secret-in-history"
"""The control about secrets that no file shows any more: nothing but their issuer ends them."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A gap that a commit closes, with its proof before and after."""

    finding: Finding
    remedy: Remedy
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit on the branch. It closes one gap, or several of one control in one migration."""

    sha: str
    subject: str
    area: str
    closed: tuple[Closed, ...]
    paths: tuple[str, ...]
    undo: str

    @property
    def review(self) -> Review:
        """How much a person must look at it; all that it closes together are alike in this."""
        return self.closed[0].remedy.review


@dataclass(frozen=True, slots=True)
class Refusal:
    """A remedy that left no trace, and why."""

    finding: Finding
    summary: str
    reason: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """A gap that a person has to close, and how."""

    finding: Finding
    how: str


@dataclass(frozen=True, slots=True)
class Closable:
    """A gap that is open and that a machine may close: this run was not asked to."""

    finding: Finding
    summary: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of the prototype before and after all remedies, each in one line.

    `before` is empty where it passes afterwards, so that nobody had to look.
    """

    name: str
    before: str
    after: str
    worse: bool


@dataclass(frozen=True, slots=True)
class Hardening:
    """The result. `tip` is the commit of the branch; that of the start where nothing was done."""

    repository: Repository
    before: Assessment
    after: Assessment
    tip: str
    commits: tuple[Commit, ...]
    refused: tuple[Refusal, ...]
    by_hand: tuple[ByHand, ...]
    closable: tuple[Closable, ...]
    checks: tuple[Checked, ...]
    notes: tuple[str, ...]
    seconds: Mapping[str, float]
    patch: str = ""  # all changes, where nothing was to be written
    delivered: bool = False
    applied: bool = False

    @property
    def rotations(self) -> tuple[Finding, ...]:
        """The keys that only the git history still shows: to be replaced where they were issued. They
        stood in files before, so that they are no new gaps."""
        return tuple(gap for gap in self.after.gaps if gap.control == IN_HISTORY)

    @property
    def failed(self) -> tuple[Refusal, ...]:
        """The remedies that were tried and that block a launch as long as their gap is open."""
        return tuple(r for r in self.refused if r.finding.severity.blocks_launch)

    @property
    def is_thorough(self) -> bool:
        """True where no gap is left that blocks a launch and that a machine may close: what is left
        needs a person, or is milder."""
        return not self.failed and not any(
            one.finding.severity.blocks_launch for one in self.closable
        )
