"""Forms of other sites that change something in the name of a visitor who is signed in."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.edge.routes import rule_of
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    not_applicable,
    refused,
    unknown,
)
from shipworthy.sidecar.check.target import Target, Way, fresh_word

FAMILY = "csrf"
_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_REFUSED = (401, 403, 404, 405)


def attempts(target: Target) -> Iterator[Attempt]:
    """Foreign origins with every method that changes things, and the own one, which must get through."""
    safe = "403, and nothing reaches the application"
    host = target.policy.host
    origins = {
        "evil": "https://evil.example",
        "null": "null",
        "suffix": f"https://{host}.evil.example",
        "prefix": f"https://evil{host}:{target.https}",
    }
    for method in _METHODS:
        name, origin = f"{method.lower()}-from-evil", origins["evil"]
        run = bound(_foreign, method, origin)
        yield Attempt(name, f"{method} from {origin}", safe, run)
    for name, origin in list(origins.items())[1:]:
        run = bound(_foreign, "POST", origin)
        yield Attempt(f"post-from-{name}", f"POST from {origin}", safe, run)
    yield Attempt("post-without-origin", "POST without Origin", safe, _without)
    tries = f"POST from {target.origin}, the application's own pages"
    yield Attempt("post-from-own-page", tries, "it goes through", _own, twin_only=True)


def _foreign(target: Target, method: str, origin: str) -> Seen:
    return _sent(target, method, ("origin", origin))


def _without(target: Target) -> Seen:
    return _sent(target, "POST")


def _sent(target: Target, method: str, *headers: tuple[str, str]) -> Seen:
    if target.policy.csrf is None:
        return not_applicable("the policy asks for no check")
    way = _guarded(target, method)
    if way is None:
        return not_applicable(f"no route that is checked takes a {method} from strangers")
    word = fresh_word()
    answer = target.ask(method, f"{way.path}?check={word}", *way.headers, *headers)
    said = "".join(f"; {n}: {v}" for n, v in headers)
    return refused(target, word, f"{method} {way.path}{said}", answer, _REFUSED)


def _own(target: Target) -> Seen:
    if target.policy.csrf is None:
        return not_applicable("the policy asks for no check")
    way = _guarded(target, "POST")
    if way is None:
        return unknown("no honest way through for a POST is known")
    word = fresh_word()
    path = f"{way.path}?check={word}"
    answer = target.ask("POST", path, *way.headers, ("origin", target.origin))
    line = exchange(f"POST {way.path}; origin: {target.origin}", answer)
    if answer is not None and answer.status == 200:
        return held("went through", line)
    return broken("the application's own pages are refused", line)


def _guarded(target: Target, method: str) -> Way | None:
    """A way through whose route is checked."""
    way = target.way(method)
    if way is None:
        return None
    rule = rule_of(target.routes, way.path, method)
    return way if rule is not None and rule.csrf else None
