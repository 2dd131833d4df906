"""Under which names Python packages are imported, and what well-known ones bring along."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from shipworthy.prototype.dependencies.versions import Ecosystem, normal_name

_TABLE = Path(__file__).parent / "import_names.toml"


class ImportNames(Struct, frozen=True):
    """The bundled table: distributions by the name of the import, and what they bring."""

    distributions: Mapping[str, tuple[str, ...]]
    brings: Mapping[str, tuple[str, ...]]
    known: frozenset[str]  # all distributions of the table

    def of(self, module: str) -> tuple[tuple[str, ...], bool]:
        """The distributions that a dotted module may come from, and whether the table says so."""
        parts = module.split(".")
        for count in range(min(4, len(parts)), 0, -1):
            found = self.distributions.get(".".join(parts[:count]))
            if found:
                return found, True
        return (normal_name(Ecosystem.PYPI, parts[0]),), False

    def imports(self, distribution: str) -> tuple[str, ...]:
        """The names of the imports that a distribution brings; empty where the table is silent."""
        return tuple(name for name, found in self.distributions.items() if distribution in found)


@cache
def import_names() -> ImportNames:
    """The table that comes with shipworthy."""
    import tomllib

    content = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    distributions = {name: tuple(found) for name, found in content["imports"].items()}
    brings = {name: tuple(found) for name, found in content["brings"].items()}
    known = {one for found in distributions.values() for one in found} | brings.keys()
    return ImportNames(distributions, brings, frozenset(known))
