"""Package registries and how each orders its versions: semver for npm, PEP 440 for PyPI."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.regex import regex

if TYPE_CHECKING:
    import semver
    from packaging.version import Version as PythonVersion

    Version = semver.Version | PythonVersion


class Ecosystem(StrEnum):
    """A package registry, by its name in OSV."""

    NPM = "npm"
    PYPI = "PyPI"


def normal_name(ecosystem: Ecosystem, name: str) -> str:
    """The name as its registry compares it: PEP 503 for PyPI, as it stands for npm."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem is Ecosystem.PYPI else name


@lru_cache(maxsize=50_000)
def parse_version(ecosystem: Ecosystem, text: str) -> Version | None:
    """The version in a form that sorts, or None where it is none (an address, a tag, a range).

    npm accepts a leading `v` or `=` and missing parts; build metadata takes no part in the order.
    """
    if len(text) > 200:  # int() of a hostile version must stay cheap
        return None
    return _parse_python(text) if ecosystem is Ecosystem.PYPI else _parse_npm(text)


def _parse_python(text: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None


def _parse_npm(text: str) -> Version | None:
    import semver

    try:
        parsed = semver.Version.parse(text.strip().lstrip("=v"), optional_minor_and_patch=True)
        return parsed.replace(build=None)
    except (ValueError, TypeError):
        return None


_EXACT = regex(r"=?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)\Z")


def exact_npm(specifier: str) -> str | None:
    """The one version that an npm specifier allows, or None where it allows several."""
    found = _EXACT.match(specifier.strip())
    return found[1] if found else None
