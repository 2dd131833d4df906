"""Known vulnerabilities of the packages that a prototype depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from shipworthy.prototype.dependencies.dependency import Dependency

FRESH_DAYS = 30
"""Days after which a database of advisories no longer says what is known today."""


class Match(Struct, frozen=True):
    """One advisory that applies to one package. `severity`: low, moderate, high, critical or ''.

    `clear_in` is the first later version that no known advisory about the package affects: a version that
    fixes one vulnerability can have another.
    """

    dependency: Dependency
    advisory: str
    aliases: tuple[str, ...]
    summary: str
    severity: str
    fixed_in: str | None
    malicious: bool
    clear_in: str | None


class AdvisoryReport(Struct, frozen=True):
    """What was checked against what.

    `complete` is True when the database holds every advisory of the ecosystems up to `as_of`; only
    then does no match mean clean. `unchecked` are packages with the reason why nothing is known.
    `age_days` is the age of the database on the day of the check, `advisories` how many it holds.
    """

    matches: tuple[Match, ...]
    checked: int
    unchecked: tuple[tuple[Dependency, str], ...]
    complete: bool
    as_of: date | None
    source: str
    age_days: int | None = None
    advisories: int = 0

    @property
    def is_conclusive(self) -> bool:
        """True where a package without a match is clean: a whole database, and a fresh one."""
        return self.complete and self.age_days is not None and self.age_days <= FRESH_DAYS


AdvisorySource = Callable[[Sequence[Dependency]], AdvisoryReport]
"""Matches packages against a database of advisories. Raises FactUnavailable."""
