"""Which hooks a gateway runs with, by its policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.gateway.hooks import Hooks, Observer
from shipworthy.gateway.outputs import AnswerCheck
from shipworthy.gateway.policy import Feature, Policy, TelemetryOptions
from shipworthy.gateway.redaction import KINDS, PersonalDataRedactor
from shipworthy.gateway.redaction.names import NAME, load
from shipworthy.gateway.screening.classifier import score
from shipworthy.gateway.screening.screener import InjectionScreener
from shipworthy.gateway.telemetry import Journal, MetricsPage, SpanWriter
from shipworthy.gateway.telemetry.journal import FILE as JOURNAL
from shipworthy.gateway.telemetry.spans import ENDPOINTS, to_collector, to_file
from shipworthy.gateway.telemetry.spans import FILE as SPANS


class NoCollector(ShipworthyError):
    """Spans are to go to a collector, and nothing says where it is."""


class UnknownKind(ShipworthyError):
    """A policy names a kind of personal data that nothing recognises."""


def hooks_for(policy: Policy, state: Path) -> Hooks:
    """The hooks that the policy asks for; what they write down goes into the folder `state`.

    Raises UnknownKind, MissingExtra, NoCollector and BrokenStore: now, and not at the first request.
    """
    features = list(_features(policy))
    redacting = [feature for feature in features if feature.redaction.enabled]
    for feature in redacting:
        _check_kinds(feature)
    if any(feature.redaction.names for feature in redacting):
        load()
    screener = InjectionScreener() if any(f.screening.enabled for f in features) else None
    if screener:
        score("hello")  # reads the weights: the first request should not wait for them
    outputs = AnswerCheck() if any(f.outputs.enabled for f in features) else None
    metrics = MetricsPage(outputs.withheld if outputs else None)
    return Hooks(
        redactor=PersonalDataRedactor() if redacting else None,
        screener=screener,
        outputs=outputs,
        observers=(metrics, *_writers(policy.telemetry, state)),
        metrics={"/metrics": metrics},
    )


def _writers(options: TelemetryOptions, state: Path) -> Iterator[Observer]:
    yield Journal(state / JOURNAL, options.calls_days, options.texts_days)
    if options.spans == "file":
        yield SpanWriter(to_file(state / SPANS))
    elif options.spans == "collector":
        address = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), None)
        if address is None:
            raise NoCollector(f"telemetry.spans is collector, and {ENDPOINTS[1]} is not set")
        yield SpanWriter(to_collector(address))


def _features(policy: Policy) -> Iterator[Feature]:
    for prototype in policy.prototypes.values():
        yield from prototype.features.values()


def _check_kinds(feature: Feature) -> None:
    unknown = set(feature.redaction.kinds) - KINDS - {NAME}
    if unknown:
        raise UnknownKind(
            f"{feature.prototype}.{feature.name}: redaction.kinds has {', '.join(sorted(unknown))};"
            f" known are {', '.join(sorted(KINDS | {NAME}))}"
        )
