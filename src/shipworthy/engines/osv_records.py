"""Advisories in the OSV format, trimmed to what matching needs.

The format: https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.engines.cvss import severity_of
from shipworthy.prototype.dependencies.versions import Ecosystem, normal_name, parse_version
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.dependencies.versions import Version

Event = tuple[str, str]  # introduced, fixed, last_affected or below; and a version
_WORDS = {"CRITICAL": "critical", "HIGH": "high", "MODERATE": "moderate", "MEDIUM": "moderate"}
_WORDS |= {"LOW": "low"}
_KINDS = ("introduced", "fixed", "last_affected")
_LONGEST_SUMMARY = 200  # characters
_LAST_KNOWN = regex(r"\s*(<=?)\s*([^\s,]+)\s*\Z")


class Advisory(Struct, frozen=True):
    """What one advisory says of one package: the ranges and single versions that are affected."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    severity: str
    ecosystem: Ecosystem
    package: str
    ranges: tuple[tuple[Event, ...], ...]
    versions: tuple[str, ...]

    @property
    def is_malicious(self) -> bool:
        """True for a package that was made, or taken over, to do harm."""
        return self.id.startswith("MAL-") or any(a.startswith("MAL-") for a in self.aliases)

    def affects(self, version: Version) -> bool | None:
        """Whether a version is affected; None where a bound cannot be compared with it."""
        if any(parse_version(self.ecosystem, listed) == version for listed in self.versions):
            return True
        answers = [self._within(version, events) for events in self.ranges]
        if True in answers:
            return True
        return None if None in answers else False

    def fixes(self) -> list[tuple[Version, str]]:
        """The versions that it calls fixed."""
        return [
            (parsed, text)
            for events in self.ranges
            for kind, text in events
            if kind == "fixed" and (parsed := parse_version(self.ecosystem, text)) is not None
        ]

    def fixed_after(self, version: Version) -> str | None:
        """The smallest fixed version above this one that is not affected itself."""
        return clear_version((self,), version)

    def _within(self, version: Version, events: tuple[Event, ...]) -> bool | None:
        """The algorithm of the OSV schema, for events in the order of their versions."""
        affected = False
        for kind, text in events:
            if kind == "introduced" and text == "0":
                affected = True
                continue
            bound = parse_version(self.ecosystem, text)
            if bound is None:
                return None
            if kind == "introduced" and version >= bound:  # type: ignore[operator]
                affected = True
            elif kind != "introduced" and _is_past(version, kind, bound):
                affected = False
        return affected


def clear_version(advisories: Sequence[Advisory], version: Version) -> str | None:
    """The smallest version above this one that one of the advisories calls fixed and none affects."""
    fixes = (fix for advisory in advisories for fix in advisory.fixes())
    for parsed, text in sorted(fixes, key=lambda fix: fix[0]):
        later = parsed > version  # type: ignore[operator]
        if later and not any(advisory.affects(parsed) for advisory in advisories):
            return text
    return None


def _is_past(version: Version, kind: str, bound: Version) -> bool:
    """True where a version lies behind the end of a range."""
    if kind == "last_affected":
        return version > bound  # type: ignore[operator]
    return version >= bound  # type: ignore[operator]


def read_record(record: Mapping[str, object]) -> Iterator[Advisory]:
    """The advisories of one OSV record, one for each package of npm and PyPI that it names.

    Withdrawn records, other ecosystems and broken parts give nothing.
    """
    identity = record.get("id")
    affected = record.get("affected")
    if record.get("withdrawn") or not isinstance(identity, str) or not isinstance(affected, list):
        return
    found: dict[tuple[Ecosystem, str], tuple[list[tuple[Event, ...]], list[str]]] = {}
    for part in affected:
        package = _package(part)
        if package is not None and isinstance(part, dict):
            ranges, versions = found.setdefault(package, ([], []))
            ranges += _ranges(package[0], part)
            versions += [v for v in _list(part.get("versions")) if isinstance(v, str)]
    severity = _severity(record)
    aliases = tuple(a for a in _list(record.get("aliases")) if isinstance(a, str))
    summary = str(record.get("summary") or "")[:_LONGEST_SUMMARY]
    for (ecosystem, name), (ranges, versions) in found.items():
        if ranges or versions:
            yield Advisory(
                identity,
                aliases,
                summary,
                severity,
                ecosystem,
                name,
                tuple(ranges),
                tuple(versions),
            )


def _package(part: object) -> tuple[Ecosystem, str] | None:
    package = part.get("package") if isinstance(part, dict) else None
    if not isinstance(package, dict) or not isinstance(package.get("name"), str):
        return None
    for ecosystem in Ecosystem:
        if package.get("ecosystem") == ecosystem.value:
            return ecosystem, normal_name(ecosystem, package["name"])
    return None


def _ranges(ecosystem: Ecosystem, part: Mapping[str, object]) -> Iterator[tuple[Event, ...]]:
    for one in _list(part.get("ranges")):
        if not isinstance(one, dict) or one.get("type") not in ("SEMVER", "ECOSYSTEM"):
            continue
        events = [
            (kind, bound)
            for event in _list(one.get("events"))
            if isinstance(event, dict)
            for kind in _KINDS
            if isinstance(bound := event.get(kind), str)
        ]
        last = None if any(kind != "introduced" for kind, _ in events) else _last_known(part)
        if last is not None:
            events.append(last)
        if events:
            yield tuple(sorted(events, key=lambda event: _order(ecosystem, event)))


def _last_known(part: Mapping[str, object]) -> Event | None:
    """GitHub's bound for packages without a fixed version: `<= 0.18.5` or `< 0.19.3`."""
    specific = part.get("database_specific")
    text = specific.get("last_known_affected_version_range") if isinstance(specific, dict) else None
    found = _LAST_KNOWN.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    return ("last_affected" if found[1] == "<=" else "below", found[2])


def _order(ecosystem: Ecosystem, event: Event) -> tuple[bool, str, str] | tuple[bool, Version]:
    """Sorts events by version; the first is always where it begins."""
    kind, text = event
    parsed = None if kind == "introduced" and text == "0" else parse_version(ecosystem, text)
    return (False, kind, text) if parsed is None else (True, parsed)


def _severity(record: Mapping[str, object]) -> str:
    specific = record.get("database_specific")
    word = specific.get("severity") if isinstance(specific, dict) else None
    if isinstance(word, str) and word.upper() in _WORDS:
        return _WORDS[word.upper()]
    for part in _list(record.get("severity")):
        if isinstance(part, dict) and isinstance(part.get("score"), str):
            found = severity_of(part["score"])
            if found:
                return found
    return ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
