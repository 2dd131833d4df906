"""Which packages of a Python program do not go together, read from the error with which it ended.

Old pins leave the packages below them free, and the newest of those lack what the old ones ask for:
`cannot import name 'soft_unicode' from 'markupsafe'`. Then it is not the prototype that is broken but the
choice of versions, and the package that fails gives up its pin. What a package or the prototype imports and
nobody listed is added, where the name is a well-known one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from shipworthy.harden.loosening import Wanted, named, parsed
from shipworthy.prototype.dependencies.import_names import import_names

_BEGINS = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "([^"]+)", line \d+', re.MULTILINE)
_RAISED = re.compile(r"^\s*([A-Za-z_][\w.]*(?:Error|Exception|NotInstalled)): (.*)", re.MULTILINE)
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_FROM = re.compile(r"cannot import name '\w+' from (?:partially initialized module )?'([\w.]+)'")
_ASKS_FOR = re.compile(r"pip install (?:-U |--upgrade )?[\"'`]?([A-Za-z][\w.-]*(?:\[[\w,-]+\])?)")
_OF_VERSIONS = ("ImportError", "AttributeError", "TypeError", "PydanticUserError", "ConfigError")
# The last version that has the module which others import.
_LAST_WITH = {"pkg_resources": "setuptools<81", "distutils": "setuptools<81"}


@dataclass(frozen=True, slots=True)
class Misfit:
    """What would have to be different: a requirement more, or packages without their pins."""

    add: str = ""
    free: tuple[str, ...] = ()  # the first of them that has a pin

    def mended(self, wanted: Wanted) -> Wanted:
        """What to ask for instead; the same where nothing of it can be changed."""
        if self.add:
            name = named(self.add)
            kept = tuple(
                line for line in wanted.lines if named(line) != name or parsed(line) is None
            )
            return wanted if self.add in wanted.lines else replace(wanted, lines=(*kept, self.add))
        for name in self.free:
            if (freed := wanted.free([name])) != wanted:
                return freed
        return wanted


def misfit(said: str, place: Path) -> Misfit | None:
    """What the last traceback of a log tells. `place` is where the packages are. None for any other error."""
    last = said.rpartition(_BEGINS)[2] if _BEGINS in said else ""
    raised = list(_RAISED.finditer(last))
    if not raised:
        return None
    kind, message = raised[-1][1].rpartition(".")[2], last[raised[-1].start() :]
    if (asks := _ASKS_FOR.search(message)) and _is_known(asks[1]):
        return Misfit(add=asks[1])
    if lacking := _NO_MODULE.search(message):
        return _of_module(lacking[1], last, place)
    if kind not in _OF_VERSIONS:
        return None
    guilty = tuple(_owners(last, place))
    if source := _FROM.search(message):
        guilty = (*guilty, *import_names().of(source[1])[0]) if guilty else ()
    return Misfit(free=guilty) if guilty else None


def _of_module(module: str, last: str, place: Path) -> Misfit | None:
    top = module.partition(".")[0]
    if top in _LAST_WITH:
        return Misfit(add=_LAST_WITH[top])
    if (place / top).exists() or (place / f"{top}.py").exists():  # there, but not that part of it
        guilty = (*_owners(last, place), *import_names().of(module)[0])
        return Misfit(free=guilty)
    found, known = import_names().of(module)
    return Misfit(add=found[0]) if known or found[0] in import_names().known else None


def _is_known(requirement: str) -> bool:
    return named(requirement) in import_names().known


def _owners(last: str, place: Path) -> Iterator[str]:
    """The packages that the error went through, the one that raised it first; none where the prototype's
    own code raised it."""
    files = [Path(path) for path in _FRAME.findall(last)]
    files = [file for file in files if not str(file).startswith("<")]
    if not files or not files[-1].is_relative_to(place):
        return
    tops = dict.fromkeys(
        file.relative_to(place).parts[0] for file in reversed(files) if file.is_relative_to(place)
    )
    owners: dict[str, str] = {}
    for distribution in distributions(path=[str(place)]):
        for file in distribution.files or ():
            owners.setdefault(file.parts[0], canonicalize_name(distribution.name))
    yield from dict.fromkeys(owners[top] for top in tops if top in owners)
