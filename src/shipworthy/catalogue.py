"""Find the controls: every folder below `controls/` that holds a control.py."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from shipworthy.control import Control
from shipworthy.errors import ShipworthyError

CONTROLS = Path(__file__).parent / "controls"


class UnknownControl(ShipworthyError):
    """A name that is neither a control nor an area."""


class Entry(Struct, frozen=True):
    """One control with its folder."""

    control: Control
    folder: Path

    @property
    def readme(self) -> str:
        """The text of its README: why it matters, how it is fixed, when to accept it."""
        return (self.folder / "README.md").read_text(encoding="utf-8")

    @property
    def summary(self) -> str:
        """The first paragraph under "Why it matters"."""
        section = self.readme.partition("## Why it matters")[2].strip()
        return section.partition("\n\n")[0].replace("\n", " ")


def catalogue() -> tuple[Entry, ...]:
    """All controls, by area and id. Raises TypeError when a folder breaks the contract."""
    return _read(CONTROLS)


def select(names: Sequence[str] = ()) -> tuple[Control, ...]:
    """The controls with these ids or in these areas; all of them without names.

    Raises UnknownControl, naming close matches, for a name that is neither.
    """
    entries = catalogue()
    if not names:
        return tuple(e.control for e in entries)
    for name in names:
        if not any(name in (e.control.id, e.control.area) for e in entries):
            raise UnknownControl(_not_found(name, entries))
    return tuple(e.control for e in entries if {e.control.id, e.control.area} & set(names))


def entry(control_id: str) -> Entry:
    """The control with this id. Raises UnknownControl, naming close matches."""
    entries = catalogue()
    for found in entries:
        if found.control.id == control_id:
            return found
    raise UnknownControl(_not_found(control_id, entries))


@cache
def _read(root: Path) -> tuple[Entry, ...]:
    files = sorted(root.glob("*/*/control.py"))
    return tuple(_load(file.parent) for file in files)


def _load(folder: Path) -> Entry:
    name = f"shipworthy.controls.{folder.parent.name}.{folder.name}.control"
    module = importlib.import_module(name)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == name and issubclass(value, Control)
    ]
    if len(found) != 1:
        raise TypeError(f"{name} must define one Control, it defines {len(found)}")
    control = found[0]()
    if control.id.replace("-", "_") != folder.name:
        raise TypeError(f"{name}: the folder of {control.id!r} must be its id with underscores")
    return Entry(control, folder)


def _not_found(name: str, entries: Iterable[Entry]) -> str:
    import difflib

    entries = tuple(entries)
    known = [n for e in entries for n in (e.control.id, e.control.area)]
    if any(e.control.area == name for e in entries):
        return f"{name!r} is an area, not a control. `shipworthy controls` lists its controls."
    close = difflib.get_close_matches(name, sorted(set(known)), n=3)
    hint = f" Did you mean {', '.join(close)}?" if close else ""
    return f"No control or area is called {name!r}.{hint} `shipworthy controls` lists them all."
