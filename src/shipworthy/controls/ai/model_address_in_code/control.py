"""Addresses of model providers that only a change of the code can move behind a gateway."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.models.address_edits import from_environment
from shipworthy.prototype.models.addresses import ModelAddress
from shipworthy.prototype.roles import is_trial
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_OWN = regex(r"//(localhost|127\.)")


class ModelAddressInCode(
    Control,
    id="model-address-in-code",
    title="Model provider's address in the code",
    consequence="To put a gateway, a budget or another provider in between takes a new release of the code.",
    severity=Severity.LOW,
    satisfies=("I08",),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        by_variable = _by_variable(prototype)
        for variable, places in by_variable.items():
            written = [found for found in places if not found.is_default]
            shown = [
                prototype.evidence("code", found.location) for found in (written or places)[:5]
            ]
            if written:
                sure = Confidence.HIGH if _hampers(written) else Confidence.LOW
                yield self.gap(variable, _message(written), *shown, confidence=sure)
            else:
                yield self.satisfied(variable, "The address is the default of a setting", *shown)
        if not by_variable:
            yield self.not_applicable(
                "no address of a model provider stands in the code of a server"
            )

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The environment first and the literal as the default: nothing changes until somebody sets it."""
        variable = finding.subject
        places = _by_variable(prototype).get(variable, [])
        paths = dict.fromkeys(p.location.path for p in places if not p.is_default)
        if _has_no_process(prototype):
            return None
        texts = {path: from_environment(prototype.files[path], variable) for path in paths}
        writes = tuple(Write(path, text) for path, text in texts.items() if text is not None)
        if len(writes) < len(paths) or not writes:
            return None
        return Remedy(f"Read the address from {variable}", Review.SAFE, writes)


def _by_variable(prototype: Prototype) -> dict[str, list[ModelAddress]]:
    """The addresses in code that runs where there is an environment, by what would hold them."""
    found: dict[str, list[ModelAddress]] = {}
    for address in prototype.model_addresses:
        if _is_judged(prototype, address.location.path):
            found.setdefault(address.variable, []).append(address)
    return found


def _hampers(written: list[ModelAddress]) -> bool:
    """True for an address that only the own machine has; whether it matters that a provider's public one
    is written out, its owner knows."""
    return _OWN.search(written[0].base) is not None


def _message(written: list[ModelAddress]) -> str:
    first, files = written[0], len({found.location.path for found in written})
    where = "" if files == 1 else f" in {files} files"
    return f"{first.base} is written out{where}: no setting, such as {first.variable}, leads it elsewhere"


def _is_judged(prototype: Prototype, path: str) -> bool:
    """Code of the browser has no environment: its calls must move to a server first."""
    return not is_trial(path) and path not in prototype.modules.browser


def _has_no_process(prototype: Prototype) -> bool:
    """A worker gets its variables as an argument of each request."""
    return any(path.rpartition("/")[2].startswith("wrangler.") for path in prototype.files)
