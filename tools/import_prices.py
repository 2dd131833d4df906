"""Rewrite the gateway's price table from the `genai-prices` package (MIT), unpacked in a folder.

pip download --no-deps genai-prices && unzip genai_prices-*.whl -d FOLDER
python tools/import_prices.py FOLDER [LIMITS.json]

LIMITS.json may state the longest answer of models, as `{"gpt-4o": {"max_output_tokens": 16384}}`. Where a
name has several prices (several providers, times of the day), the dearest is taken.
"""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "src/shipworthy/gateway/data/prices.toml"
PROVIDERS = "openai anthropic google mistral deepseek groq x-ai cohere together fireworks cerebras perplexity"


def main() -> None:
    """Write the table."""
    folder = sys.argv[1]
    limits = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else {}
    sys.path.insert(0, folder)
    providers = {p.id: p for p in importlib.import_module("genai_prices.data").providers}
    models: dict[str, Entry] = {}
    for name in PROVIDERS.split():
        for model in providers[name].models:
            for id in {model.id, *equals(model.match)}:
                longest = limits.get(id, {}).get("max_output_tokens") or model.context_window or 0
                for price in priced(model):
                    found = entry(price, longest)
                    if found is not None:
                        models[id] = max(models.get(id, found), found, key=lambda e: e.worth)
    TABLE.write_text(toml(models, distribution(folder)), encoding="utf-8")
    print(f"{len(models)} models in {TABLE}")


def equals(match: Any) -> Iterator[str]:
    """The names that a clause matches exactly."""
    if hasattr(match, "equals"):
        yield match.equals
    for inner in getattr(match, "or_", ()):
        yield from equals(inner)


def priced(model: Any) -> Iterator[Any]:
    """The prices of a model today, at each hour: some are cheaper at night."""
    now = datetime.datetime.now(datetime.UTC)
    for hour in range(24):
        yield model.get_prices(now.replace(hour=hour))


def entry(price: Any, longest: int) -> Entry | None:
    """The row of a price; prices that depend on the length of the prompt have their last step in `long`."""
    steps = [p for p in (price.input_mtok, price.output_mtok) if hasattr(p, "tiers") and p.tiers]
    above = min((tier.start for step in steps for tier in step.tiers), default=0)
    if price.input_mtok is None:
        return None
    base = (base_of(price.input_mtok), base_of(price.output_mtok))
    return Entry(*base, longest, above, dearest(price.input_mtok), dearest(price.output_mtok))


@dataclasses.dataclass(frozen=True)
class Entry:
    """Dollars per million tokens in and out; the longest answer; the same above a length of the prompt."""

    input: Decimal
    output: Decimal
    longest: int
    above: int
    long_input: Decimal
    long_output: Decimal

    @property
    def worth(self) -> Decimal:
        """What tells the dearer of two entries."""
        return self.input + self.output


def base_of(price: Any) -> Decimal:
    """A price per million for a short prompt."""
    return Decimal(0) if price is None else getattr(price, "base", price)


def dearest(price: Any) -> Decimal:
    """The highest step of a price."""
    steps = getattr(price, "tiers", ())
    return max([base_of(price), *(tier.price for tier in steps)])


def distribution(folder: str) -> Distribution:
    """The package that was unpacked there."""
    return next(
        d for d in distributions(path=[folder]) if d.name.replace("_", "-") == "genai-prices"
    )


def toml(models: dict[str, Entry], package: Distribution) -> str:
    """The table as TOML, sorted by name."""
    lines = [
        "# Written by tools/import_prices.py. US dollars per million tokens; output_tokens is the",
        "# longest answer (0: not known); long_* count for prompts of more than long_above tokens.",
        f'date = "{datetime.datetime.now(datetime.UTC).date()}"',
        f'source = "genai-prices {package.version} (MIT), from the price pages of the providers"',
        'source_of_limits = "model_prices_and_context_window.json of litellm (MIT), else the context window"',
        "",
        "[models]",
    ]
    for name, e in sorted(models.items()):
        row = f"input = {plain(e.input)}, output = {plain(e.output)}, output_tokens = {e.longest}"
        if e.above:
            row += f", long_above = {e.above}, long_input = {plain(e.long_input)}"
            row += f", long_output = {plain(e.long_output)}"
        lines.append(f"{json.dumps(name)} = {{ {row} }}")
    return "\n".join(lines) + "\n"


def plain(price: Decimal) -> str:
    """A number that TOML knows."""
    return f"{price.normalize():f}"


if __name__ == "__main__":
    main()
