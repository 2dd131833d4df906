"""What a policy means in words, and what it leaves open."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipworthy.gateway.policy import Feature, Policy
from shipworthy.gateway.prices import table
from shipworthy.gateway.targets import Target, Targets


@dataclass(slots=True)
class Outlook:
    """Lines for people and a document for programs; `open` are the questions that nobody has answered."""

    lines: list[str] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)


def outlook(policy: Policy, environment: Mapping[str, str] = os.environ) -> Outlook:
    """What the policy means."""
    found = Outlook()
    targets = list(Targets(policy, environment))
    for target in targets:
        found.lines.append(_model(target))
        found.open += _open_of_model(target)
    for prototype in policy.prototypes.values():
        for feature in prototype.features.values():
            found.lines.append(_feature(feature))
            found.open += _open_of_feature(feature)
        if prototype.budget.day is None:
            found.open.append(
                f"{prototype.name}: no budget: {{day: …}}, so nothing stops its spending"
            )
    found.lines.append(f"Prices: table of {table().date}, from {table().source}.")
    found.lines += [f"open: {question}" for question in found.open]
    found.document = {
        "models": {t.name: {"provider": t.provider_name, "price": t.cost.source} for t in targets},
        "features": [
            f"{p.name}/{f.name}" for p in policy.prototypes.values() for f in p.features.values()
        ],
        "prices": {"date": table().date, "source": table().source},
        "open": found.open,
    }
    return found


def _model(target: Target) -> str:
    cost = target.cost
    price = f"${cost.input / 1000:g} in, ${cost.output / 1000:g} out per million tokens"
    return f"model {target.name}: {target.model} at {target.provider_name}; {price} ({cost.source})"


def _open_of_model(target: Target) -> Iterator[str]:
    if not target.cost.known:
        yield f"model {target.name}: no price is known; state `price`, or the dearest counts"
    if target.provider.key and not target.key:
        yield f"provider {target.provider_name}: the environment variable {target.provider.key} is not set"


def _feature(feature: Feature) -> str:
    times = feature.timeouts
    chain = " › ".join(feature.models) or "the model that is asked for"
    stands_in = (
        "a registered answer" if feature.answers else "a message" if feature.message else "an error"
    )
    form = "checked against its contract" if feature.contract is not None else "not checked"
    return (
        f"{feature.prototype}/{feature.name}: {chain}; {times.first_byte:g} s to begin, {times.total:g} s"
        f" in all; form {form}; while off or down: {stands_in}"
    )


def _open_of_feature(feature: Feature) -> Iterator[str]:
    if not feature.answers and not feature.message:
        yield (
            f"{feature.prototype}/{feature.name}: nothing stands in while models are off or down; state"
            " `answers` or `message`"
        )
