"""Whether a text that one file runs was written by a model that another file asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.prototype.executions.execution import Execution, Origin
from shipworthy.prototype.models.calls import ModelCall

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def written_by_model(prototype: Prototype, found: Execution) -> bool:
    """True where a model's answer reaches the place inside the file, through a function that the
    file imports, or through one of the prototype's own endpoints."""
    if found.origin is Origin.MODEL:
        return True
    for source in found.sources:
        if source.endswith("()"):
            near = prototype.modules.edges.get(found.location.path, frozenset())
            calls = [c for c in prototype.model_calls if c.location.path in near]
            if any(source[:-2] in call.returned_by for call in calls):
                return True
        elif any(set(found.fields) & set(call.answers) for call in _behind(prototype, source)):
            return True
    return False


def _behind(prototype: Prototype, endpoint: str) -> Iterable[ModelCall]:
    """The model calls of the file that answers an endpoint."""
    files = {r.location.path for r in prototype.routes if _matches(r.path, endpoint)}
    return [call for call in prototype.model_calls if call.location.path in files]


def _matches(route: str, endpoint: str) -> bool:
    """True where an endpoint as called ("{}" for holes) is this route (":id", "[id]", "{id}")."""
    pattern = _pattern(route)
    called = endpoint.partition("?")[0].strip("/").replace("{}", "x")
    return pattern is not None and pattern.fullmatch(called) is not None


@lru_cache(maxsize=10_000)
def _pattern(route: str) -> re.Pattern[str] | None:
    pattern = "/".join(
        "[^/]+" if re.search(r"[:\[{<]", part) else re.escape(part)
        for part in route.strip("/").split("/")
    )
    return re.compile(pattern) if pattern else None
