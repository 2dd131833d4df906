"""Which model names move, and which fixed name stands for each today."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from msgspec import Struct

_TABLE = Path(__file__).with_name("snapshots.toml")


class Snapshot(Struct, frozen=True):
    """A fixed name for a model name that moves, and where the provider lists it."""

    name: str
    source: str


@cache
def _table() -> dict[tuple[str, str], Snapshot]:
    data = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    providers = {name: rows for name, rows in data.items() if isinstance(rows, dict)}
    return {
        (provider, alias): Snapshot(fixed, rows["source"])
        for provider, rows in providers.items()
        for alias, fixed in rows.items()
        if alias != "source"
    }


def snapshot_of(provider: str, model: str) -> Snapshot | None:
    """The fixed name for a model at a provider; None where the name is fixed or none is known."""
    return _table().get((provider, model.removeprefix("models/")))
