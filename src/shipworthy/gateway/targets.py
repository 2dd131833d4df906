"""Which provider, dialect and price stands behind the name of a model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shipworthy.gateway.dialects import DIALECTS
from shipworthy.gateway.dialects.dialect import Dialect
from shipworthy.gateway.policy import Feature, Policy, Provider
from shipworthy.gateway.prices import Cost, cost_of
from shipworthy.gateway.problem import Kind, Problem


@dataclass(frozen=True, slots=True)
class Target:
    """A model, ready to be asked."""

    name: str  # as callers know it
    model: str  # as the provider knows it
    provider_name: str
    provider: Provider
    cost: Cost
    key: str  # of the provider, from the environment; never printed: see __repr__

    def __repr__(self) -> str:
        return f"Target({self.name!r} at {self.provider_name!r})"

    def dialect_for(self, inbound: Dialect) -> Dialect | None:
        """The dialect in which to ask on behalf of a caller's; None where there is none."""
        kind = inbound.name
        match self.provider.dialect:
            case "openai":
                same = kind in ("openai-chat", "openai-embeddings") or (
                    kind == "openai-responses" and self.provider.responses
                )
                return inbound if same else DIALECTS["openai-chat"]
            case _ if kind == "openai-embeddings":
                return None
            case "ollama":
                return inbound if kind.startswith("ollama") else DIALECTS["ollama-chat"]
            case native:
                return DIALECTS[native]


class Targets:
    """All models of a policy. Keys are read from the environment once."""

    def __init__(self, policy: Policy, environment: Mapping[str, str] = os.environ) -> None:
        self._known: dict[str, Target] = {}
        for name, model in policy.models.items():
            provider = policy.providers[model.provider]
            own = model.model or name
            cost = cost_of(own, provider, model.price, model.output_tokens)
            key = environment.get(provider.key, "") if provider.key else ""
            self._known[name] = Target(name, own, model.provider, provider, cost, key)

    def chain(self, feature: Feature, asked: str) -> tuple[Target, ...]:
        """The models to ask, in order. Raises Problem where the asked one is not allowed.

        A feature with models of its own asks those, beginning with the one that the caller names where
        it is among them; a caller that names another gets the feature's: code that was written for one
        model keeps working when the policy moves it to the next. Without such a list the caller's
        model is asked, which must be among the policy's.
        """
        if feature.models:
            names = feature.models
            if asked in names:
                names = (asked, *(n for n in names if n != asked))
            return tuple(self._known[n] for n in names)
        if asked not in self._known:
            raise Problem(
                Kind.NOT_FOUND,
                "unknown_model",
                "This model is not among those that the gateway's policy allows.",
            )
        return (self._known[asked],)

    def __iter__(self) -> Iterator[Target]:
        return iter(self._known.values())
