"""Match packages against a database of known vulnerabilities: the full one when it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache as cache_result
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.engines.osv_database import open_bundled, open_database
from shipworthy.engines.osv_records import Advisory, clear_version
from shipworthy.engines.osv_stores import Database
from shipworthy.prototype.dependencies.advisories import AdvisoryReport, AdvisorySource, Match
from shipworthy.prototype.dependencies.dependency import Dependency
from shipworthy.prototype.dependencies.versions import parse_version

if TYPE_CHECKING:
    from shipworthy.prototype.dependencies.versions import Version

_NO_VERSION = "no exact version: no lock file"
_ADDRESS = "installed from an address, not from a registry"
_NO_NUMBER = "its version is not one that can be compared"
_UNBOUNDED = "an advisory has a bound that cannot be compared"


def osv_source(
    database: Path | None = None, *, cache: bool = True, today: date | None = None
) -> AdvisorySource:
    """Match against `database`, else the user's full database, else the bundled selection.

    `cache` False leaves the user's database alone. `today` is for the age of the database. The
    database is opened when the source is first asked; that raises FactUnavailable for a broken one.
    """

    @cache_result
    def opened() -> Database:
        return open_database(database, use_cache=cache) or open_bundled()

    def match(dependencies: Sequence[Dependency]) -> AdvisoryReport:
        return _report(opened(), dependencies, today or datetime.now(UTC).date())

    return match


def _report(database: Database, dependencies: Sequence[Dependency], today: date) -> AdvisoryReport:
    known = database.advisories((d.ecosystem, d.name) for d in dependencies)
    matches: list[Match] = []
    unchecked: list[tuple[Dependency, str]] = []
    checked = 0
    for dependency in dependencies:
        advisories = known.get((dependency.ecosystem, dependency.name), ())
        reason = _why_unchecked(dependency, advisories, complete=database.complete)
        if reason:
            unchecked.append((dependency, reason))
            continue
        checked += 1
        version = parse_version(dependency.ecosystem, dependency.version or "")
        if version is not None:
            matches += _without_twins(_matches(dependency, version, advisories))
    return AdvisoryReport(
        matches=tuple(matches),
        checked=checked,
        unchecked=tuple(unchecked),
        complete=database.complete and _covers(database.ecosystems, dependencies),
        as_of=database.as_of,
        source=database.source,
        age_days=(today - database.as_of).days if database.as_of else None,
        advisories=database.count,
    )


def _covers(ecosystems: Iterable[str], dependencies: Iterable[Dependency]) -> bool:
    return {d.ecosystem.value for d in dependencies} <= set(ecosystems)


def _why_unchecked(
    dependency: Dependency, advisories: Sequence[Advisory], *, complete: bool
) -> str:
    """Why nothing can be said of a package; '' where it can."""
    if dependency.version is None:
        # Where a whole database knows nothing of a name, any version of it is clean.
        return "" if complete and not advisories else _NO_VERSION
    version = parse_version(dependency.ecosystem, dependency.version)
    if version is None:
        return _ADDRESS if _is_address(dependency.version) else _NO_NUMBER
    if any(advisory.affects(version) is None for advisory in advisories):
        return _UNBOUNDED
    return ""


def _is_address(version: str) -> bool:
    return "/" in version or ":" in version


def _matches(
    dependency: Dependency, version: Version, advisories: Iterable[Advisory]
) -> Iterable[Match]:
    advisories = tuple(advisories)
    applying = [advisory for advisory in advisories if advisory.affects(version)]
    clear = clear_version(advisories, version) if applying else None
    for advisory in applying:
        yield Match(
            dependency=dependency,
            advisory=advisory.id,
            aliases=advisory.aliases,
            summary=advisory.summary,
            severity="critical" if advisory.is_malicious else advisory.severity,
            fixed_in=advisory.fixed_after(version),
            malicious=advisory.is_malicious,
            clear_in=clear,
        )


def _without_twins(matches: Iterable[Match]) -> list[Match]:
    """One of several records of the same vulnerability: GitHub's, which states the severity."""
    kept: list[Match] = []
    told: set[str] = set()
    for match in sorted(matches, key=lambda m: (not m.advisory.startswith("GHSA-"), m.advisory)):
        names = {match.advisory, *match.aliases}
        if not names & told:
            kept.append(match)
        told |= names
    return kept
