"""Model names that stand for another model tomorrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.models.calls import ModelCall
from shipworthy.prototype.models.dating import with_dated_name
from shipworthy.prototype.models.snapshots import snapshot_of
from shipworthy.prototype.roles import is_trial
from shipworthy.remedy import Remedy, Review, Write


class UnpinnedModel(
    Control,
    id="unpinned-model",
    title="Model name that moves",
    consequence="The provider swaps the model behind the name, and answers change on a day you did nothing.",
    severity=Severity.LOW,
    satisfies=("I33", "llm:LLM03"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        by_name = _by_name(prototype)
        calls = [c for c in prototype.model_calls if not is_trial(c.location.path)]
        unnamed = [call for call in calls if not call.model]
        for (provider, model), places in by_name.items():
            yield self._judge(prototype, provider, model, list(places))
        if unnamed and not by_name:
            shown = [prototype.evidence("code", c.location) for c in unnamed[:5]]
            reason = "The name of the model stands in a setting or another file"
            yield self.unknown("prototype", reason, *shown)
        if not unnamed and not by_name:
            yield self.not_applicable("the code asks no model")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The dated name in each place, where all of them are written out."""
        writes = []
        for (provider, model), places in _by_name(prototype).items():
            fixed = snapshot_of(provider, model)
            if model != finding.subject or fixed is None:
                continue
            for path in dict.fromkeys(place.path for place in places):
                here = [place for place in places if place.path == path]
                text = with_dated_name(prototype.files[path], model, fixed.name, here)
                if text is None:
                    return None
                writes.append(Write(path, text))
        if len({w.path for w in writes}) < len(writes) or not writes:
            return None
        said = f"Ask for the dated model in place of {finding.subject}, as of its provider's list"
        return Remedy(said, Review.CAREFUL, tuple(writes))

    def _judge(
        self, prototype: Prototype, provider: str, model: str, places: list[Location]
    ) -> Finding:
        shown = [prototype.evidence("code", place) for place in places[:5]]
        fixed = snapshot_of(provider, model)
        if fixed is None:
            return self.satisfied(model, "No more exact name of it is known", *shown)
        count = "One place asks" if len(places) == 1 else f"{len(places)} places ask"
        message = (
            f"{count} for {model}, which the provider moves to newer models;"
            f" a dated name such as {fixed.name} stays the same"
        )
        if _is_parsed(prototype, {place.path for place in places}):
            return self.gap(model, message, *shown)
        # What only people read may as well get better: for the owner to say.
        return self.gap(model, message, *shown, confidence=Confidence.LOW)


def _is_parsed(prototype: Prototype, paths: AbstractSet[str]) -> bool:
    """True where the files that ask, or those that import them, read something as data: JSON, the
    shape of an answer, calls of tools, words that are looked for; or run something."""
    edges = prototype.modules.edges
    users = {path for path, imported in edges.items() if not paths.isdisjoint(imported)}
    texts = (prototype.files[path].text or "" for path in sorted(paths | users))
    return any(word in text for text in texts for word in _READS)


_READS = (
    *("JSON.parse", "json.loads", "response_format", "responseFormat", "responseSchema"),
    *("response_schema", "json_schema", "generateObject", "streamObject", "Output.object"),
    *("tool_calls", "tool_choice", "toolCalls", "tools:", "tools=", "function_call", "structured"),
    *(
        "safeParse",
        "model_validate",
        "Parser",
        "re.search",
        "re.findall",
        "re.match",
        "input_schema",
    ),
    *("eval(", ".execute(", ".rpc(", "```"),  # it is run, or taken out of what stands around it
)


def _by_name(prototype: Prototype) -> Mapping[tuple[str, str], Mapping[Location, None]]:
    """Where each model is asked for, by provider and name."""
    found: dict[tuple[str, str], dict[Location, None]] = {}
    for call in prototype.model_calls:
        if call.model and not is_trial(call.location.path):
            found.setdefault((_provider(call), call.model), {})[call.location] = None
    for named in prototype.named_models:
        if not is_trial(named.location.path) and not _is_part(named.location, found):
            found.setdefault((named.provider, named.model), {})[named.location] = None
    return found


def _is_part(place: Location, known: Mapping[tuple[str, str], Mapping[Location, None]]) -> bool:
    """True for a name that stands in a call which is known with its model."""
    return any(
        call.path == place.path and call.line <= place.line <= max(call.line, call.end_line)
        for calls in known.values()
        for call in calls
    )


def _provider(call: ModelCall) -> str:
    """Whom the name belongs to: chains name the model as the provider does."""
    if call.provider not in ("langchain", "ai-sdk", "litellm"):
        return call.provider
    model = call.model or ""
    starts = {"gpt-": "openai", "o1": "openai", "o3": "openai", "claude-": "anthropic"}
    known = {**starts, "gemini-": "google", "mistral-": "mistral"}
    return next((provider for start, provider in known.items() if model.startswith(start)), "")
