"""What a name alone tells, where nothing else does: guards of packages, limiters, checks of rights."""

from __future__ import annotations

import re
from dataclasses import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.knowledge.limits import LIMITS, limited
from shipworthy.prototype.handlers.values import NO_GUARDS, Value, union

_GUARDS = re.compile(
    r"(require|ensure|verify|check|assert|validate|is|get|with|protect|auth)_?(\w*_?)(auth|login|logged|session|user"
    r"|admin|token|permission|access|role|jwt|owner|member)\w*$|^(authenticate|authorize|protect|login_required)\w*$",
    re.IGNORECASE,
)
"""Functions that by their names look at who calls."""

_SIGNATURES = re.compile(
    r"(verify|validate|check|is_?valid)_?\w*(signature|webhook|hmac)", re.IGNORECASE
)


def own(walk: Evaluation, site: Site, result: Value) -> Value:
    """A function of the prototype that counts calls by its name."""
    if LIMITS.search(site.name or site.what):
        return limited(walk, site, result)
    return result


def foreign(walk: Evaluation, site: Site) -> Value | None:
    """A call that nothing is known of but its name."""
    name = site.name or site.what.rpartition(".")[2]
    if LIMITS.search(name) or "rate" in site.receiver.tags:
        walk.run_callbacks(site)
        result = Value(origins=union(site.given), what=f"{site.what}()")
        return limited(walk, site, result)
    if _SIGNATURES.search(name):
        return _may_prove(walk, site, Check.SIGNATURE)
    if site.receiver.what in ("", "this") and _GUARDS.search(name) and not site.receiver.origins:
        return _may_prove(walk, site, Check.UNCLEAR)
    return None


def _may_prove(walk: Evaluation, site: Site, check: Check) -> Value:
    """Nobody can see what it does: whether it throws or answers, it is a check that is not clear."""
    walk.run_callbacks(site)
    walk.passed(check, site.what or site.name, site.call.at)
    yes = frozenset({walk.guard(check, site.what or site.name, site.call.at)})
    made = Value(origins=union(site.given), what=f"{site.what}()")
    return replace(made, when=(yes, NO_GUARDS))
