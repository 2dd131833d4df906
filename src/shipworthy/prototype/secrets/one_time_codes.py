"""One-time codes that are one and the same for every account where a setting is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.program.fixed_codes import SAYS_CODE, fixed_codes
from shipworthy.prototype.program.nodes import Module
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# A digit first, and what may not stand before it after that: a search starts fast at a digit.
_DIGITS = regex(r"\d(?<![\w.#-]\d)\d{3,7}(?![\w.])")
_CONFIGURES = regex(r"config|settings?|constants?|(^|/)env(ironment)?\b", re.IGNORECASE)


class OneTimeCode(Struct, frozen=True):
    """Where a code is written out. `settings` are the variables that would decide otherwise; `kept_off`
    is the line of the repository that sets one of them for production."""

    function: str
    location: Location
    settings: tuple[str, ...]
    kept_off: Location | None


def read_one_time_codes(prototype: Prototype) -> tuple[OneTimeCode, ...]:
    """The codes in code that entry points lead to."""
    modules = prototype.server_modules

    @cache
    def others() -> Mapping[str, Module]:
        return {path: modules[path] for path in modules if _CONFIGURES.search(path)}

    found = []
    for path in sorted(_reached(prototype)):
        text = prototype.files[path].text or ""
        if not (_reads(text) and _DIGITS.search(text) and SAYS_CODE.search(text)):
            continue
        for code in fixed_codes(modules[path], others):
            place = Location(path, code.line)
            kept = _kept_off(prototype, code.settings)
            found.append(OneTimeCode(code.function, place, code.settings, kept))
    return tuple(found)


def _reads(text: str) -> bool:
    return any(word in text for word in ("env", "config", "setting", "DEBUG", "MODE"))


def _reached(prototype: Prototype) -> set[str]:
    """The files that entry points lead to, with their own."""
    found: set[str] = set()
    pending = {handler.location.path for handler in prototype.handlers}
    while pending:
        found |= pending
        targets = (prototype.modules.edges.get(path, ()) for path in pending)
        pending = {target for several in targets for target in several} - found
    return {path for path in found if path in prototype.server_modules}


def _kept_off(prototype: Prototype, settings: tuple[str, ...]) -> Location | None:
    return next((place for name in settings for place in _set_for_real(prototype, name)), None)


def _set_for_real(prototype: Prototype, name: str) -> Iterator[Location]:
    """The lines of settings, images and pipelines that switch a variable to production or off."""
    sets = re.compile(
        rf"(?<![\w.]){re.escape(name)}[\"']?\s*[:= ]\s*[\"']?(prod(uction)?|live|false|0|off|no)\b",
        re.IGNORECASE,
    )
    for path, file in sorted(prototype.files.items()):
        if file.language is not None or file.role in (Role.DOCUMENTATION, Role.TEST, Role.LOCK):
            continue
        if name not in (file.text or ""):
            continue
        for number, line in enumerate(file.lines, 1):
            if not line.lstrip().startswith("#") and sets.search(line):
                yield Location(path, number)
