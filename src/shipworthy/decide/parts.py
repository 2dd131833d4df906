"""Which parts a prototype has, and the open gaps that lie in each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from shipworthy.assess import Assessment
from shipworthy.decide.placing import component_of
from shipworthy.decide.rules import Part
from shipworthy.decide.verdict import Component
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.source import Role

Gaps = Mapping[Component, tuple[Finding, ...]]
_PAGES = (".tsx", ".jsx", ".html", ".vue", ".svelte", ".astro")
_VIEWS = re.compile(r"(^|/)views/.+\.(ejs|hbs|handlebars|pug|njk|mustache|twig|liquid)$")
_PYTHON_PAGES = frozenset({"streamlit", "gradio"})


def parts_of(assessment: Assessment) -> tuple[tuple[Part, ...], Gaps]:
    """Each part with what is open in it, and these gaps themselves."""
    prototype = assessment.prototype
    areas = {c.id: c.area for c in assessment.controls}
    gaps: dict[Component, list[Finding]] = {component: [] for component in Component}
    for gap in assessment.gaps:
        component = component_of(prototype, gap, areas[gap.control])
        if component is not None:
            gaps[component].append(gap)
    there = _there(prototype)
    sound = Counter(
        component_of(prototype, f, areas[f.control])
        for f in assessment.findings
        if f.outcome is Outcome.SATISFIED
    )
    found = tuple(
        Part(
            component,
            component in there,
            sum(gap.severity.blocks_launch for gap in gaps[component]),
            sum(gap.severity is not Severity.LOW for gap in gaps[component]),
            sound[component],
        )
        for component in Component
    )
    return found, {component: tuple(all_) for component, all_ in gaps.items()}


def _there(prototype: Prototype) -> frozenset[Component]:
    stack, found = prototype.stack, set[Component]()
    product = [f.path for f in prototype.of_role(Role.PRODUCT)]
    paged = any(r.kind is RouteKind.PAGE for r in prototype.routes)
    paged = paged or bool(_PYTHON_PAGES & set(stack.frameworks))
    if (
        paged
        or any(p.endswith(_PAGES) for p in product)
        or any(map(_VIEWS.search, prototype.files))
    ):
        found.add(Component.FRONTEND)
    if prototype.handlers:
        found.add(Component.API)
    if prototype.tables or stack.data or any(q.table for q in prototype.queries):
        found.add(Component.DATA_MODEL)
    if signs_in(prototype):
        found.add(Component.AUTH)
    hosted = prototype.base44
    if prototype.model_calls or (hosted and hosted.model):
        found.add(Component.AI)
    return frozenset(found)


def signs_in(prototype: Prototype) -> bool:
    """True where somebody can sign in, or is asked who he is."""
    if prototype.base44 and prototype.base44.sign_in:
        return True
    if prototype.cookies or any(q.operation == "auth" for q in prototype.queries):
        return True
    return any(handler.principal is not None for handler in prototype.handlers)
