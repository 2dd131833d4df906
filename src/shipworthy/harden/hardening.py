"""What a run of harden did: commits, refusals, what is left for a person, and readiness before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.finding import Finding
from shipworthy.harden.repository import Repository
from shipworthy.remedy import Remedy


@dataclass(frozen=True, slots=True)
class Commit:
    """One remedy on the branch, with the proof of its gap before and after."""

    sha: str
    subject: str
    area: str
    finding: Finding
    remedy: Remedy
    before: str
    after: str
    paths: tuple[str, ...]
    undo: str


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
    checks: tuple[Checked, ...]
    notes: tuple[str, ...]
    seconds: Mapping[str, float]
    patch: str = ""  # all changes, where nothing was to be written
    delivered: bool = False
    applied: bool = False
