"""A file's lines as they may be shown to others: indented as they are, every secret masked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.errors import FactUnavailable
from shipworthy.prototype.roles import is_environment_template, role_of
from shipworthy.prototype.source import Role
from shipworthy.regex import regex
from shipworthy.secret import mask

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# The roles that are searched for secrets and hold no list of settings.
_SHOWN = (Role.PRODUCT, Role.SCRIPT, Role.MIGRATION, Role.CONFIG, Role.UI_KIT, Role.GENERATED)
_LONGEST = 400  # characters; a longer line is of a bundle, and says nothing to a reader
# What is called a secret is masked even where nothing recognised its value.
_CALLED_SECRET = regex(
    r"""(?ix) ( (?:secret|passw(?:or)?d|passwd|token|api[_-]?key|private[_-]?key|credential)
    [\w-]* ["'`]? \s* (?:[:=]|=>)+ \s* ) (["'`]) ([^"'`\s]{6,}) \2"""
)


def masked_lines(prototype: Prototype, path: str, first: int, last: int) -> Sequence[str] | None:
    """The lines from `first` to `last` (1-based, as far as there are any), tabs spread.

    None where they may not be shown: settings, lock files, tests (these are not searched for secrets),
    and all files where nothing was searched.
    """
    file = prototype.files.get(path)
    if file is None or not file.text or file.role not in _SHOWN:
        return None
    try:
        values = _values(prototype)
    except FactUnavailable:
        return None
    text = file.text
    for value in values:
        if value in text:
            text = text.replace(value, mask(value) + "\n" * value.count("\n"))
    shown = [_bounded(line) for line in text.split("\n")[max(0, first - 1) : last]]
    called = _CALLED_SECRET.sub(_masked_value, "\n".join(shown))
    return called.split("\n") if shown else []


def masked_patch(prototype: Prototype, patch: str) -> str:
    """A patch as it may be shown to others: every known secret masked, and all that an environment
    file holds. Where one was masked, the patch can be read, but not applied."""
    try:
        # Each line of a key has the sign of the patch before it.
        values = [line for value in _values(prototype) for line in value.split("\n") if line]
    except FactUnavailable:
        values = []  # where nothing was searched, the names of settings still tell
    for value in values:
        patch = patch.replace(value, mask(value)) if len(value) > 3 else patch
    settings = content = False
    lines = []
    for line in patch.split("\n"):
        if line.startswith("diff --git "):
            name = line.rpartition("/")[2]
            settings = name.startswith(".env") or role_of(name) is Role.ENVIRONMENT
            settings = settings and not is_environment_template(name)
            content = False
        content = content or line.startswith("@@")
        lines.append(_masked_setting(line) if settings and content else line)
    return "\n".join(lines)


_SETTING = regex(r"^([-+ ]\s*(?:export\s+)?[A-Za-z_]\w*\s*=\s*[\"']?)([^\"'\n]*)")
_SHORT = 6  # characters of a value that is a switch or a number
_REST = regex(r"^([-+ ]\s*)([^\s#@].*)$")  # of a value that goes over several lines


def _masked_setting(line: str) -> str:
    found = _SETTING.match(line) or _REST.match(line)
    if found is None or len(found[2]) < _SHORT or "…(" in found[2]:
        return line
    return f"{found[1]}{mask(found[2])}{line[found.end() :]}"


def _masked_value(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{mask(match[3])}{match[2]}"


@lru_cache(maxsize=2)
def _values(prototype: Prototype) -> tuple[str, ...]:
    """All secrets, wherever they stand: one found in a file is masked in every other. Longest first."""
    found = {s.value for s in prototype.secrets if len(s.value) > 3}
    return tuple(sorted(found, key=lambda value: (-len(value), value)))


def _bounded(line: str) -> str:
    line = line.rstrip().expandtabs(2)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
