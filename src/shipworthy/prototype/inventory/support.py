"""Until when versions of languages, frameworks and databases get security fixes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from msgspec import Struct

_TABLE = Path(__file__).parent / "support.toml"


class Support(Struct, frozen=True):
    """What is known of one version: `cycle` as its makers count, "18" or "3.9".

    `ends` is the last day of security fixes; None where no end is announced.
    """

    label: str
    cycle: str
    ends: date | None


class SupportTable(Struct, frozen=True):
    """The bundled table and the day up to which it knows."""

    as_of: date
    cycles: Mapping[str, Mapping[str, Support]]

    def of(self, product: str, version: str) -> Support | None:
        """The support of a version of a product; None where the table does not hold it."""
        known = self.cycles.get(product, {})
        parts = version.split(".")
        found = known.get(".".join(parts[:2])) or known.get(parts[0])
        return found if found is None or "." not in found.cycle or len(parts) > 1 else None


@cache
def support_table() -> SupportTable:
    """The table that comes with shipworthy; its source and licence stand at its top."""
    import tomllib

    content = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    as_of = content.pop("as_of")
    cycles = {
        product: {
            cycle: Support(said["label"], cycle, date.fromisoformat(end) if end else None)
            for cycle, end in said["cycles"].items()
        }
        for product, said in content.items()
    }
    return SupportTable(as_of, cycles)
