"""Which hooks a gateway runs with, by its policy."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.errors import ShipworthyError
from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.policy import Feature, Policy
from shipworthy.gateway.redaction import KINDS, PersonalDataRedactor
from shipworthy.gateway.redaction.names import NAME, load


class UnknownKind(ShipworthyError):
    """A policy names a kind of personal data that nothing recognises."""


def hooks_for(policy: Policy) -> Hooks:
    """The hooks that the policy asks for. Raises UnknownKind and NamesUnavailable: now, not later."""
    redacting = [f for f in _features(policy) if f.redaction.enabled]
    for feature in redacting:
        _check_kinds(feature)
    if any(feature.redaction.names for feature in redacting):
        load()
    return Hooks(redactor=PersonalDataRedactor() if redacting else None)


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
