"""Scripts of other sites that read answers meant for the visitor."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    not_applicable,
    unknown,
)
from shipworthy.sidecar.check.target import Target
from shipworthy.sidecar.check.wire import Answer

FAMILY = "cors"
_ALLOWS = "access-control-allow-origin"
_LOGINS = "access-control-allow-credentials"
EVIL = "https://evil.example"


def attempts(target: Target) -> Iterator[Attempt]:
    """Foreign, null and lookalike origins; preflights; and the listed ones, which must get through."""
    safe = f"no {_ALLOWS}"
    for name, origin in _origins(target):
        tries = f"a script of {origin} reads an answer"
        yield Attempt(f"origin-{name}", tries, safe, bound(_read, origin))
    tries = f"a script of {EVIL} asks whether it may DELETE"
    yield Attempt("preflight", tries, safe, _preflight)
    safe = "the origin is allowed, by its name"
    yield Attempt("listed-origin", "a script of a site on the list", safe, _listed)


def _origins(target: Target) -> list[tuple[str, str]]:
    own = target.policy.host
    found = [("evil", EVIL), ("null", "null"), ("suffix", f"https://{own}.evil.example")]
    for listed in target.policy.cors.origins[:1]:
        found.append(("listed-as-prefix", f"{listed}.evil.example"))
        found.append(("listed-as-suffix", listed.replace("://", "://evil", 1)))
    return found


def _read(target: Target, origin: str) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    answer = target.ask("GET", way.path, *way.headers, ("origin", origin))
    return _judged(answer, f"GET {way.path}; origin: {origin}", origin)


def _preflight(target: Target) -> Seen:
    way = target.way()
    asked = ("access-control-request-method", "DELETE")
    more = ("access-control-request-headers", "authorization")
    path = way.path if way else "/"
    answer = target.ask("OPTIONS", path, ("origin", EVIL), asked, more)
    return _judged(answer, f"OPTIONS {path}; origin: {EVIL}", EVIL)


def _judged(answer: Answer | None, sent: str, origin: str) -> Seen:
    line = exchange(sent, answer, _ALLOWS, _LOGINS)
    if answer is None:
        return unknown("the connection was closed", line)
    allowed = answer.all(_ALLOWS)
    if any(value in ("*", origin) for value in allowed):
        logins = " and its login" if answer.header(_LOGINS) else ""
        return broken(f"the site may read the answer{logins}", line)
    if answer.status >= 500:
        return unknown(f"{answer.status}: the application may be down", line)
    return held("the browser keeps the answer from the site", line)


def _listed(target: Target) -> Seen:
    if not target.policy.cors.origins:
        return not_applicable("the policy lists no other site")
    way, origin = target.way(), target.policy.cors.origins[0]
    if way is None:
        return unknown("no honest way through is known")
    answer = target.ask("GET", way.path, *way.headers, ("origin", origin))
    line = exchange(f"GET {way.path}; origin: {origin}", answer, _ALLOWS, _LOGINS)
    allowed = answer.all(_ALLOWS) if answer is not None else []
    if allowed != [origin]:
        return broken("a site on the list is not let in", line)
    logins = answer is not None and answer.header(_LOGINS) == "true"
    if logins and not target.policy.cors.credentials:
        return broken("with its login, which the policy does not say", line)
    return held("by its name", line)
