"""Which path leads where, who needs what there, and for how long: the table that changes act on at once.

Everything a person changes often stands here and not in the filters: a new table reaches open connections
with their next request, a new filter only once they are closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.host import is_of_this_machine
from shipworthy.sidecar.policy import Policy, Route, Who
from shipworthy.sidecar.proxy import (
    actions,
    cross_origin,
    identity,
    limits,
    matches,
    odd,
    sockets,
    treatments,
)
from shipworthy.sidecar.proxy.form_method import held_back
from shipworthy.sidecar.proxy.headers import on_every_answer
from shipworthy.sidecar.proxy.typed import Message
from shipworthy.sidecar.proxy.upstreams import Upstreams, holds

NAME = "app"
_REPLACED = {"status": 400, "body": {"inline_string": "no other method in the query"}}
_NOBODY = {"status": 403, "body": {"inline_string": "nobody may come here"}}


def route_table(policy: Policy, upstreams: Upstreams, secrets: identity.Secrets) -> Message:
    """The whole table. A host name that is not ours is refused: 421."""
    return {
        "name": NAME,
        "ignore_port_in_host_matching": True,
        "ignore_path_parameters_in_path_matching": True,
        "validate_clusters": True,
        "response_headers_to_remove": list(cross_origin.ANSWERS),
        "typed_per_filter_config": on_every_answer(policy),
        "virtual_hosts": [
            {
                "name": "ours",
                "domains": domains(policy.host),
                "routes": list(_routes(policy, upstreams, secrets)),
                "typed_per_filter_config": {
                    **cross_origin.cross_origin(policy),
                    **limits.rates(policy),
                },
            },
            not_ours(),
        ],
    }


def domains(host: str) -> list[str]:
    """The host names that are answered."""
    if is_of_this_machine(host):
        return list(dict.fromkeys([host, "localhost", "127.0.0.1", "[::1]"]))
    return [host]


def not_ours() -> Message:
    """The virtual host for all other names: a page of another name could otherwise reach the prototype."""
    return {
        "name": "not-ours",
        "domains": ["*"],
        "typed_per_filter_config": identity.answered(),
        "routes": [
            {
                "name": "not-ours",
                "match": {"prefix": "/"},
                "direct_response": {"status": 421, "body": {"inline_string": "not our host name"}},
            }
        ],
    }


def _routes(policy: Policy, upstreams: Upstreams, secrets: identity.Secrets) -> Iterator[Message]:
    yield from odd.refused(domains(policy.host))
    yield from identity.own_routes(policy, secrets)
    yield from sockets.refused(policy, domains(policy.host))
    for index, route in enumerate(policy.routes):
        yield from _of_route(policy, upstreams, secrets, route, index)
    every = Route(path="/", need=policy.default)
    yield from _of_route(policy, upstreams, secrets, every, -1)


def _of_route(
    policy: Policy, upstreams: Upstreams, secrets: identity.Secrets, route: Route, index: int
) -> Iterator[Message]:
    """The entries for one route of the policy: for each program behind it, each kind of request."""
    below = [] if route.exact else [p for p in upstreams.prefixes if _inside(p, route.path)]
    for path in [*sorted(below, key=len, reverse=True), route.path]:
        yield from _kinds(policy, upstreams, secrets, route, index, path)


def _inside(prefix: str, path: str) -> bool:
    return path.rstrip("/").lower() != prefix.rstrip("/").lower() and holds(path, prefix)


def _kinds(
    policy: Policy,
    upstreams: Upstreams,
    secrets: identity.Secrets,
    route: Route,
    index: int,
    path: str,
) -> Iterator[Message]:
    common = {
        "name": f"route-{index}" if index >= 0 else "default",
        **held_back(policy, route),
        "metadata": limits.taken_from(policy, route, index),
        "typed_per_filter_config": {
            **(cross_origin.of_route(policy, route)),
            **limits.of_route(policy, route),
        },
    }
    target = {"cluster": upstreams.cluster_of(path)}
    wait = policy.limits.request_seconds if route.seconds is None else route.seconds
    for match in matches.replacing_method(path, route):
        yield {
            "name": "replaced-method",
            "match": match,
            "direct_response": _REPLACED,
            "typed_per_filter_config": identity.answered(),
        }
    for need, told in (*actions.narrower(policy, upstreams, route.need), (route.need, None)):
        filters = {**common["typed_per_filter_config"], **identity.route(policy, need, secrets)}
        given = {**common, "typed_per_filter_config": filters}
        for match in matches.of_route(path, route):
            asked = [*match.get("headers", []), *([told] if told else [])]
            if need.who is Who.NOBODY:
                told_so = {**match, **({"headers": asked} if asked else {})}
                yield {**given, "match": told_so, "direct_response": _NOBODY}
                continue
            for headers, action in treatments.kinds(policy, wait):
                narrowed = {**match, "headers": [*asked, *headers]}
                yield {**given, "match": narrowed, "route": {**target, **action}}
