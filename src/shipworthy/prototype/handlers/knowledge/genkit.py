"""Genkit of Firebase: flows and tools are functions that are called like any other, prompts ask a model.

https://genkit.dev/docs/flows
"""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.wrapping import is_callable
from shipworthy.prototype.handlers.values import Value, union

_TRUTHY = frozenset({"truthy"})


def _defined(walk: Evaluation, site: Site) -> Value | None:
    """`ai.defineFlow({ name }, async (input) => …)`: calling what it gives runs the function."""
    return site.given[-1] if len(site.given) > 1 and is_callable(site.given[-1]) else None


def _prompt(walk: Evaluation, site: Site) -> Value | None:
    """`ai.definePrompt({ name, prompt })`: calling what it gives asks the model."""
    return Value(native=_ask, tags=_TRUTHY) if site.given else None


def _flow_run(walk: Evaluation, site: Site) -> Value | None:
    """`runFlow(flow, input)` of its first versions."""
    flow = site.argument(0)
    return walk.called(flow, _inner(site)) if is_callable(flow) else None


def _inner(site: Site) -> Site:
    return Site("", "", site.receiver, site.given[1:], {}, site.call)


def _ask(walk: Evaluation, site: Site) -> Value:
    walk.effect(
        EffectKind.MODEL,
        "ask",
        "genkit",
        site.call.at,
        inputs={"text": union(site.given)},
        values={"text": Value(elements=site.given)},
    )
    origins = frozenset({Origin("model", "genkit")})
    return Value(origins=origins, what="model answer", tags=_TRUTHY)


_ASKS = ("generate", "generateStream")
CALLS = {
    **{f"genkit.genkit().{name}": _ask for name in _ASKS},
    **{f"@genkit-ai/ai.{name}": _ask for name in _ASKS},
    "@genkit-ai/flow.runFlow": _flow_run,
}
NAMES = {
    "defineFlow": _defined,
    "defineTool": _defined,
    "definePrompt": _prompt,
}
