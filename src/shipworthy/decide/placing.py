"""In which part of a prototype a gap lies, and whether it can be mended in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shipworthy.decide.verdict import Component
from shipworthy.finding import Finding
from shipworthy.prototype import Prototype

_OF_CONTROL: Mapping[Component, frozenset[str]] = {
    Component.AUTH: frozenset(
        """brute-force cors-any-origin-credentials csrf default-secret fail-open-guard
        first-user-becomes-admin home-grown-auth insecure-cookie missing-authorisation open-firebase-rules
        open-storage-bucket open-tenant rls-disabled rls-without-policy definer-view policy-recursion
        rows-readable-by-any-user rows-readable-by-anybody rows-writable-by-any-user
        rows-writable-by-anybody self-promotion sign-up-decides-role user-enumeration weak-random
        exposed-function service-role-in-browser""".split()
    ),
    Component.FRONTEND: frozenset(
        """client-side-secret data-access-in-component html-injection missing-security-headers
        no-error-boundary open-redirect tracker-without-consent""".split()
    ),
    Component.DATA_MODEL: frozenset(
        "no-retention plain-text-secret-column special-category-data stored-card-data".split()
    ),
    Component.AI: frozenset({"personal-data-to-model", "user-text-in-system-prompt"}),
}
_OF_AREA = {"access": Component.API, "database": Component.DATA_MODEL, "ai": Component.AI}
_BY_PLACE = frozenset(
    "architecture http observability performance reliability secrets privacy".split()
)
_PAGES = (".tsx", ".jsx", ".html", ".vue", ".svelte", ".astro")

STRUCTURAL: Mapping[str, str] = {
    "client-decided-money": "the browser decides what only a server may",
    "home-grown-auth": "sign-in itself is made by hand",
    "model-output-executed": "what a model says is run",
    "open-tenant": "customers are not kept apart",
    "plain-text-secret-column": "secrets lie open in the data model",
    "query-of-missing-object": "code and database disagree",
    "service-role-in-browser": "the browser holds the rights of a server",
    "shared-mutable-state": "users share the variables of one process",
    "sign-up-decides-role": "whoever signs up decides his rights",
    "stored-card-data": "card numbers lie in the data model",
}
"""The gaps that a patch at their place does not mend, because the trust boundary or the data model is
wrong (exposed keys, missing limits and missing checks are patchable: days, not weeks)."""


def component_of(prototype: Prototype, finding: Finding, area: str) -> Component | None:
    """The part that a gap lies in; None for what concerns the whole: tests, pipelines, packages."""
    for component, controls in _OF_CONTROL.items():
        if finding.control in controls:
            return component
    if area in _OF_AREA:
        return _OF_AREA[area]
    if area not in _BY_PLACE:
        return None
    place = finding.location
    if place is None:
        return None
    in_browser = place.path in prototype.modules.browser or place.path.endswith(_PAGES)
    return Component.FRONTEND if in_browser else Component.API


def structural(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of the findings that no patch at their place mends."""
    return tuple(f for f in findings if f.control in STRUCTURAL)
