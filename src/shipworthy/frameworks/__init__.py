"""Requirement texts as data: one TOML file for each framework, its rows and what answers them."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from shipworthy.errors import ShipworthyError

_YEAR = 365  # days that an answer counts unless its row says otherwise
_FOLDER = Path(__file__).parent


class Machine(StrEnum):
    """How much of a row reading code and trying a database can answer."""

    WHOLE = "whole"  # the controls' answer is the answer
    PART = "part"  # a gap says no; that nothing was found still needs a person's word
    NONE = "none"  # only a person can tell


class Row(Struct, frozen=True):
    """One requirement. A control answers it by naming one of `answered_by` in its `satisfies`."""

    id: str
    title: str
    section: str
    answered_by: frozenset[str]  # requirement ids; the row's own is always among them
    machine: Machine
    who: str  # the role that answers what no machine can; empty where a machine answers it whole
    valid_days: int  # how long a person's answer counts


class Framework(Struct, frozen=True):
    """A set of rows under one name, with where it comes from."""

    id: str
    title: str
    source: str
    checklist: bool  # to be worked through row by row before a launch
    needs_models: bool  # asks about model calls alone
    rows: tuple[Row, ...]


class UnknownFramework(ShipworthyError):
    """A name that is no framework."""


@cache
def frameworks() -> tuple[Framework, ...]:
    """All frameworks that are to be answered, the checklists first.

    Raises ValueError where a row that a machine does not answer whole names nobody who must.
    """
    titled = {name: data for name, data in _files().items() if "title" in data}
    ordered = sorted(titled.items(), key=lambda item: item[1].get("position", len(titled)))
    return tuple(_framework(name, data) for name, data in ordered)


def framework(id: str) -> Framework:
    """The framework with this id. Raises UnknownFramework."""
    for found in frameworks():
        if found.id == id:
            return found
    known = ", ".join(f.id for f in frameworks())
    raise UnknownFramework(f"No framework is called {id!r}; there are: {known}")


@cache
def requirements() -> dict[str, str]:
    """All requirement ids that a control may name, with titles: "A10", "owasp:A02", "cwe:798", …"""
    return {
        f"{_prefix(data)}{key}": title
        for data in _files().values()
        for key, title in _titles(data).items()
    }


def title_of(requirement: str) -> str:
    """The title of a requirement. Raises KeyError for an id that no framework has."""
    return requirements()[requirement]


@cache
def _files() -> dict[str, dict[str, Any]]:
    return {
        file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(_FOLDER.glob("*.toml"))
    }


def _prefix(data: dict[str, Any]) -> str:
    return f"{data['prefix']}:" if "prefix" in data else ""


def _titles(data: dict[str, Any]) -> dict[str, str]:
    """The rows of a framework with a prefix can be named like the plain lists of requirements."""
    rows = data.get("row", ()) if "prefix" in data else ()
    plain: dict[str, str] = data.get("requirements", {})
    return plain | {row["id"]: row.get("title", row["id"]) for row in rows}


def _framework(name: str, data: dict[str, Any]) -> Framework:
    start = _prefix(data) or f"{name}."
    named = [{"id": id, "title": title} for id, title in data.get("requirements", {}).items()]
    return Framework(
        id=name,
        title=data["title"],
        source=data["source"],
        checklist=data.get("checklist", False),
        needs_models=data.get("needs") == "models",
        rows=tuple(_row(start, row, data.get("who", "")) for row in (*named, *data.get("row", ()))),
    )


def _row(start: str, row: dict[str, Any], who: str) -> Row:
    id = f"{start}{row['id']}"
    machine = Machine(row.get("machine", "part"))
    who = "" if machine is Machine.WHOLE else row.get("who", who)
    if machine is not Machine.WHOLE and not who:
        raise ValueError(f"{id}: a row that a machine does not answer whole names who must")
    answered_by = frozenset({id, *row.get("answered_by", ())})
    return Row(
        id,
        row.get("title", row["id"]),
        row.get("section", ""),
        answered_by,
        machine,
        who,
        row.get("valid_days", _YEAR),
    )
