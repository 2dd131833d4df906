"""The routes of a policy: as few lines as say what is special, the narrower before the wider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import msgspec

from shipworthy.sidecar.derive.entry_points import EntryPoint
from shipworthy.sidecar.derive.wishes import Wish, wish_of
from shipworthy.sidecar.policy import Bytes, Need, Rate, Route, Seconds, Who

MOST = 24  # lines; what only makes limits finer is left out beyond that
_TOGETHER = 3  # entry points that wish the same become one line
_MANY = 5  # become one even where what is beside them does not wish it
_ANYONE = Need(Who.ANYONE)


class Kind(IntEnum):
    """Why a route is there; the more it matters, the earlier it is written."""

    CLOSED = 0
    PROGRAM = 1
    STREAM = 2
    FILES = 3
    LIMIT = 4
    STANDIN = 5


HEADINGS = {
    Kind.CLOSED: "Closed until you DECIDE otherwise.",
    Kind.PROGRAM: "Called by other programs: no origin is asked for.",
    Kind.STREAM: "Answers that have no end.",
    Kind.FILES: "Takes files.",
    Kind.LIMIT: "Costs money for each call, can be guessed, or is loaded by the dozen.",
    Kind.STANDIN: "Only where the stand-in for Supabase runs.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One route, why it is there, and what shows it, as a person would say it beside the line."""

    route: Route
    kind: Kind
    remark: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Special:
    """The entry points of one path that wish something, with all that they wish together."""

    path: str
    wish: Wish
    entries: tuple[EntryPoint, ...]


