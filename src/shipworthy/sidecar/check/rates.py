"""More requests than the policy allows: from one address, under 10,000 forged ones, from many real ones."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from shipworthy.prototype.edge.attack import Exchange, Verdict
from shipworthy.prototype.edge.routes import GuardedRoute, rule_of
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
from shipworthy.sidecar.check.loopback import own_addresses
from shipworthy.sidecar.check.target import Target, Way
from shipworthy.sidecar.check.wire import Connection, request
from shipworthy.sidecar.policy import Rate

FAMILY = "rates"
FORGED = 10_000  # clients that one caller claims to be
_MOST = 5_000  # requests of one burst that are let through at most
_OTHERS = 120  # real addresses; a proxy that remembers 20 clients is found with 25
_BATCH = 50  # requests beyond a limit
_AT_ONCE = 16  # connections of a burst: pipelined requests behind a 429 are hung up on
_LONGEST = 20.0  # seconds of a burst


def attempts(target: Target) -> Iterator[Attempt]:
    """Bursts. The twin takes them: people must not be locked out of the proxy that they use."""
    rate = target.policy.limits.per_ip
    said = f"{rate.requests:,} in {rate.seconds:g} s" if rate else "no limit"
    safe = f"429 after {said}, with Retry-After"
    yield Attempt("one-client", "one address without a pause", safe, _one, twin_only=True)
    tries = f"{FORGED:,} clients, forged in X-Forwarded-For and its like by one address"
    yield Attempt("forged-clients", tries, "429 as for one client", _forged, twin_only=True)
    tries = f"{_OTHERS} other addresses, to have the first one forgotten"
    yield Attempt("many-clients", tries, "the first one still gets 429", _many, twin_only=True)
    tries = "one token from many addresses"
    yield Attempt("one-user", tries, "429 as for one user", _user, twin_only=True)
    for route, rule in zip(target.policy.routes, target.routes, strict=False):
        if route.per_ip is not None:
            run = bound(_route, rule, route.per_ip)
            tries = f"{route.path} without a pause"
            safe = f"429 after {route.per_ip.requests:,} in {route.per_ip.seconds:g} s"
            yield Attempt("one-client-at-route", tries, safe, run, rule.name, True)


def burst(
    target: Target,
    way: Way,
    count: int,
    source: str,
    extra: int = 0,
    *,
    rotate: bool = False,
    method: str = "GET",
) -> Counter[int]:
    """So many requests on some connections of one address; counts statuses. `rotate`: each claims to be
    another client. Ends with more than `extra` answers of 429. Raises TimeoutError where it takes long."""
    statuses: Counter[int] = Counter()
    end = time.monotonic() + _LONGEST
    with ExitStack() as stack:
        place = target.place(source=source)
        width = min(_AT_ONCE, count)
        open_ = [stack.enter_context(Connection(place, 10.0)) for _ in range(width)]
        for first in range(0, count, width):
            if time.monotonic() > end:
                raise TimeoutError(f"{sum(statuses.values()):,} requests took {_LONGEST:.0f} s")
            turn = range(first, min(first + width, count))
            for number, connection in zip(turn, open_, strict=False):
                connection.send(_one_of(target, way, number, rotate, method))
            for at, _ in enumerate(turn):
                answer = open_[at].answer(to=method)
                if answer is None:
                    open_[at] = stack.enter_context(Connection(place, 10.0))
                else:
                    statuses[answer.status] += 1
            if statuses[429] > extra:
                break
    return statuses


def _one_of(target: Target, way: Way, number: int, rotate: bool, method: str) -> bytes:
    claimed = f"203.0.{number // 250 % 250}.{number % 250}"
    forged = (
        ("x-forwarded-for", f"{claimed}, 10.0.0.1"),
        ("x-real-ip", claimed),
        ("forwarded", f"for={claimed}"),
        ("x-envoy-external-address", claimed),
        ("true-client-ip", claimed),
    )
    origin = () if method == "GET" else (("origin", target.origin),)
    headers = (*way.headers, *origin, *(forged if rotate else ()))
    return request(method, way.path, target.authority_name, *headers)


def limit_of(target: Target) -> tuple[Way, Rate] | Seen:
    """An open way with its limit, or why it cannot be tried."""
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    rate = _rate_of(target, way.path)
    if rate is None:
        return not_applicable("the policy sets no limit for an address")
    if rate.requests > _MOST:
        return unknown(f"{rate.requests:,} requests are more than are sent to try it")
    return way, rate


def _rate_of(target: Target, path: str) -> Rate | None:
    """The limit of the route that decides about the path."""
    deciding = rule_of(target.routes, path, "GET")
    for route, rule in zip(target.policy.routes, target.routes, strict=False):
        if rule is deciding or rule == deciding:
            return route.per_ip or target.policy.limits.per_ip
    return target.policy.limits.per_ip


def _one(target: Target) -> Seen:
    found = limit_of(target)
    if isinstance(found, Seen):
        return found
    way, rate = found
    source = target.source()
    seen = _judged(target, way, rate, rate.requests + 2 * _BATCH, source)
    if seen.verdict is not Verdict.HELD:
        return seen
    answer = target.ask("GET", way.path, *way.headers, source=source)
    if answer is None or answer.status != 429:
        return seen  # there was room for one more by now
    line = exchange(f"GET {way.path}, one more", answer, "retry-after")
    if not (answer.header("retry-after") or "").isdigit():
        return broken("nobody is told when to come back", *seen.seen, line)
    return held(seen.reason, *seen.seen, line)


def _forged(target: Target) -> Seen:
    found = limit_of(target)
    if isinstance(found, Seen):
        return found
    way, rate = found
    return _judged(target, way, rate, FORGED, target.source(), rotate=True)


def _route(target: Target, rule: GuardedRoute, rate: Rate) -> Seen:
    path = rule.path if rule.path != "/" or rule.exact else "/shipworthy-check"
    method = "GET" if not rule.methods or "GET" in rule.methods else rule.methods[0]
    if rule_of(target.routes, path, method) != rule:
        return not_applicable("an earlier rule takes these requests")
    if rate.requests > _MOST:
        return unknown(f"{rate.requests:,} requests are more than are sent to try it")
    # A stranger's requests count, whatever they are answered with.
    way = Way(path)
    count = rate.requests + 2 * _BATCH
    return _judged(target, way, rate, count, target.source(), method=method)


def _judged(
    target: Target,
    way: Way,
    rate: Rate,
    count: int,
    source: str,
    *,
    rotate: bool = False,
    method: str = "GET",
) -> Seen:
    began = time.monotonic()
    extra = count if rotate else 0
    statuses = burst(target, way, count, source, extra, rotate=rotate, method=method)
    took = time.monotonic() - began
    most = _allowed(rate, took)
    passed = sum(n for status, n in statuses.items() if status != 429)
    line = Exchange(
        sent=f"{sum(statuses.values()):,} × {method} {way.path} in {took:.1f} s",
        got=", ".join(f"{n:,} × {status}" for status, n in sorted(statuses.items())),
    )
    if not statuses[429]:
        return broken("all of them came through", line)
    if passed > most:
        return broken(f"{passed:,} came through, {rate.requests:,} are allowed", line)
    return held(f"{passed:,} came through, then 429", line)


def _many(target: Target) -> Seen:
    found = limit_of(target)
    if isinstance(found, Seen):
        return found
    if not own_addresses():
        return unknown("this system has one loopback address only")
    way, rate = found
    mine = target.source()
    count = rate.requests + 2 * _BATCH
    began = time.monotonic()
    first = burst(target, way, count, mine)
    served = Counter(_once(target, way, target.source()) for _ in range(_OTHERS))
    again = burst(target, way, count, mine)
    passed = sum(n for c in (first, again) for status, n in c.items() if status != 429)
    line = Exchange(
        sent=f"{sum(first.values()):,} from one address, one from each of {_OTHERS}, as many again",
        got=f"{first[429]} × 429; {served[429]} × 429; {again[429]} × 429",
    )
    if not first[429]:
        return broken("the first address was never limited", line)
    if served[429]:
        return broken("addresses share one limit: one locks out the others", line)
    if time.monotonic() - began > rate.seconds:
        return unknown("the limit's window went by meanwhile", line)
    if passed > _allowed(rate, time.monotonic() - began):
        return broken("the others had it forgotten", line)
    return held("it was not forgotten", line)


def _allowed(rate: Rate, seconds: float) -> float:
    """How many may pass in the time, by a bucket that is filled again all the while; and some slack."""
    return rate.requests * (1 + seconds / rate.seconds) * 1.1 + 5


def _once(target: Target, way: Way, source: str) -> int:
    answer = target.ask("GET", way.path, *way.headers, source=source)
    return answer.status if answer else 0


def _user(target: Target) -> Seen:
    rate = target.policy.limits.per_user
    headers = target.passport("user")
    if rate is None:
        return not_applicable("the policy sets no limit for a user")
    if headers is None:
        return not_applicable("no token of a user can be made here")
    if rate.requests > _MOST:
        return unknown(f"{rate.requests:,} requests are more than are sent to try it")
    path = next((r.path for r in target.routes if r.need == "user" and not r.methods), "")
    if not path:
        return not_applicable("no route asks for a user")
    way = Way(path if path != "/" else "/shipworthy-check", headers)
    statuses: Counter[int] = Counter()
    for _ in range(rate.requests // _BATCH + 3):
        source = target.source()
        statuses += burst(target, way, _BATCH, source, _BATCH)
    line = Exchange(
        sent=f"{sum(statuses.values()):,} × GET {way.path}, each {_BATCH} from another address",
        got=", ".join(f"{n:,} × {status}" for status, n in sorted(statuses.items())),
    )
    passed = sum(n for status, n in statuses.items() if status != 429)
    if not statuses[429]:
        return broken("all of them came through", line)
    if passed > rate.requests * 1.1 + 5:
        return broken(f"{passed:,} came through, {rate.requests:,} are allowed", line)
    return held(f"{passed:,} came through, then 429", line)
