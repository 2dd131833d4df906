"""Which hooks a gateway runs with, by its policy."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.errors import ShipworthyError
from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.outputs import AnswerCheck
from shipworthy.gateway.policy import Feature, Policy
from shipworthy.gateway.redaction import KINDS, PersonalDataRedactor
from shipworthy.gateway.redaction.names import NAME, load
from shipworthy.gateway.screening.classifier import score
from shipworthy.gateway.screening.screener import InjectionScreener


class UnknownKind(ShipworthyError):
    """A policy names a kind of personal data that nothing recognises."""


def hooks_for(policy: Policy) -> Hooks:
    """The hooks that the policy asks for. Raises UnknownKind and NamesUnavailable: now, not later."""
    redacting = [f for f in _features(policy) if f.redaction.enabled]
    for feature in redacting:
        _check_kinds(feature)
    if any(feature.redaction.names for feature in redacting):
        load()
    screened = any(feature.screening.enabled for feature in _features(policy))
    if screened:
        score("hello")  # reads the weights now: the first request should not wait for them
    checked = any(feature.outputs.enabled for feature in _features(policy))
    return Hooks(
        redactor=PersonalDataRedactor() if redacting else None,
        screener=InjectionScreener() if screened else None,
        outputs=AnswerCheck() if checked else None,
    )


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
