"""Server actions: calls that Next.js takes at the path of any page, whichever page they belong to.

Whom they let through is decided by the page that holds them as well as by the path that is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.sidecar.policy import Need, Policy, Who
from shipworthy.sidecar.proxy.typed import Message
from shipworthy.sidecar.proxy.upstreams import Upstreams, holds

_HEADER = "next-action"
_NOBODY = Need(Who.NOBODY)


def narrower(policy: Policy, upstreams: Upstreams, need: Need) -> Iterator[tuple[Need, Message]]:
    """The needs that some actions have beyond that of the path, each with the header that tells them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for action, pages in sorted(upstreams.actions.items()):
        asked = _together(need, [need_at(policy, page) for page in pages])
        if asked != need:
            groups.setdefault((asked.who, asked.name), []).append(action)
    for (who, name), actions in groups.items():
        either = "|".join(re.escape(action) for action in actions)
        yield (
            Need(Who(who), name),
            {"name": _HEADER, "string_match": {"safe_regex": {"regex": either}}},
        )


def need_at(policy: Policy, path: str) -> Need:
    """Whom a page lets through that is called with POST."""
    for route in policy.routes:
        here = route.path.rstrip("/").lower() == path.rstrip("/").lower()
        if (here or (not route.exact and holds(route.path, path))) and (
            not route.methods or "POST" in route.methods
        ):
            return route.need
    return policy.default


def _together(need: Need, pages: list[Need]) -> Need:
    """What a caller must have at a path that needs `need`, for an action of these pages: enough for one of
    them."""
    if any(_implies(need, page) for page in pages):
        return need
    return next((page for page in pages if _implies(page, need)), _NOBODY)


def _implies(one: Need, other: Need) -> bool:
    """Whether whoever meets the one need meets the other."""
    if other.who is Who.ANYONE or one == other or one.who is Who.NOBODY:
        return True
    if one.who is Who.ROLE:
        return other.who is Who.USER
    return one.who is Who.KEY and other.who is Who.KEY and not other.name
