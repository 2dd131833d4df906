"""Servers that tell their paths apart themselves, followed once for each path and method they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.handlers.evaluation import Asked
from shipworthy.prototype.handlers.evaluation.asked import Wanted
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler, Step
from shipworthy.prototype.routes.route import Route

Following = Callable[[Asked], Handler | None]
"""Follows a server for a request; nothing where it took too long already."""
_Place = tuple[EffectKind, str, int, tuple[Step, ...]]

_ELSEWHERE = "/-"
"""A path that no server asks for."""
_UNASKED = frozenset({"OPTIONS", "HEAD"})
_REFUSED = 400
_SAID = frozenset({EffectKind.RESPONSE})


def dispatched(route: Route, asked: Asked, follow: Following) -> Iterator[Handler]:
    """An entry point for each path and method; `asked` is what the server asks for at all. What it does
    whatever is asked, such as sending files of a page, is an entry point of its own."""
    rest = follow(Asked(_ELSEWHERE))
    if rest is None:
        return
    always = frozenset(map(_place, rest.effects))
    for pattern, wanted in asked.paths.items():
        for method, handler in _ways(wanted, "*" in pattern, follow):
            if handler is None:
                asked.are_all = False
                continue
            kept = tuple(e for e in handler.effects if _place(e) not in always)
            if not all(map(_refuses, kept)):
                yield _named(handler, route, method, pattern, wanted, kept)
    if any(effect.kind not in _SAID for effect in rest.effects) or not asked.are_all:
        more = "" if asked.are_all else "too many paths to follow"
        yield replace(rest, hindrance=rest.hindrance or more)


def _ways(wanted: Wanted, sent: bool, follow: Following) -> Iterator[tuple[str, Handler | None]]:
    """What is done for a path, by method; last for those that the server does not know."""
    asked = Asked(wanted.sample, sent=sent)
    other = follow(asked)
    usual = _places(other)
    done: set[_Place] = set()
    special = 0
    for method in sorted(asked.methods - _UNASKED):
        handler = follow(Asked(wanted.sample, method, sent))
        if handler is None or _places(handler) != usual:
            special += 1
            done |= _places(handler)
            yield method, handler
    more = other is not None and any(
        e.kind not in _SAID and _place(e) not in done for e in other.effects
    )
    if not special or more:
        yield "*", other


def _named(
    handler: Handler,
    route: Route,
    method: str,
    pattern: str,
    wanted: Wanted,
    effects: tuple[Effect, ...],
) -> Handler:
    path = route.path.removesuffix("/*") + (pattern if pattern.startswith("/") else f"/{pattern}")
    spoken = path if method == "*" else f"{method} {path}"
    place = Location(wanted.path, wanted.line)
    return replace(
        handler,
        route=replace(route, method=method, path=path, handler=spoken, location=place),
        name=spoken,
        subject=f"{wanted.path}#{spoken.replace(' ', ':')}",
        location=place,
        effects=effects,
        privileged=any(e.client in ("service", "owner") for e in effects),
        addresses=(path,),
    )


def _refuses(effect: Effect) -> bool:
    status = effect.literals.get("status", "")
    return effect.kind in _SAID and status.isdigit() and int(status) >= _REFUSED


def _places(handler: Handler | None) -> set[_Place]:
    return set(map(_place, handler.effects)) if handler is not None else set()


def _place(effect: Effect) -> _Place:
    return effect.kind, effect.path, effect.line, effect.steps
