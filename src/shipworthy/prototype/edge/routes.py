"""Which rule of the proxy decides about a path, and about all paths that a handler answers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from shipworthy.documents import Document

_PLACEHOLDER = (":", "[", "{", "<", "*", "$")  # how frameworks begin a variable part of a path


class GuardedRoute(Document):
    """A rule of the policy: the first one that fits decides. Case never matters."""

    path: str
    exact: bool
    methods: tuple[str, ...]  # empty: all
    need: str  # "anyone", "user", "role:admin", "key", "key:partner" or "nobody"
    per_minute: float | None = None  # requests of one address; None: without limit
    csrf: bool = True

    @property
    def name(self) -> str:
        """Path and methods: two rules may have one path."""
        return f"{','.join(self.methods)} {self.path}" if self.methods else self.path

    @property
    def is_open(self) -> bool:
        """Strangers come through."""
        return self.need == "anyone"


class Fit(StrEnum):
    """How much of what a handler answers a rule is about."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


def rule_of(routes: Sequence[GuardedRoute], path: str, method: str) -> GuardedRoute | None:
    """The first rule for one path as a caller asks for it; None where only the default is left."""
    return next((r for r in routes if fit(r, path, method, literal=True) is Fit.ALL), None)


def rules_of(routes: Sequence[GuardedRoute], pattern: str, method: str) -> list[GuardedRoute]:
    """Every rule that may decide about a handler's paths, up to the one that takes all of them."""
    found = []
    for route in routes:
        how = fit(route, pattern, method)
        if how is not Fit.NONE:
            found.append(route)
        if how is Fit.ALL:
            break
    return found


def fit(route: GuardedRoute, pattern: str, method: str, *, literal: bool = False) -> Fit:
    """How a rule fits a path, in which parts like `:id` and `[id]` stand for anything unless `literal`."""
    how = _of_path(_segments(route.path), _segments(pattern), route.exact, literal)
    if how is Fit.NONE or not route.methods:
        return how
    if method in ("", "*"):
        return Fit.SOME
    return how if method.upper() in {m.upper() for m in route.methods} else Fit.NONE


def _of_path(rule: list[str], asked: list[str], exact: bool, literal: bool) -> Fit:
    how = Fit.ALL
    for at, segment in enumerate(rule):
        if at >= len(asked):
            return Fit.NONE
        variable = not literal and asked[at].startswith(_PLACEHOLDER)
        if variable:
            how = Fit.SOME
            if _is_rest(asked[at]):
                return Fit.SOME
        elif segment != asked[at]:
            return Fit.NONE
    if exact and len(asked) > len(rule):
        return Fit.SOME if not literal and _is_rest(asked[len(rule)]) else Fit.NONE
    return how


def _is_rest(segment: str) -> bool:
    """True for what stands for any number of parts: `*`, `[...slug]`, `{path:path}`, `:rest*`."""
    return "*" in segment or "..." in segment or ":path" in segment or "<path:" in segment


def _segments(path: str) -> list[str]:
    return [part.lower() for part in path.split("/") if part]
