"""What to ask pip for next where it cannot have what was asked: as little else as possible.

Old pins name versions that were never built for the Python at hand, or that do not go together. The nearest
newer version for which there is a wheel takes their place; of what has no wheel at all, the source is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_NO_WHEEL = re.compile(
    r"satisfies the requirement (.+?)(?: \(from (\S+).*?\))? \(from versions: (.*?)\)"
)
_CONFLICT = "The conflict is caused by:"
_ALSO_LACKING = "Additionally, some packages in these conflicts have no matching distributions"
_IN_CONFLICT = re.compile(r"^    (?:The user requested )?([A-Za-z0-9][\w.-]*)", re.MULTILINE)
_NOT_BUILT = re.compile(r"Failed to build '?([A-Za-z0-9][\w.-]*)")
# The same package from a wheel, where its own name comes as source alone.
_AS_WHEEL = {"psycopg2": "psycopg2-binary"}


class Wanted(Struct, frozen=True):
    """What pip is asked for: requirements, and the names of packages whose source may be built."""

    lines: tuple[str, ...]
    from_source: frozenset[str] = frozenset()

    def loosened(self, said: str) -> Wanted:
        """What to ask for instead, given what pip said when it refused; the same where nothing gives way."""
        if failed := _NOT_BUILT.search(said):
            return self.without(failed[1])
        if found := _NO_WHEEL.search(said):
            requirement = parsed(found[1])
            if requirement is not None:
                return self._without_wheel(requirement, found[2] or "", found[3])
        if _CONFLICT in said:
            block, _, more = said.rpartition(_CONFLICT)[2].partition("\n\n")
            freed = self.free(_IN_CONFLICT.findall(block))
            if freed != self or not more.startswith(_ALSO_LACKING):
                return freed
            lacking = _IN_CONFLICT.findall(more.partition("\n\n")[0])
            names = frozenset(canonicalize_name(name) for name in lacking)
            return replace(self, from_source=self.from_source | names)
        return self

    def as_wheels(self) -> Wanted:
        """With the names under which packages have wheels, where their own have none."""
        wanted = self
        for name, other in _AS_WHEEL.items():
            wanted = wanted._instead(name, other, None)
        return wanted

    def free(self, names: Iterable[str]) -> Wanted:
        """Without upper bounds on these packages."""
        among = {canonicalize_name(name) for name in names}
        lines = []
        for line in self.lines:
            asked = parsed(line)
            if asked is not None and _is_bound(asked) and canonicalize_name(asked.name) in among:
                version = pinned(asked)
                line = written(asked, f">={version}" if version else "")
            lines.append(line)
        return replace(self, lines=tuple(lines))

    def without(self, name: str) -> Wanted:
        """Without a package, and without building it."""
        gone = canonicalize_name(name)
        kept = tuple(line for line in self.lines if named(line) != gone)
        return Wanted(kept, self.from_source - {gone})

    def _without_wheel(self, lacking: Requirement, parent: str, listed: str) -> Wanted:
        name = canonicalize_name(lacking.name)
        own = [line for line in self.lines if named(line) == name]
        versions = _versions(listed)
        if not versions:
            known = name in self.from_source
            return (
                self.without(name)
                if known
                else replace(self, from_source=self.from_source | {name})
            )
        if not own:
            return self.free([Requirement(parent).name] if parsed(parent) else [])
        asked = parsed(own[0])
        least = pinned(asked) if asked else None
        newer = [version for version in versions if least is not None and version >= least]
        bounds = f">={least},<{min(newer).major + 1}" if newer else ""
        return self._instead(name, asked.name if asked else name, bounds)

    def _instead(self, name: str, by: str, bounds: str | None) -> Wanted:
        """With another name for a package, and other bounds; None for its own."""
        lines = []
        for line in self.lines:
            asked = parsed(line)
            if asked is not None and canonicalize_name(asked.name) == name:
                own = str(asked.specifier)
                asked.name = by
                line = written(asked, own if bounds is None else bounds)
            lines.append(line)
        return replace(self, lines=tuple(lines))


def parsed(line: str) -> Requirement | None:
    """A line of a list of requirements; None for an option or what is none."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def named(line: str) -> str:
    """The normal name of the package that a line asks for; '' where it asks for none."""
    found = parsed(line)
    return canonicalize_name(found.name) if found else ""


def _is_bound(asked: Requirement) -> bool:
    return any(one.operator not in (">", ">=", "!=") for one in asked.specifier)


def pinned(asked: Requirement) -> Version | None:
    """The one version that is asked for, None for a range."""
    exact = [one.version for one in asked.specifier if one.operator in ("==", "===", "~=")]
    try:
        return Version(exact[0].removesuffix(".*")) if exact else None
    except InvalidVersion:
        return None


def _versions(listed: str) -> list[Version]:
    """The final versions of those that pip lists."""
    found = []
    for text in listed.split(","):
        try:
            version = Version(text.strip())
        except InvalidVersion:  # "none"
            continue
        if not version.is_prerelease:
            found.append(version)
    return found


def written(asked: Requirement, bounds: str) -> str:
    """A requirement as a line, with other bounds than its own."""
    extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
    marker = f" ; {asked.marker}" if asked.marker else ""
    return f"{asked.name}{extras}{bounds}{marker}"
