"""Which thing of another service the caller names: a whole part of the path that is asked for there."""

from __future__ import annotations

from collections.abc import Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origins
from shipworthy.prototype.handlers.values import Value

ADDRESSED = "addressed"
"""The literal of a request that holds the inputs which name what it is about."""

_SPELLS = "spells:"


def spelled(walk: Evaluation, site: Site) -> Value | None:
    """`encodeURIComponent(id)`: it leads nowhere else, and still says which."""
    value = site.argument(0)
    names = {_SPELLS + name for name in _inputs(value)}
    return Value(tags=value.tags | {"escaped"} | names, what="escaped")


def addressed(url: Value, headers: Origins) -> Mapping[str, str]:
    """The inputs that are a part of a path by themselves, where the server's own key opens what is there:
    `/items/${id}`. A key of the caller, or of a row, opens no more than is his."""
    parts = url.elements if url.what in ("text", "url") else None
    if not parts or not headers or any(o.kind != "environment" for o in headers):
        return {}
    named = {
        name
        for number, part in enumerate(parts[1:], 1)
        if _ends(parts[number - 1]) and (number + 1 == len(parts) or _begins(parts[number + 1]))
        for name in _names(part)
    }
    return {ADDRESSED: " ".join(sorted(named))} if named else {}


def _ends(part: Value) -> bool:
    return part.text is not None and part.text.endswith("/")


def _begins(part: Value) -> bool:
    return part.text is not None and part.text.startswith(("/", "?"))


def _names(part: Value) -> frozenset[str]:
    told = {tag.removeprefix(_SPELLS) for tag in part.tags if tag.startswith(_SPELLS)}
    return _inputs(part) | told


def _inputs(value: Value) -> frozenset[str]:
    """What the caller sent as it is, not put together with other text."""
    if value.elements is not None or value.fields is not None:
        return frozenset()
    return frozenset(str(o) for o in value.origins if o.is_input and o.key)
