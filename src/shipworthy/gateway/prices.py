"""What a call costs, from a dated table of prices; an unknown model counts as the dearest of them.

Money is in billionths of a US dollar, as whole numbers: sums of many small amounts stay exact.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any

from shipworthy.gateway.call import Usage
from shipworthy.gateway.policy import Price, Provider

NANO = 1_000_000_000  # parts of a US dollar
UNKNOWN_OUTPUT = 32_768  # tokens that a model of which nothing is known may answer with
PER_IMAGE = (
    2_000  # tokens that an image is reserved with; the large ones of the table take some 1,600
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Billionths of a US dollar per token, the longest answer, and whether that is known or assumed."""

    input: float
    output: float
    output_tokens: int
    known: bool = True
    source: str = ""  # in words: where the price comes from
    long_above: int = 0  # tokens of input from which on the next two count; 0: never
    long_input: float = 0.0
    long_output: float = 0.0

    def of(self, usage: Usage) -> int:
        """What a call has cost, rounded up."""
        if self.long_above and usage.input > self.long_above:
            return ceil(usage.input * self.long_input + usage.output * self.long_output)
        return ceil(usage.input * self.input + usage.output * self.output)

    def at_most(self, input_bytes: int, images: int, output_tokens: int) -> int:
        """What a call can cost at the most: no tokenizer makes more than one token of a byte."""
        return self.of(Usage(input_bytes + images * PER_IMAGE, output_tokens))


@dataclass(frozen=True, slots=True)
class Table:
    """The price table: its date, its source, and the models by name."""

    date: str
    source: str
    models: dict[str, dict[str, Any]]  # as the file has them

    def find(self, model: str) -> dict[str, Any] | None:
        """The entry of a model: by its name, or by the name without the date of a version or a reseller."""
        bare = model.rpartition("/")[2]
        for name in (model, bare):
            if name in self.models:
                return self.models[name]
        # "gpt-4o-2024-08-06" is a version of "gpt-4o"; the longest name that fits is the closest.
        fits = [
            n for n in self.models if bare.startswith(f"{n}-") and bare[len(n) + 1 :][:1].isdigit()
        ]
        return self.models[max(fits, key=len)] if fits else None


@cache
def table() -> Table:
    """The table that comes with shipworthy."""
    text = (files("shipworthy.gateway") / "data" / "prices.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return Table(read["date"], read["source"], read["models"])


def cost_of(model: str, provider: Provider, price: Price | None, output_tokens: int | None) -> Cost:
    """The cost of a model: of the policy, nothing for Ollama, of the table, or the dearest."""
    entry = table().find(model)
    longest = output_tokens or (entry or {}).get("output_tokens") or UNKNOWN_OUTPUT
    if price is not None:
        return Cost(price.input * 1_000, price.output * 1_000, longest, source="the policy")
    if provider.dialect == "ollama":
        return Cost(0, 0, longest, source="runs on your machine")
    if entry is None:
        dearest = max(table().models.values(), key=lambda e: e["input"] + e["output"])
        source = "unknown, counted as the dearest of the table"
        return Cost(dearest["input"] * 1_000, dearest["output"] * 1_000, longest, False, source)
    return Cost(
        entry["input"] * 1_000,
        entry["output"] * 1_000,
        longest,
        source=f"the table of {table().date}",
        long_above=entry.get("long_above", 0),
        long_input=entry.get("long_input", 0) * 1_000,
        long_output=entry.get("long_output", 0) * 1_000,
    )
