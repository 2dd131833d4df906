"""The programs behind the proxy, each a port on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

APP = "app"


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The prototype's port, and what answers below other paths (a stand-in below `/rest/v1`).

    `actions` are calls that the prototype takes at any path, by their id, and the pages that they belong to.
    """

    app: int
    prefixes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def clusters(self) -> dict[str, int]:
        """Name and port of each program; prefixes with the same port are one."""
        beside = sorted(set(self.prefixes.values()) - {self.app})
        return {APP: self.app, **{f"beside-{port}": port for port in beside}}

    def cluster_of(self, path: str) -> str:
        """The program that answers below `path`: of the longest prefix that holds it."""
        fits = (p for p in self.prefixes if holds(p, path))
        port = self.prefixes[longest] if (longest := max(fits, key=len, default="")) else self.app
        return next(name for name, its in self.clusters.items() if its == port)


def holds(prefix: str, path: str) -> bool:
    """Whether a path lies at or below another one, segment by segment, whatever its case."""
    above, below = prefix.rstrip("/").lower(), path.lower()
    return below == above or below.startswith(above + "/")
