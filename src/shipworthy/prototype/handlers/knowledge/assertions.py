"""Assertions: control goes on only where what they are given is true."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.values import NEVER, NULL, Value, truth

_ASSERTIONS = """tiny-invariant tiny-invariant.default invariant invariant.default ts-invariant.invariant
assert assert.default assert.ok assert.strict assert/strict assert/strict.default assert/strict.ok
convex-helpers.assert es-toolkit.invariant es-toolkit.assert""".split()
_HANDED_ON = "convex-helpers.nullThrows nullthrows nullthrows.default".split()


def _holds(walk: Evaluation, site: Site) -> Value | None:
    """`invariant(user, "Sign in first")`."""
    value = site.argument(0)
    if not site.given or truth(value) is False:
        return NEVER
    walk.guards |= walk.tested(value)[0]
    return NULL


def _there(walk: Evaluation, site: Site) -> Value | None:
    """`nullThrows(await ctx.db.get(id))`: what it is given, which is there."""
    if _holds(walk, site) is NEVER:
        return NEVER
    kept = [case for case, _ in site.argument(0).cases if not case.is_null]
    return kept[0] if len(kept) == 1 else site.argument(0)


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **dict.fromkeys(_ASSERTIONS, _holds),
    **dict.fromkeys(_HANDED_ON, _there),
}
