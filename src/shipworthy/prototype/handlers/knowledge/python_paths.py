"""Paths of Python: what is joined may still lead up, what is resolved says where it leads."""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.knowledge.cleaning import PATH, UNRESOLVED, joined
from shipworthy.prototype.handlers.sent import BEGINS
from shipworthy.prototype.handlers.values import NO_GUARDS, Value, all_origins

_TRUTHY = frozenset({"truthy"})
_AS_JOINED = frozenset({"truthy", UNRESOLVED})
_PARENTS = "folders above a path"
_HIGHEST = 6  # folders above a file that are named by their number


def below(left: Value, right: Value) -> Value | None:
    """`folder / name`, where one of them is a Path."""
    if PATH not in (left.what, right.what):
        return None
    return Value(elements=(left, right), what=PATH, tags=_AS_JOINED)


def _part(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`path.name` leads out of no folder; the folder that a file of the code stands in is a path."""
    if value.elements is not None and key in ("name", "stem", "suffix"):
        return Value(origins=all_origins(value), tags=frozenset({"escaped"}))
    if key == "parents" and walk.module.python and all_origins(value):
        return Value(origins=all_origins(value), what=_PARENTS, tags=value.tags)
    if key in ("parent", "parents") and not all_origins(value):
        folder = Value(elements=(), what=PATH, tags=_TRUTHY)
        return folder if key == "parent" else Value(elements=(folder,) * _HIGHEST)
    return None


def among_parents(
    walk: Evaluation, operator: str, left: Value, right: Value, at: int
) -> Value | None:
    """`folder in path.resolve().parents`: it does not lead out of the folder."""
    if right.what != _PARENTS or operator not in ("in", "not in"):
        return None
    inputs = [str(o) for o in right.origins if o.is_input]
    how = BEGINS if UNRESOLVED in right.tags else "parents"
    yes = frozenset({walk.guard(Check.ALLOWED, how, at, inputs)})
    when = (yes, NO_GUARDS) if operator == "in" else (NO_GUARDS, yes)
    return Value(origins=right.origins, when=when, tags=frozenset({"truth"}))


def _resolved(walk: Evaluation, site: Site) -> Value | None:
    """`(folder / name).resolve()` of Python; `path.resolve(folder, name)` of Node."""
    if not walk.module.python:
        return joined(walk, site) if site.what.startswith("path.") else None
    if site.given:
        return None
    return Value(elements=(site.receiver,), what=PATH, tags=_TRUTHY)


def _deeper(walk: Evaluation, site: Site) -> Value | None:
    """`folder.joinpath(name)`, `path.with_name(name)`."""
    parts = (site.receiver, *site.given)
    return Value(elements=parts, what=PATH, tags=_AS_JOINED) if walk.module.python else None


def _same(walk: Evaluation, site: Site) -> Value | None:
    return replace(site.receiver, tags=site.receiver.tags) if walk.module.python else None


CALLS = {
    f"{PATH}.resolve": _resolved,
    **dict.fromkeys((f"{PATH}.joinpath", f"{PATH}.with_name", f"{PATH}.with_stem"), _deeper),
    **dict.fromkeys(
        (f"{PATH}.absolute", f"{PATH}.expanduser", f"{PATH}.as_posix", f"{PATH}.with_suffix"), _same
    ),
}
PROPERTIES = {PATH: _part}
