"""The text format that Prometheus reads: counters and histograms, and how they are written.

Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[str, ...]


class Counter:
    """A number per labels that only grows."""

    def __init__(self, name: str, help: str, labels: Labels) -> None:
        self.name = name
        self._help = help
        self._labels = labels
        self._values: dict[Labels, float] = {}

    def add(self, values: Labels, amount: float = 1) -> None:
        """Count."""
        self._values[values] = self._values.get(values, 0) + amount

    def set_all(self, values: Mapping[Labels, float]) -> None:
        """Take over counts that are kept elsewhere."""
        self._values = dict(values)

    def lines(self) -> Iterator[str]:
        """The metric as it is written."""
        yield f"# HELP {self.name} {self._help}"
        yield f"# TYPE {self.name} counter"
        for values, amount in self._values.items():
            yield f"{self.name}{labelled(self._labels, values)} {amount:.10g}"


class Histogram:
    """How often values fell into which range, per labels."""

    def __init__(self, name: str, help: str, labels: Labels, bounds: tuple[float, ...]) -> None:
        self.name = name
        self._help = help
        self._labels = labels
        self._bounds = bounds
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}

    def observe(self, values: Labels, amount: float) -> None:
        """Count one value."""
        counts = self._counts.get(values)
        if counts is None:
            counts = self._counts[values] = [0] * (len(self._bounds) + 1)
            self._sums[values] = 0.0
        counts[bisect_left(self._bounds, amount)] += 1
        self._sums[values] += amount

    def lines(self) -> Iterator[str]:
        """The metric as it is written."""
        yield f"# HELP {self.name} {self._help}"
        yield f"# TYPE {self.name} histogram"
        for values, counts in self._counts.items():
            total = 0
            for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
                total += count
                named = labelled((*self._labels, "le"), (*values, bound))
                yield f"{self.name}_bucket{named} {total}"
            yield f"{self.name}_sum{labelled(self._labels, values)} {self._sums[values]:.10g}"
            yield f"{self.name}_count{labelled(self._labels, values)} {total}"


def labelled(names: Labels, values: Labels) -> str:
    """`{feature="chat",model="small"}`, escaped."""
    pairs = (f'{n}="{_escaped(v)}"' for n, v in zip(names, values, strict=True))
    return "{" + ",".join(pairs) + "}" if names else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