def special_routes(entries: Sequence[EntryPoint]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines for what is special, and what could not be said in a line."""
    wishes = {entry: wish_of(entry) for entry in entries}
    specials = _together(_by_path(wishes), wishes)
    lines: list[Line] = []
    unsaid: list[str] = []
    for special in specials:
        line = _line(special, wishes)
        if line is not None and not _says_something(line.route):
            continue
        if line is None:
            unsaid.append(
                f"{special.path}/…: {', '.join(special.wish.why)}, but other things are below it"
            )
        else:
            lines.append(line)
    return tuple(in_order(_fewer(lines))), tuple(unsaid)


def _by_path(wishes: dict[EntryPoint, Wish | None]) -> list[_Special]:
    found: dict[str, list[EntryPoint]] = {}
    for entry, wish in wishes.items():
        if wish is not None and entry.path != "/":
            found.setdefault(entry.path, []).append(entry)
    specials = []
    for path, here in found.items():
        wished = [wish for entry in here if (wish := wishes[entry]) is not None]
        specials.append(_Special(path, _all_of(wished), tuple(here)))
    return specials


def _all_of(wishes: Sequence[Wish]) -> Wish:
    """One wish that is right for all: the longest patience, the largest body, the lowest rate."""
    seconds = [w.seconds for w in wishes if w.seconds is not None]
    rates = [w.per_ip for w in wishes if w.per_ip is not None]
    bodies = [w.body for w in wishes if w.body is not None]
    reasons = dict.fromkeys(reason for w in wishes for reason in w.why)
    return Wish(
        need=next((w.need for w in wishes if w.need is not None), None),
        csrf=False if any(w.csrf is False for w in wishes) else None,
        per_ip=min(rates, key=lambda r: r.requests / r.seconds, default=None),
        body=Bytes(max(bodies)) if bodies else None,
        seconds=Seconds(max(seconds) if all(seconds) else 0) if seconds else None,
        why=tuple(reasons),
    )


def _together(specials: list[_Special], wishes: dict[EntryPoint, Wish | None]) -> list[_Special]:
    """Join neighbours that wish the same where what is around them may have it, too."""
    families: dict[tuple[str, str], list[_Special]] = {}
    for special in specials:
        parent = special.path.rpartition("/")[0]
        if parent.count("/") >= 2:
            families.setdefault((parent, _kind(special.wish)), []).append(special)
    for (parent, kind), family in sorted(families.items()):
        if len(family) >= _TOGETHER and _may_join(parent, kind, family, wishes):
            joined = tuple(entry for special in family for entry in special.entries)
            wish = _shared(_all_of([special.wish for special in family]), len(family))
            specials = [s for s in specials if s not in family]
            specials.append(_Special(parent, wish, joined))
    return specials


def _shared(wish: Wish, ways: int) -> Wish:
    """The wish of several: they share one bucket, which is larger then."""
    rate = wish.per_ip
    if rate is None:
        return wish
    larger = Rate(rate.requests * min(ways, 4), rate.seconds)
    return msgspec.structs.replace(wish, per_ip=larger)


def _may_join(
    parent: str, kind: str, family: list[_Special], wishes: dict[EntryPoint, Wish | None]
) -> bool:
    """True where all that lies below wishes the same; of limits, where half of what changes does."""
    inside = [entry for entry in wishes if _is_below(entry.path, parent)]
    same = [e for e in inside if (wish := wishes[e]) is not None and _kind(wish) == kind]
    if family[0].wish.is_strict:
        return len(same) == len(inside)
    return len(family) >= _MANY or len(same) * 2 >= sum(entry.changes for entry in inside)


def _kind(wish: Wish) -> str:
    """The wish without its reason, to compare."""
    return repr(msgspec.structs.replace(wish, why=()))


def _is_below(path: str, parent: str) -> bool:
    return path == parent or path.startswith(f"{parent.rstrip('/')}/")


def _line(special: _Special, wishes: dict[EntryPoint, Wish | None]) -> Line | None:
    """The route of a path. It reaches below the path, unless something else is there that must not
    get what it says; None where that cannot be kept apart."""
    wish, others = special.wish, _others(special, wishes)
    exact, methods = False, list[str]()
    joined = all(entry.path != special.path for entry in special.entries)
    if others and joined and wish.per_ip is not None:
        methods = sorted({entry.method for entry in special.entries} - {"*"})
    elif others and (wish.is_strict or wish.per_ip is not None):
        beside = [e for e in others if e.path == special.path]
        exact = all(entry.whole for entry in special.entries)
        if (
            not exact and not wish.is_strict
        ):  # a limit of one thing is none of all that is beside it
            return _line(_without_rate(special), wishes)
        if beside:
            methods = sorted({entry.method for entry in special.entries} - {"*"})
            shared = any(e.method in (*methods, "*") for e in beside)
            if not methods or (shared and wish.is_strict):
                return None
        elif not exact and wish.is_strict:
            return None
    route = Route(
        path=special.path,
        need=wish.need or _ANYONE,
        exact=exact,
        methods=methods,
        csrf=wish.csrf is not False,
        per_ip=wish.per_ip,
        body=wish.body,
        seconds=wish.seconds,
    )
    kind = _kind_of(route)
    said = [reason for reason in wish.why if reason not in _SAID[kind]]
    return Line(route, kind, ": ".join([_files(special.entries), *said[:1]]), ", ".join(wish.why))


def _without_rate(special: _Special) -> _Special:
    return replace(special, wish=msgspec.structs.replace(special.wish, per_ip=None))


_SAID: dict[Kind, tuple[str, ...]] = {
    Kind.CLOSED: (),
    Kind.PROGRAM: (),
    Kind.STREAM: ("streams", "asks a model"),
    Kind.FILES: ("takes files", "asks a model"),
    Kind.LIMIT: ("asks a model", "passwords and codes can be guessed", "strangers write to you"),
    Kind.STANDIN: (),
}


def _others(special: _Special, wishes: dict[EntryPoint, Wish | None]) -> list[EntryPoint]:
    """What a wide route would reach, too, and does not wish the same."""
    wanted = special.wish
    found = []
    for entry, wish in wishes.items():
        if entry in special.entries and wish is not None:
            continue
        if not _is_below(entry.path, special.path):
            continue
        same_need = wish is not None and wish.need == wanted.need
        same_csrf = (
            not entry.changes or wanted.csrf is None or (wish is not None and wish.csrf is False)
        )
        same_rate = wanted.per_ip is None or (wish is not None and wish.per_ip == wanted.per_ip)
        if not ((wanted.need is None or same_need) and same_csrf and same_rate):
            found.append(entry)
    return found


def _says_something(route: Route) -> bool:
    plain = Route(path=route.path, need=_ANYONE, exact=route.exact, methods=route.methods)
    return route != plain


def within(lines: Iterable[Line], body: Bytes) -> Iterator[Line]:
    """The lines without the sizes that the limit for all allows anyway."""
    for line in lines:
        route = line.route
        if route.body is not None and route.body <= body:
            route = msgspec.structs.replace(route, body=None)
        if _says_something(route):
            yield replace(line, route=route)


def _files(entries: Iterable[EntryPoint]) -> str:
    files = sorted({entry.file for entry in entries})
    return files[0] + (f" and {len(files) - 1} more" if len(files) > 1 else "")


def _fewer(lines: list[Line]) -> list[Line]:
    """The lines that matter most: a caller without a browser before a finer limit."""
    return sorted(lines, key=lambda line: (line.kind, line.route.path))[:MOST]


def _kind_of(route: Route) -> Kind:
    if route.need.who is not Who.ANYONE:
        return Kind.CLOSED
    if not route.csrf:
        return Kind.PROGRAM
    if route.seconds is not None and not route.seconds:
        return Kind.STREAM
    return Kind.FILES if route.body is not None else Kind.LIMIT


def in_order(lines: Iterable[Line]) -> Iterator[Line]:
    """The first route that fits decides: what lies below another stands before it."""
    left = sorted(lines, key=lambda line: (line.kind, line.route.path))
    while left:
        line = next(
            one
            for one in left
            if not any(_goes_before(other.route, one.route) for other in left if other is not one)
        )
        left.remove(line)
        yield line


def _goes_before(one: Route, other: Route) -> bool:
    if one.path == other.path:
        return (one.exact, bool(one.methods)) > (other.exact, bool(other.methods))
    return _is_below(one.path, other.path) and not other.exact
