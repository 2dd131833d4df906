"""Hotspots: where the code is both changed often and hard to read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.command import run
from shipworthy.decide.signal import SOUND, Signal, between
from shipworthy.errors import CommandFailed
from shipworthy.finding import Evidence, Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.git import git_command
from shipworthy.prototype.source import Role, SourceFile

_COMMITS = 200  # the latest; a larger history says little more
_FEWEST = 10  # commits below which no file stands out
_TOP = 3
_DEEP = 4.0  # levels of indentation, on average, that are hard to read
_LONG = 400  # lines


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A file with the lines changed in it, its own lines and the mean depth of its indentation."""

    path: str
    changed: int
    lines: int
    depth: float

    @property
    def hard(self) -> bool:
        """True where it is long, or deep and not short."""
        return self.lines >= _LONG or (self.depth >= _DEEP and self.lines >= _LONG / 2)


def hotspots(assessment: Assessment) -> Signal | None:
    """How much of all change goes into files that are hard to change (churn x complexity)."""
    prototype = assessment.prototype
    name, title, source = "hotspots", "Change goes where it is easy", "git log --numstat"
    reason = _unreadable(prototype)
    if reason:
        return Signal(name, title, None, "", None, 1.0, source, reason=reason)
    try:
        found, whole = _hotspots(prototype)
    except CommandFailed as error:
        return Signal(name, title, None, "", None, 1.0, source, reason=str(error))
    if not found or not whole:
        reason = "the history changes no code of the product"
        return Signal(name, title, None, "", None, 1.0, source, reason=reason)
    hard = [h for h in found if h.hard]
    share = sum(h.changed for h in hard) / whole
    shown = tuple(
        Evidence(
            "git",
            f"{h.changed:,} lines changed; {h.lines} lines, depth {h.depth:.1f}",
            Location(h.path),
        )
        for h in sorted(hard, key=lambda h: (-h.changed * h.lines, h.path))[:_TOP]
    )
    value = f"{share:.0%} of all change went into {len(hard)} files that are hard to change"
    lean = max(SOUND, between(share, keep=0.1, rebuild=0.9))
    return Signal(name, title, None, value, lean, 1.0, source, shown)


def _unreadable(prototype: Prototype) -> str:
    if prototype.git is None:
        return prototype.git_reason or "the folder is not under version control"
    if prototype.git.commit is None:
        return "there is no commit yet"
    if prototype.git.shallow:
        return "the history is cut off: git fetch --unshallow"
    commits = sum(bool(c.strip()) for c in prototype.commits)
    return f"{commits} commits are too few" if commits < _FEWEST else ""


def _hotspots(prototype: Prototype) -> tuple[list[Hotspot], int]:
    """The live code files of the product that were changed, and all lines changed in them."""
    changed = _changed(prototype)
    code = {
        f.path: f
        for f in prototype.of_role(Role.PRODUCT)
        if f.language and f.path in changed and f.path not in prototype.abandoned
    }
    found = [_hotspot(file, changed[path]) for path, file in code.items()]
    return found, sum(h.changed for h in found)


def _changed(prototype: Prototype) -> Counter[str]:
    """Lines added and taken away by path, over the latest commits. Raises CommandFailed."""
    options = ("--numstat", "--format=", "--no-renames", "--relative", "-z")
    arguments = ("log", f"-{_COMMITS}", *options, "--", ".")
    ran = run(
        git_command(prototype.root, *arguments, seconds=prototype.settings.limits.git_seconds)
    )
    changed: Counter[str] = Counter()
    for line in ran.output.decode("utf-8", "replace").split("\0"):
        added, _, rest = line.strip("\n").partition("\t")
        removed, _, path = rest.partition("\t")
        if path and added.isdigit() and removed.isdigit():
            changed[path] += int(added) + int(removed)
    return changed


def _hotspot(file: SourceFile, changed: int) -> Hotspot:
    lines = [line for line in file.lines if line and not line.isspace()]
    unit = 4 if file.name.endswith(".py") else 2
    depths = [(len(line) - len(line.lstrip())) / unit for line in lines]
    return Hotspot(file.path, changed, len(lines), sum(depths) / max(1, len(depths)))
